// The kernels of fourier.h: passes over some rows, whose elements lie side by side.
#pragma once

#include "base/view.h"
#include "kernels/isa/declare_kernels.h"

namespace weft::kernels {

// One pass of radix r. Inputs are an array [r][blocks][run], results [blocks][r][run].
struct FourierPass {
  int64_t radix, blocks, run;
  const void *cos, *sin;  // the roots of unity
  int64_t length;         // how many there are
  int64_t root_step;      // result k of block p is multiplied by the root number p * k * root_step
  // The roots of a pass with runs of one element, [k - 1][block]; null: they are taken one by one.
  const void *turned_cos, *turned_sin;
};

// exp(-πi k / length), for k up to length / 2.
struct FourierTurns {
  int64_t length;
  const void *cos, *sin;
};

struct FourierKernels {
  void (*pass)(const FourierPass& pass, const void* re, const void* im, void* out_re, void* out_im);
  // Vector j of `lanes` numbers is multiplied by the j-th number of a table.
  void (*scale)(int64_t length, int64_t lanes, const void* by_re, const void* by_im, void* re,
                void* im);
  // From the transform of `length` numbers, each of two reals, to the first length + 1 elements of
  // that of the reals, in place, and back. Elements but for the first and the last are multiplied
  // by `factor`; the way back makes `length` times what it began with.
  void (*split)(const FourierTurns& turns, double factor, int64_t lanes, void* re, void* im);
  void (*join)(const FourierTurns& turns, double factor, int64_t lanes, void* re, void* im);
};

WEFT_KERNELS(extern const FourierKernels kFouriers[kNumDTypes];)

}  // namespace weft::kernels
