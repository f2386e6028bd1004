// All cases of bindings/conformance, then what cases cannot say: workers, leaks, misuse.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import * as weft from "../lib/index.js";

const folder = fileURLToPath(new URL("../../conformance/", import.meta.url));
const STATUS = [
  "OK", "INVALID_VALUE", "OUT_OF_MEMORY", "UNSUPPORTED", "NOT_FOUND", "INTERNAL", "INVALID_TYPE",
  "INDEX_OUT_OF_RANGE", "OVERFLOW", "IO", "INVALID_STATE", "INTERRUPTED", "CHECK_FAILED",
  "NO_FACTORIZATION", "DISCONNECTED",
];

const numbers = (word) => (word === "-" ? [] : word.split(",").map(Number));
const text = (word) => (word === "-" ? "" : decodeURIComponent(word));
const bytes = (word) => new Uint8Array(word === "-" ? [] : Buffer.from(word, "hex"));
const array = ([dtype, shape, hex]) => weft.fromBytes(dtype, numbers(shape), bytes(hex));

/** The elements as numbers, for tolerances. */
function reals(x) {
  if (!x.dtype.startsWith("complex")) return Array.from(x.astype("float64").data());
  return Array.from(x.data());
}

/** Compares an array with `DTYPE SHAPE TOLERANCE HEX`. */
function expect(what, found, [dtype, shape, tolerance, hex]) {
  assert.equal(found.dtype, dtype, what);
  assert.deepEqual(found.shape, numbers(shape), what);
  const data = found.data();
  if (tolerance === "0") {
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return assert.deepEqual(raw, bytes(hex), what);
  }
  const t = Number(tolerance);
  const wanted = reals(array([dtype, shape, hex]));
  reals(found).forEach((x, i) => {
    const y = wanted[i];
    assert.ok(Object.is(x, y) || x === y || Math.abs(x - y) <= t + t * Math.abs(y), `${what}: ${x} is not ${y}`);
  });
}

function attribute([kind, value]) {
  switch (kind) {
    case "int": return BigInt(value);
    case "float": return Number(value);
    case "bool": return value === "1";
    case "ints": return numbers(value);
    case "none": return null;
    default: return text(value); // string, dtype
  }
}

function cases() {
  const out = [];
  for (const line of readFileSync(`${folder}cases.txt`, "utf8").trimEnd().split("\n")) {
    const words = line.split(" ");
    if (words[0] === "case") out.push({ kind: words[1], name: words[2], lines: [] });
    else if (words[0] !== "end" && !line.startsWith("#")) out.at(-1).lines.push(words);
  }
  return out;
}

const lines = (one, word) => one.lines.filter(([first]) => first === word).map((line) => line.slice(1));

function callOf(one) {
  const inputs = [], attributes = {}, leaves = [];
  let list;
  for (const [word, ...rest] of one.lines) {
    if (word === "list") inputs.push((list = []));
    else if (word === "absent") inputs.push(undefined);
    else if (word === "attribute") attributes[rest[0]] = attribute(rest.slice(1));
    else if (word === "array" || word === "leaf") {
      const x = array(rest);
      if (word === "leaf") leaves.push(x.attachGrad());
      (list ?? inputs).push(x);
    }
  }
  const run = () => weft.call(lines(one, "call")[0][0], inputs, attributes);
  return { results: one.kind === "gradient" ? weft.record(run) : run(), leaves };
}

function runModel(one) {
  let context;
  for (const [word, ...rest] of one.lines) {
    const index = Number(rest[0]);
    if (word === "model") context = weft.Model.load(`${folder}models/${rest[0]}`).context(rest[1]);
    else if (word === "shape") context.setInputShape(index, numbers(rest[1]));
    else if (word === "input") context.setInput(index, array(rest.slice(1)));
    else if (word === "flat") context.setInput(index, array(rest.slice(1)).data());
    else if (word === "run") context.run();
    else if (word === "reset") context.reset();
    else if (word === "output" || word === "state") {
      const { dtype, shape } = context[`${word}s`][index];
      expect(one.name, weft.fromBytes(dtype, shape, context[word](index)), rest.slice(1));
    }
  }
}

function refused(one, run) {
  const [[status]] = lines(one, "status");
  assert.throws(run, (error) => {
    // What JavaScript finds out itself is its own TypeError, with the same contents.
    const own = error instanceof TypeError;
    assert.ok(own || error.code === STATUS[status], `${error.code}: ${error}`);
    const said = own ? error.message.toLowerCase() : error.message; // a typed array's name: Int32Array
    lines(one, "says").forEach(([word]) => assert.ok(said.includes(text(word)), error.message));
    return true;
  });
}

test("all cases", (t) => {
  // Models are not loaded from memory here.
  const all = cases().filter((one) => one.kind !== "memory"), failed = [];
  t.diagnostic(`${cases().length - all.length} cases of memory are not run`);
  assert.ok(all.length > 500);
  for (const one of all) {
    try {
      if (one.kind === "model" || one.kind === "shaped") runModel(one);
      else if (one.kind === "refusal" || one.kind === "misshapen") refused(one, () => runModel(one));
      else if (one.kind === "failure") refused(one, () => callOf(one));
      else {
        const { results, leaves } = callOf(one);
        lines(one, "result").forEach((words, i) => expect(one.name, results[i], words));
        if (one.kind === "gradient") results[0].backward();
        lines(one, "gradient").forEach((words, i) => expect(one.name, leaves[i].grad, words));
      }
    } catch (error) {
      failed.push(`${one.name}: ${error.message}`);
    }
  }
  assert.deepEqual(failed, []);
});

test("workers have their own engine's arrays and the same results", async () => {
  const code = `import("${new URL("../lib/index.js", import.meta.url)}").then(async (weft) => {
    const context = weft.Model.load("${folder}models/dense.weft").context();
    for (let i = 0; i < 100; i++) context.setInput(0, Float32Array.of(0, 1, 2, 3, 4, 5)).run();
    (await import("node:worker_threads")).parentPort.postMessage(context.output(0));
  })`;
  const one = () => new Promise((resolve, reject) => {
    new Worker(code, { eval: true }).on("message", resolve).on("error", reject);
  });
  const [a, b, c] = await Promise.all([one(), one(), one()]);
  assert.deepEqual(a, b);
  assert.deepEqual(a, c);
});

test("runs on other threads", async () => {
  const model = weft.Model.load(`${folder}models/dense.weft`);
  const contexts = [1, 2, 3, 4].map((i) => model.context().setInput(0, new Float32Array(6).fill(i)));
  const running = contexts.map((context) => context.runAsync());
  assert.throws(() => contexts[0].run(), { code: "INVALID_STATE" });
  await Promise.all(running);
  const alone = model.context().setInput("x", new Float32Array(6).fill(3)).run();
  assert.deepEqual(contexts[2].output(0), alone.output(0));
});

test("typed arrays share memory with a context", () => {
  const context = weft.Model.load(`${folder}models/dense.weft`).context();
  const input = context.input(0), output = context.bindOutput(0);
  input.set([1, 2, 3, 4, 5, 6]);
  context.run();
  const first = Array.from(output);
  input.fill(0);
  context.run();
  assert.notDeepEqual(Array.from(output), first);
  context.dispose();
  input.fill(1); // the memory lives as long as its array
  assert.throws(() => context.run(), { code: "INVALID_STATE" });
});

test("nothing leaks", () => {
  const x = weft.tensor([1, 2, 3, 4]);
  const step = () => {
    const y = x.add(x), z = y.mul(2);
    y.dispose();
    z.dispose();
  };
  step();
  const once = weft.liveBytes();
  for (let i = 0; i < 100_000; i++) step();
  assert.equal(weft.liveBytes(), once);
});

test("mistakes are errors of JavaScript", () => {
  assert.throws(() => new weft.nn.Dense(10), /needs the number of its inputs/);
  const x = weft.tensor([1, 2]);
  assert.throws(() => weft.ops.add(x, {}), /add: `x2` must be a Tensor or a number/);
  assert.throws(() => weft.ops.softmax(x, { axs: 0 }), /no option `axs`; there are: axis/);
  assert.throws(() => weft.tensor([[1, 2], [3]]), /different lengths/);
  assert.throws(() => weft.tensor([1], { dtype: "flot32" }), /no dtype `flot32`/);
  assert.throws(() => Object.create(weft.Tensor.prototype).dtype, /expected a Tensor/);
  x.dispose();
  assert.throws(() => x.add(1), { code: "INVALID_STATE" });
  const context = weft.Model.load(`${folder}models/dense.weft`).context();
  assert.throws(() => context.setInput("y", new Float32Array(6)), /no input `y`; there are: x/);
});
