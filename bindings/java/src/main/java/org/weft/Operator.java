package org.weft;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.weft.WeftException.Status;

/** An operator by its name, registered ones too; the functions of {@link Ops} are made of it. */
public final class Operator {
    /** Says that an attribute is none on purpose. */
    public static final Object NONE = new Object();

    private final String name;
    private long handle;
    private String[] arguments;
    private int inputs;

    /** An operator, which is looked up at its first call. */
    public Operator(String name) {
        this.name = name;
    }

    private long handle() {
        return handle != 0 ? handle : find();
    }

    private synchronized long find() {
        if (handle == 0) {
            long found = Native.made(out -> C.weft_op_find(name, out));
            ByteBuffer info = Native.struct(C.weft_op_info_bytes, place -> C.weft_op_get_info(found, place));
            inputs = info.getInt(C.weft_op_info_inputs);
            arguments = new String[inputs + info.getInt(C.weft_op_info_attributes)];
            long each = C.weft_argument_info_bytes, first = info.getLong(C.weft_op_info_arguments);
            for (int i = 0; i < arguments.length; i++)
                arguments[i] = Native.text(Native.longs(first + each * i + C.weft_argument_info_name, 1)[0]);
            handle = found;
        }
        return handle;
    }

    /** Calls an operator that has one result with an array alone. */
    public Tensor one(Operand x) {
        if (!(x instanceof Tensor)) return one(new Object[] {x});
        long op = handle();
        Handle a = ((Tensor) x).handle;
        long first = a.acquire(name);
        try {
            return new Tensor(Native.made(Native.invoke(op, first, 0)));
        } finally {
            a.done();
        }
    }

    /** Calls an operator that has one result with two arrays alone. */
    public Tensor one(Operand x, Operand y) {
        if (!(x instanceof Tensor && y instanceof Tensor)) return one(new Object[] {x, y});
        long op = handle();
        Handle a = ((Tensor) x).handle, b = ((Tensor) y).handle;
        long first = a.acquire(name);
        try {
            long second = b.acquire(name);
            try {
                return new Tensor(Native.made(Native.invoke(op, first, second)));
            } finally {
                b.done();
            }
        } finally {
            a.done();
        }
    }

    /**
     * Calls an operator that has one result with arguments in the order of its schema.
     *
     * @param values as for {@link #all}
     */
    public Tensor one(Object[] values) {
        long op = handle();
        try (Values given = new Values(values.clone())) {
            long packed = given.pack();
            return new Tensor(Native.made(out -> C.weft_invoke(op, packed, given.used, out, 1)));
        }
    }

    /**
     * Calls the operator with arguments in the order of its schema and gives all results.
     *
     * @param values arrays, numbers, texts, dtypes, {@code long[]}, a {@code Tensor[]} for a list, null
     *     for what is left out, {@link #NONE}
     */
    public Tensor[] all(Object... values) {
        long op = handle();
        try (Values given = new Values(values.clone())) {
            long packed = given.pack();
            long count = Native.made(out -> C.weft_op_count_outputs(op, packed, given.used, out));
            return Tensor.all(Native.filled(count, out -> C.weft_invoke(op, packed, given.used, out, count)));
        }
    }

    /**
     * Calls the operator with attributes by name and gives all results.
     *
     * @param inputs arrays, numbers, null for one that is left out, a {@code Tensor[]} for a list
     * @param attributes values by the names of the registry; null means none
     */
    public Tensor[] call(Object[] inputs, Map<String, Object> attributes) {
        return all(ordered(inputs, attributes));
    }

    /**
     * Calls the operator and writes the results into arrays: updates of weights.
     *
     * @param inputs arrays and numbers
     * @param attributes values by the names of the registry
     * @param outs the arrays to write
     */
    public void callInto(Object[] inputs, Map<String, Object> attributes, Tensor... outs) {
        try (Values given = new Values(ordered(inputs, attributes)); Held held = new Held(name, outs)) {
            Native.check(C.weft_invoke(handle(), given.pack(), given.used, held.handles, outs.length));
        }
    }

    private Object[] ordered(Object[] given, Map<String, Object> attributes) {
        handle();
        if (given.length > arguments.length) throw tooMany(given.length);
        Object[] values = Arrays.copyOf(given, arguments.length, Object[].class);
        for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
            int place = Arrays.asList(arguments).lastIndexOf(attribute.getKey());
            if (place < inputs) {
                String known = String.join(", ", Arrays.asList(arguments).subList(inputs, arguments.length));
                throw new WeftException(Status.INVALID_TYPE,
                        name + ": there is no attribute `" + attribute.getKey() + "`; there are: "
                                + (known.isEmpty() ? "none" : known));
            }
            values[place] = attribute.getValue() == null ? NONE : attribute.getValue();
        }
        return values;
    }

    private WeftException tooMany(int count) {
        return new WeftException(
                Status.INVALID_TYPE,
                name + ": there are at most " + arguments.length + " arguments; got " + count);
    }

    /**
     * The arguments of a call: a tag, and a number or a handle each; longer ones are parts, which lie behind
     * them in memory. Arrays are held until it is closed.
     */
    private final class Values implements AutoCloseable {
        final int used;
        private final int[] tags;
        private final long[] contents;
        private Object[] parts;
        private ByteBuffer memory;
        private final Object[] values;
        private Held list;
        private int count;

        Values(Object[] values) {
            handle();
            this.values = values;
            int given = values.length;
            while (given > 0 && values[given - 1] == null) given--;
            used = given;
            if (used > arguments.length) throw tooMany(used);
            tags = new int[used];
            contents = new long[used];
            try {
                for (; count < used; count++) if (values[count] != null) add(count, values[count]);
            } catch (WeftException error) {
                close();
                throw error;
            }
        }

        private void add(int place, Object value) {
            if (value instanceof Operand.Scalar) value = ((Operand.Scalar) value).number;
            if (value instanceof Tensor) set(place, C.WEFT_TAG_TENSOR, ((Tensor) value).handle.acquire(name));
            else if (value instanceof Double || value instanceof Float)
                set(place, C.WEFT_TAG_FLOAT, Double.doubleToRawLongBits(((Number) value).doubleValue()));
            else if (value instanceof Long || value instanceof Integer)
                set(place, C.WEFT_TAG_INT, ((Number) value).longValue());
            else if (value instanceof Boolean) set(place, C.WEFT_TAG_BOOL, (Boolean) value ? 1 : 0);
            else if (value instanceof Dtype) set(place, C.WEFT_TAG_DTYPE, ((Dtype) value).code);
            else if (value == NONE) set(place, C.WEFT_TAG_NONE, 0);
            else if (value instanceof long[]) part(place, C.WEFT_TAG_INTS, value);
            else if (value instanceof String)
                part(place, C.WEFT_TAG_STRING, ((String) value).getBytes(StandardCharsets.UTF_8));
            else if (value instanceof Tensor[]) {
                if (list != null)
                    throw new WeftException(Status.INVALID_TYPE, name + ": got two lists of arrays");
                list = new Held(name, (Tensor[]) value);
                part(place, C.WEFT_TAG_TENSORS, list.handles);
            } else
                throw new WeftException(
                        Status.INVALID_TYPE, name + ": `" + arguments[place]
                                + "` must be a Tensor, a number, a text, a dtype, or an array of long; got a "
                                + value.getClass().getSimpleName());
        }

        /** The address of the arguments as rows of weft_value. */
        long pack() {
            int end = 16 * used, size = end;
            for (int i = 0; parts != null && i < used; i++) if (parts[i] != null) size += 8 * words(parts[i]);
            memory = Native.scratch(size);
            long start = Native.address(memory);
            for (int i = 0; i < used; i++) {
                Object part = parts == null ? null : parts[i];
                int count = part instanceof byte[] ? ((byte[]) part).length : part == null ? 0 : words(part);
                memory.putInt(16 * i, tags[i]).putInt(16 * i + 4, count);
                memory.putLong(16 * i + 8, part == null ? contents[i] : start + end);
                memory.position(end);
                if (part instanceof byte[]) memory.put((byte[]) part);
                else if (part != null) memory.asLongBuffer().put((long[]) part);
                if (part != null) end += 8 * words(part);
            }
            return start;
        }

        private int words(Object part) {
            return part instanceof byte[] ? (((byte[]) part).length + 7) / 8 : ((long[]) part).length;
        }

        private void set(int place, int tag, long content) {
            tags[place] = tag;
            contents[place] = content;
        }

        private void part(int place, int tag, Object content) {
            if (parts == null) parts = new Object[tags.length];
            tags[place] = tag;
            parts[place] = content;
        }

        @Override
        public void close() {
            Reference.reachabilityFence(memory); // which the call has read
            while (count > 0) {
                Object value = values[--count];
                if (value instanceof Tensor) ((Tensor) value).handle.done();
            }
            if (list != null) list.close();
        }
    }
}
