"""Where in a network something is: what errors and warnings say of it."""

import warnings
from collections.abc import Iterator
from itertools import pairwise
from types import FrameType
from typing import Any

from weft._base.errors import Error
from weft._core import native
from weft._trace.block_tree import BlockTree
from weft.gluon.parameter import Parameter

_MOST_TOLD = 4  # parameters
_MOST_NAMES = 20  # of a path; blocks may contain each other

# ---- the block that refused what it was given


def tell_place(error: Error, block: BlockTree, args: tuple[Any, ...]) -> None:
    """Adds to the text of an error on its way out of `block` in which layer of it it happened, and
    whether what that was given lacks an axis, such as that of the batch.

    Called by each block that the error leaves, the innermost first; its own text names that one's
    operator, so nothing is added for it alone.
    """
    if len(error.args) != 1 or isinstance(error, OSError):
        return
    if error._told is None and args and isinstance(args[0], native.ndarray):
        shape = args[0].shape
        if hint := block._hint_of_axes(shape):
            error.args = (
                f"{error.args[0]}; the input of {type(block).__name__}, of shape {shape}, {hint}",
            )
        if isinstance(error, TypeError):
            tell_doubles(error, block, args[0])
    if error._told is None and "attach_grad() must not be written" in error.args[0]:
        own = [name for name, p in block._own_parameters.items() if p.grad_req != "null"]
        tell_written(error, block, own)
    if error._told is None:
        error._told = (error.args[0], [])
    text, blocks = error._told
    if blocks and blocks[-1] is block:  # a block that calls itself
        return
    blocks.append(block)
    names = _names_between(blocks)
    if names:
        layer, whole = type(blocks[0]).__name__, type(block).__name__
        error.args = (f"{text}; in layer `{'.'.join(names)}` ({layer}) of {whole}",)


def tell_doubles(error: Error, block: BlockTree, given: Any) -> None:
    """Says what to write to an error about doubles, which NumPy's arrays mostly are, in a block
    whose parameters are not."""
    own = {native.empty((), p.dtype).dtype.name for p in block._own_parameters.values()}
    if given.dtype.name == "float64" and own & {"float32", "float16", "bfloat16"}:
        wanted = min(own & {"float32", "float16", "bfloat16"}, key=lambda name: name != "float32")
        error.args = (
            f"{error.args[0]}; NumPy's arrays are float64 unless told otherwise: give "
            f'`x.astype("{wanted}")`, as `Model.fit` does by itself, or `net.cast("float64")`',
        )


def tell_written(error: Error, block: BlockTree, trained: list[str]) -> None:
    """Says why a parameter could not be written, to an error about that: it is one of `trained`."""
    if trained:
        shown = ", ".join(f"`{name}`" for name in trained[:_MOST_TOLD])
        more = f" and {len(trained) - _MOST_TOLD} more" if len(trained) > _MOST_TOLD else ""
        error.args = (
            f"{error.args[0]}; trained by their `grad_req` are {shown}{more} of "
            f"{type(block).__name__}: one that `forward` writes is made with "
            "`gluon.Parameter(..., differentiable=False)`, whose `grad_req` is 'null'",
        )


def note_place(error: Exception, block: BlockTree) -> None:
    """The same for errors of the program's own code: a note below the traceback, whose text stays.

    Called as `tell_place` is.
    """
    state = error.__dict__
    blocks: list[BlockTree] = state.setdefault("_weft_blocks", [])
    if blocks and blocks[-1] is block:
        return
    blocks.append(block)
    names = _names_between(blocks)
    if not names:
        return
    told = state.pop("_weft_note", None)
    if told in getattr(error, "__notes__", ()):
        error.__notes__.remove(told)
    layer, whole = type(blocks[0]).__name__, type(block).__name__
    state["_weft_note"] = f"in layer `{'.'.join(names)}` ({layer}) of {whole}"
    error.add_note(state["_weft_note"])


def _names_between(blocks: list[BlockTree]) -> list[str]:
    """The path from the last block to the first, as far as each is a child of the one around it."""
    names: list[str] = []
    for inner, outer in pairwise(blocks):
        found = [name for name, child in outer._children.items() if child is inner]
        names[:0] = found[:1]
    return names


def layer_of(frame: FrameType) -> str:
    """For the origin of an operator that a layer of this package called: " in layer ..." of the
    block whose `forward` runs in the frame; the line of the program tells only who called it."""
    block = frame.f_locals.get("self")
    if not isinstance(block, BlockTree):
        return ""
    names: list[str] = []
    inner = block
    while (outer := next(iter(inner._parents), None)) is not None and len(names) < _MOST_NAMES:
        names[:0] = [name for name, child in outer._children.items() if child is inner][:1]
        inner = outer
    kind = type(block).__name__
    return f" in layer `{'.'.join(names)}` ({kind})" if names else f" in {kind}"


# ---- blocks and parameters in plain containers


def tell_left_out(block: BlockTree) -> None:
    """Warns of blocks and parameters below in plain lists, tuples, dicts and sets, which are not
    part of the network; errors for want of their values will say the same."""
    parts: list[BlockTree] = []
    block.apply(parts.append)
    known = {id(part) for part in parts}
    known.update(id(p) for part in parts for p in part._own_parameters.values())
    for owner in parts:
        for name, value in vars(owner).items():
            if name in owner._watched_elsewhere or not _is_container(value):
                continue
            left_out = [
                (path, parameter)
                for path, parameter in _parameters_in(name, value, known)
                if not (parameter.is_initialized or parameter.is_deferred)
            ]
            for path, parameter in left_out:
                parameter.left_out = f"`{path}` is not initialized: {_why(owner, name, value)}"
            if left_out:
                warnings.warn(f"initialize: {_why(owner, name, value)}", stacklevel=4)


def _why(owner: BlockTree, name: str, value: Any) -> str:
    kind = type(value).__name__
    return (
        f"blocks and parameters in the {kind} `{name}` of {type(owner).__name__} are no part "
        "of the network, so they are neither initialized nor trained; put the blocks "
        "in an `nn.BlockList`, `nn.BlockDict` or `nn.HybridSequential`, or give each a name: "
        "`self.register_child(block, name)`"
    )


def _is_container(value: Any) -> bool:
    return isinstance(value, list | tuple | dict | set | frozenset)


def _parameters_in(path: str, value: Any, known: set[int]) -> Iterator[tuple[str, Parameter]]:
    """Parameters of what is in a container and not `known`, by path."""
    if id(value) in known:
        return
    if isinstance(value, Parameter):
        yield path, value
    elif isinstance(value, BlockTree):
        yield from ((f"{path}.{name}", p) for name, p in value._parameters_below(""))
    elif _is_container(value):
        known.add(id(value))
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for key, member in members:
            yield from _parameters_in(f"{path}[{key!r}]", member, known)
