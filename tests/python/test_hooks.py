"""Hooks of blocks, and `weft.debug`: what is hybridized and compiled calls them as Python does."""

import copy
import pickle

import numpy
import pytest
import weft
from weft import autograd, debug, gluon, np, npx, runtime
from weft.gluon import nn

X = np.array(numpy.random.default_rng(0).normal(size=(5, 3)).astype("float32"))
TARGET = np.zeros((5,))


def network():
    weft.random.seed(3)
    net = nn.HybridSequential(nn.Dense(4, activation="tanh", in_units=3), nn.Dense(2, in_units=4))
    net.initialize()
    return net


def loss_of(out, label=None):
    return (out**2).sum(axis=1)


def steps_of(how, net):
    """A function that trains on a batch, in one of the ways to run a network."""
    if how == "compiled":
        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.0})
        step = trainer.compile(net, loss_of)
        return lambda: step(X, TARGET)
    if how == "model":
        model = weft.Model(net, lambda p, y: loss_of(p), "sgd")
        model.learning_rate = 0.0
        model.train_on_batch(X, TARGET)
        return lambda: model.train_on_batch(X, TARGET)
    if how == "hybridized":
        net.hybridize()

    def step():
        with autograd.record():
            loss = loss_of(net(X))
        loss.backward()
        return loss

    return weft.hybridize(step) if how == "function" else step


HOW = pytest.mark.parametrize("how", ["eager", "hybridized", "compiled", "function", "model"])


def arrays_of(seen):
    return [x.asnumpy() for x in seen]


@HOW
def test_forward_hooks_run_at_each_call_with_its_arrays(how):
    net, seen = network(), []
    step = steps_of(how, net)
    before = net[1].register_forward_pre_hook(lambda block, args: seen.append(args[0]))
    after = net[1].register_forward_hook(lambda block, args, out: seen.append(out))
    for _ in range(3):
        step()
    hidden = np.tanh(X @ net[0].weight.data().T + net[0].bias.data())
    wanted = [hidden, net[1](hidden)] * 3
    seen = seen[:6]
    assert len(seen) == 6
    for found, value in zip(seen, wanted, strict=True):
        numpy.testing.assert_allclose(found.asnumpy(), value.asnumpy(), rtol=1e-5, atol=1e-6)
    before.detach()
    after.detach()
    seen.clear()
    step()
    assert not seen


@HOW
def test_backward_hooks_see_the_gradients_of_inputs_and_outputs(how):
    net, seen = network(), []
    step = steps_of(how, net)
    net[1].register_backward_hook(lambda block, ins, outs: seen.append((block, ins, outs)))
    first = net[0].register_backward_hook(lambda block, ins, outs: seen.append((block, ins, outs)))
    for _ in range(2):
        step()
    assert [block for block, *_ in seen] == [net[1], net[0]] * 2
    hidden = np.tanh(X @ net[0].weight.data().T + net[0].bias.data())
    of_out = 2 * net[1](hidden)
    of_hidden = of_out @ net[1].weight.data()
    _, ins, outs = seen[2]
    numpy.testing.assert_allclose(outs[0].asnumpy(), of_out.asnumpy(), rtol=1e-5, atol=1e-6)
    numpy.testing.assert_allclose(ins[0].asnumpy(), of_hidden.asnumpy(), rtol=1e-5, atol=1e-6)
    _, ins, outs = seen[3]
    assert ins == ()  # nothing that goes in has a gradient
    numpy.testing.assert_allclose(outs[0].asnumpy(), of_hidden.asnumpy(), rtol=1e-5, atol=1e-6)
    first.detach()
    seen.clear()
    step()
    assert [block for block, *_ in seen] == [net[1]]


@pytest.mark.parametrize("how", ["eager", "hybridized"])
def test_hooks_change_no_bit(how):
    plain, hooked = network(), network()
    hooked[0].register_forward_hook(lambda *seen: None)
    hooked[1].register_backward_hook(lambda *seen: None)
    steps_of(how, plain)()
    steps_of("eager", hooked)()
    for (name, a), b in zip(
        plain.collect_params().items(), hooked.collect_params().values(), strict=True
    ):
        numpy.testing.assert_allclose(
            a.grad().asnumpy(), b.grad().asnumpy(), rtol=1e-5, atol=1e-6, err_msg=name
        )


@pytest.mark.torch
def test_pytorch_sees_the_same_gradients():
    torch = pytest.importorskip("torch", reason="not run: PyTorch is not installed")
    net, seen, theirs = network(), [], []
    net.register_backward_hook(lambda block, ins, outs: seen.append((ins, outs)))
    peer = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    pairs = zip((peer[0], peer[2]), (net[0], net[1]), strict=True)
    with torch.no_grad():
        for to, by in pairs:
            to.weight.copy_(torch.tensor(by.weight.data().asnumpy()))
            to.bias.copy_(torch.tensor(by.bias.data().asnumpy()))
    peer.register_full_backward_hook(lambda module, ins, outs: theirs.append((ins, outs)))
    x = X.copy()
    x.attach_grad()
    with autograd.record():
        loss = loss_of(net(x))
    loss.backward()
    t = torch.tensor(X.asnumpy(), requires_grad=True)
    (peer(t) ** 2).sum().backward()
    for ours, other in zip(seen[0], theirs[0], strict=True):
        numpy.testing.assert_allclose(ours[0].asnumpy(), other[0].numpy(), rtol=1e-4, atol=1e-5)


def test_a_block_that_is_called_twice_tells_of_both_calls():
    net, seen = network(), []
    net[1].register_backward_hook(lambda block, ins, outs: seen.append(outs[0]))
    with autograd.record():
        loss = (net(X) + 3 * net(X)).sum()
    loss.backward()
    assert sorted(float(g.mean()) for g in seen) == [1.0, 3.0]


def test_traced_hooks_are_part_of_the_plan():
    net, parts = network(), {}
    net[0].register_forward_hook(lambda block, args, out: parts.update(hidden=out), traced=True)

    @weft.hybridize
    def both(x):
        out = net(x)
        return out, parts["hidden"]

    for _ in range(2):
        out, hidden = both(X)
        assert (net[1](hidden) == out).all()


def test_files_and_copies_of_hooked_blocks(tmp_path):
    net, seen = network(), []
    net[0].register_forward_hook(lambda *found: seen.append(found))
    net[1].register_backward_hook(lambda *found: seen.append(found))
    net.hybridize()
    net.export(tmp_path / "net.weft", X)
    assert not seen
    context = runtime.Model(tmp_path / "net.weft").context("forward")
    numpy.testing.assert_allclose(numpy.asarray(context.run(X.asnumpy())[0]), net(X).asnumpy())
    twin = copy.deepcopy(net)
    twin[1]._backward_hooks.hooks.clear()
    assert net[1]._backward_hooks.hooks
    seen.clear()
    twin(X)
    assert len(seen) == 1


def test_what_is_no_hook_is_refused():
    net = network()
    for register in (
        net.register_forward_hook,
        net.register_forward_pre_hook,
        net.register_backward_hook,
    ):
        with pytest.raises(TypeError, match="HybridSequential: a hook must be callable; got int"):
            register(3)


# ---- debug.eager


class Asking(nn.HybridBlock):
    """A layer that only Python can run."""

    def forward(self, x):
        return x * 2 if float(x.sum()) > -1e9 else x


@HOW
def test_inside_of_eager_everything_is_python(how):
    net, seen = network(), []
    net.add(Asking())
    net[1].register_forward_hook(
        lambda block, args, out: seen.append(float(out.sum())), traced=True
    )
    with debug.eager():
        assert debug.is_eager()
        step = steps_of(how, net)
        seen.clear()
        for _ in range(2):
            step()
    assert len(seen) == 2
    assert not debug.is_eager()
    if how != "eager":
        with pytest.raises(RuntimeError, match="the array is traced"):
            step()


def test_plans_stay_and_eager_is_of_one_thread():
    import threading

    net = network()
    net.hybridize()
    net(X)
    plan, other = net.plan_text(), []
    with debug.eager():
        net(X)
        thread = threading.Thread(target=lambda: other.append(debug.is_eager()))
        thread.start()
        thread.join()
    assert net.plan_text() == plan
    assert other == [False]


@pytest.mark.parametrize("effect", [npx.print, npx.check, npx.callback], ids=lambda f: f.__name__)
def test_an_effect_in_the_rule_of_a_gradient_happens_and_a_callback_is_refused_in_plans(
    effect, capsys
):
    calls = []
    given = {
        npx.print: ("seen {}",),
        npx.check: ("it is",),
        npx.callback: (calls.append,),
    }[effect]

    calls_with_dy = effect is not npx.check

    @autograd.custom_vjp
    def same(x):
        return x * 1

    def backward(_, dy):
        effect(*([dy > 0] if effect is npx.check else []), *given, *([dy] if calls_with_dy else []))
        return (dy * 2,)

    same.defvjp(lambda x: (x * 1, ()), backward)
    grad = autograd.grad(lambda x: same(x).sum())
    assert (grad(np.ones(2)) == 2).all()
    assert calls or effect is not npx.callback
    assert effect is not npx.print or capsys.readouterr().out.startswith("seen")
    if effect is npx.callback:
        with pytest.raises(NotImplementedError, match="callback: a plan computes gradients"):
            weft.hybridize(grad)(np.ones(2))
    else:
        assert (weft.hybridize(grad)(np.ones(2)) == 2).all()
    assert effect is not npx.print or capsys.readouterr().out.startswith("seen")
    with debug.eager():
        assert (weft.hybridize(grad)(np.ones(2)) == 2).all()


def test_a_hook_is_pickled_with_its_block():
    net = network()
    net[1].register_backward_hook(print)
    assert pickle.loads(pickle.dumps(net))[1]._backward_hooks.hooks == [print]
