// Random counts, one for each element of their parameters (kernels/random/counts.h).
#include "kernels/random/counts.h"

#include "base/errors.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

Result<Types> infer(const InferContext& c) {
  WEFT_TRY(rules::require_lanes(c, 0));
  for (const TensorType& type : c.in)
    if (type.shape != c.in[0].shape)
      return errors::invalid_value(c.op().name, "`", c.op().inputs[1].name,
                                   "` must have the shape of `", c.op().inputs[0].name, "`, ",
                                   c.in[0].shape, "; got ", type.shape);
  return Types{c.in[0]};
}

Status run_poisson(const KernelCall& call) {
  const int64_t elements = elements_of(call.out[0]);
  split_work(elements, 64 * elements, nullptr, 0, [&](kernels::Range range, void*) {
    kernels::run_random_poisson({call.seed, call.ordinal}, call.out[0].dtype, call.in[0].data,
                                call.out[0].data, range);
  });
  return {};
}

Status run_binomial(const KernelCall& call) {
  const int64_t elements = elements_of(call.out[0]);
  split_work(elements, 64 * elements, nullptr, 0, [&](kernels::Range range, void*) {
    kernels::run_random_binomial({call.seed, call.ordinal}, call.out[0].dtype, call.in[0].data,
                                 call.in[1].data, call.out[0].data, range);
  });
  return {};
}

}  // namespace

WEFT_OP(poisson) {
  op.doc("Random counts of the Poisson distribution; NaN where there is none.")
      .in(Namespace::kInternal)
      .input("rate", "float32 or float64: means")
      .promote(Promotion::kExact)
      .infer(infer)
      .no_gradient("random counts")
      .kernel(exact_dense_slot(run_poisson))
      .random()
      .domain(0.5, 30)
      .sample(R"({"shapes": [[3, 5]]})")
      .sample(R"({"shapes": [[101]]})")
      .sample(R"({"shapes": [[]]})")
      .sample(R"({"shapes": [[2, 0]]})");
}

WEFT_OP(binomial) {
  op.doc("Random counts of the binomial distribution; NaN where there is none.")
      .in(Namespace::kInternal)
      .input("trials", "float32 or float64: how many can succeed")
      .input("probability", "of each trial's success, of the same shape")
      .promote(Promotion::kExact)
      .infer(infer)
      .no_gradient("random counts")
      .kernel(exact_dense_slot(run_binomial))
      .random()
      .domain(0, 1)
      .sample(R"({"shapes": [[3, 5], [3, 5]], "ranges": [[1, 90], null]})")
      .sample(R"({"shapes": [[101], [101]], "ranges": [[1, 9], null]})")
      .sample(R"({"shapes": [[], []]})")
      .sample(R"({"shapes": [[2, 0], [2, 0]]})");
}

}  // namespace weft::ops
