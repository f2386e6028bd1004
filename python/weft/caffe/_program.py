"""A net as a program: layers become nodes, blobs values, and weights constants with first values.

Shapes of weights follow from those of the bottoms, so the program is run once on placeholders,
layer by layer, while it is made: nothing is computed, and a shape that does not fit is said with
the layer's name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from weft.caffe._fillers import filled
from weft.caffe._layers import DATA_LAYERS, Layer, layers_of
from weft.caffe._messages import message
from weft.caffe._rules import KINDS, RULES, STOP_GRADIENT, Blob

Shape = tuple[int, ...]
# By layer; None for a blob that belongs to another layer.
Weights = Mapping[str, Sequence[numpy.ndarray | None]]


@dataclass
class Weight:
    """What a net says of one trained array, beside its values."""

    name: str
    layer: str
    is_state: bool
    is_saved: bool
    lr_mult: float = 1.0
    decay_mult: float = 1.0


@dataclass
class Net:
    """A net that can be run: its program, and what training needs to know of it.

    weights: by name, in the order of Caffe's files
    blobs: for each layer the names of its blobs, those of other layers that it shares included
    losses: the factor of each value in the sum that is trained for
    titles: for each value the name of its blob
    """

    name: str
    program: Program
    layers: list[Layer]
    weights: dict[str, Weight] = field(default_factory=dict)
    blobs: dict[str, list[str]] = field(default_factory=dict)
    losses: dict[str, float] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)


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
        self.shapes, self.given, self.random = shapes, weights, random
        self.found = Net(name, Program(name, [], [], []), layers)
        self.values: dict[str, str] = {}  # by blob: the value that it has so far
        self.nodes: list[tuple[Layer, Node]] = []
        self.made: dict[int, list[str]] = {}  # by layer: the constants of its blobs
        self.owners: dict[str, str] = {}  # by name of a shared parameter: that of its constant

    def net(self) -> Net:
        """The net with all weights."""
        found = self.found
        for layer in found.layers:
            self._wire(layer)
        self._require_rules()
        self._find_outputs()
        examples = [np.zeros(port.usual) for port in found.program.inputs]
        find_shapes(self._walk, tuple(examples), {}, found.name)
        unused = set(self.values_used()) - set(found.program.constants)
        assert not unused & set(found.weights)
        found.program.arrays.update(found.weights)
        return found

    def values_used(self) -> list[str]:
        """The inputs of all nodes."""
        return [name for node in self.found.program.nodes for name in node.inputs]

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
        self.found.program.constants[name] = read_blob(source, node.title)
        self.found.program.fixed.add(name)
        node.inputs.append(name)

    # ---- inputs

    def _take_inputs(self, layer: Layer) -> None:
        if layer.bottoms:
            raise InvalidValue(f"{layer.title}: has no bottoms; got {', '.join(layer.bottoms)}")
        declared = [tuple(shape.dim) for shape in layer.message.input_param.shape]
        if layer.type == "Input" and len(declared) == 1:
            declared = declared * len(layer.tops)
        for place, top in enumerate(layer.tops):
            if top in self.values:
                raise InvalidValue(f"{layer.title}: `{top}` is the top of another layer, too")
            shape = self.shapes.get(top) or (declared[place] if place < len(declared) else None)
            if shape is None:
                raise InvalidValue(
                    f"{layer.title}: does not say the shape of `{top}`; give it: "
                    f'`shapes={{"{top}": (1, 3, 224, 224)}}`, or `--shape {top}=1,3,224,224`'
                )
            if any(extent < 1 for extent in shape):
                raise InvalidValue(
                    f"{layer.title}: extents of `{top}` must be at least 1; got {shape}"
                )
            self.values[top] = self._named(layer, top)
            open_extents = (None,) * len(shape)
            self.found.program.inputs.append(Port(top, "float32", open_extents, tuple(shape)))

    def _take_parameter(self, layer: Layer) -> None:
        if len(layer.tops) != 1:
            raise InvalidValue(f"{layer.title}: must have one top; got {len(layer.tops)}")
        shape = tuple(layer.message.parameter_param.shape.dim)
        (name,) = self._names(layer, [Blob("weight", shape)])
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
        read = set(self.values_used())
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
            names = self.made.get(id(layer)) or self._names(layer, blobs)
            with outside_trace():
                for name in filter(None, names):
                    value = self.found.program.constants[name]
                    scope.values[name] = native.empty(value.shape, "float32")
            node.inputs[:0] = names
        elif node.operator == layer.type and self.given.get(layer.name):
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

    def _names(self, layer: Layer, blobs: Sequence[Blob | None]) -> list[str]:
        """The constants of a layer's blobs, '' for one that it does without."""
        if layer.name in self.found.blobs:
            raise InvalidValue(
                f"{layer.title}: layers with weights must have different names; another one is "
                f"called `{layer.name}`, too"
            )
        names, place = [], 0
        own = [blob for blob in blobs if blob is not None and blob.is_saved]
        specs = list(layer.message.param)
        shared = [spec.name in self.owners for spec in specs]
        given = self._given(layer, own, shared)
        if len(specs) > len(own):
            raise InvalidValue(f"{layer.title}: has {len(own)} blobs, but {len(specs)} `param`")
        for blob in blobs:
            if blob is None:
                names.append("")
            elif not blob.is_saved:
                names.append(self._make(layer, blob, None, None))
            else:
                spec = specs[place] if place < len(specs) else None
                value = given[place] if given is not None else None
                names.append(self._make(layer, blob, spec, value))
                place += 1
        self.found.blobs[layer.name] = self.made[id(layer)] = names
        return names

    def _given(
        self, layer: Layer, blobs: Sequence[Blob], shared: Sequence[bool]
    ) -> list[numpy.ndarray | None] | None:
        """The values that a file has for a layer, in the shapes of its blobs.

        shared: for each blob whether it is that of another layer, which a file may leave out
        """
        if layer.name not in self.given:
            return None
        given = list(self.given[layer.name])
        lacking = len(blobs) - len(given)
        given += [None] * lacking
        shared = [*shared, *(False,) * (len(blobs) - len(shared))]
        is_there = zip(given, shared, strict=False)
        if lacking < 0 or not all(value is not None or other for value, other in is_there):
            raise InvalidValue(
                f"{layer.title}: has {len(blobs)} blobs of weights, the file "
                f"{len(given) - max(lacking, 0)}"
            )
        fitted = [
            value if value is None else fitting(f"{layer.title}, `{b.name}`", value, b.shape)
            for b, value in zip(blobs, given, strict=True)
        ]
        read = KINDS[layer.type].read if layer.type in KINDS else None
        return fitted if read is None else read([value for value in fitted if value is not None])

    def _make(self, layer: Layer, blob: Blob, spec: Any, value: numpy.ndarray | None) -> str:
        """The constant of a blob: a new one, or the one that it shares."""
        shared = spec.name if spec is not None else ""
        constants = self.found.program.constants
        if shared in self.owners:
            name = self.owners[shared]
            if constants[name].shape != blob.shape:
                raise InvalidValue(
                    f"{layer.title}: shares `{shared}` of shape {constants[name].shape}, but its "
                    f"own has shape {blob.shape}"
                )
            return name
        name = f"{layer.name}.{blob.name}"
        if value is None:
            value = filled(blob.filler, blob.shape, self.random, name)
        constants[name] = value
        weight = Weight(name, layer.name, blob.is_state, blob.is_saved)
        if spec is not None:
            weight.lr_mult, weight.decay_mult = spec.lr_mult, spec.decay_mult
        self.found.weights[name] = weight
        if shared:
            self.owners[shared] = name
        return name


def _stop(value: str, output: str) -> Node:
    return Node(STOP_GRADIENT, "", 1, output, [value], [output], {})


def _required(node: Node) -> list[str]:
    """The fields that a layer must have."""
    import inspect

    rule = node.rule
    return [name for name, value in rule.attributes.items() if value is inspect.Parameter.empty]


def fitting(title: str, value: numpy.ndarray, shape: Shape) -> numpy.ndarray:
    """Values in a shape; those of old files have axes of extent 1 in front."""
    plain = tuple(value.shape)
    while len(plain) > len(shape) and plain[0] == 1:
        plain = plain[1:]
    if plain != tuple(shape) and not (value.size == 1 and numpy.prod(shape, dtype=int) == 1):
        raise InvalidValue(
            f"{title}: must have shape {tuple(shape)}; the file has {tuple(value.shape)}"
        )
    return value.reshape(shape)


__all__ = ["Net", "Weight", "fitting", "net_of", "state_of"]
