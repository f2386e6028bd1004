// Written by bindings/generate; do not edit.

import type { Tensor } from "./index.js";

/** The type of the elements of an array. */
export type Dtype =
  | "bool"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "float16"
  | "bfloat16"
  | "float32"
  | "float64"
  | "complex64"
  | "complex128"
  | "float8_e4m3fn"
  | "float8_e5m2"
  | "int4"
  | "uint4"
  | "float8_e4m3fnuz"
  | "float8_e5m2fnuz"
  ;
/** An array, or a number that takes the dtype of the arrays beside it. */
export type Operand = Tensor | number | bigint | boolean;

/**
 * Absolute value, element by element.
 * @param x any real dtype.
 */
export function abs(x: Operand): Tensor;
/**
 * AdaGrad: the new weight and sum of squared gradients.
 * @param weight floating: the parameter.
 * @param grad its gradient, same shape.
 * @param history sum of the squares of all gradients.
 * @param lr learning rate: a number, or an array without axes.
 */
export function adagradUpdate(weight: Operand, grad: Operand, history: Operand, lr: Operand, options?: {
  /** weight decay. Default: 0. */
  wd?: number;
  /** factor of the gradient. Default: 1. */
  rescaleGrad?: number;
  /** bound of the rescaled gradient's elements; negative: none. Default: -1. */
  clipGradient?: number;
  /** added to the root. Default: 1e-06. */
  epsilon?: number;
}): Tensor[];
/**
 * Adam: the new weight, mean and variance. Bias corrections belong into lr.
 * @param weight floating: the parameter.
 * @param grad its gradient, same shape.
 * @param mean running mean of the gradient.
 * @param var_ running mean of its square.
 * @param lr learning rate: a number, or an array without axes.
 */
export function adamUpdate(weight: Operand, grad: Operand, mean: Operand, var_: Operand, lr: Operand, options?: {
  /** weight decay. Default: 0. */
  wd?: number;
  /** factor of the gradient. Default: 1. */
  rescaleGrad?: number;
  /** bound of the rescaled gradient's elements; negative: none. Default: -1. */
  clipGradient?: number;
  /** decay of the mean. Default: 0.9. */
  beta1?: number;
  /** decay of the variance. Default: 0.999. */
  beta2?: number;
  /** added to the root. Default: 1e-08. */
  epsilon?: number;
}): Tensor[];
/**
 * Adam with decoupled weight decay: the new weight, mean and variance. Bias corrections belong into lr; the weight loses its share eta * wd.
 * @param weight floating: the parameter.
 * @param grad its gradient, same shape.
 * @param mean running mean of the gradient.
 * @param var_ running mean of its square.
 * @param lr learning rate: a number, or an array without axes.
 * @param eta rate of the weight decay: a number, or an array without axes.
 */
export function adamwUpdate(weight: Operand, grad: Operand, mean: Operand, var_: Operand, lr: Operand, eta: Operand, options?: {
  /** weight decay. Default: 0. */
  wd?: number;
  /** factor of the gradient. Default: 1. */
  rescaleGrad?: number;
  /** bound of the rescaled gradient's elements; negative: none. Default: -1. */
  clipGradient?: number;
  /** decay of the mean. Default: 0.9. */
  beta1?: number;
  /** decay of the variance. Default: 0.999. */
  beta2?: number;
  /** added to the root. Default: 1e-08. */
  epsilon?: number;
}): Tensor[];
/**
 * Sum of two arrays, element by element.
 * @param x1 any real dtype.
 * @param x2 the same, broadcast against `x1`.
 */
export function add(x1: Operand, x2: Operand): Tensor;
/**
 * Truth of every element over axes being true; true of none.
 * @param x any real dtype; anything but zero is true.
 */
export function all(x: Operand, options?: {
  /** axis or axes to reduce; none reduces all. Default: none. */
  axis?: number[] | number | null;
  /** keep the reduced axes with extent 1. Default: false. */
  keepdims?: boolean;
}): Tensor;
/**
 * The arrays of all ranks of a group, joined along an axis, on all of them.
 * @param x any dtype; the same type on all ranks.
 * @param axis along which they are joined, by rank.
 * @param ranks how many processes the group has.
 */
export function allGather(x: Operand, axis: number | bigint, ranks: number | bigint, options?: {
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor;
/**
 * The reduction of the arrays that all ranks of a group give, on all of them.
 * @param x any real dtype but bool; the same type on all ranks.
 */
export function allReduce(x: Operand, options?: {
  /** `sum`, `mean`, `product`, `min` or `max`. Default: "sum". */
  reduction?: string;
  /** the same bits whatever moves the bytes: a tree over ranks. Default: false. */
  ordered?: boolean;
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor;
/**
 * Begins an `all_reduce`, whose result is there when `collective_wait` has given it.
 * @param x any real dtype but bool; the same type on all ranks.
 */
export function allReduceStart(x: Operand, options?: {
  /** `sum`, `mean`, `product`, `min` or `max`. Default: "sum". */
  reduction?: string;
  /** the same bits whatever moves the bytes: a tree over ranks. Default: false. */
  ordered?: boolean;
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor;
/**
 * Part r of an array, along one axis, goes to rank r; what comes is joined along another.
 * @param x any dtype; the same type on all ranks.
 * @param splitAxis along which rank r gets part r.
 * @param concatAxis along which the parts are joined, by rank.
 * @param ranks how many processes the group has.
 */
export function allToAll(x: Operand, splitAxis: number | bigint, concatAxis: number | bigint, ranks: number | bigint, options?: {
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor;
/**
 * The angles of the elements in the complex plane, in radians from -pi to pi.
 * @param x any dtype.
 */
export function angle(x: Operand): Tensor;
/**
 * Truth of some element over axes being true; false of none.
 * @param x any real dtype; anything but zero is true.
 */
export function any(x: Operand, options?: {
  /** axis or axes to reduce; none reduces all. Default: none. */
  axis?: number[] | number | null;
  /** keep the reduced axes with extent 1. Default: false. */
  keepdims?: boolean;
}): Tensor;
/**
 * Evenly spaced numbers from start up to, not including, stop, or as many as are wanted.
 * @param start first number.
 * @param stop bound.
 * @param dtype dtype of the result.
 */
export function arange(start: number, stop: number, dtype: Dtype, options?: {
  /** distance, not 0. Default: 1. */
  step?: number;
  /** how many, whatever stop is; none: up to stop. Default: none. */
  count?: number | bigint | null;
}): Tensor;
/**
 * Angle in [0, pi] whose cosine is x, element by element; NaN outside [-1, 1].
 * @param x any real dtype; bool and integers become the default float.
 */
export function arccos(x: Operand): Tensor;
/**
 * Inverse hyperbolic cosine, element by element; NaN below 1.
 * @param x any real dtype; bool and integers become the default float.
 */
export function arccosh(x: Operand): Tensor;
/**
 * Angle in [-pi/2, pi/2] whose sine is x, element by element; NaN outside [-1, 1].
 * @param x any real dtype; bool and integers become the default float.
 */
export function arcsin(x: Operand): Tensor;
/**
 * Inverse hyperbolic sine, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function arcsinh(x: Operand): Tensor;
/**
 * Angle in [-pi/2, pi/2] whose tangent is x, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function arctan(x: Operand): Tensor;
/**
 * Angle in [-pi, pi] of the point with height `x1` and width `x2`, element by element.
 * @param x1 any real dtype; bool and integers become the default float.
 * @param x2 the same, broadcast against `x1`.
 */
export function arctan2(x1: Operand, x2: Operand): Tensor;
/**
 * Inverse hyperbolic tangent, element by element; NaN outside [-1, 1].
 * @param x any real dtype; bool and integers become the default float.
 */
export function arctanh(x: Operand): Tensor;
/**
 * Index of the first largest element along an axis, or of the flattened array, as int64.
 * @param x any real dtype.
 */
export function argmax(x: Operand, options?: {
  /** axis or axes to reduce; none reduces all. Default: none. */
  axis?: number[] | number | null;
  /** keep the reduced axes with extent 1. Default: false. */
  keepdims?: boolean;
}): Tensor;
/**
 * Index of the first smallest element along an axis, or of the flattened array, as int64.
 * @param x any real dtype.
 */
export function argmin(x: Operand, options?: {
  /** axis or axes to reduce; none reduces all. Default: none. */
  axis?: number[] | number | null;
  /** keep the reduced axes with extent 1. Default: false. */
  keepdims?: boolean;
}): Tensor;
/**
 * Where the elements along an axis stand in ascending order, as int64; stable.
 * @param a any dtype; NaN is the largest.
 */
export function argsort(a: Operand, options?: {
  /** axis to sort along; none sorts the flat array. Default: -1. */
  axis?: number | bigint | null;
  /** the largest first. Default: false. */
  descending?: boolean;
}): Tensor;
/**
 * Parts of an array along one axis, the first ones longer where its extent does not divide.
 * @param ary any dtype.
 * @param indicesOrSections the number of parts, or the indices before which to cut.
 */
export function arraySplit(ary: Operand, indicesOrSections: number[] | number, options?: {
  /** axis to cut along. Default: 0. */
  axis?: number | bigint;
}): Tensor[];
/**
 * Ends when all ranks of a group have begun it.
 */
export function barrier(options?: {
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor[];
/**
 * Merges all axes but the first.
 * @param x any dtype, shape (N, ...).
 */
export function batchFlatten(x: Operand): Tensor;
/**
 * Each channel with mean 0 and variance 1, scaled and shifted; and the next statistics.
 * @param data floating, shape (N, C, ...) when axis is 1.
 * @param gamma factors, shape (C,).
 * @param beta summands, shape (C,).
 * @param runningMean floating, shape (C,).
 * @param runningVar floating, shape (C,).
 */
export function batchNorm(data: Operand, gamma: Operand, beta: Operand, runningMean: Operand, runningVar: Operand, options?: {
  /** summand of the variance. Default: 1e-05. */
  eps?: number;
  /** share of the running statistics that stays. Default: 0.9. */
  momentum?: number;
  /** normalise by the batch's statistics, not by the running ones. Default: false. */
  training?: boolean;
  /** axis of the channels. Default: 1. */
  axis?: number | bigint;
}): Tensor[];
/**
 * Random counts of the binomial distribution; NaN where there is none.
 * @param trials float32 or float64: how many can succeed.
 * @param probability of each trial's success, of the same shape.
 */
export function binomial(trials: Operand, probability: Operand): Tensor;
/**
 * Bits that both integers have, element by element; on bool, logical and.
 * @param x1 bool or integers.
 * @param x2 the same, broadcast against `x1`.
 */
export function bitwiseAnd(x1: Operand, x2: Operand): Tensor;
/**
 * Bits that either integer has, element by element; on bool, logical or.
 * @param x1 bool or integers.
 * @param x2 the same, broadcast against `x1`.
 */
export function bitwiseOr(x1: Operand, x2: Operand): Tensor;
/**
 * Bits that one of two integers has, element by element; on bool, not equal.
 * @param x1 bool or integers.
 * @param x2 the same, broadcast against `x1`.
 */
export function bitwiseXor(x1: Operand, x2: Operand): Tensor;
/**
 * The integers that it is given, of which none may lie outside of bounds.
 * @param x int64, any shape.
 * @param least lower bound.
 * @param most upper bound.
 * @param caller operator that refuses others.
 * @param what what they are to it.
 */
export function boundedIntegers(x: Operand, least: number | bigint, most: number | bigint, caller: string, what: string, options?: {
  /** are they places, so that others are an IndexError? Default: false. */
  isIndex?: boolean;
}): Tensor;
/**
 * The array of one rank, on all ranks of a group.
 * @param x any dtype; the same type on all ranks, whose other arrays are not read.
 * @param root the rank whose array it is.
 */
export function broadcast(x: Operand, root: number | bigint, options?: {
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor;
/**
 * Begins a `broadcast`, whose result is there when `collective_wait` has given it.
 * @param x any dtype; the same type on all ranks, whose other arrays are not read.
 * @param root the rank whose array it is.
 */
export function broadcastStart(x: Operand, root: number | bigint, options?: {
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor;
/**
 * The array stretched to a shape that it broadcasts to, as a new array.
 * @param x any dtype.
 * @param shape extents of the result.
 */
export function broadcastTo(x: Operand, shape: number[] | number): Tensor;
/**
 * Conversion to another dtype: to integers rounds toward zero, saturates and maps NaN to 0; to bool is x != 0.
 * @param x any dtype.
 * @param dtype dtype of the result.
 */
export function cast(x: Operand, dtype: Dtype): Tensor;
/**
 * The smallest whole number that is not below x, element by element.
 * @param x any real dtype.
 */
export function ceil(x: Operand): Tensor;
/**
 * x above zero, alpha (exp(x / alpha) - 1) below.
 * @param x any real dtype; bool and integers become the default float.
 */
export function celu(x: Operand, options?: {
  /** the limit below is -alpha. Default: 1. */
  alpha?: number;
}): Tensor;
/**
 * Fails the call with a message unless all elements of a condition are true.
 * @param condition any dtype; numbers are true where they are not 0.
 * @param arrays any dtype; one for each `{}` of the message.
 * @param message `{{` and `}}` are braces.
 */
export function check(condition: Operand, arrays: Tensor[], message: string, options?: {
  /** the part of the program that says so. Default: "". */
  where?: string;
}): Tensor[];
/**
 * The lower triangle L of positive matrices L L^H, or its adjoint.
 * @param a any dtype but half types: matrices, (..., M, N).
 */
export function cholesky(a: Operand, options?: {
  /** the upper triangle is read, and not the lower one. Default: false. */
  upper?: boolean;
}): Tensor;
/**
 * x held within bounds, element by element; NaN stays NaN. The upper bound wins.
 * @param x any real dtype.
 */
export function clip(x: Operand, options?: {
  /** lower bound, broadcast against `x`; none leaves it open. */
  min?: Operand;
  /** upper bound, broadcast against `x`; none leaves it open. */
  max?: Operand;
}): Tensor;
/**
 * The result of a collective that was started, when it is there.
 * @param result any dtype; what the start gave.
 */
export function collectiveWait(result: Operand, options?: {
  /** any dtype; where the start sends from, if that is elsewhere. */
  sent?: Operand;
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor;
/**
 * Vectors as columns, and matrices, joined side by side.
 * @param arrays any dtype: vectors, or matrices with as many rows.
 */
export function columnStack(arrays: Tensor[]): Tensor;
/**
 * Arrays joined along one of their axes.
 * @param arrays any dtype, of shapes that agree on all other axes.
 */
export function concatenate(arrays: Tensor[], options?: {
  /** axis to join along; none joins the flat arrays. Default: 0. */
  axis?: number | bigint | null;
}): Tensor;
/**
 * The conjugates of the elements; of real numbers the array itself.
 * @param x any dtype.
 */
export function conj(x: Operand): Tensor;
/**
 * Convolution (correlation) over one, two or three spatial axes.
 * @param data floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
 * @param weight shape (filters, C / groups, kernel...).
 */
export function convolution(data: Operand, weight: Operand, options?: {
  /** shape (filters,). */
  bias?: Operand;
  /** extents of the window; those of the weight. Default: none. */
  kernel?: number[] | number | null;
  /** step of the window, 1 by default. Default: none. */
  stride?: number[] | number | null;
  /** zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none. */
  pad?: number[] | number | null;
  /** distance of the window's elements, 1 by default. Default: none. */
  dilate?: number[] | number | null;
  /** groups of channels that do not see each other. Default: 1. */
  numGroup?: number | bigint;
}): Tensor;
/**
 * A new array with the same elements.
 * @param x any dtype.
 */
export function copy(x: Operand): Tensor;
/**
 * An array that all ranks of a group have alike, for each to compute another part of a result; the gradient is the sum of the parts' gradients.
 * @param x any dtype; the same array on all ranks.
 */
export function copyToParts(x: Operand, options?: {
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor;
/**
 * x1 with the sign of x2, element by element.
 * @param x1 any real dtype; bool and integers become the default float.
 * @param x2 the same, broadcast against `x1`.
 */
export function copysign(x1: Operand, x2: Operand): Tensor;
/**
 * Cosine of angles in radians, of any size, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function cos(x: Operand): Tensor;
/**
 * Hyperbolic cosine, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function cosh(x: Operand): Tensor;
/**
 * Number of elements over axes that are not zero, as int64.
 * @param x any real dtype; anything but zero is true.
 */
export function countNonzero(x: Operand, options?: {
  /** axis or axes to reduce; none reduces all. Default: none. */
  axis?: number[] | number | null;
  /** keep the reduced axes with extent 1. Default: false. */
  keepdims?: boolean;
}): Tensor;
/**
 * Minus the logarithm of the probability of a label, over all ways to align it.
 * @param data floating, shape (T, N, C): scores, whose softmax is taken.
 * @param label any real dtype, shape (N, L): classes, none negative; those from the first padding on, 0 where the blank is first, else -1, do not count.
 */
export function ctcLoss(data: Operand, label: Operand, options?: {
  /** any real dtype, shape (N,): steps of each sample, from 1 to T; all if left out. */
  dataLengths?: Operand;
  /** any real dtype, shape (N,): labels of each sample in place of padding, from 0 to L. */
  labelLengths?: Operand;
  /** the class of the blank: first (0) or last (C - 1). Default: "first". */
  blankLabel?: string;
}): Tensor;
/**
 * Running maximum along an axis: the largest element so far, NaN from the first NaN on.
 * @param x any real dtype, at least one axis.
 */
export function cummax(x: Operand, options?: {
  /** axis to run along. Default: -1. */
  axis?: number | bigint;
}): Tensor;
/**
 * Running minimum along an axis: the smallest element so far, NaN from the first NaN on.
 * @param x any real dtype, at least one axis.
 */
export function cummin(x: Operand, options?: {
  /** axis to run along. Default: -1. */
  axis?: number | bigint;
}): Tensor;
/**
 * Running product along an axis; bool and integers multiply in 64 bits.
 * @param x any real dtype.
 */
export function cumprod(x: Operand, options?: {
  /** axis to run along; none runs along the flat array. Default: none. */
  axis?: number | bigint | null;
  /** dtype of the result, to which elements are cast first; none: 64 bits for integers, for floats their own. Default: none. */
  dtype?: Dtype | null;
}): Tensor;
/**
 * Running sum along an axis; bool and integers add in 64 bits.
 * @param x any real dtype.
 */
export function cumsum(x: Operand, options?: {
  /** axis to run along; none runs along the flat array. Default: none. */
  axis?: number | bigint | null;
  /** dtype of the result, to which elements are cast first; none: 64 bits for integers, for floats their own. Default: none. */
  dtype?: Dtype | null;
}): Tensor;
/**
 * Transposed convolution over one, two or three spatial axes: the adjoint of convolution.
 * @param data floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
 * @param weight shape (C, filters / groups, kernel...).
 */
export function deconvolution(data: Operand, weight: Operand, options?: {
  /** shape (filters,). */
  bias?: Operand;
  /** extents of the window; those of the weight. Default: none. */
  kernel?: number[] | number | null;
  /** step of the window, 1 by default. Default: none. */
  stride?: number[] | number | null;
  /** zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none. */
  pad?: number[] | number | null;
  /** distance of the window's elements, 1 by default. Default: none. */
  dilate?: number[] | number | null;
  /** groups of channels that do not see each other. Default: 1. */
  numGroup?: number | bigint;
  /** elements added behind the result, less than `stride`. Default: none. */
  adj?: number[] | number | null;
}): Tensor;
/**
 * Channels as blocks of places: spatial extents times `block_size`, so many fewer channels. Those of a block's first place come first.
 * @param data any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
 * @param blockSize extents of a block, or one number for all spatial axes.
 */
export function depthToSpace(data: Operand, blockSize: number[] | number, options?: {
  /** data has its channels behind its spatial axes. Default: false. */
  channelsLast?: boolean;
}): Tensor;
/**
 * The real numbers that integers stand for: (data - zero_point) * scale, as float32.
 * @param data int8, uint8 or int32.
 * @param scale floating, shape () or that of the axis.
 */
export function dequantize(data: Operand, scale: Operand, options?: {
  /** int8, uint8 or int32, shape () or that of the axis; none: 0. */
  zeroPoint?: Operand;
  /** axis along which there are several scales. Default: -1. */
  axis?: number | bigint;
}): Tensor;
/**
 * Determinants of matrices.
 * @param a any dtype but half types: matrices, (..., M, N).
 */
export function det(a: Operand): Tensor;
/**
 * The discrete Fourier transform along the last axis, without a scale; complex. `np.fft` has NumPy's functions.
 * @param x any dtype, of real or complex numbers.
 */
export function dft(x: Operand, options?: {
  /** the other sign of the exponent. Default: false. */
  inverse?: boolean;
}): Tensor;
/**
 * The diagonal of a matrix, or a matrix of zeros with the vector on its diagonal.
 * @param v any dtype, one or two axes.
 */
export function diag(v: Operand, options?: {
  /** the diagonal: 0 the main one, positive above it. Default: 0. */
  k?: number | bigint;
}): Tensor;
/**
 * A diagonal of matrices, as the last axis of the result; a view, which may be written to.
 * @param a any dtype, at least two axes.
 */
export function diagonal(a: Operand, options?: {
  /** the diagonal: 0 the main one, positive above it. Default: 0. */
  offset?: number | bigint;
  /** axis of the rows. Default: 0. */
  axis1?: number | bigint;
  /** axis of the columns. Default: 1. */
  axis2?: number | bigint;
}): Tensor;
/**
 * Derivative of the logarithm of the gamma function, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function digamma(x: Operand): Tensor;
/**
 * Quotient x1 / x2, element by element; integers give the default float.
 * @param x1 any real dtype; bool and integers become the default float.
 * @param x2 the same, broadcast against `x1`.
 */
export function divide(x1: Operand, x2: Operand): Tensor;
/**
 * Sum of products over the last axis of a and the last but one (or only one) of b.
 * @param a any dtype; a scalar multiplies.
 * @param b any dtype.
 */
export function dot(a: Operand, b: Operand): Tensor;
/**
 * Sets random elements to 0 and scales the others by 1 / (1 - p), in training only.
 * @param data any real dtype; integers become the default float.
 */
export function dropout(data: Operand, options?: {
  /** share of the elements that become 0, less than 1. Default: 0.5. */
  p?: number;
  /** axes along which all elements share their fate. Default: []. */
  axes?: number[] | number;
  /** without it the data stay as they are. Default: true. */
  training?: boolean;
}): Tensor;
/**
 * Arrays joined along the third axis; vectors are rows of one slice, matrices are slices.
 * @param arrays any dtype, of shapes that agree on all other axes.
 */
export function dstack(arrays: Tensor[]): Tensor;
/**
 * Eigenvalues and vectors of matrices, complex.
 * @param a any dtype but half types: matrices, (..., M, N).
 */
export function eig(a: Operand): Tensor[];
/**
 * Eigenvalues in ascending order, and vectors, of Hermitian matrices.
 * @param a any dtype but half types: matrices, (..., M, N).
 */
export function eigh(a: Operand, options?: {
  /** the upper triangle is read, and not the lower one. Default: false. */
  upper?: boolean;
}): Tensor[];
/**
 * Products of operands summed over labelled axes, from the first operand to the last.
 * @param operands any real dtype, one for each term of `subscripts`.
 * @param subscripts a letter for each axis, terms joined by commas, then -> and the result's axes.
 */
export function einsum(operands: Tensor[], subscripts: string): Tensor;
/**
 * The element at `index` of every axis, as an array of its own without axes.
 * @param x any dtype.
 * @param index a place along each axis, at least 0.
 */
export function element(x: Operand, index: number[] | number): Tensor;
/**
 * x above zero, alpha (exp(x) - 1) below.
 * @param x any real dtype; bool and integers become the default float.
 */
export function elu(x: Operand, options?: {
  /** the limit below is -alpha. Default: 1. */
  alpha?: number;
}): Tensor;
/**
 * The row of a table for each integer.
 * @param data integers of any shape, each the number of a row, none negative.
 * @param weight any dtype, shape (tokens, features).
 */
export function embedding(data: Operand, weight: Operand, options?: {
  /** the gradient has the rows that were looked up, not the whole table. Default: false. */
  sparseGrad?: boolean;
}): Tensor;
/**
 * Truth of x1 == x2, element by element, as bool.
 * @param x1 any real dtype.
 * @param x2 the same, broadcast against `x1`.
 */
export function equal(x1: Operand, x2: Operand): Tensor;
/**
 * Error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.
 * @param x any real dtype; bool and integers become the default float.
 */
export function erf(x: Operand): Tensor;
/**
 * Inverse of the error function, element by element; NaN beyond -1 and 1.
 * @param x any real dtype; bool and integers become the default float.
 */
export function erfinv(x: Operand): Tensor;
/**
 * Block r, along axis 0, goes to rank r, and comes from there.
 * @param x any dtype; the same type on all ranks.
 * @param ranks how many processes the group has.
 */
export function exchangeBlocks(x: Operand, ranks: number | bigint, options?: {
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor;
/**
 * Begins `exchange_blocks`, whose result is there when `collective_wait` has given it.
 * @param x any dtype; the same type on all ranks.
 * @param ranks how many processes the group has.
 */
export function exchangeBlocksStart(x: Operand, ranks: number | bigint, options?: {
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor[];
/**
 * Exponential function, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function exp(x: Operand): Tensor;
/**
 * 2 to the power of x, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function exp2(x: Operand): Tensor;
/**
 * The array with axes of extent 1 added.
 * @param x any dtype.
 * @param axis where the new axes are in the result.
 */
export function expandDims(x: Operand, axis: number[] | number): Tensor;
/**
 * exp(x) - 1, precise near zero, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function expm1(x: Operand): Tensor;
/**
 * Random numbers of the exponential distribution.
 * @param shape extents.
 * @param dtype floating dtype of the result.
 */
export function exponential(shape: number[] | number, dtype: Dtype, options?: {
  /** mean, at least 0. Default: 1. */
  scale?: number;
}): Tensor;
/**
 * The array with the elements of some axes in reverse order; a view.
 * @param m any dtype.
 */
export function flip(m: Operand, options?: {
  /** which axes; none reverses all. Default: none. */
  axis?: number[] | number | null;
}): Tensor;
/**
 * The largest whole number that is not above x, element by element.
 * @param x any real dtype.
 */
export function floor(x: Operand): Tensor;
/**
 * Quotient rounded down, element by element: x1 // x2. Integers divided by 0 give 0, floats NaN or infinity.
 * @param x1 any real dtype but bool.
 * @param x2 the same, broadcast against `x1`.
 */
export function floorDivide(x1: Operand, x2: Operand): Tensor;
/**
 * The larger of two arrays, element by element; NaN only where both are NaN.
 * @param x1 any real dtype.
 * @param x2 second operand, broadcast against `x1`.
 */
export function fmax(x1: Operand, x2: Operand): Tensor;
/**
 * The smaller of two arrays, element by element; NaN only where both are NaN.
 * @param x1 any real dtype.
 * @param x2 second operand, broadcast against `x1`.
 */
export function fmin(x1: Operand, x2: Operand): Tensor;
/**
 * Remainder with the sign of the dividend, element by element. Integers modulo 0 give 0, floats NaN.
 * @param x1 any real dtype but bool.
 * @param x2 the same, broadcast against `x1`.
 */
export function fmod(x1: Operand, x2: Operand): Tensor;
/**
 * The discrete Fourier transform along the last axis, in planes and without a scale.
 * @param x1 float32 or float64: the real parts.
 */
export function fourier(x1: Operand, options?: {
  /** the imaginary parts; zeros unless given. */
  x2?: Operand;
  /** the other sign of the exponent. Default: false. */
  inverse?: boolean;
}): Tensor[];
/**
 * Pieces of rows that begin `hop` elements apart, each of `length` elements; a view.
 * @param x any dtype: at least one axis, rows along the last one.
 * @param length elements of a piece.
 * @param hop from the begin of a piece to that of the next.
 */
export function frames(x: Operand, length: number | bigint, hop: number | bigint): Tensor;
/**
 * An array with every element the same.
 * @param shape extents.
 * @param fillValue the element, converted to dtype.
 * @param dtype dtype of the result.
 */
export function full(shape: number[] | number, fillValue: number, dtype: Dtype): Tensor;
/**
 * Affine map of the features: data weightᵀ + bias.
 * @param data any real dtype, shape (N, ...) when flatten, else (..., features).
 * @param weight shape (units, features).
 */
export function fullyConnected(data: Operand, weight: Operand, options?: {
  /** shape (units,). */
  bias?: Operand;
  /** merge all axes of data but the first. Default: true. */
  flatten?: boolean;
}): Tensor;
/**
 * Gamma function, element by element: (x - 1)! for whole x.
 * @param x any real dtype; bool and integers become the default float.
 */
export function gamma(x: Operand): Tensor;
/**
 * Logarithm of the absolute value of the gamma function, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function gammaln(x: Operand): Tensor;
/**
 * Elements or slices at the places that index arrays choose: x[index].
 * @param x any dtype.
 * @param indices int64 arrays that broadcast together; negative ones count back.
 * @param axes the axis of each index array, ascending.
 */
export function gather(x: Operand, indices: Tensor[], axes: number[] | number, options?: {
  /** where the axes of the index arrays stand among the others. Default: 0. */
  position?: number | bigint;
  /** the axes as errors name them, if they have other numbers there. Default: []. */
  shownAxes?: number[] | number;
}): Tensor;
/**
 * The arrays of all ranks, one behind the other along axis 0.
 * @param x any dtype; the same type on all ranks.
 * @param ranks how many processes the group has.
 */
export function gatherBlocks(x: Operand, ranks: number | bigint, options?: {
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor;
/**
 * Begins `gather_blocks`, whose result is there when `collective_wait` has given it.
 * @param x any dtype; the same type on all ranks.
 * @param ranks how many processes the group has.
 */
export function gatherBlocksStart(x: Operand, ranks: number | bigint, options?: {
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor[];
/**
 * Elements or slices at points: data[indices[0], ..., indices[M - 1]].
 * @param data any dtype, at least M axes.
 * @param indices integers, shape (M, ...); negative ones count back.
 */
export function gatherNd(data: Operand, indices: Operand): Tensor;
/**
 * The parts of an array that ranks share, one behind the other; in plans it is no effect, so it may run again instead of keeping its result.
 * @param x any dtype; the same type on all ranks.
 * @param ranks how many processes the group has.
 */
export function gatherParts(x: Operand, ranks: number | bigint, options?: {
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor;
/**
 * x times the normal distribution's cumulative function.
 * @param x any real dtype; bool and integers become the default float.
 */
export function gelu(x: Operand, options?: {
  /** erf is exact, tanh the approximation by tanh. Default: "erf". */
  approximation?: string;
}): Tensor;
/**
 * Truth of x1 > x2, element by element, as bool.
 * @param x1 any real dtype.
 * @param x2 the same, broadcast against `x1`.
 */
export function greater(x1: Operand, x2: Operand): Tensor;
/**
 * Truth of x1 >= x2, element by element, as bool.
 * @param x1 any real dtype.
 * @param x2 the same, broadcast against `x1`.
 */
export function greaterEqual(x1: Operand, x2: Operand): Tensor;
/**
 * Images sampled at places from -1 to 1, as PyTorch's grid_sample and ONNX's GridSample.
 * @param data any real dtype; integers become the default float; shape (N, C, H, W).
 * @param grid for each result x, along the width, and y: shape (N, Ho, Wo, 2).
 */
export function gridSample(data: Operand, grid: Operand, options?: {
  /** bilinear, nearest or bicubic. Default: "bilinear". */
  mode?: string;
  /** what lies around an image: zeros, its border or its reflection. Default: "zeros". */
  paddingMode?: string;
  /** -1 and 1 are the centers of the outer pixels, not their outer borders. Default: false. */
  alignCorners?: boolean;
}): Tensor;
/**
 * Groups of channels of each sample with mean 0 and variance 1, scaled and shifted.
 * @param data floating, shape (N, C, ...).
 */
export function groupNorm(data: Operand, options?: {
  /** factors, one for each channel. */
  gamma?: Operand;
  /** summands, one for each channel. */
  beta?: Operand;
  /** groups, which divide the channels. Default: 1. */
  numGroups?: number | bigint;
  /** summand of the variance. Default: 1e-05. */
  eps?: number;
}): Tensor;
/**
 * This process's rank in a group, a number that a plan asks for when it runs.
 */
export function groupRank(options?: {
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor;
/**
 * How many ranks a group has, a number that a plan asks for when it runs.
 */
export function groupSize(options?: {
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor;
/**
 * A gated recurrent unit: the hidden states of all steps, and the last.
 * @param data floating, shape (T, N, C): all steps.
 * @param hidden shape (N, H).
 * @param i2hWeight rows for each gate, shape (gates H, C).
 * @param h2hWeight shape (gates H, H).
 * @param i2hBias shape (gates H,).
 * @param h2hBias shape (gates H,).
 */
export function gru(data: Operand, hidden: Operand, i2hWeight: Operand, h2hWeight: Operand, i2hBias: Operand, h2hBias: Operand, options?: {
  /** any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step. */
  sequenceLength?: Operand;
  /** from the last step to the first. Default: false. */
  reverse?: boolean;
}): Tensor[];
/**
 * One step of a gated recurrent unit: the next hidden state.
 * @param data floating, shape (N, C).
 * @param hidden shape (N, H).
 * @param i2hWeight rows for each gate, shape (gates H, C).
 * @param h2hWeight shape (gates H, H).
 * @param i2hBias shape (gates H,).
 * @param h2hBias shape (gates H,).
 */
export function gruCell(data: Operand, hidden: Operand, i2hWeight: Operand, h2hWeight: Operand, i2hBias: Operand, h2hBias: Operand): Tensor;
/**
 * alpha x + beta held between 0 and 1, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function hardSigmoid(x: Operand, options?: {
  /** slope. Default: 0.2. */
  alpha?: number;
  /** value at zero. Default: 0.5. */
  beta?: number;
}): Tensor;
/**
 * x relu6(x + 3) / 6, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function hardSwish(x: Operand): Tensor;
/**
 * Arrays joined side by side: along the second axis, vectors along their only one.
 * @param arrays any dtype, of shapes that agree on all other axes; scalars become vectors.
 */
export function hstack(arrays: Tensor[]): Tensor;
/**
 * How many of a sample are good, of things that are good or bad; NaN where there is none.
 * @param good float32 or float64: how many things are good.
 * @param bad how many are bad, of the same shape.
 * @param sample how many are taken, of the same shape, at most all.
 */
export function hypergeometric(good: Operand, bad: Operand, sample: Operand): Tensor;
/**
 * Length sqrt(x1^2 + x2^2) without overflow, element by element.
 * @param x1 any real dtype; bool and integers become the default float.
 * @param x2 the same, broadcast against `x1`.
 */
export function hypot(x1: Operand, x2: Operand): Tensor;
/**
 * The imaginary parts of the elements; of real numbers zeros.
 * @param x any dtype.
 */
export function imag(x: Operand): Tensor;
/**
 * The imaginary parts of complex numbers.
 * @param x complex.
 */
export function imaginaryPart(x: Operand): Tensor;
/**
 * The array with values added at the places that the rows of a matrix of indices give.
 * @param a any dtype.
 * @param ind integers of shape (M, ...): one row for each of the first M axes.
 * @param val broadcasts to the places; repeated ones add up.
 */
export function indexAdd(a: Operand, ind: Operand, val: Operand): Tensor;
/**
 * The array with values written to the places that the rows of a matrix of indices give.
 * @param a any dtype.
 * @param ind integers of shape (M, ...): one row for each of the first M axes.
 * @param val broadcasts to the places; of repeated ones the last wins.
 */
export function indexUpdate(a: Operand, ind: Operand, val: Operand): Tensor;
/**
 * Sum of products over the last axes of both arrays.
 * @param a any dtype; a scalar multiplies.
 * @param b any dtype.
 */
export function inner(a: Operand, b: Operand): Tensor;
/**
 * Each channel of each sample with mean 0 and variance 1, scaled and shifted.
 * @param data floating, shape (N, C, spatial...).
 */
export function instanceNorm(data: Operand, options?: {
  /** factors, one for each channel. */
  gamma?: Operand;
  /** summands, one for each channel. */
  beta?: Operand;
  /** summand of the variance. Default: 1e-05. */
  eps?: number;
}): Tensor;
/**
 * Images resized along their spatial axes, with the coordinates of PyTorch's interpolate, which follow from the extents.
 * @param data any real dtype; integers become the default float; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
 */
export function interpolate(data: Operand, options?: {
  /** spatial extents of the result, or one for all. Default: none. */
  size?: number[] | number | null;
  /** factor of the spatial extents, in place of `size`. Default: none. */
  scaleFactor?: number | null;
  /** nearest, nearest-exact, linear, cubic or area (mean over cells). Default: "nearest". */
  mode?: string;
  /** linear and cubic: the outer elements lie over those of the result. Default: false. */
  alignCorners?: boolean;
  /** linear and cubic: a shrinking filter covers all elements. Default: false. */
  antialias?: boolean;
}): Tensor;
/**
 * Inverses of matrices.
 * @param a any dtype but half types: matrices, (..., M, N).
 */
export function inv(a: Operand): Tensor;
/**
 * Every bit turned, element by element; on bool, logical not.
 * @param x bool or integers.
 */
export function invert(x: Operand): Tensor;
/**
 * Real numbers of the first half of their discrete Fourier transform along the last axis, without a scale. `np.fft` has NumPy's functions.
 * @param x any dtype, of real or complex numbers.
 * @param length of the result's last axis.
 */
export function irdft(x: Operand, length: number | bigint): Tensor;
/**
 * Truth of x being neither infinite nor NaN, element by element.
 * @param x any real dtype.
 */
export function isfinite(x: Operand): Tensor;
/**
 * Truth of x being infinite, of either sign, element by element.
 * @param x any real dtype.
 */
export function isinf(x: Operand): Tensor;
/**
 * Truth of x being NaN, element by element.
 * @param x any real dtype.
 */
export function isnan(x: Operand): Tensor;
/**
 * Data divided by the Euclidean norm of a sample, of its channels, or of its places.
 * @param data floating, shape (N, C, ...).
 */
export function l2Normalization(data: Operand, options?: {
  /** summand of the squared norm. Default: 1e-10. */
  eps?: number;
  /** instance (over C and places), channel (over C) or spatial. Default: "instance". */
  mode?: string;
}): Tensor;
/**
 * The elements along an axis with mean 0 and variance 1, scaled and shifted.
 * @param data floating.
 */
export function layerNorm(data: Operand, options?: {
  /** factors, one for each channel. */
  gamma?: Operand;
  /** summands, one for each channel. */
  beta?: Operand;
  /** axis that is normalised. Default: -1. */
  axis?: number | bigint;
  /** summand of the variance. Default: 1e-05. */
  eps?: number;
}): Tensor;
/**
 * x above zero, slope x below.
 * @param x any real dtype; bool and integers become the default float.
 */
export function leakyRelu(x: Operand, options?: {
  /** factor below zero. Default: 0.25. */
  slope?: number;
}): Tensor;
/**
 * Bits of x1 moved up by x2 places, element by element; 0 for counts that are negative or not below the number of bits.
 * @param x1 integers.
 * @param x2 the same, broadcast against `x1`.
 */
export function leftShift(x1: Operand, x2: Operand): Tensor;
/**
 * Truth of x1 < x2, element by element, as bool.
 * @param x1 any real dtype.
 * @param x2 the same, broadcast against `x1`.
 */
export function less(x1: Operand, x2: Operand): Tensor;
/**
 * Truth of x1 <= x2, element by element, as bool.
 * @param x1 any real dtype.
 * @param x2 the same, broadcast against `x1`.
 */
export function lessEqual(x1: Operand, x2: Operand): Tensor;
/**
 * Natural logarithm, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function log(x: Operand): Tensor;
/**
 * Logarithm to base 10, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function log10(x: Operand): Tensor;
/**
 * log(1 + x), precise near zero, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function log1p(x: Operand): Tensor;
/**
 * Logarithm to base 2, element by element; exact for powers of 2.
 * @param x any real dtype; bool and integers become the default float.
 */
export function log2(x: Operand): Tensor;
/**
 * Logarithm of the logistic function, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function logSigmoid(x: Operand): Tensor;
/**
 * Logarithm of the softmax over an axis, stable for large values.
 * @param data any real dtype; integers become the default float.
 */
export function logSoftmax(data: Operand, options?: {
  /** axis whose exponentials sum to 1. Default: -1. */
  axis?: number | bigint;
  /** divides `data` first; none: 1. Default: none. */
  temperature?: number | null;
}): Tensor;
/**
 * Logarithms of random numbers of the gamma distribution; NaN where there is none.
 * @param shape float32 or float64: the shape parameter, at least 0.
 */
export function logStandardGamma(shape: Operand): Tensor;
/**
 * Logarithm of the sum of the exponentials of two arrays, element by element.
 * @param x1 any real dtype; bool and integers become the default float.
 * @param x2 the same, broadcast against `x1`.
 */
export function logaddexp(x1: Operand, x2: Operand): Tensor;
/**
 * Logarithm to base 2 of the sum of the powers of 2, element by element.
 * @param x1 any real dtype; bool and integers become the default float.
 * @param x2 the same, broadcast against `x1`.
 */
export function logaddexp2(x1: Operand, x2: Operand): Tensor;
/**
 * Truth of x1 and x2, element by element; anything but zero is true.
 * @param x1 any real dtype.
 * @param x2 the same, broadcast against `x1`.
 */
export function logicalAnd(x1: Operand, x2: Operand): Tensor;
/**
 * Truth of not x, element by element; anything but zero is true.
 * @param x any real dtype.
 */
export function logicalNot(x: Operand): Tensor;
/**
 * Truth of x1 or x2, element by element; anything but zero is true.
 * @param x1 any real dtype.
 * @param x2 the same, broadcast against `x1`.
 */
export function logicalOr(x1: Operand, x2: Operand): Tensor;
/**
 * Truth of either x1 or x2, not both, element by element; anything but zero is true.
 * @param x1 any real dtype.
 * @param x2 second operand, broadcast against `x1`.
 */
export function logicalXor(x1: Operand, x2: Operand): Tensor;
/**
 * Random counts of the logarithmic series; NaN where there is none.
 * @param probability float32 or float64: in [0, 1).
 */
export function logseries(probability: Operand): Tensor;
/**
 * Logarithm of the sum of exponentials over axes, without overflow.
 * @param x any real dtype; bool and integers become the default float.
 */
export function logsumexp(x: Operand, options?: {
  /** axis or axes to reduce; none reduces all. Default: none. */
  axis?: number[] | number | null;
  /** keep the reduced axes with extent 1. Default: false. */
  keepdims?: boolean;
}): Tensor;
/**
 * A long short-term memory: the hidden states of all steps, the last hidden state and cell.
 * @param data floating, shape (T, N, C): all steps.
 * @param hidden shape (N, H).
 * @param cell shape (N, H).
 * @param i2hWeight rows for each gate, shape (gates H, C).
 * @param h2hWeight shape (gates H, H).
 * @param i2hBias shape (gates H,).
 * @param h2hBias shape (gates H,).
 */
export function lstm(data: Operand, hidden: Operand, cell: Operand, i2hWeight: Operand, h2hWeight: Operand, i2hBias: Operand, h2hBias: Operand, options?: {
  /** any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step. */
  sequenceLength?: Operand;
  /** from the last step to the first. Default: false. */
  reverse?: boolean;
}): Tensor[];
/**
 * One step of a long short-term memory: the next hidden state and the next cell.
 * @param data floating, shape (N, C).
 * @param hidden shape (N, H).
 * @param cell shape (N, H).
 * @param i2hWeight rows for each gate, shape (gates H, C).
 * @param h2hWeight shape (gates H, H).
 * @param i2hBias shape (gates H,).
 * @param h2hBias shape (gates H,).
 */
export function lstmCell(data: Operand, hidden: Operand, cell: Operand, i2hWeight: Operand, h2hWeight: Operand, i2hBias: Operand, h2hBias: Operand): Tensor[];
/**
 * Matrix product; leading axes broadcast, a vector is a row on the left, a column right.
 * @param x1 any real dtype, shape (..., M, K) or (K,).
 * @param x2 shape (..., K, N) or (K,).
 */
export function matmul(x1: Operand, x2: Operand): Tensor;
/**
 * Products of matrices and vectors; leading axes broadcast.
 * @param x1 any real dtype, shape (..., M, N).
 * @param x2 shape (..., N).
 */
export function matvec(x1: Operand, x2: Operand): Tensor;
/**
 * Largest element over axes; NaN if there is one.
 * @param x any real dtype.
 */
export function max(x: Operand, options?: {
  /** axis or axes to reduce; none reduces all. Default: none. */
  axis?: number[] | number | null;
  /** keep the reduced axes with extent 1. Default: false. */
  keepdims?: boolean;
}): Tensor;
/**
 * The larger of two arrays, element by element; NaN where either is NaN.
 * @param x1 any real dtype.
 * @param x2 the same, broadcast against `x1`.
 */
export function maximum(x1: Operand, x2: Operand): Tensor;
/**
 * Arithmetic mean over axes; bool and integers give the default float.
 * @param x any real dtype.
 */
export function mean(x: Operand, options?: {
  /** axis or axes to reduce; none reduces all. Default: none. */
  axis?: number[] | number | null;
  /** keep the reduced axes with extent 1. Default: false. */
  keepdims?: boolean;
  /** floating dtype to compute in. Default: none. */
  dtype?: Dtype | null;
}): Tensor;
/**
 * Smallest element over axes; NaN if there is one.
 * @param x any real dtype.
 */
export function min(x: Operand, options?: {
  /** axis or axes to reduce; none reduces all. Default: none. */
  axis?: number[] | number | null;
  /** keep the reduced axes with extent 1. Default: false. */
  keepdims?: boolean;
}): Tensor;
/**
 * The smaller of two arrays, element by element; NaN where either is NaN.
 * @param x1 any real dtype.
 * @param x2 the same, broadcast against `x1`.
 */
export function minimum(x1: Operand, x2: Operand): Tensor;
/**
 * x tanh(softplus(x)), element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function mish(x: Operand): Tensor;
/**
 * The array with axes moved to other places, the rest in their order; a view.
 * @param a any dtype.
 * @param source axes to move.
 * @param destination where each of them goes.
 */
export function moveaxis(a: Operand, source: number[] | number, destination: number[] | number): Tensor;
/**
 * Product of two arrays, element by element.
 * @param x1 any real dtype.
 * @param x2 the same, broadcast against `x1`.
 */
export function multiply(x1: Operand, x2: Operand): Tensor;
/**
 * x with numbers in the place of NaN and infinities, element by element.
 * @param x any real dtype.
 */
export function nanToNum(x: Operand, options?: {
  /** takes the place of NaN. Default: 0. */
  nan?: number;
  /** that of infinity; none: the largest number. Default: none. */
  posinf?: number | null;
  /** that of -infinity; none: the smallest number. Default: none. */
  neginf?: number | null;
}): Tensor;
/**
 * The negative, element by element.
 * @param x any real dtype.
 */
export function negative(x: Operand): Tensor;
/**
 * Length of vectors or matrices over axes; by default the root of the sum of squares, whose gradient at zero is zero.
 * @param x any real dtype; bool and integers become the default float.
 */
export function norm(x: Operand, options?: {
  /** order: any of vectors, 1, -1, inf or -inf of matrices; none: 2, of all axes. Default: none. */
  ord?: number | null;
  /** axis or axes to reduce; none reduces all. Default: none. */
  axis?: number[] | number | null;
  /** keep the reduced axes with extent 1. Default: false. */
  keepdims?: boolean;
}): Tensor;
/**
 * Random numbers of the normal distribution.
 * @param shape extents.
 * @param dtype floating dtype of the result.
 */
export function normal(shape: number[] | number, dtype: Dtype, options?: {
  /** mean. Default: 0. */
  loc?: number;
  /** standard deviation, at least 0. Default: 1. */
  scale?: number;
}): Tensor;
/**
 * Truth of x1 != x2, element by element, as bool.
 * @param x1 any real dtype.
 * @param x2 the same, broadcast against `x1`.
 */
export function notEqual(x1: Operand, x2: Operand): Tensor;
/**
 * A new last axis with one value at each integer's place and another elsewhere.
 * @param data integers of any shape; those outside the new axis give no place.
 * @param depth extent of the new axis.
 */
export function oneHot(data: Operand, depth: number | bigint, options?: {
  /** value at the place. Default: 1. */
  onValue?: number;
  /** value elsewhere. Default: 0. */
  offValue?: number;
  /** float32 by default. Default: none. */
  dtype?: Dtype | null;
}): Tensor;
/**
 * Products of each element of a (rows) with each of b (columns), both taken as flat.
 * @param a any dtype.
 * @param b any dtype.
 */
export function outer(a: Operand, b: Operand): Tensor;
/**
 * The sum of pieces of rows that begin `hop` elements apart; between them there are zeros.
 * @param frames float32 or float64: at least two axes, pieces along the last one.
 * @param hop from the begin of a piece to that of the next.
 */
export function overlapAdd(frames: Operand, hop: number | bigint, options?: {
  /** elements that are left out at the begin and, unless `length` is given, at the end. Default: 0. */
  start?: number | bigint;
  /** elements of the result; beyond the pieces zeros. Default: none. */
  length?: number | bigint | null;
}): Tensor;
/**
 * The array with a border round it.
 * @param array any dtype.
 * @param before width of the border at the start of each axis.
 * @param after width at the end of each axis.
 */
export function pad(array: Operand, before: number[] | number, after: number[] | number, options?: {
  /** what the border is filled with in mode constant, 0 unless given. */
  value?: Operand;
  /** constant, edge, reflect, symmetric or wrap. Default: "constant". */
  mode?: string;
}): Tensor;
/**
 * The numbers 0 to n - 1 in random order, as int64.
 * @param n how many.
 */
export function permutation(n: number | bigint): Tensor;
/**
 * One element along an axis for each position of the others: data[i, index[i]].
 * @param data any dtype.
 * @param index any real dtype, cut to integers, data's shape without the axis; negative ones count back.
 */
export function pick(data: Operand, index: Operand, options?: {
  /** axis that the indices count along. Default: -1. */
  axis?: number | bigint;
  /** keep the axis with extent 1. Default: false. */
  keepdims?: boolean;
  /** raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: "raise". */
  mode?: string;
}): Tensor;
/**
 * Random counts of the Poisson distribution; NaN where there is none.
 * @param rate float32 or float64: means.
 */
export function poisson(rate: Operand): Tensor;
/**
 * The n-th derivative of digamma, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function polygamma(x: Operand, options?: {
  /** order of the derivative, from 0 to 20. Default: 1. */
  n?: number | bigint;
}): Tensor;
/**
 * Maximum, average, sum or norm over windows of one, two or three spatial axes.
 * @param data any real dtype for maxima, else floating; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
 */
export function pooling(data: Operand, options?: {
  /** extents of the window. Default: none. */
  kernel?: number[] | number | null;
  /** max or avg; pooling also has sum and lp. Default: "max". */
  poolType?: string;
  /** step of the window, 1 by default. Default: none. */
  stride?: number[] | number | null;
  /** elements added on both sides, or before all axes and then behind them; 0 by default. Default: none. */
  pad?: number[] | number | null;
  /** one window over the whole image. Default: false. */
  globalPool?: boolean;
  /** valid drops a last window that does not fit, full keeps it. Default: "valid". */
  poolingConvention?: string;
  /** the average counts padded elements. Default: true. */
  countIncludePad?: boolean;
  /** the p of pool_type lp, the p-norm, at least 1. Default: 2. */
  pValue?: number | bigint;
}): Tensor;
/**
 * x1 to the power of x2, by the general formula, element by element.
 * @param x1 any real dtype but bool.
 * @param x2 the same, broadcast against `x1`.
 */
export function pow(x1: Operand, x2: Operand): Tensor;
/**
 * x1 to the power of x2, element by element. Integers wrap; their negative powers are truncated to 0, 1 or -1, and refused where the exponent is a number.
 * @param x1 any real dtype but bool.
 * @param x2 exponent, broadcast against `x1`.
 */
export function power(x1: Operand, x2: Operand): Tensor;
/**
 * x above zero, gamma x below, with slopes that are learned.
 * @param x any real dtype, shape (N, C, ...).
 * @param gamma slopes: one, one for each of C channels, or broadcast against `x`.
 */
export function prelu(x: Operand, gamma: Operand): Tensor;
/**
 * Prints a line: a text with arrays in the places that it marks by `{}`.
 * @param arrays any dtype; one for each `{}`.
 */
export function print(arrays: Tensor[], options?: {
  /** `{{` and `}}` are braces. Default: "{}". */
  format?: string;
}): Tensor[];
/**
 * Product over axes; bool and integers multiply in 64 bits. An empty product is 1.
 * @param x any real dtype.
 */
export function prod(x: Operand, options?: {
  /** axis or axes to reduce; none reduces all. Default: none. */
  axis?: number[] | number | null;
  /** keep the reduced axes with extent 1. Default: false. */
  keepdims?: boolean;
  /** floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none. */
  dtype?: Dtype | null;
}): Tensor;
/**
 * Largest less smallest element over axes.
 * @param x any real dtype.
 */
export function ptp(x: Operand, options?: {
  /** axis or axes to reduce; none reduces all. Default: none. */
  axis?: number[] | number | null;
  /** keep the reduced axes with extent 1. Default: false. */
  keepdims?: boolean;
}): Tensor;
/**
 * Orthogonal columns Q and a triangle R of matrices Q R.
 * @param a any dtype but half types: matrices, (..., M, N).
 */
export function qr(a: Operand): Tensor[];
/**
 * Integers that stand for real numbers: data / scale, rounded to the nearest (halves to the even one), plus the zero point; saturates, and maps NaN to 0.
 * @param data float32 or half types.
 * @param scale floating, greater than 0, shape () or that of the axis.
 */
export function quantize(data: Operand, scale: Operand, options?: {
  /** int8 or uint8, shape () or that of the axis; none: 0. */
  zeroPoint?: Operand;
  /** axis along which there are several scales. Default: -1. */
  axis?: number | bigint;
  /** int8 or uint8; int8 by default. Default: none. */
  dtype?: Dtype | null;
}): Tensor;
/**
 * Sum of two int8 arrays of their own scales, as int8, rounded as in TensorFlow Lite.
 * @param x1 int8.
 * @param x2 int8, shape of x1.
 * @param x1Scale what a step of x1 stands for.
 * @param x2Scale what a step of x2 stands for.
 * @param outputScale what a step of the result stands for.
 */
export function quantizedAdd(x1: Operand, x2: Operand, x1Scale: number, x2Scale: number, outputScale: number, options?: {
  /** the integer that stands for zero in x1. Default: 0. */
  x1ZeroPoint?: number | bigint;
  /** the integer that stands for zero in x2. Default: 0. */
  x2ZeroPoint?: number | bigint;
  /** the integer that stands for zero in the result. Default: 0. */
  outputZeroPoint?: number | bigint;
  /** lower bound of the result. Default: -128. */
  low?: number | bigint;
  /** upper bound of the result. Default: 127. */
  high?: number | bigint;
}): Tensor;
/**
 * Convolution of int8 images, of data - zero_point in int32, which pads with zero_point; with a multiplier and a shift as int8, see requantize.
 * @param data int8, shape (N, C, W) or (N, C, H, W).
 * @param weight int8, shape (filters, C / groups, kernel...).
 */
export function quantizedConvolution(data: Operand, weight: Operand, options?: {
  /** int32, shape (filters,). */
  bias?: Operand;
  /** int32, not negative, shape () or (channels,): 2^31 times a factor below 1. */
  multiplier?: Operand;
  /** int32, shape of multiplier: the factor's power of two, -31 to 30. */
  shift?: Operand;
  /** int8, shape of the result: added to the sums, times its factor. */
  residual?: Operand;
  /** int32, shape (filters,): its scale over that of the sums. */
  residualFactor?: Operand;
  /** extents of the window; those of the weight. Default: none. */
  kernel?: number[] | number | null;
  /** step of the window, 1 by default. Default: none. */
  stride?: number[] | number | null;
  /** zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none. */
  pad?: number[] | number | null;
  /** distance of the window's elements, 1 by default. Default: none. */
  dilate?: number[] | number | null;
  /** groups of channels that do not see each other. Default: 1. */
  numGroup?: number | bigint;
  /** the integer that stands for zero in data, and pads it. Default: 0. */
  zeroPoint?: number | bigint;
  /** the integer that stands for zero in the result. Default: 0. */
  outputZeroPoint?: number | bigint;
  /** lower bound of the result. Default: -128. */
  low?: number | bigint;
  /** upper bound of the result. Default: 127. */
  high?: number | bigint;
  /** data is (N, W, C) or (N, H, W, C), the weight (filters, kernel..., C / groups). Default: false. */
  channelsLast?: boolean;
}): Tensor;
/**
 * Convolution of int16 images with int8 filters: int64 sums, or with a multiplier and a shift int16, the sums times multiplier * 2^-shift, rounded to the nearest, halves up.
 * @param data int16, shape (N, H, W, C).
 * @param weight int8, shape (filters, kernel..., C / groups).
 */
export function quantizedConvolution16(data: Operand, weight: Operand, options?: {
  /** int64, shape (filters,). */
  bias?: Operand;
  /** int32, shape (filters,): 0 to 32767. */
  multiplier?: Operand;
  /** int32, shape (filters,): 1 to 62. */
  shift?: Operand;
  /** extents of the window; those of the weight. Default: none. */
  kernel?: number[] | number | null;
  /** step of the window, 1 by default. Default: none. */
  stride?: number[] | number | null;
  /** zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none. */
  pad?: number[] | number | null;
  /** distance of the window's elements, 1 by default. Default: none. */
  dilate?: number[] | number | null;
  /** groups of channels that do not see each other. Default: 1. */
  numGroup?: number | bigint;
  /** lower bound of the result. Default: -32768. */
  low?: number | bigint;
  /** upper bound of the result. Default: 32767. */
  high?: number | bigint;
}): Tensor;
/**
 * Affine map of int8 features, (data - zero_point) weightᵀ + bias in int32; with a multiplier and a shift as int8, see requantize.
 * @param data int8, shape (N, ...) when flatten, else (..., features).
 * @param weight int8, shape (units, features).
 */
export function quantizedFullyConnected(data: Operand, weight: Operand, options?: {
  /** int32, shape (units,). */
  bias?: Operand;
  /** int32, not negative, shape () or (channels,): 2^31 times a factor below 1. */
  multiplier?: Operand;
  /** int32, shape of multiplier: the factor's power of two, -31 to 30. */
  shift?: Operand;
  /** the integer that stands for zero in data. Default: 0. */
  zeroPoint?: number | bigint;
  /** the integer that stands for zero in the result. Default: 0. */
  outputZeroPoint?: number | bigint;
  /** lower bound of the result. Default: -128. */
  low?: number | bigint;
  /** upper bound of the result. Default: 127. */
  high?: number | bigint;
  /** merge all axes of data but the first. Default: true. */
  flatten?: boolean;
}): Tensor;
/**
 * A gated recurrent unit in integers, from a hidden state of 0: its hidden states after all steps, int8, multiples of 2^-7. Gates have 16 bits.
 * @param data int8, shape (T, N, C): all steps.
 * @param i2hWeight int8, rows for each gate, shape (gates H, C).
 * @param h2hWeight int8, shape (gates H, H).
 * @param i2hBias int32, shape (gates H,): of the sums, with what the zero point of data takes from them.
 * @param i2hMultiplier int32: to multiples of 2^-12, see quantized_multiplier.
 * @param i2hShift int32, of the multiplier.
 * @param h2hBias int32, shape (gates H,).
 * @param h2hMultiplier int32: to multiples of 2^-12, see quantized_multiplier.
 * @param h2hShift int32, of the multiplier.
 */
export function quantizedGru(data: Operand, i2hWeight: Operand, h2hWeight: Operand, i2hBias: Operand, i2hMultiplier: Operand, i2hShift: Operand, h2hBias: Operand, h2hMultiplier: Operand, h2hShift: Operand, options?: {
  /** from the last step to the first. Default: false. */
  reverse?: boolean;
}): Tensor;
/**
 * What a table has for each int8 element: any function of one element, between any scales.
 * @param data int8.
 * @param table int8, shape (256,): results for -128, -127, ... 127.
 */
export function quantizedLookup(data: Operand, table: Operand): Tensor;
/**
 * A long short-term memory in integers, from states of 0: its hidden states after all steps, int8, multiples of 2^-7. Gates and cells have 16 bits; a cell reaches from -16 to 16.
 * @param data int8, shape (T, N, C): all steps.
 * @param i2hWeight int8, rows for each gate, shape (gates H, C).
 * @param h2hWeight int8, shape (gates H, H).
 * @param i2hBias int32, shape (gates H,): of the sums, with what the zero point of data takes from them.
 * @param i2hMultiplier int32: to multiples of 2^-12, see quantized_multiplier.
 * @param i2hShift int32, of the multiplier.
 * @param h2hBias int32, shape (gates H,).
 * @param h2hMultiplier int32: to multiples of 2^-12, see quantized_multiplier.
 * @param h2hShift int32, of the multiplier.
 */
export function quantizedLstm(data: Operand, i2hWeight: Operand, h2hWeight: Operand, i2hBias: Operand, i2hMultiplier: Operand, i2hShift: Operand, h2hBias: Operand, h2hMultiplier: Operand, h2hShift: Operand, options?: {
  /** from the last step to the first. Default: false. */
  reverse?: boolean;
}): Tensor;
/**
 * Maximum or average of int8 over windows of one or two spatial axes, of data's scale; the average is rounded to the nearest, halves away from zero, as in TensorFlow Lite.
 * @param data int8, shape (N, C, W) or (N, C, H, W).
 */
export function quantizedPooling(data: Operand, options?: {
  /** extents of the window. Default: none. */
  kernel?: number[] | number | null;
  /** max or avg; pooling also has sum and lp. Default: "max". */
  poolType?: string;
  /** step of the window, 1 by default. Default: none. */
  stride?: number[] | number | null;
  /** elements added on both sides, or before all axes and then behind them; 0 by default. Default: none. */
  pad?: number[] | number | null;
  /** one window over the whole image. Default: false. */
  globalPool?: boolean;
  /** valid drops a last window that does not fit, full keeps it. Default: "valid". */
  poolingConvention?: string;
  /** the average counts padded elements. Default: true. */
  countIncludePad?: boolean;
  /** the integer that stands for zero: padded elements of an average. Default: 0. */
  zeroPoint?: number | bigint;
  /** data is (N, W, C) or (N, H, W, C). Default: false. */
  channelsLast?: boolean;
}): Tensor;
/**
 * Softmax of int8 along the last axis by TensorFlow Lite's rule: int8 that stand for (y + 128) / 256.
 * @param data int8, at most 4095 elements along the last axis.
 * @param scale what a step of data stands for.
 */
export function quantizedSoftmax(data: Operand, scale: number): Tensor;
/**
 * Random integers in [low, high), each equally likely, as int64.
 * @param low least number.
 * @param high bound, not reached.
 * @param shape extents.
 */
export function randint(low: number | bigint, high: number | bigint, shape: number[] | number): Tensor;
/**
 * The elements in row-major order along one axis; a view where strides allow.
 * @param a any dtype.
 */
export function ravel(a: Operand): Tensor;
/**
 * The first half of the discrete Fourier transform of real numbers along the last axis, without a scale; complex. `np.fft` has NumPy's functions.
 * @param x any real dtype.
 */
export function rdft(x: Operand): Tensor;
/**
 * The real parts of the elements; of real numbers the array itself.
 * @param x any dtype.
 */
export function real(x: Operand): Tensor;
/**
 * The first half of the discrete Fourier transform of real rows, in planes and without a scale.
 * @param x float32 or float64.
 */
export function realFourier(x: Operand, options?: {
  /** elements with a mirror image count twice. Default: false. */
  mirrored?: boolean;
}): Tensor[];
/**
 * Real rows of the first halves of their discrete Fourier transforms, in planes and without a scale.
 * @param x1 float32 or float64: the real parts.
 * @param length of the rows.
 */
export function realFourierInverse(x1: Operand, length: number | bigint, options?: {
  /** the imaginary parts; zeros unless given. */
  x2?: Operand;
  /** elements with a mirror image count twice. Default: true. */
  mirrored?: boolean;
}): Tensor;
/**
 * The real parts of complex numbers.
 * @param x complex.
 */
export function realPart(x: Operand): Tensor;
/**
 * The next array that another rank sends to this one.
 * @param shape of the array that was sent.
 * @param dtype of the array that was sent.
 * @param source the rank that sends it.
 */
export function receive(shape: number[] | number, dtype: Dtype, source: number | bigint, options?: {
  /** any dtype; what has a gradient only if this has; its value is not read. */
  token?: Operand;
  /** messages of one tag arrive in the order in which they were sent. Default: 0. */
  tag?: number | bigint;
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor;
/**
 * 1 / x, element by element; integers give the default float.
 * @param x any real dtype; bool and integers become the default float.
 */
export function reciprocal(x: Operand): Tensor;
/**
 * This rank's block, along axis 0, of the reduction of the arrays of all ranks.
 * @param x any real dtype but bool; the same type on all ranks.
 * @param ranks how many processes the group has.
 */
export function reduceBlocks(x: Operand, ranks: number | bigint, options?: {
  /** `sum`, `mean`, `product`, `min` or `max`. Default: "sum". */
  reduction?: string;
  /** the same bits whatever moves the bytes: a tree over ranks. Default: false. */
  ordered?: boolean;
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor;
/**
 * Begins `reduce_blocks`, whose result is there when `collective_wait` has given it.
 * @param x any real dtype but bool; the same type on all ranks.
 * @param ranks how many processes the group has.
 */
export function reduceBlocksStart(x: Operand, ranks: number | bigint, options?: {
  /** `sum`, `mean`, `product`, `min` or `max`. Default: "sum". */
  reduction?: string;
  /** the same bits whatever moves the bytes: a tree over ranks. Default: false. */
  ordered?: boolean;
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor[];
/**
 * This rank's part, along an axis, of the reduction of the arrays of all ranks.
 * @param x any real dtype but bool; the same type on all ranks.
 * @param axis along which rank r gets part r.
 * @param ranks how many processes the group has.
 */
export function reduceScatter(x: Operand, axis: number | bigint, ranks: number | bigint, options?: {
  /** `sum`, `mean`, `product`, `min` or `max`. Default: "sum". */
  reduction?: string;
  /** the same bits whatever moves the bytes: a tree over ranks. Default: false. */
  ordered?: boolean;
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor;
/**
 * Positive part max(x, 0), element by element; NaN stays NaN.
 * @param x any real dtype.
 */
export function relu(x: Operand): Tensor;
/**
 * x held between 0 and 6, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function relu6(x: Operand): Tensor;
/**
 * Remainder with the sign of the divisor, element by element: x1 % x2. Integers modulo 0 give 0, floats NaN.
 * @param x1 any real dtype but bool.
 * @param x2 the same, broadcast against `x1`.
 */
export function remainder(x1: Operand, x2: Operand): Tensor;
/**
 * Each element repeated, along one axis or in the flat array.
 * @param a any dtype.
 * @param repeats how often, for all or for each element.
 */
export function repeat(a: Operand, repeats: number[] | number, options?: {
  /** axis to repeat along; none repeats the flat array. Default: none. */
  axis?: number | bigint | null;
}): Tensor;
/**
 * Sums of int32 as int8: times multiplier 2^(shift - 31) with the two roundings of TensorFlow Lite, plus the zero point, held between the bounds.
 * @param data int32.
 * @param multiplier int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
 * @param shift int32, shape of multiplier: the factor's power of two, -31 to 30.
 */
export function requantize(data: Operand, multiplier: Operand, shift: Operand, options?: {
  /** the integer that stands for zero in the result. Default: 0. */
  outputZeroPoint?: number | bigint;
  /** lower bound of the result. Default: -128. */
  low?: number | bigint;
  /** upper bound of the result. Default: 127. */
  high?: number | bigint;
  /** axis along which there are several multipliers. Default: -1. */
  axis?: number | bigint;
}): Tensor;
/**
 * The same elements in row-major order under another shape; a view where strides allow.
 * @param x any dtype.
 * @param newshape extents; one may be -1, the rest.
 */
export function reshape(x: Operand, newshape: number[] | number): Tensor;
/**
 * Bits of x1 moved down by x2 places, element by element; 0 or -1 by the sign of x1 for counts that are negative or not below the number of bits.
 * @param x1 integers.
 * @param x2 the same, broadcast against `x1`.
 */
export function rightShift(x1: Operand, x2: Operand): Tensor;
/**
 * The whole number nearest to x, halves to the even one, element by element.
 * @param x any real dtype.
 */
export function rint(x: Operand): Tensor;
/**
 * The elements along an axis divided by their root mean square, scaled.
 * @param data floating.
 */
export function rmsNorm(data: Operand, options?: {
  /** factors, one for each element of the axis. */
  gamma?: Operand;
  /** axis that is normalised. Default: -1. */
  axis?: number | bigint;
  /** summand of the mean square. Default: 1e-06. */
  eps?: number;
}): Tensor;
/**
 * RMSProp by the gradient's variance, with momentum: the new weight, mean square, mean and step.
 * @param weight floating: the parameter.
 * @param grad its gradient, same shape.
 * @param square running mean of the gradient's square.
 * @param mean running mean of the gradient.
 * @param step the step before.
 * @param lr learning rate: a number, or an array without axes.
 */
export function rmspropCenteredUpdate(weight: Operand, grad: Operand, square: Operand, mean: Operand, step: Operand, lr: Operand, options?: {
  /** weight decay. Default: 0. */
  wd?: number;
  /** factor of the gradient. Default: 1. */
  rescaleGrad?: number;
  /** bound of the rescaled gradient's elements; negative: none. Default: -1. */
  clipGradient?: number;
  /** decay of the means. Default: 0.9. */
  rho?: number;
  /** share of the step that stays. Default: 0.9. */
  momentum?: number;
  /** added to the variance. Default: 1e-08. */
  epsilon?: number;
}): Tensor[];
/**
 * RMSProp: the new weight and running mean of squared gradients.
 * @param weight floating: the parameter.
 * @param grad its gradient, same shape.
 * @param square running mean of the gradient's square.
 * @param lr learning rate: a number, or an array without axes.
 */
export function rmspropUpdate(weight: Operand, grad: Operand, square: Operand, lr: Operand, options?: {
  /** weight decay. Default: 0. */
  wd?: number;
  /** factor of the gradient. Default: 1. */
  rescaleGrad?: number;
  /** bound of the rescaled gradient's elements; negative: none. Default: -1. */
  clipGradient?: number;
  /** decay of the mean. Default: 0.9. */
  rho?: number;
  /** added to the root. Default: 1e-08. */
  epsilon?: number;
}): Tensor[];
/**
 * A plain recurrent network: the hidden states of all steps, and the last.
 * @param data floating, shape (T, N, C): all steps.
 * @param hidden shape (N, H).
 * @param i2hWeight rows for each gate, shape (gates H, C).
 * @param h2hWeight shape (gates H, H).
 * @param i2hBias shape (gates H,).
 * @param h2hBias shape (gates H,).
 */
export function rnn(data: Operand, hidden: Operand, i2hWeight: Operand, h2hWeight: Operand, i2hBias: Operand, h2hBias: Operand, options?: {
  /** any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step. */
  sequenceLength?: Operand;
  /** from the last step to the first. Default: false. */
  reverse?: boolean;
  /** 'tanh' or 'relu'. Default: "tanh". */
  activation?: string;
}): Tensor[];
/**
 * One step of a plain recurrent network: the next hidden state.
 * @param data floating, shape (N, C).
 * @param hidden shape (N, H).
 * @param i2hWeight rows for each gate, shape (gates H, C).
 * @param h2hWeight shape (gates H, H).
 * @param i2hBias shape (gates H,).
 * @param h2hBias shape (gates H,).
 */
export function rnnCell(data: Operand, hidden: Operand, i2hWeight: Operand, h2hWeight: Operand, i2hBias: Operand, h2hBias: Operand, options?: {
  /** 'tanh' or 'relu'. Default: "tanh". */
  activation?: string;
}): Tensor;
/**
 * Regions of images as means of bilinear samples in bins: (R, C, bins, bins).
 * @param data any real dtype; integers become the default float; shape (N, C, H, W).
 * @param rois a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).
 * @param pooledSize bins along the height and the width.
 */
export function roiAlign(data: Operand, rois: Operand, pooledSize: number[] | number, options?: {
  /** pixels of the images for one unit of the regions. Default: 1. */
  spatialScale?: number;
  /** samples of a bin along each axis; 0 or less: as many as it has pixels. Default: -1. */
  samplingRatio?: number | bigint;
  /** pixels have their centers at 1/2, and regions may be thinner than a pixel. Default: false. */
  aligned?: boolean;
}): Tensor;
/**
 * The largest elements of regions of images in bins: (R, C, bins, bins).
 * @param data any real dtype; integers become the default float; shape (N, C, H, W).
 * @param rois a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).
 * @param pooledSize bins along the height and the width.
 */
export function roiPool(data: Operand, rois: Operand, pooledSize: number[] | number, options?: {
  /** pixels of the images for one unit of the regions. Default: 1. */
  spatialScale?: number;
}): Tensor;
/**
 * The array with its elements moved along axes; what leaves at the end enters at the start.
 * @param a any dtype.
 * @param shift by how many places, for all axes or for each.
 */
export function roll(a: Operand, shift: number[] | number, options?: {
  /** which axes; none moves in the flat array. Default: none. */
  axis?: number[] | number | null;
}): Tensor;
/**
 * x rounded to a number of decimals, halves to the even digit, element by element.
 * @param x any real dtype.
 */
export function round(x: Operand, options?: {
  /** digits behind the point; negative ones count before it. Default: 0. */
  decimals?: number | bigint;
}): Tensor;
/**
 * 1 / sqrt(x), element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function rsqrt(x: Operand): Tensor;
/**
 * softmax(scale query keyᵀ + mask) value: for each query a mean of the values.
 * @param query floating, shape (..., T, D).
 * @param key shape (..., S, D).
 * @param value shape (..., S, V).
 */
export function scaledDotProductAttention(query: Operand, key: Operand, value: Operand, options?: {
  /** any real dtype, broadcasts to (..., T, S): summands, or bools, true to attend. */
  mask?: Operand;
  /** factor of the scores, 1 / sqrt(D) by default. Default: none. */
  scale?: number | null;
  /** a query attends to no key behind its own position. Default: false. */
  causal?: boolean;
  /** heads of queries, axis -3, share those of keys and values in groups of H / Hk. Default: false. */
  grouped?: boolean;
}): Tensor;
/**
 * The array with its elements at chosen places replaced, the last one winning, or added to.
 * @param x any dtype, but no half type to accumulate.
 * @param value broadcasts to what the index picks.
 * @param indices int64 arrays that broadcast together; negative ones count back.
 * @param axes the axis of each index array, ascending.
 */
export function scatter(x: Operand, value: Operand, indices: Tensor[], axes: number[] | number, options?: {
  /** where the axes of the index arrays stand among the others. Default: 0. */
  position?: number | bigint;
  /** the axes as errors name them, if they have other numbers there. Default: []. */
  shownAxes?: number[] | number;
  /** add instead of replacing. Default: false. */
  accumulate?: boolean;
}): Tensor;
/**
 * Zeros with each element or slice added at its point: the adjoint of gather_nd.
 * @param data any dtype, shape (..., rest), as gather_nd gives it.
 * @param indices integers, shape (M, ...); negative ones count back.
 * @param shape shape of the result.
 */
export function scatterNd(data: Operand, indices: Operand, shape: number[] | number): Tensor;
/**
 * Where in an ascending vector values would have to be inserted to keep it ascending.
 * @param a any dtype; ascending, one axis.
 * @param v values of any shape.
 */
export function searchsorted(a: Operand, v: Operand, options?: {
  /** left of elements equal to the value, or right of them. Default: "left". */
  side?: string;
}): Tensor;
/**
 * Scaled exponential linear unit, which keeps mean 0 and variance 1.
 * @param x any real dtype; bool and integers become the default float.
 */
export function selu(x: Operand): Tensor;
/**
 * Sends an array to another rank; gives a zero whose gradient is what that rank sends back.
 * @param x any dtype.
 * @param destination the rank that receives it.
 */
export function send(x: Operand, destination: number | bigint, options?: {
  /** messages of one tag arrive in the order in which they were sent. Default: 0. */
  tag?: number | bigint;
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor;
/**
 * Gradient descent with momentum: the new weight and momentum.
 * @param weight floating: the parameter.
 * @param grad its gradient, same shape.
 * @param mom momentum, same shape.
 * @param lr learning rate: a number, or an array without axes.
 */
export function sgdMomUpdate(weight: Operand, grad: Operand, mom: Operand, lr: Operand, options?: {
  /** weight decay. Default: 0. */
  wd?: number;
  /** factor of the gradient. Default: 1. */
  rescaleGrad?: number;
  /** bound of the rescaled gradient's elements; negative: none. Default: -1. */
  clipGradient?: number;
  /** share of the momentum that stays. Default: 0.9. */
  momentum?: number;
  /** look one step ahead. Default: false. */
  nesterov?: boolean;
}): Tensor[];
/**
 * Stochastic gradient descent: the new weight.
 * @param weight floating: the parameter.
 * @param grad its gradient, same shape.
 * @param lr learning rate: a number, or an array without axes.
 */
export function sgdUpdate(weight: Operand, grad: Operand, lr: Operand, options?: {
  /** weight decay. Default: 0. */
  wd?: number;
  /** factor of the gradient. Default: 1. */
  rescaleGrad?: number;
  /** bound of the rescaled gradient's elements; negative: none. Default: -1. */
  clipGradient?: number;
}): Tensor;
/**
 * Logistic function 1 / (1 + exp(-x)), element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function sigmoid(x: Operand): Tensor;
/**
 * -1, 0 or 1 by the sign of each element; NaN stays NaN.
 * @param x any real dtype.
 */
export function sign(x: Operand): Tensor;
/**
 * Shifts rows of int16 to the left as far as their largest magnitude allows: the rows, and by how many bits, by TensorFlow Lite Micro's rule, in which rows with -32768 may wrap.
 * @param data int16, at least one axis: rows along the last one.
 */
export function signalAutoScale(data: Operand): Tensor[];
/**
 * Sums of bands of energies that overlap by halves, by TensorFlow Lite Micro's rule: band c is the sum of channel c + 1 by `weight` and of channel c by `unweight`.
 * @param data uint32, at least one axis: energies along the last one.
 * @param weight int16, one axis: factors of all channels.
 * @param unweight int16, shape of `weight`: factors for the band after.
 * @param starts int16, shape (bands + 1,): the first energy of each channel.
 * @param weightStarts int16, shape (bands + 1,): the first factor of each channel.
 * @param widths int16, shape (bands + 1,): how many energies each channel reads.
 */
export function signalFilterBank(data: Operand, weight: Operand, unweight: Operand, starts: Operand, weightStarts: Operand, widths: Operand): Tensor;
/**
 * Energies of bands by the gain that a table has for their noise, divided by 2^shift and compressed, element by element, by TensorFlow Lite Micro's rule (PCAN).
 * @param data uint32: energies.
 * @param noise uint32, shape of `data`.
 * @param table int16, shape (125,): gains for 0 and 1, then pieces for powers of two.
 * @param shift bits of the product to drop, 0 to 63.
 */
export function signalGain(data: Operand, noise: Operand, table: Operand, shift: number | bigint): Tensor;
/**
 * Natural logarithm of x 2^shift times a scale, element by element, as int16 of at most 32767, by TensorFlow Lite Micro's rule; 0 where x 2^shift is at most 1.
 * @param data uint32.
 * @param scale what a result of 1 is multiplied by.
 */
export function signalLog(data: Operand, scale: number | bigint, options?: {
  /** bits to shift the data to the left, 0 to 31; the shift wraps. Default: 0. */
  shift?: number | bigint;
}): Tensor;
/**
 * Fourier transform of real rows of int16, divided by their length, in fixed point by TensorFlow Lite Micro's rule: real and imaginary parts in turn.
 * @param data int16, at least one axis: rows along the last one, at most `length` elements.
 * @param length samples of a row, a power of two from 4 to 65536; what is missing counts as 0.
 */
export function signalRfft(data: Operand, length: number | bigint): Tensor;
/**
 * Square root of uint64, rounded to the nearest, element by element; from 65535.5^2 to 2^32 it is 65535, as in TensorFlow Lite Micro.
 * @param data uint64.
 */
export function signalSquareRoot(data: Operand): Tensor;
/**
 * Truth of x having a minus sign, zeros and NaN included, element by element.
 * @param x any real dtype.
 */
export function signbit(x: Operand): Tensor;
/**
 * x times the logistic function of beta x, also named swish.
 * @param x any real dtype; bool and integers become the default float.
 */
export function silu(x: Operand, options?: {
  /** factor within the logistic function. Default: 1. */
  beta?: number;
}): Tensor;
/**
 * Sine of angles in radians, of any size, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function sin(x: Operand): Tensor;
/**
 * Hyperbolic sine, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function sinh(x: Operand): Tensor;
/**
 * Part of an array: `size` elements from `begin` by `step` along each axis; a view.
 * @param x any dtype.
 * @param begin first index of each axis, at least 0.
 * @param size elements taken along each axis.
 * @param step distance between them, may be negative.
 */
export function slice(x: Operand, begin: number[] | number, size: number[] | number, step: number[] | number, options?: {
  /** take what is inside the axis, as Python does; else that is an error. Default: false. */
  clip?: boolean;
}): Tensor;
/**
 * Signs of determinants, and logarithms of their absolute values.
 * @param a any dtype but half types: matrices, (..., M, N).
 */
export function slogdet(a: Operand): Tensor[];
/**
 * exp(data) divided by its sum over an axis.
 * @param data any real dtype; integers become the default float.
 */
export function softmax(data: Operand, options?: {
  /** axis that sums to 1. Default: -1. */
  axis?: number | bigint;
  /** divides `data` first; none: 1. Default: none. */
  temperature?: number | null;
}): Tensor;
/**
 * Cross entropy of softmax(data) and labels, one loss per sample.
 * @param data any real dtype: scores, shape (..., C) when axis is -1.
 * @param label any real dtype: class indices without the axis, or probabilities of data's shape.
 */
export function softmaxCrossEntropy(data: Operand, label: Operand, options?: {
  /** axis of the classes. Default: -1. */
  axis?: number | bigint;
  /** labels are class indices. Default: true. */
  sparseLabel?: boolean;
  /** data holds log-probabilities already. Default: false. */
  fromLogits?: boolean;
  /** label whose loss is 0, such as -1 for padding; other negative labels are refused. Default: none. */
  ignoreIndex?: number | bigint | null;
}): Tensor;
/**
 * Smooth positive part log(1 + exp(x)), element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function softplus(x: Operand): Tensor;
/**
 * x / (1 + |x|), element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function softsign(x: Operand): Tensor;
/**
 * Solutions x of a x = b.
 * @param a any dtype but half types: matrices, (..., M, N).
 * @param b right sides, as matrices; batches broadcast.
 */
export function solve(a: Operand, b: Operand): Tensor;
/**
 * Solutions x of a x = b for a triangle `a`, or its adjoint.
 * @param a any dtype but half types: matrices, (..., M, N).
 * @param b right sides, as matrices; batches broadcast.
 */
export function solveTriangular(a: Operand, b: Operand, options?: {
  /** the upper triangle is read, and not the lower one. Default: false. */
  upper?: boolean;
  /** the adjoint of the triangle is meant. Default: false. */
  turned?: boolean;
}): Tensor;
/**
 * The elements along an axis in ascending order, NaN last; equal ones keep their order.
 * @param a any dtype.
 */
export function sort(a: Operand, options?: {
  /** axis to sort along; none sorts the flat array. Default: -1. */
  axis?: number | bigint | null;
  /** the largest first. Default: false. */
  descending?: boolean;
}): Tensor;
/**
 * Blocks of places as channels: spatial extents over `block_size`, so many more channels. Those of a block's first place come first.
 * @param data any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
 * @param blockSize extents of a block, or one number for all spatial axes.
 */
export function spaceToDepth(data: Operand, blockSize: number[] | number, options?: {
  /** data has its channels behind its spatial axes. Default: false. */
  channelsLast?: boolean;
}): Tensor;
/**
 * Parts of an array along one axis, as views: so many equal ones, or cut at indices.
 * @param ary any dtype.
 * @param indicesOrSections the number of equal parts, or the indices before which to cut.
 */
export function split(ary: Operand, indicesOrSections: number[] | number, options?: {
  /** axis to cut along. Default: 0. */
  axis?: number | bigint;
}): Tensor[];
/**
 * Square root, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function sqrt(x: Operand): Tensor;
/**
 * Product of each element with itself.
 * @param x any real dtype.
 */
export function square(x: Operand): Tensor;
/**
 * The array without axes of extent 1.
 * @param x any dtype.
 */
export function squeeze(x: Operand, options?: {
  /** which to drop; none drops all of extent 1. Default: none. */
  axis?: number[] | number | null;
}): Tensor;
/**
 * Arrays of one shape joined along a new axis.
 * @param arrays any dtype, all of one shape.
 */
export function stack(arrays: Tensor[], options?: {
  /** where the new axis is in the result. Default: 0. */
  axis?: number | bigint;
}): Tensor;
/**
 * Random numbers of the gamma distribution of scale 1; NaN where there is none.
 * @param shape float32 or float64: the shape parameter, at least 0.
 */
export function standardGamma(shape: Operand): Tensor;
/**
 * Standard deviation over axes: the root of the variance; its gradient is zero where that is.
 * @param x any real dtype.
 */
export function std(x: Operand, options?: {
  /** axis or axes to reduce; none reduces all. Default: none. */
  axis?: number[] | number | null;
  /** keep the reduced axes with extent 1. Default: false. */
  keepdims?: boolean;
  /** floating dtype to compute in. Default: none. */
  dtype?: Dtype | null;
  /** subtracted from the number of elements, by which the squares are divided. Default: 0. */
  ddof?: number;
  /** the array API's name of `ddof`. Default: none. */
  correction?: number | null;
}): Tensor;
/**
 * The same elements as a constant: no gradient flows to `x`.
 * @param x any dtype.
 */
export function stopGradient(x: Operand): Tensor;
/**
 * Part of an array's row-major elements, by offset and strides; a view.
 * @param x any dtype.
 * @param offset first element of the part.
 * @param shape extents of the part.
 * @param strides its strides in elements of the base.
 */
export function stridedView(x: Operand, offset: number | bigint, shape: number[] | number, strides: number[] | number): Tensor;
/**
 * Difference x1 - x2, element by element.
 * @param x1 any real dtype.
 * @param x2 the same, broadcast against `x1`.
 */
export function subtract(x1: Operand, x2: Operand): Tensor;
/**
 * Sum over axes; bool and integers add in 64 bits. An empty sum is 0.
 * @param x any real dtype.
 */
export function sum(x: Operand, options?: {
  /** axis or axes to reduce; none reduces all. Default: none. */
  axis?: number[] | number | null;
  /** keep the reduced axes with extent 1. Default: false. */
  keepdims?: boolean;
  /** floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none. */
  dtype?: Dtype | null;
}): Tensor;
/**
 * The sum of what the ranks of a group have computed of one array, on all of them; the gradient is that of a loss which all ranks compute alike.
 * @param x floating; the same type on all ranks.
 */
export function sumParts(x: Operand, options?: {
  /** a group that this process has joined. Default: "world". */
  group?: string;
}): Tensor;
/**
 * U, S and V^H of matrices U diag(S) V^H, with as few columns as do.
 * @param a any dtype but half types: matrices, (..., M, N).
 */
export function svd(a: Operand): Tensor[];
/**
 * The array with two axes exchanged; a view.
 * @param a any dtype.
 * @param axis1 one axis.
 * @param axis2 the other.
 */
export function swapaxes(a: Operand, axis1: number | bigint, axis2: number | bigint): Tensor;
/**
 * Elements or slices along an axis at the given indices; none takes from the flat array.
 * @param a any dtype.
 * @param indices integers of any shape; negative ones count back.
 */
export function take(a: Operand, indices: Operand, options?: {
  /** axis that the indices count along. Default: none. */
  axis?: number | bigint | null;
  /** raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: "raise". */
  mode?: string;
}): Tensor;
/**
 * Elements along an axis at indices of their own for each position of the others.
 * @param arr any dtype.
 * @param indices integers; broadcast against arr on the other axes.
 */
export function takeAlongAxis(arr: Operand, indices: Operand, options?: {
  /** axis that the indices count along; none: of the flat array. Default: -1. */
  axis?: number | bigint | null;
}): Tensor;
/**
 * Tangent of angles in radians, of any size, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function tan(x: Operand): Tensor;
/**
 * Hyperbolic tangent, element by element.
 * @param x any real dtype; bool and integers become the default float.
 */
export function tanh(x: Operand): Tensor;
/**
 * Sum of products over pairs of axes; the other axes of a, then those of b, stay.
 * @param a any dtype.
 * @param b any dtype.
 * @param aAxes axes of a.
 * @param bAxes their partners in b.
 */
export function tensordot(a: Operand, b: Operand, aAxes: number[] | number, bAxes: number[] | number): Tensor;
/**
 * The array repeated as a whole along its axes.
 * @param a any dtype.
 * @param reps how often along each axis, the last ones if fewer.
 */
export function tile(a: Operand, reps: number[] | number): Tensor;
/**
 * The k largest elements along an axis, the largest first, and their positions as int64.
 * @param data any dtype; NaN is the largest.
 */
export function topk(data: Operand, options?: {
  /** how many. Default: 1. */
  k?: number | bigint;
  /** axis to look along; none looks in the flat array. Default: -1. */
  axis?: number | bigint | null;
  /** the smallest, the smallest first. Default: false. */
  isAscend?: boolean;
}): Tensor[];
/**
 * The sum along a diagonal of matrices.
 * @param a any dtype, at least two axes.
 */
export function trace(a: Operand, options?: {
  /** the diagonal: 0 the main one, positive above it. Default: 0. */
  offset?: number | bigint;
  /** axis of the rows. Default: 0. */
  axis1?: number | bigint;
  /** axis of the columns. Default: 1. */
  axis2?: number | bigint;
}): Tensor;
/**
 * The array with its axes permuted; a view.
 * @param x any dtype.
 */
export function transpose(x: Operand, options?: {
  /** permutation of the axes; none reverses them. Default: none. */
  axes?: number[] | number | null;
}): Tensor;
/**
 * The lower triangle of matrices: zeros above a diagonal.
 * @param m any dtype, shape (..., M, N).
 */
export function tril(m: Operand, options?: {
  /** the diagonal: 0 the main one, positive above it. Default: 0. */
  k?: number | bigint;
}): Tensor;
/**
 * The upper triangle of matrices: zeros below a diagonal.
 * @param m any dtype, shape (..., M, N).
 */
export function triu(m: Operand, options?: {
  /** the diagonal: 0 the main one, positive above it. Default: 0. */
  k?: number | bigint;
}): Tensor;
/**
 * x without its fraction, element by element.
 * @param x any real dtype.
 */
export function trunc(x: Operand): Tensor;
/**
 * Random numbers, uniform in [low, high).
 * @param shape extents.
 * @param dtype floating dtype of the result.
 */
export function uniform(shape: number[] | number, dtype: Dtype, options?: {
  /** least number. Default: 0. */
  low?: number;
  /** bound, never reached while low < high. Default: 1. */
  high?: number;
}): Tensor;
/**
 * Variance over axes: the mean square distance from the mean.
 * @param x any real dtype.
 */
declare function var_(x: Operand, options?: {
  /** axis or axes to reduce; none reduces all. Default: none. */
  axis?: number[] | number | null;
  /** keep the reduced axes with extent 1. Default: false. */
  keepdims?: boolean;
  /** floating dtype to compute in. Default: none. */
  dtype?: Dtype | null;
  /** subtracted from the number of elements, by which the squares are divided. Default: 0. */
  ddof?: number;
  /** the array API's name of `ddof`. Default: none. */
  correction?: number | null;
}): Tensor;
export { var_ as var };
/**
 * Sum of products of all elements, both arrays taken as flat.
 * @param a any dtype.
 * @param b as many elements.
 */
export function vdot(a: Operand, b: Operand): Tensor;
/**
 * Sums of products of vectors along an axis; the other axes broadcast.
 * @param x1 any dtype, at least one axis.
 * @param x2 as long along the axis.
 */
export function vecdot(x1: Operand, x2: Operand, options?: {
  /** axis of the vectors, of both arrays. Default: -1. */
  axis?: number | bigint;
}): Tensor;
/**
 * Products of vectors and matrices; leading axes broadcast.
 * @param x1 any real dtype, shape (..., N).
 * @param x2 shape (..., N, M).
 */
export function vecmat(x1: Operand, x2: Operand): Tensor;
/**
 * Random angles of the distribution of von Mises; NaN where there is none.
 * @param kappa float32 or float64: how close to 0 they are, at least 0.
 */
export function vonmises(kappa: Operand): Tensor;
/**
 * Arrays joined one below the other, along the first axis; vectors are rows.
 * @param arrays any dtype, of shapes that agree on all other axes.
 */
export function vstack(arrays: Tensor[]): Tensor;
/**
 * Random numbers of Wald's distribution; NaN where there is none.
 * @param mean float32 or float64: above 0.
 * @param scale of the same shape, above 0.
 */
export function wald(mean: Operand, scale: Operand): Tensor;
/**
 * Affine map of floating features by an int8 or int4 weight, data (scale weight)ᵀ + bias, computed in float32.
 * @param data float32 or half types, shape (N, ...) when flatten, else (..., features).
 * @param weight int8, shape (units, features); of 4 bits (units, features / 2), an even element in the lower half of a byte.
 * @param scale floating, shape (units,) or (units, groups of features).
 */
export function weightOnlyFullyConnected(data: Operand, weight: Operand, scale: Operand, options?: {
  /** floating, shape (units,). */
  bias?: Operand;
  /** of an element of the weight: 8 or 4. Default: 8. */
  bits?: number | bigint;
  /** merge all axes of data but the first. Default: true. */
  flatten?: boolean;
}): Tensor;
/**
 * Elements of `x` where the condition holds, else of `y`.
 * @param condition bool: mask, broadcast against the others.
 * @param x any dtype, taken where true.
 * @param y taken where false.
 */
export function where(condition: Operand, x: Operand, y: Operand): Tensor;
/**
 * Random ranks of Zipf's law; NaN where there is none.
 * @param exponent float32 or float64: above 1.
 */
export function zipf(exponent: Operand): Tensor;
