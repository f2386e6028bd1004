#include <cmath>

#include "base/errors.h"
#include "kernels/elementwise.h"
#include "ops/elementwise_slot.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

constexpr int64_t kMostElements = int64_t{1} << 40;

Result<Types> infer(const InferContext& c) {
  const double step = c.real("step");
  const double count = std::ceil((c.real("stop") - c.real("start")) / step);
  if (step == 0 || !(count < static_cast<double>(kMostElements)))
    return errors::invalid_value("arange",
                                 "`step` must lead from `start` to `stop` in at most 2^40 "
                                 "steps; got ",
                                 std::to_string(step));
  return Types{{c.dtype("dtype"), Shape{count > 0 ? static_cast<int64_t>(count) : 0}, {}}};
}

// start + i * step in float64 (exact for integers up to 2^53), converted block by block.
Status run(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const double start = a.real("start");
  const double step = a.real("step");
  const TensorView& out = call.out[0];
  const kernels::StepKernel convert = kernels::cast_step(DType::kFloat64, out.dtype);
  constexpr int64_t kBlock = 512;
  double block[kBlock];
  for (int64_t begin = 0; begin < out.shape[0]; begin += kBlock) {
    const int64_t count = std::min(kBlock, out.shape[0] - begin);
    for (int64_t i = 0; i < count; ++i) block[i] = start + static_cast<double>(begin + i) * step;
    TensorView source{block, {count}, {1}, 1, DType::kFloat64};
    TensorView target{
        static_cast<char*>(out.data) + begin * size_of(out.dtype), {count}, {1}, 1, out.dtype};
    WEFT_TRY(run_one_step(convert, {&source, 1}, target));
  }
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
  op.doc("Evenly spaced numbers from start up to, not including, stop.")
      .in(Namespace::kInternal)
      .required(AttributeKind::kFloat, "start", "first number")
      .required(AttributeKind::kFloat, "stop", "bound")
      .real("step", 1, "distance, not 0")
      .required(AttributeKind::kDType, "dtype", "dtype of the result")
      .infer(infer)
      .gradient([](const GradContext&) { return Values{}; })
      .kernel(slot())
      .sample(R"({"shapes": [], "start": 1, "stop": 6, "step": 2, "dtype": "int32"})")
      .sample(R"({"shapes": [], "start": 2.5, "stop": -2, "step": -0.5, "dtype": "float32"})")
      .sample(R"({"shapes": [], "start": 3, "stop": 3, "dtype": "uint8"})")
      .sample(R"({"shapes": [], "start": -3, "stop": 700, "dtype": "float64"})");
}

}  // namespace weft::ops
