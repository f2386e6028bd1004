"""What the pages of the packages for npm show passes TypeScript's strict check, by `tsc`.

So does one program of both packages, in which the import alone differs.
"""

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
# What either package has: a program moves from one to the other by its import.
SHARED = """
import { load, WeftError } from "PACKAGE";
import type { Context, Elements, Model, Port, Shaped, Source } from "PACKAGE";

async function best(source: Source, images: Elements | Shaped): Promise<number> {
  const model: Model = await load(source);
  const { scores } = await model.run({ images }, { entry: "forward" });
  const names: string | undefined = await model.metadata("classes");
  await model.setBudget(1 << 20);
  await model.close();
  return names ? scores!.indexOf(Math.max(...scores!)) : -1;
}
async function labels(model: Model, images: Float32Array): Promise<BigInt64Array | undefined> {
  const first: Context = await model.context();
  const second = await model.context(model.entries[0], { sharing: first });
  const ports: Port[] = [...first.inputs, ...first.outputs, ...first.states];
  try {
    const outputs = await second.run<BigInt64Array>({ 0: { data: images, shape: [1, 64] } });
    await second.setState("h", await first.state("h"));
    await first.reset();
    return outputs[ports[0]!.name];
  } catch (error) {
    if (error instanceof WeftError) console.error(error.code.toLowerCase(), error.message);
    return undefined;
  } finally {
    await second.close();
  }
}
export { best, labels };
"""
USES = {
    "weft": """import { load, ops, Tensor, tensor, trace } from "weft";
const context = (await load("net.weft")).context();
context.input(0).set([5.1, 3.5]);
const scores: Float32Array = context.bindOutput();
await context.runAsync({ x: tensor([5.1, 3.5]) });
const best: number = scores.indexOf(Math.max(...scores));
const open = trace((x) => ops.relu(x), tensor([1]), { dynamic: { 0: { 0: "batch" } } });
const traced: Tensor[] = open.call(tensor([1, 2]));
export { best, traced };
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
    programs.append(SHARED.replace("PACKAGE", package))
    for number, program in enumerate(programs):
        (tmp_path / f"program{number}.ts").write_text(program, "utf-8")
    options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"]
    options += ["--lib", "es2022,dom", "--typeRoots", "none"]
    files = sorted(path.name for path in tmp_path.glob("*.ts"))
    done = subprocess.run(["tsc", *options, *files], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
