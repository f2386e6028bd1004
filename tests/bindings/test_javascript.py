"""The package for Node beside the library in Python, and beside the package apache-arrow.

What Node writes, Python runs. Arrow's package is found where `npm install -g` puts it, or in the
folder that WEFT_NODE_MODULES names.
"""

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


# Columns of all kinds there and back, as the package itself reads them.
ARROW = """
import assert from "node:assert/strict";
import * as arrow from "apache-arrow";
import { fromArrow, ops, tensor, zeros } from "weft";

const dtypes = ["uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"];
for (const dtype of [...dtypes, "float16", "float32", "float64", "bool"]) {
  const x = tensor([0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 0], { dtype: "int32" }).astype(dtype);
  const column = await x.toArrow();
  assert.equal(String(column.type).toLowerCase(), dtype);
  assert.equal(column.length, 12);
  assert.deepEqual([...column].map(Number), x.astype("float64").toArray());
  const back = fromArrow(column);
  assert.deepEqual([back.dtype, back.shape, back.data()], [dtype, [12], x.data()]);
  const cube = x.reshape(2, 3, 2), lists = await cube.toArrow();
  assert.equal(lists.length, 2);
  assert.deepEqual([...lists.get(1).get(2)].map(Number), cube.astype("float64").toArray()[1][2]);
  assert.deepEqual([fromArrow(lists).shape, fromArrow(lists).data()], [[2, 3, 2], cube.data()]);
  assert.deepEqual(fromArrow(lists.slice(1)).data(), cube.slice(1, 2).data());
}
const turned = ops.transpose(tensor([[1, 2, 3], [4, 5, 6]]));
assert.deepEqual(JSON.stringify(await turned.toArrow()), "[[1,4],[2,5],[3,6]]");
assert.equal((await zeros([0, 3]).toArrow()).length, 0);

// Through a file's bytes, and with several chunks.
const first = arrow.tableFromArrays({ x: Int32Array.of(1, 2), name: ["a", "b"] });
const table = arrow.tableFromIPC(arrow.tableToIPC(first.concat(first)));
assert.deepEqual(fromArrow(table.getChild("x")).toArray(), [1, 2, 1, 2]);
assert.throws(() => fromArrow(table.getChild("name")), /numbers or booleans.*got Dictionary|Utf8/);
assert.throws(() => fromArrow(arrow.vectorFromArray([1, null, 3])), /has 1 nulls/);
assert.throws(() => fromArrow([1, 2]), /must be a Vector of Apache Arrow; got object/);
await assert.rejects(tensor(1).toArrow(), /a Tensor of float32 with 0 axes/);
await assert.rejects(zeros([2], "complex64").toArrow(), /a Tensor of complex64/);

// Nothing is copied, and what is written later is not seen.
const large = zeros([1 << 22]), before = process.memoryUsage().arrayBuffers;
const held = await large.toArrow();
assert.ok(process.memoryUsage().arrayBuffers - before < 1 << 20);
large.write(1);
assert.equal(held.get(0), 0);
assert.equal(large.slice(0, 1).item(), 1);
console.log("done");
"""

WITHOUT = """
import { zeros } from "weft";
await zeros([1]).toArrow().catch((error) => console.log(error.message));
"""


def node_modules() -> Path:
    """Where the packages of npm are."""
    if named := os.environ.get("WEFT_NODE_MODULES"):
        return Path(named)
    if shutil.which("npm") is None:
        pytest.skip("arrow: npm is not installed")
    asked = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=True)
    return Path(asked.stdout.strip())


@pytest.mark.full
def test_columns_of_arrow_go_there_and_back(package, tmp_path):
    arrow = node_modules() / "apache-arrow"
    if not arrow.exists():
        pytest.skip("arrow: it is not installed (npm install -g apache-arrow)")
    modules = tmp_path / "node_modules"
    shutil.copytree(package, modules / "weft")
    (tmp_path / "without.mjs").write_text(WITHOUT, "utf-8")
    (tmp_path / "with.mjs").write_text(ARROW, "utf-8")

    def printed(program: str) -> str:
        command = ["node", str(tmp_path / program)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout

    assert "needs the package apache-arrow: npm install apache-arrow" in printed("without.mjs")
    (modules / "apache-arrow").symlink_to(arrow)
    assert printed("with.mjs") == "done\n"
