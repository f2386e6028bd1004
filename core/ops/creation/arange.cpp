// Evenly spaced numbers, start + i step. Each is computed from its index, so that errors do not add
// up and threads can begin anywhere.

#include <cmath>

#include "base/errors.h"
#include "kernels/elementwise/ramp.h"
#include "ops/rules.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

constexpr int64_t kMaxElements = int64_t{1} << 40;  // far above any use

Result<Types> infer(const InferContext& c) {
  // A given count decides alone; `stop` is then ignored.
  if (c.has("count")) {
    const int64_t given = c.integer("count");
    if (given < 0 || given > kMaxElements)
      return errors::invalid_value("arange", "`count` must be in [0, 2^40]; got ", given);
    return Types{{c.dtype("dtype"), Shape{given}}};
  }
  const double step = c.real("step");
  const double count = std::ceil((c.real("stop") - c.real("start")) / step);
  if (step == 0 || !(count < static_cast<double>(kMaxElements)))
    return errors::invalid_value("arange",
                                 "`step` must lead from `start` to `stop` in at most 2^40 "
                                 "steps; got ",
                                 step);
  return Types{{c.dtype("dtype"), Shape{count > 0 ? static_cast<int64_t>(count) : 0}}};
}

Status run(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const kernels::Ramp ramp{a.real("start"), a.real("step")};
  const TensorView& out = call.out[0];
  split_work(out.shape[0], out.shape[0], nullptr, 0, [&](kernels::Range range, void*) {
    kernels::run_ramp(ramp, out.dtype, out.data, range);
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

WEFT_OP(arange) {
  op.doc("Evenly spaced numbers from start up to, not including, stop, or as many as are wanted.")
      .in(Namespace::kInternal)
      .required(AttributeKind::kFloat, "start", "first number")
      .required(AttributeKind::kFloat, "stop", "bound")
      .real("step", 1, "distance, not 0")
      .required(AttributeKind::kDType, "dtype", "dtype of the result")
      .optional(AttributeKind::kInt, "count", "how many, whatever stop is; none: up to stop")
      .infer(infer)
      .gradient([](const GradContext&) { return Values{}; })
      .kernel(slot())
      .sample(R"({"shapes": [], "start": 1, "stop": 6, "step": 2, "dtype": "int32"})")
      .sample(R"({"shapes": [], "start": 2.5, "stop": -2, "step": -0.5, "dtype": "float32"})")
      .sample(R"({"shapes": [], "start": 3, "stop": 3, "dtype": "uint8"})")
      .sample(R"({"shapes": [], "start": -3, "stop": 700, "dtype": "float64"})")
      .sample(R"({"shapes": [], "start": 1, "stop": 2, "step": 0.1, "dtype": "float32",
                  "count": 700})")
      .sample(R"({"shapes": [], "start": 1, "stop": 1, "step": 0, "dtype": "int32", "count": 3})");
}

}  // namespace weft::ops
