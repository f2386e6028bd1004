"""float8 and integers of 4 bits: conversions against ml_dtypes, exchange with others, and facts.
Moves are in test_storage_moves.py, files and C in test_storage_files.py."""

import copy
import pickle
import sys

import ml_dtypes
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from storage import (
    INTEGERS,
    STORED,
    WIDE,
    bits,
    codes,
    every,
    every_float,
    every_integer,
    of_ml,
    stored,
)
from weft import np


def same_floats(found, wanted):
    numpy.testing.assert_array_equal(found, wanted)
    numpy.testing.assert_array_equal(numpy.signbit(found), numpy.signbit(wanted))


# ---- conversions


@every_float
@pytest.mark.parametrize("to", ["float32", "float64", "float16", "bfloat16"])
def test_each_code_is_the_number_that_ml_dtypes_says(dtype, to):
    every_code = numpy.arange(256, dtype="uint8")
    found = np.array(every_code).view(dtype).astype(to).astype("float64").asnumpy()
    with numpy.errstate(all="ignore"):
        same_floats(found, every_code.view(of_ml(dtype)).astype("float32").astype("float64"))


@every_integer
@pytest.mark.parametrize("to", ["int8", "uint8", "int64", "float32", "float16", "bool"])
def test_only_the_lower_half_of_a_byte_is_an_integer_of_four_bits(dtype, to):
    every_byte = numpy.arange(256, dtype="uint8")
    found = np.array(every_byte).view(dtype).astype(to).asnumpy()
    numpy.testing.assert_array_equal(found, every_byte.view(of_ml(dtype)).astype(to))


@every_float
@pytest.mark.parametrize("of", ["float16", "float32", "float64", "bfloat16"])
def test_all_numbers_of_sixteen_bits_round_as_in_ml_dtypes(dtype, of):
    narrow = numpy.arange(65536, dtype="uint16").view(
        ml_dtypes.bfloat16 if of == "bfloat16" else "f2"
    )
    with numpy.errstate(all="ignore"):
        numbers = narrow.astype("float32") if of == "bfloat16" else narrow.astype(of)
        wanted = bits(numbers.astype(of_ml(dtype)))
    given_numbers = np.array(numbers).astype(of)
    numpy.testing.assert_array_equal(bits(given_numbers.astype(dtype)), wanted)


def halfway(dtype):
    """The numbers halfway between neighbours, and theirs, as float64."""
    numbers = codes(dtype)[:128].view(of_ml(dtype)).astype("float64")
    numbers = numpy.sort(numbers[numpy.isfinite(numbers)])
    middles = (numbers[1:] + numbers[:-1]) / 2
    last = numbers[-1] + (numbers[-1] - numbers[-2]) / 2
    middles = numpy.append(middles, last)
    near = [middles, numpy.nextafter(middles, 0), numpy.nextafter(middles, numpy.inf)]
    found = numpy.concatenate(near)
    return numpy.concatenate([found, -found])


@every_float
@pytest.mark.parametrize("of", ["float32", "float64"])
def test_ties_go_to_even_and_their_neighbours_to_the_nearest(dtype, of):
    numbers = codes(dtype)[:128].view(of_ml(dtype)).astype("float64")
    numbers = numpy.sort(numbers[numpy.isfinite(numbers)])
    middles = ((numbers[1:] + numbers[:-1]) / 2).astype(of)
    wanted = numpy.arange(len(middles), dtype="uint8")  # codes have the order of their numbers
    for given_numbers, found in (
        (numpy.nextafter(middles, of_zero(of)), wanted),
        (middles, wanted + wanted % 2),
        (numpy.nextafter(middles, of_zero(of) + numpy.inf), wanted + 1),
    ):
        for sign in (1, -1):
            codes_found = bits(np.array(given_numbers * sign).astype(dtype)).astype("uint8")
            numpy.testing.assert_array_equal(codes_found & 0x7F, found)


def of_zero(dtype):
    return numpy.dtype(dtype).type(0)


@every_float
@given(numbers=st.lists(st.floats(width=32), min_size=1), wide=st.booleans())
def test_any_float_rounds_as_in_ml_dtypes(dtype, numbers, wide):
    numbers = numpy.array(numbers, "float64" if wide else "float32")
    with numpy.errstate(all="ignore"):
        wanted = bits(numbers.astype(of_ml(dtype)))
    numpy.testing.assert_array_equal(bits(np.array(numbers).astype(dtype)), wanted)


@every
@given(numbers=st.lists(st.integers(-(2**40), 2**40), min_size=1))
def test_integers_convert_as_in_ml_dtypes(dtype, numbers):
    numbers = numpy.array(numbers, "int64")
    with numpy.errstate(all="ignore"):
        wanted = bits(numbers.astype(of_ml(dtype)))
    numpy.testing.assert_array_equal(bits(np.array(numbers).astype(dtype)), wanted)


@every_integer
def test_floats_are_cut_off_and_saturate(dtype):
    low, high = (-8, 7) if dtype == "int4" else (0, 15)
    numbers = numpy.array(
        [-numpy.inf, -99.5, -8.9, -1.7, -0.5, 0.99, 1.7, 6.9, 14.9, 99, numpy.nan]
    )
    wanted = numpy.clip(numpy.trunc(numpy.nan_to_num(numbers, posinf=99)), low, high)
    for of in ("float32", "float64", "float16"):
        found = np.array(numbers.astype(of)).astype(dtype).astype("int32").asnumpy()
        numpy.testing.assert_array_equal(found, wanted)


@every
def test_conversion_between_storage_dtypes_is_by_their_numbers(dtype):
    source = codes(dtype)
    for other in STORED:
        numbers = np.array(source).view(dtype).astype(WIDE[dtype])
        assert (
            numpy.array_equal(
                bits(np.array(source).view(dtype).astype(other)), bits(numbers.astype(other))
            )
            or dtype == other
        )


@every
def test_a_cast_to_the_same_dtype_copies_the_bits(dtype):
    x = np.array(codes(dtype)).view(dtype)
    same = x.astype(dtype)
    assert numpy.array_equal(bits(same), bits(x))
    x[0] = 1
    assert not numpy.array_equal(bits(same), bits(x))


def test_saturation_is_a_clip_before_the_cast():
    largest = np.finfo("float8_e4m3fn").max
    x = np.array([1e6, -1e6, numpy.inf, numpy.nan])
    found = np.clip(x, -largest, largest).astype("float8_e4m3fn")
    assert bits(found).tolist() == [0x7E, 0xFE, 0x7E, 0x7F]
    assert bits(x.astype("float8_e4m3fn")).tolist() == [0x7F, 0xFF, 0x7F, 0x7F]


# ---- arrays from others and for others


@every
def test_arrays_of_ml_dtypes_come_and_go(dtype):
    numbers = codes(dtype).reshape(-1, 8).view(of_ml(dtype))
    for given_array in (numbers, numbers[::-1, 1::2], numbers.T, numbers[:0]):
        x = np.array(given_array)
        assert x.dtype == dtype and x.dtype == of_ml(dtype)
        for back in (x.asnumpy(), numpy.asarray(x), x.__array__()):
            assert back.dtype == of_ml(dtype)
            numpy.testing.assert_array_equal(
                bits(back), numpy.ascontiguousarray(given_array).view("u1")
            )
    assert np.array(numbers[0, 3]).shape == ()
    assert np.array([1, 2], dtype=of_ml(dtype)).dtype == dtype
    assert np.array([1, 2], dtype=getattr(ml_dtypes, dtype)).dtype == dtype


def test_bfloat16_of_ml_dtypes_comes_in():
    numbers = numpy.array([1.5, -2.25, numpy.inf], ml_dtypes.bfloat16)
    x = np.array(numbers)
    assert x.dtype == "bfloat16" and x.astype("float32").tolist() == [1.5, -2.25, numpy.inf]


@every
def test_lists_and_numbers_become_elements(dtype):
    x = np.array([[1, 2], [3, 4]], dtype=dtype)
    assert x.dtype.name == dtype and x.tolist() == [[1, 2], [3, 4]] and x[1, 0].item() == 3
    assert np.array(3, dtype=dtype).astype("int32").item() == 3
    assert np.full((2,), 3, dtype=dtype).tolist() == [3, 3]
    assert np.zeros((2, 2), dtype=dtype).tolist() == [[0, 0], [0, 0]]
    assert np.ones((2,), dtype=dtype).tolist() == [1, 1]
    assert np.arange(5, dtype=dtype).tolist() == [0, 1, 2, 3, 4]
    assert np.zeros_like(x).dtype == dtype and np.empty((3,), dtype=dtype).dtype == dtype
    assert bool(np.array(1, dtype=dtype)) and not np.array(0, dtype=dtype)


def test_a_number_of_python_is_rounded_once():
    # In float32 it would become the tie between 1 and 1.125, and then 1.
    number = 1.0625 + 2.0**-40
    assert np.array(number, dtype="float8_e4m3fn").item() == 1.125
    assert np.full((1,), number, dtype="float8_e4m3fn").tolist() == [1.125]


def test_without_ml_dtypes_arrays_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    x = np.array([1.5, -2.0], dtype="float8_e5m2")
    for read in (x.asnumpy, lambda: numpy.asarray(x)):
        with pytest.raises(TypeError, match=r"float8_e5m2; install ml_dtypes.*view\(\"uint8\"\)"):
            read()
    assert x.tolist() == [1.5, -2.0] and repr(x) == "array([ 1.5, -2. ], dtype=float8_e5m2)"
    assert bits(x).tolist() == [0x3E, 0xC0]


@every
def test_they_are_printed_copied_and_pickled(dtype):
    x = np.array([1, 2], dtype=dtype)
    number = "1" if dtype in INTEGERS else "1."
    assert repr(x).startswith(f"array([{number}") and repr(x).endswith(f"dtype={dtype})")
    assert str(np.array(2, dtype=dtype)) == ("2" if dtype in INTEGERS else "2.0")
    for again in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert again.dtype == dtype and again.tolist() == [1, 2]
    assert pickle.loads(pickle.dumps(x.dtype)) is x.dtype


@every_float
def test_dlpack_has_codes_for_float8(dtype):
    x = stored(dtype)
    again = np.from_dlpack(x.__dlpack__())
    assert again.dtype == dtype and numpy.array_equal(bits(again), bits(x))


@every
def test_what_numpy_cannot_share_is_refused(dtype):
    x = stored(dtype)
    with pytest.raises(TypeError, match=rf"shares no {dtype}"):
        x.numpy()
    with pytest.raises(TypeError, match=r"needs a copy"):
        x.__array__(copy=False)
    with pytest.raises((TypeError, BufferError), match=rf"{dtype} has no buffer"):
        memoryview(x)


@every_integer
def test_dlpack_has_no_integers_of_four_bits_in_bytes(dtype):
    with pytest.raises((TypeError, BufferError), match=r"cast the array to int8"):
        stored(dtype).__dlpack__()


def test_views_are_the_bits_in_another_dtype():
    x = np.array([1.0, -2.0])
    assert x.view("uint32").tolist() == [0x3F800000, 0xC0000000]
    assert x.view("int32").view("float32").tolist() == [1, -2]
    assert x.view("uint8").view("float32").tolist() == [1, -2]
    with pytest.raises(TypeError, match=r"must not be bool"):
        x.view("bool")
    with pytest.raises(TypeError, match=r"must not be bool"):
        np.array([2], dtype="uint8").view("bool")
    for shape in ((-1,), (1, 2), ((1, 2),)):
        with pytest.raises(TypeError, match=r"view: .* write `x\.reshape\(\.\.\.\)`"):
            x.view(*shape)


# ---- facts


@every_float
def test_finfo_says_what_ml_dtypes_says(dtype):
    found, wanted = np.finfo(dtype), ml_dtypes.finfo(dtype)
    for name in ("bits", "eps", "max", "min", "tiny", "smallest_normal", "smallest_subnormal"):
        assert float(getattr(found, name)) == float(getattr(wanted, name)), name
    assert found.dtype == dtype
    with pytest.raises(ValueError, match=r"iinfo"):
        np.iinfo(dtype)


@every_integer
def test_iinfo_says_what_ml_dtypes_says(dtype):
    found, wanted = np.iinfo(np.zeros(1, dtype=dtype)), ml_dtypes.iinfo(dtype)
    assert (found.min, found.max, found.bits) == (wanted.min, wanted.max, 4)
    with pytest.raises(ValueError, match=r"finfo"):
        np.finfo(dtype)


@every
def test_promotion_is_with_itself_and_with_numbers_it_holds(dtype):
    x = np.zeros((2,), dtype=dtype)
    assert np.result_type(dtype) == np.result_type(x, dtype, 1, True) == dtype
    for other in ("float32", "int8", "bool", "bfloat16", "complex64", *set(STORED) - {dtype}):
        with pytest.raises(TypeError, match=rf"{dtype}.* storage only|{other}.* storage only"):
            np.result_type(dtype, other)
    with pytest.raises(TypeError, match=r"cannot hold"):
        np.result_type(x, 1j)


def test_a_float_is_none_of_four_bits():
    with pytest.raises(TypeError, match=r"int4 cannot hold 1\.5"):
        np.result_type("int4", 1.5)
    assert np.result_type("float8_e5m2", 1.5) == "float8_e5m2"


def test_casts_are_safe_to_what_holds_all_numbers():
    assert np.can_cast("float8_e4m3fn", "float32") and np.can_cast("int4", "int8")
    assert np.can_cast("int4", "int4") and not np.can_cast("float8_e4m3fn", "int8")
    assert not np.can_cast("float32", "float8_e5m2") and not np.can_cast("int8", "int4")
    assert np.can_cast("float32", "float8_e5m2", "same_kind")
    assert not np.can_cast("float8_e5m2", "int4", "same_kind")
    assert np.can_cast("float8_e5m2", "int4", "unsafe")


def test_their_kinds():
    assert np.issubdtype("float8_e5m2", np.floating) and np.issubdtype("int4", np.integer)
    assert np.issubdtype("uint4", np.unsignedinteger) and not np.issubdtype("int4", np.floating)
    assert not np.isdtype("float8_e5m2", "real floating") and np.isdtype("int4", np.int4)
