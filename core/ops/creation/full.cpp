// An array with all elements equal. The value is converted once, by the kernel of cast, and then
// repeated.

#include "kernels/elementwise/copy.h"

#include "base/errors.h"
#include "kernels/elementwise/elementwise.h"
#include "ops/rules.h"
#include "ops/slots/elementwise_slot.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

Result<Types> infer(const InferContext& c) {
  const auto shape = c.ints("shape");
  WEFT_TRY(checked_elements(shape, "full", "shape").status());
  return Types{{c.dtype("dtype"), Shape(shape)}};
}

Status run(const KernelCall& call) {
  const double value = call.op.reader(call.attributes).real("fill_value");
  const TensorView& out = call.out[0];
  double from = value;
  alignas(16) char element[16] = {};
  TensorView source{&from, {}, {}, 0, DType::kFloat64};
  TensorView target{element, {}, {}, 0, out.dtype};
  WEFT_TRY(run_one_step(kernels::cast_step(DType::kFloat64, out.dtype), {&source, 1}, target));
  const int64_t elements = elements_of(out);
  split_work(kernels::fill_units(out), elements, nullptr, 0,
             [&](kernels::Range range, void*) { kernels::run_fill(out, element, range); });
  return {};
}

Slot slot() {
  Slot s;
  s.run = run;
  s.exactness = Exactness::kExact;
  return s;
}

}  // namespace

WEFT_OP(full) {
  op.doc("An array with every element the same.")
      .required(AttributeKind::kInts, "shape", "extents")
      .required(AttributeKind::kFloat, "fill_value", "the element, converted to dtype")
      .required(AttributeKind::kDType, "dtype", "dtype of the result")
      .in(Namespace::kInternal)
      .infer(infer)
      .gradient([](const GradContext&) { return Values{}; })
      .kernel(slot())
      .sample(R"({"shapes": [], "shape": [2, 3], "fill_value": 1.5, "dtype": "float32"})")
      .sample(R"({"shapes": [], "shape": [], "fill_value": -2, "dtype": "int8"})")
      .sample(R"({"shapes": [], "shape": [2, 0], "fill_value": 1, "dtype": "float64"})")
      .sample(R"({"shapes": [], "shape": [3], "fill_value": 1, "dtype": "bool"})");
}

}  // namespace weft::ops
