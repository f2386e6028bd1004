// The convolution of int8 images with one or two spatial axes. The weight is packed by an operator
// of its own, as in quantized_fully_connected, so that a plan packs frozen weights once.
//
// The sum is Σ (x - zero_point) w = Σ x w - zero_point Σ w: packed filters carry their sums Σ w,
// and the kernel subtracts once per filter. Padding has the value zero_point, which stands for 0.

#include <algorithm>

#include "base/errors.h"
#include "ops/nn/convolution/window_impl.h"
#include "ops/problems/convolution_problem.h"
#include "ops/quantize/requantization_impl.h"
#include "ops/registry.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

// ---- packing

// A problem with the weight's numbers only; it has one group, whose channels are those of a filter.
kernels::Convolution filters_of(const Shape& w) {
  kernels::Convolution p{};
  p.groups = 1;
  p.in_channels = w[1];
  p.out_channels = w[0];
  p.kernel_height = height_of(w);
  p.kernel_width = width_of(w);
  return p;
}

Result<Types> infer_pack(const InferContext& c) {
  WEFT_TRY(require_dtype(c, 0, DType::kInt8));
  const Shape& w = c.in[0].shape;
  if (w.rank() != 3 && w.rank() != 4)
    return errors::invalid_value(c.op().name, "`weight` must have 3 or 4 axes; got shape ", w);
  const int64_t int8x4s = kernels::quantized_filter_int8x4s(filters_of(w));
  return Types{{DType::kInt8, {w[0], int8x4s + 1, kernels::kInt8x4}}};
}

Status run_pack(const KernelCall& call) {
  const Shape w = shape_of(call.in[0]);
  const kernels::Convolution p = filters_of(w);
  split_work(w[0], w.elements(), nullptr, 0, [&](kernels::Range filters, void*) {
    kernels::run_pack_quantized_filters(p, static_cast<const int8_t*>(call.in[0].data),
                                        static_cast<int8_t*>(call.out[0].data), filters);
  });
  return {};
}

// ---- the convolution with packed filters

// The weight had, before it was packed, the kernel that the attribute `kernel` tells.
Result<kernels::QuantizedConvolution> problem_of(const AttributeReader& a, const Shape& x,
                                                 const Shape& packed) {
  const std::string& op = a.op().name;
  const int64_t groups = a.integer("num_group");
  if (packed.rank() != 3 || x.rank() < 3 || groups < 1)
    return errors::invalid_value(op, "`weight` must come from pack_quantized_filters; got shape ",
                                 packed);
  Shape weight{packed[0], x[1] / groups};
  if (a.ints("kernel").size() != static_cast<size_t>(x.rank() - 2))
    return errors::invalid_value(op, "`kernel` must have ", x.rank() - 2, " numbers; got ",
                                 a.ints("kernel").size());
  for (const int64_t extent : a.ints("kernel")) weight.push_back(extent);
  kernels::QuantizedConvolution p{};
  WEFT_ASSIGN(p.shape, convolution_problem(a, DType::kInt8, x, weight));
  if (packed != Shape{packed[0], kernels::quantized_filter_int8x4s(p.shape) + 1, kernels::kInt8x4})
    return errors::invalid_value(op, "`weight` must come from pack_quantized_filters for `data` ",
                                 x, "; got shape ", packed);
  p.zero_point = static_cast<int32_t>(a.integer("zero_point"));
  return p;
}
kernels::QuantizedConvolution problem_of(const SlotTypes& t) {
  return problem_of(t.op.reader(t.attributes), t.in[0].shape, t.in[1].shape).value();
}

Result<Types> infer(const InferContext& c) {
  for (const size_t i : {size_t{0}, size_t{1}}) WEFT_TRY(require_dtype(c, i, DType::kInt8));
  const Shape& x = c.in[0].shape;
  WEFT_ASSIGN(const kernels::QuantizedConvolution p, problem_of(c, x, c.in[1].shape));
  WEFT_TRY(require_int8(c, "zero_point"));
  const int64_t filters = p.shape.out_channels;
  if (c.given(2)) {
    WEFT_TRY(require_dtype(c, 2, DType::kInt32));
    if (c.in[2].shape != Shape{filters})
      return errors::invalid_value(c.op().name, "`bias` must have shape (", filters, ",); got ",
                                   c.in[2].shape);
  }
  WEFT_ASSIGN(const DType dtype, check_requantization(c, 3, filters));
  return Types{{dtype, image_shape(p.shape.batch, filters, x.rank() - 2, p.shape.out_height,
                                   p.shape.out_width)}};
}

// 16 products count as one element of cheap arithmetic.
int64_t work_of(const kernels::Convolution& p) {
  return p.batch * p.out_channels * p.out_height * p.out_width * (p.in_channels / p.groups) *
         p.kernel_height * p.kernel_width / 16;
}

Status run(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  WEFT_ASSIGN(kernels::QuantizedConvolution p,
              problem_of(a, shape_of(call.in[0]), shape_of(call.in[1])));
  WEFT_ASSIGN(p.how, requantization_of(a, call.in, 3));
  p.x = static_cast<const int8_t*>(call.in[0].data);
  p.filters = static_cast<const int8_t*>(call.in[1].data);
  p.bias = call.in.size() > 2 ? static_cast<const int32_t*>(call.in[2].data) : nullptr;
  p.y = call.out[0].data;
  split_work(kernels::quantized_convolution_units(p), work_of(p.shape), call.scratch,
             kernels::quantized_convolution_scratch(p), [&](kernels::Range units, void* scratch) {
               kernels::run_quantized_convolution(p, units, scratch);
             });
  return {};
}

Slot slot() {
  Slot s = exact_dense_slot(run);
  s.scratch_bytes = [](const SlotTypes& t, int threads) {
    return threads * kernels::quantized_convolution_scratch(problem_of(t));
  };
  s.cost = [](const SlotTypes& t) {
    return Cost{32.0 * static_cast<double>(work_of(problem_of(t).shape)),
                static_cast<double>(t.in[0].bytes() + t.in[1].bytes() + t.out[0].bytes())};
  };
  s.pieces = [](const SlotTypes& t) {
    const kernels::QuantizedConvolution p = problem_of(t);
    return pieces_of_work(kernels::quantized_convolution_units(p), work_of(p.shape));
  };
  return s;
}

// ---- the layer

constexpr size_t kGroups = 4, kChannelsLast = 9;  // positions among the attributes

Value given(const ComposeContext& c, size_t input) {
  return c.inputs.size() > input ? c.in(input) : Value();
}

// For NCHW images. If `is_sum`, the multiplier is left out and the result is int32 sums.
Value planar(const ComposeContext& c, const Value& x, const Value& weight, bool is_sum) {
  const Value packed = c.builder.call("pack_quantized_filters", {weight});
  if (!c.builder.status().ok()) return packed;
  std::vector<Value> inputs{x, packed, given(c, 2)};
  for (size_t i = 3; i < 5; ++i) inputs.push_back(is_sum ? Value() : given(c, i));
  std::vector<Argument> attributes(c.all().begin(), c.all().begin() + kChannelsLast);
  const Shape shape = weight.shape();
  attributes[0] = Argument::of_ints(shape.span().subspan(2));
  return c.builder.emit(op_named("quantized_convolution_packed"), inputs, attributes)[0];
}

// With a residual: the int32 sums get the residual times its factor, and are requantized
// afterwards. The kernels for channels last add it in int32, too, so the bits agree.
Result<Value> planar_layer(const ComposeContext& c, const Value& x, const Value& weight) {
  if (!given(c, 5)) return planar(c, x, weight, false);
  Value y = planar(c, x, weight, true);
  WEFT_TRY(c.builder.status());
  Shape wide = c.in(6).shape();
  while (wide.rank() < y.shape().rank() - 1) wide.push_back(1);
  y = y + cast(c.in(5), DType::kInt32) * reshape(c.in(6), wide);
  if (!given(c, 3)) return y;
  return c.builder.call(
      "requantize", {y, c.in(3), c.in(4)},
      {c.get("output_zero_point"), c.get("low"), c.get("high"), Argument::of_int(1)});
}

// One group is a product of windows; depthwise filters have a kernel; other groups go through
// quantized_convolution_groups.
Result<Value> channels_last_layer(const ComposeContext& c, const Shape& weight) {
  const int64_t filters = weight[0], groups = c.integer("num_group");
  const auto kernel = weight.span().subspan(1, static_cast<size_t>(weight.rank() - 2));
  const bool is_depthwise = groups > 1 && groups == filters && weight[weight.rank() - 1] == 1;
  const bool is_grouped = groups > 1 && !is_depthwise;
  Shape merged{filters};
  for (const int64_t extent : kernel) merged.push_back(extent);
  if (!is_depthwise) merged = {filters, weight.elements() / std::max<int64_t>(1, filters)};
  const Value packed =
      is_grouped ? c.builder.call("pack_quantized_filters", {channels_second(c.in(1))})
                 : c.builder.call(is_depthwise ? "pack_quantized_depthwise" : "pack_quantized",
                                  {reshape(c.in(1), merged)});
  std::vector<Value> inputs{c.in(0), packed};
  for (size_t i = 2; i < 7; ++i) inputs.push_back(given(c, i));
  std::vector<Argument> attributes(c.all().begin(), c.all().begin() + kChannelsLast);
  attributes[0] = Argument::of_ints(kernel);
  if (!is_depthwise) attributes.push_back(Argument::of_int(filters));
  if (!is_depthwise && !is_grouped) attributes.erase(attributes.begin() + kGroups);
  const std::string_view op = is_depthwise ? "quantized_depthwise"
                              : is_grouped ? "quantized_convolution_groups"
                                           : "quantized_convolution_rows";
  return c.builder.emit(op_named(op), inputs, attributes)[0];
}

// Checks shapes in the user's terms, then chooses by the order of the axes.
Result<Value> convolution(const ComposeContext& c) {
  Shape data = c.in(0).shape(), weight = c.in(1).shape();
  const bool is_last = c.flag("channels_last");
  if (data.rank() != 3 && data.rank() != 4)
    return errors::invalid_value(c.op().name, "`data` must have 3 or 4 axes; got shape ", data);
  if (is_last && weight.rank() == data.rank()) weight = channels_second(weight);
  WEFT_ASSIGN(const kernels::Convolution problem,
              convolution_problem(c, DType::kInt8, is_last ? channels_second(data) : data, weight));
  Shape result = image_shape(problem.batch, problem.out_channels, data.rank() - 2,
                             problem.out_height, problem.out_width);
  if (is_last) result = channels_behind(result);
  const auto type_of = [&](size_t input) {
    const Value value = given(c, input);
    return value ? std::optional<TensorType>({value.dtype(), value.shape()}) : std::nullopt;
  };
  WEFT_TRY(check_residual(c, type_of(5), type_of(6), result, problem.out_channels));
  WEFT_ASSIGN(const Value y, is_last ? channels_last_layer(c, c.in(1).shape())
                                     : planar_layer(c, c.in(0), c.in(1)));
  WEFT_TRY(c.builder.status());
  return y;
}

// The attributes that both operators share, `kernel` first.
void attributes_of(OpDef& op) {
  convolution_attributes(op);
  op.integer("zero_point", 0, "the integer that stands for zero in data, and pads it");
  requantization_attributes(op);
}

}  // namespace

WEFT_OP(pack_quantized_filters) {
  op.doc(
        "int8 filters in the order that quantized_convolution_packed reads them in, with their "
        "sums.")
      .in(Namespace::kInternal)
      .input("weight", "int8, shape (filters, C / groups, kernel...)")
      .promote(Promotion::kKeep)
      .infer(infer_pack)
      .no_gradient("integers")
      .kernel(exact_dense_slot(run_pack))
      .sample(R"({"shapes": [[4, 5, 3, 2]], "dtypes": ["int8"], "ranges": [[-128, 127]]})")
      .sample(R"({"shapes": [[2, 8, 3]], "dtypes": ["int8"], "ranges": [[-128, 127]]})");
}

WEFT_OP(quantized_convolution_packed) {
  op.doc("Convolution of int8 images with packed filters, as int32 or requantized to int8.")
      .in(Namespace::kInternal)
      .input("data", "int8, shape (N, C, W) or (N, C, H, W)")
      .input("weight", "int8, from pack_quantized_filters");
  optional_index_input(op, "bias", "int32, shape (filters,)");
  requantization_inputs(op, true);
  attributes_of(op);
  op.promote(Promotion::kKeep)
      .infer(infer)
      .no_gradient("integers")
      .kernel(slot())
      .sample(R"({"shapes": [[2, 3, 6, 5], [4, 7, 4], [4]], "dtypes": ["int8", "int8", "int32"],
                  "kernel": [3, 2], "stride": [2, 1], "pad": [1, 0], "zero_point": 9,
                  "ranges": [[-128, 127], [0, 0], [-900, 900]]})")
      .sample(R"({"shapes": [[1, 6, 5], [6, 2, 4], [6]], "dtypes": ["int8", "int8", "int32"],
                  "kernel": 1, "num_group": 2,
                  "ranges": [[-128, 127], [0, 0], [-900, 900]]})")
      .sample(R"({"shapes": [[2, 3, 9], [4, 4, 4], null, [4], [4]], "kernel": [3], "pad": 1,
                  "dilate": 2, "output_zero_point": 6, "low": -90, "high": 70, "dtypes": ["int8", "int8", null, "int32", "int32"],
                  "ranges": [[-128, 127], [0, 0], null, [1073741824, 2147483647], [-9, -5]]})");
}

WEFT_OP(quantized_convolution) {
  op.doc(
        "Convolution of int8 images, of data - zero_point in int32, which pads with zero_point; "
        "with a multiplier and a shift as int8, see requantize.")
      .in(Namespace::kNpx)
      .input("data", "int8, shape (N, C, W) or (N, C, H, W)")
      .input("weight", "int8, shape (filters, C / groups, kernel...)");
  optional_index_input(op, "bias", "int32, shape (filters,)");
  requantization_inputs(op, true);
  residual_inputs(op);
  attributes_of(op);
  op.boolean("channels_last", false,
             "data is (N, W, C) or (N, H, W, C), the weight (filters, kernel..., C / groups)")
      .promote(Promotion::kKeep)
      .no_gradient("integers")
      .compose(checked<convolution>)
      .sample(R"({"shapes": [[2, 6, 5, 3], [4, 3, 2, 3], [4], [4], [4], [2, 2, 4, 4], [4]],
                  "stride": [2, 1], "channels_last": true, "zero_point": 9,
                  "dtypes": ["int8", "int8", "int32", "int32", "int32", "int8", "int32"],
                  "ranges": [[-128, 127], [-127, 127], [-900, 900], [1073741824, 2147483647],
                             [-9, -5], [-128, 127], [1, 90]]})")
      .sample(R"({"shapes": [[1, 5, 4, 6], [6, 3, 3, 1], [6]], "pad": 1, "num_group": 6,
                  "channels_last": true, "zero_point": -3, "dtypes": ["int8", "int8", "int32"],
                  "ranges": [[-128, 127], [-127, 127], [-900, 900]]})")
      .sample(R"({"shapes": [[1, 6, 7, 3], [4, 3, 3, 3], [4]], "pad": [0, 0, 1, 1], "stride": 2,
                  "channels_last": true, "zero_point": -3, "dtypes": ["int8", "int8", "int32"],
                  "ranges": [[-128, 127], [-127, 127], [-900, 900]]})")
      .sample(R"({"shapes": [[1, 6, 7, 6], [6, 3, 3, 1], [6]], "pad": [0, 1, 1, 0], "stride": 2,
                  "num_group": 6, "channels_last": true, "zero_point": -3,
                  "dtypes": ["int8", "int8", "int32"],
                  "ranges": [[-128, 127], [-127, 127], [-900, 900]]})")
      .sample(R"({"shapes": [[1, 3, 4, 5], [6, 1, 1, 5], [6]], "pad": [0, 0, 1, 2],
                  "channels_last": true, "zero_point": -3, "dtypes": ["int8", "int8", "int32"],
                  "ranges": [[-128, 127], [-127, 127], [-900, 900]]})")
      .sample(R"({"shapes": [[1, 3, 6, 5], [4, 3, 3, 2], [4]], "stride": 2, "pad": [0, 0, 1, 1],
                  "dtypes": ["int8", "int8", "int32"], "zero_point": 9,
                  "ranges": [[-128, 127], [-127, 127], [-900, 900]]})")
      .sample(R"({"shapes": [[2, 7, 4], [6, 3, 2], [6], [6], [6], [2, 5, 6], [6]], "num_group": 2,
                  "channels_last": true, "zero_point": -3,
                  "dtypes": ["int8", "int8", "int32", "int32", "int32", "int8", "int32"],
                  "ranges": [[-128, 127], [-127, 127], [-900, 900], [1073741824, 2147483647],
                             [-9, -5], [-128, 127], [1, 90]]})")
      .sample(R"({"shapes": [[2, 3, 6, 5], [4, 3, 3, 2], [4]], "stride": [2, 1], "pad": [1, 0],
                  "dtypes": ["int8", "int8", "int32"], "zero_point": 9,
                  "ranges": [[-128, 127], [-127, 127], [-900, 900]]})")
      .sample(R"({"shapes": [[2, 4, 9], [6, 2, 3], null, [6], [6]], "num_group": 2, "dilate": [2],
                  "pad": 1, "dtypes": ["int8", "int8", null, "int32", "int32"],
                  "zero_point": -20, "output_zero_point": 5,
                  "ranges": [[-128, 127], [-127, 127], null, [1073741824, 2147483647],
                             [-9, -5]]})")
      .sample(R"({"shapes": [[1, 4, 8, 7], [4, 1, 3, 3], [4], [], []], "num_group": 4, "pad": 1,
                  "dtypes": ["int8", "int8", "int32", "int32", "int32"], "low": 0, "high": 99,
                  "kernel": [3, 3],
                  "ranges": [[-128, 127], [-127, 127], [-900, 900], [1073741824, 2147483647],
                             [-9, -5]]})");
}

}  // namespace weft::ops
