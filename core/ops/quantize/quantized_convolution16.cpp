// The convolution of int16 images with int8 filters: layers of models whose activations have 16
// bits. A dense layer is the convolution of images of one place.

#include "base/errors.h"
#include "kernels/int8/quantized_wide.h"
#include "kernels/isa/active.h"
#include "ops/nn/convolution/window_impl.h"
#include "ops/problems/convolution_problem.h"
#include "ops/quantize/requantization_impl.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

constexpr size_t kBias = 2, kMultiplier = 3, kShift = 4;

Result<kernels::Convolution> problem_of(const AttributeReader& a, const Shape& x, const Shape& w) {
  for (const auto& [name, shape] : {std::pair("data", x), std::pair("weight", w)})
    if (shape.rank() != 4)
      return errors::invalid_value(a.op().name, "`", name, "` must have 4 axes; got shape ", shape);
  return convolution_problem(a, DType::kInt8, channels_second(x), channels_second(w));
}

Result<Types> infer(const InferContext& c) {
  WEFT_TRY(require_dtype(c, 0, DType::kInt16));
  WEFT_TRY(require_dtype(c, 1, DType::kInt8));
  WEFT_ASSIGN(const kernels::Convolution s, problem_of(c, c.in[0].shape, c.in[1].shape));
  for (const size_t i : {kBias, kMultiplier, kShift}) {
    if (!c.given(i)) continue;
    WEFT_TRY(require_dtype(c, i, i == kBias ? DType::kInt64 : DType::kInt32));
    if (c.in[i].shape != Shape{s.out_channels})
      return errors::invalid_value(c.op().name, "`", c.op().inputs[i].name, "` must have shape (",
                                   s.out_channels, ",); got ", c.in[i].shape);
  }
  if (c.given(kMultiplier) != c.given(kShift))
    return errors::invalid_value(c.op().name, "`shift` must be given with `multiplier`; got one");
  const int64_t low = c.integer("low"), high = c.integer("high");
  if (low < INT16_MIN || high > INT16_MAX || low > high)
    return errors::invalid_value(
        c.op().name, "`low` and `high` must be in order and in int16; got ", low, " and ", high);
  return Types{{c.given(kShift) ? DType::kInt16 : DType::kInt64,
                {s.batch, s.out_height, s.out_width, s.out_channels}}};
}

// Factors come from files: what lies outside their range has no meaning.
Status check_factors(const KernelCall& call, const kernels::WideConvolution& p) {
  for (int64_t i = 0; p.multiplier && i < p.shape.out_channels; ++i) {
    if (p.multiplier[i] < 0 || p.multiplier[i] > INT16_MAX)
      return errors::invalid_value(call.op.name, "`multiplier` must be in [0, 32767]; got ",
                                   int64_t{p.multiplier[i]}, " for filter ", i);
    if (p.shift[i] < 1 || p.shift[i] > 62)
      return errors::invalid_value(call.op.name, "`shift` must be in [1, 62]; got ",
                                   int64_t{p.shift[i]}, " for filter ", i);
  }
  return {};
}

// 4 products count as one element of cheap arithmetic.
int64_t work_of(const kernels::Convolution& s) {
  return s.batch * s.out_channels * s.out_height * s.out_width * (s.in_channels / s.groups) *
         s.kernel_height * s.kernel_width / 4;
}

Status run(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  kernels::WideConvolution p{};
  WEFT_ASSIGN(p.shape, problem_of(a, shape_of(call.in[0]), shape_of(call.in[1])));
  p.x = static_cast<const int16_t*>(call.in[0].data);
  p.w = static_cast<const int8_t*>(call.in[1].data);
  const auto given = [&](size_t i) { return i < call.in.size() ? call.in[i].data : nullptr; };
  p.bias = static_cast<const int64_t*>(given(kBias));
  p.multiplier = static_cast<const int32_t*>(given(kMultiplier));
  p.shift = static_cast<const int32_t*>(given(kShift));
  p.low = static_cast<int32_t>(a.integer("low"));
  p.high = static_cast<int32_t>(a.integer("high"));
  p.y = call.out[0].data;
  WEFT_TRY(check_factors(call, p));
  const auto kernel = WEFT_ACTIVE(run_wide_convolution);
  split_work(p.shape.batch * p.shape.out_height, work_of(p.shape), nullptr, 0,
             [&](kernels::Range units, void*) { kernel(p, units); });
  return {};
}

Slot slot() {
  Slot s = exact_dense_slot(run);
  s.cost = [](const SlotTypes& t) {
    const kernels::Convolution p =
        problem_of(t.op.reader(t.attributes), t.in[0].shape, t.in[1].shape).value();
    return Cost{8.0 * static_cast<double>(work_of(p)),
                static_cast<double>(t.in[0].bytes() + t.in[1].bytes() + t.out[0].bytes())};
  };
  return s;
}

}  // namespace

WEFT_OP(quantized_convolution16) {
  op.doc(
        "Convolution of int16 images with int8 filters: int64 sums, or with a multiplier and a "
        "shift int16, the sums times multiplier * 2^-shift, rounded to the nearest, halves up.")
      .in(Namespace::kNpx)
      .input("data", "int16, shape (N, H, W, C)")
      .index_input("weight", "int8, shape (filters, kernel..., C / groups)");
  optional_index_input(op, "bias", "int64, shape (filters,)");
  optional_index_input(op, "multiplier", "int32, shape (filters,): 0 to 32767");
  optional_index_input(op, "shift", "int32, shape (filters,): 1 to 62");
  convolution_attributes(op);
  op.integer("low", -32768, "lower bound of the result")
      .integer("high", 32767, "upper bound of the result")
      .promote(Promotion::kKeep)
      .infer(infer)
      .no_gradient("integers")
      .kernel(slot())
      .images({0})
      .sample(R"({"shapes": [[2, 6, 5, 3], [4, 3, 2, 3], [4], [4], [4]], "stride": [2, 1],
                  "pad": [1, 0, 0, 1], "dtypes": ["int16", "int8", "int64", "int32", "int32"],
                  "ranges": [[-32768, 32767], [-128, 127], [-9000000, 9000000], [16384, 32767],
                             [20, 26]]})")
      .sample(R"({"shapes": [[1, 5, 4, 6], [12, 3, 3, 1], null, [12], [12]], "num_group": 6,
                  "pad": 2, "dilate": 2, "dtypes": ["int16", "int8", null, "int32", "int32"],
                  "ranges": [[-32768, 32767], [-128, 127], null, [0, 32767], [15, 30]]})")
      .sample(R"({"shapes": [[2, 3, 4, 5], [4, 2, 2, 5], [4]], "pad": [1, 0],
                  "dtypes": ["int16", "int8", "int64"],
                  "ranges": [[-32768, 32767], [-128, 127], [-9000000, 9000000]]})")
      .sample(R"({"shapes": [[3, 1, 1, 700], [5, 1, 1, 700], [5], [5], [5]], "low": -9000,
                  "high": 20000, "kernel": [1, 1],
                  "dtypes": ["int16", "int8", "int64", "int32", "int32"],
                  "ranges": [[-32768, 32767], [-128, 127], [-9000000, 9000000], [16384, 32767],
                             [25, 28]]})");
}

}  // namespace weft::ops
