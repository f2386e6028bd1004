// Written by bindings/generate; do not edit.
package weft

/** A function for each operator: `ops.softmax(x, axis = 0)`. Axes count from 0. What may
  * be left out has a default; `Opt.none` says none on purpose. */
object ops {
  private def op(name: String) = new org.weft.Operator(name)

  private val opAbs = op("abs")

  /** Absolute value, element by element.
    *
    * @param x any real dtype.
    */
  def abs(x: Operand): Tensor =
    opAbs.one(x)

  private val opAdagradUpdate = op("adagrad_update")

  /** AdaGrad: the new weight and sum of squared gradients.
    *
    * @param weight floating: the parameter.
    * @param grad its gradient, same shape.
    * @param history sum of the squares of all gradients.
    * @param lr learning rate: a number, or an array without axes.
    * @param wd weight decay. Default: 0.
    * @param rescaleGrad factor of the gradient. Default: 1.
    * @param clipGradient bound of the rescaled gradient's elements; negative: none. Default: -1.
    * @param epsilon added to the root. Default: 1e-06.
    */
  def adagradUpdate(weight: Operand, grad: Operand, history: Operand, lr: Operand, wd: Opt[Double] = Opt.absent, rescaleGrad: Opt[Double] = Opt.absent, clipGradient: Opt[Double] = Opt.absent, epsilon: Opt[Double] = Opt.absent): Seq[Tensor] =
    opAdagradUpdate.all(Array[Object](weight, grad, history, lr, wd.value, rescaleGrad.value, clipGradient.value, epsilon.value): _*).toVector

  private val opAdamUpdate = op("adam_update")

  /** Adam: the new weight, mean and variance. Bias corrections belong into lr.
    *
    * @param weight floating: the parameter.
    * @param grad its gradient, same shape.
    * @param mean running mean of the gradient.
    * @param `var` running mean of its square.
    * @param lr learning rate: a number, or an array without axes.
    * @param wd weight decay. Default: 0.
    * @param rescaleGrad factor of the gradient. Default: 1.
    * @param clipGradient bound of the rescaled gradient's elements; negative: none. Default: -1.
    * @param beta1 decay of the mean. Default: 0.9.
    * @param beta2 decay of the variance. Default: 0.999.
    * @param epsilon added to the root. Default: 1e-08.
    */
  def adamUpdate(weight: Operand, grad: Operand, mean: Operand, `var`: Operand, lr: Operand, wd: Opt[Double] = Opt.absent, rescaleGrad: Opt[Double] = Opt.absent, clipGradient: Opt[Double] = Opt.absent, beta1: Opt[Double] = Opt.absent, beta2: Opt[Double] = Opt.absent, epsilon: Opt[Double] = Opt.absent): Seq[Tensor] =
    opAdamUpdate.all(Array[Object](weight, grad, mean, `var`, lr, wd.value, rescaleGrad.value, clipGradient.value, beta1.value, beta2.value, epsilon.value): _*).toVector

  private val opAdamwUpdate = op("adamw_update")

  /** Adam with decoupled weight decay: the new weight, mean and variance. Bias corrections belong into lr; the weight loses its share eta * wd.
    *
    * @param weight floating: the parameter.
    * @param grad its gradient, same shape.
    * @param mean running mean of the gradient.
    * @param `var` running mean of its square.
    * @param lr learning rate: a number, or an array without axes.
    * @param eta rate of the weight decay: a number, or an array without axes.
    * @param wd weight decay. Default: 0.
    * @param rescaleGrad factor of the gradient. Default: 1.
    * @param clipGradient bound of the rescaled gradient's elements; negative: none. Default: -1.
    * @param beta1 decay of the mean. Default: 0.9.
    * @param beta2 decay of the variance. Default: 0.999.
    * @param epsilon added to the root. Default: 1e-08.
    */
  def adamwUpdate(weight: Operand, grad: Operand, mean: Operand, `var`: Operand, lr: Operand, eta: Operand, wd: Opt[Double] = Opt.absent, rescaleGrad: Opt[Double] = Opt.absent, clipGradient: Opt[Double] = Opt.absent, beta1: Opt[Double] = Opt.absent, beta2: Opt[Double] = Opt.absent, epsilon: Opt[Double] = Opt.absent): Seq[Tensor] =
    opAdamwUpdate.all(Array[Object](weight, grad, mean, `var`, lr, eta, wd.value, rescaleGrad.value, clipGradient.value, beta1.value, beta2.value, epsilon.value): _*).toVector

  private val opAdd = op("add")

  /** Sum of two arrays, element by element.
    *
    * @param x1 any real dtype.
    * @param x2 the same, broadcast against `x1`.
    */
  def add(x1: Operand, x2: Operand): Tensor =
    opAdd.one(x1, x2)

  private val opAll = op("all")

  /** Truth of every element over axes being true; true of none.
    *
    * @param x any real dtype; anything but zero is true.
    * @param axis axis or axes to reduce; none reduces all. Default: none.
    * @param keepdims keep the reduced axes with extent 1. Default: false.
    */
  def all(x: Operand, axis: Opt[Ints] = Opt.absent, keepdims: Opt[Boolean] = Opt.absent): Tensor =
    opAll.one(Array[Object](x, axis.value, keepdims.value))

  private val opAllGather = op("all_gather")

  /** The arrays of all ranks of a group, joined along an axis, on all of them.
    *
    * @param x any dtype; the same type on all ranks.
    * @param axis along which they are joined, by rank.
    * @param ranks how many processes the group has.
    * @param group a group that this process has joined. Default: "world".
    */
  def allGather(x: Operand, axis: Long, ranks: Long, group: Opt[String] = Opt.absent): Tensor =
    opAllGather.one(Array[Object](x, Long.box(axis), Long.box(ranks), group.value))

  private val opAllReduce = op("all_reduce")

  /** The reduction of the arrays that all ranks of a group give, on all of them.
    *
    * @param x any real dtype but bool; the same type on all ranks.
    * @param reduction `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
    * @param ordered the same bits whatever moves the bytes: a tree over ranks. Default: false.
    * @param group a group that this process has joined. Default: "world".
    */
  def allReduce(x: Operand, reduction: Opt[String] = Opt.absent, ordered: Opt[Boolean] = Opt.absent, group: Opt[String] = Opt.absent): Tensor =
    opAllReduce.one(Array[Object](x, reduction.value, ordered.value, group.value))

  private val opAllReduceStart = op("all_reduce_start")

  /** Begins an `all_reduce`, whose result is there when `collective_wait` has given it.
    *
    * @param x any real dtype but bool; the same type on all ranks.
    * @param reduction `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
    * @param ordered the same bits whatever moves the bytes: a tree over ranks. Default: false.
    * @param group a group that this process has joined. Default: "world".
    */
  def allReduceStart(x: Operand, reduction: Opt[String] = Opt.absent, ordered: Opt[Boolean] = Opt.absent, group: Opt[String] = Opt.absent): Tensor =
    opAllReduceStart.one(Array[Object](x, reduction.value, ordered.value, group.value))

  private val opAllToAll = op("all_to_all")

  /** Part r of an array, along one axis, goes to rank r; what comes is joined along another.
    *
    * @param x any dtype; the same type on all ranks.
    * @param splitAxis along which rank r gets part r.
    * @param concatAxis along which the parts are joined, by rank.
    * @param ranks how many processes the group has.
    * @param group a group that this process has joined. Default: "world".
    */
  def allToAll(x: Operand, splitAxis: Long, concatAxis: Long, ranks: Long, group: Opt[String] = Opt.absent): Tensor =
    opAllToAll.one(Array[Object](x, Long.box(splitAxis), Long.box(concatAxis), Long.box(ranks), group.value))

  private val opAngle = op("angle")

  /** The angles of the elements in the complex plane, in radians from -pi to pi.
    *
    * @param x any dtype.
    */
  def angle(x: Operand): Tensor =
    opAngle.one(x)

  private val opAny = op("any")

  /** Truth of some element over axes being true; false of none.
    *
    * @param x any real dtype; anything but zero is true.
    * @param axis axis or axes to reduce; none reduces all. Default: none.
    * @param keepdims keep the reduced axes with extent 1. Default: false.
    */
  def any(x: Operand, axis: Opt[Ints] = Opt.absent, keepdims: Opt[Boolean] = Opt.absent): Tensor =
    opAny.one(Array[Object](x, axis.value, keepdims.value))

  private val opArange = op("arange")

  /** Evenly spaced numbers from start up to, not including, stop, or as many as are wanted.
    *
    * @param start first number.
    * @param stop bound.
    * @param step distance, not 0. Default: 1.
    * @param dtype dtype of the result.
    * @param count how many, whatever stop is; none: up to stop. Default: none.
    */
  def arange(start: Double, stop: Double, dtype: Dtype, step: Opt[Double] = Opt.absent, count: Opt[Long] = Opt.absent): Tensor =
    opArange.one(Array[Object](Double.box(start), Double.box(stop), step.value, dtype, count.value))

  private val opArccos = op("arccos")

  /** Angle in [0, pi] whose cosine is x, element by element; NaN outside [-1, 1].
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def arccos(x: Operand): Tensor =
    opArccos.one(x)

  private val opArccosh = op("arccosh")

  /** Inverse hyperbolic cosine, element by element; NaN below 1.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def arccosh(x: Operand): Tensor =
    opArccosh.one(x)

  private val opArcsin = op("arcsin")

  /** Angle in [-pi/2, pi/2] whose sine is x, element by element; NaN outside [-1, 1].
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def arcsin(x: Operand): Tensor =
    opArcsin.one(x)

  private val opArcsinh = op("arcsinh")

  /** Inverse hyperbolic sine, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def arcsinh(x: Operand): Tensor =
    opArcsinh.one(x)

  private val opArctan = op("arctan")

  /** Angle in [-pi/2, pi/2] whose tangent is x, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def arctan(x: Operand): Tensor =
    opArctan.one(x)

  private val opArctan2 = op("arctan2")

  /** Angle in [-pi, pi] of the point with height `x1` and width `x2`, element by element.
    *
    * @param x1 any real dtype; bool and integers become the default float.
    * @param x2 the same, broadcast against `x1`.
    */
  def arctan2(x1: Operand, x2: Operand): Tensor =
    opArctan2.one(x1, x2)

  private val opArctanh = op("arctanh")

  /** Inverse hyperbolic tangent, element by element; NaN outside [-1, 1].
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def arctanh(x: Operand): Tensor =
    opArctanh.one(x)

  private val opArgmax = op("argmax")

  /** Index of the first largest element along an axis, or of the flattened array, as int64.
    *
    * @param x any real dtype.
    * @param axis axis or axes to reduce; none reduces all. Default: none.
    * @param keepdims keep the reduced axes with extent 1. Default: false.
    */
  def argmax(x: Operand, axis: Opt[Ints] = Opt.absent, keepdims: Opt[Boolean] = Opt.absent): Tensor =
    opArgmax.one(Array[Object](x, axis.value, keepdims.value))

  private val opArgmin = op("argmin")

  /** Index of the first smallest element along an axis, or of the flattened array, as int64.
    *
    * @param x any real dtype.
    * @param axis axis or axes to reduce; none reduces all. Default: none.
    * @param keepdims keep the reduced axes with extent 1. Default: false.
    */
  def argmin(x: Operand, axis: Opt[Ints] = Opt.absent, keepdims: Opt[Boolean] = Opt.absent): Tensor =
    opArgmin.one(Array[Object](x, axis.value, keepdims.value))

  private val opArgsort = op("argsort")

  /** Where the elements along an axis stand in ascending order, as int64; stable.
    *
    * @param a any dtype; NaN is the largest.
    * @param axis axis to sort along; none sorts the flat array. Default: -1.
    * @param descending the largest first. Default: false.
    */
  def argsort(a: Operand, axis: Opt[Long] = Opt.absent, descending: Opt[Boolean] = Opt.absent): Tensor =
    opArgsort.one(Array[Object](a, axis.value, descending.value))

  private val opArraySplit = op("array_split")

  /** Parts of an array along one axis, the first ones longer where its extent does not divide.
    *
    * @param ary any dtype.
    * @param indicesOrSections the number of parts, or the indices before which to cut.
    * @param axis axis to cut along. Default: 0.
    */
  def arraySplit(ary: Operand, indicesOrSections: Ints, axis: Opt[Long] = Opt.absent): Seq[Tensor] =
    opArraySplit.all(Array[Object](ary, indicesOrSections.numbers, axis.value): _*).toVector

  private val opBarrier = op("barrier")

  /** Ends when all ranks of a group have begun it.
    *
    * @param group a group that this process has joined. Default: "world".
    */
  def barrier(group: Opt[String] = Opt.absent): Seq[Tensor] =
    opBarrier.all(Array[Object](group.value): _*).toVector

  private val opBatchFlatten = op("batch_flatten")

  /** Merges all axes but the first.
    *
    * @param x any dtype, shape (N, ...).
    */
  def batchFlatten(x: Operand): Tensor =
    opBatchFlatten.one(x)

  private val opBatchNorm = op("batch_norm")

  /** Each channel with mean 0 and variance 1, scaled and shifted; and the next statistics.
    *
    * @param data floating, shape (N, C, ...) when axis is 1.
    * @param gamma factors, shape (C,).
    * @param beta summands, shape (C,).
    * @param runningMean floating, shape (C,).
    * @param runningVar floating, shape (C,).
    * @param eps summand of the variance. Default: 1e-05.
    * @param momentum share of the running statistics that stays. Default: 0.9.
    * @param training normalise by the batch's statistics, not by the running ones. Default: false.
    * @param axis axis of the channels. Default: 1.
    */
  def batchNorm(data: Operand, gamma: Operand, beta: Operand, runningMean: Operand, runningVar: Operand, eps: Opt[Double] = Opt.absent, momentum: Opt[Double] = Opt.absent, training: Opt[Boolean] = Opt.absent, axis: Opt[Long] = Opt.absent): Seq[Tensor] =
    opBatchNorm.all(Array[Object](data, gamma, beta, runningMean, runningVar, eps.value, momentum.value, training.value, axis.value): _*).toVector

  private val opBinomial = op("binomial")

  /** Random counts of the binomial distribution; NaN where there is none.
    *
    * @param trials float32 or float64: how many can succeed.
    * @param probability of each trial's success, of the same shape.
    */
  def binomial(trials: Operand, probability: Operand): Tensor =
    opBinomial.one(trials, probability)

  private val opBitwiseAnd = op("bitwise_and")

  /** Bits that both integers have, element by element; on bool, logical and.
    *
    * @param x1 bool or integers.
    * @param x2 the same, broadcast against `x1`.
    */
  def bitwiseAnd(x1: Operand, x2: Operand): Tensor =
    opBitwiseAnd.one(x1, x2)

  private val opBitwiseOr = op("bitwise_or")

  /** Bits that either integer has, element by element; on bool, logical or.
    *
    * @param x1 bool or integers.
    * @param x2 the same, broadcast against `x1`.
    */
  def bitwiseOr(x1: Operand, x2: Operand): Tensor =
    opBitwiseOr.one(x1, x2)

  private val opBitwiseXor = op("bitwise_xor")

  /** Bits that one of two integers has, element by element; on bool, not equal.
    *
    * @param x1 bool or integers.
    * @param x2 the same, broadcast against `x1`.
    */
  def bitwiseXor(x1: Operand, x2: Operand): Tensor =
    opBitwiseXor.one(x1, x2)

  private val opBoundedIntegers = op("bounded_integers")

  /** The integers that it is given, of which none may lie outside of bounds.
    *
    * @param x int64, any shape.
    * @param least lower bound.
    * @param most upper bound.
    * @param caller operator that refuses others.
    * @param what what they are to it.
    * @param isIndex are they places, so that others are an IndexError? Default: false.
    */
  def boundedIntegers(x: Operand, least: Long, most: Long, caller: String, what: String, isIndex: Opt[Boolean] = Opt.absent): Tensor =
    opBoundedIntegers.one(Array[Object](x, Long.box(least), Long.box(most), caller, what, isIndex.value))

  private val opBroadcast = op("broadcast")

  /** The array of one rank, on all ranks of a group.
    *
    * @param x any dtype; the same type on all ranks, whose other arrays are not read.
    * @param root the rank whose array it is.
    * @param group a group that this process has joined. Default: "world".
    */
  def broadcast(x: Operand, root: Long, group: Opt[String] = Opt.absent): Tensor =
    opBroadcast.one(Array[Object](x, Long.box(root), group.value))

  private val opBroadcastStart = op("broadcast_start")

  /** Begins a `broadcast`, whose result is there when `collective_wait` has given it.
    *
    * @param x any dtype; the same type on all ranks, whose other arrays are not read.
    * @param root the rank whose array it is.
    * @param group a group that this process has joined. Default: "world".
    */
  def broadcastStart(x: Operand, root: Long, group: Opt[String] = Opt.absent): Tensor =
    opBroadcastStart.one(Array[Object](x, Long.box(root), group.value))

  private val opBroadcastTo = op("broadcast_to")

  /** The array stretched to a shape that it broadcasts to, as a new array.
    *
    * @param x any dtype.
    * @param shape extents of the result.
    */
  def broadcastTo(x: Operand, shape: Ints): Tensor =
    opBroadcastTo.one(Array[Object](x, shape.numbers))

  private val opCast = op("cast")

  /** Conversion to another dtype: to integers rounds toward zero, saturates and maps NaN to 0; to bool is x != 0.
    *
    * @param x any dtype.
    * @param dtype dtype of the result.
    */
  def cast(x: Operand, dtype: Dtype): Tensor =
    opCast.one(Array[Object](x, dtype))

  private val opCeil = op("ceil")

  /** The smallest whole number that is not below x, element by element.
    *
    * @param x any real dtype.
    */
  def ceil(x: Operand): Tensor =
    opCeil.one(x)

  private val opCelu = op("celu")

  /** x above zero, alpha (exp(x / alpha) - 1) below.
    *
    * @param x any real dtype; bool and integers become the default float.
    * @param alpha the limit below is -alpha. Default: 1.
    */
  def celu(x: Operand, alpha: Opt[Double] = Opt.absent): Tensor =
    opCelu.one(Array[Object](x, alpha.value))

  private val opCheck = op("check")

  /** Fails the call with a message unless all elements of a condition are true.
    *
    * @param condition any dtype; numbers are true where they are not 0.
    * @param arrays any dtype; one for each `{}` of the message.
    * @param message `{{` and `}}` are braces.
    * @param where the part of the program that says so. Default: "".
    */
  def check(condition: Operand, arrays: Seq[Tensor], message: String, where: Opt[String] = Opt.absent): Seq[Tensor] =
    opCheck.all(Array[Object](condition, arrays.toArray, message, where.value): _*).toVector

  private val opCholesky = op("cholesky")

  /** The lower triangle L of positive matrices L L^H, or its adjoint.
    *
    * @param a any dtype but half types: matrices, (..., M, N).
    * @param upper the upper triangle is read, and not the lower one. Default: false.
    */
  def cholesky(a: Operand, upper: Opt[Boolean] = Opt.absent): Tensor =
    opCholesky.one(Array[Object](a, upper.value))

  private val opClip = op("clip")

  /** x held within bounds, element by element; NaN stays NaN. The upper bound wins.
    *
    * @param x any real dtype.
    * @param min lower bound, broadcast against `x`; none leaves it open.
    * @param max upper bound, broadcast against `x`; none leaves it open.
    */
  def clip(x: Operand, min: Opt[Operand] = Opt.absent, max: Opt[Operand] = Opt.absent): Tensor =
    opClip.one(Array[Object](x, min.value, max.value))

  private val opCollectiveWait = op("collective_wait")

  /** The result of a collective that was started, when it is there.
    *
    * @param result any dtype; what the start gave.
    * @param sent any dtype; where the start sends from, if that is elsewhere.
    * @param group a group that this process has joined. Default: "world".
    */
  def collectiveWait(result: Operand, sent: Opt[Operand] = Opt.absent, group: Opt[String] = Opt.absent): Tensor =
    opCollectiveWait.one(Array[Object](result, sent.value, group.value))

  private val opColumnStack = op("column_stack")

  /** Vectors as columns, and matrices, joined side by side.
    *
    * @param arrays any dtype: vectors, or matrices with as many rows.
    */
  def columnStack(arrays: Seq[Tensor]): Tensor =
    opColumnStack.one(Array[Object](arrays.toArray))

  private val opConcatenate = op("concatenate")

  /** Arrays joined along one of their axes.
    *
    * @param arrays any dtype, of shapes that agree on all other axes.
    * @param axis axis to join along; none joins the flat arrays. Default: 0.
    */
  def concatenate(arrays: Seq[Tensor], axis: Opt[Long] = Opt.absent): Tensor =
    opConcatenate.one(Array[Object](arrays.toArray, axis.value))

  private val opConj = op("conj")

  /** The conjugates of the elements; of real numbers the array itself.
    *
    * @param x any dtype.
    */
  def conj(x: Operand): Tensor =
    opConj.one(x)

  private val opConvolution = op("convolution")

  /** Convolution (correlation) over one, two or three spatial axes.
    *
    * @param data floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
    * @param weight shape (filters, C / groups, kernel...).
    * @param bias shape (filters,).
    * @param kernel extents of the window; those of the weight. Default: none.
    * @param stride step of the window, 1 by default. Default: none.
    * @param pad zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.
    * @param dilate distance of the window's elements, 1 by default. Default: none.
    * @param numGroup groups of channels that do not see each other. Default: 1.
    */
  def convolution(data: Operand, weight: Operand, bias: Opt[Operand] = Opt.absent, kernel: Opt[Ints] = Opt.absent, stride: Opt[Ints] = Opt.absent, pad: Opt[Ints] = Opt.absent, dilate: Opt[Ints] = Opt.absent, numGroup: Opt[Long] = Opt.absent): Tensor =
    opConvolution.one(Array[Object](data, weight, bias.value, kernel.value, stride.value, pad.value, dilate.value, numGroup.value))

  private val opCopy = op("copy")

  /** A new array with the same elements.
    *
    * @param x any dtype.
    */
  def copy(x: Operand): Tensor =
    opCopy.one(x)

  private val opCopyToParts = op("copy_to_parts")

  /** An array that all ranks of a group have alike, for each to compute another part of a result; the gradient is the sum of the parts' gradients.
    *
    * @param x any dtype; the same array on all ranks.
    * @param group a group that this process has joined. Default: "world".
    */
  def copyToParts(x: Operand, group: Opt[String] = Opt.absent): Tensor =
    opCopyToParts.one(Array[Object](x, group.value))

  private val opCopysign = op("copysign")

  /** x1 with the sign of x2, element by element.
    *
    * @param x1 any real dtype; bool and integers become the default float.
    * @param x2 the same, broadcast against `x1`.
    */
  def copysign(x1: Operand, x2: Operand): Tensor =
    opCopysign.one(x1, x2)

  private val opCos = op("cos")

  /** Cosine of angles in radians, of any size, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def cos(x: Operand): Tensor =
    opCos.one(x)

  private val opCosh = op("cosh")

  /** Hyperbolic cosine, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def cosh(x: Operand): Tensor =
    opCosh.one(x)

  private val opCountNonzero = op("count_nonzero")

  /** Number of elements over axes that are not zero, as int64.
    *
    * @param x any real dtype; anything but zero is true.
    * @param axis axis or axes to reduce; none reduces all. Default: none.
    * @param keepdims keep the reduced axes with extent 1. Default: false.
    */
  def countNonzero(x: Operand, axis: Opt[Ints] = Opt.absent, keepdims: Opt[Boolean] = Opt.absent): Tensor =
    opCountNonzero.one(Array[Object](x, axis.value, keepdims.value))

  private val opCtcLoss = op("ctc_loss")

  /** Minus the logarithm of the probability of a label, over all ways to align it.
    *
    * @param data floating, shape (T, N, C): scores, whose softmax is taken.
    * @param label any real dtype, shape (N, L): classes, none negative; those from the first padding on, 0 where the blank is first, else -1, do not count.
    * @param dataLengths any real dtype, shape (N,): steps of each sample, from 1 to T; all if left out.
    * @param labelLengths any real dtype, shape (N,): labels of each sample in place of padding, from 0 to L.
    * @param blankLabel the class of the blank: first (0) or last (C - 1). Default: "first".
    */
  def ctcLoss(data: Operand, label: Operand, dataLengths: Opt[Operand] = Opt.absent, labelLengths: Opt[Operand] = Opt.absent, blankLabel: Opt[String] = Opt.absent): Tensor =
    opCtcLoss.one(Array[Object](data, label, dataLengths.value, labelLengths.value, blankLabel.value))

  private val opCummax = op("cummax")

  /** Running maximum along an axis: the largest element so far, NaN from the first NaN on.
    *
    * @param x any real dtype, at least one axis.
    * @param axis axis to run along. Default: -1.
    */
  def cummax(x: Operand, axis: Opt[Long] = Opt.absent): Tensor =
    opCummax.one(Array[Object](x, axis.value))

  private val opCummin = op("cummin")

  /** Running minimum along an axis: the smallest element so far, NaN from the first NaN on.
    *
    * @param x any real dtype, at least one axis.
    * @param axis axis to run along. Default: -1.
    */
  def cummin(x: Operand, axis: Opt[Long] = Opt.absent): Tensor =
    opCummin.one(Array[Object](x, axis.value))

  private val opCumprod = op("cumprod")

  /** Running product along an axis; bool and integers multiply in 64 bits.
    *
    * @param x any real dtype.
    * @param axis axis to run along; none runs along the flat array. Default: none.
    * @param dtype dtype of the result, to which elements are cast first; none: 64 bits for integers, for floats their own. Default: none.
    */
  def cumprod(x: Operand, axis: Opt[Long] = Opt.absent, dtype: Opt[Dtype] = Opt.absent): Tensor =
    opCumprod.one(Array[Object](x, axis.value, dtype.value))

  private val opCumsum = op("cumsum")

  /** Running sum along an axis; bool and integers add in 64 bits.
    *
    * @param x any real dtype.
    * @param axis axis to run along; none runs along the flat array. Default: none.
    * @param dtype dtype of the result, to which elements are cast first; none: 64 bits for integers, for floats their own. Default: none.
    */
  def cumsum(x: Operand, axis: Opt[Long] = Opt.absent, dtype: Opt[Dtype] = Opt.absent): Tensor =
    opCumsum.one(Array[Object](x, axis.value, dtype.value))

  private val opDeconvolution = op("deconvolution")

  /** Transposed convolution over one, two or three spatial axes: the adjoint of convolution.
    *
    * @param data floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
    * @param weight shape (C, filters / groups, kernel...).
    * @param bias shape (filters,).
    * @param kernel extents of the window; those of the weight. Default: none.
    * @param stride step of the window, 1 by default. Default: none.
    * @param pad zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.
    * @param dilate distance of the window's elements, 1 by default. Default: none.
    * @param numGroup groups of channels that do not see each other. Default: 1.
    * @param adj elements added behind the result, less than `stride`. Default: none.
    */
  def deconvolution(data: Operand, weight: Operand, bias: Opt[Operand] = Opt.absent, kernel: Opt[Ints] = Opt.absent, stride: Opt[Ints] = Opt.absent, pad: Opt[Ints] = Opt.absent, dilate: Opt[Ints] = Opt.absent, numGroup: Opt[Long] = Opt.absent, adj: Opt[Ints] = Opt.absent): Tensor =
    opDeconvolution.one(Array[Object](data, weight, bias.value, kernel.value, stride.value, pad.value, dilate.value, numGroup.value, adj.value))

  private val opDepthToSpace = op("depth_to_space")

  /** Channels as blocks of places: spatial extents times `block_size`, so many fewer channels. Those of a block's first place come first.
    *
    * @param data any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
    * @param blockSize extents of a block, or one number for all spatial axes.
    * @param channelsLast data has its channels behind its spatial axes. Default: false.
    */
  def depthToSpace(data: Operand, blockSize: Ints, channelsLast: Opt[Boolean] = Opt.absent): Tensor =
    opDepthToSpace.one(Array[Object](data, blockSize.numbers, channelsLast.value))

  private val opDequantize = op("dequantize")

  /** The real numbers that integers stand for: (data - zero_point) * scale, as float32.
    *
    * @param data int8, uint8 or int32.
    * @param scale floating, shape () or that of the axis.
    * @param zeroPoint int8, uint8 or int32, shape () or that of the axis; none: 0.
    * @param axis axis along which there are several scales. Default: -1.
    */
  def dequantize(data: Operand, scale: Operand, zeroPoint: Opt[Operand] = Opt.absent, axis: Opt[Long] = Opt.absent): Tensor =
    opDequantize.one(Array[Object](data, scale, zeroPoint.value, axis.value))

  private val opDet = op("det")

  /** Determinants of matrices.
    *
    * @param a any dtype but half types: matrices, (..., M, N).
    */
  def det(a: Operand): Tensor =
    opDet.one(a)

  private val opDft = op("dft")

  /** The discrete Fourier transform along the last axis, without a scale; complex. `np.fft` has NumPy's functions.
    *
    * @param x any dtype, of real or complex numbers.
    * @param inverse the other sign of the exponent. Default: false.
    */
  def dft(x: Operand, inverse: Opt[Boolean] = Opt.absent): Tensor =
    opDft.one(Array[Object](x, inverse.value))

  private val opDiag = op("diag")

  /** The diagonal of a matrix, or a matrix of zeros with the vector on its diagonal.
    *
    * @param v any dtype, one or two axes.
    * @param k the diagonal: 0 the main one, positive above it. Default: 0.
    */
  def diag(v: Operand, k: Opt[Long] = Opt.absent): Tensor =
    opDiag.one(Array[Object](v, k.value))

  private val opDiagonal = op("diagonal")

  /** A diagonal of matrices, as the last axis of the result; a view, which may be written to.
    *
    * @param a any dtype, at least two axes.
    * @param offset the diagonal: 0 the main one, positive above it. Default: 0.
    * @param axis1 axis of the rows. Default: 0.
    * @param axis2 axis of the columns. Default: 1.
    */
  def diagonal(a: Operand, offset: Opt[Long] = Opt.absent, axis1: Opt[Long] = Opt.absent, axis2: Opt[Long] = Opt.absent): Tensor =
    opDiagonal.one(Array[Object](a, offset.value, axis1.value, axis2.value))

  private val opDigamma = op("digamma")

  /** Derivative of the logarithm of the gamma function, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def digamma(x: Operand): Tensor =
    opDigamma.one(x)

  private val opDivide = op("divide")

  /** Quotient x1 / x2, element by element; integers give the default float.
    *
    * @param x1 any real dtype; bool and integers become the default float.
    * @param x2 the same, broadcast against `x1`.
    */
  def divide(x1: Operand, x2: Operand): Tensor =
    opDivide.one(x1, x2)

  private val opDot = op("dot")

  /** Sum of products over the last axis of a and the last but one (or only one) of b.
    *
    * @param a any dtype; a scalar multiplies.
    * @param b any dtype.
    */
  def dot(a: Operand, b: Operand): Tensor =
    opDot.one(a, b)

  private val opDropout = op("dropout")

  /** Sets random elements to 0 and scales the others by 1 / (1 - p), in training only.
    *
    * @param data any real dtype; integers become the default float.
    * @param p share of the elements that become 0, less than 1. Default: 0.5.
    * @param axes axes along which all elements share their fate. Default: [].
    * @param training without it the data stay as they are. Default: true.
    */
  def dropout(data: Operand, p: Opt[Double] = Opt.absent, axes: Opt[Ints] = Opt.absent, training: Opt[Boolean] = Opt.absent): Tensor =
    opDropout.one(Array[Object](data, p.value, axes.value, training.value))

  private val opDstack = op("dstack")

  /** Arrays joined along the third axis; vectors are rows of one slice, matrices are slices.
    *
    * @param arrays any dtype, of shapes that agree on all other axes.
    */
  def dstack(arrays: Seq[Tensor]): Tensor =
    opDstack.one(Array[Object](arrays.toArray))

  private val opEig = op("eig")

  /** Eigenvalues and vectors of matrices, complex.
    *
    * @param a any dtype but half types: matrices, (..., M, N).
    */
  def eig(a: Operand): Seq[Tensor] =
    opEig.all(Array[Object](a): _*).toVector

  private val opEigh = op("eigh")

  /** Eigenvalues in ascending order, and vectors, of Hermitian matrices.
    *
    * @param a any dtype but half types: matrices, (..., M, N).
    * @param upper the upper triangle is read, and not the lower one. Default: false.
    */
  def eigh(a: Operand, upper: Opt[Boolean] = Opt.absent): Seq[Tensor] =
    opEigh.all(Array[Object](a, upper.value): _*).toVector

  private val opEinsum = op("einsum")

  /** Products of operands summed over labelled axes, from the first operand to the last.
    *
    * @param operands any real dtype, one for each term of `subscripts`.
    * @param subscripts a letter for each axis, terms joined by commas, then -> and the result's axes.
    */
  def einsum(operands: Seq[Tensor], subscripts: String): Tensor =
    opEinsum.one(Array[Object](operands.toArray, subscripts))

  private val opElement = op("element")

  /** The element at `index` of every axis, as an array of its own without axes.
    *
    * @param x any dtype.
    * @param index a place along each axis, at least 0.
    */
  def element(x: Operand, index: Ints): Tensor =
    opElement.one(Array[Object](x, index.numbers))

  private val opElu = op("elu")

  /** x above zero, alpha (exp(x) - 1) below.
    *
    * @param x any real dtype; bool and integers become the default float.
    * @param alpha the limit below is -alpha. Default: 1.
    */
  def elu(x: Operand, alpha: Opt[Double] = Opt.absent): Tensor =
    opElu.one(Array[Object](x, alpha.value))

  private val opEmbedding = op("embedding")

  /** The row of a table for each integer.
    *
    * @param data integers of any shape, each the number of a row, none negative.
    * @param weight any dtype, shape (tokens, features).
    * @param sparseGrad the gradient has the rows that were looked up, not the whole table. Default: false.
    */
  def embedding(data: Operand, weight: Operand, sparseGrad: Opt[Boolean] = Opt.absent): Tensor =
    opEmbedding.one(Array[Object](data, weight, sparseGrad.value))

  private val opEqual = op("equal")

  /** Truth of x1 == x2, element by element, as bool.
    *
    * @param x1 any real dtype.
    * @param x2 the same, broadcast against `x1`.
    */
  def equal(x1: Operand, x2: Operand): Tensor =
    opEqual.one(x1, x2)

  private val opErf = op("erf")

  /** Error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def erf(x: Operand): Tensor =
    opErf.one(x)

  private val opErfinv = op("erfinv")

  /** Inverse of the error function, element by element; NaN beyond -1 and 1.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def erfinv(x: Operand): Tensor =
    opErfinv.one(x)

  private val opExchangeBlocks = op("exchange_blocks")

  /** Block r, along axis 0, goes to rank r, and comes from there.
    *
    * @param x any dtype; the same type on all ranks.
    * @param ranks how many processes the group has.
    * @param group a group that this process has joined. Default: "world".
    */
  def exchangeBlocks(x: Operand, ranks: Long, group: Opt[String] = Opt.absent): Tensor =
    opExchangeBlocks.one(Array[Object](x, Long.box(ranks), group.value))

  private val opExchangeBlocksStart = op("exchange_blocks_start")

  /** Begins `exchange_blocks`, whose result is there when `collective_wait` has given it.
    *
    * @param x any dtype; the same type on all ranks.
    * @param ranks how many processes the group has.
    * @param group a group that this process has joined. Default: "world".
    */
  def exchangeBlocksStart(x: Operand, ranks: Long, group: Opt[String] = Opt.absent): Seq[Tensor] =
    opExchangeBlocksStart.all(Array[Object](x, Long.box(ranks), group.value): _*).toVector

  private val opExp = op("exp")

  /** Exponential function, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def exp(x: Operand): Tensor =
    opExp.one(x)

  private val opExp2 = op("exp2")

  /** 2 to the power of x, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def exp2(x: Operand): Tensor =
    opExp2.one(x)

  private val opExpandDims = op("expand_dims")

  /** The array with axes of extent 1 added.
    *
    * @param x any dtype.
    * @param axis where the new axes are in the result.
    */
  def expandDims(x: Operand, axis: Ints): Tensor =
    opExpandDims.one(Array[Object](x, axis.numbers))

  private val opExpm1 = op("expm1")

  /** exp(x) - 1, precise near zero, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def expm1(x: Operand): Tensor =
    opExpm1.one(x)

  private val opExponential = op("exponential")

  /** Random numbers of the exponential distribution.
    *
    * @param scale mean, at least 0. Default: 1.
    * @param shape extents.
    * @param dtype floating dtype of the result.
    */
  def exponential(shape: Ints, dtype: Dtype, scale: Opt[Double] = Opt.absent): Tensor =
    opExponential.one(Array[Object](scale.value, shape.numbers, dtype))

  private val opFlip = op("flip")

  /** The array with the elements of some axes in reverse order; a view.
    *
    * @param m any dtype.
    * @param axis which axes; none reverses all. Default: none.
    */
  def flip(m: Operand, axis: Opt[Ints] = Opt.absent): Tensor =
    opFlip.one(Array[Object](m, axis.value))

  private val opFloor = op("floor")

  /** The largest whole number that is not above x, element by element.
    *
    * @param x any real dtype.
    */
  def floor(x: Operand): Tensor =
    opFloor.one(x)

  private val opFloorDivide = op("floor_divide")

  /** Quotient rounded down, element by element: x1 // x2. Integers divided by 0 give 0, floats NaN or infinity.
    *
    * @param x1 any real dtype but bool.
    * @param x2 the same, broadcast against `x1`.
    */
  def floorDivide(x1: Operand, x2: Operand): Tensor =
    opFloorDivide.one(x1, x2)

  private val opFmax = op("fmax")

  /** The larger of two arrays, element by element; NaN only where both are NaN.
    *
    * @param x1 any real dtype.
    * @param x2 second operand, broadcast against `x1`.
    */
  def fmax(x1: Operand, x2: Operand): Tensor =
    opFmax.one(x1, x2)

  private val opFmin = op("fmin")

  /** The smaller of two arrays, element by element; NaN only where both are NaN.
    *
    * @param x1 any real dtype.
    * @param x2 second operand, broadcast against `x1`.
    */
  def fmin(x1: Operand, x2: Operand): Tensor =
    opFmin.one(x1, x2)

  private val opFmod = op("fmod")

  /** Remainder with the sign of the dividend, element by element. Integers modulo 0 give 0, floats NaN.
    *
    * @param x1 any real dtype but bool.
    * @param x2 the same, broadcast against `x1`.
    */
  def fmod(x1: Operand, x2: Operand): Tensor =
    opFmod.one(x1, x2)

  private val opFourier = op("fourier")

  /** The discrete Fourier transform along the last axis, in planes and without a scale.
    *
    * @param x1 float32 or float64: the real parts.
    * @param x2 the imaginary parts; zeros unless given.
    * @param inverse the other sign of the exponent. Default: false.
    */
  def fourier(x1: Operand, x2: Opt[Operand] = Opt.absent, inverse: Opt[Boolean] = Opt.absent): Seq[Tensor] =
    opFourier.all(Array[Object](x1, x2.value, inverse.value): _*).toVector

  private val opFrames = op("frames")

  /** Pieces of rows that begin `hop` elements apart, each of `length` elements; a view.
    *
    * @param x any dtype: at least one axis, rows along the last one.
    * @param length elements of a piece.
    * @param hop from the begin of a piece to that of the next.
    */
  def frames(x: Operand, length: Long, hop: Long): Tensor =
    opFrames.one(Array[Object](x, Long.box(length), Long.box(hop)))

  private val opFull = op("full")

  /** An array with every element the same.
    *
    * @param shape extents.
    * @param fillValue the element, converted to dtype.
    * @param dtype dtype of the result.
    */
  def full(shape: Ints, fillValue: Double, dtype: Dtype): Tensor =
    opFull.one(Array[Object](shape.numbers, Double.box(fillValue), dtype))

  private val opFullyConnected = op("fully_connected")

  /** Affine map of the features: data weightᵀ + bias.
    *
    * @param data any real dtype, shape (N, ...) when flatten, else (..., features).
    * @param weight shape (units, features).
    * @param bias shape (units,).
    * @param flatten merge all axes of data but the first. Default: true.
    */
  def fullyConnected(data: Operand, weight: Operand, bias: Opt[Operand] = Opt.absent, flatten: Opt[Boolean] = Opt.absent): Tensor =
    opFullyConnected.one(Array[Object](data, weight, bias.value, flatten.value))

  private val opGamma = op("gamma")

  /** Gamma function, element by element: (x - 1)! for whole x.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def gamma(x: Operand): Tensor =
    opGamma.one(x)

  private val opGammaln = op("gammaln")

  /** Logarithm of the absolute value of the gamma function, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def gammaln(x: Operand): Tensor =
    opGammaln.one(x)

  private val opGather = op("gather")

  /** Elements or slices at the places that index arrays choose: x[index].
    *
    * @param x any dtype.
    * @param indices int64 arrays that broadcast together; negative ones count back.
    * @param axes the axis of each index array, ascending.
    * @param position where the axes of the index arrays stand among the others. Default: 0.
    * @param shownAxes the axes as errors name them, if they have other numbers there. Default: [].
    */
  def gather(x: Operand, indices: Seq[Tensor], axes: Ints, position: Opt[Long] = Opt.absent, shownAxes: Opt[Ints] = Opt.absent): Tensor =
    opGather.one(Array[Object](x, indices.toArray, axes.numbers, position.value, shownAxes.value))

  private val opGatherBlocks = op("gather_blocks")

  /** The arrays of all ranks, one behind the other along axis 0.
    *
    * @param x any dtype; the same type on all ranks.
    * @param ranks how many processes the group has.
    * @param group a group that this process has joined. Default: "world".
    */
  def gatherBlocks(x: Operand, ranks: Long, group: Opt[String] = Opt.absent): Tensor =
    opGatherBlocks.one(Array[Object](x, Long.box(ranks), group.value))

  private val opGatherBlocksStart = op("gather_blocks_start")

  /** Begins `gather_blocks`, whose result is there when `collective_wait` has given it.
    *
    * @param x any dtype; the same type on all ranks.
    * @param ranks how many processes the group has.
    * @param group a group that this process has joined. Default: "world".
    */
  def gatherBlocksStart(x: Operand, ranks: Long, group: Opt[String] = Opt.absent): Seq[Tensor] =
    opGatherBlocksStart.all(Array[Object](x, Long.box(ranks), group.value): _*).toVector

  private val opGatherNd = op("gather_nd")

  /** Elements or slices at points: data[indices[0], ..., indices[M - 1]].
    *
    * @param data any dtype, at least M axes.
    * @param indices integers, shape (M, ...); negative ones count back.
    */
  def gatherNd(data: Operand, indices: Operand): Tensor =
    opGatherNd.one(data, indices)

  private val opGatherParts = op("gather_parts")

  /** The parts of an array that ranks share, one behind the other; in plans it is no effect, so it may run again instead of keeping its result.
    *
    * @param x any dtype; the same type on all ranks.
    * @param ranks how many processes the group has.
    * @param group a group that this process has joined. Default: "world".
    */
  def gatherParts(x: Operand, ranks: Long, group: Opt[String] = Opt.absent): Tensor =
    opGatherParts.one(Array[Object](x, Long.box(ranks), group.value))

  private val opGelu = op("gelu")

  /** x times the normal distribution's cumulative function.
    *
    * @param x any real dtype; bool and integers become the default float.
    * @param approximation erf is exact, tanh the approximation by tanh. Default: "erf".
    */
  def gelu(x: Operand, approximation: Opt[String] = Opt.absent): Tensor =
    opGelu.one(Array[Object](x, approximation.value))

  private val opGreater = op("greater")

  /** Truth of x1 > x2, element by element, as bool.
    *
    * @param x1 any real dtype.
    * @param x2 the same, broadcast against `x1`.
    */
  def greater(x1: Operand, x2: Operand): Tensor =
    opGreater.one(x1, x2)

  private val opGreaterEqual = op("greater_equal")

  /** Truth of x1 >= x2, element by element, as bool.
    *
    * @param x1 any real dtype.
    * @param x2 the same, broadcast against `x1`.
    */
  def greaterEqual(x1: Operand, x2: Operand): Tensor =
    opGreaterEqual.one(x1, x2)

  private val opGridSample = op("grid_sample")

  /** Images sampled at places from -1 to 1, as PyTorch's grid_sample and ONNX's GridSample.
    *
    * @param data any real dtype; integers become the default float; shape (N, C, H, W).
    * @param grid for each result x, along the width, and y: shape (N, Ho, Wo, 2).
    * @param mode bilinear, nearest or bicubic. Default: "bilinear".
    * @param paddingMode what lies around an image: zeros, its border or its reflection. Default: "zeros".
    * @param alignCorners -1 and 1 are the centers of the outer pixels, not their outer borders. Default: false.
    */
  def gridSample(data: Operand, grid: Operand, mode: Opt[String] = Opt.absent, paddingMode: Opt[String] = Opt.absent, alignCorners: Opt[Boolean] = Opt.absent): Tensor =
    opGridSample.one(Array[Object](data, grid, mode.value, paddingMode.value, alignCorners.value))

  private val opGroupNorm = op("group_norm")

  /** Groups of channels of each sample with mean 0 and variance 1, scaled and shifted.
    *
    * @param data floating, shape (N, C, ...).
    * @param gamma factors, one for each channel.
    * @param beta summands, one for each channel.
    * @param numGroups groups, which divide the channels. Default: 1.
    * @param eps summand of the variance. Default: 1e-05.
    */
  def groupNorm(data: Operand, gamma: Opt[Operand] = Opt.absent, beta: Opt[Operand] = Opt.absent, numGroups: Opt[Long] = Opt.absent, eps: Opt[Double] = Opt.absent): Tensor =
    opGroupNorm.one(Array[Object](data, gamma.value, beta.value, numGroups.value, eps.value))

  private val opGroupRank = op("group_rank")

  /** This process's rank in a group, a number that a plan asks for when it runs.
    *
    * @param group a group that this process has joined. Default: "world".
    */
  def groupRank(group: Opt[String] = Opt.absent): Tensor =
    opGroupRank.one(Array[Object](group.value))

  private val opGroupSize = op("group_size")

  /** How many ranks a group has, a number that a plan asks for when it runs.
    *
    * @param group a group that this process has joined. Default: "world".
    */
  def groupSize(group: Opt[String] = Opt.absent): Tensor =
    opGroupSize.one(Array[Object](group.value))

  private val opGru = op("gru")

  /** A gated recurrent unit: the hidden states of all steps, and the last.
    *
    * @param data floating, shape (T, N, C): all steps.
    * @param hidden shape (N, H).
    * @param i2hWeight rows for each gate, shape (gates H, C).
    * @param h2hWeight shape (gates H, H).
    * @param i2hBias shape (gates H,).
    * @param h2hBias shape (gates H,).
    * @param sequenceLength any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.
    * @param reverse from the last step to the first. Default: false.
    */
  def gru(data: Operand, hidden: Operand, i2hWeight: Operand, h2hWeight: Operand, i2hBias: Operand, h2hBias: Operand, sequenceLength: Opt[Operand] = Opt.absent, reverse: Opt[Boolean] = Opt.absent): Seq[Tensor] =
    opGru.all(Array[Object](data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, sequenceLength.value, reverse.value): _*).toVector

  private val opGruCell = op("gru_cell")

  /** One step of a gated recurrent unit: the next hidden state.
    *
    * @param data floating, shape (N, C).
    * @param hidden shape (N, H).
    * @param i2hWeight rows for each gate, shape (gates H, C).
    * @param h2hWeight shape (gates H, H).
    * @param i2hBias shape (gates H,).
    * @param h2hBias shape (gates H,).
    */
  def gruCell(data: Operand, hidden: Operand, i2hWeight: Operand, h2hWeight: Operand, i2hBias: Operand, h2hBias: Operand): Tensor =
    opGruCell.one(Array[Object](data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias))

  private val opHardSigmoid = op("hard_sigmoid")

  /** alpha x + beta held between 0 and 1, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    * @param alpha slope. Default: 0.2.
    * @param beta value at zero. Default: 0.5.
    */
  def hardSigmoid(x: Operand, alpha: Opt[Double] = Opt.absent, beta: Opt[Double] = Opt.absent): Tensor =
    opHardSigmoid.one(Array[Object](x, alpha.value, beta.value))

  private val opHardSwish = op("hard_swish")

  /** x relu6(x + 3) / 6, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def hardSwish(x: Operand): Tensor =
    opHardSwish.one(x)

  private val opHstack = op("hstack")

  /** Arrays joined side by side: along the second axis, vectors along their only one.
    *
    * @param arrays any dtype, of shapes that agree on all other axes; scalars become vectors.
    */
  def hstack(arrays: Seq[Tensor]): Tensor =
    opHstack.one(Array[Object](arrays.toArray))

  private val opHypergeometric = op("hypergeometric")

  /** How many of a sample are good, of things that are good or bad; NaN where there is none.
    *
    * @param good float32 or float64: how many things are good.
    * @param bad how many are bad, of the same shape.
    * @param sample how many are taken, of the same shape, at most all.
    */
  def hypergeometric(good: Operand, bad: Operand, sample: Operand): Tensor =
    opHypergeometric.one(Array[Object](good, bad, sample))

  private val opHypot = op("hypot")

  /** Length sqrt(x1^2 + x2^2) without overflow, element by element.
    *
    * @param x1 any real dtype; bool and integers become the default float.
    * @param x2 the same, broadcast against `x1`.
    */
  def hypot(x1: Operand, x2: Operand): Tensor =
    opHypot.one(x1, x2)

  private val opImag = op("imag")

  /** The imaginary parts of the elements; of real numbers zeros.
    *
    * @param x any dtype.
    */
  def imag(x: Operand): Tensor =
    opImag.one(x)

  private val opImaginaryPart = op("imaginary_part")

  /** The imaginary parts of complex numbers.
    *
    * @param x complex.
    */
  def imaginaryPart(x: Operand): Tensor =
    opImaginaryPart.one(x)

  private val opIndexAdd = op("index_add")

  /** The array with values added at the places that the rows of a matrix of indices give.
    *
    * @param a any dtype.
    * @param ind integers of shape (M, ...): one row for each of the first M axes.
    * @param `val` broadcasts to the places; repeated ones add up.
    */
  def indexAdd(a: Operand, ind: Operand, `val`: Operand): Tensor =
    opIndexAdd.one(Array[Object](a, ind, `val`))

  private val opIndexUpdate = op("index_update")

  /** The array with values written to the places that the rows of a matrix of indices give.
    *
    * @param a any dtype.
    * @param ind integers of shape (M, ...): one row for each of the first M axes.
    * @param `val` broadcasts to the places; of repeated ones the last wins.
    */
  def indexUpdate(a: Operand, ind: Operand, `val`: Operand): Tensor =
    opIndexUpdate.one(Array[Object](a, ind, `val`))

  private val opInner = op("inner")

  /** Sum of products over the last axes of both arrays.
    *
    * @param a any dtype; a scalar multiplies.
    * @param b any dtype.
    */
  def inner(a: Operand, b: Operand): Tensor =
    opInner.one(a, b)

  private val opInstanceNorm = op("instance_norm")

  /** Each channel of each sample with mean 0 and variance 1, scaled and shifted.
    *
    * @param data floating, shape (N, C, spatial...).
    * @param gamma factors, one for each channel.
    * @param beta summands, one for each channel.
    * @param eps summand of the variance. Default: 1e-05.
    */
  def instanceNorm(data: Operand, gamma: Opt[Operand] = Opt.absent, beta: Opt[Operand] = Opt.absent, eps: Opt[Double] = Opt.absent): Tensor =
    opInstanceNorm.one(Array[Object](data, gamma.value, beta.value, eps.value))

  private val opInterpolate = op("interpolate")

  /** Images resized along their spatial axes, with the coordinates of PyTorch's interpolate, which follow from the extents.
    *
    * @param data any real dtype; integers become the default float; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
    * @param size spatial extents of the result, or one for all. Default: none.
    * @param scaleFactor factor of the spatial extents, in place of `size`. Default: none.
    * @param mode nearest, nearest-exact, linear, cubic or area (mean over cells). Default: "nearest".
    * @param alignCorners linear and cubic: the outer elements lie over those of the result. Default: false.
    * @param antialias linear and cubic: a shrinking filter covers all elements. Default: false.
    */
  def interpolate(data: Operand, size: Opt[Ints] = Opt.absent, scaleFactor: Opt[Double] = Opt.absent, mode: Opt[String] = Opt.absent, alignCorners: Opt[Boolean] = Opt.absent, antialias: Opt[Boolean] = Opt.absent): Tensor =
    opInterpolate.one(Array[Object](data, size.value, scaleFactor.value, mode.value, alignCorners.value, antialias.value))

  private val opInv = op("inv")

  /** Inverses of matrices.
    *
    * @param a any dtype but half types: matrices, (..., M, N).
    */
  def inv(a: Operand): Tensor =
    opInv.one(a)

  private val opInvert = op("invert")

  /** Every bit turned, element by element; on bool, logical not.
    *
    * @param x bool or integers.
    */
  def invert(x: Operand): Tensor =
    opInvert.one(x)

  private val opIrdft = op("irdft")

  /** Real numbers of the first half of their discrete Fourier transform along the last axis, without a scale. `np.fft` has NumPy's functions.
    *
    * @param x any dtype, of real or complex numbers.
    * @param length of the result's last axis.
    */
  def irdft(x: Operand, length: Long): Tensor =
    opIrdft.one(Array[Object](x, Long.box(length)))

  private val opIsfinite = op("isfinite")

  /** Truth of x being neither infinite nor NaN, element by element.
    *
    * @param x any real dtype.
    */
  def isfinite(x: Operand): Tensor =
    opIsfinite.one(x)

  private val opIsinf = op("isinf")

  /** Truth of x being infinite, of either sign, element by element.
    *
    * @param x any real dtype.
    */
  def isinf(x: Operand): Tensor =
    opIsinf.one(x)

  private val opIsnan = op("isnan")

  /** Truth of x being NaN, element by element.
    *
    * @param x any real dtype.
    */
  def isnan(x: Operand): Tensor =
    opIsnan.one(x)

  private val opL2Normalization = op("l2_normalization")

  /** Data divided by the Euclidean norm of a sample, of its channels, or of its places.
    *
    * @param data floating, shape (N, C, ...).
    * @param eps summand of the squared norm. Default: 1e-10.
    * @param mode instance (over C and places), channel (over C) or spatial. Default: "instance".
    */
  def l2Normalization(data: Operand, eps: Opt[Double] = Opt.absent, mode: Opt[String] = Opt.absent): Tensor =
    opL2Normalization.one(Array[Object](data, eps.value, mode.value))

  private val opLayerNorm = op("layer_norm")

  /** The elements along an axis with mean 0 and variance 1, scaled and shifted.
    *
    * @param data floating.
    * @param gamma factors, one for each channel.
    * @param beta summands, one for each channel.
    * @param axis axis that is normalised. Default: -1.
    * @param eps summand of the variance. Default: 1e-05.
    */
  def layerNorm(data: Operand, gamma: Opt[Operand] = Opt.absent, beta: Opt[Operand] = Opt.absent, axis: Opt[Long] = Opt.absent, eps: Opt[Double] = Opt.absent): Tensor =
    opLayerNorm.one(Array[Object](data, gamma.value, beta.value, axis.value, eps.value))

  private val opLeakyRelu = op("leaky_relu")

  /** x above zero, slope x below.
    *
    * @param x any real dtype; bool and integers become the default float.
    * @param slope factor below zero. Default: 0.25.
    */
  def leakyRelu(x: Operand, slope: Opt[Double] = Opt.absent): Tensor =
    opLeakyRelu.one(Array[Object](x, slope.value))

  private val opLeftShift = op("left_shift")

  /** Bits of x1 moved up by x2 places, element by element; 0 for counts that are negative or not below the number of bits.
    *
    * @param x1 integers.
    * @param x2 the same, broadcast against `x1`.
    */
  def leftShift(x1: Operand, x2: Operand): Tensor =
    opLeftShift.one(x1, x2)

  private val opLess = op("less")

  /** Truth of x1 < x2, element by element, as bool.
    *
    * @param x1 any real dtype.
    * @param x2 the same, broadcast against `x1`.
    */
  def less(x1: Operand, x2: Operand): Tensor =
    opLess.one(x1, x2)

  private val opLessEqual = op("less_equal")

  /** Truth of x1 <= x2, element by element, as bool.
    *
    * @param x1 any real dtype.
    * @param x2 the same, broadcast against `x1`.
    */
  def lessEqual(x1: Operand, x2: Operand): Tensor =
    opLessEqual.one(x1, x2)

  private val opLog = op("log")

  /** Natural logarithm, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def log(x: Operand): Tensor =
    opLog.one(x)

  private val opLog10 = op("log10")

  /** Logarithm to base 10, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def log10(x: Operand): Tensor =
    opLog10.one(x)

  private val opLog1P = op("log1p")

  /** log(1 + x), precise near zero, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def log1p(x: Operand): Tensor =
    opLog1P.one(x)

  private val opLog2 = op("log2")

  /** Logarithm to base 2, element by element; exact for powers of 2.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def log2(x: Operand): Tensor =
    opLog2.one(x)

  private val opLogSigmoid = op("log_sigmoid")

  /** Logarithm of the logistic function, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def logSigmoid(x: Operand): Tensor =
    opLogSigmoid.one(x)

  private val opLogSoftmax = op("log_softmax")

  /** Logarithm of the softmax over an axis, stable for large values.
    *
    * @param data any real dtype; integers become the default float.
    * @param axis axis whose exponentials sum to 1. Default: -1.
    * @param temperature divides `data` first; none: 1. Default: none.
    */
  def logSoftmax(data: Operand, axis: Opt[Long] = Opt.absent, temperature: Opt[Double] = Opt.absent): Tensor =
    opLogSoftmax.one(Array[Object](data, axis.value, temperature.value))

  private val opLogStandardGamma = op("log_standard_gamma")

  /** Logarithms of random numbers of the gamma distribution; NaN where there is none.
    *
    * @param shape float32 or float64: the shape parameter, at least 0.
    */
  def logStandardGamma(shape: Operand): Tensor =
    opLogStandardGamma.one(shape)

  private val opLogaddexp = op("logaddexp")

  /** Logarithm of the sum of the exponentials of two arrays, element by element.
    *
    * @param x1 any real dtype; bool and integers become the default float.
    * @param x2 the same, broadcast against `x1`.
    */
  def logaddexp(x1: Operand, x2: Operand): Tensor =
    opLogaddexp.one(x1, x2)

  private val opLogaddexp2 = op("logaddexp2")

  /** Logarithm to base 2 of the sum of the powers of 2, element by element.
    *
    * @param x1 any real dtype; bool and integers become the default float.
    * @param x2 the same, broadcast against `x1`.
    */
  def logaddexp2(x1: Operand, x2: Operand): Tensor =
    opLogaddexp2.one(x1, x2)

  private val opLogicalAnd = op("logical_and")

  /** Truth of x1 and x2, element by element; anything but zero is true.
    *
    * @param x1 any real dtype.
    * @param x2 the same, broadcast against `x1`.
    */
  def logicalAnd(x1: Operand, x2: Operand): Tensor =
    opLogicalAnd.one(x1, x2)

  private val opLogicalNot = op("logical_not")

  /** Truth of not x, element by element; anything but zero is true.
    *
    * @param x any real dtype.
    */
  def logicalNot(x: Operand): Tensor =
    opLogicalNot.one(x)

  private val opLogicalOr = op("logical_or")

  /** Truth of x1 or x2, element by element; anything but zero is true.
    *
    * @param x1 any real dtype.
    * @param x2 the same, broadcast against `x1`.
    */
  def logicalOr(x1: Operand, x2: Operand): Tensor =
    opLogicalOr.one(x1, x2)

  private val opLogicalXor = op("logical_xor")

  /** Truth of either x1 or x2, not both, element by element; anything but zero is true.
    *
    * @param x1 any real dtype.
    * @param x2 second operand, broadcast against `x1`.
    */
  def logicalXor(x1: Operand, x2: Operand): Tensor =
    opLogicalXor.one(x1, x2)

  private val opLogseries = op("logseries")

  /** Random counts of the logarithmic series; NaN where there is none.
    *
    * @param probability float32 or float64: in [0, 1).
    */
  def logseries(probability: Operand): Tensor =
    opLogseries.one(probability)

  private val opLogsumexp = op("logsumexp")

  /** Logarithm of the sum of exponentials over axes, without overflow.
    *
    * @param x any real dtype; bool and integers become the default float.
    * @param axis axis or axes to reduce; none reduces all. Default: none.
    * @param keepdims keep the reduced axes with extent 1. Default: false.
    */
  def logsumexp(x: Operand, axis: Opt[Ints] = Opt.absent, keepdims: Opt[Boolean] = Opt.absent): Tensor =
    opLogsumexp.one(Array[Object](x, axis.value, keepdims.value))

  private val opLstm = op("lstm")

  /** A long short-term memory: the hidden states of all steps, the last hidden state and cell.
    *
    * @param data floating, shape (T, N, C): all steps.
    * @param hidden shape (N, H).
    * @param cell shape (N, H).
    * @param i2hWeight rows for each gate, shape (gates H, C).
    * @param h2hWeight shape (gates H, H).
    * @param i2hBias shape (gates H,).
    * @param h2hBias shape (gates H,).
    * @param sequenceLength any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.
    * @param reverse from the last step to the first. Default: false.
    */
  def lstm(data: Operand, hidden: Operand, cell: Operand, i2hWeight: Operand, h2hWeight: Operand, i2hBias: Operand, h2hBias: Operand, sequenceLength: Opt[Operand] = Opt.absent, reverse: Opt[Boolean] = Opt.absent): Seq[Tensor] =
    opLstm.all(Array[Object](data, hidden, cell, i2hWeight, h2hWeight, i2hBias, h2hBias, sequenceLength.value, reverse.value): _*).toVector

  private val opLstmCell = op("lstm_cell")

  /** One step of a long short-term memory: the next hidden state and the next cell.
    *
    * @param data floating, shape (N, C).
    * @param hidden shape (N, H).
    * @param cell shape (N, H).
    * @param i2hWeight rows for each gate, shape (gates H, C).
    * @param h2hWeight shape (gates H, H).
    * @param i2hBias shape (gates H,).
    * @param h2hBias shape (gates H,).
    */
  def lstmCell(data: Operand, hidden: Operand, cell: Operand, i2hWeight: Operand, h2hWeight: Operand, i2hBias: Operand, h2hBias: Operand): Seq[Tensor] =
    opLstmCell.all(Array[Object](data, hidden, cell, i2hWeight, h2hWeight, i2hBias, h2hBias): _*).toVector

  private val opMatmul = op("matmul")

  /** Matrix product; leading axes broadcast, a vector is a row on the left, a column right.
    *
    * @param x1 any real dtype, shape (..., M, K) or (K,).
    * @param x2 shape (..., K, N) or (K,).
    */
  def matmul(x1: Operand, x2: Operand): Tensor =
    opMatmul.one(x1, x2)

  private val opMatvec = op("matvec")

  /** Products of matrices and vectors; leading axes broadcast.
    *
    * @param x1 any real dtype, shape (..., M, N).
    * @param x2 shape (..., N).
    */
  def matvec(x1: Operand, x2: Operand): Tensor =
    opMatvec.one(x1, x2)

  private val opMax = op("max")

  /** Largest element over axes; NaN if there is one.
    *
    * @param x any real dtype.
    * @param axis axis or axes to reduce; none reduces all. Default: none.
    * @param keepdims keep the reduced axes with extent 1. Default: false.
    */
  def max(x: Operand, axis: Opt[Ints] = Opt.absent, keepdims: Opt[Boolean] = Opt.absent): Tensor =
    opMax.one(Array[Object](x, axis.value, keepdims.value))

  private val opMaximum = op("maximum")

  /** The larger of two arrays, element by element; NaN where either is NaN.
    *
    * @param x1 any real dtype.
    * @param x2 the same, broadcast against `x1`.
    */
  def maximum(x1: Operand, x2: Operand): Tensor =
    opMaximum.one(x1, x2)

  private val opMean = op("mean")

  /** Arithmetic mean over axes; bool and integers give the default float.
    *
    * @param x any real dtype.
    * @param axis axis or axes to reduce; none reduces all. Default: none.
    * @param keepdims keep the reduced axes with extent 1. Default: false.
    * @param dtype floating dtype to compute in. Default: none.
    */
  def mean(x: Operand, axis: Opt[Ints] = Opt.absent, keepdims: Opt[Boolean] = Opt.absent, dtype: Opt[Dtype] = Opt.absent): Tensor =
    opMean.one(Array[Object](x, axis.value, keepdims.value, dtype.value))

  private val opMin = op("min")

  /** Smallest element over axes; NaN if there is one.
    *
    * @param x any real dtype.
    * @param axis axis or axes to reduce; none reduces all. Default: none.
    * @param keepdims keep the reduced axes with extent 1. Default: false.
    */
  def min(x: Operand, axis: Opt[Ints] = Opt.absent, keepdims: Opt[Boolean] = Opt.absent): Tensor =
    opMin.one(Array[Object](x, axis.value, keepdims.value))

  private val opMinimum = op("minimum")

  /** The smaller of two arrays, element by element; NaN where either is NaN.
    *
    * @param x1 any real dtype.
    * @param x2 the same, broadcast against `x1`.
    */
  def minimum(x1: Operand, x2: Operand): Tensor =
    opMinimum.one(x1, x2)

  private val opMish = op("mish")

  /** x tanh(softplus(x)), element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def mish(x: Operand): Tensor =
    opMish.one(x)

  private val opMoveaxis = op("moveaxis")

  /** The array with axes moved to other places, the rest in their order; a view.
    *
    * @param a any dtype.
    * @param source axes to move.
    * @param destination where each of them goes.
    */
  def moveaxis(a: Operand, source: Ints, destination: Ints): Tensor =
    opMoveaxis.one(Array[Object](a, source.numbers, destination.numbers))

  private val opMultiply = op("multiply")

  /** Product of two arrays, element by element.
    *
    * @param x1 any real dtype.
    * @param x2 the same, broadcast against `x1`.
    */
  def multiply(x1: Operand, x2: Operand): Tensor =
    opMultiply.one(x1, x2)

  private val opNanToNum = op("nan_to_num")

  /** x with numbers in the place of NaN and infinities, element by element.
    *
    * @param x any real dtype.
    * @param nan takes the place of NaN. Default: 0.
    * @param posinf that of infinity; none: the largest number. Default: none.
    * @param neginf that of -infinity; none: the smallest number. Default: none.
    */
  def nanToNum(x: Operand, nan: Opt[Double] = Opt.absent, posinf: Opt[Double] = Opt.absent, neginf: Opt[Double] = Opt.absent): Tensor =
    opNanToNum.one(Array[Object](x, nan.value, posinf.value, neginf.value))

  private val opNegative = op("negative")

  /** The negative, element by element.
    *
    * @param x any real dtype.
    */
  def negative(x: Operand): Tensor =
    opNegative.one(x)

  private val opNorm = op("norm")

  /** Length of vectors or matrices over axes; by default the root of the sum of squares, whose gradient at zero is zero.
    *
    * @param x any real dtype; bool and integers become the default float.
    * @param ord order: any of vectors, 1, -1, inf or -inf of matrices; none: 2, of all axes. Default: none.
    * @param axis axis or axes to reduce; none reduces all. Default: none.
    * @param keepdims keep the reduced axes with extent 1. Default: false.
    */
  def norm(x: Operand, ord: Opt[Double] = Opt.absent, axis: Opt[Ints] = Opt.absent, keepdims: Opt[Boolean] = Opt.absent): Tensor =
    opNorm.one(Array[Object](x, ord.value, axis.value, keepdims.value))

  private val opNormal = op("normal")

  /** Random numbers of the normal distribution.
    *
    * @param loc mean. Default: 0.
    * @param scale standard deviation, at least 0. Default: 1.
    * @param shape extents.
    * @param dtype floating dtype of the result.
    */
  def normal(shape: Ints, dtype: Dtype, loc: Opt[Double] = Opt.absent, scale: Opt[Double] = Opt.absent): Tensor =
    opNormal.one(Array[Object](loc.value, scale.value, shape.numbers, dtype))

  private val opNotEqual = op("not_equal")

  /** Truth of x1 != x2, element by element, as bool.
    *
    * @param x1 any real dtype.
    * @param x2 the same, broadcast against `x1`.
    */
  def notEqual(x1: Operand, x2: Operand): Tensor =
    opNotEqual.one(x1, x2)

  private val opOneHot = op("one_hot")

  /** A new last axis with one value at each integer's place and another elsewhere.
    *
    * @param data integers of any shape; those outside the new axis give no place.
    * @param depth extent of the new axis.
    * @param onValue value at the place. Default: 1.
    * @param offValue value elsewhere. Default: 0.
    * @param dtype float32 by default. Default: none.
    */
  def oneHot(data: Operand, depth: Long, onValue: Opt[Double] = Opt.absent, offValue: Opt[Double] = Opt.absent, dtype: Opt[Dtype] = Opt.absent): Tensor =
    opOneHot.one(Array[Object](data, Long.box(depth), onValue.value, offValue.value, dtype.value))

  private val opOuter = op("outer")

  /** Products of each element of a (rows) with each of b (columns), both taken as flat.
    *
    * @param a any dtype.
    * @param b any dtype.
    */
  def outer(a: Operand, b: Operand): Tensor =
    opOuter.one(a, b)

  private val opOverlapAdd = op("overlap_add")

  /** The sum of pieces of rows that begin `hop` elements apart; between them there are zeros.
    *
    * @param frames float32 or float64: at least two axes, pieces along the last one.
    * @param hop from the begin of a piece to that of the next.
    * @param start elements that are left out at the begin and, unless `length` is given, at the end. Default: 0.
    * @param length elements of the result; beyond the pieces zeros. Default: none.
    */
  def overlapAdd(frames: Operand, hop: Long, start: Opt[Long] = Opt.absent, length: Opt[Long] = Opt.absent): Tensor =
    opOverlapAdd.one(Array[Object](frames, Long.box(hop), start.value, length.value))

  private val opPad = op("pad")

  /** The array with a border round it.
    *
    * @param array any dtype.
    * @param value what the border is filled with in mode constant, 0 unless given.
    * @param before width of the border at the start of each axis.
    * @param after width at the end of each axis.
    * @param mode constant, edge, reflect, symmetric or wrap. Default: "constant".
    */
  def pad(array: Operand, before: Ints, after: Ints, value: Opt[Operand] = Opt.absent, mode: Opt[String] = Opt.absent): Tensor =
    opPad.one(Array[Object](array, value.value, before.numbers, after.numbers, mode.value))

  private val opPermutation = op("permutation")

  /** The numbers 0 to n - 1 in random order, as int64.
    *
    * @param n how many.
    */
  def permutation(n: Long): Tensor =
    opPermutation.one(Array[Object](Long.box(n)))

  private val opPick = op("pick")

  /** One element along an axis for each position of the others: data[i, index[i]].
    *
    * @param data any dtype.
    * @param index any real dtype, cut to integers, data's shape without the axis; negative ones count back.
    * @param axis axis that the indices count along. Default: -1.
    * @param keepdims keep the axis with extent 1. Default: false.
    * @param mode raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: "raise".
    */
  def pick(data: Operand, index: Operand, axis: Opt[Long] = Opt.absent, keepdims: Opt[Boolean] = Opt.absent, mode: Opt[String] = Opt.absent): Tensor =
    opPick.one(Array[Object](data, index, axis.value, keepdims.value, mode.value))

  private val opPoisson = op("poisson")

  /** Random counts of the Poisson distribution; NaN where there is none.
    *
    * @param rate float32 or float64: means.
    */
  def poisson(rate: Operand): Tensor =
    opPoisson.one(rate)

  private val opPolygamma = op("polygamma")

  /** The n-th derivative of digamma, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    * @param n order of the derivative, from 0 to 20. Default: 1.
    */
  def polygamma(x: Operand, n: Opt[Long] = Opt.absent): Tensor =
    opPolygamma.one(Array[Object](x, n.value))

  private val opPooling = op("pooling")

  /** Maximum, average, sum or norm over windows of one, two or three spatial axes.
    *
    * @param data any real dtype for maxima, else floating; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
    * @param kernel extents of the window. Default: none.
    * @param poolType max or avg; pooling also has sum and lp. Default: "max".
    * @param stride step of the window, 1 by default. Default: none.
    * @param pad elements added on both sides, or before all axes and then behind them; 0 by default. Default: none.
    * @param globalPool one window over the whole image. Default: false.
    * @param poolingConvention valid drops a last window that does not fit, full keeps it. Default: "valid".
    * @param countIncludePad the average counts padded elements. Default: true.
    * @param pValue the p of pool_type lp, the p-norm, at least 1. Default: 2.
    */
  def pooling(data: Operand, kernel: Opt[Ints] = Opt.absent, poolType: Opt[String] = Opt.absent, stride: Opt[Ints] = Opt.absent, pad: Opt[Ints] = Opt.absent, globalPool: Opt[Boolean] = Opt.absent, poolingConvention: Opt[String] = Opt.absent, countIncludePad: Opt[Boolean] = Opt.absent, pValue: Opt[Long] = Opt.absent): Tensor =
    opPooling.one(Array[Object](data, kernel.value, poolType.value, stride.value, pad.value, globalPool.value, poolingConvention.value, countIncludePad.value, pValue.value))

  private val opPow = op("pow")

  /** x1 to the power of x2, by the general formula, element by element.
    *
    * @param x1 any real dtype but bool.
    * @param x2 the same, broadcast against `x1`.
    */
  def pow(x1: Operand, x2: Operand): Tensor =
    opPow.one(x1, x2)

  private val opPower = op("power")

  /** x1 to the power of x2, element by element. Integers wrap; their negative powers are truncated to 0, 1 or -1, and refused where the exponent is a number.
    *
    * @param x1 any real dtype but bool.
    * @param x2 exponent, broadcast against `x1`.
    */
  def power(x1: Operand, x2: Operand): Tensor =
    opPower.one(x1, x2)

  private val opPrelu = op("prelu")

  /** x above zero, gamma x below, with slopes that are learned.
    *
    * @param x any real dtype, shape (N, C, ...).
    * @param gamma slopes: one, one for each of C channels, or broadcast against `x`.
    */
  def prelu(x: Operand, gamma: Operand): Tensor =
    opPrelu.one(x, gamma)

  private val opPrint = op("print")

  /** Prints a line: a text with arrays in the places that it marks by `{}`.
    *
    * @param arrays any dtype; one for each `{}`.
    * @param format `{{` and `}}` are braces. Default: "{}".
    */
  def print(arrays: Seq[Tensor], format: Opt[String] = Opt.absent): Seq[Tensor] =
    opPrint.all(Array[Object](arrays.toArray, format.value): _*).toVector

  private val opProd = op("prod")

  /** Product over axes; bool and integers multiply in 64 bits. An empty product is 1.
    *
    * @param x any real dtype.
    * @param axis axis or axes to reduce; none reduces all. Default: none.
    * @param keepdims keep the reduced axes with extent 1. Default: false.
    * @param dtype floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none.
    */
  def prod(x: Operand, axis: Opt[Ints] = Opt.absent, keepdims: Opt[Boolean] = Opt.absent, dtype: Opt[Dtype] = Opt.absent): Tensor =
    opProd.one(Array[Object](x, axis.value, keepdims.value, dtype.value))

  private val opPtp = op("ptp")

  /** Largest less smallest element over axes.
    *
    * @param x any real dtype.
    * @param axis axis or axes to reduce; none reduces all. Default: none.
    * @param keepdims keep the reduced axes with extent 1. Default: false.
    */
  def ptp(x: Operand, axis: Opt[Ints] = Opt.absent, keepdims: Opt[Boolean] = Opt.absent): Tensor =
    opPtp.one(Array[Object](x, axis.value, keepdims.value))

  private val opQr = op("qr")

  /** Orthogonal columns Q and a triangle R of matrices Q R.
    *
    * @param a any dtype but half types: matrices, (..., M, N).
    */
  def qr(a: Operand): Seq[Tensor] =
    opQr.all(Array[Object](a): _*).toVector

  private val opQuantize = op("quantize")

  /** Integers that stand for real numbers: data / scale, rounded to the nearest (halves to the even one), plus the zero point; saturates, and maps NaN to 0.
    *
    * @param data float32 or half types.
    * @param scale floating, greater than 0, shape () or that of the axis.
    * @param zeroPoint int8 or uint8, shape () or that of the axis; none: 0.
    * @param axis axis along which there are several scales. Default: -1.
    * @param dtype int8 or uint8; int8 by default. Default: none.
    */
  def quantize(data: Operand, scale: Operand, zeroPoint: Opt[Operand] = Opt.absent, axis: Opt[Long] = Opt.absent, dtype: Opt[Dtype] = Opt.absent): Tensor =
    opQuantize.one(Array[Object](data, scale, zeroPoint.value, axis.value, dtype.value))

  private val opQuantizedAdd = op("quantized_add")

  /** Sum of two int8 arrays of their own scales, as int8, rounded as in TensorFlow Lite.
    *
    * @param x1 int8.
    * @param x2 int8, shape of x1.
    * @param x1Scale what a step of x1 stands for.
    * @param x2Scale what a step of x2 stands for.
    * @param outputScale what a step of the result stands for.
    * @param x1ZeroPoint the integer that stands for zero in x1. Default: 0.
    * @param x2ZeroPoint the integer that stands for zero in x2. Default: 0.
    * @param outputZeroPoint the integer that stands for zero in the result. Default: 0.
    * @param low lower bound of the result. Default: -128.
    * @param high upper bound of the result. Default: 127.
    */
  def quantizedAdd(x1: Operand, x2: Operand, x1Scale: Double, x2Scale: Double, outputScale: Double, x1ZeroPoint: Opt[Long] = Opt.absent, x2ZeroPoint: Opt[Long] = Opt.absent, outputZeroPoint: Opt[Long] = Opt.absent, low: Opt[Long] = Opt.absent, high: Opt[Long] = Opt.absent): Tensor =
    opQuantizedAdd.one(Array[Object](x1, x2, Double.box(x1Scale), Double.box(x2Scale), Double.box(outputScale), x1ZeroPoint.value, x2ZeroPoint.value, outputZeroPoint.value, low.value, high.value))

  private val opQuantizedConvolution = op("quantized_convolution")

  /** Convolution of int8 images, of data - zero_point in int32, which pads with zero_point; with a multiplier and a shift as int8, see requantize.
    *
    * @param data int8, shape (N, C, W) or (N, C, H, W).
    * @param weight int8, shape (filters, C / groups, kernel...).
    * @param bias int32, shape (filters,).
    * @param multiplier int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
    * @param shift int32, shape of multiplier: the factor's power of two, -31 to 30.
    * @param residual int8, shape of the result: added to the sums, times its factor.
    * @param residualFactor int32, shape (filters,): its scale over that of the sums.
    * @param kernel extents of the window; those of the weight. Default: none.
    * @param stride step of the window, 1 by default. Default: none.
    * @param pad zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.
    * @param dilate distance of the window's elements, 1 by default. Default: none.
    * @param numGroup groups of channels that do not see each other. Default: 1.
    * @param zeroPoint the integer that stands for zero in data, and pads it. Default: 0.
    * @param outputZeroPoint the integer that stands for zero in the result. Default: 0.
    * @param low lower bound of the result. Default: -128.
    * @param high upper bound of the result. Default: 127.
    * @param channelsLast data is (N, W, C) or (N, H, W, C), the weight (filters, kernel..., C / groups). Default: false.
    */
  def quantizedConvolution(data: Operand, weight: Operand, bias: Opt[Operand] = Opt.absent, multiplier: Opt[Operand] = Opt.absent, shift: Opt[Operand] = Opt.absent, residual: Opt[Operand] = Opt.absent, residualFactor: Opt[Operand] = Opt.absent, kernel: Opt[Ints] = Opt.absent, stride: Opt[Ints] = Opt.absent, pad: Opt[Ints] = Opt.absent, dilate: Opt[Ints] = Opt.absent, numGroup: Opt[Long] = Opt.absent, zeroPoint: Opt[Long] = Opt.absent, outputZeroPoint: Opt[Long] = Opt.absent, low: Opt[Long] = Opt.absent, high: Opt[Long] = Opt.absent, channelsLast: Opt[Boolean] = Opt.absent): Tensor =
    opQuantizedConvolution.one(Array[Object](data, weight, bias.value, multiplier.value, shift.value, residual.value, residualFactor.value, kernel.value, stride.value, pad.value, dilate.value, numGroup.value, zeroPoint.value, outputZeroPoint.value, low.value, high.value, channelsLast.value))

  private val opQuantizedConvolution16 = op("quantized_convolution16")

  /** Convolution of int16 images with int8 filters: int64 sums, or with a multiplier and a shift int16, the sums times multiplier * 2^-shift, rounded to the nearest, halves up.
    *
    * @param data int16, shape (N, H, W, C).
    * @param weight int8, shape (filters, kernel..., C / groups).
    * @param bias int64, shape (filters,).
    * @param multiplier int32, shape (filters,): 0 to 32767.
    * @param shift int32, shape (filters,): 1 to 62.
    * @param kernel extents of the window; those of the weight. Default: none.
    * @param stride step of the window, 1 by default. Default: none.
    * @param pad zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.
    * @param dilate distance of the window's elements, 1 by default. Default: none.
    * @param numGroup groups of channels that do not see each other. Default: 1.
    * @param low lower bound of the result. Default: -32768.
    * @param high upper bound of the result. Default: 32767.
    */
  def quantizedConvolution16(data: Operand, weight: Operand, bias: Opt[Operand] = Opt.absent, multiplier: Opt[Operand] = Opt.absent, shift: Opt[Operand] = Opt.absent, kernel: Opt[Ints] = Opt.absent, stride: Opt[Ints] = Opt.absent, pad: Opt[Ints] = Opt.absent, dilate: Opt[Ints] = Opt.absent, numGroup: Opt[Long] = Opt.absent, low: Opt[Long] = Opt.absent, high: Opt[Long] = Opt.absent): Tensor =
    opQuantizedConvolution16.one(Array[Object](data, weight, bias.value, multiplier.value, shift.value, kernel.value, stride.value, pad.value, dilate.value, numGroup.value, low.value, high.value))

  private val opQuantizedFullyConnected = op("quantized_fully_connected")

  /** Affine map of int8 features, (data - zero_point) weightᵀ + bias in int32; with a multiplier and a shift as int8, see requantize.
    *
    * @param data int8, shape (N, ...) when flatten, else (..., features).
    * @param weight int8, shape (units, features).
    * @param bias int32, shape (units,).
    * @param multiplier int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
    * @param shift int32, shape of multiplier: the factor's power of two, -31 to 30.
    * @param zeroPoint the integer that stands for zero in data. Default: 0.
    * @param outputZeroPoint the integer that stands for zero in the result. Default: 0.
    * @param low lower bound of the result. Default: -128.
    * @param high upper bound of the result. Default: 127.
    * @param flatten merge all axes of data but the first. Default: true.
    */
  def quantizedFullyConnected(data: Operand, weight: Operand, bias: Opt[Operand] = Opt.absent, multiplier: Opt[Operand] = Opt.absent, shift: Opt[Operand] = Opt.absent, zeroPoint: Opt[Long] = Opt.absent, outputZeroPoint: Opt[Long] = Opt.absent, low: Opt[Long] = Opt.absent, high: Opt[Long] = Opt.absent, flatten: Opt[Boolean] = Opt.absent): Tensor =
    opQuantizedFullyConnected.one(Array[Object](data, weight, bias.value, multiplier.value, shift.value, zeroPoint.value, outputZeroPoint.value, low.value, high.value, flatten.value))

  private val opQuantizedGru = op("quantized_gru")

  /** A gated recurrent unit in integers, from a hidden state of 0: its hidden states after all steps, int8, multiples of 2^-7. Gates have 16 bits.
    *
    * @param data int8, shape (T, N, C): all steps.
    * @param i2hWeight int8, rows for each gate, shape (gates H, C).
    * @param h2hWeight int8, shape (gates H, H).
    * @param i2hBias int32, shape (gates H,): of the sums, with what the zero point of data takes from them.
    * @param i2hMultiplier int32: to multiples of 2^-12, see quantized_multiplier.
    * @param i2hShift int32, of the multiplier.
    * @param h2hBias int32, shape (gates H,).
    * @param h2hMultiplier int32: to multiples of 2^-12, see quantized_multiplier.
    * @param h2hShift int32, of the multiplier.
    * @param reverse from the last step to the first. Default: false.
    */
  def quantizedGru(data: Operand, i2hWeight: Operand, h2hWeight: Operand, i2hBias: Operand, i2hMultiplier: Operand, i2hShift: Operand, h2hBias: Operand, h2hMultiplier: Operand, h2hShift: Operand, reverse: Opt[Boolean] = Opt.absent): Tensor =
    opQuantizedGru.one(Array[Object](data, i2hWeight, h2hWeight, i2hBias, i2hMultiplier, i2hShift, h2hBias, h2hMultiplier, h2hShift, reverse.value))

  private val opQuantizedLookup = op("quantized_lookup")

  /** What a table has for each int8 element: any function of one element, between any scales.
    *
    * @param data int8.
    * @param table int8, shape (256,): results for -128, -127, ... 127.
    */
  def quantizedLookup(data: Operand, table: Operand): Tensor =
    opQuantizedLookup.one(data, table)

  private val opQuantizedLstm = op("quantized_lstm")

  /** A long short-term memory in integers, from states of 0: its hidden states after all steps, int8, multiples of 2^-7. Gates and cells have 16 bits; a cell reaches from -16 to 16.
    *
    * @param data int8, shape (T, N, C): all steps.
    * @param i2hWeight int8, rows for each gate, shape (gates H, C).
    * @param h2hWeight int8, shape (gates H, H).
    * @param i2hBias int32, shape (gates H,): of the sums, with what the zero point of data takes from them.
    * @param i2hMultiplier int32: to multiples of 2^-12, see quantized_multiplier.
    * @param i2hShift int32, of the multiplier.
    * @param h2hBias int32, shape (gates H,).
    * @param h2hMultiplier int32: to multiples of 2^-12, see quantized_multiplier.
    * @param h2hShift int32, of the multiplier.
    * @param reverse from the last step to the first. Default: false.
    */
  def quantizedLstm(data: Operand, i2hWeight: Operand, h2hWeight: Operand, i2hBias: Operand, i2hMultiplier: Operand, i2hShift: Operand, h2hBias: Operand, h2hMultiplier: Operand, h2hShift: Operand, reverse: Opt[Boolean] = Opt.absent): Tensor =
    opQuantizedLstm.one(Array[Object](data, i2hWeight, h2hWeight, i2hBias, i2hMultiplier, i2hShift, h2hBias, h2hMultiplier, h2hShift, reverse.value))

  private val opQuantizedPooling = op("quantized_pooling")

  /** Maximum or average of int8 over windows of one or two spatial axes, of data's scale; the average is rounded to the nearest, halves away from zero, as in TensorFlow Lite.
    *
    * @param data int8, shape (N, C, W) or (N, C, H, W).
    * @param kernel extents of the window. Default: none.
    * @param poolType max or avg; pooling also has sum and lp. Default: "max".
    * @param stride step of the window, 1 by default. Default: none.
    * @param pad elements added on both sides, or before all axes and then behind them; 0 by default. Default: none.
    * @param globalPool one window over the whole image. Default: false.
    * @param poolingConvention valid drops a last window that does not fit, full keeps it. Default: "valid".
    * @param countIncludePad the average counts padded elements. Default: true.
    * @param zeroPoint the integer that stands for zero: padded elements of an average. Default: 0.
    * @param channelsLast data is (N, W, C) or (N, H, W, C). Default: false.
    */
  def quantizedPooling(data: Operand, kernel: Opt[Ints] = Opt.absent, poolType: Opt[String] = Opt.absent, stride: Opt[Ints] = Opt.absent, pad: Opt[Ints] = Opt.absent, globalPool: Opt[Boolean] = Opt.absent, poolingConvention: Opt[String] = Opt.absent, countIncludePad: Opt[Boolean] = Opt.absent, zeroPoint: Opt[Long] = Opt.absent, channelsLast: Opt[Boolean] = Opt.absent): Tensor =
    opQuantizedPooling.one(Array[Object](data, kernel.value, poolType.value, stride.value, pad.value, globalPool.value, poolingConvention.value, countIncludePad.value, zeroPoint.value, channelsLast.value))

  private val opQuantizedSoftmax = op("quantized_softmax")

  /** Softmax of int8 along the last axis by TensorFlow Lite's rule: int8 that stand for (y + 128) / 256.
    *
    * @param data int8, at most 4095 elements along the last axis.
    * @param scale what a step of data stands for.
    */
  def quantizedSoftmax(data: Operand, scale: Double): Tensor =
    opQuantizedSoftmax.one(Array[Object](data, Double.box(scale)))

  private val opRandint = op("randint")

  /** Random integers in [low, high), each equally likely, as int64.
    *
    * @param low least number.
    * @param high bound, not reached.
    * @param shape extents.
    */
  def randint(low: Long, high: Long, shape: Ints): Tensor =
    opRandint.one(Array[Object](Long.box(low), Long.box(high), shape.numbers))

  private val opRavel = op("ravel")

  /** The elements in row-major order along one axis; a view where strides allow.
    *
    * @param a any dtype.
    */
  def ravel(a: Operand): Tensor =
    opRavel.one(a)

  private val opRdft = op("rdft")

  /** The first half of the discrete Fourier transform of real numbers along the last axis, without a scale; complex. `np.fft` has NumPy's functions.
    *
    * @param x any real dtype.
    */
  def rdft(x: Operand): Tensor =
    opRdft.one(x)

  private val opReal = op("real")

  /** The real parts of the elements; of real numbers the array itself.
    *
    * @param x any dtype.
    */
  def real(x: Operand): Tensor =
    opReal.one(x)

  private val opRealFourier = op("real_fourier")

  /** The first half of the discrete Fourier transform of real rows, in planes and without a scale.
    *
    * @param x float32 or float64.
    * @param mirrored elements with a mirror image count twice. Default: false.
    */
  def realFourier(x: Operand, mirrored: Opt[Boolean] = Opt.absent): Seq[Tensor] =
    opRealFourier.all(Array[Object](x, mirrored.value): _*).toVector

  private val opRealFourierInverse = op("real_fourier_inverse")

  /** Real rows of the first halves of their discrete Fourier transforms, in planes and without a scale.
    *
    * @param x1 float32 or float64: the real parts.
    * @param x2 the imaginary parts; zeros unless given.
    * @param length of the rows.
    * @param mirrored elements with a mirror image count twice. Default: true.
    */
  def realFourierInverse(x1: Operand, length: Long, x2: Opt[Operand] = Opt.absent, mirrored: Opt[Boolean] = Opt.absent): Tensor =
    opRealFourierInverse.one(Array[Object](x1, x2.value, Long.box(length), mirrored.value))

  private val opRealPart = op("real_part")

  /** The real parts of complex numbers.
    *
    * @param x complex.
    */
  def realPart(x: Operand): Tensor =
    opRealPart.one(x)

  private val opReceive = op("receive")

  /** The next array that another rank sends to this one.
    *
    * @param token any dtype; what has a gradient only if this has; its value is not read.
    * @param shape of the array that was sent.
    * @param dtype of the array that was sent.
    * @param source the rank that sends it.
    * @param tag messages of one tag arrive in the order in which they were sent. Default: 0.
    * @param group a group that this process has joined. Default: "world".
    */
  def receive(shape: Ints, dtype: Dtype, source: Long, token: Opt[Operand] = Opt.absent, tag: Opt[Long] = Opt.absent, group: Opt[String] = Opt.absent): Tensor =
    opReceive.one(Array[Object](token.value, shape.numbers, dtype, Long.box(source), tag.value, group.value))

  private val opReciprocal = op("reciprocal")

  /** 1 / x, element by element; integers give the default float.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def reciprocal(x: Operand): Tensor =
    opReciprocal.one(x)

  private val opReduceBlocks = op("reduce_blocks")

  /** This rank's block, along axis 0, of the reduction of the arrays of all ranks.
    *
    * @param x any real dtype but bool; the same type on all ranks.
    * @param ranks how many processes the group has.
    * @param reduction `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
    * @param ordered the same bits whatever moves the bytes: a tree over ranks. Default: false.
    * @param group a group that this process has joined. Default: "world".
    */
  def reduceBlocks(x: Operand, ranks: Long, reduction: Opt[String] = Opt.absent, ordered: Opt[Boolean] = Opt.absent, group: Opt[String] = Opt.absent): Tensor =
    opReduceBlocks.one(Array[Object](x, Long.box(ranks), reduction.value, ordered.value, group.value))

  private val opReduceBlocksStart = op("reduce_blocks_start")

  /** Begins `reduce_blocks`, whose result is there when `collective_wait` has given it.
    *
    * @param x any real dtype but bool; the same type on all ranks.
    * @param ranks how many processes the group has.
    * @param reduction `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
    * @param ordered the same bits whatever moves the bytes: a tree over ranks. Default: false.
    * @param group a group that this process has joined. Default: "world".
    */
  def reduceBlocksStart(x: Operand, ranks: Long, reduction: Opt[String] = Opt.absent, ordered: Opt[Boolean] = Opt.absent, group: Opt[String] = Opt.absent): Seq[Tensor] =
    opReduceBlocksStart.all(Array[Object](x, Long.box(ranks), reduction.value, ordered.value, group.value): _*).toVector

  private val opReduceScatter = op("reduce_scatter")

  /** This rank's part, along an axis, of the reduction of the arrays of all ranks.
    *
    * @param x any real dtype but bool; the same type on all ranks.
    * @param axis along which rank r gets part r.
    * @param ranks how many processes the group has.
    * @param reduction `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
    * @param ordered the same bits whatever moves the bytes: a tree over ranks. Default: false.
    * @param group a group that this process has joined. Default: "world".
    */
  def reduceScatter(x: Operand, axis: Long, ranks: Long, reduction: Opt[String] = Opt.absent, ordered: Opt[Boolean] = Opt.absent, group: Opt[String] = Opt.absent): Tensor =
    opReduceScatter.one(Array[Object](x, Long.box(axis), Long.box(ranks), reduction.value, ordered.value, group.value))

  private val opRelu = op("relu")

  /** Positive part max(x, 0), element by element; NaN stays NaN.
    *
    * @param x any real dtype.
    */
  def relu(x: Operand): Tensor =
    opRelu.one(x)

  private val opRelu6 = op("relu6")

  /** x held between 0 and 6, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def relu6(x: Operand): Tensor =
    opRelu6.one(x)

  private val opRemainder = op("remainder")

  /** Remainder with the sign of the divisor, element by element: x1 % x2. Integers modulo 0 give 0, floats NaN.
    *
    * @param x1 any real dtype but bool.
    * @param x2 the same, broadcast against `x1`.
    */
  def remainder(x1: Operand, x2: Operand): Tensor =
    opRemainder.one(x1, x2)

  private val opRepeat = op("repeat")

  /** Each element repeated, along one axis or in the flat array.
    *
    * @param a any dtype.
    * @param repeats how often, for all or for each element.
    * @param axis axis to repeat along; none repeats the flat array. Default: none.
    */
  def repeat(a: Operand, repeats: Ints, axis: Opt[Long] = Opt.absent): Tensor =
    opRepeat.one(Array[Object](a, repeats.numbers, axis.value))

  private val opRequantize = op("requantize")

  /** Sums of int32 as int8: times multiplier 2^(shift - 31) with the two roundings of TensorFlow Lite, plus the zero point, held between the bounds.
    *
    * @param data int32.
    * @param multiplier int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
    * @param shift int32, shape of multiplier: the factor's power of two, -31 to 30.
    * @param outputZeroPoint the integer that stands for zero in the result. Default: 0.
    * @param low lower bound of the result. Default: -128.
    * @param high upper bound of the result. Default: 127.
    * @param axis axis along which there are several multipliers. Default: -1.
    */
  def requantize(data: Operand, multiplier: Operand, shift: Operand, outputZeroPoint: Opt[Long] = Opt.absent, low: Opt[Long] = Opt.absent, high: Opt[Long] = Opt.absent, axis: Opt[Long] = Opt.absent): Tensor =
    opRequantize.one(Array[Object](data, multiplier, shift, outputZeroPoint.value, low.value, high.value, axis.value))

  private val opReshape = op("reshape")

  /** The same elements in row-major order under another shape; a view where strides allow.
    *
    * @param x any dtype.
    * @param newshape extents; one may be -1, the rest.
    */
  def reshape(x: Operand, newshape: Ints): Tensor =
    opReshape.one(Array[Object](x, newshape.numbers))

  private val opRightShift = op("right_shift")

  /** Bits of x1 moved down by x2 places, element by element; 0 or -1 by the sign of x1 for counts that are negative or not below the number of bits.
    *
    * @param x1 integers.
    * @param x2 the same, broadcast against `x1`.
    */
  def rightShift(x1: Operand, x2: Operand): Tensor =
    opRightShift.one(x1, x2)

  private val opRint = op("rint")

  /** The whole number nearest to x, halves to the even one, element by element.
    *
    * @param x any real dtype.
    */
  def rint(x: Operand): Tensor =
    opRint.one(x)

  private val opRmsNorm = op("rms_norm")

  /** The elements along an axis divided by their root mean square, scaled.
    *
    * @param data floating.
    * @param gamma factors, one for each element of the axis.
    * @param axis axis that is normalised. Default: -1.
    * @param eps summand of the mean square. Default: 1e-06.
    */
  def rmsNorm(data: Operand, gamma: Opt[Operand] = Opt.absent, axis: Opt[Long] = Opt.absent, eps: Opt[Double] = Opt.absent): Tensor =
    opRmsNorm.one(Array[Object](data, gamma.value, axis.value, eps.value))

  private val opRmspropCenteredUpdate = op("rmsprop_centered_update")

  /** RMSProp by the gradient's variance, with momentum: the new weight, mean square, mean and step.
    *
    * @param weight floating: the parameter.
    * @param grad its gradient, same shape.
    * @param square running mean of the gradient's square.
    * @param mean running mean of the gradient.
    * @param step the step before.
    * @param lr learning rate: a number, or an array without axes.
    * @param wd weight decay. Default: 0.
    * @param rescaleGrad factor of the gradient. Default: 1.
    * @param clipGradient bound of the rescaled gradient's elements; negative: none. Default: -1.
    * @param rho decay of the means. Default: 0.9.
    * @param momentum share of the step that stays. Default: 0.9.
    * @param epsilon added to the variance. Default: 1e-08.
    */
  def rmspropCenteredUpdate(weight: Operand, grad: Operand, square: Operand, mean: Operand, step: Operand, lr: Operand, wd: Opt[Double] = Opt.absent, rescaleGrad: Opt[Double] = Opt.absent, clipGradient: Opt[Double] = Opt.absent, rho: Opt[Double] = Opt.absent, momentum: Opt[Double] = Opt.absent, epsilon: Opt[Double] = Opt.absent): Seq[Tensor] =
    opRmspropCenteredUpdate.all(Array[Object](weight, grad, square, mean, step, lr, wd.value, rescaleGrad.value, clipGradient.value, rho.value, momentum.value, epsilon.value): _*).toVector

  private val opRmspropUpdate = op("rmsprop_update")

  /** RMSProp: the new weight and running mean of squared gradients.
    *
    * @param weight floating: the parameter.
    * @param grad its gradient, same shape.
    * @param square running mean of the gradient's square.
    * @param lr learning rate: a number, or an array without axes.
    * @param wd weight decay. Default: 0.
    * @param rescaleGrad factor of the gradient. Default: 1.
    * @param clipGradient bound of the rescaled gradient's elements; negative: none. Default: -1.
    * @param rho decay of the mean. Default: 0.9.
    * @param epsilon added to the root. Default: 1e-08.
    */
  def rmspropUpdate(weight: Operand, grad: Operand, square: Operand, lr: Operand, wd: Opt[Double] = Opt.absent, rescaleGrad: Opt[Double] = Opt.absent, clipGradient: Opt[Double] = Opt.absent, rho: Opt[Double] = Opt.absent, epsilon: Opt[Double] = Opt.absent): Seq[Tensor] =
    opRmspropUpdate.all(Array[Object](weight, grad, square, lr, wd.value, rescaleGrad.value, clipGradient.value, rho.value, epsilon.value): _*).toVector

  private val opRnn = op("rnn")

  /** A plain recurrent network: the hidden states of all steps, and the last.
    *
    * @param data floating, shape (T, N, C): all steps.
    * @param hidden shape (N, H).
    * @param i2hWeight rows for each gate, shape (gates H, C).
    * @param h2hWeight shape (gates H, H).
    * @param i2hBias shape (gates H,).
    * @param h2hBias shape (gates H,).
    * @param sequenceLength any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.
    * @param reverse from the last step to the first. Default: false.
    * @param activation 'tanh' or 'relu'. Default: "tanh".
    */
  def rnn(data: Operand, hidden: Operand, i2hWeight: Operand, h2hWeight: Operand, i2hBias: Operand, h2hBias: Operand, sequenceLength: Opt[Operand] = Opt.absent, reverse: Opt[Boolean] = Opt.absent, activation: Opt[String] = Opt.absent): Seq[Tensor] =
    opRnn.all(Array[Object](data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, sequenceLength.value, reverse.value, activation.value): _*).toVector

  private val opRnnCell = op("rnn_cell")

  /** One step of a plain recurrent network: the next hidden state.
    *
    * @param data floating, shape (N, C).
    * @param hidden shape (N, H).
    * @param i2hWeight rows for each gate, shape (gates H, C).
    * @param h2hWeight shape (gates H, H).
    * @param i2hBias shape (gates H,).
    * @param h2hBias shape (gates H,).
    * @param activation 'tanh' or 'relu'. Default: "tanh".
    */
  def rnnCell(data: Operand, hidden: Operand, i2hWeight: Operand, h2hWeight: Operand, i2hBias: Operand, h2hBias: Operand, activation: Opt[String] = Opt.absent): Tensor =
    opRnnCell.one(Array[Object](data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, activation.value))

  private val opRoiAlign = op("roi_align")

  /** Regions of images as means of bilinear samples in bins: (R, C, bins, bins).
    *
    * @param data any real dtype; integers become the default float; shape (N, C, H, W).
    * @param rois a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).
    * @param pooledSize bins along the height and the width.
    * @param spatialScale pixels of the images for one unit of the regions. Default: 1.
    * @param samplingRatio samples of a bin along each axis; 0 or less: as many as it has pixels. Default: -1.
    * @param aligned pixels have their centers at 1/2, and regions may be thinner than a pixel. Default: false.
    */
  def roiAlign(data: Operand, rois: Operand, pooledSize: Ints, spatialScale: Opt[Double] = Opt.absent, samplingRatio: Opt[Long] = Opt.absent, aligned: Opt[Boolean] = Opt.absent): Tensor =
    opRoiAlign.one(Array[Object](data, rois, pooledSize.numbers, spatialScale.value, samplingRatio.value, aligned.value))

  private val opRoiPool = op("roi_pool")

  /** The largest elements of regions of images in bins: (R, C, bins, bins).
    *
    * @param data any real dtype; integers become the default float; shape (N, C, H, W).
    * @param rois a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).
    * @param pooledSize bins along the height and the width.
    * @param spatialScale pixels of the images for one unit of the regions. Default: 1.
    */
  def roiPool(data: Operand, rois: Operand, pooledSize: Ints, spatialScale: Opt[Double] = Opt.absent): Tensor =
    opRoiPool.one(Array[Object](data, rois, pooledSize.numbers, spatialScale.value))

  private val opRoll = op("roll")

  /** The array with its elements moved along axes; what leaves at the end enters at the start.
    *
    * @param a any dtype.
    * @param shift by how many places, for all axes or for each.
    * @param axis which axes; none moves in the flat array. Default: none.
    */
  def roll(a: Operand, shift: Ints, axis: Opt[Ints] = Opt.absent): Tensor =
    opRoll.one(Array[Object](a, shift.numbers, axis.value))

  private val opRound = op("round")

  /** x rounded to a number of decimals, halves to the even digit, element by element.
    *
    * @param x any real dtype.
    * @param decimals digits behind the point; negative ones count before it. Default: 0.
    */
  def round(x: Operand, decimals: Opt[Long] = Opt.absent): Tensor =
    opRound.one(Array[Object](x, decimals.value))

  private val opRsqrt = op("rsqrt")

  /** 1 / sqrt(x), element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def rsqrt(x: Operand): Tensor =
    opRsqrt.one(x)

  private val opScaledDotProductAttention = op("scaled_dot_product_attention")

  /** softmax(scale query keyᵀ + mask) value: for each query a mean of the values.
    *
    * @param query floating, shape (..., T, D).
    * @param key shape (..., S, D).
    * @param value shape (..., S, V).
    * @param mask any real dtype, broadcasts to (..., T, S): summands, or bools, true to attend.
    * @param scale factor of the scores, 1 / sqrt(D) by default. Default: none.
    * @param causal a query attends to no key behind its own position. Default: false.
    * @param grouped heads of queries, axis -3, share those of keys and values in groups of H / Hk. Default: false.
    */
  def scaledDotProductAttention(query: Operand, key: Operand, value: Operand, mask: Opt[Operand] = Opt.absent, scale: Opt[Double] = Opt.absent, causal: Opt[Boolean] = Opt.absent, grouped: Opt[Boolean] = Opt.absent): Tensor =
    opScaledDotProductAttention.one(Array[Object](query, key, value, mask.value, scale.value, causal.value, grouped.value))

  private val opScatter = op("scatter")

  /** The array with its elements at chosen places replaced, the last one winning, or added to.
    *
    * @param x any dtype, but no half type to accumulate.
    * @param value broadcasts to what the index picks.
    * @param indices int64 arrays that broadcast together; negative ones count back.
    * @param axes the axis of each index array, ascending.
    * @param position where the axes of the index arrays stand among the others. Default: 0.
    * @param shownAxes the axes as errors name them, if they have other numbers there. Default: [].
    * @param accumulate add instead of replacing. Default: false.
    */
  def scatter(x: Operand, value: Operand, indices: Seq[Tensor], axes: Ints, position: Opt[Long] = Opt.absent, shownAxes: Opt[Ints] = Opt.absent, accumulate: Opt[Boolean] = Opt.absent): Tensor =
    opScatter.one(Array[Object](x, value, indices.toArray, axes.numbers, position.value, shownAxes.value, accumulate.value))

  private val opScatterNd = op("scatter_nd")

  /** Zeros with each element or slice added at its point: the adjoint of gather_nd.
    *
    * @param data any dtype, shape (..., rest), as gather_nd gives it.
    * @param indices integers, shape (M, ...); negative ones count back.
    * @param shape shape of the result.
    */
  def scatterNd(data: Operand, indices: Operand, shape: Ints): Tensor =
    opScatterNd.one(Array[Object](data, indices, shape.numbers))

  private val opSearchsorted = op("searchsorted")

  /** Where in an ascending vector values would have to be inserted to keep it ascending.
    *
    * @param a any dtype; ascending, one axis.
    * @param v values of any shape.
    * @param side left of elements equal to the value, or right of them. Default: "left".
    */
  def searchsorted(a: Operand, v: Operand, side: Opt[String] = Opt.absent): Tensor =
    opSearchsorted.one(Array[Object](a, v, side.value))

  private val opSelu = op("selu")

  /** Scaled exponential linear unit, which keeps mean 0 and variance 1.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def selu(x: Operand): Tensor =
    opSelu.one(x)

  private val opSend = op("send")

  /** Sends an array to another rank; gives a zero whose gradient is what that rank sends back.
    *
    * @param x any dtype.
    * @param destination the rank that receives it.
    * @param tag messages of one tag arrive in the order in which they were sent. Default: 0.
    * @param group a group that this process has joined. Default: "world".
    */
  def send(x: Operand, destination: Long, tag: Opt[Long] = Opt.absent, group: Opt[String] = Opt.absent): Tensor =
    opSend.one(Array[Object](x, Long.box(destination), tag.value, group.value))

  private val opSgdMomUpdate = op("sgd_mom_update")

  /** Gradient descent with momentum: the new weight and momentum.
    *
    * @param weight floating: the parameter.
    * @param grad its gradient, same shape.
    * @param mom momentum, same shape.
    * @param lr learning rate: a number, or an array without axes.
    * @param wd weight decay. Default: 0.
    * @param rescaleGrad factor of the gradient. Default: 1.
    * @param clipGradient bound of the rescaled gradient's elements; negative: none. Default: -1.
    * @param momentum share of the momentum that stays. Default: 0.9.
    * @param nesterov look one step ahead. Default: false.
    */
  def sgdMomUpdate(weight: Operand, grad: Operand, mom: Operand, lr: Operand, wd: Opt[Double] = Opt.absent, rescaleGrad: Opt[Double] = Opt.absent, clipGradient: Opt[Double] = Opt.absent, momentum: Opt[Double] = Opt.absent, nesterov: Opt[Boolean] = Opt.absent): Seq[Tensor] =
    opSgdMomUpdate.all(Array[Object](weight, grad, mom, lr, wd.value, rescaleGrad.value, clipGradient.value, momentum.value, nesterov.value): _*).toVector

  private val opSgdUpdate = op("sgd_update")

  /** Stochastic gradient descent: the new weight.
    *
    * @param weight floating: the parameter.
    * @param grad its gradient, same shape.
    * @param lr learning rate: a number, or an array without axes.
    * @param wd weight decay. Default: 0.
    * @param rescaleGrad factor of the gradient. Default: 1.
    * @param clipGradient bound of the rescaled gradient's elements; negative: none. Default: -1.
    */
  def sgdUpdate(weight: Operand, grad: Operand, lr: Operand, wd: Opt[Double] = Opt.absent, rescaleGrad: Opt[Double] = Opt.absent, clipGradient: Opt[Double] = Opt.absent): Tensor =
    opSgdUpdate.one(Array[Object](weight, grad, lr, wd.value, rescaleGrad.value, clipGradient.value))

  private val opSigmoid = op("sigmoid")

  /** Logistic function 1 / (1 + exp(-x)), element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def sigmoid(x: Operand): Tensor =
    opSigmoid.one(x)

  private val opSign = op("sign")

  /** -1, 0 or 1 by the sign of each element; NaN stays NaN.
    *
    * @param x any real dtype.
    */
  def sign(x: Operand): Tensor =
    opSign.one(x)

  private val opSignalAutoScale = op("signal_auto_scale")

  /** Shifts rows of int16 to the left as far as their largest magnitude allows: the rows, and by how many bits, by TensorFlow Lite Micro's rule, in which rows with -32768 may wrap.
    *
    * @param data int16, at least one axis: rows along the last one.
    */
  def signalAutoScale(data: Operand): Seq[Tensor] =
    opSignalAutoScale.all(Array[Object](data): _*).toVector

  private val opSignalFilterBank = op("signal_filter_bank")

  /** Sums of bands of energies that overlap by halves, by TensorFlow Lite Micro's rule: band c is the sum of channel c + 1 by `weight` and of channel c by `unweight`.
    *
    * @param data uint32, at least one axis: energies along the last one.
    * @param weight int16, one axis: factors of all channels.
    * @param unweight int16, shape of `weight`: factors for the band after.
    * @param starts int16, shape (bands + 1,): the first energy of each channel.
    * @param weightStarts int16, shape (bands + 1,): the first factor of each channel.
    * @param widths int16, shape (bands + 1,): how many energies each channel reads.
    */
  def signalFilterBank(data: Operand, weight: Operand, unweight: Operand, starts: Operand, weightStarts: Operand, widths: Operand): Tensor =
    opSignalFilterBank.one(Array[Object](data, weight, unweight, starts, weightStarts, widths))

  private val opSignalGain = op("signal_gain")

  /** Energies of bands by the gain that a table has for their noise, divided by 2^shift and compressed, element by element, by TensorFlow Lite Micro's rule (PCAN).
    *
    * @param data uint32: energies.
    * @param noise uint32, shape of `data`.
    * @param table int16, shape (125,): gains for 0 and 1, then pieces for powers of two.
    * @param shift bits of the product to drop, 0 to 63.
    */
  def signalGain(data: Operand, noise: Operand, table: Operand, shift: Long): Tensor =
    opSignalGain.one(Array[Object](data, noise, table, Long.box(shift)))

  private val opSignalLog = op("signal_log")

  /** Natural logarithm of x 2^shift times a scale, element by element, as int16 of at most 32767, by TensorFlow Lite Micro's rule; 0 where x 2^shift is at most 1.
    *
    * @param data uint32.
    * @param scale what a result of 1 is multiplied by.
    * @param shift bits to shift the data to the left, 0 to 31; the shift wraps. Default: 0.
    */
  def signalLog(data: Operand, scale: Long, shift: Opt[Long] = Opt.absent): Tensor =
    opSignalLog.one(Array[Object](data, Long.box(scale), shift.value))

  private val opSignalRfft = op("signal_rfft")

  /** Fourier transform of real rows of int16, divided by their length, in fixed point by TensorFlow Lite Micro's rule: real and imaginary parts in turn.
    *
    * @param data int16, at least one axis: rows along the last one, at most `length` elements.
    * @param length samples of a row, a power of two from 4 to 65536; what is missing counts as 0.
    */
  def signalRfft(data: Operand, length: Long): Tensor =
    opSignalRfft.one(Array[Object](data, Long.box(length)))

  private val opSignalSquareRoot = op("signal_square_root")

  /** Square root of uint64, rounded to the nearest, element by element; from 65535.5^2 to 2^32 it is 65535, as in TensorFlow Lite Micro.
    *
    * @param data uint64.
    */
  def signalSquareRoot(data: Operand): Tensor =
    opSignalSquareRoot.one(data)

  private val opSignbit = op("signbit")

  /** Truth of x having a minus sign, zeros and NaN included, element by element.
    *
    * @param x any real dtype.
    */
  def signbit(x: Operand): Tensor =
    opSignbit.one(x)

  private val opSilu = op("silu")

  /** x times the logistic function of beta x, also named swish.
    *
    * @param x any real dtype; bool and integers become the default float.
    * @param beta factor within the logistic function. Default: 1.
    */
  def silu(x: Operand, beta: Opt[Double] = Opt.absent): Tensor =
    opSilu.one(Array[Object](x, beta.value))

  private val opSin = op("sin")

  /** Sine of angles in radians, of any size, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def sin(x: Operand): Tensor =
    opSin.one(x)

  private val opSinh = op("sinh")

  /** Hyperbolic sine, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def sinh(x: Operand): Tensor =
    opSinh.one(x)

  private val opSlice = op("slice")

  /** Part of an array: `size` elements from `begin` by `step` along each axis; a view.
    *
    * @param x any dtype.
    * @param begin first index of each axis, at least 0.
    * @param size elements taken along each axis.
    * @param step distance between them, may be negative.
    * @param clip take what is inside the axis, as Python does; else that is an error. Default: false.
    */
  def slice(x: Operand, begin: Ints, size: Ints, step: Ints, clip: Opt[Boolean] = Opt.absent): Tensor =
    opSlice.one(Array[Object](x, begin.numbers, size.numbers, step.numbers, clip.value))

  private val opSlogdet = op("slogdet")

  /** Signs of determinants, and logarithms of their absolute values.
    *
    * @param a any dtype but half types: matrices, (..., M, N).
    */
  def slogdet(a: Operand): Seq[Tensor] =
    opSlogdet.all(Array[Object](a): _*).toVector

  private val opSoftmax = op("softmax")

  /** exp(data) divided by its sum over an axis.
    *
    * @param data any real dtype; integers become the default float.
    * @param axis axis that sums to 1. Default: -1.
    * @param temperature divides `data` first; none: 1. Default: none.
    */
  def softmax(data: Operand, axis: Opt[Long] = Opt.absent, temperature: Opt[Double] = Opt.absent): Tensor =
    opSoftmax.one(Array[Object](data, axis.value, temperature.value))

  private val opSoftmaxCrossEntropy = op("softmax_cross_entropy")

  /** Cross entropy of softmax(data) and labels, one loss per sample.
    *
    * @param data any real dtype: scores, shape (..., C) when axis is -1.
    * @param label any real dtype: class indices without the axis, or probabilities of data's shape.
    * @param axis axis of the classes. Default: -1.
    * @param sparseLabel labels are class indices. Default: true.
    * @param fromLogits data holds log-probabilities already. Default: false.
    * @param ignoreIndex label whose loss is 0, such as -1 for padding; other negative labels are refused. Default: none.
    */
  def softmaxCrossEntropy(data: Operand, label: Operand, axis: Opt[Long] = Opt.absent, sparseLabel: Opt[Boolean] = Opt.absent, fromLogits: Opt[Boolean] = Opt.absent, ignoreIndex: Opt[Long] = Opt.absent): Tensor =
    opSoftmaxCrossEntropy.one(Array[Object](data, label, axis.value, sparseLabel.value, fromLogits.value, ignoreIndex.value))

  private val opSoftplus = op("softplus")

  /** Smooth positive part log(1 + exp(x)), element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def softplus(x: Operand): Tensor =
    opSoftplus.one(x)

  private val opSoftsign = op("softsign")

  /** x / (1 + |x|), element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def softsign(x: Operand): Tensor =
    opSoftsign.one(x)

  private val opSolve = op("solve")

  /** Solutions x of a x = b.
    *
    * @param a any dtype but half types: matrices, (..., M, N).
    * @param b right sides, as matrices; batches broadcast.
    */
  def solve(a: Operand, b: Operand): Tensor =
    opSolve.one(a, b)

  private val opSolveTriangular = op("solve_triangular")

  /** Solutions x of a x = b for a triangle `a`, or its adjoint.
    *
    * @param a any dtype but half types: matrices, (..., M, N).
    * @param b right sides, as matrices; batches broadcast.
    * @param upper the upper triangle is read, and not the lower one. Default: false.
    * @param turned the adjoint of the triangle is meant. Default: false.
    */
  def solveTriangular(a: Operand, b: Operand, upper: Opt[Boolean] = Opt.absent, turned: Opt[Boolean] = Opt.absent): Tensor =
    opSolveTriangular.one(Array[Object](a, b, upper.value, turned.value))

  private val opSort = op("sort")

  /** The elements along an axis in ascending order, NaN last; equal ones keep their order.
    *
    * @param a any dtype.
    * @param axis axis to sort along; none sorts the flat array. Default: -1.
    * @param descending the largest first. Default: false.
    */
  def sort(a: Operand, axis: Opt[Long] = Opt.absent, descending: Opt[Boolean] = Opt.absent): Tensor =
    opSort.one(Array[Object](a, axis.value, descending.value))

  private val opSpaceToDepth = op("space_to_depth")

  /** Blocks of places as channels: spatial extents over `block_size`, so many more channels. Those of a block's first place come first.
    *
    * @param data any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
    * @param blockSize extents of a block, or one number for all spatial axes.
    * @param channelsLast data has its channels behind its spatial axes. Default: false.
    */
  def spaceToDepth(data: Operand, blockSize: Ints, channelsLast: Opt[Boolean] = Opt.absent): Tensor =
    opSpaceToDepth.one(Array[Object](data, blockSize.numbers, channelsLast.value))

  private val opSplit = op("split")

  /** Parts of an array along one axis, as views: so many equal ones, or cut at indices.
    *
    * @param ary any dtype.
    * @param indicesOrSections the number of equal parts, or the indices before which to cut.
    * @param axis axis to cut along. Default: 0.
    */
  def split(ary: Operand, indicesOrSections: Ints, axis: Opt[Long] = Opt.absent): Seq[Tensor] =
    opSplit.all(Array[Object](ary, indicesOrSections.numbers, axis.value): _*).toVector

  private val opSqrt = op("sqrt")

  /** Square root, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def sqrt(x: Operand): Tensor =
    opSqrt.one(x)

  private val opSquare = op("square")

  /** Product of each element with itself.
    *
    * @param x any real dtype.
    */
  def square(x: Operand): Tensor =
    opSquare.one(x)

  private val opSqueeze = op("squeeze")

  /** The array without axes of extent 1.
    *
    * @param x any dtype.
    * @param axis which to drop; none drops all of extent 1. Default: none.
    */
  def squeeze(x: Operand, axis: Opt[Ints] = Opt.absent): Tensor =
    opSqueeze.one(Array[Object](x, axis.value))

  private val opStack = op("stack")

  /** Arrays of one shape joined along a new axis.
    *
    * @param arrays any dtype, all of one shape.
    * @param axis where the new axis is in the result. Default: 0.
    */
  def stack(arrays: Seq[Tensor], axis: Opt[Long] = Opt.absent): Tensor =
    opStack.one(Array[Object](arrays.toArray, axis.value))

  private val opStandardGamma = op("standard_gamma")

  /** Random numbers of the gamma distribution of scale 1; NaN where there is none.
    *
    * @param shape float32 or float64: the shape parameter, at least 0.
    */
  def standardGamma(shape: Operand): Tensor =
    opStandardGamma.one(shape)

  private val opStd = op("std")

  /** Standard deviation over axes: the root of the variance; its gradient is zero where that is.
    *
    * @param x any real dtype.
    * @param axis axis or axes to reduce; none reduces all. Default: none.
    * @param keepdims keep the reduced axes with extent 1. Default: false.
    * @param dtype floating dtype to compute in. Default: none.
    * @param ddof subtracted from the number of elements, by which the squares are divided. Default: 0.
    * @param correction the array API's name of `ddof`. Default: none.
    */
  def std(x: Operand, axis: Opt[Ints] = Opt.absent, keepdims: Opt[Boolean] = Opt.absent, dtype: Opt[Dtype] = Opt.absent, ddof: Opt[Double] = Opt.absent, correction: Opt[Double] = Opt.absent): Tensor =
    opStd.one(Array[Object](x, axis.value, keepdims.value, dtype.value, ddof.value, correction.value))

  private val opStopGradient = op("stop_gradient")

  /** The same elements as a constant: no gradient flows to `x`.
    *
    * @param x any dtype.
    */
  def stopGradient(x: Operand): Tensor =
    opStopGradient.one(x)

  private val opStridedView = op("strided_view")

  /** Part of an array's row-major elements, by offset and strides; a view.
    *
    * @param x any dtype.
    * @param offset first element of the part.
    * @param shape extents of the part.
    * @param strides its strides in elements of the base.
    */
  def stridedView(x: Operand, offset: Long, shape: Ints, strides: Ints): Tensor =
    opStridedView.one(Array[Object](x, Long.box(offset), shape.numbers, strides.numbers))

  private val opSubtract = op("subtract")

  /** Difference x1 - x2, element by element.
    *
    * @param x1 any real dtype.
    * @param x2 the same, broadcast against `x1`.
    */
  def subtract(x1: Operand, x2: Operand): Tensor =
    opSubtract.one(x1, x2)

  private val opSum = op("sum")

  /** Sum over axes; bool and integers add in 64 bits. An empty sum is 0.
    *
    * @param x any real dtype.
    * @param axis axis or axes to reduce; none reduces all. Default: none.
    * @param keepdims keep the reduced axes with extent 1. Default: false.
    * @param dtype floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none.
    */
  def sum(x: Operand, axis: Opt[Ints] = Opt.absent, keepdims: Opt[Boolean] = Opt.absent, dtype: Opt[Dtype] = Opt.absent): Tensor =
    opSum.one(Array[Object](x, axis.value, keepdims.value, dtype.value))

  private val opSumParts = op("sum_parts")

  /** The sum of what the ranks of a group have computed of one array, on all of them; the gradient is that of a loss which all ranks compute alike.
    *
    * @param x floating; the same type on all ranks.
    * @param group a group that this process has joined. Default: "world".
    */
  def sumParts(x: Operand, group: Opt[String] = Opt.absent): Tensor =
    opSumParts.one(Array[Object](x, group.value))

  private val opSvd = op("svd")

  /** U, S and V^H of matrices U diag(S) V^H, with as few columns as do.
    *
    * @param a any dtype but half types: matrices, (..., M, N).
    */
  def svd(a: Operand): Seq[Tensor] =
    opSvd.all(Array[Object](a): _*).toVector

  private val opSwapaxes = op("swapaxes")

  /** The array with two axes exchanged; a view.
    *
    * @param a any dtype.
    * @param axis1 one axis.
    * @param axis2 the other.
    */
  def swapaxes(a: Operand, axis1: Long, axis2: Long): Tensor =
    opSwapaxes.one(Array[Object](a, Long.box(axis1), Long.box(axis2)))

  private val opTake = op("take")

  /** Elements or slices along an axis at the given indices; none takes from the flat array.
    *
    * @param a any dtype.
    * @param indices integers of any shape; negative ones count back.
    * @param axis axis that the indices count along. Default: none.
    * @param mode raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: "raise".
    */
  def take(a: Operand, indices: Operand, axis: Opt[Long] = Opt.absent, mode: Opt[String] = Opt.absent): Tensor =
    opTake.one(Array[Object](a, indices, axis.value, mode.value))

  private val opTakeAlongAxis = op("take_along_axis")

  /** Elements along an axis at indices of their own for each position of the others.
    *
    * @param arr any dtype.
    * @param indices integers; broadcast against arr on the other axes.
    * @param axis axis that the indices count along; none: of the flat array. Default: -1.
    */
  def takeAlongAxis(arr: Operand, indices: Operand, axis: Opt[Long] = Opt.absent): Tensor =
    opTakeAlongAxis.one(Array[Object](arr, indices, axis.value))

  private val opTan = op("tan")

  /** Tangent of angles in radians, of any size, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def tan(x: Operand): Tensor =
    opTan.one(x)

  private val opTanh = op("tanh")

  /** Hyperbolic tangent, element by element.
    *
    * @param x any real dtype; bool and integers become the default float.
    */
  def tanh(x: Operand): Tensor =
    opTanh.one(x)

  private val opTensordot = op("tensordot")

  /** Sum of products over pairs of axes; the other axes of a, then those of b, stay.
    *
    * @param a any dtype.
    * @param b any dtype.
    * @param aAxes axes of a.
    * @param bAxes their partners in b.
    */
  def tensordot(a: Operand, b: Operand, aAxes: Ints, bAxes: Ints): Tensor =
    opTensordot.one(Array[Object](a, b, aAxes.numbers, bAxes.numbers))

  private val opTile = op("tile")

  /** The array repeated as a whole along its axes.
    *
    * @param a any dtype.
    * @param reps how often along each axis, the last ones if fewer.
    */
  def tile(a: Operand, reps: Ints): Tensor =
    opTile.one(Array[Object](a, reps.numbers))

  private val opTopk = op("topk")

  /** The k largest elements along an axis, the largest first, and their positions as int64.
    *
    * @param data any dtype; NaN is the largest.
    * @param k how many. Default: 1.
    * @param axis axis to look along; none looks in the flat array. Default: -1.
    * @param isAscend the smallest, the smallest first. Default: false.
    */
  def topk(data: Operand, k: Opt[Long] = Opt.absent, axis: Opt[Long] = Opt.absent, isAscend: Opt[Boolean] = Opt.absent): Seq[Tensor] =
    opTopk.all(Array[Object](data, k.value, axis.value, isAscend.value): _*).toVector

  private val opTrace = op("trace")

  /** The sum along a diagonal of matrices.
    *
    * @param a any dtype, at least two axes.
    * @param offset the diagonal: 0 the main one, positive above it. Default: 0.
    * @param axis1 axis of the rows. Default: 0.
    * @param axis2 axis of the columns. Default: 1.
    */
  def trace(a: Operand, offset: Opt[Long] = Opt.absent, axis1: Opt[Long] = Opt.absent, axis2: Opt[Long] = Opt.absent): Tensor =
    opTrace.one(Array[Object](a, offset.value, axis1.value, axis2.value))

  private val opTranspose = op("transpose")

  /** The array with its axes permuted; a view.
    *
    * @param x any dtype.
    * @param axes permutation of the axes; none reverses them. Default: none.
    */
  def transpose(x: Operand, axes: Opt[Ints] = Opt.absent): Tensor =
    opTranspose.one(Array[Object](x, axes.value))

  private val opTril = op("tril")

  /** The lower triangle of matrices: zeros above a diagonal.
    *
    * @param m any dtype, shape (..., M, N).
    * @param k the diagonal: 0 the main one, positive above it. Default: 0.
    */
  def tril(m: Operand, k: Opt[Long] = Opt.absent): Tensor =
    opTril.one(Array[Object](m, k.value))

  private val opTriu = op("triu")

  /** The upper triangle of matrices: zeros below a diagonal.
    *
    * @param m any dtype, shape (..., M, N).
    * @param k the diagonal: 0 the main one, positive above it. Default: 0.
    */
  def triu(m: Operand, k: Opt[Long] = Opt.absent): Tensor =
    opTriu.one(Array[Object](m, k.value))

  private val opTrunc = op("trunc")

  /** x without its fraction, element by element.
    *
    * @param x any real dtype.
    */
  def trunc(x: Operand): Tensor =
    opTrunc.one(x)

  private val opUniform = op("uniform")

  /** Random numbers, uniform in [low, high).
    *
    * @param low least number. Default: 0.
    * @param high bound, never reached while low < high. Default: 1.
    * @param shape extents.
    * @param dtype floating dtype of the result.
    */
  def uniform(shape: Ints, dtype: Dtype, low: Opt[Double] = Opt.absent, high: Opt[Double] = Opt.absent): Tensor =
    opUniform.one(Array[Object](low.value, high.value, shape.numbers, dtype))

  private val opVar = op("var")

  /** Variance over axes: the mean square distance from the mean.
    *
    * @param x any real dtype.
    * @param axis axis or axes to reduce; none reduces all. Default: none.
    * @param keepdims keep the reduced axes with extent 1. Default: false.
    * @param dtype floating dtype to compute in. Default: none.
    * @param ddof subtracted from the number of elements, by which the squares are divided. Default: 0.
    * @param correction the array API's name of `ddof`. Default: none.
    */
  def `var`(x: Operand, axis: Opt[Ints] = Opt.absent, keepdims: Opt[Boolean] = Opt.absent, dtype: Opt[Dtype] = Opt.absent, ddof: Opt[Double] = Opt.absent, correction: Opt[Double] = Opt.absent): Tensor =
    opVar.one(Array[Object](x, axis.value, keepdims.value, dtype.value, ddof.value, correction.value))

  private val opVdot = op("vdot")

  /** Sum of products of all elements, both arrays taken as flat.
    *
    * @param a any dtype.
    * @param b as many elements.
    */
  def vdot(a: Operand, b: Operand): Tensor =
    opVdot.one(a, b)

  private val opVecdot = op("vecdot")

  /** Sums of products of vectors along an axis; the other axes broadcast.
    *
    * @param x1 any dtype, at least one axis.
    * @param x2 as long along the axis.
    * @param axis axis of the vectors, of both arrays. Default: -1.
    */
  def vecdot(x1: Operand, x2: Operand, axis: Opt[Long] = Opt.absent): Tensor =
    opVecdot.one(Array[Object](x1, x2, axis.value))

  private val opVecmat = op("vecmat")

  /** Products of vectors and matrices; leading axes broadcast.
    *
    * @param x1 any real dtype, shape (..., N).
    * @param x2 shape (..., N, M).
    */
  def vecmat(x1: Operand, x2: Operand): Tensor =
    opVecmat.one(x1, x2)

  private val opVonmises = op("vonmises")

  /** Random angles of the distribution of von Mises; NaN where there is none.
    *
    * @param kappa float32 or float64: how close to 0 they are, at least 0.
    */
  def vonmises(kappa: Operand): Tensor =
    opVonmises.one(kappa)

  private val opVstack = op("vstack")

  /** Arrays joined one below the other, along the first axis; vectors are rows.
    *
    * @param arrays any dtype, of shapes that agree on all other axes.
    */
  def vstack(arrays: Seq[Tensor]): Tensor =
    opVstack.one(Array[Object](arrays.toArray))

  private val opWald = op("wald")

  /** Random numbers of Wald's distribution; NaN where there is none.
    *
    * @param mean float32 or float64: above 0.
    * @param scale of the same shape, above 0.
    */
  def wald(mean: Operand, scale: Operand): Tensor =
    opWald.one(mean, scale)

  private val opWeightOnlyFullyConnected = op("weight_only_fully_connected")

  /** Affine map of floating features by an int8 or int4 weight, data (scale weight)ᵀ + bias, computed in float32.
    *
    * @param data float32 or half types, shape (N, ...) when flatten, else (..., features).
    * @param weight int8, shape (units, features); of 4 bits (units, features / 2), an even element in the lower half of a byte.
    * @param scale floating, shape (units,) or (units, groups of features).
    * @param bias floating, shape (units,).
    * @param bits of an element of the weight: 8 or 4. Default: 8.
    * @param flatten merge all axes of data but the first. Default: true.
    */
  def weightOnlyFullyConnected(data: Operand, weight: Operand, scale: Operand, bias: Opt[Operand] = Opt.absent, bits: Opt[Long] = Opt.absent, flatten: Opt[Boolean] = Opt.absent): Tensor =
    opWeightOnlyFullyConnected.one(Array[Object](data, weight, scale, bias.value, bits.value, flatten.value))

  private val opWhere = op("where")

  /** Elements of `x` where the condition holds, else of `y`.
    *
    * @param condition bool: mask, broadcast against the others.
    * @param x any dtype, taken where true.
    * @param y taken where false.
    */
  def where(condition: Operand, x: Operand, y: Operand): Tensor =
    opWhere.one(Array[Object](condition, x, y))

  private val opZipf = op("zipf")

  /** Random ranks of Zipf's law; NaN where there is none.
    *
    * @param exponent float32 or float64: above 1.
    */
  def zipf(exponent: Operand): Tensor =
    opZipf.one(exponent)

}
