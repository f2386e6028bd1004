"""Who takes part: frameworks, the environments they live in, and the variants of each workload.

`BEST` has, for each workload, the peers' best known variants: what `make bench` measures.
Everything else is measured by `make bench-all`.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workloads import GEMM_SIZES, SMALL, WORKLOADS

ROOT = Path(__file__).resolve().parents[2]
Variants = dict[str, tuple[str, ...]]
GEMM = tuple(f"gemm_{size}" for size in GEMM_SIZES)
# Whose steps Weft also makes without plans; with --best it does not.
EAGER = ("lstm_train", "resnet18_train", "gpt_train", "mlp_train", "lenet_train")
IMAGES = ("resnet50_b1", "resnet50_b8", "mobilenetv2_b1")
# Groups, activations other than bounds, channels that are no blocks, activations that come first,
# small images, sequences and volumes.
MORE = (
    "resnext50_b1",
    "regnet_b1",
    "mobilenetv3_b1",
    "efficientnet_b1",
    "shufflenet_b1",
    "densenet_b1",
    "densenet40_b1",
    "resnet20_b1",
    "wavenet_b1",
    "c3d_b1",
)
DECODING = ("decode_b1", "decode_int8_b1", "decode_int4_b1")
BF16 = ("resnet50_bf16_b1", "bert_bf16_b1")
INT8 = ("resnet50_int8_b1", "mobilenetv2_int8_b1", "resnet20_int8_b1")


@dataclass(frozen=True)
class Framework:
    name: str
    environment: str  # a folder of build/, or "" for the environment that runs this
    variants: Variants
    obeys_isa: bool = False  # `force` reaches all its kernels that take time

    @property
    def python(self) -> Path:
        if not self.environment:
            return Path(sys.executable)
        return ROOT / "build" / self.environment / "bin" / "python"

    @property
    def is_installed(self) -> bool:
        return self.python.exists()


def _all(names, *variants: str) -> Variants:
    return dict.fromkeys(names, variants)


WEFT = Framework(
    "weft",
    "",
    {
        **_all(SMALL, "eager", "plan"),
        **_all((*GEMM, "gemm_bf16_2048"), "eager"),
        **{
            name: ("plan",)
            for name in WORKLOADS
            if name not in SMALL and not name.startswith("gemm")
        },
        **_all((*IMAGES, *MORE, *BF16, *DECODING, "bert_b1", "lstm_infer"), "plan", "file"),
        **_all(INT8, "file"),
        **_all(EAGER, "plan", "eager"),
    },
    obeys_isa=True,
)
TORCH = Framework(
    "torch",
    "peers",
    {
        **_all(SMALL, "eager", "jit"),
        "chain16": ("eager", "jit", "compile"),
        **_all((*GEMM, "gemm_bf16_2048"), "eager"),
        **_all(IMAGES, "eager", "channels_last", "jit", "compile"),
        **_all(MORE, "eager", "jit", "compile"),
        "resnet50_bf16_b1": ("channels_last", "compile"),
        "bert_b1": ("eager", "jit", "compile"),
        "bert_bf16_b1": ("eager", "compile"),
        "decode_b1": ("eager",),
        "lstm_infer": ("eager", "jit"),
        "lstm_train": ("eager",),
        "mlp_train": ("eager", "fused", "compile_fused"),
        "lenet_train": ("eager", "compile"),
        "resnet18_train": ("eager", "channels_last"),
        "gpt_train": ("eager", "fused", "compile_fused"),
        "gpt_long_train": ("eager",),
    },
    obeys_isa=True,
)
ONNXRUNTIME = Framework(
    "onnxruntime",
    "peers-onnxruntime",
    {
        **_all((*IMAGES, *MORE, *INT8, "bert_b1", "lstm_infer"), "run"),
        **_all(SMALL, "run"),
        **_all(GEMM, "bound"),
    },
)
OPENVINO = Framework(
    "openvino",
    "peers-openvino",
    {
        **_all((*IMAGES, *MORE, *INT8, "bert_b1", "lstm_infer", *SMALL, *GEMM), "latency"),
        **_all(("gemm_bf16_2048", "resnet50_bf16_b1", "bert_bf16_b1"), "latency"),
    },
    obeys_isa=True,
)
JAX = Framework(
    "jax",
    "peers-jax",
    {
        **_all(SMALL, "eager", "jit"),
        **_all((*GEMM, "gemm_bf16_2048"), "jit"),
        **_all((*IMAGES, "lenet_train", "resnet18_train"), "nchw", "nhwc"),
        "resnet50_bf16_b1": ("nhwc",),
        **_all(("bert_b1", "bert_bf16_b1", "lstm_infer"), "jit"),
        **_all(("mlp_train", "lstm_train", "gpt_train"), "jit"),
    },
)
LITERT = Framework(
    "litert",
    "peers-litert",
    _all(("resnet50_b1", "mobilenetv2_b1", *INT8), "xnnpack"),
)
MXNET = Framework(
    "mxnet",
    "peers-mxnet",
    {
        **_all((*SMALL, *GEMM, *IMAGES), "sync"),
        **_all(("lstm_infer", "lstm_train", "mlp_train"), "sync", "async"),
        **_all(("lenet_train", "resnet18_train"), "sync", "async"),
    },
)
NUMPY = Framework("numpy", "", _all((*SMALL, *GEMM), "eager"), obeys_isa=True)

PEERS = (TORCH, ONNXRUNTIME, OPENVINO, JAX, LITERT, MXNET, NUMPY)
# Whose output is the reference: the first that is installed and has the workload.
REFERENCES = (TORCH, ONNXRUNTIME, JAX, OPENVINO, NUMPY)

BEST: dict[str, tuple[tuple[Framework, str], ...]] = {
    "add4": ((TORCH, "eager"), (NUMPY, "eager")),
    "chain16": ((NUMPY, "eager"), (JAX, "jit")),
    "matmul8": ((TORCH, "eager"), (NUMPY, "eager")),
    **dict.fromkeys(GEMM, ((OPENVINO, "latency"), (JAX, "jit"))),
    "gemm_bf16_2048": ((TORCH, "eager"),),
    "resnet50_b1": ((ONNXRUNTIME, "run"), (OPENVINO, "latency")),
    "resnet50_b8": ((ONNXRUNTIME, "run"), (OPENVINO, "latency")),
    "mobilenetv2_b1": ((LITERT, "xnnpack"), (OPENVINO, "latency")),
    **dict.fromkeys(MORE, ((OPENVINO, "latency"), (ONNXRUNTIME, "run"))),
    "bert_b1": ((OPENVINO, "latency"),),
    "resnet50_bf16_b1": ((OPENVINO, "latency"),),
    "bert_bf16_b1": ((OPENVINO, "latency"),),
    "resnet50_int8_b1": ((OPENVINO, "latency"),),
    "resnet20_int8_b1": ((OPENVINO, "latency"), (ONNXRUNTIME, "run")),
    "mobilenetv2_int8_b1": ((OPENVINO, "latency"), (LITERT, "xnnpack")),
    "decode_b1": ((TORCH, "eager"),),
    **dict.fromkeys(("decode_int8_b1", "decode_int4_b1"), ()),  # none has them
    "lstm_infer": ((OPENVINO, "latency"), (TORCH, "jit")),
    "lstm_train": ((TORCH, "eager"), (MXNET, "sync")),
    "resnet18_train": ((MXNET, "sync"), (TORCH, "channels_last")),
    "gpt_train": ((JAX, "jit"), (TORCH, "compile_fused")),
    "gpt_long_train": ((TORCH, "eager"),),
    "mlp_train": ((JAX, "jit"),),
    "lenet_train": ((TORCH, "eager"), (MXNET, "sync")),
}


# What makes frameworks use no instruction beyond a set. ONNX Runtime and LiteRT have no such
# switch, JAX's reaches what XLA compiles but not the library that multiplies matrices.
_AVX2 = {
    "WEFT_ISA": "avx2,-vnni",
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",  # PyTorch's and OpenVINO's
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL "
    "AVX512_ICL AVX512_SPR",
}
FORCED = {
    "avx2": _AVX2,
    # Client processors since 2021: products of bytes, and no AVX-512.
    "avx2_vnni": _AVX2 | {"WEFT_ISA": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2_VNNI"},
}
# Takes minutes a product below AVX-512.
_ENDLESS = {("torch", "gemm_bf16_2048")}
_FORCED_BY = "WEFT_BENCH_ISA"


def force(isa: str) -> None:
    """One of `FORCED`, for the processes that `environment` is for from now on."""
    os.environ[_FORCED_BY] = isa


def forced() -> str | None:
    return os.environ.get(_FORCED_BY)


def _has_avx512() -> bool:
    cpuinfo = Path("/proc/cpuinfo")
    return not forced() and cpuinfo.exists() and " avx512f " in cpuinfo.read_text("utf-8")


def variants(name: str, best_only: bool, chosen: set[str]) -> Iterator[tuple[Framework, str]]:
    """Weft's and the peers' variants of a workload; `chosen` frameworks, or all if it is empty.
    Of an instruction set that is forced, only of frameworks that obey. Without AVX-512 all, where
    none of the best is left."""
    has_avx512 = _has_avx512()
    found = [
        (framework, variant)
        for framework in (WEFT, *PEERS)
        if (not chosen or framework.name in chosen) and (framework.obeys_isa or not forced())
        for variant in framework.variants.get(name, ())
        if has_avx512 or (framework.name, name) not in _ENDLESS
        if not (best_only and framework is WEFT and name in EAGER and variant == "eager")
    ]
    best = [pair for pair in found if pair in BEST.get(name, ())]
    for framework, variant in found:
        is_left_out = best_only and (bool(best) or has_avx512)
        if framework is WEFT or not is_left_out or (framework, variant) in best:
            yield framework, variant


def environment(threads: int, files: Path) -> dict[str, str]:
    """What processes are started with: the same threads for all, and none left from around."""
    prefixes = ("OMP_", "MKL_", "KMP_", "GOMP_", "OPENBLAS_", "WEFT_NUM")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(prefixes)}
    count = str(threads)
    return {
        **kept,
        **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), count),
        "XLA_FLAGS": f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}",
        "JAX_PLATFORMS": "cpu",
        "TORCHINDUCTOR_CACHE_DIR": str(files / f"inductor{forced() or ''}"),
        "PYTHONWARNINGS": "ignore",
        "WEFT_BENCH_FILES": str(files),
        **FORCED.get(forced() or "", {}),
    }
