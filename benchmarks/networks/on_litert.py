"""LiteRT, the former TensorFlow Lite, with its XNNPACK delegate. Images have channels last."""

from importlib import metadata

import files
import numpy
from ai_edge_litert.interpreter import Interpreter
from arrays import Array
from running import Run, UnsupportedError
from workloads import inputs

version = metadata.version("ai-edge-litert")


def create(name: str, variant: str, threads: int) -> Run:
    path = files.model(name, "tflite")
    if not path.exists():
        raise UnsupportedError(f"no .tflite file of {name}")
    interpreter = Interpreter(str(path), num_threads=threads)
    interpreter.allocate_tensors()
    place, out = (
        details[0]["index"]
        for details in (interpreter.get_input_details(), interpreter.get_output_details())
    )
    x = numpy.ascontiguousarray(inputs(name)["x"].transpose(0, 2, 3, 1))
    interpreter.set_tensor(place, x)

    def output() -> Array:
        interpreter.invoke()
        return interpreter.get_tensor(out)

    return Run(interpreter.invoke, output)
