"""Is a layer right in every way in which it can be run, copied and written?"""

import copy
import pickle
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy

from weft import autograd, np, runtime
from weft._base.errors import CheckFailed, Error, InvalidType, InvalidValue
from weft._base.options import require_whole
from weft._core import native
from weft.autograd import check_gradient
from weft.gluon import Block, HybridBlock
from weft.testing._close import assert_close

_CHECKS = ("shape", "modes", "gradients", "hybridized", "exported", "copies", "files")


def check_layer(
    layer: Block,
    *inputs: Any,
    shape: Any = None,
    skip: str | tuple[str, ...] = (),
    rtol: float | None = None,
    atol: float | None = None,
    most: int = 40,
) -> Any:
    """Runs a layer in every way, and raises AssertionError where two of them differ:

    - "shape": what it gives has `shape`, if that is given, and a second call gives the same
    - "modes": it runs in predict mode and, recorded, in train mode
    - "gradients": those of inputs and parameters are what central differences say, in float64
    - "hybridized": a plan gives the results of Python, and its gradients, too
    - "exported": a file that libweft runs without Python gives the same
    - "copies": `copy.deepcopy` and `pickle` of the hybridized layer give the same; only classes
        that have a name in a module, and not those of a function, can be pickled and are
    - "files": parameters that are saved and loaded give the same

    The layer itself stays as it is: copies are run. Where it has no values yet, they get some.

    layer: a block; one that is no HybridBlock is neither hybridized nor exported
    inputs: what it is called with: arrays of Weft or NumPy, or anything else
    shape: of the output; a list of them where there are several
    skip: names of checks that are left out
    rtol, atol: of comparisons, as for `assert_close`
    most: how many elements of each array are moved for differences

    Gives what the layer gives for the inputs, in predict mode.

    >>> from weft import np, testing
    >>> from weft.gluon import nn
    >>> out = testing.check_layer(nn.Dense(2, activation="tanh"), np.ones((3, 4)), shape=(3, 2))
    >>> out.shape
    (3, 2)
    """
    if not isinstance(layer, Block):
        raise InvalidType(f"check_layer: `layer` must be a Block; got {type(layer).__name__}")
    left_out = (skip,) if isinstance(skip, str) else tuple(skip)
    for name in left_out:
        if name not in _CHECKS:
            raise InvalidValue(
                f"check_layer: `skip` must name checks, which are {', '.join(_CHECKS)}; got "
                f"{name!r}"
            )
    require_whole("check_layer", "most", most, 1)
    given = tuple(np.array(x) if isinstance(x, numpy.ndarray) else x for x in inputs)
    check = _LayerCheck(layer, given, {"rtol": rtol, "atol": atol}, most)
    check.expect(shape if "shape" not in left_out else None)
    for name in _CHECKS:
        if name not in left_out:
            with _told(check.name, name):
                getattr(check, name)()
    return check.wanted


@contextmanager
def _told(layer: str, check: str) -> Iterator[None]:
    """A block whose errors say which check of which layer it was."""
    try:
        yield
    except AssertionError as error:
        text = str(error).removeprefix("assert_close: ")
        raise CheckFailed(f"check_layer: {layer}, `{check}`: {text}") from None
    except Error as error:
        if len(error.args) == 1:
            error.args = (f"check_layer: {layer}, `{check}`: {error.args[0]}",)
        raise


class _LayerCheck:
    """One layer, its inputs, and what it gives."""

    def __init__(self, layer: Block, inputs: tuple[Any, ...], limits: Any, most: int) -> None:
        self.name = type(layer).__name__
        self.inputs, self._limits, self._most = inputs, limits, most
        with _told(self.name, "copies"):
            self._layer = copy.deepcopy(layer)
        self._layer.hybridize(False)
        parameters = self._layer.collect_params().values()
        if not all(p.is_initialized or p.is_deferred for p in parameters):
            self._layer.initialize()
        self._state = native.random_state()
        with autograd.predict_mode():
            self.wanted = self._run(self._layer)
        self._shape: Any = None

    def expect(self, shape: Any) -> None:
        """What shapes must be."""
        self._shape = shape

    def _run(self, call: Callable[..., Any]) -> Any:
        """What it gives; random numbers are the same each time."""
        native.set_random_state(*self._state)
        return call(*self.inputs)

    def _same(self, found: Any, what: str) -> None:
        assert_close(found, self.wanted, msg=what, equal_nan=True, **self._limits)

    def _trained(self, layer: Block) -> tuple[Any, dict[str, Any]]:
        """The results in train mode, and the gradients of a sum of them."""
        inputs = [x.copy() if _has_gradient(x) else x for x in self.inputs]
        for x in filter(_has_gradient, inputs):
            x.attach_grad()
        native.set_random_state(*self._state)
        with autograd.record():
            outputs = layer(*inputs)
            total = _weighted(outputs)
        if not native.is_recorded(total):
            return outputs, {}
        total.backward()
        found = {f"inputs[{i}]": x.grad for i, x in enumerate(inputs) if _has_gradient(x)}
        parameters = layer.collect_params()
        trained = {n: p.grad() for n, p in parameters.items() if p.grad_req != "null"}
        return outputs, {**found, **{f"`{n}`": _dense(g) for n, g in trained.items()}}

    # ---- the checks, by their names

    def shape(self) -> None:
        leaves = _leaves(self.wanted)
        if self._shape is not None:
            wanted = [self._shape] if not isinstance(self._shape, list) else self._shape
            found = [tuple(leaf.shape) for leaf in leaves]
            if found != [tuple(one) for one in wanted]:
                raise CheckFailed(f"what it gives must have the shape {wanted}; got {found}")
        with autograd.predict_mode():
            self._same(self._run(self._layer), "a second call gives something else")

    def modes(self) -> None:
        outputs, _ = self._trained(copy.deepcopy(self._layer))
        found = [(leaf.shape, leaf.dtype.name) for leaf in _leaves(outputs)]
        wanted = [(leaf.shape, leaf.dtype.name) for leaf in _leaves(self.wanted)]
        if found != wanted:
            raise CheckFailed(f"train mode gives {found}, and predict mode {wanted}")

    def gradients(self) -> None:
        layer = copy.deepcopy(self._layer)
        layer.cast("float64")
        moved = _Moved(layer, self.inputs, self._most)
        if moved.arrays:
            check_gradient(moved, (moved.arrays,))

    def hybridized(self) -> None:
        if not isinstance(self._layer, HybridBlock):
            return
        layer = copy.deepcopy(self._layer)
        layer.hybridize()
        for number in ("first", "second"):
            with autograd.predict_mode():
                self._same(self._run(layer), f"the {number} hybridized call gives something else")
        wanted, gradients = self._trained(copy.deepcopy(self._layer))
        outputs, found = self._trained(layer)
        text = "hybridized, train mode gives something else"
        assert_close(outputs, wanted, msg=text, equal_nan=True, **self._limits)
        for name, gradient in gradients.items():
            text = f"hybridized, the gradient of {name} is another one"
            assert_close(found[name], gradient, msg=text, equal_nan=True, **self._limits)

    def exported(self) -> None:
        layer = copy.deepcopy(self._layer)
        arrays = _leaves(list(self.inputs))
        if not isinstance(layer, HybridBlock) or len(arrays) != len(self.inputs):
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "layer.weft")
            layer.export(path, *self.inputs)
            context = runtime.Model(path).context("forward")
            outputs = context.run(*[x.asnumpy() for x in arrays])
            found = [numpy.array(numpy.asarray(output)) for output in outputs]
        wanted = [leaf.asnumpy() for leaf in _leaves(self.wanted)]
        text = "the exported file gives something else"
        assert_close(found, wanted, msg=text, equal_nan=True, check_dtype=False, **self._limits)

    def copies(self) -> None:
        layer = copy.deepcopy(self._layer)
        layer.hybridize()
        with autograd.predict_mode():
            self._run(layer)
            self._same(self._run(copy.deepcopy(layer)), "a copy gives something else")
            if not _have_names(layer):
                return
            try:
                content = pickle.dumps(layer)
            except (pickle.PicklingError, AttributeError, TypeError) as error:
                raise CheckFailed(
                    f"it cannot be pickled: {error}; classes and functions that it refers to must "
                    'have names in a module; `skip="copies"` leaves this out'
                ) from None
            self._same(self._run(pickle.loads(content)), "a pickle gives something else")

    def files(self) -> None:
        other = copy.deepcopy(self._layer)
        other.initialize(force_reinit=True)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "layer.safetensors")
            self._layer.save_parameters(path)
            other.load_parameters(path)
        with autograd.predict_mode():
            text = "parameters that were saved and loaded give something else"
            self._same(self._run(other), text)


class _Moved:
    """A layer as a function of some elements of its inputs and parameters, in float64, that gives
    one number, in train mode.

    `arrays` has for each input and parameter by how much its elements are moved.
    """

    def __init__(self, layer: Block, inputs: tuple[Any, ...], most: int) -> None:
        self._layer = layer
        self._inputs = [x.astype("float64") if _has_gradient(x) else x for x in inputs]
        places = {f"input {i}": x for i, x in enumerate(self._inputs) if _has_gradient(x)}
        self._count = len(places)
        trained = {n: p for n, p in layer.collect_params().items() if p.grad_req != "null"}
        self._parameters = list(trained.values())
        places |= {name: p.data() for name, p in trained.items()}
        self._selections = {name: _selection(x.size, most) for name, x in places.items()}
        self.arrays = {
            name: np.zeros(len(s), dtype="float64") for name, s in self._selections.items()
        }

    def __call__(self, steps: dict[str, Any]) -> Any:
        moves = [steps[name] @ s for name, s in self._selections.items()]
        waiting = iter(moves[: self._count])
        inputs = [
            x + next(waiting).reshape(x.shape) if _has_gradient(x) else x for x in self._inputs
        ]
        with _replaced(self._parameters, moves[self._count :]), autograd.train_mode():
            return _weighted(self._layer(*inputs))


@contextmanager
def _replaced(parameters: list[Any], moves: list[Any]) -> Iterator[None]:
    """A block in which parameters are their values and a move."""
    before = [p.data() for p in parameters]
    try:
        for parameter, array, move in zip(parameters, before, moves, strict=True):
            parameter._copies = [array.detach() + move.reshape(array.shape)]
        yield
    finally:
        for parameter, array in zip(parameters, before, strict=True):
            parameter._copies = [array]


def _have_names(layer: Block) -> bool:
    """Can `pickle` find the classes of all blocks?"""
    kinds: set[type] = set()
    layer.apply(lambda block: kinds.add(type(block)))
    try:
        pickle.dumps(kinds)
    except (pickle.PicklingError, AttributeError):
        return False
    return True


def _selection(size: int, most: int) -> Any:
    """A matrix that spreads some numbers over the elements of an array."""
    chosen = numpy.unique(numpy.linspace(0, size - 1, min(size, most)).round().astype("int64"))
    rows = numpy.zeros((len(chosen), size))
    rows[numpy.arange(len(chosen)), chosen] = 1
    return np.array(rows, dtype="float64")


def _weighted(outputs: Any) -> Any:
    """A sum over all that is floating, in which each element counts differently."""
    total: Any = np.zeros(())
    for leaf in filter(_has_gradient, _leaves(outputs)):
        weights = np.cos(np.arange(leaf.size, dtype=leaf.dtype.name) * 0.7 + 0.3)
        total = (leaf.reshape(-1) * weights).sum() + total.astype(leaf.dtype.name)
    return total


def _has_gradient(value: Any) -> bool:
    return isinstance(value, native.ndarray) and value.dtype.name.startswith(("float", "bfloat"))


def _dense(gradient: Any) -> Any:
    return gradient if isinstance(gradient, native.ndarray) else gradient.todense()


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in _leaves(part)]
    return [value] if isinstance(value, native.ndarray) else []


__all__ = ["check_layer"]
