"""An installed Weft for the tests of this folder.

`prefix` is what WEFT_PREFIX names (the folder of a wheel, say), else a fresh `cmake --install` of
the developer's build.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.packaging)


def tool(name: str) -> str:
    """A program of this environment, or of the machine."""
    beside_python = Path(sys.executable).with_name(name)
    found = str(beside_python) if beside_python.exists() else shutil.which(name)
    if not found:
        pytest.skip(f"not run: {name} is not installed")
    return found


@pytest.fixture(scope="session")
def find_tool() -> Callable[[str], str]:
    return tool


@pytest.fixture(scope="session")
def cmake() -> str:
    return tool("cmake")


@pytest.fixture(scope="session")
def pkg_config() -> str:
    return tool("pkg-config")


@pytest.fixture(scope="session")
def public_header(root) -> Path:
    header = root / "bindings_c" / "include" / "weft" / "weft.h"
    if not header.exists():
        pytest.skip("not run: bindings_c/include/weft/weft.h does not exist yet")
    return header


@pytest.fixture(scope="session")
def prefix(tmp_path_factory, build_dir, cmake, public_header) -> Path:
    if given := os.environ.get("WEFT_PREFIX"):
        return Path(given)
    if not any(public_header.parents[2].rglob("*.cpp")):
        pytest.skip("not run: bindings_c has no implementation of weft.h yet")
    if not (build_dir / "CMakeCache.txt").exists():
        pytest.skip(f"not run: there is no build in {build_dir}; run `make`")
    # Moved after the installation: what is installed must find itself by its own place.
    place = tmp_path_factory.mktemp("installed")
    installed = place / "first"
    subprocess.run(
        [cmake, "--install", str(build_dir), "--prefix", str(installed)],
        check=True,
        capture_output=True,
    )
    return installed.rename(place / "moved")
