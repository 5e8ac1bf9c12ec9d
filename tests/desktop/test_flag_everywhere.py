"""No combination of slice results reads "not raised" while a slice is malignant: in the window, on paper, in DICOM
objects, on the terminal and in the audit list; English and Chinese; with the patient's name and without.

Numbers and files are seen in `tests/engine/test_flag_everywhere.py`.
"""

from __future__ import annotations

import io
import itertools
import json
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QWidget
from reportlab.lib.pagesizes import A4

from desktop import i18n
from desktop.models.overlay import Overlay
from desktop.views.result_panel import ResultPanel
from engine import aggregate, audit, storage
from engine.cli.analyze import print_result
from engine.cli.audit import _line
from engine.dicom_out import secondary_capture, structured_report
from engine.domain.caution import Effect
from engine.domain.caution_words import make_caution
from engine.domain.result import SliceResult
from engine.report import build_content
from engine.report.pdf import pdf_bytes
from tests.desktop.conftest import show_example
from tests.support.results import CREATED, LABELS, example

CALM = re.compile(r"flag not raised|未提示增强检查随访|LOB-FLAG-NOT|all \d+ slices were classified as benign")
GENERAL = re.compile(
    r"A flag that is not raised does not exclude malignancy\.|a raised or a not raised flag|未提示不能排除恶性病变。"
)
RAISED = re.compile("follow-up recommended|建议行增强检查随访")
STOP = make_caution("treated-lesion", Effect.WITHHOLD)
COMBINATIONS = [(classes, cautions) for classes in itertools.product(LABELS, repeat=2) for cautions in ((), (STOP,))]


@pytest.fixture(scope="module")
def two_slices():
    return example(1, 2, malignant=())


def with_classes(made, classes, cautions=()):
    """The same analysis with other classes of its slices; the flag is made by the rules."""
    (lesion,) = made.analysis.result.lesions
    slices = tuple(
        SliceResult(one.ref, {label: 0.6 if label == predicted else 0.2 for label in LABELS}, predicted)
        for one, predicted in zip(lesion.slices, classes, strict=True)
    )
    summed = {label: sum(one.scores[label] for one in slices) for label in LABELS}
    lesion = replace(
        lesion, slices=slices, summed_scores=summed, predicted=max(LABELS, key=summed.__getitem__),
        malignant_slices=tuple(one.ref.index for one in slices if one.predicted != "benign"),
    )  # fmt: skip
    made_result = replace(
        made.analysis.result, lesions=(lesion,), follow_up=aggregate.follow_up([lesion], cautions),
        cautions=tuple(cautions), predicted=lesion.predicted, scores=lesion.mean_scores,
        malignant_by_any_slice=bool(lesion.malignant_slices),
    )  # fmt: skip
    return replace(made, analysis=replace(made.analysis, result=made_result))


def may_be_calm(classes, cautions):
    return set(classes) == {"benign"} and not cautions


def texts_of(widget):
    """Everything that a widget and its children show, say to a screen reader or hold in a tip."""
    found = []
    for each in (widget, *widget.findChildren(QWidget)):
        found += [each.accessibleName(), each.accessibleDescription(), each.toolTip()]
        text = getattr(each, "text", None)
        found.append(text() if callable(text) else "")
        if isinstance(each, QComboBox):
            found += [each.itemText(place) for place in range(each.count())]
        if isinstance(each, QAbstractItemView) and each.model() is not None:
            model = each.model()
            found += [
                str(model.index(row, column).data() or "")
                for row in range(model.rowCount())
                for column in range(model.columnCount())
            ]
    return [str(text) for text in found if text]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_window(qtbot, qapp, dark, session, two_slices, language):
    """One panel sees all combinations one after another, so that what it says of changes is seen too."""
    i18n.install(qapp, language)
    try:
        panel = ResultPanel(session, Overlay(), dark)
        qtbot.addWidget(panel)
        show_example(session, two_slices, analysed=False)
        calm = 0
        for classes, cautions in [*COMBINATIONS, *COMBINATIONS[::-1]]:
            made = with_classes(two_slices, classes, cautions)
            session.document.show_analysis(made.analysis)
            said = [text for text in texts_of(panel) if CALM.search(text)]
            assert bool(said) == may_be_calm(classes, cautions), (classes, said)
            calm += bool(said)
        assert calm == 2
    finally:
        i18n.install(qapp, "en")


@pytest.mark.parametrize(
    ("classes", "cautions"),
    [(("benign", "benign"), ()), (("benign", "metastasis"), ()), (("primary_malignancy", "benign"), (STOP,))],
)
@pytest.mark.parametrize(("language", "deidentify"), [("en", True), ("zh_CN", False)])
def test_the_report(two_slices, classes, cautions, language, deidentify):
    made = with_classes(two_slices, classes, cautions)
    content = build_content(
        made.analysis, made.study, made.case, made.manifest, made.volumes,
        created=CREATED, language=language, deidentify=deidentify,
    )  # fmt: skip
    pages = [
        GENERAL.sub("", " ".join(page.extract_text().split()))
        for page in PdfReader(io.BytesIO(pdf_bytes(content, A4))).pages
    ]
    assert len(pages) > 1
    # the head of every page repeats the flag: all pages say it, or none
    assert {bool(CALM.search(page)) for page in pages} == {may_be_calm(classes, cautions)}
    assert {bool(RAISED.search(page)) for page in pages} == {set(classes) != {"benign"} and not cautions}


@pytest.mark.parametrize(("classes", "cautions"), COMBINATIONS)
def test_dicom_objects_terminal_and_audit(two_slices, capsys, classes, cautions):
    made = with_classes(two_slices, classes, cautions)
    result = made.analysis.result
    print_result(made.analysis)
    entry = {"time": "", "event": "analysis", **audit.analysis_facts(result)}
    (roi,) = made.case.rois
    (lesion,) = result.lesions
    pictures = [
        secondary_capture._picture(made.analysis, roi, slice_, seen, answer, made.volumes["T2"])
        for slice_, seen, answer in zip(
            lesion.slices, made.analysis.inputs[roi.lesion_id], made.analysis.predictions[roi.lesion_id], strict=True
        )
    ]
    calm_where_due = {
        "terminal": capsys.readouterr().out,
        "audit list": _line(entry),
        "result.json": json.dumps(storage.result_to_dict(result, deidentify=True)),
        "structured report": str(structured_report._statements(result)),
        "heat maps": " ".join(line for picture in pictures for line in picture.lines),
        "measurement group": structured_report.FLAG_VALUES[result.follow_up.recommended].value,
    }
    for name, text in calm_where_due.items():
        assert bool(CALM.search(text)) == may_be_calm(classes, cautions), name
    flags = {line.split(",")[-2] for line in storage.slices_csv(result).splitlines()[1:]}
    assert flags == {"" if cautions else str(set(classes) != {"benign"})}
