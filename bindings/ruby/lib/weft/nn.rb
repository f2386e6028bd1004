# frozen_string_literal: true

module Weft
  # Layers over operators, and updates: enough to build and train networks in Ruby.
  module NN
    # Weights that are uniform, as wide as keeps the variance of signals (Glorot and Bengio, 2010).
    def self.glorot(shape)
      high = Math.sqrt(6.0 / ((shape[0] + shape[1]) * shape.drop(2).inject(1, :*)))
      Ops.uniform(shape, "float32", low: -high, high: high)
    end

    # y = activation(x W' + b) for x of shape (N, inputs); further axes of x are flattened.
    class Dense
      attr_reader :weights

      def initialize(outputs, inputs, &activation)
        @weights = { "weight" => NN.glorot([outputs, inputs]), "bias" => Weft.zeros([outputs]) }
        @activation = activation || :itself.to_proc
      end

      def call(x)
        @activation.call(Ops.fully_connected(x, @weights["weight"], bias: @weights["bias"]))
      end
    end

    # A convolution of images of shape (N, inputs, H, W) with square windows.
    class Conv2d
      attr_reader :weights

      def initialize(outputs, inputs, window, pad: 0, &activation)
        @weights = { "weight" => NN.glorot([outputs, inputs, window, window]), "bias" => Weft.zeros([outputs]) }
        @kernel, @pad = [window] * 2, [pad] * 2
        @activation = activation || :itself.to_proc
      end

      def call(x)
        y = Ops.convolution(x, @weights["weight"], bias: @weights["bias"], kernel: @kernel, pad: @pad)
        @activation.call(y)
      end
    end

    # A long short-term memory: x of shape (T, N, inputs) to the hidden states (T, N, hidden).
    class LSTM
      attr_reader :weights

      def initialize(hidden, inputs)
        @hidden = hidden
        @weights = { "i2h_weight" => NN.glorot([4 * hidden, inputs]), "h2h_weight" => NN.glorot([4 * hidden, hidden]),
                     "i2h_bias" => Weft.zeros([4 * hidden]), "h2h_bias" => Weft.zeros([4 * hidden]) }
      end

      def call(x)
        state = Weft.zeros([x.shape[1], @hidden])
        Ops.lstm(x, state, state, *@weights.values).first
      end
    end

    # A block as a layer without weights.
    class Lambda
      def initialize(&call)
        @call = call
      end

      def call(x)
        @call.call(x)
      end

      def weights
        {}
      end
    end

    # Layers one behind the other, with names; weights are named `name.weight` and the like.
    class Sequential
      def initialize(**layers)
        @layers = layers
      end

      def call(x)
        @layers.values.inject(x) { |y, layer| layer.call(y) }
      end

      def weights
        @layers.flat_map { |name, layer| layer.weights.map { |part, w| ["#{name}.#{part}", w] } }.to_h
      end
    end

    def self.zeros_like(arrays)
      arrays.map { |x| Weft.zeros(x.shape, dtype: x.dtype) }
    end

    # Gradient descent with momentum.
    class SGD
      def initialize(weights, rate:, momentum: 0.0)
        @weights, @rate, @momentum = weights.values, rate, momentum
        @velocities = NN.zeros_like(@weights)
      end

      # Updates the weights by gradients in the same order.
      def step(gradients)
        @weights.zip(gradients, @velocities) do |weight, gradient, velocity|
          Operator.named("sgd_mom_update")
                  .call_named([weight, gradient, velocity, @rate], { momentum: @momentum }, into: [weight, velocity])
        end
      end
    end

    # Adam (Kingma and Ba, 2015).
    class Adam
      def initialize(weights, rate: 0.001)
        @weights, @rate, @steps = weights.values, rate, 0
        @means, @variances = NN.zeros_like(@weights), NN.zeros_like(@weights)
      end

      # Updates the weights by gradients in the same order.
      def step(gradients)
        @steps += 1
        # The operator leaves the correction of the running means' bias to the rate.
        now = @rate * Math.sqrt(1 - 0.999**@steps) / (1 - 0.9**@steps)
        @weights.zip(gradients, @means, @variances) do |weight, gradient, mean, variance|
          Operator.named("adam_update").call_named([weight, gradient, mean, variance, now], into: [weight, mean, variance])
        end
      end
    end
  end
end
