"""The normal distribution of vectors."""

import math
from typing import Any

from weft import np
from weft._base.errors import InvalidValue
from weft._core.typing import ArrayLike, ndarray
from weft.gluon.probability import _matrices
from weft.gluon.probability.constraint import (
    Constraint,
    LowerCholesky,
    PositiveDefinite,
    Real,
)
from weft.gluon.probability.distribution import Distribution, named


class MultivariateNormal(Distribution):
    """The normal distribution of vectors of N numbers with mean `loc`.

    loc: (..., N); of the others exactly one is given, of shape (..., N, N):
    cov: the covariance, symmetric and positive definite
    precision: its inverse
    scale_tril: its lower triangular factor, with a diagonal above 0

    The two that are not given are computed each time they are asked for. Gradients of samples reach
    the parameters.

    >>> d = MultivariateNormal(np.zeros(2), cov=np.eye(2))
    >>> d.log_prob(np.zeros(2))
    array(-1.837877)
    """

    has_grad = True
    support: Constraint = Real()  # type: ignore[assignment]
    arg_constraints = named(
        loc=Real(), cov=PositiveDefinite(), precision=PositiveDefinite(), scale_tril=LowerCholesky()
    )
    _parameter_dims = named(loc=1, cov=2, precision=2, scale_tril=2)

    loc: ndarray

    def __init__(
        self,
        loc: ArrayLike,
        cov: ArrayLike | None = None,
        precision: ArrayLike | None = None,
        scale_tril: ArrayLike | None = None,
        validate_args: bool | None = None,
    ) -> None:
        matrices = {"cov": cov, "precision": precision, "scale_tril": scale_tril}
        given = [name for name, matrix in matrices.items() if matrix is not None]
        if len(given) != 1:
            raise InvalidValue(
                "MultivariateNormal: exactly one of `cov`, `precision` and `scale_tril` must be "
                f"given; got {', '.join(given) or 'none'}"
            )
        self._given = given[0]
        self._set(loc=loc, **matrices)
        vector, matrix = self.loc.shape, vars(self)[self._given].shape
        if not vector or len(matrix) < 2 or matrix[-2:] != 2 * vector[-1:]:
            raise InvalidValue(
                f"MultivariateNormal: `loc` and `{self._given}` must have shapes (..., N) and "
                f"(..., N, N); got {vector} and {matrix}"
            )
        super().__init__(1, validate_args)

    # Not data descriptors: what is given stands before these.

    def __getattr__(self, name: str) -> Any:
        if name == "scale_tril":
            if self._given == "cov":
                return _matrices.cholesky(self.cov)
            return _matrices.lower_of_inverse(self.precision)
        if name == "cov":
            lower = self.scale_tril
            return np.matmul(lower, _matrices.transposed(lower))
        if name == "precision":
            return _matrices.inverse_of_product(self.scale_tril)
        raise AttributeError(f"'{type(self).__name__}' object has no attribute {name!r}")

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        standard = np.random.normal(size=(*shape, *self._event_shape), dtype=self._dtype)
        return self.loc + (self.scale_tril * np.expand_dims(standard, -2)).sum(axis=-1)

    def log_prob(self, value: ArrayLike) -> ndarray:
        lower = self.scale_tril
        distance = np.expand_dims(self._validate_samples(value) - self.loc, -1)
        z = np.squeeze(_matrices.solve_lower(lower, distance), -1)
        constant = self.loc.shape[-1] * math.log(2 * math.pi) / 2
        return -(z * z).sum(axis=-1) / 2 - _matrices.log_diagonal(lower) - constant

    @property
    def mean(self) -> ndarray:
        return np.broadcast_to(self.loc, self.batch_shape + self._event_shape)

    @property
    def variance(self) -> ndarray:
        if self._given == "cov":
            found = np.diagonal(self.cov, axis1=-2, axis2=-1)
        else:
            found = (self.scale_tril**2).sum(axis=-1)
        return np.broadcast_to(found, self.batch_shape + self._event_shape)

    def entropy(self) -> ndarray:
        """The entropy in nats, one number for each matrix."""
        size = self.loc.shape[-1]
        return size * (1 + math.log(2 * math.pi)) / 2 + _matrices.log_diagonal(self.scale_tril)
