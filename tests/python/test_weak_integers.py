"""Python integers that an integer dtype cannot hold: what NumPy 2 answers or refuses, eager and
traced, in a file, in symbols and as an operand of every operator that takes a number."""

import operator
import re
import shutil

import numpy
import pytest
import weft
from c_programs import FLAGS, built, run
from weft import np, npx, sym
from weft import runtime as weft_runtime

DTYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]
ARITHMETIC = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.floordiv,
    operator.mod,
    operator.pow,
    operator.and_,
    operator.or_,
    operator.xor,
    operator.lshift,
    operator.rshift,
    numpy.maximum,
    numpy.minimum,
]
OWN = {numpy.maximum: np.maximum, numpy.minimum: np.minimum}


def ends(dtype):
    limits = numpy.iinfo(dtype)
    return int(limits.min), int(limits.max)


def elements(dtype):
    low, high = ends(dtype)
    return numpy.array([low, 0, 44, high - 1, high], dtype)


def beyond(dtype):
    low, high = ends(dtype)
    far = [number for power in (64, 100, 2000) for number in (2**power, -(2**power))]
    return [low - 1, high + 1, -(2**63) - 1, *far]


def within(dtype):
    low, high = ends(dtype)
    return [low, high, 0, 44]


def eager(function):
    return function


FORMS = pytest.mark.parametrize("form", [eager, weft.hybridize], ids=["eager", "hybridized"])


@FORMS
@pytest.mark.parametrize("dtype", DTYPES)
def test_comparisons_answer_as_numpy(form, dtype):
    x = elements(dtype)
    ours = np.array(x)
    for compare in COMPARISONS:
        for number in [*beyond(dtype), *within(dtype)]:
            for pair, same in (
                (form(lambda a, n=number, c=compare: c(a, n)), compare(x, number)),
                (form(lambda a, n=number, c=compare: c(n, a)), compare(number, x)),
            ):
                numpy.testing.assert_array_equal(pair(ours).asnumpy(), same, err_msg=f"{number}")


@FORMS
@pytest.mark.parametrize("dtype", DTYPES)
def test_bounds_beyond_the_dtype_bound_nothing(form, dtype):
    x = elements(dtype)
    low, high = ends(dtype)
    pairs = [(low - 1, high + 1), (-(10**30), 10**400), (0, high + 1), (low - 5, 44), (low, high)]
    for pair in pairs:
        clip = form(lambda a, p=pair: (np.clip(a, *p), a.clip(*p)))
        for found in clip(np.array(x)):
            assert found.dtype == x.dtype
            numpy.testing.assert_array_equal(found.asnumpy(), numpy.clip(x, *pair))
    for pair in ((high + 1, None), (None, low - 1), (high + 1, high + 2)):
        with pytest.raises(OverflowError):
            numpy.clip(x, *pair)
        with pytest.raises(OverflowError, match=f"out of range for {dtype}"):
            form(lambda a, p=pair: np.clip(a, *p))(np.array(x))


@FORMS
@pytest.mark.parametrize("dtype", DTYPES)
def test_arithmetic_refuses_what_numpy_refuses(form, dtype):
    x = elements(dtype)[1:3]
    for function in ARITHMETIC:
        own = OWN.get(function, function)
        for number in beyond(dtype):
            for flip in (False, True):
                if function is operator.pow and not flip and number < 0:
                    continue  # NumPy says first that integers have no negative powers
                args = (number, x) if flip else (x, number)
                with pytest.raises(OverflowError):
                    function(*args)
                call = form(lambda a, n=number, o=own, f=flip: o(n, a) if f else o(a, n))
                with pytest.raises(OverflowError, match="is out of range for"):
                    call(np.array(x))


@FORMS
def test_unsigned_numbers_of_64_bits_are_numbers(form):
    x = elements("uint64")
    top = 2**63
    for function in (operator.add, operator.sub, operator.mul, operator.and_, operator.or_):
        call = form(lambda a, f=function: (f(a, top), f(top + 3, a)))
        with numpy.errstate(over="ignore"):
            same = function(x, numpy.uint64(top)), function(numpy.uint64(top + 3), x)
        for a, b in zip(call(np.array(x)), same, strict=True):
            numpy.testing.assert_array_equal(a.asnumpy(), b)
    call = form(lambda a: (a // top, a % top, np.maximum(a, top), np.clip(a, 3, 2**64 - 2)))
    same = x // top, x % top, numpy.maximum(x, top), numpy.clip(x, 3, 2**64 - 2)
    for a, b in zip(call(np.array(x)), same, strict=True):
        numpy.testing.assert_array_equal(a.asnumpy(), b)


@FORMS
def test_floats_take_every_integer_that_they_reach(form):
    x = numpy.array([1.5, -2], "float32")
    numbers = [2**63, 2**64, 10**30, -(10**30), 2**53 + 1]
    for number in numbers:
        call = form(lambda a, n=number: (a + n, a < n, np.clip(a, -n, n) if n > 0 else a * n))
        same = x + number, x < number, numpy.clip(x, -number, number) if number > 0 else x * number
        for a, b in zip(call(np.array(x)), same, strict=True):
            numpy.testing.assert_array_equal(a.asnumpy(), b)
    with pytest.raises(OverflowError):
        x < 10**400  # noqa: B015 - NumPy's answer
    with pytest.raises(OverflowError, match="out of range for float32"):
        form(lambda a: a < 10**400)(np.array(x))


@FORMS
def test_writes_and_choices_refuse(form):
    mask = np.array([True, False, True])

    def fill(a):
        a = a.copy()
        a[...] = 300
        return a

    def element(a):
        a = a.copy()
        a[0] = -1
        return a

    def places(a):
        a = a.copy()
        a[[0, 1]] = 2**64
        return a

    def masked(a):
        a = a.copy()
        a[mask] = 300
        return a

    def added(a):
        a = a.copy()
        a[mask] += 300
        return a

    def in_place(a):
        a = a.copy()
        a |= 256
        return a

    def chosen(a):
        return np.where(mask, a, 300)

    def filled(a):
        return np.full_like(a, 300) + a

    def along(a):
        a = a.copy()
        np.put_along_axis(a, np.array([1]), 256, 0)
        return a

    def padded(a):
        return np.pad(a, 1, constant_values=-1)

    for function in (fill, element, places, masked, added, in_place, chosen, filled, along, padded):
        with pytest.raises(OverflowError, match=r"3?00|-1|256|64|out of"):
            form(function)(np.array([1, 2, 3], dtype="uint8"))


@FORMS
def test_a_written_unsigned_number_is_exact(form):
    def written(a):
        a = a.copy()
        a[0] = 2**64 - 1
        a[np.array([2])] = 2**63 + 1
        a[a == 5] = 2**63
        np.put_along_axis(a, np.array([3]), 2**53 + 1, 0)
        return np.pad(a, (0, 1), constant_values=2**64 - 3)

    found = form(written)(np.array([1, 5, 3, 0], dtype="uint64"))
    assert found.tolist() == [2**64 - 1, 2**63, 2**63 + 1, 2**53 + 1, 2**64 - 3]
    assert np.full(2, 2**63).dtype == np.uint64
    assert np.full(2, 2**63).tolist() == numpy.full(2, 2**63).tolist()
    assert np.add(2**63, np.array([1], dtype="uint64")).tolist() == [2**63 + 1]


@FORMS
def test_what_is_not_zero_is_true(form):
    x = numpy.array([0, 1, 200], "uint8")
    call = form(lambda a: (np.logical_and(a, 300), np.logical_or(-1, a), np.logical_xor(a, 300)))
    same = numpy.logical_and(x, 300), numpy.logical_or(-1, x), numpy.logical_xor(x, 300)
    for a, b in zip(call(np.array(x)), same, strict=True):
        numpy.testing.assert_array_equal(a.asnumpy(), b)


def test_a_file_and_symbols_answer_alike(tmp_path):
    x = numpy.array([0, 44, 200], "uint8")

    class Net(weft.gluon.HybridBlock):
        def forward(self, x):
            return x > -1, x == 300, np.clip(x, -5, 300), x < 10**30

    net = Net()
    same = [out.asnumpy() for out in net(np.array(x))]
    for a, b in zip(same, (x > -1, x == 300, numpy.clip(x, -5, 300), x < 10**30), strict=True):
        numpy.testing.assert_array_equal(a, b)
    net.export(tmp_path / "net.weft", np.array(x))
    context = weft_runtime.Model(str(tmp_path / "net.weft")).context()
    for a, b in zip(context.run(x), same, strict=True):
        numpy.testing.assert_array_equal(a, b)
    v = sym.var("v")
    both = sym.Group([v > -1, v == 300])
    outs = both.bind(args={"v": np.array(x)}).forward()
    for a, b in zip(outs, same[:2], strict=True):
        numpy.testing.assert_array_equal(a.asnumpy(), b)


def test_an_operator_with_out_refuses_every_time():
    a = np.array([1, 2, 3], dtype="uint8")
    for _ in range(4):  # calls that recur run as programs
        with pytest.raises(OverflowError):
            a **= 300
        with pytest.raises(OverflowError):
            np.clip(a, 300, None, out=a)
    assert a.tolist() == [1, 2, 3]
    assert npx.relu(a).tolist() == [1, 2, 3]


@FORMS
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_number_beyond_the_dtype_is_inserted_at_an_end(form, dtype):
    x = elements(dtype)
    for number in [*beyond(dtype)[:2], *within(dtype)]:
        for side in ("left", "right"):
            call = form(lambda a, n=number, s=side: np.searchsorted(a, n, side=s))
            # As an object, because NumPy would compare float64s.
            right = numpy.searchsorted(x.astype(object), number, side)
            assert call(np.array(x)).item() == right


@FORMS
@pytest.mark.parametrize("dtype", ["int8", "int32", "int64"])
def test_arrays_with_and_without_sign_compare_as_integers(form, dtype):
    low, high = ends(dtype)
    signed = numpy.array([low, -1, 0, 1, high - 1, high], dtype)
    unsigned = numpy.array([0, 1, high - 1, high, 2**63, 2**64 - 1], "uint64").reshape(-1, 1)
    for compare in COMPARISONS:
        for a, b in ((signed, unsigned), (unsigned, signed)):
            found = form(lambda x, y, c=compare: c(x, y))(np.array(a), np.array(b))
            numpy.testing.assert_array_equal(found.asnumpy(), compare(a, b))


@pytest.mark.skipif(not shutil.which("cc"), reason="not run: cc is not installed")
@pytest.mark.parametrize("dtype", DTYPES)
def test_generated_c_answers_alike(tmp_path, dtype):
    low, high = ends(dtype)

    class Net(weft.gluon.HybridBlock):
        def forward(self, x):
            answers = [x > low - 1, x == high + 1, x != high + 1, x > high - 1, high + 5 > x]
            marks = sum(np.where(answer, 2.0**i, 0.0) for i, answer in enumerate(answers))
            return marks, np.clip(x, low - 5, high - 1) // 2, np.clip(x, 3, 10**30) // 2

    x = np.array(elements(dtype))
    net = Net()
    eager = [out.asnumpy() for out in net(x)]
    net.export(tmp_path / "net.weft", x)
    model = weft_runtime.Model(tmp_path / "net.weft")
    for a, b in zip(model.context().run(x.asnumpy()), eager, strict=True):
        numpy.testing.assert_array_equal(a, b)
    files = model.write_c(tmp_path, name="net", main=True)
    told = run(built(files, tmp_path / "net", FLAGS))
    assert re.findall(r"largest difference (\S+) of", told) == ["0"] * 3, told
