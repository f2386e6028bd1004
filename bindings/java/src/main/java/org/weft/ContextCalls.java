// Written by bindings/generate; do not edit.
package org.weft;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The methods of Context that are one call of weft.h. */
public abstract class ContextCalls extends Owned {
    ContextCalls(long value, java.util.function.LongConsumer release) {
        super(value, release);
    }

    abstract Port[] ports(int kind);

    abstract Context given(int input, Dtype dtype, ByteBuffer memory);

    abstract ByteBuffer memory(int output, Dtype wanted);

    /** Runs the entry point. */
    public synchronized Context run() {
        Native.check(C.weft_context_run(handle()));
        return (Context) this;
    }

    /** Sets all states back to what the file has. */
    public synchronized Context reset() {
        Native.check(C.weft_context_reset(handle()));
        return (Context) this;
    }

    /**
     * Writes the model's file with the present states.
     *
     * @param path the file
     */
    public synchronized void save(String path) {
        Native.check(C.weft_context_save(handle(), path));
    }

    /** The inputs. */
    public synchronized Port[] inputs() {
        return ports(0);
    }

    /** The outputs. */
    public synchronized Port[] outputs() {
        return ports(1);
    }

    /** The states, which runs change. */
    public synchronized Port[] states() {
        return ports(2);
    }

    /**
     * Copies numbers to an input of float32. If only its first dimension is open,
     * their number sets it.
     *
     * @param input its number
     * @param elements in row-major order
     */
    public synchronized Context setInput(int input, float[] elements) {
        ByteBuffer memory = ByteBuffer.allocateDirect(4 * elements.length).order(ByteOrder.nativeOrder());
        memory.asFloatBuffer().put(elements);
        return given(input, Dtype.FLOAT32, memory);
    }

    /**
     * A copy of an output of float32 after a run.
     *
     * @param output its number
     */
    public synchronized float[] outputFloats(int output) {
        ByteBuffer memory = memory(output, Dtype.FLOAT32);
        float[] out = new float[memory.remaining() / 4];
        memory.asFloatBuffer().get(out);
        return out;
    }

    /**
     * Copies numbers to an input of float64. If only its first dimension is open,
     * their number sets it.
     *
     * @param input its number
     * @param elements in row-major order
     */
    public synchronized Context setInput(int input, double[] elements) {
        ByteBuffer memory = ByteBuffer.allocateDirect(8 * elements.length).order(ByteOrder.nativeOrder());
        memory.asDoubleBuffer().put(elements);
        return given(input, Dtype.FLOAT64, memory);
    }

    /**
     * A copy of an output of float64 after a run.
     *
     * @param output its number
     */
    public synchronized double[] outputDoubles(int output) {
        ByteBuffer memory = memory(output, Dtype.FLOAT64);
        double[] out = new double[memory.remaining() / 8];
        memory.asDoubleBuffer().get(out);
        return out;
    }

    /**
     * Copies numbers to an input of int64. If only its first dimension is open,
     * their number sets it.
     *
     * @param input its number
     * @param elements in row-major order
     */
    public synchronized Context setInput(int input, long[] elements) {
        ByteBuffer memory = ByteBuffer.allocateDirect(8 * elements.length).order(ByteOrder.nativeOrder());
        memory.asLongBuffer().put(elements);
        return given(input, Dtype.INT64, memory);
    }

    /**
     * A copy of an output of int64 after a run.
     *
     * @param output its number
     */
    public synchronized long[] outputLongs(int output) {
        ByteBuffer memory = memory(output, Dtype.INT64);
        long[] out = new long[memory.remaining() / 8];
        memory.asLongBuffer().get(out);
        return out;
    }

    /**
     * Copies numbers to an input of int32. If only its first dimension is open,
     * their number sets it.
     *
     * @param input its number
     * @param elements in row-major order
     */
    public synchronized Context setInput(int input, int[] elements) {
        ByteBuffer memory = ByteBuffer.allocateDirect(4 * elements.length).order(ByteOrder.nativeOrder());
        memory.asIntBuffer().put(elements);
        return given(input, Dtype.INT32, memory);
    }

    /**
     * A copy of an output of int32 after a run.
     *
     * @param output its number
     */
    public synchronized int[] outputInts(int output) {
        ByteBuffer memory = memory(output, Dtype.INT32);
        int[] out = new int[memory.remaining() / 4];
        memory.asIntBuffer().get(out);
        return out;
    }
}
