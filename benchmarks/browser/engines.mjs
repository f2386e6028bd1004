// The engines that run.mjs compares: each gives a function that runs the network once on the same image.
const SHAPE = [1, 3, 224, 224];

/** The same picture for all: numbers from 0 to 1 without a pattern. */
function image() {
  let seed = 1;
  return Float32Array.from({ length: 3 * 224 * 224 }, () => ((seed = (seed * 48271) % 2147483647) / 2147483647));
}

const script = (source) =>
  new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement("script"), { src: source, onload: resolve, onerror: () => reject(Error(`there is no ${source}`)) });
    document.head.append(element);
  });

const engines = {
  async weft(network) {
    const { Engine } = await import("/weft/engine.js");
    const engine = await Engine.start();
    const bytes = await (await fetch(`/networks/${network}.weft`)).arrayBuffer();
    const context = engine.load(bytes).context();
    context.input(0).set(image());
    return { run: () => context.run(), scores: () => context.output(0), memory: () => engine.memoryBytes };
  },
  async "onnxruntime-web"(network) {
    const ort = await import("/node_modules/onnxruntime-web/dist/ort.wasm.min.mjs");
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = "/node_modules/onnxruntime-web/dist/";
    const session = await ort.InferenceSession.create(`/networks/${network}.onnx`, { executionProviders: ["wasm"], graphOptimizationLevel: "all" });
    const feeds = { [session.inputNames[0]]: new ort.Tensor("float32", image(), SHAPE) };
    let outputs;
    return { run: async () => (outputs = await session.run(feeds)), scores: () => outputs[session.outputNames[0]].data };
  },
  async "tensorflow.js"(network) {
    if (network !== "mobilenet_v2") throw Error("this network is not written in it here");
    await script("/node_modules/@tensorflow/tfjs-core/dist/tf-core.min.js");
    await script("/node_modules/@tensorflow/tfjs-backend-cpu/dist/tf-backend-cpu.min.js");
    await script("/node_modules/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js");
    const { tf } = globalThis;
    tf.wasm.setWasmPaths("/node_modules/@tensorflow/tfjs-backend-wasm/dist/");
    tf.wasm.setThreadsCount(1);
    await tf.setBackend("wasm");
    const layers = mobilenet(tf), x = tf.transpose(tf.tensor4d(image(), SHAPE), [0, 2, 3, 1]);
    const run = async () => {
      const y = tf.tidy(() => layers.reduce((value, layer) => layer(value), x));
      await y.data();
      y.dispose();
    };
    return { run, memory: () => tf.memory().numBytes };
  },
};

/** MobileNet v2's layers with weights of their own: time does not depend on values. */
function mobilenet(tf) {
  const weights = (...shape) => tf.randomNormal(shape, 0, 0.05), layers = [];
  const convolution = (inputs, outputs, size, strides, activation) => {
    const filter = weights(size, size, inputs, outputs), bias = weights(outputs);
    return (x) => tf.fused.conv2d({ x, filter, strides, pad: "same", bias, activation });
  };
  const depthwise = (channels, strides) => {
    const filter = weights(3, 3, channels, 1), bias = weights(channels);
    return (x) => tf.fused.depthwiseConv2d({ x, filter, strides, pad: "same", bias, activation: "relu6" });
  };
  layers.push(convolution(3, 32, 3, 2, "relu6"));
  let channels = 32;
  // Expansion, channels, repetitions, stride of the first: table 2 of arXiv 1801.04381.
  for (const [expansion, outputs, count, stride] of [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]])
    for (let i = 0; i < count; i++) {
      const strides = i === 0 ? stride : 1, wide = channels * expansion;
      const block = [...(expansion > 1 ? [convolution(channels, wide, 1, 1, "relu6")] : []), depthwise(wide, strides), convolution(wide, outputs, 1, 1, "linear")];
      const residual = strides === 1 && channels === outputs;
      layers.push((x) => {
        const y = block.reduce((value, layer) => layer(value), x);
        return residual ? tf.add(x, y) : y;
      });
      channels = outputs;
    }
  layers.push(convolution(channels, 1280, 1, 1, "relu6"));
  const dense = weights(1280, 1000), bias = weights(1000);
  layers.push((x) => tf.add(tf.matMul(tf.mean(x, [1, 2]), dense), bias));
  return layers;
}

let engine;

/** Loads; gives how long that took, the memory where the engine tells it, and the scores; or an error. */
globalThis.prepare = async (name, network) => {
  try {
    const begin = performance.now();
    engine = await engines[name](network);
    const loading = performance.now() - begin;
    for (let i = 0; i < 3; i++) await engine.run();
    return { loading, memory: engine.memory?.(), scores: engine.scores && Array.from(engine.scores()) };
  } catch (error) {
    return { error: error.message };
  }
};

/** The median time of runs, in milliseconds. */
globalThis.time = async (seconds) => {
  const times = [], end = performance.now() + 1000 * seconds;
  do {
    const begin = performance.now();
    await engine.run();
    times.push(performance.now() - begin);
  } while (performance.now() < end);
  return times.sort((a, b) => a - b)[times.length >> 1];
};
