"""A model's own WebAssembly module, of the C that `weft compile` makes: what the command does with
`--target wasm`.

The C is compiled by Emscripten, or by zig, with a few functions around it that tell where inputs
and outputs lie. Beside the module stand a loader in JavaScript and its types.
"""

import re
import shutil
import subprocess
import tempfile
from os import environ
from pathlib import Path
from typing import Any, NamedTuple

from weft import runtime
from weft._base.errors import Unsupported
from weft._base.writing import write_text

_PAGE = 1 << 16
_STACK = 1 << 17
_ARRAYS = {
    "bool": "Uint8Array",
    "uint8": "Uint8Array",
    "int8": "Int8Array",
    "uint16": "Uint16Array",
    "int16": "Int16Array",
    "uint32": "Uint32Array",
    "int32": "Int32Array",
    "uint64": "BigUint64Array",
    "int64": "BigInt64Array",
    "float32": "Float32Array",
    "float64": "Float64Array",
}


class _Port(NamedTuple):
    """An input or output of a function in C."""

    name: str
    is_input: bool
    dtype: str
    shape: list[int]
    elements: int


class _Function(NamedTuple):
    """`net_run` or `net_train`, as the header declares it."""

    verb: str
    parameters: str
    ports: list[_Port]


def compile_module(path: str, output: str, name: str, **options: Any) -> list[Path]:
    """Writes name.wasm, name.mjs and name.d.mts into the folder `output`; gives their paths.

    options: of `runtime.Model.write_c`
    Raises Unsupported where no compiler is there or where it fails, and what `write_c` raises.
    """
    command = _compiler()
    folder = Path(output)
    with tempfile.TemporaryDirectory() as place:
        model = runtime.Model(path)
        source, header = model.write_c(place, name=name, **options)[:2]
        functions = _functions(header.read_text("utf-8"), name)
        has_state = f"struct {name}_state " in header.read_text("utf-8")
        around = Path(place) / f"{name}_module.c"
        around.write_text(_around(name, functions, has_state), "utf-8")
        folder.mkdir(parents=True, exist_ok=True)
        made = [folder / f"{name}.wasm", folder / f"{name}.mjs", folder / f"{name}.d.mts"]
        _compile(command, [source, around], made[0], name, functions, has_state)
    texts = (_loader(name, functions, has_state), _types(functions, has_state))
    for file, text in zip(made[1:], texts, strict=True):
        write_text(file, text, "compile")
    return made


def _compiler() -> list[str]:
    """The command that compiles C to WebAssembly; the variable WEFT_WASM_CC names another."""
    given = environ.get("WEFT_WASM_CC")
    if given:
        if shutil.which(given.split()[0]) is None:
            raise Unsupported(f"compile: WEFT_WASM_CC names `{given}`, which is not here")
        return given.split()
    if shutil.which("emcc"):
        return ["emcc"]
    if shutil.which("zig"):
        return ["zig", "cc"]
    raise Unsupported(
        "compile: `--target wasm` needs a compiler, and neither emcc nor zig is on the path; "
        "install Emscripten (on Debian: apt-get install emscripten) or set WEFT_WASM_CC"
    )


def _functions(header: str, name: str) -> list[_Function]:
    """What the header declares: the run, and the training step where there is one."""
    functions = []
    pattern = rf"/\*((?:(?!\*/).)*)\*/\nvoid {name}_(run|train)\(([^)]*)\);"
    for comment, verb, parameters in re.findall(pattern, header, re.DOTALL):
        ports = [
            _Port(
                port,
                role == "input",
                dtype,
                [int(extent) for extent in re.findall(r"\d+", shape)],
                int(elements),
            )
            for port, role, dtype, shape, elements in re.findall(
                r"^ \*   (\w+): (input|output), (\w+) (\([^)]*\)), (\d+) elements$",
                comment,
                re.MULTILINE,
            )
        ]
        for port in ports:
            if port.dtype not in _ARRAYS:
                raise Unsupported(
                    f"compile: `{port.name}` is {port.dtype}, for which JavaScript has no array"
                )
        functions.append(_Function(verb, "" if parameters == "void" else parameters, ports))
    return functions


def _address(verb: str, port: _Port) -> str:
    return f"{verb}_{port.name}"


def _around(name: str, functions: list[_Function], has_state: bool) -> str:
    """C that gives inputs, outputs and the state a place, and functions without arguments."""
    text = f'#include "{name}.h"\n\n'
    if has_state:
        text += f"static struct {name}_state state;\n"
        text += "void *module_state(void) { return &state; }\n"
        text += "uint32_t module_state_bytes(void) { return sizeof state; }\n"
        text += f"void module_reset(void) {{ {name}_reset(&state); }}\n"
    for verb, parameters, ports in functions:
        arguments = []
        for parameter in filter(None, parameters.split(", ")):
            kind, _, port_name = parameter.rpartition("*")
            if port_name == "state" and f"{name}_state" in kind:
                arguments.append("&state")
                continue
            port = next(port for port in ports if port.name == port_name)
            place = _address(verb, port)
            kind = kind.replace("const", "").strip()
            text += f"static {kind} {place}[{max(1, port.elements)}];\n"
            text += f"void *module_{place}(void) {{ return {place}; }}\n"
            arguments.append(place)
        call = ", ".join(arguments)
        text += f"void module_{verb}(void) {{ {name}_{verb}({call}); }}\n"
    return text


def _exports(functions: list[_Function], has_state: bool) -> list[str]:
    names = ["state", "state_bytes", "reset"] if has_state else []
    for verb, _, ports in functions:
        names += [verb, *(_address(verb, port) for port in ports)]
    return [f"module_{name}" for name in names]


def _compile(
    command: list[str],
    sources: list[Path],
    module: Path,
    name: str,
    functions: list[_Function],
    has_state: bool,
) -> None:
    flags = ["-std=c99", "-O3", "-ffp-contract=off", "-msimd128", "-mbulk-memory"]
    exports = _exports(functions, has_state)
    if "emcc" in Path(command[0]).name:
        names = ",".join(f"_{export}" for export in exports)
        flags += [
            *("-sSTANDALONE_WASM", "--no-entry", f"-sEXPORTED_FUNCTIONS={names}", "-sASSERTIONS=0"),
            *(f"-sTOTAL_STACK={_STACK}", f"-sINITIAL_MEMORY={_memory_of(sources)}"),
            "-sALLOW_MEMORY_GROWTH",
        ]
    else:
        flags += ["-target", "wasm32-wasi", "-mexec-model=reactor", "-s"]
        flags += [f"-Wl,--export={export}" for export in exports]
    # Debian's Emscripten asks node for a library that lies where only Debian's own node looks.
    paths = [path for path in (environ.get("NODE_PATH"), "/usr/share/nodejs") if path]
    words = [*command, *flags, *map(str, sources), "-lm", "-o", str(module)]
    done = subprocess.run(
        words,
        capture_output=True,
        text=True,
        check=False,
        env={**environ, "NODE_PATH": ":".join(paths)},
    )
    if done.returncode:
        told = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Unsupported(f"compile: {command[0]} failed on {name}.c: {' / '.join(told[-3:])}")


def _memory_of(sources: list[Path]) -> int:
    """Bytes that the module's memory begins with: more than the C's arrays take, in whole pages.

    The text of an array is longer than its bytes are, so the size of the text bounds the constants.
    """
    header = sources[0].with_suffix(".h").read_text("utf-8")
    arena = re.search(r"_ARENA_BYTES (\d+)", header)
    text = sum(source.stat().st_size for source in sources)
    ports = sum(8 * int(elements) for elements in re.findall(r", (\d+) elements", header))
    needed = 2 * text + int(arena[1] if arena else 0) + ports + 4 * _STACK
    return -(-needed // _PAGE) * _PAGE


def _loader(name: str, functions: list[_Function], has_state: bool) -> str:
    """The text of name.mjs."""
    described = {
        verb: [
            f'{{ name: "{port.name}", isInput: {str(port.is_input).lower()}, '
            f'dtype: "{port.dtype}", '
            f"shape: {port.shape}, kind: {_ARRAYS[port.dtype]}, elements: {port.elements} }}"
            for port in ports
        ]
        for verb, _, ports in functions
    }
    ports = ",\n".join(
        f"  {verb}: [\n    " + ",\n    ".join(lines) + ",\n  ]" for verb, lines in described.items()
    )
    methods = "".join(_filled(_METHOD, verb=verb) for verb, _, _ in functions)
    methods += _STATE_METHODS if has_state else ""
    ready = "\n    exports.module_reset();" if has_state else ""
    parts = {"name": name, "ports": ports, "methods": methods, "ready": ready}
    return _filled(_LOADER, **parts)


def _filled(text: str, **parts: str) -> str:
    """The text with `@part@` replaced."""
    for part, value in parts.items():
        text = text.replace(f"@{part}@", value)
    return text


_LOADER = """\
// Loads @name@.wasm, a model compiled by Weft, in browsers and in Node. Written by `weft compile`.
const PORTS = {
@ports@,
};

async function moduleOf(source) {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return WebAssembly.compile(source);
  const url = new URL(source, import.meta.url);
  if (url.protocol === "file:") {
    const { readFile } = await import("node:fs/promises");
    return WebAssembly.compile(await readFile(url));
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`@name@: ${url} answers with status ${response.status}`);
  return response.headers.get("content-type")?.startsWith("application/wasm")
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

/** The model in memory of its own. */
export class Model {
  #exports;
  constructor(exports) {
    this.#exports = exports;@ready@
  }
  #array(verb, { name, kind, elements }) {
    return new kind(this.#exports.memory.buffer, this.#exports[`module_${verb}_${name}`](), elements);
  }
  #call(verb, inputs) {
    const ports = PORTS[verb], names = ports.filter((port) => port.isInput).map((port) => port.name);
    const given = inputs === undefined ? names : Object.keys(inputs); // without any: what is in memory
    for (const name of given)
      if (!names.includes(name)) throw new TypeError(`${verb}: there is no input \\`${name}\\`; there are: ${names.join(", ")}`);
    for (const name of names)
      if (!given.includes(name)) throw new TypeError(`${verb}: all inputs must be given; \\`${name}\\` is missing`);
    for (const port of ports.filter((port) => port.isInput && inputs !== undefined)) {
      const elements = inputs[port.name];
      if (!(elements instanceof port.kind) || elements.length !== port.elements)
        throw new TypeError(`${verb}: \\`${port.name}\\` must be a ${port.kind.name} of ${port.elements} elements; got ${elements?.constructor?.name} of ${elements?.length}`);
      this.#array(verb, port).set(elements);
    }
    this.#exports[`module_${verb}`]();
    const outputs = ports.filter((port) => !port.isInput);
    return Object.fromEntries(outputs.map((port) => [port.name, this.#array(verb, port).slice()]));
  }
@methods@}

/** Loads the module: by default @name@.wasm beside this file; else a URL, bytes, or a compiled module. */
export async function load(source = "@name@.wasm") {
  const module = await moduleOf(source);
  const absent = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (absent[from] ??= {})[name] = () => 0;
  const { exports } = await WebAssembly.instantiate(module, absent);
  exports._initialize?.();
  return new Model(exports);
}
"""  # noqa: E501

_METHOD = """\
  /** Sets all inputs, by name, and calls @verb@; gives the outputs by name. Without `inputs`: on what @verb@Memory has. */
  @verb@(inputs) {
    return this.#call("@verb@", inputs);
  }
  /** The memory of an input or output of @verb@: write to an input, no copy is made. */
  @verb@Memory(name) {
    const port = PORTS.@verb@.find((port) => port.name === name);
    if (!port) throw new TypeError(`@verb@: there is no array \\`${name}\\`; there are: ${PORTS.@verb@.map((port) => port.name).join(", ")}`);
    return this.#array("@verb@", port);
  }
"""  # noqa: E501

_STATE_METHODS = """\
  /** What runs and training change, as bytes: a copy, to be kept and set again. */
  get state() {
    return new Uint8Array(this.#exports.memory.buffer, this.#exports.module_state(), this.#exports.module_state_bytes()).slice();
  }
  set state(bytes) {
    const own = this.#exports.module_state_bytes();
    if (!(bytes instanceof Uint8Array) || bytes.length !== own)
      throw new TypeError(`state: must be a Uint8Array of ${own} bytes; got ${bytes?.constructor?.name} of ${bytes?.length}`);
    new Uint8Array(this.#exports.memory.buffer, this.#exports.module_state(), own).set(bytes);
  }
  /** Sets the state back to what the file has. */
  reset() {
    this.#exports.module_reset();
  }
"""  # noqa: E501


def _types(functions: list[_Function], has_state: bool) -> str:
    """The text of name.d.mts."""
    text = "// Types of a model compiled by Weft. Written by `weft compile`.\n"
    text += "export class Model {\n"
    for verb, _, ports in functions:
        inputs = "; ".join(f"{p.name}: {_ARRAYS[p.dtype]}" for p in ports if p.is_input)
        outputs = "; ".join(f"{p.name}: {_ARRAYS[p.dtype]}" for p in ports if not p.is_input)
        text += f"  {verb}(inputs?: {{ {inputs} }}): {{ {outputs} }};\n"
        for p in ports:
            text += f'  {verb}Memory(name: "{p.name}"): {_ARRAYS[p.dtype]};\n'
    if has_state:
        text += "  state: Uint8Array;\n  reset(): void;\n"
    source = "string | URL | ArrayBuffer | ArrayBufferView | WebAssembly.Module"
    return text + f"}}\nexport function load(source?: {source}): Promise<Model>;\n"
