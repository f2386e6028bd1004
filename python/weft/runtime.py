"""Running .weft files with libweft alone: neither NumPy nor the rest of the package is imported.

>>> from weft import runtime
>>> model = runtime.Model("digits.weft")                                    # doctest: +SKIP
>>> context = model.context("forward")                                      # doctest: +SKIP
>>> scores, = context.run(open("images.raw", "rb").read())                  # doctest: +SKIP
>>> scores.shape                                                            # doctest: +SKIP
(359, 10)
"""

import ctypes
import json
import os
import struct
import sys
import threading
from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from cffi import FFI

from weft._base import lapack
from weft._base.errors import (
    BY_STATUS,
    InvalidState,
    InvalidType,
    InvalidValue,
    MissingFile,
    NotFound,
)
from weft._base.protocols import HasDtype

_DECLARATIONS = """
typedef int32_t weft_status;
typedef int32_t weft_dtype;
typedef struct weft_model_* weft_model;
typedef struct weft_context_* weft_context;
typedef struct weft_port {
  size_t struct_size;
  const char* name;
  weft_dtype dtype;
  int32_t rank;
  const int64_t* shape;
  size_t bytes;
} weft_port;
const char* weft_version(void);
void weft_set_interrupt_hook(int32_t (*interrupted)(void));
const char* weft_last_error(void);
const char* weft_dtype_name(weft_dtype dtype);
weft_status weft_model_load(const char* path, weft_model* out);
weft_status weft_model_load_memory(const void* data, size_t bytes, weft_model* out);
void weft_model_release(weft_model model);
const char* weft_model_text(weft_model model);
weft_status weft_model_figures(weft_model model, int64_t batch, const char** text);
weft_status weft_model_plans(weft_model model, int64_t batch, const char** json);
weft_status weft_model_operators(const char* path, const char** text);
weft_status weft_model_pack(const char* path);
typedef struct weft_c_options {
  size_t struct_size;
  const char* entry;
  const char* name;
  int64_t memory;
  int32_t with_main;
  int32_t ports_in_arena;
  int32_t feed_rows;
  const char* train;
  const char* train_entry;
  const char* cmsis_nn;
  int64_t batch;
} weft_c_options;
weft_status weft_model_write_c(weft_model model, const weft_c_options* options, const char* folder);
const char* weft_model_metadata(weft_model model, const char* key);
size_t weft_model_metadata_count(weft_model model);
const char* weft_model_metadata_key_at(weft_model model, size_t index);
size_t weft_model_entry_count(weft_model model);
const char* weft_model_entry_name_at(weft_model model, size_t index);
weft_status weft_model_arena_bytes(weft_model model, const char* entry, size_t* bytes);
weft_status weft_model_set_budget(weft_model model, const char* entry, int64_t bytes);
weft_status weft_context_create(weft_model model, const char* entry, void* arena,
                                size_t arena_bytes, weft_context* out);
weft_status weft_context_create_sharing(weft_context first, const char* entry, void* arena,
                                        size_t arena_bytes, weft_context* out);
void weft_context_release(weft_context context);
size_t weft_context_inputs(weft_context context);
size_t weft_context_outputs(weft_context context);
weft_status weft_context_get_input(weft_context context, size_t index, weft_port* port);
weft_status weft_context_get_output(weft_context context, size_t index, weft_port* port);
weft_status weft_context_set_input_shape(weft_context context, size_t index, const int64_t* shape,
                                         int32_t rank);
const char* weft_context_dimension_at(weft_context context, size_t index, int32_t axis);
weft_status weft_context_bind_input(weft_context context, size_t index, const void* data,
                                    size_t bytes);
weft_status weft_context_run(weft_context context);
size_t weft_context_states(weft_context context);
weft_status weft_context_get_state(weft_context context, size_t index, weft_port* port);
weft_status weft_context_read_state(weft_context context, size_t index, void* data, size_t bytes);
weft_status weft_context_write_state(weft_context context, size_t index, const void* data,
                                     size_t bytes);
weft_status weft_context_reset(weft_context context);
weft_status weft_context_save(weft_context context, const char* path);
weft_status weft_context_output_data(weft_context context, size_t index, const void** data);
weft_status weft_library_load(const char* path);
"""

# One format character of `memoryview` for each dtype that has one.
_FORMATS = {
    **{"bool": "?", "uint8": "B", "uint16": "H", "uint32": "I", "uint64": "Q"},
    **{"int8": "b", "int16": "h", "int32": "i", "int64": "q", "float32": "f", "float64": "d"},
}

# What a C long is by another name, which NumPy takes for int64 on Linux.
_LONG = {"l": "q", "L": "Q"} if struct.calcsize("l") == 8 else {"l": "i", "L": "I"}
# Types of ctypes, for arrays without elements, which `memoryview` cannot shape.
_C_TYPES: dict[str, Any] = {
    **{"?": ctypes.c_bool, "f": ctypes.c_float, "d": ctypes.c_double},
    **{"b": ctypes.c_int8, "h": ctypes.c_int16, "i": ctypes.c_int32, "q": ctypes.c_int64},
    **{"B": ctypes.c_uint8, "H": ctypes.c_uint16, "I": ctypes.c_uint32, "Q": ctypes.c_uint64},
}

_ffi = FFI()
_ffi.cdef(_DECLARATIONS)


def _open() -> Any:
    """libweft: what WEFT_LIBRARY names, else the one in this package."""
    path = os.environ.get("WEFT_LIBRARY") or str(
        Path(__file__).absolute().parent / "lib" / "libweft.so"
    )
    try:
        return _ffi.dlopen(path)
    except OSError as error:
        raise OSError(f"runtime: cannot load {path}: {error}") from None


_library = _open()


def _text(pointer: Any) -> str:
    return _ffi.string(pointer).decode() if pointer != _ffi.NULL else ""


def _encoded(text: str | bytes | os.PathLike[Any]) -> bytes:
    """A path or name for the library, where it would end at a NUL character and be another."""
    encoded = os.fsencode(text)
    if b"\0" in encoded:
        raise InvalidValue(f"runtime: names and paths must not have NUL characters; got {text!r}")
    return encoded


_FILE_ERRORS = {**BY_STATUS, 4: MissingFile}


def _check(status: int, errors: dict[int, type[BaseException]] = BY_STATUS) -> None:
    if status == _INTERRUPTED and _raised:
        raise _raised.pop()
    if status:
        raise errors.get(status, errors[5])(_text(_library.weft_last_error()))


# ---- Ctrl-C --------------------------------------------------------------------------------------
# A long call has released the interpreter, which runs the handlers of signals between its own
# instructions only. So the library asks now and then, on the thread that called it, and the handler
# runs while the question is answered: what it raises ends the call.

_INTERRUPTED = 11
_raised: list[BaseException] = []


def _keep(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    _raised[:] = [error]


def _answer() -> int:
    for _ in (0,):  # a loop's end is where handlers run
        pass
    return 0


def _watch_signals() -> Any:
    """The question as a C function, kept as long as the library may ask; None where the extension
    module of the package has one for the same library, or where there can be none."""
    if "weft._native" in sys.modules and not os.environ.get("WEFT_LIBRARY"):
        return None
    try:
        question = _ffi.callback("int32_t(void)", _answer, error=1, onerror=_keep)
        _library.weft_set_interrupt_hook(question)
    except (AttributeError, MemoryError):  # a small libweft; a system that lets nobody write code
        return None
    return question


_question = _watch_signals()


def version() -> str:
    """The version of libweft.

    >>> import weft
    >>> weft.runtime.version() == weft.__version__
    True
    """
    return _text(_library.weft_version())


def load_library(path: str | os.PathLike[str]) -> None:
    """Loads a shared library of operators, which files may need; loading it again does nothing.

    Raises OSError for what is no shared library, ValueError for one without operators.

    >>> from weft import runtime
    >>> try:
    ...     runtime.load_library("missing.so")
    ... except OSError as error:
    ...     print("missing.so" in str(error))
    True
    """
    _check(_library.weft_library_load(_encoded(path)), _FILE_ERRORS)


def load_linalg() -> None:
    """Loads the library of operators over LAPACK, which files with factorizations of matrices need.

    Raises NotImplementedError where there is no LAPACK: `pip install '.[linalg]'` brings one.

    >>> from weft import runtime
    >>> runtime.load_linalg()  # from now on files with `np.linalg.solve` and its kind can be run
    """
    load_library(lapack.prepared())


class Port(NamedTuple):
    """An input or output of an entry point.

    >>> from weft import np, runtime
    >>> from weft.gluon import nn
    >>> net = nn.Dense(2)
    >>> net.initialize()
    >>> net.export("net.weft", np.ones((1, 3)))
    >>> port = runtime.Model("net.weft").context().inputs[0]
    >>> port.name, port.dtype, port.shape, port.nbytes
    ('x', 'float32', (1, 3), 12)
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    nbytes: int


def operators(path: str | os.PathLike[str]) -> str:
    """What a runtime-only libweft needs that shall run this file: the text of `weft ops`.

    Raises OSError for a file that cannot be read, NotImplementedError where a run decides on
    shapes.

    >>> import weft
    >>> from weft import np
    >>> from weft.gluon import nn
    >>> net = nn.Dense(2, in_units=3)
    >>> net.initialize()
    >>> net.export("net.weft", np.ones((1, 3)))
    >>> "operator matmul" in weft.runtime.operators("net.weft")
    True
    """
    out = _ffi.new("const char**")
    _check(_library.weft_model_operators(_encoded(path), out), _FILE_ERRORS)
    return _text(out[0])


def pack(path: str | os.PathLike[str]) -> None:
    """Writes a file anew with entry points that are ready to run: `weft pack`, `export(pack=True)`.

    Raises OSError for a file that cannot be read or written.
    """
    _check(_library.weft_model_pack(_encoded(path)), _FILE_ERRORS)


class Model:
    """A loaded .weft file: a path, or the bytes of a file.

    Raises OSError for a file that cannot be read or is damaged.

    >>> import weft
    >>> from weft import np
    >>> from weft.gluon import nn
    >>> net = nn.Dense(2, in_units=3)
    >>> net.initialize()
    >>> net.export("net.weft", np.ones((1, 3)))
    >>> model = weft.runtime.Model("net.weft")
    >>> model.entries
    ['forward']
    >>> (out,) = model.context().run(np.ones((1, 3)).asnumpy())
    >>> out.shape
    (1, 2)
    """

    def __init__(self, source: str | os.PathLike[str] | bytes | bytearray | memoryview) -> None:
        out = _ffi.new("weft_model*")
        self._source = None
        self._name = os.fsdecode(source) if isinstance(source, str | os.PathLike) else "in memory"
        if isinstance(source, bytes | bytearray | memoryview):
            self._source = _ffi.from_buffer(source)  # kept: the model reads from it
            _check(_library.weft_model_load_memory(self._source, len(self._source), out))
        else:
            _check(_library.weft_model_load(_encoded(source), out), _FILE_ERRORS)
        self._handle = _ffi.gc(out[0], _library.weft_model_release)

    @property
    def text(self) -> str:
        """A description for people: format version, entry points, weights, metadata."""
        return _text(_library.weft_model_text(self._handle))

    def figures(self, batch: int | None = None) -> str:
        """Of each entry point, for people: operators, multiply-adds of a run, bytes of its arena.

        batch: replaces the first extent of every input
        Raises ValueError or NotImplementedError for a batch that the file is not for.
        """
        if batch is not None and batch < 1:
            raise InvalidValue(f"info: `batch` must be at least 1; got {batch}")
        out = _ffi.new("const char**")
        _check(_library.weft_model_figures(self._handle, batch or 0, out))
        return _text(out[0])

    def plans(self, batch: int | None = None) -> dict[str, Any]:
        """The plans of all entry points, {entry: {"forward": plan}}: bytes of the arena, steps in
        their order, and which part of the arena is in use when; what `weft info --html` draws.

        batch: as for `figures`; needed by an entry point that takes any batch
        """
        if batch is not None and batch < 1:
            raise InvalidValue(f"info: `batch` must be at least 1; got {batch}")
        out = _ffi.new("const char**")
        _check(_library.weft_model_plans(self._handle, batch or 0, out))
        plans: dict[str, Any] = json.loads(_text(out[0]))
        return plans

    @property
    def entries(self) -> list[str]:
        """Names of the entry points."""
        count = _library.weft_model_entry_count(self._handle)
        return [_text(_library.weft_model_entry_name_at(self._handle, i)) for i in range(count)]

    @property
    def metadata(self) -> dict[str, str]:
        """What the file says beside the model, as `weft.export` was told."""
        count = _library.weft_model_metadata_count(self._handle)
        keys = [_library.weft_model_metadata_key_at(self._handle, i) for i in range(count)]
        return {_text(k): _text(_library.weft_model_metadata(self._handle, k)) for k in keys}

    def arena_bytes(self, entry: str = "forward") -> int:
        """Bytes that a run of the entry point needs for its intermediate results."""
        out = _ffi.new("size_t*")
        _check(_library.weft_model_arena_bytes(self._handle, _encoded(entry), out))
        return int(out[0])

    def set_budget(self, entry: str, bytes: int) -> None:
        """Contexts of an entry point that are created from now on take at most so many bytes
        beside inputs, outputs and states; 0: as many as they do. No bit of a result changes.

        Creating a context, where extents are dynamic running it, raises ValueError where no plan is
        small enough, and says how little is possible.
        """
        _check(_library.weft_model_set_budget(self._handle, _encoded(entry), bytes))

    def write_c(
        self,
        folder: str | os.PathLike[str],
        entry: str = "forward",
        *,
        name: str | None = None,
        memory: int = 0,
        main: bool = False,
        ports_in_arena: bool = False,
        feed_rows: bool = False,
        train: str | None = None,
        train_entry: str = "train",
        cmsis_nn: str | None = None,
        batch: int = 0,
    ) -> list[Path]:
        """Writes an entry point as C99 that needs no library; gives the paths of the files.

        folder: where `name.c` and `name.h` are written; made if it is not there
        name: of the files and functions, a C identifier; the entry's by default
        memory: most bytes that the arena may have: images that are too large are then made by
            bands of rows; 0: as many as the fastest form needs
        main: also `name_main.c`, which compares one run with this library's results
        ports_in_arena: inputs and outputs lie in the arena, where they share bytes with the rest,
            instead of in arrays of the caller's
        feed_rows: the C takes the only input, an int8 image (1, H, W, C), some rows at a time, in
            as few bytes as can be found, or in `memory`
        train: parameters that the C can train: their names separated by commas, with `*` for any
            characters, or `last:2` for the two layers nearest to the loss; None: none. `memory`
            counts what training changes, too; parameters are trained from the last one on, as long
            as they fit
        train_entry: the entry point of the training step
        cmsis_nn: the C calls Arm's CMSIS-NN where that has the operator with the same bits; the
            arena has what it takes on cores with `dsp` instructions or none, on those with
            `helium`, or on `any`; None: kernels of its own. Not with `train`
        batch: the samples of a call; 0: those of the file, or 1 where it was exported with
            `dynamic` there
        Raises NotImplementedError for an operator without a C form and for shapes that are not
        fixed, ValueError where `memory` is too little, and says how little is possible, and where
        `train` names no parameter that the step updates.

        >>> runtime.Model("digits.weft").write_c("build", name="digits")        # doctest: +SKIP
        [PosixPath('build/digits.c'), PosixPath('build/digits.h')]
        """
        name = entry if name is None else name
        texts = (entry, name, train_entry, train, cmsis_nn)
        strings = [
            _ffi.NULL if text is None else _ffi.new("char[]", _encoded(text)) for text in texts
        ]
        options = _ffi.new(
            "weft_c_options*",
            {
                "struct_size": _ffi.sizeof("weft_c_options"),
                "entry": strings[0],
                "name": strings[1],
                "memory": memory,
                "with_main": int(main),
                "ports_in_arena": int(ports_in_arena),
                "feed_rows": int(feed_rows),
                "train": strings[3],
                "train_entry": strings[2],
                "cmsis_nn": strings[4],
                "batch": batch,
            },
        )
        path = Path(os.fsdecode(folder))
        path.mkdir(parents=True, exist_ok=True)
        write = getattr(_library, "weft_model_write_c", None)
        if write is None:
            raise BY_STATUS[3]("runtime: this libweft runs models only: it does not write C")
        _check(write(self._handle, options, _encoded(path)), _FILE_ERRORS)
        endings = [".c", ".h", *(["_main.c"] if main else [])]
        return [path / f"{name}{ending}" for ending in endings]

    def context(
        self, entry: str = "forward", arena: Any = None, *, sharing: "Context | None" = None
    ) -> "Context":
        """What runs an entry point; for one thread at a time, several side by side.

        arena: writable buffer of `arena_bytes(entry)` bytes aligned to 64, or None to allocate
        sharing: a context of another entry point whose states this one shall see and change
        Raises LookupError for an unknown entry point.
        """
        return Context(self, entry, arena, sharing)

    def __repr__(self) -> str:
        return f"<Model {self._name}: {', '.join(self.entries)}>"


class _Turn:
    """Lets one call in at a time: what meets it is refused. So a run is one step, and no thread
    gets what the arrays of another one gave."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise InvalidState(
                "context: another call is using this context or one that shares its states; give "
                "each thread a context of its own"
            )

    def __exit__(self, *error: object) -> None:
        self._lock.release()


class Context:
    """Memory and bindings to run one entry point; made by `Model.context`.

    One thread at a time uses a context, and all contexts that share its states: a call that meets
    another one raises RuntimeError. A run is one step, from the arrays that it is given to its
    outputs.

    inputs, outputs: the ports; a dynamic dimension is -1 until the shapes of inputs are known; an
        output whose extents follow from values (a mask, nonzero, unique)
        has the largest shape before the first run, and the shape of the last run after it
    states: what runs change: a cache, running statistics, weights that a training step updates.
        They start as in the file

    >>> import weft
    >>> from weft import np, runtime
    >>> from weft.gluon import nn
    >>> net = nn.Dense(2)
    >>> net.initialize()
    >>> net.export("net.weft", np.ones((1, 3)))
    >>> context = runtime.Model("net.weft").context()
    >>> [port.shape for port in context.inputs], [port.shape for port in context.outputs]
    ([(1, 3)], [(1, 2)])
    >>> context.run(np.ones((1, 3)).asnumpy())[0].shape
    (1, 2)
    """

    def __init__(
        self, model: Model, entry: str, arena: Any, sharing: "Context | None" = None
    ) -> None:
        out = _ffi.new("weft_context*")
        self._model = model
        self._arena = None if arena is None else _ffi.from_buffer(arena, require_writable=True)
        memory = _ffi.NULL if self._arena is None else self._arena
        size = 0 if self._arena is None else len(self._arena)
        if sharing is not None and sharing._model is not model:
            raise InvalidValue("context: `sharing` must be a context of the same model")
        self._sharing = sharing  # its arena may have the states
        self._entry = entry
        self._turn = _Turn() if sharing is None else sharing._turn
        if sharing is None:
            _check(_library.weft_context_create(model._handle, _encoded(entry), memory, size, out))
        else:
            first = sharing._handle
            _check(_library.weft_context_create_sharing(first, _encoded(entry), memory, size, out))
        self._handle = _ffi.gc(out[0], _library.weft_context_release)
        self.inputs = self._ports(_library.weft_context_inputs, _library.weft_context_get_input)
        self.outputs = self._ports(_library.weft_context_outputs, _library.weft_context_get_output)
        self._dynamic = [-1 in port.shape for port in self.inputs]
        self.states = self._ports(_library.weft_context_states, _library.weft_context_get_state)
        self._bound: list[Any] = [None] * len(self.inputs)
        self._port = _new_port()
        self._data = _ffi.new("const void**")

    def _ports(self, count: Any, get: Any) -> list[Port]:
        port = _new_port()
        ports = []
        for index in range(count(self._handle)):
            _check(get(self._handle, index, port))
            dtype = _text(_library.weft_dtype_name(port.dtype))
            ports.append(Port(_text(port.name), dtype, _extents(port), int(port.bytes)))
        return ports

    def __repr__(self) -> str:
        inputs, outputs = (
            ", ".join(f"{p.name}: {p.dtype}{p.shape}" for p in ports)
            for ports in (self.inputs, self.outputs)
        )
        return f"<Context {self._entry}({inputs}) -> ({outputs})>"

    def set_shape(self, index: int, shape: Sequence[int]) -> None:
        """Says the extents of an input's dynamic dimensions; what was bound to it is free.

        Raises ValueError for another shape than the file allows.
        """
        with self._turn:
            self._set_shape(index, shape)

    def _set_shape(self, index: int, shape: Sequence[int]) -> None:
        extents = _ffi.new("int64_t[]", list(shape) or 1)
        _check(
            _library.weft_context_set_input_shape(self._handle, index, extents, len(shape)),
        )
        self.inputs = self._ports(_library.weft_context_inputs, _library.weft_context_get_input)
        self._bound[index] = None

    def bind(self, index: int, data: Any) -> None:
        """Makes `data`, a contiguous array of the input's dtype and shape, the input `index` of
        every following run; or bytes, or what else is a buffer of bytes, as many as the input has.
        An input with dynamic dimensions takes its shape from `data`, an array or memoryview.

        Elements of bfloat16 are given as bytes or as uint16, those of float8 and of 4 bits as bytes
        or as uint8. An array whose elements do not lie in a row is copied, as it is now. Raises
        TypeError for another dtype, ValueError for another shape or number of bytes.
        """
        with self._turn:
            self._bind(index, data)

    def _bind(self, index: int, data: Any) -> None:
        buffer = self._plain(index, data)
        if buffer is None:
            buffer = self._checked(index, data)
        _check(_library.weft_context_bind_input(self._handle, index, buffer, len(buffer)))
        self._bound[index] = buffer

    def _plain(self, index: int, data: Any) -> Any:
        """The buffer of an array that is just what the input is now, which is the usual case; None
        for everything else."""
        if not 0 <= index < len(self.inputs):
            return None
        port = self.inputs[index]
        try:
            view = memoryview(data)
        except (TypeError, BufferError, ValueError):
            return None
        code = _LONG.get(view.format, view.format)
        is_same = view.shape == port.shape and code == _FORMATS.get(port.dtype)
        return _ffi.from_buffer(data) if is_same and view.c_contiguous else None

    def _checked(self, index: int, data: Any) -> Any:
        if not 0 <= index < len(self.inputs):
            raise InvalidValue(f"bind: `index` must be in [0, {len(self.inputs)}); got {index}")
        port = self.inputs[index]
        given = _given(data)
        if self._dynamic[index]:
            shape = _shape_of(port, given, data)
            _check_given("run", port._replace(shape=shape), given)
            if shape != port.shape:  # a new one costs the inference of all outputs
                self._set_shape(index, shape)
        else:
            _check_given("run", port, given)
        return _buffer("run", self.inputs[index], data)

    def run(self, *data: Any) -> list[memoryview]:
        """Runs on buffers, one per input, or on those bound before; returns the outputs.

        Arrays are as for `bind`. An output is a read-only copy with the port's shape; its elements
        are bytes where `memoryview` lacks the dtype. Ctrl-C ends a run with KeyboardInterrupt:
        states are then unfinished. Raises RuntimeError where the context is in use, OSError where
        the file of the model was shortened meanwhile.
        """
        if data and len(data) != len(self.inputs):
            names = ", ".join(port.name for port in self.inputs)
            raise InvalidValue(
                f"run: one buffer for each of {names} must be given; got {len(data)}"
            )
        with self._turn:
            for index, buffer in enumerate(data):
                self._bind(index, buffer)
            self._run()
            return [self._output(index) for index in range(len(self.outputs))]

    def run_bound(self) -> None:
        """Runs on what is bound and copies no output, as measurements want it.

        Raises what `run` does.
        """
        with self._turn:
            self._run()

    def _run(self) -> None:
        if any(buffer is None for buffer in self._bound):
            missing = [p.name for p, b in zip(self.inputs, self._bound, strict=True) if b is None]
            raise InvalidState(f"run: input `{missing[0]}` has no data; give it or bind it")
        _check(_library.weft_context_run(self._handle))

    def _output(self, index: int) -> memoryview:
        now, port = self._port, self.outputs[index]
        _check(_library.weft_context_get_output(self._handle, index, now))
        if (shape := _extents(now)) != port.shape:  # extents may follow from values
            port = self.outputs[index] = port._replace(shape=shape, nbytes=int(now.bytes))
        _check(_library.weft_context_output_data(self._handle, index, self._data))
        return _shaped(bytes(_ffi.buffer(self._data[0], port.nbytes)), port)

    def read_state(self, name: str) -> memoryview:
        """The present content of a state, a copy. Raises LookupError for an unknown name."""
        index, port = self._state("read_state", name)
        data = bytearray(port.nbytes)
        memory = _ffi.from_buffer(data)
        with self._turn:
            _check(_library.weft_context_read_state(self._handle, index, memory, port.nbytes))
        return _shaped(bytes(data), port)

    def write_state(self, name: str, data: Any) -> None:
        """Makes `data`, a contiguous array of the state's dtype and shape, its content; or bytes,
        as for `bind`.

        Raises LookupError for an unknown name, TypeError for another dtype, ValueError for another
        shape or number of bytes.
        """
        index, port = self._state("write_state", name)
        _check_given("write_state", port, _given(data))
        buffer = _buffer("write_state", port, data)
        with self._turn:
            _check(_library.weft_context_write_state(self._handle, index, buffer, len(buffer)))

    def _state(self, operation: str, name: str) -> tuple[int, Port]:
        for index, port in enumerate(self.states):
            if port.name == name:
                return index, port
        known = ", ".join(f"`{port.name}`" for port in self.states) or "none"
        raise NotFound(f"{operation}: there is no state `{name}`; there are {known}")

    def reset(self) -> None:
        """Sets all states, also those of contexts that share them, as the file has them."""
        with self._turn:
            _check(_library.weft_context_reset(self._handle))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the model with the present states to a file, which may be the one it is from.

        Raises OSError where it cannot be written; an old file then stays whole.
        """
        with self._turn:
            _check(_library.weft_context_save(self._handle, _encoded(path)))


def _new_port() -> Any:
    return _ffi.new("weft_port*", {"struct_size": _ffi.sizeof("weft_port")})


def _extents(port: Any) -> tuple[int, ...]:
    return tuple(_ffi.unpack(port.shape, port.rank)) if port.rank else ()


class _Given(NamedTuple):
    """What a buffer says of its elements: None where it does not."""

    dtype: str | None
    shape: tuple[int, ...] | None


_KINDS = {
    **dict.fromkeys("bhilqn", "int"),
    **dict.fromkeys("BHILQN", "uint"),
    **dict.fromkeys("efd", "float"),
}
_OTHERS = {"?": "bool"}
_FLOAT8 = ("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz")
_BITS = {"bfloat16": "uint16", **dict.fromkeys((*_FLOAT8, "int4", "uint4"), "uint8")}
_NATIVE_ORDER = "@=<" if sys.byteorder == "little" else "@=>!"


def _given(data: Any) -> _Given:
    """Bytes and such are elements of any dtype in any shape; an array knows its own. An array.array
    and an array of ctypes with one axis say nothing of the shape."""
    try:
        view = memoryview(data)
    except (TypeError, BufferError, ValueError):
        return _Given(None, None)  # no buffer: told where its bytes are asked for
    code = view.format.lstrip(_NATIVE_ORDER)
    has_own_dtype = isinstance(data, HasDtype)
    if code in ("B", "b", "c") and view.ndim == 1 and not has_own_dtype:
        return _Given(None, None)
    dtype = f"{_KINDS[code]}{8 * view.itemsize}" if code in _KINDS else _OTHERS.get(code, code)
    is_flat = view.ndim == 1 and not has_own_dtype and not isinstance(data, memoryview)
    return _Given(dtype, None if is_flat else view.shape)


def _check_given(operation: str, port: Port, given: _Given) -> None:
    # Nothing else can hold these but integers of their size.
    is_bits = given.dtype is not None and given.dtype == _BITS.get(port.dtype)
    if given.dtype not in (None, port.dtype) and not is_bits:
        raise InvalidType(
            f"{operation}: `{port.name}` must have elements of {port.dtype}; got {given.dtype}; "
            "convert the array, or give the bytes of its elements"
        )
    if given.shape not in (None, port.shape):
        raise InvalidValue(
            f"{operation}: `{port.name}` must have shape {port.shape}; got {given.shape}"
        )


def _shape_of(port: Port, given: _Given, data: Any) -> tuple[int, ...]:
    """The shape of an input whose file leaves some extents open."""
    if given.shape is not None and len(given.shape) == len(port.shape):
        return given.shape
    got = type(data).__name__ if given.shape is None else f"shape {given.shape}"
    raise InvalidValue(
        f"run: `{port.name}` has dynamic dimensions, so it must be an array or memoryview with "
        f"{len(port.shape)} axes; got {got}"
    )


def _buffer(operation: str, port: Port, data: Any) -> Any:
    try:
        view = memoryview(data)
    except (TypeError, BufferError, ValueError) as error:
        raise InvalidType(
            f"{operation}: `{port.name}` must be an array or another buffer; got "
            f"{type(data).__name__} ({error})"
        ) from None
    buffer = _ffi.from_buffer(data if view.c_contiguous else view.tobytes())
    if len(buffer) != port.nbytes:
        raise InvalidValue(
            f"{operation}: `{port.name}` must have {port.nbytes} bytes, {port.dtype}{port.shape}; "
            f"got {len(buffer)}"
        )
    return buffer


def _shaped(data: bytes, port: Port) -> memoryview:
    code, shape = _FORMATS.get(port.dtype), port.shape
    if code is None:
        return memoryview(data)
    if 0 not in shape:
        return memoryview(data).cast(code, shape)
    # `cast` refuses extents of 0.
    size = struct.calcsize(code)
    if 0 not in shape[1:]:
        return memoryview(bytes(size * prod(shape[1:]))).cast(code, (1, *shape[1:]))[:0]
    element: Any = _C_TYPES[code]
    for extent in reversed(shape):
        element = element * extent
    return memoryview(element()).toreadonly()


__all__ = ["Context", "Model", "Port", "load_library", "load_linalg", "version"]
__dir__ = __all__.copy
