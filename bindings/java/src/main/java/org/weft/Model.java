package org.weft;

import java.util.Map;

/** A loaded .weft file; several contexts may run it. */
public final class Model extends Owned {
    private Model(long handle) {
        super(handle, Native::releaseModel);
    }

    /**
     * Maps a file.
     *
     * @param path the file
     */
    public static Model load(String path) {
        return new Model(Native.loadModel(path));
    }

    /** The names of the entry points. */
    public synchronized String[] entries() {
        return Native.entries(handle());
    }

    /** The weights by their names. */
    public synchronized Map<String, Tensor> weights() {
        return Tensor.named(Native.weights(handle()));
    }

    /**
     * A text of the file; null for an unknown key.
     *
     * @param key its name
     */
    public synchronized String metadata(String key) {
        return Native.metadata(handle(), key);
    }

    /**
     * Limits what plans of later contexts need beside inputs, outputs and states.
     *
     * @param entry the entry point
     * @param bytes 0: no limit
     */
    public synchronized void setBudget(String entry, long bytes) {
        Native.setBudget(handle(), entry, bytes);
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
        return new Context(Native.createContext(handle(), entry));
    }
}
