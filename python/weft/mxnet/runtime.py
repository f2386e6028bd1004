"""What this build can do, under the names of MXNet's build switches.

>>> from weft import mxnet as mx
>>> mx.runtime.Features().is_enabled("CUDA")
False
"""

from collections import OrderedDict
from typing import Any, NamedTuple

from weft._base.errors import InvalidState
from weft._version import __version__
from weft.mxnet.device import num_gpus

# Switches of MXNet's build; True where Weft has the same by its own means.
_SWITCHES = {
    **{f"CPU_{name}": True for name in ("SSE", "SSE2", "SSE3", "SSE4_1", "SSE4_2")},
    **{"CPU_SSE4A": False, "CPU_AVX": True, "CPU_AVX2": True},
    **dict.fromkeys(("CUDNN", "NCCL", "CUDA_RTC", "TENSORRT", "CUTENSOR"), False),
    **dict.fromkeys(("BLAS_OPEN", "BLAS_ATLAS", "BLAS_MKL", "BLAS_APPLE", "LAPACK"), False),
    **dict.fromkeys(("OPENMP", "SSE", "F16C", "JEMALLOC", "ONEDNN", "MKLDNN"), False),
    **dict.fromkeys(("OPENCV", "DIST_KVSTORE", "CXX14", "CAFFE", "PROFILER"), False),
    **{"INT64_TENSOR_SIZE": True, "SIGNAL_HANDLER": True, "DEBUG": False, "TVM_OP": False},
}


class Feature(NamedTuple):
    """A switch: its name, and whether it is on."""

    name: str
    enabled: bool

    def __repr__(self) -> str:
        return f"{'✔' if self.enabled else '✖'} {self.name}"


def feature_list() -> list[Feature]:
    """All switches."""
    on = {**_SWITCHES, "CUDA": num_gpus() > 0}
    return [Feature(name, enabled) for name, enabled in on.items()]


class Features(OrderedDict[str, Feature]):
    """The switches by name; there is one object of this class."""

    instance: Any = None

    def __new__(cls) -> "Features":
        if cls.instance is None:
            cls.instance = super().__new__(cls)
            OrderedDict.__init__(cls.instance, [(one.name, one) for one in feature_list()])
        found: Features = cls.instance
        return found

    def __init__(self) -> None:
        """Nothing: the one object is filled where it is made."""

    def __repr__(self) -> str:
        return str(list(self.values()))

    def is_enabled(self, feature_name: str) -> bool:
        """Is a switch on? Its name may be in any case. Raises RuntimeError for an unknown one."""
        name = feature_name.upper()
        if name not in self:
            raise InvalidState(f"Features: there is no feature {name!r}; there are {list(self)}")
        return self[name].enabled


def get_branch() -> str:
    """The name of the source's branch; of a release its version."""
    return f"v{__version__}"


def get_commit_hash() -> str:
    """The source's commit; releases do not know it, and give their version."""
    return __version__


__all__ = ["Feature", "Features", "feature_list", "get_branch", "get_commit_hash"]
__dir__ = __all__.copy
