function layer = dense(outputs, inputs, activation)
  % y = activation(x W' + b) for x of shape (N, inputs); further axes of x are flattened. A layer is a struct
  % with the names and tensors of its weights and a function from a tensor to a tensor.
  if nargin < 3, activation = @(x) x; end
  weight = weft.nn.glorot([outputs, inputs]);
  bias = weft.zeroed(outputs);
  layer.names = {'weight', 'bias'};
  layer.weights = {weight, bias};
  layer.call = @(x) activation(weft.ops.fully_connected(x, weight, 'bias', bias));
end
