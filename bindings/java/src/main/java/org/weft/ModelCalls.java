// Written by bindings/generate; do not edit.
package org.weft;

/** The methods of Model that are one call of weft.h. */
public abstract class ModelCalls extends Owned {
    ModelCalls(long value, java.util.function.LongConsumer release) {
        super(value, release);
    }

    /**
     * A text of the file, such as the classes of a classifier; none for an unknown key.
     *
     * @param key its name
     */
    public synchronized String metadata(String key) {
        return C.weft_model_metadata(handle(), key);
    }

    /**
     * Limits what later plans need beside inputs, outputs and states; 0: no limit.
     *
     * @param entry the entry point
     * @param bytes 0: no limit
     */
    public synchronized void setBudget(String entry, long bytes) {
        Native.check(C.weft_model_set_budget(handle(), entry, bytes));
    }

    /** The names of the entry points. */
    public synchronized String[] entries() {
        String[] out = new String[(int) C.weft_model_entry_count(handle())];
        for (int i = 0; i < out.length; i++) out[i] = C.weft_model_entry_name_at(handle(), i);
        return out;
    }
}
