"""Ensembles of decision trees of `ai.onnx.ml`.

All trees lie in one table of nodes. A walk starts at the roots and follows the branches for all
samples and trees at once, as many levels as the deepest tree has; a leaf leads to itself. So a walk
is made of gathers and comparisons, and a graph can hold it. N samples, T trees, M nodes, C targets.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.program import Node, Program
from weft._import.values import Array
from weft.onnx._rules._table import RULES as rules
from weft.onnx._rules.labels import DOMAIN
from weft.onnx._rules.scores import TRANSFORMS, floats_of, labels_of, transformed

_MODES = ("LEQ", "LT", "GTE", "GT", "EQ", "NEQ")
_COMPARE = {
    "LEQ": np.less_equal,
    "LT": np.less,
    "GTE": np.greater_equal,
    "GT": np.greater,
    "EQ": np.equal,
    "NEQ": np.not_equal,
}
_MEMBER = len(_MODES)  # is it one of a set? Only before the table is made
_AGGREGATES = ("AVERAGE", "SUM", "MIN", "MAX")


@dataclass
class Forest:
    """A table of nodes, one row each, and of the leaves' weights.

    feature, value, mode, is_missing_true: of the comparison of a node; yes, no: where it leads
    weights: (M, C) what a leaf adds to each target; has_weight: where a leaf has a weight
    """

    roots: numpy.ndarray
    feature: numpy.ndarray
    value: numpy.ndarray
    mode: numpy.ndarray
    is_missing_true: numpy.ndarray
    yes: numpy.ndarray
    no: numpy.ndarray
    weights: numpy.ndarray
    has_weight: numpy.ndarray
    depth: int = 0

    def __post_init__(self) -> None:
        parts = (self.value, self.mode, self.is_missing_true, self.yes, self.no, self.weights)
        if any(len(part) != self.feature.size for part in parts):
            raise InvalidValue("lists of nodes have different lengths")
        if (self.feature < 0).any():
            raise InvalidValue("`nodes_featureids` must not be negative")
        self.depth = self._find_depth()

    def _find_depth(self) -> int:
        """The levels of the deepest tree. Raises ValueError for a branch that leads back."""
        level, depth = numpy.unique(self.roots), 0
        while True:
            inner = level[(self.yes[level] != level) | (self.no[level] != level)]
            if not inner.size:
                return depth
            depth += 1
            if depth > self.feature.size:
                raise InvalidValue("a branch of a tree leads back to a node before it")
            level = numpy.unique(numpy.concatenate([self.yes[inner], self.no[inner]]))

    def leaves(self, x: ndarray) -> ndarray:
        """The leaf that each sample (N, F) reaches in each tree: (N, T)."""
        if self.feature.size and not 0 <= self.feature.max() < x.shape[1]:
            raise InvalidValue(f"a node compares feature {self.feature.max()} of {x.shape[1]}")
        feature, yes, no = (np.array(part) for part in (self.feature, self.yes, self.no))
        value = np.array(self.value.astype(x.dtype.name))
        places = np.broadcast_to(np.array(self.roots), (x.shape[0], self.roots.size))
        for _ in range(self.depth):
            given = np.take_along_axis(x, np.take(feature, places, axis=0), 1)
            is_yes = self._compared(given, np.take(value, places, axis=0), places)
            places = np.where(is_yes, np.take(yes, places, axis=0), np.take(no, places, axis=0))
        return places

    def _compared(self, given: ndarray, value: ndarray, places: ndarray) -> ndarray:
        used = numpy.unique(self.mode[(self.yes != self.no)]).tolist() or [0]
        found = _COMPARE[_MODES[used[0]]](given, value)
        for mode in used[1:]:
            is_mode = np.take(np.array(self.mode == mode), places, axis=0)
            found = np.where(is_mode, _COMPARE[_MODES[mode]](given, value), found)
        # A comparison with NaN is false, but for NEQ; a node says itself where NaN leads.
        if self.is_missing_true.any() or _MODES.index("NEQ") in used:
            is_kept = np.take(np.array(self.is_missing_true), places, axis=0)
            found = np.where(np.isnan(given), is_kept, found)
        return found

    def sums(self, x: ndarray, aggregate: str) -> ndarray:
        """The targets of each sample: (N, C)."""
        if aggregate not in _AGGREGATES:
            raise InvalidValue(f"`aggregate_function` must be one of {', '.join(_AGGREGATES)}")
        table = self.weights.astype(x.dtype.name)
        if aggregate in ("MIN", "MAX"):
            limits = numpy.finfo(table.dtype)
            table = numpy.where(
                self.has_weight, table, limits.max if aggregate == "MIN" else limits.min
            )
        found = np.take(np.array(table), self.leaves(x), axis=0)
        if aggregate == "MIN":
            return np.min(found, axis=1)
        if aggregate == "MAX":
            return np.max(found, axis=1)
        total = np.sum(found, axis=1)
        return total / self.roots.size if aggregate == "AVERAGE" else total


def _checked(places: numpy.ndarray, count: int, what: str) -> numpy.ndarray:
    if places.size and (places.min() < 0 or places.max() >= count):
        raise InvalidValue(f"`{what}` must be in [0, {count})")
    return places.astype("int64")


def _planted(made: Callable[[dict[str, Any]], Forest]) -> Callable[[Node, Program], None]:
    """What is done once, when a model is read: the forest of a node becomes its notes."""

    def prepare(node: Node, program: Program) -> None:
        try:
            node.notes = made(node.attributes)
        except (KeyError, IndexError, ValueError) as error:
            raise InvalidValue(f"{node.title}: its trees are damaged: {error}") from None

    return prepare


# ---- version 5: nodes and leaves apart ----------------------------------------------------------


def _forest5(a: dict[str, Any]) -> Forest:
    """The table from the attributes: inner nodes first, then leaves, then members of sets."""
    splits, weights = a["nodes_splits"].reshape(-1), a["leaf_weights"].reshape(-1)
    modes = _checked(a["nodes_modes"].reshape(-1), _MEMBER + 1, "nodes_modes")
    inner, width = splits.size, a.get("n_targets", 1)
    targets = _checked(numpy.array(a["leaf_targetids"]), width, "leaf_targetids")
    leaves = weights.size
    count = inner + leaves
    own = numpy.arange(inner, count)
    missing = a.get("nodes_missing_value_tracks_true") or [0] * inner

    def led(places: Sequence[int], are_leaves: Sequence[int]) -> numpy.ndarray:
        found = numpy.array(places, "int64") + numpy.array(are_leaves, "int64") * inner
        return _checked(found, count, "nodes_truenodeids")

    table = numpy.zeros((count, width), weights.dtype)
    table[own, targets] = weights
    has_weight = numpy.zeros(table.shape, bool)
    has_weight[own, targets] = True
    columns = [
        numpy.concatenate(
            [numpy.array(a["nodes_featureids"], "int64"), numpy.zeros(leaves, "int64")]
        ),
        numpy.concatenate([splits, numpy.zeros(leaves, splits.dtype)]),
        numpy.concatenate([modes, numpy.zeros(leaves, "int64")]),
        numpy.concatenate([numpy.array(missing, bool), numpy.zeros(leaves, bool)]),
        numpy.concatenate([led(a["nodes_truenodeids"], a["nodes_trueleafs"]), own]),
        numpy.concatenate([led(a["nodes_falsenodeids"], a["nodes_falseleafs"]), own]),
        table,
        has_weight,
    ]
    roots = _checked(numpy.array(a["tree_roots"]), inner, "tree_roots")
    return Forest(roots, *_with_members(columns, inner, a.get("membership_values")))


def _with_members(
    columns: list[numpy.ndarray], inner: int, members: numpy.ndarray | None
) -> list[numpy.ndarray]:
    """Nodes that ask for a member of a set as chains of nodes that ask for one member each."""
    feature, value, mode, missing, yes, no, table, has_weight = columns
    asking = numpy.flatnonzero(mode[:inner] == _MEMBER)
    if not asking.size:
        return columns
    sets: list[list[float]] = [[]]
    for number in (numpy.zeros(0) if members is None else members).tolist():
        if number == number:
            sets[-1].append(number)
        else:
            sets.append([])
    if len(sets) - 1 != asking.size:
        raise InvalidValue(
            f"`membership_values` must have {asking.size} sets, each with a NaN behind"
        )
    added: list[tuple[int, float]] = []
    for node, values in zip(asking.tolist(), sets, strict=False):
        chain = [node, *range(value.size + len(added), value.size + len(added) + len(values) - 1)]
        added += [(node, number) for number in values[1:]]
        mode[node], value[node] = _MODES.index("EQ"), values[0] if values else numpy.nan
        last = no[node]
        if len(chain) > 1:
            no[node] = chain[1]
        nexts = [*chain[2:], last]
        no = numpy.concatenate([no, numpy.array(nexts[: len(chain) - 1], "int64")])
    sources = numpy.array([node for node, _ in added], "int64")
    value = numpy.concatenate([value, numpy.array([v for _, v in added], value.dtype)])
    rest = [
        numpy.concatenate([part, part[sources]])
        for part in (feature, mode, missing, yes, table, has_weight)
    ]
    feature, mode, missing, yes, table, has_weight = rest
    return [feature, value, mode, missing, yes, no, table, has_weight]


@rules("TreeEnsemble", since=5, domain=DOMAIN, prepare=_planted(_forest5))
def _tree_ensemble(
    x: Array,
    *,
    leaf_targetids: list[int],
    leaf_weights: Any,
    nodes_falseleafs: list[int],
    nodes_falsenodeids: list[int],
    nodes_featureids: list[int],
    nodes_modes: Any,
    nodes_splits: Any,
    nodes_trueleafs: list[int],
    nodes_truenodeids: list[int],
    tree_roots: list[int],
    aggregate_function: int = 1,
    membership_values: Any = None,
    n_targets: int = 1,
    nodes_hitrates: Any = None,
    nodes_missing_value_tracks_true: list[int] | None = None,
    post_transform: int = 0,
    _: Any,
) -> ndarray:
    if not (0 <= aggregate_function < 4 and 0 <= post_transform < len(TRANSFORMS)):
        raise InvalidValue("`aggregate_function` or `post_transform` is not known")
    found = _.node.notes.sums(x, _AGGREGATES[aggregate_function])
    return transformed(found, TRANSFORMS[post_transform])


# ---- before version 5: nodes by tree and number -------------------------------------------------


def _forest1(a: dict[str, Any], kind: str, targets: int) -> Forest:
    """The table from the attributes of a classifier (`class`) or regressor (`target`)."""
    trees, numbers = a["nodes_treeids"], a["nodes_nodeids"]
    places = {key: place for place, key in enumerate(zip(trees, numbers, strict=True))}
    names = [name.removeprefix("BRANCH_") for name in a["nodes_modes"]]
    count = len(names)
    is_leaf = numpy.array([name == "LEAF" for name in names], bool)
    unknown = set(names) - {*_MODES, "LEAF"}
    if unknown:
        raise InvalidValue(f"`nodes_modes` has {sorted(unknown)[0]!r}")

    def led(numbers: Sequence[int]) -> numpy.ndarray:
        pairs = zip(trees, numbers, is_leaf, strict=True)
        found = [
            place if leaf else places.get((tree, number), -1)
            for place, (tree, number, leaf) in enumerate(pairs)
        ]
        return _checked(numpy.array(found, "int64"), count, "nodes_truenodeids")

    values = _attribute(a, "nodes_values")
    weights = _attribute(a, f"{kind}_weights")
    rows = [
        places.get(key, -1) for key in zip(a[f"{kind}_treeids"], a[f"{kind}_nodeids"], strict=True)
    ]
    at = _checked(numpy.array(rows, "int64"), count, f"{kind}_nodeids")
    ids = _checked(numpy.array(a[f"{kind}_ids"], "int64"), targets, f"{kind}_ids")
    table = numpy.zeros((count, targets), weights.dtype)
    numpy.add.at(table, (at, ids), weights)
    has_weight = numpy.zeros(table.shape, bool)
    has_weight[at, ids] = True
    missing = a.get("nodes_missing_value_tracks_true") or [0] * count
    firsts: dict[int, int] = {}
    for place, tree in enumerate(trees):
        firsts.setdefault(tree, place)
    return Forest(
        numpy.array(list(firsts.values()), "int64"),
        numpy.where(is_leaf, 0, numpy.array(a["nodes_featureids"], "int64")),
        numpy.asarray(values),
        numpy.array([0 if name == "LEAF" else _MODES.index(name) for name in names], "int64"),
        numpy.array(missing, bool),
        led(a["nodes_truenodeids"]),
        led(a["nodes_falsenodeids"]),
        table,
        has_weight,
    )


def _forest_of_targets(a: dict[str, Any]) -> Forest:
    return _forest1(a, "target", a.get("n_targets", 1))


def _forest_of_classes(a: dict[str, Any]) -> Forest:
    labels = a.get("classlabels_int64s") or a.get("classlabels_strings") or []
    return _forest1(a, "class", len(labels))


def _attribute(a: dict[str, Any], name: str) -> numpy.ndarray:
    """An attribute that is a list of floats or, for float64, a tensor."""
    tensor = a.get(f"{name}_as_tensor")
    return numpy.array(a.get(name) or [], "float32") if tensor is None else tensor.reshape(-1)


def _with_base(scores: ndarray, a: dict[str, Any]) -> ndarray:
    base = _attribute(a, "base_values")
    return scores + np.array(base.astype(scores.dtype.name)) if base.size else scores


@rules("TreeEnsembleRegressor", domain=DOMAIN, prepare=_planted(_forest_of_targets))
def _tree_ensemble_regressor(
    x: Array,
    *,
    nodes_falsenodeids: list[int],
    nodes_featureids: list[int],
    nodes_modes: list[str],
    nodes_nodeids: list[int],
    nodes_treeids: list[int],
    nodes_truenodeids: list[int],
    target_ids: list[int],
    target_nodeids: list[int],
    target_treeids: list[int],
    aggregate_function: str = "SUM",
    base_values: list[float] | None = None,
    base_values_as_tensor: Any = None,
    n_targets: int = 1,
    nodes_hitrates: list[float] | None = None,
    nodes_hitrates_as_tensor: Any = None,
    nodes_missing_value_tracks_true: list[int] | None = None,
    nodes_values: list[float] | None = None,
    nodes_values_as_tensor: Any = None,
    post_transform: str = "NONE",
    target_weights: list[float] | None = None,
    target_weights_as_tensor: Any = None,
    _: Any,
) -> ndarray:
    found = _.node.notes.sums(floats_of(x), aggregate_function)
    return transformed(_with_base(found, _.node.attributes), post_transform)


@rules("TreeEnsembleClassifier", domain=DOMAIN, prepare=_planted(_forest_of_classes))
def _tree_ensemble_classifier(
    x: Array,
    *,
    class_ids: list[int],
    class_nodeids: list[int],
    class_treeids: list[int],
    nodes_falsenodeids: list[int],
    nodes_featureids: list[int],
    nodes_modes: list[str],
    nodes_nodeids: list[int],
    nodes_treeids: list[int],
    nodes_truenodeids: list[int],
    base_values: list[float] | None = None,
    base_values_as_tensor: Any = None,
    class_weights: list[float] | None = None,
    class_weights_as_tensor: Any = None,
    classlabels_int64s: list[int] | None = None,
    classlabels_strings: list[str] | None = None,
    nodes_hitrates: list[float] | None = None,
    nodes_hitrates_as_tensor: Any = None,
    nodes_missing_value_tracks_true: list[int] | None = None,
    nodes_values: list[float] | None = None,
    nodes_values_as_tensor: Any = None,
    post_transform: str = "NONE",
    _: Any,
) -> tuple[Any, ndarray]:
    classes = len(classlabels_int64s or classlabels_strings or [])
    sums = _.node.notes.sums(floats_of(x), "SUM")
    scores = _with_base(sums, _.node.attributes).astype("float32")
    if len(set(class_ids)) == 1 and classes <= 2:
        scores = _of_two(scores[:, :1], post_transform)
    scores = transformed(scores, post_transform)
    numbers = (
        [0, *classlabels_int64s] if classlabels_int64s and classes == 1 else classlabels_int64s
    )
    places = np.argmax(scores, axis=1)
    return labels_of(places, numbers, classlabels_strings, _.wants(0)), scores


def _of_two(score: ndarray, transform: str) -> ndarray:
    """Scores of two classes by that of the second: what is left to 1, or its opposite."""
    if transform in ("NONE", "PROBIT"):
        return np.concatenate((1 - score, score), 1)
    return np.concatenate((-score, score), 1)
