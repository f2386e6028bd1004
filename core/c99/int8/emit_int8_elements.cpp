// Int8 operators that have no weights: poolings, sums of two arrays, tables, softmax, and rescaling
// to int8.
#include <algorithm>
#include <cmath>

#include "c99/int8/int8_call.h"
#include "c99/int8/int8_text.h"
#include "c99/program/emitter.h"
#include "kernels/int8/quantized.h"
#include "kernels/int8/quantized_softmax.h"
#include "ops/problems/pooling_problem.h"

namespace weft::c99 {
namespace {

using executor::TargetKernel;
using ops::SlotTypes;

// ---- poolings

Status emit_pooling(Call& call) {
  const ops::AttributeReader a = call.attributes();
  const bool is_last = a.flag("channels_last") && call.in(0).shape.rank() > 2;
  Shape x = call.in(0).shape;
  // The problem is described with channels second.
  if (is_last) {
    const int64_t channels = x[x.rank() - 1];
    for (int axis = x.rank() - 1; axis > 1; --axis) x[axis] = x[axis - 1];
    x[1] = channels;
  }
  WEFT_ASSIGN(const kernels::Pooling p, ops::pooling_problem(a, DType::kInt8, x));
  const bool is_average = a.text("pool_type") == "avg";
  const int64_t channels = x[1], in = p.in_height * p.in_width, out = p.out_height * p.out_width;
  const Batch batch{call, x[0]};
  const std::string from = batch.at(call.read(0), in * channels);
  const std::string to = batch.at(call.write(), out * channels);
  // An average over the whole image has a kernel of its own.
  const bool is_whole = out == 1 && p.kernel_height == p.in_height &&
                        p.kernel_width == p.in_width &&
                        p.pad_top + p.pad_left + p.pad_bottom + p.pad_right == 0;
  if (is_average && is_whole && is_last &&
      std::max({p.in_height, p.in_width, channels}) <= INT16_MAX) {
    add_shape(call, "weft_window_i8",
              {{"height", p.in_height}, {"width", p.in_width}, {"channels", channels}});
    batch.line(define_global_average(call.source()) + "(&p, " + from + ", " + to + ");");
    return {};
  }
  const int64_t place = is_last ? channels : 1;
  add_shape(call, "weft_pool",
            {{"height", p.in_height},
             {"width", p.in_width},
             {"out_height", p.out_height},
             {"out_width", p.out_width},
             {"channels", channels},
             {"kernel_height", p.kernel_height},
             {"kernel_width", p.kernel_width},
             {"stride_height", p.stride_height},
             {"stride_width", p.stride_width},
             {"dilation_height", p.dilation_height},
             {"dilation_width", p.dilation_width},
             {"pad_top", p.pad_top},
             {"pad_left", p.pad_left},
             {"pad_bottom", p.pad_bottom},
             {"pad_right", p.pad_right},
             {"zero", a.integer("zero_point")},
             {"counts_padding", p.count_include_pad},
             {"x_row", p.in_width * place},
             {"x_place", place},
             {"x_channel", is_last ? 1 : in},
             {"y_row", p.out_width * place},
             {"y_place", place},
             {"y_channel", is_last ? 1 : out}});
  batch.line(define_plain_pooling(call.source(), is_average, is_last) + "(&p, " + from + ", " + to +
             ");");
  return {};
}

Result<TargetKernel> dense(const SlotTypes&) { return TargetKernel{}; }

// ---- sums

// As TensorFlow Lite adds: both operands are scaled to twice the larger scale with
// kQuantizedAddBits more bits, added, and rescaled to the result.
Status emit_add(Call& call) {
  const ops::AttributeReader a = call.attributes();
  const double twice = 2 * std::max(a.real("x1_scale"), a.real("x2_scale"));
  const double factors[] = {
      a.real("x1_scale") / twice, a.real("x2_scale") / twice,
      twice / (std::ldexp(1.0, kernels::kQuantizedAddBits) * a.real("output_scale"))};
  const auto all = [](const auto& number) {
    return "{" + std::to_string(number(0)) + ", " + std::to_string(number(1)) + ", " +
           std::to_string(number(2)) + "}";
  };
  call.line("static const struct weft_sum_i8 p = {");
  call.line("  .zero = {" + std::to_string(a.integer("x1_zero_point")) + ", " +
            std::to_string(a.integer("x2_zero_point")) + "},");
  call.line("  .multiplier = " +
            all([&](int i) { return kernels::fixed_factor(factors[i]).multiplier; }) +
            ", .shift = " + all([&](int i) { return kernels::fixed_factor(factors[i]).shift; }) +
            ",");
  call.line("  .out_zero = " + std::to_string(a.integer("output_zero_point")) +
            ", .low = " + std::to_string(a.integer("low")) +
            ", .high = " + std::to_string(a.integer("high")) + ",");
  call.line("};");
  call.line(define_add(call.source()) + "(&p, " + call.read(0) + ", " + call.read(1) + ", " +
            call.write() + ", " + call.count() + ");");
  return {};
}

// x is (outer, channels, inner); the number of scales is 1 or that of the channels.
Status emit_requantize(Call& call) {
  const ops::AttributeReader a = call.attributes();
  const Shape& x = call.in(0).shape;
  const int64_t given = a.integer("axis");
  const int axis = static_cast<int>(given < 0 ? given + x.rank() : given);
  const int64_t channels = x.rank() == 0 ? 1 : x[axis];
  int64_t inner = 1;
  for (int i = axis + 1; i < x.rank(); ++i) inner *= x[i];
  std::string text = define_requantize(call.source()) + "(" + call.read(0) + ", " + call.read(1) +
                     ", " + call.read(2);
  for (const int64_t number :
       {x.elements() / (channels * inner), channels, inner, int64_t{call.in(1).shape.rank()}})
    text += ", " + std::to_string(number);
  for (const char* const name : {"output_zero_point", "low", "high"})
    text += ", " + std::to_string(a.integer(name));
  call.line(text + ", " + call.write() + ");");
  return {};
}

// The table has the result of each of the 256 values.
Status emit_lookup(Call& call) {
  call.line(define_lookup(call.source()) + "(" + call.read(0) + ", " + call.read(1) + ", " +
            call.write() + ", " + call.count() + ");");
  return {};
}

// The exponentials of all distances from a row's maximum are computed now.
Status emit_softmax(Call& call) {
  int32_t all[kernels::kSoftmaxDistances];
  kernels::quantized_exponentials(call.attributes().real("scale"), all);
  int64_t count = kernels::kSoftmaxDistances;
  while (all[count - 1] == 0) --count;  // terminates: that of distance 0 is 1
  const std::string exponentials =
      call.source().array("exponentials", nullptr, DType::kInt32, Shape{count}, all);
  const Shape& x = call.in(0).shape;
  const int64_t columns = x[x.rank() - 1];
  const std::string from = call.read(0), to = call.write();
  call.line(define_softmax(call.source()) + "(" + exponentials + ", " + std::to_string(count) +
            ", " + from + ", " + to + ", " + std::to_string(x.elements() / columns) + ", " +
            std::to_string(columns) + ");");
  return {};
}

// Element i is written after the last read of element i; softmax reads a row before it writes it.
Result<TargetKernel> in_place(const SlotTypes&) {
  return TargetKernel{ops::Strides::kDense, ops::kEveryInput, 0};
}

}  // namespace

WEFT_EMITTER(quantized_pooling, dense, emit_pooling);
WEFT_EMITTER(quantized_add, in_place, emit_add);
WEFT_EMITTER(quantized_lookup, in_place, emit_lookup);
WEFT_EMITTER(quantized_softmax, in_place, emit_softmax);
WEFT_EMITTER(requantize, dense, emit_requantize);

}  // namespace weft::c99
