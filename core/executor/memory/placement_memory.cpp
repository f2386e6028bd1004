// The second half of placement: outputs go where they belong, results reuse the memory of operands
// that die, and the rest is packed into the arena.
#include <algorithm>

#include "executor/memory/arena_packing.h"
#include "executor/memory/placement_impl.h"
#include "weft_parts.h"

namespace weft::executor {
namespace {

// Does the step's operator replace elements of its first operand (an update)?
bool overwrites_first_operand(const PendingStep& step) {
  return step.node && step.node->op && replaces_elements(*step.node->op);
}

}  // namespace

// ---- outputs -----------------------------------------------------------------------------------

// The memory that an output must be in: the caller's, or its part of the residual region.
Allocation Placement::output_memory(size_t index, const AllocationView& alloc_view) {
  Allocation allocation;
  allocation.bytes = alloc_view.bytes();
  allocation.given = false;
  if (!kHasResiduals || index < options_.first_residual_output) {
    allocation.root = MemoryRoot::kOutput;
    allocation.index = static_cast<int32_t>(index);
  } else {
    allocation.root = MemoryRoot::kResidual;
    allocation.offset = residual_offsets[index - options_.first_residual_output];
  }
  return allocation;
}

// May the new content of a state be written into the state's memory by the step that computes it?
// Only if nobody reads the old content any more: after its last read, or at that read by a kernel
// that reads each element before it writes it.
bool Placement::may_write_state(size_t output, int32_t allocation) const {
  if (state_of_[output] < 0) return true;
  const int32_t old = input_allocations_[static_cast<size_t>(state_of_[output])];
  const int32_t last_read = allocations_[static_cast<size_t>(old)].last;
  const int32_t written = allocations_[static_cast<size_t>(allocation)].first;
  if (allocations_[static_cast<size_t>(old)].last_branch.is_concurrent_with(
          allocations_[static_cast<size_t>(allocation)].first_branch))
    return false;
  if (last_read != written) return last_read < written;
  const PendingStep& step = steps[static_cast<size_t>(written)];
  for (size_t out = 0; out < step.out.size(); ++out)
    if (step.out[out].allocation == allocation) return reads_only_in_place(step, out, old);
  return false;
}

// Outputs that no node computes are copied when everything has run. States get their new contents
// after that, because another output may be a copy of a state's old content.
void Placement::place_outputs() {
  std::vector<size_t> states;
  for (size_t k = 0; k < graph_.outputs.size(); ++k)
    if (state_of_[k] < 0 && !graph_.producer(graph_.outputs[k])) place_output(k);
  for (size_t k = 0; k < graph_.outputs.size(); ++k) {
    if (state_of_[k] < 0) continue;
    // A new content that is (a part of) an input, perhaps of another state, is copied to safety
    // first.
    AllocationView& alloc_view = alloc_views_[static_cast<size_t>(graph_.outputs[k])];
    if (allocations_[static_cast<size_t>(alloc_view.allocation)].given)
      alloc_view = dense_copy(alloc_view);
    states.push_back(k);
  }
  note_uses();
  for (const size_t k : states) place_output(k);
}

// A value that is the whole of its allocation is written into the output at once. Any other value
// is copied there as soon as it is computed, because it stays alive until then.
void Placement::place_output(size_t index) {
  const AllocationView from = alloc_views_[static_cast<size_t>(graph_.outputs[index])];
  if (target() && target()->outputs_in_arena && state_of_[index] < 0) {
    output_places.resize(graph_.outputs.size());
    const bool is_there = !allocations_[static_cast<size_t>(from.allocation)].given && from.dense();
    output_places[index] =
        is_there ? from : whole(new_allocation(from.bytes()), {from.dtype, from.shape});
    if (!is_there) add_copy(from, output_places[index]);
    return;
  }
  const Allocation memory = output_memory(index, from);
  Allocation& allocation = allocations_[static_cast<size_t>(from.allocation)];
  const bool direct = !allocation.given && allocation.root == MemoryRoot::kArena &&
                      !allocation.is_part && from.offset == 0 && from.dense() &&
                      from.bytes() == allocation.bytes && may_write_state(index, from.allocation);
  if (direct) {
    allocation.root = memory.root;
    allocation.index = memory.index;
    allocation.offset = memory.offset;
    return;
  }
  allocations_.push_back(memory);
  add_copy(from, whole(static_cast<int32_t>(allocations_.size()) - 1, {from.dtype, from.shape}));
}

// ---- in place ----------------------------------------------------------------------------------

// Does the step read `allocation` only index by index, each element before it writes the same
// element of output `out`? Then the output may lie in that memory.
bool Placement::reads_only_in_place(const PendingStep& step, size_t out, int32_t allocation) const {
  const AllocationView& to = step.out[out];
  if (step.kind == StepKind::kCopy || step.row_tiles) return false;
  if (WEFT_KEEPS_control && step.control) return carries_in_place(step, out, allocation);
  const bool first_only = overwrites_first_operand(step);
  bool reads = false;
  for (size_t i = 0; i < step.in.size(); ++i) {
    const AllocationView& from = step.in[i];
    if (from.allocation < 0 || find(from.allocation) != find(allocation)) continue;
    reads = true;
    const bool may = first_only ? i == 0 : ops::has_input(step.overwrites, i);
    if (step.kind == StepKind::kKernel && !may) return false;
    if (from.offset != 0 || offset_of(from.allocation) != offset_of(allocation) || !from.dense() ||
        !(from.shape == to.shape) || size_of(from.dtype) != size_of(to.dtype))
      return false;
    if (WEFT_KEEPS_tiles && step.code && (i >= step.code->inputs || !step.code->in_place[out][i]))
      return false;
  }
  return reads;
}

// Lets result `out` of step `at` take over the memory of `allocation`, which dies there. False
// where that is not allowed.
bool Placement::join(const PendingStep& step, size_t out, int32_t at, int32_t allocation) {
  const int32_t own = step.out[out].allocation;
  Allocation& to = allocations_[static_cast<size_t>(own)];
  Allocation& from = allocations_[static_cast<size_t>(allocation)];
  if (to.joined >= 0 || from.last != at || from.bytes != to.bytes || own == allocation)
    return false;
  if (from.stays) return false;
  if (from.last_branch.branch == BranchId::kSeveral) return false;
  const bool residual = kHasResiduals && from.root == MemoryRoot::kResidual && from.given &&
                        options_.overwrite_residuals;
  if (from.root != MemoryRoot::kArena && !residual) return false;
  if (!reads_only_in_place(step, out, allocation)) return false;
  // The memory of an output may be used before its final content is there. The memory of a state
  // may not: it still holds the old content. A residual's memory cannot become an output.
  const bool to_output = to.root == MemoryRoot::kOutput || to.root == MemoryRoot::kResidual;
  if (to_output && (residual || (to.root == MemoryRoot::kOutput &&
                                 state_of_[static_cast<size_t>(to.index)] >= 0)))
    return false;
  if (to_output) {
    from.root = to.root;
    from.index = to.index;
    from.offset = to.offset;
  }
  from.last = to.last;
  from.last_branch = to.last_branch;
  from.stays = to.stays;
  to.joined = allocation;
  return true;
}

// May the step's only result overlap this operand as the target's kernel allows? No other operand
// may lie in that memory.
bool Placement::overlaps(const PendingStep& step, const Over& over) const {
  const auto operand = static_cast<size_t>(over.operand);
  if (over.operand < 0 || operand >= step.in.size() || step.in[operand].allocation < 0 ||
      step.out.size() != 1)
    return false;
  const Overlaps allowed = target()->overlaps;
  const AllocationView& from = step.in[operand];
  const int32_t root = find(from.allocation);
  const Allocation& to = allocations_[static_cast<size_t>(step.out[0].allocation)];
  const Allocation& whole = allocations_[static_cast<size_t>(root)];
  const bool is_inside = over.ahead == 0 && to.bytes <= whole.bytes - offset_of(from.allocation);
  if (allowed == Overlaps::kNone || (allowed == Overlaps::kAtTheStart && !is_inside)) return false;
  if (from.offset != 0 || !from.dense() || to.joined >= 0 || to.root != MemoryRoot::kArena)
    return false;
  if (whole.given || whole.stays || whole.root != MemoryRoot::kArena) return false;
  for (size_t i = 0; i < step.in.size(); ++i)
    if (i != operand && step.in[i].allocation >= 0 && find(step.in[i].allocation) == root)
      return false;
  return true;
}

// Puts result and operand into one allocation, the result `ahead` bytes before the operand. The new
// allocation begins where the first of the two begins.
bool Placement::overlap(const PendingStep& step, const Over& over, int32_t at) {
  if (!overlaps(step, over)) return false;
  const AllocationView& from = step.in[static_cast<size_t>(over.operand)];
  const int32_t root = find(from.allocation), own = step.out[0].allocation;
  if (allocations_[static_cast<size_t>(root)].last != at) return false;
  const int64_t ahead = (over.ahead + alignment() - 1) / alignment() * alignment();
  const int64_t start = offset_of(from.allocation) - ahead, shift = start < 0 ? -start : 0;
  const int32_t both = new_allocation(0);
  Allocation& allocation = allocations_.back();
  Allocation& old = allocations_[static_cast<size_t>(root)];
  Allocation& result = allocations_[static_cast<size_t>(own)];
  allocation.bytes = std::max(old.bytes + shift, start + shift + result.bytes);
  allocation.first = old.first;
  allocation.first_branch = old.first_branch;
  allocation.last = result.last;
  allocation.last_branch = result.last_branch;
  allocation.stays = result.stays;
  old.joined = result.joined = both;
  old.inside = shift;
  result.inside = start + shift;
  return true;
}

// Step by step: each result takes the memory of an operand that dies, if one allows it.
void Placement::reuse_in_place() {
  for (size_t s = 0; s < steps.size(); ++s) {
    const PendingStep& step = steps[s];
    const auto at = static_cast<int32_t>(s);
    for (size_t out = 0; out < step.out.size(); ++out)
      for (const AllocationView& in : step.in)
        if (in.allocation >= 0 && join(step, out, at, find(in.allocation))) break;
    for (const Over& over : step.over)
      if (target() && overlap(step, over, at)) break;
  }
}

// Inputs and outputs in a target's arena: inputs are alive from the first step, outputs to the
// last.
void Placement::note_ports() {
  for (const AllocationView& alloc_view : input_places) {
    Allocation& allocation = allocations_[static_cast<size_t>(alloc_view.allocation)];
    allocation.first = 0;
    allocation.last = std::max(allocation.last, 0);
  }
  for (const AllocationView& alloc_view : output_places)
    if (alloc_view.allocation >= 0 && !steps.empty()) {
      touch(alloc_view.allocation, static_cast<int32_t>(steps.size()) - 1);
      allocations_[static_cast<size_t>(alloc_view.allocation)].stays = true;
    }
}

int64_t Placement::alignment() const {
  return target() ? target()->alignment : static_cast<int64_t>(kAlignment);
}

// Offsets from the search, or the saved ones after a check.
Result<ArenaPacking> Placement::pack_buffers(std::span<ArenaBuffer> buffers, int64_t bound,
                                             const SavedPlan* saved) const {
  if (!saved) {
    const ArenaPacking packing = pack(buffers, bound);
    if (!target()) settle_halves(buffers, packing.bytes);
    return packing;
  }
  std::vector<std::string> names;
  for (const PendingStep& step : steps) names.push_back(step.name);
  WEFT_TRY(place_as_saved(options_.saved->where, *saved, buffers, names, !options_.may_not_fit));
  if (!options_.may_not_fit) return ArenaPacking{saved->arena_bytes, saved->arena_bytes == bound};
  // The plan was saved for another number of threads: with fewer threads scratch is smaller, and a
  // packing of our own may be better.
  int64_t end = 0;
  std::vector<int64_t> as_saved;
  for (const ArenaBuffer& buffer : buffers) {
    end = std::max(end, buffer.offset + aligned(buffer.bytes));
    as_saved.push_back(buffer.offset);
  }
  if (end > bound) {
    const ArenaPacking own = pack(buffers, bound);
    if (own.bytes < end) return own;
    for (size_t i = 0; i < buffers.size(); ++i) buffers[i].offset = as_saved[i];
  }
  return ArenaPacking{end, end == bound};
}

// Packs all allocations that lie in the arena and do not share another one's memory. Packing aligns
// to kAlignment; for a target with a finer alignment, one unit of kAlignment stands for one of
// those.
Status Placement::pack_arena(const SavedPlan* saved) {
  const auto unit = static_cast<int64_t>(kAlignment);
  std::vector<ArenaBuffer> buffers;
  std::vector<int32_t> owners;
  for (size_t i = 0; i < allocations_.size(); ++i) {
    const Allocation& allocation = allocations_[i];
    if (allocation.given || allocation.root != MemoryRoot::kArena || allocation.joined >= 0 ||
        allocation.first < 0)
      continue;
    const int64_t bytes =
        !target() ? allocation.bytes : (allocation.bytes + alignment() - 1) / alignment() * unit;
    buffers.push_back({bytes, allocation.first, allocation.last, allocation.first_branch,
                       allocation.last_branch, 0});
    owners.push_back(static_cast<int32_t>(i));
  }
  std::vector<bool> is_scratch(allocations_.size(), false);
  for (const PendingStep& step : steps)
    if (step.scratch >= 0) is_scratch[static_cast<size_t>(step.scratch)] = true;
  if (kHasResiduals && options_.overwrite_residuals) move_to_residuals(buffers, owners, is_scratch);
  std::vector<BranchId> branch_ids;
  for (const PendingStep& step : steps) branch_ids.push_back(step.branch_id);
  group_bytes.assign(groups_.size(), 0);
  const int64_t bound = live_bytes(buffers, branch_ids, group_bytes);
  lower_bound = bound / unit * alignment();
  WEFT_ASSIGN(const ArenaPacking packing, pack_buffers(buffers, bound, saved));
  arena_bytes = packing.bytes / unit * alignment();
  arena_proven = packing.proven;
  for (size_t i = 0; i < buffers.size(); ++i) {
    const ArenaBuffer& b = buffers[i];
    const auto owner = static_cast<size_t>(owners[i]);
    allocations_[owner].offset = b.offset / unit * alignment();
    uses.push_back({allocations_[owner].offset, allocations_[owner].bytes, b.first, b.last,
                    is_scratch[owner]});
    offsets.push_back(allocations_[owner].offset);
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
