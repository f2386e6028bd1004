"""`weft compile` of loops and branches: bodies are functions, which do what the library does."""

import re
import shutil

import numpy
import pytest
import weft
from c_programs import SANITIZED, built, data, run
from weft import autograd, gluon, init, np, npx, runtime
from weft.gluon import nn

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="not run: cc is not installed")

W = data(4, 4, seed=3)


def cumulated(x):
    """Rows that are read and written, a carried state, and a weight that all iterations read."""

    def body(row, state):
        new = np.tanh(row @ W + state)
        return new * 2, new

    outputs, last = npx.foreach(body, x, np.zeros((4,)))
    return outputs + 1, last


def doubled(x):
    """As many steps as values decide: of the rest rows are zero."""
    outputs, (count, y) = npx.while_loop(
        lambda count, y: np.abs(y).sum() < 40,
        lambda count, y: (y * W[0], (count + 1, y * 2 + x[0])),
        (np.zeros(()), x[0]),
        max_iterations=9,
    )
    return outputs, count, y


def turned(x):
    """Carried values that change places."""
    _, (a, b) = npx.foreach(
        lambda row, state: (row, (state[1], state[0] + row)), x, (np.zeros((4,)), np.ones((4,)))
    )
    return a, b


def normed(x):
    """The norm of a carried value, which is written where it lies."""
    return npx.foreach(lambda row, h: (h.sum(), npx.layer_norm(h, W[0], W[1]) + row), x, x)[1] * 2


def replaced(x):
    return npx.foreach(lambda row, h: (h.sum(), npx.layer_norm(h, W[0], W[1])), x, x)[1]


def chosen(x):
    return npx.cond(x.sum() > 0, lambda: np.exp(x) @ W, lambda: x * x)


@pytest.mark.parametrize("options", [{}, {"ports_in_arena": True}], ids=["given", "in arena"])
@pytest.mark.parametrize("function", [cumulated, doubled, turned, chosen, normed, replaced])
def test_loops_and_branches_do_what_the_library_does(function, options, tmp_path):
    for sign in (1, -1):  # of what decides
        folder = tmp_path / str(sign)
        folder.mkdir()
        step = weft.hybridize(lambda x, sign=sign: function(x * 0.5 + sign))
        weft.export(folder / "net.weft", forward=(step, np.zeros((6, 4))))
        model = runtime.Model(folder / "net.weft")
        files = model.write_c(folder, name="net", main=True, **options)
        told = run(built(files, folder / "net", SANITIZED))
        scales = re.findall(r"of (\S+)$", told, re.MULTILINE)
        assert scales and all(float(scale) > 0 for scale in scales)
        text = (folder / "net.c").read_text()
        assert re.search(r"static void (body|then)\d+\(char \*memory", text)


def test_loops_in_loops(tmp_path):
    def inner(element, sums):
        sums = np.tanh(sums + element)
        return sums, sums

    def outer(row, total):
        found, last = npx.foreach(inner, row, total)
        return found * 2, npx.cond(last > 0.5, lambda: last * 0.25, lambda: last + 1)

    step = weft.hybridize(lambda x: npx.foreach(outer, x, np.zeros(())))
    weft.export(tmp_path / "net.weft", forward=(step, data(5, 3)))
    files = runtime.Model(tmp_path / "net.weft").write_c(tmp_path, name="net", main=True)
    run(built(files, tmp_path / "net", SANITIZED))
    assert re.search(r"static void body\d+_body\d+\(", (tmp_path / "net.c").read_text())


def test_a_loop_is_trained(tmp_path):
    class Steps(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.inner, self.out = nn.Dense(5, in_units=8), nn.Dense(2)

        def forward(self, x):
            def body(row, h):
                h = np.tanh(self.inner(np.concatenate([row, h], axis=1)))
                return h, h

            return self.out(npx.foreach(body, np.swapaxes(x, 0, 1), np.zeros((x.shape[0], 5)))[1])

    x = data(2, 6, 3)
    net = Steps()
    net.initialize(init.Normal(0.4))
    with autograd.predict_mode():
        net(x)
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    step = trainer.compile(net, gluon.loss.L2Loss())
    weft.export(tmp_path / "net.weft", train=(step, x, np.ones((2, 2))), forward=(net, x))
    model = runtime.Model(tmp_path / "net.weft")
    files = model.write_c(tmp_path, name="net", train="*", main=True)
    run(built(files, tmp_path / "net", SANITIZED))
    given = numpy.array(model.context().run(x.asnumpy())[0])
    assert given.shape == (2, 2)
