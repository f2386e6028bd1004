function net = sequential(varargin)
  % Layers one behind the other: sequential('name', layer, ...). Weights are named `name.weight`.
  net.names = {};
  net.weights = {};
  layers = varargin(2:2:end);
  for i = 1:numel(layers)
    own = cellfun(@(part) [varargin{2 * i - 1}, '.', part], layers{i}.names, 'UniformOutput', false);
    net.names = [net.names, own];
    net.weights = [net.weights, layers{i}.weights];
  end
  net.call = @(x) through(x, layers);
end
function x = through(x, layers)
  for i = 1:numel(layers), x = layers{i}.call(x); end
end
