// Written by bindings/generate; do not edit.
package org.weft;

/** What is about the library as a whole. */
public final class Weft {
    private Weft() {}

    /**
     * Sets the seed of the random operators.
     *
     * @param seed any number
     */
    public static void seed(long seed) {
        Native.check(C.weft_random_seed(seed));
    }

    /**
     * Sets how many threads may work on one call; errors for less than 1.
     *
     * @param count at least 1
     */
    public static void setNumThreads(int count) {
        Native.check(C.weft_set_num_threads(count));
    }

    /** The version of the library. */
    public static String version() {
        return C.weft_version();
    }

    /** Bytes of arrays and of the library's objects that are in use. */
    public static long liveBytes() {
        return Native.struct(C.weft_memory_bytes, place -> C.weft_memory_stats(place, 0))
                .getLong(C.weft_memory_live);
    }
}
