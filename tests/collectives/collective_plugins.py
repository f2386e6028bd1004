"""Where the plug-ins are that tests of collectives run with, by name."""

import os
from pathlib import Path

import weft


def plugins() -> dict[str, str]:
    found = {"memory": str(Path(weft.__file__).parent / "lib" / "libweft_memory.so")}
    for path in filter(None, os.environ.get("WEFT_COLLECTIVE_PLUGINS", "").split(":")):
        found[Path(path).stem.removeprefix("libweft_")] = path
    return found


PLUGINS = plugins()
