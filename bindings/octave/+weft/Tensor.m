classdef Tensor < handle
  % An array of Weft: a reference, which is given back when the last variable is gone. Element (i, j) is the
  % same one on both sides, although MATLAB's arrays have the first index fastest.
  % Functions and indices of MATLAB give what they give for x.double(), as arrays of Weft, with gradients.
  properties (SetAccess = private)
    id = 0;
  end
  methods
    function this = Tensor(id)
      this.id = id;
    end
    function delete(this), weft_mex('release', this); end
    function name = dtype(this), name = weft_mex('dtype', this.id); end
    function s = shape(this), s = weft_mex('shape', this.id); end
    function x = double(this), x = weft.internal.values(this, 'float64'); end
    function x = single(this), x = single(weft.internal.values(this, 'float32')); end
    function b = bytes(this), b = weft_mex('read', this.id); end
    function same = isSame(this, other), same = weft_mex('same', this.id, other.id) ~= 0; end
    function y = detach(this), y = weft.Tensor(weft_mex('detach', this.id)); end
    function this = attachGrad(this), weft_mex('attach_grad', this.id); end
    function g = gradient(this)
      g = weft_mex('gradient', this.id);
      if g, g = weft.Tensor(g); else, g = []; end
    end
    function backward(this), weft_mex('backward', this.id); end
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
    % Truths are logicals of MATLAB, because Octave takes an object after `if` for false.
    % weft.ops.greater(a, b) and its like give a weft.Tensor.
    function y = eq(a, b), y = logical(weft.Tensor(weft_mex('binary', 'equal', a, b))); end
    function y = ne(a, b), y = logical(weft.Tensor(weft_mex('binary', 'not_equal', a, b))); end
    function y = lt(a, b), y = logical(weft.Tensor(weft_mex('binary', 'less', a, b))); end
    function y = le(a, b), y = logical(weft.Tensor(weft_mex('binary', 'less_equal', a, b))); end
    function y = gt(a, b), y = logical(weft.Tensor(weft_mex('binary', 'greater', a, b))); end
    function y = ge(a, b), y = logical(weft.Tensor(weft_mex('binary', 'greater_equal', a, b))); end
    function y = and(a, b), y = logical(weft.Tensor(weft_mex('binary', 'logical_and', a, b))); end
    function y = or(a, b), y = logical(weft.Tensor(weft_mex('binary', 'logical_or', a, b))); end
    function y = rem(a, b), y = weft.Tensor(weft_mex('binary', 'fmod', a, b)); end
    function y = atan2(a, b), y = weft.Tensor(weft_mex('binary', 'arctan2', a, b)); end
    function y = hypot(a, b), y = weft.Tensor(weft_mex('binary', 'hypot', a, b)); end
    function y = mod(a, b)
      % As MATLAB's, mod(a, 0) is a.
      y = weft.Tensor(weft_mex('binary', 'remainder', a, b));
      if isnumeric(b) && b == 0, y = a; end
      if isa(b, 'weft.Tensor'), y = weft.ops.where(weft.ops.equal(b, 0), a, y); end
    end
    function y = mtimes(a, b)
      if isnumeric(a) || isnumeric(b) || islogical(a) || islogical(b)
        y = times(a, b);
      else
        y = weft.ops.matmul(a, b);
      end
    end
    function y = mrdivide(a, b)
      if isnumeric(b) && isscalar(b), y = rdivide(a, b); return; end
      y = transpose(mldivide(transpose(b), transpose(a)));
    end
    function y = mldivide(a, b)
      if isnumeric(a) && isscalar(a), y = rdivide(b, a); return; end
      y = weft.ops.solve(weft.internal.padded(a), weft.internal.padded(b));
    end
    function y = mpower(a, b)
      error('weft:unsupported', '^: Weft has no power of matrices; .^ is that of the elements');
    end
    function y = uplus(a), y = a; end
    function y = uminus(a), y = weft.ops.negative(a); end
    function y = not(a), y = ~logical(a); end
    % Element by element.
    function y = abs(a), y = weft.ops.abs(a); end
    function y = sign(a), y = weft.ops.sign(a); end
    function y = sqrt(a), y = weft.ops.sqrt(a); end
    function y = floor(a), y = weft.ops.floor(a); end
    function y = ceil(a), y = weft.ops.ceil(a); end
    function y = fix(a), y = weft.ops.trunc(a); end
    function y = exp(a), y = weft.ops.exp(a); end
    function y = expm1(a), y = weft.ops.expm1(a); end
    function y = log(a), y = weft.ops.log(a); end
    function y = log1p(a), y = weft.ops.log1p(a); end
    function y = log2(a), y = weft.ops.log2(a); end
    function y = log10(a), y = weft.ops.log10(a); end
    function y = sin(a), y = weft.ops.sin(a); end
    function y = cos(a), y = weft.ops.cos(a); end
    function y = tan(a), y = weft.ops.tan(a); end
    function y = asin(a), y = weft.ops.arcsin(a); end
    function y = acos(a), y = weft.ops.arccos(a); end
    function y = atan(a), y = weft.ops.arctan(a); end
    function y = sinh(a), y = weft.ops.sinh(a); end
    function y = cosh(a), y = weft.ops.cosh(a); end
    function y = tanh(a), y = weft.ops.tanh(a); end
    function y = asinh(a), y = weft.ops.arcsinh(a); end
    function y = acosh(a), y = weft.ops.arccosh(a); end
    function y = atanh(a), y = weft.ops.arctanh(a); end
    function y = gamma(a), y = weft.ops.gamma(a); end
    function y = gammaln(a), y = weft.ops.gammaln(a); end
    function y = erf(a), y = weft.ops.erf(a); end
    function y = erfinv(a), y = weft.ops.erfinv(a); end
    function y = real(a), y = weft.ops.real(a); end
    function y = imag(a), y = weft.ops.imag(a); end
    function y = conj(a), y = weft.ops.conj(a); end
    function y = isnan(a), y = logical(weft.ops.isnan(a)); end
    function y = isinf(a), y = logical(weft.ops.isinf(a)); end
    function y = isfinite(a), y = logical(weft.ops.isfinite(a)); end
    function y = round(a)
      % Halves go away from 0, as MATLAB's do; weft.ops.round takes the even digit.
      whole = weft.ops.trunc(a);
      y = whole + weft.ops.sign(a) .* weft.ops.greater_equal(weft.ops.abs(a - whole), 0.5);
    end
    % Along a dimension, by default the first that is not 1, which stays with extent 1.
    function y = sum(a, varargin), y = weft.internal.reduced('sum', a, varargin{:}); end
    function y = prod(a, varargin), y = weft.internal.reduced('prod', a, varargin{:}); end
    function y = mean(a, varargin), y = weft.internal.reduced('mean', a, varargin{:}); end
    function y = any(a, varargin), y = logical(weft.internal.reduced('any', a, varargin{:})); end
    function y = all(a, varargin), y = logical(weft.internal.reduced('all', a, varargin{:})); end
    function y = cumsum(a, varargin), y = weft.internal.reduced('cumsum', a, varargin{:}); end
    function y = cumprod(a, varargin), y = weft.internal.reduced('cumprod', a, varargin{:}); end
    function [y, place] = max(a, b, varargin)
      % max(a), max(a, b) of elements, max(a, [], dim); the second result counts from 1.
      if nargin > 1 && ~isequal(b, []), y = weft.Tensor(weft_mex('binary', 'maximum', a, b)); return; end
      y = weft.internal.reduced('max', a, varargin{:});
      if nargout > 1, place = double(weft.internal.reduced('argmax', a, varargin{:})) + 1; end
    end
    function [y, place] = min(a, b, varargin)
      if nargin > 1 && ~isequal(b, []), y = weft.Tensor(weft_mex('binary', 'minimum', a, b)); return; end
      y = weft.internal.reduced('min', a, varargin{:});
      if nargout > 1, place = double(weft.internal.reduced('argmin', a, varargin{:})) + 1; end
    end
    % Sizes, where an array of one axis is a row.
    function varargout = size(this, dim)
      extents = weft_mex('shape', this.id);
      extents = [ones(1, 2 - numel(extents)), extents];
      if nargin > 1
        padded = [extents, ones(1, max(dim) - numel(extents))];
        varargout{1} = padded(dim);
      elseif nargout < 2
        varargout{1} = extents;
      else
        padded = [extents, ones(1, nargout - numel(extents))];
        varargout = num2cell([padded(1:nargout - 1), prod(padded(nargout:end))]);
      end
    end
    function n = numel(this, varargin), n = prod(weft_mex('shape', this.id)); end
    function n = ndims(this), n = max(2, numel(weft_mex('shape', this.id))); end
    function n = rows(this), n = size(this, 1); end
    function n = columns(this), n = size(this, 2); end
    function n = length(this), n = max(size(this)) * (numel(this) > 0); end
    function t = isempty(this), t = numel(this) == 0; end
    function t = isscalar(this), t = numel(this) == 1; end
    function t = isvector(this), t = ndims(this) == 2 && any(size(this) == 1); end
    function t = isrow(this), t = ndims(this) == 2 && size(this, 1) == 1; end
    function t = iscolumn(this), t = ndims(this) == 2 && size(this, 2) == 1; end
    function t = ismatrix(this), t = true; end
    function t = issquare(this), t = ndims(this) == 2 && size(this, 1) == size(this, 2); end
    function t = isequal(this, varargin)
      each = cellfun(@(one) weft.internal.plain(one), [{this}, varargin], 'UniformOutput', false);
      t = isequal(each{:});
    end
    function varargout = find(this, varargin)
      [varargout{1:max(nargout, 1)}] = find(this.double(), varargin{:});
    end
    function n = nnz(this), n = nnz(this.double()); end
    function y = inv(a), y = weft.ops.inv(a); end
    function y = det(a), y = weft.ops.det(a); end
    function x = logical(this), x = this.double() ~= 0; end
    % Elements in MATLAB's order, which is by columns.
    function y = transpose(a)
      if ndims(a) > 2
        error('weft:invalidValue', 'transpose: expected a matrix; got [%s]; permute(x, order) orders more axes', ...
              strtrim(sprintf('%d ', size(a))));
      end
      y = weft.ops.transpose(weft.internal.padded(a));
    end
    function y = ctranspose(a)
      if strncmp(a.dtype(), 'complex', 7), a = weft.ops.conj(a); end
      y = transpose(a);
    end
    function y = permute(a, order)
      y = weft.ops.transpose(weft.internal.padded(a, numel(order)), 'axes', num2cell(order - 1));
    end
    function y = reshape(a, varargin)
      % reshape of places says the extents, and what is wrong with them, as MATLAB does.
      extents = size(reshape(1:numel(a), varargin{:}));
      y = weft.internal.fromColumns(weft.internal.byColumns(a), extents);
    end
    function y = cat(dim, varargin)
      parts = cellfun(@(one) weft.internal.padded(one, dim), varargin, 'UniformOutput', false);
      y = weft.ops.concatenate(parts, 'axis', dim - 1);
    end
    function y = horzcat(varargin), y = cat(2, varargin{:}); end
    function y = vertcat(varargin), y = cat(1, varargin{:}); end
    % Indices: x(i, j), x(mask), x(end), x(i, j) = value; the array that is written is a new one.
    function varargout = subsref(this, chain)
      switch chain(1).type
        case '.'
          if numel(chain) == 1 && strcmp(chain.subs, 'id')
            varargout{1} = this.id;
          elseif any(strcmp(chain(1).subs, {'backward', 'delete', 'disp'}))
            builtin('subsref', this, chain);
          else
            [varargout{1:max(nargout, 1)}] = builtin('subsref', this, chain);
          end
        case '()'
          y = weft.internal.indexed(this, chain(1).subs);
          if numel(chain) == 1, varargout{1} = y; return; end
          [varargout{1:max(nargout, 1)}] = subsref(y, chain(2:end));
        otherwise
          error('weft:invalidType', 'a weft.Tensor has no {}; x(i, j) chooses elements');
      end
    end
    function n = numArgumentsFromSubscript(varargin), n = 1; end % how MATLAB asks
    function y = subsasgn(this, chain, value)
      if strcmp(chain(1).type, '()') && numel(chain) == 1
        y = weft.internal.replaced(this, chain(1).subs, value);
      else
        error('weft:invalidType', 'of a weft.Tensor elements alone are written, as in x(i, j) = value');
      end
    end
    function last = end(this, k, n)
      extents = size(this);
      extents = [extents, ones(1, n - numel(extents))];
      if k < n, last = extents(k); else, last = prod(extents(k:end)); end
    end
    function disp(this)
      if ~weft_mex('alive', this)
        disp('a weft.Tensor that was released');
        return;
      end
      fprintf('weft.Tensor %s [%s]\n', this.dtype(), strtrim(sprintf('%d ', this.shape())));
      if any(strcmp(this.dtype(), {'int64', 'uint64'})), disp(typecast(this.bytes(), this.dtype())); else, disp(this.double()); end
    end
  end
end
