// What a kernel sees of an array: a pointer, a dtype, a shape and strides.
//
// Only plain structs and constants are here, no inline function and no standard header with
// templates. `*.isa.cpp` files include this file: the linker could keep their AVX-512 copy of an
// inline function for the whole library, and that would crash older machines.
#pragma once

#include <stdint.h>

namespace weft {

// The largest number of axes of an array.
inline constexpr int kMaxRank = 16;

// The numbers are part of the C ABI and of the file format: never reused, only added to.
enum class DType : uint8_t {
  kBool = 0,
  kUInt8 = 1,
  kUInt16 = 2,
  kUInt32 = 3,
  kUInt64 = 4,
  kInt8 = 5,
  kInt16 = 6,
  kInt32 = 7,
  kInt64 = 8,
  kFloat16 = 9,
  kBFloat16 = 10,
  kFloat32 = 11,
  kFloat64 = 12,
  // Pairs of floats, the real part first. Arrays hold them; operators work on their two planes.
  kComplex64 = 13,
  kComplex128 = 14,
  // Storage dtypes: arrays hold and move them, one byte an element; operators compute with what
  // they are cast to. The encodings are those of ml_dtypes and ONNX; a 4-bit integer is the lower
  // half of its byte.
  kFloat8E4M3FN = 15,
  kFloat8E5M2 = 16,
  kInt4 = 17,
  kUInt4 = 18,
  kFloat8E4M3FNUZ = 19,
  kFloat8E5M2FNUZ = 20,
};
inline constexpr int kNumDTypes = 13;  // those that kernels compute with, which come first

// Strides count elements, not bytes. A stride of 0 repeats an element along the axis; a negative
// one runs backwards. Axes at and above `rank` have no meaning.
struct TensorView {
  void* data;
  int64_t shape[kMaxRank];
  int64_t strides[kMaxRank];
  int32_t rank;
  DType dtype;
};

}  // namespace weft
