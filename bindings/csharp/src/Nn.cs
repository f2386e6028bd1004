using System;
using System.Collections.Generic;
using System.Linq;

namespace Weft.Nn
{
    /// <summary>A part of a network.</summary>
    public interface ILayer
    {
        /// <summary>The output for an input whose first axis is the batch.</summary>
        Tensor Call(Tensor x);

        /// <summary>The weights by their names within the layer.</summary>
        Dictionary<string, Tensor> Weights { get; }
    }

    /// <summary>First values of weights.</summary>
    public static class Init
    {
        /// <summary>Uniform, as wide as keeps the variance of signals (Glorot and Bengio, 2010). The first
        /// extent counts outputs, the second inputs, others are a window.</summary>
        public static Tensor Glorot(params long[] shape)
        {
            double window = shape.Skip(2).Aggregate(1L, (a, b) => a * b);
            double high = Math.Sqrt(6 / ((shape[0] + shape[1]) * window));
            return Ops.Uniform(shape, Dtype.Float32, low: -high, high: high);
        }
    }

    /// <summary>y = activation(x W' + b) for x of shape (N, inputs); further axes of x are flattened.
    /// </summary>
    public sealed class Dense : ILayer
    {
        private readonly Func<Tensor, Tensor> activation;

        public Dense(long outputs, long inputs, Func<Tensor, Tensor> activation = null)
        {
            Weights = new Dictionary<string, Tensor>
            {
                ["weight"] = Init.Glorot(outputs, inputs), ["bias"] = Tensor.Zeros(Dtype.Float32, outputs),
            };
            this.activation = activation ?? (x => x);
        }

        public Dictionary<string, Tensor> Weights { get; }

        public Tensor Call(Tensor x) =>
            activation(Ops.FullyConnected(x, Weights["weight"], bias: Weights["bias"]));
    }

    /// <summary>A convolution of images of shape (N, inputs, H, W) with square windows.</summary>
    public sealed class Conv2d : ILayer
    {
        private readonly long[] window, pad;
        private readonly Func<Tensor, Tensor> activation;

        public Conv2d(long outputs, long inputs, long window, long pad = 0, Func<Tensor, Tensor> activation = null)
        {
            Weights = new Dictionary<string, Tensor>
            {
                ["weight"] = Init.Glorot(outputs, inputs, window, window),
                ["bias"] = Tensor.Zeros(Dtype.Float32, outputs),
            };
            this.window = new[] { window, window };
            this.pad = new[] { pad, pad };
            this.activation = activation ?? (x => x);
        }

        public Dictionary<string, Tensor> Weights { get; }

        public Tensor Call(Tensor x) =>
            activation(Ops.Convolution(x, Weights["weight"], bias: Weights["bias"], kernel: window, pad: pad));
    }

    /// <summary>A long short-term memory: x of shape (T, N, inputs) to the hidden states (T, N, hidden).
    /// </summary>
    public sealed class Lstm : ILayer
    {
        private readonly long hidden;

        public Lstm(long hidden, long inputs)
        {
            this.hidden = hidden;
            Weights = new Dictionary<string, Tensor>
            {
                ["i2hWeight"] = Init.Glorot(4 * hidden, inputs), ["h2hWeight"] = Init.Glorot(4 * hidden, hidden),
                ["i2hBias"] = Tensor.Zeros(Dtype.Float32, 4 * hidden),
                ["h2hBias"] = Tensor.Zeros(Dtype.Float32, 4 * hidden),
            };
        }

        public Dictionary<string, Tensor> Weights { get; }

        public Tensor Call(Tensor x)
        {
            Tensor state = Tensor.Zeros(Dtype.Float32, x.Shape[1], hidden);
            return Ops.Lstm(x, state, state, Weights["i2hWeight"], Weights["h2hWeight"], Weights["i2hBias"],
                Weights["h2hBias"])[0];
        }
    }

    /// <summary>A function as a layer without weights.</summary>
    public sealed class Lambda : ILayer
    {
        private readonly Func<Tensor, Tensor> call;

        public Lambda(Func<Tensor, Tensor> call) => this.call = call;

        public Dictionary<string, Tensor> Weights { get; } = new Dictionary<string, Tensor>();

        public Tensor Call(Tensor x) => call(x);
    }

    /// <summary>Layers one behind the other, with names.</summary>
    public sealed class Sequential : ILayer
    {
        private readonly List<KeyValuePair<string, ILayer>> layers = new List<KeyValuePair<string, ILayer>>();

        /// <summary>Adds a layer behind the others; its weights are named `name.weight` and the like.
        /// </summary>
        public Sequential Add(string name, ILayer layer)
        {
            layers.Add(new KeyValuePair<string, ILayer>(name, layer));
            return this;
        }

        public Tensor Call(Tensor x) => layers.Aggregate(x, (y, layer) => layer.Value.Call(y));

        public Dictionary<string, Tensor> Weights => layers
            .SelectMany(layer => layer.Value.Weights.Select(weight =>
                new KeyValuePair<string, Tensor>(layer.Key + "." + weight.Key, weight.Value)))
            .ToDictionary(weight => weight.Key, weight => weight.Value);
    }

    /// <summary>Gradient descent with momentum.</summary>
    public sealed class Sgd
    {
        private readonly Tensor[] weights, velocities;
        private readonly double rate;
        private readonly Dictionary<string, object> options;

        public Sgd(Dictionary<string, Tensor> weights, double rate, double momentum = 0)
        {
            this.weights = weights.Values.ToArray();
            velocities = this.weights.Select(w => Tensor.Zeros(w.Dtype, w.Shape)).ToArray();
            this.rate = rate;
            options = new Dictionary<string, object> { ["momentum"] = momentum };
        }

        /// <summary>Updates the weights by gradients in the same order.</summary>
        public void Step(params Tensor[] gradients)
        {
            Operator update = Operator.Named("sgd_mom_update");
            for (int i = 0; i < weights.Length; i++)
                update.CallInto(new object[] { weights[i], gradients[i], velocities[i], rate }, options,
                    weights[i], velocities[i]);
        }
    }

    /// <summary>Adam (Kingma and Ba, 2015).</summary>
    public sealed class Adam
    {
        private readonly Tensor[] weights, means, variances;
        private readonly double rate;
        private int steps;

        public Adam(Dictionary<string, Tensor> weights, double rate = 0.001)
        {
            this.weights = weights.Values.ToArray();
            means = this.weights.Select(w => Tensor.Zeros(w.Dtype, w.Shape)).ToArray();
            variances = this.weights.Select(w => Tensor.Zeros(w.Dtype, w.Shape)).ToArray();
            this.rate = rate;
        }

        /// <summary>Updates the weights by gradients in the same order.</summary>
        public void Step(params Tensor[] gradients)
        {
            steps++;
            // The operator leaves the correction of the running means' bias to the rate.
            double now = rate * Math.Sqrt(1 - Math.Pow(0.999, steps)) / (1 - Math.Pow(0.9, steps));
            Operator update = Operator.Named("adam_update");
            for (int i = 0; i < weights.Length; i++)
                update.CallInto(new object[] { weights[i], gradients[i], means[i], variances[i], now }, null,
                    weights[i], means[i], variances[i]);
        }
    }
}
