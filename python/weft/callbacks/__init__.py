"""What `weft.Model.fit` does beside training: stop early, save, lower the rate, show, log.

>>> from weft import callbacks
>>> stop = callbacks.EarlyStopping("val_loss", patience=3, restore_best_weights=True)
"""

from weft.callbacks._base import Callback
from weft.callbacks._progress import EpochLines, LambdaCallback, ProgressBar
from weft.callbacks._rates import LearningRateScheduler, LRFinder, ReduceLROnPlateau
from weft.callbacks._saving import Checkpoint, CSVLogger, ExponentialMovingAverage
from weft.callbacks._stopping import EarlyStopping, TerminateOnNaN
from weft.callbacks._tensorboard import TensorBoard

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
