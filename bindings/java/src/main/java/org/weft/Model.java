package org.weft;

import java.util.Map;

/** A loaded .weft file; several contexts may run it. */
public final class Model extends ModelCalls {
    private Model(long handle) {
        super(handle, C::weft_model_release);
    }

    /**
     * Maps a file.
     *
     * @param path the file
     */
    public static Model load(String path) {
        return new Model(Native.made(out -> C.weft_model_load(path, out)));
    }

    /** The names of the entry points. */
    public synchronized String[] entries() {
        String[] out = new String[(int) C.weft_model_entry_count(handle())];
        for (int i = 0; i < out.length; i++) out[i] = C.weft_model_entry_name_at(handle(), i);
        return out;
    }

    /** The weights by their names. */
    public synchronized Map<String, Tensor> weights() {
        return Tensor.named(
                C.weft_model_tensor_count(handle()),
                i -> C.weft_model_tensor_name_at(handle(), i),
                i -> Native.made(out -> C.weft_model_tensor(handle(), i, out)));
    }

    /** A context of the entry point "forward". */
    public Context context() {
        return context("forward");
    }

    /**
     * Memory and bindings to run an entry point.
     *
     * @param entry its name
     */
    public synchronized Context context(String entry) {
        return new Context(Native.made(out -> C.weft_context_create(handle(), entry, 0, 0, out)));
    }
}
