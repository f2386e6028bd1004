// Written by bindings/generate; do not edit.
package org.weft;

/** A call of the library that failed, with the library's text and its status. */
public final class WeftException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final Status[] KINDS = Status.values();

    /** What kind of failure it was: the status codes of the C interface. */
    public enum Status {
        OK,
        INVALID_VALUE,
        OUT_OF_MEMORY,
        UNSUPPORTED,
        NOT_FOUND,
        INTERNAL,
        INVALID_TYPE,
        INDEX_OUT_OF_RANGE,
        OVERFLOW,
        IO,
        INVALID_STATE,
        INTERRUPTED,
        CHECK_FAILED,
        NO_FACTORIZATION,
        DISCONNECTED
    }

    private final Status status;

    WeftException(int status, String text) {
        super(text);
        this.status = KINDS[status];
    }

    WeftException(Status status, String text) {
        this(status.ordinal(), text);
    }

    /** The kind of the failure. */
    public Status status() {
        return status;
    }
}
