"""Scopes of modes in tasks of an event loop: each task has its own."""

import asyncio
import threading

import pytest
import weft
from weft import amp, autograd, engine, np, sym
from weft._core import native

SCOPES = {
    "record": autograd.record,
    "record in predict mode": lambda: autograd.record(train_mode=False),
    "train": autograd.train_mode,
    "bfloat16": lambda: amp.autocast("bfloat16"),
    "deferred": engine.deferred,
}


@pytest.fixture(scope="module", autouse=True)
def modes_stay():
    before = native.modes()
    yield
    assert native.modes() == before


async def by_turns(*steps):
    """Runs coroutine functions as tasks that go on one after another at each `await turn()`."""
    tasks = [asyncio.create_task(step()) for step in steps]
    return await asyncio.gather(*tasks)


async def turn():
    await asyncio.sleep(0)


@pytest.mark.parametrize("kind", SCOPES)
def test_a_scope_is_the_tasks_own(kind):
    plain = native.modes()

    async def inside():
        seen = []
        for _ in range(3):
            with SCOPES[kind]():
                seen.append(native.modes())
                await turn()
                seen.append(native.modes())
            await turn()
            assert native.modes() == plain
        return set(seen)

    async def outside():
        seen = set()
        for _ in range(9):
            seen.add(native.modes())
            await turn()
        return seen

    found = asyncio.run(by_turns(inside, outside, inside, outside))
    with SCOPES[kind]():
        set_by_it = native.modes()
    assert found == [{set_by_it}, {plain}, {set_by_it}, {plain}]
    assert native.modes() == plain


def test_operators_of_another_task_are_not_recorded():
    async def training():
        x = np.array([1.0, 2.0])
        x.attach_grad()
        with autograd.record():
            y = x * x
            await turn()
            with autograd.pause():
                await turn()
                constant = x * 3
            await turn()
            z = (y * constant).sum()
        z.backward()
        return x.grad.tolist()

    async def serving():
        weights = np.ones((2,))
        weights.attach_grad()
        recorded = []
        for _ in range(6):
            for value in (weights * 2, -weights, np.exp(weights), weights.sum()):
                recorded.append(native.is_recorded(value))
            recorded.append(autograd.is_recording() or autograd.is_training())
            await turn()
        return any(recorded)

    assert asyncio.run(by_turns(training, serving, training)) == [[6.0, 24.0], False, [6.0, 24.0]]


def test_hybridized_functions_and_losses_follow_their_task():
    function = weft.hybridize(lambda x: (x * x).sum())

    async def training():
        x = np.array([1.0, 2.0])
        x.attach_grad()
        with autograd.record():
            await turn()
            y = function(x)
        await turn()
        y.backward()
        return x.grad.tolist()

    async def serving():
        x = np.array([1.0, 2.0])
        x.attach_grad()
        await turn()
        return native.is_recorded(function(x))

    found = asyncio.run(by_turns(training, serving, training, serving))
    assert found == [[2.0, 4.0], False, [2.0, 4.0], False]


def test_a_task_begins_with_the_scopes_around_it():
    async def child():
        await turn()
        return autograd.is_recording()

    async def parent():
        with autograd.record():
            first = asyncio.create_task(child())
            with autograd.pause():
                second = asyncio.create_task(child())
        assert not autograd.is_recording()
        return [await first, await second]

    assert asyncio.run(parent()) == [True, False]


def test_a_scope_around_the_loop_counts_in_its_tasks():
    async def child():
        before = autograd.is_recording()
        with autograd.pause():
            await turn()
            within = autograd.is_recording()
        await turn()
        return before, within, autograd.is_recording()

    async def children():
        return await asyncio.gather(child(), child())

    with autograd.record():
        found = asyncio.run(children())
        assert autograd.is_recording()
    assert found == [(True, False, True)] * 2
    assert not autograd.is_recording()


def test_threads_and_scopes_that_fail_stay_apart():
    async def failing():
        with pytest.raises(ZeroDivisionError), autograd.record():
            await turn()
            raise ZeroDivisionError
        return autograd.is_recording()

    async def beside():
        with autograd.record():
            await turn()
            seen = []
            thread = threading.Thread(target=lambda: seen.append(autograd.is_recording()))
            thread.start()
            thread.join()
            return seen[0], autograd.is_recording()

    assert asyncio.run(by_turns(failing, beside)) == [False, (False, True)]


def test_names_and_attributes_of_symbols_are_the_tasks_own():
    async def task(prefix):
        found = []
        with sym.Prefix(prefix), sym.AttrScope(of=prefix):
            for _ in range(2):
                await turn()
                node = np.tanh(sym.var("x"))
                found.append((node.name, node.list_attr()["of"]))
        return found

    found = asyncio.run(by_turns(lambda: task("a_"), lambda: task("b_")))
    assert found == [[(f"{p}tanh{n}", p) for n in range(2)] for p in ("a_", "b_")]
