function y = array(x, dtype, shape)
  % A weft.Tensor of numbers, logicals or complex numbers.
  %   dtype: a name such as 'float32', the default for numbers; int64 and uint64 keep their class
  %   shape: the extents; by default those of x, where a row is one axis
  if isa(x, 'weft.Tensor')
    y = x;
    if nargin > 2, error('weft:invalidType', 'weft.array: a weft.Tensor has its shape; reshape(x, ...) gives another'); end
    if nargin > 1 && ~isempty(dtype), y = weft.ops.cast(x, dtype); end
    return;
  end
  isWide = isa(x, 'int64') || isa(x, 'uint64'); % which double has not
  if nargin < 2 || isempty(dtype)
    if islogical(x), dtype = 'bool'; elseif ~isreal(x), dtype = 'complex64'; elseif isWide, dtype = class(x); else, dtype = 'float32'; end
  end
  if nargin < 3
    shape = size(x);
    if isrow(x), shape = numel(x); end
  elseif prod(shape) ~= numel(x)
    error('weft:invalidValue', 'weft.array: shape [%s] has %d elements; got %d', ...
          strtrim(sprintf('%d ', shape)), prod(shape), numel(x));
  end
  if ndims(x) > 2 || ~isvector(x), x = permute(x, ndims(x):-1:1); end
  own = 'float64';
  if isWide, own = class(x); x = x(:); else, x = double(x(:)); end
  if isreal(x)
    weft.internal.inRange(x, dtype);
    wide = weft.Tensor(weft_mex('create', own, double(shape), x));
  else
    both = [real(x), imag(x)]';
    wide = weft.Tensor(weft_mex('create', 'complex128', double(shape), both(:)));
  end
  y = weft.Tensor(weft_mex('call', 'cast', {{'tensor', wide.id}, {'text', dtype}}));
end
