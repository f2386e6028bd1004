// Written by bindings/generate; do not edit.
package org.weft;

/** The methods of Function that are one call of weft.h. */
public abstract class FunctionCalls extends Owned {
    FunctionCalls(long value, java.util.function.LongConsumer release) {
        super(value, release);
    }

    /**
     * A text for people: "graph", "plan" or "arena".
     *
     * @param what which text
     */
    public synchronized String text(String what) {
        return Native.text(Native.made(out -> C.weft_function_get_text(handle(), what, out)));
    }

    /** The arrays that the body read from outside: weights, states and constants. */
    public synchronized Tensor[] captures() {
        Tensor[] out = new Tensor[(int) C.weft_function_captures(handle())];
        for (int i = 0; i < out.length; i++) out[i] = new Tensor(C.weft_tensor_retain(C.weft_function_capture_at(handle(), i)));
        return out;
    }
}
