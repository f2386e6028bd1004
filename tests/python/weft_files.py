"""For tests: .weft files with fields of an entry changed, and what running one says."""

import json
import os
import struct
import subprocess
import sys

import numpy
import weft


def read(path):
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    return header, data[8 + length :]


def changed(path, to, change):
    """A file whose entry's fields were changed."""
    header, rest = read(path)
    text = json.loads(header["__metadata__"]["weft"])
    change(text["entries"][0])
    header["__metadata__"]["weft"] = json.dumps(text)
    written = json.dumps(header).encode()
    written += b" " * (-(8 + len(written)) % 64)
    to.write_bytes(struct.pack("<Q", len(written)) + written + rest)
    return to


def written(to, entry, tensors=(), packed_for=None):
    """A file with one entry point of these fields; what they leave out is empty.

    tensors: (name, array) of those that the file has
    packed_for: fields of `packed`, which is made to belong to the entry and to this release
    """
    graph = {"states": [], "ordinals": 0} | entry["graph"]
    fields = {"name": "forward", "captures": [], "constants": []} | entry | {"graph": graph}
    if packed_for is not None:
        release = {"version": 5, "for": f"weft {weft.__version__}", "of": fingerprint(fields)}
        fields["packed"] = release | packed_for
    data = b"".join(array.tobytes() for _, array in tensors)
    header, at = {}, 0
    for name, array in tensors:
        dtype = {"float32": "F32", "int64": "I64", "bool": "BOOL", "uint8": "U8"}[array.dtype.name]
        header[name] = {
            "dtype": dtype,
            "shape": list(array.shape),
            "data_offsets": [at, at + array.nbytes],
        }
        at += array.nbytes
    header["__metadata__"] = {"weft": json.dumps({"format": 2, "entries": [fields]})}
    text = json.dumps(header).encode()
    text += b" " * (-(8 + len(text)) % 64)
    to.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return to


def ports(**types):
    """Inputs or outputs: `ports(x=["float32", 2])`."""
    return [{"name": name, "type": type} for name, type in types.items()]


def node(op, operands, out, **attributes):
    """A node with one result."""
    fields = {"op": op, "in": operands, "out": [out]}
    return fields | ({"attributes": attributes} if attributes else {})


def fingerprint(entry):
    """What `packed` says of the entry that it was made from (FNV-1a, 64 bits)."""
    found = 0xCBF29CE484222325
    for key in ("inputs", "outputs", "captures", "constants", "graph"):
        for byte in json.dumps(entry[key], separators=(",", ":")).encode():
            found = ((found ^ byte) * 0x100000001B3) & (2**64 - 1)
    return f"{found:016x}"


def log_of(path, *inputs, entry="forward", **environment):
    """What the library says while another process runs the file."""
    files = [path.parent / f"input{number}.npy" for number in range(len(inputs))]
    for file, x in zip(files, inputs, strict=True):
        numpy.save(file, x.asnumpy())
    code = (
        "import numpy, sys; from weft import runtime; "
        "runtime.Model(sys.argv[1]).context(sys.argv[2]).run(*map(numpy.load, sys.argv[3:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path, entry, *files],
        env={**os.environ, "WEFT_LOG": "info", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr
