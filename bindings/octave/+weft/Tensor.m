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
      weft_mex('release', this);
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
    % The MEX function looks at the operands, because looking at them here would take most of the time.
    function y = plus(a, b), y = weft.Tensor(weft_mex('binary', 'add', a, b)); end
    function y = minus(a, b), y = weft.Tensor(weft_mex('binary', 'subtract', a, b)); end
    function y = times(a, b), y = weft.Tensor(weft_mex('binary', 'multiply', a, b)); end
    function y = rdivide(a, b), y = weft.Tensor(weft_mex('binary', 'divide', a, b)); end
    function y = power(a, b), y = weft.Tensor(weft_mex('binary', 'power', a, b)); end
    function y = mtimes(a, b)
      if isnumeric(a) || isnumeric(b)
        y = times(a, b);
      else
        y = weft.ops.matmul(a, b);
      end
    end
    function y = uminus(a), y = weft.ops.negative(a); end
    function disp(this)
      if ~weft_mex('alive', this)
        disp('a weft.Tensor that was released');
        return;
      end
      fprintf('weft.Tensor %s [%s]\n', this.dtype(), strtrim(sprintf('%d ', this.shape())));
      disp(this.double());
    end
  end
end
