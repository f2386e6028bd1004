"""Readers of symbol files: their text, the graph of it, and the block that it becomes."""
