package org.weft;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.weft.WeftException.Status;

/** A dimension of a traced function: an extent of its inputs that may be another one at each call. */
public final class Dim {
    private final String name;
    private final long min, max;
    private final List<int[]> places = new ArrayList<>(); // an input and an axis each

    /** Any extent from 1 on. Files have its name, too. */
    public Dim(String name) {
        this(name, 1, 1L << 40);
    }

    /** An extent from `min` to `max`, on which the body may rely. */
    public Dim(String name, long min, long max) {
        if (max - Math.max(min, 2) + 1 < C.WEFT_TRACE_EXAMPLES)
            throw new WeftException(Status.INVALID_VALUE, "Dim: `" + name + "` must have at least "
                    + C.WEFT_TRACE_EXAMPLES + " extents above 1; got " + min + " to " + max);
        this.name = name;
        this.min = min;
        this.max = max;
    }

    /** Adds an axis of an input, both counted from 0; at all its places the extent is the same. */
    public Dim at(int input, int axis) {
        places.add(new int[] {input, axis});
        return this;
    }

    /** Sets the extent in the types of an example: other ones in each, and for each dimension. */
    void choose(ByteBuffer types, int example, int number) {
        long low = Math.max(min, 2), high = Math.min(max, low + 1000);
        long extent = new Random(number).longs(low, high + 1).distinct().skip(example).findFirst().getAsLong();
        for (int[] place : places) {
            int at = C.weft_type_bytes * place[0] + C.weft_type_shape + 8 * place[1];
            if (place[1] >= 0 && place[1] < 16 && at >= 0 && at < types.limit()) types.putLong(at, extent);
        }
    }

    /** Tells the running trace, which refuses places that are not there. */
    void add() {
        ByteBuffer axes = Native.scratch(4L * places.size());
        for (int[] place : places) axes.putInt(place[1]);
        long[] inputs = places.stream().mapToLong(place -> place[0]).toArray();
        Native.check(C.weft_trace_add_dimension(name, min, max, inputs, Native.address(axes), inputs.length));
    }
}
