// Does what index.js asks for, on the thread that has the engine: a worker's, or the caller's own.
// Models and contexts have numbers here, because they cannot cross threads.
import { Engine } from "./engine.js";
import { WeftError } from "./errors.js";

/** Reads a file into the engine's memory while it arrives; gives the model. */
async function fetched(engine, url) {
  if (url.startsWith("file:")) {
    const { readFile } = await import(/* webpackIgnore: true */ "node:fs/promises");
    const bytes = await readFile(new URL(url)).catch((error) => {
      throw new WeftError(error.code === "ENOENT" ? "NOT_FOUND" : "IO", `load: cannot open \`${url}\`: ${error.message}`);
    });
    return engine.load(bytes, url);
  }
  const response = await fetch(url);
  if (!response.ok) throw new WeftError("NOT_FOUND", `load: \`${url}\` answers with status ${response.status}`);
  const room = engine.room(Number(response.headers.get("content-length") ?? 0));
  const reader = response.body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) room.write(piece.value);
  return room.load(url);
}

/** The answers to index.js: a method for each question. */
export class Host {
  #engine;
  #models = new Map();
  #contexts = new Map();
  #next = 1;
  #answers = {
    start: async ({ module, rest, log, threads }) => {
      this.#engine = await Engine.start({ module, rest, log, threads });
      return { version: this.#engine.version, threads: this.#engine.threads };
    },
    load: async ({ source, name }) => {
      const engine = this.#engine;
      const bytes = typeof Blob !== "undefined" && source instanceof Blob ? await source.arrayBuffer() : source;
      const model = typeof bytes === "string" ? await fetched(engine, bytes) : engine.load(bytes, name);
      this.#models.set(this.#next, model);
      return { model: this.#next++, entries: model.entries };
    },
    metadata: ({ model, key }) => this.#models.get(model).metadata(key),
    setBudget: ({ model, bytes, entry }) => this.#models.get(model).setBudget(bytes, entry),
    context: ({ model, entry, sharing }) => {
      const context = this.#models.get(model).context(entry, { sharing: this.#contexts.get(sharing) });
      this.#contexts.set(this.#next, context);
      return { context: this.#next++, ports: this.#ports(context) };
    },
    run: ({ context, inputs }) => {
      const running = this.#contexts.get(context), outputs = running.run(inputs);
      return { outputs, milliseconds: running.milliseconds, ports: this.#ports(running) };
    },
    state: ({ context, state }) => this.#contexts.get(context).state(state),
    setState: ({ context, state, elements }) => void this.#contexts.get(context).setState(state, elements),
    reset: ({ context }) => void this.#contexts.get(context).reset(),
    closeContext: ({ context }) => this.#contexts.get(context).close(),
    memory: () => this.#engine.memoryBytes,
  };

  #ports(context) {
    return { inputs: context.inputs, outputs: context.outputs, states: context.states };
  }

  /** Ends what the engine has started. */
  close() {
    this.#engine?.close();
  }

  /** The answer to one question, or its error. */
  async answer(method, values) {
    return this.#answers[method](values);
  }
}

/** The memory of typed arrays in an answer, which can move to another thread instead of being copied. */
export function movable(answer) {
  const arrays = ArrayBuffer.isView(answer) ? [answer] : Object.values(answer?.outputs ?? {});
  return arrays.filter(ArrayBuffer.isView).map(({ buffer }) => buffer);
}
