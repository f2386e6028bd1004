package org.weft;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** Runs one entry point of a model. Its methods exclude each other; several contexts run at once. */
public final class Context extends Owned {
    private static final int INPUT = 0, OUTPUT = 1, STATE = 2;
    // What is bound must live as long as the library may read and write it.
    private final Map<Integer, ByteBuffer> inputs = new HashMap<>(), outputs = new HashMap<>();

    Context(long handle) {
        super(handle, Native::releaseContext);
    }

    private Port[] ports(int kind) {
        Port[] out = new Port[Native.count(handle(), kind)];
        for (int i = 0; i < out.length; i++) out[i] = Native.port(handle(), kind, i);
        return out;
    }

    /** The inputs. */
    public synchronized Port[] inputs() {
        return ports(INPUT);
    }

    /** The outputs. */
    public synchronized Port[] outputs() {
        return ports(OUTPUT);
    }

    /** The states, which runs change. */
    public synchronized Port[] states() {
        return ports(STATE);
    }

    /**
     * The number of an input.
     *
     * @param name its name
     */
    public synchronized int inputNamed(String name) {
        return named(INPUT, "input", name);
    }

    /**
     * The number of an output.
     *
     * @param name its name
     */
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
                WeftException.Status.NOT_FOUND,
                "context: there is no " + what + " `" + name + "`; there are: " + known);
    }

    /**
     * Sets the shape of an input with open dimensions; the input is unbound.
     *
     * @param input its number
     * @param shape the extents
     */
    public synchronized Context setInputShape(int input, long... shape) {
        Native.setInputShape(handle(), input, shape);
        inputs.remove(input);
        return this;
    }

    /**
     * Memory that every run reads: write to it, no copy is made.
     *
     * @param input its number
     */
    public synchronized ByteBuffer input(int input) {
        return bound(INPUT, input, inputs);
    }

    /**
     * Memory of an output of fixed shape that every later run writes; no copy is made.
     *
     * @param output its number
     */
    public synchronized ByteBuffer bindOutput(int output) {
        return bound(OUTPUT, output, outputs);
    }

    private ByteBuffer bound(int kind, int index, Map<Integer, ByteBuffer> all) {
        ByteBuffer memory = all.get(index);
        if (memory == null) {
            Port port = Native.port(handle(), kind, index);
            memory = ByteBuffer.allocateDirect((int) port.bytes).order(ByteOrder.nativeOrder());
            Native.bind(handle(), kind, index, memory);
            all.put(index, memory);
        }
        return memory.duplicate().order(ByteOrder.nativeOrder());
    }

    private void expect(int kind, String what, int index, Dtype given) {
        Port port = Native.port(handle(), kind, index);
        if (port.dtype != given)
            throw new WeftException(
                    WeftException.Status.INVALID_TYPE,
                    what + ": `" + port.name + "` is " + port.dtype + "; got elements of " + given);
    }

    /**
     * Copies numbers to a float32 input.
     *
     * @param input its number
     * @param elements in row-major order
     */
    public synchronized Context setInput(int input, float[] elements) {
        expect(INPUT, "setInput", input, Dtype.FLOAT32);
        ByteBuffer memory = ByteBuffer.allocateDirect(4 * elements.length).order(ByteOrder.nativeOrder());
        memory.asFloatBuffer().put(elements);
        return bindInput(input, memory);
    }

    /**
     * Copies an array to an input.
     *
     * @param input its number
     * @param array of the input's dtype and shape
     */
    public synchronized Context setInput(int input, Tensor array) {
        expect(INPUT, "setInput", input, array.dtype());
        byte[] bytes = array.toBytes();
        ByteBuffer memory = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder());
        memory.put(bytes);
        return bindInput(input, memory);
    }

    /**
     * Lets every run read memory of the program, without a copy.
     *
     * @param input its number
     * @param memory direct, in the order of this machine, with exactly the input's bytes
     */
    public synchronized Context bindInput(int input, ByteBuffer memory) {
        if (!memory.isDirect())
            throw new WeftException(
                    WeftException.Status.INVALID_TYPE,
                    "bindInput: `memory` must be a direct buffer; got one on the heap");
        Native.bind(handle(), INPUT, input, memory);
        inputs.put(input, memory);
        return this;
    }

    /** Runs the entry point. */
    public synchronized Context run() {
        Native.run(handle());
        return this;
    }

    /**
     * A copy of a float32 output after a run.
     *
     * @param output its number
     */
    public synchronized float[] outputFloats(int output) {
        expect(OUTPUT, "outputFloats", output, Dtype.FLOAT32);
        ByteBuffer memory = Native.output(handle(), output).order(ByteOrder.nativeOrder());
        float[] out = new float[memory.remaining() / 4];
        memory.asFloatBuffer().get(out);
        return out;
    }

    /**
     * A copy of an output after a run, as an array.
     *
     * @param output its number
     */
    public synchronized Tensor output(int output) {
        Port port = Native.port(handle(), OUTPUT, output);
        ByteBuffer memory = Native.output(handle(), output);
        byte[] bytes = new byte[memory.remaining()];
        memory.get(bytes);
        return Tensor.ofBytes(port.dtype, port.shape, bytes);
    }

    /**
     * A copy of a state.
     *
     * @param state its number
     */
    public synchronized Tensor state(int state) {
        Port port = Native.port(handle(), STATE, state);
        return Tensor.ofBytes(port.dtype, port.shape, Native.state(handle(), state));
    }

    /**
     * Writes a state.
     *
     * @param state its number
     * @param array of the state's dtype and shape
     */
    public synchronized Context setState(int state, Tensor array) {
        expect(STATE, "setState", state, array.dtype());
        Native.setState(handle(), state, array.toBytes());
        return this;
    }

    /** Sets all states back to what the file has. */
    public synchronized Context reset() {
        Native.reset(handle());
        return this;
    }

    /**
     * Writes the model's file with the present states.
     *
     * @param path the new file
     */
    public synchronized void save(String path) {
        Native.saveContext(handle(), path);
    }
}
