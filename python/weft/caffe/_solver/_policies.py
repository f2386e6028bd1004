"""Learning rates by the number of the iteration: Caffe's policies."""

import math
from typing import Any

from weft._base.errors import InvalidValue

_NEEDED = {
    "fixed": (),
    "step": ("gamma", "stepsize"),
    "exp": ("gamma",),
    "inv": ("gamma", "power"),
    "multistep": ("gamma",),
    "poly": ("power", "max_iter"),
    "sigmoid": ("gamma", "stepsize"),
}


def check_policy(solver: Any, name: str) -> None:
    """Raises ValueError for a policy that is not known, or lacks a field."""
    if solver.lr_policy not in _NEEDED:
        raise InvalidValue(
            f"{name}: `lr_policy` must be one of {', '.join(_NEEDED)}; got {solver.lr_policy!r}"
        )
    if not solver.HasField("base_lr") or not solver.base_lr >= 0 or math.isinf(solver.base_lr):
        given = solver.base_lr if solver.HasField("base_lr") else "none"
        raise InvalidValue(f"{name}: `base_lr` must be a number that is at least 0; got {given}")
    for field in _NEEDED[solver.lr_policy]:
        if not solver.HasField(field):
            raise InvalidValue(f"{name}: `lr_policy` {solver.lr_policy} needs `{field}`")
    if solver.lr_policy in ("step", "sigmoid") and solver.stepsize < 1:
        raise InvalidValue(f"{name}: `stepsize` must be at least 1; got {solver.stepsize}")
    steps = list(solver.stepvalue)
    if steps != sorted(steps):
        raise InvalidValue(f"{name}: `stepvalue` must rise; got {steps}")


def rate_at(solver: Any, iteration: int, name: str) -> float:
    """The learning rate of an iteration, the first being 0. Raises ValueError where the policy has
    none."""
    try:
        rate = _rate(solver, iteration)
    except ArithmeticError:
        rate = math.nan
    if isinstance(rate, complex) or not math.isfinite(rate):
        raise InvalidValue(
            f"{name}: `lr_policy` {solver.lr_policy} must give a finite rate; iteration "
            f"{iteration} has none with these options"
        )
    return rate


def _rate(solver: Any, iteration: int) -> Any:
    base, gamma, power = solver.base_lr, solver.gamma, solver.power
    policy = solver.lr_policy
    if policy == "step":
        return base * gamma ** (iteration // solver.stepsize)
    if policy == "exp":
        return base * gamma**iteration
    if policy == "inv":
        return base * (1 + gamma * iteration) ** -power
    if policy == "multistep":
        return base * gamma ** steps_passed(solver, iteration)
    if policy == "poly":
        left = 1 - iteration / solver.max_iter if solver.max_iter else 0.0
        return base * max(left, 0.0) ** power
    if policy == "sigmoid":
        return base / (1 + math.exp(min(-gamma * (iteration - solver.stepsize), 700)))
    return base


def steps_passed(solver: Any, iteration: int) -> int:
    """How many of `stepvalue` an iteration has reached, or full steps it has made."""
    if solver.lr_policy == "step":
        return iteration // solver.stepsize
    return sum(iteration >= step for step in solver.stepvalue)


__all__ = ["check_policy", "rate_at", "steps_passed"]
