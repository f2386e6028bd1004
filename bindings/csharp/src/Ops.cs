// Written by bindings/generate; do not edit.

namespace Weft
{
    /// <summary>A function for each operator of the core. What may be left out is
    /// named: <c>Ops.Softmax(x, axis: 0)</c>.</summary>
    public static class Ops
    {
        private static readonly LazyOperator AbsOperator = new LazyOperator("abs");

        /// <summary>Absolute value, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Abs(Operand x) =>
            AbsOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Abs(Tensor x) =>
            AbsOperator.Get().One(x);

        private static readonly LazyOperator AdagradUpdateOperator = new LazyOperator("adagrad_update");

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
            AdagradUpdateOperator.Get().All(new object[] { weight, grad, history, lr, wd, rescaleGrad, clipGradient, epsilon });

        private static readonly LazyOperator AdamUpdateOperator = new LazyOperator("adam_update");

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
            AdamUpdateOperator.Get().All(new object[] { weight, grad, mean, @var, lr, wd, rescaleGrad, clipGradient, beta1, beta2, epsilon });

        private static readonly LazyOperator AdamwUpdateOperator = new LazyOperator("adamw_update");

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
            AdamwUpdateOperator.Get().All(new object[] { weight, grad, mean, @var, lr, eta, wd, rescaleGrad, clipGradient, beta1, beta2, epsilon });

        private static readonly LazyOperator AddOperator = new LazyOperator("add");

        /// <summary>Sum of two arrays, element by element.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Add(Operand x1, Operand x2) =>
            AddOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Add(Tensor x1, Tensor x2) =>
            AddOperator.Get().One(x1, x2);

        private static readonly LazyOperator AllOperator = new LazyOperator("all");

        /// <summary>Truth of every element over axes being true; true of none.</summary>
        /// <param name="x">any real dtype; anything but zero is true.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor All(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            AllOperator.Get().One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims });

        private static readonly LazyOperator AllGatherOperator = new LazyOperator("all_gather");

        /// <summary>The arrays of all ranks of a group, joined along an axis, on all of them.</summary>
        /// <param name="x">any dtype; the same type on all ranks.</param>
        /// <param name="axis">along which they are joined, by rank.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor AllGather(Operand x, long axis, long ranks, string group = null) =>
            AllGatherOperator.Get().One(new object[] { x, axis, ranks, group });

        private static readonly LazyOperator AllReduceOperator = new LazyOperator("all_reduce");

        /// <summary>The reduction of the arrays that all ranks of a group give, on all of them.</summary>
        /// <param name="x">any real dtype but bool; the same type on all ranks.</param>
        /// <param name="reduction">`sum`, `mean`, `product`, `min` or `max`. Default: "sum".</param>
        /// <param name="ordered">the same bits whatever moves the bytes: a tree over ranks. Default: false.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor AllReduce(Operand x, string reduction = null, bool? ordered = null, string group = null) =>
            AllReduceOperator.Get().One(new object[] { x, reduction, ordered, group });

        private static readonly LazyOperator AllReduceStartOperator = new LazyOperator("all_reduce_start");

        /// <summary>Begins an `all_reduce`, whose result is there when `collective_wait` has given it.</summary>
        /// <param name="x">any real dtype but bool; the same type on all ranks.</param>
        /// <param name="reduction">`sum`, `mean`, `product`, `min` or `max`. Default: "sum".</param>
        /// <param name="ordered">the same bits whatever moves the bytes: a tree over ranks. Default: false.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor AllReduceStart(Operand x, string reduction = null, bool? ordered = null, string group = null) =>
            AllReduceStartOperator.Get().One(new object[] { x, reduction, ordered, group });

        private static readonly LazyOperator AllToAllOperator = new LazyOperator("all_to_all");

        /// <summary>Part r of an array, along one axis, goes to rank r; what comes is joined along another.</summary>
        /// <param name="x">any dtype; the same type on all ranks.</param>
        /// <param name="splitAxis">along which rank r gets part r.</param>
        /// <param name="concatAxis">along which the parts are joined, by rank.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor AllToAll(Operand x, long splitAxis, long concatAxis, long ranks, string group = null) =>
            AllToAllOperator.Get().One(new object[] { x, splitAxis, concatAxis, ranks, group });

        private static readonly LazyOperator AngleOperator = new LazyOperator("angle");

        /// <summary>The angles of the elements in the complex plane, in radians from -pi to pi.</summary>
        /// <param name="x">any dtype.</param>
        public static Tensor Angle(Operand x) =>
            AngleOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Angle(Tensor x) =>
            AngleOperator.Get().One(x);

        private static readonly LazyOperator AnyOperator = new LazyOperator("any");

        /// <summary>Truth of some element over axes being true; false of none.</summary>
        /// <param name="x">any real dtype; anything but zero is true.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor Any(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            AnyOperator.Get().One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims });

        private static readonly LazyOperator ArangeOperator = new LazyOperator("arange");

        /// <summary>Evenly spaced numbers from start up to, not including, stop, or as many as are wanted.</summary>
        /// <param name="start">first number.</param>
        /// <param name="stop">bound.</param>
        /// <param name="dtype">dtype of the result.</param>
        /// <param name="step">distance, not 0. Default: 1.</param>
        /// <param name="count">how many, whatever stop is; none: up to stop. Default: none.</param>
        /// <param name="countNone">count is none on purpose.</param>
        public static Tensor Arange(double start, double stop, Dtype dtype, double? step = null, long? count = null, bool countNone = false) =>
            ArangeOperator.Get().One(new object[] { start, stop, step, dtype, countNone ? Operator.None : (object)count });

        private static readonly LazyOperator ArccosOperator = new LazyOperator("arccos");

        /// <summary>Angle in [0, pi] whose cosine is x, element by element; NaN outside [-1, 1].</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Arccos(Operand x) =>
            ArccosOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Arccos(Tensor x) =>
            ArccosOperator.Get().One(x);

        private static readonly LazyOperator ArccoshOperator = new LazyOperator("arccosh");

        /// <summary>Inverse hyperbolic cosine, element by element; NaN below 1.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Arccosh(Operand x) =>
            ArccoshOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Arccosh(Tensor x) =>
            ArccoshOperator.Get().One(x);

        private static readonly LazyOperator ArcsinOperator = new LazyOperator("arcsin");

        /// <summary>Angle in [-pi/2, pi/2] whose sine is x, element by element; NaN outside [-1, 1].</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Arcsin(Operand x) =>
            ArcsinOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Arcsin(Tensor x) =>
            ArcsinOperator.Get().One(x);

        private static readonly LazyOperator ArcsinhOperator = new LazyOperator("arcsinh");

        /// <summary>Inverse hyperbolic sine, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Arcsinh(Operand x) =>
            ArcsinhOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Arcsinh(Tensor x) =>
            ArcsinhOperator.Get().One(x);

        private static readonly LazyOperator ArctanOperator = new LazyOperator("arctan");

        /// <summary>Angle in [-pi/2, pi/2] whose tangent is x, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Arctan(Operand x) =>
            ArctanOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Arctan(Tensor x) =>
            ArctanOperator.Get().One(x);

        private static readonly LazyOperator Arctan2Operator = new LazyOperator("arctan2");

        /// <summary>Angle in [-pi, pi] of the point with height `x1` and width `x2`, element by element.</summary>
        /// <param name="x1">any real dtype; bool and integers become the default float.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Arctan2(Operand x1, Operand x2) =>
            Arctan2Operator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Arctan2(Tensor x1, Tensor x2) =>
            Arctan2Operator.Get().One(x1, x2);

        private static readonly LazyOperator ArctanhOperator = new LazyOperator("arctanh");

        /// <summary>Inverse hyperbolic tangent, element by element; NaN outside [-1, 1].</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Arctanh(Operand x) =>
            ArctanhOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Arctanh(Tensor x) =>
            ArctanhOperator.Get().One(x);

        private static readonly LazyOperator ArgmaxOperator = new LazyOperator("argmax");

        /// <summary>Index of the first largest element along an axis, or of the flattened array, as int64.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor Argmax(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            ArgmaxOperator.Get().One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims });

        private static readonly LazyOperator ArgminOperator = new LazyOperator("argmin");

        /// <summary>Index of the first smallest element along an axis, or of the flattened array, as int64.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor Argmin(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            ArgminOperator.Get().One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims });

        private static readonly LazyOperator ArgsortOperator = new LazyOperator("argsort");

        /// <summary>Where the elements along an axis stand in ascending order, as int64; stable.</summary>
        /// <param name="a">any dtype; NaN is the largest.</param>
        /// <param name="axis">axis to sort along; none sorts the flat array. Default: -1.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="descending">the largest first. Default: false.</param>
        public static Tensor Argsort(Operand a, long? axis = null, bool axisNone = false, bool? descending = null) =>
            ArgsortOperator.Get().One(new object[] { a, axisNone ? Operator.None : (object)axis, descending });

        private static readonly LazyOperator ArraySplitOperator = new LazyOperator("array_split");

        /// <summary>Parts of an array along one axis, the first ones longer where its extent does not divide.</summary>
        /// <param name="ary">any dtype.</param>
        /// <param name="indicesOrSections">the number of parts, or the indices before which to cut.</param>
        /// <param name="axis">axis to cut along. Default: 0.</param>
        public static Tensor[] ArraySplit(Operand ary, long[] indicesOrSections, long? axis = null) =>
            ArraySplitOperator.Get().All(new object[] { ary, indicesOrSections, axis });

        private static readonly LazyOperator BarrierOperator = new LazyOperator("barrier");

        /// <summary>Ends when all ranks of a group have begun it.</summary>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor[] Barrier(string group = null) =>
            BarrierOperator.Get().All(new object[] { group });

        private static readonly LazyOperator BatchFlattenOperator = new LazyOperator("batch_flatten");

        /// <summary>Merges all axes but the first.</summary>
        /// <param name="x">any dtype, shape (N, ...).</param>
        public static Tensor BatchFlatten(Operand x) =>
            BatchFlattenOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor BatchFlatten(Tensor x) =>
            BatchFlattenOperator.Get().One(x);

        private static readonly LazyOperator BatchNormOperator = new LazyOperator("batch_norm");

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
            BatchNormOperator.Get().All(new object[] { data, gamma, beta, runningMean, runningVar, eps, momentum, training, axis });

        private static readonly LazyOperator BinomialOperator = new LazyOperator("binomial");

        /// <summary>Random counts of the binomial distribution; NaN where there is none.</summary>
        /// <param name="trials">float32 or float64: how many can succeed.</param>
        /// <param name="probability">of each trial's success, of the same shape.</param>
        public static Tensor Binomial(Operand trials, Operand probability) =>
            BinomialOperator.Get().One(new object[] { trials, probability });

        /// <summary>The same for arrays.</summary>
        public static Tensor Binomial(Tensor trials, Tensor probability) =>
            BinomialOperator.Get().One(trials, probability);

        private static readonly LazyOperator BitwiseAndOperator = new LazyOperator("bitwise_and");

        /// <summary>Bits that both integers have, element by element; on bool, logical and.</summary>
        /// <param name="x1">bool or integers.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor BitwiseAnd(Operand x1, Operand x2) =>
            BitwiseAndOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor BitwiseAnd(Tensor x1, Tensor x2) =>
            BitwiseAndOperator.Get().One(x1, x2);

        private static readonly LazyOperator BitwiseOrOperator = new LazyOperator("bitwise_or");

        /// <summary>Bits that either integer has, element by element; on bool, logical or.</summary>
        /// <param name="x1">bool or integers.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor BitwiseOr(Operand x1, Operand x2) =>
            BitwiseOrOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor BitwiseOr(Tensor x1, Tensor x2) =>
            BitwiseOrOperator.Get().One(x1, x2);

        private static readonly LazyOperator BitwiseXorOperator = new LazyOperator("bitwise_xor");

        /// <summary>Bits that one of two integers has, element by element; on bool, not equal.</summary>
        /// <param name="x1">bool or integers.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor BitwiseXor(Operand x1, Operand x2) =>
            BitwiseXorOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor BitwiseXor(Tensor x1, Tensor x2) =>
            BitwiseXorOperator.Get().One(x1, x2);

        private static readonly LazyOperator BoundedIntegersOperator = new LazyOperator("bounded_integers");

        /// <summary>The integers that it is given, of which none may lie outside of bounds.</summary>
        /// <param name="x">int64, any shape.</param>
        /// <param name="least">lower bound.</param>
        /// <param name="most">upper bound.</param>
        /// <param name="caller">operator that refuses others.</param>
        /// <param name="what">what they are to it.</param>
        /// <param name="isIndex">are they places, so that others are an IndexError? Default: false.</param>
        public static Tensor BoundedIntegers(Operand x, long least, long most, string caller, string what, bool? isIndex = null) =>
            BoundedIntegersOperator.Get().One(new object[] { x, least, most, caller, what, isIndex });

        private static readonly LazyOperator BroadcastOperator = new LazyOperator("broadcast");

        /// <summary>The array of one rank, on all ranks of a group.</summary>
        /// <param name="x">any dtype; the same type on all ranks, whose other arrays are not read.</param>
        /// <param name="root">the rank whose array it is.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor Broadcast(Operand x, long root, string group = null) =>
            BroadcastOperator.Get().One(new object[] { x, root, group });

        private static readonly LazyOperator BroadcastStartOperator = new LazyOperator("broadcast_start");

        /// <summary>Begins a `broadcast`, whose result is there when `collective_wait` has given it.</summary>
        /// <param name="x">any dtype; the same type on all ranks, whose other arrays are not read.</param>
        /// <param name="root">the rank whose array it is.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor BroadcastStart(Operand x, long root, string group = null) =>
            BroadcastStartOperator.Get().One(new object[] { x, root, group });

        private static readonly LazyOperator BroadcastToOperator = new LazyOperator("broadcast_to");

        /// <summary>The array stretched to a shape that it broadcasts to, as a new array.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="shape">extents of the result.</param>
        public static Tensor BroadcastTo(Operand x, long[] shape) =>
            BroadcastToOperator.Get().One(new object[] { x, shape });

        private static readonly LazyOperator CastOperator = new LazyOperator("cast");

        /// <summary>Conversion to another dtype: to integers rounds toward zero, saturates and maps NaN to 0; to bool is x != 0.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="dtype">dtype of the result.</param>
        public static Tensor Cast(Operand x, Dtype dtype) =>
            CastOperator.Get().One(new object[] { x, dtype });

        private static readonly LazyOperator CeilOperator = new LazyOperator("ceil");

        /// <summary>The smallest whole number that is not below x, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Ceil(Operand x) =>
            CeilOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Ceil(Tensor x) =>
            CeilOperator.Get().One(x);

        private static readonly LazyOperator CeluOperator = new LazyOperator("celu");

        /// <summary>x above zero, alpha (exp(x / alpha) - 1) below.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        /// <param name="alpha">the limit below is -alpha. Default: 1.</param>
        public static Tensor Celu(Operand x, double? alpha = null) =>
            CeluOperator.Get().One(new object[] { x, alpha });

        private static readonly LazyOperator CheckOperator = new LazyOperator("check");

        /// <summary>Fails the call with a message unless all elements of a condition are true.</summary>
        /// <param name="condition">any dtype; numbers are true where they are not 0.</param>
        /// <param name="arrays">any dtype; one for each `{}` of the message.</param>
        /// <param name="message">`{{` and `}}` are braces.</param>
        /// <param name="where">the part of the program that says so. Default: "".</param>
        public static Tensor[] Check(Operand condition, Tensor[] arrays, string message, string where = null) =>
            CheckOperator.Get().All(new object[] { condition, arrays, message, where });

        private static readonly LazyOperator CholeskyOperator = new LazyOperator("cholesky");

        /// <summary>The lower triangle L of positive matrices L L^H, or its adjoint.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        /// <param name="upper">the upper triangle is read, and not the lower one. Default: false.</param>
        public static Tensor Cholesky(Operand a, bool? upper = null) =>
            CholeskyOperator.Get().One(new object[] { a, upper });

        private static readonly LazyOperator ClipOperator = new LazyOperator("clip");

        /// <summary>x held within bounds, element by element; NaN stays NaN. The upper bound wins.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="min">lower bound, broadcast against `x`; none leaves it open.</param>
        /// <param name="max">upper bound, broadcast against `x`; none leaves it open.</param>
        public static Tensor Clip(Operand x, Operand min = null, Operand max = null) =>
            ClipOperator.Get().One(new object[] { x, min, max });

        private static readonly LazyOperator CollectiveWaitOperator = new LazyOperator("collective_wait");

        /// <summary>The result of a collective that was started, when it is there.</summary>
        /// <param name="result">any dtype; what the start gave.</param>
        /// <param name="sent">any dtype; where the start sends from, if that is elsewhere.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor CollectiveWait(Operand result, Operand sent = null, string group = null) =>
            CollectiveWaitOperator.Get().One(new object[] { result, sent, group });

        private static readonly LazyOperator ColumnStackOperator = new LazyOperator("column_stack");

        /// <summary>Vectors as columns, and matrices, joined side by side.</summary>
        /// <param name="arrays">any dtype: vectors, or matrices with as many rows.</param>
        public static Tensor ColumnStack(Tensor[] arrays) =>
            ColumnStackOperator.Get().One(new object[] { arrays });

        private static readonly LazyOperator ConcatenateOperator = new LazyOperator("concatenate");

        /// <summary>Arrays joined along one of their axes.</summary>
        /// <param name="arrays">any dtype, of shapes that agree on all other axes.</param>
        /// <param name="axis">axis to join along; none joins the flat arrays. Default: 0.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        public static Tensor Concatenate(Tensor[] arrays, long? axis = null, bool axisNone = false) =>
            ConcatenateOperator.Get().One(new object[] { arrays, axisNone ? Operator.None : (object)axis });

        private static readonly LazyOperator ConjOperator = new LazyOperator("conj");

        /// <summary>The conjugates of the elements; of real numbers the array itself.</summary>
        /// <param name="x">any dtype.</param>
        public static Tensor Conj(Operand x) =>
            ConjOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Conj(Tensor x) =>
            ConjOperator.Get().One(x);

        private static readonly LazyOperator ConvolutionOperator = new LazyOperator("convolution");

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
            ConvolutionOperator.Get().One(new object[] { data, weight, bias, kernelNone ? Operator.None : (object)kernel, strideNone ? Operator.None : (object)stride, padNone ? Operator.None : (object)pad, dilateNone ? Operator.None : (object)dilate, numGroup });

        private static readonly LazyOperator CopyOperator = new LazyOperator("copy");

        /// <summary>A new array with the same elements.</summary>
        /// <param name="x">any dtype.</param>
        public static Tensor Copy(Operand x) =>
            CopyOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Copy(Tensor x) =>
            CopyOperator.Get().One(x);

        private static readonly LazyOperator CopyToPartsOperator = new LazyOperator("copy_to_parts");

        /// <summary>An array that all ranks of a group have alike, for each to compute another part of a result; the gradient is the sum of the parts' gradients.</summary>
        /// <param name="x">any dtype; the same array on all ranks.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor CopyToParts(Operand x, string group = null) =>
            CopyToPartsOperator.Get().One(new object[] { x, group });

        private static readonly LazyOperator CopysignOperator = new LazyOperator("copysign");

        /// <summary>x1 with the sign of x2, element by element.</summary>
        /// <param name="x1">any real dtype; bool and integers become the default float.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Copysign(Operand x1, Operand x2) =>
            CopysignOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Copysign(Tensor x1, Tensor x2) =>
            CopysignOperator.Get().One(x1, x2);

        private static readonly LazyOperator CosOperator = new LazyOperator("cos");

        /// <summary>Cosine of angles in radians, of any size, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Cos(Operand x) =>
            CosOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Cos(Tensor x) =>
            CosOperator.Get().One(x);

        private static readonly LazyOperator CoshOperator = new LazyOperator("cosh");

        /// <summary>Hyperbolic cosine, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Cosh(Operand x) =>
            CoshOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Cosh(Tensor x) =>
            CoshOperator.Get().One(x);

        private static readonly LazyOperator CountNonzeroOperator = new LazyOperator("count_nonzero");

        /// <summary>Number of elements over axes that are not zero, as int64.</summary>
        /// <param name="x">any real dtype; anything but zero is true.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor CountNonzero(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            CountNonzeroOperator.Get().One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims });

        private static readonly LazyOperator CtcLossOperator = new LazyOperator("ctc_loss");

        /// <summary>Minus the logarithm of the probability of a label, over all ways to align it.</summary>
        /// <param name="data">floating, shape (T, N, C): scores, whose softmax is taken.</param>
        /// <param name="label">any real dtype, shape (N, L): classes, none negative; those from the first padding on, 0 where the blank is first, else -1, do not count.</param>
        /// <param name="dataLengths">any real dtype, shape (N,): steps of each sample, from 1 to T; all if left out.</param>
        /// <param name="labelLengths">any real dtype, shape (N,): labels of each sample in place of padding, from 0 to L.</param>
        /// <param name="blankLabel">the class of the blank: first (0) or last (C - 1). Default: "first".</param>
        public static Tensor CtcLoss(Operand data, Operand label, Operand dataLengths = null, Operand labelLengths = null, string blankLabel = null) =>
            CtcLossOperator.Get().One(new object[] { data, label, dataLengths, labelLengths, blankLabel });

        private static readonly LazyOperator CummaxOperator = new LazyOperator("cummax");

        /// <summary>Running maximum along an axis: the largest element so far, NaN from the first NaN on.</summary>
        /// <param name="x">any real dtype, at least one axis.</param>
        /// <param name="axis">axis to run along. Default: -1.</param>
        public static Tensor Cummax(Operand x, long? axis = null) =>
            CummaxOperator.Get().One(new object[] { x, axis });

        private static readonly LazyOperator CumminOperator = new LazyOperator("cummin");

        /// <summary>Running minimum along an axis: the smallest element so far, NaN from the first NaN on.</summary>
        /// <param name="x">any real dtype, at least one axis.</param>
        /// <param name="axis">axis to run along. Default: -1.</param>
        public static Tensor Cummin(Operand x, long? axis = null) =>
            CumminOperator.Get().One(new object[] { x, axis });

        private static readonly LazyOperator CumprodOperator = new LazyOperator("cumprod");

        /// <summary>Running product along an axis; bool and integers multiply in 64 bits.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis to run along; none runs along the flat array. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="dtype">dtype of the result, to which elements are cast first; none: 64 bits for integers, for floats their own. Default: none.</param>
        /// <param name="dtypeNone">dtype is none on purpose.</param>
        public static Tensor Cumprod(Operand x, long? axis = null, bool axisNone = false, Dtype? dtype = null, bool dtypeNone = false) =>
            CumprodOperator.Get().One(new object[] { x, axisNone ? Operator.None : (object)axis, dtypeNone ? Operator.None : (object)dtype });

        private static readonly LazyOperator CumsumOperator = new LazyOperator("cumsum");

        /// <summary>Running sum along an axis; bool and integers add in 64 bits.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis to run along; none runs along the flat array. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="dtype">dtype of the result, to which elements are cast first; none: 64 bits for integers, for floats their own. Default: none.</param>
        /// <param name="dtypeNone">dtype is none on purpose.</param>
        public static Tensor Cumsum(Operand x, long? axis = null, bool axisNone = false, Dtype? dtype = null, bool dtypeNone = false) =>
            CumsumOperator.Get().One(new object[] { x, axisNone ? Operator.None : (object)axis, dtypeNone ? Operator.None : (object)dtype });

        private static readonly LazyOperator DeconvolutionOperator = new LazyOperator("deconvolution");

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
            DeconvolutionOperator.Get().One(new object[] { data, weight, bias, kernelNone ? Operator.None : (object)kernel, strideNone ? Operator.None : (object)stride, padNone ? Operator.None : (object)pad, dilateNone ? Operator.None : (object)dilate, numGroup, adjNone ? Operator.None : (object)adj });

        private static readonly LazyOperator DepthToSpaceOperator = new LazyOperator("depth_to_space");

        /// <summary>Channels as blocks of places: spatial extents times `block_size`, so many fewer channels. Those of a block's first place come first.</summary>
        /// <param name="data">any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).</param>
        /// <param name="blockSize">extents of a block, or one number for all spatial axes.</param>
        /// <param name="channelsLast">data has its channels behind its spatial axes. Default: false.</param>
        public static Tensor DepthToSpace(Operand data, long[] blockSize, bool? channelsLast = null) =>
            DepthToSpaceOperator.Get().One(new object[] { data, blockSize, channelsLast });

        private static readonly LazyOperator DequantizeOperator = new LazyOperator("dequantize");

        /// <summary>The real numbers that integers stand for: (data - zero_point) * scale, as float32.</summary>
        /// <param name="data">int8, uint8 or int32.</param>
        /// <param name="scale">floating, shape () or that of the axis.</param>
        /// <param name="zeroPoint">int8, uint8 or int32, shape () or that of the axis; none: 0.</param>
        /// <param name="axis">axis along which there are several scales. Default: -1.</param>
        public static Tensor Dequantize(Operand data, Operand scale, Operand zeroPoint = null, long? axis = null) =>
            DequantizeOperator.Get().One(new object[] { data, scale, zeroPoint, axis });

        private static readonly LazyOperator DetOperator = new LazyOperator("det");

        /// <summary>Determinants of matrices.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        public static Tensor Det(Operand a) =>
            DetOperator.Get().One(new object[] { a });

        /// <summary>The same for arrays.</summary>
        public static Tensor Det(Tensor a) =>
            DetOperator.Get().One(a);

        private static readonly LazyOperator DftOperator = new LazyOperator("dft");

        /// <summary>The discrete Fourier transform along the last axis, without a scale; complex. `np.fft` has NumPy's functions.</summary>
        /// <param name="x">any dtype, of real or complex numbers.</param>
        /// <param name="inverse">the other sign of the exponent. Default: false.</param>
        public static Tensor Dft(Operand x, bool? inverse = null) =>
            DftOperator.Get().One(new object[] { x, inverse });

        private static readonly LazyOperator DiagOperator = new LazyOperator("diag");

        /// <summary>The diagonal of a matrix, or a matrix of zeros with the vector on its diagonal.</summary>
        /// <param name="v">any dtype, one or two axes.</param>
        /// <param name="k">the diagonal: 0 the main one, positive above it. Default: 0.</param>
        public static Tensor Diag(Operand v, long? k = null) =>
            DiagOperator.Get().One(new object[] { v, k });

        private static readonly LazyOperator DiagonalOperator = new LazyOperator("diagonal");

        /// <summary>A diagonal of matrices, as the last axis of the result; a view, which may be written to.</summary>
        /// <param name="a">any dtype, at least two axes.</param>
        /// <param name="offset">the diagonal: 0 the main one, positive above it. Default: 0.</param>
        /// <param name="axis1">axis of the rows. Default: 0.</param>
        /// <param name="axis2">axis of the columns. Default: 1.</param>
        public static Tensor Diagonal(Operand a, long? offset = null, long? axis1 = null, long? axis2 = null) =>
            DiagonalOperator.Get().One(new object[] { a, offset, axis1, axis2 });

        private static readonly LazyOperator DigammaOperator = new LazyOperator("digamma");

        /// <summary>Derivative of the logarithm of the gamma function, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Digamma(Operand x) =>
            DigammaOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Digamma(Tensor x) =>
            DigammaOperator.Get().One(x);

        private static readonly LazyOperator DivideOperator = new LazyOperator("divide");

        /// <summary>Quotient x1 / x2, element by element; integers give the default float.</summary>
        /// <param name="x1">any real dtype; bool and integers become the default float.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Divide(Operand x1, Operand x2) =>
            DivideOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Divide(Tensor x1, Tensor x2) =>
            DivideOperator.Get().One(x1, x2);

        private static readonly LazyOperator DotOperator = new LazyOperator("dot");

        /// <summary>Sum of products over the last axis of a and the last but one (or only one) of b.</summary>
        /// <param name="a">any dtype; a scalar multiplies.</param>
        /// <param name="b">any dtype.</param>
        public static Tensor Dot(Operand a, Operand b) =>
            DotOperator.Get().One(new object[] { a, b });

        /// <summary>The same for arrays.</summary>
        public static Tensor Dot(Tensor a, Tensor b) =>
            DotOperator.Get().One(a, b);

        private static readonly LazyOperator DropoutOperator = new LazyOperator("dropout");

        /// <summary>Sets random elements to 0 and scales the others by 1 / (1 - p), in training only.</summary>
        /// <param name="data">any real dtype; integers become the default float.</param>
        /// <param name="p">share of the elements that become 0, less than 1. Default: 0.5.</param>
        /// <param name="axes">axes along which all elements share their fate. Default: [].</param>
        /// <param name="training">without it the data stay as they are. Default: true.</param>
        public static Tensor Dropout(Operand data, double? p = null, long[] axes = null, bool? training = null) =>
            DropoutOperator.Get().One(new object[] { data, p, axes, training });

        private static readonly LazyOperator DstackOperator = new LazyOperator("dstack");

        /// <summary>Arrays joined along the third axis; vectors are rows of one slice, matrices are slices.</summary>
        /// <param name="arrays">any dtype, of shapes that agree on all other axes.</param>
        public static Tensor Dstack(Tensor[] arrays) =>
            DstackOperator.Get().One(new object[] { arrays });

        private static readonly LazyOperator EigOperator = new LazyOperator("eig");

        /// <summary>Eigenvalues and vectors of matrices, complex.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        public static Tensor[] Eig(Operand a) =>
            EigOperator.Get().All(new object[] { a });

        private static readonly LazyOperator EighOperator = new LazyOperator("eigh");

        /// <summary>Eigenvalues in ascending order, and vectors, of Hermitian matrices.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        /// <param name="upper">the upper triangle is read, and not the lower one. Default: false.</param>
        public static Tensor[] Eigh(Operand a, bool? upper = null) =>
            EighOperator.Get().All(new object[] { a, upper });

        private static readonly LazyOperator EinsumOperator = new LazyOperator("einsum");

        /// <summary>Products of operands summed over labelled axes, from the first operand to the last.</summary>
        /// <param name="operands">any real dtype, one for each term of `subscripts`.</param>
        /// <param name="subscripts">a letter for each axis, terms joined by commas, then -&gt; and the result's axes.</param>
        public static Tensor Einsum(Tensor[] operands, string subscripts) =>
            EinsumOperator.Get().One(new object[] { operands, subscripts });

        private static readonly LazyOperator ElementOperator = new LazyOperator("element");

        /// <summary>The element at `index` of every axis, as an array of its own without axes.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="index">a place along each axis, at least 0.</param>
        public static Tensor Element(Operand x, long[] index) =>
            ElementOperator.Get().One(new object[] { x, index });

        private static readonly LazyOperator EluOperator = new LazyOperator("elu");

        /// <summary>x above zero, alpha (exp(x) - 1) below.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        /// <param name="alpha">the limit below is -alpha. Default: 1.</param>
        public static Tensor Elu(Operand x, double? alpha = null) =>
            EluOperator.Get().One(new object[] { x, alpha });

        private static readonly LazyOperator EmbeddingOperator = new LazyOperator("embedding");

        /// <summary>The row of a table for each integer.</summary>
        /// <param name="data">integers of any shape, each the number of a row, none negative.</param>
        /// <param name="weight">any dtype, shape (tokens, features).</param>
        /// <param name="sparseGrad">the gradient has the rows that were looked up, not the whole table. Default: false.</param>
        public static Tensor Embedding(Operand data, Operand weight, bool? sparseGrad = null) =>
            EmbeddingOperator.Get().One(new object[] { data, weight, sparseGrad });

        private static readonly LazyOperator EqualOperator = new LazyOperator("equal");

        /// <summary>Truth of x1 == x2, element by element, as bool.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Equal(Operand x1, Operand x2) =>
            EqualOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Equal(Tensor x1, Tensor x2) =>
            EqualOperator.Get().One(x1, x2);

        private static readonly LazyOperator ErfOperator = new LazyOperator("erf");

        /// <summary>Error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Erf(Operand x) =>
            ErfOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Erf(Tensor x) =>
            ErfOperator.Get().One(x);

        private static readonly LazyOperator ErfinvOperator = new LazyOperator("erfinv");

        /// <summary>Inverse of the error function, element by element; NaN beyond -1 and 1.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Erfinv(Operand x) =>
            ErfinvOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Erfinv(Tensor x) =>
            ErfinvOperator.Get().One(x);

        private static readonly LazyOperator ExchangeBlocksOperator = new LazyOperator("exchange_blocks");

        /// <summary>Block r, along axis 0, goes to rank r, and comes from there.</summary>
        /// <param name="x">any dtype; the same type on all ranks.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor ExchangeBlocks(Operand x, long ranks, string group = null) =>
            ExchangeBlocksOperator.Get().One(new object[] { x, ranks, group });

        private static readonly LazyOperator ExchangeBlocksStartOperator = new LazyOperator("exchange_blocks_start");

        /// <summary>Begins `exchange_blocks`, whose result is there when `collective_wait` has given it.</summary>
        /// <param name="x">any dtype; the same type on all ranks.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor[] ExchangeBlocksStart(Operand x, long ranks, string group = null) =>
            ExchangeBlocksStartOperator.Get().All(new object[] { x, ranks, group });

        private static readonly LazyOperator ExpOperator = new LazyOperator("exp");

        /// <summary>Exponential function, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Exp(Operand x) =>
            ExpOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Exp(Tensor x) =>
            ExpOperator.Get().One(x);

        private static readonly LazyOperator Exp2Operator = new LazyOperator("exp2");

        /// <summary>2 to the power of x, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Exp2(Operand x) =>
            Exp2Operator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Exp2(Tensor x) =>
            Exp2Operator.Get().One(x);

        private static readonly LazyOperator ExpandDimsOperator = new LazyOperator("expand_dims");

        /// <summary>The array with axes of extent 1 added.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="axis">where the new axes are in the result.</param>
        public static Tensor ExpandDims(Operand x, long[] axis) =>
            ExpandDimsOperator.Get().One(new object[] { x, axis });

        private static readonly LazyOperator Expm1Operator = new LazyOperator("expm1");

        /// <summary>exp(x) - 1, precise near zero, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Expm1(Operand x) =>
            Expm1Operator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Expm1(Tensor x) =>
            Expm1Operator.Get().One(x);

        private static readonly LazyOperator ExponentialOperator = new LazyOperator("exponential");

        /// <summary>Random numbers of the exponential distribution.</summary>
        /// <param name="shape">extents.</param>
        /// <param name="dtype">floating dtype of the result.</param>
        /// <param name="scale">mean, at least 0. Default: 1.</param>
        public static Tensor Exponential(long[] shape, Dtype dtype, double? scale = null) =>
            ExponentialOperator.Get().One(new object[] { scale, shape, dtype });

        private static readonly LazyOperator FlipOperator = new LazyOperator("flip");

        /// <summary>The array with the elements of some axes in reverse order; a view.</summary>
        /// <param name="m">any dtype.</param>
        /// <param name="axis">which axes; none reverses all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        public static Tensor Flip(Operand m, long[] axis = null, bool axisNone = false) =>
            FlipOperator.Get().One(new object[] { m, axisNone ? Operator.None : (object)axis });

        private static readonly LazyOperator FloorOperator = new LazyOperator("floor");

        /// <summary>The largest whole number that is not above x, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Floor(Operand x) =>
            FloorOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Floor(Tensor x) =>
            FloorOperator.Get().One(x);

        private static readonly LazyOperator FloorDivideOperator = new LazyOperator("floor_divide");

        /// <summary>Quotient rounded down, element by element: x1 // x2. Integers divided by 0 give 0, floats NaN or infinity.</summary>
        /// <param name="x1">any real dtype but bool.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor FloorDivide(Operand x1, Operand x2) =>
            FloorDivideOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor FloorDivide(Tensor x1, Tensor x2) =>
            FloorDivideOperator.Get().One(x1, x2);

        private static readonly LazyOperator FmaxOperator = new LazyOperator("fmax");

        /// <summary>The larger of two arrays, element by element; NaN only where both are NaN.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">second operand, broadcast against `x1`.</param>
        public static Tensor Fmax(Operand x1, Operand x2) =>
            FmaxOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Fmax(Tensor x1, Tensor x2) =>
            FmaxOperator.Get().One(x1, x2);

        private static readonly LazyOperator FminOperator = new LazyOperator("fmin");

        /// <summary>The smaller of two arrays, element by element; NaN only where both are NaN.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">second operand, broadcast against `x1`.</param>
        public static Tensor Fmin(Operand x1, Operand x2) =>
            FminOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Fmin(Tensor x1, Tensor x2) =>
            FminOperator.Get().One(x1, x2);

        private static readonly LazyOperator FmodOperator = new LazyOperator("fmod");

        /// <summary>Remainder with the sign of the dividend, element by element. Integers modulo 0 give 0, floats NaN.</summary>
        /// <param name="x1">any real dtype but bool.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Fmod(Operand x1, Operand x2) =>
            FmodOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Fmod(Tensor x1, Tensor x2) =>
            FmodOperator.Get().One(x1, x2);

        private static readonly LazyOperator FourierOperator = new LazyOperator("fourier");

        /// <summary>The discrete Fourier transform along the last axis, in planes and without a scale.</summary>
        /// <param name="x1">float32 or float64: the real parts.</param>
        /// <param name="x2">the imaginary parts; zeros unless given.</param>
        /// <param name="inverse">the other sign of the exponent. Default: false.</param>
        public static Tensor[] Fourier(Operand x1, Operand x2 = null, bool? inverse = null) =>
            FourierOperator.Get().All(new object[] { x1, x2, inverse });

        private static readonly LazyOperator FramesOperator = new LazyOperator("frames");

        /// <summary>Pieces of rows that begin `hop` elements apart, each of `length` elements; a view.</summary>
        /// <param name="x">any dtype: at least one axis, rows along the last one.</param>
        /// <param name="length">elements of a piece.</param>
        /// <param name="hop">from the begin of a piece to that of the next.</param>
        public static Tensor Frames(Operand x, long length, long hop) =>
            FramesOperator.Get().One(new object[] { x, length, hop });

        private static readonly LazyOperator FullOperator = new LazyOperator("full");

        /// <summary>An array with every element the same.</summary>
        /// <param name="shape">extents.</param>
        /// <param name="fillValue">the element, converted to dtype.</param>
        /// <param name="dtype">dtype of the result.</param>
        public static Tensor Full(long[] shape, double fillValue, Dtype dtype) =>
            FullOperator.Get().One(new object[] { shape, fillValue, dtype });

        private static readonly LazyOperator FullyConnectedOperator = new LazyOperator("fully_connected");

        /// <summary>Affine map of the features: data weightᵀ + bias.</summary>
        /// <param name="data">any real dtype, shape (N, ...) when flatten, else (..., features).</param>
        /// <param name="weight">shape (units, features).</param>
        /// <param name="bias">shape (units,).</param>
        /// <param name="flatten">merge all axes of data but the first. Default: true.</param>
        public static Tensor FullyConnected(Operand data, Operand weight, Operand bias = null, bool? flatten = null) =>
            FullyConnectedOperator.Get().One(new object[] { data, weight, bias, flatten });

        private static readonly LazyOperator GammaOperator = new LazyOperator("gamma");

        /// <summary>Gamma function, element by element: (x - 1)! for whole x.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Gamma(Operand x) =>
            GammaOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Gamma(Tensor x) =>
            GammaOperator.Get().One(x);

        private static readonly LazyOperator GammalnOperator = new LazyOperator("gammaln");

        /// <summary>Logarithm of the absolute value of the gamma function, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Gammaln(Operand x) =>
            GammalnOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Gammaln(Tensor x) =>
            GammalnOperator.Get().One(x);

        private static readonly LazyOperator GatherOperator = new LazyOperator("gather");

        /// <summary>Elements or slices at the places that index arrays choose: x[index].</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="indices">int64 arrays that broadcast together; negative ones count back.</param>
        /// <param name="axes">the axis of each index array, ascending.</param>
        /// <param name="position">where the axes of the index arrays stand among the others. Default: 0.</param>
        /// <param name="shownAxes">the axes as errors name them, if they have other numbers there. Default: [].</param>
        public static Tensor Gather(Operand x, Tensor[] indices, long[] axes, long? position = null, long[] shownAxes = null) =>
            GatherOperator.Get().One(new object[] { x, indices, axes, position, shownAxes });

        private static readonly LazyOperator GatherBlocksOperator = new LazyOperator("gather_blocks");

        /// <summary>The arrays of all ranks, one behind the other along axis 0.</summary>
        /// <param name="x">any dtype; the same type on all ranks.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor GatherBlocks(Operand x, long ranks, string group = null) =>
            GatherBlocksOperator.Get().One(new object[] { x, ranks, group });

        private static readonly LazyOperator GatherBlocksStartOperator = new LazyOperator("gather_blocks_start");

        /// <summary>Begins `gather_blocks`, whose result is there when `collective_wait` has given it.</summary>
        /// <param name="x">any dtype; the same type on all ranks.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor[] GatherBlocksStart(Operand x, long ranks, string group = null) =>
            GatherBlocksStartOperator.Get().All(new object[] { x, ranks, group });

        private static readonly LazyOperator GatherNdOperator = new LazyOperator("gather_nd");

        /// <summary>Elements or slices at points: data[indices[0], ..., indices[M - 1]].</summary>
        /// <param name="data">any dtype, at least M axes.</param>
        /// <param name="indices">integers, shape (M, ...); negative ones count back.</param>
        public static Tensor GatherNd(Operand data, Operand indices) =>
            GatherNdOperator.Get().One(new object[] { data, indices });

        /// <summary>The same for arrays.</summary>
        public static Tensor GatherNd(Tensor data, Tensor indices) =>
            GatherNdOperator.Get().One(data, indices);

        private static readonly LazyOperator GatherPartsOperator = new LazyOperator("gather_parts");

        /// <summary>The parts of an array that ranks share, one behind the other; in plans it is no effect, so it may run again instead of keeping its result.</summary>
        /// <param name="x">any dtype; the same type on all ranks.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor GatherParts(Operand x, long ranks, string group = null) =>
            GatherPartsOperator.Get().One(new object[] { x, ranks, group });

        private static readonly LazyOperator GeluOperator = new LazyOperator("gelu");

        /// <summary>x times the normal distribution's cumulative function.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        /// <param name="approximation">erf is exact, tanh the approximation by tanh. Default: "erf".</param>
        public static Tensor Gelu(Operand x, string approximation = null) =>
            GeluOperator.Get().One(new object[] { x, approximation });

        private static readonly LazyOperator GreaterOperator = new LazyOperator("greater");

        /// <summary>Truth of x1 &gt; x2, element by element, as bool.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Greater(Operand x1, Operand x2) =>
            GreaterOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Greater(Tensor x1, Tensor x2) =>
            GreaterOperator.Get().One(x1, x2);

        private static readonly LazyOperator GreaterEqualOperator = new LazyOperator("greater_equal");

        /// <summary>Truth of x1 &gt;= x2, element by element, as bool.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor GreaterEqual(Operand x1, Operand x2) =>
            GreaterEqualOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor GreaterEqual(Tensor x1, Tensor x2) =>
            GreaterEqualOperator.Get().One(x1, x2);

        private static readonly LazyOperator GridSampleOperator = new LazyOperator("grid_sample");

        /// <summary>Images sampled at places from -1 to 1, as PyTorch's grid_sample and ONNX's GridSample.</summary>
        /// <param name="data">any real dtype; integers become the default float; shape (N, C, H, W).</param>
        /// <param name="grid">for each result x, along the width, and y: shape (N, Ho, Wo, 2).</param>
        /// <param name="mode">bilinear, nearest or bicubic. Default: "bilinear".</param>
        /// <param name="paddingMode">what lies around an image: zeros, its border or its reflection. Default: "zeros".</param>
        /// <param name="alignCorners">-1 and 1 are the centers of the outer pixels, not their outer borders. Default: false.</param>
        public static Tensor GridSample(Operand data, Operand grid, string mode = null, string paddingMode = null, bool? alignCorners = null) =>
            GridSampleOperator.Get().One(new object[] { data, grid, mode, paddingMode, alignCorners });

        private static readonly LazyOperator GroupNormOperator = new LazyOperator("group_norm");

        /// <summary>Groups of channels of each sample with mean 0 and variance 1, scaled and shifted.</summary>
        /// <param name="data">floating, shape (N, C, ...).</param>
        /// <param name="gamma">factors, one for each channel.</param>
        /// <param name="beta">summands, one for each channel.</param>
        /// <param name="numGroups">groups, which divide the channels. Default: 1.</param>
        /// <param name="eps">summand of the variance. Default: 1e-05.</param>
        public static Tensor GroupNorm(Operand data, Operand gamma = null, Operand beta = null, long? numGroups = null, double? eps = null) =>
            GroupNormOperator.Get().One(new object[] { data, gamma, beta, numGroups, eps });

        private static readonly LazyOperator GroupRankOperator = new LazyOperator("group_rank");

        /// <summary>This process's rank in a group, a number that a plan asks for when it runs.</summary>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor GroupRank(string group = null) =>
            GroupRankOperator.Get().One(new object[] { group });

        private static readonly LazyOperator GroupSizeOperator = new LazyOperator("group_size");

        /// <summary>How many ranks a group has, a number that a plan asks for when it runs.</summary>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor GroupSize(string group = null) =>
            GroupSizeOperator.Get().One(new object[] { group });

        private static readonly LazyOperator GruOperator = new LazyOperator("gru");

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
            GruOperator.Get().All(new object[] { data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, sequenceLength, reverse });

        private static readonly LazyOperator GruCellOperator = new LazyOperator("gru_cell");

        /// <summary>One step of a gated recurrent unit: the next hidden state.</summary>
        /// <param name="data">floating, shape (N, C).</param>
        /// <param name="hidden">shape (N, H).</param>
        /// <param name="i2hWeight">rows for each gate, shape (gates H, C).</param>
        /// <param name="h2hWeight">shape (gates H, H).</param>
        /// <param name="i2hBias">shape (gates H,).</param>
        /// <param name="h2hBias">shape (gates H,).</param>
        public static Tensor GruCell(Operand data, Operand hidden, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias) =>
            GruCellOperator.Get().One(new object[] { data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias });

        private static readonly LazyOperator HardSigmoidOperator = new LazyOperator("hard_sigmoid");

        /// <summary>alpha x + beta held between 0 and 1, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        /// <param name="alpha">slope. Default: 0.2.</param>
        /// <param name="beta">value at zero. Default: 0.5.</param>
        public static Tensor HardSigmoid(Operand x, double? alpha = null, double? beta = null) =>
            HardSigmoidOperator.Get().One(new object[] { x, alpha, beta });

        private static readonly LazyOperator HardSwishOperator = new LazyOperator("hard_swish");

        /// <summary>x relu6(x + 3) / 6, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor HardSwish(Operand x) =>
            HardSwishOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor HardSwish(Tensor x) =>
            HardSwishOperator.Get().One(x);

        private static readonly LazyOperator HstackOperator = new LazyOperator("hstack");

        /// <summary>Arrays joined side by side: along the second axis, vectors along their only one.</summary>
        /// <param name="arrays">any dtype, of shapes that agree on all other axes; scalars become vectors.</param>
        public static Tensor Hstack(Tensor[] arrays) =>
            HstackOperator.Get().One(new object[] { arrays });

        private static readonly LazyOperator HypergeometricOperator = new LazyOperator("hypergeometric");

        /// <summary>How many of a sample are good, of things that are good or bad; NaN where there is none.</summary>
        /// <param name="good">float32 or float64: how many things are good.</param>
        /// <param name="bad">how many are bad, of the same shape.</param>
        /// <param name="sample">how many are taken, of the same shape, at most all.</param>
        public static Tensor Hypergeometric(Operand good, Operand bad, Operand sample) =>
            HypergeometricOperator.Get().One(new object[] { good, bad, sample });

        private static readonly LazyOperator HypotOperator = new LazyOperator("hypot");

        /// <summary>Length sqrt(x1^2 + x2^2) without overflow, element by element.</summary>
        /// <param name="x1">any real dtype; bool and integers become the default float.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Hypot(Operand x1, Operand x2) =>
            HypotOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Hypot(Tensor x1, Tensor x2) =>
            HypotOperator.Get().One(x1, x2);

        private static readonly LazyOperator ImagOperator = new LazyOperator("imag");

        /// <summary>The imaginary parts of the elements; of real numbers zeros.</summary>
        /// <param name="x">any dtype.</param>
        public static Tensor Imag(Operand x) =>
            ImagOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Imag(Tensor x) =>
            ImagOperator.Get().One(x);

        private static readonly LazyOperator ImaginaryPartOperator = new LazyOperator("imaginary_part");

        /// <summary>The imaginary parts of complex numbers.</summary>
        /// <param name="x">complex.</param>
        public static Tensor ImaginaryPart(Operand x) =>
            ImaginaryPartOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor ImaginaryPart(Tensor x) =>
            ImaginaryPartOperator.Get().One(x);

        private static readonly LazyOperator IndexAddOperator = new LazyOperator("index_add");

        /// <summary>The array with values added at the places that the rows of a matrix of indices give.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="ind">integers of shape (M, ...): one row for each of the first M axes.</param>
        /// <param name="val">broadcasts to the places; repeated ones add up.</param>
        public static Tensor IndexAdd(Operand a, Operand ind, Operand val) =>
            IndexAddOperator.Get().One(new object[] { a, ind, val });

        private static readonly LazyOperator IndexUpdateOperator = new LazyOperator("index_update");

        /// <summary>The array with values written to the places that the rows of a matrix of indices give.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="ind">integers of shape (M, ...): one row for each of the first M axes.</param>
        /// <param name="val">broadcasts to the places; of repeated ones the last wins.</param>
        public static Tensor IndexUpdate(Operand a, Operand ind, Operand val) =>
            IndexUpdateOperator.Get().One(new object[] { a, ind, val });

        private static readonly LazyOperator InnerOperator = new LazyOperator("inner");

        /// <summary>Sum of products over the last axes of both arrays.</summary>
        /// <param name="a">any dtype; a scalar multiplies.</param>
        /// <param name="b">any dtype.</param>
        public static Tensor Inner(Operand a, Operand b) =>
            InnerOperator.Get().One(new object[] { a, b });

        /// <summary>The same for arrays.</summary>
        public static Tensor Inner(Tensor a, Tensor b) =>
            InnerOperator.Get().One(a, b);

        private static readonly LazyOperator InstanceNormOperator = new LazyOperator("instance_norm");

        /// <summary>Each channel of each sample with mean 0 and variance 1, scaled and shifted.</summary>
        /// <param name="data">floating, shape (N, C, spatial...).</param>
        /// <param name="gamma">factors, one for each channel.</param>
        /// <param name="beta">summands, one for each channel.</param>
        /// <param name="eps">summand of the variance. Default: 1e-05.</param>
        public static Tensor InstanceNorm(Operand data, Operand gamma = null, Operand beta = null, double? eps = null) =>
            InstanceNormOperator.Get().One(new object[] { data, gamma, beta, eps });

        private static readonly LazyOperator InterpolateOperator = new LazyOperator("interpolate");

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
            InterpolateOperator.Get().One(new object[] { data, sizeNone ? Operator.None : (object)size, scaleFactorNone ? Operator.None : (object)scaleFactor, mode, alignCorners, antialias });

        private static readonly LazyOperator InvOperator = new LazyOperator("inv");

        /// <summary>Inverses of matrices.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        public static Tensor Inv(Operand a) =>
            InvOperator.Get().One(new object[] { a });

        /// <summary>The same for arrays.</summary>
        public static Tensor Inv(Tensor a) =>
            InvOperator.Get().One(a);

        private static readonly LazyOperator InvertOperator = new LazyOperator("invert");

        /// <summary>Every bit turned, element by element; on bool, logical not.</summary>
        /// <param name="x">bool or integers.</param>
        public static Tensor Invert(Operand x) =>
            InvertOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Invert(Tensor x) =>
            InvertOperator.Get().One(x);

        private static readonly LazyOperator IrdftOperator = new LazyOperator("irdft");

        /// <summary>Real numbers of the first half of their discrete Fourier transform along the last axis, without a scale. `np.fft` has NumPy's functions.</summary>
        /// <param name="x">any dtype, of real or complex numbers.</param>
        /// <param name="length">of the result's last axis.</param>
        public static Tensor Irdft(Operand x, long length) =>
            IrdftOperator.Get().One(new object[] { x, length });

        private static readonly LazyOperator IsfiniteOperator = new LazyOperator("isfinite");

        /// <summary>Truth of x being neither infinite nor NaN, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Isfinite(Operand x) =>
            IsfiniteOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Isfinite(Tensor x) =>
            IsfiniteOperator.Get().One(x);

        private static readonly LazyOperator IsinfOperator = new LazyOperator("isinf");

        /// <summary>Truth of x being infinite, of either sign, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Isinf(Operand x) =>
            IsinfOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Isinf(Tensor x) =>
            IsinfOperator.Get().One(x);

        private static readonly LazyOperator IsnanOperator = new LazyOperator("isnan");

        /// <summary>Truth of x being NaN, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Isnan(Operand x) =>
            IsnanOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Isnan(Tensor x) =>
            IsnanOperator.Get().One(x);

        private static readonly LazyOperator L2NormalizationOperator = new LazyOperator("l2_normalization");

        /// <summary>Data divided by the Euclidean norm of a sample, of its channels, or of its places.</summary>
        /// <param name="data">floating, shape (N, C, ...).</param>
        /// <param name="eps">summand of the squared norm. Default: 1e-10.</param>
        /// <param name="mode">instance (over C and places), channel (over C) or spatial. Default: "instance".</param>
        public static Tensor L2Normalization(Operand data, double? eps = null, string mode = null) =>
            L2NormalizationOperator.Get().One(new object[] { data, eps, mode });

        private static readonly LazyOperator LayerNormOperator = new LazyOperator("layer_norm");

        /// <summary>The elements along an axis with mean 0 and variance 1, scaled and shifted.</summary>
        /// <param name="data">floating.</param>
        /// <param name="gamma">factors, one for each channel.</param>
        /// <param name="beta">summands, one for each channel.</param>
        /// <param name="axis">axis that is normalised. Default: -1.</param>
        /// <param name="eps">summand of the variance. Default: 1e-05.</param>
        public static Tensor LayerNorm(Operand data, Operand gamma = null, Operand beta = null, long? axis = null, double? eps = null) =>
            LayerNormOperator.Get().One(new object[] { data, gamma, beta, axis, eps });

        private static readonly LazyOperator LeakyReluOperator = new LazyOperator("leaky_relu");

        /// <summary>x above zero, slope x below.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        /// <param name="slope">factor below zero. Default: 0.25.</param>
        public static Tensor LeakyRelu(Operand x, double? slope = null) =>
            LeakyReluOperator.Get().One(new object[] { x, slope });

        private static readonly LazyOperator LeftShiftOperator = new LazyOperator("left_shift");

        /// <summary>Bits of x1 moved up by x2 places, element by element; 0 for counts that are negative or not below the number of bits.</summary>
        /// <param name="x1">integers.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor LeftShift(Operand x1, Operand x2) =>
            LeftShiftOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor LeftShift(Tensor x1, Tensor x2) =>
            LeftShiftOperator.Get().One(x1, x2);

        private static readonly LazyOperator LessOperator = new LazyOperator("less");

        /// <summary>Truth of x1 &lt; x2, element by element, as bool.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Less(Operand x1, Operand x2) =>
            LessOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Less(Tensor x1, Tensor x2) =>
            LessOperator.Get().One(x1, x2);

        private static readonly LazyOperator LessEqualOperator = new LazyOperator("less_equal");

        /// <summary>Truth of x1 &lt;= x2, element by element, as bool.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor LessEqual(Operand x1, Operand x2) =>
            LessEqualOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor LessEqual(Tensor x1, Tensor x2) =>
            LessEqualOperator.Get().One(x1, x2);

        private static readonly LazyOperator LogOperator = new LazyOperator("log");

        /// <summary>Natural logarithm, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Log(Operand x) =>
            LogOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Log(Tensor x) =>
            LogOperator.Get().One(x);

        private static readonly LazyOperator Log10Operator = new LazyOperator("log10");

        /// <summary>Logarithm to base 10, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Log10(Operand x) =>
            Log10Operator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Log10(Tensor x) =>
            Log10Operator.Get().One(x);

        private static readonly LazyOperator Log1pOperator = new LazyOperator("log1p");

        /// <summary>log(1 + x), precise near zero, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Log1p(Operand x) =>
            Log1pOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Log1p(Tensor x) =>
            Log1pOperator.Get().One(x);

        private static readonly LazyOperator Log2Operator = new LazyOperator("log2");

        /// <summary>Logarithm to base 2, element by element; exact for powers of 2.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Log2(Operand x) =>
            Log2Operator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Log2(Tensor x) =>
            Log2Operator.Get().One(x);

        private static readonly LazyOperator LogSigmoidOperator = new LazyOperator("log_sigmoid");

        /// <summary>Logarithm of the logistic function, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor LogSigmoid(Operand x) =>
            LogSigmoidOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor LogSigmoid(Tensor x) =>
            LogSigmoidOperator.Get().One(x);

        private static readonly LazyOperator LogSoftmaxOperator = new LazyOperator("log_softmax");

        /// <summary>Logarithm of the softmax over an axis, stable for large values.</summary>
        /// <param name="data">any real dtype; integers become the default float.</param>
        /// <param name="axis">axis whose exponentials sum to 1. Default: -1.</param>
        /// <param name="temperature">divides `data` first; none: 1. Default: none.</param>
        /// <param name="temperatureNone">temperature is none on purpose.</param>
        public static Tensor LogSoftmax(Operand data, long? axis = null, double? temperature = null, bool temperatureNone = false) =>
            LogSoftmaxOperator.Get().One(new object[] { data, axis, temperatureNone ? Operator.None : (object)temperature });

        private static readonly LazyOperator LogStandardGammaOperator = new LazyOperator("log_standard_gamma");

        /// <summary>Logarithms of random numbers of the gamma distribution; NaN where there is none.</summary>
        /// <param name="shape">float32 or float64: the shape parameter, at least 0.</param>
        public static Tensor LogStandardGamma(Operand shape) =>
            LogStandardGammaOperator.Get().One(new object[] { shape });

        /// <summary>The same for arrays.</summary>
        public static Tensor LogStandardGamma(Tensor shape) =>
            LogStandardGammaOperator.Get().One(shape);

        private static readonly LazyOperator LogaddexpOperator = new LazyOperator("logaddexp");

        /// <summary>Logarithm of the sum of the exponentials of two arrays, element by element.</summary>
        /// <param name="x1">any real dtype; bool and integers become the default float.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Logaddexp(Operand x1, Operand x2) =>
            LogaddexpOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Logaddexp(Tensor x1, Tensor x2) =>
            LogaddexpOperator.Get().One(x1, x2);

        private static readonly LazyOperator Logaddexp2Operator = new LazyOperator("logaddexp2");

        /// <summary>Logarithm to base 2 of the sum of the powers of 2, element by element.</summary>
        /// <param name="x1">any real dtype; bool and integers become the default float.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Logaddexp2(Operand x1, Operand x2) =>
            Logaddexp2Operator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Logaddexp2(Tensor x1, Tensor x2) =>
            Logaddexp2Operator.Get().One(x1, x2);

        private static readonly LazyOperator LogicalAndOperator = new LazyOperator("logical_and");

        /// <summary>Truth of x1 and x2, element by element; anything but zero is true.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor LogicalAnd(Operand x1, Operand x2) =>
            LogicalAndOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor LogicalAnd(Tensor x1, Tensor x2) =>
            LogicalAndOperator.Get().One(x1, x2);

        private static readonly LazyOperator LogicalNotOperator = new LazyOperator("logical_not");

        /// <summary>Truth of not x, element by element; anything but zero is true.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor LogicalNot(Operand x) =>
            LogicalNotOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor LogicalNot(Tensor x) =>
            LogicalNotOperator.Get().One(x);

        private static readonly LazyOperator LogicalOrOperator = new LazyOperator("logical_or");

        /// <summary>Truth of x1 or x2, element by element; anything but zero is true.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor LogicalOr(Operand x1, Operand x2) =>
            LogicalOrOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor LogicalOr(Tensor x1, Tensor x2) =>
            LogicalOrOperator.Get().One(x1, x2);

        private static readonly LazyOperator LogicalXorOperator = new LazyOperator("logical_xor");

        /// <summary>Truth of either x1 or x2, not both, element by element; anything but zero is true.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">second operand, broadcast against `x1`.</param>
        public static Tensor LogicalXor(Operand x1, Operand x2) =>
            LogicalXorOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor LogicalXor(Tensor x1, Tensor x2) =>
            LogicalXorOperator.Get().One(x1, x2);

        private static readonly LazyOperator LogseriesOperator = new LazyOperator("logseries");

        /// <summary>Random counts of the logarithmic series; NaN where there is none.</summary>
        /// <param name="probability">float32 or float64: in [0, 1).</param>
        public static Tensor Logseries(Operand probability) =>
            LogseriesOperator.Get().One(new object[] { probability });

        /// <summary>The same for arrays.</summary>
        public static Tensor Logseries(Tensor probability) =>
            LogseriesOperator.Get().One(probability);

        private static readonly LazyOperator LogsumexpOperator = new LazyOperator("logsumexp");

        /// <summary>Logarithm of the sum of exponentials over axes, without overflow.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor Logsumexp(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            LogsumexpOperator.Get().One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims });

        private static readonly LazyOperator LstmOperator = new LazyOperator("lstm");

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
            LstmOperator.Get().All(new object[] { data, hidden, cell, i2hWeight, h2hWeight, i2hBias, h2hBias, sequenceLength, reverse });

        private static readonly LazyOperator LstmCellOperator = new LazyOperator("lstm_cell");

        /// <summary>One step of a long short-term memory: the next hidden state and the next cell.</summary>
        /// <param name="data">floating, shape (N, C).</param>
        /// <param name="hidden">shape (N, H).</param>
        /// <param name="cell">shape (N, H).</param>
        /// <param name="i2hWeight">rows for each gate, shape (gates H, C).</param>
        /// <param name="h2hWeight">shape (gates H, H).</param>
        /// <param name="i2hBias">shape (gates H,).</param>
        /// <param name="h2hBias">shape (gates H,).</param>
        public static Tensor[] LstmCell(Operand data, Operand hidden, Operand cell, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias) =>
            LstmCellOperator.Get().All(new object[] { data, hidden, cell, i2hWeight, h2hWeight, i2hBias, h2hBias });

        private static readonly LazyOperator MatmulOperator = new LazyOperator("matmul");

        /// <summary>Matrix product; leading axes broadcast, a vector is a row on the left, a column right.</summary>
        /// <param name="x1">any real dtype, shape (..., M, K) or (K,).</param>
        /// <param name="x2">shape (..., K, N) or (K,).</param>
        public static Tensor Matmul(Operand x1, Operand x2) =>
            MatmulOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Matmul(Tensor x1, Tensor x2) =>
            MatmulOperator.Get().One(x1, x2);

        private static readonly LazyOperator MatvecOperator = new LazyOperator("matvec");

        /// <summary>Products of matrices and vectors; leading axes broadcast.</summary>
        /// <param name="x1">any real dtype, shape (..., M, N).</param>
        /// <param name="x2">shape (..., N).</param>
        public static Tensor Matvec(Operand x1, Operand x2) =>
            MatvecOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Matvec(Tensor x1, Tensor x2) =>
            MatvecOperator.Get().One(x1, x2);

        private static readonly LazyOperator MaxOperator = new LazyOperator("max");

        /// <summary>Largest element over axes; NaN if there is one.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor Max(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            MaxOperator.Get().One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims });

        private static readonly LazyOperator MaximumOperator = new LazyOperator("maximum");

        /// <summary>The larger of two arrays, element by element; NaN where either is NaN.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Maximum(Operand x1, Operand x2) =>
            MaximumOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Maximum(Tensor x1, Tensor x2) =>
            MaximumOperator.Get().One(x1, x2);

        private static readonly LazyOperator MeanOperator = new LazyOperator("mean");

        /// <summary>Arithmetic mean over axes; bool and integers give the default float.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        /// <param name="dtype">floating dtype to compute in. Default: none.</param>
        /// <param name="dtypeNone">dtype is none on purpose.</param>
        public static Tensor Mean(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null, Dtype? dtype = null, bool dtypeNone = false) =>
            MeanOperator.Get().One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims, dtypeNone ? Operator.None : (object)dtype });

        private static readonly LazyOperator MinOperator = new LazyOperator("min");

        /// <summary>Smallest element over axes; NaN if there is one.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor Min(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            MinOperator.Get().One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims });

        private static readonly LazyOperator MinimumOperator = new LazyOperator("minimum");

        /// <summary>The smaller of two arrays, element by element; NaN where either is NaN.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Minimum(Operand x1, Operand x2) =>
            MinimumOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Minimum(Tensor x1, Tensor x2) =>
            MinimumOperator.Get().One(x1, x2);

        private static readonly LazyOperator MishOperator = new LazyOperator("mish");

        /// <summary>x tanh(softplus(x)), element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Mish(Operand x) =>
            MishOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Mish(Tensor x) =>
            MishOperator.Get().One(x);

        private static readonly LazyOperator MoveaxisOperator = new LazyOperator("moveaxis");

        /// <summary>The array with axes moved to other places, the rest in their order; a view.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="source">axes to move.</param>
        /// <param name="destination">where each of them goes.</param>
        public static Tensor Moveaxis(Operand a, long[] source, long[] destination) =>
            MoveaxisOperator.Get().One(new object[] { a, source, destination });

        private static readonly LazyOperator MultiplyOperator = new LazyOperator("multiply");

        /// <summary>Product of two arrays, element by element.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Multiply(Operand x1, Operand x2) =>
            MultiplyOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Multiply(Tensor x1, Tensor x2) =>
            MultiplyOperator.Get().One(x1, x2);

        private static readonly LazyOperator NanToNumOperator = new LazyOperator("nan_to_num");

        /// <summary>x with numbers in the place of NaN and infinities, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="nan">takes the place of NaN. Default: 0.</param>
        /// <param name="posinf">that of infinity; none: the largest number. Default: none.</param>
        /// <param name="posinfNone">posinf is none on purpose.</param>
        /// <param name="neginf">that of -infinity; none: the smallest number. Default: none.</param>
        /// <param name="neginfNone">neginf is none on purpose.</param>
        public static Tensor NanToNum(Operand x, double? nan = null, double? posinf = null, bool posinfNone = false, double? neginf = null, bool neginfNone = false) =>
            NanToNumOperator.Get().One(new object[] { x, nan, posinfNone ? Operator.None : (object)posinf, neginfNone ? Operator.None : (object)neginf });

        private static readonly LazyOperator NegativeOperator = new LazyOperator("negative");

        /// <summary>The negative, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Negative(Operand x) =>
            NegativeOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Negative(Tensor x) =>
            NegativeOperator.Get().One(x);

        private static readonly LazyOperator NormOperator = new LazyOperator("norm");

        /// <summary>Length of vectors or matrices over axes; by default the root of the sum of squares, whose gradient at zero is zero.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        /// <param name="ord">order: any of vectors, 1, -1, inf or -inf of matrices; none: 2, of all axes. Default: none.</param>
        /// <param name="ordNone">ord is none on purpose.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor Norm(Operand x, double? ord = null, bool ordNone = false, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            NormOperator.Get().One(new object[] { x, ordNone ? Operator.None : (object)ord, axisNone ? Operator.None : (object)axis, keepdims });

        private static readonly LazyOperator NormalOperator = new LazyOperator("normal");

        /// <summary>Random numbers of the normal distribution.</summary>
        /// <param name="shape">extents.</param>
        /// <param name="dtype">floating dtype of the result.</param>
        /// <param name="loc">mean. Default: 0.</param>
        /// <param name="scale">standard deviation, at least 0. Default: 1.</param>
        public static Tensor Normal(long[] shape, Dtype dtype, double? loc = null, double? scale = null) =>
            NormalOperator.Get().One(new object[] { loc, scale, shape, dtype });

        private static readonly LazyOperator NotEqualOperator = new LazyOperator("not_equal");

        /// <summary>Truth of x1 != x2, element by element, as bool.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor NotEqual(Operand x1, Operand x2) =>
            NotEqualOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor NotEqual(Tensor x1, Tensor x2) =>
            NotEqualOperator.Get().One(x1, x2);

        private static readonly LazyOperator OneHotOperator = new LazyOperator("one_hot");

        /// <summary>A new last axis with one value at each integer's place and another elsewhere.</summary>
        /// <param name="data">integers of any shape; those outside the new axis give no place.</param>
        /// <param name="depth">extent of the new axis.</param>
        /// <param name="onValue">value at the place. Default: 1.</param>
        /// <param name="offValue">value elsewhere. Default: 0.</param>
        /// <param name="dtype">float32 by default. Default: none.</param>
        /// <param name="dtypeNone">dtype is none on purpose.</param>
        public static Tensor OneHot(Operand data, long depth, double? onValue = null, double? offValue = null, Dtype? dtype = null, bool dtypeNone = false) =>
            OneHotOperator.Get().One(new object[] { data, depth, onValue, offValue, dtypeNone ? Operator.None : (object)dtype });

        private static readonly LazyOperator OuterOperator = new LazyOperator("outer");

        /// <summary>Products of each element of a (rows) with each of b (columns), both taken as flat.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="b">any dtype.</param>
        public static Tensor Outer(Operand a, Operand b) =>
            OuterOperator.Get().One(new object[] { a, b });

        /// <summary>The same for arrays.</summary>
        public static Tensor Outer(Tensor a, Tensor b) =>
            OuterOperator.Get().One(a, b);

        private static readonly LazyOperator OverlapAddOperator = new LazyOperator("overlap_add");

        /// <summary>The sum of pieces of rows that begin `hop` elements apart; between them there are zeros.</summary>
        /// <param name="frames">float32 or float64: at least two axes, pieces along the last one.</param>
        /// <param name="hop">from the begin of a piece to that of the next.</param>
        /// <param name="start">elements that are left out at the begin and, unless `length` is given, at the end. Default: 0.</param>
        /// <param name="length">elements of the result; beyond the pieces zeros. Default: none.</param>
        /// <param name="lengthNone">length is none on purpose.</param>
        public static Tensor OverlapAdd(Operand frames, long hop, long? start = null, long? length = null, bool lengthNone = false) =>
            OverlapAddOperator.Get().One(new object[] { frames, hop, start, lengthNone ? Operator.None : (object)length });

        private static readonly LazyOperator PadOperator = new LazyOperator("pad");

        /// <summary>The array with a border round it.</summary>
        /// <param name="array">any dtype.</param>
        /// <param name="before">width of the border at the start of each axis.</param>
        /// <param name="after">width at the end of each axis.</param>
        /// <param name="value">what the border is filled with in mode constant, 0 unless given.</param>
        /// <param name="mode">constant, edge, reflect, symmetric or wrap. Default: "constant".</param>
        public static Tensor Pad(Operand array, long[] before, long[] after, Operand value = null, string mode = null) =>
            PadOperator.Get().One(new object[] { array, value, before, after, mode });

        private static readonly LazyOperator PermutationOperator = new LazyOperator("permutation");

        /// <summary>The numbers 0 to n - 1 in random order, as int64.</summary>
        /// <param name="n">how many.</param>
        public static Tensor Permutation(long n) =>
            PermutationOperator.Get().One(new object[] { n });

        private static readonly LazyOperator PickOperator = new LazyOperator("pick");

        /// <summary>One element along an axis for each position of the others: data[i, index[i]].</summary>
        /// <param name="data">any dtype.</param>
        /// <param name="index">any real dtype, cut to integers, data's shape without the axis; negative ones count back.</param>
        /// <param name="axis">axis that the indices count along. Default: -1.</param>
        /// <param name="keepdims">keep the axis with extent 1. Default: false.</param>
        /// <param name="mode">raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: "raise".</param>
        public static Tensor Pick(Operand data, Operand index, long? axis = null, bool? keepdims = null, string mode = null) =>
            PickOperator.Get().One(new object[] { data, index, axis, keepdims, mode });

        private static readonly LazyOperator PoissonOperator = new LazyOperator("poisson");

        /// <summary>Random counts of the Poisson distribution; NaN where there is none.</summary>
        /// <param name="rate">float32 or float64: means.</param>
        public static Tensor Poisson(Operand rate) =>
            PoissonOperator.Get().One(new object[] { rate });

        /// <summary>The same for arrays.</summary>
        public static Tensor Poisson(Tensor rate) =>
            PoissonOperator.Get().One(rate);

        private static readonly LazyOperator PolygammaOperator = new LazyOperator("polygamma");

        /// <summary>The n-th derivative of digamma, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        /// <param name="n">order of the derivative, from 0 to 20. Default: 1.</param>
        public static Tensor Polygamma(Operand x, long? n = null) =>
            PolygammaOperator.Get().One(new object[] { x, n });

        private static readonly LazyOperator PoolingOperator = new LazyOperator("pooling");

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
            PoolingOperator.Get().One(new object[] { data, kernelNone ? Operator.None : (object)kernel, poolType, strideNone ? Operator.None : (object)stride, padNone ? Operator.None : (object)pad, globalPool, poolingConvention, countIncludePad, pValue });

        private static readonly LazyOperator PowOperator = new LazyOperator("pow");

        /// <summary>x1 to the power of x2, by the general formula, element by element.</summary>
        /// <param name="x1">any real dtype but bool.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Pow(Operand x1, Operand x2) =>
            PowOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Pow(Tensor x1, Tensor x2) =>
            PowOperator.Get().One(x1, x2);

        private static readonly LazyOperator PowerOperator = new LazyOperator("power");

        /// <summary>x1 to the power of x2, element by element. Integers wrap; their negative powers are truncated to 0, 1 or -1, and refused where the exponent is a number.</summary>
        /// <param name="x1">any real dtype but bool.</param>
        /// <param name="x2">exponent, broadcast against `x1`.</param>
        public static Tensor Power(Operand x1, Operand x2) =>
            PowerOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Power(Tensor x1, Tensor x2) =>
            PowerOperator.Get().One(x1, x2);

        private static readonly LazyOperator PreluOperator = new LazyOperator("prelu");

        /// <summary>x above zero, gamma x below, with slopes that are learned.</summary>
        /// <param name="x">any real dtype, shape (N, C, ...).</param>
        /// <param name="gamma">slopes: one, one for each of C channels, or broadcast against `x`.</param>
        public static Tensor Prelu(Operand x, Operand gamma) =>
            PreluOperator.Get().One(new object[] { x, gamma });

        /// <summary>The same for arrays.</summary>
        public static Tensor Prelu(Tensor x, Tensor gamma) =>
            PreluOperator.Get().One(x, gamma);

        private static readonly LazyOperator PrintOperator = new LazyOperator("print");

        /// <summary>Prints a line: a text with arrays in the places that it marks by `{}`.</summary>
        /// <param name="arrays">any dtype; one for each `{}`.</param>
        /// <param name="format">`{{` and `}}` are braces. Default: "{}".</param>
        public static Tensor[] Print(Tensor[] arrays, string format = null) =>
            PrintOperator.Get().All(new object[] { arrays, format });

        private static readonly LazyOperator ProdOperator = new LazyOperator("prod");

        /// <summary>Product over axes; bool and integers multiply in 64 bits. An empty product is 1.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        /// <param name="dtype">floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none.</param>
        /// <param name="dtypeNone">dtype is none on purpose.</param>
        public static Tensor Prod(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null, Dtype? dtype = null, bool dtypeNone = false) =>
            ProdOperator.Get().One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims, dtypeNone ? Operator.None : (object)dtype });

        private static readonly LazyOperator PtpOperator = new LazyOperator("ptp");

        /// <summary>Largest less smallest element over axes.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        public static Tensor Ptp(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null) =>
            PtpOperator.Get().One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims });

        private static readonly LazyOperator QrOperator = new LazyOperator("qr");

        /// <summary>Orthogonal columns Q and a triangle R of matrices Q R.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        public static Tensor[] Qr(Operand a) =>
            QrOperator.Get().All(new object[] { a });

        private static readonly LazyOperator QuantizeOperator = new LazyOperator("quantize");

        /// <summary>Integers that stand for real numbers: data / scale, rounded to the nearest (halves to the even one), plus the zero point; saturates, and maps NaN to 0.</summary>
        /// <param name="data">float32 or half types.</param>
        /// <param name="scale">floating, greater than 0, shape () or that of the axis.</param>
        /// <param name="zeroPoint">int8 or uint8, shape () or that of the axis; none: 0.</param>
        /// <param name="axis">axis along which there are several scales. Default: -1.</param>
        /// <param name="dtype">int8 or uint8; int8 by default. Default: none.</param>
        /// <param name="dtypeNone">dtype is none on purpose.</param>
        public static Tensor Quantize(Operand data, Operand scale, Operand zeroPoint = null, long? axis = null, Dtype? dtype = null, bool dtypeNone = false) =>
            QuantizeOperator.Get().One(new object[] { data, scale, zeroPoint, axis, dtypeNone ? Operator.None : (object)dtype });

        private static readonly LazyOperator QuantizedAddOperator = new LazyOperator("quantized_add");

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
            QuantizedAddOperator.Get().One(new object[] { x1, x2, x1Scale, x2Scale, outputScale, x1ZeroPoint, x2ZeroPoint, outputZeroPoint, low, high });

        private static readonly LazyOperator QuantizedConvolutionOperator = new LazyOperator("quantized_convolution");

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
            QuantizedConvolutionOperator.Get().One(new object[] { data, weight, bias, multiplier, shift, residual, residualFactor, kernelNone ? Operator.None : (object)kernel, strideNone ? Operator.None : (object)stride, padNone ? Operator.None : (object)pad, dilateNone ? Operator.None : (object)dilate, numGroup, zeroPoint, outputZeroPoint, low, high, channelsLast });

        private static readonly LazyOperator QuantizedConvolution16Operator = new LazyOperator("quantized_convolution16");

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
            QuantizedConvolution16Operator.Get().One(new object[] { data, weight, bias, multiplier, shift, kernelNone ? Operator.None : (object)kernel, strideNone ? Operator.None : (object)stride, padNone ? Operator.None : (object)pad, dilateNone ? Operator.None : (object)dilate, numGroup, low, high });

        private static readonly LazyOperator QuantizedFullyConnectedOperator = new LazyOperator("quantized_fully_connected");

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
            QuantizedFullyConnectedOperator.Get().One(new object[] { data, weight, bias, multiplier, shift, zeroPoint, outputZeroPoint, low, high, flatten });

        private static readonly LazyOperator QuantizedGruOperator = new LazyOperator("quantized_gru");

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
            QuantizedGruOperator.Get().One(new object[] { data, i2hWeight, h2hWeight, i2hBias, i2hMultiplier, i2hShift, h2hBias, h2hMultiplier, h2hShift, reverse });

        private static readonly LazyOperator QuantizedLookupOperator = new LazyOperator("quantized_lookup");

        /// <summary>What a table has for each int8 element: any function of one element, between any scales.</summary>
        /// <param name="data">int8.</param>
        /// <param name="table">int8, shape (256,): results for -128, -127, ... 127.</param>
        public static Tensor QuantizedLookup(Operand data, Operand table) =>
            QuantizedLookupOperator.Get().One(new object[] { data, table });

        /// <summary>The same for arrays.</summary>
        public static Tensor QuantizedLookup(Tensor data, Tensor table) =>
            QuantizedLookupOperator.Get().One(data, table);

        private static readonly LazyOperator QuantizedLstmOperator = new LazyOperator("quantized_lstm");

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
            QuantizedLstmOperator.Get().One(new object[] { data, i2hWeight, h2hWeight, i2hBias, i2hMultiplier, i2hShift, h2hBias, h2hMultiplier, h2hShift, reverse });

        private static readonly LazyOperator QuantizedPoolingOperator = new LazyOperator("quantized_pooling");

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
            QuantizedPoolingOperator.Get().One(new object[] { data, kernelNone ? Operator.None : (object)kernel, poolType, strideNone ? Operator.None : (object)stride, padNone ? Operator.None : (object)pad, globalPool, poolingConvention, countIncludePad, zeroPoint, channelsLast });

        private static readonly LazyOperator QuantizedSoftmaxOperator = new LazyOperator("quantized_softmax");

        /// <summary>Softmax of int8 along the last axis by TensorFlow Lite's rule: int8 that stand for (y + 128) / 256.</summary>
        /// <param name="data">int8, at most 4095 elements along the last axis.</param>
        /// <param name="scale">what a step of data stands for.</param>
        public static Tensor QuantizedSoftmax(Operand data, double scale) =>
            QuantizedSoftmaxOperator.Get().One(new object[] { data, scale });

        private static readonly LazyOperator RandintOperator = new LazyOperator("randint");

        /// <summary>Random integers in [low, high), each equally likely, as int64.</summary>
        /// <param name="low">least number.</param>
        /// <param name="high">bound, not reached.</param>
        /// <param name="shape">extents.</param>
        public static Tensor Randint(long low, long high, long[] shape) =>
            RandintOperator.Get().One(new object[] { low, high, shape });

        private static readonly LazyOperator RavelOperator = new LazyOperator("ravel");

        /// <summary>The elements in row-major order along one axis; a view where strides allow.</summary>
        /// <param name="a">any dtype.</param>
        public static Tensor Ravel(Operand a) =>
            RavelOperator.Get().One(new object[] { a });

        /// <summary>The same for arrays.</summary>
        public static Tensor Ravel(Tensor a) =>
            RavelOperator.Get().One(a);

        private static readonly LazyOperator RdftOperator = new LazyOperator("rdft");

        /// <summary>The first half of the discrete Fourier transform of real numbers along the last axis, without a scale; complex. `np.fft` has NumPy's functions.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Rdft(Operand x) =>
            RdftOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Rdft(Tensor x) =>
            RdftOperator.Get().One(x);

        private static readonly LazyOperator RealOperator = new LazyOperator("real");

        /// <summary>The real parts of the elements; of real numbers the array itself.</summary>
        /// <param name="x">any dtype.</param>
        public static Tensor Real(Operand x) =>
            RealOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Real(Tensor x) =>
            RealOperator.Get().One(x);

        private static readonly LazyOperator RealFourierOperator = new LazyOperator("real_fourier");

        /// <summary>The first half of the discrete Fourier transform of real rows, in planes and without a scale.</summary>
        /// <param name="x">float32 or float64.</param>
        /// <param name="mirrored">elements with a mirror image count twice. Default: false.</param>
        public static Tensor[] RealFourier(Operand x, bool? mirrored = null) =>
            RealFourierOperator.Get().All(new object[] { x, mirrored });

        private static readonly LazyOperator RealFourierInverseOperator = new LazyOperator("real_fourier_inverse");

        /// <summary>Real rows of the first halves of their discrete Fourier transforms, in planes and without a scale.</summary>
        /// <param name="x1">float32 or float64: the real parts.</param>
        /// <param name="length">of the rows.</param>
        /// <param name="x2">the imaginary parts; zeros unless given.</param>
        /// <param name="mirrored">elements with a mirror image count twice. Default: true.</param>
        public static Tensor RealFourierInverse(Operand x1, long length, Operand x2 = null, bool? mirrored = null) =>
            RealFourierInverseOperator.Get().One(new object[] { x1, x2, length, mirrored });

        private static readonly LazyOperator RealPartOperator = new LazyOperator("real_part");

        /// <summary>The real parts of complex numbers.</summary>
        /// <param name="x">complex.</param>
        public static Tensor RealPart(Operand x) =>
            RealPartOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor RealPart(Tensor x) =>
            RealPartOperator.Get().One(x);

        private static readonly LazyOperator ReceiveOperator = new LazyOperator("receive");

        /// <summary>The next array that another rank sends to this one.</summary>
        /// <param name="shape">of the array that was sent.</param>
        /// <param name="dtype">of the array that was sent.</param>
        /// <param name="source">the rank that sends it.</param>
        /// <param name="token">any dtype; what has a gradient only if this has; its value is not read.</param>
        /// <param name="tag">messages of one tag arrive in the order in which they were sent. Default: 0.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor Receive(long[] shape, Dtype dtype, long source, Operand token = null, long? tag = null, string group = null) =>
            ReceiveOperator.Get().One(new object[] { token, shape, dtype, source, tag, group });

        private static readonly LazyOperator ReciprocalOperator = new LazyOperator("reciprocal");

        /// <summary>1 / x, element by element; integers give the default float.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Reciprocal(Operand x) =>
            ReciprocalOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Reciprocal(Tensor x) =>
            ReciprocalOperator.Get().One(x);

        private static readonly LazyOperator ReduceBlocksOperator = new LazyOperator("reduce_blocks");

        /// <summary>This rank's block, along axis 0, of the reduction of the arrays of all ranks.</summary>
        /// <param name="x">any real dtype but bool; the same type on all ranks.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="reduction">`sum`, `mean`, `product`, `min` or `max`. Default: "sum".</param>
        /// <param name="ordered">the same bits whatever moves the bytes: a tree over ranks. Default: false.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor ReduceBlocks(Operand x, long ranks, string reduction = null, bool? ordered = null, string group = null) =>
            ReduceBlocksOperator.Get().One(new object[] { x, ranks, reduction, ordered, group });

        private static readonly LazyOperator ReduceBlocksStartOperator = new LazyOperator("reduce_blocks_start");

        /// <summary>Begins `reduce_blocks`, whose result is there when `collective_wait` has given it.</summary>
        /// <param name="x">any real dtype but bool; the same type on all ranks.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="reduction">`sum`, `mean`, `product`, `min` or `max`. Default: "sum".</param>
        /// <param name="ordered">the same bits whatever moves the bytes: a tree over ranks. Default: false.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor[] ReduceBlocksStart(Operand x, long ranks, string reduction = null, bool? ordered = null, string group = null) =>
            ReduceBlocksStartOperator.Get().All(new object[] { x, ranks, reduction, ordered, group });

        private static readonly LazyOperator ReduceScatterOperator = new LazyOperator("reduce_scatter");

        /// <summary>This rank's part, along an axis, of the reduction of the arrays of all ranks.</summary>
        /// <param name="x">any real dtype but bool; the same type on all ranks.</param>
        /// <param name="axis">along which rank r gets part r.</param>
        /// <param name="ranks">how many processes the group has.</param>
        /// <param name="reduction">`sum`, `mean`, `product`, `min` or `max`. Default: "sum".</param>
        /// <param name="ordered">the same bits whatever moves the bytes: a tree over ranks. Default: false.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor ReduceScatter(Operand x, long axis, long ranks, string reduction = null, bool? ordered = null, string group = null) =>
            ReduceScatterOperator.Get().One(new object[] { x, axis, ranks, reduction, ordered, group });

        private static readonly LazyOperator ReluOperator = new LazyOperator("relu");

        /// <summary>Positive part max(x, 0), element by element; NaN stays NaN.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Relu(Operand x) =>
            ReluOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Relu(Tensor x) =>
            ReluOperator.Get().One(x);

        private static readonly LazyOperator Relu6Operator = new LazyOperator("relu6");

        /// <summary>x held between 0 and 6, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Relu6(Operand x) =>
            Relu6Operator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Relu6(Tensor x) =>
            Relu6Operator.Get().One(x);

        private static readonly LazyOperator RemainderOperator = new LazyOperator("remainder");

        /// <summary>Remainder with the sign of the divisor, element by element: x1 % x2. Integers modulo 0 give 0, floats NaN.</summary>
        /// <param name="x1">any real dtype but bool.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Remainder(Operand x1, Operand x2) =>
            RemainderOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Remainder(Tensor x1, Tensor x2) =>
            RemainderOperator.Get().One(x1, x2);

        private static readonly LazyOperator RepeatOperator = new LazyOperator("repeat");

        /// <summary>Each element repeated, along one axis or in the flat array.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="repeats">how often, for all or for each element.</param>
        /// <param name="axis">axis to repeat along; none repeats the flat array. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        public static Tensor Repeat(Operand a, long[] repeats, long? axis = null, bool axisNone = false) =>
            RepeatOperator.Get().One(new object[] { a, repeats, axisNone ? Operator.None : (object)axis });

        private static readonly LazyOperator RequantizeOperator = new LazyOperator("requantize");

        /// <summary>Sums of int32 as int8: times multiplier 2^(shift - 31) with the two roundings of TensorFlow Lite, plus the zero point, held between the bounds.</summary>
        /// <param name="data">int32.</param>
        /// <param name="multiplier">int32, not negative, shape () or (channels,): 2^31 times a factor below 1.</param>
        /// <param name="shift">int32, shape of multiplier: the factor's power of two, -31 to 30.</param>
        /// <param name="outputZeroPoint">the integer that stands for zero in the result. Default: 0.</param>
        /// <param name="low">lower bound of the result. Default: -128.</param>
        /// <param name="high">upper bound of the result. Default: 127.</param>
        /// <param name="axis">axis along which there are several multipliers. Default: -1.</param>
        public static Tensor Requantize(Operand data, Operand multiplier, Operand shift, long? outputZeroPoint = null, long? low = null, long? high = null, long? axis = null) =>
            RequantizeOperator.Get().One(new object[] { data, multiplier, shift, outputZeroPoint, low, high, axis });

        private static readonly LazyOperator ReshapeOperator = new LazyOperator("reshape");

        /// <summary>The same elements in row-major order under another shape; a view where strides allow.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="newshape">extents; one may be -1, the rest.</param>
        public static Tensor Reshape(Operand x, long[] newshape) =>
            ReshapeOperator.Get().One(new object[] { x, newshape });

        private static readonly LazyOperator RightShiftOperator = new LazyOperator("right_shift");

        /// <summary>Bits of x1 moved down by x2 places, element by element; 0 or -1 by the sign of x1 for counts that are negative or not below the number of bits.</summary>
        /// <param name="x1">integers.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor RightShift(Operand x1, Operand x2) =>
            RightShiftOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor RightShift(Tensor x1, Tensor x2) =>
            RightShiftOperator.Get().One(x1, x2);

        private static readonly LazyOperator RintOperator = new LazyOperator("rint");

        /// <summary>The whole number nearest to x, halves to the even one, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Rint(Operand x) =>
            RintOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Rint(Tensor x) =>
            RintOperator.Get().One(x);

        private static readonly LazyOperator RmsNormOperator = new LazyOperator("rms_norm");

        /// <summary>The elements along an axis divided by their root mean square, scaled.</summary>
        /// <param name="data">floating.</param>
        /// <param name="gamma">factors, one for each element of the axis.</param>
        /// <param name="axis">axis that is normalised. Default: -1.</param>
        /// <param name="eps">summand of the mean square. Default: 1e-06.</param>
        public static Tensor RmsNorm(Operand data, Operand gamma = null, long? axis = null, double? eps = null) =>
            RmsNormOperator.Get().One(new object[] { data, gamma, axis, eps });

        private static readonly LazyOperator RmspropCenteredUpdateOperator = new LazyOperator("rmsprop_centered_update");

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
            RmspropCenteredUpdateOperator.Get().All(new object[] { weight, grad, square, mean, step, lr, wd, rescaleGrad, clipGradient, rho, momentum, epsilon });

        private static readonly LazyOperator RmspropUpdateOperator = new LazyOperator("rmsprop_update");

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
            RmspropUpdateOperator.Get().All(new object[] { weight, grad, square, lr, wd, rescaleGrad, clipGradient, rho, epsilon });

        private static readonly LazyOperator RnnOperator = new LazyOperator("rnn");

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
            RnnOperator.Get().All(new object[] { data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, sequenceLength, reverse, activation });

        private static readonly LazyOperator RnnCellOperator = new LazyOperator("rnn_cell");

        /// <summary>One step of a plain recurrent network: the next hidden state.</summary>
        /// <param name="data">floating, shape (N, C).</param>
        /// <param name="hidden">shape (N, H).</param>
        /// <param name="i2hWeight">rows for each gate, shape (gates H, C).</param>
        /// <param name="h2hWeight">shape (gates H, H).</param>
        /// <param name="i2hBias">shape (gates H,).</param>
        /// <param name="h2hBias">shape (gates H,).</param>
        /// <param name="activation">'tanh' or 'relu'. Default: "tanh".</param>
        public static Tensor RnnCell(Operand data, Operand hidden, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias, string activation = null) =>
            RnnCellOperator.Get().One(new object[] { data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, activation });

        private static readonly LazyOperator RoiAlignOperator = new LazyOperator("roi_align");

        /// <summary>Regions of images as means of bilinear samples in bins: (R, C, bins, bins).</summary>
        /// <param name="data">any real dtype; integers become the default float; shape (N, C, H, W).</param>
        /// <param name="rois">a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).</param>
        /// <param name="pooledSize">bins along the height and the width.</param>
        /// <param name="spatialScale">pixels of the images for one unit of the regions. Default: 1.</param>
        /// <param name="samplingRatio">samples of a bin along each axis; 0 or less: as many as it has pixels. Default: -1.</param>
        /// <param name="aligned">pixels have their centers at 1/2, and regions may be thinner than a pixel. Default: false.</param>
        public static Tensor RoiAlign(Operand data, Operand rois, long[] pooledSize, double? spatialScale = null, long? samplingRatio = null, bool? aligned = null) =>
            RoiAlignOperator.Get().One(new object[] { data, rois, pooledSize, spatialScale, samplingRatio, aligned });

        private static readonly LazyOperator RoiPoolOperator = new LazyOperator("roi_pool");

        /// <summary>The largest elements of regions of images in bins: (R, C, bins, bins).</summary>
        /// <param name="data">any real dtype; integers become the default float; shape (N, C, H, W).</param>
        /// <param name="rois">a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).</param>
        /// <param name="pooledSize">bins along the height and the width.</param>
        /// <param name="spatialScale">pixels of the images for one unit of the regions. Default: 1.</param>
        public static Tensor RoiPool(Operand data, Operand rois, long[] pooledSize, double? spatialScale = null) =>
            RoiPoolOperator.Get().One(new object[] { data, rois, pooledSize, spatialScale });

        private static readonly LazyOperator RollOperator = new LazyOperator("roll");

        /// <summary>The array with its elements moved along axes; what leaves at the end enters at the start.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="shift">by how many places, for all axes or for each.</param>
        /// <param name="axis">which axes; none moves in the flat array. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        public static Tensor Roll(Operand a, long[] shift, long[] axis = null, bool axisNone = false) =>
            RollOperator.Get().One(new object[] { a, shift, axisNone ? Operator.None : (object)axis });

        private static readonly LazyOperator RoundOperator = new LazyOperator("round");

        /// <summary>x rounded to a number of decimals, halves to the even digit, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="decimals">digits behind the point; negative ones count before it. Default: 0.</param>
        public static Tensor Round(Operand x, long? decimals = null) =>
            RoundOperator.Get().One(new object[] { x, decimals });

        private static readonly LazyOperator RsqrtOperator = new LazyOperator("rsqrt");

        /// <summary>1 / sqrt(x), element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Rsqrt(Operand x) =>
            RsqrtOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Rsqrt(Tensor x) =>
            RsqrtOperator.Get().One(x);

        private static readonly LazyOperator ScaledDotProductAttentionOperator = new LazyOperator("scaled_dot_product_attention");

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
            ScaledDotProductAttentionOperator.Get().One(new object[] { query, key, value, mask, scaleNone ? Operator.None : (object)scale, causal, grouped });

        private static readonly LazyOperator ScatterOperator = new LazyOperator("scatter");

        /// <summary>The array with its elements at chosen places replaced, the last one winning, or added to.</summary>
        /// <param name="x">any dtype, but no half type to accumulate.</param>
        /// <param name="value">broadcasts to what the index picks.</param>
        /// <param name="indices">int64 arrays that broadcast together; negative ones count back.</param>
        /// <param name="axes">the axis of each index array, ascending.</param>
        /// <param name="position">where the axes of the index arrays stand among the others. Default: 0.</param>
        /// <param name="shownAxes">the axes as errors name them, if they have other numbers there. Default: [].</param>
        /// <param name="accumulate">add instead of replacing. Default: false.</param>
        public static Tensor Scatter(Operand x, Operand value, Tensor[] indices, long[] axes, long? position = null, long[] shownAxes = null, bool? accumulate = null) =>
            ScatterOperator.Get().One(new object[] { x, value, indices, axes, position, shownAxes, accumulate });

        private static readonly LazyOperator ScatterNdOperator = new LazyOperator("scatter_nd");

        /// <summary>Zeros with each element or slice added at its point: the adjoint of gather_nd.</summary>
        /// <param name="data">any dtype, shape (..., rest), as gather_nd gives it.</param>
        /// <param name="indices">integers, shape (M, ...); negative ones count back.</param>
        /// <param name="shape">shape of the result.</param>
        public static Tensor ScatterNd(Operand data, Operand indices, long[] shape) =>
            ScatterNdOperator.Get().One(new object[] { data, indices, shape });

        private static readonly LazyOperator SearchsortedOperator = new LazyOperator("searchsorted");

        /// <summary>Where in an ascending vector values would have to be inserted to keep it ascending.</summary>
        /// <param name="a">any dtype; ascending, one axis.</param>
        /// <param name="v">values of any shape.</param>
        /// <param name="side">left of elements equal to the value, or right of them. Default: "left".</param>
        public static Tensor Searchsorted(Operand a, Operand v, string side = null) =>
            SearchsortedOperator.Get().One(new object[] { a, v, side });

        private static readonly LazyOperator SeluOperator = new LazyOperator("selu");

        /// <summary>Scaled exponential linear unit, which keeps mean 0 and variance 1.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Selu(Operand x) =>
            SeluOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Selu(Tensor x) =>
            SeluOperator.Get().One(x);

        private static readonly LazyOperator SendOperator = new LazyOperator("send");

        /// <summary>Sends an array to another rank; gives a zero whose gradient is what that rank sends back.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="destination">the rank that receives it.</param>
        /// <param name="tag">messages of one tag arrive in the order in which they were sent. Default: 0.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor Send(Operand x, long destination, long? tag = null, string group = null) =>
            SendOperator.Get().One(new object[] { x, destination, tag, group });

        private static readonly LazyOperator SgdMomUpdateOperator = new LazyOperator("sgd_mom_update");

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
            SgdMomUpdateOperator.Get().All(new object[] { weight, grad, mom, lr, wd, rescaleGrad, clipGradient, momentum, nesterov });

        private static readonly LazyOperator SgdUpdateOperator = new LazyOperator("sgd_update");

        /// <summary>Stochastic gradient descent: the new weight.</summary>
        /// <param name="weight">floating: the parameter.</param>
        /// <param name="grad">its gradient, same shape.</param>
        /// <param name="lr">learning rate: a number, or an array without axes.</param>
        /// <param name="wd">weight decay. Default: 0.</param>
        /// <param name="rescaleGrad">factor of the gradient. Default: 1.</param>
        /// <param name="clipGradient">bound of the rescaled gradient's elements; negative: none. Default: -1.</param>
        public static Tensor SgdUpdate(Operand weight, Operand grad, Operand lr, double? wd = null, double? rescaleGrad = null, double? clipGradient = null) =>
            SgdUpdateOperator.Get().One(new object[] { weight, grad, lr, wd, rescaleGrad, clipGradient });

        private static readonly LazyOperator SigmoidOperator = new LazyOperator("sigmoid");

        /// <summary>Logistic function 1 / (1 + exp(-x)), element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Sigmoid(Operand x) =>
            SigmoidOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Sigmoid(Tensor x) =>
            SigmoidOperator.Get().One(x);

        private static readonly LazyOperator SignOperator = new LazyOperator("sign");

        /// <summary>-1, 0 or 1 by the sign of each element; NaN stays NaN.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Sign(Operand x) =>
            SignOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Sign(Tensor x) =>
            SignOperator.Get().One(x);

        private static readonly LazyOperator SignalAutoScaleOperator = new LazyOperator("signal_auto_scale");

        /// <summary>Shifts rows of int16 to the left as far as their largest magnitude allows: the rows, and by how many bits, by TensorFlow Lite Micro's rule, in which rows with -32768 may wrap.</summary>
        /// <param name="data">int16, at least one axis: rows along the last one.</param>
        public static Tensor[] SignalAutoScale(Operand data) =>
            SignalAutoScaleOperator.Get().All(new object[] { data });

        private static readonly LazyOperator SignalFilterBankOperator = new LazyOperator("signal_filter_bank");

        /// <summary>Sums of bands of energies that overlap by halves, by TensorFlow Lite Micro's rule: band c is the sum of channel c + 1 by `weight` and of channel c by `unweight`.</summary>
        /// <param name="data">uint32, at least one axis: energies along the last one.</param>
        /// <param name="weight">int16, one axis: factors of all channels.</param>
        /// <param name="unweight">int16, shape of `weight`: factors for the band after.</param>
        /// <param name="starts">int16, shape (bands + 1,): the first energy of each channel.</param>
        /// <param name="weightStarts">int16, shape (bands + 1,): the first factor of each channel.</param>
        /// <param name="widths">int16, shape (bands + 1,): how many energies each channel reads.</param>
        public static Tensor SignalFilterBank(Operand data, Operand weight, Operand unweight, Operand starts, Operand weightStarts, Operand widths) =>
            SignalFilterBankOperator.Get().One(new object[] { data, weight, unweight, starts, weightStarts, widths });

        private static readonly LazyOperator SignalGainOperator = new LazyOperator("signal_gain");

        /// <summary>Energies of bands by the gain that a table has for their noise, divided by 2^shift and compressed, element by element, by TensorFlow Lite Micro's rule (PCAN).</summary>
        /// <param name="data">uint32: energies.</param>
        /// <param name="noise">uint32, shape of `data`.</param>
        /// <param name="table">int16, shape (125,): gains for 0 and 1, then pieces for powers of two.</param>
        /// <param name="shift">bits of the product to drop, 0 to 63.</param>
        public static Tensor SignalGain(Operand data, Operand noise, Operand table, long shift) =>
            SignalGainOperator.Get().One(new object[] { data, noise, table, shift });

        private static readonly LazyOperator SignalLogOperator = new LazyOperator("signal_log");

        /// <summary>Natural logarithm of x 2^shift times a scale, element by element, as int16 of at most 32767, by TensorFlow Lite Micro's rule; 0 where x 2^shift is at most 1.</summary>
        /// <param name="data">uint32.</param>
        /// <param name="scale">what a result of 1 is multiplied by.</param>
        /// <param name="shift">bits to shift the data to the left, 0 to 31; the shift wraps. Default: 0.</param>
        public static Tensor SignalLog(Operand data, long scale, long? shift = null) =>
            SignalLogOperator.Get().One(new object[] { data, scale, shift });

        private static readonly LazyOperator SignalRfftOperator = new LazyOperator("signal_rfft");

        /// <summary>Fourier transform of real rows of int16, divided by their length, in fixed point by TensorFlow Lite Micro's rule: real and imaginary parts in turn.</summary>
        /// <param name="data">int16, at least one axis: rows along the last one, at most `length` elements.</param>
        /// <param name="length">samples of a row, a power of two from 4 to 65536; what is missing counts as 0.</param>
        public static Tensor SignalRfft(Operand data, long length) =>
            SignalRfftOperator.Get().One(new object[] { data, length });

        private static readonly LazyOperator SignalSquareRootOperator = new LazyOperator("signal_square_root");

        /// <summary>Square root of uint64, rounded to the nearest, element by element; from 65535.5^2 to 2^32 it is 65535, as in TensorFlow Lite Micro.</summary>
        /// <param name="data">uint64.</param>
        public static Tensor SignalSquareRoot(Operand data) =>
            SignalSquareRootOperator.Get().One(new object[] { data });

        /// <summary>The same for arrays.</summary>
        public static Tensor SignalSquareRoot(Tensor data) =>
            SignalSquareRootOperator.Get().One(data);

        private static readonly LazyOperator SignbitOperator = new LazyOperator("signbit");

        /// <summary>Truth of x having a minus sign, zeros and NaN included, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Signbit(Operand x) =>
            SignbitOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Signbit(Tensor x) =>
            SignbitOperator.Get().One(x);

        private static readonly LazyOperator SiluOperator = new LazyOperator("silu");

        /// <summary>x times the logistic function of beta x, also named swish.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        /// <param name="beta">factor within the logistic function. Default: 1.</param>
        public static Tensor Silu(Operand x, double? beta = null) =>
            SiluOperator.Get().One(new object[] { x, beta });

        private static readonly LazyOperator SinOperator = new LazyOperator("sin");

        /// <summary>Sine of angles in radians, of any size, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Sin(Operand x) =>
            SinOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Sin(Tensor x) =>
            SinOperator.Get().One(x);

        private static readonly LazyOperator SinhOperator = new LazyOperator("sinh");

        /// <summary>Hyperbolic sine, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Sinh(Operand x) =>
            SinhOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Sinh(Tensor x) =>
            SinhOperator.Get().One(x);

        private static readonly LazyOperator SliceOperator = new LazyOperator("slice");

        /// <summary>Part of an array: `size` elements from `begin` by `step` along each axis; a view.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="begin">first index of each axis, at least 0.</param>
        /// <param name="size">elements taken along each axis.</param>
        /// <param name="step">distance between them, may be negative.</param>
        /// <param name="clip">take what is inside the axis, as Python does; else that is an error. Default: false.</param>
        public static Tensor Slice(Operand x, long[] begin, long[] size, long[] step, bool? clip = null) =>
            SliceOperator.Get().One(new object[] { x, begin, size, step, clip });

        private static readonly LazyOperator SlogdetOperator = new LazyOperator("slogdet");

        /// <summary>Signs of determinants, and logarithms of their absolute values.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        public static Tensor[] Slogdet(Operand a) =>
            SlogdetOperator.Get().All(new object[] { a });

        private static readonly LazyOperator SoftmaxOperator = new LazyOperator("softmax");

        /// <summary>exp(data) divided by its sum over an axis.</summary>
        /// <param name="data">any real dtype; integers become the default float.</param>
        /// <param name="axis">axis that sums to 1. Default: -1.</param>
        /// <param name="temperature">divides `data` first; none: 1. Default: none.</param>
        /// <param name="temperatureNone">temperature is none on purpose.</param>
        public static Tensor Softmax(Operand data, long? axis = null, double? temperature = null, bool temperatureNone = false) =>
            SoftmaxOperator.Get().One(new object[] { data, axis, temperatureNone ? Operator.None : (object)temperature });

        private static readonly LazyOperator SoftmaxCrossEntropyOperator = new LazyOperator("softmax_cross_entropy");

        /// <summary>Cross entropy of softmax(data) and labels, one loss per sample.</summary>
        /// <param name="data">any real dtype: scores, shape (..., C) when axis is -1.</param>
        /// <param name="label">any real dtype: class indices without the axis, or probabilities of data's shape.</param>
        /// <param name="axis">axis of the classes. Default: -1.</param>
        /// <param name="sparseLabel">labels are class indices. Default: true.</param>
        /// <param name="fromLogits">data holds log-probabilities already. Default: false.</param>
        /// <param name="ignoreIndex">label whose loss is 0, such as -1 for padding; other negative labels are refused. Default: none.</param>
        /// <param name="ignoreIndexNone">ignoreIndex is none on purpose.</param>
        public static Tensor SoftmaxCrossEntropy(Operand data, Operand label, long? axis = null, bool? sparseLabel = null, bool? fromLogits = null, long? ignoreIndex = null, bool ignoreIndexNone = false) =>
            SoftmaxCrossEntropyOperator.Get().One(new object[] { data, label, axis, sparseLabel, fromLogits, ignoreIndexNone ? Operator.None : (object)ignoreIndex });

        private static readonly LazyOperator SoftplusOperator = new LazyOperator("softplus");

        /// <summary>Smooth positive part log(1 + exp(x)), element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Softplus(Operand x) =>
            SoftplusOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Softplus(Tensor x) =>
            SoftplusOperator.Get().One(x);

        private static readonly LazyOperator SoftsignOperator = new LazyOperator("softsign");

        /// <summary>x / (1 + |x|), element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Softsign(Operand x) =>
            SoftsignOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Softsign(Tensor x) =>
            SoftsignOperator.Get().One(x);

        private static readonly LazyOperator SolveOperator = new LazyOperator("solve");

        /// <summary>Solutions x of a x = b.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        /// <param name="b">right sides, as matrices; batches broadcast.</param>
        public static Tensor Solve(Operand a, Operand b) =>
            SolveOperator.Get().One(new object[] { a, b });

        /// <summary>The same for arrays.</summary>
        public static Tensor Solve(Tensor a, Tensor b) =>
            SolveOperator.Get().One(a, b);

        private static readonly LazyOperator SolveTriangularOperator = new LazyOperator("solve_triangular");

        /// <summary>Solutions x of a x = b for a triangle `a`, or its adjoint.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        /// <param name="b">right sides, as matrices; batches broadcast.</param>
        /// <param name="upper">the upper triangle is read, and not the lower one. Default: false.</param>
        /// <param name="turned">the adjoint of the triangle is meant. Default: false.</param>
        public static Tensor SolveTriangular(Operand a, Operand b, bool? upper = null, bool? turned = null) =>
            SolveTriangularOperator.Get().One(new object[] { a, b, upper, turned });

        private static readonly LazyOperator SortOperator = new LazyOperator("sort");

        /// <summary>The elements along an axis in ascending order, NaN last; equal ones keep their order.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="axis">axis to sort along; none sorts the flat array. Default: -1.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="descending">the largest first. Default: false.</param>
        public static Tensor Sort(Operand a, long? axis = null, bool axisNone = false, bool? descending = null) =>
            SortOperator.Get().One(new object[] { a, axisNone ? Operator.None : (object)axis, descending });

        private static readonly LazyOperator SpaceToDepthOperator = new LazyOperator("space_to_depth");

        /// <summary>Blocks of places as channels: spatial extents over `block_size`, so many more channels. Those of a block's first place come first.</summary>
        /// <param name="data">any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).</param>
        /// <param name="blockSize">extents of a block, or one number for all spatial axes.</param>
        /// <param name="channelsLast">data has its channels behind its spatial axes. Default: false.</param>
        public static Tensor SpaceToDepth(Operand data, long[] blockSize, bool? channelsLast = null) =>
            SpaceToDepthOperator.Get().One(new object[] { data, blockSize, channelsLast });

        private static readonly LazyOperator SplitOperator = new LazyOperator("split");

        /// <summary>Parts of an array along one axis, as views: so many equal ones, or cut at indices.</summary>
        /// <param name="ary">any dtype.</param>
        /// <param name="indicesOrSections">the number of equal parts, or the indices before which to cut.</param>
        /// <param name="axis">axis to cut along. Default: 0.</param>
        public static Tensor[] Split(Operand ary, long[] indicesOrSections, long? axis = null) =>
            SplitOperator.Get().All(new object[] { ary, indicesOrSections, axis });

        private static readonly LazyOperator SqrtOperator = new LazyOperator("sqrt");

        /// <summary>Square root, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Sqrt(Operand x) =>
            SqrtOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Sqrt(Tensor x) =>
            SqrtOperator.Get().One(x);

        private static readonly LazyOperator SquareOperator = new LazyOperator("square");

        /// <summary>Product of each element with itself.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Square(Operand x) =>
            SquareOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Square(Tensor x) =>
            SquareOperator.Get().One(x);

        private static readonly LazyOperator SqueezeOperator = new LazyOperator("squeeze");

        /// <summary>The array without axes of extent 1.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="axis">which to drop; none drops all of extent 1. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        public static Tensor Squeeze(Operand x, long[] axis = null, bool axisNone = false) =>
            SqueezeOperator.Get().One(new object[] { x, axisNone ? Operator.None : (object)axis });

        private static readonly LazyOperator StackOperator = new LazyOperator("stack");

        /// <summary>Arrays of one shape joined along a new axis.</summary>
        /// <param name="arrays">any dtype, all of one shape.</param>
        /// <param name="axis">where the new axis is in the result. Default: 0.</param>
        public static Tensor Stack(Tensor[] arrays, long? axis = null) =>
            StackOperator.Get().One(new object[] { arrays, axis });

        private static readonly LazyOperator StandardGammaOperator = new LazyOperator("standard_gamma");

        /// <summary>Random numbers of the gamma distribution of scale 1; NaN where there is none.</summary>
        /// <param name="shape">float32 or float64: the shape parameter, at least 0.</param>
        public static Tensor StandardGamma(Operand shape) =>
            StandardGammaOperator.Get().One(new object[] { shape });

        /// <summary>The same for arrays.</summary>
        public static Tensor StandardGamma(Tensor shape) =>
            StandardGammaOperator.Get().One(shape);

        private static readonly LazyOperator StdOperator = new LazyOperator("std");

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
            StdOperator.Get().One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims, dtypeNone ? Operator.None : (object)dtype, ddof, correctionNone ? Operator.None : (object)correction });

        private static readonly LazyOperator StopGradientOperator = new LazyOperator("stop_gradient");

        /// <summary>The same elements as a constant: no gradient flows to `x`.</summary>
        /// <param name="x">any dtype.</param>
        public static Tensor StopGradient(Operand x) =>
            StopGradientOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor StopGradient(Tensor x) =>
            StopGradientOperator.Get().One(x);

        private static readonly LazyOperator StridedViewOperator = new LazyOperator("strided_view");

        /// <summary>Part of an array's row-major elements, by offset and strides; a view.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="offset">first element of the part.</param>
        /// <param name="shape">extents of the part.</param>
        /// <param name="strides">its strides in elements of the base.</param>
        public static Tensor StridedView(Operand x, long offset, long[] shape, long[] strides) =>
            StridedViewOperator.Get().One(new object[] { x, offset, shape, strides });

        private static readonly LazyOperator SubtractOperator = new LazyOperator("subtract");

        /// <summary>Difference x1 - x2, element by element.</summary>
        /// <param name="x1">any real dtype.</param>
        /// <param name="x2">the same, broadcast against `x1`.</param>
        public static Tensor Subtract(Operand x1, Operand x2) =>
            SubtractOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Subtract(Tensor x1, Tensor x2) =>
            SubtractOperator.Get().One(x1, x2);

        private static readonly LazyOperator SumOperator = new LazyOperator("sum");

        /// <summary>Sum over axes; bool and integers add in 64 bits. An empty sum is 0.</summary>
        /// <param name="x">any real dtype.</param>
        /// <param name="axis">axis or axes to reduce; none reduces all. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="keepdims">keep the reduced axes with extent 1. Default: false.</param>
        /// <param name="dtype">floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none.</param>
        /// <param name="dtypeNone">dtype is none on purpose.</param>
        public static Tensor Sum(Operand x, long[] axis = null, bool axisNone = false, bool? keepdims = null, Dtype? dtype = null, bool dtypeNone = false) =>
            SumOperator.Get().One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims, dtypeNone ? Operator.None : (object)dtype });

        private static readonly LazyOperator SumPartsOperator = new LazyOperator("sum_parts");

        /// <summary>The sum of what the ranks of a group have computed of one array, on all of them; the gradient is that of a loss which all ranks compute alike.</summary>
        /// <param name="x">floating; the same type on all ranks.</param>
        /// <param name="group">a group that this process has joined. Default: "world".</param>
        public static Tensor SumParts(Operand x, string group = null) =>
            SumPartsOperator.Get().One(new object[] { x, group });

        private static readonly LazyOperator SvdOperator = new LazyOperator("svd");

        /// <summary>U, S and V^H of matrices U diag(S) V^H, with as few columns as do.</summary>
        /// <param name="a">any dtype but half types: matrices, (..., M, N).</param>
        public static Tensor[] Svd(Operand a) =>
            SvdOperator.Get().All(new object[] { a });

        private static readonly LazyOperator SwapaxesOperator = new LazyOperator("swapaxes");

        /// <summary>The array with two axes exchanged; a view.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="axis1">one axis.</param>
        /// <param name="axis2">the other.</param>
        public static Tensor Swapaxes(Operand a, long axis1, long axis2) =>
            SwapaxesOperator.Get().One(new object[] { a, axis1, axis2 });

        private static readonly LazyOperator TakeOperator = new LazyOperator("take");

        /// <summary>Elements or slices along an axis at the given indices; none takes from the flat array.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="indices">integers of any shape; negative ones count back.</param>
        /// <param name="axis">axis that the indices count along. Default: none.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="mode">raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: "raise".</param>
        public static Tensor Take(Operand a, Operand indices, long? axis = null, bool axisNone = false, string mode = null) =>
            TakeOperator.Get().One(new object[] { a, indices, axisNone ? Operator.None : (object)axis, mode });

        private static readonly LazyOperator TakeAlongAxisOperator = new LazyOperator("take_along_axis");

        /// <summary>Elements along an axis at indices of their own for each position of the others.</summary>
        /// <param name="arr">any dtype.</param>
        /// <param name="indices">integers; broadcast against arr on the other axes.</param>
        /// <param name="axis">axis that the indices count along; none: of the flat array. Default: -1.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        public static Tensor TakeAlongAxis(Operand arr, Operand indices, long? axis = null, bool axisNone = false) =>
            TakeAlongAxisOperator.Get().One(new object[] { arr, indices, axisNone ? Operator.None : (object)axis });

        private static readonly LazyOperator TanOperator = new LazyOperator("tan");

        /// <summary>Tangent of angles in radians, of any size, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Tan(Operand x) =>
            TanOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Tan(Tensor x) =>
            TanOperator.Get().One(x);

        private static readonly LazyOperator TanhOperator = new LazyOperator("tanh");

        /// <summary>Hyperbolic tangent, element by element.</summary>
        /// <param name="x">any real dtype; bool and integers become the default float.</param>
        public static Tensor Tanh(Operand x) =>
            TanhOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Tanh(Tensor x) =>
            TanhOperator.Get().One(x);

        private static readonly LazyOperator TensordotOperator = new LazyOperator("tensordot");

        /// <summary>Sum of products over pairs of axes; the other axes of a, then those of b, stay.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="b">any dtype.</param>
        /// <param name="aAxes">axes of a.</param>
        /// <param name="bAxes">their partners in b.</param>
        public static Tensor Tensordot(Operand a, Operand b, long[] aAxes, long[] bAxes) =>
            TensordotOperator.Get().One(new object[] { a, b, aAxes, bAxes });

        private static readonly LazyOperator TileOperator = new LazyOperator("tile");

        /// <summary>The array repeated as a whole along its axes.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="reps">how often along each axis, the last ones if fewer.</param>
        public static Tensor Tile(Operand a, long[] reps) =>
            TileOperator.Get().One(new object[] { a, reps });

        private static readonly LazyOperator TopkOperator = new LazyOperator("topk");

        /// <summary>The k largest elements along an axis, the largest first, and their positions as int64.</summary>
        /// <param name="data">any dtype; NaN is the largest.</param>
        /// <param name="k">how many. Default: 1.</param>
        /// <param name="axis">axis to look along; none looks in the flat array. Default: -1.</param>
        /// <param name="axisNone">axis is none on purpose.</param>
        /// <param name="isAscend">the smallest, the smallest first. Default: false.</param>
        public static Tensor[] Topk(Operand data, long? k = null, long? axis = null, bool axisNone = false, bool? isAscend = null) =>
            TopkOperator.Get().All(new object[] { data, k, axisNone ? Operator.None : (object)axis, isAscend });

        private static readonly LazyOperator TraceOperator = new LazyOperator("trace");

        /// <summary>The sum along a diagonal of matrices.</summary>
        /// <param name="a">any dtype, at least two axes.</param>
        /// <param name="offset">the diagonal: 0 the main one, positive above it. Default: 0.</param>
        /// <param name="axis1">axis of the rows. Default: 0.</param>
        /// <param name="axis2">axis of the columns. Default: 1.</param>
        public static Tensor Trace(Operand a, long? offset = null, long? axis1 = null, long? axis2 = null) =>
            TraceOperator.Get().One(new object[] { a, offset, axis1, axis2 });

        private static readonly LazyOperator TransposeOperator = new LazyOperator("transpose");

        /// <summary>The array with its axes permuted; a view.</summary>
        /// <param name="x">any dtype.</param>
        /// <param name="axes">permutation of the axes; none reverses them. Default: none.</param>
        /// <param name="axesNone">axes is none on purpose.</param>
        public static Tensor Transpose(Operand x, long[] axes = null, bool axesNone = false) =>
            TransposeOperator.Get().One(new object[] { x, axesNone ? Operator.None : (object)axes });

        private static readonly LazyOperator TrilOperator = new LazyOperator("tril");

        /// <summary>The lower triangle of matrices: zeros above a diagonal.</summary>
        /// <param name="m">any dtype, shape (..., M, N).</param>
        /// <param name="k">the diagonal: 0 the main one, positive above it. Default: 0.</param>
        public static Tensor Tril(Operand m, long? k = null) =>
            TrilOperator.Get().One(new object[] { m, k });

        private static readonly LazyOperator TriuOperator = new LazyOperator("triu");

        /// <summary>The upper triangle of matrices: zeros below a diagonal.</summary>
        /// <param name="m">any dtype, shape (..., M, N).</param>
        /// <param name="k">the diagonal: 0 the main one, positive above it. Default: 0.</param>
        public static Tensor Triu(Operand m, long? k = null) =>
            TriuOperator.Get().One(new object[] { m, k });

        private static readonly LazyOperator TruncOperator = new LazyOperator("trunc");

        /// <summary>x without its fraction, element by element.</summary>
        /// <param name="x">any real dtype.</param>
        public static Tensor Trunc(Operand x) =>
            TruncOperator.Get().One(new object[] { x });

        /// <summary>The same for arrays.</summary>
        public static Tensor Trunc(Tensor x) =>
            TruncOperator.Get().One(x);

        private static readonly LazyOperator UniformOperator = new LazyOperator("uniform");

        /// <summary>Random numbers, uniform in [low, high).</summary>
        /// <param name="shape">extents.</param>
        /// <param name="dtype">floating dtype of the result.</param>
        /// <param name="low">least number. Default: 0.</param>
        /// <param name="high">bound, never reached while low &lt; high. Default: 1.</param>
        public static Tensor Uniform(long[] shape, Dtype dtype, double? low = null, double? high = null) =>
            UniformOperator.Get().One(new object[] { low, high, shape, dtype });

        private static readonly LazyOperator VarOperator = new LazyOperator("var");

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
            VarOperator.Get().One(new object[] { x, axisNone ? Operator.None : (object)axis, keepdims, dtypeNone ? Operator.None : (object)dtype, ddof, correctionNone ? Operator.None : (object)correction });

        private static readonly LazyOperator VdotOperator = new LazyOperator("vdot");

        /// <summary>Sum of products of all elements, both arrays taken as flat.</summary>
        /// <param name="a">any dtype.</param>
        /// <param name="b">as many elements.</param>
        public static Tensor Vdot(Operand a, Operand b) =>
            VdotOperator.Get().One(new object[] { a, b });

        /// <summary>The same for arrays.</summary>
        public static Tensor Vdot(Tensor a, Tensor b) =>
            VdotOperator.Get().One(a, b);

        private static readonly LazyOperator VecdotOperator = new LazyOperator("vecdot");

        /// <summary>Sums of products of vectors along an axis; the other axes broadcast.</summary>
        /// <param name="x1">any dtype, at least one axis.</param>
        /// <param name="x2">as long along the axis.</param>
        /// <param name="axis">axis of the vectors, of both arrays. Default: -1.</param>
        public static Tensor Vecdot(Operand x1, Operand x2, long? axis = null) =>
            VecdotOperator.Get().One(new object[] { x1, x2, axis });

        private static readonly LazyOperator VecmatOperator = new LazyOperator("vecmat");

        /// <summary>Products of vectors and matrices; leading axes broadcast.</summary>
        /// <param name="x1">any real dtype, shape (..., N).</param>
        /// <param name="x2">shape (..., N, M).</param>
        public static Tensor Vecmat(Operand x1, Operand x2) =>
            VecmatOperator.Get().One(new object[] { x1, x2 });

        /// <summary>The same for arrays.</summary>
        public static Tensor Vecmat(Tensor x1, Tensor x2) =>
            VecmatOperator.Get().One(x1, x2);

        private static readonly LazyOperator VonmisesOperator = new LazyOperator("vonmises");

        /// <summary>Random angles of the distribution of von Mises; NaN where there is none.</summary>
        /// <param name="kappa">float32 or float64: how close to 0 they are, at least 0.</param>
        public static Tensor Vonmises(Operand kappa) =>
            VonmisesOperator.Get().One(new object[] { kappa });

        /// <summary>The same for arrays.</summary>
        public static Tensor Vonmises(Tensor kappa) =>
            VonmisesOperator.Get().One(kappa);

        private static readonly LazyOperator VstackOperator = new LazyOperator("vstack");

        /// <summary>Arrays joined one below the other, along the first axis; vectors are rows.</summary>
        /// <param name="arrays">any dtype, of shapes that agree on all other axes.</param>
        public static Tensor Vstack(Tensor[] arrays) =>
            VstackOperator.Get().One(new object[] { arrays });

        private static readonly LazyOperator WaldOperator = new LazyOperator("wald");

        /// <summary>Random numbers of Wald's distribution; NaN where there is none.</summary>
        /// <param name="mean">float32 or float64: above 0.</param>
        /// <param name="scale">of the same shape, above 0.</param>
        public static Tensor Wald(Operand mean, Operand scale) =>
            WaldOperator.Get().One(new object[] { mean, scale });

        /// <summary>The same for arrays.</summary>
        public static Tensor Wald(Tensor mean, Tensor scale) =>
            WaldOperator.Get().One(mean, scale);

        private static readonly LazyOperator WeightOnlyFullyConnectedOperator = new LazyOperator("weight_only_fully_connected");

        /// <summary>Affine map of floating features by an int8 or int4 weight, data (scale weight)ᵀ + bias, computed in float32.</summary>
        /// <param name="data">float32 or half types, shape (N, ...) when flatten, else (..., features).</param>
        /// <param name="weight">int8, shape (units, features); of 4 bits (units, features / 2), an even element in the lower half of a byte.</param>
        /// <param name="scale">floating, shape (units,) or (units, groups of features).</param>
        /// <param name="bias">floating, shape (units,).</param>
        /// <param name="bits">of an element of the weight: 8 or 4. Default: 8.</param>
        /// <param name="flatten">merge all axes of data but the first. Default: true.</param>
        public static Tensor WeightOnlyFullyConnected(Operand data, Operand weight, Operand scale, Operand bias = null, long? bits = null, bool? flatten = null) =>
            WeightOnlyFullyConnectedOperator.Get().One(new object[] { data, weight, scale, bias, bits, flatten });

        private static readonly LazyOperator WhereOperator = new LazyOperator("where");

        /// <summary>Elements of `x` where the condition holds, else of `y`.</summary>
        /// <param name="condition">bool: mask, broadcast against the others.</param>
        /// <param name="x">any dtype, taken where true.</param>
        /// <param name="y">taken where false.</param>
        public static Tensor Where(Operand condition, Operand x, Operand y) =>
            WhereOperator.Get().One(new object[] { condition, x, y });

        private static readonly LazyOperator ZipfOperator = new LazyOperator("zipf");

        /// <summary>Random ranks of Zipf's law; NaN where there is none.</summary>
        /// <param name="exponent">float32 or float64: above 1.</param>
        public static Tensor Zipf(Operand exponent) =>
            ZipfOperator.Get().One(new object[] { exponent });

        /// <summary>The same for arrays.</summary>
        public static Tensor Zipf(Tensor exponent) =>
            ZipfOperator.Get().One(exponent);

    }
}
