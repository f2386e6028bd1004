// Written by bindings/generate; do not edit.
package org.weft;

/** The methods of Context that are one call of weft.h. */
public abstract class ContextCalls extends Owned {
    ContextCalls(long value, java.util.function.LongConsumer release) {
        super(value, release);
    }

    abstract Port[] ports(int kind);

    /** Runs the entry point. */
    public synchronized Context run() {
        Native.check(C.weft_context_run(handle()));
        return (Context) this;
    }

    /** Sets all states back to what the file has. */
    public synchronized Context reset() {
        Native.check(C.weft_context_reset(handle()));
        return (Context) this;
    }

    /**
     * Writes the model's file with the present states.
     *
     * @param path the file
     */
    public synchronized void save(String path) {
        Native.check(C.weft_context_save(handle(), path));
    }

    /** The inputs. */
    public synchronized Port[] inputs() {
        return ports(0);
    }

    /** The outputs. */
    public synchronized Port[] outputs() {
        return ports(1);
    }

    /** The states, which runs change. */
    public synchronized Port[] states() {
        return ports(2);
    }
}
