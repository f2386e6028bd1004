"""An installation has the driver `memory`, and the sources of those that are built elsewhere."""

import pytest


def test_the_driver_of_one_host_is_installed(prefix):
    assert [path.name for path in prefix.rglob("libweft_memory.so")] == ["libweft_memory.so"]


@pytest.mark.parametrize("driver", ["gloo", "mpi", "nccl"])
def test_sources_of_other_drivers_are_installed(prefix, driver):
    (sources,) = prefix.rglob("share/weft/collectives")
    assert (sources / driver / "library.cpp").is_file()
    assert (sources / "wire" / "wire.h").is_file()
