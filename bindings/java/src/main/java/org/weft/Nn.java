package org.weft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Layers over operators, and updates: enough to build and train networks in Java. */
public final class Nn {
    private Nn() {}

    /** A part of a network. */
    public interface Layer {
        /** The output for an input whose first axis is the batch. */
        Tensor call(Tensor x);

        /** The weights by their names within the layer. */
        default Map<String, Tensor> weights() {
            return Map.of();
        }
    }

    /**
     * Weights that are uniform, as wide as keeps the variance of signals (Glorot and Bengio, 2010).
     *
     * @param shape outputs, inputs, then a window
     */
    public static Tensor glorot(long... shape) {
        long window = 1;
        for (int i = 2; i < shape.length; i++) window *= shape[i];
        double high = Math.sqrt(6.0 / ((shape[0] + shape[1]) * window));
        return Ops.uniform(shape, Dtype.FLOAT32, new Ops.Uniform().low(-high).high(high));
    }

    private static Map<String, Tensor> ordered(Object... namesAndWeights) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        for (int i = 0; i < namesAndWeights.length; i += 2)
            out.put((String) namesAndWeights[i], (Tensor) namesAndWeights[i + 1]);
        return out;
    }

    /** What layers of a weight and a bias share: weights by Glorot's rule, a bias of zeros, a function behind. */
    private abstract static class Affine implements Layer {
        final Tensor weight, bias;
        private final UnaryOperator<Tensor> activation;

        Affine(UnaryOperator<Tensor> activation, long... shape) {
            weight = glorot(shape);
            bias = Tensor.zeros(Dtype.FLOAT32, shape[0]);
            this.activation = activation;
        }

        abstract Tensor linear(Tensor x);

        @Override
        public final Tensor call(Tensor x) {
            return activation.apply(linear(x));
        }

        @Override
        public final Map<String, Tensor> weights() {
            return ordered("weight", weight, "bias", bias);
        }
    }

    /** y = activation(x W' + b) for x of shape (N, inputs); further axes of x are flattened. */
    public static final class Dense extends Affine {
        public Dense(long outputs, long inputs, UnaryOperator<Tensor> activation) {
            super(activation, outputs, inputs);
        }

        public Dense(long outputs, long inputs) {
            this(outputs, inputs, UnaryOperator.identity());
        }

        @Override
        Tensor linear(Tensor x) {
            return Ops.fullyConnected(x, weight, new Ops.FullyConnected().bias(bias));
        }
    }

    /** A convolution of images of shape (N, inputs, H, W) with square windows. */
    public static final class Conv2d extends Affine {
        private final Ops.Convolution options;

        public Conv2d(long outputs, long inputs, long window, long pad, UnaryOperator<Tensor> activation) {
            super(activation, outputs, inputs, window, window);
            options = new Ops.Convolution().bias(bias).kernel(window, window).pad(pad, pad);
        }

        @Override
        Tensor linear(Tensor x) {
            return Ops.convolution(x, weight, options);
        }
    }

    /** A long short-term memory: x of shape (T, N, inputs) to the hidden states (T, N, hidden). */
    public static final class Lstm implements Layer {
        private final long hidden;
        private final Map<String, Tensor> weights;

        public Lstm(long hidden, long inputs) {
            this.hidden = hidden;
            weights = ordered(
                    "i2hWeight", glorot(4 * hidden, inputs), "h2hWeight", glorot(4 * hidden, hidden),
                    "i2hBias", Tensor.zeros(Dtype.FLOAT32, 4 * hidden),
                    "h2hBias", Tensor.zeros(Dtype.FLOAT32, 4 * hidden));
        }

        @Override
        public Tensor call(Tensor x) {
            Tensor state = Tensor.zeros(Dtype.FLOAT32, x.shape()[1], hidden);
            return Ops.lstm(x, state, state, weights.get("i2hWeight"), weights.get("h2hWeight"),
                    weights.get("i2hBias"), weights.get("h2hBias"))[0];
        }

        @Override
        public Map<String, Tensor> weights() {
            return weights;
        }
    }

    /** Layers one behind the other, with names. */
    public static final class Sequential implements Layer {
        private final Map<String, Layer> layers = new LinkedHashMap<>();

        /** Adds a layer behind the others; its weights are named `name.weight` and the like. */
        public Sequential add(String name, Layer layer) {
            layers.put(name, layer);
            return this;
        }

        @Override
        public Tensor call(Tensor x) {
            for (Layer layer : layers.values()) x = layer.call(x);
            return x;
        }

        @Override
        public Map<String, Tensor> weights() {
            Map<String, Tensor> out = new LinkedHashMap<>();
            layers.forEach((name, layer) ->
                    layer.weights().forEach((part, weight) -> out.put(name + "." + part, weight)));
            return out;
        }
    }

    /** Weights, and the states that an operator keeps beside each of them. */
    private static final class Update {
        private final Operator operator;
        private final Tensor[][] rows; // a weight and its states

        Update(String operator, Map<String, Tensor> weights, int states) {
            this.operator = new Operator(operator);
            rows = weights.values().stream().map(weight -> {
                Tensor[] row = new Tensor[1 + states];
                Arrays.setAll(row, i -> i == 0 ? weight : Tensor.zeros(weight.dtype(), weight.shape()));
                return row;
            }).toArray(Tensor[][]::new);
        }

        void step(Tensor[] gradients, double rate, Map<String, Object> options) {
            for (int i = 0; i < rows.length; i++) {
                List<Object> given = new ArrayList<>(Arrays.asList(rows[i]));
                given.add(1, gradients[i]);
                given.add(rate);
                operator.callInto(given.toArray(), options, rows[i]);
            }
        }
    }

    /** Gradient descent with momentum. */
    public static final class Sgd {
        private final Update update;
        private final double rate;
        private final Map<String, Object> options;

        public Sgd(Map<String, Tensor> weights, double rate, double momentum) {
            update = new Update("sgd_mom_update", weights, 1);
            this.rate = rate;
            options = Map.of("momentum", momentum);
        }

        /** Updates the weights by gradients in the same order. */
        public void step(Tensor... gradients) {
            update.step(gradients, rate, options);
        }
    }

    /** Adam (Kingma and Ba, 2015). */
    public static final class Adam {
        private final Update update;
        private final double rate;
        private int steps;

        public Adam(Map<String, Tensor> weights, double rate) {
            update = new Update("adam_update", weights, 2);
            this.rate = rate;
        }

        /** Updates the weights by gradients in the same order. */
        public void step(Tensor... gradients) {
            steps++;
            // The operator leaves the correction of the running means' bias to the rate.
            double now = rate * Math.sqrt(1 - Math.pow(0.999, steps)) / (1 - Math.pow(0.9, steps));
            update.step(gradients, now, Map.of());
        }
    }
}
