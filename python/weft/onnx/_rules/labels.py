"""Operators of `ai.onnx.ml` that turn categories into numbers and back, and maps into tensors.

Numbers are looked up by array operators; texts and maps by Python.
"""

from collections.abc import Mapping
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array, array_of, has_dtype, is_array, is_host, is_tracing
from weft.onnx._rules._table import RULES as rules
from weft.onnx._rules.text import known, objects

DOMAIN = "ai.onnx.ml"


def table_of(*candidates: Any) -> numpy.ndarray | None:
    """The one of several attributes that is given, as a host value."""
    for value in candidates:
        if isinstance(value, numpy.ndarray):
            return value
        if value:
            if isinstance(value[0], str):
                return objects(list(value), (len(value),))
            return numpy.array(value, "float32" if isinstance(value[0], float) else "int64")
    return None


def looked_up(x: Any, keys: numpy.ndarray, values: numpy.ndarray, default: Any) -> Any:
    """For each element the value of the equal key, or the default. The last of equals counts."""
    if is_array(x) and has_dtype(keys) and has_dtype(values):
        return _looked_up_by_arrays(x, keys, values, default)
    pairs = dict(zip(map(_plain, keys.tolist()), values.tolist(), strict=True))
    host = known(x)
    found = [pairs.get(_plain(item), default) for item in host.reshape(-1).tolist()]
    if values.dtype == object:
        return objects(found, host.shape)
    return numpy.array(found, values.dtype).reshape(host.shape)


def _plain(key: Any) -> Any:
    """All numbers that are not a number are one key."""
    return "a float that is no number" if isinstance(key, float) and key != key else key


def _looked_up_by_arrays(
    x: ndarray, keys: numpy.ndarray, values: numpy.ndarray, default: Any
) -> ndarray:
    """By a search in the sorted keys, of which a NaN is the last."""
    _, first = numpy.unique(keys[::-1], return_index=True)
    places = keys.size - 1 - first
    known, results = keys[places], np.array(values[places])
    table = np.array(known)
    found = np.minimum(np.searchsorted(table, x.reshape((-1,))), known.size - 1).astype("int64")
    found = found.reshape(x.shape)
    key = np.take(table, found, axis=0)
    is_equal = key == x
    if known.dtype.kind == "f":
        is_equal = np.logical_or(is_equal, np.logical_and(np.isnan(key), np.isnan(x)))
    filler = np.full((), default, dtype=results.dtype)
    return np.where(is_equal, np.take(results, found, axis=0), filler)


@rules("LabelEncoder", since=1, domain=DOMAIN)
def _label_encoder1(
    x: Any,
    *,
    classes_strings: list[str],
    default_int64: int = -1,
    default_string: str = "_Unused",
) -> Any:
    names, numbers = table_of(classes_strings), numpy.arange(len(classes_strings))
    assert names is not None
    if is_array(x):
        return looked_up(x, numbers, names, default_string)
    return looked_up(x, names, numbers, default_int64)


@rules("LabelEncoder", since=2, domain=DOMAIN)
def _label_encoder(
    x: Any,
    *,
    keys_floats: list[float] | None = None,
    keys_int64s: list[int] | None = None,
    keys_strings: list[str] | None = None,
    keys_tensor: Any = None,
    values_floats: list[float] | None = None,
    values_int64s: list[int] | None = None,
    values_strings: list[str] | None = None,
    values_tensor: Any = None,
    default_float: float = -0.0,
    default_int64: int = -1,
    default_string: str = "_Unused",
    default_tensor: Any = None,
) -> Any:
    keys = table_of(keys_tensor, keys_floats, keys_int64s, keys_strings)
    values = table_of(values_tensor, values_floats, values_int64s, values_strings)
    if keys is None or values is None or keys.size != values.size:
        raise InvalidValue("there must be as many keys as values")
    if default_tensor is not None:
        default = default_tensor.reshape(-1)[0].item()
    elif values.dtype == object:
        default = default_string
    else:
        default = default_float if values.dtype.kind == "f" else default_int64
    return looked_up(x, keys.reshape(-1), values.reshape(-1), default)


@rules("CategoryMapper", domain=DOMAIN)
def _category_mapper(
    x: Any,
    *,
    cats_int64s: list[int],
    cats_strings: list[str],
    default_int64: int = -1,
    default_string: str = "_Unused",
) -> Any:
    numbers, names = table_of(cats_int64s), table_of(cats_strings)
    if numbers is None or names is None or numbers.size != names.size:
        raise InvalidValue("there must be as many numbers as texts")
    if is_array(x) or x.dtype.kind in "iu":
        return looked_up(x, numbers, names, default_string)
    return looked_up(x, names, numbers, default_int64)


@rules("OneHotEncoder", domain=DOMAIN)
def _one_hot_encoder(
    x: Any,
    *,
    cats_int64s: list[int] | None = None,
    cats_strings: list[str] | None = None,
    zeros: int = 1,
) -> ndarray:
    categories = table_of(cats_int64s, cats_strings)
    if categories is None:
        raise InvalidValue("there must be `cats_int64s` or `cats_strings`")
    if is_array(x):
        found = (np.expand_dims(x, -1) == np.array(categories)).astype("float32")
    else:
        found = array_of((x[..., None] == categories).astype("float32"))
    # A graph has no way to complain, so an unknown category is zeros there in any case.
    if not zeros and not is_tracing() and not bool(np.all(np.max(found, axis=-1) > 0)):
        raise InvalidValue("an element is none of the categories")
    return found


@rules("ArrayFeatureExtractor", domain=DOMAIN)
def _array_feature_extractor(x: Any, places: Any) -> Any:
    extent = x.shape[-1]
    if is_host(places) and places.size and (places.min() < 0 or places.max() >= extent):
        raise InvalidValue(f"`Y` must be in [0, {extent}); got {places.reshape(-1).tolist()}")
    if is_array(x):
        found = np.take(x, array_of(places).reshape((-1,)), axis=-1)
    else:
        found = numpy.take(x, known(places).reshape(-1), -1)
    return found.reshape((1, -1)) if x.ndim == 1 else found


@rules("FeatureVectorizer", domain=DOMAIN)
def _feature_vectorizer(*x: Array, inputdimensions: list[int] | None = None) -> ndarray:
    """Columns side by side; each input is cut or filled with zeros to its width."""
    found = []
    for number, part in enumerate(x):
        columns = part.reshape((1, -1)) if part.ndim == 1 else part
        width = columns.shape[1] if inputdimensions is None else inputdimensions[number]
        if width < columns.shape[1]:
            columns = columns[:, :width]
        elif width > columns.shape[1]:
            columns = np.pad(columns, [(0, 0), (0, width - columns.shape[1])])
        found.append(columns if columns.dtype == "float64" else columns.astype("float32"))
    return np.concatenate(found, 1)


# ---- maps ---------------------------------------------------------------------------------------


def _map_of(value: Any) -> Mapping[Any, Any]:
    if isinstance(value, numpy.ndarray) and value.ndim == 0 and value.dtype == object:
        value = value.item()
    if not isinstance(value, Mapping):
        raise InvalidType(f"must be a map; got {type(value).__name__}")
    return value


@rules("DictVectorizer", domain=DOMAIN)
def _dict_vectorizer(
    x: Any,
    *,
    int64_vocabulary: list[int] | None = None,
    string_vocabulary: list[str] | None = None,
) -> Any:
    """The values of a map, or of each map of a sequence, in the order of a vocabulary."""
    keys = int64_vocabulary or string_vocabulary or []
    if isinstance(x, list):
        return _as_tensor([[_map_of(row).get(key, 0) for key in keys] for row in x])
    return _as_tensor([[_map_of(x).get(key, 0) for key in keys]])


def _as_tensor(rows: list[list[Any]]) -> Any:
    """Values of maps as a tensor: texts, integers or float32."""
    flat = [value for row in rows for value in row]
    shape = (len(rows), len(rows[0]) if rows else 0)
    if any(isinstance(value, str) for value in flat):
        return objects([value or "" for value in flat], shape)
    found = numpy.array(flat).reshape(shape)
    is_wide = any(isinstance(value, numpy.float64) for value in flat)
    return found.astype("float32") if found.dtype.kind == "f" and not is_wide else found


@rules("CastMap", domain=DOMAIN)
def _cast_map(
    x: Any, *, cast_to: str = "TO_FLOAT", map_form: str = "DENSE", max_map: int = 1
) -> Any:
    """The values of a map in the order of its keys, or at the places that these give."""
    pairs = sorted(_map_of(x).items())
    kinds = {"TO_FLOAT": float, "TO_INT64": int, "TO_STRING": str}
    if cast_to not in kinds or map_form not in ("DENSE", "SPARSE"):
        raise InvalidValue(f"`cast_to` {cast_to!r} or `map_form` {map_form!r} is not known")
    kind = kinds[cast_to]
    if map_form == "DENSE":
        values = [kind(value) for _, value in pairs]
    else:
        values = [kind()] * max_map
        for key, value in pairs:
            if not 0 <= key < max_map:
                raise InvalidValue(f"keys must be in [0, {max_map}); got {key}")
            values[key] = kind(value)
    if kind is str:
        return objects(values, (1, len(values)))
    return numpy.array([values], "float32" if kind is float else "int64")


@rules("ZipMap", domain=DOMAIN)
def _zip_map(
    x: Array,
    *,
    classlabels_int64s: list[int] | None = None,
    classlabels_strings: list[str] | None = None,
) -> list[dict[Any, float]]:
    keys = classlabels_int64s or classlabels_strings or []
    rows = known(x)
    rows = rows.reshape(1, -1) if rows.ndim == 1 else rows
    if rows.shape[1] != len(keys):
        raise InvalidValue(f"`X` must have {len(keys)} columns; got shape {rows.shape}")
    return [dict(zip(keys, row, strict=True)) for row in rows.tolist()]
