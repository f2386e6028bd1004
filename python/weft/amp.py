"""Automatic mixed precision: networks of float32 that compute their products in a half dtype.

A mode of the thread (`autocast`, `init`) or of a block (`convert_hybrid_block`) permits it; where
an operator gains by it, products are then made in float16 or bfloat16 from rounded operands, added
up in float32; in plans convolutions are, too, in bfloat16. Parameters, gradients, results and what
an optimizer keeps stay float32, and so does the arithmetic of losses, normalisations and sums. In
plans what lies between products is kept in the half dtype, which takes half the memory; eager calls
cast at each product. Traces have the mode in their signature, and an exported file has what it was
traced with.

bfloat16 has float32's range and needs nothing else. Gradients in float16 would vanish, so losses
are scaled, by a factor that follows the gradients:

>>> from weft import amp, autograd, gluon, np
>>> net = gluon.nn.Dense(1)
>>> net.initialize()
>>> trainer = gluon.Trainer(net.collect_params(), "sgd")
>>> amp.init_trainer(trainer)
>>> with autograd.record(), amp.autocast("float16"):
...     loss = gluon.loss.L2Loss()(net(np.ones((2, 3))), np.zeros((2, 1)))
...     with amp.scale_loss(loss, trainer) as scaled:
...         autograd.backward(scaled)
>>> trainer.step(2)

`trainer.compile` scales by itself when the trainer has been given to `init_trainer`.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.errors import InvalidState, InvalidType
from weft._core import native
from weft._core.modes import MIXED, ModeScope, mode_of, scope_of
from weft._core.typing import DTypeLike, ndarray
from weft.gluon._loss_scale import LossScaler
from weft.gluon.block import Block
from weft.gluon.trainer import Trainer

_AnyBlock = TypeVar("_AnyBlock", bound=Block)


def autocast(dtype: DTypeLike | None = "bfloat16", enabled: bool = True) -> ModeScope:
    """A `with` block in which operators of this thread may compute in `dtype`.

    dtype: 'float16', 'bfloat16'; 'float32' or None for a part that shall stay in float32
    enabled: false is the same as None

    Raises TypeError or ValueError for another dtype.

    >>> from weft import np
    >>> x, w = np.ones((64, 128)), np.ones((128, 128)) * 0.7
    >>> with autocast("bfloat16"):
    ...     y = np.matmul(x, w)
    >>> y.dtype, float(y[0, 0])
    (dtype('float32'), 89.5)
    """
    return scope_of(mode_of("autocast", "dtype", dtype) if enabled else 0)


def init(target_dtype: DTypeLike | None = "float16") -> None:
    """Mixed precision in this thread from now on; None or 'float32' ends it.

    target_dtype: 'float16' or 'bfloat16'

    >>> from weft import amp, np
    >>> from weft.gluon import nn
    >>> amp.init("bfloat16")
    >>> net = nn.Dense(2, in_units=4)
    >>> net.initialize()
    >>> net(np.ones((1, 4))).dtype.name  # arrays keep their dtype, products do not
    'float32'
    >>> amp.init(None)
    """
    mode = mode_of("init", "target_dtype", target_dtype)
    native.set_modes(mode, MIXED & ~mode)


def convert_hybrid_block(
    block: _AnyBlock,
    target_dtype: DTypeLike | None = "float16",
    *,
    excluded: Iterable[Block] = (),
) -> _AnyBlock:
    """Makes `block` compute in mixed precision whatever the thread's mode is; gives it back.

    target_dtype: 'float16' or 'bfloat16'; 'float32': in none; None: as the thread says, again
    excluded: blocks in it that stay in float32

    Its parameters, and what it takes and gives, stay float32, files of parameters included; a file
    that it exports computes in mixed precision.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> net = nn.HybridSequential(nn.Dense(64, activation="relu"), nn.Dense(3))
    >>> net.initialize()
    >>> net = convert_hybrid_block(net, "bfloat16", excluded=[net[1]])
    >>> net.hybridize()
    >>> net(np.ones((2, 8))).dtype
    dtype('float32')
    """
    inner = list(excluded)
    for part in (block, *inner):
        if not isinstance(part, Block):
            raise InvalidType(
                "convert_hybrid_block: `block` and `excluded` must be blocks; got "
                f"{type(part).__name__}"
            )
    mode = mode_of("convert_hybrid_block", "target_dtype", target_dtype)
    block._set_precision(None if target_dtype is None else mode)
    for part in inner:
        part._set_precision(0)
    return block


def init_trainer(trainer: Trainer, scaler: LossScaler | None = None) -> None:
    """Gives a trainer a scale of losses: a step whose gradients are not all finite changes nothing
    but the scale.

    scaler: another one than `LossScaler()`; its state is among the trainer's when these are saved

    >>> from weft import amp, autograd, gluon, np
    >>> from weft.gluon import nn
    >>> net = nn.Dense(1, in_units=4)
    >>> net.initialize()
    >>> trainer = gluon.Trainer(net.collect_params(), "sgd")
    >>> amp.init_trainer(trainer)
    >>> with autograd.record():
    ...     loss = net(np.ones((2, 4))).sum()
    ...     with amp.scale_loss(loss, trainer) as scaled:
    ...         scaled.backward()
    >>> trainer.step(2)
    """
    if not isinstance(trainer, Trainer):
        raise InvalidType(
            f"init_trainer: `trainer` must be a gluon.Trainer; got {type(trainer).__name__}"
        )
    trainer.loss_scaler = LossScaler() if scaler is None else scaler


@contextmanager
def scale_loss(
    loss: ndarray | Sequence[ndarray], trainer: Trainer
) -> Iterator[ndarray | list[ndarray]]:
    """A `with` block with the loss, or each of several, times the trainer's scale: for `backward`.
    The next `step` takes the scale out of the gradients.

    Raises RuntimeError for a trainer that `init_trainer` was not called for.

    >>> from weft import amp, autograd, gluon, np
    >>> from weft.gluon import nn
    >>> net = nn.Dense(1, in_units=2, use_bias=False)
    >>> net.initialize()
    >>> trainer = gluon.Trainer(net.collect_params(), "sgd")
    >>> amp.init_trainer(trainer)
    >>> with autograd.record(), amp.scale_loss(net(np.ones((1, 2))).sum(), trainer) as scaled:
    ...     scaled.backward()
    >>> trainer.step(1)  # takes the scale out again
    """
    scaler = _scaler_of("scale_loss", trainer)
    if isinstance(loss, list | tuple):
        yield [scaler.scaled(part) for part in loss]
    else:
        yield scaler.scaled(loss)
    scaler.is_scaled = True


def unscale(trainer: Trainer) -> None:
    """Takes the scale of the loss out of the gradients now, for who clips or looks at them before
    `step`.

    >>> from weft import amp, autograd, gluon, np
    >>> from weft.gluon import nn
    >>> net = nn.Dense(1, in_units=2, use_bias=False)
    >>> net.initialize()
    >>> trainer = gluon.Trainer(net.collect_params(), "sgd")
    >>> amp.init_trainer(trainer)
    >>> with autograd.record(), amp.scale_loss(net(np.ones((1, 2))).sum(), trainer) as scaled:
    ...     scaled.backward()
    >>> amp.unscale(trainer)
    >>> net.weight.grad()
    array([[1., 1.]])
    >>> trainer.step(1)
    """
    _scaler_of("unscale", trainer).unscale(trainer.gradients())


def _scaler_of(caller: str, trainer: Trainer) -> LossScaler:
    if not isinstance(trainer, Trainer):
        raise InvalidType(
            f"{caller}: `trainer` must be a gluon.Trainer; got {type(trainer).__name__}"
        )
    if trainer.loss_scaler is None:
        raise InvalidState(f"{caller}: the trainer has no scale; call `amp.init_trainer` first")
    return trainer.loss_scaler


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.amp", _words.AMP)

__all__ = [
    "LossScaler",
    "autocast",
    "convert_hybrid_block",
    "init",
    "init_trainer",
    "scale_loss",
    "unscale",
]
__dir__ = __all__.copy
