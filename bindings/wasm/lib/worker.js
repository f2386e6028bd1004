// The worker: answers messages {id, method, values} with {id, answer} or {id, error}, one after the other.
import { packed } from "./errors.js";
import { Host, movable } from "./host.js";

const node = typeof self === "undefined";
const port = node ? (await import(/* webpackIgnore: true */ "node:worker_threads")).parentPort : self;
const host = new Host();
let last = Promise.resolve();

async function serve({ id, method, values }) {
  try {
    if (method === "start") values.log = (text) => port.postMessage({ log: text });
    const answer = await host.answer(method, values);
    port.postMessage({ id, answer }, movable(answer));
  } catch (error) {
    port.postMessage({ id, error: packed(error) });
  }
}

const listen = (message) => (last = last.then(() => serve(message)));
if (node) port.on("message", listen);
else port.onmessage = ({ data }) => listen(data);
