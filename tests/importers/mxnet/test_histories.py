"""Symbols of computations on arrays: `mx.autograd.get_symbol` and `mx._deferred_compute`.

The symbols run on other arrays, and NumPy says what they give."""

import numpy
import pytest
from weft import mxnet as mx
from weft.mxnet import _deferred_compute as dc
from weft.mxnet import autograd, np

A = numpy.arange(10)
B = numpy.arange(10)[::-1].copy()

COMPUTATIONS = {
    "numbers": lambda lib, a: (a + 1) * 3 - a / 2,
    "a row that is made inside": lambda lib, a: a + lib.arange(10),
    "a full array": lambda lib, a: a * lib.ones((10,)) * lib.full((10,), 3),
    "reshapes": lambda lib, a: a.reshape((5, 2)).reshape((2, 5)).reshape((-1,)) + 1,
    "a part": lambda lib, a: a[2:5] * 2,
    "an element": lambda lib, a: a[3] + 1,
    "a part of a matrix": lambda lib, a: a.reshape((5, 2))[:3, 1] + 1,
    "an element of a matrix": lambda lib, a: a.reshape((5, 2))[(4, 1)] + 1,
    "a cast": lambda lib, a: a.astype("int32") + lib.zeros_like(a).astype("int32"),
}


def computed(lib, function, values, outputs=None):
    """The symbol of a computation on an array, and what the computation gave at once."""
    x = lib.array(values, dtype="float32")
    dc.set_variable(x, mx.sym.var("x"))
    with dc.context():
        found = function(lib, x)
    assert not autograd.is_recording() and not dc.is_deferred_compute()
    kind = mx.sym.np._Symbol if lib is mx.np else None
    return dc.get_symbol(found, sym_cls=kind), found


@pytest.mark.parametrize("lib", [mx.np, mx.nd], ids=["np", "nd"])
@pytest.mark.parametrize("name", COMPUTATIONS)
def test_a_computation_becomes_a_symbol(name, lib):
    function = COMPUTATIONS[name]
    symbol, found = computed(lib, function, A)
    assert symbol.list_arguments() == ["x"]
    assert isinstance(symbol, mx.sym.np._Symbol) == (lib is mx.np)
    expected = [numpy.asarray(function(numpy, x.astype("float32"))) for x in (A, B)]
    numpy.testing.assert_allclose(found.asnumpy().ravel(), expected[0].ravel(), rtol=1e-6)
    (out,) = symbol._bind(mx.cpu(), args={"x": lib.array(B, dtype="float32")}).forward()
    numpy.testing.assert_allclose(out.asnumpy().ravel(), expected[1].ravel(), rtol=1e-6)


def test_several_outputs_are_a_group_and_one_of_them_is_alone():
    symbol, _ = computed(mx.np, lambda lib, a: list(lib.split(a, 2)), A)
    first, second = symbol._bind(mx.cpu(), args={"x": np.array(B, dtype="float32")}).forward()
    assert first.asnumpy().tolist() == B[:5].tolist()
    assert second.asnumpy().tolist() == B[5:].tolist()
    alone, _ = computed(mx.np, lambda lib, a: lib.split(a, 2)[1], A)
    assert len(alone.list_outputs()) == 1


def test_several_variables_keep_their_symbols():
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    dc.set_variable([x, y], [mx.sym.var("left"), mx.sym.var("right")])
    with dc.context():
        z = np.concatenate([y, x * y])
    symbol = dc.get_symbol(z)
    assert symbol.list_arguments() == ["right", "left"]
    dc.set_variable(x, mx.sym.var("other"))
    with dc.context():
        z = x * y
    assert dc.get_symbol(z).list_arguments() == ["other", "right"]


def test_what_cannot_become_a_symbol_is_refused():
    x, other = np.array([1.0, 2.0]), np.array([1.0, 1.0])
    dc.set_variable(x, mx.sym.var("x"))
    with dc.context():
        y, inverse = x + other, np.linalg.inv(np.diag(x))
        with pytest.raises(RuntimeError):
            x[:1] = 0
    with pytest.raises(RuntimeError, match="give it a variable by `set_variable`"):
        dc.get_symbol(y)
    with pytest.raises(NotImplementedError, match="has no operator of MXNet"):
        dc.get_symbol(inverse)
    with pytest.raises(RuntimeError, match="array 0 has no history"):
        dc.get_symbol(other)
    with pytest.raises(RuntimeError, match="recorded for its history alone"):
        y.backward()
    with pytest.raises(ValueError, match="must be as many; got 1 and 2"):
        dc.set_variable(x, [mx.sym.var("a"), mx.sym.var("b")])
    with autograd.record(), pytest.raises(RuntimeError, match=r"within `autograd.record\(\)`"):
        dc.context()


def test_noting_is_turned_on_and_off():
    assert not dc.is_deferred_compute()
    assert dc.set_deferred_compute(True) is False
    with dc.context(False):
        assert not dc.is_deferred_compute()
    assert dc.is_deferred_compute()
    assert dc.set_deferred_compute(False) is True
    assert not dc.is_deferred_compute() and not autograd.is_recording()


def test_the_symbol_of_what_was_recorded():
    x, y, constant = np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([10.0, 20.0])
    x.attach_grad()
    y.attach_grad()
    with autograd.record():
        z = (x * x + 2 * y - 1) / constant
    symbol = autograd.get_symbol(z)
    assert symbol.list_arguments() == ["var0", "var1", "null0"]
    arrays = {"var0": x + 1, "var1": y, "null0": constant}
    (out,) = symbol._bind(mx.cpu(), args=arrays).forward()
    numpy.testing.assert_allclose(out.asnumpy(), [0.9, 0.8], rtol=1e-6)
    z.backward()  # the tape is as it was
    numpy.testing.assert_allclose(x.grad.asnumpy(), [0.2, 0.2], rtol=1e-6)


def test_a_block_that_ran_as_a_plan_has_no_symbol_of_what_was_recorded():
    net = mx.gluon.nn.Dense(2)
    net.initialize()
    net.hybridize()
    with autograd.record():
        y = net(np.ones((1, 3)))
    with pytest.raises(NotImplementedError, match="ran as a plan"):
        autograd.get_symbol(y)
