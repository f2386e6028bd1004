// .weft files: loaded and run.
import { isTensor, wrap } from "./handles.js";
import { native } from "./native.js";
import { arrayOf } from "./tensor.js";

/** A loaded file; several contexts may run it. */
export class Model {
  #handle;
  constructor(handle) {
    this.#handle = handle;
  }
  /** Maps a file. */
  static load(path) {
    return new Model(native.loadModel(path));
  }
  /** The names of the entry points. */
  get entries() {
    return native.entries(this.#handle);
  }
  /** The weights by their names. */
  get weights() {
    const { names, tensors } = native.weights(this.#handle);
    return Object.fromEntries(names.map((name, i) => [name, wrap(tensors[i])]));
  }
  /** A text of the file; undefined for an unknown key. */
  metadata(key) {
    return native.metadata(this.#handle, key);
  }
  /** Limits what plans of later contexts need beside inputs, outputs and states. */
  setBudget(bytes, entry = "forward") {
    native.setBudget(this.#handle, entry, bytes);
  }
  /** Memory and bindings to run an entry point. */
  context(entry = "forward") {
    return new Context(native.createContext(this.#handle, entry));
  }
}

/** Runs one entry point. Inputs, outputs and states are named, or counted from 0. */
export class Context {
  #handle;
  #open; // for each input, which axes are open in the file
  constructor(handle) {
    this.#handle = handle;
    this.#open = this.inputs.map(({ shape }) => shape.map((extent) => extent < 0));
  }
  #place(which, port) {
    if (typeof port === "number") return port;
    const names = this[which].map(({ name }) => name);
    const found = names.indexOf(port);
    if (found < 0) throw new TypeError(`context: there is no ${which.slice(0, -1)} \`${port}\`; there are: ${names.join(", ") || "none"}`);
    return found;
  }
  /** The inputs: [{name, dtype, shape, bytes}, …]; an open extent is -1. */
  get inputs() {
    return native.ports(this.#handle, "inputs");
  }
  get outputs() {
    return native.ports(this.#handle, "outputs");
  }
  get states() {
    return native.ports(this.#handle, "states");
  }
  /** Sets the shape of an input with open dimensions. */
  setInputShape(input, shape) {
    native.setInputShape(this.#handle, this.#place("inputs", input), shape);
    return this;
  }
  /** A typed array over the memory that every run reads: write to it, no copy is made. */
  input(input = 0) {
    const place = this.#place("inputs", input);
    const memory = native.input(this.#handle, place);
    return new (arrayOf(this.inputs[place].dtype))(memory);
  }
  /** The input's shape for elements that have none: they set the first dimension if it alone is open. */
  #shapeOf(place, { dtype, shape, bytes }, elements) {
    if (shape.length === 0 || elements.byteLength === bytes && bytes > 0) return shape;
    const [, ...rest] = shape, row = rest.reduce((a, b) => a * b, dtype.startsWith("complex") ? 2 : 1);
    const fits = this.#open[place].every((open, axis) => open === (axis === 0)) && elements.length % row === 0;
    return fits ? [elements.length / row, ...rest] : shape;
  }
  /** Copies a Tensor, whose shape sets open dimensions, or elements to an input, until it is set again. */
  setInput(input, given) {
    const place = this.#place("inputs", input), port = this.inputs[place], { name, dtype } = port ?? {};
    const elements = isTensor(given) ? given.data() : given, got = isTensor(given) ? given.dtype : given?.constructor?.name;
    if (port && (isTensor(given) ? got !== dtype : !(given instanceof arrayOf(dtype))))
      throw new TypeError(`setInput: \`${name}\` is ${dtype}, a ${arrayOf(dtype).name}; got a ${got}`);
    const shape = port && (isTensor(given) ? given.shape : this.#shapeOf(place, port, elements));
    if (port && `${shape}` !== `${port.shape}`) this.setInputShape(place, shape);
    native.setInput(this.#handle, place, elements);
    return this;
  }
  /** Runs the entry point, on this thread. */
  run() {
    native.run(this.#handle);
    return this;
  }
  /** Runs the entry point on another thread; the promise ends with the run. */
  runAsync() {
    return native.runAsync(this.#handle);
  }
  /** A copy of an output after a run. */
  output(output = 0) {
    const place = this.#place("outputs", output);
    return new (arrayOf(this.outputs[place].dtype))(native.output(this.#handle, place));
  }
  /** A typed array into which every later run writes an output of fixed shape; no copy is made. */
  bindOutput(output = 0) {
    const place = this.#place("outputs", output);
    return new (arrayOf(this.outputs[place].dtype))(native.bindOutput(this.#handle, place));
  }
  /** A copy of a state. */
  state(state) {
    const place = this.#place("states", state);
    return new (arrayOf(this.states[place].dtype))(native.state(this.#handle, place));
  }
  setState(state, elements) {
    native.setState(this.#handle, this.#place("states", state), elements);
    return this;
  }
  /** Sets all states back to what the file has. */
  reset() {
    native.reset(this.#handle);
    return this;
  }
  /** Writes the model's file with the present states. */
  save(path) {
    native.saveContext(this.#handle, path);
  }
  /** Frees the context now. */
  dispose() {
    native.disposeContext(this.#handle);
  }
}
