function x = values(tensor, dtype)
  % The elements as an array of MATLAB, complex where the tensor is.
  own = tensor.dtype();
  isComplex = strncmp(own, 'complex', 7);
  if isComplex, dtype = 'complex128'; end
  if any(strcmp(own, {'int64', 'uint64'})) && any(abs(double(typecast(tensor.bytes(), own))) >= 2 ^ 53)
    error('weft:invalidValue', 'a double has all whole numbers below 2^53; typecast(x.bytes(), ''%s'') has all of %s', own, own);
  end
  wide = weft.Tensor(weft_mex('call', 'cast', {{'tensor', tensor.id}, {'text', dtype}}));
  if strcmp(dtype, 'float32')
    x = typecast(wide.bytes(), 'single');
  else
    x = typecast(wide.bytes(), 'double');
  end
  if isComplex, x = complex(x(1:2:end), x(2:2:end)); end
  shape = tensor.shape();
  if numel(shape) == 0
    return;
  elseif numel(shape) == 1
    x = reshape(x, 1, []);
  else
    x = permute(reshape(x, fliplr(shape)), numel(shape):-1:1);
  end
end
