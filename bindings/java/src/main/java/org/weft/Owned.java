package org.weft;

import java.lang.ref.Cleaner;
import java.util.function.LongConsumer;
import org.weft.WeftException.Status;

/** An object that owns a handle. Its methods exclude each other, so that none runs on a freed one. */
abstract class Owned implements AutoCloseable {
    private final long value;
    private final Cleaner.Cleanable cleanable;
    private boolean closed;

    Owned(long value, LongConsumer release) {
        this.value = value;
        // The cleaner's function must know the handle and not this object, which would never be gone.
        cleanable = Tensor.CLEANER.register(this, () -> release.accept(value));
    }

    /** The handle; the caller holds this object's lock, so the object stays alive and open. */
    final long handle() {
        if (closed)
            throw new WeftException(Status.INVALID_STATE, getClass().getSimpleName() + ": it was closed");
        return value;
    }

    /** Frees the handle now; using the object later is an error. */
    @Override
    public final synchronized void close() {
        if (closed) return;
        closed = true;
        cleanable.clean();
    }
}
