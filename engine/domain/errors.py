"""The tree of errors: everything that the engine raises on purpose.

EngineError                what happened, to which thing, what to do next; a stable `code`; an exit status
├── UsageError             the command or the request makes no sense                                 (exit 2)
├── IntakeError            nothing readable where a study was expected                               (exit 3)
├── GeometryError          positions that make no regular stack, grids that do not meet              (exit 3)
├── SequenceError          a needed sequence is missing or was named wrongly                         (exit 3)
├── RoiError               an outline that cannot be used with this study                            (exit 3)
├── PackageError           a model package that cannot be trusted or read                            (exit 4)
├── InferenceError         the network did not run                                                   (exit 4)
├── StorageError           a result or case that could not be read or written                        (exit 3)
└── ReportError            a report that could not be made                                           (exit 3)
Cancelled                  the person stopped the work: not a fault, stands outside the tree         (exit 130)
"""

from __future__ import annotations


class EngineError(Exception):
    """A fault with a message that names the thing and the next step.

    Args:
        what: What happened, to which thing, in one plain sentence.
        remedy: What the person can do next, in one plain sentence.
        code: Stable identifier for scripts and tests, such as ``no-dicom``.
    """

    exit_status = 1

    def __init__(self, what: str, *, remedy: str, code: str) -> None:
        super().__init__(f"{what} {remedy}".strip())
        self.what = what
        self.remedy = remedy
        self.code = code

    def __reduce__(self) -> tuple[object, ...]:  # survives the way back from a worker process
        return (_rebuild, (type(self), self.what, self.remedy, self.code))


class UsageError(EngineError):
    """The command line or the request cannot be carried out as it was written."""

    exit_status = 2


class IntakeError(EngineError):
    """No usable study where one was expected."""

    exit_status = 3


class GeometryError(EngineError):
    """Positions, spacings or frames of reference that do not fit together."""

    exit_status = 3


class SequenceError(EngineError):
    """A sequence that the model needs is missing, or a role was given to a series that cannot play it."""

    exit_status = 3


class RoiError(EngineError):
    """A lesion outline that cannot be used with this study."""

    exit_status = 3


class StorageError(EngineError):
    """A case or result that could not be read or written."""

    exit_status = 3


class ReportError(EngineError):
    """A report that could not be made."""

    exit_status = 3


class PackageError(EngineError):
    """A model package that cannot be read, verified or trusted."""

    exit_status = 4


class InferenceError(EngineError):
    """The network did not run."""

    exit_status = 4


class Cancelled(Exception):
    """The person stopped the work. Quiet by design: whoever catches it reports nothing."""

    exit_status = 130


def _rebuild(kind: type[EngineError], what: str, remedy: str, code: str) -> EngineError:
    return kind(what, remedy=remedy, code=code)
