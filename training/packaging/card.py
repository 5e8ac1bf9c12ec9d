"""`card.md`: what a package is, written from the facts of its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.domain.package import ClinicalStatus, ModelManifest

STATUS = {
    ClinicalStatus.SIMULATED: "**Demonstration model: trained on simulated images. Not for use with patients.**",
    ClinicalStatus.RESEARCH: "**Research use only. Not cleared as a medical device. Requires review by a "
    "qualified radiologist.**",
    ClinicalStatus.VALIDATED: "**Validated: see the document named below for whom and for what.**",
}


def render_card(manifest: ModelManifest) -> str:
    """The card as Markdown text."""
    roles = ", ".join(role.value for role in manifest.preprocess.channels)
    lines = [
        f"# {manifest.title or manifest.id} ({manifest.id} {manifest.version})",
        "",
        STATUS[manifest.clinical_status],
        "",
        f"Intended use: {manifest.intended_use}",
        "",
        f"Classes: {', '.join(manifest.labels)}. Input channels in order: {roles}; "
        f"{manifest.preprocess.input_px} × {manifest.preprocess.input_px} pixels.",
        "",
        "The scores are model scores, not probabilities of disease"
        + ("." if not manifest.calibration else "; see Calibration."),
    ]
    for title, facts in (
        ("Training", manifest.training),
        ("Figures measured on this package", manifest.validation),
        ("Quantisation", manifest.quantisation),
        ("Calibration", manifest.calibration),
        ("Feature statistics", manifest.features),
        ("Preprocessing", manifest.preprocess.as_dict()),
    ):
        if facts:
            lines += ["", f"## {title}", "", *_table(facts)]
    return "\n".join(lines) + "\n"


def _table(facts: Mapping[str, Any]) -> list[str]:
    return ["| fact | value |", "|---|---|", *(f"| {k} | {v} |" for k, v in _flat(facts, ""))]


def _flat(facts: Mapping[str, Any], prefix: str) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in facts.items():
        label = f"{prefix}{name}"
        if isinstance(value, Mapping):
            rows += _flat(value, f"{label} · ")
        elif isinstance(value, list | tuple):
            rows.append((label, ", ".join(_text(item) for item in value)))
        else:
            rows.append((label, _text(value)))
    return rows


def _text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value).replace("|", "\\|")
