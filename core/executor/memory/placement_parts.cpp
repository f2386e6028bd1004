// Arrays that are joined along their outermost axis: each is written where it belongs in the whole.
#include <algorithm>

#include "executor/memory/placement_impl.h"

namespace weft::executor {

using graph::Node;
using graph::Operand;

namespace {

// Is every array of a concatenation one run of bytes of the whole? It is if all axes before the
// joined one have one element.
bool joins_runs(const Node& node, const Shape& whole) {
  const ops::AttributeReader attributes = node.op->reader(node.attributes.view());
  if (!attributes.has("axis")) return true;  // flat
  auto axis = static_cast<int>(attributes.integer("axis"));
  if (axis < 0) axis += whole.rank();
  return std::all_of(whole.begin(), whole.begin() + axis, [](int64_t n) { return n == 1; });
}

}  // namespace

// The whole of an item of the run, in dense memory that kernels may write as they do any other.
bool Placement::may_be_part(const Seen& seen, int64_t at) const {
  const Item& item = items_[static_cast<size_t>(seen.item)];
  return !item.given && item.joined < 0 && item.root == Root::kArena && seen.offset == 0 &&
         seen.dense() && seen.bytes() == item.bytes && item.bytes > 0 && at % alignment() == 0;
}

// Does the work of `concatenate`, if at least one of its arrays can be built in place: the others
// are copied. An array that is joined twice is a part once.
bool Placement::add_joined(const Node& node) {
  if (!options_.parts || node.op->name != "concatenate") return false;
  const graph::TensorType& type = graph_.type(node.outputs[0]);
  if (!joins_runs(node, type.shape)) return false;
  const auto seen_of = [&](const Operand& operand) {
    return seen_[static_cast<size_t>(operand.value)];
  };
  int64_t at = 0;
  bool any = false;
  for (const Operand& operand : node.operands) {
    if (!operand.is_value()) return false;
    any = any || may_be_part(seen_of(operand), at);
    at += seen_of(operand).bytes();
  }
  if (!any) return false;
  const Seen whole = this->whole(new_item(type.bytes()), type);
  at = 0;
  for (const Operand& operand : node.operands) {
    const Seen part = seen_of(operand);
    if (may_be_part(part, at)) {
      Item& item = items_[static_cast<size_t>(part.item)];
      item.joined = whole.item;
      item.inside = at;
      item.is_part = true;
      ++parts;
    } else if (part.bytes() > 0) {
      Seen to = whole;
      to.offset = at;
      to.shape = part.shape;
      to.strides = dense_strides(part.shape);
      add_copy(part, to);
    }
    at += part.bytes();
  }
  seen_[static_cast<size_t>(node.outputs[0])] = whole;
  return true;
}

int32_t Placement::whole_of(int32_t item) const {
  while (part_of(item) >= 0) item = part_of(item);
  return item;
}

Writers::Writers(const Placement& placement) : placement_(placement), writers_(placement.items()) {}

void Writers::add(int32_t step, int32_t item) {
  for (; item >= 0; item = placement_.part_of(item))
    writers_[static_cast<size_t>(item)].push_back(step);
}

// A whole lives from the first write to one of its parts to the last read of one. Wholes are made
// after their parts, so one walk carries uses up to the outermost.
void Placement::note_parts() {
  if (parts == 0) return;
  const auto in_several = [](Lane lane) {
    lane.branch = Lane::kSeveral;
    return lane;
  };
  for (const Item& part : items_) {
    if (!part.is_part || part.first < 0) continue;
    Item& whole = items_[static_cast<size_t>(part.joined)];
    const bool is_first = whole.first < 0, is_last = whole.last < 0;
    const bool beside_first = !is_first && part.first_lane.beside(whole.first_lane);
    const bool beside_last = !is_last && part.last_lane.beside(whole.last_lane);
    if (is_first || part.first < whole.first) {
      whole.first = part.first;
      whole.first_lane = part.first_lane;
    }
    if (is_last || part.last > whole.last) {
      whole.last = part.last;
      whole.last_lane = part.last_lane;
    }
    if (beside_first) whole.first_lane = in_several(whole.first_lane);
    if (beside_last) whole.last_lane = in_several(whole.last_lane);
    // Begun in one branch and last used, by way of another part, in one beside it.
    if (whole.first_lane.beside(whole.last_lane)) {
      whole.first_lane = in_several(whole.first_lane);
      whole.last_lane = in_several(whole.last_lane);
    }
  }
}

}  // namespace weft::executor
