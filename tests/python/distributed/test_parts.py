"""What needs no other process: arrays as bytes, shares of checkpoints, meshes, stores of one
process, parts of batches, merged traces."""

import json
from types import SimpleNamespace

import numpy
import pytest
import weft
from weft import autograd, distributed, gluon, kv, np
from weft._base.errors import InvalidState, InvalidType, InvalidValue, NotFound
from weft.distributed import _mesh
from weft.distributed._checkpoints import shares
from weft.distributed._packing import packed, unpacked
from weft.distributed._traces import merged


@pytest.fixture
def alone():
    """A job of this process."""
    distributed.init()
    yield
    distributed.shutdown()


# ---- arrays as bytes


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16", "int64", "bool", "uint8"])
@pytest.mark.parametrize("shape", [(), (3,), (0, 2), (2, 3)])
def test_arrays_come_back_from_bytes(dtype, shape):
    array = (np.arange(int(numpy.prod(shape))).reshape(shape) - 1).astype(dtype)
    found, plain = unpacked(packed({"a": array, "b": array}, {"x": [1, None, "t"]}))
    assert plain == {"x": [1, None, "t"]}
    for name in "ab":
        assert (found[name].dtype, found[name].shape) == (array.dtype, shape)
        assert found[name].astype("float64").tolist() == array.astype("float64").tolist()


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:5],
        lambda data: data[:-1],
        lambda data: data[:8] + b"x" + data[9:],
        lambda data: b"\xff" * 8 + data[8:],
        lambda data: data[:8] + data[8:].replace(b"float32", b"flOat32"),
        lambda data: data[:8] + data[8:].replace(b"[2]", b"[9]"),
    ],
)
def test_damaged_bytes_are_an_error(change):
    with pytest.raises(OSError, match="damaged"):
        unpacked(change(packed({"a": np.ones(2)})))


# ---- shares of checkpoints


@pytest.mark.parametrize("ranks", [1, 2, 3, 4, 7])
def test_ranks_write_equal_shares_that_make_up_the_whole(ranks):
    arrays = {
        "large": np.zeros((1000, 3)),
        "scalar": np.zeros(()),
        "empty": np.zeros((0, 4)),
        "row": np.zeros((1, 500)),
        "half": np.zeros((700,), "float16"),
    }
    parts = shares(arrays, ranks)
    pieces = {}
    for part in parts:
        for name, first, last in part:
            pieces.setdefault(name, []).append((first, last))
    for name, array in arrays.items():
        ends = [0, *(last for _, last in pieces[name])]
        assert [first for first, _ in pieces[name]] == ends[:-1], name
        assert ends[-1] == (array.shape[0] if array.ndim else 1)
    total = sum(array.nbytes for array in arrays.values())
    for part in parts:
        size = sum(
            arrays[n].nbytes * (last - first) / max(1, arrays[n].shape[0] if arrays[n].ndim else 1)
            for n, first, last in part
        )
        assert size <= total / ranks + 2000  # the longest row


# ---- meshes


@pytest.mark.parametrize(
    "axes, ranks", [({"data": 2, "tensor": 3}, 6), ({"data": -1, "pipeline": 2, "tensor": 2}, 8)]
)
def test_the_places_of_a_mesh_are_numpys(axes, ranks):
    sizes = _mesh._sizes(axes, ranks)
    block = numpy.arange(ranks).reshape(tuple(sizes.values()))
    for rank in range(ranks):
        place = _mesh._coordinates(rank, sizes)
        assert block[tuple(place.values())] == rank == _mesh._rank(place, sizes)


@pytest.mark.parametrize(
    "axes, message",
    [
        ({}, "at least one axis"),
        ({"data": 2}, "must make up the 1 ranks"),
        ({"data": -1, "tensor": -1}, "only one axis may be -1"),
        ({"data": 0}, "`data` must be at least 1"),
    ],
)
def test_meshes_that_do_not_fit_are_refused(alone, axes, message):
    with pytest.raises((InvalidValue, InvalidType), match=message):
        distributed.Mesh(**axes)


def test_an_axis_that_is_misspelt_is_told(alone):
    with pytest.raises(NotFound, match="did you mean `tensor`"):
        distributed.Mesh(tensor=1)["tensr"]


# ---- alone


def test_a_process_without_a_launcher_is_alone(alone):
    assert distributed.is_initialized()
    assert (distributed.rank(), distributed.size(), distributed.local_rank()) == (0, 1, 0)
    x = np.array([1.0, 2.0])
    for found in (
        distributed.all_reduce(x),
        distributed.all_reduce(x, "mean"),
        distributed.all_gather(x),
        distributed.broadcast(x),
        distributed.reduce_scatter(x),
        distributed.all_to_all(x),
    ):
        assert found.tolist() == [1, 2]
    distributed.barrier()
    assert distributed.all_gather_object([1, "a"]) == [[1, "a"]]


def test_calls_before_init_and_twice_are_told(alone):
    with pytest.raises(InvalidState, match="was called already"):
        distributed.init()
    distributed.shutdown()
    for name in ("rank", "size", "world"):
        with pytest.raises(InvalidState, match=r"call `weft.distributed.init\(\)` first"):
            getattr(distributed, name)()
    assert not distributed.is_initialized()


@pytest.mark.parametrize(
    "options, kind, message",
    [
        ({"timeout": 0}, ValueError, "`timeout` must be above 0"),
        ({"timeout": float("nan")}, ValueError, "`timeout`"),
        ({"heartbeat": 1}, ValueError, "`heartbeat` must be at least 2 s"),
        ({"backend": "glo"}, LookupError, "did you mean `gloo`"),
        ({"backend": "nccl"}, LookupError, "python -m weft.distributed.build nccl"),
        ({"interface": "eth99"}, LookupError, "'eth99' is not there"),
    ],
)
def test_bad_options_of_init_are_refused_and_leave_nothing(options, kind, message):
    with pytest.raises(kind, match=message):
        distributed.init(**options)
    assert not distributed.is_initialized()


def test_what_json_cannot_say_is_no_object_to_gather(alone):
    with pytest.raises(InvalidType, match="use `all_gather` for arrays"):
        distributed.all_gather_object(np.ones(2))


def test_names_that_are_misspelt_are_told():
    with pytest.raises(AttributeError, match="did you mean `all_reduce`"):
        distributed.allreduce  # noqa: B018
    assert set(dir(distributed)) == set(distributed.__all__)


# ---- parts of batches


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_ranks_parts_of_batches_make_up_the_epoch(alone, size, workers):
    net = gluon.nn.Dense(1, in_units=1)
    net.initialize()

    def batches(rank):
        loader = gluon.data.DataLoader(
            list(range(20)), 7, shuffle=True, num_workers=workers, thread_pool=True
        )
        elastic = distributed.Elastic(net, loader=loader)
        elastic._session = SimpleNamespace(rank=rank, size=size, check=lambda what: None)
        np.random.seed(3)
        return [batch.tolist() for batch in elastic.batches()]

    np.random.seed(3)
    whole = [b.tolist() for b in gluon.data.DataLoader(list(range(20)), 7, shuffle=True)]
    parts = [batches(rank) for rank in range(size)]
    joined = [[n for part in parts for n in part[k]] for k in range(len(whole))]
    assert joined == whole


def test_a_batch_with_fewer_samples_than_ranks_is_told(alone):
    net = gluon.nn.Dense(1, in_units=1)
    net.initialize()
    elastic = distributed.Elastic(net, loader=gluon.data.DataLoader(list(range(5)), 4))
    elastic._session = SimpleNamespace(rank=0, size=4, check=lambda what: None)
    with pytest.raises(ValueError, match="a sample for each of 4 ranks; got 1"):
        list(elastic.batches())


# ---- elastic programs


def test_elastic_needs_values_and_a_loader(alone):
    with pytest.raises(InvalidState, match="has no values yet"):
        distributed.Elastic(gluon.nn.Dense(1))
    net = gluon.nn.Dense(1, in_units=1)
    net.initialize()
    with pytest.raises(InvalidType, match="needs a `loader`"):
        list(distributed.Elastic(net).batches())
    with pytest.raises(ValueError, match="`every` must be at least 1"):
        distributed.Elastic(net, every=0)


# ---- stores


def test_a_store_adds_up_devices_and_does_updates():
    store = kv.create("device")
    assert (store.type, store.rank, store.num_workers) == ("device", 0, 1)
    store.init([1, 2], [np.zeros(2), np.ones(3)])
    store.push([1, 2], [[np.ones(2), np.ones(2)], np.full(3, 5.0)])
    outs = [np.zeros(2), np.zeros(3)]
    store.pull([1, 2], out=outs)
    assert [o.tolist() for o in outs] == [[2, 2], [5, 5, 5]]
    store.set_optimizer("sgd", learning_rate=0.5)
    store.pushpull(1, np.ones(2), out=outs[0])
    assert outs[0].tolist() == [1.5, 1.5]


def test_an_updater_of_the_programs_own_and_rows():
    @kv.updater("test halved")
    def halved(key, pushed, kept):
        kept[...] = kept + pushed / 2

    store = kv.create("local")
    store.init("w", np.zeros((4, 2)))
    store.set_updater("test halved")
    store.push("w", weft.sparse.row_sparse_array((np.ones((2, 2)), [1, 3]), shape=(4, 2)))
    out = np.full((4, 2), 9.0)
    store.row_sparse_pull("w", out=out, row_ids=np.array([3, 0]))
    assert out.tolist() == [[0, 0], [9, 9], [9, 9], [0.5, 0.5]]


def test_rows_for_each_array_and_into_sparse_ones():
    store = kv.create("local")
    table = numpy.arange(8.0).reshape(4, 2)
    store.init(["a", "b"], [np.array(table), np.array(-table)])
    sparse = weft.sparse.row_sparse_array((np.ones((1, 2)), [0]), shape=(4, 2))
    whole = np.full((4, 2), 9.0)
    store.row_sparse_pull("a", out=[sparse, whole], row_ids=[np.array([3, 1, 3]), np.array([[0]])])
    assert sparse.indices.tolist() == [1, 3]
    assert sparse.asnumpy().tolist() == [[0, 0], [2, 3], [0, 0], [6, 7]]
    assert whole.tolist() == [[0, 1], [9, 9], [9, 9], [9, 9]]
    store.row_sparse_pull(["a", "b"], out=[sparse, whole], row_ids=[np.array([0]), np.array([1])])
    assert sparse.asnumpy().tolist() == [[0, 1], [0, 0], [0, 0], [0, 0]]
    assert whole[1].tolist() == [-2, -3]


@pytest.mark.parametrize(
    "ids, kind, message",
    [
        ([np.array([4])], IndexError, "`row_ids` must be from 0 to 3 for the key 'a'; got 4"),
        ([np.array([-1])], IndexError, "got -1"),
        ([np.array([0])] * 3, ValueError, "or one for each of 2 of `out`.*got 3"),
    ],
)
def test_rows_that_do_not_fit_are_refused(ids, kind, message):
    store = kv.create("local")
    store.init("a", np.zeros((4, 2)))
    with pytest.raises(kind, match=message):
        store.row_sparse_pull("a", out=[np.zeros((4, 2)), np.zeros((4, 2))], row_ids=ids)


def test_states_of_the_optimizer_come_back(tmp_path):
    def made():
        store = kv.create("local")
        store.init("w", np.ones(2))
        store.set_optimizer("adam", learning_rate=0.1)
        return store

    store, path = made(), tmp_path / "states"
    store.push("w", np.array([1.0, 2.0]))
    store.save_optimizer_states(path)
    again = made()
    again.push("w", np.array([1.0, 2.0]))
    again.load_optimizer_states(path)
    out, other = np.zeros(2), np.zeros(2)
    for each, target in ((store, out), (again, other)):
        each.pushpull("w", np.array([0.5, 0.5]), out=target)
    assert out.tolist() == other.tolist()


@pytest.mark.parametrize(
    "call, kind, message",
    [
        (lambda s: kv.create("dist_snyc"), LookupError, "did you mean `dist_sync`"),
        (lambda s: kv.create("dist_sync"), RuntimeError, "init"),
        (lambda s: kv.create(3), TypeError, "must be a text"),
        (lambda s: kv.create("dist_async", staleness=-1), ValueError, "`staleness`"),
        (lambda s: s.push("x", np.ones(1)), LookupError, "not given to `init`"),
        (lambda s: s.init("w", np.ones(1)), ValueError, "is set already"),
        (lambda s: s.push("w", []), ValueError, "an array for the key"),
        (lambda s: s.push(["w", "v"], [np.ones(1)]), ValueError, "each of 2 keys; got 1"),
        (lambda s: s.push(1.5, np.ones(1)), TypeError, "`key` must be"),
        (lambda s: s.pull("w"), TypeError, "`out` must be given"),
        (lambda s: s.row_sparse_pull("w", np.ones(1)), TypeError, "`row_ids`"),
        (lambda s: s.set_optimizer("agd"), LookupError, "agd"),
        (lambda s: s.set_optimizer(3), TypeError, "a name with options"),
        (lambda s: s.set_optimizer("sgd", lr_scheduler=print), Exception, "."),
        (lambda s: s.set_updater("none"), LookupError, "none named 'none'"),
        (lambda s: s.save_optimizer_states("x"), RuntimeError, "call `set_optimizer` first"),
        (lambda s: s.set_gradient_compression({}), NotImplementedError, "as they are"),
    ],
)
def test_bad_calls_of_a_store_are_told(call, kind, message):
    store = kv.create("local")
    store.init("w", np.ones(1))
    with pytest.raises(kind, match=message):
        call(store)


def test_dist_async_needs_servers(alone):
    with pytest.raises(InvalidState, match="weft launch -n 4 -s 1"):
        kv.create("dist_async")


# ---- checkpoints of a folder


def test_a_folder_is_written_and_read_by_one_process(alone, tmp_path):
    def made():
        np.random.seed(1)
        net = gluon.nn.HybridSequential(
            gluon.nn.Dense(4, in_units=3), gluon.nn.BatchNorm(in_channels=4)
        )
        net.initialize()
        return net, gluon.Trainer(net.collect_params(), "adam")

    def step(net, trainer):
        with autograd.record():
            loss = (net(np.ones((2, 3))) ** 2).sum()
        loss.backward()
        trainer.step(2)
        return float(loss)

    net, trainer = made()
    step(net, trainer)
    folder = tmp_path / "checkpoint"
    distributed.save_checkpoint(folder, net, trainer, extra={"epoch": 3}).wait()
    expected = [step(net, trainer) for _ in range(2)]
    distributed.save_checkpoint(folder, net, trainer, background=False)
    distributed.save_checkpoint(tmp_path / "other", net, trainer).wait()
    assert len(list(folder.glob("part-*"))) == 1
    net, trainer = made()
    step(net, trainer)
    distributed.save_checkpoint(folder, net, trainer, extra={"epoch": 3}).wait()
    other = made()
    assert distributed.load_checkpoint(folder, *other) == {"epoch": 3}
    assert [step(*other) for _ in range(2)] == expected


def test_folders_that_are_no_checkpoints_are_told(tmp_path):
    net = gluon.nn.Dense(1, in_units=1)
    net.initialize()
    with pytest.raises(FileNotFoundError, match=r"has no index.json"):
        distributed.load_checkpoint(tmp_path, net)
    for text, message in (
        ("{", "damaged"),
        ('{"version": 99}', "reads up to 1"),
        ('{"version": 1}', "lacks"),
    ):
        (tmp_path / "index.json").write_text(text)
        with pytest.raises((OSError, NotImplementedError), match=message):
            distributed.load_checkpoint(tmp_path, net)
    index = {
        **{"version": 1, "ranks": 1, "step": 0, "epoch": 0, "descriptions": [{}]},
        **{"files": ["../x"], "shared": {}, "own": [[]]},
    }
    (tmp_path / "index.json").write_text(json.dumps(index))
    with pytest.raises(ValueError, match="outside of it"):
        distributed.load_checkpoint(tmp_path, net)


# ---- Ray


def test_rays_workers_get_the_variables_that_init_reads(monkeypatch):
    from weft._processes.launchers import place_of
    from weft.distributed import ray

    environments = [{}, {}, {}]

    class Group:
        """Ray's group of workers, as far as a backend uses it."""

        def execute(self, function):
            return [("a", 1), ("a", 2), ("b", 3)]

        def execute_single(self, rank, function, *arguments):
            if function is ray._address:
                return "10.0.0.1", 4000
            environments[rank].update(*arguments)

    ray._WeftBackend.on_start(None, Group(), SimpleNamespace(port=0))
    places = [place_of(each) for each in environments]
    assert [(p.rank, p.size, p.local_rank, p.local_size) for p in places] == [
        (0, 3, 0, 2),
        (1, 3, 1, 2),
        (2, 3, 0, 1),
    ]
    assert {(p.host, p.port) for p in places} == {("10.0.0.1", 4000)}
    assert len({each["WEFT_SECRET"] for each in environments}) == 1


# ---- traces


def test_traces_of_ranks_are_put_on_one_clock():
    events = [{"name": "add", "ph": "X", "pid": 77, "tid": 0, "ts": 5.0, "dur": 1.0}]
    told = [{"began": 10.5, "events": events}, {"began": 10.0, "events": events}]
    found = merged(told, ["a", "b"])["traceEvents"]
    adds = [(e["pid"], e["ts"]) for e in found if e["name"] == "add"]
    assert adds == [(0, 500005.0), (1, 5.0)]
    names = [e["args"]["name"] for e in found if e["name"] == "process_name"]
    assert names == ["rank 0 on a", "rank 1 on b"]
