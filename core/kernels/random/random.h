// Counter-based random numbers: Philox4x32-10 (Salmon et al., SC'11).
//
// Word w of stream (seed, ordinal) is word w % 4 of the block with counter {w / 4, ordinal} and
// key seed. So every element has its own number, whatever the threads, the instruction set or
// the split; each random operator takes one ordinal.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

struct RandomStream {
  uint64_t seed;
  uint64_t ordinal;
};

// One block, for known answers: out = philox(counter, key).
void philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

// Units are elements: element i of `out` takes word i (float32, words) or words 2i and 2i + 1
// (float64).
void run_random_words(const RandomStream& stream, uint32_t* out, Range elements);

// low + (high - low) * u with u in [0, 1) a multiple of 2^-24 (float32) or 2^-53 (float64),
// never `high` while low < high. Half types round the float32 number, away from `high`.
void run_random_uniform(const RandomStream& stream, DType dtype, double low, double high, void* out,
                        Range elements);

// Normal by Box and Muller, and exponential (with mean `scale`) by the inverse: one word an
// element, float64 two, as above. The same bits on every instruction set.
void run_random_normal(const RandomStream& stream, DType dtype, double mean, double deviation,
                       void* out, Range elements);
void run_random_exponential(const RandomStream& stream, DType dtype, double scale, void* out,
                            Range elements);

// Integers low .. low + span - 1, each within span / 2^64 of equally likely; words 2i and 2i + 1.
void run_random_integers(const RandomStream& stream, int64_t low, uint64_t span, int64_t* out,
                         Range elements);

// A permutation of 0 .. n-1 by Fisher-Yates; position i draws words 2i and 2i + 1.
void random_permutation(const RandomStream& stream, int64_t* out, int64_t n);

}  // namespace weft::kernels
