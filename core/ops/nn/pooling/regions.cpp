// Regions of images pooled to a fixed number of bins: means of samples (ROI align; He et al., "Mask
// R-CNN", 2017) and maxima (ROI pooling; Girshick, "Fast R-CNN", 2015). Regions have no gradient.
#include "kernels/pooling/regions.h"

#include "base/errors.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

// ---- the kernels

// `name`: what has the shape of the images.
Result<Types> check(const InferContext& c, const Shape& images, const char* name) {
  const Shape& regions = c.in[1].shape;
  if (images.rank() != 4 || images[2] < 1 || images[3] < 1)
    return errors::invalid_value(
        c.op().name, "`", name, "` must have shape (N, C, H, W), H and W at least 1; got ", images);
  if (regions.rank() != 2 || regions[1] != 5)
    return errors::invalid_value(c.op().name, "`rois` must have shape (R, 5); got ", regions);
  const std::span<const int64_t> size = c.ints("pooled_size");
  if (size.size() != 2 || size[0] < 1 || size[1] < 1)
    return errors::invalid_value(c.op().name, "`pooled_size` must be two extents of at least 1");
  const Shape result = {regions[0], images[1], size[0], size[1]};
  WEFT_TRY(checked_elements(result.span(), c.op().name, "pooled_size").status());
  return Types{{c.in[0].dtype, result}};
}
Result<Types> check_lanes(const InferContext& c, const Shape& images, const char* name) {
  WEFT_TRY(rules::require_lanes(c, 0));
  return check(c, images, name);
}
Result<Types> check_regions(const InferContext& c) { return check(c, c.in[0].shape, "data"); }

Result<Types> infer_means(const InferContext& c) { return check_lanes(c, c.in[0].shape, "x"); }
Result<Types> infer_peaks(const InferContext& c) {
  WEFT_ASSIGN(Types types, check_lanes(c, c.in[0].shape, "x"));
  types[0].dtype = DType::kInt64;
  return types;
}
Result<Types> infer_adjoint(const InferContext& c) {
  const Shape images(c.ints("data_shape"));
  WEFT_TRY(checked_elements(images.span(), c.op().name, "data_shape").status());
  WEFT_ASSIGN(const Types types, check_lanes(c, images, "data_shape"));
  if (c.in[0].shape != types[0].shape)
    return errors::invalid_value(c.op().name, "`dy` must have shape ", types[0].shape, "; got ",
                                 c.in[0].shape);
  return Types{{c.in[0].dtype, images}};
}

kernels::Regions problem_of(const AttributeReader& a, DType dtype, const Shape& images,
                            int64_t regions) {
  const std::span<const int64_t> size = a.ints("pooled_size");
  return {dtype,     images[0], images[1],
          images[2], images[3], regions,
          size[0],   size[1],   a.real("spatial_scale")};
}
kernels::Regions means_problem(const AttributeReader& a, DType dtype, const Shape& images,
                               int64_t regions) {
  kernels::Regions p = problem_of(a, dtype, images, regions);
  p.samples = a.integer("sampling_ratio");
  p.is_aligned = a.flag("aligned");
  return p;
}

Status check_images(const KernelCall& call, const kernels::Regions& p) {
  const int64_t bad = kernels::region_without_image(p, call.in[1].data);
  if (bad < 0) return {};
  return errors::invalid_value(call.op.name, "`rois` must begin with numbers of images, below ",
                               p.images, "; that of region ", bad, " is not");
}

// The work is that of bins of some pixels: how large they are depends on values.
int64_t work_of(const kernels::Regions& p) {
  return 32 * p.regions * p.channels * p.bin_rows * p.bin_columns;
}

Status run_means(const KernelCall& call) {
  const auto p = means_problem(call.op.reader(call.attributes), call.in[0].dtype,
                               shape_of(call.in[0]), call.in[1].shape[0]);
  WEFT_TRY(check_images(call, p));
  split_work(p.regions, work_of(p), call.scratch, kernels::region_scratch(p),
             [&](kernels::Range units, void* scratch) {
               kernels::run_region_means(p, call.in[0].data, call.in[1].data, call.out[0].data,
                                         scratch, units);
             });
  return {};
}

Status run_adjoint(const KernelCall& call) {
  const auto p = means_problem(call.op.reader(call.attributes), call.in[0].dtype,
                               shape_of(call.out[0]), call.in[1].shape[0]);
  WEFT_TRY(check_images(call, p));
  split_work(p.channels, work_of(p) + elements_of(call.out[0]), call.scratch,
             kernels::region_scratch(p), [&](kernels::Range channels, void* scratch) {
               kernels::run_region_means_adjoint(p, call.in[0].data, call.in[1].data,
                                                 call.out[0].data, scratch, channels);
             });
  return {};
}

Status run_peaks(const KernelCall& call) {
  const auto p = problem_of(call.op.reader(call.attributes), call.in[0].dtype, shape_of(call.in[0]),
                            call.in[1].shape[0]);
  WEFT_TRY(check_images(call, p));
  split_work(p.regions, work_of(p), nullptr, 0, [&](kernels::Range units, void*) {
    kernels::run_region_peaks(p, call.in[0].data, call.in[1].data,
                              static_cast<int64_t*>(call.out[0].data), units);
  });
  return {};
}

template <bool kIsAdjoint>
Slot means_slot() {
  Slot slot = dense_slot(kIsAdjoint ? run_adjoint : run_means);
  slot.scratch_bytes = [](const SlotTypes& t, int threads) {
    const Shape& images = kIsAdjoint ? t.out[0].shape : t.in[0].shape;
    return threads * kernels::region_scratch(means_problem(t.op.reader(t.attributes), t.in[0].dtype,
                                                           images, t.in[1].shape[0]));
  };
  return slot;
}

Values means_gradient(const GradContext& g) {
  const Shape images = g.in(0).shape();
  return {g.builder().call("region_means_adjoint", {g.dout(), g.in(1)},
                           {g.get("pooled_size"), g.get("spatial_scale"), g.get("sampling_ratio"),
                            g.get("aligned"), Argument::of_ints(images.span())}),
          Value()};
}
Values adjoint_gradient(const GradContext& g) {
  return {g.builder().call("region_means", {g.dout(), g.in(1)},
                           {g.get("pooled_size"), g.get("spatial_scale"), g.get("sampling_ratio"),
                            g.get("aligned")}),
          Value()};
}

OpDef& size_attributes(OpDef& op) {
  return op.required(AttributeKind::kInts, "pooled_size", "bins along the height and the width")
      .real("spatial_scale", 1, "pixels of the images for one unit of the regions");
}
OpDef& sampling_attributes(OpDef& op) {
  return op
      .integer("sampling_ratio", -1,
               "samples of a bin along each axis; 0 or less: as many as it has pixels")
      .boolean("aligned", false,
               "pixels have their centers at 1/2, and regions may be thinner than a pixel");
}
OpDef& means_attributes(OpDef& op) { return sampling_attributes(size_attributes(op)); }

// ---- what users call

// Both arrays in a dtype that the kernels have.
struct Wide {
  explicit Wide(const ComposeContext& c) : dtype(c.in(0).dtype()) {
    const bool widens = size_of(dtype) < 4;
    x = widens ? cast(c.in(0), DType::kFloat32) : c.in(0);
    rois = widens ? cast(c.in(1), DType::kFloat32) : c.in(1);
  }
  DType dtype;
  Value x, rois;
};

Values roi_align(const ComposeContext& c) {
  const Wide w(c);
  const Value y = c.builder.call(
      "region_means", {w.x, w.rois},
      {c.get("pooled_size"), c.get("spatial_scale"), c.get("sampling_ratio"), c.get("aligned")});
  c.builder.tell_as("roi_align");
  return {cast(y, w.dtype)};
}

Values roi_pool(const ComposeContext& c) {
  const Wide w(c);
  const Value places =
      c.builder.call("region_peaks", {w.x, w.rois}, {c.get("pooled_size"), c.get("spatial_scale")});
  c.builder.tell_as("roi_pool");
  if (!c.builder.status().ok()) return {c.in(0)};
  const Value zero(&c.builder, Argument::of_int(0));
  const Value is_empty = c.builder.call("less", {places, zero});
  if (c.in(0).shape().elements() == 0) return {zeros(c.in(0), {w.dtype, places.shape()})};
  const Value flat = reshape(c.in(0), {c.in(0).shape().elements()});
  const Value found = c.builder.call("take", {flat, where(is_empty, zero, places)});
  return {where(is_empty, scalar(found, 0), found)};
}

OpDef& regions(OpDef& op, DocText doc) {
  return op.doc(doc)
      .in(Namespace::kNpx)
      .input("data", "any real dtype; integers become the default float; shape (N, C, H, W)")
      .input("rois",
             "a row for each region, a constant: number of the image (none if it is negative), "
             "x1, y1, x2, y2; shape (R, 5)")
      .promote(Promotion::kFloat)
      .infer(check_regions);
}

}  // namespace

WEFT_OP(region_means) {
  op.doc("Means of bilinear samples in the bins of regions.")
      .in(Namespace::kInternal)
      .input("x", "float32 or float64, shape (N, C, H, W)")
      .input("rois", "image, x1, y1, x2, y2: shape (R, 5)");
  means_attributes(op)
      .promote(Promotion::kExact)
      .infer(infer_means)
      .gradient(means_gradient)
      .kernel(means_slot<false>())
      .domain(0, 0.9)
      .sample(R"({"shapes": [[2, 3, 5, 4], [2, 5]], "pooled_size": [2, 3], "spatial_scale": 4})")
      .sample(R"({"shapes": [[2, 1, 4, 4], [1, 5]], "pooled_size": [1, 1], "spatial_scale": 3,
                  "sampling_ratio": 3, "aligned": true})")
      .sample(R"({"shapes": [[2, 3, 5, 4], [0, 5]], "pooled_size": [2, 3]})");
}

WEFT_OP(region_means_adjoint) {
  op.doc("What region_means takes back from bins to pixels.")
      .in(Namespace::kInternal)
      .input("dy", "float32 or float64, shape (R, C, bins, bins)")
      .input("rois", "image, x1, y1, x2, y2: shape (R, 5)");
  means_attributes(op)
      .required(AttributeKind::kInts, "data_shape", "shape of the images")
      .promote(Promotion::kExact)
      .infer(infer_adjoint)
      .gradient(adjoint_gradient)
      .kernel(means_slot<true>())
      .domain(0, 0.9)
      .sample(R"({"shapes": [[2, 3, 2, 3], [2, 5]], "pooled_size": [2, 3], "spatial_scale": 4,
                  "data_shape": [2, 3, 5, 4]})")
      .sample(R"({"shapes": [[1, 1, 1, 1], [1, 5]], "pooled_size": [1, 1], "spatial_scale": 3,
                  "sampling_ratio": 3, "aligned": true, "data_shape": [2, 1, 4, 4]})")
      .sample(R"({"shapes": [[3, 2, 2, 1], [3, 5]], "pooled_size": [2, 1], "spatial_scale": 6,
                  "data_shape": [2, 2, 3, 6]})")
      .sample(R"({"shapes": [[0, 3, 2, 3], [0, 5]], "pooled_size": [2, 3],
                  "data_shape": [2, 3, 5, 4]})");
}

WEFT_OP(region_peaks) {
  op.doc("Where in the flat images the maxima of regions' bins are; -1 for empty bins.")
      .in(Namespace::kInternal)
      .input("x", "float32 or float64, shape (N, C, H, W)")
      .input("rois", "image, x1, y1, x2, y2: shape (R, 5)");
  size_attributes(op)
      .promote(Promotion::kExact)
      .infer(infer_peaks)
      .no_gradient("integers")
      .kernel(exact_dense_slot(run_peaks))
      .domain(0, 0.9)
      .sample(R"({"shapes": [[2, 3, 5, 4], [2, 5]], "pooled_size": [2, 3], "spatial_scale": 4})")
      .sample(R"({"shapes": [[2, 1, 4, 4], [1, 5]], "pooled_size": [1, 1], "spatial_scale": 3})")
      .sample(R"({"shapes": [[2, 2, 3, 6], [3, 5]], "pooled_size": [2, 1], "spatial_scale": 6})")
      .sample(R"({"shapes": [[2, 3, 5, 4], [0, 5]], "pooled_size": [2, 3]})");
}

WEFT_OP(roi_align) {
  regions(op, "Regions of images as means of bilinear samples in bins: (R, C, bins, bins).");
  means_attributes(op)
      .compose(roi_align)
      .sample(R"({"shapes": [[2, 3, 5, 4], [2, 5]], "pooled_size": [2, 3], "spatial_scale": 4})")
      .sample(R"({"shapes": [[2, 1, 4, 4], [1, 5]], "pooled_size": [1, 1], "spatial_scale": 3,
                  "sampling_ratio": 3, "aligned": true})")
      .sample(R"({"shapes": [[2, 2, 3, 6], [3, 5]], "pooled_size": [2, 1], "spatial_scale": 6})")
      .sample(R"({"shapes": [[2, 3, 5, 4], [0, 5]], "pooled_size": [2, 3]})")
      .domain(0, 0.9);
}

WEFT_OP(roi_pool) {
  regions(op, "The largest elements of regions of images in bins: (R, C, bins, bins).");
  size_attributes(op)
      .compose(roi_pool)
      .sample(R"({"shapes": [[2, 3, 5, 4], [2, 5]], "pooled_size": [2, 3], "spatial_scale": 4})")
      .sample(R"({"shapes": [[2, 1, 4, 4], [1, 5]], "pooled_size": [1, 1], "spatial_scale": 3})")
      .sample(R"({"shapes": [[2, 2, 3, 6], [3, 5]], "pooled_size": [2, 1], "spatial_scale": 6})")
      .sample(R"({"shapes": [[2, 3, 5, 4], [0, 5]], "pooled_size": [2, 3]})")
      .domain(0, 0.9);
}

}  // namespace weft::ops
