"""How each vendor names and labels its liver series: the table the DICOM writer follows.

Strings are those of public files and protocol lists; braces are filled with the b-values of the patient's protocol.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SeriesStyle:
    """Header words of one kind of series."""

    description: str
    sequence_name: str
    scanning_sequence: str | tuple[str, ...]
    sequence_variant: str | tuple[str, ...]
    scan_options: str | tuple[str, ...]
    image_type: tuple[str, ...]


@dataclass(frozen=True)
class VendorStyle:
    """Header words of one vendor.

    Attributes:
        manufacturer, software: as in the equipment module.
        t2, dwi, adc, t1: series styles; `phases` are the endings or names of the four T1 phases.
        dwi_one_series: both b-values share a series; t1_one_series: all contrast phases share one.
        slope: rescale slope written (the volume is stored × slope).
    """

    manufacturer: str
    software: str
    t2: SeriesStyle
    dwi: SeriesStyle
    adc: SeriesStyle
    t1: SeriesStyle
    phases: tuple[str, str, str, str]
    dwi_one_series: bool = True
    t1_one_series: bool = False
    slope: float | None = None


VENDORS: dict[str, VendorStyle] = {
    "Siemens": VendorStyle(
        "SIEMENS",
        "syngo MR E11",
        SeriesStyle("t2_tse_fs_tra_trig", "*tse2d1_17", "SE", ("SK", "SP", "OSP"), ("FS", "RG"),
                    ("ORIGINAL", "PRIMARY", "M", "NORM", "DIS2D")),
        SeriesStyle("ep2d_diff_b{low}_{high}_tra_trig_TRACEW", "*ep_b{b}t", "EP", ("SK", "SP"), ("PFP", "FS"),
                    ("DERIVED", "PRIMARY", "DIFFUSION", "TRACEW", "NORM", "DIS2D")),
        SeriesStyle("ep2d_diff_b{low}_{high}_tra_trig_ADC", "*ep_b{low}_{high}", "EP", ("SK", "SP"), ("PFP", "FS"),
                    ("DERIVED", "PRIMARY", "DIFFUSION", "ADC", "NORM", "DIS2D")),
        SeriesStyle("t1_vibe_fs_tra_bh_{phase}", "*fl3d1", "GR", ("SP", "OSP"), ("PFP", "FS"),
                    ("ORIGINAL", "PRIMARY", "M", "NORM", "DIS2D")),
        ("pre", "art", "pv", "3min"),
    ),
    "GE": VendorStyle(
        "GE MEDICAL SYSTEMS",
        "27\\LX\\MR Software release:DV26.0",
        SeriesStyle("Ax T2 FSE FS RTr", "", "SE", "SK", ("FAST_GEMS", "FS", "RG"), ("ORIGINAL", "PRIMARY", "OTHER")),
        SeriesStyle("Ax DWI b={high} RTr", "", ("EP", "SE"), "NONE", ("EPI_GEMS", "ACC_GEMS", "PFF", "FS"),
                    ("ORIGINAL", "PRIMARY", "OTHER")),
        SeriesStyle("Apparent Diffusion Coefficient (mm2/s)", "", ("EP", "SE"), "NONE", ("EPI_GEMS", "FS"),
                    ("DERIVED", "SECONDARY", "ADC")),
        SeriesStyle("Ax LAVA-Flex {phase}", "", "GR", ("SS", "SK"), ("FAST_GEMS", "EDR_GEMS", "FS"),
                    ("ORIGINAL", "PRIMARY", "OTHER")),
        ("pre", "+C", "+C", "+C"),
        t1_one_series=True,
    ),
    "Philips": VendorStyle(
        "Philips Healthcare",
        "5.3.0",
        SeriesStyle("T2W_SPAIR_RT", "", "SE", "SK", ("RG", "FS"), ("ORIGINAL", "PRIMARY", "M_SE", "M", "SE")),
        SeriesStyle("DWI_3b_SPAIR", "", "SE", "SK", "FS", ("ORIGINAL", "PRIMARY", "M_SE", "M", "SE")),
        SeriesStyle("dADC", "", "SE", "SK", "FS", ("DERIVED", "PRIMARY", "ADC", "ADC", "UNSPECIFIED")),
        SeriesStyle("e-THRIVE_{phase}", "", "GR", "SP", "FS", ("ORIGINAL", "PRIMARY", "M_FFE", "M", "FFE")),
        ("pre", "dyn", "dyn", "dyn"),
        t1_one_series=True,
        slope=0.5,
    ),
    "UIH": VendorStyle(
        "UIH",
        "uMR_V9",
        SeriesStyle("t2_arms_fs_tra", "fse_arms", "SE", "SK", "FS", ("ORIGINAL", "PRIMARY", "M", "NONE")),
        SeriesStyle("epi_dwi_tra_b{low}_{high}", "epi_dwi", "EP", "SK", ("FC", "FS"),
                    ("ORIGINAL", "PRIMARY", "M", "NONE")),
        SeriesStyle("epi_dwi_tra_b{low}_{high}_ADC", "epi_dwi", "EP", "SK", "FS",
                    ("DERIVED", "PRIMARY", "ADC", "NONE")),
        SeriesStyle("t1_quick3d_tra_bh_fs_{phase}", "gre_quick3d", "GR", "SP", "FS",
                    ("ORIGINAL", "PRIMARY", "M", "NONE")),
        ("pre", "A", "V", "D"),
    ),
}  # fmt: skip
