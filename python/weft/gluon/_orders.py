"""Arguments in the order of another framework.

Layers of PyTorch begin with the extent of their data, which is found at the first call here. So
`Conv2D(1, 8, 3)`, `LayerNorm(8)` and `LSTM(8, 64)` are programs there and here, and mean something
else. What can mean nothing here is refused; what is valid and only unlikely is warned of, where it
first shows: when a layer is made, or at its first call, which has the data.
"""

import functools
import inspect
import sys
import warnings
from numbers import Integral, Real
from typing import Any

from weft._base.errors import InvalidType, InvalidValue
from weft._base.options import require
from weft._base.packages import is_weft
from weft._base.spelling import options_of

# Which option of a layer is the extent of its data, if somebody wants to give it.
_EXTENTS = ("in_units", "in_channels", "input_size")
_MANY_LAYERS = 16  # of a recurrent network; those of translators have 8


@functools.lru_cache(maxsize=1024)
def _places(cls: type) -> tuple[str, ...] | None:
    """What a constructor takes by position; None: any number, or it is a user's."""
    init = cls.__init__  # type: ignore[misc]
    if not is_weft(getattr(init, "__module__", None)):
        return None
    parameters = list(inspect.signature(init).parameters.values())[1:]
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return None
    return tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)


def check_positions(cls: type, given: tuple[Any, ...]) -> None:
    """Raises TypeError for more arguments by position than the constructor of a layer takes."""
    names = _places(cls)
    if names is None or len(given) <= len(names):
        return
    taken = ", ".join(f"`{name}`" for name in names) or "nothing"
    raise InvalidType(
        f"{cls.__name__}: it takes {taken} by position, all else by name; got {len(given)} "
        f"arguments{_of_extent(cls)}"
    )


def _of_extent(cls: type) -> str:
    options = options_of(cls) or []
    found = [f", or given as `{name}`" for name in _EXTENTS if name in options]
    return f"; the extent of the data is found at the first call{found[0]}" if found else ""


def warn_user(text: str) -> None:
    """Warns in the line that called Weft, however deep this is."""
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and is_weft(frame.f_globals.get("__name__")):
        level, frame = level + 1, frame.f_back
    warnings.warn(text, stacklevel=level)


# ---- convolutions: (channels, kernel_size, strides), and not (in, out, kernel)


def check_kernel(
    layer: str, kernel: tuple[int, ...], room: tuple[int, ...], shape: tuple[int, ...]
) -> None:
    """Raises ValueError where a kernel is larger than its data with their padding."""
    if any(extent < size for extent, size in zip(room, kernel, strict=True)):
        raise InvalidValue(
            f"{layer}: `kernel_size` must fit into the padded data; got kernels of extents "
            f"{kernel} for data of shape {shape}; it takes (channels, kernel_size, strides), and "
            "finds the channels of the data itself"
        )


def doubt_kernel(
    layer: str,
    channels: int,
    kernel: tuple[int, ...],
    strides: tuple[int, ...],
    shape: tuple[int, ...],
) -> None:
    """Warns where the numbers of a convolution read (in, out, kernel) for data of this shape."""
    if not _reads_in_out_kernel(channels, kernel, strides, shape):
        return
    size, step = kernel[0], strides[0]
    warn_user(
        f"{layer}: kernels of {size} at strides of {step} make {channels} channels of {channels}; "
        f"it takes (channels, kernel_size, strides): for {size} channels and kernels of {step} "
        f"write {layer}({size}, {step}), which finds the channels of the data itself"
    )


# Of as many channels as there are, programs make kernels that cover their stride once or twice, and
# at strides of 1 and 2 those of a few elements, large ones with an element in the middle.
def _reads_in_out_kernel(
    channels: int, kernel: tuple[int, ...], strides: tuple[int, ...], shape: tuple[int, ...]
) -> bool:
    is_square = len(set(kernel)) == 1 and len(set(strides)) == 1
    if channels != shape[1] or not is_square or kernel == tuple(shape[2:]):
        return False
    size, step = kernel[0], strides[0]
    if step >= 3:
        return size not in (step, 2 * step)
    return size >= 16 and size % 2 == 0


# ---- norms: (axis, epsilon), and not the number of channels


def check_epsilon(layer: str, epsilon: float) -> None:
    """Raises ValueError for an epsilon that is negative, or a count."""
    require(epsilon >= 0, layer, "epsilon", "at least 0", epsilon)
    if isinstance(epsilon, Integral) and not isinstance(epsilon, bool) and epsilon > 0:
        raise InvalidValue(
            f"{layer}: `epsilon` must be a small number, such as 1e-5; got {epsilon}; channels are "
            f"counted at the first call, or by `in_channels`; an epsilon that is meant is "
            f"{float(epsilon)}"
        )


def check_axis_number(layer: str, axis: Any, told: str) -> None:
    """Raises TypeError for what is no axis."""
    if not isinstance(axis, Integral) or isinstance(axis, bool):
        raise InvalidType(f"{layer}: `axis` must be an integer; got {axis!r}; {told}")


def check_axis(layer: str, axis: int, usual: int, shape: tuple[int, ...]) -> None:
    """Raises ValueError for an axis that data of this shape do not have, and warns of one that is
    rather the extent of the usual axis."""
    rank = len(shape)
    if not -rank <= axis < rank:
        told = ""
        if axis in shape:
            told = f"; it takes the axis, and counts its channels itself: write {layer}()"
        raise InvalidValue(
            f"{layer}: `axis` must be in [-{rank}, {rank}) for data of shape {shape}; "
            f"got {axis}{told}"
        )
    if axis % rank != usual % rank and axis == shape[usual] != shape[axis]:
        warn_user(
            f"{layer}: `axis` is {axis}, which has {shape[axis]} channels in data of shape "
            f"{shape}; for the {axis} of axis {usual % rank} write {layer}()"
        )


# ---- others


def check_embedding_dtype(dtype: Any) -> None:
    """Raises TypeError for PyTorch's `padding_idx` in place of the dtype."""
    if isinstance(dtype, Integral):
        raise InvalidType(
            f"Embedding: `dtype` must be a dtype; got {dtype}; no row stands for padding here: "
            "multiply by a mask"
        )


def check_dropout_axes(axes: Any) -> None:
    """Raises TypeError for PyTorch's `inplace` in place of the axes."""
    if isinstance(axes, bool):
        raise InvalidType(
            f"Dropout: `axes` must be integers; got {axes}; nothing is written in place"
        )


def check_slopes(initializer: Any) -> None:
    """Raises TypeError for a number in place of PReLU's initializer."""
    if isinstance(initializer, Real):
        raise InvalidType(
            "PReLU: `alpha_initializer` must be an initializer or its name; got "
            f"{initializer}; slopes for channels are `in_channels=8`, a first value is "
            "`init.Constant(0.25)`"
        )


# ---- networks of sequences


def doubt_layers(layer: str, hidden_size: int, num_layers: int) -> None:
    """Warns of a recurrent network so deep that its numbers rather read (input, hidden)."""
    if num_layers >= _MANY_LAYERS:
        warn_user(
            f"{layer}: {num_layers} layers of {hidden_size} units stand on each other; it takes "
            f"(hidden_size, num_layers): for one layer of {num_layers} units write "
            f"{layer}({num_layers}), which finds the extent of the data itself"
        )


def check_activation(layer: str, activation: Any) -> None:
    """Raises ValueError for what a plain recurrent layer cannot apply."""
    if activation not in ("relu", "tanh"):
        told = ""
        if isinstance(activation, int):
            told = f"; {layer} begins with `hidden_size`, and finds the extent of the data itself"
        raise InvalidValue(
            f"{layer}: `activation` must be 'relu' or 'tanh'; got {activation!r}{told}"
        )


def check_heads(layer: str, units: int, hidden_size: int, num_heads: int) -> None:
    """Raises ValueError for heads that do not divide the units, and warns where the numbers of a
    Transformer's layer read (units, heads, hidden)."""
    is_order = num_heads > hidden_size >= 1 and units % hidden_size == 0
    told = (
        f"it takes (units, hidden_size, num_heads): for {hidden_size} heads write "
        f"{layer}({units}, {num_heads}, {hidden_size})"
    )
    if units < 1 or num_heads < 1 or units % num_heads:
        raise InvalidValue(
            f"{layer}: `num_heads` must be a divisor of `units`; got {num_heads} and {units}"
            + (f"; {told}" if is_order else "")
        )
    if is_order:
        warn_user(f"{layer}: {num_heads} heads, and a hidden layer of {hidden_size} units; {told}")
