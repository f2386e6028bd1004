"""Texts as data: vocabularies, tokenizers of files, lines, folders, tables, buckets and corpora."""

import collections
import pickle

import numpy
import pytest
import weft
from weft import np
from weft.gluon import data
from weft.gluon.data import batchify, text

WORDS = ["the", "cat", "sat", "on", "the", "mat", "the", "end"]


def test_a_vocabulary_has_the_most_frequent_first_and_ties_by_the_alphabet():
    counts = collections.Counter(WORDS)
    wanted = sorted(counts, key=lambda word: (-counts[word], word))
    vocabulary = text.Vocabulary(counts, bos_token="<s>", reserved_tokens=["<mask>"])
    assert vocabulary.idx_to_token == ["<unk>", "<pad>", "<s>", "<mask>", *wanted]
    assert vocabulary.to_tokens(vocabulary.to_indices(WORDS)) == WORDS
    assert vocabulary["dog"] == vocabulary["<unk>"] == 0
    assert (vocabulary.padding_index, vocabulary["the"], "cat" in vocabulary) == (1, 4, True)
    assert vocabulary(WORDS).dtype == "int32"
    assert len(text.Vocabulary(counts, max_size=2)) == 4
    assert text.Vocabulary(counts, min_freq=2).idx_to_token == ["<unk>", "<pad>", "the"]
    assert text.Vocabulary([WORDS[:4], WORDS[4:]]) == text.Vocabulary(text.count_tokens([WORDS]))


def test_vocabularies_are_written_and_read(tmp_path):
    vocabulary = text.Vocabulary([WORDS], eos_token="</s>", reserved_tokens=["ä"])
    vocabulary.save(tmp_path / "words.json")
    assert text.Vocabulary.load(tmp_path / "words.json") == vocabulary
    assert pickle.loads(pickle.dumps(vocabulary)) == vocabulary
    for content in ("", "[]", '{"tokens": []}', '{"tokens": ["a"], "unknwon_token": "a"}'):
        (tmp_path / "broken.json").write_text(content)
        with pytest.raises(OSError, match=r"broken\.json holds no vocabulary"):
            text.Vocabulary.load(tmp_path / "broken.json")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: text.Vocabulary("text"), TypeError, "several texts as lists of tokens"),
        (lambda: text.Vocabulary(["a text"]), TypeError, r"write `count_tokens\(texts\)`"),
        (lambda: text.Vocabulary([], min_freq=0), ValueError, "`min_freq` must be at least 1"),
        (
            lambda: text.Vocabulary([], reserved_tokens=["<pad>"]),
            ValueError,
            "`reserved_tokens` must be different",
        ),
        (
            lambda: text.Vocabulary([WORDS], unknown_token=None)["teh"],
            KeyError,
            "no token 'teh'; did you mean `the`",
        ),
        (lambda: text.Vocabulary([]).to_tokens([7]), ValueError, r"must be in \[0, 2\); got 7"),
        (lambda: text.Vocabulary.load("none"), FileNotFoundError, "there is no file none"),
        (
            lambda: text.CSVDataset("x.csv", text=0, lable=1),
            TypeError,
            "CSVDataset: `lable` is no argument; .*did you mean `label`",
        ),
        (
            lambda: data.BucketSampler([1], 1, max_token=2),
            TypeError,
            "BucketSampler: `max_token` is no argument; .*did you mean `max_tokens`",
        ),
        (
            lambda: data.vision.transforms.RandomHorizontalFlip,
            AttributeError,
            "write `gluon.data.vision.transforms.RandomFlipLeftRight",
        ),
        (lambda: text.Vocab, AttributeError, r"write `gluon.data.text.Vocabulary\(counts\)`"),
        (lambda: text.CorpusDataset([1, 2], 2), ValueError, "must be more than `length`, 2; got 2"),
        (lambda: text.CorpusDataset([0.5], 1), TypeError, "must be integers of shape"),
        (lambda: text.CorpusBatches([1, 2], 2, 1), ValueError, "at least 2 for each of 2 rows"),
        (lambda: text.CorpusBatches([1], 1, 1, "NTC"), ValueError, "must be NT or TN"),
        (lambda: data.BucketSampler([1]), ValueError, "either `batch_size` or `max_tokens`"),
        (lambda: data.BucketSampler([0.5], 1), TypeError, "an integer for each sample"),
        (
            lambda: data.BucketSampler([2, 9], max_tokens=8),
            ValueError,
            "the longest sample, number 1 of length 9; got 8",
        ),
    ],
)
def test_what_means_nothing_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


# ---- files


def test_lines_of_files_are_texts(tmp_path):
    (tmp_path / "a.txt").write_bytes("erste\r\n\nzwei ä".encode())
    (tmp_path / "b.txt").write_bytes(b"")
    (tmp_path / "c.txt").write_bytes(b"drei\n")
    paths = [tmp_path / f"{name}.txt" for name in "abc"]
    lines = text.TextLineDataset(paths)
    assert list(lines) == ["erste", "", "zwei ä", "drei"]
    assert list(pickle.loads(pickle.dumps(lines))) == list(lines)
    assert lines[-1] == "drei" and len(text.TextLineDataset(paths, skip_empty=True)) == 3
    with pytest.raises(IndexError, match="no line 4; there are 4"):
        lines[4]
    with pytest.raises(OSError, match=r"a\.txt, byte 13: it is no ascii"):
        text.TextLineDataset(paths, encoding="ascii")[2]
    with pytest.raises(FileNotFoundError, match="there is no file"):
        text.TextLineDataset(tmp_path / "none")


def test_texts_in_folders(tmp_path):
    for name, content in {"neg/1.txt": "bad", "pos/2.txt": "good", "pos/3.md": "no text"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    found = text.TextFolderDataset(tmp_path)
    assert (found.synsets, list(found)) == (["neg", "pos"], [("bad", 0), ("good", 1)])
    assert found[0][1].dtype == "int32"
    with pytest.raises(ValueError, match=r"folders with texts \(\.rst\)"):
        text.TextFolderDataset(tmp_path, suffixes=(".rst",))


def test_tables_of_texts(tmp_path):
    table = tmp_path / "news.csv"
    table.write_text('kind,title,body\n"10","One, two","a ""b"""\n"9","Three","line\nbreak"\n')
    named = text.CSVDataset(table, text=["title", "body"], label="kind")
    assert named.classes == ["9", "10"]
    assert list(named) == [("One, two", 'a "b"', 1), ("Three", "line\nbreak", 0)]
    assert text.CSVDataset(table, "title", "kind", classes=["10", "9"])[0] == ("One, two", 0)
    numbered = text.CSVDataset(table, text=1, header=True)
    assert list(numbered) == ["One, two", "Three"]
    with pytest.raises(ValueError, match="no column 'tite'; did you mean `title`"):
        text.CSVDataset(table, text="tite")
    with pytest.raises(ValueError, match="line 2: '10' is none of `classes`"):
        text.CSVDataset(table, "title", "kind", classes=["9"])
    plain = tmp_path / "plain.tsv"
    plain.write_text("yes\tgood\nno\tbad\nno\n")
    with pytest.raises(OSError, match=r"plain\.tsv, line 3: it has 1 columns, and number 1"):
        text.CSVDataset(plain, text=1, label=0)
    with pytest.raises(ValueError, match="`header` must not be False"):
        text.CSVDataset(plain, text="x", header=False)
    plain.write_text("")
    with pytest.raises(ValueError, match="has no rows"):
        text.CSVDataset(plain, text=0)


# ---- tokenizers


@pytest.fixture(scope="module")
def words_of_a_file(tmp_path_factory):
    tokenizers = pytest.importorskip("tokenizers", reason="not run: tokenizers is not installed")
    known = {word: i for i, word in enumerate(["[UNK]", "[CLS]", "[SEP]", *dict.fromkeys(WORDS)])}
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(known, unk_token="[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    made.post_processor = tokenizers.processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    made.add_special_tokens(["[UNK]", "[CLS]", "[SEP]"])
    made.enable_padding(length=20)
    folder = tmp_path_factory.mktemp("published")
    made.save(str(folder / "tokenizer.json"))
    return folder, made


def test_a_tokenizer_of_a_file_gives_what_its_package_gives(words_of_a_file):
    folder, made = words_of_a_file
    made.no_padding()
    for source in (folder, folder / "tokenizer.json", made):
        tokenizer = text.Tokenizer(source)
        found = tokenizer("the cat sat dog")
        assert found.dtype == "int32"
        assert found.tolist() == made.encode("the cat sat dog").ids
        assert [n.tolist() for n in tokenizer.batch(["the", "mat"])] == [[1, 3, 2], [1, 7, 2]]
        assert tokenizer.decode(found) == "the cat sat"
    short = text.Tokenizer(folder, max_length=4, add_special_tokens=False)
    again = pickle.loads(pickle.dumps(short))
    assert again("the cat sat on the mat").tolist() == [3, 4, 5, 6]
    assert tokenizer("the", "cat").tolist() == made.encode("the", "cat").ids
    assert (len(tokenizer), tokenizer.index("[SEP]"), tokenizer.index("none")) == (9, 2, None)
    assert tokenizer.tokens("the") == ["[CLS]", "the", "[SEP]"]


def test_what_is_no_tokenizer_is_refused(words_of_a_file, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"a file tokenizer\.json or a folder"):
        text.Tokenizer(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(OSError, match=r"tokenizer\.json is no tokenizer"):
        text.Tokenizer(tmp_path)
    with pytest.raises(TypeError, match=r"must be a path or a `tokenizers\.Tokenizer`; got int"):
        text.Tokenizer(3)


# ---- batches

LENGTHS = numpy.random.default_rng(0).integers(1, 60, 500)


@pytest.mark.parametrize(
    "options", [{"batch_size": 16}, {"max_tokens": 400}, {"batch_size": 16, "window": None}]
)
def test_buckets_take_each_sample_once_and_pad_little(options):
    weft.random.seed(2)
    sampler = data.BucketSampler(LENGTHS, **options)
    epochs = [list(sampler) for _ in range(2)]
    assert epochs[0] != epochs[1]
    padded = []
    for batches in epochs:
        assert len(batches) == len(sampler)
        assert sorted(n for batch in batches for n in batch) == list(range(500))
        sizes = [len(batch) * LENGTHS[batch].max() for batch in batches]
        padded.append(sum(sizes))
        assert max(sizes) <= options.get("max_tokens", 16 * 60)
        assert [LENGTHS[b].max() for b in batches] != sorted(LENGTHS[b].max() for b in batches)
    order = numpy.arange(500).reshape(-1, 20)
    plain = sum(20 * LENGTHS[batch].max() for batch in order)
    assert max(padded) < 1.1 * LENGTHS.sum() < plain
    weft.random.seed(2)
    assert list(data.BucketSampler(LENGTHS, **options)) == epochs[0]


def test_buckets_of_small_windows_leave_out_what_is_not_full():
    sampler = data.BucketSampler(LENGTHS[:50], 8, window=2, last_batch="discard")
    assert [len(batch) for batch in sampler] == [8] * 6 and len(sampler) == 6
    assert list(data.BucketSampler([], 4)) == list(data.BucketSampler([], max_tokens=4)) == []


class Counted(data.Dataset):
    def __len__(self):
        return len(LENGTHS)

    def __getitem__(self, index):
        return numpy.full(LENGTHS[index], index, "int32")


def test_buckets_are_the_same_for_any_number_of_workers():
    def epoch(**options):
        weft.random.seed(3)
        sampler = data.BucketSampler(LENGTHS, max_tokens=900)
        loader = data.DataLoader(
            Counted(), batch_sampler=sampler, batchify_fn=batchify.Pad(-1), **options
        )
        return [batch.asnumpy() for batch in loader]

    here = epoch()
    for options in ({"num_workers": 2}, {"num_workers": 2, "thread_pool": True}):
        for mine, theirs in zip(here, epoch(**options), strict=True):
            numpy.testing.assert_array_equal(mine, theirs)


def test_pieces_of_a_corpus_overlap_by_their_stride():
    tokens = numpy.arange(20)
    pieces = text.CorpusDataset(tokens, 5, stride=3)
    windows = numpy.lib.stride_tricks.sliding_window_view(tokens, 6)[::3]
    assert len(pieces) == len(windows)
    for (x, y), window in zip(pieces, windows, strict=True):
        assert (x.tolist(), y.tolist()) == (window[:-1].tolist(), window[1:].tolist())
    assert pieces[-1][0].tolist() == pieces[4][0].tolist()
    with pytest.raises(IndexError, match="no piece 5; there are 5"):
        pieces[5]


@pytest.mark.parametrize("layout", ["NT", "TN"])
@pytest.mark.parametrize("length", [2, 4, 50])
def test_rows_of_a_corpus_go_on_from_batch_to_batch(layout, length):
    tokens = numpy.arange(100, 131)
    batches = text.CorpusBatches(tokens, 3, length, layout)
    parts = [[a.asnumpy() for a in batch] for batch in batches]
    assert len(parts) == len(batches)
    axis = layout.index("T")
    x, y = (numpy.concatenate(side, axis) for side in zip(*parts, strict=True))
    rows = tokens[:30].reshape(3, 10)
    x, y = (x, y) if axis else (x.T, y.T)
    numpy.testing.assert_array_equal(x, rows[:, :-1])
    numpy.testing.assert_array_equal(y, rows[:, 1:])


def test_a_corpus_trains_a_network():
    tokens = numpy.tile([0, 1, 2, 3], 60)
    net = weft.gluon.nn.HybridSequential(
        weft.gluon.nn.Embedding(4, 8), weft.gluon.nn.Dense(4, flatten=False)
    )
    np.random.seed(1)
    model = weft.Model(
        net,
        loss="softmax_cross_entropy",
        optimizer="adam",
        optimizer_params={"learning_rate": 0.05},
        metrics=["accuracy"],
    )
    history = model.fit(text.CorpusBatches(tokens, 4, 10), epochs=12, verbose=0)
    assert history.history["accuracy"][-1] == 1.0
