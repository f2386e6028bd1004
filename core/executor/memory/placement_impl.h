// Placement: which memory each value of a graph lies in. It is the part of planning between the
// graph and the list of bound steps. It walks over the nodes once, makes pending steps with views
// on allocations, decides which allocations share memory, and packs the rest into the arena.
#pragma once

#include <memory>
#include <vector>

#include "executor/lowering/lowering.h"
#include "executor/memory/arena_packing.h"
#include "executor/plan/branches.h"
#include "executor/plan/make_plan.h"
#include "executor/plan/order.h"
#include "executor/plan/saved_plan.h"
#include "executor/plan/target.h"

namespace weft::executor {

// Are there plans with residuals: outputs kept for a backward pass, and backward passes that
// consume them?
#if defined(WEFT_RUNTIME_ONLY)
inline constexpr bool kHasResiduals = false;
#else
inline constexpr bool kHasResiduals = true;
#endif
// Are there plans for a target (somebody else's kernels, target.h)? A library with only some
// operators runs all of its own.
#if WEFT_HAS_SOME_OPERATORS
inline constexpr bool kHasTargets = false;
#else
inline constexpr bool kHasTargets = true;
#endif

// A piece of memory: given from outside (inputs, constants, residuals of the forward pass), or
// written by a step. With in-place reuse, an allocation joins the first one in that memory. An
// allocation may also be a part of a larger one, which several steps then write (a concatenation).
struct Allocation {
  int64_t bytes = 0;
  // Liveness: the first step that writes it, the last step that reads it, and the branches of these
  // two (as in ArenaBuffer). -1: none yet.
  int32_t first = -1;
  int32_t last = -1;
  BranchId first_branch, last_branch;
  MemoryRoot root = MemoryRoot::kArena;
  int32_t index = 0;   // of the input, output or constant
  int64_t offset = 0;  // bytes in its root; for the arena, packing decides it
  // The allocation whose memory this one takes over or is a part of, and its offset there in bytes.
  int32_t joined = -1;
  int64_t inside = 0;
  bool is_part = false;  // it is a part of a concatenation's result
  bool given = false;    // it existed before the run
  bool stays = false;    // it is read after the run
};

// A value: a geometry on an allocation.
struct AllocationView {
  int32_t allocation = -1;  // -1: an absent operand
  int64_t offset = 0;       // bytes from the allocation's start
  DType dtype = DType::kFloat32;
  Shape shape;
  Shape strides;

  bool dense() const { return is_dense(shape, strides); }
  int64_t bytes() const { return (Checked(shape.elements()) * size_of(dtype)).value(); }
};

// A step before its memory is known.
struct PendingStep {
  StepKind kind = StepKind::kKernel;
  std::string name;
  const graph::Node* node = nullptr;      // the node it runs; null: a copy
  const graph::Node* made_for = nullptr;  // the node it was added for; null: a copy to an output
  std::vector<AllocationView> in;
  std::vector<AllocationView> out;
  std::shared_ptr<TileCode> code;
  std::shared_ptr<const ControlPlan> control;
  std::shared_ptr<const RowTilePlan> row_tiles;
  int32_t scratch = -1;  // an allocation, or -1
  BranchId branch_id;
  double seconds = 0;  // on one thread, by the cost model
  int64_t pieces = 1;  // into so many pieces threads can split the work
  // kKernel: the operands that the kernel allows to be overwritten, as in TargetKernel; `over` is
  // set for a target only.
  uint32_t overwrites = 0;
  Over over[2] = {};
};

// What the search for an order gets (plan/order.h): values are allocations. A node and the copies
// made for it are one step, because they move together.
struct OrderProblem {
  std::vector<OrderStep> steps;
  std::vector<OrderValue> values;
  std::vector<const graph::Node*> nodes;  // by step of the problem
};

// The graph's nodes in the order that was found for the problem's steps.
std::vector<int32_t> nodes_in_order(const graph::Graph& graph, const OrderProblem& problem,
                                    std::span<const int32_t> order);

class Placement;

// By allocation: the steps that wrote it, or a part of it, so far.
class Writers {
 public:
  explicit Writers(const Placement& placement);
  void add(int32_t step, int32_t allocation);
  std::span<const int32_t> of(int32_t allocation) const {
    return writers_[static_cast<size_t>(allocation)];
  }
  // Is `step` the only writer?
  bool is_only(int32_t step, int32_t allocation) const {
    const std::span<const int32_t> all = of(allocation);
    return !all.empty() && all.front() == step && all.back() == step;
  }

 private:
  const Placement& placement_;
  std::vector<std::vector<int32_t>> writers_;  // by allocation, rising
};

// The placement of one graph. Call run() or run_as() once; then the results can be read.
class Placement {
 public:
  // `groups`: what find_branches found for the branch_steps of a placement without groups.
  Placement(const graph::Graph& graph, const PlanOptions& options,
            std::span<const BranchGroup> groups = {});
  // Places everything and searches for offsets in the arena.
  Status run();
  // The same with saved offsets, which are checked; null: no offsets at all, only to see the
  // branches.
  Status run_as(const SavedPlan* saved);
  const graph::Graph& graph() const { return graph_; }
  const PlanOptions& options() const { return options_; }
  const Target* target() const { return kHasTargets ? options_.target : nullptr; }
  // The steps as the search for branches sees them.
  std::vector<BranchStep> branch_steps() const;
  // The steps as the search for an order sees them; of a placement without groups.
  OrderProblem order_problem() const;

  // The allocation whose memory this one finally lies in, after reuse and joins; and its index.
  const Allocation& owner(int32_t allocation) const {
    return allocations_[static_cast<size_t>(find(allocation))];
  }
  int32_t find(int32_t allocation) const {
    while (allocations_[static_cast<size_t>(allocation)].joined >= 0)
      allocation = allocations_[static_cast<size_t>(allocation)].joined;
    return allocation;
  }

  // Bytes from the start of that allocation.
  int64_t offset_of(int32_t allocation) const {
    int64_t offset = 0;
    for (; allocations_[static_cast<size_t>(allocation)].joined >= 0;
         allocation = allocations_[static_cast<size_t>(allocation)].joined)
      offset += allocations_[static_cast<size_t>(allocation)].inside;
    return offset;
  }

  size_t allocations() const { return allocations_.size(); }
  // The allocation that this one is a part of; -1: it is no part.
  int32_t part_of(int32_t allocation) const {
    const Allocation& part = allocations_[static_cast<size_t>(allocation)];
    return part.is_part ? part.joined : -1;
  }

  // The source line that made a node; empty if it was not recorded.
  std::string line_of(const graph::Node& node) const {
    return node.line < 0 ? std::string() : graph_.lines[static_cast<size_t>(node.line)];
  }

  // Results of the placement, which make_plan turns into a Plan.
  std::vector<PendingStep> steps;
  std::vector<const void*> constants;
  std::vector<HeldValue> held;
  std::shared_ptr<std::vector<uint64_t>> scalars;
  int64_t arena_bytes = 0;
  int64_t lower_bound = 0;
  bool arena_proven = false;         // no packing of this order needs fewer bytes
  std::vector<int64_t> group_bytes;  // bytes alive in each group
  int64_t residual_bytes = 0;
  std::vector<int64_t> residual_offsets;
  std::vector<ArenaUse> uses;
  std::vector<int64_t> offsets;                             // of the arena's buffers, to be saved
  std::vector<AllocationView> input_places, output_places;  // those that a target has in the arena
  int32_t parts = 0;  // arrays that are built inside a concatenation's result

 private:
  // Sources and values: inputs, constants, scalars, and new memory.
  Status check_total() const;
  int32_t new_allocation(int64_t bytes);
  int32_t constant_allocation(const void* data);
  AllocationView whole(int32_t allocation, const graph::TensorType& type) const;
  Status define_sources();
  Status move_scalars();
  // From nodes to steps: one function for each kind of node.
  Status add_node(const graph::Node& node);
  Status add_steps(const graph::Node& node);
  bool add_view(const graph::Node& node, const std::vector<graph::TensorType>& types);
  Status add_tiles(const graph::Node& node);
  Status add_control(const graph::Node& node);
  Status add_row_tiles(const graph::Node& node);
  void add_region_arrays(const graph::Node& node, PendingStep& step);
  Status add_kernel(const graph::Node& node, const std::vector<graph::TensorType>& types);
  // Concatenations whose arrays are built in place (placement_parts.cpp).
  bool add_joined(const graph::Node& node);
  bool may_be_part(const AllocationView& alloc_view, int64_t at) const;
  void note_parts();
  int32_t whole_of(int32_t allocation) const;
  // Branches (placement_branches.cpp).
  int threads_of_next_step() const;
  void gather_branches();
  // Liveness, and small helpers to make steps.
  void touch(int32_t allocation, int32_t step);
  AllocationView scalar(const ops::Argument& value, DType dtype);
  AllocationView dense_copy(const AllocationView& from);
  void add_copy(const AllocationView& from, const AllocationView& to);
  static void weigh(PendingStep& step, const ops::Slot& slot, const ops::SlotTypes& call);
  void add_scratch(PendingStep& step, int64_t bytes);
  Result<TargetKernel> kernel_of(const graph::Node& node, const ops::SlotTypes& call) const;
  int64_t alignment() const;
  // Outputs, states and in-place reuse (placement_memory.cpp).
  void note_uses();
  void place_outputs();
  void place_output(size_t index);
  Allocation output_memory(size_t index, const AllocationView& alloc_view);
  bool may_write_state(size_t output, int32_t allocation) const;
  bool carries_in_place(const PendingStep& step, size_t out, int32_t allocation) const;
  bool reads_only_in_place(const PendingStep& step, size_t out, int32_t allocation) const;
  void reuse_in_place();
  bool overlaps(const PendingStep& step, const Over& over) const;
  bool overlap(const PendingStep& step, const Over& over, int32_t at);
  void note_ports();
  bool join(const PendingStep& step, size_t out, int32_t at, int32_t allocation);
  // Packing.
  Status place_all();
  Status pack_arena(const SavedPlan* saved);  // null: places are searched for
  Result<ArenaPacking> pack_buffers(std::span<ArenaBuffer> buffers, int64_t bound,
                                    const SavedPlan* saved) const;
  void move_to_residuals(std::vector<ArenaBuffer>& buffers, std::vector<int32_t>& owners,
                         const std::vector<bool>& is_scratch);
  // The search for an order (placement_order.cpp).
  void add_reuses(const PendingStep& step, OrderStep& to) const;
  void keep_states_readable(OrderProblem& problem, const Writers& writers) const;

  const graph::Graph& graph_;
  const PlanOptions& options_;
  const std::span<const BranchGroup> groups_;
  size_t computing_ = 0;  // the first so many steps compute; copies of outputs follow
  std::vector<Allocation> allocations_;
  std::vector<AllocationView> alloc_views_;  // by value of the graph
  std::vector<bool> sensitive_;              // by value: a reader's bits depend on its strides
  std::vector<int32_t> input_allocations_;   // by input
  std::vector<int32_t> state_of_;            // by output: the input of its state pair, or -1
  // By value of a node: its outputs that are no states.
  std::vector<std::vector<int32_t>> outputs_of_;
};

}  // namespace weft::executor
