function y = array(x, dtype, shape)
  % A weft.Tensor of numbers, logicals or complex numbers.
  %   dtype: a name such as 'float32', the default for numbers
  %   shape: the extents; by default those of x, where a row is one axis
  if isa(x, 'weft.Tensor')
    y = x;
    if nargin > 2, error('weft:invalidType', 'weft.array: a weft.Tensor has its shape; reshape(x, ...) gives another'); end
    if nargin > 1 && ~isempty(dtype), y = weft.ops.cast(x, dtype); end
    return;
  end
  if nargin < 2 || isempty(dtype)
    if islogical(x), dtype = 'bool'; elseif ~isreal(x), dtype = 'complex64'; else, dtype = 'float32'; end
  end
  if nargin < 3
    shape = size(x);
    if isrow(x), shape = numel(x); end
  elseif prod(shape) ~= numel(x)
    error('weft:invalidValue', 'weft.array: shape [%s] has %d elements; got %d', ...
          strtrim(sprintf('%d ', shape)), prod(shape), numel(x));
  end
  if ndims(x) > 2 || ~isvector(x), x = permute(x, ndims(x):-1:1); end
  x = double(x(:));
  if isreal(x)
    wide = weft.Tensor(weft_mex('create', 'float64', shape, x));
  else
    both = [real(x), imag(x)]';
    wide = weft.Tensor(weft_mex('create', 'complex128', shape, both(:)));
  end
  y = weft.Tensor(weft_mex('call', 'cast', {{'tensor', wide.id}, {'text', dtype}}));
end
