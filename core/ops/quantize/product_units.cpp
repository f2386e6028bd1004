#include "ops/quantize/product_units_impl.h"

#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

constexpr int64_t kMaxThreads = 64;  // that remember; others lay rows down for every piece

struct alignas(64) OfThread {
  kernels::PreparedRows rows;
};

}  // namespace

void run_product_units(const kernels::QuantizedProduct& p, int64_t units, int64_t work,
                       const KernelCall& call, int64_t scratch_bytes) {
  OfThread threads[kMaxThreads];
  split_work(units, work, call.scratch, scratch_bytes, [&](kernels::Range range, void* scratch) {
    const int64_t offset = static_cast<char*>(scratch) - static_cast<char*>(call.scratch);
    const int64_t thread = scratch_bytes > 0 ? offset / scratch_bytes : kMaxThreads;
    kernels::run_quantized_product(p, range, scratch,
                                   thread < kMaxThreads ? &threads[thread].rows : nullptr);
  });
}

}  // namespace weft::ops
