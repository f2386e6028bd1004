"""Transforms, filters and masks as blocks, which go into networks, files and C.

Windows and filters are constants of the graph: a block has no parameters.
"""

from typing import Any

from weft import autograd
from weft._base.options import require, require_whole
from weft.audio._arrays import floats
from weft.audio._masks import mask_frequency, mask_time
from weft.audio._signals import Polyphase, preemphasis
from weft.audio._spectra import griffinlim, istft, spectrogram, stft
from weft.audio._windows import Framing, Window
from weft.gluon.hybrid_block import HybridBlock


class Function(HybridBlock):
    """A block that calls a function with its options."""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.options = options

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.options.items())
        return f"{type(self).__name__}({shown})"


class STFT(Function):
    """`weft.audio.stft` as a block, with its options: (..., T) to complex (..., F, frames).

    >>> from weft import audio, np
    >>> audio.STFT(256)(np.ones((2, 1000))).shape
    (2, 129, 16)
    """

    def __init__(
        self,
        n_fft: int = 2048,
        hop_length: int | None = None,
        win_length: int | None = None,
        window: Window = "hann",
        center: bool = True,
        pad_mode: str = "constant",
    ) -> None:
        Framing("STFT", n_fft, hop_length, win_length, window)
        super().__init__(
            n_fft=n_fft,
            hop_length=hop_length,
            win_length=win_length,
            window=window,
            center=center,
            pad_mode=pad_mode,
        )

    def forward(self, y: Any) -> Any:
        return stft(y, **self.options)


class ISTFT(Function):
    """`weft.audio.istft` as a block, with its options: complex (..., F, frames) to (..., T).

    >>> from weft import audio, np
    >>> audio.ISTFT(n_fft=256)(audio.stft(np.ones(1024), 256)).shape
    (1024,)
    """

    def __init__(
        self,
        n_fft: int = 2048,
        hop_length: int | None = None,
        win_length: int | None = None,
        window: Window = "hann",
        center: bool = True,
        length: int | None = None,
    ) -> None:
        Framing("ISTFT", n_fft, hop_length, win_length, window)
        super().__init__(
            n_fft=n_fft,
            hop_length=hop_length,
            win_length=win_length,
            window=window,
            center=center,
            length=length,
        )

    def forward(self, z: Any) -> Any:
        return istft(z, **self.options)


class Spectrogram(Function):
    """`weft.audio.spectrogram` as a block, with its options: (..., T) to (..., F, frames).

    >>> from weft import audio, np
    >>> audio.Spectrogram(512, power=1)(np.ones((2, 1000))).shape
    (2, 257, 8)
    """

    def __init__(
        self,
        n_fft: int = 2048,
        hop_length: int | None = None,
        win_length: int | None = None,
        window: Window = "hann",
        center: bool = True,
        pad_mode: str = "constant",
        power: float = 2.0,
    ) -> None:
        Framing("Spectrogram", n_fft, hop_length, win_length, window)
        require(power > 0, "Spectrogram", "power", "above 0", power)
        super().__init__(
            n_fft=n_fft,
            hop_length=hop_length,
            win_length=win_length,
            window=window,
            center=center,
            pad_mode=pad_mode,
            power=power,
        )

    def forward(self, y: Any) -> Any:
        return spectrogram(y, **self.options)


class PreEmphasis(Function):
    """`weft.audio.preemphasis` as a block: (..., T) to (..., T).

    >>> from weft import audio, np
    >>> audio.PreEmphasis(0.5, zi=0)(np.array([1.0, 2.0, 3.0]))
    array([1. , 1.5, 2. ])
    """

    def __init__(self, coef: float = 0.97, zi: float | None = None) -> None:
        super().__init__(coef=coef, zi=zi)

    def forward(self, y: Any) -> Any:
        return preemphasis(y, **self.options)


class Resample(Function):
    """`weft.audio.resample` as a block: (..., T) to (..., ceil(T * target_sr / orig_sr)).

    >>> from weft import audio, np
    >>> audio.Resample(16000, 8000)(np.ones(160)).shape
    (80,)
    """

    def __init__(self, orig_sr: float, target_sr: float) -> None:
        super().__init__(orig_sr=orig_sr, target_sr=target_sr)
        self._polyphase = Polyphase(orig_sr, target_sr, "Resample")

    def forward(self, y: Any) -> Any:
        return self._polyphase(floats(y, "Resample"))


class GriffinLim(Function):
    """`weft.audio.griffinlim` as a block, with its options: (..., F, frames) to (..., T).

    Phases begin with zeros unless `init` is "random".

    >>> from weft import audio, np
    >>> audio.GriffinLim(n_iter=2)(np.ones((129, 16))).shape
    (960,)
    """

    def __init__(
        self,
        n_iter: int = 32,
        hop_length: int | None = None,
        win_length: int | None = None,
        n_fft: int | None = None,
        window: Window = "hann",
        center: bool = True,
        length: int | None = None,
        pad_mode: str = "constant",
        momentum: float = 0.99,
        init: str | None = None,
    ) -> None:
        super().__init__(
            n_iter=n_iter,
            hop_length=hop_length,
            win_length=win_length,
            n_fft=n_fft,
            window=window,
            center=center,
            length=length,
            pad_mode=pad_mode,
            momentum=momentum,
            init=init,
        )

    def forward(self, S: Any) -> Any:
        return griffinlim(S, **self.options)


class _Mask(Function):
    def __init__(self, most: int, count: int = 1, value: float = 0.0) -> None:
        where = type(self).__name__
        require_whole(where, "most", most, 0)
        require_whole(where, "count", count, 0)
        super().__init__(most=most, count=count, value=value)


class TimeMask(_Mask):
    """`weft.audio.mask_time` in training, and nothing in prediction.

    >>> from weft import audio, np
    >>> float(audio.TimeMask(4)(np.ones((2, 8, 20))).sum())
    320.0
    """

    def forward(self, S: Any) -> Any:
        return mask_time(S, **self.options) if autograd.is_training() else S


class FrequencyMask(_Mask):
    """`weft.audio.mask_frequency` in training, and nothing in prediction.

    >>> from weft import audio, np
    >>> float(audio.FrequencyMask(3)(np.ones((2, 8, 20))).sum())
    320.0
    """

    def forward(self, S: Any) -> Any:
        return mask_frequency(S, **self.options) if autograd.is_training() else S


__all__ = [
    "ISTFT",
    "STFT",
    "FrequencyMask",
    "GriffinLim",
    "PreEmphasis",
    "Resample",
    "Spectrogram",
    "TimeMask",
]
