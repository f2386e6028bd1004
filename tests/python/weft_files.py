"""For tests: .weft files with fields of an entry changed, and what running one says."""

import json
import os
import struct
import subprocess
import sys

import numpy


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
