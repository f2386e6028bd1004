"""Networks from PyTorch, with random weights, brought into Weft, beside other runtimes that take
them: ONNX Runtime, OpenVINO, compiled PyTorch.

    python -m venv build/imported
    build/imported/bin/pip install -r benchmarks/imported_networks.txt
    PYTHONPATH=build/python build/imported/bin/python benchmarks/imported_networks.py [NAME ...]

Outputs are compared with PyTorch's first. Each call gets the same input; the runtimes take turns,
and a figure is the best of all turns, on two threads. "of the best" is Weft's better form over the
best of the others: below 1 is faster.
"""

import argparse
import contextlib
import io
import itertools
import json
import logging
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import torch
from torch import nn

THREADS = 2
TOLERANCE = 1e-4
Runner = Callable[[], numpy.ndarray]
Network = tuple[nn.Module, dict[str, torch.Tensor]]


# ---- the networks -------------------------------------------------------------------------------


def define_operators() -> None:
    """A torchvision that was built for another torch has no operators, but all networks; also
    transformers imports it."""
    with contextlib.suppress(RuntimeError):
        library = torch.library.Library("torchvision", "DEF")
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor boxes, Tensor scores, float threshold) -> Tensor")
        globals()["_library"] = library  # which must live


def _torchvision(name: str, size: int = 224) -> Network:
    define_operators()
    import torchvision

    return torchvision.models.get_model(name, weights=None), {
        "image": torch.randn(1, 3, size, size)
    }


def _block(before: int, after: int, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(after),
        nn.SiLU(),
    )


class Bottleneck(nn.Module):
    """A residual block of a detector."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(_block(channels, channels), _block(channels, channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.body(x)


class Detector(nn.Module):
    """In the manner of YOLO: stages with strides, a pyramid of two levels, boxes and classes."""

    def __init__(self, classes: int = 80) -> None:
        super().__init__()
        widths = [16, 32, 64, 128, 256]
        self.stem = _block(3, 16, 2)
        self.stages = nn.ModuleList(
            nn.Sequential(_block(a, b, 2), Bottleneck(b)) for a, b in itertools.pairwise(widths)
        )
        self.join = _block(128 + 256, 128, kernel=1)
        self.heads = nn.ModuleList(nn.Conv2d(width, 4 + classes, 1) for width in (128, 256))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = self.stem(image)
        levels = []
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        deep = levels[-1]
        wide = nn.functional.interpolate(deep, scale_factor=2.0, mode="nearest")
        joined = self.join(torch.cat((wide, levels[-2]), 1))
        scores = [head(x).flatten(2) for head, x in zip(self.heads, (joined, deep), strict=True)]
        found = torch.cat(scores, 2).transpose(1, 2)
        return torch.cat((found[..., :4].exp(), found[..., 4:].sigmoid()), -1)


class UNet(nn.Module):
    """Three levels down and up, with transposed convolutions."""

    def __init__(self) -> None:
        super().__init__()
        widths = [16, 32, 64, 128]
        self.down = nn.ModuleList(
            nn.Sequential(_block(a, b), _block(b, b))
            for a, b in zip([3, *widths[:-1]], widths, strict=True)
        )
        pairs = list(zip(widths[:0:-1], widths[-2::-1], strict=True))
        self.up = nn.ModuleList(nn.ConvTranspose2d(a, b, 2, 2) for a, b in pairs)
        self.merge = nn.ModuleList(nn.Sequential(_block(2 * b, b), _block(b, b)) for _, b in pairs)
        self.head = nn.Conv2d(widths[0], 2, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x, kept = image, []
        for number, stage in enumerate(self.down):
            x = stage(x)
            if number < len(self.down) - 1:
                kept.append(x)
                x = nn.functional.max_pool2d(x, 2)
        for up, merge, skip in zip(self.up, self.merge, reversed(kept), strict=True):
            x = merge(torch.cat((up(x), skip), 1))
        return self.head(x)


class Tagger(nn.Module):
    """Words to labels by an LSTM in both directions."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(5000, 128)
        self.lstm = nn.LSTM(128, 128, batch_first=True, bidirectional=True)
        self.head = nn.Linear(256, 20)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(self.lstm(self.embed(tokens))[0])


class First(nn.Module):
    """The first output of a network of `transformers`."""

    def __init__(self, body: nn.Module, name: str) -> None:
        super().__init__()
        self.body, self.name = body, name

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        found = self.body(**{self.name: x})
        return next(iter(found.values()))


def _transformer(kind: str) -> Network:
    define_operators()
    import transformers as hf

    tokens = torch.randint(0, 5000, (1, 128))
    if kind == "bert":
        body = hf.BertModel(hf.BertConfig(num_hidden_layers=6))
        return First(body, "input_ids"), {"tokens": tokens}
    if kind == "gpt":
        body = hf.GPT2LMHeadModel(hf.GPT2Config(n_layer=6, use_cache=False))
        return First(body, "input_ids"), {"tokens": tokens}
    config = hf.WhisperConfig(
        d_model=384,
        encoder_layers=4,
        decoder_layers=1,
        encoder_attention_heads=6,
        decoder_attention_heads=6,
    )
    return First(hf.WhisperModel(config).encoder, "input_features"), {
        "features": torch.randn(1, 80, 3000)
    }


NETWORKS: dict[str, Callable[[], Network]] = {
    "resnet50": lambda: _torchvision("resnet50"),
    "mobilenet_v2": lambda: _torchvision("mobilenet_v2"),
    "mobilenet_v3": lambda: _torchvision("mobilenet_v3_large"),
    "efficientnet_b0": lambda: _torchvision("efficientnet_b0"),
    "detector": lambda: (Detector(), {"image": torch.randn(1, 3, 320, 320)}),
    "unet": lambda: (UNet(), {"image": torch.randn(1, 3, 128, 128)}),
    "bert": lambda: _transformer("bert"),
    "gpt": lambda: _transformer("gpt"),
    "whisper_encoder": lambda: _transformer("whisper"),
    "lstm_tagger": lambda: (Tagger(), {"tokens": torch.randint(0, 5000, (1, 64))}),
}


# ---- the runtimes -------------------------------------------------------------------------------


def on_weft_onnx(path: Path, module: nn.Module, inputs: dict[str, torch.Tensor]) -> Runner:
    import weft

    net = weft.onnx.load(path)
    return _weft_runner(net, inputs)


def on_weft_torch(path: Path, module: nn.Module, inputs: dict[str, torch.Tensor]) -> Runner:
    import weft

    net = weft.torch.convert(module, tuple(inputs.values()))
    return _weft_runner(net, inputs)


def _weft_runner(net: Any, inputs: dict[str, torch.Tensor]) -> Runner:
    from weft import np, npx

    npx.set_num_threads(THREADS)
    net.hybridize()
    given = [np.array(value.numpy()) for value in inputs.values()]

    def run() -> numpy.ndarray:
        found = net(*given)
        return (found[0] if isinstance(found, tuple) else found).asnumpy()

    return run


def on_onnxruntime(path: Path, module: nn.Module, inputs: dict[str, torch.Tensor]) -> Runner:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
    names = [port.name for port in session.get_inputs()]
    given = dict(zip(names, (value.numpy() for value in inputs.values()), strict=True))
    return lambda: session.run(None, given)[0]


def on_openvino(path: Path, module: nn.Module, inputs: dict[str, torch.Tensor]) -> Runner:
    import openvino

    core = openvino.Core()
    options = {"INFERENCE_NUM_THREADS": THREADS, "INFERENCE_PRECISION_HINT": "f32"}
    request = core.compile_model(str(path), "CPU", options).create_infer_request()
    given = [value.numpy() for value in inputs.values()]
    return lambda: request.infer(given, share_inputs=True)[0].copy()


def on_torch(path: Path, module: nn.Module, inputs: dict[str, torch.Tensor]) -> Runner:
    torch.set_num_threads(THREADS)
    compiled = torch.compile(module)
    given = tuple(inputs.values())

    def run() -> numpy.ndarray:
        with torch.no_grad():
            return compiled(*given).numpy()

    return run


RUNTIMES: dict[str, Callable[..., Runner]] = {
    "weft, ONNX": on_weft_onnx,
    "weft, torch": on_weft_torch,
    "onnxruntime": on_onnxruntime,
    "openvino": on_openvino,
    "torch.compile": on_torch,
}


# ---- measuring ----------------------------------------------------------------------------------


def export(module: nn.Module, inputs: dict[str, torch.Tensor], path: Path) -> None:
    """Writes the network as ONNX, without a word."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with contextlib.redirect_stdout(io.StringIO()):
        torch.onnx.export(
            module,
            tuple(inputs.values()),
            str(path),
            dynamo=True,
            opset_version=18,
            input_names=list(inputs),
            external_data=False,
        )


def measured(name: str, rounds: int) -> dict[str, float | str]:
    """Milliseconds of a call by runtime, or why there is none."""
    torch.manual_seed(0)
    module, inputs = NETWORKS[name]()
    module.eval()
    with torch.no_grad():
        wanted = module(*inputs.values()).numpy()
    found: dict[str, float | str] = {}
    runners: dict[str, Runner] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.onnx")
        export(module, inputs, path)
        for runtime, create in RUNTIMES.items():
            try:
                run = create(path, module, inputs)
                error = float(abs(run() - wanted).max() / abs(wanted).max())
            except Exception as problem:  # a row that is missing is printed, whatever the reason
                found[runtime] = f"{type(problem).__name__}: {str(problem).splitlines()[0][:60]}"
                continue
            if error > TOLERANCE:
                found[runtime] = f"differs by {error:.1e}"
                continue
            runners[runtime] = run
        for runtime, seconds in in_turns(runners, rounds).items():
            found[runtime] = round(1e3 * seconds, 3)
    return found


def in_turns(runners: dict[str, Runner], rounds: int) -> dict[str, float]:
    """The best time of each; a turn is a few calls, so that caches are the runner's own."""
    best = dict.fromkeys(runners, float("inf"))
    for _ in range(rounds):
        for name, run in runners.items():
            run()
            for _ in range(3):
                begin = time.perf_counter()
                run()
                best[name] = min(best[name], time.perf_counter() - begin)
    return best


def share(row: dict[str, float | str]) -> float | None:
    """Weft's better form over the best of the others."""
    numbers = {name: value for name, value in row.items() if isinstance(value, float)}
    ours = [value for name, value in numbers.items() if name.startswith("weft")]
    others = [value for name, value in numbers.items() if not name.startswith("weft")]
    return min(ours) / min(others) if ours and others else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", default=list(NETWORKS), help=", ".join(NETWORKS))
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--json", type=Path, help="also write the figures there")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    rows = {}
    print("| network, ms | " + " | ".join(RUNTIMES) + " | of the best |")
    print("| --- " * (len(RUNTIMES) + 2) + "|")
    for name in options.names:
        row = rows[name] = measured(name, options.rounds)
        ratio = share(row)
        cells = [str(row[runtime]) for runtime in RUNTIMES]
        print(f"| {name} | " + " | ".join(cells) + f" | {ratio and round(ratio, 2)} |", flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
