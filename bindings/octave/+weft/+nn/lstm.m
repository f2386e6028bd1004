function layer = lstm(hidden, inputs)
  % A long short-term memory: x of shape (T, N, inputs) to the hidden states (T, N, hidden).
  w = {weft.nn.glorot([4 * hidden, inputs]), weft.nn.glorot([4 * hidden, hidden]), ...
       weft.zeroed(4 * hidden), weft.zeroed(4 * hidden)};
  layer.names = {'i2h_weight', 'h2h_weight', 'i2h_bias', 'h2h_bias'};
  layer.weights = w;
  layer.call = @(x) steps(x, w, hidden);
end
function y = steps(x, w, hidden)
  shape = x.shape();
  state = weft.zeroed([shape(2), hidden]);
  y = weft.ops.lstm(x, state, state, w{:});
end
