package org.weft;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** An operator by its name, registered ones too; the functions of {@link Ops} are made of it. */
public final class Operator {
    /** Says that an attribute is none on purpose. */
    public static final Object NONE = new Object();

    // The tags of weft_value.
    private static final int TENSOR = 1, INT = 2, FLOAT = 3, BOOL = 4, STRING = 5, INTS = 6, DTYPE = 7,
            NOTHING = 8, TENSORS = 9;

    private final String name;
    private long handle;
    private String[] arguments;
    private int inputs;

    /**
     * An operator, which is looked up at its first call.
     *
     * @param name the name in the registry
     */
    public Operator(String name) {
        this.name = name;
    }

    private long handle() {
        return handle != 0 ? handle : find();
    }

    private synchronized long find() {
        if (handle == 0) {
            long found = Native.findOperator(name);
            arguments = Native.argumentsOf(found);
            inputs = Native.inputsOf(found);
            handle = found;
        }
        return handle;
    }

    /**
     * Calls an operator that has one result with an array alone.
     *
     * @param x the array, or a number
     */
    public Tensor one(Operand x) {
        if (!(x instanceof Tensor)) return one(new Object[] {x});
        long op = handle();
        Handle a = ((Tensor) x).handle;
        long first = a.acquire(name);
        try {
            return new Tensor(Native.invokeUnary(op, first));
        } finally {
            a.done();
        }
    }

    /**
     * Calls an operator that has one result with two arrays alone.
     *
     * @param x an array or a number
     * @param y an array or a number
     */
    public Tensor one(Operand x, Operand y) {
        if (!(x instanceof Tensor && y instanceof Tensor)) return one(new Object[] {x, y});
        long op = handle();
        Handle a = ((Tensor) x).handle, b = ((Tensor) y).handle;
        long first = a.acquire(name);
        try {
            long second = b.acquire(name);
            try {
                return new Tensor(Native.invokeBinary(op, first, second));
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
            return new Tensor(Native.invokeOne(op, given.tags, given.contents, given.parts));
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
            return Tensor.all(Native.invoke(op, given.tags, given.contents, given.parts));
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
            Native.invokeInto(handle(), given.tags, given.contents, given.parts, held.handles);
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
                throw new WeftException(
                        WeftException.Status.INVALID_TYPE,
                        name + ": there is no attribute `" + attribute.getKey() + "`; there are: "
                                + (known.isEmpty() ? "none" : known));
            }
            values[place] = attribute.getValue() == null ? NONE : attribute.getValue();
        }
        return values;
    }

    private WeftException tooMany(int count) {
        return new WeftException(
                WeftException.Status.INVALID_TYPE,
                name + ": there are at most " + arguments.length + " arguments; got " + count);
    }

    /**
     * The arguments of a call as rows of numbers, which the native part reads in one go: a tag, and a
     * number or a handle each; longer ones are parts. Arrays are held until it is closed.
     */
    private final class Values implements AutoCloseable {
        final int[] tags;
        final long[] contents;
        Object[] parts;
        private final Object[] values;
        private Held list;
        private int count;

        Values(Object[] values) {
            handle();
            this.values = values;
            int used = values.length;
            while (used > 0 && values[used - 1] == null) used--;
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
            if (value instanceof Tensor) set(place, TENSOR, ((Tensor) value).handle.acquire(name));
            else if (value instanceof Double || value instanceof Float)
                set(place, FLOAT, Double.doubleToRawLongBits(((Number) value).doubleValue()));
            else if (value instanceof Long || value instanceof Integer)
                set(place, INT, ((Number) value).longValue());
            else if (value instanceof Boolean) set(place, BOOL, (Boolean) value ? 1 : 0);
            else if (value instanceof Dtype) set(place, DTYPE, ((Dtype) value).code);
            else if (value == NONE) set(place, NOTHING, 0);
            else if (value instanceof long[]) part(place, INTS, value);
            else if (value instanceof String)
                part(place, STRING, ((String) value).getBytes(StandardCharsets.UTF_8));
            else if (value instanceof Tensor[]) {
                if (list != null)
                    throw new WeftException(WeftException.Status.INVALID_TYPE, name + ": got two lists of arrays");
                list = new Held(name, (Tensor[]) value);
                part(place, TENSORS, list.handles);
            } else
                throw new WeftException(
                        WeftException.Status.INVALID_TYPE,
                        name + ": `" + arguments[place]
                                + "` must be a Tensor, a number, a text, a dtype, or an array of long; got a "
                                + value.getClass().getSimpleName());
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
            while (count > 0) {
                Object value = values[--count];
                if (value instanceof Tensor) ((Tensor) value).handle.done();
            }
            if (list != null) list.close();
        }
    }
}
