"""Assertions and decorators of nose that suites of 1.x use."""

import functools
import re
import unittest
from collections.abc import Callable
from typing import Any

# nose has each `assertSomeThing` of unittest as `assert_some_thing`.
_case = unittest.TestCase()
for _name in dir(_case):
    if _name.startswith("assert") and _name != "assert_":
        globals()[re.sub("([A-Z])", lambda part: "_" + part[1].lower(), _name)] = getattr(
            _case, _name
        )


def ok_(expression: Any, message: Any = None) -> None:
    """Fails unless the expression is true."""
    assert expression, message


def eq_(one: Any, other: Any, message: Any = None) -> None:
    """Fails unless both are equal."""
    assert one == other, message or f"{one!r} is not {other!r}"


def raises(*errors: type[BaseException]) -> Callable[[Any], Any]:
    """Decorator: the test has to raise one of these."""

    def decorated(test: Any) -> Any:
        @functools.wraps(test)
        def checked(*args: Any, **kwargs: Any) -> None:
            with _case.assertRaises(errors):
                test(*args, **kwargs)

        return checked

    return decorated


def make_decorator(original: Any) -> Callable[[Any], Any]:
    """Decorator: gives a function the name and the attributes of the one that it stands for."""

    def named(function: Any) -> Any:
        function = functools.wraps(original)(function)
        del function.__wrapped__  # pytest would ask the first one for its arguments
        return function

    return named


def with_setup(setup: Any = None, teardown: Any = None) -> Callable[[Any], Any]:
    """Decorator: calls these before and after the test."""

    def decorated(test: Any) -> Any:
        @functools.wraps(test)
        def between(*args: Any, **kwargs: Any) -> None:
            try:
                if setup is not None:
                    setup()
                test(*args, **kwargs)
            finally:
                if teardown is not None:
                    teardown()

        return between

    return decorated


def nottest(function: Any) -> Any:
    """Decorator: it is no test, whatever its name is."""
    function.__test__ = False
    return function


__all__ = [name for name in globals() if not name.startswith("_") and name.endswith("_")]
__all__ += [name for name in globals() if name.startswith("assert")]
__all__ += ["make_decorator", "nottest", "raises", "with_setup"]
