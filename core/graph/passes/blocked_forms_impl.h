// The values of a graph that is rewritten for channel blocks: each has a plain form, a blocked form
// or both, made when it is first asked for.
#pragma once

#include <algorithm>
#include <deque>

#include "graph/ir/graph_builder.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "ops/problems/channel_blocks.h"
#include "ops/registry.h"

namespace weft::graph {

// Is the node of this operator?
inline bool is_named(const Node& node, std::string_view name) {
  return node.op && node.op->name == name;
}

// A sequence, an image or a volume, by its rank.
inline bool is_image(const Shape& shape) { return shape.rank() >= 3 && shape.rank() <= 5; }

// The shape with ones in front, as broadcasting sees it beside an array of `rank` axes.
inline Shape with_axes(const Shape& shape, int rank) {
  Shape whole;
  for (int axis = shape.rank(); axis < rank; ++axis) whole.push_back(1);
  for (int axis = 0; axis < shape.rank(); ++axis) whole.push_back(shape[axis]);
  return whole;
}

// The shape as images: a sequence has height one, the slices of a volume are images.
inline Shape image_axes(const Shape& shape, int rank) {
  const Shape s = with_axes(shape, rank);
  return rank == 3   ? Shape{s[0], s[1], 1, s[2]}
         : rank == 5 ? Shape{s[0] * s[2], s[1], s[3], s[4]}
                     : s;
}

// The two forms and the conversions between them. "Old" values are those of the graph that is
// rewritten.
class BlockedForms {
 public:
  virtual ~BlockedForms() = default;
  explicit BlockedForms(const Graph& graph)
      : graph_(graph),
        rewrite_(graph),
        builder_(rewrite_.graph()),
        blocked_(graph.values.size(), kNoValue) {}

 protected:
  using Argument = ops::Argument;
  using Arguments = std::vector<Argument>;

  const Shape& shape(ValueId old) const { return graph_.type(old).shape; }
  Shape image(ValueId old) const { return image_axes(shape(old), shape(old).rank()); }
  bool is_blocked(ValueId old) const { return blocked_[static_cast<size_t>(old)] != kNoValue; }
  // Records the blocked form of an old value.
  void set_blocked(ValueId old, const ops::Value& value) {
    blocked_[static_cast<size_t>(old)] = value.id();
    if (!meets_blocks(image(old))) shapes_.push_back(image(old));
  }
  // Has another value of this shape a blocked form? Then the two are likely to meet in a node.
  bool meets_blocks(const Shape& image) const {
    return std::ranges::find(shapes_, image) != shapes_.end();
  }

  // ---- the two forms of an old value

  // The plain form, converted from the blocked one if needed.
  ops::Value plain(ValueId old) {
    const ValueId known = rewrite_.map(old);
    if (known != kNoValue) return builder_.value(known);
    const ops::Value value =
        is_blocked(old)
            ? from_blocks(builder_.value(blocked_[static_cast<size_t>(old)]), shape(old))
            : plain_volume(old);
    rewrite_.set(old, value.id());
    return value;
  }
  // The plain form of a value that has neither form yet (a volume's planes, for example).
  virtual ops::Value plain_volume(ValueId old) = 0;

  // Blocks as a plain array of this shape.
  ops::Value from_blocks(const ops::Value& blocks, const Shape& plain) {
    const Shape s = image_axes(plain, plain.rank());
    ops::Value value = blocks;
    if (plain.rank() == 5 && plain[2] > 1) {
      const Shape b = value.shape();
      value = ops::reshape(value, {plain[0], plain[2], b[1], b[2], b[3], b[4]});
      value = ops::transpose(value, kVolumeFromBlocks);
    } else if (s[2] * s[3] != 1) {
      value = ops::transpose(value, kFromBlocks);
    }
    return ops::reshape(value, plain);
  }

  // The blocked form for a node whose image has `channels` channels and `rank` axes: one element
  // for all channels is broadcast over the blocks.
  ops::Value blocked(ValueId old, int64_t channels, int rank) {
    const bool has_rank = shape(old).rank() == rank;
    if (has_rank && is_blocked(old)) return builder_.value(blocked_[static_cast<size_t>(old)]);
    const Shape s = with_axes(shape(old), rank);
    const int64_t block = s[1] == channels ? ops::channel_block(channels) : 1;
    const ops::Value value = to_blocks(plain(old), s, block);
    // A broadcast operand is not recorded: beside another image it may need another form.
    if (has_rank && (block > 1 || channels == 1)) blocked_[static_cast<size_t>(old)] = value.id();
    return value;
  }
  ops::Value blocked(ValueId old) { return blocked(old, shape(old)[1], shape(old).rank()); }

  // A plain array of this shape as blocks.
  ops::Value to_blocks(const ops::Value& plain, const Shape& shape, int64_t block) {
    const Shape s = image_axes(shape, shape.rank());
    const int64_t slices = shape.rank() == 5 ? shape[2] : 1;
    ops::Value value = plain;
    if (block > 1 && slices > 1) {
      value = ops::reshape(value, {shape[0], s[1] / block, block, slices, s[2], s[3]});
      value = builder_.call("copy", {ops::transpose(value, kVolumeToBlocks)});
    } else if (block > 1 && s[2] * s[3] > 1) {
      value = ops::reshape(value, {s[0], s[1] / block, block, s[2], s[3]});
      value = builder_.call("copy", {ops::transpose(value, kToBlocks)});
    }
    return ops::reshape(value, ops::blocked_shape(s, block));
  }

  // The plain form with a height, which a sequence lacks.
  ops::Value plain_image(ValueId old) {
    return shape(old).rank() == 3 ? ops::reshape(plain(old), image(old)) : plain(old);
  }

  // The attributes of a node. Those of a window over a sequence get a height of one.
  std::span<const Argument> attributes_of(const Node& node) {
    const auto given = node.attributes.view();
    if (shape(node.operands[0].value).rank() != 3) return given;
    const ops::AttributeReader a = node.op->reader(given);
    Arguments& list = widened_.emplace_back(given.begin(), given.end());
    for (size_t i = 0; i < list.size(); ++i) {
      const std::string_view name = node.op->attributes[i].name;
      if (name == "kernel" || name == "stride" || name == "dilate") {
        const auto along = a.has(name) ? a.ints(name) : std::span<const int64_t>();
        if (!along.empty()) list[i] = numbers({1, along[0]});  // none are the defaults
      } else if (name == "pad") {
        const auto pad = a.has(name) ? a.ints(name) : std::span<const int64_t>();
        if (pad.size() == 1) list[i] = numbers({0, pad[0]});
        if (pad.size() == 2) list[i] = numbers({0, pad[0], 0, pad[1]});
      } else if (name == "data_shape" || name == "weight_shape") {
        list[i] = numbers(image_axes(Shape(a.ints(name)), 3));
      }
    }
    return list;
  }
  // A list of integers as an attribute; it lives as long as this object.
  Argument numbers(const Shape& values) {
    return Argument::of_ints(numbers_.emplace_back(values).span());
  }

  const Graph& graph_;
  GraphRewrite rewrite_;
  GraphBuilder builder_;

 private:
  // Permutations: (N, C / B, B, H, W) to (N, C / B, H, W, B) and back, and the same for volumes
  // with depth D.
  static constexpr int64_t kToBlocks[] = {0, 1, 3, 4, 2};
  static constexpr int64_t kFromBlocks[] = {0, 1, 4, 2, 3};
  static constexpr int64_t kVolumeToBlocks[] = {0, 3, 1, 4, 5, 2};
  static constexpr int64_t kVolumeFromBlocks[] = {0, 2, 5, 1, 3, 4};

  std::vector<ValueId> blocked_;  // by old value
  std::vector<Shape> shapes_;     // of values that have blocks
  // Attributes of nodes that are not emitted yet point into these; a deque does not move its
  // elements.
  std::deque<Arguments> widened_;
  std::deque<Shape> numbers_;
};

}  // namespace weft::graph
