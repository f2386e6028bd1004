package org.weft;

/** What is about the library as a whole. */
public final class Weft {
    private Weft() {}

    /** The version of the library. */
    public static String version() {
        return Native.version();
    }

    /**
     * Sets the seed of the random operators.
     *
     * @param seed any number
     */
    public static void seed(long seed) {
        Native.seed(seed);
    }

    /**
     * Sets how many threads may work on one call.
     *
     * @param count at least 1
     */
    public static void setNumThreads(int count) {
        Native.setNumThreads(count);
    }

    /** Bytes of arrays and of the library's objects that are in use. */
    public static long liveBytes() {
        return Native.liveBytes();
    }
}
