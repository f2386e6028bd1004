// What a kernel sees of an array: a pointer, a dtype and a geometry.
//
// Plain structs and constants only, no inline function and no standard header with templates:
// `*.isa.cpp` files include this, and an inline function shared with the rest of the library
// could be linked in its AVX-512 form and crash older machines.
#pragma once

#include <stdint.h>

namespace weft {

// Largest number of axes of an array.
inline constexpr int kMaxRank = 16;

// Numbers are part of the C ABI and of the file format: never reused, only added to.
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
  // Reserved encodings: named, so that no file or caller gives them another meaning.
  kComplex64 = 13,
  kComplex128 = 14,
  kFloat8E4M3 = 15,
  kFloat8E5M2 = 16,
  kInt4 = 17,
};
inline constexpr int kNumDTypes = 13;  // those that kernels know

// Strides count elements, not bytes; 0 repeats an axis, negative ones run backwards.
struct TensorView {
  void* data;
  int64_t shape[kMaxRank];
  int64_t strides[kMaxRank];
  int32_t rank;
  DType dtype;
};

}  // namespace weft
