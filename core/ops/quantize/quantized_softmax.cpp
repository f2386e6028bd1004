// Softmax of int8 along the last axis, in integers, by TensorFlow Lite's rule. The exponential of
// every difference between two int8 comes from a table of 256 numbers.

#include "kernels/int8/quantized_softmax.h"

#include <cmath>

#include "base/errors.h"
#include "ops/quantize/requantization_impl.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

Result<Types> infer(const InferContext& c) {
  WEFT_TRY(require_dtype(c, 0, DType::kInt8));
  const Shape& x = c.in[0].shape;
  if (x.rank() < 1)
    return errors::invalid_value(c.op().name, "`data` must have an axis; got shape ", x);
  if (x[x.rank() - 1] > kernels::kMaxSoftmaxColumns)
    return errors::invalid_value(c.op().name, "the last axis of `data` must have at most ",
                                 kernels::kMaxSoftmaxColumns, " elements; got shape ", x);
  // Differences are fixed-point numbers with 26 bits behind the point: a smaller scale would be 0
  // in them.
  if (const double scale = c.real("scale");
      !(scale >= kernels::kMinSoftmaxScale && std::isfinite(scale)))
    return errors::invalid_value(c.op().name, "`scale` must be at least 2^-26, and finite; got ",
                                 scale);
  return Types{{DType::kInt8, x}};
}

Status run(const KernelCall& call) {
  int32_t exponentials[kernels::kSoftmaxDistances];
  const int64_t count = elements_of(call.out[0]);
  if (count == 0) return {};
  kernels::quantized_exponentials(call.op.reader(call.attributes).real("scale"), exponentials);
  const kernels::QuantizedSoftmax p{call.in[0].shape[call.in[0].rank - 1], exponentials,
                                    static_cast<const int8_t*>(call.in[0].data),
                                    static_cast<int8_t*>(call.out[0].data)};
  split_work(count / p.columns, 8 * count, nullptr, 0,
             [&](kernels::Range rows, void*) { kernels::run_quantized_softmax(p, rows); });
  return {};
}

}  // namespace

WEFT_OP(quantized_softmax) {
  op.doc(
        "Softmax of int8 along the last axis by TensorFlow Lite's rule: int8 that stand for "
        "(y + 128) / 256.")
      .in(Namespace::kNpx)
      .input("data", "int8, at most 4095 elements along the last axis")
      .required(AttributeKind::kFloat, "scale", "what a step of data stands for")
      .promote(Promotion::kKeep)
      .infer(infer)
      .no_gradient("integers")
      .kernel(exact_dense_slot(run))
      .sample(R"({"shapes": [[3, 10]], "dtypes": ["int8"], "scale": 0.1, "ranges": [[-128, 127]]})")
      .sample(R"({"shapes": [[2, 2, 37]], "dtypes": ["int8"], "scale": 0.0117,
                  "ranges": [[-128, 127]]})")
      .sample(R"({"shapes": [[2, 700]], "dtypes": ["int8"], "scale": 1e-4,
                  "ranges": [[-128, 127]]})")
      .sample(R"({"shapes": [[4, 1]], "dtypes": ["int8"], "scale": 3, "ranges": [[-128, 127]]})")
      .sample(R"({"shapes": [[0, 4]], "dtypes": ["int8"], "scale": 0.5,
                  "ranges": [[-128, 127]]})");
}

}  // namespace weft::ops
