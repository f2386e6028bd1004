// Volumes (N, C, D, H, W) over channel blocks: their slices are images, (N D, C / B, H, W, B), so
// what a window meets of the depth lies side by side, and a convolution reads it there.
#pragma once

#include "graph/passes/blocked_forms_impl.h"
#include "ops/problems/depth_problem.h"

namespace weft::graph {

// (N, C D, H, W): the planes of a volume.
inline Shape planes_of(const Shape& v) { return {v[0], v[1] * v[2], v[3], v[4]}; }
// (N, C, D, H W): its lines along the depth.
inline Shape lines_of(const Shape& v) { return {v[0], v[1], v[2], v[3] * v[4]}; }

class BlockedVolumes : public BlockedForms {
 public:
  explicit BlockedVolumes(const Graph& graph)
      : BlockedForms(graph),
        views_(graph.values.size()),
        windows_(graph.values.size(), nullptr),
        unfolded_(graph.values.size(), kNoValue),
        readers_(graph.values.size(), nullptr),
        uses_(count_uses(graph)) {
    for (const Node& node : graph.nodes)
      for (const Operand& operand : node.operands)
        if (operand.is_value()) readers_[static_cast<size_t>(operand.value)] = &node;
  }

 protected:
  ops::Value emit(std::string_view name, std::span<const ops::Value> inputs,
                  std::span<const Argument> attributes) {
    return builder_.emit(ops::op_named(name), inputs, attributes)[0];
  }

  // ---- planes and lines of a volume, which poolings walk

  bool is_view(ValueId old) const { return views_[static_cast<size_t>(old)].array != kNoValue; }
  bool has_planes(ValueId old) const {
    return is_view(old) && shape(old) == planes_of(volume(old));
  }
  const Shape& volume(ValueId old) const { return views_[static_cast<size_t>(old)].volume; }
  // The images whose planes or lines a value has.
  Shape images_of(ValueId old) const { return image_axes(volume(old), 5); }
  ops::Value view(ValueId old) { return builder_.value(views_[static_cast<size_t>(old)].array); }
  void set_view(ValueId old, const ops::Value& array, const Shape& volume) {
    views_[static_cast<size_t>(old)] = {array.id(), volume};
  }
  // The blocks of a value that is planes or lines of a volume.
  ops::Value view_of(ValueId old, const Shape& volume) {
    const bool is_same = is_view(old) && views_[static_cast<size_t>(old)].volume == volume;
    return is_same ? view(old) : to_blocks(plain(old), volume, ops::channel_block(volume[1]));
  }

  // An array (N D, C / B, H, W, B) as one plane (N, 1, D, C H W), of which only the height counts.
  ops::Value as_lines(const ops::Value& array, const Shape& volume) {
    return ops::reshape(array, {volume[0], 1, volume[2], volume[1] * volume[3] * volume[4]});
  }
  ops::Value from_lines(const ops::Value& lines, const Shape& volume) {
    return ops::reshape(lines,
                        ops::blocked_shape(image_axes(volume, 5), ops::channel_block(volume[1])));
  }

  bool reshape(const Node& node) {
    const ValueId x = node.operands[0].value, y = node.outputs[0];
    const bool is_volume = is_blocked(x) && shape(x).rank() == 5;
    if (!is_volume && !is_view(x)) return false;
    const ops::Value array = is_volume ? blocked(x) : view(x);
    const Shape whole = is_volume ? shape(x) : volume(x);
    if (shape(y) == whole)
      set_blocked(y, array);
    else if (shape(y) == planes_of(whole) || shape(y) == lines_of(whole))
      set_view(y, array, whole);
    else
      return false;
    return true;
  }

  // ---- what a window meets of the depth

  struct Slices {
    ops::Value array;  // with the slices of zeros that pad it
    int64_t of_volume, kernel, step;

    Shape numbers() const { return {of_volume, kernel, step}; }
  };

  // Its images wait: a convolution reads the slices where they lie.
  bool unfold(const Node& node) {
    const ValueId x = node.operands[0].value, y = node.outputs[0];
    const ops::AttributeReader a = node.op->reader(node.attributes.view());
    if (ops::moves_nothing(a)) return take_over(x, y);
    const int64_t channels = shape(x)[1], block = ops::channel_block(channels);
    if (block == 1 || ops::channel_block(shape(y)[1]) != block ||
        (a.integer("dilate") != 1 && a.integer("kernel") != 1))
      return false;
    windows_[static_cast<size_t>(y)] = &node;
    return true;
  }
  bool is_window(ValueId images) const { return windows_[static_cast<size_t>(images)] != nullptr; }

  Slices slices(ValueId images) {
    const Node& node = *windows_[static_cast<size_t>(images)];
    const ops::AttributeReader a = node.op->reader(node.attributes.view());
    const ValueId x = node.operands[0].value;
    const int64_t pad = a.integer("pad");
    Shape padded = shape(x);
    padded[2] += 2 * pad;
    ValueId& array = unfolded_[static_cast<size_t>(images)];
    if (array == kNoValue) {
      ops::Value value = blocked(x);
      if (pad > 0) {
        const Shape s = shape(x);
        value = ops::reshape(value, {s[0], 1, s[2], s[1] * s[3] * s[4], 1});
        const Argument zeros[] = {Argument::of_int(1), Argument::of_int(1), Argument::of_int(pad),
                                  Argument::of_int(1)};
        value = from_lines(emit("unfold_depth", {&value, 1}, zeros), padded);
      }
      array = value.id();
    }
    return {builder_.value(array), padded[2], a.integer("kernel"), a.integer("stride")};
  }

  // A weight (O, C KD, KH, KW) with its channels in the order of the slices, and back.
  static ops::Value by_slices(const ops::Value& weight, int64_t kernel) {
    return with_transposed_channels(weight, weight.shape()[1] / kernel, kernel);
  }
  static ops::Value by_channels(const ops::Value& weight, int64_t kernel) {
    return with_transposed_channels(weight, kernel, weight.shape()[1] / kernel);
  }

  // ---- the adjoint

  // Slices that images have as channels, where all that reads these images adds them up to a
  // volume; else 0.
  int64_t folded_slices(ValueId images) const {
    const Node* const reader = readers_[static_cast<size_t>(images)];
    if (uses_[static_cast<size_t>(images)] != 1 || !reader || !is_named(*reader, "fold_depth") ||
        reader->clone_of != kNoValue)  // clones stay as they are
      return 0;
    const ops::AttributeReader a = reader->op->reader(reader->attributes.view());
    const int64_t block = ops::channel_block(shape(reader->outputs[0])[1]);
    const bool is_sum = !ops::moves_nothing(a) && block > 1;
    return is_sum && ops::channel_block(shape(images)[1]) == block ? a.integer("kernel") : 0;
  }
  // Such images in blocks, their channels in the order of the slices.
  void set_folded(ValueId images, const ops::Value& array) {
    unfolded_[static_cast<size_t>(images)] = array.id();
  }

  bool fold(const Node& node) {
    const ValueId x = node.operands[0].value, y = node.outputs[0];
    const ops::AttributeReader a = node.op->reader(node.attributes.view());
    if (ops::moves_nothing(a)) return take_over(x, y);
    const ValueId array = unfolded_[static_cast<size_t>(x)];
    if (array == kNoValue) return false;
    const Shape images = shape(x), whole = shape(y);
    const int64_t kernel = a.integer("kernel"), row = images[1] / kernel * images[2] * images[3];
    const ops::Value lines = ops::reshape(builder_.value(array), {images[0], kernel, row, 1});
    Arguments attributes(a.all().begin(), a.all().end());
    attributes.back() = numbers({whole[0], 1, whole[2], row, 1});
    set_blocked(y, from_lines(emit("fold_depth", {&lines, 1}, attributes), whole));
    return true;
  }

 private:
  struct View {
    ValueId array = kNoValue;  // the volume's blocks
    Shape volume;
  };

  // Images that are the slices of a volume, or a volume of images.
  bool take_over(ValueId x, ValueId y) {
    if (!is_blocked(x)) return false;
    set_blocked(y, blocked(x));
    return true;
  }
  static ops::Value with_transposed_channels(const ops::Value& weight, int64_t outer,
                                             int64_t inner) {
    if (outer == 1 || inner == 1) return weight;
    const Shape s = weight.shape();
    constexpr int64_t kTurn[] = {0, 2, 1, 3};
    const ops::Value parts = ops::reshape(weight, {s[0], outer, inner, s[2] * s[3]});
    return ops::reshape(ops::transpose(parts, kTurn), s);
  }

  ops::Value plain_volume(ValueId old) override {
    if (is_view(old)) return ops::reshape(from_blocks(view(old), volume(old)), shape(old));
    const Node& node = *windows_[static_cast<size_t>(old)];
    const ops::Value volume = plain(node.operands[0].value);
    return builder_.emit(*node.op, {&volume, 1}, node.attributes.view())[0];
  }

  std::vector<View> views_;           // by old value
  std::vector<const Node*> windows_;  // what would unfold it
  std::vector<ValueId> unfolded_;     // new arrays whose channels are in the order of slices
  std::vector<const Node*> readers_;  // its last one
  const std::vector<int32_t> uses_;
};

}  // namespace weft::graph
