// Pictures as the networks want them.

/** The grey value of each pixel of a canvas, 0 to 1. */
function greys(canvas) {
  const { data } = canvas.getContext("2d", { willReadFrequently: true }).getImageData(0, 0, canvas.width, canvas.height);
  return Float32Array.from({ length: data.length / 4 }, (_, i) => (0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]) / 255);
}

/** A canvas of so many pixels with a part of another picture, smoothed. */
function resized(source, [left, top, width, height], size, [x, y, w, h] = [0, 0, size, size], background = "#fff") {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.fillStyle = background;
  pen.fillRect(0, 0, size, size);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(source, left, top, width, height, x, y, w, h);
  return canvas;
}

/** The square that a drawing fills: [left, top, width, height], or nothing on an empty canvas. */
function bounds(ink, width) {
  let left = Infinity, top = Infinity, right = -1, bottom = -1;
  ink.forEach((value, i) => {
    if (value < 0.2) return;
    const x = i % width, y = (i - x) / width;
    left = Math.min(left, x), right = Math.max(right, x), top = Math.min(top, y), bottom = Math.max(bottom, y);
  });
  return right < 0 ? undefined : [left, top, right - left + 1, bottom - top + 1];
}

/**
 * A drawing as the digits of the training data are: the drawn part is 32 dots high and in the middle; of
 * each 4 x 4 dots the share of ink counts. Gives 64 numbers from 0 to 1, or nothing for an empty canvas.
 */
export function digitOf(canvas) {
  const ink = greys(canvas).map((grey) => 1 - grey);
  const part = bounds(ink, canvas.width);
  if (!part) return undefined;
  const DOTS = 32, scale = DOTS / Math.max(part[2], part[3]);
  const w = part[2] * scale, h = part[3] * scale;
  const dots = greys(resized(canvas, part, DOTS, [(DOTS - w) / 2, (DOTS - h) / 2, w, h])).map((grey) => (grey < 0.5 ? 1 : 0));
  const digit = new Float32Array(64);
  dots.forEach((dot, i) => {
    digit[8 * Math.floor(i / DOTS / 4) + Math.floor((i % DOTS) / 4)] += dot / 16;
  });
  return digit;
}

/**
 * The middle of a picture as the clothes of the training data are: 28 x 28, bright on black. A picture whose
 * edge is brighter than its middle is turned into its negative first.
 */
export function garmentOf(source, width, height) {
  const SIZE = 28, side = Math.min(width, height);
  const small = resized(source, [(width - side) / 2, (height - side) / 2, side, side], SIZE);
  let values = greys(small), edge = 0, all = 0;
  values.forEach((value, i) => {
    const x = i % SIZE, y = Math.floor(i / SIZE);
    if (x < 2 || y < 2 || x >= SIZE - 2 || y >= SIZE - 2) edge += value / (SIZE * SIZE - (SIZE - 4) ** 2);
    all += value / (SIZE * SIZE);
  });
  if (edge > all) {
    values = values.map((value) => 1 - value);
    edge = 1 - edge;
  }
  // The edge becomes black, and the brightest point white.
  const brightest = values.reduce((most, value) => Math.max(most, value), edge + 0.1);
  return values.map((value) => Math.max(0, (value - edge) / (brightest - edge)));
}

/** Shows numbers from 0 to 1 as the grey values of a canvas; `inverted`: 1 is black. */
export function show(canvas, values, inverted = false) {
  const pixels = new ImageData(canvas.width, canvas.height);
  values.forEach((value, i) => {
    const grey = Math.round(255 * (inverted ? 1 - value : value));
    pixels.data.set([grey, grey, grey, 255], 4 * i);
  });
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}
