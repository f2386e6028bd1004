"""The names of nose that suites of 1.x use. nose itself does not run on current Pythons."""

import unittest

SkipTest = unittest.SkipTest


def runmodule() -> None:
    """Nothing: pytest finds the tests."""
