"""Prints what pyproject.toml asks for, one requirement a line: to build, to run, and all extras but
other frameworks, which have environments of their own.

With these installed a developer's build needs no installed `weft`.
"""

import tomllib
from pathlib import Path

project = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text("utf-8"))
requirements = set(project["build-system"]["requires"]) | set(project["project"]["dependencies"])
for name, extra in project["project"]["optional-dependencies"].items():
    if name != "torch":
        requirements |= set(extra)
print("\n".join(sorted(requirements)))
