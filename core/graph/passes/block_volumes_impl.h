// Volumes (N, C, D, H, W) over channel blocks. Their slices are images, (N D, C / B, H, W, B), so
// the slices that a window covers lie side by side, and a convolution reads them there without
// copying.
#pragma once

#include "graph/passes/blocked_forms_impl.h"
#include "ops/problems/depth_problem.h"

namespace weft::graph {

// (N, C D, H, W): the planes of a volume, as poolings see them.
inline Shape planes_of(const Shape& v) { return {v[0], v[1] * v[2], v[3], v[4]}; }
// (N, C, D, H W): its lines along the depth.
inline Shape lines_of(const Shape& v) { return {v[0], v[1], v[2], v[3] * v[4]}; }

// The forms that values of volumes have besides plain and blocked.
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
  // Emits an operator with one result.
  ops::Value emit(std::string_view name, std::span<const ops::Value> inputs,
                  std::span<const Argument> attributes) {
    return builder_.emit(ops::op_named(name), inputs, attributes)[0];
  }

  // ---- planes and lines of a volume, which poolings walk

  // Is the value the planes or the lines of a volume in blocks?
  bool is_view(ValueId old) const { return views_[static_cast<size_t>(old)].array != kNoValue; }
  // Is it the planes?
  bool has_planes(ValueId old) const {
    return is_view(old) && shape(old) == planes_of(volume(old));
  }
  const Shape& volume(ValueId old) const { return views_[static_cast<size_t>(old)].volume; }
  // The images whose planes or lines a value has.
  Shape images_of(ValueId old) const { return image_axes(volume(old), 5); }
  ops::Value view(ValueId old) { return builder_.value(views_[static_cast<size_t>(old)].array); }
  // The value is planes or lines of this volume, whose blocks are `array`.
  void set_view(ValueId old, const ops::Value& array, const Shape& volume) {
    views_[static_cast<size_t>(old)] = {array.id(), volume};
  }
  // The blocks of a value that is planes or lines of a volume; converted if it is plain.
  ops::Value view_of(ValueId old, const Shape& volume) {
    const bool is_same = is_view(old) && views_[static_cast<size_t>(old)].volume == volume;
    return is_same ? view(old) : to_blocks(plain(old), volume, ops::channel_block(volume[1]));
  }

  // An array (N D, C / B, H, W, B) as one plane (N, 1, D, C H W), in which a pooling walks along
  // the height.
  ops::Value as_lines(const ops::Value& array, const Shape& volume) {
    return ops::reshape(array, {volume[0], 1, volume[2], volume[1] * volume[3] * volume[4]});
  }
  ops::Value from_lines(const ops::Value& lines, const Shape& volume) {
    return ops::reshape(lines,
                        ops::blocked_shape(image_axes(volume, 5), ops::channel_block(volume[1])));
  }

  // Reshapes between a volume, its planes and its lines move nothing.
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

  // The slices that a convolution reads.
  struct Slices {
    ops::Value array;                 // with the slices of zeros that pad it
    int64_t of_volume, kernel, step;  // slices of a volume and of a window; slices between windows

    Shape numbers() const { return {of_volume, kernel, step}; }
  };

  // Unfolded images are not made: a convolution reads the slices where they are (`slices`).
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

  // The blocks of the volume, padded with slices of zeros if needed.
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

  // A weight (O, C KD, KH, KW) with its channels in the order of slices; by_channels brings them
  // back.
  static ops::Value by_slices(const ops::Value& weight, int64_t kernel) {
    return with_transposed_channels(weight, weight.shape()[1] / kernel, kernel);
  }
  static ops::Value by_channels(const ops::Value& weight, int64_t kernel) {
    return with_transposed_channels(weight, kernel, weight.shape()[1] / kernel);
  }

  // ---- the adjoint

  // The number of slices that these images have as channels, if their only reader adds them up to a
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
  // Records such images in blocks, with channels in the order of slices.
  void set_folded(ValueId images, const ops::Value& array) {
    unfolded_[static_cast<size_t>(images)] = array.id();
  }

  // Adds up slices to a volume (the gradient of unfold).
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
  // Planes or lines of a volume.
  struct View {
    ValueId array = kNoValue;  // the volume's blocks
    Shape volume;
  };

  // The blocks of images that are the slices of a volume, or of a volume that consists of images,
  // are the same.
  bool take_over(ValueId x, ValueId y) {
    if (!is_blocked(x)) return false;
    set_blocked(y, blocked(x));
    return true;
  }
  // Exchanges an outer and an inner factor of the channels.
  static ops::Value with_transposed_channels(const ops::Value& weight, int64_t outer,
                                             int64_t inner) {
    if (outer == 1 || inner == 1) return weight;
    const Shape s = weight.shape();
    constexpr int64_t kTurn[] = {0, 2, 1, 3};
    const ops::Value parts = ops::reshape(weight, {s[0], outer, inner, s[2] * s[3]});
    return ops::reshape(ops::transpose(parts, kTurn), s);
  }

  // The plain form of planes, lines or unfolded images, if something else reads them.
  ops::Value plain_volume(ValueId old) override {
    if (is_view(old)) return ops::reshape(from_blocks(view(old), volume(old)), shape(old));
    const Node& node = *windows_[static_cast<size_t>(old)];
    const ops::Value volume = plain(node.operands[0].value);
    return builder_.emit(*node.op, {&volume, 1}, node.attributes.view())[0];
  }

  std::vector<View> views_;           // by old value
  std::vector<const Node*> windows_;  // by old value: the node that would unfold it
  std::vector<ValueId> unfolded_;     // new arrays with channels in the order of slices
  std::vector<const Node*> readers_;  // by old value: its last reader
  const std::vector<int32_t> uses_;
};

}  // namespace weft::graph
