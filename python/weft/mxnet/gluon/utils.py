"""Parts of batches, norms, and files, as `mx.gluon.utils` has them."""

import hashlib
import math
import os
from collections.abc import Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from weft import np
from weft._base import spelling as _spelling
from weft._base.errors import FileFailure, InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft.gluon import utils as _native
from weft.mxnet.gluon import _devices
from weft.mxnet.ndarray._given import shown


def split_data(
    data: Any, num_slice: int, batch_axis: int = 0, even_split: bool = True
) -> list[ndarray]:
    """Parts of `data` along an axis; with `even_split` all must be equal, else ValueError.

    Without it the first parts have what does not divide, as `numpy.array_split` does.
    """
    return _native.split_data(data, num_slice, batch_axis, even_split)


def split_and_load(
    data: Any,
    ctx_list: Sequence[Any] | None = None,
    batch_axis: int = 0,
    even_split: bool = True,
    *,
    device_list: Sequence[Any] | None = None,
) -> list[ndarray]:
    """Parts of a batch along an axis, each on its context.

    >>> from weft import np
    >>> from weft import mxnet as mx
    >>> [part.shape for part in split_and_load(np.zeros((4, 2)), [mx.cpu(0), mx.cpu(1)])]
    [(2, 2), (2, 2)]
    """
    contexts = _devices.listed(_devices.chosen(ctx_list, device_list, "split_and_load"))
    if not contexts:
        raise InvalidValue("split_and_load: `ctx_list` must name a context; got none")
    if not isinstance(data, ndarray):
        data = shown(np.array(data, dtype="float32"))
    parts = (
        [data] if len(contexts) == 1 else split_data(data, len(contexts), batch_axis, even_split)
    )
    return [
        part.to_device(_devices.native(context))
        for part, context in zip(parts, contexts, strict=True)
    ]


def clip_global_norm(arrays: Sequence[Any], max_norm: float, check_isfinite: bool = True) -> Any:
    """Scales arrays in place where the root of the sum of all squares is above `max_norm`. Gives
    that norm as it was: a float, or without `check_isfinite` an array of one element."""
    norm = _native.clip_global_norm(list(arrays), max_norm, check_isfinite)
    return norm if check_isfinite or isinstance(norm, ndarray) else np.array([norm])


def check_sha1(filename: str | PathLike[str], sha1_hash: str) -> bool:
    """Has a file this SHA-1? A part of it from its start will do."""
    digest = hashlib.sha1(usedforsecurity=False)
    with open(filename, "rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    found = digest.hexdigest()
    return found[: min(len(found), len(sha1_hash))] == sha1_hash[: len(found)]


def replace_file(src: str | PathLike[str], dst: str | PathLike[str]) -> None:
    """Puts a file in the place of another, in one step."""
    os.replace(src, dst)


def download(
    url: str,
    path: str | PathLike[str] | None = None,
    overwrite: bool = False,
    sha1_hash: str | None = None,
    retries: int = 5,
    verify_ssl: bool = True,
) -> str:
    """The path of a file that is there already, or is copied from a `file://` address.

    path: the file or its folder; the current folder by default

    Weft never opens a network connection: for other addresses OSError tells where the file is to be
    put. Raises OSError, too, for a file whose SHA-1 is another.
    """
    if retries < 0:
        raise InvalidValue(f"download: `retries` must be at least 0; got {retries}")
    name = url.rstrip("/").rpartition("/")[2]
    target = name if path is None else os.path.expanduser(fspath(path))
    if os.path.isdir(target):
        target = os.path.join(target, name)
    is_there = os.path.exists(target) and (not sha1_hash or check_sha1(target, sha1_hash))
    if not is_there or overwrite:
        _fetch(url, target, is_there)
    if sha1_hash and not check_sha1(target, sha1_hash):
        raise FileFailure(f"download: {target} must have SHA-1 {sha1_hash}; it has another")
    return target


def _fetch(url: str, target: str, is_there: bool) -> None:
    import shutil

    scheme, _, place = url.partition("://")
    if scheme == "file":
        folder = os.path.dirname(os.path.abspath(target))
        os.makedirs(folder, exist_ok=True)
        part = f"{target}.{os.getpid()}.part"
        shutil.copyfile(place, part)
        replace_file(part, target)
        return
    if is_there:
        return  # `overwrite` asks for the same file again
    raise NoNetwork(
        f"download: {target} is missing, and Weft opens no network connection: get {url} and put "
        "it there"
    )


class NoNetwork(FileFailure, Unsupported):
    """A file that would have to be downloaded."""

    __module__ = "weft.mxnet"


def split_rnn_params(
    param: Any,
    mode: str,
    num_layers: int,
    input_size: int,
    hidden_size: int,
    bidirectional: bool = False,
    projection_size: int | None = None,
) -> dict[str, Any]:
    """The weights and biases in the one vector that a recurrent operator takes, by the names
    `l0_i2h_weight`, `r0_h2h_bias`, …: first all weights, then all biases.

    mode: 'rnn_relu', 'rnn_tanh', 'lstm' or 'gru'
    """
    from weft.mxnet._operators.recurrent import GATES

    if mode not in GATES:
        raise InvalidValue(
            f"split_rnn_params: `mode` must be one of {', '.join(GATES)}; got {mode!r}"
        )
    rows, outputs = GATES[mode] * hidden_size, projection_size or hidden_size
    directions = "lr" if bidirectional else "l"
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in range(num_layers):
        features = input_size if layer == 0 else outputs * len(directions)
        for side in directions:
            shapes[f"{side}{layer}_i2h_weight"] = (rows, features)
            shapes[f"{side}{layer}_h2h_weight"] = (rows, outputs)
            if projection_size:
                shapes[f"{side}{layer}_h2r_weight"] = (projection_size, hidden_size)
    for layer in range(num_layers):
        for side in directions:
            shapes[f"{side}{layer}_i2h_bias"] = shapes[f"{side}{layer}_h2h_bias"] = (rows,)
    whole = sum(map(math.prod, shapes.values()))
    if param.size != whole:
        raise InvalidValue(
            f"split_rnn_params: `param` must have {whole} elements for these sizes; got "
            f"{param.size}"
        )
    found, place = {}, 0
    for name, shape in shapes.items():
        size = math.prod(shape)
        found[name] = param[place : place + size].reshape(shape)
        place += size
    return found


def shape_is_known(shape: Sequence[int] | None) -> bool:
    """Are all extents of a shape known? Unknown ones are -1, in 1.x also 0."""
    return shape is not None and all(extent > 0 for extent in shape)


_REPOSITORY = "https://apache-mxnet.s3-accelerate.dualstack.amazonaws.com/"


def _get_repo_url() -> str:
    """Where MXNet kept the files of its networks, or `$MXNET_GLUON_REPO`."""
    found = os.environ.get("MXNET_GLUON_REPO", _REPOSITORY)
    return found if found.endswith("/") else found + "/"


def _get_repo_file_url(namespace: str, filename: str) -> str:
    """The address of a file there: programs print it, or look for the file below `~/.mxnet`."""
    return f"{_get_repo_url()}{namespace}/{filename}"


class HookHandle:
    """1.x: takes a registered hook away again with `detach()`."""

    def __init__(self) -> None:
        self._hooks: Any = None
        self._hook: Any = None

    def attach(self, hooks: Any, hook: Any) -> None:
        """Adds a hook to a list."""
        self._hooks, self._hook = hooks, hook
        hooks.append(hook)

    def detach(self) -> None:
        """The hook is not called any more."""
        if self._hooks is not None and self._hook in self._hooks:
            self._hooks.remove(self._hook)

    def __enter__(self) -> "HookHandle":
        return self

    def __exit__(self, *error: Any) -> None:
        self.detach()


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.gluon.utils", {}, ("gluon.utils",))

__all__ = [
    "HookHandle",
    "check_sha1",
    "clip_global_norm",
    "download",
    "replace_file",
    "shape_is_known",
    "split_and_load",
    "split_data",
    "split_rnn_params",
]
__dir__ = __all__.copy
