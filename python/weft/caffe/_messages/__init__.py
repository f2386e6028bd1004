"""The messages of Caffe's files, described by tables of fields and made when they are first used.

Prototxt and binary files have the same messages: `text_format` reads the first, `ParseFromString`
the second. They lie in a pool of their own, so another description of Caffe's messages in the same
program does no harm.
"""

import functools
from typing import Any

from weft._base.packages import package
from weft.caffe._messages.nets import NETS
from weft.caffe._messages.old import OLD
from weft.caffe._messages.options_a_to_k import OPTIONS_A_TO_K
from weft.caffe._messages.options_l_to_z import OPTIONS_L_TO_Z

_PACKAGE = "caffe"
# Enums that several messages name.
_SHARED = {
    "Phase": {"TRAIN": 0, "TEST": 1},
    "CodeType": {"CORNER": 1, "CENTER_SIZE": 2, "CORNER_SIZE": 3},
}


def require_protobuf() -> None:
    """Raises ImportError, which says what to install, where the package `protobuf` is missing."""
    package("weft.caffe", "google.protobuf", "caffe", "protobuf")


@functools.cache
def message(name: str) -> Any:
    """The class of a message, such as `NetParameter`.

    Raises ImportError where the package `protobuf` is missing.
    """
    require_protobuf()
    from google.protobuf import message_factory

    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"{_PACKAGE}.{name}"))


@functools.cache
def _pool() -> Any:
    from google.protobuf import descriptor_pb2, descriptor_pool

    file = descriptor_pb2.FileDescriptorProto(
        name="weft/caffe.proto", package=_PACKAGE, syntax="proto2"
    )
    for name, values in _SHARED.items():
        _fill_enum(file.enum_type.add(name=name), values)
    for table in (NETS, OPTIONS_A_TO_K, OPTIONS_L_TO_Z, OLD):
        described: Any = None
        for line in table.splitlines():
            if not line.startswith(" "):
                described = file.message_type.add(name=line)
            elif line.startswith("  enum "):
                _add_enum(described, line.split()[1:])
            else:
                _add_field(described, line)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


def _add_enum(described: Any, words: list[str]) -> None:
    """Adds an enum, or further values of one that goes on on the next line."""
    name, *pairs = words
    enums = [enum for enum in described.enum_type if enum.name == name]
    enum = enums[0] if enums else described.enum_type.add(name=name)
    _fill_enum(enum, {key: int(value) for key, value in (pair.split("=") for pair in pairs)})


def _fill_enum(enum: Any, values: dict[str, int]) -> None:
    for name, number in values.items():
        enum.value.add(name=name, number=number)


def _add_field(described: Any, line: str) -> None:
    text, _, default = line.strip().partition(" = ")
    number, name, kind = text.split()
    kind, repeats, packing = kind.partition("*")
    field = described.field.add(name=name, number=int(number))
    field.label = field.LABEL_REPEATED if repeats else field.LABEL_OPTIONAL
    if kind.endswith("!"):
        kind, field.label = kind[:-1], field.LABEL_REQUIRED
    if packing:
        field.options.packed = True
    scalar = f"TYPE_{kind.upper()}"
    if hasattr(field, scalar):
        field.type = getattr(field, scalar)
    elif any(enum.name == kind for enum in described.enum_type):
        field.type, field.type_name = field.TYPE_ENUM, f".{_PACKAGE}.{described.name}.{kind}"
    elif kind in _SHARED:
        field.type, field.type_name = field.TYPE_ENUM, f".{_PACKAGE}.{kind}"
    else:
        field.type, field.type_name = field.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"
    if default:
        field.default_value = default


__all__ = ["message", "require_protobuf"]
