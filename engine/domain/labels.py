"""Labels and lines that several rooms must word alike: class labels that rules depend on, status lines."""

from __future__ import annotations

from collections.abc import Mapping

BENIGN = "benign"
"""The label of the class that does not raise the flag; every other label of a package is malignant."""

STATUS_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "simulated": "Demonstration model: trained on simulated images. Not for use with patients.",
        "research": "Research use only. Not cleared as a medical device. Requires review by a qualified radiologist.",
        "validated": "Decision support. Requires review by a qualified radiologist.",
    },
    "zh_CN": {
        "simulated": "演示模型：使用模拟图像训练。不得用于患者。",
        "research": "仅供研究使用。未作为医疗器械获批。须由有资质的放射科医师复核。",
        "validated": "决策支持。须由有资质的放射科医师复核。",
    },
}
"""The line that stands on every page, screen and file, by language and `clinical_status`."""

STATUS_TEXT = STATUS_WORDS["en"]
"""The line for files and the command line, which speak English."""
