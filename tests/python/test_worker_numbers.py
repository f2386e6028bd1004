"""The same numbers for any number of workers, processes or threads: of every data set, of every
random transform, and of streams; and who makes batches in a session that nobody can import."""

import collections
import io
import json
import subprocess
import sys
import tarfile
import wave
from functools import partial

import numpy
import pytest
import weft
from PIL import Image
from weft import audio, np
from weft.gluon import data
from weft.gluon.data import text, vision
from weft.gluon.data._recordio import frame
from weft.gluon.data.vision import transforms

COUNT = 6
MODES = {
    "1 process": {"num_workers": 1},
    "2 processes": {"num_workers": 2},
    "4 processes": {"num_workers": 4, "prefetch": 1},
    "1 thread": {"num_workers": 1, "thread_pool": True},
    "4 threads": {"num_workers": 4, "thread_pool": True},
}
IMAGE = numpy.random.default_rng(1).integers(0, 256, (24, 32, 3)).astype("uint8")
Pair = collections.namedtuple("Pair", "image label")

# ---- transforms

BYTES = {
    "crop": transforms.RandomCrop(8, pad=2),
    "resized crop": transforms.RandomResizedCrop(12),
    "cubic crop": transforms.RandomResizedCrop(12, interpolation="bicubic"),
    "left": transforms.RandomFlipLeftRight(),
    "top": transforms.RandomFlipTopBottom(),
    "apply": transforms.RandomApply(transforms.Cast("float32")),
    "brightness": transforms.RandomBrightness(0.5),
    "contrast": transforms.RandomContrast(0.5),
    "saturation": transforms.RandomSaturation(0.5),
    "hue": transforms.RandomHue(0.5),
    "jitter": transforms.RandomColorJitter(0.4, 0.4, 0.4, 0.1),
    "lighting": transforms.RandomLighting(0.3),
    "gray": transforms.RandomGray(),
    "blur": transforms.GaussianBlur(),
    "erasing": transforms.RandomErasing(0.9, value=None),
    "perspective": transforms.RandomPerspective(p=0.9),
    "affine": transforms.RandomAffine(30, (0.1, 0.1), (0.8, 1.2), 10),
    "augment": transforms.RandAugment(),
    "trivial": transforms.TrivialAugment(),
}
FLOATS = {
    "rotation": transforms.RandomRotation((-40, 40)),
    "erasing behind": transforms.RandomErasing(0.9, channels_first=True),
}


def test_every_random_transform_is_among_them():
    named = {
        name for name in transforms.__all__ if name.startswith(("Rand", "Gaussian", "Trivial"))
    }
    assert named == {type(t).__name__ for t in (*BYTES.values(), *FLOATS.values())}


def drawn_in_all_ways(index):
    """What users draw: by Weft's generator, and by others where a process has them alone."""
    return np.random.normal(size=3).asnumpy() + index, float(np.random.uniform())


# ---- data sets


def plus_noise(image, label):
    return image + numpy.float32(np.random.uniform()), label


def write_files(folder):
    for number in range(COUNT):
        kind = folder / "images" / f"class {number % 2}"
        kind.mkdir(parents=True, exist_ok=True)
        Image.fromarray(numpy.roll(IMAGE, number, 1)).save(kind / f"{number}.jpg")
        kind = folder / "texts" / f"class {number % 2}"
        kind.mkdir(parents=True, exist_ok=True)
        (kind / f"{number}.txt").write_text(f"text {number}")
        kind = folder / "sounds" / f"class {number % 2}"
        kind.mkdir(parents=True, exist_ok=True)
        with wave.open(str(kind / f"{number}.wav"), "wb") as target:
            target.setparams((1, 2, 8000, 0, "NONE", ""))
            target.writeframes(numpy.arange(number, 400 + number, dtype="<i2").tobytes())
    (folder / "lines.txt").write_text("".join(f"line {n}\n" for n in range(COUNT)))
    (folder / "table.csv").write_text("".join(f"text {n},{n % 2}\n" for n in range(COUNT)))
    (folder / "file.rec").write_bytes(b"".join(frame(bytes([n] * 9)) for n in range(COUNT)))
    numpy.save(folder / "x.npy", numpy.arange(COUNT * 3).reshape(COUNT, 3))
    with tarfile.open(folder / "shard.tar", "w") as archive:
        for number in range(COUNT):
            for kind, content in (("cls", b"%d" % number), ("jpg", jpeg(number))):
                info = tarfile.TarInfo(f"{number}.{kind}")
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))


def jpeg(number):
    file = io.BytesIO()
    Image.fromarray(numpy.roll(IMAGE, number, 0)).save(file, "jpeg")
    return file.getvalue()


def datasets(folder):
    rows = numpy.arange(COUNT * 3, dtype="float32").reshape(COUNT, 3)
    labels = [(n % 2, f"images/class {n % 2}/{n}.jpg") for n in range(COUNT)]
    plain = data.ArrayDataset(rows, list(range(COUNT)))
    found = {
        "arrays": plain,
        "arrays of Weft": data.ArrayDataset(np.array(rows)),
        "a list": data.SimpleDataset([{"n": n, "pair": (n, -n)} for n in range(COUNT)]),
        "named tuples": data.SimpleDataset([Pair(rows[n], n) for n in range(COUNT)]),
        "mapped": plain.transform(plus_noise),
        "on the first": plain.transform_first(partial(numpy.add, 1)),
        "filtered": data.ConcatDataset(*[plain.filter(is_even)] * 2),
        "sampled": plain.sample([3, 1, 5, 0, 2, 4]),
        "mapped memory": data.ArrayDataset(data.MappedArray(folder / "x.npy")),
        "images of folders": vision.ImageFolderDataset(folder / "images"),
        "listed images": vision.ImageListDataset(folder, labels),
        "records": data.RecordFileDataset(folder / "file.rec"),
        "lines": text.TextLineDataset(folder / "lines.txt"),
        "texts of folders": text.TextFolderDataset(folder / "texts"),
        "a table": text.CSVDataset(folder / "table.csv", text=0, label=1),
        "a corpus": text.CorpusDataset(numpy.arange(31), 5),
        "sounds": audio.AudioFolderDataset(folder / "sounds", length=90, crop="random"),
        "sounds with features": audio.AudioFolderDataset(
            folder / "sounds", sr=4000, transform=partial(spectrum)
        ),
    }
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        return found
    table = pyarrow.table({"x": rows[:, 0], "name": [f"row {n}" for n in range(COUNT)]})
    parquet.write_table(table, folder / "file.parquet", row_group_size=2)
    found["Parquet"] = data.ParquetDataset(folder / "file.parquet", cached_groups=1)
    return found


def is_even(sample):
    return sample[1] % 2 == 0


def spectrum(signal, label):
    return audio.melspectrogram(signal, sr=4000, n_fft=64, hop_length=16, n_mels=8), label


class Everything(data.Dataset):
    """A sample of all data sets and of all transforms, by their names."""

    def __init__(self, folder):
        self.datasets = datasets(folder)

    def __len__(self):
        return COUNT

    def __getitem__(self, index):
        found = {name: dataset[index] for name, dataset in self.datasets.items()}
        image = numpy.roll(IMAGE, index, 0)
        floats = transforms.ToTensor()(image)
        found |= {name: change(image) for name, change in BYTES.items()}
        found |= {name: change(floats) for name, change in FLOATS.items()}
        return {**found, "drawn": drawn_in_all_ways(index)}


def plain(value):
    """Something to compare, and to show."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return (
        value.tolist() if isinstance(value, numpy.ndarray | np.ndarray | numpy.generic) else value
    )


def epochs(dataset, options, **others):
    weft.random.seed(11)
    loader = data.DataLoader(dataset, 2, **others, **options)
    return [[plain(batch) for batch in loader] for _ in range(2)]


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    folder = tmp_path_factory.mktemp("everything")
    write_files(folder)
    dataset, as_list = Everything(folder), data.batchify.AsList()
    return {
        mode: epochs(dataset, options, shuffle=True, batchify_fn=as_list)
        for mode, options in {"none": {}, **MODES}.items()
    }


def parts(batches, name):
    return [[sample[name] for batch in epoch for sample in batch] for epoch in batches]


NAMES = [*BYTES, *FLOATS, "drawn", *(
    "arrays", "arrays of Weft", "a list", "named tuples", "mapped", "on the first", "filtered",
    "sampled", "mapped memory", "images of folders", "listed images", "records", "lines",
    "texts of folders", "a table", "a corpus", "sounds", "sounds with features", "Parquet",
)]  # fmt: skip
RANDOM = [*BYTES, *FLOATS, "drawn", "mapped", "sounds"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", NAMES)
def test_samples_are_those_without_workers(everything, name, mode):
    if name == "Parquet":
        pytest.importorskip("pyarrow", reason="not run: pyarrow is not installed")
    assert parts(everything[mode], name) == parts(everything["none"], name)


@pytest.mark.parametrize("name", RANDOM)
def test_what_is_random_differs_from_epoch_to_epoch(everything, name):
    first, second = parts(everything["none"], name)
    assert first != second


def test_all_data_sets_are_among_them(everything):
    assert set(everything["none"][0][0][0]) <= set(NAMES)


# ---- what makes batches


@pytest.mark.parametrize("mode", ["2 processes", "4 threads"])
@pytest.mark.parametrize("kind", [vision.MixUp, vision.CutMix])
def test_mixed_batches_are_those_without_workers(kind, mode):
    images = [transforms.ToTensor()(numpy.roll(IMAGE, n, 0)) for n in range(COUNT)]
    dataset = data.SimpleDataset([(image, n % 3) for n, image in enumerate(images)])
    found = epochs(dataset, MODES[mode], batchify_fn=kind(3), shuffle=True)
    assert found == epochs(dataset, {}, batchify_fn=kind(3), shuffle=True)
    assert found[0] != found[1]


# ---- streams


def noisy(number):
    return number + float(np.random.uniform())


def named(sample):
    return {"n": sample["cls"], "image": sample["jpg"], "noise": float(np.random.uniform())}


def counted():
    return iter(range(9))


def streams(folder):
    numbers = data.IterableDataset(counted)
    found = {
        "numbers": numbers.map(noisy),
        "changed and mixed": numbers.map(noisy).filter(bool).shuffle(4).map(noisy).map(noisy),
        "ahead": numbers.map(noisy).shuffle(4).prefetch(2).map(noisy),
        "tar": data.TarDataset(folder / "shard.tar").map(named),
        "tar in random order": data.TarDataset(folder / "shard.tar").shuffle(3),
        "bytes of tar": data.TarDataset(folder / "shard.tar", decode=False).map(len),
    }
    return found


STREAMS = ["numbers", "changed and mixed", "ahead", "tar", "tar in random order", "bytes of tar"]


BY_PROCESSES = [("changed and mixed", "2 processes"), ("tar", "2 processes")]


@pytest.mark.parametrize(("name", "mode"), [*((n, "4 threads") for n in STREAMS), *BY_PROCESSES])
def test_streams_are_those_without_workers(tmp_path, name, mode):
    write_files(tmp_path)
    stream, as_list = streams(tmp_path)[name], data.batchify.AsList()
    found = epochs(stream, MODES[mode], batchify_fn=as_list)
    assert found == epochs(stream, {}, batchify_fn=as_list)
    assert len(found[0]) == (3 if "tar" in name else 5)


def test_a_stream_of_a_loader_has_its_samples_and_an_own_state():
    stream = data.IterableDataset(counted).map(str)
    as_list = data.batchify.AsList()
    loader = data.DataLoader(stream, 4, batchify_fn=as_list)
    batches = iter(loader)
    assert next(batches) == list("0123")
    state = json.loads(json.dumps(loader.state_dict()))
    assert list(batches) == [list("4567"), ["8"]]
    loader.load_state_dict(state)
    assert list(loader) == [list("4567"), ["8"]]
    assert list(data.DataLoader(stream, 4, last_batch="discard", batchify_fn=as_list))[1:] == [
        list("4567")
    ]
    with pytest.raises(TypeError, match="a stream has no length"):
        len(loader)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 2, "shuffle": True}, r"write `stream\.shuffle\(size\)`"),
        ({"batch_size": 2, "sampler": [1]}, "give no sampler"),
        ({}, "`batch_size` must be given with a stream"),
        ({"batch_size": 2, "last_batch": "rollover"}, "keep or discard with a stream"),
    ],
)
def test_what_a_stream_cannot_have_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        data.DataLoader(data.IterableDataset(counted), **options)


def failing(number):
    return 1 // (number - 5)


@pytest.mark.parametrize("options", [{}, {"num_workers": 2}])
def test_an_error_in_a_stream_names_the_sample(options):
    loader = data.DataLoader(data.IterableDataset(counted).map(failing), 2, **options)
    with pytest.raises(ZeroDivisionError) as error:
        list(loader)
    assert any("sample 5" in note for note in error.value.__notes__)


def test_a_stream_trains_a_network():
    def rows():
        return ((numpy.array([n % 2, 1], "float32"), n % 2) for n in range(64))

    net = weft.gluon.nn.Dense(2)
    model = weft.Model(net, "softmax_cross_entropy", "adam", metrics=["accuracy"])
    loader = data.DataLoader(data.IterableDataset(rows), 8)
    history = model.fit(loader, epochs=40, verbose=0)
    assert history.history["accuracy"][-1] == 1.0


# ---- sessions

SESSION = """
import warnings
from weft.gluon import data

class Local(data.Dataset):
    def __len__(self):
        return 3
    def __getitem__(self, index):
        return index * 2

with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    lists = [batch.tolist() for batch in data.DataLoader(Local(), 2, num_workers=2)]
    shown = data.SimpleDataset([1, 2]).transform(lambda x: x + 1)
    lists += [batch.tolist() for batch in data.DataLoader(shown, 2, num_workers=2)]
    count = len(told)
    lists += [batch.tolist() for batch in data.DataLoader([5, 6], 2, num_workers=2)]
print(lists, count, len(told) - count, told[0].message)
"""


@pytest.mark.parametrize("how", ["-c", "-"])
def test_what_a_session_defines_is_loaded_by_threads_with_a_warning(how):
    """`-c` has no file, as a notebook has none; what comes from a pipe is named as one."""
    arguments = [sys.executable, how, *([SESSION] if how == "-c" else [])]
    given = None if how == "-c" else SESSION
    run = subprocess.run(arguments, input=given, capture_output=True, text=True, check=False)
    assert not run.stderr, run.stderr
    more = 0 if how == "-c" else 1
    assert run.stdout.startswith(f"[[0, 2], [4], [2, 3], [5, 6]] 2 {more} DataLoader: ")
    assert "defined in this interactive session" in run.stdout
