// Runs networks on a module whose functions mark that they were called (split.py), and writes the marks.
//
//     node profile.mjs MODULE FUNCTIONS MARKS NETWORK.weft …
import { readFileSync, writeFileSync } from "node:fs";
import { Engine } from "./lib/engine.js";
import { start } from "./lib/module.js";

const [wasm, functions, marks, ...networks] = process.argv.slice(2);
const started = await start({ module: readFileSync(wasm) }, undefined, 2);
const engine = new Engine(started);
engine.version; // and what else a page may ask for before it runs anything
const ones = (dtype) => (dtype.includes("64") && dtype.includes("int") ? 1n : 1);

const BATCHES = [1, 2, 3, 4, 5, 7, 8, 16]; // kernels take rows in such numbers

function run(context, batch) {
  context.inputs.forEach(({ dtype, shape }, i) => {
    if (shape.includes(-1)) context.setInputShape(i, shape.map((extent) => (extent < 0 ? batch : extent)));
    context.input(i).fill(ones(dtype));
  });
  context.run();
}

function use(context) {
  const isOpen = context.inputs.some(({ shape }) => shape.includes(-1));
  for (const batch of isOpen ? BATCHES : [1, 1]) run(context, batch);
  context.states.forEach(({ name }) => context.setState(name, context.state(name)));
  return context.reset();
}

for (const path of networks) {
  const model = engine.load(readFileSync(path), path);
  model.metadata("author");
  for (const entry of model.entries) {
    const first = use(model.context(entry));
    use(model.context(entry, { sharing: first })).close();
    use(model.context(entry)).close();
    first.close();
  }
  model.close();
}
writeFileSync(marks, new Uint8Array(started.memory.buffer, 0, Number(functions)).slice());
engine.close();
