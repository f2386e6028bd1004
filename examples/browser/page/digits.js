// Draw a digit, see what the network takes it for, and teach it: digits.wasm is a module that
// `weft compile --target wasm --train` made of digits.weft, weights and training step inside.
import { load } from "./digits.mjs";
import { Pad } from "./pad.js";
import { $, bars, bytes, fail, milliseconds, winner } from "./show.js";

const DIGITS = 10, CELLS = 64;
const RUNS = 20; // to take the time of: a clock of pages goes by tenths of milliseconds
const ROUNDS = 25; // over the user's drawings, each followed by a digit of others

const model = await load().catch((error) => fail($("#sure"), error));
const show = bars($("#bars"), [..."0123456789"]);
const pad = new Pad($("#pad"), read);
const own = []; // {image, label, figure}
const others = await keptDigits();
let begin = model.state; // what it knew before anything was taught

/** Digits of the training set, so that learning new ones does not push out the old. */
async function keptDigits() {
  const rows = new Uint8Array(await (await fetch("kept.bin")).arrayBuffer());
  return Array.from({ length: rows.length / (CELLS + 1) }, (_, i) => {
    const row = rows.subarray(i * (CELLS + 1), (i + 1) * (CELLS + 1));
    return { image: Float32Array.from(row.subarray(0, CELLS), (ink) => ink / 16), label: row[CELLS] };
  });
}

/** The scores of an image as shares of one. */
function shares(image) {
  const scores = model.run({ x: image }).output, most = Math.max(...scores);
  const powers = Array.from(scores, (score) => Math.exp(score - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

function paintImage(canvas, image) {
  const pen = canvas.getContext("2d"), pixels = pen.createImageData(8, 8);
  image.forEach((ink, i) => pixels.data.set([27, 27, 31, Math.round(255 * ink)], 4 * i));
  pen.putImageData(pixels, 0, 0);
}

/** Reads the pad and shows the answer. */
function read() {
  const image = pad.image();
  paintImage($("#seen"), image);
  if (pad.isEmpty) {
    $("#answer").value = "–";
    $("#sure").textContent = "Nothing is drawn yet.";
    return show(new Array(DIGITS).fill(0));
  }
  const found = shares(image), best = winner(found);
  const start = performance.now();
  for (let i = 0; i < RUNS; i++) model.run();
  const time = (performance.now() - start) / RUNS;
  $("#answer").value = best;
  $("#sure").textContent = found[best] > 0.8 ? "quite sure" : found[best] > 0.5 ? "perhaps" : "no idea, really";
  $("#time").textContent = milliseconds(time);
  show(found);
}

/** Keeps what is on the pad as an example of a digit. */
function keep(label) {
  if (pad.isEmpty) return;
  const image = pad.image(), figure = document.createElement("figure");
  figure.innerHTML = `<canvas class="seen" width="8" height="8"></canvas><span></span>`;
  paintImage(figure.firstChild, image);
  $("#own").append(figure);
  own.push({ image, label, figure });
  pad.clear();
  judge();
}

/** Marks which of the user's drawings the network gets right. */
function judge() {
  let right = 0;
  for (const { image, label, figure } of own) {
    const found = winner(shares(image));
    right += found === label;
    figure.lastChild.textContent = found === label ? `${label}` : `${label} not ${found}`;
    figure.lastChild.className = found === label ? "right" : "wrong";
  }
  $("#learn").disabled = $("#forget").disabled = own.length === 0;
  $("#learned").textContent = own.length ? `${right} of your ${own.length} drawings are read right.` : "No drawing is kept yet.";
  return right;
}

function paintCurve(losses) {
  const canvas = $("#curve"), pen = canvas.getContext("2d"), { width, height } = canvas;
  canvas.hidden = false;
  const most = Math.max(...losses), style = getComputedStyle(document.body);
  pen.clearRect(0, 0, width, height);
  pen.strokeStyle = style.getPropertyValue("--accent");
  pen.lineWidth = 4;
  pen.beginPath();
  losses.forEach((loss, i) => pen.lineTo(10 + ((width - 20) * i) / (ROUNDS - 1), 34 + (height - 44) * (1 - loss / most)));
  pen.stroke();
  pen.fillStyle = style.getPropertyValue("--faint");
  pen.font = "22px system-ui, sans-serif";
  pen.fillText(`loss on your drawings: ${losses[0].toFixed(2)} → ${losses.at(-1).toFixed(3)}`, 10, 24);
}

/** Trains on the user's drawings, one step for each and one for a digit of others. */
async function learn() {
  for (const name of ["#learn", "#forget"]) $(name).disabled = true;
  const losses = [];
  let steps = 0, time = 0;
  const step = ({ image, label }) => {
    const start = performance.now();
    const { output } = model.train({ data: image, label: Int32Array.of(label) });
    time += performance.now() - start;
    steps++;
    return output[0];
  };
  for (let round = 0; round < ROUNDS; round++) {
    let sum = 0;
    for (const example of own) {
      sum += step(example);
      step(others[steps % others.length]);
    }
    losses.push(sum / own.length);
    paintCurve(losses);
    await new Promise(requestAnimationFrame); // the page stays alive
  }
  $("#step-time").textContent = milliseconds(time / steps);
  judge();
  read();
  document.body.dataset.learned = steps;
}

function forget() {
  model.state = begin;
  own.splice(0).forEach(({ figure }) => figure.remove());
  $("#curve").hidden = true;
  judge();
  read();
}

for (let digit = 0; digit < DIGITS; digit++) {
  const key = document.createElement("button");
  key.textContent = digit;
  key.dataset.digit = digit;
  key.addEventListener("click", () => keep(digit));
  $("#keys").append(key);
}
$("#clear").addEventListener("click", () => pad.clear());
$("#undo").addEventListener("click", () => pad.undo());
$("#learn").addEventListener("click", learn);
$("#forget").addEventListener("click", forget);
$("#memory").textContent = bytes(model.runMemory("x").buffer.byteLength);
$("#size").textContent = bytes(performance.getEntriesByName(new URL("digits.wasm", location).href)[0]?.decodedBodySize ?? 0);
read();
document.body.dataset.state = "ready";
