"""Functions on shapes beside NumPy's: values, views and copies, lists of arrays, mistakes."""

import itertools

import numpy
import pytest
import weft
from weft import autograd, gluon, np, runtime

RANDOM = numpy.random.default_rng(7)


def numbers(*shape, dtype="float32"):
    return numpy.asarray(RANDOM.uniform(-2, 2, shape) * 4).astype(dtype)


def assert_equals_numpy(name, *arguments, **options):
    """The function gives what NumPy's does; arrays are given to each as its own."""

    def convert(value):
        if isinstance(value, numpy.ndarray):
            return np.array(value)
        return [convert(x) for x in value] if isinstance(value, list) else value

    want = getattr(numpy, name)(*arguments, **options)
    have = getattr(np, name)(*[convert(x) for x in arguments], **options)
    assert type(have) is type(want) or isinstance(have, np.ndarray)
    wanted = want if isinstance(want, list | tuple) else [want]
    for a, b in zip(have if isinstance(want, list | tuple) else [have], wanted, strict=True):
        assert a.shape == b.shape
        assert a.dtype == b.dtype
        numpy.testing.assert_allclose(a.asnumpy(), b, rtol=1e-5, atol=1e-5)


# ---- equal to NumPy's


CALLS = [
    ("concatenate", [numbers(2, 3, dtype="int8"), numbers(1, 3, dtype="int16")]),
    ("concatenate", (numbers(2), numbers(3)), {"axis": -1}),
    ("concatenate", numbers(3, 2)),
    ("stack", numbers(3, 2), {"axis": 1}),
    ("stack", [1, 2, 3]),
    ("stack", [True, False]),
    ("hstack", [1, numbers(3, dtype="int64")]),
    ("vstack", [numbers(3), numbers(2, 3)]),
    ("split", numbers(7, 4), [2, 2, 5]),
    ("split", numbers(6), 3),
    ("array_split", numbers(7, 4), 3, {"axis": 1}),
    ("split", numbers(300), list(range(1, 300))),
    ("hsplit", numbers(4, 6), 2),
    ("hsplit", numbers(4), [1]),
    ("vsplit", numbers(4, 6), [1, 3]),
    ("dsplit", numbers(2, 1, 6), 3),
    ("atleast_1d", numbers()),
    ("atleast_2d", numbers(3)),
    ("atleast_3d", numbers(3)),
    ("atleast_3d", numbers(3, 2)),
    ("broadcast_arrays", numbers(3, 1), numbers(4)),
    ("tile", numbers(2, 3, dtype="int32"), (2, 1, 2)),
    ("repeat", numbers(4, dtype="bool"), [0, 3, 1, 2]),
    ("roll", numbers(3, 4), (1, -2), {"axis": (0, 1)}),
    ("roll", numbers(3, 4), 10**18),
    ("flip", numbers(3, 4), {"axis": (0, -1)}),
    ("flipud", numbers(3, 2)),
    ("fliplr", numbers(3, 2)),
    ("tril", numbers(3, 4), -1),
    ("triu", numbers(2, 3, 3, dtype="int16"), 2),
    ("tri", 3, 4, -1, {"dtype": "float32"}),
    ("diag", numbers(4), -1),
    ("trace", numbers(3, 4), 1),
    ("moveaxis", numbers(2, 3, 4), (0, 2), (-1, 0)),
    ("swapaxes", numbers(2, 3, 4), 0, 2),
    ("pad", numbers(2, 3), 1, {"constant_values": 3}),
    ("pad", numbers(2, 3, dtype="int64"), 1, {"constant_values": 2**62 + 1}),
    ("pad", numbers(2, 3, dtype="int8"), ((0, 1), (2, 0)), {"constant_values": 1.7}),
    ("pad", numbers(2, 3), ((2, 1),), {"constant_values": ((1, 2), (3, 4))}),
    ("pad", numbers(), 3),
]


@pytest.mark.parametrize("call", CALLS, ids=[f"{call[0]}-{i}" for i, call in enumerate(CALLS)])
def test_equals_numpy(call):
    name, *arguments = call
    options = arguments.pop() if isinstance(arguments[-1], dict) else {}
    assert_equals_numpy(name, *arguments, **options)


@pytest.mark.parametrize("mode", ["edge", "reflect", "symmetric", "wrap"])
def test_pad_continues_patterns_as_far_as_asked(mode):
    for extent, before, after in itertools.product((1, 2, 3, 5), (0, 1, 4, 11), (0, 2, 9)):
        assert_equals_numpy("pad", numbers(extent, 2), ((before, after), (1, 0)), mode)


EQUATIONS = [
    ("i,i", (4,), (4,)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 5)),
    ("ij,kl,mi->jmkl", (2, 3), (4, 1), (5, 2)),
    ("iij,jk->ik", (3, 3, 2), (2, 4)),
    ("iii", (3, 3, 3)),
    ("iii,jijj->ij", (3, 3, 3), (2, 3, 2, 2)),
    ("...ij,...jk", (5, 1, 2, 3), (4, 3, 2)),
    ("i...,i...->...", (3, 2, 4), (3, 4)),
    ("bhqd,bhkd->bhqk", (2, 3, 4, 5), (2, 3, 6, 5)),
    ("ij,ij->", (3, 4), (3, 4)),
    ("ij->ji", (3, 4)),
    ("ijk->j", (2, 3, 4)),
    ("Ab,bC->AC", (2, 3), (3, 4)),
    ("ba,ca", (2, 3), (4, 3)),
    ("i,j,k->kij", (2,), (3,), (4,)),
    ("ij,j->i", (2, 1), (3,)),
    ("ii->i", (3, 3)),
    (" i j , j -> i ", (2, 3), (3,)),
    ("ij,jk->ik", (2, 0), (0, 3)),
]


@pytest.mark.parametrize("dtype", ["float32", "int32", "bool"])
@pytest.mark.parametrize("equation", EQUATIONS, ids=[e[0] for e in EQUATIONS])
def test_einsum_equals_numpy(equation, dtype):
    subscripts, *shapes = equation
    arrays = [numbers(*shape, dtype=dtype) for shape in shapes]
    assert_equals_numpy("einsum", subscripts, *arrays)


# ---- views and copies


VIEWS = {
    "split": lambda m, x: m.split(x, [1, 2], axis=1)[2],
    "flip": lambda m, x: m.flip(x, axis=1),
    "moveaxis": lambda m, x: m.moveaxis(x, 0, 1),
    "swapaxes": lambda m, x: m.swapaxes(x, 0, 1),
    "ravel": lambda m, x: m.ravel(x),
    "diagonal": lambda m, x: m.einsum("ii->i", x),
    "atleast_3d": lambda m, x: m.atleast_3d(x),
    "expand_dims": lambda m, x: m.expand_dims(x, 1),
}


@pytest.mark.parametrize("name", VIEWS)
def test_view_is_written_through(name):
    ours, theirs = np.zeros((3, 3)), numpy.zeros((3, 3), "float32")
    for module, array in ((np, ours), (numpy, theirs)):
        part = VIEWS[name](module, array)
        part[...] = numpy.arange(part.size, dtype="float32").reshape(part.shape)
    numpy.testing.assert_array_equal(ours.asnumpy(), theirs)


COPIES = {
    "concatenate": lambda x: np.concatenate([x]),
    "hstack": lambda x: np.hstack([x]),
    "tile": lambda x: np.tile(x, 1),
    "repeat": lambda x: np.repeat(x, 1, axis=0),
    "repeat of each": lambda x: np.repeat(x, [1, 1, 1], axis=0),
    "roll": lambda x: np.roll(x, 0),
    "roll of no axis": lambda x: np.roll(x, 1, axis=()),
    "pad": lambda x: np.pad(x, 0),
    "pad with edges": lambda x: np.pad(x, 0, mode="edge"),
    "tril": lambda x: np.tril(x, 9),
}


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_shares_nothing(name):
    x = np.ones((3, 3))
    assert not np.may_share_memory(x, COPIES[name](x))


@pytest.mark.parametrize("traced", [False, True])
def test_parts_written_while_recording_have_their_gradients(traced):
    def program(x):
        y = x * 1
        first, second = np.split(y, 2)
        first[:] = second * 3
        return np.concatenate([y, second])

    x = np.array(numbers(6))
    x.attach_grad()
    with autograd.record():
        out = (weft.hybridize(program) if traced else program)(x)
        head = (out * np.arange(9)).sum()
    head.backward()
    second = x.asnumpy()[3:]
    numpy.testing.assert_array_equal(out.asnumpy(), numpy.concatenate([second * 3, second, second]))
    numpy.testing.assert_allclose(x.grad.asnumpy(), [0, 0, 0, 9, 14, 19])


# ---- long lists


@pytest.mark.parametrize("traced", [False, True])
def test_gradients_reach_any_place_of_a_long_list(traced):
    arrays = [np.array(numbers(2)) for _ in range(300)]
    wanted = [0, 31, 32, 200, 299]
    for index in wanted:
        arrays[index].attach_grad()

    def joined(*parts):
        return (np.stack(parts) * np.arange(300).reshape(300, 1)).sum()

    with autograd.record():
        head = (weft.hybridize(joined) if traced else joined)(*arrays)
    head.backward()
    for index in wanted:
        numpy.testing.assert_array_equal(arrays[index].grad.asnumpy(), [index, index])


def test_every_part_of_a_long_split_gives_its_gradient():
    x = np.array(numbers(200))
    x.attach_grad()
    with autograd.record():
        head = sum(part * i for i, part in enumerate(np.split(x, 200)) if i % 2).sum()
    head.backward()
    numpy.testing.assert_array_equal(x.grad.asnumpy(), [i if i % 2 else 0 for i in range(200)])


def test_list_elements_are_promoted_together():
    mixed = [np.ones(1, "int8"), np.ones(1, "float16"), np.ones(1, "bool")]
    assert np.concatenate(mixed).dtype == numpy.float16
    assert np.stack([np.ones((), "bfloat16"), np.ones((), "bfloat16")]).dtype == np.bfloat16
    assert np.stack([1.5, numpy.float64(2)]).dtype == numpy.float64


def test_a_graph_with_lists_is_saved_and_run(tmp_path):
    class Shuffle(gluon.HybridBlock):
        def forward(self, x):
            parts = np.split(x, [1, 3], axis=1)
            turned = np.concatenate([parts[2], parts[0], parts[1]], axis=1)
            return turned, np.stack(np.split(x, 5, axis=1)), np.concatenate(parts, axis=None)

    block = Shuffle()
    block.hybridize()
    x = np.array(numbers(2, 5))
    outputs = block(x)
    path = tmp_path / "shuffle.weft"
    block.export(path)
    for have, want in zip(runtime.Model(path).context().run(x.asnumpy()), outputs, strict=True):
        numpy.testing.assert_array_equal(have, want.asnumpy())
    for have, want in zip(gluon.SymbolBlock.imports(path)(x), outputs, strict=True):
        numpy.testing.assert_array_equal(have.asnumpy(), want.asnumpy())


# ---- mistakes


@pytest.mark.parametrize("dtype", ["float32", "int8", "bfloat16"])
@pytest.mark.parametrize("extents", [(9, 3, 17, 33), (40, 2, 2, 9)])
def test_axes_in_any_order_are_copied_and_computed_with(extents, dtype):
    x = np.array(numbers(*extents)).astype(dtype)
    known = x.astype("float32").asnumpy()
    for order in itertools.permutations(range(4)):
        wanted = numpy.ascontiguousarray(known.transpose(order))
        turned = np.transpose(x, order)
        numpy.testing.assert_array_equal(turned.copy().astype("float32").asnumpy(), wanted)
        beside = np.array(wanted).astype(dtype)
        assert bool(np.all(turned == beside)) and bool(np.all(beside <= turned))

        def between(a, b, order=order):
            return np.where(a > 1, np.abs(a), b) - np.transpose(x, order)

        found = weft.hybridize(between)(turned, beside)
        numpy.testing.assert_array_equal(
            found.astype("float32").asnumpy(), between(turned, beside).astype("float32").asnumpy()
        )


MISTAKES = {
    "empty list": (
        lambda: np.concatenate([]),
        ValueError,
        "concatenate: `arrays` must have at least one array; got an empty list",
    ),
    "no list": (
        lambda: np.concatenate(3),
        TypeError,
        "concatenate: `arrays` must be a sequence of arrays; got int",
    ),
    "array without axes as a list": (lambda: np.stack(np.zeros(())), TypeError, "0-d|rank 0"),
    "wrong element": (
        lambda: np.concatenate([np.ones(1), np.ones(1), {}]),
        TypeError,
        r"concatenate: `arrays\[2\]` must be an array, a number or a list; got dict",
    ),
    "text as list": (lambda: np.stack("ab"), TypeError, "stack: `arrays` must be a sequence"),
    "ranks": (
        lambda: np.concatenate([np.ones(2), np.ones((2, 2))]),
        ValueError,
        r"must have one rank; got shapes \(2,\) and, for `arrays\[1\]`, \(2, 2\)",
    ),
    "extents": (
        lambda: np.concatenate([np.ones((2, 3)), np.ones((2, 3)), np.ones((4, 2))]),
        ValueError,
        r"`arrays\[2\]` of shape \(4, 2\) must agree with `arrays\[0\]`.*got 2 and 3 on axis 1",
    ),
    "scalars": (lambda: np.concatenate([1, 2]), ValueError, "at least one axis; .* use `stack`"),
    "axis of a list": (
        lambda: np.concatenate([np.ones(2)], axis=1),
        IndexError,
        r"concatenate: `axis` must be in \[-1, 1\)",
    ),
    "shapes to stack": (
        lambda: np.stack([np.ones(2), np.ones(3)]),
        ValueError,
        r"stack: `arrays` must have one shape; got \(2,\) and, for `arrays\[1\]`, \(3,\)",
    ),
    "sections that do not divide": (
        lambda: np.split(np.ones(7), 3),
        ValueError,
        "must divide the extent of axis 0, 7; got 3; `array_split`",
    ),
    "no sections": (lambda: np.array_split(np.ones(7), 0), ValueError, "from 1 to 65536; got 0"),
    "out of another number": (
        lambda: np.split(np.ones(4), 2, out=(np.ones(2),)),
        TypeError,
        "split: `out` must be a tuple with one array per result; got tuple",
    ),
    "too few axes to split": (lambda: np.vsplit(np.ones(3), 1), ValueError, "at least 2 axes"),
    "counts to repeat": (
        lambda: np.repeat(np.ones(3), [1, 2]),
        ValueError,
        "one for each of the 3 elements of axis 0; got 2",
    ),
    "negative count": (lambda: np.tile(np.ones(3), -1), ValueError, "`reps` must be at least 0"),
    "more copies than can be counted": (
        lambda: np.tile(np.ones((3, 1)), (2, 2**62)),
        ValueError,
        "`reps` has more elements than 63 bits can count; got .3, 4611686018427387904",
    ),
    "more repeated than can be counted": (
        lambda: np.repeat(np.ones((3, 1)), 2**62, axis=1),
        ValueError,
        "`repeats` has more elements than 63 bits can count; got .3, 4611686018427387904",
    ),
    "more border than can be counted": (
        lambda: np.pad(np.ones(3), 2**62),
        ValueError,
        "`pad_width` adds more than 63 bits can count; got 4611686018427387904 on axis 0 of .3,",
    ),
    "more padded than can be counted": (
        lambda: np.pad(np.ones((3, 3)), 2**40),
        ValueError,
        "`pad_width` has more elements than 63 bits can count",
    ),
    "axes moved twice": (
        lambda: np.moveaxis(np.ones((2, 3)), (0, 0), (0, 1)),
        ValueError,
        "must not repeat an axis",
    ),
    "mode of padding": (lambda: np.pad(np.ones(3), 1, "mirror"), ValueError, "`mode` must be"),
    "widths": (lambda: np.pad(np.ones(3), ((1, 1), (2, 2))), ValueError, "`pad_width` must be"),
    "negative width": (lambda: np.pad(np.ones(3), -1), ValueError, "at least 0; got -1"),
    "widths that are no integers": (lambda: np.pad(np.ones(3), 1.5), TypeError, "be integers"),
    "edge of nothing": (
        lambda: np.pad(np.ones(0), 1, "edge"),
        ValueError,
        "no elements on axis 0 to pad with; got mode edge",
    ),
    "value out of range": (
        lambda: np.pad(np.ones(3, "uint8"), 1, constant_values=300),
        OverflowError,
        "300 is out of range for uint8",
    ),
    "diagonal of a vector": (lambda: np.trace(np.ones(3)), ValueError, "at least two axes"),
    "shapes that do not broadcast": (
        lambda: np.broadcast_arrays(np.ones(2), np.ones(3)),
        ValueError,
        r"broadcast_arrays: .*\(2,\), \(3,\)",
    ),
    "operands of einsum": (
        lambda: np.einsum("ij,jk", np.ones((2, 2))),
        ValueError,
        "einsum: `subscripts` names 2 operands; got 1",
    ),
    "extents in einsum": (
        lambda: np.einsum("ij,jk", np.ones((2, 3)), np.ones((4, 2))),
        ValueError,
        r"label `j` must have one extent; got 3 and, in `operands\[1\]`, 4",
    ),
    "repeated label in einsum": (
        lambda: np.einsum("ii", np.ones((1, 3))),
        ValueError,
        r"label `i` must have one extent; got 1 and, in `operands\[0\]`, 3",
    ),
    "axes in einsum": (
        lambda: np.einsum("ij", np.ones((2, 2, 2))),
        ValueError,
        r"`ij` must name the 3 axes of `operands\[0\]`, of shape \(2, 2, 2\)",
    ),
    "unknown label": (
        lambda: np.einsum("ij->k", np.ones((2, 2))),
        ValueError,
        "label `k` of the result",
    ),
    "label twice in the result": (
        lambda: np.einsum("ij->ii", np.ones((2, 2))),
        ValueError,
        "label `i` of the result",
    ),
    "character in einsum": (lambda: np.einsum("i$", np.ones((2, 2))), ValueError, r"got `\$`"),
    "broken ellipsis": (lambda: np.einsum("i..", np.ones((2, 2))), ValueError, r"got `\.`"),
    "ellipsis left out": (
        lambda: np.einsum("...i->i", np.ones((2, 3))),
        ValueError,
        r"must have the `\.\.\.`",
    ),
    "no subscripts": (lambda: np.einsum(np.ones(2)), TypeError, "`subscripts` must be a string"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_named(name):
    function, kind, text = MISTAKES[name]
    with pytest.raises(kind, match=text) as caught:
        function()
    assert isinstance(caught.value, weft.Error) or name == "array without axes as a list"
