// unfold_depth turns a volume (N, C, D, H, W) into images whose channels are the slices that a
// window reads along the depth: (N OD, C KD, H, W). fold_depth is its adjoint: it adds the channels
// back to their slices. Each is the gradient of the other. With a window of one slice nothing
// moves: a view.

#include "ops/problems/depth_problem.h"

#include "base/errors.h"
#include "ops/nn/convolution/window_impl.h"
#include "ops/registry.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {

Result<kernels::Depth> depth_problem(const AttributeReader& a, DType dtype, const Shape& volume) {
  const std::string_view op = a.op().name;
  if (volume.rank() != 5)
    return errors::invalid_value(op, "the volume must have shape (N, C, D, H, W); got ", volume);
  Window w;
  w.kernel[0] = a.integer("kernel");
  w.stride[0] = a.integer("stride");
  w.pad[0] = w.pad_end[0] = a.integer("pad");
  w.dilate[0] = a.integer("dilate");
  constexpr int64_t kMax = int64_t{1} << 31;
  for (const int64_t number : {w.kernel[0], w.stride[0], w.dilate[0], w.pad[0] + 1})
    if (number < 1 || number > kMax)
      return errors::invalid_value(op,
                                   "`kernel`, `stride` and `dilate` must be at least 1, `pad` at "
                                   "least 0, and all at most 2^31; got ",
                                   Shape{w.kernel[0], w.stride[0], w.dilate[0], w.pad[0]});
  const int64_t images = w.count(0, volume[2]);
  if (images < 1)
    return errors::invalid_value(op, "`kernel` ", w.kernel[0], " is larger than the padded volume ",
                                 volume);
  return kernels::Depth{dtype,  volume[0],   volume[1],   volume[2], volume[3] * volume[4],
                        images, w.kernel[0], w.stride[0], w.pad[0],  w.dilate[0]};
}

// Slices of overlapping windows are summed, and halves have too few digits for that.
Value fold_depth(const Value& images, std::vector<Argument> window, const Shape& volume) {
  const bool is_half = size_of(images.dtype()) < 4 && window[0].integer > 1;
  const Value x = is_half ? cast(images, DType::kFloat32) : images;
  window.push_back(Argument::of_ints(volume.span()));
  return cast(x.builder().emit(op_named("fold_depth"), {&x, 1}, window)[0], images.dtype());
}

namespace {

Shape images_shape(const kernels::Depth& p, const Shape& volume) {
  return {p.batch * p.images, p.channels * p.kernel, volume[3], volume[4]};
}

std::vector<Argument> window_of(const AttributeReader& a) {
  return {a.get("kernel"), a.get("stride"), a.get("pad"), a.get("dilate")};
}

// ---- a volume as images

Result<Types> infer_unfold(const InferContext& c) {
  WEFT_ASSIGN(const kernels::Depth p, depth_problem(c, c.in[0].dtype, c.in[0].shape));
  const Shape images = images_shape(p, c.in[0].shape);
  WEFT_TRY(checked_elements(images.span(), c.op().name, "kernel").status());
  return Types{{c.in[0].dtype, images}};
}

Status run_unfold(const KernelCall& call) {
  const TensorView& volume = call.in[0];
  const auto p =
      depth_problem(call.op.reader(call.attributes), volume.dtype, shape_of(volume)).value();
  split_work(kernels::unfold_depth_units(p), elements_of(call.out[0]), nullptr, 0,
             [&](kernels::Range range, void*) {
               kernels::run_unfold_depth(p, volume.data, call.out[0].data, range);
             });
  return {};
}

// A view exists if the slices of neighbouring samples are evenly spaced in memory.
std::optional<Geometry> view_unfold(const InferContext& c, const Geometry& in, const TensorType&,
                                    size_t) {
  const Shape &s = in.shape, &strides = in.strides;
  if (!moves_nothing(c) || (s[0] > 1 && strides[0] != strides[2] * s[2])) return std::nullopt;
  return Geometry{
      {s[0] * s[2], s[1], s[3], s[4]}, {strides[2], strides[1], strides[3], strides[4]}, in.offset};
}

Values gradient_unfold(const GradContext& g) {
  return {fold_depth(g.dout(), window_of(g), g.in(0).shape())};
}

// ---- images added up to a volume

Result<Types> infer_fold(const InferContext& c) {
  const Shape volume(c.ints("data_shape"));
  WEFT_TRY(checked_elements(volume.span(), "fold_depth", "data_shape").status());
  WEFT_ASSIGN(const kernels::Depth p, depth_problem(c, c.in[0].dtype, volume));
  const DType dtype = c.in[0].dtype;
  if (p.kernel > 1 && dtype != DType::kFloat32 && dtype != DType::kFloat64)
    return errors::invalid_type("fold_depth",
                                "`images` must be float32 or float64 to be added; got ", dtype);
  if (c.in[0].shape != images_shape(p, volume))
    return errors::invalid_value("fold_depth", "`images` must have shape ", images_shape(p, volume),
                                 "; got ", c.in[0].shape);
  return Types{{dtype, volume}};
}

Status run_fold(const KernelCall& call) {
  const TensorView& volume = call.out[0];
  const auto p =
      depth_problem(call.op.reader(call.attributes), volume.dtype, shape_of(volume)).value();
  split_work(kernels::fold_depth_units(p), elements_of(call.in[0]), nullptr, 0,
             [&](kernels::Range range, void*) {
               kernels::run_fold_depth(p, call.in[0].data, volume.data, range);
             });
  return {};
}

std::optional<Geometry> view_fold(const InferContext& c, const Geometry& in, const TensorType&,
                                  size_t) {
  const Shape volume(c.ints("data_shape"));
  if (!moves_nothing(c)) return std::nullopt;
  const Shape& strides = in.strides;
  return Geometry{
      volume, {strides[0] * volume[2], strides[1], strides[0], strides[2], strides[3]}, in.offset};
}

Values gradient_fold(const GradContext& g) {
  return {g.builder().emit(op_named("unfold_depth"), {&g.dout(), 1}, window_of(g))[0]};
}

void depth_attributes(OpDef& op) {
  op.integer("kernel", 1, "slices that a window meets")
      .integer("stride", 1, "slices from one window to the next")
      .integer("pad", 0, "slices of zeros before the first one and behind the last one")
      .integer("dilate", 1, "distance of a window's slices");
}

}  // namespace

WEFT_OP(unfold_depth) {
  op.doc(
        "A volume as images, one for each place of a window along the depth: its slices are "
        "channels.")
      .in(Namespace::kInternal)
      .input("data", "any dtype, shape (N, C, D, H, W)");
  depth_attributes(op);
  op.infer(infer_unfold)
      .gradient(gradient_unfold)
      .kernel(exact_dense_slot(run_unfold))
      .view(view_unfold)
      .sample(R"({"shapes": [[2, 3, 5, 2, 4]], "kernel": 3, "stride": 2, "pad": 1})")
      .sample(R"({"shapes": [[1, 2, 7, 3, 2]], "kernel": 2, "dilate": 3})")
      .sample(R"({"shapes": [[2, 3, 4, 1, 2]]})");
}

WEFT_OP(fold_depth) {
  op.doc(
        "Images added up to a volume, each of their channels to the slice that it came from: the "
        "adjoint of unfold_depth.")
      .in(Namespace::kInternal)
      .input("images",
             "any dtype, but float32 or float64 to add, with a `kernel` of more than one slice");
  depth_attributes(op);
  op.required(AttributeKind::kInts, "data_shape", "shape (N, C, D, H, W) of the volume")
      .infer(infer_fold)
      .gradient(gradient_fold)
      .kernel(exact_dense_slot(run_fold))
      .view(view_fold)
      .sample(R"({"shapes": [[6, 9, 2, 4]], "kernel": 3, "stride": 2, "pad": 1,
                  "data_shape": [2, 3, 5, 2, 4]})")
      .sample(
          R"({"shapes": [[4, 4, 3, 2]], "kernel": 2, "dilate": 3, "data_shape": [1, 2, 7, 3, 2]})")
      .sample(R"({"shapes": [[8, 3, 1, 2]], "data_shape": [2, 3, 4, 1, 2]})");
}

}  // namespace weft::ops
