classdef Tensor < handle
  % An array of Weft: a reference, which is given back when the last variable is gone. Element (i, j) is the
  % same one on both sides, although MATLAB's arrays have the first index fastest.
  properties (SetAccess = private)
    id = 0;
  end
  methods
    function this = Tensor(id)
      this.id = id;
    end
    function delete(this)
      if this.id
        weft_mex('release', this.id);
        this.id = 0;
      end
    end
    function name = dtype(this)
      name = weft_mex('dtype', this.id);
    end
    function s = shape(this)
      s = weft_mex('shape', this.id);
    end
    function x = double(this)
      x = weft.internal.values(this, 'float64');
    end
    function x = single(this)
      x = single(weft.internal.values(this, 'float32'));
    end
    function b = bytes(this)
      b = weft_mex('read', this.id);
    end
    function same = isSame(this, other)
      same = weft_mex('same', this.id, other.id) ~= 0;
    end
    function y = detach(this)
      y = weft.Tensor(weft_mex('detach', this.id));
    end
    function this = attachGrad(this)
      weft_mex('attach_grad', this.id);
    end
    function g = gradient(this)
      g = weft_mex('gradient', this.id);
      if g, g = weft.Tensor(g); else, g = []; end
    end
    function backward(this)
      weft_mex('backward', this.id);
    end
    function y = part(this, first, last, axis)
      % Elements first to last, counted from 1, along an axis, counted from 1.
      count = weft_mex('shape', this.id);
      if nargin < 4, axis = 1; end
      if axis < 1 || axis > numel(count) || first < 1 || last < first - 1 || last > count(axis)
        error('weft:indexOutOfRange', 'part: axis %d of (%s) has no part %d to %d', axis, ...
              strtrim(sprintf('%d ', count)), first, last);
      end
      begin = 0 * count;
      begin(axis) = first - 1;
      step = 0 * count + 1;
      count(axis) = last - first + 1;
      given = {{'tensor', this.id}, {'ints', begin}, {'ints', count}, {'ints', step}};
      y = weft.Tensor(weft_mex('call', 'slice', given));
    end
    function y = plus(a, b), y = both('add', a, b); end
    function y = minus(a, b), y = both('subtract', a, b); end
    function y = times(a, b), y = both('multiply', a, b); end
    function y = rdivide(a, b), y = both('divide', a, b); end
    function y = power(a, b), y = both('power', a, b); end
    function y = both(name, a, b)
      % An operator of two arrays at once, because looking functions of packages up takes most of the time.
      if isa(a, 'weft.Tensor') && isa(b, 'weft.Tensor')
        y = weft.Tensor(weft_mex('call', name, {{'tensor', a.id}, {'tensor', b.id}}));
      else
        y = weft.internal.binary(name, a, b);
      end
    end
    function y = mtimes(a, b)
      if isnumeric(a) || isnumeric(b)
        y = weft.internal.binary('multiply', a, b);
      else
        y = weft.ops.matmul(a, b);
      end
    end
    function y = uminus(a), y = weft.ops.negative(a); end
    function disp(this)
      if ~this.id
        disp('a weft.Tensor that was released');
        return;
      end
      fprintf('weft.Tensor %s [%s]\n', this.dtype(), strtrim(sprintf('%d ', this.shape())));
      disp(this.double());
    end
  end
end
