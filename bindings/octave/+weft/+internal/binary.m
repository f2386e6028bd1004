function y = binary(name, a, b)
  % An operator of two inputs, of which one may be a number or an array of MATLAB.
  given = {weft.internal.value(a, true), weft.internal.value(b, true)};
  y = weft.Tensor(weft_mex('call', name, given));
end
