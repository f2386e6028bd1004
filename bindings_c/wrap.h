// Arrays on memory of others.
#pragma once

#include "base/status.h"
#include "weft/weft.h"

namespace weft::c {

// What to do about bools whose bytes are neither 0 nor 1: their memory is lent to be written, or is
// others' to keep, and the array gets a copy.
enum class OddBools { kWritten, kCopied };

struct Lent {
  void* data;
  weft_dtype dtype;
  int32_t rank;
  const int64_t* shape;
  const int64_t* strides;  // in elements; null: dense
  bool read_only;
  void* owner;
  void (*free_owner)(void*);  // called when nothing is on the memory any more, never on failure
};

Status wrap(const Lent& lent, OddBools odd, weft_tensor* out);

}  // namespace weft::c
