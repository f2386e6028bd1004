// Convolutions of int8 images with channels last, (N, W, C) or (N, H, W, C); quantized_convolution
// uses them. Weights are packed as for products; weights with one filter for each channel are
// packed by an operator of their own.

#include "ops/quantize/quantized_images_impl.h"

#include <algorithm>

#include "base/errors.h"
#include "ops/nn/convolution/window_impl.h"
#include "ops/problems/convolution_problem.h"
#include "ops/quantize/product_units_impl.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {

// ---- what all operators are given

namespace images {

Result<kernels::Convolution> shape_of_problem(const AttributeReader& a, const Shape& x,
                                              Filters filters) {
  const bool is_depthwise = filters == Filters::kOfChannels;
  const std::string& op = a.op().name;
  if (x.rank() != 3 && x.rank() != 4)
    return errors::invalid_value(op, "`data` must have shape (N, W, C) or (N, H, W, C); got ", x);
  const int64_t channels = x[x.rank() - 1];
  if (a.ints("kernel").size() != static_cast<size_t>(x.rank() - 2))
    return errors::invalid_value(op, "`kernel` must have ", x.rank() - 2, " numbers; got ",
                                 a.ints("kernel").size());
  Shape weight{is_depthwise ? channels : a.integer("filters"), is_depthwise ? 1 : channels};
  if (filters == Filters::kOfGroups) weight[1] /= std::max<int64_t>(1, a.integer("num_group"));
  for (const int64_t extent : a.ints("kernel")) weight.push_back(extent);
  return convolution_problem(a, DType::kInt8, channels_second(x), weight);
}

static Status check_inputs(const InferContext& c, int64_t filters) {
  for (const size_t i : {size_t{0}, size_t{1}}) WEFT_TRY(require_dtype(c, i, DType::kInt8));
  WEFT_TRY(require_int8(c, "zero_point"));
  if (!c.given(kBias)) return {};
  WEFT_TRY(require_dtype(c, kBias, DType::kInt32));
  if (c.in[kBias].shape == Shape{filters}) return {};
  return errors::invalid_value(c.op().name, "`bias` must have shape (", filters, ",); got ",
                               c.in[kBias].shape);
}

Result<Types> result_of(const InferContext& c, const kernels::Convolution& s) {
  WEFT_TRY(check_inputs(c, s.out_channels));
  WEFT_ASSIGN(const DType dtype, check_requantization(c, kMultiplier, s.out_channels));
  Shape y{s.batch};
  if (c.in[0].shape.rank() == 4) y.push_back(s.out_height);
  y.push_back(s.out_width);
  y.push_back(s.out_channels);
  const auto type_of = [&](size_t input) {
    return c.given(input) ? std::optional<TensorType>(c.in[input]) : std::nullopt;
  };
  WEFT_TRY(check_residual(c, type_of(kResidual), type_of(kResidual + 1), y, s.out_channels));
  return Types{{dtype, y}};
}

const int32_t* integers_of(std::span<const TensorView> in, size_t input) {
  return in.size() > input && in[input].rank >= 0 ? static_cast<const int32_t*>(in[input].data)
                                                  : nullptr;
}

// In elements of cheap arithmetic: 16 products in the time of one.
int64_t work_of(const kernels::Convolution& s) {
  return s.batch * s.out_channels * s.out_height * s.out_width * (s.in_channels / s.groups) *
         s.kernel_height * s.kernel_width / 16;
}

Cost cost_of(const SlotTypes& t, const kernels::Convolution& s) {
  return {32.0 * static_cast<double>(work_of(s)),
          static_cast<double>(t.in[0].bytes() + t.in[1].bytes() + t.out[0].bytes())};
}

void define(OpDef& op, std::string_view weight, void (*window)(OpDef&)) {
  op.in(Namespace::kInternal)
      .input("data", "int8, shape (N, W, C) or (N, H, W, C)")
      .input("weight", weight);
  optional_index_input(op, "bias", "int32, shape (filters,)");
  requantization_inputs(op, true);
  residual_inputs(op);
  window(op);
  op.integer("zero_point", 0, "the integer that stands for zero in data, and pads it");
  requantization_attributes(op);
}

}  // namespace images

namespace {

using namespace images;

// ---- one group: products of windows

// A convolution as a product: rows are output pixels, columns filters, and the depth is the
// window's elements. A 1 x 1 kernel without stride and padding reads the image itself as rows.
kernels::QuantizedProduct product_of(const AttributeReader& a, const kernels::Convolution& s) {
  kernels::QuantizedProduct p{};
  p.m = s.batch * s.out_height * s.out_width;
  p.n = s.out_channels;
  p.k = s.kernel_height * s.kernel_width * s.in_channels;
  p.zero_point = static_cast<int32_t>(a.integer("zero_point"));
  const bool is_pixelwise = s.kernel_height * s.kernel_width == 1 && s.stride_height == 1 &&
                            s.stride_width == 1 && s.pad_top == 0 && s.pad_left == 0 &&
                            s.out_height == s.in_height && s.out_width == s.in_width;
  p.windows = is_pixelwise ? nullptr : &s;
  return p;
}

Result<Types> infer_rows(const InferContext& c) {
  WEFT_ASSIGN(const kernels::Convolution s, shape_of_problem(c, c.in[0].shape, Filters::kOfImage));
  const Shape packed = packed_product_shape(s.out_channels, product_of(c, s).k);
  if (c.in[1].shape != packed)
    return errors::invalid_value(c.op().name, "`weight` must come from pack_quantized, with shape ",
                                 packed, "; got ", c.in[1].shape);
  return result_of(c, s);
}

// Everything but the arrays: a product, and the windows that it may point to; so it is not copied.
struct RowsProblem {
  kernels::Convolution shape;
  kernels::QuantizedProduct product;
  int64_t units, scratch;

  RowsProblem(const AttributeReader& a, const Shape& x)
      : shape(shape_of_problem(a, x, Filters::kOfImage).value()),
        product(product_of(a, shape)),
        units(kernels::quantized_product_units(product)),
        scratch(kernels::quantized_product_scratch(product)) {}
  RowsProblem(const RowsProblem&) = delete;
};

Status run_rows(const KernelCall& call) {
  const RowsProblem& problem = *static_cast<const RowsProblem*>(call.problem);
  kernels::QuantizedProduct p = problem.product;
  WEFT_ASSIGN(p.how, requantization_of(call.op.reader(call.attributes), call.in, kMultiplier));
  p.residual = residual_of(call.in, kResidual);
  p.a = static_cast<const int8_t*>(call.in[0].data);
  p.panels = static_cast<const int8_t*>(call.in[1].data);
  p.bias = integers_of(call.in, kBias);
  p.c = call.out[0].data;
  run_product_units(p, problem.units, work_of(problem.shape), call, problem.scratch);
  return {};
}

kernels::Convolution rows_of(const SlotTypes& t) {
  return shape_of_problem(t.op.reader(t.attributes), t.in[0].shape, Filters::kOfImage).value();
}

Slot rows_slot() {
  Slot slot = exact_dense_slot(run_rows);
  slot.problem = [](const SlotTypes& t) -> std::shared_ptr<const void> {
    return std::make_shared<const RowsProblem>(t.op.reader(t.attributes), t.in[0].shape);
  };
  slot.scratch_bytes = [](const SlotTypes& t, int threads) {
    const kernels::Convolution s = rows_of(t);
    return threads * kernels::quantized_product_scratch(product_of(t.op.reader(t.attributes), s));
  };
  slot.cost = [](const SlotTypes& t) { return cost_of(t, rows_of(t)); };
  slot.pieces = [](const SlotTypes& t) {
    const kernels::Convolution s = rows_of(t);
    const auto p = product_of(t.op.reader(t.attributes), s);
    return pieces_of_work(kernels::quantized_product_units(p), work_of(s));
  };
  return slot;
}

// ---- a filter for each channel

// A problem with the weight's numbers only; the weight is (channels, kernel…).
kernels::Convolution filters_of(const Shape& w) {
  kernels::Convolution s{};
  s.in_channels = s.out_channels = s.groups = w[0];
  s.kernel_height = w.rank() == 3 ? w[1] : 1;
  s.kernel_width = w[w.rank() - 1];
  return s;
}
Shape packed_depthwise_shape(const kernels::Convolution& s) {
  return {kernels::quantized_depthwise_int8x4s(s) + 1, s.in_channels, kernels::kInt8x4};
}

Result<Types> infer_pack(const InferContext& c) {
  WEFT_TRY(require_dtype(c, 0, DType::kInt8));
  const Shape& w = c.in[0].shape;
  if (w.rank() != 2 && w.rank() != 3)
    return errors::invalid_value(c.op().name, "`weight` must have 2 or 3 axes; got shape ", w);
  if (w[1] < 1 || w[w.rank() - 1] < 1)
    return errors::invalid_value(c.op().name, "`weight` must not be empty along the kernel; got ",
                                 w);
  return Types{{DType::kInt8, packed_depthwise_shape(filters_of(w))}};
}

Status run_pack(const KernelCall& call) {
  const Shape w = shape_of(call.in[0]);
  split_work(w[0], w.elements(), nullptr, 0, [&](kernels::Range channels, void*) {
    kernels::run_pack_quantized_depthwise(filters_of(w),
                                          static_cast<const int8_t*>(call.in[0].data),
                                          static_cast<int8_t*>(call.out[0].data), channels);
  });
  return {};
}

Result<Types> infer_depthwise(const InferContext& c) {
  WEFT_ASSIGN(const kernels::Convolution s,
              shape_of_problem(c, c.in[0].shape, Filters::kOfChannels));
  if (s.groups != s.in_channels)
    return errors::invalid_value(c.op().name, "`num_group` must be the ", s.in_channels,
                                 " channels; got ", s.groups);
  if (c.in[1].shape != packed_depthwise_shape(s))
    return errors::invalid_value(c.op().name,
                                 "`weight` must come from pack_quantized_depthwise, with shape ",
                                 packed_depthwise_shape(s), "; got ", c.in[1].shape);
  return result_of(c, s);
}

Result<kernels::QuantizedDepthwise> depthwise_of(const AttributeReader& a, const Shape& x) {
  kernels::QuantizedDepthwise p{};
  WEFT_ASSIGN(p.shape, shape_of_problem(a, x, Filters::kOfChannels));
  p.zero_point = static_cast<int32_t>(a.integer("zero_point"));
  return p;
}
kernels::QuantizedDepthwise depthwise_of(const SlotTypes& t) {
  return depthwise_of(t.op.reader(t.attributes), t.in[0].shape).value();
}

// Depthwise products take a few times as long as those that work_of counts.
int64_t depthwise_work(const kernels::Convolution& s) { return 4 * work_of(s); }

Status run_depthwise(const KernelCall& call) {
  kernels::QuantizedDepthwise p = *static_cast<const kernels::QuantizedDepthwise*>(call.problem);
  WEFT_ASSIGN(p.how, requantization_of(call.op.reader(call.attributes), call.in, kMultiplier));
  p.residual = residual_of(call.in, kResidual);
  p.x = static_cast<const int8_t*>(call.in[0].data);
  p.filters = static_cast<const int8_t*>(call.in[1].data);
  p.bias = integers_of(call.in, kBias);
  p.y = call.out[0].data;
  split_work(kernels::quantized_depthwise_units(p), depthwise_work(p.shape), call.scratch,
             kernels::quantized_depthwise_scratch(p), [&](kernels::Range units, void* scratch) {
               kernels::run_quantized_depthwise(p, units, scratch);
             });
  return {};
}

Slot depthwise_slot() {
  Slot slot = exact_dense_slot(run_depthwise);
  slot.problem = [](const SlotTypes& t) -> std::shared_ptr<const void> {
    return std::make_shared<const kernels::QuantizedDepthwise>(depthwise_of(t));
  };
  slot.scratch_bytes = [](const SlotTypes& t, int threads) {
    return threads * kernels::quantized_depthwise_scratch(depthwise_of(t));
  };
  slot.cost = [](const SlotTypes& t) { return cost_of(t, depthwise_of(t).shape); };
  slot.pieces = [](const SlotTypes& t) {
    const kernels::QuantizedDepthwise p = depthwise_of(t);
    return pieces_of_work(kernels::quantized_depthwise_units(p), depthwise_work(p.shape));
  };
  return slot;
}

}  // namespace

WEFT_OP(quantized_convolution_rows) {
  op.doc("Convolution of int8 images with channels last, of one group, with a packed weight.");
  define(op, "int8, from pack_quantized of (filters, kernel... * C)", ungrouped_attributes);
  op.required(AttributeKind::kInt, "filters", "of the weight")
      .promote(Promotion::kKeep)
      .infer(infer_rows)
      .no_gradient("integers")
      .kernel(rows_slot())
      .images({0, 5})
      .sample(R"({"shapes": [[2, 6, 5, 3], [2, 6, 128], [40]],
                  "dtypes": ["int8", "int8", "int32"], "kernel": [3, 2], "stride": [2, 1],
                  "pad": [1, 0], "dilate": [1, 2], "zero_point": 9, "filters": 40,
                  "ranges": [[-128, 127], [0, 0], [-900, 900]]})")
      .sample(R"({"shapes": [[1, 6, 8], [1, 3, 128], null, [5], [5], [1, 6, 5], [5]],
                  "kernel": [1], "filters": 5,
                  "output_zero_point": 6, "low": -90, "high": 70,
                  "dtypes": ["int8", "int8", null, "int32", "int32", "int8", "int32"],
                  "ranges": [[-128, 127], [0, 0], null, [1073741824, 2147483647], [-9, -5],
                             [-128, 127], [-900, 900]]})");
}

WEFT_OP(pack_quantized_depthwise) {
  op.doc(
        "An int8 weight of one filter for each channel in the order that quantized_depthwise reads "
        "it in, with its sums.")
      .in(Namespace::kInternal)
      .input("weight", "int8, shape (channels, kernel...)")
      .promote(Promotion::kKeep)
      .infer(infer_pack)
      .no_gradient("integers")
      .kernel(exact_dense_slot(run_pack))
      .sample(R"({"shapes": [[7, 3, 2]], "dtypes": ["int8"], "ranges": [[-128, 127]]})")
      .sample(R"({"shapes": [[70, 5]], "dtypes": ["int8"], "ranges": [[-128, 127]]})");
}

WEFT_OP(quantized_depthwise) {
  op.doc(
      "Convolution of int8 images with channels last, of one filter for each channel, with a "
      "packed weight.");
  define(op, "int8, from pack_quantized_depthwise", convolution_attributes);
  op.promote(Promotion::kKeep)
      .infer(infer_depthwise)
      .no_gradient("integers")
      .kernel(depthwise_slot())
      .images({0, 5})
      .sample(R"({"shapes": [[2, 6, 5, 70], [4, 70, 4], [70]], "num_group": 70,
                  "dtypes": ["int8", "int8", "int32"], "kernel": [3, 3], "stride": [2, 1],
                  "pad": [1, 1], "dilate": [2, 1], "zero_point": 9,
                  "ranges": [[-128, 127], [0, 0], [-900, 900]]})")
      .sample(R"({"shapes": [[1, 9, 3], [6, 3, 4], null, [3], [3], [1, 5, 3], [3]], "kernel": [5],
                  "num_group": 3, "output_zero_point": 6, "low": -90, "high": 70,
                  "dtypes": ["int8", "int8", null, "int32", "int32", "int8", "int32"],
                  "ranges": [[-128, 127], [0, 0], null, [1073741824, 2147483647], [-9, -5],
                             [-128, 127], [-900, 900]]})");
}

}  // namespace weft::ops
