// Engines with several threads: the cases of conformance, the same bits as on one thread, what is refused, where
// there is one thread after all, and that nothing of them stays behind.
//
// WEFT_NETS names a folder with networks that are large enough to be shared (tests/bindings/test_wasm.py writes
// it): for each name.weft the input name.x, and name.y, which the native library gives, as float32.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { Engine } from "../lib/engine.js";
import { load } from "../lib/index.js";
import { instantiate, start } from "../lib/module.js";
import { bytesOf, hasFile, models, runCases } from "../../javascript/test/models.js";

const THREADS = 3;
const nets = process.env.WEFT_NETS;
const floats = (path) => new Float32Array(new Uint8Array(readFileSync(path)).buffer);
const bits = (output) => new Uint32Array(output.buffer, output.byteOffset, output.length);
const library = new URL("../lib/", import.meta.url);

const x = Float32Array.of(-2, -1, 0, 1, 2, 3), y = Float32Array.of(-10, 13, -30, -15); // of dense.weft
const dense = readFileSync(`${models}dense.weft`);

test("cases on an engine with threads", async () => {
  const engine = await Engine.start({ threads: THREADS });
  assert.equal(engine.threads, THREADS);
  await runCases((source) => engine.load(bytesOf(source), source.href), hasFile);
  engine.close();
  assert.throws(() => engine.load(dense), { code: "INVALID_STATE", message: /it was closed/ });
});

test("cases through a worker with threads", () => runCases((url) => load(url, { threads: THREADS })));

/** What a network gives on an engine, three times. */
function outputs(engine, name) {
  const context = engine.load(readFileSync(`${nets}/${name}.weft`)).context();
  const inputs = { 0: floats(`${nets}/${name}.x`) };
  return [0, 1, 2].map(() => Object.values(context.run(inputs))[0]);
}

test("any number of threads gives the bits of one", { skip: nets === undefined }, async () => {
  const names = readdirSync(nets).filter((name) => name.endsWith(".weft")).map((name) => name.slice(0, -5));
  assert.ok(names.length >= 2);
  for (const kind of ["", "-fused"]) {
    const engines = [];
    const open = async (module, threads) => engines.push(await Engine.start({ module: new URL(module, library), threads }));
    try {
      await open(`weft${kind}.wasm`, 1);
      for (const threads of [1, 2, 3, 5]) await open(`weft-threads${kind}.wasm`, threads);
    } catch (error) {
      if (kind && error instanceof WebAssembly.CompileError) continue; // it has no relaxed SIMD
      throw error;
    }
    assert.deepEqual(engines.map(({ threads }) => threads), [1, 1, 2, 3, 5]);
    for (const name of names) {
      const [alone, ...others] = engines.map((engine) => outputs(engine, name));
      const wanted = floats(`${nets}/${name}.y`), most = Math.max(...wanted.map(Math.abs));
      assert.ok(alone[0].every((value, i) => Math.abs(value - wanted[i]) <= 1e-4 * most), name);
      for (const found of others)
        for (const output of found) assert.deepEqual(bits(output), bits(alone[0]), name);
    }
    for (const engine of engines) engine.close();
  }
});

test("threads that have ended, or never come, delay nobody", { skip: nets === undefined }, async () => {
  const [name] = readdirSync(nets).filter((file) => file.endsWith(".weft")).map((file) => file.slice(0, -5));
  const alone = outputs(await Engine.start(), name)[0];
  const started = await start(undefined, undefined, THREADS);
  started.threads.close();
  started.exports.weft_set_num_threads(THREADS);
  assert.deepEqual(bits(outputs(new Engine(started), name)[0]), bits(alone));
});

test("instances over one memory see one set of variables", async () => {
  const { module, rest, memory, exports, threads } = await start(undefined, undefined, 2);
  const second = (await instantiate({ module, rest }, memory, assert.fail)).exports;
  exports.weft_set_num_threads(7);
  assert.equal(second.weft_num_threads(), 7);
  threads.close();
});

test("load says how many threads there are", async () => {
  for (const [options, wanted] of [[{ threads: 1 }, 1], [{ threads: 2 }, 2], [{ threads: 2, worker: false }, 2]]) {
    const model = await load(dense, options);
    assert.equal(model.threads, wanted);
    assert.deepEqual(Object.values(await model.run({ x }))[0], y);
    model.close();
  }
  const model = await load(dense);
  assert.ok(model.threads >= 1 && model.threads <= 4);
  model.close();
});

test("a wrong number of threads is refused", async () => {
  for (const threads of [0, -1, 1.5, NaN, 65]) {
    const wanted = { name: "RangeError", message: `load: \`threads\` must be a whole number from 1 to 64; got ${threads}` };
    await assert.rejects(load(dense, { threads }), wanted);
    await assert.rejects(Engine.start({ threads }), { name: "RangeError", message: /^Engine.start: `threads` must be/ });
  }
  for (const [threads, said] of [["2", "a string"], [null, "null"], [2n, "a bigint"]])
    await assert.rejects(load(dense, { threads }), { name: "TypeError", message: new RegExp(`got ${said}$`) });
});

test("where memory cannot be shared there is one thread", async () => {
  const module = new URL("weft-threads.wasm", library);
  globalThis.crossOriginIsolated = false; // as in a page without the headers
  try {
    const model = await load(dense, { threads: 4, worker: false });
    assert.equal(model.threads, 1);
    assert.deepEqual(Object.values(await model.run({ x }))[0], y);
    await assert.rejects(load(dense, { module, worker: false }), /need a page that is cross-origin isolated/);
  } finally {
    delete globalThis.crossOriginIsolated;
  }
  const model = await load(dense, { module: new URL("weft.wasm", library), threads: 2 }); // it has none
  assert.equal(model.threads, 1);
  model.close();
});

/** Waits until something holds; a test that never comes to it ends by its time. */
async function until(holds) {
  while (!holds()) await new Promise((next) => setImmediate(next));
}

test("workers end with their model", { skip: !existsSync("/proc/self/task"), timeout: 120_000 }, async () => {
  const count = () => readdirSync("/proc/self/task").length;
  const once = async (worker) => {
    const model = await load(dense, { threads: THREADS, worker });
    assert.equal(model.threads, THREADS);
    await model.run({ x });
    model.close();
  };
  await once(true);
  await once(false);
  const before = count();
  for (let i = 0; i < 20; i++) await once(i % 2 === 0);
  await until(() => count() <= before);
});

test("idle threads keep no program alive", async () => {
  for (const worker of [true, false]) {
    const program = `
      import { load } from ${JSON.stringify(new URL("index.js", library).href)};
      const model = await load(${JSON.stringify(pathToFileURL(`${models}dense.weft`).href)}, { threads: 3, worker: ${worker} });
      const output = await model.run({ x: new Float32Array(6) });
      console.log(model.threads, Object.values(output)[0].length);`;
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath, ["--input-type=module", "-e", program], { timeout: 60_000 },
    );
    assert.equal(stdout, "3 4\n", stderr);
  }
});
