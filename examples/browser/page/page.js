// What the page does: each network runs in a worker of its own; drawings and pictures become numbers here.
import { load, hasRelaxed } from "./weft/index.js";
import { digitOf, garmentOf, show } from "./pictures.js";

const $ = (id) => document.getElementById(id);
const percent = (share) => `${(100 * share).toFixed(0)} %`;

/** Loads a network; gives it with its classes, or nothing where the site has none. */
async function network(url, figures) {
  const begin = performance.now();
  try {
    const model = await load(url);
    const classes = (await model.metadata("classes")).split(",");
    const accuracy = Number(await model.metadata("accuracy"));
    return { model, classes, accuracy, loading: performance.now() - begin };
  } catch (error) {
    $(figures).textContent = `This network is not here: ${error.message}`;
    $(figures).classList.add("wrong");
    return undefined;
  }
}

/** Scores as shares that add up to one. */
function softmax(scores) {
  const most = Math.max(...scores), powers = Array.from(scores, (score) => Math.exp(score - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/** Shows the best answer and the best three with bars. */
function answer(place, list, classes, scores) {
  const shares = softmax(scores);
  const order = [...shares.keys()].sort((a, b) => shares[b] - shares[a]);
  $(place).textContent = classes[order[0]];
  $(list).replaceChildren(
    ...order.slice(0, 3).map((i) => {
      const item = document.createElement("li");
      const bar = Object.assign(document.createElement("span"), { className: "bar" });
      const fill = document.createElement("i");
      fill.style.width = percent(shares[i]);
      bar.append(fill);
      item.append(classes[i], bar, Object.assign(document.createElement("span"), { className: "share", textContent: percent(shares[i]) }));
      return item;
    }),
  );
}

async function figures(place, { model, accuracy, loading }, milliseconds) {
  const memory = (await model.memoryBytes()) / 2 ** 20;
  const run = milliseconds === undefined ? "" : `${milliseconds.toFixed(2)} ms a run · `;
  $(place).textContent = `${run}${memory.toFixed(1)} MiB of memory · loaded in ${loading.toFixed(0)} ms · ${(100 * accuracy).toFixed(1)} % of its test images are right`;
}

// ---- digits

async function digits() {
  const found = await network("digits.weft", "digit-figures");
  if (!found) return;
  const { model, classes } = found;
  // Both see the same weights: what the one learns the other uses.
  const training = await model.context("train");
  const context = await model.context("forward", { sharing: training });
  await figures("digit-figures", found);
  const canvas = $("drawing"), pen = canvas.getContext("2d", { willReadFrequently: true });
  let image, busy = false, again = false, taught = 0;
  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    image = undefined;
    $("digit").textContent = "?";
    $("digit-scores").replaceChildren();
    show($("digit-seen"), new Float32Array(64), true);
    $("teach").querySelector("button").disabled = true;
  };
  /** Looks at the drawing; while a run is under way, once more afterwards. */
  const look = async () => {
    again = busy;
    if (busy) return;
    busy = true;
    document.body.dataset.busy = "digits";
    do {
      again = false;
      image = digitOf(canvas);
      if (!image) break;
      show($("digit-seen"), image, true);
      const [scores] = Object.values(await context.run({ 0: image }));
      if (image) answer("digit", "digit-scores", classes, scores);
      $("teach").querySelector("button").disabled = false;
      await figures("digit-figures", found, context.milliseconds);
    } while (again);
    busy = false;
    delete document.body.dataset.busy;
  };
  let last;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    const next = place(event);
    Object.assign(pen, { lineWidth: 22, lineCap: "round", lineJoin: "round", strokeStyle: "#000" });
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...next);
    pen.stroke();
    last = next;
    look();
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => (last = undefined));
  $("clear").addEventListener("click", clear);

  $("right").replaceChildren(...classes.map((name) => new Option(name)));
  $("teach").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!image) return;
    const label = Int32Array.of($("right").selectedIndex), begin = performance.now();
    let loss;
    // Some steps on this image; more would make it forget the others.
    for (let step = 0; step < 8; step++) [[loss]] = Object.values(await training.run({ 0: image, 1: label }));
    taught += 1;
    $("learned").textContent = `Learned ${taught === 1 ? "one drawing" : `${taught} drawings`}: eight steps in ${(performance.now() - begin).toFixed(1)} ms, loss ${loss.toFixed(3)} before the last.`;
    $("forget").disabled = false;
    await look();
  });
  $("forget").addEventListener("click", async () => {
    await training.reset();
    taught = 0;
    $("learned").textContent = "";
    $("forget").disabled = true;
    await look();
  });
  clear();
  document.body.dataset.digits = "ready";
}

// ---- clothes

async function clothes() {
  const found = await network("clothes.weft", "garment-figures");
  if (!found) return;
  const { model, classes } = found;
  const context = await model.context();
  await figures("garment-figures", found);
  const canvas = $("picture"), pen = canvas.getContext("2d"), video = $("video");
  const look = async (source, width, height) => {
    const image = garmentOf(source, width, height);
    show($("garment-seen"), image);
    const [scores] = Object.values(await context.run({ 0: image }));
    answer("garment", "garment-scores", classes, scores);
    await figures("garment-figures", found, context.milliseconds);
  };
  $("file").addEventListener("change", async (event) => {
    stop();
    const [file] = event.target.files;
    if (!file) return;
    try {
      const picture = await createImageBitmap(file), side = Math.min(picture.width, picture.height);
      pen.drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, canvas.width, canvas.height);
      await look(picture, picture.width, picture.height);
    } catch (error) {
      $("garment-figures").textContent = `${file.name} is no picture: ${error.message}`;
    }
    event.target.value = "";
  });
  let stream;
  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = undefined;
    video.hidden = true;
    $("camera").textContent = "Camera";
  };
  $("camera").addEventListener("click", async () => {
    if (stream) return stop();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch (error) {
      $("garment-figures").textContent = `There is no camera: ${error.message}`;
      return;
    }
    video.srcObject = stream;
    video.hidden = false;
    $("camera").textContent = "Stop";
    await video.play();
    while (stream) {
      await look(video, video.videoWidth, video.videoHeight);
      await new Promise(requestAnimationFrame);
    }
  });
  document.body.dataset.clothes = "ready";
}

$("engine").textContent = `WebAssembly with vectors of 128 bits${hasRelaxed() ? " and fused multiply-adds" : ""}`;
await Promise.all([digits(), clothes()]);
