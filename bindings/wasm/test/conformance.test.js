// The cases of bindings/conformance that load and run models, on the engine and through a worker; then what
// cases cannot say: memory, mistakes, sources of files.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { arrayOf } from "../lib/arrays.js";
import { Engine } from "../lib/engine.js";
import { WeftError, load } from "../lib/index.js";

const folder = fileURLToPath(new URL("../../conformance/", import.meta.url));
const models = `${folder}models/`;
const STATUS = [
  "OK", "INVALID_VALUE", "OUT_OF_MEMORY", "UNSUPPORTED", "NOT_FOUND", "INTERNAL", "INVALID_TYPE",
  "INDEX_OUT_OF_RANGE", "OVERFLOW", "IO", "INVALID_STATE", "INTERRUPTED", "CHECK_FAILED",
  "NO_FACTORIZATION", "DISCONNECTED",
];

const numbers = (word) => (word === "-" ? [] : word.split(",").map(Number));
const text = (word) => (word === "-" ? "" : decodeURIComponent(word));
const typed = (dtype, hex) => new (arrayOf(dtype))(new Uint8Array(hex === "-" ? [] : Buffer.from(hex, "hex")).buffer);

/** The cases of a kind, as {name, lines}. */
function cases(kind) {
  const found = [];
  for (const line of readFileSync(`${folder}cases.txt`, "utf8").trimEnd().split("\n")) {
    const words = line.split(" ");
    if (words[0] === "case") found.push({ kind: words[1], name: words[2], lines: [] });
    else if (words[0] !== "end" && !line.startsWith("#")) found.at(-1).lines.push(words);
  }
  return found.filter((one) => one.kind === kind);
}

/** Compares elements with `DTYPE SHAPE TOLERANCE HEX`. */
function expect(what, found, port, [dtype, shape, tolerance, hex]) {
  assert.equal(port.dtype, dtype, what);
  assert.deepEqual(port.shape, numbers(shape), what);
  const wanted = typed(dtype, hex), t = Number(tolerance);
  assert.equal(found.constructor, wanted.constructor, what);
  assert.equal(found.length, wanted.length, what);
  if (t === 0) return assert.deepEqual(found, wanted, what);
  found.forEach((x, i) => assert.ok(Math.abs(x - wanted[i]) <= t + t * Math.abs(wanted[i]), `${what}: ${x} is not ${wanted[i]}`));
}

/** Runs a case on an engine of this thread. */
async function onEngine(engine, one) {
  let context;
  for (const [word, ...rest] of one.lines) {
    const index = Number(rest[0]);
    if (word === "model") context = engine.load(await readFile(models + rest[0]), rest[0]).context(rest[1]);
    else if (word === "shape") context.setInputShape(index, numbers(rest[1]));
    else if (word === "input") context.setInput(index, typed(rest[1], rest[3]));
    else if (word === "run") context.run();
    else if (word === "reset") context.reset();
    else if (word === "output" || word === "state") expect(one.name, context[word](index), context[`${word}s`][index], rest.slice(1));
  }
}

/** Runs a case through a worker. */
async function onWorker(one) {
  let model, context, outputs, inputs = {}, shapes = {};
  try {
    for (const [word, ...rest] of one.lines) {
      const index = Number(rest[0]);
      if (word === "model") {
        model = await load(pathToFileURL(models + rest[0]));
        context = await model.context(rest[1]);
      } else if (word === "shape") shapes[index] = numbers(rest[1]);
      else if (word === "input") inputs[index] = { data: typed(rest[1], rest[3]), shape: shapes[index] };
      else if (word === "run") [outputs, inputs, shapes] = [Object.values(await context.run(inputs)), {}, {}];
      else if (word === "reset") await context.reset();
      else if (word === "output") expect(one.name, outputs[index], (await context.ports()).outputs[index], rest.slice(1));
      else if (word === "state") expect(one.name, await context.state(index), (await context.ports()).states[index], rest.slice(1));
    }
    for (const [index, shape] of Object.entries(shapes)) await context.run({ [index]: { data: new Float32Array(0), shape } });
    if (Object.keys(inputs).length) await context.run(inputs);
  } finally {
    model?.dispose();
  }
}

/** Asks that an error has the status and the words of a case. */
function isRefusal(one) {
  const lines = (word) => one.lines.filter(([first]) => first === word).map((line) => line[1]);
  return (error) => {
    const own = error instanceof TypeError || !(error instanceof WeftError); // found out before the library
    assert.ok(own || error.code === STATUS[lines("status")[0]], `${error.code}: ${error}`);
    const said = own ? error.message.toLowerCase() : error.message; // a typed array's name: Int32Array
    for (const word of lines("says")) assert.ok(said.includes(text(word)), error.message);
    return true;
  };
}

const engine = await Engine.start();

test("models on the engine", async () => {
  const all = cases("model");
  assert.ok(all.length >= 3);
  for (const one of all) await onEngine(engine, one);
});

test("models through a worker", async () => {
  for (const one of cases("model")) await onWorker(one);
});

test("refusals on the engine", async () => {
  const all = cases("refusal");
  assert.ok(all.length >= 7);
  for (const one of all) await assert.rejects(onEngine(engine, one), isRefusal(one), one.name);
});

test("refusals through a worker", async () => {
  for (const one of cases("refusal")) await assert.rejects(onWorker(one), isRefusal(one), one.name);
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
