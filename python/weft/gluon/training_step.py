"""A training step as one plan: what `Trainer.compile` gives."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from weft import autograd, np
from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ndarray
from weft._trace.arena import bytes_of
from weft._trace.cache import TraceCache
from weft._trace.planned import Planned
from weft._trace.state import is_tracing
from weft.gluon import loss as losses
from weft.gluon._loss_scale import LossScaler
from weft.gluon.block import Block

Arrays = ndarray | list[ndarray] | tuple[ndarray, ...]


class _Trainer(Protocol):
    """The trainer, as far as a step needs it."""

    loss_scaler: LossScaler | None
    ranks: int
    shares: int | None
    keeps_gradients: bool
    can_give_rate: bool
    rate_is_given: bool
    sharded: Any

    def give_rate(self) -> None: ...

    def gradients(self) -> list[Any]: ...

    def each_share(self, *arrays: ndarray) -> Iterator[Any]: ...

    def allreduce_grads(self) -> None: ...

    def begin_sharing(self) -> None: ...

    def samples_of_all(self, batch_size: int) -> Any: ...

    def clip_global_norm(self, most: Any) -> Any: ...

    def step(self, batch_size: int, closure: Callable[[], Any]) -> Any: ...


class TrainingStep(Planned):
    """Forward, backward and update of `net` as one planned graph, for each signature of data and
    labels: see `Trainer.compile`. Calling it makes one step.

    >>> from weft import gluon, np
    >>> net = gluon.nn.Dense(1)
    >>> net.initialize()
    >>> trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    >>> step = trainer.compile(net, gluon.loss.L2Loss())
    >>> losses = [float(step(np.ones((4, 2)), np.ones((4, 1))).mean()) for _ in range(20)]
    >>> losses[-1] < losses[0]
    True
    """

    def __init__(
        self,
        trainer: _Trainer,
        net: Block,
        loss: Callable[..., Any] | None,
        *,
        outputs: bool | Callable[..., Any],
        clip_global_norm: float | None,
        keep_gradients: bool,
        memory: str | int | None,
        gives_loss: bool = True,
    ) -> None:
        """gives_loss: false: it gives what the function `outputs` made, and no loss"""
        if not isinstance(net, Block):
            raise InvalidType(f"compile: `net` must be a Block; got {type(net).__name__}")
        loss = losses.create(loss)
        if loss is not None and not callable(loss):
            raise InvalidType(f"compile: `loss` must be callable; got {type(loss).__name__}")
        if clip_global_norm is not None and not clip_global_norm > 0:
            raise InvalidValue(
                f"compile: `clip_global_norm` must be positive; got {clip_global_norm}"
            )
        self._trainer = trainer
        self._net = net
        self._loss = loss
        self._options = {
            "outputs": outputs,
            "clip_global_norm": clip_global_norm,
            "keep_gradients": keep_gradients,
            "memory": memory,
            "gives_loss": gives_loss,
        }
        self._keeps_gradients = keep_gradients
        self._shared_by: Any = None  # the parts that the present plans know
        function = _step_of(net, loss, trainer, (outputs, gives_loss), clip_global_norm)
        self.__wrapped__ = function
        self.cache = self._cache = TraceCache(self._traced, "training step", scales=False)
        self._cache.budget = 0 if memory is None else bytes_of("compile", "memory", memory)

    def __reduce__(self) -> Any:
        """A copy trains the copy of the network, by its own traces."""
        return _remade, (type(self), self._trainer, self._net, self._loss, self._options)

    def __call__(
        self, data: Arrays, label: Arrays | None = None, *, batch_size: int | None = None
    ) -> Any:
        """One step on a batch. Gives what the loss gave, one number for each sample for those of
        `gluon.loss`; with `outputs` the pair of it and what the network gave, or what the function
        `outputs` made of that.

        data, label: an array, or several in a list or tuple; a list of numbers is an array
        batch_size: what the sum of gradients is divided by, as for `Trainer.step`; by default the
            first extent of the first array
        """
        data, label = _as_arrays(data), _as_arrays(label)
        if not self._net._are_shapes_known:
            self._net._find_shapes(self._net, _listed(data), {})
        if not is_tracing():
            self._trainer.begin_sharing()
            if self._shared_by is not self._trainer.sharded:
                self._cache.clear()  # those plans are for other ranks
                self._shared_by = self._trainer.sharded
        if self._trainer.rate_is_given:
            self._trainer.give_rate()
        args = (data,) if label is None else (data, label)
        kwargs = {} if batch_size is None else {"batch_size": batch_size}
        if is_tracing():
            return self.__wrapped__(*args, **kwargs)
        return self._cache(args, kwargs)

    def _traced(self, *args: Any, **kwargs: Any) -> Any:
        with self._asking_the_trainer():
            return self.__wrapped__(*args, **kwargs)

    @contextmanager
    def _asking_the_trainer(self) -> Iterator[None]:
        """A block in which updates are traced as this step wants them."""
        trainer = self._trainer
        around = (trainer.keeps_gradients, trainer.can_give_rate)
        trainer.keeps_gradients, trainer.can_give_rate = self._keeps_gradients, True
        try:
            yield
        finally:
            trainer.keeps_gradients, trainer.can_give_rate = around


def _remade(kind: type, *arguments: Any) -> Any:
    *given, options = arguments
    return kind(*given, **options)


_NUMBERS = (bool, int, float, complex, list, tuple)


def _as_arrays(given: Any) -> Any:
    """Lists of numbers as an array; others are several arrays."""
    if type(given) is list and given and all(isinstance(part, _NUMBERS) for part in given):
        return np.array(given)
    return given


def _listed(arrays: Any) -> tuple[Any, ...]:
    return tuple(arrays) if isinstance(arrays, list | tuple) else (arrays,)


def _step_of(
    net: Block,
    loss: Callable[..., Any] | None,
    trainer: _Trainer,
    results: tuple[bool | Callable[..., Any], bool],
    most_norm: float | None,
) -> Callable[..., Any]:
    """The step as a function, which names the network and the trainer as files shall."""
    outputs, gives_loss = results

    def step(data: Any, label: Any = (), batch_size: int | None = None) -> Any:
        inputs = _listed(data)
        size = inputs[0].shape[0] if batch_size is None else batch_size
        found: list[Any] = []

        def differentiate(some: Any, labels: Any) -> tuple[Any, Any]:
            with autograd.record():
                outs = net(*some)
                value = outs if loss is None else loss(*_listed(outs), *labels)
            scaler = trainer.loss_scaler
            (value if scaler is None else scaler.scaled(value)).backward()
            return value, outs

        def closure() -> Any:
            labels = _listed(label)
            if trainer.shares is None:
                value, outs = differentiate(inputs, labels)
            else:
                value, outs = _by_shares(trainer, differentiate, inputs, labels)
            if trainer.ranks > 1:
                trainer.allreduce_grads()
            if trainer.loss_scaler is not None:
                trainer.loss_scaler.is_scaled = True
                trainer.loss_scaler.unscale(trainer.gradients())
            if most_norm is not None:
                trainer.clip_global_norm(most_norm * trainer.samples_of_all(size))
            found.append((value, outs))
            return value

        trainer.step(size, closure)
        value, outs = found[0]
        if callable(outputs):
            made = outputs(*_listed(outs), *_listed(label))
            return (value, made) if gives_loss else made
        return (value, outs) if outputs else value

    return step


def _by_shares(
    trainer: _Trainer, differentiate: Callable[..., Any], inputs: Any, labels: Any
) -> tuple[Any, Any]:
    """Share by share, with gradients added up in a tree. Gives values and outputs of all."""
    values, outs = [], []
    for share in trainer.each_share(*inputs, *labels):
        parts = share if isinstance(share, tuple) else (share,)
        value, out = differentiate(parts[: len(inputs)], parts[len(inputs) :])
        values.append(value)
        outs.append(_listed(out))
    joined = [np.concatenate(some) for some in zip(*outs, strict=True)]
    whole = np.concatenate(values) if values[0].ndim else np.stack(values).sum()
    return whole, joined[0] if len(joined) == 1 else joined


__all__ = ["TrainingStep"]
__dir__ = __all__.copy
