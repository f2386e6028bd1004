"""OpenVINO's CPU plug-in with its latency hint, in float32 or bfloat16."""

import files
import openvino
from arrays import Array
from frameworks import forced
from running import Run, UnsupportedError
from workloads import WORKLOADS, inputs

version = openvino.__version__.split("-")[0]


def _products_of_mlas(model: openvino.CompiledModel) -> int:
    infos = (node.get_rt_info() for node in model.get_runtime_model().get_ops())
    return sum("mlas" in str(info["primitiveType"].value) for info in infos)


def create(name: str, variant: str, threads: int) -> Run:
    is_half = WORKLOADS[name].precision == "bfloat16"
    path = files.model(WORKLOADS[name].reference if is_half else name, "onnx")
    if not path.exists():
        raise UnsupportedError(f"no ONNX file of {name}")
    options = {
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "bf16" if is_half else "f32",
    }
    model = openvino.Core().compile_model(str(path), "CPU", options)
    if forced() and _products_of_mlas(model) > 1:  # one is a network's last layer
        raise UnsupportedError(
            "dense layers are multiplied by MLAS, which obeys no instruction set"
        )
    request = model.create_infer_request()
    given = inputs(name)
    tensors = {key: openvino.Tensor(value, shared_memory=True) for key, value in given.items()}
    for key, tensor in tensors.items():
        request.set_tensor(key, tensor)

    def step() -> tuple:
        request.infer()
        return given, tensors  # which share memory, and live as long as the function

    def output() -> Array:
        step()
        return request.get_output_tensor(0).data

    return Run(step, output)
