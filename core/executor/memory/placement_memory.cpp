// The second half of placing: outputs where they belong, in-place reuse, the arena.
#include <algorithm>

#include "executor/memory/arena_packing.h"
#include "executor/memory/placement_impl.h"
#include "weft_parts.h"

namespace weft::executor {
namespace {

bool overwrites_first_operand(const PendingStep& step) {
  return step.node && step.node->op && replaces_elements(*step.node->op);
}

}  // namespace

// ---- outputs -----------------------------------------------------------------------------------

// The memory that an output has to be in: the caller's, or its part of the residual region.
Item Placement::output_memory(size_t index, const Seen& seen) {
  Item item;
  item.bytes = seen.bytes();
  item.given = false;
  if (!kHasResiduals || index < options_.first_residual_output) {
    item.root = Root::kOutput;
    item.index = static_cast<int32_t>(index);
  } else {
    item.root = Root::kResidual;
    item.offset = residual_offsets[index - options_.first_residual_output];
  }
  return item;
}

// The new content of a state may be written where the old one is only when nobody reads the old
// one any more: after its last read, or at that read by a kernel that works in place.
bool Placement::may_write_state(size_t output, int32_t item) const {
  if (state_of_[output] < 0) return true;
  const int32_t old = input_items_[static_cast<size_t>(state_of_[output])];
  const int32_t last_read = items_[static_cast<size_t>(old)].last;
  const int32_t written = items_[static_cast<size_t>(item)].first;
  if (items_[static_cast<size_t>(old)].last_lane.beside(
          items_[static_cast<size_t>(item)].first_lane))
    return false;
  if (last_read != written) return last_read < written;
  const PendingStep& step = steps[static_cast<size_t>(written)];
  for (size_t out = 0; out < step.out.size(); ++out)
    if (step.out[out].item == item) return reads_only_in_place(step, out, old);
  return false;
}

// What no node computes is copied when all has run; then states get their new contents, because a
// state's memory may be what another output is copied from.
void Placement::place_outputs() {
  std::vector<size_t> states;
  for (size_t k = 0; k < graph_.outputs.size(); ++k)
    if (state_of_[k] < 0 && !graph_.producer(graph_.outputs[k])) place_output(k);
  for (size_t k = 0; k < graph_.outputs.size(); ++k) {
    if (state_of_[k] < 0) continue;
    // A new state that is (a part of) an input, perhaps of another's old one, is brought to safety.
    Seen& seen = seen_[static_cast<size_t>(graph_.outputs[k])];
    if (items_[static_cast<size_t>(seen.item)].given) seen = dense_copy(seen);
    states.push_back(k);
  }
  note_uses();
  for (const size_t k : states) place_output(k);
}

// An output goes where it belongs at once if it is the whole of what a step writes, else by a copy,
// as soon as there is what to copy: until then its source is alive.
void Placement::place_output(size_t index) {
  const Seen from = seen_[static_cast<size_t>(graph_.outputs[index])];
  if (target() && target()->outputs_in_arena && state_of_[index] < 0) {
    output_places.resize(graph_.outputs.size());
    const bool is_there = !items_[static_cast<size_t>(from.item)].given && from.dense();
    output_places[index] =
        is_there ? from : whole(new_item(from.bytes()), {from.dtype, from.shape, {}});
    if (!is_there) add_copy(from, output_places[index]);
    return;
  }
  const Item memory = output_memory(index, from);
  Item& item = items_[static_cast<size_t>(from.item)];
  const bool direct = !item.given && item.root == Root::kArena && !item.is_part &&
                      from.offset == 0 && from.dense() && from.bytes() == item.bytes &&
                      may_write_state(index, from.item);
  if (direct) {
    item.root = memory.root;
    item.index = memory.index;
    item.offset = memory.offset;
    return;
  }
  items_.push_back(memory);
  add_copy(from, whole(static_cast<int32_t>(items_.size()) - 1, {from.dtype, from.shape, {}}));
}

// ---- in place ----------------------------------------------------------------------------------

// Does the step read `item` only index by index with what it writes to output `out`?
bool Placement::reads_only_in_place(const PendingStep& step, size_t out, int32_t item) const {
  const Seen& to = step.out[out];
  if (step.kind == StepKind::kCopy || step.row_tiles) return false;
  if (WEFT_KEEPS_control && step.control) return carries_in_place(step, out, item);
  const bool first_only = overwrites_first_operand(step);
  bool reads = false;
  for (size_t i = 0; i < step.in.size(); ++i) {
    const Seen& from = step.in[i];
    if (from.item < 0 || find(from.item) != find(item)) continue;
    reads = true;
    const bool may = first_only ? i == 0 : ops::has_input(step.overwrites, i);
    if (step.kind == StepKind::kKernel && !may) return false;
    if (from.offset != 0 || offset_of(from.item) != offset_of(item) || !from.dense() ||
        !(from.shape == to.shape) || size_of(from.dtype) != size_of(to.dtype))
      return false;
    if (WEFT_KEEPS_tiles && step.code && (i >= step.code->inputs || !step.code->in_place[out][i]))
      return false;
  }
  return reads;
}

bool Placement::join(const PendingStep& step, size_t out, int32_t at, int32_t item) {
  const int32_t own = step.out[out].item;
  Item& to = items_[static_cast<size_t>(own)];
  Item& from = items_[static_cast<size_t>(item)];
  if (to.joined >= 0 || from.last != at || from.bytes != to.bytes || own == item) return false;
  if (from.stays) return false;
  if (from.last_lane.branch == Lane::kSeveral) return false;
  const bool residual =
      kHasResiduals && from.root == Root::kResidual && from.given && options_.overwrite_residuals;
  if (from.root != Root::kArena && !residual) return false;
  if (!reads_only_in_place(step, out, item)) return false;
  // An output's memory may serve from before it is final; a state's may not: it is still the old.
  const bool to_output = to.root == Root::kOutput || to.root == Root::kResidual;
  if (to_output &&
      (residual || (to.root == Root::kOutput && state_of_[static_cast<size_t>(to.index)] >= 0)))
    return false;
  if (to_output) {
    from.root = to.root;
    from.index = to.index;
    from.offset = to.offset;
  }
  from.last = to.last;
  from.last_lane = to.last_lane;
  from.stays = to.stays;
  to.joined = item;
  return true;
}

// May the step's only result lie over that operand? Nothing else is alive then where both lie.
bool Placement::overlaps(const PendingStep& step, const Over& over) const {
  const auto operand = static_cast<size_t>(over.operand);
  if (over.operand < 0 || operand >= step.in.size() || step.in[operand].item < 0 ||
      step.out.size() != 1)
    return false;
  const Overlaps allowed = target()->overlaps;
  const Seen& from = step.in[operand];
  const int32_t root = find(from.item);
  const Item& to = items_[static_cast<size_t>(step.out[0].item)];
  const Item& whole = items_[static_cast<size_t>(root)];
  const bool is_inside = over.ahead == 0 && to.bytes <= whole.bytes - offset_of(from.item);
  if (allowed == Overlaps::kNone || (allowed == Overlaps::kAtTheStart && !is_inside)) return false;
  if (from.offset != 0 || !from.dense() || to.joined >= 0 || to.root != Root::kArena) return false;
  if (whole.given || whole.stays || whole.root != Root::kArena) return false;
  for (size_t i = 0; i < step.in.size(); ++i)
    if (i != operand && step.in[i].item >= 0 && find(step.in[i].item) == root) return false;
  return true;
}

// Puts the result over the operand: both lie in one item, whose start is what begins first.
bool Placement::overlap(const PendingStep& step, const Over& over, int32_t at) {
  if (!overlaps(step, over)) return false;
  const Seen& from = step.in[static_cast<size_t>(over.operand)];
  const int32_t root = find(from.item), own = step.out[0].item;
  if (items_[static_cast<size_t>(root)].last != at) return false;
  const int64_t ahead = (over.ahead + alignment() - 1) / alignment() * alignment();
  const int64_t start = offset_of(from.item) - ahead, shift = start < 0 ? -start : 0;
  const int32_t both = new_item(0);
  Item& item = items_.back();
  Item& old = items_[static_cast<size_t>(root)];
  Item& result = items_[static_cast<size_t>(own)];
  item.bytes = std::max(old.bytes + shift, start + shift + result.bytes);
  item.first = old.first;
  item.first_lane = old.first_lane;
  item.last = result.last;
  item.last_lane = result.last_lane;
  item.stays = result.stays;
  old.joined = result.joined = both;
  old.inside = shift;
  result.inside = start + shift;
  return true;
}

void Placement::reuse_in_place() {
  for (size_t s = 0; s < steps.size(); ++s) {
    const PendingStep& step = steps[s];
    const auto at = static_cast<int32_t>(s);
    for (size_t out = 0; out < step.out.size(); ++out)
      for (const Seen& in : step.in)
        if (in.item >= 0 && join(step, out, at, find(in.item))) break;
    for (const Over& over : step.over)
      if (target() && overlap(step, over, at)) break;
  }
}

// Inputs are there from the first step on, outputs stay until the last one.
void Placement::note_ports() {
  for (const Seen& seen : input_places) {
    Item& item = items_[static_cast<size_t>(seen.item)];
    item.first = 0;
    item.last = std::max(item.last, 0);
  }
  for (const Seen& seen : output_places)
    if (seen.item >= 0 && !steps.empty()) {
      touch(seen.item, static_cast<int32_t>(steps.size()) - 1);
      items_[static_cast<size_t>(seen.item)].stays = true;
    }
}

int64_t Placement::alignment() const {
  return target() ? target()->alignment : static_cast<int64_t>(kAlignment);
}

Result<Packing> Placement::pack_buffers(std::span<Buffer> buffers, int64_t bound,
                                        const SavedPlan* saved) const {
  if (!saved) {
    const Packing packing = pack(buffers, bound);
    if (!target()) settle_halves(buffers, packing.bytes);
    return packing;
  }
  std::vector<std::string> names;
  for (const PendingStep& step : steps) names.push_back(step.name);
  WEFT_TRY(place_as_saved(options_.saved->where, *saved, buffers, names, !options_.may_not_fit));
  if (!options_.may_not_fit) return Packing{saved->arena_bytes, saved->arena_bytes == bound};
  // It was made for other threads: scratch of fewer takes less, and may lie better.
  int64_t end = 0;
  std::vector<int64_t> as_saved;
  for (const Buffer& buffer : buffers) {
    end = std::max(end, buffer.offset + aligned(buffer.bytes));
    as_saved.push_back(buffer.offset);
  }
  if (end > bound) {
    const Packing own = pack(buffers, bound);
    if (own.bytes < end) return own;
    for (size_t i = 0; i < buffers.size(); ++i) buffers[i].offset = as_saved[i];
  }
  return Packing{end, end == bound};
}

// Packing aligns to kAlignment: for a finer alignment bytes are counted in units of that.
Status Placement::pack_arena(const SavedPlan* saved) {
  const auto unit = static_cast<int64_t>(kAlignment);
  std::vector<Buffer> buffers;
  std::vector<int32_t> owners;
  for (size_t i = 0; i < items_.size(); ++i) {
    const Item& item = items_[i];
    if (item.given || item.root != Root::kArena || item.joined >= 0 || item.first < 0) continue;
    const int64_t bytes =
        !target() ? item.bytes : (item.bytes + alignment() - 1) / alignment() * unit;
    buffers.push_back({bytes, item.first, item.last, item.first_lane, item.last_lane, 0});
    owners.push_back(static_cast<int32_t>(i));
  }
  std::vector<bool> is_scratch(items_.size(), false);
  for (const PendingStep& step : steps)
    if (step.scratch >= 0) is_scratch[static_cast<size_t>(step.scratch)] = true;
  if (kHasResiduals && options_.overwrite_residuals) move_to_residuals(buffers, owners, is_scratch);
  std::vector<Lane> lanes;
  for (const PendingStep& step : steps) lanes.push_back(step.lane);
  group_bytes.assign(groups_.size(), 0);
  const int64_t bound = live_bytes(buffers, lanes, group_bytes);
  lower_bound = bound / unit * alignment();
  WEFT_ASSIGN(const Packing packing, pack_buffers(buffers, bound, saved));
  arena_bytes = packing.bytes / unit * alignment();
  arena_proven = packing.proven;
  for (size_t i = 0; i < buffers.size(); ++i) {
    const Buffer& b = buffers[i];
    const auto owner = static_cast<size_t>(owners[i]);
    items_[owner].offset = b.offset / unit * alignment();
    uses.push_back({items_[owner].offset, items_[owner].bytes, b.first, b.last, is_scratch[owner]});
    offsets.push_back(items_[owner].offset);
  }
  return {};
}

Status Placement::run() {
  WEFT_TRY(place_all());
  return pack_arena(nullptr);
}

Status Placement::run_as(const SavedPlan* saved) {
  WEFT_TRY(place_all());
  return saved ? pack_arena(saved) : Status();
}

}  // namespace weft::executor
