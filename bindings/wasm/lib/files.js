// Reads and compiles files of the package: over the network while they arrive, in Node from the disk.

/** Modules that came as what they are. */
const isModule = (source) => source instanceof WebAssembly.Module;
const isBytes = (source) => source instanceof ArrayBuffer || ArrayBuffer.isView(source);

/** The module behind a URL or in bytes, compiled. */
export async function compiled(source) {
  if (isModule(source)) return source;
  if (isBytes(source)) return WebAssembly.compile(source);
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

/**
 * A function that gives the same at once, for calls that cannot wait for a promise; undefined where this
 * thread must not stop for a file: on that of a page.
 */
export async function compilerAtOnce(source) {
  const isNode = typeof globalThis.process?.versions?.node === "string";
  const isWorker = typeof WorkerGlobalScope !== "undefined" && globalThis instanceof WorkerGlobalScope;
  if (!isNode && !isWorker) return undefined;
  if (isModule(source)) return () => source;
  if (isBytes(source)) return () => new WebAssembly.Module(source);
  const url = new URL(source);
  if (url.protocol === "file:" && isNode) {
    const { readFileSync } = await import(/* webpackIgnore: true */ "node:fs");
    return () => new WebAssembly.Module(readFileSync(url));
  }
  if (typeof XMLHttpRequest === "undefined") return undefined;
  return () => {
    const request = new XMLHttpRequest();
    request.open("GET", url, false);
    request.responseType = "arraybuffer";
    request.send();
    if (request.status !== 200) throw new Error(`it answers with status ${request.status}`);
    return new WebAssembly.Module(request.response);
  };
}
