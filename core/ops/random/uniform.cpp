#include "kernels/random.h"

#include "base/errors.h"
#include "ops/kernel_call.h"
#include "ops/rules.h"
#include "ops/split_work.h"

namespace weft::ops {
namespace {

Result<Types> infer(const InferContext& c) {
  const auto shape = c.ints("shape");
  WEFT_TRY(checked_elements(shape, "uniform", "shape").status());
  if (!is_floating(c.dtype("dtype")))
    return errors::invalid_type("uniform", "`dtype` must be floating; got ", c.dtype("dtype"));
  return Types{{c.dtype("dtype"), Shape(shape), {}}};
}

Status run(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const TensorView& out = call.out[0];
  const int64_t elements = elements_of(out);
  const kernels::RandomStream stream{call.seed, call.ordinal};
  split_work(elements, 4 * elements, nullptr, 0, [&](kernels::Range range, void*) {
    kernels::run_random_uniform(stream, out.dtype, a.real("low"), a.real("high"), out.data, range);
  });
  return {};
}

Slot slot() {
  Slot s;
  s.run = run;
  s.exactness = Exactness::kExact;
  return s;
}

}  // namespace

WEFT_OP(uniform) {
  op.doc("Random numbers, uniform in [low, high).")
      .in(Namespace::kInternal)
      .real("low", 0, "least number")
      .real("high", 1, "bound, never reached while low < high")
      .required(AttributeKind::kInts, "shape", "extents")
      .required(AttributeKind::kDType, "dtype", "floating dtype of the result")
      .infer(infer)
      .gradient([](const GradContext&) { return Values{}; })
      .kernel(slot())
      .random()
      .sample(R"({"shapes": [], "low": -1, "high": 2, "shape": [3, 4], "dtype": "float32"})");
}

}  // namespace weft::ops
