"""A network with what it is trained on: `fit`, `evaluate` and `predict`, as Keras has them."""

import inspect
import warnings
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from os import PathLike
from typing import Any

from weft import amp, np
from weft._base.errors import Error, InvalidState, InvalidType, InvalidValue
from weft._base.options import require, require_whole
from weft._base.spelling import hint, knows_words, named_arguments
from weft._base.tracebacks import hides_frames
from weft._base.words import MODEL, PRECISION_NAMES
from weft._trace.block_tree import not_hybrid
from weft.callbacks import Callback
from weft.callbacks._base import Callbacks
from weft.callbacks._base import listed as listed_callbacks
from weft.callbacks._progress import shown_by, tell_resumed
from weft.gluon import nn
from weft.gluon._ranks import Ranks, ranks_of
from weft.gluon.block import Block
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.trainer import Trainer
from weft.training._batches import Batch, array_data, array_of, source_of
from weft.training._class_weights import ClassWeights
from weft.training._figures import Figures
from weft.training._given import data_of
from weft.training._objective import Objective
from weft.training._rank_figures import TrainingFigures
from weft.training._run import Judge, Run
from weft.training._saving import load_training, save_training, save_with_others
from weft.training._seen_shapes import SeenShapes
from weft.training._steps import Steps, in_order
from weft.training._together import (
    SharedSource,
    check_arrays,
    check_batch_size,
    of_all,
    random_numbers,
    ranks_for,
    store_of,
    tell_together,
)
from weft.training.history import History, Record

_PRECISIONS = ("float32", "bfloat16", "float16")


@knows_words(MODEL)
class Model:
    """Trains a network in one call, evaluates it, and predicts with it.

    net: a block, or a list of blocks that run one after another; where it has no values yet, it
        gets first ones
    loss: the name of a loss of `gluon.loss`, such as "softmax_cross_entropy", "sigmoid_bce" or
        "mse"; such a loss; or a function of (prediction, label) with one value for each sample, or
        with their mean. A list or dict of these for several outputs. Where a function's arguments
        have names that say which is which, such as (y_true, y_pred), these count
    optimizer: a name such as "adam", an optimizer, or a `gluon.Trainer`
    metrics: names such as "accuracy" and "mae", metrics, or functions as of the loss, but of NumPy
        arrays; a list, or a dict of lists by output. They read predictions as the loss does, as
        scores or probabilities
    optimizer_params: options of an optimizer given by name, such as {"learning_rate": 0.01}
    groups: options of some of the parameters, by their names, as for `gluon.Trainer`
    loss_weights: factors of the losses of several outputs
    clip_global_norm: most that the norm of all gradients may be
    precision: "float32", or "bfloat16" or "float16" for mixed precision (`weft.amp`)
    compiled: forward, backward and update are one plan; False runs the network's Python instead
    kvstore: as for `gluon.Trainer`; None: "dist_sync" where `weft.distributed.init()` has joined
        several processes, and "device" in one that is alone
    compression_params, deterministic: as for `gluon.Trainer`

    Processes that train together all call `fit`, `evaluate` and `predict` with the same arguments.
    Arrays, data sets and loaders are those of all, and so is `batch_size`: each rank takes its part
    of every batch, so any number of ranks trains as one process does. Other iterables, and loaders
    with `shard`, give each rank batches of its own. Figures are those of all ranks.

    Raises LookupError for names that there are not, which tells the nearest.

    >>> import weft
    >>> from weft import np
    >>> from weft.gluon import nn
    >>> weft.random.seed(1)
    >>> x = np.random.normal(size=(64, 4))
    >>> y = (x[:, 0] > 0).astype("int64")
    >>> model = weft.Model(nn.Dense(2), "softmax_cross_entropy", "adam", ["accuracy"],
    ...                    optimizer_params={"learning_rate": 0.1})
    >>> history = model.fit(x, y, epochs=20, verbose=0)
    >>> model.evaluate(x, y)["accuracy"] > 0.9
    True
    >>> model.predict(x[:3]).shape
    (3, 2)
    """

    @named_arguments
    def __init__(
        self,
        net: Block | Sequence[Block],
        loss: Any = None,
        optimizer: Any = "adam",
        metrics: Any = None,
        *,
        optimizer_params: dict[str, Any] | None = None,
        groups: Mapping[str, Mapping[str, Any]] | None = None,
        loss_weights: Any = None,
        clip_global_norm: float | None = None,
        precision: str = "float32",
        compiled: bool = True,
        kvstore: str | None = None,
        compression_params: dict[str, Any] | None = None,
        deterministic: int | None = None,
    ) -> None:
        net = _in_sequence(net)
        if not isinstance(net, Block):
            raise InvalidType(f"Model: `net` must be a gluon.Block; got {_no_block(net)}")
        if precision not in _PRECISIONS:
            raise InvalidValue(
                f"Model: `precision` must be in {_PRECISIONS}; got {precision!r}"
                f"{hint(str(precision), PRECISION_NAMES)}"
            )
        self.net = net
        self.objective = Objective(loss, metrics, loss_weights)
        self.history = History()
        self.stop_training = False
        self.batch: Batch | None = None  # that `fit` trains on now
        self.keeps_gradients = False  # a callback that looks at them asks for it
        self.is_alone = False  # other ranks take no part in what is called now; not for users
        self._precision = None if precision == "float32" else precision
        self._most_norm = clip_global_norm
        self._is_compiled = compiled
        self._trains_by_choice = kvstore is not None
        shared = {"compression_params": compression_params, "deterministic": deterministic}
        self._trainer = self._trainer_of(optimizer, optimizer_params, groups, kvstore, shared)
        self._steps_made: Steps | None = None
        self._seen = SeenShapes()
        self._weights = ClassWeights(None)
        self._run: Run | None = None

    def _trainer_of(
        self,
        optimizer: Any,
        options: dict[str, Any] | None,
        groups: Any,
        kvstore: str | None,
        shared: dict[str, Any],
    ) -> Trainer:
        if isinstance(optimizer, Trainer):
            given = {"optimizer_params": options, "groups": groups, "kvstore": kvstore, **shared}
            for name, value in given.items():
                if value:
                    raise InvalidValue(
                        f"Model: `{name}` is for an optimizer given by name; got a Trainer, which "
                        "has its own"
                    )
            trainer = optimizer
        else:
            parameters, store = self.net.collect_params(), store_of(kvstore)
            trainer = Trainer(parameters, optimizer, options, store, groups=groups, **shared)
        if self._precision == "float16" and trainer.loss_scaler is None:
            amp.init_trainer(trainer)
        return trainer

    def __getstate__(self) -> dict[str, Any]:
        """What copies and pickles have: all but plans and a training that runs."""
        return vars(self) | {"_steps_made": None, "_run": None, "batch": None}

    def __call__(self, *inputs: Any) -> Any:
        """What the network gives."""
        return self.net(*inputs)

    @property
    def trainer(self) -> Trainer:
        """The trainer, with its optimizer, states and learning rate."""
        return self._trainer

    @property
    def learning_rate(self) -> float:
        """The present learning rate; setting it changes it from the next update on."""
        return self._trainer.learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._trainer.set_learning_rate(rate)

    @property
    def metrics_names(self) -> list[str]:
        """What `evaluate` gives, after the first batch."""
        names = self.objective.loss_names()
        for head in self.objective.heads:
            for each in head.metrics:
                names += [f"{head.name}_{n}" if head.name else n for n, _ in each.get_name_value()]
        return names

    # ---- training

    @hides_frames
    @named_arguments
    def fit(
        self,
        x: Any,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        *,
        verbose: int | None = None,
        callbacks: Callback | Iterable[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        validation_freq: int = 1,
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        accumulate: int = 1,
        workers: int = 0,
        resume: str | PathLike[str] | None = None,
    ) -> History:
        """Trains for a number of epochs.

        x: arrays of shape (N, ...): one, several in a tuple, or a dict by names of the network's
            inputs; NumPy's and lists are taken, doubles of NumPy become float32. Or a data set, a
            loader, or an iterable of batches (inputs, labels) or (inputs, labels, weights)
        y: labels of x in the same forms
        batch_size: samples of a batch, of all ranks together, by default 32; not for loaders and
            iterables
        epochs: the number of the epoch at which training ends
        verbose: 0 for nothing, 1 for a progress bar, 2 for a line after each epoch; None for a bar
            on a terminal or in a notebook, and lines elsewhere
        callbacks: of `weft.callbacks`, one or several
        validation_split: the last share of the arrays is for validation, before any shuffling
        validation_data: (x, y), (x, y, weights), a data set, a loader, or a list of batches
        validation_freq: validate after each so many epochs
        shuffle: samples in random order, by `np.random.seed`
        class_weight: factors of the losses of classes, by label
        sample_weight: factors of the losses of samples, of shape (N,); or of the loss's elements
        initial_epoch: where the numbers of epochs begin
        steps_per_epoch, validation_steps: at most so many batches; needed for endless iterables
        accumulate: an update after so many batches, by the mean over all their samples
        workers: processes that make the batches of a data set
        resume: a file of `callbacks.Checkpoint`. Where it exists, training goes on from it, with
            the same numbers in every bit as without the interruption

        Returns the history, which is `model.history`, too. Means of losses are weighted sums over
        the number of samples. Raises ValueError for data that does not fit, LookupError for names
        that there are not.
        """
        for name, number in (("epochs", epochs), ("accumulate", accumulate)):
            require_whole("fit", name, number, 1)
        require_whole("fit", "validation_freq", validation_freq, 1)
        train, valid = data_of(
            "fit", x, y, sample_weight, validation_split, validation_data, batch_size
        )
        if resume is not None and not isinstance(resume, str | PathLike):
            raise InvalidType(
                "fit: `resume` must be the path of a file, such as that of "
                f"`callbacks.Checkpoint(path)`; got {resume!r}"
            )
        if accumulate > 1 and self._trainer.shares is not None:
            raise InvalidValue(
                f"fit: `accumulate` is not for a model with `deterministic`; got {accumulate}; "
                "give larger batches, which are computed in shares anyway"
            )
        ranks = self._ranks("fit", train)
        check_batch_size("fit", ranks, train, batch_size)
        given = source_of("fit", train, batch_size, shuffle, workers)
        self._weights = ClassWeights(class_weight)
        self.stop_training = False
        self.history = History()
        with ExitStack() as around:
            source = around.enter_context(closing(SharedSource("fit", given, ranks)))
            steps = _least(source.steps, steps_per_epoch)
            hooks = self._hooks("fit", callbacks, verbose, epochs, steps, valid is not None)
            judge = None
            if valid is not None:
                judged = SharedSource("fit", valid, ranks, fills=True)
                around.enter_context(closing(judged))
                judge = Judge(self, judged, hooks, validation_steps)
            around.enter_context(random_numbers(ranks))
            tell_together(ranks, verbose)
            run = Run(self, source, hooks, steps_per_epoch, accumulate, judge, validation_freq)
            self._train(run, initial_epoch, epochs, resume, verbose)
        return self.history

    def _train(self, run: Run, first: int, epochs: int, resume: Any, verbose: int | None) -> None:
        self._run, hooks = run, run.hooks
        try:
            hooks.train_begin()
            begun = None if resume is None else run.resume(resume)
            if begun is not None:
                first = begun
                if verbose != 0:
                    tell_resumed(resume, first, epochs)
            if not self.stop_training:
                run.run(first, epochs)
            hooks.train_end()
        finally:
            run.close()
            hooks.close()

    def _ranks(self, where: str, data: Any) -> Ranks | None:
        """Those that train together, after a look at whether they have the same arrays."""
        if self.is_alone:
            return None
        ranks = ranks_for(where, self._trainer, self._trains_by_choice)
        check_arrays(where, ranks, data)
        return ranks

    @hides_frames
    def train_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None) -> dict[str, float]:
        """One update on one batch, which is this rank's part where several train together. Returns
        its figures, those of all ranks."""
        batch = _one_batch("train_on_batch", x, y, sample_weight)
        logs = self.train_step(batch.inputs, batch.labels, batch.weights)
        return {name: float(value) for name, value in logs.items()}

    def train_step(self, x: Any, y: Any, sample_weight: Any) -> dict[str, Any]:
        """What is done with one batch of training: a subclass may do something else, and gives
        figures by name, means over the batch. It updates by itself: `self.trainer.step(len(x))`.

        x, y, sample_weight: as the data has them; None for what it lacks
        """
        batch = Batch.of(x, y, sample_weight)
        ranks = ranks_of(self._trainer)
        alone = Figures(self.objective)
        figures = alone if ranks is None else TrainingFigures(self.objective, ranks)
        figures.add(*self.plans_for(batch).train(batch), batch.labels, batch.size)
        return dict(figures)

    def test_step(self, x: Any, y: Any, sample_weight: Any) -> dict[str, Any]:
        """What is done with one batch of evaluation: a subclass may do something else, and gives
        figures by name, means over the batch."""
        batch = Batch.of(x, y, sample_weight)
        figures = Figures(self.objective)
        figures.add(*self.plans_for(batch).evaluate(batch), batch.labels, batch.size)
        return dict(figures)

    @property
    def has_own_train_step(self) -> bool:
        """Does a subclass write `train_step`?"""
        return type(self).train_step is not Model.train_step

    @property
    def has_own_test_step(self) -> bool:
        """Does a subclass write `test_step`?"""
        return type(self).test_step is not Model.test_step

    # ---- evaluation and prediction

    @hides_frames
    @named_arguments
    def evaluate(
        self,
        x: Any,
        y: Any = None,
        batch_size: int | None = None,
        *,
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Callback | Iterable[Callback] | None = None,
        verbose: int | None = 0,
    ) -> dict[str, float]:
        """Losses and metrics over data, in predict mode, by name.

        Arguments as for `fit`; steps: at most so many batches
        """
        data = data_of("evaluate", x, y, sample_weight)[0]
        ranks = self._ranks("evaluate", data)
        given = source_of("evaluate", data, batch_size, shuffle=False)
        with closing(SharedSource("evaluate", given, ranks, fills=True)) as source:
            hooks = self._hooks("evaluate", callbacks, verbose, 1, _least(source.steps, steps))
            try:
                return dict(Judge(self, source, hooks, steps).judged())
            finally:
                hooks.close()

    @hides_frames
    @named_arguments
    def predict(self, x: Any, batch_size: int | None = None, *, steps: int | None = None) -> Any:
        """What the network gives for all samples, in predict mode: an array of shape (N, ...), or
        several in the structure of the network's outputs.

        x: as for `fit`; of batches with labels, the inputs are taken

        Each of several ranks gets the outputs of all samples, in their order; of batches of its own
        those that it gave.
        """
        data = data_of("predict", x)[0]
        ranks = self._ranks("predict", data)
        given = source_of("predict", data, batch_size, shuffle=False)
        found = []
        with closing(SharedSource("predict", given, ranks, fills=True)) as source:
            for batch in source.epoch(steps, evenly=False):
                if not found:
                    plans = self.plans_for(batch, keeps_shapes=False)
                outputs = plans.predict(batch)
                found.append(of_all(source.ranks if source.is_cut else None, outputs))
        if not found:
            raise InvalidValue("predict: `x` must have batches; got none")
        return _joined(found)

    # ---- files

    def export(self, path: str | PathLike[str], *examples: Any, **options: Any) -> None:
        """Writes the network to a .weft file; arguments as for `HybridBlock.export`.

        examples: inputs; by default the shapes of the last batch. The number of samples stays open,
            and what else was seen to vary, such as the length of texts; if the network does not
            hold for other extents there, they are fixed, and a warning says so
        """
        if not isinstance(self.net, HybridBlock):
            raise InvalidType(f"export: `net` must be a HybridBlock; got {not_hybrid(self.net)}")
        examples = tuple(array_of("export", "examples", each) for each in examples)
        if not examples:
            examples = self._last_inputs("export")
            names = _input_names(self.net, len(examples))
            if "dynamic" not in options:
                self._export_open(path, examples, self._seen.open_axes(names), options)
                return
        self.net.export(path, *examples, **options)

    def _export_open(
        self,
        path: str | PathLike[str],
        examples: tuple[Any, ...],
        axes: dict[str, dict[int, str]],
        options: dict[str, Any],
    ) -> None:
        """Leaves open what varied, as far as the network holds."""
        only_samples = {name: {0: open_[0]} for name, open_ in axes.items()}
        try:
            self.net.export(path, *examples, dynamic=axes, **options)
        except Error as error:
            if axes == only_samples:
                raise
            self.net.export(path, *examples, dynamic=only_samples, **options)
            fixed = ", ".join(
                f"`{n}` {tuple(e.shape)}" for n, e in zip(axes, examples, strict=True)
            )
            warnings.warn(
                f"export: the file takes {fixed} with any number of samples; batches had other "
                f"extents, too, but the network does not hold for all: {error}",
                stacklevel=3,
            )

    def _last_inputs(self, where: str) -> tuple[Any, ...]:
        if self._seen.last is None:
            raise InvalidState(
                f"{where}: the model has seen no data yet; give example inputs, such as `x[:1]`"
            )
        return tuple(np.zeros(shape, dtype=dtype) for shape, dtype in self._seen.last)

    def example(self) -> tuple[Any, ...]:
        """Zeros like one sample of the last batch; not for users."""
        return tuple(array[:1] for array in self._last_inputs("example"))

    def gradients(self) -> dict[str, Any]:
        """The gradients that the last update was made by, for each trained parameter by name:
        means over the samples. Only where `keeps_gradients` was true before the first batch; not
        for users."""
        if self._steps_made is None:
            raise InvalidState("gradients: `fit` must have trained on a batch; it has not")
        return self._steps_made.gradients()

    def save(self, path: str | PathLike[str]) -> None:
        """Writes parameters, the trainer's states and, inside `fit`, the place in the data: what
        `load` and `fit(resume=)` go on from."""
        save_training(path, self, self._run)

    def save_with_others(self, path: str | PathLike[str]) -> None:
        """`save` by all ranks that train together, of which rank 0 writes; not for users."""
        save_with_others(path, self, self._run)

    def load(self, path: str | PathLike[str]) -> None:
        """Restores what `save` or `callbacks.Checkpoint` wrote: parameters, the trainer's states,
        random numbers and the history."""
        load_training(path, self, None)

    def summary(self, *inputs: Any) -> None:
        """Prints the layers, their outputs and parameters; what has no values gets first ones.

        inputs: arrays as for the network; by default of the shapes of the last batch
        """
        given = inputs or self._last_inputs("summary")
        arrays = tuple(array_of("summary", "inputs", each) for each in given)
        self._initialize(arrays)
        self.net.summary(*arrays)

    # ---- inside

    pending_samples = 0  # whose gradients were added up, and no update has used them; not for users

    def anomaly(self) -> str | None:
        """What made the first NaN or infinity when `fit` trained on its last batch: a sentence that
        names the operator, the line of the program and the inputs; None where all is finite.

        The parameters are those of now. Raises RuntimeError before the first batch.
        """
        if self.batch is None or self._steps_made is None:
            raise InvalidState("anomaly: `fit` must have trained on a batch; it has not")
        return self._steps_made.anomaly(self.weighted(self.batch))

    def plans_for(self, batch: Batch, keeps_shapes: bool = True) -> Steps:
        """The plans for batches like this one, made when there are none; not for users.

        keeps_shapes: `export` and `summary` take these shapes, and not those of before
        """
        inputs = in_order(self.net, batch.inputs)
        if self._steps_made is None or self._steps_made.keeps_gradients < self.keeps_gradients:
            outputs = self._initialize(inputs)
            if batch.labels is not None:
                self.objective.check_labels(outputs, batch.labels)
            self._steps_made = Steps(
                self.net,
                self._trainer,
                self.objective,
                is_compiled=self._is_compiled,
                most_norm=self._most_norm,
                dtype=self._precision,
                keeps_gradients=self.keeps_gradients,
                ranks=ranks_of(self._trainer),
            )
            self._trainer.begin_exchange()
        if keeps_shapes or self._seen.last is None:
            self._seen.add(inputs)
        return self._steps_made

    def see(self, batch: Batch) -> None:
        """Notes the shapes of a batch, for `export`; not for users."""
        self._seen.add(in_order(self.net, batch.inputs))

    def _initialize(self, inputs: tuple[Any, ...]) -> Any:
        """First values for parameters without, and their shapes, by one run of the network, whose
        outputs it gives."""
        waiting = [p for p in self.net.collect_params().values() if not _has_values(p)]
        if waiting:
            self.net.initialize()
        outputs = self.net(*(a[:1] for a in inputs))
        self.objective.prepare(outputs)
        return outputs

    def _hooks(
        self,
        where: str,
        callbacks: Any,
        verbose: int | None,
        epochs: int,
        steps: int | None,
        validates: bool = False,
    ) -> Callbacks:
        require(verbose in (None, 0, 1, 2), where, "verbose", "0, 1, 2 or None", verbose)
        every = [*listed_callbacks(where, callbacks), *shown_by(verbose)]
        if where == "fit":
            every.append(Record())
        return Callbacks(self, every, {"epochs": epochs, "steps": steps, "validates": validates})

    @property
    def has_class_weights(self) -> bool:
        """Do labels of the present data have weights? Not for users."""
        return not self._weights.is_empty

    def weighted(self, batch: Batch) -> Batch:
        """The batch with the weights of its classes; not for users."""
        return self._weights.apply(batch)


def _in_sequence(given: Any) -> Any:
    """Several blocks as one."""
    if not isinstance(given, list | tuple) or not given:
        return given
    if not all(isinstance(each, Block) for each in given):
        return given
    is_hybrid = all(isinstance(each, HybridBlock) for each in given)
    return nn.HybridSequential(*given) if is_hybrid else nn.Sequential(*given)


def _no_block(given: Any) -> str:
    """What was given instead of a block, and what to write."""
    if isinstance(given, list | tuple):
        kinds = ", ".join(type(each).__name__ for each in given)
        return f"a {type(given).__name__} of {kinds or 'nothing'}"
    if isinstance(given, type):
        return f"the class {given.__name__}; call it"
    if callable(given):
        return "a function; write `nn.HybridLambda(function)`"
    return type(given).__name__


def _has_values(parameter: Any) -> bool:
    return parameter.is_deferred or parameter.is_initialized


def _one_batch(where: str, x: Any, y: Any, sample_weight: Any) -> Batch:
    return Batch.of(*array_data(where, x, y, sample_weight))


def _least(known: int | None, asked: int | None) -> int | None:
    found = [n for n in (known, asked) if n is not None]
    return min(found) if found else None


def _input_names(net: HybridBlock, count: int) -> list[str]:
    return list(inspect.signature(net.forward).parameters)[:count]


def _joined(found: list[Any]) -> Any:
    """The outputs of all batches, each joined along the samples."""
    first = found[0]
    if isinstance(first, dict):
        return {key: _joined([part[key] for part in found]) for key in first}
    if isinstance(first, list | tuple):
        return tuple(_joined([part[i] for part in found]) for i in range(len(first)))
    return first if len(found) == 1 else np.concatenate(found, axis=0)


__all__ = ["Model"]
__dir__ = __all__.copy
