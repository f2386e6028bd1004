// The engine on this thread: models and contexts as classes over weft.h, whose functions the module
// exports. Calls run to their end; index.js puts the same behind a worker.
//
// Numbers that cross are addresses in the module's memory. That memory can grow in any call, which
// detaches views of it, so views are made when they are asked for and not kept.
import { arrayOf } from "./arrays.js";
import { WeftError } from "./errors.js";
import { checkedText, elementsFor, given, placeIn, requireAll } from "./inputs.js";
import { start } from "./module.js";
import { checked } from "./threads.js";

export { WeftError };

const ALIGNMENT = 64; // of models, so that weights lie as the file has them
const PORT_BYTES = 24; // weft_port: struct_size, name, dtype, rank, shape, bytes

/** The module with its memory; `Engine.start()` makes one. */
export class Engine {
  #exports;
  #memory;
  #threads;
  #decoder = new TextDecoder();
  constructor({ exports, memory, module, rest, threads }) {
    this.#exports = exports;
    this.#memory = memory;
    this.#threads = threads;
    /** The compiled module, for engines on other threads. */
    this.module = module;
    /** Its second file, as they are told of it. */
    this.rest = rest;
    this.scratch = this.allocate(256);
  }

  /**
   * Starts an engine with memory of its own.
   * @param options.module a URL, bytes or a compiled module; by default the package's file
   * @param options.rest the module's second file; by default the one beside its URL, NAME-rest.wasm
   * @param options.log takes lines of the log; by default console.warn
   * @param options.threads how many threads a run may use, this one included; workers are the others, and
   *   `close` ends them. Where memory cannot be shared there is one.
   */
  static async start({ module, rest, log, threads = 1 } = {}) {
    return new Engine(await start({ module, rest }, log, checked(threads, "Engine.start")));
  }

  /** How many threads a run uses. */
  get threads() {
    return this.#threads?.count ?? 1;
  }
  /** Ends the threads beside the caller's. Nothing of the engine can be called any more. */
  close() {
    this.#threads?.close();
    this.#exports = undefined;
  }

  /** The version of the library. */
  get version() {
    return this.text(this.#exports.weft_version());
  }
  /** Bytes of memory that the engine holds. WebAssembly never gives memory back. */
  get memoryBytes() {
    return this.#memory.buffer.byteLength;
  }

  /** Loads a file from a typed array or an ArrayBuffer, which is copied into the engine's memory once. */
  load(bytes, name = "model") {
    const source = ArrayBuffer.isView(bytes)
      ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      : new Uint8Array(bytes);
    const room = this.room(source.length);
    room.write(source);
    return room.load(name);
  }

  /** Memory for a file of so many bytes that comes in pieces; it grows where the size was wrong. */
  room(bytes) {
    return new Room(this, bytes);
  }

  // ---- what Model and Context are made of

  call(name, ...values) {
    if (!this.#exports) throw new WeftError("INVALID_STATE", "engine: it was closed");
    try {
      return this.#exports[name](...values);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      // Nothing of the library throws: memory is exhausted, or it has a defect.
      throw new WeftError("OUT_OF_MEMORY", `weft: the engine stopped, as without memory (${error.message}); load a new one`);
    }
  }
  /** Calls what returns a status, and throws if that is an error. */
  check(name, ...values) {
    const status = this.call(name, ...values);
    if (status !== 0) throw new WeftError(status, this.text(this.#exports.weft_last_error()));
  }
  allocate(bytes) {
    const address = this.call("memalign", ALIGNMENT, Math.max(1, bytes)) >>> 0;
    if (address === 0) throw new WeftError("OUT_OF_MEMORY", `weft: no memory for ${bytes} bytes`);
    return address;
  }
  free(address) {
    this.call("free", address);
  }
  /** Makes what another thread has added to the memory visible on this one. */
  renew() {
    if (this.#threads) this.#memory.grow(0);
  }
  bytes(address, count) {
    return new Uint8Array(this.#memory.buffer, address, count);
  }
  view() {
    return new DataView(this.#memory.buffer);
  }
  pointer(address) {
    return this.view().getUint32(address, true);
  }
  /** The text at an address, up to its zero. */
  text(address) {
    const memory = new Uint8Array(this.#memory.buffer), begin = address >>> 0;
    return this.#decoder.decode(memory.slice(begin, memory.indexOf(0, begin))); // no decoder takes shared memory
  }
  /** Calls `use` with the address of a text. */
  withText(text, use) {
    const bytes = new TextEncoder().encode(`${checkedText(text)}\0`);
    const address = this.allocate(bytes.length);
    this.bytes(address, bytes.length).set(bytes);
    try {
      return use(address);
    } finally {
      this.free(address);
    }
  }
}

/** Where a file's bytes are collected, in the engine's memory, where the model will read them. */
class Room {
  #engine;
  #address;
  #bytes;
  #used = 0;
  constructor(engine, bytes) {
    this.#engine = engine;
    this.#bytes = Math.max(bytes, 4096);
    this.#address = engine.allocate(this.#bytes);
  }
  write(piece) {
    if (this.#used + piece.length > this.#bytes) {
      const bytes = Math.max(this.#used + piece.length, Math.ceil(1.5 * this.#bytes));
      const address = this.#engine.allocate(bytes);
      const old = this.#engine.bytes(this.#address, this.#used);
      this.#engine.bytes(address, this.#used).set(old);
      this.#engine.free(this.#address);
      this.#address = address;
      this.#bytes = bytes;
    }
    this.#engine.bytes(this.#address + this.#used, piece.length).set(piece);
    this.#used += piece.length;
  }
  /** The model; `name` stands in errors. */
  load(name) {
    const engine = this.#engine;
    try {
      engine.check("weft_model_load_memory", this.#address, this.#used, engine.scratch);
    } catch (error) {
      this.close();
      if (error instanceof WeftError) error.message = `${name}: ${error.message}`;
      throw error;
    }
    return new Model(engine, engine.pointer(engine.scratch), this.#address);
  }
  close() {
    this.#engine.free(this.#address);
  }
}

/** A loaded file; several contexts may run it. */
export class Model {
  #engine;
  #handle;
  #address;
  #contexts = new Set();
  #kept = new Map(); // contexts of run, by entry points
  constructor(engine, handle, address) {
    this.#engine = engine;
    this.#handle = handle;
    this.#address = address;
  }
  get #open() {
    if (this.#handle === 0) throw new WeftError("INVALID_STATE", "model: it was closed");
    return this.#handle;
  }
  /** The names of the entry points. */
  get entries() {
    const engine = this.#engine, count = engine.call("weft_model_entry_count", this.#open);
    return Array.from({ length: count }, (_, i) => engine.text(engine.call("weft_model_entry_name_at", this.#open, i)));
  }
  /** A text of the file; undefined for an unknown key. */
  metadata(key) {
    const engine = this.#engine;
    const found = engine.withText(key, (at) => engine.call("weft_model_metadata", this.#open, at));
    return found === 0 ? undefined : engine.text(found);
  }
  /** Limits what plans of later contexts need beside inputs, outputs and states. */
  setBudget(bytes, entry = "forward") {
    const engine = this.#engine;
    engine.withText(entry, (at) => engine.check("weft_model_set_budget", this.#open, at, BigInt(bytes)));
  }
  /** Memory and bindings to run an entry point; with `sharing`, a context whose states it sees and changes. */
  context(entry = "forward", { sharing } = {}) {
    const engine = this.#engine;
    engine.withText(entry, (at) => {
      if (sharing) engine.check("weft_context_create_sharing", sharing.handle, at, 0, 0, engine.scratch);
      else engine.check("weft_context_create", this.#open, at, 0, 0, engine.scratch);
    });
    const context = new Context(engine, engine.pointer(engine.scratch), () => this.#contexts.delete(context));
    this.#contexts.add(context);
    return context;
  }
  /** Runs an entry point once, in a context that is kept for the next time; see Context.run. */
  run(inputs, { entry = "forward" } = {}) {
    let context = this.#kept.get(entry);
    if (context === undefined) this.#kept.set(entry, (context = this.context(entry)));
    return context.run(inputs ?? {});
  }
  /** Frees the model and its contexts now; nothing else does. */
  close() {
    if (this.#handle === 0) return;
    for (const context of [...this.#contexts].reverse()) context.close();
    this.#engine.call("weft_model_release", this.#handle);
    this.#engine.free(this.#address);
    this.#handle = 0;
  }
}

/** Runs one entry point. Inputs, outputs and states are named, or counted from 0. */
export class Context {
  #engine;
  #handle;
  #open; // for each input, which axes the file leaves open
  #bound = { input: new Map(), output: new Map() }; // by places: {address, bytes}
  #forget;
  constructor(engine, handle, forget) {
    this.#engine = engine;
    this.#handle = handle;
    this.#forget = forget;
    this.#open = this.inputs.map(({ shape }) => shape.map((extent) => extent < 0));
    /** How long the last run took, beside what goes in and out. */
    this.milliseconds = undefined;
  }
  get handle() {
    if (this.#handle === 0) throw new WeftError("INVALID_STATE", "context: it was closed");
    return this.#handle;
  }
  #port(which, index) {
    const engine = this.#engine, at = engine.scratch;
    engine.view().setUint32(at, PORT_BYTES, true);
    engine.check(`weft_context_get_${which}`, this.handle, index, at);
    const view = engine.view(), shape = view.getUint32(at + 16, true);
    const port = {
      name: engine.text(view.getUint32(at + 4, true)),
      dtype: engine.text(engine.call("weft_dtype_name", view.getInt32(at + 8, true))),
      shape: [],
      bytes: view.getUint32(at + 20, true),
    };
    for (let i = 0; i < view.getInt32(at + 12, true); i++) port.shape.push(Number(view.getBigInt64(shape + 8 * i, true)));
    return port;
  }
  #ports(which) {
    const count = this.#engine.call(`weft_context_${which}s`, this.handle);
    return Array.from({ length: count }, (_, i) => this.#port(which, i));
  }
  #place(which, port) {
    return typeof port === "number" ? port : placeIn(this.#ports(which), which, port);
  }
  /** The inputs: [{name, dtype, shape, bytes}, …]; an open extent is -1. */
  get inputs() {
    return this.#ports("input");
  }
  get outputs() {
    return this.#ports("output");
  }
  get states() {
    return this.#ports("state");
  }
  /** Sets the shape of an input with open dimensions. */
  setInputShape(input, shape) {
    const engine = this.#engine, place = this.#place("input", input);
    const at = engine.allocate(8 * shape.length), view = engine.view();
    shape.forEach((extent, i) => view.setBigInt64(at + 8 * i, BigInt(extent), true));
    try {
      engine.check("weft_context_set_input_shape", this.handle, place, at, shape.length);
    } finally {
      engine.free(at);
    }
    this.#unbind("input", place); // the call unbound it
    return this;
  }
  #unbind(which, place) {
    const bound = this.#bound[which].get(place);
    if (bound) this.#engine.free(bound.address);
    this.#bound[which].delete(place);
  }
  /** The memory of an input or an output, bound if it was not. */
  #memory(which, place, bytes) {
    const bound = this.#bound[which].get(place);
    if (bound?.bytes === bytes && which === "input") return bound.address; // an output may have lost it
    const address = this.#engine.allocate(bytes);
    try {
      this.#engine.check(`weft_context_bind_${which}`, this.handle, place, address, bytes);
    } catch (error) {
      this.#engine.free(address);
      throw error;
    }
    this.#unbind(which, place);
    this.#bound[which].set(place, { address, bytes });
    return address;
  }
  #array(dtype, address, bytes) {
    const kind = arrayOf(dtype);
    return new kind(this.#engine.bytes(address, bytes).buffer, address, bytes / kind.BYTES_PER_ELEMENT);
  }
  #view(which, port) {
    const place = this.#place(which, port), { dtype, bytes } = this.#port(which, place);
    return this.#array(dtype, this.#memory(which, place, bytes), bytes);
  }
  /**
   * A typed array over the memory that every run reads: write to it, no copy is made. It is good until the
   * next call of the engine, which may grow its memory; ask for it again then.
   */
  input(input = 0) {
    return this.#view("input", input);
  }
  /**
   * A typed array over memory into which runs write an output while it has this shape: results have it instead
   * of a copy. It is good as long as that of an input is.
   */
  bindOutput(output = 0) {
    return this.#view("output", output);
  }
  #set(input, value) {
    const place = this.#place("input", input), port = this.#port("input", place);
    const { elements, shape } = given(port, this.#open[place], value);
    if (`${shape}` !== `${port.shape}`) this.setInputShape(place, shape);
    const { buffer, byteOffset, byteLength } = elements, address = this.#memory("input", place, byteLength);
    this.#engine.bytes(address, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
  }
  /**
   * Sets inputs and runs, on this thread and those that the engine has; gives the outputs by name.
   * @param inputs {name: typed array, or {data, shape}} for all inputs; without it, they are as they were
   */
  run(inputs) {
    if (inputs !== undefined) requireAll(this.#ports("input"), inputs);
    for (const name in inputs) this.#set(placeIn(this.#ports("input"), "input", name), inputs[name]);
    const begin = performance.now();
    this.#engine.check("weft_context_run", this.handle);
    this.milliseconds = performance.now() - begin;
    this.#engine.renew();
    const outputs = {};
    this.outputs.forEach(({ name }, place) => (outputs[name] = this.#output(place)));
    return outputs;
  }
  #output(place) {
    const engine = this.#engine, bound = this.#bound.output.get(place);
    engine.check("weft_context_output_data", this.handle, place, engine.scratch);
    const address = engine.pointer(engine.scratch), { dtype, bytes } = this.#port("output", place);
    const view = this.#array(dtype, address, bytes);
    return bound?.address === address && bound.bytes === bytes ? view : view.slice();
  }
  /** A copy of a state. */
  state(state) {
    const engine = this.#engine, place = this.#place("state", state);
    const { dtype, bytes } = this.#port("state", place), at = engine.allocate(bytes);
    try {
      engine.check("weft_context_read_state", this.handle, place, at, bytes);
      return new (arrayOf(dtype))(engine.bytes(at, bytes).slice().buffer);
    } finally {
      engine.free(at);
    }
  }
  /** Copies elements to a state. */
  setState(state, elements) {
    const engine = this.#engine, place = this.#place("state", state);
    const { buffer, byteOffset, byteLength } = elementsFor("setState", this.#port("state", place), elements);
    const at = engine.allocate(byteLength);
    try {
      engine.bytes(at, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
      engine.check("weft_context_write_state", this.handle, place, at, byteLength);
    } finally {
      engine.free(at);
    }
    return this;
  }
  /** Sets all states back to what the file has. */
  reset() {
    this.#engine.check("weft_context_reset", this.handle);
    return this;
  }
  /** Frees the context now. */
  close() {
    if (this.#handle === 0) return;
    this.#engine.call("weft_context_release", this.#handle);
    for (const which of ["input", "output"])
      for (const place of [...this.#bound[which].keys()]) this.#unbind(which, place);
    this.#handle = 0;
    this.#forget();
  }
}
