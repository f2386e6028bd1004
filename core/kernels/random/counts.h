// Random counts of a distribution for each element: Poisson and binomial ones. float32 and float64.
//
// An element takes as many words of Philox as it needs, from a row of blocks of its own: counter
// {number of the element, number of the block, ordinal}, key seed. So results depend on neither
// threads nor their division.
#pragma once

#include "base/view.h"
#include "kernels/random/random.h"
#include "kernels/range.h"

namespace weft::kernels {

// out[i]: a count with mean rate[i]. NaN where that is negative, not finite, or too large for
// counts (2^53).
void run_random_poisson(const RandomStream& stream, DType dtype, const void* rate, void* out,
                        Range elements);

// out[i]: how many of trials[i] succeed, each with probability[i]. NaN where the first is negative
// or not below 2^53, and where the second is not in [0, 1]; fractions of a trial are dropped.
void run_random_binomial(const RandomStream& stream, DType dtype, const void* trials,
                         const void* probability, void* out, Range elements);

}  // namespace weft::kernels
