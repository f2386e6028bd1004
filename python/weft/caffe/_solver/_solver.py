"""The solver: iterations, tests, snapshots, and the lines that it prints, as Caffe does."""

import math
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy

from weft import autograd, np
from weft._base.errors import Error, InvalidValue
from weft._import.block import ImportedBlock
from weft.caffe._data import Around
from weft.caffe._deploy import deployed
from weft.caffe._load import block_of
from weft.caffe._net import Weights
from weft.caffe._program import net_of, state_of
from weft.caffe._read import read_solver, read_weights
from weft.caffe._solver._nets import FedNet, described, fed_net, folder_of, set_values, values_of
from weft.caffe._solver._policies import check_policy, rate_at
from weft.caffe._solver._state import Progress, read_state, write_snapshot
from weft.caffe._solver._updates import update_of
from weft.gluon.trainer import Trainer
from weft.np.random import randint

Path_ = str | PathLike[str]

_CALLER = "weft.caffe.Solver"


class Solver:
    """What a solver.prototxt describes: a net to train, nets to test, and how to train.

    solver: the path of the text. Paths in it count from the working folder, as in Caffe; where
        there is no such file, from the folder of the text
    weights: a .caffemodel, or several, to begin with: layers take theirs by name
    snapshot: a .solverstate to go on from, which names its .caffemodel
    data: arrays for layers without a file (`MemoryData`, `Input`), by the layer's name
    log: gets each line

    Raises OSError for a missing or damaged file, ValueError for what contradicts itself,
    NotImplementedError with all that Weft lacks.

    >>> import weft
    >>> solver = weft.caffe.Solver("solver.prototxt")  # doctest: +SKIP
    >>> solver.step(100)  # doctest: +SKIP
    >>> solver.solve()  # doctest: +SKIP
    """

    def __init__(
        self,
        solver: Path_,
        *,
        weights: Path_ | Sequence[Path_] | None = None,
        snapshot: Path_ | None = None,
        data: Mapping[str, Any] | None = None,
        log: Callable[[str], None] = print,
    ) -> None:
        if weights is not None and snapshot is not None:
            raise InvalidValue(f"{_CALLER}: give `weights` or `snapshot`, not both")
        self.param = read_solver(solver, _CALLER)
        self.path, self._log = fspath(solver), log
        self.name = f"{_CALLER}: {self.path}"
        self._check()
        self.iter = 0
        self._update = update_of(self.param, self.name)
        seed = self.param.random_seed
        self._random = numpy.random.default_rng(seed if seed >= 0 else int(randint(0, 1 << 62)))
        if seed >= 0:
            np.random.seed(seed)
        self._build(self._first_weights(weights), data or {})
        self._trainer = Trainer(self.net.collect_params(), self._update)
        self._losses: deque[float] = deque(maxlen=self.param.average_loss)
        self._forward = self._step = None
        if snapshot is not None:
            self.restore(snapshot)

    # ---- making

    def _check(self) -> None:
        param, name = self.param, self.name
        check_policy(param, name)
        for field in ("iter_size", "average_loss"):
            if getattr(param, field) < 1:
                raise InvalidValue(
                    f"{name}: `{field}` must be at least 1; got {getattr(param, field)}"
                )
        for field in ("max_iter", "display", "test_interval", "snapshot"):
            if getattr(param, field) < 0:
                raise InvalidValue(
                    f"{name}: `{field}` must be at least 0; got {getattr(param, field)}"
                )
        if min(param.test_iter, default=1) < 1:
            raise InvalidValue(
                f"{name}: `test_iter` must be at least 1; got {list(param.test_iter)}"
            )
        if len(param.test_iter) and not param.test_interval:
            raise InvalidValue(f"{name}: `test_iter` needs `test_interval`")

    def _first_weights(self, weights: Any) -> Weights:
        if weights is not None:
            paths = list(weights) if isinstance(weights, list | tuple) else [weights]
        else:
            paths = [path for text in self.param.weights for path in text.split(",")]
        found: dict[str, list[numpy.ndarray]] = {}
        for path in paths:
            found.update(read_weights(path, _CALLER))
        return found

    def _build(self, weights: Weights, data: Mapping[str, Any]) -> None:
        folder = folder_of(self.path)
        around = Around(folder, True, self._random, data)
        nets = described(self.param, self.name, around.found)
        self._train = fed_net(nets.train, around, weights)
        if not any(self._train.losses):
            raise InvalidValue(f"{nets.train[0]}: has no loss in phase TRAIN")
        for name, weight in self._train.net.weights.items():
            if weight.lr_mult == 0:
                self.net.collect_params()[name].grad_req = "null"
        around = Around(folder, False, self._random, data)
        self._tests = [fed_net(test, around, weights) for test in nets.tests]
        for test in self._tests:
            test.share(self._train)
            test.block.hybridize()

    @property
    def net(self) -> ImportedBlock:
        """The net that is trained."""
        return self._train.block

    @property
    def test_nets(self) -> list[ImportedBlock]:
        """The nets that are tested; they share the weights."""
        return [test.block for test in self._tests]

    # ---- training

    def solve(self) -> ImportedBlock:
        """Trains up to `max_iter`, with a last snapshot and a last test; the net for use.

        Stopped by Ctrl-C, it writes the snapshot and raises KeyboardInterrupt.
        """
        param = self.param
        self._log(f"Solving {self._train.net.name}")
        self._log(f"Learning Rate Policy: {param.lr_policy}")
        try:
            self.step(max(param.max_iter - self.iter, 0))
        except KeyboardInterrupt:
            self._log("Optimization stopped early.")
            self._save_last()
            raise
        self._save_last()
        if param.display and self.iter % param.display == 0:
            with autograd.pause(train_mode=True):
                loss = self._total(self.net(*self._train.batch()))
            self._log(f"Iteration {self.iter}, loss = {_number(self._smoothed(loss))}")
        if param.test_interval and self.iter % param.test_interval == 0:
            self.test()
        self._log("Optimization Done.")
        return self.deploy()

    def _save_last(self) -> None:
        """The snapshot after training, unless there is one of this iteration."""
        every = self.param.snapshot
        if self.param.snapshot_after_train and not (every and self.iter % every == 0):
            self.snapshot()

    def step(self, count: int = 1) -> float:
        """Trains for so many iterations, with tests, snapshots and lines; the last loss."""
        param, loss = self.param, float("nan")
        begun, since = time.perf_counter(), self.iter
        for _ in range(count):
            is_tested = param.test_interval and self.iter % param.test_interval == 0
            if is_tested and (self.iter > 0 or param.test_initialization):
                self.test()
            is_shown = bool(param.display) and self.iter % param.display == 0
            rate = rate_at(param, self.iter, self.name)
            self._trainer.set_learning_rate(rate * self._update.rate_factor(self.iter))
            loss, outputs = self._iterate()
            if not numpy.isfinite(loss):
                self._log(f"Iteration {self.iter}: the loss is {loss}")
            smoothed = self._smoothed(loss)
            if is_shown:
                now = time.perf_counter()
                self._show_iteration(smoothed, now - begun, self.iter - since)
                begun, since = now, self.iter
                self._show_outputs("Train", self._train, outputs)
                self._log(f"Iteration {self.iter}, lr = {_number(rate)}")
            self.iter += 1
            if param.snapshot and self.iter % param.snapshot == 0:
                self.snapshot()
        return loss

    def _iterate(self) -> tuple[float, list[Any]]:
        """One update; the loss, and what the net gave."""
        if self.param.iter_size == 1:
            if self._step is None:
                bound = self.param.clip_gradients
                self._step = self._trainer.compile(
                    self.net,
                    self._loss,
                    outputs=True,
                    clip_global_norm=bound if bound > 0 else None,
                )
            loss, outputs = self._step(list(self._train.batch()), batch_size=1)
            return float(loss.item()), _listed(outputs)
        return self._accumulate()

    def _accumulate(self) -> tuple[float, list[Any]]:
        """One update by the gradients of several batches."""
        if self._forward is None:
            for parameter in self.net.collect_params().values():
                if parameter.grad_req != "null":
                    parameter.grad_req = "add"
            self.net.hybridize()
            self._forward = self.net
        self.net.collect_params().zero_grad()
        total, size = 0.0, self.param.iter_size
        for _ in range(size):
            with autograd.record():
                outputs = _listed(self.net(*self._train.batch()))
                loss = self._loss(*outputs)
            loss.backward()
            total += float(loss.item())
        if self.param.clip_gradients > 0:
            from weft.gluon.utils import clip_global_norm

            clip_global_norm(self._trainer.gradients(), self.param.clip_gradients)
        self._trainer.step(size)
        return total / size, outputs

    def _loss(self, *outputs: Any) -> Any:
        """What is trained for: the sum of all outputs that have a weight."""
        total = None
        for output, weight in zip(outputs, self._train.losses, strict=True):
            if weight:
                part = np.sum(output) * weight
                total = part if total is None else total + part
        return total

    def _total(self, outputs: Any) -> float:
        return float(self._loss(*_listed(outputs)).item())

    def _smoothed(self, loss: float) -> float:
        self._losses.append(loss)
        return sum(self._losses) / len(self._losses)

    # ---- lines

    def _show_iteration(self, loss: float, seconds: float, iterations: int) -> None:
        speed = iterations / seconds if seconds > 0 else 0.0
        self._log(
            f"Iteration {self.iter} ({_number(speed)} iter/s, {_number(seconds)}s/"
            f"{self.param.display} iters), loss = {_number(loss)}"
        )

    def _show_outputs(self, what: str, fed: FedNet, outputs: Sequence[Any]) -> None:
        number = 0
        for name, weight, output in zip(fed.outputs, fed.losses, outputs, strict=True):
            for value in numpy.asarray(output.asnumpy()).reshape(-1):
                note = ""
                if weight:
                    note = f" (* {_number(weight)} = {_number(weight * value)} loss)"
                self._log(f"    {what} net output #{number}: {name} = {_number(value)}{note}")
                number += 1

    # ---- tests

    def test(self) -> list[dict[str, numpy.ndarray]]:
        """Tests all nets; for each the means of its outputs, by name."""
        return [self._test(number, test) for number, test in enumerate(self._tests)]

    def _test(self, number: int, test: FedNet) -> dict[str, numpy.ndarray]:
        self._log(f"Iteration {self.iter}, Testing net (#{number})")
        count = self.param.test_iter[number]
        sums: list[numpy.ndarray] = []
        for _ in range(count):
            found = [output.asnumpy() for output in _listed(test.block(*test.batch()))]
            sums = found if not sums else [a + b for a, b in zip(sums, found, strict=True)]
        means = [total / count for total in sums]
        if self.param.test_compute_loss:
            pairs = zip(means, test.losses, strict=True)
            loss = sum(weight * float(mean.sum()) for mean, weight in pairs)
            self._log(f"Test loss: {_number(loss)}")
        self._show_outputs("Test", test, [np.array(mean) for mean in means])
        return dict(zip(test.outputs, means, strict=True))

    # ---- files

    def snapshot(self) -> tuple[Path, Path]:
        """Writes weights and state, `<prefix>_iter_<n>.caffemodel` and `.solverstate`, and the net
        for use as `.weft`; the paths of the first two."""
        stem = f"{self._prefix()}_iter_{self.iter}"
        progress = Progress(self.iter, f"{stem}.caffemodel", self._history())
        values = values_of(self.net, self._train.net)
        written = write_snapshot(stem, self._train.net, values, progress, self.param, _CALLER)
        kind = "binary proto" if self.param.snapshot_format else "HDF5"
        self._log(f"Snapshotting to {kind} file {written[0]}")
        self._log(f"Snapshotting solver state to {kind} file {written[1]}")
        try:
            self.export(f"{stem}.weft")
            self._log(f"Writing {stem}.weft")
        except Error as error:  # the weights are there: training goes on
            self._log(f"There is no {stem}.weft: {error}")
        return written

    def _prefix(self) -> str:
        """What snapshots' names begin with: by default, and in a folder, the solver's own name."""
        prefix, solver = self.param.snapshot_prefix, Path(self.path)
        if not prefix:
            return str(solver.with_suffix(""))
        return str(Path(prefix, solver.stem)) if Path(prefix).is_dir() else prefix

    def export(self, path: Path_) -> None:
        """Writes the net for use as a .weft file, which takes batches of any size; of that of the
        net, where layers such as LSTM depend on it."""
        block = self.deploy()
        examples = [np.zeros(port.usual) for port in block.ports]
        dynamic = {name: {0: "batch"} for name in block.argument_names}
        try:
            block.export(path, *examples, dynamic=dynamic)
        except (NotImplementedError, ValueError, RuntimeError):
            # Layers that compute with the size of a batch: the file takes that of the text.
            block.export(path, *examples)

    def deploy(self) -> ImportedBlock:
        """The net for use: that of phase TEST without labels, losses and figures, with the weights
        as they are now."""
        fed = self._tests[0] if self._tests else self._train
        shapes = {port.name: port.usual for port in fed.net.program.inputs}
        name = fed.net.name
        net = deployed(fed.net.layers, shapes, name)
        values = values_of(self.net, self._train.net)
        return block_of(net_of(net, name, state_of(net, "TEST"), {}, values, self._random))

    def restore(self, snapshot: Path_) -> None:
        """Goes on from a .solverstate and the .caffemodel that it names."""
        state = read_state(snapshot, _CALLER)
        set_values(self._train, read_weights(state.weights, _CALLER), _CALLER)
        own = [weight for weight in self._train.net.weights.values() if weight.is_saved]
        expected = len(own) * len(self._update.states)
        if len(state.history) != expected:
            raise InvalidValue(
                f"{_CALLER}: {fspath(snapshot)} has {len(state.history)} arrays of history; "
                f"{self.param.type} of this net has {expected}"
            )
        trained = self._trained()
        for place, weight in enumerate(own):
            if weight.name not in trained:
                continue
            arrays = self._trainer._state_of(weight.name, trained[weight.name].data())
            for number, array in enumerate(arrays):
                value = state.history[place + number * len(own)]
                if value.size != math.prod(array.shape):
                    raise InvalidValue(
                        f"{_CALLER}: {fspath(snapshot)}: the history of `{weight.name}` must have "
                        f"shape {tuple(array.shape)}; got {value.shape}"
                    )
                array[...] = np.array(value.reshape(array.shape))
        self.iter = state.iteration

    def _trained(self) -> dict[str, Any]:
        parameters = self.net.collect_params()
        return {name: p for name, p in parameters.items() if p.grad_req != "null"}

    def _history(self) -> list[numpy.ndarray]:
        """The states of all weights in the order of Caffe's files: all first ones, then all second
        ones; zeros for what is not trained."""
        trained = self._trained()
        parameters = self.net.collect_params()
        found = []
        for number in range(len(self._update.states)):
            for weight in self._train.net.weights.values():
                if not weight.is_saved:
                    continue
                if weight.name in trained:
                    array = trained[weight.name].data()
                    found.append(self._trainer._state_of(weight.name, array)[number].asnumpy())
                else:
                    found.append(numpy.zeros(parameters[weight.name].shape, "float32"))
        return found


def _listed(outputs: Any) -> list[Any]:
    return list(outputs) if isinstance(outputs, list | tuple) else [outputs]


def _number(value: Any) -> str:
    """A number as Caffe prints it: six digits."""
    return f"{float(value):.6g}"


__all__ = ["Solver"]
