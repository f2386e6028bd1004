"""Weights of classes, as weights of the samples that have them."""

from collections.abc import Mapping
from typing import Any

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._base.options import require_finite, require_whole
from weft.training._batches import Batch, leaves


class ClassWeights:
    """Factors by label; a class that is not named counts once."""

    def __init__(self, given: Mapping[int, float] | None) -> None:
        self._table: Any = None
        if given is None:
            return
        if not isinstance(given, Mapping):
            raise InvalidType(
                "fit: `class_weight` must be a dict of factors by label; got "
                f"{type(given).__name__}"
            )
        if not given:
            return
        for label, factor in given.items():
            require_whole("fit", f"class_weight[{label!r}]", label, 0)
            require_finite("fit", **{f"class_weight[{label!r}]": factor})
        # The last place is of all classes that are beyond those named.
        factors = [float(given.get(label, 1.0)) for label in range(max(given) + 1)]
        self._table = np.array([*factors, 1.0])

    @property
    def is_empty(self) -> bool:
        """Are there none?"""
        return self._table is None

    def apply(self, batch: Batch) -> Batch:
        """The batch with the weights of its labels, times those that it has."""
        if self._table is None:
            return batch
        found = leaves(batch.labels)
        if len(found) != 1 or found[0].dtype.name.startswith(("float", "bfloat", "complex")):
            got = f"{len(found)} arrays" if len(found) != 1 else f"dtype {found[0].dtype}"
            raise InvalidValue(
                f"fit: `class_weight` needs one array of integer labels; got {got}; give "
                "`sample_weight`"
            )
        places = np.minimum(found[0].astype("int64"), self._table.shape[0] - 1)
        weights = self._table[places]
        if batch.weights is not None:
            given = leaves(batch.weights)[0]
            weights = weights * given.reshape(
                given.shape[0], *(1,) * (weights.ndim - given.ndim), *given.shape[1:]
            ).astype(weights.dtype)
        return batch._replace(weights=weights)


__all__ = ["ClassWeights"]
