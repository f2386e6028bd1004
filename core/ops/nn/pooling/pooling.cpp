// Pooling over one, two or three axes, built from the pooling of images. Maximum and average over a
// box equal those over its height and width, followed by its depth. Both steps view the array as
// images, without a copy.

#include <algorithm>

#include "base/errors.h"
#include "ops/nn/convolution/window_impl.h"
#include "ops/registry.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// The attributes of a call, read and checked.
struct Request {
  Window window;
  std::string_view type, convention;
  bool count_include_pad = true;
};

Result<Request> read(const ComposeContext& c) {
  const Shape x = c.in(0).shape();
  const int spatial = x.rank() - 2;
  if (spatial < 1 || spatial > 3)
    return errors::invalid_value(
        "pooling", "`data` must have shape (N, C, W), (N, C, H, W) or (N, C, D, H, W); got ", x);
  Request r;
  WEFT_ASSIGN(r.window, read_window(c, "pooling", spatial));
  WEFT_TRY(require_even_padding(r.window, "pooling"));
  r.type = c.text("pool_type");
  r.convention = c.text("pooling_convention");
  const bool global = c.flag("global_pool");
  r.count_include_pad = c.flag("count_include_pad");
  if (r.type != "max" && r.type != "avg" && r.type != "sum" && r.type != "lp")
    return errors::invalid_value("pooling", "`pool_type` must be max, avg, sum or lp; got ",
                                 r.type);
  if (!global && !c.has("kernel"))
    return errors::invalid_value("pooling", "`kernel` must be given unless `global_pool` is true");
  for (int axis = 2; axis < x.rank(); ++axis)
    if (x[axis] < 1)
      return errors::invalid_value("pooling",
                                   "`data` must not be empty along spatial axes; got shape ", x);
  if (global) {
    r.window = Window{.spatial = spatial};
    for (int axis = 0; axis < spatial; ++axis) r.window.kernel[3 - spatial + axis] = x[2 + axis];
  }
  WEFT_TRY(require_room(r.window, "pooling", x));
  return r;
}

// Pools the window's axes first .. first + axes - 1 (0 depth, 1 height, 2 width).
Value pool_image(const Value& x, const Request& r, int first, int axes) {
  const Window& w = r.window;
  const auto part = [&](const int64_t(&numbers)[3]) {
    return Argument::of_ints(
        std::span(numbers).subspan(static_cast<size_t>(first), static_cast<size_t>(axes)));
  };
  return x.builder().call("pooling_image", {x},
                          {part(w.kernel), Argument::of_string(r.type), part(w.stride), part(w.pad),
                           Argument::of_bool(false), Argument::of_string(r.convention),
                           Argument::of_bool(r.count_include_pad)});
}

// The depth is the height of an image that is as wide as a slice has elements.
Value pool_depth(const Value& x, const Request& r) {
  Request along = r;
  along.window = Window{.spatial = 2};
  along.window.kernel[1] = r.window.kernel[0];
  along.window.stride[1] = r.window.stride[0];
  along.window.pad[1] = r.window.pad[0];
  return pool_image(x, along, 1, 2);
}

// Three axes: the slices (N, C D) are images first, then the depth is a height (pool_depth).
Value pool(const Value& x, const Request& r) {
  const int spatial = r.window.spatial;
  if (spatial < 3) return pool_image(x, r, 3 - spatial, spatial);
  const Shape s = x.shape();
  const Value slices = pool_image(reshape(x, {s[0], s[1] * s[2], s[3], s[4]}), r, 1, 2);
  const Shape plane = slices.shape();
  if (!x.builder().status().ok()) return x;
  const Value whole = pool_depth(reshape(slices, {s[0], s[1], s[2], plane[2] * plane[3]}), r);
  if (!x.builder().status().ok()) return x;
  return reshape(whole, {s[0], s[1], whole.shape()[2], plane[2], plane[3]});
}

// A sum is the average times the window's size. Every window must be whole for that, so the array
// is first padded with zeros on all sides.
Value sum_pool(const Value& x, Request r) {
  const Shape s = x.shape();
  Window& w = r.window;
  std::vector<int64_t> before(static_cast<size_t>(s.rank()), 0), after = before;
  for (int axis = 0; axis < w.spatial; ++axis) {
    const int of = 3 - w.spatial + axis;
    const auto at = static_cast<size_t>(2 + axis);
    const int64_t extent = s[2 + axis], room = extent + 2 * w.pad[of] - w.kernel[of];
    before[at] = after[at] = w.pad[of];
    // "full" keeps a last window that sticks out, if it begins inside the image or its left
    // padding: then the array is padded further on the right.
    const int64_t left = room < 0 ? 0 : room % w.stride[of];
    // Where the window begins that would stick out.
    const int64_t start = room - left + w.stride[of];
    if (r.convention == "full" && left > 0 && start < extent + w.pad[of])
      after[at] += w.stride[of] - left;
    w.pad[of] = 0;
  }
  const bool pads = std::ranges::any_of(before, [](int64_t n) { return n > 0; }) ||
                    std::ranges::any_of(after, [](int64_t n) { return n > 0; });
  const Value padded = pads
                           ? x.builder().call("pad", {x, Value()},
                                              {Argument::of_ints(before), Argument::of_ints(after)})
                           : x;
  r.type = "avg";
  r.convention = "valid";
  const int64_t size = w.kernel[0] * w.kernel[1] * w.kernel[2];
  return pool(padded, r) * static_cast<double>(size);
}

// (Σ |x|^p)^(1/p). Halves are computed in float32: their powers soon exceed the largest number.
Result<Value> norm_pool(const Value& given, const Request& r, int64_t p) {
  Builder& b = given.builder();
  const DType dtype = given.dtype();
  const Value x = size_of(dtype) < 4 ? cast(given, DType::kFloat32) : given;
  const auto result = [&](const Value& norm) { return cast(norm, dtype); };
  if (p < 1) return errors::invalid_value("pooling", "`p_value` must be at least 1; got ", p);
  if (p == 2) return result(b.call("sqrt", {sum_pool(b.call("square", {x}), r)}));
  const Value sizes = b.call("abs", {x});
  if (p == 1) return result(sum_pool(sizes, r));
  const auto order = static_cast<double>(p);
  const Value sums = sum_pool(b.call("power", {sizes, scalar(x, order)}), r);
  return result(b.call("power", {sums, scalar(x, 1 / order)}));
}

Status require_floating(const ComposeContext& c) {
  const TensorType data = c.in(0).type();
  return rules::require_floating(InferContext(c.op(), {&data, 1}, c.all()), 0);
}

// One or two axes are pooling_image itself, which repeats these checks for its own attributes.
Result<Value> pooling(const ComposeContext& c) {
  const auto type = c.text("pool_type");
  if (type != "max") WEFT_TRY(require_floating(c));
  if (c.in(0).rank() < 5 && (type == "max" || type == "avg")) {
    const auto attributes = c.all().first(c.all().size() - 1);  // without p_value
    return c.builder.emit(op_named("pooling_image"), {&c.in(0), 1}, attributes)[0];
  }
  WEFT_ASSIGN(const Request r, read(c));
  if (r.convention != "valid" && r.convention != "full")
    return errors::invalid_value("pooling", "`pooling_convention` must be valid or full; got ",
                                 r.convention);
  for (int axis = 0; axis < 3; ++axis)
    if (2 * r.window.pad[axis] > r.window.kernel[axis])
      return errors::invalid_value("pooling", "`pad` must be at most half of `kernel`; got ",
                                   r.window.pad[axis], " and ", r.window.kernel[axis]);
  const Value x = c.in(0);
  if (r.type == "sum") return sum_pool(x, r);
  if (r.type != "lp") return pool(x, r);
  return norm_pool(x, r, c.integer("p_value"));
}

}  // namespace

WEFT_OP(pooling) {
  op.doc("Maximum, average, sum or norm over windows of one, two or three spatial axes.")
      .in(Namespace::kNpx)
      .input("data",
             "any real dtype for maxima, else floating; shape (N, C, W), (N, C, H, W) or (N, C, D, "
             "H, W)");
  pooling_attributes(op);
  op.integer("p_value", 2, "the p of pool_type lp, the p-norm, at least 1")
      .compose(checked<pooling>)
      .sample(R"({"shapes": [[2, 3, 5, 6]], "kernel": [2, 3], "stride": [2, 1]})")
      .sample(R"({"shapes": [[2, 3, 5, 5]], "kernel": 3, "stride": 2, "pad": 1,
                  "pooling_convention": "full"})")
      .sample(R"({"shapes": [[2, 3, 5, 6]], "kernel": [2, 3], "pool_type": "avg", "pad": [1, 0]})")
      .sample(R"({"shapes": [[2, 3, 5, 6]], "kernel": [2, 3], "pool_type": "avg", "pad": [1, 1],
                  "count_include_pad": false})")
      .sample(R"({"shapes": [[2, 3, 7]], "kernel": 2, "stride": 2})")
      .sample(R"({"shapes": [[2, 3, 4, 4]], "global_pool": true, "pool_type": "avg"})")
      .sample(R"({"shapes": [[2, 2, 3, 4, 5]], "kernel": [2, 2, 3], "pad": [1, 0, 1]})")
      .sample(R"({"shapes": [[2, 2, 4, 4, 5]], "kernel": 3, "stride": 2, "pool_type": "avg",
                  "pad": 1, "count_include_pad": false})")
      .sample(R"({"shapes": [[1, 2, 3, 2, 4]], "global_pool": true, "pool_type": "avg"})")
      .sample(R"({"shapes": [[2, 2, 6, 5]], "kernel": [3, 2], "stride": [2, 2],
                  "pooling_convention": "full", "pool_type": "lp"})")
      .sample(R"({"shapes": [[2, 2, 4]], "kernel": 2, "pool_type": "lp", "p_value": 3})")
      .sample(R"({"shapes": [[2, 2, 3, 3, 4]], "kernel": 2, "pool_type": "sum", "pad": 1})");
}

}  // namespace weft::ops
