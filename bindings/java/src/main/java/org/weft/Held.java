package org.weft;

import java.util.function.Function;
import org.weft.WeftException.Status;

/** The handles of several arrays, of which none is freed until they are given up. */
final class Held implements AutoCloseable {
    final long[] handles;
    private final Tensor[] tensors;
    private int count;

    Held(String what, Tensor[] tensors) {
        if (tensors == null)
            throw new WeftException(Status.INVALID_VALUE, what + ": expected arrays; got null");
        this.tensors = tensors;
        handles = new long[tensors.length];
        try {
            for (; count < tensors.length; count++) {
                if (tensors[count] == null)
                    throw new WeftException(Status.INVALID_VALUE, what + ": expected a Tensor; got null");
                handles[count] = tensors[count].handle.acquire(what);
            }
        } catch (WeftException error) {
            close();
            throw error;
        }
    }

    /** Calls the body with the handles of the arrays. */
    static <T> T with(String what, Tensor[] tensors, Function<long[], T> body) {
        try (Held held = new Held(what, tensors)) {
            return body.apply(held.handles);
        }
    }

    @Override
    public void close() {
        while (count > 0) tensors[--count].handle.done();
    }
}
