"""The PDF: every page says what it must, equal input gives equal bytes, and no text of a header becomes markup."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pypdf import PdfReader
from reportlab.lib.pagesizes import A4, LETTER

from engine.domain.errors import ReportError
from engine.domain.result import Caution, Effect
from engine.report import build_content, texts_en, texts_zh, write_pdf
from engine.report.flow import paginate
from engine.report.pages import document
from engine.report.pdf import FOOTER, MARGIN, TOP
from engine.report.summary import DETAILS, first_page
from tests.support.paths import ROOT
from tests.support.results import CREATED, Example, example

LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff^" + "Anna-Katharina " * 11


def content_of(made: Example, **options: Any):
    options.setdefault("created", CREATED)
    return build_content(made.analysis, made.study, made.case, made.manifest, made.volumes, **options)


def pages_of(made: Example, folder: Path, *, paper: str = "A4", **options: Any) -> list[str]:
    write_pdf(content_of(made, **options), folder / "report.pdf", paper=paper)
    return [page.extract_text() for page in PdfReader(folder / "report.pdf").pages]


def flat(text: str) -> str:
    return " ".join(text.split())


def joined(pages: list[str]) -> str:
    return flat(" ".join(pages))


@pytest.mark.parametrize(("language", "paper"), [("en", "A4"), ("zh_CN", "Letter")])
def test_every_page_has_status_patient_package_date_and_number(tmp_path, language, paper):
    pages = pages_of(example(2, 4), tmp_path, language=language, paper=paper)
    status = (texts_zh if language == "zh_CN" else texts_en).STATUS["simulated"]
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        text = flat(page)
        counted = f"第 {number} 页，共 {len(pages)} 页" if language == "zh_CN" else f"Page {number} of {len(pages)}"
        for wanted in (status, "Muster, Anna", "HEP-004711", "example 1.0.0", "2026-03-14 09:26 UTC", counted):
            assert wanted in text, (number, wanted)


def test_the_first_page_holds_the_summary(tmp_path):
    first = flat(pages_of(example(1, 7, malignant=(2, 3)), tmp_path)[0])
    for wanted in (
        "Contrast follow-up recommended",
        "2 of 7 slices were classified as malignant: slices at −24.5 mm and −14.5 mm; the rule needs one.",
        "Regions that raised this score. Not a lesion boundary and not proof of reasoning.",
        "Sum rule",
        "malignant: 2 of 7 slices",
        "Model scores are not probabilities of disease.",
        "No caution was raised.",
        "CPUExecutionProvider",
        "yes (b 800 s/mm²)",
        "Sensitivity, any-slice rule",
        "These figures were measured on simulated images (digital phantoms).",
        "held-out phantoms, n = 60 (simulated)",
    ):
        assert wanted in first, wanted
    assert first.count("Not for use with patients.") >= 4  # banner, image, watermark, footer


def test_all_slices_method_limits_and_glossary_follow(tmp_path):
    pages = pages_of(example(1, 4), tmp_path)
    rest = joined(pages[1:])
    for wanted in ("All slices of lesion L1", "−44.5 mm (T2 image 3): benign", "Method", "Limits", "Glossary"):
        assert wanted in rest
    assert "5e1f" * 16 in rest.replace(" ", "")


def test_equal_content_gives_equal_bytes(tmp_path):
    made = example(1, 2)
    write_pdf(content_of(made), tmp_path / "one.pdf")
    write_pdf(content_of(made), tmp_path / "two.pdf")
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def test_equal_bytes_in_another_process(tmp_path):
    script = (
        "import hashlib, sys; from pathlib import Path; from engine.report import build_content, write_pdf\n"
        "from tests.support.results import CREATED, example\n"
        "e = example(1, 1); p = Path(sys.argv[1])\n"
        "write_pdf(build_content(e.analysis, e.study, e.case, e.manifest, e.volumes, created=CREATED), p)\n"
    )
    write_pdf(content_of(example(1, 1)), tmp_path / "here.pdf")
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "there.pdf")], check=True, env=environment, cwd=ROOT)
    assert (tmp_path / "here.pdf").read_bytes() == (tmp_path / "there.pdf").read_bytes()


def test_metadata_language_and_bookmarks(tmp_path):
    created = datetime(2026, 3, 14, 9, 26, 5, tzinfo=timezone(timedelta(hours=8)))
    content = content_of(example(2, 1), language="zh_CN", created=created)
    write_pdf(content, tmp_path / "report.pdf")
    reader = PdfReader(tmp_path / "report.pdf")
    assert reader.metadata is not None
    assert reader.metadata.title == "Lobule 报告: example 1.0.0"
    assert reader.metadata["/CreationDate"] == "D:20260314092605+08'00'"
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "zh-CN"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712  (pypdf's own boolean)
    assert root["/PageMode"] == "/UseOutlines"
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert titles[:3] == ["Lobule 报告", "病灶 L1", "病灶 L2"]
    assert titles[-1] == "术语"
    assert not [value for value in reader.metadata.values() if "Muster" in str(value)]


@pytest.mark.parametrize(("paper", "size"), [("A4", A4), ("Letter", LETTER)])
def test_paper_sizes(tmp_path, paper, size):
    write_pdf(content_of(example(1, 1)), tmp_path / "report.pdf", paper=paper)
    box = PdfReader(tmp_path / "report.pdf").pages[0].mediabox
    assert (float(box.width), float(box.height)) == pytest.approx(size, abs=0.01)


def test_research_packages_have_a_status_line_and_no_watermark(tmp_path):
    pages = pages_of(example(1, 1, status="research"), tmp_path)
    for page in pages:
        assert flat(page).count(texts_en.STATUS["research"]) >= 1
    # banner, image and footer; a watermark would be a fourth
    assert flat(pages[0]).count("Not cleared as a medical device.") == 3


def test_markup_in_headers_is_printed_as_text(tmp_path):
    made = example(1, 1).with_patient(patient_name="O'Brien <b>&^</b><br/>", patient_id="<para>%&amp;\\(")
    text = joined(pages_of(made, tmp_path))
    assert "O'Brien <b>&, </b><br/>" in text
    assert "<para>%&amp;\\(" in text


def test_names_of_many_scripts_are_printed(tmp_path):
    made = example(1, 1).with_patient(patient_name="Wang^Xiaoming=王^小明", patient_id="김철수 Łukasz Ωμέγα Юлия")
    first = flat(pages_of(made, tmp_path)[0])
    for wanted in ("Wang, Xiaoming (王小明)", "김철수 Łukasz Ωμέγα Юлия"):
        assert wanted in first


def test_names_beyond_the_basic_plane_are_printed_and_found(tmp_path):
    """Two names never look the same: what no face has is printed as its number, also of private use."""
    made = example(1, 1).with_patient(patient_name="𠮷田^太郎", patient_id="\U0002a6d0\ue863 e\u0331 🩺")
    pages = pages_of(made, tmp_path)
    assert "𠮷田太郎" in flat(pages[0])
    assert all("𠮷田太郎" in page for page in pages)
    assert "[U+2A6D0][U+E863] e\u0331 [U+1FA7A]" in flat(pages[0])
    ran = subprocess.run(["pdftotext", tmp_path / "report.pdf", "-"], capture_output=True, text=True, check=True)
    assert ran.stdout.count("𠮷田太郎") > len(pages)


def test_every_font_is_embedded(tmp_path):
    made = example(1, 1).with_patient(patient_name="王^小明=محمد^علي=שלום", patient_id="ไทย हिन्दी Ճան მარი")
    write_pdf(content_of(made), tmp_path / "report.pdf")
    fonts = {}
    for page in PdfReader(tmp_path / "report.pdf").pages:
        for font in page["/Resources"]["/Font"].values():
            entry = font.get_object()
            fonts[entry["/BaseFont"]] = entry
    used = {name.split("+")[-1] for name in fonts if "+" in name}
    assert {"Roboto-Regular", "DroidSansFallback", "NotoNaskhArabic-Regular", "NotoSansThai-Regular"} <= used
    assert all("/FontFile2" in font["/FontDescriptor"] for name, font in fonts.items() if "+" in name)
    assert (tmp_path / "report.pdf").stat().st_size < 1_000_000  # subsets, not the four megabytes of the CJK face


def test_no_page_names_a_person_when_deidentified(tmp_path):
    text = joined(pages_of(example(1, 1), tmp_path, deidentify=True))
    data = (tmp_path / "report.pdf").read_bytes()
    for secret in ("Muster", "HEP-004711", "1961-02-03", "2026-03-12", "ACC-2291"):
        assert secret not in text
        assert secret.encode() not in data
    assert len(re.findall("De-identified", text)) >= 3


def word_boxes(path: Path) -> list[np.ndarray]:
    """The boxes of the words of every page, (n, 4): left, top, right, bottom in points from the upper left corner."""
    ran = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, text=True, check=True)
    numbers = re.compile(r'<word xMin="([-.\d]+)" yMin="([-.\d]+)" xMax="([-.\d]+)" yMax="([-.\d]+)"')
    return [np.array(numbers.findall(page), dtype=float).reshape(-1, 4) for page in ran.stdout.split("<page ")[1:]]


def overlaps(boxes: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of words that lie on one another, by more than the slack of their boxes (a quarter of the smaller)."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=-1)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(axis=-1)
    found = np.argwhere(np.triu(shared > 0.25 * np.minimum(area[:, None], area[None, :]), 1))
    return [(int(one), int(other)) for one, other in found]


def test_words_on_one_another_are_seen():
    assert overlaps(np.array([[0, 0, 10, 4], [2, 1, 9, 5], [20, 0, 30, 4], [29, 0, 39, 4]])) == [(0, 1)]


@pytest.mark.parametrize(
    ("lesions", "slices", "language", "paper", "deidentify"),
    [(10, 2, "en", "Letter", False), (1, 40, "zh_CN", "A4", False), (10, 2, "zh_CN", "Letter", True)],
)
def test_long_names_many_slices_and_lesions_stay_on_the_page(tmp_path, lesions, slices, language, paper, deidentify):
    """Every word is measured as drawn: none leaves the frame of its page, none lies on another."""
    sentence = "A caution that needs a whole sentence to say what it means. " * 3
    notes = [Caution(f"c{n}", Effect.INFORM, sentence) for n in range(8)]
    # research: without the watermark, which lies on everything on purpose
    made = example(lesions, slices, cautions=notes, status="research")
    made = made.with_patient(patient_name=LONG_NAME, patient_id="X" * 200)
    content = content_of(made, language=language, deidentify=deidentify)
    size = {"A4": A4, "Letter": LETTER}[paper]
    width, height = size[0] - 2 * MARGIN, size[1] - TOP - FOOTER
    placed = paginate(document(content, width, height), width, height)
    for page in placed:
        assert all(offset + block.height(width) <= height + 0.01 for block, offset in page)
    write_pdf(content, tmp_path / "report.pdf", paper=paper)
    drawn = word_boxes(tmp_path / "report.pdf")
    assert len(drawn) == len(placed)
    for boxes in drawn:
        assert len(boxes) > 20
        assert boxes[:, 0].min() >= MARGIN - 1
        assert boxes[:, 2].max() <= size[0] - MARGIN + 1
        assert boxes[:, 1].min() >= 12
        assert boxes[:, 3].max() <= size[1] - 12
        assert overlaps(boxes) == []
    pages = [flat(page.extract_text()) for page in PdfReader(tmp_path / "report.pdf").pages]
    counted = texts_zh.WORDS["page"] if language == "zh_CN" else texts_en.WORDS["page"]
    assert all(counted.format(page=n, pages=len(pages)) in page for n, page in enumerate(pages, start=1))
    who = texts_zh.WORDS["deidentified"] if deidentify else "Wolfeschlegel"
    for page in pages:
        for wanted in (content.status_line, who, "example 1.0.0", "2026-03-14 09:26 UTC"):
            assert wanted in page, wanted
    text = joined(pages)
    assert ("Wolfeschlegelsteinhausenbergerdorff" in text) == (not deidentify)
    assert text.replace(" ", "").count("X" * 200) == (0 if deidentify else 1)
    if language == "en":
        assert text.count("A caution that needs a whole sentence") == 8 * 3
        for number in range(1, lesions + 1):
            assert f"All slices of lesion L{number}" in text
    if slices == 40:
        # the table's header is repeated
        head = f"{texts_zh.LABELS['benign']} {texts_zh.LABELS['primary_malignancy']}"
        assert sum(head in page for page in pages) >= 3


@pytest.mark.parametrize("size", [A4, LETTER])
def test_an_ordinary_summary_fits_on_one_page(size):
    width, height = size[0] - 2 * MARGIN, size[1] - TOP - FOOTER
    content = content_of(example(2, 9))
    heights = [sum(block.height(width) for block in first_page(content, detail, width)) for detail in DETAILS]
    assert min(heights) <= height
    assert heights[-2] == min(heights)  # the last one is for a page that runs over


def test_unknown_paper_and_unwritable_place_are_clear_errors(tmp_path):
    content = content_of(example(1, 1))
    with pytest.raises(ReportError, match="A4, Letter"):
        write_pdf(content, tmp_path / "report.pdf", paper="A5")
    with pytest.raises(ReportError, match="cannot be written") as refused:
        write_pdf(content, tmp_path / "missing" / "report.pdf")
    assert refused.value.code == "report-write"


def test_heavy_libraries_are_loaded_only_for_writing():
    script = (
        "import sys; import engine.report; from tests.support.results import CREATED, example\n"
        "e = example(1, 1)\n"
        "engine.report.build_content(e.analysis, e.study, e.case, e.manifest, e.volumes, created=CREATED)\n"
        "print(sorted(m for m in ('reportlab', 'matplotlib') if m in sys.modules))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, env=environment, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
