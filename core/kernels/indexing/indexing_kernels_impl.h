// The kernels of indexing.h, and how adjoints are divided for them.
#pragma once

#include "kernels/indexing/indexing.h"
#include "kernels/isa/declare_kernels.h"

namespace weft::kernels {

using PickKernel = void (*)(const Indexing& problem, const void* from, const int64_t* indices,
                            void* to, Range units);
// Pieces of the inner elements, in the adjoint of pick.
int64_t pick_parts(const Indexing& problem);
// How the adjoint of take (a sum of rows) is divided into units. Row r belongs to part (r >>
// stripe_shift) modulo `rows`, which is a power of two. Stripes share the work evenly even if what
// is looked up often stands side by side, like words that are sorted by frequency.
struct TakeCut {
  int64_t rows;
  int stripe_shift;
  int64_t cols;
};
TakeCut take_cut(const Indexing& problem);
using TakeKernel = void (*)(const Indexing& problem, const void* from, const int64_t* indices,
                            int64_t count, void* to, Range units);

WEFT_KERNELS(bool all_inside(const int64_t* indices, int64_t count, int64_t axis);
             extern const PickKernel kPicks[kNumDTypes];
             extern const PickKernel kPickAdjoints[kNumDTypes];
             extern const TakeKernel kTakes[kNumDTypes];
             extern const TakeKernel kTakeAdjoints[kNumDTypes];)

}  // namespace weft::kernels
