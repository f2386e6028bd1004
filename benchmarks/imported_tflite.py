"""What TensorFlow Lite models need on an emulated Cortex-M4 as C that Weft makes from them, beside
TensorFlow Lite Micro.

    python benchmarks/imported_tflite.py [results.json]

The int8 models of MLPerf Tiny, and models of TensorFlow Lite Micro's examples, from the files of
`tests/models/tflite`, with the roundings of TensorFlow Lite Micro (`rounding='micro'`): executed
instructions of one inference, bytes of memory (arena with input and output, data, stack) and of
flash (code and constants); and that the C gives the library's bits. Instructions are counted
exactly under QEMU, and are no cycles.
TensorFlow Lite Micro with CMSIS-NN is not run here: its figures were recorded with the same files,
emulator, compiler family and way of counting. Its flash is the model's file beside 92,596 bytes of
code with the seven operators of these models, 14.9 KB of constants, and 12,940 bytes of C library.
Of the model of speech features only the kernels of its signal library were counted, without
interpreter and elementwise operators, for the same frame: its transform has tables in memory, 2,836
bytes, which it computes at the start by 1.5 million instructions, and they take 784 bytes of stack.
"""

import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "cortexm")]
import machine  # noqa: E402
import networks  # noqa: E402
import numpy  # noqa: E402
import weft  # noqa: E402
from weft import np, runtime  # noqa: E402

MODELS = ROOT / "tests" / "models" / "tflite"
# Instructions of an Invoke, bytes of the arena that it used, of the stack, and of the file.
# Recorded with int8 kernels of CMSIS-NN, gcc 12.2 -O3, and an input of zeros.
TFLM = {
    "ad01_int8": (583_055, 2_580, 876, 276_976),
    "kws_dscnn_int8": (7_846_025, 22_820, 1_236, 53_936),
    "resnet8_int8": (29_875_988, 54_996, 1_236, 98_496),
    "vww_mobilenet_int8": (24_723_795, 100_708, 1_236, 333_288),
}
TFLM_CODE = 92_596 + 14_900 + 12_940
# Instructions of the signal library's kernels at 90b983c for a frame.
TFLM_KERNELS = {"audio_preprocessor_int8": 94_323}
NAMES = [
    *TFLM,
    "mnist_lstm_int8",
    "hello_world_int8",
    "micro_speech_int8",
    "audio_preprocessor_int8",
]


def measured(name: str, folder: Path) -> dict[str, int | float]:
    """One model's figures."""
    net = weft.tflite.load(MODELS / f"{name}.tflite", rounding="micro")
    (port,) = net.ports
    ends = numpy.iinfo(port.dtype)
    x = numpy.random.default_rng(0).integers(
        ends.min, ends.max, port.usual, port.dtype, endpoint=True
    )
    net.export(folder / "net.weft", np.array(x))
    model = runtime.Model(folder / "net.weft")
    model.write_c(folder, "forward", name="net", ports_in_arena=True)
    cost = networks.run("net", folder, "m4", x)
    found: dict[str, int | float] = {
        "instructions": cost.instructions,
        "memory": cost.memory,
        "arena": cost.arena,
        "stack": cost.stack,
        "code": cost.code,
        "flash": cost.code + cost.flash,
        "differs": cost.differs,
    }
    if name in TFLM:
        instructions, arena, stack, file = TFLM[name]
        found |= {
            "peer_instructions": instructions,
            "peer_memory": arena + stack,
            "peer_flash": file + TFLM_CODE,
        }
    if name in TFLM_KERNELS:
        found["peer_instructions"] = TFLM_KERNELS[name]
    return found


def _with_commas(number: float | None) -> str:
    return "-" if number is None else f"{number:,}"


def main(arguments: list[str]) -> int:
    if machine.missing_tools():
        print(machine.why_not())
        return 0
    results = {}
    columns = ("instructions", "memory", "flash")
    print(f"{'':20}" + "".join(f"{column:>14}{'TFLM':>12}" for column in columns))
    for name in NAMES:
        with tempfile.TemporaryDirectory() as folder:
            r = results[name] = measured(name, Path(folder))
        cells = (f"{r[c]:14,}{_with_commas(r.get(f'peer_{c}')):>12}" for c in columns)
        print(f"{name:20}" + "".join(cells) + ("  DIFFERS" if r["differs"] else ""))
    if arguments:
        Path(arguments[0]).write_text(json.dumps(results, indent=1) + "\n")
    return any(r["differs"] for r in results.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
