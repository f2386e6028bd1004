// Arrays on memory that belongs to others: the common half of weft_tensor_wrap and from_dlpack.
#pragma once

#include "base/status.h"
#include "weft/weft.h"

namespace weft::c {

// What to do about bools whose bytes are neither 0 nor 1, which kernels must not see. kWritten: the
// memory was lent to be written, so its bytes become 1. kCopied: the owner goes on using the bytes,
// or they are read-only, so the array gets a corrected copy.
enum class OddBools { kWritten, kCopied };

// Memory that a caller lends, with the geometry of the array on it.
struct Lent {
  void* data;
  weft_dtype dtype;
  int32_t rank;
  // `rank` extents and strides, which are read during the call only
  const int64_t* shape;
  const int64_t* strides;  // in elements; null: dense
  bool read_only;
  // given to free_owner
  void* owner;
  void (*free_owner)(void*);  // called when no array uses the memory any more; never on failure
};

// Makes the array. On failure the memory and its owner remain the caller's. `out` receives one
// reference.
Status wrap(const Lent& lent, OddBools odd, weft_tensor* out);

}  // namespace weft::c
