"""Sounds in folders as a data set."""

import wave

import numpy
import pytest
import weft
from weft import audio
from weft.gluon import data

RATE = 8000
SIGNALS = numpy.random.default_rng(0).integers(-9999, 9999, (3, 2, 500)).astype("<i2")


def write_wav(path, samples, rate=RATE):
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as target:
        target.setparams((len(samples), 2, rate, 0, "NONE", ""))
        target.writeframes(numpy.ascontiguousarray(samples.T).tobytes())


@pytest.fixture
def folder(tmp_path):
    for number, samples in enumerate(SIGNALS):
        write_wav(tmp_path / ("no", "yes")[number % 2] / f"{number}.wav", samples)
    (tmp_path / "yes" / "notes.txt").write_text("no sound")
    return tmp_path


def test_sounds_have_their_folder_as_label(folder):
    words = audio.AudioFolderDataset(folder)
    assert (words.synsets, [label for _, label in words.items]) == (["no", "yes"], [0, 0, 1])
    for (signal, label), place in zip(words, (0, 2, 1), strict=True):
        assert (signal.dtype, label.dtype) == ("float32", "int32")
        numpy.testing.assert_allclose(signal, SIGNALS[place].mean(0) / 32768, atol=1e-6)
    both = audio.AudioFolderDataset(folder, mono=False)[2][0]
    numpy.testing.assert_allclose(both, SIGNALS[1] / 32768, atol=1e-6)
    half = audio.AudioFolderDataset(folder, sr=RATE // 2)[0][0]
    wanted = audio.resample(SIGNALS[0].mean(0).astype("float32") / 32768, RATE, RATE // 2)
    numpy.testing.assert_allclose(half, wanted.asnumpy(), atol=1e-6)


@pytest.mark.parametrize(("crop", "begin"), [("start", 0), ("center", 200)])
def test_sounds_are_cut_and_filled_to_one_length(folder, crop, begin):
    write_wav(folder / "yes" / "short.wav", SIGNALS[0][:1, :60])
    whole = audio.AudioFolderDataset(folder)
    words = audio.AudioFolderDataset(folder, length=100, crop=crop)
    numpy.testing.assert_array_equal(words[0][0], whole[0][0][begin : begin + 100])
    numpy.testing.assert_array_equal(words[3][0], numpy.pad(whole[3][0], (0, 40)))
    (batch,) = data.DataLoader(words, 4)
    assert [part.shape for part in batch] == [(4, 100), (4,)]


def test_random_parts_follow_the_seed(folder):
    words = audio.AudioFolderDataset(folder, length=100, crop="random")
    whole = audio.AudioFolderDataset(folder)[0][0]
    windows = {w.tobytes() for w in numpy.lib.stride_tricks.sliding_window_view(whole, 100)}

    def drawn():
        weft.random.seed(4)
        return [words[0][0].tobytes() for _ in range(8)]

    parts = drawn()
    assert parts == drawn() and len(set(parts)) > 1 and set(parts) <= windows


def test_flac_is_read_by_soundfile(folder):
    soundfile = pytest.importorskip("soundfile", reason="not run: soundfile is not installed")
    soundfile.write(folder / "yes" / "4.flac", SIGNALS[2].T, RATE, subtype="PCM_16")
    signal, label = audio.AudioFolderDataset(folder)[3]
    numpy.testing.assert_allclose(signal, SIGNALS[2].mean(0) / 32768, atol=1e-6)
    assert label == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"crop": "centre"}, "`crop` must be start, center or random; got 'centre'"),
        ({"length": 0}, "`length` must be at least 1"),
        ({"lenght": 5}, "`lenght` is no argument; .*did you mean `length`"),
    ],
)
def test_what_means_nothing_is_refused(folder, options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        audio.AudioFolderDataset(folder, **options)


def test_what_is_no_sound_is_told_with_its_file(folder):
    (folder / "no" / "broken.wav").write_bytes(b"RIFF")
    with pytest.raises(OSError, match=r"broken\.wav"):
        audio.AudioFolderDataset(folder)[2]
    with pytest.raises(ValueError, match=r"folders with sounds \(\.wav, \.flac"):
        audio.AudioFolderDataset(folder / "no")
