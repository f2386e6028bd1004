"""What is timed: name, unit, work of a call, what its outputs are compared with and how closely.

A workload in bfloat16 or int8 is compared with the float32 outputs of the same network. int8 has
the widest bound because weights are random: quantization costs such a network more than a trained
one, and the bound only catches a broken model.
"""

import itertools
from dataclasses import dataclass

import numpy
from arrays import Array, normal
from convnets import NETWORKS, images
from sequences import (
    BERT,
    DECODER_WEIGHTS,
    GPTS,
    LSTM,
    PERCEPTRON,
    PERCEPTRON_BATCH,
    bert_input,
    decoder_input,
    lstm_input,
)

TOLERANCES = {"float32": 2e-3, "bfloat16": 6e-2, "int8": 0.35, "int4": 0.35}
RATES = {"img/s", "steps/s", "GFLOP/s"}  # units of which more is better


@dataclass(frozen=True)
class Workload:
    name: str
    unit: str
    work: float  # floating-point operations of one call; 0 where only the call is timed
    per_call: float = 1.0  # images, steps or operations in a call, whichever the unit counts
    precision: str = "float32"
    same_as: str = ""  # whose outputs are the reference, where not its own
    training_steps: int = 0  # after how many steps the loss is compared
    read: float = 0.0  # bytes that a call has to read, where this is what it takes time for

    @property
    def aim(self) -> float | None:
        """At most this ratio of Weft's time to the best peer's, with two threads."""
        return _AIMS.get(self.name)

    @property
    def has_aim(self) -> bool:
        """Beside the best peer, or beside reading."""
        return self.aim is not None or self.read > 0

    @property
    def reference(self) -> str:
        return self.same_as or self.name

    @property
    def tolerance(self) -> float:
        """Of the largest difference over the largest reference."""
        return TOLERANCES[self.precision]

    @property
    def is_rate(self) -> bool:
        return self.unit in RATES

    def figure(self, seconds: float) -> float:
        """Seconds of a call in this workload's unit."""
        if self.unit == "GFLOP/s":
            return self.work / seconds / 1e9
        if self.is_rate:
            return self.per_call / seconds
        return seconds / self.per_call * {"ns": 1e9, "us": 1e6, "ms": 1e3}[self.unit]


_AIMS = {
    **dict.fromkeys(("gemm_512", "gemm_1024", "gemm_2048", "gemm_bf16_2048"), 1.0),
    **{"resnet50_b1": 0.85, "resnet50_b8": 0.9, "mobilenetv2_b1": 0.9, "bert_b1": 0.95},
    **{"resnet50_bf16_b1": 1.0, "bert_bf16_b1": 1.0},
    **{"resnet50_int8_b1": 1.0, "mobilenetv2_int8_b1": 1.0},
    **{"lstm_infer": 0.9, "lstm_train": 0.8, "resnet18_train": 0.75, "gpt_train": 0.6},
    **{"mlp_train": 0.75, "lenet_train": 0.45},
}


def _inference(network: str, batch: int, precision: str = "float32") -> Workload:
    mark = {"float32": "", "bfloat16": "_bf16", "int8": "_int8"}[precision]
    return Workload(
        f"{network}{mark}_b{batch}",
        "ms" if batch == 1 else "img/s",
        2.0 * batch * NETWORKS[network]().multiply_adds,
        per_call=batch,
        precision=precision,
        same_as=f"{network}_b{batch}" if mark else "",
    )


def _training(name: str, unit: str, per_call: int, multiply_adds: float, steps: int) -> Workload:
    """A step is counted as three forward passes; the first layer needs only two."""
    return Workload(name, unit, 6.0 * multiply_adds, per_call, training_steps=steps)


def _decoding(precision: str, bytes_of_weight: float) -> Workload:
    """One token; only weights are integers, and products are floating."""
    return Workload(
        "decode_b1" if precision == "float32" else f"decode_{precision}_b1",
        "ms",
        2.0 * DECODER_WEIGHTS,
        precision=precision,
        same_as="" if precision == "float32" else "decode_b1",
        read=bytes_of_weight * DECODER_WEIGHTS,
    )


def _perceptron_multiply_adds() -> int:
    pairs = itertools.pairwise(PERCEPTRON)
    return PERCEPTRON_BATCH * sum(inputs * outputs for inputs, outputs in pairs)


def _image_training(network: str, batch: int, steps: int) -> Workload:
    multiply_adds = batch * NETWORKS[network]().multiply_adds
    return _training(f"{network}_train", "img/s", batch, multiply_adds, steps)


GEMM_SIZES = (512, 1024, 2048, 4096)
_ALL = [
    Workload("add4", "ns", 0.0),
    Workload("chain16", "ns", 0.0, per_call=10),
    Workload("matmul8", "ns", 0.0),
    *(Workload(f"gemm_{n}", "GFLOP/s", 2.0 * n**3) for n in GEMM_SIZES),
    Workload("gemm_bf16_2048", "GFLOP/s", 2.0 * 2048**3, precision="bfloat16", same_as="gemm_2048"),
    _inference("resnet50", 1),
    _inference("resnet50", 8),
    _inference("mobilenetv2", 1),
    _inference("resnext50", 1),
    _inference("regnet", 1),
    *(_inference(name, 1) for name in ("mobilenetv3", "efficientnet", "shufflenet")),
    *(_inference(name, 1) for name in ("densenet", "densenet40", "resnet20", "wavenet", "c3d")),
    Workload("bert_b1", "ms", 2.0 * BERT.multiply_adds),
    _inference("resnet50", 1, "bfloat16"),
    Workload("bert_bf16_b1", "ms", 2.0 * BERT.multiply_adds, 1, "bfloat16", "bert_b1"),
    _inference("resnet50", 1, "int8"),
    _inference("mobilenetv2", 1, "int8"),
    _inference("resnet20", 1, "int8"),
    _decoding("float32", 4.0),
    _decoding("int8", 1.0),
    _decoding("int4", 0.5 + 4 / 64),
    Workload("lstm_infer", "ms", 2.0 * LSTM.multiply_adds),
    _training("lstm_train", "ms", 1, LSTM.multiply_adds, 5),
    _image_training("resnet18", 16, 2),
    *(_training(name, "ms", 1, size.multiply_adds, 5) for name, size in GPTS.items()),
    _training("mlp_train", "steps/s", 1, _perceptron_multiply_adds(), 10),
    _image_training("lenet", 64, 5),
]
WORKLOADS = {workload.name: workload for workload in _ALL}


def inputs(name: str) -> dict[str, Array]:
    """The arrays that a workload without labels is fed, float32, by name."""
    if name == "add4":
        return {"a": numpy.arange(4, dtype=numpy.float32), "b": numpy.ones(4, numpy.float32)}
    if name == "matmul8":
        return {"a": normal("mm.a", (8, 8)), "b": normal("mm.b", (8, 8))}
    if name == "chain16":
        return {"a": normal("ch.a", (16,)), "b": normal("ch.b", (16,))}
    if name.startswith("gemm_"):
        size = int(name.rpartition("_")[2])
        return {"a": normal("g.a", (size, size)), "b": normal("g.b", (size, size))}
    if name.startswith("bert"):
        return {"x": bert_input()}
    if name.startswith("decode"):
        return {"x": decoder_input()}
    if name == "lstm_infer":
        return {"x": lstm_input()}
    network, batch = name.split("_")[0], int(name.rpartition("_b")[2])
    return {"x": images(network, batch)}


def chain(a, b):
    """Ten operations on small arrays, each on the result of the one before."""
    t = a + b
    t = t * a
    t = t - b
    t = abs(t)
    t = t + a
    t = t * b
    t = t - a
    t = -t
    t = t + b
    return t * a


SMALL = {"add4": lambda a, b: a + b, "matmul8": lambda a, b: a @ b, "chain16": chain}


def compared(name: str, output: Array) -> Array:
    """What of an output is compared: all of it, but for large products 64 × 64 samples."""
    if name.startswith("gemm_"):
        return output[:: output.shape[0] // 64, :: output.shape[1] // 64]
    return output
