"""What all Python tests share: their options, and where the sources and the build lie."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="also run what is marked `full`")
    parser.addoption(
        "--device", metavar="NAME", help="put new arrays there; `fake` is the tests' own device"
    )


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


@pytest.fixture(scope="session")
def fakes(build_dir):
    """The two devices of the tests' plug-in, tests/devices."""
    from weft import device

    return device.load(build_dir / "weft_fake_device.so")


@pytest.fixture(scope="session", autouse=True)
def chosen_device(request):
    """Where new arrays go in this run."""
    name = request.config.getoption("--device")
    if not name:
        yield
        return
    from weft import Device

    if name.startswith("fake"):
        request.getfixturevalue("fakes")
    with Device(name):
        yield


@pytest.fixture(autouse=True)
def nothing_pending():
    """The failure of queued work that nobody waited for is an error of the test that queued it, and
    not of the next one that waits for everything."""
    yield
    if "weft" in sys.modules:
        from weft import npx

        npx.waitall()


def pytest_collection_modifyitems(config, items):
    if config.getoption("--full"):
        return
    skip = pytest.mark.skip(reason="takes long; runs with --full")
    for item in items:
        if item.get_closest_marker("full"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the source tree."""
    return ROOT


@pytest.fixture(scope="session")
def build_dir() -> Path:
    """The developer's build: `build`, or what WEFT_BUILD_DIR names."""
    return Path(os.environ.get("WEFT_BUILD_DIR", ROOT / "build"))
