package org.weft;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.weft.WeftException.Status;

/** Runs one entry point of a model. Its methods exclude each other; several contexts run at once. */
public final class Context extends ContextCalls {
    // In the order of ContextCalls.
    private static final int INPUT = 0, OUTPUT = 1, STATE = 2;
    // What is bound must live as long as the library may read and write it.
    private final Map<Integer, ByteBuffer> inputs = new HashMap<>(), outputs = new HashMap<>();

    Context(long handle, ByteBuffer file) {
        super(handle, context -> {
            C.weft_context_release(context);
            Reference.reachabilityFence(file);
        });
    }

    private Port port(int kind, int index) {
        long context = handle();
        ByteBuffer raw = Native.struct(C.weft_port_bytes, place ->
                kind == INPUT ? C.weft_context_get_input(context, index, place)
                        : kind == OUTPUT ? C.weft_context_get_output(context, index, place)
                                : C.weft_context_get_state(context, index, place));
        long[] shape = Native.longs(raw.getLong(C.weft_port_shape), raw.getInt(C.weft_port_rank));
        String name = Native.text(raw.getLong(C.weft_port_name));
        return new Port(name, raw.getInt(C.weft_port_dtype), shape, raw.getLong(C.weft_port_bytes_at));
    }

    @Override
    Port[] ports(int kind) {
        long context = handle();
        long count = kind == INPUT ? C.weft_context_inputs(context)
                : kind == OUTPUT ? C.weft_context_outputs(context) : C.weft_context_states(context);
        Port[] out = new Port[(int) count];
        for (int i = 0; i < out.length; i++) out[i] = port(kind, i);
        return out;
    }

    /** The number of an input, by its name. */
    public synchronized int inputNamed(String name) {
        return named(INPUT, "input", name);
    }

    /** The number of an output, by its name. */
    public synchronized int outputNamed(String name) {
        return named(OUTPUT, "output", name);
    }

    private int named(int kind, String what, String name) {
        Port[] all = ports(kind);
        StringBuilder known = new StringBuilder();
        for (int i = 0; i < all.length; i++) {
            if (all[i].name.equals(name)) return i;
            known.append(i == 0 ? "" : ", ").append(all[i].name);
        }
        throw new WeftException(
                Status.NOT_FOUND, "context: there is no " + what + " `" + name + "`; there are: " + known);
    }

    /** Sets the shape of an input with open dimensions; the input is unbound. */
    public synchronized Context setInputShape(int input, long... shape) {
        Native.check(C.weft_context_set_input_shape(handle(), input, shape, shape.length));
        inputs.remove(input);
        return this;
    }

    /** Memory that every run reads: write to it, no copy is made. */
    public synchronized ByteBuffer input(int input) {
        return bound(INPUT, input, inputs);
    }

    /** Memory of an output of fixed shape that every later run writes; no copy is made. */
    public synchronized ByteBuffer bindOutput(int output) {
        return bound(OUTPUT, output, outputs);
    }

    private ByteBuffer bound(int kind, int index, Map<Integer, ByteBuffer> all) {
        ByteBuffer memory = all.get(index);
        if (memory == null) {
            memory = Native.room(port(kind, index).bytes);
            bind(kind, index, memory);
            all.put(index, memory);
        }
        return memory.duplicate().order(ByteOrder.nativeOrder());
    }

    private void bind(int kind, int index, ByteBuffer memory) {
        long context = handle(), data = Native.address(memory), bytes = memory.capacity();
        Native.check(kind == INPUT ? C.weft_context_bind_input(context, index, data, bytes)
                : C.weft_context_bind_output(context, index, data, bytes));
    }

    @Override
    ByteBuffer memory(int output, Dtype wanted) {
        return memory(output, expect(OUTPUT, "output", output, wanted));
    }

    /** The memory of an output, which is copied before the next call is let in. */
    private ByteBuffer memory(int output, Port port) {
        long data = Native.made(place -> C.weft_context_output_data(handle(), output, place));
        return Native.memory(data, port.bytes).order(ByteOrder.nativeOrder());
    }

    private Port expect(int kind, String what, int index, Dtype given) {
        Port port = port(kind, index);
        if (port.dtype != given)
            throw new WeftException(Status.INVALID_TYPE,
                    what + ": `" + port.name + "` is " + port.dtype + "; got elements of " + given);
        return port;
    }

    /** Gives an input the shape of what is given; the library refuses one that is not the input's. */
    private void take(int input, Port port, long[] shape) {
        if (!Arrays.equals(shape, port.shape)) setInputShape(input, shape);
    }

    /** The input's shape for bytes that have none: they set the first dimension if it alone is open. */
    private long[] flat(int input, Port port, long bytes) {
        long[] shape = port.shape.clone();
        if (shape.length == 0 || (bytes > 0 && bytes == port.bytes)) return shape;
        long row = C.weft_dtype_size(port.dtype.code);
        for (int axis = 0; axis < shape.length; axis++) {
            boolean open = shape[axis] < 0 || C.weft_context_dimension_at(handle(), input, axis) != null;
            if (open != (axis == 0)) return shape;
            row *= axis == 0 ? 1 : shape[axis];
        }
        if (row > 0 && bytes % row == 0) shape[0] = bytes / row;
        return shape;
    }

    @Override
    Context given(int input, Dtype dtype, ByteBuffer memory) {
        expect(INPUT, "setInput", input, dtype);
        return bindInput(input, memory);
    }

    /**
     * Copies an array to an input. Its extents set open dimensions.
     *
     * @param input its number
     * @param array of the input's dtype and shape
     */
    public synchronized Context setInput(int input, Tensor array) {
        take(input, expect(INPUT, "setInput", input, array.dtype()), array.shape());
        byte[] bytes = array.toBytes();
        ByteBuffer memory = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder());
        memory.put(bytes);
        return bindInput(input, memory);
    }

    /**
     * Lets every run read memory of the program, without a copy. If only the first dimension of the input is
     * open, the number of bytes sets it.
     *
     * @param input its number
     * @param memory direct, in the order of this machine, with exactly the input's bytes
     */
    public synchronized Context bindInput(int input, ByteBuffer memory) {
        if (!memory.isDirect() || memory.order() != ByteOrder.nativeOrder())
            throw new WeftException(
                    Status.INVALID_TYPE, "bindInput: `memory` must be a direct buffer in the order of this machine; got " + memory
                            + ", " + memory.order());
        Port port = port(INPUT, input);
        take(input, port, flat(input, port, memory.capacity()));
        bind(INPUT, input, memory);
        inputs.put(input, memory);
        return this;
    }

    /**
     * Sets inputs, runs, and gives copies of all outputs by their names.
     *
     * @param inputs arrays by the names of all inputs
     */
    public synchronized Map<String, Tensor> run(Map<String, Tensor> inputs) {
        inputs.keySet().forEach(this::inputNamed); // refuses what is no input
        for (Port port : ports(INPUT))
            if (!inputs.containsKey(port.name))
                throw new WeftException(Status.INVALID_VALUE,
                        "run: `inputs` must have all inputs; `" + port.name + "` is missing; got " + inputs.keySet());
        inputs.forEach((name, array) -> setInput(inputNamed(name), array));
        run();
        Map<String, Tensor> out = new LinkedHashMap<>();
        for (Port port : outputs()) out.put(port.name, output(out.size()));
        return out;
    }

    /** A copy of an output after a run, as an array. */
    public synchronized Tensor output(int output) {
        Port port = port(OUTPUT, output);
        ByteBuffer memory = memory(output, port);
        byte[] bytes = new byte[memory.remaining()];
        memory.get(bytes);
        return Tensor.ofBytes(port.dtype, port.shape, bytes);
    }

    /** A copy of a state. */
    public synchronized Tensor state(int state) {
        Port port = port(STATE, state);
        return Tensor.ofBytes(port.dtype, port.shape, Native.bytes(
                port.bytes, place -> C.weft_context_read_state(handle(), state, place, port.bytes)));
    }

    /** Writes a state; the array has its dtype and shape. */
    public synchronized Context setState(int state, Tensor array) {
        if (!Arrays.equals(expect(STATE, "setState", state, array.dtype()).shape, array.shape()))
            throw new WeftException(Status.INVALID_VALUE, "setState: another shape than that of the state: " + array);
        byte[] bytes = array.toBytes();
        Native.check(Native.withBytes(
                bytes, data -> C.weft_context_write_state(handle(), state, data, bytes.length)));
        return this;
    }

}
