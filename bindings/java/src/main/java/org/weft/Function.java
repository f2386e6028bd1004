package org.weft;

/** A traced graph. */
public final class Function extends Owned {
    /** What is traced: from placeholders to outputs. */
    @FunctionalInterface
    public interface Body {
        /**
         * Computes outputs of placeholders.
         *
         * @param inputs the placeholders
         */
        Tensor[] run(Tensor... inputs);
    }

    Function(long handle) {
        super(handle, Native::releaseFunction);
    }

    /**
     * Runs the body once on placeholders for the inputs, and gives the graph of what it did. Arrays that
     * the body reads from outside (weights) are captured: the graph sees later writes to them.
     *
     * @param body what is traced
     * @param inputs arrays whose types the placeholders have
     */
    public static Function trace(Body body, Tensor... inputs) {
        Tensor[] placeholders = Tensor.all(Held.with("trace", inputs, Native::traceBegin));
        boolean ended = false;
        try {
            Function out = new Function(Held.with("trace", body.run(placeholders), Native::traceEnd));
            ended = true;
            return out;
        } finally {
            if (!ended) Native.traceAbort();
        }
    }

    /**
     * Calls the graph through the plan for these shapes.
     *
     * @param inputs as many as the body has
     */
    public synchronized Tensor[] call(Tensor... inputs) {
        return Tensor.all(Held.with("call", inputs, handles -> Native.call(handle(), handles)));
    }

    /** The arrays that the body read from outside: weights, states and constants. */
    public synchronized Tensor[] captures() {
        return Tensor.all(Native.captures(handle()));
    }

    /**
     * A text for people.
     *
     * @param what "graph", "plan" or "arena"
     */
    public synchronized String text(String what) {
        return Native.text(handle(), what);
    }
}
