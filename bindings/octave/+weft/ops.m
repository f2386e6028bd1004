% Written by bindings/generate; do not edit.

classdef ops
  % A static method for each operator: y = weft.ops.softmax(x, 'axis', 0). Axes count
  % from 0.
  % What may be left out is named; weft.none() says none on purpose.
  methods (Static)
    function y = abs(x)
      % Absolute value, element by element.
      %   x: any real dtype.
      given = weft.internal.arguments('abs', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'abs', given));
    end

    function varargout = adagrad_update(weight, grad, history, lr, varargin)
      % AdaGrad: the new weight and sum of squared gradients.
      %   weight: floating: the parameter.
      %   grad: its gradient, same shape.
      %   history: sum of the squares of all gradients.
      %   lr: learning rate: a number, or an array without axes.
      %   'wd': weight decay. Default: 0.
      %   'rescale_grad': factor of the gradient. Default: 1.
      %   'clip_gradient': bound of the rescaled gradient's elements; negative: none. Default: -1.
      %   'epsilon': added to the root. Default: 1e-06.
      given = weft.internal.arguments('adagrad_update', {'weight', 'grad', 'history', 'lr', 'wd', 'rescale_grad', 'clip_gradient', 'epsilon'}, {weight, grad, history, lr, [], [], [], []}, varargin);
      all = weft.internal.call('adagrad_update', given);
      varargout = all(1:max(nargout, 1));
    end

    function varargout = adam_update(weight, grad, mean, var, lr, varargin)
      % Adam: the new weight, mean and variance. Bias corrections belong into lr.
      %   weight: floating: the parameter.
      %   grad: its gradient, same shape.
      %   mean: running mean of the gradient.
      %   var: running mean of its square.
      %   lr: learning rate: a number, or an array without axes.
      %   'wd': weight decay. Default: 0.
      %   'rescale_grad': factor of the gradient. Default: 1.
      %   'clip_gradient': bound of the rescaled gradient's elements; negative: none. Default: -1.
      %   'beta1': decay of the mean. Default: 0.9.
      %   'beta2': decay of the variance. Default: 0.999.
      %   'epsilon': added to the root. Default: 1e-08.
      given = weft.internal.arguments('adam_update', {'weight', 'grad', 'mean', 'var', 'lr', 'wd', 'rescale_grad', 'clip_gradient', 'beta1', 'beta2', 'epsilon'}, {weight, grad, mean, var, lr, [], [], [], [], [], []}, varargin);
      all = weft.internal.call('adam_update', given);
      varargout = all(1:max(nargout, 1));
    end

    function varargout = adamw_update(weight, grad, mean, var, lr, eta, varargin)
      % Adam with decoupled weight decay: the new weight, mean and variance. Bias corrections belong into lr; the weight loses its share eta * wd.
      %   weight: floating: the parameter.
      %   grad: its gradient, same shape.
      %   mean: running mean of the gradient.
      %   var: running mean of its square.
      %   lr: learning rate: a number, or an array without axes.
      %   eta: rate of the weight decay: a number, or an array without axes.
      %   'wd': weight decay. Default: 0.
      %   'rescale_grad': factor of the gradient. Default: 1.
      %   'clip_gradient': bound of the rescaled gradient's elements; negative: none. Default: -1.
      %   'beta1': decay of the mean. Default: 0.9.
      %   'beta2': decay of the variance. Default: 0.999.
      %   'epsilon': added to the root. Default: 1e-08.
      given = weft.internal.arguments('adamw_update', {'weight', 'grad', 'mean', 'var', 'lr', 'eta', 'wd', 'rescale_grad', 'clip_gradient', 'beta1', 'beta2', 'epsilon'}, {weight, grad, mean, var, lr, eta, [], [], [], [], [], []}, varargin);
      all = weft.internal.call('adamw_update', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = add(x1, x2)
      % Sum of two arrays, element by element.
      %   x1: any real dtype.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('add', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'add', given));
    end

    function y = all(x, varargin)
      % Truth of every element over axes being true; true of none.
      %   x: any real dtype; anything but zero is true.
      %   'axis': axis or axes to reduce; none reduces all. Default: none.
      %   'keepdims': keep the reduced axes with extent 1. Default: false.
      given = weft.internal.arguments('all', {'x', 'axis', 'keepdims'}, {x, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'all', given));
    end

    function y = all_gather(x, axis, ranks, varargin)
      % The arrays of all ranks of a group, joined along an axis, on all of them.
      %   x: any dtype; the same type on all ranks.
      %   axis: along which they are joined, by rank.
      %   ranks: how many processes the group has.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('all_gather', {'x', 'axis', 'ranks', 'group'}, {x, axis, ranks, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'all_gather', given));
    end

    function y = all_reduce(x, varargin)
      % The reduction of the arrays that all ranks of a group give, on all of them.
      %   x: any real dtype but bool; the same type on all ranks.
      %   'reduction': `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
      %   'ordered': the same bits whatever moves the bytes: a tree over ranks. Default: false.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('all_reduce', {'x', 'reduction', 'ordered', 'group'}, {x, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'all_reduce', given));
    end

    function y = all_reduce_start(x, varargin)
      % Begins an `all_reduce`, whose result is there when `collective_wait` has given it.
      %   x: any real dtype but bool; the same type on all ranks.
      %   'reduction': `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
      %   'ordered': the same bits whatever moves the bytes: a tree over ranks. Default: false.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('all_reduce_start', {'x', 'reduction', 'ordered', 'group'}, {x, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'all_reduce_start', given));
    end

    function y = all_to_all(x, split_axis, concat_axis, ranks, varargin)
      % Part r of an array, along one axis, goes to rank r; what comes is joined along another.
      %   x: any dtype; the same type on all ranks.
      %   split_axis: along which rank r gets part r.
      %   concat_axis: along which the parts are joined, by rank.
      %   ranks: how many processes the group has.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('all_to_all', {'x', 'split_axis', 'concat_axis', 'ranks', 'group'}, {x, split_axis, concat_axis, ranks, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'all_to_all', given));
    end

    function y = angle(x)
      % The angles of the elements in the complex plane, in radians from -pi to pi.
      %   x: any dtype.
      given = weft.internal.arguments('angle', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'angle', given));
    end

    function y = any(x, varargin)
      % Truth of some element over axes being true; false of none.
      %   x: any real dtype; anything but zero is true.
      %   'axis': axis or axes to reduce; none reduces all. Default: none.
      %   'keepdims': keep the reduced axes with extent 1. Default: false.
      given = weft.internal.arguments('any', {'x', 'axis', 'keepdims'}, {x, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'any', given));
    end

    function y = arange(start, stop, dtype, varargin)
      % Evenly spaced numbers from start up to, not including, stop, or as many as are wanted.
      %   start: first number.
      %   stop: bound.
      %   'step': distance, not 0. Default: 1.
      %   dtype: dtype of the result.
      %   'count': how many, whatever stop is; none: up to stop. Default: none.
      given = weft.internal.arguments('arange', {'start', 'stop', 'step', 'dtype', 'count'}, {start, stop, [], dtype, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'arange', given));
    end

    function y = arccos(x)
      % Angle in [0, pi] whose cosine is x, element by element; NaN outside [-1, 1].
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('arccos', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'arccos', given));
    end

    function y = arccosh(x)
      % Inverse hyperbolic cosine, element by element; NaN below 1.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('arccosh', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'arccosh', given));
    end

    function y = arcsin(x)
      % Angle in [-pi/2, pi/2] whose sine is x, element by element; NaN outside [-1, 1].
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('arcsin', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'arcsin', given));
    end

    function y = arcsinh(x)
      % Inverse hyperbolic sine, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('arcsinh', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'arcsinh', given));
    end

    function y = arctan(x)
      % Angle in [-pi/2, pi/2] whose tangent is x, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('arctan', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'arctan', given));
    end

    function y = arctan2(x1, x2)
      % Angle in [-pi, pi] of the point with height `x1` and width `x2`, element by element.
      %   x1: any real dtype; bool and integers become the default float.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('arctan2', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'arctan2', given));
    end

    function y = arctanh(x)
      % Inverse hyperbolic tangent, element by element; NaN outside [-1, 1].
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('arctanh', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'arctanh', given));
    end

    function y = argmax(x, varargin)
      % Index of the first largest element along an axis, or of the flattened array, as int64.
      %   x: any real dtype.
      %   'axis': axis or axes to reduce; none reduces all. Default: none.
      %   'keepdims': keep the reduced axes with extent 1. Default: false.
      given = weft.internal.arguments('argmax', {'x', 'axis', 'keepdims'}, {x, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'argmax', given));
    end

    function y = argmin(x, varargin)
      % Index of the first smallest element along an axis, or of the flattened array, as int64.
      %   x: any real dtype.
      %   'axis': axis or axes to reduce; none reduces all. Default: none.
      %   'keepdims': keep the reduced axes with extent 1. Default: false.
      given = weft.internal.arguments('argmin', {'x', 'axis', 'keepdims'}, {x, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'argmin', given));
    end

    function y = argsort(a, varargin)
      % Where the elements along an axis stand in ascending order, as int64; stable.
      %   a: any dtype; NaN is the largest.
      %   'axis': axis to sort along; none sorts the flat array. Default: -1.
      %   'descending': the largest first. Default: false.
      given = weft.internal.arguments('argsort', {'a', 'axis', 'descending'}, {a, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'argsort', given));
    end

    function varargout = array_split(ary, indices_or_sections, varargin)
      % Parts of an array along one axis, the first ones longer where its extent does not divide.
      %   ary: any dtype.
      %   indices_or_sections: the number of parts, or the indices before which to cut.
      %   'axis': axis to cut along. Default: 0.
      given = weft.internal.arguments('array_split', {'ary', 'indices_or_sections', 'axis'}, {ary, indices_or_sections, []}, varargin);
      all = weft.internal.call('array_split', given);
      varargout = all(1:max(nargout, 1));
    end

    function varargout = barrier(varargin)
      % Ends when all ranks of a group have begun it.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('barrier', {'group'}, {[]}, varargin);
      all = weft.internal.call('barrier', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = batch_flatten(x)
      % Merges all axes but the first.
      %   x: any dtype, shape (N, ...).
      given = weft.internal.arguments('batch_flatten', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'batch_flatten', given));
    end

    function varargout = batch_norm(data, gamma, beta, running_mean, running_var, varargin)
      % Each channel with mean 0 and variance 1, scaled and shifted; and the next statistics.
      %   data: floating, shape (N, C, ...) when axis is 1.
      %   gamma: factors, shape (C,).
      %   beta: summands, shape (C,).
      %   running_mean: floating, shape (C,).
      %   running_var: floating, shape (C,).
      %   'eps': summand of the variance. Default: 1e-05.
      %   'momentum': share of the running statistics that stays. Default: 0.9.
      %   'training': normalise by the batch's statistics, not by the running ones. Default: false.
      %   'axis': axis of the channels. Default: 1.
      given = weft.internal.arguments('batch_norm', {'data', 'gamma', 'beta', 'running_mean', 'running_var', 'eps', 'momentum', 'training', 'axis'}, {data, gamma, beta, running_mean, running_var, [], [], [], []}, varargin);
      all = weft.internal.call('batch_norm', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = binomial(trials, probability)
      % Random counts of the binomial distribution; NaN where there is none.
      %   trials: float32 or float64: how many can succeed.
      %   probability: of each trial's success, of the same shape.
      given = weft.internal.arguments('binomial', {'trials', 'probability'}, {trials, probability}, {});
      y = weft.Tensor(weft_mex('call', 'binomial', given));
    end

    function y = bitwise_and(x1, x2)
      % Bits that both integers have, element by element; on bool, logical and.
      %   x1: bool or integers.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('bitwise_and', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'bitwise_and', given));
    end

    function y = bitwise_or(x1, x2)
      % Bits that either integer has, element by element; on bool, logical or.
      %   x1: bool or integers.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('bitwise_or', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'bitwise_or', given));
    end

    function y = bitwise_xor(x1, x2)
      % Bits that one of two integers has, element by element; on bool, not equal.
      %   x1: bool or integers.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('bitwise_xor', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'bitwise_xor', given));
    end

    function y = bounded_integers(x, least, most, caller, what, varargin)
      % The integers that it is given, of which none may lie outside of bounds.
      %   x: int64, any shape.
      %   least: lower bound.
      %   most: upper bound.
      %   caller: operator that refuses others.
      %   what: what they are to it.
      %   'is_index': are they places, so that others are an IndexError? Default: false.
      given = weft.internal.arguments('bounded_integers', {'x', 'least', 'most', 'caller', 'what', 'is_index'}, {x, least, most, caller, what, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'bounded_integers', given));
    end

    function y = broadcast(x, root, varargin)
      % The array of one rank, on all ranks of a group.
      %   x: any dtype; the same type on all ranks, whose other arrays are not read.
      %   root: the rank whose array it is.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('broadcast', {'x', 'root', 'group'}, {x, root, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'broadcast', given));
    end

    function y = broadcast_start(x, root, varargin)
      % Begins a `broadcast`, whose result is there when `collective_wait` has given it.
      %   x: any dtype; the same type on all ranks, whose other arrays are not read.
      %   root: the rank whose array it is.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('broadcast_start', {'x', 'root', 'group'}, {x, root, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'broadcast_start', given));
    end

    function y = broadcast_to(x, shape)
      % The array stretched to a shape that it broadcasts to, as a new array.
      %   x: any dtype.
      %   shape: extents of the result.
      given = weft.internal.arguments('broadcast_to', {'x', 'shape'}, {x, shape}, {});
      y = weft.Tensor(weft_mex('call', 'broadcast_to', given));
    end

    function y = cast(x, dtype)
      % Conversion to another dtype: to integers rounds toward zero, saturates and maps NaN to 0; to bool is x != 0.
      %   x: any dtype.
      %   dtype: dtype of the result.
      given = weft.internal.arguments('cast', {'x', 'dtype'}, {x, dtype}, {});
      y = weft.Tensor(weft_mex('call', 'cast', given));
    end

    function y = ceil(x)
      % The smallest whole number that is not below x, element by element.
      %   x: any real dtype.
      given = weft.internal.arguments('ceil', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'ceil', given));
    end

    function y = celu(x, varargin)
      % x above zero, alpha (exp(x / alpha) - 1) below.
      %   x: any real dtype; bool and integers become the default float.
      %   'alpha': the limit below is -alpha. Default: 1.
      given = weft.internal.arguments('celu', {'x', 'alpha'}, {x, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'celu', given));
    end

    function varargout = check(condition, arrays, message, varargin)
      % Fails the call with a message unless all elements of a condition are true.
      %   condition: any dtype; numbers are true where they are not 0.
      %   arrays: any dtype; one for each `{}` of the message.
      %   message: `{{` and `}}` are braces.
      %   'where': the part of the program that says so. Default: "".
      given = weft.internal.arguments('check', {'condition', 'arrays', 'message', 'where'}, {condition, arrays, message, []}, varargin);
      all = weft.internal.call('check', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = cholesky(a, varargin)
      % The lower triangle L of positive matrices L L^H, or its adjoint.
      %   a: any dtype but half types: matrices, (..., M, N).
      %   'upper': the upper triangle is read, and not the lower one. Default: false.
      given = weft.internal.arguments('cholesky', {'a', 'upper'}, {a, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'cholesky', given));
    end

    function y = clip(x, varargin)
      % x held within bounds, element by element; NaN stays NaN. The upper bound wins.
      %   x: any real dtype.
      %   'min': lower bound, broadcast against `x`; none leaves it open.
      %   'max': upper bound, broadcast against `x`; none leaves it open.
      given = weft.internal.arguments('clip', {'x', 'min', 'max'}, {x, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'clip', given));
    end

    function y = collective_wait(result, varargin)
      % The result of a collective that was started, when it is there.
      %   result: any dtype; what the start gave.
      %   'sent': any dtype; where the start sends from, if that is elsewhere.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('collective_wait', {'result', 'sent', 'group'}, {result, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'collective_wait', given));
    end

    function y = column_stack(arrays)
      % Vectors as columns, and matrices, joined side by side.
      %   arrays: any dtype: vectors, or matrices with as many rows.
      given = weft.internal.arguments('column_stack', {'arrays'}, {arrays}, {});
      y = weft.Tensor(weft_mex('call', 'column_stack', given));
    end

    function y = concatenate(arrays, varargin)
      % Arrays joined along one of their axes.
      %   arrays: any dtype, of shapes that agree on all other axes.
      %   'axis': axis to join along; none joins the flat arrays. Default: 0.
      given = weft.internal.arguments('concatenate', {'arrays', 'axis'}, {arrays, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'concatenate', given));
    end

    function y = conj(x)
      % The conjugates of the elements; of real numbers the array itself.
      %   x: any dtype.
      given = weft.internal.arguments('conj', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'conj', given));
    end

    function y = convolution(data, weight, varargin)
      % Convolution (correlation) over one, two or three spatial axes.
      %   data: floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
      %   weight: shape (filters, C / groups, kernel...).
      %   'bias': shape (filters,).
      %   'kernel': extents of the window; those of the weight. Default: none.
      %   'stride': step of the window, 1 by default. Default: none.
      %   'pad': zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.
      %   'dilate': distance of the window's elements, 1 by default. Default: none.
      %   'num_group': groups of channels that do not see each other. Default: 1.
      given = weft.internal.arguments('convolution', {'data', 'weight', 'bias', 'kernel', 'stride', 'pad', 'dilate', 'num_group'}, {data, weight, [], [], [], [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'convolution', given));
    end

    function y = copy(x)
      % A new array with the same elements.
      %   x: any dtype.
      given = weft.internal.arguments('copy', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'copy', given));
    end

    function y = copy_to_parts(x, varargin)
      % An array that all ranks of a group have alike, for each to compute another part of a result; the gradient is the sum of the parts' gradients.
      %   x: any dtype; the same array on all ranks.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('copy_to_parts', {'x', 'group'}, {x, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'copy_to_parts', given));
    end

    function y = copysign(x1, x2)
      % x1 with the sign of x2, element by element.
      %   x1: any real dtype; bool and integers become the default float.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('copysign', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'copysign', given));
    end

    function y = cos(x)
      % Cosine of angles in radians, of any size, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('cos', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'cos', given));
    end

    function y = cosh(x)
      % Hyperbolic cosine, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('cosh', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'cosh', given));
    end

    function y = count_nonzero(x, varargin)
      % Number of elements over axes that are not zero, as int64.
      %   x: any real dtype; anything but zero is true.
      %   'axis': axis or axes to reduce; none reduces all. Default: none.
      %   'keepdims': keep the reduced axes with extent 1. Default: false.
      given = weft.internal.arguments('count_nonzero', {'x', 'axis', 'keepdims'}, {x, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'count_nonzero', given));
    end

    function y = ctc_loss(data, label, varargin)
      % Minus the logarithm of the probability of a label, over all ways to align it.
      %   data: floating, shape (T, N, C): scores, whose softmax is taken.
      %   label: any real dtype, shape (N, L): classes, none negative; those from the first padding on, 0 where the blank is first, else -1, do not count.
      %   'data_lengths': any real dtype, shape (N,): steps of each sample, from 1 to T; all if left out.
      %   'label_lengths': any real dtype, shape (N,): labels of each sample in place of padding, from 0 to L.
      %   'blank_label': the class of the blank: first (0) or last (C - 1). Default: "first".
      given = weft.internal.arguments('ctc_loss', {'data', 'label', 'data_lengths', 'label_lengths', 'blank_label'}, {data, label, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'ctc_loss', given));
    end

    function y = cummax(x, varargin)
      % Running maximum along an axis: the largest element so far, NaN from the first NaN on.
      %   x: any real dtype, at least one axis.
      %   'axis': axis to run along. Default: -1.
      given = weft.internal.arguments('cummax', {'x', 'axis'}, {x, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'cummax', given));
    end

    function y = cummin(x, varargin)
      % Running minimum along an axis: the smallest element so far, NaN from the first NaN on.
      %   x: any real dtype, at least one axis.
      %   'axis': axis to run along. Default: -1.
      given = weft.internal.arguments('cummin', {'x', 'axis'}, {x, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'cummin', given));
    end

    function y = cumprod(x, varargin)
      % Running product along an axis; bool and integers multiply in 64 bits.
      %   x: any real dtype.
      %   'axis': axis to run along; none runs along the flat array. Default: none.
      %   'dtype': dtype of the result, to which elements are cast first; none: 64 bits for integers, for floats their own. Default: none.
      given = weft.internal.arguments('cumprod', {'x', 'axis', 'dtype'}, {x, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'cumprod', given));
    end

    function y = cumsum(x, varargin)
      % Running sum along an axis; bool and integers add in 64 bits.
      %   x: any real dtype.
      %   'axis': axis to run along; none runs along the flat array. Default: none.
      %   'dtype': dtype of the result, to which elements are cast first; none: 64 bits for integers, for floats their own. Default: none.
      given = weft.internal.arguments('cumsum', {'x', 'axis', 'dtype'}, {x, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'cumsum', given));
    end

    function y = deconvolution(data, weight, varargin)
      % Transposed convolution over one, two or three spatial axes: the adjoint of convolution.
      %   data: floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
      %   weight: shape (C, filters / groups, kernel...).
      %   'bias': shape (filters,).
      %   'kernel': extents of the window; those of the weight. Default: none.
      %   'stride': step of the window, 1 by default. Default: none.
      %   'pad': zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.
      %   'dilate': distance of the window's elements, 1 by default. Default: none.
      %   'num_group': groups of channels that do not see each other. Default: 1.
      %   'adj': elements added behind the result, less than `stride`. Default: none.
      given = weft.internal.arguments('deconvolution', {'data', 'weight', 'bias', 'kernel', 'stride', 'pad', 'dilate', 'num_group', 'adj'}, {data, weight, [], [], [], [], [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'deconvolution', given));
    end

    function y = depth_to_space(data, block_size, varargin)
      % Channels as blocks of places: spatial extents times `block_size`, so many fewer channels. Those of a block's first place come first.
      %   data: any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
      %   block_size: extents of a block, or one number for all spatial axes.
      %   'channels_last': data has its channels behind its spatial axes. Default: false.
      given = weft.internal.arguments('depth_to_space', {'data', 'block_size', 'channels_last'}, {data, block_size, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'depth_to_space', given));
    end

    function y = dequantize(data, scale, varargin)
      % The real numbers that integers stand for: (data - zero_point) * scale, as float32.
      %   data: int8, uint8 or int32.
      %   scale: floating, shape () or that of the axis.
      %   'zero_point': int8, uint8 or int32, shape () or that of the axis; none: 0.
      %   'axis': axis along which there are several scales. Default: -1.
      given = weft.internal.arguments('dequantize', {'data', 'scale', 'zero_point', 'axis'}, {data, scale, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'dequantize', given));
    end

    function y = det(a)
      % Determinants of matrices.
      %   a: any dtype but half types: matrices, (..., M, N).
      given = weft.internal.arguments('det', {'a'}, {a}, {});
      y = weft.Tensor(weft_mex('call', 'det', given));
    end

    function y = dft(x, varargin)
      % The discrete Fourier transform along the last axis, without a scale; complex. `np.fft` has NumPy's functions.
      %   x: any dtype, of real or complex numbers.
      %   'inverse': the other sign of the exponent. Default: false.
      given = weft.internal.arguments('dft', {'x', 'inverse'}, {x, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'dft', given));
    end

    function y = diag(v, varargin)
      % The diagonal of a matrix, or a matrix of zeros with the vector on its diagonal.
      %   v: any dtype, one or two axes.
      %   'k': the diagonal: 0 the main one, positive above it. Default: 0.
      given = weft.internal.arguments('diag', {'v', 'k'}, {v, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'diag', given));
    end

    function y = diagonal(a, varargin)
      % A diagonal of matrices, as the last axis of the result; a view, which may be written to.
      %   a: any dtype, at least two axes.
      %   'offset': the diagonal: 0 the main one, positive above it. Default: 0.
      %   'axis1': axis of the rows. Default: 0.
      %   'axis2': axis of the columns. Default: 1.
      given = weft.internal.arguments('diagonal', {'a', 'offset', 'axis1', 'axis2'}, {a, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'diagonal', given));
    end

    function y = digamma(x)
      % Derivative of the logarithm of the gamma function, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('digamma', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'digamma', given));
    end

    function y = divide(x1, x2)
      % Quotient x1 / x2, element by element; integers give the default float.
      %   x1: any real dtype; bool and integers become the default float.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('divide', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'divide', given));
    end

    function y = dot(a, b)
      % Sum of products over the last axis of a and the last but one (or only one) of b.
      %   a: any dtype; a scalar multiplies.
      %   b: any dtype.
      given = weft.internal.arguments('dot', {'a', 'b'}, {a, b}, {});
      y = weft.Tensor(weft_mex('call', 'dot', given));
    end

    function y = dropout(data, varargin)
      % Sets random elements to 0 and scales the others by 1 / (1 - p), in training only.
      %   data: any real dtype; integers become the default float.
      %   'p': share of the elements that become 0, less than 1. Default: 0.5.
      %   'axes': axes along which all elements share their fate. Default: [].
      %   'training': without it the data stay as they are. Default: true.
      given = weft.internal.arguments('dropout', {'data', 'p', 'axes', 'training'}, {data, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'dropout', given));
    end

    function y = dstack(arrays)
      % Arrays joined along the third axis; vectors are rows of one slice, matrices are slices.
      %   arrays: any dtype, of shapes that agree on all other axes.
      given = weft.internal.arguments('dstack', {'arrays'}, {arrays}, {});
      y = weft.Tensor(weft_mex('call', 'dstack', given));
    end

    function varargout = eig(a)
      % Eigenvalues and vectors of matrices, complex.
      %   a: any dtype but half types: matrices, (..., M, N).
      given = weft.internal.arguments('eig', {'a'}, {a}, {});
      all = weft.internal.call('eig', given);
      varargout = all(1:max(nargout, 1));
    end

    function varargout = eigh(a, varargin)
      % Eigenvalues in ascending order, and vectors, of Hermitian matrices.
      %   a: any dtype but half types: matrices, (..., M, N).
      %   'upper': the upper triangle is read, and not the lower one. Default: false.
      given = weft.internal.arguments('eigh', {'a', 'upper'}, {a, []}, varargin);
      all = weft.internal.call('eigh', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = einsum(operands, subscripts)
      % Products of operands summed over labelled axes, from the first operand to the last.
      %   operands: any real dtype, one for each term of `subscripts`.
      %   subscripts: a letter for each axis, terms joined by commas, then -> and the result's axes.
      given = weft.internal.arguments('einsum', {'operands', 'subscripts'}, {operands, subscripts}, {});
      y = weft.Tensor(weft_mex('call', 'einsum', given));
    end

    function y = element(x, index)
      % The element at `index` of every axis, as an array of its own without axes.
      %   x: any dtype.
      %   index: a place along each axis, at least 0.
      given = weft.internal.arguments('element', {'x', 'index'}, {x, index}, {});
      y = weft.Tensor(weft_mex('call', 'element', given));
    end

    function y = elu(x, varargin)
      % x above zero, alpha (exp(x) - 1) below.
      %   x: any real dtype; bool and integers become the default float.
      %   'alpha': the limit below is -alpha. Default: 1.
      given = weft.internal.arguments('elu', {'x', 'alpha'}, {x, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'elu', given));
    end

    function y = embedding(data, weight, varargin)
      % The row of a table for each integer.
      %   data: integers of any shape, each the number of a row, none negative.
      %   weight: any dtype, shape (tokens, features).
      %   'sparse_grad': the gradient has the rows that were looked up, not the whole table. Default: false.
      given = weft.internal.arguments('embedding', {'data', 'weight', 'sparse_grad'}, {data, weight, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'embedding', given));
    end

    function y = equal(x1, x2)
      % Truth of x1 == x2, element by element, as bool.
      %   x1: any real dtype.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('equal', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'equal', given));
    end

    function y = erf(x)
      % Error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('erf', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'erf', given));
    end

    function y = erfinv(x)
      % Inverse of the error function, element by element; NaN beyond -1 and 1.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('erfinv', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'erfinv', given));
    end

    function y = exchange_blocks(x, ranks, varargin)
      % Block r, along axis 0, goes to rank r, and comes from there.
      %   x: any dtype; the same type on all ranks.
      %   ranks: how many processes the group has.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('exchange_blocks', {'x', 'ranks', 'group'}, {x, ranks, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'exchange_blocks', given));
    end

    function varargout = exchange_blocks_start(x, ranks, varargin)
      % Begins `exchange_blocks`, whose result is there when `collective_wait` has given it.
      %   x: any dtype; the same type on all ranks.
      %   ranks: how many processes the group has.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('exchange_blocks_start', {'x', 'ranks', 'group'}, {x, ranks, []}, varargin);
      all = weft.internal.call('exchange_blocks_start', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = exp(x)
      % Exponential function, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('exp', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'exp', given));
    end

    function y = exp2(x)
      % 2 to the power of x, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('exp2', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'exp2', given));
    end

    function y = expand_dims(x, axis)
      % The array with axes of extent 1 added.
      %   x: any dtype.
      %   axis: where the new axes are in the result.
      given = weft.internal.arguments('expand_dims', {'x', 'axis'}, {x, axis}, {});
      y = weft.Tensor(weft_mex('call', 'expand_dims', given));
    end

    function y = expm1(x)
      % exp(x) - 1, precise near zero, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('expm1', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'expm1', given));
    end

    function y = exponential(shape, dtype, varargin)
      % Random numbers of the exponential distribution.
      %   'scale': mean, at least 0. Default: 1.
      %   shape: extents.
      %   dtype: floating dtype of the result.
      given = weft.internal.arguments('exponential', {'scale', 'shape', 'dtype'}, {[], shape, dtype}, varargin);
      y = weft.Tensor(weft_mex('call', 'exponential', given));
    end

    function y = flip(m, varargin)
      % The array with the elements of some axes in reverse order; a view.
      %   m: any dtype.
      %   'axis': which axes; none reverses all. Default: none.
      given = weft.internal.arguments('flip', {'m', 'axis'}, {m, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'flip', given));
    end

    function y = floor(x)
      % The largest whole number that is not above x, element by element.
      %   x: any real dtype.
      given = weft.internal.arguments('floor', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'floor', given));
    end

    function y = floor_divide(x1, x2)
      % Quotient rounded down, element by element: x1 // x2. Integers divided by 0 give 0, floats NaN or infinity.
      %   x1: any real dtype but bool.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('floor_divide', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'floor_divide', given));
    end

    function y = fmax(x1, x2)
      % The larger of two arrays, element by element; NaN only where both are NaN.
      %   x1: any real dtype.
      %   x2: second operand, broadcast against `x1`.
      given = weft.internal.arguments('fmax', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'fmax', given));
    end

    function y = fmin(x1, x2)
      % The smaller of two arrays, element by element; NaN only where both are NaN.
      %   x1: any real dtype.
      %   x2: second operand, broadcast against `x1`.
      given = weft.internal.arguments('fmin', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'fmin', given));
    end

    function y = fmod(x1, x2)
      % Remainder with the sign of the dividend, element by element. Integers modulo 0 give 0, floats NaN.
      %   x1: any real dtype but bool.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('fmod', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'fmod', given));
    end

    function varargout = fourier(x1, varargin)
      % The discrete Fourier transform along the last axis, in planes and without a scale.
      %   x1: float32 or float64: the real parts.
      %   'x2': the imaginary parts; zeros unless given.
      %   'inverse': the other sign of the exponent. Default: false.
      given = weft.internal.arguments('fourier', {'x1', 'x2', 'inverse'}, {x1, [], []}, varargin);
      all = weft.internal.call('fourier', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = frames(x, length, hop)
      % Pieces of rows that begin `hop` elements apart, each of `length` elements; a view.
      %   x: any dtype: at least one axis, rows along the last one.
      %   length: elements of a piece.
      %   hop: from the begin of a piece to that of the next.
      given = weft.internal.arguments('frames', {'x', 'length', 'hop'}, {x, length, hop}, {});
      y = weft.Tensor(weft_mex('call', 'frames', given));
    end

    function y = full(shape, fill_value, dtype)
      % An array with every element the same.
      %   shape: extents.
      %   fill_value: the element, converted to dtype.
      %   dtype: dtype of the result.
      given = weft.internal.arguments('full', {'shape', 'fill_value', 'dtype'}, {shape, fill_value, dtype}, {});
      y = weft.Tensor(weft_mex('call', 'full', given));
    end

    function y = fully_connected(data, weight, varargin)
      % Affine map of the features: data weight? + bias.
      %   data: any real dtype, shape (N, ...) when flatten, else (..., features).
      %   weight: shape (units, features).
      %   'bias': shape (units,).
      %   'flatten': merge all axes of data but the first. Default: true.
      given = weft.internal.arguments('fully_connected', {'data', 'weight', 'bias', 'flatten'}, {data, weight, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'fully_connected', given));
    end

    function y = gamma(x)
      % Gamma function, element by element: (x - 1)! for whole x.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('gamma', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'gamma', given));
    end

    function y = gammaln(x)
      % Logarithm of the absolute value of the gamma function, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('gammaln', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'gammaln', given));
    end

    function y = gather(x, indices, axes, varargin)
      % Elements or slices at the places that index arrays choose: x[index].
      %   x: any dtype.
      %   indices: int64 arrays that broadcast together; negative ones count back.
      %   axes: the axis of each index array, ascending.
      %   'position': where the axes of the index arrays stand among the others. Default: 0.
      %   'shown_axes': the axes as errors name them, if they have other numbers there. Default: [].
      given = weft.internal.arguments('gather', {'x', 'indices', 'axes', 'position', 'shown_axes'}, {x, indices, axes, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'gather', given));
    end

    function y = gather_blocks(x, ranks, varargin)
      % The arrays of all ranks, one behind the other along axis 0.
      %   x: any dtype; the same type on all ranks.
      %   ranks: how many processes the group has.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('gather_blocks', {'x', 'ranks', 'group'}, {x, ranks, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'gather_blocks', given));
    end

    function varargout = gather_blocks_start(x, ranks, varargin)
      % Begins `gather_blocks`, whose result is there when `collective_wait` has given it.
      %   x: any dtype; the same type on all ranks.
      %   ranks: how many processes the group has.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('gather_blocks_start', {'x', 'ranks', 'group'}, {x, ranks, []}, varargin);
      all = weft.internal.call('gather_blocks_start', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = gather_nd(data, indices)
      % Elements or slices at points: data[indices[0], ..., indices[M - 1]].
      %   data: any dtype, at least M axes.
      %   indices: integers, shape (M, ...); negative ones count back.
      given = weft.internal.arguments('gather_nd', {'data', 'indices'}, {data, indices}, {});
      y = weft.Tensor(weft_mex('call', 'gather_nd', given));
    end

    function y = gather_parts(x, ranks, varargin)
      % The parts of an array that ranks share, one behind the other; in plans it is no effect, so it may run again instead of keeping its result.
      %   x: any dtype; the same type on all ranks.
      %   ranks: how many processes the group has.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('gather_parts', {'x', 'ranks', 'group'}, {x, ranks, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'gather_parts', given));
    end

    function y = gelu(x, varargin)
      % x times the normal distribution's cumulative function.
      %   x: any real dtype; bool and integers become the default float.
      %   'approximation': erf is exact, tanh the approximation by tanh. Default: "erf".
      given = weft.internal.arguments('gelu', {'x', 'approximation'}, {x, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'gelu', given));
    end

    function y = greater(x1, x2)
      % Truth of x1 > x2, element by element, as bool.
      %   x1: any real dtype.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('greater', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'greater', given));
    end

    function y = greater_equal(x1, x2)
      % Truth of x1 >= x2, element by element, as bool.
      %   x1: any real dtype.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('greater_equal', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'greater_equal', given));
    end

    function y = grid_sample(data, grid, varargin)
      % Images sampled at places from -1 to 1, as PyTorch's grid_sample and ONNX's GridSample.
      %   data: any real dtype; integers become the default float; shape (N, C, H, W).
      %   grid: for each result x, along the width, and y: shape (N, Ho, Wo, 2).
      %   'mode': bilinear, nearest or bicubic. Default: "bilinear".
      %   'padding_mode': what lies around an image: zeros, its border or its reflection. Default: "zeros".
      %   'align_corners': -1 and 1 are the centers of the outer pixels, not their outer borders. Default: false.
      given = weft.internal.arguments('grid_sample', {'data', 'grid', 'mode', 'padding_mode', 'align_corners'}, {data, grid, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'grid_sample', given));
    end

    function y = group_norm(data, varargin)
      % Groups of channels of each sample with mean 0 and variance 1, scaled and shifted.
      %   data: floating, shape (N, C, ...).
      %   'gamma': factors, one for each channel.
      %   'beta': summands, one for each channel.
      %   'num_groups': groups, which divide the channels. Default: 1.
      %   'eps': summand of the variance. Default: 1e-05.
      given = weft.internal.arguments('group_norm', {'data', 'gamma', 'beta', 'num_groups', 'eps'}, {data, [], [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'group_norm', given));
    end

    function y = group_rank(varargin)
      % This process's rank in a group, a number that a plan asks for when it runs.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('group_rank', {'group'}, {[]}, varargin);
      y = weft.Tensor(weft_mex('call', 'group_rank', given));
    end

    function y = group_size(varargin)
      % How many ranks a group has, a number that a plan asks for when it runs.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('group_size', {'group'}, {[]}, varargin);
      y = weft.Tensor(weft_mex('call', 'group_size', given));
    end

    function varargout = gru(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, varargin)
      % A gated recurrent unit: the hidden states of all steps, and the last.
      %   data: floating, shape (T, N, C): all steps.
      %   hidden: shape (N, H).
      %   i2h_weight: rows for each gate, shape (gates H, C).
      %   h2h_weight: shape (gates H, H).
      %   i2h_bias: shape (gates H,).
      %   h2h_bias: shape (gates H,).
      %   'sequence_length': any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.
      %   'reverse': from the last step to the first. Default: false.
      given = weft.internal.arguments('gru', {'data', 'hidden', 'i2h_weight', 'h2h_weight', 'i2h_bias', 'h2h_bias', 'sequence_length', 'reverse'}, {data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, [], []}, varargin);
      all = weft.internal.call('gru', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = gru_cell(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias)
      % One step of a gated recurrent unit: the next hidden state.
      %   data: floating, shape (N, C).
      %   hidden: shape (N, H).
      %   i2h_weight: rows for each gate, shape (gates H, C).
      %   h2h_weight: shape (gates H, H).
      %   i2h_bias: shape (gates H,).
      %   h2h_bias: shape (gates H,).
      given = weft.internal.arguments('gru_cell', {'data', 'hidden', 'i2h_weight', 'h2h_weight', 'i2h_bias', 'h2h_bias'}, {data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias}, {});
      y = weft.Tensor(weft_mex('call', 'gru_cell', given));
    end

    function y = hard_sigmoid(x, varargin)
      % alpha x + beta held between 0 and 1, element by element.
      %   x: any real dtype; bool and integers become the default float.
      %   'alpha': slope. Default: 0.2.
      %   'beta': value at zero. Default: 0.5.
      given = weft.internal.arguments('hard_sigmoid', {'x', 'alpha', 'beta'}, {x, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'hard_sigmoid', given));
    end

    function y = hard_swish(x)
      % x relu6(x + 3) / 6, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('hard_swish', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'hard_swish', given));
    end

    function y = hstack(arrays)
      % Arrays joined side by side: along the second axis, vectors along their only one.
      %   arrays: any dtype, of shapes that agree on all other axes; scalars become vectors.
      given = weft.internal.arguments('hstack', {'arrays'}, {arrays}, {});
      y = weft.Tensor(weft_mex('call', 'hstack', given));
    end

    function y = hypergeometric(good, bad, sample)
      % How many of a sample are good, of things that are good or bad; NaN where there is none.
      %   good: float32 or float64: how many things are good.
      %   bad: how many are bad, of the same shape.
      %   sample: how many are taken, of the same shape, at most all.
      given = weft.internal.arguments('hypergeometric', {'good', 'bad', 'sample'}, {good, bad, sample}, {});
      y = weft.Tensor(weft_mex('call', 'hypergeometric', given));
    end

    function y = hypot(x1, x2)
      % Length sqrt(x1^2 + x2^2) without overflow, element by element.
      %   x1: any real dtype; bool and integers become the default float.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('hypot', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'hypot', given));
    end

    function y = imag(x)
      % The imaginary parts of the elements; of real numbers zeros.
      %   x: any dtype.
      given = weft.internal.arguments('imag', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'imag', given));
    end

    function y = imaginary_part(x)
      % The imaginary parts of complex numbers.
      %   x: complex.
      given = weft.internal.arguments('imaginary_part', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'imaginary_part', given));
    end

    function y = index_add(a, ind, val)
      % The array with values added at the places that the rows of a matrix of indices give.
      %   a: any dtype.
      %   ind: integers of shape (M, ...): one row for each of the first M axes.
      %   val: broadcasts to the places; repeated ones add up.
      given = weft.internal.arguments('index_add', {'a', 'ind', 'val'}, {a, ind, val}, {});
      y = weft.Tensor(weft_mex('call', 'index_add', given));
    end

    function y = index_update(a, ind, val)
      % The array with values written to the places that the rows of a matrix of indices give.
      %   a: any dtype.
      %   ind: integers of shape (M, ...): one row for each of the first M axes.
      %   val: broadcasts to the places; of repeated ones the last wins.
      given = weft.internal.arguments('index_update', {'a', 'ind', 'val'}, {a, ind, val}, {});
      y = weft.Tensor(weft_mex('call', 'index_update', given));
    end

    function y = inner(a, b)
      % Sum of products over the last axes of both arrays.
      %   a: any dtype; a scalar multiplies.
      %   b: any dtype.
      given = weft.internal.arguments('inner', {'a', 'b'}, {a, b}, {});
      y = weft.Tensor(weft_mex('call', 'inner', given));
    end

    function y = instance_norm(data, varargin)
      % Each channel of each sample with mean 0 and variance 1, scaled and shifted.
      %   data: floating, shape (N, C, spatial...).
      %   'gamma': factors, one for each channel.
      %   'beta': summands, one for each channel.
      %   'eps': summand of the variance. Default: 1e-05.
      given = weft.internal.arguments('instance_norm', {'data', 'gamma', 'beta', 'eps'}, {data, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'instance_norm', given));
    end

    function y = interpolate(data, varargin)
      % Images resized along their spatial axes, with the coordinates of PyTorch's interpolate, which follow from the extents.
      %   data: any real dtype; integers become the default float; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
      %   'size': spatial extents of the result, or one for all. Default: none.
      %   'scale_factor': factor of the spatial extents, in place of `size`. Default: none.
      %   'mode': nearest, nearest-exact, linear, cubic or area (mean over cells). Default: "nearest".
      %   'align_corners': linear and cubic: the outer elements lie over those of the result. Default: false.
      %   'antialias': linear and cubic: a shrinking filter covers all elements. Default: false.
      given = weft.internal.arguments('interpolate', {'data', 'size', 'scale_factor', 'mode', 'align_corners', 'antialias'}, {data, [], [], [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'interpolate', given));
    end

    function y = inv(a)
      % Inverses of matrices.
      %   a: any dtype but half types: matrices, (..., M, N).
      given = weft.internal.arguments('inv', {'a'}, {a}, {});
      y = weft.Tensor(weft_mex('call', 'inv', given));
    end

    function y = invert(x)
      % Every bit turned, element by element; on bool, logical not.
      %   x: bool or integers.
      given = weft.internal.arguments('invert', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'invert', given));
    end

    function y = irdft(x, length)
      % Real numbers of the first half of their discrete Fourier transform along the last axis, without a scale. `np.fft` has NumPy's functions.
      %   x: any dtype, of real or complex numbers.
      %   length: of the result's last axis.
      given = weft.internal.arguments('irdft', {'x', 'length'}, {x, length}, {});
      y = weft.Tensor(weft_mex('call', 'irdft', given));
    end

    function y = isfinite(x)
      % Truth of x being neither infinite nor NaN, element by element.
      %   x: any real dtype.
      given = weft.internal.arguments('isfinite', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'isfinite', given));
    end

    function y = isinf(x)
      % Truth of x being infinite, of either sign, element by element.
      %   x: any real dtype.
      given = weft.internal.arguments('isinf', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'isinf', given));
    end

    function y = isnan(x)
      % Truth of x being NaN, element by element.
      %   x: any real dtype.
      given = weft.internal.arguments('isnan', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'isnan', given));
    end

    function y = l2_normalization(data, varargin)
      % Data divided by the Euclidean norm of a sample, of its channels, or of its places.
      %   data: floating, shape (N, C, ...).
      %   'eps': summand of the squared norm. Default: 1e-10.
      %   'mode': instance (over C and places), channel (over C) or spatial. Default: "instance".
      given = weft.internal.arguments('l2_normalization', {'data', 'eps', 'mode'}, {data, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'l2_normalization', given));
    end

    function y = layer_norm(data, varargin)
      % The elements along an axis with mean 0 and variance 1, scaled and shifted.
      %   data: floating.
      %   'gamma': factors, one for each channel.
      %   'beta': summands, one for each channel.
      %   'axis': axis that is normalised. Default: -1.
      %   'eps': summand of the variance. Default: 1e-05.
      given = weft.internal.arguments('layer_norm', {'data', 'gamma', 'beta', 'axis', 'eps'}, {data, [], [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'layer_norm', given));
    end

    function y = leaky_relu(x, varargin)
      % x above zero, slope x below.
      %   x: any real dtype; bool and integers become the default float.
      %   'slope': factor below zero. Default: 0.25.
      given = weft.internal.arguments('leaky_relu', {'x', 'slope'}, {x, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'leaky_relu', given));
    end

    function y = left_shift(x1, x2)
      % Bits of x1 moved up by x2 places, element by element; 0 for counts that are negative or not below the number of bits.
      %   x1: integers.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('left_shift', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'left_shift', given));
    end

    function y = less(x1, x2)
      % Truth of x1 < x2, element by element, as bool.
      %   x1: any real dtype.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('less', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'less', given));
    end

    function y = less_equal(x1, x2)
      % Truth of x1 <= x2, element by element, as bool.
      %   x1: any real dtype.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('less_equal', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'less_equal', given));
    end

    function y = log(x)
      % Natural logarithm, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('log', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'log', given));
    end

    function y = log10(x)
      % Logarithm to base 10, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('log10', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'log10', given));
    end

    function y = log1p(x)
      % log(1 + x), precise near zero, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('log1p', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'log1p', given));
    end

    function y = log2(x)
      % Logarithm to base 2, element by element; exact for powers of 2.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('log2', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'log2', given));
    end

    function y = log_sigmoid(x)
      % Logarithm of the logistic function, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('log_sigmoid', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'log_sigmoid', given));
    end

    function y = log_softmax(data, varargin)
      % Logarithm of the softmax over an axis, stable for large values.
      %   data: any real dtype; integers become the default float.
      %   'axis': axis whose exponentials sum to 1. Default: -1.
      %   'temperature': divides `data` first; none: 1. Default: none.
      given = weft.internal.arguments('log_softmax', {'data', 'axis', 'temperature'}, {data, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'log_softmax', given));
    end

    function y = log_standard_gamma(shape)
      % Logarithms of random numbers of the gamma distribution; NaN where there is none.
      %   shape: float32 or float64: the shape parameter, at least 0.
      given = weft.internal.arguments('log_standard_gamma', {'shape'}, {shape}, {});
      y = weft.Tensor(weft_mex('call', 'log_standard_gamma', given));
    end

    function y = logaddexp(x1, x2)
      % Logarithm of the sum of the exponentials of two arrays, element by element.
      %   x1: any real dtype; bool and integers become the default float.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('logaddexp', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'logaddexp', given));
    end

    function y = logaddexp2(x1, x2)
      % Logarithm to base 2 of the sum of the powers of 2, element by element.
      %   x1: any real dtype; bool and integers become the default float.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('logaddexp2', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'logaddexp2', given));
    end

    function y = logical_and(x1, x2)
      % Truth of x1 and x2, element by element; anything but zero is true.
      %   x1: any real dtype.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('logical_and', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'logical_and', given));
    end

    function y = logical_not(x)
      % Truth of not x, element by element; anything but zero is true.
      %   x: any real dtype.
      given = weft.internal.arguments('logical_not', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'logical_not', given));
    end

    function y = logical_or(x1, x2)
      % Truth of x1 or x2, element by element; anything but zero is true.
      %   x1: any real dtype.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('logical_or', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'logical_or', given));
    end

    function y = logical_xor(x1, x2)
      % Truth of either x1 or x2, not both, element by element; anything but zero is true.
      %   x1: any real dtype.
      %   x2: second operand, broadcast against `x1`.
      given = weft.internal.arguments('logical_xor', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'logical_xor', given));
    end

    function y = logseries(probability)
      % Random counts of the logarithmic series; NaN where there is none.
      %   probability: float32 or float64: in [0, 1).
      given = weft.internal.arguments('logseries', {'probability'}, {probability}, {});
      y = weft.Tensor(weft_mex('call', 'logseries', given));
    end

    function y = logsumexp(x, varargin)
      % Logarithm of the sum of exponentials over axes, without overflow.
      %   x: any real dtype; bool and integers become the default float.
      %   'axis': axis or axes to reduce; none reduces all. Default: none.
      %   'keepdims': keep the reduced axes with extent 1. Default: false.
      given = weft.internal.arguments('logsumexp', {'x', 'axis', 'keepdims'}, {x, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'logsumexp', given));
    end

    function varargout = lstm(data, hidden, cell, i2h_weight, h2h_weight, i2h_bias, h2h_bias, varargin)
      % A long short-term memory: the hidden states of all steps, the last hidden state and cell.
      %   data: floating, shape (T, N, C): all steps.
      %   hidden: shape (N, H).
      %   cell: shape (N, H).
      %   i2h_weight: rows for each gate, shape (gates H, C).
      %   h2h_weight: shape (gates H, H).
      %   i2h_bias: shape (gates H,).
      %   h2h_bias: shape (gates H,).
      %   'sequence_length': any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.
      %   'reverse': from the last step to the first. Default: false.
      given = weft.internal.arguments('lstm', {'data', 'hidden', 'cell', 'i2h_weight', 'h2h_weight', 'i2h_bias', 'h2h_bias', 'sequence_length', 'reverse'}, {data, hidden, cell, i2h_weight, h2h_weight, i2h_bias, h2h_bias, [], []}, varargin);
      all = weft.internal.call('lstm', given);
      varargout = all(1:max(nargout, 1));
    end

    function varargout = lstm_cell(data, hidden, cell, i2h_weight, h2h_weight, i2h_bias, h2h_bias)
      % One step of a long short-term memory: the next hidden state and the next cell.
      %   data: floating, shape (N, C).
      %   hidden: shape (N, H).
      %   cell: shape (N, H).
      %   i2h_weight: rows for each gate, shape (gates H, C).
      %   h2h_weight: shape (gates H, H).
      %   i2h_bias: shape (gates H,).
      %   h2h_bias: shape (gates H,).
      given = weft.internal.arguments('lstm_cell', {'data', 'hidden', 'cell', 'i2h_weight', 'h2h_weight', 'i2h_bias', 'h2h_bias'}, {data, hidden, cell, i2h_weight, h2h_weight, i2h_bias, h2h_bias}, {});
      all = weft.internal.call('lstm_cell', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = matmul(x1, x2)
      % Matrix product; leading axes broadcast, a vector is a row on the left, a column right.
      %   x1: any real dtype, shape (..., M, K) or (K,).
      %   x2: shape (..., K, N) or (K,).
      given = weft.internal.arguments('matmul', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'matmul', given));
    end

    function y = matvec(x1, x2)
      % Products of matrices and vectors; leading axes broadcast.
      %   x1: any real dtype, shape (..., M, N).
      %   x2: shape (..., N).
      given = weft.internal.arguments('matvec', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'matvec', given));
    end

    function y = max(x, varargin)
      % Largest element over axes; NaN if there is one.
      %   x: any real dtype.
      %   'axis': axis or axes to reduce; none reduces all. Default: none.
      %   'keepdims': keep the reduced axes with extent 1. Default: false.
      given = weft.internal.arguments('max', {'x', 'axis', 'keepdims'}, {x, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'max', given));
    end

    function y = maximum(x1, x2)
      % The larger of two arrays, element by element; NaN where either is NaN.
      %   x1: any real dtype.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('maximum', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'maximum', given));
    end

    function y = mean(x, varargin)
      % Arithmetic mean over axes; bool and integers give the default float.
      %   x: any real dtype.
      %   'axis': axis or axes to reduce; none reduces all. Default: none.
      %   'keepdims': keep the reduced axes with extent 1. Default: false.
      %   'dtype': floating dtype to compute in. Default: none.
      given = weft.internal.arguments('mean', {'x', 'axis', 'keepdims', 'dtype'}, {x, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'mean', given));
    end

    function y = min(x, varargin)
      % Smallest element over axes; NaN if there is one.
      %   x: any real dtype.
      %   'axis': axis or axes to reduce; none reduces all. Default: none.
      %   'keepdims': keep the reduced axes with extent 1. Default: false.
      given = weft.internal.arguments('min', {'x', 'axis', 'keepdims'}, {x, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'min', given));
    end

    function y = minimum(x1, x2)
      % The smaller of two arrays, element by element; NaN where either is NaN.
      %   x1: any real dtype.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('minimum', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'minimum', given));
    end

    function y = mish(x)
      % x tanh(softplus(x)), element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('mish', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'mish', given));
    end

    function y = moveaxis(a, source, destination)
      % The array with axes moved to other places, the rest in their order; a view.
      %   a: any dtype.
      %   source: axes to move.
      %   destination: where each of them goes.
      given = weft.internal.arguments('moveaxis', {'a', 'source', 'destination'}, {a, source, destination}, {});
      y = weft.Tensor(weft_mex('call', 'moveaxis', given));
    end

    function y = multiply(x1, x2)
      % Product of two arrays, element by element.
      %   x1: any real dtype.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('multiply', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'multiply', given));
    end

    function y = nan_to_num(x, varargin)
      % x with numbers in the place of NaN and infinities, element by element.
      %   x: any real dtype.
      %   'nan': takes the place of NaN. Default: 0.
      %   'posinf': that of infinity; none: the largest number. Default: none.
      %   'neginf': that of -infinity; none: the smallest number. Default: none.
      given = weft.internal.arguments('nan_to_num', {'x', 'nan', 'posinf', 'neginf'}, {x, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'nan_to_num', given));
    end

    function y = negative(x)
      % The negative, element by element.
      %   x: any real dtype.
      given = weft.internal.arguments('negative', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'negative', given));
    end

    function y = norm(x, varargin)
      % Length of vectors or matrices over axes; by default the root of the sum of squares, whose gradient at zero is zero.
      %   x: any real dtype; bool and integers become the default float.
      %   'ord': order: any of vectors, 1, -1, inf or -inf of matrices; none: 2, of all axes. Default: none.
      %   'axis': axis or axes to reduce; none reduces all. Default: none.
      %   'keepdims': keep the reduced axes with extent 1. Default: false.
      given = weft.internal.arguments('norm', {'x', 'ord', 'axis', 'keepdims'}, {x, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'norm', given));
    end

    function y = normal(shape, dtype, varargin)
      % Random numbers of the normal distribution.
      %   'loc': mean. Default: 0.
      %   'scale': standard deviation, at least 0. Default: 1.
      %   shape: extents.
      %   dtype: floating dtype of the result.
      given = weft.internal.arguments('normal', {'loc', 'scale', 'shape', 'dtype'}, {[], [], shape, dtype}, varargin);
      y = weft.Tensor(weft_mex('call', 'normal', given));
    end

    function y = not_equal(x1, x2)
      % Truth of x1 != x2, element by element, as bool.
      %   x1: any real dtype.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('not_equal', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'not_equal', given));
    end

    function y = one_hot(data, depth, varargin)
      % A new last axis with one value at each integer's place and another elsewhere.
      %   data: integers of any shape; those outside the new axis give no place.
      %   depth: extent of the new axis.
      %   'on_value': value at the place. Default: 1.
      %   'off_value': value elsewhere. Default: 0.
      %   'dtype': float32 by default. Default: none.
      given = weft.internal.arguments('one_hot', {'data', 'depth', 'on_value', 'off_value', 'dtype'}, {data, depth, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'one_hot', given));
    end

    function y = outer(a, b)
      % Products of each element of a (rows) with each of b (columns), both taken as flat.
      %   a: any dtype.
      %   b: any dtype.
      given = weft.internal.arguments('outer', {'a', 'b'}, {a, b}, {});
      y = weft.Tensor(weft_mex('call', 'outer', given));
    end

    function y = overlap_add(frames, hop, varargin)
      % The sum of pieces of rows that begin `hop` elements apart; between them there are zeros.
      %   frames: float32 or float64: at least two axes, pieces along the last one.
      %   hop: from the begin of a piece to that of the next.
      %   'start': elements that are left out at the begin and, unless `length` is given, at the end. Default: 0.
      %   'length': elements of the result; beyond the pieces zeros. Default: none.
      given = weft.internal.arguments('overlap_add', {'frames', 'hop', 'start', 'length'}, {frames, hop, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'overlap_add', given));
    end

    function y = pad(array, before, after, varargin)
      % The array with a border round it.
      %   array: any dtype.
      %   'value': what the border is filled with in mode constant, 0 unless given.
      %   before: width of the border at the start of each axis.
      %   after: width at the end of each axis.
      %   'mode': constant, edge, reflect, symmetric or wrap. Default: "constant".
      given = weft.internal.arguments('pad', {'array', 'value', 'before', 'after', 'mode'}, {array, [], before, after, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'pad', given));
    end

    function y = permutation(n)
      % The numbers 0 to n - 1 in random order, as int64.
      %   n: how many.
      given = weft.internal.arguments('permutation', {'n'}, {n}, {});
      y = weft.Tensor(weft_mex('call', 'permutation', given));
    end

    function y = pick(data, index, varargin)
      % One element along an axis for each position of the others: data[i, index[i]].
      %   data: any dtype.
      %   index: any real dtype, cut to integers, data's shape without the axis; negative ones count back.
      %   'axis': axis that the indices count along. Default: -1.
      %   'keepdims': keep the axis with extent 1. Default: false.
      %   'mode': raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: "raise".
      given = weft.internal.arguments('pick', {'data', 'index', 'axis', 'keepdims', 'mode'}, {data, index, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'pick', given));
    end

    function y = poisson(rate)
      % Random counts of the Poisson distribution; NaN where there is none.
      %   rate: float32 or float64: means.
      given = weft.internal.arguments('poisson', {'rate'}, {rate}, {});
      y = weft.Tensor(weft_mex('call', 'poisson', given));
    end

    function y = polygamma(x, varargin)
      % The n-th derivative of digamma, element by element.
      %   x: any real dtype; bool and integers become the default float.
      %   'n': order of the derivative, from 0 to 20. Default: 1.
      given = weft.internal.arguments('polygamma', {'x', 'n'}, {x, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'polygamma', given));
    end

    function y = pooling(data, varargin)
      % Maximum, average, sum or norm over windows of one, two or three spatial axes.
      %   data: any real dtype for maxima, else floating; shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
      %   'kernel': extents of the window. Default: none.
      %   'pool_type': max or avg; pooling also has sum and lp. Default: "max".
      %   'stride': step of the window, 1 by default. Default: none.
      %   'pad': elements added on both sides, or before all axes and then behind them; 0 by default. Default: none.
      %   'global_pool': one window over the whole image. Default: false.
      %   'pooling_convention': valid drops a last window that does not fit, full keeps it. Default: "valid".
      %   'count_include_pad': the average counts padded elements. Default: true.
      %   'p_value': the p of pool_type lp, the p-norm, at least 1. Default: 2.
      given = weft.internal.arguments('pooling', {'data', 'kernel', 'pool_type', 'stride', 'pad', 'global_pool', 'pooling_convention', 'count_include_pad', 'p_value'}, {data, [], [], [], [], [], [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'pooling', given));
    end

    function y = pow(x1, x2)
      % x1 to the power of x2, by the general formula, element by element.
      %   x1: any real dtype but bool.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('pow', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'pow', given));
    end

    function y = power(x1, x2)
      % x1 to the power of x2, element by element. Integers wrap; their negative powers are truncated to 0, 1 or -1, and refused where the exponent is a number.
      %   x1: any real dtype but bool.
      %   x2: exponent, broadcast against `x1`.
      given = weft.internal.arguments('power', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'power', given));
    end

    function y = prelu(x, gamma)
      % x above zero, gamma x below, with slopes that are learned.
      %   x: any real dtype, shape (N, C, ...).
      %   gamma: slopes: one, one for each of C channels, or broadcast against `x`.
      given = weft.internal.arguments('prelu', {'x', 'gamma'}, {x, gamma}, {});
      y = weft.Tensor(weft_mex('call', 'prelu', given));
    end

    function varargout = print(arrays, varargin)
      % Prints a line: a text with arrays in the places that it marks by `{}`.
      %   arrays: any dtype; one for each `{}`.
      %   'format': `{{` and `}}` are braces. Default: "{}".
      given = weft.internal.arguments('print', {'arrays', 'format'}, {arrays, []}, varargin);
      all = weft.internal.call('print', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = prod(x, varargin)
      % Product over axes; bool and integers multiply in 64 bits. An empty product is 1.
      %   x: any real dtype.
      %   'axis': axis or axes to reduce; none reduces all. Default: none.
      %   'keepdims': keep the reduced axes with extent 1. Default: false.
      %   'dtype': floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none.
      given = weft.internal.arguments('prod', {'x', 'axis', 'keepdims', 'dtype'}, {x, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'prod', given));
    end

    function y = ptp(x, varargin)
      % Largest less smallest element over axes.
      %   x: any real dtype.
      %   'axis': axis or axes to reduce; none reduces all. Default: none.
      %   'keepdims': keep the reduced axes with extent 1. Default: false.
      given = weft.internal.arguments('ptp', {'x', 'axis', 'keepdims'}, {x, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'ptp', given));
    end

    function varargout = qr(a)
      % Orthogonal columns Q and a triangle R of matrices Q R.
      %   a: any dtype but half types: matrices, (..., M, N).
      given = weft.internal.arguments('qr', {'a'}, {a}, {});
      all = weft.internal.call('qr', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = quantize(data, scale, varargin)
      % Integers that stand for real numbers: data / scale, rounded to the nearest (halves to the even one), plus the zero point; saturates, and maps NaN to 0.
      %   data: float32 or half types.
      %   scale: floating, greater than 0, shape () or that of the axis.
      %   'zero_point': int8 or uint8, shape () or that of the axis; none: 0.
      %   'axis': axis along which there are several scales. Default: -1.
      %   'dtype': int8 or uint8; int8 by default. Default: none.
      given = weft.internal.arguments('quantize', {'data', 'scale', 'zero_point', 'axis', 'dtype'}, {data, scale, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'quantize', given));
    end

    function y = quantized_add(x1, x2, x1_scale, x2_scale, output_scale, varargin)
      % Sum of two int8 arrays of their own scales, as int8, rounded as in TensorFlow Lite.
      %   x1: int8.
      %   x2: int8, shape of x1.
      %   x1_scale: what a step of x1 stands for.
      %   x2_scale: what a step of x2 stands for.
      %   output_scale: what a step of the result stands for.
      %   'x1_zero_point': the integer that stands for zero in x1. Default: 0.
      %   'x2_zero_point': the integer that stands for zero in x2. Default: 0.
      %   'output_zero_point': the integer that stands for zero in the result. Default: 0.
      %   'low': lower bound of the result. Default: -128.
      %   'high': upper bound of the result. Default: 127.
      given = weft.internal.arguments('quantized_add', {'x1', 'x2', 'x1_scale', 'x2_scale', 'output_scale', 'x1_zero_point', 'x2_zero_point', 'output_zero_point', 'low', 'high'}, {x1, x2, x1_scale, x2_scale, output_scale, [], [], [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'quantized_add', given));
    end

    function y = quantized_convolution(data, weight, varargin)
      % Convolution of int8 images, of data - zero_point in int32, which pads with zero_point; with a multiplier and a shift as int8, see requantize.
      %   data: int8, shape (N, C, W) or (N, C, H, W).
      %   weight: int8, shape (filters, C / groups, kernel...).
      %   'bias': int32, shape (filters,).
      %   'multiplier': int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
      %   'shift': int32, shape of multiplier: the factor's power of two, -31 to 30.
      %   'residual': int8, shape of the result: added to the sums, times its factor.
      %   'residual_factor': int32, shape (filters,): its scale over that of the sums.
      %   'kernel': extents of the window; those of the weight. Default: none.
      %   'stride': step of the window, 1 by default. Default: none.
      %   'pad': zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.
      %   'dilate': distance of the window's elements, 1 by default. Default: none.
      %   'num_group': groups of channels that do not see each other. Default: 1.
      %   'zero_point': the integer that stands for zero in data, and pads it. Default: 0.
      %   'output_zero_point': the integer that stands for zero in the result. Default: 0.
      %   'low': lower bound of the result. Default: -128.
      %   'high': upper bound of the result. Default: 127.
      %   'channels_last': data is (N, W, C) or (N, H, W, C), the weight (filters, kernel..., C / groups). Default: false.
      given = weft.internal.arguments('quantized_convolution', {'data', 'weight', 'bias', 'multiplier', 'shift', 'residual', 'residual_factor', 'kernel', 'stride', 'pad', 'dilate', 'num_group', 'zero_point', 'output_zero_point', 'low', 'high', 'channels_last'}, {data, weight, [], [], [], [], [], [], [], [], [], [], [], [], [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'quantized_convolution', given));
    end

    function y = quantized_convolution16(data, weight, varargin)
      % Convolution of int16 images with int8 filters: int64 sums, or with a multiplier and a shift int16, the sums times multiplier * 2^-shift, rounded to the nearest, halves up.
      %   data: int16, shape (N, H, W, C).
      %   weight: int8, shape (filters, kernel..., C / groups).
      %   'bias': int64, shape (filters,).
      %   'multiplier': int32, shape (filters,): 0 to 32767.
      %   'shift': int32, shape (filters,): 1 to 62.
      %   'kernel': extents of the window; those of the weight. Default: none.
      %   'stride': step of the window, 1 by default. Default: none.
      %   'pad': zeros added on both sides, or before all axes and then behind them; 0 by default. Default: none.
      %   'dilate': distance of the window's elements, 1 by default. Default: none.
      %   'num_group': groups of channels that do not see each other. Default: 1.
      %   'low': lower bound of the result. Default: -32768.
      %   'high': upper bound of the result. Default: 32767.
      given = weft.internal.arguments('quantized_convolution16', {'data', 'weight', 'bias', 'multiplier', 'shift', 'kernel', 'stride', 'pad', 'dilate', 'num_group', 'low', 'high'}, {data, weight, [], [], [], [], [], [], [], [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'quantized_convolution16', given));
    end

    function y = quantized_fully_connected(data, weight, varargin)
      % Affine map of int8 features, (data - zero_point) weight? + bias in int32; with a multiplier and a shift as int8, see requantize.
      %   data: int8, shape (N, ...) when flatten, else (..., features).
      %   weight: int8, shape (units, features).
      %   'bias': int32, shape (units,).
      %   'multiplier': int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
      %   'shift': int32, shape of multiplier: the factor's power of two, -31 to 30.
      %   'zero_point': the integer that stands for zero in data. Default: 0.
      %   'output_zero_point': the integer that stands for zero in the result. Default: 0.
      %   'low': lower bound of the result. Default: -128.
      %   'high': upper bound of the result. Default: 127.
      %   'flatten': merge all axes of data but the first. Default: true.
      given = weft.internal.arguments('quantized_fully_connected', {'data', 'weight', 'bias', 'multiplier', 'shift', 'zero_point', 'output_zero_point', 'low', 'high', 'flatten'}, {data, weight, [], [], [], [], [], [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'quantized_fully_connected', given));
    end

    function y = quantized_gru(data, i2h_weight, h2h_weight, i2h_bias, i2h_multiplier, i2h_shift, h2h_bias, h2h_multiplier, h2h_shift, varargin)
      % A gated recurrent unit in integers, from a hidden state of 0: its hidden states after all steps, int8, multiples of 2^-7. Gates have 16 bits.
      %   data: int8, shape (T, N, C): all steps.
      %   i2h_weight: int8, rows for each gate, shape (gates H, C).
      %   h2h_weight: int8, shape (gates H, H).
      %   i2h_bias: int32, shape (gates H,): of the sums, with what the zero point of data takes from them.
      %   i2h_multiplier: int32: to multiples of 2^-12, see quantized_multiplier.
      %   i2h_shift: int32, of the multiplier.
      %   h2h_bias: int32, shape (gates H,).
      %   h2h_multiplier: int32: to multiples of 2^-12, see quantized_multiplier.
      %   h2h_shift: int32, of the multiplier.
      %   'reverse': from the last step to the first. Default: false.
      given = weft.internal.arguments('quantized_gru', {'data', 'i2h_weight', 'h2h_weight', 'i2h_bias', 'i2h_multiplier', 'i2h_shift', 'h2h_bias', 'h2h_multiplier', 'h2h_shift', 'reverse'}, {data, i2h_weight, h2h_weight, i2h_bias, i2h_multiplier, i2h_shift, h2h_bias, h2h_multiplier, h2h_shift, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'quantized_gru', given));
    end

    function y = quantized_lookup(data, table)
      % What a table has for each int8 element: any function of one element, between any scales.
      %   data: int8.
      %   table: int8, shape (256,): results for -128, -127, ... 127.
      given = weft.internal.arguments('quantized_lookup', {'data', 'table'}, {data, table}, {});
      y = weft.Tensor(weft_mex('call', 'quantized_lookup', given));
    end

    function y = quantized_lstm(data, i2h_weight, h2h_weight, i2h_bias, i2h_multiplier, i2h_shift, h2h_bias, h2h_multiplier, h2h_shift, varargin)
      % A long short-term memory in integers, from states of 0: its hidden states after all steps, int8, multiples of 2^-7. Gates and cells have 16 bits; a cell reaches from -16 to 16.
      %   data: int8, shape (T, N, C): all steps.
      %   i2h_weight: int8, rows for each gate, shape (gates H, C).
      %   h2h_weight: int8, shape (gates H, H).
      %   i2h_bias: int32, shape (gates H,): of the sums, with what the zero point of data takes from them.
      %   i2h_multiplier: int32: to multiples of 2^-12, see quantized_multiplier.
      %   i2h_shift: int32, of the multiplier.
      %   h2h_bias: int32, shape (gates H,).
      %   h2h_multiplier: int32: to multiples of 2^-12, see quantized_multiplier.
      %   h2h_shift: int32, of the multiplier.
      %   'reverse': from the last step to the first. Default: false.
      given = weft.internal.arguments('quantized_lstm', {'data', 'i2h_weight', 'h2h_weight', 'i2h_bias', 'i2h_multiplier', 'i2h_shift', 'h2h_bias', 'h2h_multiplier', 'h2h_shift', 'reverse'}, {data, i2h_weight, h2h_weight, i2h_bias, i2h_multiplier, i2h_shift, h2h_bias, h2h_multiplier, h2h_shift, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'quantized_lstm', given));
    end

    function y = quantized_pooling(data, varargin)
      % Maximum or average of int8 over windows of one or two spatial axes, of data's scale; the average is rounded to the nearest, halves away from zero, as in TensorFlow Lite.
      %   data: int8, shape (N, C, W) or (N, C, H, W).
      %   'kernel': extents of the window. Default: none.
      %   'pool_type': max or avg; pooling also has sum and lp. Default: "max".
      %   'stride': step of the window, 1 by default. Default: none.
      %   'pad': elements added on both sides, or before all axes and then behind them; 0 by default. Default: none.
      %   'global_pool': one window over the whole image. Default: false.
      %   'pooling_convention': valid drops a last window that does not fit, full keeps it. Default: "valid".
      %   'count_include_pad': the average counts padded elements. Default: true.
      %   'zero_point': the integer that stands for zero: padded elements of an average. Default: 0.
      %   'channels_last': data is (N, W, C) or (N, H, W, C). Default: false.
      given = weft.internal.arguments('quantized_pooling', {'data', 'kernel', 'pool_type', 'stride', 'pad', 'global_pool', 'pooling_convention', 'count_include_pad', 'zero_point', 'channels_last'}, {data, [], [], [], [], [], [], [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'quantized_pooling', given));
    end

    function y = quantized_softmax(data, scale)
      % Softmax of int8 along the last axis by TensorFlow Lite's rule: int8 that stand for (y + 128) / 256.
      %   data: int8, at most 4095 elements along the last axis.
      %   scale: what a step of data stands for.
      given = weft.internal.arguments('quantized_softmax', {'data', 'scale'}, {data, scale}, {});
      y = weft.Tensor(weft_mex('call', 'quantized_softmax', given));
    end

    function y = randint(low, high, shape)
      % Random integers in [low, high), each equally likely, as int64.
      %   low: least number.
      %   high: bound, not reached.
      %   shape: extents.
      given = weft.internal.arguments('randint', {'low', 'high', 'shape'}, {low, high, shape}, {});
      y = weft.Tensor(weft_mex('call', 'randint', given));
    end

    function y = ravel(a)
      % The elements in row-major order along one axis; a view where strides allow.
      %   a: any dtype.
      given = weft.internal.arguments('ravel', {'a'}, {a}, {});
      y = weft.Tensor(weft_mex('call', 'ravel', given));
    end

    function y = rdft(x)
      % The first half of the discrete Fourier transform of real numbers along the last axis, without a scale; complex. `np.fft` has NumPy's functions.
      %   x: any real dtype.
      given = weft.internal.arguments('rdft', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'rdft', given));
    end

    function y = real(x)
      % The real parts of the elements; of real numbers the array itself.
      %   x: any dtype.
      given = weft.internal.arguments('real', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'real', given));
    end

    function varargout = real_fourier(x, varargin)
      % The first half of the discrete Fourier transform of real rows, in planes and without a scale.
      %   x: float32 or float64.
      %   'mirrored': elements with a mirror image count twice. Default: false.
      given = weft.internal.arguments('real_fourier', {'x', 'mirrored'}, {x, []}, varargin);
      all = weft.internal.call('real_fourier', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = real_fourier_inverse(x1, length, varargin)
      % Real rows of the first halves of their discrete Fourier transforms, in planes and without a scale.
      %   x1: float32 or float64: the real parts.
      %   'x2': the imaginary parts; zeros unless given.
      %   length: of the rows.
      %   'mirrored': elements with a mirror image count twice. Default: true.
      given = weft.internal.arguments('real_fourier_inverse', {'x1', 'x2', 'length', 'mirrored'}, {x1, [], length, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'real_fourier_inverse', given));
    end

    function y = real_part(x)
      % The real parts of complex numbers.
      %   x: complex.
      given = weft.internal.arguments('real_part', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'real_part', given));
    end

    function y = receive(shape, dtype, source, varargin)
      % The next array that another rank sends to this one.
      %   'token': any dtype; what has a gradient only if this has; its value is not read.
      %   shape: of the array that was sent.
      %   dtype: of the array that was sent.
      %   source: the rank that sends it.
      %   'tag': messages of one tag arrive in the order in which they were sent. Default: 0.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('receive', {'token', 'shape', 'dtype', 'source', 'tag', 'group'}, {[], shape, dtype, source, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'receive', given));
    end

    function y = reciprocal(x)
      % 1 / x, element by element; integers give the default float.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('reciprocal', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'reciprocal', given));
    end

    function y = reduce_blocks(x, ranks, varargin)
      % This rank's block, along axis 0, of the reduction of the arrays of all ranks.
      %   x: any real dtype but bool; the same type on all ranks.
      %   ranks: how many processes the group has.
      %   'reduction': `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
      %   'ordered': the same bits whatever moves the bytes: a tree over ranks. Default: false.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('reduce_blocks', {'x', 'ranks', 'reduction', 'ordered', 'group'}, {x, ranks, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'reduce_blocks', given));
    end

    function varargout = reduce_blocks_start(x, ranks, varargin)
      % Begins `reduce_blocks`, whose result is there when `collective_wait` has given it.
      %   x: any real dtype but bool; the same type on all ranks.
      %   ranks: how many processes the group has.
      %   'reduction': `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
      %   'ordered': the same bits whatever moves the bytes: a tree over ranks. Default: false.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('reduce_blocks_start', {'x', 'ranks', 'reduction', 'ordered', 'group'}, {x, ranks, [], [], []}, varargin);
      all = weft.internal.call('reduce_blocks_start', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = reduce_scatter(x, axis, ranks, varargin)
      % This rank's part, along an axis, of the reduction of the arrays of all ranks.
      %   x: any real dtype but bool; the same type on all ranks.
      %   axis: along which rank r gets part r.
      %   ranks: how many processes the group has.
      %   'reduction': `sum`, `mean`, `product`, `min` or `max`. Default: "sum".
      %   'ordered': the same bits whatever moves the bytes: a tree over ranks. Default: false.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('reduce_scatter', {'x', 'axis', 'ranks', 'reduction', 'ordered', 'group'}, {x, axis, ranks, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'reduce_scatter', given));
    end

    function y = relu(x)
      % Positive part max(x, 0), element by element; NaN stays NaN.
      %   x: any real dtype.
      given = weft.internal.arguments('relu', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'relu', given));
    end

    function y = relu6(x)
      % x held between 0 and 6, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('relu6', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'relu6', given));
    end

    function y = remainder(x1, x2)
      % Remainder with the sign of the divisor, element by element: x1 % x2. Integers modulo 0 give 0, floats NaN.
      %   x1: any real dtype but bool.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('remainder', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'remainder', given));
    end

    function y = repeat(a, repeats, varargin)
      % Each element repeated, along one axis or in the flat array.
      %   a: any dtype.
      %   repeats: how often, for all or for each element.
      %   'axis': axis to repeat along; none repeats the flat array. Default: none.
      given = weft.internal.arguments('repeat', {'a', 'repeats', 'axis'}, {a, repeats, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'repeat', given));
    end

    function y = requantize(data, multiplier, shift, varargin)
      % Sums of int32 as int8: times multiplier 2^(shift - 31) with the two roundings of TensorFlow Lite, plus the zero point, held between the bounds.
      %   data: int32.
      %   multiplier: int32, not negative, shape () or (channels,): 2^31 times a factor below 1.
      %   shift: int32, shape of multiplier: the factor's power of two, -31 to 30.
      %   'output_zero_point': the integer that stands for zero in the result. Default: 0.
      %   'low': lower bound of the result. Default: -128.
      %   'high': upper bound of the result. Default: 127.
      %   'axis': axis along which there are several multipliers. Default: -1.
      given = weft.internal.arguments('requantize', {'data', 'multiplier', 'shift', 'output_zero_point', 'low', 'high', 'axis'}, {data, multiplier, shift, [], [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'requantize', given));
    end

    function y = reshape(x, newshape)
      % The same elements in row-major order under another shape; a view where strides allow.
      %   x: any dtype.
      %   newshape: extents; one may be -1, the rest.
      given = weft.internal.arguments('reshape', {'x', 'newshape'}, {x, newshape}, {});
      y = weft.Tensor(weft_mex('call', 'reshape', given));
    end

    function y = right_shift(x1, x2)
      % Bits of x1 moved down by x2 places, element by element; 0 or -1 by the sign of x1 for counts that are negative or not below the number of bits.
      %   x1: integers.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('right_shift', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'right_shift', given));
    end

    function y = rint(x)
      % The whole number nearest to x, halves to the even one, element by element.
      %   x: any real dtype.
      given = weft.internal.arguments('rint', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'rint', given));
    end

    function y = rms_norm(data, varargin)
      % The elements along an axis divided by their root mean square, scaled.
      %   data: floating.
      %   'gamma': factors, one for each element of the axis.
      %   'axis': axis that is normalised. Default: -1.
      %   'eps': summand of the mean square. Default: 1e-06.
      given = weft.internal.arguments('rms_norm', {'data', 'gamma', 'axis', 'eps'}, {data, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'rms_norm', given));
    end

    function varargout = rmsprop_centered_update(weight, grad, square, mean, step, lr, varargin)
      % RMSProp by the gradient's variance, with momentum: the new weight, mean square, mean and step.
      %   weight: floating: the parameter.
      %   grad: its gradient, same shape.
      %   square: running mean of the gradient's square.
      %   mean: running mean of the gradient.
      %   step: the step before.
      %   lr: learning rate: a number, or an array without axes.
      %   'wd': weight decay. Default: 0.
      %   'rescale_grad': factor of the gradient. Default: 1.
      %   'clip_gradient': bound of the rescaled gradient's elements; negative: none. Default: -1.
      %   'rho': decay of the means. Default: 0.9.
      %   'momentum': share of the step that stays. Default: 0.9.
      %   'epsilon': added to the variance. Default: 1e-08.
      given = weft.internal.arguments('rmsprop_centered_update', {'weight', 'grad', 'square', 'mean', 'step', 'lr', 'wd', 'rescale_grad', 'clip_gradient', 'rho', 'momentum', 'epsilon'}, {weight, grad, square, mean, step, lr, [], [], [], [], [], []}, varargin);
      all = weft.internal.call('rmsprop_centered_update', given);
      varargout = all(1:max(nargout, 1));
    end

    function varargout = rmsprop_update(weight, grad, square, lr, varargin)
      % RMSProp: the new weight and running mean of squared gradients.
      %   weight: floating: the parameter.
      %   grad: its gradient, same shape.
      %   square: running mean of the gradient's square.
      %   lr: learning rate: a number, or an array without axes.
      %   'wd': weight decay. Default: 0.
      %   'rescale_grad': factor of the gradient. Default: 1.
      %   'clip_gradient': bound of the rescaled gradient's elements; negative: none. Default: -1.
      %   'rho': decay of the mean. Default: 0.9.
      %   'epsilon': added to the root. Default: 1e-08.
      given = weft.internal.arguments('rmsprop_update', {'weight', 'grad', 'square', 'lr', 'wd', 'rescale_grad', 'clip_gradient', 'rho', 'epsilon'}, {weight, grad, square, lr, [], [], [], [], []}, varargin);
      all = weft.internal.call('rmsprop_update', given);
      varargout = all(1:max(nargout, 1));
    end

    function varargout = rnn(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, varargin)
      % A plain recurrent network: the hidden states of all steps, and the last.
      %   data: floating, shape (T, N, C): all steps.
      %   hidden: shape (N, H).
      %   i2h_weight: rows for each gate, shape (gates H, C).
      %   h2h_weight: shape (gates H, H).
      %   i2h_bias: shape (gates H,).
      %   h2h_bias: shape (gates H,).
      %   'sequence_length': any real dtype, shape (N,): how many steps each sequence has, at most T; outputs behind it are zero, and the last states those of its last step.
      %   'reverse': from the last step to the first. Default: false.
      %   'activation': 'tanh' or 'relu'. Default: "tanh".
      given = weft.internal.arguments('rnn', {'data', 'hidden', 'i2h_weight', 'h2h_weight', 'i2h_bias', 'h2h_bias', 'sequence_length', 'reverse', 'activation'}, {data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, [], [], []}, varargin);
      all = weft.internal.call('rnn', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = rnn_cell(data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, varargin)
      % One step of a plain recurrent network: the next hidden state.
      %   data: floating, shape (N, C).
      %   hidden: shape (N, H).
      %   i2h_weight: rows for each gate, shape (gates H, C).
      %   h2h_weight: shape (gates H, H).
      %   i2h_bias: shape (gates H,).
      %   h2h_bias: shape (gates H,).
      %   'activation': 'tanh' or 'relu'. Default: "tanh".
      given = weft.internal.arguments('rnn_cell', {'data', 'hidden', 'i2h_weight', 'h2h_weight', 'i2h_bias', 'h2h_bias', 'activation'}, {data, hidden, i2h_weight, h2h_weight, i2h_bias, h2h_bias, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'rnn_cell', given));
    end

    function y = roi_align(data, rois, pooled_size, varargin)
      % Regions of images as means of bilinear samples in bins: (R, C, bins, bins).
      %   data: any real dtype; integers become the default float; shape (N, C, H, W).
      %   rois: a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).
      %   pooled_size: bins along the height and the width.
      %   'spatial_scale': pixels of the images for one unit of the regions. Default: 1.
      %   'sampling_ratio': samples of a bin along each axis; 0 or less: as many as it has pixels. Default: -1.
      %   'aligned': pixels have their centers at 1/2, and regions may be thinner than a pixel. Default: false.
      given = weft.internal.arguments('roi_align', {'data', 'rois', 'pooled_size', 'spatial_scale', 'sampling_ratio', 'aligned'}, {data, rois, pooled_size, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'roi_align', given));
    end

    function y = roi_pool(data, rois, pooled_size, varargin)
      % The largest elements of regions of images in bins: (R, C, bins, bins).
      %   data: any real dtype; integers become the default float; shape (N, C, H, W).
      %   rois: a row for each region, a constant: number of the image (none if it is negative), x1, y1, x2, y2; shape (R, 5).
      %   pooled_size: bins along the height and the width.
      %   'spatial_scale': pixels of the images for one unit of the regions. Default: 1.
      given = weft.internal.arguments('roi_pool', {'data', 'rois', 'pooled_size', 'spatial_scale'}, {data, rois, pooled_size, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'roi_pool', given));
    end

    function y = roll(a, shift, varargin)
      % The array with its elements moved along axes; what leaves at the end enters at the start.
      %   a: any dtype.
      %   shift: by how many places, for all axes or for each.
      %   'axis': which axes; none moves in the flat array. Default: none.
      given = weft.internal.arguments('roll', {'a', 'shift', 'axis'}, {a, shift, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'roll', given));
    end

    function y = round(x, varargin)
      % x rounded to a number of decimals, halves to the even digit, element by element.
      %   x: any real dtype.
      %   'decimals': digits behind the point; negative ones count before it. Default: 0.
      given = weft.internal.arguments('round', {'x', 'decimals'}, {x, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'round', given));
    end

    function y = rsqrt(x)
      % 1 / sqrt(x), element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('rsqrt', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'rsqrt', given));
    end

    function y = scaled_dot_product_attention(query, key, value, varargin)
      % softmax(scale query key? + mask) value: for each query a mean of the values.
      %   query: floating, shape (..., T, D).
      %   key: shape (..., S, D).
      %   value: shape (..., S, V).
      %   'mask': any real dtype, broadcasts to (..., T, S): summands, or bools, true to attend.
      %   'scale': factor of the scores, 1 / sqrt(D) by default. Default: none.
      %   'causal': a query attends to no key behind its own position. Default: false.
      %   'grouped': heads of queries, axis -3, share those of keys and values in groups of H / Hk. Default: false.
      given = weft.internal.arguments('scaled_dot_product_attention', {'query', 'key', 'value', 'mask', 'scale', 'causal', 'grouped'}, {query, key, value, [], [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'scaled_dot_product_attention', given));
    end

    function y = scatter(x, value, indices, axes, varargin)
      % The array with its elements at chosen places replaced, the last one winning, or added to.
      %   x: any dtype, but no half type to accumulate.
      %   value: broadcasts to what the index picks.
      %   indices: int64 arrays that broadcast together; negative ones count back.
      %   axes: the axis of each index array, ascending.
      %   'position': where the axes of the index arrays stand among the others. Default: 0.
      %   'shown_axes': the axes as errors name them, if they have other numbers there. Default: [].
      %   'accumulate': add instead of replacing. Default: false.
      given = weft.internal.arguments('scatter', {'x', 'value', 'indices', 'axes', 'position', 'shown_axes', 'accumulate'}, {x, value, indices, axes, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'scatter', given));
    end

    function y = scatter_nd(data, indices, shape)
      % Zeros with each element or slice added at its point: the adjoint of gather_nd.
      %   data: any dtype, shape (..., rest), as gather_nd gives it.
      %   indices: integers, shape (M, ...); negative ones count back.
      %   shape: shape of the result.
      given = weft.internal.arguments('scatter_nd', {'data', 'indices', 'shape'}, {data, indices, shape}, {});
      y = weft.Tensor(weft_mex('call', 'scatter_nd', given));
    end

    function y = searchsorted(a, v, varargin)
      % Where in an ascending vector values would have to be inserted to keep it ascending.
      %   a: any dtype; ascending, one axis.
      %   v: values of any shape.
      %   'side': left of elements equal to the value, or right of them. Default: "left".
      given = weft.internal.arguments('searchsorted', {'a', 'v', 'side'}, {a, v, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'searchsorted', given));
    end

    function y = selu(x)
      % Scaled exponential linear unit, which keeps mean 0 and variance 1.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('selu', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'selu', given));
    end

    function y = send(x, destination, varargin)
      % Sends an array to another rank; gives a zero whose gradient is what that rank sends back.
      %   x: any dtype.
      %   destination: the rank that receives it.
      %   'tag': messages of one tag arrive in the order in which they were sent. Default: 0.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('send', {'x', 'destination', 'tag', 'group'}, {x, destination, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'send', given));
    end

    function varargout = sgd_mom_update(weight, grad, mom, lr, varargin)
      % Gradient descent with momentum: the new weight and momentum.
      %   weight: floating: the parameter.
      %   grad: its gradient, same shape.
      %   mom: momentum, same shape.
      %   lr: learning rate: a number, or an array without axes.
      %   'wd': weight decay. Default: 0.
      %   'rescale_grad': factor of the gradient. Default: 1.
      %   'clip_gradient': bound of the rescaled gradient's elements; negative: none. Default: -1.
      %   'momentum': share of the momentum that stays. Default: 0.9.
      %   'nesterov': look one step ahead. Default: false.
      given = weft.internal.arguments('sgd_mom_update', {'weight', 'grad', 'mom', 'lr', 'wd', 'rescale_grad', 'clip_gradient', 'momentum', 'nesterov'}, {weight, grad, mom, lr, [], [], [], [], []}, varargin);
      all = weft.internal.call('sgd_mom_update', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = sgd_update(weight, grad, lr, varargin)
      % Stochastic gradient descent: the new weight.
      %   weight: floating: the parameter.
      %   grad: its gradient, same shape.
      %   lr: learning rate: a number, or an array without axes.
      %   'wd': weight decay. Default: 0.
      %   'rescale_grad': factor of the gradient. Default: 1.
      %   'clip_gradient': bound of the rescaled gradient's elements; negative: none. Default: -1.
      given = weft.internal.arguments('sgd_update', {'weight', 'grad', 'lr', 'wd', 'rescale_grad', 'clip_gradient'}, {weight, grad, lr, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'sgd_update', given));
    end

    function y = sigmoid(x)
      % Logistic function 1 / (1 + exp(-x)), element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('sigmoid', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'sigmoid', given));
    end

    function y = sign(x)
      % -1, 0 or 1 by the sign of each element; NaN stays NaN.
      %   x: any real dtype.
      given = weft.internal.arguments('sign', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'sign', given));
    end

    function varargout = signal_auto_scale(data)
      % Shifts rows of int16 to the left as far as their largest magnitude allows: the rows, and by how many bits, by TensorFlow Lite Micro's rule, in which rows with -32768 may wrap.
      %   data: int16, at least one axis: rows along the last one.
      given = weft.internal.arguments('signal_auto_scale', {'data'}, {data}, {});
      all = weft.internal.call('signal_auto_scale', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = signal_filter_bank(data, weight, unweight, starts, weight_starts, widths)
      % Sums of bands of energies that overlap by halves, by TensorFlow Lite Micro's rule: band c is the sum of channel c + 1 by `weight` and of channel c by `unweight`.
      %   data: uint32, at least one axis: energies along the last one.
      %   weight: int16, one axis: factors of all channels.
      %   unweight: int16, shape of `weight`: factors for the band after.
      %   starts: int16, shape (bands + 1,): the first energy of each channel.
      %   weight_starts: int16, shape (bands + 1,): the first factor of each channel.
      %   widths: int16, shape (bands + 1,): how many energies each channel reads.
      given = weft.internal.arguments('signal_filter_bank', {'data', 'weight', 'unweight', 'starts', 'weight_starts', 'widths'}, {data, weight, unweight, starts, weight_starts, widths}, {});
      y = weft.Tensor(weft_mex('call', 'signal_filter_bank', given));
    end

    function y = signal_gain(data, noise, table, shift)
      % Energies of bands by the gain that a table has for their noise, divided by 2^shift and compressed, element by element, by TensorFlow Lite Micro's rule (PCAN).
      %   data: uint32: energies.
      %   noise: uint32, shape of `data`.
      %   table: int16, shape (125,): gains for 0 and 1, then pieces for powers of two.
      %   shift: bits of the product to drop, 0 to 63.
      given = weft.internal.arguments('signal_gain', {'data', 'noise', 'table', 'shift'}, {data, noise, table, shift}, {});
      y = weft.Tensor(weft_mex('call', 'signal_gain', given));
    end

    function y = signal_log(data, scale, varargin)
      % Natural logarithm of x 2^shift times a scale, element by element, as int16 of at most 32767, by TensorFlow Lite Micro's rule; 0 where x 2^shift is at most 1.
      %   data: uint32.
      %   scale: what a result of 1 is multiplied by.
      %   'shift': bits to shift the data to the left, 0 to 31; the shift wraps. Default: 0.
      given = weft.internal.arguments('signal_log', {'data', 'scale', 'shift'}, {data, scale, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'signal_log', given));
    end

    function y = signal_rfft(data, length)
      % Fourier transform of real rows of int16, divided by their length, in fixed point by TensorFlow Lite Micro's rule: real and imaginary parts in turn.
      %   data: int16, at least one axis: rows along the last one, at most `length` elements.
      %   length: samples of a row, a power of two from 4 to 65536; what is missing counts as 0.
      given = weft.internal.arguments('signal_rfft', {'data', 'length'}, {data, length}, {});
      y = weft.Tensor(weft_mex('call', 'signal_rfft', given));
    end

    function y = signal_square_root(data)
      % Square root of uint64, rounded to the nearest, element by element; from 65535.5^2 to 2^32 it is 65535, as in TensorFlow Lite Micro.
      %   data: uint64.
      given = weft.internal.arguments('signal_square_root', {'data'}, {data}, {});
      y = weft.Tensor(weft_mex('call', 'signal_square_root', given));
    end

    function y = signbit(x)
      % Truth of x having a minus sign, zeros and NaN included, element by element.
      %   x: any real dtype.
      given = weft.internal.arguments('signbit', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'signbit', given));
    end

    function y = silu(x, varargin)
      % x times the logistic function of beta x, also named swish.
      %   x: any real dtype; bool and integers become the default float.
      %   'beta': factor within the logistic function. Default: 1.
      given = weft.internal.arguments('silu', {'x', 'beta'}, {x, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'silu', given));
    end

    function y = sin(x)
      % Sine of angles in radians, of any size, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('sin', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'sin', given));
    end

    function y = sinh(x)
      % Hyperbolic sine, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('sinh', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'sinh', given));
    end

    function y = slice(x, begin, size, step, varargin)
      % Part of an array: `size` elements from `begin` by `step` along each axis; a view.
      %   x: any dtype.
      %   begin: first index of each axis, at least 0.
      %   size: elements taken along each axis.
      %   step: distance between them, may be negative.
      %   'clip': take what is inside the axis, as Python does; else that is an error. Default: false.
      given = weft.internal.arguments('slice', {'x', 'begin', 'size', 'step', 'clip'}, {x, begin, size, step, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'slice', given));
    end

    function varargout = slogdet(a)
      % Signs of determinants, and logarithms of their absolute values.
      %   a: any dtype but half types: matrices, (..., M, N).
      given = weft.internal.arguments('slogdet', {'a'}, {a}, {});
      all = weft.internal.call('slogdet', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = softmax(data, varargin)
      % exp(data) divided by its sum over an axis.
      %   data: any real dtype; integers become the default float.
      %   'axis': axis that sums to 1. Default: -1.
      %   'temperature': divides `data` first; none: 1. Default: none.
      given = weft.internal.arguments('softmax', {'data', 'axis', 'temperature'}, {data, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'softmax', given));
    end

    function y = softmax_cross_entropy(data, label, varargin)
      % Cross entropy of softmax(data) and labels, one loss per sample.
      %   data: any real dtype: scores, shape (..., C) when axis is -1.
      %   label: any real dtype: class indices without the axis, or probabilities of data's shape.
      %   'axis': axis of the classes. Default: -1.
      %   'sparse_label': labels are class indices. Default: true.
      %   'from_logits': data holds log-probabilities already. Default: false.
      %   'ignore_index': label whose loss is 0, such as -1 for padding; other negative labels are refused. Default: none.
      given = weft.internal.arguments('softmax_cross_entropy', {'data', 'label', 'axis', 'sparse_label', 'from_logits', 'ignore_index'}, {data, label, [], [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'softmax_cross_entropy', given));
    end

    function y = softplus(x)
      % Smooth positive part log(1 + exp(x)), element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('softplus', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'softplus', given));
    end

    function y = softsign(x)
      % x / (1 + |x|), element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('softsign', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'softsign', given));
    end

    function y = solve(a, b)
      % Solutions x of a x = b.
      %   a: any dtype but half types: matrices, (..., M, N).
      %   b: right sides, as matrices; batches broadcast.
      given = weft.internal.arguments('solve', {'a', 'b'}, {a, b}, {});
      y = weft.Tensor(weft_mex('call', 'solve', given));
    end

    function y = solve_triangular(a, b, varargin)
      % Solutions x of a x = b for a triangle `a`, or its adjoint.
      %   a: any dtype but half types: matrices, (..., M, N).
      %   b: right sides, as matrices; batches broadcast.
      %   'upper': the upper triangle is read, and not the lower one. Default: false.
      %   'turned': the adjoint of the triangle is meant. Default: false.
      given = weft.internal.arguments('solve_triangular', {'a', 'b', 'upper', 'turned'}, {a, b, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'solve_triangular', given));
    end

    function y = sort(a, varargin)
      % The elements along an axis in ascending order, NaN last; equal ones keep their order.
      %   a: any dtype.
      %   'axis': axis to sort along; none sorts the flat array. Default: -1.
      %   'descending': the largest first. Default: false.
      given = weft.internal.arguments('sort', {'a', 'axis', 'descending'}, {a, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'sort', given));
    end

    function y = space_to_depth(data, block_size, varargin)
      % Blocks of places as channels: spatial extents over `block_size`, so many more channels. Those of a block's first place come first.
      %   data: any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W).
      %   block_size: extents of a block, or one number for all spatial axes.
      %   'channels_last': data has its channels behind its spatial axes. Default: false.
      given = weft.internal.arguments('space_to_depth', {'data', 'block_size', 'channels_last'}, {data, block_size, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'space_to_depth', given));
    end

    function varargout = split(ary, indices_or_sections, varargin)
      % Parts of an array along one axis, as views: so many equal ones, or cut at indices.
      %   ary: any dtype.
      %   indices_or_sections: the number of equal parts, or the indices before which to cut.
      %   'axis': axis to cut along. Default: 0.
      given = weft.internal.arguments('split', {'ary', 'indices_or_sections', 'axis'}, {ary, indices_or_sections, []}, varargin);
      all = weft.internal.call('split', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = sqrt(x)
      % Square root, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('sqrt', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'sqrt', given));
    end

    function y = square(x)
      % Product of each element with itself.
      %   x: any real dtype.
      given = weft.internal.arguments('square', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'square', given));
    end

    function y = squeeze(x, varargin)
      % The array without axes of extent 1.
      %   x: any dtype.
      %   'axis': which to drop; none drops all of extent 1. Default: none.
      given = weft.internal.arguments('squeeze', {'x', 'axis'}, {x, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'squeeze', given));
    end

    function y = stack(arrays, varargin)
      % Arrays of one shape joined along a new axis.
      %   arrays: any dtype, all of one shape.
      %   'axis': where the new axis is in the result. Default: 0.
      given = weft.internal.arguments('stack', {'arrays', 'axis'}, {arrays, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'stack', given));
    end

    function y = standard_gamma(shape)
      % Random numbers of the gamma distribution of scale 1; NaN where there is none.
      %   shape: float32 or float64: the shape parameter, at least 0.
      given = weft.internal.arguments('standard_gamma', {'shape'}, {shape}, {});
      y = weft.Tensor(weft_mex('call', 'standard_gamma', given));
    end

    function y = std(x, varargin)
      % Standard deviation over axes: the root of the variance; its gradient is zero where that is.
      %   x: any real dtype.
      %   'axis': axis or axes to reduce; none reduces all. Default: none.
      %   'keepdims': keep the reduced axes with extent 1. Default: false.
      %   'dtype': floating dtype to compute in. Default: none.
      %   'ddof': subtracted from the number of elements, by which the squares are divided. Default: 0.
      %   'correction': the array API's name of `ddof`. Default: none.
      given = weft.internal.arguments('std', {'x', 'axis', 'keepdims', 'dtype', 'ddof', 'correction'}, {x, [], [], [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'std', given));
    end

    function y = stop_gradient(x)
      % The same elements as a constant: no gradient flows to `x`.
      %   x: any dtype.
      given = weft.internal.arguments('stop_gradient', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'stop_gradient', given));
    end

    function y = strided_view(x, offset, shape, strides)
      % Part of an array's row-major elements, by offset and strides; a view.
      %   x: any dtype.
      %   offset: first element of the part.
      %   shape: extents of the part.
      %   strides: its strides in elements of the base.
      given = weft.internal.arguments('strided_view', {'x', 'offset', 'shape', 'strides'}, {x, offset, shape, strides}, {});
      y = weft.Tensor(weft_mex('call', 'strided_view', given));
    end

    function y = subtract(x1, x2)
      % Difference x1 - x2, element by element.
      %   x1: any real dtype.
      %   x2: the same, broadcast against `x1`.
      given = weft.internal.arguments('subtract', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'subtract', given));
    end

    function y = sum(x, varargin)
      % Sum over axes; bool and integers add in 64 bits. An empty sum is 0.
      %   x: any real dtype.
      %   'axis': axis or axes to reduce; none reduces all. Default: none.
      %   'keepdims': keep the reduced axes with extent 1. Default: false.
      %   'dtype': floating dtype, int64 or uint64 to compute in; none: integers in 64 bits, floats in their own. Default: none.
      given = weft.internal.arguments('sum', {'x', 'axis', 'keepdims', 'dtype'}, {x, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'sum', given));
    end

    function y = sum_parts(x, varargin)
      % The sum of what the ranks of a group have computed of one array, on all of them; the gradient is that of a loss which all ranks compute alike.
      %   x: floating; the same type on all ranks.
      %   'group': a group that this process has joined. Default: "world".
      given = weft.internal.arguments('sum_parts', {'x', 'group'}, {x, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'sum_parts', given));
    end

    function varargout = svd(a)
      % U, S and V^H of matrices U diag(S) V^H, with as few columns as do.
      %   a: any dtype but half types: matrices, (..., M, N).
      given = weft.internal.arguments('svd', {'a'}, {a}, {});
      all = weft.internal.call('svd', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = swapaxes(a, axis1, axis2)
      % The array with two axes exchanged; a view.
      %   a: any dtype.
      %   axis1: one axis.
      %   axis2: the other.
      given = weft.internal.arguments('swapaxes', {'a', 'axis1', 'axis2'}, {a, axis1, axis2}, {});
      y = weft.Tensor(weft_mex('call', 'swapaxes', given));
    end

    function y = take(a, indices, varargin)
      % Elements or slices along an axis at the given indices; none takes from the flat array.
      %   a: any dtype.
      %   indices: integers of any shape; negative ones count back.
      %   'axis': axis that the indices count along. Default: none.
      %   'mode': raise refuses indices outside the axis, strict also negative ones, clip clamps all, negative ones to 0. Default: "raise".
      given = weft.internal.arguments('take', {'a', 'indices', 'axis', 'mode'}, {a, indices, [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'take', given));
    end

    function y = take_along_axis(arr, indices, varargin)
      % Elements along an axis at indices of their own for each position of the others.
      %   arr: any dtype.
      %   indices: integers; broadcast against arr on the other axes.
      %   'axis': axis that the indices count along; none: of the flat array. Default: -1.
      given = weft.internal.arguments('take_along_axis', {'arr', 'indices', 'axis'}, {arr, indices, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'take_along_axis', given));
    end

    function y = tan(x)
      % Tangent of angles in radians, of any size, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('tan', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'tan', given));
    end

    function y = tanh(x)
      % Hyperbolic tangent, element by element.
      %   x: any real dtype; bool and integers become the default float.
      given = weft.internal.arguments('tanh', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'tanh', given));
    end

    function y = tensordot(a, b, a_axes, b_axes)
      % Sum of products over pairs of axes; the other axes of a, then those of b, stay.
      %   a: any dtype.
      %   b: any dtype.
      %   a_axes: axes of a.
      %   b_axes: their partners in b.
      given = weft.internal.arguments('tensordot', {'a', 'b', 'a_axes', 'b_axes'}, {a, b, a_axes, b_axes}, {});
      y = weft.Tensor(weft_mex('call', 'tensordot', given));
    end

    function y = tile(A, reps)
      % The array repeated as a whole along its axes.
      %   A: any dtype.
      %   reps: how often along each axis, the last ones if fewer.
      given = weft.internal.arguments('tile', {'A', 'reps'}, {A, reps}, {});
      y = weft.Tensor(weft_mex('call', 'tile', given));
    end

    function varargout = topk(data, varargin)
      % The k largest elements along an axis, the largest first, and their positions as int64.
      %   data: any dtype; NaN is the largest.
      %   'k': how many. Default: 1.
      %   'axis': axis to look along; none looks in the flat array. Default: -1.
      %   'is_ascend': the smallest, the smallest first. Default: false.
      given = weft.internal.arguments('topk', {'data', 'k', 'axis', 'is_ascend'}, {data, [], [], []}, varargin);
      all = weft.internal.call('topk', given);
      varargout = all(1:max(nargout, 1));
    end

    function y = trace(a, varargin)
      % The sum along a diagonal of matrices.
      %   a: any dtype, at least two axes.
      %   'offset': the diagonal: 0 the main one, positive above it. Default: 0.
      %   'axis1': axis of the rows. Default: 0.
      %   'axis2': axis of the columns. Default: 1.
      given = weft.internal.arguments('trace', {'a', 'offset', 'axis1', 'axis2'}, {a, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'trace', given));
    end

    function y = transpose(x, varargin)
      % The array with its axes permuted; a view.
      %   x: any dtype.
      %   'axes': permutation of the axes; none reverses them. Default: none.
      given = weft.internal.arguments('transpose', {'x', 'axes'}, {x, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'transpose', given));
    end

    function y = tril(m, varargin)
      % The lower triangle of matrices: zeros above a diagonal.
      %   m: any dtype, shape (..., M, N).
      %   'k': the diagonal: 0 the main one, positive above it. Default: 0.
      given = weft.internal.arguments('tril', {'m', 'k'}, {m, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'tril', given));
    end

    function y = triu(m, varargin)
      % The upper triangle of matrices: zeros below a diagonal.
      %   m: any dtype, shape (..., M, N).
      %   'k': the diagonal: 0 the main one, positive above it. Default: 0.
      given = weft.internal.arguments('triu', {'m', 'k'}, {m, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'triu', given));
    end

    function y = trunc(x)
      % x without its fraction, element by element.
      %   x: any real dtype.
      given = weft.internal.arguments('trunc', {'x'}, {x}, {});
      y = weft.Tensor(weft_mex('call', 'trunc', given));
    end

    function y = uniform(shape, dtype, varargin)
      % Random numbers, uniform in [low, high).
      %   'low': least number. Default: 0.
      %   'high': bound, never reached while low < high. Default: 1.
      %   shape: extents.
      %   dtype: floating dtype of the result.
      given = weft.internal.arguments('uniform', {'low', 'high', 'shape', 'dtype'}, {[], [], shape, dtype}, varargin);
      y = weft.Tensor(weft_mex('call', 'uniform', given));
    end

    function y = var(x, varargin)
      % Variance over axes: the mean square distance from the mean.
      %   x: any real dtype.
      %   'axis': axis or axes to reduce; none reduces all. Default: none.
      %   'keepdims': keep the reduced axes with extent 1. Default: false.
      %   'dtype': floating dtype to compute in. Default: none.
      %   'ddof': subtracted from the number of elements, by which the squares are divided. Default: 0.
      %   'correction': the array API's name of `ddof`. Default: none.
      given = weft.internal.arguments('var', {'x', 'axis', 'keepdims', 'dtype', 'ddof', 'correction'}, {x, [], [], [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'var', given));
    end

    function y = vdot(a, b)
      % Sum of products of all elements, both arrays taken as flat.
      %   a: any dtype.
      %   b: as many elements.
      given = weft.internal.arguments('vdot', {'a', 'b'}, {a, b}, {});
      y = weft.Tensor(weft_mex('call', 'vdot', given));
    end

    function y = vecdot(x1, x2, varargin)
      % Sums of products of vectors along an axis; the other axes broadcast.
      %   x1: any dtype, at least one axis.
      %   x2: as long along the axis.
      %   'axis': axis of the vectors, of both arrays. Default: -1.
      given = weft.internal.arguments('vecdot', {'x1', 'x2', 'axis'}, {x1, x2, []}, varargin);
      y = weft.Tensor(weft_mex('call', 'vecdot', given));
    end

    function y = vecmat(x1, x2)
      % Products of vectors and matrices; leading axes broadcast.
      %   x1: any real dtype, shape (..., N).
      %   x2: shape (..., N, M).
      given = weft.internal.arguments('vecmat', {'x1', 'x2'}, {x1, x2}, {});
      y = weft.Tensor(weft_mex('call', 'vecmat', given));
    end

    function y = vonmises(kappa)
      % Random angles of the distribution of von Mises; NaN where there is none.
      %   kappa: float32 or float64: how close to 0 they are, at least 0.
      given = weft.internal.arguments('vonmises', {'kappa'}, {kappa}, {});
      y = weft.Tensor(weft_mex('call', 'vonmises', given));
    end

    function y = vstack(arrays)
      % Arrays joined one below the other, along the first axis; vectors are rows.
      %   arrays: any dtype, of shapes that agree on all other axes.
      given = weft.internal.arguments('vstack', {'arrays'}, {arrays}, {});
      y = weft.Tensor(weft_mex('call', 'vstack', given));
    end

    function y = wald(mean, scale)
      % Random numbers of Wald's distribution; NaN where there is none.
      %   mean: float32 or float64: above 0.
      %   scale: of the same shape, above 0.
      given = weft.internal.arguments('wald', {'mean', 'scale'}, {mean, scale}, {});
      y = weft.Tensor(weft_mex('call', 'wald', given));
    end

    function y = weight_only_fully_connected(data, weight, scale, varargin)
      % Affine map of floating features by an int8 or int4 weight, data (scale weight)? + bias, computed in float32.
      %   data: float32 or half types, shape (N, ...) when flatten, else (..., features).
      %   weight: int8, shape (units, features); of 4 bits (units, features / 2), an even element in the lower half of a byte.
      %   scale: floating, shape (units,) or (units, groups of features).
      %   'bias': floating, shape (units,).
      %   'bits': of an element of the weight: 8 or 4. Default: 8.
      %   'flatten': merge all axes of data but the first. Default: true.
      given = weft.internal.arguments('weight_only_fully_connected', {'data', 'weight', 'scale', 'bias', 'bits', 'flatten'}, {data, weight, scale, [], [], []}, varargin);
      y = weft.Tensor(weft_mex('call', 'weight_only_fully_connected', given));
    end

    function y = where(condition, x, y)
      % Elements of `x` where the condition holds, else of `y`.
      %   condition: bool: mask, broadcast against the others.
      %   x: any dtype, taken where true.
      %   y: taken where false.
      given = weft.internal.arguments('where', {'condition', 'x', 'y'}, {condition, x, y}, {});
      y = weft.Tensor(weft_mex('call', 'where', given));
    end

    function y = zipf(exponent)
      % Random ranks of Zipf's law; NaN where there is none.
      %   exponent: float32 or float64: above 1.
      given = weft.internal.arguments('zipf', {'exponent'}, {exponent}, {});
      y = weft.Tensor(weft_mex('call', 'zipf', given));
    end

  end
end
