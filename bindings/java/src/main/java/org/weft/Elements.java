// Written by bindings/generate; do not edit.
package org.weft;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** What arrays have once for each type of elements and for each sign. */
public abstract class Elements implements Operand {
    Elements() {}

    abstract Tensor self();

    /** Up to 100 elements as text behind a comma, where they are numbers of Java. */
    String values() {
        if (self().size() > 100) return "";
        try {
            switch (self().dtype()) {
                case FLOAT32: return ", " + Arrays.toString(toFloats());
                case FLOAT64: return ", " + Arrays.toString(toDoubles());
                case INT64: return ", " + Arrays.toString(toLongs());
                case INT32: return ", " + Arrays.toString(toInts());
                default: return "";
            }
        } catch (WeftException error) {
            return ""; // the content is not there, as in a trace
        }
    }

    /**
     * Copies numbers in row-major order.
     *
     * @param elements the numbers
     * @param shape the extents; none: one axis
     */
    public static Tensor of(float[] elements, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * elements.length).order(ByteOrder.nativeOrder());
        bytes.asFloatBuffer().put(elements);
        long[] extents = shape.length == 0 ? new long[] {elements.length} : shape;
        return Tensor.ofBytes(Dtype.FLOAT32, extents, bytes.array());
    }

    /** The elements of an array of float32, in row-major order. */
    public float[] toFloats() {
        ByteBuffer bytes = self().read(Dtype.FLOAT32);
        float[] out = new float[bytes.remaining() / 4];
        bytes.asFloatBuffer().get(out);
        return out;
    }

    /**
     * Copies numbers in row-major order.
     *
     * @param elements the numbers
     * @param shape the extents; none: one axis
     */
    public static Tensor of(double[] elements, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * elements.length).order(ByteOrder.nativeOrder());
        bytes.asDoubleBuffer().put(elements);
        long[] extents = shape.length == 0 ? new long[] {elements.length} : shape;
        return Tensor.ofBytes(Dtype.FLOAT64, extents, bytes.array());
    }

    /** The elements of an array of float64, in row-major order. */
    public double[] toDoubles() {
        ByteBuffer bytes = self().read(Dtype.FLOAT64);
        double[] out = new double[bytes.remaining() / 8];
        bytes.asDoubleBuffer().get(out);
        return out;
    }

    /**
     * Copies numbers in row-major order.
     *
     * @param elements the numbers
     * @param shape the extents; none: one axis
     */
    public static Tensor of(long[] elements, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * elements.length).order(ByteOrder.nativeOrder());
        bytes.asLongBuffer().put(elements);
        long[] extents = shape.length == 0 ? new long[] {elements.length} : shape;
        return Tensor.ofBytes(Dtype.INT64, extents, bytes.array());
    }

    /** The elements of an array of int64, in row-major order. */
    public long[] toLongs() {
        ByteBuffer bytes = self().read(Dtype.INT64);
        long[] out = new long[bytes.remaining() / 8];
        bytes.asLongBuffer().get(out);
        return out;
    }

    /**
     * Copies numbers in row-major order.
     *
     * @param elements the numbers
     * @param shape the extents; none: one axis
     */
    public static Tensor of(int[] elements, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * elements.length).order(ByteOrder.nativeOrder());
        bytes.asIntBuffer().put(elements);
        long[] extents = shape.length == 0 ? new long[] {elements.length} : shape;
        return Tensor.ofBytes(Dtype.INT32, extents, bytes.array());
    }

    /** The elements of an array of int32, in row-major order. */
    public int[] toInts() {
        ByteBuffer bytes = self().read(Dtype.INT32);
        int[] out = new int[bytes.remaining() / 4];
        bytes.asIntBuffer().get(out);
        return out;
    }

    public Tensor add(Operand other) {
        return Ops.add(self(), other);
    }

    public Tensor add(double other) {
        return Ops.add(self(), Operand.of(other));
    }

    public Tensor sub(Operand other) {
        return Ops.subtract(self(), other);
    }

    public Tensor sub(double other) {
        return Ops.subtract(self(), Operand.of(other));
    }

    public Tensor mul(Operand other) {
        return Ops.multiply(self(), other);
    }

    public Tensor mul(double other) {
        return Ops.multiply(self(), Operand.of(other));
    }

    public Tensor div(Operand other) {
        return Ops.divide(self(), other);
    }

    public Tensor div(double other) {
        return Ops.divide(self(), Operand.of(other));
    }
}
