"""Optimizers that ask for the loss in more than one place: a step takes a closure, a function that
computes the loss and its gradients with the parameters of now.

    trainer.step(batch_size, closure)

The trainer hands it on as a `Problem`.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._base.options import require_finite, require_whole
from weft._core.typing import ndarray
from weft.optimizer._base import Optimizer, State, registry, require_option, state_of


class Problem(Protocol):
    """What a trainer gives to `minimize`: parameters that are trained, and their loss.

    >>> from weft import autograd, gluon, np
    >>> from weft.optimizer.closures import ClosureOptimizer
    >>> class Shown(ClosureOptimizer):
    ...     def minimize(self, problem):
    ...         loss = problem.evaluate()
    ...         print(list(problem.weights), problem.mean_loss(loss), list(problem.gradients()))
    ...         return loss
    >>> weight = gluon.Parameter("weight", shape=(1,), init="ones")
    >>> weight.initialize()
    >>> def closure():
    ...     with autograd.record():
    ...         loss = weight.data() * 4
    ...     loss.backward()
    ...     return loss
    >>> loss = gluon.Trainer({"weight": weight}, Shown()).step(2, closure)
    ['weight'] 2.0 ['weight']
    """

    weights: dict[str, ndarray]  # by name
    states: dict[str, State]
    decays: dict[str, float]  # weight decay of each

    def evaluate(self) -> Any:
        """Runs the closure: the loss, as it gave it. Gradients are those of the present weights."""

    def mean_loss(self, loss: Any) -> float:
        """What a closure gave, summed and divided by the batch size, as a number."""

    def gradients(self) -> dict[str, ndarray]:
        """The gradients, divided by the batch size."""

    def update(self) -> None:
        """The step of an optimizer without closure, by the gradients of now."""


class ClosureOptimizer(Optimizer):
    """Base of optimizers whose step needs a closure. A subclass writes `minimize`.

    >>> from weft import autograd, gluon, np
    >>> from weft.optimizer.closures import ClosureOptimizer
    >>> class Descent(ClosureOptimizer):
    ...     def minimize(self, problem):
    ...         loss = problem.evaluate()
    ...         for name, gradient in problem.gradients().items():
    ...             problem.weights[name][...] = problem.weights[name] - 0.5 * gradient
    ...         return loss
    >>> weight = gluon.Parameter("weight", shape=(1,), init="ones")
    >>> weight.initialize()
    >>> def closure():
    ...     with autograd.record():
    ...         loss = (weight.data() - 3) ** 2
    ...     loss.backward()
    ...     return loss
    >>> loss = gluon.Trainer([weight], Descent()).step(1, closure)
    >>> weight.data()
    array([3.])
    """

    needs_closure = True

    def minimize(self, problem: Problem) -> Any:
        """One step. Gives what the closure gave first."""
        raise NotImplementedError


class SAM(ClosureOptimizer):
    """Sharpness-aware minimization: the inner optimizer takes its step by the gradients of the
    place nearby where the loss is greatest, so that it looks for flat minima (Foret et al. 2021).
    A step computes two gradients.

    inner: an optimizer, or a name, with `inner_options`
    rho: how far that place is from the parameters, all of them together
    adaptive: distances are measured in units of each weight's size (ASAM, Kwon et al. 2021)

    >>> from weft import optimizer
    >>> optimizer.create("sam", inner="adam", rho=0.05, learning_rate=0.01).states
    ('mean', 'var')
    """

    def __init__(
        self,
        learning_rate: float | None = None,
        inner: str | Optimizer = "sgd",
        rho: float = 0.05,
        adaptive: bool = False,
        inner_options: dict[str, Any] | None = None,
        **common: Any,
    ) -> None:
        found = registry.create(inner, **(inner_options or {}))
        if not isinstance(found, Optimizer) or found.needs_closure:
            raise InvalidType(
                "SAM: `inner` must be an optimizer without closure, or its name; got "
                f"{type(found).__name__}"
            )
        self.default_rate = found.default_rate
        super().__init__(learning_rate, **common)
        require_option(rho > 0 and math.isfinite(rho), "rho", "above 0", rho)
        self.inner, self.rho, self.adaptive = found, rho, adaptive
        self.states = found.states

    def create_state(self, weight: ndarray) -> State:
        return self.inner.create_state(weight)

    def of_parameter(self, key: Any) -> dict[str, Any]:
        return self.inner.of_parameter(key)

    def step(
        self, count: int, weight: ndarray, grad: ndarray, state: State, common: dict[str, float]
    ) -> None:
        self.inner.step(count, weight, grad, state, common)

    def minimize(self, problem: Problem) -> Any:
        loss = problem.evaluate()
        before = {name: weight.copy() for name, weight in problem.weights.items()}
        for name, move in self._moves(problem.weights, problem.gradients()).items():
            weight = problem.weights[name]
            weight[...] = weight + move
        problem.evaluate()
        for name, weight in problem.weights.items():
            weight[...] = before[name]
        problem.update()
        return loss

    def _moves(
        self, weights: dict[str, ndarray], gradients: dict[str, ndarray]
    ) -> dict[str, ndarray]:
        """From the weights to the place of the greatest loss, to first order."""
        sizes = {name: abs(weights[name]) if self.adaptive else None for name in gradients}
        scaled = {n: g if sizes[n] is None else g * sizes[n] for n, g in gradients.items()}
        squares = [np.square(g.astype("float32")).sum() for g in scaled.values()]
        factor = self.rho / (np.sqrt(np.stack(squares).sum()) + 1e-12)
        found = {}
        for name, slope in scaled.items():
            move = slope * factor.astype(slope.dtype)
            size = sizes[name]
            found[name] = move if size is None else move * size
        return found


class LBFGS(ClosureOptimizer):
    """Minimizes by directions that earlier moves and changes of the gradient tell, which stand for
    second derivatives (Liu and Nocedal 1989). For losses without randomness: all data in a batch.

    learning_rate: the first length that is tried along a direction; the only one without a search
    max_iter: directions of a step; max_eval: about how many evaluations, by default 1.25 times as
        many and 10 at least
    tolerance_grad: a step ends where no element of the gradient is greater
    tolerance_change: and where neither a weight nor the loss changes by more
    history_size: how many moves are remembered
    line_search: "strong_wolfe" looks for a length by which loss and slope both fall enough;
        None takes `learning_rate`

    >>> from weft import autograd, gluon, np
    >>> net = gluon.nn.Dense(1, in_units=2)
    >>> net.initialize()
    >>> trainer = gluon.Trainer(net.collect_params(), "lbfgs")
    >>> x = np.random.normal(size=(32, 2))
    >>> y = x @ np.array([[2.0], [-1.0]]) + 3
    >>> def closure():
    ...     with autograd.record():
    ...         loss = gluon.loss.L2Loss()(net(x), y)
    ...     loss.backward()
    ...     return loss
    >>> loss = trainer.step(32, closure)
    >>> bool(abs(net.weight.data() - np.array([[2.0, -1.0]])).max() < 1e-3)
    True
    """

    default_rate = 1.0
    is_traceable = False
    states = ("moves", "changes", "move", "slope")

    def __init__(
        self,
        learning_rate: float | None = None,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 10,
        line_search: str | None = "strong_wolfe",
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        if self.clip_gradient is not None or self.multi_precision:
            raise InvalidValue(
                "optimizer: LBFGS takes neither `clip_gradient` nor `multi_precision`: its search "
                "needs the gradients of its loss"
            )
        require_option(
            line_search in ("strong_wolfe", None),
            "line_search",
            '"strong_wolfe" or None',
            repr(line_search),
        )
        self.max_iter = require_whole("optimizer", "max_iter", max_iter, 1)
        self.max_eval = max(max_iter * 5 // 4, 10) if max_eval is None else max_eval
        require_whole("optimizer", "max_eval", self.max_eval, 1)
        require_finite(
            "optimizer", tolerance_grad=tolerance_grad, tolerance_change=tolerance_change
        )
        self.tolerance_grad, self.tolerance_change = tolerance_grad, tolerance_change
        self.history_size = require_whole("optimizer", "history_size", history_size, 1)
        self.line_search = line_search

    def create_state(self, weight: ndarray) -> State:
        """Rows of `history_size` moves and changes, the newest last; the last move and the gradient
        before it."""
        rows = (self.history_size, *weight.shape)
        shapes = (rows, rows, weight.shape, weight.shape)
        with weight.device:
            return tuple(state_of(np.zeros(shape, dtype=weight.dtype)) for shape in shapes)

    def minimize(self, problem: Problem) -> Any:
        search = _Search(self, problem)
        loss = search.run()
        for name in problem.weights:
            self.counts[name] = self.counts.get(name, 0) + 1
            self.num_update = max(self.num_update, self.counts[name])
        return loss


class _Point(NamedTuple):
    """A place on the line: how far along the direction, loss, gradient, and slope of the loss."""

    length: float
    loss: float
    gradient: Any
    slope: float


class _Search:
    """One step of LBFGS. Parameters are one vector here."""

    def __init__(self, rule: LBFGS, problem: Problem) -> None:
        self.rule, self.problem = rule, problem
        self.weights = list(problem.weights.values())
        dtypes = {weight.dtype for weight in self.weights}
        if len(dtypes) != 1:
            raise InvalidType(
                "LBFGS: parameters must have one dtype; got "
                + ", ".join(sorted(dtype.name for dtype in dtypes))
            )
        self._load()
        self.first: Any = None  # what the closure gave first
        self.evaluations = 0

    def run(self) -> Any:
        """Moves the parameters."""
        rule = self.rule
        loss, gradient = self._evaluated()
        if self._is_flat(gradient):
            return self.first
        rate, number = rule.learning_rate, 0
        while True:
            number += 1
            direction, length = self._direction(gradient, rate)
            slope = _dot(gradient, direction)
            self.slope, before = gradient, loss
            if slope > -rule.tolerance_change:
                self.move = direction * 0.0
                break
            start = _Point(0.0, loss, gradient, slope)
            length, loss, gradient = self._moved(start, direction, length, number < rule.max_iter)
            self.move = direction * length
            longest = float(abs(self.move).max())
            is_still = longest <= rule.tolerance_change
            is_still = is_still or abs(loss - before) < rule.tolerance_change
            has_ended = number == rule.max_iter or self.evaluations >= rule.max_eval
            if has_ended or is_still or self._is_flat(gradient):
                break
        self._keep()
        return self.first

    def _is_flat(self, gradient: Any) -> bool:
        return float(abs(gradient).max()) <= self.rule.tolerance_grad

    # ---- the vector

    def _load(self) -> None:
        """What earlier steps have left."""
        rows = range(self.rule.history_size)
        states = self.problem.states.values()
        moves, changes, last, slopes = (list(part) for part in zip(*states, strict=True))
        self.history = [
            pair
            for pair in (
                (_flat([m[i] for m in moves]), _flat([c[i] for c in changes])) for i in rows
            )
            if float(abs(pair[1]).max()) > 0
        ]
        self.move, self.slope = _flat(last), _flat(slopes)
        self.has_moved = float(abs(self.move).max()) > 0

    def _keep(self) -> None:
        """Writes it into the states for the next step."""
        begin = 0
        first = self.rule.history_size - len(self.history)
        for moves, changes, move, slope in self.problem.states.values():
            part = slice(begin, begin + move.size)
            begin += move.size
            move[...] = self.move[part].reshape(move.shape)
            slope[...] = self.slope[part].reshape(move.shape)
            moves[:first], changes[:first] = 0, 0
            for row, (step, change) in enumerate(self.history, start=first):
                moves[row] = step[part].reshape(move.shape)
                changes[row] = change[part].reshape(move.shape)

    def _place(self, vector: Any) -> None:
        """Sets the parameters."""
        begin = 0
        for weight in self.weights:
            weight[...] = vector[begin : begin + weight.size].reshape(weight.shape)
            begin += weight.size

    def _evaluated(self) -> tuple[float, Any]:
        """Loss and gradient of now, weight decay being half of the sum of squares of weights."""
        given = self.problem.evaluate()
        self.evaluations += 1
        self.first = given if self.first is None else self.first
        loss = self.problem.mean_loss(given)
        gradients = self.problem.gradients()
        parts = []
        for name, weight in self.problem.weights.items():
            decay, part = self.problem.decays[name], gradients[name]
            if decay:
                loss += 0.5 * decay * float(np.square(weight).sum())
                part = part + weight * decay
            parts.append(part)
        return loss, _flat(parts)

    # ---- directions

    def _direction(self, gradient: Any, rate: float) -> tuple[Any, float]:
        """Where to go, and how far at first."""
        if not self.has_moved:
            self.has_moved = True
            return -gradient, min(1.0, 1.0 / float(abs(gradient).sum())) * rate
        change = gradient - self.slope
        if _dot(change, self.move) > 1e-10:
            self.history = [*self.history, (self.move, change)][-self.rule.history_size :]
        return -self._by_history(gradient), rate

    def _by_history(self, gradient: Any) -> Any:
        """The gradient times what stands for the inverse of second derivatives, by two passes over
        the history (Nocedal and Wright, algorithm 7.4)."""
        found, shares = gradient, []
        for move, change in reversed(self.history):
            share = _dot(move, found) / _dot(change, move)
            shares.append(share)
            found = found - change * share
        if self.history:
            move, change = self.history[-1]
            found = found * (_dot(change, move) / _dot(change, change))
        for (move, change), share in zip(self.history, reversed(shares), strict=True):
            found = found + move * (share - _dot(change, found) / _dot(change, move))
        return found

    def _moved(
        self, start: _Point, direction: Any, length: float, is_asked: bool
    ) -> tuple[float, float, Any]:
        """Moves along the direction: how far, and the loss and the gradient there.

        is_asked: will there be another direction?
        """
        origin = _flat(self.weights)
        if self.rule.line_search is None:
            self._place(origin + direction * length)
            if not is_asked:
                return length, start.loss, start.gradient
            return length, *self._evaluated()

        def at(place: float) -> _Point:
            self._place(origin + direction * place)
            loss, gradient = self._evaluated()
            return _Point(place, loss, gradient, _dot(gradient, direction))

        line = _Line(
            at,
            start,
            float(abs(direction).max()),
            self.rule.tolerance_change,
            self.rule.max_eval - self.evaluations,
        )
        found = _strong_wolfe(line, length)
        self._place(origin + direction * found.length)
        return found.length, found.loss, found.gradient


def _flat(arrays: list[Any]) -> Any:
    return np.concatenate([array.reshape(-1) for array in arrays])


def _dot(a: Any, b: Any) -> float:
    return float(np.vdot(a, b))


# ---- lengths

_FALL, _FLATTER = 1e-4, 0.9  # the constants of Nocedal and Wright's conditions (3.7)


class _Line(NamedTuple):
    """Where a length is looked for.

    at: the loss at a length, and its slope; start: at none
    longest: the greatest element of the direction; tolerance: moves of less are none
    most: how many lengths are tried after the first
    """

    at: Callable[[float], _Point]
    start: _Point
    longest: float
    tolerance: float
    most: int

    def falls(self, point: _Point) -> bool:
        """Is the loss there less by enough? Not if it is no number."""
        return point.loss <= self.start.loss + _FALL * point.length * self.start.slope

    def is_flat(self, point: _Point) -> bool:
        """Is the slope there less steep by enough?"""
        return abs(point.slope) <= -_FLATTER * self.start.slope


def _strong_wolfe(line: _Line, length: float) -> _Point:
    """A place along a direction that fulfils the strong Wolfe conditions (Nocedal and Wright,
    algorithms 3.5 and 3.6, with minima of cubics), or the best that was found."""
    before, here = line.start, line.at(length)
    tried = 0
    while tried < line.most:
        if not line.falls(here) or (tried > 1 and here.loss >= before.loss):
            return _between(line, before, here, tried)
        if line.is_flat(here):
            return here
        if here.slope >= 0:
            return _between(line, before, here, tried)
        least = here.length + 0.01 * (here.length - before.length)
        length = _least_of_cubic(before, here, (least, here.length * 10))
        before, here = here, line.at(length)
        tried += 1
    return min((line.start, here), key=_loss_of)


def _loss_of(point: _Point) -> float:
    return point.loss if math.isfinite(point.loss) else math.inf


def _between(line: _Line, first: _Point, second: _Point, tried: int) -> _Point:
    """Narrows a bracket around a place that fulfils the conditions."""
    low, high = sorted((first, second), key=_loss_of)
    was_near = False
    while tried < line.most and abs(high.length - low.length) * line.longest >= line.tolerance:
        length = _least_of_cubic(low, high)
        left, right = sorted((low.length, high.length))
        edge = 0.1 * (right - left)
        # A second place so near to an end of the bracket would hardly narrow it.
        is_near = min(right - length, length - left) < edge
        if is_near and (was_near or length >= right or length <= left):
            is_right = abs(length - right) < abs(length - left)
            length, is_near = (right - edge if is_right else left + edge), False
        was_near = is_near
        here = line.at(length)
        tried += 1
        if not line.falls(here) or here.loss >= low.loss:
            low, high = sorted((low, here), key=_loss_of)
            continue
        if line.is_flat(here):
            return here
        if here.slope * (high.length - low.length) >= 0:
            high = low
        low = here
    return low


def _least_of_cubic(a: _Point, b: _Point, bounds: tuple[float, float] | None = None) -> float:
    """Where the cubic through two places with these slopes is least, within bounds; by default
    between the places."""
    low, high = bounds or sorted((a.length, b.length))
    left, right = sorted((a, b), key=lambda point: point.length)
    gap = right.length - left.length
    mean = left.slope + right.slope - 3 * (left.loss - right.loss) / (left.length - right.length)
    square = mean * mean - left.slope * right.slope
    if not square >= 0:
        return (low + high) / 2
    root = math.sqrt(square)
    place = right.length - gap * (
        (right.slope + root - mean) / (right.slope - left.slope + 2 * root)
    )
    return min(max(place, low), high)


__all__ = ["LBFGS", "SAM", "ClosureOptimizer", "Problem"]
__dir__ = __all__.copy
