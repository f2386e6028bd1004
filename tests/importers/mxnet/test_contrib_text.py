"""`mx.contrib.text`: vocabularies and vectors of words, from files that the tests write."""

from collections import Counter

import numpy
import pytest
import weft.mxnet as mx
from weft.mxnet.contrib import text

COUNTS = Counter(["the", "cat", "sat", "on", "the", "mat", "and", "the", "cat", "slept"])


@pytest.fixture
def files(tmp_path):
    """Writes files of vectors, {name: [(token, numbers)]}, and gives their paths."""

    def write(delimiter=" ", head="", **vectors):
        paths = []
        for name, pairs in vectors.items():
            lines = [delimiter.join([token, *map(str, row)]) for token, row in pairs]
            (tmp_path / name).write_text("\n".join([*([head] if head else []), *lines, ""]))
            paths.append(tmp_path / name)
        return paths

    return write


def test_tokens_are_counted():
    source = "Life is good\nlife is\n"
    assert text.utils.count_tokens_from_str(source) == Counter(source.split())
    found = Counter({"life": 5})
    assert text.utils.count_tokens_from_str(source, " ", "\n", True, found) is found
    assert found == Counter({"life": 7, "is": 2, "good": 1})
    assert text.utils.count_tokens_from_str("a<b>c", "<", ">") == Counter("abc")


def test_frequent_tokens_come_first_and_others_in_their_order():
    vocabulary = text.vocab.Vocabulary(COUNTS, reserved_tokens=["<pad>"])
    order = ["<unk>", "<pad>", "the", "cat", "and", "mat", "on", "sat", "slept"]
    assert vocabulary.idx_to_token == order and len(vocabulary) == len(order)
    assert vocabulary.token_to_idx == {token: number for number, token in enumerate(order)}
    assert vocabulary.to_indices(["cat", "dog", "<pad>"]) == [3, 0, 1]
    assert vocabulary.to_indices("the") == 2
    assert vocabulary.to_tokens([2, 0]) == ["the", "<unk>"] and vocabulary.to_tokens(3) == "cat"
    assert text.vocab.Vocabulary(COUNTS, min_freq=2).idx_to_token == ["<unk>", "the", "cat"]
    assert text.vocab.Vocabulary(COUNTS, 1, unknown_token="the").idx_to_token == ["the", "cat"]
    assert text.vocab.Vocabulary().idx_to_token == ["<unk>"]


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: text.vocab.Vocabulary(min_freq=0), AssertionError, "at least 1; got 0"),
        (
            lambda: text.vocab.Vocabulary(reserved_tokens=["a", "a"]),
            AssertionError,
            "must differ from each other",
        ),
        (
            lambda: text.vocab.Vocabulary(reserved_tokens=["<unk>"]),
            AssertionError,
            "and from `unknown_token`",
        ),
        (lambda: text.vocab.Vocabulary().to_tokens(1), ValueError, "below 1; got 1"),
        (lambda: text.vocab.Vocabulary().to_tokens(-1), ValueError, "at least 0"),
        (lambda: text.vocab.Vocabulary().to_tokens(0.5), TypeError, "must be integers"),
        (lambda: text.embedding.create("words"), LookupError, "words"),
        (lambda: text.embedding.get_pretrained_file_names("words"), LookupError, "must be one of"),
    ],
)
def test_what_is_refused(call, error, said):
    with pytest.raises(error, match=said):
        call()


def test_a_file_of_vectors(files):
    (path,) = files("\t", one=[("a", [0.1, 0.2]), ("b", [0.3, 0.4]), ("a", [9, 9])])
    found = text.embedding.CustomEmbedding(path, "\t", init_unknown_vec=mx.nd.ones)
    assert found.idx_to_token == ["<unk>", "a", "b"] and found.vec_len == 2
    expected = numpy.array([[1, 1], [0.1, 0.2], [0.3, 0.4]], "float32")
    assert (found.idx_to_vec.asnumpy() == expected).all()
    assert isinstance(found.idx_to_vec, mx.nd.NDArray)
    several = found.get_vecs_by_tokens(["A", "b"], lower_case_backup=True)
    assert (several.asnumpy() == expected[1:]).all()
    assert (found.get_vecs_by_tokens("A").asnumpy() == expected[0]).all()


def test_the_file_may_have_the_unknown_token_and_a_head(files):
    (path,) = files(head="2 2", one=[("<unk>", [5, 6]), ("a", [1, 2])])
    with pytest.warns(UserWarning, match="line 1 has one number"):
        found = text.embedding.create("customembedding", pretrained_file_path=path)
    assert found.idx_to_token == ["<unk>", "a"]
    assert found.idx_to_vec.asnumpy().tolist() == [[5, 6], [1, 2]]


def test_vectors_of_a_vocabulary_from_several_files(files):
    paths = files(one=[("cat", [1, 2]), ("dog", [3, 4])], two=[("cat", [5, 6, 7])])
    parts = [text.embedding.CustomEmbedding(path) for path in paths]
    vocabulary = text.vocab.Vocabulary(COUNTS, min_freq=2, reserved_tokens=["dog"])
    both = text.embedding.CompositeEmbedding(vocabulary, parts)
    assert both.idx_to_token == ["<unk>", "dog", "the", "cat"] and both.reserved_tokens == ["dog"]
    wanted = [[0] * 5, [3, 4, 0, 0, 0], [0] * 5, [1, 2, 5, 6, 7]]
    assert both.idx_to_vec.asnumpy().tolist() == wanted
    renamed = text.vocab.Vocabulary(COUNTS, min_freq=2, unknown_token="dog")
    assert text.embedding.CompositeEmbedding(renamed, parts).idx_to_vec[0].asnumpy().sum() == 0
    alone = text.embedding.CustomEmbedding(paths[0], vocabulary=vocabulary)
    again = text.embedding.CompositeEmbedding(vocabulary, parts[0])
    assert alone.idx_to_vec.asnumpy().tolist() == again.idx_to_vec.asnumpy().tolist()
    layer = mx.gluon.nn.Embedding(*both.idx_to_vec.shape)
    layer.initialize()
    layer.weight.set_data(both.idx_to_vec)
    rows = layer(mx.nd.array(both.to_indices(["cat", "bird"])))
    assert rows.asnumpy().tolist() == [wanted[3], wanted[0]]


def test_vectors_are_replaced(files):
    (path,) = files(one=[("a", [1, 2]), ("b", [3, 4])])
    found = text.embedding.CustomEmbedding(path)
    found.update_token_vectors(["b", "a"], mx.nd.array([[7, 8], [9, 10]]))
    found.update_token_vectors("<unk>", mx.nd.array([5, 5]))
    assert found.idx_to_vec.asnumpy().tolist() == [[5, 5], [9, 10], [7, 8]]
    with pytest.raises(ValueError, match="'c' is not known"):
        found.update_token_vectors("c", mx.nd.array([5, 5]))
    with pytest.raises(AssertionError, match=r"must have shape \(1, 2\); got \(1, 1\)"):
        found.update_token_vectors("a", mx.nd.array([0]))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([("a", [1, 2]), ("b", [1])], "must have 2 numbers, as many as others; got 1"),
        ([("a", [1, 2]), ("b", [])], "got 0"),
        ([("a", [1, "x"])], "line 1: could not convert"),
        ([], "must have vectors"),
    ],
)
def test_files_that_are_no_vectors(lines, said, files):
    (path,) = files(one=lines)
    with pytest.raises(AssertionError, match=said):
        text.embedding.CustomEmbedding(path)


def test_files_that_would_be_downloaded(tmp_path):
    with pytest.raises(OSError, match="opens no network connection"):
        text.embedding.GloVe("glove.6B.50d.txt", embedding_root=str(tmp_path))
    with pytest.raises(OSError, match="there is no file"):
        text.embedding.CustomEmbedding(tmp_path / "none")
    (tmp_path / "glove").mkdir()
    (tmp_path / "glove" / "glove.6B.50d.txt").write_text("a 1 2\n")
    found = text.embedding.create(
        "glove", pretrained_file_name="glove.6B.50d.txt", embedding_root=str(tmp_path)
    )
    assert found.get_vecs_by_tokens("a").asnumpy().tolist() == [1, 2]
    assert "glove.6B.50d.txt" in text.embedding.get_pretrained_file_names("glove")
    assert set(text.embedding.get_pretrained_file_names()) == {"glove", "fasttext"}


def test_a_kind_of_one_s_own_is_made_by_its_name(files):
    (path,) = files(one=[("a", [1, 2])])

    @text.embedding.register
    class Words(text.embedding._TokenEmbedding):
        def __init__(self, **options):
            super().__init__(**options)
            self._load_embedding(path, " ")

    assert text.embedding.create("words", reserved_tokens=["<pad>"]).idx_to_token == [
        "<unk>",
        "<pad>",
        "a",
    ]
