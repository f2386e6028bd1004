"""Sequences of several lengths in one array, and softmax over a part of the elements: compositions
of operators, with gradients.

T time, N batch. Lengths are integers, or whole numbers of a float dtype, from 0 to T (for
`sequence_last` from 1); others are not looked at: what they would need is not there.
"""

from typing import Any

from weft import np
from weft._base.errors import InvalidValue
from weft._base.options import require
from weft._base.shapes import broadcasts_to
from weft._core import OPERATORS as _OPERATORS
from weft._core.typing import ArrayLike, ndarray


def sequence_mask(
    data: ArrayLike,
    sequence_length: ArrayLike | None = None,
    use_sequence_length: bool = False,
    value: float = 0.0,
    axis: int = 0,
) -> ndarray:
    """Each sequence with `value` in the place of what lies behind its length.

    data: (T, N, ...), or (N, T, ...) with axis=1
    sequence_length: (N,), with `use_sequence_length`, and only then: without it all steps count

    >>> from weft import np, npx
    >>> npx.sequence_mask(np.ones((2, 3)), np.array([1, 3]), True, axis=1)
    array([[1., 0., 0.],
           [1., 1., 1.]])
    """
    x, lengths = _arguments("sequence_mask", data, sequence_length, use_sequence_length, axis)
    if lengths is None:
        return x.copy()
    steps, axes = _steps(x, axis), [1] * x.ndim
    is_there = np.less(np.expand_dims(steps, 1 - axis), np.expand_dims(lengths, axis))
    axes[0], axes[1] = x.shape[0], x.shape[1]
    return np.where(np.reshape(is_there, tuple(axes)), x, value)


def sequence_last(
    data: ArrayLike,
    sequence_length: ArrayLike | None = None,
    use_sequence_length: bool = False,
    axis: int = 0,
) -> ndarray:
    """The last step of each sequence: shape (N, ...).

    data: (T, N, ...), or (N, T, ...) with axis=1
    sequence_length: (N,), each at least 1, with `use_sequence_length`, and only then: without it
        all steps count

    >>> from weft import np, npx
    >>> npx.sequence_last(np.arange(6).reshape(3, 2), np.array([1, 3]), True).tolist()
    [0, 5]
    """
    x, lengths = _arguments("sequence_last", data, sequence_length, use_sequence_length, axis)
    require(x.shape[axis] > 0, "sequence_last", "data", "of at least one step", x.shape)
    if lengths is None:
        return x[-1] if axis == 0 else x[:, -1]
    last = lengths - 1
    samples = _OPERATORS["arange"](0, x.shape[1 - axis], 1, "int64")
    return x[last, samples] if axis == 0 else x[samples, last]


def sequence_reverse(
    data: ArrayLike,
    sequence_length: ArrayLike | None = None,
    use_sequence_length: bool = False,
    axis: int = 0,
) -> ndarray:
    """Each sequence with its steps in the opposite order; what lies behind its length stays.

    data: (T, N, ...), or (N, T, ...) with axis=1
    sequence_length: (N,), with `use_sequence_length`, and only then: without it all steps count

    >>> from weft import np, npx
    >>> npx.sequence_reverse(np.array([[1, 1], [2, 2], [3, 3]]), np.array([2, 3]), True).tolist()
    [[2, 3], [1, 2], [3, 1]]
    """
    x, lengths = _arguments("sequence_reverse", data, sequence_length, use_sequence_length, axis)
    if lengths is None:
        return np.flip(x, axis=axis)
    steps = np.expand_dims(_steps(x, axis), 1 - axis)
    ends = np.expand_dims(lengths, axis)
    sources = np.where(steps < ends, ends - 1 - steps, steps)
    samples = np.expand_dims(_OPERATORS["arange"](0, x.shape[1 - axis], 1, "int64"), axis)
    return x[sources, samples] if axis == 0 else x[samples, sources]


def _steps(x: Any, axis: int) -> Any:
    return _OPERATORS["arange"](0, x.shape[axis], 1, "int64")


def _arguments(
    where: str, data: Any, lengths: Any, uses_lengths: bool, axis: int
) -> tuple[Any, Any]:
    """Data, and lengths as integers or None."""
    x = np.asarray(data)
    if axis not in (0, 1):
        raise InvalidValue(f"{where}: `axis` must be 0 or 1; got {axis}")
    if x.ndim < 2:
        raise InvalidValue(f"{where}: `data` must have at least 2 axes; got shape {x.shape}")
    if bool(uses_lengths) != (lengths is not None):
        raise InvalidValue(
            f"{where}: `sequence_length` must be given with `use_sequence_length`, and only then; "
            f"got {'none' if lengths is None else 'one'} and {uses_lengths}"
        )
    if lengths is None:
        return x, None
    numbers = np.asarray(lengths)
    if numbers.shape != (x.shape[1 - axis],):
        raise InvalidValue(
            f"{where}: `sequence_length` must have shape ({x.shape[1 - axis]},), one number for "
            f"each sequence; got {numbers.shape}"
        )
    return x, numbers.astype("int64")


def masked_softmax(
    data: ArrayLike, mask: ArrayLike, axis: int = -1, temperature: float = 1.0
) -> ndarray:
    """Softmax over the elements where `mask` is true; the others, and all where it is nowhere true,
    are 0.

    mask: bools, or numbers that are 0 where they are false, which broadcast to `data`
    temperature: divides `data` first

    >>> from weft import np, npx
    >>> npx.masked_softmax(np.array([1.0, 1.0, 9.0]), np.array([True, True, False]))
    array([0.5, 0.5, 0. ])
    """
    is_in, lowered = _lowered("masked_softmax", data, mask, temperature)
    return np.where(is_in, _OPERATORS["softmax"](lowered, axis), 0)


def masked_log_softmax(
    data: ArrayLike, mask: ArrayLike, axis: int = -1, temperature: float = 1.0
) -> ndarray:
    """The logarithm of `masked_softmax`: -infinity where `mask` is false.

    mask: bools, or numbers that are 0 where they are false, which broadcast to `data`
    temperature: divides `data` first

    >>> from weft import np, npx
    >>> npx.masked_log_softmax(np.array([1.0, 1.0, 9.0]), np.array([True, True, False]))
    array([-0.6931472, -0.6931472,       -inf])
    """
    is_in, lowered = _lowered("masked_log_softmax", data, mask, temperature)
    return np.where(is_in, _OPERATORS["log_softmax"](lowered, axis), -np.inf)


def _lowered(where: str, data: Any, mask: Any, temperature: float) -> tuple[Any, Any]:
    """Where the data counts, and the data with the lowest number elsewhere: a finite one, so that
    no gradient is NaN where nothing counts."""
    require(temperature > 0, where, "temperature", "above 0", temperature)
    x, given = np.asarray(data), np.asarray(mask)
    x = x.astype("float32") if "float" not in x.dtype.name else x
    is_in = given if given.dtype.name == "bool" else given != 0
    if not broadcasts_to(is_in.shape, x.shape):
        raise InvalidValue(
            f"{where}: `mask` must broadcast to `data`, of shape {x.shape}, without enlarging it; "
            f"got shape {is_in.shape}"
        )
    scaled = x if temperature == 1 else x / temperature
    return is_in, np.where(is_in, scaled, float(np.finfo(x.dtype).min))


__all__ = [
    "masked_log_softmax",
    "masked_softmax",
    "sequence_last",
    "sequence_mask",
    "sequence_reverse",
]
