// Arrays as objects of JavaScript. The addon keeps the handles in a table; an object knows its place there
// through a cell, which the collector watches. To begin that takes longer than an addition, so the cell of
// an array that was disposed serves the next array at its place.
import { WeftError } from "./errors.js";
import { native } from "./native.js";

const OWN = Symbol("own");
const idle = []; // cells by their places
const gone = new FinalizationRegistry((place) => native.dispose(place));

/** Is it an array, disposed or not? */
export let isTensor;
/** The place of an array; an error for anything else. */
export let placeOf;
/** Frees an array now. */
export let dispose;

/** An array: its methods are in tensor.js. */
export class Tensor {
  #cell;
  constructor(own, cell) {
    if (own !== OWN) throw new TypeError("Tensor: arrays are made by tensor(), zeros() and operators");
    this.#cell = cell;
  }
  static {
    isTensor = (x) => typeof x === "object" && x !== null && #cell in x;
    placeOf = (x, name) => {
      if (!isTensor(x)) throw Object.assign(new TypeError(`${name}: expected a Tensor`), { code: "INVALID_TYPE" });
      if (x.#cell === undefined) throw new WeftError("INVALID_STATE", `${name}: the array was disposed`);
      return x.#cell.place;
    };
    dispose = (x) => {
      if (!isTensor(x)) placeOf(x, "dispose");
      const cell = x.#cell;
      if (cell === undefined) return;
      x.#cell = undefined;
      idle[cell.place] = cell;
      native.dispose(cell.place);
    };
  }
}

/** A new array around a place that the addon has filled. */
export function wrap(place) {
  let cell = idle[place];
  if (cell === undefined) {
    cell = { place };
    gone.register(cell, place);
  } else {
    idle[place] = undefined;
  }
  return new Tensor(OWN, cell);
}

/** The places of a list of arrays. */
export function placesOf(list, name) {
  if (!Array.isArray(list)) throw new TypeError(`${name}: expected an array of Tensors`);
  return list.map((x) => placeOf(x, name));
}
