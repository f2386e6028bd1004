// Classifies a picture from a file or the camera: the package weft-wasm runs clothes.weft in a worker.
import { load } from "./weft/index.js";
import { ownModule } from "./weft/module.js";
import { $, bars, bytes, fail, milliseconds, winner } from "./show.js";

const SIDE = 28;
const stage = $("#stage"), seen = $("#seen");
let model, context, names, show, camera, busy = false;

/** Draws the middle square of an image or a video on the stage. */
function put(source) {
  const width = source.videoWidth ?? source.naturalWidth ?? source.width;
  const height = source.videoHeight ?? source.naturalHeight ?? source.height;
  const side = Math.min(width, height), pen = stage.getContext("2d");
  pen.imageSmoothingEnabled = side > 4 * SIDE; // a sample is shown as the points that it has
  pen.drawImage(source, (width - side) / 2, (height - side) / 2, side, side, 0, 0, stage.width, stage.height);
}

/** What the network takes: grey from 0 to 1, light on dark; also shown beside the answer. */
function pixels() {
  const pen = seen.getContext("2d", { willReadFrequently: true });
  pen.imageSmoothingQuality = "high";
  pen.drawImage(stage, 0, 0, SIDE, SIDE);
  const image = pen.getImageData(0, 0, SIDE, SIDE), { data } = image;
  const grey = new Float32Array(SIDE * SIDE);
  grey.forEach((_, i) => (grey[i] = (0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]) / 255));
  const isEdge = (_, i) => i % SIDE === 0 || i % SIDE === SIDE - 1 || i < SIDE || i >= SIDE * (SIDE - 1);
  const edge = [...grey].filter(isEdge).sort((a, b) => a - b);
  if (edge[edge.length >> 1] > 0.55) grey.forEach((value, i) => (grey[i] = 1 - value));
  // Photographs are flatter than the training images, whose ground is black.
  const sorted = [...grey].sort((a, b) => a - b), low = sorted[sorted.length >> 4], high = sorted.at(-8);
  if (high - low > 0.15) grey.forEach((value, i) => (grey[i] = Math.min(1, Math.max(0, (value - low) / (high - low)))));
  grey.forEach((value, i) => {
    const level = Math.round(255 * value);
    grey[i] = level / 255; // what is shown is what the network takes
    data.set([level, level, level, 255], 4 * i);
  });
  pen.putImageData(image, 0, 0);
  return grey;
}

/** Runs the network on what is on the stage and shows the answer. */
async function classify() {
  const images = pixels(), start = performance.now();
  const { output } = await context.run({ [context.inputs[0].name]: images });
  const whole = performance.now() - start, best = winner([...output]);
  show(output);
  $("#answer").value = names[best];
  $("#sure").textContent = output[best] > 0.8 ? "quite sure" : output[best] > 0.5 ? "perhaps" : "no idea, really";
  $("#time").textContent = milliseconds(context.milliseconds);
  $("#whole-time").textContent = milliseconds(whole);
  $("#memory").textContent = bytes(await model.memoryBytes());
  document.body.dataset.runs = 1 + Number(document.body.dataset.runs ?? 0);
}

async function showImage(source, told) {
  stopCamera();
  const image = new Image();
  image.src = source;
  await image.decode();
  put(image);
  $("#told").textContent = told;
  await classify();
}

function stopCamera() {
  camera?.getTracks().forEach((track) => track.stop());
  camera = undefined;
  $("#camera").textContent = "Use the camera";
}

/** Classifies what the camera shows, frame by frame, until it is stopped. */
async function useCamera() {
  if (camera) return stopCamera();
  camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  $("#camera").textContent = "Stop the camera";
  $("#told").textContent = "Hold a piece of clothing before a plain ground.";
  const video = document.createElement("video");
  video.muted = video.playsInline = true;
  video.srcObject = camera;
  await video.play();
  const next = async () => {
    if (!camera) return;
    if (!busy) {
      busy = true;
      put(video);
      await classify().finally(() => (busy = false));
    }
    video.requestVideoFrameCallback ? video.requestVideoFrameCallback(next) : requestAnimationFrame(next);
  };
  next();
}


try {
  const told = await (await fetch("clothes.json")).json();
  names = told.names;
  show = bars($("#bars"), names);
  const file = await fetch("clothes.weft");
  const size = Number(file.headers.get("content-length"));
  model = await load(file);
  context = await model.context();
  const engine = await fetch(ownModule().module, { method: "HEAD" });
  $("#size").textContent = `${bytes(size)} / ${bytes(Number(engine.headers.get("content-length")))}`;
  told.samples.forEach((label, i) => {
    const button = document.createElement("button");
    button.dataset.sample = i;
    button.innerHTML = `<img src="sample${i}.png" alt="">`;
    button.title = names[label];
    button.addEventListener("click", () => showImage(`sample${i}.png`, `It is: ${names[label]}.`));
    $("#samples").append(button);
  });
  await showImage("sample0.png", `It is: ${names[told.samples[0]]}. Choose another, or a picture of yours.`);
  document.body.dataset.state = "ready";
} catch (error) {
  fail($("#told"), error);
}
const guarded = (work) => (...values) => Promise.resolve(work(...values)).catch((error) => fail($("#told"), error));
$("#file").addEventListener("change", guarded(async ({ target }) => {
  const [file] = target.files;
  if (!file) return;
  const address = URL.createObjectURL(file);
  await showImage(address, file.name);
  URL.revokeObjectURL(address);
}));
$("#camera").addEventListener("click", guarded(useCamera));
