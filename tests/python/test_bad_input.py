"""What a mistake is told: operator, argument, what was given, what was expected."""

import re

import numpy
import pytest
import weft
from weft import np, npx
from weft.gluon import nn

CASES = {
    "shapes that do not broadcast": (
        lambda: np.ones((2, 3)) + np.ones(4),
        ValueError,
        r"add: shapes of `x1` \(2, 3\) and `x2` \(4,\) do not broadcast: axis -1 .* 3 and 4",
    ),
    "shapes that do not multiply": (
        lambda: np.ones((2, 3)) @ np.ones((2, 3)),
        ValueError,
        r"matmul: .*`x1` \(2, 3\).*`x2` \(2, 3\).*got 3 and 2",
    ),
    "axis out of range": (
        lambda: np.mean(np.ones((2, 3)), axis=3),
        IndexError,
        r"mean|sum: `axis` must be in \[-2, 2\) for an array of rank 2; got 3",
    ),
    "reshape to another size": (
        lambda: np.ones(6).reshape(4, 2),
        ValueError,
        r"reshape: `newshape` \(4, 2\) must have as many elements as `x`, 6",
    ),
    "negative extent": (
        lambda: np.zeros((2, -1)),
        ValueError,
        r"full: `shape` must have extents of at least 0; got \(2, -1\)",
    ),
    "array larger than memory": (
        lambda: np.zeros((1 << 40, 1 << 20)),
        (ValueError, MemoryError),
        "out of memory; requested|full: .*shape",
    ),
    "dtype of fields": (
        lambda: np.zeros(2, dtype={"a": [0, 0]}),
        TypeError,
        "full: `dtype` must be one of bool, uint8, .*; got {'a'",
    ),
    "must have known dtypes": (
        lambda: np.zeros(1, "float33"),
        TypeError,
        "full: `dtype` must be one of bool, uint8, .*; got 'float33'",
    ),
    "text as data": (lambda: np.array(["a"]), TypeError, "array: elements of format"),
    "ragged list": (lambda: np.array([[1], [1, 2]]), ValueError, "array: .*inhomogeneous"),
    "unknown keyword": (
        lambda: np.sum(np.ones(2), axes=0),
        TypeError,
        "sum: `axes` is no argument; it accepts a, axis, dtype, out, keepdims",
    ),
    "missing argument": (lambda: np.add(np.ones(2)), TypeError, "add: `x2` is missing"),
    "too many arguments": (
        lambda: np.exp(1, 2, 3),
        TypeError,
        "exp: takes at most 1 arguments; got 3",
    ),
    "argument given twice": (
        lambda: np.exp(np.ones(1), x=np.ones(1)),
        TypeError,
        "exp: `x` is given twice",
    ),
    "wrong kind of attribute": (
        lambda: np.sum(np.ones(2), keepdims="yes"),
        TypeError,
        "sum: `keepdims` must be True or False; got 'yes'",
    ),
    "wrong kind of axis": (
        lambda: np.sum(np.ones(2), axis=1.5),
        TypeError,
        "sum: `axis` must be an integer or a tuple of integers; got 1.5",
    ),
    "no array": (
        lambda: np.exp(object()),
        TypeError,
        "exp: `x` must be an array, a number or a list; got object",
    ),
    "out of the wrong shape": (
        lambda: np.add(np.ones(2), 1, out=np.ones(3)),
        ValueError,
        r"add: .*out.*\(2,\).*\(3,\)|add: .*\(3,\).*\(2,\)",
    ),
    "out that is no array": (
        lambda: np.add(np.ones(2), 1, out=[1]),
        TypeError,
        "add: `out` must be an array; got list",
    ),
    "float64 given to a float32 layer": (
        lambda: npx.convolution(np.ones((1, 1, 3, 3), "float64"), np.ones((1, 1, 1, 1))),
        TypeError,
        r"convolution: `data` is float64 but `weight` is float32; .*data\.astype\('float32'\)",
    ),
    "kernel larger than the image": (
        lambda: npx.pooling(np.ones((1, 1, 2, 2)), kernel=3),
        ValueError,
        r"pooling: `kernel` \(3, 3\) is larger than the padded `data` of shape \(1, 1, 2, 2\)",
    ),
    "unknown option": (
        lambda: npx.pooling(np.ones((1, 1, 2, 2)), kernel=1, pool_type="med"),
        ValueError,
        "pooling: `pool_type` must be max, avg, sum or lp; got med",
    ),
    "two sizes of one image": (
        lambda: npx.interpolate(np.ones((1, 1, 2, 2)), size=3, scale_factor=2),
        ValueError,
        "interpolate: either `size` or `scale_factor` must be given; got both",
    ),
    "unknown way of resizing": (
        lambda: npx.interpolate(np.ones((1, 1, 2, 2)), size=3, mode="bilinear"),
        ValueError,
        "interpolate: `mode` must be nearest, nearest-exact, linear, cubic or area; got bilinear",
    ),
    "corners of a filter that has none": (
        lambda: npx.interpolate(np.ones((1, 1, 2, 2)), size=3, align_corners=True),
        ValueError,
        "interpolate: `align_corners` needs `mode` linear or cubic; got nearest",
    ),
    "size of three axes for an image of two": (
        lambda: npx.interpolate(np.ones((1, 1, 2, 2)), size=(3, 3, 3)),
        ValueError,
        "interpolate: `size` must be one extent or 2, one for each spatial axis; got 3",
    ),
    "nothing left of an image": (
        lambda: npx.interpolate(np.ones((1, 1, 2, 2)), scale_factor=0.1),
        ValueError,
        "interpolate: `scale_factor` must give at least one element along each axis",
    ),
    "channels that make no places": (
        lambda: nn.PixelShuffle2D(2)(np.ones((1, 6, 2, 2))),
        ValueError,
        "PixelShuffle2D: `data` must have 2 spatial axes and a multiple of 4 channels",
    ),
    "layer without a size": (
        nn.Upsample,
        ValueError,
        "Upsample: either `size` or `scale_factor` must be given",
    ),
    "norm without a power": (
        lambda: npx.pooling(np.ones((1, 1, 2, 2)), kernel=1, pool_type="lp", p_value=0),
        ValueError,
        "pooling: `p_value` must be at least 1; got 0",
    ),
    "kernel wider than a volume": (
        lambda: npx.pooling(np.ones((1, 1, 2, 2, 2)), kernel=(1, 2, 3)),
        ValueError,
        r"pooling: `kernel` \(1, 2, 3\) is larger than the padded `data` of shape",
    ),
    "kernel deeper than a volume": (
        lambda: npx.pooling(np.ones((1, 1, 2, 2, 2)), kernel=(3, 1, 1), pool_type="sum"),
        ValueError,
        r"pooling: `kernel` \(3, 1, 1\) is larger than the padded `data` of shape",
    ),
    "coordinate outside its axis": (
        lambda: npx.gather_nd(np.ones((2, 3)), np.array([[0], [3]])),
        IndexError,
        "gather_nd: 3 is out of bounds for axis 1 with extent 3",
    ),
    "more coordinates than axes": (
        lambda: npx.gather_nd(np.ones(2), np.array([[0], [1]])),
        ValueError,
        "gather_nd: `indices` must have 1 to 1 rows",
    ),
    "elements that are not one for each point": (
        lambda: npx.scatter_nd(np.ones(3), np.array([[0, 1]]), (2,)),
        ValueError,
        r"scatter_nd: `data` must have shape \(2,\); got \(3,\)",
    ),
    "global window over nothing": (
        lambda: npx.pooling(np.ones((1, 1, 0, 2)), global_pool=True),
        ValueError,
        "pooling: `data` must not be empty along spatial axes",
    ),
    "average of integers": (
        lambda: npx.pooling(np.ones((1, 1, 2, 2, 2), "int32"), kernel=1, pool_type="avg"),
        TypeError,
        "pooling: `data` must have a floating dtype; got int32",
    ),
    "image without spatial axes": (
        lambda: npx.pooling(np.ones((1, 2)), kernel=1),
        ValueError,
        "pooling: `data` must have shape",
    ),
    "weight deeper than a volume": (
        lambda: npx.convolution(np.ones((1, 2, 2, 3, 3)), np.ones((4, 2, 3, 1, 1))),
        ValueError,
        r"convolution: `kernel` \(3, 1, 1\) is larger than the padded `data` of shape",
    ),
    "weight larger than an image": (
        lambda: npx.convolution(np.ones((64, 6, 4, 4)), np.ones((16, 6, 5, 5))),
        ValueError,
        r"convolution: `kernel` \(5, 5\) is larger than the padded `data` of shape",
    ),
    "channels of a volume": (
        lambda: npx.convolution(np.ones((1, 2, 2, 3, 3)), np.ones((4, 1, 1, 1, 1))),
        ValueError,
        "convolution: `weight` of shape .* needs 1 channels of `data`; got 2",
    ),
    "kernel that is not the weight's": (
        lambda: npx.convolution(np.ones((1, 2, 3)), np.ones((4, 2, 2)), kernel=3),
        ValueError,
        "convolution: `kernel` must be the last extents of `weight`",
    ),
    "adjustment of a stride": (
        lambda: npx.deconvolution(np.ones((1, 2, 3)), np.ones((2, 2, 2)), stride=2, adj=2),
        ValueError,
        "deconvolution: `adj` must be at least 0 and less than `stride`; got 2",
    ),
    "padding that leaves nothing": (
        lambda: npx.deconvolution(np.ones((1, 2, 3)), np.ones((2, 2, 1)), pad=2),
        ValueError,
        "deconvolution: `pad` must leave at least one element of axis 2",
    ),
    "channels of a transposed convolution": (
        lambda: npx.deconvolution(np.ones((1, 2, 3)), np.ones((3, 2, 1))),
        ValueError,
        "deconvolution: `weight` of shape .* needs 3 channels of `data`; got 2",
    ),
    "label outside the classes": (
        lambda: npx.softmax_cross_entropy(np.ones((1, 3)), np.array([3])),
        IndexError,
        r"softmax_cross_entropy: `label` must be in \[0, 3\).*got 3",
    ),
    "half a choice": (
        lambda: np.where(np.ones(2), 1),
        ValueError,
        "where: `x` and `y` must be given together",
    ),
    "write that does not fit": (
        lambda: np.ones(3).__setitem__(slice(2), np.ones(3)),
        ValueError,
        r"write: shapes of `value` \(3,\) and `target` \(2,\) do not broadcast",
    ),
    "deleting an element": (
        lambda: np.ones(3).__delitem__(0),
        TypeError,
        "ndarray: elements cannot be deleted",
    ),
    "thread count": (lambda: npx.set_num_threads(0), ValueError, "must be at least 1"),
    "saving no arrays": (lambda: npx.save("x", [1]), TypeError, "save: `arrays` must be a dict"),
    "loading nothing": (lambda: npx.load("/nowhere/x"), FileNotFoundError, "/nowhere/x"),
}


@pytest.mark.parametrize("name", CASES)
def test_message_says_what_and_where(name):
    call, kind, message = CASES[name]
    with pytest.raises(kind) as error:
        call()
        npx.waitall()  # where operators are queued it is raised here
    text = str(error.value)
    if "; pushed at " in text:  # queued work names the operator that ran, a part of the one called
        message = message.partition(": ")[2]
    assert re.search(message, text), text
    if name not in ("deleting an element",):
        assert isinstance(error.value, weft.Error)


def test_exceptions_are_builtin_ones_too():
    for error in vars(weft._base.errors).values():
        is_exception = isinstance(error, type) and issubclass(error, BaseException)
        if is_exception and error is not weft.Error:
            assert issubclass(error, weft.Error)
            assert error.__mro__[2].__module__ == "builtins"


def test_saving_to_a_full_disk_keeps_the_old_file(tmp_path):
    layer = nn.Dense(2, in_units=2)
    layer.initialize()
    path = tmp_path / "layer"
    layer.save_parameters(path)
    before = path.read_bytes()
    with pytest.raises(OSError):
        layer.save_parameters("/dev/full/x")
    assert path.read_bytes() == before
    again = npx.load(path)
    numpy.testing.assert_array_equal(again["weight"].asnumpy(), layer.weight.data().asnumpy())
