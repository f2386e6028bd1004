// Cuts a batch into chunks, and runs each: into blocks, convolve, back to plain. The header
// explains why this can pay.

#include "ops/nn/convolution/convolution_by_blocks_impl.h"

#include <algorithm>

#include "kernels/convolution/blocked/convolution_blocked.h"
#include "kernels/elementwise/copy.h"
#include "ops/nn/convolution/block_planes_impl.h"
#include "ops/nn/convolution/convolution_costs_impl.h"
#include "ops/nn/convolution/packed_weights_impl.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

using kernels::Convolution;
using Made = ConvolutionResult;

int64_t round_up(int64_t a, int64_t step) { return (a + step - 1) / step * step; }

// The side of Winograd's tiles for this result, or 0 if none is allowed or worth it.
int64_t winograd_side(const Convolution& p, Made made) {
  if (p.stride_height != 1 || p.stride_width != 1) return 0;
  if (made == Made::kForward) return kernels::winograd_tile(p);
  if (made == Made::kData)
    return p.dtype == DType::kFloat32 ? kernels::winograd_tile(kernels::adjoint_of(p)) : 0;
  return kernels::winograd_weight_tile(p);
}

}  // namespace

bool fits_blocks(const Convolution& p, Made made) {
  const bool is_half = p.dtype == DType::kBFloat16 && made != Made::kWeight;
  if (p.dtype != DType::kFloat32 && !is_half) return false;
  if (p.batch == 0 || elements_in(p) == 0 || elements_out(p) == 0) return false;
  const auto fits = [](const Convolution& shape) {
    const int64_t in_block = kernels::channel_block(shape.in_channels);
    return in_block > 1 && kernels::blocks_fit(shape, in_block);
  };
  return fits(p) && fits(kernels::adjoint_of(p));
}

bool pays_by_blocks(const Convolution& p, Made made) {
  if (!fits_blocks(p, made)) return false;
  const int64_t winograd = winograd_side(p, made);
  return winograd > 0 || blocked_cost(p, made, winograd) < plain_cost(p, made);
}

namespace {

// For one chunk: input and output images together; about a second-level cache.
constexpr int64_t kCachedBytes = int64_t{2} << 20;

// How the batch is cut into chunks, and where each part of the scratch begins, in bytes.
struct Chunks {
  Convolution problem;  // the problem of one chunk
  int64_t winograd, weights, x, y, part, threads, of_thread;
};

kernels::BlockedConvolution blocked_problem(const Chunks& chunks, Made made, int64_t images) {
  Convolution p = chunks.problem;
  p.batch = images;
  const int64_t channels = made == Made::kData ? p.out_channels : p.in_channels;
  return kernels::in_blocks(p, kernels::channel_block(channels), chunks.winograd);
}

int64_t scratch_of_unit(const kernels::BlockedConvolution& problem, Made made) {
  switch (made) {
    case Made::kForward: return kernels::plan_blocked(problem).scratch;
    case Made::kData: return kernels::blocked_data_scratch(problem);
    case Made::kWeight: return kernels::blocked_weight_scratch(problem);
  }
  return 0;
}

Packing packing_of(const Convolution& p, Made made) {
  const bool is_data = made == Made::kData;
  const Convolution shape = is_data ? kernels::adjoint_of(p) : p;
  return {shape, kernels::channel_block(shape.in_channels), winograd_side(p, made),
          is_data ? kernels::Filters::kOfAdjoint : kernels::Filters::kOwn};
}

Chunks chunks_of(const Convolution& p, Made made) {
  Chunks chunks{p, winograd_side(p, made), 0, 0, 0, 0, 0, 0};
  const int64_t size = kernels::element_size(p.dtype);
  const int64_t image = (elements_in(p) + elements_out(p)) * size;
  const int64_t maximum = std::max<int64_t>(1, kCachedBytes / image);
  // Chunks of nearly equal size, so that the last one is not much smaller.
  const int64_t count = (p.batch + maximum - 1) / maximum;
  chunks.problem.batch = (p.batch + count - 1) / count;
  int64_t end = 0;
  const auto reserve = [&](int64_t elements) {
    const int64_t begin = end;
    end += round_up(elements * size, 64);
    return begin;
  };
  const Packing packing = packing_of(p, made);
  const bool has_weights = made != Made::kWeight;
  chunks.weights = reserve(
      has_weights ? packed_shape(packing.shape, packing.in_block, packing.winograd).elements() : 0);
  chunks.x = reserve(chunks.problem.batch * elements_in(p));
  chunks.y = reserve(chunks.problem.batch * elements_out(p));
  chunks.part = reserve(has_weights || count == 1 ? 0 : weights_of(p));
  chunks.threads = reserve(0);
  const int64_t last = (p.batch - 1) % chunks.problem.batch + 1;  // images of the last chunk
  for (const int64_t images : {chunks.problem.batch, last})
    chunks.of_thread =
        std::max(chunks.of_thread,
                 round_up(scratch_of_unit(blocked_problem(chunks, made, images), made), 64));
  return chunks;
}

// dW of a chunk is added to the sum of the chunks before; their order is fixed, and so are the
// bits.
void add(const void* part, void* sum, int64_t count) {
  const auto* from = static_cast<const float*>(part);
  auto* to = static_cast<float*>(sum);
  split_work(count, count, nullptr, 0, [&](kernels::Range range, void*) {
    for (int64_t i = range.begin; i < range.end; ++i) to[i] += from[i];
  });
}

// One call: packs the weights once, then works chunk by chunk.
class Call {
 public:
  Call(const Convolution& p, Made made, const ConvolutionArrays& arrays, void* scratch)
      : p_(p),
        made_(made),
        left_(static_cast<const char*>(arrays.left)),
        right_(static_cast<const char*>(arrays.right)),
        bias_(arrays.bias),
        out_(static_cast<char*>(arrays.out)),
        chunks_(chunks_of(p, made)),
        scratch_(static_cast<char*>(scratch)) {}

  void run() {
    if (made_ != Made::kWeight) pack_weights(packing_of(p_, made_), right_, at(chunks_.weights));
    for (int64_t first = 0; first < p_.batch; first += chunks_.problem.batch)
      chunk(first, std::min(chunks_.problem.batch, p_.batch - first));
  }

 private:
  void* at(int64_t offset) const { return scratch_ + offset; }

  // The planes of x or dx (`is_x`), or of y or dy.
  Planes planes(int64_t images, bool is_x) const {
    const int64_t channels = is_x ? p_.in_channels : p_.out_channels;
    const int64_t block = kernels::channel_block(channels);
    return {p_.dtype,
            images,
            channels / block,
            is_x ? p_.in_height : p_.out_height,
            is_x ? p_.in_width : p_.out_width,
            block};
  }
  void into_blocks(const void* plain, void* blocks, int64_t images, bool is_x) const {
    transpose_planes(planes(images, is_x), plain, blocks, true);
  }
  void out_of_blocks(const void* blocks, void* plain, int64_t images, bool is_x) const {
    transpose_planes(planes(images, is_x), blocks, plain, false);
  }

  void chunk(int64_t first, int64_t images) {
    const int64_t size = kernels::element_size(p_.dtype);
    const int64_t x_first = first * elements_in(p_) * size;
    const int64_t y_first = first * elements_out(p_) * size;
    void* const x = at(chunks_.x);
    void* const y = at(chunks_.y);
    const auto problem = blocked_problem(chunks_, made_, images);
    switch (made_) {
      case Made::kForward:
        into_blocks(left_ + x_first, x, images, true);
        forward(problem, {x, at(chunks_.weights), bias_, nullptr, y});
        out_of_blocks(y, out_ + y_first, images, false);
        break;
      case Made::kData:
        into_blocks(left_ + y_first, y, images, false);
        data(problem, {y, at(chunks_.weights), nullptr, nullptr, x});
        out_of_blocks(x, out_ + x_first, images, true);
        break;
      case Made::kWeight:
        into_blocks(left_ + x_first, x, images, true);
        into_blocks(right_ + y_first, y, images, false);
        weight(problem, x, y, first == 0 ? out_ : at(chunks_.part));
        if (first > 0) add(at(chunks_.part), out_, weights_of(p_));
        break;
    }
  }

  template <class Run>
  void split(int64_t units, const kernels::BlockedConvolution& problem, const Run& run) const {
    split_work(units, blocked_work(problem.shape), scratch_ + chunks_.threads, chunks_.of_thread,
               run);
  }

  void forward(const kernels::BlockedConvolution& problem,
               const kernels::BlockedOperands& operands) const {
    const kernels::BlockedPlan plan = kernels::plan_blocked(problem);
    split(plan.units, problem, [&](kernels::Range range, void* scratch) {
      kernels::run_blocked_convolution(plan, operands, range, scratch);
    });
  }
  void data(const kernels::BlockedConvolution& problem,
            const kernels::BlockedOperands& operands) const {
    split(kernels::blocked_data_units(problem), problem, [&](kernels::Range range, void* scratch) {
      kernels::run_blocked_data(problem, operands, range, scratch);
    });
  }
  void weight(const kernels::BlockedConvolution& problem, const void* x, const void* dy,
              void* dw) const {
    split(kernels::blocked_weight_units(problem), problem,
          [&](kernels::Range range, void* scratch) {
            kernels::run_blocked_weight(problem, static_cast<const float*>(x),
                                        static_cast<const float*>(dy), static_cast<float*>(dw),
                                        range, scratch);
          });
  }

  const Convolution& p_;
  const Made made_;
  const char* const left_;
  const char* const right_;
  const void* const bias_;
  char* const out_;
  const Chunks chunks_;
  char* const scratch_;
};

}  // namespace

int64_t scratch_by_blocks(const Convolution& p, Made made, int threads) {
  const Chunks chunks = chunks_of(p, made);
  return chunks.threads + threads * chunks.of_thread;
}

void convolve_by_blocks(const Convolution& p, Made made, const ConvolutionArrays& arrays,
                        void* scratch) {
  Call(p, made, arrays, scratch).run();
}

}  // namespace weft::ops
