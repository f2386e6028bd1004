"""The distributions and divergences of MXNet 2, by the name of their module there."""

import functools
from typing import Any

from weft.gluon import probability as _native
from weft.gluon.probability import *  # noqa: F403 - the names of its `__all__`
from weft.gluon.probability import constraint  # noqa: F401 - of `__all__`


class cached_property(functools.cached_property):  # noqa: N801 - used as a decorator
    """An attribute that a method gives when it is first asked for, and that then stays."""


class NegativeBinomial(_native.NegativeBinomial):
    """How many events with probability `prob` happen before `n` did not, but for `log_prob`, which
    is MXNet's: that of events with probability 1 - `prob`."""

    def log_prob(self, value: Any) -> Any:
        other = _native.NegativeBinomial(self.n, logit=-self.logit)
        return other.log_prob(self._validate_samples(value))


__all__ = sorted(
    [
        *(
            name
            for name, value in vars(_native).items()
            if isinstance(value, type) and issubclass(value, _native.Distribution)
        ),
        *("cached_property", "constraint", "empirical_kl", "kl_divergence", "register_kl"),
    ]
)
__dir__ = __all__.copy
