// A thread of the engine: a worker with an instance of the module over the engine's memory. It answers
// {module, rest, memory, stack, variables} with "ready"; at {serve: number} it begins to take parts of the engine's
// work, and listens no more.
import { instantiate } from "./module.js";
import { parent } from "./spawn.js";

let exports;

const post = await parent(async ({ module, rest, memory, stack, variables, serve }) => {
  if (serve === undefined) {
    try {
      exports = (await instantiate({ module, rest }, memory, (log) => post({ log }))).exports;
      exports.stackRestore(stack);
      exports.__wasm_init_tls(variables);
      post({ ready: true });
    } catch (error) {
      post({ failure: error.message });
    }
    return;
  }
  try {
    exports.weft_worker_serve(serve);
  } catch (error) {
    exports.weft_worker_failed(); // who waits for this one stops, too
    post({ failure: error.message });
  }
});
