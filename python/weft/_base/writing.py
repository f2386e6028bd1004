"""Writing files in one step: beside the old one, on the disk, then renamed over it.

Every file that this package writes goes through here, or through the same in C++
(`core/model/archive/replace_file.cpp`). Until all of it is on the disk, and after any failure, the
old file is whole. The new one has the old one's mode; a link stays, and the file that it leads to
is replaced. What a killed process has left is removed by the next write of the same file.
"""

import os
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import PathLike, fsdecode
from tempfile import mkdtemp
from typing import IO, Any

from weft._base.errors import Error, FileFailure

Path = str | bytes | PathLike[str] | PathLike[bytes]

_AGE = 2.0  # seconds after which a folder that nobody holds is a leftover, whoever made it


@contextmanager
def replacing(path: Path, caller: str) -> Iterator[str]:
    """A path in the folder of `path` to write to, in one step or several. What is there at the end
    takes the place of `path`; after a failure nothing has changed, and nothing is left.

    It is in a folder of its own that nobody else can write to, so no link that somebody has made
    there is followed. Raises OSError where there can be none, which names `path`.
    """
    named = fsdecode(path)
    target = os.path.realpath(named) if os.path.islink(named) else named
    around, name = os.path.split(target)
    _remove_leftovers(around or ".", name)
    try:
        folder = mkdtemp(prefix=f"{_prefix(name)}{os.getpid()}-", dir=around or ".")
    except OSError as error:
        raise FileFailure(_unwritten(caller, named, error)) from None
    held = _hold(folder)
    inside = os.path.join(folder, name)
    try:
        yield inside
        _keep_mode(target, inside)
        _flush(inside)
        os.replace(inside, target)
        _flush(around or ".")
    except Error as error:
        error.args = tuple(str(part).replace(inside, named) for part in error.args)
        raise
    except OSError as error:
        raise FileFailure(_unwritten(caller, named, error)) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if held >= 0:
            os.close(held)


@contextmanager
def writing(
    path: Path, caller: str, mode: str = "wb", *, newline: str | None = None
) -> Iterator[IO[Any]]:
    """An open file that takes the place of `path` at the end of the block. mode: "wb", "w+b", or
    "w" for text in UTF-8. What is no regular file, such as a pipe, is written as it stands."""
    encoding = None if "b" in mode else "utf-8"
    if _is_irregular(path):
        try:
            with open(path, mode, encoding=encoding, newline=newline) as file:
                yield file
        except OSError as error:
            raise FileFailure(_unwritten(caller, fsdecode(path), error)) from None
        return
    with (
        replacing(path, caller) as inside,
        open(inside, mode, encoding=encoding, newline=newline) as file,
    ):
        yield file


def write_text(path: Path, text: str, caller: str) -> None:
    """Writes a file of text, in UTF-8."""
    with writing(path, caller, "w") as file:
        file.write(text)


def write_bytes(path: Path, content: bytes, caller: str) -> None:
    """Writes a file of bytes."""
    with writing(path, caller) as file:
        file.write(content)


def _unwritten(caller: str, path: str, error: OSError) -> str:
    why = error.strerror or str(error)
    return f"{caller}: `{path}` cannot be written: {why}; a file that was there before is unchanged"


def _is_irregular(path: Path) -> bool:
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _keep_mode(old: str, new: str) -> None:
    with suppress(FileNotFoundError):
        os.chmod(new, stat.S_IMODE(os.stat(old).st_mode))


def _flush(path: str) -> None:
    """Returns when the file, or the names of a folder, are on the disk. File systems that cannot
    sync a folder do not need it."""
    is_folder = os.path.isdir(path)
    if is_folder and os.name == "nt":
        return
    file = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR)
    try:
        os.fsync(file)
    except OSError:
        if not is_folder:
            raise
    finally:
        os.close(file)


# ---- what killed processes leave ----------------------------------------------------------------


def _prefix(name: str) -> str:
    return f".{name}-"


def _hold(folder: str) -> int:
    """An open file that locks the folder as long as this process lives; -1 where there is none."""
    if sys.platform == "win32":
        return -1
    import fcntl

    file = os.open(folder, os.O_RDONLY)
    with suppress(OSError):  # a file system without locks
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return file


def _remove_leftovers(around: str, name: str) -> None:
    """Removes the folders that writes of the same file have left: nobody locks them."""
    prefix = _prefix(name)
    try:
        found = [entry for entry in os.scandir(around) if entry.name.startswith(prefix)]
    except OSError:
        return  # the write says what is wrong
    for entry in found:
        number = entry.name[len(prefix) :].partition("-")[0]
        if number.isdigit() and entry.is_dir(follow_symlinks=False) and _is_left(entry, number):
            shutil.rmtree(entry.path, ignore_errors=True)


def _is_left(entry: "os.DirEntry[str]", number: str) -> bool:
    """Is a folder of no living process? One without a lock may have been made this moment, so it
    must be a dead process's of this machine, or some seconds old."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        file = os.open(entry.path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return not _is_alive(int(number)) or time.time() - os.fstat(file).st_mtime > _AGE
    except OSError:
        return False
    finally:
        os.close(file)


def _is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


__all__ = ["replacing", "write_bytes", "write_text", "writing"]
