function y = reduced(op, x, dim, varargin)
  % An operator along a dimension counted from 1; by default along the first whose extent is not 1.
  extents = size(x);
  if nargin < 3
    dim = find(extents ~= 1, 1);
    if isempty(dim), dim = 1; end
  elseif nargin > 3 || ~(isnumeric(dim) && isscalar(dim) && dim >= 1 && dim == fix(dim))
    error('weft:unsupported', '%s: expected one dimension, a number from 1, and no other option', op);
  end
  given = {{'tensor', weft.internal.padded(x, dim)}, {'number', dim - 1}};
  if ~any(strcmp(op, {'cumsum', 'cumprod'})), given{end + 1} = {'bool', 1}; end
  y = weft.Tensor(weft_mex('call', op, given));
  if dim > numel(extents), y = weft.ops.reshape(y, num2cell(extents)); end
end
