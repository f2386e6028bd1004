"""Training over several processes: the same parameters as one process on the whole batch."""

import numpy
import pytest
from spawned import RankError, ranks
from weft import autograd, gluon, np
from weft.gluon import nn

BATCH = 8  # of all ranks together


def data(step, features=6):
    drawn = numpy.random.default_rng(step)
    return drawn.normal(size=(BATCH, features)).astype("float32"), drawn.integers(0, 3, BATCH)


def network(seed=3, norm=None):
    layers = [nn.Dense(16, activation="relu", in_units=6), nn.Dense(3, in_units=16)]
    if norm is not None:
        layers.insert(1, norm(in_channels=16))
    net = nn.HybridSequential(*layers)
    net.initialize()
    drawn = numpy.random.default_rng(seed)
    for parameter in net.collect_params().values():
        if parameter.grad_req != "null":
            values = drawn.normal(size=parameter.shape) * 0.3
            parameter.set_data(np.array(values.astype("float32")))
    return net


def part_of(arrays, place):
    rank, count = place
    size = BATCH // count
    return [np.array(array[rank * size : (rank + 1) * size]) for array in arrays]


def contents(net):
    return [p.data().asnumpy() for p in net.collect_params().values()]


def place():
    from weft._core import collectives

    return collectives.place()


def trained(mode, steps, trainer_options=None, step_options=None, norm=None):
    """Parameters after some steps on this rank's parts; alone on the whole batches."""
    here = place()
    net = network(seed=3 + here[0], norm=norm)  # only rank 0's first values count
    options = {"kvstore": "dist_sync", **(trainer_options or {})}
    optimizer = ("adam", {"learning_rate": 0.01})
    trainer = gluon.Trainer(net.collect_params(), *optimizer, **options)
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    if mode == "hybridized":
        net.hybridize()
    compiled = trainer.compile(net, loss_of, **(step_options or {})) if mode == "compiled" else None
    for step in range(steps):
        x, y = part_of(data(step), here)
        if compiled is not None:
            compiled(x, y)
            continue
        with autograd.record():
            loss = loss_of(net(x), y)
        loss.backward()
        most = (step_options or {}).get("clip_global_norm")
        if most is not None:
            trainer.allreduce_grads()
            gluon.utils.clip_global_norm(trainer.gradients(), most * BATCH)
            trainer.update(len(x))
        else:
            trainer.step(len(x))
    return contents(net)


def check_close(found, right, rtol=1e-6):
    for one in found:
        for mine, theirs in zip(one, right, strict=True):
            numpy.testing.assert_allclose(mine, theirs, rtol=rtol, atol=2e-6)
    for one in found[1:]:
        for mine, first in zip(one, found[0], strict=True):
            numpy.testing.assert_array_equal(mine, first)


@pytest.mark.parametrize("mode", ["eager", "hybridized", "compiled"])
@pytest.mark.parametrize("clip", [None, 0.05])
def test_ranks_train_as_one_process_does(mode, clip):
    options = None if clip is None else {"clip_global_norm": clip}
    right = trained(mode, 5, step_options=options)
    check_close(ranks(2).run(trained, mode, 5, None, options), right)


@pytest.mark.parametrize("count", [2, 4])
def test_deterministic_training_has_the_bits_of_one_process(count):
    options = {"deterministic": 4}
    right = trained("compiled", 50, options)
    for found in ranks(count).run(trained, "compiled", 50, options):
        for mine, theirs in zip(found, right, strict=True):
            numpy.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("mode", ["eager", "compiled"])
@pytest.mark.parametrize("kind, rtol", [("fp16", 1e-2), ("bf16", 5e-2)])
def test_halves_on_the_way_train_nearly_the_same(mode, kind, rtol):
    right = trained(mode, 3)
    options = {"compression_params": {"type": kind}}
    for found in ranks(2).run(trained, mode, 3, options):
        for mine, theirs in zip(found, right, strict=True):
            numpy.testing.assert_allclose(mine, theirs, rtol=rtol, atol=rtol)


def sent_in_two_bits(mode, threshold):
    """One parameter under SGD, whose gradients are this rank's numbers."""
    rank, _ = place()
    parameter = gluon.Parameter("w", shape=(7,), init="zeros")
    parameter.initialize()
    trainer = gluon.Trainer(
        {"w": parameter},
        "sgd",
        {"learning_rate": 1.0},
        kvstore="dist_sync",
        compression_params={"type": "2bit", "threshold": threshold},
    )
    for step in range(3):
        given = np.array(numpy.random.default_rng((rank, step)).normal(size=7).astype("float32"))
        with autograd.record():
            loss = (parameter.data() * given).sum()
        loss.backward()
        trainer.step(1)
    return parameter.data().asnumpy()


def test_two_bits_keep_what_was_not_sent():
    threshold, count = 0.5, 2
    right = numpy.zeros(7, "float32")
    residuals = numpy.zeros((count, 7), "float32")
    for step in range(3):
        for rank in range(count):
            drawn = numpy.random.default_rng((rank, step)).normal(size=7)
            residuals[rank] += drawn.astype("float32")
            sent = numpy.where(residuals[rank] >= threshold, threshold, 0)
            sent = numpy.where(residuals[rank] <= -threshold, -threshold, sent).astype("float32")
            residuals[rank] -= sent
            right -= sent / count
    for found in ranks(count).run(sent_in_two_bits, "eager", threshold):
        numpy.testing.assert_allclose(found, right, rtol=1e-6)


def sent_as_products(mode, rank_of_all):
    """Two parameters under SGD, whose gradients are this rank's numbers."""
    rank, _ = place()
    net = nn.Dense(6, in_units=9)
    net.initialize("zeros")
    trainer = gluon.Trainer(
        net.collect_params(),
        "sgd",
        {"learning_rate": 1.0},
        kvstore="dist_sync",
        compression_params={"type": "powersgd", "rank": rank_of_all},
    )
    step = trainer.compile(net, lambda out, given: out * given) if mode == "compiled" else None
    for number in range(4):
        x, given = given_to(rank, number)
        if step is not None:
            step(np.array(x), np.array(given), batch_size=1)
            continue
        with autograd.record():
            loss = net(np.array(x)) * np.array(given)
        loss.backward()
        trainer.step(1)
    return net.weight.data().asnumpy(), net.bias.data().asnumpy()


def given_to(rank, number):
    drawn = numpy.random.default_rng((rank, number))
    return drawn.normal(size=(5, 9)).astype("float32"), drawn.normal(size=(5, 6)).astype("float32")


def power_sgd(count, rank_of_all, steps):
    """Algorithm 1 of the paper, with error feedback and warm start, in float64."""
    from zlib import crc32

    q = numpy.random.default_rng(crc32(b"weight")).normal(size=(9, rank_of_all))
    errors = numpy.zeros((count, 6, 9))
    weight, bias = numpy.zeros((6, 9)), numpy.zeros(6)
    for number in range(steps):
        pairs = [given_to(rank, number) for rank in range(count)]
        wanted = errors + [given.T.astype("float64") @ x for x, given in pairs]
        p, _ = numpy.linalg.qr(numpy.mean(wanted @ q, axis=0))
        q = numpy.mean(wanted.transpose(0, 2, 1) @ p, axis=0)
        errors = wanted - p @ q.T
        weight -= p @ q.T
        bias -= numpy.mean([given.sum(axis=0) for _, given in pairs], axis=0)
    return weight, bias


@pytest.mark.parametrize("mode", ["eager", "compiled"])
@pytest.mark.parametrize("rank_of_all", [1, 2])
def test_power_sgd_is_the_algorithm_of_its_paper(mode, rank_of_all):
    weight, bias = power_sgd(2, rank_of_all, 4)
    for found in ranks(2).run(sent_as_products, mode, rank_of_all):
        numpy.testing.assert_allclose(found[0], weight, rtol=1e-4, atol=1e-4)
        numpy.testing.assert_allclose(found[1], bias, rtol=1e-5, atol=1e-5)


def digits_accuracy(compression):
    from sklearn.datasets import load_digits

    rank, count = place()
    found = load_digits()
    x, y = (found.data / 16).astype("float32"), found.target.astype("int64")
    net = nn.HybridSequential(nn.Dense(32, activation="relu", in_units=64), nn.Dense(10))
    net.initialize()
    net(np.array(x[:1]))
    trainer = gluon.Trainer(
        net.collect_params(),
        "sgd",
        {"learning_rate": 0.2, "momentum": 0.9},
        kvstore="dist_sync",
        compression_params=compression,
    )
    step = trainer.compile(net, gluon.loss.SoftmaxCrossEntropyLoss())
    rows = gluon.data.ArrayDataset(np.array(x[:1500]), np.array(y[:1500]))
    for _ in range(6):
        for data, label in gluon.data.DataLoader(rows, 25, shuffle=True, shard=(rank, count)):
            step(data, label)
    return float((net(np.array(x[1500:])).asnumpy().argmax(axis=1) == y[1500:]).mean())


def test_power_sgd_learns_digits_as_whole_gradients_do():
    pytest.importorskip("sklearn")
    whole = ranks(2).run(digits_accuracy, None)
    thin = ranks(2).run(digits_accuracy, {"type": "powersgd", "rank": 2})
    assert thin[0] == thin[1] and thin[0] > 0.85 and thin[0] > whole[0] - 0.04


def test_options_of_compression_are_checked():
    for given in ({"type": "powersgd", "threshold": 1}, {"type": "powersgd", "rank": 0}):
        with pytest.raises(ValueError, match="compression_params"):
            gluon.Trainer([], "sgd", kvstore="dist_sync", compression_params=given)


def eager_by_shares(steps, count):
    here = place()
    net = network(seed=3 + here[0])
    options = {"kvstore": "dist_sync", "deterministic": count}
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01}, **options)
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    for number in range(steps):
        parts = part_of(data(number), here)
        for x, y in trainer.each_share(*parts):
            with autograd.record():
                loss = loss_of(net(x), y)
            loss.backward()
        trainer.step(len(parts[0]))
    return contents(net)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_eager_shares_have_the_bits_of_compiled_ones(count):
    right = trained("compiled", 20, {"deterministic": 4})
    alone = [eager_by_shares(20, 4)] if count == 1 else []
    for found in alone or ranks(count).run(eager_by_shares, 20, 4):
        for mine, theirs in zip(found, right, strict=True):
            numpy.testing.assert_array_equal(mine, theirs)


def accumulated(count):
    """Two batches add up before an update."""
    here = place()
    net = network(seed=3 + here[0])
    net.setattr("grad_req", "add")
    options = {"kvstore": "dist_sync", "deterministic": count}
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01}, **options)
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    for number in range(8):
        parts = part_of(data(number), here)
        for x, y in trainer.each_share(*parts):
            with autograd.record():
                loss = loss_of(net(x), y)
            loss.backward()
        if number % 2:
            trainer.step(2 * len(parts[0]))
            net.zero_grad()
    return contents(net)


def test_shares_add_up_over_batches():
    right = accumulated(4)
    for found in ranks(2).run(accumulated, 4):
        for mine, theirs in zip(found, right, strict=True):
            numpy.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("mode", ["eager", "hybridized"])
def test_a_loop_without_shares_is_refused(mode):
    with pytest.raises(RuntimeError, match=r"each_share.*trainer.compile"):
        trained(mode, 1, {"deterministic": 4})
    trained(mode, 1, {"deterministic": 1})


def with_another_network():
    rank, _ = place()
    net = nn.Dense(3, in_units=4 + rank)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", kvstore="dist_sync")
    with autograd.record():
        loss = net(np.ones((2, 4 + rank)))
    loss.backward()
    trainer.step(2)


def test_different_networks_are_an_error_on_every_rank():
    for found in ranks(2).tell(with_another_network):
        assert isinstance(found, RankError) and found.kind == "InvalidValue", found
        assert "(3, 4)" in found.text and "(3, 5)" in found.text


def with_unused_parameters():
    """Rank 1 uses the second layer, rank 0 does not; nobody uses the third."""
    rank, _ = place()
    layers = [nn.Dense(1, in_units=2, use_bias=False) for _ in range(3)]
    net = nn.HybridSequential(*layers)
    net.initialize("ones")
    trainer = gluon.Trainer(
        net.collect_params(), "sgd", {"learning_rate": 0.5}, kvstore="dist_sync"
    )
    x = np.array([[1.0, 2.0]])
    with autograd.record():
        loss = layers[0](x) + (layers[1](x) if rank == 1 else 0)
    loss.backward()
    trainer.step(1, ignore_stale_grad=True)
    return [layer.weight.data().asnumpy().ravel().tolist() for layer in layers]


def test_a_parameter_that_some_rank_uses_is_updated_on_all():
    for found in ranks(2).run(with_unused_parameters):
        assert found == [[0.5, 0.0], [0.75, 0.5], [1.0, 1.0]]


def with_rows():
    rank, _ = place()
    table = nn.Embedding(5, 2, sparse_grad=True)
    table.initialize("ones")
    trainer = gluon.Trainer(
        table.collect_params(), "sgd", {"learning_rate": 1.0}, kvstore="dist_sync"
    )
    indices = np.array([0, 3] if rank == 0 else [3], dtype="int32")
    with autograd.record():
        loss = table(indices).sum()
    loss.backward()
    trainer.step(1)
    return table.weight.data().asnumpy()[:, 0].tolist()


def test_rows_of_all_ranks_are_added():
    for found in ranks(2).run(with_rows):
        assert found == [0.5, 1.0, 1.0, 0.0, 1.0]


def normalised(mode):
    rank, count = place()
    layer = nn.SyncBatchNorm(in_channels=3)
    layer.initialize()
    if mode == "hybridized":
        layer.hybridize()
    whole = numpy.random.default_rng(5).normal(3, 2, (BATCH, 3, 4)).astype("float32")
    weights = numpy.random.default_rng(6).normal(size=whole.shape).astype("float32")
    x, w = part_of([whole, weights], (rank, count))
    x.attach_grad()
    with autograd.record():
        out = layer(x)
        loss = (out * w).sum()
    loss.backward()
    running = [layer.running_mean.data().asnumpy(), layer.running_var.data().asnumpy()]
    return out.asnumpy(), x.grad.asnumpy(), running


def formula(x, w, eps=1e-5):
    """Batch norm and its gradient as PyTorch has it, over the whole batch."""
    axes = (0, 2)
    count = x.shape[0] * x.shape[2]
    mean = x.mean(axes, keepdims=True)
    inverse = 1 / numpy.sqrt(x.var(axes, keepdims=True) + eps)
    hat = (x - mean) * inverse
    shares = w.sum(axes, keepdims=True) + hat * (w * hat).sum(axes, keepdims=True)
    return hat, inverse * (w - shares / count), mean.ravel(), x.var(axes)


@pytest.mark.parametrize("mode", ["eager", "hybridized"])
def test_sync_batch_norm_is_that_of_the_whole_batch(mode):
    whole = numpy.random.default_rng(5).normal(3, 2, (BATCH, 3, 4)).astype("float32")
    weights = numpy.random.default_rng(6).normal(size=whole.shape).astype("float32")
    out, gradient, mean, var = formula(whole.astype("float64"), weights.astype("float64"))
    found = ranks(2).run(normalised, mode)
    numpy.testing.assert_allclose(numpy.concatenate([f[0] for f in found]), out, atol=1e-5)
    numpy.testing.assert_allclose(numpy.concatenate([f[1] for f in found]), gradient, atol=1e-5)
    for _, _, running in found:
        numpy.testing.assert_allclose(running[0], 0.1 * mean, rtol=1e-5)
        numpy.testing.assert_allclose(running[1], 0.9 + 0.1 * var, rtol=1e-5)


def test_conversion_keeps_the_parameters():
    net = network(norm=nn.BatchNorm)
    before = net[1].gamma
    converted = nn.SyncBatchNorm.convert(net)
    assert type(converted[1]) is nn.SyncBatchNorm and converted[1].gamma is before
    assert list(converted.collect_params()) == list(network(norm=nn.BatchNorm).collect_params())


@pytest.mark.parametrize("samples", [8, 24, 25, 26, 31])
@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("shuffle", [False, True])
def test_every_sample_comes_once_an_epoch(samples, count, shuffle):
    loaders = [
        gluon.data.DataLoader(numpy.arange(samples), 4, shuffle=shuffle, shard=(rank, count))
        for rank in range(count)
    ]
    orders = []
    for _ in range(2):
        batches = [[b.tolist() for b in loader] for loader in loaders]
        assert len({len(some) for some in batches}) == 1 == len({len(x) for x in loaders})
        assert len(batches[0]) == len(loaders[0])
        for same_step in zip(*batches, strict=True):
            sizes = [len(batch) for batch in same_step]
            assert max(sizes) - min(sizes) <= 1
        taken = [index for some in batches for batch in some for index in batch]
        assert sorted(taken) == list(range(samples))
        orders.append(taken)
    assert (orders[0] != orders[1]) == shuffle


def plan_text():
    """Of a step of a deeper network, whose gradients are joined in small buckets."""
    from weft._core import collectives

    collectives.set_bucket_bytes(4096, 16384)
    net = nn.HybridSequential(*[nn.Dense(32, activation="relu", in_units=32) for _ in range(6)])
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", kvstore="dist_sync")
    step = trainer.compile(net, gluon.loss.L2Loss())
    x = np.ones((4, 32))
    step(x, x)
    collectives.set_bucket_bytes(1 << 20, 25 << 20)
    return step.plan_text()


def test_a_plan_says_how_many_steps_hide_each_transfer():
    first, second = ranks(2).run(plan_text)
    assert first == second
    assert "begins a transfer of" in first and "steps behind its start" in first


def early(kind, overlap):
    """Four eager steps of a deeper network; with `overlap` sums begin in the backward pass."""
    rank, _ = place()
    net = nn.HybridSequential(*[nn.Dense(8, activation="tanh", in_units=8) for _ in range(6)])
    net.initialize()
    if kind == "add":
        net.setattr("grad_req", "add")
    drawn = numpy.random.default_rng(3)
    for parameter in net.collect_params().values():
        parameter.set_data(np.array(drawn.normal(size=parameter.shape).astype("float32") * 0.5))
    options = {"kvstore": "dist_sync", "overlap": overlap}
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01}, **options)
    for number in range(4):
        for repeat in range(2 if kind in ("twice", "add") else 1):
            x, _ = data((number, repeat, rank), 8)
            with autograd.record():
                out = np.array(x)
                for place_of_layer, layer in enumerate(net):
                    if kind == "unused" and place_of_layer == 2 + rank and number % 2:
                        continue
                    out = layer(out)
                loss = (out**2).sum(axis=1)
            loss.backward()
        if kind == "halved" or (kind == "halved on one" and rank == 1):
            for parameter in net.collect_params().values():
                parameter.grad()[...] = parameter.grad() * 0.5
        trainer.step(len(x), ignore_stale_grad=kind == "unused")
        if kind == "add":
            net.zero_grad()
    return contents(net)


KINDS = ["plain", "twice", "add", "unused", "halved", "halved on one"]


@pytest.mark.parametrize("kind", KINDS)
def test_sums_that_begin_early_have_the_same_bits(kind):
    late = ranks(2).run(early, kind, False)
    for found in ranks(2).run(early, kind, True):
        for mine, theirs in zip(found, late[0], strict=True):
            numpy.testing.assert_array_equal(mine, theirs)


def starts_in_backward(overlap):
    """How many transfers the third step's backward pass begins, and the step after it."""
    from weft import profiler

    net = nn.HybridSequential(*[nn.Dense(32, activation="relu", in_units=32) for _ in range(8)])
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", kvstore="dist_sync", overlap=overlap)
    for _ in range(3):
        with profiler.profile() as profile:
            with autograd.record():
                loss = net(np.ones((4, 32)))
            loss.backward()
            trainer.step(4)
    starts = [event.backward for event in profile.events if event.name == "all_reduce_start"]
    moved = [e for e in profile.events if e.thread == "transfers of world"]
    return starts.count(True), len(moved) >= len(starts)


def test_the_backward_pass_begins_transfers():
    for begun, moved in ranks(2).run(starts_in_backward, True):
        assert begun >= 4 and moved
    assert {begun for begun, _ in ranks(2).run(starts_in_backward, False)} == {0}


def in_phases(kind, overlap):
    """Two trainers of one network, or of two that share a layer."""
    rank, _ = place()
    body = nn.Dense(8, activation="tanh", in_units=8)
    heads = [nn.HybridSequential(*[nn.Dense(8, in_units=8) for _ in range(3)]) for _ in range(2)]
    drawn = numpy.random.default_rng(3)
    for block in (body, *heads):
        block.initialize()
        for parameter in block.collect_params().values():
            values = drawn.normal(size=parameter.shape) * 0.5
            parameter.set_data(np.array(values.astype("float32")))
    everything = [p for b in (body, *heads) for p in b.collect_params().values()]

    def trainer_of(*blocks):
        params = [p for block in blocks for p in block.collect_params().values()]
        names = {f"{n}": p for n, p in enumerate(params)}
        options = {"kvstore": "dist_sync", "overlap": overlap}
        return gluon.Trainer(names, "adam", {"learning_rate": 0.01}, **options)

    def train(trainer, head, steps, updates=True):
        for number in range(steps):
            x, _ = data((number, rank), 8)
            with autograd.record():
                loss = (head(body(np.array(x))) ** 2).sum(axis=1)
            loss.backward()
            if updates:
                trainer.step(len(x))

    first = trainer_of(body, heads[0])
    train(first, heads[0], 3)
    if kind == "by turns":
        second = trainer_of(body, heads[1])
        for _ in range(3):
            train(second, heads[1], 2)
            train(first, heads[0], 2)
        return [p.data().asnumpy() for p in everything]
    if kind == "in the middle":  # what the pass has begun is never used
        train(first, heads[0], 1, updates=False)
    if kind != "kept":
        del first
    last = heads[0] if kind != "another network" else heads[1]
    train(trainer_of(body, last), last, 4)
    return [p.data().asnumpy() for p in everything]


PHASES = ["kept", "collected", "in the middle", "another network", "by turns"]


@pytest.mark.parametrize("kind", PHASES)
def test_trainers_of_one_network_train_as_they_do_without_overlap(kind):
    late = ranks(2).run(in_phases, kind, False)
    for found in ranks(2).run(in_phases, kind, True):
        for mine, theirs in zip(found, late[0], strict=True):
            numpy.testing.assert_array_equal(mine, theirs)


def after_the_trainer(how):
    """Is the trainer gone, and how many transfers does the next backward pass begin?"""
    import gc
    import weakref

    from weft import profiler

    net = nn.HybridSequential(*[nn.Dense(32, in_units=32) for _ in range(4)])
    net.initialize()

    def backward():
        with autograd.record():
            loss = net(np.ones((4, 32)))
        loss.backward()

    gc.disable()
    trainer = gluon.Trainer(net.collect_params(), "sgd", kvstore="dist_sync")
    for _ in range(3):
        backward()
        trainer.step(4)
    seen = weakref.ref(trainer)
    if how == "collected":
        del trainer
    else:
        gluon.Trainer(net.collect_params(), "sgd")
    with profiler.profile() as profile:
        backward()
    gc.enable()
    begun = [event for event in profile.events if event.name == "all_reduce_start"]
    return seen() is None, len(begun)


@pytest.mark.parametrize("how, is_gone", [("collected", True), ("replaced", False)])
def test_no_sum_begins_for_a_trainer_that_is_over(how, is_gone):
    assert ranks(2).run(after_the_trainer, how) == [(is_gone, 0)] * 2
