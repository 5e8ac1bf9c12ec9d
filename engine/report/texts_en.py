"""The words of the report in English. `{name}` marks what is filled in; the Chinese table has the same keys."""

from __future__ import annotations

from engine.domain.caution_words import ROLE_WORDS
from engine.domain.labels import STATUS_WORDS

STATUS = STATUS_WORDS["en"]

LABELS = {
    "benign": "benign",
    "malignant": "malignant",
    "primary_malignancy": "primary malignancy",
    "metastasis": "metastasis",
}

ROLES = ROLE_WORDS["en"]

ORIGINS = {"drawn": "drawn", "interpolated": "drawn, with interpolated slices"}

WORDS = {
    "title": "Lobule report",
    "subtitle": "Focal liver lesion on MRI: decision support",
    "deidentified": "De-identified",
    "not_stated": "not stated",
    "patient": "Patient",
    "patient_id": "Patient ID",
    "age_sex": "Age, sex",
    "years": "{age} years",
    "years_over_89": "over 89 years",
    "birth_date": "Birth date",
    "study_date": "Study date",
    "study": "Study",
    "accession": "Accession number",
    "report_date": "Report date",
    "sex_M": "male",
    "sex_F": "female",
    "sex_O": "other",
    "key_slice": "Lesion {lesion}: slice at {place}",
    "overview": "T2, whole image",
    "t2": "T2, outline",
    "dwi": "DWI, outline",
    "heat": "Heat map: {label}",
    "input": "Network input: {role}",
    "heat_caption": "Regions that raised this score. Not a lesion boundary and not proof of reasoning.",
    "heat_note": "Heat map for “{label}”: {size}, shown smoothed.",
    "map_size": "{rows} × {columns} cells of {cell} mm",
    "heat_each": "Every map belongs to the class of its slice and is shown smoothed; its resolution stands beside it.",
    "map_beside": "Map: {size}",
    "heat_low": "low",
    "heat_high": "high",
    "heat_scale": "Colour: share of this class's highest value in the lesion.",
    "square_note": "Dashed square: what the network sees.",
    "lesion": "Lesion",
    "not_excluded": "malignancy is not excluded",
    "lesion_heading": "Lesion {lesion}",
    "diameter": "Longest diameter",
    "volume": "Volume",
    "outline": "Outline",
    "slices": "Slices",
    "origin_imported": "imported ({origin})",
    "interpolated": "unconfirmed interpolated outlines were used",
    "rules": "Both rules",
    "sum_rule": "Sum rule",
    "any_slice_rule": "Any-slice rule",
    "sum_rule_cell": "{label} (mean score {score})",
    "any_slice_benign": "benign: all {total} slices benign",
    "any_slice_benign_one": "benign: the only slice is benign",
    "any_slice_malignant": "malignant: {count} of {total} slices",
    "no_scores": "no scores: the network was not run",
    "patient_statement": "Patient: {label} by the sum rule of lesion {lesion}; {any} by the any-slice rule.",
    "any_malignant": "malignant",
    "any_benign": "benign",
    "scores": "Model scores per slice",
    "scores_more": "The {shown} of {total} slices with the highest malignant scores are listed here; all follow "
    "from page 2.",
    "lesions_more": "{shown} of {total} lesions are listed here; all follow from page 2.",
    "score": "Model score",
    "calibrated_score": "Calibrated probability",
    "score_note": "Model scores are not probabilities of disease.",
    "scores_calibrated": "Calibrated probabilities per slice",
    "score_note_calibrated": "Calibrated on patients, as the package states.",
    "position": "Position",
    "t2_image": "T2 image",
    "class": "Class",
    "place": "{position} (T2 image {image})",
    "cautions": "Cautions",
    "no_cautions": "No caution was raised.",
    "effect_inform": "Note",
    "effect_withhold": "Withholds the flag",
    "package": "Model package",
    "package_id": "Package",
    "digest": "Digest",
    "provider": "Ran on",
    "dwi_used": "DWI used",
    "dwi_yes": "yes ({detail})",
    "dwi_no": "no",
    "b_value": "b {b} s/mm²",
    "b_unknown": "b-value not stated",
    "status": "Status",
    "status_simulated": "simulated",
    "status_research": "research",
    "status_validated": "validated",
    "analysed": "Report date",
    "engine": "Software",
    "case_digest": "Case digest",
    "figures": "The package's own figures",
    "figures_simulated": "These figures were measured on simulated images (digital phantoms). They say nothing "
    "about performance in patients.",
    "figures_research": "These figures were measured on the cohort named beside them, without independent validation.",
    "figures_validated": "These figures were measured on the cohort named beside them.",
    "figures_none": "The package states no figures of its own.",
    "figures_all": "All figures of the package",
    "figure": "Figure",
    "value": "Value (95 % CI)",
    "count": "n",
    "cohort": "Measured on",
    "cohort_simulated": "{cohort} (simulated)",
    "cohort_unnamed": "cohort not named",
    "patients": "{n} patients",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "dlr_plus": "DLR+",
    "dlr_minus": "DLR−",
    "auc": "AUC",
    "accuracy": "Accuracy",
    "any_slice_rule_figures": "any-slice rule",
    "sum_rule_figures": "sum rule",
    "slice_figures": "per slice",
    "naive_slice_figures": "per slice, limits as if slices were independent",
    "lesion_figures": "per lesion",
    "patient_figures": "per patient",
    "measured_on": "Measured on: {cohort}.",
    "reader": "Reader",
    "first_impression": "First impression",
    "final_class": "Reader's final class",
    "agreement": "Compared with the sum rule",
    "agrees": "agrees",
    "differs": "differs",
    "comment": "Comment",
    "comment_left_out": "left out of the de-identified report",
    "pre_test": "Pre-test probability",
    "post_test": "Post-test probability",
    "post_test_text": "{value} (Fagan, from the package's {name} {ratio})",
    "post_test_simulated": "{value} (Fagan, from the package's {name} {ratio}, measured on simulated images: "
    "not a clinical estimate)",
    "all_slices": "All slices of lesion {lesion}",
    "sequences": "Sequences used",
    "role": "Role",
    "series": "Series",
    "voxel": "Voxel (mm)",
    "moved": "Moved by the reader",
    "comma": ", ",
    "to_left": "{mm} mm left",
    "to_right": "{mm} mm right",
    "to_posterior": "{mm} mm posterior",
    "to_anterior": "{mm} mm anterior",
    "to_head": "{mm} mm towards the head",
    "to_feet": "{mm} mm towards the feet",
    "heading_of": "{heading}: {name}",
    "turned": "turned by {degrees} degrees about x / y / z",
    "not_moved": "no",
    "page": "Page {page} of {pages}",
    "slice_axis": "Slice position along the T2 normal (mm)",
    "chart_title": "Lesion {lesion}: scores over slice position",
    "highest": "called malignant",
    "scale_bar": "{cm} cm",
    "method": "Method",
    "limits": "Limits",
    "glossary": "Glossary",
}

METHOD = (
    "Every lesion is outlined on the T2 images. The outline is carried to the other sequences through positions "
    "in patient "
    "space. T2 and the other sequences are resampled to {in_plane} × {in_plane} × {step} mm on a grid that "
    "begins at the first T2 slice; "
    "every plane that the outline touches is one slice. The lesion's bounding square plus {margin} mm on every "
    "side is cut "
    "out and resized to {pixels} × {pixels} pixels. Channels: {channels}.",
    "A convolutional network gives each slice one score per class ({labels}); the scores of a slice add up to one. "
    "The class with the highest score is the class of the slice.",
    "Sum rule: the scores of all slices of a lesion are added; the class with the largest sum is the class of "
    "the lesion. "
    "Any-slice rule: a lesion is malignant as soon as one slice is classified other than benign. The any-slice "
    "rule sets the contrast "
    "follow-up flag. With several lesions, the flag is raised when it is raised for any of them, and the "
    "patient's class is that "
    "of the lesion with the highest malignant share.",
    "Heat maps (Grad-CAM) show which regions raised the score of one class, on a coarse grid laid back on the "
    "T2 image. "
    "DWI is shown resampled to the plane of the T2 image.",
    "The method follows Zhen et al., Frontiers in Oncology 2025, 15:1582322. The figures of that paper are not "
    "figures of this package.",
)

LIMITS = (
    "This report supports a radiologist; it does not make a diagnosis. A flag that is not raised does not "
    "exclude malignancy.",
    "The method was studied on adults with untreated focal liver lesions, usually larger than 1 cm. "
    "Diffuse disease, lesions without an outline and other organs are outside its scope.",
    "Scores depend on the outline, the sequences and the scanner. Heat maps are not lesion boundaries and not "
    "proof of reasoning; "
    "they look convincing whether or not the answer is right.",
)

LIMITS_SIMULATED = (
    "This package was trained on simulated images only. Its answers for patients are meaningless and must not be used."
)

INTENDED_USE = "Intended use stated by the package: {text}"

GLOSSARY = (
    ("Model score", "Output of the network for one class, between 0 and 1. Not a probability of disease."),
    (
        "Slice position",
        "Distance of the slice from the patient origin along the T2 normal; for axial images the z coordinate.",
    ),
    (
        "T2 image",
        "Instance number of the T2 image nearest to the slice, or its place in the stack where the file states none.",
    ),
    ("Sum rule", "Class with the largest sum of scores over all slices of a lesion."),
    ("Any-slice rule", "Malignant when at least one slice is classified as malignant."),
    (
        "DLR+ / DLR−",
        "Diagnostic likelihood ratios: how much a raised or a not raised flag changes the odds of malignancy.",
    ),
    ("AUC", "Area under the receiver operating characteristic curve."),
    ("CI", "Confidence interval."),
    ("b-value", "Strength of diffusion weighting, in s/mm²."),
    ("Digest", "SHA-256 fingerprint: equal digests mean equal content."),
)
