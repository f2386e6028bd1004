package org.weft;

import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/**
 * An array. The object owns a reference, which {@link #close} gives back at once and the collector
 * later. While one thread writes an array, no other may use it.
 */
public final class Tensor implements Operand, AutoCloseable {
    static final Cleaner CLEANER = Cleaner.create();

    final Handle handle;
    private final Cleaner.Cleanable cleanable;

    Tensor(long value) {
        handle = new Handle(value);
        cleanable = CLEANER.register(this, handle);
    }

    /** New arrays around handles that these take. */
    static Tensor[] all(long[] handles) {
        Tensor[] out = new Tensor[handles.length];
        for (int i = 0; i < out.length; i++) out[i] = new Tensor(handles[i]);
        return out;
    }

    private <T> T with(String what, LongFunction<T> body) {
        long value = handle.acquire(what);
        try {
            return body.apply(value);
        } finally {
            handle.done();
        }
    }

    private void run(String what, LongConsumer body) {
        with(what, value -> {
            body.accept(value);
            return null;
        });
    }

    /**
     * Copies numbers in row-major order.
     *
     * @param elements the numbers
     * @param shape the extents; none: one axis
     */
    public static Tensor of(float[] elements, long... shape) {
        ByteBuffer bytes = buffer(4 * elements.length);
        bytes.asFloatBuffer().put(elements);
        return ofBytes(Dtype.FLOAT32, shapeOr(shape, elements.length), bytes.array());
    }

    /**
     * Copies numbers in row-major order.
     *
     * @param elements the numbers
     * @param shape the extents; none: one axis
     */
    public static Tensor of(double[] elements, long... shape) {
        ByteBuffer bytes = buffer(8 * elements.length);
        bytes.asDoubleBuffer().put(elements);
        return ofBytes(Dtype.FLOAT64, shapeOr(shape, elements.length), bytes.array());
    }

    /**
     * Copies numbers in row-major order.
     *
     * @param elements the numbers
     * @param shape the extents; none: one axis
     */
    public static Tensor of(long[] elements, long... shape) {
        ByteBuffer bytes = buffer(8 * elements.length);
        bytes.asLongBuffer().put(elements);
        return ofBytes(Dtype.INT64, shapeOr(shape, elements.length), bytes.array());
    }

    /**
     * Copies numbers in row-major order.
     *
     * @param elements the numbers
     * @param shape the extents; none: one axis
     */
    public static Tensor of(int[] elements, long... shape) {
        ByteBuffer bytes = buffer(4 * elements.length);
        bytes.asIntBuffer().put(elements);
        return ofBytes(Dtype.INT32, shapeOr(shape, elements.length), bytes.array());
    }

    /**
     * An array from the bytes of its elements, in the order of this machine.
     *
     * @param dtype the type of the elements
     * @param shape the extents
     * @param bytes exactly as many as the elements have
     */
    public static Tensor ofBytes(Dtype dtype, long[] shape, byte[] bytes) {
        return new Tensor(Native.create(dtype.code, shape, bytes));
    }

    /**
     * An array of zeros.
     *
     * @param dtype the type of the elements
     * @param shape the extents
     */
    public static Tensor zeros(Dtype dtype, long... shape) {
        return new Tensor(Native.create(dtype.code, shape, null));
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }

    private static long[] shapeOr(long[] shape, int count) {
        return shape.length == 0 ? new long[] {count} : shape;
    }

    /** The type of the elements. */
    public Dtype dtype() {
        return Dtype.of(with("dtype", Native::dtype));
    }

    /** The extents. */
    public long[] shape() {
        return with("shape", Native::shape);
    }

    /** The number of elements. */
    public long size() {
        return Arrays.stream(shape()).reduce(1, (a, b) -> a * b);
    }

    /** The bytes of the elements, in row-major order. */
    public byte[] toBytes() {
        return with("read", Native::read);
    }

    private ByteBuffer read(Dtype wanted) {
        if (dtype() != wanted)
            throw new WeftException(
                    WeftException.Status.INVALID_TYPE,
                    "Tensor: elements are wanted as " + wanted + "; the array has " + dtype());
        return ByteBuffer.wrap(toBytes()).order(ByteOrder.nativeOrder());
    }

    /** The elements of a float32 array, in row-major order. */
    public float[] toFloats() {
        float[] out = new float[(int) size()];
        read(Dtype.FLOAT32).asFloatBuffer().get(out);
        return out;
    }

    /** The elements of a float64 array, in row-major order. */
    public double[] toDoubles() {
        double[] out = new double[(int) size()];
        read(Dtype.FLOAT64).asDoubleBuffer().get(out);
        return out;
    }

    /** The elements of an int64 array, in row-major order. */
    public long[] toLongs() {
        long[] out = new long[(int) size()];
        read(Dtype.INT64).asLongBuffer().get(out);
        return out;
    }

    /** The only element as a number. */
    public double item() {
        if (size() != 1)
            throw new WeftException(
                    WeftException.Status.INVALID_VALUE, "item: expected one element; got " + size());
        try (Tensor wide = astype(Dtype.FLOAT64)) {
            return wide.toDoubles()[0];
        }
    }

    /** Waits until the content is there; throws the failure of the work that should have made it. */
    public void await() {
        run("await", Native::waitFor);
    }

    /**
     * Writes an array that broadcasts to this one, or a number, to all elements.
     *
     * @param value the array or number
     */
    public void write(Operand value) {
        if (value instanceof Tensor) run("write", target -> ((Tensor) value).run("write", from -> Native.write(target, from)));
        else run("write", target -> Native.fill(target, ((Operand.Scalar) value).number.doubleValue()));
    }

    /**
     * Is it the same array, so that a write through one is seen through the other?
     *
     * @param other another array
     */
    public boolean isSame(Tensor other) {
        return with("isSame", a -> other.with("isSame", b -> Native.isSame(a, b)));
    }

    /** The same content without its history. */
    public Tensor detach() {
        return new Tensor(with("detach", Native::detach));
    }

    /** Makes the array a leaf with a gradient, which backward replaces. */
    public Tensor attachGrad() {
        run("attachGrad", Native::attachGrad);
        return this;
    }

    /** The gradient; null where none is attached. */
    public Tensor grad() {
        long made = with("grad", Native::grad);
        return made == 0 ? null : new Tensor(made);
    }

    /** Computes the gradients of this array into the leaves. */
    public void backward() {
        Autograd.backward(this);
    }

    public Tensor add(Operand other) {
        return Ops.add(this, other);
    }

    public Tensor sub(Operand other) {
        return Ops.subtract(this, other);
    }

    public Tensor mul(Operand other) {
        return Ops.multiply(this, other);
    }

    public Tensor div(Operand other) {
        return Ops.divide(this, other);
    }

    public Tensor add(double other) {
        return Ops.add(this, Operand.of(other));
    }

    public Tensor sub(double other) {
        return Ops.subtract(this, Operand.of(other));
    }

    public Tensor mul(double other) {
        return Ops.multiply(this, Operand.of(other));
    }

    public Tensor div(double other) {
        return Ops.divide(this, Operand.of(other));
    }

    public Tensor reshape(long... shape) {
        return Ops.reshape(this, shape);
    }

    public Tensor astype(Dtype dtype) {
        return Ops.cast(this, dtype);
    }

    /**
     * The part from `start` to before `end` along an axis.
     *
     * @param axis counted from 0
     * @param start the first
     * @param end behind the last
     */
    public Tensor slice(int axis, long start, long end) {
        long[] size = shape();
        if (axis < 0 || axis >= size.length || start < 0 || end < start || end > size[axis])
            throw new IndexOutOfBoundsException(
                    "slice: axis " + axis + " of " + Arrays.toString(size) + " has no part " + start + " to " + end);
        long[] begin = new long[size.length], step = new long[size.length];
        Arrays.fill(step, 1);
        begin[axis] = start;
        size[axis] = end - start;
        return Ops.slice(this, begin, size, step);
    }

    /**
     * Gives the array to another library by DLPack 1, without a copy: the address of a
     * DLManagedTensorVersioned. The array stays where it is, and alive, until the other library calls
     * the deleter; {@link #freeDlpack} does the same.
     */
    public long toDlpack() {
        return with("toDlpack", Native::toDlpack);
    }

    /**
     * An array on the memory of another library, which gets it back when the last array on it is gone.
     *
     * @param managed the address of a DLManagedTensorVersioned; on failure it is as before
     */
    public static Tensor fromDlpack(long managed) {
        if (managed == 0)
            throw new WeftException(WeftException.Status.INVALID_VALUE, "fromDlpack: `managed` is 0");
        return new Tensor(Native.fromDlpack(managed));
    }

    /**
     * Gives back what {@link #toDlpack} gave and no other library has taken.
     *
     * @param managed the address
     */
    public static void freeDlpack(long managed) {
        Native.freeDlpack(managed);
    }

    /** Frees the array now; using it later is an error. */
    @Override
    public void close() {
        cleanable.clean();
    }

    @Override
    public String toString() {
        return "Tensor(" + dtype() + ", " + Arrays.toString(shape()) + ")";
    }

    /**
     * Writes named arrays to a safetensors file in one step.
     *
     * @param path the file
     * @param arrays the arrays by their names
     */
    public static void save(String path, Map<String, Tensor> arrays) {
        try (Held held = new Held("save", arrays.values().toArray(new Tensor[0]))) {
            Native.save(path, arrays.keySet().toArray(new String[0]), held.handles);
        }
    }

    /**
     * Reads the arrays of a safetensors file, in its order.
     *
     * @param path the file
     */
    public static Map<String, Tensor> load(String path) {
        return named(Native.load(path));
    }

    static Map<String, Tensor> named(Object[] namesAndTensors) {
        String[] names = (String[]) namesAndTensors[0];
        Tensor[] tensors = all((long[]) namesAndTensors[1]);
        Map<String, Tensor> out = new LinkedHashMap<>();
        for (int i = 0; i < names.length; i++) out.put(names[i], tensors[i]);
        return out;
    }
}
