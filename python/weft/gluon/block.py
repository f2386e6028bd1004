"""Blocks: trees of layers with parameters."""

import copy
import math
import re
import warnings
import weakref
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike, fsdecode
from typing import TYPE_CHECKING, Any, Self

from weft import autograd
from weft._base.errors import Error, InvalidState, InvalidType, InvalidValue, NotFound
from weft._base.spelling import Worded, check_options, knows_words, named_arguments
from weft._base.words import BLOCK
from weft._core import composing, loaded_devices, native
from weft._core.files import BackgroundWrite, save_arrays
from weft._core.modes import scope_of
from weft._trace.block_tree import BlockTree
from weft._trace.state import RunEagerly, is_tracing
from weft._trace.tracing import find_shapes
from weft.device import device_of
from weft.gluon._hooks import BackwardHooks, HookHandle, Traced, tell
from weft.gluon._loaded import Loaded, check_shape, matched, named
from weft.gluon._orders import check_positions
from weft.gluon._places import note_place, tell_left_out, tell_place
from weft.gluon.parameter import Devices, Initializable, Parameter, ParameterDict

if TYPE_CHECKING:
    from weft.gluon.published import Names

Path = str | PathLike[str]


@knows_words(BLOCK, often=True)
class Block(BlockTree, metaclass=Worded):
    """A layer, or layers put together: attributes that are blocks or parameters belong to it.

    A subclass writes `forward`, and `infer_shape` if it has parameters of unknown shape itself.

    >>> from weft import gluon, np, npx
    >>> from weft.gluon import nn
    >>> class Net(gluon.Block):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.first, self.second = nn.Dense(8), nn.Dense(1)
    ...     def forward(self, x):
    ...         return self.second(npx.relu(self.first(x)))
    >>> net = Net()
    >>> net.initialize()
    >>> net(np.ones((2, 4))).shape
    (2, 1)
    """

    # Names of the parameters in files of other libraries.
    published_names: "Sequence[Names]" = ()

    _children: dict[str, "Block"]
    _own_parameters: dict[str, Parameter]
    _backward_hooks: BackwardHooks | None = None  # made with the first of them
    _is_frozen = False

    def __new__(cls, *given: Any, **options: Any) -> Self:
        if options:
            check_options(cls, options)
        if given:
            check_positions(cls, given)
        return super().__new__(cls)

    def __init__(self) -> None:
        state = self.__dict__
        state["_children"] = {}
        state["_own_parameters"] = {}
        state["_parents"] = weakref.WeakSet()
        state["_hooks"] = []
        state["_pre_hooks"] = []
        state["_are_shapes_known"] = False
        state["_precision"] = None  # a mode of mixed precision; None: that of the caller
        state["_changes"] = 0  # of the structure

    # ---- copies and pickles

    def __getstate__(self) -> dict[str, Any]:
        """What copies and pickles have: all but what was traced, and the blocks around this one,
        which are not part of it."""
        state = {name: value for name, value in vars(self).items() if name != "_parents"}
        for name in ("_children", "_own_parameters", "_hooks", "_pre_hooks"):
            state[name] = type(state[name])(state[name])  # a shallow copy has its own
        state["_backward_hooks"] = copy.copy(self._backward_hooks)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Where blocks refer to each other in circles, one around this one may have come first.
        self._known_parents()
        self.__dict__.update(state)
        for child in self._children.values():
            child._known_parents().add(self)

    def _known_parents(self) -> "weakref.WeakSet[Block]":
        return self.__dict__.setdefault("_parents", weakref.WeakSet())

    # ---- structure

    def __setattr__(self, name: str, value: Any) -> None:
        if "_children" not in self.__dict__:
            raise InvalidState(
                f"{type(self).__name__}: call `super().__init__()` before setting `{name}`"
            )
        present = self.__dict__.get(name, self)
        if present is value:
            return
        self._children.pop(name, None)
        self._own_parameters.pop(name, None)
        if isinstance(value, Block):
            self.register_child(value, name)
        elif isinstance(value, Parameter):
            self._own_parameters[name] = value
            self._structure_changed()
        elif not _is_equal(present, value):
            self._structure_changed()
        object.__setattr__(self, name, value)

    @named_arguments
    def register_child(self, block: "Block", name: str | None = None) -> None:
        """Adds a child; its name is its number unless given."""
        if not isinstance(block, Block):
            raise InvalidType(
                f"{type(self).__name__}: a child must be a Block; got {_no_child(block)}"
            )
        self._children[name or str(len(self._children))] = block
        block._parents.add(self)
        self._structure_changed()

    def _replace_child(self, name: str, block: "Block") -> None:
        """Puts another block in the place of a child: in the same order, under the same name."""
        self._children[name] = block
        if name in self.__dict__:
            self.__dict__[name] = block
        block._parents.add(self)
        self._structure_changed()

    def _structure_changed(self) -> None:
        """What was traced of this block and of those around it is no longer true."""
        self.__dict__["_are_shapes_known"] = False
        self.__dict__["_changes"] += 0 if is_tracing() else 1
        for parent in self._parents:
            parent._structure_changed()

    def collect_params(self, select: str | None = None) -> ParameterDict:
        """All parameters by their path, such as `features.0.weight`.

        select: regular expression that a path must match from its start
        """
        found = ParameterDict(self._parameters_below(""))
        for path, parameter in found.items():
            parameter.name = path
        if select is None:
            return found
        pattern = re.compile(select)
        return ParameterDict((path, p) for path, p in found.items() if pattern.match(path))

    @property
    def params(self) -> ParameterDict:
        """The parameters of this block itself, without those of its children."""
        return ParameterDict(self._own_parameters)

    def __repr__(self) -> str:
        lines = [f"  ({name}): {child!r}" for name, child in self._children.items()]
        indented = [line.replace("\n", "\n  ") for line in lines]
        if not lines:
            return f"{type(self).__name__}({self.describe()})"
        return "\n".join([f"{type(self).__name__}(", *indented, ")"])

    def _repr_html_(self) -> str:
        """What a notebook shows: a table of the layers with their parameters."""
        from weft.gluon._summary import html_of

        return html_of(self)

    def describe(self) -> str:
        """What `repr` says between the parentheses of a block without children."""
        return ""

    def summary(self, *args: Any) -> None:
        """Prints the blocks that a call with these arguments runs, with their results' shapes and
        their own parameters. Hybridized blocks run eagerly for it.

        >>> from weft import np
        >>> from weft.gluon import nn
        >>> net = nn.HybridSequential(nn.Dense(4, activation="relu"), nn.Dense(2))
        >>> net.initialize()
        >>> net.summary(np.zeros((1, 3)))
        Layer (type)             Output shape  Param #
        ----------------------------------------------
        0 (Dense)                (1, 4)             16
        1 (Dense)                (1, 2)             10
        self (HybridSequential)  (1, 2)              0
        ----------------------------------------------
        Parameters: 26, trained: 26
        Bytes: 104
        """
        from weft.gluon._summary import summary_of

        if not args:
            raise InvalidValue(
                f"{type(self).__name__}: summary runs the network, for the shapes; give it inputs, "
                "such as `net.summary(np.zeros((1, 4)))`"
            )
        print(summary_of(self, args))

    # ---- parameters

    @named_arguments
    def share_parameters(self, shared: Mapping[str, Parameter]) -> "Block":
        """Takes parameters of another block instead of its own, by their paths as
        `collect_params()` gives them: from then on both have the same arrays. Gives the block.

        Warns of names that it lacks. Raises ValueError for another shape.
        """
        own = self.collect_params()
        for path, parameter in shared.items():
            if path not in own:
                warnings.warn(f"share_parameters: the block has no `{path}`", stacklevel=2)
            elif parameter.is_shape_known:
                check_shape(path, own[path], parameter.shape, "share_parameters")
        for path, parameter in shared.items():
            if path in own:
                self._replace_parameter(path.split("."), parameter)
        return self

    def _replace_parameter(self, path: list[str], parameter: Parameter) -> None:
        if len(path) > 1 and path[0] in self._children:
            self._children[path[0]]._replace_parameter(path[1:], parameter)
            return
        name = ".".join(path)
        self._own_parameters[name] = parameter
        self.__dict__[name] = parameter
        self._structure_changed()

    @named_arguments
    def initialize(
        self, init: Initializable = None, *, device: Devices = None, force_reinit: bool = False
    ) -> None:
        """Gives all parameters their first values: at once where the shape is known, else at the
        first call.

        init: for parameters without an own initializer; by default
            `weft.init.VarianceScaling`; Gluon's own choice is `init.Uniform(0.07)`
        device: where they go, one or several; by default the current one. A call takes the
            parameters on the device of its first array
        """
        self.collect_params().initialize(init, device=device, force_reinit=force_reinit)
        self.apply(Block._structure_changed)
        tell_left_out(self)

    @named_arguments
    def reset_device(self, device: Devices) -> None:
        """Moves all parameters to other devices; gradients start again from 0."""
        self.collect_params().reset_device(device)
        self.apply(Block._structure_changed)

    def infer_shape(self, *args: Any) -> None:
        """Sets the shapes of this block's own parameters from the arguments of `forward`."""
        names = [name for name, p in self._own_parameters.items() if not p.is_shape_known]
        raise NotImplementedError(
            f"{type(self).__name__}: shapes of {names} are unknown; give them, or override "
            "`infer_shape`"
        )

    def _first_call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call that finds shapes. Where it fails, the next one finds them."""
        before = [(p, p.waiting()) for p in self._own_parameters.values() if p.is_deferred]
        try:
            self._finish_deferred(args)
            return self._hooked(args, kwargs)
        except RunEagerly:
            raise
        except Exception:
            for parameter, state in before:
                parameter.wait_again(state)
            self.__dict__["_are_shapes_known"] = False
            raise

    def _finish_deferred(self, args: tuple[Any, ...]) -> None:
        waiting = [p for p in self._own_parameters.values() if p.is_deferred]
        if any(not parameter.is_shape_known for parameter in waiting):
            self.infer_shape(*args)
        for parameter in waiting:
            parameter.finish_deferred_init()
        self.__dict__["_are_shapes_known"] = not any(
            p.is_deferred for p in self._own_parameters.values()
        )

    def _find_shapes(
        self, run: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """Traces `run`, a way to call this block, once for nothing else where parameters below wait
        for their shapes, so that all of them are there before graphs are made."""
        before = [(p, p.waiting()) for p in self.collect_params().values() if p.is_deferred]
        if before:
            try:
                with autograd.pause(), device_of(args):
                    find_shapes(run, args, kwargs, type(self).__name__)
            except RunEagerly:
                raise
            except Exception:
                for parameter, state in before:
                    parameter.wait_again(state)
                self.apply(Block._structure_changed)
                raise
        self.__dict__["_are_shapes_known"] = True

    def cast(self, dtype: Any) -> None:
        """Converts all floating parameters to another dtype."""
        for parameter in self.collect_params().values():
            parameter.cast(dtype)
        self.apply(Block._structure_changed)

    def zero_grad(self) -> None:
        """Sets all gradients to 0."""
        self.collect_params().zero_grad()

    def setattr(self, name: str, value: Any) -> None:
        """Sets an attribute of all parameters, such as `grad_req` to 'null'."""
        self.collect_params().setattr(name, value)

    def freeze(self) -> Self:
        """Leaves all of this block as it is while what is around it trains, and gives the block.

        Its parameters get no gradients (`grad_req` is 'null'), and its running statistics do not
        move: batch norms normalize by them in train mode, too, as in predict mode, and so do
        spectral norms. Dropout goes on dropping in train mode, because it is no state. Gradients
        go through the block to what lies before it. A block from a file or of symbols
        (`SymbolBlock`) runs wholly as in predict mode.

        What is added to the block later is not frozen. Saved parameters know nothing of it, copies
        and pickles of the block do. Layers of your own ask `is_frozen` before they move a state.

        >>> from weft import autograd, np
        >>> from weft.gluon import nn
        >>> body = nn.HybridSequential(nn.Dense(2, in_units=2), nn.BatchNorm(in_channels=2))
        >>> net = nn.HybridSequential(body.freeze(), nn.Dense(1, in_units=2))
        >>> net.initialize()
        >>> [name for name, p in net.collect_params().items() if p.grad_req != "null"]
        ['1.weight', '1.bias']
        >>> with autograd.record():
        ...     loss = net(np.ones((4, 2))).sum()
        >>> body[1].running_mean.data()
        array([0., 0.])
        """
        return self._set_frozen(True)

    def unfreeze(self) -> Self:
        """Takes `freeze` back, also of a part of a frozen block: each parameter gets the `grad_req`
        that it had, and running statistics move. Gives the block.

        >>> from weft.gluon import nn
        >>> net = nn.Dense(1, in_units=2).freeze()
        >>> net.unfreeze().weight.grad_req
        'write'
        """
        return self._set_frozen(False)

    @property
    def is_frozen(self) -> bool:
        """Do its states stay as they are, in train mode, too?"""
        return self._is_frozen

    def _set_frozen(self, is_frozen: bool) -> Self:
        for parameter in self.collect_params().values():
            if is_frozen:
                parameter.freeze()
            else:
                parameter.unfreeze()
        return self.apply(lambda block: block._note_frozen(is_frozen))

    def _note_frozen(self, is_frozen: bool) -> None:
        self.__dict__["_is_frozen"] = is_frozen
        self._structure_changed()

    @named_arguments
    def save_parameters(self, path: Path, *, background: bool = False) -> BackgroundWrite | None:
        """Writes all parameters to a safetensors file, which replaces an old one in one step.

        background: as for `npx.save`: training may go on, the file gets the values of now

        Raises RuntimeError for a parameter without values, OSError where the file cannot be
        written; the old file then stays whole.
        """
        arrays = {name: p.list_data()[0] for name, p in self.collect_params().items()}
        return save_arrays(path, arrays, background)

    @named_arguments
    def load_parameters(
        self,
        path: Path,
        *,
        allow_missing: bool = False,
        ignore_extra: bool = False,
        skip_mismatch: bool = False,
        names: "Names | None" = None,
    ) -> Loaded:
        """Reads all parameters from a file; works before `initialize()`.

        path: a file of `save_parameters`, or one with the names that `published_names` has: a
            .safetensors file, shards by their `.safetensors.index.json`, a folder with one of
            these, or a .pth, .pt or .bin file where PyTorch is installed, which reads it. A .params
            file of Gluon, of MXNet 1.x or 2.0, whose names are those of the tree, is one, too
        allow_missing: parameters that the file lacks stay as they are
        ignore_extra: what the file has beyond the block is left out
        skip_mismatch: parameters that have another shape in the file, such as those of a last layer
            for other classes, stay as they are
        names: which table tells what the names of the file are here; by default the one of
            `published_names` that fits best, if the names are not the block's own

        Gives what matched: names that were `loaded`, `missing`, `extra`, and `mismatched`; as text
        a report of them.

        Raises LookupError for parameters that the file lacks, or has beyond this block, unless
        told otherwise; ValueError for another shape; OSError for a damaged file. Nothing is
        changed then.
        """
        import pathlib

        from weft.gluon._weight_files import read_weights  # with readers of many formats

        shapes = [parameter.shape or () for parameter in self.collect_params().values()]
        return self.load_dict(
            read_weights(pathlib.Path(fsdecode(path)), {math.prod(shape) for shape in shapes}),
            allow_missing=allow_missing,
            ignore_extra=ignore_extra,
            skip_mismatch=skip_mismatch,
            source=fsdecode(path),
            names=names,
        )

    def load_dict(
        self,
        arrays: dict[str, native.ndarray],
        *,
        allow_missing: bool = False,
        ignore_extra: bool = False,
        skip_mismatch: bool = False,
        source: str = "the dict",
        names: "Names | None" = None,
    ) -> Loaded:
        """Sets the parameters from arrays by name, as `load_parameters` does."""
        from weft.gluon._flat_weights import cut_vectors
        from weft.gluon.published import fitting, translated

        parameters = self.collect_params()
        shapes = {name: parameter.shape for name, parameter in parameters.items()}
        arrays = cut_vectors(arrays, shapes)
        names = names or fitting(self.published_names, arrays, parameters)
        if names is not None:
            arrays = translated(names, arrays, shapes, source)
            source = f"{source}, by the names of {names.library},"
        found = matched(parameters, arrays)
        found.check(source, allow_missing, ignore_extra, skip_mismatch)
        for name in found.loaded:
            parameters[name].set_data(arrays[name])
        self.apply(Block._structure_changed)
        return found

    def prepare_dict(
        self,
        arrays: Mapping[str, native.ndarray],
        operation: str,
        source: str,
        elsewhere: Collection[str] = (),
    ) -> Callable[[], None]:
        """Checks arrays for exactly these parameters, of their shapes and dtypes, without changing
        anything; the result sets them. Errors name `operation` and `source`.

        elsewhere: names of parameters that get their values in another way
        """
        parameters = {n: p for n, p in self.collect_params().items() if n not in elsewhere}
        missing = [name for name in parameters if name not in arrays]
        extra = [name for name in arrays if name not in parameters]
        if missing or extra:
            found = [f"lacks {named(missing)}"] if missing else []
            found += [f"has {named(extra)}, which the block lacks"] if extra else []
            raise NotFound(f"{operation}: {source} {' and '.join(found)}")
        for name, parameter in parameters.items():
            check_shape(name, parameter, arrays[name].shape, operation)
            _check_dtype(name, parameter, arrays[name].dtype, operation)

        def apply() -> None:
            for name, parameter in parameters.items():
                parameter.set_data(arrays[name])
            self.apply(Block._structure_changed)

        return apply

    # ---- running

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the block computes. A subclass writes it."""
        raise NotImplementedError(f"{type(self).__name__}: `forward` is not written")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if composing.symbols and composing.takes_part(args, kwargs):
            return composing.composed(self, args, kwargs)
        return self._placed(args, kwargs)

    def _placed(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Runs on the device of the arrays."""
        if not loaded_devices:
            return self._run(*args, **kwargs)
        with device_of(args):
            return self._run(*args, **kwargs)

    def _run(self, *args: Any, **kwargs: Any) -> Any:
        try:
            if not self._are_shapes_known:
                return self._first_call(args, kwargs)
            return self._hooked(args, kwargs)
        except Error as error:
            tell_place(error, self, args)
            raise
        except Exception as error:
            note_place(error, self)
            raise

    def _hooked(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`forward` between its hooks, on arrays or on symbols."""
        if self._precision is not None:
            with scope_of(self._precision):
                return self._between_hooks(args, kwargs)
        return self._between_hooks(args, kwargs)

    def _between_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        for hook in self._pre_hooks:
            tell(hook, self, args)
        backward = self._backward_hooks
        if backward is None:
            out = self.forward(*args, **kwargs)
        else:
            out = backward.run(self, self.forward, args, kwargs)
        for hook in self._hooks:
            tell(hook, self, args, out)
        return out

    def _set_precision(self, mode: int | None) -> None:
        """Of `forward`, and of blocks below that have none of their own."""
        self.__dict__["_precision"] = mode
        self._structure_changed()

    @contextmanager
    def _observed(self, hook: Callable[..., Any]) -> Iterator[None]:
        """A `with` block in which this block runs eagerly and `hook` sees its calls; plans stay."""
        self._hooks.append(hook)
        try:
            yield
        finally:
            self._hooks.remove(hook)

    @named_arguments
    def register_forward_hook(
        self, hook: Callable[..., Any], *, traced: bool = False
    ) -> HookHandle:
        """`hook(block, args, out)` runs after each `forward`, also of a hybridized or compiled
        network, where it gets the arrays of that run. Files are without it.

        traced: in a plan the hook runs once, while it is traced, and sees what is traced: for
            hooks that are made of operators, or take a part of the network away for another one

        Gives a handle, whose `detach()` takes the hook away.

        >>> from weft import np
        >>> from weft.gluon import nn
        >>> net = nn.Dense(2, in_units=3)
        >>> net.initialize()
        >>> net.hybridize()
        >>> seen = []
        >>> handle = net.register_forward_hook(lambda block, args, out: seen.append(out.shape))
        >>> for _ in range(3):
        ...     out = net(np.ones((1, 3)))
        >>> seen
        [(1, 2), (1, 2), (1, 2)]
        """
        return self._register(self._hooks, hook, traced)

    @named_arguments
    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, traced: bool = False
    ) -> HookHandle:
        """`hook(block, args)` runs before each `forward`; otherwise as `register_forward_hook`."""
        return self._register(self._pre_hooks, hook, traced)

    def register_backward_hook(self, hook: Callable[..., Any]) -> HookHandle:
        """`hook(block, of_inputs, of_outputs)` runs in each backward that comes through this block,
        also of a hybridized or compiled network: tuples of the gradients of the arrays that it was
        called with and of those that it gave. The first is empty where no input has a gradient.
        What the hook gives is not used.

        >>> from weft import autograd, np
        >>> from weft.gluon import nn
        >>> net = nn.Dense(1, in_units=2)
        >>> net.initialize()
        >>> handle = net.register_backward_hook(lambda block, ins, outs: print(len(ins), outs))
        >>> with autograd.record():
        ...     loss = (net(np.ones((1, 2))) * 3).sum()
        >>> loss.backward()
        0 (array([[3.]]),)
        """
        if self._backward_hooks is None:
            self.__dict__["_backward_hooks"] = BackwardHooks()
        return self._register(self._backward_hooks.hooks, hook, False)

    def _register(self, hooks: list[Any], hook: Callable[..., Any], traced: bool) -> HookHandle:
        if not callable(hook):
            raise InvalidType(
                f"{type(self).__name__}: a hook must be callable; got {type(hook).__name__}"
            )
        added = Traced(hook) if traced else hook
        hooks.append(added)
        self._structure_changed()
        return HookHandle(self, hooks, added)

    @named_arguments
    def hybridize(
        self,
        active: bool = True,
        *,
        memory: str | int | None = None,
        static_alloc: bool = True,
        static_shape: bool = True,
        explain: bool = False,
    ) -> None:
        """Makes every HybridBlock of the tree run as a planned graph, or eagerly again.

        memory: what a plan may take beside inputs, outputs, parameters and gradients, as bytes or
            as text ("200MB", "1.5 GiB"); to keep to it, what the backward reads is computed again
            where that costs least, and images are made in bands of rows where there is no backward,
            without a change in any bit. A call that cannot keep to it raises ValueError, which says
            how little is possible.
        static_alloc, static_shape: accepted as in Gluon; a plan always has both
        explain: print, whenever a block is traced, what later calls compare and what they do not,
            as for `weft.hybridize`
        """
        options = {"static_alloc": static_alloc, "static_shape": static_shape, "explain": explain}
        for child in self._children.values():
            child.hybridize(active, memory=memory, **options)


def _no_child(given: Any) -> str:
    """What it is, and what to write for it."""
    if isinstance(given, type):
        return f"the class {given.__name__}; call it: `{given.__name__}()`"
    if isinstance(given, list | tuple):
        return f"a {type(given).__name__}; write `nn.HybridSequential(*blocks)`"
    if callable(given):
        return f"{type(given).__name__}; write `nn.HybridLambda(function)`"
    return type(given).__name__


def _is_equal(a: Any, b: Any) -> bool:
    """Plain values that are the same; anything else counts as different."""
    plain = (bool, int, float, str, type(None))
    # -0.0 and 0.0 are equal to Python and not to arithmetic.
    return type(a) is type(b) and isinstance(a, plain) and a == b and str(a) == str(b)


def _check_dtype(name: str, parameter: Parameter, dtype: Any, operation: str) -> None:
    like = parameter.list_data()[0] if parameter.is_initialized else None
    wanted = (native.empty((), parameter.dtype) if like is None else like).dtype
    if dtype != wanted:
        raise InvalidType(
            f"{operation}: `{name}` must have dtype {wanted.name}; the file has {dtype.name}; "
            f"use `cast('{dtype.name}')` of the block"
        )


__all__ = ["Block", "HookHandle"]
__dir__ = __all__.copy
