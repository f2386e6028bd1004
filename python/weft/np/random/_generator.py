"""NumPy's `Generator` and `RandomState`: the functions of `np.random` as methods that draw from a
generator of the object's own.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from weft._base.errors import InvalidType
from weft._core import composing
from weft._trace.state import is_tracing
from weft.np.random import _basic, _choices, _continuous, _counts, _gammas, _vectors
from weft.np.random._bits import Philox, refuse_a_trace

P = ParamSpec("P")
R = TypeVar("R")
Own = TypeVar("Own", bound="_Drawing")


def _drawn(function: Callable[P, R]) -> Callable[Concatenate[Any, P], R]:
    """A method that does what a function of `np.random` does, with the object's own numbers."""
    name = function.__name__

    def method(self: "_Drawing", /, *args: P.args, **kwargs: P.kwargs) -> R:
        is_composed = composing.takes_part(args, kwargs)
        refuse_a_trace(name, is_composed or is_tracing())
        with self._bit_generator:
            return function(*args, **kwargs)

    functools.update_wrapper(method, function)
    del method.__wrapped__  # type: ignore[attr-defined]
    method.__qualname__ = f"Generator.{name}"
    method.__doc__ = (function.__doc__ or "").split(">>>")[0].rstrip()
    given = inspect.signature(function)
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    method.__signature__ = given.replace(  # type: ignore[attr-defined]
        parameters=[own, *given.parameters.values()]
    )
    return method


class _Drawing:
    """What both classes have: a generator, and the distributions."""

    def __init__(self, bit_generator: Philox) -> None:
        if not isinstance(bit_generator, Philox):
            raise InvalidType(
                f"{type(self).__name__}: `bit_generator` must be an `np.random.Philox`, the one "
                f"generator that there is; got {type(bit_generator).__name__}"
            )
        self._bit_generator = bit_generator

    def __repr__(self) -> str:
        return f"{type(self).__name__}(Philox)"

    bytes = _drawn(_choices.bytes)
    permutation = _drawn(_choices.permutation)
    shuffle = _drawn(_choices.shuffle)

    exponential = _drawn(_basic.exponential)
    normal = _drawn(_basic.normal)
    random = _drawn(_basic.random)
    standard_exponential = _drawn(_basic.standard_exponential)
    standard_normal = _drawn(_basic.standard_normal)
    uniform = _drawn(_basic.uniform)

    gumbel = _drawn(_continuous.gumbel)
    laplace = _drawn(_continuous.laplace)
    logistic = _drawn(_continuous.logistic)
    lognormal = _drawn(_continuous.lognormal)
    pareto = _drawn(_continuous.pareto)
    power = _drawn(_continuous.power)
    rayleigh = _drawn(_continuous.rayleigh)
    standard_cauchy = _drawn(_continuous.standard_cauchy)
    triangular = _drawn(_continuous.triangular)
    vonmises = _drawn(_continuous.vonmises)
    wald = _drawn(_continuous.wald)
    weibull = _drawn(_continuous.weibull)

    beta = _drawn(_gammas.beta)
    chisquare = _drawn(_gammas.chisquare)
    dirichlet = _drawn(_gammas.dirichlet)
    f = _drawn(_gammas.f)
    gamma = _drawn(_gammas.gamma)
    noncentral_chisquare = _drawn(_gammas.noncentral_chisquare)
    noncentral_f = _drawn(_gammas.noncentral_f)
    standard_gamma = _drawn(_gammas.standard_gamma)
    standard_t = _drawn(_gammas.standard_t)

    binomial = _drawn(_counts.binomial)
    geometric = _drawn(_counts.geometric)
    hypergeometric = _drawn(_counts.hypergeometric)
    logseries = _drawn(_counts.logseries)
    negative_binomial = _drawn(_counts.negative_binomial)
    poisson = _drawn(_counts.poisson)
    zipf = _drawn(_counts.zipf)

    multinomial = _drawn(_vectors.multinomial)
    multivariate_normal = _drawn(_vectors.multivariate_normal)

    choice = _drawn(_choices.choice)


class Generator(_Drawing):
    """Random numbers that depend on a generator of their own, and on nothing else that draws.

    bit_generator: an `np.random.Philox`; `default_rng(seed)` makes both

    The methods are the functions of `np.random`. In a hybridized function they raise RuntimeError:
    a program draws when it runs, not when it is traced.

    >>> from weft import np
    >>> rng = np.random.default_rng(5)
    >>> rng.normal(size=(2, 3)).shape
    (2, 3)
    >>> rng.integers(1, 6, endpoint=True).dtype
    dtype('int64')
    """

    @property
    def bit_generator(self) -> Philox:
        """The generator that the numbers come from. Other functions draw from it while it is
        entered: `with rng.bit_generator: net(x)`."""
        return self._bit_generator

    def spawn(self, n_children: int) -> list["Generator"]:
        """`n_children` generators that are independent of this one and of each other."""
        return [type(self)(child) for child in self._bit_generator.spawn(n_children)]

    integers = _drawn(_choices.integers)
    multivariate_hypergeometric = _drawn(_vectors.multivariate_hypergeometric)
    permuted = _drawn(_choices.permuted)


class RandomState(_Drawing):
    """NumPy's older class: random numbers of an object's own, under the names of `np.random`.

    seed: as of `default_rng`, or an `np.random.Philox`

    >>> from weft import np
    >>> np.random.RandomState(3).rand(2).shape
    (2,)
    """

    def __init__(self, seed: Any = None) -> None:
        super().__init__(seed if isinstance(seed, Philox) else Philox(seed))

    def seed(self, seed: Any = None) -> None:
        """Starts the numbers again from `seed`."""
        self._bit_generator.state = Philox(seed).state

    def get_state(self, legacy: bool = True) -> dict[str, Any]:
        """Where the numbers are; `legacy` is taken, and there is one form."""
        return self._bit_generator.state

    def set_state(self, state: Any) -> None:
        """Continues where `get_state` was called."""
        self._bit_generator.state = state

    rand = _drawn(_basic.rand)
    randint = _drawn(_choices.randint)
    randn = _drawn(_basic.randn)
    random_sample = _drawn(_basic.random_sample)


def default_rng(seed: Any = None) -> Generator:
    """A generator of random numbers.

    seed: an integer of at least 0, integers, or a SeedSequence of NumPy; None: a random one; a
        `Philox` is drawn from, and a `Generator` is given back

    The same seed gives the same numbers on every machine and number of threads; they are not
    NumPy's.

    >>> from weft import np
    >>> first, again = np.random.default_rng(5), np.random.default_rng(5)
    >>> bool((first.random(3) == again.random(3)).all())
    True
    """
    if isinstance(seed, Generator):
        return seed
    if isinstance(seed, RandomState):
        return Generator(seed._bit_generator)
    return Generator(seed if isinstance(seed, Philox) else Philox(seed))


__all__ = ["Generator", "RandomState", "default_rng"]
