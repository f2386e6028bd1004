package org.weft;

/** What an input, an output or a state is. */
public final class Port {
    /** The name in the file. */
    public final String name;
    /** The type of the elements. */
    public final Dtype dtype;
    /** The extents; -1 where a dimension is open. */
    public final long[] shape;
    /** 0 where the shape is open. */
    public final long bytes;

    Port(String name, int dtype, long[] shape, long bytes) {
        this.name = name;
        this.dtype = Dtype.of(dtype);
        this.shape = shape;
        this.bytes = bytes;
    }

    @Override
    public String toString() {
        return "Port(" + name + ", " + dtype + ", " + java.util.Arrays.toString(shape) + ")";
    }
}
