function layer = lambda(call)
  % A function as a layer without weights.
  layer.names = {};
  layer.weights = {};
  layer.call = call;
end
