// The pad: strokes of a mouse, a pen or a finger, and the 8 by 8 image that the network knows digits as.
//
// The digits that it was trained on fill their square: full height, about five of eight columns, with
// strokes of about four of 32 points; narrow ones were widened, strokes and all. So strokes are kept as points
// and drawn anew at that size.

const SIDE = 32, CELL = 4, STROKE = 3.8;
const WIDEST = 22, NARROWEST = 12; // of 32 points

export class Pad {
  #canvas;
  #strokes = [];
  #onChange;
  constructor(canvas, onChange) {
    this.#canvas = canvas;
    this.#onChange = onChange;
    let stroke;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      stroke = [this.#point(event)];
      this.#strokes.push(stroke);
      this.#changed();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!stroke) return;
      const passed = event.getCoalescedEvents?.() ?? [];
      stroke.push(...(passed.length ? passed : [event]).map((one) => this.#point(one)));
      this.#changed();
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (stroke = undefined));
  }
  #point(event) {
    const place = this.#canvas.getBoundingClientRect();
    return [(event.clientX - place.x) / place.width, (event.clientY - place.y) / place.height];
  }
  #changed() {
    const pen = this.#canvas.getContext("2d"), { width, height } = this.#canvas;
    pen.clearRect(0, 0, width, height);
    paint(pen, this.#strokes, width / 14, ([x, y]) => [x * width, y * height]);
    this.#onChange();
  }
  get isEmpty() {
    return this.#strokes.length === 0;
  }
  clear() {
    this.#strokes = [];
    this.#changed();
  }
  undo() {
    this.#strokes.pop();
    this.#changed();
  }
  /** The drawing as the network takes it: 64 numbers from 0 for paper to 1 for ink. */
  image() {
    return imageOf(this.#strokes);
  }
}

function paint(pen, strokes, width, place) {
  pen.lineWidth = width;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = "#1b1b1f";
  for (const stroke of strokes) {
    pen.beginPath();
    pen.moveTo(...place(stroke[0]));
    for (const point of stroke) pen.lineTo(...place(point));
    pen.stroke();
  }
}

function imageOf(strokes) {
  const image = new Float32Array(64), points = strokes.flat();
  if (!points.length) return image;
  const [xs, ys] = [0, 1].map((axis) => points.map((point) => point[axis]));
  const left = Math.min(...xs), top = Math.min(...ys);
  const wide = Math.max(...xs) - left, high = Math.max(...ys) - top;
  const inner = SIDE - STROKE, down = inner / Math.max(high, wide / 2, 0.02);
  const across = Math.min(down, (WIDEST - STROKE) / Math.max(wide, 0.02));
  // A digit that stays narrow gets thicker strokes, as if it had been widened.
  const thick = STROKE + Math.max(0, NARROWEST - STROKE - wide * across) / 2;
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  paint(pen, strokes, thick, ([x, y]) => [
    SIDE / 2 + (x - left - wide / 2) * across,
    SIDE / 2 + (y - top - high / 2) * Math.min(down, inner / Math.max(high, 0.02)),
  ]);
  const { data } = pen.getImageData(0, 0, SIDE, SIDE);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++)
      image[8 * Math.floor(y / CELL) + Math.floor(x / CELL)] += data[4 * (SIDE * y + x) + 3];
  // The training images count points of ink, 16 to a cell.
  return image.map((ink) => Math.round(ink / 255) / (CELL * CELL));
}
