"""What mixed precision gives a training step: memory and time in bfloat16 beside float32.

    python benchmarks/mixed_precision.py [network...] [results.json]

Networks of benchmarks/networks, each step one plan (`trainer.compile`), and inference of BERT-base,
ResNet-50 and MobileNet v2. First the losses after some steps are compared, then what plans take
(arena and prepared values), then the steps run in turns, beside PyTorch's in float32 and with
autocast where it is installed. An LSTM gains nothing by bfloat16: it has no half kernel, and says
so in its slot.
"""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent / "networks"))

import numpy
import on_weft
import weft_blocks
from side_by_side import Report
from weft import amp, np
from weft._core import native
from workloads import inputs

TRAINING = ("mlp_train", "gpt_train", "gpt_long_train", "lstm_train", "resnet18_train")
INFERENCE = ("bert_b1", "resnet50_b1", "mobilenetv2_b1")
NETWORKS = (*TRAINING, *INFERENCE)
MOST = 0.05  # that a loss or an output may differ by
SAMPLE, SAMPLES = 0.2, 11
THREADS = native.num_threads()


def mixed(step: Callable[[], Any]) -> Callable[[], Any]:
    def call() -> Any:
        with amp.autocast("bfloat16"):
            return step()

    return call


def training(name: str) -> tuple[Callable[[], Any], Callable[[], Any], Callable[[], int]]:
    run = on_weft.create(name, "plan", THREADS)
    assert run.arena is not None
    return run.step, run.output, run.arena


def inference(name: str) -> tuple[Callable[[], Any], Callable[[], Any], Callable[[], int]]:
    network = name.removesuffix("_b1")
    net = weft_blocks.bert() if network == "bert" else on_weft.convnet(network)
    x = np.array(inputs(name)["x"])
    net.hybridize()

    def step() -> Any:
        out = net(x)
        out.wait_to_read()
        return out

    def memory() -> int:
        figures = net.plan_memory()
        return int(figures["arena"] + figures["prepared"])

    return step, lambda: step().asnumpy(), memory


def pair(name: str) -> dict[str, Callable[[], Any]]:
    """The two competitors, their results compared and their memory printed."""
    make = training if name.endswith("_train") else inference
    outputs, bytes_of, steps = {}, {}, {}
    for precision in ("float32", "bfloat16"):
        wrap = mixed if precision == "bfloat16" else lambda step: step
        step, output, arena = make(name)
        outputs[precision] = numpy.asarray(wrap(output)())
        bytes_of[precision], steps[f"weft {precision}"] = arena(), wrap(step)
    largest = numpy.abs(outputs["float32"]).max()
    error = numpy.abs(outputs["bfloat16"] - outputs["float32"]).max() / largest
    wide, narrow = bytes_of["float32"], bytes_of["bfloat16"]
    print(
        f"{name}: plans take {wide / 1e6:.1f} MB and {narrow / 1e6:.1f} MB, "
        f"{narrow / wide:.2f} x; results differ by {error:.1e}"
    )
    if not error < MOST:
        raise SystemExit(f"{name}: results in bfloat16 are off by {error:.2g}")
    return steps


def torch_pair(name: str) -> dict[str, Callable[[], Any]]:
    import on_torch
    import torch

    run = on_torch.create(name, "eager", THREADS)

    def autocast() -> Any:
        with torch.autocast("cpu", torch.bfloat16):
            return run.step()

    return {"torch float32": run.step, "torch autocast": autocast}


def main() -> None:
    names = [name for name in NETWORKS if name in sys.argv] or list(NETWORKS)
    report = Report("mixed precision")
    for name in names:
        competitors = pair(name)
        if name.endswith("_train"):
            if importlib.util.find_spec("torch"):
                competitors |= torch_pair(name)
            else:
                report.missing("torch")
        report.compare(name, competitors, "weft float32", length=SAMPLE, count=SAMPLES)
    report.save()


if __name__ == "__main__":
    main()
