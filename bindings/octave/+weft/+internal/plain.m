function x = plain(x)
  % An array of MATLAB.
  if isa(x, 'weft.Tensor'), x = double(x); end
end
