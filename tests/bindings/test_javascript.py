"""The package for Node beside the library in Python: what one writes, the other runs."""

import os
import shutil
import subprocess
from pathlib import Path

import numpy
import pytest
import weft
from weft import np, runtime

PACKAGE = Path(__file__).resolve().parents[2] / "bindings" / "javascript"

# Traces with open extents and writes the file; x and y are rows of three numbers.
TRACE = """
const [package_, path] = process.argv.slice(2);
const { ops, trace, Writer, zeros } = await import(package_ + "/lib/index.js");
const both = (x, y) => ops.concatenate([x.mul(2), y], { axis: 0 }).sum({ axis: 1 }).div(x.shape[0]);
const dynamic = { 0: { 0: "n" }, 1: { 0: { name: "m", min: 2, max: 40 } } };
const traced = trace(both, zeros([4, 3]), zeros([5, 3]), { dynamic });
new Writer().add("forward", traced, ["x", "y"], ["sums"]).save(path);
"""


@pytest.fixture(scope="module")
def package(build_dir):
    """The package with its addon, linked to the build's library."""
    if shutil.which("node") is None:
        pytest.skip("javascript: node is not installed")
    where = {"WEFT_PREFIX": str(build_dir / "python" / "weft")}
    command = ["node", "build.js", "--link"]
    subprocess.run(command, cwd=PACKAGE, env=os.environ | where, check=True, capture_output=True)
    return PACKAGE


def node(script: str, *arguments: str) -> str:
    """What a script prints in Node."""
    command = ["node", "--input-type=module", "-", *arguments]
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.mark.full
def test_dynamic_of_a_trace_is_that_of_an_export(package, tmp_path):
    node(TRACE, package.as_uri(), str(tmp_path / "node.weft"))
    both = weft.hybridize(lambda x, y: np.concatenate([x * 2, y]).sum(axis=1) / x.shape[0])
    example = (np.zeros((4, 3)), np.zeros((5, 3)))
    dynamic = {"x": {0: "n"}, "y": {0: weft.Dim("m", min=2, max=40)}}
    weft.export(tmp_path / "python.weft", dynamic=dynamic, forward=(both, *example))
    found, wanted = (
        runtime.Model(tmp_path / f"{name}.weft").context() for name in ("node", "python")
    )
    assert [port.shape for port in found.inputs] == [port.shape for port in wanted.inputs]
    random = numpy.random.default_rng(0)
    for n, m in [(1, 2), (4, 5), (300, 40), (7, 3)]:
        inputs = [random.normal(size=(rows, 3)).astype("float32") for rows in (n, m)]
        numpy.testing.assert_array_equal(found.run(*inputs)[0], wanted.run(*inputs)[0])
    for context in (found, wanted):
        with pytest.raises(ValueError, match="41"):
            context.run(numpy.zeros((1, 3), "float32"), numpy.zeros((41, 3), "float32"))
