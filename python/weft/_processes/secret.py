"""The secret of a job: from the launcher, or of this user's home."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from weft._base.errors import FileFailure, InvalidValue

LEAST = 16  # characters


def secret_of(environ: Mapping[str, str]) -> bytes:
    """What all processes of a job know and nobody else.

    `WEFT_SECRET`, the contents of the file `WEFT_SECRET_FILE`, or a file in the user's home that is
    made when it is first needed, which only its owner may read. The last suffices on one host, and
    on several that share the home.

    Raises ValueError for one that is too short, or for a file that others may read.
    """
    given = environ.get("WEFT_SECRET")
    if given is not None:
        return _long_enough(given, "WEFT_SECRET")
    path = environ.get("WEFT_SECRET_FILE")
    if path is not None:
        return _read(Path(path))
    own = own_folder(environ) / "secret"
    try:
        return _read(own)
    except FileNotFoundError:
        return _made(own)
    except OSError as error:
        raise _no_secret(own, error) from error


def own_folder(environ: Mapping[str, str]) -> Path:
    """Where this user's processes find what they tell each other. Raises FileFailure where the
    user has no home."""
    cache = environ.get("XDG_CACHE_HOME")
    try:
        return Path(cache or Path.home() / ".cache") / "weft"
    except RuntimeError as error:
        raise FileFailure(f"init: this user has no home: {error}; set XDG_CACHE_HOME") from error


def _no_secret(path: Path, error: OSError) -> FileFailure:
    return FileFailure(
        f"init: `{path}`, the secret of this user's jobs, cannot be read or made: "
        f"{error.strerror}; set WEFT_SECRET to one text for all processes (`openssl rand -hex 32` "
        "gives one), or XDG_CACHE_HOME to a folder that can be written"
    )


def new_secret() -> str:
    """A secret for a new job."""
    return secrets.token_hex(32)


def _long_enough(text: str, source: str) -> bytes:
    if len(text) < LEAST:
        raise InvalidValue(
            f"init: `{source}` must have at least {LEAST} characters; it has {len(text)}; "
            "`openssl rand -hex 32` gives one"
        )
    return text.encode()


def _read(path: Path) -> bytes:
    with path.open() as file:
        mode = os.fstat(file.fileno()).st_mode
        text = file.read().strip()
    if mode & 0o077:
        raise InvalidValue(f"init: `{path}` must be readable by its owner alone; `chmod 600` it")
    return _long_enough(text, str(path))


def _made(path: Path) -> bytes:
    """Makes the file whole or not at all: processes that start together read one secret."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise _no_secret(path, error) from error
    with os.fdopen(descriptor, "w") as file:
        file.write(new_secret())
    with suppress(FileExistsError):  # another process was first: its secret is everybody's
        os.link(unfinished, path)
    unfinished.unlink()
    return _read(path)


__all__ = ["new_secret", "own_folder", "secret_of"]
