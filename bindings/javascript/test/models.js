// What both packages must do with models: the cases of bindings/conformance that load and run some, sources,
// states, mistakes. It is one program for `weft` and `weft-wasm`: it is given what it would import.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { arrayOf } from "../lib/arrays.js";

export const folder = fileURLToPath(new URL("../../conformance/", import.meta.url));
export const models = `${folder}models/`;
const STATUS = [
  "OK", "INVALID_VALUE", "OUT_OF_MEMORY", "UNSUPPORTED", "NOT_FOUND", "INTERNAL", "INVALID_TYPE",
  "INDEX_OUT_OF_RANGE", "OVERFLOW", "IO", "INVALID_STATE", "INTERRUPTED", "CHECK_FAILED",
  "NO_FACTORIZATION", "DISCONNECTED",
];

export const numbers = (word) => (word === "-" ? [] : word.split(",").map(Number));
export const text = (word) => (word === "-" ? "" : decodeURIComponent(word));
export const bytes = (word) => new Uint8Array(word === "-" ? [] : Buffer.from(word, "hex"));
const typed = (dtype, hex) => new (arrayOf(dtype))(bytes(hex).buffer);

/** The cases, as {kind, name, lines}; those of some kinds, or all. */
export function cases(...kinds) {
  const found = [];
  for (const line of readFileSync(`${folder}cases.txt`, "utf8").trimEnd().split("\n")) {
    const words = line.split(" ");
    if (words[0] === "case") found.push({ kind: words[1], name: words[2], lines: [] });
    else if (words[0] !== "end" && !line.startsWith("#")) found.at(-1).lines.push(words);
  }
  const wanted = found.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind));
  assert.ok(wanted.length >= 3, `there are few cases of ${kinds}`);
  return wanted;
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

/** Runs a case; `load` gives a model of a URL or of bytes, and what it and its context give may be promises. */
export async function runCase(load, one) {
  let model, context, outputs, inputs = {}, shapes = {};
  const run = async () => [outputs, inputs, shapes] = [Object.values(await context.run(Object.keys(inputs).length ? inputs : undefined)), {}, {}];
  try {
    for (const [word, ...rest] of one.lines) {
      const index = Number(rest[0]);
      if (word === "model") {
        const place = models + rest[0], memory = one.kind === "memory" && readFileSync(place);
        model = await load(memory || pathToFileURL(place));
        if (memory) memory.fill(0);
        context = await model.context(rest[1]);
      } else if (word === "shape") shapes[index] = numbers(rest[1]);
      else if (word === "input") inputs[index] = { data: typed(rest[1], rest[3]), shape: shapes[index] ?? numbers(rest[2]) };
      else if (word === "flat") inputs[index] = typed(rest[1], rest[3]);
      else if (word === "run") await run();
      else if (word === "reset") await context.reset();
      else if (word === "output") expect(one.name, outputs[index], context.outputs[index], rest.slice(1));
      else if (word === "state") expect(one.name, await context.state(index), context.states[index], rest.slice(1));
    }
    for (const index in shapes) inputs[index] ??= { data: new Float32Array(0), shape: shapes[index] };
    if (Object.keys(inputs).length) await run();
  } finally {
    await model?.close();
  }
}

/** Asks that an error has the status and the words of a case. */
export function isRefusal(one) {
  const lines = (word) => one.lines.filter(([first]) => first === word).map((line) => line[1]);
  return (error) => {
    const own = error instanceof TypeError; // found out before the library, with the same contents
    assert.ok(own || error.code === STATUS[lines("status")[0]], `${error.code}: ${error}`);
    const said = own ? error.message.toLowerCase() : error.message; // a typed array's name: Int32Array
    for (const word of lines("says")) assert.ok(said.includes(text(word)), error.message);
    return true;
  };
}

/** For those that load bytes alone: is there a file to read? */
export const hasFile = ({ name }) => name !== "missing";

export const bytesOf = (source) => (source instanceof URL ? readFileSync(source) : source);

/** All cases of models that are wanted. */
export async function runCases(load, isWanted = () => true) {
  const all = cases("model", "memory", "shaped", "refusal", "misshapen").filter(isWanted);
  for (const one of all)
    if (one.lines.every(([word]) => word !== "status")) await runCase(load, one);
    else await assert.rejects(runCase(load, one), isRefusal(one), one.name);
}

/** An output is written to bound memory while it has that shape; `context` is of open.weft. */
export function testBoundOutput(context) {
  const batch = (n) => ({ x: Float32Array.from({ length: 3 * n }, (_, i) => i) });
  const place = ({ buffer, byteOffset }) => [buffer, byteOffset];
  const [two, three] = [2, 3].map((n) => Array.from(context.run(batch(n)).output));
  for (let i = 0; i < 2; i++) {
    context.run(batch(2));
    const bound = place(context.bindOutput("output"));
    const { output } = context.run(batch(2));
    assert.deepEqual(place(output), bound);
    assert.deepEqual(Array.from(output), two);
    const other = context.run(batch(3)).output; // which does not fit
    assert.deepEqual(Array.from(other), three);
    assert.deepEqual(Array.from(context.run(batch(2)).output), two);
    assert.deepEqual(Array.from(other), three);
  }
}

const x = Float32Array.of(-2, -1, 0, 1, 2, 3), y = Float32Array.of(-10, 13, -30, -15); // of dense.weft

/** The tests, of a package's `load` and `WeftError`. */
export function testModels({ load, WeftError }) {
  test("the cases of models", () => runCases(load));

  test("a model comes from a path, a URL, bytes, a Blob and a Response", async () => {
    const file = await readFile(`${models}dense.weft`);
    const server = createServer((request, response) => {
      response.writeHead(request.url === "/dense.weft" ? 200 : 404, { "content-type": "application/octet-stream" });
      response.end(request.url === "/dense.weft" ? file : "");
    });
    await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
    const base = `http://127.0.0.1:${server.address().port}`, path = `${models}dense.weft`;
    const places = [path, relative(process.cwd(), path), pathToFileURL(path), pathToFileURL(path).href, `${base}/dense.weft`];
    const memory = new Uint8Array(file);
    const sources = [...places, file, memory, memory.buffer, new DataView(memory.buffer), new Blob([file]), new Response(file)];
    for (const source of sources) {
      const model = await load(source);
      assert.deepEqual(await model.run({ x }), { output: y }, `${source}`);
      await model.close();
    }
    memory.fill(0); // a model has its own bytes
    await assert.rejects(load(`${base}/other.weft`), { name: "WeftError", code: "NOT_FOUND", message: /answers with status 404/ });
    server.close();
  });

  test("bytes may change or go after they were loaded", async () => {
    const memory = new Uint8Array(await readFile(`${models}dense.weft`));
    const model = await load(memory);
    memory.fill(0);
    structuredClone(memory, { transfer: [memory.buffer] });
    assert.deepEqual(await model.run({ x }), { output: y });
    await model.close();
  });

  test("contexts say what they take and give", async () => {
    const model = await load(`${models}dense.weft`), context = await model.context();
    assert.deepEqual(model.entries, ["forward"]);
    assert.deepEqual(context.inputs, [{ name: "x", dtype: "float32", shape: [2, 3], bytes: 24 }]);
    assert.deepEqual(context.outputs, [{ name: "output", dtype: "float32", shape: [2, 2], bytes: 16 }]);
    assert.deepEqual(context.states, []);
    assert.equal(await model.metadata("nothing"), undefined);
    await model.close();
  });

  test("a run of a context without inputs has those of before", async () => {
    const model = await load(`${models}dense.weft`), context = await model.context();
    await context.run({ x });
    x.fill(7);
    assert.deepEqual(await context.run(), { output: y });
    x.set([-2, -1, 0, 1, 2, 3]);
    await model.close();
  });

  test("contexts that share states see each other's", async () => {
    const model = await load(`${models}counter.weft`);
    const first = await model.context(), second = await model.context("forward", { sharing: first });
    const [{ name }] = first.states, one = { 0: Float32Array.of(1, 3) };
    await first.run(one);
    assert.deepEqual(Object.values(await second.run(one)), [Float32Array.of(4, 12)]);
    assert.deepEqual(await first.state(0), await second.state(name));
    await first.setState(name, Float32Array.of(0, 0));
    assert.deepEqual(Object.values(await second.run()), [Float32Array.of(2, 6)]);
    await second.reset();
    assert.deepEqual(await first.state(0), await (await model.context()).state(0));
    await model.close();
  });

  test("mistakes are errors with a code, or a TypeError", async () => {
    const model = await load(`${models}dense.weft`), context = await model.context();
    const refuses = (call, wanted) => assert.rejects(async () => call(), wanted);
    await refuses(() => context.run({ y: x }), { name: "TypeError", message: /no input `y`; there are: x/ });
    await refuses(() => model.run({ x: [1, 2] }), { name: "TypeError", message: /input `x` must be a typed array or \{data, shape\}; got object/ });
    await refuses(() => model.run({ x: new Int32Array(6) }), { name: "TypeError", message: "run: `x` is float32, a Float32Array; got a Int32Array" });
    await refuses(() => model.run({ x: new Float32Array(5) }), (error) => error instanceof WeftError && error.code === "INVALID_VALUE");
    await refuses(() => model.context("backwards"), { name: "WeftError", code: "NOT_FOUND" });
    await refuses(() => context.state("h"), { name: "TypeError", message: /no state `h`; there are: none/ });
    await refuses(() => load(new Uint8Array(10)), { name: "WeftError", code: "IO" });
    await refuses(() => load(5), { name: "TypeError", message: /`source` must be a path, a URL, an ArrayBuffer/ });
    await context.close();
    await refuses(() => context.run({ x }), { name: "WeftError", code: "INVALID_STATE", message: /closed/ });
    await model.close();
    await refuses(() => model.run({ x }), { name: "WeftError", code: "INVALID_STATE", message: /closed/ });
    await context.close(); // once more is nothing
    await model.close();
  });
}
