"""The last pages: sequences used, method, limits, all figures and glossary."""

from __future__ import annotations

from engine.domain.case import Case
from engine.domain.figures import Figure
from engine.domain.package import ClinicalStatus, ModelManifest
from engine.domain.sequence import SequenceRole
from engine.domain.study import Study
from engine.domain.volume import VolumeSet
from engine.report.texts import Texts, clean, correction, number
from engine.report.validation import figure_row
from engine.report.values import Field, Section, TableContent


def closing_sections(
    study: Study,
    case: Case,
    manifest: ModelManifest,
    volumes: VolumeSet,
    figures: tuple[Figure, ...],
    texts: Texts,
    *,
    digests: tuple[Field, ...],
    figures_note: str,
    deidentify: bool,
) -> tuple[Section, ...]:
    """Return the sections after the slices, in order."""
    sections = [
        Section(texts.word("sequences"), table=_sequences(study, case, manifest, volumes, texts, deidentify)),
        Section(texts.word("method"), _method(manifest, texts), fields=digests),
        Section(texts.word("limits"), _limits(manifest, texts)),
    ]
    if figures:
        table = figures_table(figures, manifest, texts)
        sections.append(Section(texts.word("figures_all"), (figures_note,), table=table))
    glossary = tuple(Field(term, meaning) for term, meaning in texts.glossary)
    return (*sections, Section(texts.word("glossary"), fields=glossary))


def figures_table(figures: tuple[Figure, ...], manifest: ModelManifest, texts: Texts) -> TableContent:
    """Return validation figures as a table."""
    simulated = manifest.clinical_status is ClinicalStatus.SIMULATED
    return TableContent(
        tuple(texts.word(key) for key in ("figure", "value", "count", "cohort")),
        tuple(figure_row(figure, texts, simulated) for figure in figures),
        numeric=(1, 2),
    )


def _sequences(
    study: Study, case: Case, manifest: ModelManifest, volumes: VolumeSet, texts: Texts, deidentify: bool
) -> TableContent:
    rows = []
    for role in manifest.preprocess.roles:
        series = study.find(case.roles.get(role, ""))
        volume = volumes.get(role)
        facts = series.facts if series else None
        description = clean(facts.series_description) if facts and not deidentify else ""
        named = facts.series_number if facts else None
        # free text of a header may hold a name: a de-identified report keeps the number alone
        label = " ".join(part for part in ("" if named is None else f"{named}:", description) if part)
        voxel = " × ".join(number(size, 2) for size in volume.spacing_mm) if volume else ""
        slices = str(volume.shape[0]) if volume else ""
        b_value = facts.b_value_s_mm2 if facts else None
        detail = texts.word("b_value", b=number(b_value, 0)) if b_value is not None else ""
        moved = correction(case, role, texts)
        name = f"{texts.role(role.value)}, {detail}" if detail and role is SequenceRole.DWI else texts.role(role.value)
        rows.append((name, label.rstrip(":") or texts.word("not_stated"), slices, voxel, moved))
    headers = tuple(texts.word(key) for key in ("role", "series", "slices", "voxel", "moved"))
    return TableContent(headers, tuple(rows), numeric=(2,))


def _method(manifest: ModelManifest, texts: Texts) -> tuple[str, ...]:
    spec = manifest.preprocess
    filled = {
        "in_plane": f"{spec.in_plane_mm:g}",
        "step": f"{spec.slice_step_mm:g}",
        "margin": f"{spec.margin_mm:g}",
        "pixels": spec.input_px,
        "channels": texts.word("comma").join(texts.role(role.value) for role in spec.channels),
        "labels": texts.word("comma").join(texts.label(label) for label in manifest.labels),
    }
    return tuple(paragraph.format(**filled) for paragraph in texts.method)


def _limits(manifest: ModelManifest, texts: Texts) -> tuple[str, ...]:
    stated = [texts.intended_use.format(text=clean(manifest.intended_use, 2000))] if manifest.intended_use else []
    first = [texts.limits_simulated] if manifest.clinical_status is ClinicalStatus.SIMULATED else []
    return (*first, *texts.limits, *stated)
