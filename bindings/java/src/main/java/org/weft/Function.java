package org.weft;

/** A traced graph. */
public final class Function extends FunctionCalls {
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
        super(handle, C::weft_function_release);
    }

    /**
     * Runs the body once on placeholders for the inputs, and gives the graph of what it did. Arrays that
     * the body reads from outside (weights) are captured: the graph sees later writes to them.
     *
     * @param body what is traced
     * @param inputs arrays whose types the placeholders have
     */
    public static Function trace(Body body, Tensor... inputs) {
        Tensor[] placeholders = Tensor.all(Held.with("trace", inputs, given ->
                Native.filled(given.length, out -> C.weft_trace_begin(given, given.length, out))));
        boolean ended = false;
        try {
            Function out = new Function(Held.with("trace", body.run(placeholders), made ->
                    Native.made(function -> C.weft_trace_end(made, made.length, function))));
            ended = true;
            return out;
        } finally {
            if (!ended) C.weft_trace_abort();
        }
    }

    /**
     * Calls the graph through the plan for these shapes.
     *
     * @param inputs as many as the body has
     */
    public synchronized Tensor[] call(Tensor... inputs) {
        return Tensor.all(Held.with("call", inputs, given -> {
            long count = C.weft_function_outputs(handle());
            return Native.filled(count, out -> C.weft_function_call(handle(), given, given.length, out, count));
        }));
    }

    /** The arrays that the body read from outside: weights, states and constants. */
    public synchronized Tensor[] captures() {
        long[] out = new long[(int) C.weft_function_captures(handle())];
        for (int i = 0; i < out.length; i++) out[i] = C.weft_tensor_retain(C.weft_function_capture_at(handle(), i));
        return Tensor.all(out);
    }

}
