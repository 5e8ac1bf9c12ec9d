"""Bench: five thousand damaged files (the tests try two hundred).

python -m tests.bench.bench_fuzz [examples]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian

from tests.engine.intake.test_fuzz import check_damaged, damaged_ratios, large_templates
from tests.support.dicom_writer import EnhancedFrame, MRImage, write_classic, write_enhanced


def main() -> None:
    """Damage files and say how many were tried."""
    examples = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    tags = {"ScanningSequence": "EP", "DiffusionBValue": 800.0, "SeriesDescription": "ep2d_diff"}
    image = MRImage(pixels=np.zeros((16, 16), np.uint16), tags=tags)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = [
            write_classic(folder / "explicit", image),
            write_classic(folder / "implicit", image, transfer_syntax=ImplicitVRLittleEndian),
            write_classic(folder / "deflated", image, transfer_syntax=DeflatedExplicitVRLittleEndian),
            write_enhanced(folder / "enhanced", [EnhancedFrame((0, 0, 4.0 * z), b_value=800.0) for z in range(3)]),
        ]
        templates = [path.read_bytes() for path in paths]
    tried = 0

    @settings(max_examples=examples, deadline=None, database=None)
    @given(
        choice=st.integers(0, 3),
        cut=st.one_of(st.none(), st.floats(0, 1)),
        changes=st.lists(st.tuples(st.floats(0, 0.999), st.binary(min_size=1, max_size=8)), max_size=6),
    )
    def damage(choice: int, cut: float | None, changes: list[tuple[float, bytes]]) -> None:
        nonlocal tried
        tried += 1
        check_damaged(templates[choice], cut, changes)

    damage()
    print(f"{tried} damaged files: each became a series or a reason")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ratios = damaged_ratios(large_templates(folder), folder, seed=0, count=max(examples // 14, 1))
    print("peak memory of reading a damaged file of 0.2 to 1.3 MB, relative to its size:")
    for layout, ratio in ratios.items():
        print(f"  {layout:<20} {ratio:.2f}")


if __name__ == "__main__":
    main()
