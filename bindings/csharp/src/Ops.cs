// Written by bindings/generate; do not edit.

namespace Weft
{
    /// <summary>A function for each operator of the core. What may be left out is
    /// named: <c>Ops.Softmax(x, axis: 0)</c>.</summary>
    public static class Ops
    {
        /// <summary>Absolute value, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Abs(Operand x) =>
            Operator.Named("abs").One(new object[] { x });

        /// <summary>AdaGrad: the new weight and sum of squared gradients.</summary>
        /// <param name="weight">floating: the parameter.</param>
        /// <param name="grad">its gradient, same shape.</param>
        /// <param name="history">sum of the squares of all gradients.</param>
        /// <param name="lr">learning rate: a number, or an array without axes.</param>
        /// <param name="wd">weight decay. Default: 0.</param>
        /// <param name="rescaleGrad">factor of the gradient. Default: 1.</param>
        /// <param name="clipGradient">bound of the rescaled gradient's elements; negative: none. Default: -1.</param>
        /// <param name="epsilon">added to the root. Default: 1e-06.</param>
        public static Tensor[] AdagradUpdate(Operand weight, Operand grad, Operand history, Operand lr, double? wd = null, double? rescaleGrad = null, double? clipGradient = null, double? epsilon = null) =>
            Operator.Named("adagrad_update").All(new object[] { weight, grad, history, lr, wd, rescaleGrad, clipGradient, epsilon });

        /// <summary>Adam: the new weight, mean and variance. Bias corrections belong into lr.</summary>
        /// <param name="weight">floating: the parameter.</param>
        /// <param name="grad">its gradient, same shape.</param>
        /// <param name="mean">running mean of the gradient.</param>
        /// <param name="var">running mean of its square.</param>
        /// <param name="lr">learning rate: a number, or an array without axes.</param>
        /// <param name="wd">weight decay. Default: 0.</param>
        /// <param name="rescaleGrad">factor of the gradient. Default: 1.</param>
        /// <param name="clipGradient">bound of the rescaled gradient's elements; negative: none. Default: -1.</param>
        /// <param name="beta1">decay of the mean. Default: 0.9.</param>
        /// <param name="beta2">decay of the variance. Default: 0.999.</param>
        /// <param name="epsilon">added to the root. Default: 1e-08.</param>
        public static Tensor[] AdamUpdate(Operand weight, Operand grad, Operand mean, Operand @var, Operand lr, double? wd = null, double? rescaleGrad = null, double? clipGradient = null, double? beta1 = null, double? beta2 = null, double? epsilon = null) =>
            Operator.Named("adam_update").All(new object[] { weight, grad, mean, @var, lr, wd, rescaleGrad, clipGradient, beta1, beta2, epsilon });

        /// <summary>Adam with decoupled weight decay: the new weight, mean and variance. Bias corrections belong into lr; the weight loses its share eta * wd.</summary>
        /// <param name="weight">floating: the parameter.</param>
        /// <param name="grad">its gradient, same shape.</param>
        /// <param name="mean">running mean of the gradient.</param>
        /// <param name="var">running mean of its square.</param>
        /// <param name="lr">learning rate: a number, or an array without axes.</param>
        /// <param name="eta">rate of the weight decay: a number, or an array without axes.</param>
        /// <param name="wd">weight decay. Default: 0.</param>
        /// <param name="rescaleGrad">factor of the gradient. Default: 1.</param>
        /// <param name="clipGradient">bound of the rescaled gradient's elements; negative: none. Default: -1.</param>
        /// <param name="beta1">decay of the mean. Default: 0.9.</param>
        /// <param name="beta2">decay of the variance. Default: 0.999.</param>
        /// <param name="epsilon">added to the root. Default: 1e-08.</param>
        public static Tensor[] AdamwUpdate(Operand weight, Operand grad, Operand mean, Operand @var, Operand lr, Operand eta, double? wd = null, double? rescaleGrad = null, double? clipGradient = null, double? beta1 = null, double? beta2 = null, double? epsilon = null) =>
            Operator.Named("adamw_update").All(new object[] { weight, grad, mean, @var, lr, eta, wd, rescaleGrad, clipGradient, beta1, beta2, epsilon });

        /// <summary>Sum of two arrays, element by element.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Add(Operand x1, Operand x2) =>
            Operator.Named("add").One(new object[] { x1, x2 });

        /// <summary>Truth of every element over axes being true; true of none.</summary>
        /// <param name="x">any real dtype; anything but zero is true.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor All(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            Operator.Named("all").One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims });

        /// <summary>The arrays of all ranks of a group, joined along an axis, on all of them.</summary>
        /// <param name="x">any dtype; the same type on all ranks.</param>
        /// <param name="axis">along which they are joined, by rank.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor AllGather(Operand x, long axis, long ranks, string group = null) =>
            Operator.Named("all_gather").One(new object[] { x, axis, ranks, group });

        /// <summary>The reduction of the arrays that all ranks of a group give, on all of them.</summary>
        /// <param name="x">any real dtype but bool; the same type on all ranks.</param>
        /// <param name="reduction">`sum`, `mean`, `product`, `min` or `max`. Default: "sum".</param>
        /// <param name="ordered">the same bits whatever moves the bytes: a tree over ranks. Default: false.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor AllReduce(Operand x, string reduction = null, bool? ordered = null, string group = null) =>
            Operator.Named("all_reduce").One(new object[] { x, reduction, ordered, group });

        /// <summary>Begins an `all_reduce`, whose result is there when `collective_wait` has given it.</summary>
        /// <param name="x">any real dtype but bool; the same type on all ranks.</param>
        /// <param name="reduction">`sum`, `mean`, `product`, `min` or `max`. Default: "sum".</param>
        /// <param name="ordered">the same bits whatever moves the bytes: a tree over ranks. Default: false.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor AllReduceStart(Operand x, string reduction = null, bool? ordered = null, string group = null) =>
            Operator.Named("all_reduce_start").One(new object[] { x, reduction, ordered, group });

        /// <summary>Part r of an array, along one axis, goes to rank r; what comes is joined along another.</summary>
        /// <param name="x">any dtype; the same type on all ranks.</param>
        /// <param name="splitAxis">along which rank r gets part r.</param>
        /// <param name="concatAxis">along which the parts are joined, by rank.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor AllToAll(Operand x, long splitAxis, long concatAxis, long ranks, string group = null) =>
            Operator.Named("all_to_all").One(new object[] { x, splitAxis, concatAxis, ranks, group });

        /// <summary>The angles of the elements in the complex plane, in radians from -pi to pi.</summary>
        /// <param name="x">any dtype.</param>
        public static Tensor Angle(Operand x) =>
            Operator.Named("angle").One(new object[] { x });

        /// <summary>Truth of some element over axes being true; false of none.</summary>
        /// <param name="x">any real dtype; anything but zero is true.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor Any(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            Operator.Named("any").One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims });

        /// <summary>Evenly spaced numbers from start up to, not including, stop, or as many as are wanted.</summary>
        /// <param name="start">first number.</param>
        /// <param name="stop">bound.</param>
        /// <param name="dtype">dtype of the result.</param>
        /// <param name="step">distance, not 0. Default: 1.</param>
        /// <param name="count">how many, whatever stop is; none: up to stop. Default: none.</param>
        /// <param name="countNone">count is none on purpose.</param>
        public static Tensor Arange(double start, double stop, Dtype dtype, double? step = null, long? count = null, bool countNone = false) =>
            Operator.Named("arange").One(new object[] { start, stop, step, dtype, countNone ? Operator.None : (object)count });

        /// <summary>Angle in [0, pi] whose cosine is x, element by element; NaN outside [-1, 1].</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Arccos(Operand x) =>
            Operator.Named("arccos").One(new object[] { x });

        /// <summary>Inverse hyperbolic cosine, element by element; NaN below 1.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Arccosh(Operand x) =>
            Operator.Named("arccosh").One(new object[] { x });

        /// <summary>Angle in [-pi/2, pi/2] whose sine is x, element by element; NaN outside [-1, 1].</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Arcsin(Operand x) =>
            Operator.Named("arcsin").One(new object[] { x });

        /// <summary>Inverse hyperbolic sine, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Arcsinh(Operand x) =>
            Operator.Named("arcsinh").One(new object[] { x });

        /// <summary>Angle in [-pi/2, pi/2] whose tangent is x, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Arctan(Operand x) =>
            Operator.Named("arctan").One(new object[] { x });

        /// <summary>Angle in [-pi, pi] of the point with height `x1` and width `x2`, element by element.</summary>
        /// <param name="x1">any real dtype; bool and integers become the default float.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Arctan2(Operand x1, Operand x2) =>
            Operator.Named("arctan2").One(new object[] { x1, x2 });

        /// <summary>Inverse hyperbolic tangent, element by element; NaN outside [-1, 1].</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Arctanh(Operand x) =>
            Operator.Named("arctanh").One(new object[] { x });

        /// <summary>Index of the first largest element along an axis, or of the flattened array, as int64.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor Argmax(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            Operator.Named("argmax").One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims });

        /// <summary>Index of the first smallest element along an axis, or of the flattened array, as int64.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor Argmin(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            Operator.Named("argmin").One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims });

        /// <summary>Where the elements along an axis stand in ascending order, as int64; stable.</summary>
        /// <param name="a">any dtype; NaN is the largest.</param>
        /// <param name="axis">axis to sort along; none sorts the flat array. Default: -1.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="descending">the largest first. Default: false.</param>
        public static Tensor Argsort(Operand a, long? axis = null, bool axisNone = false, bool? descending = null) =>
            Operator.Named("argsort").One(new object[] { a, axisNone ? Operator.None : (object)axis, descending });

        /// <summary>Parts of an array along one axis, the first ones longer where its extent does not divide.</summary>
        /// <param name="ary">any dtype.</param>
        /// <param name="indicesOrSections">the number of parts, or the indices before which to cut.</param>
        /// <param name="axis">axis to cut along. Default: 0.</param>
        public static Tensor[] ArraySplit(Operand ary, long[] indicesOrSections, long? axis = null) =>
            Operator.Named("array_split").All(new object[] { ary, indicesOrSections, axis });

        /// <summary>Ends when all ranks of a group have begun it.</summary>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor[] Barrier(string group = null) =>
            Operator.Named("barrier").All(new object[] { group });

        /// <summary>Merges all axes but the first.</summary>
        /// <param name="x">any dtype, shape (N, ...).</param>
        public static Tensor BatchFlatten(Operand x) =>
            Operator.Named("batch_flatten").One(new object[] { x });

        /// <summary>Each channel with mean 0 and variance 1, scaled and shifted; and the next statistics.</summary>
        /// <param name="data">floating, shape (N, C, ...) when axis is 1.</param>
        /// <param name="gamma">factors, shape (C,).</param>
        /// <param name="beta">summands, shape (C,).</param>
        /// <param name="runningMean">floating, shape (C,).</param>
        /// <param name="runningVar">floating, shape (C,).</param>
        /// <param name="eps">summand of the variance. Default: 1e-05.</param>
        /// <param name="momentum">share of the running statistics that stays. Default: 0.9.</param>
        /// <param name="training">normalise by the batch's statistics, not by the running ones. Default: false.</param>
        /// <param name="axis">axis of the channels. Default: 1.</param>
        public static Tensor[] BatchNorm(Operand data, Operand gamma, Operand beta, Operand runningMean, Operand runningVar, double? eps = null, double? momentum = null, bool? training = null, long? axis = null) =>
            Operator.Named("batch_norm").All(new object[] { data, gamma, beta, runningMean, runningVar, eps, momentum, training, axis });

        /// <summary>Random counts of the binomial distribution; NaN where there is none.</summary>
        /// <param name="trials">float32 or float64: how many can succeed.</param>
        /// <param name="probability">of each trial's success, of the same shape.</param>
        public static Tensor Binomial(Operand trials, Operand probability) =>
            Operator.Named("binomial").One(new object[] { trials, probability });

        /// <summary>Bits that both integers have, element by element; on bool, logical and.</summary>
        /// <param name="x1">bool or integers.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor BitwiseAnd(Operand x1, Operand x2) =>
            Operator.Named("bitwise_and").One(new object[] { x1, x2 });

        /// <summary>Bits that either integer has, element by element; on bool, logical or.</summary>
        /// <param name="x1">bool or integers.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor BitwiseOr(Operand x1, Operand x2) =>
            Operator.Named("bitwise_or").One(new object[] { x1, x2 });

        /// <summary>Bits that one of two integers has, element by element; on bool, not equal.</summary>
        /// <param name="x1">bool or integers.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor BitwiseXor(Operand x1, Operand x2) =>
            Operator.Named("bitwise_xor").One(new object[] { x1, x2 });

        /// <summary>The integers that it is given, of which none may lie outside of bounds.</summary>
        /// <param name="x">int64, any shape.</param>
        /// <param name="least">lower bound.</param>
        /// <param name="most">upper bound.</param>
        /// <param name="caller">operator that refuses others.</param>
        /// <param name="what">what they are to it.</param>
        public static Tensor BoundedIntegers(Operand x, long least, long most, string caller, string what) =>
            Operator.Named("bounded_integers").One(new object[] { x, least, most, caller, what });

        /// <summary>The array of one rank, on all ranks of a group.</summary>
        /// <param name="x">any dtype; the same type on all ranks, whose other arrays are not read.</param>
        /// <param name="root">the rank whose array it is.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor Broadcast(Operand x, long root, string group = null) =>
            Operator.Named("broadcast").One(new object[] { x, root, group });

        /// <summary>Begins a `broadcast`, whose result is there when `collective_wait` has given it.</summary>
        /// <param name="x">any dtype; the same type on all ranks, whose other arrays are not read.</param>
        /// <param name="root">the rank whose array it is.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor BroadcastStart(Operand x, long root, string group = null) =>
            Operator.Named("broadcast_start").One(new object[] { x, root, group });

        /// <summary>The array stretched to a shape that it broadcasts to, as a new array.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="shape">extents of the result.</param>
        public static Tensor BroadcastTo(Operand x, long[] shape) =>
            Operator.Named("broadcast_to").One(new object[] { x, shape });

        /// <summary>Conversion to another dtype: to integers rounds toward zero, saturates and maps NaN to 0; to bool is x != 0.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="dtype">dtype of the result.</param>
        public static Tensor Cast(Operand x, Dtype dtype) =>
            Operator.Named("cast").One(new object[] { x, dtype });

        /// <summary>The smallest whole number that is not below x, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Ceil(Operand x) =>
            Operator.Named("ceil").One(new object[] { x });

        /// <summary>x above zero, alpha (exp(x / alpha) - 1) below.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        /// <param name="alpha">the limit below is -alpha. Default: 1.</param>
        public static Tensor Celu(Operand x, double? alpha = null) =>
            Operator.Named("celu").One(new object[] { x, alpha });

        /// <summary>Fails the call with a message unless all elements of a condition are true.</summary>
        /// <param name="condition">any dtype; numbers are true where they are not 0.</param>
        /// <param name="arrays">any dtype; one for each `{}` of the message.</param>
        /// <param name="message">`{{` and `}}` are braces.</param>
        /// <param name="where">the part of the program that says so. Default: "".</param>
        public static Tensor[] Check(Operand condition, Tensor[] arrays, string message, string where = null) =>
            Operator.Named("check").All(new object[] { condition, arrays, message, where });

        /// <summary>The lower triangle L of positive matrices L L^H, or its adjoint.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        /// <param name="upper">the upper triangle is read, and not the lower one. Default: false.</param>
        public static Tensor Cholesky(Operand a, bool? upper = null) =>
            Operator.Named("cholesky").One(new object[] { a, upper });

        /// <summary>x held within bounds, element by element; NaN stays NaN. The upper bound wins.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="min">lower bound, broadcast against `x`; none leaves it open.</param>
        /// <param name="max">upper bound, broadcast against `x`; none leaves it open.</param>
        public static Tensor Clip(Operand x, Operand min = null, Operand max = null) =>
            Operator.Named("clip").One(new object[] { x, min, max });

        /// <summary>The result of a collective that was started, when it is there.</summary>
        /// <param name="result">any dtype; what the start gave.</param>
        /// <param name="sent">any dtype; where the start sends from, if that is elsewhere.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor CollectiveWait(Operand result, Operand sent = null, string group = null) =>
            Operator.Named("collective_wait").One(new object[] { result, sent, group });

        /// <summary>Vectors as columns, and matrices, joined side by side.</summary>
        /// <param name="arrays">any dtype: vectors, or matrices with as many rows.</param>
        public static Tensor ColumnStack(Tensor[] arrays) =>
            Operator.Named("column_stack").One(new object[] { arrays });

        /// <summary>Arrays joined along one of their axes.</summary>
        /// <param name="arrays">any dtype, of shapes that agree on all other axes.</param>
        /// <param name="axis">axis to join along; none joins the flat arrays. Default: 0.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        public static Tensor Concatenate(Tensor[] arrays, long? axis = null, bool axisNone = false) =>
            Operator.Named("concatenate").One(new object[] { arrays, axisNone ? Operator.None : (object)axis });

        /// <summary>The conjugates of the elements; of real numbers the array itself.</summary>
        /// <param name="x">any dtype.</param>
        public static Tensor Conj(Operand x) =>
            Operator.Named("conj").One(new object[] { x });

        /// <summary>Convolution (correlation) over one, two or three spatial axes.</summary>
        /// <param name="data">floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).</param>
        /// <param name="weight">shape (filters, C / groups, kernel...).</param>
        /// <param name="bias">shape (filters,).</param>
        /// <param name="kernel">extents of the window; those of the weight. Default: none.</param>
        /// <param name="kernelNone">kernel is none on purpose.</param>
        /// <param name="stride">step of the window, 1 by default. Default: none.</param>
        /// <param name="strideNone">stride is none on purpose.</param>
        /// <param name="pad">zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.</param>
        /// <param name="padNone">pad is none on purpose.</param>
        /// <param name="dilate">distance of the window's elements, 1 by default. Default: none.</param>
        /// <param name="dilateNone">dilate is none on purpose.</param>
        /// <param name="numGroup">groups of channels that do not see each other. Default: 1.</param>
        public static Tensor Convolution(Operand data, Operand weight, Operand bias = null, long[] kernel = null, bool kernelNone = false, long[] stride = null, bool strideNone = false, long[] pad = null, bool padNone = false, long[] dilate = null, bool dilateNone = false, long? numGroup = null) =>
            Operator.Named("convolution").One(new object[] { data, weight, bias, kernelNone ? Operator.None : (object)kernel, strideNone ? Operator.None : (object)stride, padNone ? Operator.None : (object)pad, dilateNone ? Operator.None : (object)dilate, numGroup });

        /// <summary>A new array with the same elements.</summary>
        /// <param name="x">any dtype.</param>
        public static Tensor Copy(Operand x) =>
            Operator.Named("copy").One(new object[] { x });

        /// <summary>An array that all ranks of a group have alike, for each to compute another part of a result; the gradient is the sum of the parts' gradients.</summary>
        /// <param name="x">any dtype; the same array on all ranks.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor CopyToParts(Operand x, string group = null) =>
            Operator.Named("copy_to_parts").One(new object[] { x, group });

        /// <summary>x1 with the sign of x2, element by element.</summary>
        /// <param name="x1">any real dtype; bool and integers become the default float.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Copysign(Operand x1, Operand x2) =>
            Operator.Named("copysign").One(new object[] { x1, x2 });

        /// <summary>Cosine of angles in radians, of any size, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Cos(Operand x) =>
            Operator.Named("cos").One(new object[] { x });

        /// <summary>Hyperbolic cosine, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Cosh(Operand x) =>
            Operator.Named("cosh").One(new object[] { x });

        /// <summary>Number of elements over axes that are not zero, as int64.</summary>
        /// <param name="x">any real dtype; anything but zero is true.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor CountNonzero(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            Operator.Named("count_nonzero").One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims });

        /// <summary>Minus the logarithm of the probability of a label, over all ways to align it.</summary>
        /// <param name="data">floating, shape (T, N, C): scores, whose softmax is taken.</param>
        /// <param name="label">any real dtype, shape (N, L): classes, none negative; those from the first padding on, 0 where the blank is first, else -1, do not count.</param>
        /// <param name="dataLengths">any real dtype, shape (N,): steps of each sample, from 1 to T; all if left out.</param>
        /// <param name="labelLengths">any real dtype, shape (N,): labels of each sample in place of padding, from 0 to L.</param>
        /// <param name="blankLabel">the class of the blank: first (0) or last (C - 1). Default: "first".</param>
        public static Tensor CtcLoss(Operand data, Operand label, Operand dataLengths = null, Operand labelLengths = null, string blankLabel = null) =>
            Operator.Named("ctc_loss").One(new object[] { data, label, dataLengths, labelLengths, blankLabel });

        /// <summary>Running maximum along an axis: the largest element so far, NaN from the first NaN on.</summary>
        /// <param name="x">any real dtype, at least one axis.</param>
        /// <param name="axis">axis to run along. Default: -1.</param>
        public static Tensor Cummax(Operand x, long? axis = null) =>
            Operator.Named("cummax").One(new object[] { x, axis });

        /// <summary>Running minimum along an axis: the smallest element so far, NaN from the first NaN on.</summary>
        /// <param name="x">any real dtype, at least one axis.</param>
        /// <param name="axis">axis to run along. Default: -1.</param>
        public static Tensor Cummin(Operand x, long? axis = null) =>
            Operator.Named("cummin").One(new object[] { x, axis });

        /// <summary>Running product along an axis; bool and integers multiply in 64 bits.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis to run along; none runs along the flat array. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="dtype">floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none.</param>
        /// <param name="dtypeNone">dtype is none on purpose.</param>
        public static Tensor Cumprod(Operand x, long? axis = null, bool axisNone = false, Dtype? dtype = null, bool dtypeNone = false) =>
            Operator.Named("cumprod").One(new object[] { x, axisNone ? Operator.None : (object)axis, dtypeNone ? Operator.None : (object)dtype });

        /// <summary>Running sum along an axis; bool and integers add in 64 bits.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis to run along; none runs along the flat array. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="dtype">floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none.</param>
        /// <param name="dtypeNone">dtype is none on purpose.</param>
        public static Tensor Cumsum(Operand x, long? axis = null, bool axisNone = false, Dtype? dtype = null, bool dtypeNone = false) =>
            Operator.Named("cumsum").One(new object[] { x, axisNone ? Operator.None : (object)axis, dtypeNone ? Operator.None : (object)dtype });

        /// <summary>Transposed convolution over one, two or three spatial axes: the adjoint of convolution.</summary>
        /// <param name="data">floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).</param>
        /// <param name="weight">shape (C, filters / groups, kernel...).</param>
        /// <param name="bias">shape (filters,).</param>
        /// <param name="kernel">extents of the window; those of the weight. Default: none.</param>
        /// <param name="kernelNone">kernel is none on purpose.</param>
        /// <param name="stride">step of the window, 1 by default. Default: none.</param>
        /// <param name="strideNone">stride is none on purpose.</param>
        /// <param name="pad">zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.</param>
        /// <param name="padNone">pad is none on purpose.</param>
        /// <param name="dilate">distance of the window's elements, 1 by default. Default: none.</param>
        /// <param name="dilateNone">dilate is none on purpose.</param>
        /// <param name="numGroup">groups of channels that do not see each other. Default: 1.</param>
        /// <param name="adj">elements added behind the result, less than `stride`. Default: none.</param>
        /// <param name="adjNone">adj is none on purpose.</param>
        public static Tensor Deconvolution(Operand data, Operand weight, Operand bias = null, long[] kernel = null, bool kernelNone = false, long[] stride = null, bool strideNone = false, long[] pad = null, bool padNone = false, long[] dilate = null, bool dilateNone = false, long? numGroup = null, long[] adj = null, bool adjNone = false) =>
            Operator.Named("deconvolution").One(new object[] { data, weight, bias, kernelNone ? Operator.None : (object)kernel, strideNone ? Operator.None : (object)stride, padNone ? Operator.None : (object)pad, dilateNone ? Operator.None : (object)dilate, numGroup, adjNone ? Operator.None : (object)adj });

        /// <summary>Channels as blocks of places: spatial extents times `block_size`, so many fewer channels. Those of a block's first place come first.</summary>
        /// <param name="data">any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).</param>
        /// <param name="blockSize">extents of a block, or one number for all spatial axes.</param>
        /// <param name="channelsLast">data has its channels behind its spatial axes. Default: false.</param>
        public static Tensor DepthToSpace(Operand data, long[] blockSize, bool? channelsLast = null) =>
            Operator.Named("depth_to_space").One(new object[] { data, blockSize, channelsLast });

        /// <summary>The real numbers that integers stand for: (data - zero_point) * scale, as float32.</summary>
        /// <param name="data">int8, uint8 or int32.</param>
        /// <param name="scale">floating, shape () or that of the axis.</param>
        /// <param name="zeroPoint">int8, uint8 or int32, shape () or that of the axis; none: 0.</param>
        /// <param name="axis">axis along which there are several scales. Default: -1.</param>
        public static Tensor Dequantize(Operand data, Operand scale, Operand zeroPoint = null, long? axis = null) =>
            Operator.Named("dequantize").One(new object[] { data, scale, zeroPoint, axis });

        /// <summary>Determinants of matrices.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        public static Tensor Det(Operand a) =>
            Operator.Named("det").One(new object[] { a });

        /// <summary>The discrete Fourier transform along the last axis, without a scale; complex. `np.fft` has NumPy's functions.</summary>
        /// <param name="x">any dtype, of real or complex numbers.</param>
        /// <param name="inverse">the other sign of the exponent. Default: false.</param>
        public static Tensor Dft(Operand x, bool? inverse = null) =>
            Operator.Named("dft").One(new object[] { x, inverse });

        /// <summary>The diagonal of a matrix, or a matrix of zeros with the vector on its diagonal.</summary>
        /// <param name="v">any dtype, one or two axes.</param>
        /// <param name="k">the diagonal: 0 the main one, positive above it. Default: 0.</param>
        public static Tensor Diag(Operand v, long? k = null) =>
            Operator.Named("diag").One(new object[] { v, k });

        /// <summary>A diagonal of matrices, as the last axis of the result; a view, which may be written to.</summary>
        /// <param name="a">any dtype, at least two axes.</param>
        /// <param name="offset">the diagonal: 0 the main one, positive above it. Default: 0.</param>
        /// <param name="axis1">axis of the rows. Default: 0.</param>
        /// <param name="axis2">axis of the columns. Default: 1.</param>
        public static Tensor Diagonal(Operand a, long? offset = null, long? axis1 = null, long? axis2 = null) =>
            Operator.Named("diagonal").One(new object[] { a, offset, axis1, axis2 });

        /// <summary>Derivative of the logarithm of the gamma function, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Digamma(Operand x) =>
            Operator.Named("digamma").One(new object[] { x });

        /// <summary>Quotient x1 / x2, element by element; integers give the default float.</summary>
        /// <param name="x1">any real dtype; bool and integers become the default float.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Divide(Operand x1, Operand x2) =>
            Operator.Named("divide").One(new object[] { x1, x2 });

        /// <summary>Sum of products over the last axis of a and the last but one (or only one) of b.</summary>
        /// <param name="a">any dtype; a scalar multiplies.</param>
        /// <param name="b">any dtype.</param>
        public static Tensor Dot(Operand a, Operand b) =>
            Operator.Named("dot").One(new object[] { a, b });

        /// <summary>Sets random elements to 0 and scales the others by 1 / (1 - p), in training only.</summary>
        /// <param name="data">any real dtype; integers become the default float.</param>
        /// <param name="p">share of the elements that become 0, less than 1. Default: 0.5.</param>
        /// <param name="axes">axes along which all elements share their fate. Default: [].</param>
        /// <param name="training">without it the data stay as they are. Default: true.</param>
        public static Tensor Dropout(Operand data, double? p = null, long[] axes = null, bool? training = null) =>
            Operator.Named("dropout").One(new object[] { data, p, axes, training });

        /// <summary>Arrays joined along the third axis; vectors are rows of one slice, matrices are slices.</summary>
        /// <param name="arrays">any dtype, of shapes that agree on all other axes.</param>
        public static Tensor Dstack(Tensor[] arrays) =>
            Operator.Named("dstack").One(new object[] { arrays });

        /// <summary>Eigenvalues and vectors of matrices, complex.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        public static Tensor[] Eig(Operand a) =>
            Operator.Named("eig").All(new object[] { a });

        /// <summary>Eigenvalues in ascending order, and vectors, of Hermitian matrices.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        /// <param name="upper">the upper triangle is read, and not the lower one. Default: false.</param>
        public static Tensor[] Eigh(Operand a, bool? upper = null) =>
            Operator.Named("eigh").All(new object[] { a, upper });

        /// <summary>Products of operands summed over labelled axes, from the first operand to the last.</summary>
        /// <param name="operands">any real dtype, one for each term of `subscripts`.</param>
        /// <param name="subscripts">a letter for each axis, terms joined by commas, then -&gt; and the result's axes.</param>
        public static Tensor Einsum(Tensor[] operands, string subscripts) =>
            Operator.Named("einsum").One(new object[] { operands, subscripts });

        /// <summary>x above zero, alpha (exp(x) - 1) below.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        /// <param name="alpha">the limit below is -alpha. Default: 1.</param>
        public static Tensor Elu(Operand x, double? alpha = null) =>
            Operator.Named("elu").One(new object[] { x, alpha });

        /// <summary>The row of a table for each integer.</summary>
        /// <param name="data">integers of any shape, each the number of a row, none negative.</param>
        /// <param name="weight">any dtype, shape (tokens, features).</param>
        /// <param name="sparseGrad">the gradient has the rows that were looked up, not the whole table. Default: false.</param>
        public static Tensor Embedding(Operand data, Operand weight, bool? sparseGrad = null) =>
            Operator.Named("embedding").One(new object[] { data, weight, sparseGrad });

        /// <summary>Truth of x1 == x2, element by element, as bool.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Equal(Operand x1, Operand x2) =>
            Operator.Named("equal").One(new object[] { x1, x2 });

        /// <summary>Error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Erf(Operand x) =>
            Operator.Named("erf").One(new object[] { x });

        /// <summary>Inverse of the error function, element by element; NaN beyond -1 and 1.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Erfinv(Operand x) =>
            Operator.Named("erfinv").One(new object[] { x });

        /// <summary>Block r, along axis 0, goes to rank r, and comes from there.</summary>
        /// <param name="x">any dtype; the same type on all ranks.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor ExchangeBlocks(Operand x, long ranks, string group = null) =>
            Operator.Named("exchange_blocks").One(new object[] { x, ranks, group });

        /// <summary>Begins `exchange_blocks`, whose result is there when `collective_wait` has given it.</summary>
        /// <param name="x">any dtype; the same type on all ranks.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor[] ExchangeBlocksStart(Operand x, long ranks, string group = null) =>
            Operator.Named("exchange_blocks_start").All(new object[] { x, ranks, group });

        /// <summary>Exponential function, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Exp(Operand x) =>
            Operator.Named("exp").One(new object[] { x });

        /// <summary>2 to the power of x, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Exp2(Operand x) =>
            Operator.Named("exp2").One(new object[] { x });

        /// <summary>The array with axes of extent 1 added.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="axis">where the new axes are in the result.</param>
        public static Tensor ExpandDims(Operand x, long[] axis) =>
            Operator.Named("expand_dims").One(new object[] { x, axis });

        /// <summary>exp(x) - 1, precise near zero, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Expm1(Operand x) =>
            Operator.Named("expm1").One(new object[] { x });

        /// <summary>Random numbers of the exponential distribution.</summary>
        /// <param name="shape">extents.</param>
        /// <param name="dtype">floating dtype of the result.</param>
        /// <param name="scale">mean, at least 0. Default: 1.</param>
        public static Tensor Exponential(long[] shape, Dtype dtype, double? scale = null) =>
            Operator.Named("exponential").One(new object[] { scale, shape, dtype });

        /// <summary>The array with the elements of some axes in reverse order; a view.</summary>
        /// <param name="m">any dtype.</param>
        /// <param name="axis">which axes; none reverses all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        public static Tensor Flip(Operand m, long[] axis = null, bool axisNone = false) =>
            Operator.Named("flip").One(new object[] { m, axisNone ? Operator.None : (object)axis });

        /// <summary>The largest whole number that is not above x, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Floor(Operand x) =>
            Operator.Named("floor").One(new object[] { x });

        /// <summary>Quotient rounded down, element by element: x1 // x2. Integers divided by 0 give 0, floats NaN or infinity.</summary>
        /// <param name="x1">any real dtype but bool.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor FloorDivide(Operand x1, Operand x2) =>
            Operator.Named("floor_divide").One(new object[] { x1, x2 });

        /// <summary>The larger of two arrays, element by element; NaN only where both are NaN.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">second operand, broadcast against `x1`.</param>
        public static Tensor Fmax(Operand x1, Operand x2) =>
            Operator.Named("fmax").One(new object[] { x1, x2 });

        /// <summary>The smaller of two arrays, element by element; NaN only where both are NaN.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">second operand, broadcast against `x1`.</param>
        public static Tensor Fmin(Operand x1, Operand x2) =>
            Operator.Named("fmin").One(new object[] { x1, x2 });

        /// <summary>Remainder with the sign of the dividend, element by element. Integers modulo 0 give 0, floats NaN.</summary>
        /// <param name="x1">any real dtype but bool.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Fmod(Operand x1, Operand x2) =>
            Operator.Named("fmod").One(new object[] { x1, x2 });

        /// <summary>The discrete Fourier transform along the last axis, in planes and without a scale.</summary>
        /// <param name="x1">float32 or float64: the real parts.</param>
        /// <param name="x2">the imaginary parts; zeros unless given.</param>
        /// <param name="inverse">the other sign of the exponent. Default: false.</param>
        public static Tensor[] Fourier(Operand x1, Operand x2 = null, bool? inverse = null) =>
            Operator.Named("fourier").All(new object[] { x1, x2, inverse });

        /// <summary>Pieces of rows that begin `hop` elements apart, each of `length` elements; a view.</summary>
        /// <param name="x">any dtype: at least one axis, rows along the last one.</param>
        /// <param name="length">elements of a piece.</param>
        /// <param name="hop">from the begin of a piece to that of the next.</param>
        public static Tensor Frames(Operand x, long length, long hop) =>
            Operator.Named("frames").One(new object[] { x, length, hop });

        /// <summary>An array with every element the same.</summary>
        /// <param name="shape">extents.</param>
        /// <param name="fillValue">the element, converted to dtype.</param>
        /// <param name="dtype">dtype of the result.</param>
        public static Tensor Full(long[] shape, double fillValue, Dtype dtype) =>
            Operator.Named("full").One(new object[] { shape, fillValue, dtype });

        /// <summary>Affine map of the features: data weightᵀ + bias.</summary>
        /// <param name="data">any real dtype, shape (N, ...) when flatten, else (..., features).</param>
        /// <param name="weight">shape (units, features).</param>
        /// <param name="bias">shape (units,).</param>
        /// <param name="flatten">merge all axes of data but the first. Default: true.</param>
        public static Tensor FullyConnected(Operand data, Operand weight, Operand bias = null, bool? flatten = null) =>
            Operator.Named("fully_connected").One(new object[] { data, weight, bias, flatten });

        /// <summary>Gamma function, element by element: (x - 1)! for whole x.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Gamma(Operand x) =>
            Operator.Named("gamma").One(new object[] { x });

        /// <summary>Logarithm of the absolute value of the gamma function, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Gammaln(Operand x) =>
            Operator.Named("gammaln").One(new object[] { x });

        /// <summary>Elements or slices at the places that index arrays choose: x[index].</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="indices">int64 arrays that broadcast together; negative ones count back.</param>
        /// <param name="axes">the axis of each index array, ascending.</param>
        /// <param name="position">where the axes of the index arrays stand among the others. Default: 0.</param>
        /// <param name="shownAxes">the axes as errors name them, if they have other numbers there. Default: [].</param>
        public static Tensor Gather(Operand x, Tensor[] indices, long[] axes, long? position = null, long[] shownAxes = null) =>
            Operator.Named("gather").One(new object[] { x, indices, axes, position, shownAxes });

        /// <summary>The arrays of all ranks, one behind the other along axis 0.</summary>
        /// <param name="x">any dtype; the same type on all ranks.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor GatherBlocks(Operand x, long ranks, string group = null) =>
            Operator.Named("gather_blocks").One(new object[] { x, ranks, group });

        /// <summary>Begins `gather_blocks`, whose result is there when `collective_wait` has given it.</summary>
        /// <param name="x">any dtype; the same type on all ranks.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor[] GatherBlocksStart(Operand x, long ranks, string group = null) =>
            Operator.Named("gather_blocks_start").All(new object[] { x, ranks, group });

        /// <summary>Elements or slices at points: data[indices[0], ..., indices[M - 1]].</summary>
        /// <param name="data">any dtype, at least M axes.</param>
        /// <param name="indices">integers, shape (M, ...); negative ones count back.</param>
        public static Tensor GatherNd(Operand data, Operand indices) =>
            Operator.Named("gather_nd").One(new object[] { data, indices });

        /// <summary>The parts of an array that ranks share, one behind the other; in plans it is no effect, so it may run again instead of keeping its result.</summary>
        /// <param name="x">any dtype; the same type on all ranks.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor GatherParts(Operand x, long ranks, string group = null) =>
            Operator.Named("gather_parts").One(new object[] { x, ranks, group });

        /// <summary>x times the normal distribution's cumulative function.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        /// <param name="approximation">erf is exact, tanh the approximation by tanh. Default: "erf".</param>
        public static Tensor Gelu(Operand x, string approximation = null) =>
            Operator.Named("gelu").One(new object[] { x, approximation });

        /// <summary>Truth of x1 &gt; x2, element by element, as bool.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Greater(Operand x1, Operand x2) =>
            Operator.Named("greater").One(new object[] { x1, x2 });

        /// <summary>Truth of x1 &gt;= x2, element by element, as bool.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor GreaterEqual(Operand x1, Operand x2) =>
            Operator.Named("greater_equal").One(new object[] { x1, x2 });

        /// <summary>Images sampled at places from -1 to 1, as PyTorch's grid_sample and ONNX's GridSample.</summary>
        /// <param name="data">any real dtype; integers become the default float; shape (N, C, H, W).</param>
        /// <param name="grid">for each result x, along the width, and y: shape (N, Ho, Wo, 2).</param>
        /// <param name="mode">bilinear, nearest or bicubic. Default: "bilinear".</param>
        /// <param name="paddingMode">what lies around an image: zeros, its border or its reflection. Default: "zeros".</param>
        /// <param name="alignCorners">-1 and 1 are the centers of the outer pixels, not their outer borders. Default: false.</param>
        public static Tensor GridSample(Operand data, Operand grid, string mode = null, string paddingMode = null, bool? alignCorners = null) =>
            Operator.Named("grid_sample").One(new object[] { data, grid, mode, paddingMode, alignCorners });

        /// <summary>Groups of channels of each sample with mean 0 and variance 1, scaled and shifted.</summary>
        /// <param name="data">floating, shape (N, C, ...).</param>
        /// <param name="gamma">factors, one for each channel.</param>
        /// <param name="beta">summands, one for each channel.</param>
        /// <param name="numGroups">groups, which divide the channels. Default: 1.</param>
        /// <param name="eps">summand of the variance. Default: 1e-05.</param>
        public static Tensor GroupNorm(Operand data, Operand gamma = null, Operand beta = null, long? numGroups = null, double? eps = null) =>
            Operator.Named("group_norm").One(new object[] { data, gamma, beta, numGroups, eps });

        /// <summary>This process's rank in a group, a number that a plan asks for when it runs.</summary>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor GroupRank(string group = null) =>
            Operator.Named("group_rank").One(new object[] { group });

        /// <summary>How many ranks a group has, a number that a plan asks for when it runs.</summary>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor GroupSize(string group = null) =>
            Operator.Named("group_size").One(new object[] { group });

        /// <summary>A gated recurrent unit: the hidden states of all steps, and the last.</summary>
        /// <param name="data">floating, shape (T, N, C): all steps.</param>
        /// <param name="hidden">shape (N, H).</param>
        /// <param name="i2hWeight">rows for each gate, shape (gates H, C).</param>
        /// <param name="h2hWeight">shape (gates H, H).</param>
        /// <param name="i2hBias">shape (gates H,).</param>
        /// <param name="h2hBias">shape (gates H,).</param>
        /// <param name="sequenceLength">any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.</param>
        /// <param name="reverse">from the last step to the first. Default: false.</param>
        public static Tensor[] Gru(Operand data, Operand hidden, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias, Operand sequenceLength = null, bool? reverse = null) =>
            Operator.Named("gru").All(new object[] { data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, sequenceLength, reverse });

        /// <summary>One step of a gated recurrent unit: the next hidden state.</summary>
        /// <param name="data">floating, shape (N, C).</param>
        /// <param name="hidden">shape (N, H).</param>
        /// <param name="i2hWeight">rows for each gate, shape (gates H, C).</param>
        /// <param name="h2hWeight">shape (gates H, H).</param>
        /// <param name="i2hBias">shape (gates H,).</param>
        /// <param name="h2hBias">shape (gates H,).</param>
        public static Tensor GruCell(Operand data, Operand hidden, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias) =>
            Operator.Named("gru_cell").One(new object[] { data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias });

        /// <summary>alpha x + beta held between 0 and 1, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        /// <param name="alpha">slope. Default: 0.2.</param>
        /// <param name="beta">value at zero. Default: 0.5.</param>
        public static Tensor HardSigmoid(Operand x, double? alpha = null, double? beta = null) =>
            Operator.Named("hard_sigmoid").One(new object[] { x, alpha, beta });

        /// <summary>x relu6(x + 3) / 6, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor HardSwish(Operand x) =>
            Operator.Named("hard_swish").One(new object[] { x });

        /// <summary>Arrays joined side by side: along the second axis, vectors along their only one.</summary>
        /// <param name="arrays">any dtype, of shapes that agree on all other axes; scalars become vectors.</param>
        public static Tensor Hstack(Tensor[] arrays) =>
            Operator.Named("hstack").One(new object[] { arrays });

        /// <summary>How many of a sample are good, of things that are good or bad; NaN where there is none.</summary>
        /// <param name="good">float32 or float64: how many things are good.</param>
        /// <param name="bad">how many are bad, of the same shape.</param>
        /// <param name="sample">how many are taken, of the same shape, at most all.</param>
        public static Tensor Hypergeometric(Operand good, Operand bad, Operand sample) =>
            Operator.Named("hypergeometric").One(new object[] { good, bad, sample });

        /// <summary>Length sqrt(x1^2 + x2^2) without overflow, element by element.</summary>
        /// <param name="x1">any real dtype; bool and integers become the default float.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Hypot(Operand x1, Operand x2) =>
            Operator.Named("hypot").One(new object[] { x1, x2 });

        /// <summary>The imaginary parts of the elements; of real numbers zeros.</summary>
        /// <param name="x">any dtype.</param>
        public static Tensor Imag(Operand x) =>
            Operator.Named("imag").One(new object[] { x });

        /// <summary>The imaginary parts of complex numbers.</summary>
        /// <param name="x">complex.</param>
        public static Tensor ImaginaryPart(Operand x) =>
            Operator.Named("imaginary_part").One(new object[] { x });

        /// <summary>The array with values added at the places that the rows of a matrix of indices give.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="ind">integers of shape (M, ...): one row for each of the first M axes.</param>
        /// <param name="val">broadcasts to the places; repeated ones add up.</param>
        public static Tensor IndexAdd(Operand a, Operand ind, Operand val) =>
            Operator.Named("index_add").One(new object[] { a, ind, val });

        /// <summary>The array with values written to the places that the rows of a matrix of indices give.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="ind">integers of shape (M, ...): one row for each of the first M axes.</param>
        /// <param name="val">broadcasts to the places; of repeated ones the last wins.</param>
        public static Tensor IndexUpdate(Operand a, Operand ind, Operand val) =>
            Operator.Named("index_update").One(new object[] { a, ind, val });

        /// <summary>Sum of products over the last axes of both arrays.</summary>
        /// <param name="a">any dtype; a scalar multiplies.</param>
        /// <param name="b">any dtype.</param>
        public static Tensor Inner(Operand a, Operand b) =>
            Operator.Named("inner").One(new object[] { a, b });

        /// <summary>Each channel of each sample with mean 0 and variance 1, scaled and shifted.</summary>
        /// <param name="data">floating, shape (N, C, spatial...).</param>
        /// <param name="gamma">factors, one for each channel.</param>
        /// <param name="beta">summands, one for each channel.</param>
        /// <param name="eps">summand of the variance. Default: 1e-05.</param>
        public static Tensor InstanceNorm(Operand data, Operand gamma = null, Operand beta = null, double? eps = null) =>
            Operator.Named("instance_norm").One(new object[] { data, gamma, beta, eps });

        /// <summary>Images resized along their spatial axes, with the coordinates of PyTorch's interpolate, which follow from the extents.</summary>
        /// <param name="data">any real dtype; integers become the default float; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).</param>
        /// <param name="size">spatial extents of the result, or one for all. Default: none.</param>
        /// <param name="sizeNone">size is none on purpose.</param>
        /// <param name="scaleFactor">factor of the spatial extents, in place of `size`. Default: none.</param>
        /// <param name="scaleFactorNone">scaleFactor is none on purpose.</param>
        /// <param name="mode">nearest, nearest-exact, linear, cubic or area (mean over cells). Default: "nearest".</param>
        /// <param name="alignCorners">linear and cubic: the outer elements lie over those of the result. Default: false.</param>
        /// <param name="antialias">linear and cubic: a shrinking filter covers all elements. Default: false.</param>
        public static Tensor Interpolate(Operand data, long[] size = null, bool sizeNone = false, double? scaleFactor = null, bool scaleFactorNone = false, string mode = null, bool? alignCorners = null, bool? antialias = null) =>
            Operator.Named("interpolate").One(new object[] { data, sizeNone ? Operator.None : (object)size, scaleFactorNone ? Operator.None : (object)scaleFactor, mode, alignCorners, antialias });

        /// <summary>Inverses of matrices.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        public static Tensor Inv(Operand a) =>
            Operator.Named("inv").One(new object[] { a });

        /// <summary>Every bit turned, element by element; on bool, logical not.</summary>
        /// <param name="x">bool or integers.</param>
        public static Tensor Invert(Operand x) =>
            Operator.Named("invert").One(new object[] { x });

        /// <summary>Real numbers of the first half of their discrete Fourier transform along the last axis, without a scale. `np.fft` has NumPy's functions.</summary>
        /// <param name="x">any dtype, of real or complex numbers.</param>
        /// <param name="length">of the result's last axis.</param>
        public static Tensor Irdft(Operand x, long length) =>
            Operator.Named("irdft").One(new object[] { x, length });

        /// <summary>Truth of x being neither infinite nor NaN, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Isfinite(Operand x) =>
            Operator.Named("isfinite").One(new object[] { x });

        /// <summary>Truth of x being infinite, of either sign, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Isinf(Operand x) =>
            Operator.Named("isinf").One(new object[] { x });

        /// <summary>Truth of x being NaN, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Isnan(Operand x) =>
            Operator.Named("isnan").One(new object[] { x });

        /// <summary>Data divided by the Euclidean norm of a sample, of its channels, or of its places.</summary>
        /// <param name="data">floating, shape (N, C, ...).</param>
        /// <param name="eps">summand of the squared norm. Default: 1e-10.</param>
        /// <param name="mode">instance (over C and places), channel (over C) or spatial. Default: "instance".</param>
        public static Tensor L2Normalization(Operand data, double? eps = null, string mode = null) =>
            Operator.Named("l2_normalization").One(new object[] { data, eps, mode });

        /// <summary>The elements along an axis with mean 0 and variance 1, scaled and shifted.</summary>
        /// <param name="data">floating.</param>
        /// <param name="gamma">factors, one for each channel.</param>
        /// <param name="beta">summands, one for each channel.</param>
        /// <param name="axis">axis that is normalised. Default: -1.</param>
        /// <param name="eps">summand of the variance. Default: 1e-05.</param>
        public static Tensor LayerNorm(Operand data, Operand gamma = null, Operand beta = null, long? axis = null, double? eps = null) =>
            Operator.Named("layer_norm").One(new object[] { data, gamma, beta, axis, eps });

        /// <summary>x above zero, slope x below.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        /// <param name="slope">factor below zero. Default: 0.25.</param>
        public static Tensor LeakyRelu(Operand x, double? slope = null) =>
            Operator.Named("leaky_relu").One(new object[] { x, slope });

        /// <summary>Bits of x1 moved up by x2 places, element by element; 0 for counts that are negative or not below the number of bits.</summary>
        /// <param name="x1">integers.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor LeftShift(Operand x1, Operand x2) =>
            Operator.Named("left_shift").One(new object[] { x1, x2 });

        /// <summary>Truth of x1 &lt; x2, element by element, as bool.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Less(Operand x1, Operand x2) =>
            Operator.Named("less").One(new object[] { x1, x2 });

        /// <summary>Truth of x1 &lt;= x2, element by element, as bool.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor LessEqual(Operand x1, Operand x2) =>
            Operator.Named("less_equal").One(new object[] { x1, x2 });

        /// <summary>Natural logarithm, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Log(Operand x) =>
            Operator.Named("log").One(new object[] { x });

        /// <summary>Logarithm to base 10, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Log10(Operand x) =>
            Operator.Named("log10").One(new object[] { x });

        /// <summary>log(1 + x), precise near zero, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Log1p(Operand x) =>
            Operator.Named("log1p").One(new object[] { x });

        /// <summary>Logarithm to base 2, element by element; exact for powers of 2.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Log2(Operand x) =>
            Operator.Named("log2").One(new object[] { x });

        /// <summary>Logarithm of the logistic function, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor LogSigmoid(Operand x) =>
            Operator.Named("log_sigmoid").One(new object[] { x });

        /// <summary>Logarithm of the softmax over an axis, stable for large values.</summary>
        /// <param name="data">any real dtype; integers become the default float.</param>
        /// <param name="axis">axis whose exponentials sum to 1. Default: -1.</param>
        /// <param name="temperature">divides `data` first; none: 1. Default: none.</param>
        /// <param name="temperatureNone">temperature is none on purpose.</param>
        public static Tensor LogSoftmax(Operand data, long? axis = null, double? temperature = null, bool temperatureNone = false) =>
            Operator.Named("log_softmax").One(new object[] { data, axis, temperatureNone ? Operator.None : (object)temperature });

        /// <summary>Logarithms of random numbers of the gamma distribution; NaN where there is none.</summary>
        /// <param name="shape">float32 or float64: the shape parameter, at least 0.</param>
        public static Tensor LogStandardGamma(Operand shape) =>
            Operator.Named("log_standard_gamma").One(new object[] { shape });

        /// <summary>Logarithm of the sum of the exponentials of two arrays, element by element.</summary>
        /// <param name="x1">any real dtype; bool and integers become the default float.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Logaddexp(Operand x1, Operand x2) =>
            Operator.Named("logaddexp").One(new object[] { x1, x2 });

        /// <summary>Logarithm to base 2 of the sum of the powers of 2, element by element.</summary>
        /// <param name="x1">any real dtype; bool and integers become the default float.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Logaddexp2(Operand x1, Operand x2) =>
            Operator.Named("logaddexp2").One(new object[] { x1, x2 });

        /// <summary>Truth of x1 and x2, element by element; anything but zero is true.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor LogicalAnd(Operand x1, Operand x2) =>
            Operator.Named("logical_and").One(new object[] { x1, x2 });

        /// <summary>Truth of not x, element by element; anything but zero is true.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor LogicalNot(Operand x) =>
            Operator.Named("logical_not").One(new object[] { x });

        /// <summary>Truth of x1 or x2, element by element; anything but zero is true.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor LogicalOr(Operand x1, Operand x2) =>
            Operator.Named("logical_or").One(new object[] { x1, x2 });

        /// <summary>Truth of either x1 or x2, not both, element by element; anything but zero is true.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">second operand, broadcast against `x1`.</param>
        public static Tensor LogicalXor(Operand x1, Operand x2) =>
            Operator.Named("logical_xor").One(new object[] { x1, x2 });

        /// <summary>Random counts of the logarithmic series; NaN where there is none.</summary>
        /// <param name="probability">float32 or float64: in [0, 1).</param>
        public static Tensor Logseries(Operand probability) =>
            Operator.Named("logseries").One(new object[] { probability });

        /// <summary>Logarithm of the sum of exponentials over axes, without overflow.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor Logsumexp(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            Operator.Named("logsumexp").One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims });

        /// <summary>A long short-term memory: the hidden states of all steps, the last hidden state and cell.</summary>
        /// <param name="data">floating, shape (T, N, C): all steps.</param>
        /// <param name="hidden">shape (N, H).</param>
        /// <param name="cell">shape (N, H).</param>
        /// <param name="i2hWeight">rows for each gate, shape (gates H, C).</param>
        /// <param name="h2hWeight">shape (gates H, H).</param>
        /// <param name="i2hBias">shape (gates H,).</param>
        /// <param name="h2hBias">shape (gates H,).</param>
        /// <param name="sequenceLength">any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.</param>
        /// <param name="reverse">from the last step to the first. Default: false.</param>
        public static Tensor[] Lstm(Operand data, Operand hidden, Operand cell, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias, Operand sequenceLength = null, bool? reverse = null) =>
            Operator.Named("lstm").All(new object[] { data, hidden, cell, i2hWeight, h2hWeight, i2hBias, h2hBias, sequenceLength, reverse });

        /// <summary>One step of a long short-term memory: the next hidden state and the next cell.</summary>
        /// <param name="data">floating, shape (N, C).</param>
        /// <param name="hidden">shape (N, H).</param>
        /// <param name="cell">shape (N, H).</param>
        /// <param name="i2hWeight">rows for each gate, shape (gates H, C).</param>
        /// <param name="h2hWeight">shape (gates H, H).</param>
        /// <param name="i2hBias">shape (gates H,).</param>
        /// <param name="h2hBias">shape (gates H,).</param>
        public static Tensor[] LstmCell(Operand data, Operand hidden, Operand cell, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias) =>
            Operator.Named("lstm_cell").All(new object[] { data, hidden, cell, i2hWeight, h2hWeight, i2hBias, h2hBias });

        /// <summary>Matrix product; leading axes broadcast, a vector is a row on the left, a column right.</summary>
        /// <param name="x1">any real dtype, shape (..., M, K) or (K,).</param>
        /// <param name="x2">shape (..., K, N) or (K,).</param>
        public static Tensor Matmul(Operand x1, Operand x2) =>
            Operator.Named("matmul").One(new object[] { x1, x2 });

        /// <summary>Products of matrices and vectors; leading axes broadcast.</summary>
        /// <param name="x1">any real dtype, shape (..., M, N).</param>
        /// <param name="x2">shape (..., N).</param>
        public static Tensor Matvec(Operand x1, Operand x2) =>
            Operator.Named("matvec").One(new object[] { x1, x2 });

        /// <summary>Largest element over axes; NaN if there is one.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor Max(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            Operator.Named("max").One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims });

        /// <summary>The larger of two arrays, element by element; NaN where either is NaN.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Maximum(Operand x1, Operand x2) =>
            Operator.Named("maximum").One(new object[] { x1, x2 });

        /// <summary>Arithmetic mean over axes; bool and integers give the default float.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        /// <param name="dtype">floating dtype to compute in. Default: none.</param>
        /// <param name="dtypeNone">dtype is none on purpose.</param>
        public static Tensor Mean(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null, Dtype? dtype = null, bool dtypeNone = false) =>
            Operator.Named("mean").One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims, dtypeNone ? Operator.None : (object)dtype });

        /// <summary>Smallest element over axes; NaN if there is one.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor Min(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            Operator.Named("min").One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims });

        /// <summary>The smaller of two arrays, element by element; NaN where either is NaN.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Minimum(Operand x1, Operand x2) =>
            Operator.Named("minimum").One(new object[] { x1, x2 });

        /// <summary>x tanh(softplus(x)), element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Mish(Operand x) =>
            Operator.Named("mish").One(new object[] { x });

        /// <summary>The array with axes moved to other places, the rest in their order; a view.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="source">axes to move.</param>
        /// <param name="destination">where each of them goes.</param>
        public static Tensor Moveaxis(Operand a, long[] source, long[] destination) =>
            Operator.Named("moveaxis").One(new object[] { a, source, destination });

        /// <summary>Product of two arrays, element by element.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Multiply(Operand x1, Operand x2) =>
            Operator.Named("multiply").One(new object[] { x1, x2 });

        /// <summary>x with numbers in the place of NaN and infinities, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="nan">takes the place of NaN. Default: 0.</param>
        /// <param name="posinf">that of infinity; none: the largest number. Default: none.</param>
        /// <param name="posinfNone">posinf is none on purpose.</param>
        /// <param name="neginf">that of -infinity; none: the smallest number. Default: none.</param>
        /// <param name="neginfNone">neginf is none on purpose.</param>
        public static Tensor NanToNum(Operand x, double? nan = null, double? posinf = null, bool posinfNone = false, double? neginf = null, bool neginfNone = false) =>
            Operator.Named("nan_to_num").One(new object[] { x, nan, posinfNone ? Operator.None : (object)posinf, neginfNone ? Operator.None : (object)neginf });

        /// <summary>The negative, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Negative(Operand x) =>
            Operator.Named("negative").One(new object[] { x });

        /// <summary>Length of vectors or matrices over axes; by default the root of the sum of squares, whose gradient at zero is zero.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        /// <param name="ord">order: any of vectors, 1, -1, inf or -inf of matrices; none: 2, of all axes. Default: none.</param>
        /// <param name="ordNone">ord is none on purpose.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor Norm(Operand x, double? ord = null, bool ordNone = false, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            Operator.Named("norm").One(new object[] { x, ordNone ? Operator.None : (object)ord, axisNone ? Operator.None : (object)axis, keepdims });

        /// <summary>Random numbers of the normal distribution.</summary>
        /// <param name="shape">extents.</param>
        /// <param name="dtype">floating dtype of the result.</param>
        /// <param name="loc">mean. Default: 0.</param>
        /// <param name="scale">standard deviation, at least 0. Default: 1.</param>
        public static Tensor Normal(long[] shape, Dtype dtype, double? loc = null, double? scale = null) =>
            Operator.Named("normal").One(new object[] { loc, scale, shape, dtype });

        /// <summary>Truth of x1 != x2, element by element, as bool.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor NotEqual(Operand x1, Operand x2) =>
            Operator.Named("not_equal").One(new object[] { x1, x2 });

        /// <summary>A new last axis with one value at each integer's place and another elsewhere.</summary>
        /// <param name="data">integers of any shape; those outside the new axis give no place.</param>
        /// <param name="depth">extent of the new axis.</param>
        /// <param name="onValue">value at the place. Default: 1.</param>
        /// <param name="offValue">value elsewhere. Default: 0.</param>
        /// <param name="dtype">float32 by default. Default: none.</param>
        /// <param name="dtypeNone">dtype is none on purpose.</param>
        public static Tensor OneHot(Operand data, long depth, double? onValue = null, double? offValue = null, Dtype? dtype = null, bool dtypeNone = false) =>
            Operator.Named("one_hot").One(new object[] { data, depth, onValue, offValue, dtypeNone ? Operator.None : (object)dtype });

        /// <summary>Products of each element of a (rows) with each of b (columns), both taken as flat.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="b">any dtype.</param>
        public static Tensor Outer(Operand a, Operand b) =>
            Operator.Named("outer").One(new object[] { a, b });

        /// <summary>The sum of pieces of rows that begin `hop` elements apart; between them there are zeros.</summary>
        /// <param name="frames">float32 or float64: at least two axes, pieces along the last one.</param>
        /// <param name="hop">from the begin of a piece to that of the next.</param>
        /// <param name="start">elements that are left out at the begin and, unless `length` is given, at the end. Default: 0.</param>
        /// <param name="length">elements of the result; beyond the pieces zeros. Default: none.</param>
        /// <param name="lengthNone">length is none on purpose.</param>
        public static Tensor OverlapAdd(Operand frames, long hop, long? start = null, long? length = null, bool lengthNone = false) =>
            Operator.Named("overlap_add").One(new object[] { frames, hop, start, lengthNone ? Operator.None : (object)length });

        /// <summary>The array with a border round it.</summary>
        /// <param name="array">any dtype.</param>
        /// <param name="before">width of the border at the start of each axis.</param>
        /// <param name="after">width at the end of each axis.</param>
        /// <param name="value">what the border is filled with in mode constant, 0 unless given.</param>
        /// <param name="mode">constant, edge, reflect, symmetric or wrap. Default: "constant".</param>
        public static Tensor Pad(Operand array, long[] before, long[] after, Operand value = null, string mode = null) =>
            Operator.Named("pad").One(new object[] { array, value, before, after, mode });

        /// <summary>The numbers 0 to n - 1 in random order, as int64.</summary>
        /// <param name="n">how many.</param>
        public static Tensor Permutation(long n) =>
            Operator.Named("permutation").One(new object[] { n });

        /// <summary>One element along an axis for each position of the others: data[i, index[i]].</summary>
        /// <param name="data">any dtype.</param>
        /// <param name="index">any real dtype, cut to integers, data's shape without the axis; negative ones count back.</param>
        /// <param name="axis">axis that the indices count along. Default: -1.</param>
        /// <param name="keepdims">keep the axis with extent 1. Default: false.</param>
        /// <param name="mode">raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: "raise".</param>
        public static Tensor Pick(Operand data, Operand index, long? axis = null, bool? keepdims = null, string mode = null) =>
            Operator.Named("pick").One(new object[] { data, index, axis, keepdims, mode });

        /// <summary>Random counts of the Poisson distribution; NaN where there is none.</summary>
        /// <param name="rate">float32 or float64: means.</param>
        public static Tensor Poisson(Operand rate) =>
            Operator.Named("poisson").One(new object[] { rate });

        /// <summary>The n-th derivative of digamma, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        /// <param name="n">order of the derivative, from 0 to 20. Default: 1.</param>
        public static Tensor Polygamma(Operand x, long? n = null) =>
            Operator.Named("polygamma").One(new object[] { x, n });

        /// <summary>Maximum, average, sum or norm over windows of one, two or three spatial axes.</summary>
        /// <param name="data">any real dtype for maxima, else floating; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).</param>
        /// <param name="kernel">extents of the window. Default: none.</param>
        /// <param name="kernelNone">kernel is none on purpose.</param>
        /// <param name="poolType">max or avg; pooling also has sum and lp. Default: "max".</param>
        /// <param name="stride">step of the window, 1 by default. Default: none.</param>
        /// <param name="strideNone">stride is none on purpose.</param>
        /// <param name="pad">elements added on both sides, or before all axes and then behind them; 0 by default. Default: none.</param>
        /// <param name="padNone">pad is none on purpose.</param>
        /// <param name="globalPool">one window over the whole image. Default: false.</param>
        /// <param name="poolingConvention">valid drops a last window that does not fit, full keeps it. Default: "valid".</param>
        /// <param name="countIncludePad">the average counts padded elements. Default: true.</param>
        /// <param name="pValue">the p of pool_type lp, the p-norm, at least 1. Default: 2.</param>
        public static Tensor Pooling(Operand data, long[] kernel = null, bool kernelNone = false, string poolType = null, long[] stride = null, bool strideNone = false, long[] pad = null, bool padNone = false, bool? globalPool = null, string poolingConvention = null, bool? countIncludePad = null, long? pValue = null) =>
            Operator.Named("pooling").One(new object[] { data, kernelNone ? Operator.None : (object)kernel, poolType, strideNone ? Operator.None : (object)stride, padNone ? Operator.None : (object)pad, globalPool, poolingConvention, countIncludePad, pValue });

        /// <summary>x1 to the power of x2, by the general formula, element by element.</summary>
        /// <param name="x1">any real dtype but bool.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Pow(Operand x1, Operand x2) =>
            Operator.Named("pow").One(new object[] { x1, x2 });

        /// <summary>x1 to the power of x2, element by element. Integers wrap; their negative powers are truncated to 0, 1 or -1, and refused where the exponent is a number.</summary>
        /// <param name="x1">any real dtype but bool.</param>
        /// <param name="x2">exponent, broadcast against `x1`.</param>
        public static Tensor Power(Operand x1, Operand x2) =>
            Operator.Named("power").One(new object[] { x1, x2 });

        /// <summary>x above zero, gamma x below, with slopes that are learned.</summary>
        /// <param name="x">any real dtype, shape (N, C, ...).</param>
        /// <param name="gamma">slopes: one, one for each of C channels, or broadcast against `x`.</param>
        public static Tensor Prelu(Operand x, Operand gamma) =>
            Operator.Named("prelu").One(new object[] { x, gamma });

        /// <summary>Prints a line: a text with arrays in the places that it marks by `{}`.</summary>
        /// <param name="arrays">any dtype; one for each `{}`.</param>
        /// <param name="format">`{{` and `}}` are braces. Default: "{}".</param>
        public static Tensor[] Print(Tensor[] arrays, string format = null) =>
            Operator.Named("print").All(new object[] { arrays, format });

        /// <summary>Product over axes; bool and integers multiply in 64 bits. An empty product is 1.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        /// <param name="dtype">floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none.</param>
        /// <param name="dtypeNone">dtype is none on purpose.</param>
        public static Tensor Prod(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null, Dtype? dtype = null, bool dtypeNone = false) =>
            Operator.Named("prod").One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims, dtypeNone ? Operator.None : (object)dtype });

        /// <summary>Largest less smallest element over axes.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor Ptp(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            Operator.Named("ptp").One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims });

        /// <summary>Orthogonal columns Q and a triangle R of matrices Q R.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        public static Tensor[] Qr(Operand a) =>
            Operator.Named("qr").All(new object[] { a });

        /// <summary>Integers that stand for real numbers: data / scale, rounded to the nearest (halves to the even one), plus the zero point; saturates, and maps NaN to 0.</summary>
        /// <param name="data">float32 or half types.</param>
        /// <param name="scale">floating, greater than 0, shape () or that of the axis.</param>
        /// <param name="zeroPoint">int8 or uint8, shape () or that of the axis; none: 0.</param>
        /// <param name="axis">axis along which there are several scales. Default: -1.</param>
        /// <param name="dtype">int8 or uint8; int8 by default. Default: none.</param>
        /// <param name="dtypeNone">dtype is none on purpose.</param>
        public static Tensor Quantize(Operand data, Operand scale, Operand zeroPoint = null, long? axis = null, Dtype? dtype = null, bool dtypeNone = false) =>
            Operator.Named("quantize").One(new object[] { data, scale, zeroPoint, axis, dtypeNone ? Operator.None : (object)dtype });

        /// <summary>Sum of two int8 arrays of their own scales, as int8, rounded as in TensorFlow Lite.</summary>
        /// <param name="x1">int8.</param>
        /// <param name="x2">int8, shape of x1.</param>
        /// <param name="x1Scale">what a step of x1 stands for.</param>
        /// <param name="x2Scale">what a step of x2 stands for.</param>
        /// <param name="outputScale">what a step of the result stands for.</param>
        /// <param name="x1ZeroPoint">the integer that stands for zero in x1. Default: 0.</param>
        /// <param name="x2ZeroPoint">the integer that stands for zero in x2. Default: 0.</param>
        /// <param name="outputZeroPoint">the integer that stands for zero in the result. Default: 0.</param>
        /// <param name="low">lower bound of the result. Default: -128.</param>
        /// <param name="high">upper bound of the result. Default: 127.</param>
        public static Tensor QuantizedAdd(Operand x1, Operand x2, double x1Scale, double x2Scale, double outputScale, long? x1ZeroPoint = null, long? x2ZeroPoint = null, long? outputZeroPoint = null, long? low = null, long? high = null) =>
            Operator.Named("quantized_add").One(new object[] { x1, x2, x1Scale, x2Scale, outputScale, x1ZeroPoint, x2ZeroPoint, outputZeroPoint, low, high });

        /// <summary>Convolution of int8 images, of data - zero_point in int32, which pads with zero_point; with a multiplier and a shift as int8, see requantize.</summary>
        /// <param name="data">int8, shape (N, C, W) or (N, C, H, W).</param>
        /// <param name="weight">int8, shape (filters, C / groups, kernel...).</param>
        /// <param name="bias">int32, shape (filters,).</param>
        /// <param name="multiplier">int32, not negative, shape () or (channels,): 2^31 times a factor below 1.</param>
        /// <param name="shift">int32, shape of multiplier: the factor's power of two, -31 to 30.</param>
        /// <param name="residual">int8, shape of the result: added to the sums, times its factor.</param>
        /// <param name="residualFactor">int32, shape (filters,): its scale over that of the sums.</param>
        /// <param name="kernel">extents of the window; those of the weight. Default: none.</param>
        /// <param name="kernelNone">kernel is none on purpose.</param>
        /// <param name="stride">step of the window, 1 by default. Default: none.</param>
        /// <param name="strideNone">stride is none on purpose.</param>
        /// <param name="pad">zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.</param>
        /// <param name="padNone">pad is none on purpose.</param>
        /// <param name="dilate">distance of the window's elements, 1 by default. Default: none.</param>
        /// <param name="dilateNone">dilate is none on purpose.</param>
        /// <param name="numGroup">groups of channels that do not see each other. Default: 1.</param>
        /// <param name="zeroPoint">the integer that stands for zero in data, and pads it. Default: 0.</param>
        /// <param name="outputZeroPoint">the integer that stands for zero in the result. Default: 0.</param>
        /// <param name="low">lower bound of the result. Default: -128.</param>
        /// <param name="high">upper bound of the result. Default: 127.</param>
        /// <param name="channelsLast">data is (N, W, C) or (N, H, W, C), the weight (filters, kernel..., C / groups). Default: false.</param>
        public static Tensor QuantizedConvolution(Operand data, Operand weight, Operand bias = null, Operand multiplier = null, Operand shift = null, Operand residual = null, Operand residualFactor = null, long[] kernel = null, bool kernelNone = false, long[] stride = null, bool strideNone = false, long[] pad = null, bool padNone = false, long[] dilate = null, bool dilateNone = false, long? numGroup = null, long? zeroPoint = null, long? outputZeroPoint = null, long? low = null, long? high = null, bool? channelsLast = null) =>
            Operator.Named("quantized_convolution").One(new object[] { data, weight, bias, multiplier, shift, residual, residualFactor, kernelNone ? Operator.None : (object)kernel, strideNone ? Operator.None : (object)stride, padNone ? Operator.None : (object)pad, dilateNone ? Operator.None : (object)dilate, numGroup, zeroPoint, outputZeroPoint, low, high, channelsLast });

        /// <summary>Convolution of int16 images with int8 filters: int64 sums, or with a multiplier and a shift int16, the sums times multiplier * 2^-shift, rounded to the nearest, halves up.</summary>
        /// <param name="data">int16, shape (N, H, W, C).</param>
        /// <param name="weight">int8, shape (filters, kernel..., C / groups).</param>
        /// <param name="bias">int64, shape (filters,).</param>
        /// <param name="multiplier">int32, shape (filters,): 0 to 32767.</param>
        /// <param name="shift">int32, shape (filters,): 1 to 62.</param>
        /// <param name="kernel">extents of the window; those of the weight. Default: none.</param>
        /// <param name="kernelNone">kernel is none on purpose.</param>
        /// <param name="stride">step of the window, 1 by default. Default: none.</param>
        /// <param name="strideNone">stride is none on purpose.</param>
        /// <param name="pad">zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.</param>
        /// <param name="padNone">pad is none on purpose.</param>
        /// <param name="dilate">distance of the window's elements, 1 by default. Default: none.</param>
        /// <param name="dilateNone">dilate is none on purpose.</param>
        /// <param name="numGroup">groups of channels that do not see each other. Default: 1.</param>
        /// <param name="low">lower bound of the result. Default: -32768.</param>
        /// <param name="high">upper bound of the result. Default: 32767.</param>
        public static Tensor QuantizedConvolution16(Operand data, Operand weight, Operand bias = null, Operand multiplier = null, Operand shift = null, long[] kernel = null, bool kernelNone = false, long[] stride = null, bool strideNone = false, long[] pad = null, bool padNone = false, long[] dilate = null, bool dilateNone = false, long? numGroup = null, long? low = null, long? high = null) =>
            Operator.Named("quantized_convolution16").One(new object[] { data, weight, bias, multiplier, shift, kernelNone ? Operator.None : (object)kernel, strideNone ? Operator.None : (object)stride, padNone ? Operator.None : (object)pad, dilateNone ? Operator.None : (object)dilate, numGroup, low, high });

        /// <summary>Affine map of int8 features, (data - zero_point) weightᵀ + bias in int32; with a multiplier and a shift as int8, see requantize.</summary>
        /// <param name="data">int8, shape (N, ...) when flatten, else (..., features).</param>
        /// <param name="weight">int8, shape (units, features).</param>
        /// <param name="bias">int32, shape (units,).</param>
        /// <param name="multiplier">int32, not negative, shape () or (channels,): 2^31 times a factor below 1.</param>
        /// <param name="shift">int32, shape of multiplier: the factor's power of two, -31 to 30.</param>
        /// <param name="zeroPoint">the integer that stands for zero in data. Default: 0.</param>
        /// <param name="outputZeroPoint">the integer that stands for zero in the result. Default: 0.</param>
        /// <param name="low">lower bound of the result. Default: -128.</param>
        /// <param name="high">upper bound of the result. Default: 127.</param>
        /// <param name="flatten">merge all axes of data but the first. Default: true.</param>
        public static Tensor QuantizedFullyConnected(Operand data, Operand weight, Operand bias = null, Operand multiplier = null, Operand shift = null, long? zeroPoint = null, long? outputZeroPoint = null, long? low = null, long? high = null, bool? flatten = null) =>
            Operator.Named("quantized_fully_connected").One(new object[] { data, weight, bias, multiplier, shift, zeroPoint, outputZeroPoint, low, high, flatten });

        /// <summary>A gated recurrent unit in integers, from a hidden state of 0: its hidden states after all steps, int8, multiples of 2^-7. Gates have 16 bits.</summary>
        /// <param name="data">int8, shape (T, N, C): all steps.</param>
        /// <param name="i2hWeight">int8, rows for each gate, shape (gates H, C).</param>
        /// <param name="h2hWeight">int8, shape (gates H, H).</param>
        /// <param name="i2hBias">int32, shape (gates H,): of the sums, with what the zero point of data takes from them.</param>
        /// <param name="i2hMultiplier">int32: to multiples of 2^-12, see quantized_multiplier.</param>
        /// <param name="i2hShift">int32, of the multiplier.</param>
        /// <param name="h2hBias">int32, shape (gates H,).</param>
        /// <param name="h2hMultiplier">int32: to multiples of 2^-12, see quantized_multiplier.</param>
        /// <param name="h2hShift">int32, of the multiplier.</param>
        /// <param name="reverse">from the last step to the first. Default: false.</param>
        public static Tensor QuantizedGru(Operand data, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand i2hMultiplier, Operand i2hShift, Operand h2hBias, Operand h2hMultiplier, Operand h2hShift, bool? reverse = null) =>
            Operator.Named("quantized_gru").One(new object[] { data, i2hWeight, h2hWeight, i2hBias, i2hMultiplier, i2hShift, h2hBias, h2hMultiplier, h2hShift, reverse });

        /// <summary>What a table has for each int8 element: any function of one element, between any scales.</summary>
        /// <param name="data">int8.</param>
        /// <param name="table">int8, shape (256,): results for -128, -127, ... 127.</param>
        public static Tensor QuantizedLookup(Operand data, Operand table) =>
            Operator.Named("quantized_lookup").One(new object[] { data, table });

        /// <summary>A long short-term memory in integers, from states of 0: its hidden states after all steps, int8, multiples of 2^-7. Gates and cells have 16 bits; a cell reaches from -16 to 16.</summary>
        /// <param name="data">int8, shape (T, N, C): all steps.</param>
        /// <param name="i2hWeight">int8, rows for each gate, shape (gates H, C).</param>
        /// <param name="h2hWeight">int8, shape (gates H, H).</param>
        /// <param name="i2hBias">int32, shape (gates H,): of the sums, with what the zero point of data takes from them.</param>
        /// <param name="i2hMultiplier">int32: to multiples of 2^-12, see quantized_multiplier.</param>
        /// <param name="i2hShift">int32, of the multiplier.</param>
        /// <param name="h2hBias">int32, shape (gates H,).</param>
        /// <param name="h2hMultiplier">int32: to multiples of 2^-12, see quantized_multiplier.</param>
        /// <param name="h2hShift">int32, of the multiplier.</param>
        /// <param name="reverse">from the last step to the first. Default: false.</param>
        public static Tensor QuantizedLstm(Operand data, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand i2hMultiplier, Operand i2hShift, Operand h2hBias, Operand h2hMultiplier, Operand h2hShift, bool? reverse = null) =>
            Operator.Named("quantized_lstm").One(new object[] { data, i2hWeight, h2hWeight, i2hBias, i2hMultiplier, i2hShift, h2hBias, h2hMultiplier, h2hShift, reverse });

        /// <summary>Maximum or average of int8 over windows of one or two spatial axes, of data's scale; the average is rounded to the nearest, halves away from zero, as in TensorFlow Lite.</summary>
        /// <param name="data">int8, shape (N, C, W) or (N, C, H, W).</param>
        /// <param name="kernel">extents of the window. Default: none.</param>
        /// <param name="kernelNone">kernel is none on purpose.</param>
        /// <param name="poolType">max or avg; pooling also has sum and lp. Default: "max".</param>
        /// <param name="stride">step of the window, 1 by default. Default: none.</param>
        /// <param name="strideNone">stride is none on purpose.</param>
        /// <param name="pad">elements added on both sides, or before all axes and then behind them; 0 by default. Default: none.</param>
        /// <param name="padNone">pad is none on purpose.</param>
        /// <param name="globalPool">one window over the whole image. Default: false.</param>
        /// <param name="poolingConvention">valid drops a last window that does not fit, full keeps it. Default: "valid".</param>
        /// <param name="countIncludePad">the average counts padded elements. Default: true.</param>
        /// <param name="zeroPoint">the integer that stands for zero: padded elements of an average. Default: 0.</param>
        /// <param name="channelsLast">data is (N, W, C) or (N, H, W, C). Default: false.</param>
        public static Tensor QuantizedPooling(Operand data, long[] kernel = null, bool kernelNone = false, string poolType = null, long[] stride = null, bool strideNone = false, long[] pad = null, bool padNone = false, bool? globalPool = null, string poolingConvention = null, bool? countIncludePad = null, long? zeroPoint = null, bool? channelsLast = null) =>
            Operator.Named("quantized_pooling").One(new object[] { data, kernelNone ? Operator.None : (object)kernel, poolType, strideNone ? Operator.None : (object)stride, padNone ? Operator.None : (object)pad, globalPool, poolingConvention, countIncludePad, zeroPoint, channelsLast });

        /// <summary>Softmax of int8 along the last axis by TensorFlow Lite's rule: int8 that stand for (y + 128) / 256.</summary>
        /// <param name="data">int8, at most 4095 elements along the last axis.</param>
        /// <param name="scale">what a step of data stands for.</param>
        public static Tensor QuantizedSoftmax(Operand data, double scale) =>
            Operator.Named("quantized_softmax").One(new object[] { data, scale });

        /// <summary>Random integers in [low, high), each equally likely, as int64.</summary>
        /// <param name="low">least number.</param>
        /// <param name="high">bound, not reached.</param>
        /// <param name="shape">extents.</param>
        public static Tensor Randint(long low, long high, long[] shape) =>
            Operator.Named("randint").One(new object[] { low, high, shape });

        /// <summary>The elements in row-major order along one axis; a view where strides allow.</summary>
        /// <param name="a">any dtype.</param>
        public static Tensor Ravel(Operand a) =>
            Operator.Named("ravel").One(new object[] { a });

        /// <summary>The first half of the discrete Fourier transform of real numbers along the last axis, without a scale; complex. `np.fft` has NumPy's functions.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Rdft(Operand x) =>
            Operator.Named("rdft").One(new object[] { x });

        /// <summary>The real parts of the elements; of real numbers the array itself.</summary>
        /// <param name="x">any dtype.</param>
        public static Tensor Real(Operand x) =>
            Operator.Named("real").One(new object[] { x });

        /// <summary>The first half of the discrete Fourier transform of real rows, in planes and without a scale.</summary>
        /// <param name="x">float32 or float64.</param>
        /// <param name="mirrored">elements with a mirror image count twice. Default: false.</param>
        public static Tensor[] RealFourier(Operand x, bool? mirrored = null) =>
            Operator.Named("real_fourier").All(new object[] { x, mirrored });

        /// <summary>Real rows of the first halves of their discrete Fourier transforms, in planes and without a scale.</summary>
        /// <param name="x1">float32 or float64: the real parts.</param>
        /// <param name="length">of the rows.</param>
        /// <param name="x2">the imaginary parts; zeros unless given.</param>
        /// <param name="mirrored">elements with a mirror image count twice. Default: true.</param>
        public static Tensor RealFourierInverse(Operand x1, long length, Operand x2 = null, bool? mirrored = null) =>
            Operator.Named("real_fourier_inverse").One(new object[] { x1, x2, length, mirrored });

        /// <summary>The real parts of complex numbers.</summary>
        /// <param name="x">complex.</param>
        public static Tensor RealPart(Operand x) =>
            Operator.Named("real_part").One(new object[] { x });

        /// <summary>The next array that another rank sends to this one.</summary>
        /// <param name="shape">of the array that was sent.</param>
        /// <param name="dtype">of the array that was sent.</param>
        /// <param name="source">the rank that sends it.</param>
        /// <param name="token">any dtype; what has a gradient only if this has; its value is not read.</param>
        /// <param name="tag">messages of one tag arrive in the order in which they were sent. Default: 0.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor Receive(long[] shape, Dtype dtype, long source, Operand token = null, long? tag = null, string group = null) =>
            Operator.Named("receive").One(new object[] { token, shape, dtype, source, tag, group });

        /// <summary>1 / x, element by element; integers give the default float.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Reciprocal(Operand x) =>
            Operator.Named("reciprocal").One(new object[] { x });

        /// <summary>This rank's block, along axis 0, of the reduction of the arrays of all ranks.</summary>
        /// <param name="x">any real dtype but bool; the same type on all ranks.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="reduction">`sum`, `mean`, `product`, `min` or `max`. Default: "sum".</param>
        /// <param name="ordered">the same bits whatever moves the bytes: a tree over ranks. Default: false.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor ReduceBlocks(Operand x, long ranks, string reduction = null, bool? ordered = null, string group = null) =>
            Operator.Named("reduce_blocks").One(new object[] { x, ranks, reduction, ordered, group });

        /// <summary>Begins `reduce_blocks`, whose result is there when `collective_wait` has given it.</summary>
        /// <param name="x">any real dtype but bool; the same type on all ranks.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="reduction">`sum`, `mean`, `product`, `min` or `max`. Default: "sum".</param>
        /// <param name="ordered">the same bits whatever moves the bytes: a tree over ranks. Default: false.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor[] ReduceBlocksStart(Operand x, long ranks, string reduction = null, bool? ordered = null, string group = null) =>
            Operator.Named("reduce_blocks_start").All(new object[] { x, ranks, reduction, ordered, group });

        /// <summary>This rank's part, along an axis, of the reduction of the arrays of all ranks.</summary>
        /// <param name="x">any real dtype but bool; the same type on all ranks.</param>
        /// <param name="axis">along which rank r gets part r.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="reduction">`sum`, `mean`, `product`, `min` or `max`. Default: "sum".</param>
        /// <param name="ordered">the same bits whatever moves the bytes: a tree over ranks. Default: false.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor ReduceScatter(Operand x, long axis, long ranks, string reduction = null, bool? ordered = null, string group = null) =>
            Operator.Named("reduce_scatter").One(new object[] { x, axis, ranks, reduction, ordered, group });

        /// <summary>Positive part max(x, 0), element by element; NaN stays NaN.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Relu(Operand x) =>
            Operator.Named("relu").One(new object[] { x });

        /// <summary>x held between 0 and 6, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Relu6(Operand x) =>
            Operator.Named("relu6").One(new object[] { x });

        /// <summary>Remainder with the sign of the divisor, element by element: x1 % x2. Integers modulo 0 give 0, floats NaN.</summary>
        /// <param name="x1">any real dtype but bool.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Remainder(Operand x1, Operand x2) =>
            Operator.Named("remainder").One(new object[] { x1, x2 });

        /// <summary>Each element repeated, along one axis or in the flat array.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="repeats">how often, for all or for each element.</param>
        /// <param name="axis">axis to repeat along; none repeats the flat array. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        public static Tensor Repeat(Operand a, long[] repeats, long? axis = null, bool axisNone = false) =>
            Operator.Named("repeat").One(new object[] { a, repeats, axisNone ? Operator.None : (object)axis });

        /// <summary>Sums of int32 as int8: times multiplier 2^(shift - 31) with the two roundings of TensorFlow Lite, plus the zero point, held between the bounds.</summary>
        /// <param name="data">int32.</param>
        /// <param name="multiplier">int32, not negative, shape () or (channels,): 2^31 times a factor below 1.</param>
        /// <param name="shift">int32, shape of multiplier: the factor's power of two, -31 to 30.</param>
        /// <param name="outputZeroPoint">the integer that stands for zero in the result. Default: 0.</param>
        /// <param name="low">lower bound of the result. Default: -128.</param>
        /// <param name="high">upper bound of the result. Default: 127.</param>
        /// <param name="axis">axis along which there are several multipliers. Default: -1.</param>
        public static Tensor Requantize(Operand data, Operand multiplier, Operand shift, long? outputZeroPoint = null, long? low = null, long? high = null, long? axis = null) =>
            Operator.Named("requantize").One(new object[] { data, multiplier, shift, outputZeroPoint, low, high, axis });

        /// <summary>The same elements in row-major order under another shape; a view where strides allow.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="newshape">extents; one may be -1, the rest.</param>
        public static Tensor Reshape(Operand x, long[] newshape) =>
            Operator.Named("reshape").One(new object[] { x, newshape });

        /// <summary>Bits of x1 moved down by x2 places, element by element; 0 or -1 by the sign of x1 for counts that are negative or not below the number of bits.</summary>
        /// <param name="x1">integers.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor RightShift(Operand x1, Operand x2) =>
            Operator.Named("right_shift").One(new object[] { x1, x2 });

        /// <summary>The whole number nearest to x, halves to the even one, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Rint(Operand x) =>
            Operator.Named("rint").One(new object[] { x });

        /// <summary>The elements along an axis divided by their root mean square, scaled.</summary>
        /// <param name="data">floating.</param>
        /// <param name="gamma">factors, one for each element of the axis.</param>
        /// <param name="axis">axis that is normalised. Default: -1.</param>
        /// <param name="eps">summand of the mean square. Default: 1e-06.</param>
        public static Tensor RmsNorm(Operand data, Operand gamma = null, long? axis = null, double? eps = null) =>
            Operator.Named("rms_norm").One(new object[] { data, gamma, axis, eps });

        /// <summary>RMSProp by the gradient's variance, with momentum: the new weight, mean square, mean and step.</summary>
        /// <param name="weight">floating: the parameter.</param>
        /// <param name="grad">its gradient, same shape.</param>
        /// <param name="square">running mean of the gradient's square.</param>
        /// <param name="mean">running mean of the gradient.</param>
        /// <param name="step">the step before.</param>
        /// <param name="lr">learning rate: a number, or an array without axes.</param>
        /// <param name="wd">weight decay. Default: 0.</param>
        /// <param name="rescaleGrad">factor of the gradient. Default: 1.</param>
        /// <param name="clipGradient">bound of the rescaled gradient's elements; negative: none. Default: -1.</param>
        /// <param name="rho">decay of the means. Default: 0.9.</param>
        /// <param name="momentum">share of the step that stays. Default: 0.9.</param>
        /// <param name="epsilon">added to the variance. Default: 1e-08.</param>
        public static Tensor[] RmspropCenteredUpdate(Operand weight, Operand grad, Operand square, Operand mean, Operand step, Operand lr, double? wd = null, double? rescaleGrad = null, double? clipGradient = null, double? rho = null, double? momentum = null, double? epsilon = null) =>
            Operator.Named("rmsprop_centered_update").All(new object[] { weight, grad, square, mean, step, lr, wd, rescaleGrad, clipGradient, rho, momentum, epsilon });

        /// <summary>RMSProp: the new weight and running mean of squared gradients.</summary>
        /// <param name="weight">floating: the parameter.</param>
        /// <param name="grad">its gradient, same shape.</param>
        /// <param name="square">running mean of the gradient's square.</param>
        /// <param name="lr">learning rate: a number, or an array without axes.</param>
        /// <param name="wd">weight decay. Default: 0.</param>
        /// <param name="rescaleGrad">factor of the gradient. Default: 1.</param>
        /// <param name="clipGradient">bound of the rescaled gradient's elements; negative: none. Default: -1.</param>
        /// <param name="rho">decay of the mean. Default: 0.9.</param>
        /// <param name="epsilon">added to the root. Default: 1e-08.</param>
        public static Tensor[] RmspropUpdate(Operand weight, Operand grad, Operand square, Operand lr, double? wd = null, double? rescaleGrad = null, double? clipGradient = null, double? rho = null, double? epsilon = null) =>
            Operator.Named("rmsprop_update").All(new object[] { weight, grad, square, lr, wd, rescaleGrad, clipGradient, rho, epsilon });

        /// <summary>A plain recurrent network: the hidden states of all steps, and the last.</summary>
        /// <param name="data">floating, shape (T, N, C): all steps.</param>
        /// <param name="hidden">shape (N, H).</param>
        /// <param name="i2hWeight">rows for each gate, shape (gates H, C).</param>
        /// <param name="h2hWeight">shape (gates H, H).</param>
        /// <param name="i2hBias">shape (gates H,).</param>
        /// <param name="h2hBias">shape (gates H,).</param>
        /// <param name="sequenceLength">any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.</param>
        /// <param name="reverse">from the last step to the first. Default: false.</param>
        /// <param name="activation">'tanh' or 'relu'. Default: "tanh".</param>
        public static Tensor[] Rnn(Operand data, Operand hidden, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias, Operand sequenceLength = null, bool? reverse = null, string activation = null) =>
            Operator.Named("rnn").All(new object[] { data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, sequenceLength, reverse, activation });

        /// <summary>One step of a plain recurrent network: the next hidden state.</summary>
        /// <param name="data">floating, shape (N, C).</param>
        /// <param name="hidden">shape (N, H).</param>
        /// <param name="i2hWeight">rows for each gate, shape (gates H, C).</param>
        /// <param name="h2hWeight">shape (gates H, H).</param>
        /// <param name="i2hBias">shape (gates H,).</param>
        /// <param name="h2hBias">shape (gates H,).</param>
        /// <param name="activation">'tanh' or 'relu'. Default: "tanh".</param>
        public static Tensor RnnCell(Operand data, Operand hidden, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias, string activation = null) =>
            Operator.Named("rnn_cell").One(new object[] { data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, activation });

        /// <summary>Regions of images as means of bilinear samples in bins: (R, C, bins, bins).</summary>
        /// <param name="data">any real dtype; integers become the default float; shape (N, C, H, W).</param>
        /// <param name="rois">a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).</param>
        /// <param name="pooledSize">bins along the height and the width.</param>
        /// <param name="spatialScale">pixels of the images for one unit of the regions. Default: 1.</param>
        /// <param name="samplingRatio">samples of a bin along each axis; 0 or less: as many as it has pixels. Default: -1.</param>
        /// <param name="aligned">pixels have their centers at 1/2, and regions may be thinner than a pixel. Default: false.</param>
        public static Tensor RoiAlign(Operand data, Operand rois, long[] pooledSize, double? spatialScale = null, long? samplingRatio = null, bool? aligned = null) =>
            Operator.Named("roi_align").One(new object[] { data, rois, pooledSize, spatialScale, samplingRatio, aligned });

        /// <summary>The largest elements of regions of images in bins: (R, C, bins, bins).</summary>
        /// <param name="data">any real dtype; integers become the default float; shape (N, C, H, W).</param>
        /// <param name="rois">a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).</param>
        /// <param name="pooledSize">bins along the height and the width.</param>
        /// <param name="spatialScale">pixels of the images for one unit of the regions. Default: 1.</param>
        public static Tensor RoiPool(Operand data, Operand rois, long[] pooledSize, double? spatialScale = null) =>
            Operator.Named("roi_pool").One(new object[] { data, rois, pooledSize, spatialScale });

        /// <summary>The array with its elements moved along axes; what leaves at the end enters at the start.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="shift">by how many places, for all axes or for each.</param>
        /// <param name="axis">which axes; none moves in the flat array. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        public static Tensor Roll(Operand a, long[] shift, long[] axis = null, bool axisNone = false) =>
            Operator.Named("roll").One(new object[] { a, shift, axisNone ? Operator.None : (object)axis });

        /// <summary>x rounded to a number of decimals, halves to the even digit, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="decimals">digits behind the point; negative ones count before it. Default: 0.</param>
        public static Tensor Round(Operand x, long? decimals = null) =>
            Operator.Named("round").One(new object[] { x, decimals });

        /// <summary>1 / sqrt(x), element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Rsqrt(Operand x) =>
            Operator.Named("rsqrt").One(new object[] { x });

        /// <summary>softmax(scale query keyᵀ + mask) value: for each query a mean of the values.</summary>
        /// <param name="query">floating, shape (..., T, D).</param>
        /// <param name="key">shape (..., S, D).</param>
        /// <param name="value">shape (..., S, V).</param>
        /// <param name="mask">any real dtype, broadcasts to (..., T, S): summands, or bools, true to attend.</param>
        /// <param name="scale">factor of the scores, 1 / sqrt(D) by default. Default: none.</param>
        /// <param name="scaleNone">scale is none on purpose.</param>
        /// <param name="causal">a query attends to no key behind its own position. Default: false.</param>
        /// <param name="grouped">heads of queries, axis -3, share those of keys and values in groups of H / Hk. Default: false.</param>
        public static Tensor ScaledDotProductAttention(Operand query, Operand key, Operand value, Operand mask = null, double? scale = null, bool scaleNone = false, bool? causal = null, bool? grouped = null) =>
            Operator.Named("scaled_dot_product_attention").One(new object[] { query, key, value, mask, scaleNone ? Operator.None : (object)scale, causal, grouped });

        /// <summary>The array with its elements at chosen places replaced, the last one winning, or added to.</summary>
        /// <param name="x">any dtype, but no half type to accumulate.</param>
        /// <param name="value">broadcasts to what the index picks.</param>
        /// <param name="indices">int64 arrays that broadcast together; negative ones count back.</param>
        /// <param name="axes">the axis of each index array, ascending.</param>
        /// <param name="position">where the axes of the index arrays stand among the others. Default: 0.</param>
        /// <param name="shownAxes">the axes as errors name them, if they have other numbers there. Default: [].</param>
        /// <param name="accumulate">add instead of replacing. Default: false.</param>
        public static Tensor Scatter(Operand x, Operand value, Tensor[] indices, long[] axes, long? position = null, long[] shownAxes = null, bool? accumulate = null) =>
            Operator.Named("scatter").One(new object[] { x, value, indices, axes, position, shownAxes, accumulate });

        /// <summary>Zeros with each element or slice added at its point: the adjoint of gather_nd.</summary>
        /// <param name="data">any dtype, shape (..., rest), as gather_nd gives it.</param>
        /// <param name="indices">integers, shape (M, ...); negative ones count back.</param>
        /// <param name="shape">shape of the result.</param>
        public static Tensor ScatterNd(Operand data, Operand indices, long[] shape) =>
            Operator.Named("scatter_nd").One(new object[] { data, indices, shape });

        /// <summary>Where in an ascending vector values would have to be inserted to keep it ascending.</summary>
        /// <param name="a">any dtype; ascending, one axis.</param>
        /// <param name="v">values of any shape.</param>
        /// <param name="side">left of elements equal to the value, or right of them. Default: "left".</param>
        public static Tensor Searchsorted(Operand a, Operand v, string side = null) =>
            Operator.Named("searchsorted").One(new object[] { a, v, side });

        /// <summary>Scaled exponential linear unit, which keeps mean 0 and variance 1.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Selu(Operand x) =>
            Operator.Named("selu").One(new object[] { x });

        /// <summary>Sends an array to another rank; gives a zero whose gradient is what that rank sends back.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="destination">the rank that receives it.</param>
        /// <param name="tag">messages of one tag arrive in the order in which they were sent. Default: 0.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor Send(Operand x, long destination, long? tag = null, string group = null) =>
            Operator.Named("send").One(new object[] { x, destination, tag, group });

        /// <summary>Gradient descent with momentum: the new weight and momentum.</summary>
        /// <param name="weight">floating: the parameter.</param>
        /// <param name="grad">its gradient, same shape.</param>
        /// <param name="mom">momentum, same shape.</param>
        /// <param name="lr">learning rate: a number, or an array without axes.</param>
        /// <param name="wd">weight decay. Default: 0.</param>
        /// <param name="rescaleGrad">factor of the gradient. Default: 1.</param>
        /// <param name="clipGradient">bound of the rescaled gradient's elements; negative: none. Default: -1.</param>
        /// <param name="momentum">share of the momentum that stays. Default: 0.9.</param>
        /// <param name="nesterov">look one step ahead. Default: false.</param>
        public static Tensor[] SgdMomUpdate(Operand weight, Operand grad, Operand mom, Operand lr, double? wd = null, double? rescaleGrad = null, double? clipGradient = null, double? momentum = null, bool? nesterov = null) =>
            Operator.Named("sgd_mom_update").All(new object[] { weight, grad, mom, lr, wd, rescaleGrad, clipGradient, momentum, nesterov });

        /// <summary>Stochastic gradient descent: the new weight.</summary>
        /// <param name="weight">floating: the parameter.</param>
        /// <param name="grad">its gradient, same shape.</param>
        /// <param name="lr">learning rate: a number, or an array without axes.</param>
        /// <param name="wd">weight decay. Default: 0.</param>
        /// <param name="rescaleGrad">factor of the gradient. Default: 1.</param>
        /// <param name="clipGradient">bound of the rescaled gradient's elements; negative: none. Default: -1.</param>
        public static Tensor SgdUpdate(Operand weight, Operand grad, Operand lr, double? wd = null, double? rescaleGrad = null, double? clipGradient = null) =>
            Operator.Named("sgd_update").One(new object[] { weight, grad, lr, wd, rescaleGrad, clipGradient });

        /// <summary>Logistic function 1 / (1 + exp(-x)), element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Sigmoid(Operand x) =>
            Operator.Named("sigmoid").One(new object[] { x });

        /// <summary>-1, 0 or 1 by the sign of each element; NaN stays NaN.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Sign(Operand x) =>
            Operator.Named("sign").One(new object[] { x });

        /// <summary>Shifts rows of int16 to the left as far as their largest magnitude allows: the rows, and by how many bits, by TensorFlow Lite Micro's rule, in which rows with -32768 may wrap.</summary>
        /// <param name="data">int16, at least one axis: rows along the last one.</param>
        public static Tensor[] SignalAutoScale(Operand data) =>
            Operator.Named("signal_auto_scale").All(new object[] { data });

        /// <summary>Sums of bands of energies that overlap by halves, by TensorFlow Lite Micro's rule: band c is the sum of channel c + 1 by `weight` and of channel c by `unweight`.</summary>
        /// <param name="data">uint32, at least one axis: energies along the last one.</param>
        /// <param name="weight">int16, one axis: factors of all channels.</param>
        /// <param name="unweight">int16, shape of `weight`: factors for the band after.</param>
        /// <param name="starts">int16, shape (bands + 1,): the first energy of each channel.</param>
        /// <param name="weightStarts">int16, shape (bands + 1,): the first factor of each channel.</param>
        /// <param name="widths">int16, shape (bands + 1,): how many energies each channel reads.</param>
        public static Tensor SignalFilterBank(Operand data, Operand weight, Operand unweight, Operand starts, Operand weightStarts, Operand widths) =>
            Operator.Named("signal_filter_bank").One(new object[] { data, weight, unweight, starts, weightStarts, widths });

        /// <summary>Energies of bands by the gain that a table has for their noise, divided by 2^shift and compressed, element by element, by TensorFlow Lite Micro's rule (PCAN).</summary>
        /// <param name="data">uint32: energies.</param>
        /// <param name="noise">uint32, shape of `data`.</param>
        /// <param name="table">int16, shape (125,): gains for 0 and 1, then pieces for powers of two.</param>
        /// <param name="shift">bits of the product to drop, 0 to 63.</param>
        public static Tensor SignalGain(Operand data, Operand noise, Operand table, long shift) =>
            Operator.Named("signal_gain").One(new object[] { data, noise, table, shift });

        /// <summary>Natural logarithm of x 2^shift times a scale, element by element, as int16 of at most 32767, by TensorFlow Lite Micro's rule; 0 where x 2^shift is at most 1.</summary>
        /// <param name="data">uint32.</param>
        /// <param name="scale">what a result of 1 is multiplied by.</param>
        /// <param name="shift">bits to shift the data to the left, 0 to 31; the shift wraps. Default: 0.</param>
        public static Tensor SignalLog(Operand data, long scale, long? shift = null) =>
            Operator.Named("signal_log").One(new object[] { data, scale, shift });

        /// <summary>Fourier transform of real rows of int16, divided by their length, in fixed point by TensorFlow Lite Micro's rule: real and imaginary parts in turn.</summary>
        /// <param name="data">int16, at least one axis: rows along the last one, at most `length` elements.</param>
        /// <param name="length">samples of a row, a power of two from 4 to 65536; what is missing counts as 0.</param>
        public static Tensor SignalRfft(Operand data, long length) =>
            Operator.Named("signal_rfft").One(new object[] { data, length });

        /// <summary>Square root of uint64, rounded to the nearest, element by element; from 65535.5^2 to 2^32 it is 65535, as in TensorFlow Lite Micro.</summary>
        /// <param name="data">uint64.</param>
        public static Tensor SignalSquareRoot(Operand data) =>
            Operator.Named("signal_square_root").One(new object[] { data });

        /// <summary>Truth of x having a minus sign, zeros and NaN included, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Signbit(Operand x) =>
            Operator.Named("signbit").One(new object[] { x });

        /// <summary>x times the logistic function of beta x, also named swish.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        /// <param name="beta">factor within the logistic function. Default: 1.</param>
        public static Tensor Silu(Operand x, double? beta = null) =>
            Operator.Named("silu").One(new object[] { x, beta });

        /// <summary>Sine of angles in radians, of any size, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Sin(Operand x) =>
            Operator.Named("sin").One(new object[] { x });

        /// <summary>Hyperbolic sine, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Sinh(Operand x) =>
            Operator.Named("sinh").One(new object[] { x });

        /// <summary>Part of an array: `size` elements from `begin` by `step` along each axis; a view.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="begin">first index of each axis, at least 0.</param>
        /// <param name="size">elements taken along each axis.</param>
        /// <param name="step">distance between them, may be negative.</param>
        /// <param name="clip">take what is inside the axis, as Python does; else that is an error. Default: false.</param>
        public static Tensor Slice(Operand x, long[] begin, long[] size, long[] step, bool? clip = null) =>
            Operator.Named("slice").One(new object[] { x, begin, size, step, clip });

        /// <summary>Signs of determinants, and logarithms of their absolute values.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        public static Tensor[] Slogdet(Operand a) =>
            Operator.Named("slogdet").All(new object[] { a });

        /// <summary>exp(data) divided by its sum over an axis.</summary>
        /// <param name="data">any real dtype; integers become the default float.</param>
        /// <param name="axis">axis that sums to 1. Default: -1.</param>
        /// <param name="temperature">divides `data` first; none: 1. Default: none.</param>
        /// <param name="temperatureNone">temperature is none on purpose.</param>
        public static Tensor Softmax(Operand data, long? axis = null, double? temperature = null, bool temperatureNone = false) =>
            Operator.Named("softmax").One(new object[] { data, axis, temperatureNone ? Operator.None : (object)temperature });

        /// <summary>Cross entropy of softmax(data) and labels, one loss per sample.</summary>
        /// <param name="data">any real dtype: scores, shape (..., C) when axis is -1.</param>
        /// <param name="label">any real dtype: class indices without the axis, or probabilities of data's shape.</param>
        /// <param name="axis">axis of the classes. Default: -1.</param>
        /// <param name="sparseLabel">labels are class indices. Default: true.</param>
        /// <param name="fromLogits">data holds log-probabilities already. Default: false.</param>
        /// <param name="ignoreIndex">label whose loss is 0, such as -1 for padding; other negative labels are refused. Default: none.</param>
        /// <param name="ignoreIndexNone">ignoreIndex is none on purpose.</param>
        public static Tensor SoftmaxCrossEntropy(Operand data, Operand label, long? axis = null, bool? sparseLabel = null, bool? fromLogits = null, long? ignoreIndex = null, bool ignoreIndexNone = false) =>
            Operator.Named("softmax_cross_entropy").One(new object[] { data, label, axis, sparseLabel, fromLogits, ignoreIndexNone ? Operator.None : (object)ignoreIndex });

        /// <summary>Smooth positive part log(1 + exp(x)), element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Softplus(Operand x) =>
            Operator.Named("softplus").One(new object[] { x });

        /// <summary>x / (1 + |x|), element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Softsign(Operand x) =>
            Operator.Named("softsign").One(new object[] { x });

        /// <summary>Solutions x of a x = b.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        /// <param name="b">right sides, as matrices; batches broadcast.</param>
        public static Tensor Solve(Operand a, Operand b) =>
            Operator.Named("solve").One(new object[] { a, b });

        /// <summary>Solutions x of a x = b for a triangle `a`, or its adjoint.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        /// <param name="b">right sides, as matrices; batches broadcast.</param>
        /// <param name="upper">the upper triangle is read, and not the lower one. Default: false.</param>
        /// <param name="turned">the adjoint of the triangle is meant. Default: false.</param>
        public static Tensor SolveTriangular(Operand a, Operand b, bool? upper = null, bool? turned = null) =>
            Operator.Named("solve_triangular").One(new object[] { a, b, upper, turned });

        /// <summary>The elements along an axis in ascending order, NaN last; equal ones keep their order.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="axis">axis to sort along; none sorts the flat array. Default: -1.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="descending">the largest first. Default: false.</param>
        public static Tensor Sort(Operand a, long? axis = null, bool axisNone = false, bool? descending = null) =>
            Operator.Named("sort").One(new object[] { a, axisNone ? Operator.None : (object)axis, descending });

        /// <summary>Blocks of places as channels: spatial extents over `block_size`, so many more channels. Those of a block's first place come first.</summary>
        /// <param name="data">any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).</param>
        /// <param name="blockSize">extents of a block, or one number for all spatial axes.</param>
        /// <param name="channelsLast">data has its channels behind its spatial axes. Default: false.</param>
        public static Tensor SpaceToDepth(Operand data, long[] blockSize, bool? channelsLast = null) =>
            Operator.Named("space_to_depth").One(new object[] { data, blockSize, channelsLast });

        /// <summary>Parts of an array along one axis, as views: so many equal ones, or cut at indices.</summary>
        /// <param name="ary">any dtype.</param>
        /// <param name="indicesOrSections">the number of equal parts, or the indices before which to cut.</param>
        /// <param name="axis">axis to cut along. Default: 0.</param>
        public static Tensor[] Split(Operand ary, long[] indicesOrSections, long? axis = null) =>
            Operator.Named("split").All(new object[] { ary, indicesOrSections, axis });

        /// <summary>Square root, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Sqrt(Operand x) =>
            Operator.Named("sqrt").One(new object[] { x });

        /// <summary>Product of each element with itself.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Square(Operand x) =>
            Operator.Named("square").One(new object[] { x });

        /// <summary>The array without axes of extent 1.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="axis">which to drop; none drops all of extent 1. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        public static Tensor Squeeze(Operand x, long[] axis = null, bool axisNone = false) =>
            Operator.Named("squeeze").One(new object[] { x, axisNone ? Operator.None : (object)axis });

        /// <summary>Arrays of one shape joined along a new axis.</summary>
        /// <param name="arrays">any dtype, all of one shape.</param>
        /// <param name="axis">where the new axis is in the result. Default: 0.</param>
        public static Tensor Stack(Tensor[] arrays, long? axis = null) =>
            Operator.Named("stack").One(new object[] { arrays, axis });

        /// <summary>Random numbers of the gamma distribution of scale 1; NaN where there is none.</summary>
        /// <param name="shape">float32 or float64: the shape parameter, at least 0.</param>
        public static Tensor StandardGamma(Operand shape) =>
            Operator.Named("standard_gamma").One(new object[] { shape });

        /// <summary>Standard deviation over axes: the root of the variance; its gradient is zero where that is.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        /// <param name="dtype">floating dtype to compute in. Default: none.</param>
        /// <param name="dtypeNone">dtype is none on purpose.</param>
        /// <param name="ddof">subtracted from the number of elements, by which the squares are divided. Default: 0.</param>
        /// <param name="correction">the array API's name of `ddof`. Default: none.</param>
        /// <param name="correctionNone">correction is none on purpose.</param>
        public static Tensor Std(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null, Dtype? dtype = null, bool dtypeNone = false, double? ddof = null, double? correction = null, bool correctionNone = false) =>
            Operator.Named("std").One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims, dtypeNone ? Operator.None : (object)dtype, ddof, correctionNone ? Operator.None : (object)correction });

        /// <summary>The same elements as a constant: no gradient flows to `x`.</summary>
        /// <param name="x">any dtype.</param>
        public static Tensor StopGradient(Operand x) =>
            Operator.Named("stop_gradient").One(new object[] { x });

        /// <summary>Part of an array's row-major elements, by offset and strides; a view.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="offset">first element of the part.</param>
        /// <param name="shape">extents of the part.</param>
        /// <param name="strides">its strides in elements of the base.</param>
        public static Tensor StridedView(Operand x, long offset, long[] shape, long[] strides) =>
            Operator.Named("strided_view").One(new object[] { x, offset, shape, strides });

        /// <summary>Difference x1 - x2, element by element.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Subtract(Operand x1, Operand x2) =>
            Operator.Named("subtract").One(new object[] { x1, x2 });

        /// <summary>Sum over axes; bool and integers add in 64 bits. An empty sum is 0.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        /// <param name="dtype">floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none.</param>
        /// <param name="dtypeNone">dtype is none on purpose.</param>
        public static Tensor Sum(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null, Dtype? dtype = null, bool dtypeNone = false) =>
            Operator.Named("sum").One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims, dtypeNone ? Operator.None : (object)dtype });

        /// <summary>The sum of what the ranks of a group have computed of one array, on all of them; the gradient is that of a loss which all ranks compute alike.</summary>
        /// <param name="x">floating; the same type on all ranks.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor SumParts(Operand x, string group = null) =>
            Operator.Named("sum_parts").One(new object[] { x, group });

        /// <summary>U, S and V^H of matrices U diag(S) V^H, with as few columns as do.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        public static Tensor[] Svd(Operand a) =>
            Operator.Named("svd").All(new object[] { a });

        /// <summary>The array with two axes exchanged; a view.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="axis1">one axis.</param>
        /// <param name="axis2">the other.</param>
        public static Tensor Swapaxes(Operand a, long axis1, long axis2) =>
            Operator.Named("swapaxes").One(new object[] { a, axis1, axis2 });

        /// <summary>Elements or slices along an axis at the given indices; none takes from the flat array.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="indices">integers of any shape; negative ones count back.</param>
        /// <param name="axis">axis that the indices count along. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="mode">raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: "raise".</param>
        public static Tensor Take(Operand a, Operand indices, long? axis = null, bool axisNone = false, string mode = null) =>
            Operator.Named("take").One(new object[] { a, indices, axisNone ? Operator.None : (object)axis, mode });

        /// <summary>Elements along an axis at indices of their own for each position of the others.</summary>
        /// <param name="arr">any dtype.</param>
        /// <param name="indices">integers; broadcast against arr on the other axes.</param>
        /// <param name="axis">axis that the indices count along; none: of the flat array. Default: -1.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        public static Tensor TakeAlongAxis(Operand arr, Operand indices, long? axis = null, bool axisNone = false) =>
            Operator.Named("take_along_axis").One(new object[] { arr, indices, axisNone ? Operator.None : (object)axis });

        /// <summary>Tangent of angles in radians, of any size, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Tan(Operand x) =>
            Operator.Named("tan").One(new object[] { x });

        /// <summary>Hyperbolic tangent, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Tanh(Operand x) =>
            Operator.Named("tanh").One(new object[] { x });

        /// <summary>Sum of products over pairs of axes; the other axes of a, then those of b, stay.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="b">any dtype.</param>
        /// <param name="aAxes">axes of a.</param>
        /// <param name="bAxes">their partners in b.</param>
        public static Tensor Tensordot(Operand a, Operand b, long[] aAxes, long[] bAxes) =>
            Operator.Named("tensordot").One(new object[] { a, b, aAxes, bAxes });

        /// <summary>The array repeated as a whole along its axes.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="reps">how often along each axis, the last ones if fewer.</param>
        public static Tensor Tile(Operand a, long[] reps) =>
            Operator.Named("tile").One(new object[] { a, reps });

        /// <summary>The k largest elements along an axis, the largest first, and their positions as int64.</summary>
        /// <param name="data">any dtype; NaN is the largest.</param>
        /// <param name="k">how many. Default: 1.</param>
        /// <param name="axis">axis to look along; none looks in the flat array. Default: -1.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="isAscend">the smallest, the smallest first. Default: false.</param>
        public static Tensor[] Topk(Operand data, long? k = null, long? axis = null, bool axisNone = false, bool? isAscend = null) =>
            Operator.Named("topk").All(new object[] { data, k, axisNone ? Operator.None : (object)axis, isAscend });

        /// <summary>The sum along a diagonal of matrices.</summary>
        /// <param name="a">any dtype, at least two axes.</param>
        /// <param name="offset">the diagonal: 0 the main one, positive above it. Default: 0.</param>
        /// <param name="axis1">axis of the rows. Default: 0.</param>
        /// <param name="axis2">axis of the columns. Default: 1.</param>
        public static Tensor Trace(Operand a, long? offset = null, long? axis1 = null, long? axis2 = null) =>
            Operator.Named("trace").One(new object[] { a, offset, axis1, axis2 });

        /// <summary>The array with its axes permuted; a view.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="axes">permutation of the axes; none reverses them. Default: none.</param>
        /// <param name="axesNone">axes is none on purpose.</param>
        public static Tensor Transpose(Operand x, long[] axes = null, bool axesNone = false) =>
            Operator.Named("transpose").One(new object[] { x, axesNone ? Operator.None : (object)axes });

        /// <summary>The lower triangle of matrices: zeros above a diagonal.</summary>
        /// <param name="m">any dtype, shape (..., M, N).</param>
        /// <param name="k">the diagonal: 0 the main one, positive above it. Default: 0.</param>
        public static Tensor Tril(Operand m, long? k = null) =>
            Operator.Named("tril").One(new object[] { m, k });

        /// <summary>The upper triangle of matrices: zeros below a diagonal.</summary>
        /// <param name="m">any dtype, shape (..., M, N).</param>
        /// <param name="k">the diagonal: 0 the main one, positive above it. Default: 0.</param>
        public static Tensor Triu(Operand m, long? k = null) =>
            Operator.Named("triu").One(new object[] { m, k });

        /// <summary>x without its fraction, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Trunc(Operand x) =>
            Operator.Named("trunc").One(new object[] { x });

        /// <summary>Random numbers, uniform in [low, high).</summary>
        /// <param name="shape">extents.</param>
        /// <param name="dtype">floating dtype of the result.</param>
        /// <param name="low">least number. Default: 0.</param>
        /// <param name="high">bound, never reached while low &lt; high. Default: 1.</param>
        public static Tensor Uniform(long[] shape, Dtype dtype, double? low = null, double? high = null) =>
            Operator.Named("uniform").One(new object[] { low, high, shape, dtype });

        /// <summary>Variance over axes: the mean square distance from the mean.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        /// <param name="dtype">floating dtype to compute in. Default: none.</param>
        /// <param name="dtypeNone">dtype is none on purpose.</param>
        /// <param name="ddof">subtracted from the number of elements, by which the squares are divided. Default: 0.</param>
        /// <param name="correction">the array API's name of `ddof`. Default: none.</param>
        /// <param name="correctionNone">correction is none on purpose.</param>
        public static Tensor Var(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null, Dtype? dtype = null, bool dtypeNone = false, double? ddof = null, double? correction = null, bool correctionNone = false) =>
            Operator.Named("var").One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims, dtypeNone ? Operator.None : (object)dtype, ddof, correctionNone ? Operator.None : (object)correction });

        /// <summary>Sum of products of all elements, both arrays taken as flat.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="b">as many elements.</param>
        public static Tensor Vdot(Operand a, Operand b) =>
            Operator.Named("vdot").One(new object[] { a, b });

        /// <summary>Sums of products of vectors along an axis; the other axes broadcast.</summary>
        /// <param name="x1">any dtype, at least one axis.</param>
        /// <param name="x2">as long along the axis.</param>
        /// <param name="axis">axis of the vectors, of both arrays. Default: -1.</param>
        public static Tensor Vecdot(Operand x1, Operand x2, long? axis = null) =>
            Operator.Named("vecdot").One(new object[] { x1, x2, axis });

        /// <summary>Products of vectors and matrices; leading axes broadcast.</summary>
        /// <param name="x1">any real dtype, shape (..., N).</param>
        /// <param name="x2">shape (..., N, M).</param>
        public static Tensor Vecmat(Operand x1, Operand x2) =>
            Operator.Named("vecmat").One(new object[] { x1, x2 });

        /// <summary>Random angles of the distribution of von Mises; NaN where there is none.</summary>
        /// <param name="kappa">float32 or float64: how close to 0 they are, at least 0.</param>
        public static Tensor Vonmises(Operand kappa) =>
            Operator.Named("vonmises").One(new object[] { kappa });

        /// <summary>Arrays joined one below the other, along the first axis; vectors are rows.</summary>
        /// <param name="arrays">any dtype, of shapes that agree on all other axes.</param>
        public static Tensor Vstack(Tensor[] arrays) =>
            Operator.Named("vstack").One(new object[] { arrays });

        /// <summary>Random numbers of Wald's distribution; NaN where there is none.</summary>
        /// <param name="mean">float32 or float64: above 0.</param>
        /// <param name="scale">of the same shape, above 0.</param>
        public static Tensor Wald(Operand mean, Operand scale) =>
            Operator.Named("wald").One(new object[] { mean, scale });

        /// <summary>Affine map of floating features by an int8 or int4 weight, data (scale weight)ᵀ + bias, computed in float32.</summary>
        /// <param name="data">float32 or half types, shape (N, ...) when flatten, else (..., features).</param>
        /// <param name="weight">int8, shape (units, features); of 4 bits (units, features / 2), an even element in the lower half of a byte.</param>
        /// <param name="scale">floating, shape (units,) or (units, groups of features).</param>
        /// <param name="bias">floating, shape (units,).</param>
        /// <param name="bits">of an element of the weight: 8 or 4. Default: 8.</param>
        /// <param name="flatten">merge all axes of data but the first. Default: true.</param>
        public static Tensor WeightOnlyFullyConnected(Operand data, Operand weight, Operand scale, Operand bias = null, long? bits = null, bool? flatten = null) =>
            Operator.Named("weight_only_fully_connected").One(new object[] { data, weight, scale, bias, bits, flatten });

        /// <summary>Elements of `x` where the condition holds, else of `y`.</summary>
        /// <param name="condition">bool: mask, broadcast against the others.</param>
        /// <param name="x">any dtype, taken where true.</param>
        /// <param name="y">taken where false.</param>
        public static Tensor Where(Operand condition, Operand x, Operand y) =>
            Operator.Named("where").One(new object[] { condition, x, y });

        /// <summary>Random ranks of Zipf's law; NaN where there is none.</summary>
        /// <param name="exponent">float32 or float64: above 1.</param>
        public static Tensor Zipf(Operand exponent) =>
            Operator.Named("zipf").One(new object[] { exponent });

    }
}
