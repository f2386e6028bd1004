"""What the compiler made of the kernels: their symbols, their innermost loops, and a processor
without AVX."""

import functools
import os
import re
import shutil
import subprocess

import pytest

ISAS = ["generic", "avx2", "avx512"]
# Innermost loops with as many products as a tile of sums has vectors belong to a micro-kernel.
MICRO_KERNELS = {
    "micro_kernels": r"\bmicro<",
    "strip_tiles": r"\bstrip_tile<",
    "convolution_blocked": r"\bblocked_tile<",
    "convolution_pairs": r"\bpair_tile<",
    "quantized_product": r"\bint8x4_tile<",
    "quantized_convolution": r"\bint8x4_tile<",
}
PRODUCT = re.compile(r"({vex} )?v(fn?m(add|sub)|dpbf16ps|pdpbusd|pmaddwd)")
STORED = re.compile(r"vmov\S+\s+%[xyz]mm\d+,.*\(")
MOVED_BY_STACK = re.compile(r"%[xyz]mm.*\(%[re](sp|bp)|\(%[re](sp|bp).*%[xyz]mm")


def objects(build_dir, isa):
    found = sorted(build_dir.glob(f"CMakeFiles/weft_isa_{isa}.dir/**/*.isa.cpp.o"))
    assert found, f"no kernels of {isa} under {build_dir}"
    return found


def tool(name):
    path = shutil.which(name)
    if not path:
        pytest.skip(f"not run: {name} is not installed")
    return path


def lines_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.parametrize("isa", ISAS)
def test_no_shared_function_has_a_copy_for_an_instruction_set(build_dir, isa):
    # The linker keeps one copy of a weak function for all its callers, those on processors without
    # the instruction set included.
    nm = tool("nm")
    shared = []
    for path in objects(build_dir, isa):
        for line in lines_of(nm, "--demangle", "--defined-only", str(path)):
            _, kind, name = line.split(" ", 2)
            if kind in "WVu" and f"weft::kernels::{isa}::" not in name:
                shared.append(f"{path.name}: {name}")
    assert not shared


@pytest.mark.parametrize("isa", ISAS)
def test_no_product_is_fused_that_the_source_does_not_fuse(build_dir, isa):
    # Alternating fused additions and subtractions are the compiler's own idea of complex products.
    objdump = tool("objdump")
    fused = [
        path.name
        for path in objects(build_dir, isa)
        if any(re.search("fmaddsub|fmsubadd", line) for line in lines_of(objdump, "-d", str(path)))
    ]
    assert not fused


@functools.cache
def innermost_loops(path):
    """(function, instructions) of each loop that holds no other: from a jump's target to it."""
    result = []
    text = "\n".join(lines_of("objdump", "-d", "-C", "--no-show-raw-insn", str(path)))
    for part in re.split(r"\n(?=[0-9a-f]+ <)", text):
        function = re.match(r"[0-9a-f]+ <(.*)>:", part)
        code = re.findall(r"^\s*([0-9a-f]+):\t(.*)$", part, re.MULTILINE)
        at = {int(address, 16): i for i, (address, _) in enumerate(code)}
        loops = []
        for i, (_, instruction) in enumerate(code):
            jump = re.match(r"j\w+\s+([0-9a-f]+)", instruction)
            start = at.get(int(jump[1], 16)) if jump else None
            if start is not None and start <= i:
                loops.append((start, i))
        for first, last in loops:
            inside = [loop for loop in loops if first <= loop[0] and loop[1] <= last]
            if function and len(inside) == 1:
                result.append((function[1], [text for _, text in code[first : last + 1]]))
    return result


@pytest.mark.parametrize("source", MICRO_KERNELS)
@pytest.mark.parametrize(("isa", "vectors"), [("avx2", 12), ("avx512", 28)])
def test_micro_kernels_keep_their_sums_in_registers(build_dir, isa, vectors, source):
    if isa == "avx512" and source.startswith("quantized"):
        vectors = 24  # products take two registers more
    tool("objdump")
    (path,) = [path for path in objects(build_dir, isa) if path.name == f"{source}.isa.cpp.o"]
    most = 0
    for function, code in innermost_loops(path):
        products = sum(bool(PRODUCT.match(line)) for line in code)
        if not re.search(MICRO_KERNELS[source], function) or products < 6:
            continue
        most = max(most, products)
        spilled = [line for line in code if MOVED_BY_STACK.search(line)]
        assert not spilled, f"{function}: {spilled}"
    # The whole tile was among them, as one loop.
    assert most >= vectors


@pytest.mark.parametrize("isa", ["avx2", "avx512"])
def test_depthwise_sums_of_int8_stay_in_registers(build_dir, isa):
    # A loop that sets them, unless it is unrolled, sends them by way of the stack.
    tool("objdump")
    (path,) = [path for path in objects(build_dir, isa) if "quantized_depthwise" in path.name]
    loops = [code for function, code in innermost_loops(path) if "::rescaled_row<" in function]
    assert any(PRODUCT.match(line) for code in loops for line in code)
    vectors = [[line for line in code if re.match("({vex} )?v", line)] for code in loops]
    assert not [lines for lines in vectors if len(lines) == 1 and STORED.match(lines[0])]
    # All products before the first addition are more than there are registers.
    tiles = [code for code in loops if sum(bool(PRODUCT.match(line)) for line in code) >= 24]
    assert tiles
    for code in tiles:
        products = sum(bool(PRODUCT.match(line)) for line in code)
        assert sum(bool(STORED.match(line)) for line in code) < products / 4


@pytest.mark.parametrize("name", ["autograd", "control", "hpp", "invoke", "models"])
def test_the_library_runs_on_a_processor_without_avx(build_dir, tmp_path, name):
    emulator = tool("qemu-x86_64")
    program = build_dir / f"weft_abi_{name}"
    # A sanitizer loaded ahead of these tests would reserve its shadow memory in the emulator, too.
    environment = {key: value for key, value in os.environ.items() if key != "LD_PRELOAD"}
    command = [emulator, "-cpu", "Nehalem", str(program)]
    subprocess.run(command, check=True, cwd=tmp_path, env=environment)
