"""What tests of processes share."""

import socket
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))


@pytest.fixture(scope="module", autouse=True)
def ends_processes():
    """Processes that tests of a file have started end with it."""
    yield
    from spawned import end_ranks

    end_ranks()


@pytest.fixture
def free_port():
    """A port of loopback that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]
