// Finds, compiles and starts the WebAssembly module, compiled while it comes over the network.
//
// The module knows nothing of its surroundings: it has no files and no random numbers but
// those of the models. What it imports is below.

const WASI_SUCCESS = 0, WASI_BAD_FILE = 8, WASI_NOT_SUPPORTED = 58;
const NO_SUCH_CALL = -38; // ENOSYS

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
        line += decoder.decode(new Uint8Array(memory().buffer, at, bytes), { stream: true });
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
export function ownModule() {
  return WebAssembly.validate(FUSED) ? new URL("./weft-fused.wasm", import.meta.url) : new URL("./weft.wasm", import.meta.url);
}

/** The module behind a URL or in bytes, compiled. */
async function compiled(source) {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return WebAssembly.compile(source);
  const url = new URL(source);
  if (url.protocol === "file:") {
    const { readFile } = await import(/* webpackIgnore: true */ "node:fs/promises");
    return WebAssembly.compile(await readFile(url));
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`weft: ${url} answers with status ${response.status}`);
  // A server may not know the type of .wasm, which streaming insists on.
  if (response.headers.get("content-type")?.startsWith("application/wasm"))
    return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/**
 * Starts a module of its own memory; gives its exports and the compiled module, which others can start, too.
 * @param source a URL, the bytes, or a compiled module; by default one of the package's own
 * @param print takes lines of the library's log
 */
export async function start(source, print = (text) => console.warn(text)) {
  const module = await compiled(source ?? ownModule());
  let exports;
  const instance = await WebAssembly.instantiate(module, importsOf(module, () => exports.memory, print));
  exports = instance.exports;
  exports._initialize?.();
  return { exports, module };
}
