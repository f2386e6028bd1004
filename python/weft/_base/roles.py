"""Which of a function's two arguments is the label: their names say so, or the order of losses."""

import inspect
from collections.abc import Callable
from typing import Any

from weft._base.errors import InvalidValue

_LABELS = (
    *("y_true", "true", "truth", "ground_truth", "gt", "label", "labels", "lbl", "actual"),
    *("target", "targets", "tgt", "expected", "observed", "reference", "references", "wanted"),
)
_PREDICTIONS = (
    *("y_pred", "pred", "preds", "prediction", "predictions", "predicted", "output", "outputs"),
    *("out", "y_hat", "yhat", "score", "scores", "logits", "y_score", "y_prob", "prob", "probs"),
    *("probability", "probabilities", "found", "estimate", "estimates", "hypothesis"),
)
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def takes_label_first(where: str, function: Callable[..., Any]) -> bool:
    """Does a function of a prediction and a label take the label first? Its arguments' names count,
    such as `y_true` and `y_pred`; where they say nothing the prediction is first.

    Raises ValueError for names that both mean the same.
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # of a language that tells no names
        return False
    names = [p.name for p in parameters if p.kind in _POSITIONAL][:2]
    if len(names) < 2:
        return False
    first, second = (_role(name) for name in names)
    if first and first == second:
        raise InvalidValue(
            f"{where}: a function must take a prediction and a label, such as (pred, label) or "
            f"(y_true, y_pred); got ({', '.join(names)})"
        )
    return first == "label" or second == "prediction" or [n.lower() for n in names] == ["y", "p"]


def _role(name: str) -> str | None:
    word = name.lower().strip("_")
    return "label" if word in _LABELS else "prediction" if word in _PREDICTIONS else None


__all__ = ["takes_label_first"]
