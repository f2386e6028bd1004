// Weft in Node: arrays, operators, gradients, traced functions, networks and `.weft` files.
import { native } from "./native.js";
import * as nn from "./nn.js";
import * as ops from "./ops.js";

export { fromArrow } from "./arrow.js";
export { backward, grad, pause, record, trace, TracedFunction, Writer } from "./autograd.js";
export { call } from "./call.js";
export { seed, setNumThreads } from "./calls.js";
export { WeftError } from "./errors.js";
export { Context, load, Model } from "./model.js";
export { fromBytes, loadTensors, saveTensors, tensor, Tensor, zeros } from "./tensor.js";
export { nn, ops };

/** The version of the library. */
export const version = native.version();
/** Bytes of arrays and of the library's objects that are in use. */
export const liveBytes = () => native.memory().live;
