// The cases of bindings/conformance that load and run models, on the engine and through a worker, on one thread
// (threads.test.js has more); then what cases cannot say: memory, mistakes, sources of files.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { Engine } from "../lib/engine.js";
import { load } from "../lib/index.js";
import { cases, isRefusal, models, onEngine, onWorker } from "./cases.js";

const engine = await Engine.start();

test("models on the engine", async () => {
  const all = cases("model");
  assert.ok(all.length >= 3);
  for (const one of all) await onEngine(engine, one);
});

test("models through a worker", async () => {
  for (const one of cases("model")) await onWorker(one, { threads: 1 });
});

test("refusals on the engine", async () => {
  const all = cases("refusal");
  assert.ok(all.length >= 7);
  for (const one of all) await assert.rejects(onEngine(engine, one), isRefusal(one), one.name);
});

test("refusals through a worker", async () => {
  for (const one of cases("refusal")) await assert.rejects(onWorker(one, { threads: 1 }), isRefusal(one), one.name);
  const misshapen = cases("misshapen");
  assert.ok(misshapen.length > 0);
  for (const one of misshapen) await assert.rejects(onWorker(one, { threads: 1 }), isRefusal(one), one.name);
});

test("a model comes from a URL, bytes, a Blob and a Response, on this thread too", async () => {
  const bytes = await readFile(`${models}dense.weft`), x = Float32Array.of(-2, -1, 0, 1, 2, 3);
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/dense.weft" ? 200 : 404, { "content-type": "application/octet-stream" });
    response.end(request.url === "/dense.weft" ? bytes : "");
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const base = `http://127.0.0.1:${server.address().port}`;
  const sources = [`${base}/dense.weft`, new Uint8Array(bytes), new Uint8Array(bytes).buffer, new Blob([bytes]), new Response(bytes)];
  const found = [];
  for (const worker of [true, false])
    for (const source of sources) {
      const model = await load(source instanceof Response ? source.clone() : source, { worker });
      found.push(Object.values(await model.run({ 0: x }))[0]);
      model.dispose();
    }
  for (const output of found) assert.deepEqual(output, Float32Array.of(-10, 13, -30, -15));
  await assert.rejects(load(`${base}/other.weft`), /answers with status 404/);
  server.close();
});

test("memory moves to the worker where that is asked for", async () => {
  const bytes = new Uint8Array(await readFile(`${models}dense.weft`)).buffer;
  const model = await load(bytes, { transfer: true });
  assert.equal(bytes.byteLength, 0);
  const x = Float32Array.of(-2, -1, 0, 1, 2, 3);
  const [output] = Object.values(await model.run({ x }, { transfer: true }));
  assert.equal(x.length, 0);
  assert.deepEqual(output, Float32Array.of(-10, 13, -30, -15));
  model.dispose();
});

test("views share memory with a context", async () => {
  const context = engine.load(await readFile(`${models}dense.weft`)).context();
  context.input("x").set([-2, -1, 0, 1, 2, 3]);
  assert.deepEqual(context.run().outputView().slice(), Float32Array.of(-10, 13, -30, -15));
  context.input("x").fill(0);
  assert.notDeepEqual(context.run().output(), Float32Array.of(-10, 13, -30, -15));
});

test("nothing leaks over 100,000 runs and 1,000 loads", async () => {
  const bytes = await readFile(`${models}dense.weft`), x = new Float32Array(6);
  const once = () => {
    const model = engine.load(bytes), context = model.context();
    for (let i = 0; i < 100; i++) context.setInput(0, x).run().output();
    model.dispose();
  };
  once();
  const before = engine.memoryBytes;
  for (let i = 0; i < 1000; i++) once();
  assert.equal(engine.memoryBytes, before);
});

test("mistakes are errors of JavaScript", async () => {
  const model = engine.load(await readFile(`${models}dense.weft`)), context = model.context();
  assert.throws(() => context.setInput("y", new Float32Array(6)), /no input `y`; there are: x/);
  assert.throws(() => context.setInput("x", [1, 2]), /`x` is float32, a Float32Array; got a Array/);
  assert.throws(() => engine.load(new Uint8Array(10), "ten.weft"), { code: "IO", message: /^ten\.weft: / });
  model.dispose();
  assert.throws(() => context.run(), { code: "INVALID_STATE" });
  assert.throws(() => model.context(), { code: "INVALID_STATE" });
  await assert.rejects(load(5), /`source` must be a URL, an ArrayBuffer/);
  const remote = await load(pathToFileURL(`${models}dense.weft`));
  await assert.rejects(remote.run({ x: [1] }), /input `x` must be a typed array or \{data, shape\}; got object/);
  remote.dispose();
  await assert.rejects(remote.run({}), { code: "INVALID_STATE" });
});

test("contexts that share states see each other's", async () => {
  const model = engine.load(await readFile(`${models}counter.weft`));
  const first = model.context(), second = model.context("forward", { sharing: first });
  first.setInput(0, Float32Array.of(1, 3)).run();
  second.setInput(0, Float32Array.of(1, 3)).run();
  assert.deepEqual(second.output(0), Float32Array.of(4, 12));
  assert.deepEqual(first.state(0), second.state(0));
  first.setState(0, Float32Array.of(0, 0));
  assert.deepEqual(second.run().output(0), Float32Array.of(2, 6));
});
