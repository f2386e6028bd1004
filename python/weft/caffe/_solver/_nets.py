"""The nets of a solver: one to train, some to test, each with its data; all share the weights."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue
from weft._import.block import ImportedBlock
from weft.caffe._data import Around, Source, source_of
from weft.caffe._layers import DATA_LAYERS, Layer, layers_of
from weft.caffe._load import block_of
from weft.caffe._net import Net, Weights
from weft.caffe._program import net_of, state_of
from weft.caffe._read import read_net
from weft.caffe._rules import KINDS
from weft.caffe._weights import fitting


@dataclass
class FedNet:
    """A net, its block, and what feeds it. While a batch is computed with, the next one is read."""

    net: Net
    block: ImportedBlock
    sources: list[Source]
    _reader: ThreadPoolExecutor = field(default_factory=partial(ThreadPoolExecutor, 1))
    _next: "Future[dict[str, Any]] | None" = None

    @property
    def outputs(self) -> list[str]:
        """The names of the outputs' blobs."""
        return [self.net.titles[name] for name in self.net.program.outputs]

    @property
    def losses(self) -> list[float]:
        """The factor of each output in the loss, 0 for none."""
        return [self.net.losses.get(name, 0.0) for name in self.net.program.outputs]

    def batch(self) -> tuple[Any, ...]:
        """The next inputs."""
        given = self._read() if self._next is None else self._next.result()
        self._next = self._reader.submit(self._read)
        return tuple(np.array(given[name]) for name in self.block.input_names)

    def _read(self) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for source in self.sources:
            given.update(zip(source.tops, source.batch(), strict=True))
        return given

    def share(self, other: "FedNet") -> None:
        """Takes the weights of another net for layers of the same names.

        Raises ValueError where shapes differ.
        """
        theirs = other.block.collect_params()
        for name, parameter in self.block._own_parameters.items():
            weight = self.net.weights[name]
            if name not in theirs or not weight.is_saved:
                continue
            if theirs[name].shape != parameter.shape:
                raise InvalidValue(
                    f"{self.net.name}: `{name}` has shape {parameter.shape}, in training "
                    f"{theirs[name].shape}"
                )
            self.block._own_parameters[name] = theirs[name]


@dataclass
class Descriptions:
    """The messages of a solver's nets: the one to train, those to test, each with its state."""

    train: tuple[str, Any, Any]
    tests: list[tuple[str, Any, Any]]


def described(solver: Any, name: str, found: Callable[[str], str]) -> Descriptions:
    """The nets that a solver names."""

    def read(path: str) -> tuple[str, Any]:
        there = found(path)
        return there, read_net(there, name)

    whole = _whole(solver, read)
    train = [(solver.train_net, None)] if solver.train_net else []
    nets: list[tuple[str, Any]] = [read(path) for path, _ in train]
    if solver.HasField("train_net_param"):
        nets.append((name, solver.train_net_param))
    nets += whole
    if len(nets) != 1:
        raise InvalidValue(
            f"{name}: must have one of `net`, `train_net`, `net_param` and `train_net_param`; got "
            f"{len(nets)}"
        )
    tests = [(name, net) for net in solver.test_net_param] + [read(p) for p in solver.test_net]
    count = len(solver.test_iter)
    if whole and count > len(tests):
        tests += whole * (count - len(tests))
    if len(tests) != count:
        raise InvalidValue(
            f"{name}: `test_iter` must be one for each of {len(tests)} nets to test; got {count}"
        )
    if len(solver.test_state) not in (0, len(tests)):
        raise InvalidValue(
            f"{name}: `test_state` must be one for each of {len(tests)} nets to test; got "
            f"{len(solver.test_state)}"
        )
    return Descriptions(
        (*nets[0], _state(nets[0][1], "TRAIN", solver.train_state)),
        [
            (*net, _state(net[1], "TEST", solver.test_state[k] if solver.test_state else None))
            for k, net in enumerate(tests)
        ],
    )


def _whole(solver: Any, read: Callable[[str], tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The net that is for both phases, if there is one."""
    found = [read(solver.net)] if solver.net else []
    if solver.HasField("net_param"):
        found.append(("net_param", solver.net_param))
    return found


def _state(net: Any, phase: str, more: Any) -> Any:
    state = state_of(net, phase)
    if more is not None:
        state.MergeFrom(more)
        state.phase = ("TRAIN", "TEST").index(phase)
    return state


def fed_net(description: tuple[str, Any, Any], around: Around, weights: Weights) -> FedNet:
    """A net with its data."""
    name, net, state = description
    options = {kind: found.options for kind, found in KINDS.items()}
    layers = [layer for layer in layers_of(net, state, options) if layer.type in DATA_LAYERS]
    sources = [_source(layer, around, name) for layer in layers]
    shapes = {
        top: shape
        for source in sources
        for top, shape in zip(source.tops, source.shapes, strict=True)
    }
    found = net_of(net, name, state, shapes, weights, around.random)
    return FedNet(found, block_of(found), sources)


def _source(layer: Layer, around: Around, name: str) -> Source:
    # Threads read: each layer has random numbers of its own.
    own = numpy.random.default_rng(int(around.random.integers(1 << 62)))
    try:
        return source_of(layer, replace(around, random=own))
    except InvalidValue as error:
        raise InvalidValue(f"{name}: {error}") from None


def values_of(block: ImportedBlock, net: Net) -> dict[str, list[numpy.ndarray]]:
    """The blobs of each layer, as files have them."""
    parameters = block.collect_params()
    found: dict[str, list[numpy.ndarray]] = {}
    types = {layer.name: layer.type for layer in net.layers}
    for layer, names in net.blobs.items():
        saved = [name for name in names if name and net.weights[name].is_saved]
        blobs = [parameters[name].data().asnumpy() for name in saved]
        kind = KINDS.get(types[layer])
        found[layer] = blobs if kind is None or kind.written is None else kind.written(blobs)
    return found


def set_values(fed: FedNet, values: Weights, caller: str) -> None:
    """Gives the weights of a net the values of a file, by the names of layers."""
    parameters = fed.block.collect_params()
    types = {layer.name: layer.type for layer in fed.net.layers}
    done: set[str] = set()  # a blob that layers share may be in the file once
    for layer, names in fed.net.blobs.items():
        saved = [name for name in names if name and fed.net.weights[name].is_saved]
        given = list(values.get(layer, ()))
        given += [None] * (len(saved) - len(given))
        lacking = [n for n, value in zip(saved, given, strict=False) if value is None]
        if len(given) != len(saved) or not done.issuperset(lacking):
            raise InvalidValue(
                f"{caller}: the file of weights must have {len(saved)} blobs for layer `{layer}`; "
                f"got {len(values.get(layer, ()))}"
            )
        fitted = [
            fitting(f"{caller}: `{name}`", value, parameters[name].shape)
            for name, value in zip(saved, given, strict=True)
            if value is not None
        ]
        kind = KINDS.get(types[layer])
        fitted = fitted if kind is None or kind.read is None else kind.read(fitted)
        there = [name for name in saved if name not in lacking]
        for name, value in zip(there, fitted, strict=True):
            parameters[name].set_data(np.array(value))
        done.update(there)


def folder_of(solver: str) -> Path:
    """The folder of a solver's file."""
    return Path(solver).parent


__all__ = ["FedNet", "described", "fed_net", "folder_of", "set_values", "values_of"]
