// Finds, compiles and starts the WebAssembly module, compiled while it comes over the network.
//
// The module knows nothing of its surroundings: it has no files and no random numbers but
// those of the models. What it imports is below. A module with threads imports its memory, too, which its
// workers share.
import { Threads, canShare, sharedMemory } from "./threads.js";

const WASI_SUCCESS = 0, WASI_BAD_FILE = 8, WASI_NOT_SUPPORTED = 58;
const NO_SUCH_CALL = -38; // ENOSYS

/** Does a module take its memory from outside, as one with threads does? */
const takesMemory = (module) => WebAssembly.Module.imports(module).some(({ kind }) => kind === "memory");

/** What the module imports. `memory()` gives its memory; log lines go to `print`. */
function importsOf(module, memory, print) {
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
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind === "memory") {
      (imports[from] ??= {})[name] = memory();
      continue;
    }
    if (kind !== "function") throw new Error(`weft: the module imports ${from}.${name}, which is no function`);
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

/** Which file of the package runs here: the one with fused multiply-adds where they are known. */
export function ownModule(threads = 1) {
  const isFused = WebAssembly.validate(FUSED);
  if (threads > 1)
    return isFused ? new URL("./weft-threads-fused.wasm", import.meta.url) : new URL("./weft-threads.wasm", import.meta.url);
  return isFused ? new URL("./weft-fused.wasm", import.meta.url) : new URL("./weft.wasm", import.meta.url);
}

/** The module behind a URL or in bytes, compiled. */
async function compiled(source) {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return WebAssembly.compile(source);
  const url = new URL(source);
  if (url.protocol === "file:") {
    const { readFile } = await import(/* webpackIgnore: true */ "node:fs/promises");
    const bytes = await readFile(url).catch((error) => {
      if (error.code !== "ENOENT") throw error;
      throw new Error(`weft: there is no ${url.pathname}; \`make wasm\` builds the package's own modules`);
    });
    return WebAssembly.compile(bytes);
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`weft: ${url} answers with status ${response.status}`);
  // A server may not know the type of .wasm, which streaming insists on.
  if (response.headers.get("content-type")?.startsWith("application/wasm"))
    return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** The compiled module to start: what the caller names, or the package's own for so many threads. */
async function chosen(source, threads, print) {
  if (source !== undefined || threads === 1) return compiled(source ?? ownModule());
  try {
    return await compiled(ownModule(threads));
  } catch (error) {
    print(`weft: one thread, because the module for more is not here: ${error.message}`);
    return compiled(ownModule());
  }
}

/** An instance of a module over a memory; `memory` is undefined for one that has its own. */
export async function instantiate(module, memory, print) {
  let exports;
  const instance = await WebAssembly.instantiate(module, importsOf(module, () => memory ?? exports.memory, print));
  exports = instance.exports;
  return { exports, memory: memory ?? exports.memory };
}

/**
 * Starts a module with a memory of its own.
 * @param source a URL, the bytes, or a compiled module; by default one of the package's own
 * @param print takes lines of the library's log
 * @param threads how many there may be
 * @returns {exports, memory, module, threads}: `module` is compiled, others can start it, too; `threads` are
 *   undefined where there is one
 */
export async function start(source, print = (text) => console.warn(text), threads = 1) {
  const count = canShare() ? threads : 1;
  const module = await chosen(source, count, print);
  const isShared = takesMemory(module);
  if (isShared && !canShare())
    throw new Error("weft: `module` has threads, which need a page that is cross-origin isolated; this one is not");
  const engine = { module, print, ...(await instantiate(module, isShared ? sharedMemory() : undefined, print)) };
  engine.exports._initialize?.();
  if (isShared && count > 1) engine.threads = await Threads.start(engine, count);
  return engine;
}
