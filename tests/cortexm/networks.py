"""Networks as C on a board: what a run costs, and whether it gives what the library gives."""

import re
from dataclasses import dataclass
from pathlib import Path

import machine
import numpy
from weft import runtime


@dataclass
class Cost:
    """Of a network on a board.

    instructions: of one run; flash: bytes of constants; code: of what is executed, the board's own
    apart; arena, data, stack: bytes of memory, `data` beside the arena, in which inputs and
    outputs are
    """

    instructions: int
    differs: int
    arena: int
    data: int
    stack: int
    code: int
    flash: int
    functions: dict[str, int]

    @property
    def memory(self) -> int:
        """All bytes of memory."""
        return self.arena + self.data + self.stack


def _array(name: str, values: numpy.ndarray) -> str:
    is_float = values.dtype == "float32"
    kind = "float" if is_float else f"{values.dtype}_t"
    text = ", ".join(float(x).hex() if is_float else str(x) for x in values.ravel())
    return f"static const {kind} {name}[{values.size}] = {{{text}}};\n"


def board_main(
    name: str, output: str, running: tuple[str, str], x: numpy.ndarray, wanted: numpy.ndarray
) -> str:
    """A program that runs the network once, counted, and exits with 1 where an output differs: in
    a bit, or floats by more than a ten thousandth of the largest.

    running: what is done before a run, and the run
    """
    kind, differs = f"{wanted.dtype}_t", "y[i] != wanted[i]"
    if wanted.dtype == "float32":
        most = float(abs(wanted).max()) * 1e-4
        kind, differs = "float", f"!(y[i] - wanted[i] < {most}f && wanted[i] - y[i] < {most}f)"
    return f"""#include <string.h>
#include "board.h"
#include "{name}.h"
{_array("given", x)}{_array("wanted", wanted)}
int board_main(void) {{
  {running[0]}
  board_stack_paint();
  board_mark();
  {running[1]}
  board_mark();
  board_put_u("stack", board_stack_used());
  const {kind} *const y = {name}_{output}();
  uint32_t differ = 0;
  for (uint32_t i = 0; i < {wanted.size}; ++i) differ += {differs};
  board_put_u("differ", differ);
  return differ != 0;
}}
"""


def number(output: str, key: str) -> int:
    """What the board printed behind a key."""
    return next(int(line.split()[1]) for line in output.splitlines() if line.startswith(f"{key} "))


def run(
    name: str,
    folder: Path,
    core: str,
    x: numpy.ndarray,
    flags: tuple[str, ...] = (),
    sources: tuple[Path, ...] = (),
) -> Cost:
    """`name`.weft and the C of it, both in the folder, on a board and in the library.

    sources: what else belongs to the program
    """
    context = runtime.Model(str(folder / f"{name}.weft")).context()
    wanted = context.run(x)
    wanted = numpy.asarray(wanted[0] if isinstance(wanted, list | tuple) else wanted)
    header = (folder / f"{name}.h").read_text()
    ports = re.findall(rf"\*{name}_(\w+)\(void\)", header)  # input, output
    running = (f"memcpy({name}_{ports[0]}(), given, sizeof given);", f"{name}_run();")
    if f"{name}_feed_rows" in header:
        feeds = f"{name}_feed_rows(given + row * {x[0, 0].size}, 1);"
        each = f"for (int32_t row = 0; row < {x.shape[1]}; ++row) {feeds}"
        running = (f"{name}_start();", each)
    if f"struct {name}_state {{" in header:  # what stays from run to run
        start = f"static struct {name}_state state; {name}_reset(&state); {running[0]}"
        running = (start, f"{name}_run(&state);")
    (folder / "board_main.c").write_text(board_main(name, ports[-1], running, x, wanted))
    own = [folder / "board_main.c", folder / f"{name}.c"]
    report = machine.run(core, [*own, *sources], folder, flags=(f"-I{folder}", *flags))
    if report.status not in (0, 1):
        raise RuntimeError(f"{name} on {core}: status {report.status}\n{report.output}")
    arena = int(header.split(f"{name.upper()}_ARENA_BYTES ")[1].split()[0])
    owner = report.owners["program"]
    constants = x.nbytes + wanted.nbytes
    static = owner.get("data", 0) + owner.get("bss", 0) - arena
    return Cost(
        instructions=report.spans[1],
        differs=number(report.output, "differ"),
        arena=arena,
        data=static,
        stack=number(report.output, "stack"),
        code=owner["text"],
        flash=owner.get("rodata", 0) - constants,
        functions=report.functions,
    )
