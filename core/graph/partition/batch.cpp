// Which values hold images, whether each image stays by itself, and how many images a part has.
#include "graph/partition/batch.h"

#include <algorithm>

#include "ops/registry.h"

namespace weft::graph {
namespace {

// What one node reads and writes of a part has to fit into a cache that threads share. More bytes
// mean larger parts, which no longer fit into smaller caches.
constexpr int64_t kCacheBytes = int64_t{24} << 20;

// Follows images from the inputs through the graph. The first input that is not frozen and has two
// axes gives the number of images.
class Images {
 public:
  Images(const Graph& graph, const std::vector<bool>& frozen)
      : graph_(graph), has_images_(graph.values.size(), false) {
    for (size_t i = 0; i < graph.inputs.size(); ++i) {
      if (i < frozen.size() && frozen[i]) {
        fixed_bytes_ += graph.type(graph.inputs[i]).bytes();
        continue;
      }
      const Shape& shape = graph.type(graph.inputs[i]).shape;
      if (shape.rank() < 2) continue;
      if (count_ == 0) count_ = shape[0];
      if (shape[0] == count_) has_images_[static_cast<size_t>(graph.inputs[i])] = true;
    }
  }

  int64_t count() const { return count_; }
  bool has(ValueId id) const { return has_images_[static_cast<size_t>(id)]; }

  // False: some image of a result depends on other images, or on control flow.
  bool follow() {
    for (const Node& node : graph_.nodes) {
      const bool reads = std::ranges::any_of(node.operands, [&](const Operand& operand) {
        return operand.is_value() && has(operand.value);
      });
      if (!reads) continue;
      if (!node.op || !keeps_images_separate(node)) return false;
      for (const ValueId id : node.outputs) {
        const Shape& shape = graph_.type(id).shape;
        if (shape.rank() < 1 || shape[0] != count_) return false;
        has_images_[static_cast<size_t>(id)] = true;
      }
      count_bytes(node);
    }
    return true;
  }

  // Images of a part, a divisor of the batch; the whole batch if it fits into the cache or parts do
  // not pay.
  int64_t of_part() const {
    if (largest_ <= kCacheBytes) return count_;
    const int64_t of_image = std::max<int64_t>(1, largest_ / count_);
    for (int64_t images = std::min(count_ / 2, kCacheBytes / of_image); images > 0; --images) {
      if (count_ % images != 0 || largest_ / count_ * images > kCacheBytes) continue;
      // Each part after the first reads the weights again, but finds what layers left in the cache.
      return double(fixed_bytes_) * double(count_ / images - 1) < double(moved_) ? images : count_;
    }
    return count_;
  }

 private:
  // Is operand i a value with images?
  bool has_operand(const Node& node, size_t i) const {
    return i < node.operands.size() && node.operands[i].is_value() && has(node.operands[i].value);
  }
  const Shape& shape_of(const Node& node, size_t i) const {
    return graph_.type(node.operands[i].value).shape;
  }
  // Is the first operand the only one with images?
  bool only_first_has(const Node& node) const {
    for (size_t i = 1; i < node.operands.size(); ++i)
      if (has_operand(node, i)) return false;
    return has_operand(node, 0);
  }

  // Does image i of every result depend only on image i of the operands? Operators say so by
  // `image_inputs`; the others are known here by name. An unknown operator does not.
  bool keeps_images_separate(const Node& node) const {
    const ops::OpDef& op = *node.op;
    if (op.is_random || op.has_effect || op.runs_on_caller || op.outside) return false;
    if (op.slot.elementwise) return broadcasts_by_image(node);
    const ops::AttributeReader attributes = op.reader(node.attributes.view());
    const int rank = has_operand(node, 0) ? shape_of(node, 0).rank() : 0;
    if (op.image_inputs != 0) {
      for (size_t i = 0; i < node.operands.size(); ++i)
        if (has_operand(node, i) && !ops::in_set(op.image_inputs, i)) return false;
      return has_operand(node, 0);
    }
    if (op.name == "matmul") return only_first_has(node) && shape_of(node, 1).rank() == 2;
    if (op.name == "sum") {
      const auto axes = attributes.ints("axis");
      return attributes.has("axis") &&
             std::ranges::none_of(axes, [&](int64_t axis) { return axis == 0 || axis == -rank; });
    }
    if (op.name == "reshape") return attributes.ints("newshape").size() > 0;
    if (op.name == "transpose") {
      const auto axes = attributes.ints("axes");
      return !axes.empty() && (axes[0] == 0 || axes[0] == -rank);
    }
    if (op.name == "concatenate") {
      const int64_t axis = attributes.integer("axis");
      for (size_t i = 0; i < node.operands.size(); ++i)
        if (!has_operand(node, i)) return false;
      return attributes.has("axis") && axis != 0 && axis != -rank;
    }
    return false;
  }

  // Operands with images have the rank of the result, and others do not vary along axis 0.
  bool broadcasts_by_image(const Node& node) const {
    const int rank = graph_.type(node.outputs[0]).shape.rank();
    for (size_t i = 0; i < node.operands.size(); ++i) {
      if (!node.operands[i].is_value()) continue;
      const Shape& shape = shape_of(node, i);
      if (has_operand(node, i) ? shape.rank() != rank : shape.rank() == rank && shape[0] != 1)
        return false;
    }
    return true;
  }

  // The bytes that the node moves, for the estimate.
  void count_bytes(const Node& node) {
    int64_t bytes = 0;
    for (size_t i = 0; i < node.operands.size(); ++i)
      if (has_operand(node, i)) bytes += graph_.type(node.operands[i].value).bytes();
    for (const ValueId id : node.outputs) bytes += graph_.type(id).bytes();
    largest_ = std::max(largest_, bytes);
    // Views move nothing, and elementwise nodes will be fused into others.
    if (!node.op->slot.elementwise && !node.op->view_rule) moved_ += bytes;
  }

  const Graph& graph_;
  std::vector<bool> has_images_;  // by value
  int64_t count_ = 0;             // images of the batch
  int64_t fixed_bytes_ = 0;       // of frozen inputs
  int64_t largest_ = 0;           // bytes of arrays with images, of the node with most
  int64_t moved_ = 0;             // bytes between layers, over the whole graph
};

// Reshapes name the extent of the batch, so it is replaced there.
Graph with_fewer_images(const Graph& graph, const Images& images, int64_t count) {
  Graph changed = graph;
  for (Node& node : changed.nodes) {
    if (!node.op || node.op->name != "reshape" || !node.operands[0].is_value() ||
        !images.has(node.operands[0].value))
      continue;
    const auto asked = node.op->reader(node.attributes.view()).ints("newshape");
    std::vector<int64_t> extents(asked.begin(), asked.end());
    if (extents[0] != -1) extents[0] = count;
    const ops::Argument argument = ops::Argument::of_ints(extents);
    node.attributes = ops::Attributes({&argument, 1});
  }
  return changed;
}

}  // namespace

std::optional<SplitBatch> split_batch(const Graph& graph, const std::vector<bool>& frozen) {
  if (!graph.states.empty() || graph.ordinals != 0 || graph.effects != 0 || !graph.sizes.empty())
    return std::nullopt;
  // A batch without elements could have any number of parts.
  if (std::ranges::all_of(graph.outputs,
                          [&](ValueId id) { return graph.type(id).shape.elements() == 0; }))
    return std::nullopt;
  Images images(graph, frozen);
  if (images.count() < 2 || !images.follow()) return std::nullopt;
  const int64_t of_part = images.of_part();
  if (of_part == images.count()) return std::nullopt;

  SplitBatch split;
  split.parts.count = images.count() / of_part;
  std::vector<TensorType> types = graph.input_types();
  for (size_t i = 0; i < types.size(); ++i) {
    if (!images.has(graph.inputs[i])) continue;
    if (i >= BatchParts::kMaxCut) return std::nullopt;
    split.parts.inputs |= uint64_t{1} << i;
    types[i].shape[0] = of_part;
  }
  Result<Graph> part = with_input_types(with_fewer_images(graph, images, of_part), types);
  if (!part.ok()) return std::nullopt;  // an attribute was made for the whole batch
  split.part = part.take();
  for (size_t i = 0; i < graph.outputs.size(); ++i) {
    TensorType wanted = graph.type(graph.outputs[i]);
    if (images.has(graph.outputs[i])) {
      if (i >= BatchParts::kMaxCut) return std::nullopt;
      split.parts.outputs |= uint64_t{1} << i;
      wanted.shape[0] = of_part;
    }
    if (!(split.part.type(split.part.outputs[i]) == wanted)) return std::nullopt;
  }
  return split;
}

}  // namespace weft::graph
