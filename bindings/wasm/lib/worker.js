// The worker: answers messages {id, method, values} with {id, answer} or {id, error}, one after the other.
import { Host, movable } from "./host.js";
import { packed } from "./messages.js";
import { parent } from "./spawn.js";

const host = new Host();
let last = Promise.resolve();

async function serve({ id, method, values }) {
  try {
    if (method === "start") values.log = (text) => post({ log: text });
    const answer = await host.answer(method, values);
    post({ id, answer }, movable(answer));
  } catch (error) {
    post({ id, error: packed(error) });
  }
}

const post = await parent((message) => (last = last.then(() => serve(message))));
