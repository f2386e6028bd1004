// The cases of bindings/conformance that load and run models: how they are read, run and compared.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { arrayOf } from "../lib/arrays.js";
import { WeftError, load } from "../lib/index.js";

const folder = fileURLToPath(new URL("../../conformance/", import.meta.url));
export const models = `${folder}models/`;
const STATUS = [
  "OK", "INVALID_VALUE", "OUT_OF_MEMORY", "UNSUPPORTED", "NOT_FOUND", "INTERNAL", "INVALID_TYPE",
  "INDEX_OUT_OF_RANGE", "OVERFLOW", "IO", "INVALID_STATE", "INTERRUPTED", "CHECK_FAILED",
  "NO_FACTORIZATION", "DISCONNECTED",
];

const numbers = (word) => (word === "-" ? [] : word.split(",").map(Number));
const text = (word) => (word === "-" ? "" : decodeURIComponent(word));
const typed = (dtype, hex) => new (arrayOf(dtype))(new Uint8Array(hex === "-" ? [] : Buffer.from(hex, "hex")).buffer);

/** The cases of a kind, as {name, lines}. */
export function cases(kind) {
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
export async function onEngine(engine, one) {
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

/** Runs a case through a worker; `options` are those of load. */
export async function onWorker(one, options) {
  let model, context, outputs, inputs = {}, shapes = {};
  try {
    for (const [word, ...rest] of one.lines) {
      const index = Number(rest[0]);
      if (word === "model") {
        model = await load(pathToFileURL(models + rest[0]), options);
        context = await model.context(rest[1]);
      } else if (word === "shape") shapes[index] = numbers(rest[1]);
      else if (word === "input") inputs[index] = { data: typed(rest[1], rest[3]), shape: shapes[index] ?? numbers(rest[2]) };
      else if (word === "flat") inputs[index] = typed(rest[1], rest[3]);
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
export function isRefusal(one) {
  const lines = (word) => one.lines.filter(([first]) => first === word).map((line) => line[1]);
  return (error) => {
    const own = error instanceof TypeError || !(error instanceof WeftError); // found out before the library
    assert.ok(own || error.code === STATUS[lines("status")[0]], `${error.code}: ${error}`);
    const said = own ? error.message.toLowerCase() : error.message; // a typed array's name: Int32Array
    for (const word of lines("says")) assert.ok(said.includes(text(word)), error.message);
    return true;
  };
}
