"""Sound: spectra, features and files, as functions and as blocks.

The functions have the names, the options and the results of librosa, along the last axis of arrays
of any rank, with gradients. The blocks go into networks, `.weft` files and C.

>>> from weft import audio, np
>>> y = np.sin(np.arange(16000) / 9)
>>> audio.mfcc(y, sr=16000, n_mfcc=13, n_fft=512, hop_length=160, n_mels=40).shape
(13, 101)
"""

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.audio import _datasets, _files, _layers, _masks, _mel, _mel_layers, _signals, _spectra
from weft.audio._datasets import *  # noqa: F403
from weft.audio._files import *  # noqa: F403
from weft.audio._layers import *  # noqa: F403
from weft.audio._masks import *  # noqa: F403
from weft.audio._mel import *  # noqa: F403
from weft.audio._mel_layers import *  # noqa: F403
from weft.audio._signals import *  # noqa: F403
from weft.audio._spectra import *  # noqa: F403

__all__ = [
    *_datasets.__all__,
    *_files.__all__,
    *_layers.__all__,
    *_masks.__all__,
    *_mel.__all__,
    *_mel_layers.__all__,
    *_signals.__all__,
    *_spectra.__all__,
]
__getattr__ = _spelling.finder("weft.audio", _words.FUNCTIONS, ())
__dir__ = __all__.copy
