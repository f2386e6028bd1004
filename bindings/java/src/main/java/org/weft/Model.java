package org.weft;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Map;

/** A loaded .weft file; several contexts may run it. */
public final class Model extends ModelCalls {
    /** Where the library reads a file that is in memory, as long as the model and its contexts live; or null. */
    private final ByteBuffer file;

    private Model(long handle, ByteBuffer file) {
        super(handle, model -> {
            C.weft_model_release(model);
            Reference.reachabilityFence(file);
        });
        this.file = file;
    }

    /** Maps a file. */
    public static Model load(String path) {
        return new Model(Native.made(out -> C.weft_model_load(path, out)), null);
    }

    /**
     * Reads a file that is in memory, such as a resource; its bytes are copied.
     *
     * @param bytes the content of the file
     */
    public static Model load(byte[] bytes) {
        return load(ByteBuffer.wrap(bytes));
    }

    /**
     * Reads a file that is in memory: where it lies if the buffer is direct, and then it must not change as
     * long as the model and its contexts live; a copy of it otherwise.
     *
     * @param bytes the content of the file, from the buffer's position to its limit
     */
    public static Model load(ByteBuffer bytes) {
        int size = bytes.remaining();
        ByteBuffer file = bytes.isDirect() ? bytes.slice() : Native.room(size).put(bytes.duplicate());
        return new Model(Native.made(out -> C.weft_model_load_memory(Native.address(file), size, out)), file);
    }

    /** The weights by their names; copies, where the file is in memory. */
    public synchronized Map<String, Tensor> weights() {
        Map<String, Tensor> all = Tensor.named(
                C.weft_model_tensor_count(handle()),
                i -> C.weft_model_tensor_name_at(handle(), i),
                i -> Native.made(out -> C.weft_model_tensor(handle(), i, out)));
        if (file != null) all.replaceAll((name, lent) -> lent.moved());
        return all;
    }

    /** A context of the entry point "forward". */
    public Context context() {
        return context("forward");
    }

    /** Memory and bindings to run an entry point. */
    public synchronized Context context(String entry) {
        return new Context(Native.made(out -> C.weft_context_create(handle(), entry, 0, 0, out)), file);
    }

    /**
     * Runs the entry point "forward" once, in a context of its own, and gives all outputs by their names.
     *
     * @param inputs arrays by the names of the inputs
     */
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        try (Context once = context()) {
            return once.run(inputs);
        }
    }
}
