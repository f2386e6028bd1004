"""Classes that derive from weft.np.ndarray: what operators, methods and hybridized calls give."""

import copy
import gc
import pickle

import numpy
import pytest
import weft
from weft import autograd, gluon, np
from weft._core import native


class Plain(native.ndarray):
    """A class without anything of its own: it shares the memory of freed arrays."""

    __slots__ = ()


class Named(native.ndarray):
    """A class whose arrays have a dict."""


class Derived(Plain):
    __slots__ = ()


RESULTS = {
    "add": lambda a: a + 1,
    "radd": lambda a: 1 + a,
    "with_native": lambda a: np.ones((2, 3)) + a,
    "with_numpy": lambda a: a * numpy.ones((2, 3), "float32"),
    "negative": lambda a: -a,
    "compare": lambda a: a > 0,
    "function": lambda a: np.exp(a),
    "second": lambda a: np.add(np.ones(3), a),
    "list": lambda a: np.concatenate([np.ones((2, 3)), a]),
    "several": lambda a: np.split(a, 3, axis=1)[1],
    "reshape": lambda a: a.reshape(-1),
    "transpose": lambda a: a.T,
    "method": lambda a: a.sum(axis=0),
    "astype": lambda a: a.astype("int32"),
    "copy": lambda a: a.copy(),
    "deepcopy": copy.deepcopy,
    "detach": lambda a: a.detach(),
    "item": lambda a: a[0],
    "slice": lambda a: a[:, 1:],
    "picked": lambda a: a[np.array([1, 0])],
    "flatten": lambda a: a.flatten(),
}


@pytest.mark.parametrize("kind", [Plain, Named, Derived])
@pytest.mark.parametrize("name", RESULTS)
def test_results_are_of_the_class_of_their_operands(kind, name):
    array = np.arange(6, dtype="float32").reshape(2, 3)
    got = RESULTS[name](kind(array))
    assert type(got) is kind
    assert type(RESULTS[name](array)) is native.ndarray
    numpy.testing.assert_array_equal(got.asnumpy(), RESULTS[name](array).asnumpy())


def test_the_derived_class_of_two_wins():
    array = np.ones(3)
    assert type(Plain(array) + Derived(array)) is Derived
    assert type(Derived(array) + Plain(array)) is Derived
    assert type(np.stack([array, Plain(array), Derived(array)])) is Derived


def test_a_derived_array_is_the_same_array():
    array = np.zeros(3)
    named = Named(array)
    named.note = "kept"
    array[1] = 2
    assert named.tolist() == [0, 2, 0]
    array.attach_grad()
    with autograd.record():
        loss = (Plain(array) * 3).sum()
    loss.backward()
    assert array.grad.tolist() == [3, 3, 3]
    assert type(Plain(array).grad) is Plain
    assert named.note == "kept"


def test_gradients_are_of_the_class_of_their_variables():
    x = Plain(np.ones(3))
    x.attach_grad()
    with autograd.record():
        y = x * x
    (got,) = autograd.grad([y], [x])
    assert type(got) is Plain


@pytest.mark.parametrize("kind", [Plain, Named])
def test_hybridized_calls_give_the_class(kind):
    seen = []

    class Net(gluon.HybridBlock):
        def forward(self, x, pair):
            seen.append(type(x))
            return x + pair[0], np.ones(2)

    net = Net()
    net.hybridize()
    array = np.ones(2)
    for given in (kind(array), array, kind(array)):
        out, ones = net(given, [array])
        assert type(out) is type(given)
        assert type(ones) is native.ndarray
    assert seen == [kind, native.ndarray]  # one trace a class


def test_a_network_called_with_a_derived_array_is_exported(tmp_path):
    net = gluon.nn.Dense(2)
    net.initialize()
    net.hybridize()
    x = Plain(np.ones((3, 4)))
    y = net(x)
    net.export(tmp_path / "net.weft", x)
    assert type(y) is Plain
    (got,) = weft.runtime.Model(tmp_path / "net.weft").context().run(x.asnumpy())
    numpy.testing.assert_allclose(numpy.array(got).reshape(3, 2), y.asnumpy(), rtol=1e-6)


def test_in_place_writes_keep_the_class():
    array = Plain(np.ones(3))
    same = array
    array += 1
    array[0] = 7
    assert array is same and array.tolist() == [7, 2, 2]


def test_pickles_keep_the_class():
    named = Named(np.ones(3))
    named.note = "kept"
    for protocol in (2, 5):
        assert type(pickle.loads(pickle.dumps(Plain(np.ones(3)), protocol))) is Plain
        again = pickle.loads(pickle.dumps(named, protocol))
        assert type(again) is Named and again.note == "kept" and again.tolist() == [1, 1, 1]


def test_objects_are_freed_and_used_again():
    for kind in (Plain, Named, Derived):
        arrays = [kind(np.ones(2)) for _ in range(1000)]
        del arrays
    gc.collect()
    assert type(np.ones(2) + 1) is native.ndarray


@pytest.mark.parametrize("arguments", [(), (1,), ([1, 2],), (np.ones(2), np.ones(2))])
def test_a_derived_class_takes_one_array(arguments):
    with pytest.raises(TypeError, match="Plain: takes one array"):
        Plain(*arguments)


def test_the_class_itself_makes_no_arrays():
    with pytest.raises(TypeError, match=r"arrays are made by np\.array"):
        native.ndarray([1, 2])


def test_the_class_itself_makes_a_derived_array_plain():
    array = Plain(np.zeros(2))
    plain = native.ndarray(array)
    assert type(plain) is native.ndarray
    plain[0] = 3
    assert array.tolist() == [3, 0]


def test_attributes_are_added_once_and_never_replaced():
    def doubled(self):
        return self + self

    native.add_array_attributes({"doubled_for_test": doubled})
    native.add_array_attributes({"doubled_for_test": doubled})
    assert np.ones(2).doubled_for_test().tolist() == [2, 2]
    assert type(Plain(np.ones(2)).doubled_for_test()) is Plain
    for name in ("shape", "reshape", "doubled_for_test"):
        with pytest.raises(ValueError, match=f"arrays have '{name}' already"):
            native.add_array_attributes({name: lambda self: self})


def test_what_a_device_is_asked_for_may_fail():
    class Broken:
        def __str__(self):
            raise KeyError("no text")

    class Foreign:
        def __weft_device__(self):
            return "cpu"

    class Absent:
        def __weft_device__(self):
            raise LookupError("not on this machine")

    array = np.ones(2)
    assert array.to_device(Foreign()) is array
    with pytest.raises(KeyError, match="no text"):
        array.to_device(Broken())
    with pytest.raises(LookupError, match="not on this machine"):
        array.to_device(Absent())
