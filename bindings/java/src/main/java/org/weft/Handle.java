package org.weft;

import java.util.concurrent.atomic.AtomicInteger;
import org.weft.WeftException.Status;

/**
 * The handle of an array, apart from its object, so that the cleaner can free it when the object is
 * gone. The number counts the calls that use the handle; closing sets its sign, and whoever is the
 * last, a call or the closing, frees the array.
 */
final class Handle extends AtomicInteger implements Runnable {
    private static final long serialVersionUID = 1;
    private static final int CLOSED = Integer.MIN_VALUE;

    private final long value;

    Handle(long value) {
        this.value = value;
    }

    /** The handle, which stays valid until {@link #done}. */
    long acquire(String what) {
        int users;
        do {
            users = get();
            if (users < 0)
                throw new WeftException(Status.INVALID_STATE, what + ": the array was closed");
        } while (!compareAndSet(users, users + 1));
        return value;
    }

    /** Ends what {@link #acquire} began. */
    void done() {
        if (decrementAndGet() == CLOSED) C.weft_tensor_release(value);
    }

    /** Closes: frees the array now, or behind the calls that use it. */
    @Override
    public void run() {
        int users;
        do {
            users = get();
            if (users < 0) return;
        } while (!compareAndSet(users, users | CLOSED));
        if (users == 0) C.weft_tensor_release(value);
    }
}
