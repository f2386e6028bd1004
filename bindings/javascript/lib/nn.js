// Layers over operators, and updates: enough to build and train networks in JavaScript.
import { call } from "./call.js";
import * as ops from "./ops.js";
import { zeros } from "./tensor.js";

/** Weights that are uniform, as wide as keeps the variance of signals (Glorot and Bengio, 2010). */
export function glorot(shape) {
  if (shape[1] === undefined) throw new TypeError("nn: a layer needs the number of its inputs, its second argument");
  const window = shape.slice(2).reduce((a, b) => a * b, 1);
  const high = Math.sqrt(6 / ((shape[0] + shape[1]) * window));
  return ops.uniform(shape, "float32", { low: -high, high });
}

/** y = x W' + b for x of shape (N, inputs); further axes of x are flattened. */
export class Dense {
  constructor(outputs, inputs, { activation = (x) => x } = {}) {
    this.weights = { weight: glorot([outputs, inputs]), bias: zeros([outputs]) };
    this.activation = activation;
  }
  call(x) {
    const { weight, bias } = this.weights;
    return this.activation(ops.fullyConnected(x, weight, { bias }));
  }
}

/** A convolution of images of shape (N, inputs, H, W) with square windows. */
export class Conv2d {
  constructor(outputs, inputs, window, { pad = 0, activation = (x) => x } = {}) {
    this.weights = { weight: glorot([outputs, inputs, window, window]), bias: zeros([outputs]) };
    Object.assign(this, { kernel: [window, window], pad: [pad, pad], activation });
  }
  call(x) {
    const { weight, bias } = this.weights;
    return this.activation(ops.convolution(x, weight, { bias, kernel: this.kernel, pad: this.pad }));
  }
}

/** A long short-term memory: x of shape (T, N, inputs) to the hidden states (T, N, hidden). */
export class Lstm {
  constructor(hidden, inputs) {
    this.hidden = hidden;
    this.weights = {
      i2hWeight: glorot([4 * hidden, inputs]), h2hWeight: glorot([4 * hidden, hidden]),
      i2hBias: zeros([4 * hidden]), h2hBias: zeros([4 * hidden]),
    };
  }
  call(x) {
    const state = zeros([x.shape[1], this.hidden]);
    return ops.lstm(x, state, state, ...Object.values(this.weights))[0];
  }
}

/** A function as a layer without weights. */
export class Lambda {
  weights = {};
  constructor(call) {
    this.call = call;
  }
}

/** Layers one behind the other, with names. */
export class Sequential {
  constructor(layers) {
    this.layers = layers;
  }
  call(x) {
    return Object.values(this.layers).reduce((y, layer) => layer.call(y), x);
  }
  /** All weights by `layer.weight`. */
  get weights() {
    const of = ([name, layer]) => Object.entries(layer.weights).map(([part, w]) => [`${name}.${part}`, w]);
    return Object.fromEntries(Object.entries(this.layers).flatMap(of));
  }
}

/** Gradient descent with momentum. */
export class Sgd {
  constructor(weights, { learningRate, momentum = 0 }) {
    this.weights = Object.values(weights).map((w) => [w, zeros(w.shape, w.dtype)]);
    Object.assign(this, { learningRate, momentum });
  }
  /** Updates the weights by gradients in the same order. */
  step(gradients) {
    this.weights.forEach(([weight, velocity], i) =>
      call("sgd_mom_update", [weight, gradients[i], velocity, this.learningRate], { momentum: this.momentum }, [weight, velocity]));
  }
}

/** Adam (Kingma and Ba, 2015). */
export class Adam {
  steps = 0;
  constructor(weights, { learningRate = 0.001 } = {}) {
    this.weights = Object.values(weights).map((w) => [w, zeros(w.shape, w.dtype), zeros(w.shape, w.dtype)]);
    this.learningRate = learningRate;
  }
  /** Updates the weights by gradients in the same order. */
  step(gradients) {
    this.steps += 1;
    // The operator leaves the correction of the running means' bias to the rate.
    const rate = (this.learningRate * Math.sqrt(1 - 0.999 ** this.steps)) / (1 - 0.9 ** this.steps);
    this.weights.forEach(([weight, mean, variance], i) =>
      call("adam_update", [weight, gradients[i], mean, variance, rate], {}, [weight, mean, variance]));
  }
}
