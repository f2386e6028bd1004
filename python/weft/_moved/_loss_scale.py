"""Where pickles of earlier versions find the scale of losses in a trainer."""

from weft.gluon._loss_scale import LossScaler

__all__ = ["LossScaler"]
