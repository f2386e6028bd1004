// How many threads an engine may have here, and the workers that are its threads beside the one that calls it
// (thread.js). They share the engine's memory, which browsers allow pages that are cross-origin isolated.
import { spawn } from "./spawn.js";

const USUAL = 4; // more rarely pays: a network's layers are small, and a page has other work
export const MOST = 64;
const STACK_BYTES = 1 << 20;
const PAGES = 256; // the least memory of a module with threads, as WeftWasm.cmake links it
const MOST_PAGES = 65536;
const PATIENCE = 10_000; // ms that a worker may take to start; browsers make some wait for ever

/** `threads` if it is a number of them, or undefined, which stands for as many as do well here. */
export function checked(threads, where) {
  if (threads === undefined) return threads;
  const said = `${where}: \`threads\` must be a whole number from 1 to ${MOST}; got`;
  if (typeof threads !== "number") throw new TypeError(`${said} ${threads === null ? "null" : `a ${typeof threads}`}`);
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST) throw new RangeError(`${said} ${threads}`);
  return threads;
}

/** May workers share memory? In pages, if they are cross-origin isolated. */
export function canShare() {
  return typeof SharedArrayBuffer === "function" && globalThis.crossOriginIsolated !== false;
}

/** How many threads do well here. */
export async function usual() {
  return canShare() ? Math.min(USUAL, Math.max(1, await processors())) : 1;
}

async function processors() {
  const told = globalThis.navigator?.hardwareConcurrency;
  if (told !== undefined || typeof globalThis.process?.versions?.node !== "string") return told ?? 1;
  const os = await import(/* webpackIgnore: true */ "node:os");
  return os.availableParallelism?.() ?? os.cpus().length;
}

/** Memory for a module with threads. What it may grow to is set aside, and systems differ in what they grant. */
export function sharedMemory() {
  for (let maximum = MOST_PAGES; ; maximum /= 2)
    try {
      return new WebAssembly.Memory({ initial: PAGES, maximum, shared: true });
    } catch (error) {
      if (maximum <= 2 * PAGES) throw error;
    }
}

/** The workers of one engine. */
export class Threads {
  #workers = [];

  /**
   * Starts workers; gives those that have started, which may be fewer.
   * @param engine {module, rest, memory, exports, print} as start() of module.js has them
   * @param count how many threads the engine is to have, the caller's included
   */
  static async start(engine, count) {
    const threads = new Threads();
    const found = await Promise.all(Array.from({ length: count - 1 }, () => threads.#open(engine)));
    threads.#workers = found.filter((worker) => worker !== undefined);
    threads.#workers.forEach((worker, i) => {
      worker.send({ serve: i + 1 });
      worker.unref(); // waiting threads keep no program of Node alive
    });
    const { weft_set_num_threads, weft_num_threads } = engine.exports;
    weft_set_num_threads(threads.count);
    if (weft_num_threads() !== threads.count) throw new Error("weft: the engine takes no threads");
    return threads;
  }

  /** How many threads the engine has, the caller's included. */
  get count() {
    return 1 + this.#workers.length;
  }

  /** Opens a worker that is ready to serve; undefined, and a line of the log, if it does not come to that. */
  async #open({ module, rest, memory, exports, print }) {
    let worker, timer;
    const stack = exports.memalign(16, STACK_BYTES) >>> 0;
    const variables = exports.memalign(exports.__tls_align.value, Math.max(1, exports.__tls_size.value)) >>> 0;
    try {
      if (stack === 0 || variables === 0) throw new Error("there is no memory for its stack");
      let receive, fail;
      const started = new Promise((resolve, reject) => {
        fail = (text) => reject(new Error(text));
        receive = ({ ready, failure, log }) => {
          if (log !== undefined) print(log);
          else if (ready) resolve();
          else fail(failure);
        };
        timer = setTimeout(fail, PATIENCE, `it has not started within ${PATIENCE / 1000} s`);
      });
      started.catch(() => undefined); // it may fail before somebody waits for it
      worker = await spawn(new URL("./thread.js", import.meta.url), receive, fail);
      worker.send({ module, rest, memory, stack: stack + STACK_BYTES, variables });
      await started;
      return worker;
    } catch (error) {
      worker?.terminate(); // its memory stays taken: it may end a little later
      print(`weft: a thread could not start: ${error.message}`);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the workers. The engine must not run any more. */
  close() {
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
  }
}
