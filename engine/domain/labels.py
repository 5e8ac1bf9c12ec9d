"""Labels and lines that several rooms must word alike: class labels that rules depend on, status lines."""

BENIGN = "benign"
"""The label of the class that does not raise the flag; every other label of a package is malignant."""

STATUS_TEXT = {
    "simulated": "Demonstration model: trained on simulated images. Not for use with patients.",
    "research": ("Research use only. Not cleared as a medical device. Requires review by a qualified radiologist."),
    "validated": "Decision support. Requires review by a qualified radiologist.",
}
"""The line that stands on every page, screen and file, by `clinical_status`."""
