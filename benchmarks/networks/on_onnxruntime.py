"""ONNX Runtime, CPU provider, with all optimizations.

`bound` binds buffers, which saves the copy of the output and costs more per call.
"""

import files
import onnxruntime
from arrays import Array
from running import Run, UnsupportedError
from workloads import inputs

version = onnxruntime.__version__


def create(name: str, variant: str, threads: int) -> Run:
    path = files.model(name, "onnx")
    if not path.exists():
        raise UnsupportedError(f"no ONNX file of {name}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    given = inputs(name)
    if variant == "run":
        return Run(lambda: session.run(None, given), lambda: session.run(None, given)[0])

    binding = session.io_binding()
    wrap = onnxruntime.OrtValue.ortvalue_from_numpy
    kept = {key: wrap(value) for key, value in given.items()}
    for key, value in kept.items():
        binding.bind_ortvalue_input(key, value)
    out = wrap(session.run(None, given)[0])
    binding.bind_ortvalue_output(session.get_outputs()[0].name, out)
    run_options = onnxruntime.RunOptions()

    def step() -> dict:
        session.run_with_iobinding(binding, run_options)
        return kept  # the bound inputs live as long as the function

    def output() -> Array:
        step()
        return out.numpy()

    return Run(step, output)
