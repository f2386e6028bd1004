"""What `weft.Model.fit` does beside training: stop early, save, lower the rate, show, log.

>>> from weft import callbacks
>>> stop = callbacks.EarlyStopping("val_loss", patience=3, restore_best_weights=True)
"""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.callbacks._base import Callback
from weft.callbacks._progress import EpochLines, LambdaCallback, ProgressBar
from weft.callbacks._rates import LearningRateScheduler, LRFinder, ReduceLROnPlateau
from weft.callbacks._saving import Checkpoint, CSVLogger, ExponentialMovingAverage
from weft.callbacks._stopping import EarlyStopping, TerminateOnNaN
from weft.callbacks._tensorboard import TensorBoard

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.callbacks", _words.CALLBACKS)

__all__ = [
    "CSVLogger",
    "Callback",
    "Checkpoint",
    "EarlyStopping",
    "EpochLines",
    "ExponentialMovingAverage",
    "LRFinder",
    "LambdaCallback",
    "LearningRateScheduler",
    "ProgressBar",
    "ReduceLROnPlateau",
    "TensorBoard",
    "TerminateOnNaN",
]
__dir__ = __all__.copy
