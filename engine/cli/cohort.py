"""`lobule cohort`: many studies, one after another or side by side; what is finished stays, what fails is named.

Every study gets a folder of its own below the output, named by a digest, with the outputs of `lobule analyze` and a
record. `patients.csv` (one row a study, failed ones too) and `slices.csv` (one row a slice) are put together from the
records, so a run that was stopped can be taken up again.
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
import multiprocessing
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from engine import __version__, pipeline, selftest, storage
from engine.cli.analyze import WITHHELD, pick_study
from engine.cli.cohort_items import Item, items_of
from engine.cli.console import ConsoleProgress, say
from engine.cli.work import Done, Request, process
from engine.domain.digest import digest_of
from engine.domain.errors import EngineError, IntakeError, SequenceError, UsageError
from engine.domain.labels import STATUS_TEXT

SCHEMA = "lobule.cohort/1"
RECORD = "cohort.json"
STUDIES = "studies"
NOTHING_DONE = IntakeError.exit_status
FACTS = ("patient_id", "study_instance_uid", "study_date")
"""Columns that lead to a person: left empty with --deidentify, as are `source`, `message` and `remedy`."""

log = logging.getLogger("lobule.cohort")

Record = dict[str, Any]


def run(arguments: argparse.Namespace) -> int:
    """Analyse every study; 0 when at least one could be analysed, 3 when none could."""
    out = _output(arguments.out, arguments.sources, arguments.resume)
    if arguments.workers < 1:
        raise UsageError("--workers must be at least 1.", remedy="Leave it out for one.", code="cohort-workers")
    request = Request(
        model=arguments.model,
        provider=arguments.provider,
        deidentify=arguments.deidentify,
        language=arguments.lang,
        paper=arguments.paper,
    )
    items = items_of(arguments.sources, request, ConsoleProgress())
    engine = _engine(request)
    records: dict[str, Record] = {}
    waiting: list[tuple[Item, str]] = []
    for item in items:
        mark = item.fingerprint(engine)
        earlier = _read_record(out, item.key) if arguments.resume else None
        if earlier is not None and earlier["fingerprint"] == mark and earlier["patient"]["state"] != "failed":
            records[item.key] = earlier
        else:
            waiting.append((item, mark))
    if records:
        print(f"{len(records)} of {len(items)} studies were finished before")
    try:
        for record in _all(waiting, out, arguments.workers):
            records[record["key"]] = record
            _tell(record, len(records), len(items))
    finally:  # also when it is stopped: the tables say what is there
        _write_tables([records[item.key] for item in items if item.key in records], out)
    done = [record for record in records.values() if record["patient"]["state"] != "failed"]
    failed = len(records) - len(done)
    withheld = sum(record["patient"]["state"] == "withheld" for record in done)
    print(f"{len(done)} studies analysed ({withheld} of them withheld), {failed} passed over")
    print(f"patients: {out / 'patients.csv'}\nslices: {out / 'slices.csv'}")
    return 0 if done else NOTHING_DONE


def _output(out: Path, sources: Sequence[Path], resume: bool) -> Path:
    inside = next((s for s in sources if s.is_dir() and out.resolve().is_relative_to(s.resolve())), None)
    if inside is not None:
        raise UsageError(
            f"The output folder {out} lies inside {inside}, which is read.",
            remedy="Name a folder elsewhere, so that results are not taken for studies.",
            code="cohort-inside",
        )
    if (out / STUDIES).exists() and not resume:
        raise UsageError(
            f"{out} holds the results of an earlier run.",
            remedy="Add --resume to go on with it, or name another folder.",
            code="cohort-exists",
        )
    storage.write_text_atomic(out / ".lobule-writing", "")  # fails early where nobody may write
    (out / ".lobule-writing").unlink()
    return out


def _engine(request: Request) -> str:
    """What the answers depend on besides files and settings. Self-tests run here once, before any worker starts."""
    named = request.model not in (None, "auto")
    packages = [pipeline.load_package(str(request.model))] if named else list(pipeline.installed_packages())
    for package in packages:
        selftest.choose_provider(package, request.provider)
    return digest_of({"version": __version__, "packages": [package.digest for package in packages]})


def _all(waiting: Sequence[tuple[Item, str]], out: Path, workers: int) -> Iterator[Record]:
    if workers == 1 or len(waiting) < 2:
        for item, mark in waiting:
            yield _kept(_analyse(item, out), item, mark, out)
        return
    left = dict.fromkeys(range(len(waiting)))
    with _pool(workers) as pool:
        futures = {pool.submit(_analyse, item, out): place for place, (item, _) in enumerate(waiting)}
        try:
            for future in as_completed(futures):
                place = futures[future]
                item, mark = waiting[place]
                record = _kept(future.result(), item, mark, out)
                del left[place]
                yield record
        except BrokenProcessPool:
            say("lobule: a worker process died; the studies that are left are taken one at a time.")
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    for item, mark in (waiting[place] for place in left):
        with _pool(1) as alone:  # a study that kills its process takes no other with it
            try:
                record = alone.submit(_analyse, item, out).result()
            except BrokenProcessPool:
                record = _failure(item, "worker-died", "The process that analysed it died.", "Try it alone.")
        yield _kept(record, item, mark, out)


def _pool(workers: int) -> ProcessPoolExecutor:
    # started afresh, never forked: ONNX Runtime's threads do not survive a fork
    context = multiprocessing.get_context("spawn")
    counter = context.Value("i", 0)
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(counter, workers))


def _begin(counter: Any, workers: int) -> None:
    """In a worker: no log file (several writers would break its rotation), and an even share of the cores."""
    logging.getLogger("lobule").addHandler(logging.NullHandler())
    logging.getLogger("lobule").propagate = False
    if hasattr(os, "sched_setaffinity"):
        with counter.get_lock():
            place, counter.value = counter.value, counter.value + 1
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, set(cores[place % len(cores) :: workers]) or set(cores))


def _analyse(item: Item, out: Path) -> Record:
    """Analyse one study; whatever goes wrong is the record's content, except being stopped."""
    try:
        if item.fault is not None:
            raise item.fault
        if not item.source.exists():
            raise IntakeError(f"There is no file or folder {item.source}.", remedy="Check the list.", code="no-dicom")
        study = item.study or pick_study(pipeline.open_study([item.source]), item.uid)
        done = process(study, item.request, lambda _: out / STUDIES / item.key)
    except EngineError as fault:
        return _failure(item, fault.code, fault.what, fault.remedy, fault.exit_status)
    except Exception as problem:  # one study must not end the others
        log.exception("a study of a cohort failed")
        return _failure(item, "unexpected", f"{type(problem).__name__}: {problem}", "Report this to Lobule's makers.")
    facts = (study.patient.patient_id, study.study_instance_uid, study.study_date)
    return {"key": item.key, "patient": _patient(item, done, facts), "slices": _slices(item, done.folder)}


def _patient(item: Item, done: Done, facts: Sequence[str]) -> Record:
    result, hidden = done.analysis.result, item.request.deidentify
    return {
        "study": item.key,
        "source": "" if hidden else str(item.source),
        **{name: "" if hidden else value for name, value in zip(FACTS, facts, strict=True)},
        "state": "withheld" if result.withheld else "analysed",
        "exit_code": WITHHELD if result.withheld else 0,
        "contrast_follow_up": result.follow_up.recommended,
        "withheld_because": result.follow_up.withheld_because,
        "predicted": result.predicted,
        "malignant_by_any_slice_rule": result.malignant_by_any_slice,
        **{label: None if result.scores is None else result.scores[label] for label in result.package.labels},
        "lesions": len(result.lesions),
        "slices": sum(len(lesion.slices) for lesion in result.lesions),
        "cautions": "; ".join(caution.code for caution in result.cautions),
        "package": result.package.id,
        "version": result.package.version,
        "package_digest": result.package.digest,
        "provider": result.provider,
        "status_text": STATUS_TEXT[result.package.clinical_status],
        "case_digest": result.case_digest,
        "folder": f"{STUDIES}/{item.key}",
    }


def _failure(item: Item, code: str, what: str, remedy: str, status: int = SequenceError.exit_status) -> Record:
    hidden = item.request.deidentify
    patient = {
        "study": item.key,
        "source": "" if hidden else str(item.source),
        "state": "failed",
        "exit_code": status,
        "fault": code,
        "message": "" if hidden else what,
        "remedy": "" if hidden else remedy,
    }
    return {"key": item.key, "patient": patient, "slices": []}


def _slices(item: Item, folder: Path) -> list[Record]:
    with (folder / "slices.csv").open(encoding="utf-8", newline="") as stream:
        return [{"study": item.key, **row} for row in csv.DictReader(stream)]


def _kept(record: Record, item: Item, mark: str, out: Path) -> Record:
    whole = {"schema": SCHEMA, "fingerprint": mark, **record}
    storage.write_json(out / STUDIES / item.key / RECORD, whole)
    return whole


def _read_record(out: Path, key: str) -> Record | None:
    try:
        record = json.loads((out / STUDIES / key / RECORD).read_text(encoding="utf-8"))
        known = record["schema"] == SCHEMA and record["key"] == key and "state" in record["patient"]
        return record if known and "fingerprint" in record else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_tables(records: Sequence[Record], out: Path) -> None:
    storage.write_text_atomic(out / "patients.csv", _table(record["patient"] for record in records))
    storage.write_text_atomic(out / "slices.csv", _table(row for record in records for row in record["slices"]))


def _table(rows: Iterable[Record]) -> str:
    """Return rows as CSV; packages with other labels add their columns."""
    listed = list(rows)
    columns = list(dict.fromkeys(name for row in listed for name in row))
    cells = ([_text(row.get(name)) for name in columns] for row in listed)
    return storage.csv_text([columns, *cells])


def _text(value: object) -> object:
    return repr(value) if isinstance(value, float) else "" if value is None else value


def _tell(record: Record, number: int, total: int) -> None:
    patient = record["patient"]
    state = {True: "flag raised", False: "flag not raised"}.get(patient.get("contrast_follow_up"), "")
    if patient["state"] == "withheld":
        state = f"withheld ({patient['withheld_because']})"
    if patient["state"] == "failed":
        state = f"passed over ({patient['fault']}): {patient['message']}"
    print(f"[{number}/{total}] {patient['study']}  {state}", flush=True)
