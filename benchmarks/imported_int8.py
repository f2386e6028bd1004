"""Quantized ONNX models in Weft's int8, beside ONNX Runtime, which quantized them.

    PYTHONPATH=build/python build/imported/bin/python benchmarks/imported_int8.py [NAME ...]

The networks are those of `imported_networks.py`, with random weights, and so is the environment.
ONNX Runtime's `quantize_static` makes each a model of 8 bits, with a scale for each channel of the
weights. Errors are root mean squares beside the float network's results; those of Weft and of ONNX
Runtime have to be alike. The runtimes take turns, and a figure is the best of all turns. "of ONNX
Runtime" is Weft's int8 over it: below 1 is faster.
"""

import argparse
import json
import logging
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import onnxruntime
import torch
from imported_networks import NETWORKS, export, in_turns, on_onnxruntime
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quant_pre_process,
    quantize_static,
)

NAMES = ["resnet50", "mobilenet_v2", "mobilenet_v3", "efficientnet_b0", "detector", "unet"]
FORMATS = {"qdq": QuantFormat.QDQ, "operators": QuantFormat.QOperator}
THREADS = 2
MOST_ERROR = 1.25  # of Weft's over ONNX Runtime's
Inputs = dict[str, torch.Tensor]


class Batches(CalibrationDataReader):
    """Some inputs of the network's own shapes."""

    def __init__(self, inputs: Inputs, count: int = 4) -> None:
        generator = torch.Generator().manual_seed(1)
        self._rest: Iterator[dict[str, numpy.ndarray]] = iter(
            {n: torch.randn(v.shape, generator=generator).numpy() for n, v in inputs.items()}
            for _ in range(count)
        )

    def get_next(self) -> dict[str, numpy.ndarray] | None:
        return next(self._rest, None)


def quantized(source: Path, inputs: Inputs, format_: str) -> Path:
    """The network in 8 bits, beside its file."""
    ready, target = source.with_suffix(".ready.onnx"), source.with_suffix(".int8.onnx")
    logging.disable(logging.WARNING)
    quant_pre_process(str(source), str(ready), skip_symbolic_shape=True)
    quantize_static(
        str(ready),
        str(target),
        Batches(inputs),
        quant_format=FORMATS[format_],
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )
    return target


def on_weft(path: Path, inputs: Inputs, int8: bool) -> Any:
    import weft
    from weft import np, npx

    npx.set_num_threads(THREADS)
    net = weft.onnx.load(path, int8=int8)
    net.hybridize()
    given = [np.array(value.numpy()) for value in inputs.values()]
    return lambda: net(*given).asnumpy()


def error_of(found: numpy.ndarray, wanted: numpy.ndarray) -> float:
    return float(numpy.sqrt(((found - wanted) ** 2).mean() / (wanted**2).mean()))


def measured(name: str, format_: str, rounds: int) -> dict[str, float]:
    """Milliseconds of a call and errors, by runtime."""
    torch.manual_seed(0)
    module, inputs = NETWORKS[name]()
    module.eval()
    with torch.no_grad():
        wanted = module(*inputs.values()).numpy()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.onnx")
        export(module, inputs, path)
        small = quantized(path, inputs, format_)
        runners = {
            "weft int8": on_weft(small, inputs, True),
            "weft as written": on_weft(small, inputs, False),
            "onnxruntime": on_onnxruntime(small, module, inputs),
        }
        errors = {runtime: error_of(run(), wanted) for runtime, run in runners.items()}
        if errors["weft int8"] > MOST_ERROR * errors["onnxruntime"]:
            raise SystemExit(f"{name}: the errors differ: {errors}")
        found = {n: round(1e3 * seconds, 3) for n, seconds in in_turns(runners, rounds).items()}
    return found | {f"error of {runtime}": round(error, 5) for runtime, error in errors.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", default=NAMES, help=", ".join(NETWORKS))
    parser.add_argument("--format", choices=list(FORMATS), default="qdq")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", type=Path, help="also write the figures there")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    onnxruntime.set_default_logger_severity(3)
    print("| network, ms | weft int8 | weft as written | onnxruntime | of ONNX Runtime | errors |")
    print("| --- | --- | --- | --- | --- | --- |")
    rows = {}
    for name in options.names:
        row = rows[name] = measured(name, options.format, options.rounds)
        times = [row[runtime] for runtime in ("weft int8", "weft as written", "onnxruntime")]
        errors = [row[f"error of {runtime}"] for runtime in ("weft int8", "onnxruntime")]
        cells = [str(time) for time in times] + [str(round(times[0] / times[2], 2))]
        print(f"| {name} | {' | '.join(cells)} | {errors[0]}, {errors[1]} |", flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
