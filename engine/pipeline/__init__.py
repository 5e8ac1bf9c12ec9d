"""The order of the stages: from dropped folder to written report. The only module that knows it.

    open_study → propose_roles → load_volumes → (describe_rois → import_rois) → analyze → write_outputs

Every function maps values to values; the person's decisions enter as a `Case` and nothing else flows back.
`study` holds what comes before the analysis, `packages` the choice of model, `analysis` and `outputs` what follows.
"""

from engine.pipeline.analysis import analyze
from engine.pipeline.outputs import write_outputs, write_report
from engine.pipeline.packages import (
    choose_package,
    faulty_packages,
    install_package,
    installed_packages,
    load_package,
    package_folders,
)
from engine.pipeline.study import (
    describe_rois,
    first_image,
    import_rois,
    load_series_volume,
    load_volumes,
    look_into,
    nothing_found,
    open_study,
    propose_roles,
    sample_study,
    series_of,
)

__all__ = [
    "analyze",
    "choose_package",
    "describe_rois",
    "faulty_packages",
    "first_image",
    "import_rois",
    "install_package",
    "installed_packages",
    "load_package",
    "load_series_volume",
    "load_volumes",
    "look_into",
    "nothing_found",
    "open_study",
    "package_folders",
    "propose_roles",
    "sample_study",
    "series_of",
    "write_outputs",
    "write_report",
]
