// .weft files in browsers and in Node. A model runs in a worker of its own, so that a page stays alive
// meanwhile; every call gives a promise.
import { WeftError } from "./errors.js";
import { Host } from "./host.js";
import { unpacked } from "./messages.js";
import { spawn } from "./spawn.js";
import { checked, usual } from "./threads.js";

export { WeftError };

/** Questions to a host on another thread. */
class Remote {
  #worker;
  #waiting = new Map();
  #next = 1;
  #log;
  #failure;
  static async open(log) {
    const remote = new Remote();
    remote.#log = log ?? ((text) => console.warn(text));
    const url = new URL("./worker.js", import.meta.url);
    remote.#worker = await spawn(url, (data) => remote.#receive(data), (text) => remote.#fail(text));
    return remote;
  }
  ask(method, values, move = []) {
    return new Promise((resolve, reject) => {
      if (!this.#worker) return reject(new WeftError("INVALID_STATE", `${method}: the model was closed`));
      if (this.#failure) return reject(this.#failure);
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.send({ id, method, values }, move);
    });
  }
  #receive({ id, answer, error, log }) {
    if (log !== undefined) return this.#log(log);
    const { resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker?.unref(); // an idle worker keeps no program of Node alive
    if (error) reject(unpacked(error));
    else resolve(answer);
  }
  #fail(text) {
    this.#failure ??= new Error(`weft: the worker failed: ${text}`);
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
  get isOpen() {
    return this.#worker !== undefined;
  }
  close() {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(new WeftError("INVALID_STATE", "the model was closed"));
    this.#waiting.clear();
  }
}

/** Questions to a host on this thread. */
class Local {
  #host = new Host();
  ask(method, values) {
    if (!this.#host) return Promise.reject(new WeftError("INVALID_STATE", `${method}: the model was closed`));
    return this.#host.answer(method, values);
  }
  get isOpen() {
    return this.#host !== undefined;
  }
  close() {
    this.#host?.close();
    this.#host = undefined;
  }
}

/** A URL as other threads understand it: relative ones begin at the page. In Node texts without a scheme are paths. */
function absolute(source) {
  const page = globalThis.document?.baseURI ?? globalThis.location?.href;
  if (page !== undefined || source instanceof URL || /^[a-z][a-z\d+.-]+:/i.test(source)) return new URL(source, page).href;
  const escaped = (path) => path.replace(/[%?#\\]/g, encodeURIComponent);
  return new URL(escaped(source), `file://${escaped(globalThis.process?.cwd?.() ?? "")}/`).href;
}

/**
 * Loads a .weft file.
 * @param source a URL, an ArrayBuffer or typed array, a Blob, or a Response
 * @param options.worker false: the model runs on this thread
 * @param options.transfer true: the memory of an ArrayBuffer moves to the worker, and is empty here
 * @param options.module where the WebAssembly module is: a URL, bytes, or a compiled module
 * @param options.rest where its second file is; by default beside the URL, NAME-rest.wasm
 * @param options.log takes the lines of the library's log
 * @param options.threads how many threads a run may use; by default as many as do well here, which is one where
 *   memory cannot be shared: in a page that is not cross-origin isolated
 */
export async function load(source, { worker = true, transfer = false, module, rest, log, threads } = {}) {
  const count = checked(threads, "load") ?? (await usual());
  let from = source, name = "model";
  if (typeof source === "string" || source instanceof URL) from = name = absolute(source);
  else if (typeof Response !== "undefined" && source instanceof Response) from = await source.arrayBuffer();
  else if (!(source instanceof ArrayBuffer || ArrayBuffer.isView(source) || (typeof Blob !== "undefined" && source instanceof Blob)))
    throw new TypeError(`load: \`source\` must be a path, a URL, an ArrayBuffer, a typed array, a Blob or a Response; got ${typeof source}`);
  const host = worker ? await Remote.open(log) : new Local();
  const placed = (file) => (typeof file === "string" || file instanceof URL ? absolute(file) : file);
  try {
    const asked = { module: placed(module), rest: placed(rest), threads: count };
    const started = await host.ask("start", worker ? asked : { ...asked, log });
    const memory = from instanceof ArrayBuffer ? from : from?.buffer;
    const move = transfer && memory instanceof ArrayBuffer ? [memory] : [];
    const { model, entries } = await host.ask("load", { source: from, name }, move);
    return new Model(host, model, entries, started);
  } catch (error) {
    host.close();
    throw error;
  }
}

/** A loaded file. */
class Model {
  #host;
  #model;
  #contexts = new Map();
  constructor(host, model, entries, { version, threads }) {
    this.#host = host;
    this.#model = model;
    /** The names of the entry points. */
    this.entries = entries;
    /** The version of the library. */
    this.version = version;
    /** How many threads a run uses. */
    this.threads = threads;
  }
  /** A text of the file; undefined for an unknown key. */
  metadata(key) {
    return this.#host.ask("metadata", { model: this.#model, key });
  }
  /** Limits what plans of later contexts need beside inputs, outputs and states. */
  setBudget(bytes, entry = "forward") {
    return this.#host.ask("setBudget", { model: this.#model, bytes, entry });
  }
  /** Memory and bindings to run an entry point; with `sharing`, a context whose states it sees and changes. */
  async context(entry = "forward", { sharing } = {}) {
    const { context, ports } = await this.#host.ask("context", { model: this.#model, entry, sharing: sharing?.number });
    return new Context(this.#host, context, ports);
  }
  /** Runs an entry point once, in a context that is kept for the next time; see Context.run. */
  async run(inputs, { entry = "forward", transfer } = {}) {
    if (!this.#contexts.has(entry)) this.#contexts.set(entry, this.context(entry));
    return (await this.#contexts.get(entry)).run(inputs ?? {}, { transfer });
  }
  /** Bytes of memory that the model and its contexts have taken; WebAssembly never gives memory back. */
  memoryBytes() {
    return this.#host.ask("memory", {});
  }
  /** Ends the workers and frees everything. */
  close() {
    this.#host.close();
  }
}

/** Runs one entry point. Inputs, outputs and states are named, or counted from 0. */
class Context {
  #host;
  constructor(host, number, ports) {
    this.#host = host;
    this.number = number;
    // inputs, outputs, states: [{name, dtype, shape, bytes}, …] as the last run had them; an open extent is -1.
    Object.assign(this, ports);
    /** How long the last run took, without the way to the worker and back. */
    this.milliseconds = undefined;
  }
  /**
   * Sets inputs and runs; gives the outputs by name, as typed arrays.
   * @param inputs {name: typed array, which sets an open first dimension, or {data, shape}} for all inputs;
   *   without it, they are as they were
   * @param options.transfer true: the memory of the inputs moves to the worker, and is empty here
   */
  async run(inputs, { transfer = false } = {}) {
    const arrays = Object.values(inputs ?? {}).map((value) => value?.data ?? value).filter(ArrayBuffer.isView);
    const move = transfer ? arrays.map(({ buffer }) => buffer) : [];
    const { outputs, milliseconds, ports } = await this.#host.ask("run", { context: this.number, inputs }, move);
    Object.assign(this, ports, { milliseconds });
    return outputs;
  }
  /** A copy of a state. */
  state(state) {
    return this.#host.ask("state", { context: this.number, state });
  }
  setState(state, elements) {
    return this.#host.ask("setState", { context: this.number, state, elements });
  }
  /** Sets all states back to what the file has. */
  reset() {
    return this.#host.ask("reset", { context: this.number });
  }
  /** Frees the context. */
  async close() {
    if (this.#host.isOpen) await this.#host.ask("closeContext", { context: this.number });
  }
}
