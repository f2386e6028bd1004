// Written by bindings/generate; do not edit. It is wasm/lib/arrays.js.
// Which typed array holds the elements of a dtype: the same in the packages for Node and for browsers.

const ARRAYS = {
  bool: Uint8Array, uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array,
  uint64: BigUint64Array, int8: Int8Array, int16: Int16Array, int32: Int32Array,
  int64: BigInt64Array, float16: Uint16Array, bfloat16: Uint16Array, float32: Float32Array,
  float64: Float64Array, complex64: Float32Array, complex128: Float64Array,
};

/** The kind of typed array; halves come as their bits, complex numbers as pairs. */
export function arrayOf(dtype) {
  return ARRAYS[dtype] ?? Uint8Array;
}
