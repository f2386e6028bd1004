"""A net as a program: layers become nodes, blobs values, and weights constants with first values.

Shapes of weights follow from those of the bottoms, so the program is run once on placeholders,
layer by layer, while it is made: nothing is computed, and a shape that does not fit is said with
the layer's name.
"""

import inspect
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue
from weft._core import native
from weft._import.missing import Gap, require_all, resolve
from weft._import.prepare import naming
from weft._import.program import Node, Port, Program
from weft._import.rules import Call
from weft._import.run import Scope
from weft._trace.state import outside_trace
from weft._trace.tracing import find_shapes
from weft.caffe._fillers import MOST_ELEMENTS
from weft.caffe._layers import DATA_LAYERS, Layer, declared_shapes, layers_of
from weft.caffe._messages import message
from weft.caffe._net import Net, Weights
from weft.caffe._rules import KINDS, RULES, STOP_GRADIENT, Blob
from weft.caffe._weights import WeightMaker

Shape = tuple[int, ...]

_OPTIONS = {name: kind.options for name, kind in KINDS.items()}


def state_of(net: Any, phase: str, level: int = 0, stages: Sequence[str] = ()) -> Any:
    """The `NetState` of a net, with what it says itself."""
    state = message("NetState")()
    state.MergeFrom(net.state)
    state.phase = ("TRAIN", "TEST").index(phase)
    state.level = level or state.level
    state.stage.extend(stages)
    return state


def net_of(
    net: Any,
    name: str,
    state: Any,
    shapes: Mapping[str, Shape],
    weights: Weights,
    random: numpy.random.Generator,
) -> Net:
    """A net in a state.

    name: what errors call it
    shapes: of the tops of layers of data that are not `Input`, and others for those that are
    weights: first values by layer, before which fillers count

    Raises NotImplementedError with all that is missing, ValueError for what contradicts itself.
    """
    try:
        layers = layers_of(net, state, _OPTIONS)
        return _Builder(name, layers, shapes, weights, random).net()
    except InvalidValue as error:
        text = str(error)
        raise InvalidValue(text if text.startswith(name) else f"{name}: {text}") from error


class _Builder:
    """Makes one net."""

    def __init__(
        self,
        name: str,
        layers: list[Layer],
        shapes: Mapping[str, Shape],
        weights: Weights,
        random: numpy.random.Generator,
    ) -> None:
        self.shapes = shapes
        self.found = Net(name, Program(name, [], [], []), layers)
        self.weights = WeightMaker(self.found, weights, random)
        self.values: dict[str, str] = {}  # by blob: the value that it has so far
        self.nodes: list[tuple[Layer, Node]] = []

    def net(self) -> Net:
        """The net with all weights."""
        found = self.found
        for layer in found.layers:
            self._wire(layer)
        self._require_rules()
        self._find_outputs()
        examples = [np.broadcast_to(np.zeros(()), port.usual) for port in found.program.inputs]
        find_shapes(self._walk, tuple(examples), {}, found.name)
        found.program.arrays.update(found.weights)
        return found

    # ---- layers become nodes

    def _wire(self, layer: Layer) -> None:
        if layer.type in DATA_LAYERS:
            self._take_inputs(layer)
            return
        if layer.type == "Parameter":
            self._take_parameter(layer)
            return
        inputs = [self._value(layer, place) for place in range(len(layer.bottoms))]
        outputs = [self._named(layer, top) for top in layer.tops]
        kind = KINDS.get(layer.type)
        if kind is not None and kind.maps_each and len(inputs) > 1:
            if len(inputs) != len(outputs):
                raise InvalidValue(
                    f"{layer.title}: must have as many tops as bottoms; got {len(outputs)} and "
                    f"{len(inputs)}"
                )
            for value, output in zip(inputs, outputs, strict=True):
                self._add(layer, [value], [output])
        else:
            self._add(layer, inputs, outputs)
        for top, value, weight in zip(layer.tops, outputs, layer.loss_weights, strict=True):
            self.values[top] = value
            if weight:
                self.found.losses[value] = weight

    def _add(self, layer: Layer, inputs: list[str], outputs: list[str]) -> None:
        node = Node(layer.type, "", 1, layer.name, inputs, outputs, dict(layer.options))
        if layer.type == "InfogainLoss" and len(inputs) == 2:
            self._take_gains(node)
        node.attributes.pop("source", None)
        self.found.program.nodes.append(node)
        self.nodes.append((layer, node))

    def _value(self, layer: Layer, place: int) -> str:
        bottom = layer.bottoms[place]
        if bottom not in self.values:
            raise InvalidValue(f"{layer.title}: bottom `{bottom}` is the top of no layer before it")
        stops = list(layer.message.propagate_down)
        if stops and len(stops) != len(layer.bottoms):
            raise InvalidValue(
                f"{layer.title}: `propagate_down` must be one for each of {len(layer.bottoms)} "
                f"bottoms; got {len(stops)}"
            )
        value = self.values[bottom]
        if not stops or stops[place]:
            return value
        # Losses behind this bottom do not train what is before it.
        output = f"{value} into {layer.name}"
        self.found.program.nodes.append(node := _stop(value, output))
        self.nodes.append((layer, node))
        return output

    def _named(self, layer: Layer, top: str) -> str:
        """A new value for a blob, which a layer in place writes again."""
        name = top if top not in self.found.titles else f"{top} after {layer.name}"
        while name in self.found.titles:
            name += "'"
        self.found.titles[name] = top
        return name

    def _take_gains(self, node: Node) -> None:
        from weft.caffe._read import read_blob

        source = node.attributes.get("source")
        if source is None:
            raise InvalidValue(f"{node.title}: needs a third bottom, or `source`")
        name = f"{node.name}.gains"
        beside = Path(self.found.name).parent / source
        path = beside if beside.exists() and not Path(source).exists() else source
        self.found.program.constants[name] = read_blob(path, node.title)
        self.found.program.fixed.add(name)
        node.inputs.append(name)

    # ---- inputs

    def _take_inputs(self, layer: Layer) -> None:
        if layer.bottoms:
            raise InvalidValue(f"{layer.title}: has no bottoms; got {', '.join(layer.bottoms)}")
        declared = declared_shapes(layer)
        for place, top in enumerate(layer.tops):
            if top in self.values:
                raise InvalidValue(f"{layer.title}: `{top}` is the top of another layer, too")
            shape = self.shapes.get(top) or (declared[place] if place < len(declared) else None)
            if shape is None:
                raise InvalidValue(
                    f"{layer.title}: does not say the shape of `{top}`; give it: "
                    f'`shapes={{"{top}": (1, 3, 224, 224)}}`, or `--shape {top}=1,3,224,224`'
                )
            if any(extent < 1 for extent in shape) or math.prod(shape) > MOST_ELEMENTS:
                raise InvalidValue(
                    f"{layer.title}: `{top}` must have extents of at least 1 and less than 2^31 "
                    f"elements; got {shape}"
                )
            self.values[top] = self._named(layer, top)
            open_extents = (None,) * len(shape)
            self.found.program.inputs.append(Port(top, "float32", open_extents, tuple(shape)))

    def _take_parameter(self, layer: Layer) -> None:
        if len(layer.tops) != 1:
            raise InvalidValue(f"{layer.title}: must have one top; got {len(layer.tops)}")
        shape = tuple(layer.message.parameter_param.shape.dim)
        (name,) = self.weights.names(layer, [Blob("weight", shape)])
        self.found.titles[name] = layer.tops[0]
        self.values[layer.tops[0]] = name

    # ---- rules and outputs

    def _require_rules(self) -> None:
        program = self.found.program
        lacking = [node for node in program.nodes if RULES.find("", node.operator, 1) is None]
        gaps = resolve(Program(program.name, [], [], lacking), RULES)
        for node in program.nodes:
            node.rule = RULES.find("", node.operator, 1)
            known = node.rule.attributes if node.rule is not None else node.attributes
            for name in node.attributes:
                if name not in known:
                    gaps.append(Gap(node.operator, 1, f"`{name}` is not supported", [node.name]))
        require_all(program.name, RULES.format, gaps)

    def _find_outputs(self) -> None:
        """What no layer reads is an output, and so is what counts in the loss."""
        read = {name for _, node in self.nodes for name in node.inputs}
        made = [name for _, node in self.nodes for name in node.outputs]
        kept = [name for name in made if name not in read or name in self.found.losses]
        last = [name for name in kept if name in self.values.values() or name in self.found.losses]
        if not last:
            raise InvalidValue("no layer has a top that is an output of the net")
        self.found.program.outputs.extend(last)

    # ---- shapes and weights

    def _walk(self, *inputs: Any) -> None:
        """Runs all layers on placeholders; each layer's weights are made before it runs."""
        scope = Scope()
        ports = self.found.program.inputs
        scope.values.update({port.name: x for port, x in zip(ports, inputs, strict=True)})
        for name, value in self.found.program.constants.items():
            with outside_trace():
                scope.values[name] = np.array(value)
        for layer, node in self.nodes:
            with naming(node, self.found.name):
                self._run(layer, node, scope)

    def _run(self, layer: Layer, node: Node, scope: Scope) -> None:
        shapes = [tuple(scope[name].shape) for name in node.inputs]
        kind = KINDS[node.operator]
        missing = [name for name in _required(node) if name not in node.attributes]
        if missing:
            raise InvalidValue(f"`{'`, `'.join(missing)}` must be given")
        if kind.blobs is not None:
            if not shapes:
                raise InvalidValue("has no bottoms")
            blobs = kind.blobs(node.attributes, layer.fillers, shapes)
            names = self.weights.names(layer, blobs)
            for name in filter(None, names):
                scope.values[name] = self._stand_in(name)
            node.inputs[:0] = names
        elif node.operator == layer.type and self.weights.given.get(layer.name):
            raise InvalidValue("has no weights, but a file has some for it")
        lacking = node.rule.required - len(node.inputs)
        if lacking > 0:
            raise InvalidValue(f"has {len(shapes)} bottoms; needs {len(shapes) + lacking}")
        for problem in node.rule.problems(node):
            raise InvalidValue(problem)
        results = node.rule(Call(node, scope), [scope[n] if n else None for n in node.inputs])
        results = results if isinstance(results, tuple) else (results,)
        if len(results) < len(node.outputs):
            raise InvalidValue(f"has {len(results)} tops at most; got {len(node.outputs)}")
        scope.values.update(zip(node.outputs, results, strict=False))

    def _stand_in(self, name: str) -> Any:
        """An array of a weight's shape; without memory of its own, but for states, which layers
        write."""
        shape = self.found.program.constants[name].shape
        with outside_trace():
            if self.found.weights[name].is_state:
                return native.empty(shape, "float32")
            return np.broadcast_to(np.zeros(()), shape)


def _stop(value: str, output: str) -> Node:
    return Node(STOP_GRADIENT, "", 1, output, [value], [output], {})


def _required(node: Node) -> list[str]:
    """The fields that a layer must have."""
    attributes = node.rule.attributes.items()
    return [name for name, value in attributes if value is inspect.Parameter.empty]


__all__ = ["net_of", "state_of"]
