// Written by bindings/generate; do not edit.

import { GRAD_WRITE } from "./constants.js";
import { placeOf, wrap } from "./handles.js";
import { native } from "./native.js";

/** Sets the seed of the random operators. */
export function seed(seed) {
  native.seed(seed);
}
/** Sets how many threads may work on one call; errors for less than 1. */
export function setNumThreads(count) {
  native.setNumThreads(count);
}
export const tensorCalls = {
  /** Waits until the content is there; gives the failure of the work that makes it. */
  wait() {
    native.wait(placeOf(this, "wait"));
    return this;
  },
  /** Is a write through one array seen through the other? */
  isSame(other) {
    return native.isSame(placeOf(this, "isSame"), placeOf(other, "isSame")) !== 0;
  },
  /** The same content without its history: gradients end there. */
  detach() {
    return wrap(native.detach(placeOf(this, "detach")));
  },
  /** Makes the array a leaf with a gradient of zeros, which a backward pass replaces. */
  attachGrad() {
    native.attachGrad(placeOf(this, "attachGrad"), GRAD_WRITE);
    return this;
  },
  /** The gradient; none where none is attached. */
  get grad() {
    const made = native.grad(placeOf(this, "grad"));
    return made === undefined ? undefined : wrap(made);
  },
};
export class FunctionCalls {
  /** A text for people: "graph", "plan" or "arena". */
  text(what) {
    return native.functionText(this.handle, what);
  }
}
export class WriterCalls {
  /** Sets a text of the file. */
  setMetadata(key, value) {
    native.setMetadata(this.handle, key, value);
    return this;
  }
  /** Writes the file in one step. */
  save(path) {
    native.saveWriter(this.handle, path);
  }
}
export class ModelCalls {
  /** A text of the file, such as the classes of a classifier; none for an unknown key. */
  metadata(key) {
    return native.metadata(this.handle, key);
  }
}
export class ContextCalls {
  /** Sets all states back to what the file has. */
  reset() {
    native.reset(this.handle);
    return this;
  }
  /** Writes the model's file with the present states. */
  save(path) {
    native.saveContext(this.handle, path);
  }
}
