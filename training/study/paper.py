"""The paper's own figures (Zhen et al., Front Oncol 2025, 15:1582322), for comparison only.

They belong to the paper's network and patients and are never shown as the performance of a package; `LABEL` stands
wherever they do. Where the paper prints a number only inside a figure there is none here. `SLIPS` are its known
misprints.
"""

from __future__ import annotations

from collections.abc import Mapping

LABEL = "the paper’s figures, for the paper’s network and patients"
CITATION = "Zhen et al., Front Oncol 2025, 15:1582322"
NOT_IN_TEXT = "in the paper’s Figure 3 only, not in its text"

SLICE_AUC: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "SRRSH": {
        "t2_dwi": {
            "benign": "0.910 (0.888–0.932)",
            "primary_malignancy": "0.873 (0.848–0.899)",
            "metastasis": "0.876 (0.840–0.911)",
        },
        "t2": {"benign": "0.920", "primary_malignancy": "0.885", "metastasis": "0.842"},
    }
}
"""Set → model → class."""

LESION_AUC = {"SRRSH": "0.935 (0.915–0.955)", "HZFPH": "0.902 (0.858–0.946)", "TDH": "0.920 (0.867–0.972)"}
"""Binary, T2+DWI."""
SUM_RULE_SENSITIVITY = {"SRRSH": "0.908", "HZFPH": "0.882", "TDH": "0.843"}
"""T2+DWI, text of section 3.4."""

TABLE_2: Mapping[str, Mapping[str, tuple[str, str, str, str]]] = {
    "SRRSH": {
        "t2": ("95.2 (89.0–98.4)", "68.2 (58.6–76.7)", "2.99 (2.15–4.23)", "0.07 (0.02–0.19)"),
        "t2_dwi": ("98.1 (93.2–99.8)", "70.0 (60.5–78.4)", "3.27 (2.36–4.61)", "0.03 (0.00–0.11)"),
    },
    "HZFPH": {
        "t2": ("81.8 (71.4–89.7)", "70.0 (59.4–79.2)", "2.73 (1.76–4.31)", "0.26 (0.13–0.48)"),
        "t2_dwi": ("89.7 (85.9–92.7)", "73.3 (63.0–82.1)", "3.21 (2.05–5.18)", "0.19 (0.09–0.38)"),
    },
    "TDH": {
        "t2": ("87.5 (71.0–96.5)", "72.5 (56.1–85.4)", "3.18 (1.62–6.61)", "0.17 (0.04–0.52)"),
        "t2_dwi": ("87.5 (71.0–96.5)", "75.0 (58.8–87.3)", "3.5 (1.72–7.60)", "0.17 (0.04–0.49)"),
    },
}
"""Set → model → sensitivity %, specificity %, DLR+, DLR− of the any-slice rule."""

TABLE_1: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("Patients", "1494", "220", "173", "72", ""),
    ("Age, years", "52 (13.41)", "55 (14.98)", "54 (13.49)", "55 (15.09)", "0.003"),
    ("Male", "811 (54.3%)", "132 (60.0%)", "92 (53.2%)", "42 (58.3%)", "0.378"),
    ("Female", "683 (45.7%)", "88 (40.0%)", "81 (46.8%)", "30 (41.7%)", ""),
    ("Abscess", "73 (4.89%)", "12 (5.45%)", "12 (7.10%)", "6 (8.33%)", "0.400"),
    ("Cyst", "155 (10.37%)", "17 (7.73%)", "22 (13.02%)", "1 (1.39%)", "0.027"),
    ("Haemangioma", "275 (18.41%)", "29 (13.18%)", "29 (17.16%)", "23 (31.84%)", "0.005"),
    ("FNH", "197 (13.19%)", "29 (13.18%)", "14 (8.28%)", "6 (8.33%)", "0.205"),
    ("Benign nodules", "150 (10.14%)", "29 (13.18%)", "14 (8.28%)", "4 (5.56%)", "0.206"),
    ("Metastatic malignancy", "140 (9.37%)", "36 (16.36%)", "22 (13.02%)", "13 (18.36%)", "0.002"),
    ("HCC", "396 (26.51%)", "56 (24.45%)", "42 (24.85%)", "16 (22.22%)", "0.832"),
    ("Other primary malignancy", "108 (7.23%)", "12 (5.45%)", "14 (8.28%)", "3 (4.17%)", "0.524"),
    ("Lesion diameter, mm", "49.48 (35.39)", "48.03 (34.78)", "41.49 (24.87)", "40.06 (29.04)", "0.016"),
)
"""Row, training, SRRSH, HZFPH, TDH, p."""
TABLE_1_COLUMNS = ("", "Training", "SRRSH", "HZFPH", "TDH", "p")

FLOW = (
    "The paper’s Figure 1 and section 3.1: 2,942 patients with liver tumours at SRRSH 2014–2018; 1,260 excluded (no "
    "final diagnosis, or treated before the MRI); 6,077 of 47,069 images discarded for quality or registration; 1,494 "
    "patients trained on. Validation: SRRSH 2019, 220 patients (116 benign, 68 primary, 36 metastatic), 5,172 images; "
    "HZFPH, 173 patients (91/56/22 typed), 2,916 images; TDH, 72 patients (40/19/13), 1,338 images. Six images are one "
    "slice."
)
COMPARISON = (
    "The paper compares by DeLong’s test on slices: metastasis, T2 against T2+DWI at SRRSH p = 0.03; on HZFPH no "
    "difference (p > 0.05); on TDH T2+DWI better than Six-Seq (p < 0.01)."
)
SLIPS = (
    "The SRRSH specificity of Table 2 counts 110 benign patients, Table 1 has 116.",
    "HZFPH, T2+DWI: the printed sensitivity 89.7 (85.9–92.7) does not fit the printed DLR+ 3.21 and DLR− 0.19; 66 of "
    "77, 85.7 (75.9–92.6), gives both.",
    "HZFPH: the types of Table 1 sum to 169 of 173 patients; its percentages and p values count 169.",
    "SRRSH, T2: the lower limit of 99 of 104 is printed as 89.0; Clopper–Pearson gives 89.1.",
)
