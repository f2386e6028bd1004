package org.weft;

import java.lang.ref.Cleaner;
import java.util.function.LongConsumer;

/** An object that owns a handle. Its methods exclude each other, so that none runs on a freed one. */
abstract class Owned implements AutoCloseable {
    private static final class Handle implements Runnable {
        private final LongConsumer release;
        long value;

        Handle(long value, LongConsumer release) {
            this.value = value;
            this.release = release;
        }

        @Override
        public void run() {
            release.accept(value);
        }
    }

    private final Handle handle;
    private final Cleaner.Cleanable cleanable;
    private boolean closed;

    Owned(long value, LongConsumer release) {
        handle = new Handle(value, release);
        cleanable = Tensor.CLEANER.register(this, handle);
    }

    /** The handle; the caller holds this object's lock, so the object stays alive and open. */
    final long handle() {
        if (closed)
            throw new WeftException(
                    WeftException.Status.INVALID_STATE, getClass().getSimpleName() + ": it was closed");
        return handle.value;
    }

    /** Frees the handle now; using the object later is an error. */
    @Override
    public final synchronized void close() {
        if (closed) return;
        closed = true;
        cleanable.clean();
    }
}
