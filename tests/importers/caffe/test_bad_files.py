"""What is wrong with files of Caffe is said: where, and what is expected. Damaged files end in an
error of Weft, never in another one or a crash."""

import pytest
import weft
from caffe_files import inputs, layer, mutants, random_array, write_net
from caffe_training import REGRESSION, regression_data, write_solver
from weft._base.errors import Error

CONVOLUTION = "convolution_param { num_output: 2 kernel_size: 3 }"
NET = (
    inputs(x=(2, 3, 8, 8))
    + layer("Convolution", CONVOLUTION, name="conv", tops=["conv"])
    + layer("ReLU", name="relu", bottoms=["conv"], tops=["conv"])
    + layer("InnerProduct", "inner_product_param { num_output: 4 }", name="ip", bottoms=["conv"])
)


def refused(tmp_path, text, kind=ValueError, **options):
    path = tmp_path / "net.prototxt"
    path.write_text(text)
    with pytest.raises(kind) as caught:
        weft.caffe.load(path, **options)
    assert isinstance(caught.value, Error)
    assert "net.prototxt" in str(caught.value)
    return str(caught.value)


def test_everything_that_is_missing_is_said_at_once(tmp_path):
    text = (
        inputs(x=(1, 3, 8, 8))
        + layer("ROIPooling", "roi_pooling_param { pooled_h: 7 }", name="a", tops=["a"])
        + layer("Convolutoin", CONVOLUTION, name="b", tops=["b"])
        + layer("Python", "python_param { module: 'm' layer: 'l' }", name="c", tops=["c"])
    )
    error = refused(tmp_path, text, NotImplementedError)
    for wanted in ("ROIPooling", "is it Convolution?", "Python", "first in node `a`"):
        assert wanted in error
    assert len(weft.caffe.missing(tmp_path / "net.prototxt")) == 3


@pytest.mark.parametrize(
    "text, error",
    [
        (layer("Convolution", "convolution_param { num_ouput: 2 }"), "is it `num_output`?"),
        (layer("Convolution", "convolution_param { num_output: 2"), "net.prototxt:"),
        (layer("Convolution", "convolution_param { num_output: -2 }"), "net.prototxt:"),
        (
            layer("Convolution", "convolution_param { kernel_size: 3 }"),
            "`num_output` must be given",
        ),
        (
            layer("Convolution", "convolution_param { num_output: 2 }"),
            "`kernel_size` must be given",
        ),
        (
            layer("Convolution", "convolution_param { num_output: 4 kernel_size: 3 group: 2 }"),
            "`group` must divide",
        ),
        (
            layer("Convolution", "convolution_param { num_output: 4 kernel_size: 9 }"),
            "Convolution `y`",
        ),
        (layer("Pooling", "pooling_param { kernel_size: 3 pad: 3 }"), "`pad` must be less"),
        (layer("Pooling", "pooling_param { pool: MEDIAN kernel_size: 3 }"), "MEDIAN"),
        (layer("Concat", bottoms=("x", "z")), "bottom `z` is the top of no layer"),
        (layer("Reshape", "reshape_param { shape { dim: 5 dim: 5 } }"), "Reshape `y`"),
        (layer("Slice", tops=("a", "b")), "2 tops need `slice_point`"),
        (layer("Slice", "slice_param { slice_point: 5 }", tops=("a", "b")), "rising numbers"),
        (layer("Softmax", "softmax_param { axis: 7 }"), "Softmax `y`"),
        (layer("InnerProduct", "inner_product_param { num_output: 0 }"), "at least 1"),
        (layer("Eltwise", "eltwise_param { coeff: 1 coeff: 2 }"), "a number for each"),
        (layer("PReLU") + layer("PReLU", tops="z"), "layers with weights must have different"),
        (layer("SoftmaxWithLoss"), "has 1 bottoms; needs 2"),
        (layer("SPP", "spp_param { pyramid_height: 0 }"), "`pyramid_height` must be at least 1"),
        (
            inputs(z=(8, 8)) + layer("Crop", bottoms=("x", "z")),
            "as many axes; got shapes (2, 3, 8, 8) and (8, 8)",
        ),
        (
            inputs(z=(8, 8)) + layer("PriorBox", "prior_box_param { min_size: 4 }", bottoms="zx"),
            "bottoms must have 4 axes; got shapes (8, 8) and (2, 3, 8, 8)",
        ),
        (layer("LRN", "lrn_param { local_size: 4 }"), "must be odd"),
        (layer("Dropout", "dropout_param { dropout_ratio: 1 }"), "`dropout_ratio`"),
        (layer("ReLU", more="loss_weight: 1 loss_weight: 2"), "`loss_weight` must be one"),
        (
            layer("ReLU", more="include { phase: TEST } exclude { phase: TRAIN }"),
            "both `include` and `exclude`",
        ),
        (layer("ReLU", more="propagate_down: true propagate_down: true"), "`propagate_down`"),
        (
            layer(
                "InnerProduct",
                "inner_product_param { num_output: 1 weight_filler { type: 'xavir' } }",
            ),
            "filler of `y.weight`",
        ),
        (
            layer("InnerProduct", "inner_product_param { num_output: 1 }", more="param {} " * 3),
            "has 2 blobs, but 3 `param`",
        ),
        (
            layer("InnerProduct", "inner_product_param { num_output: 100000000 }"),
            "`y.weight` must have less than 2^31 elements",
        ),
        ("", "no layer has a top that is an output"),
    ],
)
def test_a_net_that_contradicts_itself_is_refused(text, error, tmp_path):
    kinds = (ValueError, NotImplementedError, IndexError)
    assert error in refused(tmp_path, inputs(x=(2, 3, 8, 8)) + text, kinds)


@pytest.mark.parametrize(
    "text, error",
    [
        ('input: "x" input_dim: 1 input_dim: 3', "`input_dim` must have 4 extents"),
        ('input: "x" input_shape { dim: 0 }', "at least 1"),
        ('layer { name: "d" type: "Data" top: "x" }', "--shape x=1,3,224,224"),
        (
            'layers { name: "a" type: RELU bottom: "x" } layer { name: "b" }',
            "both `layer` and the older",
        ),
        ('layers { layer { name: "a" type: "convv" } }', "'convv', which is unknown"),
    ],
)
def test_inputs_that_are_wrong_are_refused(text, error, tmp_path):
    assert error in refused(tmp_path, text)


def test_weights_that_do_not_fit_are_refused(tmp_path):
    _, weights = write_net(tmp_path, NET)
    text = NET.replace("num_output: 4", "num_output: 5")
    error = refused(tmp_path, text, weights=weights)
    assert "must have shape (5, 72); the file has (4, 72)" in error
    error = refused(
        tmp_path, NET.replace("kernel_size: 3", "kernel_size: 3 bias_term: false"), weights=weights
    )
    assert "has 1 blobs of weights, the file 2" in error
    error = refused(tmp_path, NET.replace('"conv"', '"c"').replace('"ip"', '"i"'), weights=weights)
    assert "has weights for none of" in error
    with pytest.warns(UserWarning, match="has no weights for layers `i`"):
        (tmp_path / "net.prototxt").write_text(NET.replace('name: "ip"', 'name: "i"'))
        weft.caffe.load(tmp_path / "net.prototxt", weights)


def test_files_that_are_missing_or_of_another_kind_are_named(tmp_path):
    prototxt, weights = write_net(tmp_path, NET)
    for arguments in (("none.prototxt",), (prototxt, "none.caffemodel")):
        with pytest.raises(FileNotFoundError, match="there is no file none"):
            weft.caffe.load(*arguments)
    with pytest.raises(OSError, match="a prototxt is a text"):
        weft.caffe.load(prototxt, prototxt)
    with pytest.raises(ValueError, match="is no text"):
        weft.caffe.load(weights)
    with pytest.raises(LookupError, match="`shapes` has `y`, which is no input"):
        weft.caffe.load(prototxt, shapes={"y": (1,)})


@pytest.mark.parametrize(
    "text, error",
    [
        ('lr_policy: "fixed"', "`base_lr` must be a number that is at least 0; got none"),
        ('base_lr: 1 lr_policy: "stair"', "`lr_policy` must be one of"),
        ('base_lr: 1 lr_policy: "step" gamma: 1', "needs `stepsize`"),
        ('base_lr: 1 lr_policy: "fixed" type: "Adagrad"', "`type` must be one of"),
        ('base_lr: 1 lr_policy: "fixed" momentum: 1', "`momentum` must be"),
        ('base_lr: 1 lr_policy: "fixed" type: "RMSProp" momentum: 0.5', "has no `momentum`"),
        ('base_lr: 1 lr_policy: "fixed" type: "RMSProp" rms_decay: 1', "`rms_decay` must be in"),
        ('base_lr: 1 lr_policy: "fixed" type: "Adam" momentum2: 1.5', "`momentum2` must be in"),
        ('base_lr: 1 lr_policy: "fixed" iter_size: 0', "`iter_size` must be at least 1"),
        ('base_lr: 1 lr_policy: "fixed" test_iter: 1', "needs `test_interval`"),
        ('base_lr: 1 lr_policy: "fixed" test_iter: 0 test_interval: 1', "`test_iter` must be"),
        ('base_lr: 1 lr_policy: "fixed" train_net: "net.prototxt"', "must have one of `net`"),
        ('base_lr: 1 lr_policy: "fixed" regularization_type: "L3"', "L2 or L1"),
        ('base_lr: 1 lr_polcy: "fixed"', "is it `lr_policy`?"),
    ],
)
def test_solvers_that_are_wrong_are_refused(text, error, tmp_path):
    path = write_solver(tmp_path, REGRESSION, text)
    with pytest.raises(ValueError, match=r"solver\.prototxt") as caught:
        weft.caffe.Solver(path, data={"made": regression_data()})
    assert error in str(caught.value)


def test_data_that_is_not_there_is_named(tmp_path):
    text = 'base_lr: 1 lr_policy: "fixed"'
    with pytest.raises(ValueError, match="MemoryData `made`: has no file; give its arrays"):
        weft.caffe.Solver(write_solver(tmp_path, REGRESSION, text))
    data = 'layer { name: "d" type: "Data" top: "x" top: "t" data_param { source: "no" %s } }'
    net = REGRESSION[REGRESSION.index('layer { name: "ip"') :]
    with pytest.raises(NotImplementedError, match="make an LMDB of it"):
        weft.caffe.Solver(write_solver(tmp_path, data % "batch_size: 1" + net, text))
    pytest.importorskip("lmdb")
    with pytest.raises(FileNotFoundError, match="there is no LMDB no"):
        fields = "batch_size: 1 backend: LMDB"
        weft.caffe.Solver(write_solver(tmp_path, data % fields + net, text))


# ---- damaged files ------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "policy", ['"inv" gamma: -1 power: 1', '"inv" gamma: -2 power: 0.5', '"exp" gamma: 1e30']
)
def test_a_policy_without_a_rate_is_told(policy, tmp_path):
    path = write_solver(tmp_path, REGRESSION, f"base_lr: 1 lr_policy: {policy}")
    solver = weft.caffe.Solver(path, data={"made": regression_data()}, log=lambda line: None)
    with pytest.raises(ValueError, match=r"solver\.prototxt: `lr_policy` .* a finite rate"):
        solver.step(12)


def test_arrays_of_other_lengths_are_refused(tmp_path):
    path = write_solver(tmp_path, REGRESSION, 'base_lr: 1 lr_policy: "fixed"')
    x, y = regression_data()
    with pytest.raises(ValueError, match="`data` must have as many rows for each"):
        weft.caffe.Solver(path, data={"made": (x, y[:-1])})


def test_what_is_no_path_is_told(tmp_path):
    path = write_solver(tmp_path, REGRESSION, 'base_lr: 1 lr_policy: "fixed"')
    for call in (
        lambda: weft.caffe.load(3),
        lambda: weft.caffe.Solver(3),
        lambda: weft.caffe.Solver(path, weights=3, data={"made": regression_data()}),
    ):
        with pytest.raises(TypeError, match=r"weft\.caffe\.\w+: a path is expected; got int"):
            call()


@pytest.mark.parametrize("which", ["prototxt", "caffemodel"])
def test_mutants_load_or_end_in_an_error(which, tmp_path):
    prototxt, weights = write_net(tmp_path, NET)
    target = prototxt if which == "prototxt" else weights
    content = target.read_bytes()
    outcomes = {"loaded": 0, "refused": 0}
    for mutant in mutants(content, 150, 3):
        target.write_bytes(mutant)
        try:
            net = weft.caffe.load(prototxt, weights)
            net(*(weft.np.zeros(port.usual) for port in net.ports))
            outcomes["loaded"] += 1
        except Error as error:
            assert str(error)
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 2


def test_mutants_of_solvers_and_states_train_or_end_in_an_error(tmp_path):
    text = (
        f'base_lr: 0.1 lr_policy: "step" gamma: 0.5 stepsize: 3 momentum: 0.9 iter_size: 1 '
        f'weight_decay: 0.1 snapshot_prefix: "{tmp_path}/a" type: "SGD" clip_gradients: 5'
    )
    path = write_solver(tmp_path, REGRESSION, text)
    data = {"made": regression_data()}
    solver = weft.caffe.Solver(path, data=data, log=lambda _: None)
    solver.step()
    state = solver.snapshot()[1]
    for target in (path, state):
        content = target.read_bytes()
        refused = 0
        for mutant in mutants(content, 40, 4):
            target.write_bytes(mutant)
            try:
                weft.caffe.Solver(path, data=data, snapshot=state, log=lambda _: None).step()
            except Error:
                refused += 1
        target.write_bytes(content)
        assert refused > 5


def test_first_values_do_not_change_what_is_read(tmp_path):
    prototxt, weights = write_net(tmp_path, NET)
    x = weft.np.array(random_array(2, 3, 8, 8))
    first, second = (weft.caffe.load(prototxt, weights)(x) for _ in range(2))
    assert (first == second).all()
