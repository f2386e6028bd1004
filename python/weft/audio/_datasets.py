"""Data sets of sound files in folders."""

import os
from collections.abc import Callable
from typing import Any

import numpy

from weft import np
from weft._base.options import require, require_whole
from weft._base.spelling import named_arguments
from weft.audio._files import load
from weft.gluon.data import Dataset
from weft.gluon.data._folders import labelled_files

_CROPS = ("start", "center", "random")


class AudioFolderDataset(Dataset):
    """Sound files in folders: each folder of `root` is a class, each of its files a sample (signal,
    label): the signal float32 from -1 to 1, of shape (T,), the label an int32.

    sr: the rate that signals are had at; None for that of each file
    mono: whether the mean of the channels is wanted; else signals of several are (channels, T)
    length: samples that each signal is cut to, or filled up to with zeros, so that batches can be
        made; None leaves them as they are, for `batchify.Pad()`
    crop: which part of a longer signal: "start", "center", or "random" by `np.random.seed`
    transform: a function of signal and label that gives the sample, such as one that calls
        `audio.melspectrogram`

    WAV of 16 bits is read by Python's own module, other WAV and FLAC, OGG and MP3 with
    `pip install '.[audio]'`. `synsets` names the classes in order, `items` has path and label of
    each file. Raises OSError that names the file that cannot be read.

    >>> import os, wave
    >>> from weft import audio
    >>> for kind in ("no", "yes"):
    ...     os.makedirs(f"words/{kind}")
    ...     with wave.open(f"words/{kind}/1.wav", "wb") as target:
    ...         target.setparams((1, 2, 8000, 0, "NONE", ""))
    ...         target.writeframes(bytes(2 * 100))
    >>> words = audio.AudioFolderDataset("words", length=160)
    >>> words.synsets, words[1][0].shape, words[1][1]
    (['no', 'yes'], (160,), np.int32(1))
    """

    SUFFIXES = (".wav", ".flac", ".ogg", ".mp3")

    @named_arguments
    def __init__(
        self,
        root: str | os.PathLike[str],
        sr: int | None = None,
        mono: bool = True,
        length: int | None = None,
        crop: str = "start",
        transform: Callable[[Any, Any], Any] | None = None,
    ) -> None:
        where = "AudioFolderDataset"
        for name, value in (("sr", sr), ("length", length)):
            if value is not None:
                require_whole(where, name, value, 1)
        require(crop in _CROPS, where, "crop", "start, center or random", repr(crop))
        self.synsets, self.items = labelled_files(where, root, self.SUFFIXES, "sounds")
        self._rate, self._mono, self._length, self._crop = sr, mono, length, crop
        self._function = transform

    def __getitem__(self, index: int) -> Any:
        path, label = self.items[index]
        signal = load(path, self._rate, self._mono)[0].asnumpy()
        if self._length is not None:
            signal = self._fitted(signal, self._length)
        sample = signal, numpy.int32(label)
        return self._function(*sample) if self._function else sample

    def _fitted(self, signal: numpy.ndarray, length: int) -> numpy.ndarray:
        rest = signal.shape[-1] - length
        if rest < 0:
            return numpy.pad(signal, [(0, 0)] * (signal.ndim - 1) + [(0, -rest)])
        if self._crop == "random":
            begin = min(int(float(np.random.uniform()) * (rest + 1)), rest)
        else:
            begin = rest // 2 if self._crop == "center" else 0
        return signal[..., begin : begin + length]

    def __len__(self) -> int:
        return len(self.items)


__all__ = ["AudioFolderDataset"]
