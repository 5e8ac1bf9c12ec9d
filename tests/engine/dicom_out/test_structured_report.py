"""The written SR as highdicom reads it: scores, algorithm, flag, sizes, references, words."""

from __future__ import annotations

from datetime import datetime

import highdicom as hd
import pytest

from engine.dicom_out import write_segmentation, write_structured_report
from engine.dicom_out.structured_report import ANY_SLICE, FLAG, SCHEME, SUM_RULE
from engine.domain.errors import ReportError
from tests.support.dicom_check import dicom_errors
from tests.support.roi_analysis import made_up_analysis
from tests.support.roi_series import ball, small_study

CREATED = datetime(2026, 1, 2, 3, 4, 5)


def write(tmp_path, *, enhanced: bool = False, withheld: bool = False):
    # slices 1 to 4 at 5 mm: the lesion spans planes 0 and 1 of the 10 mm analysis grid, so two slices are classified
    small = small_study(tmp_path / "t2", enhanced=enhanced)
    case = small.case(small.roi(ball(small.volume.shape, (2, 9, 12), (1.5, 4, 6)), name="segment 5"))
    analysis = made_up_analysis(small, case, withheld=withheld)
    write_segmentation(case, small.study, small.volumes, tmp_path / "seg.dcm", created=CREATED)
    write_structured_report(
        analysis, case, small.study, tmp_path / "sr.dcm", segmentation=tmp_path / "seg.dcm", created=CREATED
    )
    return small, analysis, hd.sr.srread(tmp_path / "sr.dcm")


def texts(report) -> dict[str, str]:
    """Return the statements about the study by code value."""
    container = report.content[0].ContentSequence[-1]
    return {
        item.ConceptNameCodeSequence[0].CodeValue: item.TextValue
        for item in container.ContentSequence
        if item.ValueType == "TEXT"
    }


@pytest.mark.parametrize("enhanced", [False, True])
def test_scores_algorithm_flag_and_references_are_found(tmp_path, enhanced) -> None:
    small, analysis, report = write(tmp_path, enhanced=enhanced)
    (group,) = report.content.get_volumetric_roi_measurement_groups()
    lesion = analysis.result.lesions[0]
    values = {item.name.value: item for item in group.get_measurements()}
    assert {code: values[code].value for code in ("LOB-M-benign", "LOB-M-primary_ma", "LOB-M-metastasis")} == {
        "LOB-M-benign": pytest.approx(lesion.mean_scores["benign"], abs=1e-6),
        "LOB-M-primary_ma": pytest.approx(lesion.mean_scores["primary_malignancy"], abs=1e-6),
        "LOB-M-metastasis": pytest.approx(lesion.mean_scores["metastasis"], abs=1e-6),
    }
    assert values["LOB-S-benign"].value == pytest.approx(lesion.summed_scores["benign"], abs=1e-6)
    assert values["103339001"].value == pytest.approx(lesion.longest_diameter_mm, abs=1e-6)
    assert values["118565006"].value == pytest.approx(lesion.volume_ml, abs=1e-6)
    algorithm = [
        (item.ConceptNameCodeSequence[0].CodeMeaning, item.TextValue)
        for item in values["LOB-M-benign"][0].ContentSequence
        if item.ValueType == "TEXT"
    ]
    assert ("Algorithm Name", "made-up") in algorithm
    assert ("Algorithm Version", "2.1.0") in algorithm
    assert ("Algorithm Parameters", f"package digest {'ab' * 32}") in algorithm
    (site,) = group.finding_sites
    assert site.topographical_modifier is None
    assert site.value.value == "10200004"  # liver
    answers = {item.name.value: item.value.meaning for item in group.get_qualitative_evaluations()}
    assert answers[FLAG.value] == "Contrast follow-up recommended"
    assert answers[SUM_RULE.value] == lesion.predicted.capitalize()
    assert answers[ANY_SLICE.value] == "At least one slice classified as malignant"
    images = group.referenced_segment.source_images_for_segmentation
    shown = {image.referenced_sop_instance_uid for image in images}
    assert shown <= {instance.sop_instance_uid for instance in small.series.instances}
    assert shown
    if enhanced:
        assert images[0].referenced_frame_numbers == [2, 3, 4]
    files = {instance.sop_instance_uid for instance in small.series.instances}
    study, series, evidence = ({str(entry[place]) for entry in report.get_evidence()} for place in (0, 1, 2))
    assert study == {small.study.study_instance_uid}
    assert small.series.series_instance_uid in series
    assert files < evidence  # every T2 image, and the segmentation


def test_words_that_must_stand_beside_every_result(tmp_path) -> None:
    _, analysis, report = write(tmp_path)
    said = texts(report)
    assert said["LOB-STATUS"] == "Demonstration model: trained on simulated images. Not for use with patients."
    assert said["LOB-HEADLINE"].startswith("Contrast follow-up recommended: ")
    assert said["LOB-PACKAGE"] == f"made-up 2.1.0, digest {'ab' * 32}"
    assert said["LOB-PROVIDER"] == "CPUExecutionProvider"
    assert "DWI was not used." in said["LOB-ROLES"]
    assert "not probabilities" in said["LOB-NOTE"]
    assert said["LOB-CASE"] == analysis.result.case_digest
    assert said["LOB-CAUTION-1"] == "t2-only: No DWI was used."
    assert report.VerificationFlag == "UNVERIFIED"
    assert report.CodingSchemeIdentificationSequence[0].CodingSchemeDesignator == SCHEME


def test_a_withheld_result_is_written_as_withheld(tmp_path) -> None:
    _, _, report = write(tmp_path, withheld=True)
    assert dicom_errors(tmp_path / "sr.dcm") == []
    (group,) = report.content.get_volumetric_roi_measurement_groups()
    answers = {item.name.value: item.value.meaning for item in group.get_qualitative_evaluations()}
    assert answers == {FLAG.value: "No flag: result withheld"}
    assert list(group.get_measurements()) == []
    assert "withheld because" in texts(report)["LOB-HEADLINE"]


def test_without_the_segmentation_there_is_no_report(tmp_path) -> None:
    small, analysis, _ = write(tmp_path)
    case = small.case(small.roi(ball(small.volume.shape, (2, 9, 12), (1.5, 4, 6))))
    with pytest.raises(ReportError) as caught:
        write_structured_report(
            analysis, case, small.study, tmp_path / "x.dcm", segmentation=tmp_path / "gone.dcm", created=CREATED
        )
    assert caught.value.code == "no-segmentation"
    assert not (tmp_path / "x.dcm").exists()
