"""Which drivers the tests of collectives run with: `memory`, which Weft builds, and those whose
plug-ins WEFT_COLLECTIVE_PLUGINS names (`make test-full SLICE=distributed`)."""

import collective_ranks
import pytest
from collective_plugins import PLUGINS


@pytest.fixture(params=sorted(PLUGINS))
def ranks(request):
    """``ranks(n, body, *arguments)``: what `body` gave on each of n ranks."""
    name, path = request.param, PLUGINS[request.param]
    run = collective_ranks.run_under_mpi if name == "mpi" else collective_ranks.run

    def run_ranks(count, body, *arguments):
        return run(count, body, path, *arguments)

    run_ranks.driver = name
    return run_ranks
