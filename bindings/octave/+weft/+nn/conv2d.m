function layer = conv2d(outputs, inputs, window, pad, activation)
  % A convolution of images of shape (N, inputs, H, W) with square windows.
  if nargin < 4, pad = 0; end
  if nargin < 5, activation = @(x) x; end
  weight = weft.nn.glorot([outputs, inputs, window, window]);
  bias = weft.zeroed(outputs);
  layer.names = {'weight', 'bias'};
  layer.weights = {weight, bias};
  layer.call = @(x) activation(weft.ops.convolution(x, weight, 'bias', bias, 'kernel', [window, window], ...
                                                    'pad', [pad, pad]));
end
