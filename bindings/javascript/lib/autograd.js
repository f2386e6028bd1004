// Gradients and traced functions.
import { placesOf, wrap } from "./handles.js";
import { native } from "./native.js";

const RECORDING = 1, TRAINING = 4;

function within(set, clear, body) {
  const before = native.setModes(set, clear);
  try {
    return body();
  } finally {
    const changed = set | clear;
    native.setModes(before & changed, changed & ~before);
  }
}

/** Runs `body` while operators are recorded, in training mode; gives what it returns. */
export function record(body) {
  return within(RECORDING | TRAINING, 0, body);
}
/** Runs `body` while nothing is recorded: for updates of weights. */
export function pause(body) {
  return within(0, RECORDING | TRAINING, body);
}
/** Computes the gradients of the heads into the leaves. */
export function backward(...heads) {
  native.backward(placesOf(heads, "backward"));
}
/** The gradients of the sum of `heads` with respect to `variables`, as new arrays. */
export function grad(heads, variables, { createGraph = false } = {}) {
  const from = placesOf(Array.isArray(heads) ? heads : [heads], "grad");
  return native.gradients(from, placesOf(variables, "grad"), createGraph).map(wrap);
}

/** A traced graph: call it with arrays. */
export class TracedFunction {
  constructor(handle) {
    this.handle = handle;
  }
  /** Calls the graph through the plan for these shapes; gives all outputs. */
  call(...inputs) {
    return native.callFunction(this.handle, placesOf(inputs, "call")).map(wrap);
  }
  /** The arrays that the body read from outside: weights, states and constants. */
  get captures() {
    return native.captures(this.handle).map(wrap);
  }
  /** A text for people: "graph", "plan" or "arena". */
  text(what) {
    return native.functionText(this.handle, what);
  }
}

/**
 * Runs `body` once on placeholders for `inputs`, and gives the graph of what it did. The body gets the
 * placeholders as arguments and returns an array or a list of them.
 */
export function trace(body, ...inputs) {
  const placeholders = native.traceBegin(placesOf(inputs, "trace")).map(wrap);
  let outputs;
  try {
    outputs = body(...placeholders);
    if (outputs instanceof Promise) throw new TypeError("trace: the body must not be asynchronous");
  } catch (error) {
    native.traceAbort();
    throw error;
  }
  try {
    return new TracedFunction(native.traceEnd(placesOf(Array.isArray(outputs) ? outputs : [outputs], "trace")));
  } catch (error) {
    native.traceAbort();
    throw error;
  }
}

/** A file that is being put together. */
export class Writer {
  #handle = native.createWriter();
  #unnamed = [];
  /**
   * Adds an entry point, with names for inputs and outputs; `weights` names the arrays that the function
   * captured, others are called constant0 and so on.
   */
  add(entry, traced, inputs, outputs, weights = {}) {
    const known = Object.entries(weights);
    const names = traced.captures.map((capture) => {
      const found = known.find(([, array]) => array.isSame(capture));
      if (found) return found[0];
      let place = this.#unnamed.findIndex((array) => array.isSame(capture));
      if (place < 0) place = this.#unnamed.push(capture) - 1;
      return `constant${place}`;
    });
    native.addEntry(this.#handle, entry, traced.handle, inputs, outputs, names);
    return this;
  }
  /** Sets a text of the file, such as the classes of a classifier. */
  setMetadata(key, value) {
    native.setMetadata(this.#handle, key, value);
    return this;
  }
  /** Writes the file in one step. */
  save(path) {
    native.saveWriter(this.#handle, path);
  }
}
