// The sum of two int8 arrays with different scales, rounded as in TensorFlow Lite: both operands
// are multiplied to a common scale (twice the larger one) with spare bits, added in int32, and
// requantized.

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "ops/quantize/requantization_impl.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

Status require_scale(const AttributeReader& a, std::string_view name) {
  const double scale = a.real(name);
  if (scale > 0 && std::isfinite(scale)) return {};
  return errors::invalid_value(a.op().name, "`", name, "` must be greater than 0 and finite; got ",
                               scale);
}

// The factor from the common scale to the result's. It must be below 1, so that a multiplier and a
// shift can represent it.
double factor_of_sum(const AttributeReader& a) {
  const double larger = std::max(a.real("x1_scale"), a.real("x2_scale"));
  return 2 * larger / (std::ldexp(1.0, kernels::kQuantizedAddBits) * a.real("output_scale"));
}

Result<Types> infer(const InferContext& c) {
  for (const size_t i : {size_t{0}, size_t{1}}) WEFT_TRY(require_dtype(c, i, DType::kInt8));
  if (c.in[1].shape != c.in[0].shape)
    return errors::invalid_value(c.op().name, "`x2` must have the shape of `x1`, ", c.in[0].shape,
                                 "; got ", c.in[1].shape);
  for (const std::string_view name : {"x1_scale", "x2_scale", "output_scale"})
    WEFT_TRY(require_scale(c, name));
  for (const std::string_view name : {"x1_zero_point", "x2_zero_point"})
    WEFT_TRY(require_int8(c, name));
  WEFT_TRY(check_bounds(c));
  if (!(factor_of_sum(c) < 1))
    return errors::invalid_value(
        c.op().name, "`output_scale` must be more than 2^-19 of the larger input scale, ",
        std::max(c.real("x1_scale"), c.real("x2_scale")), "; got ", c.real("output_scale"));
  return Types{{DType::kInt8, c.in[0].shape}};
}

Status run(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const double twice = 2 * std::max(a.real("x1_scale"), a.real("x2_scale"));
  kernels::QuantizedAdd p{};
  const double scales[] = {a.real("x1_scale"), a.real("x2_scale")};
  for (int i = 0; i < 2; ++i) {
    const auto [factor, right] = kernels::fixed_factor(scales[i] / twice);
    p.multipliers[i] = factor;
    p.shifts[i] = right;
  }
  p.zero_points[0] = static_cast<int32_t>(a.integer("x1_zero_point"));
  p.zero_points[1] = static_cast<int32_t>(a.integer("x2_zero_point"));
  const auto [multiplier, shift] = kernels::fixed_factor(factor_of_sum(a));
  p.how = bounds_of(a);
  p.how.multiplier = &multiplier;
  p.how.shift = &shift;
  p.a = static_cast<const int8_t*>(call.in[0].data);
  p.b = static_cast<const int8_t*>(call.in[1].data);
  p.y = static_cast<int8_t*>(call.out[0].data);
  const int64_t count = elements_of(call.out[0]);
  split_work(count, count, nullptr, 0,
             [&](kernels::Range range, void*) { kernels::run_quantized_add(p, range); });
  return {};
}

Slot slot() {
  Slot s = exact_dense_slot(run);
  s.overwrites = every_input;
  return s;
}

}  // namespace

WEFT_OP(quantized_add) {
  op.doc("Sum of two int8 arrays of their own scales, as int8, rounded as in TensorFlow Lite.")
      .in(Namespace::kNpx)
      .input("x1", "int8")
      .input("x2", "int8, shape of x1")
      .required(AttributeKind::kFloat, "x1_scale", "what a step of x1 stands for")
      .required(AttributeKind::kFloat, "x2_scale", "what a step of x2 stands for")
      .required(AttributeKind::kFloat, "output_scale", "what a step of the result stands for")
      .integer("x1_zero_point", 0, "the integer that stands for zero in x1")
      .integer("x2_zero_point", 0, "the integer that stands for zero in x2");
  requantization_attributes(op);
  op.promote(Promotion::kKeep)
      .infer(infer)
      .no_gradient("integers")
      .kernel(slot())
      .images({0, 1})
      .sample(R"({"shapes": [[3, 50], [3, 50]], "dtypes": ["int8", "int8"], "x1_scale": 0.1,
                  "x2_scale": 0.037, "output_scale": 0.11, "x1_zero_point": 5,
                  "x2_zero_point": -70, "output_zero_point": 3, "low": -100, "high": 101,
                  "ranges": [[-128, 127], [-128, 127]]})")
      .sample(R"({"shapes": [[7], [7]], "dtypes": ["int8", "int8"], "x1_scale": 0.5,
                  "x2_scale": 0.5, "output_scale": 1, "ranges": [[-128, 127], [-128, 127]]})");
}

}  // namespace weft::ops
