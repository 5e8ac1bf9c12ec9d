"""No combination of slice results reads "not raised" in any output while a slice is malignant."""

from __future__ import annotations

import csv
import io
import json

from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from engine import aggregate, storage
from engine.dicom_out import structured_report
from engine.domain.caution_words import make_caution
from engine.domain.result import Effect
from engine.report import wording
from engine.report.texts import texts_for
from tests.engine.test_aggregate import lesion
from tests.support.results import example

scores = st.tuples(*[st.floats(0.001, 1.0)] * 3).map(lambda t: tuple(v / sum(t) for v in t))
near_ties = st.sampled_from([(1 / 3, 1 / 3, 1 / 3), (0.5, 0.5, 0.0), (0.5, 0.0, 0.5), (0.4999, 0.5001, 0.0)])
lesions_of_scores = st.lists(st.lists(scores | near_ties, min_size=1, max_size=5), min_size=0, max_size=3)
cautions = st.sampled_from(
    [(), (make_caution("t2-only", Effect.INFORM),), (make_caution("treated-lesion", Effect.WITHHOLD),)]
)
PACKAGE = example(slices=1).analysis.package
CALM = ("not raised", "未提示增强检查随访", "all benign")


def texts_of(dataset: Dataset) -> list[str]:
    found = []
    for item in dataset.get("ContentSequence", []):
        found += [str(item.get("TextValue", ""))]
        if "ConceptCodeSequence" in item:
            found.append(item.ConceptCodeSequence[0].CodeMeaning)
        found += texts_of(item)
    return found


@settings(deadline=None, max_examples=60)
@given(rows=lesions_of_scores, raised=cautions)
def test_no_output_is_calm_above_a_malignant_slice(rows, raised):
    lesions = [lesion(own) for own in rows]
    result = aggregate.study_result(
        lesions,
        raised,
        PACKAGE,
        provider="CPUExecutionProvider",
        case_digest="0" * 64,
        study_instance_uid="1.2.3",
        roles_used={"T2": "1", "DWI": "2"},
    )
    malignant = any(slice_.predicted != "benign" for own in lesions for slice_ in own.slices)
    document = storage.result_to_dict(result)
    told = [json.dumps(document, ensure_ascii=False)]
    told += texts_of(structured_report._statements(result))
    for language in ("en", "zh_CN"):
        flag = wording.flag(result, texts_for(language))
        told += [flag.headline, flag.reason]
        assert flag.state == {True: "raised", False: "not-raised", None: "withheld"}[result.follow_up.recommended]
    rows_told = list(csv.DictReader(io.StringIO(storage.slices_csv(result))))
    assert len(rows_told) == sum(len(own) for own in rows)
    for own in lesions:
        of_lesion = [row for row in rows_told if row["lesion_id"] == own.lesion_id]
        if own.malignant_slices and len(lesions) == 1:
            assert {row["malignant_by_any_slice_rule"] for row in of_lesion} == {"True"}
    stopped = any(caution.effect is Effect.WITHHOLD for caution in raised) or not lesions
    if malignant or stopped:
        assert document["contrast_follow_up"]["recommended"] is (None if stopped else True)
        assert not any(calm in text for text in told for calm in CALM)
    else:
        assert document["contrast_follow_up"]["recommended"] is False
