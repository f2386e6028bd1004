"""Parameters by name: those of a tree in 2.0's names, and the dicts of 1.x that make parameters.

>>> from weft import mxnet as mx
>>> params = mx.gluon.ParameterDict("net_")
>>> weight = params.get("weight", shape=(2, 3))
>>> weight.name, params.get("weight") is weight
('net_weight', True)
"""

from collections.abc import Iterator, Mapping
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from weft import np
from weft._base import spelling as _spelling
from weft._base.errors import InvalidValue, NotFound
from weft._core.typing import ndarray
from weft._mxnet_files import content as _files
from weft._mxnet_files import numpy_files as _numpy_files
from weft._mxnet_files.records import record_of as _record_of
from weft.gluon.parameter import ParameterDict as _Native
from weft.mxnet._made import dtype_name as _dtype_name
from weft.mxnet.base import RefusedError
from weft.mxnet.gluon import _devices
from weft.mxnet.gluon import parameter as _parameter
from weft.mxnet.gluon._modes import is_np_array as _is_np_array
from weft.mxnet.gluon.parameter import Constant, Parameter

Path = str | PathLike[str]


class ParameterDict(_Native):
    """Parameters by name.

    prefix: of the names of parameters that `get` makes; or a mapping, whose content it takes
    shared: another dict, whose parameters of the same names are taken instead of new ones

    `collect_params()` gives the names of 2.0, such as `0.weight`, or those of 1.x, such as
    `dense0_weight`, where prefixes or name scopes were used. Either can be asked for.
    """

    def __init__(self, prefix: Any = "", shared: Any = None) -> None:
        super().__init__(() if isinstance(prefix, str) else prefix)
        self._prefix = prefix if isinstance(prefix, str) else ""
        self._shared = shared
        self._block: Any = None  # whose own parameters these are
        self._others: dict[str, Any] = {}  # the same parameters by the names of the other version

    @property
    def prefix(self) -> str:
        """What names begin with."""
        return self._prefix

    @property
    def _params(self) -> "ParameterDict":
        return self  # 1.x keeps the parameters in a dict inside of this one

    def __missing__(self, name: str) -> Any:
        if name in self._others:
            return self._others[name]
        raise KeyError(f"there is no parameter `{name}`; there are {', '.join(self) or 'none'}")

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self._others

    def __repr__(self) -> str:
        lines = [f"  {_told(name, parameter)}" for name, parameter in self.items()]
        named = f"{self._prefix} " if self._prefix else ""
        return "\n".join([f"{named}(", *lines, ")"]) if self._prefix else _listed(self)

    # ---- making parameters

    def get(self, name: str, default: Any = None, **options: Any) -> Any:
        """The parameter `prefix + name`, made with these options if there is none.

        A dict of 2.0, which `collect_params()` gave, gives `default` where nothing is made. Options
        of a parameter that is there must fit it: ValueError else.
        """
        if name in self and not options and self._block is None:
            return self[name]
        if not options and self._block is None and not self._makes:
            return default
        full = self._prefix + name
        found = dict.get(self, full) or self._from_shared(name)
        if found is None:
            return self._made(name, full, options)
        for word, value in options.items():
            _check_option(found, word, value)
        self._keep(name, full, found)
        return found

    @property
    def _makes(self) -> bool:
        return bool(self._prefix) or not self

    def _from_shared(self, name: str) -> Any:
        if self._block is not None:
            return self._block._names.lookup(name)
        return None if self._shared is None else dict.get(self._shared, self._prefix + name)

    def _made(self, name: str, full: str, options: dict[str, Any]) -> Parameter:
        if not options.get("allow_deferred_init") and options.get("shape") is not None:
            # 1.x asks for extents of 0 where they are not known yet.
            shape = options["shape"]
            extents = (shape,) if isinstance(shape, int) else tuple(shape)
            options["allow_deferred_init"] = 0 in extents or -1 in extents
        made = Parameter(full, **options)
        self._keep(name, full, made)
        return made

    def _keep(self, name: str, full: str, parameter: Parameter) -> None:
        dict.__setitem__(self, full, parameter)
        if self._block is not None:
            self._block._keep_parameter(name, parameter)

    def get_constant(self, name: str, value: Any = None) -> Constant:
        """The constant `prefix + name`, made of `value` if there is none.

        Raises KeyError if there is none and no value, AssertionError for another value.
        """
        full = self._prefix + name
        found = dict.get(self, full) or self._from_shared(name)
        if found is None:
            if value is None:
                raise KeyError(f"get_constant: there is no constant `{full}`, and no `value`")
            found = Constant(full, value)
        elif value is not None:
            _check_constant(full, found, value)
        self._keep(name, full, found)
        return found

    def update(self, other: Mapping[str, Any], select: Any = None) -> None:  # type: ignore
        """Takes the parameters of another dict.

        Raises AssertionError for another parameter of a name that is here.
        """
        for name, parameter in other.items():
            present = dict.get(self, name)
            if present is not None and present is not parameter:
                raise RefusedError(f"update: there are two different parameters named `{name}`")
            dict.__setitem__(self, name, parameter)
        self._others |= getattr(other, "_others", {})

    # ---- all of them

    def initialize(  # type: ignore[override]
        self,
        init: Any = None,
        device: Any = None,
        verbose: bool = False,
        force_reinit: bool = False,
        *,
        ctx: Any = None,
    ) -> None:
        """Initializes all of them; `init` is for those without an own initializer."""
        where = _devices.chosen(ctx, device, "initialize")
        for parameter in self._each():
            parameter.initialize(None, where, init, force_reinit)

    def _each(self) -> Iterator[Any]:
        """Each parameter once, though several names may have it."""
        yield from {id(parameter): parameter for parameter in self.values()}.values()

    def reset_ctx(self, ctx: Any = None, *, device: Any = None) -> None:
        """Moves all of them to other contexts."""
        for parameter in self._each():
            parameter.reset_ctx(ctx, device=device)

    def reset_device(self, device: Any = None, *, ctx: Any = None) -> None:
        """The same as `reset_ctx`."""
        self.reset_ctx(ctx, device=device)

    def list_ctx(self) -> list[Any]:
        """The contexts on which parameters are."""
        return list(dict.fromkeys(c for p in self._each() for c in p.list_ctx()))

    def setattr(self, name: str, value: Any) -> None:
        """Sets an attribute of all of them, such as `grad_req` to 'null'."""
        for parameter in self._each():
            setattr(parameter, name, value)

    # ---- files

    def save(self, filename: Path, strip_prefix: str = "") -> None:
        """Writes all of them to a file of arrays, in names without `strip_prefix`.

        Raises ValueError for a name that does not begin with it.
        """
        arrays = {}
        for name, parameter in self.items():
            if not name.startswith(strip_prefix):
                raise InvalidValue(
                    f"save: `{name}` must begin with `strip_prefix` {strip_prefix!r}"
                )
            arrays[name.removeprefix(strip_prefix)] = parameter._reduce()
        write_arrays(filename, arrays)

    def load(
        self,
        filename: Path,
        ctx: Any = None,
        allow_missing: bool = False,
        ignore_extra: bool = False,
        restore_prefix: str = "",
        cast_dtype: bool = False,
        dtype_source: str = "current",
        *,
        device: Any = None,
    ) -> None:
        """Sets them from a file; `restore_prefix` comes before the names that it has.

        Raises AssertionError for a parameter that the file lacks, or has beyond these, unless told
        otherwise.
        """
        arrays = read_arrays(filename, "load")
        self.load_dict(
            {restore_prefix + name: array for name, array in arrays.items()},
            _devices.chosen(ctx, device, "load"),
            allow_missing,
            ignore_extra,
            restore_prefix,
            fspath(filename),
            cast_dtype,
            dtype_source,
        )

    def load_dict(
        self,
        param_dict: Mapping[str, Any],
        ctx: Any = None,
        allow_missing: bool = False,
        ignore_extra: bool = False,
        restore_prefix: str = "",
        filename: str = "the dict",
        cast_dtype: bool = False,
        dtype_source: str = "current",
    ) -> None:
        """Sets them from arrays by name, as `load` does."""
        given = {self._key(_files.without_role(name)): a for name, a in param_dict.items()}
        missing = [name for name in self if name not in given]
        extra = [name for name in given if not dict.__contains__(self, name)]
        if missing and not allow_missing:
            raise MissingError(
                f"load: {filename} lacks {', '.join(f'`{n}`' for n in missing[:5])}; use "
                "`allow_missing=True` to keep them as they are"
            )
        if extra and not ignore_extra:
            raise MissingError(
                f"load: {filename} has {', '.join(f'`{n}`' for n in extra[:5])}, which are not "
                "here; use `ignore_extra=True` to leave them out"
            )
        for name, array in given.items():
            if dict.__contains__(self, name):
                dict.__getitem__(self, name)._load_init(array, ctx, cast_dtype, dtype_source)

    def _key(self, name: str) -> str:
        """The name that a parameter has here, of either of its names."""
        if dict.__contains__(self, name) or name not in self._others:
            return name
        wanted = self._others[name]
        return next((own for own, parameter in self.items() if parameter is wanted), name)


class MissingError(NotFound, InvalidValue, AssertionError):  # type: ignore[misc]
    """Parameters that a file lacks or has too many of; MXNet raises one or another of these."""

    __module__ = "weft.mxnet"


def _told(name: str, parameter: Any) -> str:
    kind = "Constant" if isinstance(parameter, Constant) else "Parameter"
    return f"{kind} {name} (shape={parameter.shape}, dtype={_dtype_name(parameter.dtype)})"


def _listed(parameters: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{n!r}: {p!r}" for n, p in parameters.items()) + "}"


def _check_option(parameter: Parameter, word: str, value: Any) -> None:
    """Raises ValueError where a parameter that is there is asked for with another option."""
    if value is None or word in ("init", "allow_deferred_init", "differentiable"):
        return
    if word == "shape":
        extents = (value,) if isinstance(value, int) else tuple(value)
        parameter.shape = tuple(_merged(parameter, extents))
        return
    present = getattr(parameter, word, value)
    same = _dtype_name(present) == _dtype_name(value) if word == "dtype" else present == value
    if not same:
        raise RefusedError(
            f"get: `{word}` of `{parameter.name}` is {present!r} already; got {value!r}"
        )


def _merged(parameter: Parameter, extents: tuple[int, ...]) -> Iterator[int]:
    known = parameter.shape
    if known is None:
        yield from (n or -1 for n in extents)
        return
    fits = len(known) == len(extents) and all(
        a == b or a < 1 or b < 1 for a, b in zip(known, extents, strict=True)
    )
    if not fits:
        raise RefusedError(
            f"get: the shape of `{parameter.name}` is {known} already; got {extents}"
        )
    yield from (b if a < 1 and b > 0 else a for a, b in zip(known, extents, strict=True))


def _check_constant(name: str, found: Any, value: Any) -> None:
    if not isinstance(found, Constant):
        raise RefusedError(f"get_constant: `{name}` is a parameter already, and no constant")
    wanted = value if isinstance(value, ndarray) else np.array(value, dtype="float32")
    same = wanted.shape == found.value.shape and (wanted.asnumpy() == found.value.asnumpy()).all()
    if not same:
        raise RefusedError(f"get_constant: `{name}` has another value already")


# ---- files of arrays


def write_arrays(filename: Path, arrays: Mapping[str, Any]) -> None:
    """Writes a file as MXNet does: a .npz of 2.0, or after `mx.npx.reset_np()` the list of 1.x."""
    if _is_np_array():
        records = {name: _record_of(array) for name, array in arrays.items()}
        _files.write_bytes(filename, _numpy_files.write_npz(records))
        return
    from weft.mxnet import ndarray as lists

    lists.save(filename, dict(arrays))


def read_arrays(filename: Path, caller: str) -> dict[str, Any]:
    """The arrays of a file by name: of MXNet of any version, or of those that Weft reads.

    Raises OSError for a file that is missing or damaged.
    """
    import pathlib

    from weft.gluon._weight_files import read_weights

    arrays = read_weights(pathlib.Path(filename))
    return {_files.without_role(name): array for name, array in arrays.items()}


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.gluon.parameter_dict", {}, ("gluon",))

_parameter.ParameterDict = ParameterDict  # type: ignore[attr-defined]  # as in MXNet

__all__ = ["ParameterDict", "read_arrays", "write_arrays"]
__dir__ = __all__.copy
