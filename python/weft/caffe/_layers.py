"""Layers of a net as data: which of them a phase has, their fields, and what counts in the loss."""

from collections.abc import Mapping, MutableSequence, Sequence
from dataclasses import dataclass, field
from typing import Any

from weft._base.errors import InvalidValue

# Layers whose tops come from outside: files, or the caller.
DATA_LAYERS = (
    *("Input", "Data", "HDF5Data", "ImageData", "MemoryData", "DummyData", "WindowData"),
    *("AnnotatedData", "VideoData"),
)
# Fields that say how a layer is computed, not what.
_HOW = ("engine", "force_nd_im2col", "save_output_param")


@dataclass
class Layer:
    """One layer of a net.

    options: the fields that are set, of the messages that its kind reads, by name; enums by name
    fillers: the fields among these that are fillers, as messages
    message: the `LayerParameter`
    """

    name: str
    type: str
    bottoms: list[str]
    tops: list[str]
    message: Any
    options: dict[str, Any] = field(default_factory=dict)
    fillers: dict[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What errors call it."""
        return f"{self.type} `{self.name}`"

    @property
    def loss_weights(self) -> list[float]:
        """The factor of each top in the sum that is trained for."""
        given = list(self.message.loss_weight)
        if given and len(given) != len(self.tops):
            raise InvalidValue(
                f"{self.title}: `loss_weight` must be one for each of {len(self.tops)} tops; got "
                f"{given}"
            )
        is_loss = "Loss" in self.type
        return given or [float(is_loss and place == 0) for place in range(len(self.tops))]


def layers_of(net: Any, state: Any, options: Mapping[str, Sequence[str]]) -> list[Layer]:
    """The layers that a net has in a state (`NetState`): phase, level and stages.

    options: for each type the names of the messages that it reads
    """
    found = []
    for number, message in enumerate(net.layer):
        if not _is_included(message, state):
            continue
        if not message.type:
            raise InvalidValue(f"layer `{message.name or number}` has no `type`")
        layer = Layer(
            message.name or f"layer{number}",
            message.type,
            list(message.bottom),
            list(message.top),
            message,
        )
        if "Loss" in layer.type and not layer.tops:
            layer.tops.append(layer.name)  # old nets leave a loss without a name
        for name in options.get(message.type, ()):
            if message.HasField(name):
                _take_options(layer, getattr(message, name))
        found.append(layer)
    return found


def _take_options(layer: Layer, message: Any) -> None:
    for described, value in message.ListFields():
        if described.name in _HOW:
            continue
        is_filler = described.message_type is not None and described.message_type.name.startswith(
            "Filler"
        )
        if is_filler:
            layer.fillers[described.name] = value
        else:
            layer.options[described.name] = _plain(described, value)


def _plain(described: Any, value: Any) -> Any:
    """A field's value as Python has it: enums by name, shapes as lists, messages as dicts."""
    if isinstance(value, MutableSequence):
        return [_plain_item(described, item) for item in value]
    return _plain_item(described, value)


def _plain_item(described: Any, value: Any) -> Any:
    if described.enum_type is not None:
        return described.enum_type.values_by_number[value].name
    if described.message_type is None:
        return _short(value) if isinstance(value, float) else value
    if described.message_type.name == "BlobShape":
        return list(value.dim)
    return {inner.name: _plain(inner, item) for inner, item in value.ListFields()}


def _short(value: float) -> float:
    """The shortest number that is this one as float32: 0.1, not 0.10000000149."""
    return float(f"{value:.7g}")


def declared_shapes(layer: Layer) -> list[tuple[int, ...]]:
    """The shapes of a layer of data, as far as its text says them."""
    message = layer.message
    if layer.type == "MemoryData":
        options = message.memory_data_param
        size = options.batch_size
        return [(size, options.channels, options.height, options.width), (size,)]
    if layer.type == "DummyData":
        options = message.dummy_data_param
        old = zip(options.num, options.channels, options.height, options.width, strict=False)
        shapes = [tuple(shape.dim) for shape in options.shape] or list(old)
    else:
        shapes = [tuple(shape.dim) for shape in message.input_param.shape]
    return shapes * len(layer.tops) if len(shapes) == 1 else shapes


# ---- phases -------------------------------------------------------------------------------------


def _is_included(message: Any, state: Any) -> bool:
    if len(message.include) and len(message.exclude):
        raise InvalidValue(
            f"layer `{message.name}`: has both `include` and `exclude`; use one of them"
        )
    if len(message.include):
        return any(_is_met(rule, state) for rule in message.include)
    return not any(_is_met(rule, state) for rule in message.exclude)


def _is_met(rule: Any, state: Any) -> bool:
    """Does a state meet all that a rule says?"""
    if rule.HasField("phase") and rule.phase != state.phase:
        return False
    if rule.HasField("min_level") and state.level < rule.min_level:
        return False
    if rule.HasField("max_level") and state.level > rule.max_level:
        return False
    stages = set(state.stage)
    return stages.issuperset(rule.stage) and stages.isdisjoint(rule.not_stage)


__all__ = ["DATA_LAYERS", "Layer", "declared_shapes", "layers_of"]
