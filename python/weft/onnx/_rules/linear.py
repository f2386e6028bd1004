"""Models of `ai.onnx.ml` that are linear, or linear in kernels: regressors, classifiers, support
vector machines; and what prepares their data. N samples, F features, C classes, V vectors."""

from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.onnx._rules._table import RULES as rules
from weft.onnx._rules.labels import DOMAIN
from weft.onnx._rules.scores import floats_of, labels_of, transformed


def _constant(values: Any, like: ndarray) -> ndarray:
    return np.array(numpy.array(values, like.dtype.name))


# ---- preparation --------------------------------------------------------------------------------


@rules("Binarizer", domain=DOMAIN)
def _binarizer(x: Array, *, threshold: float = 0.0) -> ndarray:
    return (x > threshold).astype(x.dtype)


@rules("Scaler", domain=DOMAIN)
def _scaler(
    x: Array, *, offset: list[float] | None = None, scale: list[float] | None = None
) -> ndarray:
    found = floats_of(x)
    if offset:
        found = found - _constant(offset, found)
    if scale:
        found = found * _constant(scale, found)
    return found.astype("float32")


@rules("Normalizer", domain=DOMAIN)
def _normalizer(x: Array, *, norm: str = "MAX") -> ndarray:
    """Rows by their largest magnitude, its sum, or their length; rows of zeros stay."""
    rows = floats_of(x)
    if norm == "MAX":
        divisor = np.max(np.abs(rows), axis=-1, keepdims=True)
    elif norm == "L1":
        divisor = np.sum(np.abs(rows), axis=-1, keepdims=True)
    elif norm == "L2":
        divisor = np.sqrt(np.sum(rows * rows, axis=-1, keepdims=True))
    else:
        raise InvalidValue(f"`norm` must be MAX, L1 or L2; got {norm!r}")
    return (rows / np.where(divisor == 0, 1, divisor)).astype("float32")


@rules("Imputer", domain=DOMAIN)
def _imputer(
    x: Array,
    *,
    imputed_value_floats: list[float] | None = None,
    imputed_value_int64s: list[int] | None = None,
    replaced_value_float: float = 0.0,
    replaced_value_int64: int = 0,
) -> ndarray:
    if imputed_value_floats:
        values, replaced = _constant(imputed_value_floats, x), replaced_value_float
    elif imputed_value_int64s:
        values, replaced = _constant(imputed_value_int64s, x), float(replaced_value_int64)
    else:
        raise InvalidValue("there must be `imputed_value_floats` or `imputed_value_int64s`")
    is_missing = np.isnan(x) if replaced != replaced else x == _constant(replaced, x)
    return np.where(is_missing, values, x)


# ---- linear models ------------------------------------------------------------------------------


@rules("LinearRegressor", domain=DOMAIN)
def _linear_regressor(
    x: Array,
    *,
    coefficients: list[float],
    intercepts: list[float] | None = None,
    targets: int = 1,
    post_transform: str = "NONE",
) -> ndarray:
    data = floats_of(x)
    found = np.matmul(data, _constant(coefficients, data).reshape((targets, -1)).T)
    if intercepts:
        found = found + _constant(intercepts, data)
    return transformed(found, post_transform)


@rules("LinearClassifier", domain=DOMAIN)
def _linear_classifier(
    x: Array,
    *,
    coefficients: list[float],
    intercepts: list[float] | None = None,
    classlabels_ints: list[int] | None = None,
    classlabels_strings: list[str] | None = None,
    multi_class: int = 0,
    post_transform: str = "NONE",
    _: Any,
) -> tuple[Any, ndarray]:
    data = floats_of(x.reshape((1, -1)) if x.ndim == 1 else x)
    scores = np.matmul(data, _constant(coefficients, data).reshape((-1, data.shape[1])).T)
    if intercepts:
        scores = scores + _constant(intercepts, data)
    classes = len(classlabels_ints or classlabels_strings or [])
    if scores.shape[1] == 1 and classes == 2:  # one score says which of two classes it is
        scores = np.concatenate((-scores, scores), 1)
    scores = transformed(scores, post_transform)
    if scores.shape[1] > 1:
        places = np.argmax(scores, axis=1)
        labels = labels_of(places, classlabels_ints, classlabels_strings, _.wants(0))
    else:
        threshold = 0.0 if post_transform == "NONE" else 0.5
        is_class = (scores >= threshold).astype("int64").reshape((-1,))
        numbers = [0, classlabels_ints[0]] if classlabels_ints else None
        texts = ["", classlabels_strings[0]] if classlabels_strings else None
        labels = labels_of(is_class, numbers, texts, _.wants(0))
    return labels, scores


# ---- support vector machines --------------------------------------------------------------------


def _kernels(x: ndarray, vectors: ndarray, kind: str, parameters: list[float] | None) -> ndarray:
    """The kernel of each sample (N, F) and vector (V, F)."""
    gamma, coefficient, degree = parameters or (0.0, 0.0, 0.0)
    if kind == "RBF":
        # (a - b)² as a² - 2ab + b² would lose what near vectors differ by.
        gaps = np.expand_dims(x, 1) - vectors
        return np.exp(np.sum(gaps * gaps, axis=2) * -gamma)
    products = np.matmul(x, vectors.T)
    if kind == "LINEAR":
        return products
    if kind == "POLY":
        return np.power(products * gamma + coefficient, float(int(degree)))
    if kind == "SIGMOID":
        return np.tanh(products * gamma + coefficient)
    raise InvalidValue(f"`kernel_type` must be LINEAR, POLY, RBF or SIGMOID; got {kind!r}")


@rules("SVMRegressor", domain=DOMAIN)
def _svm_regressor(
    x: Array,
    *,
    coefficients: list[float],
    rho: list[float],
    kernel_type: str = "LINEAR",
    kernel_params: list[float] | None = None,
    n_supports: int = 0,
    one_class: int = 0,
    post_transform: str = "NONE",
    support_vectors: list[float] | None = None,
) -> ndarray:
    data = floats_of(x.reshape((1, -1)) if x.ndim == 1 else x)
    if n_supports:
        vectors = _constant(support_vectors, data).reshape((n_supports, -1))
        data = _kernels(data, vectors, kernel_type, kernel_params)
    found = np.matmul(data, _constant(coefficients, data).reshape((-1, 1))) + rho[0]
    if one_class:
        return np.where(found > 0, 1, -1).astype(found.dtype)
    return transformed(found, post_transform)


@rules("SVMClassifier", domain=DOMAIN)
def _svm_classifier(
    x: Array,
    *,
    coefficients: list[float],
    rho: list[float],
    classlabels_ints: list[int] | None = None,
    classlabels_strings: list[str] | None = None,
    kernel_type: str = "LINEAR",
    kernel_params: list[float] | None = None,
    prob_a: list[float] | None = None,
    prob_b: list[float] | None = None,
    post_transform: str = "NONE",
    support_vectors: list[float] | None = None,
    vectors_per_class: list[int] | None = None,
    _: Any,
) -> tuple[Any, ndarray]:
    data = floats_of(x.reshape((1, -1)) if x.ndim == 1 else x)
    classes = max(1, len(classlabels_ints or classlabels_strings or []))
    votes = None
    if vectors_per_class and sum(vectors_per_class):
        count = sum(vectors_per_class)
        vectors = _constant(support_vectors, data).reshape((count, -1))
        kernels = _kernels(data, vectors, kernel_type, kernel_params)
        weights = numpy.array(coefficients, data.dtype.name).reshape(-1, count)
        scores = np.matmul(kernels, np.array(_pair_weights(weights, vectors_per_class)))
        scores = scores + _constant(rho[: scores.shape[1]], data)
        votes = _votes(scores, classes)
    else:
        scores = np.matmul(data, _constant(coefficients, data).reshape((classes, -1)).T) + rho[0]
    # Votes say the class even where there are probabilities, which need not agree.
    places = np.argmax(scores if votes is None else votes, axis=1)
    if prob_a and votes is not None:
        scores = _probabilities(scores, classes, prob_a, prob_b or [])
    elif scores.shape[1] == 1:
        scores = np.concatenate((-scores, scores), 1)
    labels = labels_of(places, classlabels_ints, classlabels_strings, _.wants(0))
    return labels, transformed(scores, post_transform)


def _pairs(classes: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(classes) for j in range(i + 1, classes)]


def _pair_weights(weights: numpy.ndarray, counts: list[int]) -> numpy.ndarray:
    """Which weight each vector has in the decision between two classes: (V, pairs)."""
    starts = numpy.cumsum([0, *counts])
    pairs = _pairs(len(counts))
    found = numpy.zeros((starts[-1], len(pairs)), weights.dtype)
    for column, (i, j) in enumerate(pairs):
        of_i, of_j = slice(starts[i], starts[i + 1]), slice(starts[j], starts[j + 1])
        found[of_i, column] = weights[j - 1, of_i]
        found[of_j, column] = weights[i, of_j]
    return found


def _votes(scores: ndarray, classes: int) -> ndarray:
    """How many decisions between two classes each class has won: (N, C)."""
    pairs = _pairs(classes)
    won, lost = numpy.zeros((2, len(pairs), classes), "float32")
    for number, (i, j) in enumerate(pairs):
        won[number, i] = lost[number, j] = 1
    is_first = (scores > 0).astype("float32")
    return np.matmul(is_first, np.array(won)) + np.matmul(1 - is_first, np.array(lost))


def _probabilities(
    scores: ndarray, classes: int, slopes: list[float], offsets: list[float]
) -> ndarray:
    """The classes' probabilities from those of pairs: Wu, Lin and Weng, Probability estimates for
    multi-class classification by pairwise coupling (2004), method 2."""
    count = len(_pairs(classes))
    values = scores * _constant(slopes[:count], scores) + _constant(offsets[:count], scores)
    of_first = np.clip(npx.sigmoid(-values), 1e-7, 1 - 1e-7)
    zero = np.zeros_like(of_first[:, 0])
    rows: list[list[ndarray]] = [[zero] * classes for _ in range(classes)]
    for number, (i, j) in enumerate(_pairs(classes)):
        rows[i][j], rows[j][i] = of_first[:, number], 1 - of_first[:, number]
    r = np.stack([np.stack(row, 1) for row in rows], 1)  # (N, C, C): i against j
    turned = np.swapaxes(r, 1, 2)
    eye = np.eye(classes, dtype=r.dtype)
    q = eye * np.expand_dims(np.sum(turned * turned, axis=2), 2) - turned * r
    return _coupled(q, classes)


def _coupled(q: ndarray, classes: int) -> ndarray:
    """The p of sum 1 that makes pᵀ q p least, by turns over the classes; each row stops alone."""
    steps = max(100, classes)

    def step(_: ndarray, state: list[ndarray]) -> tuple[Any, list[ndarray]]:
        p, is_done = state
        qp = np.squeeze(np.matmul(q, np.expand_dims(p, 2)), 2)
        pqp = np.sum(p * qp, axis=1)
        error = np.max(np.abs(qp - np.expand_dims(pqp, 1)), axis=1)
        is_done = np.logical_or(is_done, error < 0.005 / classes)
        new = p
        for t in range(classes):
            diff = (pqp - qp[:, t]) / q[:, t, t]
            pqp = (pqp + diff * (diff * q[:, t, t] + qp[:, t] * 2)) / (1 + diff) ** 2
            unit = np.array(numpy.eye(1, classes, t, q.dtype.name))
            scale = np.expand_dims(1 + diff, 1)
            new = (new + np.expand_dims(diff, 1) * unit) / scale
            qp = (qp + np.expand_dims(diff, 1) * q[:, t]) / scale
        return [], [np.where(np.expand_dims(is_done, 1), p, new), is_done]

    first = np.full(q.shape[:2], 1 / classes, dtype=q.dtype)
    done = np.zeros(q.shape[0], dtype="bool")
    _, (found, _done) = npx.foreach(step, np.zeros(steps), [first, done])
    return found
