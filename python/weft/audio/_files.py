"""Signals from files: by `soundfile` where it is installed; else 16-bit WAV files by Python's own
`wave`."""

import os
import wave
from importlib.util import find_spec
from typing import Any

import numpy

from weft._base.errors import FileFailure, InvalidValue, MissingFile
from weft._base.packages import installing
from weft._core import native
from weft._core.typing import ndarray
from weft.audio._signals import resample

DEFAULT_LIMIT = 1 << 28  # samples of all channels: a gigabyte, 90 minutes of 48 kHz
_VARIABLE = "WEFT_MAX_AUDIO_SAMPLES"


def load(
    path: str | os.PathLike[str], sr: int | None = None, mono: bool = True
) -> tuple[ndarray, int]:
    """A signal and its sampling rate: float32 from -1 to 1; (T,), or (channels, T) of
    several channels.

    path: a WAV file of 16 bits; with `soundfile` (`pip install '.[audio]'`) also other
        WAV, FLAC, OGG and MP3 files
    sr: the rate to have it at, by `resample`; the file's own unless given
    mono: whether the mean of the channels is wanted

    Raises OSError for what cannot be read, ImportError for a file that needs soundfile.

    >>> import tempfile, wave
    >>> from weft import audio
    >>> with tempfile.NamedTemporaryFile(suffix=".wav") as file:
    ...     with wave.open(file.name, "wb") as target:
    ...         target.setparams((1, 2, 8000, 0, "NONE", ""))
    ...         target.writeframes(bytes(2 * 100))
    ...     y, rate = audio.load(file.name)
    >>> y.shape, rate
    ((100,), 8000)
    """
    name = os.fsdecode(path)
    if not os.path.isfile(name):
        raise MissingFile(f"load: there is no file {name}")
    read = _by_soundfile if find_spec("soundfile") is not None else _by_wave
    samples, rate = read(name)
    if mono:
        samples = samples.mean(0, keepdims=True)
    y = native.array(samples[0] if len(samples) == 1 else samples, dtype="float32")
    return (y, rate) if sr is None or sr == rate else (resample(y, rate, sr), sr)


def _by_soundfile(name: str) -> tuple[numpy.ndarray, int]:
    import soundfile

    try:
        with soundfile.SoundFile(name) as source:
            _require_few(source.frames * source.channels, name)
            samples = source.read(dtype="float32", always_2d=True)
            rate = source.samplerate
    except FileFailure:
        raise
    except (RuntimeError, OSError) as error:  # soundfile's own error is a RuntimeError
        raise FileFailure(f"load: {name} cannot be read: {error}") from None
    return samples.T, int(rate)


def _require_few(count: int, name: str) -> None:
    """Raises OSError for more samples than the limit: a packed file of 1 MB can have billions."""
    told = os.environ.get(_VARIABLE, "") or str(DEFAULT_LIMIT)
    if not told.isascii() or not told.isdigit():
        raise InvalidValue(f"{_VARIABLE}: must be a count of samples; got {told!r}")
    if count > int(told):
        raise FileFailure(
            f"load: {name} has {count} samples, more than {told}; set {_VARIABLE} to a larger "
            "number if you want it"
        )


def _by_wave(name: str) -> tuple[numpy.ndarray, int]:
    try:
        with wave.open(name, "rb") as source:
            parameters: Any = source.getparams()
            content = source.readframes(parameters.nframes)
    except EOFError:
        raise FileFailure(f"load: {name} ends before its header does") from None
    except wave.Error as error:
        raise ImportError(
            f"load: {name} is no WAV file of integers ({error}); other files need soundfile: "
            f"{installing('audio')}"
        ) from error
    if parameters.sampwidth != 2:
        raise ImportError(
            f"load: {name} has {8 * parameters.sampwidth} bits a sample; files that have not 16 "
            f"need soundfile: {installing('audio')}"
        )
    whole = len(content) // (2 * parameters.nchannels) * 2 * parameters.nchannels
    samples = numpy.frombuffer(content[:whole], "<i2").reshape(-1, parameters.nchannels)
    return samples.T.astype("float32") / 32768, parameters.framerate


__all__ = ["load"]
