"""Gradients in fewer bytes on their way to other processes.

"fp16" and "bf16" round each rank's gradient to a half dtype; the sum is made in float32 and rounded
once. "2bit" sends -threshold, 0 or threshold for each element and keeps the rest for the next step
(MXNet's): what is not sent is not lost. "powersgd" sends matrices as products of thin ones
(`_power_sgd.py`).
"""

from collections.abc import Mapping
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._base.options import require_whole
from weft._core import collectives, native
from weft._core.typing import ndarray
from weft._trace.state import outside_trace
from weft.gluon._power_sgd import Compression, PowerSGD

_HALVES = {"fp16": "float16", "bf16": "bfloat16"}


class _Half(Compression):
    def __init__(self, dtype: str, group: str) -> None:
        self._dtype = dtype
        self._group = group

    def sum(self, name: str, gradient: ndarray) -> ndarray:
        sent = gradient.astype(self._dtype)
        return npx.all_reduce(sent, group=self._group).astype(gradient.dtype)


class _TwoBits(Compression):
    """Four elements are one byte: 0, +threshold and -threshold are 0, 1 and 2."""

    def __init__(self, threshold: float, group: str) -> None:
        self._threshold = threshold
        self._group = group
        self._residuals: dict[str, ndarray] = {}

    def prepare(self, gradients: Mapping[str, ndarray]) -> None:
        for name, gradient in gradients.items():
            if name in self._residuals:
                continue
            with outside_trace():
                residual = np.zeros(gradient.shape, dtype=gradient.dtype)
            native.set_state(residual, True)
            self._residuals[name] = residual

    def sum(self, name: str, gradient: ndarray) -> ndarray:
        residual = self._residuals[name]
        wanted = residual + gradient
        above, below = wanted >= self._threshold, wanted <= -self._threshold
        step = np.array(self._threshold, dtype=gradient.dtype)
        residual[...] = wanted - step * (above.astype(step.dtype) - below.astype(step.dtype))
        codes = above.astype("uint8") + np.array(2, dtype="uint8") * below.astype("uint8")
        flat = np.pad(codes.reshape(-1), (0, -codes.size % 4)).reshape(-1, 4)
        ranks = collectives.place(self._group)[1]
        places = np.array([1, 4, 16, 64], dtype="uint8")
        packed = (flat * places).sum(axis=1).astype("uint8")
        everyone = npx.all_gather(packed, axis=0, ranks=ranks, group=self._group)
        digits = (everyone.reshape(ranks, -1, 1) // places) % np.array(4, dtype="uint8")
        ones = (digits == 1).astype("int32").sum(axis=0) - (digits == 2).astype("int32").sum(axis=0)
        return (ones.reshape(-1)[: codes.size].reshape(gradient.shape)).astype(step.dtype) * step


_OPTIONS = {"fp16": (), "bf16": (), "2bit": ("threshold",), "powersgd": ("rank",)}


def compression_of(params: Mapping[str, Any] | None, group: str) -> Compression | None:
    """What `compression_params` of a trainer names."""
    if params is None:
        return None
    kind = params.get("type") if isinstance(params, Mapping) else params
    if kind in ("none", None):
        return None
    if (
        not isinstance(params, Mapping)
        or kind not in _OPTIONS
        or set(params) - {"type", *_OPTIONS[kind]}
    ):
        raise InvalidValue(
            "Trainer: `compression_params` must be {'type': 'fp16'}, {'type': 'bf16'}, "
            "{'type': '2bit', 'threshold': 0.5} or {'type': 'powersgd', 'rank': 4}; got "
            f"{params!r}"
        )
    if kind in _HALVES:
        return _Half(_HALVES[kind], group)
    if kind == "powersgd":
        rank = require_whole("Trainer", "compression_params['rank']", params.get("rank", 4), 1)
        return PowerSGD(rank, group)
    threshold = float(params.get("threshold", 0.5))
    if not threshold > 0:
        raise InvalidValue(
            f"Trainer: the threshold of `compression_params` must be above 0; got {threshold}"
        )
    return _TwoBits(threshold, group)
