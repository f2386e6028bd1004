package org.weft;

import java.util.function.Supplier;

/** Gradients: recording, and backward passes. */
public final class Autograd {
    private static final int RECORDING = C.WEFT_MODE_RECORDING, TRAINING = C.WEFT_MODE_TRAINING;

    private Autograd() {}

    private static <T> T within(int set, int clear, Supplier<T> body) {
        int before = C.weft_set_modes(set, clear), changed = set | clear;
        try {
            return body.get();
        } finally {
            C.weft_set_modes(before & changed, changed & ~before);
        }
    }

    /** Runs the body while operators are recorded, in training mode. */
    public static <T> T record(Supplier<T> body) {
        return within(RECORDING | TRAINING, 0, body);
    }

    /** Runs the body while nothing is recorded: for updates of weights. */
    public static <T> T pause(Supplier<T> body) {
        return within(0, RECORDING | TRAINING, body);
    }

    /** Computes the gradients of arrays that were recorded into the leaves. */
    public static void backward(Tensor... heads) {
        try (Held held = new Held("backward", heads)) {
            Native.check(C.weft_backward(held.handles, null, heads.length, 0));
        }
    }

    private static Tensor[] gradients(Tensor head, Tensor[] variables, boolean createGraph) {
        try (Held from = new Held("grad", new Tensor[] {head}); Held to = new Held("grad", variables)) {
            int again = createGraph ? 1 : 0;
            return Tensor.all(Native.filled(variables.length, out -> C.weft_grad(
                    from.handles, null, 1, to.handles, variables.length, again, again, out)));
        }
    }

    /** The gradients of an array that was recorded with respect to variables, as new arrays. */
    public static Tensor[] grad(Tensor head, Tensor... variables) {
        return gradients(head, variables, false);
    }

    /** The same, recorded, so that the gradients have gradients in their turn. */
    public static Tensor[] gradWithGraph(Tensor head, Tensor... variables) {
        return gradients(head, variables, true);
    }
}
