// Written by bindings/generate; do not edit.

namespace Weft
{
    /// <summary>The type of the elements of an array.</summary>
    public enum Dtype
    {
        /// <summary>bool</summary>
        Bool = 0,
        /// <summary>uint8</summary>
        Uint8 = 1,
        /// <summary>uint16</summary>
        Uint16 = 2,
        /// <summary>uint32</summary>
        Uint32 = 3,
        /// <summary>uint64</summary>
        Uint64 = 4,
        /// <summary>int8</summary>
        Int8 = 5,
        /// <summary>int16</summary>
        Int16 = 6,
        /// <summary>int32</summary>
        Int32 = 7,
        /// <summary>int64</summary>
        Int64 = 8,
        /// <summary>float16</summary>
        Float16 = 9,
        /// <summary>bfloat16</summary>
        Bfloat16 = 10,
        /// <summary>float32</summary>
        Float32 = 11,
        /// <summary>float64</summary>
        Float64 = 12,
        /// <summary>complex64</summary>
        Complex64 = 13,
        /// <summary>complex128</summary>
        Complex128 = 14,
        /// <summary>float8_e4m3fn</summary>
        Float8E4m3fn = 15,
        /// <summary>float8_e5m2</summary>
        Float8E5m2 = 16,
        /// <summary>int4</summary>
        Int4 = 17,
        /// <summary>uint4</summary>
        Uint4 = 18,
        /// <summary>float8_e4m3fnuz</summary>
        Float8E4m3fnuz = 19,
        /// <summary>float8_e5m2fnuz</summary>
        Float8E5m2fnuz = 20,
    }
}
