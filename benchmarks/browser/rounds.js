// What the page of the benchmark runs: each competitor prepares a network once, then is asked for its
// result and for times. All run on the page's own thread; those with a number behind their name, such as
// `weft-2`, with so many threads, of which the others are workers.

const networks = new Map(); // "weft resnet50": () => scores, or a promise of them
const read = async (name) => (await fetch(name)).arrayBuffer();

const makers = {
  async weft(name, x, threads, file) {
    const { Engine } = await import("./weft/engine.js");
    const engine = await Engine.start({ module: file && new URL(file, location), threads });
    if (engine.threads !== threads) throw new Error(`it has ${engine.threads} threads`);
    const context = engine.load(await read(`${name}.weft`), name).context();
    context.input(0).set(x);
    context.bindOutput(0);
    return { run: () => Object.values(context.run())[0], memory: () => engine.memoryBytes };
  },
  // Without fused multiply-adds, where the browser has them.
  plain: (name, x, threads) =>
    makers.weft(name, x, threads, threads > 1 ? "./weft/weft-threads.wasm" : "./weft/weft.wasm"),
  async own(name, x) {
    const model = await (await import(`./${name}.mjs`)).load();
    model.runMemory("x").set(x);
    return { run: () => model.run().output, memory: () => model.runMemory("x").buffer.byteLength };
  },
  async onnxruntime(name, x, threads) {
    // A module of its own for each number, because the first session settles it.
    const ort = await import(`./onnxruntime/ort.wasm.min.mjs?${threads}`);
    ort.env.wasm.numThreads = threads;
    ort.env.wasm.wasmPaths = new URL("./onnxruntime/", location).href;
    const session = await ort.InferenceSession.create(await read(`${name}.onnx`), { graphOptimizationLevel: "all" });
    const feeds = { x: new ort.Tensor("float32", x, [1, 3, 224, 224]) };
    return { run: async () => (await session.run(feeds)).y.data };
  },
  async tensorflow(name, x) {
    for (const file of ["tf-core.min.js", "tf-backend-wasm.min.js"]) await script(`./tensorflow/${file}`);
    tf.wasm.setWasmPaths(new URL("./tensorflow/", location).href);
    tf.wasm.setThreadsCount?.(1);
    await tf.setBackend("wasm");
    const layers = await (await fetch(`${name}.json`)).json(), numbers = new Float32Array(await read(`${name}.bin`));
    for (const layer of layers)
      for (const key of ["w", "b"])
        if (layer[key]) {
          const { at, shape } = layer[key], size = shape.reduce((a, b) => a * b, 1);
          layer[key] = tf.tensor(numbers.subarray(at, at + size), shape);
        }
    const image = tf.transpose(tf.tensor(x, [1, 3, 224, 224]), [0, 2, 3, 1]);
    return { run: () => tf.tidy(() => forward(layers, image)).data() };
  },
};

/** The layers of layers.py by TensorFlow.js, channels last. */
function forward(layers, image) {
  const values = { x: image };
  let last;
  for (const { op, inputs, output, w, b, stride, pad, group, size, low, high } of layers) {
    const [x, y] = inputs.map((name) => values[name]);
    const activation = low === undefined ? "linear" : high === undefined ? "relu" : "relu6";
    if (op === "conv") {
      const conv = group > 1 ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
      last = conv({ x, filter: w, strides: stride, pad, dimRoundingMode: "floor", bias: b, activation });
    } else if (op === "dense") last = tf.fused.matMul({ a: x, b: w, bias: b, activation });
    else if (op === "pool") last = tf.maxPool(x, size, stride, pad, "floor");
    else if (op === "mean") last = tf.mean(x, [1, 2]);
    else if (op === "add") last = low === undefined ? tf.add(x, y) : tf.relu(tf.add(x, y));
    values[output] = last;
  }
  return last;
}

function script(source) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    Object.assign(element, { src: source, onload: resolve, onerror: reject });
    document.head.append(element);
  });
}

/** Makes a competitor ready for a network; gives its scores, to be compared. */
export async function prepare(maker, name) {
  const [kind, threads = "1"] = maker.split("-");
  const made = await makers[kind](name, new Float32Array(await read(`${name}.x`)), Number(threads));
  networks.set(`${maker} ${name}`, made);
  return Array.from(await made.run());
}

/** Milliseconds of each of some runs. */
export async function time(maker, name, count) {
  const { run } = networks.get(`${maker} ${name}`), times = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times;
}

/** Bytes that the competitor's memory has grown to, where it tells. */
export function memory(maker, name) {
  return networks.get(`${maker} ${name}`).memory?.() ?? null;
}
