"""Loggers whose lines begin with a letter for the level, as `mx.log` makes them.

>>> from weft import mxnet as mx
>>> logger = mx.log.get_logger("training", level=mx.log.INFO)
>>> logger.level == mx.log.INFO
True
"""

import logging
import sys
import warnings
from logging import CRITICAL, DEBUG, ERROR, INFO, NOTSET, WARNING
from os import PathLike

_COLOURS = ((WARNING, "31"), (INFO, "32"), (NOTSET, "34"))  # from a level upwards, of terminals
_LETTERS = {CRITICAL: "C", ERROR: "E", WARNING: "W", INFO: "I", DEBUG: "D"}
_made: set[str] = set()


class _Formatter(logging.Formatter):
    """A letter and the place in colour, then the message."""

    def __init__(self) -> None:
        super().__init__(datefmt="%m%d %H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        colour = next((word for level, word in _COLOURS if record.levelno >= level), "34")
        letter = _LETTERS.get(record.levelno, "U")
        place = f"{record.process} {record.pathname}:{record.funcName}:{record.lineno}"
        when = self.formatTime(record, self.datefmt)
        text = f"\x1b[{colour}m{letter}{when} {place}]\x1b[0m {record.getMessage()}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


def get_logger(
    name: str | None = None,
    filename: str | PathLike[str] | None = None,
    filemode: str | None = None,
    level: int = WARNING,
) -> logging.Logger:
    """The logger of a name, with a handler of its own; without a name the root logger as it is.

    filename: a file that gets the lines, instead of the error stream; filemode: 'a' by default
    level: what a message must have at least
    """
    logger = logging.getLogger(name)
    if name is None or name in _made:
        return logger
    _made.add(name)
    handler: logging.Handler
    if filename:
        handler = logging.FileHandler(filename, filemode or "a")
    else:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_Formatter())
    logger.addHandler(handler)
    logger.setLevel(level)
    return logger


def getLogger(
    name: str | None = None,
    filename: str | PathLike[str] | None = None,
    filemode: str | None = None,
    level: int = WARNING,
) -> logging.Logger:
    """The old name of `get_logger`."""
    warnings.warn("getLogger: write get_logger(...)", DeprecationWarning, stacklevel=2)
    return get_logger(name, filename, filemode, level)


__all__ = [
    "CRITICAL",
    "DEBUG",
    "ERROR",
    "INFO",
    "NOTSET",
    "WARNING",
    "getLogger",
    "get_logger",
]
__dir__ = __all__.copy
