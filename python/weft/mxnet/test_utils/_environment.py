"""Surroundings of tests: variables of the environment, the default device, files of data sets."""

import bz2
import contextlib
import functools
import os
import platform
import sys
from collections.abc import Callable, Iterator
from typing import Any

from weft._base.errors import InvalidType, InvalidValue
from weft.gluon.data.vision.idx import read_idx
from weft.mxnet import device as _device
from weft.mxnet import util as _util
from weft.mxnet.base import data_dir


@contextlib.contextmanager
def environment(*args: Any) -> Iterator[None]:
    """A `with` block with other variables of the environment: a name and a value, or a dict of
    them; None removes a variable."""
    if len(args) == 1 and isinstance(args[0], dict):
        wanted = args[0]
    elif len(args) == 2:
        wanted = {args[0]: args[1]}
    else:
        raise InvalidType("environment: give a name and a value, or a dict of them")
    before = {name: os.environ.get(name) for name in wanted}
    for name, value in wanted.items():
        _util.setenv(name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            _util.setenv(name, value)


@contextlib.contextmanager
def discard_stderr() -> Iterator[None]:
    """A `with` block that prints no errors."""
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)


def default_device() -> _device.Device:
    """Where tests make arrays: the variable MXNET_TEST_DEVICE says it, else the current device."""
    name = os.environ.get("MXNET_TEST_DEVICE")
    return _device.Device(name) if name else _device.current_device()


def set_default_device(device: _device.Device) -> None:
    """Sets where this thread makes arrays."""
    _device.set_current(device)


def is_cd_run() -> bool:
    """Is this a run of a release's tests, by the variable CD_JOB?"""
    return os.environ.get("CD_JOB") == "1"


def retry(n: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorator of a test by chance: it may fail by an AssertionError all but once of `n` times."""
    if n < 1:
        raise InvalidValue(f"retry: `n` must be at least 1; got {n}")

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def run(*args: Any, **kwargs: Any) -> None:
            for left in reversed(range(n)):
                try:
                    return test(*args, **kwargs)
                except AssertionError:
                    if not left:
                        raise
            return None

        return run

    return decorate


def is_aarch64_run() -> bool:
    """Is the processor an Arm of 64 bits?"""
    return platform.machine() == "aarch64"


def has_tvm_ops() -> bool:
    """Are there operators of TVM? There are none."""
    return False


def is_op_runnable() -> bool:
    """Can operators of TVM run here? There are none that could not."""
    return True


def download(
    url: str,
    fname: str | None = None,
    dirname: str | None = None,
    overwrite: bool = False,
    retries: int = 5,
) -> str:
    """The path of a file that is there already, or is copied from a `file://` address.

    Raises OSError for other addresses: Weft opens no network connection.
    """
    from weft.mxnet.gluon import utils

    path = fname or url.rstrip("/").rpartition("/")[2]
    if dirname is not None:
        os.makedirs(dirname, exist_ok=True)
        path = os.path.join(dirname, path)
    return utils.download(url, path, overwrite, retries=retries)


def get_bz2_data(data_dir: str, data_name: str, url: str, data_origin_name: str) -> None:
    """Unpacks a file that bzip2 has packed, unless it is there; `url` is where `download` finds the
    packed one."""
    path = os.path.join(data_dir, data_name)
    if os.path.exists(path):
        return
    os.makedirs(data_dir, exist_ok=True)
    packed = download(url, os.path.join(data_dir, data_origin_name))
    with bz2.BZ2File(packed) as source, open(path, "wb") as target:
        target.write(source.read())
    os.remove(packed)


def get_im2rec_path(home_env: str = "MXNET_HOME") -> str:
    """The path of the program that makes records of images."""
    from weft.mxnet import im2rec

    return str(im2rec.__file__)


def _mnist_file(path: str, name: str) -> str:
    for place in (path, data_dir()):
        found = os.path.join(place, name)
        if os.path.exists(found):
            return found
    return os.path.join(path, name)


def get_mnist(path: str = "data") -> dict[str, Any]:
    """MNIST as arrays of NumPy: train_data, train_label, test_data and test_label, from the four
    files of the set in `path`.

    Raises OSError where a file is missing or damaged: Weft fetches nothing by itself.
    """
    found = {}
    for part, prefix in (("train", "train"), ("test", "t10k")):
        images = _read_mnist(path, f"{prefix}-images-idx3-ubyte", 3)
        found[f"{part}_data"] = images.reshape(-1, 1, 28, 28).astype("float32") / 255
        found[f"{part}_label"] = _read_mnist(path, f"{prefix}-labels-idx1-ubyte", 1)
    return found


def _read_mnist(path: str, name: str, rank: int) -> Any:
    packed = _mnist_file(path, f"{name}.gz")
    return read_idx(packed if os.path.exists(packed) else _mnist_file(path, name), "uint8", rank)


def get_mnist_ubyte(path: str = "data") -> None:
    """Checks that MNIST's four files are in `path`. Raises OSError for one that is missing."""
    for prefix in ("train", "t10k"):
        for name in ("images-idx3", "labels-idx1"):
            found = _mnist_file(path, f"{prefix}-{name}-ubyte")
            if not os.path.exists(found):
                raise FileNotFoundError(f"get_mnist_ubyte: there is no file {found}")


def get_mnist_iterator(
    batch_size: int, input_shape: Any, num_parts: int = 1, part_index: int = 0, path: str = "data"
) -> tuple[Any, Any]:
    """Iterators over MNIST's two parts, from the files in `path`."""
    from weft.mxnet import io

    get_mnist_ubyte(path)
    flat = len(input_shape) != 3

    def iterator(prefix: str, shuffle: bool) -> Any:
        return io.MNISTIter(
            image=_mnist_file(path, f"{prefix}-images-idx3-ubyte"),
            label=_mnist_file(path, f"{prefix}-labels-idx1-ubyte"),
            input_shape=input_shape,
            batch_size=batch_size,
            shuffle=shuffle,
            flat=flat,
            num_parts=num_parts,
            part_index=part_index,
        )

    return iterator("train", True), iterator("t10k", False)


def get_cifar10(path: str = "data") -> None:
    """Checks that the records of CIFAR-10 are in `path`. Raises OSError for one that is missing."""
    for name in ("train.rec", "test.rec"):
        found = os.path.join(path, "cifar", name)
        if not os.path.exists(found):
            raise FileNotFoundError(f"get_cifar10: there is no file {found}")


class DummyIter:
    """An iterator that gives the first batch of another one again and again."""

    def __init__(self, real_iter: Any) -> None:
        self.real_iter = real_iter
        self.provide_data = real_iter.provide_data
        self.provide_label = real_iter.provide_label
        self.batch_size = real_iter.batch_size
        self.the_batch = next(iter(real_iter))

    def __iter__(self) -> "DummyIter":
        return self

    def next(self) -> Any:
        """The batch."""
        return self.the_batch

    __next__ = next

    def reset(self) -> None:
        """Nothing: there is one batch only."""


def get_rtc_compile_opts(device: Any) -> list[str]:
    """Options for compiling kernels of CUDA at run time; Weft compiles none."""
    return []


def get_max_supported_compute_capability() -> int:
    """The newest generation of GPUs that a build knows; 0 where there is none."""
    return 0


__all__ = [
    "DummyIter",
    "default_device",
    "discard_stderr",
    "download",
    "environment",
    "get_bz2_data",
    "get_cifar10",
    "get_im2rec_path",
    "get_max_supported_compute_capability",
    "get_mnist",
    "get_mnist_iterator",
    "get_mnist_ubyte",
    "get_rtc_compile_opts",
    "has_tvm_ops",
    "is_aarch64_run",
    "is_cd_run",
    "is_op_runnable",
    "retry",
    "set_default_device",
]
