"""Options that would have no effect, and numbers that are none or no whole ones, are refused where
they are given."""

import math

import numpy
import pytest
import weft
from weft import gluon, lr_scheduler, np, npx, optimizer, runtime
from weft.gluon import nn, rnn

nan = math.nan

# ---- without effect

WITHOUT_EFFECT = {
    "rmsprop": (lambda: optimizer.RMSProp(momentum=0.5), "centered"),
    "sgd": (lambda: optimizer.SGD(nesterov=True), "momentum"),
    "nag": (lambda: optimizer.NAG(momentum=0.0), "momentum"),
    "rates": (
        lambda: optimizer.Adam(0.1, lr_scheduler=lr_scheduler.CosineScheduler(9, base_lr=0.5)),
        "base_lr",
    ),
    "warm-up": (lambda: lr_scheduler.CosineScheduler(9, warmup_begin_lr=0.001), "warmup_steps"),
    "dense": (lambda: nn.Dense(2, use_bias=False, bias_initializer="ones"), "bias_initializer"),
    "convolution": (
        lambda: nn.Conv2D(2, 3, use_bias=False, bias_initializer=weft.init.One()),
        "bias_initializer",
    ),
    "transposed": (
        lambda: nn.Conv2DTranspose(2, 3, use_bias=False, bias_initializer="ones"),
        "bias_initializer",
    ),
    "maximum": (lambda: nn.MaxPool2D(2, count_include_pad=False), "count_include_pad"),
    "recurrent": (lambda: rnn.LSTM(2, dropout=0.5), "dropout"),
    "divergence": (lambda: gluon.loss.KLDivLoss(axis=1), "from_logits"),
    "poisson": (lambda: gluon.loss.PoissonNLLLoss(epsilon=1e-3), "from_logits"),
    "classes": (
        lambda: gluon.loss.SoftmaxCELoss(sparse_label=False, ignore_index=-1),
        "ignore_index",
    ),
    "corners": (
        lambda: nn.Upsample(2, mode="nearest", align_corners=True)(np.ones((1, 1, 3))),
        "align_corners",
    ),
}


@pytest.mark.parametrize("name", WITHOUT_EFFECT)
def test_an_option_without_effect_is_refused(name):
    make, word = WITHOUT_EFFECT[name]
    with pytest.raises(ValueError, match=word):
        make()


def test_what_has_the_same_effect_as_nothing_is_taken():
    optimizer.RMSProp(momentum=0.0)
    optimizer.RMSProp(momentum=0.5, centered=True)
    nn.Dense(2, use_bias=False, bias_initializer="zeros")
    lr_scheduler.CosineScheduler(9, warmup_steps=2, warmup_begin_lr=0.001)
    optimizer.Adam(0.5, lr_scheduler=lr_scheduler.CosineScheduler(9, base_lr=0.5))


def test_the_base_rate_of_a_scheduler_is_the_optimizers():
    given = lr_scheduler.MultiFactorScheduler([5], base_lr=0.5)
    assert optimizer.Adam(lr_scheduler=given).learning_rate == 0.5
    bare = lr_scheduler.MultiFactorScheduler([5])
    assert optimizer.Adam(lr_scheduler=bare).learning_rate == 0.001
    assert optimizer.SGD(lr_scheduler=lr_scheduler.MultiFactorScheduler([5])).learning_rate == 0.01
    bare = lr_scheduler.MultiFactorScheduler([5])
    assert optimizer.Adam(0.2, lr_scheduler=bare).learning_rate == 0.2


# ---- no numbers, or not those that are meant

WRONG = {
    "rate": lambda: optimizer.SGD(nan),
    "rate that is set": lambda: optimizer.SGD(0.1).set_learning_rate(nan),
    "decay": lambda: optimizer.SGD(0.1, wd=nan),
    "bound": lambda: optimizer.SGD(0.1, clip_gradient=nan),
    "bound below": lambda: optimizer.SGD(0.1, clip_gradient=-1.0),
    "rescaling": lambda: optimizer.SGD(0.1, rescale_grad=nan),
    "momentum": lambda: optimizer.SGD(0.1, momentum=nan),
    "beta": lambda: optimizer.Adam(beta2=1.0),
    "epsilon": lambda: optimizer.Adam(epsilon=nan),
    "rho": lambda: optimizer.RMSProp(rho=nan),
    "base rate": lambda: lr_scheduler.LRScheduler(nan),
    "steps": lambda: lr_scheduler.FactorScheduler(2.5),
    "step": lambda: lr_scheduler.MultiFactorScheduler([1.5]),
    "updates": lambda: lr_scheduler.CosineScheduler(nan),
    "warm-up": lambda: lr_scheduler.CosineScheduler(9, warmup_steps=2.5),
    "power": lambda: lr_scheduler.PolyScheduler(9, pwr=nan),
    "norm": lambda: gluon.utils.clip_global_norm([np.ones(2)], nan),
    "norm below": lambda: gluon.utils.clip_global_norm([np.ones(2)], -1.0),
    "temperature": lambda: gluon.loss.DistillationLoss(temperature=nan),
    "huber": lambda: gluon.loss.HuberLoss(rho=nan),
    "huber at zero": lambda: gluon.loss.HuberLoss(rho=0.0),
    "margin": lambda: gluon.loss.HingeLoss(margin=nan),
    "triplet": lambda: gluon.loss.TripletLoss(margin=nan),
    "cosine": lambda: gluon.loss.CosineEmbeddingLoss(margin=nan),
    "weight": lambda: gluon.loss.L2Loss(weight=nan),
    "dropout": lambda: nn.Dropout(nan),
    "slope": lambda: nn.LeakyReLU(nan),
    "norm layer": lambda: nn.LayerNorm(epsilon=nan),
    "norm layer below": lambda: nn.BatchNorm(epsilon=-1.0),
    "statistics": lambda: nn.BatchNorm(momentum=nan),
    "root mean square": lambda: nn.RMSNorm(epsilon=nan),
    "split": lambda: gluon.utils.split_data(np.ones((4, 2)), 2.5),
    "loader": lambda: gluon.data.DataLoader([1, 2, 3], 2.5),
    "workers": lambda: gluon.data.DataLoader([1, 2, 3], 2, num_workers=1.5),
    "timeout": lambda: gluon.data.DataLoader([1, 2, 3], 2, timeout=nan),
    "multiplier": lambda: gluon.Parameter("w", shape=(1,), lr_mult=nan),
    "uniform": lambda: weft.init.Uniform(nan),
    "normal": lambda: weft.init.Normal(-1.0),
    "xavier": lambda: weft.init.Xavier(magnitude=nan),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_number_that_means_nothing_is_refused(name):
    with pytest.raises((ValueError, TypeError)):
        WRONG[name]()


@pytest.mark.parametrize("size", [2.5, nan, 0, -1])
def test_a_batch_size_that_counts_nothing_is_refused(size):
    net = nn.Dense(1, in_units=1)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    step = trainer.compile(net, None)
    before = net.weight.data().asnumpy()
    for call in (trainer.step, trainer.update, lambda n: step(np.ones((1, 1)), batch_size=n)):
        with pytest.raises(ValueError, match="batch_size"):
            call(size)
    numpy.testing.assert_array_equal(net.weight.data().asnumpy(), before)


@pytest.mark.parametrize("norm", [nan, 0.0, -1.0])
def test_a_bound_of_norms_that_is_none_is_refused(norm):
    net = nn.Dense(1, in_units=1)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    with pytest.raises(ValueError, match="clip_global_norm"):
        trainer.compile(net, None, clip_global_norm=norm)


# ---- names


@pytest.mark.parametrize("name", ["grad_reqq", "lrmult", "data", "_shape", "is_shape_known"])
def test_an_attribute_that_parameters_do_not_have_is_refused(name):
    net = nn.Dense(1, in_units=1)
    net.initialize()
    for target in (net, net.collect_params()):
        with pytest.raises(AttributeError, match="setattr: `name` must be one of"):
            target.setattr(name, "null")
    assert net.weight.grad_req == "write"


def test_a_misspelled_attribute_is_told_the_nearest():
    net = nn.Dense(1, in_units=1)
    with pytest.raises(AttributeError, match="did you mean `grad_req`"):
        net.setattr("grad_reqq", "null")
    net.setattr("grad_req", "null")
    net.setattr("lr_mult", 2.0)
    assert net.weight.grad_req == "null" and net.bias.lr_mult == 2.0


def test_names_with_nul_characters_are_refused(tmp_path):
    """Each would end there for the library, and several become one."""
    path = str(tmp_path / "arrays")
    for names in ({"a\0b": np.ones(1)}, {"a": np.ones(1), "a\0b": np.ones(1)}):
        with pytest.raises(ValueError, match="NUL"):
            npx.save(path, names)
    with pytest.raises(ValueError, match=r"NUL|null"):
        npx.save(path + "\0", {"a": np.ones(1)})
    with pytest.raises((ValueError, OSError), match=r"NUL|null"):
        npx.load(path + "\0")
    with pytest.raises(ValueError, match="NUL"):
        runtime.Model(path + "\0")
    assert not list(tmp_path.iterdir())


def test_a_file_whose_names_have_nul_characters_is_refused(tmp_path):
    safetensors = (
        b'{"a\\u0000b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},'
        b'"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}'
    )
    path = tmp_path / "arrays"
    path.write_bytes(len(safetensors).to_bytes(8, "little") + safetensors + bytes(8))
    with pytest.raises(OSError, match="NUL"):
        npx.load(str(path))


# ---- lengths

SCORES, LABELS = np.zeros((2, 5, 4)), np.array([[0, 1, 2], [2, -1, -1]])


@pytest.mark.parametrize("form", ["eager", "hybridized"])
@pytest.mark.parametrize(
    "lengths",
    [
        {"pred_lengths": [5, 6]},
        {"pred_lengths": [0, 5]},
        {"pred_lengths": [-1, 5]},
        {"label_lengths": [4, 1]},
        {"label_lengths": [3, -1]},
    ],
    ids=str,
)
def test_lengths_of_ctc_out_of_range_are_refused(lengths, form):
    loss = gluon.loss.CTCLoss()
    loss.hybridize(form == "hybridized")
    given = {name: np.array(values) for name, values in lengths.items()}
    with pytest.raises(ValueError, match=r"ctc_loss: `(data|label)_lengths` must be in \["):
        loss(SCORES, LABELS, **given).asnumpy()


@pytest.mark.parametrize("label", [-2, 4])
def test_labels_of_ctc_that_are_no_class_are_refused(label):
    labels = np.array([[0, label, 2], [2, -1, -1]])
    with pytest.raises(ValueError, match="ctc_loss: `label` must be in"):
        gluon.loss.CTCLoss()(SCORES, labels).asnumpy()


def test_what_stands_behind_a_label_of_ctc_may_be_anything():
    lengths = np.array([2, 1])
    loss = gluon.loss.CTCLoss()
    found = loss(SCORES, np.array([[0, 1, -7], [2, 99, -1]]), None, lengths)
    wanted = loss(SCORES, np.array([[0, 1, -1], [2, -1, -1]]))
    numpy.testing.assert_array_equal(found.asnumpy(), wanted.asnumpy())


@pytest.mark.parametrize("kind", [rnn.RNN, rnn.LSTM, rnn.GRU])
@pytest.mark.parametrize("lengths", [[4, 1], [-1, 3]], ids=str)
def test_lengths_of_sequences_out_of_range_are_refused(lengths, kind):
    layer = kind(2, use_sequence_length=True, input_size=2)
    layer.initialize()
    x, states = np.ones((3, 2, 2)), layer.begin_state(2)
    with pytest.raises(ValueError, match=r"`sequence_length` must be in \[0, 3\]"):
        layer(x, states, np.array(lengths))[0].asnumpy()
