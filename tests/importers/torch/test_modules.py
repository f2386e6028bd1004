"""Converted modules are blocks as any other, and keep what their modules are: names, shared
parameters, buffers, arguments, results, free extents."""

import copy
import pickle

import numpy
import pytest
import weft
from weft import autograd, gluon, np

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch_models import arrays_of, check_outputs, check_training, error_of  # noqa: E402

pytestmark = pytest.mark.torch


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)
    weft.random.seed(0)


class Classifier(nn.Module):
    """Convolution, batch norm, dropout, and writes in place."""

    def __init__(self, p=0.0):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.drop = nn.Dropout(p, inplace=True)
        self.dense = nn.Linear(4, 5)

    def forward(self, x, *, scale=None):
        y = nn.functional.relu_(self.norm(self.conv(x)))
        y = self.dense(self.drop(y.mean((2, 3))))
        return {"scores": y, "both": (y if scale is None else y * scale, y.argmax(1))}


def images(count=2):
    return torch.randn(count, 3, 8, 8)


class Recurrent(nn.Module):
    def __init__(self, kind, **options):
        super().__init__()
        self.layers = getattr(nn, kind)(4, 5, **options)

    def forward(self, x):
        return self.layers(x)


MODULES = {
    "lstm": lambda: (Recurrent("LSTM", num_layers=2, bidirectional=True), torch.randn(6, 2, 4)),
    "lstm of batches": lambda: (Recurrent("LSTM", batch_first=True), torch.randn(2, 6, 4)),
    "lstm without bias": lambda: (Recurrent("LSTM", bias=False), torch.randn(6, 2, 4)),
    "projected lstm": lambda: (Recurrent("LSTM", proj_size=3, num_layers=2), torch.randn(6, 2, 4)),
    "projected lstm in two directions": lambda: (
        Recurrent("LSTM", proj_size=2, bias=False, bidirectional=True, batch_first=True),
        torch.randn(2, 6, 4),
    ),
    "projected lstm of one sequence": lambda: (Recurrent("LSTM", proj_size=3), torch.randn(6, 4)),
    "bags": lambda: (nn.EmbeddingBag(9, 4, padding_idx=2), torch.randint(0, 9, (3, 5))),
    "maxima of bags": lambda: (
        nn.EmbeddingBag(9, 4, mode="max", padding_idx=-1),
        torch.randint(0, 9, (3, 5)),
    ),
    "gru": lambda: (Recurrent("GRU", num_layers=2, bidirectional=True), torch.randn(6, 2, 4)),
    "gru of one sequence": lambda: (Recurrent("GRU"), torch.randn(6, 4)),
    "rnn": lambda: (Recurrent("RNN", nonlinearity="relu"), torch.randn(6, 2, 4)),
    "attention": lambda: (
        nn.TransformerEncoderLayer(8, 2, 16, 0.0, batch_first=True),
        torch.randn(2, 5, 8),
    ),
    "group norm": lambda: (nn.GroupNorm(2, 4), torch.randn(2, 4, 3, 3)),
    "instance norm": lambda: (nn.InstanceNorm2d(4, affine=True), torch.randn(2, 4, 3, 3)),
    "rms norm": lambda: (nn.RMSNorm(6), torch.randn(2, 3, 6)),
    "transposed": lambda: (nn.ConvTranspose2d(3, 4, 3, 2, 1, 1), images()),
    "padded alike": lambda: (nn.Conv2d(3, 4, 4, padding="same"), images()),
    "prelu": lambda: (nn.Sequential(nn.Conv2d(3, 4, 1), nn.PReLU(4)), images()),
    "unfolded": lambda: (nn.Unfold(3, 1, 1, 2), images()),
    "bilinear upsampling": lambda: (nn.Upsample(scale_factor=2, mode="bilinear"), images()),
    "pixel shuffle": lambda: (nn.PixelShuffle(2), torch.randn(2, 8, 3, 3)),
}


@pytest.mark.parametrize("name", MODULES)
def test_a_module_gives_the_results_of_pytorch(name):
    module, x = MODULES[name]()
    check_outputs(module, (x,))


@pytest.mark.parametrize("is_training", [False, True])
def test_running_statistics_of_instance_norms_are_those_of_pytorch(is_training):
    module = nn.InstanceNorm1d(4, affine=True, track_running_stats=True, momentum=0.3)
    module.running_mean += torch.randn(4)
    x = torch.randn(3, 4, 7) * 2 + 1
    block = weft.torch.convert(module.train(is_training), (x,))
    for is_hybrid in (False, True):
        block.hybridize(is_hybrid)
        with autograd.record():
            found = block(arrays_of(x))
        assert error_of(found, module.train()(x)) < 1e-5
        for name in ("running_mean", "running_var"):
            parameter = block.collect_params()[name]
            assert error_of(parameter.data(), getattr(module, name)) < 1e-5
        assert error_of(block(arrays_of(x)), module.eval()(x)) < 1e-5


class Loss(nn.Module):
    """A cross entropy of scores with two further axes."""

    def __init__(self, **options):
        super().__init__()
        self.loss = nn.CrossEntropyLoss(**options)

    def forward(self, scores, labels):
        return self.loss(scores, labels)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("labels", ["classes", "shares", "one class"])
def test_cross_entropies_are_those_of_pytorch(labels, is_weighted, smoothing, reduction):
    shape = (5,) if labels == "one class" else (4, 5, 3, 2)
    scores = torch.randn(shape)
    wanted = torch.randint(0, 5, (4, 3, 2))
    wanted[0, 1] = -100  # does not count
    wanted = {"classes": wanted, "shares": torch.rand(4, 5, 3, 2).softmax(1)}.get(
        labels, torch.tensor(3)
    )
    options = {"label_smoothing": smoothing, "reduction": reduction}
    module = Loss(weight=torch.rand(5) if is_weighted else None, **options)
    scores.requires_grad_()
    loss = module(scores, wanted)
    loss.sum().backward()
    block = weft.torch.convert(module, (scores.detach(), wanted))
    x = arrays_of(scores)
    x.attach_grad()
    with autograd.record():
        found = block(x, arrays_of(wanted))
    found.backward()
    assert error_of(found, loss) < 1e-5
    assert error_of(x.grad, scores.grad) < 1e-5


def test_names_of_parameters_are_those_of_the_state_dict():
    module = Classifier()
    block = weft.torch.convert(module, (images(),))
    parameters = block.collect_params()
    assert set(parameters) == set(module.state_dict())
    assert {n for n, p in parameters.items() if p.grad_req == "null"} == {
        *("norm.running_mean", "norm.running_var", "norm.num_batches_tracked")
    }


def test_arguments_and_results_are_those_of_the_module():
    module, x, scale = Classifier().eval(), images(), torch.tensor(3.0)
    wanted = module(x, scale=scale)
    block = weft.torch.convert(module, (x,), kwargs={"scale": scale})
    for found in (
        block(arrays_of(x), scale=np.array(3.0)),
        block(scale=np.array(3.0), x=arrays_of(x)),
    ):
        assert list(found) == ["scores", "both"] and isinstance(found["both"], tuple)
        assert error_of(found, wanted) < 1e-5
    with pytest.raises(TypeError, match="Classifier: argument `scale` is missing"):
        block(arrays_of(x))
    with pytest.raises(TypeError, match="got argument `factor` which it has not"):
        block(arrays_of(x), factor=1)
    with pytest.raises(ValueError, match=r"input `x` must have shape \(2, 3, 8, 8\)"):
        block(np.zeros((2, 3, 9, 8)), scale=np.array(3.0))


@pytest.mark.parametrize("is_training", [False, True])
def test_batch_norms_train_in_either_mode(is_training):
    module, x = Classifier().train(is_training), images(4)
    block = weft.torch.convert(module, (x,))
    module.train()
    for is_hybrid in (False, True):
        if is_hybrid:
            block.hybridize()
        wanted = module(x)
        with autograd.record():
            found = block(arrays_of(x))
        assert error_of(found, wanted) < 1e-5
        parameters = block.collect_params()
        for name in ("norm.running_mean", "norm.running_var"):
            numpy.testing.assert_allclose(
                parameters[name].data().asnumpy(), module.state_dict()[name].numpy(), rtol=1e-5
            )
    if is_training:
        assert parameters["norm.num_batches_tracked"].data().item() == 2


def test_dropout_works_in_training_alone():
    block = weft.torch.convert(Classifier(0.5).eval(), (images(),))
    x = arrays_of(images())
    assert (block(x)["scores"] == block(x)["scores"]).all()
    with autograd.record():
        assert not (block(x)["scores"] == block(x)["scores"]).all()


def test_training_is_that_of_pytorch():
    check_training(Classifier(), (images(8),))
    check_training(Recurrent("LSTM"), (torch.randn(6, 2, 4),))


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(7, 4, padding_idx=1)
        self.head = nn.Linear(4, 7, bias=False)
        self.head.weight = self.table.weight

    def forward(self, tokens):
        return self.head(self.table(tokens))


def test_tied_parameters_are_one():
    tokens = torch.tensor([[1, 2, 3], [4, 1, 6]])
    module, block = check_training(Tied(), (tokens,), rate=0.5)
    parameters = block.collect_params()
    assert {"table.weight", "head.weight"} == set(parameters)
    assert parameters["table.weight"] is parameters["head.weight"]
    numpy.testing.assert_allclose(
        parameters["head.weight"].data().asnumpy(), module.head.weight.detach().numpy(), rtol=1e-4
    )


def test_extents_stay_free(tmp_path):
    class Tokens(nn.Module):
        def forward(self, x):
            n, t = x.shape[:2]
            places = torch.arange(t, device=x.device)
            mask = places[:, None] >= places[None]
            heads = x.reshape(n, t, 2, -1).transpose(1, 2)
            found = nn.functional.scaled_dot_product_attention(heads, heads, heads, mask)
            return found.transpose(1, 2).reshape(n, t, -1) * t

    batch, steps = torch.export.Dim("batch", min=1), torch.export.Dim("steps", min=2)
    module = Tokens()
    block = weft.torch.convert(
        module, (torch.randn(2, 5, 8),), dynamic_shapes=({0: batch, 1: steps},)
    )
    block.hybridize()
    for shape in ((2, 5, 8), (3, 7, 8)):
        x = torch.randn(shape)
        assert error_of(block(arrays_of(x)), module(x)) < 1e-5
    block.export(
        tmp_path / "net.weft", arrays_of(torch.randn(2, 5, 8)), dynamic={"x": {0: "n", 1: "t"}}
    )
    context = weft.runtime.Model(tmp_path / "net.weft").context()
    for shape in ((2, 5, 8), (3, 7, 8)):
        x = torch.randn(shape)
        (found,) = context.run(x.numpy())
        numpy.testing.assert_allclose(found, module(x).numpy(), rtol=1e-4, atol=1e-5)


def test_writes_into_views_are_seen():
    class Writes(nn.Module):
        def forward(self, x):
            y = x.clone()
            y[:, 0] = 1
            y[1:3] += 2
            y.add_(y)
            return y, y.t()

    check_outputs(Writes(), (torch.randn(4, 3),))


def test_buffers_that_a_module_writes_are_written():
    class Counter(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("seen", torch.zeros(3))

        def forward(self, x):
            self.seen += x
            return self.seen * 2

    block = weft.torch.convert(Counter(), (torch.ones(3),))
    x = np.array([1.0, 2.0, 3.0], dtype="float32")
    block.hybridize()
    assert block(x).tolist() == [2, 4, 6] and block(x).tolist() == [4, 8, 12]
    assert block.collect_params()["seen"].data().tolist() == [2, 4, 6]


@pytest.mark.parametrize("is_hybrid", [False, True])
def test_a_condition_chooses_a_branch(is_hybrid):
    class Chooses(nn.Module):
        def forward(self, x):
            return torch.cond(x.sum() > 0, lambda v: v.sin(), lambda v: v - 1, (x,))

    module = Chooses()
    block = weft.torch.convert(module, (torch.ones(3),))
    if is_hybrid:
        block.hybridize()
    for x in (torch.ones(3), -torch.ones(3)):
        assert error_of(block(arrays_of(x)), module(x)) < 1e-6


def test_what_is_computed_without_gradients_has_none():
    class Half(nn.Module):
        def forward(self, x):
            with torch.no_grad():
                factor = x * 2
            return x * factor

    x = np.array([3.0], dtype="float32")
    block = weft.torch.convert(Half(), (torch.ones(1),))
    x.attach_grad()
    with autograd.record():
        y = block(x)
    y.backward()
    assert x.grad.tolist() == [6]


def test_files_of_exported_programs_are_read(tmp_path):
    module, x = Classifier().eval(), images()
    program = torch.export.export(module, (x,))
    torch.export.save(program, tmp_path / "net.pt2")
    for source in (program, tmp_path / "net.pt2"):
        assert error_of(weft.torch.convert(source)(arrays_of(x)), module(x)) < 1e-5


def test_a_block_saves_and_loads_parameters(tmp_path):
    first = weft.torch.convert(Classifier(), (images(),))
    second = weft.torch.convert(Classifier(), (images(),))
    first.save_parameters(tmp_path / "p.safetensors")
    second.load_parameters(tmp_path / "p.safetensors")
    x = arrays_of(images())
    assert (first(x)["scores"] == second(x)["scores"]).all()
    assert isinstance(first, gluon.SymbolBlock)


def test_everything_that_is_missing_is_said_at_once():
    class Spectrum(nn.Module):
        def forward(self, x):
            return torch.linalg.eigh(x)[0], torch.linalg.det(x)

    args = (torch.randn(3, 3),)
    gaps = weft.torch.missing(Spectrum(), args)
    assert len(gaps) >= 2 and any("_linalg_det" in gap for gap in gaps)
    with pytest.raises(NotImplementedError) as raised:
        weft.torch.convert(Spectrum(), args)
    assert all(gap in str(raised.value) for gap in gaps)
    with pytest.raises(TypeError, match=r"`module` must be a torch\.nn\.Module"):
        weft.torch.convert(3)


REFUSED = {
    "view of bytes": (lambda x: x.view(torch.int32), "a view of the bytes as another dtype"),
    "places of maxima": (
        lambda x: nn.functional.adaptive_max_pool2d(x[None, None], 2, return_indices=True)[1],
        "the places of the maxima are not supported",
    ),
    "a mask and a row": (
        lambda x: x.index_put((x[:, 0] > 0, torch.tensor(1)), torch.tensor(1.0)),
        "a mask beside other indices is not supported",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_rule_refuses_is_missing(name):
    class Function(nn.Module):
        def forward(self, x):
            return REFUSED[name][0](x * 2) + 1

    args = (torch.randn(4, 5),)
    gaps = weft.torch.missing(Function(), args)
    assert len(gaps) == 1 and REFUSED[name][1] in gaps[0]
    with pytest.raises(NotImplementedError, match=REFUSED[name][1]):
        weft.torch.convert(Function(), args)


def test_a_rule_is_not_refused_for_what_only_traces_cannot_do():
    class Chooses(nn.Module):
        def forward(self, x):
            return x[x > 0], x.nonzero(), x * x.sum().item()

    module, x = Chooses(), torch.randn(4, 5)
    assert weft.torch.missing(module, (x,)) == []
    assert error_of(weft.torch.convert(module, (x,))(arrays_of(x)), module(x)) < 1e-5


def test_draws_have_the_shape_and_range():
    class Draws(nn.Module):
        def forward(self, x):
            return torch.rand(2, 3), torch.randn_like(x), torch.randperm(5), x.nonzero().shape[1]

    found = weft.torch.convert(Draws(), (torch.ones(4, 2),))(np.ones((4, 2)))
    assert found[0].shape == (2, 3) and 0 <= found[0].min().item() <= found[0].max().item() < 1
    assert found[1].shape == (4, 2)
    assert sorted(found[2].tolist()) == [0, 1, 2, 3, 4]


def test_a_converted_module_is_copied_pickled_and_quantized():
    module = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8), torch.nn.ReLU(), torch.nn.Flatten(1)
    ).eval()
    images = torch.randn(4, 3, 8, 8)
    block = weft.torch.convert(module, (images,))
    x = np.array(images.numpy())
    wanted = module(images).detach().numpy()
    for again in (copy.deepcopy(block), pickle.loads(pickle.dumps(block))):
        numpy.testing.assert_allclose(again(x).asnumpy(), wanted, rtol=1e-4, atol=1e-5)
    small = weft.quantize(block, [x])(x).asnumpy()
    assert (small != wanted).any()
    # A step of int8 is 1 / 127 of the range; data, weights and result are rounded.
    assert abs(small - wanted).max() < 5 / 127 * abs(wanted).max()
