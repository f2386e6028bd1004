"""Makes the cases that every binding runs: operators, gradients, failures, models.

    python bindings/conformance/make.py [--check]

Operators and their inputs come from the registry's samples. A result that has the same bits with
the generic instruction set and the machine's own is wanted to the bit; others within a tolerance.
"""

import argparse
import os
import pickle
import re
import subprocess
import sys
import urllib.parse
from pathlib import Path

import numpy

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tests" / "ops"), str(ROOT / "bindings" / "generate")]

CASES, MODELS = HERE / "cases.txt", HERE / "models"
MOST_ELEMENTS = 200  # of all arrays of a case together
TOLERANCE = {"float16": 4e-3, "float32": 2e-5, "float64": 1e-10,
             "complex64": 2e-5, "complex128": 1e-10}  # fmt: skip
# Results that differ between machines: unordered eigenvectors, uninitialized memory.
_LEFT_OUT = {"eig", "empty", "svd", "qr"}


def text(value: str) -> str:
    """A text as one word."""
    return urllib.parse.quote(value, safe="`.,;:()[]<>=*+'\"/_-") or "-"


def numbers(values) -> str:
    return ",".join(str(int(v)) for v in values) or "-"


def array(values: numpy.ndarray) -> str:
    """dtype, shape and bytes of an array."""
    return f"{values.dtype.name} {numbers(values.shape)} {values.tobytes().hex() or '-'}"


def expected(word: str, values: numpy.ndarray, exact: bool) -> str:
    tolerance = 0 if exact else TOLERANCE[values.dtype.name]
    dtype, shape, content = array(values).split(" ")
    return f"{word} {dtype} {shape} {tolerance:g} {content}"


# ---- operators ----------------------------------------------------------------------------------


def _samples():
    """The small samples of operators whose results are the same each time."""
    import operator_samples
    import weft
    from registry import Library, offered

    library = Library(Path(weft.__file__).parent / "lib" / "libweft.so")
    names = {op.name for op in library.operators() if offered(op)} - _LEFT_OUT
    taken: dict[str, int] = {}
    for case in operator_samples.cases():
        schema = case.schema
        size = sum(x.size for x in case.inputs() if x is not None)
        if case.name not in names or schema["random"] or size > MOST_ELEMENTS:
            continue
        if schema.get("effect") or _needs_lapack(case) or taken.get(case.name, 0) == 2:
            continue
        taken[case.name] = taken.get(case.name, 0) + 1
        yield case


def _needs_lapack(case) -> bool:
    """Factorizations beyond 4 x 4 are in a library of their own, which a binding need not load."""
    large = any(extent > 4 for shape in case.shapes if shape for extent in shape[-2:])
    return case.name in ("slogdet", "solve_triangular") or (bool(case.matrices) and large)


def _gradients(case, arrays) -> list[numpy.ndarray]:
    """The gradients of the first result, with respect to all floating inputs."""
    from weft import autograd, np

    inputs = [None if x is None else np.array(x) for x in arrays]
    leaves = [x for i, x in enumerate(inputs) if x is not None and case.is_float_input(i)]
    for leaf in leaves:
        leaf.attach_grad()
    with autograd.record():
        head = case.run(inputs)[0]
    head.backward()
    return [leaf.grad.asnumpy() for leaf in leaves]


def _values() -> dict[str, list[list[numpy.ndarray]]]:
    """For each sample its results and gradients with the instruction set of this process."""
    import operator_samples
    import weft

    out = {}
    for case in _samples():
        arrays = case.inputs()
        results = operator_samples.as_numpy(case.run(operator_samples.as_weft(arrays)))
        gradients = []
        has_float = any(case.is_float_input(i) for i in range(len(arrays)))
        if has_float and not case.schema["no_gradient"] and results[0].dtype.kind == "f":
            try:
                gradients = _gradients(case, arrays)
            except weft.Error as error:  # a form of the operator that has none says so
                print(f"no gradient case of {case}: {error}", file=sys.stderr)
        out[str(case)] = [results, gradients]
    return out


def _of_generic() -> dict[str, list[list[numpy.ndarray]]]:
    """The same with the generic instruction set, in a process of its own."""
    command = [sys.executable, str(Path(__file__)), "--values"]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, env={**os.environ, "WEFT_ISA": "generic"}
    )
    return pickle.loads(done.stdout)  # our own child's output


def _attributes(case) -> list[str]:
    lines = []
    kinds = {argument["name"]: argument["kind"] for argument in case.schema["arguments"]}
    for name, value in case.attributes.items():
        kind = kinds[name]
        if value is None:
            lines.append(f"attribute {name} none")
        elif kind == "ints":
            # One number may mean another thing than a list of one, as sections of a split do.
            several = isinstance(value, tuple)
            shown = f"ints {numbers(value)}" if several else f"int {value}"
            lines.append(f"attribute {name} {shown}")
        elif kind == "bool":
            lines.append(f"attribute {name} bool {int(value)}")
        elif kind == "str":
            lines.append(f"attribute {name} string {text(value)}")
        else:
            lines.append(f"attribute {name} {kind} {value}")
    return lines


def _inputs(case, leaves: bool) -> list[str]:
    arrays = case.inputs()
    arguments = case.schema["arguments"]
    lists = any(argument["kind"] == "arrays" for argument in arguments)
    single = case.schema["inputs"] - 1 if lists else len(arrays)
    lines = []
    for i, x in enumerate(arrays):
        if i == single:
            lines.append(f"list {len(arrays) - single}")
        if x is None:
            lines.append("absent")
        else:
            word = "leaf" if leaves and case.is_float_input(i) else "array"
            lines.append(f"{word} {array(x)}")
    return lines


def operator_cases() -> list[str]:
    """The lines of operators and of their gradients."""
    own, generic = _values(), _of_generic()
    lines = []
    for case in _samples():
        (results, gradients), (others, other_gradients) = own[str(case)], generic[str(case)]
        head = [f"call {case.name}", *_attributes(case)]
        lines += [f"case operator {case}", *head, *_inputs(case, leaves=False)]
        lines += [expected("result", x, _same(x, y)) for x, y in zip(results, others, strict=True)]
        lines.append("end")
        if gradients and case.number == 0:
            lines += [f"case gradient {case}", *head, *_inputs(case, leaves=True)]
            pairs = zip(gradients, other_gradients, strict=True)
            lines += [expected("gradient", x, _same(x, y)) for x, y in pairs]
            lines.append("end")
    return lines


def _same(x: numpy.ndarray, y: numpy.ndarray) -> bool:
    return x.dtype.kind in "biu" or x.tobytes() == y.tobytes()


# ---- failures -----------------------------------------------------------------------------------


def failure_cases() -> list[str]:
    """Calls of operators that have to fail, with what their messages have to name."""
    f32 = numpy.float32
    table, row = numpy.zeros((2, 3), f32), numpy.zeros(3, f32)
    image, window = numpy.zeros((1, 1, 4, 4), f32), numpy.zeros((1, 1, 3, 3), f32)
    choice = ["attribute kernel ints 2,2", "attribute pool_type string mx"]
    wanted = [
        ("shapes", "add", [table, numpy.zeros(4, f32)], [], 1, ["add", "(2, 3)", "(4,)"]),
        ("axis", "softmax", [table], ["attribute axis int 5"], 7, ["softmax", "5"]),
        ("choice", "pooling", [image], choice, 1, ["pooling", "pool_type", "mx"]),
        ("rank", "convolution", [row, window], [], 1, ["convolution", "data"]),
        ("reshape", "reshape", [table], ["attribute newshape ints 4,-1"], 1, ["reshape"]),
        ("unknown", "sofmax", [row], [], 4, ["sofmax"]),
        ("kind", "softmax", [row], ["attribute axis string x"], 6, ["softmax", "axis"]),
    ]
    lines = []
    for name, op, arrays, attributes, status, says in wanted:
        lines += [f"case failure {name}", f"call {op}", *attributes]
        lines += [f"array {array(x)}" for x in arrays]
        lines += [f"status {status}", *(f"says {text(part)}" for part in says), "end"]
    return lines


# ---- models -------------------------------------------------------------------------------------


def _dense():
    """Two dense layers with weights that are whole numbers, so that all sums are exact."""
    from weft import np
    from weft.gluon import nn

    net = nn.HybridSequential(nn.Dense(4, in_units=3, activation="relu"), nn.Dense(2, in_units=4))
    net.initialize()
    for number, parameter in enumerate(net.collect_params().values()):
        count = int(numpy.prod(parameter.shape))
        values = (numpy.arange(count) * (number + 3) % 7 - 3).reshape(parameter.shape)
        parameter.set_data(np.array(values.astype("float32")))
    return net


def _counter():
    """A block that counts its runs in a state and adds the sum of its inputs to another one."""
    from weft import np
    from weft.gluon import HybridBlock, Parameter

    class Counter(HybridBlock):
        def __init__(self):
            super().__init__()
            self.total = Parameter(shape=(2,), init="zeros", grad_req="null", dtype="float32")

        def forward(self, x):
            total = self.total.data() + x
            self.total.set_data(total)
            return total * np.array(2.0)

    net = Counter()
    net.initialize()
    return net


def make_models(folder: Path) -> None:
    """Writes the files of models/."""
    import weft
    from weft import np

    folder.mkdir(exist_ok=True)
    x = np.zeros((2, 3))
    net = _dense()
    net.hybridize()
    weft.export(folder / "dense.weft", forward=(net, x))
    weft.export(folder / "open.weft", forward=(net, x), dynamic={"x": {0: "batch"}})
    counter = _counter()
    counter.hybridize()
    weft.export(folder / "counter.weft", forward=(counter, np.zeros(2)))
    content = (folder / "dense.weft").read_bytes()
    (folder / "truncated.weft").write_bytes(content[: len(content) * 2 // 3])


def model_cases() -> list[str]:
    """The lines of models and of what they refuse."""
    from weft import np

    net = _dense()
    lines: list[str] = []

    def begin(name: str, file: str, kind: str = "model") -> None:
        lines.extend([f"case {kind} {name}", f"model {file} forward"])

    def bind(values: numpy.ndarray, index: int = 0) -> None:
        lines.append(f"input {index} {array(values)}")

    def run(word: str, values: numpy.ndarray) -> None:
        lines.extend(["run", expected(f"{word} 0", values, exact=True)])

    def of(values: numpy.ndarray) -> numpy.ndarray:
        return net(np.array(values)).asnumpy()

    first = numpy.arange(6, dtype="float32").reshape(2, 3) - 2
    begin("dense", "dense.weft")
    bind(first)
    run("output", of(first))
    bind(first * 2)
    run("output", of(first * 2))
    lines.append("end")
    begin("open", "open.weft")
    for batch in (1, 5, 3):
        rows = numpy.arange(batch * 3, dtype="float32").reshape(batch, 3) % 5
        lines.append(f"shape 0 {numbers(rows.shape)}")
        bind(rows)
        run("output", of(rows))
    lines.append("end")
    begin("counter", "counter.weft")
    step, total = numpy.array([1, 3], "float32"), numpy.zeros(2, "float32")
    bind(step)
    for _ in range(3):
        total = total + step
        run("output", total * 2)
        lines.append(expected("state 0", total, exact=True))
    lines.append("reset")
    run("output", step * 2)
    lines.append("end")

    def refuse(status: int, *says: str) -> None:
        lines.extend([f"status {status}", *(f"says {text(part)}" for part in says), "end"])

    begin("truncated", "truncated.weft", "refusal")
    refuse(9, "truncated.weft")
    begin("missing", "nothing.weft", "refusal")
    refuse(4, "nothing.weft")
    lines.extend(["case refusal entry", "model dense.weft backwards"])
    refuse(4, "backwards")
    begin("bytes", "dense.weft", "refusal")
    bind(first[:1])
    refuse(1, "`x`", "(2, 3)")
    begin("number", "dense.weft", "refusal")
    bind(first, index=3)
    refuse(7, "3")
    begin("dtype", "dense.weft", "refusal")
    bind(first.astype("int32"))
    refuse(6, "float32", "int32")
    begin("dimension", "open.weft", "refusal")
    lines.append("shape 0 2,4")
    refuse(1, "4")
    # The same from memory, where no error can name a file.
    begin("dense", "dense.weft", "memory")
    bind(first)
    run("output", of(first))
    lines.append("end")
    begin("counter", "counter.weft", "memory")
    bind(step)
    run("output", step * 2)
    lines.append(expected("state 0", step, exact=True))
    lines.append("end")
    begin("truncated", "truncated.weft", "memory")
    refuse(9, "damaged")
    return lines


def shape_cases() -> list[str]:
    """The lines of inputs whose shape is that of what is given, and of what does not have it."""
    from weft import np

    net = _dense()
    lines: list[str] = []

    def begin(kind: str, name: str, file: str) -> None:
        lines.extend([f"case {kind} {name}", f"model {file} forward"])

    def bind(values: numpy.ndarray) -> None:
        lines.append(f"input 0 {array(values)}")

    def bind_flat(values: numpy.ndarray) -> None:
        lines.append(f"flat 0 {array(values.reshape(-1))}")

    def run(rows: numpy.ndarray) -> None:
        lines.extend(["run", expected("output 0", net(np.array(rows)).asnumpy(), exact=True)])

    def refuse(*says: str) -> None:
        lines.extend(["status 1", *(f"says {text(part)}" for part in says), "end"])

    def rows_of(batch: int) -> numpy.ndarray:
        return numpy.arange(batch * 3, dtype="float32").reshape(batch, 3) % 5 - 1

    begin("shaped", "flat", "dense.weft")
    for rows in (rows_of(2), rows_of(2) * 2):
        bind_flat(rows)
        run(rows)
    lines.append("end")
    begin("shaped", "batch", "open.weft")
    for batch, give in ((2, bind), (5, bind), (1, bind_flat), (4, bind_flat), (3, bind)):
        give(rows_of(batch))
        run(rows_of(batch))
    lines.append("end")
    for name, shape in (("turned", (3, 2)), ("spread", (6, 1)), ("deeper", (1, 2, 3))):
        begin("misshapen", name, "dense.weft")
        bind(rows_of(2).reshape(shape))
        refuse("`x`", "must have shape (2, 3)", f"got {shape}")
    begin("misshapen", "again", "dense.weft")
    bind(rows_of(2))
    run(rows_of(2))
    bind(rows_of(2).T)
    refuse("`x`", "must have shape (2, 3)", "got (3, 2)")
    begin("misshapen", "batch", "open.weft")
    bind(rows_of(2))
    run(rows_of(2))
    bind(rows_of(2).T)
    refuse("`x`", "must have shape (-1, 3)", "got (3, 2)")
    begin("misshapen", "flat", "dense.weft")
    bind_flat(rows_of(3))
    refuse("`x`", "(2, 3)")
    return lines


# ---- misuse -------------------------------------------------------------------------------------


def misuse_cases() -> list[str]:
    """The lines of what each binding's test has a function for: README.md has the names."""
    section = (HERE / "README.md").read_text("utf-8").partition("## Misuse")[2]
    names = re.findall(r"^\| `([a-z-]+)` \|", section, re.M)
    return [line for name in names for line in (f"case misuse {name}", "end")]


def main() -> int:
    """Runs the command; 1 if --check found a difference."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--values", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.values:
        pickle.dump(_values(), sys.stdout.buffer)
        return 0
    lines = ["# Written by make.py; README.md says what the lines mean."]
    lines += [*operator_cases(), *failure_cases()]
    if not given.check:
        make_models(MODELS)
    lines += [*model_cases(), *shape_cases(), *misuse_cases()]
    whole = "\n".join(lines) + "\n"
    if given.check:
        before, now = CASES.read_text("utf-8").splitlines(), whole.splitlines()
        changed = set(before) ^ set(now)
        print(*sorted(changed)[:20], sep="\n")
        return 1 if changed else 0
    CASES.write_text(whole, "utf-8")
    print(f"{CASES.name}: {sum(line.startswith('case ') for line in lines)} cases")
    return 0


if __name__ == "__main__":
    sys.exit(main())
