// .weft files: loaded and run. The package for browsers has the same interface, with promises.
import { fileURLToPath } from "node:url";
import { arrayOf } from "./arrays.js";
import { ContextCalls, ModelCalls } from "./calls.js";
import { WeftError } from "./errors.js";
import { isTensor, wrap } from "./handles.js";
import { elementsFor, given, placeIn, requireAll } from "./inputs.js";
import { listed, native } from "./native.js";
import { fromBytes } from "./tensor.js";

/**
 * Loads a .weft file; one on disk is mapped, of others the bytes are copied.
 * @param source a path, a URL, an ArrayBuffer or typed array, a Blob, or a Response
 */
export async function load(source) {
  const isText = typeof source === "string";
  if (isText && !/^[a-z][a-z\d+.-]+:/i.test(source)) return new Model(native.loadModel(source), true);
  let bytes = source;
  if (isText || source instanceof URL) {
    const url = new URL(source);
    if (url.protocol === "file:") return new Model(native.loadModel(fileURLToPath(url)), true);
    bytes = await fetch(url);
    if (!bytes.ok) throw new WeftError("NOT_FOUND", `load: \`${url}\` answers with status ${bytes.status}`);
  }
  if (bytes instanceof Response || bytes instanceof Blob) bytes = await bytes.arrayBuffer();
  if (bytes instanceof ArrayBuffer) bytes = new Uint8Array(bytes);
  if (bytes instanceof DataView) bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!ArrayBuffer.isView(bytes))
    throw new TypeError(`load: \`source\` must be a path, a URL, an ArrayBuffer, a typed array, a Blob or a Response; got ${typeof source}`);
  return new Model(native.loadMemory(bytes), false);
}

/** A loaded file; several contexts may run it. */
export class Model extends ModelCalls {
  #isMapped;
  #life = { isOpen: true }; // which its contexts know
  #kept = new Map(); // contexts of run, by entry points
  constructor(handle, isMapped) {
    super();
    this.handle = handle;
    this.#isMapped = isMapped;
  }
  /** The names of the entry points. */
  get entries() {
    return listed(native.entryCount, native.entryName, this.handle);
  }
  /** The weights by their names. They may outlive a file in memory, of which they are copies. */
  get weights() {
    const of = (array) => (this.#isMapped ? array : fromBytes(array.dtype, array.shape, array.data()));
    const names = listed(native.weightCount, native.weightName, this.handle);
    return Object.fromEntries(names.map((name, i) => [name, of(wrap(native.weight(this.handle, i)))]));
  }
  /** Limits what plans of later contexts need beside inputs, outputs and states. */
  setBudget(bytes, entry = "forward") {
    native.setBudget(this.handle, entry, bytes);
  }
  /** Memory and bindings to run an entry point; with `sharing`, a context whose states it sees and changes. */
  context(entry = "forward", { sharing } = {}) {
    return new Context(this.handle, this.#life, entry, sharing);
  }
  /** Runs an entry point once, in a context that is kept for the next time; see Context.run. */
  run(inputs, { entry = "forward" } = {}) {
    let context = this.#kept.get(entry);
    if (context === undefined) this.#kept.set(entry, (context = this.context(entry)));
    return context.run(inputs ?? {});
  }
  /** Frees the model now; its contexts cannot run any more. */
  close() {
    for (const context of this.#kept.values()) context.close();
    this.#life.isOpen = false;
    native.closeModel(this.handle);
  }
}

const COUNTS = { input: native.inputCount, output: native.outputCount, state: native.stateCount };

/** Runs one entry point. Inputs, outputs and states are named, or counted from 0. */
export class Context extends ContextCalls {
  #handle;
  #life; // of the model
  #ports; // the inputs as they are now
  #open; // for each input, which axes the file leaves open
  #results; // of each output: name, kind of typed array, and the array that is bound
  #bound = new Map(); // typed arrays by the places of inputs, whose memory the engine reads
  #isRunning = false;
  constructor(model, life, entry, sharing) {
    super();
    if (sharing !== undefined && !(sharing instanceof Context)) throw new TypeError("context: `sharing` must be a Context");
    this.#life = life;
    this.#handle = sharing ? native.createSharing(sharing.handle, entry) : native.createContext(model, entry);
    this.#ports = this.inputs;
    this.#open = this.#ports.map(({ shape }) => shape.map((extent) => extent < 0));
    this.#results = this.outputs.map(({ name, dtype }) => ({ name, kind: arrayOf(dtype), bound: undefined }));
  }
  /** The handle, while nothing runs and the model is open. */
  get handle() {
    if (!this.#life.isOpen) throw new WeftError("INVALID_STATE", "context: its model was closed");
    if (this.#isRunning) throw new WeftError("INVALID_STATE", "context: it runs now");
    return this.#handle;
  }
  #port(which, place) {
    return native[which](this.handle, place);
  }
  #describe(which) {
    return Array.from({ length: COUNTS[which](this.handle) }, (_, place) => this.#port(which, place));
  }
  #place(which, port) {
    return typeof port === "number" ? port : placeIn(which === "input" ? this.#ports : this.#describe(which), which, port);
  }
  /** The inputs: [{name, dtype, shape, bytes}, …]; an open extent is -1. */
  get inputs() {
    return this.#describe("input");
  }
  get outputs() {
    return this.#describe("output");
  }
  get states() {
    return this.#describe("state");
  }
  /** Sets the shape of an input with open dimensions. */
  setInputShape(input, shape) {
    const place = this.#place("input", input);
    native.setInputShape(this.handle, place, shape);
    this.#bound.delete(place); // the call unbound it
    this.#ports[place] = this.#port("input", place);
    return this;
  }
  // Memory that the engine uses is shared memory, because no other thread can take that away.
  #memory({ dtype, bytes }) {
    return new (arrayOf(dtype))(new SharedArrayBuffer(bytes));
  }
  /** A typed array over the memory that every run reads: write to it, no copy is made. */
  input(input = 0) {
    const place = this.#place("input", input);
    if (!this.#bound.has(place)) {
      const memory = this.#memory(this.#port("input", place));
      native.bindInput(this.handle, place, memory);
      this.#bound.set(place, memory);
    }
    return this.#bound.get(place);
  }
  /** A typed array into which runs write an output while it has this shape: results have it instead of a copy. */
  bindOutput(output = 0) {
    const place = this.#place("output", output), memory = this.#memory(this.#port("output", place));
    native.bindOutput(this.handle, place, memory);
    return (this.#results[place].bound = memory); // which stays as long as it may be written
  }
  #set(inputs) {
    requireAll(this.#ports, inputs);
    for (const name in inputs) {
      const place = placeIn(this.#ports, "input", name), port = this.#ports[place] ?? this.#port("input", place);
      let value = inputs[name];
      if (isTensor(value)) {
        if (value.dtype !== port.dtype) throw new TypeError(`run: \`${port.name}\` is ${port.dtype}; got a Tensor of ${value.dtype}`);
        value = { data: value.data(), shape: value.shape };
      }
      const { elements, shape } = given(port, this.#open[place], value);
      if (`${shape}` !== `${port.shape}`) this.setInputShape(place, shape);
      // Other bytes than the input's are refused here.
      if (elements.byteLength !== this.#ports[place].bytes) native.bindInput(this.handle, place, elements);
      this.input(place).set(elements);
    }
  }
  #outputs() {
    const outputs = {};
    for (let place = 0; place < this.#results.length; place++) {
      const { name, kind, bound } = this.#results[place];
      const copy = native.copyOutput(this.#handle, place, bound);
      outputs[name] = copy === undefined ? bound : new kind(copy);
    }
    return outputs;
  }
  /**
   * Sets inputs and runs, on this thread; gives the outputs by name, as typed arrays.
   * @param inputs {name: typed array, which sets an open first dimension, a Tensor, or {data, shape}} for all inputs;
   *   without it, they are as they were, or as input() has them
   */
  run(inputs) {
    const handle = this.handle;
    if (inputs !== undefined) this.#set(inputs);
    native.run(handle);
    return this.#outputs();
  }
  /** The same with the run on another thread; until the promise ends, nothing else of the context may be called. */
  async runAsync(inputs) {
    const handle = this.handle;
    if (inputs !== undefined) this.#set(inputs);
    this.#isRunning = true;
    try {
      await native.runAsync(handle);
    } finally {
      this.#isRunning = false;
    }
    return this.#outputs();
  }
  /** A copy of a state. */
  state(state) {
    const place = this.#place("state", state), { dtype, bytes } = this.#port("state", place);
    const elements = new (arrayOf(dtype))(new ArrayBuffer(bytes));
    native.readState(this.handle, place, elements);
    return elements;
  }
  /** Copies elements to a state. */
  setState(state, elements) {
    const place = this.#place("state", state);
    native.writeState(this.handle, place, elementsFor("setState", this.#port("state", place), elements));
    return this;
  }
  /** Frees the context now. */
  close() {
    if (this.#isRunning) throw new WeftError("INVALID_STATE", "context: it runs now");
    native.closeContext(this.#handle);
  }
}
