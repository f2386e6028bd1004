function y = fromBytes(dtype, shape, bytes)
  % A weft.Tensor from the bytes of its elements, in row-major order.
  y = weft.Tensor(weft_mex('create', dtype, double(shape), uint8(bytes)));
end
