// A random order of 0 .. n - 1 by Fisher-Yates. Each swap depends on those before it, so one thread
// does it.

#include "kernels/random/random.h"

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Result<Types> infer(const InferContext& c) {
  const int64_t n = c.integer("n");
  WEFT_TRY(checked_elements({&n, 1}, "permutation", "n").status());
  return Types{{DType::kInt64, Shape{n}}};
}

Status run(const KernelCall& call) {
  kernels::random_permutation({call.seed, call.ordinal}, static_cast<int64_t*>(call.out[0].data),
                              call.out[0].shape[0]);
  return {};
}

Slot slot() {
  Slot s;
  s.run = run;
  s.exactness = Exactness::kExact;
  return s;
}

}  // namespace

WEFT_OP(permutation) {
  op.doc("The numbers 0 to n - 1 in random order, as int64.")
      .in(Namespace::kInternal)
      .required(AttributeKind::kInt, "n", "how many")
      .infer(infer)
      .no_gradient("a random choice")
      .kernel(slot())
      .random()
      .sample(R"({"shapes": [], "n": 7})")
      .sample(R"({"shapes": [], "n": 0})")
      .sample(R"({"shapes": [], "n": 1})")
      .sample(R"({"shapes": [], "n": 30})");
}

}  // namespace weft::ops
