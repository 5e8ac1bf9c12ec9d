"""The order of the stages: from dropped folder to written report. The only module that knows it.

    open_study → propose_roles → load_volumes → (describe_rois → import_rois) → analyze → write_outputs (→ send_objects)

Every function maps values to values; the person's decisions enter as a `Case` and nothing else flows back.
`study` holds what comes before the analysis, `outlines` the way of lesions in and out, `packages` the choice of model,
`analysis` and `outputs` what follows, `sending` the one act that reaches a network.
"""

from engine.audit import AuditReport
from engine.pipeline.analysis import analyze, package_for, register
from engine.pipeline.outlines import (
    EXPORTS,
    describe_rois,
    export_rois,
    import_roi,
    import_rois,
    is_roi_object,
    rival_outlines,
    roi_questions,
)
from engine.pipeline.outputs import (
    ALSO,
    Finished,
    ReportOptions,
    keep_report,
    render_report,
    write_heat_maps,
    write_outputs,
    write_report,
)
from engine.pipeline.packages import (
    choose_package,
    faulty_packages,
    install_package,
    installed_packages,
    load_package,
    package_folders,
    remove_package,
)
from engine.pipeline.sending import send_objects, sendable
from engine.pipeline.study import (
    first_case,
    first_image,
    load_series_volume,
    load_volumes,
    look_into,
    nothing_found,
    open_study,
    propose_roles,
    sample_study,
    series_of,
)
from engine.pipeline.trail import audit_entries, audit_path, record_export, verify_audit

__all__ = [
    "ALSO",
    "EXPORTS",
    "AuditReport",
    "Finished",
    "ReportOptions",
    "analyze",
    "audit_entries",
    "audit_path",
    "choose_package",
    "describe_rois",
    "export_rois",
    "faulty_packages",
    "first_case",
    "first_image",
    "import_roi",
    "import_rois",
    "install_package",
    "installed_packages",
    "is_roi_object",
    "keep_report",
    "load_package",
    "load_series_volume",
    "load_volumes",
    "look_into",
    "nothing_found",
    "open_study",
    "package_folders",
    "package_for",
    "propose_roles",
    "record_export",
    "register",
    "remove_package",
    "render_report",
    "rival_outlines",
    "roi_questions",
    "sample_study",
    "send_objects",
    "sendable",
    "series_of",
    "verify_audit",
    "write_heat_maps",
    "write_outputs",
    "write_report",
]
