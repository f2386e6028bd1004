"""Modules of nose's plugins that suites of 1.x import."""
