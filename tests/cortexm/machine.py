"""C programs on emulated Cortex-M boards: built, run, and measured.

A program defines `int board_main(void)`; its result is the exit status. It runs under
qemu-system-arm without an operating system, and what it costs is exact, whatever else the machine
does: executed instructions (not cycles), sections, stack.

Needs Debian's qemu-system-arm, gcc-arm-none-eabi and libnewlib-arm-none-eabi, and the host's gcc.
"""

import bisect
import itertools
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BOARD = Path(__file__).resolve().parent / "board"
PREFIX = "arm-none-eabi-"
TOOLS = ("qemu-system-arm", f"{PREFIX}gcc", "gcc")
PACKAGES = "qemu-system-arm gcc-arm-none-eabi libnewlib-arm-none-eabi"
RAM_SECTIONS = (".data", ".bss")


@dataclass(frozen=True)
class Core:
    """A QEMU machine with a processor, and its memory: where code, constants and data lie."""

    machine: str
    flags: tuple[str, ...]
    rom: tuple[int, int] = (0x0, 4 << 20)
    ram: tuple[int, int] = (0x20000000, 4 << 20)
    constants: tuple[int, int] | None = None  # with the code


SINGLE = ("-mfloat-abi=hard", "-mfpu=fpv4-sp-d16")
CORES = {
    "m0": Core("mps2-an385", ("-mcpu=cortex-m0", "-mfloat-abi=soft")),
    "m3": Core("mps2-an385", ("-mcpu=cortex-m3", "-mfloat-abi=soft")),
    "m4": Core("mps2-an386", ("-mcpu=cortex-m4", *SINGLE)),
    "m7": Core("mps2-an500", ("-mcpu=cortex-m7", "-mfloat-abi=hard", "-mfpu=fpv5-d16")),
    "m55": Core(
        "mps3-an547",
        ("-mcpu=cortex-m55", "-mfloat-abi=hard"),
        rom=(0x0, 512 << 10),
        ram=(0x31000000, 2 << 20),
        constants=(0x70000000, 64 << 20),
    ),
}


@dataclass
class Report:
    """What a run did and cost.

    spans: instructions between calls of `board_mark`, the program's begin and end among them
    functions: instructions by function; sections: bytes
    owners: bytes of sections by who brought them: `program`, `board`, `libc`
    """

    status: int
    output: str
    stack: int = 0
    heap: int = 0
    spans: list[int] = field(default_factory=list)
    functions: dict[str, int] = field(default_factory=dict)
    sections: dict[str, int] = field(default_factory=dict)
    owners: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def instructions(self) -> int:
        """From the program's begin to its end."""
        return sum(self.spans)


def missing_tools() -> list[str]:
    """What is not installed of that which a run needs."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def why_not() -> str:
    """Why nothing can run here."""
    return f"not installed: {', '.join(missing_tools())}; apt-get install {PACKAGES}"


def run(
    core: str,
    sources: Iterable[Path],
    folder: Path,
    *,
    level: str = "-O2",
    flags: Sequence[str] = (),
    stack: int = 16 << 10,
    counts: bool = True,
    timeout: float = 120,
) -> Report:
    """Builds the sources into `folder`, and runs them.

    flags: of the compiler, for the sources; stack: bytes, beyond which a run ends with status 99
    counts: whether instructions are counted, which takes twice as long

    Raises RuntimeError where the compiler refuses, with what it says.
    """
    program = _build(CORES[core], list(sources), folder, [level, *flags], stack)
    report = _execute(CORES[core], program, folder, counts, timeout)
    report.sections = _sections(program)
    report.owners = _owners(folder / "map")
    return report


def _output_of(command: Sequence[Any]) -> str:
    result = subprocess.run([str(c) for c in command], text=True, capture_output=True, check=False)
    if result.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{result.stdout}{result.stderr}")
    return result.stdout


def _build(core: Core, sources: list[Path], folder: Path, flags: list[str], stack: int) -> Path:
    constants = core.constants or core.rom
    numbers = {
        "ROM_ORG": core.rom[0],
        "ROM_LEN": core.rom[1],
        "RAM_ORG": core.ram[0],
        "RAM_LEN": core.ram[1],
        "CONST_ORG": constants[0],
        "CONST_LEN": constants[1],
        "STACK": stack,
    }
    names = [f"-D{name}={number:#x}" for name, number in numbers.items()]
    names.append(f"-DRODATA_REGION={'CONST' if core.constants else 'ROM'}")
    script = folder / "link.ld"
    _output_of([f"{PREFIX}cpp", "-P", *names, BOARD / "link.ld.in", "-o", script])
    common = [*core.flags, "-mthumb", "-g", "-ffunction-sections", "-fdata-sections"]
    # The board must not call the C library by itself: that would count as the program's.
    own = ["-std=gnu99", "-Os", "-fno-tree-loop-distribute-patterns"]
    objects = [folder / "board.o"]
    compiler = f"{PREFIX}gcc"
    _output_of([compiler, *common, *own, "-c", BOARD / "startup.c", "-o", objects[0]])
    for number, source in enumerate(sources):
        objects.append(folder / f"{source.stem}.{number}.o")
        made = ["-std=c99", f"-I{BOARD}", *flags, "-c", source, "-o", objects[-1]]
        _output_of([compiler, *common, *made])
    program = folder / "program.elf"
    link = [
        "--specs=nano.specs",
        "-nostartfiles",
        "-Wl,--gc-sections",
        f"-Wl,-Map={folder / 'map'}",
    ]
    link += ["-Wl,--no-warn-rwx-segments", "-T", script]
    libraries = ["-Wl,--start-group", "-lc", "-lm", "-lgcc", "-Wl,--end-group"]
    _output_of([compiler, *core.flags, "-mthumb", *link, *objects, *libraries, "-o", program])
    return program


def _counter() -> Path:
    """The plugin that counts, built once for each user and each version of its source."""
    source = BOARD / "insncount.c"
    library = Path(tempfile.gettempdir()) / f"weft_insncount.{os.getuid()}.so"
    if not library.exists() or library.stat().st_mtime < source.stat().st_mtime:
        part = library.with_suffix(f".{os.getpid()}")
        _output_of(["gcc", "-O2", "-shared", "-fPIC", source, "-o", part])
        part.replace(library)
    return library


def _execute(core: Core, program: Path, folder: Path, counts: bool, timeout: float) -> Report:
    symbols = _symbols(program)
    command = ["qemu-system-arm", "-M", core.machine, "-nographic", "-monitor", "none"]
    command += ["-serial", "none", "-semihosting-config", "enable=on,target=native"]
    command += ["-kernel", str(program)]
    if counts:
        mark = next(address for address, name in symbols if name == "board_mark")
        command += ["-plugin", f"{_counter()},mark={mark:#x},out={folder / 'counts'}"]
        command += ["-d", "plugin"]
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    report = Report(result.returncode, result.stdout + result.stderr)
    for key in ("stack", "heap"):
        if found := re.search(rf"^@{key} (\d+)\n", report.output, re.M):
            setattr(report, key, int(found[1]))
            report.output = report.output.replace(found[0], "")
    if counts:
        _read_counts(folder / "counts", symbols, report)
    return report


def _symbols(program: Path) -> list[tuple[int, str]]:
    """Functions by address."""
    lines = (line.split() for line in _output_of([f"{PREFIX}nm", program]).splitlines())
    found = [(int(p[0], 16) & ~1, p[2]) for p in lines if len(p) == 3 and p[1] in "tTwW"]
    return sorted(found)


def _read_counts(path: Path, symbols: list[tuple[int, str]], report: Report) -> None:
    marks, starts = [], [address for address, _ in symbols]
    for line in path.read_text().splitlines():
        kind, *rest = line.split()
        if kind == "mark":
            marks.append(int(rest[0]))
        elif kind == "block":
            at = bisect.bisect_right(starts, int(rest[0], 16)) - 1
            name = symbols[at][1] if at >= 0 else "?"
            report.functions[name] = report.functions.get(name, 0) + int(rest[1])
    report.spans = [after - before for before, after in itertools.pairwise(marks)]


def _sections(program: Path) -> dict[str, int]:
    lines = (line.split() for line in _output_of([f"{PREFIX}size", "-A", program]).splitlines())
    return {
        p[0]: int(p[1])
        for p in lines
        if len(p) == 3 and p[0] in (".text", ".rodata", *RAM_SECTIONS)
    }


def _owners(path: Path) -> dict[str, dict[str, int]]:
    """Of the linker's map: bytes of each section by who brought them."""
    owners: dict[str, dict[str, int]] = {}
    live = path.read_text().split("Linker script and memory map", 1)[1]
    live = re.sub(r"\n (\S+)\n\s+0x", r"\n \1 0x", live)  # names too long for their column
    pattern = r"^ ?(\S+)?\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)(?: (.+))?$"
    for found in re.finditer(pattern, live, re.M):
        name, size, source = found[1] or "", int(found[3], 16), found[4]
        if not source or not size or name == "*fill*" or source.startswith("load address"):
            continue
        section = _section_of(name)
        if section is None or (int(found[2], 16) == 0 and section != "text"):
            continue
        owner = owners.setdefault(_owner_of(source), {})
        owner[section] = owner.get(section, 0) + size
    return owners


def _section_of(name: str) -> str | None:
    if name == "COMMON":
        return "bss"
    if name in (".vectors", ".init_array"):
        return "text"
    kinds = ("text", "rodata", "data", "bss")
    return next((kind for kind in kinds if name.startswith(f".{kind}")), None)


def _owner_of(source: str) -> str:
    if source.endswith("/board.o"):
        return "board"
    return "libc" if re.search(r"lib(c|m|gcc|g|nosys)(_nano)?\.a", source) else "program"
