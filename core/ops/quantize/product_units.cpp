// Remembers for each thread which rows its scratch holds staged, from one unit to the next.

#include "ops/quantize/product_units_impl.h"

#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

// Threads that are remembered; others stage rows again for every piece of work.
constexpr int64_t kMaxThreads = 64;

// In a cache line of its own: threads write it while others write theirs.
struct alignas(64) OfThread {
  kernels::PreparedRows rows;
};

}  // namespace

void run_product_units(const kernels::QuantizedProduct& p, int64_t units, int64_t work,
                       const KernelCall& call, int64_t scratch_bytes) {
  OfThread threads[kMaxThreads];
  split_work(units, work, call.scratch, scratch_bytes, [&](kernels::Range range, void* scratch) {
    // The thread's number follows from where its part of the scratch begins.
    const int64_t offset = static_cast<char*>(scratch) - static_cast<char*>(call.scratch);
    const int64_t thread = scratch_bytes > 0 ? offset / scratch_bytes : kMaxThreads;
    kernels::run_quantized_product(p, range, scratch,
                                   thread < kMaxThreads ? &threads[thread].rows : nullptr);
  });
}

}  // namespace weft::ops
