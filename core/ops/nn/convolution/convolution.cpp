// Convolution and its transpose over one, two or three axes, built from the operators on images.
//
// Three axes: the KD slices of depth that one window reads become KD times as many channels of an
// image. Then one convolution of images does the rest.

#include <algorithm>

#include "base/errors.h"
#include "ops/nn/convolution/window_impl.h"
#include "ops/problems/depth_problem.h"
#include "ops/registry.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// The attributes for the operators on images: those of height and width.
struct ImageAttributes {
  explicit ImageAttributes(const ComposeContext& c, const Window& w) {
    const auto skip = static_cast<size_t>(w.spatial < 3 ? 3 - w.spatial : 1);
    const auto last = [&](const int64_t(&numbers)[3]) {
      return Argument::of_ints(std::span(numbers).subspan(skip));
    };
    list = {Argument::none(), last(w.stride), last(w.pad), last(w.dilate), c.get("num_group")};
  }
  std::vector<Argument> list;
};

// Reads and checks what both operators share. The window has the extents of the weight.
Result<Window> window_of(const ComposeContext& c) {
  const Shape data = c.in(0).shape(), weight = c.in(1).shape();
  const int spatial = data.rank() - 2;
  const std::string& op = c.op().name;
  if (spatial < 1 || spatial > 3)
    return errors::invalid_value(
        op, "`data` must have shape (N, C, W), (N, C, H, W) or (N, C, D, H, W); got ", data);
  if (weight.rank() != data.rank())
    return errors::invalid_value(op, "`weight` must have ", data.rank(), " axes; got shape ",
                                 weight);
  WEFT_ASSIGN(const Window w, read_window_of(weight, c, op));
  const int64_t groups = c.integer("num_group");
  if (groups < 1 || weight[0] % groups != 0)
    return errors::invalid_value(op, "`num_group` must divide the first extent of `weight`, ",
                                 weight, "; got ", groups);
  return w;
}

bool has_bias(const ComposeContext& c) { return c.inputs.size() > 2 && c.in(2); }

std::vector<Argument> depth_attributes(const Window& w) {
  return {Argument::of_int(w.kernel[0]), Argument::of_int(w.stride[0]), Argument::of_int(w.pad[0]),
          Argument::of_int(w.dilate[0])};
}

Value call(std::string_view op, std::initializer_list<Value> inputs,
           const std::vector<Argument>& attributes) {
  return inputs.begin()->builder().emit(op_named(op), {inputs.begin(), inputs.size()},
                                        attributes)[0];
}

// (O, C / groups, KD, KH, KW) as (O, C / groups KD, KH, KW).
Value flat_weight(const Value& weight) {
  const Shape w = weight.shape();
  return reshape(weight, {w[0], w[1] * w[2], w[3], w[4]});
}

// (N, C, D, H, W) as images (N OD, C KD, H, W): one for each position of the window along D.
Value unfolded(const Value& x, const Window& w) {
  return x.builder().emit(op_named("unfold_depth"), {&x, 1}, depth_attributes(w))[0];
}

// The adjoint: adds images (N OD, C KD, H, W) back to where they came from; the result has shape
// `to`.
Value folded(const Value& images, const Window& w, const Shape& to) {
  return fold_depth(images, depth_attributes(w), to);
}

Result<Value> with_bias(const ComposeContext& c, const Value& out) {
  if (!has_bias(c)) return out;
  const Shape shape = out.shape();
  if (c.in(2).shape() != Shape{shape[1]})
    return errors::invalid_value(c.op().name, "`bias` must have shape (", shape[1], ",); got ",
                                 c.in(2).shape());
  Shape channels;
  channels.resize(shape.rank(), 1);
  channels[1] = shape[1];
  return out + reshape(c.in(2), channels);
}

// Does the window cover the whole image, so that each image gives one result per filter? This is so
// behind global pooling (squeeze-and-excitation), and in classifiers whose layers are written as
// convolutions.
bool sees_whole_images(const ComposeContext& c) {
  const Shape x = c.in(0).shape(), weight = c.in(1).shape();
  const int spatial = x.rank() - 2;
  if (spatial < 1 || spatial > 3 || weight.rank() != x.rank() || c.integer("num_group") != 1 ||
      !std::ranges::equal(x.span().subspan(1), weight.span().subspan(1)))
    return false;
  const Result<Window> window = window_of(c);
  if (!window.ok()) return false;
  const Window& w = window.value();
  for (int axis = 3 - spatial; axis < 3; ++axis)
    if (w.pad[axis] != 0 || w.pad_end[axis] != 0 || (w.kernel[axis] > 1 && w.dilate[axis] > 1))
      return false;
  return true;
}

// A product of matrices: its weights are read at the speed of memory.
Result<Value> of_whole_images(const ComposeContext& c) {
  const Shape weight = c.in(1).shape();
  const int64_t elements = Shape(weight.span().subspan(1)).elements();
  const Value units =
      call("fully_connected", {c.in(0), reshape(c.in(1), {weight[0], elements})}, {});
  WEFT_TRY(c.builder.status());
  Shape out{c.in(0).shape()[0], weight[0]};
  out.resize(weight.rank(), 1);
  return with_bias(c, reshape(units, out));
}

Result<Value> convolution(const ComposeContext& c) {
  const TensorType data = c.in(0).type();
  WEFT_TRY(rules::require_floating(InferContext(c.op(), {&data, 1}, c.all()), 0));
  if (sees_whole_images(c)) return of_whole_images(c);
  const Shape x = c.in(0).shape();
  if (x.rank() < 5) return c.builder.emit(op_named("convolution_image"), c.inputs, c.all())[0];
  WEFT_ASSIGN(const Window w, window_of(c));
  WEFT_TRY(require_even_padding(w, c.op().name));
  const ImageAttributes attributes(c, w);
  const Shape weight = c.in(1).shape();
  if (weight[1] * c.integer("num_group") != x[1])
    return errors::invalid_value("convolution", "`weight` of shape ", weight, " needs ",
                                 weight[1] * c.integer("num_group"), " channels of `data`; got ",
                                 x[1]);
  WEFT_TRY(require_room(w, "convolution", x));
  const int64_t depths = w.count(0, x[2]);
  const Value volume = unfolded(c.in(0), w), weights = flat_weight(c.in(1));
  const Value images = has_bias(c)
                           ? call("convolution_image", {volume, weights, c.in(2)}, attributes.list)
                           : call("convolution_image", {volume, weights}, attributes.list);
  WEFT_TRY(c.builder.status());
  const Shape s = images.shape();
  return folded(images, Window{.spatial = 3}, {x[0], s[1], depths, s[2], s[3]});
}

// Is each result one window of one input element, like the first layer of a generator that starts
// from a vector? A product of matrices computes that, too.
bool spreads_one_element(const Window& w, const Shape& data, const Shape& out) {
  bool is_window = true;
  for (int axis = 0; axis < w.spatial; ++axis) {
    const int of = 3 - w.spatial + axis;
    is_window &= data[2 + axis] == 1 && w.pad[of] == 0 && out[2 + axis] == w.kernel[of];
  }
  return is_window;
}

constexpr double kMaxExtent = 0x1p62;  // below the overflow of the exact sum that follows

// The adjoint of the convolution that maps the result's shape to the shape of the data. `adj`
// chooses between the sizes that the convolution's stride rounds to the same one.
Result<Value> deconvolution(const ComposeContext& c) {
  const TensorType type = c.in(0).type();
  WEFT_TRY(rules::require_floating(InferContext(c.op(), {&type, 1}, c.all()), 0));
  WEFT_ASSIGN(const Window w, window_of(c));
  WEFT_TRY(require_even_padding(w, c.op().name));
  const Shape data = c.in(0).shape(), weight = c.in(1).shape();
  if (weight[0] != data[1])
    return errors::invalid_value("deconvolution", "`weight` of shape ", weight, " needs ",
                                 weight[0], " channels of `data`; got ", data[1]);
  const auto adj = c.has("adj") ? c.ints("adj") : std::span<const int64_t>();
  if (adj.size() > 1 && adj.size() != static_cast<size_t>(w.spatial))
    return errors::invalid_value("deconvolution", "`adj` must have ", w.spatial,
                                 " numbers or one; got ", adj.size());
  Shape out{data[0], weight[1] * c.integer("num_group")};
  for (int axis = 0; axis < w.spatial; ++axis) {
    const int of = 3 - w.spatial + axis;
    const int64_t more = adj.empty() ? 0 : adj[adj.size() == 1 ? 0 : static_cast<size_t>(axis)];
    if (more < 0 || more >= w.stride[of])
      return errors::invalid_value("deconvolution", "`adj` must be at least 0 and less than ",
                                   "`stride`; got ", more);
    const double rough = static_cast<double>(data[2 + axis]) * static_cast<double>(w.stride[of]) +
                         static_cast<double>(w.dilate[of]) * static_cast<double>(w.kernel[of]);
    if (rough > kMaxExtent) return errors::too_many_elements("deconvolution", "data", data);
    const int64_t extent = (data[2 + axis] - 1) * w.stride[of] - 2 * w.pad[of] +
                           w.dilate[of] * (w.kernel[of] - 1) + 1 + more;
    if (data[2 + axis] < 1 || extent < 1)
      return errors::invalid_value(
          "deconvolution", "`pad` must leave at least one element of axis ", 2 + axis,
          " of the result; got ", w.pad[of], " for `data` of shape ", data);
    out.push_back(extent);
  }
  if (c.integer("num_group") == 1 && spreads_one_element(w, data, out)) {
    const Value x = reshape(c.in(0), {data[0], data[1]});
    const int64_t elements = Shape(out.span().subspan(1)).elements();
    const Value product = matmul(x, reshape(c.in(1), {weight[0], elements}));
    WEFT_TRY(c.builder.status());
    return with_bias(c, reshape(product, out));
  }
  ImageAttributes attributes(c, w);
  if (w.spatial < 3) {
    attributes.list.push_back(Argument::of_ints(out.span()));
    const Value spread = call("convolution_data", {c.in(0), c.in(1)}, attributes.list);
    WEFT_TRY(c.builder.status());
    return with_bias(c, spread);
  }
  const Shape images{data[0] * data[2], out[1] * w.kernel[0], out[3], out[4]};
  attributes.list.push_back(Argument::of_ints(images.span()));
  const Value spread =
      call("convolution_data", {unfolded(c.in(0), Window{.spatial = 3}), flat_weight(c.in(1))},
           attributes.list);
  WEFT_TRY(c.builder.status());
  return with_bias(c, folded(spread, w, out));
}

}  // namespace

WEFT_OP(convolution) {
  op.doc("Convolution (correlation) over one, two or three spatial axes.")
      .in(Namespace::kNpx)
      .input("data", "floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W)")
      .input("weight", "shape (filters, C / groups, kernel...)")
      .optional_input("bias", "shape (filters,)")
      .promote(Promotion::kExact);
  convolution_attributes(op);
  op.compose(checked<convolution>)
      .like("torch.nn.functional.conv2d")
      .sample(R"({"shapes": [[2, 3, 6, 5], [4, 3, 3, 2], [4]], "stride": [2, 1], "pad": [1, 0]})")
      .sample(R"({"shapes": [[2, 4, 7], [6, 2, 3]], "num_group": 2, "dilate": [2], "pad": 1})")
      .sample(R"({"shapes": [[1, 2, 5, 5], [3, 2, 1, 1]]})")
      .sample(R"({"shapes": [[1, 2, 4, 3], [3, 2, 2, 2]], "kernel": [2, 2]})")
      .sample(R"({"shapes": [[1, 2, 5, 4], [3, 2, 3, 2]], "stride": [1, 2]})")
      .sample(R"({"shapes": [[2, 3, 1, 1], [5, 3, 1, 1], [5]], "stride": 2, "dilate": 2})")
      .sample(R"({"shapes": [[2, 3, 4], [5, 3, 4]], "kernel": 4})")
      .sample(R"({"shapes": [[2, 2, 2, 3, 2], [4, 2, 2, 3, 2], [4]]})")
      .sample(R"({"shapes": [[2, 2, 5, 3, 4], [4, 1, 2, 3, 2], [4]], "num_group": 2,
                  "stride": [2, 1, 1], "pad": [1, 1, 0], "dilate": [2, 1, 1]})");
}

WEFT_OP(deconvolution) {
  op.doc("Transposed convolution over one, two or three spatial axes: the adjoint of convolution.")
      .in(Namespace::kNpx)
      .input("data", "floating, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W)")
      .input("weight", "shape (C, filters / groups, kernel...)")
      .optional_input("bias", "shape (filters,)")
      .promote(Promotion::kExact);
  convolution_attributes(op);
  op.optional(AttributeKind::kInts, "adj", "elements added behind the result, less than `stride`")
      .compose(checked<deconvolution>)
      .sample(R"({"shapes": [[2, 4, 3], [4, 2, 3], [2]], "stride": 2, "pad": 1, "adj": 1})")
      .sample(R"({"shapes": [[2, 4, 3, 2], [4, 1, 2, 3], [2]], "num_group": 2,
                  "stride": [2, 1], "dilate": [1, 2]})")
      .sample(R"({"shapes": [[1, 2, 3], [2, 3, 2]], "kernel": 2})")
      .sample(R"({"shapes": [[2, 3, 1, 1], [3, 2, 3, 2], [2]], "stride": 2})")
      .sample(R"({"shapes": [[2, 3, 1, 1], [3, 2, 3, 3]], "stride": 2, "pad": 1, "adj": 1})")
      .sample(R"({"shapes": [[2, 0, 1, 1], [0, 3, 2, 2]]})")
      .sample(R"({"shapes": [[1, 2, 3, 2, 2], [2, 2, 2, 1, 2]], "stride": [2, 1, 2],
                  "pad": [1, 0, 0], "adj": [1, 0, 0]})");
}

}  // namespace weft::ops
