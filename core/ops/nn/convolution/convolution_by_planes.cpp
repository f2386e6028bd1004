// Depthwise convolution, one block of channels of one image at a time, in a thread's own memory.

#include "ops/nn/convolution/convolution_by_planes_impl.h"

#include <algorithm>

#include "kernels/convolution/blocked/convolution_blocked.h"
#include "kernels/elementwise/copy.h"
#include "ops/nn/convolution/block_planes_impl.h"
#include "ops/nn/convolution/packed_weights_impl.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

using kernels::Convolution;
using Made = ConvolutionResult;

int64_t in_lines(int64_t bytes) { return (bytes + 63) / 64 * 64; }

// The problem of one block of one image, and the sizes of the parts of memory, in bytes.
struct Block {
  kernels::BlockedConvolution problem;
  int64_t weights;             // elements of one block's weights
  int64_t packed, dw;          // for all blocks; `dw` for all images, if there are several
  int64_t x, y, inner, whole;  // for one thread; `whole` is the sum of the three

  Block(const Convolution& p, Made made) {
    const int64_t channels = kernels::channel_block(p.in_channels);
    Convolution shape = p;
    shape.batch = 1;
    shape.groups = shape.in_channels = shape.out_channels = channels;
    problem = kernels::in_blocks(shape, channels, 0);
    const int64_t size = kernels::element_size(p.dtype);
    const bool is_weight = made == Made::kWeight;
    weights = weights_of(shape);
    packed = is_weight ? 0 : in_lines(weights_of(p) * size);
    dw = is_weight && p.batch > 1 ? in_lines(p.batch * weights_of(p) * size) : 0;
    x = in_lines(elements_in(shape) * size);
    y = in_lines(elements_out(shape) * size);
    inner = in_lines(made == Made::kForward ? kernels::plan_blocked(problem).scratch
                     : made == Made::kData  ? kernels::blocked_data_scratch(problem)
                                            : kernels::blocked_weight_scratch(problem));
    whole = x + y + inner;
  }
};

class Call {
 public:
  Call(const Convolution& p, Made made, const ConvolutionArrays& arrays, void* scratch)
      : p_(p),
        made_(made),
        arrays_(arrays),
        block_(p, made),
        size_(kernels::element_size(p.dtype)),
        blocks_(p.in_channels / block_.problem.in_block),
        packed_(static_cast<char*>(scratch)),
        dw_(packed_ + block_.packed),
        threads_(dw_ + block_.dw) {}

  void run() const {
    if (made_ != Made::kWeight) pack();
    const int64_t units = p_.batch * blocks_;
    const int64_t threads = pieces_of_work(threads_of_call(), blocked_work(p_));
    // Threads take whole units if that divides the work evenly; otherwise all of them share each
    // unit.
    if (units % threads == 0 || units >= kEven * threads) {
      split_work(units, blocked_work(p_), threads_, block_.whole,
                 [&](kernels::Range range, void* memory) {
                   for (int64_t unit = range.begin; unit < range.end; ++unit) make(unit, memory);
                 });
    } else {
      for (int64_t unit = 0; unit < units; ++unit) make(unit, threads_);
    }
    if (block_.dw > 0) add_images();
  }

 private:
  // Units for each thread above which one more or less does not matter.
  static constexpr int64_t kEven = 4;

  void pack() const {
    const bool is_data = made_ == Made::kData;
    const Convolution shape = is_data ? kernels::adjoint_of(p_) : p_;
    pack_weights({shape, block_.problem.in_block, 0,
                  is_data ? kernels::Filters::kOfAdjoint : kernels::Filters::kOwn},
                 arrays_.right, packed_);
  }

  // One plane of x or y: a block of channels of one image.
  Planes plane(bool is_x) const {
    const int64_t height = is_x ? p_.in_height : p_.out_height;
    return {p_.dtype, 1, 1, height, is_x ? p_.in_width : p_.out_width, block_.problem.in_block};
  }
  int64_t bytes(bool is_x) const {
    return (is_x ? elements_in(p_) : elements_out(p_)) / blocks_ * size_;
  }
  void into_blocks(const void* plain, int64_t unit, bool is_x, void* blocked) const {
    const auto* const from = static_cast<const char*>(plain) + unit * bytes(is_x);
    transpose_planes(plane(is_x), from, blocked, true);
  }
  void out_of_blocks(const void* blocked, int64_t unit, bool is_x) const {
    transpose_planes(plane(is_x), blocked, static_cast<char*>(arrays_.out) + unit * bytes(is_x),
                     false);
  }

  // Makes block `unit % blocks_` of image `unit / blocks_`. If all threads share the unit, each has
  // a part of the memory behind the two planes.
  void make(int64_t unit, void* memory) const {
    char* const x = static_cast<char*>(memory);
    char* const y = x + block_.x;
    const int64_t block = unit % blocks_;
    const char* const weights = packed_ + block * block_.weights * size_;
    const auto split = [&](int64_t units, const auto& run) {
      split_work(units, blocked_work(block_.problem.shape), y + block_.y, block_.inner, run);
    };
    switch (made_) {
      case Made::kForward: {
        into_blocks(arrays_.left, unit, true, x);
        const auto* const bias = static_cast<const char*>(arrays_.bias);
        const kernels::BlockedOperands operands{
            x, weights, bias ? bias + block * block_.problem.in_block * size_ : nullptr, nullptr,
            y};
        const kernels::BlockedPlan plan = kernels::plan_blocked(block_.problem);
        split(plan.units, [&](kernels::Range range, void* inner) {
          kernels::run_blocked_convolution(plan, operands, range, inner);
        });
        return out_of_blocks(y, unit, false);
      }
      case Made::kData: {
        into_blocks(arrays_.left, unit, false, y);
        const kernels::BlockedOperands operands{y, weights, nullptr, nullptr, x};
        split(kernels::blocked_data_units(block_.problem), [&](kernels::Range range, void* inner) {
          kernels::run_blocked_data(block_.problem, operands, range, inner);
        });
        return out_of_blocks(x, unit, true);
      }
      case Made::kWeight: {
        into_blocks(arrays_.left, unit, true, x);
        into_blocks(arrays_.right, unit, false, y);
        auto* const dw = static_cast<float*>(block_.dw > 0 ? dw_ : arrays_.out);
        split(kernels::blocked_weight_units(block_.problem),
              [&](kernels::Range range, void* inner) {
                kernels::run_blocked_weight(block_.problem, reinterpret_cast<float*>(x),
                                            reinterpret_cast<float*>(y), dw + unit * block_.weights,
                                            range, inner);
              });
      }
    }
  }

  // Adds dW of the images in their order, whichever thread made them: the bits do not depend on
  // threads.
  void add_images() const {
    const int64_t count = weights_of(p_);
    const auto* const parts = reinterpret_cast<const float*>(dw_);
    auto* const sums = static_cast<float*>(arrays_.out);
    split_work(count, p_.batch * count, nullptr, 0, [&](kernels::Range range, void*) {
      std::copy(parts + range.begin, parts + range.end, sums + range.begin);
      for (int64_t image = 1; image < p_.batch; ++image)
        for (int64_t i = range.begin; i < range.end; ++i) sums[i] += parts[image * count + i];
    });
  }

  const Convolution& p_;
  const Made made_;
  const ConvolutionArrays& arrays_;
  const Block block_;
  const int64_t size_, blocks_;
  char* const packed_;
  char* const dw_;
  char* const threads_;
};

}  // namespace

int64_t scratch_by_planes(const Convolution& p, Made made, int threads) {
  const Block block(p, made);
  return block.packed + block.dw + threads * block.whole;
}

void convolve_by_planes(const Convolution& p, Made made, const ConvolutionArrays& arrays,
                        void* scratch) {
  Call(p, made, arrays, scratch).run();
}

}  // namespace weft::ops
