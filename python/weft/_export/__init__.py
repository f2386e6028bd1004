"""Blocks and functions written as .weft files."""
