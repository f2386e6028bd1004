"""Operators that reach other ranks: values and gradients against NumPy, eager and in plans."""

import numpy
import pytest
import weft
from spawned import RankError, ranks
from weft import autograd, np, npx

REDUCTIONS = {
    "sum": numpy.add.reduce,
    "mean": lambda parts: numpy.add.reduce(parts) / len(parts),
    "product": numpy.multiply.reduce,
    "min": numpy.minimum.reduce,
    "max": numpy.maximum.reduce,
}


def operand(rank, shape=(4, 6), dtype="float64"):
    drawn = numpy.random.default_rng(rank).uniform(-2, 2, shape)
    return np.array(drawn.astype("float32") if dtype == "bfloat16" else drawn).astype(dtype)


def weight_of(rank, shape):
    return np.array(numpy.random.default_rng(100 + rank).uniform(-1, 1, shape))


def place():
    from weft._core import collectives

    return collectives.place()


def applied(name, options, mode):
    """Value and gradient of one operator on this rank, whose loss is a weighted sum."""
    rank, count = place()
    x = operand(rank)
    function = getattr(npx, name)
    if name in ("all_gather", "reduce_scatter", "all_to_all"):
        options = {**options, "ranks": count}

    def forward(value):
        return function(value, **options)

    if mode == "hybridized":
        forward = weft.hybridize(forward)
    x.attach_grad()
    with autograd.record():
        out = forward(x)
        loss = (out * weight_of(rank, out.shape)).sum()
    loss.backward()
    return out.asnumpy(), x.grad.asnumpy()


def compiled(name, options):
    """The same, with the gradient taken within the plan."""
    rank, count = place()
    function = getattr(npx, name)
    if name in ("all_gather", "reduce_scatter", "all_to_all"):
        options = {**options, "ranks": count}

    @weft.hybridize
    def step(x):
        with autograd.record():
            out = function(x, **options)
            loss = (out * weight_of(rank, out.shape)).sum()
        return out, autograd.grad(loss, [x])[0]

    out, gradient = step(operand(rank))
    return out.asnumpy(), gradient.asnumpy()


CASES = [
    ("all_reduce", {}),
    ("all_reduce", {"ordered": True}),
    *[("all_reduce", {"reduction": name}) for name in REDUCTIONS if name != "sum"],
    ("all_gather", {"axis": 0}),
    ("all_gather", {"axis": 1}),
    ("reduce_scatter", {"axis": 0}),
    ("reduce_scatter", {"axis": -1, "reduction": "mean"}),
    ("all_to_all", {"split_axis": 0, "concat_axis": 1}),
    ("all_to_all", {"split_axis": 1, "concat_axis": 0}),
    ("broadcast", {"root": 1}),
]


def of_numpy(name, options, parts):
    """What each rank gets."""
    count = len(parts)
    if name == "all_reduce":
        return [REDUCTIONS[options.get("reduction", "sum")](numpy.stack(parts))] * count
    if name == "all_gather":
        return [numpy.concatenate(parts, options["axis"])] * count
    if name == "reduce_scatter":
        whole = REDUCTIONS[options.get("reduction", "sum")](numpy.stack(parts))
        return numpy.split(whole, count, options["axis"])
    if name == "broadcast":
        return [parts[options["root"]]] * count
    pieces = [numpy.split(part, count, options["split_axis"]) for part in parts]
    return [numpy.concatenate([p[r] for p in pieces], options["concat_axis"]) for r in range(count)]


def slopes(name, options, parts):
    """Central differences of the sum of all ranks' losses, by the operand of each rank."""

    def loss(given):
        outs = of_numpy(name, options, given)
        return sum((o * weight_of(r, o.shape).asnumpy()).sum() for r, o in enumerate(outs))

    found = []
    for rank, part in enumerate(parts):
        slope = numpy.zeros_like(part)
        for index in numpy.ndindex(part.shape):
            moved = []
            for step in (1e-6, -1e-6):
                given = [p.copy() for p in parts]
                given[rank][index] += step
                moved.append(loss(given))
            slope[index] = (moved[0] - moved[1]) / 2e-6
        found.append(slope)
    return found


@pytest.mark.parametrize("count", [2])
@pytest.mark.parametrize("name, options", CASES, ids=str)
def test_value_and_gradient_are_those_of_numpy_in_every_mode(name, options, count):
    parts = [operand(rank).asnumpy() for rank in range(count)]
    values, gradients = of_numpy(name, options, parts), slopes(name, options, parts)
    eager = ranks(count).run(applied, name, options, "eager")
    for (value, gradient), right, slope in zip(eager, values, gradients, strict=True):
        numpy.testing.assert_allclose(value, right, rtol=1e-12)
        numpy.testing.assert_allclose(gradient, slope, rtol=1e-6, atol=1e-7)
    for other in (
        ranks(count).run(applied, name, options, "hybridized"),
        ranks(count).run(compiled, name, options),
    ):
        for mine, theirs in zip(eager, other, strict=True):
            numpy.testing.assert_array_equal(mine[0], theirs[0])
            numpy.testing.assert_allclose(mine[1], theirs[1], rtol=1e-12)


def reduced(dtype, ordered, reduction):
    rank, _ = place()
    shape = (1000,)
    x = operand(rank, shape, dtype) if "float" in dtype else operand(rank, shape) * 50
    found = npx.all_reduce(x.astype(dtype), ordered=ordered, reduction=reduction)
    return found.astype("float64").asnumpy()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "int32", "uint8", "int64"])
@pytest.mark.parametrize("reduction", ["sum", "max"])
def test_every_dtype_is_reduced_and_halves_are_rounded_once(dtype, reduction):
    parts = []
    for rank in range(3):
        shape = (1000,)
        x = operand(rank, shape, dtype) if "float" in dtype else operand(rank, shape) * 50
        parts.append(x.astype(dtype))
    wide = "float32" if dtype in ("float16", "bfloat16") else dtype
    total = parts[0].astype(wide)
    for part in parts[1:]:
        other = part.astype(wide)
        total = total + other if reduction == "sum" else np.maximum(total, other)
    right = total.astype(dtype).astype("float64").asnumpy()
    for found in ranks(3).run(reduced, dtype, True, reduction):
        numpy.testing.assert_array_equal(found, right)


def sent_around():
    """Each rank sends to the next one and adds what it got; gradients go the other way."""
    rank, count = place()
    x = operand(rank)
    x.attach_grad()
    with autograd.record():
        token = npx.send(x, destination=(rank + 1) % count, tag=3)
        got = npx.receive(token, shape=x.shape, dtype="float64", source=(rank - 1) % count, tag=3)
        loss = (got * weight_of(rank, got.shape)).sum()
    loss.backward()
    return got.asnumpy(), x.grad.asnumpy()


def test_messages_arrive_and_gradients_go_back():
    for rank, (got, gradient) in enumerate(ranks(3).run(sent_around)):
        numpy.testing.assert_array_equal(got, operand((rank - 1) % 3).asnumpy())
        right = weight_of((rank + 1) % 3, got.shape).asnumpy()
        numpy.testing.assert_allclose(gradient, right)


def places():
    npx.barrier()
    function = weft.hybridize(lambda x: (x + npx.group_rank(), npx.group_size() * x))
    return [part.asnumpy().tolist() for part in function(np.array([10]))]


def test_a_plan_asks_for_rank_and_size_when_it_runs():
    assert ranks(2).run(places) == [[[10], [20]], [[11], [20]]]


def in_another_order():
    rank, _ = place()
    a, b = np.ones((2, 3)), np.ones((4,))
    if rank == 0:
        npx.all_reduce(a)
        npx.all_reduce(b)
    else:
        npx.all_reduce(b)
        npx.all_reduce(a)


def test_another_order_is_an_error_with_both_lines_on_all_ranks():
    for found in ranks(2).tell(in_another_order):
        assert isinstance(found, RankError), found
        assert "float32(2, 3)" in found.text and "float32(4,)" in found.text, found.text
        assert found.text.count("test_collective_operators.py:") >= 2, found.text


def raises_alone():
    rank, _ = place()
    if rank == 1:
        raise ValueError("this rank has had enough")
    npx.all_reduce(np.ones(3))


def test_a_rank_that_raises_ends_the_others_waits():
    first, second = ranks(2).tell(raises_alone)
    assert second.kind == "ValueError"
    assert isinstance(first, RankError) and first.kind == "Disconnected", first


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: npx.all_reduce(np.ones(2), reduction="avg"), ["`reduction`", "avg"]),
        (lambda: npx.all_reduce(np.ones(2), group="nobody"), ["`group`", "world", "nobody"]),
        (lambda: npx.all_gather(np.ones(2), axis=0, ranks=2), ["`ranks`", "1", "2"]),
        (lambda: npx.reduce_scatter(np.ones(3), axis=0, ranks=2), ["2 ranks", "3"]),
        (lambda: npx.broadcast(np.ones(2), root=3), ["`root`", "3"]),
        (lambda: npx.all_reduce(np.ones(2, dtype="int32"), reduction="mean"), ["floating"]),
    ],
    ids=str,
)
def test_bad_arguments_are_named(call, words):
    with pytest.raises(weft.Error) as caught:
        call()
    for word in words:
        assert word in str(caught.value)
