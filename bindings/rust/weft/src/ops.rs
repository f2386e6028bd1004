// Written by bindings/generate; do not edit.
//! A function for each operator of the core.

#![allow(clippy::too_many_arguments)]

use crate::call::{Arguments, Given, Input, Operator};
use crate::{Dtype, Result, Tensor};

impl<'a> Arguments<'a> {
    pub(crate) fn given_int(&mut self, given: &'a Given<i64>) {
        self.given(given, |all, value| all.int(*value));
    }
    pub(crate) fn given_float(&mut self, given: &'a Given<f64>) {
        self.given(given, |all, value| all.float(*value));
    }
    pub(crate) fn given_bool(&mut self, given: &'a Given<bool>) {
        self.given(given, |all, value| all.bool(*value));
    }
    pub(crate) fn given_string(&mut self, given: &'a Given<String>) {
        self.given(given, |all, value| all.string(value));
    }
    pub(crate) fn given_ints(&mut self, given: &'a Given<Vec<i64>>) {
        self.given(given, |all, value| all.ints(value));
    }
    pub(crate) fn given_dtype(&mut self, given: &'a Given<Dtype>) {
        self.given(given, |all, value| all.dtype(*value));
    }
    pub(crate) fn attribute(&mut self, value: &'a Attribute) {
        match value {
            Attribute::Int(value) => self.int(*value),
            Attribute::Float(value) => self.float(*value),
            Attribute::Bool(value) => self.bool(*value),
            Attribute::String(value) => self.string(value),
            Attribute::Ints(value) => self.ints(value),
            Attribute::Dtype(value) => self.dtype(*value),
            Attribute::None => self.none(),
        }
    }
}

/// The value of an attribute, for calls by name.
#[derive(Clone, Debug)]
pub enum Attribute {
    Int(i64),
    Float(f64),
    Bool(bool),
    String(String),
    Ints(Vec<i64>),
    Dtype(Dtype),
    None,
}

/// Absolute value, element by element.
///
/// `x`: any real dtype.
pub fn abs<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"abs");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`adagrad_update_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct AdagradUpdate {
    /// weight decay. Default: `0`.
    pub wd: Given<f64>,
    /// factor of the gradient. Default: `1`.
    pub rescale_grad: Given<f64>,
    /// bound of the rescaled gradient's elements; negative: none. Default: `-1`.
    pub clip_gradient: Given<f64>,
    /// added to the root. Default: `1e-06`.
    pub epsilon: Given<f64>,
}

/// AdaGrad: the new weight and sum of squared gradients.
///
/// `weight`: floating: the parameter.
///
/// `grad`: its gradient, same shape.
///
/// `history`: sum of the squares of all gradients.
///
/// `lr`: learning rate: a number, or an array without axes.
pub fn adagrad_update<'a>(weight: impl Into<Input<'a>>, grad: impl Into<Input<'a>>, history: impl Into<Input<'a>>, lr: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    adagrad_update_with(weight, grad, history, lr, &AdagradUpdate::default())
}

/// As [`adagrad_update`], with what may be left out.
pub fn adagrad_update_with<'a>(weight: impl Into<Input<'a>>, grad: impl Into<Input<'a>>, history: impl Into<Input<'a>>, lr: impl Into<Input<'a>>, options: &AdagradUpdate) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"adagrad_update");
    let mut arguments = Arguments::new();
    arguments.input(weight.into());
    arguments.input(grad.into());
    arguments.input(history.into());
    arguments.input(lr.into());
    arguments.given_float(&options.wd);
    arguments.given_float(&options.rescale_grad);
    arguments.given_float(&options.clip_gradient);
    arguments.given_float(&options.epsilon);
    arguments.all(&OPERATOR)
}

/// What [`adam_update_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct AdamUpdate {
    /// weight decay. Default: `0`.
    pub wd: Given<f64>,
    /// factor of the gradient. Default: `1`.
    pub rescale_grad: Given<f64>,
    /// bound of the rescaled gradient's elements; negative: none. Default: `-1`.
    pub clip_gradient: Given<f64>,
    /// decay of the mean. Default: `0.9`.
    pub beta1: Given<f64>,
    /// decay of the variance. Default: `0.999`.
    pub beta2: Given<f64>,
    /// added to the root. Default: `1e-08`.
    pub epsilon: Given<f64>,
}

/// Adam: the new weight, mean and variance. Bias corrections belong into lr.
///
/// `weight`: floating: the parameter.
///
/// `grad`: its gradient, same shape.
///
/// `mean`: running mean of the gradient.
///
/// `var`: running mean of its square.
///
/// `lr`: learning rate: a number, or an array without axes.
pub fn adam_update<'a>(weight: impl Into<Input<'a>>, grad: impl Into<Input<'a>>, mean: impl Into<Input<'a>>, var: impl Into<Input<'a>>, lr: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    adam_update_with(weight, grad, mean, var, lr, &AdamUpdate::default())
}

/// As [`adam_update`], with what may be left out.
pub fn adam_update_with<'a>(weight: impl Into<Input<'a>>, grad: impl Into<Input<'a>>, mean: impl Into<Input<'a>>, var: impl Into<Input<'a>>, lr: impl Into<Input<'a>>, options: &AdamUpdate) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"adam_update");
    let mut arguments = Arguments::new();
    arguments.input(weight.into());
    arguments.input(grad.into());
    arguments.input(mean.into());
    arguments.input(var.into());
    arguments.input(lr.into());
    arguments.given_float(&options.wd);
    arguments.given_float(&options.rescale_grad);
    arguments.given_float(&options.clip_gradient);
    arguments.given_float(&options.beta1);
    arguments.given_float(&options.beta2);
    arguments.given_float(&options.epsilon);
    arguments.all(&OPERATOR)
}

/// What [`adamw_update_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct AdamwUpdate {
    /// weight decay. Default: `0`.
    pub wd: Given<f64>,
    /// factor of the gradient. Default: `1`.
    pub rescale_grad: Given<f64>,
    /// bound of the rescaled gradient's elements; negative: none. Default: `-1`.
    pub clip_gradient: Given<f64>,
    /// decay of the mean. Default: `0.9`.
    pub beta1: Given<f64>,
    /// decay of the variance. Default: `0.999`.
    pub beta2: Given<f64>,
    /// added to the root. Default: `1e-08`.
    pub epsilon: Given<f64>,
}

/// Adam with decoupled weight decay: the new weight, mean and variance. Bias corrections belong into lr; the weight loses its share eta * wd.
///
/// `weight`: floating: the parameter.
///
/// `grad`: its gradient, same shape.
///
/// `mean`: running mean of the gradient.
///
/// `var`: running mean of its square.
///
/// `lr`: learning rate: a number, or an array without axes.
///
/// `eta`: rate of the weight decay: a number, or an array without axes.
pub fn adamw_update<'a>(weight: impl Into<Input<'a>>, grad: impl Into<Input<'a>>, mean: impl Into<Input<'a>>, var: impl Into<Input<'a>>, lr: impl Into<Input<'a>>, eta: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    adamw_update_with(weight, grad, mean, var, lr, eta, &AdamwUpdate::default())
}

/// As [`adamw_update`], with what may be left out.
pub fn adamw_update_with<'a>(weight: impl Into<Input<'a>>, grad: impl Into<Input<'a>>, mean: impl Into<Input<'a>>, var: impl Into<Input<'a>>, lr: impl Into<Input<'a>>, eta: impl Into<Input<'a>>, options: &AdamwUpdate) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"adamw_update");
    let mut arguments = Arguments::new();
    arguments.input(weight.into());
    arguments.input(grad.into());
    arguments.input(mean.into());
    arguments.input(var.into());
    arguments.input(lr.into());
    arguments.input(eta.into());
    arguments.given_float(&options.wd);
    arguments.given_float(&options.rescale_grad);
    arguments.given_float(&options.clip_gradient);
    arguments.given_float(&options.beta1);
    arguments.given_float(&options.beta2);
    arguments.given_float(&options.epsilon);
    arguments.all(&OPERATOR)
}

/// Sum of two arrays, element by element.
///
/// `x1`: any real dtype.
///
/// `x2`: the same, broadcast against `x1`.
pub fn add<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"add");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// What [`all_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct All {
    /// axis or axes to reduce; none reduces all. Default: `none`.
    pub axis: Given<Vec<i64>>,
    /// keep the reduced axes with extent 1. Default: `false`.
    pub keepdims: Given<bool>,
}

/// Truth of every element over axes being true; true of none.
///
/// `x`: any real dtype; anything but zero is true.
pub fn all<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    all_with(x, &All::default())
}

/// As [`all`], with what may be left out.
pub fn all_with<'a>(x: impl Into<Input<'a>>, options: &All) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"all");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_ints(&options.axis);
    arguments.given_bool(&options.keepdims);
    arguments.one(&OPERATOR)
}

/// What [`all_gather_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct AllGather {
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// The arrays of all ranks of a group, joined along an axis, on all of them.
///
/// `x`: any dtype; the same type on all ranks.
///
/// `axis`: along which they are joined, by rank.
///
/// `ranks`: how many processes the group has.
pub fn all_gather<'a>(x: impl Into<Input<'a>>, axis: i64, ranks: i64) -> Result<Tensor> {
    all_gather_with(x, axis, ranks, &AllGather::default())
}

/// As [`all_gather`], with what may be left out.
pub fn all_gather_with<'a>(x: impl Into<Input<'a>>, axis: i64, ranks: i64, options: &AllGather) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"all_gather");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.int(axis);
    arguments.int(ranks);
    arguments.given_string(&options.group);
    arguments.one(&OPERATOR)
}

/// What [`all_reduce_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct AllReduce {
    /// `sum`, `mean`, `product`, `min` or `max`. Default: `"sum"`.
    pub reduction: Given<String>,
    /// the same bits whatever moves the bytes: a tree over ranks. Default: `false`.
    pub ordered: Given<bool>,
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// The reduction of the arrays that all ranks of a group give, on all of them.
///
/// `x`: any real dtype but bool; the same type on all ranks.
pub fn all_reduce<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    all_reduce_with(x, &AllReduce::default())
}

/// As [`all_reduce`], with what may be left out.
pub fn all_reduce_with<'a>(x: impl Into<Input<'a>>, options: &AllReduce) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"all_reduce");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_string(&options.reduction);
    arguments.given_bool(&options.ordered);
    arguments.given_string(&options.group);
    arguments.one(&OPERATOR)
}

/// What [`all_reduce_start_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct AllReduceStart {
    /// `sum`, `mean`, `product`, `min` or `max`. Default: `"sum"`.
    pub reduction: Given<String>,
    /// the same bits whatever moves the bytes: a tree over ranks. Default: `false`.
    pub ordered: Given<bool>,
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// Begins an `all_reduce`, whose result is there when `collective_wait` has given it.
///
/// `x`: any real dtype but bool; the same type on all ranks.
pub fn all_reduce_start<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    all_reduce_start_with(x, &AllReduceStart::default())
}

/// As [`all_reduce_start`], with what may be left out.
pub fn all_reduce_start_with<'a>(x: impl Into<Input<'a>>, options: &AllReduceStart) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"all_reduce_start");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_string(&options.reduction);
    arguments.given_bool(&options.ordered);
    arguments.given_string(&options.group);
    arguments.one(&OPERATOR)
}

/// What [`all_to_all_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct AllToAll {
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// Part r of an array, along one axis, goes to rank r; what comes is joined along another.
///
/// `x`: any dtype; the same type on all ranks.
///
/// `split_axis`: along which rank r gets part r.
///
/// `concat_axis`: along which the parts are joined, by rank.
///
/// `ranks`: how many processes the group has.
pub fn all_to_all<'a>(x: impl Into<Input<'a>>, split_axis: i64, concat_axis: i64, ranks: i64) -> Result<Tensor> {
    all_to_all_with(x, split_axis, concat_axis, ranks, &AllToAll::default())
}

/// As [`all_to_all`], with what may be left out.
pub fn all_to_all_with<'a>(x: impl Into<Input<'a>>, split_axis: i64, concat_axis: i64, ranks: i64, options: &AllToAll) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"all_to_all");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.int(split_axis);
    arguments.int(concat_axis);
    arguments.int(ranks);
    arguments.given_string(&options.group);
    arguments.one(&OPERATOR)
}

/// The angles of the elements in the complex plane, in radians from -pi to pi.
///
/// `x`: any dtype.
pub fn angle<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"angle");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`any_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Any {
    /// axis or axes to reduce; none reduces all. Default: `none`.
    pub axis: Given<Vec<i64>>,
    /// keep the reduced axes with extent 1. Default: `false`.
    pub keepdims: Given<bool>,
}

/// Truth of some element over axes being true; false of none.
///
/// `x`: any real dtype; anything but zero is true.
pub fn any<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    any_with(x, &Any::default())
}

/// As [`any`], with what may be left out.
pub fn any_with<'a>(x: impl Into<Input<'a>>, options: &Any) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"any");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_ints(&options.axis);
    arguments.given_bool(&options.keepdims);
    arguments.one(&OPERATOR)
}

/// What [`arange_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Arange {
    /// distance, not 0. Default: `1`.
    pub step: Given<f64>,
    /// how many, whatever stop is; none: up to stop. Default: `none`.
    pub count: Given<i64>,
}

/// Evenly spaced numbers from start up to, not including, stop, or as many as are wanted.
///
/// `start`: first number.
///
/// `stop`: bound.
///
/// `dtype`: dtype of the result.
pub fn arange(start: f64, stop: f64, dtype: Dtype) -> Result<Tensor> {
    arange_with(start, stop, dtype, &Arange::default())
}

/// As [`arange`], with what may be left out.
pub fn arange_with(start: f64, stop: f64, dtype: Dtype, options: &Arange) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"arange");
    let mut arguments = Arguments::new();
    arguments.float(start);
    arguments.float(stop);
    arguments.given_float(&options.step);
    arguments.dtype(dtype);
    arguments.given_int(&options.count);
    arguments.one(&OPERATOR)
}

/// Angle in [0, pi] whose cosine is x, element by element; NaN outside [-1, 1].
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn arccos<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"arccos");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Inverse hyperbolic cosine, element by element; NaN below 1.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn arccosh<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"arccosh");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Angle in [-pi/2, pi/2] whose sine is x, element by element; NaN outside [-1, 1].
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn arcsin<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"arcsin");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Inverse hyperbolic sine, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn arcsinh<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"arcsinh");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Angle in [-pi/2, pi/2] whose tangent is x, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn arctan<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"arctan");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Angle in [-pi, pi] of the point with height `x1` and width `x2`, element by element.
///
/// `x1`: any real dtype; bool and integers become the default float.
///
/// `x2`: the same, broadcast against `x1`.
pub fn arctan2<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"arctan2");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// Inverse hyperbolic tangent, element by element; NaN outside [-1, 1].
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn arctanh<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"arctanh");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`argmax_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Argmax {
    /// axis or axes to reduce; none reduces all. Default: `none`.
    pub axis: Given<Vec<i64>>,
    /// keep the reduced axes with extent 1. Default: `false`.
    pub keepdims: Given<bool>,
}

/// Index of the first largest element along an axis, or of the flattened array, as int64.
///
/// `x`: any real dtype.
pub fn argmax<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    argmax_with(x, &Argmax::default())
}

/// As [`argmax`], with what may be left out.
pub fn argmax_with<'a>(x: impl Into<Input<'a>>, options: &Argmax) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"argmax");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_ints(&options.axis);
    arguments.given_bool(&options.keepdims);
    arguments.one(&OPERATOR)
}

/// What [`argmin_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Argmin {
    /// axis or axes to reduce; none reduces all. Default: `none`.
    pub axis: Given<Vec<i64>>,
    /// keep the reduced axes with extent 1. Default: `false`.
    pub keepdims: Given<bool>,
}

/// Index of the first smallest element along an axis, or of the flattened array, as int64.
///
/// `x`: any real dtype.
pub fn argmin<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    argmin_with(x, &Argmin::default())
}

/// As [`argmin`], with what may be left out.
pub fn argmin_with<'a>(x: impl Into<Input<'a>>, options: &Argmin) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"argmin");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_ints(&options.axis);
    arguments.given_bool(&options.keepdims);
    arguments.one(&OPERATOR)
}

/// What [`argsort_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Argsort {
    /// axis to sort along; none sorts the flat array. Default: `-1`.
    pub axis: Given<i64>,
    /// the largest first. Default: `false`.
    pub descending: Given<bool>,
}

/// Where the elements along an axis stand in ascending order, as int64; stable.
///
/// `a`: any dtype; NaN is the largest.
pub fn argsort<'a>(a: impl Into<Input<'a>>) -> Result<Tensor> {
    argsort_with(a, &Argsort::default())
}

/// As [`argsort`], with what may be left out.
pub fn argsort_with<'a>(a: impl Into<Input<'a>>, options: &Argsort) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"argsort");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.given_int(&options.axis);
    arguments.given_bool(&options.descending);
    arguments.one(&OPERATOR)
}

/// What [`array_split_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct ArraySplit {
    /// axis to cut along. Default: `0`.
    pub axis: Given<i64>,
}

/// Parts of an array along one axis, the first ones longer where its extent does not divide.
///
/// `ary`: any dtype.
///
/// `indices_or_sections`: the number of parts, or the indices before which to cut.
pub fn array_split<'a>(ary: impl Into<Input<'a>>, indices_or_sections: &[i64]) -> Result<Vec<Tensor>> {
    array_split_with(ary, indices_or_sections, &ArraySplit::default())
}

/// As [`array_split`], with what may be left out.
pub fn array_split_with<'a>(ary: impl Into<Input<'a>>, indices_or_sections: &[i64], options: &ArraySplit) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"array_split");
    let mut arguments = Arguments::new();
    arguments.input(ary.into());
    arguments.ints(indices_or_sections);
    arguments.given_int(&options.axis);
    arguments.all(&OPERATOR)
}

/// What [`barrier_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Barrier {
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// Ends when all ranks of a group have begun it.
pub fn barrier() -> Result<Vec<Tensor>> {
    barrier_with(&Barrier::default())
}

/// As [`barrier`], with what may be left out.
pub fn barrier_with(options: &Barrier) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"barrier");
    let mut arguments = Arguments::new();
    arguments.given_string(&options.group);
    arguments.all(&OPERATOR)
}

/// Merges all axes but the first.
///
/// `x`: any dtype, shape (N, ...).
pub fn batch_flatten<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"batch_flatten");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`batch_norm_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct BatchNorm {
    /// summand of the variance. Default: `1e-05`.
    pub eps: Given<f64>,
    /// share of the running statistics that stays. Default: `0.9`.
    pub momentum: Given<f64>,
    /// normalise by the batch's statistics, not by the running ones. Default: `false`.
    pub training: Given<bool>,
    /// axis of the channels. Default: `1`.
    pub axis: Given<i64>,
}

/// Each channel with mean 0 and variance 1, scaled and shifted; and the next statistics.
///
/// `data`: floating, shape (N, C, ...) when axis is 1.
///
/// `gamma`: factors, shape (C,).
///
/// `beta`: summands, shape (C,).
///
/// `running_mean`: floating, shape (C,).
///
/// `running_var`: floating, shape (C,).
pub fn batch_norm<'a>(data: impl Into<Input<'a>>, gamma: impl Into<Input<'a>>, beta: impl Into<Input<'a>>, running_mean: impl Into<Input<'a>>, running_var: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    batch_norm_with(data, gamma, beta, running_mean, running_var, &BatchNorm::default())
}

/// As [`batch_norm`], with what may be left out.
pub fn batch_norm_with<'a>(data: impl Into<Input<'a>>, gamma: impl Into<Input<'a>>, beta: impl Into<Input<'a>>, running_mean: impl Into<Input<'a>>, running_var: impl Into<Input<'a>>, options: &BatchNorm) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"batch_norm");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(gamma.into());
    arguments.input(beta.into());
    arguments.input(running_mean.into());
    arguments.input(running_var.into());
    arguments.given_float(&options.eps);
    arguments.given_float(&options.momentum);
    arguments.given_bool(&options.training);
    arguments.given_int(&options.axis);
    arguments.all(&OPERATOR)
}

/// Random counts of the binomial distribution; NaN where there is none.
///
/// `trials`: float32 or float64: how many can succeed.
///
/// `probability`: of each trial's success, of the same shape.
pub fn binomial<'a>(trials: impl Into<Input<'a>>, probability: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"binomial");
    let mut arguments = Arguments::new();
    arguments.input(trials.into());
    arguments.input(probability.into());
    arguments.one(&OPERATOR)
}

/// Bits that both integers have, element by element; on bool, logical and.
///
/// `x1`: bool or integers.
///
/// `x2`: the same, broadcast against `x1`.
pub fn bitwise_and<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"bitwise_and");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// Bits that either integer has, element by element; on bool, logical or.
///
/// `x1`: bool or integers.
///
/// `x2`: the same, broadcast against `x1`.
pub fn bitwise_or<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"bitwise_or");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// Bits that one of two integers has, element by element; on bool, not equal.
///
/// `x1`: bool or integers.
///
/// `x2`: the same, broadcast against `x1`.
pub fn bitwise_xor<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"bitwise_xor");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// What [`bounded_integers_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct BoundedIntegers {
    /// are they places, so that others are an IndexError? Default: `false`.
    pub is_index: Given<bool>,
}

/// The integers that it is given, of which none may lie outside of bounds.
///
/// `x`: int64, any shape.
///
/// `least`: lower bound.
///
/// `most`: upper bound.
///
/// `caller`: operator that refuses others.
///
/// `what`: what they are to it.
pub fn bounded_integers<'a>(x: impl Into<Input<'a>>, least: i64, most: i64, caller: &str, what: &str) -> Result<Tensor> {
    bounded_integers_with(x, least, most, caller, what, &BoundedIntegers::default())
}

/// As [`bounded_integers`], with what may be left out.
pub fn bounded_integers_with<'a>(x: impl Into<Input<'a>>, least: i64, most: i64, caller: &str, what: &str, options: &BoundedIntegers) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"bounded_integers");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.int(least);
    arguments.int(most);
    arguments.string(caller);
    arguments.string(what);
    arguments.given_bool(&options.is_index);
    arguments.one(&OPERATOR)
}

/// What [`broadcast_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Broadcast {
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// The array of one rank, on all ranks of a group.
///
/// `x`: any dtype; the same type on all ranks, whose other arrays are not read.
///
/// `root`: the rank whose array it is.
pub fn broadcast<'a>(x: impl Into<Input<'a>>, root: i64) -> Result<Tensor> {
    broadcast_with(x, root, &Broadcast::default())
}

/// As [`broadcast`], with what may be left out.
pub fn broadcast_with<'a>(x: impl Into<Input<'a>>, root: i64, options: &Broadcast) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"broadcast");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.int(root);
    arguments.given_string(&options.group);
    arguments.one(&OPERATOR)
}

/// What [`broadcast_start_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct BroadcastStart {
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// Begins a `broadcast`, whose result is there when `collective_wait` has given it.
///
/// `x`: any dtype; the same type on all ranks, whose other arrays are not read.
///
/// `root`: the rank whose array it is.
pub fn broadcast_start<'a>(x: impl Into<Input<'a>>, root: i64) -> Result<Tensor> {
    broadcast_start_with(x, root, &BroadcastStart::default())
}

/// As [`broadcast_start`], with what may be left out.
pub fn broadcast_start_with<'a>(x: impl Into<Input<'a>>, root: i64, options: &BroadcastStart) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"broadcast_start");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.int(root);
    arguments.given_string(&options.group);
    arguments.one(&OPERATOR)
}

/// The array stretched to a shape that it broadcasts to, as a new array.
///
/// `x`: any dtype.
///
/// `shape`: extents of the result.
pub fn broadcast_to<'a>(x: impl Into<Input<'a>>, shape: &[i64]) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"broadcast_to");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.ints(shape);
    arguments.one(&OPERATOR)
}

/// Conversion to another dtype: to integers rounds toward zero, saturates and maps NaN to 0; to bool is x != 0.
///
/// `x`: any dtype.
///
/// `dtype`: dtype of the result.
pub fn cast<'a>(x: impl Into<Input<'a>>, dtype: Dtype) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"cast");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.dtype(dtype);
    arguments.one(&OPERATOR)
}

/// The smallest whole number that is not below x, element by element.
///
/// `x`: any real dtype.
pub fn ceil<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"ceil");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`celu_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Celu {
    /// the limit below is -alpha. Default: `1`.
    pub alpha: Given<f64>,
}

/// x above zero, alpha (exp(x / alpha) - 1) below.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn celu<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    celu_with(x, &Celu::default())
}

/// As [`celu`], with what may be left out.
pub fn celu_with<'a>(x: impl Into<Input<'a>>, options: &Celu) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"celu");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_float(&options.alpha);
    arguments.one(&OPERATOR)
}

/// What [`check_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Check {
    /// the part of the program that says so. Default: `""`.
    pub r#where: Given<String>,
}

/// Fails the call with a message unless all elements of a condition are true.
///
/// `condition`: any dtype; numbers are true where they are not 0.
///
/// `arrays`: any dtype; one for each `{}` of the message.
///
/// `message`: `{{` and `}}` are braces.
pub fn check<'a>(condition: impl Into<Input<'a>>, arrays: &[&Tensor], message: &str) -> Result<Vec<Tensor>> {
    check_with(condition, arrays, message, &Check::default())
}

/// As [`check`], with what may be left out.
pub fn check_with<'a>(condition: impl Into<Input<'a>>, arrays: &[&Tensor], message: &str, options: &Check) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"check");
    let mut arguments = Arguments::new();
    arguments.input(condition.into());
    arguments.tensors(arrays);
    arguments.string(message);
    arguments.given_string(&options.r#where);
    arguments.all(&OPERATOR)
}

/// What [`cholesky_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Cholesky {
    /// the upper triangle is read, and not the lower one. Default: `false`.
    pub upper: Given<bool>,
}

/// The lower triangle L of positive matrices L L^H, or its adjoint.
///
/// `a`: any dtype but half types: matrices, (..., M, N).
pub fn cholesky<'a>(a: impl Into<Input<'a>>) -> Result<Tensor> {
    cholesky_with(a, &Cholesky::default())
}

/// As [`cholesky`], with what may be left out.
pub fn cholesky_with<'a>(a: impl Into<Input<'a>>, options: &Cholesky) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"cholesky");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.given_bool(&options.upper);
    arguments.one(&OPERATOR)
}

/// What [`clip_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Clip<'a> {
    /// lower bound, broadcast against `x`; none leaves it open.
    pub min: Option<Input<'a>>,
    /// upper bound, broadcast against `x`; none leaves it open.
    pub max: Option<Input<'a>>,
}

/// x held within bounds, element by element; NaN stays NaN. The upper bound wins.
///
/// `x`: any real dtype.
pub fn clip<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    clip_with(x, &Clip::default())
}

/// As [`clip`], with what may be left out.
pub fn clip_with<'a>(x: impl Into<Input<'a>>, options: &Clip<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"clip");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.optional(options.min);
    arguments.optional(options.max);
    arguments.one(&OPERATOR)
}

/// What [`collective_wait_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct CollectiveWait<'a> {
    /// any dtype; where the start sends from, if that is elsewhere.
    pub sent: Option<Input<'a>>,
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// The result of a collective that was started, when it is there.
///
/// `result`: any dtype; what the start gave.
pub fn collective_wait<'a>(result: impl Into<Input<'a>>) -> Result<Tensor> {
    collective_wait_with(result, &CollectiveWait::default())
}

/// As [`collective_wait`], with what may be left out.
pub fn collective_wait_with<'a>(result: impl Into<Input<'a>>, options: &CollectiveWait<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"collective_wait");
    let mut arguments = Arguments::new();
    arguments.input(result.into());
    arguments.optional(options.sent);
    arguments.given_string(&options.group);
    arguments.one(&OPERATOR)
}

/// Vectors as columns, and matrices, joined side by side.
///
/// `arrays`: any dtype: vectors, or matrices with as many rows.
pub fn column_stack(arrays: &[&Tensor]) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"column_stack");
    let mut arguments = Arguments::new();
    arguments.tensors(arrays);
    arguments.one(&OPERATOR)
}

/// What [`concatenate_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Concatenate {
    /// axis to join along; none joins the flat arrays. Default: `0`.
    pub axis: Given<i64>,
}

/// Arrays joined along one of their axes.
///
/// `arrays`: any dtype, of shapes that agree on all other axes.
pub fn concatenate(arrays: &[&Tensor]) -> Result<Tensor> {
    concatenate_with(arrays, &Concatenate::default())
}

/// As [`concatenate`], with what may be left out.
pub fn concatenate_with(arrays: &[&Tensor], options: &Concatenate) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"concatenate");
    let mut arguments = Arguments::new();
    arguments.tensors(arrays);
    arguments.given_int(&options.axis);
    arguments.one(&OPERATOR)
}

/// The conjugates of the elements; of real numbers the array itself.
///
/// `x`: any dtype.
pub fn conj<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"conj");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`convolution_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Convolution<'a> {
    /// shape (filters,).
    pub bias: Option<Input<'a>>,
    /// extents of the window; those of the weight. Default: `none`.
    pub kernel: Given<Vec<i64>>,
    /// step of the window, 1 by default. Default: `none`.
    pub stride: Given<Vec<i64>>,
    /// zeros added on both sides, or before all axes and then behind them; 0 by default. Default: `none`.
    pub pad: Given<Vec<i64>>,
    /// distance of the window's elements, 1 by default. Default: `none`.
    pub dilate: Given<Vec<i64>>,
    /// groups of channels that do not see each other. Default: `1`.
    pub num_group: Given<i64>,
}

/// Convolution (correlation) over one, two or three spatial axes.
///
/// `data`: floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
///
/// `weight`: shape (filters, C / groups, kernel...).
pub fn convolution<'a>(data: impl Into<Input<'a>>, weight: impl Into<Input<'a>>) -> Result<Tensor> {
    convolution_with(data, weight, &Convolution::default())
}

/// As [`convolution`], with what may be left out.
pub fn convolution_with<'a>(data: impl Into<Input<'a>>, weight: impl Into<Input<'a>>, options: &Convolution<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"convolution");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(weight.into());
    arguments.optional(options.bias);
    arguments.given_ints(&options.kernel);
    arguments.given_ints(&options.stride);
    arguments.given_ints(&options.pad);
    arguments.given_ints(&options.dilate);
    arguments.given_int(&options.num_group);
    arguments.one(&OPERATOR)
}

/// A new array with the same elements.
///
/// `x`: any dtype.
pub fn copy<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"copy");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`copy_to_parts_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct CopyToParts {
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// An array that all ranks of a group have alike, for each to compute another part of a result; the gradient is the sum of the parts' gradients.
///
/// `x`: any dtype; the same array on all ranks.
pub fn copy_to_parts<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    copy_to_parts_with(x, &CopyToParts::default())
}

/// As [`copy_to_parts`], with what may be left out.
pub fn copy_to_parts_with<'a>(x: impl Into<Input<'a>>, options: &CopyToParts) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"copy_to_parts");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_string(&options.group);
    arguments.one(&OPERATOR)
}

/// x1 with the sign of x2, element by element.
///
/// `x1`: any real dtype; bool and integers become the default float.
///
/// `x2`: the same, broadcast against `x1`.
pub fn copysign<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"copysign");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// Cosine of angles in radians, of any size, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn cos<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"cos");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Hyperbolic cosine, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn cosh<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"cosh");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`count_nonzero_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct CountNonzero {
    /// axis or axes to reduce; none reduces all. Default: `none`.
    pub axis: Given<Vec<i64>>,
    /// keep the reduced axes with extent 1. Default: `false`.
    pub keepdims: Given<bool>,
}

/// Number of elements over axes that are not zero, as int64.
///
/// `x`: any real dtype; anything but zero is true.
pub fn count_nonzero<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    count_nonzero_with(x, &CountNonzero::default())
}

/// As [`count_nonzero`], with what may be left out.
pub fn count_nonzero_with<'a>(x: impl Into<Input<'a>>, options: &CountNonzero) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"count_nonzero");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_ints(&options.axis);
    arguments.given_bool(&options.keepdims);
    arguments.one(&OPERATOR)
}

/// What [`ctc_loss_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct CtcLoss<'a> {
    /// any real dtype, shape (N,): steps of each sample, from 1 to T; all if left out.
    pub data_lengths: Option<Input<'a>>,
    /// any real dtype, shape (N,): labels of each sample in place of padding, from 0 to L.
    pub label_lengths: Option<Input<'a>>,
    /// the class of the blank: first (0) or last (C - 1). Default: `"first"`.
    pub blank_label: Given<String>,
}

/// Minus the logarithm of the probability of a label, over all ways to align it.
///
/// `data`: floating, shape (T, N, C): scores, whose softmax is taken.
///
/// `label`: any real dtype, shape (N, L): classes, none negative; those from the first padding on, 0 where the blank is first, else -1, do not count.
pub fn ctc_loss<'a>(data: impl Into<Input<'a>>, label: impl Into<Input<'a>>) -> Result<Tensor> {
    ctc_loss_with(data, label, &CtcLoss::default())
}

/// As [`ctc_loss`], with what may be left out.
pub fn ctc_loss_with<'a>(data: impl Into<Input<'a>>, label: impl Into<Input<'a>>, options: &CtcLoss<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"ctc_loss");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(label.into());
    arguments.optional(options.data_lengths);
    arguments.optional(options.label_lengths);
    arguments.given_string(&options.blank_label);
    arguments.one(&OPERATOR)
}

/// What [`cummax_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Cummax {
    /// axis to run along. Default: `-1`.
    pub axis: Given<i64>,
}

/// Running maximum along an axis: the largest element so far, NaN from the first NaN on.
///
/// `x`: any real dtype, at least one axis.
pub fn cummax<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    cummax_with(x, &Cummax::default())
}

/// As [`cummax`], with what may be left out.
pub fn cummax_with<'a>(x: impl Into<Input<'a>>, options: &Cummax) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"cummax");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_int(&options.axis);
    arguments.one(&OPERATOR)
}

/// What [`cummin_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Cummin {
    /// axis to run along. Default: `-1`.
    pub axis: Given<i64>,
}

/// Running minimum along an axis: the smallest element so far, NaN from the first NaN on.
///
/// `x`: any real dtype, at least one axis.
pub fn cummin<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    cummin_with(x, &Cummin::default())
}

/// As [`cummin`], with what may be left out.
pub fn cummin_with<'a>(x: impl Into<Input<'a>>, options: &Cummin) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"cummin");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_int(&options.axis);
    arguments.one(&OPERATOR)
}

/// What [`cumprod_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Cumprod {
    /// axis to run along; none runs along the flat array. Default: `none`.
    pub axis: Given<i64>,
    /// dtype of the result, to which elements are cast first; none: 64 bits for integers, for floats their own. Default: `none`.
    pub dtype: Given<Dtype>,
}

/// Running product along an axis; bool and integers multiply in 64 bits.
///
/// `x`: any real dtype.
pub fn cumprod<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    cumprod_with(x, &Cumprod::default())
}

/// As [`cumprod`], with what may be left out.
pub fn cumprod_with<'a>(x: impl Into<Input<'a>>, options: &Cumprod) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"cumprod");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_int(&options.axis);
    arguments.given_dtype(&options.dtype);
    arguments.one(&OPERATOR)
}

/// What [`cumsum_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Cumsum {
    /// axis to run along; none runs along the flat array. Default: `none`.
    pub axis: Given<i64>,
    /// dtype of the result, to which elements are cast first; none: 64 bits for integers, for floats their own. Default: `none`.
    pub dtype: Given<Dtype>,
}

/// Running sum along an axis; bool and integers add in 64 bits.
///
/// `x`: any real dtype.
pub fn cumsum<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    cumsum_with(x, &Cumsum::default())
}

/// As [`cumsum`], with what may be left out.
pub fn cumsum_with<'a>(x: impl Into<Input<'a>>, options: &Cumsum) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"cumsum");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_int(&options.axis);
    arguments.given_dtype(&options.dtype);
    arguments.one(&OPERATOR)
}

/// What [`deconvolution_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Deconvolution<'a> {
    /// shape (filters,).
    pub bias: Option<Input<'a>>,
    /// extents of the window; those of the weight. Default: `none`.
    pub kernel: Given<Vec<i64>>,
    /// step of the window, 1 by default. Default: `none`.
    pub stride: Given<Vec<i64>>,
    /// zeros added on both sides, or before all axes and then behind them; 0 by default. Default: `none`.
    pub pad: Given<Vec<i64>>,
    /// distance of the window's elements, 1 by default. Default: `none`.
    pub dilate: Given<Vec<i64>>,
    /// groups of channels that do not see each other. Default: `1`.
    pub num_group: Given<i64>,
    /// elements added behind the result, less than `stride`. Default: `none`.
    pub adj: Given<Vec<i64>>,
}

/// Transposed convolution over one, two or three spatial axes: the adjoint of convolution.
///
/// `data`: floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
///
/// `weight`: shape (C, filters / groups, kernel...).
pub fn deconvolution<'a>(data: impl Into<Input<'a>>, weight: impl Into<Input<'a>>) -> Result<Tensor> {
    deconvolution_with(data, weight, &Deconvolution::default())
}

/// As [`deconvolution`], with what may be left out.
pub fn deconvolution_with<'a>(data: impl Into<Input<'a>>, weight: impl Into<Input<'a>>, options: &Deconvolution<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"deconvolution");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(weight.into());
    arguments.optional(options.bias);
    arguments.given_ints(&options.kernel);
    arguments.given_ints(&options.stride);
    arguments.given_ints(&options.pad);
    arguments.given_ints(&options.dilate);
    arguments.given_int(&options.num_group);
    arguments.given_ints(&options.adj);
    arguments.one(&OPERATOR)
}

/// What [`depth_to_space_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct DepthToSpace {
    /// data has its channels behind its spatial axes. Default: `false`.
    pub channels_last: Given<bool>,
}

/// Channels as blocks of places: spatial extents times `block_size`, so many fewer channels. Those of a block's first place come first.
///
/// `data`: any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
///
/// `block_size`: extents of a block, or one number for all spatial axes.
pub fn depth_to_space<'a>(data: impl Into<Input<'a>>, block_size: &[i64]) -> Result<Tensor> {
    depth_to_space_with(data, block_size, &DepthToSpace::default())
}

/// As [`depth_to_space`], with what may be left out.
pub fn depth_to_space_with<'a>(data: impl Into<Input<'a>>, block_size: &[i64], options: &DepthToSpace) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"depth_to_space");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.ints(block_size);
    arguments.given_bool(&options.channels_last);
    arguments.one(&OPERATOR)
}

/// What [`dequantize_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Dequantize<'a> {
    /// int8, uint8 or int32, shape () or that of the axis; none: 0.
    pub zero_point: Option<Input<'a>>,
    /// axis along which there are several scales. Default: `-1`.
    pub axis: Given<i64>,
}

/// The real numbers that integers stand for: (data - zero_point) * scale, as float32.
///
/// `data`: int8, uint8 or int32.
///
/// `scale`: floating, shape () or that of the axis.
pub fn dequantize<'a>(data: impl Into<Input<'a>>, scale: impl Into<Input<'a>>) -> Result<Tensor> {
    dequantize_with(data, scale, &Dequantize::default())
}

/// As [`dequantize`], with what may be left out.
pub fn dequantize_with<'a>(data: impl Into<Input<'a>>, scale: impl Into<Input<'a>>, options: &Dequantize<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"dequantize");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(scale.into());
    arguments.optional(options.zero_point);
    arguments.given_int(&options.axis);
    arguments.one(&OPERATOR)
}

/// Determinants of matrices.
///
/// `a`: any dtype but half types: matrices, (..., M, N).
pub fn det<'a>(a: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"det");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.one(&OPERATOR)
}

/// What [`dft_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Dft {
    /// the other sign of the exponent. Default: `false`.
    pub inverse: Given<bool>,
}

/// The discrete Fourier transform along the last axis, without a scale; complex. `np.fft` has NumPy's functions.
///
/// `x`: any dtype, of real or complex numbers.
pub fn dft<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    dft_with(x, &Dft::default())
}

/// As [`dft`], with what may be left out.
pub fn dft_with<'a>(x: impl Into<Input<'a>>, options: &Dft) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"dft");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_bool(&options.inverse);
    arguments.one(&OPERATOR)
}

/// What [`diag_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Diag {
    /// the diagonal: 0 the main one, positive above it. Default: `0`.
    pub k: Given<i64>,
}

/// The diagonal of a matrix, or a matrix of zeros with the vector on its diagonal.
///
/// `v`: any dtype, one or two axes.
pub fn diag<'a>(v: impl Into<Input<'a>>) -> Result<Tensor> {
    diag_with(v, &Diag::default())
}

/// As [`diag`], with what may be left out.
pub fn diag_with<'a>(v: impl Into<Input<'a>>, options: &Diag) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"diag");
    let mut arguments = Arguments::new();
    arguments.input(v.into());
    arguments.given_int(&options.k);
    arguments.one(&OPERATOR)
}

/// What [`diagonal_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Diagonal {
    /// the diagonal: 0 the main one, positive above it. Default: `0`.
    pub offset: Given<i64>,
    /// axis of the rows. Default: `0`.
    pub axis1: Given<i64>,
    /// axis of the columns. Default: `1`.
    pub axis2: Given<i64>,
}

/// A diagonal of matrices, as the last axis of the result; a view, which may be written to.
///
/// `a`: any dtype, at least two axes.
pub fn diagonal<'a>(a: impl Into<Input<'a>>) -> Result<Tensor> {
    diagonal_with(a, &Diagonal::default())
}

/// As [`diagonal`], with what may be left out.
pub fn diagonal_with<'a>(a: impl Into<Input<'a>>, options: &Diagonal) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"diagonal");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.given_int(&options.offset);
    arguments.given_int(&options.axis1);
    arguments.given_int(&options.axis2);
    arguments.one(&OPERATOR)
}

/// Derivative of the logarithm of the gamma function, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn digamma<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"digamma");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Quotient x1 / x2, element by element; integers give the default float.
///
/// `x1`: any real dtype; bool and integers become the default float.
///
/// `x2`: the same, broadcast against `x1`.
pub fn divide<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"divide");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// Sum of products over the last axis of a and the last but one (or only one) of b.
///
/// `a`: any dtype; a scalar multiplies.
///
/// `b`: any dtype.
pub fn dot<'a>(a: impl Into<Input<'a>>, b: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"dot");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.input(b.into());
    arguments.one(&OPERATOR)
}

/// What [`dropout_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Dropout {
    /// share of the elements that become 0, less than 1. Default: `0.5`.
    pub p: Given<f64>,
    /// axes along which all elements share their fate. Default: `[]`.
    pub axes: Given<Vec<i64>>,
    /// without it the data stay as they are. Default: `true`.
    pub training: Given<bool>,
}

/// Sets random elements to 0 and scales the others by 1 / (1 - p), in training only.
///
/// `data`: any real dtype; integers become the default float.
pub fn dropout<'a>(data: impl Into<Input<'a>>) -> Result<Tensor> {
    dropout_with(data, &Dropout::default())
}

/// As [`dropout`], with what may be left out.
pub fn dropout_with<'a>(data: impl Into<Input<'a>>, options: &Dropout) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"dropout");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.given_float(&options.p);
    arguments.given_ints(&options.axes);
    arguments.given_bool(&options.training);
    arguments.one(&OPERATOR)
}

/// Arrays joined along the third axis; vectors are rows of one slice, matrices are slices.
///
/// `arrays`: any dtype, of shapes that agree on all other axes.
pub fn dstack(arrays: &[&Tensor]) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"dstack");
    let mut arguments = Arguments::new();
    arguments.tensors(arrays);
    arguments.one(&OPERATOR)
}

/// Eigenvalues and vectors of matrices, complex.
///
/// `a`: any dtype but half types: matrices, (..., M, N).
pub fn eig<'a>(a: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"eig");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.all(&OPERATOR)
}

/// What [`eigh_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Eigh {
    /// the upper triangle is read, and not the lower one. Default: `false`.
    pub upper: Given<bool>,
}

/// Eigenvalues in ascending order, and vectors, of Hermitian matrices.
///
/// `a`: any dtype but half types: matrices, (..., M, N).
pub fn eigh<'a>(a: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    eigh_with(a, &Eigh::default())
}

/// As [`eigh`], with what may be left out.
pub fn eigh_with<'a>(a: impl Into<Input<'a>>, options: &Eigh) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"eigh");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.given_bool(&options.upper);
    arguments.all(&OPERATOR)
}

/// Products of operands summed over labelled axes, from the first operand to the last.
///
/// `operands`: any real dtype, one for each term of `subscripts`.
///
/// `subscripts`: a letter for each axis, terms joined by commas, then -> and the result's axes.
pub fn einsum(operands: &[&Tensor], subscripts: &str) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"einsum");
    let mut arguments = Arguments::new();
    arguments.tensors(operands);
    arguments.string(subscripts);
    arguments.one(&OPERATOR)
}

/// The element at `index` of every axis, as an array of its own without axes.
///
/// `x`: any dtype.
///
/// `index`: a place along each axis, at least 0.
pub fn element<'a>(x: impl Into<Input<'a>>, index: &[i64]) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"element");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.ints(index);
    arguments.one(&OPERATOR)
}

/// What [`elu_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Elu {
    /// the limit below is -alpha. Default: `1`.
    pub alpha: Given<f64>,
}

/// x above zero, alpha (exp(x) - 1) below.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn elu<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    elu_with(x, &Elu::default())
}

/// As [`elu`], with what may be left out.
pub fn elu_with<'a>(x: impl Into<Input<'a>>, options: &Elu) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"elu");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_float(&options.alpha);
    arguments.one(&OPERATOR)
}

/// What [`embedding_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Embedding {
    /// the gradient has the rows that were looked up, not the whole table. Default: `false`.
    pub sparse_grad: Given<bool>,
}

/// The row of a table for each integer.
///
/// `data`: integers of any shape, each the number of a row, none negative.
///
/// `weight`: any dtype, shape (tokens, features).
pub fn embedding<'a>(data: impl Into<Input<'a>>, weight: impl Into<Input<'a>>) -> Result<Tensor> {
    embedding_with(data, weight, &Embedding::default())
}

/// As [`embedding`], with what may be left out.
pub fn embedding_with<'a>(data: impl Into<Input<'a>>, weight: impl Into<Input<'a>>, options: &Embedding) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"embedding");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(weight.into());
    arguments.given_bool(&options.sparse_grad);
    arguments.one(&OPERATOR)
}

/// Truth of x1 == x2, element by element, as bool.
///
/// `x1`: any real dtype.
///
/// `x2`: the same, broadcast against `x1`.
pub fn equal<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"equal");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// Error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn erf<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"erf");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Inverse of the error function, element by element; NaN beyond -1 and 1.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn erfinv<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"erfinv");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`exchange_blocks_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct ExchangeBlocks {
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// Block r, along axis 0, goes to rank r, and comes from there.
///
/// `x`: any dtype; the same type on all ranks.
///
/// `ranks`: how many processes the group has.
pub fn exchange_blocks<'a>(x: impl Into<Input<'a>>, ranks: i64) -> Result<Tensor> {
    exchange_blocks_with(x, ranks, &ExchangeBlocks::default())
}

/// As [`exchange_blocks`], with what may be left out.
pub fn exchange_blocks_with<'a>(x: impl Into<Input<'a>>, ranks: i64, options: &ExchangeBlocks) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"exchange_blocks");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.int(ranks);
    arguments.given_string(&options.group);
    arguments.one(&OPERATOR)
}

/// What [`exchange_blocks_start_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct ExchangeBlocksStart {
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// Begins `exchange_blocks`, whose result is there when `collective_wait` has given it.
///
/// `x`: any dtype; the same type on all ranks.
///
/// `ranks`: how many processes the group has.
pub fn exchange_blocks_start<'a>(x: impl Into<Input<'a>>, ranks: i64) -> Result<Vec<Tensor>> {
    exchange_blocks_start_with(x, ranks, &ExchangeBlocksStart::default())
}

/// As [`exchange_blocks_start`], with what may be left out.
pub fn exchange_blocks_start_with<'a>(x: impl Into<Input<'a>>, ranks: i64, options: &ExchangeBlocksStart) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"exchange_blocks_start");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.int(ranks);
    arguments.given_string(&options.group);
    arguments.all(&OPERATOR)
}

/// Exponential function, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn exp<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"exp");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// 2 to the power of x, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn exp2<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"exp2");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// The array with axes of extent 1 added.
///
/// `x`: any dtype.
///
/// `axis`: where the new axes are in the result.
pub fn expand_dims<'a>(x: impl Into<Input<'a>>, axis: &[i64]) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"expand_dims");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.ints(axis);
    arguments.one(&OPERATOR)
}

/// exp(x) - 1, precise near zero, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn expm1<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"expm1");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`exponential_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Exponential {
    /// mean, at least 0. Default: `1`.
    pub scale: Given<f64>,
}

/// Random numbers of the exponential distribution.
///
/// `shape`: extents.
///
/// `dtype`: floating dtype of the result.
pub fn exponential(shape: &[i64], dtype: Dtype) -> Result<Tensor> {
    exponential_with(shape, dtype, &Exponential::default())
}

/// As [`exponential`], with what may be left out.
pub fn exponential_with(shape: &[i64], dtype: Dtype, options: &Exponential) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"exponential");
    let mut arguments = Arguments::new();
    arguments.given_float(&options.scale);
    arguments.ints(shape);
    arguments.dtype(dtype);
    arguments.one(&OPERATOR)
}

/// What [`flip_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Flip {
    /// which axes; none reverses all. Default: `none`.
    pub axis: Given<Vec<i64>>,
}

/// The array with the elements of some axes in reverse order; a view.
///
/// `m`: any dtype.
pub fn flip<'a>(m: impl Into<Input<'a>>) -> Result<Tensor> {
    flip_with(m, &Flip::default())
}

/// As [`flip`], with what may be left out.
pub fn flip_with<'a>(m: impl Into<Input<'a>>, options: &Flip) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"flip");
    let mut arguments = Arguments::new();
    arguments.input(m.into());
    arguments.given_ints(&options.axis);
    arguments.one(&OPERATOR)
}

/// The largest whole number that is not above x, element by element.
///
/// `x`: any real dtype.
pub fn floor<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"floor");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Quotient rounded down, element by element: x1 // x2. Integers divided by 0 give 0, floats NaN or infinity.
///
/// `x1`: any real dtype but bool.
///
/// `x2`: the same, broadcast against `x1`.
pub fn floor_divide<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"floor_divide");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// The larger of two arrays, element by element; NaN only where both are NaN.
///
/// `x1`: any real dtype.
///
/// `x2`: second operand, broadcast against `x1`.
pub fn fmax<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"fmax");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// The smaller of two arrays, element by element; NaN only where both are NaN.
///
/// `x1`: any real dtype.
///
/// `x2`: second operand, broadcast against `x1`.
pub fn fmin<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"fmin");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// Remainder with the sign of the dividend, element by element. Integers modulo 0 give 0, floats NaN.
///
/// `x1`: any real dtype but bool.
///
/// `x2`: the same, broadcast against `x1`.
pub fn fmod<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"fmod");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// What [`fourier_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Fourier<'a> {
    /// the imaginary parts; zeros unless given.
    pub x2: Option<Input<'a>>,
    /// the other sign of the exponent. Default: `false`.
    pub inverse: Given<bool>,
}

/// The discrete Fourier transform along the last axis, in planes and without a scale.
///
/// `x1`: float32 or float64: the real parts.
pub fn fourier<'a>(x1: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    fourier_with(x1, &Fourier::default())
}

/// As [`fourier`], with what may be left out.
pub fn fourier_with<'a>(x1: impl Into<Input<'a>>, options: &Fourier<'_>) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"fourier");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.optional(options.x2);
    arguments.given_bool(&options.inverse);
    arguments.all(&OPERATOR)
}

/// Pieces of rows that begin `hop` elements apart, each of `length` elements; a view.
///
/// `x`: any dtype: at least one axis, rows along the last one.
///
/// `length`: elements of a piece.
///
/// `hop`: from the begin of a piece to that of the next.
pub fn frames<'a>(x: impl Into<Input<'a>>, length: i64, hop: i64) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"frames");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.int(length);
    arguments.int(hop);
    arguments.one(&OPERATOR)
}

/// An array with every element the same.
///
/// `shape`: extents.
///
/// `fill_value`: the element, converted to dtype.
///
/// `dtype`: dtype of the result.
pub fn full(shape: &[i64], fill_value: f64, dtype: Dtype) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"full");
    let mut arguments = Arguments::new();
    arguments.ints(shape);
    arguments.float(fill_value);
    arguments.dtype(dtype);
    arguments.one(&OPERATOR)
}

/// What [`fully_connected_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct FullyConnected<'a> {
    /// shape (units,).
    pub bias: Option<Input<'a>>,
    /// merge all axes of data but the first. Default: `true`.
    pub flatten: Given<bool>,
}

/// Affine map of the features: data weightᵀ + bias.
///
/// `data`: any real dtype, shape (N, ...) when flatten, else (..., features).
///
/// `weight`: shape (units, features).
pub fn fully_connected<'a>(data: impl Into<Input<'a>>, weight: impl Into<Input<'a>>) -> Result<Tensor> {
    fully_connected_with(data, weight, &FullyConnected::default())
}

/// As [`fully_connected`], with what may be left out.
pub fn fully_connected_with<'a>(data: impl Into<Input<'a>>, weight: impl Into<Input<'a>>, options: &FullyConnected<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"fully_connected");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(weight.into());
    arguments.optional(options.bias);
    arguments.given_bool(&options.flatten);
    arguments.one(&OPERATOR)
}

/// Gamma function, element by element: (x - 1)! for whole x.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn gamma<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"gamma");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Logarithm of the absolute value of the gamma function, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn gammaln<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"gammaln");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`gather_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Gather {
    /// where the axes of the index arrays stand among the others. Default: `0`.
    pub position: Given<i64>,
    /// the axes as errors name them, if they have other numbers there. Default: `[]`.
    pub shown_axes: Given<Vec<i64>>,
}

/// Elements or slices at the places that index arrays choose: x[index].
///
/// `x`: any dtype.
///
/// `indices`: int64 arrays that broadcast together; negative ones count back.
///
/// `axes`: the axis of each index array, ascending.
pub fn gather<'a>(x: impl Into<Input<'a>>, indices: &[&Tensor], axes: &[i64]) -> Result<Tensor> {
    gather_with(x, indices, axes, &Gather::default())
}

/// As [`gather`], with what may be left out.
pub fn gather_with<'a>(x: impl Into<Input<'a>>, indices: &[&Tensor], axes: &[i64], options: &Gather) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"gather");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.tensors(indices);
    arguments.ints(axes);
    arguments.given_int(&options.position);
    arguments.given_ints(&options.shown_axes);
    arguments.one(&OPERATOR)
}

/// What [`gather_blocks_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct GatherBlocks {
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// The arrays of all ranks, one behind the other along axis 0.
///
/// `x`: any dtype; the same type on all ranks.
///
/// `ranks`: how many processes the group has.
pub fn gather_blocks<'a>(x: impl Into<Input<'a>>, ranks: i64) -> Result<Tensor> {
    gather_blocks_with(x, ranks, &GatherBlocks::default())
}

/// As [`gather_blocks`], with what may be left out.
pub fn gather_blocks_with<'a>(x: impl Into<Input<'a>>, ranks: i64, options: &GatherBlocks) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"gather_blocks");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.int(ranks);
    arguments.given_string(&options.group);
    arguments.one(&OPERATOR)
}

/// What [`gather_blocks_start_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct GatherBlocksStart {
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// Begins `gather_blocks`, whose result is there when `collective_wait` has given it.
///
/// `x`: any dtype; the same type on all ranks.
///
/// `ranks`: how many processes the group has.
pub fn gather_blocks_start<'a>(x: impl Into<Input<'a>>, ranks: i64) -> Result<Vec<Tensor>> {
    gather_blocks_start_with(x, ranks, &GatherBlocksStart::default())
}

/// As [`gather_blocks_start`], with what may be left out.
pub fn gather_blocks_start_with<'a>(x: impl Into<Input<'a>>, ranks: i64, options: &GatherBlocksStart) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"gather_blocks_start");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.int(ranks);
    arguments.given_string(&options.group);
    arguments.all(&OPERATOR)
}

/// Elements or slices at points: data[indices[0], ..., indices[M - 1]].
///
/// `data`: any dtype, at least M axes.
///
/// `indices`: integers, shape (M, ...); negative ones count back.
pub fn gather_nd<'a>(data: impl Into<Input<'a>>, indices: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"gather_nd");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(indices.into());
    arguments.one(&OPERATOR)
}

/// What [`gather_parts_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct GatherParts {
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// The parts of an array that ranks share, one behind the other; in plans it is no effect, so it may run again instead of keeping its result.
///
/// `x`: any dtype; the same type on all ranks.
///
/// `ranks`: how many processes the group has.
pub fn gather_parts<'a>(x: impl Into<Input<'a>>, ranks: i64) -> Result<Tensor> {
    gather_parts_with(x, ranks, &GatherParts::default())
}

/// As [`gather_parts`], with what may be left out.
pub fn gather_parts_with<'a>(x: impl Into<Input<'a>>, ranks: i64, options: &GatherParts) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"gather_parts");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.int(ranks);
    arguments.given_string(&options.group);
    arguments.one(&OPERATOR)
}

/// What [`gelu_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Gelu {
    /// erf is exact, tanh the approximation by tanh. Default: `"erf"`.
    pub approximation: Given<String>,
}

/// x times the normal distribution's cumulative function.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn gelu<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    gelu_with(x, &Gelu::default())
}

/// As [`gelu`], with what may be left out.
pub fn gelu_with<'a>(x: impl Into<Input<'a>>, options: &Gelu) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"gelu");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_string(&options.approximation);
    arguments.one(&OPERATOR)
}

/// Truth of x1 > x2, element by element, as bool.
///
/// `x1`: any real dtype.
///
/// `x2`: the same, broadcast against `x1`.
pub fn greater<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"greater");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// Truth of x1 >= x2, element by element, as bool.
///
/// `x1`: any real dtype.
///
/// `x2`: the same, broadcast against `x1`.
pub fn greater_equal<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"greater_equal");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// What [`grid_sample_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct GridSample {
    /// bilinear, nearest or bicubic. Default: `"bilinear"`.
    pub mode: Given<String>,
    /// what lies around an image: zeros, its border or its reflection. Default: `"zeros"`.
    pub padding_mode: Given<String>,
    /// -1 and 1 are the centers of the outer pixels, not their outer borders. Default: `false`.
    pub align_corners: Given<bool>,
}

/// Images sampled at places from -1 to 1, as PyTorch's grid_sample and ONNX's GridSample.
///
/// `data`: any real dtype; integers become the default float; shape (N, C, H, W).
///
/// `grid`: for each result x, along the width, and y: shape (N, Ho, Wo, 2).
pub fn grid_sample<'a>(data: impl Into<Input<'a>>, grid: impl Into<Input<'a>>) -> Result<Tensor> {
    grid_sample_with(data, grid, &GridSample::default())
}

/// As [`grid_sample`], with what may be left out.
pub fn grid_sample_with<'a>(data: impl Into<Input<'a>>, grid: impl Into<Input<'a>>, options: &GridSample) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"grid_sample");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(grid.into());
    arguments.given_string(&options.mode);
    arguments.given_string(&options.padding_mode);
    arguments.given_bool(&options.align_corners);
    arguments.one(&OPERATOR)
}

/// What [`group_norm_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct GroupNorm<'a> {
    /// factors, one for each channel.
    pub gamma: Option<Input<'a>>,
    /// summands, one for each channel.
    pub beta: Option<Input<'a>>,
    /// groups, which divide the channels. Default: `1`.
    pub num_groups: Given<i64>,
    /// summand of the variance. Default: `1e-05`.
    pub eps: Given<f64>,
}

/// Groups of channels of each sample with mean 0 and variance 1, scaled and shifted.
///
/// `data`: floating, shape (N, C, ...).
pub fn group_norm<'a>(data: impl Into<Input<'a>>) -> Result<Tensor> {
    group_norm_with(data, &GroupNorm::default())
}

/// As [`group_norm`], with what may be left out.
pub fn group_norm_with<'a>(data: impl Into<Input<'a>>, options: &GroupNorm<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"group_norm");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.optional(options.gamma);
    arguments.optional(options.beta);
    arguments.given_int(&options.num_groups);
    arguments.given_float(&options.eps);
    arguments.one(&OPERATOR)
}

/// What [`group_rank_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct GroupRank {
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// This process's rank in a group, a number that a plan asks for when it runs.
pub fn group_rank() -> Result<Tensor> {
    group_rank_with(&GroupRank::default())
}

/// As [`group_rank`], with what may be left out.
pub fn group_rank_with(options: &GroupRank) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"group_rank");
    let mut arguments = Arguments::new();
    arguments.given_string(&options.group);
    arguments.one(&OPERATOR)
}

/// What [`group_size_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct GroupSize {
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// How many ranks a group has, a number that a plan asks for when it runs.
pub fn group_size() -> Result<Tensor> {
    group_size_with(&GroupSize::default())
}

/// As [`group_size`], with what may be left out.
pub fn group_size_with(options: &GroupSize) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"group_size");
    let mut arguments = Arguments::new();
    arguments.given_string(&options.group);
    arguments.one(&OPERATOR)
}

/// What [`gru_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Gru<'a> {
    /// any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.
    pub sequence_length: Option<Input<'a>>,
    /// from the last step to the first. Default: `false`.
    pub reverse: Given<bool>,
}

/// A gated recurrent unit: the hidden states of all steps, and the last.
///
/// `data`: floating, shape (T, N, C): all steps.
///
/// `hidden`: shape (N, H).
///
/// `i2h_weight`: rows for each gate, shape (gates H, C).
///
/// `h2h_weight`: shape (gates H, H).
///
/// `i2h_bias`: shape (gates H,).
///
/// `h2h_bias`: shape (gates H,).
pub fn gru<'a>(data: impl Into<Input<'a>>, hidden: impl Into<Input<'a>>, i2h_weight: impl Into<Input<'a>>, h2h_weight: impl Into<Input<'a>>, i2h_bias: impl Into<Input<'a>>, h2h_bias: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    gru_with(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, &Gru::default())
}

/// As [`gru`], with what may be left out.
pub fn gru_with<'a>(data: impl Into<Input<'a>>, hidden: impl Into<Input<'a>>, i2h_weight: impl Into<Input<'a>>, h2h_weight: impl Into<Input<'a>>, i2h_bias: impl Into<Input<'a>>, h2h_bias: impl Into<Input<'a>>, options: &Gru<'_>) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"gru");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(hidden.into());
    arguments.input(i2h_weight.into());
    arguments.input(h2h_weight.into());
    arguments.input(i2h_bias.into());
    arguments.input(h2h_bias.into());
    arguments.optional(options.sequence_length);
    arguments.given_bool(&options.reverse);
    arguments.all(&OPERATOR)
}

/// One step of a gated recurrent unit: the next hidden state.
///
/// `data`: floating, shape (N, C).
///
/// `hidden`: shape (N, H).
///
/// `i2h_weight`: rows for each gate, shape (gates H, C).
///
/// `h2h_weight`: shape (gates H, H).
///
/// `i2h_bias`: shape (gates H,).
///
/// `h2h_bias`: shape (gates H,).
pub fn gru_cell<'a>(data: impl Into<Input<'a>>, hidden: impl Into<Input<'a>>, i2h_weight: impl Into<Input<'a>>, h2h_weight: impl Into<Input<'a>>, i2h_bias: impl Into<Input<'a>>, h2h_bias: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"gru_cell");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(hidden.into());
    arguments.input(i2h_weight.into());
    arguments.input(h2h_weight.into());
    arguments.input(i2h_bias.into());
    arguments.input(h2h_bias.into());
    arguments.one(&OPERATOR)
}

/// What [`hard_sigmoid_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct HardSigmoid {
    /// slope. Default: `0.2`.
    pub alpha: Given<f64>,
    /// value at zero. Default: `0.5`.
    pub beta: Given<f64>,
}

/// alpha x + beta held between 0 and 1, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn hard_sigmoid<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    hard_sigmoid_with(x, &HardSigmoid::default())
}

/// As [`hard_sigmoid`], with what may be left out.
pub fn hard_sigmoid_with<'a>(x: impl Into<Input<'a>>, options: &HardSigmoid) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"hard_sigmoid");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_float(&options.alpha);
    arguments.given_float(&options.beta);
    arguments.one(&OPERATOR)
}

/// x relu6(x + 3) / 6, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn hard_swish<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"hard_swish");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Arrays joined side by side: along the second axis, vectors along their only one.
///
/// `arrays`: any dtype, of shapes that agree on all other axes; scalars become vectors.
pub fn hstack(arrays: &[&Tensor]) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"hstack");
    let mut arguments = Arguments::new();
    arguments.tensors(arrays);
    arguments.one(&OPERATOR)
}

/// How many of a sample are good, of things that are good or bad; NaN where there is none.
///
/// `good`: float32 or float64: how many things are good.
///
/// `bad`: how many are bad, of the same shape.
///
/// `sample`: how many are taken, of the same shape, at most all.
pub fn hypergeometric<'a>(good: impl Into<Input<'a>>, bad: impl Into<Input<'a>>, sample: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"hypergeometric");
    let mut arguments = Arguments::new();
    arguments.input(good.into());
    arguments.input(bad.into());
    arguments.input(sample.into());
    arguments.one(&OPERATOR)
}

/// Length sqrt(x1^2 + x2^2) without overflow, element by element.
///
/// `x1`: any real dtype; bool and integers become the default float.
///
/// `x2`: the same, broadcast against `x1`.
pub fn hypot<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"hypot");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// The imaginary parts of the elements; of real numbers zeros.
///
/// `x`: any dtype.
pub fn imag<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"imag");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// The imaginary parts of complex numbers.
///
/// `x`: complex.
pub fn imaginary_part<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"imaginary_part");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// The array with values added at the places that the rows of a matrix of indices give.
///
/// `a`: any dtype.
///
/// `ind`: integers of shape (M, ...): one row for each of the first M axes.
///
/// `val`: broadcasts to the places; repeated ones add up.
pub fn index_add<'a>(a: impl Into<Input<'a>>, ind: impl Into<Input<'a>>, val: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"index_add");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.input(ind.into());
    arguments.input(val.into());
    arguments.one(&OPERATOR)
}

/// The array with values written to the places that the rows of a matrix of indices give.
///
/// `a`: any dtype.
///
/// `ind`: integers of shape (M, ...): one row for each of the first M axes.
///
/// `val`: broadcasts to the places; of repeated ones the last wins.
pub fn index_update<'a>(a: impl Into<Input<'a>>, ind: impl Into<Input<'a>>, val: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"index_update");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.input(ind.into());
    arguments.input(val.into());
    arguments.one(&OPERATOR)
}

/// Sum of products over the last axes of both arrays.
///
/// `a`: any dtype; a scalar multiplies.
///
/// `b`: any dtype.
pub fn inner<'a>(a: impl Into<Input<'a>>, b: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"inner");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.input(b.into());
    arguments.one(&OPERATOR)
}

/// What [`instance_norm_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct InstanceNorm<'a> {
    /// factors, one for each channel.
    pub gamma: Option<Input<'a>>,
    /// summands, one for each channel.
    pub beta: Option<Input<'a>>,
    /// summand of the variance. Default: `1e-05`.
    pub eps: Given<f64>,
}

/// Each channel of each sample with mean 0 and variance 1, scaled and shifted.
///
/// `data`: floating, shape (N, C, spatial...).
pub fn instance_norm<'a>(data: impl Into<Input<'a>>) -> Result<Tensor> {
    instance_norm_with(data, &InstanceNorm::default())
}

/// As [`instance_norm`], with what may be left out.
pub fn instance_norm_with<'a>(data: impl Into<Input<'a>>, options: &InstanceNorm<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"instance_norm");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.optional(options.gamma);
    arguments.optional(options.beta);
    arguments.given_float(&options.eps);
    arguments.one(&OPERATOR)
}

/// What [`interpolate_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Interpolate {
    /// spatial extents of the result, or one for all. Default: `none`.
    pub size: Given<Vec<i64>>,
    /// factor of the spatial extents, in place of `size`. Default: `none`.
    pub scale_factor: Given<f64>,
    /// nearest, nearest-exact, linear, cubic or area (mean over cells). Default: `"nearest"`.
    pub mode: Given<String>,
    /// linear and cubic: the outer elements lie over those of the result. Default: `false`.
    pub align_corners: Given<bool>,
    /// linear and cubic: a shrinking filter covers all elements. Default: `false`.
    pub antialias: Given<bool>,
}

/// Images resized along their spatial axes, with the coordinates of PyTorch's interpolate, which follow from the extents.
///
/// `data`: any real dtype; integers become the default float; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
pub fn interpolate<'a>(data: impl Into<Input<'a>>) -> Result<Tensor> {
    interpolate_with(data, &Interpolate::default())
}

/// As [`interpolate`], with what may be left out.
pub fn interpolate_with<'a>(data: impl Into<Input<'a>>, options: &Interpolate) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"interpolate");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.given_ints(&options.size);
    arguments.given_float(&options.scale_factor);
    arguments.given_string(&options.mode);
    arguments.given_bool(&options.align_corners);
    arguments.given_bool(&options.antialias);
    arguments.one(&OPERATOR)
}

/// Inverses of matrices.
///
/// `a`: any dtype but half types: matrices, (..., M, N).
pub fn inv<'a>(a: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"inv");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.one(&OPERATOR)
}

/// Every bit turned, element by element; on bool, logical not.
///
/// `x`: bool or integers.
pub fn invert<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"invert");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Real numbers of the first half of their discrete Fourier transform along the last axis, without a scale. `np.fft` has NumPy's functions.
///
/// `x`: any dtype, of real or complex numbers.
///
/// `length`: of the result's last axis.
pub fn irdft<'a>(x: impl Into<Input<'a>>, length: i64) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"irdft");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.int(length);
    arguments.one(&OPERATOR)
}

/// Truth of x being neither infinite nor NaN, element by element.
///
/// `x`: any real dtype.
pub fn isfinite<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"isfinite");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Truth of x being infinite, of either sign, element by element.
///
/// `x`: any real dtype.
pub fn isinf<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"isinf");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Truth of x being NaN, element by element.
///
/// `x`: any real dtype.
pub fn isnan<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"isnan");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`l2_normalization_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct L2Normalization {
    /// summand of the squared norm. Default: `1e-10`.
    pub eps: Given<f64>,
    /// instance (over C and places), channel (over C) or spatial. Default: `"instance"`.
    pub mode: Given<String>,
}

/// Data divided by the Euclidean norm of a sample, of its channels, or of its places.
///
/// `data`: floating, shape (N, C, ...).
pub fn l2_normalization<'a>(data: impl Into<Input<'a>>) -> Result<Tensor> {
    l2_normalization_with(data, &L2Normalization::default())
}

/// As [`l2_normalization`], with what may be left out.
pub fn l2_normalization_with<'a>(data: impl Into<Input<'a>>, options: &L2Normalization) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"l2_normalization");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.given_float(&options.eps);
    arguments.given_string(&options.mode);
    arguments.one(&OPERATOR)
}

/// What [`layer_norm_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct LayerNorm<'a> {
    /// factors, one for each channel.
    pub gamma: Option<Input<'a>>,
    /// summands, one for each channel.
    pub beta: Option<Input<'a>>,
    /// axis that is normalised. Default: `-1`.
    pub axis: Given<i64>,
    /// summand of the variance. Default: `1e-05`.
    pub eps: Given<f64>,
}

/// The elements along an axis with mean 0 and variance 1, scaled and shifted.
///
/// `data`: floating.
pub fn layer_norm<'a>(data: impl Into<Input<'a>>) -> Result<Tensor> {
    layer_norm_with(data, &LayerNorm::default())
}

/// As [`layer_norm`], with what may be left out.
pub fn layer_norm_with<'a>(data: impl Into<Input<'a>>, options: &LayerNorm<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"layer_norm");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.optional(options.gamma);
    arguments.optional(options.beta);
    arguments.given_int(&options.axis);
    arguments.given_float(&options.eps);
    arguments.one(&OPERATOR)
}

/// What [`leaky_relu_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct LeakyRelu {
    /// factor below zero. Default: `0.25`.
    pub slope: Given<f64>,
}

/// x above zero, slope x below.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn leaky_relu<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    leaky_relu_with(x, &LeakyRelu::default())
}

/// As [`leaky_relu`], with what may be left out.
pub fn leaky_relu_with<'a>(x: impl Into<Input<'a>>, options: &LeakyRelu) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"leaky_relu");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_float(&options.slope);
    arguments.one(&OPERATOR)
}

/// Bits of x1 moved up by x2 places, element by element; 0 for counts that are negative or not below the number of bits.
///
/// `x1`: integers.
///
/// `x2`: the same, broadcast against `x1`.
pub fn left_shift<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"left_shift");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// Truth of x1 < x2, element by element, as bool.
///
/// `x1`: any real dtype.
///
/// `x2`: the same, broadcast against `x1`.
pub fn less<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"less");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// Truth of x1 <= x2, element by element, as bool.
///
/// `x1`: any real dtype.
///
/// `x2`: the same, broadcast against `x1`.
pub fn less_equal<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"less_equal");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// Natural logarithm, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn log<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"log");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Logarithm to base 10, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn log10<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"log10");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// log(1 + x), precise near zero, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn log1p<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"log1p");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Logarithm to base 2, element by element; exact for powers of 2.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn log2<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"log2");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Logarithm of the logistic function, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn log_sigmoid<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"log_sigmoid");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`log_softmax_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct LogSoftmax {
    /// axis whose exponentials sum to 1. Default: `-1`.
    pub axis: Given<i64>,
    /// divides `data` first; none: 1. Default: `none`.
    pub temperature: Given<f64>,
}

/// Logarithm of the softmax over an axis, stable for large values.
///
/// `data`: any real dtype; integers become the default float.
pub fn log_softmax<'a>(data: impl Into<Input<'a>>) -> Result<Tensor> {
    log_softmax_with(data, &LogSoftmax::default())
}

/// As [`log_softmax`], with what may be left out.
pub fn log_softmax_with<'a>(data: impl Into<Input<'a>>, options: &LogSoftmax) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"log_softmax");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.given_int(&options.axis);
    arguments.given_float(&options.temperature);
    arguments.one(&OPERATOR)
}

/// Logarithms of random numbers of the gamma distribution; NaN where there is none.
///
/// `shape`: float32 or float64: the shape parameter, at least 0.
pub fn log_standard_gamma<'a>(shape: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"log_standard_gamma");
    let mut arguments = Arguments::new();
    arguments.input(shape.into());
    arguments.one(&OPERATOR)
}

/// Logarithm of the sum of the exponentials of two arrays, element by element.
///
/// `x1`: any real dtype; bool and integers become the default float.
///
/// `x2`: the same, broadcast against `x1`.
pub fn logaddexp<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"logaddexp");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// Logarithm to base 2 of the sum of the powers of 2, element by element.
///
/// `x1`: any real dtype; bool and integers become the default float.
///
/// `x2`: the same, broadcast against `x1`.
pub fn logaddexp2<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"logaddexp2");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// Truth of x1 and x2, element by element; anything but zero is true.
///
/// `x1`: any real dtype.
///
/// `x2`: the same, broadcast against `x1`.
pub fn logical_and<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"logical_and");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// Truth of not x, element by element; anything but zero is true.
///
/// `x`: any real dtype.
pub fn logical_not<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"logical_not");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Truth of x1 or x2, element by element; anything but zero is true.
///
/// `x1`: any real dtype.
///
/// `x2`: the same, broadcast against `x1`.
pub fn logical_or<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"logical_or");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// Truth of either x1 or x2, not both, element by element; anything but zero is true.
///
/// `x1`: any real dtype.
///
/// `x2`: second operand, broadcast against `x1`.
pub fn logical_xor<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"logical_xor");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// Random counts of the logarithmic series; NaN where there is none.
///
/// `probability`: float32 or float64: in [0, 1).
pub fn logseries<'a>(probability: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"logseries");
    let mut arguments = Arguments::new();
    arguments.input(probability.into());
    arguments.one(&OPERATOR)
}

/// What [`logsumexp_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Logsumexp {
    /// axis or axes to reduce; none reduces all. Default: `none`.
    pub axis: Given<Vec<i64>>,
    /// keep the reduced axes with extent 1. Default: `false`.
    pub keepdims: Given<bool>,
}

/// Logarithm of the sum of exponentials over axes, without overflow.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn logsumexp<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    logsumexp_with(x, &Logsumexp::default())
}

/// As [`logsumexp`], with what may be left out.
pub fn logsumexp_with<'a>(x: impl Into<Input<'a>>, options: &Logsumexp) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"logsumexp");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_ints(&options.axis);
    arguments.given_bool(&options.keepdims);
    arguments.one(&OPERATOR)
}

/// What [`lstm_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Lstm<'a> {
    /// any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.
    pub sequence_length: Option<Input<'a>>,
    /// from the last step to the first. Default: `false`.
    pub reverse: Given<bool>,
}

/// A long short-term memory: the hidden states of all steps, the last hidden state and cell.
///
/// `data`: floating, shape (T, N, C): all steps.
///
/// `hidden`: shape (N, H).
///
/// `cell`: shape (N, H).
///
/// `i2h_weight`: rows for each gate, shape (gates H, C).
///
/// `h2h_weight`: shape (gates H, H).
///
/// `i2h_bias`: shape (gates H,).
///
/// `h2h_bias`: shape (gates H,).
pub fn lstm<'a>(data: impl Into<Input<'a>>, hidden: impl Into<Input<'a>>, cell: impl Into<Input<'a>>, i2h_weight: impl Into<Input<'a>>, h2h_weight: impl Into<Input<'a>>, i2h_bias: impl Into<Input<'a>>, h2h_bias: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    lstm_with(data, hidden, cell, i2h_weight, h2h_weight, i2h_bias, h2h_bias, &Lstm::default())
}

/// As [`lstm`], with what may be left out.
pub fn lstm_with<'a>(data: impl Into<Input<'a>>, hidden: impl Into<Input<'a>>, cell: impl Into<Input<'a>>, i2h_weight: impl Into<Input<'a>>, h2h_weight: impl Into<Input<'a>>, i2h_bias: impl Into<Input<'a>>, h2h_bias: impl Into<Input<'a>>, options: &Lstm<'_>) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"lstm");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(hidden.into());
    arguments.input(cell.into());
    arguments.input(i2h_weight.into());
    arguments.input(h2h_weight.into());
    arguments.input(i2h_bias.into());
    arguments.input(h2h_bias.into());
    arguments.optional(options.sequence_length);
    arguments.given_bool(&options.reverse);
    arguments.all(&OPERATOR)
}

/// One step of a long short-term memory: the next hidden state and the next cell.
///
/// `data`: floating, shape (N, C).
///
/// `hidden`: shape (N, H).
///
/// `cell`: shape (N, H).
///
/// `i2h_weight`: rows for each gate, shape (gates H, C).
///
/// `h2h_weight`: shape (gates H, H).
///
/// `i2h_bias`: shape (gates H,).
///
/// `h2h_bias`: shape (gates H,).
pub fn lstm_cell<'a>(data: impl Into<Input<'a>>, hidden: impl Into<Input<'a>>, cell: impl Into<Input<'a>>, i2h_weight: impl Into<Input<'a>>, h2h_weight: impl Into<Input<'a>>, i2h_bias: impl Into<Input<'a>>, h2h_bias: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"lstm_cell");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(hidden.into());
    arguments.input(cell.into());
    arguments.input(i2h_weight.into());
    arguments.input(h2h_weight.into());
    arguments.input(i2h_bias.into());
    arguments.input(h2h_bias.into());
    arguments.all(&OPERATOR)
}

/// Matrix product; leading axes broadcast, a vector is a row on the left, a column right.
///
/// `x1`: any real dtype, shape (..., M, K) or (K,).
///
/// `x2`: shape (..., K, N) or (K,).
pub fn matmul<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"matmul");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// Products of matrices and vectors; leading axes broadcast.
///
/// `x1`: any real dtype, shape (..., M, N).
///
/// `x2`: shape (..., N).
pub fn matvec<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"matvec");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// What [`max_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Max {
    /// axis or axes to reduce; none reduces all. Default: `none`.
    pub axis: Given<Vec<i64>>,
    /// keep the reduced axes with extent 1. Default: `false`.
    pub keepdims: Given<bool>,
}

/// Largest element over axes; NaN if there is one.
///
/// `x`: any real dtype.
pub fn max<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    max_with(x, &Max::default())
}

/// As [`max`], with what may be left out.
pub fn max_with<'a>(x: impl Into<Input<'a>>, options: &Max) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"max");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_ints(&options.axis);
    arguments.given_bool(&options.keepdims);
    arguments.one(&OPERATOR)
}

/// The larger of two arrays, element by element; NaN where either is NaN.
///
/// `x1`: any real dtype.
///
/// `x2`: the same, broadcast against `x1`.
pub fn maximum<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"maximum");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// What [`mean_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Mean {
    /// axis or axes to reduce; none reduces all. Default: `none`.
    pub axis: Given<Vec<i64>>,
    /// keep the reduced axes with extent 1. Default: `false`.
    pub keepdims: Given<bool>,
    /// floating dtype to compute in. Default: `none`.
    pub dtype: Given<Dtype>,
}

/// Arithmetic mean over axes; bool and integers give the default float.
///
/// `x`: any real dtype.
pub fn mean<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    mean_with(x, &Mean::default())
}

/// As [`mean`], with what may be left out.
pub fn mean_with<'a>(x: impl Into<Input<'a>>, options: &Mean) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"mean");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_ints(&options.axis);
    arguments.given_bool(&options.keepdims);
    arguments.given_dtype(&options.dtype);
    arguments.one(&OPERATOR)
}

/// What [`min_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Min {
    /// axis or axes to reduce; none reduces all. Default: `none`.
    pub axis: Given<Vec<i64>>,
    /// keep the reduced axes with extent 1. Default: `false`.
    pub keepdims: Given<bool>,
}

/// Smallest element over axes; NaN if there is one.
///
/// `x`: any real dtype.
pub fn min<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    min_with(x, &Min::default())
}

/// As [`min`], with what may be left out.
pub fn min_with<'a>(x: impl Into<Input<'a>>, options: &Min) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"min");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_ints(&options.axis);
    arguments.given_bool(&options.keepdims);
    arguments.one(&OPERATOR)
}

/// The smaller of two arrays, element by element; NaN where either is NaN.
///
/// `x1`: any real dtype.
///
/// `x2`: the same, broadcast against `x1`.
pub fn minimum<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"minimum");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// x tanh(softplus(x)), element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn mish<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"mish");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// The array with axes moved to other places, the rest in their order; a view.
///
/// `a`: any dtype.
///
/// `source`: axes to move.
///
/// `destination`: where each of them goes.
pub fn moveaxis<'a>(a: impl Into<Input<'a>>, source: &[i64], destination: &[i64]) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"moveaxis");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.ints(source);
    arguments.ints(destination);
    arguments.one(&OPERATOR)
}

/// Product of two arrays, element by element.
///
/// `x1`: any real dtype.
///
/// `x2`: the same, broadcast against `x1`.
pub fn multiply<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"multiply");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// What [`nan_to_num_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct NanToNum {
    /// takes the place of NaN. Default: `0`.
    pub nan: Given<f64>,
    /// that of infinity; none: the largest number. Default: `none`.
    pub posinf: Given<f64>,
    /// that of -infinity; none: the smallest number. Default: `none`.
    pub neginf: Given<f64>,
}

/// x with numbers in the place of NaN and infinities, element by element.
///
/// `x`: any real dtype.
pub fn nan_to_num<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    nan_to_num_with(x, &NanToNum::default())
}

/// As [`nan_to_num`], with what may be left out.
pub fn nan_to_num_with<'a>(x: impl Into<Input<'a>>, options: &NanToNum) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"nan_to_num");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_float(&options.nan);
    arguments.given_float(&options.posinf);
    arguments.given_float(&options.neginf);
    arguments.one(&OPERATOR)
}

/// The negative, element by element.
///
/// `x`: any real dtype.
pub fn negative<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"negative");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`norm_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Norm {
    /// order: any of vectors, 1, -1, inf or -inf of matrices; none: 2, of all axes. Default: `none`.
    pub ord: Given<f64>,
    /// axis or axes to reduce; none reduces all. Default: `none`.
    pub axis: Given<Vec<i64>>,
    /// keep the reduced axes with extent 1. Default: `false`.
    pub keepdims: Given<bool>,
}

/// Length of vectors or matrices over axes; by default the root of the sum of squares, whose gradient at zero is zero.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn norm<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    norm_with(x, &Norm::default())
}

/// As [`norm`], with what may be left out.
pub fn norm_with<'a>(x: impl Into<Input<'a>>, options: &Norm) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"norm");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_float(&options.ord);
    arguments.given_ints(&options.axis);
    arguments.given_bool(&options.keepdims);
    arguments.one(&OPERATOR)
}

/// What [`normal_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Normal {
    /// mean. Default: `0`.
    pub loc: Given<f64>,
    /// standard deviation, at least 0. Default: `1`.
    pub scale: Given<f64>,
}

/// Random numbers of the normal distribution.
///
/// `shape`: extents.
///
/// `dtype`: floating dtype of the result.
pub fn normal(shape: &[i64], dtype: Dtype) -> Result<Tensor> {
    normal_with(shape, dtype, &Normal::default())
}

/// As [`normal`], with what may be left out.
pub fn normal_with(shape: &[i64], dtype: Dtype, options: &Normal) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"normal");
    let mut arguments = Arguments::new();
    arguments.given_float(&options.loc);
    arguments.given_float(&options.scale);
    arguments.ints(shape);
    arguments.dtype(dtype);
    arguments.one(&OPERATOR)
}

/// Truth of x1 != x2, element by element, as bool.
///
/// `x1`: any real dtype.
///
/// `x2`: the same, broadcast against `x1`.
pub fn not_equal<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"not_equal");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// What [`one_hot_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct OneHot {
    /// value at the place. Default: `1`.
    pub on_value: Given<f64>,
    /// value elsewhere. Default: `0`.
    pub off_value: Given<f64>,
    /// float32 by default. Default: `none`.
    pub dtype: Given<Dtype>,
}

/// A new last axis with one value at each integer's place and another elsewhere.
///
/// `data`: integers of any shape; those outside the new axis give no place.
///
/// `depth`: extent of the new axis.
pub fn one_hot<'a>(data: impl Into<Input<'a>>, depth: i64) -> Result<Tensor> {
    one_hot_with(data, depth, &OneHot::default())
}

/// As [`one_hot`], with what may be left out.
pub fn one_hot_with<'a>(data: impl Into<Input<'a>>, depth: i64, options: &OneHot) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"one_hot");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.int(depth);
    arguments.given_float(&options.on_value);
    arguments.given_float(&options.off_value);
    arguments.given_dtype(&options.dtype);
    arguments.one(&OPERATOR)
}

/// Products of each element of a (rows) with each of b (columns), both taken as flat.
///
/// `a`: any dtype.
///
/// `b`: any dtype.
pub fn outer<'a>(a: impl Into<Input<'a>>, b: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"outer");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.input(b.into());
    arguments.one(&OPERATOR)
}

/// What [`overlap_add_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct OverlapAdd {
    /// elements that are left out at the begin and, unless `length` is given, at the end. Default: `0`.
    pub start: Given<i64>,
    /// elements of the result; beyond the pieces zeros. Default: `none`.
    pub length: Given<i64>,
}

/// The sum of pieces of rows that begin `hop` elements apart; between them there are zeros.
///
/// `frames`: float32 or float64: at least two axes, pieces along the last one.
///
/// `hop`: from the begin of a piece to that of the next.
pub fn overlap_add<'a>(frames: impl Into<Input<'a>>, hop: i64) -> Result<Tensor> {
    overlap_add_with(frames, hop, &OverlapAdd::default())
}

/// As [`overlap_add`], with what may be left out.
pub fn overlap_add_with<'a>(frames: impl Into<Input<'a>>, hop: i64, options: &OverlapAdd) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"overlap_add");
    let mut arguments = Arguments::new();
    arguments.input(frames.into());
    arguments.int(hop);
    arguments.given_int(&options.start);
    arguments.given_int(&options.length);
    arguments.one(&OPERATOR)
}

/// What [`pad_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Pad<'a> {
    /// what the border is filled with in mode constant, 0 unless given.
    pub value: Option<Input<'a>>,
    /// constant, edge, reflect, symmetric or wrap. Default: `"constant"`.
    pub mode: Given<String>,
}

/// The array with a border round it.
///
/// `array`: any dtype.
///
/// `before`: width of the border at the start of each axis.
///
/// `after`: width at the end of each axis.
pub fn pad<'a>(array: impl Into<Input<'a>>, before: &[i64], after: &[i64]) -> Result<Tensor> {
    pad_with(array, before, after, &Pad::default())
}

/// As [`pad`], with what may be left out.
pub fn pad_with<'a>(array: impl Into<Input<'a>>, before: &[i64], after: &[i64], options: &Pad<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"pad");
    let mut arguments = Arguments::new();
    arguments.input(array.into());
    arguments.optional(options.value);
    arguments.ints(before);
    arguments.ints(after);
    arguments.given_string(&options.mode);
    arguments.one(&OPERATOR)
}

/// The numbers 0 to n - 1 in random order, as int64.
///
/// `n`: how many.
pub fn permutation(n: i64) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"permutation");
    let mut arguments = Arguments::new();
    arguments.int(n);
    arguments.one(&OPERATOR)
}

/// What [`pick_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Pick {
    /// axis that the indices count along. Default: `-1`.
    pub axis: Given<i64>,
    /// keep the axis with extent 1. Default: `false`.
    pub keepdims: Given<bool>,
    /// raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: `"raise"`.
    pub mode: Given<String>,
}

/// One element along an axis for each position of the others: data[i, index[i]].
///
/// `data`: any dtype.
///
/// `index`: any real dtype, cut to integers, data's shape without the axis; negative ones count back.
pub fn pick<'a>(data: impl Into<Input<'a>>, index: impl Into<Input<'a>>) -> Result<Tensor> {
    pick_with(data, index, &Pick::default())
}

/// As [`pick`], with what may be left out.
pub fn pick_with<'a>(data: impl Into<Input<'a>>, index: impl Into<Input<'a>>, options: &Pick) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"pick");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(index.into());
    arguments.given_int(&options.axis);
    arguments.given_bool(&options.keepdims);
    arguments.given_string(&options.mode);
    arguments.one(&OPERATOR)
}

/// Random counts of the Poisson distribution; NaN where there is none.
///
/// `rate`: float32 or float64: means.
pub fn poisson<'a>(rate: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"poisson");
    let mut arguments = Arguments::new();
    arguments.input(rate.into());
    arguments.one(&OPERATOR)
}

/// What [`polygamma_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Polygamma {
    /// order of the derivative, from 0 to 20. Default: `1`.
    pub n: Given<i64>,
}

/// The n-th derivative of digamma, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn polygamma<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    polygamma_with(x, &Polygamma::default())
}

/// As [`polygamma`], with what may be left out.
pub fn polygamma_with<'a>(x: impl Into<Input<'a>>, options: &Polygamma) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"polygamma");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_int(&options.n);
    arguments.one(&OPERATOR)
}

/// What [`pooling_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Pooling {
    /// extents of the window. Default: `none`.
    pub kernel: Given<Vec<i64>>,
    /// max or avg; pooling also has sum and lp. Default: `"max"`.
    pub pool_type: Given<String>,
    /// step of the window, 1 by default. Default: `none`.
    pub stride: Given<Vec<i64>>,
    /// elements added on both sides, or before all axes and then behind them; 0 by default. Default: `none`.
    pub pad: Given<Vec<i64>>,
    /// one window over the whole image. Default: `false`.
    pub global_pool: Given<bool>,
    /// valid drops a last window that does not fit, full keeps it. Default: `"valid"`.
    pub pooling_convention: Given<String>,
    /// the average counts padded elements. Default: `true`.
    pub count_include_pad: Given<bool>,
    /// the p of pool_type lp, the p-norm, at least 1. Default: `2`.
    pub p_value: Given<i64>,
}

/// Maximum, average, sum or norm over windows of one, two or three spatial axes.
///
/// `data`: any real dtype for maxima, else floating; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
pub fn pooling<'a>(data: impl Into<Input<'a>>) -> Result<Tensor> {
    pooling_with(data, &Pooling::default())
}

/// As [`pooling`], with what may be left out.
pub fn pooling_with<'a>(data: impl Into<Input<'a>>, options: &Pooling) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"pooling");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.given_ints(&options.kernel);
    arguments.given_string(&options.pool_type);
    arguments.given_ints(&options.stride);
    arguments.given_ints(&options.pad);
    arguments.given_bool(&options.global_pool);
    arguments.given_string(&options.pooling_convention);
    arguments.given_bool(&options.count_include_pad);
    arguments.given_int(&options.p_value);
    arguments.one(&OPERATOR)
}

/// x1 to the power of x2, by the general formula, element by element.
///
/// `x1`: any real dtype but bool.
///
/// `x2`: the same, broadcast against `x1`.
pub fn pow<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"pow");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// x1 to the power of x2, element by element. Integers wrap; their negative powers are truncated to 0, 1 or -1, and refused where the exponent is a number.
///
/// `x1`: any real dtype but bool.
///
/// `x2`: exponent, broadcast against `x1`.
pub fn power<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"power");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// x above zero, gamma x below, with slopes that are learned.
///
/// `x`: any real dtype, shape (N, C, ...).
///
/// `gamma`: slopes: one, one for each of C channels, or broadcast against `x`.
pub fn prelu<'a>(x: impl Into<Input<'a>>, gamma: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"prelu");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.input(gamma.into());
    arguments.one(&OPERATOR)
}

/// What [`print_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Print {
    /// `{{` and `}}` are braces. Default: `"{}"`.
    pub format: Given<String>,
}

/// Prints a line: a text with arrays in the places that it marks by `{}`.
///
/// `arrays`: any dtype; one for each `{}`.
pub fn print(arrays: &[&Tensor]) -> Result<Vec<Tensor>> {
    print_with(arrays, &Print::default())
}

/// As [`print`], with what may be left out.
pub fn print_with(arrays: &[&Tensor], options: &Print) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"print");
    let mut arguments = Arguments::new();
    arguments.tensors(arrays);
    arguments.given_string(&options.format);
    arguments.all(&OPERATOR)
}

/// What [`prod_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Prod {
    /// axis or axes to reduce; none reduces all. Default: `none`.
    pub axis: Given<Vec<i64>>,
    /// keep the reduced axes with extent 1. Default: `false`.
    pub keepdims: Given<bool>,
    /// floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: `none`.
    pub dtype: Given<Dtype>,
}

/// Product over axes; bool and integers multiply in 64 bits. An empty product is 1.
///
/// `x`: any real dtype.
pub fn prod<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    prod_with(x, &Prod::default())
}

/// As [`prod`], with what may be left out.
pub fn prod_with<'a>(x: impl Into<Input<'a>>, options: &Prod) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"prod");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_ints(&options.axis);
    arguments.given_bool(&options.keepdims);
    arguments.given_dtype(&options.dtype);
    arguments.one(&OPERATOR)
}

/// What [`ptp_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Ptp {
    /// axis or axes to reduce; none reduces all. Default: `none`.
    pub axis: Given<Vec<i64>>,
    /// keep the reduced axes with extent 1. Default: `false`.
    pub keepdims: Given<bool>,
}

/// Largest less smallest element over axes.
///
/// `x`: any real dtype.
pub fn ptp<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    ptp_with(x, &Ptp::default())
}

/// As [`ptp`], with what may be left out.
pub fn ptp_with<'a>(x: impl Into<Input<'a>>, options: &Ptp) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"ptp");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_ints(&options.axis);
    arguments.given_bool(&options.keepdims);
    arguments.one(&OPERATOR)
}

/// Orthogonal columns Q and a triangle R of matrices Q R.
///
/// `a`: any dtype but half types: matrices, (..., M, N).
pub fn qr<'a>(a: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"qr");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.all(&OPERATOR)
}

/// What [`quantize_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Quantize<'a> {
    /// int8 or uint8, shape () or that of the axis; none: 0.
    pub zero_point: Option<Input<'a>>,
    /// axis along which there are several scales. Default: `-1`.
    pub axis: Given<i64>,
    /// int8 or uint8; int8 by default. Default: `none`.
    pub dtype: Given<Dtype>,
}

/// Integers that stand for real numbers: data / scale, rounded to the nearest (halves to the even one), plus the zero point; saturates, and maps NaN to 0.
///
/// `data`: float32 or half types.
///
/// `scale`: floating, greater than 0, shape () or that of the axis.
pub fn quantize<'a>(data: impl Into<Input<'a>>, scale: impl Into<Input<'a>>) -> Result<Tensor> {
    quantize_with(data, scale, &Quantize::default())
}

/// As [`quantize`], with what may be left out.
pub fn quantize_with<'a>(data: impl Into<Input<'a>>, scale: impl Into<Input<'a>>, options: &Quantize<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"quantize");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(scale.into());
    arguments.optional(options.zero_point);
    arguments.given_int(&options.axis);
    arguments.given_dtype(&options.dtype);
    arguments.one(&OPERATOR)
}

/// What [`quantized_add_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct QuantizedAdd {
    /// the integer that stands for zero in x1. Default: `0`.
    pub x1_zero_point: Given<i64>,
    /// the integer that stands for zero in x2. Default: `0`.
    pub x2_zero_point: Given<i64>,
    /// the integer that stands for zero in the result. Default: `0`.
    pub output_zero_point: Given<i64>,
    /// lower bound of the result. Default: `-128`.
    pub low: Given<i64>,
    /// upper bound of the result. Default: `127`.
    pub high: Given<i64>,
}

/// Sum of two int8 arrays of their own scales, as int8, rounded as in TensorFlow Lite.
///
/// `x1`: int8.
///
/// `x2`: int8, shape of x1.
///
/// `x1_scale`: what a step of x1 stands for.
///
/// `x2_scale`: what a step of x2 stands for.
///
/// `output_scale`: what a step of the result stands for.
pub fn quantized_add<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>, x1_scale: f64, x2_scale: f64, output_scale: f64) -> Result<Tensor> {
    quantized_add_with(x1, x2, x1_scale, x2_scale, output_scale, &QuantizedAdd::default())
}

/// As [`quantized_add`], with what may be left out.
pub fn quantized_add_with<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>, x1_scale: f64, x2_scale: f64, output_scale: f64, options: &QuantizedAdd) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"quantized_add");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.float(x1_scale);
    arguments.float(x2_scale);
    arguments.float(output_scale);
    arguments.given_int(&options.x1_zero_point);
    arguments.given_int(&options.x2_zero_point);
    arguments.given_int(&options.output_zero_point);
    arguments.given_int(&options.low);
    arguments.given_int(&options.high);
    arguments.one(&OPERATOR)
}

/// What [`quantized_convolution_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct QuantizedConvolution<'a> {
    /// int32, shape (filters,).
    pub bias: Option<Input<'a>>,
    /// int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
    pub multiplier: Option<Input<'a>>,
    /// int32, shape of multiplier: the factor's power of two, -31 to 30.
    pub shift: Option<Input<'a>>,
    /// int8, shape of the result: added to the sums, times its factor.
    pub residual: Option<Input<'a>>,
    /// int32, shape (filters,): its scale over that of the sums.
    pub residual_factor: Option<Input<'a>>,
    /// extents of the window; those of the weight. Default: `none`.
    pub kernel: Given<Vec<i64>>,
    /// step of the window, 1 by default. Default: `none`.
    pub stride: Given<Vec<i64>>,
    /// zeros added on both sides, or before all axes and then behind them; 0 by default. Default: `none`.
    pub pad: Given<Vec<i64>>,
    /// distance of the window's elements, 1 by default. Default: `none`.
    pub dilate: Given<Vec<i64>>,
    /// groups of channels that do not see each other. Default: `1`.
    pub num_group: Given<i64>,
    /// the integer that stands for zero in data, and pads it. Default: `0`.
    pub zero_point: Given<i64>,
    /// the integer that stands for zero in the result. Default: `0`.
    pub output_zero_point: Given<i64>,
    /// lower bound of the result. Default: `-128`.
    pub low: Given<i64>,
    /// upper bound of the result. Default: `127`.
    pub high: Given<i64>,
    /// data is (N, W, C) or (N, H, W, C), the weight (filters, kernel..., C / groups). Default: `false`.
    pub channels_last: Given<bool>,
}

/// Convolution of int8 images, of data - zero_point in int32, which pads with zero_point; with a multiplier and a shift as int8, see requantize.
///
/// `data`: int8, shape (N, C, W) or (N, C, H, W).
///
/// `weight`: int8, shape (filters, C / groups, kernel...).
pub fn quantized_convolution<'a>(data: impl Into<Input<'a>>, weight: impl Into<Input<'a>>) -> Result<Tensor> {
    quantized_convolution_with(data, weight, &QuantizedConvolution::default())
}

/// As [`quantized_convolution`], with what may be left out.
pub fn quantized_convolution_with<'a>(data: impl Into<Input<'a>>, weight: impl Into<Input<'a>>, options: &QuantizedConvolution<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"quantized_convolution");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(weight.into());
    arguments.optional(options.bias);
    arguments.optional(options.multiplier);
    arguments.optional(options.shift);
    arguments.optional(options.residual);
    arguments.optional(options.residual_factor);
    arguments.given_ints(&options.kernel);
    arguments.given_ints(&options.stride);
    arguments.given_ints(&options.pad);
    arguments.given_ints(&options.dilate);
    arguments.given_int(&options.num_group);
    arguments.given_int(&options.zero_point);
    arguments.given_int(&options.output_zero_point);
    arguments.given_int(&options.low);
    arguments.given_int(&options.high);
    arguments.given_bool(&options.channels_last);
    arguments.one(&OPERATOR)
}

/// What [`quantized_convolution16_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct QuantizedConvolution16<'a> {
    /// int64, shape (filters,).
    pub bias: Option<Input<'a>>,
    /// int32, shape (filters,): 0 to 32767.
    pub multiplier: Option<Input<'a>>,
    /// int32, shape (filters,): 1 to 62.
    pub shift: Option<Input<'a>>,
    /// extents of the window; those of the weight. Default: `none`.
    pub kernel: Given<Vec<i64>>,
    /// step of the window, 1 by default. Default: `none`.
    pub stride: Given<Vec<i64>>,
    /// zeros added on both sides, or before all axes and then behind them; 0 by default. Default: `none`.
    pub pad: Given<Vec<i64>>,
    /// distance of the window's elements, 1 by default. Default: `none`.
    pub dilate: Given<Vec<i64>>,
    /// groups of channels that do not see each other. Default: `1`.
    pub num_group: Given<i64>,
    /// lower bound of the result. Default: `-32768`.
    pub low: Given<i64>,
    /// upper bound of the result. Default: `32767`.
    pub high: Given<i64>,
}

/// Convolution of int16 images with int8 filters: int64 sums, or with a multiplier and a shift int16, the sums times multiplier * 2^-shift, rounded to the nearest, halves up.
///
/// `data`: int16, shape (N, H, W, C).
///
/// `weight`: int8, shape (filters, kernel..., C / groups).
pub fn quantized_convolution16<'a>(data: impl Into<Input<'a>>, weight: impl Into<Input<'a>>) -> Result<Tensor> {
    quantized_convolution16_with(data, weight, &QuantizedConvolution16::default())
}

/// As [`quantized_convolution16`], with what may be left out.
pub fn quantized_convolution16_with<'a>(data: impl Into<Input<'a>>, weight: impl Into<Input<'a>>, options: &QuantizedConvolution16<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"quantized_convolution16");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(weight.into());
    arguments.optional(options.bias);
    arguments.optional(options.multiplier);
    arguments.optional(options.shift);
    arguments.given_ints(&options.kernel);
    arguments.given_ints(&options.stride);
    arguments.given_ints(&options.pad);
    arguments.given_ints(&options.dilate);
    arguments.given_int(&options.num_group);
    arguments.given_int(&options.low);
    arguments.given_int(&options.high);
    arguments.one(&OPERATOR)
}

/// What [`quantized_fully_connected_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct QuantizedFullyConnected<'a> {
    /// int32, shape (units,).
    pub bias: Option<Input<'a>>,
    /// int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
    pub multiplier: Option<Input<'a>>,
    /// int32, shape of multiplier: the factor's power of two, -31 to 30.
    pub shift: Option<Input<'a>>,
    /// the integer that stands for zero in data. Default: `0`.
    pub zero_point: Given<i64>,
    /// the integer that stands for zero in the result. Default: `0`.
    pub output_zero_point: Given<i64>,
    /// lower bound of the result. Default: `-128`.
    pub low: Given<i64>,
    /// upper bound of the result. Default: `127`.
    pub high: Given<i64>,
    /// merge all axes of data but the first. Default: `true`.
    pub flatten: Given<bool>,
}

/// Affine map of int8 features, (data - zero_point) weightᵀ + bias in int32; with a multiplier and a shift as int8, see requantize.
///
/// `data`: int8, shape (N, ...) when flatten, else (..., features).
///
/// `weight`: int8, shape (units, features).
pub fn quantized_fully_connected<'a>(data: impl Into<Input<'a>>, weight: impl Into<Input<'a>>) -> Result<Tensor> {
    quantized_fully_connected_with(data, weight, &QuantizedFullyConnected::default())
}

/// As [`quantized_fully_connected`], with what may be left out.
pub fn quantized_fully_connected_with<'a>(data: impl Into<Input<'a>>, weight: impl Into<Input<'a>>, options: &QuantizedFullyConnected<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"quantized_fully_connected");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(weight.into());
    arguments.optional(options.bias);
    arguments.optional(options.multiplier);
    arguments.optional(options.shift);
    arguments.given_int(&options.zero_point);
    arguments.given_int(&options.output_zero_point);
    arguments.given_int(&options.low);
    arguments.given_int(&options.high);
    arguments.given_bool(&options.flatten);
    arguments.one(&OPERATOR)
}

/// What [`quantized_gru_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct QuantizedGru {
    /// from the last step to the first. Default: `false`.
    pub reverse: Given<bool>,
}

/// A gated recurrent unit in integers, from a hidden state of 0: its hidden states after all steps, int8, multiples of 2^-7. Gates have 16 bits.
///
/// `data`: int8, shape (T, N, C): all steps.
///
/// `i2h_weight`: int8, rows for each gate, shape (gates H, C).
///
/// `h2h_weight`: int8, shape (gates H, H).
///
/// `i2h_bias`: int32, shape (gates H,): of the sums, with what the zero point of data takes from them.
///
/// `i2h_multiplier`: int32: to multiples of 2^-12, see quantized_multiplier.
///
/// `i2h_shift`: int32, of the multiplier.
///
/// `h2h_bias`: int32, shape (gates H,).
///
/// `h2h_multiplier`: int32: to multiples of 2^-12, see quantized_multiplier.
///
/// `h2h_shift`: int32, of the multiplier.
pub fn quantized_gru<'a>(data: impl Into<Input<'a>>, i2h_weight: impl Into<Input<'a>>, h2h_weight: impl Into<Input<'a>>, i2h_bias: impl Into<Input<'a>>, i2h_multiplier: impl Into<Input<'a>>, i2h_shift: impl Into<Input<'a>>, h2h_bias: impl Into<Input<'a>>, h2h_multiplier: impl Into<Input<'a>>, h2h_shift: impl Into<Input<'a>>) -> Result<Tensor> {
    quantized_gru_with(data, i2h_weight, h2h_weight, i2h_bias, i2h_multiplier, i2h_shift, h2h_bias, h2h_multiplier, h2h_shift, &QuantizedGru::default())
}

/// As [`quantized_gru`], with what may be left out.
pub fn quantized_gru_with<'a>(data: impl Into<Input<'a>>, i2h_weight: impl Into<Input<'a>>, h2h_weight: impl Into<Input<'a>>, i2h_bias: impl Into<Input<'a>>, i2h_multiplier: impl Into<Input<'a>>, i2h_shift: impl Into<Input<'a>>, h2h_bias: impl Into<Input<'a>>, h2h_multiplier: impl Into<Input<'a>>, h2h_shift: impl Into<Input<'a>>, options: &QuantizedGru) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"quantized_gru");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(i2h_weight.into());
    arguments.input(h2h_weight.into());
    arguments.input(i2h_bias.into());
    arguments.input(i2h_multiplier.into());
    arguments.input(i2h_shift.into());
    arguments.input(h2h_bias.into());
    arguments.input(h2h_multiplier.into());
    arguments.input(h2h_shift.into());
    arguments.given_bool(&options.reverse);
    arguments.one(&OPERATOR)
}

/// What a table has for each int8 element: any function of one element, between any scales.
///
/// `data`: int8.
///
/// `table`: int8, shape (256,): results for -128, -127, ... 127.
pub fn quantized_lookup<'a>(data: impl Into<Input<'a>>, table: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"quantized_lookup");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(table.into());
    arguments.one(&OPERATOR)
}

/// What [`quantized_lstm_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct QuantizedLstm {
    /// from the last step to the first. Default: `false`.
    pub reverse: Given<bool>,
}

/// A long short-term memory in integers, from states of 0: its hidden states after all steps, int8, multiples of 2^-7. Gates and cells have 16 bits; a cell reaches from -16 to 16.
///
/// `data`: int8, shape (T, N, C): all steps.
///
/// `i2h_weight`: int8, rows for each gate, shape (gates H, C).
///
/// `h2h_weight`: int8, shape (gates H, H).
///
/// `i2h_bias`: int32, shape (gates H,): of the sums, with what the zero point of data takes from them.
///
/// `i2h_multiplier`: int32: to multiples of 2^-12, see quantized_multiplier.
///
/// `i2h_shift`: int32, of the multiplier.
///
/// `h2h_bias`: int32, shape (gates H,).
///
/// `h2h_multiplier`: int32: to multiples of 2^-12, see quantized_multiplier.
///
/// `h2h_shift`: int32, of the multiplier.
pub fn quantized_lstm<'a>(data: impl Into<Input<'a>>, i2h_weight: impl Into<Input<'a>>, h2h_weight: impl Into<Input<'a>>, i2h_bias: impl Into<Input<'a>>, i2h_multiplier: impl Into<Input<'a>>, i2h_shift: impl Into<Input<'a>>, h2h_bias: impl Into<Input<'a>>, h2h_multiplier: impl Into<Input<'a>>, h2h_shift: impl Into<Input<'a>>) -> Result<Tensor> {
    quantized_lstm_with(data, i2h_weight, h2h_weight, i2h_bias, i2h_multiplier, i2h_shift, h2h_bias, h2h_multiplier, h2h_shift, &QuantizedLstm::default())
}

/// As [`quantized_lstm`], with what may be left out.
pub fn quantized_lstm_with<'a>(data: impl Into<Input<'a>>, i2h_weight: impl Into<Input<'a>>, h2h_weight: impl Into<Input<'a>>, i2h_bias: impl Into<Input<'a>>, i2h_multiplier: impl Into<Input<'a>>, i2h_shift: impl Into<Input<'a>>, h2h_bias: impl Into<Input<'a>>, h2h_multiplier: impl Into<Input<'a>>, h2h_shift: impl Into<Input<'a>>, options: &QuantizedLstm) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"quantized_lstm");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(i2h_weight.into());
    arguments.input(h2h_weight.into());
    arguments.input(i2h_bias.into());
    arguments.input(i2h_multiplier.into());
    arguments.input(i2h_shift.into());
    arguments.input(h2h_bias.into());
    arguments.input(h2h_multiplier.into());
    arguments.input(h2h_shift.into());
    arguments.given_bool(&options.reverse);
    arguments.one(&OPERATOR)
}

/// What [`quantized_pooling_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct QuantizedPooling {
    /// extents of the window. Default: `none`.
    pub kernel: Given<Vec<i64>>,
    /// max or avg; pooling also has sum and lp. Default: `"max"`.
    pub pool_type: Given<String>,
    /// step of the window, 1 by default. Default: `none`.
    pub stride: Given<Vec<i64>>,
    /// elements added on both sides, or before all axes and then behind them; 0 by default. Default: `none`.
    pub pad: Given<Vec<i64>>,
    /// one window over the whole image. Default: `false`.
    pub global_pool: Given<bool>,
    /// valid drops a last window that does not fit, full keeps it. Default: `"valid"`.
    pub pooling_convention: Given<String>,
    /// the average counts padded elements. Default: `true`.
    pub count_include_pad: Given<bool>,
    /// the integer that stands for zero: padded elements of an average. Default: `0`.
    pub zero_point: Given<i64>,
    /// data is (N, W, C) or (N, H, W, C). Default: `false`.
    pub channels_last: Given<bool>,
}

/// Maximum or average of int8 over windows of one or two spatial axes, of data's scale; the average is rounded to the nearest, halves away from zero, as in TensorFlow Lite.
///
/// `data`: int8, shape (N, C, W) or (N, C, H, W).
pub fn quantized_pooling<'a>(data: impl Into<Input<'a>>) -> Result<Tensor> {
    quantized_pooling_with(data, &QuantizedPooling::default())
}

/// As [`quantized_pooling`], with what may be left out.
pub fn quantized_pooling_with<'a>(data: impl Into<Input<'a>>, options: &QuantizedPooling) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"quantized_pooling");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.given_ints(&options.kernel);
    arguments.given_string(&options.pool_type);
    arguments.given_ints(&options.stride);
    arguments.given_ints(&options.pad);
    arguments.given_bool(&options.global_pool);
    arguments.given_string(&options.pooling_convention);
    arguments.given_bool(&options.count_include_pad);
    arguments.given_int(&options.zero_point);
    arguments.given_bool(&options.channels_last);
    arguments.one(&OPERATOR)
}

/// Softmax of int8 along the last axis by TensorFlow Lite's rule: int8 that stand for (y + 128) / 256.
///
/// `data`: int8, at most 4095 elements along the last axis.
///
/// `scale`: what a step of data stands for.
pub fn quantized_softmax<'a>(data: impl Into<Input<'a>>, scale: f64) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"quantized_softmax");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.float(scale);
    arguments.one(&OPERATOR)
}

/// Random integers in [low, high), each equally likely, as int64.
///
/// `low`: least number.
///
/// `high`: bound, not reached.
///
/// `shape`: extents.
pub fn randint(low: i64, high: i64, shape: &[i64]) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"randint");
    let mut arguments = Arguments::new();
    arguments.int(low);
    arguments.int(high);
    arguments.ints(shape);
    arguments.one(&OPERATOR)
}

/// The elements in row-major order along one axis; a view where strides allow.
///
/// `a`: any dtype.
pub fn ravel<'a>(a: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"ravel");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.one(&OPERATOR)
}

/// The first half of the discrete Fourier transform of real numbers along the last axis, without a scale; complex. `np.fft` has NumPy's functions.
///
/// `x`: any real dtype.
pub fn rdft<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"rdft");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// The real parts of the elements; of real numbers the array itself.
///
/// `x`: any dtype.
pub fn real<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"real");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`real_fourier_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct RealFourier {
    /// elements with a mirror image count twice. Default: `false`.
    pub mirrored: Given<bool>,
}

/// The first half of the discrete Fourier transform of real rows, in planes and without a scale.
///
/// `x`: float32 or float64.
pub fn real_fourier<'a>(x: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    real_fourier_with(x, &RealFourier::default())
}

/// As [`real_fourier`], with what may be left out.
pub fn real_fourier_with<'a>(x: impl Into<Input<'a>>, options: &RealFourier) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"real_fourier");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_bool(&options.mirrored);
    arguments.all(&OPERATOR)
}

/// What [`real_fourier_inverse_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct RealFourierInverse<'a> {
    /// the imaginary parts; zeros unless given.
    pub x2: Option<Input<'a>>,
    /// elements with a mirror image count twice. Default: `true`.
    pub mirrored: Given<bool>,
}

/// Real rows of the first halves of their discrete Fourier transforms, in planes and without a scale.
///
/// `x1`: float32 or float64: the real parts.
///
/// `length`: of the rows.
pub fn real_fourier_inverse<'a>(x1: impl Into<Input<'a>>, length: i64) -> Result<Tensor> {
    real_fourier_inverse_with(x1, length, &RealFourierInverse::default())
}

/// As [`real_fourier_inverse`], with what may be left out.
pub fn real_fourier_inverse_with<'a>(x1: impl Into<Input<'a>>, length: i64, options: &RealFourierInverse<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"real_fourier_inverse");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.optional(options.x2);
    arguments.int(length);
    arguments.given_bool(&options.mirrored);
    arguments.one(&OPERATOR)
}

/// The real parts of complex numbers.
///
/// `x`: complex.
pub fn real_part<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"real_part");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`receive_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Receive<'a> {
    /// any dtype; what has a gradient only if this has; its value is not read.
    pub token: Option<Input<'a>>,
    /// messages of one tag arrive in the order in which they were sent. Default: `0`.
    pub tag: Given<i64>,
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// The next array that another rank sends to this one.
///
/// `shape`: of the array that was sent.
///
/// `dtype`: of the array that was sent.
///
/// `source`: the rank that sends it.
pub fn receive(shape: &[i64], dtype: Dtype, source: i64) -> Result<Tensor> {
    receive_with(shape, dtype, source, &Receive::default())
}

/// As [`receive`], with what may be left out.
pub fn receive_with(shape: &[i64], dtype: Dtype, source: i64, options: &Receive<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"receive");
    let mut arguments = Arguments::new();
    arguments.optional(options.token);
    arguments.ints(shape);
    arguments.dtype(dtype);
    arguments.int(source);
    arguments.given_int(&options.tag);
    arguments.given_string(&options.group);
    arguments.one(&OPERATOR)
}

/// 1 / x, element by element; integers give the default float.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn reciprocal<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"reciprocal");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`reduce_blocks_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct ReduceBlocks {
    /// `sum`, `mean`, `product`, `min` or `max`. Default: `"sum"`.
    pub reduction: Given<String>,
    /// the same bits whatever moves the bytes: a tree over ranks. Default: `false`.
    pub ordered: Given<bool>,
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// This rank's block, along axis 0, of the reduction of the arrays of all ranks.
///
/// `x`: any real dtype but bool; the same type on all ranks.
///
/// `ranks`: how many processes the group has.
pub fn reduce_blocks<'a>(x: impl Into<Input<'a>>, ranks: i64) -> Result<Tensor> {
    reduce_blocks_with(x, ranks, &ReduceBlocks::default())
}

/// As [`reduce_blocks`], with what may be left out.
pub fn reduce_blocks_with<'a>(x: impl Into<Input<'a>>, ranks: i64, options: &ReduceBlocks) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"reduce_blocks");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.int(ranks);
    arguments.given_string(&options.reduction);
    arguments.given_bool(&options.ordered);
    arguments.given_string(&options.group);
    arguments.one(&OPERATOR)
}

/// What [`reduce_blocks_start_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct ReduceBlocksStart {
    /// `sum`, `mean`, `product`, `min` or `max`. Default: `"sum"`.
    pub reduction: Given<String>,
    /// the same bits whatever moves the bytes: a tree over ranks. Default: `false`.
    pub ordered: Given<bool>,
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// Begins `reduce_blocks`, whose result is there when `collective_wait` has given it.
///
/// `x`: any real dtype but bool; the same type on all ranks.
///
/// `ranks`: how many processes the group has.
pub fn reduce_blocks_start<'a>(x: impl Into<Input<'a>>, ranks: i64) -> Result<Vec<Tensor>> {
    reduce_blocks_start_with(x, ranks, &ReduceBlocksStart::default())
}

/// As [`reduce_blocks_start`], with what may be left out.
pub fn reduce_blocks_start_with<'a>(x: impl Into<Input<'a>>, ranks: i64, options: &ReduceBlocksStart) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"reduce_blocks_start");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.int(ranks);
    arguments.given_string(&options.reduction);
    arguments.given_bool(&options.ordered);
    arguments.given_string(&options.group);
    arguments.all(&OPERATOR)
}

/// What [`reduce_scatter_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct ReduceScatter {
    /// `sum`, `mean`, `product`, `min` or `max`. Default: `"sum"`.
    pub reduction: Given<String>,
    /// the same bits whatever moves the bytes: a tree over ranks. Default: `false`.
    pub ordered: Given<bool>,
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// This rank's part, along an axis, of the reduction of the arrays of all ranks.
///
/// `x`: any real dtype but bool; the same type on all ranks.
///
/// `axis`: along which rank r gets part r.
///
/// `ranks`: how many processes the group has.
pub fn reduce_scatter<'a>(x: impl Into<Input<'a>>, axis: i64, ranks: i64) -> Result<Tensor> {
    reduce_scatter_with(x, axis, ranks, &ReduceScatter::default())
}

/// As [`reduce_scatter`], with what may be left out.
pub fn reduce_scatter_with<'a>(x: impl Into<Input<'a>>, axis: i64, ranks: i64, options: &ReduceScatter) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"reduce_scatter");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.int(axis);
    arguments.int(ranks);
    arguments.given_string(&options.reduction);
    arguments.given_bool(&options.ordered);
    arguments.given_string(&options.group);
    arguments.one(&OPERATOR)
}

/// Positive part max(x, 0), element by element; NaN stays NaN.
///
/// `x`: any real dtype.
pub fn relu<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"relu");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// x held between 0 and 6, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn relu6<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"relu6");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Remainder with the sign of the divisor, element by element: x1 % x2. Integers modulo 0 give 0, floats NaN.
///
/// `x1`: any real dtype but bool.
///
/// `x2`: the same, broadcast against `x1`.
pub fn remainder<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"remainder");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// What [`repeat_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Repeat {
    /// axis to repeat along; none repeats the flat array. Default: `none`.
    pub axis: Given<i64>,
}

/// Each element repeated, along one axis or in the flat array.
///
/// `a`: any dtype.
///
/// `repeats`: how often, for all or for each element.
pub fn repeat<'a>(a: impl Into<Input<'a>>, repeats: &[i64]) -> Result<Tensor> {
    repeat_with(a, repeats, &Repeat::default())
}

/// As [`repeat`], with what may be left out.
pub fn repeat_with<'a>(a: impl Into<Input<'a>>, repeats: &[i64], options: &Repeat) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"repeat");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.ints(repeats);
    arguments.given_int(&options.axis);
    arguments.one(&OPERATOR)
}

/// What [`requantize_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Requantize {
    /// the integer that stands for zero in the result. Default: `0`.
    pub output_zero_point: Given<i64>,
    /// lower bound of the result. Default: `-128`.
    pub low: Given<i64>,
    /// upper bound of the result. Default: `127`.
    pub high: Given<i64>,
    /// axis along which there are several multipliers. Default: `-1`.
    pub axis: Given<i64>,
}

/// Sums of int32 as int8: times multiplier 2^(shift - 31) with the two roundings of TensorFlow Lite, plus the zero point, held between the bounds.
///
/// `data`: int32.
///
/// `multiplier`: int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
///
/// `shift`: int32, shape of multiplier: the factor's power of two, -31 to 30.
pub fn requantize<'a>(data: impl Into<Input<'a>>, multiplier: impl Into<Input<'a>>, shift: impl Into<Input<'a>>) -> Result<Tensor> {
    requantize_with(data, multiplier, shift, &Requantize::default())
}

/// As [`requantize`], with what may be left out.
pub fn requantize_with<'a>(data: impl Into<Input<'a>>, multiplier: impl Into<Input<'a>>, shift: impl Into<Input<'a>>, options: &Requantize) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"requantize");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(multiplier.into());
    arguments.input(shift.into());
    arguments.given_int(&options.output_zero_point);
    arguments.given_int(&options.low);
    arguments.given_int(&options.high);
    arguments.given_int(&options.axis);
    arguments.one(&OPERATOR)
}

/// The same elements in row-major order under another shape; a view where strides allow.
///
/// `x`: any dtype.
///
/// `newshape`: extents; one may be -1, the rest.
pub fn reshape<'a>(x: impl Into<Input<'a>>, newshape: &[i64]) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"reshape");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.ints(newshape);
    arguments.one(&OPERATOR)
}

/// Bits of x1 moved down by x2 places, element by element; 0 or -1 by the sign of x1 for counts that are negative or not below the number of bits.
///
/// `x1`: integers.
///
/// `x2`: the same, broadcast against `x1`.
pub fn right_shift<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"right_shift");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// The whole number nearest to x, halves to the even one, element by element.
///
/// `x`: any real dtype.
pub fn rint<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"rint");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`rms_norm_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct RmsNorm<'a> {
    /// factors, one for each element of the axis.
    pub gamma: Option<Input<'a>>,
    /// axis that is normalised. Default: `-1`.
    pub axis: Given<i64>,
    /// summand of the mean square. Default: `1e-06`.
    pub eps: Given<f64>,
}

/// The elements along an axis divided by their root mean square, scaled.
///
/// `data`: floating.
pub fn rms_norm<'a>(data: impl Into<Input<'a>>) -> Result<Tensor> {
    rms_norm_with(data, &RmsNorm::default())
}

/// As [`rms_norm`], with what may be left out.
pub fn rms_norm_with<'a>(data: impl Into<Input<'a>>, options: &RmsNorm<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"rms_norm");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.optional(options.gamma);
    arguments.given_int(&options.axis);
    arguments.given_float(&options.eps);
    arguments.one(&OPERATOR)
}

/// What [`rmsprop_centered_update_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct RmspropCenteredUpdate {
    /// weight decay. Default: `0`.
    pub wd: Given<f64>,
    /// factor of the gradient. Default: `1`.
    pub rescale_grad: Given<f64>,
    /// bound of the rescaled gradient's elements; negative: none. Default: `-1`.
    pub clip_gradient: Given<f64>,
    /// decay of the means. Default: `0.9`.
    pub rho: Given<f64>,
    /// share of the step that stays. Default: `0.9`.
    pub momentum: Given<f64>,
    /// added to the variance. Default: `1e-08`.
    pub epsilon: Given<f64>,
}

/// RMSProp by the gradient's variance, with momentum: the new weight, mean square, mean and step.
///
/// `weight`: floating: the parameter.
///
/// `grad`: its gradient, same shape.
///
/// `square`: running mean of the gradient's square.
///
/// `mean`: running mean of the gradient.
///
/// `step`: the step before.
///
/// `lr`: learning rate: a number, or an array without axes.
pub fn rmsprop_centered_update<'a>(weight: impl Into<Input<'a>>, grad: impl Into<Input<'a>>, square: impl Into<Input<'a>>, mean: impl Into<Input<'a>>, step: impl Into<Input<'a>>, lr: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    rmsprop_centered_update_with(weight, grad, square, mean, step, lr, &RmspropCenteredUpdate::default())
}

/// As [`rmsprop_centered_update`], with what may be left out.
pub fn rmsprop_centered_update_with<'a>(weight: impl Into<Input<'a>>, grad: impl Into<Input<'a>>, square: impl Into<Input<'a>>, mean: impl Into<Input<'a>>, step: impl Into<Input<'a>>, lr: impl Into<Input<'a>>, options: &RmspropCenteredUpdate) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"rmsprop_centered_update");
    let mut arguments = Arguments::new();
    arguments.input(weight.into());
    arguments.input(grad.into());
    arguments.input(square.into());
    arguments.input(mean.into());
    arguments.input(step.into());
    arguments.input(lr.into());
    arguments.given_float(&options.wd);
    arguments.given_float(&options.rescale_grad);
    arguments.given_float(&options.clip_gradient);
    arguments.given_float(&options.rho);
    arguments.given_float(&options.momentum);
    arguments.given_float(&options.epsilon);
    arguments.all(&OPERATOR)
}

/// What [`rmsprop_update_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct RmspropUpdate {
    /// weight decay. Default: `0`.
    pub wd: Given<f64>,
    /// factor of the gradient. Default: `1`.
    pub rescale_grad: Given<f64>,
    /// bound of the rescaled gradient's elements; negative: none. Default: `-1`.
    pub clip_gradient: Given<f64>,
    /// decay of the mean. Default: `0.9`.
    pub rho: Given<f64>,
    /// added to the root. Default: `1e-08`.
    pub epsilon: Given<f64>,
}

/// RMSProp: the new weight and running mean of squared gradients.
///
/// `weight`: floating: the parameter.
///
/// `grad`: its gradient, same shape.
///
/// `square`: running mean of the gradient's square.
///
/// `lr`: learning rate: a number, or an array without axes.
pub fn rmsprop_update<'a>(weight: impl Into<Input<'a>>, grad: impl Into<Input<'a>>, square: impl Into<Input<'a>>, lr: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    rmsprop_update_with(weight, grad, square, lr, &RmspropUpdate::default())
}

/// As [`rmsprop_update`], with what may be left out.
pub fn rmsprop_update_with<'a>(weight: impl Into<Input<'a>>, grad: impl Into<Input<'a>>, square: impl Into<Input<'a>>, lr: impl Into<Input<'a>>, options: &RmspropUpdate) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"rmsprop_update");
    let mut arguments = Arguments::new();
    arguments.input(weight.into());
    arguments.input(grad.into());
    arguments.input(square.into());
    arguments.input(lr.into());
    arguments.given_float(&options.wd);
    arguments.given_float(&options.rescale_grad);
    arguments.given_float(&options.clip_gradient);
    arguments.given_float(&options.rho);
    arguments.given_float(&options.epsilon);
    arguments.all(&OPERATOR)
}

/// What [`rnn_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Rnn<'a> {
    /// any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.
    pub sequence_length: Option<Input<'a>>,
    /// from the last step to the first. Default: `false`.
    pub reverse: Given<bool>,
    /// 'tanh' or 'relu'. Default: `"tanh"`.
    pub activation: Given<String>,
}

/// A plain recurrent network: the hidden states of all steps, and the last.
///
/// `data`: floating, shape (T, N, C): all steps.
///
/// `hidden`: shape (N, H).
///
/// `i2h_weight`: rows for each gate, shape (gates H, C).
///
/// `h2h_weight`: shape (gates H, H).
///
/// `i2h_bias`: shape (gates H,).
///
/// `h2h_bias`: shape (gates H,).
pub fn rnn<'a>(data: impl Into<Input<'a>>, hidden: impl Into<Input<'a>>, i2h_weight: impl Into<Input<'a>>, h2h_weight: impl Into<Input<'a>>, i2h_bias: impl Into<Input<'a>>, h2h_bias: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    rnn_with(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, &Rnn::default())
}

/// As [`rnn`], with what may be left out.
pub fn rnn_with<'a>(data: impl Into<Input<'a>>, hidden: impl Into<Input<'a>>, i2h_weight: impl Into<Input<'a>>, h2h_weight: impl Into<Input<'a>>, i2h_bias: impl Into<Input<'a>>, h2h_bias: impl Into<Input<'a>>, options: &Rnn<'_>) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"rnn");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(hidden.into());
    arguments.input(i2h_weight.into());
    arguments.input(h2h_weight.into());
    arguments.input(i2h_bias.into());
    arguments.input(h2h_bias.into());
    arguments.optional(options.sequence_length);
    arguments.given_bool(&options.reverse);
    arguments.given_string(&options.activation);
    arguments.all(&OPERATOR)
}

/// What [`rnn_cell_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct RnnCell {
    /// 'tanh' or 'relu'. Default: `"tanh"`.
    pub activation: Given<String>,
}

/// One step of a plain recurrent network: the next hidden state.
///
/// `data`: floating, shape (N, C).
///
/// `hidden`: shape (N, H).
///
/// `i2h_weight`: rows for each gate, shape (gates H, C).
///
/// `h2h_weight`: shape (gates H, H).
///
/// `i2h_bias`: shape (gates H,).
///
/// `h2h_bias`: shape (gates H,).
pub fn rnn_cell<'a>(data: impl Into<Input<'a>>, hidden: impl Into<Input<'a>>, i2h_weight: impl Into<Input<'a>>, h2h_weight: impl Into<Input<'a>>, i2h_bias: impl Into<Input<'a>>, h2h_bias: impl Into<Input<'a>>) -> Result<Tensor> {
    rnn_cell_with(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, &RnnCell::default())
}

/// As [`rnn_cell`], with what may be left out.
pub fn rnn_cell_with<'a>(data: impl Into<Input<'a>>, hidden: impl Into<Input<'a>>, i2h_weight: impl Into<Input<'a>>, h2h_weight: impl Into<Input<'a>>, i2h_bias: impl Into<Input<'a>>, h2h_bias: impl Into<Input<'a>>, options: &RnnCell) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"rnn_cell");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(hidden.into());
    arguments.input(i2h_weight.into());
    arguments.input(h2h_weight.into());
    arguments.input(i2h_bias.into());
    arguments.input(h2h_bias.into());
    arguments.given_string(&options.activation);
    arguments.one(&OPERATOR)
}

/// What [`roi_align_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct RoiAlign {
    /// pixels of the images for one unit of the regions. Default: `1`.
    pub spatial_scale: Given<f64>,
    /// samples of a bin along each axis; 0 or less: as many as it has pixels. Default: `-1`.
    pub sampling_ratio: Given<i64>,
    /// pixels have their centers at 1/2, and regions may be thinner than a pixel. Default: `false`.
    pub aligned: Given<bool>,
}

/// Regions of images as means of bilinear samples in bins: (R, C, bins, bins).
///
/// `data`: any real dtype; integers become the default float; shape (N, C, H, W).
///
/// `rois`: a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).
///
/// `pooled_size`: bins along the height and the width.
pub fn roi_align<'a>(data: impl Into<Input<'a>>, rois: impl Into<Input<'a>>, pooled_size: &[i64]) -> Result<Tensor> {
    roi_align_with(data, rois, pooled_size, &RoiAlign::default())
}

/// As [`roi_align`], with what may be left out.
pub fn roi_align_with<'a>(data: impl Into<Input<'a>>, rois: impl Into<Input<'a>>, pooled_size: &[i64], options: &RoiAlign) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"roi_align");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(rois.into());
    arguments.ints(pooled_size);
    arguments.given_float(&options.spatial_scale);
    arguments.given_int(&options.sampling_ratio);
    arguments.given_bool(&options.aligned);
    arguments.one(&OPERATOR)
}

/// What [`roi_pool_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct RoiPool {
    /// pixels of the images for one unit of the regions. Default: `1`.
    pub spatial_scale: Given<f64>,
}

/// The largest elements of regions of images in bins: (R, C, bins, bins).
///
/// `data`: any real dtype; integers become the default float; shape (N, C, H, W).
///
/// `rois`: a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).
///
/// `pooled_size`: bins along the height and the width.
pub fn roi_pool<'a>(data: impl Into<Input<'a>>, rois: impl Into<Input<'a>>, pooled_size: &[i64]) -> Result<Tensor> {
    roi_pool_with(data, rois, pooled_size, &RoiPool::default())
}

/// As [`roi_pool`], with what may be left out.
pub fn roi_pool_with<'a>(data: impl Into<Input<'a>>, rois: impl Into<Input<'a>>, pooled_size: &[i64], options: &RoiPool) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"roi_pool");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(rois.into());
    arguments.ints(pooled_size);
    arguments.given_float(&options.spatial_scale);
    arguments.one(&OPERATOR)
}

/// What [`roll_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Roll {
    /// which axes; none moves in the flat array. Default: `none`.
    pub axis: Given<Vec<i64>>,
}

/// The array with its elements moved along axes; what leaves at the end enters at the start.
///
/// `a`: any dtype.
///
/// `shift`: by how many places, for all axes or for each.
pub fn roll<'a>(a: impl Into<Input<'a>>, shift: &[i64]) -> Result<Tensor> {
    roll_with(a, shift, &Roll::default())
}

/// As [`roll`], with what may be left out.
pub fn roll_with<'a>(a: impl Into<Input<'a>>, shift: &[i64], options: &Roll) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"roll");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.ints(shift);
    arguments.given_ints(&options.axis);
    arguments.one(&OPERATOR)
}

/// What [`round_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Round {
    /// digits behind the point; negative ones count before it. Default: `0`.
    pub decimals: Given<i64>,
}

/// x rounded to a number of decimals, halves to the even digit, element by element.
///
/// `x`: any real dtype.
pub fn round<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    round_with(x, &Round::default())
}

/// As [`round`], with what may be left out.
pub fn round_with<'a>(x: impl Into<Input<'a>>, options: &Round) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"round");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_int(&options.decimals);
    arguments.one(&OPERATOR)
}

/// 1 / sqrt(x), element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn rsqrt<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"rsqrt");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`scaled_dot_product_attention_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct ScaledDotProductAttention<'a> {
    /// any real dtype, broadcasts to (..., T, S): summands, or bools, true to attend.
    pub mask: Option<Input<'a>>,
    /// factor of the scores, 1 / sqrt(D) by default. Default: `none`.
    pub scale: Given<f64>,
    /// a query attends to no key behind its own position. Default: `false`.
    pub causal: Given<bool>,
    /// heads of queries, axis -3, share those of keys and values in groups of H / Hk. Default: `false`.
    pub grouped: Given<bool>,
}

/// softmax(scale query keyᵀ + mask) value: for each query a mean of the values.
///
/// `query`: floating, shape (..., T, D).
///
/// `key`: shape (..., S, D).
///
/// `value`: shape (..., S, V).
pub fn scaled_dot_product_attention<'a>(query: impl Into<Input<'a>>, key: impl Into<Input<'a>>, value: impl Into<Input<'a>>) -> Result<Tensor> {
    scaled_dot_product_attention_with(query, key, value, &ScaledDotProductAttention::default())
}

/// As [`scaled_dot_product_attention`], with what may be left out.
pub fn scaled_dot_product_attention_with<'a>(query: impl Into<Input<'a>>, key: impl Into<Input<'a>>, value: impl Into<Input<'a>>, options: &ScaledDotProductAttention<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"scaled_dot_product_attention");
    let mut arguments = Arguments::new();
    arguments.input(query.into());
    arguments.input(key.into());
    arguments.input(value.into());
    arguments.optional(options.mask);
    arguments.given_float(&options.scale);
    arguments.given_bool(&options.causal);
    arguments.given_bool(&options.grouped);
    arguments.one(&OPERATOR)
}

/// What [`scatter_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Scatter {
    /// where the axes of the index arrays stand among the others. Default: `0`.
    pub position: Given<i64>,
    /// the axes as errors name them, if they have other numbers there. Default: `[]`.
    pub shown_axes: Given<Vec<i64>>,
    /// add instead of replacing. Default: `false`.
    pub accumulate: Given<bool>,
}

/// The array with its elements at chosen places replaced, the last one winning, or added to.
///
/// `x`: any dtype, but no half type to accumulate.
///
/// `value`: broadcasts to what the index picks.
///
/// `indices`: int64 arrays that broadcast together; negative ones count back.
///
/// `axes`: the axis of each index array, ascending.
pub fn scatter<'a>(x: impl Into<Input<'a>>, value: impl Into<Input<'a>>, indices: &[&Tensor], axes: &[i64]) -> Result<Tensor> {
    scatter_with(x, value, indices, axes, &Scatter::default())
}

/// As [`scatter`], with what may be left out.
pub fn scatter_with<'a>(x: impl Into<Input<'a>>, value: impl Into<Input<'a>>, indices: &[&Tensor], axes: &[i64], options: &Scatter) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"scatter");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.input(value.into());
    arguments.tensors(indices);
    arguments.ints(axes);
    arguments.given_int(&options.position);
    arguments.given_ints(&options.shown_axes);
    arguments.given_bool(&options.accumulate);
    arguments.one(&OPERATOR)
}

/// Zeros with each element or slice added at its point: the adjoint of gather_nd.
///
/// `data`: any dtype, shape (..., rest), as gather_nd gives it.
///
/// `indices`: integers, shape (M, ...); negative ones count back.
///
/// `shape`: shape of the result.
pub fn scatter_nd<'a>(data: impl Into<Input<'a>>, indices: impl Into<Input<'a>>, shape: &[i64]) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"scatter_nd");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(indices.into());
    arguments.ints(shape);
    arguments.one(&OPERATOR)
}

/// What [`searchsorted_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Searchsorted {
    /// left of elements equal to the value, or right of them. Default: `"left"`.
    pub side: Given<String>,
}

/// Where in an ascending vector values would have to be inserted to keep it ascending.
///
/// `a`: any dtype; ascending, one axis.
///
/// `v`: values of any shape.
pub fn searchsorted<'a>(a: impl Into<Input<'a>>, v: impl Into<Input<'a>>) -> Result<Tensor> {
    searchsorted_with(a, v, &Searchsorted::default())
}

/// As [`searchsorted`], with what may be left out.
pub fn searchsorted_with<'a>(a: impl Into<Input<'a>>, v: impl Into<Input<'a>>, options: &Searchsorted) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"searchsorted");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.input(v.into());
    arguments.given_string(&options.side);
    arguments.one(&OPERATOR)
}

/// Scaled exponential linear unit, which keeps mean 0 and variance 1.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn selu<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"selu");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`send_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Send {
    /// messages of one tag arrive in the order in which they were sent. Default: `0`.
    pub tag: Given<i64>,
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// Sends an array to another rank; gives a zero whose gradient is what that rank sends back.
///
/// `x`: any dtype.
///
/// `destination`: the rank that receives it.
pub fn send<'a>(x: impl Into<Input<'a>>, destination: i64) -> Result<Tensor> {
    send_with(x, destination, &Send::default())
}

/// As [`send`], with what may be left out.
pub fn send_with<'a>(x: impl Into<Input<'a>>, destination: i64, options: &Send) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"send");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.int(destination);
    arguments.given_int(&options.tag);
    arguments.given_string(&options.group);
    arguments.one(&OPERATOR)
}

/// What [`sgd_mom_update_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct SgdMomUpdate {
    /// weight decay. Default: `0`.
    pub wd: Given<f64>,
    /// factor of the gradient. Default: `1`.
    pub rescale_grad: Given<f64>,
    /// bound of the rescaled gradient's elements; negative: none. Default: `-1`.
    pub clip_gradient: Given<f64>,
    /// share of the momentum that stays. Default: `0.9`.
    pub momentum: Given<f64>,
    /// look one step ahead. Default: `false`.
    pub nesterov: Given<bool>,
}

/// Gradient descent with momentum: the new weight and momentum.
///
/// `weight`: floating: the parameter.
///
/// `grad`: its gradient, same shape.
///
/// `mom`: momentum, same shape.
///
/// `lr`: learning rate: a number, or an array without axes.
pub fn sgd_mom_update<'a>(weight: impl Into<Input<'a>>, grad: impl Into<Input<'a>>, mom: impl Into<Input<'a>>, lr: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    sgd_mom_update_with(weight, grad, mom, lr, &SgdMomUpdate::default())
}

/// As [`sgd_mom_update`], with what may be left out.
pub fn sgd_mom_update_with<'a>(weight: impl Into<Input<'a>>, grad: impl Into<Input<'a>>, mom: impl Into<Input<'a>>, lr: impl Into<Input<'a>>, options: &SgdMomUpdate) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"sgd_mom_update");
    let mut arguments = Arguments::new();
    arguments.input(weight.into());
    arguments.input(grad.into());
    arguments.input(mom.into());
    arguments.input(lr.into());
    arguments.given_float(&options.wd);
    arguments.given_float(&options.rescale_grad);
    arguments.given_float(&options.clip_gradient);
    arguments.given_float(&options.momentum);
    arguments.given_bool(&options.nesterov);
    arguments.all(&OPERATOR)
}

/// What [`sgd_update_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct SgdUpdate {
    /// weight decay. Default: `0`.
    pub wd: Given<f64>,
    /// factor of the gradient. Default: `1`.
    pub rescale_grad: Given<f64>,
    /// bound of the rescaled gradient's elements; negative: none. Default: `-1`.
    pub clip_gradient: Given<f64>,
}

/// Stochastic gradient descent: the new weight.
///
/// `weight`: floating: the parameter.
///
/// `grad`: its gradient, same shape.
///
/// `lr`: learning rate: a number, or an array without axes.
pub fn sgd_update<'a>(weight: impl Into<Input<'a>>, grad: impl Into<Input<'a>>, lr: impl Into<Input<'a>>) -> Result<Tensor> {
    sgd_update_with(weight, grad, lr, &SgdUpdate::default())
}

/// As [`sgd_update`], with what may be left out.
pub fn sgd_update_with<'a>(weight: impl Into<Input<'a>>, grad: impl Into<Input<'a>>, lr: impl Into<Input<'a>>, options: &SgdUpdate) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"sgd_update");
    let mut arguments = Arguments::new();
    arguments.input(weight.into());
    arguments.input(grad.into());
    arguments.input(lr.into());
    arguments.given_float(&options.wd);
    arguments.given_float(&options.rescale_grad);
    arguments.given_float(&options.clip_gradient);
    arguments.one(&OPERATOR)
}

/// Logistic function 1 / (1 + exp(-x)), element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn sigmoid<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"sigmoid");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// -1, 0 or 1 by the sign of each element; NaN stays NaN.
///
/// `x`: any real dtype.
pub fn sign<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"sign");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Shifts rows of int16 to the left as far as their largest magnitude allows: the rows, and by how many bits, by TensorFlow Lite Micro's rule, in which rows with -32768 may wrap.
///
/// `data`: int16, at least one axis: rows along the last one.
pub fn signal_auto_scale<'a>(data: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"signal_auto_scale");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.all(&OPERATOR)
}

/// Sums of bands of energies that overlap by halves, by TensorFlow Lite Micro's rule: band c is the sum of channel c + 1 by `weight` and of channel c by `unweight`.
///
/// `data`: uint32, at least one axis: energies along the last one.
///
/// `weight`: int16, one axis: factors of all channels.
///
/// `unweight`: int16, shape of `weight`: factors for the band after.
///
/// `starts`: int16, shape (bands + 1,): the first energy of each channel.
///
/// `weight_starts`: int16, shape (bands + 1,): the first factor of each channel.
///
/// `widths`: int16, shape (bands + 1,): how many energies each channel reads.
pub fn signal_filter_bank<'a>(data: impl Into<Input<'a>>, weight: impl Into<Input<'a>>, unweight: impl Into<Input<'a>>, starts: impl Into<Input<'a>>, weight_starts: impl Into<Input<'a>>, widths: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"signal_filter_bank");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(weight.into());
    arguments.input(unweight.into());
    arguments.input(starts.into());
    arguments.input(weight_starts.into());
    arguments.input(widths.into());
    arguments.one(&OPERATOR)
}

/// Energies of bands by the gain that a table has for their noise, divided by 2^shift and compressed, element by element, by TensorFlow Lite Micro's rule (PCAN).
///
/// `data`: uint32: energies.
///
/// `noise`: uint32, shape of `data`.
///
/// `table`: int16, shape (125,): gains for 0 and 1, then pieces for powers of two.
///
/// `shift`: bits of the product to drop, 0 to 63.
pub fn signal_gain<'a>(data: impl Into<Input<'a>>, noise: impl Into<Input<'a>>, table: impl Into<Input<'a>>, shift: i64) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"signal_gain");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(noise.into());
    arguments.input(table.into());
    arguments.int(shift);
    arguments.one(&OPERATOR)
}

/// What [`signal_log_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct SignalLog {
    /// bits to shift the data to the left, 0 to 31; the shift wraps. Default: `0`.
    pub shift: Given<i64>,
}

/// Natural logarithm of x 2^shift times a scale, element by element, as int16 of at most 32767, by TensorFlow Lite Micro's rule; 0 where x 2^shift is at most 1.
///
/// `data`: uint32.
///
/// `scale`: what a result of 1 is multiplied by.
pub fn signal_log<'a>(data: impl Into<Input<'a>>, scale: i64) -> Result<Tensor> {
    signal_log_with(data, scale, &SignalLog::default())
}

/// As [`signal_log`], with what may be left out.
pub fn signal_log_with<'a>(data: impl Into<Input<'a>>, scale: i64, options: &SignalLog) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"signal_log");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.int(scale);
    arguments.given_int(&options.shift);
    arguments.one(&OPERATOR)
}

/// Fourier transform of real rows of int16, divided by their length, in fixed point by TensorFlow Lite Micro's rule: real and imaginary parts in turn.
///
/// `data`: int16, at least one axis: rows along the last one, at most `length` elements.
///
/// `length`: samples of a row, a power of two from 4 to 65536; what is missing counts as 0.
pub fn signal_rfft<'a>(data: impl Into<Input<'a>>, length: i64) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"signal_rfft");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.int(length);
    arguments.one(&OPERATOR)
}

/// Square root of uint64, rounded to the nearest, element by element; from 65535.5^2 to 2^32 it is 65535, as in TensorFlow Lite Micro.
///
/// `data`: uint64.
pub fn signal_square_root<'a>(data: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"signal_square_root");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.one(&OPERATOR)
}

/// Truth of x having a minus sign, zeros and NaN included, element by element.
///
/// `x`: any real dtype.
pub fn signbit<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"signbit");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`silu_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Silu {
    /// factor within the logistic function. Default: `1`.
    pub beta: Given<f64>,
}

/// x times the logistic function of beta x, also named swish.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn silu<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    silu_with(x, &Silu::default())
}

/// As [`silu`], with what may be left out.
pub fn silu_with<'a>(x: impl Into<Input<'a>>, options: &Silu) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"silu");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_float(&options.beta);
    arguments.one(&OPERATOR)
}

/// Sine of angles in radians, of any size, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn sin<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"sin");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Hyperbolic sine, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn sinh<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"sinh");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`slice_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Slice {
    /// take what is inside the axis, as Python does; else that is an error. Default: `false`.
    pub clip: Given<bool>,
}

/// Part of an array: `size` elements from `begin` by `step` along each axis; a view.
///
/// `x`: any dtype.
///
/// `begin`: first index of each axis, at least 0.
///
/// `size`: elements taken along each axis.
///
/// `step`: distance between them, may be negative.
pub fn slice<'a>(x: impl Into<Input<'a>>, begin: &[i64], size: &[i64], step: &[i64]) -> Result<Tensor> {
    slice_with(x, begin, size, step, &Slice::default())
}

/// As [`slice`], with what may be left out.
pub fn slice_with<'a>(x: impl Into<Input<'a>>, begin: &[i64], size: &[i64], step: &[i64], options: &Slice) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"slice");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.ints(begin);
    arguments.ints(size);
    arguments.ints(step);
    arguments.given_bool(&options.clip);
    arguments.one(&OPERATOR)
}

/// Signs of determinants, and logarithms of their absolute values.
///
/// `a`: any dtype but half types: matrices, (..., M, N).
pub fn slogdet<'a>(a: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"slogdet");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.all(&OPERATOR)
}

/// What [`softmax_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Softmax {
    /// axis that sums to 1. Default: `-1`.
    pub axis: Given<i64>,
    /// divides `data` first; none: 1. Default: `none`.
    pub temperature: Given<f64>,
}

/// exp(data) divided by its sum over an axis.
///
/// `data`: any real dtype; integers become the default float.
pub fn softmax<'a>(data: impl Into<Input<'a>>) -> Result<Tensor> {
    softmax_with(data, &Softmax::default())
}

/// As [`softmax`], with what may be left out.
pub fn softmax_with<'a>(data: impl Into<Input<'a>>, options: &Softmax) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"softmax");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.given_int(&options.axis);
    arguments.given_float(&options.temperature);
    arguments.one(&OPERATOR)
}

/// What [`softmax_cross_entropy_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct SoftmaxCrossEntropy {
    /// axis of the classes. Default: `-1`.
    pub axis: Given<i64>,
    /// labels are class indices. Default: `true`.
    pub sparse_label: Given<bool>,
    /// data holds log-probabilities already. Default: `false`.
    pub from_logits: Given<bool>,
    /// label whose loss is 0, such as -1 for padding; other negative labels are refused. Default: `none`.
    pub ignore_index: Given<i64>,
}

/// Cross entropy of softmax(data) and labels, one loss per sample.
///
/// `data`: any real dtype: scores, shape (..., C) when axis is -1.
///
/// `label`: any real dtype: class indices without the axis, or probabilities of data's shape.
pub fn softmax_cross_entropy<'a>(data: impl Into<Input<'a>>, label: impl Into<Input<'a>>) -> Result<Tensor> {
    softmax_cross_entropy_with(data, label, &SoftmaxCrossEntropy::default())
}

/// As [`softmax_cross_entropy`], with what may be left out.
pub fn softmax_cross_entropy_with<'a>(data: impl Into<Input<'a>>, label: impl Into<Input<'a>>, options: &SoftmaxCrossEntropy) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"softmax_cross_entropy");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(label.into());
    arguments.given_int(&options.axis);
    arguments.given_bool(&options.sparse_label);
    arguments.given_bool(&options.from_logits);
    arguments.given_int(&options.ignore_index);
    arguments.one(&OPERATOR)
}

/// Smooth positive part log(1 + exp(x)), element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn softplus<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"softplus");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// x / (1 + |x|), element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn softsign<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"softsign");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Solutions x of a x = b.
///
/// `a`: any dtype but half types: matrices, (..., M, N).
///
/// `b`: right sides, as matrices; batches broadcast.
pub fn solve<'a>(a: impl Into<Input<'a>>, b: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"solve");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.input(b.into());
    arguments.one(&OPERATOR)
}

/// What [`solve_triangular_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct SolveTriangular {
    /// the upper triangle is read, and not the lower one. Default: `false`.
    pub upper: Given<bool>,
    /// the adjoint of the triangle is meant. Default: `false`.
    pub turned: Given<bool>,
}

/// Solutions x of a x = b for a triangle `a`, or its adjoint.
///
/// `a`: any dtype but half types: matrices, (..., M, N).
///
/// `b`: right sides, as matrices; batches broadcast.
pub fn solve_triangular<'a>(a: impl Into<Input<'a>>, b: impl Into<Input<'a>>) -> Result<Tensor> {
    solve_triangular_with(a, b, &SolveTriangular::default())
}

/// As [`solve_triangular`], with what may be left out.
pub fn solve_triangular_with<'a>(a: impl Into<Input<'a>>, b: impl Into<Input<'a>>, options: &SolveTriangular) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"solve_triangular");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.input(b.into());
    arguments.given_bool(&options.upper);
    arguments.given_bool(&options.turned);
    arguments.one(&OPERATOR)
}

/// What [`sort_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Sort {
    /// axis to sort along; none sorts the flat array. Default: `-1`.
    pub axis: Given<i64>,
    /// the largest first. Default: `false`.
    pub descending: Given<bool>,
}

/// The elements along an axis in ascending order, NaN last; equal ones keep their order.
///
/// `a`: any dtype.
pub fn sort<'a>(a: impl Into<Input<'a>>) -> Result<Tensor> {
    sort_with(a, &Sort::default())
}

/// As [`sort`], with what may be left out.
pub fn sort_with<'a>(a: impl Into<Input<'a>>, options: &Sort) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"sort");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.given_int(&options.axis);
    arguments.given_bool(&options.descending);
    arguments.one(&OPERATOR)
}

/// What [`space_to_depth_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct SpaceToDepth {
    /// data has its channels behind its spatial axes. Default: `false`.
    pub channels_last: Given<bool>,
}

/// Blocks of places as channels: spatial extents over `block_size`, so many more channels. Those of a block's first place come first.
///
/// `data`: any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
///
/// `block_size`: extents of a block, or one number for all spatial axes.
pub fn space_to_depth<'a>(data: impl Into<Input<'a>>, block_size: &[i64]) -> Result<Tensor> {
    space_to_depth_with(data, block_size, &SpaceToDepth::default())
}

/// As [`space_to_depth`], with what may be left out.
pub fn space_to_depth_with<'a>(data: impl Into<Input<'a>>, block_size: &[i64], options: &SpaceToDepth) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"space_to_depth");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.ints(block_size);
    arguments.given_bool(&options.channels_last);
    arguments.one(&OPERATOR)
}

/// What [`split_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Split {
    /// axis to cut along. Default: `0`.
    pub axis: Given<i64>,
}

/// Parts of an array along one axis, as views: so many equal ones, or cut at indices.
///
/// `ary`: any dtype.
///
/// `indices_or_sections`: the number of equal parts, or the indices before which to cut.
pub fn split<'a>(ary: impl Into<Input<'a>>, indices_or_sections: &[i64]) -> Result<Vec<Tensor>> {
    split_with(ary, indices_or_sections, &Split::default())
}

/// As [`split`], with what may be left out.
pub fn split_with<'a>(ary: impl Into<Input<'a>>, indices_or_sections: &[i64], options: &Split) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"split");
    let mut arguments = Arguments::new();
    arguments.input(ary.into());
    arguments.ints(indices_or_sections);
    arguments.given_int(&options.axis);
    arguments.all(&OPERATOR)
}

/// Square root, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn sqrt<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"sqrt");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Product of each element with itself.
///
/// `x`: any real dtype.
pub fn square<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"square");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`squeeze_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Squeeze {
    /// which to drop; none drops all of extent 1. Default: `none`.
    pub axis: Given<Vec<i64>>,
}

/// The array without axes of extent 1.
///
/// `x`: any dtype.
pub fn squeeze<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    squeeze_with(x, &Squeeze::default())
}

/// As [`squeeze`], with what may be left out.
pub fn squeeze_with<'a>(x: impl Into<Input<'a>>, options: &Squeeze) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"squeeze");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_ints(&options.axis);
    arguments.one(&OPERATOR)
}

/// What [`stack_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Stack {
    /// where the new axis is in the result. Default: `0`.
    pub axis: Given<i64>,
}

/// Arrays of one shape joined along a new axis.
///
/// `arrays`: any dtype, all of one shape.
pub fn stack(arrays: &[&Tensor]) -> Result<Tensor> {
    stack_with(arrays, &Stack::default())
}

/// As [`stack`], with what may be left out.
pub fn stack_with(arrays: &[&Tensor], options: &Stack) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"stack");
    let mut arguments = Arguments::new();
    arguments.tensors(arrays);
    arguments.given_int(&options.axis);
    arguments.one(&OPERATOR)
}

/// Random numbers of the gamma distribution of scale 1; NaN where there is none.
///
/// `shape`: float32 or float64: the shape parameter, at least 0.
pub fn standard_gamma<'a>(shape: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"standard_gamma");
    let mut arguments = Arguments::new();
    arguments.input(shape.into());
    arguments.one(&OPERATOR)
}

/// What [`std_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Std {
    /// axis or axes to reduce; none reduces all. Default: `none`.
    pub axis: Given<Vec<i64>>,
    /// keep the reduced axes with extent 1. Default: `false`.
    pub keepdims: Given<bool>,
    /// floating dtype to compute in. Default: `none`.
    pub dtype: Given<Dtype>,
    /// subtracted from the number of elements, by which the squares are divided. Default: `0`.
    pub ddof: Given<f64>,
    /// the array API's name of `ddof`. Default: `none`.
    pub correction: Given<f64>,
}

/// Standard deviation over axes: the root of the variance; its gradient is zero where that is.
///
/// `x`: any real dtype.
pub fn std<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    std_with(x, &Std::default())
}

/// As [`std`], with what may be left out.
pub fn std_with<'a>(x: impl Into<Input<'a>>, options: &Std) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"std");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_ints(&options.axis);
    arguments.given_bool(&options.keepdims);
    arguments.given_dtype(&options.dtype);
    arguments.given_float(&options.ddof);
    arguments.given_float(&options.correction);
    arguments.one(&OPERATOR)
}

/// The same elements as a constant: no gradient flows to `x`.
///
/// `x`: any dtype.
pub fn stop_gradient<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"stop_gradient");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Part of an array's row-major elements, by offset and strides; a view.
///
/// `x`: any dtype.
///
/// `offset`: first element of the part.
///
/// `shape`: extents of the part.
///
/// `strides`: its strides in elements of the base.
pub fn strided_view<'a>(x: impl Into<Input<'a>>, offset: i64, shape: &[i64], strides: &[i64]) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"strided_view");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.int(offset);
    arguments.ints(shape);
    arguments.ints(strides);
    arguments.one(&OPERATOR)
}

/// Difference x1 - x2, element by element.
///
/// `x1`: any real dtype.
///
/// `x2`: the same, broadcast against `x1`.
pub fn subtract<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"subtract");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// What [`sum_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Sum {
    /// axis or axes to reduce; none reduces all. Default: `none`.
    pub axis: Given<Vec<i64>>,
    /// keep the reduced axes with extent 1. Default: `false`.
    pub keepdims: Given<bool>,
    /// floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: `none`.
    pub dtype: Given<Dtype>,
}

/// Sum over axes; bool and integers add in 64 bits. An empty sum is 0.
///
/// `x`: any real dtype.
pub fn sum<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    sum_with(x, &Sum::default())
}

/// As [`sum`], with what may be left out.
pub fn sum_with<'a>(x: impl Into<Input<'a>>, options: &Sum) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"sum");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_ints(&options.axis);
    arguments.given_bool(&options.keepdims);
    arguments.given_dtype(&options.dtype);
    arguments.one(&OPERATOR)
}

/// What [`sum_parts_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct SumParts {
    /// a group that this process has joined. Default: `"world"`.
    pub group: Given<String>,
}

/// The sum of what the ranks of a group have computed of one array, on all of them; the gradient is that of a loss which all ranks compute alike.
///
/// `x`: floating; the same type on all ranks.
pub fn sum_parts<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    sum_parts_with(x, &SumParts::default())
}

/// As [`sum_parts`], with what may be left out.
pub fn sum_parts_with<'a>(x: impl Into<Input<'a>>, options: &SumParts) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"sum_parts");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_string(&options.group);
    arguments.one(&OPERATOR)
}

/// U, S and V^H of matrices U diag(S) V^H, with as few columns as do.
///
/// `a`: any dtype but half types: matrices, (..., M, N).
pub fn svd<'a>(a: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"svd");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.all(&OPERATOR)
}

/// The array with two axes exchanged; a view.
///
/// `a`: any dtype.
///
/// `axis1`: one axis.
///
/// `axis2`: the other.
pub fn swapaxes<'a>(a: impl Into<Input<'a>>, axis1: i64, axis2: i64) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"swapaxes");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.int(axis1);
    arguments.int(axis2);
    arguments.one(&OPERATOR)
}

/// What [`take_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Take {
    /// axis that the indices count along. Default: `none`.
    pub axis: Given<i64>,
    /// raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: `"raise"`.
    pub mode: Given<String>,
}

/// Elements or slices along an axis at the given indices; none takes from the flat array.
///
/// `a`: any dtype.
///
/// `indices`: integers of any shape; negative ones count back.
pub fn take<'a>(a: impl Into<Input<'a>>, indices: impl Into<Input<'a>>) -> Result<Tensor> {
    take_with(a, indices, &Take::default())
}

/// As [`take`], with what may be left out.
pub fn take_with<'a>(a: impl Into<Input<'a>>, indices: impl Into<Input<'a>>, options: &Take) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"take");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.input(indices.into());
    arguments.given_int(&options.axis);
    arguments.given_string(&options.mode);
    arguments.one(&OPERATOR)
}

/// What [`take_along_axis_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct TakeAlongAxis {
    /// axis that the indices count along; none: of the flat array. Default: `-1`.
    pub axis: Given<i64>,
}

/// Elements along an axis at indices of their own for each position of the others.
///
/// `arr`: any dtype.
///
/// `indices`: integers; broadcast against arr on the other axes.
pub fn take_along_axis<'a>(arr: impl Into<Input<'a>>, indices: impl Into<Input<'a>>) -> Result<Tensor> {
    take_along_axis_with(arr, indices, &TakeAlongAxis::default())
}

/// As [`take_along_axis`], with what may be left out.
pub fn take_along_axis_with<'a>(arr: impl Into<Input<'a>>, indices: impl Into<Input<'a>>, options: &TakeAlongAxis) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"take_along_axis");
    let mut arguments = Arguments::new();
    arguments.input(arr.into());
    arguments.input(indices.into());
    arguments.given_int(&options.axis);
    arguments.one(&OPERATOR)
}

/// Tangent of angles in radians, of any size, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn tan<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"tan");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Hyperbolic tangent, element by element.
///
/// `x`: any real dtype; bool and integers become the default float.
pub fn tanh<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"tanh");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// Sum of products over pairs of axes; the other axes of a, then those of b, stay.
///
/// `a`: any dtype.
///
/// `b`: any dtype.
///
/// `a_axes`: axes of a.
///
/// `b_axes`: their partners in b.
pub fn tensordot<'a>(a: impl Into<Input<'a>>, b: impl Into<Input<'a>>, a_axes: &[i64], b_axes: &[i64]) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"tensordot");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.input(b.into());
    arguments.ints(a_axes);
    arguments.ints(b_axes);
    arguments.one(&OPERATOR)
}

/// The array repeated as a whole along its axes.
///
/// `A`: any dtype.
///
/// `reps`: how often along each axis, the last ones if fewer.
pub fn tile<'a>(a: impl Into<Input<'a>>, reps: &[i64]) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"tile");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.ints(reps);
    arguments.one(&OPERATOR)
}

/// What [`topk_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Topk {
    /// how many. Default: `1`.
    pub k: Given<i64>,
    /// axis to look along; none looks in the flat array. Default: `-1`.
    pub axis: Given<i64>,
    /// the smallest, the smallest first. Default: `false`.
    pub is_ascend: Given<bool>,
}

/// The k largest elements along an axis, the largest first, and their positions as int64.
///
/// `data`: any dtype; NaN is the largest.
pub fn topk<'a>(data: impl Into<Input<'a>>) -> Result<Vec<Tensor>> {
    topk_with(data, &Topk::default())
}

/// As [`topk`], with what may be left out.
pub fn topk_with<'a>(data: impl Into<Input<'a>>, options: &Topk) -> Result<Vec<Tensor>> {
    static OPERATOR: Operator = Operator::new(c"topk");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.given_int(&options.k);
    arguments.given_int(&options.axis);
    arguments.given_bool(&options.is_ascend);
    arguments.all(&OPERATOR)
}

/// What [`trace_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Trace {
    /// the diagonal: 0 the main one, positive above it. Default: `0`.
    pub offset: Given<i64>,
    /// axis of the rows. Default: `0`.
    pub axis1: Given<i64>,
    /// axis of the columns. Default: `1`.
    pub axis2: Given<i64>,
}

/// The sum along a diagonal of matrices.
///
/// `a`: any dtype, at least two axes.
pub fn trace<'a>(a: impl Into<Input<'a>>) -> Result<Tensor> {
    trace_with(a, &Trace::default())
}

/// As [`trace`], with what may be left out.
pub fn trace_with<'a>(a: impl Into<Input<'a>>, options: &Trace) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"trace");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.given_int(&options.offset);
    arguments.given_int(&options.axis1);
    arguments.given_int(&options.axis2);
    arguments.one(&OPERATOR)
}

/// What [`transpose_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Transpose {
    /// permutation of the axes; none reverses them. Default: `none`.
    pub axes: Given<Vec<i64>>,
}

/// The array with its axes permuted; a view.
///
/// `x`: any dtype.
pub fn transpose<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    transpose_with(x, &Transpose::default())
}

/// As [`transpose`], with what may be left out.
pub fn transpose_with<'a>(x: impl Into<Input<'a>>, options: &Transpose) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"transpose");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_ints(&options.axes);
    arguments.one(&OPERATOR)
}

/// What [`tril_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Tril {
    /// the diagonal: 0 the main one, positive above it. Default: `0`.
    pub k: Given<i64>,
}

/// The lower triangle of matrices: zeros above a diagonal.
///
/// `m`: any dtype, shape (..., M, N).
pub fn tril<'a>(m: impl Into<Input<'a>>) -> Result<Tensor> {
    tril_with(m, &Tril::default())
}

/// As [`tril`], with what may be left out.
pub fn tril_with<'a>(m: impl Into<Input<'a>>, options: &Tril) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"tril");
    let mut arguments = Arguments::new();
    arguments.input(m.into());
    arguments.given_int(&options.k);
    arguments.one(&OPERATOR)
}

/// What [`triu_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Triu {
    /// the diagonal: 0 the main one, positive above it. Default: `0`.
    pub k: Given<i64>,
}

/// The upper triangle of matrices: zeros below a diagonal.
///
/// `m`: any dtype, shape (..., M, N).
pub fn triu<'a>(m: impl Into<Input<'a>>) -> Result<Tensor> {
    triu_with(m, &Triu::default())
}

/// As [`triu`], with what may be left out.
pub fn triu_with<'a>(m: impl Into<Input<'a>>, options: &Triu) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"triu");
    let mut arguments = Arguments::new();
    arguments.input(m.into());
    arguments.given_int(&options.k);
    arguments.one(&OPERATOR)
}

/// x without its fraction, element by element.
///
/// `x`: any real dtype.
pub fn trunc<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"trunc");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.one(&OPERATOR)
}

/// What [`uniform_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Uniform {
    /// least number. Default: `0`.
    pub low: Given<f64>,
    /// bound, never reached while low < high. Default: `1`.
    pub high: Given<f64>,
}

/// Random numbers, uniform in [low, high).
///
/// `shape`: extents.
///
/// `dtype`: floating dtype of the result.
pub fn uniform(shape: &[i64], dtype: Dtype) -> Result<Tensor> {
    uniform_with(shape, dtype, &Uniform::default())
}

/// As [`uniform`], with what may be left out.
pub fn uniform_with(shape: &[i64], dtype: Dtype, options: &Uniform) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"uniform");
    let mut arguments = Arguments::new();
    arguments.given_float(&options.low);
    arguments.given_float(&options.high);
    arguments.ints(shape);
    arguments.dtype(dtype);
    arguments.one(&OPERATOR)
}

/// What [`var_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Var {
    /// axis or axes to reduce; none reduces all. Default: `none`.
    pub axis: Given<Vec<i64>>,
    /// keep the reduced axes with extent 1. Default: `false`.
    pub keepdims: Given<bool>,
    /// floating dtype to compute in. Default: `none`.
    pub dtype: Given<Dtype>,
    /// subtracted from the number of elements, by which the squares are divided. Default: `0`.
    pub ddof: Given<f64>,
    /// the array API's name of `ddof`. Default: `none`.
    pub correction: Given<f64>,
}

/// Variance over axes: the mean square distance from the mean.
///
/// `x`: any real dtype.
pub fn var<'a>(x: impl Into<Input<'a>>) -> Result<Tensor> {
    var_with(x, &Var::default())
}

/// As [`var`], with what may be left out.
pub fn var_with<'a>(x: impl Into<Input<'a>>, options: &Var) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"var");
    let mut arguments = Arguments::new();
    arguments.input(x.into());
    arguments.given_ints(&options.axis);
    arguments.given_bool(&options.keepdims);
    arguments.given_dtype(&options.dtype);
    arguments.given_float(&options.ddof);
    arguments.given_float(&options.correction);
    arguments.one(&OPERATOR)
}

/// Sum of products of all elements, both arrays taken as flat.
///
/// `a`: any dtype.
///
/// `b`: as many elements.
pub fn vdot<'a>(a: impl Into<Input<'a>>, b: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"vdot");
    let mut arguments = Arguments::new();
    arguments.input(a.into());
    arguments.input(b.into());
    arguments.one(&OPERATOR)
}

/// What [`vecdot_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct Vecdot {
    /// axis of the vectors, of both arrays. Default: `-1`.
    pub axis: Given<i64>,
}

/// Sums of products of vectors along an axis; the other axes broadcast.
///
/// `x1`: any dtype, at least one axis.
///
/// `x2`: as long along the axis.
pub fn vecdot<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    vecdot_with(x1, x2, &Vecdot::default())
}

/// As [`vecdot`], with what may be left out.
pub fn vecdot_with<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>, options: &Vecdot) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"vecdot");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.given_int(&options.axis);
    arguments.one(&OPERATOR)
}

/// Products of vectors and matrices; leading axes broadcast.
///
/// `x1`: any real dtype, shape (..., N).
///
/// `x2`: shape (..., N, M).
pub fn vecmat<'a>(x1: impl Into<Input<'a>>, x2: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"vecmat");
    let mut arguments = Arguments::new();
    arguments.input(x1.into());
    arguments.input(x2.into());
    arguments.one(&OPERATOR)
}

/// Random angles of the distribution of von Mises; NaN where there is none.
///
/// `kappa`: float32 or float64: how close to 0 they are, at least 0.
pub fn vonmises<'a>(kappa: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"vonmises");
    let mut arguments = Arguments::new();
    arguments.input(kappa.into());
    arguments.one(&OPERATOR)
}

/// Arrays joined one below the other, along the first axis; vectors are rows.
///
/// `arrays`: any dtype, of shapes that agree on all other axes.
pub fn vstack(arrays: &[&Tensor]) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"vstack");
    let mut arguments = Arguments::new();
    arguments.tensors(arrays);
    arguments.one(&OPERATOR)
}

/// Random numbers of Wald's distribution; NaN where there is none.
///
/// `mean`: float32 or float64: above 0.
///
/// `scale`: of the same shape, above 0.
pub fn wald<'a>(mean: impl Into<Input<'a>>, scale: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"wald");
    let mut arguments = Arguments::new();
    arguments.input(mean.into());
    arguments.input(scale.into());
    arguments.one(&OPERATOR)
}

/// What [`weight_only_fully_connected_with`] may be given beside its required arguments.
#[derive(Clone, Default)]
pub struct WeightOnlyFullyConnected<'a> {
    /// floating, shape (units,).
    pub bias: Option<Input<'a>>,
    /// of an element of the weight: 8 or 4. Default: `8`.
    pub bits: Given<i64>,
    /// merge all axes of data but the first. Default: `true`.
    pub flatten: Given<bool>,
}

/// Affine map of floating features by an int8 or int4 weight, data (scale weight)ᵀ + bias, computed in float32.
///
/// `data`: float32 or half types, shape (N, ...) when flatten, else (..., features).
///
/// `weight`: int8, shape (units, features); of 4 bits (units, features / 2), an even element in the lower half of a byte.
///
/// `scale`: floating, shape (units,) or (units, groups of features).
pub fn weight_only_fully_connected<'a>(data: impl Into<Input<'a>>, weight: impl Into<Input<'a>>, scale: impl Into<Input<'a>>) -> Result<Tensor> {
    weight_only_fully_connected_with(data, weight, scale, &WeightOnlyFullyConnected::default())
}

/// As [`weight_only_fully_connected`], with what may be left out.
pub fn weight_only_fully_connected_with<'a>(data: impl Into<Input<'a>>, weight: impl Into<Input<'a>>, scale: impl Into<Input<'a>>, options: &WeightOnlyFullyConnected<'_>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"weight_only_fully_connected");
    let mut arguments = Arguments::new();
    arguments.input(data.into());
    arguments.input(weight.into());
    arguments.input(scale.into());
    arguments.optional(options.bias);
    arguments.given_int(&options.bits);
    arguments.given_bool(&options.flatten);
    arguments.one(&OPERATOR)
}

/// Elements of `x` where the condition holds, else of `y`.
///
/// `condition`: bool: mask, broadcast against the others.
///
/// `x`: any dtype, taken where true.
///
/// `y`: taken where false.
pub fn r#where<'a>(condition: impl Into<Input<'a>>, x: impl Into<Input<'a>>, y: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"where");
    let mut arguments = Arguments::new();
    arguments.input(condition.into());
    arguments.input(x.into());
    arguments.input(y.into());
    arguments.one(&OPERATOR)
}

/// Random ranks of Zipf's law; NaN where there is none.
///
/// `exponent`: float32 or float64: above 1.
pub fn zipf<'a>(exponent: impl Into<Input<'a>>) -> Result<Tensor> {
    static OPERATOR: Operator = Operator::new(c"zipf");
    let mut arguments = Arguments::new();
    arguments.input(exponent.into());
    arguments.one(&OPERATOR)
}
