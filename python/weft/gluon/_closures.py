"""Steps of a trainer by a closure: a function that records, calls `backward` and gives the loss.

Any optimizer takes one; those of `optimizer.closures` need it, and get the trainer's parameters as
a problem to solve.
"""

from collections.abc import Callable
from typing import Any

from weft import autograd
from weft._base.errors import InvalidType, InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._trace.state import is_tracing
from weft.gluon.parameter import Parameter
from weft.sparse import RowSparseArray


class TrainerProblem:
    """A trainer's parameters and their loss, as `ClosureOptimizer.minimize` takes them."""

    def __init__(
        self, trainer: Any, trained: dict[str, Parameter], closure: Callable[[], Any], size: int
    ) -> None:
        self._trainer, self._trained = trainer, trained
        self._closure, self._size = closure, size
        used = trainer.optimizer
        self.weights: dict[str, ndarray] = {n: p.list_data()[0] for n, p in trained.items()}
        self.states = {n: trainer._state_of(n, weight) for n, weight in self.weights.items()}
        self.decays = {
            name: used._of_group(name).get("wd", used.wd) * p.wd_mult for name, p in trained.items()
        }

    def evaluate(self) -> Any:
        """Runs the closure."""
        found = self._closure()
        self._trainer._stale("step", self._trained, False)
        return found

    def mean_loss(self, loss: Any) -> float:
        """The mean of what the closure gave."""
        if isinstance(loss, ndarray):
            return float(loss.astype("float64").sum()) / self._size
        if isinstance(loss, int | float):
            return float(loss) / self._size
        raise InvalidType(
            f"step: `closure` must give the loss that it called `backward` of; got "
            f"{type(loss).__name__}"
        )

    def gradients(self) -> dict[str, ndarray]:
        """Of the mean of the loss. What a mask keeps at 0 has no slope."""
        factor = self._trainer.optimizer.rescale_grad
        found = {}
        for name, parameter in self._trained.items():
            gradient = parameter.list_grad()[0]
            dense = gradient.todense() if isinstance(gradient, RowSparseArray) else gradient
            scaled = dense * factor
            found[name] = scaled if parameter.mask is None else scaled * parameter.mask
        return found

    def update(self) -> None:
        """The step of an optimizer without closure."""
        self._trainer._update("step", self._size, False)


def step_by(
    trainer: Any,
    closure: Callable[[], Any] | None,
    size: int,
    most_norm: float | None = None,
) -> Any:
    """One update; gives what the closure gave.

    Raises ValueError without a closure where the optimizer needs one, and for gradients that it
    needs as they are.
    """
    used = trainer.optimizer
    kind = type(used).__name__
    if closure is None:
        raise InvalidValue(
            f"step: {kind} needs `closure`, a function that records, calls `backward` and gives "
            "the loss: `trainer.step(batch_size, closure)`"
        )
    if not callable(closure):
        raise InvalidType(f"step: `closure` must be callable; got {type(closure).__name__}")
    if not used.needs_closure:
        loss = closure()
        trainer.step(size, clip_global_norm=most_norm)
        return loss
    if most_norm is not None:
        raise InvalidValue(
            f"step: `clip_global_norm` is not for {kind}, which needs the gradients of the loss "
            "itself"
        )
    trained = {n: p for n, p in trainer._params.items() if p.grad_req != "null"}
    _check(trainer, trained, kind)
    used.rescale_grad = trainer._scale / size
    if not is_tracing():
        trainer._take_progress()
    with autograd.pause():
        loss = used.minimize(TrainerProblem(trainer, trained, closure, size))
    if not is_tracing():
        trainer._give_progress()
        trainer._used = {name: p.grad_version for name, p in trained.items()}
    return loss


def _check(trainer: Any, trained: dict[str, Parameter], kind: str) -> None:
    if not trained:
        raise InvalidValue(f"step: {kind} has no parameters to train; all are frozen")
    if trainer.ranks > 1:
        raise Unsupported(f"step: {kind} cannot be used with several processes: it looks at losses")
    if any(parameter.sharing is not None for parameter in trained.values()):
        raise Unsupported(f"step: {kind} cannot be used with parameters that are kept in parts")
    if trainer.loss_scaler is not None:
        raise Unsupported(f"step: {kind} cannot be used with losses that are scaled for float16")
    for name, parameter in trained.items():
        if len(parameter.list_device()) > 1:
            raise Unsupported(f"step: {kind} needs `{name}` on one device")
    if is_tracing() and not trainer.optimizer.is_traceable:
        raise Unsupported(
            f"step: {kind} looks at losses while it searches, which a plan cannot; call "
            "`trainer.step(batch_size, closure)` outside of `hybridize` and `trainer.compile`; "
            "what the closure calls may be hybridized"
        )


__all__ = ["TrainerProblem", "step_by"]
