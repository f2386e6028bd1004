// Pooling of int8 images. The result has the scale of the data, so a maximum is exact; an average
// is rounded as in TensorFlow Lite, halves away from zero.

#include "base/errors.h"
#include "ops/nn/convolution/window_impl.h"
#include "ops/problems/pooling_problem.h"
#include "ops/quantize/requantization_impl.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

Result<Types> infer(const InferContext& c) {
  WEFT_TRY(require_dtype(c, 0, DType::kInt8));
  const bool is_last = c.flag("channels_last") && c.in[0].shape.rank() > 2;
  const Shape x = is_last ? channels_second(c.in[0].shape) : c.in[0].shape;
  const std::string_view type = c.text("pool_type");
  if (type != "max" && type != "avg")
    return errors::invalid_value(c.op().name, "`pool_type` must be max or avg; got ", type);
  WEFT_TRY(require_int8(c, "zero_point"));
  WEFT_ASSIGN(const kernels::Pooling p, pooling_problem(c, DType::kInt8, x));
  const Shape y = image_shape(x[0], x[1], x.rank() - 2, p.out_height, p.out_width);
  return Types{{DType::kInt8, is_last ? channels_behind(y) : y}};
}

Status run(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const bool is_last = a.flag("channels_last");
  const Shape x_shape = is_last ? channels_second(shape_of(call.in[0])) : shape_of(call.in[0]);
  WEFT_ASSIGN(const kernels::Pooling p, pooling_problem(a, DType::kInt8, x_shape));
  const bool is_average = a.text("pool_type") == "avg";
  const auto zero_point = static_cast<int32_t>(a.integer("zero_point"));
  const auto* x = static_cast<const int8_t*>(call.in[0].data);
  auto* y = static_cast<int8_t*>(call.out[0].data);
  // With channels last a thread takes rows of results, since planes are interleaved.
  if (is_last) {
    split_work(
        x_shape[0] * p.out_height, work_of(p) / 16, nullptr, 0, [&](kernels::Range rows, void*) {
          kernels::run_quantized_pool_nhwc(p, is_average, x_shape[1], zero_point, x, y, rows);
        });
    return {};
  }
  split_work(p.planes, work_of(p), nullptr, 0, [&](kernels::Range planes, void*) {
    if (is_average) {
      kernels::run_quantized_average(p, zero_point, x, y, planes);
    } else {
      kernels::run_max_pool(p, x, y, nullptr, planes);
    }
  });
  return {};
}

}  // namespace

WEFT_OP(quantized_pooling) {
  op.doc(
        "Maximum or average of int8 over windows of one or two spatial axes, of data's scale; the "
        "average is rounded to the nearest, halves away from zero, as in TensorFlow Lite.")
      .in(Namespace::kNpx)
      .input("data", "int8, shape (N, C, W) or (N, C, H, W)");
  pooling_attributes(op);
  op.integer("zero_point", 0, "the integer that stands for zero: padded elements of an average")
      .boolean("channels_last", false, "data is (N, W, C) or (N, H, W, C)")
      .promote(Promotion::kKeep)
      .infer(infer)
      .no_gradient("integers")
      .kernel(exact_dense_slot(run))
      .images({0})
      .sample(R"({"shapes": [[2, 3, 5, 6]], "dtypes": ["int8"], "kernel": [2, 3],
                  "stride": [2, 1], "ranges": [[-128, 127]]})")
      .sample(R"({"shapes": [[2, 3, 5, 6]], "dtypes": ["int8"], "kernel": [2, 3], "pad": [1, 1],
                  "pool_type": "avg", "zero_point": -20, "ranges": [[-128, 127]]})")
      .sample(R"({"shapes": [[2, 3, 6, 6]], "dtypes": ["int8"], "kernel": 3, "stride": 2,
                  "pad": 1, "pool_type": "avg", "count_include_pad": false,
                  "pooling_convention": "full", "ranges": [[-128, 127]]})")
      .sample(R"({"shapes": [[2, 3, 7]], "dtypes": ["int8"], "global_pool": true,
                  "pool_type": "avg", "ranges": [[-128, 127]]})")
      .sample(R"({"shapes": [[2, 5, 6, 70]], "dtypes": ["int8"], "kernel": 3, "pad": 1,
                  "stride": 2, "channels_last": true, "ranges": [[-128, 127]]})")
      .sample(R"({"shapes": [[2, 6, 5, 19]], "dtypes": ["int8"], "kernel": [3, 2],
                  "pad": [0, 0, 1, 1], "stride": 2, "pool_type": "avg", "count_include_pad": false,
                  "channels_last": true, "ranges": [[-128, 127]]})")
      .sample(R"({"shapes": [[2, 3, 6, 5]], "dtypes": ["int8"], "kernel": [3, 2], "stride": 2,
                  "pad": [0, 0, 1, 1], "ranges": [[-128, 127]]})")
      .sample(R"({"shapes": [[2, 5, 6, 19]], "dtypes": ["int8"], "kernel": [2, 3], "pad": [1, 1],
                  "pool_type": "avg", "zero_point": -20, "channels_last": true,
                  "ranges": [[-128, 127]]})")
      .sample(R"({"shapes": [[1, 2, 2, 3]], "dtypes": ["int8"], "kernel": 2900, "pad": 1450,
                  "stride": 3, "pool_type": "avg", "zero_point": 100, "channels_last": true,
                  "ranges": [[-128, 127]]})");
}

}  // namespace weft::ops
