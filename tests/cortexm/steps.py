"""Training steps as C on a board: what one costs, and whether it learns what the library's does."""

import re
from dataclasses import dataclass
from pathlib import Path

import machine
import networks
import numpy
from weft import runtime


@dataclass
class Cost:
    """Of training on a board.

    step, run: instructions; flash: bytes of constants, code: of what is executed; arena, state,
    stack: bytes of memory; difference: the most that a loss is away from the library's
    """

    step: int
    run: int
    arena: int
    state: int
    stack: int
    code: int
    flash: int
    difference: float

    @property
    def memory(self) -> int:
        """All bytes of memory but inputs, which are the caller's."""
        return self.arena + self.state + self.stack


def _array(name: str, values: numpy.ndarray) -> str:
    kind = {"float32": "float", "int32": "int32_t", "int64": "int64_t"}[str(values.dtype)]
    text = ", ".join(float(v).hex() if kind == "float" else str(v) for v in values.ravel())
    return f"static const {kind} {name}[{values.size}] = {{{text}}};\n"


def _main(name: str, x: numpy.ndarray, label: numpy.ndarray, steps: int, outputs: int) -> str:
    """Trains on one batch again and again, then runs; prints the losses' bits."""
    return f"""#include <string.h>
#include "board.h"
#include "{name}.h"
{_array("x", x)}{_array("label", label)}
static struct {name}_state state;
static float losses[{steps}][{len(x)}], scores[{outputs}];
int board_main(void) {{
  {name}_reset(&state);
  board_stack_paint();
  board_mark();
  {name}_train(&state, x, label, losses[0]);
  board_mark();
  for (int i = 1; i < {steps}; ++i) {name}_train(&state, x, label, losses[i]);
  board_mark();
  {name}_run(&state, x, scores);
  board_mark();
  board_put_u("stack", board_stack_used());
  board_put_u("state", sizeof state);
  for (int i = 0; i < {steps}; ++i) {{
    uint32_t bits;
    memcpy(&bits, &losses[i][0], sizeof bits);
    board_put_u("loss", bits);
  }}
  return 0;
}}
"""


def run(name: str, folder: Path, x: numpy.ndarray, label: numpy.ndarray, steps: int = 3) -> Cost:
    """`name`.weft, whose step trains what the C of it trains, on a Cortex-M4 and in the library.

    x, label: a batch of the step, which the run takes, too, where its batch is as large
    """
    model = runtime.Model(str(folder / f"{name}.weft"))
    context = model.context("train")
    wanted = [numpy.array(context.run(x, label)[0]).ravel()[0] for _ in range(steps)]
    outputs = int(numpy.prod(model.context().outputs[0].shape))
    (folder / "board_main.c").write_text(_main(name, x, label, steps, outputs))
    sources = [folder / "board_main.c", folder / f"{name}.c"]
    report = machine.run("m4", sources, folder, flags=(f"-I{folder}",))
    if report.status != 0:
        raise RuntimeError(f"{name}: status {report.status}\n{report.output}")
    bits = re.findall(r"^loss (\d+)$", report.output, re.M)
    found = numpy.array([int(b) for b in bits], "uint32").view("float32")
    header = (folder / f"{name}.h").read_text()
    owner = report.owners["program"]
    return Cost(
        step=report.spans[1],
        run=report.spans[3],
        arena=int(header.split(f"{name.upper()}_ARENA_BYTES ")[1].split()[0]),
        state=networks.number(report.output, "state"),
        stack=networks.number(report.output, "stack"),
        code=owner["text"],
        flash=owner.get("rodata", 0) - x.nbytes - label.nbytes,
        difference=float(abs(found - numpy.array(wanted)).max()),
    )
