// All cases of bindings/conformance, then what cases cannot say: workers, leaks, misuse.
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import * as weft from "../lib/index.js";
import { own, shared } from "./misuse.js";
import { bytes, cases, isRefusal, models, numbers, testBoundOutput, testModels, text } from "./models.js";

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

testModels(weft);

for (const { name } of cases("misuse"))
  test(`misuse: ${name}`, async () => {
    assert.ok(own[name] ?? shared[name], `there is no test of ${name}`);
    await shared[name]?.(weft);
    await own[name]?.(weft);
  });

test("the cases of operators", () => {
  const all = cases("operator", "gradient", "failure"), failed = [];
  assert.ok(all.length > 500);
  for (const one of all) {
    try {
      if (one.kind === "failure") assert.throws(() => callOf(one), isRefusal(one));
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
    const model = await weft.load("${models}dense.weft");
    for (let i = 0; i < 100; i++) model.run({ x: Float32Array.of(0, 1, 2, 3, 4, 5) });
    (await import("node:worker_threads")).parentPort.postMessage(model.run({ x: Float32Array.of(0, 1, 2, 3, 4, 5) }).output);
  })`;
  const one = () => new Promise((resolve, reject) => {
    new Worker(code, { eval: true }).on("message", resolve).on("error", reject);
  });
  const [a, b, c] = await Promise.all([one(), one(), one()]);
  assert.deepEqual(a, b);
  assert.deepEqual(a, c);
});

test("runs on other threads", async () => {
  const model = await weft.load(`${models}dense.weft`);
  const filled = (i) => ({ x: new Float32Array(6).fill(i) });
  const contexts = [1, 2, 3, 4].map(() => model.context());
  const running = contexts.map((context, i) => context.runAsync(filled(i)));
  assert.throws(() => contexts[0].run(), { name: "WeftError", code: "INVALID_STATE" });
  assert.throws(() => contexts[0].close(), { code: "INVALID_STATE" });
  const found = await Promise.all(running);
  assert.deepEqual(found, [0, 1, 2, 3].map((i) => model.run(filled(i))));
  contexts[0].close();
  await assert.rejects(contexts[0].runAsync(), { code: "INVALID_STATE" });
});

test("typed arrays share memory with a context", async () => {
  const context = (await weft.load(`${models}dense.weft`)).context();
  const input = context.input(0), output = context.bindOutput(0);
  input.set([1, 2, 3, 4, 5, 6]);
  assert.equal(context.run().output, output);
  const first = Array.from(output);
  input.fill(0);
  context.run();
  assert.notDeepEqual(Array.from(output), first);
  assert.throws(() => structuredClone(input, { transfer: [input.buffer] })); // nobody takes it away
  context.close();
  input.fill(1); // the memory lives as long as its array
  assert.throws(() => context.run(), { code: "INVALID_STATE" });
});

test("an output is bound while it has its shape", async () => {
  testBoundOutput((await weft.load(`${models}open.weft`)).context());
});

test("inputs take Tensors, which set open dimensions", async () => {
  const model = await weft.load(`${models}open.weft`);
  const rows = [[1, 2, 3], [4, 5, 6]];
  const whole = model.run({ x: Float32Array.from(rows.flat()) });
  assert.deepEqual(model.run({ x: weft.tensor(rows) }), whole);
  assert.throws(() => model.run({ x: weft.tensor(rows, { dtype: "int32" }) }), /`x` is float32; got a Tensor of int32/);
});

test("weights outlive a model in memory", async () => {
  const { readFile } = await import("node:fs/promises");
  const mapped = await weft.load(`${models}dense.weft`), held = await weft.load(await readFile(`${models}dense.weft`));
  const values = (weights) => Object.fromEntries(Object.entries(weights).map(([name, array]) => [name, array.toArray()]));
  const { weights } = held;
  held.close();
  assert.ok(Object.keys(weights).length > 0);
  assert.deepEqual(values(weights), values(mapped.weights));
  mapped.close();
  assert.throws(() => mapped.entries, { code: "INVALID_STATE" });
});

test("a trace takes any extent that `dynamic` opens, and its file, too", async () => {
  const body = (x, y) => weft.ops.concatenate([x.mul(2), y], { axis: 0 }).sum({ axis: 1 }).div(x.shape[0]);
  const rows = (n, of) => weft.tensor(Array.from({ length: 3 * n }, (_, i) => of + i), { shape: [n, 3], dtype: "float32" });
  const dynamic = { 0: { 0: "n" }, 1: { "-2": { name: "m", max: 40 } } };
  const traced = weft.trace(body, rows(2, 0), rows(3, 1), { dynamic });
  const path = join(mkdtempSync(join(tmpdir(), "weft-")), "open.weft");
  new weft.Writer().add("forward", traced, ["x", "y"], ["sums"]).save(path);
  const model = await weft.load(path);
  assert.deepEqual(model.context().inputs.map(({ shape }) => shape), [[-1, 3], [-1, 3]]);
  for (const [n, m] of [[1, 1], [2, 3], [7, 40], [30, 2]]) {
    const given = [rows(n, 5), rows(m, -9)], wanted = body(...given).data();
    assert.deepEqual(traced.call(...given)[0].data(), wanted);
    assert.deepEqual(model.run({ x: given[0], y: given[1].data() }).sums, wanted);
  }
  assert.throws(() => traced.call(rows(2, 0), rows(41, 0)), { name: "WeftError", message: /`m`|41/ });
});

test("wrong `dynamic` is refused", () => {
  const x = weft.zeros([2, 3]), body = (x) => x.mul(2);
  const refuses = (dynamic, message) => assert.throws(() => weft.trace(body, x, { dynamic }), { name: "TypeError", message });
  refuses({ 1: { 0: "n" } }, /must have numbers of inputs, below 1; got 1/);
  refuses({ 0: { 2: "n" } }, /axes of input 0 in \[-2, 2\); got 2/);
  refuses({ 0: { 0: { name: "n", min: 3, max: 8 } } }, /`max` of at least 7 and `min` \+ 6/);
  refuses({ 0: { 0: { name: "n", min: 0, max: 6 } } }, /`max` of at least 7/);
  refuses({ 0: { 0: "n", 1: { name: "n", max: 9 } } }, /got two for `n`/);
  assert.throws(() => weft.trace(body, x, { dynamik: {} }), /no option `dynamik`; there is: dynamic/);
  assert.throws(() => weft.trace((x) => (x.shape[0] % 2 ? x.neg() : x.mul(2)), x, { dynamic: { 0: { 0: "n" } } }), { code: "INVALID_STATE" });
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

test("calls by name have no limit", () => {
  const x = weft.tensor([1]);
  for (let i = 0; i < 10_000; i++) weft.call("negative", [x])[0].dispose();
});

test("mistakes are errors of JavaScript", () => {
  assert.throws(() => new weft.nn.Dense(10), /needs the number of its inputs/);
  const x = weft.tensor([1, 2]);
  assert.throws(() => weft.ops.add(x, {}), /add: `x2` must be a Tensor or a number/);
  assert.throws(() => weft.ops.softmax(x, { axs: 0 }), /no option `axs`; there are: axis/);
  assert.throws(() => weft.tensor([[1, 2], [3]]), /different lengths/);
  assert.throws(() => weft.tensor([1], { dtype: "flot32" }), /flot32/);
  assert.throws(() => Object.create(weft.Tensor.prototype).dtype, /expected a Tensor/);
  x.dispose();
  assert.throws(() => x.add(1), { code: "INVALID_STATE" });
  assert.throws(() => weft.seed("x"), /seed: `seed` must be a whole number/);
  assert.throws(() => weft.tensor([1, 2], { shape: [3] }), { name: "WeftError", message: /shape \[3\] needs 12 bytes; got 8/ });
});
