"""What the pages of the packages for npm show passes TypeScript's strict check, by `tsc`."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

BINDINGS = Path(__file__).resolve().parents[2] / "bindings"
# What a page leaves to its reader.
GIVEN = {
    "weft": "declare const pixels: Float32Array;\n",
    "weft-wasm": "declare const pixels: Float32Array;\ndeclare const first: any;\n",
}
USES = {
    "weft": """import { Model } from "weft";
const context = Model.load("net.weft").context();
context.input(0).set([5.1, 3.5]);
const scores = context.run().output();
const best: number = scores.indexOf(Math.max(...scores));
const labels: BigInt64Array = context.output<BigInt64Array>(1);
export { best, labels };
""",
    "weft-wasm": """import { load } from "weft-wasm";
const model = await load("net.weft", { threads: 2 });
const { output } = await model.run({ x: { data: new Float32Array(64), shape: [1, 64] } });
export const best: number = output!.indexOf(Math.max(...output!));
""",
}


@pytest.mark.full
@pytest.mark.parametrize("package, folder", [("weft", "javascript"), ("weft-wasm", "wasm")])
def test_programs_pass_the_strict_check(package, folder, tmp_path):
    if shutil.which("tsc") is None:
        pytest.skip("types: tsc is not installed (npm install -g typescript)")
    shutil.copytree(BINDINGS / folder, tmp_path / "node_modules" / package)
    (tmp_path / "package.json").write_text('{"type": "module"}', "utf-8")
    page = (BINDINGS / folder / "README.md").read_text("utf-8")
    blocks = [
        block for block in re.findall(r"```js\n(.*?)```", page, re.DOTALL) if "import" in block
    ]
    assert blocks
    programs = [*(GIVEN[package] + block + "\nexport {};\n" for block in blocks), USES[package]]
    for number, program in enumerate(programs):
        (tmp_path / f"program{number}.ts").write_text(program, "utf-8")
    options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"]
    options += ["--lib", "es2022,dom", "--types", ""]
    files = sorted(path.name for path in tmp_path.glob("*.ts"))
    done = subprocess.run(["tsc", *options, *files], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
