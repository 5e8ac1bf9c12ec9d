"""The menus of a role: which series may play it, which b-value of diffusion, and how far it is moved."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu

from desktop import wording
from desktop.document import CaseDocument
from engine.domain.sequence import SequenceRole, SeriesKind
from engine.domain.study import Series

translate = QCoreApplication.translate


def possible(document: CaseDocument, role: SequenceRole) -> list[Series]:
    """Return the series that the recognition holds able to play a role, in the order of the study."""
    study = document.study
    if study is None:
        return []
    able = {g.series_key for g in document.role_map.guesses if role in (g.role, g.candidate_for)}
    return [series for series in study.series if series.is_stack and series.key in able]


def b_values(document: CaseDocument) -> list[Series]:
    """Return the diffusion series of the study by b-value, those without one last."""
    study = document.study
    if study is None:
        return []
    diffusion = {g.series_key for g in document.role_map.guesses if g.kind is SeriesKind.DWI}
    found = [series for series in study.series if series.is_stack and series.key in diffusion]
    unknown = float("inf")
    return sorted(found, key=lambda s: unknown if s.facts.b_value_s_mm2 is None else s.facts.b_value_s_mm2)


def b_text(series: Series) -> str:
    """Return the b-value of a series as a button shows it."""
    value = series.facts.b_value_s_mm2
    return translate("role_menu", "b unknown") if value is None else f"b {value:.0f}"


def fill_roles(
    menu: QMenu,
    document: CaseDocument,
    role: SequenceRole,
    choose: Callable[[str | None], None],
    move: Callable[[], None],
) -> None:
    """Fill a menu with every stack of the study, those that fit the role first, and with what else can be done."""
    study, case = document.study, document.case
    menu.clear()
    if study is None or case is None:
        return
    fitting = possible(document, role)
    others = [series for series in study.series if series.is_stack and series not in fitting]
    for title, group in (
        (translate("role_menu", "Fits the role"), fitting),
        (translate("role_menu", "Other series"), others),
    ):
        if group:
            menu.addAction(title).setEnabled(False)  # a section's text is not painted by style sheets
        for series in group:
            kind = wording.series_kind(series, document.role_map.guess_for(series.key))
            action = menu.addAction(f"{kind}   {wording.series_name(series)}".replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(case.roles.get(role) == series.key)
            action.triggered.connect(lambda _=False, key=series.key: choose(key))
    menu.addSeparator()
    nobody = menu.addAction(translate("role_menu", "No series"))
    nobody.setEnabled(role in case.roles)
    nobody.triggered.connect(lambda: choose(None))
    if role is not SequenceRole.T2:  # everything else is moved onto T2, where lesions are outlined
        menu.addSeparator()
        shift = menu.addAction(translate("role_menu", "Align with T2…"))
        shift.setEnabled(role in case.roles)
        shift.triggered.connect(move)


def fill_b_values(menu: QMenu, document: CaseDocument, choose: Callable[[str], None]) -> None:
    """Fill a menu with the diffusion series by b-value."""
    case = document.case
    menu.clear()
    for series in b_values(document):
        action = menu.addAction(f"{b_text(series)}   {wording.series_name(series)}".replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(case is not None and case.roles.get(SequenceRole.DWI) == series.key)
        action.triggered.connect(lambda _=False, key=series.key: choose(key))
