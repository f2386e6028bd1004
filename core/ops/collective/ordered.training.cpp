// Ordered reductions over a transport that has none: each rank gets the contributions to a block of
// its own, adds them in the tree (((0 + 1) + (2 + 3)) + …), and sends the block to all. Pieces of
// some blocks bound the scratch. Halves are added in float32 and rounded once.
#include <algorithm>
#include <cstring>
#include <memory>

#include "base/dtype.h"
#include "kernels/elementwise/formula_ids.h"
#include "ops/collective/collective_impl.h"

namespace weft::ops {
namespace {

constexpr int64_t kBlock = 1 << 16;  // elements of a block of a piece, at most

kernels::FormulaId formula_of(Reduction reduction) {
  switch (reduction) {
    case Reduction::kSum: return kernels::FormulaId::kAdd;
    case Reduction::kProduct: return kernels::FormulaId::kMultiply;
    case Reduction::kMin: return kernels::FormulaId::kMinimum;
    case Reduction::kMax: return kernels::FormulaId::kMaximum;
  }
  return kernels::FormulaId::kAdd;
}

// One dense row through a step kernel.
void apply(kernels::StepKernel step, void* out, const void* a, const void* b, int64_t count) {
  kernels::Tile tile{};
  tile.out = out;
  tile.in[0] = a;
  tile.in[1] = b;
  tile.rows = 1;
  tile.cols = count;
  step(tile);
}

class OrderedReduction {
 public:
  OrderedReduction(Transport& transport, const Operation& operation, int ranks)
      : transport_(transport),
        operation_(operation),
        ranks_(ranks),
        size_(size_of(operation.dtype)),
        wide_(is_half(operation.dtype) ? DType::kFloat32 : operation.dtype),
        step_(kernels::step_of(formula_of(operation.reduction), wide_)) {}

  Status run() {
    const bool to_all = operation_.kind == CollectiveKind::kAllReduce;
    const int64_t share =
        to_all ? (operation_.count + ranks_ - 1) / ranks_ : operation_.count / ranks_;
    block_ = std::min(kBlock, share);
    const auto bytes = static_cast<size_t>(ranks_ * block_ * size_);
    sent_ = std::make_unique<char[]>(bytes);
    received_ = std::make_unique<char[]>(bytes);
    sums_ = std::make_unique<char[]>(static_cast<size_t>(ranks_ * block_ * size_of(wide_)));
    for (int64_t at = 0; at < share; at += block_)
      WEFT_TRY(to_all ? reduce_to_all(at * ranks_) : reduce_blocks(share, at));
    return {};
  }

 private:
  const char* source(int64_t element) const {
    return static_cast<const char*>(operation_.send) + element * size_;
  }
  char* target(int64_t element) const {
    return static_cast<char*>(operation_.receive) + element * size_;
  }
  static void copy(char* to, const char* from, int64_t bytes) {
    std::memcpy(to, from, static_cast<size_t>(bytes));
  }

  // The elements from `at` on, in as many blocks as there are ranks; the last ones may be short.
  Status reduce_to_all(int64_t at) {
    const int64_t here = std::min(ranks_ * block_, operation_.count - at);
    copy(sent_.get(), source(at), here * size_);
    WEFT_TRY(exchange(CollectiveKind::kAllToAll, ranks_ * block_, sent_.get(), received_.get()));
    reduce(sent_.get(), block_);
    WEFT_TRY(exchange(CollectiveKind::kAllGather, block_, sent_.get(), received_.get()));
    copy(target(at), received_.get(), here * size_);
    return {};
  }

  // Elements from `at` on of each rank's block.
  Status reduce_blocks(int64_t share, int64_t at) {
    const int64_t here = std::min(block_, share - at);
    for (int64_t rank = 0; rank < ranks_; ++rank)
      copy(sent_.get() + rank * block_ * size_, source(rank * share + at), here * size_);
    WEFT_TRY(exchange(CollectiveKind::kAllToAll, ranks_ * block_, sent_.get(), received_.get()));
    reduce(sent_.get(), block_);
    copy(target(at), sent_.get(), here * size_);
    return {};
  }

  Status exchange(CollectiveKind kind, int64_t count, const char* send, char* receive) {
    Operation part;
    part.kind = kind;
    part.dtype = operation_.dtype;
    part.count = count;
    part.send = send;
    part.receive = receive;
    part.fingerprint = operation_.fingerprint ^ static_cast<uint64_t>(kind);
    part.where = operation_.where;
    return transport_.run(part);
  }

  // The tree over what all ranks sent to this one.
  void reduce(char* out, int64_t count) {
    const int64_t row = block_ * size_of(wide_);
    apply(kernels::cast_step(operation_.dtype, wide_), sums_.get(), received_.get(), nullptr,
          ranks_ * block_);
    for (int64_t stride = 1; stride < ranks_; stride *= 2)
      for (int64_t rank = 0; rank + stride < ranks_; rank += 2 * stride) {
        char* const into = sums_.get() + rank * row;
        apply(step_, into, into, into + stride * row, count);
      }
    apply(kernels::cast_step(wide_, operation_.dtype), out, sums_.get(), nullptr, count);
  }

  Transport& transport_;
  const Operation& operation_;
  const int64_t ranks_, size_;
  const DType wide_;
  const kernels::StepKernel step_;
  int64_t block_ = 0;
  std::unique_ptr<char[]> sent_, received_, sums_;
};

}  // namespace

Status compose_ordered(Transport& transport, const Operation& operation, int ranks) {
  return OrderedReduction(transport, operation, ranks).run();
}

}  // namespace weft::ops
