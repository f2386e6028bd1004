"""The exceptions of Weft.

Every class derives from the builtin one that a NumPy user would catch and from `Error`, so both
`except ValueError` and `except weft.Error` work. Nothing else is imported here: `weft.runtime`
uses these classes without the extension module.
"""

from typing import Any


def printable(text: str) -> str:
    """A text with what does not print shown as escapes: names of a file end on terminals."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text
    )


class Error(Exception):
    """What every error of Weft is, beside a builtin exception.

    >>> import weft
    >>> from weft import np
    >>> try:
    ...     np.ones(3) + np.ones(4)
    ... except weft.Error as error:
    ...     print(isinstance(error, ValueError))
    True
    """

    __module__ = "weft"

    # What it said first, and the blocks that it has left since: for `gluon`, which adds the layer.
    _told: tuple[str, list[Any]] | None = None

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*map(_shown, arguments))

    def __reduce__(self) -> Any:
        """The classes of this module are pickled by name from here: `weft` shows only `Error`."""
        if globals().get(type(self).__name__) is not type(self):
            return super().__reduce__()
        return _rebuilt, (type(self).__name__, self.args), self.__dict__


def _shown(argument: Any) -> Any:
    return printable(argument) if isinstance(argument, str) else argument


def _rebuilt(name: str, arguments: tuple[Any, ...]) -> Any:
    return globals()[name](*arguments)


def _derive(name: str, base: type[BaseException], doc: str) -> type[Error]:
    return type(name, (Error, base), {"__doc__": doc, "__module__": "weft"})


InvalidValue = _derive("InvalidValue", ValueError, "A shape, axis or number that is not allowed.")
OutOfMemory = _derive("OutOfMemory", MemoryError, "Memory for a result could not be had.")
Unsupported = _derive("Unsupported", NotImplementedError, "Valid, but nothing provides it.")
MissingAttribute = _derive("MissingAttribute", AttributeError, "An attribute nobody has.")
NotFound = _derive("NotFound", LookupError, "A name that does not exist.")
Internal = _derive("Internal", RuntimeError, "A defect of Weft: please report it.")
InvalidType = _derive("InvalidType", TypeError, "A dtype or a kind of argument that does not fit.")
MissingAttribute = _derive("MissingAttribute", AttributeError, "A name that something lacks.")
IndexOutOfRange = _derive("IndexOutOfRange", IndexError, "An index outside its axis.")
Overflow = _derive("Overflow", OverflowError, "A number that its dtype cannot hold.")
FileFailure = _derive(
    "FileFailure", OSError, "A file that cannot be read or written, or is damaged."
)
MissingFile = _derive("MissingFile", FileNotFoundError, "A file that does not exist.")
NotShared = _derive("NotShared", BufferError, "Memory that cannot be shared in the form asked for.")
InvalidState = _derive("InvalidState", RuntimeError, "A call that does not fit what came before.")
CheckFailed = _derive("CheckFailed", AssertionError, "What `npx.check` asserts is not so.")
NotFinite = _derive("NotFinite", FloatingPointError, "The first NaN or infinity of a function.")
NoFactorization = _derive(
    "NoFactorization", ValueError, "A matrix that is singular, or whose numbers do not converge."
)
Disconnected = _derive(
    "Disconnected", ConnectionError, "Another process of a group is lost, or did not come in time."
)
TimedOut = _derive("TimedOut", TimeoutError, "Something that took longer than it may.")
WorkerFailure = _derive("WorkerFailure", RuntimeError, "A worker process that ended or failed.")

# By number of weft_status in weft.h.
BY_STATUS: dict[int, type[BaseException]] = {
    1: InvalidValue,
    2: OutOfMemory,
    3: Unsupported,
    4: NotFound,
    5: Internal,
    6: InvalidType,
    7: IndexOutOfRange,
    8: Overflow,
    9: FileFailure,
    10: InvalidState,
    11: KeyboardInterrupt,
    12: CheckFailed,
    13: NoFactorization,
    14: Disconnected,
}
