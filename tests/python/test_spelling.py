"""Words of other frameworks, and misspelt ones: every error says what to write."""

import abc
import ast
import inspect
import pydoc
import re
import subprocess
import sys
import typing

import numpy
import pytest
import weft
from weft import autograd, callbacks, gluon, init, lr_scheduler, metric, np, npx, optimizer
from weft._base import spelling, words
from weft.gluon import nn
from weft.np import _ops as np_operators
from weft.npx import _ops as npx_operators

TABLES = {
    name: value
    for name, value in vars(words).items()
    if name[0].isupper() and isinstance(value, dict)
}
HINTS = {
    f"{name}.{word}": text
    for name, table in TABLES.items()
    if name != "ARGUMENTS"
    for word, text in table.items()
}


# Tables of names in quotes, and who takes them.
NAMED = {
    "LOSS_NAMES": gluon.loss.create,
    "OPTIMIZER_NAMES": optimizer.create,
    "METRIC_NAMES": metric.create,
    "INITIALIZER_NAMES": init.create,
    "ACTIVATION_NAMES": nn.Activation,
}


def examples():
    net = nn.HybridSequential(nn.Dense(1, in_units=1))
    net.initialize()
    net.weight = net[0].weight
    return {
        **{name: getattr(weft, name) for name in weft.__all__ if name != "Error"},
        **{"weft": weft, "nn": nn, "x": np.ones((2, 2)), "net": net},
        "trainer": gluon.Trainer(net.collect_params(), "sgd"),
        "model": weft.Model(net, "mse"),
        "accuracy": metric.Accuracy(),
        "stream": gluon.data.IterableDataset(range(2)),
        "dataset": gluon.data.ArrayDataset([1]),
    }


def code_in(hint):
    """What a hint says in backquotes, but for pages and keywords."""
    found = re.findall(r"`([^`]+)`", hint)
    return [text for text in found if not text.startswith("docs/")]


@pytest.mark.parametrize("key", HINTS)
def test_what_the_table_says_exists(key):
    known = examples()
    for text in code_in(HINTS[key]):
        path = re.match(r"(?:with |class Net\()?([A-Za-z_][\w.]*)", text)
        first, *rest = path[1].split(".")
        if first not in known:  # an argument, a keyword, an object of the reader's
            assert first in {
                "forward",
                "backward",
                "activation",
                "out",
                "self",
                "y",
                "warmup_steps",
                "root",
                "lr_mult",
                "wd_mult",
            }, text
            continue
        value = known[first]
        for name in rest:
            value = getattr(value, name)


@pytest.mark.parametrize("table", NAMED)
def test_names_in_quotes_are_told_by_names_that_there_are(table):
    create = NAMED[table]
    for word, text in TABLES[table].items():
        with pytest.raises(LookupError, match=re.escape(text)):
            create(word)
        for name in re.findall(r'write "(\w+)"', text):
            assert create(name) is not None


def words_by_table():
    """The words of each table as they are written, in the source."""
    tree = ast.parse(inspect.getsource(words))
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict):
            lists = [c.args[0].value for c in node.value.values if is_call(c, "_alike")]
            yield node.target.id, [word for text in lists for word in text.split()]


def is_call(node, name):
    return isinstance(node, ast.Call) and getattr(node.func, "id", None) == name


def test_no_word_stands_twice_in_a_table():
    for table, found in words_by_table():
        twice = sorted({word for word in found if found.count(word) > 1})
        assert twice == [], table


NEAR = {
    "loss of torch": (lambda: weft.Model(net(), "crossentropy"), 'write "softmax_cross_entropy"'),
    "loss of keras": (
        lambda: weft.Model(net(), "sparse_categorical_crossentropy"),
        'write "softmax_cross_entropy"',
    ),
    "loss with a line": (lambda: gluon.loss.create("Cross-Entropy"), '"softmax_cross_entropy"'),
    "loss misspelt": (lambda: gluon.loss.create("softmaxcrossentropi"), "`softmax_cross_entropy`?"),
    "optimizer": (lambda: optimizer.create("Adm"), "did you mean `adam`?"),
    "optimizer with a line": (lambda: optimizer.create("ada-grat"), "did you mean `adagrad`?"),
    "metric": (lambda: metric.create("accurcy"), "did you mean `accuracy`?"),
    "metric of keras": (lambda: metric.create("f1_score"), 'write "f1"'),
    "activation": (lambda: nn.Dense(2, activation="ReLU"), "did you mean `relu`?"),
    "activation of keras": (lambda: nn.Dense(2, activation="softmax"), "write no activation"),
}


@pytest.mark.parametrize("key", NEAR)
def test_the_nearest_name_is_told(key):
    act, text = NEAR[key]
    with pytest.raises(LookupError, match=re.escape(text)) as caught:
        act()
    assert isinstance(caught.value, weft.Error)


CHILDREN = {
    "a list": (lambda: nn.HybridSequential([nn.Dense(1)]), "write `nn.HybridSequential(*blocks)`"),
    "a class": (lambda: nn.HybridSequential(nn.Flatten), "call it: `Flatten()`"),
    "a function": (lambda: nn.HybridSequential(npx.relu), "write `nn.HybridLambda(function)`"),
    "a layer as activation": (
        lambda: nn.Dense(1, activation=nn.Activation("relu")),
        'must be a name, such as "relu"; got Activation; a layer or a function goes behind',
    ),
}


@pytest.mark.parametrize("key", CHILDREN)
def test_what_is_no_block_is_told_what_to_write(key):
    act, text = CHILDREN[key]
    with pytest.raises(TypeError, match=re.escape(text)):
        act()


def is_lacked(owner, name):
    """Does reading it raise nothing but the hint?"""
    return type(inspect.getattr_static(owner, name, None)) is spelling._Lacked


# weft.mxnet, which other tests import, gives arrays words of the table.
WITHOUT_MXNET = "from weft import np; from weft._base import words; import weft\n"


def in_a_new_process(program):
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_MXNET + program], capture_output=True, text=True
    )
    assert not run.stderr, run.stderr
    return run.stdout.strip()


def test_no_word_of_the_table_of_arrays_is_one_of_weft():
    assert in_a_new_process("print(set(words.ARRAY) & set(dir(np.ndarray)))") == "set()"


@pytest.mark.parametrize("table", [t for t in TABLES if t not in ("ARGUMENTS", "ARRAY")])
def test_no_word_of_the_table_is_one_of_weft(table):
    owners = {
        "BLOCK": [nn.HybridBlock],
        "TRAINER": [gluon.Trainer],
        "MODEL": [weft.Model],
        "CALLBACKS": [callbacks],
        "PARAMETER": [gluon.Parameter],
        "LAYERS": [nn],
        "LOSSES": [gluon.loss],
        "FUNCTIONS": [],
        **{key: [] for key in NAMED},
        **{key: [] for key in ("PRECISION_NAMES", "FIGURE_NAMES", "ELSEWHERE")},
        "METRICS": [metric],
        "METRIC": [metric.Accuracy],
        "DATASET": [gluon.data.ArrayDataset],
        "STREAM": [gluon.data.IterableDataset],
        "AMP": [weft.amp],
        "PACKAGE": [weft],
        "AUTOGRAD": [autograd],
        "DATA": [gluon.data],
        "TEXT": [gluon.data.text],
        "VISION": [gluon.data.vision],
        "TRANSFORMS": [gluon.data.vision.transforms],
        "SCHEDULERS": [lr_scheduler],
        "OPTIMIZERS": [optimizer],
        "INITIALIZERS": [init],
    }
    for owner in owners[table]:
        names = getattr(owner, "__all__", None) or dir(owner)
        assert not set(TABLES[table]) & {name for name in names if not is_lacked(owner, name)}


def test_arguments_of_the_table_are_those_of_something():
    accepted = set()
    transforms = gluon.data.vision.transforms
    layers = (nn, gluon.loss, gluon.rnn, gluon.data, transforms)
    for module in (*layers, optimizer, lr_scheduler, callbacks):
        for name in module.__all__:
            accepted |= set(_options(getattr(module, name)))
    for operator in (*np_operators.__all__, *npx_operators.__all__):
        function = getattr(np_operators, operator, None) or getattr(npx, operator)
        accepted |= {argument["name"] for argument in function.schema["arguments"]}
    for function in (weft.Model.__init__, weft.Model.fit):
        accepted |= set(inspect.signature(function).parameters)
    accepted |= {
        "device",
        "path",
        "allow_missing",
        "ignore_extra",
        "params",
        "optimizer",
        "optimizer_params",
        "memory",
        "b",
    }
    for word, spellings in words.ARGUMENTS.items():
        assert set(spellings) & accepted, (word, spellings)


def _options(value):
    return spelling.options_of(value) or () if isinstance(value, type) else ()


def net():
    made = nn.HybridSequential(nn.Dense(2, in_units=3))
    made.initialize()
    return made


# What is tried, of which error, and what it must say.
MISSING = {
    "layer": (lambda: nn.Linear, "no attribute 'Linear'; write `nn.Dense(units"),
    "layer misspelt": (lambda: nn.Conv2DTranpose, "did you mean `Conv2DTranspose`?"),
    "layer in another place": (lambda: gluon.Dense, "write `gluon.nn.Dense`"),
    "keras": (lambda: nn.MaxPooling2D, "write `nn.MaxPool2D"),
    "loss": (lambda: nn.CrossEntropyLoss, "write `gluon.loss.SoftmaxCrossEntropyLoss()`"),
    "eval": (lambda: net().eval(), "`autograd.record()`"),
    "parameters": (lambda: net().parameters(), "write `net.collect_params()`"),
    "reset_ctx": (lambda: net().reset_ctx("cpu"), "write `net.reset_device(device)`"),
    "parameter": (lambda: net()[0].weight.list_ctx(), "`net.weight.list_device()`"),
    "trainer": (
        lambda: gluon.Trainer(net().collect_params(), "sgd").zero_grad(),
        "write `net.zero_grad()`",
    ),
    "array misspelt": (lambda: np.ones(2).resahpe(1, 2), "did you mean `reshape`?"),
    "function of np as method": (lambda: np.ones(2).tanh_, "write `np.tanh(x)`"),
    "set_np": (lambda: npx.set_np(), "nothing has to be set"),
    "npx for np": (lambda: npx.concatenate, "write `np.concatenate`"),
    "np for npx": (lambda: np.softmax, "write `npx.softmax`"),
    "torch's function": (lambda: np.unsqueeze, "write `np.expand_dims(x, axis)`"),
    "function misspelt": (lambda: np.concatenat, "did you mean `concatenate`?"),
    "package": (lambda: weft.nd, "write `weft.np`"),
    "package misspelt": (lambda: weft.glun, "did you mean `gluon`?"),
    "no_grad": (lambda: weft.no_grad, "write `autograd.pause()`"),
    "tape": (lambda: autograd.GradientTape, "write `autograd.record()`"),
    "scheduler": (lambda: lr_scheduler.StepLR, "FactorScheduler"),
    "optimizer": (lambda: optimizer.AdamWW, "did you mean `AdamW`?"),
    "initializer": (lambda: init.kaiming_normal_, "write `init.MSRAPrelu()`"),
    "metric": (lambda: metric.Acuracy, "did you mean `Accuracy`?"),
    "data": (lambda: gluon.data.TensorDataset, "write `gluon.data.ArrayDataset"),
    "random": (lambda: np.randn, "write `np.random.randn"),
    "model.train": (lambda: weft.Model(net()).train(), "write `model.fit(x, y)`"),
    "model.state_dict": (lambda: weft.Model(net()).state_dict(), "write `model.save(path)`"),
    "callback": (lambda: callbacks.ModelCheckpoint, "write `callbacks.Checkpoint`"),
    "callback misspelt": (lambda: callbacks.EarlyStoping, "did you mean `EarlyStopping`?"),
    "to": (lambda: net().to("cuda"), "write `net.reset_device(device)`"),
    "cuda": (lambda: net().cuda(), "write `net.reset_device(device)`"),
    "linear": (lambda: nn.ReLU(), 'write `nn.Activation("relu")`'),
}


@pytest.mark.parametrize("key", MISSING)
def test_a_missing_name_is_told_what_to_write(key):
    act, text = MISSING[key]
    with pytest.raises(AttributeError, match=re.escape(text)) as caught:
        act()
    assert isinstance(caught.value, weft.Error)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("as_in_ctx('cpu')", "write `x.to_device(device)`"),
        ("softmax()", "write `npx.softmax(x)`"),
    ],
)
def test_a_missing_name_of_an_array_is_told_what_to_write(call, text):
    program = f"try: np.ones(2).{call}\nexcept weft.Error as error: print(error)"
    assert text in in_a_new_process(program)


def test_a_misspelt_name_of_a_block_is_told_the_nearest():
    program = "from weft.gluon import nn; nn.Dense(1).initalize()"  # 3.11 tells when it ends
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert re.search("[Dd]id you mean:? ['`]initialize['`]", run.stderr), run.stderr


def test_a_word_of_others_is_free_for_programs():
    class Net(gluon.HybridBlock):
        def eval(self):
            return "mine"

    made = Net()
    made.parameters = 3
    assert (made.eval(), made.parameters) == ("mine", 3)
    assert not hasattr(made, "state_dict")


PARAMS = net().collect_params()
UNKNOWN = {
    "lr": (lambda: gluon.Trainer(PARAMS, "sgd", {"lr": 0.1}), "SGD: `lr`", "write `learning_rate`"),
    "decay": (
        lambda: gluon.Trainer(PARAMS, "adam", {"weight_decay": 0.1}),
        "Adam: `weight_decay`",
        "write `wd`",
    ),
    "betas": (lambda: optimizer.AdamW(betas=(0.9, 0.99)), "AdamW: `betas`", "`beta1` and `beta2`"),
    "option misspelt": (
        lambda: optimizer.create("sgd", momentun=0.9),
        "SGD: `momentun`",
        "did you mean `momentum`?",
    ),
    "trainer": (lambda: gluon.Trainer(PARAMS, "sgd", lr=0.1), "Trainer: `lr`", "optimizer_params="),
    "trainer's rate": (
        lambda: gluon.Trainer(PARAMS, "sgd", learning_rate=0.1),
        "Trainer: `learning_rate`",
        "optimizer_params=",
    ),
    "model": (lambda: gluon.Trainer(model=PARAMS, optimizer="sgd"), "`model`", "write `params`"),
    "layer": (lambda: nn.Dense(2, in_features=3), "Dense: `in_features`", "write `in_units`"),
    "layer misspelt": (
        lambda: nn.Dense(2, activaton="relu"),
        "Dense: `activaton`",
        "did you mean `activation`?",
    ),
    "convolution": (lambda: nn.Conv2D(2, 3, stride=2), "Conv2D: `stride`", "write `strides`"),
    "dropout": (lambda: nn.Dropout(p=0.5), "Dropout: `p`", "write `rate`"),
    "recurrent": (lambda: gluon.rnn.LSTM(units=3), "LSTM: `units`", "write `hidden_size`"),
    "epochs": (
        lambda: weft.Model(net(), "mse").fit([1], [1], nb_epoch=1),
        "fit: `nb_epoch`",
        "write `epochs`",
    ),
    "criterion": (lambda: weft.Model(net(), criterion="mse"), "Model: `criterion`", "write `loss`"),
    "ctx": (lambda: np.array([1], ctx="cpu"), "array: `ctx`", "write `device`"),
    "zeros": (lambda: np.zeros(3, ctx="cpu"), "zeros: `ctx`", "write `device`"),
    "random": (lambda: np.random.normal(ctx="cpu"), "normal: `ctx`", ""),
    "initialize": (lambda: net().initialize(ctx="cpu"), "initialize: `ctx`", "write `device`"),
    "operator": (lambda: np.sum(np.ones(2), dim=0), "sum: `dim`", "write `axis`"),
    "keepdim": (lambda: np.mean(np.ones(2), keepdim=True), "`keepdim`", "write `keepdims`"),
    "operator misspelt": (lambda: npx.softmax(np.ones(2), axs=0), "`axs`", "did you mean `axis`?"),
    "loader": (
        lambda: gluon.data.DataLoader([1], batch_size=1, collate_fn=list),
        "DataLoader: `collate_fn`",
        "write `batchify_fn`",
    ),
    "file": (
        lambda: net().load_parameters("a", ctx="cpu"),
        "load_parameters: `ctx`",
        "accepts path",
    ),
}


@pytest.mark.parametrize("key", UNKNOWN)
def test_an_unknown_argument_is_told_what_to_write(key):
    act, *texts = UNKNOWN[key]
    with pytest.raises(TypeError) as caught:
        act()
    assert all(text in str(caught.value) for text in texts), caught.value
    assert isinstance(caught.value, weft.Error)


def test_a_trainer_is_given_parameters():
    made = net()
    for given, text in (
        (made, "got HybridSequential; give `net.collect_params()`"),
        (made[0].weight, "got one; give"),
        (3, "got int; give"),
    ):
        with pytest.raises(TypeError, match=re.escape(text)):
            gluon.Trainer(given, "sgd")


def test_options_of_own_classes_are_their_own():
    class Net(nn.HybridBlock):
        def __init__(self, **options):
            self_size = options.pop("size")
            super().__init__(**options)
            self.size = self_size

    assert Net(size=3).size == 3
    with pytest.raises(TypeError):
        Net(size=3, depth=2)


def test_a_property_that_fails_tells_its_own_error():
    class Net(nn.HybridBlock):
        @property
        def size(self):
            return self.sizes[0]

    with pytest.raises(AttributeError, match="no attribute 'sizes'"):
        Net().size  # noqa: B018
    assert not hasattr(Net(), "sizes")
    assert getattr(Net(), "_private", 3) == 3
    assert not hasattr(np.ones(2), "__nothing__")


def small():
    """A model, its data and its labels."""
    x = numpy.random.default_rng(0).normal(size=(16, 4)).astype("float32")
    network = nn.HybridSequential(nn.Dense(2))
    return weft.Model(network, "softmax_cross_entropy"), x, (x[:, 0] > 0).astype("int64")


def fitted(**options):
    model, x, y = small()
    given = {"x": x, "y": y, "verbose": 0, **options}
    return model.fit(given.pop("x"), given.pop("y"), **given)


HABITS = {
    "a function of the package": (lambda: weft.zeros((2, 2)), "write `np.zeros`"),
    "torch's device": (lambda: weft.device("cpu"), "write `weft.Device(name)`"),
    "a layer of the package": (lambda: weft.Dense(2), "write `gluon.nn.Dense`"),
    "a module of torch": (lambda: weft.transforms, "`weft.gluon.data.vision.transforms`"),
    "Keras's input shape": (lambda: nn.Dense(2, input_dim=4), "write `in_units`"),
    "torch's two numbers": (lambda: nn.Dense(4, 8), "in_units=4"),
    "padding by name": (lambda: nn.Conv2D(4, 3, padding="same"), "`padding=1`"),
    "a window's size": (lambda: nn.MaxPool2D(kernel_size=2), "write `pool_size`"),
    "summary without data": (lambda: nn.Dense(2).summary(), "`net.summary(np.zeros((1, 4)))`"),
    "summary of a model": (lambda: small()[0].summary(), "summary: the model has seen no data"),
    "precision, short": (lambda: weft.Model(nn.Dense(2), precision="bf16"), 'write "bfloat16"'),
    "mixed precision": (lambda: weft.Model(nn.Dense(2), amp=True), "write `precision`"),
    "a schedule": (lambda: weft.Model(nn.Dense(2), scheduler=1), '{"lr_scheduler": schedule}'),
    "a clip": (lambda: weft.Model(nn.Dense(2), clip_norm=1), "write `clip_global_norm`"),
    "the rate of fit": (lambda: fitted(lr=0.1), "it is an option of the optimizer"),
    "early stopping of fit": (lambda: fitted(early_stopping=True), "callbacks.EarlyStopping("),
    "resume without a file": (lambda: fitted(resume=True), "must be the path of a file"),
    "a class as callback": (lambda: fitted(callbacks=callbacks.EarlyStopping), "call the class"),
    "an option of a callback": (lambda: callbacks.Checkpoint(filepath="a"), "write `path`"),
    "the best of a callback": (lambda: callbacks.Checkpoint("a", save_best_only=True), "`best`"),
    "a schedule as callback": (
        lambda: callbacks.LearningRateScheduler(lr_scheduler.CosineScheduler(9)),
        '`optimizer_params={"lr_scheduler": schedule}`',
    ),
    "a warm-up": (lambda: callbacks.WarmUp(5), "each scheduler has `warmup_steps`"),
    "a figure": (
        lambda: fitted(validation_split=0.5, callbacks=callbacks.EarlyStopping("valid_loss")),
        'write "val_loss"',
    ),
    "one-hot labels": (lambda: fitted(y=numpy.eye(2)[[0, 1] * 8]), "`y.argmax(axis=-1)`"),
    "labels in a column": (lambda: fitted(y=numpy.zeros((16, 1), "int64")), "`y.reshape(-1)`"),
    "labels with names": (lambda: fitted(y=["a", "b"] * 8), "numpy.unique(names"),
    "an option of a schedule": (lambda: lr_scheduler.CosineScheduler(T_max=9), "`max_update`"),
    "parameters of an optimizer": (
        lambda: optimizer.Adam(nn.Dense(2).collect_params()),
        "`gluon.Trainer(params, optimizer)`",
    ),
    "a method of tf.data": (lambda: gluon.data.ArrayDataset([1]).map, "`dataset.transform("),
    "what takes nothing": (lambda: gluon.data.Dataset([1]), "it takes no arguments"),
    "a download": (lambda: gluon.data.vision.MNIST("a", download=True), "nothing is downloaded"),
    "an option of a transform": (
        lambda: gluon.data.vision.transforms.RandomCrop(8, padding=1),
        "write `pad`",
    ),
    "an angle": (lambda: gluon.data.vision.transforms.RandomRotation(10), "(-10, 10)"),
    "a scaler": (lambda: weft.amp.GradScaler(), "write `amp.init_trainer(trainer)`"),
    "a metric of Keras": (lambda: metric.AUC(), "write `metric.ROCAUC()`"),
    "a method of a metric": (lambda: metric.MSE().update_state, "`accuracy.update(labels, preds)`"),
}


@pytest.mark.parametrize("key", HABITS)
def test_habits_of_others_are_told_what_to_write(key):
    act, text = HABITS[key]
    with pytest.raises(
        (AttributeError, LookupError, TypeError, ValueError, RuntimeError), match=re.escape(text)
    ) as caught:
        act()
    assert isinstance(caught.value, weft.Error)


def test_classes_do_where_objects_do():
    model, x, y = small()
    model = weft.Model(
        model.net, gluon.loss.SoftmaxCrossEntropyLoss, optimizer.Adam, [metric.Accuracy]
    )
    assert list(model.fit(x, y, verbose=0)) == ["loss", "accuracy"]
    model.summary(x[:1])
    step = model.trainer.compile(model.net, "softmax_cross_entropy")
    assert step(np.array(x), np.array(y)).shape == (16,)


def test_a_summary_gives_first_values():
    model, x, _ = small()
    model.summary(x[:1])
    assert model.net[0].weight.shape == (2, 4)


# ---- what is only a hint is in no list

HINTED = {
    gluon.Block: ("state_dict", "parameters", "cuda", "fit"),
    nn.Dense: ("state_dict", "parameters", "cuda", "fit"),
    gluon.Parameter: ("numpy", "requires_grad"),
    gluon.Trainer: ("zero_grad", "lr"),
    weft.Model: ("predict_proba", "evaluate_generator"),
    gluon.data.ArrayDataset: tuple(words.DATASET),
    gluon.data.IterableDataset: tuple(words.STREAM),
    metric.Accuracy: tuple(words.METRIC),
}


@pytest.mark.parametrize("kind", HINTED)
def test_words_of_others_are_not_listed(kind):
    hints = {word for word in HINTED[kind] if not hasattr(kind, word)}
    assert hints
    assert not hints & set(dir(kind))
    assert not hints & {name for name, _ in inspect.getmembers(kind)}
    assert not hints & {found.name for found in inspect.classify_class_attrs(kind)}
    text = pydoc.plaintext.document(kind)
    assert not [word for word in hints if re.search(rf"^ \|  {word}\b", text, re.MULTILINE)]
    assert "__init__" in dir(kind) and re.search(r"^ \|  __init__", text, re.MULTILINE)


class Shaped(typing.Protocol):
    def area(self): ...


def test_blocks_may_be_abstract_and_of_a_protocol():
    class Base(nn.HybridBlock, abc.ABC):
        @abc.abstractmethod
        def area(self): ...

    class Net(Base, Shaped):
        def area(self):
            return 2

    with pytest.raises(TypeError, match="abstract"):
        Base()
    made = Net()
    assert made.area() == 2
    assert isinstance(made, gluon.Block) and issubclass(Net, nn.HybridBlock)
    assert not isinstance(3, gluon.Block) and not issubclass(int, gluon.Block)
    with pytest.raises(AttributeError, match=r"write `net\.collect_params\(\)`"):
        made.parameters()
