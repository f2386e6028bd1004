"""Data in folders: each folder is a class, and its files are the samples."""

import os
from collections.abc import Sequence
from pathlib import Path

from weft._base.errors import InvalidValue, MissingFile


def labelled_files(
    where: str, root: str | os.PathLike[str], suffixes: Sequence[str], what: str
) -> tuple[list[str], list[tuple[str, int]]]:
    """Names of the classes, and paths with their labels, both in the order of names.

    suffixes: of the files that count, in lower case; what: they are, for the error

    Raises FileNotFoundError for what is no folder, ValueError where none has such files.
    """
    folder = Path(root).expanduser()
    if not folder.is_dir():
        raise MissingFile(f"{where}: `root` must be a folder; got {folder}")
    classes = sorted(path for path in folder.iterdir() if path.is_dir())
    items = [
        (str(path), label)
        for label, inner in enumerate(classes)
        for path in sorted(inner.iterdir())
        if path.suffix.lower() in suffixes
    ]
    if not items:
        raise InvalidValue(
            f"{where}: `root` must have folders with {what} ({', '.join(suffixes)}), one folder "
            f"for each class; got {folder}"
        )
    return [path.name for path in classes], items


__all__ = ["labelled_files"]
