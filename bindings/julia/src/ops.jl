# Written by bindings/generate; do not edit.
# A function for each operator: Weft.Ops.softmax(x; axis = 0). Axes count from 0.
# What may be left out is a keyword; Weft.NONE says none on purpose.
module Ops

using ..Weft: call, call_all

"""
Absolute value, element by element.

- `x`: any real dtype.
"""
abs(x) = call(:abs, x)

"""
AdaGrad: the new weight and sum of squared gradients.

- `weight`: floating: the parameter.
- `grad`: its gradient, same shape.
- `history`: sum of the squares of all gradients.
- `lr`: learning rate: a number, or an array without axes.
- `wd`: weight decay. Default: 0.
- `rescale_grad`: factor of the gradient. Default: 1.
- `clip_gradient`: bound of the rescaled gradient's elements; negative: none. Default: -1.
- `epsilon`: added to the root. Default: 1e-06.
"""
adagrad_update(weight, grad, history, lr; wd = nothing, rescale_grad = nothing, clip_gradient = nothing, epsilon = nothing) = call_all(:adagrad_update, weight, grad, history, lr, wd, rescale_grad, clip_gradient, epsilon)

"""
Adam: the new weight, mean and variance. Bias corrections belong into lr.

- `weight`: floating: the parameter.
- `grad`: its gradient, same shape.
- `mean`: running mean of the gradient.
- `var`: running mean of its square.
- `lr`: learning rate: a number, or an array without axes.
- `wd`: weight decay. Default: 0.
- `rescale_grad`: factor of the gradient. Default: 1.
- `clip_gradient`: bound of the rescaled gradient's elements; negative: none. Default: -1.
- `beta1`: decay of the mean. Default: 0.9.
- `beta2`: decay of the variance. Default: 0.999.
- `epsilon`: added to the root. Default: 1e-08.
"""
adam_update(weight, grad, mean, var, lr; wd = nothing, rescale_grad = nothing, clip_gradient = nothing, beta1 = nothing, beta2 = nothing, epsilon = nothing) = call_all(:adam_update, weight, grad, mean, var, lr, wd, rescale_grad, clip_gradient, beta1, beta2, epsilon)

"""
Adam with decoupled weight decay: the new weight, mean and variance. Bias corrections belong into lr; the weight loses its share eta * wd.

- `weight`: floating: the parameter.
- `grad`: its gradient, same shape.
- `mean`: running mean of the gradient.
- `var`: running mean of its square.
- `lr`: learning rate: a number, or an array without axes.
- `eta`: rate of the weight decay: a number, or an array without axes.
- `wd`: weight decay. Default: 0.
- `rescale_grad`: factor of the gradient. Default: 1.
- `clip_gradient`: bound of the rescaled gradient's elements; negative: none. Default: -1.
- `beta1`: decay of the mean. Default: 0.9.
- `beta2`: decay of the variance. Default: 0.999.
- `epsilon`: added to the root. Default: 1e-08.
"""
adamw_update(weight, grad, mean, var, lr, eta; wd = nothing, rescale_grad = nothing, clip_gradient = nothing, beta1 = nothing, beta2 = nothing, epsilon = nothing) = call_all(:adamw_update, weight, grad, mean, var, lr, eta, wd, rescale_grad, clip_gradient, beta1, beta2, epsilon)

"""
Sum of two arrays, element by element.

- `x1`: any real dtype.
- `x2`: the same, broadcast against `x1`.
"""
add(x1, x2) = call(:add, x1, x2)

"""
Truth of every element over axes being true; true of none.

- `x`: any real dtype; anything but zero is true.
- `axis`: axis or axes to reduce; none reduces all. Default: none.
- `keepdims`: keep the reduced axes with extent 1. Default: false.
"""
all(x; axis = nothing, keepdims = nothing) = call(:all, x, axis, keepdims)

"""
The arrays of all ranks of a group, joined along an axis, on all of them.

- `x`: any dtype; the same type on all ranks.
- `axis`: along which they are joined, by rank.
- `ranks`: how many processes the group has.
- `group`: a group that this process has joined. Default: \"world\".
"""
all_gather(x, axis, ranks; group = nothing) = call(:all_gather, x, axis, ranks, group)

"""
The reduction of the arrays that all ranks of a group give, on all of them.

- `x`: any real dtype but bool; the same type on all ranks.
- `reduction`: `sum`, `mean`, `product`, `min` or `max`. Default: \"sum\".
- `ordered`: the same bits whatever moves the bytes: a tree over ranks. Default: false.
- `group`: a group that this process has joined. Default: \"world\".
"""
all_reduce(x; reduction = nothing, ordered = nothing, group = nothing) = call(:all_reduce, x, reduction, ordered, group)

"""
Begins an `all_reduce`, whose result is there when `collective_wait` has given it.

- `x`: any real dtype but bool; the same type on all ranks.
- `reduction`: `sum`, `mean`, `product`, `min` or `max`. Default: \"sum\".
- `ordered`: the same bits whatever moves the bytes: a tree over ranks. Default: false.
- `group`: a group that this process has joined. Default: \"world\".
"""
all_reduce_start(x; reduction = nothing, ordered = nothing, group = nothing) = call(:all_reduce_start, x, reduction, ordered, group)

"""
Part r of an array, along one axis, goes to rank r; what comes is joined along another.

- `x`: any dtype; the same type on all ranks.
- `split_axis`: along which rank r gets part r.
- `concat_axis`: along which the parts are joined, by rank.
- `ranks`: how many processes the group has.
- `group`: a group that this process has joined. Default: \"world\".
"""
all_to_all(x, split_axis, concat_axis, ranks; group = nothing) = call(:all_to_all, x, split_axis, concat_axis, ranks, group)

"""
The angles of the elements in the complex plane, in radians from -pi to pi.

- `x`: any dtype.
"""
angle(x) = call(:angle, x)

"""
Truth of some element over axes being true; false of none.

- `x`: any real dtype; anything but zero is true.
- `axis`: axis or axes to reduce; none reduces all. Default: none.
- `keepdims`: keep the reduced axes with extent 1. Default: false.
"""
any(x; axis = nothing, keepdims = nothing) = call(:any, x, axis, keepdims)

"""
Evenly spaced numbers from start up to, not including, stop, or as many as are wanted.

- `start`: first number.
- `stop`: bound.
- `step`: distance, not 0. Default: 1.
- `dtype`: dtype of the result.
- `count`: how many, whatever stop is; none: up to stop. Default: none.
"""
arange(start, stop, dtype; step = nothing, count = nothing) = call(:arange, start, stop, step, dtype, count)

"""
Angle in [0, pi] whose cosine is x, element by element; NaN outside [-1, 1].

- `x`: any real dtype; bool and integers become the default float.
"""
arccos(x) = call(:arccos, x)

"""
Inverse hyperbolic cosine, element by element; NaN below 1.

- `x`: any real dtype; bool and integers become the default float.
"""
arccosh(x) = call(:arccosh, x)

"""
Angle in [-pi/2, pi/2] whose sine is x, element by element; NaN outside [-1, 1].

- `x`: any real dtype; bool and integers become the default float.
"""
arcsin(x) = call(:arcsin, x)

"""
Inverse hyperbolic sine, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
arcsinh(x) = call(:arcsinh, x)

"""
Angle in [-pi/2, pi/2] whose tangent is x, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
arctan(x) = call(:arctan, x)

"""
Angle in [-pi, pi] of the point with height `x1` and width `x2`, element by element.

- `x1`: any real dtype; bool and integers become the default float.
- `x2`: the same, broadcast against `x1`.
"""
arctan2(x1, x2) = call(:arctan2, x1, x2)

"""
Inverse hyperbolic tangent, element by element; NaN outside [-1, 1].

- `x`: any real dtype; bool and integers become the default float.
"""
arctanh(x) = call(:arctanh, x)

"""
Index of the first largest element along an axis, or of the flattened array, as int64.

- `x`: any real dtype.
- `axis`: axis or axes to reduce; none reduces all. Default: none.
- `keepdims`: keep the reduced axes with extent 1. Default: false.
"""
argmax(x; axis = nothing, keepdims = nothing) = call(:argmax, x, axis, keepdims)

"""
Index of the first smallest element along an axis, or of the flattened array, as int64.

- `x`: any real dtype.
- `axis`: axis or axes to reduce; none reduces all. Default: none.
- `keepdims`: keep the reduced axes with extent 1. Default: false.
"""
argmin(x; axis = nothing, keepdims = nothing) = call(:argmin, x, axis, keepdims)

"""
Where the elements along an axis stand in ascending order, as int64; stable.

- `a`: any dtype; NaN is the largest.
- `axis`: axis to sort along; none sorts the flat array. Default: -1.
- `descending`: the largest first. Default: false.
"""
argsort(a; axis = nothing, descending = nothing) = call(:argsort, a, axis, descending)

"""
Parts of an array along one axis, the first ones longer where its extent does not divide.

- `ary`: any dtype.
- `indices_or_sections`: the number of parts, or the indices before which to cut.
- `axis`: axis to cut along. Default: 0.
"""
array_split(ary, indices_or_sections; axis = nothing) = call_all(:array_split, ary, indices_or_sections, axis)

"""
Ends when all ranks of a group have begun it.

- `group`: a group that this process has joined. Default: \"world\".
"""
barrier(; group = nothing) = call_all(:barrier, group)

"""
Merges all axes but the first.

- `x`: any dtype, shape (N, ...).
"""
batch_flatten(x) = call(:batch_flatten, x)

"""
Each channel with mean 0 and variance 1, scaled and shifted; and the next statistics.

- `data`: floating, shape (N, C, ...) when axis is 1.
- `gamma`: factors, shape (C,).
- `beta`: summands, shape (C,).
- `running_mean`: floating, shape (C,).
- `running_var`: floating, shape (C,).
- `eps`: summand of the variance. Default: 1e-05.
- `momentum`: share of the running statistics that stays. Default: 0.9.
- `training`: normalise by the batch's statistics, not by the running ones. Default: false.
- `axis`: axis of the channels. Default: 1.
"""
batch_norm(data, gamma, beta, running_mean, running_var; eps = nothing, momentum = nothing, training = nothing, axis = nothing) = call_all(:batch_norm, data, gamma, beta, running_mean, running_var, eps, momentum, training, axis)

"""
Random counts of the binomial distribution; NaN where there is none.

- `trials`: float32 or float64: how many can succeed.
- `probability`: of each trial's success, of the same shape.
"""
binomial(trials, probability) = call(:binomial, trials, probability)

"""
Bits that both integers have, element by element; on bool, logical and.

- `x1`: bool or integers.
- `x2`: the same, broadcast against `x1`.
"""
bitwise_and(x1, x2) = call(:bitwise_and, x1, x2)

"""
Bits that either integer has, element by element; on bool, logical or.

- `x1`: bool or integers.
- `x2`: the same, broadcast against `x1`.
"""
bitwise_or(x1, x2) = call(:bitwise_or, x1, x2)

"""
Bits that one of two integers has, element by element; on bool, not equal.

- `x1`: bool or integers.
- `x2`: the same, broadcast against `x1`.
"""
bitwise_xor(x1, x2) = call(:bitwise_xor, x1, x2)

"""
The integers that it is given, of which none may lie outside of bounds.

- `x`: int64, any shape.
- `least`: lower bound.
- `most`: upper bound.
- `caller`: operator that refuses others.
- `what`: what they are to it.
- `is_index`: are they places, so that others are an IndexError? Default: false.
"""
bounded_integers(x, least, most, caller, what; is_index = nothing) = call(:bounded_integers, x, least, most, caller, what, is_index)

"""
The array of one rank, on all ranks of a group.

- `x`: any dtype; the same type on all ranks, whose other arrays are not read.
- `root`: the rank whose array it is.
- `group`: a group that this process has joined. Default: \"world\".
"""
broadcast(x, root; group = nothing) = call(:broadcast, x, root, group)

"""
Begins a `broadcast`, whose result is there when `collective_wait` has given it.

- `x`: any dtype; the same type on all ranks, whose other arrays are not read.
- `root`: the rank whose array it is.
- `group`: a group that this process has joined. Default: \"world\".
"""
broadcast_start(x, root; group = nothing) = call(:broadcast_start, x, root, group)

"""
The array stretched to a shape that it broadcasts to, as a new array.

- `x`: any dtype.
- `shape`: extents of the result.
"""
broadcast_to(x, shape) = call(:broadcast_to, x, shape)

"""
Conversion to another dtype: to integers rounds toward zero, saturates and maps NaN to 0; to bool is x != 0.

- `x`: any dtype.
- `dtype`: dtype of the result.
"""
cast(x, dtype) = call(:cast, x, dtype)

"""
The smallest whole number that is not below x, element by element.

- `x`: any real dtype.
"""
ceil(x) = call(:ceil, x)

"""
x above zero, alpha (exp(x / alpha) - 1) below.

- `x`: any real dtype; bool and integers become the default float.
- `alpha`: the limit below is -alpha. Default: 1.
"""
celu(x; alpha = nothing) = call(:celu, x, alpha)

"""
Fails the call with a message unless all elements of a condition are true.

- `condition`: any dtype; numbers are true where they are not 0.
- `arrays`: any dtype; one for each `{}` of the message.
- `message`: `{{` and `}}` are braces.
- `where_`: the part of the program that says so. Default: \"\".
"""
check(condition, arrays, message; where_ = nothing) = call_all(:check, condition, arrays, message, where_)

"""
The lower triangle L of positive matrices L L^H, or its adjoint.

- `a`: any dtype but half types: matrices, (..., M, N).
- `upper`: the upper triangle is read, and not the lower one. Default: false.
"""
cholesky(a; upper = nothing) = call(:cholesky, a, upper)

"""
x held within bounds, element by element; NaN stays NaN. The upper bound wins.

- `x`: any real dtype.
- `min`: lower bound, broadcast against `x`; none leaves it open.
- `max`: upper bound, broadcast against `x`; none leaves it open.
"""
clip(x; min = nothing, max = nothing) = call(:clip, x, min, max)

"""
The result of a collective that was started, when it is there.

- `result`: any dtype; what the start gave.
- `sent`: any dtype; where the start sends from, if that is elsewhere.
- `group`: a group that this process has joined. Default: \"world\".
"""
collective_wait(result; sent = nothing, group = nothing) = call(:collective_wait, result, sent, group)

"""
Vectors as columns, and matrices, joined side by side.

- `arrays`: any dtype: vectors, or matrices with as many rows.
"""
column_stack(arrays) = call(:column_stack, arrays)

"""
Arrays joined along one of their axes.

- `arrays`: any dtype, of shapes that agree on all other axes.
- `axis`: axis to join along; none joins the flat arrays. Default: 0.
"""
concatenate(arrays; axis = nothing) = call(:concatenate, arrays, axis)

"""
The conjugates of the elements; of real numbers the array itself.

- `x`: any dtype.
"""
conj(x) = call(:conj, x)

"""
Convolution (correlation) over one, two or three spatial axes.

- `data`: floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
- `weight`: shape (filters, C / groups, kernel...).
- `bias`: shape (filters,).
- `kernel`: extents of the window; those of the weight. Default: none.
- `stride`: step of the window, 1 by default. Default: none.
- `pad`: zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.
- `dilate`: distance of the window's elements, 1 by default. Default: none.
- `num_group`: groups of channels that do not see each other. Default: 1.
"""
convolution(data, weight; bias = nothing, kernel = nothing, stride = nothing, pad = nothing, dilate = nothing, num_group = nothing) = call(:convolution, data, weight, bias, kernel, stride, pad, dilate, num_group)

"""
A new array with the same elements.

- `x`: any dtype.
"""
copy(x) = call(:copy, x)

"""
An array that all ranks of a group have alike, for each to compute another part of a result; the gradient is the sum of the parts' gradients.

- `x`: any dtype; the same array on all ranks.
- `group`: a group that this process has joined. Default: \"world\".
"""
copy_to_parts(x; group = nothing) = call(:copy_to_parts, x, group)

"""
x1 with the sign of x2, element by element.

- `x1`: any real dtype; bool and integers become the default float.
- `x2`: the same, broadcast against `x1`.
"""
copysign(x1, x2) = call(:copysign, x1, x2)

"""
Cosine of angles in radians, of any size, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
cos(x) = call(:cos, x)

"""
Hyperbolic cosine, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
cosh(x) = call(:cosh, x)

"""
Number of elements over axes that are not zero, as int64.

- `x`: any real dtype; anything but zero is true.
- `axis`: axis or axes to reduce; none reduces all. Default: none.
- `keepdims`: keep the reduced axes with extent 1. Default: false.
"""
count_nonzero(x; axis = nothing, keepdims = nothing) = call(:count_nonzero, x, axis, keepdims)

"""
Minus the logarithm of the probability of a label, over all ways to align it.

- `data`: floating, shape (T, N, C): scores, whose softmax is taken.
- `label`: any real dtype, shape (N, L): classes, none negative; those from the first padding on, 0 where the blank is first, else -1, do not count.
- `data_lengths`: any real dtype, shape (N,): steps of each sample, from 1 to T; all if left out.
- `label_lengths`: any real dtype, shape (N,): labels of each sample in place of padding, from 0 to L.
- `blank_label`: the class of the blank: first (0) or last (C - 1). Default: \"first\".
"""
ctc_loss(data, label; data_lengths = nothing, label_lengths = nothing, blank_label = nothing) = call(:ctc_loss, data, label, data_lengths, label_lengths, blank_label)

"""
Running maximum along an axis: the largest element so far, NaN from the first NaN on.

- `x`: any real dtype, at least one axis.
- `axis`: axis to run along. Default: -1.
"""
cummax(x; axis = nothing) = call(:cummax, x, axis)

"""
Running minimum along an axis: the smallest element so far, NaN from the first NaN on.

- `x`: any real dtype, at least one axis.
- `axis`: axis to run along. Default: -1.
"""
cummin(x; axis = nothing) = call(:cummin, x, axis)

"""
Running product along an axis; bool and integers multiply in 64 bits.

- `x`: any real dtype.
- `axis`: axis to run along; none runs along the flat array. Default: none.
- `dtype`: dtype of the result, to which elements are cast first; none: 64 bits for integers, for floats their own. Default: none.
"""
cumprod(x; axis = nothing, dtype = nothing) = call(:cumprod, x, axis, dtype)

"""
Running sum along an axis; bool and integers add in 64 bits.

- `x`: any real dtype.
- `axis`: axis to run along; none runs along the flat array. Default: none.
- `dtype`: dtype of the result, to which elements are cast first; none: 64 bits for integers, for floats their own. Default: none.
"""
cumsum(x; axis = nothing, dtype = nothing) = call(:cumsum, x, axis, dtype)

"""
Transposed convolution over one, two or three spatial axes: the adjoint of convolution.

- `data`: floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
- `weight`: shape (C, filters / groups, kernel...).
- `bias`: shape (filters,).
- `kernel`: extents of the window; those of the weight. Default: none.
- `stride`: step of the window, 1 by default. Default: none.
- `pad`: zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.
- `dilate`: distance of the window's elements, 1 by default. Default: none.
- `num_group`: groups of channels that do not see each other. Default: 1.
- `adj`: elements added behind the result, less than `stride`. Default: none.
"""
deconvolution(data, weight; bias = nothing, kernel = nothing, stride = nothing, pad = nothing, dilate = nothing, num_group = nothing, adj = nothing) = call(:deconvolution, data, weight, bias, kernel, stride, pad, dilate, num_group, adj)

"""
Channels as blocks of places: spatial extents times `block_size`, so many fewer channels. Those of a block's first place come first.

- `data`: any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
- `block_size`: extents of a block, or one number for all spatial axes.
- `channels_last`: data has its channels behind its spatial axes. Default: false.
"""
depth_to_space(data, block_size; channels_last = nothing) = call(:depth_to_space, data, block_size, channels_last)

"""
The real numbers that integers stand for: (data - zero_point) * scale, as float32.

- `data`: int8, uint8 or int32.
- `scale`: floating, shape () or that of the axis.
- `zero_point`: int8, uint8 or int32, shape () or that of the axis; none: 0.
- `axis`: axis along which there are several scales. Default: -1.
"""
dequantize(data, scale; zero_point = nothing, axis = nothing) = call(:dequantize, data, scale, zero_point, axis)

"""
Determinants of matrices.

- `a`: any dtype but half types: matrices, (..., M, N).
"""
det(a) = call(:det, a)

"""
The discrete Fourier transform along the last axis, without a scale; complex. `np.fft` has NumPy's functions.

- `x`: any dtype, of real or complex numbers.
- `inverse`: the other sign of the exponent. Default: false.
"""
dft(x; inverse = nothing) = call(:dft, x, inverse)

"""
The diagonal of a matrix, or a matrix of zeros with the vector on its diagonal.

- `v`: any dtype, one or two axes.
- `k`: the diagonal: 0 the main one, positive above it. Default: 0.
"""
diag(v; k = nothing) = call(:diag, v, k)

"""
A diagonal of matrices, as the last axis of the result; a view, which may be written to.

- `a`: any dtype, at least two axes.
- `offset`: the diagonal: 0 the main one, positive above it. Default: 0.
- `axis1`: axis of the rows. Default: 0.
- `axis2`: axis of the columns. Default: 1.
"""
diagonal(a; offset = nothing, axis1 = nothing, axis2 = nothing) = call(:diagonal, a, offset, axis1, axis2)

"""
Derivative of the logarithm of the gamma function, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
digamma(x) = call(:digamma, x)

"""
Quotient x1 / x2, element by element; integers give the default float.

- `x1`: any real dtype; bool and integers become the default float.
- `x2`: the same, broadcast against `x1`.
"""
divide(x1, x2) = call(:divide, x1, x2)

"""
Sum of products over the last axis of a and the last but one (or only one) of b.

- `a`: any dtype; a scalar multiplies.
- `b`: any dtype.
"""
dot(a, b) = call(:dot, a, b)

"""
Sets random elements to 0 and scales the others by 1 / (1 - p), in training only.

- `data`: any real dtype; integers become the default float.
- `p`: share of the elements that become 0, less than 1. Default: 0.5.
- `axes`: axes along which all elements share their fate. Default: [].
- `training`: without it the data stay as they are. Default: true.
"""
dropout(data; p = nothing, axes = nothing, training = nothing) = call(:dropout, data, p, axes, training)

"""
Arrays joined along the third axis; vectors are rows of one slice, matrices are slices.

- `arrays`: any dtype, of shapes that agree on all other axes.
"""
dstack(arrays) = call(:dstack, arrays)

"""
Eigenvalues and vectors of matrices, complex.

- `a`: any dtype but half types: matrices, (..., M, N).
"""
eig(a) = call_all(:eig, a)

"""
Eigenvalues in ascending order, and vectors, of Hermitian matrices.

- `a`: any dtype but half types: matrices, (..., M, N).
- `upper`: the upper triangle is read, and not the lower one. Default: false.
"""
eigh(a; upper = nothing) = call_all(:eigh, a, upper)

"""
Products of operands summed over labelled axes, from the first operand to the last.

- `operands`: any real dtype, one for each term of `subscripts`.
- `subscripts`: a letter for each axis, terms joined by commas, then -> and the result's axes.
"""
einsum(operands, subscripts) = call(:einsum, operands, subscripts)

"""
The element at `index` of every axis, as an array of its own without axes.

- `x`: any dtype.
- `index`: a place along each axis, at least 0.
"""
element(x, index) = call(:element, x, index)

"""
x above zero, alpha (exp(x) - 1) below.

- `x`: any real dtype; bool and integers become the default float.
- `alpha`: the limit below is -alpha. Default: 1.
"""
elu(x; alpha = nothing) = call(:elu, x, alpha)

"""
The row of a table for each integer.

- `data`: integers of any shape, each the number of a row, none negative.
- `weight`: any dtype, shape (tokens, features).
- `sparse_grad`: the gradient has the rows that were looked up, not the whole table. Default: false.
"""
embedding(data, weight; sparse_grad = nothing) = call(:embedding, data, weight, sparse_grad)

"""
Truth of x1 == x2, element by element, as bool.

- `x1`: any real dtype.
- `x2`: the same, broadcast against `x1`.
"""
equal(x1, x2) = call(:equal, x1, x2)

"""
Error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.

- `x`: any real dtype; bool and integers become the default float.
"""
erf(x) = call(:erf, x)

"""
Inverse of the error function, element by element; NaN beyond -1 and 1.

- `x`: any real dtype; bool and integers become the default float.
"""
erfinv(x) = call(:erfinv, x)

"""
Block r, along axis 0, goes to rank r, and comes from there.

- `x`: any dtype; the same type on all ranks.
- `ranks`: how many processes the group has.
- `group`: a group that this process has joined. Default: \"world\".
"""
exchange_blocks(x, ranks; group = nothing) = call(:exchange_blocks, x, ranks, group)

"""
Begins `exchange_blocks`, whose result is there when `collective_wait` has given it.

- `x`: any dtype; the same type on all ranks.
- `ranks`: how many processes the group has.
- `group`: a group that this process has joined. Default: \"world\".
"""
exchange_blocks_start(x, ranks; group = nothing) = call_all(:exchange_blocks_start, x, ranks, group)

"""
Exponential function, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
exp(x) = call(:exp, x)

"""
2 to the power of x, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
exp2(x) = call(:exp2, x)

"""
The array with axes of extent 1 added.

- `x`: any dtype.
- `axis`: where the new axes are in the result.
"""
expand_dims(x, axis) = call(:expand_dims, x, axis)

"""
exp(x) - 1, precise near zero, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
expm1(x) = call(:expm1, x)

"""
Random numbers of the exponential distribution.

- `scale`: mean, at least 0. Default: 1.
- `shape`: extents.
- `dtype`: floating dtype of the result.
"""
exponential(shape, dtype; scale = nothing) = call(:exponential, scale, shape, dtype)

"""
The array with the elements of some axes in reverse order; a view.

- `m`: any dtype.
- `axis`: which axes; none reverses all. Default: none.
"""
flip(m; axis = nothing) = call(:flip, m, axis)

"""
The largest whole number that is not above x, element by element.

- `x`: any real dtype.
"""
floor(x) = call(:floor, x)

"""
Quotient rounded down, element by element: x1 // x2. Integers divided by 0 give 0, floats NaN or infinity.

- `x1`: any real dtype but bool.
- `x2`: the same, broadcast against `x1`.
"""
floor_divide(x1, x2) = call(:floor_divide, x1, x2)

"""
The larger of two arrays, element by element; NaN only where both are NaN.

- `x1`: any real dtype.
- `x2`: second operand, broadcast against `x1`.
"""
fmax(x1, x2) = call(:fmax, x1, x2)

"""
The smaller of two arrays, element by element; NaN only where both are NaN.

- `x1`: any real dtype.
- `x2`: second operand, broadcast against `x1`.
"""
fmin(x1, x2) = call(:fmin, x1, x2)

"""
Remainder with the sign of the dividend, element by element. Integers modulo 0 give 0, floats NaN.

- `x1`: any real dtype but bool.
- `x2`: the same, broadcast against `x1`.
"""
fmod(x1, x2) = call(:fmod, x1, x2)

"""
The discrete Fourier transform along the last axis, in planes and without a scale.

- `x1`: float32 or float64: the real parts.
- `x2`: the imaginary parts; zeros unless given.
- `inverse`: the other sign of the exponent. Default: false.
"""
fourier(x1; x2 = nothing, inverse = nothing) = call_all(:fourier, x1, x2, inverse)

"""
Pieces of rows that begin `hop` elements apart, each of `length` elements; a view.

- `x`: any dtype: at least one axis, rows along the last one.
- `length`: elements of a piece.
- `hop`: from the begin of a piece to that of the next.
"""
frames(x, length, hop) = call(:frames, x, length, hop)

"""
An array with every element the same.

- `shape`: extents.
- `fill_value`: the element, converted to dtype.
- `dtype`: dtype of the result.
"""
full(shape, fill_value, dtype) = call(:full, shape, fill_value, dtype)

"""
Affine map of the features: data weightᵀ + bias.

- `data`: any real dtype, shape (N, ...) when flatten, else (..., features).
- `weight`: shape (units, features).
- `bias`: shape (units,).
- `flatten`: merge all axes of data but the first. Default: true.
"""
fully_connected(data, weight; bias = nothing, flatten = nothing) = call(:fully_connected, data, weight, bias, flatten)

"""
Gamma function, element by element: (x - 1)! for whole x.

- `x`: any real dtype; bool and integers become the default float.
"""
gamma(x) = call(:gamma, x)

"""
Logarithm of the absolute value of the gamma function, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
gammaln(x) = call(:gammaln, x)

"""
Elements or slices at the places that index arrays choose: x[index].

- `x`: any dtype.
- `indices`: int64 arrays that broadcast together; negative ones count back.
- `axes`: the axis of each index array, ascending.
- `position`: where the axes of the index arrays stand among the others. Default: 0.
- `shown_axes`: the axes as errors name them, if they have other numbers there. Default: [].
"""
gather(x, indices, axes; position = nothing, shown_axes = nothing) = call(:gather, x, indices, axes, position, shown_axes)

"""
The arrays of all ranks, one behind the other along axis 0.

- `x`: any dtype; the same type on all ranks.
- `ranks`: how many processes the group has.
- `group`: a group that this process has joined. Default: \"world\".
"""
gather_blocks(x, ranks; group = nothing) = call(:gather_blocks, x, ranks, group)

"""
Begins `gather_blocks`, whose result is there when `collective_wait` has given it.

- `x`: any dtype; the same type on all ranks.
- `ranks`: how many processes the group has.
- `group`: a group that this process has joined. Default: \"world\".
"""
gather_blocks_start(x, ranks; group = nothing) = call_all(:gather_blocks_start, x, ranks, group)

"""
Elements or slices at points: data[indices[0], ..., indices[M - 1]].

- `data`: any dtype, at least M axes.
- `indices`: integers, shape (M, ...); negative ones count back.
"""
gather_nd(data, indices) = call(:gather_nd, data, indices)

"""
The parts of an array that ranks share, one behind the other; in plans it is no effect, so it may run again instead of keeping its result.

- `x`: any dtype; the same type on all ranks.
- `ranks`: how many processes the group has.
- `group`: a group that this process has joined. Default: \"world\".
"""
gather_parts(x, ranks; group = nothing) = call(:gather_parts, x, ranks, group)

"""
x times the normal distribution's cumulative function.

- `x`: any real dtype; bool and integers become the default float.
- `approximation`: erf is exact, tanh the approximation by tanh. Default: \"erf\".
"""
gelu(x; approximation = nothing) = call(:gelu, x, approximation)

"""
Truth of x1 > x2, element by element, as bool.

- `x1`: any real dtype.
- `x2`: the same, broadcast against `x1`.
"""
greater(x1, x2) = call(:greater, x1, x2)

"""
Truth of x1 >= x2, element by element, as bool.

- `x1`: any real dtype.
- `x2`: the same, broadcast against `x1`.
"""
greater_equal(x1, x2) = call(:greater_equal, x1, x2)

"""
Images sampled at places from -1 to 1, as PyTorch's grid_sample and ONNX's GridSample.

- `data`: any real dtype; integers become the default float; shape (N, C, H, W).
- `grid`: for each result x, along the width, and y: shape (N, Ho, Wo, 2).
- `mode`: bilinear, nearest or bicubic. Default: \"bilinear\".
- `padding_mode`: what lies around an image: zeros, its border or its reflection. Default: \"zeros\".
- `align_corners`: -1 and 1 are the centers of the outer pixels, not their outer borders. Default: false.
"""
grid_sample(data, grid; mode = nothing, padding_mode = nothing, align_corners = nothing) = call(:grid_sample, data, grid, mode, padding_mode, align_corners)

"""
Groups of channels of each sample with mean 0 and variance 1, scaled and shifted.

- `data`: floating, shape (N, C, ...).
- `gamma`: factors, one for each channel.
- `beta`: summands, one for each channel.
- `num_groups`: groups, which divide the channels. Default: 1.
- `eps`: summand of the variance. Default: 1e-05.
"""
group_norm(data; gamma = nothing, beta = nothing, num_groups = nothing, eps = nothing) = call(:group_norm, data, gamma, beta, num_groups, eps)

"""
This process's rank in a group, a number that a plan asks for when it runs.

- `group`: a group that this process has joined. Default: \"world\".
"""
group_rank(; group = nothing) = call(:group_rank, group)

"""
How many ranks a group has, a number that a plan asks for when it runs.

- `group`: a group that this process has joined. Default: \"world\".
"""
group_size(; group = nothing) = call(:group_size, group)

"""
A gated recurrent unit: the hidden states of all steps, and the last.

- `data`: floating, shape (T, N, C): all steps.
- `hidden`: shape (N, H).
- `i2h_weight`: rows for each gate, shape (gates H, C).
- `h2h_weight`: shape (gates H, H).
- `i2h_bias`: shape (gates H,).
- `h2h_bias`: shape (gates H,).
- `sequence_length`: any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.
- `reverse`: from the last step to the first. Default: false.
"""
gru(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias; sequence_length = nothing, reverse = nothing) = call_all(:gru, data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, sequence_length, reverse)

"""
One step of a gated recurrent unit: the next hidden state.

- `data`: floating, shape (N, C).
- `hidden`: shape (N, H).
- `i2h_weight`: rows for each gate, shape (gates H, C).
- `h2h_weight`: shape (gates H, H).
- `i2h_bias`: shape (gates H,).
- `h2h_bias`: shape (gates H,).
"""
gru_cell(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias) = call(:gru_cell, data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias)

"""
alpha x + beta held between 0 and 1, element by element.

- `x`: any real dtype; bool and integers become the default float.
- `alpha`: slope. Default: 0.2.
- `beta`: value at zero. Default: 0.5.
"""
hard_sigmoid(x; alpha = nothing, beta = nothing) = call(:hard_sigmoid, x, alpha, beta)

"""
x relu6(x + 3) / 6, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
hard_swish(x) = call(:hard_swish, x)

"""
Arrays joined side by side: along the second axis, vectors along their only one.

- `arrays`: any dtype, of shapes that agree on all other axes; scalars become vectors.
"""
hstack(arrays) = call(:hstack, arrays)

"""
How many of a sample are good, of things that are good or bad; NaN where there is none.

- `good`: float32 or float64: how many things are good.
- `bad`: how many are bad, of the same shape.
- `sample`: how many are taken, of the same shape, at most all.
"""
hypergeometric(good, bad, sample) = call(:hypergeometric, good, bad, sample)

"""
Length sqrt(x1^2 + x2^2) without overflow, element by element.

- `x1`: any real dtype; bool and integers become the default float.
- `x2`: the same, broadcast against `x1`.
"""
hypot(x1, x2) = call(:hypot, x1, x2)

"""
The imaginary parts of the elements; of real numbers zeros.

- `x`: any dtype.
"""
imag(x) = call(:imag, x)

"""
The imaginary parts of complex numbers.

- `x`: complex.
"""
imaginary_part(x) = call(:imaginary_part, x)

"""
The array with values added at the places that the rows of a matrix of indices give.

- `a`: any dtype.
- `ind`: integers of shape (M, ...): one row for each of the first M axes.
- `val`: broadcasts to the places; repeated ones add up.
"""
index_add(a, ind, val) = call(:index_add, a, ind, val)

"""
The array with values written to the places that the rows of a matrix of indices give.

- `a`: any dtype.
- `ind`: integers of shape (M, ...): one row for each of the first M axes.
- `val`: broadcasts to the places; of repeated ones the last wins.
"""
index_update(a, ind, val) = call(:index_update, a, ind, val)

"""
Sum of products over the last axes of both arrays.

- `a`: any dtype; a scalar multiplies.
- `b`: any dtype.
"""
inner(a, b) = call(:inner, a, b)

"""
Each channel of each sample with mean 0 and variance 1, scaled and shifted.

- `data`: floating, shape (N, C, spatial...).
- `gamma`: factors, one for each channel.
- `beta`: summands, one for each channel.
- `eps`: summand of the variance. Default: 1e-05.
"""
instance_norm(data; gamma = nothing, beta = nothing, eps = nothing) = call(:instance_norm, data, gamma, beta, eps)

"""
Images resized along their spatial axes, with the coordinates of PyTorch's interpolate, which follow from the extents.

- `data`: any real dtype; integers become the default float; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
- `size`: spatial extents of the result, or one for all. Default: none.
- `scale_factor`: factor of the spatial extents, in place of `size`. Default: none.
- `mode`: nearest, nearest-exact, linear, cubic or area (mean over cells). Default: \"nearest\".
- `align_corners`: linear and cubic: the outer elements lie over those of the result. Default: false.
- `antialias`: linear and cubic: a shrinking filter covers all elements. Default: false.
"""
interpolate(data; size = nothing, scale_factor = nothing, mode = nothing, align_corners = nothing, antialias = nothing) = call(:interpolate, data, size, scale_factor, mode, align_corners, antialias)

"""
Inverses of matrices.

- `a`: any dtype but half types: matrices, (..., M, N).
"""
inv(a) = call(:inv, a)

"""
Every bit turned, element by element; on bool, logical not.

- `x`: bool or integers.
"""
invert(x) = call(:invert, x)

"""
Real numbers of the first half of their discrete Fourier transform along the last axis, without a scale. `np.fft` has NumPy's functions.

- `x`: any dtype, of real or complex numbers.
- `length`: of the result's last axis.
"""
irdft(x, length) = call(:irdft, x, length)

"""
Truth of x being neither infinite nor NaN, element by element.

- `x`: any real dtype.
"""
isfinite(x) = call(:isfinite, x)

"""
Truth of x being infinite, of either sign, element by element.

- `x`: any real dtype.
"""
isinf(x) = call(:isinf, x)

"""
Truth of x being NaN, element by element.

- `x`: any real dtype.
"""
isnan(x) = call(:isnan, x)

"""
Data divided by the Euclidean norm of a sample, of its channels, or of its places.

- `data`: floating, shape (N, C, ...).
- `eps`: summand of the squared norm. Default: 1e-10.
- `mode`: instance (over C and places), channel (over C) or spatial. Default: \"instance\".
"""
l2_normalization(data; eps = nothing, mode = nothing) = call(:l2_normalization, data, eps, mode)

"""
The elements along an axis with mean 0 and variance 1, scaled and shifted.

- `data`: floating.
- `gamma`: factors, one for each channel.
- `beta`: summands, one for each channel.
- `axis`: axis that is normalised. Default: -1.
- `eps`: summand of the variance. Default: 1e-05.
"""
layer_norm(data; gamma = nothing, beta = nothing, axis = nothing, eps = nothing) = call(:layer_norm, data, gamma, beta, axis, eps)

"""
x above zero, slope x below.

- `x`: any real dtype; bool and integers become the default float.
- `slope`: factor below zero. Default: 0.25.
"""
leaky_relu(x; slope = nothing) = call(:leaky_relu, x, slope)

"""
Bits of x1 moved up by x2 places, element by element; 0 for counts that are negative or not below the number of bits.

- `x1`: integers.
- `x2`: the same, broadcast against `x1`.
"""
left_shift(x1, x2) = call(:left_shift, x1, x2)

"""
Truth of x1 < x2, element by element, as bool.

- `x1`: any real dtype.
- `x2`: the same, broadcast against `x1`.
"""
less(x1, x2) = call(:less, x1, x2)

"""
Truth of x1 <= x2, element by element, as bool.

- `x1`: any real dtype.
- `x2`: the same, broadcast against `x1`.
"""
less_equal(x1, x2) = call(:less_equal, x1, x2)

"""
Natural logarithm, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
log(x) = call(:log, x)

"""
Logarithm to base 10, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
log10(x) = call(:log10, x)

"""
log(1 + x), precise near zero, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
log1p(x) = call(:log1p, x)

"""
Logarithm to base 2, element by element; exact for powers of 2.

- `x`: any real dtype; bool and integers become the default float.
"""
log2(x) = call(:log2, x)

"""
Logarithm of the logistic function, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
log_sigmoid(x) = call(:log_sigmoid, x)

"""
Logarithm of the softmax over an axis, stable for large values.

- `data`: any real dtype; integers become the default float.
- `axis`: axis whose exponentials sum to 1. Default: -1.
- `temperature`: divides `data` first; none: 1. Default: none.
"""
log_softmax(data; axis = nothing, temperature = nothing) = call(:log_softmax, data, axis, temperature)

"""
Logarithms of random numbers of the gamma distribution; NaN where there is none.

- `shape`: float32 or float64: the shape parameter, at least 0.
"""
log_standard_gamma(shape) = call(:log_standard_gamma, shape)

"""
Logarithm of the sum of the exponentials of two arrays, element by element.

- `x1`: any real dtype; bool and integers become the default float.
- `x2`: the same, broadcast against `x1`.
"""
logaddexp(x1, x2) = call(:logaddexp, x1, x2)

"""
Logarithm to base 2 of the sum of the powers of 2, element by element.

- `x1`: any real dtype; bool and integers become the default float.
- `x2`: the same, broadcast against `x1`.
"""
logaddexp2(x1, x2) = call(:logaddexp2, x1, x2)

"""
Truth of x1 and x2, element by element; anything but zero is true.

- `x1`: any real dtype.
- `x2`: the same, broadcast against `x1`.
"""
logical_and(x1, x2) = call(:logical_and, x1, x2)

"""
Truth of not x, element by element; anything but zero is true.

- `x`: any real dtype.
"""
logical_not(x) = call(:logical_not, x)

"""
Truth of x1 or x2, element by element; anything but zero is true.

- `x1`: any real dtype.
- `x2`: the same, broadcast against `x1`.
"""
logical_or(x1, x2) = call(:logical_or, x1, x2)

"""
Truth of either x1 or x2, not both, element by element; anything but zero is true.

- `x1`: any real dtype.
- `x2`: second operand, broadcast against `x1`.
"""
logical_xor(x1, x2) = call(:logical_xor, x1, x2)

"""
Random counts of the logarithmic series; NaN where there is none.

- `probability`: float32 or float64: in [0, 1).
"""
logseries(probability) = call(:logseries, probability)

"""
Logarithm of the sum of exponentials over axes, without overflow.

- `x`: any real dtype; bool and integers become the default float.
- `axis`: axis or axes to reduce; none reduces all. Default: none.
- `keepdims`: keep the reduced axes with extent 1. Default: false.
"""
logsumexp(x; axis = nothing, keepdims = nothing) = call(:logsumexp, x, axis, keepdims)

"""
A long short-term memory: the hidden states of all steps, the last hidden state and cell.

- `data`: floating, shape (T, N, C): all steps.
- `hidden`: shape (N, H).
- `cell`: shape (N, H).
- `i2h_weight`: rows for each gate, shape (gates H, C).
- `h2h_weight`: shape (gates H, H).
- `i2h_bias`: shape (gates H,).
- `h2h_bias`: shape (gates H,).
- `sequence_length`: any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.
- `reverse`: from the last step to the first. Default: false.
"""
lstm(data, hidden, cell, i2h_weight, h2h_weight, i2h_bias, h2h_bias; sequence_length = nothing, reverse = nothing) = call_all(:lstm, data, hidden, cell, i2h_weight, h2h_weight, i2h_bias, h2h_bias, sequence_length, reverse)

"""
One step of a long short-term memory: the next hidden state and the next cell.

- `data`: floating, shape (N, C).
- `hidden`: shape (N, H).
- `cell`: shape (N, H).
- `i2h_weight`: rows for each gate, shape (gates H, C).
- `h2h_weight`: shape (gates H, H).
- `i2h_bias`: shape (gates H,).
- `h2h_bias`: shape (gates H,).
"""
lstm_cell(data, hidden, cell, i2h_weight, h2h_weight, i2h_bias, h2h_bias) = call_all(:lstm_cell, data, hidden, cell, i2h_weight, h2h_weight, i2h_bias, h2h_bias)

"""
Matrix product; leading axes broadcast, a vector is a row on the left, a column right.

- `x1`: any real dtype, shape (..., M, K) or (K,).
- `x2`: shape (..., K, N) or (K,).
"""
matmul(x1, x2) = call(:matmul, x1, x2)

"""
Products of matrices and vectors; leading axes broadcast.

- `x1`: any real dtype, shape (..., M, N).
- `x2`: shape (..., N).
"""
matvec(x1, x2) = call(:matvec, x1, x2)

"""
Largest element over axes; NaN if there is one.

- `x`: any real dtype.
- `axis`: axis or axes to reduce; none reduces all. Default: none.
- `keepdims`: keep the reduced axes with extent 1. Default: false.
"""
max(x; axis = nothing, keepdims = nothing) = call(:max, x, axis, keepdims)

"""
The larger of two arrays, element by element; NaN where either is NaN.

- `x1`: any real dtype.
- `x2`: the same, broadcast against `x1`.
"""
maximum(x1, x2) = call(:maximum, x1, x2)

"""
Arithmetic mean over axes; bool and integers give the default float.

- `x`: any real dtype.
- `axis`: axis or axes to reduce; none reduces all. Default: none.
- `keepdims`: keep the reduced axes with extent 1. Default: false.
- `dtype`: floating dtype to compute in. Default: none.
"""
mean(x; axis = nothing, keepdims = nothing, dtype = nothing) = call(:mean, x, axis, keepdims, dtype)

"""
Smallest element over axes; NaN if there is one.

- `x`: any real dtype.
- `axis`: axis or axes to reduce; none reduces all. Default: none.
- `keepdims`: keep the reduced axes with extent 1. Default: false.
"""
min(x; axis = nothing, keepdims = nothing) = call(:min, x, axis, keepdims)

"""
The smaller of two arrays, element by element; NaN where either is NaN.

- `x1`: any real dtype.
- `x2`: the same, broadcast against `x1`.
"""
minimum(x1, x2) = call(:minimum, x1, x2)

"""
x tanh(softplus(x)), element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
mish(x) = call(:mish, x)

"""
The array with axes moved to other places, the rest in their order; a view.

- `a`: any dtype.
- `source`: axes to move.
- `destination`: where each of them goes.
"""
moveaxis(a, source, destination) = call(:moveaxis, a, source, destination)

"""
Product of two arrays, element by element.

- `x1`: any real dtype.
- `x2`: the same, broadcast against `x1`.
"""
multiply(x1, x2) = call(:multiply, x1, x2)

"""
x with numbers in the place of NaN and infinities, element by element.

- `x`: any real dtype.
- `nan`: takes the place of NaN. Default: 0.
- `posinf`: that of infinity; none: the largest number. Default: none.
- `neginf`: that of -infinity; none: the smallest number. Default: none.
"""
nan_to_num(x; nan = nothing, posinf = nothing, neginf = nothing) = call(:nan_to_num, x, nan, posinf, neginf)

"""
The negative, element by element.

- `x`: any real dtype.
"""
negative(x) = call(:negative, x)

"""
Length of vectors or matrices over axes; by default the root of the sum of squares, whose gradient at zero is zero.

- `x`: any real dtype; bool and integers become the default float.
- `ord`: order: any of vectors, 1, -1, inf or -inf of matrices; none: 2, of all axes. Default: none.
- `axis`: axis or axes to reduce; none reduces all. Default: none.
- `keepdims`: keep the reduced axes with extent 1. Default: false.
"""
norm(x; ord = nothing, axis = nothing, keepdims = nothing) = call(:norm, x, ord, axis, keepdims)

"""
Random numbers of the normal distribution.

- `loc`: mean. Default: 0.
- `scale`: standard deviation, at least 0. Default: 1.
- `shape`: extents.
- `dtype`: floating dtype of the result.
"""
normal(shape, dtype; loc = nothing, scale = nothing) = call(:normal, loc, scale, shape, dtype)

"""
Truth of x1 != x2, element by element, as bool.

- `x1`: any real dtype.
- `x2`: the same, broadcast against `x1`.
"""
not_equal(x1, x2) = call(:not_equal, x1, x2)

"""
A new last axis with one value at each integer's place and another elsewhere.

- `data`: integers of any shape; those outside the new axis give no place.
- `depth`: extent of the new axis.
- `on_value`: value at the place. Default: 1.
- `off_value`: value elsewhere. Default: 0.
- `dtype`: float32 by default. Default: none.
"""
one_hot(data, depth; on_value = nothing, off_value = nothing, dtype = nothing) = call(:one_hot, data, depth, on_value, off_value, dtype)

"""
Products of each element of a (rows) with each of b (columns), both taken as flat.

- `a`: any dtype.
- `b`: any dtype.
"""
outer(a, b) = call(:outer, a, b)

"""
The sum of pieces of rows that begin `hop` elements apart; between them there are zeros.

- `frames`: float32 or float64: at least two axes, pieces along the last one.
- `hop`: from the begin of a piece to that of the next.
- `start`: elements that are left out at the begin and, unless `length` is given, at the end. Default: 0.
- `length`: elements of the result; beyond the pieces zeros. Default: none.
"""
overlap_add(frames, hop; start = nothing, length = nothing) = call(:overlap_add, frames, hop, start, length)

"""
The array with a border round it.

- `array`: any dtype.
- `value`: what the border is filled with in mode constant, 0 unless given.
- `before`: width of the border at the start of each axis.
- `after`: width at the end of each axis.
- `mode`: constant, edge, reflect, symmetric or wrap. Default: \"constant\".
"""
pad(array, before, after; value = nothing, mode = nothing) = call(:pad, array, value, before, after, mode)

"""
The numbers 0 to n - 1 in random order, as int64.

- `n`: how many.
"""
permutation(n) = call(:permutation, n)

"""
One element along an axis for each position of the others: data[i, index[i]].

- `data`: any dtype.
- `index`: any real dtype, cut to integers, data's shape without the axis; negative ones count back.
- `axis`: axis that the indices count along. Default: -1.
- `keepdims`: keep the axis with extent 1. Default: false.
- `mode`: raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: \"raise\".
"""
pick(data, index; axis = nothing, keepdims = nothing, mode = nothing) = call(:pick, data, index, axis, keepdims, mode)

"""
Random counts of the Poisson distribution; NaN where there is none.

- `rate`: float32 or float64: means.
"""
poisson(rate) = call(:poisson, rate)

"""
The n-th derivative of digamma, element by element.

- `x`: any real dtype; bool and integers become the default float.
- `n`: order of the derivative, from 0 to 20. Default: 1.
"""
polygamma(x; n = nothing) = call(:polygamma, x, n)

"""
Maximum, average, sum or norm over windows of one, two or three spatial axes.

- `data`: any real dtype for maxima, else floating; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
- `kernel`: extents of the window. Default: none.
- `pool_type`: max or avg; pooling also has sum and lp. Default: \"max\".
- `stride`: step of the window, 1 by default. Default: none.
- `pad`: elements added on both sides, or before all axes and then behind them; 0 by default. Default: none.
- `global_pool`: one window over the whole image. Default: false.
- `pooling_convention`: valid drops a last window that does not fit, full keeps it. Default: \"valid\".
- `count_include_pad`: the average counts padded elements. Default: true.
- `p_value`: the p of pool_type lp, the p-norm, at least 1. Default: 2.
"""
pooling(data; kernel = nothing, pool_type = nothing, stride = nothing, pad = nothing, global_pool = nothing, pooling_convention = nothing, count_include_pad = nothing, p_value = nothing) = call(:pooling, data, kernel, pool_type, stride, pad, global_pool, pooling_convention, count_include_pad, p_value)

"""
x1 to the power of x2, by the general formula, element by element.

- `x1`: any real dtype but bool.
- `x2`: the same, broadcast against `x1`.
"""
pow(x1, x2) = call(:pow, x1, x2)

"""
x1 to the power of x2, element by element. Integers wrap; their negative powers are truncated to 0, 1 or -1, and refused where the exponent is a number.

- `x1`: any real dtype but bool.
- `x2`: exponent, broadcast against `x1`.
"""
power(x1, x2) = call(:power, x1, x2)

"""
x above zero, gamma x below, with slopes that are learned.

- `x`: any real dtype, shape (N, C, ...).
- `gamma`: slopes: one, one for each of C channels, or broadcast against `x`.
"""
prelu(x, gamma) = call(:prelu, x, gamma)

"""
Prints a line: a text with arrays in the places that it marks by `{}`.

- `arrays`: any dtype; one for each `{}`.
- `format`: `{{` and `}}` are braces. Default: \"{}\".
"""
print(arrays; format = nothing) = call_all(:print, arrays, format)

"""
Product over axes; bool and integers multiply in 64 bits. An empty product is 1.

- `x`: any real dtype.
- `axis`: axis or axes to reduce; none reduces all. Default: none.
- `keepdims`: keep the reduced axes with extent 1. Default: false.
- `dtype`: floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none.
"""
prod(x; axis = nothing, keepdims = nothing, dtype = nothing) = call(:prod, x, axis, keepdims, dtype)

"""
Largest less smallest element over axes.

- `x`: any real dtype.
- `axis`: axis or axes to reduce; none reduces all. Default: none.
- `keepdims`: keep the reduced axes with extent 1. Default: false.
"""
ptp(x; axis = nothing, keepdims = nothing) = call(:ptp, x, axis, keepdims)

"""
Orthogonal columns Q and a triangle R of matrices Q R.

- `a`: any dtype but half types: matrices, (..., M, N).
"""
qr(a) = call_all(:qr, a)

"""
Integers that stand for real numbers: data / scale, rounded to the nearest (halves to the even one), plus the zero point; saturates, and maps NaN to 0.

- `data`: float32 or half types.
- `scale`: floating, greater than 0, shape () or that of the axis.
- `zero_point`: int8 or uint8, shape () or that of the axis; none: 0.
- `axis`: axis along which there are several scales. Default: -1.
- `dtype`: int8 or uint8; int8 by default. Default: none.
"""
quantize(data, scale; zero_point = nothing, axis = nothing, dtype = nothing) = call(:quantize, data, scale, zero_point, axis, dtype)

"""
Sum of two int8 arrays of their own scales, as int8, rounded as in TensorFlow Lite.

- `x1`: int8.
- `x2`: int8, shape of x1.
- `x1_scale`: what a step of x1 stands for.
- `x2_scale`: what a step of x2 stands for.
- `output_scale`: what a step of the result stands for.
- `x1_zero_point`: the integer that stands for zero in x1. Default: 0.
- `x2_zero_point`: the integer that stands for zero in x2. Default: 0.
- `output_zero_point`: the integer that stands for zero in the result. Default: 0.
- `low`: lower bound of the result. Default: -128.
- `high`: upper bound of the result. Default: 127.
"""
quantized_add(x1, x2, x1_scale, x2_scale, output_scale; x1_zero_point = nothing, x2_zero_point = nothing, output_zero_point = nothing, low = nothing, high = nothing) = call(:quantized_add, x1, x2, x1_scale, x2_scale, output_scale, x1_zero_point, x2_zero_point, output_zero_point, low, high)

"""
Convolution of int8 images, of data - zero_point in int32, which pads with zero_point; with a multiplier and a shift as int8, see requantize.

- `data`: int8, shape (N, C, W) or (N, C, H, W).
- `weight`: int8, shape (filters, C / groups, kernel...).
- `bias`: int32, shape (filters,).
- `multiplier`: int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
- `shift`: int32, shape of multiplier: the factor's power of two, -31 to 30.
- `residual`: int8, shape of the result: added to the sums, times its factor.
- `residual_factor`: int32, shape (filters,): its scale over that of the sums.
- `kernel`: extents of the window; those of the weight. Default: none.
- `stride`: step of the window, 1 by default. Default: none.
- `pad`: zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.
- `dilate`: distance of the window's elements, 1 by default. Default: none.
- `num_group`: groups of channels that do not see each other. Default: 1.
- `zero_point`: the integer that stands for zero in data, and pads it. Default: 0.
- `output_zero_point`: the integer that stands for zero in the result. Default: 0.
- `low`: lower bound of the result. Default: -128.
- `high`: upper bound of the result. Default: 127.
- `channels_last`: data is (N, W, C) or (N, H, W, C), the weight (filters, kernel..., C / groups). Default: false.
"""
quantized_convolution(data, weight; bias = nothing, multiplier = nothing, shift = nothing, residual = nothing, residual_factor = nothing, kernel = nothing, stride = nothing, pad = nothing, dilate = nothing, num_group = nothing, zero_point = nothing, output_zero_point = nothing, low = nothing, high = nothing, channels_last = nothing) = call(:quantized_convolution, data, weight, bias, multiplier, shift, residual, residual_factor, kernel, stride, pad, dilate, num_group, zero_point, output_zero_point, low, high, channels_last)

"""
Convolution of int16 images with int8 filters: int64 sums, or with a multiplier and a shift int16, the sums times multiplier * 2^-shift, rounded to the nearest, halves up.

- `data`: int16, shape (N, H, W, C).
- `weight`: int8, shape (filters, kernel..., C / groups).
- `bias`: int64, shape (filters,).
- `multiplier`: int32, shape (filters,): 0 to 32767.
- `shift`: int32, shape (filters,): 1 to 62.
- `kernel`: extents of the window; those of the weight. Default: none.
- `stride`: step of the window, 1 by default. Default: none.
- `pad`: zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.
- `dilate`: distance of the window's elements, 1 by default. Default: none.
- `num_group`: groups of channels that do not see each other. Default: 1.
- `low`: lower bound of the result. Default: -32768.
- `high`: upper bound of the result. Default: 32767.
"""
quantized_convolution16(data, weight; bias = nothing, multiplier = nothing, shift = nothing, kernel = nothing, stride = nothing, pad = nothing, dilate = nothing, num_group = nothing, low = nothing, high = nothing) = call(:quantized_convolution16, data, weight, bias, multiplier, shift, kernel, stride, pad, dilate, num_group, low, high)

"""
Affine map of int8 features, (data - zero_point) weightᵀ + bias in int32; with a multiplier and a shift as int8, see requantize.

- `data`: int8, shape (N, ...) when flatten, else (..., features).
- `weight`: int8, shape (units, features).
- `bias`: int32, shape (units,).
- `multiplier`: int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
- `shift`: int32, shape of multiplier: the factor's power of two, -31 to 30.
- `zero_point`: the integer that stands for zero in data. Default: 0.
- `output_zero_point`: the integer that stands for zero in the result. Default: 0.
- `low`: lower bound of the result. Default: -128.
- `high`: upper bound of the result. Default: 127.
- `flatten`: merge all axes of data but the first. Default: true.
"""
quantized_fully_connected(data, weight; bias = nothing, multiplier = nothing, shift = nothing, zero_point = nothing, output_zero_point = nothing, low = nothing, high = nothing, flatten = nothing) = call(:quantized_fully_connected, data, weight, bias, multiplier, shift, zero_point, output_zero_point, low, high, flatten)

"""
A gated recurrent unit in integers, from a hidden state of 0: its hidden states after all steps, int8, multiples of 2^-7. Gates have 16 bits.

- `data`: int8, shape (T, N, C): all steps.
- `i2h_weight`: int8, rows for each gate, shape (gates H, C).
- `h2h_weight`: int8, shape (gates H, H).
- `i2h_bias`: int32, shape (gates H,): of the sums, with what the zero point of data takes from them.
- `i2h_multiplier`: int32: to multiples of 2^-12, see quantized_multiplier.
- `i2h_shift`: int32, of the multiplier.
- `h2h_bias`: int32, shape (gates H,).
- `h2h_multiplier`: int32: to multiples of 2^-12, see quantized_multiplier.
- `h2h_shift`: int32, of the multiplier.
- `reverse`: from the last step to the first. Default: false.
"""
quantized_gru(data, i2h_weight, h2h_weight, i2h_bias, i2h_multiplier, i2h_shift, h2h_bias, h2h_multiplier, h2h_shift; reverse = nothing) = call(:quantized_gru, data, i2h_weight, h2h_weight, i2h_bias, i2h_multiplier, i2h_shift, h2h_bias, h2h_multiplier, h2h_shift, reverse)

"""
What a table has for each int8 element: any function of one element, between any scales.

- `data`: int8.
- `table`: int8, shape (256,): results for -128, -127, ... 127.
"""
quantized_lookup(data, table) = call(:quantized_lookup, data, table)

"""
A long short-term memory in integers, from states of 0: its hidden states after all steps, int8, multiples of 2^-7. Gates and cells have 16 bits; a cell reaches from -16 to 16.

- `data`: int8, shape (T, N, C): all steps.
- `i2h_weight`: int8, rows for each gate, shape (gates H, C).
- `h2h_weight`: int8, shape (gates H, H).
- `i2h_bias`: int32, shape (gates H,): of the sums, with what the zero point of data takes from them.
- `i2h_multiplier`: int32: to multiples of 2^-12, see quantized_multiplier.
- `i2h_shift`: int32, of the multiplier.
- `h2h_bias`: int32, shape (gates H,).
- `h2h_multiplier`: int32: to multiples of 2^-12, see quantized_multiplier.
- `h2h_shift`: int32, of the multiplier.
- `reverse`: from the last step to the first. Default: false.
"""
quantized_lstm(data, i2h_weight, h2h_weight, i2h_bias, i2h_multiplier, i2h_shift, h2h_bias, h2h_multiplier, h2h_shift; reverse = nothing) = call(:quantized_lstm, data, i2h_weight, h2h_weight, i2h_bias, i2h_multiplier, i2h_shift, h2h_bias, h2h_multiplier, h2h_shift, reverse)

"""
Maximum or average of int8 over windows of one or two spatial axes, of data's scale; the average is rounded to the nearest, halves away from zero, as in TensorFlow Lite.

- `data`: int8, shape (N, C, W) or (N, C, H, W).
- `kernel`: extents of the window. Default: none.
- `pool_type`: max or avg; pooling also has sum and lp. Default: \"max\".
- `stride`: step of the window, 1 by default. Default: none.
- `pad`: elements added on both sides, or before all axes and then behind them; 0 by default. Default: none.
- `global_pool`: one window over the whole image. Default: false.
- `pooling_convention`: valid drops a last window that does not fit, full keeps it. Default: \"valid\".
- `count_include_pad`: the average counts padded elements. Default: true.
- `zero_point`: the integer that stands for zero: padded elements of an average. Default: 0.
- `channels_last`: data is (N, W, C) or (N, H, W, C). Default: false.
"""
quantized_pooling(data; kernel = nothing, pool_type = nothing, stride = nothing, pad = nothing, global_pool = nothing, pooling_convention = nothing, count_include_pad = nothing, zero_point = nothing, channels_last = nothing) = call(:quantized_pooling, data, kernel, pool_type, stride, pad, global_pool, pooling_convention, count_include_pad, zero_point, channels_last)

"""
Softmax of int8 along the last axis by TensorFlow Lite's rule: int8 that stand for (y + 128) / 256.

- `data`: int8, at most 4095 elements along the last axis.
- `scale`: what a step of data stands for.
"""
quantized_softmax(data, scale) = call(:quantized_softmax, data, scale)

"""
Random integers in [low, high), each equally likely, as int64.

- `low`: least number.
- `high`: bound, not reached.
- `shape`: extents.
"""
randint(low, high, shape) = call(:randint, low, high, shape)

"""
The elements in row-major order along one axis; a view where strides allow.

- `a`: any dtype.
"""
ravel(a) = call(:ravel, a)

"""
The first half of the discrete Fourier transform of real numbers along the last axis, without a scale; complex. `np.fft` has NumPy's functions.

- `x`: any real dtype.
"""
rdft(x) = call(:rdft, x)

"""
The real parts of the elements; of real numbers the array itself.

- `x`: any dtype.
"""
real(x) = call(:real, x)

"""
The first half of the discrete Fourier transform of real rows, in planes and without a scale.

- `x`: float32 or float64.
- `mirrored`: elements with a mirror image count twice. Default: false.
"""
real_fourier(x; mirrored = nothing) = call_all(:real_fourier, x, mirrored)

"""
Real rows of the first halves of their discrete Fourier transforms, in planes and without a scale.

- `x1`: float32 or float64: the real parts.
- `x2`: the imaginary parts; zeros unless given.
- `length`: of the rows.
- `mirrored`: elements with a mirror image count twice. Default: true.
"""
real_fourier_inverse(x1, length; x2 = nothing, mirrored = nothing) = call(:real_fourier_inverse, x1, x2, length, mirrored)

"""
The real parts of complex numbers.

- `x`: complex.
"""
real_part(x) = call(:real_part, x)

"""
The next array that another rank sends to this one.

- `token`: any dtype; what has a gradient only if this has; its value is not read.
- `shape`: of the array that was sent.
- `dtype`: of the array that was sent.
- `source`: the rank that sends it.
- `tag`: messages of one tag arrive in the order in which they were sent. Default: 0.
- `group`: a group that this process has joined. Default: \"world\".
"""
receive(shape, dtype, source; token = nothing, tag = nothing, group = nothing) = call(:receive, token, shape, dtype, source, tag, group)

"""
1 / x, element by element; integers give the default float.

- `x`: any real dtype; bool and integers become the default float.
"""
reciprocal(x) = call(:reciprocal, x)

"""
This rank's block, along axis 0, of the reduction of the arrays of all ranks.

- `x`: any real dtype but bool; the same type on all ranks.
- `ranks`: how many processes the group has.
- `reduction`: `sum`, `mean`, `product`, `min` or `max`. Default: \"sum\".
- `ordered`: the same bits whatever moves the bytes: a tree over ranks. Default: false.
- `group`: a group that this process has joined. Default: \"world\".
"""
reduce_blocks(x, ranks; reduction = nothing, ordered = nothing, group = nothing) = call(:reduce_blocks, x, ranks, reduction, ordered, group)

"""
Begins `reduce_blocks`, whose result is there when `collective_wait` has given it.

- `x`: any real dtype but bool; the same type on all ranks.
- `ranks`: how many processes the group has.
- `reduction`: `sum`, `mean`, `product`, `min` or `max`. Default: \"sum\".
- `ordered`: the same bits whatever moves the bytes: a tree over ranks. Default: false.
- `group`: a group that this process has joined. Default: \"world\".
"""
reduce_blocks_start(x, ranks; reduction = nothing, ordered = nothing, group = nothing) = call_all(:reduce_blocks_start, x, ranks, reduction, ordered, group)

"""
This rank's part, along an axis, of the reduction of the arrays of all ranks.

- `x`: any real dtype but bool; the same type on all ranks.
- `axis`: along which rank r gets part r.
- `ranks`: how many processes the group has.
- `reduction`: `sum`, `mean`, `product`, `min` or `max`. Default: \"sum\".
- `ordered`: the same bits whatever moves the bytes: a tree over ranks. Default: false.
- `group`: a group that this process has joined. Default: \"world\".
"""
reduce_scatter(x, axis, ranks; reduction = nothing, ordered = nothing, group = nothing) = call(:reduce_scatter, x, axis, ranks, reduction, ordered, group)

"""
Positive part max(x, 0), element by element; NaN stays NaN.

- `x`: any real dtype.
"""
relu(x) = call(:relu, x)

"""
x held between 0 and 6, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
relu6(x) = call(:relu6, x)

"""
Remainder with the sign of the divisor, element by element: x1 % x2. Integers modulo 0 give 0, floats NaN.

- `x1`: any real dtype but bool.
- `x2`: the same, broadcast against `x1`.
"""
remainder(x1, x2) = call(:remainder, x1, x2)

"""
Each element repeated, along one axis or in the flat array.

- `a`: any dtype.
- `repeats`: how often, for all or for each element.
- `axis`: axis to repeat along; none repeats the flat array. Default: none.
"""
repeat(a, repeats; axis = nothing) = call(:repeat, a, repeats, axis)

"""
Sums of int32 as int8: times multiplier 2^(shift - 31) with the two roundings of TensorFlow Lite, plus the zero point, held between the bounds.

- `data`: int32.
- `multiplier`: int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
- `shift`: int32, shape of multiplier: the factor's power of two, -31 to 30.
- `output_zero_point`: the integer that stands for zero in the result. Default: 0.
- `low`: lower bound of the result. Default: -128.
- `high`: upper bound of the result. Default: 127.
- `axis`: axis along which there are several multipliers. Default: -1.
"""
requantize(data, multiplier, shift; output_zero_point = nothing, low = nothing, high = nothing, axis = nothing) = call(:requantize, data, multiplier, shift, output_zero_point, low, high, axis)

"""
The same elements in row-major order under another shape; a view where strides allow.

- `x`: any dtype.
- `newshape`: extents; one may be -1, the rest.
"""
reshape(x, newshape) = call(:reshape, x, newshape)

"""
Bits of x1 moved down by x2 places, element by element; 0 or -1 by the sign of x1 for counts that are negative or not below the number of bits.

- `x1`: integers.
- `x2`: the same, broadcast against `x1`.
"""
right_shift(x1, x2) = call(:right_shift, x1, x2)

"""
The whole number nearest to x, halves to the even one, element by element.

- `x`: any real dtype.
"""
rint(x) = call(:rint, x)

"""
The elements along an axis divided by their root mean square, scaled.

- `data`: floating.
- `gamma`: factors, one for each element of the axis.
- `axis`: axis that is normalised. Default: -1.
- `eps`: summand of the mean square. Default: 1e-06.
"""
rms_norm(data; gamma = nothing, axis = nothing, eps = nothing) = call(:rms_norm, data, gamma, axis, eps)

"""
RMSProp by the gradient's variance, with momentum: the new weight, mean square, mean and step.

- `weight`: floating: the parameter.
- `grad`: its gradient, same shape.
- `square`: running mean of the gradient's square.
- `mean`: running mean of the gradient.
- `step`: the step before.
- `lr`: learning rate: a number, or an array without axes.
- `wd`: weight decay. Default: 0.
- `rescale_grad`: factor of the gradient. Default: 1.
- `clip_gradient`: bound of the rescaled gradient's elements; negative: none. Default: -1.
- `rho`: decay of the means. Default: 0.9.
- `momentum`: share of the step that stays. Default: 0.9.
- `epsilon`: added to the variance. Default: 1e-08.
"""
rmsprop_centered_update(weight, grad, square, mean, step, lr; wd = nothing, rescale_grad = nothing, clip_gradient = nothing, rho = nothing, momentum = nothing, epsilon = nothing) = call_all(:rmsprop_centered_update, weight, grad, square, mean, step, lr, wd, rescale_grad, clip_gradient, rho, momentum, epsilon)

"""
RMSProp: the new weight and running mean of squared gradients.

- `weight`: floating: the parameter.
- `grad`: its gradient, same shape.
- `square`: running mean of the gradient's square.
- `lr`: learning rate: a number, or an array without axes.
- `wd`: weight decay. Default: 0.
- `rescale_grad`: factor of the gradient. Default: 1.
- `clip_gradient`: bound of the rescaled gradient's elements; negative: none. Default: -1.
- `rho`: decay of the mean. Default: 0.9.
- `epsilon`: added to the root. Default: 1e-08.
"""
rmsprop_update(weight, grad, square, lr; wd = nothing, rescale_grad = nothing, clip_gradient = nothing, rho = nothing, epsilon = nothing) = call_all(:rmsprop_update, weight, grad, square, lr, wd, rescale_grad, clip_gradient, rho, epsilon)

"""
A plain recurrent network: the hidden states of all steps, and the last.

- `data`: floating, shape (T, N, C): all steps.
- `hidden`: shape (N, H).
- `i2h_weight`: rows for each gate, shape (gates H, C).
- `h2h_weight`: shape (gates H, H).
- `i2h_bias`: shape (gates H,).
- `h2h_bias`: shape (gates H,).
- `sequence_length`: any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.
- `reverse`: from the last step to the first. Default: false.
- `activation`: 'tanh' or 'relu'. Default: \"tanh\".
"""
rnn(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias; sequence_length = nothing, reverse = nothing, activation = nothing) = call_all(:rnn, data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, sequence_length, reverse, activation)

"""
One step of a plain recurrent network: the next hidden state.

- `data`: floating, shape (N, C).
- `hidden`: shape (N, H).
- `i2h_weight`: rows for each gate, shape (gates H, C).
- `h2h_weight`: shape (gates H, H).
- `i2h_bias`: shape (gates H,).
- `h2h_bias`: shape (gates H,).
- `activation`: 'tanh' or 'relu'. Default: \"tanh\".
"""
rnn_cell(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias; activation = nothing) = call(:rnn_cell, data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, activation)

"""
Regions of images as means of bilinear samples in bins: (R, C, bins, bins).

- `data`: any real dtype; integers become the default float; shape (N, C, H, W).
- `rois`: a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).
- `pooled_size`: bins along the height and the width.
- `spatial_scale`: pixels of the images for one unit of the regions. Default: 1.
- `sampling_ratio`: samples of a bin along each axis; 0 or less: as many as it has pixels. Default: -1.
- `aligned`: pixels have their centers at 1/2, and regions may be thinner than a pixel. Default: false.
"""
roi_align(data, rois, pooled_size; spatial_scale = nothing, sampling_ratio = nothing, aligned = nothing) = call(:roi_align, data, rois, pooled_size, spatial_scale, sampling_ratio, aligned)

"""
The largest elements of regions of images in bins: (R, C, bins, bins).

- `data`: any real dtype; integers become the default float; shape (N, C, H, W).
- `rois`: a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).
- `pooled_size`: bins along the height and the width.
- `spatial_scale`: pixels of the images for one unit of the regions. Default: 1.
"""
roi_pool(data, rois, pooled_size; spatial_scale = nothing) = call(:roi_pool, data, rois, pooled_size, spatial_scale)

"""
The array with its elements moved along axes; what leaves at the end enters at the start.

- `a`: any dtype.
- `shift`: by how many places, for all axes or for each.
- `axis`: which axes; none moves in the flat array. Default: none.
"""
roll(a, shift; axis = nothing) = call(:roll, a, shift, axis)

"""
x rounded to a number of decimals, halves to the even digit, element by element.

- `x`: any real dtype.
- `decimals`: digits behind the point; negative ones count before it. Default: 0.
"""
round(x; decimals = nothing) = call(:round, x, decimals)

"""
1 / sqrt(x), element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
rsqrt(x) = call(:rsqrt, x)

"""
softmax(scale query keyᵀ + mask) value: for each query a mean of the values.

- `query`: floating, shape (..., T, D).
- `key`: shape (..., S, D).
- `value`: shape (..., S, V).
- `mask`: any real dtype, broadcasts to (..., T, S): summands, or bools, true to attend.
- `scale`: factor of the scores, 1 / sqrt(D) by default. Default: none.
- `causal`: a query attends to no key behind its own position. Default: false.
- `grouped`: heads of queries, axis -3, share those of keys and values in groups of H / Hk. Default: false.
"""
scaled_dot_product_attention(query, key, value; mask = nothing, scale = nothing, causal = nothing, grouped = nothing) = call(:scaled_dot_product_attention, query, key, value, mask, scale, causal, grouped)

"""
The array with its elements at chosen places replaced, the last one winning, or added to.

- `x`: any dtype, but no half type to accumulate.
- `value`: broadcasts to what the index picks.
- `indices`: int64 arrays that broadcast together; negative ones count back.
- `axes`: the axis of each index array, ascending.
- `position`: where the axes of the index arrays stand among the others. Default: 0.
- `shown_axes`: the axes as errors name them, if they have other numbers there. Default: [].
- `accumulate`: add instead of replacing. Default: false.
"""
scatter(x, value, indices, axes; position = nothing, shown_axes = nothing, accumulate = nothing) = call(:scatter, x, value, indices, axes, position, shown_axes, accumulate)

"""
Zeros with each element or slice added at its point: the adjoint of gather_nd.

- `data`: any dtype, shape (..., rest), as gather_nd gives it.
- `indices`: integers, shape (M, ...); negative ones count back.
- `shape`: shape of the result.
"""
scatter_nd(data, indices, shape) = call(:scatter_nd, data, indices, shape)

"""
Where in an ascending vector values would have to be inserted to keep it ascending.

- `a`: any dtype; ascending, one axis.
- `v`: values of any shape.
- `side`: left of elements equal to the value, or right of them. Default: \"left\".
"""
searchsorted(a, v; side = nothing) = call(:searchsorted, a, v, side)

"""
Scaled exponential linear unit, which keeps mean 0 and variance 1.

- `x`: any real dtype; bool and integers become the default float.
"""
selu(x) = call(:selu, x)

"""
Sends an array to another rank; gives a zero whose gradient is what that rank sends back.

- `x`: any dtype.
- `destination`: the rank that receives it.
- `tag`: messages of one tag arrive in the order in which they were sent. Default: 0.
- `group`: a group that this process has joined. Default: \"world\".
"""
send(x, destination; tag = nothing, group = nothing) = call(:send, x, destination, tag, group)

"""
Gradient descent with momentum: the new weight and momentum.

- `weight`: floating: the parameter.
- `grad`: its gradient, same shape.
- `mom`: momentum, same shape.
- `lr`: learning rate: a number, or an array without axes.
- `wd`: weight decay. Default: 0.
- `rescale_grad`: factor of the gradient. Default: 1.
- `clip_gradient`: bound of the rescaled gradient's elements; negative: none. Default: -1.
- `momentum`: share of the momentum that stays. Default: 0.9.
- `nesterov`: look one step ahead. Default: false.
"""
sgd_mom_update(weight, grad, mom, lr; wd = nothing, rescale_grad = nothing, clip_gradient = nothing, momentum = nothing, nesterov = nothing) = call_all(:sgd_mom_update, weight, grad, mom, lr, wd, rescale_grad, clip_gradient, momentum, nesterov)

"""
Stochastic gradient descent: the new weight.

- `weight`: floating: the parameter.
- `grad`: its gradient, same shape.
- `lr`: learning rate: a number, or an array without axes.
- `wd`: weight decay. Default: 0.
- `rescale_grad`: factor of the gradient. Default: 1.
- `clip_gradient`: bound of the rescaled gradient's elements; negative: none. Default: -1.
"""
sgd_update(weight, grad, lr; wd = nothing, rescale_grad = nothing, clip_gradient = nothing) = call(:sgd_update, weight, grad, lr, wd, rescale_grad, clip_gradient)

"""
Logistic function 1 / (1 + exp(-x)), element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
sigmoid(x) = call(:sigmoid, x)

"""
-1, 0 or 1 by the sign of each element; NaN stays NaN.

- `x`: any real dtype.
"""
sign(x) = call(:sign, x)

"""
Shifts rows of int16 to the left as far as their largest magnitude allows: the rows, and by how many bits, by TensorFlow Lite Micro's rule, in which rows with -32768 may wrap.

- `data`: int16, at least one axis: rows along the last one.
"""
signal_auto_scale(data) = call_all(:signal_auto_scale, data)

"""
Sums of bands of energies that overlap by halves, by TensorFlow Lite Micro's rule: band c is the sum of channel c + 1 by `weight` and of channel c by `unweight`.

- `data`: uint32, at least one axis: energies along the last one.
- `weight`: int16, one axis: factors of all channels.
- `unweight`: int16, shape of `weight`: factors for the band after.
- `starts`: int16, shape (bands + 1,): the first energy of each channel.
- `weight_starts`: int16, shape (bands + 1,): the first factor of each channel.
- `widths`: int16, shape (bands + 1,): how many energies each channel reads.
"""
signal_filter_bank(data, weight, unweight, starts, weight_starts, widths) = call(:signal_filter_bank, data, weight, unweight, starts, weight_starts, widths)

"""
Energies of bands by the gain that a table has for their noise, divided by 2^shift and compressed, element by element, by TensorFlow Lite Micro's rule (PCAN).

- `data`: uint32: energies.
- `noise`: uint32, shape of `data`.
- `table`: int16, shape (125,): gains for 0 and 1, then pieces for powers of two.
- `shift`: bits of the product to drop, 0 to 63.
"""
signal_gain(data, noise, table, shift) = call(:signal_gain, data, noise, table, shift)

"""
Natural logarithm of x 2^shift times a scale, element by element, as int16 of at most 32767, by TensorFlow Lite Micro's rule; 0 where x 2^shift is at most 1.

- `data`: uint32.
- `scale`: what a result of 1 is multiplied by.
- `shift`: bits to shift the data to the left, 0 to 31; the shift wraps. Default: 0.
"""
signal_log(data, scale; shift = nothing) = call(:signal_log, data, scale, shift)

"""
Fourier transform of real rows of int16, divided by their length, in fixed point by TensorFlow Lite Micro's rule: real and imaginary parts in turn.

- `data`: int16, at least one axis: rows along the last one, at most `length` elements.
- `length`: samples of a row, a power of two from 4 to 65536; what is missing counts as 0.
"""
signal_rfft(data, length) = call(:signal_rfft, data, length)

"""
Square root of uint64, rounded to the nearest, element by element; from 65535.5^2 to 2^32 it is 65535, as in TensorFlow Lite Micro.

- `data`: uint64.
"""
signal_square_root(data) = call(:signal_square_root, data)

"""
Truth of x having a minus sign, zeros and NaN included, element by element.

- `x`: any real dtype.
"""
signbit(x) = call(:signbit, x)

"""
x times the logistic function of beta x, also named swish.

- `x`: any real dtype; bool and integers become the default float.
- `beta`: factor within the logistic function. Default: 1.
"""
silu(x; beta = nothing) = call(:silu, x, beta)

"""
Sine of angles in radians, of any size, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
sin(x) = call(:sin, x)

"""
Hyperbolic sine, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
sinh(x) = call(:sinh, x)

"""
Part of an array: `size` elements from `begin` by `step` along each axis; a view.

- `x`: any dtype.
- `begin_`: first index of each axis, at least 0.
- `size`: elements taken along each axis.
- `step`: distance between them, may be negative.
- `clip`: take what is inside the axis, as Python does; else that is an error. Default: false.
"""
slice(x, begin_, size, step; clip = nothing) = call(:slice, x, begin_, size, step, clip)

"""
Signs of determinants, and logarithms of their absolute values.

- `a`: any dtype but half types: matrices, (..., M, N).
"""
slogdet(a) = call_all(:slogdet, a)

"""
exp(data) divided by its sum over an axis.

- `data`: any real dtype; integers become the default float.
- `axis`: axis that sums to 1. Default: -1.
- `temperature`: divides `data` first; none: 1. Default: none.
"""
softmax(data; axis = nothing, temperature = nothing) = call(:softmax, data, axis, temperature)

"""
Cross entropy of softmax(data) and labels, one loss per sample.

- `data`: any real dtype: scores, shape (..., C) when axis is -1.
- `label`: any real dtype: class indices without the axis, or probabilities of data's shape.
- `axis`: axis of the classes. Default: -1.
- `sparse_label`: labels are class indices. Default: true.
- `from_logits`: data holds log-probabilities already. Default: false.
- `ignore_index`: label whose loss is 0, such as -1 for padding; other negative labels are refused. Default: none.
"""
softmax_cross_entropy(data, label; axis = nothing, sparse_label = nothing, from_logits = nothing, ignore_index = nothing) = call(:softmax_cross_entropy, data, label, axis, sparse_label, from_logits, ignore_index)

"""
Smooth positive part log(1 + exp(x)), element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
softplus(x) = call(:softplus, x)

"""
x / (1 + |x|), element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
softsign(x) = call(:softsign, x)

"""
Solutions x of a x = b.

- `a`: any dtype but half types: matrices, (..., M, N).
- `b`: right sides, as matrices; batches broadcast.
"""
solve(a, b) = call(:solve, a, b)

"""
Solutions x of a x = b for a triangle `a`, or its adjoint.

- `a`: any dtype but half types: matrices, (..., M, N).
- `b`: right sides, as matrices; batches broadcast.
- `upper`: the upper triangle is read, and not the lower one. Default: false.
- `turned`: the adjoint of the triangle is meant. Default: false.
"""
solve_triangular(a, b; upper = nothing, turned = nothing) = call(:solve_triangular, a, b, upper, turned)

"""
The elements along an axis in ascending order, NaN last; equal ones keep their order.

- `a`: any dtype.
- `axis`: axis to sort along; none sorts the flat array. Default: -1.
- `descending`: the largest first. Default: false.
"""
sort(a; axis = nothing, descending = nothing) = call(:sort, a, axis, descending)

"""
Blocks of places as channels: spatial extents over `block_size`, so many more channels. Those of a block's first place come first.

- `data`: any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
- `block_size`: extents of a block, or one number for all spatial axes.
- `channels_last`: data has its channels behind its spatial axes. Default: false.
"""
space_to_depth(data, block_size; channels_last = nothing) = call(:space_to_depth, data, block_size, channels_last)

"""
Parts of an array along one axis, as views: so many equal ones, or cut at indices.

- `ary`: any dtype.
- `indices_or_sections`: the number of equal parts, or the indices before which to cut.
- `axis`: axis to cut along. Default: 0.
"""
split(ary, indices_or_sections; axis = nothing) = call_all(:split, ary, indices_or_sections, axis)

"""
Square root, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
sqrt(x) = call(:sqrt, x)

"""
Product of each element with itself.

- `x`: any real dtype.
"""
square(x) = call(:square, x)

"""
The array without axes of extent 1.

- `x`: any dtype.
- `axis`: which to drop; none drops all of extent 1. Default: none.
"""
squeeze(x; axis = nothing) = call(:squeeze, x, axis)

"""
Arrays of one shape joined along a new axis.

- `arrays`: any dtype, all of one shape.
- `axis`: where the new axis is in the result. Default: 0.
"""
stack(arrays; axis = nothing) = call(:stack, arrays, axis)

"""
Random numbers of the gamma distribution of scale 1; NaN where there is none.

- `shape`: float32 or float64: the shape parameter, at least 0.
"""
standard_gamma(shape) = call(:standard_gamma, shape)

"""
Standard deviation over axes: the root of the variance; its gradient is zero where that is.

- `x`: any real dtype.
- `axis`: axis or axes to reduce; none reduces all. Default: none.
- `keepdims`: keep the reduced axes with extent 1. Default: false.
- `dtype`: floating dtype to compute in. Default: none.
- `ddof`: subtracted from the number of elements, by which the squares are divided. Default: 0.
- `correction`: the array API's name of `ddof`. Default: none.
"""
std(x; axis = nothing, keepdims = nothing, dtype = nothing, ddof = nothing, correction = nothing) = call(:std, x, axis, keepdims, dtype, ddof, correction)

"""
The same elements as a constant: no gradient flows to `x`.

- `x`: any dtype.
"""
stop_gradient(x) = call(:stop_gradient, x)

"""
Part of an array's row-major elements, by offset and strides; a view.

- `x`: any dtype.
- `offset`: first element of the part.
- `shape`: extents of the part.
- `strides`: its strides in elements of the base.
"""
strided_view(x, offset, shape, strides) = call(:strided_view, x, offset, shape, strides)

"""
Difference x1 - x2, element by element.

- `x1`: any real dtype.
- `x2`: the same, broadcast against `x1`.
"""
subtract(x1, x2) = call(:subtract, x1, x2)

"""
Sum over axes; bool and integers add in 64 bits. An empty sum is 0.

- `x`: any real dtype.
- `axis`: axis or axes to reduce; none reduces all. Default: none.
- `keepdims`: keep the reduced axes with extent 1. Default: false.
- `dtype`: floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none.
"""
sum(x; axis = nothing, keepdims = nothing, dtype = nothing) = call(:sum, x, axis, keepdims, dtype)

"""
The sum of what the ranks of a group have computed of one array, on all of them; the gradient is that of a loss which all ranks compute alike.

- `x`: floating; the same type on all ranks.
- `group`: a group that this process has joined. Default: \"world\".
"""
sum_parts(x; group = nothing) = call(:sum_parts, x, group)

"""
U, S and V^H of matrices U diag(S) V^H, with as few columns as do.

- `a`: any dtype but half types: matrices, (..., M, N).
"""
svd(a) = call_all(:svd, a)

"""
The array with two axes exchanged; a view.

- `a`: any dtype.
- `axis1`: one axis.
- `axis2`: the other.
"""
swapaxes(a, axis1, axis2) = call(:swapaxes, a, axis1, axis2)

"""
Elements or slices along an axis at the given indices; none takes from the flat array.

- `a`: any dtype.
- `indices`: integers of any shape; negative ones count back.
- `axis`: axis that the indices count along. Default: none.
- `mode`: raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: \"raise\".
"""
take(a, indices; axis = nothing, mode = nothing) = call(:take, a, indices, axis, mode)

"""
Elements along an axis at indices of their own for each position of the others.

- `arr`: any dtype.
- `indices`: integers; broadcast against arr on the other axes.
- `axis`: axis that the indices count along; none: of the flat array. Default: -1.
"""
take_along_axis(arr, indices; axis = nothing) = call(:take_along_axis, arr, indices, axis)

"""
Tangent of angles in radians, of any size, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
tan(x) = call(:tan, x)

"""
Hyperbolic tangent, element by element.

- `x`: any real dtype; bool and integers become the default float.
"""
tanh(x) = call(:tanh, x)

"""
Sum of products over pairs of axes; the other axes of a, then those of b, stay.

- `a`: any dtype.
- `b`: any dtype.
- `a_axes`: axes of a.
- `b_axes`: their partners in b.
"""
tensordot(a, b, a_axes, b_axes) = call(:tensordot, a, b, a_axes, b_axes)

"""
The array repeated as a whole along its axes.

- `A`: any dtype.
- `reps`: how often along each axis, the last ones if fewer.
"""
tile(A, reps) = call(:tile, A, reps)

"""
The k largest elements along an axis, the largest first, and their positions as int64.

- `data`: any dtype; NaN is the largest.
- `k`: how many. Default: 1.
- `axis`: axis to look along; none looks in the flat array. Default: -1.
- `is_ascend`: the smallest, the smallest first. Default: false.
"""
topk(data; k = nothing, axis = nothing, is_ascend = nothing) = call_all(:topk, data, k, axis, is_ascend)

"""
The sum along a diagonal of matrices.

- `a`: any dtype, at least two axes.
- `offset`: the diagonal: 0 the main one, positive above it. Default: 0.
- `axis1`: axis of the rows. Default: 0.
- `axis2`: axis of the columns. Default: 1.
"""
trace(a; offset = nothing, axis1 = nothing, axis2 = nothing) = call(:trace, a, offset, axis1, axis2)

"""
The array with its axes permuted; a view.

- `x`: any dtype.
- `axes`: permutation of the axes; none reverses them. Default: none.
"""
transpose(x; axes = nothing) = call(:transpose, x, axes)

"""
The lower triangle of matrices: zeros above a diagonal.

- `m`: any dtype, shape (..., M, N).
- `k`: the diagonal: 0 the main one, positive above it. Default: 0.
"""
tril(m; k = nothing) = call(:tril, m, k)

"""
The upper triangle of matrices: zeros below a diagonal.

- `m`: any dtype, shape (..., M, N).
- `k`: the diagonal: 0 the main one, positive above it. Default: 0.
"""
triu(m; k = nothing) = call(:triu, m, k)

"""
x without its fraction, element by element.

- `x`: any real dtype.
"""
trunc(x) = call(:trunc, x)

"""
Random numbers, uniform in [low, high).

- `low`: least number. Default: 0.
- `high`: bound, never reached while low < high. Default: 1.
- `shape`: extents.
- `dtype`: floating dtype of the result.
"""
uniform(shape, dtype; low = nothing, high = nothing) = call(:uniform, low, high, shape, dtype)

"""
Variance over axes: the mean square distance from the mean.

- `x`: any real dtype.
- `axis`: axis or axes to reduce; none reduces all. Default: none.
- `keepdims`: keep the reduced axes with extent 1. Default: false.
- `dtype`: floating dtype to compute in. Default: none.
- `ddof`: subtracted from the number of elements, by which the squares are divided. Default: 0.
- `correction`: the array API's name of `ddof`. Default: none.
"""
var(x; axis = nothing, keepdims = nothing, dtype = nothing, ddof = nothing, correction = nothing) = call(:var, x, axis, keepdims, dtype, ddof, correction)

"""
Sum of products of all elements, both arrays taken as flat.

- `a`: any dtype.
- `b`: as many elements.
"""
vdot(a, b) = call(:vdot, a, b)

"""
Sums of products of vectors along an axis; the other axes broadcast.

- `x1`: any dtype, at least one axis.
- `x2`: as long along the axis.
- `axis`: axis of the vectors, of both arrays. Default: -1.
"""
vecdot(x1, x2; axis = nothing) = call(:vecdot, x1, x2, axis)

"""
Products of vectors and matrices; leading axes broadcast.

- `x1`: any real dtype, shape (..., N).
- `x2`: shape (..., N, M).
"""
vecmat(x1, x2) = call(:vecmat, x1, x2)

"""
Random angles of the distribution of von Mises; NaN where there is none.

- `kappa`: float32 or float64: how close to 0 they are, at least 0.
"""
vonmises(kappa) = call(:vonmises, kappa)

"""
Arrays joined one below the other, along the first axis; vectors are rows.

- `arrays`: any dtype, of shapes that agree on all other axes.
"""
vstack(arrays) = call(:vstack, arrays)

"""
Random numbers of Wald's distribution; NaN where there is none.

- `mean`: float32 or float64: above 0.
- `scale`: of the same shape, above 0.
"""
wald(mean, scale) = call(:wald, mean, scale)

"""
Affine map of floating features by an int8 or int4 weight, data (scale weight)ᵀ + bias, computed in float32.

- `data`: float32 or half types, shape (N, ...) when flatten, else (..., features).
- `weight`: int8, shape (units, features); of 4 bits (units, features / 2), an even element in the lower half of a byte.
- `scale`: floating, shape (units,) or (units, groups of features).
- `bias`: floating, shape (units,).
- `bits`: of an element of the weight: 8 or 4. Default: 8.
- `flatten`: merge all axes of data but the first. Default: true.
"""
weight_only_fully_connected(data, weight, scale; bias = nothing, bits = nothing, flatten = nothing) = call(:weight_only_fully_connected, data, weight, scale, bias, bits, flatten)

"""
Elements of `x` where the condition holds, else of `y`.

- `condition`: bool: mask, broadcast against the others.
- `x`: any dtype, taken where true.
- `y`: taken where false.
"""
where_(condition, x, y) = call(Symbol("where"), condition, x, y)

"""
Random ranks of Zipf's law; NaN where there is none.

- `exponent`: float32 or float64: above 1.
"""
zipf(exponent) = call(:zipf, exponent)

end
