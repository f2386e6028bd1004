"""Functions whose derivative the user writes, from the left (`custom_vjp`) or the right
(`custom_jvp`), as JAX has them."""

import functools
import inspect
import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from weft import np
from weft._base.errors import InvalidState, InvalidType
from weft._core import native
from weft._transforms import trees
from weft.autograd._inputs import has_gradient
from weft.autograd._recording import is_recording, is_training, pause, record, sweep
from weft.autograd._rule_operators import Rule, Tie, structure_key


class _Running(threading.local):
    """Does this thread run the forward rule of a function, or the adjoint of its tangent rule?"""

    in_forward = False
    in_adjoint = False

    def __reduce__(self) -> Any:
        return _Running, ()


class _WithRule:
    """A function with a rule: calls that nobody differentiates run it as it is."""

    def __init__(self, fun: Callable[..., Any], nondiff_argnums: Sequence[int] = ()) -> None:
        if not callable(fun):
            kind = type(self).__name__
            raise InvalidType(f"{kind}: `fun` must be callable; got {type(fun).__name__}")
        functools.update_wrapper(self, fun)
        self._fun = fun
        self._name = getattr(fun, "__name__", "function")
        self._fixed = tuple(nondiff_argnums)
        self._ties: dict[Hashable, tuple[Tie, Any]] = {}
        self._rules = _Running()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        args = self._positional(args, kwargs)
        moving = [arg for i, arg in enumerate(args) if i not in self._fixed]
        arrays = [leaf.value for leaf in trees.leaves_of(moving) if has_gradient(leaf.value)]
        if not is_recording() or not any(map(native.is_recorded, arrays)):
            return self._fun(*args)
        fixed = [args[i] for i in self._fixed]
        is_nested = self._rules.in_forward
        if is_nested:
            with pause(train_mode=is_training()):
                out, residuals = self._fun(*args), moving
        else:
            out, residuals = self._with_residuals(args)
        leaves = [leaf.value for leaf in trees.leaves_of(out)]
        results = [leaf for leaf in leaves if has_gradient(leaf)]
        saved = [
            leaf.value
            for leaf in trees.leaves_of(residuals)
            if isinstance(leaf.value, native.ndarray)
        ]
        rule = self._rule(fixed, moving, out, residuals, is_nested)
        made_of = (fixed, moving, out, residuals, is_nested)
        found = iter(self._with_gradient(results, arrays, saved, rule, made_of))
        return trees.like(out, [next(found) if has_gradient(leaf) else leaf for leaf in leaves])

    def _positional(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        if not kwargs:
            return args
        bound = inspect.signature(self._fun).bind(*args, **kwargs)
        bound.apply_defaults()
        if bound.kwargs:
            raise InvalidType(
                f"{self._name}: a function with a rule takes no keyword-only arguments; got "
                f"{', '.join(bound.kwargs)}"
            )
        return bound.args

    def _with_gradient(
        self, results: list[Any], arrays: list[Any], saved: list[Any], rule: Rule, trees_: Any
    ) -> list[Any]:
        """The results with the rule as their gradient: an entry of the tape, or a node."""
        plain = [result.detach().copy() for result in results]
        if not native.modes() & native.TRACING:
            native.record_function(self._name, arrays, plain, saved, rule)
            return plain
        key = structure_key(trees_)
        if key not in self._ties:
            tie = Tie(self._name, rule, len(plain), len(arrays), len(saved))
            self._ties[key] = tie, _without_arrays(trees_)
        found: list[Any] = self._ties[key][0](plain, arrays, saved)
        return found

    def _with_residuals(self, args: tuple[Any, ...]) -> tuple[Any, Any]:
        """What the forward rule gives. Where it calls the function itself, as in
        `lambda x: (f(x), x)`, that call has the same rule, but computes residuals only when its
        own gradient is asked for: else the rule would call itself without end."""
        self._rules.in_forward = True
        try:
            return self._forward(args)
        finally:
            self._rules.in_forward = False

    def _recomputed(self, fixed: list[Any], moving: Any, cotangents: Any) -> Any:
        """The gradients, with residuals computed now."""
        given = iter(moving)
        kept = dict(zip(self._fixed, fixed, strict=True))
        args = [kept[i] if i in kept else next(given) for i in range(len(fixed) + len(moving))]
        _, residuals = self._with_residuals(tuple(args))
        return self._backward(fixed, residuals, cotangents)

    def _rule(
        self, fixed: list[Any], moving: Any, out: Any, residuals: Any, is_nested: bool
    ) -> Rule:
        """The gradients of the arrays among the arguments, from saved arrays and cotangents."""
        backward = self._recomputed if is_nested else self._backward
        moving, out, residuals = map(_without_arrays, (moving, out, residuals))

        def rule(saved: list[Any], cotangents: list[Any]) -> list[Any]:
            given = _with_arrays(residuals, saved, lambda leaf: True)
            vectors = _with_arrays(out, cotangents, lambda leaf: leaf.inexact)
            return self._flat(moving, backward(fixed, given, vectors))

        return rule

    def _flat(self, moving: list[Any], found: Any) -> list[Any]:
        """Gradients by argument as gradients by array."""
        given = list(found) if isinstance(found, list | tuple) else [found]
        if len(given) != len(moving):
            raise InvalidType(
                f"{self._name}: the rule must give a tuple with a gradient, or None, for each of "
                f"{len(moving)} arguments; got {len(given)}"
            )
        flat: list[Any] = []
        for arg, gradient in zip(moving, given, strict=True):
            wanted = [leaf.value for leaf in trees.leaves_of(arg)]
            parts: list[Any] = [None] * len(wanted)
            if gradient is not None:
                parts = [leaf.value for leaf in _gradient_leaves(arg, gradient)]
            if len(parts) != len(wanted):
                raise InvalidType(
                    f"{self._name}: the rule must give gradients nested like the arguments; got "
                    f"{len(parts)} arrays for {len(wanted)}"
                )
            flat += [
                part
                for part, leaf in zip(parts, wanted, strict=True)
                if isinstance(leaf, _Place) and leaf.inexact
            ]
        return flat

    def _forward(self, args: tuple[Any, ...]) -> tuple[Any, Any]:
        raise NotImplementedError

    def _backward(self, fixed: list[Any], residuals: Any, cotangents: Any) -> Any:
        raise NotImplementedError


class _Place:
    """Where an array was in a tree."""

    def __init__(self, inexact: bool) -> None:
        self.inexact = inexact


def _gradient_leaves(like: Any, gradient: Any) -> list[trees.Leaf]:
    """The leaves of a gradient; a None within stands for zero, where the argument has an array."""
    if gradient is None and not trees.is_leaf(like):
        return [trees.Leaf("", None) for _ in trees.leaves_of(like)]
    if trees.is_leaf(like):
        return [trees.Leaf("", gradient)]
    if isinstance(like, dict) and isinstance(gradient, dict):
        pairs = [(item, gradient.get(key)) for key, item in like.items()]
    elif isinstance(like, list | tuple) and isinstance(gradient, list | tuple):
        pairs = list(zip(like, gradient, strict=False))
    else:
        return trees.leaves_of(gradient)
    return [leaf for item, part in pairs for leaf in _gradient_leaves(item, part)]


def _without_arrays(tree: Any) -> Any:
    return trees.mapped(
        lambda x: _Place(has_gradient(x)) if isinstance(x, native.ndarray) else x, tree
    )


def _with_arrays(tree: Any, arrays: Sequence[Any], wants: Callable[[_Place], bool]) -> Any:
    """The tree with arrays in their places; what is not wanted is None."""
    waiting = iter(arrays)

    def put(leaf: Any) -> Any:
        if not isinstance(leaf, _Place):
            return leaf
        return next(waiting) if wants(leaf) else None

    return trees.mapped(put, tree)


class custom_vjp(_WithRule):  # noqa: N801 - the name that JAX has
    """A function whose product with vectors from the left the user writes.

    `f.defvjp(forward, backward)` gives the rule. `forward` takes the arguments of the function and
    returns a pair: its result, and residuals, nested arrays that `backward` needs. `backward` takes
    residuals and the cotangents, nested like the result, and returns a tuple with a gradient for
    each argument, nested like it, or None for zero. Rules are made of operators. They are
    differentiated themselves for higher orders, batched by `weft.vmap`, and hybridized; there they
    must use no arrays but what they are given. `forward` may call the function itself.

    nondiff_argnums: arguments, by number, that are no arrays: `backward` gets them first

    >>> from weft import autograd, np
    >>> @custom_vjp
    ... def root(x):
    ...     return np.sqrt(x)
    >>> root.defvjp(
    ...     lambda x: (np.sqrt(x), x),
    ...     lambda x, dy: (np.where(x > 0, dy / (2 * np.sqrt(np.maximum(x, 1e-9))), 0),))
    >>> autograd.grad(lambda x: root(x).sum())(np.array([0.0, 4.0]))
    array([0.  , 0.25])
    """

    _forward_rule: Callable[..., Any] | None = None
    _backward_rule: Callable[..., Any] | None = None

    def defvjp(self, forward: Callable[..., Any], backward: Callable[..., Any]) -> None:
        """Sets the rule."""
        self._forward_rule, self._backward_rule = forward, backward

    def _forward(self, args: tuple[Any, ...]) -> tuple[Any, Any]:
        if self._forward_rule is None:
            raise InvalidState(f"{self._name}: `defvjp` must be called before it is differentiated")
        found = self._forward_rule(*args)
        if not isinstance(found, tuple) or len(found) != 2:
            raise InvalidType(
                f"{self._name}: `forward` must return a pair (result, residuals); got "
                f"{type(found).__name__}"
            )
        return found

    def _backward(self, fixed: list[Any], residuals: Any, cotangents: Any) -> Any:
        assert self._backward_rule is not None
        return self._backward_rule(*fixed, residuals, cotangents)


class custom_jvp(_WithRule):  # noqa: N801 - the name that JAX has
    """A function whose product with vectors from the right the user writes.

    `f.defjvp(rule)`, also as a decorator, gives the rule: it takes a tuple of arguments and a tuple
    of tangents, nested like them, and returns the result and its tangent. The tangent must be
    linear in the tangents. Its adjoint is the gradient.

    nondiff_argnums: arguments, by number, that are no arrays: the rule gets them first

    >>> from weft import autograd, np
    >>> @custom_jvp
    ... def softplus(x):
    ...     return np.log1p(np.exp(x))
    >>> @softplus.defjvp
    ... def rule(primals, tangents):
    ...     (x,), (t,) = primals, tangents
    ...     return softplus(x), t / (1 + np.exp(-x))
    >>> autograd.grad(lambda x: softplus(x).sum())(np.array([0.0, 800.0]))
    array([0.5, 1. ])
    """

    _tangent_rule: Callable[..., Any] | None = None

    def defjvp(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """Sets the rule, and returns it."""
        self._tangent_rule = rule
        return rule

    def _forward(self, args: tuple[Any, ...]) -> tuple[Any, Any]:
        if self._tangent_rule is None:
            raise InvalidState(f"{self._name}: `defjvp` must be called before it is differentiated")
        moving = tuple([arg for i, arg in enumerate(args) if i not in self._fixed])
        return self._fun(*args), moving

    def _backward(self, fixed: list[Any], residuals: Any, cotangents: Any) -> Any:
        """The adjoint of the tangent rule, which is linear: its gradient at zero."""
        assert self._tangent_rule is not None
        again = is_recording() or bool(native.modes() & native.TRACING)
        # A call of the function within its own rule: where a tangent goes in, the function is
        # linear there, and its operators have its adjoint.
        is_within = self._rules.in_adjoint
        tangents = trees.mapped(
            lambda x: np.zeros_like(x) if isinstance(x, native.ndarray) else None, residuals
        )
        moving = [leaf.value for leaf in trees.leaves_of(tangents) if has_gradient(leaf.value)]
        with record(train_mode=is_training()):
            for tangent in moving:
                tangent.attach_grad()
            if is_within:
                change = self._fun(*self._all(fixed, tangents))
            else:
                _, change = self._tangent_rule(*fixed, residuals, tangents)
            heads = [leaf.value for leaf in trees.leaves_of(change)]
            vectors = [leaf.value for leaf in trees.leaves_of(cotangents)]
            self._rules.in_adjoint = True
            try:
                found = iter(sweep(heads, moving, vectors, create_graph=again))
            finally:
                self._rules.in_adjoint = is_within
        return trees.mapped(lambda x: next(found) if has_gradient(x) else x, tangents)

    def _all(self, fixed: list[Any], moving: Any) -> list[Any]:
        """The arguments in their order."""
        given, kept = iter(moving), iter(fixed)
        count = len(fixed) + len(moving)
        return [next(kept) if i in self._fixed else next(given) for i in range(count)]


__all__ = ["custom_jvp", "custom_vjp"]
