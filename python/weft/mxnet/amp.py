"""Automatic mixed precision, as `mx.amp` has it, on `weft.amp`.

Products are computed in the half dtype from rounded operands and added up in float32; parameters,
results and all else stay float32. Which operators that are is Weft's choice, so lists of operators
are refused.

>>> from weft import np
>>> from weft import mxnet as mx
>>> net = mx.gluon.nn.Dense(1)
>>> net.initialize()
>>> trainer = mx.gluon.Trainer(net.collect_params(), "sgd")
>>> mx.amp.init_trainer(trainer)
>>> with mx.autograd.record():
...     loss = net(np.ones((2, 3))).sum()
...     with mx.amp.scale_loss(loss, trainer) as scaled:
...         mx.autograd.backward(scaled)
>>> trainer.step(2)
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from weft import amp as _weft
from weft._base import spelling as _spelling
from weft._base.errors import InvalidState, InvalidType, Unsupported
from weft.mxnet.gluon import Block, Trainer

# Names of MXNet for what Weft computes in the half dtype.
_PRODUCTS = [
    "Convolution",
    "Deconvolution",
    "FullyConnected",
    "RNN",
    "batch_dot",
    "dot",
    "_npi_matmul",
    "_npi_dot",
]


_amp_initialized = False  # libraries of 1.x read it


def _refuse(caller: str, **lists: Any) -> None:
    for name, value in lists.items():
        if value:
            raise Unsupported(
                f"{caller}: `{name}` is not supported: which operators compute in the half dtype "
                "follows from what they do; `excluded_sym_names` or `weft.amp.autocast('float32')` "
                "keep parts in float32"
            )


def init(
    target_dtype: str = "float16",
    target_precision_ops: Any = None,
    conditional_fp32_ops: Any = None,
    fp32_ops: Any = None,
    layout_optimization: bool = False,
) -> None:
    """Mixed precision in this thread from now on.

    target_dtype: 'float16' or 'bfloat16'
    """
    _refuse(
        "amp.init",
        target_precision_ops=target_precision_ops,
        conditional_fp32_ops=conditional_fp32_ops,
        fp32_ops=fp32_ops,
    )
    _weft.init(target_dtype)
    global _amp_initialized
    _amp_initialized = True


def init_trainer(optimizer_or_trainer: Any) -> None:
    """Gives a trainer a scale of losses: a step whose gradients are not all finite changes nothing
    but the scale."""
    if not isinstance(optimizer_or_trainer, Trainer):
        raise InvalidType(
            f"init_trainer: give a gluon.Trainer; got {type(optimizer_or_trainer).__name__}"
        )
    optimizer_or_trainer.loss_scaler = _weft.LossScaler()


@contextmanager
def scale_loss(loss: Any, optimizer_or_trainer: Any) -> Iterator[Any]:
    """A `with` block with the loss, or each of several, times the trainer's scale: for `backward`.
    The next `step` takes the scale out of the gradients.

    Raises RuntimeError for a trainer that `init_trainer` was not called for.
    """
    scaler = _scaler_of("scale_loss", optimizer_or_trainer)
    if isinstance(loss, list | tuple):
        yield [scaler.scaled(part) for part in loss]
    else:
        yield scaler.scaled(loss)
    scaler.is_scaled = True


def unscale(optimizer_or_trainer: Any) -> None:
    """Takes the scale of the loss out of the gradients now, for who clips or looks at them."""
    trainer = optimizer_or_trainer
    scaler = _scaler_of("unscale", trainer)
    scaler.unscale([g for p in trainer._params if p.grad_req != "null" for g in p._grad])


def _scaler_of(caller: str, trainer: Any) -> Any:
    if not isinstance(trainer, Trainer):
        raise InvalidType(f"{caller}: give a gluon.Trainer; got {type(trainer).__name__}")
    if trainer.loss_scaler is None:
        raise InvalidState(f"{caller}: the trainer has no scale; call `amp.init_trainer` first")
    return trainer.loss_scaler


def convert_hybrid_block(
    block: Any,
    data_example: Any = None,
    target_dtype: str = "float16",
    target_dtype_ops: Any = None,
    fp32_ops: Any = None,
    conditional_fp32_ops: Any = None,
    excluded_sym_names: Sequence[str] | None = None,
    ctx: Any = None,
    device: Any = None,
    cast_params_offline: bool = False,
    cast_optional_params: bool = False,
) -> Any:
    """Makes a block compute in mixed precision whatever the thread's mode is; gives it back.

    excluded_sym_names: names of blocks in it, such as `features.0` or `dense0`, that stay in
        float32. Parameters stay float32 in any case
    """
    if isinstance(data_example, str):  # 1.x has the dtype here
        target_dtype, data_example = data_example, None
    _refuse(
        "convert_hybrid_block",
        target_dtype_ops=target_dtype_ops,
        fp32_ops=fp32_ops,
        conditional_fp32_ops=conditional_fp32_ops,
    )
    if not isinstance(block, Block):
        raise InvalidType(
            f"convert_hybrid_block: `block` must be a block; got {type(block).__name__}"
        )
    names = set(excluded_sym_names or ())
    excluded = [part for path, part in _named(block, "") if path in names or part.name in names]
    if len(excluded) < len(names):
        raise InvalidType(
            f"convert_hybrid_block: `excluded_sym_names` {sorted(names)} must be names of blocks"
        )
    return _weft.convert_hybrid_block(block, target_dtype, excluded=excluded)


def _named(block: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, child in block._children.items():
        below = f"{path}.{name}" if path else name
        yield below, child
        yield from _named(child, below)


def convert_symbol(sym: Any, *args: Any, **options: Any) -> Any:
    """Refused: a symbol has no precision; the block of one has."""
    raise Unsupported(
        "convert_symbol: make `gluon.SymbolBlock(sym, inputs)` and convert that with "
        "`amp.convert_hybrid_block`"
    )


def convert_model(sym: Any, arg_params: Any, aux_params: Any, *args: Any, **options: Any) -> Any:
    """Refused: a symbol has no precision; the block of one has."""
    raise Unsupported(
        "convert_model: load it with `gluon.SymbolBlock.imports` and convert that with "
        "`amp.convert_hybrid_block`"
    )


def list_lp16_ops(target_dtype: str = "float16") -> list[str]:
    """MXNet's names of operators that are computed in the half dtype."""
    return list(_PRODUCTS)


def list_fp32_ops(target_dtype: str = "float16") -> list[str]:
    """Operators that are always computed in float32: none is listed, all others are."""
    return []


def list_lp16_fp32_ops(target_dtype: str = "float16") -> list[str]:
    """Operators that take either dtype: in plans, what lies between products."""
    return []


def list_conditional_fp32_ops(target_dtype: str = "float16") -> list[Any]:
    """Operators that are computed in float32 for some of their options: none."""
    return []


def list_widest_type_cast(target_dtype: str = "float16") -> list[str]:
    """Operators whose operands become the widest of their dtypes: promotion does that for all."""
    return []


def list_loss_output_functions(target_dtype: str = "float16") -> list[str]:
    """Operators that are losses: none is treated in a way of its own."""
    return []


def list_lp16_use_fp32_params(target_dtype: str = "float16") -> dict[str, list[str]]:
    """Operators whose parameters stay in float32: all do."""
    return {}


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.amp", {}, ("amp",), ("amp",))

__all__ = [
    "convert_hybrid_block",
    "convert_model",
    "convert_symbol",
    "init",
    "init_trainer",
    "list_conditional_fp32_ops",
    "list_fp32_ops",
    "list_loss_output_functions",
    "list_lp16_fp32_ops",
    "list_lp16_ops",
    "list_lp16_use_fp32_params",
    "list_widest_type_cast",
    "scale_loss",
    "unscale",
]
__dir__ = __all__.copy
