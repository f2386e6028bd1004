// The size of buckets: what `bucket_reductions` asks for, and a program may set.
#pragma once

#include <stdint.h>

namespace weft::graph {

// How many bytes of gradients one reduction takes together: the first one, which has to be full
// before any transfer begins, and the others. For plans that are made from now on; the same on all
// ranks. Not positive: nothing is joined.
struct BucketBytes {
  int64_t first = 1 << 20;
  int64_t others = 25 << 20;
};
BucketBytes bucket_bytes();
void set_bucket_bytes(BucketBytes bytes);

}  // namespace weft::graph
