"""Probability: distributions, transformations of random numbers, divergences, stochastic blocks.

Distributions are batches: their parameters are arrays that broadcast together, and `log_prob`,
`sample` and the like work on arrays, eager, recorded and hybridized. `sample(size)` gives an array
of shape `size`, `sample_n(size)` puts axes in front of the batch.

>>> from weft import np
>>> from weft.gluon import probability as mgp
>>> d = mgp.Normal(loc=np.zeros(3), scale=np.ones(3))
>>> d.sample().shape, d.sample((2, 3)).shape, d.sample_n(4).shape
((3,), (2, 3), (4, 3))
>>> mgp.kl_divergence(d, mgp.Normal(0.0, 1.0))
array([0., 0., 0.])
"""

from weft.gluon.probability import constraint
from weft.gluon.probability._categories import Categorical, Multinomial, OneHotCategorical
from weft.gluon.probability._continuous import Cauchy, Gumbel, Laplace, Normal, StudentT, Uniform
from weft.gluon.probability._counts import (
    Bernoulli,
    Binomial,
    Geometric,
    NegativeBinomial,
    Poisson,
)
from weft.gluon.probability._independent import Independent
from weft.gluon.probability._multivariate_normal import MultivariateNormal
from weft.gluon.probability._positive import (
    Beta,
    Chi2,
    Dirichlet,
    Exponential,
    FisherSnedecor,
    Gamma,
)
from weft.gluon.probability._transformed import (
    HalfCauchy,
    HalfNormal,
    Pareto,
    RelaxedBernoulli,
    RelaxedOneHotCategorical,
    TransformedDistribution,
    Weibull,
)
from weft.gluon.probability._values import (
    digamma,
    erf,
    erfinv,
    gammaln,
    logit2prob,
    prob2logit,
)
from weft.gluon.probability.distribution import Distribution, ExponentialFamily
from weft.gluon.probability.divergence import empirical_kl, kl_divergence, register_kl
from weft.gluon.probability.domain_maps import biject_to, domain_map, transform_to
from weft.gluon.probability.stochastic_block import StochasticBlock, StochasticSequential
from weft.gluon.probability.transformation import (
    AbsTransform,
    AffineTransform,
    ComposeTransform,
    ExpTransform,
    PowerTransform,
    SigmoidTransform,
    SoftmaxTransform,
    Transformation,
    TransformBlock,
)

__all__ = [
    "AbsTransform",
    "AffineTransform",
    "Bernoulli",
    "Beta",
    "Binomial",
    "Categorical",
    "Cauchy",
    "Chi2",
    "ComposeTransform",
    "Dirichlet",
    "Distribution",
    "ExpTransform",
    "Exponential",
    "ExponentialFamily",
    "FisherSnedecor",
    "Gamma",
    "Geometric",
    "Gumbel",
    "HalfCauchy",
    "HalfNormal",
    "Independent",
    "Laplace",
    "Multinomial",
    "MultivariateNormal",
    "NegativeBinomial",
    "Normal",
    "OneHotCategorical",
    "Pareto",
    "Poisson",
    "PowerTransform",
    "RelaxedBernoulli",
    "RelaxedOneHotCategorical",
    "SigmoidTransform",
    "SoftmaxTransform",
    "StochasticBlock",
    "StochasticSequential",
    "StudentT",
    "TransformBlock",
    "Transformation",
    "TransformedDistribution",
    "Uniform",
    "Weibull",
    "biject_to",
    "constraint",
    "digamma",
    "domain_map",
    "empirical_kl",
    "erf",
    "erfinv",
    "gammaln",
    "kl_divergence",
    "logit2prob",
    "prob2logit",
    "register_kl",
    "transform_to",
]
__dir__ = __all__.copy
