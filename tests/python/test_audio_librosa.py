"""`weft.audio` beside librosa, whose functions it has: within 1e-4, and mostly far closer."""

import numpy
import pytest
from weft import audio, np

librosa = pytest.importorskip("librosa", reason="not run: librosa is not installed")
pytestmark = pytest.mark.librosa

RATE = 22050
TIME = numpy.arange(RATE // 2) / RATE
NOISE = numpy.random.default_rng(2).normal(size=TIME.size)
Y = (0.6 * numpy.sin(2 * numpy.pi * 440 * TIME * (1 + TIME)) + 0.05 * NOISE).astype("float32")


def agree(found, wanted):
    assert found.shape == wanted.shape and found.dtype == wanted.dtype
    scale = abs(wanted).max()
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=0, atol=1e-4 * scale)


TRANSFORMS = [
    {},
    {"n_fft": 512, "hop_length": 160, "win_length": 400},
    {"n_fft": 400, "window": "hamming", "pad_mode": "reflect"},
    {"n_fft": 501, "hop_length": 77, "center": False, "window": ("kaiser", 4.0)},
]


@pytest.mark.parametrize("options", TRANSFORMS, ids=str)
def test_transforms_and_their_inverses_agree(options):
    y = numpy.stack([Y, Y[::-1]])
    wanted = librosa.stft(y, **options)
    agree(audio.stft(np.array(y), **options), wanted)
    back = {k: v for k, v in options.items() if k != "pad_mode"}
    back.setdefault("n_fft", 2048)
    for length in (None, Y.size, 3000, 12000):
        theirs = librosa.istft(wanted, length=length, **back)
        ours = audio.istft(np.array(wanted), length=length, **back)
        # Windows let next to nothing through at the ends of the first frame and of the last one.
        edge = 0 if options.get("center", True) else 40
        inner = slice(edge, Y.size - 200 if length == 12000 else theirs.shape[-1] - edge)
        agree(ours[:, inner], theirs[:, inner])


@pytest.mark.parametrize("htk", [True, False])
@pytest.mark.parametrize("norm", ["slaney", None, 1, 2])
def test_mel_filters_agree(htk, norm):
    options = {"n_fft": 1024, "n_mels": 40, "fmin": 30, "fmax": 9000, "htk": htk, "norm": norm}
    agree(audio.mel_filters(RATE, **options), librosa.filters.mel(sr=RATE, **options))


@pytest.mark.parametrize("options", [{}, {"n_fft": 512, "hop_length": 100, "n_mels": 40}], ids=str)
def test_mel_spectrograms_and_cepstra_agree(options):
    wanted = librosa.feature.melspectrogram(y=Y, sr=RATE, **options)
    agree(audio.melspectrogram(np.array(Y), RATE, **options), wanted)
    for ref in (1.0, np.max):
        theirs = librosa.power_to_db(wanted, ref=numpy.max if ref is np.max else ref)
        agree(audio.power_to_db(np.array(wanted), ref), theirs)
    amplitude = librosa.amplitude_to_db(wanted, ref=2.0, top_db=60)
    agree(audio.amplitude_to_db(np.array(wanted), 2.0, top_db=60), amplitude)
    for lifter in (0, 22):
        theirs = librosa.feature.mfcc(y=Y, sr=RATE, n_mfcc=13, lifter=lifter, **options)
        agree(audio.mfcc(np.array(Y), RATE, n_mfcc=13, lifter=lifter, **options), theirs)
        agree(audio.MFCC(RATE, n_mfcc=13, lifter=lifter, **options)(np.array(Y)), theirs)


def test_signals_agree():
    agree(audio.preemphasis(np.array(Y)), librosa.effects.preemphasis(Y))
    for rate in (16000, 44100, 11025):
        wanted = librosa.resample(Y, orig_sr=RATE, target_sr=rate, res_type="polyphase")
        agree(audio.resample(np.array(Y), RATE, rate), wanted)


@pytest.mark.parametrize("momentum", [0, 0.5])
def test_the_iteration_of_griffin_and_lim_agrees(momentum):
    magnitude = abs(librosa.stft(Y[:4000].astype("float64"), n_fft=256))
    options = {"n_iter": 6, "momentum": momentum, "init": None, "length": 4000}
    agree(
        audio.griffinlim(np.array(magnitude), **options), librosa.griffinlim(magnitude, **options)
    )


def test_files_agree(tmp_path):
    soundfile = pytest.importorskip("soundfile", reason="not run: soundfile is not installed")
    both = numpy.stack([Y, -0.5 * Y[::-1]], -1)
    for ending in ("wav", "flac"):
        path = tmp_path / f"sound.{ending}"
        soundfile.write(path, both, RATE)
        for mono in (True, False):
            wanted, _ = librosa.load(path, sr=None, mono=mono)
            found, rate = audio.load(path, mono=mono)
            assert rate == RATE
            agree(found, wanted)
