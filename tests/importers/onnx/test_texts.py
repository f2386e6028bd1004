"""Texts, n-grams, labels and maps against Python and the reference evaluator."""

import re

import numpy
import pytest
import weft
from onnx import TensorProto, helper
from onnx_models import model
from onnx_runs import compare, outputs_of
from weft import np

ML = "ai.onnx.ml"


def texts(*rows):
    return numpy.array(rows, object)


def one(operator, feeds, outputs=("y",), domain="", opset=21, version=4, **attributes):
    """A network of one node; texts are inputs of their own type."""
    names = [f"x{place}" for place in range(len(feeds))]
    node = helper.make_node(operator, names, list(outputs), domain=domain, **attributes)
    network = model([node], {}, dict.fromkeys(outputs, (None, None)), None, opset, {ML: version})
    for name, x in zip(names, feeds, strict=True):
        if isinstance(x, dict):
            kind = helper.make_map_type_proto(
                TensorProto.STRING, helper.make_tensor_type_proto(TensorProto.FLOAT, [])
            )
            network.graph.input.append(helper.make_value_info(name, kind))
            continue
        kind = TensorProto.STRING if x.dtype == object else helper.np_dtype_to_tensor_dtype(x.dtype)
        network.graph.input.append(helper.make_tensor_value_info(name, kind, x.shape))
    return network


def check(operator, feeds, wanted=None, hybridizes=None, **options):
    if hybridizes is None:
        hybridizes = all(not isinstance(x, dict) and x.dtype != object for x in feeds)
    return compare(one(operator, feeds, **options), feeds, hybridizes=hybridizes, wanted=wanted)


# ---- texts --------------------------------------------------------------------------------------


def test_texts_are_joined_and_broadcast():
    a, b = texts(["a", "b"], ["c", "d"]), texts("x", "ÿ")
    check("StringConcat", [a, b], wanted=[texts(["ax", "bÿ"], ["cx", "dÿ"])])


@pytest.mark.parametrize("action", ["NONE", "LOWER", "UPPER"])
@pytest.mark.parametrize("is_sensitive", [0, 1])
def test_stop_words_are_taken_out(action, is_sensitive):
    words, stops = ["Monday", "tuesday", "MONDAY", "Friday"], ["monday", "Friday"]
    fold = (lambda w: w) if is_sensitive else str.lower
    kept = [word for word in words if fold(word) not in {fold(stop) for stop in stops}]
    change = {"NONE": str, "LOWER": str.lower, "UPPER": str.upper}[action]
    options = {"case_change_action": action, "is_case_sensitive": is_sensitive, "stopwords": stops}
    wanted = texts(*map(change, kept))
    check("StringNormalizer", [texts(*words)], wanted=[wanted], **options)
    check("StringNormalizer", [texts(words)], wanted=[wanted.reshape(1, -1)], **options)
    only = {"stopwords": words, "case_change_action": action}
    check("StringNormalizer", [texts(words)], wanted=[texts([""])], **only)


@pytest.mark.parametrize("delimiter", [None, "", ",", "::"])
@pytest.mark.parametrize("most", [None, 1])
def test_texts_are_split(delimiter, most):
    x = texts(["a,b", "a::b c"], ["", " d ,e,f"])
    options = {} if delimiter is None else {"delimiter": delimiter}
    options |= {} if most is None else {"maxsplit": most}
    parts = [t.split(delimiter or None, -1 if most is None else most) for t in x.reshape(-1)]
    longest = max(map(len, parts))
    filled = texts(*[p + [""] * (longest - len(p)) for p in parts]).reshape(2, 2, longest)
    counts = numpy.array(list(map(len, parts))).reshape(2, 2)
    check("StringSplit", [x], wanted=[filled, counts], outputs=("y", "n"), **options)


def test_texts_match_an_expression():
    x, pattern = texts(["ab12", "12"], ["a", "ab12 "]), r"[a-z]+\d*"
    wanted = numpy.array([[bool(re.fullmatch(pattern, t)) for t in row] for row in x])
    check("RegexFullMatch", [x], wanted=[wanted], pattern=pattern)
    with pytest.raises(ValueError, match="`pattern` is no regular expression"):
        outputs_of(one("RegexFullMatch", [x], pattern="("), [x], hybridizes=False)


@pytest.mark.parametrize("mode", ["TF", "IDF", "TFIDF"])
@pytest.mark.parametrize("sizes", [(1, 1), (1, 2), (2, 2), (1, 3)])
@pytest.mark.parametrize("skips", [0, 2])
@pytest.mark.parametrize("is_text", [False, True])
def test_n_grams_are_counted(mode, sizes, skips, is_text):
    pool, counts = [2, 3, 5, 4, 2, 3, 5, 6, 2, 3, 2], [0, 4, 8]
    x = numpy.random.default_rng(3).integers(2, 7, (3, 9))
    options = {"pool_strings": list(map(str, pool))} if is_text else {"pool_int64s": pool}
    feeds = [numpy.array([[str(v) for v in row] for row in x], object) if is_text else x]
    for given in (feeds, [feeds[0][0]]):
        check(
            "TfIdfVectorizer",
            given,
            mode=mode,
            min_gram_length=sizes[0],
            max_gram_length=sizes[1],
            max_skip_count=skips,
            ngram_counts=counts,
            ngram_indexes=[1, 0, 3, 2, 6, 5, 4],
            weights=[0.5, 1.0, 2.0, 0.25, 3.0, 4.0, 5.0],
            **options,
        )


# ---- labels -------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", ["int64s", "floats", "strings"])
@pytest.mark.parametrize("values", ["int64s", "floats", "strings"])
def test_labels_are_looked_up(keys, values):
    lists = {"int64s": [7, 2, 5], "floats": [0.5, 2.0, -1.0], "strings": ["a", "b", "c"]}
    unknown = {"int64s": 9, "floats": 7.5, "strings": "z"}[keys]
    dtypes = {"int64s": "int64", "floats": "float32", "strings": object}
    given = numpy.array([[*lists[keys], unknown], [*lists[keys][::-1], unknown]], dtypes[keys])
    default = {"int64s": -1, "floats": -0.0, "strings": "_Unused"}[values]
    pairs = dict(zip(lists[keys], lists[values], strict=True))
    found = [[pairs.get(item, default) for item in row] for row in given.tolist()]
    options = {f"keys_{keys}": lists[keys], f"values_{values}": lists[values]}
    check(
        "LabelEncoder",
        [given],
        wanted=[numpy.array(found, dtypes[values])],
        hybridizes="strings" not in (keys, values),
        domain=ML,
        **options,
    )


def test_nan_is_a_key_and_the_last_of_equal_keys_counts():
    x = numpy.array([numpy.nan, 1.0, 2.0], "float32")
    options = {"keys_floats": [1.0, numpy.nan, 1.0], "values_int64s": [3, 4, 5]}
    check("LabelEncoder", [x], wanted=[numpy.array([4, 5, -1])], domain=ML, **options)


def test_categories_become_numbers_and_back():
    options = {"domain": ML, "cats_int64s": [3, 5], "cats_strings": ["c", "e"]}
    numbers, names = numpy.array([5, 3, 4]), texts("e", "c", "d")
    check("CategoryMapper", [names], wanted=[numpy.array([5, 3, -1])], **options)
    wanted = [texts("e", "c", "_Unused")]
    check("CategoryMapper", [numbers], wanted=wanted, hybridizes=False, **options)
    early = {"domain": ML, "version": 1, "classes_strings": ["c", "d", "e"]}
    check("LabelEncoder", [texts("e", "x")], wanted=[numpy.array([2, -1])], **early)
    wanted = [texts("_Unused", "c")]
    check("LabelEncoder", [numpy.array([4, 0])], wanted=wanted, hybridizes=False, **early)


def test_one_hot_rows_of_categories():
    numbers, names = numpy.array([[5, 3], [4, 5]]), texts("e", "x")
    check("OneHotEncoder", [numbers], domain=ML, cats_int64s=[3, 5])
    check("OneHotEncoder", [names], domain=ML, cats_strings=["c", "e"])
    with pytest.raises(ValueError, match="none of the categories"):
        network = one("OneHotEncoder", [numbers], domain=ML, cats_int64s=[3, 5], zeros=0)
        outputs_of(network, [numbers], hybridizes=False)


# ---- maps ---------------------------------------------------------------------------------------


def test_maps_become_tensors_and_back():
    network = one("DictVectorizer", [{}], domain=ML, string_vocabulary=["a", "b", "c"])
    assert weft.onnx.load(network)({"b": 2.0, "a": 1.0}).tolist() == [[1.0, 2.0, 0.0]]
    network = one("CastMap", [{}], domain=ML, map_form="SPARSE", max_map=4)
    assert weft.onnx.load(network)({2: 0.5, 0: 1.0}).tolist() == [[1.0, 0.0, 0.5, 0.0]]
    network = one("CastMap", [{}], domain=ML, cast_to="TO_INT64")
    assert weft.onnx.load(network)({2: 5.0, 0: 1.0}).tolist() == [[1, 5]]
    rows = numpy.array([[0.25, 0.75], [1.0, 0.0]], "float32")
    network = one("ZipMap", [rows], domain=ML, classlabels_strings=["n", "y"])
    assert weft.onnx.load(network)(np.array(rows)) == [{"n": 0.25, "y": 0.75}, {"n": 1, "y": 0}]


def test_texts_cannot_be_traced():
    x = numpy.array([3, 5])
    network = one("CategoryMapper", [x], domain=ML, cats_int64s=[3, 5], cats_strings=["c", "e"])
    block = weft.onnx.load(network)
    block.hybridize()
    with pytest.raises(NotImplementedError, match=r"CategoryMapper.*a graph cannot hold texts"):
        block(np.array(x))
