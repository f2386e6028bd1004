"""List files of arrays put together byte by byte, as the format's description says, and small
symbol files as dicts: an oracle for the readers that shares nothing with the writers."""

import json
import struct

import numpy

CODES = {
    **{"float32": 0, "float64": 1, "float16": 2, "uint8": 3, "int32": 4, "int8": 5, "int64": 6},
    **{"bool": 7, "int16": 8, "uint16": 9, "uint32": 10, "uint64": 11, "bfloat16": 12},
}
FIRSTS = {1: 0xF993FAC8, 2: 0xF993FAC9, 3: 0xF993FACA}


def shape(extents):
    return struct.pack("<i", len(extents)) + b"".join(struct.pack("<q", n) for n in extents)


def dense(array, version, dtype=None, device=(1, 0)):
    """A record; `dtype` names another one than the array's for the same bytes."""
    code = struct.pack("<i", CODES[dtype or array.dtype.name])
    device = struct.pack("<ii", *device)
    if version == 0:
        extents = struct.pack("<I", array.ndim) + struct.pack(f"<{array.ndim}I", *array.shape)
        return extents + device + code + array.tobytes()
    front = struct.pack("<I", FIRSTS[version]) + (struct.pack("<i", 0) if version > 1 else b"")
    return front + shape(array.shape) + device + code + array.tobytes()


def none(version):
    if version == 0:
        return struct.pack("<I", 0)
    front = struct.pack("<I", FIRSTS[version]) + (struct.pack("<i", 0) if version > 1 else b"")
    return front + struct.pack("<i", -1 if version == 3 else 0)


def sparse(stype, extents, values, *lists):
    """A record of row_sparse (1: numbers of rows) or csr (2: starts of rows, columns)."""
    found = struct.pack("<Ii", FIRSTS[2], stype) + shape(values.shape) + shape(extents)
    found += struct.pack("<iii", 1, 0, CODES[values.dtype.name])
    for part in lists:
        found += struct.pack("<i", CODES["int64"]) + shape(part.shape)
    return found + values.tobytes() + b"".join(part.tobytes() for part in lists)


def list_file(records, names=()):
    found = struct.pack("<QQQ", 0x112, 0, len(records)) + b"".join(records)
    found += struct.pack("<Q", len(names))
    for name in names:
        found += struct.pack("<Q", len(name.encode())) + name.encode()
    return found


def parameters(path, arrays, version=2):
    """Writes arrays by name as a list file."""
    records = [dense(numpy.ascontiguousarray(array), version) for array in arrays.values()]
    path.write_bytes(list_file(records, list(arrays)))
    return path


def node(op, name, inputs=(), attrs=None, **more):
    found = {"op": op, "name": name, "inputs": [list(entry) for entry in inputs], **more}
    return found | ({"attrs": attrs} if attrs else {})


def symbol(nodes, heads=None, **attrs):
    """The text of a symbol file; by default its head is the last node, written by 1.9.1."""
    return json.dumps(
        {
            "nodes": nodes,
            "arg_nodes": [n for n, found in enumerate(nodes) if found.get("op") == "null"],
            "heads": heads or [[len(nodes) - 1, 0, 0]],
            "attrs": {"mxnet_version": ["int", 10901]} | attrs,
        }
    )
