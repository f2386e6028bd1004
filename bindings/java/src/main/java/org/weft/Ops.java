// Written by bindings/generate; do not edit.
package org.weft;

/**
 * A function for each operator of the core. What may be left out is an object:
 * {@code Ops.softmax(x, new Ops.Softmax().axis(0))}.
 */
public final class Ops {
    private Ops() {}

    private static final Operator OP_ABS = new Operator("abs");

    /**
     * Absolute value, element by element.
     *
     * @param x any real dtype.
     */
    public static Tensor abs(Operand x) {
        return OP_ABS.one(x);
    }

    private static final Operator OP_ADAGRAD_UPDATE = new Operator("adagrad_update");

    /** What {@link #adagradUpdate} may be given beside its required arguments. */
    public static final class AdagradUpdate {
        private Object wd;

        /** weight decay. Default: 0. */
        public AdagradUpdate wd(double value) {
            wd = value;
            return this;
        }

        private Object rescaleGrad;

        /** factor of the gradient. Default: 1. */
        public AdagradUpdate rescaleGrad(double value) {
            rescaleGrad = value;
            return this;
        }

        private Object clipGradient;

        /** bound of the rescaled gradient's elements; negative: none. Default: -1. */
        public AdagradUpdate clipGradient(double value) {
            clipGradient = value;
            return this;
        }

        private Object epsilon;

        /** added to the root. Default: 1e-06. */
        public AdagradUpdate epsilon(double value) {
            epsilon = value;
            return this;
        }

    }

    /**
     * AdaGrad: the new weight and sum of squared gradients.
     *
     * @param weight floating: the parameter.
     * @param grad its gradient, same shape.
     * @param history sum of the squares of all gradients.
     * @param lr learning rate: a number, or an array without axes.
     */
    public static Tensor[] adagradUpdate(Operand weight, Operand grad, Operand history, Operand lr) {
        return OP_ADAGRAD_UPDATE.all(new Object[] {weight, grad, history, lr, null, null, null, null});
    }

    /**
     * AdaGrad: the new weight and sum of squared gradients.
     *
     * @param weight floating: the parameter.
     * @param grad its gradient, same shape.
     * @param history sum of the squares of all gradients.
     * @param lr learning rate: a number, or an array without axes.
     * @param options what may be left out
     */
    public static Tensor[] adagradUpdate(Operand weight, Operand grad, Operand history, Operand lr, AdagradUpdate options) {
        return OP_ADAGRAD_UPDATE.all(new Object[] {weight, grad, history, lr, options.wd, options.rescaleGrad, options.clipGradient, options.epsilon});
    }

    private static final Operator OP_ADAM_UPDATE = new Operator("adam_update");

    /** What {@link #adamUpdate} may be given beside its required arguments. */
    public static final class AdamUpdate {
        private Object wd;

        /** weight decay. Default: 0. */
        public AdamUpdate wd(double value) {
            wd = value;
            return this;
        }

        private Object rescaleGrad;

        /** factor of the gradient. Default: 1. */
        public AdamUpdate rescaleGrad(double value) {
            rescaleGrad = value;
            return this;
        }

        private Object clipGradient;

        /** bound of the rescaled gradient's elements; negative: none. Default: -1. */
        public AdamUpdate clipGradient(double value) {
            clipGradient = value;
            return this;
        }

        private Object beta1;

        /** decay of the mean. Default: 0.9. */
        public AdamUpdate beta1(double value) {
            beta1 = value;
            return this;
        }

        private Object beta2;

        /** decay of the variance. Default: 0.999. */
        public AdamUpdate beta2(double value) {
            beta2 = value;
            return this;
        }

        private Object epsilon;

        /** added to the root. Default: 1e-08. */
        public AdamUpdate epsilon(double value) {
            epsilon = value;
            return this;
        }

    }

    /**
     * Adam: the new weight, mean and variance. Bias corrections belong into lr.
     *
     * @param weight floating: the parameter.
     * @param grad its gradient, same shape.
     * @param mean running mean of the gradient.
     * @param var_ running mean of its square.
     * @param lr learning rate: a number, or an array without axes.
     */
    public static Tensor[] adamUpdate(Operand weight, Operand grad, Operand mean, Operand var_, Operand lr) {
        return OP_ADAM_UPDATE.all(new Object[] {weight, grad, mean, var_, lr, null, null, null, null, null, null});
    }

    /**
     * Adam: the new weight, mean and variance. Bias corrections belong into lr.
     *
     * @param weight floating: the parameter.
     * @param grad its gradient, same shape.
     * @param mean running mean of the gradient.
     * @param var_ running mean of its square.
     * @param lr learning rate: a number, or an array without axes.
     * @param options what may be left out
     */
    public static Tensor[] adamUpdate(Operand weight, Operand grad, Operand mean, Operand var_, Operand lr, AdamUpdate options) {
        return OP_ADAM_UPDATE.all(new Object[] {weight, grad, mean, var_, lr, options.wd, options.rescaleGrad, options.clipGradient, options.beta1, options.beta2, options.epsilon});
    }

    private static final Operator OP_ADAMW_UPDATE = new Operator("adamw_update");

    /** What {@link #adamwUpdate} may be given beside its required arguments. */
    public static final class AdamwUpdate {
        private Object wd;

        /** weight decay. Default: 0. */
        public AdamwUpdate wd(double value) {
            wd = value;
            return this;
        }

        private Object rescaleGrad;

        /** factor of the gradient. Default: 1. */
        public AdamwUpdate rescaleGrad(double value) {
            rescaleGrad = value;
            return this;
        }

        private Object clipGradient;

        /** bound of the rescaled gradient's elements; negative: none. Default: -1. */
        public AdamwUpdate clipGradient(double value) {
            clipGradient = value;
            return this;
        }

        private Object beta1;

        /** decay of the mean. Default: 0.9. */
        public AdamwUpdate beta1(double value) {
            beta1 = value;
            return this;
        }

        private Object beta2;

        /** decay of the variance. Default: 0.999. */
        public AdamwUpdate beta2(double value) {
            beta2 = value;
            return this;
        }

        private Object epsilon;

        /** added to the root. Default: 1e-08. */
        public AdamwUpdate epsilon(double value) {
            epsilon = value;
            return this;
        }

    }

    /**
     * Adam with decoupled weight decay: the new weight, mean and variance. Bias corrections belong into lr; the weight loses its share eta * wd.
     *
     * @param weight floating: the parameter.
     * @param grad its gradient, same shape.
     * @param mean running mean of the gradient.
     * @param var_ running mean of its square.
     * @param lr learning rate: a number, or an array without axes.
     * @param eta rate of the weight decay: a number, or an array without axes.
     */
    public static Tensor[] adamwUpdate(Operand weight, Operand grad, Operand mean, Operand var_, Operand lr, Operand eta) {
        return OP_ADAMW_UPDATE.all(new Object[] {weight, grad, mean, var_, lr, eta, null, null, null, null, null, null});
    }

    /**
     * Adam with decoupled weight decay: the new weight, mean and variance. Bias corrections belong into lr; the weight loses its share eta * wd.
     *
     * @param weight floating: the parameter.
     * @param grad its gradient, same shape.
     * @param mean running mean of the gradient.
     * @param var_ running mean of its square.
     * @param lr learning rate: a number, or an array without axes.
     * @param eta rate of the weight decay: a number, or an array without axes.
     * @param options what may be left out
     */
    public static Tensor[] adamwUpdate(Operand weight, Operand grad, Operand mean, Operand var_, Operand lr, Operand eta, AdamwUpdate options) {
        return OP_ADAMW_UPDATE.all(new Object[] {weight, grad, mean, var_, lr, eta, options.wd, options.rescaleGrad, options.clipGradient, options.beta1, options.beta2, options.epsilon});
    }

    private static final Operator OP_ADD = new Operator("add");

    /**
     * Sum of two arrays, element by element.
     *
     * @param x1 any real dtype.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor add(Operand x1, Operand x2) {
        return OP_ADD.one(x1, x2);
    }

    private static final Operator OP_ALL = new Operator("all");

    /** What {@link #all} may be given beside its required arguments. */
    public static final class All {
        private Object axis;

        /** axis or axes to reduce; none reduces all. Default: none. */
        public All axis(long... value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public All axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object keepdims;

        /** keep the reduced axes with extent 1. Default: false. */
        public All keepdims(boolean value) {
            keepdims = value;
            return this;
        }

    }

    /**
     * Truth of every element over axes being true; true of none.
     *
     * @param x any real dtype; anything but zero is true.
     */
    public static Tensor all(Operand x) {
        return OP_ALL.one(x);
    }

    /**
     * Truth of every element over axes being true; true of none.
     *
     * @param x any real dtype; anything but zero is true.
     * @param options what may be left out
     */
    public static Tensor all(Operand x, All options) {
        return OP_ALL.one(new Object[] {x, options.axis, options.keepdims});
    }

    private static final Operator OP_ALL_GATHER = new Operator("all_gather");

    /** What {@link #allGather} may be given beside its required arguments. */
    public static final class AllGather {
        private Object group;

        /** a group that this process has joined. Default: "world". */
        public AllGather group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * The arrays of all ranks of a group, joined along an axis, on all of them.
     *
     * @param x any dtype; the same type on all ranks.
     * @param axis along which they are joined, by rank.
     * @param ranks how many processes the group has.
     */
    public static Tensor allGather(Operand x, long axis, long ranks) {
        return OP_ALL_GATHER.one(new Object[] {x, axis, ranks, null});
    }

    /**
     * The arrays of all ranks of a group, joined along an axis, on all of them.
     *
     * @param x any dtype; the same type on all ranks.
     * @param axis along which they are joined, by rank.
     * @param ranks how many processes the group has.
     * @param options what may be left out
     */
    public static Tensor allGather(Operand x, long axis, long ranks, AllGather options) {
        return OP_ALL_GATHER.one(new Object[] {x, axis, ranks, options.group});
    }

    private static final Operator OP_ALL_REDUCE = new Operator("all_reduce");

    /** What {@link #allReduce} may be given beside its required arguments. */
    public static final class AllReduce {
        private Object reduction;

        /** `sum`, `mean`, `product`, `min` or `max`. Default: "sum". */
        public AllReduce reduction(String value) {
            reduction = value;
            return this;
        }

        private Object ordered;

        /** the same bits whatever moves the bytes: a tree over ranks. Default: false. */
        public AllReduce ordered(boolean value) {
            ordered = value;
            return this;
        }

        private Object group;

        /** a group that this process has joined. Default: "world". */
        public AllReduce group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * The reduction of the arrays that all ranks of a group give, on all of them.
     *
     * @param x any real dtype but bool; the same type on all ranks.
     */
    public static Tensor allReduce(Operand x) {
        return OP_ALL_REDUCE.one(x);
    }

    /**
     * The reduction of the arrays that all ranks of a group give, on all of them.
     *
     * @param x any real dtype but bool; the same type on all ranks.
     * @param options what may be left out
     */
    public static Tensor allReduce(Operand x, AllReduce options) {
        return OP_ALL_REDUCE.one(new Object[] {x, options.reduction, options.ordered, options.group});
    }

    private static final Operator OP_ALL_REDUCE_START = new Operator("all_reduce_start");

    /** What {@link #allReduceStart} may be given beside its required arguments. */
    public static final class AllReduceStart {
        private Object reduction;

        /** `sum`, `mean`, `product`, `min` or `max`. Default: "sum". */
        public AllReduceStart reduction(String value) {
            reduction = value;
            return this;
        }

        private Object ordered;

        /** the same bits whatever moves the bytes: a tree over ranks. Default: false. */
        public AllReduceStart ordered(boolean value) {
            ordered = value;
            return this;
        }

        private Object group;

        /** a group that this process has joined. Default: "world". */
        public AllReduceStart group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * Begins an `all_reduce`, whose result is there when `collective_wait` has given it.
     *
     * @param x any real dtype but bool; the same type on all ranks.
     */
    public static Tensor allReduceStart(Operand x) {
        return OP_ALL_REDUCE_START.one(x);
    }

    /**
     * Begins an `all_reduce`, whose result is there when `collective_wait` has given it.
     *
     * @param x any real dtype but bool; the same type on all ranks.
     * @param options what may be left out
     */
    public static Tensor allReduceStart(Operand x, AllReduceStart options) {
        return OP_ALL_REDUCE_START.one(new Object[] {x, options.reduction, options.ordered, options.group});
    }

    private static final Operator OP_ALL_TO_ALL = new Operator("all_to_all");

    /** What {@link #allToAll} may be given beside its required arguments. */
    public static final class AllToAll {
        private Object group;

        /** a group that this process has joined. Default: "world". */
        public AllToAll group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * Part r of an array, along one axis, goes to rank r; what comes is joined along another.
     *
     * @param x any dtype; the same type on all ranks.
     * @param splitAxis along which rank r gets part r.
     * @param concatAxis along which the parts are joined, by rank.
     * @param ranks how many processes the group has.
     */
    public static Tensor allToAll(Operand x, long splitAxis, long concatAxis, long ranks) {
        return OP_ALL_TO_ALL.one(new Object[] {x, splitAxis, concatAxis, ranks, null});
    }

    /**
     * Part r of an array, along one axis, goes to rank r; what comes is joined along another.
     *
     * @param x any dtype; the same type on all ranks.
     * @param splitAxis along which rank r gets part r.
     * @param concatAxis along which the parts are joined, by rank.
     * @param ranks how many processes the group has.
     * @param options what may be left out
     */
    public static Tensor allToAll(Operand x, long splitAxis, long concatAxis, long ranks, AllToAll options) {
        return OP_ALL_TO_ALL.one(new Object[] {x, splitAxis, concatAxis, ranks, options.group});
    }

    private static final Operator OP_ANGLE = new Operator("angle");

    /**
     * The angles of the elements in the complex plane, in radians from -pi to pi.
     *
     * @param x any dtype.
     */
    public static Tensor angle(Operand x) {
        return OP_ANGLE.one(x);
    }

    private static final Operator OP_ANY = new Operator("any");

    /** What {@link #any} may be given beside its required arguments. */
    public static final class Any {
        private Object axis;

        /** axis or axes to reduce; none reduces all. Default: none. */
        public Any axis(long... value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Any axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object keepdims;

        /** keep the reduced axes with extent 1. Default: false. */
        public Any keepdims(boolean value) {
            keepdims = value;
            return this;
        }

    }

    /**
     * Truth of some element over axes being true; false of none.
     *
     * @param x any real dtype; anything but zero is true.
     */
    public static Tensor any(Operand x) {
        return OP_ANY.one(x);
    }

    /**
     * Truth of some element over axes being true; false of none.
     *
     * @param x any real dtype; anything but zero is true.
     * @param options what may be left out
     */
    public static Tensor any(Operand x, Any options) {
        return OP_ANY.one(new Object[] {x, options.axis, options.keepdims});
    }

    private static final Operator OP_ARANGE = new Operator("arange");

    /** What {@link #arange} may be given beside its required arguments. */
    public static final class Arange {
        private Object step;

        /** distance, not 0. Default: 1. */
        public Arange step(double value) {
            step = value;
            return this;
        }

        private Object count;

        /** how many, whatever stop is; none: up to stop. Default: none. */
        public Arange count(long value) {
            count = value;
            return this;
        }

        /** Says that count is none on purpose. */
        public Arange countNone() {
            count = Operator.NONE;
            return this;
        }

    }

    /**
     * Evenly spaced numbers from start up to, not including, stop, or as many as are wanted.
     *
     * @param start first number.
     * @param stop bound.
     * @param dtype dtype of the result.
     */
    public static Tensor arange(double start, double stop, Dtype dtype) {
        return OP_ARANGE.one(new Object[] {start, stop, null, dtype, null});
    }

    /**
     * Evenly spaced numbers from start up to, not including, stop, or as many as are wanted.
     *
     * @param start first number.
     * @param stop bound.
     * @param dtype dtype of the result.
     * @param options what may be left out
     */
    public static Tensor arange(double start, double stop, Dtype dtype, Arange options) {
        return OP_ARANGE.one(new Object[] {start, stop, options.step, dtype, options.count});
    }

    private static final Operator OP_ARCCOS = new Operator("arccos");

    /**
     * Angle in [0, pi] whose cosine is x, element by element; NaN outside [-1, 1].
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor arccos(Operand x) {
        return OP_ARCCOS.one(x);
    }

    private static final Operator OP_ARCCOSH = new Operator("arccosh");

    /**
     * Inverse hyperbolic cosine, element by element; NaN below 1.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor arccosh(Operand x) {
        return OP_ARCCOSH.one(x);
    }

    private static final Operator OP_ARCSIN = new Operator("arcsin");

    /**
     * Angle in [-pi/2, pi/2] whose sine is x, element by element; NaN outside [-1, 1].
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor arcsin(Operand x) {
        return OP_ARCSIN.one(x);
    }

    private static final Operator OP_ARCSINH = new Operator("arcsinh");

    /**
     * Inverse hyperbolic sine, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor arcsinh(Operand x) {
        return OP_ARCSINH.one(x);
    }

    private static final Operator OP_ARCTAN = new Operator("arctan");

    /**
     * Angle in [-pi/2, pi/2] whose tangent is x, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor arctan(Operand x) {
        return OP_ARCTAN.one(x);
    }

    private static final Operator OP_ARCTAN2 = new Operator("arctan2");

    /**
     * Angle in [-pi, pi] of the point with height `x1` and width `x2`, element by element.
     *
     * @param x1 any real dtype; bool and integers become the default float.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor arctan2(Operand x1, Operand x2) {
        return OP_ARCTAN2.one(x1, x2);
    }

    private static final Operator OP_ARCTANH = new Operator("arctanh");

    /**
     * Inverse hyperbolic tangent, element by element; NaN outside [-1, 1].
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor arctanh(Operand x) {
        return OP_ARCTANH.one(x);
    }

    private static final Operator OP_ARGMAX = new Operator("argmax");

    /** What {@link #argmax} may be given beside its required arguments. */
    public static final class Argmax {
        private Object axis;

        /** axis or axes to reduce; none reduces all. Default: none. */
        public Argmax axis(long... value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Argmax axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object keepdims;

        /** keep the reduced axes with extent 1. Default: false. */
        public Argmax keepdims(boolean value) {
            keepdims = value;
            return this;
        }

    }

    /**
     * Index of the first largest element along an axis, or of the flattened array, as int64.
     *
     * @param x any real dtype.
     */
    public static Tensor argmax(Operand x) {
        return OP_ARGMAX.one(x);
    }

    /**
     * Index of the first largest element along an axis, or of the flattened array, as int64.
     *
     * @param x any real dtype.
     * @param options what may be left out
     */
    public static Tensor argmax(Operand x, Argmax options) {
        return OP_ARGMAX.one(new Object[] {x, options.axis, options.keepdims});
    }

    private static final Operator OP_ARGMIN = new Operator("argmin");

    /** What {@link #argmin} may be given beside its required arguments. */
    public static final class Argmin {
        private Object axis;

        /** axis or axes to reduce; none reduces all. Default: none. */
        public Argmin axis(long... value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Argmin axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object keepdims;

        /** keep the reduced axes with extent 1. Default: false. */
        public Argmin keepdims(boolean value) {
            keepdims = value;
            return this;
        }

    }

    /**
     * Index of the first smallest element along an axis, or of the flattened array, as int64.
     *
     * @param x any real dtype.
     */
    public static Tensor argmin(Operand x) {
        return OP_ARGMIN.one(x);
    }

    /**
     * Index of the first smallest element along an axis, or of the flattened array, as int64.
     *
     * @param x any real dtype.
     * @param options what may be left out
     */
    public static Tensor argmin(Operand x, Argmin options) {
        return OP_ARGMIN.one(new Object[] {x, options.axis, options.keepdims});
    }

    private static final Operator OP_ARGSORT = new Operator("argsort");

    /** What {@link #argsort} may be given beside its required arguments. */
    public static final class Argsort {
        private Object axis;

        /** axis to sort along; none sorts the flat array. Default: -1. */
        public Argsort axis(long value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Argsort axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object descending;

        /** the largest first. Default: false. */
        public Argsort descending(boolean value) {
            descending = value;
            return this;
        }

    }

    /**
     * Where the elements along an axis stand in ascending order, as int64; stable.
     *
     * @param a any dtype; NaN is the largest.
     */
    public static Tensor argsort(Operand a) {
        return OP_ARGSORT.one(a);
    }

    /**
     * Where the elements along an axis stand in ascending order, as int64; stable.
     *
     * @param a any dtype; NaN is the largest.
     * @param options what may be left out
     */
    public static Tensor argsort(Operand a, Argsort options) {
        return OP_ARGSORT.one(new Object[] {a, options.axis, options.descending});
    }

    private static final Operator OP_ARRAY_SPLIT = new Operator("array_split");

    /** What {@link #arraySplit} may be given beside its required arguments. */
    public static final class ArraySplit {
        private Object axis;

        /** axis to cut along. Default: 0. */
        public ArraySplit axis(long value) {
            axis = value;
            return this;
        }

    }

    /**
     * Parts of an array along one axis, the first ones longer where its extent does not divide.
     *
     * @param ary any dtype.
     * @param indicesOrSections the number of parts, or the indices before which to cut.
     */
    public static Tensor[] arraySplit(Operand ary, long[] indicesOrSections) {
        return OP_ARRAY_SPLIT.all(new Object[] {ary, indicesOrSections, null});
    }

    /**
     * Parts of an array along one axis, the first ones longer where its extent does not divide.
     *
     * @param ary any dtype.
     * @param indicesOrSections the number of parts, or the indices before which to cut.
     * @param options what may be left out
     */
    public static Tensor[] arraySplit(Operand ary, long[] indicesOrSections, ArraySplit options) {
        return OP_ARRAY_SPLIT.all(new Object[] {ary, indicesOrSections, options.axis});
    }

    private static final Operator OP_BARRIER = new Operator("barrier");

    /** What {@link #barrier} may be given beside its required arguments. */
    public static final class Barrier {
        private Object group;

        /** a group that this process has joined. Default: "world". */
        public Barrier group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * Ends when all ranks of a group have begun it.
     *
     */
    public static Tensor[] barrier() {
        return OP_BARRIER.all(new Object[] {null});
    }

    /**
     * Ends when all ranks of a group have begun it.
     *
     * @param options what may be left out
     */
    public static Tensor[] barrier(Barrier options) {
        return OP_BARRIER.all(new Object[] {options.group});
    }

    private static final Operator OP_BATCH_FLATTEN = new Operator("batch_flatten");

    /**
     * Merges all axes but the first.
     *
     * @param x any dtype, shape (N, ...).
     */
    public static Tensor batchFlatten(Operand x) {
        return OP_BATCH_FLATTEN.one(x);
    }

    private static final Operator OP_BATCH_NORM = new Operator("batch_norm");

    /** What {@link #batchNorm} may be given beside its required arguments. */
    public static final class BatchNorm {
        private Object eps;

        /** summand of the variance. Default: 1e-05. */
        public BatchNorm eps(double value) {
            eps = value;
            return this;
        }

        private Object momentum;

        /** share of the running statistics that stays. Default: 0.9. */
        public BatchNorm momentum(double value) {
            momentum = value;
            return this;
        }

        private Object training;

        /** normalise by the batch's statistics, not by the running ones. Default: false. */
        public BatchNorm training(boolean value) {
            training = value;
            return this;
        }

        private Object axis;

        /** axis of the channels. Default: 1. */
        public BatchNorm axis(long value) {
            axis = value;
            return this;
        }

    }

    /**
     * Each channel with mean 0 and variance 1, scaled and shifted; and the next statistics.
     *
     * @param data floating, shape (N, C, ...) when axis is 1.
     * @param gamma factors, shape (C,).
     * @param beta summands, shape (C,).
     * @param runningMean floating, shape (C,).
     * @param runningVar floating, shape (C,).
     */
    public static Tensor[] batchNorm(Operand data, Operand gamma, Operand beta, Operand runningMean, Operand runningVar) {
        return OP_BATCH_NORM.all(new Object[] {data, gamma, beta, runningMean, runningVar, null, null, null, null});
    }

    /**
     * Each channel with mean 0 and variance 1, scaled and shifted; and the next statistics.
     *
     * @param data floating, shape (N, C, ...) when axis is 1.
     * @param gamma factors, shape (C,).
     * @param beta summands, shape (C,).
     * @param runningMean floating, shape (C,).
     * @param runningVar floating, shape (C,).
     * @param options what may be left out
     */
    public static Tensor[] batchNorm(Operand data, Operand gamma, Operand beta, Operand runningMean, Operand runningVar, BatchNorm options) {
        return OP_BATCH_NORM.all(new Object[] {data, gamma, beta, runningMean, runningVar, options.eps, options.momentum, options.training, options.axis});
    }

    private static final Operator OP_BINOMIAL = new Operator("binomial");

    /**
     * Random counts of the binomial distribution; NaN where there is none.
     *
     * @param trials float32 or float64: how many can succeed.
     * @param probability of each trial's success, of the same shape.
     */
    public static Tensor binomial(Operand trials, Operand probability) {
        return OP_BINOMIAL.one(trials, probability);
    }

    private static final Operator OP_BITWISE_AND = new Operator("bitwise_and");

    /**
     * Bits that both integers have, element by element; on bool, logical and.
     *
     * @param x1 bool or integers.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor bitwiseAnd(Operand x1, Operand x2) {
        return OP_BITWISE_AND.one(x1, x2);
    }

    private static final Operator OP_BITWISE_OR = new Operator("bitwise_or");

    /**
     * Bits that either integer has, element by element; on bool, logical or.
     *
     * @param x1 bool or integers.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor bitwiseOr(Operand x1, Operand x2) {
        return OP_BITWISE_OR.one(x1, x2);
    }

    private static final Operator OP_BITWISE_XOR = new Operator("bitwise_xor");

    /**
     * Bits that one of two integers has, element by element; on bool, not equal.
     *
     * @param x1 bool or integers.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor bitwiseXor(Operand x1, Operand x2) {
        return OP_BITWISE_XOR.one(x1, x2);
    }

    private static final Operator OP_BOUNDED_INTEGERS = new Operator("bounded_integers");

    /** What {@link #boundedIntegers} may be given beside its required arguments. */
    public static final class BoundedIntegers {
        private Object isIndex;

        /** are they places, so that others are an IndexError? Default: false. */
        public BoundedIntegers isIndex(boolean value) {
            isIndex = value;
            return this;
        }

    }

    /**
     * The integers that it is given, of which none may lie outside of bounds.
     *
     * @param x int64, any shape.
     * @param least lower bound.
     * @param most upper bound.
     * @param caller operator that refuses others.
     * @param what what they are to it.
     */
    public static Tensor boundedIntegers(Operand x, long least, long most, String caller, String what) {
        return OP_BOUNDED_INTEGERS.one(new Object[] {x, least, most, caller, what, null});
    }

    /**
     * The integers that it is given, of which none may lie outside of bounds.
     *
     * @param x int64, any shape.
     * @param least lower bound.
     * @param most upper bound.
     * @param caller operator that refuses others.
     * @param what what they are to it.
     * @param options what may be left out
     */
    public static Tensor boundedIntegers(Operand x, long least, long most, String caller, String what, BoundedIntegers options) {
        return OP_BOUNDED_INTEGERS.one(new Object[] {x, least, most, caller, what, options.isIndex});
    }

    private static final Operator OP_BROADCAST = new Operator("broadcast");

    /** What {@link #broadcast} may be given beside its required arguments. */
    public static final class Broadcast {
        private Object group;

        /** a group that this process has joined. Default: "world". */
        public Broadcast group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * The array of one rank, on all ranks of a group.
     *
     * @param x any dtype; the same type on all ranks, whose other arrays are not read.
     * @param root the rank whose array it is.
     */
    public static Tensor broadcast(Operand x, long root) {
        return OP_BROADCAST.one(new Object[] {x, root, null});
    }

    /**
     * The array of one rank, on all ranks of a group.
     *
     * @param x any dtype; the same type on all ranks, whose other arrays are not read.
     * @param root the rank whose array it is.
     * @param options what may be left out
     */
    public static Tensor broadcast(Operand x, long root, Broadcast options) {
        return OP_BROADCAST.one(new Object[] {x, root, options.group});
    }

    private static final Operator OP_BROADCAST_START = new Operator("broadcast_start");

    /** What {@link #broadcastStart} may be given beside its required arguments. */
    public static final class BroadcastStart {
        private Object group;

        /** a group that this process has joined. Default: "world". */
        public BroadcastStart group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * Begins a `broadcast`, whose result is there when `collective_wait` has given it.
     *
     * @param x any dtype; the same type on all ranks, whose other arrays are not read.
     * @param root the rank whose array it is.
     */
    public static Tensor broadcastStart(Operand x, long root) {
        return OP_BROADCAST_START.one(new Object[] {x, root, null});
    }

    /**
     * Begins a `broadcast`, whose result is there when `collective_wait` has given it.
     *
     * @param x any dtype; the same type on all ranks, whose other arrays are not read.
     * @param root the rank whose array it is.
     * @param options what may be left out
     */
    public static Tensor broadcastStart(Operand x, long root, BroadcastStart options) {
        return OP_BROADCAST_START.one(new Object[] {x, root, options.group});
    }

    private static final Operator OP_BROADCAST_TO = new Operator("broadcast_to");

    /**
     * The array stretched to a shape that it broadcasts to, as a new array.
     *
     * @param x any dtype.
     * @param shape extents of the result.
     */
    public static Tensor broadcastTo(Operand x, long[] shape) {
        return OP_BROADCAST_TO.one(new Object[] {x, shape});
    }

    private static final Operator OP_CAST = new Operator("cast");

    /**
     * Conversion to another dtype: to integers rounds toward zero, saturates and maps NaN to 0; to bool is x != 0.
     *
     * @param x any dtype.
     * @param dtype dtype of the result.
     */
    public static Tensor cast(Operand x, Dtype dtype) {
        return OP_CAST.one(new Object[] {x, dtype});
    }

    private static final Operator OP_CEIL = new Operator("ceil");

    /**
     * The smallest whole number that is not below x, element by element.
     *
     * @param x any real dtype.
     */
    public static Tensor ceil(Operand x) {
        return OP_CEIL.one(x);
    }

    private static final Operator OP_CELU = new Operator("celu");

    /** What {@link #celu} may be given beside its required arguments. */
    public static final class Celu {
        private Object alpha;

        /** the limit below is -alpha. Default: 1. */
        public Celu alpha(double value) {
            alpha = value;
            return this;
        }

    }

    /**
     * x above zero, alpha (exp(x / alpha) - 1) below.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor celu(Operand x) {
        return OP_CELU.one(x);
    }

    /**
     * x above zero, alpha (exp(x / alpha) - 1) below.
     *
     * @param x any real dtype; bool and integers become the default float.
     * @param options what may be left out
     */
    public static Tensor celu(Operand x, Celu options) {
        return OP_CELU.one(new Object[] {x, options.alpha});
    }

    private static final Operator OP_CHECK = new Operator("check");

    /** What {@link #check} may be given beside its required arguments. */
    public static final class Check {
        private Object where;

        /** the part of the program that says so. Default: "". */
        public Check where(String value) {
            where = value;
            return this;
        }

    }

    /**
     * Fails the call with a message unless all elements of a condition are true.
     *
     * @param condition any dtype; numbers are true where they are not 0.
     * @param arrays any dtype; one for each `{}` of the message.
     * @param message `{{` and `}}` are braces.
     */
    public static Tensor[] check(Operand condition, Tensor[] arrays, String message) {
        return OP_CHECK.all(new Object[] {condition, arrays, message, null});
    }

    /**
     * Fails the call with a message unless all elements of a condition are true.
     *
     * @param condition any dtype; numbers are true where they are not 0.
     * @param arrays any dtype; one for each `{}` of the message.
     * @param message `{{` and `}}` are braces.
     * @param options what may be left out
     */
    public static Tensor[] check(Operand condition, Tensor[] arrays, String message, Check options) {
        return OP_CHECK.all(new Object[] {condition, arrays, message, options.where});
    }

    private static final Operator OP_CHOLESKY = new Operator("cholesky");

    /** What {@link #cholesky} may be given beside its required arguments. */
    public static final class Cholesky {
        private Object upper;

        /** the upper triangle is read, and not the lower one. Default: false. */
        public Cholesky upper(boolean value) {
            upper = value;
            return this;
        }

    }

    /**
     * The lower triangle L of positive matrices L L^H, or its adjoint.
     *
     * @param a any dtype but half types: matrices, (..., M, N).
     */
    public static Tensor cholesky(Operand a) {
        return OP_CHOLESKY.one(a);
    }

    /**
     * The lower triangle L of positive matrices L L^H, or its adjoint.
     *
     * @param a any dtype but half types: matrices, (..., M, N).
     * @param options what may be left out
     */
    public static Tensor cholesky(Operand a, Cholesky options) {
        return OP_CHOLESKY.one(new Object[] {a, options.upper});
    }

    private static final Operator OP_CLIP = new Operator("clip");

    /** What {@link #clip} may be given beside its required arguments. */
    public static final class Clip {
        private Object min;

        /** lower bound, broadcast against `x`; none leaves it open. */
        public Clip min(Operand value) {
            min = value;
            return this;
        }

        private Object max;

        /** upper bound, broadcast against `x`; none leaves it open. */
        public Clip max(Operand value) {
            max = value;
            return this;
        }

    }

    /**
     * x held within bounds, element by element; NaN stays NaN. The upper bound wins.
     *
     * @param x any real dtype.
     */
    public static Tensor clip(Operand x) {
        return OP_CLIP.one(x);
    }

    /**
     * x held within bounds, element by element; NaN stays NaN. The upper bound wins.
     *
     * @param x any real dtype.
     * @param options what may be left out
     */
    public static Tensor clip(Operand x, Clip options) {
        return OP_CLIP.one(new Object[] {x, options.min, options.max});
    }

    private static final Operator OP_COLLECTIVE_WAIT = new Operator("collective_wait");

    /** What {@link #collectiveWait} may be given beside its required arguments. */
    public static final class CollectiveWait {
        private Object sent;

        /** any dtype; where the start sends from, if that is elsewhere. */
        public CollectiveWait sent(Operand value) {
            sent = value;
            return this;
        }

        private Object group;

        /** a group that this process has joined. Default: "world". */
        public CollectiveWait group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * The result of a collective that was started, when it is there.
     *
     * @param result any dtype; what the start gave.
     */
    public static Tensor collectiveWait(Operand result) {
        return OP_COLLECTIVE_WAIT.one(result);
    }

    /**
     * The result of a collective that was started, when it is there.
     *
     * @param result any dtype; what the start gave.
     * @param options what may be left out
     */
    public static Tensor collectiveWait(Operand result, CollectiveWait options) {
        return OP_COLLECTIVE_WAIT.one(new Object[] {result, options.sent, options.group});
    }

    private static final Operator OP_COLUMN_STACK = new Operator("column_stack");

    /**
     * Vectors as columns, and matrices, joined side by side.
     *
     * @param arrays any dtype: vectors, or matrices with as many rows.
     */
    public static Tensor columnStack(Tensor[] arrays) {
        return OP_COLUMN_STACK.one(new Object[] {arrays});
    }

    private static final Operator OP_CONCATENATE = new Operator("concatenate");

    /** What {@link #concatenate} may be given beside its required arguments. */
    public static final class Concatenate {
        private Object axis;

        /** axis to join along; none joins the flat arrays. Default: 0. */
        public Concatenate axis(long value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Concatenate axisNone() {
            axis = Operator.NONE;
            return this;
        }

    }

    /**
     * Arrays joined along one of their axes.
     *
     * @param arrays any dtype, of shapes that agree on all other axes.
     */
    public static Tensor concatenate(Tensor[] arrays) {
        return OP_CONCATENATE.one(new Object[] {arrays, null});
    }

    /**
     * Arrays joined along one of their axes.
     *
     * @param arrays any dtype, of shapes that agree on all other axes.
     * @param options what may be left out
     */
    public static Tensor concatenate(Tensor[] arrays, Concatenate options) {
        return OP_CONCATENATE.one(new Object[] {arrays, options.axis});
    }

    private static final Operator OP_CONJ = new Operator("conj");

    /**
     * The conjugates of the elements; of real numbers the array itself.
     *
     * @param x any dtype.
     */
    public static Tensor conj(Operand x) {
        return OP_CONJ.one(x);
    }

    private static final Operator OP_CONVOLUTION = new Operator("convolution");

    /** What {@link #convolution} may be given beside its required arguments. */
    public static final class Convolution {
        private Object bias;

        /** shape (filters,). */
        public Convolution bias(Operand value) {
            bias = value;
            return this;
        }

        private Object kernel;

        /** extents of the window; those of the weight. Default: none. */
        public Convolution kernel(long... value) {
            kernel = value;
            return this;
        }

        /** Says that kernel is none on purpose. */
        public Convolution kernelNone() {
            kernel = Operator.NONE;
            return this;
        }

        private Object stride;

        /** step of the window, 1 by default. Default: none. */
        public Convolution stride(long... value) {
            stride = value;
            return this;
        }

        /** Says that stride is none on purpose. */
        public Convolution strideNone() {
            stride = Operator.NONE;
            return this;
        }

        private Object pad;

        /** zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none. */
        public Convolution pad(long... value) {
            pad = value;
            return this;
        }

        /** Says that pad is none on purpose. */
        public Convolution padNone() {
            pad = Operator.NONE;
            return this;
        }

        private Object dilate;

        /** distance of the window's elements, 1 by default. Default: none. */
        public Convolution dilate(long... value) {
            dilate = value;
            return this;
        }

        /** Says that dilate is none on purpose. */
        public Convolution dilateNone() {
            dilate = Operator.NONE;
            return this;
        }

        private Object numGroup;

        /** groups of channels that do not see each other. Default: 1. */
        public Convolution numGroup(long value) {
            numGroup = value;
            return this;
        }

    }

    /**
     * Convolution (correlation) over one, two or three spatial axes.
     *
     * @param data floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
     * @param weight shape (filters, C / groups, kernel...).
     */
    public static Tensor convolution(Operand data, Operand weight) {
        return OP_CONVOLUTION.one(data, weight);
    }

    /**
     * Convolution (correlation) over one, two or three spatial axes.
     *
     * @param data floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
     * @param weight shape (filters, C / groups, kernel...).
     * @param options what may be left out
     */
    public static Tensor convolution(Operand data, Operand weight, Convolution options) {
        return OP_CONVOLUTION.one(new Object[] {data, weight, options.bias, options.kernel, options.stride, options.pad, options.dilate, options.numGroup});
    }

    private static final Operator OP_COPY = new Operator("copy");

    /**
     * A new array with the same elements.
     *
     * @param x any dtype.
     */
    public static Tensor copy(Operand x) {
        return OP_COPY.one(x);
    }

    private static final Operator OP_COPY_TO_PARTS = new Operator("copy_to_parts");

    /** What {@link #copyToParts} may be given beside its required arguments. */
    public static final class CopyToParts {
        private Object group;

        /** a group that this process has joined. Default: "world". */
        public CopyToParts group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * An array that all ranks of a group have alike, for each to compute another part of a result; the gradient is the sum of the parts' gradients.
     *
     * @param x any dtype; the same array on all ranks.
     */
    public static Tensor copyToParts(Operand x) {
        return OP_COPY_TO_PARTS.one(x);
    }

    /**
     * An array that all ranks of a group have alike, for each to compute another part of a result; the gradient is the sum of the parts' gradients.
     *
     * @param x any dtype; the same array on all ranks.
     * @param options what may be left out
     */
    public static Tensor copyToParts(Operand x, CopyToParts options) {
        return OP_COPY_TO_PARTS.one(new Object[] {x, options.group});
    }

    private static final Operator OP_COPYSIGN = new Operator("copysign");

    /**
     * x1 with the sign of x2, element by element.
     *
     * @param x1 any real dtype; bool and integers become the default float.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor copysign(Operand x1, Operand x2) {
        return OP_COPYSIGN.one(x1, x2);
    }

    private static final Operator OP_COS = new Operator("cos");

    /**
     * Cosine of angles in radians, of any size, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor cos(Operand x) {
        return OP_COS.one(x);
    }

    private static final Operator OP_COSH = new Operator("cosh");

    /**
     * Hyperbolic cosine, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor cosh(Operand x) {
        return OP_COSH.one(x);
    }

    private static final Operator OP_COUNT_NONZERO = new Operator("count_nonzero");

    /** What {@link #countNonzero} may be given beside its required arguments. */
    public static final class CountNonzero {
        private Object axis;

        /** axis or axes to reduce; none reduces all. Default: none. */
        public CountNonzero axis(long... value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public CountNonzero axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object keepdims;

        /** keep the reduced axes with extent 1. Default: false. */
        public CountNonzero keepdims(boolean value) {
            keepdims = value;
            return this;
        }

    }

    /**
     * Number of elements over axes that are not zero, as int64.
     *
     * @param x any real dtype; anything but zero is true.
     */
    public static Tensor countNonzero(Operand x) {
        return OP_COUNT_NONZERO.one(x);
    }

    /**
     * Number of elements over axes that are not zero, as int64.
     *
     * @param x any real dtype; anything but zero is true.
     * @param options what may be left out
     */
    public static Tensor countNonzero(Operand x, CountNonzero options) {
        return OP_COUNT_NONZERO.one(new Object[] {x, options.axis, options.keepdims});
    }

    private static final Operator OP_CTC_LOSS = new Operator("ctc_loss");

    /** What {@link #ctcLoss} may be given beside its required arguments. */
    public static final class CtcLoss {
        private Object dataLengths;

        /** any real dtype, shape (N,): steps of each sample, from 1 to T; all if left out. */
        public CtcLoss dataLengths(Operand value) {
            dataLengths = value;
            return this;
        }

        private Object labelLengths;

        /** any real dtype, shape (N,): labels of each sample in place of padding, from 0 to L. */
        public CtcLoss labelLengths(Operand value) {
            labelLengths = value;
            return this;
        }

        private Object blankLabel;

        /** the class of the blank: first (0) or last (C - 1). Default: "first". */
        public CtcLoss blankLabel(String value) {
            blankLabel = value;
            return this;
        }

    }

    /**
     * Minus the logarithm of the probability of a label, over all ways to align it.
     *
     * @param data floating, shape (T, N, C): scores, whose softmax is taken.
     * @param label any real dtype, shape (N, L): classes, none negative; those from the first padding on, 0 where the blank is first, else -1, do not count.
     */
    public static Tensor ctcLoss(Operand data, Operand label) {
        return OP_CTC_LOSS.one(data, label);
    }

    /**
     * Minus the logarithm of the probability of a label, over all ways to align it.
     *
     * @param data floating, shape (T, N, C): scores, whose softmax is taken.
     * @param label any real dtype, shape (N, L): classes, none negative; those from the first padding on, 0 where the blank is first, else -1, do not count.
     * @param options what may be left out
     */
    public static Tensor ctcLoss(Operand data, Operand label, CtcLoss options) {
        return OP_CTC_LOSS.one(new Object[] {data, label, options.dataLengths, options.labelLengths, options.blankLabel});
    }

    private static final Operator OP_CUMMAX = new Operator("cummax");

    /** What {@link #cummax} may be given beside its required arguments. */
    public static final class Cummax {
        private Object axis;

        /** axis to run along. Default: -1. */
        public Cummax axis(long value) {
            axis = value;
            return this;
        }

    }

    /**
     * Running maximum along an axis: the largest element so far, NaN from the first NaN on.
     *
     * @param x any real dtype, at least one axis.
     */
    public static Tensor cummax(Operand x) {
        return OP_CUMMAX.one(x);
    }

    /**
     * Running maximum along an axis: the largest element so far, NaN from the first NaN on.
     *
     * @param x any real dtype, at least one axis.
     * @param options what may be left out
     */
    public static Tensor cummax(Operand x, Cummax options) {
        return OP_CUMMAX.one(new Object[] {x, options.axis});
    }

    private static final Operator OP_CUMMIN = new Operator("cummin");

    /** What {@link #cummin} may be given beside its required arguments. */
    public static final class Cummin {
        private Object axis;

        /** axis to run along. Default: -1. */
        public Cummin axis(long value) {
            axis = value;
            return this;
        }

    }

    /**
     * Running minimum along an axis: the smallest element so far, NaN from the first NaN on.
     *
     * @param x any real dtype, at least one axis.
     */
    public static Tensor cummin(Operand x) {
        return OP_CUMMIN.one(x);
    }

    /**
     * Running minimum along an axis: the smallest element so far, NaN from the first NaN on.
     *
     * @param x any real dtype, at least one axis.
     * @param options what may be left out
     */
    public static Tensor cummin(Operand x, Cummin options) {
        return OP_CUMMIN.one(new Object[] {x, options.axis});
    }

    private static final Operator OP_CUMPROD = new Operator("cumprod");

    /** What {@link #cumprod} may be given beside its required arguments. */
    public static final class Cumprod {
        private Object axis;

        /** axis to run along; none runs along the flat array. Default: none. */
        public Cumprod axis(long value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Cumprod axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object dtype;

        /** dtype of the result, to which elements are cast first; none: 64 bits for integers, for floats their own. Default: none. */
        public Cumprod dtype(Dtype value) {
            dtype = value;
            return this;
        }

        /** Says that dtype is none on purpose. */
        public Cumprod dtypeNone() {
            dtype = Operator.NONE;
            return this;
        }

    }

    /**
     * Running product along an axis; bool and integers multiply in 64 bits.
     *
     * @param x any real dtype.
     */
    public static Tensor cumprod(Operand x) {
        return OP_CUMPROD.one(x);
    }

    /**
     * Running product along an axis; bool and integers multiply in 64 bits.
     *
     * @param x any real dtype.
     * @param options what may be left out
     */
    public static Tensor cumprod(Operand x, Cumprod options) {
        return OP_CUMPROD.one(new Object[] {x, options.axis, options.dtype});
    }

    private static final Operator OP_CUMSUM = new Operator("cumsum");

    /** What {@link #cumsum} may be given beside its required arguments. */
    public static final class Cumsum {
        private Object axis;

        /** axis to run along; none runs along the flat array. Default: none. */
        public Cumsum axis(long value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Cumsum axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object dtype;

        /** dtype of the result, to which elements are cast first; none: 64 bits for integers, for floats their own. Default: none. */
        public Cumsum dtype(Dtype value) {
            dtype = value;
            return this;
        }

        /** Says that dtype is none on purpose. */
        public Cumsum dtypeNone() {
            dtype = Operator.NONE;
            return this;
        }

    }

    /**
     * Running sum along an axis; bool and integers add in 64 bits.
     *
     * @param x any real dtype.
     */
    public static Tensor cumsum(Operand x) {
        return OP_CUMSUM.one(x);
    }

    /**
     * Running sum along an axis; bool and integers add in 64 bits.
     *
     * @param x any real dtype.
     * @param options what may be left out
     */
    public static Tensor cumsum(Operand x, Cumsum options) {
        return OP_CUMSUM.one(new Object[] {x, options.axis, options.dtype});
    }

    private static final Operator OP_DECONVOLUTION = new Operator("deconvolution");

    /** What {@link #deconvolution} may be given beside its required arguments. */
    public static final class Deconvolution {
        private Object bias;

        /** shape (filters,). */
        public Deconvolution bias(Operand value) {
            bias = value;
            return this;
        }

        private Object kernel;

        /** extents of the window; those of the weight. Default: none. */
        public Deconvolution kernel(long... value) {
            kernel = value;
            return this;
        }

        /** Says that kernel is none on purpose. */
        public Deconvolution kernelNone() {
            kernel = Operator.NONE;
            return this;
        }

        private Object stride;

        /** step of the window, 1 by default. Default: none. */
        public Deconvolution stride(long... value) {
            stride = value;
            return this;
        }

        /** Says that stride is none on purpose. */
        public Deconvolution strideNone() {
            stride = Operator.NONE;
            return this;
        }

        private Object pad;

        /** zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none. */
        public Deconvolution pad(long... value) {
            pad = value;
            return this;
        }

        /** Says that pad is none on purpose. */
        public Deconvolution padNone() {
            pad = Operator.NONE;
            return this;
        }

        private Object dilate;

        /** distance of the window's elements, 1 by default. Default: none. */
        public Deconvolution dilate(long... value) {
            dilate = value;
            return this;
        }

        /** Says that dilate is none on purpose. */
        public Deconvolution dilateNone() {
            dilate = Operator.NONE;
            return this;
        }

        private Object numGroup;

        /** groups of channels that do not see each other. Default: 1. */
        public Deconvolution numGroup(long value) {
            numGroup = value;
            return this;
        }

        private Object adj;

        /** elements added behind the result, less than `stride`. Default: none. */
        public Deconvolution adj(long... value) {
            adj = value;
            return this;
        }

        /** Says that adj is none on purpose. */
        public Deconvolution adjNone() {
            adj = Operator.NONE;
            return this;
        }

    }

    /**
     * Transposed convolution over one, two or three spatial axes: the adjoint of convolution.
     *
     * @param data floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
     * @param weight shape (C, filters / groups, kernel...).
     */
    public static Tensor deconvolution(Operand data, Operand weight) {
        return OP_DECONVOLUTION.one(data, weight);
    }

    /**
     * Transposed convolution over one, two or three spatial axes: the adjoint of convolution.
     *
     * @param data floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
     * @param weight shape (C, filters / groups, kernel...).
     * @param options what may be left out
     */
    public static Tensor deconvolution(Operand data, Operand weight, Deconvolution options) {
        return OP_DECONVOLUTION.one(new Object[] {data, weight, options.bias, options.kernel, options.stride, options.pad, options.dilate, options.numGroup, options.adj});
    }

    private static final Operator OP_DEPTH_TO_SPACE = new Operator("depth_to_space");

    /** What {@link #depthToSpace} may be given beside its required arguments. */
    public static final class DepthToSpace {
        private Object channelsLast;

        /** data has its channels behind its spatial axes. Default: false. */
        public DepthToSpace channelsLast(boolean value) {
            channelsLast = value;
            return this;
        }

    }

    /**
     * Channels as blocks of places: spatial extents times `block_size`, so many fewer channels. Those of a block's first place come first.
     *
     * @param data any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
     * @param blockSize extents of a block, or one number for all spatial axes.
     */
    public static Tensor depthToSpace(Operand data, long[] blockSize) {
        return OP_DEPTH_TO_SPACE.one(new Object[] {data, blockSize, null});
    }

    /**
     * Channels as blocks of places: spatial extents times `block_size`, so many fewer channels. Those of a block's first place come first.
     *
     * @param data any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
     * @param blockSize extents of a block, or one number for all spatial axes.
     * @param options what may be left out
     */
    public static Tensor depthToSpace(Operand data, long[] blockSize, DepthToSpace options) {
        return OP_DEPTH_TO_SPACE.one(new Object[] {data, blockSize, options.channelsLast});
    }

    private static final Operator OP_DEQUANTIZE = new Operator("dequantize");

    /** What {@link #dequantize} may be given beside its required arguments. */
    public static final class Dequantize {
        private Object zeroPoint;

        /** int8, uint8 or int32, shape () or that of the axis; none: 0. */
        public Dequantize zeroPoint(Operand value) {
            zeroPoint = value;
            return this;
        }

        private Object axis;

        /** axis along which there are several scales. Default: -1. */
        public Dequantize axis(long value) {
            axis = value;
            return this;
        }

    }

    /**
     * The real numbers that integers stand for: (data - zero_point) * scale, as float32.
     *
     * @param data int8, uint8 or int32.
     * @param scale floating, shape () or that of the axis.
     */
    public static Tensor dequantize(Operand data, Operand scale) {
        return OP_DEQUANTIZE.one(data, scale);
    }

    /**
     * The real numbers that integers stand for: (data - zero_point) * scale, as float32.
     *
     * @param data int8, uint8 or int32.
     * @param scale floating, shape () or that of the axis.
     * @param options what may be left out
     */
    public static Tensor dequantize(Operand data, Operand scale, Dequantize options) {
        return OP_DEQUANTIZE.one(new Object[] {data, scale, options.zeroPoint, options.axis});
    }

    private static final Operator OP_DET = new Operator("det");

    /**
     * Determinants of matrices.
     *
     * @param a any dtype but half types: matrices, (..., M, N).
     */
    public static Tensor det(Operand a) {
        return OP_DET.one(a);
    }

    private static final Operator OP_DFT = new Operator("dft");

    /** What {@link #dft} may be given beside its required arguments. */
    public static final class Dft {
        private Object inverse;

        /** the other sign of the exponent. Default: false. */
        public Dft inverse(boolean value) {
            inverse = value;
            return this;
        }

    }

    /**
     * The discrete Fourier transform along the last axis, without a scale; complex. `np.fft` has NumPy's functions.
     *
     * @param x any dtype, of real or complex numbers.
     */
    public static Tensor dft(Operand x) {
        return OP_DFT.one(x);
    }

    /**
     * The discrete Fourier transform along the last axis, without a scale; complex. `np.fft` has NumPy's functions.
     *
     * @param x any dtype, of real or complex numbers.
     * @param options what may be left out
     */
    public static Tensor dft(Operand x, Dft options) {
        return OP_DFT.one(new Object[] {x, options.inverse});
    }

    private static final Operator OP_DIAG = new Operator("diag");

    /** What {@link #diag} may be given beside its required arguments. */
    public static final class Diag {
        private Object k;

        /** the diagonal: 0 the main one, positive above it. Default: 0. */
        public Diag k(long value) {
            k = value;
            return this;
        }

    }

    /**
     * The diagonal of a matrix, or a matrix of zeros with the vector on its diagonal.
     *
     * @param v any dtype, one or two axes.
     */
    public static Tensor diag(Operand v) {
        return OP_DIAG.one(v);
    }

    /**
     * The diagonal of a matrix, or a matrix of zeros with the vector on its diagonal.
     *
     * @param v any dtype, one or two axes.
     * @param options what may be left out
     */
    public static Tensor diag(Operand v, Diag options) {
        return OP_DIAG.one(new Object[] {v, options.k});
    }

    private static final Operator OP_DIAGONAL = new Operator("diagonal");

    /** What {@link #diagonal} may be given beside its required arguments. */
    public static final class Diagonal {
        private Object offset;

        /** the diagonal: 0 the main one, positive above it. Default: 0. */
        public Diagonal offset(long value) {
            offset = value;
            return this;
        }

        private Object axis1;

        /** axis of the rows. Default: 0. */
        public Diagonal axis1(long value) {
            axis1 = value;
            return this;
        }

        private Object axis2;

        /** axis of the columns. Default: 1. */
        public Diagonal axis2(long value) {
            axis2 = value;
            return this;
        }

    }

    /**
     * A diagonal of matrices, as the last axis of the result; a view, which may be written to.
     *
     * @param a any dtype, at least two axes.
     */
    public static Tensor diagonal(Operand a) {
        return OP_DIAGONAL.one(a);
    }

    /**
     * A diagonal of matrices, as the last axis of the result; a view, which may be written to.
     *
     * @param a any dtype, at least two axes.
     * @param options what may be left out
     */
    public static Tensor diagonal(Operand a, Diagonal options) {
        return OP_DIAGONAL.one(new Object[] {a, options.offset, options.axis1, options.axis2});
    }

    private static final Operator OP_DIGAMMA = new Operator("digamma");

    /**
     * Derivative of the logarithm of the gamma function, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor digamma(Operand x) {
        return OP_DIGAMMA.one(x);
    }

    private static final Operator OP_DIVIDE = new Operator("divide");

    /**
     * Quotient x1 / x2, element by element; integers give the default float.
     *
     * @param x1 any real dtype; bool and integers become the default float.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor divide(Operand x1, Operand x2) {
        return OP_DIVIDE.one(x1, x2);
    }

    private static final Operator OP_DOT = new Operator("dot");

    /**
     * Sum of products over the last axis of a and the last but one (or only one) of b.
     *
     * @param a any dtype; a scalar multiplies.
     * @param b any dtype.
     */
    public static Tensor dot(Operand a, Operand b) {
        return OP_DOT.one(a, b);
    }

    private static final Operator OP_DROPOUT = new Operator("dropout");

    /** What {@link #dropout} may be given beside its required arguments. */
    public static final class Dropout {
        private Object p;

        /** share of the elements that become 0, less than 1. Default: 0.5. */
        public Dropout p(double value) {
            p = value;
            return this;
        }

        private Object axes;

        /** axes along which all elements share their fate. Default: []. */
        public Dropout axes(long... value) {
            axes = value;
            return this;
        }

        private Object training;

        /** without it the data stay as they are. Default: true. */
        public Dropout training(boolean value) {
            training = value;
            return this;
        }

    }

    /**
     * Sets random elements to 0 and scales the others by 1 / (1 - p), in training only.
     *
     * @param data any real dtype; integers become the default float.
     */
    public static Tensor dropout(Operand data) {
        return OP_DROPOUT.one(data);
    }

    /**
     * Sets random elements to 0 and scales the others by 1 / (1 - p), in training only.
     *
     * @param data any real dtype; integers become the default float.
     * @param options what may be left out
     */
    public static Tensor dropout(Operand data, Dropout options) {
        return OP_DROPOUT.one(new Object[] {data, options.p, options.axes, options.training});
    }

    private static final Operator OP_DSTACK = new Operator("dstack");

    /**
     * Arrays joined along the third axis; vectors are rows of one slice, matrices are slices.
     *
     * @param arrays any dtype, of shapes that agree on all other axes.
     */
    public static Tensor dstack(Tensor[] arrays) {
        return OP_DSTACK.one(new Object[] {arrays});
    }

    private static final Operator OP_EIG = new Operator("eig");

    /**
     * Eigenvalues and vectors of matrices, complex.
     *
     * @param a any dtype but half types: matrices, (..., M, N).
     */
    public static Tensor[] eig(Operand a) {
        return OP_EIG.all(new Object[] {a});
    }

    private static final Operator OP_EIGH = new Operator("eigh");

    /** What {@link #eigh} may be given beside its required arguments. */
    public static final class Eigh {
        private Object upper;

        /** the upper triangle is read, and not the lower one. Default: false. */
        public Eigh upper(boolean value) {
            upper = value;
            return this;
        }

    }

    /**
     * Eigenvalues in ascending order, and vectors, of Hermitian matrices.
     *
     * @param a any dtype but half types: matrices, (..., M, N).
     */
    public static Tensor[] eigh(Operand a) {
        return OP_EIGH.all(new Object[] {a, null});
    }

    /**
     * Eigenvalues in ascending order, and vectors, of Hermitian matrices.
     *
     * @param a any dtype but half types: matrices, (..., M, N).
     * @param options what may be left out
     */
    public static Tensor[] eigh(Operand a, Eigh options) {
        return OP_EIGH.all(new Object[] {a, options.upper});
    }

    private static final Operator OP_EINSUM = new Operator("einsum");

    /**
     * Products of operands summed over labelled axes, from the first operand to the last.
     *
     * @param operands any real dtype, one for each term of `subscripts`.
     * @param subscripts a letter for each axis, terms joined by commas, then -&gt; and the result's axes.
     */
    public static Tensor einsum(Tensor[] operands, String subscripts) {
        return OP_EINSUM.one(new Object[] {operands, subscripts});
    }

    private static final Operator OP_ELEMENT = new Operator("element");

    /**
     * The element at `index` of every axis, as an array of its own without axes.
     *
     * @param x any dtype.
     * @param index a place along each axis, at least 0.
     */
    public static Tensor element(Operand x, long[] index) {
        return OP_ELEMENT.one(new Object[] {x, index});
    }

    private static final Operator OP_ELU = new Operator("elu");

    /** What {@link #elu} may be given beside its required arguments. */
    public static final class Elu {
        private Object alpha;

        /** the limit below is -alpha. Default: 1. */
        public Elu alpha(double value) {
            alpha = value;
            return this;
        }

    }

    /**
     * x above zero, alpha (exp(x) - 1) below.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor elu(Operand x) {
        return OP_ELU.one(x);
    }

    /**
     * x above zero, alpha (exp(x) - 1) below.
     *
     * @param x any real dtype; bool and integers become the default float.
     * @param options what may be left out
     */
    public static Tensor elu(Operand x, Elu options) {
        return OP_ELU.one(new Object[] {x, options.alpha});
    }

    private static final Operator OP_EMBEDDING = new Operator("embedding");

    /** What {@link #embedding} may be given beside its required arguments. */
    public static final class Embedding {
        private Object sparseGrad;

        /** the gradient has the rows that were looked up, not the whole table. Default: false. */
        public Embedding sparseGrad(boolean value) {
            sparseGrad = value;
            return this;
        }

    }

    /**
     * The row of a table for each integer.
     *
     * @param data integers of any shape, each the number of a row, none negative.
     * @param weight any dtype, shape (tokens, features).
     */
    public static Tensor embedding(Operand data, Operand weight) {
        return OP_EMBEDDING.one(data, weight);
    }

    /**
     * The row of a table for each integer.
     *
     * @param data integers of any shape, each the number of a row, none negative.
     * @param weight any dtype, shape (tokens, features).
     * @param options what may be left out
     */
    public static Tensor embedding(Operand data, Operand weight, Embedding options) {
        return OP_EMBEDDING.one(new Object[] {data, weight, options.sparseGrad});
    }

    private static final Operator OP_EQUAL = new Operator("equal");

    /**
     * Truth of x1 == x2, element by element, as bool.
     *
     * @param x1 any real dtype.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor equal(Operand x1, Operand x2) {
        return OP_EQUAL.one(x1, x2);
    }

    private static final Operator OP_ERF = new Operator("erf");

    /**
     * Error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor erf(Operand x) {
        return OP_ERF.one(x);
    }

    private static final Operator OP_ERFINV = new Operator("erfinv");

    /**
     * Inverse of the error function, element by element; NaN beyond -1 and 1.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor erfinv(Operand x) {
        return OP_ERFINV.one(x);
    }

    private static final Operator OP_EXCHANGE_BLOCKS = new Operator("exchange_blocks");

    /** What {@link #exchangeBlocks} may be given beside its required arguments. */
    public static final class ExchangeBlocks {
        private Object group;

        /** a group that this process has joined. Default: "world". */
        public ExchangeBlocks group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * Block r, along axis 0, goes to rank r, and comes from there.
     *
     * @param x any dtype; the same type on all ranks.
     * @param ranks how many processes the group has.
     */
    public static Tensor exchangeBlocks(Operand x, long ranks) {
        return OP_EXCHANGE_BLOCKS.one(new Object[] {x, ranks, null});
    }

    /**
     * Block r, along axis 0, goes to rank r, and comes from there.
     *
     * @param x any dtype; the same type on all ranks.
     * @param ranks how many processes the group has.
     * @param options what may be left out
     */
    public static Tensor exchangeBlocks(Operand x, long ranks, ExchangeBlocks options) {
        return OP_EXCHANGE_BLOCKS.one(new Object[] {x, ranks, options.group});
    }

    private static final Operator OP_EXCHANGE_BLOCKS_START = new Operator("exchange_blocks_start");

    /** What {@link #exchangeBlocksStart} may be given beside its required arguments. */
    public static final class ExchangeBlocksStart {
        private Object group;

        /** a group that this process has joined. Default: "world". */
        public ExchangeBlocksStart group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * Begins `exchange_blocks`, whose result is there when `collective_wait` has given it.
     *
     * @param x any dtype; the same type on all ranks.
     * @param ranks how many processes the group has.
     */
    public static Tensor[] exchangeBlocksStart(Operand x, long ranks) {
        return OP_EXCHANGE_BLOCKS_START.all(new Object[] {x, ranks, null});
    }

    /**
     * Begins `exchange_blocks`, whose result is there when `collective_wait` has given it.
     *
     * @param x any dtype; the same type on all ranks.
     * @param ranks how many processes the group has.
     * @param options what may be left out
     */
    public static Tensor[] exchangeBlocksStart(Operand x, long ranks, ExchangeBlocksStart options) {
        return OP_EXCHANGE_BLOCKS_START.all(new Object[] {x, ranks, options.group});
    }

    private static final Operator OP_EXP = new Operator("exp");

    /**
     * Exponential function, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor exp(Operand x) {
        return OP_EXP.one(x);
    }

    private static final Operator OP_EXP2 = new Operator("exp2");

    /**
     * 2 to the power of x, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor exp2(Operand x) {
        return OP_EXP2.one(x);
    }

    private static final Operator OP_EXPAND_DIMS = new Operator("expand_dims");

    /**
     * The array with axes of extent 1 added.
     *
     * @param x any dtype.
     * @param axis where the new axes are in the result.
     */
    public static Tensor expandDims(Operand x, long[] axis) {
        return OP_EXPAND_DIMS.one(new Object[] {x, axis});
    }

    private static final Operator OP_EXPM1 = new Operator("expm1");

    /**
     * exp(x) - 1, precise near zero, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor expm1(Operand x) {
        return OP_EXPM1.one(x);
    }

    private static final Operator OP_EXPONENTIAL = new Operator("exponential");

    /** What {@link #exponential} may be given beside its required arguments. */
    public static final class Exponential {
        private Object scale;

        /** mean, at least 0. Default: 1. */
        public Exponential scale(double value) {
            scale = value;
            return this;
        }

    }

    /**
     * Random numbers of the exponential distribution.
     *
     * @param shape extents.
     * @param dtype floating dtype of the result.
     */
    public static Tensor exponential(long[] shape, Dtype dtype) {
        return OP_EXPONENTIAL.one(new Object[] {null, shape, dtype});
    }

    /**
     * Random numbers of the exponential distribution.
     *
     * @param shape extents.
     * @param dtype floating dtype of the result.
     * @param options what may be left out
     */
    public static Tensor exponential(long[] shape, Dtype dtype, Exponential options) {
        return OP_EXPONENTIAL.one(new Object[] {options.scale, shape, dtype});
    }

    private static final Operator OP_FLIP = new Operator("flip");

    /** What {@link #flip} may be given beside its required arguments. */
    public static final class Flip {
        private Object axis;

        /** which axes; none reverses all. Default: none. */
        public Flip axis(long... value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Flip axisNone() {
            axis = Operator.NONE;
            return this;
        }

    }

    /**
     * The array with the elements of some axes in reverse order; a view.
     *
     * @param m any dtype.
     */
    public static Tensor flip(Operand m) {
        return OP_FLIP.one(m);
    }

    /**
     * The array with the elements of some axes in reverse order; a view.
     *
     * @param m any dtype.
     * @param options what may be left out
     */
    public static Tensor flip(Operand m, Flip options) {
        return OP_FLIP.one(new Object[] {m, options.axis});
    }

    private static final Operator OP_FLOOR = new Operator("floor");

    /**
     * The largest whole number that is not above x, element by element.
     *
     * @param x any real dtype.
     */
    public static Tensor floor(Operand x) {
        return OP_FLOOR.one(x);
    }

    private static final Operator OP_FLOOR_DIVIDE = new Operator("floor_divide");

    /**
     * Quotient rounded down, element by element: x1 // x2. Integers divided by 0 give 0, floats NaN or infinity.
     *
     * @param x1 any real dtype but bool.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor floorDivide(Operand x1, Operand x2) {
        return OP_FLOOR_DIVIDE.one(x1, x2);
    }

    private static final Operator OP_FMAX = new Operator("fmax");

    /**
     * The larger of two arrays, element by element; NaN only where both are NaN.
     *
     * @param x1 any real dtype.
     * @param x2 second operand, broadcast against `x1`.
     */
    public static Tensor fmax(Operand x1, Operand x2) {
        return OP_FMAX.one(x1, x2);
    }

    private static final Operator OP_FMIN = new Operator("fmin");

    /**
     * The smaller of two arrays, element by element; NaN only where both are NaN.
     *
     * @param x1 any real dtype.
     * @param x2 second operand, broadcast against `x1`.
     */
    public static Tensor fmin(Operand x1, Operand x2) {
        return OP_FMIN.one(x1, x2);
    }

    private static final Operator OP_FMOD = new Operator("fmod");

    /**
     * Remainder with the sign of the dividend, element by element. Integers modulo 0 give 0, floats NaN.
     *
     * @param x1 any real dtype but bool.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor fmod(Operand x1, Operand x2) {
        return OP_FMOD.one(x1, x2);
    }

    private static final Operator OP_FOURIER = new Operator("fourier");

    /** What {@link #fourier} may be given beside its required arguments. */
    public static final class Fourier {
        private Object x2;

        /** the imaginary parts; zeros unless given. */
        public Fourier x2(Operand value) {
            x2 = value;
            return this;
        }

        private Object inverse;

        /** the other sign of the exponent. Default: false. */
        public Fourier inverse(boolean value) {
            inverse = value;
            return this;
        }

    }

    /**
     * The discrete Fourier transform along the last axis, in planes and without a scale.
     *
     * @param x1 float32 or float64: the real parts.
     */
    public static Tensor[] fourier(Operand x1) {
        return OP_FOURIER.all(new Object[] {x1, null, null});
    }

    /**
     * The discrete Fourier transform along the last axis, in planes and without a scale.
     *
     * @param x1 float32 or float64: the real parts.
     * @param options what may be left out
     */
    public static Tensor[] fourier(Operand x1, Fourier options) {
        return OP_FOURIER.all(new Object[] {x1, options.x2, options.inverse});
    }

    private static final Operator OP_FRAMES = new Operator("frames");

    /**
     * Pieces of rows that begin `hop` elements apart, each of `length` elements; a view.
     *
     * @param x any dtype: at least one axis, rows along the last one.
     * @param length elements of a piece.
     * @param hop from the begin of a piece to that of the next.
     */
    public static Tensor frames(Operand x, long length, long hop) {
        return OP_FRAMES.one(new Object[] {x, length, hop});
    }

    private static final Operator OP_FULL = new Operator("full");

    /**
     * An array with every element the same.
     *
     * @param shape extents.
     * @param fillValue the element, converted to dtype.
     * @param dtype dtype of the result.
     */
    public static Tensor full(long[] shape, double fillValue, Dtype dtype) {
        return OP_FULL.one(new Object[] {shape, fillValue, dtype});
    }

    private static final Operator OP_FULLY_CONNECTED = new Operator("fully_connected");

    /** What {@link #fullyConnected} may be given beside its required arguments. */
    public static final class FullyConnected {
        private Object bias;

        /** shape (units,). */
        public FullyConnected bias(Operand value) {
            bias = value;
            return this;
        }

        private Object flatten;

        /** merge all axes of data but the first. Default: true. */
        public FullyConnected flatten(boolean value) {
            flatten = value;
            return this;
        }

    }

    /**
     * Affine map of the features: data weightᵀ + bias.
     *
     * @param data any real dtype, shape (N, ...) when flatten, else (..., features).
     * @param weight shape (units, features).
     */
    public static Tensor fullyConnected(Operand data, Operand weight) {
        return OP_FULLY_CONNECTED.one(data, weight);
    }

    /**
     * Affine map of the features: data weightᵀ + bias.
     *
     * @param data any real dtype, shape (N, ...) when flatten, else (..., features).
     * @param weight shape (units, features).
     * @param options what may be left out
     */
    public static Tensor fullyConnected(Operand data, Operand weight, FullyConnected options) {
        return OP_FULLY_CONNECTED.one(new Object[] {data, weight, options.bias, options.flatten});
    }

    private static final Operator OP_GAMMA = new Operator("gamma");

    /**
     * Gamma function, element by element: (x - 1)! for whole x.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor gamma(Operand x) {
        return OP_GAMMA.one(x);
    }

    private static final Operator OP_GAMMALN = new Operator("gammaln");

    /**
     * Logarithm of the absolute value of the gamma function, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor gammaln(Operand x) {
        return OP_GAMMALN.one(x);
    }

    private static final Operator OP_GATHER = new Operator("gather");

    /** What {@link #gather} may be given beside its required arguments. */
    public static final class Gather {
        private Object position;

        /** where the axes of the index arrays stand among the others. Default: 0. */
        public Gather position(long value) {
            position = value;
            return this;
        }

        private Object shownAxes;

        /** the axes as errors name them, if they have other numbers there. Default: []. */
        public Gather shownAxes(long... value) {
            shownAxes = value;
            return this;
        }

    }

    /**
     * Elements or slices at the places that index arrays choose: x[index].
     *
     * @param x any dtype.
     * @param indices int64 arrays that broadcast together; negative ones count back.
     * @param axes the axis of each index array, ascending.
     */
    public static Tensor gather(Operand x, Tensor[] indices, long[] axes) {
        return OP_GATHER.one(new Object[] {x, indices, axes, null, null});
    }

    /**
     * Elements or slices at the places that index arrays choose: x[index].
     *
     * @param x any dtype.
     * @param indices int64 arrays that broadcast together; negative ones count back.
     * @param axes the axis of each index array, ascending.
     * @param options what may be left out
     */
    public static Tensor gather(Operand x, Tensor[] indices, long[] axes, Gather options) {
        return OP_GATHER.one(new Object[] {x, indices, axes, options.position, options.shownAxes});
    }

    private static final Operator OP_GATHER_BLOCKS = new Operator("gather_blocks");

    /** What {@link #gatherBlocks} may be given beside its required arguments. */
    public static final class GatherBlocks {
        private Object group;

        /** a group that this process has joined. Default: "world". */
        public GatherBlocks group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * The arrays of all ranks, one behind the other along axis 0.
     *
     * @param x any dtype; the same type on all ranks.
     * @param ranks how many processes the group has.
     */
    public static Tensor gatherBlocks(Operand x, long ranks) {
        return OP_GATHER_BLOCKS.one(new Object[] {x, ranks, null});
    }

    /**
     * The arrays of all ranks, one behind the other along axis 0.
     *
     * @param x any dtype; the same type on all ranks.
     * @param ranks how many processes the group has.
     * @param options what may be left out
     */
    public static Tensor gatherBlocks(Operand x, long ranks, GatherBlocks options) {
        return OP_GATHER_BLOCKS.one(new Object[] {x, ranks, options.group});
    }

    private static final Operator OP_GATHER_BLOCKS_START = new Operator("gather_blocks_start");

    /** What {@link #gatherBlocksStart} may be given beside its required arguments. */
    public static final class GatherBlocksStart {
        private Object group;

        /** a group that this process has joined. Default: "world". */
        public GatherBlocksStart group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * Begins `gather_blocks`, whose result is there when `collective_wait` has given it.
     *
     * @param x any dtype; the same type on all ranks.
     * @param ranks how many processes the group has.
     */
    public static Tensor[] gatherBlocksStart(Operand x, long ranks) {
        return OP_GATHER_BLOCKS_START.all(new Object[] {x, ranks, null});
    }

    /**
     * Begins `gather_blocks`, whose result is there when `collective_wait` has given it.
     *
     * @param x any dtype; the same type on all ranks.
     * @param ranks how many processes the group has.
     * @param options what may be left out
     */
    public static Tensor[] gatherBlocksStart(Operand x, long ranks, GatherBlocksStart options) {
        return OP_GATHER_BLOCKS_START.all(new Object[] {x, ranks, options.group});
    }

    private static final Operator OP_GATHER_ND = new Operator("gather_nd");

    /**
     * Elements or slices at points: data[indices[0], ..., indices[M - 1]].
     *
     * @param data any dtype, at least M axes.
     * @param indices integers, shape (M, ...); negative ones count back.
     */
    public static Tensor gatherNd(Operand data, Operand indices) {
        return OP_GATHER_ND.one(data, indices);
    }

    private static final Operator OP_GATHER_PARTS = new Operator("gather_parts");

    /** What {@link #gatherParts} may be given beside its required arguments. */
    public static final class GatherParts {
        private Object group;

        /** a group that this process has joined. Default: "world". */
        public GatherParts group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * The parts of an array that ranks share, one behind the other; in plans it is no effect, so it may run again instead of keeping its result.
     *
     * @param x any dtype; the same type on all ranks.
     * @param ranks how many processes the group has.
     */
    public static Tensor gatherParts(Operand x, long ranks) {
        return OP_GATHER_PARTS.one(new Object[] {x, ranks, null});
    }

    /**
     * The parts of an array that ranks share, one behind the other; in plans it is no effect, so it may run again instead of keeping its result.
     *
     * @param x any dtype; the same type on all ranks.
     * @param ranks how many processes the group has.
     * @param options what may be left out
     */
    public static Tensor gatherParts(Operand x, long ranks, GatherParts options) {
        return OP_GATHER_PARTS.one(new Object[] {x, ranks, options.group});
    }

    private static final Operator OP_GELU = new Operator("gelu");

    /** What {@link #gelu} may be given beside its required arguments. */
    public static final class Gelu {
        private Object approximation;

        /** erf is exact, tanh the approximation by tanh. Default: "erf". */
        public Gelu approximation(String value) {
            approximation = value;
            return this;
        }

    }

    /**
     * x times the normal distribution's cumulative function.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor gelu(Operand x) {
        return OP_GELU.one(x);
    }

    /**
     * x times the normal distribution's cumulative function.
     *
     * @param x any real dtype; bool and integers become the default float.
     * @param options what may be left out
     */
    public static Tensor gelu(Operand x, Gelu options) {
        return OP_GELU.one(new Object[] {x, options.approximation});
    }

    private static final Operator OP_GREATER = new Operator("greater");

    /**
     * Truth of x1 &gt; x2, element by element, as bool.
     *
     * @param x1 any real dtype.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor greater(Operand x1, Operand x2) {
        return OP_GREATER.one(x1, x2);
    }

    private static final Operator OP_GREATER_EQUAL = new Operator("greater_equal");

    /**
     * Truth of x1 &gt;= x2, element by element, as bool.
     *
     * @param x1 any real dtype.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor greaterEqual(Operand x1, Operand x2) {
        return OP_GREATER_EQUAL.one(x1, x2);
    }

    private static final Operator OP_GRID_SAMPLE = new Operator("grid_sample");

    /** What {@link #gridSample} may be given beside its required arguments. */
    public static final class GridSample {
        private Object mode;

        /** bilinear, nearest or bicubic. Default: "bilinear". */
        public GridSample mode(String value) {
            mode = value;
            return this;
        }

        private Object paddingMode;

        /** what lies around an image: zeros, its border or its reflection. Default: "zeros". */
        public GridSample paddingMode(String value) {
            paddingMode = value;
            return this;
        }

        private Object alignCorners;

        /** -1 and 1 are the centers of the outer pixels, not their outer borders. Default: false. */
        public GridSample alignCorners(boolean value) {
            alignCorners = value;
            return this;
        }

    }

    /**
     * Images sampled at places from -1 to 1, as PyTorch's grid_sample and ONNX's GridSample.
     *
     * @param data any real dtype; integers become the default float; shape (N, C, H, W).
     * @param grid for each result x, along the width, and y: shape (N, Ho, Wo, 2).
     */
    public static Tensor gridSample(Operand data, Operand grid) {
        return OP_GRID_SAMPLE.one(data, grid);
    }

    /**
     * Images sampled at places from -1 to 1, as PyTorch's grid_sample and ONNX's GridSample.
     *
     * @param data any real dtype; integers become the default float; shape (N, C, H, W).
     * @param grid for each result x, along the width, and y: shape (N, Ho, Wo, 2).
     * @param options what may be left out
     */
    public static Tensor gridSample(Operand data, Operand grid, GridSample options) {
        return OP_GRID_SAMPLE.one(new Object[] {data, grid, options.mode, options.paddingMode, options.alignCorners});
    }

    private static final Operator OP_GROUP_NORM = new Operator("group_norm");

    /** What {@link #groupNorm} may be given beside its required arguments. */
    public static final class GroupNorm {
        private Object gamma;

        /** factors, one for each channel. */
        public GroupNorm gamma(Operand value) {
            gamma = value;
            return this;
        }

        private Object beta;

        /** summands, one for each channel. */
        public GroupNorm beta(Operand value) {
            beta = value;
            return this;
        }

        private Object numGroups;

        /** groups, which divide the channels. Default: 1. */
        public GroupNorm numGroups(long value) {
            numGroups = value;
            return this;
        }

        private Object eps;

        /** summand of the variance. Default: 1e-05. */
        public GroupNorm eps(double value) {
            eps = value;
            return this;
        }

    }

    /**
     * Groups of channels of each sample with mean 0 and variance 1, scaled and shifted.
     *
     * @param data floating, shape (N, C, ...).
     */
    public static Tensor groupNorm(Operand data) {
        return OP_GROUP_NORM.one(data);
    }

    /**
     * Groups of channels of each sample with mean 0 and variance 1, scaled and shifted.
     *
     * @param data floating, shape (N, C, ...).
     * @param options what may be left out
     */
    public static Tensor groupNorm(Operand data, GroupNorm options) {
        return OP_GROUP_NORM.one(new Object[] {data, options.gamma, options.beta, options.numGroups, options.eps});
    }

    private static final Operator OP_GROUP_RANK = new Operator("group_rank");

    /** What {@link #groupRank} may be given beside its required arguments. */
    public static final class GroupRank {
        private Object group;

        /** a group that this process has joined. Default: "world". */
        public GroupRank group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * This process's rank in a group, a number that a plan asks for when it runs.
     *
     */
    public static Tensor groupRank() {
        return OP_GROUP_RANK.one(new Object[] {null});
    }

    /**
     * This process's rank in a group, a number that a plan asks for when it runs.
     *
     * @param options what may be left out
     */
    public static Tensor groupRank(GroupRank options) {
        return OP_GROUP_RANK.one(new Object[] {options.group});
    }

    private static final Operator OP_GROUP_SIZE = new Operator("group_size");

    /** What {@link #groupSize} may be given beside its required arguments. */
    public static final class GroupSize {
        private Object group;

        /** a group that this process has joined. Default: "world". */
        public GroupSize group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * How many ranks a group has, a number that a plan asks for when it runs.
     *
     */
    public static Tensor groupSize() {
        return OP_GROUP_SIZE.one(new Object[] {null});
    }

    /**
     * How many ranks a group has, a number that a plan asks for when it runs.
     *
     * @param options what may be left out
     */
    public static Tensor groupSize(GroupSize options) {
        return OP_GROUP_SIZE.one(new Object[] {options.group});
    }

    private static final Operator OP_GRU = new Operator("gru");

    /** What {@link #gru} may be given beside its required arguments. */
    public static final class Gru {
        private Object sequenceLength;

        /** any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step. */
        public Gru sequenceLength(Operand value) {
            sequenceLength = value;
            return this;
        }

        private Object reverse;

        /** from the last step to the first. Default: false. */
        public Gru reverse(boolean value) {
            reverse = value;
            return this;
        }

    }

    /**
     * A gated recurrent unit: the hidden states of all steps, and the last.
     *
     * @param data floating, shape (T, N, C): all steps.
     * @param hidden shape (N, H).
     * @param i2hWeight rows for each gate, shape (gates H, C).
     * @param h2hWeight shape (gates H, H).
     * @param i2hBias shape (gates H,).
     * @param h2hBias shape (gates H,).
     */
    public static Tensor[] gru(Operand data, Operand hidden, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias) {
        return OP_GRU.all(new Object[] {data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, null, null});
    }

    /**
     * A gated recurrent unit: the hidden states of all steps, and the last.
     *
     * @param data floating, shape (T, N, C): all steps.
     * @param hidden shape (N, H).
     * @param i2hWeight rows for each gate, shape (gates H, C).
     * @param h2hWeight shape (gates H, H).
     * @param i2hBias shape (gates H,).
     * @param h2hBias shape (gates H,).
     * @param options what may be left out
     */
    public static Tensor[] gru(Operand data, Operand hidden, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias, Gru options) {
        return OP_GRU.all(new Object[] {data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, options.sequenceLength, options.reverse});
    }

    private static final Operator OP_GRU_CELL = new Operator("gru_cell");

    /**
     * One step of a gated recurrent unit: the next hidden state.
     *
     * @param data floating, shape (N, C).
     * @param hidden shape (N, H).
     * @param i2hWeight rows for each gate, shape (gates H, C).
     * @param h2hWeight shape (gates H, H).
     * @param i2hBias shape (gates H,).
     * @param h2hBias shape (gates H,).
     */
    public static Tensor gruCell(Operand data, Operand hidden, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias) {
        return OP_GRU_CELL.one(new Object[] {data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias});
    }

    private static final Operator OP_HARD_SIGMOID = new Operator("hard_sigmoid");

    /** What {@link #hardSigmoid} may be given beside its required arguments. */
    public static final class HardSigmoid {
        private Object alpha;

        /** slope. Default: 0.2. */
        public HardSigmoid alpha(double value) {
            alpha = value;
            return this;
        }

        private Object beta;

        /** value at zero. Default: 0.5. */
        public HardSigmoid beta(double value) {
            beta = value;
            return this;
        }

    }

    /**
     * alpha x + beta held between 0 and 1, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor hardSigmoid(Operand x) {
        return OP_HARD_SIGMOID.one(x);
    }

    /**
     * alpha x + beta held between 0 and 1, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     * @param options what may be left out
     */
    public static Tensor hardSigmoid(Operand x, HardSigmoid options) {
        return OP_HARD_SIGMOID.one(new Object[] {x, options.alpha, options.beta});
    }

    private static final Operator OP_HARD_SWISH = new Operator("hard_swish");

    /**
     * x relu6(x + 3) / 6, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor hardSwish(Operand x) {
        return OP_HARD_SWISH.one(x);
    }

    private static final Operator OP_HSTACK = new Operator("hstack");

    /**
     * Arrays joined side by side: along the second axis, vectors along their only one.
     *
     * @param arrays any dtype, of shapes that agree on all other axes; scalars become vectors.
     */
    public static Tensor hstack(Tensor[] arrays) {
        return OP_HSTACK.one(new Object[] {arrays});
    }

    private static final Operator OP_HYPERGEOMETRIC = new Operator("hypergeometric");

    /**
     * How many of a sample are good, of things that are good or bad; NaN where there is none.
     *
     * @param good float32 or float64: how many things are good.
     * @param bad how many are bad, of the same shape.
     * @param sample how many are taken, of the same shape, at most all.
     */
    public static Tensor hypergeometric(Operand good, Operand bad, Operand sample) {
        return OP_HYPERGEOMETRIC.one(new Object[] {good, bad, sample});
    }

    private static final Operator OP_HYPOT = new Operator("hypot");

    /**
     * Length sqrt(x1^2 + x2^2) without overflow, element by element.
     *
     * @param x1 any real dtype; bool and integers become the default float.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor hypot(Operand x1, Operand x2) {
        return OP_HYPOT.one(x1, x2);
    }

    private static final Operator OP_IMAG = new Operator("imag");

    /**
     * The imaginary parts of the elements; of real numbers zeros.
     *
     * @param x any dtype.
     */
    public static Tensor imag(Operand x) {
        return OP_IMAG.one(x);
    }

    private static final Operator OP_IMAGINARY_PART = new Operator("imaginary_part");

    /**
     * The imaginary parts of complex numbers.
     *
     * @param x complex.
     */
    public static Tensor imaginaryPart(Operand x) {
        return OP_IMAGINARY_PART.one(x);
    }

    private static final Operator OP_INDEX_ADD = new Operator("index_add");

    /**
     * The array with values added at the places that the rows of a matrix of indices give.
     *
     * @param a any dtype.
     * @param ind integers of shape (M, ...): one row for each of the first M axes.
     * @param val broadcasts to the places; repeated ones add up.
     */
    public static Tensor indexAdd(Operand a, Operand ind, Operand val) {
        return OP_INDEX_ADD.one(new Object[] {a, ind, val});
    }

    private static final Operator OP_INDEX_UPDATE = new Operator("index_update");

    /**
     * The array with values written to the places that the rows of a matrix of indices give.
     *
     * @param a any dtype.
     * @param ind integers of shape (M, ...): one row for each of the first M axes.
     * @param val broadcasts to the places; of repeated ones the last wins.
     */
    public static Tensor indexUpdate(Operand a, Operand ind, Operand val) {
        return OP_INDEX_UPDATE.one(new Object[] {a, ind, val});
    }

    private static final Operator OP_INNER = new Operator("inner");

    /**
     * Sum of products over the last axes of both arrays.
     *
     * @param a any dtype; a scalar multiplies.
     * @param b any dtype.
     */
    public static Tensor inner(Operand a, Operand b) {
        return OP_INNER.one(a, b);
    }

    private static final Operator OP_INSTANCE_NORM = new Operator("instance_norm");

    /** What {@link #instanceNorm} may be given beside its required arguments. */
    public static final class InstanceNorm {
        private Object gamma;

        /** factors, one for each channel. */
        public InstanceNorm gamma(Operand value) {
            gamma = value;
            return this;
        }

        private Object beta;

        /** summands, one for each channel. */
        public InstanceNorm beta(Operand value) {
            beta = value;
            return this;
        }

        private Object eps;

        /** summand of the variance. Default: 1e-05. */
        public InstanceNorm eps(double value) {
            eps = value;
            return this;
        }

    }

    /**
     * Each channel of each sample with mean 0 and variance 1, scaled and shifted.
     *
     * @param data floating, shape (N, C, spatial...).
     */
    public static Tensor instanceNorm(Operand data) {
        return OP_INSTANCE_NORM.one(data);
    }

    /**
     * Each channel of each sample with mean 0 and variance 1, scaled and shifted.
     *
     * @param data floating, shape (N, C, spatial...).
     * @param options what may be left out
     */
    public static Tensor instanceNorm(Operand data, InstanceNorm options) {
        return OP_INSTANCE_NORM.one(new Object[] {data, options.gamma, options.beta, options.eps});
    }

    private static final Operator OP_INTERPOLATE = new Operator("interpolate");

    /** What {@link #interpolate} may be given beside its required arguments. */
    public static final class Interpolate {
        private Object size;

        /** spatial extents of the result, or one for all. Default: none. */
        public Interpolate size(long... value) {
            size = value;
            return this;
        }

        /** Says that size is none on purpose. */
        public Interpolate sizeNone() {
            size = Operator.NONE;
            return this;
        }

        private Object scaleFactor;

        /** factor of the spatial extents, in place of `size`. Default: none. */
        public Interpolate scaleFactor(double value) {
            scaleFactor = value;
            return this;
        }

        /** Says that scaleFactor is none on purpose. */
        public Interpolate scaleFactorNone() {
            scaleFactor = Operator.NONE;
            return this;
        }

        private Object mode;

        /** nearest, nearest-exact, linear, cubic or area (mean over cells). Default: "nearest". */
        public Interpolate mode(String value) {
            mode = value;
            return this;
        }

        private Object alignCorners;

        /** linear and cubic: the outer elements lie over those of the result. Default: false. */
        public Interpolate alignCorners(boolean value) {
            alignCorners = value;
            return this;
        }

        private Object antialias;

        /** linear and cubic: a shrinking filter covers all elements. Default: false. */
        public Interpolate antialias(boolean value) {
            antialias = value;
            return this;
        }

    }

    /**
     * Images resized along their spatial axes, with the coordinates of PyTorch's interpolate, which follow from the extents.
     *
     * @param data any real dtype; integers become the default float; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
     */
    public static Tensor interpolate(Operand data) {
        return OP_INTERPOLATE.one(data);
    }

    /**
     * Images resized along their spatial axes, with the coordinates of PyTorch's interpolate, which follow from the extents.
     *
     * @param data any real dtype; integers become the default float; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
     * @param options what may be left out
     */
    public static Tensor interpolate(Operand data, Interpolate options) {
        return OP_INTERPOLATE.one(new Object[] {data, options.size, options.scaleFactor, options.mode, options.alignCorners, options.antialias});
    }

    private static final Operator OP_INV = new Operator("inv");

    /**
     * Inverses of matrices.
     *
     * @param a any dtype but half types: matrices, (..., M, N).
     */
    public static Tensor inv(Operand a) {
        return OP_INV.one(a);
    }

    private static final Operator OP_INVERT = new Operator("invert");

    /**
     * Every bit turned, element by element; on bool, logical not.
     *
     * @param x bool or integers.
     */
    public static Tensor invert(Operand x) {
        return OP_INVERT.one(x);
    }

    private static final Operator OP_IRDFT = new Operator("irdft");

    /**
     * Real numbers of the first half of their discrete Fourier transform along the last axis, without a scale. `np.fft` has NumPy's functions.
     *
     * @param x any dtype, of real or complex numbers.
     * @param length of the result's last axis.
     */
    public static Tensor irdft(Operand x, long length) {
        return OP_IRDFT.one(new Object[] {x, length});
    }

    private static final Operator OP_ISFINITE = new Operator("isfinite");

    /**
     * Truth of x being neither infinite nor NaN, element by element.
     *
     * @param x any real dtype.
     */
    public static Tensor isfinite(Operand x) {
        return OP_ISFINITE.one(x);
    }

    private static final Operator OP_ISINF = new Operator("isinf");

    /**
     * Truth of x being infinite, of either sign, element by element.
     *
     * @param x any real dtype.
     */
    public static Tensor isinf(Operand x) {
        return OP_ISINF.one(x);
    }

    private static final Operator OP_ISNAN = new Operator("isnan");

    /**
     * Truth of x being NaN, element by element.
     *
     * @param x any real dtype.
     */
    public static Tensor isnan(Operand x) {
        return OP_ISNAN.one(x);
    }

    private static final Operator OP_L2_NORMALIZATION = new Operator("l2_normalization");

    /** What {@link #l2Normalization} may be given beside its required arguments. */
    public static final class L2Normalization {
        private Object eps;

        /** summand of the squared norm. Default: 1e-10. */
        public L2Normalization eps(double value) {
            eps = value;
            return this;
        }

        private Object mode;

        /** instance (over C and places), channel (over C) or spatial. Default: "instance". */
        public L2Normalization mode(String value) {
            mode = value;
            return this;
        }

    }

    /**
     * Data divided by the Euclidean norm of a sample, of its channels, or of its places.
     *
     * @param data floating, shape (N, C, ...).
     */
    public static Tensor l2Normalization(Operand data) {
        return OP_L2_NORMALIZATION.one(data);
    }

    /**
     * Data divided by the Euclidean norm of a sample, of its channels, or of its places.
     *
     * @param data floating, shape (N, C, ...).
     * @param options what may be left out
     */
    public static Tensor l2Normalization(Operand data, L2Normalization options) {
        return OP_L2_NORMALIZATION.one(new Object[] {data, options.eps, options.mode});
    }

    private static final Operator OP_LAYER_NORM = new Operator("layer_norm");

    /** What {@link #layerNorm} may be given beside its required arguments. */
    public static final class LayerNorm {
        private Object gamma;

        /** factors, one for each channel. */
        public LayerNorm gamma(Operand value) {
            gamma = value;
            return this;
        }

        private Object beta;

        /** summands, one for each channel. */
        public LayerNorm beta(Operand value) {
            beta = value;
            return this;
        }

        private Object axis;

        /** axis that is normalised. Default: -1. */
        public LayerNorm axis(long value) {
            axis = value;
            return this;
        }

        private Object eps;

        /** summand of the variance. Default: 1e-05. */
        public LayerNorm eps(double value) {
            eps = value;
            return this;
        }

    }

    /**
     * The elements along an axis with mean 0 and variance 1, scaled and shifted.
     *
     * @param data floating.
     */
    public static Tensor layerNorm(Operand data) {
        return OP_LAYER_NORM.one(data);
    }

    /**
     * The elements along an axis with mean 0 and variance 1, scaled and shifted.
     *
     * @param data floating.
     * @param options what may be left out
     */
    public static Tensor layerNorm(Operand data, LayerNorm options) {
        return OP_LAYER_NORM.one(new Object[] {data, options.gamma, options.beta, options.axis, options.eps});
    }

    private static final Operator OP_LEAKY_RELU = new Operator("leaky_relu");

    /** What {@link #leakyRelu} may be given beside its required arguments. */
    public static final class LeakyRelu {
        private Object slope;

        /** factor below zero. Default: 0.25. */
        public LeakyRelu slope(double value) {
            slope = value;
            return this;
        }

    }

    /**
     * x above zero, slope x below.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor leakyRelu(Operand x) {
        return OP_LEAKY_RELU.one(x);
    }

    /**
     * x above zero, slope x below.
     *
     * @param x any real dtype; bool and integers become the default float.
     * @param options what may be left out
     */
    public static Tensor leakyRelu(Operand x, LeakyRelu options) {
        return OP_LEAKY_RELU.one(new Object[] {x, options.slope});
    }

    private static final Operator OP_LEFT_SHIFT = new Operator("left_shift");

    /**
     * Bits of x1 moved up by x2 places, element by element; 0 for counts that are negative or not below the number of bits.
     *
     * @param x1 integers.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor leftShift(Operand x1, Operand x2) {
        return OP_LEFT_SHIFT.one(x1, x2);
    }

    private static final Operator OP_LESS = new Operator("less");

    /**
     * Truth of x1 &lt; x2, element by element, as bool.
     *
     * @param x1 any real dtype.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor less(Operand x1, Operand x2) {
        return OP_LESS.one(x1, x2);
    }

    private static final Operator OP_LESS_EQUAL = new Operator("less_equal");

    /**
     * Truth of x1 &lt;= x2, element by element, as bool.
     *
     * @param x1 any real dtype.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor lessEqual(Operand x1, Operand x2) {
        return OP_LESS_EQUAL.one(x1, x2);
    }

    private static final Operator OP_LOG = new Operator("log");

    /**
     * Natural logarithm, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor log(Operand x) {
        return OP_LOG.one(x);
    }

    private static final Operator OP_LOG10 = new Operator("log10");

    /**
     * Logarithm to base 10, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor log10(Operand x) {
        return OP_LOG10.one(x);
    }

    private static final Operator OP_LOG1P = new Operator("log1p");

    /**
     * log(1 + x), precise near zero, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor log1p(Operand x) {
        return OP_LOG1P.one(x);
    }

    private static final Operator OP_LOG2 = new Operator("log2");

    /**
     * Logarithm to base 2, element by element; exact for powers of 2.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor log2(Operand x) {
        return OP_LOG2.one(x);
    }

    private static final Operator OP_LOG_SIGMOID = new Operator("log_sigmoid");

    /**
     * Logarithm of the logistic function, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor logSigmoid(Operand x) {
        return OP_LOG_SIGMOID.one(x);
    }

    private static final Operator OP_LOG_SOFTMAX = new Operator("log_softmax");

    /** What {@link #logSoftmax} may be given beside its required arguments. */
    public static final class LogSoftmax {
        private Object axis;

        /** axis whose exponentials sum to 1. Default: -1. */
        public LogSoftmax axis(long value) {
            axis = value;
            return this;
        }

        private Object temperature;

        /** divides `data` first; none: 1. Default: none. */
        public LogSoftmax temperature(double value) {
            temperature = value;
            return this;
        }

        /** Says that temperature is none on purpose. */
        public LogSoftmax temperatureNone() {
            temperature = Operator.NONE;
            return this;
        }

    }

    /**
     * Logarithm of the softmax over an axis, stable for large values.
     *
     * @param data any real dtype; integers become the default float.
     */
    public static Tensor logSoftmax(Operand data) {
        return OP_LOG_SOFTMAX.one(data);
    }

    /**
     * Logarithm of the softmax over an axis, stable for large values.
     *
     * @param data any real dtype; integers become the default float.
     * @param options what may be left out
     */
    public static Tensor logSoftmax(Operand data, LogSoftmax options) {
        return OP_LOG_SOFTMAX.one(new Object[] {data, options.axis, options.temperature});
    }

    private static final Operator OP_LOG_STANDARD_GAMMA = new Operator("log_standard_gamma");

    /**
     * Logarithms of random numbers of the gamma distribution; NaN where there is none.
     *
     * @param shape float32 or float64: the shape parameter, at least 0.
     */
    public static Tensor logStandardGamma(Operand shape) {
        return OP_LOG_STANDARD_GAMMA.one(shape);
    }

    private static final Operator OP_LOGADDEXP = new Operator("logaddexp");

    /**
     * Logarithm of the sum of the exponentials of two arrays, element by element.
     *
     * @param x1 any real dtype; bool and integers become the default float.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor logaddexp(Operand x1, Operand x2) {
        return OP_LOGADDEXP.one(x1, x2);
    }

    private static final Operator OP_LOGADDEXP2 = new Operator("logaddexp2");

    /**
     * Logarithm to base 2 of the sum of the powers of 2, element by element.
     *
     * @param x1 any real dtype; bool and integers become the default float.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor logaddexp2(Operand x1, Operand x2) {
        return OP_LOGADDEXP2.one(x1, x2);
    }

    private static final Operator OP_LOGICAL_AND = new Operator("logical_and");

    /**
     * Truth of x1 and x2, element by element; anything but zero is true.
     *
     * @param x1 any real dtype.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor logicalAnd(Operand x1, Operand x2) {
        return OP_LOGICAL_AND.one(x1, x2);
    }

    private static final Operator OP_LOGICAL_NOT = new Operator("logical_not");

    /**
     * Truth of not x, element by element; anything but zero is true.
     *
     * @param x any real dtype.
     */
    public static Tensor logicalNot(Operand x) {
        return OP_LOGICAL_NOT.one(x);
    }

    private static final Operator OP_LOGICAL_OR = new Operator("logical_or");

    /**
     * Truth of x1 or x2, element by element; anything but zero is true.
     *
     * @param x1 any real dtype.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor logicalOr(Operand x1, Operand x2) {
        return OP_LOGICAL_OR.one(x1, x2);
    }

    private static final Operator OP_LOGICAL_XOR = new Operator("logical_xor");

    /**
     * Truth of either x1 or x2, not both, element by element; anything but zero is true.
     *
     * @param x1 any real dtype.
     * @param x2 second operand, broadcast against `x1`.
     */
    public static Tensor logicalXor(Operand x1, Operand x2) {
        return OP_LOGICAL_XOR.one(x1, x2);
    }

    private static final Operator OP_LOGSERIES = new Operator("logseries");

    /**
     * Random counts of the logarithmic series; NaN where there is none.
     *
     * @param probability float32 or float64: in [0, 1).
     */
    public static Tensor logseries(Operand probability) {
        return OP_LOGSERIES.one(probability);
    }

    private static final Operator OP_LOGSUMEXP = new Operator("logsumexp");

    /** What {@link #logsumexp} may be given beside its required arguments. */
    public static final class Logsumexp {
        private Object axis;

        /** axis or axes to reduce; none reduces all. Default: none. */
        public Logsumexp axis(long... value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Logsumexp axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object keepdims;

        /** keep the reduced axes with extent 1. Default: false. */
        public Logsumexp keepdims(boolean value) {
            keepdims = value;
            return this;
        }

    }

    /**
     * Logarithm of the sum of exponentials over axes, without overflow.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor logsumexp(Operand x) {
        return OP_LOGSUMEXP.one(x);
    }

    /**
     * Logarithm of the sum of exponentials over axes, without overflow.
     *
     * @param x any real dtype; bool and integers become the default float.
     * @param options what may be left out
     */
    public static Tensor logsumexp(Operand x, Logsumexp options) {
        return OP_LOGSUMEXP.one(new Object[] {x, options.axis, options.keepdims});
    }

    private static final Operator OP_LSTM = new Operator("lstm");

    /** What {@link #lstm} may be given beside its required arguments. */
    public static final class Lstm {
        private Object sequenceLength;

        /** any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step. */
        public Lstm sequenceLength(Operand value) {
            sequenceLength = value;
            return this;
        }

        private Object reverse;

        /** from the last step to the first. Default: false. */
        public Lstm reverse(boolean value) {
            reverse = value;
            return this;
        }

    }

    /**
     * A long short-term memory: the hidden states of all steps, the last hidden state and cell.
     *
     * @param data floating, shape (T, N, C): all steps.
     * @param hidden shape (N, H).
     * @param cell shape (N, H).
     * @param i2hWeight rows for each gate, shape (gates H, C).
     * @param h2hWeight shape (gates H, H).
     * @param i2hBias shape (gates H,).
     * @param h2hBias shape (gates H,).
     */
    public static Tensor[] lstm(Operand data, Operand hidden, Operand cell, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias) {
        return OP_LSTM.all(new Object[] {data, hidden, cell, i2hWeight, h2hWeight, i2hBias, h2hBias, null, null});
    }

    /**
     * A long short-term memory: the hidden states of all steps, the last hidden state and cell.
     *
     * @param data floating, shape (T, N, C): all steps.
     * @param hidden shape (N, H).
     * @param cell shape (N, H).
     * @param i2hWeight rows for each gate, shape (gates H, C).
     * @param h2hWeight shape (gates H, H).
     * @param i2hBias shape (gates H,).
     * @param h2hBias shape (gates H,).
     * @param options what may be left out
     */
    public static Tensor[] lstm(Operand data, Operand hidden, Operand cell, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias, Lstm options) {
        return OP_LSTM.all(new Object[] {data, hidden, cell, i2hWeight, h2hWeight, i2hBias, h2hBias, options.sequenceLength, options.reverse});
    }

    private static final Operator OP_LSTM_CELL = new Operator("lstm_cell");

    /**
     * One step of a long short-term memory: the next hidden state and the next cell.
     *
     * @param data floating, shape (N, C).
     * @param hidden shape (N, H).
     * @param cell shape (N, H).
     * @param i2hWeight rows for each gate, shape (gates H, C).
     * @param h2hWeight shape (gates H, H).
     * @param i2hBias shape (gates H,).
     * @param h2hBias shape (gates H,).
     */
    public static Tensor[] lstmCell(Operand data, Operand hidden, Operand cell, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias) {
        return OP_LSTM_CELL.all(new Object[] {data, hidden, cell, i2hWeight, h2hWeight, i2hBias, h2hBias});
    }

    private static final Operator OP_MATMUL = new Operator("matmul");

    /**
     * Matrix product; leading axes broadcast, a vector is a row on the left, a column right.
     *
     * @param x1 any real dtype, shape (..., M, K) or (K,).
     * @param x2 shape (..., K, N) or (K,).
     */
    public static Tensor matmul(Operand x1, Operand x2) {
        return OP_MATMUL.one(x1, x2);
    }

    private static final Operator OP_MATVEC = new Operator("matvec");

    /**
     * Products of matrices and vectors; leading axes broadcast.
     *
     * @param x1 any real dtype, shape (..., M, N).
     * @param x2 shape (..., N).
     */
    public static Tensor matvec(Operand x1, Operand x2) {
        return OP_MATVEC.one(x1, x2);
    }

    private static final Operator OP_MAX = new Operator("max");

    /** What {@link #max} may be given beside its required arguments. */
    public static final class Max {
        private Object axis;

        /** axis or axes to reduce; none reduces all. Default: none. */
        public Max axis(long... value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Max axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object keepdims;

        /** keep the reduced axes with extent 1. Default: false. */
        public Max keepdims(boolean value) {
            keepdims = value;
            return this;
        }

    }

    /**
     * Largest element over axes; NaN if there is one.
     *
     * @param x any real dtype.
     */
    public static Tensor max(Operand x) {
        return OP_MAX.one(x);
    }

    /**
     * Largest element over axes; NaN if there is one.
     *
     * @param x any real dtype.
     * @param options what may be left out
     */
    public static Tensor max(Operand x, Max options) {
        return OP_MAX.one(new Object[] {x, options.axis, options.keepdims});
    }

    private static final Operator OP_MAXIMUM = new Operator("maximum");

    /**
     * The larger of two arrays, element by element; NaN where either is NaN.
     *
     * @param x1 any real dtype.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor maximum(Operand x1, Operand x2) {
        return OP_MAXIMUM.one(x1, x2);
    }

    private static final Operator OP_MEAN = new Operator("mean");

    /** What {@link #mean} may be given beside its required arguments. */
    public static final class Mean {
        private Object axis;

        /** axis or axes to reduce; none reduces all. Default: none. */
        public Mean axis(long... value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Mean axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object keepdims;

        /** keep the reduced axes with extent 1. Default: false. */
        public Mean keepdims(boolean value) {
            keepdims = value;
            return this;
        }

        private Object dtype;

        /** floating dtype to compute in. Default: none. */
        public Mean dtype(Dtype value) {
            dtype = value;
            return this;
        }

        /** Says that dtype is none on purpose. */
        public Mean dtypeNone() {
            dtype = Operator.NONE;
            return this;
        }

    }

    /**
     * Arithmetic mean over axes; bool and integers give the default float.
     *
     * @param x any real dtype.
     */
    public static Tensor mean(Operand x) {
        return OP_MEAN.one(x);
    }

    /**
     * Arithmetic mean over axes; bool and integers give the default float.
     *
     * @param x any real dtype.
     * @param options what may be left out
     */
    public static Tensor mean(Operand x, Mean options) {
        return OP_MEAN.one(new Object[] {x, options.axis, options.keepdims, options.dtype});
    }

    private static final Operator OP_MIN = new Operator("min");

    /** What {@link #min} may be given beside its required arguments. */
    public static final class Min {
        private Object axis;

        /** axis or axes to reduce; none reduces all. Default: none. */
        public Min axis(long... value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Min axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object keepdims;

        /** keep the reduced axes with extent 1. Default: false. */
        public Min keepdims(boolean value) {
            keepdims = value;
            return this;
        }

    }

    /**
     * Smallest element over axes; NaN if there is one.
     *
     * @param x any real dtype.
     */
    public static Tensor min(Operand x) {
        return OP_MIN.one(x);
    }

    /**
     * Smallest element over axes; NaN if there is one.
     *
     * @param x any real dtype.
     * @param options what may be left out
     */
    public static Tensor min(Operand x, Min options) {
        return OP_MIN.one(new Object[] {x, options.axis, options.keepdims});
    }

    private static final Operator OP_MINIMUM = new Operator("minimum");

    /**
     * The smaller of two arrays, element by element; NaN where either is NaN.
     *
     * @param x1 any real dtype.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor minimum(Operand x1, Operand x2) {
        return OP_MINIMUM.one(x1, x2);
    }

    private static final Operator OP_MISH = new Operator("mish");

    /**
     * x tanh(softplus(x)), element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor mish(Operand x) {
        return OP_MISH.one(x);
    }

    private static final Operator OP_MOVEAXIS = new Operator("moveaxis");

    /**
     * The array with axes moved to other places, the rest in their order; a view.
     *
     * @param a any dtype.
     * @param source axes to move.
     * @param destination where each of them goes.
     */
    public static Tensor moveaxis(Operand a, long[] source, long[] destination) {
        return OP_MOVEAXIS.one(new Object[] {a, source, destination});
    }

    private static final Operator OP_MULTIPLY = new Operator("multiply");

    /**
     * Product of two arrays, element by element.
     *
     * @param x1 any real dtype.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor multiply(Operand x1, Operand x2) {
        return OP_MULTIPLY.one(x1, x2);
    }

    private static final Operator OP_NAN_TO_NUM = new Operator("nan_to_num");

    /** What {@link #nanToNum} may be given beside its required arguments. */
    public static final class NanToNum {
        private Object nan;

        /** takes the place of NaN. Default: 0. */
        public NanToNum nan(double value) {
            nan = value;
            return this;
        }

        private Object posinf;

        /** that of infinity; none: the largest number. Default: none. */
        public NanToNum posinf(double value) {
            posinf = value;
            return this;
        }

        /** Says that posinf is none on purpose. */
        public NanToNum posinfNone() {
            posinf = Operator.NONE;
            return this;
        }

        private Object neginf;

        /** that of -infinity; none: the smallest number. Default: none. */
        public NanToNum neginf(double value) {
            neginf = value;
            return this;
        }

        /** Says that neginf is none on purpose. */
        public NanToNum neginfNone() {
            neginf = Operator.NONE;
            return this;
        }

    }

    /**
     * x with numbers in the place of NaN and infinities, element by element.
     *
     * @param x any real dtype.
     */
    public static Tensor nanToNum(Operand x) {
        return OP_NAN_TO_NUM.one(x);
    }

    /**
     * x with numbers in the place of NaN and infinities, element by element.
     *
     * @param x any real dtype.
     * @param options what may be left out
     */
    public static Tensor nanToNum(Operand x, NanToNum options) {
        return OP_NAN_TO_NUM.one(new Object[] {x, options.nan, options.posinf, options.neginf});
    }

    private static final Operator OP_NEGATIVE = new Operator("negative");

    /**
     * The negative, element by element.
     *
     * @param x any real dtype.
     */
    public static Tensor negative(Operand x) {
        return OP_NEGATIVE.one(x);
    }

    private static final Operator OP_NORM = new Operator("norm");

    /** What {@link #norm} may be given beside its required arguments. */
    public static final class Norm {
        private Object ord;

        /** order: any of vectors, 1, -1, inf or -inf of matrices; none: 2, of all axes. Default: none. */
        public Norm ord(double value) {
            ord = value;
            return this;
        }

        /** Says that ord is none on purpose. */
        public Norm ordNone() {
            ord = Operator.NONE;
            return this;
        }

        private Object axis;

        /** axis or axes to reduce; none reduces all. Default: none. */
        public Norm axis(long... value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Norm axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object keepdims;

        /** keep the reduced axes with extent 1. Default: false. */
        public Norm keepdims(boolean value) {
            keepdims = value;
            return this;
        }

    }

    /**
     * Length of vectors or matrices over axes; by default the root of the sum of squares, whose gradient at zero is zero.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor norm(Operand x) {
        return OP_NORM.one(x);
    }

    /**
     * Length of vectors or matrices over axes; by default the root of the sum of squares, whose gradient at zero is zero.
     *
     * @param x any real dtype; bool and integers become the default float.
     * @param options what may be left out
     */
    public static Tensor norm(Operand x, Norm options) {
        return OP_NORM.one(new Object[] {x, options.ord, options.axis, options.keepdims});
    }

    private static final Operator OP_NORMAL = new Operator("normal");

    /** What {@link #normal} may be given beside its required arguments. */
    public static final class Normal {
        private Object loc;

        /** mean. Default: 0. */
        public Normal loc(double value) {
            loc = value;
            return this;
        }

        private Object scale;

        /** standard deviation, at least 0. Default: 1. */
        public Normal scale(double value) {
            scale = value;
            return this;
        }

    }

    /**
     * Random numbers of the normal distribution.
     *
     * @param shape extents.
     * @param dtype floating dtype of the result.
     */
    public static Tensor normal(long[] shape, Dtype dtype) {
        return OP_NORMAL.one(new Object[] {null, null, shape, dtype});
    }

    /**
     * Random numbers of the normal distribution.
     *
     * @param shape extents.
     * @param dtype floating dtype of the result.
     * @param options what may be left out
     */
    public static Tensor normal(long[] shape, Dtype dtype, Normal options) {
        return OP_NORMAL.one(new Object[] {options.loc, options.scale, shape, dtype});
    }

    private static final Operator OP_NOT_EQUAL = new Operator("not_equal");

    /**
     * Truth of x1 != x2, element by element, as bool.
     *
     * @param x1 any real dtype.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor notEqual(Operand x1, Operand x2) {
        return OP_NOT_EQUAL.one(x1, x2);
    }

    private static final Operator OP_ONE_HOT = new Operator("one_hot");

    /** What {@link #oneHot} may be given beside its required arguments. */
    public static final class OneHot {
        private Object onValue;

        /** value at the place. Default: 1. */
        public OneHot onValue(double value) {
            onValue = value;
            return this;
        }

        private Object offValue;

        /** value elsewhere. Default: 0. */
        public OneHot offValue(double value) {
            offValue = value;
            return this;
        }

        private Object dtype;

        /** float32 by default. Default: none. */
        public OneHot dtype(Dtype value) {
            dtype = value;
            return this;
        }

        /** Says that dtype is none on purpose. */
        public OneHot dtypeNone() {
            dtype = Operator.NONE;
            return this;
        }

    }

    /**
     * A new last axis with one value at each integer's place and another elsewhere.
     *
     * @param data integers of any shape; those outside the new axis give no place.
     * @param depth extent of the new axis.
     */
    public static Tensor oneHot(Operand data, long depth) {
        return OP_ONE_HOT.one(new Object[] {data, depth, null, null, null});
    }

    /**
     * A new last axis with one value at each integer's place and another elsewhere.
     *
     * @param data integers of any shape; those outside the new axis give no place.
     * @param depth extent of the new axis.
     * @param options what may be left out
     */
    public static Tensor oneHot(Operand data, long depth, OneHot options) {
        return OP_ONE_HOT.one(new Object[] {data, depth, options.onValue, options.offValue, options.dtype});
    }

    private static final Operator OP_OUTER = new Operator("outer");

    /**
     * Products of each element of a (rows) with each of b (columns), both taken as flat.
     *
     * @param a any dtype.
     * @param b any dtype.
     */
    public static Tensor outer(Operand a, Operand b) {
        return OP_OUTER.one(a, b);
    }

    private static final Operator OP_OVERLAP_ADD = new Operator("overlap_add");

    /** What {@link #overlapAdd} may be given beside its required arguments. */
    public static final class OverlapAdd {
        private Object start;

        /** elements that are left out at the begin and, unless `length` is given, at the end. Default: 0. */
        public OverlapAdd start(long value) {
            start = value;
            return this;
        }

        private Object length;

        /** elements of the result; beyond the pieces zeros. Default: none. */
        public OverlapAdd length(long value) {
            length = value;
            return this;
        }

        /** Says that length is none on purpose. */
        public OverlapAdd lengthNone() {
            length = Operator.NONE;
            return this;
        }

    }

    /**
     * The sum of pieces of rows that begin `hop` elements apart; between them there are zeros.
     *
     * @param frames float32 or float64: at least two axes, pieces along the last one.
     * @param hop from the begin of a piece to that of the next.
     */
    public static Tensor overlapAdd(Operand frames, long hop) {
        return OP_OVERLAP_ADD.one(new Object[] {frames, hop, null, null});
    }

    /**
     * The sum of pieces of rows that begin `hop` elements apart; between them there are zeros.
     *
     * @param frames float32 or float64: at least two axes, pieces along the last one.
     * @param hop from the begin of a piece to that of the next.
     * @param options what may be left out
     */
    public static Tensor overlapAdd(Operand frames, long hop, OverlapAdd options) {
        return OP_OVERLAP_ADD.one(new Object[] {frames, hop, options.start, options.length});
    }

    private static final Operator OP_PAD = new Operator("pad");

    /** What {@link #pad} may be given beside its required arguments. */
    public static final class Pad {
        private Object value;

        /** what the border is filled with in mode constant, 0 unless given. */
        public Pad value(Operand value) {
            value = value;
            return this;
        }

        private Object mode;

        /** constant, edge, reflect, symmetric or wrap. Default: "constant". */
        public Pad mode(String value) {
            mode = value;
            return this;
        }

    }

    /**
     * The array with a border round it.
     *
     * @param array any dtype.
     * @param before width of the border at the start of each axis.
     * @param after width at the end of each axis.
     */
    public static Tensor pad(Operand array, long[] before, long[] after) {
        return OP_PAD.one(new Object[] {array, null, before, after, null});
    }

    /**
     * The array with a border round it.
     *
     * @param array any dtype.
     * @param before width of the border at the start of each axis.
     * @param after width at the end of each axis.
     * @param options what may be left out
     */
    public static Tensor pad(Operand array, long[] before, long[] after, Pad options) {
        return OP_PAD.one(new Object[] {array, options.value, before, after, options.mode});
    }

    private static final Operator OP_PERMUTATION = new Operator("permutation");

    /**
     * The numbers 0 to n - 1 in random order, as int64.
     *
     * @param n how many.
     */
    public static Tensor permutation(long n) {
        return OP_PERMUTATION.one(new Object[] {n});
    }

    private static final Operator OP_PICK = new Operator("pick");

    /** What {@link #pick} may be given beside its required arguments. */
    public static final class Pick {
        private Object axis;

        /** axis that the indices count along. Default: -1. */
        public Pick axis(long value) {
            axis = value;
            return this;
        }

        private Object keepdims;

        /** keep the axis with extent 1. Default: false. */
        public Pick keepdims(boolean value) {
            keepdims = value;
            return this;
        }

        private Object mode;

        /** raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: "raise". */
        public Pick mode(String value) {
            mode = value;
            return this;
        }

    }

    /**
     * One element along an axis for each position of the others: data[i, index[i]].
     *
     * @param data any dtype.
     * @param index any real dtype, cut to integers, data's shape without the axis; negative ones count back.
     */
    public static Tensor pick(Operand data, Operand index) {
        return OP_PICK.one(data, index);
    }

    /**
     * One element along an axis for each position of the others: data[i, index[i]].
     *
     * @param data any dtype.
     * @param index any real dtype, cut to integers, data's shape without the axis; negative ones count back.
     * @param options what may be left out
     */
    public static Tensor pick(Operand data, Operand index, Pick options) {
        return OP_PICK.one(new Object[] {data, index, options.axis, options.keepdims, options.mode});
    }

    private static final Operator OP_POISSON = new Operator("poisson");

    /**
     * Random counts of the Poisson distribution; NaN where there is none.
     *
     * @param rate float32 or float64: means.
     */
    public static Tensor poisson(Operand rate) {
        return OP_POISSON.one(rate);
    }

    private static final Operator OP_POLYGAMMA = new Operator("polygamma");

    /** What {@link #polygamma} may be given beside its required arguments. */
    public static final class Polygamma {
        private Object n;

        /** order of the derivative, from 0 to 20. Default: 1. */
        public Polygamma n(long value) {
            n = value;
            return this;
        }

    }

    /**
     * The n-th derivative of digamma, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor polygamma(Operand x) {
        return OP_POLYGAMMA.one(x);
    }

    /**
     * The n-th derivative of digamma, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     * @param options what may be left out
     */
    public static Tensor polygamma(Operand x, Polygamma options) {
        return OP_POLYGAMMA.one(new Object[] {x, options.n});
    }

    private static final Operator OP_POOLING = new Operator("pooling");

    /** What {@link #pooling} may be given beside its required arguments. */
    public static final class Pooling {
        private Object kernel;

        /** extents of the window. Default: none. */
        public Pooling kernel(long... value) {
            kernel = value;
            return this;
        }

        /** Says that kernel is none on purpose. */
        public Pooling kernelNone() {
            kernel = Operator.NONE;
            return this;
        }

        private Object poolType;

        /** max or avg; pooling also has sum and lp. Default: "max". */
        public Pooling poolType(String value) {
            poolType = value;
            return this;
        }

        private Object stride;

        /** step of the window, 1 by default. Default: none. */
        public Pooling stride(long... value) {
            stride = value;
            return this;
        }

        /** Says that stride is none on purpose. */
        public Pooling strideNone() {
            stride = Operator.NONE;
            return this;
        }

        private Object pad;

        /** elements added on both sides, or before all axes and then behind them; 0 by default. Default: none. */
        public Pooling pad(long... value) {
            pad = value;
            return this;
        }

        /** Says that pad is none on purpose. */
        public Pooling padNone() {
            pad = Operator.NONE;
            return this;
        }

        private Object globalPool;

        /** one window over the whole image. Default: false. */
        public Pooling globalPool(boolean value) {
            globalPool = value;
            return this;
        }

        private Object poolingConvention;

        /** valid drops a last window that does not fit, full keeps it. Default: "valid". */
        public Pooling poolingConvention(String value) {
            poolingConvention = value;
            return this;
        }

        private Object countIncludePad;

        /** the average counts padded elements. Default: true. */
        public Pooling countIncludePad(boolean value) {
            countIncludePad = value;
            return this;
        }

        private Object pValue;

        /** the p of pool_type lp, the p-norm, at least 1. Default: 2. */
        public Pooling pValue(long value) {
            pValue = value;
            return this;
        }

    }

    /**
     * Maximum, average, sum or norm over windows of one, two or three spatial axes.
     *
     * @param data any real dtype for maxima, else floating; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
     */
    public static Tensor pooling(Operand data) {
        return OP_POOLING.one(data);
    }

    /**
     * Maximum, average, sum or norm over windows of one, two or three spatial axes.
     *
     * @param data any real dtype for maxima, else floating; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
     * @param options what may be left out
     */
    public static Tensor pooling(Operand data, Pooling options) {
        return OP_POOLING.one(new Object[] {data, options.kernel, options.poolType, options.stride, options.pad, options.globalPool, options.poolingConvention, options.countIncludePad, options.pValue});
    }

    private static final Operator OP_POW = new Operator("pow");

    /**
     * x1 to the power of x2, by the general formula, element by element.
     *
     * @param x1 any real dtype but bool.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor pow(Operand x1, Operand x2) {
        return OP_POW.one(x1, x2);
    }

    private static final Operator OP_POWER = new Operator("power");

    /**
     * x1 to the power of x2, element by element. Integers wrap; their negative powers are truncated to 0, 1 or -1, and refused where the exponent is a number.
     *
     * @param x1 any real dtype but bool.
     * @param x2 exponent, broadcast against `x1`.
     */
    public static Tensor power(Operand x1, Operand x2) {
        return OP_POWER.one(x1, x2);
    }

    private static final Operator OP_PRELU = new Operator("prelu");

    /**
     * x above zero, gamma x below, with slopes that are learned.
     *
     * @param x any real dtype, shape (N, C, ...).
     * @param gamma slopes: one, one for each of C channels, or broadcast against `x`.
     */
    public static Tensor prelu(Operand x, Operand gamma) {
        return OP_PRELU.one(x, gamma);
    }

    private static final Operator OP_PRINT = new Operator("print");

    /** What {@link #print} may be given beside its required arguments. */
    public static final class Print {
        private Object format;

        /** `{{` and `}}` are braces. Default: "{}". */
        public Print format(String value) {
            format = value;
            return this;
        }

    }

    /**
     * Prints a line: a text with arrays in the places that it marks by `{}`.
     *
     * @param arrays any dtype; one for each `{}`.
     */
    public static Tensor[] print(Tensor[] arrays) {
        return OP_PRINT.all(new Object[] {arrays, null});
    }

    /**
     * Prints a line: a text with arrays in the places that it marks by `{}`.
     *
     * @param arrays any dtype; one for each `{}`.
     * @param options what may be left out
     */
    public static Tensor[] print(Tensor[] arrays, Print options) {
        return OP_PRINT.all(new Object[] {arrays, options.format});
    }

    private static final Operator OP_PROD = new Operator("prod");

    /** What {@link #prod} may be given beside its required arguments. */
    public static final class Prod {
        private Object axis;

        /** axis or axes to reduce; none reduces all. Default: none. */
        public Prod axis(long... value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Prod axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object keepdims;

        /** keep the reduced axes with extent 1. Default: false. */
        public Prod keepdims(boolean value) {
            keepdims = value;
            return this;
        }

        private Object dtype;

        /** floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none. */
        public Prod dtype(Dtype value) {
            dtype = value;
            return this;
        }

        /** Says that dtype is none on purpose. */
        public Prod dtypeNone() {
            dtype = Operator.NONE;
            return this;
        }

    }

    /**
     * Product over axes; bool and integers multiply in 64 bits. An empty product is 1.
     *
     * @param x any real dtype.
     */
    public static Tensor prod(Operand x) {
        return OP_PROD.one(x);
    }

    /**
     * Product over axes; bool and integers multiply in 64 bits. An empty product is 1.
     *
     * @param x any real dtype.
     * @param options what may be left out
     */
    public static Tensor prod(Operand x, Prod options) {
        return OP_PROD.one(new Object[] {x, options.axis, options.keepdims, options.dtype});
    }

    private static final Operator OP_PTP = new Operator("ptp");

    /** What {@link #ptp} may be given beside its required arguments. */
    public static final class Ptp {
        private Object axis;

        /** axis or axes to reduce; none reduces all. Default: none. */
        public Ptp axis(long... value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Ptp axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object keepdims;

        /** keep the reduced axes with extent 1. Default: false. */
        public Ptp keepdims(boolean value) {
            keepdims = value;
            return this;
        }

    }

    /**
     * Largest less smallest element over axes.
     *
     * @param x any real dtype.
     */
    public static Tensor ptp(Operand x) {
        return OP_PTP.one(x);
    }

    /**
     * Largest less smallest element over axes.
     *
     * @param x any real dtype.
     * @param options what may be left out
     */
    public static Tensor ptp(Operand x, Ptp options) {
        return OP_PTP.one(new Object[] {x, options.axis, options.keepdims});
    }

    private static final Operator OP_QR = new Operator("qr");

    /**
     * Orthogonal columns Q and a triangle R of matrices Q R.
     *
     * @param a any dtype but half types: matrices, (..., M, N).
     */
    public static Tensor[] qr(Operand a) {
        return OP_QR.all(new Object[] {a});
    }

    private static final Operator OP_QUANTIZE = new Operator("quantize");

    /** What {@link #quantize} may be given beside its required arguments. */
    public static final class Quantize {
        private Object zeroPoint;

        /** int8 or uint8, shape () or that of the axis; none: 0. */
        public Quantize zeroPoint(Operand value) {
            zeroPoint = value;
            return this;
        }

        private Object axis;

        /** axis along which there are several scales. Default: -1. */
        public Quantize axis(long value) {
            axis = value;
            return this;
        }

        private Object dtype;

        /** int8 or uint8; int8 by default. Default: none. */
        public Quantize dtype(Dtype value) {
            dtype = value;
            return this;
        }

        /** Says that dtype is none on purpose. */
        public Quantize dtypeNone() {
            dtype = Operator.NONE;
            return this;
        }

    }

    /**
     * Integers that stand for real numbers: data / scale, rounded to the nearest (halves to the even one), plus the zero point; saturates, and maps NaN to 0.
     *
     * @param data float32 or half types.
     * @param scale floating, greater than 0, shape () or that of the axis.
     */
    public static Tensor quantize(Operand data, Operand scale) {
        return OP_QUANTIZE.one(data, scale);
    }

    /**
     * Integers that stand for real numbers: data / scale, rounded to the nearest (halves to the even one), plus the zero point; saturates, and maps NaN to 0.
     *
     * @param data float32 or half types.
     * @param scale floating, greater than 0, shape () or that of the axis.
     * @param options what may be left out
     */
    public static Tensor quantize(Operand data, Operand scale, Quantize options) {
        return OP_QUANTIZE.one(new Object[] {data, scale, options.zeroPoint, options.axis, options.dtype});
    }

    private static final Operator OP_QUANTIZED_ADD = new Operator("quantized_add");

    /** What {@link #quantizedAdd} may be given beside its required arguments. */
    public static final class QuantizedAdd {
        private Object x1ZeroPoint;

        /** the integer that stands for zero in x1. Default: 0. */
        public QuantizedAdd x1ZeroPoint(long value) {
            x1ZeroPoint = value;
            return this;
        }

        private Object x2ZeroPoint;

        /** the integer that stands for zero in x2. Default: 0. */
        public QuantizedAdd x2ZeroPoint(long value) {
            x2ZeroPoint = value;
            return this;
        }

        private Object outputZeroPoint;

        /** the integer that stands for zero in the result. Default: 0. */
        public QuantizedAdd outputZeroPoint(long value) {
            outputZeroPoint = value;
            return this;
        }

        private Object low;

        /** lower bound of the result. Default: -128. */
        public QuantizedAdd low(long value) {
            low = value;
            return this;
        }

        private Object high;

        /** upper bound of the result. Default: 127. */
        public QuantizedAdd high(long value) {
            high = value;
            return this;
        }

    }

    /**
     * Sum of two int8 arrays of their own scales, as int8, rounded as in TensorFlow Lite.
     *
     * @param x1 int8.
     * @param x2 int8, shape of x1.
     * @param x1Scale what a step of x1 stands for.
     * @param x2Scale what a step of x2 stands for.
     * @param outputScale what a step of the result stands for.
     */
    public static Tensor quantizedAdd(Operand x1, Operand x2, double x1Scale, double x2Scale, double outputScale) {
        return OP_QUANTIZED_ADD.one(new Object[] {x1, x2, x1Scale, x2Scale, outputScale, null, null, null, null, null});
    }

    /**
     * Sum of two int8 arrays of their own scales, as int8, rounded as in TensorFlow Lite.
     *
     * @param x1 int8.
     * @param x2 int8, shape of x1.
     * @param x1Scale what a step of x1 stands for.
     * @param x2Scale what a step of x2 stands for.
     * @param outputScale what a step of the result stands for.
     * @param options what may be left out
     */
    public static Tensor quantizedAdd(Operand x1, Operand x2, double x1Scale, double x2Scale, double outputScale, QuantizedAdd options) {
        return OP_QUANTIZED_ADD.one(new Object[] {x1, x2, x1Scale, x2Scale, outputScale, options.x1ZeroPoint, options.x2ZeroPoint, options.outputZeroPoint, options.low, options.high});
    }

    private static final Operator OP_QUANTIZED_CONVOLUTION = new Operator("quantized_convolution");

    /** What {@link #quantizedConvolution} may be given beside its required arguments. */
    public static final class QuantizedConvolution {
        private Object bias;

        /** int32, shape (filters,). */
        public QuantizedConvolution bias(Operand value) {
            bias = value;
            return this;
        }

        private Object multiplier;

        /** int32, not negative, shape () or (channels,): 2^31 times a factor below 1. */
        public QuantizedConvolution multiplier(Operand value) {
            multiplier = value;
            return this;
        }

        private Object shift;

        /** int32, shape of multiplier: the factor's power of two, -31 to 30. */
        public QuantizedConvolution shift(Operand value) {
            shift = value;
            return this;
        }

        private Object residual;

        /** int8, shape of the result: added to the sums, times its factor. */
        public QuantizedConvolution residual(Operand value) {
            residual = value;
            return this;
        }

        private Object residualFactor;

        /** int32, shape (filters,): its scale over that of the sums. */
        public QuantizedConvolution residualFactor(Operand value) {
            residualFactor = value;
            return this;
        }

        private Object kernel;

        /** extents of the window; those of the weight. Default: none. */
        public QuantizedConvolution kernel(long... value) {
            kernel = value;
            return this;
        }

        /** Says that kernel is none on purpose. */
        public QuantizedConvolution kernelNone() {
            kernel = Operator.NONE;
            return this;
        }

        private Object stride;

        /** step of the window, 1 by default. Default: none. */
        public QuantizedConvolution stride(long... value) {
            stride = value;
            return this;
        }

        /** Says that stride is none on purpose. */
        public QuantizedConvolution strideNone() {
            stride = Operator.NONE;
            return this;
        }

        private Object pad;

        /** zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none. */
        public QuantizedConvolution pad(long... value) {
            pad = value;
            return this;
        }

        /** Says that pad is none on purpose. */
        public QuantizedConvolution padNone() {
            pad = Operator.NONE;
            return this;
        }

        private Object dilate;

        /** distance of the window's elements, 1 by default. Default: none. */
        public QuantizedConvolution dilate(long... value) {
            dilate = value;
            return this;
        }

        /** Says that dilate is none on purpose. */
        public QuantizedConvolution dilateNone() {
            dilate = Operator.NONE;
            return this;
        }

        private Object numGroup;

        /** groups of channels that do not see each other. Default: 1. */
        public QuantizedConvolution numGroup(long value) {
            numGroup = value;
            return this;
        }

        private Object zeroPoint;

        /** the integer that stands for zero in data, and pads it. Default: 0. */
        public QuantizedConvolution zeroPoint(long value) {
            zeroPoint = value;
            return this;
        }

        private Object outputZeroPoint;

        /** the integer that stands for zero in the result. Default: 0. */
        public QuantizedConvolution outputZeroPoint(long value) {
            outputZeroPoint = value;
            return this;
        }

        private Object low;

        /** lower bound of the result. Default: -128. */
        public QuantizedConvolution low(long value) {
            low = value;
            return this;
        }

        private Object high;

        /** upper bound of the result. Default: 127. */
        public QuantizedConvolution high(long value) {
            high = value;
            return this;
        }

        private Object channelsLast;

        /** data is (N, W, C) or (N, H, W, C), the weight (filters, kernel..., C / groups). Default: false. */
        public QuantizedConvolution channelsLast(boolean value) {
            channelsLast = value;
            return this;
        }

    }

    /**
     * Convolution of int8 images, of data - zero_point in int32, which pads with zero_point; with a multiplier and a shift as int8, see requantize.
     *
     * @param data int8, shape (N, C, W) or (N, C, H, W).
     * @param weight int8, shape (filters, C / groups, kernel...).
     */
    public static Tensor quantizedConvolution(Operand data, Operand weight) {
        return OP_QUANTIZED_CONVOLUTION.one(data, weight);
    }

    /**
     * Convolution of int8 images, of data - zero_point in int32, which pads with zero_point; with a multiplier and a shift as int8, see requantize.
     *
     * @param data int8, shape (N, C, W) or (N, C, H, W).
     * @param weight int8, shape (filters, C / groups, kernel...).
     * @param options what may be left out
     */
    public static Tensor quantizedConvolution(Operand data, Operand weight, QuantizedConvolution options) {
        return OP_QUANTIZED_CONVOLUTION.one(new Object[] {data, weight, options.bias, options.multiplier, options.shift, options.residual, options.residualFactor, options.kernel, options.stride, options.pad, options.dilate, options.numGroup, options.zeroPoint, options.outputZeroPoint, options.low, options.high, options.channelsLast});
    }

    private static final Operator OP_QUANTIZED_CONVOLUTION16 = new Operator("quantized_convolution16");

    /** What {@link #quantizedConvolution16} may be given beside its required arguments. */
    public static final class QuantizedConvolution16 {
        private Object bias;

        /** int64, shape (filters,). */
        public QuantizedConvolution16 bias(Operand value) {
            bias = value;
            return this;
        }

        private Object multiplier;

        /** int32, shape (filters,): 0 to 32767. */
        public QuantizedConvolution16 multiplier(Operand value) {
            multiplier = value;
            return this;
        }

        private Object shift;

        /** int32, shape (filters,): 1 to 62. */
        public QuantizedConvolution16 shift(Operand value) {
            shift = value;
            return this;
        }

        private Object kernel;

        /** extents of the window; those of the weight. Default: none. */
        public QuantizedConvolution16 kernel(long... value) {
            kernel = value;
            return this;
        }

        /** Says that kernel is none on purpose. */
        public QuantizedConvolution16 kernelNone() {
            kernel = Operator.NONE;
            return this;
        }

        private Object stride;

        /** step of the window, 1 by default. Default: none. */
        public QuantizedConvolution16 stride(long... value) {
            stride = value;
            return this;
        }

        /** Says that stride is none on purpose. */
        public QuantizedConvolution16 strideNone() {
            stride = Operator.NONE;
            return this;
        }

        private Object pad;

        /** zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none. */
        public QuantizedConvolution16 pad(long... value) {
            pad = value;
            return this;
        }

        /** Says that pad is none on purpose. */
        public QuantizedConvolution16 padNone() {
            pad = Operator.NONE;
            return this;
        }

        private Object dilate;

        /** distance of the window's elements, 1 by default. Default: none. */
        public QuantizedConvolution16 dilate(long... value) {
            dilate = value;
            return this;
        }

        /** Says that dilate is none on purpose. */
        public QuantizedConvolution16 dilateNone() {
            dilate = Operator.NONE;
            return this;
        }

        private Object numGroup;

        /** groups of channels that do not see each other. Default: 1. */
        public QuantizedConvolution16 numGroup(long value) {
            numGroup = value;
            return this;
        }

        private Object low;

        /** lower bound of the result. Default: -32768. */
        public QuantizedConvolution16 low(long value) {
            low = value;
            return this;
        }

        private Object high;

        /** upper bound of the result. Default: 32767. */
        public QuantizedConvolution16 high(long value) {
            high = value;
            return this;
        }

    }

    /**
     * Convolution of int16 images with int8 filters: int64 sums, or with a multiplier and a shift int16, the sums times multiplier * 2^-shift, rounded to the nearest, halves up.
     *
     * @param data int16, shape (N, H, W, C).
     * @param weight int8, shape (filters, kernel..., C / groups).
     */
    public static Tensor quantizedConvolution16(Operand data, Operand weight) {
        return OP_QUANTIZED_CONVOLUTION16.one(data, weight);
    }

    /**
     * Convolution of int16 images with int8 filters: int64 sums, or with a multiplier and a shift int16, the sums times multiplier * 2^-shift, rounded to the nearest, halves up.
     *
     * @param data int16, shape (N, H, W, C).
     * @param weight int8, shape (filters, kernel..., C / groups).
     * @param options what may be left out
     */
    public static Tensor quantizedConvolution16(Operand data, Operand weight, QuantizedConvolution16 options) {
        return OP_QUANTIZED_CONVOLUTION16.one(new Object[] {data, weight, options.bias, options.multiplier, options.shift, options.kernel, options.stride, options.pad, options.dilate, options.numGroup, options.low, options.high});
    }

    private static final Operator OP_QUANTIZED_FULLY_CONNECTED = new Operator("quantized_fully_connected");

    /** What {@link #quantizedFullyConnected} may be given beside its required arguments. */
    public static final class QuantizedFullyConnected {
        private Object bias;

        /** int32, shape (units,). */
        public QuantizedFullyConnected bias(Operand value) {
            bias = value;
            return this;
        }

        private Object multiplier;

        /** int32, not negative, shape () or (channels,): 2^31 times a factor below 1. */
        public QuantizedFullyConnected multiplier(Operand value) {
            multiplier = value;
            return this;
        }

        private Object shift;

        /** int32, shape of multiplier: the factor's power of two, -31 to 30. */
        public QuantizedFullyConnected shift(Operand value) {
            shift = value;
            return this;
        }

        private Object zeroPoint;

        /** the integer that stands for zero in data. Default: 0. */
        public QuantizedFullyConnected zeroPoint(long value) {
            zeroPoint = value;
            return this;
        }

        private Object outputZeroPoint;

        /** the integer that stands for zero in the result. Default: 0. */
        public QuantizedFullyConnected outputZeroPoint(long value) {
            outputZeroPoint = value;
            return this;
        }

        private Object low;

        /** lower bound of the result. Default: -128. */
        public QuantizedFullyConnected low(long value) {
            low = value;
            return this;
        }

        private Object high;

        /** upper bound of the result. Default: 127. */
        public QuantizedFullyConnected high(long value) {
            high = value;
            return this;
        }

        private Object flatten;

        /** merge all axes of data but the first. Default: true. */
        public QuantizedFullyConnected flatten(boolean value) {
            flatten = value;
            return this;
        }

    }

    /**
     * Affine map of int8 features, (data - zero_point) weightᵀ + bias in int32; with a multiplier and a shift as int8, see requantize.
     *
     * @param data int8, shape (N, ...) when flatten, else (..., features).
     * @param weight int8, shape (units, features).
     */
    public static Tensor quantizedFullyConnected(Operand data, Operand weight) {
        return OP_QUANTIZED_FULLY_CONNECTED.one(data, weight);
    }

    /**
     * Affine map of int8 features, (data - zero_point) weightᵀ + bias in int32; with a multiplier and a shift as int8, see requantize.
     *
     * @param data int8, shape (N, ...) when flatten, else (..., features).
     * @param weight int8, shape (units, features).
     * @param options what may be left out
     */
    public static Tensor quantizedFullyConnected(Operand data, Operand weight, QuantizedFullyConnected options) {
        return OP_QUANTIZED_FULLY_CONNECTED.one(new Object[] {data, weight, options.bias, options.multiplier, options.shift, options.zeroPoint, options.outputZeroPoint, options.low, options.high, options.flatten});
    }

    private static final Operator OP_QUANTIZED_GRU = new Operator("quantized_gru");

    /** What {@link #quantizedGru} may be given beside its required arguments. */
    public static final class QuantizedGru {
        private Object reverse;

        /** from the last step to the first. Default: false. */
        public QuantizedGru reverse(boolean value) {
            reverse = value;
            return this;
        }

    }

    /**
     * A gated recurrent unit in integers, from a hidden state of 0: its hidden states after all steps, int8, multiples of 2^-7. Gates have 16 bits.
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
     */
    public static Tensor quantizedGru(Operand data, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand i2hMultiplier, Operand i2hShift, Operand h2hBias, Operand h2hMultiplier, Operand h2hShift) {
        return OP_QUANTIZED_GRU.one(new Object[] {data, i2hWeight, h2hWeight, i2hBias, i2hMultiplier, i2hShift, h2hBias, h2hMultiplier, h2hShift, null});
    }

    /**
     * A gated recurrent unit in integers, from a hidden state of 0: its hidden states after all steps, int8, multiples of 2^-7. Gates have 16 bits.
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
     * @param options what may be left out
     */
    public static Tensor quantizedGru(Operand data, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand i2hMultiplier, Operand i2hShift, Operand h2hBias, Operand h2hMultiplier, Operand h2hShift, QuantizedGru options) {
        return OP_QUANTIZED_GRU.one(new Object[] {data, i2hWeight, h2hWeight, i2hBias, i2hMultiplier, i2hShift, h2hBias, h2hMultiplier, h2hShift, options.reverse});
    }

    private static final Operator OP_QUANTIZED_LOOKUP = new Operator("quantized_lookup");

    /**
     * What a table has for each int8 element: any function of one element, between any scales.
     *
     * @param data int8.
     * @param table int8, shape (256,): results for -128, -127, ... 127.
     */
    public static Tensor quantizedLookup(Operand data, Operand table) {
        return OP_QUANTIZED_LOOKUP.one(data, table);
    }

    private static final Operator OP_QUANTIZED_LSTM = new Operator("quantized_lstm");

    /** What {@link #quantizedLstm} may be given beside its required arguments. */
    public static final class QuantizedLstm {
        private Object reverse;

        /** from the last step to the first. Default: false. */
        public QuantizedLstm reverse(boolean value) {
            reverse = value;
            return this;
        }

    }

    /**
     * A long short-term memory in integers, from states of 0: its hidden states after all steps, int8, multiples of 2^-7. Gates and cells have 16 bits; a cell reaches from -16 to 16.
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
     */
    public static Tensor quantizedLstm(Operand data, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand i2hMultiplier, Operand i2hShift, Operand h2hBias, Operand h2hMultiplier, Operand h2hShift) {
        return OP_QUANTIZED_LSTM.one(new Object[] {data, i2hWeight, h2hWeight, i2hBias, i2hMultiplier, i2hShift, h2hBias, h2hMultiplier, h2hShift, null});
    }

    /**
     * A long short-term memory in integers, from states of 0: its hidden states after all steps, int8, multiples of 2^-7. Gates and cells have 16 bits; a cell reaches from -16 to 16.
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
     * @param options what may be left out
     */
    public static Tensor quantizedLstm(Operand data, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand i2hMultiplier, Operand i2hShift, Operand h2hBias, Operand h2hMultiplier, Operand h2hShift, QuantizedLstm options) {
        return OP_QUANTIZED_LSTM.one(new Object[] {data, i2hWeight, h2hWeight, i2hBias, i2hMultiplier, i2hShift, h2hBias, h2hMultiplier, h2hShift, options.reverse});
    }

    private static final Operator OP_QUANTIZED_POOLING = new Operator("quantized_pooling");

    /** What {@link #quantizedPooling} may be given beside its required arguments. */
    public static final class QuantizedPooling {
        private Object kernel;

        /** extents of the window. Default: none. */
        public QuantizedPooling kernel(long... value) {
            kernel = value;
            return this;
        }

        /** Says that kernel is none on purpose. */
        public QuantizedPooling kernelNone() {
            kernel = Operator.NONE;
            return this;
        }

        private Object poolType;

        /** max or avg; pooling also has sum and lp. Default: "max". */
        public QuantizedPooling poolType(String value) {
            poolType = value;
            return this;
        }

        private Object stride;

        /** step of the window, 1 by default. Default: none. */
        public QuantizedPooling stride(long... value) {
            stride = value;
            return this;
        }

        /** Says that stride is none on purpose. */
        public QuantizedPooling strideNone() {
            stride = Operator.NONE;
            return this;
        }

        private Object pad;

        /** elements added on both sides, or before all axes and then behind them; 0 by default. Default: none. */
        public QuantizedPooling pad(long... value) {
            pad = value;
            return this;
        }

        /** Says that pad is none on purpose. */
        public QuantizedPooling padNone() {
            pad = Operator.NONE;
            return this;
        }

        private Object globalPool;

        /** one window over the whole image. Default: false. */
        public QuantizedPooling globalPool(boolean value) {
            globalPool = value;
            return this;
        }

        private Object poolingConvention;

        /** valid drops a last window that does not fit, full keeps it. Default: "valid". */
        public QuantizedPooling poolingConvention(String value) {
            poolingConvention = value;
            return this;
        }

        private Object countIncludePad;

        /** the average counts padded elements. Default: true. */
        public QuantizedPooling countIncludePad(boolean value) {
            countIncludePad = value;
            return this;
        }

        private Object zeroPoint;

        /** the integer that stands for zero: padded elements of an average. Default: 0. */
        public QuantizedPooling zeroPoint(long value) {
            zeroPoint = value;
            return this;
        }

        private Object channelsLast;

        /** data is (N, W, C) or (N, H, W, C). Default: false. */
        public QuantizedPooling channelsLast(boolean value) {
            channelsLast = value;
            return this;
        }

    }

    /**
     * Maximum or average of int8 over windows of one or two spatial axes, of data's scale; the average is rounded to the nearest, halves away from zero, as in TensorFlow Lite.
     *
     * @param data int8, shape (N, C, W) or (N, C, H, W).
     */
    public static Tensor quantizedPooling(Operand data) {
        return OP_QUANTIZED_POOLING.one(data);
    }

    /**
     * Maximum or average of int8 over windows of one or two spatial axes, of data's scale; the average is rounded to the nearest, halves away from zero, as in TensorFlow Lite.
     *
     * @param data int8, shape (N, C, W) or (N, C, H, W).
     * @param options what may be left out
     */
    public static Tensor quantizedPooling(Operand data, QuantizedPooling options) {
        return OP_QUANTIZED_POOLING.one(new Object[] {data, options.kernel, options.poolType, options.stride, options.pad, options.globalPool, options.poolingConvention, options.countIncludePad, options.zeroPoint, options.channelsLast});
    }

    private static final Operator OP_QUANTIZED_SOFTMAX = new Operator("quantized_softmax");

    /**
     * Softmax of int8 along the last axis by TensorFlow Lite's rule: int8 that stand for (y + 128) / 256.
     *
     * @param data int8, at most 4095 elements along the last axis.
     * @param scale what a step of data stands for.
     */
    public static Tensor quantizedSoftmax(Operand data, double scale) {
        return OP_QUANTIZED_SOFTMAX.one(new Object[] {data, scale});
    }

    private static final Operator OP_RANDINT = new Operator("randint");

    /**
     * Random integers in [low, high), each equally likely, as int64.
     *
     * @param low least number.
     * @param high bound, not reached.
     * @param shape extents.
     */
    public static Tensor randint(long low, long high, long[] shape) {
        return OP_RANDINT.one(new Object[] {low, high, shape});
    }

    private static final Operator OP_RAVEL = new Operator("ravel");

    /**
     * The elements in row-major order along one axis; a view where strides allow.
     *
     * @param a any dtype.
     */
    public static Tensor ravel(Operand a) {
        return OP_RAVEL.one(a);
    }

    private static final Operator OP_RDFT = new Operator("rdft");

    /**
     * The first half of the discrete Fourier transform of real numbers along the last axis, without a scale; complex. `np.fft` has NumPy's functions.
     *
     * @param x any real dtype.
     */
    public static Tensor rdft(Operand x) {
        return OP_RDFT.one(x);
    }

    private static final Operator OP_REAL = new Operator("real");

    /**
     * The real parts of the elements; of real numbers the array itself.
     *
     * @param x any dtype.
     */
    public static Tensor real(Operand x) {
        return OP_REAL.one(x);
    }

    private static final Operator OP_REAL_FOURIER = new Operator("real_fourier");

    /** What {@link #realFourier} may be given beside its required arguments. */
    public static final class RealFourier {
        private Object mirrored;

        /** elements with a mirror image count twice. Default: false. */
        public RealFourier mirrored(boolean value) {
            mirrored = value;
            return this;
        }

    }

    /**
     * The first half of the discrete Fourier transform of real rows, in planes and without a scale.
     *
     * @param x float32 or float64.
     */
    public static Tensor[] realFourier(Operand x) {
        return OP_REAL_FOURIER.all(new Object[] {x, null});
    }

    /**
     * The first half of the discrete Fourier transform of real rows, in planes and without a scale.
     *
     * @param x float32 or float64.
     * @param options what may be left out
     */
    public static Tensor[] realFourier(Operand x, RealFourier options) {
        return OP_REAL_FOURIER.all(new Object[] {x, options.mirrored});
    }

    private static final Operator OP_REAL_FOURIER_INVERSE = new Operator("real_fourier_inverse");

    /** What {@link #realFourierInverse} may be given beside its required arguments. */
    public static final class RealFourierInverse {
        private Object x2;

        /** the imaginary parts; zeros unless given. */
        public RealFourierInverse x2(Operand value) {
            x2 = value;
            return this;
        }

        private Object mirrored;

        /** elements with a mirror image count twice. Default: true. */
        public RealFourierInverse mirrored(boolean value) {
            mirrored = value;
            return this;
        }

    }

    /**
     * Real rows of the first halves of their discrete Fourier transforms, in planes and without a scale.
     *
     * @param x1 float32 or float64: the real parts.
     * @param length of the rows.
     */
    public static Tensor realFourierInverse(Operand x1, long length) {
        return OP_REAL_FOURIER_INVERSE.one(new Object[] {x1, null, length, null});
    }

    /**
     * Real rows of the first halves of their discrete Fourier transforms, in planes and without a scale.
     *
     * @param x1 float32 or float64: the real parts.
     * @param length of the rows.
     * @param options what may be left out
     */
    public static Tensor realFourierInverse(Operand x1, long length, RealFourierInverse options) {
        return OP_REAL_FOURIER_INVERSE.one(new Object[] {x1, options.x2, length, options.mirrored});
    }

    private static final Operator OP_REAL_PART = new Operator("real_part");

    /**
     * The real parts of complex numbers.
     *
     * @param x complex.
     */
    public static Tensor realPart(Operand x) {
        return OP_REAL_PART.one(x);
    }

    private static final Operator OP_RECEIVE = new Operator("receive");

    /** What {@link #receive} may be given beside its required arguments. */
    public static final class Receive {
        private Object token;

        /** any dtype; what has a gradient only if this has; its value is not read. */
        public Receive token(Operand value) {
            token = value;
            return this;
        }

        private Object tag;

        /** messages of one tag arrive in the order in which they were sent. Default: 0. */
        public Receive tag(long value) {
            tag = value;
            return this;
        }

        private Object group;

        /** a group that this process has joined. Default: "world". */
        public Receive group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * The next array that another rank sends to this one.
     *
     * @param shape of the array that was sent.
     * @param dtype of the array that was sent.
     * @param source the rank that sends it.
     */
    public static Tensor receive(long[] shape, Dtype dtype, long source) {
        return OP_RECEIVE.one(new Object[] {null, shape, dtype, source, null, null});
    }

    /**
     * The next array that another rank sends to this one.
     *
     * @param shape of the array that was sent.
     * @param dtype of the array that was sent.
     * @param source the rank that sends it.
     * @param options what may be left out
     */
    public static Tensor receive(long[] shape, Dtype dtype, long source, Receive options) {
        return OP_RECEIVE.one(new Object[] {options.token, shape, dtype, source, options.tag, options.group});
    }

    private static final Operator OP_RECIPROCAL = new Operator("reciprocal");

    /**
     * 1 / x, element by element; integers give the default float.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor reciprocal(Operand x) {
        return OP_RECIPROCAL.one(x);
    }

    private static final Operator OP_REDUCE_BLOCKS = new Operator("reduce_blocks");

    /** What {@link #reduceBlocks} may be given beside its required arguments. */
    public static final class ReduceBlocks {
        private Object reduction;

        /** `sum`, `mean`, `product`, `min` or `max`. Default: "sum". */
        public ReduceBlocks reduction(String value) {
            reduction = value;
            return this;
        }

        private Object ordered;

        /** the same bits whatever moves the bytes: a tree over ranks. Default: false. */
        public ReduceBlocks ordered(boolean value) {
            ordered = value;
            return this;
        }

        private Object group;

        /** a group that this process has joined. Default: "world". */
        public ReduceBlocks group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * This rank's block, along axis 0, of the reduction of the arrays of all ranks.
     *
     * @param x any real dtype but bool; the same type on all ranks.
     * @param ranks how many processes the group has.
     */
    public static Tensor reduceBlocks(Operand x, long ranks) {
        return OP_REDUCE_BLOCKS.one(new Object[] {x, ranks, null, null, null});
    }

    /**
     * This rank's block, along axis 0, of the reduction of the arrays of all ranks.
     *
     * @param x any real dtype but bool; the same type on all ranks.
     * @param ranks how many processes the group has.
     * @param options what may be left out
     */
    public static Tensor reduceBlocks(Operand x, long ranks, ReduceBlocks options) {
        return OP_REDUCE_BLOCKS.one(new Object[] {x, ranks, options.reduction, options.ordered, options.group});
    }

    private static final Operator OP_REDUCE_BLOCKS_START = new Operator("reduce_blocks_start");

    /** What {@link #reduceBlocksStart} may be given beside its required arguments. */
    public static final class ReduceBlocksStart {
        private Object reduction;

        /** `sum`, `mean`, `product`, `min` or `max`. Default: "sum". */
        public ReduceBlocksStart reduction(String value) {
            reduction = value;
            return this;
        }

        private Object ordered;

        /** the same bits whatever moves the bytes: a tree over ranks. Default: false. */
        public ReduceBlocksStart ordered(boolean value) {
            ordered = value;
            return this;
        }

        private Object group;

        /** a group that this process has joined. Default: "world". */
        public ReduceBlocksStart group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * Begins `reduce_blocks`, whose result is there when `collective_wait` has given it.
     *
     * @param x any real dtype but bool; the same type on all ranks.
     * @param ranks how many processes the group has.
     */
    public static Tensor[] reduceBlocksStart(Operand x, long ranks) {
        return OP_REDUCE_BLOCKS_START.all(new Object[] {x, ranks, null, null, null});
    }

    /**
     * Begins `reduce_blocks`, whose result is there when `collective_wait` has given it.
     *
     * @param x any real dtype but bool; the same type on all ranks.
     * @param ranks how many processes the group has.
     * @param options what may be left out
     */
    public static Tensor[] reduceBlocksStart(Operand x, long ranks, ReduceBlocksStart options) {
        return OP_REDUCE_BLOCKS_START.all(new Object[] {x, ranks, options.reduction, options.ordered, options.group});
    }

    private static final Operator OP_REDUCE_SCATTER = new Operator("reduce_scatter");

    /** What {@link #reduceScatter} may be given beside its required arguments. */
    public static final class ReduceScatter {
        private Object reduction;

        /** `sum`, `mean`, `product`, `min` or `max`. Default: "sum". */
        public ReduceScatter reduction(String value) {
            reduction = value;
            return this;
        }

        private Object ordered;

        /** the same bits whatever moves the bytes: a tree over ranks. Default: false. */
        public ReduceScatter ordered(boolean value) {
            ordered = value;
            return this;
        }

        private Object group;

        /** a group that this process has joined. Default: "world". */
        public ReduceScatter group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * This rank's part, along an axis, of the reduction of the arrays of all ranks.
     *
     * @param x any real dtype but bool; the same type on all ranks.
     * @param axis along which rank r gets part r.
     * @param ranks how many processes the group has.
     */
    public static Tensor reduceScatter(Operand x, long axis, long ranks) {
        return OP_REDUCE_SCATTER.one(new Object[] {x, axis, ranks, null, null, null});
    }

    /**
     * This rank's part, along an axis, of the reduction of the arrays of all ranks.
     *
     * @param x any real dtype but bool; the same type on all ranks.
     * @param axis along which rank r gets part r.
     * @param ranks how many processes the group has.
     * @param options what may be left out
     */
    public static Tensor reduceScatter(Operand x, long axis, long ranks, ReduceScatter options) {
        return OP_REDUCE_SCATTER.one(new Object[] {x, axis, ranks, options.reduction, options.ordered, options.group});
    }

    private static final Operator OP_RELU = new Operator("relu");

    /**
     * Positive part max(x, 0), element by element; NaN stays NaN.
     *
     * @param x any real dtype.
     */
    public static Tensor relu(Operand x) {
        return OP_RELU.one(x);
    }

    private static final Operator OP_RELU6 = new Operator("relu6");

    /**
     * x held between 0 and 6, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor relu6(Operand x) {
        return OP_RELU6.one(x);
    }

    private static final Operator OP_REMAINDER = new Operator("remainder");

    /**
     * Remainder with the sign of the divisor, element by element: x1 % x2. Integers modulo 0 give 0, floats NaN.
     *
     * @param x1 any real dtype but bool.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor remainder(Operand x1, Operand x2) {
        return OP_REMAINDER.one(x1, x2);
    }

    private static final Operator OP_REPEAT = new Operator("repeat");

    /** What {@link #repeat} may be given beside its required arguments. */
    public static final class Repeat {
        private Object axis;

        /** axis to repeat along; none repeats the flat array. Default: none. */
        public Repeat axis(long value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Repeat axisNone() {
            axis = Operator.NONE;
            return this;
        }

    }

    /**
     * Each element repeated, along one axis or in the flat array.
     *
     * @param a any dtype.
     * @param repeats how often, for all or for each element.
     */
    public static Tensor repeat(Operand a, long[] repeats) {
        return OP_REPEAT.one(new Object[] {a, repeats, null});
    }

    /**
     * Each element repeated, along one axis or in the flat array.
     *
     * @param a any dtype.
     * @param repeats how often, for all or for each element.
     * @param options what may be left out
     */
    public static Tensor repeat(Operand a, long[] repeats, Repeat options) {
        return OP_REPEAT.one(new Object[] {a, repeats, options.axis});
    }

    private static final Operator OP_REQUANTIZE = new Operator("requantize");

    /** What {@link #requantize} may be given beside its required arguments. */
    public static final class Requantize {
        private Object outputZeroPoint;

        /** the integer that stands for zero in the result. Default: 0. */
        public Requantize outputZeroPoint(long value) {
            outputZeroPoint = value;
            return this;
        }

        private Object low;

        /** lower bound of the result. Default: -128. */
        public Requantize low(long value) {
            low = value;
            return this;
        }

        private Object high;

        /** upper bound of the result. Default: 127. */
        public Requantize high(long value) {
            high = value;
            return this;
        }

        private Object axis;

        /** axis along which there are several multipliers. Default: -1. */
        public Requantize axis(long value) {
            axis = value;
            return this;
        }

    }

    /**
     * Sums of int32 as int8: times multiplier 2^(shift - 31) with the two roundings of TensorFlow Lite, plus the zero point, held between the bounds.
     *
     * @param data int32.
     * @param multiplier int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
     * @param shift int32, shape of multiplier: the factor's power of two, -31 to 30.
     */
    public static Tensor requantize(Operand data, Operand multiplier, Operand shift) {
        return OP_REQUANTIZE.one(new Object[] {data, multiplier, shift, null, null, null, null});
    }

    /**
     * Sums of int32 as int8: times multiplier 2^(shift - 31) with the two roundings of TensorFlow Lite, plus the zero point, held between the bounds.
     *
     * @param data int32.
     * @param multiplier int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
     * @param shift int32, shape of multiplier: the factor's power of two, -31 to 30.
     * @param options what may be left out
     */
    public static Tensor requantize(Operand data, Operand multiplier, Operand shift, Requantize options) {
        return OP_REQUANTIZE.one(new Object[] {data, multiplier, shift, options.outputZeroPoint, options.low, options.high, options.axis});
    }

    private static final Operator OP_RESHAPE = new Operator("reshape");

    /**
     * The same elements in row-major order under another shape; a view where strides allow.
     *
     * @param x any dtype.
     * @param newshape extents; one may be -1, the rest.
     */
    public static Tensor reshape(Operand x, long[] newshape) {
        return OP_RESHAPE.one(new Object[] {x, newshape});
    }

    private static final Operator OP_RIGHT_SHIFT = new Operator("right_shift");

    /**
     * Bits of x1 moved down by x2 places, element by element; 0 or -1 by the sign of x1 for counts that are negative or not below the number of bits.
     *
     * @param x1 integers.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor rightShift(Operand x1, Operand x2) {
        return OP_RIGHT_SHIFT.one(x1, x2);
    }

    private static final Operator OP_RINT = new Operator("rint");

    /**
     * The whole number nearest to x, halves to the even one, element by element.
     *
     * @param x any real dtype.
     */
    public static Tensor rint(Operand x) {
        return OP_RINT.one(x);
    }

    private static final Operator OP_RMS_NORM = new Operator("rms_norm");

    /** What {@link #rmsNorm} may be given beside its required arguments. */
    public static final class RmsNorm {
        private Object gamma;

        /** factors, one for each element of the axis. */
        public RmsNorm gamma(Operand value) {
            gamma = value;
            return this;
        }

        private Object axis;

        /** axis that is normalised. Default: -1. */
        public RmsNorm axis(long value) {
            axis = value;
            return this;
        }

        private Object eps;

        /** summand of the mean square. Default: 1e-06. */
        public RmsNorm eps(double value) {
            eps = value;
            return this;
        }

    }

    /**
     * The elements along an axis divided by their root mean square, scaled.
     *
     * @param data floating.
     */
    public static Tensor rmsNorm(Operand data) {
        return OP_RMS_NORM.one(data);
    }

    /**
     * The elements along an axis divided by their root mean square, scaled.
     *
     * @param data floating.
     * @param options what may be left out
     */
    public static Tensor rmsNorm(Operand data, RmsNorm options) {
        return OP_RMS_NORM.one(new Object[] {data, options.gamma, options.axis, options.eps});
    }

    private static final Operator OP_RMSPROP_CENTERED_UPDATE = new Operator("rmsprop_centered_update");

    /** What {@link #rmspropCenteredUpdate} may be given beside its required arguments. */
    public static final class RmspropCenteredUpdate {
        private Object wd;

        /** weight decay. Default: 0. */
        public RmspropCenteredUpdate wd(double value) {
            wd = value;
            return this;
        }

        private Object rescaleGrad;

        /** factor of the gradient. Default: 1. */
        public RmspropCenteredUpdate rescaleGrad(double value) {
            rescaleGrad = value;
            return this;
        }

        private Object clipGradient;

        /** bound of the rescaled gradient's elements; negative: none. Default: -1. */
        public RmspropCenteredUpdate clipGradient(double value) {
            clipGradient = value;
            return this;
        }

        private Object rho;

        /** decay of the means. Default: 0.9. */
        public RmspropCenteredUpdate rho(double value) {
            rho = value;
            return this;
        }

        private Object momentum;

        /** share of the step that stays. Default: 0.9. */
        public RmspropCenteredUpdate momentum(double value) {
            momentum = value;
            return this;
        }

        private Object epsilon;

        /** added to the variance. Default: 1e-08. */
        public RmspropCenteredUpdate epsilon(double value) {
            epsilon = value;
            return this;
        }

    }

    /**
     * RMSProp by the gradient's variance, with momentum: the new weight, mean square, mean and step.
     *
     * @param weight floating: the parameter.
     * @param grad its gradient, same shape.
     * @param square running mean of the gradient's square.
     * @param mean running mean of the gradient.
     * @param step the step before.
     * @param lr learning rate: a number, or an array without axes.
     */
    public static Tensor[] rmspropCenteredUpdate(Operand weight, Operand grad, Operand square, Operand mean, Operand step, Operand lr) {
        return OP_RMSPROP_CENTERED_UPDATE.all(new Object[] {weight, grad, square, mean, step, lr, null, null, null, null, null, null});
    }

    /**
     * RMSProp by the gradient's variance, with momentum: the new weight, mean square, mean and step.
     *
     * @param weight floating: the parameter.
     * @param grad its gradient, same shape.
     * @param square running mean of the gradient's square.
     * @param mean running mean of the gradient.
     * @param step the step before.
     * @param lr learning rate: a number, or an array without axes.
     * @param options what may be left out
     */
    public static Tensor[] rmspropCenteredUpdate(Operand weight, Operand grad, Operand square, Operand mean, Operand step, Operand lr, RmspropCenteredUpdate options) {
        return OP_RMSPROP_CENTERED_UPDATE.all(new Object[] {weight, grad, square, mean, step, lr, options.wd, options.rescaleGrad, options.clipGradient, options.rho, options.momentum, options.epsilon});
    }

    private static final Operator OP_RMSPROP_UPDATE = new Operator("rmsprop_update");

    /** What {@link #rmspropUpdate} may be given beside its required arguments. */
    public static final class RmspropUpdate {
        private Object wd;

        /** weight decay. Default: 0. */
        public RmspropUpdate wd(double value) {
            wd = value;
            return this;
        }

        private Object rescaleGrad;

        /** factor of the gradient. Default: 1. */
        public RmspropUpdate rescaleGrad(double value) {
            rescaleGrad = value;
            return this;
        }

        private Object clipGradient;

        /** bound of the rescaled gradient's elements; negative: none. Default: -1. */
        public RmspropUpdate clipGradient(double value) {
            clipGradient = value;
            return this;
        }

        private Object rho;

        /** decay of the mean. Default: 0.9. */
        public RmspropUpdate rho(double value) {
            rho = value;
            return this;
        }

        private Object epsilon;

        /** added to the root. Default: 1e-08. */
        public RmspropUpdate epsilon(double value) {
            epsilon = value;
            return this;
        }

    }

    /**
     * RMSProp: the new weight and running mean of squared gradients.
     *
     * @param weight floating: the parameter.
     * @param grad its gradient, same shape.
     * @param square running mean of the gradient's square.
     * @param lr learning rate: a number, or an array without axes.
     */
    public static Tensor[] rmspropUpdate(Operand weight, Operand grad, Operand square, Operand lr) {
        return OP_RMSPROP_UPDATE.all(new Object[] {weight, grad, square, lr, null, null, null, null, null});
    }

    /**
     * RMSProp: the new weight and running mean of squared gradients.
     *
     * @param weight floating: the parameter.
     * @param grad its gradient, same shape.
     * @param square running mean of the gradient's square.
     * @param lr learning rate: a number, or an array without axes.
     * @param options what may be left out
     */
    public static Tensor[] rmspropUpdate(Operand weight, Operand grad, Operand square, Operand lr, RmspropUpdate options) {
        return OP_RMSPROP_UPDATE.all(new Object[] {weight, grad, square, lr, options.wd, options.rescaleGrad, options.clipGradient, options.rho, options.epsilon});
    }

    private static final Operator OP_RNN = new Operator("rnn");

    /** What {@link #rnn} may be given beside its required arguments. */
    public static final class Rnn {
        private Object sequenceLength;

        /** any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step. */
        public Rnn sequenceLength(Operand value) {
            sequenceLength = value;
            return this;
        }

        private Object reverse;

        /** from the last step to the first. Default: false. */
        public Rnn reverse(boolean value) {
            reverse = value;
            return this;
        }

        private Object activation;

        /** 'tanh' or 'relu'. Default: "tanh". */
        public Rnn activation(String value) {
            activation = value;
            return this;
        }

    }

    /**
     * A plain recurrent network: the hidden states of all steps, and the last.
     *
     * @param data floating, shape (T, N, C): all steps.
     * @param hidden shape (N, H).
     * @param i2hWeight rows for each gate, shape (gates H, C).
     * @param h2hWeight shape (gates H, H).
     * @param i2hBias shape (gates H,).
     * @param h2hBias shape (gates H,).
     */
    public static Tensor[] rnn(Operand data, Operand hidden, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias) {
        return OP_RNN.all(new Object[] {data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, null, null, null});
    }

    /**
     * A plain recurrent network: the hidden states of all steps, and the last.
     *
     * @param data floating, shape (T, N, C): all steps.
     * @param hidden shape (N, H).
     * @param i2hWeight rows for each gate, shape (gates H, C).
     * @param h2hWeight shape (gates H, H).
     * @param i2hBias shape (gates H,).
     * @param h2hBias shape (gates H,).
     * @param options what may be left out
     */
    public static Tensor[] rnn(Operand data, Operand hidden, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias, Rnn options) {
        return OP_RNN.all(new Object[] {data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, options.sequenceLength, options.reverse, options.activation});
    }

    private static final Operator OP_RNN_CELL = new Operator("rnn_cell");

    /** What {@link #rnnCell} may be given beside its required arguments. */
    public static final class RnnCell {
        private Object activation;

        /** 'tanh' or 'relu'. Default: "tanh". */
        public RnnCell activation(String value) {
            activation = value;
            return this;
        }

    }

    /**
     * One step of a plain recurrent network: the next hidden state.
     *
     * @param data floating, shape (N, C).
     * @param hidden shape (N, H).
     * @param i2hWeight rows for each gate, shape (gates H, C).
     * @param h2hWeight shape (gates H, H).
     * @param i2hBias shape (gates H,).
     * @param h2hBias shape (gates H,).
     */
    public static Tensor rnnCell(Operand data, Operand hidden, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias) {
        return OP_RNN_CELL.one(new Object[] {data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, null});
    }

    /**
     * One step of a plain recurrent network: the next hidden state.
     *
     * @param data floating, shape (N, C).
     * @param hidden shape (N, H).
     * @param i2hWeight rows for each gate, shape (gates H, C).
     * @param h2hWeight shape (gates H, H).
     * @param i2hBias shape (gates H,).
     * @param h2hBias shape (gates H,).
     * @param options what may be left out
     */
    public static Tensor rnnCell(Operand data, Operand hidden, Operand i2hWeight, Operand h2hWeight, Operand i2hBias, Operand h2hBias, RnnCell options) {
        return OP_RNN_CELL.one(new Object[] {data, hidden, i2hWeight, h2hWeight, i2hBias, h2hBias, options.activation});
    }

    private static final Operator OP_ROI_ALIGN = new Operator("roi_align");

    /** What {@link #roiAlign} may be given beside its required arguments. */
    public static final class RoiAlign {
        private Object spatialScale;

        /** pixels of the images for one unit of the regions. Default: 1. */
        public RoiAlign spatialScale(double value) {
            spatialScale = value;
            return this;
        }

        private Object samplingRatio;

        /** samples of a bin along each axis; 0 or less: as many as it has pixels. Default: -1. */
        public RoiAlign samplingRatio(long value) {
            samplingRatio = value;
            return this;
        }

        private Object aligned;

        /** pixels have their centers at 1/2, and regions may be thinner than a pixel. Default: false. */
        public RoiAlign aligned(boolean value) {
            aligned = value;
            return this;
        }

    }

    /**
     * Regions of images as means of bilinear samples in bins: (R, C, bins, bins).
     *
     * @param data any real dtype; integers become the default float; shape (N, C, H, W).
     * @param rois a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).
     * @param pooledSize bins along the height and the width.
     */
    public static Tensor roiAlign(Operand data, Operand rois, long[] pooledSize) {
        return OP_ROI_ALIGN.one(new Object[] {data, rois, pooledSize, null, null, null});
    }

    /**
     * Regions of images as means of bilinear samples in bins: (R, C, bins, bins).
     *
     * @param data any real dtype; integers become the default float; shape (N, C, H, W).
     * @param rois a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).
     * @param pooledSize bins along the height and the width.
     * @param options what may be left out
     */
    public static Tensor roiAlign(Operand data, Operand rois, long[] pooledSize, RoiAlign options) {
        return OP_ROI_ALIGN.one(new Object[] {data, rois, pooledSize, options.spatialScale, options.samplingRatio, options.aligned});
    }

    private static final Operator OP_ROI_POOL = new Operator("roi_pool");

    /** What {@link #roiPool} may be given beside its required arguments. */
    public static final class RoiPool {
        private Object spatialScale;

        /** pixels of the images for one unit of the regions. Default: 1. */
        public RoiPool spatialScale(double value) {
            spatialScale = value;
            return this;
        }

    }

    /**
     * The largest elements of regions of images in bins: (R, C, bins, bins).
     *
     * @param data any real dtype; integers become the default float; shape (N, C, H, W).
     * @param rois a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).
     * @param pooledSize bins along the height and the width.
     */
    public static Tensor roiPool(Operand data, Operand rois, long[] pooledSize) {
        return OP_ROI_POOL.one(new Object[] {data, rois, pooledSize, null});
    }

    /**
     * The largest elements of regions of images in bins: (R, C, bins, bins).
     *
     * @param data any real dtype; integers become the default float; shape (N, C, H, W).
     * @param rois a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).
     * @param pooledSize bins along the height and the width.
     * @param options what may be left out
     */
    public static Tensor roiPool(Operand data, Operand rois, long[] pooledSize, RoiPool options) {
        return OP_ROI_POOL.one(new Object[] {data, rois, pooledSize, options.spatialScale});
    }

    private static final Operator OP_ROLL = new Operator("roll");

    /** What {@link #roll} may be given beside its required arguments. */
    public static final class Roll {
        private Object axis;

        /** which axes; none moves in the flat array. Default: none. */
        public Roll axis(long... value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Roll axisNone() {
            axis = Operator.NONE;
            return this;
        }

    }

    /**
     * The array with its elements moved along axes; what leaves at the end enters at the start.
     *
     * @param a any dtype.
     * @param shift by how many places, for all axes or for each.
     */
    public static Tensor roll(Operand a, long[] shift) {
        return OP_ROLL.one(new Object[] {a, shift, null});
    }

    /**
     * The array with its elements moved along axes; what leaves at the end enters at the start.
     *
     * @param a any dtype.
     * @param shift by how many places, for all axes or for each.
     * @param options what may be left out
     */
    public static Tensor roll(Operand a, long[] shift, Roll options) {
        return OP_ROLL.one(new Object[] {a, shift, options.axis});
    }

    private static final Operator OP_ROUND = new Operator("round");

    /** What {@link #round} may be given beside its required arguments. */
    public static final class Round {
        private Object decimals;

        /** digits behind the point; negative ones count before it. Default: 0. */
        public Round decimals(long value) {
            decimals = value;
            return this;
        }

    }

    /**
     * x rounded to a number of decimals, halves to the even digit, element by element.
     *
     * @param x any real dtype.
     */
    public static Tensor round(Operand x) {
        return OP_ROUND.one(x);
    }

    /**
     * x rounded to a number of decimals, halves to the even digit, element by element.
     *
     * @param x any real dtype.
     * @param options what may be left out
     */
    public static Tensor round(Operand x, Round options) {
        return OP_ROUND.one(new Object[] {x, options.decimals});
    }

    private static final Operator OP_RSQRT = new Operator("rsqrt");

    /**
     * 1 / sqrt(x), element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor rsqrt(Operand x) {
        return OP_RSQRT.one(x);
    }

    private static final Operator OP_SCALED_DOT_PRODUCT_ATTENTION = new Operator("scaled_dot_product_attention");

    /** What {@link #scaledDotProductAttention} may be given beside its required arguments. */
    public static final class ScaledDotProductAttention {
        private Object mask;

        /** any real dtype, broadcasts to (..., T, S): summands, or bools, true to attend. */
        public ScaledDotProductAttention mask(Operand value) {
            mask = value;
            return this;
        }

        private Object scale;

        /** factor of the scores, 1 / sqrt(D) by default. Default: none. */
        public ScaledDotProductAttention scale(double value) {
            scale = value;
            return this;
        }

        /** Says that scale is none on purpose. */
        public ScaledDotProductAttention scaleNone() {
            scale = Operator.NONE;
            return this;
        }

        private Object causal;

        /** a query attends to no key behind its own position. Default: false. */
        public ScaledDotProductAttention causal(boolean value) {
            causal = value;
            return this;
        }

        private Object grouped;

        /** heads of queries, axis -3, share those of keys and values in groups of H / Hk. Default: false. */
        public ScaledDotProductAttention grouped(boolean value) {
            grouped = value;
            return this;
        }

    }

    /**
     * softmax(scale query keyᵀ + mask) value: for each query a mean of the values.
     *
     * @param query floating, shape (..., T, D).
     * @param key shape (..., S, D).
     * @param value shape (..., S, V).
     */
    public static Tensor scaledDotProductAttention(Operand query, Operand key, Operand value) {
        return OP_SCALED_DOT_PRODUCT_ATTENTION.one(new Object[] {query, key, value, null, null, null, null});
    }

    /**
     * softmax(scale query keyᵀ + mask) value: for each query a mean of the values.
     *
     * @param query floating, shape (..., T, D).
     * @param key shape (..., S, D).
     * @param value shape (..., S, V).
     * @param options what may be left out
     */
    public static Tensor scaledDotProductAttention(Operand query, Operand key, Operand value, ScaledDotProductAttention options) {
        return OP_SCALED_DOT_PRODUCT_ATTENTION.one(new Object[] {query, key, value, options.mask, options.scale, options.causal, options.grouped});
    }

    private static final Operator OP_SCATTER = new Operator("scatter");

    /** What {@link #scatter} may be given beside its required arguments. */
    public static final class Scatter {
        private Object position;

        /** where the axes of the index arrays stand among the others. Default: 0. */
        public Scatter position(long value) {
            position = value;
            return this;
        }

        private Object shownAxes;

        /** the axes as errors name them, if they have other numbers there. Default: []. */
        public Scatter shownAxes(long... value) {
            shownAxes = value;
            return this;
        }

        private Object accumulate;

        /** add instead of replacing. Default: false. */
        public Scatter accumulate(boolean value) {
            accumulate = value;
            return this;
        }

    }

    /**
     * The array with its elements at chosen places replaced, the last one winning, or added to.
     *
     * @param x any dtype, but no half type to accumulate.
     * @param value broadcasts to what the index picks.
     * @param indices int64 arrays that broadcast together; negative ones count back.
     * @param axes the axis of each index array, ascending.
     */
    public static Tensor scatter(Operand x, Operand value, Tensor[] indices, long[] axes) {
        return OP_SCATTER.one(new Object[] {x, value, indices, axes, null, null, null});
    }

    /**
     * The array with its elements at chosen places replaced, the last one winning, or added to.
     *
     * @param x any dtype, but no half type to accumulate.
     * @param value broadcasts to what the index picks.
     * @param indices int64 arrays that broadcast together; negative ones count back.
     * @param axes the axis of each index array, ascending.
     * @param options what may be left out
     */
    public static Tensor scatter(Operand x, Operand value, Tensor[] indices, long[] axes, Scatter options) {
        return OP_SCATTER.one(new Object[] {x, value, indices, axes, options.position, options.shownAxes, options.accumulate});
    }

    private static final Operator OP_SCATTER_ND = new Operator("scatter_nd");

    /**
     * Zeros with each element or slice added at its point: the adjoint of gather_nd.
     *
     * @param data any dtype, shape (..., rest), as gather_nd gives it.
     * @param indices integers, shape (M, ...); negative ones count back.
     * @param shape shape of the result.
     */
    public static Tensor scatterNd(Operand data, Operand indices, long[] shape) {
        return OP_SCATTER_ND.one(new Object[] {data, indices, shape});
    }

    private static final Operator OP_SEARCHSORTED = new Operator("searchsorted");

    /** What {@link #searchsorted} may be given beside its required arguments. */
    public static final class Searchsorted {
        private Object side;

        /** left of elements equal to the value, or right of them. Default: "left". */
        public Searchsorted side(String value) {
            side = value;
            return this;
        }

    }

    /**
     * Where in an ascending vector values would have to be inserted to keep it ascending.
     *
     * @param a any dtype; ascending, one axis.
     * @param v values of any shape.
     */
    public static Tensor searchsorted(Operand a, Operand v) {
        return OP_SEARCHSORTED.one(a, v);
    }

    /**
     * Where in an ascending vector values would have to be inserted to keep it ascending.
     *
     * @param a any dtype; ascending, one axis.
     * @param v values of any shape.
     * @param options what may be left out
     */
    public static Tensor searchsorted(Operand a, Operand v, Searchsorted options) {
        return OP_SEARCHSORTED.one(new Object[] {a, v, options.side});
    }

    private static final Operator OP_SELU = new Operator("selu");

    /**
     * Scaled exponential linear unit, which keeps mean 0 and variance 1.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor selu(Operand x) {
        return OP_SELU.one(x);
    }

    private static final Operator OP_SEND = new Operator("send");

    /** What {@link #send} may be given beside its required arguments. */
    public static final class Send {
        private Object tag;

        /** messages of one tag arrive in the order in which they were sent. Default: 0. */
        public Send tag(long value) {
            tag = value;
            return this;
        }

        private Object group;

        /** a group that this process has joined. Default: "world". */
        public Send group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * Sends an array to another rank; gives a zero whose gradient is what that rank sends back.
     *
     * @param x any dtype.
     * @param destination the rank that receives it.
     */
    public static Tensor send(Operand x, long destination) {
        return OP_SEND.one(new Object[] {x, destination, null, null});
    }

    /**
     * Sends an array to another rank; gives a zero whose gradient is what that rank sends back.
     *
     * @param x any dtype.
     * @param destination the rank that receives it.
     * @param options what may be left out
     */
    public static Tensor send(Operand x, long destination, Send options) {
        return OP_SEND.one(new Object[] {x, destination, options.tag, options.group});
    }

    private static final Operator OP_SGD_MOM_UPDATE = new Operator("sgd_mom_update");

    /** What {@link #sgdMomUpdate} may be given beside its required arguments. */
    public static final class SgdMomUpdate {
        private Object wd;

        /** weight decay. Default: 0. */
        public SgdMomUpdate wd(double value) {
            wd = value;
            return this;
        }

        private Object rescaleGrad;

        /** factor of the gradient. Default: 1. */
        public SgdMomUpdate rescaleGrad(double value) {
            rescaleGrad = value;
            return this;
        }

        private Object clipGradient;

        /** bound of the rescaled gradient's elements; negative: none. Default: -1. */
        public SgdMomUpdate clipGradient(double value) {
            clipGradient = value;
            return this;
        }

        private Object momentum;

        /** share of the momentum that stays. Default: 0.9. */
        public SgdMomUpdate momentum(double value) {
            momentum = value;
            return this;
        }

        private Object nesterov;

        /** look one step ahead. Default: false. */
        public SgdMomUpdate nesterov(boolean value) {
            nesterov = value;
            return this;
        }

    }

    /**
     * Gradient descent with momentum: the new weight and momentum.
     *
     * @param weight floating: the parameter.
     * @param grad its gradient, same shape.
     * @param mom momentum, same shape.
     * @param lr learning rate: a number, or an array without axes.
     */
    public static Tensor[] sgdMomUpdate(Operand weight, Operand grad, Operand mom, Operand lr) {
        return OP_SGD_MOM_UPDATE.all(new Object[] {weight, grad, mom, lr, null, null, null, null, null});
    }

    /**
     * Gradient descent with momentum: the new weight and momentum.
     *
     * @param weight floating: the parameter.
     * @param grad its gradient, same shape.
     * @param mom momentum, same shape.
     * @param lr learning rate: a number, or an array without axes.
     * @param options what may be left out
     */
    public static Tensor[] sgdMomUpdate(Operand weight, Operand grad, Operand mom, Operand lr, SgdMomUpdate options) {
        return OP_SGD_MOM_UPDATE.all(new Object[] {weight, grad, mom, lr, options.wd, options.rescaleGrad, options.clipGradient, options.momentum, options.nesterov});
    }

    private static final Operator OP_SGD_UPDATE = new Operator("sgd_update");

    /** What {@link #sgdUpdate} may be given beside its required arguments. */
    public static final class SgdUpdate {
        private Object wd;

        /** weight decay. Default: 0. */
        public SgdUpdate wd(double value) {
            wd = value;
            return this;
        }

        private Object rescaleGrad;

        /** factor of the gradient. Default: 1. */
        public SgdUpdate rescaleGrad(double value) {
            rescaleGrad = value;
            return this;
        }

        private Object clipGradient;

        /** bound of the rescaled gradient's elements; negative: none. Default: -1. */
        public SgdUpdate clipGradient(double value) {
            clipGradient = value;
            return this;
        }

    }

    /**
     * Stochastic gradient descent: the new weight.
     *
     * @param weight floating: the parameter.
     * @param grad its gradient, same shape.
     * @param lr learning rate: a number, or an array without axes.
     */
    public static Tensor sgdUpdate(Operand weight, Operand grad, Operand lr) {
        return OP_SGD_UPDATE.one(new Object[] {weight, grad, lr, null, null, null});
    }

    /**
     * Stochastic gradient descent: the new weight.
     *
     * @param weight floating: the parameter.
     * @param grad its gradient, same shape.
     * @param lr learning rate: a number, or an array without axes.
     * @param options what may be left out
     */
    public static Tensor sgdUpdate(Operand weight, Operand grad, Operand lr, SgdUpdate options) {
        return OP_SGD_UPDATE.one(new Object[] {weight, grad, lr, options.wd, options.rescaleGrad, options.clipGradient});
    }

    private static final Operator OP_SIGMOID = new Operator("sigmoid");

    /**
     * Logistic function 1 / (1 + exp(-x)), element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor sigmoid(Operand x) {
        return OP_SIGMOID.one(x);
    }

    private static final Operator OP_SIGN = new Operator("sign");

    /**
     * -1, 0 or 1 by the sign of each element; NaN stays NaN.
     *
     * @param x any real dtype.
     */
    public static Tensor sign(Operand x) {
        return OP_SIGN.one(x);
    }

    private static final Operator OP_SIGNAL_AUTO_SCALE = new Operator("signal_auto_scale");

    /**
     * Shifts rows of int16 to the left as far as their largest magnitude allows: the rows, and by how many bits, by TensorFlow Lite Micro's rule, in which rows with -32768 may wrap.
     *
     * @param data int16, at least one axis: rows along the last one.
     */
    public static Tensor[] signalAutoScale(Operand data) {
        return OP_SIGNAL_AUTO_SCALE.all(new Object[] {data});
    }

    private static final Operator OP_SIGNAL_FILTER_BANK = new Operator("signal_filter_bank");

    /**
     * Sums of bands of energies that overlap by halves, by TensorFlow Lite Micro's rule: band c is the sum of channel c + 1 by `weight` and of channel c by `unweight`.
     *
     * @param data uint32, at least one axis: energies along the last one.
     * @param weight int16, one axis: factors of all channels.
     * @param unweight int16, shape of `weight`: factors for the band after.
     * @param starts int16, shape (bands + 1,): the first energy of each channel.
     * @param weightStarts int16, shape (bands + 1,): the first factor of each channel.
     * @param widths int16, shape (bands + 1,): how many energies each channel reads.
     */
    public static Tensor signalFilterBank(Operand data, Operand weight, Operand unweight, Operand starts, Operand weightStarts, Operand widths) {
        return OP_SIGNAL_FILTER_BANK.one(new Object[] {data, weight, unweight, starts, weightStarts, widths});
    }

    private static final Operator OP_SIGNAL_GAIN = new Operator("signal_gain");

    /**
     * Energies of bands by the gain that a table has for their noise, divided by 2^shift and compressed, element by element, by TensorFlow Lite Micro's rule (PCAN).
     *
     * @param data uint32: energies.
     * @param noise uint32, shape of `data`.
     * @param table int16, shape (125,): gains for 0 and 1, then pieces for powers of two.
     * @param shift bits of the product to drop, 0 to 63.
     */
    public static Tensor signalGain(Operand data, Operand noise, Operand table, long shift) {
        return OP_SIGNAL_GAIN.one(new Object[] {data, noise, table, shift});
    }

    private static final Operator OP_SIGNAL_LOG = new Operator("signal_log");

    /** What {@link #signalLog} may be given beside its required arguments. */
    public static final class SignalLog {
        private Object shift;

        /** bits to shift the data to the left, 0 to 31; the shift wraps. Default: 0. */
        public SignalLog shift(long value) {
            shift = value;
            return this;
        }

    }

    /**
     * Natural logarithm of x 2^shift times a scale, element by element, as int16 of at most 32767, by TensorFlow Lite Micro's rule; 0 where x 2^shift is at most 1.
     *
     * @param data uint32.
     * @param scale what a result of 1 is multiplied by.
     */
    public static Tensor signalLog(Operand data, long scale) {
        return OP_SIGNAL_LOG.one(new Object[] {data, scale, null});
    }

    /**
     * Natural logarithm of x 2^shift times a scale, element by element, as int16 of at most 32767, by TensorFlow Lite Micro's rule; 0 where x 2^shift is at most 1.
     *
     * @param data uint32.
     * @param scale what a result of 1 is multiplied by.
     * @param options what may be left out
     */
    public static Tensor signalLog(Operand data, long scale, SignalLog options) {
        return OP_SIGNAL_LOG.one(new Object[] {data, scale, options.shift});
    }

    private static final Operator OP_SIGNAL_RFFT = new Operator("signal_rfft");

    /**
     * Fourier transform of real rows of int16, divided by their length, in fixed point by TensorFlow Lite Micro's rule: real and imaginary parts in turn.
     *
     * @param data int16, at least one axis: rows along the last one, at most `length` elements.
     * @param length samples of a row, a power of two from 4 to 65536; what is missing counts as 0.
     */
    public static Tensor signalRfft(Operand data, long length) {
        return OP_SIGNAL_RFFT.one(new Object[] {data, length});
    }

    private static final Operator OP_SIGNAL_SQUARE_ROOT = new Operator("signal_square_root");

    /**
     * Square root of uint64, rounded to the nearest, element by element; from 65535.5^2 to 2^32 it is 65535, as in TensorFlow Lite Micro.
     *
     * @param data uint64.
     */
    public static Tensor signalSquareRoot(Operand data) {
        return OP_SIGNAL_SQUARE_ROOT.one(data);
    }

    private static final Operator OP_SIGNBIT = new Operator("signbit");

    /**
     * Truth of x having a minus sign, zeros and NaN included, element by element.
     *
     * @param x any real dtype.
     */
    public static Tensor signbit(Operand x) {
        return OP_SIGNBIT.one(x);
    }

    private static final Operator OP_SILU = new Operator("silu");

    /** What {@link #silu} may be given beside its required arguments. */
    public static final class Silu {
        private Object beta;

        /** factor within the logistic function. Default: 1. */
        public Silu beta(double value) {
            beta = value;
            return this;
        }

    }

    /**
     * x times the logistic function of beta x, also named swish.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor silu(Operand x) {
        return OP_SILU.one(x);
    }

    /**
     * x times the logistic function of beta x, also named swish.
     *
     * @param x any real dtype; bool and integers become the default float.
     * @param options what may be left out
     */
    public static Tensor silu(Operand x, Silu options) {
        return OP_SILU.one(new Object[] {x, options.beta});
    }

    private static final Operator OP_SIN = new Operator("sin");

    /**
     * Sine of angles in radians, of any size, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor sin(Operand x) {
        return OP_SIN.one(x);
    }

    private static final Operator OP_SINH = new Operator("sinh");

    /**
     * Hyperbolic sine, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor sinh(Operand x) {
        return OP_SINH.one(x);
    }

    private static final Operator OP_SLICE = new Operator("slice");

    /** What {@link #slice} may be given beside its required arguments. */
    public static final class Slice {
        private Object clip;

        /** take what is inside the axis, as Python does; else that is an error. Default: false. */
        public Slice clip(boolean value) {
            clip = value;
            return this;
        }

    }

    /**
     * Part of an array: `size` elements from `begin` by `step` along each axis; a view.
     *
     * @param x any dtype.
     * @param begin first index of each axis, at least 0.
     * @param size elements taken along each axis.
     * @param step distance between them, may be negative.
     */
    public static Tensor slice(Operand x, long[] begin, long[] size, long[] step) {
        return OP_SLICE.one(new Object[] {x, begin, size, step, null});
    }

    /**
     * Part of an array: `size` elements from `begin` by `step` along each axis; a view.
     *
     * @param x any dtype.
     * @param begin first index of each axis, at least 0.
     * @param size elements taken along each axis.
     * @param step distance between them, may be negative.
     * @param options what may be left out
     */
    public static Tensor slice(Operand x, long[] begin, long[] size, long[] step, Slice options) {
        return OP_SLICE.one(new Object[] {x, begin, size, step, options.clip});
    }

    private static final Operator OP_SLOGDET = new Operator("slogdet");

    /**
     * Signs of determinants, and logarithms of their absolute values.
     *
     * @param a any dtype but half types: matrices, (..., M, N).
     */
    public static Tensor[] slogdet(Operand a) {
        return OP_SLOGDET.all(new Object[] {a});
    }

    private static final Operator OP_SOFTMAX = new Operator("softmax");

    /** What {@link #softmax} may be given beside its required arguments. */
    public static final class Softmax {
        private Object axis;

        /** axis that sums to 1. Default: -1. */
        public Softmax axis(long value) {
            axis = value;
            return this;
        }

        private Object temperature;

        /** divides `data` first; none: 1. Default: none. */
        public Softmax temperature(double value) {
            temperature = value;
            return this;
        }

        /** Says that temperature is none on purpose. */
        public Softmax temperatureNone() {
            temperature = Operator.NONE;
            return this;
        }

    }

    /**
     * exp(data) divided by its sum over an axis.
     *
     * @param data any real dtype; integers become the default float.
     */
    public static Tensor softmax(Operand data) {
        return OP_SOFTMAX.one(data);
    }

    /**
     * exp(data) divided by its sum over an axis.
     *
     * @param data any real dtype; integers become the default float.
     * @param options what may be left out
     */
    public static Tensor softmax(Operand data, Softmax options) {
        return OP_SOFTMAX.one(new Object[] {data, options.axis, options.temperature});
    }

    private static final Operator OP_SOFTMAX_CROSS_ENTROPY = new Operator("softmax_cross_entropy");

    /** What {@link #softmaxCrossEntropy} may be given beside its required arguments. */
    public static final class SoftmaxCrossEntropy {
        private Object axis;

        /** axis of the classes. Default: -1. */
        public SoftmaxCrossEntropy axis(long value) {
            axis = value;
            return this;
        }

        private Object sparseLabel;

        /** labels are class indices. Default: true. */
        public SoftmaxCrossEntropy sparseLabel(boolean value) {
            sparseLabel = value;
            return this;
        }

        private Object fromLogits;

        /** data holds log-probabilities already. Default: false. */
        public SoftmaxCrossEntropy fromLogits(boolean value) {
            fromLogits = value;
            return this;
        }

        private Object ignoreIndex;

        /** label whose loss is 0, such as -1 for padding; other negative labels are refused. Default: none. */
        public SoftmaxCrossEntropy ignoreIndex(long value) {
            ignoreIndex = value;
            return this;
        }

        /** Says that ignoreIndex is none on purpose. */
        public SoftmaxCrossEntropy ignoreIndexNone() {
            ignoreIndex = Operator.NONE;
            return this;
        }

    }

    /**
     * Cross entropy of softmax(data) and labels, one loss per sample.
     *
     * @param data any real dtype: scores, shape (..., C) when axis is -1.
     * @param label any real dtype: class indices without the axis, or probabilities of data's shape.
     */
    public static Tensor softmaxCrossEntropy(Operand data, Operand label) {
        return OP_SOFTMAX_CROSS_ENTROPY.one(data, label);
    }

    /**
     * Cross entropy of softmax(data) and labels, one loss per sample.
     *
     * @param data any real dtype: scores, shape (..., C) when axis is -1.
     * @param label any real dtype: class indices without the axis, or probabilities of data's shape.
     * @param options what may be left out
     */
    public static Tensor softmaxCrossEntropy(Operand data, Operand label, SoftmaxCrossEntropy options) {
        return OP_SOFTMAX_CROSS_ENTROPY.one(new Object[] {data, label, options.axis, options.sparseLabel, options.fromLogits, options.ignoreIndex});
    }

    private static final Operator OP_SOFTPLUS = new Operator("softplus");

    /**
     * Smooth positive part log(1 + exp(x)), element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor softplus(Operand x) {
        return OP_SOFTPLUS.one(x);
    }

    private static final Operator OP_SOFTSIGN = new Operator("softsign");

    /**
     * x / (1 + |x|), element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor softsign(Operand x) {
        return OP_SOFTSIGN.one(x);
    }

    private static final Operator OP_SOLVE = new Operator("solve");

    /**
     * Solutions x of a x = b.
     *
     * @param a any dtype but half types: matrices, (..., M, N).
     * @param b right sides, as matrices; batches broadcast.
     */
    public static Tensor solve(Operand a, Operand b) {
        return OP_SOLVE.one(a, b);
    }

    private static final Operator OP_SOLVE_TRIANGULAR = new Operator("solve_triangular");

    /** What {@link #solveTriangular} may be given beside its required arguments. */
    public static final class SolveTriangular {
        private Object upper;

        /** the upper triangle is read, and not the lower one. Default: false. */
        public SolveTriangular upper(boolean value) {
            upper = value;
            return this;
        }

        private Object turned;

        /** the adjoint of the triangle is meant. Default: false. */
        public SolveTriangular turned(boolean value) {
            turned = value;
            return this;
        }

    }

    /**
     * Solutions x of a x = b for a triangle `a`, or its adjoint.
     *
     * @param a any dtype but half types: matrices, (..., M, N).
     * @param b right sides, as matrices; batches broadcast.
     */
    public static Tensor solveTriangular(Operand a, Operand b) {
        return OP_SOLVE_TRIANGULAR.one(a, b);
    }

    /**
     * Solutions x of a x = b for a triangle `a`, or its adjoint.
     *
     * @param a any dtype but half types: matrices, (..., M, N).
     * @param b right sides, as matrices; batches broadcast.
     * @param options what may be left out
     */
    public static Tensor solveTriangular(Operand a, Operand b, SolveTriangular options) {
        return OP_SOLVE_TRIANGULAR.one(new Object[] {a, b, options.upper, options.turned});
    }

    private static final Operator OP_SORT = new Operator("sort");

    /** What {@link #sort} may be given beside its required arguments. */
    public static final class Sort {
        private Object axis;

        /** axis to sort along; none sorts the flat array. Default: -1. */
        public Sort axis(long value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Sort axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object descending;

        /** the largest first. Default: false. */
        public Sort descending(boolean value) {
            descending = value;
            return this;
        }

    }

    /**
     * The elements along an axis in ascending order, NaN last; equal ones keep their order.
     *
     * @param a any dtype.
     */
    public static Tensor sort(Operand a) {
        return OP_SORT.one(a);
    }

    /**
     * The elements along an axis in ascending order, NaN last; equal ones keep their order.
     *
     * @param a any dtype.
     * @param options what may be left out
     */
    public static Tensor sort(Operand a, Sort options) {
        return OP_SORT.one(new Object[] {a, options.axis, options.descending});
    }

    private static final Operator OP_SPACE_TO_DEPTH = new Operator("space_to_depth");

    /** What {@link #spaceToDepth} may be given beside its required arguments. */
    public static final class SpaceToDepth {
        private Object channelsLast;

        /** data has its channels behind its spatial axes. Default: false. */
        public SpaceToDepth channelsLast(boolean value) {
            channelsLast = value;
            return this;
        }

    }

    /**
     * Blocks of places as channels: spatial extents over `block_size`, so many more channels. Those of a block's first place come first.
     *
     * @param data any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
     * @param blockSize extents of a block, or one number for all spatial axes.
     */
    public static Tensor spaceToDepth(Operand data, long[] blockSize) {
        return OP_SPACE_TO_DEPTH.one(new Object[] {data, blockSize, null});
    }

    /**
     * Blocks of places as channels: spatial extents over `block_size`, so many more channels. Those of a block's first place come first.
     *
     * @param data any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
     * @param blockSize extents of a block, or one number for all spatial axes.
     * @param options what may be left out
     */
    public static Tensor spaceToDepth(Operand data, long[] blockSize, SpaceToDepth options) {
        return OP_SPACE_TO_DEPTH.one(new Object[] {data, blockSize, options.channelsLast});
    }

    private static final Operator OP_SPLIT = new Operator("split");

    /** What {@link #split} may be given beside its required arguments. */
    public static final class Split {
        private Object axis;

        /** axis to cut along. Default: 0. */
        public Split axis(long value) {
            axis = value;
            return this;
        }

    }

    /**
     * Parts of an array along one axis, as views: so many equal ones, or cut at indices.
     *
     * @param ary any dtype.
     * @param indicesOrSections the number of equal parts, or the indices before which to cut.
     */
    public static Tensor[] split(Operand ary, long[] indicesOrSections) {
        return OP_SPLIT.all(new Object[] {ary, indicesOrSections, null});
    }

    /**
     * Parts of an array along one axis, as views: so many equal ones, or cut at indices.
     *
     * @param ary any dtype.
     * @param indicesOrSections the number of equal parts, or the indices before which to cut.
     * @param options what may be left out
     */
    public static Tensor[] split(Operand ary, long[] indicesOrSections, Split options) {
        return OP_SPLIT.all(new Object[] {ary, indicesOrSections, options.axis});
    }

    private static final Operator OP_SQRT = new Operator("sqrt");

    /**
     * Square root, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor sqrt(Operand x) {
        return OP_SQRT.one(x);
    }

    private static final Operator OP_SQUARE = new Operator("square");

    /**
     * Product of each element with itself.
     *
     * @param x any real dtype.
     */
    public static Tensor square(Operand x) {
        return OP_SQUARE.one(x);
    }

    private static final Operator OP_SQUEEZE = new Operator("squeeze");

    /** What {@link #squeeze} may be given beside its required arguments. */
    public static final class Squeeze {
        private Object axis;

        /** which to drop; none drops all of extent 1. Default: none. */
        public Squeeze axis(long... value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Squeeze axisNone() {
            axis = Operator.NONE;
            return this;
        }

    }

    /**
     * The array without axes of extent 1.
     *
     * @param x any dtype.
     */
    public static Tensor squeeze(Operand x) {
        return OP_SQUEEZE.one(x);
    }

    /**
     * The array without axes of extent 1.
     *
     * @param x any dtype.
     * @param options what may be left out
     */
    public static Tensor squeeze(Operand x, Squeeze options) {
        return OP_SQUEEZE.one(new Object[] {x, options.axis});
    }

    private static final Operator OP_STACK = new Operator("stack");

    /** What {@link #stack} may be given beside its required arguments. */
    public static final class Stack {
        private Object axis;

        /** where the new axis is in the result. Default: 0. */
        public Stack axis(long value) {
            axis = value;
            return this;
        }

    }

    /**
     * Arrays of one shape joined along a new axis.
     *
     * @param arrays any dtype, all of one shape.
     */
    public static Tensor stack(Tensor[] arrays) {
        return OP_STACK.one(new Object[] {arrays, null});
    }

    /**
     * Arrays of one shape joined along a new axis.
     *
     * @param arrays any dtype, all of one shape.
     * @param options what may be left out
     */
    public static Tensor stack(Tensor[] arrays, Stack options) {
        return OP_STACK.one(new Object[] {arrays, options.axis});
    }

    private static final Operator OP_STANDARD_GAMMA = new Operator("standard_gamma");

    /**
     * Random numbers of the gamma distribution of scale 1; NaN where there is none.
     *
     * @param shape float32 or float64: the shape parameter, at least 0.
     */
    public static Tensor standardGamma(Operand shape) {
        return OP_STANDARD_GAMMA.one(shape);
    }

    private static final Operator OP_STD = new Operator("std");

    /** What {@link #std} may be given beside its required arguments. */
    public static final class Std {
        private Object axis;

        /** axis or axes to reduce; none reduces all. Default: none. */
        public Std axis(long... value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Std axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object keepdims;

        /** keep the reduced axes with extent 1. Default: false. */
        public Std keepdims(boolean value) {
            keepdims = value;
            return this;
        }

        private Object dtype;

        /** floating dtype to compute in. Default: none. */
        public Std dtype(Dtype value) {
            dtype = value;
            return this;
        }

        /** Says that dtype is none on purpose. */
        public Std dtypeNone() {
            dtype = Operator.NONE;
            return this;
        }

        private Object ddof;

        /** subtracted from the number of elements, by which the squares are divided. Default: 0. */
        public Std ddof(double value) {
            ddof = value;
            return this;
        }

        private Object correction;

        /** the array API's name of `ddof`. Default: none. */
        public Std correction(double value) {
            correction = value;
            return this;
        }

        /** Says that correction is none on purpose. */
        public Std correctionNone() {
            correction = Operator.NONE;
            return this;
        }

    }

    /**
     * Standard deviation over axes: the root of the variance; its gradient is zero where that is.
     *
     * @param x any real dtype.
     */
    public static Tensor std(Operand x) {
        return OP_STD.one(x);
    }

    /**
     * Standard deviation over axes: the root of the variance; its gradient is zero where that is.
     *
     * @param x any real dtype.
     * @param options what may be left out
     */
    public static Tensor std(Operand x, Std options) {
        return OP_STD.one(new Object[] {x, options.axis, options.keepdims, options.dtype, options.ddof, options.correction});
    }

    private static final Operator OP_STOP_GRADIENT = new Operator("stop_gradient");

    /**
     * The same elements as a constant: no gradient flows to `x`.
     *
     * @param x any dtype.
     */
    public static Tensor stopGradient(Operand x) {
        return OP_STOP_GRADIENT.one(x);
    }

    private static final Operator OP_STRIDED_VIEW = new Operator("strided_view");

    /**
     * Part of an array's row-major elements, by offset and strides; a view.
     *
     * @param x any dtype.
     * @param offset first element of the part.
     * @param shape extents of the part.
     * @param strides its strides in elements of the base.
     */
    public static Tensor stridedView(Operand x, long offset, long[] shape, long[] strides) {
        return OP_STRIDED_VIEW.one(new Object[] {x, offset, shape, strides});
    }

    private static final Operator OP_SUBTRACT = new Operator("subtract");

    /**
     * Difference x1 - x2, element by element.
     *
     * @param x1 any real dtype.
     * @param x2 the same, broadcast against `x1`.
     */
    public static Tensor subtract(Operand x1, Operand x2) {
        return OP_SUBTRACT.one(x1, x2);
    }

    private static final Operator OP_SUM = new Operator("sum");

    /** What {@link #sum} may be given beside its required arguments. */
    public static final class Sum {
        private Object axis;

        /** axis or axes to reduce; none reduces all. Default: none. */
        public Sum axis(long... value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Sum axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object keepdims;

        /** keep the reduced axes with extent 1. Default: false. */
        public Sum keepdims(boolean value) {
            keepdims = value;
            return this;
        }

        private Object dtype;

        /** floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none. */
        public Sum dtype(Dtype value) {
            dtype = value;
            return this;
        }

        /** Says that dtype is none on purpose. */
        public Sum dtypeNone() {
            dtype = Operator.NONE;
            return this;
        }

    }

    /**
     * Sum over axes; bool and integers add in 64 bits. An empty sum is 0.
     *
     * @param x any real dtype.
     */
    public static Tensor sum(Operand x) {
        return OP_SUM.one(x);
    }

    /**
     * Sum over axes; bool and integers add in 64 bits. An empty sum is 0.
     *
     * @param x any real dtype.
     * @param options what may be left out
     */
    public static Tensor sum(Operand x, Sum options) {
        return OP_SUM.one(new Object[] {x, options.axis, options.keepdims, options.dtype});
    }

    private static final Operator OP_SUM_PARTS = new Operator("sum_parts");

    /** What {@link #sumParts} may be given beside its required arguments. */
    public static final class SumParts {
        private Object group;

        /** a group that this process has joined. Default: "world". */
        public SumParts group(String value) {
            group = value;
            return this;
        }

    }

    /**
     * The sum of what the ranks of a group have computed of one array, on all of them; the gradient is that of a loss which all ranks compute alike.
     *
     * @param x floating; the same type on all ranks.
     */
    public static Tensor sumParts(Operand x) {
        return OP_SUM_PARTS.one(x);
    }

    /**
     * The sum of what the ranks of a group have computed of one array, on all of them; the gradient is that of a loss which all ranks compute alike.
     *
     * @param x floating; the same type on all ranks.
     * @param options what may be left out
     */
    public static Tensor sumParts(Operand x, SumParts options) {
        return OP_SUM_PARTS.one(new Object[] {x, options.group});
    }

    private static final Operator OP_SVD = new Operator("svd");

    /**
     * U, S and V^H of matrices U diag(S) V^H, with as few columns as do.
     *
     * @param a any dtype but half types: matrices, (..., M, N).
     */
    public static Tensor[] svd(Operand a) {
        return OP_SVD.all(new Object[] {a});
    }

    private static final Operator OP_SWAPAXES = new Operator("swapaxes");

    /**
     * The array with two axes exchanged; a view.
     *
     * @param a any dtype.
     * @param axis1 one axis.
     * @param axis2 the other.
     */
    public static Tensor swapaxes(Operand a, long axis1, long axis2) {
        return OP_SWAPAXES.one(new Object[] {a, axis1, axis2});
    }

    private static final Operator OP_TAKE = new Operator("take");

    /** What {@link #take} may be given beside its required arguments. */
    public static final class Take {
        private Object axis;

        /** axis that the indices count along. Default: none. */
        public Take axis(long value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Take axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object mode;

        /** raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: "raise". */
        public Take mode(String value) {
            mode = value;
            return this;
        }

    }

    /**
     * Elements or slices along an axis at the given indices; none takes from the flat array.
     *
     * @param a any dtype.
     * @param indices integers of any shape; negative ones count back.
     */
    public static Tensor take(Operand a, Operand indices) {
        return OP_TAKE.one(a, indices);
    }

    /**
     * Elements or slices along an axis at the given indices; none takes from the flat array.
     *
     * @param a any dtype.
     * @param indices integers of any shape; negative ones count back.
     * @param options what may be left out
     */
    public static Tensor take(Operand a, Operand indices, Take options) {
        return OP_TAKE.one(new Object[] {a, indices, options.axis, options.mode});
    }

    private static final Operator OP_TAKE_ALONG_AXIS = new Operator("take_along_axis");

    /** What {@link #takeAlongAxis} may be given beside its required arguments. */
    public static final class TakeAlongAxis {
        private Object axis;

        /** axis that the indices count along; none: of the flat array. Default: -1. */
        public TakeAlongAxis axis(long value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public TakeAlongAxis axisNone() {
            axis = Operator.NONE;
            return this;
        }

    }

    /**
     * Elements along an axis at indices of their own for each position of the others.
     *
     * @param arr any dtype.
     * @param indices integers; broadcast against arr on the other axes.
     */
    public static Tensor takeAlongAxis(Operand arr, Operand indices) {
        return OP_TAKE_ALONG_AXIS.one(arr, indices);
    }

    /**
     * Elements along an axis at indices of their own for each position of the others.
     *
     * @param arr any dtype.
     * @param indices integers; broadcast against arr on the other axes.
     * @param options what may be left out
     */
    public static Tensor takeAlongAxis(Operand arr, Operand indices, TakeAlongAxis options) {
        return OP_TAKE_ALONG_AXIS.one(new Object[] {arr, indices, options.axis});
    }

    private static final Operator OP_TAN = new Operator("tan");

    /**
     * Tangent of angles in radians, of any size, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor tan(Operand x) {
        return OP_TAN.one(x);
    }

    private static final Operator OP_TANH = new Operator("tanh");

    /**
     * Hyperbolic tangent, element by element.
     *
     * @param x any real dtype; bool and integers become the default float.
     */
    public static Tensor tanh(Operand x) {
        return OP_TANH.one(x);
    }

    private static final Operator OP_TENSORDOT = new Operator("tensordot");

    /**
     * Sum of products over pairs of axes; the other axes of a, then those of b, stay.
     *
     * @param a any dtype.
     * @param b any dtype.
     * @param aAxes axes of a.
     * @param bAxes their partners in b.
     */
    public static Tensor tensordot(Operand a, Operand b, long[] aAxes, long[] bAxes) {
        return OP_TENSORDOT.one(new Object[] {a, b, aAxes, bAxes});
    }

    private static final Operator OP_TILE = new Operator("tile");

    /**
     * The array repeated as a whole along its axes.
     *
     * @param a any dtype.
     * @param reps how often along each axis, the last ones if fewer.
     */
    public static Tensor tile(Operand a, long[] reps) {
        return OP_TILE.one(new Object[] {a, reps});
    }

    private static final Operator OP_TOPK = new Operator("topk");

    /** What {@link #topk} may be given beside its required arguments. */
    public static final class Topk {
        private Object k;

        /** how many. Default: 1. */
        public Topk k(long value) {
            k = value;
            return this;
        }

        private Object axis;

        /** axis to look along; none looks in the flat array. Default: -1. */
        public Topk axis(long value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Topk axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object isAscend;

        /** the smallest, the smallest first. Default: false. */
        public Topk isAscend(boolean value) {
            isAscend = value;
            return this;
        }

    }

    /**
     * The k largest elements along an axis, the largest first, and their positions as int64.
     *
     * @param data any dtype; NaN is the largest.
     */
    public static Tensor[] topk(Operand data) {
        return OP_TOPK.all(new Object[] {data, null, null, null});
    }

    /**
     * The k largest elements along an axis, the largest first, and their positions as int64.
     *
     * @param data any dtype; NaN is the largest.
     * @param options what may be left out
     */
    public static Tensor[] topk(Operand data, Topk options) {
        return OP_TOPK.all(new Object[] {data, options.k, options.axis, options.isAscend});
    }

    private static final Operator OP_TRACE = new Operator("trace");

    /** What {@link #trace} may be given beside its required arguments. */
    public static final class Trace {
        private Object offset;

        /** the diagonal: 0 the main one, positive above it. Default: 0. */
        public Trace offset(long value) {
            offset = value;
            return this;
        }

        private Object axis1;

        /** axis of the rows. Default: 0. */
        public Trace axis1(long value) {
            axis1 = value;
            return this;
        }

        private Object axis2;

        /** axis of the columns. Default: 1. */
        public Trace axis2(long value) {
            axis2 = value;
            return this;
        }

    }

    /**
     * The sum along a diagonal of matrices.
     *
     * @param a any dtype, at least two axes.
     */
    public static Tensor trace(Operand a) {
        return OP_TRACE.one(a);
    }

    /**
     * The sum along a diagonal of matrices.
     *
     * @param a any dtype, at least two axes.
     * @param options what may be left out
     */
    public static Tensor trace(Operand a, Trace options) {
        return OP_TRACE.one(new Object[] {a, options.offset, options.axis1, options.axis2});
    }

    private static final Operator OP_TRANSPOSE = new Operator("transpose");

    /** What {@link #transpose} may be given beside its required arguments. */
    public static final class Transpose {
        private Object axes;

        /** permutation of the axes; none reverses them. Default: none. */
        public Transpose axes(long... value) {
            axes = value;
            return this;
        }

        /** Says that axes is none on purpose. */
        public Transpose axesNone() {
            axes = Operator.NONE;
            return this;
        }

    }

    /**
     * The array with its axes permuted; a view.
     *
     * @param x any dtype.
     */
    public static Tensor transpose(Operand x) {
        return OP_TRANSPOSE.one(x);
    }

    /**
     * The array with its axes permuted; a view.
     *
     * @param x any dtype.
     * @param options what may be left out
     */
    public static Tensor transpose(Operand x, Transpose options) {
        return OP_TRANSPOSE.one(new Object[] {x, options.axes});
    }

    private static final Operator OP_TRIL = new Operator("tril");

    /** What {@link #tril} may be given beside its required arguments. */
    public static final class Tril {
        private Object k;

        /** the diagonal: 0 the main one, positive above it. Default: 0. */
        public Tril k(long value) {
            k = value;
            return this;
        }

    }

    /**
     * The lower triangle of matrices: zeros above a diagonal.
     *
     * @param m any dtype, shape (..., M, N).
     */
    public static Tensor tril(Operand m) {
        return OP_TRIL.one(m);
    }

    /**
     * The lower triangle of matrices: zeros above a diagonal.
     *
     * @param m any dtype, shape (..., M, N).
     * @param options what may be left out
     */
    public static Tensor tril(Operand m, Tril options) {
        return OP_TRIL.one(new Object[] {m, options.k});
    }

    private static final Operator OP_TRIU = new Operator("triu");

    /** What {@link #triu} may be given beside its required arguments. */
    public static final class Triu {
        private Object k;

        /** the diagonal: 0 the main one, positive above it. Default: 0. */
        public Triu k(long value) {
            k = value;
            return this;
        }

    }

    /**
     * The upper triangle of matrices: zeros below a diagonal.
     *
     * @param m any dtype, shape (..., M, N).
     */
    public static Tensor triu(Operand m) {
        return OP_TRIU.one(m);
    }

    /**
     * The upper triangle of matrices: zeros below a diagonal.
     *
     * @param m any dtype, shape (..., M, N).
     * @param options what may be left out
     */
    public static Tensor triu(Operand m, Triu options) {
        return OP_TRIU.one(new Object[] {m, options.k});
    }

    private static final Operator OP_TRUNC = new Operator("trunc");

    /**
     * x without its fraction, element by element.
     *
     * @param x any real dtype.
     */
    public static Tensor trunc(Operand x) {
        return OP_TRUNC.one(x);
    }

    private static final Operator OP_UNIFORM = new Operator("uniform");

    /** What {@link #uniform} may be given beside its required arguments. */
    public static final class Uniform {
        private Object low;

        /** least number. Default: 0. */
        public Uniform low(double value) {
            low = value;
            return this;
        }

        private Object high;

        /** bound, never reached while low &lt; high. Default: 1. */
        public Uniform high(double value) {
            high = value;
            return this;
        }

    }

    /**
     * Random numbers, uniform in [low, high).
     *
     * @param shape extents.
     * @param dtype floating dtype of the result.
     */
    public static Tensor uniform(long[] shape, Dtype dtype) {
        return OP_UNIFORM.one(new Object[] {null, null, shape, dtype});
    }

    /**
     * Random numbers, uniform in [low, high).
     *
     * @param shape extents.
     * @param dtype floating dtype of the result.
     * @param options what may be left out
     */
    public static Tensor uniform(long[] shape, Dtype dtype, Uniform options) {
        return OP_UNIFORM.one(new Object[] {options.low, options.high, shape, dtype});
    }

    private static final Operator OP_VAR = new Operator("var");

    /** What {@link #var_} may be given beside its required arguments. */
    public static final class Var {
        private Object axis;

        /** axis or axes to reduce; none reduces all. Default: none. */
        public Var axis(long... value) {
            axis = value;
            return this;
        }

        /** Says that axis is none on purpose. */
        public Var axisNone() {
            axis = Operator.NONE;
            return this;
        }

        private Object keepdims;

        /** keep the reduced axes with extent 1. Default: false. */
        public Var keepdims(boolean value) {
            keepdims = value;
            return this;
        }

        private Object dtype;

        /** floating dtype to compute in. Default: none. */
        public Var dtype(Dtype value) {
            dtype = value;
            return this;
        }

        /** Says that dtype is none on purpose. */
        public Var dtypeNone() {
            dtype = Operator.NONE;
            return this;
        }

        private Object ddof;

        /** subtracted from the number of elements, by which the squares are divided. Default: 0. */
        public Var ddof(double value) {
            ddof = value;
            return this;
        }

        private Object correction;

        /** the array API's name of `ddof`. Default: none. */
        public Var correction(double value) {
            correction = value;
            return this;
        }

        /** Says that correction is none on purpose. */
        public Var correctionNone() {
            correction = Operator.NONE;
            return this;
        }

    }

    /**
     * Variance over axes: the mean square distance from the mean.
     *
     * @param x any real dtype.
     */
    public static Tensor var_(Operand x) {
        return OP_VAR.one(x);
    }

    /**
     * Variance over axes: the mean square distance from the mean.
     *
     * @param x any real dtype.
     * @param options what may be left out
     */
    public static Tensor var_(Operand x, Var options) {
        return OP_VAR.one(new Object[] {x, options.axis, options.keepdims, options.dtype, options.ddof, options.correction});
    }

    private static final Operator OP_VDOT = new Operator("vdot");

    /**
     * Sum of products of all elements, both arrays taken as flat.
     *
     * @param a any dtype.
     * @param b as many elements.
     */
    public static Tensor vdot(Operand a, Operand b) {
        return OP_VDOT.one(a, b);
    }

    private static final Operator OP_VECDOT = new Operator("vecdot");

    /** What {@link #vecdot} may be given beside its required arguments. */
    public static final class Vecdot {
        private Object axis;

        /** axis of the vectors, of both arrays. Default: -1. */
        public Vecdot axis(long value) {
            axis = value;
            return this;
        }

    }

    /**
     * Sums of products of vectors along an axis; the other axes broadcast.
     *
     * @param x1 any dtype, at least one axis.
     * @param x2 as long along the axis.
     */
    public static Tensor vecdot(Operand x1, Operand x2) {
        return OP_VECDOT.one(x1, x2);
    }

    /**
     * Sums of products of vectors along an axis; the other axes broadcast.
     *
     * @param x1 any dtype, at least one axis.
     * @param x2 as long along the axis.
     * @param options what may be left out
     */
    public static Tensor vecdot(Operand x1, Operand x2, Vecdot options) {
        return OP_VECDOT.one(new Object[] {x1, x2, options.axis});
    }

    private static final Operator OP_VECMAT = new Operator("vecmat");

    /**
     * Products of vectors and matrices; leading axes broadcast.
     *
     * @param x1 any real dtype, shape (..., N).
     * @param x2 shape (..., N, M).
     */
    public static Tensor vecmat(Operand x1, Operand x2) {
        return OP_VECMAT.one(x1, x2);
    }

    private static final Operator OP_VONMISES = new Operator("vonmises");

    /**
     * Random angles of the distribution of von Mises; NaN where there is none.
     *
     * @param kappa float32 or float64: how close to 0 they are, at least 0.
     */
    public static Tensor vonmises(Operand kappa) {
        return OP_VONMISES.one(kappa);
    }

    private static final Operator OP_VSTACK = new Operator("vstack");

    /**
     * Arrays joined one below the other, along the first axis; vectors are rows.
     *
     * @param arrays any dtype, of shapes that agree on all other axes.
     */
    public static Tensor vstack(Tensor[] arrays) {
        return OP_VSTACK.one(new Object[] {arrays});
    }

    private static final Operator OP_WALD = new Operator("wald");

    /**
     * Random numbers of Wald's distribution; NaN where there is none.
     *
     * @param mean float32 or float64: above 0.
     * @param scale of the same shape, above 0.
     */
    public static Tensor wald(Operand mean, Operand scale) {
        return OP_WALD.one(mean, scale);
    }

    private static final Operator OP_WEIGHT_ONLY_FULLY_CONNECTED = new Operator("weight_only_fully_connected");

    /** What {@link #weightOnlyFullyConnected} may be given beside its required arguments. */
    public static final class WeightOnlyFullyConnected {
        private Object bias;

        /** floating, shape (units,). */
        public WeightOnlyFullyConnected bias(Operand value) {
            bias = value;
            return this;
        }

        private Object bits;

        /** of an element of the weight: 8 or 4. Default: 8. */
        public WeightOnlyFullyConnected bits(long value) {
            bits = value;
            return this;
        }

        private Object flatten;

        /** merge all axes of data but the first. Default: true. */
        public WeightOnlyFullyConnected flatten(boolean value) {
            flatten = value;
            return this;
        }

    }

    /**
     * Affine map of floating features by an int8 or int4 weight, data (scale weight)ᵀ + bias, computed in float32.
     *
     * @param data float32 or half types, shape (N, ...) when flatten, else (..., features).
     * @param weight int8, shape (units, features); of 4 bits (units, features / 2), an even element in the lower half of a byte.
     * @param scale floating, shape (units,) or (units, groups of features).
     */
    public static Tensor weightOnlyFullyConnected(Operand data, Operand weight, Operand scale) {
        return OP_WEIGHT_ONLY_FULLY_CONNECTED.one(new Object[] {data, weight, scale, null, null, null});
    }

    /**
     * Affine map of floating features by an int8 or int4 weight, data (scale weight)ᵀ + bias, computed in float32.
     *
     * @param data float32 or half types, shape (N, ...) when flatten, else (..., features).
     * @param weight int8, shape (units, features); of 4 bits (units, features / 2), an even element in the lower half of a byte.
     * @param scale floating, shape (units,) or (units, groups of features).
     * @param options what may be left out
     */
    public static Tensor weightOnlyFullyConnected(Operand data, Operand weight, Operand scale, WeightOnlyFullyConnected options) {
        return OP_WEIGHT_ONLY_FULLY_CONNECTED.one(new Object[] {data, weight, scale, options.bias, options.bits, options.flatten});
    }

    private static final Operator OP_WHERE = new Operator("where");

    /**
     * Elements of `x` where the condition holds, else of `y`.
     *
     * @param condition bool: mask, broadcast against the others.
     * @param x any dtype, taken where true.
     * @param y taken where false.
     */
    public static Tensor where(Operand condition, Operand x, Operand y) {
        return OP_WHERE.one(new Object[] {condition, x, y});
    }

    private static final Operator OP_ZIPF = new Operator("zipf");

    /**
     * Random ranks of Zipf's law; NaN where there is none.
     *
     * @param exponent float32 or float64: above 1.
     */
    public static Tensor zipf(Operand exponent) {
        return OP_ZIPF.one(exponent);
    }

}
