"""`weft compile` of what keeps something from run to run: arrays that a run changes are a struct of
the caller's."""

import re
import shutil

import numpy
import pytest
import weft
from c_programs import FLAGS, SANITIZED, built, data, run
from weft import gluon, init, np, npx, runtime
from weft.gluon import nn
from weft.gluon.model_zoo import text

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="not run: cc is not installed")


def smoothed():
    """A dense layer behind a running mean, of which runs are counted."""
    net = nn.Dense(3)
    net.initialize(init.Normal(0.5))
    mean, count = np.full((1, 4), 0.5), np.array(0, dtype="int32")
    net(mean)

    @weft.hybridize
    def step(x):
        mean[...] = mean * 0.75 + x * 0.25
        count[...] = count + 1
        return net(mean) * count.astype("float32")

    return step, data(1, 4)


def turned():
    """Each state gets the other's old content: no order of two writes alone does it."""
    first, second = np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0, 30.0])

    @weft.hybridize
    def step(x):
        old = first * 1
        first[...] = second
        second[...] = old
        return first - second + x

    return step, np.array([0.5, 0.25, 0.125])


def decoded():
    """A language model's next token, with a cache of keys and values."""
    np.random.seed(1)
    net = text.GPT(vocab_size=17, units=8, num_layers=2, num_heads=2, max_length=12, dropout=0.0)
    net.initialize(init.Normal(0.3))
    caches = net.new_caches(1)

    @weft.hybridize
    def step(tokens):
        return net(tokens, caches)[:, -1]

    return step, np.array([[3]])


def translated():
    """An encoder–decoder's next token: beside the cache, keys and values of what was encoded."""
    np.random.seed(2)
    sizes = {"head_units": 3, "num_buckets": 8, "max_distance": 10}
    net = text.T5(17, 8, 16, 2, 2, **sizes)
    net.initialize(init.Normal(0.3))
    caches = net.new_caches(net.encode(np.array([[4, 7, 1, 9]])), 6)

    @weft.hybridize
    def step(tokens):
        return net.decode(tokens, caches=caches)[:, -1]

    return step, np.array([[3]])


@pytest.mark.parametrize("options", [{}, {"ports_in_arena": True}], ids=["given", "in arena"])
@pytest.mark.parametrize("make", [smoothed, turned, decoded, translated])
def test_runs_see_what_the_ones_before_have_changed(make, options, tmp_path):
    step, x = make()
    weft.export(tmp_path / "net.weft", forward=(step, x))
    model = runtime.Model(tmp_path / "net.weft")
    files = model.write_c(tmp_path, name="net", main=True, **options)
    main = (tmp_path / "net_main.c").read_text()
    assert main.count("  net_run(&state") == 3 and "net_reset(&state)" in main
    wanted = [
        [float(n) for n in re.findall(r"[-\d.e]+", array)]
        for array in re.findall(r"expected\d+\[\d+\] = \{\n(.*?)\};", main.replace("f,", ","), re.S)
    ]
    assert wanted[0] != wanted[1] != wanted[2]  # the library's, which the C is compared with
    run(built(files, tmp_path / "net", SANITIZED))
    header = (tmp_path / "net.h").read_text()
    assert "struct net_state {" in header
    assert re.search(r" \*   state   \d+ bytes, of the caller's memory", header)


MAIN = """#include <stdio.h>
#include "net.h"
static void show(struct net_state *state)
{
  static const float x[4] = {1, -2, 3, 0.5f};
  float y[3];
  net_run(state, x, y);
  printf("%.9g %.9g %.9g\\n", (double)y[0], (double)y[1], (double)y[2]);
}
int main(void)
{
  struct net_state state, other, saved;
  net_reset(&state);
  net_reset(&other);
  show(&state);
  show(&state);
  saved = state;
  show(&state);
  show(&saved);
  show(&other);
  net_reset(&state);
  show(&state);
  return 0;
}
"""


def test_states_are_apart_saved_and_brought_back(tmp_path):
    step, x = smoothed()
    weft.export(tmp_path / "net.weft", forward=(step, x))
    files = runtime.Model(tmp_path / "net.weft").write_c(tmp_path, name="net")
    (tmp_path / "main.c").write_text(MAIN)
    told = run(built([*files, tmp_path / "main.c"], tmp_path / "net", FLAGS)).splitlines()
    assert told[2] == told[3] and told[0] == told[4] == told[5]
    assert len({told[0], told[1], told[2]}) == 3
    context = runtime.Model(tmp_path / "net.weft").context()
    given = numpy.array([[1, -2, 3, 0.5]], "float32")
    wanted = [numpy.array(context.run(given)[0]).ravel() for _ in range(3)]
    found = numpy.array([line.split() for line in told[:3]], "float32")
    numpy.testing.assert_allclose(found, wanted, rtol=1e-5)


FULL = """#include <stdio.h>
#include <string.h>
#include "net.h"
int main(void)
{
  struct net_state state, before;
  const int64_t token[1] = {3};
  float y[17];
  int done = 0;
  net_reset(&state);
  for (int i = 0; i < 20; ++i) {
    before = state;
    const int32_t status = net_run(&state, token, y);
    if (status == 0) { ++done; continue; }
    if (memcmp(&before, &state, sizeof state) != 0) return 1;
    printf("%d %d\\n", (int)status, done);
    return 0;
  }
  return 2;
}
"""


def test_a_full_cache_ends_the_run_with_a_number(tmp_path):
    """The header says what it means; the state is as before."""
    step, x = decoded()
    weft.export(tmp_path / "net.weft", forward=(step, x))
    files = runtime.Model(tmp_path / "net.weft").write_c(tmp_path, name="net")
    kind = re.search(r"const (\w+) \*tokens", (tmp_path / "net.h").read_text())[1]
    (tmp_path / "main.c").write_text(FULL.replace("int64_t token", f"{kind} token"))
    told = run(built([*files, tmp_path / "main.c"], tmp_path / "net", SANITIZED)).split()
    assert told == ["-1", "12"]
    header = (tmp_path / "net.h").read_text()
    assert "-1: KeyValueCache: it has room for 12 tokens; their number must be in [0, 12]" in header


def test_an_index_to_write_at_is_checked_before_anything_is_written(tmp_path):
    kept = np.zeros((3, 2))

    @weft.hybridize
    def put(x, index):
        kept[index] = x
        return kept * 1

    weft.export(tmp_path / "net.weft", forward=(put, np.ones((2, 2)), np.array([0, 1])))
    files = runtime.Model(tmp_path / "net.weft").write_c(tmp_path, name="net")
    kind = re.search(r"const (\w+) \*index", (tmp_path / "net.h").read_text())[1]
    (tmp_path / "main.c").write_text(
        """#include <stdio.h>
#include "net.h"
int main(void)
{
  struct net_state state;
  const float x[4] = {1, 2, 3, 4};
  const KIND good[2] = {2, -3}, bad[2] = {0, 3}, below[2] = {-4, 0};
  float y[6];
  net_reset(&state);
  printf("%d ", (int)net_run(&state, x, good, y));
  for (int i = 0; i < 6; ++i) printf("%g ", (double)y[i]);
  printf("%d %d\\n", (int)net_run(&state, x, bad, y), (int)net_run(&state, x, below, y));
  return 0;
}
""".replace("KIND", kind)
    )
    told = run(built([*files, tmp_path / "main.c"], tmp_path / "net", SANITIZED)).split()
    assert told == ["0", "3", "4", "0", "0", "1", "2", "-1", "-1"]


def test_arrays_that_no_run_changes_stay_constant(tmp_path):
    step, x = smoothed()
    weft.export(tmp_path / "net.weft", forward=(step, x))
    runtime.Model(tmp_path / "net.weft").write_c(tmp_path, name="net")
    body = re.search(r"struct net_state \{\n(.*?)\};", (tmp_path / "net.h").read_text(), re.S)[1]
    assert len(body.splitlines()) == 2  # mean and count; not the layer's weight and bias
    assert "static const float w_" in (tmp_path / "net.c").read_text()


def test_rows_are_not_fed_to_what_keeps_a_state(tmp_path):
    kept = np.zeros((1, 4, 4, 2), dtype="int8")

    @weft.hybridize
    def step(x):
        kept[...] = x
        return npx.quantized_pooling(x, 2, channels_last=True)

    weft.export(tmp_path / "net.weft", forward=(step, np.zeros((1, 4, 4, 2), dtype="int8")))
    with pytest.raises(
        NotImplementedError, match="`feed_rows` needs an entry that does not change"
    ):
        runtime.Model(tmp_path / "net.weft").write_c(tmp_path, feed_rows=True)


class Picked(gluon.HybridBlock):
    """Rows, elements and slices at places that arrays choose, of data and of a parameter."""

    def __init__(self):
        super().__init__()
        self.table = gluon.Parameter("table", shape=(6, 4))

    def forward(self, x):
        rows, columns = np.array([4, -1, 0, 4]), np.array([[1], [-2]])
        of_x = x[:, np.array([2, 0, -1])].sum() + x[rows[:2], :, columns[0]].mean()
        return self.table.data()[rows, columns] * of_x + self.table.data()[rows[0]].sum()


@pytest.mark.parametrize("options", [{}, {"train": "*"}], ids=["run", "step"])
def test_elements_at_chosen_places_are_read_and_added_to(options, tmp_path):
    x = data(5, 3, 4)
    net = Picked()
    net.initialize(init.Normal(0.5))
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    step = trainer.compile(net, lambda found, wanted: ((found - wanted) ** 2).mean())
    weft.export(tmp_path / "net.weft", train=(step, x, np.ones((2, 4))), forward=(net, x))
    model = runtime.Model(tmp_path / "net.weft")
    files = model.write_c(tmp_path, name="net", main=True, **options)
    told = run(built(files, tmp_path / "net", SANITIZED))
    assert "largest difference" in told
    source = (tmp_path / "net.c").read_text()
    assert "_gather(" in source and ("_scatter(" in source) == bool(options)


def test_a_training_step_is_a_run_that_keeps_what_it_trains(tmp_path):
    """Without `train` it is compiled as it is; what it does not change stays const."""
    x = data(4, 5)
    net = nn.Dense(3)
    net.initialize(init.Normal(0.5))
    net(x)
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.05})
    step = trainer.compile(net, gluon.loss.L2Loss())
    weft.export(tmp_path / "net.weft", train=(step, x, np.ones((4, 3))))
    model = runtime.Model(tmp_path / "net.weft")
    files = model.write_c(tmp_path, "train", name="net", main=True)
    run(built(files, tmp_path / "net", SANITIZED))
    header = (tmp_path / "net.h").read_text()
    assert "weight[15]" in header and "learning_rate" not in header
