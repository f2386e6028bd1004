function w = glorot(shape)
  % Weights that are uniform, as wide as keeps the variance of signals (Glorot and Bengio, 2010).
  high = sqrt(6 / ((shape(1) + shape(2)) * prod(shape(3:end))));
  w = weft.ops.uniform(shape, 'float32', 'low', -high, 'high', high);
end
