"""A batch of independent distributions as one distribution of arrays."""

import copy
from typing import Any, Self

from weft import np
from weft._base.errors import InvalidType, InvalidValue, Unsupported
from weft._base.options import require_whole
from weft._core.typing import ArrayLike, ndarray
from weft.gluon.probability._values import sum_last
from weft.gluon.probability.constraint import Constraint
from weft.gluon.probability.distribution import Distribution, Size, as_shape


class Independent(Distribution):
    """The last axes of a batch of distributions as axes of one event: `log_prob` and `entropy` sum
    over them.

    reinterpreted_batch_ndims: how many axes of the batch

    >>> from weft.gluon.probability import Normal
    >>> Independent(Normal(np.zeros((3, 2)), 1.0), 1).log_prob(np.zeros((3, 2))).shape
    (3,)
    """

    def __init__(
        self,
        base_distribution: Distribution,
        reinterpreted_batch_ndims: int,
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(base_distribution, Distribution):
            raise InvalidType(
                "Independent: `base_distribution` must be a distribution; got "
                f"{type(base_distribution).__name__}"
            )
        count = require_whole(
            "Independent", "reinterpreted_batch_ndims", reinterpreted_batch_ndims, 0
        )
        if count > len(base_distribution.batch_shape):
            raise InvalidValue(
                "Independent: `reinterpreted_batch_ndims` must be at most "
                f"{len(base_distribution.batch_shape)}, the axes of the batch of shape "
                f"{base_distribution.batch_shape}; got {count}"
            )
        self.base_dist = base_distribution
        self.reinterpreted_batch_ndims = count
        super().__init__(base_distribution.event_dim + count, validate_args)

    @property
    def batch_shape(self) -> tuple[int, ...]:
        shape = self.base_dist.batch_shape
        return shape[: len(shape) - self.reinterpreted_batch_ndims]

    @property
    def _inner(self) -> tuple[int, ...]:
        """The axes of the batch that are axes of events here."""
        return self.base_dist.batch_shape[len(self.batch_shape) :]

    @property
    def _event_shape(self) -> tuple[int, ...]:
        return self._inner + self.base_dist._event_shape

    @property
    def _dtype(self) -> Any:
        return self.base_dist._dtype

    @property
    def has_grad(self) -> bool:  # type: ignore[override]
        return self.base_dist.has_grad

    @property
    def has_enumerate_support(self) -> bool:  # type: ignore[override]
        return self.base_dist.has_enumerate_support and not self.reinterpreted_batch_ndims

    @property
    def support(self) -> Constraint:
        return self.base_dist.support

    def broadcast_to(self, batch_shape: Size) -> Self:
        made = copy.copy(self)
        made.base_dist = self.base_dist.broadcast_to(as_shape(batch_shape) + self._inner)
        return made

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        return self.base_dist._draw(shape + self._inner)

    def log_prob(self, value: ArrayLike) -> ndarray:
        return sum_last(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    @property
    def mean(self) -> ndarray:
        return self.base_dist.mean

    @property
    def variance(self) -> ndarray:
        return self.base_dist.variance

    def entropy(self) -> ndarray:
        shape = self.base_dist.batch_shape
        each = np.broadcast_to(self.base_dist.entropy(), shape)
        return sum_last(each, self.reinterpreted_batch_ndims)

    def enumerate_support(self) -> ndarray:
        if self.reinterpreted_batch_ndims:
            raise Unsupported(
                "Independent: `enumerate_support` is not defined for events of several numbers: "
                "they would be all combinations"
            )
        return self.base_dist.enumerate_support()
