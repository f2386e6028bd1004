// Convolutions of int8 images with channels last and several groups; quantized_convolution uses
// them. The kernel is the one for channels first (quantized_convolution_packed): the image is
// transposed before it, and the result after it. This happens here and not by operators of the
// graph, so that row tiles and the C generator see one layer.

#include <algorithm>

#include "base/errors.h"
#include "ops/nn/convolution/window_impl.h"
#include "ops/quantize/quantized_images_impl.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

using namespace images;

kernels::QuantizedConvolution problem_of(const kernels::Convolution& s, const AttributeReader& a) {
  kernels::QuantizedConvolution p{};
  p.shape = s;
  p.zero_point = static_cast<int32_t>(a.integer("zero_point"));
  return p;
}

Result<Types> infer(const InferContext& c) {
  WEFT_ASSIGN(const kernels::Convolution s, shape_of_problem(c, c.in[0].shape, Filters::kOfGroups));
  const Shape packed{s.out_channels, kernels::quantized_filter_int8x4s(s) + 1, kernels::kInt8x4};
  if (c.in[1].shape != packed)
    return errors::invalid_value(c.op().name,
                                 "`weight` must come from pack_quantized_filters, with shape ",
                                 packed, "; got ", c.in[1].shape);
  return result_of(c, s);
}

kernels::Convolution shape_of_call(const SlotTypes& t) {
  return shape_of_problem(t.op.reader(t.attributes), t.in[0].shape, Filters::kOfGroups).value();
}

// The parts of the scratch: both images with channels first, then for each thread a row of results
// or the kernel's memory.
struct Cut {
  int64_t x = 0, y = 0, row = 0, kernel = 0;

  Cut(const kernels::QuantizedConvolution& p, bool is_sum) {
    const kernels::Convolution& s = p.shape;
    const auto up = [](int64_t bytes) { return (bytes + 63) / 64 * 64; };
    const int64_t element = is_sum ? 4 : 1;
    x = up(s.batch * s.in_channels * s.in_height * s.in_width);
    y = up(s.batch * s.out_channels * s.out_height * s.out_width * element);
    row = up(s.out_channels * s.out_width * element);
    kernel = up(kernels::quantized_convolution_scratch(p));
  }
  int64_t per_thread() const { return std::max(row, kernel); }
};

bool has_residual(const SlotTypes& t) {
  return t.in.size() > kResidual && t.in[kResidual].shape.rank() >= 0;
}

// Transposes each of `images` matrices; the result has the shape (images, rows, columns).
void turn(const void* from, void* to, DType dtype, int64_t images, int64_t rows, int64_t columns) {
  TensorView dense{}, transposed{};
  dense.data = to;
  transposed.data = const_cast<void*>(from);
  const int64_t shape[] = {images, rows, columns};
  const int64_t strides[] = {rows * columns, columns, 1}, across[] = {rows * columns, 1, rows};
  for (TensorView* view : {&dense, &transposed}) {
    view->dtype = dtype;
    view->rank = 3;
    std::ranges::copy(shape, view->shape);
  }
  std::ranges::copy(strides, dense.strides);
  std::ranges::copy(across, transposed.strides);
  copy_elements(dense, transposed);
}

// Sums with channels first become results with channels last: the residual is added, and the sum is
// requantized, one row of pixels at a time. Additions wrap, as unsigned numbers.
void finish(const kernels::Convolution& s, const int32_t* sums,
            const kernels::QuantizedResidual& residual, const kernels::Requantization& how, void* y,
            void* scratch, int64_t scratch_bytes) {
  const int64_t plane = s.out_height * s.out_width, filters = s.out_channels;
  const auto run = [&](kernels::Range rows, void* own) {
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      const int64_t image = row / s.out_height, first = row % s.out_height * s.out_width;
      const int64_t at = row * s.out_width * filters;
      int32_t* const to =
          how.multiplier ? static_cast<int32_t*>(own) : static_cast<int32_t*>(y) + at;
      for (int64_t filter = 0; filter < filters; ++filter) {
        const int32_t* const from = sums + (image * filters + filter) * plane + first;
        const auto factor = static_cast<uint32_t>(residual.factors[filter]);
        for (int64_t place = 0; place < s.out_width; ++place) {
          const int64_t i = place * filters + filter;
          const auto added = static_cast<uint32_t>(residual.values[at + i]) * factor;
          to[i] = static_cast<int32_t>(static_cast<uint32_t>(from[place]) + added);
        }
      }
      if (!how.multiplier) continue;
      const kernels::Requantize problem{how, filters, 1, to, static_cast<int8_t*>(y) + at};
      kernels::run_requantize(problem, {0, kernels::requantize_rows(problem, s.out_width)});
    }
  };
  split_work(s.batch * s.out_height, s.batch * plane * filters, scratch, scratch_bytes, run);
}

Status run(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  WEFT_ASSIGN(const kernels::Convolution s,
              shape_of_problem(a, shape_of(call.in[0]), Filters::kOfGroups));
  WEFT_ASSIGN(const kernels::Requantization how, requantization_of(a, call.in, kMultiplier));
  const kernels::QuantizedResidual residual = residual_of(call.in, kResidual);
  kernels::QuantizedConvolution p = problem_of(s, a);
  const bool is_sum = residual.values || !how.multiplier;
  const Cut cut(p, is_sum);
  char* const scratch = static_cast<char*>(call.scratch);
  turn(call.in[0].data, scratch, DType::kInt8, s.batch, s.in_channels, s.in_height * s.in_width);
  p.x = reinterpret_cast<const int8_t*>(scratch);
  p.filters = static_cast<const int8_t*>(call.in[1].data);
  p.bias = integers_of(call.in, kBias);
  if (!residual.values) p.how = how;
  p.y = scratch + cut.x;
  void* const own = scratch + cut.x + cut.y;
  split_work(kernels::quantized_convolution_units(p), work_of(s), own, cut.per_thread(),
             [&](kernels::Range units, void* of_thread) {
               kernels::run_quantized_convolution(p, units, of_thread);
             });
  if (residual.values) {
    finish(s, static_cast<const int32_t*>(p.y), residual, how, call.out[0].data, own,
           cut.per_thread());
    return {};
  }
  turn(p.y, call.out[0].data, is_sum ? DType::kInt32 : DType::kInt8, s.batch,
       s.out_height * s.out_width, s.out_channels);
  return {};
}

Slot slot() {
  Slot slot = exact_dense_slot(run);
  slot.scratch_bytes = [](const SlotTypes& t, int threads) {
    const auto p = problem_of(shape_of_call(t), t.op.reader(t.attributes));
    const Cut cut(p, has_residual(t) || t.out[0].dtype == DType::kInt32);
    return cut.x + cut.y + threads * cut.per_thread();
  };
  slot.cost = [](const SlotTypes& t) { return cost_of(t, shape_of_call(t)); };
  slot.pieces = [](const SlotTypes& t) {
    const auto p = problem_of(shape_of_call(t), t.op.reader(t.attributes));
    return pieces_of_work(kernels::quantized_convolution_units(p), work_of(p.shape));
  };
  return slot;
}

}  // namespace

WEFT_OP(quantized_convolution_groups) {
  op.doc("Convolution of int8 images with channels last, of several groups, with a packed weight.");
  define(op, "int8, from pack_quantized_filters", convolution_attributes);
  op.required(AttributeKind::kInt, "filters", "of the weight")
      .promote(Promotion::kKeep)
      .infer(infer)
      .no_gradient("integers")
      .kernel(slot())
      .images({0, 5})
      .sample(R"({"shapes": [[2, 6, 5, 6], [4, 7, 4], [4]], "dtypes": ["int8", "int8", "int32"],
                  "kernel": [3, 2], "stride": [2, 1], "pad": [1, 0], "dilate": [1, 2],
                  "num_group": 2, "zero_point": 9, "filters": 4,
                  "ranges": [[-128, 127], [0, 0], [-900, 900]]})")
      .sample(R"({"shapes": [[1, 6, 8], [16, 2, 4], null, [16], [16], [1, 6, 16], [16]],
                  "kernel": [1], "num_group": 8, "filters": 16,
                  "output_zero_point": 6, "low": -90, "high": 70,
                  "dtypes": ["int8", "int8", null, "int32", "int32", "int8", "int32"],
                  "ranges": [[-128, 127], [0, 0], null, [1073741824, 2147483647], [-9, -5],
                             [-128, 127], [-900, 900]]})");
}

}  // namespace weft::ops
