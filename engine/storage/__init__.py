"""Keeping things: cases and results as versioned JSON and CSV, written whole or not at all; where Lobule's own files
live.

`folders` says where, `files` writes, `cases` and `results` hold the two schemas, `cells` makes CSV safe to open.
"""

from engine.storage.cases import case_from_json, case_to_json, load_case, save_case
from engine.storage.cells import csv_text
from engine.storage.files import to_json, write_bytes, write_json, write_text_atomic
from engine.storage.folders import assets_folder, data_folder
from engine.storage.results import result_to_dict, slices_csv

__all__ = [
    "assets_folder",
    "case_from_json",
    "case_to_json",
    "csv_text",
    "data_folder",
    "load_case",
    "result_to_dict",
    "save_case",
    "slices_csv",
    "to_json",
    "write_bytes",
    "write_json",
    "write_text_atomic",
]
