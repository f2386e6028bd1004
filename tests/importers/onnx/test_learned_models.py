"""Scikit-learn's kinds of models against the reference evaluator: what prepares data, linear
models, vector machines and trees."""

import numpy
import pytest
import weft
from onnx import helper
from onnx_models import model
from onnx_runs import compare, outputs_of
from weft import np

ML = "ai.onnx.ml"
TRANSFORMS = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"]


def numbers(*shape, seed=0):
    return numpy.random.default_rng(seed).normal(size=shape).astype("float32")


def one(operator, x, outputs=("y",), version=4, **attributes):
    node = helper.make_node(operator, ["x"], list(outputs), domain=ML, **attributes)
    given = {"x": (x.dtype.name, x.shape)}
    return model([node], given, dict.fromkeys(outputs, (None, None)), None, 21, {ML: version})


def check(operator, x, wanted=None, rtol=1e-5, atol=1e-5, hybridizes=True, **options):
    network = one(operator, x, **options)
    return compare(network, [x], rtol, atol, wanted=wanted, hybridizes=hybridizes)


# ---- preparation --------------------------------------------------------------------------------


def test_preparation_of_data():
    x = numbers(5, 3)
    check("Binarizer", x, threshold=0.25)
    check("Scaler", x, wanted=[(x - [1, 2, 3]).astype("float32") * numpy.float32(0.5)],
          offset=[1.0, 2.0, 3.0], scale=[0.5])  # fmt: skip
    for norm in ("MAX", "L1", "L2"):
        check("Normalizer", x, norm=norm)
    check("Normalizer", x * 0, wanted=[x * 0], norm="L2")


def test_missing_values_are_replaced():
    x = numbers(4, 3)
    x[1, 2] = x[3, 0] = numpy.nan
    nan = float("nan")
    check("Imputer", x, imputed_value_floats=[1.0, 2.0, 3.0], replaced_value_float=nan)
    check("Imputer", x, imputed_value_floats=[9.0], replaced_value_float=nan)
    whole = numpy.array([[1, 2], [3, 1]])
    check("Imputer", whole, imputed_value_int64s=[7, 8], replaced_value_int64=1)


def test_features_are_picked_and_joined():
    x = numbers(4, 5)
    held = {"places": numpy.array([[3, 0, 3]])}
    node = helper.make_node("ArrayFeatureExtractor", ["x", "places"], ["y"], domain=ML)
    network = model([node], {"x": ("float32", (4, 5))}, {"y": (None, None)}, held, 21, {ML: 1})
    compare(network, [x], wanted=[x[:, [3, 0, 3]]])
    node = helper.make_node(
        "FeatureVectorizer", ["a", "b"], ["y"], domain=ML, inputdimensions=[2, 3]
    )
    given = {"a": ("float32", (4, 5)), "b": ("int64", (4, 1))}
    network = model([node], given, {"y": (None, None)}, None, 21, {ML: 1})
    b = numpy.arange(4).reshape(4, 1)
    wanted = numpy.concatenate([x[:, :2], b, numpy.zeros((4, 2))], 1).astype("float32")
    compare(network, [x, b], wanted=[wanted])


# ---- linear models ------------------------------------------------------------------------------


@pytest.mark.parametrize("targets", [1, 3])
def test_linear_regression(targets):
    weights, offsets = numbers(targets * 4, seed=1).tolist(), numbers(targets, seed=2).tolist()
    options = {"coefficients": weights, "intercepts": offsets, "targets": targets}
    check("LinearRegressor", numbers(5, 4), **options)


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("classes", [1, 2, 3])
def test_linear_classification(transform, classes):
    rows = 1 if classes <= 2 else classes
    options = {
        "coefficients": (numbers(rows * 4, seed=1) * 0.1).tolist(),
        "intercepts": (0.5 + numbers(rows, seed=2) * 0.1).tolist(),
        "post_transform": transform,
        "outputs": ("label", "scores"),
        "classlabels_ints": [4, 7, 9][:classes],
    }
    x = numbers(6, 4)
    if transform == "PROBIT" and classes == 2:  # a score and its opposite are no two probabilities
        return
    check("LinearClassifier", x, rtol=1e-4, **options)
    if classes == 3:
        names = options | {"classlabels_strings": ["a", "b", "c"], "classlabels_ints": None}
        names.pop("classlabels_ints")
        check("LinearClassifier", x, rtol=1e-4, hybridizes=False, **names)


# ---- support vector machines --------------------------------------------------------------------

KERNELS = ["LINEAR", "POLY", "RBF", "SIGMOID"]


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("one_class", [0, 1])
def test_vector_regression(kernel, one_class):
    options = {
        "coefficients": numbers(5, seed=1).tolist(),
        "rho": [0.3],
        "kernel_type": kernel,
        "kernel_params": [0.4, 0.2, 3.0],
        "n_supports": 5,
        "one_class": one_class,
        "support_vectors": numbers(15, seed=3).tolist(),
    }
    check("SVMRegressor", numbers(6, 3), rtol=1e-4, **options)


def vector_classifier(kernel, classes):
    counts, pairs = [2, 3, 1, 2][:classes], classes * (classes - 1) // 2
    return pairs, {
        "coefficients": numbers((classes - 1) * sum(counts), seed=1).tolist(),
        "rho": numbers(pairs, seed=2).tolist(),
        "kernel_type": kernel,
        "kernel_params": [0.4, 0.2, 3.0],
        "support_vectors": numbers(sum(counts) * 3, seed=3).tolist(),
        "vectors_per_class": counts,
        "classlabels_ints": [5, 3, 8, 1][:classes],
        "outputs": ("label", "scores"),
    }


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("classes", [2, 3, 4])
def test_vector_classification(kernel, classes):
    _, options = vector_classifier(kernel, classes)
    check("SVMClassifier", numbers(6, 3), rtol=1e-3, atol=1e-4, **options)


@pytest.mark.parametrize("classes", [2, 3, 4])
def test_probabilities_of_classes_from_those_of_pairs(classes):
    """They are the p of sum 1 for which the sum of (p_i r_ji - p_j r_ij)² is least."""
    pairs, options = vector_classifier("RBF", classes)
    x = numbers(6, 3)
    slopes, offsets = numpy.linspace(-1, -0.5, pairs), numpy.linspace(-0.2, 0.3, pairs)
    places = [(i, j) for i in range(classes) for j in range(i + 1, classes)]
    scores = outputs_of(one("SVMClassifier", x, **options), [x])[1][:, -pairs:]
    wanted = []
    for row in scores:
        r = numpy.zeros((classes, classes))
        for number, (i, j) in enumerate(places):
            r[i, j] = 1 / (1 + numpy.exp(slopes[number] * row[number] + offsets[number]))
            r[j, i] = 1 - r[i, j]
        q = numpy.diag((r.T**2).sum(1)) - r.T * r
        system = numpy.block([[q, numpy.ones((classes, 1))], [numpy.ones((1, classes)), 0]])
        wanted.append(numpy.linalg.solve(system, [0] * classes + [1])[:classes])
    given = {"prob_a": slopes.tolist(), "prob_b": offsets.tolist()}
    found = outputs_of(one("SVMClassifier", x, **options, **given), [x])[1]
    assert found.shape == (6, classes)
    numpy.testing.assert_allclose(found.sum(1), 1, rtol=1e-5)
    # The iteration ends where the gradient is small, not where it is zero.
    numpy.testing.assert_allclose(found, wanted, atol=0.02)


# ---- trees --------------------------------------------------------------------------------------

MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]


def grown(trees, depth, features, modes, seed=0):
    """Attributes of random trees, and the tree and number of each leaf."""
    generator = numpy.random.default_rng(seed)
    names = ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")
    rows, leaves = {f"nodes_{name}": [] for name in names}, []
    for tree in range(trees):
        todo, number = [(0, 0)], 1
        while todo:
            node, level = todo.pop(0)
            is_leaf = level == depth or (level > 0 and generator.random() < 0.25)
            branches = (0, 0) if is_leaf else (number, number + 1)
            mode = "LEAF" if is_leaf else modes[int(generator.integers(len(modes)))]
            feature = int(generator.integers(features))
            split = float(generator.integers(-2, 3)) / 2
            row = (tree, node, feature, split, mode, *branches)
            for values, item in zip(rows.values(), row, strict=True):
                values.append(item)
            if is_leaf:
                leaves.append((tree, node))
            else:
                todo += [(branch, level + 1) for branch in branches]
                number += 2
    return rows, leaves


def halves(*shape):
    """Numbers that often equal a split, and some that are missing."""
    generator = numpy.random.default_rng(4)
    x = generator.integers(-4, 5, shape).astype("float32") / 2
    x[generator.random(shape) < 0.1] = numpy.nan
    return x


@pytest.mark.parametrize("modes", [MODES[:1], MODES], ids=["one", "all"])
@pytest.mark.parametrize("aggregate", ["SUM", "AVERAGE", "MIN", "MAX"])
def test_regression_by_trees(modes, aggregate):
    rows, leaves = grown(4, 3, 5, modes)
    generator = numpy.random.default_rng(1)
    options = {
        "target_treeids": [tree for tree, _ in leaves],
        "target_nodeids": [node for _, node in leaves],
        "target_ids": generator.integers(0, 2, len(leaves)).tolist(),
        "target_weights": generator.normal(size=len(leaves)).tolist(),
        "nodes_missing_value_tracks_true": generator.integers(
            0, 2, len(rows["nodes_modes"])
        ).tolist(),
        "n_targets": 2,
        "base_values": [0.5, -0.5],
        "aggregate_function": aggregate,
    }
    network = one("TreeEnsembleRegressor", halves(40, 5), version=3, **rows, **options)
    compare(network, [halves(40, 5)])
    quiet = {**options, "nodes_missing_value_tracks_true": [0] * len(rows["nodes_modes"])}
    compare(
        one("TreeEnsembleRegressor", halves(40, 5), version=1, **rows, **quiet), [halves(40, 5)]
    )


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("classes", [2, 3])
def test_classification_by_trees(transform, classes):
    rows, leaves = grown(3, 3, 4, MODES[:1], seed=2)
    generator = numpy.random.default_rng(1)
    ids = [0] * len(leaves) if classes == 2 else [i % classes for i in range(len(leaves))]
    options = {
        "class_treeids": [tree for tree, _ in leaves],
        "class_nodeids": [node for _, node in leaves],
        "class_ids": ids,
        "class_weights": generator.uniform(0.05, 0.3, len(leaves)).tolist(),
        "classlabels_int64s": [6, 2, 4][:classes],
        "nodes_missing_value_tracks_true": [0] * len(rows["nodes_modes"]),
        "post_transform": transform,
        "outputs": ("label", "scores"),
    }
    if transform == "PROBIT" and classes == 3:  # zeros have no quantile
        options["base_values"] = [0.05] * 3
    x = halves(30, 4)
    check("TreeEnsembleClassifier", x, rtol=1e-4, version=3, **rows, **options)
    names = options | {"classlabels_strings": ["x", "y", "z"][:classes]}
    names.pop("classlabels_int64s")
    found = outputs_of(one("TreeEnsembleClassifier", x, version=3, **rows, **names), [x], False)
    assert set(found[0].tolist()) <= {"x", "y", "z"}


def test_a_node_asks_for_a_member_of_a_set():
    """feature 0 in {1, 2, 4}: leaf 0; else feature 1 in {3}: leaf 1, else leaf 2."""
    network = one(
        "TreeEnsemble",
        numpy.zeros((1, 2), "float32"),
        version=5,
        n_targets=2,
        tree_roots=[0],
        nodes_featureids=[0, 1],
        nodes_modes=numpy_tensor([6, 6], "uint8"),
        nodes_splits=numpy_tensor([0, 0], "float32"),
        membership_values=numpy_tensor([1, 2, 4, numpy.nan, 3, numpy.nan], "float32"),
        nodes_truenodeids=[0, 1],
        nodes_trueleafs=[1, 1],
        nodes_falsenodeids=[1, 2],
        nodes_falseleafs=[0, 1],
        leaf_targetids=[0, 1, 0],
        leaf_weights=numpy_tensor([5, 6, 7], "float32"),
    )
    x = numpy.array([[1, 0], [2, 3], [4, 3], [3, 3], [0, 2]], "float32")
    network.graph.input[0].type.tensor_type.shape.dim[0].Clear()
    wanted = numpy.array([[5, 0], [5, 0], [5, 0], [0, 6], [7, 0]], "float32")
    compare(network, [x], wanted=[wanted])


def numpy_tensor(values, dtype):
    from onnx import numpy_helper

    return numpy_helper.from_array(numpy.array(values, dtype))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"nodes_truenodeids": lambda v: [0] * len(v)}, "leads back"),
        ({"nodes_falsenodeids": lambda v: [99] * len(v)}, "must be in"),
        ({"nodes_values": lambda v: v[:-1]}, "different lengths"),
        ({"nodes_modes": lambda v: ["BRANCH_SIDEWAYS"] * len(v)}, "BRANCH_SIDEWAYS|SIDEWAYS"),
    ],
)
def test_damaged_trees_are_refused_when_read(change, text):
    rows, leaves = grown(1, 2, 3, MODES[:1])
    options = {
        "target_treeids": [tree for tree, _ in leaves],
        "target_nodeids": [node for _, node in leaves],
        "target_ids": [0] * len(leaves),
        "target_weights": [1.0] * len(leaves),
        "n_targets": 1,
    }
    rows |= {name: spoil(rows[name]) for name, spoil in change.items()}
    with pytest.raises(ValueError, match=rf"TreeEnsembleRegressor.*{text}"):
        weft.onnx.load(one("TreeEnsembleRegressor", halves(2, 3), version=1, **rows, **options))


def test_a_feature_that_data_lack_is_an_error():
    rows, leaves = grown(1, 2, 3, MODES[:1])
    options = {"target_treeids": [t for t, _ in leaves], "target_nodeids": [n for _, n in leaves]}
    options |= {"target_ids": [0] * len(leaves), "target_weights": [1.0] * len(leaves)}
    x = numpy.zeros((2, 1), "float32")
    block = weft.onnx.load(
        one("TreeEnsembleRegressor", x, version=1, n_targets=1, **rows, **options)
    )
    with pytest.raises(ValueError, match="compares feature"):
        block(np.array(x))
