// What a call costs: nanoseconds of a run of a bound context, and of an addition of four numbers; the
// best of many. `cargo run --release --example overhead` of the Rust binding gives those of C.
import { load, ops, tensor } from "../lib/index.js";

const best = (call) => {
  let least = Infinity;
  for (let batch = 0; batch < 300; batch++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < 200; i++) call();
    least = Math.min(least, Number(process.hrtime.bigint() - start) / 200);
  }
  return least.toFixed(1);
};
const context = (await load(process.argv[2])).context();
context.input(0).fill(1);
context.bindOutput(0);
const x = tensor([1, 2, 3, 4]);
console.log(`run ${best(() => context.run())} ns; addition ${best(() => ops.add(x, x).dispose())} ns`);
