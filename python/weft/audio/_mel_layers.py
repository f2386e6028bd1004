"""Mel spectrograms and cepstra as blocks. Filters and cosines are constants of the graph."""

from typing import Any

from weft import np
from weft._base.options import require
from weft._core.typing import ndarray
from weft.audio._arrays import beside
from weft.audio._layers import Function
from weft.audio._mel import MelOptions, cosines, decibels
from weft.audio._windows import Window


class MelSpectrogram(Function):
    """`weft.audio.melspectrogram` as a block, with its options: (..., T) to (..., n_mels, frames).

    >>> from weft import audio, np
    >>> audio.MelSpectrogram(sr=16000, n_fft=512, hop_length=160, n_mels=40)(np.ones(16000)).shape
    (40, 101)
    """

    def __init__(
        self,
        sr: float = 22050,
        *,
        n_fft: int = 2048,
        hop_length: int | None = 512,
        win_length: int | None = None,
        window: Window = "hann",
        center: bool = True,
        pad_mode: str = "constant",
        power: float = 2.0,
        n_mels: int = 128,
        fmin: float = 0.0,
        fmax: float | None = None,
        htk: bool = False,
        norm: str | float | None = "slaney",
    ) -> None:
        super().__init__(
            sr=sr,
            n_fft=n_fft,
            hop_length=hop_length,
            win_length=win_length,
            window=window,
            center=center,
            pad_mode=pad_mode,
            power=power,
            n_mels=n_mels,
            fmin=fmin,
            fmax=fmax,
            htk=htk,
            norm=norm,
        )
        self._mel = MelOptions(type(self).__name__, **self.options)

    def forward(self, y: Any) -> Any:
        return np.swapaxes(self._rows(y), -1, -2)

    def _rows(self, y: ndarray) -> ndarray:
        return self._mel.rows(y)


class LogMelSpectrogram(MelSpectrogram):
    """A mel spectrogram in decibels: `melspectrogram`, then `power_to_db`.

    ref, amin, top_db: of `power_to_db`, but top_db is None unless given: a level below the loudest
        of all results would need all frames at once
    Other options are those of `melspectrogram`.

    >>> from weft import audio, np
    >>> net = audio.LogMelSpectrogram(sr=16000, n_fft=512, hop_length=160, n_mels=40)
    >>> net(np.ones(16000)).shape
    (40, 101)
    """

    def __init__(
        self,
        sr: float = 22050,
        *,
        ref: float = 1.0,
        amin: float = 1e-10,
        top_db: float | None = None,
        n_fft: int = 2048,
        hop_length: int | None = 512,
        win_length: int | None = None,
        window: Window = "hann",
        center: bool = True,
        pad_mode: str = "constant",
        power: float = 2.0,
        n_mels: int = 128,
        fmin: float = 0.0,
        fmax: float | None = None,
        htk: bool = False,
        norm: str | float | None = "slaney",
    ) -> None:
        super().__init__(
            sr,
            n_fft=n_fft,
            hop_length=hop_length,
            win_length=win_length,
            window=window,
            center=center,
            pad_mode=pad_mode,
            power=power,
            n_mels=n_mels,
            fmin=fmin,
            fmax=fmax,
            htk=htk,
            norm=norm,
        )
        require(amin > 0, type(self).__name__, "amin", "above 0", amin)
        self.options.update(ref=ref, amin=amin, top_db=top_db)

    def _rows(self, y: ndarray) -> ndarray:
        scale = (self.options[name] for name in ("ref", "amin", "top_db"))
        return decibels(super()._rows(y), *scale, type(self).__name__)


class MFCC(LogMelSpectrogram):
    """`weft.audio.mfcc` as a block: (..., T) to (..., n_mfcc, frames).

    n_mfcc, lifter: of the function; top_db: 80, as there; None: no bound
    Other options are those of `melspectrogram`.

    >>> from weft import audio, np
    >>> net = audio.MFCC(sr=16000, n_mfcc=13, n_fft=512, hop_length=160, n_mels=40)
    >>> net(np.ones(16000)).shape
    (13, 101)
    """

    def __init__(
        self,
        sr: float = 22050,
        *,
        n_mfcc: int = 20,
        lifter: float = 0,
        top_db: float | None = 80.0,
        n_fft: int = 2048,
        hop_length: int | None = 512,
        win_length: int | None = None,
        window: Window = "hann",
        center: bool = True,
        pad_mode: str = "constant",
        power: float = 2.0,
        n_mels: int = 128,
        fmin: float = 0.0,
        fmax: float | None = None,
        htk: bool = False,
        norm: str | float | None = "slaney",
    ) -> None:
        super().__init__(
            sr,
            top_db=top_db,
            n_fft=n_fft,
            hop_length=hop_length,
            win_length=win_length,
            window=window,
            center=center,
            pad_mode=pad_mode,
            power=power,
            n_mels=n_mels,
            fmin=fmin,
            fmax=fmax,
            htk=htk,
            norm=norm,
        )
        self.options.update(n_mfcc=n_mfcc, lifter=lifter)
        self._cosines = cosines(n_mfcc, n_mels, lifter, "MFCC").T

    def _rows(self, y: ndarray) -> ndarray:
        rows = super()._rows(y)
        return np.matmul(rows, beside(self._cosines, rows))


__all__ = ["MFCC", "LogMelSpectrogram", "MelSpectrogram"]
