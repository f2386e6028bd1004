package org.weft;

import java.util.Arrays;
import java.util.Map;

/** An operator by its name, registered ones too; the functions of {@link Ops} are made of it. */
public final class Operator {
    /** Says that an attribute is none on purpose. */
    static final Object NONE = new Object();

    private final String name;
    private long handle;

    /**
     * An operator, which is looked up at its first call.
     *
     * @param name the name in the registry
     */
    public Operator(String name) {
        this.name = name;
    }

    private long handle() {
        if (handle == 0) handle = Native.findOperator(name);
        return handle;
    }

    private static Object[] plain(Object[] values) {
        for (int i = 0; i < values.length; i++)
            if (values[i] instanceof Operand.Scalar) values[i] = ((Operand.Scalar) values[i]).number;
        return values;
    }

    Tensor one(Object... values) {
        return Native.invokeOne(handle(), plain(values));
    }

    Tensor[] all(Object... values) {
        return Native.invoke(handle(), plain(values));
    }

    /**
     * Calls the operator with attributes by name and gives all results.
     *
     * @param inputs arrays, numbers, null for one that is left out, a {@code Tensor[]} for a list
     * @param attributes values by the names of the registry; null means none
     */
    public Tensor[] call(Object[] inputs, Map<String, Object> attributes) {
        return Native.invoke(handle(), arguments(inputs, attributes));
    }

    /**
     * Calls the operator and writes the results into arrays: updates of weights.
     *
     * @param inputs arrays and numbers
     * @param attributes values by the names of the registry
     * @param outs the arrays to write
     */
    public void callInto(Object[] inputs, Map<String, Object> attributes, Tensor... outs) {
        Native.invokeInto(handle(), arguments(inputs, attributes), outs);
    }

    private Object[] arguments(Object[] inputs, Map<String, Object> attributes) {
        String[] names = Native.argumentsOf(handle());
        int first = Native.inputsOf(handle());
        Object[] values = Arrays.copyOf(inputs, names.length, Object[].class);
        for (Map.Entry<String, Object> given : attributes.entrySet()) {
            int place = Arrays.asList(names).lastIndexOf(given.getKey());
            if (place < first) {
                String known = String.join(", ", Arrays.asList(names).subList(first, names.length));
                throw new WeftException(
                        WeftException.Status.INVALID_TYPE,
                        name + ": there is no attribute `" + given.getKey() + "`; there are: "
                                + (known.isEmpty() ? "none" : known));
            }
            values[place] = given.getValue() == null ? NONE : given.getValue();
        }
        return plain(values);
    }
}
