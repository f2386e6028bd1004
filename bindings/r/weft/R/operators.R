# Written by bindings/generate; do not edit.

#' @noRd
ops <- new.env(parent = emptyenv())

# Absolute value, element by element.
#   x: any real dtype.
ops$abs <- function(x) {
  call_operator("abs", list(x), TRUE)
}

# AdaGrad: the new weight and sum of squared gradients.
#   weight: floating: the parameter.
#   grad: its gradient, same shape.
#   history: sum of the squares of all gradients.
#   lr: learning rate: a number, or an array without axes.
#   wd: weight decay. Default: 0.
#   rescale_grad: factor of the gradient. Default: 1.
#   clip_gradient: bound of the rescaled gradient's elements; negative: none. Default: -1.
#   epsilon: added to the root. Default: 1e-06.
ops$adagrad_update <- function(weight, grad, history, lr, wd = NULL, rescale_grad = NULL, clip_gradient = NULL, epsilon = NULL) {
  call_operator("adagrad_update", list(weight, grad, history, lr, wd, rescale_grad, clip_gradient, epsilon), FALSE)
}

# Adam: the new weight, mean and variance. Bias corrections belong into lr.
#   weight: floating: the parameter.
#   grad: its gradient, same shape.
#   mean: running mean of the gradient.
#   var: running mean of its square.
#   lr: learning rate: a number, or an array without axes.
#   wd: weight decay. Default: 0.
#   rescale_grad: factor of the gradient. Default: 1.
#   clip_gradient: bound of the rescaled gradient's elements; negative: none. Default: -1.
#   beta1: decay of the mean. Default: 0.9.
#   beta2: decay of the variance. Default: 0.999.
#   epsilon: added to the root. Default: 1e-08.
ops$adam_update <- function(weight, grad, mean, var, lr, wd = NULL, rescale_grad = NULL, clip_gradient = NULL, beta1 = NULL, beta2 = NULL, epsilon = NULL) {
  call_operator("adam_update", list(weight, grad, mean, var, lr, wd, rescale_grad, clip_gradient, beta1, beta2, epsilon), FALSE)
}

# Adam with decoupled weight decay: the new weight, mean and variance. Bias corrections belong into lr; the weight loses its share eta * wd.
#   weight: floating: the parameter.
#   grad: its gradient, same shape.
#   mean: running mean of the gradient.
#   var: running mean of its square.
#   lr: learning rate: a number, or an array without axes.
#   eta: rate of the weight decay: a number, or an array without axes.
#   wd: weight decay. Default: 0.
#   rescale_grad: factor of the gradient. Default: 1.
#   clip_gradient: bound of the rescaled gradient's elements; negative: none. Default: -1.
#   beta1: decay of the mean. Default: 0.9.
#   beta2: decay of the variance. Default: 0.999.
#   epsilon: added to the root. Default: 1e-08.
ops$adamw_update <- function(weight, grad, mean, var, lr, eta, wd = NULL, rescale_grad = NULL, clip_gradient = NULL, beta1 = NULL, beta2 = NULL, epsilon = NULL) {
  call_operator("adamw_update", list(weight, grad, mean, var, lr, eta, wd, rescale_grad, clip_gradient, beta1, beta2, epsilon), FALSE)
}

# Sum of two arrays, element by element.
#   x1: any real dtype.
#   x2: the same, broadcast against `x1`.
ops$add <- function(x1, x2) {
  call_operator("add", list(x1, x2), TRUE)
}

# Truth of every element over axes being true; true of none.
#   x: any real dtype; anything but zero is true.
#   axis: axis or axes to reduce; none reduces all. Default: none. NA: none.
#   keepdims: keep the reduced axes with extent 1. Default: false.
ops$all <- function(x, axis = NULL, keepdims = NULL) {
  call_operator("all", list(x, axis, keepdims), TRUE)
}

# The arrays of all ranks of a group, joined along an axis, on all of them.
#   x: any dtype; the same type on all ranks.
#   axis: along which they are joined, by rank.
#   ranks: how many processes the group has.
#   group: a group that this process has joined. Default: "world".
ops$all_gather <- function(x, axis, ranks, group = NULL) {
  call_operator("all_gather", list(x, axis, ranks, group), TRUE)
}

# The reduction of the arrays that all ranks of a group give, on all of them.
#   x: any real dtype but bool; the same type on all ranks.
#   reduction: `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
#   ordered: the same bits whatever moves the bytes: a tree over ranks. Default: false.
#   group: a group that this process has joined. Default: "world".
ops$all_reduce <- function(x, reduction = NULL, ordered = NULL, group = NULL) {
  call_operator("all_reduce", list(x, reduction, ordered, group), TRUE)
}

# Begins an `all_reduce`, whose result is there when `collective_wait` has given it.
#   x: any real dtype but bool; the same type on all ranks.
#   reduction: `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
#   ordered: the same bits whatever moves the bytes: a tree over ranks. Default: false.
#   group: a group that this process has joined. Default: "world".
ops$all_reduce_start <- function(x, reduction = NULL, ordered = NULL, group = NULL) {
  call_operator("all_reduce_start", list(x, reduction, ordered, group), TRUE)
}

# Part r of an array, along one axis, goes to rank r; what comes is joined along another.
#   x: any dtype; the same type on all ranks.
#   split_axis: along which rank r gets part r.
#   concat_axis: along which the parts are joined, by rank.
#   ranks: how many processes the group has.
#   group: a group that this process has joined. Default: "world".
ops$all_to_all <- function(x, split_axis, concat_axis, ranks, group = NULL) {
  call_operator("all_to_all", list(x, split_axis, concat_axis, ranks, group), TRUE)
}

# The angles of the elements in the complex plane, in radians from -pi to pi.
#   x: any dtype.
ops$angle <- function(x) {
  call_operator("angle", list(x), TRUE)
}

# Truth of some element over axes being true; false of none.
#   x: any real dtype; anything but zero is true.
#   axis: axis or axes to reduce; none reduces all. Default: none. NA: none.
#   keepdims: keep the reduced axes with extent 1. Default: false.
ops$any <- function(x, axis = NULL, keepdims = NULL) {
  call_operator("any", list(x, axis, keepdims), TRUE)
}

# Evenly spaced numbers from start up to, not including, stop, or as many as are wanted.
#   start: first number.
#   stop: bound.
#   step: distance, not 0. Default: 1.
#   dtype: dtype of the result.
#   count: how many, whatever stop is; none: up to stop. Default: none. NA: none.
ops$arange <- function(start, stop, dtype, step = NULL, count = NULL) {
  call_operator("arange", list(start, stop, step, dtype, count), TRUE)
}

# Angle in [0, pi] whose cosine is x, element by element; NaN outside [-1, 1].
#   x: any real dtype; bool and integers become the default float.
ops$arccos <- function(x) {
  call_operator("arccos", list(x), TRUE)
}

# Inverse hyperbolic cosine, element by element; NaN below 1.
#   x: any real dtype; bool and integers become the default float.
ops$arccosh <- function(x) {
  call_operator("arccosh", list(x), TRUE)
}

# Angle in [-pi/2, pi/2] whose sine is x, element by element; NaN outside [-1, 1].
#   x: any real dtype; bool and integers become the default float.
ops$arcsin <- function(x) {
  call_operator("arcsin", list(x), TRUE)
}

# Inverse hyperbolic sine, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$arcsinh <- function(x) {
  call_operator("arcsinh", list(x), TRUE)
}

# Angle in [-pi/2, pi/2] whose tangent is x, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$arctan <- function(x) {
  call_operator("arctan", list(x), TRUE)
}

# Angle in [-pi, pi] of the point with height `x1` and width `x2`, element by element.
#   x1: any real dtype; bool and integers become the default float.
#   x2: the same, broadcast against `x1`.
ops$arctan2 <- function(x1, x2) {
  call_operator("arctan2", list(x1, x2), TRUE)
}

# Inverse hyperbolic tangent, element by element; NaN outside [-1, 1].
#   x: any real dtype; bool and integers become the default float.
ops$arctanh <- function(x) {
  call_operator("arctanh", list(x), TRUE)
}

# Index of the first largest element along an axis, or of the flattened array, as int64.
#   x: any real dtype.
#   axis: axis or axes to reduce; none reduces all. Default: none. NA: none.
#   keepdims: keep the reduced axes with extent 1. Default: false.
ops$argmax <- function(x, axis = NULL, keepdims = NULL) {
  call_operator("argmax", list(x, axis, keepdims), TRUE)
}

# Index of the first smallest element along an axis, or of the flattened array, as int64.
#   x: any real dtype.
#   axis: axis or axes to reduce; none reduces all. Default: none. NA: none.
#   keepdims: keep the reduced axes with extent 1. Default: false.
ops$argmin <- function(x, axis = NULL, keepdims = NULL) {
  call_operator("argmin", list(x, axis, keepdims), TRUE)
}

# Where the elements along an axis stand in ascending order, as int64; stable.
#   a: any dtype; NaN is the largest.
#   axis: axis to sort along; none sorts the flat array. Default: -1. NA: none.
#   descending: the largest first. Default: false.
ops$argsort <- function(a, axis = NULL, descending = NULL) {
  call_operator("argsort", list(a, axis, descending), TRUE)
}

# Parts of an array along one axis, the first ones longer where its extent does not divide.
#   ary: any dtype.
#   indices_or_sections: the number of parts, or the indices before which to cut.
#   axis: axis to cut along. Default: 0.
ops$array_split <- function(ary, indices_or_sections, axis = NULL) {
  call_operator("array_split", list(ary, indices_or_sections, axis), FALSE)
}

# Ends when all ranks of a group have begun it.
#   group: a group that this process has joined. Default: "world".
ops$barrier <- function(group = NULL) {
  call_operator("barrier", list(group), FALSE)
}

# Merges all axes but the first.
#   x: any dtype, shape (N, ...).
ops$batch_flatten <- function(x) {
  call_operator("batch_flatten", list(x), TRUE)
}

# Each channel with mean 0 and variance 1, scaled and shifted; and the next statistics.
#   data: floating, shape (N, C, ...) when axis is 1.
#   gamma: factors, shape (C,).
#   beta: summands, shape (C,).
#   running_mean: floating, shape (C,).
#   running_var: floating, shape (C,).
#   eps: summand of the variance. Default: 1e-05.
#   momentum: share of the running statistics that stays. Default: 0.9.
#   training: normalise by the batch's statistics, not by the running ones. Default: false.
#   axis: axis of the channels. Default: 1.
ops$batch_norm <- function(data, gamma, beta, running_mean, running_var, eps = NULL, momentum = NULL, training = NULL, axis = NULL) {
  call_operator("batch_norm", list(data, gamma, beta, running_mean, running_var, eps, momentum, training, axis), FALSE)
}

# Random counts of the binomial distribution; NaN where there is none.
#   trials: float32 or float64: how many can succeed.
#   probability: of each trial's success, of the same shape.
ops$binomial <- function(trials, probability) {
  call_operator("binomial", list(trials, probability), TRUE)
}

# Bits that both integers have, element by element; on bool, logical and.
#   x1: bool or integers.
#   x2: the same, broadcast against `x1`.
ops$bitwise_and <- function(x1, x2) {
  call_operator("bitwise_and", list(x1, x2), TRUE)
}

# Bits that either integer has, element by element; on bool, logical or.
#   x1: bool or integers.
#   x2: the same, broadcast against `x1`.
ops$bitwise_or <- function(x1, x2) {
  call_operator("bitwise_or", list(x1, x2), TRUE)
}

# Bits that one of two integers has, element by element; on bool, not equal.
#   x1: bool or integers.
#   x2: the same, broadcast against `x1`.
ops$bitwise_xor <- function(x1, x2) {
  call_operator("bitwise_xor", list(x1, x2), TRUE)
}

# The integers that it is given, of which none may lie outside of bounds.
#   x: int64, any shape.
#   least: lower bound.
#   most: upper bound.
#   caller: operator that refuses others.
#   what: what they are to it.
#   is_index: are they places, so that others are an IndexError? Default: false.
ops$bounded_integers <- function(x, least, most, caller, what, is_index = NULL) {
  call_operator("bounded_integers", list(x, least, most, caller, what, is_index), TRUE)
}

# The array of one rank, on all ranks of a group.
#   x: any dtype; the same type on all ranks, whose other arrays are not read.
#   root: the rank whose array it is.
#   group: a group that this process has joined. Default: "world".
ops$broadcast <- function(x, root, group = NULL) {
  call_operator("broadcast", list(x, root, group), TRUE)
}

# Begins a `broadcast`, whose result is there when `collective_wait` has given it.
#   x: any dtype; the same type on all ranks, whose other arrays are not read.
#   root: the rank whose array it is.
#   group: a group that this process has joined. Default: "world".
ops$broadcast_start <- function(x, root, group = NULL) {
  call_operator("broadcast_start", list(x, root, group), TRUE)
}

# The array stretched to a shape that it broadcasts to, as a new array.
#   x: any dtype.
#   shape: extents of the result.
ops$broadcast_to <- function(x, shape) {
  call_operator("broadcast_to", list(x, shape), TRUE)
}

# Conversion to another dtype: to integers rounds toward zero, saturates and maps NaN to 0; to bool is x != 0.
#   x: any dtype.
#   dtype: dtype of the result.
ops$cast <- function(x, dtype) {
  call_operator("cast", list(x, dtype), TRUE)
}

# The smallest whole number that is not below x, element by element.
#   x: any real dtype.
ops$ceil <- function(x) {
  call_operator("ceil", list(x), TRUE)
}

# x above zero, alpha (exp(x / alpha) - 1) below.
#   x: any real dtype; bool and integers become the default float.
#   alpha: the limit below is -alpha. Default: 1.
ops$celu <- function(x, alpha = NULL) {
  call_operator("celu", list(x, alpha), TRUE)
}

# Fails the call with a message unless all elements of a condition are true.
#   condition: any dtype; numbers are true where they are not 0.
#   arrays: any dtype; one for each `{}` of the message.
#   message: `{{` and `}}` are braces.
#   where: the part of the program that says so. Default: "".
ops$check <- function(condition, arrays, message, where = NULL) {
  call_operator("check", list(condition, arrays, message, where), FALSE)
}

# The lower triangle L of positive matrices L L^H, or its adjoint.
#   a: any dtype but half types: matrices, (..., M, N).
#   upper: the upper triangle is read, and not the lower one. Default: false.
ops$cholesky <- function(a, upper = NULL) {
  call_operator("cholesky", list(a, upper), TRUE)
}

# x held within bounds, element by element; NaN stays NaN. The upper bound wins.
#   x: any real dtype.
#   min: lower bound, broadcast against `x`; none leaves it open.
#   max: upper bound, broadcast against `x`; none leaves it open.
ops$clip <- function(x, min = NULL, max = NULL) {
  call_operator("clip", list(x, min, max), TRUE)
}

# The result of a collective that was started, when it is there.
#   result: any dtype; what the start gave.
#   sent: any dtype; where the start sends from, if that is elsewhere.
#   group: a group that this process has joined. Default: "world".
ops$collective_wait <- function(result, sent = NULL, group = NULL) {
  call_operator("collective_wait", list(result, sent, group), TRUE)
}

# Vectors as columns, and matrices, joined side by side.
#   arrays: any dtype: vectors, or matrices with as many rows.
ops$column_stack <- function(arrays) {
  call_operator("column_stack", list(arrays), TRUE)
}

# Arrays joined along one of their axes.
#   arrays: any dtype, of shapes that agree on all other axes.
#   axis: axis to join along; none joins the flat arrays. Default: 0. NA: none.
ops$concatenate <- function(arrays, axis = NULL) {
  call_operator("concatenate", list(arrays, axis), TRUE)
}

# The conjugates of the elements; of real numbers the array itself.
#   x: any dtype.
ops$conj <- function(x) {
  call_operator("conj", list(x), TRUE)
}

# Convolution (correlation) over one, two or three spatial axes.
#   data: floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
#   weight: shape (filters, C / groups, kernel...).
#   bias: shape (filters,).
#   kernel: extents of the window; those of the weight. Default: none. NA: none.
#   stride: step of the window, 1 by default. Default: none. NA: none.
#   pad: zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none. NA: none.
#   dilate: distance of the window's elements, 1 by default. Default: none. NA: none.
#   num_group: groups of channels that do not see each other. Default: 1.
ops$convolution <- function(data, weight, bias = NULL, kernel = NULL, stride = NULL, pad = NULL, dilate = NULL, num_group = NULL) {
  call_operator("convolution", list(data, weight, bias, kernel, stride, pad, dilate, num_group), TRUE)
}

# A new array with the same elements.
#   x: any dtype.
ops$copy <- function(x) {
  call_operator("copy", list(x), TRUE)
}

# An array that all ranks of a group have alike, for each to compute another part of a result; the gradient is the sum of the parts' gradients.
#   x: any dtype; the same array on all ranks.
#   group: a group that this process has joined. Default: "world".
ops$copy_to_parts <- function(x, group = NULL) {
  call_operator("copy_to_parts", list(x, group), TRUE)
}

# x1 with the sign of x2, element by element.
#   x1: any real dtype; bool and integers become the default float.
#   x2: the same, broadcast against `x1`.
ops$copysign <- function(x1, x2) {
  call_operator("copysign", list(x1, x2), TRUE)
}

# Cosine of angles in radians, of any size, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$cos <- function(x) {
  call_operator("cos", list(x), TRUE)
}

# Hyperbolic cosine, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$cosh <- function(x) {
  call_operator("cosh", list(x), TRUE)
}

# Number of elements over axes that are not zero, as int64.
#   x: any real dtype; anything but zero is true.
#   axis: axis or axes to reduce; none reduces all. Default: none. NA: none.
#   keepdims: keep the reduced axes with extent 1. Default: false.
ops$count_nonzero <- function(x, axis = NULL, keepdims = NULL) {
  call_operator("count_nonzero", list(x, axis, keepdims), TRUE)
}

# Minus the logarithm of the probability of a label, over all ways to align it.
#   data: floating, shape (T, N, C): scores, whose softmax is taken.
#   label: any real dtype, shape (N, L): classes, none negative; those from the first padding on, 0 where the blank is first, else -1, do not count.
#   data_lengths: any real dtype, shape (N,): steps of each sample, from 1 to T; all if left out.
#   label_lengths: any real dtype, shape (N,): labels of each sample in place of padding, from 0 to L.
#   blank_label: the class of the blank: first (0) or last (C - 1). Default: "first".
ops$ctc_loss <- function(data, label, data_lengths = NULL, label_lengths = NULL, blank_label = NULL) {
  call_operator("ctc_loss", list(data, label, data_lengths, label_lengths, blank_label), TRUE)
}

# Running maximum along an axis: the largest element so far, NaN from the first NaN on.
#   x: any real dtype, at least one axis.
#   axis: axis to run along. Default: -1.
ops$cummax <- function(x, axis = NULL) {
  call_operator("cummax", list(x, axis), TRUE)
}

# Running minimum along an axis: the smallest element so far, NaN from the first NaN on.
#   x: any real dtype, at least one axis.
#   axis: axis to run along. Default: -1.
ops$cummin <- function(x, axis = NULL) {
  call_operator("cummin", list(x, axis), TRUE)
}

# Running product along an axis; bool and integers multiply in 64 bits.
#   x: any real dtype.
#   axis: axis to run along; none runs along the flat array. Default: none. NA: none.
#   dtype: dtype of the result, to which elements are cast first; none: 64 bits for integers, for floats their own. Default: none. NA: none.
ops$cumprod <- function(x, axis = NULL, dtype = NULL) {
  call_operator("cumprod", list(x, axis, dtype), TRUE)
}

# Running sum along an axis; bool and integers add in 64 bits.
#   x: any real dtype.
#   axis: axis to run along; none runs along the flat array. Default: none. NA: none.
#   dtype: dtype of the result, to which elements are cast first; none: 64 bits for integers, for floats their own. Default: none. NA: none.
ops$cumsum <- function(x, axis = NULL, dtype = NULL) {
  call_operator("cumsum", list(x, axis, dtype), TRUE)
}

# Transposed convolution over one, two or three spatial axes: the adjoint of convolution.
#   data: floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
#   weight: shape (C, filters / groups, kernel...).
#   bias: shape (filters,).
#   kernel: extents of the window; those of the weight. Default: none. NA: none.
#   stride: step of the window, 1 by default. Default: none. NA: none.
#   pad: zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none. NA: none.
#   dilate: distance of the window's elements, 1 by default. Default: none. NA: none.
#   num_group: groups of channels that do not see each other. Default: 1.
#   adj: elements added behind the result, less than `stride`. Default: none. NA: none.
ops$deconvolution <- function(data, weight, bias = NULL, kernel = NULL, stride = NULL, pad = NULL, dilate = NULL, num_group = NULL, adj = NULL) {
  call_operator("deconvolution", list(data, weight, bias, kernel, stride, pad, dilate, num_group, adj), TRUE)
}

# Channels as blocks of places: spatial extents times `block_size`, so many fewer channels. Those of a block's first place come first.
#   data: any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
#   block_size: extents of a block, or one number for all spatial axes.
#   channels_last: data has its channels behind its spatial axes. Default: false.
ops$depth_to_space <- function(data, block_size, channels_last = NULL) {
  call_operator("depth_to_space", list(data, block_size, channels_last), TRUE)
}

# The real numbers that integers stand for: (data - zero_point) * scale, as float32.
#   data: int8, uint8 or int32.
#   scale: floating, shape () or that of the axis.
#   zero_point: int8, uint8 or int32, shape () or that of the axis; none: 0.
#   axis: axis along which there are several scales. Default: -1.
ops$dequantize <- function(data, scale, zero_point = NULL, axis = NULL) {
  call_operator("dequantize", list(data, scale, zero_point, axis), TRUE)
}

# Determinants of matrices.
#   a: any dtype but half types: matrices, (..., M, N).
ops$det <- function(a) {
  call_operator("det", list(a), TRUE)
}

# The discrete Fourier transform along the last axis, without a scale; complex. `np.fft` has NumPy's functions.
#   x: any dtype, of real or complex numbers.
#   inverse: the other sign of the exponent. Default: false.
ops$dft <- function(x, inverse = NULL) {
  call_operator("dft", list(x, inverse), TRUE)
}

# The diagonal of a matrix, or a matrix of zeros with the vector on its diagonal.
#   v: any dtype, one or two axes.
#   k: the diagonal: 0 the main one, positive above it. Default: 0.
ops$diag <- function(v, k = NULL) {
  call_operator("diag", list(v, k), TRUE)
}

# A diagonal of matrices, as the last axis of the result; a view, which may be written to.
#   a: any dtype, at least two axes.
#   offset: the diagonal: 0 the main one, positive above it. Default: 0.
#   axis1: axis of the rows. Default: 0.
#   axis2: axis of the columns. Default: 1.
ops$diagonal <- function(a, offset = NULL, axis1 = NULL, axis2 = NULL) {
  call_operator("diagonal", list(a, offset, axis1, axis2), TRUE)
}

# Derivative of the logarithm of the gamma function, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$digamma <- function(x) {
  call_operator("digamma", list(x), TRUE)
}

# Quotient x1 / x2, element by element; integers give the default float.
#   x1: any real dtype; bool and integers become the default float.
#   x2: the same, broadcast against `x1`.
ops$divide <- function(x1, x2) {
  call_operator("divide", list(x1, x2), TRUE)
}

# Sum of products over the last axis of a and the last but one (or only one) of b.
#   a: any dtype; a scalar multiplies.
#   b: any dtype.
ops$dot <- function(a, b) {
  call_operator("dot", list(a, b), TRUE)
}

# Sets random elements to 0 and scales the others by 1 / (1 - p), in training only.
#   data: any real dtype; integers become the default float.
#   p: share of the elements that become 0, less than 1. Default: 0.5.
#   axes: axes along which all elements share their fate. Default: [].
#   training: without it the data stay as they are. Default: true.
ops$dropout <- function(data, p = NULL, axes = NULL, training = NULL) {
  call_operator("dropout", list(data, p, axes, training), TRUE)
}

# Arrays joined along the third axis; vectors are rows of one slice, matrices are slices.
#   arrays: any dtype, of shapes that agree on all other axes.
ops$dstack <- function(arrays) {
  call_operator("dstack", list(arrays), TRUE)
}

# Eigenvalues and vectors of matrices, complex.
#   a: any dtype but half types: matrices, (..., M, N).
ops$eig <- function(a) {
  call_operator("eig", list(a), FALSE)
}

# Eigenvalues in ascending order, and vectors, of Hermitian matrices.
#   a: any dtype but half types: matrices, (..., M, N).
#   upper: the upper triangle is read, and not the lower one. Default: false.
ops$eigh <- function(a, upper = NULL) {
  call_operator("eigh", list(a, upper), FALSE)
}

# Products of operands summed over labelled axes, from the first operand to the last.
#   operands: any real dtype, one for each term of `subscripts`.
#   subscripts: a letter for each axis, terms joined by commas, then -> and the result's axes.
ops$einsum <- function(operands, subscripts) {
  call_operator("einsum", list(operands, subscripts), TRUE)
}

# The element at `index` of every axis, as an array of its own without axes.
#   x: any dtype.
#   index: a place along each axis, at least 0.
ops$element <- function(x, index) {
  call_operator("element", list(x, index), TRUE)
}

# x above zero, alpha (exp(x) - 1) below.
#   x: any real dtype; bool and integers become the default float.
#   alpha: the limit below is -alpha. Default: 1.
ops$elu <- function(x, alpha = NULL) {
  call_operator("elu", list(x, alpha), TRUE)
}

# The row of a table for each integer.
#   data: integers of any shape, each the number of a row, none negative.
#   weight: any dtype, shape (tokens, features).
#   sparse_grad: the gradient has the rows that were looked up, not the whole table. Default: false.
ops$embedding <- function(data, weight, sparse_grad = NULL) {
  call_operator("embedding", list(data, weight, sparse_grad), TRUE)
}

# Truth of x1 == x2, element by element, as bool.
#   x1: any real dtype.
#   x2: the same, broadcast against `x1`.
ops$equal <- function(x1, x2) {
  call_operator("equal", list(x1, x2), TRUE)
}

# Error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.
#   x: any real dtype; bool and integers become the default float.
ops$erf <- function(x) {
  call_operator("erf", list(x), TRUE)
}

# Inverse of the error function, element by element; NaN beyond -1 and 1.
#   x: any real dtype; bool and integers become the default float.
ops$erfinv <- function(x) {
  call_operator("erfinv", list(x), TRUE)
}

# Block r, along axis 0, goes to rank r, and comes from there.
#   x: any dtype; the same type on all ranks.
#   ranks: how many processes the group has.
#   group: a group that this process has joined. Default: "world".
ops$exchange_blocks <- function(x, ranks, group = NULL) {
  call_operator("exchange_blocks", list(x, ranks, group), TRUE)
}

# Begins `exchange_blocks`, whose result is there when `collective_wait` has given it.
#   x: any dtype; the same type on all ranks.
#   ranks: how many processes the group has.
#   group: a group that this process has joined. Default: "world".
ops$exchange_blocks_start <- function(x, ranks, group = NULL) {
  call_operator("exchange_blocks_start", list(x, ranks, group), FALSE)
}

# Exponential function, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$exp <- function(x) {
  call_operator("exp", list(x), TRUE)
}

# 2 to the power of x, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$exp2 <- function(x) {
  call_operator("exp2", list(x), TRUE)
}

# The array with axes of extent 1 added.
#   x: any dtype.
#   axis: where the new axes are in the result.
ops$expand_dims <- function(x, axis) {
  call_operator("expand_dims", list(x, axis), TRUE)
}

# exp(x) - 1, precise near zero, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$expm1 <- function(x) {
  call_operator("expm1", list(x), TRUE)
}

# Random numbers of the exponential distribution.
#   scale: mean, at least 0. Default: 1.
#   shape: extents.
#   dtype: floating dtype of the result.
ops$exponential <- function(shape, dtype, scale = NULL) {
  call_operator("exponential", list(scale, shape, dtype), TRUE)
}

# The array with the elements of some axes in reverse order; a view.
#   m: any dtype.
#   axis: which axes; none reverses all. Default: none. NA: none.
ops$flip <- function(m, axis = NULL) {
  call_operator("flip", list(m, axis), TRUE)
}

# The largest whole number that is not above x, element by element.
#   x: any real dtype.
ops$floor <- function(x) {
  call_operator("floor", list(x), TRUE)
}

# Quotient rounded down, element by element: x1 // x2. Integers divided by 0 give 0, floats NaN or infinity.
#   x1: any real dtype but bool.
#   x2: the same, broadcast against `x1`.
ops$floor_divide <- function(x1, x2) {
  call_operator("floor_divide", list(x1, x2), TRUE)
}

# The larger of two arrays, element by element; NaN only where both are NaN.
#   x1: any real dtype.
#   x2: second operand, broadcast against `x1`.
ops$fmax <- function(x1, x2) {
  call_operator("fmax", list(x1, x2), TRUE)
}

# The smaller of two arrays, element by element; NaN only where both are NaN.
#   x1: any real dtype.
#   x2: second operand, broadcast against `x1`.
ops$fmin <- function(x1, x2) {
  call_operator("fmin", list(x1, x2), TRUE)
}

# Remainder with the sign of the dividend, element by element. Integers modulo 0 give 0, floats NaN.
#   x1: any real dtype but bool.
#   x2: the same, broadcast against `x1`.
ops$fmod <- function(x1, x2) {
  call_operator("fmod", list(x1, x2), TRUE)
}

# The discrete Fourier transform along the last axis, in planes and without a scale.
#   x1: float32 or float64: the real parts.
#   x2: the imaginary parts; zeros unless given.
#   inverse: the other sign of the exponent. Default: false.
ops$fourier <- function(x1, x2 = NULL, inverse = NULL) {
  call_operator("fourier", list(x1, x2, inverse), FALSE)
}

# Pieces of rows that begin `hop` elements apart, each of `length` elements; a view.
#   x: any dtype: at least one axis, rows along the last one.
#   length: elements of a piece.
#   hop: from the begin of a piece to that of the next.
ops$frames <- function(x, length, hop) {
  call_operator("frames", list(x, length, hop), TRUE)
}

# An array with every element the same.
#   shape: extents.
#   fill_value: the element, converted to dtype.
#   dtype: dtype of the result.
ops$full <- function(shape, fill_value, dtype) {
  call_operator("full", list(shape, fill_value, dtype), TRUE)
}

# Affine map of the features: data weight? + bias.
#   data: any real dtype, shape (N, ...) when flatten, else (..., features).
#   weight: shape (units, features).
#   bias: shape (units,).
#   flatten: merge all axes of data but the first. Default: true.
ops$fully_connected <- function(data, weight, bias = NULL, flatten = NULL) {
  call_operator("fully_connected", list(data, weight, bias, flatten), TRUE)
}

# Gamma function, element by element: (x - 1)! for whole x.
#   x: any real dtype; bool and integers become the default float.
ops$gamma <- function(x) {
  call_operator("gamma", list(x), TRUE)
}

# Logarithm of the absolute value of the gamma function, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$gammaln <- function(x) {
  call_operator("gammaln", list(x), TRUE)
}

# Elements or slices at the places that index arrays choose: x[index].
#   x: any dtype.
#   indices: int64 arrays that broadcast together; negative ones count back.
#   axes: the axis of each index array, ascending.
#   position: where the axes of the index arrays stand among the others. Default: 0.
#   shown_axes: the axes as errors name them, if they have other numbers there. Default: [].
ops$gather <- function(x, indices, axes, position = NULL, shown_axes = NULL) {
  call_operator("gather", list(x, indices, axes, position, shown_axes), TRUE)
}

# The arrays of all ranks, one behind the other along axis 0.
#   x: any dtype; the same type on all ranks.
#   ranks: how many processes the group has.
#   group: a group that this process has joined. Default: "world".
ops$gather_blocks <- function(x, ranks, group = NULL) {
  call_operator("gather_blocks", list(x, ranks, group), TRUE)
}

# Begins `gather_blocks`, whose result is there when `collective_wait` has given it.
#   x: any dtype; the same type on all ranks.
#   ranks: how many processes the group has.
#   group: a group that this process has joined. Default: "world".
ops$gather_blocks_start <- function(x, ranks, group = NULL) {
  call_operator("gather_blocks_start", list(x, ranks, group), FALSE)
}

# Elements or slices at points: data[indices[0], ..., indices[M - 1]].
#   data: any dtype, at least M axes.
#   indices: integers, shape (M, ...); negative ones count back.
ops$gather_nd <- function(data, indices) {
  call_operator("gather_nd", list(data, indices), TRUE)
}

# The parts of an array that ranks share, one behind the other; in plans it is no effect, so it may run again instead of keeping its result.
#   x: any dtype; the same type on all ranks.
#   ranks: how many processes the group has.
#   group: a group that this process has joined. Default: "world".
ops$gather_parts <- function(x, ranks, group = NULL) {
  call_operator("gather_parts", list(x, ranks, group), TRUE)
}

# x times the normal distribution's cumulative function.
#   x: any real dtype; bool and integers become the default float.
#   approximation: erf is exact, tanh the approximation by tanh. Default: "erf".
ops$gelu <- function(x, approximation = NULL) {
  call_operator("gelu", list(x, approximation), TRUE)
}

# Truth of x1 > x2, element by element, as bool.
#   x1: any real dtype.
#   x2: the same, broadcast against `x1`.
ops$greater <- function(x1, x2) {
  call_operator("greater", list(x1, x2), TRUE)
}

# Truth of x1 >= x2, element by element, as bool.
#   x1: any real dtype.
#   x2: the same, broadcast against `x1`.
ops$greater_equal <- function(x1, x2) {
  call_operator("greater_equal", list(x1, x2), TRUE)
}

# Images sampled at places from -1 to 1, as PyTorch's grid_sample and ONNX's GridSample.
#   data: any real dtype; integers become the default float; shape (N, C, H, W).
#   grid: for each result x, along the width, and y: shape (N, Ho, Wo, 2).
#   mode: bilinear, nearest or bicubic. Default: "bilinear".
#   padding_mode: what lies around an image: zeros, its border or its reflection. Default: "zeros".
#   align_corners: -1 and 1 are the centers of the outer pixels, not their outer borders. Default: false.
ops$grid_sample <- function(data, grid, mode = NULL, padding_mode = NULL, align_corners = NULL) {
  call_operator("grid_sample", list(data, grid, mode, padding_mode, align_corners), TRUE)
}

# Groups of channels of each sample with mean 0 and variance 1, scaled and shifted.
#   data: floating, shape (N, C, ...).
#   gamma: factors, one for each channel.
#   beta: summands, one for each channel.
#   num_groups: groups, which divide the channels. Default: 1.
#   eps: summand of the variance. Default: 1e-05.
ops$group_norm <- function(data, gamma = NULL, beta = NULL, num_groups = NULL, eps = NULL) {
  call_operator("group_norm", list(data, gamma, beta, num_groups, eps), TRUE)
}

# This process's rank in a group, a number that a plan asks for when it runs.
#   group: a group that this process has joined. Default: "world".
ops$group_rank <- function(group = NULL) {
  call_operator("group_rank", list(group), TRUE)
}

# How many ranks a group has, a number that a plan asks for when it runs.
#   group: a group that this process has joined. Default: "world".
ops$group_size <- function(group = NULL) {
  call_operator("group_size", list(group), TRUE)
}

# A gated recurrent unit: the hidden states of all steps, and the last.
#   data: floating, shape (T, N, C): all steps.
#   hidden: shape (N, H).
#   i2h_weight: rows for each gate, shape (gates H, C).
#   h2h_weight: shape (gates H, H).
#   i2h_bias: shape (gates H,).
#   h2h_bias: shape (gates H,).
#   sequence_length: any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.
#   reverse: from the last step to the first. Default: false.
ops$gru <- function(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, sequence_length = NULL, reverse = NULL) {
  call_operator("gru", list(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, sequence_length, reverse), FALSE)
}

# One step of a gated recurrent unit: the next hidden state.
#   data: floating, shape (N, C).
#   hidden: shape (N, H).
#   i2h_weight: rows for each gate, shape (gates H, C).
#   h2h_weight: shape (gates H, H).
#   i2h_bias: shape (gates H,).
#   h2h_bias: shape (gates H,).
ops$gru_cell <- function(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias) {
  call_operator("gru_cell", list(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias), TRUE)
}

# alpha x + beta held between 0 and 1, element by element.
#   x: any real dtype; bool and integers become the default float.
#   alpha: slope. Default: 0.2.
#   beta: value at zero. Default: 0.5.
ops$hard_sigmoid <- function(x, alpha = NULL, beta = NULL) {
  call_operator("hard_sigmoid", list(x, alpha, beta), TRUE)
}

# x relu6(x + 3) / 6, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$hard_swish <- function(x) {
  call_operator("hard_swish", list(x), TRUE)
}

# Arrays joined side by side: along the second axis, vectors along their only one.
#   arrays: any dtype, of shapes that agree on all other axes; scalars become vectors.
ops$hstack <- function(arrays) {
  call_operator("hstack", list(arrays), TRUE)
}

# How many of a sample are good, of things that are good or bad; NaN where there is none.
#   good: float32 or float64: how many things are good.
#   bad: how many are bad, of the same shape.
#   sample: how many are taken, of the same shape, at most all.
ops$hypergeometric <- function(good, bad, sample) {
  call_operator("hypergeometric", list(good, bad, sample), TRUE)
}

# Length sqrt(x1^2 + x2^2) without overflow, element by element.
#   x1: any real dtype; bool and integers become the default float.
#   x2: the same, broadcast against `x1`.
ops$hypot <- function(x1, x2) {
  call_operator("hypot", list(x1, x2), TRUE)
}

# The imaginary parts of the elements; of real numbers zeros.
#   x: any dtype.
ops$imag <- function(x) {
  call_operator("imag", list(x), TRUE)
}

# The imaginary parts of complex numbers.
#   x: complex.
ops$imaginary_part <- function(x) {
  call_operator("imaginary_part", list(x), TRUE)
}

# The array with values added at the places that the rows of a matrix of indices give.
#   a: any dtype.
#   ind: integers of shape (M, ...): one row for each of the first M axes.
#   val: broadcasts to the places; repeated ones add up.
ops$index_add <- function(a, ind, val) {
  call_operator("index_add", list(a, ind, val), TRUE)
}

# The array with values written to the places that the rows of a matrix of indices give.
#   a: any dtype.
#   ind: integers of shape (M, ...): one row for each of the first M axes.
#   val: broadcasts to the places; of repeated ones the last wins.
ops$index_update <- function(a, ind, val) {
  call_operator("index_update", list(a, ind, val), TRUE)
}

# Sum of products over the last axes of both arrays.
#   a: any dtype; a scalar multiplies.
#   b: any dtype.
ops$inner <- function(a, b) {
  call_operator("inner", list(a, b), TRUE)
}

# Each channel of each sample with mean 0 and variance 1, scaled and shifted.
#   data: floating, shape (N, C, spatial...).
#   gamma: factors, one for each channel.
#   beta: summands, one for each channel.
#   eps: summand of the variance. Default: 1e-05.
ops$instance_norm <- function(data, gamma = NULL, beta = NULL, eps = NULL) {
  call_operator("instance_norm", list(data, gamma, beta, eps), TRUE)
}

# Images resized along their spatial axes, with the coordinates of PyTorch's interpolate, which follow from the extents.
#   data: any real dtype; integers become the default float; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
#   size: spatial extents of the result, or one for all. Default: none. NA: none.
#   scale_factor: factor of the spatial extents, in place of `size`. Default: none. NA: none.
#   mode: nearest, nearest-exact, linear, cubic or area (mean over cells). Default: "nearest".
#   align_corners: linear and cubic: the outer elements lie over those of the result. Default: false.
#   antialias: linear and cubic: a shrinking filter covers all elements. Default: false.
ops$interpolate <- function(data, size = NULL, scale_factor = NULL, mode = NULL, align_corners = NULL, antialias = NULL) {
  call_operator("interpolate", list(data, size, scale_factor, mode, align_corners, antialias), TRUE)
}

# Inverses of matrices.
#   a: any dtype but half types: matrices, (..., M, N).
ops$inv <- function(a) {
  call_operator("inv", list(a), TRUE)
}

# Every bit turned, element by element; on bool, logical not.
#   x: bool or integers.
ops$invert <- function(x) {
  call_operator("invert", list(x), TRUE)
}

# Real numbers of the first half of their discrete Fourier transform along the last axis, without a scale. `np.fft` has NumPy's functions.
#   x: any dtype, of real or complex numbers.
#   length: of the result's last axis.
ops$irdft <- function(x, length) {
  call_operator("irdft", list(x, length), TRUE)
}

# Truth of x being neither infinite nor NaN, element by element.
#   x: any real dtype.
ops$isfinite <- function(x) {
  call_operator("isfinite", list(x), TRUE)
}

# Truth of x being infinite, of either sign, element by element.
#   x: any real dtype.
ops$isinf <- function(x) {
  call_operator("isinf", list(x), TRUE)
}

# Truth of x being NaN, element by element.
#   x: any real dtype.
ops$isnan <- function(x) {
  call_operator("isnan", list(x), TRUE)
}

# Data divided by the Euclidean norm of a sample, of its channels, or of its places.
#   data: floating, shape (N, C, ...).
#   eps: summand of the squared norm. Default: 1e-10.
#   mode: instance (over C and places), channel (over C) or spatial. Default: "instance".
ops$l2_normalization <- function(data, eps = NULL, mode = NULL) {
  call_operator("l2_normalization", list(data, eps, mode), TRUE)
}

# The elements along an axis with mean 0 and variance 1, scaled and shifted.
#   data: floating.
#   gamma: factors, one for each channel.
#   beta: summands, one for each channel.
#   axis: axis that is normalised. Default: -1.
#   eps: summand of the variance. Default: 1e-05.
ops$layer_norm <- function(data, gamma = NULL, beta = NULL, axis = NULL, eps = NULL) {
  call_operator("layer_norm", list(data, gamma, beta, axis, eps), TRUE)
}

# x above zero, slope x below.
#   x: any real dtype; bool and integers become the default float.
#   slope: factor below zero. Default: 0.25.
ops$leaky_relu <- function(x, slope = NULL) {
  call_operator("leaky_relu", list(x, slope), TRUE)
}

# Bits of x1 moved up by x2 places, element by element; 0 for counts that are negative or not below the number of bits.
#   x1: integers.
#   x2: the same, broadcast against `x1`.
ops$left_shift <- function(x1, x2) {
  call_operator("left_shift", list(x1, x2), TRUE)
}

# Truth of x1 < x2, element by element, as bool.
#   x1: any real dtype.
#   x2: the same, broadcast against `x1`.
ops$less <- function(x1, x2) {
  call_operator("less", list(x1, x2), TRUE)
}

# Truth of x1 <= x2, element by element, as bool.
#   x1: any real dtype.
#   x2: the same, broadcast against `x1`.
ops$less_equal <- function(x1, x2) {
  call_operator("less_equal", list(x1, x2), TRUE)
}

# Natural logarithm, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$log <- function(x) {
  call_operator("log", list(x), TRUE)
}

# Logarithm to base 10, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$log10 <- function(x) {
  call_operator("log10", list(x), TRUE)
}

# log(1 + x), precise near zero, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$log1p <- function(x) {
  call_operator("log1p", list(x), TRUE)
}

# Logarithm to base 2, element by element; exact for powers of 2.
#   x: any real dtype; bool and integers become the default float.
ops$log2 <- function(x) {
  call_operator("log2", list(x), TRUE)
}

# Logarithm of the logistic function, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$log_sigmoid <- function(x) {
  call_operator("log_sigmoid", list(x), TRUE)
}

# Logarithm of the softmax over an axis, stable for large values.
#   data: any real dtype; integers become the default float.
#   axis: axis whose exponentials sum to 1. Default: -1.
#   temperature: divides `data` first; none: 1. Default: none. NA: none.
ops$log_softmax <- function(data, axis = NULL, temperature = NULL) {
  call_operator("log_softmax", list(data, axis, temperature), TRUE)
}

# Logarithms of random numbers of the gamma distribution; NaN where there is none.
#   shape: float32 or float64: the shape parameter, at least 0.
ops$log_standard_gamma <- function(shape) {
  call_operator("log_standard_gamma", list(shape), TRUE)
}

# Logarithm of the sum of the exponentials of two arrays, element by element.
#   x1: any real dtype; bool and integers become the default float.
#   x2: the same, broadcast against `x1`.
ops$logaddexp <- function(x1, x2) {
  call_operator("logaddexp", list(x1, x2), TRUE)
}

# Logarithm to base 2 of the sum of the powers of 2, element by element.
#   x1: any real dtype; bool and integers become the default float.
#   x2: the same, broadcast against `x1`.
ops$logaddexp2 <- function(x1, x2) {
  call_operator("logaddexp2", list(x1, x2), TRUE)
}

# Truth of x1 and x2, element by element; anything but zero is true.
#   x1: any real dtype.
#   x2: the same, broadcast against `x1`.
ops$logical_and <- function(x1, x2) {
  call_operator("logical_and", list(x1, x2), TRUE)
}

# Truth of not x, element by element; anything but zero is true.
#   x: any real dtype.
ops$logical_not <- function(x) {
  call_operator("logical_not", list(x), TRUE)
}

# Truth of x1 or x2, element by element; anything but zero is true.
#   x1: any real dtype.
#   x2: the same, broadcast against `x1`.
ops$logical_or <- function(x1, x2) {
  call_operator("logical_or", list(x1, x2), TRUE)
}

# Truth of either x1 or x2, not both, element by element; anything but zero is true.
#   x1: any real dtype.
#   x2: second operand, broadcast against `x1`.
ops$logical_xor <- function(x1, x2) {
  call_operator("logical_xor", list(x1, x2), TRUE)
}

# Random counts of the logarithmic series; NaN where there is none.
#   probability: float32 or float64: in [0, 1).
ops$logseries <- function(probability) {
  call_operator("logseries", list(probability), TRUE)
}

# Logarithm of the sum of exponentials over axes, without overflow.
#   x: any real dtype; bool and integers become the default float.
#   axis: axis or axes to reduce; none reduces all. Default: none. NA: none.
#   keepdims: keep the reduced axes with extent 1. Default: false.
ops$logsumexp <- function(x, axis = NULL, keepdims = NULL) {
  call_operator("logsumexp", list(x, axis, keepdims), TRUE)
}

# A long short-term memory: the hidden states of all steps, the last hidden state and cell.
#   data: floating, shape (T, N, C): all steps.
#   hidden: shape (N, H).
#   cell: shape (N, H).
#   i2h_weight: rows for each gate, shape (gates H, C).
#   h2h_weight: shape (gates H, H).
#   i2h_bias: shape (gates H,).
#   h2h_bias: shape (gates H,).
#   sequence_length: any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.
#   reverse: from the last step to the first. Default: false.
ops$lstm <- function(data, hidden, cell, i2h_weight, h2h_weight, i2h_bias, h2h_bias, sequence_length = NULL, reverse = NULL) {
  call_operator("lstm", list(data, hidden, cell, i2h_weight, h2h_weight, i2h_bias, h2h_bias, sequence_length, reverse), FALSE)
}

# One step of a long short-term memory: the next hidden state and the next cell.
#   data: floating, shape (N, C).
#   hidden: shape (N, H).
#   cell: shape (N, H).
#   i2h_weight: rows for each gate, shape (gates H, C).
#   h2h_weight: shape (gates H, H).
#   i2h_bias: shape (gates H,).
#   h2h_bias: shape (gates H,).
ops$lstm_cell <- function(data, hidden, cell, i2h_weight, h2h_weight, i2h_bias, h2h_bias) {
  call_operator("lstm_cell", list(data, hidden, cell, i2h_weight, h2h_weight, i2h_bias, h2h_bias), FALSE)
}

# Matrix product; leading axes broadcast, a vector is a row on the left, a column right.
#   x1: any real dtype, shape (..., M, K) or (K,).
#   x2: shape (..., K, N) or (K,).
ops$matmul <- function(x1, x2) {
  call_operator("matmul", list(x1, x2), TRUE)
}

# Products of matrices and vectors; leading axes broadcast.
#   x1: any real dtype, shape (..., M, N).
#   x2: shape (..., N).
ops$matvec <- function(x1, x2) {
  call_operator("matvec", list(x1, x2), TRUE)
}

# Largest element over axes; NaN if there is one.
#   x: any real dtype.
#   axis: axis or axes to reduce; none reduces all. Default: none. NA: none.
#   keepdims: keep the reduced axes with extent 1. Default: false.
ops$max <- function(x, axis = NULL, keepdims = NULL) {
  call_operator("max", list(x, axis, keepdims), TRUE)
}

# The larger of two arrays, element by element; NaN where either is NaN.
#   x1: any real dtype.
#   x2: the same, broadcast against `x1`.
ops$maximum <- function(x1, x2) {
  call_operator("maximum", list(x1, x2), TRUE)
}

# Arithmetic mean over axes; bool and integers give the default float.
#   x: any real dtype.
#   axis: axis or axes to reduce; none reduces all. Default: none. NA: none.
#   keepdims: keep the reduced axes with extent 1. Default: false.
#   dtype: floating dtype to compute in. Default: none. NA: none.
ops$mean <- function(x, axis = NULL, keepdims = NULL, dtype = NULL) {
  call_operator("mean", list(x, axis, keepdims, dtype), TRUE)
}

# Smallest element over axes; NaN if there is one.
#   x: any real dtype.
#   axis: axis or axes to reduce; none reduces all. Default: none. NA: none.
#   keepdims: keep the reduced axes with extent 1. Default: false.
ops$min <- function(x, axis = NULL, keepdims = NULL) {
  call_operator("min", list(x, axis, keepdims), TRUE)
}

# The smaller of two arrays, element by element; NaN where either is NaN.
#   x1: any real dtype.
#   x2: the same, broadcast against `x1`.
ops$minimum <- function(x1, x2) {
  call_operator("minimum", list(x1, x2), TRUE)
}

# x tanh(softplus(x)), element by element.
#   x: any real dtype; bool and integers become the default float.
ops$mish <- function(x) {
  call_operator("mish", list(x), TRUE)
}

# The array with axes moved to other places, the rest in their order; a view.
#   a: any dtype.
#   source: axes to move.
#   destination: where each of them goes.
ops$moveaxis <- function(a, source, destination) {
  call_operator("moveaxis", list(a, source, destination), TRUE)
}

# Product of two arrays, element by element.
#   x1: any real dtype.
#   x2: the same, broadcast against `x1`.
ops$multiply <- function(x1, x2) {
  call_operator("multiply", list(x1, x2), TRUE)
}

# x with numbers in the place of NaN and infinities, element by element.
#   x: any real dtype.
#   nan: takes the place of NaN. Default: 0.
#   posinf: that of infinity; none: the largest number. Default: none. NA: none.
#   neginf: that of -infinity; none: the smallest number. Default: none. NA: none.
ops$nan_to_num <- function(x, nan = NULL, posinf = NULL, neginf = NULL) {
  call_operator("nan_to_num", list(x, nan, posinf, neginf), TRUE)
}

# The negative, element by element.
#   x: any real dtype.
ops$negative <- function(x) {
  call_operator("negative", list(x), TRUE)
}

# Length of vectors or matrices over axes; by default the root of the sum of squares, whose gradient at zero is zero.
#   x: any real dtype; bool and integers become the default float.
#   ord: order: any of vectors, 1, -1, inf or -inf of matrices; none: 2, of all axes. Default: none. NA: none.
#   axis: axis or axes to reduce; none reduces all. Default: none. NA: none.
#   keepdims: keep the reduced axes with extent 1. Default: false.
ops$norm <- function(x, ord = NULL, axis = NULL, keepdims = NULL) {
  call_operator("norm", list(x, ord, axis, keepdims), TRUE)
}

# Random numbers of the normal distribution.
#   loc: mean. Default: 0.
#   scale: standard deviation, at least 0. Default: 1.
#   shape: extents.
#   dtype: floating dtype of the result.
ops$normal <- function(shape, dtype, loc = NULL, scale = NULL) {
  call_operator("normal", list(loc, scale, shape, dtype), TRUE)
}

# Truth of x1 != x2, element by element, as bool.
#   x1: any real dtype.
#   x2: the same, broadcast against `x1`.
ops$not_equal <- function(x1, x2) {
  call_operator("not_equal", list(x1, x2), TRUE)
}

# A new last axis with one value at each integer's place and another elsewhere.
#   data: integers of any shape; those outside the new axis give no place.
#   depth: extent of the new axis.
#   on_value: value at the place. Default: 1.
#   off_value: value elsewhere. Default: 0.
#   dtype: float32 by default. Default: none. NA: none.
ops$one_hot <- function(data, depth, on_value = NULL, off_value = NULL, dtype = NULL) {
  call_operator("one_hot", list(data, depth, on_value, off_value, dtype), TRUE)
}

# Products of each element of a (rows) with each of b (columns), both taken as flat.
#   a: any dtype.
#   b: any dtype.
ops$outer <- function(a, b) {
  call_operator("outer", list(a, b), TRUE)
}

# The sum of pieces of rows that begin `hop` elements apart; between them there are zeros.
#   frames: float32 or float64: at least two axes, pieces along the last one.
#   hop: from the begin of a piece to that of the next.
#   start: elements that are left out at the begin and, unless `length` is given, at the end. Default: 0.
#   length: elements of the result; beyond the pieces zeros. Default: none. NA: none.
ops$overlap_add <- function(frames, hop, start = NULL, length = NULL) {
  call_operator("overlap_add", list(frames, hop, start, length), TRUE)
}

# The array with a border round it.
#   array: any dtype.
#   value: what the border is filled with in mode constant, 0 unless given.
#   before: width of the border at the start of each axis.
#   after: width at the end of each axis.
#   mode: constant, edge, reflect, symmetric or wrap. Default: "constant".
ops$pad <- function(array, before, after, value = NULL, mode = NULL) {
  call_operator("pad", list(array, value, before, after, mode), TRUE)
}

# The numbers 0 to n - 1 in random order, as int64.
#   n: how many.
ops$permutation <- function(n) {
  call_operator("permutation", list(n), TRUE)
}

# One element along an axis for each position of the others: data[i, index[i]].
#   data: any dtype.
#   index: any real dtype, cut to integers, data's shape without the axis; negative ones count back.
#   axis: axis that the indices count along. Default: -1.
#   keepdims: keep the axis with extent 1. Default: false.
#   mode: raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: "raise".
ops$pick <- function(data, index, axis = NULL, keepdims = NULL, mode = NULL) {
  call_operator("pick", list(data, index, axis, keepdims, mode), TRUE)
}

# Random counts of the Poisson distribution; NaN where there is none.
#   rate: float32 or float64: means.
ops$poisson <- function(rate) {
  call_operator("poisson", list(rate), TRUE)
}

# The n-th derivative of digamma, element by element.
#   x: any real dtype; bool and integers become the default float.
#   n: order of the derivative, from 0 to 20. Default: 1.
ops$polygamma <- function(x, n = NULL) {
  call_operator("polygamma", list(x, n), TRUE)
}

# Maximum, average, sum or norm over windows of one, two or three spatial axes.
#   data: any real dtype for maxima, else floating; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
#   kernel: extents of the window. Default: none. NA: none.
#   pool_type: max or avg; pooling also has sum and lp. Default: "max".
#   stride: step of the window, 1 by default. Default: none. NA: none.
#   pad: elements added on both sides, or before all axes and then behind them; 0 by default. Default: none. NA: none.
#   global_pool: one window over the whole image. Default: false.
#   pooling_convention: valid drops a last window that does not fit, full keeps it. Default: "valid".
#   count_include_pad: the average counts padded elements. Default: true.
#   p_value: the p of pool_type lp, the p-norm, at least 1. Default: 2.
ops$pooling <- function(data, kernel = NULL, pool_type = NULL, stride = NULL, pad = NULL, global_pool = NULL, pooling_convention = NULL, count_include_pad = NULL, p_value = NULL) {
  call_operator("pooling", list(data, kernel, pool_type, stride, pad, global_pool, pooling_convention, count_include_pad, p_value), TRUE)
}

# x1 to the power of x2, by the general formula, element by element.
#   x1: any real dtype but bool.
#   x2: the same, broadcast against `x1`.
ops$pow <- function(x1, x2) {
  call_operator("pow", list(x1, x2), TRUE)
}

# x1 to the power of x2, element by element. Integers wrap; their negative powers are truncated to 0, 1 or -1, and refused where the exponent is a number.
#   x1: any real dtype but bool.
#   x2: exponent, broadcast against `x1`.
ops$power <- function(x1, x2) {
  call_operator("power", list(x1, x2), TRUE)
}

# x above zero, gamma x below, with slopes that are learned.
#   x: any real dtype, shape (N, C, ...).
#   gamma: slopes: one, one for each of C channels, or broadcast against `x`.
ops$prelu <- function(x, gamma) {
  call_operator("prelu", list(x, gamma), TRUE)
}

# Prints a line: a text with arrays in the places that it marks by `{}`.
#   arrays: any dtype; one for each `{}`.
#   format: `{{` and `}}` are braces. Default: "{}".
ops$print <- function(arrays, format = NULL) {
  call_operator("print", list(arrays, format), FALSE)
}

# Product over axes; bool and integers multiply in 64 bits. An empty product is 1.
#   x: any real dtype.
#   axis: axis or axes to reduce; none reduces all. Default: none. NA: none.
#   keepdims: keep the reduced axes with extent 1. Default: false.
#   dtype: floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none. NA: none.
ops$prod <- function(x, axis = NULL, keepdims = NULL, dtype = NULL) {
  call_operator("prod", list(x, axis, keepdims, dtype), TRUE)
}

# Largest less smallest element over axes.
#   x: any real dtype.
#   axis: axis or axes to reduce; none reduces all. Default: none. NA: none.
#   keepdims: keep the reduced axes with extent 1. Default: false.
ops$ptp <- function(x, axis = NULL, keepdims = NULL) {
  call_operator("ptp", list(x, axis, keepdims), TRUE)
}

# Orthogonal columns Q and a triangle R of matrices Q R.
#   a: any dtype but half types: matrices, (..., M, N).
ops$qr <- function(a) {
  call_operator("qr", list(a), FALSE)
}

# Integers that stand for real numbers: data / scale, rounded to the nearest (halves to the even one), plus the zero point; saturates, and maps NaN to 0.
#   data: float32 or half types.
#   scale: floating, greater than 0, shape () or that of the axis.
#   zero_point: int8 or uint8, shape () or that of the axis; none: 0.
#   axis: axis along which there are several scales. Default: -1.
#   dtype: int8 or uint8; int8 by default. Default: none. NA: none.
ops$quantize <- function(data, scale, zero_point = NULL, axis = NULL, dtype = NULL) {
  call_operator("quantize", list(data, scale, zero_point, axis, dtype), TRUE)
}

# Sum of two int8 arrays of their own scales, as int8, rounded as in TensorFlow Lite.
#   x1: int8.
#   x2: int8, shape of x1.
#   x1_scale: what a step of x1 stands for.
#   x2_scale: what a step of x2 stands for.
#   output_scale: what a step of the result stands for.
#   x1_zero_point: the integer that stands for zero in x1. Default: 0.
#   x2_zero_point: the integer that stands for zero in x2. Default: 0.
#   output_zero_point: the integer that stands for zero in the result. Default: 0.
#   low: lower bound of the result. Default: -128.
#   high: upper bound of the result. Default: 127.
ops$quantized_add <- function(x1, x2, x1_scale, x2_scale, output_scale, x1_zero_point = NULL, x2_zero_point = NULL, output_zero_point = NULL, low = NULL, high = NULL) {
  call_operator("quantized_add", list(x1, x2, x1_scale, x2_scale, output_scale, x1_zero_point, x2_zero_point, output_zero_point, low, high), TRUE)
}

# Convolution of int8 images, of data - zero_point in int32, which pads with zero_point; with a multiplier and a shift as int8, see requantize.
#   data: int8, shape (N, C, W) or (N, C, H, W).
#   weight: int8, shape (filters, C / groups, kernel...).
#   bias: int32, shape (filters,).
#   multiplier: int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
#   shift: int32, shape of multiplier: the factor's power of two, -31 to 30.
#   residual: int8, shape of the result: added to the sums, times its factor.
#   residual_factor: int32, shape (filters,): its scale over that of the sums.
#   kernel: extents of the window; those of the weight. Default: none. NA: none.
#   stride: step of the window, 1 by default. Default: none. NA: none.
#   pad: zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none. NA: none.
#   dilate: distance of the window's elements, 1 by default. Default: none. NA: none.
#   num_group: groups of channels that do not see each other. Default: 1.
#   zero_point: the integer that stands for zero in data, and pads it. Default: 0.
#   output_zero_point: the integer that stands for zero in the result. Default: 0.
#   low: lower bound of the result. Default: -128.
#   high: upper bound of the result. Default: 127.
#   channels_last: data is (N, W, C) or (N, H, W, C), the weight (filters, kernel..., C / groups). Default: false.
ops$quantized_convolution <- function(data, weight, bias = NULL, multiplier = NULL, shift = NULL, residual = NULL, residual_factor = NULL, kernel = NULL, stride = NULL, pad = NULL, dilate = NULL, num_group = NULL, zero_point = NULL, output_zero_point = NULL, low = NULL, high = NULL, channels_last = NULL) {
  call_operator("quantized_convolution", list(data, weight, bias, multiplier, shift, residual, residual_factor, kernel, stride, pad, dilate, num_group, zero_point, output_zero_point, low, high, channels_last), TRUE)
}

# Convolution of int16 images with int8 filters: int64 sums, or with a multiplier and a shift int16, the sums times multiplier * 2^-shift, rounded to the nearest, halves up.
#   data: int16, shape (N, H, W, C).
#   weight: int8, shape (filters, kernel..., C / groups).
#   bias: int64, shape (filters,).
#   multiplier: int32, shape (filters,): 0 to 32767.
#   shift: int32, shape (filters,): 1 to 62.
#   kernel: extents of the window; those of the weight. Default: none. NA: none.
#   stride: step of the window, 1 by default. Default: none. NA: none.
#   pad: zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none. NA: none.
#   dilate: distance of the window's elements, 1 by default. Default: none. NA: none.
#   num_group: groups of channels that do not see each other. Default: 1.
#   low: lower bound of the result. Default: -32768.
#   high: upper bound of the result. Default: 32767.
ops$quantized_convolution16 <- function(data, weight, bias = NULL, multiplier = NULL, shift = NULL, kernel = NULL, stride = NULL, pad = NULL, dilate = NULL, num_group = NULL, low = NULL, high = NULL) {
  call_operator("quantized_convolution16", list(data, weight, bias, multiplier, shift, kernel, stride, pad, dilate, num_group, low, high), TRUE)
}

# Affine map of int8 features, (data - zero_point) weight? + bias in int32; with a multiplier and a shift as int8, see requantize.
#   data: int8, shape (N, ...) when flatten, else (..., features).
#   weight: int8, shape (units, features).
#   bias: int32, shape (units,).
#   multiplier: int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
#   shift: int32, shape of multiplier: the factor's power of two, -31 to 30.
#   zero_point: the integer that stands for zero in data. Default: 0.
#   output_zero_point: the integer that stands for zero in the result. Default: 0.
#   low: lower bound of the result. Default: -128.
#   high: upper bound of the result. Default: 127.
#   flatten: merge all axes of data but the first. Default: true.
ops$quantized_fully_connected <- function(data, weight, bias = NULL, multiplier = NULL, shift = NULL, zero_point = NULL, output_zero_point = NULL, low = NULL, high = NULL, flatten = NULL) {
  call_operator("quantized_fully_connected", list(data, weight, bias, multiplier, shift, zero_point, output_zero_point, low, high, flatten), TRUE)
}

# A gated recurrent unit in integers, from a hidden state of 0: its hidden states after all steps, int8, multiples of 2^-7. Gates have 16 bits.
#   data: int8, shape (T, N, C): all steps.
#   i2h_weight: int8, rows for each gate, shape (gates H, C).
#   h2h_weight: int8, shape (gates H, H).
#   i2h_bias: int32, shape (gates H,): of the sums, with what the zero point of data takes from them.
#   i2h_multiplier: int32: to multiples of 2^-12, see quantized_multiplier.
#   i2h_shift: int32, of the multiplier.
#   h2h_bias: int32, shape (gates H,).
#   h2h_multiplier: int32: to multiples of 2^-12, see quantized_multiplier.
#   h2h_shift: int32, of the multiplier.
#   reverse: from the last step to the first. Default: false.
ops$quantized_gru <- function(data, i2h_weight, h2h_weight, i2h_bias, i2h_multiplier, i2h_shift, h2h_bias, h2h_multiplier, h2h_shift, reverse = NULL) {
  call_operator("quantized_gru", list(data, i2h_weight, h2h_weight, i2h_bias, i2h_multiplier, i2h_shift, h2h_bias, h2h_multiplier, h2h_shift, reverse), TRUE)
}

# What a table has for each int8 element: any function of one element, between any scales.
#   data: int8.
#   table: int8, shape (256,): results for -128, -127, ... 127.
ops$quantized_lookup <- function(data, table) {
  call_operator("quantized_lookup", list(data, table), TRUE)
}

# A long short-term memory in integers, from states of 0: its hidden states after all steps, int8, multiples of 2^-7. Gates and cells have 16 bits; a cell reaches from -16 to 16.
#   data: int8, shape (T, N, C): all steps.
#   i2h_weight: int8, rows for each gate, shape (gates H, C).
#   h2h_weight: int8, shape (gates H, H).
#   i2h_bias: int32, shape (gates H,): of the sums, with what the zero point of data takes from them.
#   i2h_multiplier: int32: to multiples of 2^-12, see quantized_multiplier.
#   i2h_shift: int32, of the multiplier.
#   h2h_bias: int32, shape (gates H,).
#   h2h_multiplier: int32: to multiples of 2^-12, see quantized_multiplier.
#   h2h_shift: int32, of the multiplier.
#   reverse: from the last step to the first. Default: false.
ops$quantized_lstm <- function(data, i2h_weight, h2h_weight, i2h_bias, i2h_multiplier, i2h_shift, h2h_bias, h2h_multiplier, h2h_shift, reverse = NULL) {
  call_operator("quantized_lstm", list(data, i2h_weight, h2h_weight, i2h_bias, i2h_multiplier, i2h_shift, h2h_bias, h2h_multiplier, h2h_shift, reverse), TRUE)
}

# Maximum or average of int8 over windows of one or two spatial axes, of data's scale; the average is rounded to the nearest, halves away from zero, as in TensorFlow Lite.
#   data: int8, shape (N, C, W) or (N, C, H, W).
#   kernel: extents of the window. Default: none. NA: none.
#   pool_type: max or avg; pooling also has sum and lp. Default: "max".
#   stride: step of the window, 1 by default. Default: none. NA: none.
#   pad: elements added on both sides, or before all axes and then behind them; 0 by default. Default: none. NA: none.
#   global_pool: one window over the whole image. Default: false.
#   pooling_convention: valid drops a last window that does not fit, full keeps it. Default: "valid".
#   count_include_pad: the average counts padded elements. Default: true.
#   zero_point: the integer that stands for zero: padded elements of an average. Default: 0.
#   channels_last: data is (N, W, C) or (N, H, W, C). Default: false.
ops$quantized_pooling <- function(data, kernel = NULL, pool_type = NULL, stride = NULL, pad = NULL, global_pool = NULL, pooling_convention = NULL, count_include_pad = NULL, zero_point = NULL, channels_last = NULL) {
  call_operator("quantized_pooling", list(data, kernel, pool_type, stride, pad, global_pool, pooling_convention, count_include_pad, zero_point, channels_last), TRUE)
}

# Softmax of int8 along the last axis by TensorFlow Lite's rule: int8 that stand for (y + 128) / 256.
#   data: int8, at most 4095 elements along the last axis.
#   scale: what a step of data stands for.
ops$quantized_softmax <- function(data, scale) {
  call_operator("quantized_softmax", list(data, scale), TRUE)
}

# Random integers in [low, high), each equally likely, as int64.
#   low: least number.
#   high: bound, not reached.
#   shape: extents.
ops$randint <- function(low, high, shape) {
  call_operator("randint", list(low, high, shape), TRUE)
}

# The elements in row-major order along one axis; a view where strides allow.
#   a: any dtype.
ops$ravel <- function(a) {
  call_operator("ravel", list(a), TRUE)
}

# The first half of the discrete Fourier transform of real numbers along the last axis, without a scale; complex. `np.fft` has NumPy's functions.
#   x: any real dtype.
ops$rdft <- function(x) {
  call_operator("rdft", list(x), TRUE)
}

# The real parts of the elements; of real numbers the array itself.
#   x: any dtype.
ops$real <- function(x) {
  call_operator("real", list(x), TRUE)
}

# The first half of the discrete Fourier transform of real rows, in planes and without a scale.
#   x: float32 or float64.
#   mirrored: elements with a mirror image count twice. Default: false.
ops$real_fourier <- function(x, mirrored = NULL) {
  call_operator("real_fourier", list(x, mirrored), FALSE)
}

# Real rows of the first halves of their discrete Fourier transforms, in planes and without a scale.
#   x1: float32 or float64: the real parts.
#   x2: the imaginary parts; zeros unless given.
#   length: of the rows.
#   mirrored: elements with a mirror image count twice. Default: true.
ops$real_fourier_inverse <- function(x1, length, x2 = NULL, mirrored = NULL) {
  call_operator("real_fourier_inverse", list(x1, x2, length, mirrored), TRUE)
}

# The real parts of complex numbers.
#   x: complex.
ops$real_part <- function(x) {
  call_operator("real_part", list(x), TRUE)
}

# The next array that another rank sends to this one.
#   token: any dtype; what has a gradient only if this has; its value is not read.
#   shape: of the array that was sent.
#   dtype: of the array that was sent.
#   source: the rank that sends it.
#   tag: messages of one tag arrive in the order in which they were sent. Default: 0.
#   group: a group that this process has joined. Default: "world".
ops$receive <- function(shape, dtype, source, token = NULL, tag = NULL, group = NULL) {
  call_operator("receive", list(token, shape, dtype, source, tag, group), TRUE)
}

# 1 / x, element by element; integers give the default float.
#   x: any real dtype; bool and integers become the default float.
ops$reciprocal <- function(x) {
  call_operator("reciprocal", list(x), TRUE)
}

# This rank's block, along axis 0, of the reduction of the arrays of all ranks.
#   x: any real dtype but bool; the same type on all ranks.
#   ranks: how many processes the group has.
#   reduction: `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
#   ordered: the same bits whatever moves the bytes: a tree over ranks. Default: false.
#   group: a group that this process has joined. Default: "world".
ops$reduce_blocks <- function(x, ranks, reduction = NULL, ordered = NULL, group = NULL) {
  call_operator("reduce_blocks", list(x, ranks, reduction, ordered, group), TRUE)
}

# Begins `reduce_blocks`, whose result is there when `collective_wait` has given it.
#   x: any real dtype but bool; the same type on all ranks.
#   ranks: how many processes the group has.
#   reduction: `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
#   ordered: the same bits whatever moves the bytes: a tree over ranks. Default: false.
#   group: a group that this process has joined. Default: "world".
ops$reduce_blocks_start <- function(x, ranks, reduction = NULL, ordered = NULL, group = NULL) {
  call_operator("reduce_blocks_start", list(x, ranks, reduction, ordered, group), FALSE)
}

# This rank's part, along an axis, of the reduction of the arrays of all ranks.
#   x: any real dtype but bool; the same type on all ranks.
#   axis: along which rank r gets part r.
#   ranks: how many processes the group has.
#   reduction: `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
#   ordered: the same bits whatever moves the bytes: a tree over ranks. Default: false.
#   group: a group that this process has joined. Default: "world".
ops$reduce_scatter <- function(x, axis, ranks, reduction = NULL, ordered = NULL, group = NULL) {
  call_operator("reduce_scatter", list(x, axis, ranks, reduction, ordered, group), TRUE)
}

# Positive part max(x, 0), element by element; NaN stays NaN.
#   x: any real dtype.
ops$relu <- function(x) {
  call_operator("relu", list(x), TRUE)
}

# x held between 0 and 6, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$relu6 <- function(x) {
  call_operator("relu6", list(x), TRUE)
}

# Remainder with the sign of the divisor, element by element: x1 % x2. Integers modulo 0 give 0, floats NaN.
#   x1: any real dtype but bool.
#   x2: the same, broadcast against `x1`.
ops$remainder <- function(x1, x2) {
  call_operator("remainder", list(x1, x2), TRUE)
}

# Each element repeated, along one axis or in the flat array.
#   a: any dtype.
#   repeats: how often, for all or for each element.
#   axis: axis to repeat along; none repeats the flat array. Default: none. NA: none.
ops$`repeat` <- function(a, repeats, axis = NULL) {
  call_operator("repeat", list(a, repeats, axis), TRUE)
}

# Sums of int32 as int8: times multiplier 2^(shift - 31) with the two roundings of TensorFlow Lite, plus the zero point, held between the bounds.
#   data: int32.
#   multiplier: int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
#   shift: int32, shape of multiplier: the factor's power of two, -31 to 30.
#   output_zero_point: the integer that stands for zero in the result. Default: 0.
#   low: lower bound of the result. Default: -128.
#   high: upper bound of the result. Default: 127.
#   axis: axis along which there are several multipliers. Default: -1.
ops$requantize <- function(data, multiplier, shift, output_zero_point = NULL, low = NULL, high = NULL, axis = NULL) {
  call_operator("requantize", list(data, multiplier, shift, output_zero_point, low, high, axis), TRUE)
}

# The same elements in row-major order under another shape; a view where strides allow.
#   x: any dtype.
#   newshape: extents; one may be -1, the rest.
ops$reshape <- function(x, newshape) {
  call_operator("reshape", list(x, newshape), TRUE)
}

# Bits of x1 moved down by x2 places, element by element; 0 or -1 by the sign of x1 for counts that are negative or not below the number of bits.
#   x1: integers.
#   x2: the same, broadcast against `x1`.
ops$right_shift <- function(x1, x2) {
  call_operator("right_shift", list(x1, x2), TRUE)
}

# The whole number nearest to x, halves to the even one, element by element.
#   x: any real dtype.
ops$rint <- function(x) {
  call_operator("rint", list(x), TRUE)
}

# The elements along an axis divided by their root mean square, scaled.
#   data: floating.
#   gamma: factors, one for each element of the axis.
#   axis: axis that is normalised. Default: -1.
#   eps: summand of the mean square. Default: 1e-06.
ops$rms_norm <- function(data, gamma = NULL, axis = NULL, eps = NULL) {
  call_operator("rms_norm", list(data, gamma, axis, eps), TRUE)
}

# RMSProp by the gradient's variance, with momentum: the new weight, mean square, mean and step.
#   weight: floating: the parameter.
#   grad: its gradient, same shape.
#   square: running mean of the gradient's square.
#   mean: running mean of the gradient.
#   step: the step before.
#   lr: learning rate: a number, or an array without axes.
#   wd: weight decay. Default: 0.
#   rescale_grad: factor of the gradient. Default: 1.
#   clip_gradient: bound of the rescaled gradient's elements; negative: none. Default: -1.
#   rho: decay of the means. Default: 0.9.
#   momentum: share of the step that stays. Default: 0.9.
#   epsilon: added to the variance. Default: 1e-08.
ops$rmsprop_centered_update <- function(weight, grad, square, mean, step, lr, wd = NULL, rescale_grad = NULL, clip_gradient = NULL, rho = NULL, momentum = NULL, epsilon = NULL) {
  call_operator("rmsprop_centered_update", list(weight, grad, square, mean, step, lr, wd, rescale_grad, clip_gradient, rho, momentum, epsilon), FALSE)
}

# RMSProp: the new weight and running mean of squared gradients.
#   weight: floating: the parameter.
#   grad: its gradient, same shape.
#   square: running mean of the gradient's square.
#   lr: learning rate: a number, or an array without axes.
#   wd: weight decay. Default: 0.
#   rescale_grad: factor of the gradient. Default: 1.
#   clip_gradient: bound of the rescaled gradient's elements; negative: none. Default: -1.
#   rho: decay of the mean. Default: 0.9.
#   epsilon: added to the root. Default: 1e-08.
ops$rmsprop_update <- function(weight, grad, square, lr, wd = NULL, rescale_grad = NULL, clip_gradient = NULL, rho = NULL, epsilon = NULL) {
  call_operator("rmsprop_update", list(weight, grad, square, lr, wd, rescale_grad, clip_gradient, rho, epsilon), FALSE)
}

# A plain recurrent network: the hidden states of all steps, and the last.
#   data: floating, shape (T, N, C): all steps.
#   hidden: shape (N, H).
#   i2h_weight: rows for each gate, shape (gates H, C).
#   h2h_weight: shape (gates H, H).
#   i2h_bias: shape (gates H,).
#   h2h_bias: shape (gates H,).
#   sequence_length: any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.
#   reverse: from the last step to the first. Default: false.
#   activation: 'tanh' or 'relu'. Default: "tanh".
ops$rnn <- function(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, sequence_length = NULL, reverse = NULL, activation = NULL) {
  call_operator("rnn", list(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, sequence_length, reverse, activation), FALSE)
}

# One step of a plain recurrent network: the next hidden state.
#   data: floating, shape (N, C).
#   hidden: shape (N, H).
#   i2h_weight: rows for each gate, shape (gates H, C).
#   h2h_weight: shape (gates H, H).
#   i2h_bias: shape (gates H,).
#   h2h_bias: shape (gates H,).
#   activation: 'tanh' or 'relu'. Default: "tanh".
ops$rnn_cell <- function(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, activation = NULL) {
  call_operator("rnn_cell", list(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, activation), TRUE)
}

# Regions of images as means of bilinear samples in bins: (R, C, bins, bins).
#   data: any real dtype; integers become the default float; shape (N, C, H, W).
#   rois: a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).
#   pooled_size: bins along the height and the width.
#   spatial_scale: pixels of the images for one unit of the regions. Default: 1.
#   sampling_ratio: samples of a bin along each axis; 0 or less: as many as it has pixels. Default: -1.
#   aligned: pixels have their centers at 1/2, and regions may be thinner than a pixel. Default: false.
ops$roi_align <- function(data, rois, pooled_size, spatial_scale = NULL, sampling_ratio = NULL, aligned = NULL) {
  call_operator("roi_align", list(data, rois, pooled_size, spatial_scale, sampling_ratio, aligned), TRUE)
}

# The largest elements of regions of images in bins: (R, C, bins, bins).
#   data: any real dtype; integers become the default float; shape (N, C, H, W).
#   rois: a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).
#   pooled_size: bins along the height and the width.
#   spatial_scale: pixels of the images for one unit of the regions. Default: 1.
ops$roi_pool <- function(data, rois, pooled_size, spatial_scale = NULL) {
  call_operator("roi_pool", list(data, rois, pooled_size, spatial_scale), TRUE)
}

# The array with its elements moved along axes; what leaves at the end enters at the start.
#   a: any dtype.
#   shift: by how many places, for all axes or for each.
#   axis: which axes; none moves in the flat array. Default: none. NA: none.
ops$roll <- function(a, shift, axis = NULL) {
  call_operator("roll", list(a, shift, axis), TRUE)
}

# x rounded to a number of decimals, halves to the even digit, element by element.
#   x: any real dtype.
#   decimals: digits behind the point; negative ones count before it. Default: 0.
ops$round <- function(x, decimals = NULL) {
  call_operator("round", list(x, decimals), TRUE)
}

# 1 / sqrt(x), element by element.
#   x: any real dtype; bool and integers become the default float.
ops$rsqrt <- function(x) {
  call_operator("rsqrt", list(x), TRUE)
}

# softmax(scale query key? + mask) value: for each query a mean of the values.
#   query: floating, shape (..., T, D).
#   key: shape (..., S, D).
#   value: shape (..., S, V).
#   mask: any real dtype, broadcasts to (..., T, S): summands, or bools, true to attend.
#   scale: factor of the scores, 1 / sqrt(D) by default. Default: none. NA: none.
#   causal: a query attends to no key behind its own position. Default: false.
#   grouped: heads of queries, axis -3, share those of keys and values in groups of H / Hk. Default: false.
ops$scaled_dot_product_attention <- function(query, key, value, mask = NULL, scale = NULL, causal = NULL, grouped = NULL) {
  call_operator("scaled_dot_product_attention", list(query, key, value, mask, scale, causal, grouped), TRUE)
}

# The array with its elements at chosen places replaced, the last one winning, or added to.
#   x: any dtype, but no half type to accumulate.
#   value: broadcasts to what the index picks.
#   indices: int64 arrays that broadcast together; negative ones count back.
#   axes: the axis of each index array, ascending.
#   position: where the axes of the index arrays stand among the others. Default: 0.
#   shown_axes: the axes as errors name them, if they have other numbers there. Default: [].
#   accumulate: add instead of replacing. Default: false.
ops$scatter <- function(x, value, indices, axes, position = NULL, shown_axes = NULL, accumulate = NULL) {
  call_operator("scatter", list(x, value, indices, axes, position, shown_axes, accumulate), TRUE)
}

# Zeros with each element or slice added at its point: the adjoint of gather_nd.
#   data: any dtype, shape (..., rest), as gather_nd gives it.
#   indices: integers, shape (M, ...); negative ones count back.
#   shape: shape of the result.
ops$scatter_nd <- function(data, indices, shape) {
  call_operator("scatter_nd", list(data, indices, shape), TRUE)
}

# Where in an ascending vector values would have to be inserted to keep it ascending.
#   a: any dtype; ascending, one axis.
#   v: values of any shape.
#   side: left of elements equal to the value, or right of them. Default: "left".
ops$searchsorted <- function(a, v, side = NULL) {
  call_operator("searchsorted", list(a, v, side), TRUE)
}

# Scaled exponential linear unit, which keeps mean 0 and variance 1.
#   x: any real dtype; bool and integers become the default float.
ops$selu <- function(x) {
  call_operator("selu", list(x), TRUE)
}

# Sends an array to another rank; gives a zero whose gradient is what that rank sends back.
#   x: any dtype.
#   destination: the rank that receives it.
#   tag: messages of one tag arrive in the order in which they were sent. Default: 0.
#   group: a group that this process has joined. Default: "world".
ops$send <- function(x, destination, tag = NULL, group = NULL) {
  call_operator("send", list(x, destination, tag, group), TRUE)
}

# Gradient descent with momentum: the new weight and momentum.
#   weight: floating: the parameter.
#   grad: its gradient, same shape.
#   mom: momentum, same shape.
#   lr: learning rate: a number, or an array without axes.
#   wd: weight decay. Default: 0.
#   rescale_grad: factor of the gradient. Default: 1.
#   clip_gradient: bound of the rescaled gradient's elements; negative: none. Default: -1.
#   momentum: share of the momentum that stays. Default: 0.9.
#   nesterov: look one step ahead. Default: false.
ops$sgd_mom_update <- function(weight, grad, mom, lr, wd = NULL, rescale_grad = NULL, clip_gradient = NULL, momentum = NULL, nesterov = NULL) {
  call_operator("sgd_mom_update", list(weight, grad, mom, lr, wd, rescale_grad, clip_gradient, momentum, nesterov), FALSE)
}

# Stochastic gradient descent: the new weight.
#   weight: floating: the parameter.
#   grad: its gradient, same shape.
#   lr: learning rate: a number, or an array without axes.
#   wd: weight decay. Default: 0.
#   rescale_grad: factor of the gradient. Default: 1.
#   clip_gradient: bound of the rescaled gradient's elements; negative: none. Default: -1.
ops$sgd_update <- function(weight, grad, lr, wd = NULL, rescale_grad = NULL, clip_gradient = NULL) {
  call_operator("sgd_update", list(weight, grad, lr, wd, rescale_grad, clip_gradient), TRUE)
}

# Logistic function 1 / (1 + exp(-x)), element by element.
#   x: any real dtype; bool and integers become the default float.
ops$sigmoid <- function(x) {
  call_operator("sigmoid", list(x), TRUE)
}

# -1, 0 or 1 by the sign of each element; NaN stays NaN.
#   x: any real dtype.
ops$sign <- function(x) {
  call_operator("sign", list(x), TRUE)
}

# Shifts rows of int16 to the left as far as their largest magnitude allows: the rows, and by how many bits, by TensorFlow Lite Micro's rule, in which rows with -32768 may wrap.
#   data: int16, at least one axis: rows along the last one.
ops$signal_auto_scale <- function(data) {
  call_operator("signal_auto_scale", list(data), FALSE)
}

# Sums of bands of energies that overlap by halves, by TensorFlow Lite Micro's rule: band c is the sum of channel c + 1 by `weight` and of channel c by `unweight`.
#   data: uint32, at least one axis: energies along the last one.
#   weight: int16, one axis: factors of all channels.
#   unweight: int16, shape of `weight`: factors for the band after.
#   starts: int16, shape (bands + 1,): the first energy of each channel.
#   weight_starts: int16, shape (bands + 1,): the first factor of each channel.
#   widths: int16, shape (bands + 1,): how many energies each channel reads.
ops$signal_filter_bank <- function(data, weight, unweight, starts, weight_starts, widths) {
  call_operator("signal_filter_bank", list(data, weight, unweight, starts, weight_starts, widths), TRUE)
}

# Energies of bands by the gain that a table has for their noise, divided by 2^shift and compressed, element by element, by TensorFlow Lite Micro's rule (PCAN).
#   data: uint32: energies.
#   noise: uint32, shape of `data`.
#   table: int16, shape (125,): gains for 0 and 1, then pieces for powers of two.
#   shift: bits of the product to drop, 0 to 63.
ops$signal_gain <- function(data, noise, table, shift) {
  call_operator("signal_gain", list(data, noise, table, shift), TRUE)
}

# Natural logarithm of x 2^shift times a scale, element by element, as int16 of at most 32767, by TensorFlow Lite Micro's rule; 0 where x 2^shift is at most 1.
#   data: uint32.
#   scale: what a result of 1 is multiplied by.
#   shift: bits to shift the data to the left, 0 to 31; the shift wraps. Default: 0.
ops$signal_log <- function(data, scale, shift = NULL) {
  call_operator("signal_log", list(data, scale, shift), TRUE)
}

# Fourier transform of real rows of int16, divided by their length, in fixed point by TensorFlow Lite Micro's rule: real and imaginary parts in turn.
#   data: int16, at least one axis: rows along the last one, at most `length` elements.
#   length: samples of a row, a power of two from 4 to 65536; what is missing counts as 0.
ops$signal_rfft <- function(data, length) {
  call_operator("signal_rfft", list(data, length), TRUE)
}

# Square root of uint64, rounded to the nearest, element by element; from 65535.5^2 to 2^32 it is 65535, as in TensorFlow Lite Micro.
#   data: uint64.
ops$signal_square_root <- function(data) {
  call_operator("signal_square_root", list(data), TRUE)
}

# Truth of x having a minus sign, zeros and NaN included, element by element.
#   x: any real dtype.
ops$signbit <- function(x) {
  call_operator("signbit", list(x), TRUE)
}

# x times the logistic function of beta x, also named swish.
#   x: any real dtype; bool and integers become the default float.
#   beta: factor within the logistic function. Default: 1.
ops$silu <- function(x, beta = NULL) {
  call_operator("silu", list(x, beta), TRUE)
}

# Sine of angles in radians, of any size, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$sin <- function(x) {
  call_operator("sin", list(x), TRUE)
}

# Hyperbolic sine, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$sinh <- function(x) {
  call_operator("sinh", list(x), TRUE)
}

# Part of an array: `size` elements from `begin` by `step` along each axis; a view.
#   x: any dtype.
#   begin: first index of each axis, at least 0.
#   size: elements taken along each axis.
#   step: distance between them, may be negative.
#   clip: take what is inside the axis, as Python does; else that is an error. Default: false.
ops$slice <- function(x, begin, size, step, clip = NULL) {
  call_operator("slice", list(x, begin, size, step, clip), TRUE)
}

# Signs of determinants, and logarithms of their absolute values.
#   a: any dtype but half types: matrices, (..., M, N).
ops$slogdet <- function(a) {
  call_operator("slogdet", list(a), FALSE)
}

# exp(data) divided by its sum over an axis.
#   data: any real dtype; integers become the default float.
#   axis: axis that sums to 1. Default: -1.
#   temperature: divides `data` first; none: 1. Default: none. NA: none.
ops$softmax <- function(data, axis = NULL, temperature = NULL) {
  call_operator("softmax", list(data, axis, temperature), TRUE)
}

# Cross entropy of softmax(data) and labels, one loss per sample.
#   data: any real dtype: scores, shape (..., C) when axis is -1.
#   label: any real dtype: class indices without the axis, or probabilities of data's shape.
#   axis: axis of the classes. Default: -1.
#   sparse_label: labels are class indices. Default: true.
#   from_logits: data holds log-probabilities already. Default: false.
#   ignore_index: label whose loss is 0, such as -1 for padding; other negative labels are refused. Default: none. NA: none.
ops$softmax_cross_entropy <- function(data, label, axis = NULL, sparse_label = NULL, from_logits = NULL, ignore_index = NULL) {
  call_operator("softmax_cross_entropy", list(data, label, axis, sparse_label, from_logits, ignore_index), TRUE)
}

# Smooth positive part log(1 + exp(x)), element by element.
#   x: any real dtype; bool and integers become the default float.
ops$softplus <- function(x) {
  call_operator("softplus", list(x), TRUE)
}

# x / (1 + |x|), element by element.
#   x: any real dtype; bool and integers become the default float.
ops$softsign <- function(x) {
  call_operator("softsign", list(x), TRUE)
}

# Solutions x of a x = b.
#   a: any dtype but half types: matrices, (..., M, N).
#   b: right sides, as matrices; batches broadcast.
ops$solve <- function(a, b) {
  call_operator("solve", list(a, b), TRUE)
}

# Solutions x of a x = b for a triangle `a`, or its adjoint.
#   a: any dtype but half types: matrices, (..., M, N).
#   b: right sides, as matrices; batches broadcast.
#   upper: the upper triangle is read, and not the lower one. Default: false.
#   turned: the adjoint of the triangle is meant. Default: false.
ops$solve_triangular <- function(a, b, upper = NULL, turned = NULL) {
  call_operator("solve_triangular", list(a, b, upper, turned), TRUE)
}

# The elements along an axis in ascending order, NaN last; equal ones keep their order.
#   a: any dtype.
#   axis: axis to sort along; none sorts the flat array. Default: -1. NA: none.
#   descending: the largest first. Default: false.
ops$sort <- function(a, axis = NULL, descending = NULL) {
  call_operator("sort", list(a, axis, descending), TRUE)
}

# Blocks of places as channels: spatial extents over `block_size`, so many more channels. Those of a block's first place come first.
#   data: any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
#   block_size: extents of a block, or one number for all spatial axes.
#   channels_last: data has its channels behind its spatial axes. Default: false.
ops$space_to_depth <- function(data, block_size, channels_last = NULL) {
  call_operator("space_to_depth", list(data, block_size, channels_last), TRUE)
}

# Parts of an array along one axis, as views: so many equal ones, or cut at indices.
#   ary: any dtype.
#   indices_or_sections: the number of equal parts, or the indices before which to cut.
#   axis: axis to cut along. Default: 0.
ops$split <- function(ary, indices_or_sections, axis = NULL) {
  call_operator("split", list(ary, indices_or_sections, axis), FALSE)
}

# Square root, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$sqrt <- function(x) {
  call_operator("sqrt", list(x), TRUE)
}

# Product of each element with itself.
#   x: any real dtype.
ops$square <- function(x) {
  call_operator("square", list(x), TRUE)
}

# The array without axes of extent 1.
#   x: any dtype.
#   axis: which to drop; none drops all of extent 1. Default: none. NA: none.
ops$squeeze <- function(x, axis = NULL) {
  call_operator("squeeze", list(x, axis), TRUE)
}

# Arrays of one shape joined along a new axis.
#   arrays: any dtype, all of one shape.
#   axis: where the new axis is in the result. Default: 0.
ops$stack <- function(arrays, axis = NULL) {
  call_operator("stack", list(arrays, axis), TRUE)
}

# Random numbers of the gamma distribution of scale 1; NaN where there is none.
#   shape: float32 or float64: the shape parameter, at least 0.
ops$standard_gamma <- function(shape) {
  call_operator("standard_gamma", list(shape), TRUE)
}

# Standard deviation over axes: the root of the variance; its gradient is zero where that is.
#   x: any real dtype.
#   axis: axis or axes to reduce; none reduces all. Default: none. NA: none.
#   keepdims: keep the reduced axes with extent 1. Default: false.
#   dtype: floating dtype to compute in. Default: none. NA: none.
#   ddof: subtracted from the number of elements, by which the squares are divided. Default: 0.
#   correction: the array API's name of `ddof`. Default: none. NA: none.
ops$std <- function(x, axis = NULL, keepdims = NULL, dtype = NULL, ddof = NULL, correction = NULL) {
  call_operator("std", list(x, axis, keepdims, dtype, ddof, correction), TRUE)
}

# The same elements as a constant: no gradient flows to `x`.
#   x: any dtype.
ops$stop_gradient <- function(x) {
  call_operator("stop_gradient", list(x), TRUE)
}

# Part of an array's row-major elements, by offset and strides; a view.
#   x: any dtype.
#   offset: first element of the part.
#   shape: extents of the part.
#   strides: its strides in elements of the base.
ops$strided_view <- function(x, offset, shape, strides) {
  call_operator("strided_view", list(x, offset, shape, strides), TRUE)
}

# Difference x1 - x2, element by element.
#   x1: any real dtype.
#   x2: the same, broadcast against `x1`.
ops$subtract <- function(x1, x2) {
  call_operator("subtract", list(x1, x2), TRUE)
}

# Sum over axes; bool and integers add in 64 bits. An empty sum is 0.
#   x: any real dtype.
#   axis: axis or axes to reduce; none reduces all. Default: none. NA: none.
#   keepdims: keep the reduced axes with extent 1. Default: false.
#   dtype: floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none. NA: none.
ops$sum <- function(x, axis = NULL, keepdims = NULL, dtype = NULL) {
  call_operator("sum", list(x, axis, keepdims, dtype), TRUE)
}

# The sum of what the ranks of a group have computed of one array, on all of them; the gradient is that of a loss which all ranks compute alike.
#   x: floating; the same type on all ranks.
#   group: a group that this process has joined. Default: "world".
ops$sum_parts <- function(x, group = NULL) {
  call_operator("sum_parts", list(x, group), TRUE)
}

# U, S and V^H of matrices U diag(S) V^H, with as few columns as do.
#   a: any dtype but half types: matrices, (..., M, N).
ops$svd <- function(a) {
  call_operator("svd", list(a), FALSE)
}

# The array with two axes exchanged; a view.
#   a: any dtype.
#   axis1: one axis.
#   axis2: the other.
ops$swapaxes <- function(a, axis1, axis2) {
  call_operator("swapaxes", list(a, axis1, axis2), TRUE)
}

# Elements or slices along an axis at the given indices; none takes from the flat array.
#   a: any dtype.
#   indices: integers of any shape; negative ones count back.
#   axis: axis that the indices count along. Default: none. NA: none.
#   mode: raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: "raise".
ops$take <- function(a, indices, axis = NULL, mode = NULL) {
  call_operator("take", list(a, indices, axis, mode), TRUE)
}

# Elements along an axis at indices of their own for each position of the others.
#   arr: any dtype.
#   indices: integers; broadcast against arr on the other axes.
#   axis: axis that the indices count along; none: of the flat array. Default: -1. NA: none.
ops$take_along_axis <- function(arr, indices, axis = NULL) {
  call_operator("take_along_axis", list(arr, indices, axis), TRUE)
}

# Tangent of angles in radians, of any size, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$tan <- function(x) {
  call_operator("tan", list(x), TRUE)
}

# Hyperbolic tangent, element by element.
#   x: any real dtype; bool and integers become the default float.
ops$tanh <- function(x) {
  call_operator("tanh", list(x), TRUE)
}

# Sum of products over pairs of axes; the other axes of a, then those of b, stay.
#   a: any dtype.
#   b: any dtype.
#   a_axes: axes of a.
#   b_axes: their partners in b.
ops$tensordot <- function(a, b, a_axes, b_axes) {
  call_operator("tensordot", list(a, b, a_axes, b_axes), TRUE)
}

# The array repeated as a whole along its axes.
#   A: any dtype.
#   reps: how often along each axis, the last ones if fewer.
ops$tile <- function(A, reps) {
  call_operator("tile", list(A, reps), TRUE)
}

# The k largest elements along an axis, the largest first, and their positions as int64.
#   data: any dtype; NaN is the largest.
#   k: how many. Default: 1.
#   axis: axis to look along; none looks in the flat array. Default: -1. NA: none.
#   is_ascend: the smallest, the smallest first. Default: false.
ops$topk <- function(data, k = NULL, axis = NULL, is_ascend = NULL) {
  call_operator("topk", list(data, k, axis, is_ascend), FALSE)
}

# The sum along a diagonal of matrices.
#   a: any dtype, at least two axes.
#   offset: the diagonal: 0 the main one, positive above it. Default: 0.
#   axis1: axis of the rows. Default: 0.
#   axis2: axis of the columns. Default: 1.
ops$trace <- function(a, offset = NULL, axis1 = NULL, axis2 = NULL) {
  call_operator("trace", list(a, offset, axis1, axis2), TRUE)
}

# The array with its axes permuted; a view.
#   x: any dtype.
#   axes: permutation of the axes; none reverses them. Default: none. NA: none.
ops$transpose <- function(x, axes = NULL) {
  call_operator("transpose", list(x, axes), TRUE)
}

# The lower triangle of matrices: zeros above a diagonal.
#   m: any dtype, shape (..., M, N).
#   k: the diagonal: 0 the main one, positive above it. Default: 0.
ops$tril <- function(m, k = NULL) {
  call_operator("tril", list(m, k), TRUE)
}

# The upper triangle of matrices: zeros below a diagonal.
#   m: any dtype, shape (..., M, N).
#   k: the diagonal: 0 the main one, positive above it. Default: 0.
ops$triu <- function(m, k = NULL) {
  call_operator("triu", list(m, k), TRUE)
}

# x without its fraction, element by element.
#   x: any real dtype.
ops$trunc <- function(x) {
  call_operator("trunc", list(x), TRUE)
}

# Random numbers, uniform in [low, high).
#   low: least number. Default: 0.
#   high: bound, never reached while low < high. Default: 1.
#   shape: extents.
#   dtype: floating dtype of the result.
ops$uniform <- function(shape, dtype, low = NULL, high = NULL) {
  call_operator("uniform", list(low, high, shape, dtype), TRUE)
}

# Variance over axes: the mean square distance from the mean.
#   x: any real dtype.
#   axis: axis or axes to reduce; none reduces all. Default: none. NA: none.
#   keepdims: keep the reduced axes with extent 1. Default: false.
#   dtype: floating dtype to compute in. Default: none. NA: none.
#   ddof: subtracted from the number of elements, by which the squares are divided. Default: 0.
#   correction: the array API's name of `ddof`. Default: none. NA: none.
ops$var <- function(x, axis = NULL, keepdims = NULL, dtype = NULL, ddof = NULL, correction = NULL) {
  call_operator("var", list(x, axis, keepdims, dtype, ddof, correction), TRUE)
}

# Sum of products of all elements, both arrays taken as flat.
#   a: any dtype.
#   b: as many elements.
ops$vdot <- function(a, b) {
  call_operator("vdot", list(a, b), TRUE)
}

# Sums of products of vectors along an axis; the other axes broadcast.
#   x1: any dtype, at least one axis.
#   x2: as long along the axis.
#   axis: axis of the vectors, of both arrays. Default: -1.
ops$vecdot <- function(x1, x2, axis = NULL) {
  call_operator("vecdot", list(x1, x2, axis), TRUE)
}

# Products of vectors and matrices; leading axes broadcast.
#   x1: any real dtype, shape (..., N).
#   x2: shape (..., N, M).
ops$vecmat <- function(x1, x2) {
  call_operator("vecmat", list(x1, x2), TRUE)
}

# Random angles of the distribution of von Mises; NaN where there is none.
#   kappa: float32 or float64: how close to 0 they are, at least 0.
ops$vonmises <- function(kappa) {
  call_operator("vonmises", list(kappa), TRUE)
}

# Arrays joined one below the other, along the first axis; vectors are rows.
#   arrays: any dtype, of shapes that agree on all other axes.
ops$vstack <- function(arrays) {
  call_operator("vstack", list(arrays), TRUE)
}

# Random numbers of Wald's distribution; NaN where there is none.
#   mean: float32 or float64: above 0.
#   scale: of the same shape, above 0.
ops$wald <- function(mean, scale) {
  call_operator("wald", list(mean, scale), TRUE)
}

# Affine map of floating features by an int8 or int4 weight, data (scale weight)? + bias, computed in float32.
#   data: float32 or half types, shape (N, ...) when flatten, else (..., features).
#   weight: int8, shape (units, features); of 4 bits (units, features / 2), an even element in the lower half of a byte.
#   scale: floating, shape (units,) or (units, groups of features).
#   bias: floating, shape (units,).
#   bits: of an element of the weight: 8 or 4. Default: 8.
#   flatten: merge all axes of data but the first. Default: true.
ops$weight_only_fully_connected <- function(data, weight, scale, bias = NULL, bits = NULL, flatten = NULL) {
  call_operator("weight_only_fully_connected", list(data, weight, scale, bias, bits, flatten), TRUE)
}

# Elements of `x` where the condition holds, else of `y`.
#   condition: bool: mask, broadcast against the others.
#   x: any dtype, taken where true.
#   y: taken where false.
ops$where <- function(condition, x, y) {
  call_operator("where", list(condition, x, y), TRUE)
}

# Random ranks of Zipf's law; NaN where there is none.
#   exponent: float32 or float64: above 1.
ops$zipf <- function(exponent) {
  call_operator("zipf", list(exponent), TRUE)
}

lockEnvironment(ops, bindings = TRUE)
