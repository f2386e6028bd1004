"""Writing named arrays to a file, at once or while the program goes on, and reading them."""

from collections.abc import Mapping
from os import PathLike, fsdecode
from typing import Any

from weft._base.errors import FileFailure, InvalidType, InvalidValue, Unsupported
from weft._core import native


class BackgroundWrite:
    """A file that is being written. Not waiting is fine: `npx.waitall` and the end of the process
    wait for it, and tell of a failure that nobody has seen."""

    def __init__(self, path: str, written: native.ndarray) -> None:
        self.path = path
        self._written = written

    def wait(self) -> None:
        """Returns when the file is complete.

        Raises OSError where it could not be written; the old file then is whole.
        """
        self._written.wait_to_read()

    def __repr__(self) -> str:
        return f"BackgroundWrite({self.path!r})"


def save_arrays(
    path: str | PathLike[str],
    arrays: Mapping[str, native.ndarray],
    background: bool,
    metadata: Mapping[str, str] | None = None,
) -> BackgroundWrite | None:
    """Replaces a safetensors file in one step; a BackgroundWrite if it is done in the background,
    with the contents that the arrays have now."""
    name, names, values = fsdecode(path), list(arrays), list(arrays.values())
    for key in names:
        if not isinstance(key, str):
            raise InvalidType(f"save: names of arrays must be strings; got {key!r}; use `str(key)`")
    for key, value in arrays.items():
        if not isinstance(value, native.ndarray):
            raise InvalidType(
                f"save: `{key}` must be an array; got {type(value).__name__}; use `np.array(value)`"
            )
    texts = ""
    if metadata:
        import json

        texts = json.dumps(metadata)
    if background:
        return BackgroundWrite(name, native.save_arrays_async(name, names, values, texts))
    native.save_arrays(name, names, values, texts)
    return None


class Described:
    """A file of arrays with a description, a JSON object under a key of its own.

    key: in the metadata; version: of what the description has, which it tells itself
    writer: the function whose files have it, for errors
    form: types of the description's fields, in which an object stands for its own fields
    """

    def __init__(self, key: str, version: int, writer: str, form: dict[str, Any]) -> None:
        self.key = key
        self.version = version
        self.writer = writer
        self.form = form

    def metadata(self, description: dict[str, Any]) -> dict[str, str]:
        """The metadata to write."""
        import json

        try:
            text = json.dumps({"version": self.version, **description})
        except TypeError as error:
            raise InvalidValue(f"{self.writer}: {error}; give plain values, as in JSON") from error
        return {self.key: text}

    def load(
        self, path: str | PathLike[str], reader: str
    ) -> tuple[dict[str, native.ndarray], dict[str, Any]]:
        """Arrays and description. Raises ValueError for a file without one, OSError for one that
        is damaged."""
        import json

        name = fsdecode(path)
        arrays, text = native.load_archive(name, self.key)
        if text is None:
            raise InvalidValue(f"{reader}: `{name}` must be a file of `{self.writer}`; it is not")
        try:
            description = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise FileFailure(f"{reader}: `{name}` is damaged: {error}") from error
        version = description.get("version") if isinstance(description, dict) else None
        if isinstance(version, int) and version > self.version:
            raise Unsupported(
                f"{reader}: `{name}` has version {version} of its format; this release of Weft "
                f"reads up to {self.version}"
            )
        check_form(description, {"version": int, **self.form}, f"{reader}: `{name}` is damaged")
        return arrays, description


def check_form(value: Any, form: Any, complaint: str, place: str = "its description") -> None:
    """Raises OSError unless `value` has a form: a type, types of which one has to be, or an object
    with forms of its fields."""
    if not isinstance(form, dict):
        if not isinstance(value, form):
            raise FileFailure(f"{complaint}: {place} is a {type(value).__name__}")
        return
    check_form(value, dict, complaint, place)
    for name, inner in form.items():
        if name not in value:
            raise FileFailure(f"{complaint}: {place} lacks `{name}`")
        check_form(value[name], inner, complaint, f"`{name}`")


__all__ = ["BackgroundWrite", "Described", "check_form", "save_arrays"]
