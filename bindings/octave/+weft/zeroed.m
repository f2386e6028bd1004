function y = zeroed(shape, dtype)
  % A weft.Tensor of zeros.
  if nargin < 2, dtype = 'float32'; end
  y = weft.Tensor(weft_mex('create', dtype, double(shape), uint8([])));
end
