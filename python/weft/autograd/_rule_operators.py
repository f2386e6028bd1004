"""Operators for rules that a user writes: in a trace such a rule needs an operator that has it.

The operator *ties* results to arguments: it gives the results that it is given, and its gradient is
the rule. So the function itself is traced as usual, and derivatives of every order, batches and
plans of the rule follow as for any operator. An operator lives as long as the process; one serves
all calls whose arguments are nested alike.
"""

import itertools
import re
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from weft import library
from weft._core import native
from weft._transforms import trees

# From saved arrays and cotangents of the results to gradients of the arguments, None for zero.
Rule = Callable[[list[Any], list[Any]], Sequence[Any]]

_numbers = itertools.count()


class Tie:
    """The operator of a rule.

    results, arrays, saved: how many there are of each
    """

    def __init__(self, name: str, rule: Rule, results: int, arrays: int, saved: int) -> None:
        self._name, self._rule = name, rule
        self._counts = results, arrays, saved
        self._batched: Tie | None = None
        kinds = ("result", "array", "saved")
        inputs = [
            f"{kind}{i}"
            for kind, count in zip(kinds, self._counts, strict=True)
            for i in range(count)
        ]
        word = re.sub(r"\W", "_", name)
        self._operator: Callable[..., Any] = library.register_op(
            f"rule_{next(_numbers)}_of_{word}",
            inputs=inputs,
            outputs=results,
            promotion="keep",
            infer=self._first,
            kernel=self._first,
            gradient=self._gradient,
            doc=f"Results of {word} with the gradient that its rule gives.",
        )
        self._add_batching()

    def __call__(self, results: Sequence[Any], arrays: Sequence[Any], saved: Sequence[Any]) -> Any:
        """The results, as a list, whose gradients go by the rule to the arrays."""
        found = self._operator(*results, *arrays, *saved)
        return list(found) if isinstance(found, list | tuple) else [found]

    def _first(self, *given: Any) -> Any:
        found = given[: self._counts[0]]
        return found[0] if len(found) == 1 else tuple(found)

    def _gradient(self, inputs: Any, outputs: Any, cotangents: Any) -> list[Any]:
        results, _, saved = self._counts
        first = len(inputs) - saved
        found = list(self._rule(list(inputs[first:]), list(cotangents)))
        return [*[None] * results, *found, *[None] * saved]

    def _add_batching(self) -> None:
        from weft._batching.table import rules

        def on_batch(call: Any) -> Any:
            operator = self._on_batches()._operator
            found = operator(*call.fulls())
            return call.results(list(found) if isinstance(found, list | tuple) else [found])

        rules(self._operator.__name__)(on_batch)

    def _on_batches(self) -> "Tie":
        """The operator whose rule runs on batches."""
        if self._batched is None:
            from weft._batching.vmap import vmap

            self._batched = Tie(self._name, vmap(self._rule), *self._counts)
        return self._batched


def structure_key(tree: Any) -> Hashable:
    """Equal for trees that are nested alike, with equal leaves but for arrays."""
    return trees.form_of(tree, _leaf_key)


def _leaf_key(value: Any) -> Hashable:
    if isinstance(value, native.ndarray):
        return native.ndarray
    return (type(value), value if isinstance(value, Hashable) else id(value))


__all__ = ["Rule", "Tie", "structure_key"]
