classdef Adam < handle
  % Adam (Kingma and Ba, 2015): weft.nn.Adam(weights, rate), then step(gradients).
  properties
    weights
    rate
    means
    variances
    steps = 0;
  end
  methods
    function this = Adam(weights, rate)
      this.weights = weights;
      this.rate = rate;
      blank = @(w) weft.zeroed(w.shape(), w.dtype());
      this.means = cellfun(blank, weights, 'UniformOutput', false);
      this.variances = cellfun(blank, weights, 'UniformOutput', false);
    end
    function step(this, gradients)
      this.steps = this.steps + 1;
      % The operator leaves the correction of the running means' bias to the rate.
      now = this.rate * sqrt(1 - 0.999 ^ this.steps) / (1 - 0.9 ^ this.steps);
      for i = 1:numel(this.weights)
        all = {this.weights{i}, gradients{i}, this.means{i}, this.variances{i}, now};
        weft.operator('adam_update', all, [], all([1, 3, 4]));
      end
    end
  end
end
