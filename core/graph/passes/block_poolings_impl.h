// Poolings over channel blocks and their gradients: over the planes of images; for volumes, first
// over planes and then over lines along the depth (ops/nn/pooling/pooling.cpp). A max pooling that
// only its own gradient reads notes the *tap* (the position in the window, a byte) of each maximum
// instead of offsets.
#pragma once

#include "graph/passes/block_volumes_impl.h"

namespace weft::graph {

// Dtypes that blocked kernels exist for.
inline bool has_blocks(DType dtype) {
  return dtype == DType::kFloat32 || dtype == DType::kBFloat16;
}

// The rewriting of poolings.
class BlockedPoolings : public BlockedVolumes {
 public:
  explicit BlockedPoolings(const Graph& graph)
      : BlockedVolumes(graph), has_taps_(graph.values.size(), false) {}

 protected:
  // Has the value planes that a blocked pooling can read: of an image, or of a volume? A window of
  // a volume is one over its planes, and then one over its lines.
  bool has_image_planes(ValueId old) const { return is_blocked(old) || has_planes(old); }
  ops::Value image_planes(ValueId old) { return is_view(old) ? view(old) : blocked(old); }
  Shape image_of_planes(ValueId old) const { return is_view(old) ? images_of(old) : image(old); }
  // Records the result of a pooling over planes of a value like `like`.
  void set_planes(ValueId old, const ops::Value& array, ValueId like) {
    if (!is_view(like)) return set_blocked(old, array);
    const Shape &of = volume(like), &s = shape(old);
    set_view(old, array, {of[0], of[1], of[2], s[2], s[3]});
  }

  // The pooling itself, and at the same time the taps of its maxima if something asks for them.
  bool pooling(const Node& node) {
    const ValueId x = node.operands[0].value;
    if (!has_blocks(graph_.type(x).dtype)) return false;
    if (is_view(x) && !has_planes(x)) return pooling_of_lines(node);
    if (!has_image_planes(x)) return false;
    const ops::Value data = image_planes(x);
    set_planes(node.outputs[0], emit("pooling_blocked", {&data, 1}, attributes_of(node)), x);
    // Taps are small, so what is pooled need not stay alive for them.
    for (const Node& other : graph_.nodes)
      if (is_named(other, "pooling_indices") && other.operands[0].value == x &&
          std::ranges::equal(other.attributes.view(), node.attributes.view(), ops::same_argument))
        pooling_taps(other);
    return true;
  }

  // Pooling along the depth is the same for every line: of values, or of the offsets of maxima.
  bool pooling_of_lines(const Node& node) {
    const ValueId x = node.operands[0].value, y = node.outputs[0];
    const ops::AttributeReader a = node.op->reader(node.attributes.view());
    const auto is = [&](std::string_view name, int64_t number) {
      return !a.has(name) || (a.ints(name).size() == 2 && a.ints(name)[1] == number);
    };
    if (a.flag("global_pool") || !a.has("kernel") || !is("kernel", 1) || !is("stride", 1) ||
        !is("pad", 0))
      return false;
    const Shape& from = volume(x);
    const ops::Value lines = as_lines(view(x), from);
    Shape to = from;
    to[2] = shape(y)[2];
    set_view(y, from_lines(emit(node.op->name, {&lines, 1}, node.attributes.view()), to), to);
    return true;
  }

  // Offsets of maxima become taps if only their own gradient reads them.
  bool pooling_taps(const Node& node) {
    if (has_taps_[static_cast<size_t>(node.outputs[0])]) return true;
    const ValueId x = node.operands[0].value;
    if (is_view(x) && !has_planes(x))
      return is_for_scatters(node.outputs[0]) && pooling_of_lines(node);
    if (!has_image_planes(x)) return false;
    const ops::AttributeReader a = node.op->reader(attributes_of(node));
    const Shape data = image_of_planes(x);
    int64_t taps = 1;
    for (int axis = 0; axis < 2; ++axis) {
      const auto kernel = a.has("kernel") ? a.ints("kernel") : std::span<const int64_t>();
      const int64_t extent = a.flag("global_pool") ? data[2 + axis]
                             : kernel.empty()      ? 1
                                                   : kernel[kernel.size() == 1 ? 0 : axis];
      taps = std::min(taps, int64_t{1} << 16) * extent;
    }
    // A tap is a byte, so a window has at most 256.
    if (graph_.type(x).dtype != DType::kFloat32 || taps > 256 || !is_for_scatters(node.outputs[0]))
      return false;
    const ops::Value in_blocks = image_planes(x);
    set_planes(node.outputs[0], emit("pooling_taps_blocked", {&in_blocks, 1}, a.all()), x);
    has_taps_[static_cast<size_t>(node.outputs[0])] = true;
    return true;
  }

  // Do only gradients of the pooling read these offsets?
  bool is_for_scatters(ValueId indices) const {
    const auto reads = [&](const Node& node) {
      return std::ranges::any_of(node.operands, [&](const Operand& operand) {
        return operand.is_value() && operand.value == indices;
      });
    };
    return std::ranges::find(graph_.outputs, indices) == graph_.outputs.end() &&
           std::ranges::all_of(graph_.nodes, [&](const Node& node) {
             return !reads(node) ||
                    (is_named(node, "pooling_scatter") && node.operands[0].value != indices);
           });
  }

  // The gradient of a max pooling: each cotangent goes to its maximum.
  bool pooling_scatter(const Node& node) {
    const ValueId dout = node.operands[0].value, indices = node.operands[1].value;
    if (is_view(indices)) return scatter_to_volume(node);
    if (!has_taps_[static_cast<size_t>(indices)]) return false;
    const ops::Value inputs[] = {blocked(dout), blocked(indices)};
    const auto pooling = attributes_of(*graph_.producer(indices));
    Arguments attributes(pooling.begin(), pooling.end());
    attributes.push_back(node.op->reader(attributes_of(node)).get("data_shape"));
    set_blocked(node.outputs[0], emit("pooling_scatter_blocked", inputs, attributes));
    return true;
  }

  // The same for a volume: into planes by taps, into lines by offsets.
  bool scatter_to_volume(const Node& node) {
    const ValueId dout = node.operands[0].value, indices = node.operands[1].value;
    const Shape &s = shape(node.outputs[0]), &from = volume(indices);
    const Node& pooling = *graph_.producer(indices);
    const ops::Value cotangent = view_of(dout, from);
    if (has_taps_[static_cast<size_t>(indices)]) {
      const Shape to{from[0], from[1], from[2], s[2], s[3]};
      const ops::Value inputs[] = {cotangent, view(indices)};
      Arguments attributes(pooling.attributes.view().begin(), pooling.attributes.view().end());
      attributes.push_back(numbers(image_axes(to, 5)));
      set_view(node.outputs[0], emit("pooling_scatter_blocked", inputs, attributes), to);
      return true;
    }
    const Shape to{from[0], from[1], s[2], from[3], from[4]};
    const ops::Value inputs[] = {as_lines(cotangent, from), as_lines(view(indices), from)};
    const Argument whole = numbers({to[0], 1, to[2], to[1] * to[3] * to[4]});
    set_view(node.outputs[0], from_lines(emit("pooling_scatter", inputs, {&whole, 1}), to), to);
    return true;
  }

  // The gradient of an average pooling.
  bool pooling_average(const Node& node) {
    const ValueId dout = node.operands[0].value;
    const Shape data = image(node.outputs[0]);
    if (is_view(dout)) return average_to_volume(node);
    if (graph_.type(dout).dtype != DType::kFloat32 || ops::channel_block(data[1]) == 1 ||
        !(is_blocked(dout) || meets_blocks(data)))
      return false;
    const ops::Value cotangent = blocked(dout);
    set_blocked(node.outputs[0],
                emit("pooling_average_gradient_blocked", {&cotangent, 1}, attributes_of(node)));
    return true;
  }

  // The same for a volume: over planes, or over lines.
  bool average_to_volume(const Node& node) {
    const ValueId dout = node.operands[0].value;
    const Shape &s = shape(node.outputs[0]), &from = volume(dout);
    if (graph_.type(dout).dtype != DType::kFloat32) return false;
    Arguments attributes(node.attributes.view().begin(), node.attributes.view().end());
    if (has_planes(dout)) {
      const Shape to{from[0], from[1], from[2], s[2], s[3]};
      attributes.back() = numbers(image_axes(to, 5));
      const ops::Value cotangent = view(dout);
      set_view(node.outputs[0],
               emit("pooling_average_gradient_blocked", {&cotangent, 1}, attributes), to);
      return true;
    }
    const Shape to{from[0], from[1], s[2], from[3], from[4]};
    attributes.back() = numbers({to[0], 1, to[2], to[1] * to[3] * to[4]});
    const ops::Value lines = as_lines(view(dout), from);
    set_view(node.outputs[0], from_lines(emit(node.op->name, {&lines, 1}, attributes), to), to);
    return true;
  }

  std::vector<bool> has_taps_;  // by old value: its blocked form holds taps, not offsets
};

}  // namespace weft::graph
