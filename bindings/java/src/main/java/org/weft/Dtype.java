// Written by bindings/generate; do not edit.
package org.weft;

/** The type of the elements of an array. */
public enum Dtype {
    BOOL(0, "bool"),
    UINT8(1, "uint8"),
    UINT16(2, "uint16"),
    UINT32(3, "uint32"),
    UINT64(4, "uint64"),
    INT8(5, "int8"),
    INT16(6, "int16"),
    INT32(7, "int32"),
    INT64(8, "int64"),
    FLOAT16(9, "float16"),
    BFLOAT16(10, "bfloat16"),
    FLOAT32(11, "float32"),
    FLOAT64(12, "float64"),
    COMPLEX64(13, "complex64"),
    COMPLEX128(14, "complex128"),
    FLOAT8_E4M3FN(15, "float8_e4m3fn"),
    FLOAT8_E5M2(16, "float8_e5m2"),
    INT4(17, "int4"),
    UINT4(18, "uint4"),
    FLOAT8_E4M3FNUZ(19, "float8_e4m3fnuz"),
    FLOAT8_E5M2FNUZ(20, "float8_e5m2fnuz");

    final int code;
    private final String name;

    Dtype(int code, String name) {
        this.code = code;
        this.name = name;
    }

    static Dtype of(int code) {
        return values()[code];
    }

    /**
     * The dtype of a name such as "float32".
     *
     * @param name the name
     */
    public static Dtype named(String name) {
        for (Dtype dtype : values()) if (dtype.name.equals(name)) return dtype;
        throw new IllegalArgumentException("there is no dtype `" + name + "`");
    }

    /** The name, such as "float32". */
    @Override
    public String toString() {
        return name;
    }
}
