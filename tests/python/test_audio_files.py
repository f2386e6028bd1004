"""Signals from WAV files by Python's own reader, and what needs soundfile."""

import wave

import numpy
import pytest
from weft import audio
from weft.audio import _files


@pytest.fixture(autouse=True)
def without_soundfile(monkeypatch):
    """Also where it is installed: tests/python/test_audio_librosa.py reads by it."""
    monkeypatch.setattr(_files, "find_spec", lambda name: None)


def written(path, samples, rate=8000, width=2):
    with wave.open(str(path), "wb") as target:
        target.setparams((samples.shape[-1], width, rate, 0, "NONE", ""))
        target.writeframes(samples.tobytes())
    return path


@pytest.mark.parametrize("channels", [1, 2])
def test_samples_are_read_between_minus_1_and_1(channels, tmp_path):
    ends = numpy.array([-32768, 32767, 0, 1, -1, 12345], "<i2").reshape(-1, 1)
    samples = numpy.concatenate([ends, -(ends // 2)], 1)[:, :channels]
    path = written(tmp_path / "sound.wav", samples)
    y, rate = audio.load(path, mono=False)
    assert rate == 8000 and y.dtype == numpy.float32
    wanted = (samples.T / 32768).astype("float32")
    numpy.testing.assert_array_equal(y.asnumpy(), wanted[0] if channels == 1 else wanted)
    mean, _ = audio.load(path)
    numpy.testing.assert_allclose(mean.asnumpy(), wanted.mean(0))


def test_another_rate_is_made(tmp_path):
    path = written(tmp_path / "sound.wav", numpy.zeros((100, 1), "<i2"))
    y, rate = audio.load(path, sr=4000)
    assert y.shape == (50,) and rate == 4000


def test_what_cannot_be_read_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="load: there is no file"):
        audio.load(tmp_path / "none.wav")
    (tmp_path / "sound.flac").write_bytes(b"fLaC" + bytes(100))
    with pytest.raises(ImportError, match=r"need soundfile: pip install 'soundfile>"):
        audio.load(tmp_path / "sound.flac")
    path = written(tmp_path / "bytes.wav", numpy.zeros((10, 1), "uint8"), width=1)
    with pytest.raises(ImportError, match=r"has 8 bits a sample; files that have not 16 need"):
        audio.load(path)
    whole = written(tmp_path / "sound.wav", numpy.zeros((10, 1), "<i2")).read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[:30])
    with pytest.raises(OSError, match=r"load: .*cut.wav ends before its header does"):
        audio.load(tmp_path / "cut.wav")


def test_a_file_whose_end_is_missing_gives_what_is_there(tmp_path):
    whole = written(tmp_path / "sound.wav", numpy.ones((10, 2), "<i2")).read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[:-5])
    y, _ = audio.load(tmp_path / "cut.wav")
    assert y.shape == (8,)
