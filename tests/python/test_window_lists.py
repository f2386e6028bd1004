"""Lists that windows are given, empty or of a wrong length, and results of loops of too many axes:
the same answer eager, hybridized and from a file, and never memory beyond a list."""

import numpy
import pytest
import weft
import weft_files
from weft import np, npx, runtime

X = np.array(numpy.random.default_rng(0).normal(size=(2, 16, 9)).astype("float32"))
W = np.array(numpy.random.default_rng(1).normal(size=(16, 16, 3)).astype("float32"))

WINDOWS = {
    "convolution": lambda x, w, **more: npx.convolution(x, w, **more),
    "deconvolution": lambda x, w, **more: npx.deconvolution(x, w, **more),
    "pooling": lambda x, w, **more: npx.pooling(x, kernel=(3,), **more),
}


OPTIONS = [(n, o) for n in WINDOWS for o in ("stride", "dilate", "pad")]
OPTIONS.remove(("pooling", "dilate"))  # which has no gaps


@pytest.mark.parametrize("name, option", OPTIONS)
def test_an_empty_list_is_the_default_in_plans_too(name, option):
    def window(x, w):
        return WINDOWS[name](x, w, **{option: ()})

    wanted = WINDOWS[name](X, W).asnumpy()
    for function in (window, weft.hybridize(window)):
        numpy.testing.assert_array_equal(function(X, W).asnumpy(), wanted)


@pytest.mark.parametrize("kernel", [[], [3], [3, 3, 3]], ids=str)
def test_a_file_whose_int8_windows_have_another_rank_is_refused(kernel, tmp_path):
    image, result = ["int8", 1, 4, 4, 4], ["int32", 1, 2, 2, 8]
    node = weft_files.node(
        "quantized_convolution_rows",
        [0, 1, *[None] * 5],
        result,
        kernel=kernel,
        zero_point=0,
        filters=8,
    )
    path = weft_files.written(
        tmp_path / "net.weft",
        {
            "inputs": weft_files.ports(x=image, w=["int8", 8, 36]),
            "outputs": weft_files.ports(y=result),
            "graph": {"nodes": [node], "outputs": [2]},
        },
    )
    with pytest.raises(OSError, match="`kernel` must have 2 numbers"):
        runtime.Model(path)


def test_results_of_a_loop_have_room_for_its_axis():
    data = np.ones((2, *[1] * 15))

    def loop(x):
        return npx.foreach(lambda row, _: (row.reshape([1] * 16), []), x, [])[0]

    for function in (loop, weft.hybridize(loop)):
        with pytest.raises(ValueError, match="17"):
            function(data)
