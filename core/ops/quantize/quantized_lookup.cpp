// Any function of one int8 element, as a table of its 256 results: activations between int8 layers,
// and changes of scale. TensorFlow Lite computes tanh, sigmoid and others this way.

#include "base/errors.h"
#include "ops/quantize/requantization_impl.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

constexpr int64_t kResults = 256;

Result<Types> infer(const InferContext& c) {
  for (const size_t i : {size_t{0}, size_t{1}}) WEFT_TRY(require_dtype(c, i, DType::kInt8));
  if (c.in[1].shape != Shape{kResults})
    return errors::invalid_value(c.op().name, "`table` must have shape (256,); got ",
                                 c.in[1].shape);
  return Types{{DType::kInt8, c.in[0].shape}};
}

Status run(const KernelCall& call) {
  const auto* x = static_cast<const int8_t*>(call.in[0].data);
  const auto* table = static_cast<const int8_t*>(call.in[1].data);
  auto* y = static_cast<int8_t*>(call.out[0].data);
  const int64_t count = elements_of(call.out[0]);
  split_work(count, count / 4, nullptr, 0, [&](kernels::Range range, void*) {
    kernels::run_quantized_lookup(table, x + range.begin, y + range.begin, range.end - range.begin);
  });
  return {};
}

Slot slot() {
  Slot s = exact_dense_slot(run);
  s.overwrites = every_input;
  return s;
}

}  // namespace

WEFT_OP(quantized_lookup) {
  op.doc("What a table has for each int8 element: any function of one element, between any scales.")
      .in(Namespace::kNpx)
      .input("data", "int8")
      .input("table", "int8, shape (256,): results for -128, -127, ... 127")
      .promote(Promotion::kKeep)
      .infer(infer)
      .no_gradient("integers")
      .kernel(slot())
      .images({0})
      .sample(R"({"shapes": [[3, 50], [256]], "dtypes": ["int8", "int8"],
                  "ranges": [[-128, 127], [-128, 127]]})")
      .sample(R"({"shapes": [[0], [256]], "dtypes": ["int8", "int8"],
                  "ranges": [[-128, 127], [-128, 127]]})");
}

}  // namespace weft::ops
