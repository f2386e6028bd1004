"""Blocks as MXNet has them, of 1.x and of 2.0 in one: names, scopes and `hybrid_forward` of the
one, structural names and `forward` of the other.

>>> from weft import np
>>> from weft import mxnet as mx
>>> class Scaled(mx.gluon.HybridBlock):
...     def __init__(self, **options):
...         super().__init__(**options)
...         with self.name_scope():
...             self.scale = self.params.get("scale", shape=(1,), init="ones")
...     def hybrid_forward(self, F, x, scale):
...         return F.broadcast_mul(x, scale)
>>> net = Scaled(prefix="net_")
>>> list(net.collect_params())
['net_scale']
"""

import warnings
from collections.abc import Callable, Iterator, Mapping
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, Self

from weft._base import spelling as _spelling
from weft._base.errors import CheckFailed, InvalidType, Unsupported
from weft._core.typing import ndarray
from weft.gluon.block import Block as _NativeBlock
from weft.gluon.hybrid_block import HybridBlock as _NativeHybrid
from weft.gluon.parameter import Parameter as _NativeParameter
from weft.mxnet.base import ConstraintError
from weft.mxnet.gluon import _devices, _files, _hybrid, _symbols
from weft.mxnet.gluon._naming import Names, NameScope, kind_of
from weft.mxnet.gluon.parameter import Parameter, adopted
from weft.mxnet.gluon.parameter_dict import ParameterDict, read_arrays, write_arrays

Path = str | PathLike[str]


class Block(_NativeBlock):
    """A layer, or layers put together; `weft.gluon.Block` with MXNet's arguments and names.

    prefix: what names of parameters begin with, as in 1.x; counted by default
    params: parameters of another block that this one takes instead of its own
    """

    def __new__(cls, *_: Any, **__: Any) -> Self:
        return object.__new__(cls)

    def __init__(self, prefix: str | None = None, params: Any = None) -> None:
        self._begin_names(prefix, params)
        _NativeBlock.__init__(self)

    # ---- names

    def _begin_names(self, prefix: str | None = None, params: Any = None) -> None:
        self.__dict__["_named"] = Names(self._alias(), prefix, params)

    def _alias(self) -> str:
        """What its prefix begins with in 1.x, before the number; a subclass may write it."""
        return kind_of(type(self))

    @property
    def _names(self) -> Names:
        if "_named" not in self.__dict__:
            self._begin_names()
        found: Names = self.__dict__["_named"]
        return found

    @property
    def prefix(self) -> str:
        """What names of its parameters begin with in 1.x."""
        return self._names.prefix

    @property
    def name(self) -> str:
        """The prefix without its last underscore."""
        return self._names.name

    def name_scope(self) -> NameScope:
        """A `with` block in which blocks that are made get this one's prefix before their own."""
        self._names.is_old_style = True
        scope = self.__dict__.get("_scope")
        if scope is None or scope.block is not self:
            scope = self.__dict__["_scope"] = NameScope(self)
        found: NameScope = scope
        return found

    # Private names of 1.x, which libraries that build on MXNet read and write.

    @property
    def _prefix(self) -> str:
        return self._names.prefix

    @_prefix.setter
    def _prefix(self, prefix: str) -> None:
        self._names.prefix = prefix

    @property
    def _params(self) -> ParameterDict:
        return self.params

    @property
    def _reg_params(self) -> dict[str, Any]:
        return self._own_parameters

    # ---- structure

    def __setattr__(self, name: str, value: Any) -> None:
        if "_children" not in self.__dict__:
            if isinstance(value, _NativeBlock | _NativeParameter):
                _NativeBlock.__setattr__(self, name, value)  # tells to call `__init__` before
            object.__setattr__(self, name, value)
            return
        present = self.__dict__.get(name)
        for kind in (_NativeBlock, _NativeParameter):
            if isinstance(present, kind) and not isinstance(value, kind | None):
                raise InvalidType(
                    f"{type(self).__name__}: `{name}` is a {type(present).__name__}, which cannot "
                    f"be replaced by a {type(value).__name__}"
                )
        if isinstance(value, _NativeParameter):
            value = self._taken(name, adopted(value))
        elif isinstance(value, _NativeBlock):
            value = adopted_block(value)
        super().__setattr__(name, value)

    def _taken(self, name: str, parameter: Parameter) -> Parameter:
        """The parameter that becomes an attribute: the shared one where there is one."""
        shared = self._names.lookup(name)
        if shared is not None and shared is not parameter:
            if parameter.is_shape_known and not shared.is_shape_known:
                shared.shape = parameter.shape
            parameter = shared
        # One that `params.get` made is kept under its own name until it has that of an attribute.
        for short, kept in list(self._own_parameters.items()):
            if kept is parameter and short != name and short not in self.__dict__:
                del self._own_parameters[short]
        if self._names.is_old_style and not parameter.name.startswith(self._names.shared_prefix):
            parameter.name = self.prefix + name
        return parameter

    def _keep_parameter(self, short: str, parameter: Parameter) -> None:
        """Takes what `params.get` made."""
        self._names.is_old_style = True
        if parameter not in self._own_parameters.values():
            self._own_parameters[short] = parameter
            self._structure_changed()

    def register_child(self, block: Any, name: str | None = None) -> None:
        """Adds a child; its name is its number unless given."""
        if isinstance(block, _NativeBlock):
            block = adopted_block(block)
        super().register_child(block, name)

    @property
    def params(self) -> ParameterDict:
        """The parameters of this block itself; `params.get(name, shape=…)` makes one, as in 1.x."""
        names = self._names
        found = ParameterDict(names.shared_prefix if names.shared is not None else names.prefix)
        found._block = self
        found._shared = names.shared
        is_old = names.is_old_style
        for short, parameter in self._own_parameters.items():
            full = self._full_name(short, parameter)
            dict.__setitem__(found, full if is_old else short, parameter)
            found._others[short if is_old else full] = parameter
        return found

    def _full_name(self, short: str, parameter: Any) -> str:
        has_full = "_" in parameter.name and parameter.name != short
        return parameter.name if has_full else self.prefix + short

    def collect_params(self, select: str | None = None) -> ParameterDict:
        """All parameters by name, each of which may be asked for by either kind of name.

        select: regular expression that a name must match from its start

        Names are those of the structure, such as `features.0.weight`. Where prefixes or name scopes
        were used they are those of 1.x, such as `net0_dense0_weight`.
        """
        import re

        _tell_containers(self)
        structural = dict(self._parameters_below(""))
        full = dict(self._full_names())
        is_old = self._is_old()
        mine, others = (full, structural) if is_old else (structural, full)
        pattern = None if select is None else re.compile(select)
        found = ParameterDict(self.prefix if is_old else "")
        for name, parameter in mine.items():
            if pattern is None or pattern.match(name):
                dict.__setitem__(found, name, parameter)
        kept = {id(parameter) for parameter in found.values()}
        found._others = {n: p for n, p in others.items() if id(p) in kept}
        return found

    def _full_names(self) -> Iterator[tuple[str, Any]]:
        for short, parameter in self._own_parameters.items():
            yield self._full_name(short, parameter), parameter
        for child in self._children.values():
            yield from adopted_block(child)._full_names()

    def __repr__(self) -> str:
        if not self._children:
            return f"{type(self).__name__}({self.describe()})"
        lines = [f"  ({name}): {child!r}" for name, child in self._children.items()]
        indented = [line.replace("\n", "\n  ") for line in lines]
        return "\n".join([f"{type(self).__name__}(", *indented, ")"])

    # ---- parameters

    def initialize(  # type: ignore[override]
        self,
        init: Any = None,
        device: Any = None,
        verbose: bool = False,
        force_reinit: bool = False,
        *,
        ctx: Any = None,
    ) -> None:
        """Gives all parameters their first values: at once where the shape is known, else at the
        first call.

        init: for parameters without an own initializer; Uniform(0.07) by default
        device, ctx: where they go, one or several
        """
        self.collect_params().initialize(init, device, verbose, force_reinit, ctx=ctx)
        self.apply(_NativeBlock._structure_changed)

    def reset_ctx(self, ctx: Any = None, *, device: Any = None) -> None:
        """Moves all parameters to other contexts; gradients start again from 0."""
        self.collect_params().reset_ctx(ctx, device=device)
        self.apply(_NativeBlock._structure_changed)

    def reset_device(self, device: Any = None, *, ctx: Any = None) -> None:
        """The same as `reset_ctx`."""
        self.reset_ctx(ctx, device=device)

    def share_parameters(self, shared: Mapping[str, Any]) -> Self:
        """Takes parameters of another block instead of its own, by their structural names."""
        if shared is None:
            return self
        if not isinstance(shared, Mapping):
            raise InvalidType(
                "share_parameters: `shared` must be a dict of parameters, such as "
                f"`collect_params()` gives; got {type(shared).__name__}"
            )
        own = dict(self._parameters_below(""))
        named = {name: adopted(parameter) for name, parameter in shared.items()}
        for path, parameter in named.items():
            if path in own:
                if not parameter.is_shape_known and own[path].is_shape_known:
                    parameter.shape = own[path].shape
                self._replace_parameter(path.split("."), parameter)
            else:
                warnings.warn(f"share_parameters: the block has no `{path}`", stacklevel=2)
        return self

    # ---- files

    def _name_in_file(self, name: str) -> str:
        """What a parameter of the block itself is called in files."""
        return name

    def save_parameters(self, filename: Path, deduplicate: bool = False) -> None:  # type: ignore
        """Writes all parameters in the names of the structure: a file that MXNet reads, too.

        deduplicate: write a parameter that several names have once
        """
        write_arrays(filename, _files.arrays_of(self, deduplicate))

    def load_parameters(  # type: ignore[override]
        self,
        filename: Path,
        device: Any = None,
        allow_missing: bool = False,
        ignore_extra: bool = False,
        cast_dtype: bool = False,
        dtype_source: str = "current",
        *,
        ctx: Any = None,
        names: Any = None,
    ) -> None:
        """Reads all parameters from a file of MXNet or of Weft; works before `initialize()`.

        cast_dtype: convert where dtypes differ, to the parameter's ('current') or to that of the
            file ('saved')

        Raises AssertionError for parameters that the file lacks, or has beyond this block, unless
        told otherwise.
        """
        where = _devices.chosen(ctx, device, "load_parameters")
        arrays = read_arrays(filename, "load_parameters")
        self.load_dict(
            arrays,
            where,
            allow_missing,
            ignore_extra,
            cast_dtype,
            dtype_source,
            source=fspath(filename),
            names=names,
        )

    def load_dict(  # type: ignore[override]
        self,
        param_dict: Mapping[str, Any],
        device: Any = None,
        allow_missing: bool = False,
        ignore_extra: bool = False,
        cast_dtype: bool = False,
        dtype_source: str = "current",
        *,
        ctx: Any = None,
        source: str = "the dict",
        names: Any = None,
    ) -> None:
        """Sets the parameters from arrays by name, as `load_parameters` does."""
        where = _devices.chosen(ctx, device, "load_dict")
        own = ParameterDict(dict(self._parameters_below("")))
        param_dict = _files.fitted(own, dict(self._full_names()), param_dict)
        if not any(name in own for name in param_dict):
            own._others = dict(self._full_names())
            if param_dict and not any(name in own for name in param_dict):
                self._load_published(param_dict, where, allow_missing, ignore_extra, source, names)
                return
        given = _files.repeated(own, param_dict)
        own.load_dict(
            given, where, allow_missing, ignore_extra, "", source, cast_dtype, dtype_source
        )
        self.apply(_NativeBlock._structure_changed)

    def _load_published(
        self,
        arrays: Mapping[str, Any],
        where: Any,
        allow_missing: bool,
        ignore_extra: bool,
        source: str,
        names: Any,
    ) -> None:
        """Takes arrays in the names of other libraries, as Weft's own blocks do."""
        _NativeBlock.load_dict(
            self,
            dict(arrays),
            allow_missing=allow_missing,
            ignore_extra=ignore_extra,
            source=source,
            names=names,
        )
        if where is not None:
            self.reset_ctx(where)

    def save_params(self, filename: Path) -> None:
        """What 1.x called `save_parameters`: names without this block's prefix."""
        self.collect_params().save(filename, strip_prefix=self.prefix if self._is_old() else "")

    def load_params(
        self,
        filename: Path,
        ctx: Any = None,
        allow_missing: bool = False,
        ignore_extra: bool = False,
        **options: Any,
    ) -> None:
        """What 1.x called `load_parameters`."""
        arrays = read_arrays(filename, "load_params")
        prefix = self.prefix if self._is_old() else ""
        own = self.collect_params()
        if any(prefix + name in own for name in arrays):
            own.load_dict(
                {prefix + name: array for name, array in arrays.items()},
                ctx,
                allow_missing,
                ignore_extra,
                prefix,
                fspath(filename),
                **options,
            )
            return
        self.load_parameters(filename, ctx, allow_missing, ignore_extra, **options)

    def _is_old(self) -> bool:
        """Has it, or a block below, a name of 1.x?"""
        return any(
            isinstance(block, Block) and block._names.is_old_style
            for _, block in _files.walked(self)
        )

    def save(self, prefix: Path) -> None:
        """Writes `prefix-model.json`, which blocks there are, and `prefix-model.params`."""
        _files.write_tree(self, prefix)
        self.save_parameters(f"{fspath(prefix)}-model.params")

    def load(self, prefix: Path) -> None:
        """Reads what `save` wrote into a block of the same structure.

        Raises OSError for files that are missing, or of another structure.
        """
        active, names = _files.read_tree(self, prefix)
        source = f"{fspath(prefix)}-model.params"
        self.load_dict(_files.moved(read_arrays(source, "load"), names), source=source)
        for block in active:
            _NativeHybrid.hybridize(block)

    # ---- running

    def hybridize(self, active: bool = True, **options: Any) -> None:  # type: ignore[override]
        """Makes every HybridBlock of the tree run as a planned graph, or eagerly again.

        options: those of `weft.gluon.Block.hybridize`, and those of MXNet, which decide how its
        engine runs and have no counterpart
        """
        _NativeBlock.hybridize(self, active, **_hybrid.known(options))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # `_children` of 2.0 has weak references, so programs write `block()(x)` there.
        if not args and not kwargs and _hybrid.needs_arguments(type(self)):
            return self
        if args and _symbols.is_symbol(args[0]):
            return self.forward(*args, **kwargs)
        return super().__call__(*args, **kwargs)

    def register_op_hook(self, callback: Callable[..., Any], monitor_all: bool = False) -> None:
        """Refused: operators of a plan are not called one by one; hooks see blocks."""
        raise Unsupported(
            "register_op_hook: operators cannot be watched one by one; use "
            "`register_forward_hook` of the blocks"
        )


class HybridBlock(Block, _NativeHybrid):
    """A block that `hybridize()` makes a planned graph.

    A subclass writes `forward(self, x)`, as in 2.0, or `hybrid_forward(self, F, x, **params)`, as
    in 1.x: `F` is `mx.nd`, or `mx.sym` where the call is of symbols, and has `F.np` and `F.npx`;
    `params` are the block's own parameters by the names of their attributes.
    """

    # What the block is on symbols, `_compose(self, mx.sym, *args)`; None: Weft's operators tell.
    _compose: Callable[..., Any] | None = None
    _passes_on = False  # does `forward` do nothing but call children?

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        has_own = "hybrid_forward" in vars(cls) or "forward" in vars(cls)
        if has_own and "_compose" not in vars(cls):
            cls._compose = None  # what a class above composes is not what this one computes
            cls._passes_on = "_passes_on" in vars(cls)
        if "hybrid_forward" in vars(cls) and "forward" not in vars(cls):
            # A `forward` that the program wrote above goes first, and `super().forward` leads here.
            if not _hybrid.is_written_above(cls):
                cls.forward = _hybrid.forward  # type: ignore[method-assign]
            if "infer_shape" not in vars(cls):
                cls.infer_shape = _hybrid.infer_shapes  # type: ignore[method-assign]
        elif cls.forward is HybridBlock.forward and not _hybrid.has_hybrid_forward(cls):
            native = super().forward
            if native is not _NativeBlock.forward:  # a layer of Weft computes by its own
                cls.forward = native  # type: ignore[method-assign]

    def __init__(self, prefix: str | None = None, params: Any = None) -> None:
        self._begin_names(prefix, params)
        _NativeHybrid.__init__(self)

    def hybridize(self, active: bool = True, **options: Any) -> None:  # type: ignore[override]
        _NativeHybrid.hybridize(self, active, **_hybrid.known(options))

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the block computes: `hybrid_forward` of a subclass that has one."""
        if _hybrid.has_hybrid_forward(type(self)):
            return _hybrid.forward(self, *args, **kwargs)
        return super().forward(*args, **kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not args and not kwargs and _hybrid.needs_arguments(type(self)):
            return self
        if args and _symbols.is_symbol(args[0]):
            return self._on_symbols(args, kwargs)
        if self._is_active and _hybrid.wants_integer_gradients(args):
            return self._placed(args, kwargs)  # plans have no gradients of integers
        try:
            return _NativeHybrid.__call__(self, *args, **kwargs)
        except CheckFailed as error:
            raise ConstraintError(str(error)) from None

    _native_call = _NativeHybrid.__call__

    def _is_composed_by_hand(self) -> bool:
        """Has a block of the tree `hybrid_forward`, or a way of its own, to take symbols?"""
        return any(
            _hybrid.is_old(type(block)) or type(block)._compose is not None
            for _, block in _files.walked(self)
            if isinstance(block, HybridBlock)
        )

    def _on_symbols(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The call as a symbol: where blocks below compose themselves, these do."""
        from weft.mxnet import symbol
        from weft.mxnet.name import Prefix

        is_plain = all(_symbols.is_symbol(a) for a in args) and not kwargs
        with Prefix(self.prefix):
            if self._compose is not None:
                return self._compose(symbol, *args, **kwargs)
            if self._passes_on or self._is_composed_by_hand() or not is_plain:
                return self.forward(*args, **kwargs)
        is_layer = type(self).__module__.startswith("weft.") and not self._children
        with (_symbols.LayerNames if is_layer else Prefix)(self.prefix):
            return _symbols.composed(self, list(args), dict(self._full_names()))

    def _types_of_inputs(self) -> list[Any]:
        """Dtype and shape of each array of the last call; none where there was none."""
        seen = self.__dict__.get("_seen") or getattr(self._cache.last, "types", None)
        types = seen[1] if isinstance(seen, tuple) and len(seen) == 2 else seen
        return list(types) if isinstance(types, list | tuple) else []

    def infer_type(self, *args: Any) -> None:
        """Gives parameters without values the dtype of the first argument."""
        first = next((a for a in args if isinstance(a, ndarray)), None)
        for parameter in self._own_parameters.values():
            if first is not None and not parameter.is_initialized:
                parameter.dtype = first.dtype

    def optimize_for(self, x: Any, *args: Any, backend: str | None = None, **options: Any) -> None:
        """Hybridizes and runs once, so that the plan is there. Backends of MXNet change nothing but
        its speed, and have no counterpart: one planner is for all devices."""
        options.pop("clear", None)
        options.pop("backend_opts", None)
        self.hybridize(True, **{k: v for k, v in options.items() if k in _hybrid.OPTIONS})
        self(x, *args)

    def export(  # type: ignore[override]
        self, path: Path, epoch: int = 0, remove_amp_cast: bool = True, *examples: Any
    ) -> tuple[str, str | None]:
        """Writes `path-symbol.json` and `path-0000.params`, which MXNet reads; or with a name that
        ends in `.weft` the file that runs from C.

        Raises RuntimeError before the first call, NotImplementedError for an operator that MXNet
        lacks.
        """
        if fspath(path).endswith(".weft"):
            extra = () if isinstance(epoch, int) else (epoch,)
            _NativeHybrid.export(self, path, *extra, *examples)
            return fspath(path), None
        from weft.mxnet.gluon._export import export

        return export(self, fspath(path), epoch)


# ---- blocks of Weft in a tree of MXNet's

_adopted_types: dict[type, type] = {}


def register_counterpart(native: type, here: type) -> None:
    """Blocks of the class `native` become blocks of `here` where they enter a tree."""
    _adopted_types[native] = here


def adopted_block(block: Any) -> Any:
    """A block of Weft, with all below it, as one of MXNet: the same object."""
    if isinstance(block, Block):
        return block
    kind = type(block)
    if kind not in _adopted_types:
        base = HybridBlock if isinstance(block, _NativeHybrid) else Block
        _adopted_types[kind] = type(kind.__name__, (base, kind), {"__doc__": kind.__doc__})
    block.__class__ = _adopted_types[kind]
    for parameter in block._own_parameters.values():
        adopted(parameter)
    for child in block._children.values():
        adopted_block(child)
    return block


# ---- the tree


def _tell_containers(block: Block) -> None:
    """Warns of blocks in lists and dicts, whose parameters nobody finds."""
    known = {id(child) for child in block._children.values()}
    for name, value in vars(block).items():
        if name.startswith("_") or not isinstance(value, list | tuple | dict):
            continue
        if any(id(found) not in known for found in _blocks_in(value)):
            warnings.warn(
                f"{type(block).__name__}: `{name}` has blocks that are not registered, so their "
                "parameters are not found; use `nn.Sequential` or `register_child`",
                stacklevel=3,
            )


def _blocks_in(value: Any) -> Iterator[Any]:
    if isinstance(value, _NativeBlock):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _blocks_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _blocks_in(item)


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    _find = _spelling.finder("weft.mxnet.gluon.block", {}, ("gluon",))

    def __getattr__(name: str) -> Any:
        # What MXNet has here and this package has in modules that import this one.
        if name in ("SymbolBlock", "DeferredInitializationError"):
            return getattr(_spelling.public_module("mxnet.gluon"), name)
        return _find(name)


def _block_scope(block: Any) -> Any:
    """A `with` block in which symbols without a name have that of the block's class before them."""
    from weft.mxnet.name import Prefix

    return Prefix(f"{type(block).__name__.lower()}_")


__all__ = ["Block", "HybridBlock"]
__dir__ = __all__.copy
