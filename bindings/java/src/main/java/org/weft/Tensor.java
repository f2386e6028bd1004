package org.weft;

import java.lang.ref.Cleaner;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;
import org.weft.WeftException.Status;

/**
 * An array. The object owns a reference, which {@link #close} gives back at once and the collector
 * later. While one thread writes an array, no other may use it.
 */
public final class Tensor extends TensorCalls implements AutoCloseable {
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

    <T> T with(String what, LongFunction<T> body) {
        long value = handle.acquire(what);
        try {
            return body.apply(value);
        } finally {
            handle.done();
        }
    }

    /** An array from the bytes of its elements, in the order of this machine. */
    public static Tensor ofBytes(Dtype dtype, long[] shape, byte[] bytes) {
        long wanted = Arrays.stream(shape).reduce(C.weft_dtype_size(dtype.code), (a, b) -> a * b);
        if (wanted != bytes.length)
            throw new WeftException(
                    Status.INVALID_VALUE, "Tensor: the shape needs " + wanted + " bytes; got " + bytes.length);
        return new Tensor(Native.made(out -> Native.withBytes(
                bytes, data -> C.weft_tensor_create(dtype.code, shape.length, shape, data, out))));
    }

    /** An array of zeros. */
    public static Tensor zeros(Dtype dtype, long... shape) {
        return new Tensor(Native.made(out -> C.weft_tensor_create(dtype.code, shape.length, shape, 0, out)));
    }

    /** The type of the elements. */
    public Dtype dtype() {
        return Dtype.of(with("dtype", C::weft_tensor_dtype));
    }

    /** The extents. */
    public long[] shape() {
        return with("shape", x -> Native.longs(C.weft_tensor_shape(x), C.weft_tensor_rank(x)));
    }

    /** The number of elements. */
    public long size() {
        return with("size", C::weft_tensor_elements);
    }

    /** The bytes of the elements, in row-major order. */
    public byte[] toBytes() {
        return with("read", x -> {
            long count = C.weft_tensor_elements(x) * C.weft_dtype_size(C.weft_tensor_dtype(x));
            return Native.bytes(count, place -> C.weft_tensor_read(x, place, count));
        });
    }

    /** A copy, for which this array is given up. */
    Tensor moved() {
        try (this) {
            return ofBytes(dtype(), shape(), toBytes());
        }
    }

    /** The elements for {@link Elements}, which must be of the wanted type. */
    ByteBuffer read(Dtype wanted) {
        if (dtype() != wanted)
            throw new WeftException(Status.INVALID_TYPE,
                    "Tensor: elements are wanted as " + wanted + "; the array has " + dtype());
        return ByteBuffer.wrap(toBytes()).order(ByteOrder.nativeOrder());
    }

    @Override
    Tensor self() {
        return this;
    }

    /** The only element as a number. */
    public double item() {
        if (size() != 1)
            throw new WeftException(Status.INVALID_VALUE, "item: expected one element; got " + size());
        Dtype dtype = dtype();
        if (dtype == Dtype.INT64 || dtype == Dtype.UINT64) {
            long bits = ByteBuffer.wrap(toBytes()).order(ByteOrder.nativeOrder()).getLong();
            BigDecimal all = new BigDecimal(dtype == Dtype.INT64 ? Long.toString(bits) : Long.toUnsignedString(bits));
            if (all.compareTo(new BigDecimal(all.doubleValue())) != 0)
                throw new WeftException(Status.INVALID_VALUE, "item: a double cannot be " + all + "; take toLongs or toBytes");
            return all.doubleValue();
        }
        try (Tensor wide = astype(Dtype.FLOAT64)) {
            return wide.toDoubles()[0];
        }
    }

    /** Writes an array that broadcasts to this one, or a number, to all elements. */
    public void write(Operand value) {
        Native.check(with("write", target -> {
            if (value instanceof Tensor)
                return ((Tensor) value).with("write", from -> write(target, C.WEFT_TAG_TENSOR, from));
            Number number = ((Operand.Scalar) value).number;
            if (number instanceof Long) return write(target, C.WEFT_TAG_INT, number.longValue());
            return write(target, C.WEFT_TAG_FLOAT, Double.doubleToRawLongBits(number.doubleValue()));
        }));
    }

    private static int write(long target, int tag, long content) {
        ByteBuffer value = Native.scratch(16).putInt(0, tag).putInt(4, 0).putLong(8, content); // weft_value
        return C.weft_tensor_write(target, Native.address(value));
    }

    /** Computes the gradients of this array into the leaves. */
    public void backward() {
        Autograd.backward(this);
    }

    public Tensor reshape(long... shape) {
        return Ops.reshape(this, shape);
    }

    public Tensor astype(Dtype dtype) {
        return Ops.cast(this, dtype);
    }

    /** The part from `start` to before `end` along an axis. */
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
        return with("toDlpack", x -> Native.made(Native.toDlpack(x)));
    }

    /**
     * An array on the memory of another library, which gets it back when the last array on it is gone.
     *
     * @param managed the address of a DLManagedTensorVersioned; on failure it is as before
     */
    public static Tensor fromDlpack(long managed) {
        if (managed == 0)
            throw new WeftException(Status.INVALID_VALUE, "fromDlpack: `managed` is 0");
        return new Tensor(Native.made(Native.fromDlpack(managed)));
    }

    /** Gives back what {@link #toDlpack} gave and no other library has taken. */
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
        return "Tensor(" + dtype() + ", " + Arrays.toString(shape()) + values() + ")";
    }

    /** Writes named arrays to a safetensors file in one step. */
    public static void save(String path, Map<String, Tensor> arrays) {
        try (Held held = new Held("save", arrays.values().toArray(new Tensor[0]))) {
            String[] names = arrays.keySet().toArray(new String[0]);
            Native.check(C.weft_tensors_save(path, names, held.handles, names.length, null));
        }
    }

    /** Reads the arrays of a safetensors file, in its order. */
    public static Map<String, Tensor> load(String path) {
        long archive = Native.made(out -> C.weft_archive_load(path, out));
        try {
            return named(
                    C.weft_archive_count(archive),
                    i -> C.weft_archive_name_at(archive, i),
                    i -> Native.made(out -> C.weft_archive_tensor(archive, i, out)));
        } finally {
            C.weft_archive_release(archive);
        }
    }

    /** The arrays of a file by their names, in its order. */
    static Map<String, Tensor> named(long count, LongFunction<String> name, LongUnaryOperator array) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) out.put(name.apply(i), new Tensor(array.applyAsLong(i)));
        return out;
    }
}
