"""Summands of attention's scores for the distance of two positions, as T5 and MPNet have them."""

import math
from typing import Any

from weft import np
from weft._base.options import require
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.parameter import Parameter


class RelativePositions(HybridBlock):
    """A number for each head and bucket of distances: near distances have a bucket each, farther
    ones share them, in steps that grow as the logarithm does.

    both_sides: do positions behind have buckets of their own?
    max_distance: from here on all are in one bucket

    >>> from weft.gluon.model_zoo.text.t5 import RelativePositions
    >>> positions = RelativePositions(2, num_buckets=8, max_distance=16, both_sides=True)
    >>> positions.initialize()
    >>> positions.summands(3, 5).shape
    (1, 2, 3, 5)
    """

    def __init__(
        self, num_heads: int, num_buckets: int, max_distance: int, both_sides: bool
    ) -> None:
        super().__init__()
        exact = num_buckets // (4 if both_sides else 2)
        require(exact >= 1, "T5", "num_buckets", "at least 4", num_buckets)
        require(max_distance > exact, "T5", "max_distance", f"above {exact}", max_distance)
        self.max_distance = max_distance
        self.weight = Parameter("weight", shape=(num_buckets, num_heads))
        self._buckets = _buckets(num_buckets, max_distance, both_sides)

    def summands(self, queries: Any, keys: Any, first: Any = None) -> Any:
        """Summands of the scores, (1, H, queries, keys).

        first: the position of the first query; 0 if None
        """
        rows = np.arange(0, queries, 1, dtype="int64")
        rows = rows if first is None else rows + first
        distances = np.arange(0, keys, 1, dtype="int64") - rows.reshape(-1, 1)
        most = self.max_distance
        places = np.minimum(np.maximum(distances, -most), most) + most
        by_distance = np.take(self.weight.data(), np.array(self._buckets), axis=0)
        return np.expand_dims(np.take(by_distance.T, places, axis=1), 0)


def _buckets(num_buckets: int, max_distance: int, both_sides: bool) -> list[int]:
    """Of the distances -max_distance to max_distance."""
    behind = num_buckets // 2 if both_sides else 0
    count = num_buckets - behind
    exact = count // 2

    def bucket(distance: int) -> int:
        # Without buckets for positions behind, these are in that of distance 0.
        steps = abs(distance) if both_sides else max(-distance, 0)
        first = behind if distance > 0 else 0
        if steps < exact:
            return first + steps
        # The quotient first: a power of two then has no error that falls into the bucket before.
        share = math.log(steps / exact) / math.log(max_distance / exact)
        return first + min(count - 1, exact + int(share * (count - exact)))

    return [bucket(distance) for distance in range(-max_distance, max_distance + 1)]


__all__ = ["RelativePositions"]
__dir__ = __all__.copy
