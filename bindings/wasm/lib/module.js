// Finds, compiles and starts the WebAssembly module, compiled while it comes over the network.
//
// The module knows nothing of its surroundings: it has no files and no random numbers but
// those of the models. What it imports is below. A module with threads imports its memory, too, which its
// workers share. It is in two files, of which the second is loaded when it is needed (rest.js).
import { compiled } from "./files.js";
import { Rest } from "./rest.js";
import { Threads, canShare, sharedMemory } from "./threads.js";

const WASI_SUCCESS = 0, WASI_BAD_FILE = 8, WASI_NOT_SUPPORTED = 58;
const NO_SUCH_CALL = -38; // ENOSYS

/** Does a module take its memory from outside, as one with threads does? */
const takesMemory = (module) => WebAssembly.Module.imports(module).some(({ kind }) => kind === "memory");

/** What the module imports. `memory()` gives its memory; log lines go to `print`; `rest` is its second file. */
function importsOf(module, memory, print, rest) {
  let line = "";
  const decoder = new TextDecoder();
  const own = {
    // Writes of the log, to standard error alone.
    fd_write(file, vectors, count, written) {
      const view = new DataView(memory().buffer);
      let total = 0;
      for (let i = 0; i < count; i++) {
        const at = view.getUint32(vectors + 8 * i, true), bytes = view.getUint32(vectors + 8 * i + 4, true);
        line += decoder.decode(new Uint8Array(memory().buffer, at, bytes).slice(), { stream: true }); // no decoder takes shared memory
        total += bytes;
      }
      view.setUint32(written, total, true);
      for (let end = line.indexOf("\n"); end >= 0; end = line.indexOf("\n")) {
        print(line.slice(0, end));
        line = line.slice(end + 1);
      }
      return WASI_SUCCESS;
    },
    environ_sizes_get(count, bytes) {
      const view = new DataView(memory().buffer);
      view.setUint32(count, 0, true);
      view.setUint32(bytes, 0, true);
      return WASI_SUCCESS;
    },
    environ_get: () => WASI_SUCCESS,
    clock_time_get(clock, precision, at) {
      const now = BigInt(Math.round(performance.now() * 1e6));
      new DataView(memory().buffer).setBigUint64(at, now, true);
      return WASI_SUCCESS;
    },
    proc_exit(status) {
      throw new WebAssembly.RuntimeError(`weft: the module ended with status ${status}`);
    },
    fd_close: () => WASI_BAD_FILE,
    emscripten_notify_memory_growth: () => undefined,
  };
  const imports = { ...rest?.imports };
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind === "memory") {
      (imports[from] ??= {})[name] = memory();
      continue;
    }
    if (kind !== "function") throw new Error(`weft: the module imports ${from}.${name}, which is no function`);
    if (imports[from]?.[name]) continue;
    // System calls that belong to files: there are none.
    const absent = from === "env" ? () => NO_SUCH_CALL : () => WASI_NOT_SUPPORTED;
    (imports[from] ??= {})[name] = own[name] ?? absent;
  }
  return imports;
}

// (a, b, c) => f32x4.relaxed_madd(a, b, c): a module of nothing else, to ask whether there is that.
const FUSED = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0,
  10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 0xfd, 0x85, 2, 11,
);

/** The files of the package that run here: those with fused multiply-adds where they are known. */
export function ownModule(threads = 1) {
  const isFused = WebAssembly.validate(FUSED), here = import.meta.url;
  // A bundler finds files that are written so.
  if (threads > 1 && isFused)
    return { module: new URL("./weft-threads-fused.wasm", here), rest: new URL("./weft-threads-fused-rest.wasm", here) };
  if (threads > 1) return { module: new URL("./weft-threads.wasm", here), rest: new URL("./weft-threads-rest.wasm", here) };
  if (isFused) return { module: new URL("./weft-fused.wasm", here), rest: new URL("./weft-fused-rest.wasm", here) };
  return { module: new URL("./weft.wasm", here), rest: new URL("./weft-rest.wasm", here) };
}

/** A URL as another thread can be told it; all else as it is. */
const told = (source) => (source instanceof URL ? source.href : source);

/** The second file of a first one: what is said, or where the first is a URL, the file beside it. */
function besides({ module, rest }) {
  if (rest !== undefined || !(typeof module === "string" || module instanceof URL)) return rest;
  const url = new URL(module);
  url.pathname = url.pathname.replace(/(\.wasm)?$/, "-rest$1");
  return url.href;
}

/** {module, rest}: the compiled module to start, what the caller names or the package's own, and its second file. */
async function chosen(given, threads, print) {
  const read = async (files) => ({ module: await compiled(files.module), rest: told(besides(files)) });
  if (given.module !== undefined) return read(given);
  if (threads === 1) return read(ownModule());
  try {
    return await read(ownModule(threads));
  } catch (error) {
    print(`weft: one thread, because the module for more is not here: ${error.message}`);
    return read(ownModule());
  }
}

/** An instance of {module, rest} over a memory; `memory` is undefined for one that has its own. */
export async function instantiate(files, memory, print) {
  let exports;
  const rest = await Rest.of(files.module, files.rest);
  const imports = importsOf(files.module, () => memory ?? exports.memory, print, rest);
  exports = (await WebAssembly.instantiate(files.module, imports)).exports;
  await rest?.attach(exports);
  return { exports, memory: memory ?? exports.memory };
}

/**
 * Starts a module with a memory of its own.
 * @param given {module, rest}: URLs, bytes or compiled modules; by default the package's own. `rest` is the
 *   second file of the module; by default the one beside it, NAME-rest.wasm
 * @param print takes lines of the library's log
 * @param threads how many there may be
 * @returns {exports, memory, module, rest, threads}: `module` is compiled, others can start it, too; `threads`
 *   are undefined where there is one
 */
export async function start(given = {}, print = (text) => console.warn(text), threads = 1) {
  const count = canShare() ? threads : 1;
  const files = await chosen(given, count, print);
  const isShared = takesMemory(files.module);
  if (isShared && !canShare())
    throw new Error("weft: `module` has threads, which need a page that is cross-origin isolated; this one is not");
  const engine = { ...files, print, ...(await instantiate(files, isShared ? sharedMemory() : undefined, print)) };
  engine.exports._initialize?.();
  if (isShared && count > 1) engine.threads = await Threads.start(engine, count);
  return engine;
}
