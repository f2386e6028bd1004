"""Models and operators give what LiteRT gives: eager, hybridized, and as an exported file. States
stay from call to call."""

import numpy
import pytest
from tflite_files import CALLS, FILES, REFUSED, arrays, check, goldens, listed, load, ports
from weft import runtime

NAMES = [name for name in FILES if name not in REFUSED]


@pytest.mark.parametrize("name", NAMES)
def test_it_gives_what_litert_gives(name):
    eager, hybrid = load(name), load(name)
    hybrid.hybridize()
    for call in range(CALLS):
        x = arrays(name, call)
        check(name, call, listed(eager(*x)))
        check(name, call, listed(hybrid(*x)))


@pytest.mark.parametrize("name", NAMES)
def test_an_exported_file_gives_it(name, tmp_path):
    block = load(name)
    block.export(tmp_path / "net.weft", *arrays(name, 0))
    context = runtime.Model(tmp_path / "net.weft").context()
    for call in range(CALLS):
        check(name, call, listed(context.run(*ports(name, call, "in"))))


@pytest.mark.parametrize("name", [name for name in FILES if f"{name}/micro" in goldens()])
def test_it_can_round_as_tensorflow_lite_micro_does(name):
    block = load(name, rounding="micro")
    for call in range(CALLS):
        (found,) = listed(block(*arrays(name, call)))
        numpy.testing.assert_array_equal(found, goldens()[f"{name}/micro"][call])
