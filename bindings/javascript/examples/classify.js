// Classifies an image by a .weft file: `node examples/classify.js digits.weft < 64 numbers`.
import { readFileSync } from "node:fs";
import { load } from "../lib/index.js";

const ink = readFileSync(0, "utf8").split(/[\s,]+/).filter(Boolean).slice(0, 64).map(Number);
const context = (await load(process.argv[2])).context();
// The file was made for a batch; the image is its first row.
context.input(0).set(ink.map((count) => count / 16));
const [scores] = Object.values(context.run()).map((rows) => rows.subarray(0, 10));
console.log(scores.indexOf(Math.max(...scores)));
