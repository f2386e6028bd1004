"""How the files of bindings/wasm/lib are made: fused multiply-adds, two files, sizes."""

import importlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "bindings" / "wasm"
PROGRAMS = ("binary", "fused", "split", "finish", "sizes")


@pytest.fixture
def programs(monkeypatch):
    """Gives a program of bindings/wasm as a module; they import each other by their names."""
    monkeypatch.syspath_prepend(str(PACKAGE))
    for name in PROGRAMS:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield importlib.import_module
    for name in PROGRAMS:
        sys.modules.pop(name, None)


@pytest.fixture
def binary(programs):
    return programs("binary")


@pytest.fixture
def fused(programs):
    return programs("fused")


@pytest.fixture
def split(programs):
    return programs("split")


@pytest.fixture
def sizes(programs):
    return programs("sizes")


def test_a_missing_tool_is_named(monkeypatch, split):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(split.SplitError, match="no-such-tool is not here: install Binaryen"):
        split.find_tool("no-such-tool")


# A module that imports a function and has two: `weft_madd_f32x4` as a product and a sum, and one
# with 22525, whose bytes are those of the old number, as a constant and as an offset.
LOOKS_ALIKE = b"\xfd\xaf\x01"
MADD = bytes.fromhex("00 2000 2001 fde601 2002 fde401 0b")
OTHER = b"\x01\x01\x7b\x41" + LOOKS_ALIKE + b"\x1a\x41\x00\xfd\x00\x04" + LOOKS_ALIKE + b"\x1a\x0b"


def section(kind, content):
    return bytes([kind, len(content)]) + content


def small_module():
    types = bytes.fromhex("03 60017f00 60037b7b7b017b 600000")
    names = b"\x04name\x01\x15\x02\x00\x01b\x01\x0f" + b"weft_madd_f32x4"
    code = b"\x02" + b"".join(bytes([len(body)]) + body for body in (MADD, OTHER))
    parts = [(1, types), (2, b"\x01\x01a\x01b\x00\x00"), (3, b"\x02\x01\x02"), (5, b"\x01\x00\x01")]
    parts += [(10, code), (0, names)]
    return b"\0asm\x01\0\0\0" + b"".join(section(*part) for part in parts)


def test_the_function_becomes_one_instruction(binary, fused):
    module = fused.fuse(small_module(), fused.NUMBER)
    code = dict(binary.sections(module))[binary.CODE]
    assert binary.bodies(code) == [bytes.fromhex("00 2000 2001 2002 fd8502 0b"), OTHER]


def test_old_numbers_are_changed_where_they_are_instructions(fused):
    old = fused.fuse(small_module(), fused.OLD_NUMBER)
    module, count = fused.renumber(old)
    assert count == 1
    assert module == fused.fuse(small_module(), fused.NUMBER)
    assert old.count(LOOKS_ALIKE) == 3


def test_shared_memory_is_seen(binary):
    header = b"\0asm\1\0\0\0"
    for flags, limits in ((0, b"\1"), (1, b"\1\2"), (3, b"\1\2")):
        content = b"\1\1a\1b\2" + bytes([flags]) + limits
        module = header + section(2, content)
        assert binary.shares_memory(module) == (flags == 3)
    assert not binary.shares_memory(small_module())


def test_operands_of_atomic_instructions_are_passed(fused):
    # No locals; i32.const 0, memory.atomic.notify with its memory, a fence, drop, end.
    body = bytes.fromhex("00 4100 fe000280af01 fe0300 1a 0b")
    assert list(fused.instructions(body)) == [1, 3, 9, 12, 13]


def test_a_module_without_the_function_is_refused(fused):
    with pytest.raises(ValueError, match="names no function weft_madd_f32x4"):
        fused.fuse(small_module().replace(b"weft_madd", b"weft_mads"), fused.NUMBER)


@pytest.mark.parametrize(
    "name, told",
    [
        ("weft::ops::(anonymous namespace)::run(weft::Shape const&)", "weft::ops::run"),
        ("void std::__2::sort<int*, weft::Less<int> >(int*, int*)", "std::__2::sort"),
        ("weft::Step<weft::Add, float, true>::run(char*)", "weft::Step::run"),
        ("emmalloc_free", "emmalloc_free"),
    ],
)
def test_instances_of_a_template_are_one_group(sizes, name, told):
    assert sizes.without_arguments(name) == told


def test_functions_have_their_names_and_bytes(sizes):
    first, second = sizes.functions_of(small_module())
    assert (first.name, first.body) == ("weft_madd_f32x4", MADD)
    assert (second.name, second.body) == ("(no name)", OTHER)
    names = ["weft::ops::run(int)", "weft::Ref<int>::get()", "std::__2::sort<int*>(int*)", "free"]
    assert list(map(sizes.namespace_of, names)) == ["weft::ops", "weft::Ref", "std", "C"]


# `run` calls `sum` and, with a vector, `lanes`; then the place of the table that data has: `spare`.
PROGRAM = """
(module
  (memory (export "memory") 1)
  (table (export "table") 4 funcref)
  (elem (i32.const 1) $sum $lanes $spare)
  (type $number (func (param i32) (result i32)))
  (func $sum (param i32 i64) (result i32)
    (i32.add (local.get 0) (i32.wrap_i64 (local.get 1))))
  (func $lanes (param v128) (result i32)
    (i32.mul (i32x4.extract_lane 0 (local.get 0)) (i32x4.extract_lane 3 (local.get 0))))
  (func $spare (type $number) (i32.mul (local.get 0) (i32.const 100)))
  (func $choose (result i32) (i32.load (i32.const 64)))
  (data (i32.const 64) "\\03")
  (func (export "run") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 7))))
    (i32.add
      (call $sum (local.get 0) (i64.const 5))
      (i32.add
        (call $lanes (i32x4.splat (local.get 0)))
        (call_indirect (type $number) (local.get 0) (call $choose))))))
"""
RUN = """
import { readFileSync } from "node:fs";
import { Rest } from PACKAGE;
const compiled = (path) => new WebAssembly.Module(readFileSync(path));
const [first, rest, other] = process.argv.slice(2, 5).map(compiled);
const told = [];
async function run(given) {
  const rest = await Rest.of(first, given);
  let loads = 0;
  const imports = Object.fromEntries(
    Object.entries(rest.imports).map(([name, { load }]) => {
      return [name, { load: () => (loads++, load()) }];
    }),
  );
  const { exports } = new WebAssembly.Instance(first, imports);
  await rest.attach(exports);
  for (const number of [0, 3, 3, 4])
    try {
      told.push([exports.run(number), loads]);
    } catch (error) {
      told.push([error.code, error.message]);
    }
}
await run(rest);
await run(other);
await run("file:///nowhere-rest.wasm");
await Rest.of(first).catch((error) => told.push([error.name, error.message]));
told.push(await Rest.of(rest));
console.log(JSON.stringify(told));
"""


def made(folder, text):
    """A module of WebAssembly's text, in bytes and with names."""
    (folder / "program.wat").write_text(text, "utf-8")
    command = ["wasm-as", "program.wat", "-o", "program.wasm", "-g", "--enable-simd"]
    subprocess.run(command, cwd=folder, check=True)
    return (folder / "program.wasm").read_bytes()


def test_the_first_file_loads_the_rest_when_it_calls_it(split, binary, tmp_path):
    for tool in ("node", "wasm-as", "wasm-split"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    files = []
    for text in (PROGRAM, PROGRAM.replace("100", "200")):
        module = split.Names().shorten(made(tmp_path, text))
        named = dict(enumerate(["sum", "lanes", "spare", "choose", "run"]))
        short = binary.names_of(module)
        assert set(short) == set(named)
        kept = {short[number] for number, name in named.items() if name in ("choose", "run")}
        files.append(split.separate(module, kept, ("--enable-simd", "--enable-mutable-globals")))
    (first, rest), (_, other) = files
    places = []
    for name, content in (("first", first), ("rest", rest), ("other", other)):
        places.append(tmp_path / f"{name}.wasm")
        places[-1].write_bytes(content)
    script = RUN.replace("PACKAGE", json.dumps((PACKAGE / "lib" / "rest.js").as_uri()))
    done = subprocess.run(
        ["node", "--input-type=module", "-", *map(str, places)],
        input=script, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    # 3 + 5 + 3 * 3 + 300; all is there after the first load.
    assert told[:4] == [[7, 0], [317, 1], [317, 1], [425, 1]]
    assert told[4:6] == [
        [7, 0],
        [
            "INVALID_VALUE",
            "the file given as `rest` is not of the same build as the module's first file",
        ],
    ]
    code, message = told[9]
    assert told[8] == [7, 0]
    assert code == "IO"
    assert message.startswith(
        "the model needs file:///nowhere-rest.wasm, which could not be read: ENOENT"
    )
    assert told[12] == [
        "TypeError",
        "weft: `module` is the first of two files; say with `rest` where the second is",
    ]
    assert told[13] is None


def test_tiles_of_a_kernel_come_together(split, binary):
    names = ["micro<float, 2, 5>", "micro<float, 3, 1>", "micro<double, 2, 5>", "Sum<float>"]
    told = {i: f"void weft::kernels::generic::{name}()".encode() for i, name in enumerate(names)}
    all_names = split.Names()
    short = binary.names_of(all_names.shorten(binary.with_names(small_module(), told)))
    assert all_names.with_all_tiles({short[0]}) == {short[0], short[1]}
    assert all_names.with_all_tiles({short[3]}) == {short[3]}


def test_what_changed_in_wasm_split_is_said(split, binary):
    with pytest.raises(split.SplitError, match="its imports are not the last ones"):
        split.loads_itself(small_module(), b"rest")


def test_numbers_that_may_be_places_are_found(split, binary):
    # i32.const 300; in the data a word, and one whose zeros were left out at the end.
    code = binary.with_bodies([bytes.fromhex("00 41ac02 1a 0b")])
    parts = {binary.CODE: code, binary.DATA: b"\1\0\x41\x40\x0b\6\x21\4\0\0\x99\3"}
    found = split.named_places(parts)
    assert {300, 0x421, 0x399} <= found
    assert 301 not in found
