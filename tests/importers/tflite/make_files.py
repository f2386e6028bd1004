"""Makes the small models of `tests/models/tflite/operators` with TensorFlow's converter.

    python make_files.py FOLDER [NAME…]

It needs the package tensorflow, which the tests do not. Existing files stay as they are: another
version of the converter may write other ones. Each case is a function of tensors and their shapes;
int8 files are quantized by the converter from random data.
"""

import sys
from pathlib import Path

import numpy
import tensorflow as tf
from recurrent_files import FILES, KINDS
from tensorflow.compiler.tf2xla.python import xla

RANDOM = numpy.random.default_rng(7)
IMAGE = (1, 6, 5, 4)
VOLUME = (1, 4, 5, 6, 3)


def weights(*shape: int) -> tf.Tensor:
    """Random numbers that a file keeps as a constant."""
    return tf.constant(RANDOM.normal(0, 0.5, shape).astype("float32"))


def _transposed(x: tf.Tensor, padding: str) -> tf.Tensor:
    size = [1, 12, 10, 3] if padding == "SAME" else [1, 13, 11, 3]
    return tf.nn.conv2d_transpose(x, weights(3, 3, 3, 4), size, 2, padding)


def _convolution(x: tf.Tensor) -> tf.Tensor:
    y = tf.nn.conv2d(x, weights(3, 3, 4, 5), 2, "SAME") + weights(5)
    return tf.nn.depthwise_conv2d(tf.nn.relu6(y), weights(3, 3, 5, 2), [1, 1, 1, 1], "VALID")


def _resized(method: str, centres: bool, corners: bool = False):
    operator = {
        "bilinear": tf.compat.v1.image.resize_bilinear,
        "nearest": tf.compat.v1.image.resize_nearest_neighbor,
    }[method]
    return lambda x: operator(x, (9, 13), align_corners=corners, half_pixel_centers=centres)


def _integers(x: tf.Tensor, y: tf.Tensor) -> list[tf.Tensor]:
    a, b = tf.cast(x * 5, tf.int32), tf.cast(tf.abs(y) * 3, tf.int32) + 1
    shifted = tf.bitwise.right_shift(a, b)
    return [a // b, tf.math.floormod(a, b), tf.bitwise.bitwise_xor(a, b), shifted, -a, a * a]


def _logic(x: tf.Tensor, y: tf.Tensor) -> list[tf.Tensor]:
    either = tf.logical_or(x >= y, tf.logical_not(x <= 0.5))
    both = tf.logical_and(either, tf.not_equal(x, y))
    some, all_ = tf.reduce_any(both, 3), tf.reduce_all(either, [1, 2])
    same = tf.equal(tf.cast(x, tf.int32), tf.cast(y, tf.int32))
    return [some, all_, tf.where(same, x, tf.zeros_like(x)), tf.cast(both, tf.float32)]


def _rounded(x: tf.Tensor) -> list[tf.Tensor]:
    return [tf.floor(x), tf.sign(x), tf.sin(x), tf.cos(x), tf.square(x), tf.pow(tf.abs(x), 1.5)]


def _placed(x: tf.Tensor) -> list[tf.Tensor]:
    indices = tf.constant([[1, 2], [3, 0], [5, 4]])
    return [
        tf.gather_nd(x[0], indices),
        tf.scatter_nd(indices, x[0, :3, 0], [6, 5, 4]),
        tf.reverse(x, [1, 2]),
        tf.reverse_sequence(x, [3], 1, 0),
        tf.nn.embedding_lookup(x[0], [4, 0]),
        tf.one_hot(tf.argmin(x, 3), 5, 2.0, -1.0),
        tf.nn.top_k(x, 2)[0],
        tf.nn.top_k(x, 2)[1],
    ]


def _shaped(x: tf.Tensor) -> list[tf.Tensor]:
    first, second = tf.split(x, [2, 4], 1)
    parts = tf.unstack(x, axis=2)
    back = tf.batch_to_space(tf.tile(x, [4, 1, 1, 1]), [2, 2], [[1, 2], [0, 1]])
    return [
        tf.squeeze(first[:, :, :1], 2),
        tf.expand_dims(second, 2),
        tf.broadcast_to(x[:, :1], [2, 6, 5, 4]),
        tf.add_n(parts),
        back,
        tf.pad(x, [[0, 0], [1, 0], [0, 2], [0, 0]], constant_values=1.5),
        tf.slice(x, [0, 1, 2, 0], [1, 3, -1, 2]),
        tf.cast(tf.shape(x), tf.float32) * x[0, 0, 0],
    ]


def _dynamic(x: tf.Tensor) -> tf.Tensor:
    place = tf.cast(tf.clip_by_value(x[0, 0, 0, 0], 0.0, 2.0), tf.int32)
    return xla.dynamic_update_slice(x, weights(1, 2, 5, 3), tf.stack([0, place, 0, place]))


def _counted(x: tf.Tensor) -> tf.Tensor:
    def body(n, y):
        return n + 1, y * 0.5 + weights(4)

    return tf.while_loop(lambda n, y: n < 3, body, (tf.constant(0), x))[1]


def _chosen(x: tf.Tensor) -> tf.Tensor:
    return tf.cond(tf.reduce_sum(x) > 0, lambda: x * 2 + weights(4), lambda: tf.abs(x) - 1)


# Name: the function, the shapes of its inputs, and the kinds of files: float, int8, int16.
CASES = {
    "add": (lambda x, y: tf.nn.relu(x + y), [IMAGE, (4,)], "float int8 int16"),
    "sub": (lambda x, y: x - 2 * y, [IMAGE, IMAGE], "float int8 int16"),
    "sub_constant": (lambda x: 1.0 - x, [IMAGE], "int8"),
    "mul": (lambda x, y: x * y, [IMAGE, (1, 1, 1, 4)], "float int8 int16"),
    "div": (lambda x, y: x / (tf.abs(y) + 1), [IMAGE, IMAGE], "float"),
    "maximum": (lambda x, y: tf.maximum(x, y), [IMAGE, IMAGE], "float int8"),
    "squared_difference": (lambda x, y: tf.math.squared_difference(x, y), [IMAGE, IMAGE], "int8"),
    "mean": (lambda x: tf.reduce_mean(x, [1, 2]), [IMAGE], "float int8 int16"),
    "mean_last": (lambda x: tf.reduce_mean(x, 3, keepdims=True), [IMAGE], "int8"),
    "sum": (lambda x: tf.reduce_sum(x, [1, 2]), [IMAGE], "float int8 int16"),
    "max": (lambda x: tf.reduce_max(x, [1, 2]), [IMAGE], "float int8 int16"),
    "min": (lambda x: tf.reduce_min(x, 3), [IMAGE], "int8"),
    "logistic": (tf.sigmoid, [IMAGE], "float int8 int16"),
    "tanh": (tf.tanh, [IMAGE], "float int8 int16"),
    "relu": (tf.nn.relu, [IMAGE], "float int8 int16"),
    "relu6": (tf.nn.relu6, [IMAGE], "int8"),
    "gelu": (tf.nn.gelu, [IMAGE], "float int8"),
    "gelu_tanh": (lambda x: tf.nn.gelu(x, approximate=True), [IMAGE], "float int8"),
    "leaky_relu": (lambda x: tf.nn.leaky_relu(x, 0.3), [IMAGE], "float int8 int16"),
    "prelu": (
        lambda x: tf.nn.relu(x) + weights(4) * tf.nn.relu(-x),
        [IMAGE],
        "float int8",
    ),
    "hard_swish": (lambda x: x * tf.nn.relu6(x + 3) / 6, [IMAGE], "float int8"),
    "exp": (tf.exp, [IMAGE], "float int8"),
    "log": (lambda x: tf.math.log(tf.abs(x) + 1), [IMAGE], "float int8"),
    "rsqrt": (lambda x: tf.math.rsqrt(tf.abs(x) + 1), [IMAGE], "float int8"),
    "sqrt": (lambda x: tf.sqrt(tf.abs(x)), [IMAGE], "int8"),
    "softmax": (tf.nn.softmax, [(2, 9)], "float int8 int16"),
    "log_softmax": (tf.nn.log_softmax, [(2, 9)], "float int8"),
    "l2_normalization": (lambda x: tf.nn.l2_normalize(x, -1), [(2, 9)], "float"),
    "concatenation": (
        lambda x, y: tf.concat([x, y * y, tf.tanh(x)], -1),
        [IMAGE] * 2,
        "int8 int16",
    ),
    "pad": (lambda x: tf.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]]), [IMAGE], "float int8 int16"),
    "mirror_pad": (
        lambda x: tf.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]], "REFLECT"),
        [IMAGE],
        "int8",
    ),
    "gather": (lambda x: tf.gather(x, [2, 0, 1, 2], axis=2), [IMAGE], "float int8"),
    "slice": (lambda x: x[:, 1:5:2, ::-1, 1], [IMAGE], "float int8"),
    "split": (lambda x: tf.split(tf.nn.relu(x), 2, -1)[1] + 1.0, [IMAGE], "int8"),
    "pack": (lambda x, y: tf.stack([x, y], 1), [(2, 3), (2, 3)], "int8"),
    "transpose": (lambda x: tf.transpose(x, [0, 3, 1, 2]), [IMAGE], "int8"),
    "tile": (lambda x: tf.tile(x, [1, 2, 1, 3]), [IMAGE], "float"),
    "space_to_depth": (lambda x: tf.nn.space_to_depth(x, 2), [(1, 6, 4, 3)], "int8"),
    "depth_to_space": (lambda x: tf.nn.depth_to_space(x, 2), [(1, 3, 2, 8)], "float"),
    "space_to_batch": (
        lambda x: tf.space_to_batch(x, [2, 3], [[1, 1], [0, 1]]),
        [IMAGE],
        "float int8",
    ),
    "arg_max": (lambda x: tf.argmax(x, -1, tf.int32), [IMAGE], "float int8"),
    "comparison": (
        lambda x, y: tf.where(tf.greater(x, 0.4 * y), x, y),
        [IMAGE, IMAGE],
        "float int8",
    ),
    "batch_matmul": (lambda x, y: tf.matmul(x, y), [(2, 3, 5), (2, 5, 4)], "float int8 int16"),
    "batch_matmul_transposed": (
        lambda x, y: tf.matmul(x, y, transpose_b=True),
        [(2, 3, 5), (2, 4, 5)],
        "int8",
    ),
    "bilinear": (_resized("bilinear", False), [IMAGE], "float int8"),
    "bilinear_centres": (_resized("bilinear", True), [IMAGE], "float int8"),
    "bilinear_corners": (_resized("bilinear", False, True), [IMAGE], "float int8"),
    "nearest": (_resized("nearest", False), [IMAGE], "float int8"),
    "nearest_centres": (_resized("nearest", True), [IMAGE], "int8"),
    "nearest_corners": (_resized("nearest", False, True), [IMAGE], "int8"),
    "transpose_conv": (lambda x: _transposed(x, "SAME"), [IMAGE], "float int8"),
    "transpose_conv_valid": (
        lambda x: _transposed(x, "VALID") + weights(3),
        [IMAGE],
        "float int8",
    ),
    "convolution": (_convolution, [IMAGE], "float int8 int16"),
    "conv_3d": (
        lambda x: tf.nn.conv3d(x, weights(2, 3, 3, 3, 4), [1, 1, 2, 2, 1], "SAME") + weights(4),
        [VOLUME],
        "float",
    ),
    "conv_3d_transpose": (
        lambda x: tf.nn.conv3d_transpose(
            x, weights(3, 3, 2, 2, 3), [1, 8, 10, 12, 2], [1, 2, 2, 2, 1], "SAME"
        ),
        [VOLUME],
        "float",
    ),
    "conv_3d_transpose_valid": (
        lambda x: tf.nn.conv3d_transpose(
            x, weights(2, 3, 2, 2, 3), [1, 5, 7, 12, 2], [1, 1, 1, 2, 1], "VALID"
        ),
        [VOLUME],
        "float",
    ),
    "dense": (lambda x: tf.matmul(x, weights(6, 5)) + weights(5), [(3, 6)], "float int8 int16"),
    "average_pool": (lambda x: tf.nn.avg_pool2d(x, 3, 2, "SAME"), [IMAGE], "float int8 int16"),
    "max_pool": (lambda x: tf.nn.max_pool2d(x, 2, 2, "VALID"), [IMAGE], "float int8 int16"),
    "cumsum": (lambda x: tf.cumsum(x, 1, exclusive=True), [IMAGE], "float"),
    "integers": (_integers, [IMAGE, IMAGE], "float"),
    "logic": (_logic, [IMAGE, IMAGE], "float"),
    "rounded": (_rounded, [IMAGE], "float"),
    "placed": (_placed, [IMAGE], "float"),
    "shaped": (_shaped, [IMAGE], "float"),
    "dynamic_update_slice": (_dynamic, [IMAGE], "float"),
    "minimum": (lambda x, y: tf.minimum(x, y), [IMAGE, (4,)], "float int8 int16"),
    "atan2": (lambda x, y: tf.atan2(x, y), [IMAGE, IMAGE], "float"),
    "product": (lambda x: tf.reduce_prod(x, [1, 3]), [IMAGE], "float"),
    "relu_n1_to_1": (
        lambda x: tf.maximum(-1.0, tf.minimum(x, 1.0)),
        [IMAGE],
        "float int8",
    ),
    "local_response": (
        lambda x: tf.nn.local_response_normalization(x, 1, 1.5, 0.3, 0.6),
        [IMAGE],
        "float",
    ),
    "while": (_counted, [(2, 4)], "float"),
    "if": (_chosen, [(2, 4)], "float"),
}


class Delay(tf.Module):
    """A streaming model: the sum of its last two inputs, weighted."""

    def __init__(self) -> None:
        super().__init__()
        self.last = tf.Variable(tf.ones((1, 4)), name="last")
        self.weights = weights(4, 4)

    @tf.function(input_signature=[tf.TensorSpec((1, 4))])
    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        y = tf.matmul(self.last, self.weights) + x
        self.last.assign(x)
        return y


def _converter(name: str, kind: str) -> tf.lite.TFLiteConverter:
    if name == "delay":
        module = Delay()
        function = module.__call__.get_concrete_function()
        converter = tf.lite.TFLiteConverter.from_concrete_functions([function], module)
        converter.experimental_enable_resource_variables = True
        return converter
    function, shapes, _ = CASES[name]
    signature = [tf.TensorSpec(shape, tf.float32) for shape in shapes]
    concrete = tf.function(function, input_signature=signature).get_concrete_function()
    return tf.lite.TFLiteConverter.from_concrete_functions([concrete])


def _shapes(name: str) -> list[tuple[int, ...]]:
    return [(1, 4)] if name == "delay" else CASES[name][1]


def made(name: str, kind: str) -> bytes:
    """The bytes of a file."""
    if name in FILES:
        return FILES[name](kind)
    converter = _converter(name, kind)
    if kind == "float":
        return converter.convert()
    converter.optimizations = [tf.lite.Optimize.DEFAULT]

    def samples():
        for _ in range(20):
            yield [RANDOM.normal(size=shape).astype("float32") for shape in _shapes(name)]

    converter.representative_dataset = samples
    set_ = tf.lite.OpsSet
    converter.target_spec.supported_ops = [
        set_.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
        if kind == "int16"
        else set_.TFLITE_BUILTINS_INT8
    ]
    converter.inference_input_type = tf.uint8 if kind == "uint8" else getattr(tf, kind)
    converter.inference_output_type = converter.inference_input_type
    if name == "arg_max":
        converter.inference_output_type = tf.float32
    return converter.convert()


def main(folder: Path, names: list[str]) -> None:
    kinds = {name: case[2].split() for name, case in CASES.items()}
    kinds |= {
        "delay": ["float", "int8"],
        **{name: KINDS.get(name, ["float", "int8"]) for name in FILES},
    }
    kinds["dense"].append("uint8")
    for name in names or kinds:
        for kind in kinds[name]:
            path = folder / f"{name}_{kind}.tflite"
            if path.exists():
                continue
            try:
                path.write_bytes(made(name, kind))
            except Exception as error:
                print(f"{path.name}: {type(error).__name__}: {str(error)[:200]}", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
