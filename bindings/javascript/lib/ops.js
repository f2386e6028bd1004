// Written by bindings/generate; do not edit.

import { define } from "./call.js";

const $abs = define("abs", []);
export function abs(x) {
  return $abs.call1(x);
}
const $adagrad_update = define("adagrad_update", ["wd", "rescaleGrad", "clipGradient", "epsilon"]);
export function adagradUpdate(weight, grad, history, lr, options) {
  if (options === undefined) return $adagrad_update.call([weight, grad, history, lr]);
  $adagrad_update.accept(options);
  return $adagrad_update.call([weight, grad, history, lr, options.wd, options.rescaleGrad, options.clipGradient, options.epsilon]);
}
const $adam_update = define("adam_update", ["wd", "rescaleGrad", "clipGradient", "beta1", "beta2", "epsilon"]);
export function adamUpdate(weight, grad, mean, var_, lr, options) {
  if (options === undefined) return $adam_update.call([weight, grad, mean, var_, lr]);
  $adam_update.accept(options);
  return $adam_update.call([weight, grad, mean, var_, lr, options.wd, options.rescaleGrad, options.clipGradient, options.beta1, options.beta2, options.epsilon]);
}
const $adamw_update = define("adamw_update", ["wd", "rescaleGrad", "clipGradient", "beta1", "beta2", "epsilon"]);
export function adamwUpdate(weight, grad, mean, var_, lr, eta, options) {
  if (options === undefined) return $adamw_update.call([weight, grad, mean, var_, lr, eta]);
  $adamw_update.accept(options);
  return $adamw_update.call([weight, grad, mean, var_, lr, eta, options.wd, options.rescaleGrad, options.clipGradient, options.beta1, options.beta2, options.epsilon]);
}
const $add = define("add", []);
export function add(x1, x2) {
  return $add.call2(x1, x2);
}
const $all = define("all", ["axis", "keepdims"]);
export function all(x, options) {
  if (options === undefined) return $all.call1(x);
  $all.accept(options);
  return $all.call([x, options.axis, options.keepdims]);
}
const $all_gather = define("all_gather", ["group"]);
export function allGather(x, axis, ranks, options) {
  if (options === undefined) return $all_gather.call([x, axis, ranks]);
  $all_gather.accept(options);
  return $all_gather.call([x, axis, ranks, options.group]);
}
const $all_reduce = define("all_reduce", ["reduction", "ordered", "group"]);
export function allReduce(x, options) {
  if (options === undefined) return $all_reduce.call1(x);
  $all_reduce.accept(options);
  return $all_reduce.call([x, options.reduction, options.ordered, options.group]);
}
const $all_reduce_start = define("all_reduce_start", ["reduction", "ordered", "group"]);
export function allReduceStart(x, options) {
  if (options === undefined) return $all_reduce_start.call1(x);
  $all_reduce_start.accept(options);
  return $all_reduce_start.call([x, options.reduction, options.ordered, options.group]);
}
const $all_to_all = define("all_to_all", ["group"]);
export function allToAll(x, splitAxis, concatAxis, ranks, options) {
  if (options === undefined) return $all_to_all.call([x, splitAxis, concatAxis, ranks]);
  $all_to_all.accept(options);
  return $all_to_all.call([x, splitAxis, concatAxis, ranks, options.group]);
}
const $angle = define("angle", []);
export function angle(x) {
  return $angle.call1(x);
}
const $any = define("any", ["axis", "keepdims"]);
export function any(x, options) {
  if (options === undefined) return $any.call1(x);
  $any.accept(options);
  return $any.call([x, options.axis, options.keepdims]);
}
const $arange = define("arange", ["step", "count"]);
export function arange(start, stop, dtype, options) {
  if (options === undefined) return $arange.call([start, stop, undefined, dtype]);
  $arange.accept(options);
  return $arange.call([start, stop, options.step, dtype, options.count]);
}
const $arccos = define("arccos", []);
export function arccos(x) {
  return $arccos.call1(x);
}
const $arccosh = define("arccosh", []);
export function arccosh(x) {
  return $arccosh.call1(x);
}
const $arcsin = define("arcsin", []);
export function arcsin(x) {
  return $arcsin.call1(x);
}
const $arcsinh = define("arcsinh", []);
export function arcsinh(x) {
  return $arcsinh.call1(x);
}
const $arctan = define("arctan", []);
export function arctan(x) {
  return $arctan.call1(x);
}
const $arctan2 = define("arctan2", []);
export function arctan2(x1, x2) {
  return $arctan2.call2(x1, x2);
}
const $arctanh = define("arctanh", []);
export function arctanh(x) {
  return $arctanh.call1(x);
}
const $argmax = define("argmax", ["axis", "keepdims"]);
export function argmax(x, options) {
  if (options === undefined) return $argmax.call1(x);
  $argmax.accept(options);
  return $argmax.call([x, options.axis, options.keepdims]);
}
const $argmin = define("argmin", ["axis", "keepdims"]);
export function argmin(x, options) {
  if (options === undefined) return $argmin.call1(x);
  $argmin.accept(options);
  return $argmin.call([x, options.axis, options.keepdims]);
}
const $argsort = define("argsort", ["axis", "descending"]);
export function argsort(a, options) {
  if (options === undefined) return $argsort.call1(a);
  $argsort.accept(options);
  return $argsort.call([a, options.axis, options.descending]);
}
const $array_split = define("array_split", ["axis"]);
export function arraySplit(ary, indicesOrSections, options) {
  if (options === undefined) return $array_split.call([ary, indicesOrSections]);
  $array_split.accept(options);
  return $array_split.call([ary, indicesOrSections, options.axis]);
}
const $barrier = define("barrier", ["group"]);
export function barrier(options) {
  if (options === undefined) return $barrier.call([]);
  $barrier.accept(options);
  return $barrier.call([options.group]);
}
const $batch_flatten = define("batch_flatten", []);
export function batchFlatten(x) {
  return $batch_flatten.call1(x);
}
const $batch_norm = define("batch_norm", ["eps", "momentum", "training", "axis"]);
export function batchNorm(data, gamma, beta, runningMean, runningVar, options) {
  if (options === undefined) return $batch_norm.call([data, gamma, beta, runningMean, runningVar]);
  $batch_norm.accept(options);
  return $batch_norm.call([data, gamma, beta, runningMean, runningVar, options.eps, options.momentum, options.training, options.axis]);
}
const $binomial = define("binomial", []);
export function binomial(trials, probability) {
  return $binomial.call2(trials, probability);
}
const $bitwise_and = define("bitwise_and", []);
export function bitwiseAnd(x1, x2) {
  return $bitwise_and.call2(x1, x2);
}
const $bitwise_or = define("bitwise_or", []);
export function bitwiseOr(x1, x2) {
  return $bitwise_or.call2(x1, x2);
}
const $bitwise_xor = define("bitwise_xor", []);
export function bitwiseXor(x1, x2) {
  return $bitwise_xor.call2(x1, x2);
}
const $bounded_integers = define("bounded_integers", ["isIndex"]);
export function boundedIntegers(x, least, most, caller, what, options) {
  if (options === undefined) return $bounded_integers.call([x, least, most, caller, what]);
  $bounded_integers.accept(options);
  return $bounded_integers.call([x, least, most, caller, what, options.isIndex]);
}
const $broadcast = define("broadcast", ["group"]);
export function broadcast(x, root, options) {
  if (options === undefined) return $broadcast.call([x, root]);
  $broadcast.accept(options);
  return $broadcast.call([x, root, options.group]);
}
const $broadcast_start = define("broadcast_start", ["group"]);
export function broadcastStart(x, root, options) {
  if (options === undefined) return $broadcast_start.call([x, root]);
  $broadcast_start.accept(options);
  return $broadcast_start.call([x, root, options.group]);
}
const $broadcast_to = define("broadcast_to", []);
export function broadcastTo(x, shape) {
  return $broadcast_to.call([x, shape]);
}
const $cast = define("cast", []);
export function cast(x, dtype) {
  return $cast.call([x, dtype]);
}
const $ceil = define("ceil", []);
export function ceil(x) {
  return $ceil.call1(x);
}
const $celu = define("celu", ["alpha"]);
export function celu(x, options) {
  if (options === undefined) return $celu.call1(x);
  $celu.accept(options);
  return $celu.call([x, options.alpha]);
}
const $check = define("check", ["where"]);
export function check(condition, arrays, message, options) {
  if (options === undefined) return $check.call([condition, arrays, message]);
  $check.accept(options);
  return $check.call([condition, arrays, message, options.where]);
}
const $cholesky = define("cholesky", ["upper"]);
export function cholesky(a, options) {
  if (options === undefined) return $cholesky.call1(a);
  $cholesky.accept(options);
  return $cholesky.call([a, options.upper]);
}
const $clip = define("clip", ["min", "max"]);
export function clip(x, options) {
  if (options === undefined) return $clip.call1(x);
  $clip.accept(options);
  return $clip.call([x, options.min, options.max]);
}
const $collective_wait = define("collective_wait", ["sent", "group"]);
export function collectiveWait(result, options) {
  if (options === undefined) return $collective_wait.call1(result);
  $collective_wait.accept(options);
  return $collective_wait.call([result, options.sent, options.group]);
}
const $column_stack = define("column_stack", []);
export function columnStack(arrays) {
  return $column_stack.call([arrays]);
}
const $concatenate = define("concatenate", ["axis"]);
export function concatenate(arrays, options) {
  if (options === undefined) return $concatenate.call([arrays]);
  $concatenate.accept(options);
  return $concatenate.call([arrays, options.axis]);
}
const $conj = define("conj", []);
export function conj(x) {
  return $conj.call1(x);
}
const $convolution = define("convolution", ["bias", "kernel", "stride", "pad", "dilate", "numGroup"]);
export function convolution(data, weight, options) {
  if (options === undefined) return $convolution.call2(data, weight);
  $convolution.accept(options);
  return $convolution.call([data, weight, options.bias, options.kernel, options.stride, options.pad, options.dilate, options.numGroup]);
}
const $copy = define("copy", []);
export function copy(x) {
  return $copy.call1(x);
}
const $copy_to_parts = define("copy_to_parts", ["group"]);
export function copyToParts(x, options) {
  if (options === undefined) return $copy_to_parts.call1(x);
  $copy_to_parts.accept(options);
  return $copy_to_parts.call([x, options.group]);
}
const $copysign = define("copysign", []);
export function copysign(x1, x2) {
  return $copysign.call2(x1, x2);
}
const $cos = define("cos", []);
export function cos(x) {
  return $cos.call1(x);
}
const $cosh = define("cosh", []);
export function cosh(x) {
  return $cosh.call1(x);
}
const $count_nonzero = define("count_nonzero", ["axis", "keepdims"]);
export function countNonzero(x, options) {
  if (options === undefined) return $count_nonzero.call1(x);
  $count_nonzero.accept(options);
  return $count_nonzero.call([x, options.axis, options.keepdims]);
}
const $ctc_loss = define("ctc_loss", ["dataLengths", "labelLengths", "blankLabel"]);
export function ctcLoss(data, label, options) {
  if (options === undefined) return $ctc_loss.call2(data, label);
  $ctc_loss.accept(options);
  return $ctc_loss.call([data, label, options.dataLengths, options.labelLengths, options.blankLabel]);
}
const $cummax = define("cummax", ["axis"]);
export function cummax(x, options) {
  if (options === undefined) return $cummax.call1(x);
  $cummax.accept(options);
  return $cummax.call([x, options.axis]);
}
const $cummin = define("cummin", ["axis"]);
export function cummin(x, options) {
  if (options === undefined) return $cummin.call1(x);
  $cummin.accept(options);
  return $cummin.call([x, options.axis]);
}
const $cumprod = define("cumprod", ["axis", "dtype"]);
export function cumprod(x, options) {
  if (options === undefined) return $cumprod.call1(x);
  $cumprod.accept(options);
  return $cumprod.call([x, options.axis, options.dtype]);
}
const $cumsum = define("cumsum", ["axis", "dtype"]);
export function cumsum(x, options) {
  if (options === undefined) return $cumsum.call1(x);
  $cumsum.accept(options);
  return $cumsum.call([x, options.axis, options.dtype]);
}
const $deconvolution = define("deconvolution", ["bias", "kernel", "stride", "pad", "dilate", "numGroup", "adj"]);
export function deconvolution(data, weight, options) {
  if (options === undefined) return $deconvolution.call2(data, weight);
  $deconvolution.accept(options);
  return $deconvolution.call([data, weight, options.bias, options.kernel, options.stride, options.pad, options.dilate, options.numGroup, options.adj]);
}
const $depth_to_space = define("depth_to_space", ["channelsLast"]);
export function depthToSpace(data, blockSize, options) {
  if (options === undefined) return $depth_to_space.call([data, blockSize]);
  $depth_to_space.accept(options);
  return $depth_to_space.call([data, blockSize, options.channelsLast]);
}
const $dequantize = define("dequantize", ["zeroPoint", "axis"]);
export function dequantize(data, scale, options) {
  if (options === undefined) return $dequantize.call2(data, scale);
  $dequantize.accept(options);
  return $dequantize.call([data, scale, options.zeroPoint, options.axis]);
}
const $det = define("det", []);
export function det(a) {
  return $det.call1(a);
}
const $dft = define("dft", ["inverse"]);
export function dft(x, options) {
  if (options === undefined) return $dft.call1(x);
  $dft.accept(options);
  return $dft.call([x, options.inverse]);
}
const $diag = define("diag", ["k"]);
export function diag(v, options) {
  if (options === undefined) return $diag.call1(v);
  $diag.accept(options);
  return $diag.call([v, options.k]);
}
const $diagonal = define("diagonal", ["offset", "axis1", "axis2"]);
export function diagonal(a, options) {
  if (options === undefined) return $diagonal.call1(a);
  $diagonal.accept(options);
  return $diagonal.call([a, options.offset, options.axis1, options.axis2]);
}
const $digamma = define("digamma", []);
export function digamma(x) {
  return $digamma.call1(x);
}
const $divide = define("divide", []);
export function divide(x1, x2) {
  return $divide.call2(x1, x2);
}
const $dot = define("dot", []);
export function dot(a, b) {
  return $dot.call2(a, b);
}
const $dropout = define("dropout", ["p", "axes", "training"]);
export function dropout(data, options) {
  if (options === undefined) return $dropout.call1(data);
  $dropout.accept(options);
  return $dropout.call([data, options.p, options.axes, options.training]);
}
const $dstack = define("dstack", []);
export function dstack(arrays) {
  return $dstack.call([arrays]);
}
const $eig = define("eig", []);
export function eig(a) {
  return $eig.call([a]);
}
const $eigh = define("eigh", ["upper"]);
export function eigh(a, options) {
  if (options === undefined) return $eigh.call([a]);
  $eigh.accept(options);
  return $eigh.call([a, options.upper]);
}
const $einsum = define("einsum", []);
export function einsum(operands, subscripts) {
  return $einsum.call([operands, subscripts]);
}
const $element = define("element", []);
export function element(x, index) {
  return $element.call([x, index]);
}
const $elu = define("elu", ["alpha"]);
export function elu(x, options) {
  if (options === undefined) return $elu.call1(x);
  $elu.accept(options);
  return $elu.call([x, options.alpha]);
}
const $embedding = define("embedding", ["sparseGrad"]);
export function embedding(data, weight, options) {
  if (options === undefined) return $embedding.call2(data, weight);
  $embedding.accept(options);
  return $embedding.call([data, weight, options.sparseGrad]);
}
const $equal = define("equal", []);
export function equal(x1, x2) {
  return $equal.call2(x1, x2);
}
const $erf = define("erf", []);
export function erf(x) {
  return $erf.call1(x);
}
const $erfinv = define("erfinv", []);
export function erfinv(x) {
  return $erfinv.call1(x);
}
const $exchange_blocks = define("exchange_blocks", ["group"]);
export function exchangeBlocks(x, ranks, options) {
  if (options === undefined) return $exchange_blocks.call([x, ranks]);
  $exchange_blocks.accept(options);
  return $exchange_blocks.call([x, ranks, options.group]);
}
const $exchange_blocks_start = define("exchange_blocks_start", ["group"]);
export function exchangeBlocksStart(x, ranks, options) {
  if (options === undefined) return $exchange_blocks_start.call([x, ranks]);
  $exchange_blocks_start.accept(options);
  return $exchange_blocks_start.call([x, ranks, options.group]);
}
const $exp = define("exp", []);
export function exp(x) {
  return $exp.call1(x);
}
const $exp2 = define("exp2", []);
export function exp2(x) {
  return $exp2.call1(x);
}
const $expand_dims = define("expand_dims", []);
export function expandDims(x, axis) {
  return $expand_dims.call([x, axis]);
}
const $expm1 = define("expm1", []);
export function expm1(x) {
  return $expm1.call1(x);
}
const $exponential = define("exponential", ["scale"]);
export function exponential(shape, dtype, options) {
  if (options === undefined) return $exponential.call([undefined, shape, dtype]);
  $exponential.accept(options);
  return $exponential.call([options.scale, shape, dtype]);
}
const $flip = define("flip", ["axis"]);
export function flip(m, options) {
  if (options === undefined) return $flip.call1(m);
  $flip.accept(options);
  return $flip.call([m, options.axis]);
}
const $floor = define("floor", []);
export function floor(x) {
  return $floor.call1(x);
}
const $floor_divide = define("floor_divide", []);
export function floorDivide(x1, x2) {
  return $floor_divide.call2(x1, x2);
}
const $fmax = define("fmax", []);
export function fmax(x1, x2) {
  return $fmax.call2(x1, x2);
}
const $fmin = define("fmin", []);
export function fmin(x1, x2) {
  return $fmin.call2(x1, x2);
}
const $fmod = define("fmod", []);
export function fmod(x1, x2) {
  return $fmod.call2(x1, x2);
}
const $fourier = define("fourier", ["x2", "inverse"]);
export function fourier(x1, options) {
  if (options === undefined) return $fourier.call([x1]);
  $fourier.accept(options);
  return $fourier.call([x1, options.x2, options.inverse]);
}
const $frames = define("frames", []);
export function frames(x, length, hop) {
  return $frames.call([x, length, hop]);
}
const $full = define("full", []);
export function full(shape, fillValue, dtype) {
  return $full.call([shape, fillValue, dtype]);
}
const $fully_connected = define("fully_connected", ["bias", "flatten"]);
export function fullyConnected(data, weight, options) {
  if (options === undefined) return $fully_connected.call2(data, weight);
  $fully_connected.accept(options);
  return $fully_connected.call([data, weight, options.bias, options.flatten]);
}
const $gamma = define("gamma", []);
export function gamma(x) {
  return $gamma.call1(x);
}
const $gammaln = define("gammaln", []);
export function gammaln(x) {
  return $gammaln.call1(x);
}
const $gather = define("gather", ["position", "shownAxes"]);
export function gather(x, indices, axes, options) {
  if (options === undefined) return $gather.call([x, indices, axes]);
  $gather.accept(options);
  return $gather.call([x, indices, axes, options.position, options.shownAxes]);
}
const $gather_blocks = define("gather_blocks", ["group"]);
export function gatherBlocks(x, ranks, options) {
  if (options === undefined) return $gather_blocks.call([x, ranks]);
  $gather_blocks.accept(options);
  return $gather_blocks.call([x, ranks, options.group]);
}
const $gather_blocks_start = define("gather_blocks_start", ["group"]);
export function gatherBlocksStart(x, ranks, options) {
  if (options === undefined) return $gather_blocks_start.call([x, ranks]);
  $gather_blocks_start.accept(options);
  return $gather_blocks_start.call([x, ranks, options.group]);
}
const $gather_nd = define("gather_nd", []);
export function gatherNd(data, indices) {
  return $gather_nd.call2(data, indices);
}
const $gather_parts = define("gather_parts", ["group"]);
export function gatherParts(x, ranks, options) {
  if (options === undefined) return $gather_parts.call([x, ranks]);
  $gather_parts.accept(options);
  return $gather_parts.call([x, ranks, options.group]);
}
const $gelu = define("gelu", ["approximation"]);
export function gelu(x, options) {
  if (options === undefined) return $gelu.call1(x);
  $gelu.accept(options);
  return $gelu.call([x, options.approximation]);
}
const $greater = define("greater", []);
export function greater(x1, x2) {
  return $greater.call2(x1, x2);
}
const $greater_equal = define("greater_equal", []);
export function greaterEqual(x1, x2) {
  return $greater_equal.call2(x1, x2);
}
const $grid_sample = define("grid_sample", ["mode", "paddingMode", "alignCorners"]);
export function gridSample(data, grid, options) {
  if (options === undefined) return $grid_sample.call2(data, grid);
  $grid_sample.accept(options);
  return $grid_sample.call([data, grid, options.mode, options.paddingMode, options.alignCorners]);
}
const $group_norm = define("group_norm", ["gamma", "beta", "numGroups", "eps"]);
export function groupNorm(data, options) {
  if (options === undefined) return $group_norm.call1(data);
  $group_norm.accept(options);
  return $group_norm.call([data, options.gamma, options.beta, options.numGroups, options.eps]);
}
const $group_rank = define("group_rank", ["group"]);
export function groupRank(options) {
  if (options === undefined) return $group_rank.call([]);
  $group_rank.accept(options);
  return $group_rank.call([options.group]);
}
const $group_size = define("group_size", ["group"]);
export function groupSize(options) {
  if (options === undefined) return $group_size.call([]);
  $group_size.accept(options);
  return $group_size.call([options.group]);
}
const $gru = define("gru", ["sequenceLength", "reverse"]);
export function gru(data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, options) {
  if (options === undefined) return $gru.call([data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias]);
  $gru.accept(options);
  return $gru.call([data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, options.sequenceLength, options.reverse]);
}
const $gru_cell = define("gru_cell", []);
export function gruCell(data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias) {
  return $gru_cell.call([data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias]);
}
const $hard_sigmoid = define("hard_sigmoid", ["alpha", "beta"]);
export function hardSigmoid(x, options) {
  if (options === undefined) return $hard_sigmoid.call1(x);
  $hard_sigmoid.accept(options);
  return $hard_sigmoid.call([x, options.alpha, options.beta]);
}
const $hard_swish = define("hard_swish", []);
export function hardSwish(x) {
  return $hard_swish.call1(x);
}
const $hstack = define("hstack", []);
export function hstack(arrays) {
  return $hstack.call([arrays]);
}
const $hypergeometric = define("hypergeometric", []);
export function hypergeometric(good, bad, sample) {
  return $hypergeometric.call([good, bad, sample]);
}
const $hypot = define("hypot", []);
export function hypot(x1, x2) {
  return $hypot.call2(x1, x2);
}
const $imag = define("imag", []);
export function imag(x) {
  return $imag.call1(x);
}
const $imaginary_part = define("imaginary_part", []);
export function imaginaryPart(x) {
  return $imaginary_part.call1(x);
}
const $index_add = define("index_add", []);
export function indexAdd(a, ind, val) {
  return $index_add.call([a, ind, val]);
}
const $index_update = define("index_update", []);
export function indexUpdate(a, ind, val) {
  return $index_update.call([a, ind, val]);
}
const $inner = define("inner", []);
export function inner(a, b) {
  return $inner.call2(a, b);
}
const $instance_norm = define("instance_norm", ["gamma", "beta", "eps"]);
export function instanceNorm(data, options) {
  if (options === undefined) return $instance_norm.call1(data);
  $instance_norm.accept(options);
  return $instance_norm.call([data, options.gamma, options.beta, options.eps]);
}
const $interpolate = define("interpolate", ["size", "scaleFactor", "mode", "alignCorners", "antialias"]);
export function interpolate(data, options) {
  if (options === undefined) return $interpolate.call1(data);
  $interpolate.accept(options);
  return $interpolate.call([data, options.size, options.scaleFactor, options.mode, options.alignCorners, options.antialias]);
}
const $inv = define("inv", []);
export function inv(a) {
  return $inv.call1(a);
}
const $invert = define("invert", []);
export function invert(x) {
  return $invert.call1(x);
}
const $irdft = define("irdft", []);
export function irdft(x, length) {
  return $irdft.call([x, length]);
}
const $isfinite = define("isfinite", []);
export function isfinite(x) {
  return $isfinite.call1(x);
}
const $isinf = define("isinf", []);
export function isinf(x) {
  return $isinf.call1(x);
}
const $isnan = define("isnan", []);
export function isnan(x) {
  return $isnan.call1(x);
}
const $l2_normalization = define("l2_normalization", ["eps", "mode"]);
export function l2Normalization(data, options) {
  if (options === undefined) return $l2_normalization.call1(data);
  $l2_normalization.accept(options);
  return $l2_normalization.call([data, options.eps, options.mode]);
}
const $layer_norm = define("layer_norm", ["gamma", "beta", "axis", "eps"]);
export function layerNorm(data, options) {
  if (options === undefined) return $layer_norm.call1(data);
  $layer_norm.accept(options);
  return $layer_norm.call([data, options.gamma, options.beta, options.axis, options.eps]);
}
const $leaky_relu = define("leaky_relu", ["slope"]);
export function leakyRelu(x, options) {
  if (options === undefined) return $leaky_relu.call1(x);
  $leaky_relu.accept(options);
  return $leaky_relu.call([x, options.slope]);
}
const $left_shift = define("left_shift", []);
export function leftShift(x1, x2) {
  return $left_shift.call2(x1, x2);
}
const $less = define("less", []);
export function less(x1, x2) {
  return $less.call2(x1, x2);
}
const $less_equal = define("less_equal", []);
export function lessEqual(x1, x2) {
  return $less_equal.call2(x1, x2);
}
const $log = define("log", []);
export function log(x) {
  return $log.call1(x);
}
const $log10 = define("log10", []);
export function log10(x) {
  return $log10.call1(x);
}
const $log1p = define("log1p", []);
export function log1p(x) {
  return $log1p.call1(x);
}
const $log2 = define("log2", []);
export function log2(x) {
  return $log2.call1(x);
}
const $log_sigmoid = define("log_sigmoid", []);
export function logSigmoid(x) {
  return $log_sigmoid.call1(x);
}
const $log_softmax = define("log_softmax", ["axis", "temperature"]);
export function logSoftmax(data, options) {
  if (options === undefined) return $log_softmax.call1(data);
  $log_softmax.accept(options);
  return $log_softmax.call([data, options.axis, options.temperature]);
}
const $log_standard_gamma = define("log_standard_gamma", []);
export function logStandardGamma(shape) {
  return $log_standard_gamma.call1(shape);
}
const $logaddexp = define("logaddexp", []);
export function logaddexp(x1, x2) {
  return $logaddexp.call2(x1, x2);
}
const $logaddexp2 = define("logaddexp2", []);
export function logaddexp2(x1, x2) {
  return $logaddexp2.call2(x1, x2);
}
const $logical_and = define("logical_and", []);
export function logicalAnd(x1, x2) {
  return $logical_and.call2(x1, x2);
}
const $logical_not = define("logical_not", []);
export function logicalNot(x) {
  return $logical_not.call1(x);
}
const $logical_or = define("logical_or", []);
export function logicalOr(x1, x2) {
  return $logical_or.call2(x1, x2);
}
const $logical_xor = define("logical_xor", []);
export function logicalXor(x1, x2) {
  return $logical_xor.call2(x1, x2);
}
const $logseries = define("logseries", []);
export function logseries(probability) {
  return $logseries.call1(probability);
}
const $logsumexp = define("logsumexp", ["axis", "keepdims"]);
export function logsumexp(x, options) {
  if (options === undefined) return $logsumexp.call1(x);
  $logsumexp.accept(options);
  return $logsumexp.call([x, options.axis, options.keepdims]);
}
const $lstm = define("lstm", ["sequenceLength", "reverse"]);
export function lstm(data, hidden, cell, i2hWeight, h2hWeight, i2hBias, h2hBias, options) {
  if (options === undefined) return $lstm.call([data, hidden, cell, i2hWeight, h2hWeight, i2hBias, h2hBias]);
  $lstm.accept(options);
  return $lstm.call([data, hidden, cell, i2hWeight, h2hWeight, i2hBias, h2hBias, options.sequenceLength, options.reverse]);
}
const $lstm_cell = define("lstm_cell", []);
export function lstmCell(data, hidden, cell, i2hWeight, h2hWeight, i2hBias, h2hBias) {
  return $lstm_cell.call([data, hidden, cell, i2hWeight, h2hWeight, i2hBias, h2hBias]);
}
const $matmul = define("matmul", []);
export function matmul(x1, x2) {
  return $matmul.call2(x1, x2);
}
const $matvec = define("matvec", []);
export function matvec(x1, x2) {
  return $matvec.call2(x1, x2);
}
const $max = define("max", ["axis", "keepdims"]);
export function max(x, options) {
  if (options === undefined) return $max.call1(x);
  $max.accept(options);
  return $max.call([x, options.axis, options.keepdims]);
}
const $maximum = define("maximum", []);
export function maximum(x1, x2) {
  return $maximum.call2(x1, x2);
}
const $mean = define("mean", ["axis", "keepdims", "dtype"]);
export function mean(x, options) {
  if (options === undefined) return $mean.call1(x);
  $mean.accept(options);
  return $mean.call([x, options.axis, options.keepdims, options.dtype]);
}
const $min = define("min", ["axis", "keepdims"]);
export function min(x, options) {
  if (options === undefined) return $min.call1(x);
  $min.accept(options);
  return $min.call([x, options.axis, options.keepdims]);
}
const $minimum = define("minimum", []);
export function minimum(x1, x2) {
  return $minimum.call2(x1, x2);
}
const $mish = define("mish", []);
export function mish(x) {
  return $mish.call1(x);
}
const $moveaxis = define("moveaxis", []);
export function moveaxis(a, source, destination) {
  return $moveaxis.call([a, source, destination]);
}
const $multiply = define("multiply", []);
export function multiply(x1, x2) {
  return $multiply.call2(x1, x2);
}
const $nan_to_num = define("nan_to_num", ["nan", "posinf", "neginf"]);
export function nanToNum(x, options) {
  if (options === undefined) return $nan_to_num.call1(x);
  $nan_to_num.accept(options);
  return $nan_to_num.call([x, options.nan, options.posinf, options.neginf]);
}
const $negative = define("negative", []);
export function negative(x) {
  return $negative.call1(x);
}
const $norm = define("norm", ["ord", "axis", "keepdims"]);
export function norm(x, options) {
  if (options === undefined) return $norm.call1(x);
  $norm.accept(options);
  return $norm.call([x, options.ord, options.axis, options.keepdims]);
}
const $normal = define("normal", ["loc", "scale"]);
export function normal(shape, dtype, options) {
  if (options === undefined) return $normal.call([undefined, undefined, shape, dtype]);
  $normal.accept(options);
  return $normal.call([options.loc, options.scale, shape, dtype]);
}
const $not_equal = define("not_equal", []);
export function notEqual(x1, x2) {
  return $not_equal.call2(x1, x2);
}
const $one_hot = define("one_hot", ["onValue", "offValue", "dtype"]);
export function oneHot(data, depth, options) {
  if (options === undefined) return $one_hot.call([data, depth]);
  $one_hot.accept(options);
  return $one_hot.call([data, depth, options.onValue, options.offValue, options.dtype]);
}
const $outer = define("outer", []);
export function outer(a, b) {
  return $outer.call2(a, b);
}
const $overlap_add = define("overlap_add", ["start", "length"]);
export function overlapAdd(frames, hop, options) {
  if (options === undefined) return $overlap_add.call([frames, hop]);
  $overlap_add.accept(options);
  return $overlap_add.call([frames, hop, options.start, options.length]);
}
const $pad = define("pad", ["value", "mode"]);
export function pad(array, before, after, options) {
  if (options === undefined) return $pad.call([array, undefined, before, after]);
  $pad.accept(options);
  return $pad.call([array, options.value, before, after, options.mode]);
}
const $permutation = define("permutation", []);
export function permutation(n) {
  return $permutation.call([n]);
}
const $pick = define("pick", ["axis", "keepdims", "mode"]);
export function pick(data, index, options) {
  if (options === undefined) return $pick.call2(data, index);
  $pick.accept(options);
  return $pick.call([data, index, options.axis, options.keepdims, options.mode]);
}
const $poisson = define("poisson", []);
export function poisson(rate) {
  return $poisson.call1(rate);
}
const $polygamma = define("polygamma", ["n"]);
export function polygamma(x, options) {
  if (options === undefined) return $polygamma.call1(x);
  $polygamma.accept(options);
  return $polygamma.call([x, options.n]);
}
const $pooling = define("pooling", ["kernel", "poolType", "stride", "pad", "globalPool", "poolingConvention", "countIncludePad", "pValue"]);
export function pooling(data, options) {
  if (options === undefined) return $pooling.call1(data);
  $pooling.accept(options);
  return $pooling.call([data, options.kernel, options.poolType, options.stride, options.pad, options.globalPool, options.poolingConvention, options.countIncludePad, options.pValue]);
}
const $pow = define("pow", []);
export function pow(x1, x2) {
  return $pow.call2(x1, x2);
}
const $power = define("power", []);
export function power(x1, x2) {
  return $power.call2(x1, x2);
}
const $prelu = define("prelu", []);
export function prelu(x, gamma) {
  return $prelu.call2(x, gamma);
}
const $print = define("print", ["format"]);
export function print(arrays, options) {
  if (options === undefined) return $print.call([arrays]);
  $print.accept(options);
  return $print.call([arrays, options.format]);
}
const $prod = define("prod", ["axis", "keepdims", "dtype"]);
export function prod(x, options) {
  if (options === undefined) return $prod.call1(x);
  $prod.accept(options);
  return $prod.call([x, options.axis, options.keepdims, options.dtype]);
}
const $ptp = define("ptp", ["axis", "keepdims"]);
export function ptp(x, options) {
  if (options === undefined) return $ptp.call1(x);
  $ptp.accept(options);
  return $ptp.call([x, options.axis, options.keepdims]);
}
const $qr = define("qr", []);
export function qr(a) {
  return $qr.call([a]);
}
const $quantize = define("quantize", ["zeroPoint", "axis", "dtype"]);
export function quantize(data, scale, options) {
  if (options === undefined) return $quantize.call2(data, scale);
  $quantize.accept(options);
  return $quantize.call([data, scale, options.zeroPoint, options.axis, options.dtype]);
}
const $quantized_add = define("quantized_add", ["x1ZeroPoint", "x2ZeroPoint", "outputZeroPoint", "low", "high"]);
export function quantizedAdd(x1, x2, x1Scale, x2Scale, outputScale, options) {
  if (options === undefined) return $quantized_add.call([x1, x2, x1Scale, x2Scale, outputScale]);
  $quantized_add.accept(options);
  return $quantized_add.call([x1, x2, x1Scale, x2Scale, outputScale, options.x1ZeroPoint, options.x2ZeroPoint, options.outputZeroPoint, options.low, options.high]);
}
const $quantized_convolution = define("quantized_convolution", ["bias", "multiplier", "shift", "residual", "residualFactor", "kernel", "stride", "pad", "dilate", "numGroup", "zeroPoint", "outputZeroPoint", "low", "high", "channelsLast"]);
export function quantizedConvolution(data, weight, options) {
  if (options === undefined) return $quantized_convolution.call2(data, weight);
  $quantized_convolution.accept(options);
  return $quantized_convolution.call([data, weight, options.bias, options.multiplier, options.shift, options.residual, options.residualFactor, options.kernel, options.stride, options.pad, options.dilate, options.numGroup, options.zeroPoint, options.outputZeroPoint, options.low, options.high, options.channelsLast]);
}
const $quantized_convolution16 = define("quantized_convolution16", ["bias", "multiplier", "shift", "kernel", "stride", "pad", "dilate", "numGroup", "low", "high"]);
export function quantizedConvolution16(data, weight, options) {
  if (options === undefined) return $quantized_convolution16.call2(data, weight);
  $quantized_convolution16.accept(options);
  return $quantized_convolution16.call([data, weight, options.bias, options.multiplier, options.shift, options.kernel, options.stride, options.pad, options.dilate, options.numGroup, options.low, options.high]);
}
const $quantized_fully_connected = define("quantized_fully_connected", ["bias", "multiplier", "shift", "zeroPoint", "outputZeroPoint", "low", "high", "flatten"]);
export function quantizedFullyConnected(data, weight, options) {
  if (options === undefined) return $quantized_fully_connected.call2(data, weight);
  $quantized_fully_connected.accept(options);
  return $quantized_fully_connected.call([data, weight, options.bias, options.multiplier, options.shift, options.zeroPoint, options.outputZeroPoint, options.low, options.high, options.flatten]);
}
const $quantized_gru = define("quantized_gru", ["reverse"]);
export function quantizedGru(data, i2hWeight, h2hWeight, i2hBias, i2hMultiplier, i2hShift, h2hBias, h2hMultiplier, h2hShift, options) {
  if (options === undefined) return $quantized_gru.call([data, i2hWeight, h2hWeight, i2hBias, i2hMultiplier, i2hShift, h2hBias, h2hMultiplier, h2hShift]);
  $quantized_gru.accept(options);
  return $quantized_gru.call([data, i2hWeight, h2hWeight, i2hBias, i2hMultiplier, i2hShift, h2hBias, h2hMultiplier, h2hShift, options.reverse]);
}
const $quantized_lookup = define("quantized_lookup", []);
export function quantizedLookup(data, table) {
  return $quantized_lookup.call2(data, table);
}
const $quantized_lstm = define("quantized_lstm", ["reverse"]);
export function quantizedLstm(data, i2hWeight, h2hWeight, i2hBias, i2hMultiplier, i2hShift, h2hBias, h2hMultiplier, h2hShift, options) {
  if (options === undefined) return $quantized_lstm.call([data, i2hWeight, h2hWeight, i2hBias, i2hMultiplier, i2hShift, h2hBias, h2hMultiplier, h2hShift]);
  $quantized_lstm.accept(options);
  return $quantized_lstm.call([data, i2hWeight, h2hWeight, i2hBias, i2hMultiplier, i2hShift, h2hBias, h2hMultiplier, h2hShift, options.reverse]);
}
const $quantized_pooling = define("quantized_pooling", ["kernel", "poolType", "stride", "pad", "globalPool", "poolingConvention", "countIncludePad", "zeroPoint", "channelsLast"]);
export function quantizedPooling(data, options) {
  if (options === undefined) return $quantized_pooling.call1(data);
  $quantized_pooling.accept(options);
  return $quantized_pooling.call([data, options.kernel, options.poolType, options.stride, options.pad, options.globalPool, options.poolingConvention, options.countIncludePad, options.zeroPoint, options.channelsLast]);
}
const $quantized_softmax = define("quantized_softmax", []);
export function quantizedSoftmax(data, scale) {
  return $quantized_softmax.call([data, scale]);
}
const $randint = define("randint", []);
export function randint(low, high, shape) {
  return $randint.call([low, high, shape]);
}
const $ravel = define("ravel", []);
export function ravel(a) {
  return $ravel.call1(a);
}
const $rdft = define("rdft", []);
export function rdft(x) {
  return $rdft.call1(x);
}
const $real = define("real", []);
export function real(x) {
  return $real.call1(x);
}
const $real_fourier = define("real_fourier", ["mirrored"]);
export function realFourier(x, options) {
  if (options === undefined) return $real_fourier.call([x]);
  $real_fourier.accept(options);
  return $real_fourier.call([x, options.mirrored]);
}
const $real_fourier_inverse = define("real_fourier_inverse", ["x2", "mirrored"]);
export function realFourierInverse(x1, length, options) {
  if (options === undefined) return $real_fourier_inverse.call([x1, undefined, length]);
  $real_fourier_inverse.accept(options);
  return $real_fourier_inverse.call([x1, options.x2, length, options.mirrored]);
}
const $real_part = define("real_part", []);
export function realPart(x) {
  return $real_part.call1(x);
}
const $receive = define("receive", ["token", "tag", "group"]);
export function receive(shape, dtype, source, options) {
  if (options === undefined) return $receive.call([undefined, shape, dtype, source]);
  $receive.accept(options);
  return $receive.call([options.token, shape, dtype, source, options.tag, options.group]);
}
const $reciprocal = define("reciprocal", []);
export function reciprocal(x) {
  return $reciprocal.call1(x);
}
const $reduce_blocks = define("reduce_blocks", ["reduction", "ordered", "group"]);
export function reduceBlocks(x, ranks, options) {
  if (options === undefined) return $reduce_blocks.call([x, ranks]);
  $reduce_blocks.accept(options);
  return $reduce_blocks.call([x, ranks, options.reduction, options.ordered, options.group]);
}
const $reduce_blocks_start = define("reduce_blocks_start", ["reduction", "ordered", "group"]);
export function reduceBlocksStart(x, ranks, options) {
  if (options === undefined) return $reduce_blocks_start.call([x, ranks]);
  $reduce_blocks_start.accept(options);
  return $reduce_blocks_start.call([x, ranks, options.reduction, options.ordered, options.group]);
}
const $reduce_scatter = define("reduce_scatter", ["reduction", "ordered", "group"]);
export function reduceScatter(x, axis, ranks, options) {
  if (options === undefined) return $reduce_scatter.call([x, axis, ranks]);
  $reduce_scatter.accept(options);
  return $reduce_scatter.call([x, axis, ranks, options.reduction, options.ordered, options.group]);
}
const $relu = define("relu", []);
export function relu(x) {
  return $relu.call1(x);
}
const $relu6 = define("relu6", []);
export function relu6(x) {
  return $relu6.call1(x);
}
const $remainder = define("remainder", []);
export function remainder(x1, x2) {
  return $remainder.call2(x1, x2);
}
const $repeat = define("repeat", ["axis"]);
export function repeat(a, repeats, options) {
  if (options === undefined) return $repeat.call([a, repeats]);
  $repeat.accept(options);
  return $repeat.call([a, repeats, options.axis]);
}
const $requantize = define("requantize", ["outputZeroPoint", "low", "high", "axis"]);
export function requantize(data, multiplier, shift, options) {
  if (options === undefined) return $requantize.call([data, multiplier, shift]);
  $requantize.accept(options);
  return $requantize.call([data, multiplier, shift, options.outputZeroPoint, options.low, options.high, options.axis]);
}
const $reshape = define("reshape", []);
export function reshape(x, newshape) {
  return $reshape.call([x, newshape]);
}
const $right_shift = define("right_shift", []);
export function rightShift(x1, x2) {
  return $right_shift.call2(x1, x2);
}
const $rint = define("rint", []);
export function rint(x) {
  return $rint.call1(x);
}
const $rms_norm = define("rms_norm", ["gamma", "axis", "eps"]);
export function rmsNorm(data, options) {
  if (options === undefined) return $rms_norm.call1(data);
  $rms_norm.accept(options);
  return $rms_norm.call([data, options.gamma, options.axis, options.eps]);
}
const $rmsprop_centered_update = define("rmsprop_centered_update", ["wd", "rescaleGrad", "clipGradient", "rho", "momentum", "epsilon"]);
export function rmspropCenteredUpdate(weight, grad, square, mean, step, lr, options) {
  if (options === undefined) return $rmsprop_centered_update.call([weight, grad, square, mean, step, lr]);
  $rmsprop_centered_update.accept(options);
  return $rmsprop_centered_update.call([weight, grad, square, mean, step, lr, options.wd, options.rescaleGrad, options.clipGradient, options.rho, options.momentum, options.epsilon]);
}
const $rmsprop_update = define("rmsprop_update", ["wd", "rescaleGrad", "clipGradient", "rho", "epsilon"]);
export function rmspropUpdate(weight, grad, square, lr, options) {
  if (options === undefined) return $rmsprop_update.call([weight, grad, square, lr]);
  $rmsprop_update.accept(options);
  return $rmsprop_update.call([weight, grad, square, lr, options.wd, options.rescaleGrad, options.clipGradient, options.rho, options.epsilon]);
}
const $rnn = define("rnn", ["sequenceLength", "reverse", "activation"]);
export function rnn(data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, options) {
  if (options === undefined) return $rnn.call([data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias]);
  $rnn.accept(options);
  return $rnn.call([data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, options.sequenceLength, options.reverse, options.activation]);
}
const $rnn_cell = define("rnn_cell", ["activation"]);
export function rnnCell(data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, options) {
  if (options === undefined) return $rnn_cell.call([data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias]);
  $rnn_cell.accept(options);
  return $rnn_cell.call([data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, options.activation]);
}
const $roi_align = define("roi_align", ["spatialScale", "samplingRatio", "aligned"]);
export function roiAlign(data, rois, pooledSize, options) {
  if (options === undefined) return $roi_align.call([data, rois, pooledSize]);
  $roi_align.accept(options);
  return $roi_align.call([data, rois, pooledSize, options.spatialScale, options.samplingRatio, options.aligned]);
}
const $roi_pool = define("roi_pool", ["spatialScale"]);
export function roiPool(data, rois, pooledSize, options) {
  if (options === undefined) return $roi_pool.call([data, rois, pooledSize]);
  $roi_pool.accept(options);
  return $roi_pool.call([data, rois, pooledSize, options.spatialScale]);
}
const $roll = define("roll", ["axis"]);
export function roll(a, shift, options) {
  if (options === undefined) return $roll.call([a, shift]);
  $roll.accept(options);
  return $roll.call([a, shift, options.axis]);
}
const $round = define("round", ["decimals"]);
export function round(x, options) {
  if (options === undefined) return $round.call1(x);
  $round.accept(options);
  return $round.call([x, options.decimals]);
}
const $rsqrt = define("rsqrt", []);
export function rsqrt(x) {
  return $rsqrt.call1(x);
}
const $scaled_dot_product_attention = define("scaled_dot_product_attention", ["mask", "scale", "causal", "grouped"]);
export function scaledDotProductAttention(query, key, value, options) {
  if (options === undefined) return $scaled_dot_product_attention.call([query, key, value]);
  $scaled_dot_product_attention.accept(options);
  return $scaled_dot_product_attention.call([query, key, value, options.mask, options.scale, options.causal, options.grouped]);
}
const $scatter = define("scatter", ["position", "shownAxes", "accumulate"]);
export function scatter(x, value, indices, axes, options) {
  if (options === undefined) return $scatter.call([x, value, indices, axes]);
  $scatter.accept(options);
  return $scatter.call([x, value, indices, axes, options.position, options.shownAxes, options.accumulate]);
}
const $scatter_nd = define("scatter_nd", []);
export function scatterNd(data, indices, shape) {
  return $scatter_nd.call([data, indices, shape]);
}
const $searchsorted = define("searchsorted", ["side"]);
export function searchsorted(a, v, options) {
  if (options === undefined) return $searchsorted.call2(a, v);
  $searchsorted.accept(options);
  return $searchsorted.call([a, v, options.side]);
}
const $selu = define("selu", []);
export function selu(x) {
  return $selu.call1(x);
}
const $send = define("send", ["tag", "group"]);
export function send(x, destination, options) {
  if (options === undefined) return $send.call([x, destination]);
  $send.accept(options);
  return $send.call([x, destination, options.tag, options.group]);
}
const $sgd_mom_update = define("sgd_mom_update", ["wd", "rescaleGrad", "clipGradient", "momentum", "nesterov"]);
export function sgdMomUpdate(weight, grad, mom, lr, options) {
  if (options === undefined) return $sgd_mom_update.call([weight, grad, mom, lr]);
  $sgd_mom_update.accept(options);
  return $sgd_mom_update.call([weight, grad, mom, lr, options.wd, options.rescaleGrad, options.clipGradient, options.momentum, options.nesterov]);
}
const $sgd_update = define("sgd_update", ["wd", "rescaleGrad", "clipGradient"]);
export function sgdUpdate(weight, grad, lr, options) {
  if (options === undefined) return $sgd_update.call([weight, grad, lr]);
  $sgd_update.accept(options);
  return $sgd_update.call([weight, grad, lr, options.wd, options.rescaleGrad, options.clipGradient]);
}
const $sigmoid = define("sigmoid", []);
export function sigmoid(x) {
  return $sigmoid.call1(x);
}
const $sign = define("sign", []);
export function sign(x) {
  return $sign.call1(x);
}
const $signal_auto_scale = define("signal_auto_scale", []);
export function signalAutoScale(data) {
  return $signal_auto_scale.call([data]);
}
const $signal_filter_bank = define("signal_filter_bank", []);
export function signalFilterBank(data, weight, unweight, starts, weightStarts, widths) {
  return $signal_filter_bank.call([data, weight, unweight, starts, weightStarts, widths]);
}
const $signal_gain = define("signal_gain", []);
export function signalGain(data, noise, table, shift) {
  return $signal_gain.call([data, noise, table, shift]);
}
const $signal_log = define("signal_log", ["shift"]);
export function signalLog(data, scale, options) {
  if (options === undefined) return $signal_log.call([data, scale]);
  $signal_log.accept(options);
  return $signal_log.call([data, scale, options.shift]);
}
const $signal_rfft = define("signal_rfft", []);
export function signalRfft(data, length) {
  return $signal_rfft.call([data, length]);
}
const $signal_square_root = define("signal_square_root", []);
export function signalSquareRoot(data) {
  return $signal_square_root.call1(data);
}
const $signbit = define("signbit", []);
export function signbit(x) {
  return $signbit.call1(x);
}
const $silu = define("silu", ["beta"]);
export function silu(x, options) {
  if (options === undefined) return $silu.call1(x);
  $silu.accept(options);
  return $silu.call([x, options.beta]);
}
const $sin = define("sin", []);
export function sin(x) {
  return $sin.call1(x);
}
const $sinh = define("sinh", []);
export function sinh(x) {
  return $sinh.call1(x);
}
const $slice = define("slice", ["clip"]);
export function slice(x, begin, size, step, options) {
  if (options === undefined) return $slice.call([x, begin, size, step]);
  $slice.accept(options);
  return $slice.call([x, begin, size, step, options.clip]);
}
const $slogdet = define("slogdet", []);
export function slogdet(a) {
  return $slogdet.call([a]);
}
const $softmax = define("softmax", ["axis", "temperature"]);
export function softmax(data, options) {
  if (options === undefined) return $softmax.call1(data);
  $softmax.accept(options);
  return $softmax.call([data, options.axis, options.temperature]);
}
const $softmax_cross_entropy = define("softmax_cross_entropy", ["axis", "sparseLabel", "fromLogits", "ignoreIndex"]);
export function softmaxCrossEntropy(data, label, options) {
  if (options === undefined) return $softmax_cross_entropy.call2(data, label);
  $softmax_cross_entropy.accept(options);
  return $softmax_cross_entropy.call([data, label, options.axis, options.sparseLabel, options.fromLogits, options.ignoreIndex]);
}
const $softplus = define("softplus", []);
export function softplus(x) {
  return $softplus.call1(x);
}
const $softsign = define("softsign", []);
export function softsign(x) {
  return $softsign.call1(x);
}
const $solve = define("solve", []);
export function solve(a, b) {
  return $solve.call2(a, b);
}
const $solve_triangular = define("solve_triangular", ["upper", "turned"]);
export function solveTriangular(a, b, options) {
  if (options === undefined) return $solve_triangular.call2(a, b);
  $solve_triangular.accept(options);
  return $solve_triangular.call([a, b, options.upper, options.turned]);
}
const $sort = define("sort", ["axis", "descending"]);
export function sort(a, options) {
  if (options === undefined) return $sort.call1(a);
  $sort.accept(options);
  return $sort.call([a, options.axis, options.descending]);
}
const $space_to_depth = define("space_to_depth", ["channelsLast"]);
export function spaceToDepth(data, blockSize, options) {
  if (options === undefined) return $space_to_depth.call([data, blockSize]);
  $space_to_depth.accept(options);
  return $space_to_depth.call([data, blockSize, options.channelsLast]);
}
const $split = define("split", ["axis"]);
export function split(ary, indicesOrSections, options) {
  if (options === undefined) return $split.call([ary, indicesOrSections]);
  $split.accept(options);
  return $split.call([ary, indicesOrSections, options.axis]);
}
const $sqrt = define("sqrt", []);
export function sqrt(x) {
  return $sqrt.call1(x);
}
const $square = define("square", []);
export function square(x) {
  return $square.call1(x);
}
const $squeeze = define("squeeze", ["axis"]);
export function squeeze(x, options) {
  if (options === undefined) return $squeeze.call1(x);
  $squeeze.accept(options);
  return $squeeze.call([x, options.axis]);
}
const $stack = define("stack", ["axis"]);
export function stack(arrays, options) {
  if (options === undefined) return $stack.call([arrays]);
  $stack.accept(options);
  return $stack.call([arrays, options.axis]);
}
const $standard_gamma = define("standard_gamma", []);
export function standardGamma(shape) {
  return $standard_gamma.call1(shape);
}
const $std = define("std", ["axis", "keepdims", "dtype", "ddof", "correction"]);
export function std(x, options) {
  if (options === undefined) return $std.call1(x);
  $std.accept(options);
  return $std.call([x, options.axis, options.keepdims, options.dtype, options.ddof, options.correction]);
}
const $stop_gradient = define("stop_gradient", []);
export function stopGradient(x) {
  return $stop_gradient.call1(x);
}
const $strided_view = define("strided_view", []);
export function stridedView(x, offset, shape, strides) {
  return $strided_view.call([x, offset, shape, strides]);
}
const $subtract = define("subtract", []);
export function subtract(x1, x2) {
  return $subtract.call2(x1, x2);
}
const $sum = define("sum", ["axis", "keepdims", "dtype"]);
export function sum(x, options) {
  if (options === undefined) return $sum.call1(x);
  $sum.accept(options);
  return $sum.call([x, options.axis, options.keepdims, options.dtype]);
}
const $sum_parts = define("sum_parts", ["group"]);
export function sumParts(x, options) {
  if (options === undefined) return $sum_parts.call1(x);
  $sum_parts.accept(options);
  return $sum_parts.call([x, options.group]);
}
const $svd = define("svd", []);
export function svd(a) {
  return $svd.call([a]);
}
const $swapaxes = define("swapaxes", []);
export function swapaxes(a, axis1, axis2) {
  return $swapaxes.call([a, axis1, axis2]);
}
const $take = define("take", ["axis", "mode"]);
export function take(a, indices, options) {
  if (options === undefined) return $take.call2(a, indices);
  $take.accept(options);
  return $take.call([a, indices, options.axis, options.mode]);
}
const $take_along_axis = define("take_along_axis", ["axis"]);
export function takeAlongAxis(arr, indices, options) {
  if (options === undefined) return $take_along_axis.call2(arr, indices);
  $take_along_axis.accept(options);
  return $take_along_axis.call([arr, indices, options.axis]);
}
const $tan = define("tan", []);
export function tan(x) {
  return $tan.call1(x);
}
const $tanh = define("tanh", []);
export function tanh(x) {
  return $tanh.call1(x);
}
const $tensordot = define("tensordot", []);
export function tensordot(a, b, aAxes, bAxes) {
  return $tensordot.call([a, b, aAxes, bAxes]);
}
const $tile = define("tile", []);
export function tile(a, reps) {
  return $tile.call([a, reps]);
}
const $topk = define("topk", ["k", "axis", "isAscend"]);
export function topk(data, options) {
  if (options === undefined) return $topk.call([data]);
  $topk.accept(options);
  return $topk.call([data, options.k, options.axis, options.isAscend]);
}
const $trace = define("trace", ["offset", "axis1", "axis2"]);
export function trace(a, options) {
  if (options === undefined) return $trace.call1(a);
  $trace.accept(options);
  return $trace.call([a, options.offset, options.axis1, options.axis2]);
}
const $transpose = define("transpose", ["axes"]);
export function transpose(x, options) {
  if (options === undefined) return $transpose.call1(x);
  $transpose.accept(options);
  return $transpose.call([x, options.axes]);
}
const $tril = define("tril", ["k"]);
export function tril(m, options) {
  if (options === undefined) return $tril.call1(m);
  $tril.accept(options);
  return $tril.call([m, options.k]);
}
const $triu = define("triu", ["k"]);
export function triu(m, options) {
  if (options === undefined) return $triu.call1(m);
  $triu.accept(options);
  return $triu.call([m, options.k]);
}
const $trunc = define("trunc", []);
export function trunc(x) {
  return $trunc.call1(x);
}
const $uniform = define("uniform", ["low", "high"]);
export function uniform(shape, dtype, options) {
  if (options === undefined) return $uniform.call([undefined, undefined, shape, dtype]);
  $uniform.accept(options);
  return $uniform.call([options.low, options.high, shape, dtype]);
}
const $var = define("var", ["axis", "keepdims", "dtype", "ddof", "correction"]);
function var_(x, options) {
  if (options === undefined) return $var.call1(x);
  $var.accept(options);
  return $var.call([x, options.axis, options.keepdims, options.dtype, options.ddof, options.correction]);
}
export { var_ as var };
const $vdot = define("vdot", []);
export function vdot(a, b) {
  return $vdot.call2(a, b);
}
const $vecdot = define("vecdot", ["axis"]);
export function vecdot(x1, x2, options) {
  if (options === undefined) return $vecdot.call2(x1, x2);
  $vecdot.accept(options);
  return $vecdot.call([x1, x2, options.axis]);
}
const $vecmat = define("vecmat", []);
export function vecmat(x1, x2) {
  return $vecmat.call2(x1, x2);
}
const $vonmises = define("vonmises", []);
export function vonmises(kappa) {
  return $vonmises.call1(kappa);
}
const $vstack = define("vstack", []);
export function vstack(arrays) {
  return $vstack.call([arrays]);
}
const $wald = define("wald", []);
export function wald(mean, scale) {
  return $wald.call2(mean, scale);
}
const $weight_only_fully_connected = define("weight_only_fully_connected", ["bias", "bits", "flatten"]);
export function weightOnlyFullyConnected(data, weight, scale, options) {
  if (options === undefined) return $weight_only_fully_connected.call([data, weight, scale]);
  $weight_only_fully_connected.accept(options);
  return $weight_only_fully_connected.call([data, weight, scale, options.bias, options.bits, options.flatten]);
}
const $where = define("where", []);
export function where(condition, x, y) {
  return $where.call([condition, x, y]);
}
const $zipf = define("zipf", []);
export function zipf(exponent) {
  return $zipf.call1(exponent);
}
