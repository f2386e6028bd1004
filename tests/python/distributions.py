"""Distributions with parameters, and the same of SciPy: samples of the tests of probability."""

from dataclasses import dataclass
from typing import Any

import numpy as onp
from scipy import stats
from weft.gluon import probability as mgp


@dataclass
class Case:
    """A class, parameters as NumPy arrays that broadcast, and SciPy's distribution of them."""

    kind: type
    parameters: dict[str, Any]
    oracle: Any
    is_discrete: bool = False

    def __str__(self) -> str:
        return self.kind.__name__

    @property
    def rows(self) -> list[str]:
        """The parameters that are arrays of a batch."""
        return [n for n, value in self.parameters.items() if isinstance(value, onp.ndarray)]

    def made(self, convert: Any, **options: Any) -> Any:
        values = {n: convert(v) if n in self.rows else v for n, v in self.parameters.items()}
        return self.kind(**values, **options)

    def values(self) -> Any:
        """Values of its support, of shape (5, 2, 3)."""
        return self.oracle.rvs(size=(5, 2, 3), random_state=onp.random.RandomState(3))


_LOC = onp.array([[0.5, -1.0, 2.0], [0.0, 3.0, -0.25]])
_SCALE = onp.array([0.5, 1.0, 2.5])
_SHAPE = onp.array([[0.7, 1.0, 2.0], [3.5, 5.0, 9.0]])
_PROB = onp.array([[0.1, 0.25, 0.5], [0.65, 0.8, 0.9]])
_BETA = onp.array([1.5, 0.8, 4.0])
_DF = onp.array([5.5, 7.0, 12.0])

CASES = [
    Case(mgp.Uniform, {"low": _LOC, "high": _LOC + _SCALE}, stats.uniform(_LOC, _SCALE)),
    Case(mgp.Normal, {"loc": _LOC, "scale": _SCALE}, stats.norm(_LOC, _SCALE)),
    Case(mgp.Laplace, {"loc": _LOC, "scale": _SCALE}, stats.laplace(_LOC, _SCALE)),
    Case(mgp.Cauchy, {"loc": _LOC, "scale": _SCALE}, stats.cauchy(_LOC, _SCALE)),
    Case(mgp.Gumbel, {"loc": _LOC, "scale": _SCALE}, stats.gumbel_r(_LOC, _SCALE)),
    Case(
        mgp.StudentT,
        {"df": _DF, "loc": _LOC, "scale": _SCALE},
        stats.t(_DF, _LOC, _SCALE),
    ),
    Case(mgp.Exponential, {"scale": _SHAPE}, stats.expon(scale=_SHAPE)),
    Case(mgp.Gamma, {"shape": _SHAPE, "scale": _SCALE}, stats.gamma(_SHAPE, scale=_SCALE)),
    Case(mgp.Chi2, {"df": _SHAPE}, stats.chi2(_SHAPE)),
    Case(mgp.FisherSnedecor, {"df1": _SHAPE, "df2": _DF}, stats.f(_SHAPE, _DF)),
    Case(mgp.Beta, {"alpha": _SHAPE, "beta": _BETA}, stats.beta(_SHAPE, _BETA)),
    Case(mgp.HalfNormal, {"scale": _SHAPE}, stats.halfnorm(0, _SHAPE)),
    Case(mgp.HalfCauchy, {"scale": _SHAPE}, stats.halfcauchy(0, _SHAPE)),
    Case(mgp.Pareto, {"alpha": _SHAPE, "scale": _SCALE}, stats.pareto(_SHAPE, scale=_SCALE)),
    Case(
        mgp.Weibull,
        {"concentration": _SHAPE, "scale": _SCALE},
        stats.weibull_min(_SHAPE, scale=_SCALE),
    ),
    Case(mgp.Bernoulli, {"prob": _PROB}, stats.bernoulli(_PROB), True),
    Case(mgp.Binomial, {"n": 7, "prob": _PROB}, stats.binom(7, _PROB), True),
    Case(mgp.Geometric, {"prob": _PROB}, stats.geom(_PROB, loc=-1), True),
    Case(
        mgp.NegativeBinomial,
        {"n": _SHAPE, "prob": _PROB},
        stats.nbinom(_SHAPE, 1 - _PROB),
        True,
    ),
    Case(mgp.Poisson, {"rate": _SHAPE}, stats.poisson(_SHAPE), True),
]
