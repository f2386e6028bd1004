// Counter-based random numbers: Philox4x32-10 (Salmon et al., SC'11).
//
// Word w of stream (seed, ordinal) is word w % 4 of the block with counter {w / 4, ordinal} and key
// seed. So each element has a number of its own, whatever the threads, the instruction set or the
// division of work. Each random operator takes one ordinal.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// The seed is the user's; the ordinal counts random operators.
struct RandomStream {
  uint64_t seed;
  uint64_t ordinal;
};

// One block, for tests against known answers: out = philox(counter, key).
void philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

// Units are elements. Element i of `out` is made of word i (float32, halves, words) or of words 2i
// and 2i + 1 (float64). In all functions `out` is the array's start, also if only some elements are
// written.
void run_random_words(const RandomStream& stream, uint32_t* out, Range elements);

// low + (high - low) u, with u in [0, 1) a multiple of 2^-24 (float32) or 2^-53 (float64); never
// `high` if low < high. Half types round the float32 number, but never to `high`.
void run_random_uniform(const RandomStream& stream, DType dtype, double low, double high, void* out,
                        Range elements);

// Normal numbers by the method of Box and Muller, and exponential ones (with mean `scale`) by the
// inverse function. One word for each element, for float64 two, as above. Every instruction set
// gives the same bits.
void run_random_normal(const RandomStream& stream, DType dtype, double mean, double deviation,
                       void* out, Range elements);
void run_random_exponential(const RandomStream& stream, DType dtype, double scale, void* out,
                            Range elements);

// Integers low .. low + span - 1; the probability of each is within span / 2^64 of equal. Words 2i
// and 2i + 1.
void run_random_integers(const RandomStream& stream, int64_t low, uint64_t span, int64_t* out,
                         Range elements);

// A random permutation of 0 .. n-1 by Fisher and Yates; position i uses words 2i and 2i + 1. Not
// divided into units, because each exchange depends on those before it.
void random_permutation(const RandomStream& stream, int64_t* out, int64_t n);

}  // namespace weft::kernels
