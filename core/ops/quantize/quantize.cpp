// Integers that stand for real numbers: real = scale * (q - zero_point). An array has one scale, or
// one for each slice along an axis. quantize and dequantize are composites; requantize turns int32
// sums into int8.

#include <algorithm>
#include <cmath>
#include <string>

#include "base/dtype.h"
#include "base/errors.h"
#include "ops/quantize/requantization_impl.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

// ---- floating to integers and back

// A scale or a zero point in another dtype, with axes of extent 1 behind its own axis, so that it
// broadcasts along `axis`. A weak scalar is returned as it is.
Result<Value> along_axis(const ComposeContext& c, size_t input, DType dtype) {
  const Value& value = c.in(input);
  if (value.is_scalar()) return value;
  const Shape shape = value.shape(), x = c.in(0).shape();
  if (shape.rank() == 0) return cast(value, dtype);
  int64_t axis = c.integer("axis");
  if (axis < -x.rank() || axis >= x.rank())
    return errors::axis_out_of_range(c.op().name, "axis", axis, x.rank());
  if (axis < 0) axis += x.rank();
  const int64_t extent = x[static_cast<int>(axis)];
  if (shape != Shape{extent})
    return errors::invalid_value(c.op().name, "`", c.op().input_at(input).name,
                                 "` must have shape () or (", extent, ",) along axis ", axis,
                                 "; got ", shape);
  Shape wide{extent};
  while (wide.rank() < x.rank() - axis) wide.push_back(1);
  return reshape(cast(value, dtype), wide);
}
// Only a scale given as a number can be checked before the program runs.
Result<Value> scale_of(const ComposeContext& c) {
  const Value& scale = c.in(1);
  if (!scale.is_scalar() && !is_floating(scale.dtype()))
    return errors::invalid_type(c.op().name, "`scale` must be floating; got ", scale.dtype());
  if (scale.is_scalar() && !(scale.scalar().as_double() > 0))
    return errors::invalid_value(c.op().name, "`scale` must be greater than 0; got ",
                                 scale.scalar().as_double());
  return along_axis(c, 1, DType::kFloat32);
}

Status require_axis(const ComposeContext& c) {
  const int rank = c.in(0).shape().rank();
  const int64_t axis = c.integer("axis");
  if (rank > 0 && (axis < -rank || axis >= rank))
    return errors::axis_out_of_range(c.op().name, "axis", axis, rank);
  return {};
}

bool given(const ComposeContext& c, size_t input) { return c.inputs.size() > input && c.in(input); }

bool is_one_of(DType dtype, std::initializer_list<DType> dtypes) {
  return std::ranges::find(dtypes, dtype) != dtypes.end();
}
Status require_one_of(const ComposeContext& c, size_t input, std::initializer_list<DType> dtypes,
                      std::string_view names) {
  if (c.in(input).is_scalar() || is_one_of(c.in(input).dtype(), dtypes)) return {};
  return errors::invalid_type(c.op().name, "`", c.op().input_at(input).name, "` must be ", names,
                              "; got ", c.in(input).dtype());
}

// rint rounds halves to even; the cast saturates and maps NaN to 0.
Result<Value> quantize(const ComposeContext& c) {
  WEFT_TRY(require_one_of(c, 0, {DType::kFloat32, DType::kFloat16, DType::kBFloat16},
                          "float32 or a half type"));
  WEFT_TRY(require_axis(c));
  const DType dtype = c.has("dtype") ? c.dtype("dtype") : DType::kInt8;
  if (!is_one_of(dtype, {DType::kInt8, DType::kUInt8}))
    return errors::invalid_type("quantize", "`dtype` must be int8 or uint8; got ", dtype);
  WEFT_ASSIGN(const Value scale, scale_of(c));
  Value y = c.builder.call("rint", {cast(c.in(0), DType::kFloat32) / scale});
  if (given(c, 2)) {
    WEFT_TRY(require_one_of(c, 2, {DType::kInt8, DType::kUInt8}, "int8 or uint8"));
    WEFT_ASSIGN(const Value zero_point, along_axis(c, 2, DType::kFloat32));
    y = y + zero_point;
  }
  return cast(y, dtype);
}

// Is it an 8-bit integer, or a number as small?
bool is_byte(const Value& x) {
  if (x.is_scalar()) return std::abs(x.scalar().as_double()) < 256;
  return is_one_of(x.dtype(), {DType::kInt8, DType::kUInt8});
}

// Differences of bytes are exact in float32, and the arithmetic behind it is float32, too.
// Differences with int32 are taken in int32 and wrap.
Result<Value> dequantize(const ComposeContext& c) {
  const std::initializer_list<DType> integers{DType::kInt8, DType::kUInt8, DType::kInt32};
  WEFT_TRY(require_one_of(c, 0, integers, "int8, uint8 or int32"));
  WEFT_TRY(require_axis(c));
  WEFT_ASSIGN(const Value scale, scale_of(c));
  const bool are_bytes = is_byte(c.in(0)) && (!given(c, 2) || is_byte(c.in(2)));
  const DType differences = are_bytes ? DType::kFloat32 : DType::kInt32;
  Value x = cast(c.in(0), differences);
  if (given(c, 2)) {
    WEFT_TRY(require_one_of(c, 2, integers, "int8, uint8 or int32"));
    WEFT_ASSIGN(const Value zero_point, along_axis(c, 2, differences));
    x = x - zero_point;
  }
  return cast(x, DType::kFloat32) * scale;
}

// ---- int32 to int8

// A scalar counts as one channel.
Result<int> channel_axis(const AttributeReader& a, const Shape& x) {
  const int64_t axis = a.integer("axis");
  if (x.rank() == 0) return 0;
  if (axis < -x.rank() || axis >= x.rank())
    return errors::axis_out_of_range(a.op().name, "axis", axis, x.rank());
  return static_cast<int>(axis < 0 ? axis + x.rank() : axis);
}

Result<Types> infer_requantize(const InferContext& c) {
  WEFT_TRY(require_dtype(c, 0, DType::kInt32));
  const Shape& x = c.in[0].shape;
  WEFT_ASSIGN(const int axis, channel_axis(c, x));
  WEFT_TRY(check_requantization(c, 1, x.rank() == 0 ? 1 : x[axis]).status());
  return Types{{DType::kInt8, x}};
}

// The array is seen as (outer, channels, inner), with one multiplier for each channel.
Status run_requantize(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const Shape x = shape_of(call.in[0]);
  kernels::Requantize p{};
  WEFT_ASSIGN(p.how, requantization_of(a, call.in, 1));
  const int axis = channel_axis(a, x).value();
  p.channels = x.rank() == 0 ? 1 : x[axis];
  p.inner = 1;
  for (int i = axis + 1; i < x.rank(); ++i) p.inner *= x[i];
  p.x = static_cast<const int32_t*>(call.in[0].data);
  p.y = static_cast<int8_t*>(call.out[0].data);
  if (x.elements() == 0) return {};
  const int64_t outer = x.elements() / (p.channels * p.inner);
  split_work(kernels::requantize_rows(p, outer), x.elements(), nullptr, 0,
             [&](kernels::Range rows, void*) { kernels::run_requantize(p, rows); });
  return {};
}

}  // namespace

WEFT_OP(quantize) {
  op.doc(
        "Integers that stand for real numbers: data / scale, rounded to the nearest (halves to the "
        "even one), plus the zero point; saturates, and maps NaN to 0.")
      .in(Namespace::kNpx)
      .input("data", "float32 or half types")
      .index_input("scale", "floating, greater than 0, shape () or that of the axis")
      .integer("axis", -1, "axis along which there are several scales")
      .no_gradient("piecewise constant")
      .promote(Promotion::kKeep);
  optional_index_input(op, "zero_point", "int8 or uint8, shape () or that of the axis; none: 0");
  op.optional(AttributeKind::kDType, "dtype", "int8 or uint8; int8 by default")
      .compose(checked<quantize>)
      .sample(R"({"shapes": [[2, 7, 3], [7]], "dtypes": ["float32", "float32"], "axis": 1,
                  "ranges": [[-9, 9], [0.01, 0.1]]})")
      .sample(R"({"shapes": [[40], [], []], "dtypes": ["float32", "float32", "uint8"],
                  "dtype": "uint8", "ranges": [[-9, 9], [0.05, 0.05], [100, 120]]})");
}

WEFT_OP(dequantize) {
  op.doc("The real numbers that integers stand for: (data - zero_point) * scale, as float32.")
      .in(Namespace::kNpx)
      .input("data", "int8, uint8 or int32")
      .index_input("scale", "floating, shape () or that of the axis");
  optional_index_input(op, "zero_point",
                       "int8, uint8 or int32, shape () or that of the axis; none: 0");
  op.integer("axis", -1, "axis along which there are several scales")
      .no_gradient("its data are integers")
      .promote(Promotion::kKeep)
      .compose(checked<dequantize>)
      .sample(R"({"shapes": [[2, 7, 3], [7]], "dtypes": ["int8", "float32"], "axis": 1,
                  "ranges": [[-128, 127], [0.01, 0.1]]})")
      .sample(R"({"shapes": [[40], [], []], "dtypes": ["uint8", "float32", "uint8"],
                  "ranges": [[0, 255], [0.05, 0.05], [100, 120]]})");
}

WEFT_OP(requantize) {
  op.doc(
        "Sums of int32 as int8: times multiplier 2^(shift - 31) with the two roundings of "
        "TensorFlow Lite, plus the zero point, held between the bounds.")
      .in(Namespace::kNpx)
      .index_input("data", "int32");
  requantization_inputs(op, false);
  requantization_attributes(op);
  op.integer("axis", -1, "axis along which there are several multipliers")
      .promote(Promotion::kKeep)
      .infer(infer_requantize)
      .no_gradient("its data are integers")
      .kernel(exact_dense_slot(run_requantize))
      .sample(R"({"shapes": [[2, 7, 9], [7], [7]], "dtypes": ["int32", "int32", "int32"],
                  "axis": 1, "output_zero_point": 3,
                  "ranges": [[-9000, 9000], [1073741824, 2147483647], [-8, -4]]})")
      .sample(R"({"shapes": [[5, 19], [19], [19]], "dtypes": ["int32", "int32", "int32"],
                  "low": -20, "high": 90,
                  "ranges": [[-90, 90], [1073741824, 2147483647], [-2, 2]]})")
      .sample(R"({"shapes": [[40], [], []], "dtypes": ["int32", "int32", "int32"],
                  "ranges": [[-9000, 9000], [1073741824, 2147483647], [-8, -4]]})");
}

}  // namespace weft::ops
