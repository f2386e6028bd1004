"""Files with one recurrent layer each, which the converter makes of no layer of Keras 3: LSTM with
and without an input gate, peepholes and a projection, and SVDF, in floats and in int8."""

import flatbuffers
import numpy
from tensorflow.lite.python import schema_py_generated as schema

RANDOM = numpy.random.default_rng(11)
STEPS, INPUTS, CELLS = 4, 5, 10
MEMORY = 6
_TYPES = {"float32": "FLOAT32", "int8": "INT8", "int16": "INT16", "int32": "INT32"}


class File:
    """A model of one node, built tensor by tensor."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.name = [], b"main"
        self.buffers = [schema.BufferT()]

    def tensor(self, name: str, shape: tuple[int, ...], dtype: str, scale=None, zero=0) -> int:
        """Adds a tensor; returns its number."""
        tensor = schema.TensorT()
        tensor.name, tensor.shape = name.encode(), list(shape)
        tensor.type = getattr(schema.TensorType, _TYPES[dtype])
        if scale is not None and dtype != "float32":
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale, tensor.quantization.zeroPoint = [scale], [zero]
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def constant(self, name: str, values: numpy.ndarray, scale: float, dtype: str = "int8") -> int:
        """Adds a constant: floats, or their steps of a scale."""
        if self.kind == "int8":
            ends = numpy.iinfo(dtype)
            values = numpy.clip(numpy.rint(values / scale), ends.min, ends.max)
        else:
            dtype = "float32"
        number = self.tensor(name, values.shape, dtype, scale)
        buffer = schema.BufferT()
        buffer.data = numpy.frombuffer(values.astype(dtype).tobytes(), "uint8")
        self.buffers.append(buffer)
        self.graph.tensors[number].buffer = len(self.buffers) - 1
        return number

    def state(self, name: str, shape: tuple[int, ...], dtype: str, scale: float) -> int:
        """Adds a tensor that keeps its content."""
        dtype = dtype if self.kind == "int8" else "float32"
        number = self.tensor(name, shape, dtype, scale)
        self.graph.tensors[number].isVariable = True
        return number

    def data(self, name: str, shape: tuple[int, ...], scale: float, zero: int) -> int:
        """Adds an input or an output."""
        dtype = "int8" if self.kind == "int8" else "float32"
        return self.tensor(name, shape, dtype, scale, zero)

    def content(self, operator: str, inputs, output: int, options, between=(), more=()) -> bytes:
        """The bytes of the file with its one node; more: its further outputs."""
        node = schema.OperatorT()
        node.inputs, node.outputs, node.intermediates = inputs, [output, *more], list(between)
        node.builtinOptions = options
        node.builtinOptionsType = getattr(
            schema.BuiltinOptions, type(options).__name__.removesuffix("T")
        )
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, operator)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        code.version = 1 if self.kind == "float" else 2
        self.graph.operators = [node]
        self.graph.inputs, self.graph.outputs = inputs[:1], node.outputs
        model = schema.ModelT()
        model.version, model.operatorCodes = 3, [code]
        model.subgraphs, model.buffers = [self.graph], self.buffers
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def _normal(*shape: int, spread: float = 0.6) -> numpy.ndarray:
    return RANDOM.normal(0, spread, shape)


def lstm(
    kind: str,
    coupled: bool = False,
    projected: bool = False,
    peepholes: bool = False,
    time_major: bool = False,
    cell_power: int = -11,
) -> bytes:
    """An LSTM; coupled: without an input gate."""
    file = File(kind)
    outputs = 20 if projected else CELLS
    x_scale, h_scale, w_scale = 0.03, 1 / 100, 0.015
    shape = (STEPS, 1) if time_major else (1, STEPS)
    inputs = [-1] * 24
    inputs[0] = file.data("x", (*shape, INPUTS), x_scale, 5)
    for gate in range(4):
        if coupled and gate == 0:
            continue
        inputs[1 + gate] = file.constant(f"w{gate}", _normal(CELLS, INPUTS), w_scale)
        inputs[5 + gate] = file.constant(f"r{gate}", _normal(CELLS, outputs), w_scale * 1.1)
        bias = x_scale * w_scale
        inputs[12 + gate] = file.constant(f"b{gate}", _normal(CELLS), bias, "int32")
    for place, gate in enumerate((0, 1, 3)):
        if peepholes and not (coupled and gate == 0):
            values = _normal(CELLS, spread=0.3)
            inputs[9 + place] = file.constant(f"p{gate}", values, 1 / 32768, "int16")
    hidden_scale = 1 / 120 if projected else h_scale
    if projected:
        inputs[16] = file.constant("projection", _normal(outputs, CELLS), w_scale)
        values = _normal(outputs, spread=0.2)
        inputs[17] = file.constant("projection_bias", values, w_scale * hidden_scale, "int32")
    inputs[18] = file.state("h", (1, outputs), "int8", h_scale)
    inputs[19] = file.state("c", (1, CELLS), "int16", 2.0**cell_power)
    between = []
    if kind == "int8":
        between = [file.tensor(f"between{n}", (0,), "int16", 2.0**-12) for n in range(4)]
        between.append(file.tensor("hidden", (0,), "int8", hidden_scale, 3 if projected else 0))
    output = file.data("y", (*shape, outputs), h_scale, 0)
    options = schema.UnidirectionalSequenceLSTMOptionsT()
    options.fusedActivationFunction, options.cellClip = 4, 2.0
    options.projClip, options.timeMajor = 0.9 if projected else 0.0, time_major
    return file.content("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, output, options, between)


def svdf(kind: str, rank: int = 2) -> bytes:
    """An SVDF of 4 units whose filters keep their last values."""
    file = File(kind)
    x = file.data("x", (1, INPUTS), 0.03, -4)
    features = file.constant("features", _normal(4 * rank, INPUTS), 0.015)
    times = file.constant("times", _normal(4 * rank, MEMORY), 1 / 16384, "int16")
    bias = file.constant("bias", _normal(4), 0.01 / 16384, "int32")
    state = file.state("state", (1, 4 * rank * MEMORY), "int16", 0.01)
    output = file.data("y", (1, 4), 0.05, 7)
    options = schema.SVDFOptionsT()
    options.rank, options.fusedActivationFunction = rank, 1
    return file.content("SVDF", [x, features, times, bias, state], output, options)


def rnn(kind: str, in_steps: bool = True) -> bytes:
    """A recurrent layer without gates."""
    file = File(kind)
    shape = (1, STEPS) if in_steps else (1,)
    inputs = [
        file.data("x", (*shape, INPUTS), 1.0, 0),
        file.constant("weights", _normal(CELLS, INPUTS), 1.0),
        file.constant("recurrent", _normal(CELLS, CELLS, spread=0.3), 1.0),
        file.constant("bias", _normal(CELLS), 1.0),
        file.state("h", (1, CELLS), "float32", 1.0),
    ]
    output = file.data("y", (*shape, CELLS), 1.0, 0)
    options = schema.SequenceRNNOptionsT() if in_steps else schema.RNNOptionsT()
    options.fusedActivationFunction = 4
    operator = "UNIDIRECTIONAL_SEQUENCE_RNN" if in_steps else "RNN"
    return file.content(operator, inputs, output, options)


def bidirectional_lstm(kind: str, merges: bool = True) -> bytes:
    """Two LSTMs, the second one from the last step to the first."""
    file = File(kind)
    inputs = [-1] * 48
    inputs[0] = file.data("x", (STEPS, 1, INPUTS), 1.0, 0)
    cells = CELLS
    for first, place in ((1, 35), (18, 37)):
        for gate in range(4):
            inputs[first + gate] = file.constant(f"w{first}{gate}", _normal(cells, INPUTS), 1.0)
            inputs[first + 4 + gate] = file.constant(f"r{first}{gate}", _normal(cells, cells), 1.0)
            inputs[first + 11 + gate] = file.constant(f"b{first}{gate}", _normal(cells), 1.0)
        inputs[place] = file.state(f"h{first}", (1, cells), "float32", 1.0)
        inputs[place + 1] = file.state(f"c{first}", (1, cells), "float32", 1.0)
    options = schema.BidirectionalSequenceLSTMOptionsT()
    options.fusedActivationFunction, options.timeMajor, options.mergeOutputs = 4, True, merges
    sizes = [2 * cells] if merges else [cells, cells]
    outputs = [file.data(f"y{n}", (STEPS, 1, size), 1.0, 0) for n, size in enumerate(sizes)]
    return file.content(
        "BIDIRECTIONAL_SEQUENCE_LSTM", inputs, outputs[0], options, more=outputs[1:]
    )


def bidirectional_rnn(kind: str) -> bytes:
    """Two recurrent layers without gates, batch first."""
    file = File(kind)
    inputs = [file.data("x", (1, STEPS, INPUTS), 1.0, 0)]
    for direction in range(2):
        inputs += [
            file.constant(f"weights{direction}", _normal(CELLS, INPUTS), 1.0),
            file.constant(f"recurrent{direction}", _normal(CELLS, CELLS, spread=0.3), 1.0),
            file.constant(f"bias{direction}", _normal(CELLS), 1.0),
            file.state(f"h{direction}", (1, CELLS), "float32", 1.0),
        ]
    options = schema.BidirectionalSequenceRNNOptionsT()
    options.fusedActivationFunction, options.timeMajor, options.mergeOutputs = 4, False, True
    output = file.data("y", (1, STEPS, 2 * CELLS), 1.0, 0)
    return file.content("BIDIRECTIONAL_SEQUENCE_RNN", [*inputs, -1, -1, -1], output, options)


FILES = {
    "bidirectional_lstm": bidirectional_lstm,
    "bidirectional_lstm_apart": lambda kind: bidirectional_lstm(kind, merges=False),
    "bidirectional_rnn": bidirectional_rnn,
    "lstm": lstm,
    "lstm_coupled": lambda kind: lstm(kind, coupled=True),
    "lstm_projected": lambda kind: lstm(kind, projected=True, time_major=True),
    "lstm_peepholes": lambda kind: lstm(kind, peepholes=True, cell_power=-9),
    "svdf": svdf,
    "rnn": rnn,
    "rnn_step": lambda kind: rnn(kind, in_steps=False),
}
KINDS = {
    "bidirectional_lstm": ["float"],
    "bidirectional_lstm_apart": ["float"],
    "bidirectional_rnn": ["float"],
    "rnn": ["float"],
    "rnn_step": ["float"],
}
