// Does what index.js asks for, on the thread that has the engine: a worker's, or the caller's own.
// Models and contexts have numbers here, because they cannot cross threads.
import { Engine } from "./engine.js";

/** Reads a file into the engine's memory while it arrives; gives the model. */
async function fetched(engine, url) {
  if (url.startsWith("file:")) {
    const { readFile } = await import(/* webpackIgnore: true */ "node:fs/promises");
    return engine.load(await readFile(new URL(url)), url);
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`load: \`${url}\` answers with status ${response.status}`);
  const room = engine.room(Number(response.headers.get("content-length") ?? 0));
  const reader = response.body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) room.write(piece.value);
  return room.load(url);
}

/** Sets inputs by name or place: typed arrays, or {data, shape} where dimensions are open. */
function setInputs(context, inputs) {
  for (const [name, value] of Object.entries(inputs)) {
    const input = /^\d+$/.test(name) ? Number(name) : name;
    if (ArrayBuffer.isView(value)) context.setInput(input, value);
    else if (ArrayBuffer.isView(value?.data)) {
      if (value.shape) context.setInputShape(input, value.shape);
      context.setInput(input, value.data);
    } else throw new TypeError(`run: input \`${name}\` must be a typed array or {data, shape}; got ${typeof value}`);
  }
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
    ports: ({ context }) => this.#ports(this.#contexts.get(context)),
    run: ({ context, inputs }) => {
      const running = this.#contexts.get(context);
      setInputs(running, inputs);
      const begin = performance.now();
      running.run();
      const milliseconds = performance.now() - begin;
      const outputs = running.outputs.map(({ name }, i) => [name, running.output(i)]);
      return { outputs: Object.fromEntries(outputs), milliseconds };
    },
    state: ({ context, state }) => this.#contexts.get(context).state(state),
    setState: ({ context, state, elements }) => void this.#contexts.get(context).setState(state, elements),
    reset: ({ context }) => void this.#contexts.get(context).reset(),
    disposeContext: ({ context }) => {
      this.#contexts.get(context)?.dispose();
      this.#contexts.delete(context);
    },
    dispose: ({ model }) => {
      this.#models.get(model)?.dispose();
      this.#models.delete(model);
    },
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
