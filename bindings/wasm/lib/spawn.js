// Workers of browsers and of Node behind one interface, for who starts one and for who is one.

const isNode = typeof Worker === "undefined" && typeof globalThis.process?.versions?.node === "string";

/**
 * Starts a script of the package as a worker.
 * @param url where the script is
 * @param onMessage takes what it posts
 * @param onFailure takes the text of what has ended it
 * @returns {send(message, move), ref(), unref(), terminate()}: `unref` lets a program of Node end meanwhile
 */
export async function spawn(url, onMessage, onFailure) {
  if (!isNode) {
    const worker = new Worker(url, { type: "module" });
    worker.onmessage = ({ data }) => onMessage(data);
    worker.onerror = (event) => onFailure(event.message ?? "it could not start");
    worker.onmessageerror = () => onFailure("it has sent what cannot be read");
    const send = (message, move = []) => worker.postMessage(message, move);
    return { send, ref: () => undefined, unref: () => undefined, terminate: () => worker.terminate() };
  }
  const { Worker: Thread } = await import(/* webpackIgnore: true */ "node:worker_threads");
  const worker = new Thread(url, { execArgv: [] }); // what node was told about the program is not for this
  worker.on("message", onMessage);
  worker.on("error", (error) => onFailure(error.message));
  worker.on("exit", (code) => onFailure(`it ended with code ${code}`));
  const send = (message, move = []) => worker.postMessage(message, move);
  return { send, ref: () => worker.ref(), unref: () => worker.unref(), terminate: () => void worker.terminate() };
}

/** The side of a worker: `listen` takes what is sent to it; gives a function that posts. */
export async function parent(listen) {
  if (typeof self !== "undefined" && typeof self.postMessage === "function") {
    self.onmessage = ({ data }) => listen(data);
    return (message, move = []) => self.postMessage(message, move);
  }
  const { parentPort } = await import(/* webpackIgnore: true */ "node:worker_threads");
  parentPort.on("message", listen);
  return (message, move = []) => parentPort.postMessage(message, move);
}
