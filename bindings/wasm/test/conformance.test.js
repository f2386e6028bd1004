// What both packages must do (javascript/test/models.js), here through a worker and on the engine, on one thread
// (threads.test.js has more); then what this one has alone: its memory, sources on the calling thread.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import * as weft from "../lib/index.js";
import { Engine } from "../lib/engine.js";
import { shared } from "../../javascript/test/misuse.js";
import { bytesOf, hasFile, models, runCases, testBoundOutput, testModels } from "../../javascript/test/models.js";

const single = { ...weft, load: (source) => weft.load(source, { threads: 1 }) };
testModels(single);

// What of the mistakes of bindings/conformance models can meet.
for (const [name, run] of Object.entries(shared)) test(`misuse: ${name}`, () => run(single));

const engine = await Engine.start();
const x = Float32Array.of(-2, -1, 0, 1, 2, 3), y = Float32Array.of(-10, 13, -30, -15); // of dense.weft

test("the cases of models on the engine", () =>
  runCases(async (source) => engine.load(bytesOf(source), source.href), hasFile));

test("a model runs on the calling thread", async () => {
  const bytes = await readFile(`${models}dense.weft`);
  for (const source of [`${models}dense.weft`, bytes, new Blob([bytes]), new Response(bytes)]) {
    const model = await weft.load(source, { worker: false });
    assert.deepEqual(await model.run({ x }), { output: y });
    model.close();
  }
});

test("memory moves to the worker where that is asked for", async () => {
  const bytes = new Uint8Array(await readFile(`${models}dense.weft`)).buffer;
  const model = await weft.load(bytes, { transfer: true });
  assert.equal(bytes.byteLength, 0);
  const moved = x.slice();
  assert.deepEqual(await model.run({ x: moved }, { transfer: true }), { output: y });
  assert.equal(moved.length, 0);
  model.close();
});

test("views share memory with a context", async () => {
  const context = engine.load(await readFile(`${models}dense.weft`)).context();
  const bound = context.bindOutput("output").byteOffset;
  context.input("x").set(x);
  const { output } = context.run();
  assert.equal(output.byteOffset, bound);
  assert.deepEqual(output.slice(), y);
  context.input("x").fill(0);
  assert.notDeepEqual(context.run().output.slice(), y);
});

test("an output is bound while it has its shape", async () => {
  testBoundOutput(engine.load(await readFile(`${models}open.weft`)).context());
});

test("nothing leaks over 100,000 runs and 1,000 loads", async () => {
  const bytes = await readFile(`${models}dense.weft`);
  const once = () => {
    const model = engine.load(bytes), context = model.context();
    for (let i = 0; i < 100; i++) context.run({ x });
    model.close();
  };
  once();
  const before = engine.memoryBytes;
  for (let i = 0; i < 1000; i++) once();
  assert.equal(engine.memoryBytes, before);
});

test("mistakes on the engine are errors of JavaScript", async () => {
  const model = engine.load(await readFile(`${models}dense.weft`)), context = model.context();
  assert.throws(() => context.input("y"), /no input `y`; there are: x/);
  assert.throws(() => engine.load(new Uint8Array(10), "ten.weft"), { code: "IO", message: /^ten\.weft: / });
  model.close();
  assert.throws(() => context.run(), { code: "INVALID_STATE" });
  assert.throws(() => model.context(), { code: "INVALID_STATE" });
});
