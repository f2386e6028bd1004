"""What the networks of examples/tiny need on an emulated Cortex-M4 and M55, beside TensorFlow Lite
Micro and CMSIS-NN.

    python benchmarks/cortexm.py [results.json]

For each network, in int8 and compiled to C: executed instructions of one inference, bytes of memory
(arena with input and output, data, stack), code and constants; and that it gives the library's
bits. Then the same in the least memory that `memory` allows (images made by bands of rows), and
with rows that the caller feeds one by one (the input is nowhere whole), and all three on an M55,
where Helium computes. Instructions are counted exactly under QEMU, and are no cycles. TensorFlow
Lite Micro with CMSIS-NN is not run here: its figures, of the same networks in MLPerf Tiny's files,
were recorded with the same emulator, compiler family and way of counting; those on the M55 are of
CMSIS-NN's kernels alone, and have no memory. LeNet and the recurrent network have no such figures.
"""

import json
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "cortexm"), str(ROOT / "examples" / "tiny")]
import machine  # noqa: E402
import networks  # noqa: E402
import side_by_side  # noqa: E402
import tiny  # noqa: E402
from weft import runtime  # noqa: E402

# Instructions of an Invoke, and bytes: the arena that it used, and the stack.
TFLM = {
    "anomaly_detection": (583_055, 2_580, 876),
    "keyword_spotting": (7_846_025, 22_820, 1_236),
    "image_classification": (29_875_988, 54_996, 1_236),
    "visual_wake_words": (24_723_795, 100_708, 1_236),
}
# Instructions of CMSIS-NN's kernels for the networks' layers on an M55.
CMSIS_NN_ON_M55 = {
    "anomaly_detection": 283_319,
    "keyword_spotting": 1_783_858,
    "image_classification": 4_807_416,
    "visual_wake_words": 6_427_329,
}


# How the C is made, and of which networks; on an M4, and where the name says so on an M55.
IMAGES = ["keyword_spotting", "image_classification", "visual_wake_words"]
FORMS = {
    "networks": [*TFLM, "digits", "keywords"],
    "least": list(TFLM),
    "fed": IMAGES,
    "networks m55": list(TFLM),
    "least m55": list(TFLM),
    "fed m55": IMAGES,
}


def least_memory(path: Path) -> int:
    """Bytes of the smallest arena, inputs and outputs included."""
    try:
        runtime.Model(str(path)).write_c(path.parent, memory=1, ports_in_arena=True)
    except ValueError as error:
        return int(re.search(r"at least (\d+) bytes", str(error))[1])
    raise AssertionError("an arena of one byte")


def measured(name: str, folder: Path, form: str) -> dict[str, object]:
    """One network's figures, in a form of FORMS."""
    module = tiny.NETWORKS[name]
    x = tiny.examples(module, 2)
    net = tiny.untrained(module, x)
    way, _, core = form.partition(" ")
    block = tiny.write(net, x, name, folder, ports_in_arena=True, feed_rows=way == "fed")
    given = tiny.as_integers(block, tiny.examples(module, 1, seed=2)).asnumpy()
    if way == "least":
        path = folder / f"{name}.weft"
        memory = least_memory(path)
        runtime.Model(str(path)).write_c(folder, name=name, memory=memory, ports_in_arena=True)
    cost = networks.run(name, folder, core or "m4", given)
    busiest = sorted(cost.functions.items(), key=lambda item: -item[1])
    found = {
        "macs": module.MACS,
        "instructions": cost.instructions,
        "memory": cost.memory,
        "arena": cost.arena,
        "stack": cost.stack,
        "data": cost.data,
        "code": cost.code,
        "constants": cost.flash,
        "differs": cost.differs,
        "functions": {f: n for f, n in busiest if f.startswith("weft_")},
    }
    if name in TFLM:
        instructions, arena, stack = (CMSIS_NN_ON_M55[name], 0, 0) if core else TFLM[name]
        found |= {
            "ratio": cost.instructions / instructions,
            "peer_instructions": instructions,
            "peer_memory": arena + stack,
        }
    return found


def main(arguments: list[str]) -> int:
    if machine.missing_tools():
        print(machine.why_not())
        return 0
    results = {form: {} for form in FORMS}
    for form, names in FORMS.items():
        print(
            f"{form:22}{'MACs':>12}{'instructions':>14}{'of peer':>9}{'memory':>8}{'peer':>9}"
            f"{'code':>7}"
        )
        for name in names:
            with tempfile.TemporaryDirectory() as folder:
                r = results[form][name] = measured(name, Path(folder), form)
            ratio = f"{r['ratio']:9.3f}" if name in TFLM else f"{'-':>9}"
            theirs = f"{r['peer_memory']:9,}" if name in TFLM else f"{'-':>9}"
            print(
                f"{name:22}{r['macs']:12,}{r['instructions']:14,}{ratio}"
                f"{r['memory']:8,}{theirs}{r['code']:7,}" + ("  DIFFERS" if r["differs"] else "")
            )
    if arguments:
        text = {"machine": side_by_side.machine(), "core": "m4 or m55", **results}
        Path(arguments[0]).write_text(json.dumps(text, indent=1) + "\n")
    return int(any(r["differs"] for form in results.values() for r in form.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
