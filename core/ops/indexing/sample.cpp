// Images sampled at real places. The kernel knows bilinear samples in pixels with zeros around the
// image; everything else is arithmetic on places before it: from -1 ... 1 to pixels, margins, the
// nearest pixel, and the sixteen pixels of a cubic sample.
#include <array>

#include "base/errors.h"
#include "kernels/indexing/sample.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"
#include "ops/vjp.h"

namespace weft::ops {
namespace {

Value call(std::string_view op, const Value& a, const Value& b) {
  return a.builder().call(op, {a, b});
}
Value call(std::string_view op, const Value& a) { return a.builder().call(op, {a}); }

// ---- the kernels

Status check_places(const InferContext& c, const Shape& images, size_t rows) {
  for (size_t i = rows; i < rows + 2; ++i) {
    const TensorType& place = c.in[i];
    if (place.shape.rank() != 2 || place.shape[0] != images[0] || place.shape != c.in[rows].shape)
      return errors::invalid_value(c.op().name, "`rows` and `columns` must have shape (", images[0],
                                   ", P); got ", c.in[rows].shape, " and ", c.in[rows + 1].shape);
  }
  return {};
}

Result<Types> infer(const InferContext& c) {
  WEFT_TRY(rules::require_lanes(c, 0));
  const Shape& x = c.in[0].shape;
  if (x.rank() != 4)
    return errors::invalid_value(c.op().name, "`x` must have shape (N, C, H, W); got ", x);
  WEFT_TRY(check_places(c, x, 1));
  return Types{{c.in[0].dtype, {x[0], x[1], c.in[1].shape[1]}}};
}

Result<Types> infer_adjoint(const InferContext& c) {
  WEFT_TRY(rules::require_lanes(c, 0));
  const Shape& dy = c.in[0].shape;
  const std::span<const int64_t> size = c.ints("size");
  if (dy.rank() != 3 || size.size() != 2)
    return errors::invalid_value(c.op().name, "`dy` must have shape (N, C, P), and `size` two ",
                                 "extents; got ", dy, " and ", size.size());
  WEFT_TRY(check_places(c, dy, 1));
  if (dy[2] != c.in[1].shape[1])
    return errors::invalid_value(c.op().name, "`dy` must have ", c.in[1].shape[1],
                                 " places; got shape ", dy);
  const Shape x = {dy[0], dy[1], size[0], size[1]};
  WEFT_TRY(checked_elements(x.span(), c.op().name, "size").status());
  return Types{{c.in[0].dtype, x}};
}

Result<Types> infer_slopes(const InferContext& c) {
  WEFT_TRY(infer(c).status());
  const Shape& x = c.in[0].shape;
  if (c.in[3].shape != Shape{x[0], x[1], c.in[1].shape[1]})
    return errors::invalid_value(c.op().name, "`dy` must have shape (N, C, P); got ",
                                 c.in[3].shape);
  return Types{c.in[1], c.in[2]};
}

kernels::Samples problem_of(const TensorView& x, const TensorView& rows) {
  return {x.dtype, x.shape[0], x.shape[1], x.shape[2], x.shape[3], rows.shape[1]};
}
int64_t work_of(const kernels::Samples& p) { return 8 * p.images * p.channels * p.points; }

Status run(const KernelCall& call) {
  const auto p = problem_of(call.in[0], call.in[1]);
  split_work(kernels::sample_units(p), work_of(p), nullptr, 0, [&](kernels::Range units, void*) {
    kernels::run_sample(p, call.in[0].data, call.in[1].data, call.in[2].data, call.out[0].data,
                        units);
  });
  return {};
}

Status run_adjoint(const KernelCall& call) {
  const auto p = problem_of(call.out[0], call.in[1]);
  split_work(p.images * p.channels, work_of(p) + elements_of(call.out[0]), nullptr, 0,
             [&](kernels::Range planes, void*) {
               kernels::run_sample_adjoint(p, call.in[0].data, call.in[1].data, call.in[2].data,
                                           call.out[0].data, planes);
             });
  return {};
}

Status run_slopes(const KernelCall& call) {
  const auto p = problem_of(call.in[0], call.in[1]);
  split_work(kernels::sample_units(p), work_of(p), nullptr, 0, [&](kernels::Range units, void*) {
    kernels::run_sample_slopes(p, call.in[0].data, call.in[1].data, call.in[2].data,
                               call.in[3].data, call.out[0].data, call.out[1].data, units);
  });
  return {};
}

Slot slot_of(KernelFunction function) {
  Slot slot = dense_slot(function);
  slot.cost = [](const SlotTypes& t) {
    double most = 0, bytes = 0;
    for (const std::span<const TensorType> side : {t.in, t.out})
      for (const TensorType& type : side) {
        most = std::max(most, static_cast<double>(type.shape.elements()));
        bytes += static_cast<double>(type.bytes());
      }
    return Cost{8 * most, bytes};
  };
  return slot;
}

Value sample(const Value& x, const Value& rows, const Value& columns) {
  return x.builder().call("sample_pixels", {x, rows, columns});
}
Value adjoint(const Value& dy, const Value& rows, const Value& columns, const Shape& images) {
  const int64_t size[] = {images[2], images[3]};
  return dy.builder().call("sample_pixels_adjoint", {dy, rows, columns}, {Argument::of_ints(size)});
}
Values slopes(const Value& x, const Value& rows, const Value& columns, const Value& dy) {
  return x.builder().call_all("sample_pixels_slopes", {x, rows, columns, dy});
}

Values gradient(const GradContext& g) {
  Values cotangents(3);
  if (g.needs(0)) cotangents[0] = adjoint(g.dout(), g.in(1), g.in(2), g.in(0).shape());
  if (!g.needs(1) && !g.needs(2)) return cotangents;
  const Values parts = slopes(g.in(0), g.in(1), g.in(2), g.dout());
  cotangents[1] = parts[0], cotangents[2] = parts[1];
  return cotangents;
}

Values gradient_adjoint(const GradContext& g) {
  Values cotangents(3);
  if (g.needs(0)) cotangents[0] = sample(g.dout(), g.in(1), g.in(2));
  if (!g.needs(1) && !g.needs(2)) return cotangents;
  const Values parts = slopes(g.dout(), g.in(1), g.in(2), g.in(0));
  cotangents[1] = parts[0], cotangents[2] = parts[1];
  return cotangents;
}

// Between two pixels a sample is linear in the row, so its derivative is the difference of the
// samples at both; the same with columns.
Values slopes_by_differences(const ComposeContext& c) {
  const Value &x = c.in(0), &rows = c.in(1), &columns = c.in(2), &dy = c.in(3);
  const Value row = call("floor", rows), column = call("floor", columns);
  const int64_t channels[] = {1};
  const Value down = sample(x, row + 1.0, columns) - sample(x, row, columns);
  const Value across = sample(x, rows, column + 1.0) - sample(x, rows, column);
  return {sum(dy * down, channels, false), sum(dy * across, channels, false)};
}
Values gradient_slopes(const GradContext& g) { return vjp(g, slopes_by_differences); }

// ---- places from -1 to 1

enum class Margin : uint8_t { kZeros, kBorder, kReflection };

Result<Margin> margin_of(std::string_view mode) {
  if (mode == "zeros") return Margin::kZeros;
  if (mode == "border") return Margin::kBorder;
  if (mode == "reflection") return Margin::kReflection;
  return errors::invalid_value("grid_sample",
                               "`padding_mode` must be zeros, border or reflection; got ", mode);
}

Result<Types> check(const InferContext& c) {
  const Shape &data = c.in[0].shape, &grid = c.in[1].shape;
  if (data.rank() != 4 || grid.rank() != 4 || grid[3] != 2 || grid[0] != data[0])
    return errors::invalid_value(
        "grid_sample", "`data` must have shape (N, C, H, W) and `grid` (N, Ho, Wo, 2); got ", data,
        " and ", grid);
  if (data[2] < 1 || data[3] < 1)
    return errors::invalid_value("grid_sample",
                                 "`data` must not be empty along spatial axes; got shape ", data);
  const std::string_view mode = c.text("mode");
  if (mode != "bilinear" && mode != "nearest" && mode != "bicubic")
    return errors::invalid_value("grid_sample", "`mode` must be bilinear, nearest or bicubic; got ",
                                 mode);
  WEFT_TRY(margin_of(c.text("padding_mode")).status());
  return Types();
}

// Places along one axis of the image.
struct AxisPlaces {
  int64_t extent;
  Margin margin;
  bool is_aligned;

  double last() const { return static_cast<double>(extent - 1); }
  // -1 and 1 are the centers of the outer pixels, or their outer borders.
  Value pixels(const Value& x) const {
    if (is_aligned) return (x + 1.0) * (last() / 2);
    return ((x + 1.0) * static_cast<double>(extent) - 1.0) * 0.5;
  }
  Value held(const Value& x) const {
    return call("minimum", call("maximum", x, scalar(x, 0)), scalar(x, last()));
  }
  // Mirrored at the two ends until it lies between them.
  Value reflected(const Value& x) const {
    const double low = is_aligned ? 0 : -0.5, span = is_aligned ? last() : last() + 1;
    if (span == 0) return x * 0.0;
    const Value distance = call("abs", x - low);
    const Value rest = call("remainder", distance, scalar(x, 2 * span));
    return where(greater(rest, scalar(x, span)), 2 * span - rest, rest) + low;
  }
  Value with_margin(const Value& x) const {
    if (margin == Margin::kZeros) return x;
    return held(margin == Margin::kReflection ? reflected(x) : x);
  }
};

// The weights of four pixels around a place, t behind the second (Keys, "Cubic convolution
// interpolation", 1981, with a = -0.75).
std::array<Value, 4> cubic_weights(const Value& t) {
  constexpr double a = -0.75;
  const auto far = [](const Value& x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
  const auto near = [](const Value& x) { return ((a + 2) * x - (a + 3)) * x * x + 1.0; };
  return {far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)};
}

Value cubic(const Value& x, const AxisPlaces& down, const AxisPlaces& across, const Value& rows,
            const Value& columns) {
  const Value row = call("floor", rows), column = call("floor", columns);
  const auto row_weights = cubic_weights(rows - row), weights = cubic_weights(columns - column);
  const auto shares = [](const Value& weight) {  // beside the channels
    const Shape s = weight.shape();
    return reshape(weight, {s[0], 1, s[1]});
  };
  Value total;
  for (int i = 0; i < 4; ++i) {
    const Value place = down.with_margin(row + double(i - 1));
    Value line;
    for (int j = 0; j < 4; ++j) {
      const Value part = sample(x, place, across.with_margin(column + double(j - 1))) *
                         shares(weights[static_cast<size_t>(j)]);
      line = line ? line + part : part;
    }
    line = line * shares(row_weights[static_cast<size_t>(i)]);
    total = total ? total + line : line;
  }
  return total;
}

Values grid_sample(const ComposeContext& c) {
  const DType dtype = c.in(0).dtype();
  const bool widens = size_of(dtype) < 4;
  const Value x = widens ? cast(c.in(0), DType::kFloat32) : c.in(0);
  const Value grid = widens ? cast(c.in(1), DType::kFloat32) : c.in(1);
  const Shape images = x.shape(), shape = grid.shape();
  const Margin margin = margin_of(c.text("padding_mode")).value();
  const bool is_aligned = c.flag("align_corners");
  const AxisPlaces down{images[2], margin, is_aligned}, across{images[3], margin, is_aligned};
  const Shape flat = {shape[0], shape[1] * shape[2]};
  Value columns = across.pixels(reshape(slice(grid, 3, 0, 1), flat));
  Value rows = down.pixels(reshape(slice(grid, 3, 1, 1), flat));
  Value y;
  if (c.text("mode") == "bicubic") {
    y = cubic(x, down, across, rows, columns);
  } else {
    rows = down.with_margin(rows), columns = across.with_margin(columns);
    if (c.text("mode") == "nearest") rows = call("rint", rows), columns = call("rint", columns);
    y = sample(x, rows, columns);
  }
  return {cast(reshape(y, {images[0], images[1], shape[1], shape[2]}), dtype)};
}

}  // namespace

WEFT_OP(sample_pixels) {
  op.doc("Bilinear samples of images at places in pixels, with zeros around the images.")
      .in(Namespace::kInternal)
      .input("x", "float32 or float64, shape (N, C, H, W)")
      .input("rows", "places along the height, shape (N, P)")
      .input("columns", "places along the width, shape (N, P)")
      .promote(Promotion::kExact)
      .infer(infer)
      .gradient(gradient)
      .kernel(slot_of(run))
      .images({0, 1, 2})
      .domain(0.1, 1.9)
      .sample(R"({"shapes": [[2, 3, 4, 3], [2, 5], [2, 5]]})")
      .sample(R"({"shapes": [[1, 2, 2, 2], [1, 70], [1, 70]]})")
      .sample(R"({"shapes": [[2, 3, 4, 3], [2, 0], [2, 0]]})")
      .sample(R"({"shapes": [[0, 3, 4, 3], [0, 5], [0, 5]]})");
}

WEFT_OP(sample_pixels_adjoint) {
  op.doc("What sample_pixels takes back from samples to pixels.")
      .in(Namespace::kInternal)
      .input("dy", "float32 or float64, shape (N, C, P)")
      .input("rows", "places along the height, shape (N, P)")
      .input("columns", "places along the width, shape (N, P)")
      .required(AttributeKind::kInts, "size", "height and width of the images")
      .promote(Promotion::kExact)
      .infer(infer_adjoint)
      .gradient(gradient_adjoint)
      .kernel(slot_of(run_adjoint))
      .images({0, 1, 2})
      .domain(0.1, 1.9)
      .sample(R"({"shapes": [[2, 3, 5], [2, 5], [2, 5]], "size": [4, 3]})")
      .sample(R"({"shapes": [[1, 2, 70], [1, 70], [1, 70]], "size": [2, 2]})")
      .sample(R"({"shapes": [[2, 3, 0], [2, 0], [2, 0]], "size": [4, 3]})");
}

WEFT_OP(sample_pixels_slopes) {
  op.doc("The cotangents of the places of sample_pixels.")
      .in(Namespace::kInternal)
      .input("x", "float32 or float64, shape (N, C, H, W)")
      .input("rows", "places along the height, shape (N, P)")
      .input("columns", "places along the width, shape (N, P)")
      .input("dy", "cotangent of the samples, shape (N, C, P)")
      .outputs(2)
      .promote(Promotion::kExact)
      .infer(infer_slopes)
      .gradient(gradient_slopes)
      .kernel(slot_of(run_slopes))
      .images({0, 1, 2, 3})
      .domain(0.1, 1.9)
      .sample(R"({"shapes": [[2, 3, 4, 3], [2, 5], [2, 5], [2, 3, 5]]})")
      .sample(R"({"shapes": [[1, 2, 2, 2], [1, 70], [1, 70], [1, 2, 70]]})");
}

WEFT_OP(grid_sample) {
  op.doc("Images sampled at places from -1 to 1, as PyTorch's grid_sample and ONNX's GridSample.")
      .in(Namespace::kNpx)
      .input("data", "any real dtype; integers become the default float; shape (N, C, H, W)")
      .input("grid", "for each result x, along the width, and y: shape (N, Ho, Wo, 2)")
      .text("mode", "bilinear", "bilinear, nearest or bicubic")
      .text("padding_mode", "zeros",
            "what lies around an image: zeros, its border or its reflection")
      .boolean("align_corners", false,
               "-1 and 1 are the centers of the outer pixels, not their outer borders")
      .promote(Promotion::kFloat)
      .infer(check)
      .compose(grid_sample)
      .images({0, 1})
      .domain(-0.95, 0.95)
      .sample(R"({"shapes": [[2, 3, 4, 3], [2, 2, 3, 2]]})")
      .sample(R"({"shapes": [[1, 2, 3, 5], [1, 2, 3, 2]], "mode": "nearest",
                  "padding_mode": "border"})")
      .sample(R"({"shapes": [[1, 2, 3, 4], [1, 2, 2, 2]], "mode": "bicubic",
                  "padding_mode": "reflection"})")
      .sample(R"({"shapes": [[1, 1, 3, 4], [1, 2, 2, 2]], "align_corners": true,
                  "padding_mode": "reflection"})");
}

}  // namespace weft::ops
