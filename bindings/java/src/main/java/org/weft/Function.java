package org.weft;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** A traced graph. */
public final class Function extends FunctionCalls {
    /** What is traced: from placeholders to outputs. */
    @FunctionalInterface
    public interface Body {
        /** Computes outputs of placeholders. */
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
        return trace(body, List.of(), inputs);
    }

    /**
     * The same, where some extents of the inputs are open: each call may have others. The body then runs
     * once for each of six examples of them, and must not decide by them.
     *
     * @param body what is traced
     * @param dynamic the open extents
     * @param inputs arrays whose types the placeholders have
     */
    public static Function trace(Body body, List<Dim> dynamic, Tensor... inputs) {
        long[] examples = {};
        try {
            do {
                long next = example(body, dynamic, inputs, examples);
                examples = Arrays.copyOf(examples, examples.length + 1);
                examples[examples.length - 1] = next;
            } while (C.weft_function_is_example(examples[0]) != 0 && examples.length < C.WEFT_TRACE_EXAMPLES);
            if (examples.length == 1) return new Function(C.weft_function_retain(examples[0]));
            long[] all = examples;
            return new Function(Native.made(out -> C.weft_function_join(all, all.length, out)));
        } finally {
            for (long example : examples) C.weft_function_release(example);
        }
    }

    /** The function of one trace. */
    private static long example(Body body, List<Dim> dynamic, Tensor[] inputs, long[] earlier) {
        ByteBuffer types = Held.with("trace", inputs, Function::types);
        for (int i = 0; i < dynamic.size(); i++) dynamic.get(i).choose(types, earlier.length, i);
        Tensor[] placeholders = Tensor.all(Native.filled(
                inputs.length, out -> C.weft_trace_begin_types(Native.address(types), inputs.length, out)));
        boolean ended = false;
        try {
            Native.check(C.weft_trace_set_example(earlier.length, earlier, earlier.length));
            for (Dim dim : dynamic) dim.add();
            long out = Held.with("trace", body.run(placeholders), made ->
                    Native.made(function -> C.weft_trace_end(made, made.length, function)));
            ended = true;
            return out;
        } finally {
            if (!ended) C.weft_trace_abort();
        }
    }

    /** A row of weft_type. */
    private static ByteBuffer types(long[] tensors) {
        ByteBuffer out = Native.room((long) C.weft_type_bytes * tensors.length);
        for (long x : tensors) {
            int at = out.position();
            out.putInt(C.weft_tensor_dtype(x)).putInt(C.weft_tensor_rank(x));
            for (long extent : Native.longs(C.weft_tensor_shape(x), C.weft_tensor_rank(x))) out.putLong(extent);
            out.position(at + C.weft_type_bytes);
        }
        return out;
    }

    /** Calls the graph through the plan for these shapes. */
    public synchronized Tensor[] call(Tensor... inputs) {
        return Tensor.all(Held.with("call", inputs, given -> {
            long count = C.weft_function_outputs(handle());
            return Native.filled(count, out -> C.weft_function_call(handle(), given, given.length, out, count));
        }));
    }
}
