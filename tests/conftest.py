"""What all Python tests share: the option --full, and where the sources and the build lie."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="also run what is marked `full`")


def pytest_configure(config):
    """Tests by hypothesis that name no count of examples run about a hundred fixed ones, with
    --full four times as many. WEFT_TEST_EXAMPLES=3000 runs so many, new ones each time: what fails
    prints itself."""
    wanted = os.environ.get("WEFT_TEST_EXAMPLES")
    if wanted:
        settings.register_profile("chosen", max_examples=int(wanted))
    else:
        count = 400 if config.getoption("--full") else 100
        settings.register_profile("chosen", max_examples=count, derandomize=True, database=None)
    settings.load_profile("chosen")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--full"):
        return
    skip = pytest.mark.skip(reason="takes long; runs with --full")
    for item in items:
        if "full" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the source tree."""
    return ROOT


@pytest.fixture(scope="session")
def build_dir() -> Path:
    """The developer's build: `build`, or what WEFT_BUILD_DIR names."""
    return Path(os.environ.get("WEFT_BUILD_DIR", ROOT / "build"))
