// Trains a small convolutional network on handwritten digits, saves it, loads the file and counts.
//
//     gunzip -kc ../../examples/digits/data/digits.csv.gz > digits.csv
//     node examples/train_digits.js digits.csv 12 0.97
//
// A line of digits.csv has 64 counts of ink from 0 to 16 and the digit. Every fifth line is held out:
// prints the accuracy on those, and fails if it is below the last argument.
import { readFileSync } from "node:fs";
import { grad, load, nn, ops, record, seed, tensor, trace, Writer, zeros } from "../lib/index.js";

const [path = "digits.csv", epochs = "12", wanted = "0.97"] = process.argv.slice(2);
const BATCH = 64;
const rows = readFileSync(path, "utf8").trim().split("\n").map((line) => line.split(",").map(Number));
const part = (kept) => {
  const chosen = rows.filter((_, line) => (line % 5 === 4) === kept);
  return {
    images: Float32Array.from(chosen.flatMap((row) => row.slice(0, 64).map((ink) => ink / 16))),
    labels: BigInt64Array.from(chosen.map((row) => BigInt(row[64]))),
  };
};
const train = part(false), heldOut = part(true);

seed(0);
const relu = ops.relu;
const net = new nn.Sequential({
  conv1: new nn.Conv2d(16, 1, 3, { pad: 1, activation: relu }),
  conv2: new nn.Conv2d(32, 16, 3, { pad: 1, activation: relu }),
  pool: new nn.Lambda((x) => ops.pooling(x, { kernel: [2, 2], stride: [2, 2] })),
  dense1: new nn.Dense(64, 32 * 16, { activation: relu }),
  dense2: new nn.Dense(10, 64),
});
const weights = Object.values(net.weights);
const adam = new nn.Adam(net.weights, { learningRate: 0.002 });

// A step is one planned graph from images and labels to the slopes.
const slopes = trace(
  (x, y) => {
    const loss = record(() => ops.softmaxCrossEntropy(net.call(x), y).mean());
    return grad(loss, weights);
  },
  zeros([BATCH, 1, 8, 8]),
  zeros([BATCH], "int64"),
);
const images = tensor(train.images, { shape: [train.labels.length, 1, 8, 8] });
const labels = tensor(train.labels);
for (let epoch = 0; epoch < Number(epochs); epoch++) {
  const order = ops.permutation(train.labels.length);
  for (let start = 0; start + BATCH <= train.labels.length; start += BATCH) {
    const chosen = order.slice(start, start + BATCH);
    adam.step(slopes.call(ops.take(images, chosen, { axis: 0 }), ops.take(labels, chosen, { axis: 0 })));
  }
}

const count = heldOut.labels.length;
const forward = trace((x) => net.call(x), zeros([count, 1, 8, 8]));
new Writer().add("forward", forward, ["images"], ["scores"], net.weights).save("digits.weft");

const { scores } = (await load("digits.weft")).run({ images: heldOut.images });
const best = (row) => row.indexOf(Math.max(...row));
const right = Array.from(heldOut.labels).filter((label, i) => best(scores.subarray(10 * i, 10 * i + 10)) === Number(label));
const accuracy = right.length / count;
console.log(accuracy.toFixed(4));
process.exitCode = accuracy >= Number(wanted) ? 0 : 1;
