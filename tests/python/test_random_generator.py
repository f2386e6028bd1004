"""`np.random.Generator`: NumPy's names and arguments, numbers of its own, and where they may be
drawn."""

import inspect
import pickle
import re
import threading
from pathlib import Path

import numpy
import pytest
import weft
from weft import autograd, np, npx, sym

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "numpy.md").read_text("utf-8")
SECTION = PAGE.split("\n## Random numbers\n")[1].split("\n## There\n")[0]
# Other generators, names that NumPy deprecates, and modules and bookkeeping.
ABSENT = {
    *("BitGenerator", "MT19937", "PCG64", "PCG64DXSM", "SFC64"),
    *("random_integers", "bit_generator", "mtrand", "get_bit_generator", "set_bit_generator"),
    "test",
}
METHODS = [name for name in dir(numpy.random.Generator) if not name.startswith("_")]


def test_names_are_numpys_and_the_page_lists_them():
    theirs = {name for name in dir(numpy.random) if not name.startswith("_")}
    ours = {*np.random.__all__, "SeedSequence"}
    assert theirs - ours == ABSENT
    listed = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| .*$", SECTION, re.M)))
    assert len(listed) == len(set(listed)) and set(listed) == ours
    assert set(METHODS) <= set(dir(np.random.Generator))


@pytest.mark.parametrize("name", [name for name in METHODS if name != "bit_generator"])
def test_arguments_of_methods_are_numpys_in_numpys_order(name):
    theirs = inspect.signature(getattr(numpy.random.Generator, name)).parameters
    ours = inspect.signature(getattr(np.random.Generator, name)).parameters
    assert list(ours)[: len(theirs)] == list(theirs)
    differ = {"dtype", "check_valid", "tol"}  # float32, and nothing warns
    for argument, parameter in theirs.items():
        if argument not in differ:
            assert ours[argument].default == parameter.default


def drawn(rng):
    """Some numbers of several kinds."""
    parts = rng.normal(size=3), rng.integers(0, 99, 4), rng.gamma([0.5, 2.0]), rng.permutation(5)
    return [part.tolist() for part in parts]


def test_a_seed_decides_and_nothing_else_moves_the_numbers():
    first = np.random.default_rng(7)
    np.random.seed(1)
    wanted, state = drawn(first), np.random.get_state()
    assert state == (1, 0)
    again, other = np.random.default_rng(7), np.random.default_rng(8)
    found = []
    for draw in (
        lambda: again.normal(size=3),
        lambda: again.integers(0, 99, 4),
        lambda: again.gamma([0.5, 2.0]),
        lambda: again.permutation(5),
    ):
        found.append(draw().tolist())
        drawn(other)
        np.random.normal(size=9)
    assert found == wanted
    np.random.seed(7)
    assert drawn(np.random) != wanted


@pytest.mark.parametrize("seed", [0, 2**200, [1, 2, 3], numpy.random.SeedSequence(4)])
def test_seeds_are_those_of_numpy(seed):
    assert drawn(np.random.default_rng(seed)) == drawn(np.random.default_rng(seed))


def test_generators_are_given_back_and_random_without_a_seed():
    rng = np.random.default_rng(3)
    assert np.random.default_rng(rng) is rng
    assert np.random.default_rng(rng.bit_generator).bit_generator is rng.bit_generator
    assert drawn(np.random.default_rng()) != drawn(np.random.default_rng())
    for wrong in (-1, [-1]):
        with pytest.raises(ValueError, match="default_rng: `seed` must be an integer"):
            np.random.default_rng(wrong)
    with pytest.raises(TypeError, match="default_rng: `seed` must be an integer"):
        np.random.default_rng("a")
    with pytest.raises(TypeError, match="Generator: `bit_generator` must be an"):
        np.random.Generator(numpy.random.PCG64(3))
    with pytest.raises(AttributeError, match="; write `np"):
        np.random.PCG64  # noqa: B018


def test_spawned_generators_differ_and_repeat():
    children = [np.random.default_rng(5).spawn(3) for _ in range(2)]
    found = [[drawn(child) for child in row] for row in children]
    assert found[0] == found[1]
    assert found[0][0] != found[0][1] != found[0][2] != drawn(np.random.default_rng(5))
    rng = np.random.default_rng(5)
    assert drawn(rng.spawn(1)[0]) != drawn(rng.spawn(1)[0])


def test_a_state_and_a_pickle_go_on_where_they_were():
    rng = np.random.default_rng(6)
    drawn(rng)
    state = rng.bit_generator.state
    assert state["state"]["counter"] == 4
    copy = pickle.loads(pickle.dumps(rng))
    wanted = drawn(rng)
    assert drawn(copy) == wanted
    rng.bit_generator.state = state
    assert drawn(rng) == wanted
    with pytest.raises(TypeError, match="Philox: `state` must be"):
        rng.bit_generator.state = {"state": 3}


def test_an_older_class_has_the_functions_names():
    first, again = np.random.RandomState(3), np.random.RandomState(3)
    assert first.rand(2, 3).shape == first.randn(2, 3).shape == (2, 3)
    again.set_state(first.get_state())
    assert first.randint(0, 9, 5).tolist() == again.randint(0, 9, 5).tolist()
    first.seed(3)
    assert first.random_sample(4).tolist() == np.random.RandomState(3).random_sample(4).tolist()


def test_threads_that_share_a_generator_draw_each_number_once():
    rng, found = np.random.default_rng(9), []

    def draw():
        for _ in range(50):
            found.append(float(rng.random(dtype="float64")))
            np.random.random()

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    again = np.random.default_rng(9)
    assert sorted(found) == sorted(float(again.random(dtype="float64")) for _ in range(200))


def test_a_trace_refuses_a_generator_by_name():
    rng = np.random.default_rng(1)
    with pytest.raises(RuntimeError, match="normal: a generator's numbers are no part of a trace"):
        weft.hybridize(lambda x: x + rng.normal(size=3))(np.zeros(3))
    with pytest.raises(RuntimeError, match="gamma: a generator's numbers are no part of a trace"):
        rng.gamma(sym.var("x"), size=(2,))
    assert rng.bit_generator.state["state"]["counter"] == 0


def test_programs_draw_from_a_generator_that_is_entered():
    def noisy(x):
        return npx.dropout(x, p=0.5) + np.random.normal(size=8)

    traced, wanted = weft.hybridize(noisy), []
    np.random.seed(2)
    traced(np.ones(8))
    state = np.random.get_state()
    for call in (noisy, traced, traced):
        rng = np.random.default_rng(4)
        with rng.bit_generator, autograd.train_mode():
            wanted.append(call(np.ones(8)).tolist())
            wanted.append(rng.random(2).tolist())
        assert rng.bit_generator.state["state"]["counter"] == 3
    assert wanted[:2] == wanted[2:4] == wanted[4:]
    assert np.random.get_state() == state


def test_generators_may_be_entered_one_in_another():
    outer, inner = np.random.default_rng(1), np.random.default_rng(2)
    with outer.bit_generator:
        first = np.random.random(3)
        with inner.bit_generator, pytest.raises(ZeroDivisionError):
            np.random.random(3)
            raise ZeroDivisionError
        second = np.random.random(3)
    again = np.random.default_rng(1)
    assert [first.tolist(), second.tolist()] == [again.random(3).tolist() for _ in range(2)]
    assert inner.bit_generator.state["state"]["counter"] == 1


def test_a_checkpoint_repeats_the_numbers_of_a_generator():
    rng, x = np.random.default_rng(3), np.ones(50)
    x.attach_grad()
    seen = []

    def segment(x):
        noise = rng.normal(size=50)
        seen.append(noise.tolist())
        return x * x * noise

    with autograd.record():
        y = npx.checkpoint(segment, x)
    y.backward()
    assert len(seen) == 2 and seen[0] == seen[1]
    numpy.testing.assert_allclose(x.grad.asnumpy(), 2 * numpy.array(seen[0]), rtol=1e-6)
    assert rng.bit_generator.state["state"]["counter"] == 1
