# Written by bindings/generate; do not edit.
# frozen_string_literal: true

module Weft
  # A function for each operator: Weft::Ops.softmax(x, axis: 0). What may be left
  # out is named; Weft::NONE says none on purpose.
  module Ops
    module_function

    # Absolute value, element by element.
    #   x: any real dtype.
    def abs(x)
      Operator.named("abs").call([x]).first
    end

    # AdaGrad: the new weight and sum of squared gradients.
    #   weight: floating: the parameter.
    #   grad: its gradient, same shape.
    #   history: sum of the squares of all gradients.
    #   lr: learning rate: a number, or an array without axes.
    #   wd: weight decay. Default: 0.
    #   rescale_grad: factor of the gradient. Default: 1.
    #   clip_gradient: bound of the rescaled gradient's elements; negative: none. Default: -1.
    #   epsilon: added to the root. Default: 1e-06.
    def adagrad_update(weight, grad, history, lr, wd: nil, rescale_grad: nil, clip_gradient: nil, epsilon: nil)
      Operator.named("adagrad_update").call([weight, grad, history, lr, wd, rescale_grad, clip_gradient, epsilon])
    end

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
    def adam_update(weight, grad, mean, var, lr, wd: nil, rescale_grad: nil, clip_gradient: nil, beta1: nil, beta2: nil, epsilon: nil)
      Operator.named("adam_update").call([weight, grad, mean, var, lr, wd, rescale_grad, clip_gradient, beta1, beta2, epsilon])
    end

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
    def adamw_update(weight, grad, mean, var, lr, eta, wd: nil, rescale_grad: nil, clip_gradient: nil, beta1: nil, beta2: nil, epsilon: nil)
      Operator.named("adamw_update").call([weight, grad, mean, var, lr, eta, wd, rescale_grad, clip_gradient, beta1, beta2, epsilon])
    end

    # Sum of two arrays, element by element.
    #   x1: any real dtype.
    #   x2: the same, broadcast against `x1`.
    def add(x1, x2)
      Operator.named("add").call([x1, x2]).first
    end

    # Truth of every element over axes being true; true of none.
    #   x: any real dtype; anything but zero is true.
    #   axis: axis or axes to reduce; none reduces all. Default: none.
    #   keepdims: keep the reduced axes with extent 1. Default: false.
    def all(x, axis: nil, keepdims: nil)
      Operator.named("all").call([x, axis, keepdims]).first
    end

    # The arrays of all ranks of a group, joined along an axis, on all of them.
    #   x: any dtype; the same type on all ranks.
    #   axis: along which they are joined, by rank.
    #   ranks: how many processes the group has.
    #   group: a group that this process has joined. Default: "world".
    def all_gather(x, axis, ranks, group: nil)
      Operator.named("all_gather").call([x, axis, ranks, group]).first
    end

    # The reduction of the arrays that all ranks of a group give, on all of them.
    #   x: any real dtype but bool; the same type on all ranks.
    #   reduction: `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
    #   ordered: the same bits whatever moves the bytes: a tree over ranks. Default: false.
    #   group: a group that this process has joined. Default: "world".
    def all_reduce(x, reduction: nil, ordered: nil, group: nil)
      Operator.named("all_reduce").call([x, reduction, ordered, group]).first
    end

    # Begins an `all_reduce`, whose result is there when `collective_wait` has given it.
    #   x: any real dtype but bool; the same type on all ranks.
    #   reduction: `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
    #   ordered: the same bits whatever moves the bytes: a tree over ranks. Default: false.
    #   group: a group that this process has joined. Default: "world".
    def all_reduce_start(x, reduction: nil, ordered: nil, group: nil)
      Operator.named("all_reduce_start").call([x, reduction, ordered, group]).first
    end

    # Part r of an array, along one axis, goes to rank r; what comes is joined along another.
    #   x: any dtype; the same type on all ranks.
    #   split_axis: along which rank r gets part r.
    #   concat_axis: along which the parts are joined, by rank.
    #   ranks: how many processes the group has.
    #   group: a group that this process has joined. Default: "world".
    def all_to_all(x, split_axis, concat_axis, ranks, group: nil)
      Operator.named("all_to_all").call([x, split_axis, concat_axis, ranks, group]).first
    end

    # The angles of the elements in the complex plane, in radians from -pi to pi.
    #   x: any dtype.
    def angle(x)
      Operator.named("angle").call([x]).first
    end

    # Truth of some element over axes being true; false of none.
    #   x: any real dtype; anything but zero is true.
    #   axis: axis or axes to reduce; none reduces all. Default: none.
    #   keepdims: keep the reduced axes with extent 1. Default: false.
    def any(x, axis: nil, keepdims: nil)
      Operator.named("any").call([x, axis, keepdims]).first
    end

    # Evenly spaced numbers from start up to, not including, stop, or as many as are wanted.
    #   start: first number.
    #   stop: bound.
    #   step: distance, not 0. Default: 1.
    #   dtype: dtype of the result.
    #   count: how many, whatever stop is; none: up to stop. Default: none.
    def arange(start, stop, dtype, step: nil, count: nil)
      Operator.named("arange").call([start, stop, step, dtype, count]).first
    end

    # Angle in [0, pi] whose cosine is x, element by element; NaN outside [-1, 1].
    #   x: any real dtype; bool and integers become the default float.
    def arccos(x)
      Operator.named("arccos").call([x]).first
    end

    # Inverse hyperbolic cosine, element by element; NaN below 1.
    #   x: any real dtype; bool and integers become the default float.
    def arccosh(x)
      Operator.named("arccosh").call([x]).first
    end

    # Angle in [-pi/2, pi/2] whose sine is x, element by element; NaN outside [-1, 1].
    #   x: any real dtype; bool and integers become the default float.
    def arcsin(x)
      Operator.named("arcsin").call([x]).first
    end

    # Inverse hyperbolic sine, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def arcsinh(x)
      Operator.named("arcsinh").call([x]).first
    end

    # Angle in [-pi/2, pi/2] whose tangent is x, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def arctan(x)
      Operator.named("arctan").call([x]).first
    end

    # Angle in [-pi, pi] of the point with height `x1` and width `x2`, element by element.
    #   x1: any real dtype; bool and integers become the default float.
    #   x2: the same, broadcast against `x1`.
    def arctan2(x1, x2)
      Operator.named("arctan2").call([x1, x2]).first
    end

    # Inverse hyperbolic tangent, element by element; NaN outside [-1, 1].
    #   x: any real dtype; bool and integers become the default float.
    def arctanh(x)
      Operator.named("arctanh").call([x]).first
    end

    # Index of the first largest element along an axis, or of the flattened array, as int64.
    #   x: any real dtype.
    #   axis: axis or axes to reduce; none reduces all. Default: none.
    #   keepdims: keep the reduced axes with extent 1. Default: false.
    def argmax(x, axis: nil, keepdims: nil)
      Operator.named("argmax").call([x, axis, keepdims]).first
    end

    # Index of the first smallest element along an axis, or of the flattened array, as int64.
    #   x: any real dtype.
    #   axis: axis or axes to reduce; none reduces all. Default: none.
    #   keepdims: keep the reduced axes with extent 1. Default: false.
    def argmin(x, axis: nil, keepdims: nil)
      Operator.named("argmin").call([x, axis, keepdims]).first
    end

    # Where the elements along an axis stand in ascending order, as int64; stable.
    #   a: any dtype; NaN is the largest.
    #   axis: axis to sort along; none sorts the flat array. Default: -1.
    #   descending: the largest first. Default: false.
    def argsort(a, axis: nil, descending: nil)
      Operator.named("argsort").call([a, axis, descending]).first
    end

    # Parts of an array along one axis, the first ones longer where its extent does not divide.
    #   ary: any dtype.
    #   indices_or_sections: the number of parts, or the indices before which to cut.
    #   axis: axis to cut along. Default: 0.
    def array_split(ary, indices_or_sections, axis: nil)
      Operator.named("array_split").call([ary, indices_or_sections, axis])
    end

    # Ends when all ranks of a group have begun it.
    #   group: a group that this process has joined. Default: "world".
    def barrier(group: nil)
      Operator.named("barrier").call([group])
    end

    # Merges all axes but the first.
    #   x: any dtype, shape (N, ...).
    def batch_flatten(x)
      Operator.named("batch_flatten").call([x]).first
    end

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
    def batch_norm(data, gamma, beta, running_mean, running_var, eps: nil, momentum: nil, training: nil, axis: nil)
      Operator.named("batch_norm").call([data, gamma, beta, running_mean, running_var, eps, momentum, training, axis])
    end

    # Random counts of the binomial distribution; NaN where there is none.
    #   trials: float32 or float64: how many can succeed.
    #   probability: of each trial's success, of the same shape.
    def binomial(trials, probability)
      Operator.named("binomial").call([trials, probability]).first
    end

    # Bits that both integers have, element by element; on bool, logical and.
    #   x1: bool or integers.
    #   x2: the same, broadcast against `x1`.
    def bitwise_and(x1, x2)
      Operator.named("bitwise_and").call([x1, x2]).first
    end

    # Bits that either integer has, element by element; on bool, logical or.
    #   x1: bool or integers.
    #   x2: the same, broadcast against `x1`.
    def bitwise_or(x1, x2)
      Operator.named("bitwise_or").call([x1, x2]).first
    end

    # Bits that one of two integers has, element by element; on bool, not equal.
    #   x1: bool or integers.
    #   x2: the same, broadcast against `x1`.
    def bitwise_xor(x1, x2)
      Operator.named("bitwise_xor").call([x1, x2]).first
    end

    # The integers that it is given, of which none may lie outside of bounds.
    #   x: int64, any shape.
    #   least: lower bound.
    #   most: upper bound.
    #   caller: operator that refuses others.
    #   what: what they are to it.
    #   is_index: are they places, so that others are an IndexError? Default: false.
    def bounded_integers(x, least, most, caller, what, is_index: nil)
      Operator.named("bounded_integers").call([x, least, most, caller, what, is_index]).first
    end

    # The array of one rank, on all ranks of a group.
    #   x: any dtype; the same type on all ranks, whose other arrays are not read.
    #   root: the rank whose array it is.
    #   group: a group that this process has joined. Default: "world".
    def broadcast(x, root, group: nil)
      Operator.named("broadcast").call([x, root, group]).first
    end

    # Begins a `broadcast`, whose result is there when `collective_wait` has given it.
    #   x: any dtype; the same type on all ranks, whose other arrays are not read.
    #   root: the rank whose array it is.
    #   group: a group that this process has joined. Default: "world".
    def broadcast_start(x, root, group: nil)
      Operator.named("broadcast_start").call([x, root, group]).first
    end

    # The array stretched to a shape that it broadcasts to, as a new array.
    #   x: any dtype.
    #   shape: extents of the result.
    def broadcast_to(x, shape)
      Operator.named("broadcast_to").call([x, shape]).first
    end

    # Conversion to another dtype: to integers rounds toward zero, saturates and maps NaN to 0; to bool is x != 0.
    #   x: any dtype.
    #   dtype: dtype of the result.
    def cast(x, dtype)
      Operator.named("cast").call([x, dtype]).first
    end

    # The smallest whole number that is not below x, element by element.
    #   x: any real dtype.
    def ceil(x)
      Operator.named("ceil").call([x]).first
    end

    # x above zero, alpha (exp(x / alpha) - 1) below.
    #   x: any real dtype; bool and integers become the default float.
    #   alpha: the limit below is -alpha. Default: 1.
    def celu(x, alpha: nil)
      Operator.named("celu").call([x, alpha]).first
    end

    # Fails the call with a message unless all elements of a condition are true.
    #   condition: any dtype; numbers are true where they are not 0.
    #   arrays: any dtype; one for each `{}` of the message.
    #   message: `{{` and `}}` are braces.
    #   where: the part of the program that says so. Default: "".
    def check(condition, arrays, message, where: nil)
      Operator.named("check").call([condition, arrays, message, where])
    end

    # The lower triangle L of positive matrices L L^H, or its adjoint.
    #   a: any dtype but half types: matrices, (..., M, N).
    #   upper: the upper triangle is read, and not the lower one. Default: false.
    def cholesky(a, upper: nil)
      Operator.named("cholesky").call([a, upper]).first
    end

    # x held within bounds, element by element; NaN stays NaN. The upper bound wins.
    #   x: any real dtype.
    #   min: lower bound, broadcast against `x`; none leaves it open.
    #   max: upper bound, broadcast against `x`; none leaves it open.
    def clip(x, min: nil, max: nil)
      Operator.named("clip").call([x, min, max]).first
    end

    # The result of a collective that was started, when it is there.
    #   result: any dtype; what the start gave.
    #   sent: any dtype; where the start sends from, if that is elsewhere.
    #   group: a group that this process has joined. Default: "world".
    def collective_wait(result, sent: nil, group: nil)
      Operator.named("collective_wait").call([result, sent, group]).first
    end

    # Vectors as columns, and matrices, joined side by side.
    #   arrays: any dtype: vectors, or matrices with as many rows.
    def column_stack(arrays)
      Operator.named("column_stack").call([arrays]).first
    end

    # Arrays joined along one of their axes.
    #   arrays: any dtype, of shapes that agree on all other axes.
    #   axis: axis to join along; none joins the flat arrays. Default: 0.
    def concatenate(arrays, axis: nil)
      Operator.named("concatenate").call([arrays, axis]).first
    end

    # The conjugates of the elements; of real numbers the array itself.
    #   x: any dtype.
    def conj(x)
      Operator.named("conj").call([x]).first
    end

    # Convolution (correlation) over one, two or three spatial axes.
    #   data: floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
    #   weight: shape (filters, C / groups, kernel...).
    #   bias: shape (filters,).
    #   kernel: extents of the window; those of the weight. Default: none.
    #   stride: step of the window, 1 by default. Default: none.
    #   pad: zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.
    #   dilate: distance of the window's elements, 1 by default. Default: none.
    #   num_group: groups of channels that do not see each other. Default: 1.
    def convolution(data, weight, bias: nil, kernel: nil, stride: nil, pad: nil, dilate: nil, num_group: nil)
      Operator.named("convolution").call([data, weight, bias, kernel, stride, pad, dilate, num_group]).first
    end

    # A new array with the same elements.
    #   x: any dtype.
    def copy(x)
      Operator.named("copy").call([x]).first
    end

    # An array that all ranks of a group have alike, for each to compute another part of a result; the gradient is the sum of the parts' gradients.
    #   x: any dtype; the same array on all ranks.
    #   group: a group that this process has joined. Default: "world".
    def copy_to_parts(x, group: nil)
      Operator.named("copy_to_parts").call([x, group]).first
    end

    # x1 with the sign of x2, element by element.
    #   x1: any real dtype; bool and integers become the default float.
    #   x2: the same, broadcast against `x1`.
    def copysign(x1, x2)
      Operator.named("copysign").call([x1, x2]).first
    end

    # Cosine of angles in radians, of any size, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def cos(x)
      Operator.named("cos").call([x]).first
    end

    # Hyperbolic cosine, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def cosh(x)
      Operator.named("cosh").call([x]).first
    end

    # Number of elements over axes that are not zero, as int64.
    #   x: any real dtype; anything but zero is true.
    #   axis: axis or axes to reduce; none reduces all. Default: none.
    #   keepdims: keep the reduced axes with extent 1. Default: false.
    def count_nonzero(x, axis: nil, keepdims: nil)
      Operator.named("count_nonzero").call([x, axis, keepdims]).first
    end

    # Minus the logarithm of the probability of a label, over all ways to align it.
    #   data: floating, shape (T, N, C): scores, whose softmax is taken.
    #   label: any real dtype, shape (N, L): classes, none negative; those from the first padding on, 0 where the blank is first, else -1, do not count.
    #   data_lengths: any real dtype, shape (N,): steps of each sample, from 1 to T; all if left out.
    #   label_lengths: any real dtype, shape (N,): labels of each sample in place of padding, from 0 to L.
    #   blank_label: the class of the blank: first (0) or last (C - 1). Default: "first".
    def ctc_loss(data, label, data_lengths: nil, label_lengths: nil, blank_label: nil)
      Operator.named("ctc_loss").call([data, label, data_lengths, label_lengths, blank_label]).first
    end

    # Running maximum along an axis: the largest element so far, NaN from the first NaN on.
    #   x: any real dtype, at least one axis.
    #   axis: axis to run along. Default: -1.
    def cummax(x, axis: nil)
      Operator.named("cummax").call([x, axis]).first
    end

    # Running minimum along an axis: the smallest element so far, NaN from the first NaN on.
    #   x: any real dtype, at least one axis.
    #   axis: axis to run along. Default: -1.
    def cummin(x, axis: nil)
      Operator.named("cummin").call([x, axis]).first
    end

    # Running product along an axis; bool and integers multiply in 64 bits.
    #   x: any real dtype.
    #   axis: axis to run along; none runs along the flat array. Default: none.
    #   dtype: dtype of the result, to which elements are cast first; none: 64 bits for integers, for floats their own. Default: none.
    def cumprod(x, axis: nil, dtype: nil)
      Operator.named("cumprod").call([x, axis, dtype]).first
    end

    # Running sum along an axis; bool and integers add in 64 bits.
    #   x: any real dtype.
    #   axis: axis to run along; none runs along the flat array. Default: none.
    #   dtype: dtype of the result, to which elements are cast first; none: 64 bits for integers, for floats their own. Default: none.
    def cumsum(x, axis: nil, dtype: nil)
      Operator.named("cumsum").call([x, axis, dtype]).first
    end

    # Transposed convolution over one, two or three spatial axes: the adjoint of convolution.
    #   data: floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
    #   weight: shape (C, filters / groups, kernel...).
    #   bias: shape (filters,).
    #   kernel: extents of the window; those of the weight. Default: none.
    #   stride: step of the window, 1 by default. Default: none.
    #   pad: zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.
    #   dilate: distance of the window's elements, 1 by default. Default: none.
    #   num_group: groups of channels that do not see each other. Default: 1.
    #   adj: elements added behind the result, less than `stride`. Default: none.
    def deconvolution(data, weight, bias: nil, kernel: nil, stride: nil, pad: nil, dilate: nil, num_group: nil, adj: nil)
      Operator.named("deconvolution").call([data, weight, bias, kernel, stride, pad, dilate, num_group, adj]).first
    end

    # Channels as blocks of places: spatial extents times `block_size`, so many fewer channels. Those of a block's first place come first.
    #   data: any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
    #   block_size: extents of a block, or one number for all spatial axes.
    #   channels_last: data has its channels behind its spatial axes. Default: false.
    def depth_to_space(data, block_size, channels_last: nil)
      Operator.named("depth_to_space").call([data, block_size, channels_last]).first
    end

    # The real numbers that integers stand for: (data - zero_point) * scale, as float32.
    #   data: int8, uint8 or int32.
    #   scale: floating, shape () or that of the axis.
    #   zero_point: int8, uint8 or int32, shape () or that of the axis; none: 0.
    #   axis: axis along which there are several scales. Default: -1.
    def dequantize(data, scale, zero_point: nil, axis: nil)
      Operator.named("dequantize").call([data, scale, zero_point, axis]).first
    end

    # Determinants of matrices.
    #   a: any dtype but half types: matrices, (..., M, N).
    def det(a)
      Operator.named("det").call([a]).first
    end

    # The discrete Fourier transform along the last axis, without a scale; complex. `np.fft` has NumPy's functions.
    #   x: any dtype, of real or complex numbers.
    #   inverse: the other sign of the exponent. Default: false.
    def dft(x, inverse: nil)
      Operator.named("dft").call([x, inverse]).first
    end

    # The diagonal of a matrix, or a matrix of zeros with the vector on its diagonal.
    #   v: any dtype, one or two axes.
    #   k: the diagonal: 0 the main one, positive above it. Default: 0.
    def diag(v, k: nil)
      Operator.named("diag").call([v, k]).first
    end

    # A diagonal of matrices, as the last axis of the result; a view, which may be written to.
    #   a: any dtype, at least two axes.
    #   offset: the diagonal: 0 the main one, positive above it. Default: 0.
    #   axis1: axis of the rows. Default: 0.
    #   axis2: axis of the columns. Default: 1.
    def diagonal(a, offset: nil, axis1: nil, axis2: nil)
      Operator.named("diagonal").call([a, offset, axis1, axis2]).first
    end

    # Derivative of the logarithm of the gamma function, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def digamma(x)
      Operator.named("digamma").call([x]).first
    end

    # Quotient x1 / x2, element by element; integers give the default float.
    #   x1: any real dtype; bool and integers become the default float.
    #   x2: the same, broadcast against `x1`.
    def divide(x1, x2)
      Operator.named("divide").call([x1, x2]).first
    end

    # Sum of products over the last axis of a and the last but one (or only one) of b.
    #   a: any dtype; a scalar multiplies.
    #   b: any dtype.
    def dot(a, b)
      Operator.named("dot").call([a, b]).first
    end

    # Sets random elements to 0 and scales the others by 1 / (1 - p), in training only.
    #   data: any real dtype; integers become the default float.
    #   p: share of the elements that become 0, less than 1. Default: 0.5.
    #   axes: axes along which all elements share their fate. Default: [].
    #   training: without it the data stay as they are. Default: true.
    def dropout(data, p: nil, axes: nil, training: nil)
      Operator.named("dropout").call([data, p, axes, training]).first
    end

    # Arrays joined along the third axis; vectors are rows of one slice, matrices are slices.
    #   arrays: any dtype, of shapes that agree on all other axes.
    def dstack(arrays)
      Operator.named("dstack").call([arrays]).first
    end

    # Eigenvalues and vectors of matrices, complex.
    #   a: any dtype but half types: matrices, (..., M, N).
    def eig(a)
      Operator.named("eig").call([a])
    end

    # Eigenvalues in ascending order, and vectors, of Hermitian matrices.
    #   a: any dtype but half types: matrices, (..., M, N).
    #   upper: the upper triangle is read, and not the lower one. Default: false.
    def eigh(a, upper: nil)
      Operator.named("eigh").call([a, upper])
    end

    # Products of operands summed over labelled axes, from the first operand to the last.
    #   operands: any real dtype, one for each term of `subscripts`.
    #   subscripts: a letter for each axis, terms joined by commas, then -> and the result's axes.
    def einsum(operands, subscripts)
      Operator.named("einsum").call([operands, subscripts]).first
    end

    # The element at `index` of every axis, as an array of its own without axes.
    #   x: any dtype.
    #   index: a place along each axis, at least 0.
    def element(x, index)
      Operator.named("element").call([x, index]).first
    end

    # x above zero, alpha (exp(x) - 1) below.
    #   x: any real dtype; bool and integers become the default float.
    #   alpha: the limit below is -alpha. Default: 1.
    def elu(x, alpha: nil)
      Operator.named("elu").call([x, alpha]).first
    end

    # The row of a table for each integer.
    #   data: integers of any shape, each the number of a row, none negative.
    #   weight: any dtype, shape (tokens, features).
    #   sparse_grad: the gradient has the rows that were looked up, not the whole table. Default: false.
    def embedding(data, weight, sparse_grad: nil)
      Operator.named("embedding").call([data, weight, sparse_grad]).first
    end

    # Truth of x1 == x2, element by element, as bool.
    #   x1: any real dtype.
    #   x2: the same, broadcast against `x1`.
    def equal(x1, x2)
      Operator.named("equal").call([x1, x2]).first
    end

    # Error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.
    #   x: any real dtype; bool and integers become the default float.
    def erf(x)
      Operator.named("erf").call([x]).first
    end

    # Inverse of the error function, element by element; NaN beyond -1 and 1.
    #   x: any real dtype; bool and integers become the default float.
    def erfinv(x)
      Operator.named("erfinv").call([x]).first
    end

    # Block r, along axis 0, goes to rank r, and comes from there.
    #   x: any dtype; the same type on all ranks.
    #   ranks: how many processes the group has.
    #   group: a group that this process has joined. Default: "world".
    def exchange_blocks(x, ranks, group: nil)
      Operator.named("exchange_blocks").call([x, ranks, group]).first
    end

    # Begins `exchange_blocks`, whose result is there when `collective_wait` has given it.
    #   x: any dtype; the same type on all ranks.
    #   ranks: how many processes the group has.
    #   group: a group that this process has joined. Default: "world".
    def exchange_blocks_start(x, ranks, group: nil)
      Operator.named("exchange_blocks_start").call([x, ranks, group])
    end

    # Exponential function, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def exp(x)
      Operator.named("exp").call([x]).first
    end

    # 2 to the power of x, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def exp2(x)
      Operator.named("exp2").call([x]).first
    end

    # The array with axes of extent 1 added.
    #   x: any dtype.
    #   axis: where the new axes are in the result.
    def expand_dims(x, axis)
      Operator.named("expand_dims").call([x, axis]).first
    end

    # exp(x) - 1, precise near zero, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def expm1(x)
      Operator.named("expm1").call([x]).first
    end

    # Random numbers of the exponential distribution.
    #   scale: mean, at least 0. Default: 1.
    #   shape: extents.
    #   dtype: floating dtype of the result.
    def exponential(shape, dtype, scale: nil)
      Operator.named("exponential").call([scale, shape, dtype]).first
    end

    # The array with the elements of some axes in reverse order; a view.
    #   m: any dtype.
    #   axis: which axes; none reverses all. Default: none.
    def flip(m, axis: nil)
      Operator.named("flip").call([m, axis]).first
    end

    # The largest whole number that is not above x, element by element.
    #   x: any real dtype.
    def floor(x)
      Operator.named("floor").call([x]).first
    end

    # Quotient rounded down, element by element: x1 // x2. Integers divided by 0 give 0, floats NaN or infinity.
    #   x1: any real dtype but bool.
    #   x2: the same, broadcast against `x1`.
    def floor_divide(x1, x2)
      Operator.named("floor_divide").call([x1, x2]).first
    end

    # The larger of two arrays, element by element; NaN only where both are NaN.
    #   x1: any real dtype.
    #   x2: second operand, broadcast against `x1`.
    def fmax(x1, x2)
      Operator.named("fmax").call([x1, x2]).first
    end

    # The smaller of two arrays, element by element; NaN only where both are NaN.
    #   x1: any real dtype.
    #   x2: second operand, broadcast against `x1`.
    def fmin(x1, x2)
      Operator.named("fmin").call([x1, x2]).first
    end

    # Remainder with the sign of the dividend, element by element. Integers modulo 0 give 0, floats NaN.
    #   x1: any real dtype but bool.
    #   x2: the same, broadcast against `x1`.
    def fmod(x1, x2)
      Operator.named("fmod").call([x1, x2]).first
    end

    # The discrete Fourier transform along the last axis, in planes and without a scale.
    #   x1: float32 or float64: the real parts.
    #   x2: the imaginary parts; zeros unless given.
    #   inverse: the other sign of the exponent. Default: false.
    def fourier(x1, x2: nil, inverse: nil)
      Operator.named("fourier").call([x1, x2, inverse])
    end

    # Pieces of rows that begin `hop` elements apart, each of `length` elements; a view.
    #   x: any dtype: at least one axis, rows along the last one.
    #   length: elements of a piece.
    #   hop: from the begin of a piece to that of the next.
    def frames(x, length, hop)
      Operator.named("frames").call([x, length, hop]).first
    end

    # An array with every element the same.
    #   shape: extents.
    #   fill_value: the element, converted to dtype.
    #   dtype: dtype of the result.
    def full(shape, fill_value, dtype)
      Operator.named("full").call([shape, fill_value, dtype]).first
    end

    # Affine map of the features: data weightᵀ + bias.
    #   data: any real dtype, shape (N, ...) when flatten, else (..., features).
    #   weight: shape (units, features).
    #   bias: shape (units,).
    #   flatten: merge all axes of data but the first. Default: true.
    def fully_connected(data, weight, bias: nil, flatten: nil)
      Operator.named("fully_connected").call([data, weight, bias, flatten]).first
    end

    # Gamma function, element by element: (x - 1)! for whole x.
    #   x: any real dtype; bool and integers become the default float.
    def gamma(x)
      Operator.named("gamma").call([x]).first
    end

    # Logarithm of the absolute value of the gamma function, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def gammaln(x)
      Operator.named("gammaln").call([x]).first
    end

    # Elements or slices at the places that index arrays choose: x[index].
    #   x: any dtype.
    #   indices: int64 arrays that broadcast together; negative ones count back.
    #   axes: the axis of each index array, ascending.
    #   position: where the axes of the index arrays stand among the others. Default: 0.
    #   shown_axes: the axes as errors name them, if they have other numbers there. Default: [].
    def gather(x, indices, axes, position: nil, shown_axes: nil)
      Operator.named("gather").call([x, indices, axes, position, shown_axes]).first
    end

    # The arrays of all ranks, one behind the other along axis 0.
    #   x: any dtype; the same type on all ranks.
    #   ranks: how many processes the group has.
    #   group: a group that this process has joined. Default: "world".
    def gather_blocks(x, ranks, group: nil)
      Operator.named("gather_blocks").call([x, ranks, group]).first
    end

    # Begins `gather_blocks`, whose result is there when `collective_wait` has given it.
    #   x: any dtype; the same type on all ranks.
    #   ranks: how many processes the group has.
    #   group: a group that this process has joined. Default: "world".
    def gather_blocks_start(x, ranks, group: nil)
      Operator.named("gather_blocks_start").call([x, ranks, group])
    end

    # Elements or slices at points: data[indices[0], ..., indices[M - 1]].
    #   data: any dtype, at least M axes.
    #   indices: integers, shape (M, ...); negative ones count back.
    def gather_nd(data, indices)
      Operator.named("gather_nd").call([data, indices]).first
    end

    # The parts of an array that ranks share, one behind the other; in plans it is no effect, so it may run again instead of keeping its result.
    #   x: any dtype; the same type on all ranks.
    #   ranks: how many processes the group has.
    #   group: a group that this process has joined. Default: "world".
    def gather_parts(x, ranks, group: nil)
      Operator.named("gather_parts").call([x, ranks, group]).first
    end

    # x times the normal distribution's cumulative function.
    #   x: any real dtype; bool and integers become the default float.
    #   approximation: erf is exact, tanh the approximation by tanh. Default: "erf".
    def gelu(x, approximation: nil)
      Operator.named("gelu").call([x, approximation]).first
    end

    # Truth of x1 > x2, element by element, as bool.
    #   x1: any real dtype.
    #   x2: the same, broadcast against `x1`.
    def greater(x1, x2)
      Operator.named("greater").call([x1, x2]).first
    end

    # Truth of x1 >= x2, element by element, as bool.
    #   x1: any real dtype.
    #   x2: the same, broadcast against `x1`.
    def greater_equal(x1, x2)
      Operator.named("greater_equal").call([x1, x2]).first
    end

    # Images sampled at places from -1 to 1, as PyTorch's grid_sample and ONNX's GridSample.
    #   data: any real dtype; integers become the default float; shape (N, C, H, W).
    #   grid: for each result x, along the width, and y: shape (N, Ho, Wo, 2).
    #   mode: bilinear, nearest or bicubic. Default: "bilinear".
    #   padding_mode: what lies around an image: zeros, its border or its reflection. Default: "zeros".
    #   align_corners: -1 and 1 are the centers of the outer pixels, not their outer borders. Default: false.
    def grid_sample(data, grid, mode: nil, padding_mode: nil, align_corners: nil)
      Operator.named("grid_sample").call([data, grid, mode, padding_mode, align_corners]).first
    end

    # Groups of channels of each sample with mean 0 and variance 1, scaled and shifted.
    #   data: floating, shape (N, C, ...).
    #   gamma: factors, one for each channel.
    #   beta: summands, one for each channel.
    #   num_groups: groups, which divide the channels. Default: 1.
    #   eps: summand of the variance. Default: 1e-05.
    def group_norm(data, gamma: nil, beta: nil, num_groups: nil, eps: nil)
      Operator.named("group_norm").call([data, gamma, beta, num_groups, eps]).first
    end

    # This process's rank in a group, a number that a plan asks for when it runs.
    #   group: a group that this process has joined. Default: "world".
    def group_rank(group: nil)
      Operator.named("group_rank").call([group]).first
    end

    # How many ranks a group has, a number that a plan asks for when it runs.
    #   group: a group that this process has joined. Default: "world".
    def group_size(group: nil)
      Operator.named("group_size").call([group]).first
    end

    # A gated recurrent unit: the hidden states of all steps, and the last.
    #   data: floating, shape (T, N, C): all steps.
    #   hidden: shape (N, H).
    #   i2h_weight: rows for each gate, shape (gates H, C).
    #   h2h_weight: shape (gates H, H).
    #   i2h_bias: shape (gates H,).
    #   h2h_bias: shape (gates H,).
    #   sequence_length: any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.
    #   reverse: from the last step to the first. Default: false.
    def gru(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, sequence_length: nil, reverse: nil)
      Operator.named("gru").call([data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, sequence_length, reverse])
    end

    # One step of a gated recurrent unit: the next hidden state.
    #   data: floating, shape (N, C).
    #   hidden: shape (N, H).
    #   i2h_weight: rows for each gate, shape (gates H, C).
    #   h2h_weight: shape (gates H, H).
    #   i2h_bias: shape (gates H,).
    #   h2h_bias: shape (gates H,).
    def gru_cell(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias)
      Operator.named("gru_cell").call([data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias]).first
    end

    # alpha x + beta held between 0 and 1, element by element.
    #   x: any real dtype; bool and integers become the default float.
    #   alpha: slope. Default: 0.2.
    #   beta: value at zero. Default: 0.5.
    def hard_sigmoid(x, alpha: nil, beta: nil)
      Operator.named("hard_sigmoid").call([x, alpha, beta]).first
    end

    # x relu6(x + 3) / 6, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def hard_swish(x)
      Operator.named("hard_swish").call([x]).first
    end

    # Arrays joined side by side: along the second axis, vectors along their only one.
    #   arrays: any dtype, of shapes that agree on all other axes; scalars become vectors.
    def hstack(arrays)
      Operator.named("hstack").call([arrays]).first
    end

    # How many of a sample are good, of things that are good or bad; NaN where there is none.
    #   good: float32 or float64: how many things are good.
    #   bad: how many are bad, of the same shape.
    #   sample: how many are taken, of the same shape, at most all.
    def hypergeometric(good, bad, sample)
      Operator.named("hypergeometric").call([good, bad, sample]).first
    end

    # Length sqrt(x1^2 + x2^2) without overflow, element by element.
    #   x1: any real dtype; bool and integers become the default float.
    #   x2: the same, broadcast against `x1`.
    def hypot(x1, x2)
      Operator.named("hypot").call([x1, x2]).first
    end

    # The imaginary parts of the elements; of real numbers zeros.
    #   x: any dtype.
    def imag(x)
      Operator.named("imag").call([x]).first
    end

    # The imaginary parts of complex numbers.
    #   x: complex.
    def imaginary_part(x)
      Operator.named("imaginary_part").call([x]).first
    end

    # The array with values added at the places that the rows of a matrix of indices give.
    #   a: any dtype.
    #   ind: integers of shape (M, ...): one row for each of the first M axes.
    #   val: broadcasts to the places; repeated ones add up.
    def index_add(a, ind, val)
      Operator.named("index_add").call([a, ind, val]).first
    end

    # The array with values written to the places that the rows of a matrix of indices give.
    #   a: any dtype.
    #   ind: integers of shape (M, ...): one row for each of the first M axes.
    #   val: broadcasts to the places; of repeated ones the last wins.
    def index_update(a, ind, val)
      Operator.named("index_update").call([a, ind, val]).first
    end

    # Sum of products over the last axes of both arrays.
    #   a: any dtype; a scalar multiplies.
    #   b: any dtype.
    def inner(a, b)
      Operator.named("inner").call([a, b]).first
    end

    # Each channel of each sample with mean 0 and variance 1, scaled and shifted.
    #   data: floating, shape (N, C, spatial...).
    #   gamma: factors, one for each channel.
    #   beta: summands, one for each channel.
    #   eps: summand of the variance. Default: 1e-05.
    def instance_norm(data, gamma: nil, beta: nil, eps: nil)
      Operator.named("instance_norm").call([data, gamma, beta, eps]).first
    end

    # Images resized along their spatial axes, with the coordinates of PyTorch's interpolate, which follow from the extents.
    #   data: any real dtype; integers become the default float; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
    #   size: spatial extents of the result, or one for all. Default: none.
    #   scale_factor: factor of the spatial extents, in place of `size`. Default: none.
    #   mode: nearest, nearest-exact, linear, cubic or area (mean over cells). Default: "nearest".
    #   align_corners: linear and cubic: the outer elements lie over those of the result. Default: false.
    #   antialias: linear and cubic: a shrinking filter covers all elements. Default: false.
    def interpolate(data, size: nil, scale_factor: nil, mode: nil, align_corners: nil, antialias: nil)
      Operator.named("interpolate").call([data, size, scale_factor, mode, align_corners, antialias]).first
    end

    # Inverses of matrices.
    #   a: any dtype but half types: matrices, (..., M, N).
    def inv(a)
      Operator.named("inv").call([a]).first
    end

    # Every bit turned, element by element; on bool, logical not.
    #   x: bool or integers.
    def invert(x)
      Operator.named("invert").call([x]).first
    end

    # Real numbers of the first half of their discrete Fourier transform along the last axis, without a scale. `np.fft` has NumPy's functions.
    #   x: any dtype, of real or complex numbers.
    #   length: of the result's last axis.
    def irdft(x, length)
      Operator.named("irdft").call([x, length]).first
    end

    # Truth of x being neither infinite nor NaN, element by element.
    #   x: any real dtype.
    def isfinite(x)
      Operator.named("isfinite").call([x]).first
    end

    # Truth of x being infinite, of either sign, element by element.
    #   x: any real dtype.
    def isinf(x)
      Operator.named("isinf").call([x]).first
    end

    # Truth of x being NaN, element by element.
    #   x: any real dtype.
    def isnan(x)
      Operator.named("isnan").call([x]).first
    end

    # Data divided by the Euclidean norm of a sample, of its channels, or of its places.
    #   data: floating, shape (N, C, ...).
    #   eps: summand of the squared norm. Default: 1e-10.
    #   mode: instance (over C and places), channel (over C) or spatial. Default: "instance".
    def l2_normalization(data, eps: nil, mode: nil)
      Operator.named("l2_normalization").call([data, eps, mode]).first
    end

    # The elements along an axis with mean 0 and variance 1, scaled and shifted.
    #   data: floating.
    #   gamma: factors, one for each channel.
    #   beta: summands, one for each channel.
    #   axis: axis that is normalised. Default: -1.
    #   eps: summand of the variance. Default: 1e-05.
    def layer_norm(data, gamma: nil, beta: nil, axis: nil, eps: nil)
      Operator.named("layer_norm").call([data, gamma, beta, axis, eps]).first
    end

    # x above zero, slope x below.
    #   x: any real dtype; bool and integers become the default float.
    #   slope: factor below zero. Default: 0.25.
    def leaky_relu(x, slope: nil)
      Operator.named("leaky_relu").call([x, slope]).first
    end

    # Bits of x1 moved up by x2 places, element by element; 0 for counts that are negative or not below the number of bits.
    #   x1: integers.
    #   x2: the same, broadcast against `x1`.
    def left_shift(x1, x2)
      Operator.named("left_shift").call([x1, x2]).first
    end

    # Truth of x1 < x2, element by element, as bool.
    #   x1: any real dtype.
    #   x2: the same, broadcast against `x1`.
    def less(x1, x2)
      Operator.named("less").call([x1, x2]).first
    end

    # Truth of x1 <= x2, element by element, as bool.
    #   x1: any real dtype.
    #   x2: the same, broadcast against `x1`.
    def less_equal(x1, x2)
      Operator.named("less_equal").call([x1, x2]).first
    end

    # Natural logarithm, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def log(x)
      Operator.named("log").call([x]).first
    end

    # Logarithm to base 10, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def log10(x)
      Operator.named("log10").call([x]).first
    end

    # log(1 + x), precise near zero, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def log1p(x)
      Operator.named("log1p").call([x]).first
    end

    # Logarithm to base 2, element by element; exact for powers of 2.
    #   x: any real dtype; bool and integers become the default float.
    def log2(x)
      Operator.named("log2").call([x]).first
    end

    # Logarithm of the logistic function, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def log_sigmoid(x)
      Operator.named("log_sigmoid").call([x]).first
    end

    # Logarithm of the softmax over an axis, stable for large values.
    #   data: any real dtype; integers become the default float.
    #   axis: axis whose exponentials sum to 1. Default: -1.
    #   temperature: divides `data` first; none: 1. Default: none.
    def log_softmax(data, axis: nil, temperature: nil)
      Operator.named("log_softmax").call([data, axis, temperature]).first
    end

    # Logarithms of random numbers of the gamma distribution; NaN where there is none.
    #   shape: float32 or float64: the shape parameter, at least 0.
    def log_standard_gamma(shape)
      Operator.named("log_standard_gamma").call([shape]).first
    end

    # Logarithm of the sum of the exponentials of two arrays, element by element.
    #   x1: any real dtype; bool and integers become the default float.
    #   x2: the same, broadcast against `x1`.
    def logaddexp(x1, x2)
      Operator.named("logaddexp").call([x1, x2]).first
    end

    # Logarithm to base 2 of the sum of the powers of 2, element by element.
    #   x1: any real dtype; bool and integers become the default float.
    #   x2: the same, broadcast against `x1`.
    def logaddexp2(x1, x2)
      Operator.named("logaddexp2").call([x1, x2]).first
    end

    # Truth of x1 and x2, element by element; anything but zero is true.
    #   x1: any real dtype.
    #   x2: the same, broadcast against `x1`.
    def logical_and(x1, x2)
      Operator.named("logical_and").call([x1, x2]).first
    end

    # Truth of not x, element by element; anything but zero is true.
    #   x: any real dtype.
    def logical_not(x)
      Operator.named("logical_not").call([x]).first
    end

    # Truth of x1 or x2, element by element; anything but zero is true.
    #   x1: any real dtype.
    #   x2: the same, broadcast against `x1`.
    def logical_or(x1, x2)
      Operator.named("logical_or").call([x1, x2]).first
    end

    # Truth of either x1 or x2, not both, element by element; anything but zero is true.
    #   x1: any real dtype.
    #   x2: second operand, broadcast against `x1`.
    def logical_xor(x1, x2)
      Operator.named("logical_xor").call([x1, x2]).first
    end

    # Random counts of the logarithmic series; NaN where there is none.
    #   probability: float32 or float64: in [0, 1).
    def logseries(probability)
      Operator.named("logseries").call([probability]).first
    end

    # Logarithm of the sum of exponentials over axes, without overflow.
    #   x: any real dtype; bool and integers become the default float.
    #   axis: axis or axes to reduce; none reduces all. Default: none.
    #   keepdims: keep the reduced axes with extent 1. Default: false.
    def logsumexp(x, axis: nil, keepdims: nil)
      Operator.named("logsumexp").call([x, axis, keepdims]).first
    end

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
    def lstm(data, hidden, cell, i2h_weight, h2h_weight, i2h_bias, h2h_bias, sequence_length: nil, reverse: nil)
      Operator.named("lstm").call([data, hidden, cell, i2h_weight, h2h_weight, i2h_bias, h2h_bias, sequence_length, reverse])
    end

    # One step of a long short-term memory: the next hidden state and the next cell.
    #   data: floating, shape (N, C).
    #   hidden: shape (N, H).
    #   cell: shape (N, H).
    #   i2h_weight: rows for each gate, shape (gates H, C).
    #   h2h_weight: shape (gates H, H).
    #   i2h_bias: shape (gates H,).
    #   h2h_bias: shape (gates H,).
    def lstm_cell(data, hidden, cell, i2h_weight, h2h_weight, i2h_bias, h2h_bias)
      Operator.named("lstm_cell").call([data, hidden, cell, i2h_weight, h2h_weight, i2h_bias, h2h_bias])
    end

    # Matrix product; leading axes broadcast, a vector is a row on the left, a column right.
    #   x1: any real dtype, shape (..., M, K) or (K,).
    #   x2: shape (..., K, N) or (K,).
    def matmul(x1, x2)
      Operator.named("matmul").call([x1, x2]).first
    end

    # Products of matrices and vectors; leading axes broadcast.
    #   x1: any real dtype, shape (..., M, N).
    #   x2: shape (..., N).
    def matvec(x1, x2)
      Operator.named("matvec").call([x1, x2]).first
    end

    # Largest element over axes; NaN if there is one.
    #   x: any real dtype.
    #   axis: axis or axes to reduce; none reduces all. Default: none.
    #   keepdims: keep the reduced axes with extent 1. Default: false.
    def max(x, axis: nil, keepdims: nil)
      Operator.named("max").call([x, axis, keepdims]).first
    end

    # The larger of two arrays, element by element; NaN where either is NaN.
    #   x1: any real dtype.
    #   x2: the same, broadcast against `x1`.
    def maximum(x1, x2)
      Operator.named("maximum").call([x1, x2]).first
    end

    # Arithmetic mean over axes; bool and integers give the default float.
    #   x: any real dtype.
    #   axis: axis or axes to reduce; none reduces all. Default: none.
    #   keepdims: keep the reduced axes with extent 1. Default: false.
    #   dtype: floating dtype to compute in. Default: none.
    def mean(x, axis: nil, keepdims: nil, dtype: nil)
      Operator.named("mean").call([x, axis, keepdims, dtype]).first
    end

    # Smallest element over axes; NaN if there is one.
    #   x: any real dtype.
    #   axis: axis or axes to reduce; none reduces all. Default: none.
    #   keepdims: keep the reduced axes with extent 1. Default: false.
    def min(x, axis: nil, keepdims: nil)
      Operator.named("min").call([x, axis, keepdims]).first
    end

    # The smaller of two arrays, element by element; NaN where either is NaN.
    #   x1: any real dtype.
    #   x2: the same, broadcast against `x1`.
    def minimum(x1, x2)
      Operator.named("minimum").call([x1, x2]).first
    end

    # x tanh(softplus(x)), element by element.
    #   x: any real dtype; bool and integers become the default float.
    def mish(x)
      Operator.named("mish").call([x]).first
    end

    # The array with axes moved to other places, the rest in their order; a view.
    #   a: any dtype.
    #   source: axes to move.
    #   destination: where each of them goes.
    def moveaxis(a, source, destination)
      Operator.named("moveaxis").call([a, source, destination]).first
    end

    # Product of two arrays, element by element.
    #   x1: any real dtype.
    #   x2: the same, broadcast against `x1`.
    def multiply(x1, x2)
      Operator.named("multiply").call([x1, x2]).first
    end

    # x with numbers in the place of NaN and infinities, element by element.
    #   x: any real dtype.
    #   nan: takes the place of NaN. Default: 0.
    #   posinf: that of infinity; none: the largest number. Default: none.
    #   neginf: that of -infinity; none: the smallest number. Default: none.
    def nan_to_num(x, nan: nil, posinf: nil, neginf: nil)
      Operator.named("nan_to_num").call([x, nan, posinf, neginf]).first
    end

    # The negative, element by element.
    #   x: any real dtype.
    def negative(x)
      Operator.named("negative").call([x]).first
    end

    # Length of vectors or matrices over axes; by default the root of the sum of squares, whose gradient at zero is zero.
    #   x: any real dtype; bool and integers become the default float.
    #   ord: order: any of vectors, 1, -1, inf or -inf of matrices; none: 2, of all axes. Default: none.
    #   axis: axis or axes to reduce; none reduces all. Default: none.
    #   keepdims: keep the reduced axes with extent 1. Default: false.
    def norm(x, ord: nil, axis: nil, keepdims: nil)
      Operator.named("norm").call([x, ord, axis, keepdims]).first
    end

    # Random numbers of the normal distribution.
    #   loc: mean. Default: 0.
    #   scale: standard deviation, at least 0. Default: 1.
    #   shape: extents.
    #   dtype: floating dtype of the result.
    def normal(shape, dtype, loc: nil, scale: nil)
      Operator.named("normal").call([loc, scale, shape, dtype]).first
    end

    # Truth of x1 != x2, element by element, as bool.
    #   x1: any real dtype.
    #   x2: the same, broadcast against `x1`.
    def not_equal(x1, x2)
      Operator.named("not_equal").call([x1, x2]).first
    end

    # A new last axis with one value at each integer's place and another elsewhere.
    #   data: integers of any shape; those outside the new axis give no place.
    #   depth: extent of the new axis.
    #   on_value: value at the place. Default: 1.
    #   off_value: value elsewhere. Default: 0.
    #   dtype: float32 by default. Default: none.
    def one_hot(data, depth, on_value: nil, off_value: nil, dtype: nil)
      Operator.named("one_hot").call([data, depth, on_value, off_value, dtype]).first
    end

    # Products of each element of a (rows) with each of b (columns), both taken as flat.
    #   a: any dtype.
    #   b: any dtype.
    def outer(a, b)
      Operator.named("outer").call([a, b]).first
    end

    # The sum of pieces of rows that begin `hop` elements apart; between them there are zeros.
    #   frames: float32 or float64: at least two axes, pieces along the last one.
    #   hop: from the begin of a piece to that of the next.
    #   start: elements that are left out at the begin and, unless `length` is given, at the end. Default: 0.
    #   length: elements of the result; beyond the pieces zeros. Default: none.
    def overlap_add(frames, hop, start: nil, length: nil)
      Operator.named("overlap_add").call([frames, hop, start, length]).first
    end

    # The array with a border round it.
    #   array: any dtype.
    #   value: what the border is filled with in mode constant, 0 unless given.
    #   before: width of the border at the start of each axis.
    #   after: width at the end of each axis.
    #   mode: constant, edge, reflect, symmetric or wrap. Default: "constant".
    def pad(array, before, after, value: nil, mode: nil)
      Operator.named("pad").call([array, value, before, after, mode]).first
    end

    # The numbers 0 to n - 1 in random order, as int64.
    #   n: how many.
    def permutation(n)
      Operator.named("permutation").call([n]).first
    end

    # One element along an axis for each position of the others: data[i, index[i]].
    #   data: any dtype.
    #   index: any real dtype, cut to integers, data's shape without the axis; negative ones count back.
    #   axis: axis that the indices count along. Default: -1.
    #   keepdims: keep the axis with extent 1. Default: false.
    #   mode: raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: "raise".
    def pick(data, index, axis: nil, keepdims: nil, mode: nil)
      Operator.named("pick").call([data, index, axis, keepdims, mode]).first
    end

    # Random counts of the Poisson distribution; NaN where there is none.
    #   rate: float32 or float64: means.
    def poisson(rate)
      Operator.named("poisson").call([rate]).first
    end

    # The n-th derivative of digamma, element by element.
    #   x: any real dtype; bool and integers become the default float.
    #   n: order of the derivative, from 0 to 20. Default: 1.
    def polygamma(x, n: nil)
      Operator.named("polygamma").call([x, n]).first
    end

    # Maximum, average, sum or norm over windows of one, two or three spatial axes.
    #   data: any real dtype for maxima, else floating; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
    #   kernel: extents of the window. Default: none.
    #   pool_type: max or avg; pooling also has sum and lp. Default: "max".
    #   stride: step of the window, 1 by default. Default: none.
    #   pad: elements added on both sides, or before all axes and then behind them; 0 by default. Default: none.
    #   global_pool: one window over the whole image. Default: false.
    #   pooling_convention: valid drops a last window that does not fit, full keeps it. Default: "valid".
    #   count_include_pad: the average counts padded elements. Default: true.
    #   p_value: the p of pool_type lp, the p-norm, at least 1. Default: 2.
    def pooling(data, kernel: nil, pool_type: nil, stride: nil, pad: nil, global_pool: nil, pooling_convention: nil, count_include_pad: nil, p_value: nil)
      Operator.named("pooling").call([data, kernel, pool_type, stride, pad, global_pool, pooling_convention, count_include_pad, p_value]).first
    end

    # x1 to the power of x2, by the general formula, element by element.
    #   x1: any real dtype but bool.
    #   x2: the same, broadcast against `x1`.
    def pow(x1, x2)
      Operator.named("pow").call([x1, x2]).first
    end

    # x1 to the power of x2, element by element. Integers wrap; their negative powers are truncated to 0, 1 or -1, and refused where the exponent is a number.
    #   x1: any real dtype but bool.
    #   x2: exponent, broadcast against `x1`.
    def power(x1, x2)
      Operator.named("power").call([x1, x2]).first
    end

    # x above zero, gamma x below, with slopes that are learned.
    #   x: any real dtype, shape (N, C, ...).
    #   gamma: slopes: one, one for each of C channels, or broadcast against `x`.
    def prelu(x, gamma)
      Operator.named("prelu").call([x, gamma]).first
    end

    # Prints a line: a text with arrays in the places that it marks by `{}`.
    #   arrays: any dtype; one for each `{}`.
    #   format: `{{` and `}}` are braces. Default: "{}".
    def print_(arrays, format: nil)
      Operator.named("print").call([arrays, format])
    end

    # Product over axes; bool and integers multiply in 64 bits. An empty product is 1.
    #   x: any real dtype.
    #   axis: axis or axes to reduce; none reduces all. Default: none.
    #   keepdims: keep the reduced axes with extent 1. Default: false.
    #   dtype: floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none.
    def prod(x, axis: nil, keepdims: nil, dtype: nil)
      Operator.named("prod").call([x, axis, keepdims, dtype]).first
    end

    # Largest less smallest element over axes.
    #   x: any real dtype.
    #   axis: axis or axes to reduce; none reduces all. Default: none.
    #   keepdims: keep the reduced axes with extent 1. Default: false.
    def ptp(x, axis: nil, keepdims: nil)
      Operator.named("ptp").call([x, axis, keepdims]).first
    end

    # Orthogonal columns Q and a triangle R of matrices Q R.
    #   a: any dtype but half types: matrices, (..., M, N).
    def qr(a)
      Operator.named("qr").call([a])
    end

    # Integers that stand for real numbers: data / scale, rounded to the nearest (halves to the even one), plus the zero point; saturates, and maps NaN to 0.
    #   data: float32 or half types.
    #   scale: floating, greater than 0, shape () or that of the axis.
    #   zero_point: int8 or uint8, shape () or that of the axis; none: 0.
    #   axis: axis along which there are several scales. Default: -1.
    #   dtype: int8 or uint8; int8 by default. Default: none.
    def quantize(data, scale, zero_point: nil, axis: nil, dtype: nil)
      Operator.named("quantize").call([data, scale, zero_point, axis, dtype]).first
    end

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
    def quantized_add(x1, x2, x1_scale, x2_scale, output_scale, x1_zero_point: nil, x2_zero_point: nil, output_zero_point: nil, low: nil, high: nil)
      Operator.named("quantized_add").call([x1, x2, x1_scale, x2_scale, output_scale, x1_zero_point, x2_zero_point, output_zero_point, low, high]).first
    end

    # Convolution of int8 images, of data - zero_point in int32, which pads with zero_point; with a multiplier and a shift as int8, see requantize.
    #   data: int8, shape (N, C, W) or (N, C, H, W).
    #   weight: int8, shape (filters, C / groups, kernel...).
    #   bias: int32, shape (filters,).
    #   multiplier: int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
    #   shift: int32, shape of multiplier: the factor's power of two, -31 to 30.
    #   residual: int8, shape of the result: added to the sums, times its factor.
    #   residual_factor: int32, shape (filters,): its scale over that of the sums.
    #   kernel: extents of the window; those of the weight. Default: none.
    #   stride: step of the window, 1 by default. Default: none.
    #   pad: zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.
    #   dilate: distance of the window's elements, 1 by default. Default: none.
    #   num_group: groups of channels that do not see each other. Default: 1.
    #   zero_point: the integer that stands for zero in data, and pads it. Default: 0.
    #   output_zero_point: the integer that stands for zero in the result. Default: 0.
    #   low: lower bound of the result. Default: -128.
    #   high: upper bound of the result. Default: 127.
    #   channels_last: data is (N, W, C) or (N, H, W, C), the weight (filters, kernel..., C / groups). Default: false.
    def quantized_convolution(data, weight, bias: nil, multiplier: nil, shift: nil, residual: nil, residual_factor: nil, kernel: nil, stride: nil, pad: nil, dilate: nil, num_group: nil, zero_point: nil, output_zero_point: nil, low: nil, high: nil, channels_last: nil)
      Operator.named("quantized_convolution").call([data, weight, bias, multiplier, shift, residual, residual_factor, kernel, stride, pad, dilate, num_group, zero_point, output_zero_point, low, high, channels_last]).first
    end

    # Convolution of int16 images with int8 filters: int64 sums, or with a multiplier and a shift int16, the sums times multiplier * 2^-shift, rounded to the nearest, halves up.
    #   data: int16, shape (N, H, W, C).
    #   weight: int8, shape (filters, kernel..., C / groups).
    #   bias: int64, shape (filters,).
    #   multiplier: int32, shape (filters,): 0 to 32767.
    #   shift: int32, shape (filters,): 1 to 62.
    #   kernel: extents of the window; those of the weight. Default: none.
    #   stride: step of the window, 1 by default. Default: none.
    #   pad: zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.
    #   dilate: distance of the window's elements, 1 by default. Default: none.
    #   num_group: groups of channels that do not see each other. Default: 1.
    #   low: lower bound of the result. Default: -32768.
    #   high: upper bound of the result. Default: 32767.
    def quantized_convolution16(data, weight, bias: nil, multiplier: nil, shift: nil, kernel: nil, stride: nil, pad: nil, dilate: nil, num_group: nil, low: nil, high: nil)
      Operator.named("quantized_convolution16").call([data, weight, bias, multiplier, shift, kernel, stride, pad, dilate, num_group, low, high]).first
    end

    # Affine map of int8 features, (data - zero_point) weightᵀ + bias in int32; with a multiplier and a shift as int8, see requantize.
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
    def quantized_fully_connected(data, weight, bias: nil, multiplier: nil, shift: nil, zero_point: nil, output_zero_point: nil, low: nil, high: nil, flatten: nil)
      Operator.named("quantized_fully_connected").call([data, weight, bias, multiplier, shift, zero_point, output_zero_point, low, high, flatten]).first
    end

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
    def quantized_gru(data, i2h_weight, h2h_weight, i2h_bias, i2h_multiplier, i2h_shift, h2h_bias, h2h_multiplier, h2h_shift, reverse: nil)
      Operator.named("quantized_gru").call([data, i2h_weight, h2h_weight, i2h_bias, i2h_multiplier, i2h_shift, h2h_bias, h2h_multiplier, h2h_shift, reverse]).first
    end

    # What a table has for each int8 element: any function of one element, between any scales.
    #   data: int8.
    #   table: int8, shape (256,): results for -128, -127, ... 127.
    def quantized_lookup(data, table)
      Operator.named("quantized_lookup").call([data, table]).first
    end

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
    def quantized_lstm(data, i2h_weight, h2h_weight, i2h_bias, i2h_multiplier, i2h_shift, h2h_bias, h2h_multiplier, h2h_shift, reverse: nil)
      Operator.named("quantized_lstm").call([data, i2h_weight, h2h_weight, i2h_bias, i2h_multiplier, i2h_shift, h2h_bias, h2h_multiplier, h2h_shift, reverse]).first
    end

    # Maximum or average of int8 over windows of one or two spatial axes, of data's scale; the average is rounded to the nearest, halves away from zero, as in TensorFlow Lite.
    #   data: int8, shape (N, C, W) or (N, C, H, W).
    #   kernel: extents of the window. Default: none.
    #   pool_type: max or avg; pooling also has sum and lp. Default: "max".
    #   stride: step of the window, 1 by default. Default: none.
    #   pad: elements added on both sides, or before all axes and then behind them; 0 by default. Default: none.
    #   global_pool: one window over the whole image. Default: false.
    #   pooling_convention: valid drops a last window that does not fit, full keeps it. Default: "valid".
    #   count_include_pad: the average counts padded elements. Default: true.
    #   zero_point: the integer that stands for zero: padded elements of an average. Default: 0.
    #   channels_last: data is (N, W, C) or (N, H, W, C). Default: false.
    def quantized_pooling(data, kernel: nil, pool_type: nil, stride: nil, pad: nil, global_pool: nil, pooling_convention: nil, count_include_pad: nil, zero_point: nil, channels_last: nil)
      Operator.named("quantized_pooling").call([data, kernel, pool_type, stride, pad, global_pool, pooling_convention, count_include_pad, zero_point, channels_last]).first
    end

    # Softmax of int8 along the last axis by TensorFlow Lite's rule: int8 that stand for (y + 128) / 256.
    #   data: int8, at most 4095 elements along the last axis.
    #   scale: what a step of data stands for.
    def quantized_softmax(data, scale)
      Operator.named("quantized_softmax").call([data, scale]).first
    end

    # Random integers in [low, high), each equally likely, as int64.
    #   low: least number.
    #   high: bound, not reached.
    #   shape: extents.
    def randint(low, high, shape)
      Operator.named("randint").call([low, high, shape]).first
    end

    # The elements in row-major order along one axis; a view where strides allow.
    #   a: any dtype.
    def ravel(a)
      Operator.named("ravel").call([a]).first
    end

    # The first half of the discrete Fourier transform of real numbers along the last axis, without a scale; complex. `np.fft` has NumPy's functions.
    #   x: any real dtype.
    def rdft(x)
      Operator.named("rdft").call([x]).first
    end

    # The real parts of the elements; of real numbers the array itself.
    #   x: any dtype.
    def real(x)
      Operator.named("real").call([x]).first
    end

    # The first half of the discrete Fourier transform of real rows, in planes and without a scale.
    #   x: float32 or float64.
    #   mirrored: elements with a mirror image count twice. Default: false.
    def real_fourier(x, mirrored: nil)
      Operator.named("real_fourier").call([x, mirrored])
    end

    # Real rows of the first halves of their discrete Fourier transforms, in planes and without a scale.
    #   x1: float32 or float64: the real parts.
    #   x2: the imaginary parts; zeros unless given.
    #   length: of the rows.
    #   mirrored: elements with a mirror image count twice. Default: true.
    def real_fourier_inverse(x1, length, x2: nil, mirrored: nil)
      Operator.named("real_fourier_inverse").call([x1, x2, length, mirrored]).first
    end

    # The real parts of complex numbers.
    #   x: complex.
    def real_part(x)
      Operator.named("real_part").call([x]).first
    end

    # The next array that another rank sends to this one.
    #   token: any dtype; what has a gradient only if this has; its value is not read.
    #   shape: of the array that was sent.
    #   dtype: of the array that was sent.
    #   source: the rank that sends it.
    #   tag: messages of one tag arrive in the order in which they were sent. Default: 0.
    #   group: a group that this process has joined. Default: "world".
    def receive(shape, dtype, source, token: nil, tag: nil, group: nil)
      Operator.named("receive").call([token, shape, dtype, source, tag, group]).first
    end

    # 1 / x, element by element; integers give the default float.
    #   x: any real dtype; bool and integers become the default float.
    def reciprocal(x)
      Operator.named("reciprocal").call([x]).first
    end

    # This rank's block, along axis 0, of the reduction of the arrays of all ranks.
    #   x: any real dtype but bool; the same type on all ranks.
    #   ranks: how many processes the group has.
    #   reduction: `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
    #   ordered: the same bits whatever moves the bytes: a tree over ranks. Default: false.
    #   group: a group that this process has joined. Default: "world".
    def reduce_blocks(x, ranks, reduction: nil, ordered: nil, group: nil)
      Operator.named("reduce_blocks").call([x, ranks, reduction, ordered, group]).first
    end

    # Begins `reduce_blocks`, whose result is there when `collective_wait` has given it.
    #   x: any real dtype but bool; the same type on all ranks.
    #   ranks: how many processes the group has.
    #   reduction: `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
    #   ordered: the same bits whatever moves the bytes: a tree over ranks. Default: false.
    #   group: a group that this process has joined. Default: "world".
    def reduce_blocks_start(x, ranks, reduction: nil, ordered: nil, group: nil)
      Operator.named("reduce_blocks_start").call([x, ranks, reduction, ordered, group])
    end

    # This rank's part, along an axis, of the reduction of the arrays of all ranks.
    #   x: any real dtype but bool; the same type on all ranks.
    #   axis: along which rank r gets part r.
    #   ranks: how many processes the group has.
    #   reduction: `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
    #   ordered: the same bits whatever moves the bytes: a tree over ranks. Default: false.
    #   group: a group that this process has joined. Default: "world".
    def reduce_scatter(x, axis, ranks, reduction: nil, ordered: nil, group: nil)
      Operator.named("reduce_scatter").call([x, axis, ranks, reduction, ordered, group]).first
    end

    # Positive part max(x, 0), element by element; NaN stays NaN.
    #   x: any real dtype.
    def relu(x)
      Operator.named("relu").call([x]).first
    end

    # x held between 0 and 6, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def relu6(x)
      Operator.named("relu6").call([x]).first
    end

    # Remainder with the sign of the divisor, element by element: x1 % x2. Integers modulo 0 give 0, floats NaN.
    #   x1: any real dtype but bool.
    #   x2: the same, broadcast against `x1`.
    def remainder(x1, x2)
      Operator.named("remainder").call([x1, x2]).first
    end

    # Each element repeated, along one axis or in the flat array.
    #   a: any dtype.
    #   repeats: how often, for all or for each element.
    #   axis: axis to repeat along; none repeats the flat array. Default: none.
    def repeat(a, repeats, axis: nil)
      Operator.named("repeat").call([a, repeats, axis]).first
    end

    # Sums of int32 as int8: times multiplier 2^(shift - 31) with the two roundings of TensorFlow Lite, plus the zero point, held between the bounds.
    #   data: int32.
    #   multiplier: int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
    #   shift: int32, shape of multiplier: the factor's power of two, -31 to 30.
    #   output_zero_point: the integer that stands for zero in the result. Default: 0.
    #   low: lower bound of the result. Default: -128.
    #   high: upper bound of the result. Default: 127.
    #   axis: axis along which there are several multipliers. Default: -1.
    def requantize(data, multiplier, shift, output_zero_point: nil, low: nil, high: nil, axis: nil)
      Operator.named("requantize").call([data, multiplier, shift, output_zero_point, low, high, axis]).first
    end

    # The same elements in row-major order under another shape; a view where strides allow.
    #   x: any dtype.
    #   newshape: extents; one may be -1, the rest.
    def reshape(x, newshape)
      Operator.named("reshape").call([x, newshape]).first
    end

    # Bits of x1 moved down by x2 places, element by element; 0 or -1 by the sign of x1 for counts that are negative or not below the number of bits.
    #   x1: integers.
    #   x2: the same, broadcast against `x1`.
    def right_shift(x1, x2)
      Operator.named("right_shift").call([x1, x2]).first
    end

    # The whole number nearest to x, halves to the even one, element by element.
    #   x: any real dtype.
    def rint(x)
      Operator.named("rint").call([x]).first
    end

    # The elements along an axis divided by their root mean square, scaled.
    #   data: floating.
    #   gamma: factors, one for each element of the axis.
    #   axis: axis that is normalised. Default: -1.
    #   eps: summand of the mean square. Default: 1e-06.
    def rms_norm(data, gamma: nil, axis: nil, eps: nil)
      Operator.named("rms_norm").call([data, gamma, axis, eps]).first
    end

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
    def rmsprop_centered_update(weight, grad, square, mean, step, lr, wd: nil, rescale_grad: nil, clip_gradient: nil, rho: nil, momentum: nil, epsilon: nil)
      Operator.named("rmsprop_centered_update").call([weight, grad, square, mean, step, lr, wd, rescale_grad, clip_gradient, rho, momentum, epsilon])
    end

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
    def rmsprop_update(weight, grad, square, lr, wd: nil, rescale_grad: nil, clip_gradient: nil, rho: nil, epsilon: nil)
      Operator.named("rmsprop_update").call([weight, grad, square, lr, wd, rescale_grad, clip_gradient, rho, epsilon])
    end

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
    def rnn(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, sequence_length: nil, reverse: nil, activation: nil)
      Operator.named("rnn").call([data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, sequence_length, reverse, activation])
    end

    # One step of a plain recurrent network: the next hidden state.
    #   data: floating, shape (N, C).
    #   hidden: shape (N, H).
    #   i2h_weight: rows for each gate, shape (gates H, C).
    #   h2h_weight: shape (gates H, H).
    #   i2h_bias: shape (gates H,).
    #   h2h_bias: shape (gates H,).
    #   activation: 'tanh' or 'relu'. Default: "tanh".
    def rnn_cell(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, activation: nil)
      Operator.named("rnn_cell").call([data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, activation]).first
    end

    # Regions of images as means of bilinear samples in bins: (R, C, bins, bins).
    #   data: any real dtype; integers become the default float; shape (N, C, H, W).
    #   rois: a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).
    #   pooled_size: bins along the height and the width.
    #   spatial_scale: pixels of the images for one unit of the regions. Default: 1.
    #   sampling_ratio: samples of a bin along each axis; 0 or less: as many as it has pixels. Default: -1.
    #   aligned: pixels have their centers at 1/2, and regions may be thinner than a pixel. Default: false.
    def roi_align(data, rois, pooled_size, spatial_scale: nil, sampling_ratio: nil, aligned: nil)
      Operator.named("roi_align").call([data, rois, pooled_size, spatial_scale, sampling_ratio, aligned]).first
    end

    # The largest elements of regions of images in bins: (R, C, bins, bins).
    #   data: any real dtype; integers become the default float; shape (N, C, H, W).
    #   rois: a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).
    #   pooled_size: bins along the height and the width.
    #   spatial_scale: pixels of the images for one unit of the regions. Default: 1.
    def roi_pool(data, rois, pooled_size, spatial_scale: nil)
      Operator.named("roi_pool").call([data, rois, pooled_size, spatial_scale]).first
    end

    # The array with its elements moved along axes; what leaves at the end enters at the start.
    #   a: any dtype.
    #   shift: by how many places, for all axes or for each.
    #   axis: which axes; none moves in the flat array. Default: none.
    def roll(a, shift, axis: nil)
      Operator.named("roll").call([a, shift, axis]).first
    end

    # x rounded to a number of decimals, halves to the even digit, element by element.
    #   x: any real dtype.
    #   decimals: digits behind the point; negative ones count before it. Default: 0.
    def round(x, decimals: nil)
      Operator.named("round").call([x, decimals]).first
    end

    # 1 / sqrt(x), element by element.
    #   x: any real dtype; bool and integers become the default float.
    def rsqrt(x)
      Operator.named("rsqrt").call([x]).first
    end

    # softmax(scale query keyᵀ + mask) value: for each query a mean of the values.
    #   query: floating, shape (..., T, D).
    #   key: shape (..., S, D).
    #   value: shape (..., S, V).
    #   mask: any real dtype, broadcasts to (..., T, S): summands, or bools, true to attend.
    #   scale: factor of the scores, 1 / sqrt(D) by default. Default: none.
    #   causal: a query attends to no key behind its own position. Default: false.
    #   grouped: heads of queries, axis -3, share those of keys and values in groups of H / Hk. Default: false.
    def scaled_dot_product_attention(query, key, value, mask: nil, scale: nil, causal: nil, grouped: nil)
      Operator.named("scaled_dot_product_attention").call([query, key, value, mask, scale, causal, grouped]).first
    end

    # The array with its elements at chosen places replaced, the last one winning, or added to.
    #   x: any dtype, but no half type to accumulate.
    #   value: broadcasts to what the index picks.
    #   indices: int64 arrays that broadcast together; negative ones count back.
    #   axes: the axis of each index array, ascending.
    #   position: where the axes of the index arrays stand among the others. Default: 0.
    #   shown_axes: the axes as errors name them, if they have other numbers there. Default: [].
    #   accumulate: add instead of replacing. Default: false.
    def scatter(x, value, indices, axes, position: nil, shown_axes: nil, accumulate: nil)
      Operator.named("scatter").call([x, value, indices, axes, position, shown_axes, accumulate]).first
    end

    # Zeros with each element or slice added at its point: the adjoint of gather_nd.
    #   data: any dtype, shape (..., rest), as gather_nd gives it.
    #   indices: integers, shape (M, ...); negative ones count back.
    #   shape: shape of the result.
    def scatter_nd(data, indices, shape)
      Operator.named("scatter_nd").call([data, indices, shape]).first
    end

    # Where in an ascending vector values would have to be inserted to keep it ascending.
    #   a: any dtype; ascending, one axis.
    #   v: values of any shape.
    #   side: left of elements equal to the value, or right of them. Default: "left".
    def searchsorted(a, v, side: nil)
      Operator.named("searchsorted").call([a, v, side]).first
    end

    # Scaled exponential linear unit, which keeps mean 0 and variance 1.
    #   x: any real dtype; bool and integers become the default float.
    def selu(x)
      Operator.named("selu").call([x]).first
    end

    # Sends an array to another rank; gives a zero whose gradient is what that rank sends back.
    #   x: any dtype.
    #   destination: the rank that receives it.
    #   tag: messages of one tag arrive in the order in which they were sent. Default: 0.
    #   group: a group that this process has joined. Default: "world".
    def send(x, destination, tag: nil, group: nil)
      Operator.named("send").call([x, destination, tag, group]).first
    end

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
    def sgd_mom_update(weight, grad, mom, lr, wd: nil, rescale_grad: nil, clip_gradient: nil, momentum: nil, nesterov: nil)
      Operator.named("sgd_mom_update").call([weight, grad, mom, lr, wd, rescale_grad, clip_gradient, momentum, nesterov])
    end

    # Stochastic gradient descent: the new weight.
    #   weight: floating: the parameter.
    #   grad: its gradient, same shape.
    #   lr: learning rate: a number, or an array without axes.
    #   wd: weight decay. Default: 0.
    #   rescale_grad: factor of the gradient. Default: 1.
    #   clip_gradient: bound of the rescaled gradient's elements; negative: none. Default: -1.
    def sgd_update(weight, grad, lr, wd: nil, rescale_grad: nil, clip_gradient: nil)
      Operator.named("sgd_update").call([weight, grad, lr, wd, rescale_grad, clip_gradient]).first
    end

    # Logistic function 1 / (1 + exp(-x)), element by element.
    #   x: any real dtype; bool and integers become the default float.
    def sigmoid(x)
      Operator.named("sigmoid").call([x]).first
    end

    # -1, 0 or 1 by the sign of each element; NaN stays NaN.
    #   x: any real dtype.
    def sign(x)
      Operator.named("sign").call([x]).first
    end

    # Shifts rows of int16 to the left as far as their largest magnitude allows: the rows, and by how many bits, by TensorFlow Lite Micro's rule, in which rows with -32768 may wrap.
    #   data: int16, at least one axis: rows along the last one.
    def signal_auto_scale(data)
      Operator.named("signal_auto_scale").call([data])
    end

    # Sums of bands of energies that overlap by halves, by TensorFlow Lite Micro's rule: band c is the sum of channel c + 1 by `weight` and of channel c by `unweight`.
    #   data: uint32, at least one axis: energies along the last one.
    #   weight: int16, one axis: factors of all channels.
    #   unweight: int16, shape of `weight`: factors for the band after.
    #   starts: int16, shape (bands + 1,): the first energy of each channel.
    #   weight_starts: int16, shape (bands + 1,): the first factor of each channel.
    #   widths: int16, shape (bands + 1,): how many energies each channel reads.
    def signal_filter_bank(data, weight, unweight, starts, weight_starts, widths)
      Operator.named("signal_filter_bank").call([data, weight, unweight, starts, weight_starts, widths]).first
    end

    # Energies of bands by the gain that a table has for their noise, divided by 2^shift and compressed, element by element, by TensorFlow Lite Micro's rule (PCAN).
    #   data: uint32: energies.
    #   noise: uint32, shape of `data`.
    #   table: int16, shape (125,): gains for 0 and 1, then pieces for powers of two.
    #   shift: bits of the product to drop, 0 to 63.
    def signal_gain(data, noise, table, shift)
      Operator.named("signal_gain").call([data, noise, table, shift]).first
    end

    # Natural logarithm of x 2^shift times a scale, element by element, as int16 of at most 32767, by TensorFlow Lite Micro's rule; 0 where x 2^shift is at most 1.
    #   data: uint32.
    #   scale: what a result of 1 is multiplied by.
    #   shift: bits to shift the data to the left, 0 to 31; the shift wraps. Default: 0.
    def signal_log(data, scale, shift: nil)
      Operator.named("signal_log").call([data, scale, shift]).first
    end

    # Fourier transform of real rows of int16, divided by their length, in fixed point by TensorFlow Lite Micro's rule: real and imaginary parts in turn.
    #   data: int16, at least one axis: rows along the last one, at most `length` elements.
    #   length: samples of a row, a power of two from 4 to 65536; what is missing counts as 0.
    def signal_rfft(data, length)
      Operator.named("signal_rfft").call([data, length]).first
    end

    # Square root of uint64, rounded to the nearest, element by element; from 65535.5^2 to 2^32 it is 65535, as in TensorFlow Lite Micro.
    #   data: uint64.
    def signal_square_root(data)
      Operator.named("signal_square_root").call([data]).first
    end

    # Truth of x having a minus sign, zeros and NaN included, element by element.
    #   x: any real dtype.
    def signbit(x)
      Operator.named("signbit").call([x]).first
    end

    # x times the logistic function of beta x, also named swish.
    #   x: any real dtype; bool and integers become the default float.
    #   beta: factor within the logistic function. Default: 1.
    def silu(x, beta: nil)
      Operator.named("silu").call([x, beta]).first
    end

    # Sine of angles in radians, of any size, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def sin(x)
      Operator.named("sin").call([x]).first
    end

    # Hyperbolic sine, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def sinh(x)
      Operator.named("sinh").call([x]).first
    end

    # Part of an array: `size` elements from `begin` by `step` along each axis; a view.
    #   x: any dtype.
    #   begin_: first index of each axis, at least 0.
    #   size: elements taken along each axis.
    #   step: distance between them, may be negative.
    #   clip: take what is inside the axis, as Python does; else that is an error. Default: false.
    def slice(x, begin_, size, step, clip: nil)
      Operator.named("slice").call([x, begin_, size, step, clip]).first
    end

    # Signs of determinants, and logarithms of their absolute values.
    #   a: any dtype but half types: matrices, (..., M, N).
    def slogdet(a)
      Operator.named("slogdet").call([a])
    end

    # exp(data) divided by its sum over an axis.
    #   data: any real dtype; integers become the default float.
    #   axis: axis that sums to 1. Default: -1.
    #   temperature: divides `data` first; none: 1. Default: none.
    def softmax(data, axis: nil, temperature: nil)
      Operator.named("softmax").call([data, axis, temperature]).first
    end

    # Cross entropy of softmax(data) and labels, one loss per sample.
    #   data: any real dtype: scores, shape (..., C) when axis is -1.
    #   label: any real dtype: class indices without the axis, or probabilities of data's shape.
    #   axis: axis of the classes. Default: -1.
    #   sparse_label: labels are class indices. Default: true.
    #   from_logits: data holds log-probabilities already. Default: false.
    #   ignore_index: label whose loss is 0, such as -1 for padding; other negative labels are refused. Default: none.
    def softmax_cross_entropy(data, label, axis: nil, sparse_label: nil, from_logits: nil, ignore_index: nil)
      Operator.named("softmax_cross_entropy").call([data, label, axis, sparse_label, from_logits, ignore_index]).first
    end

    # Smooth positive part log(1 + exp(x)), element by element.
    #   x: any real dtype; bool and integers become the default float.
    def softplus(x)
      Operator.named("softplus").call([x]).first
    end

    # x / (1 + |x|), element by element.
    #   x: any real dtype; bool and integers become the default float.
    def softsign(x)
      Operator.named("softsign").call([x]).first
    end

    # Solutions x of a x = b.
    #   a: any dtype but half types: matrices, (..., M, N).
    #   b: right sides, as matrices; batches broadcast.
    def solve(a, b)
      Operator.named("solve").call([a, b]).first
    end

    # Solutions x of a x = b for a triangle `a`, or its adjoint.
    #   a: any dtype but half types: matrices, (..., M, N).
    #   b: right sides, as matrices; batches broadcast.
    #   upper: the upper triangle is read, and not the lower one. Default: false.
    #   turned: the adjoint of the triangle is meant. Default: false.
    def solve_triangular(a, b, upper: nil, turned: nil)
      Operator.named("solve_triangular").call([a, b, upper, turned]).first
    end

    # The elements along an axis in ascending order, NaN last; equal ones keep their order.
    #   a: any dtype.
    #   axis: axis to sort along; none sorts the flat array. Default: -1.
    #   descending: the largest first. Default: false.
    def sort(a, axis: nil, descending: nil)
      Operator.named("sort").call([a, axis, descending]).first
    end

    # Blocks of places as channels: spatial extents over `block_size`, so many more channels. Those of a block's first place come first.
    #   data: any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
    #   block_size: extents of a block, or one number for all spatial axes.
    #   channels_last: data has its channels behind its spatial axes. Default: false.
    def space_to_depth(data, block_size, channels_last: nil)
      Operator.named("space_to_depth").call([data, block_size, channels_last]).first
    end

    # Parts of an array along one axis, as views: so many equal ones, or cut at indices.
    #   ary: any dtype.
    #   indices_or_sections: the number of equal parts, or the indices before which to cut.
    #   axis: axis to cut along. Default: 0.
    def split(ary, indices_or_sections, axis: nil)
      Operator.named("split").call([ary, indices_or_sections, axis])
    end

    # Square root, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def sqrt(x)
      Operator.named("sqrt").call([x]).first
    end

    # Product of each element with itself.
    #   x: any real dtype.
    def square(x)
      Operator.named("square").call([x]).first
    end

    # The array without axes of extent 1.
    #   x: any dtype.
    #   axis: which to drop; none drops all of extent 1. Default: none.
    def squeeze(x, axis: nil)
      Operator.named("squeeze").call([x, axis]).first
    end

    # Arrays of one shape joined along a new axis.
    #   arrays: any dtype, all of one shape.
    #   axis: where the new axis is in the result. Default: 0.
    def stack(arrays, axis: nil)
      Operator.named("stack").call([arrays, axis]).first
    end

    # Random numbers of the gamma distribution of scale 1; NaN where there is none.
    #   shape: float32 or float64: the shape parameter, at least 0.
    def standard_gamma(shape)
      Operator.named("standard_gamma").call([shape]).first
    end

    # Standard deviation over axes: the root of the variance; its gradient is zero where that is.
    #   x: any real dtype.
    #   axis: axis or axes to reduce; none reduces all. Default: none.
    #   keepdims: keep the reduced axes with extent 1. Default: false.
    #   dtype: floating dtype to compute in. Default: none.
    #   ddof: subtracted from the number of elements, by which the squares are divided. Default: 0.
    #   correction: the array API's name of `ddof`. Default: none.
    def std(x, axis: nil, keepdims: nil, dtype: nil, ddof: nil, correction: nil)
      Operator.named("std").call([x, axis, keepdims, dtype, ddof, correction]).first
    end

    # The same elements as a constant: no gradient flows to `x`.
    #   x: any dtype.
    def stop_gradient(x)
      Operator.named("stop_gradient").call([x]).first
    end

    # Part of an array's row-major elements, by offset and strides; a view.
    #   x: any dtype.
    #   offset: first element of the part.
    #   shape: extents of the part.
    #   strides: its strides in elements of the base.
    def strided_view(x, offset, shape, strides)
      Operator.named("strided_view").call([x, offset, shape, strides]).first
    end

    # Difference x1 - x2, element by element.
    #   x1: any real dtype.
    #   x2: the same, broadcast against `x1`.
    def subtract(x1, x2)
      Operator.named("subtract").call([x1, x2]).first
    end

    # Sum over axes; bool and integers add in 64 bits. An empty sum is 0.
    #   x: any real dtype.
    #   axis: axis or axes to reduce; none reduces all. Default: none.
    #   keepdims: keep the reduced axes with extent 1. Default: false.
    #   dtype: floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none.
    def sum(x, axis: nil, keepdims: nil, dtype: nil)
      Operator.named("sum").call([x, axis, keepdims, dtype]).first
    end

    # The sum of what the ranks of a group have computed of one array, on all of them; the gradient is that of a loss which all ranks compute alike.
    #   x: floating; the same type on all ranks.
    #   group: a group that this process has joined. Default: "world".
    def sum_parts(x, group: nil)
      Operator.named("sum_parts").call([x, group]).first
    end

    # U, S and V^H of matrices U diag(S) V^H, with as few columns as do.
    #   a: any dtype but half types: matrices, (..., M, N).
    def svd(a)
      Operator.named("svd").call([a])
    end

    # The array with two axes exchanged; a view.
    #   a: any dtype.
    #   axis1: one axis.
    #   axis2: the other.
    def swapaxes(a, axis1, axis2)
      Operator.named("swapaxes").call([a, axis1, axis2]).first
    end

    # Elements or slices along an axis at the given indices; none takes from the flat array.
    #   a: any dtype.
    #   indices: integers of any shape; negative ones count back.
    #   axis: axis that the indices count along. Default: none.
    #   mode: raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: "raise".
    def take(a, indices, axis: nil, mode: nil)
      Operator.named("take").call([a, indices, axis, mode]).first
    end

    # Elements along an axis at indices of their own for each position of the others.
    #   arr: any dtype.
    #   indices: integers; broadcast against arr on the other axes.
    #   axis: axis that the indices count along; none: of the flat array. Default: -1.
    def take_along_axis(arr, indices, axis: nil)
      Operator.named("take_along_axis").call([arr, indices, axis]).first
    end

    # Tangent of angles in radians, of any size, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def tan(x)
      Operator.named("tan").call([x]).first
    end

    # Hyperbolic tangent, element by element.
    #   x: any real dtype; bool and integers become the default float.
    def tanh(x)
      Operator.named("tanh").call([x]).first
    end

    # Sum of products over pairs of axes; the other axes of a, then those of b, stay.
    #   a: any dtype.
    #   b: any dtype.
    #   a_axes: axes of a.
    #   b_axes: their partners in b.
    def tensordot(a, b, a_axes, b_axes)
      Operator.named("tensordot").call([a, b, a_axes, b_axes]).first
    end

    # The array repeated as a whole along its axes.
    #   a: any dtype.
    #   reps: how often along each axis, the last ones if fewer.
    def tile(a, reps)
      Operator.named("tile").call([a, reps]).first
    end

    # The k largest elements along an axis, the largest first, and their positions as int64.
    #   data: any dtype; NaN is the largest.
    #   k: how many. Default: 1.
    #   axis: axis to look along; none looks in the flat array. Default: -1.
    #   is_ascend: the smallest, the smallest first. Default: false.
    def topk(data, k: nil, axis: nil, is_ascend: nil)
      Operator.named("topk").call([data, k, axis, is_ascend])
    end

    # The sum along a diagonal of matrices.
    #   a: any dtype, at least two axes.
    #   offset: the diagonal: 0 the main one, positive above it. Default: 0.
    #   axis1: axis of the rows. Default: 0.
    #   axis2: axis of the columns. Default: 1.
    def trace(a, offset: nil, axis1: nil, axis2: nil)
      Operator.named("trace").call([a, offset, axis1, axis2]).first
    end

    # The array with its axes permuted; a view.
    #   x: any dtype.
    #   axes: permutation of the axes; none reverses them. Default: none.
    def transpose(x, axes: nil)
      Operator.named("transpose").call([x, axes]).first
    end

    # The lower triangle of matrices: zeros above a diagonal.
    #   m: any dtype, shape (..., M, N).
    #   k: the diagonal: 0 the main one, positive above it. Default: 0.
    def tril(m, k: nil)
      Operator.named("tril").call([m, k]).first
    end

    # The upper triangle of matrices: zeros below a diagonal.
    #   m: any dtype, shape (..., M, N).
    #   k: the diagonal: 0 the main one, positive above it. Default: 0.
    def triu(m, k: nil)
      Operator.named("triu").call([m, k]).first
    end

    # x without its fraction, element by element.
    #   x: any real dtype.
    def trunc(x)
      Operator.named("trunc").call([x]).first
    end

    # Random numbers, uniform in [low, high).
    #   low: least number. Default: 0.
    #   high: bound, never reached while low < high. Default: 1.
    #   shape: extents.
    #   dtype: floating dtype of the result.
    def uniform(shape, dtype, low: nil, high: nil)
      Operator.named("uniform").call([low, high, shape, dtype]).first
    end

    # Variance over axes: the mean square distance from the mean.
    #   x: any real dtype.
    #   axis: axis or axes to reduce; none reduces all. Default: none.
    #   keepdims: keep the reduced axes with extent 1. Default: false.
    #   dtype: floating dtype to compute in. Default: none.
    #   ddof: subtracted from the number of elements, by which the squares are divided. Default: 0.
    #   correction: the array API's name of `ddof`. Default: none.
    def var(x, axis: nil, keepdims: nil, dtype: nil, ddof: nil, correction: nil)
      Operator.named("var").call([x, axis, keepdims, dtype, ddof, correction]).first
    end

    # Sum of products of all elements, both arrays taken as flat.
    #   a: any dtype.
    #   b: as many elements.
    def vdot(a, b)
      Operator.named("vdot").call([a, b]).first
    end

    # Sums of products of vectors along an axis; the other axes broadcast.
    #   x1: any dtype, at least one axis.
    #   x2: as long along the axis.
    #   axis: axis of the vectors, of both arrays. Default: -1.
    def vecdot(x1, x2, axis: nil)
      Operator.named("vecdot").call([x1, x2, axis]).first
    end

    # Products of vectors and matrices; leading axes broadcast.
    #   x1: any real dtype, shape (..., N).
    #   x2: shape (..., N, M).
    def vecmat(x1, x2)
      Operator.named("vecmat").call([x1, x2]).first
    end

    # Random angles of the distribution of von Mises; NaN where there is none.
    #   kappa: float32 or float64: how close to 0 they are, at least 0.
    def vonmises(kappa)
      Operator.named("vonmises").call([kappa]).first
    end

    # Arrays joined one below the other, along the first axis; vectors are rows.
    #   arrays: any dtype, of shapes that agree on all other axes.
    def vstack(arrays)
      Operator.named("vstack").call([arrays]).first
    end

    # Random numbers of Wald's distribution; NaN where there is none.
    #   mean: float32 or float64: above 0.
    #   scale: of the same shape, above 0.
    def wald(mean, scale)
      Operator.named("wald").call([mean, scale]).first
    end

    # Affine map of floating features by an int8 or int4 weight, data (scale weight)ᵀ + bias, computed in float32.
    #   data: float32 or half types, shape (N, ...) when flatten, else (..., features).
    #   weight: int8, shape (units, features); of 4 bits (units, features / 2), an even element in the lower half of a byte.
    #   scale: floating, shape (units,) or (units, groups of features).
    #   bias: floating, shape (units,).
    #   bits: of an element of the weight: 8 or 4. Default: 8.
    #   flatten: merge all axes of data but the first. Default: true.
    def weight_only_fully_connected(data, weight, scale, bias: nil, bits: nil, flatten: nil)
      Operator.named("weight_only_fully_connected").call([data, weight, scale, bias, bits, flatten]).first
    end

    # Elements of `x` where the condition holds, else of `y`.
    #   condition: bool: mask, broadcast against the others.
    #   x: any dtype, taken where true.
    #   y: taken where false.
    def where(condition, x, y)
      Operator.named("where").call([condition, x, y]).first
    end

    # Random ranks of Zipf's law; NaN where there is none.
    #   exponent: float32 or float64: above 1.
    def zipf(exponent)
      Operator.named("zipf").call([exponent]).first
    end

  end
end
