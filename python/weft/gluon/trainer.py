"""The trainer: applies an optimizer to parameters."""

import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from weft import autograd, np, optimizer
from weft._base.errors import InvalidState, InvalidType, InvalidValue, Unsupported
from weft._base.options import require_whole
from weft._base.spelling import knows_words, named_arguments
from weft._base.words import TRAINER
from weft._core import native
from weft._core.typing import ndarray
from weft._trace.state import is_tracing
from weft.gluon._closures import step_by
from weft.gluon._data_parallel import STORES, GradientExchange
from weft.gluon._early_sums import end_sums_of
from weft.gluon._over_ranks import OverRanks
from weft.gluon._parameter_groups import are_groups, by_patterns, joined, resolved
from weft.gluon._saved_states import SavedStates
from weft.gluon._shares import Shares
from weft.gluon.block import Block
from weft.gluon.parameter import Parameter
from weft.gluon.training_step import TrainingStep
from weft.gluon.utils import clip_global_norm


@knows_words(TRAINER)
class Trainer(OverRanks, SavedStates):
    r"""Applies an optimizer to parameters, once per step.

    params: what `collect_params()` gave, or any iterable of parameters; those with
        `grad_req='null'` are left alone
    optimizer: an Optimizer or its name, such as "sgd" or "adam"
    optimizer_params: options for the named optimizer
    kvstore: 'device', 'local' or None, as in Gluon, which mean the same: gradients of several
        devices of one host are added up on the first. 'dist_sync' or 'dist_device_sync': gradients
        of all processes of `group` are added up. All have to train the same parameters, which is
        checked, and begin with the contents of rank 0
    update_on_kvstore: accepted as in Gluon; an update is always made where the parameters are
    groups: options of some of the parameters, by regular expressions that match whole names:
        "learning_rate", "wd", and "frozen"; where several match, the last one counts. Schedulers
        and `set_learning_rate` change all rates alike
    compression_params: for 'dist_sync', what gradients are sent as: `{"type": "fp16"}`, "bf16",
        `{"type": "2bit", "threshold": 0.5}`, or `{"type": "powersgd", "rank": 4}` for matrices as
        products of thin ones; the last two keep what was not sent for the next step
    deterministic: into how many shares steps cut the batches of all processes together; shares are
        computed one by one and added up in a fixed tree, so that any number of processes that
        divides it by a power of two gives the same bits. `compile`d steps do so by themselves, a
        loop of your own goes over `each_share`
    overlap: whether sums over processes begin while an eager backward pass still runs, from the
        second step on. Then all processes must run as many backward passes; False: at `step`
    group: the processes that train together

    `params` may also be a list of groups as PyTorch has them: dicts with "params" and such options.

    >>> from weft import gluon
    >>> net = gluon.nn.HybridSequential(gluon.nn.Dense(8), gluon.nn.Dense(2))
    >>> trainer = gluon.Trainer(
    ...     net.collect_params(), "adamw", {"learning_rate": 1e-3, "wd": 0.01},
    ...     groups={r".*bias": {"wd": 0.0}, r"0\..*": {"learning_rate": 1e-4}},
    ... )
    """

    _has_warned = False  # of a mean that is taken twice

    @named_arguments
    def __init__(
        self,
        params: dict[str, Parameter] | Iterable[Parameter],
        optimizer: "str | optimizer.Optimizer",
        optimizer_params: dict[str, Any] | None = None,
        kvstore: str | None = "device",
        *,
        update_on_kvstore: bool | None = None,
        groups: Mapping[str, Mapping[str, Any]] | None = None,
        compression_params: dict[str, Any] | None = None,
        deterministic: int | None = None,
        overlap: bool = True,
        group: str = "world",
    ) -> None:
        if kvstore not in ("device", "local", None, *STORES):
            raise Unsupported(
                "Trainer: `kvstore` must be 'device', 'local' or None, for devices of one host, or "
                f"'dist_sync' or 'dist_device_sync', for several processes; got {kvstore!r}"
            )
        super().__init__()
        given: list[Any] = []
        if are_groups(params):
            params, given = joined(params)  # type: ignore[arg-type]
        self._params = _unique(params)
        end_sums_of(self._params.values())
        self._optimizer = _create(optimizer, optimizer_params)
        given += by_patterns(groups or {}, self._params)
        if given:
            self._optimizer.groups = resolved(given, self._params, self._optimizer.learning_rate)
        self._scale = self._optimizer.rescale_grad
        self._states: dict[str, tuple[Any, ...]] = {}
        self._used: dict[str, tuple[int, int]] = {}  # versions of the gradients of the last step
        self._continued: set[str] = set()  # parameters whose gradients came from elsewhere
        self._exchange: GradientExchange | None = None  # with other processes
        self._is_reduced = False  # have the present gradients been added up over processes?
        self._shard: str | None = None  # how ranks share updates
        if kvstore in STORES:
            self._exchange = GradientExchange(
                self._params, group, compression_params, deterministic is not None
            )
        elif compression_params is not None:
            raise InvalidValue(
                "Trainer: `compression_params` are for `kvstore='dist_sync'`; got "
                f"{kvstore!r}, where no gradient is sent"
            )
        self._overlaps = overlap
        self._total: Any = None  # in a trace: samples of all processes
        self._deterministic = deterministic
        self._shares = Shares()
        self._check_shares()
        if self._exchange is not None and all(p.is_initialized for p in self._params.values()):
            self._exchange.begin(has_gradients=False)

    @property
    def ranks(self) -> int:
        """How many processes train together."""
        return 1 if self._exchange is None else self._exchange.ranks

    @property
    def group(self) -> str | None:
        """The name of the group of processes that train together; None: this one trains alone."""
        return None if self._exchange is None else self._exchange.group

    @property
    def shares(self) -> int | None:
        """How many shares of a batch this process computes one by one; None: a batch is whole."""
        return None if self._deterministic is None else self._deterministic // self.ranks

    def _check_shares(self) -> None:
        if self._deterministic is None:
            return
        count = require_whole("Trainer", "deterministic", self._deterministic, 1)
        own = count // self.ranks
        if count % self.ranks or (self.ranks > 1 and own & (own - 1)):
            raise InvalidValue(
                "Trainer: `deterministic` must be a power of two times the number of ranks, "
                f"{self.ranks}; got {count}"
            )

    def __getstate__(self) -> dict[str, Any]:
        """What copies and pickles have: the parameters, too, so that a network and its trainer
        are copied together, as in `copy.deepcopy((net, trainer))`."""
        self._take_progress()
        fresh = set(self.fresh_gradients())
        unknown = {"_used": {}, "_continued": fresh, "_seen": [], "_known_settings": {}}
        return vars(self) | unknown

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        for array in (*(self._progress or ()), *chain(*self._states.values())):
            native.set_state(array, True)

    @property
    def optimizer(self) -> "optimizer.Optimizer":
        """The optimizer."""
        return self._optimizer

    @property
    def learning_rate(self) -> float:
        """The present learning rate."""
        self._take_progress()
        return self._optimizer.learning_rate

    def set_learning_rate(self, rate: float) -> None:
        """Sets the learning rate. Raises RuntimeError where a scheduler sets it."""
        self._take_progress()
        self._optimizer.set_learning_rate(rate)
        self._give_progress()

    # ---- updates

    @named_arguments
    def step(
        self,
        batch_size: int | None = None,
        closure: Callable[[], Any] | None = None,
        *,
        ignore_stale_grad: bool = False,
        clip_global_norm: float | None = None,
    ) -> Any:
        """One update of all parameters by their gradients divided by `batch_size`.

        batch_size: the number of samples of the batch; has to be given
        closure: a function that records, calls `backward` and gives the loss, which is called
            first; the step gives that loss. LBFGS and SAM need one and call it several times
        clip_global_norm: most that the norm of all gradients, divided by `batch_size`, may be, as
            for `compile`: all are scaled where it is above

        Losses are per sample and `backward` sums them, so the division makes the mean. After
        `loss.mean().backward()` the gradients are those of the mean already: write `step(1)`; with
        `step(len(x))` they would be divided twice, which nothing can tell from a small rate.
        Gradients of a parameter on several devices are added up, `batch_size` being that of all
        together.

        It uses the gradients of the last `backward` alone, as each replaces those before. To add up
        several batches, let them add up, and set them to 0 after the step; `batch_size` is that of
        all of them:

        >>> from weft import autograd, gluon, np
        >>> net = gluon.nn.Dense(1, in_units=2)
        >>> net.initialize()
        >>> trainer = gluon.Trainer(net.collect_params(), "sgd")
        >>> net.setattr("grad_req", "add")
        >>> for batch in np.ones((2, 8, 2)):
        ...     with autograd.record():
        ...         loss = net(batch)
        ...     loss.backward()
        >>> net.bias.grad()
        array([16.])
        >>> trainer.step(16)
        >>> net.zero_grad()

        Raises RuntimeError for a gradient that no backward has written since the last step, unless
        `ignore_stale_grad`, which leaves such a parameter as it is.
        """
        batch_size = _checked_size("step", batch_size)
        _check_norm("step", clip_global_norm)
        self._warn_of_mean("step", batch_size)
        if closure is not None or self._optimizer.needs_closure:
            return step_by(self, closure, batch_size, clip_global_norm)
        if not self._is_reduced:
            self._reduce("step", ignore_stale_grad)
        self._clip_mean("step", clip_global_norm, batch_size, ignore_stale_grad)
        self._update("step", batch_size, ignore_stale_grad)
        return None

    def allreduce_grads(self) -> None:
        """Adds up the gradients of each parameter over its devices, or over all processes; all of
        them get the sum.

        `step` begins with it. Who changes gradients before an update calls it, then `update`, which
        divides them by the batch size:

        >>> from weft import autograd, gluon, np
        >>> net = gluon.nn.Dense(1)
        >>> net.initialize()
        >>> trainer = gluon.Trainer(net.collect_params(), "sgd")
        >>> with autograd.record():
        ...     loss = net(np.ones((2, 3)))
        >>> loss.backward()
        >>> trainer.allreduce_grads()
        >>> net.weight.grad()[...] += np.random.normal(size=(1, 3))
        >>> trainer.update(2, clip_global_norm=1.0)
        """
        self._reduce("allreduce_grads", True)

    def each_share(self, *arrays: Any) -> Iterator[Any]:
        """The shares of this process's batch, for a loop of your own with `deterministic`: behind
        it gradients are the sum of those of all shares, in a fixed tree.

        arrays: data and labels, cut along their first axis; one of them gives arrays, several give
            tuples. Without `deterministic` the whole batch comes once

        Raises ValueError for a batch that is no multiple of the shares, NotImplementedError for
        row-sparse gradients.

        >>> from weft import autograd, gluon, np
        >>> net = gluon.nn.Dense(1)
        >>> net.initialize()
        >>> trainer = gluon.Trainer(net.collect_params(), "sgd", deterministic=4)
        >>> data = np.ones((8, 3))
        >>> for x in trainer.each_share(data):
        ...     with autograd.record():
        ...         loss = net(x)
        ...     loss.backward()
        >>> trainer.step(len(data))
        """
        given = [np.asarray(array) for array in arrays]
        if not given:
            raise InvalidValue("each_share: needs at least one array; got none")
        for part in self._shares.each(self, given):
            yield part if len(part) > 1 else part[0]

    @property
    def adds_gradients(self) -> bool:
        """Do gradients of several batches add up? Not for users."""
        trained = (p for p in self._params.values() if p.grad_req != "null")
        return self.sharded is None and any(p.grad_req == "add" for p in trained)

    def _require_shares(self, caller: str) -> None:
        """Gradients of whole batches would not have the bits that were asked for."""
        if self.shares is None or self.shares == 1 or self._shares.are_added:
            return
        raise InvalidState(
            f"{caller}: with `deterministic={self._deterministic}` gradients must be computed in "
            f"{self.shares} shares of a batch; got those of a whole batch; write `for x, y in "
            "trainer.each_share(x, y):` around recording and `backward`, or use "
            "`trainer.compile(net, loss)`"
        )

    def _reduce(self, caller: str, ignore_stale_grad: bool) -> None:
        self._require_shares(caller)
        if self._exchange is not None:
            self._reduce_over_ranks(caller, ignore_stale_grad)
            return
        with autograd.pause():
            for parameter in self._params.values():
                if parameter.grad_req == "null" or len(parameter.list_device()) < 2:
                    continue
                if parameter.grad_stype == "row_sparse":
                    _sum_rows(parameter)
                    continue
                first, *others = parameter.list_grad()
                for gradient in others:
                    first += gradient.to_device(first.device)
                for gradient in others:
                    gradient[...] = first

    def _warn_of_mean(self, caller: str, batch_size: int) -> None:
        """Once: a mean over the batch was taken before `backward`, and is taken again now."""
        is_twice = batch_size > 1 and native.mean_of_backward() == batch_size
        if not is_twice or self._has_warned or is_tracing() or self.adds_gradients:
            return
        self._has_warned = True
        warnings.warn(
            f"{caller}: `backward` was called on a mean over {batch_size} samples, and `{caller}` "
            f"divides by {batch_size} once more; write `loss.backward()` without the mean, or "
            f"`trainer.{caller}(1)`",
            stacklevel=4,
        )

    def _clip_mean(
        self, caller: str, most: float | None, batch_size: int, ignore_stale_grad: bool
    ) -> None:
        """Scales the summed gradients so that their mean over the batch has at most this norm."""
        if most is None:
            return
        if self.loss_scaler is not None:
            self.loss_scaler.unscale(self.gradients())
        limit = most * self.samples_of_all(batch_size)
        trained = {n: p for n, p in self._params.items() if p.grad_req != "null"}
        old = set(self._stale(caller, trained, ignore_stale_grad)) if not is_tracing() else set()
        if not old:
            self.clip_global_norm(limit)
            return
        fresh = [p for name, p in trained.items() if name not in old]
        gradients = [gradient for p in fresh for gradient in p.list_own_grad()]
        if gradients:
            clip_global_norm(gradients, limit)

    def clip_global_norm(self, most: Any) -> Any:
        """Scales all gradients where their norm is above `most`; gives the norm, in a hybridized
        function as an array. With `shard` the norm is that of all ranks' parts. These are sums over
        the batch: `step(batch_size, clip_global_norm=…)` clips what is divided by its size."""
        trained = [p for p in self._params.values() if p.grad_req != "null"]
        if self.sharded is None and all(p.sharing is None for p in trained):
            # Each device has the sums of all, which count once.
            copies = math.sqrt(max((len(p.list_own()) for p in trained), default=1))
            return clip_global_norm(self.gradients(), most * copies) / copies
        return clip_global_norm(self.gradients(), most, squares_of=self._squares_of_all)

    def gradients(self) -> list[Any]:
        """The gradients of all parameters that are trained, such as `clip_global_norm` takes."""
        if self.sharded is not None and is_tracing():
            return [shard.grad() for shard in self.sharded.shards.values()]
        trained = (p for p in self._params.values() if p.grad_req != "null")
        return [gradient for parameter in trained for gradient in parameter.list_own_grad()]

    @named_arguments
    def update(
        self,
        batch_size: int | None = None,
        *,
        ignore_stale_grad: bool = False,
        clip_global_norm: float | None = None,
    ) -> None:
        """What `step` does after `allreduce_grads`."""
        batch_size = _checked_size("update", batch_size)
        _check_norm("update", clip_global_norm)
        self._warn_of_mean("update", batch_size)
        if self._optimizer.needs_closure:
            step_by(self, None, batch_size)
        self._clip_mean("update", clip_global_norm, batch_size, ignore_stale_grad)
        self._update("update", batch_size, ignore_stale_grad)

    def _update(self, caller: str, batch_size: int, ignore_stale_grad: bool) -> None:
        trained = {n: p for n, p in self._params.items() if p.grad_req != "null"}
        self._is_reduced = False
        self._require_shares(caller)
        self._shares.clear()
        self._optimizer.rescale_grad = self._scale / batch_size
        if self._exchange is not None and self.ranks > 1:
            if is_tracing():
                self._optimizer.rescale_grad = self._mean_over(batch_size)
            else:
                self._optimizer.rescale_grad = self._scale / self._exchange.total(batch_size)
        if is_tracing():
            self._trace_update(caller, trained, ignore_stale_grad)
            return
        self._take_progress()
        stale = self._stale(caller, trained, ignore_stale_grad)
        fresh = {name: p for name, p in trained.items() if name not in stale}
        if self._are_finite(fresh):
            with autograd.pause():
                for name, parameter in fresh.items():
                    self._update_one(name, parameter)
        self._give_progress()
        self._used = {name: p.grad_version for name, p in trained.items()}
        self._continued = set()
        if stale:
            self._seen = []  # those lag behind now

    def _are_finite(self, fresh: dict[str, Parameter]) -> bool:
        """Takes the scale of losses out of the update; false: the update is to be left out."""
        scaler = self.loss_scaler
        if scaler is None:
            return True
        gradients = [p.list_own_grad()[0] for p in fresh.values()]
        if scaler.is_scaled:
            self._optimizer.rescale_grad /= float(scaler.scale.item())
            scaler.is_scaled = False
        finite = self._everywhere(scaler.all_finite(gradients))
        scaler.update(finite)
        return bool(finite.item())

    def _stale(
        self, caller: str, trained: dict[str, Parameter], ignore_stale_grad: bool
    ) -> list[str]:
        """Names of parameters whose gradients are old, which has to be allowed."""
        stale = [name for name, p in trained.items() if self._is_stale(name, p)]
        if stale and not ignore_stale_grad:
            raise InvalidState(
                f"{caller}: the gradient of `{stale[0]}` was not written since the last step; call "
                "`backward` first, or use `ignore_stale_grad=True`"
            )
        return stale

    @named_arguments
    def compile(
        self,
        net: Block,
        loss: Callable[..., Any] | None,
        *,
        outputs: bool | Callable[..., Any] = False,
        clip_global_norm: float | None = None,
        keep_gradients: bool = False,
        memory: str | int | None = None,
        shard: str | None = None,
        mesh: Any = None,
    ) -> TrainingStep:
        """Forward, backward and update as one planned graph: `step(data, label)` does what this
        does, in less time and memory; to the bit but for the layout of convolutions:

            with autograd.record():
                value = loss(net(data), label)
            value.backward()
            trainer.step(batch_size)

        net: its parameters that are trained must be this trainer's
        loss: of the network's outputs and the labels; None if the network gives the loss itself
        outputs: the step gives the loss and what the network gave, for metrics; or a function of
            the network's outputs and the labels, and the step gives the loss and what it gives
        clip_global_norm: most that the norm of all gradients, divided by the batch size, may be
        keep_gradients: `grad()` of parameters has the gradients after a step; else these die where
            they are applied, and cost no memory of their own
        memory: what the plan may take beside inputs, outputs, parameters and the optimizer's
            states, as for `hybridize`
        shard: for `kvstore='dist_sync'`: "zero1" or "zero2": each rank keeps its part of the
            optimizer's states, gets that part of the summed gradients, and updates that part of the
            parameters, which it then gives to all. In a plan gradients die as soon as they are
            reduced, so both mean the same. "zero3": it keeps only its part of the parameters, too,
            from the first step on: see `Parameter.share`. For optimizers that treat each element by
            itself

        mesh: a `weft.distributed.Mesh`: ranks along its axis `data` train on parts of each batch,
            as with `kvstore='dist_sync'`; along other axes they have the same batch

        >>> from weft import gluon, init, np
        >>> net = gluon.nn.Dense(1)
        >>> net.initialize(init.Zero())
        >>> trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
        >>> step = trainer.compile(net, gluon.loss.L2Loss())
        >>> x, y = np.array([[1.0], [2.0]]), np.array([[2.0], [4.0]])
        >>> [round(float(step(x, y).mean()), 3) for _ in range(3)]
        [5.0, 2.183, 0.965]
        """
        if mesh is not None:
            self._train_along(mesh)
        self.shard_updates(shard)
        return TrainingStep(
            self,
            net,
            loss,
            outputs=outputs,
            clip_global_norm=clip_global_norm,
            keep_gradients=keep_gradients,
            memory=memory,
        )

    # ---- one parameter

    def _is_stale(self, name: str, parameter: Parameter) -> bool:
        """Has no backward written this gradient since the last step?"""
        version = parameter.grad_version
        is_old = version[1] == 0 or version == self._used.get(name)
        return is_old and name not in self._continued

    def _update_one(self, name: str, parameter: Parameter) -> None:
        weight, *others = parameter.list_own()
        rows = self._optimizer.update(
            name,
            weight,
            parameter.list_own_grad()[0],
            self._state_of(name, weight),
            parameter.lr_mult,
            parameter.wd_mult,
        )
        parameter.keep_to_mask()
        for copy in others:
            if rows is None:
                copy[...] = weight
            else:
                copy[rows.to_device(copy.device)] = weight[rows].to_device(copy.device)

    def _state_of(self, name: str, weight: ndarray) -> tuple[Any, ...]:
        """The states of a parameter, which follow it to another device."""
        state = self._states.get(name)
        if state is None:
            state = self._optimizer.create_state_multi_precision(weight)
        elif any(array.device != weight.device for array in state):
            state = tuple(array.to_device(weight.device) for array in state)
            for array in state:
                native.set_state(array, True)
        self._states[name] = state
        return state

    def fresh_gradients(self) -> list[str]:
        """Names of parameters whose gradients add up, of which no step has used the last."""
        return [
            name
            for name, p in self._params.items()
            if p.grad_req == "add" and not self._is_stale(name, p)
        ]

    def set_fresh_gradients(self, names: Iterable[str]) -> None:
        """Makes the gradients of these parameters, and no others, new for the next step."""
        self._continued = set(names)
        self._used = {n: p.grad_version for n, p in self._params.items() if p.is_initialized}


def _checked_size(caller: str, batch_size: Any) -> int:
    if batch_size is None or isinstance(batch_size, str) or getattr(batch_size, "ndim", 0):
        got = "nothing" if batch_size is None else type(batch_size).__name__
        raise InvalidType(
            f"{caller}: `batch_size` must be the number of samples of the batch, by which the "
            f"gradients of the summed losses are divided; got {got}; write "
            f"`trainer.{caller}(len(x))`, or `trainer.{caller}(1)` after `loss.mean().backward()`"
        )
    if isinstance(batch_size, float) and not batch_size.is_integer():
        raise InvalidValue(f"{caller}: `batch_size` must be an integer; got {batch_size}")
    if batch_size <= 0:
        raise InvalidValue(f"{caller}: `batch_size` must be positive; got {batch_size}")
    return batch_size  # type: ignore[no-any-return]


def _check_norm(caller: str, most: Any) -> None:
    if most is None:
        return
    if isinstance(most, bool) or not isinstance(most, int | float):
        raise InvalidType(
            f"{caller}: `clip_global_norm` must be a number; got {type(most).__name__}"
        )
    if not most > 0:
        raise InvalidValue(f"{caller}: `clip_global_norm` must be positive; got {most}")


def _sum_rows(parameter: Parameter) -> None:
    """Makes the row-sparse gradients on all devices their sum."""
    first, *others = parameter.list_data()
    parts = [gradient.to_device(first.device) for gradient in parameter.list_own_grad()]
    native.set_grad_rows(
        first,
        np.concatenate([part.indices for part in parts]),
        np.concatenate([part.data for part in parts]),
    )
    for copy in others:
        total = first.grad.to_device(copy.device)
        native.set_grad_rows(copy, total.indices, total.data)


def _unique(params: Any) -> dict[str, Parameter]:
    """Parameters by name, each once, though several blocks may share it."""
    named = params.items() if isinstance(params, dict) else ((p.name, p) for p in _checked(params))
    result: dict[str, Parameter] = {}
    seen: set[int] = set()
    for name, parameter in named:
        if not isinstance(parameter, Parameter):
            raise InvalidType(
                f"Trainer: `params` must be parameters; got {type(parameter).__name__}"
            )
        if id(parameter) in seen:
            continue
        if name in result:
            raise InvalidValue(
                f"Trainer: two parameters are named `{name}`; give `net.collect_params()`"
            )
        seen.add(id(parameter))
        result[name] = parameter
    return result


def _checked(params: Any) -> list[Any]:
    is_one = isinstance(params, Block | Parameter) or not isinstance(params, Iterable)
    items = [params] if is_one else list(params)
    if isinstance(params, Parameter):
        raise InvalidType(
            f"Trainer: `params` must be several parameters; got one; give `[{params.name}]`, or "
            "`net.collect_params()`"
        )
    for item in items:
        if not isinstance(item, Parameter):
            raise InvalidType(
                f"Trainer: `params` must be parameters; got {type(item).__name__}; "
                "give `net.collect_params()`"
            )
    return items


def _create(spec: Any, options: dict[str, Any] | None) -> "optimizer.Optimizer":
    if isinstance(spec, optimizer.Optimizer):
        if options:
            raise InvalidValue("Trainer: `optimizer_params` are for an optimizer given by name")
        return spec
    if not isinstance(spec, str | type):
        raise InvalidType(
            f"Trainer: `optimizer` must be an optimizer or its name, such as 'sgd'; got {spec!r}"
        )
    return optimizer.create(spec, **(options or {}))


__all__ = ["Trainer"]
__dir__ = __all__.copy
