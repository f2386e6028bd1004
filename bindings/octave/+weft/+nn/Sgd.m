classdef Sgd < handle
  % Gradient descent with momentum: weft.nn.Sgd(weights, rate, momentum), then step(gradients).
  properties
    weights
    rate
    velocities
    options
  end
  methods
    function this = Sgd(weights, rate, momentum)
      this.weights = weights;
      this.rate = rate;
      this.velocities = cellfun(@(w) weft.zeroed(w.shape(), w.dtype()), weights, 'UniformOutput', false);
      this.options = containers.Map({'momentum'}, {momentum});
    end
    function step(this, gradients)
      for i = 1:numel(this.weights)
        all = {this.weights{i}, gradients{i}, this.velocities{i}, this.rate};
        weft.operator('sgd_mom_update', all, this.options, all([1, 3]));
      end
    end
  end
end
