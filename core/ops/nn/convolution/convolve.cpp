// Chooses the method of a convolution by its cost and runs it.

#include "ops/nn/convolution/convolve_impl.h"

#include "ops/nn/convolution/convolution_by_phases_impl.h"
#include "ops/nn/convolution/convolution_by_planes_impl.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

using kernels::Convolution;
using Made = ConvolutionResult;

// ---- by the plain kernels

// Work in elements of cheap arithmetic. If a filter sees one channel, its taps are added one by
// one; otherwise vectors do 8 products in the time of one.
int64_t plain_work(const Convolution& p) {
  return p.in_channels == p.groups ? products(p) : products(p) / 8;
}
int64_t plain_units(const Convolution& p, Made made) {
  switch (made) {
    case Made::kForward: return kernels::convolution_units(p);
    case Made::kData: return kernels::convolution_data_units(p);
    case Made::kWeight: return kernels::convolution_weight_units(p);
  }
  return 0;
}
int64_t plain_scratch(const Convolution& p, Made made) {
  switch (made) {
    case Made::kForward: return kernels::convolution_scratch(p);
    case Made::kData: return kernels::convolution_data_scratch(p);
    case Made::kWeight: return kernels::convolution_weight_scratch(p);
  }
  return 0;
}
void run_plain(const Convolution& p, Made made, const ConvolutionArrays& a, kernels::Range units,
               void* scratch) {
  switch (made) {
    case Made::kForward:
      return kernels::run_convolution(p, a.left, a.right, a.bias, a.out, units, scratch);
    case Made::kData:
      return kernels::run_convolution_data(p, a.left, a.right, a.out, units, scratch);
    case Made::kWeight:
      return kernels::run_convolution_weight(p, a.left, a.right, a.out, units, scratch);
  }
}

bool is_by_phases(const Convolution& p, Made made) {
  return made == Made::kData && pays_by_phases(p);
}

}  // namespace

int64_t pieces_to_convolve(const Convolution& p, Made made) {
  return pieces_of_work(plain_units(p, made), plain_work(p));
}

int64_t scratch_to_convolve(const Convolution& p, Made made, int threads) {
  if (is_by_phases(p, made)) return scratch_by_phases(p, threads);
  if (pays_by_blocks(p, made))
    return kernels::is_depthwise(p) ? scratch_by_planes(p, made, threads)
                                    : scratch_by_blocks(p, made, threads);
  return threads * plain_scratch(p, made);
}

void convolve(const Convolution& p, Made made, const ConvolutionArrays& arrays, void* scratch) {
  if (is_by_phases(p, made)) return convolve_by_phases(p, arrays, scratch);
  if (pays_by_blocks(p, made))
    return kernels::is_depthwise(p) ? convolve_by_planes(p, made, arrays, scratch)
                                    : convolve_by_blocks(p, made, arrays, scratch);
  // The scratch of each thread remembers what it has packed, and begins empty in every call.
  const int64_t of_thread = plain_scratch(p, made);
  for (int thread = 0; thread < threads_of_call(); ++thread)
    kernels::begin_convolution(static_cast<char*>(scratch) + thread * of_thread);
  split_work(plain_units(p, made), plain_work(p), scratch, of_thread,
             [&](kernels::Range units, void* own) { run_plain(p, made, arrays, units, own); });
}

}  // namespace weft::ops
