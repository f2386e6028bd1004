"""What strangers wrote: damaged, contradictory and hostile models are refused by name, as are
operators that Weft lacks, all at once."""

import math

import numpy
import pytest
import weft
from hypothesis import given, settings
from hypothesis import strategies as st
from tflite_files import FILES, load
from weft import np

REFUSED = (OSError, ValueError, TypeError, NotImplementedError, RuntimeError, LookupError)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x08\x0a" * 40, b"\0\0\0\0TFL4" + b"\0" * 40])
def test_what_is_no_model_is_refused(tmp_path, content):
    path = tmp_path / "file.tflite"
    path.write_bytes(content)
    with pytest.raises(OSError, match="is no TensorFlow Lite model") as raised:
        weft.tflite.load(path)
    assert str(path) in str(raised.value)
    with pytest.raises(OSError, match="is no TensorFlow Lite model"):
        weft.tflite.load(content)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*none\.tflite"):
        weft.tflite.load(tmp_path / "none.tflite")


def test_other_arguments_are_refused():
    with pytest.raises(TypeError, match="`model` must be a path or bytes; got int"):
        weft.tflite.load(3)
    with pytest.raises(ValueError, match="`rounding` must be one of litert, micro; got 'up'"):
        weft.tflite.load(b"", rounding="up")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "batch_matmul_int16",
            r"\n  BATCH_MATMUL \(version 2\): quantized int16 is not supported; 1",
        ),
        ("log_softmax_int8", r"\n  LOG_SOFTMAX \(version 2\): quantized int8 is not supported"),
    ],
)
def test_what_weft_lacks_is_said_before_anything_runs(name, message):
    with pytest.raises(NotImplementedError, match=message) as raised:
        load(name)
    assert str(FILES[name]) in str(raised.value)
    assert len(weft.tflite.missing(FILES[name])) == 1


def test_a_second_input_of_a_bidirectional_layer_is_refused():
    content = FILES["bidirectional_rnn_float"].read_bytes()
    last = numpy.array([8, -1, -1, -1], "<i4").tobytes()  # the end of the node's inputs
    assert content.count(last) == 1
    changed = content.replace(last, numpy.array([8, 0, -1, -1], "<i4").tobytes())
    with pytest.raises(NotImplementedError, match="RNN `y`: an input beside the data is not supp"):
        weft.tflite.load(changed)


def test_nothing_is_missing_for_the_others():
    assert weft.tflite.missing(FILES["resnet8_int8"]) == []


def test_an_error_of_reading_names_file_and_operator(tmp_path):
    # Each number 3 of the file, such as an option, a count or a tensor's, becomes a 7.
    content = FILES["convolution_float"].read_bytes()
    places = numpy.frombuffer(content, "<i4")
    for place in numpy.nonzero(places == 3)[0]:
        changed = places.copy()
        changed[place] = 7
        path = tmp_path / "changed.tflite"
        path.write_bytes(changed.tobytes())
        try:
            weft.tflite.load(path)
        except REFUSED as error:
            assert str(path) in str(error)


def test_an_error_of_a_run_names_the_operator():
    block = load("dense_int8")
    with pytest.raises(TypeError, match="input `x` must be int8; got float32"):
        block(np.zeros((3, 6)))
    with pytest.raises(ValueError, match=r"input `x` must have shape \(3, 6\); got \(3, 5\)"):
        block(np.zeros((3, 5), dtype="int8"))


@pytest.mark.parametrize("name", ["hello_world_int8", "delay_float", "while_float"])
def test_a_file_that_ends_early_is_refused(name):
    content = FILES[name].read_bytes()
    for length in range(8, len(content), max(1, len(content) // 60)):
        try:
            weft.tflite.load(content[:length])
        except REFUSED:
            continue


SEEDS = [
    *("hello_world_int8", "while_float", "if_float", "delay_int8", "lstm_int8", "svdf_float"),
    *("signal_framer", "signal_filter_bank", "bidirectional_rnn_float"),
    *("transpose_conv_int8", "tile_float", "pad_int8", "bilinear_int8", "slice_int8"),
]


def mutated(data, content):
    """A file with some bytes changed, cut out or repeated."""
    content = bytearray(content)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        kind = data.draw(st.sampled_from(["set", "set", "cut", "repeat"]))
        if kind == "set":
            content[place] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del content[place : place + data.draw(st.integers(1, 40))]
        else:
            content[place:place] = content[place : place + data.draw(st.integers(1, 40))]
        if not content:
            return b"\0"
    return bytes(content)


@given(st.data())
@settings(deadline=None)
def test_mutated_files_end_in_an_error_or_run(data):
    name = data.draw(st.sampled_from(SEEDS))
    content = mutated(data, FILES[name].read_bytes())
    try:
        block = weft.tflite.load(content)
        if name == "while_float":  # it may have become one without an end
            return
        shapes = [port.usual or () for port in block.ports]
        if sum(map(math.prod, shapes)) > 1 << 20:
            return
        inputs = [numpy.zeros(s, p.dtype) for s, p in zip(shapes, block.ports, strict=True)]
        block(*map(np.array, inputs))
    except REFUSED:
        return
