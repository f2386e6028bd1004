"""`weft.runtime.Context` belongs to one thread at a time: others get a refusal, never an answer to
what someone else has given."""

import threading
from collections import Counter

import numpy
import pytest
import weft
from weft import np, runtime

THREADS, ROUNDS = 6, 150


def model_of(tmp_path, dynamic=None):
    weights = np.ones((50, 50)) / 50
    path = tmp_path / "tanh.weft"
    function = weft.hybridize(lambda x: np.tanh(x @ weights))
    weft.export(path, dynamic=dynamic, forward=(function, np.ones((4, 50))))
    return runtime.Model(path)


def in_threads(work):
    tally, failures = Counter(), []

    def body(k):
        try:
            for round in range(ROUNDS):
                tally[work(k, round)] += 1
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=body, args=(k,)) for k in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[0]
    return tally


@pytest.mark.parametrize("dynamic", [None, {"x": {0: "n"}}], ids=["fixed", "open"])
def test_a_run_in_several_threads_gives_its_own_answer_or_a_refusal(tmp_path, dynamic):
    context = model_of(tmp_path, dynamic).context()

    def work(k, round):
        rows = 4 if dynamic is None else 1 + (k + round) % 7
        x = numpy.full((rows, 50), k / 10, "float32")
        try:
            (out,) = context.run(x)
        except RuntimeError as error:
            assert "give each thread a context of its own" in str(error)
            return "refused"
        numpy.testing.assert_allclose(out, numpy.tanh(x), rtol=1e-5)
        return "right"

    assert in_threads(work)["right"] > 0
    # Whoever comes alone is served.
    x = numpy.full((4, 50), 0.3, "float32")
    numpy.testing.assert_allclose(context.run(x)[0], numpy.tanh(x), rtol=1e-5)


def test_contexts_that_share_states_are_one_threads_together(tmp_path):
    total = np.zeros((2, 2))

    @weft.hybridize
    def add(x):
        total[...] = total + x
        return total * 1

    read = weft.hybridize(lambda x: total + 0 * x)
    path = tmp_path / "sum.weft"
    one = np.ones((2, 2))
    weft.export(path, names={"total": total}, add=(add, one), read=(read, one))
    model = runtime.Model(path)
    adds = model.context("add")
    reads = model.context("read", sharing=adds)
    x = numpy.ones((2, 2), "float32")
    added = Counter()

    def work(k, round):
        kind = (k + round) % 3
        try:
            if kind == 0:
                adds.run(x)
                added[k] += 1
            elif kind == 1:
                reads.run(x)
            else:
                adds.read_state("total")
        except RuntimeError as error:
            assert "shares its states" in str(error)
            return "refused"
        return "right"

    in_threads(work)
    assert numpy.asarray(reads.run(x)[0])[0, 0] == added.total()


def test_every_call_of_a_context_in_use_is_refused(tmp_path):
    context = model_of(tmp_path, {"x": {0: "n"}}).context()
    told = []

    def meanwhile():
        for call in (
            lambda: context.run(numpy.ones((2, 50), "float32")),
            lambda: context.set_shape(0, (2, 50)),
            lambda: context.bind(0, numpy.ones((2, 50), "float32")),
            context.run_bound,
            context.reset,
            lambda: context.save(tmp_path / "copy.weft"),
        ):
            with pytest.raises(RuntimeError, match="is using this context") as caught:
                call()
            told.append(str(caught.value))

    with context._turn:
        thread = threading.Thread(target=meanwhile)
        thread.start()
        thread.join()
    assert len(told) == 6


def test_models_and_contexts_say_what_they_are(tmp_path):
    model = model_of(tmp_path, {"x": {0: "n"}})
    context = model.context()
    assert repr(model) == f"<Model {tmp_path / 'tanh.weft'}: forward>"
    assert repr(context) == "<Context forward(x: float32(-1, 50)) -> (output: float32(-1, 50))>"
    context.run(numpy.ones((3, 50), "float32"))
    assert "float32(3, 50)" in repr(context)
    in_memory = runtime.Model((tmp_path / "tanh.weft").read_bytes())
    assert repr(in_memory) == "<Model in memory: forward>"
