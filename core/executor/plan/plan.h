// A plan: everything about a run that can be decided before it, from a graph with types. It is
// plain data: make_plan.h makes it, executor/run/run_plan.h runs it, describe.h prints it.
//
// A run walks a flat list of actions. Their pointers and shapes lie in one block of memory (the
// bound block), filled when the plan is made. Before a run, only the pointers into memory that
// moved since the last run are set again, so a repeated call with the same arrays binds nothing.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "graph/ir/ir.h"
#include "kernels/tiles/tile_program.h"

namespace weft::executor {

// The memory that a value lies in. Outputs belong to the caller and are never in the arena.
// Residuals are what a forward pass keeps for the backward pass.
enum class MemoryRoot : uint8_t { kInput, kOutput, kArena, kResidual, kConstant };

// Where a value lies, and its type: the address is the base of the root plus `offset`.
struct Location {
  MemoryRoot root = MemoryRoot::kArena;
  int32_t index = 0;   // number of the input, output or constant; 0 for arena and residual
  int64_t offset = 0;  // bytes from the root's base
  DType dtype = DType::kFloat32;
  Shape shape;
  Shape strides;  // counted in elements

  bool dense() const { return is_dense(shape, strides); }
};

// What runs a step.
enum class StepKind : uint8_t {
  kTile,         // one dense row through one step kernel, on the calling thread
  kTileProgram,  // a tile program; its tiles are split over threads
  kKernel,       // the function of the operator's slot
  kCopy,         // a copy to dense memory
  kControl,      // a loop or a branch (cond); its bodies have plans of their own
  kRowTiles,     // a loop over row tiles
};

struct TileCode;     // a tile program with its loop; lowering/lowering.h
struct ControlPlan;  // a loop or a branch; lowering/control.h
struct RowTilePlan;  // a loop over row tiles; lowering/row_tiles.h

// One step. Which members are set depends on `kind`: `op` and `problem` belong to a kernel, `code`,
// `control` and `row_tiles` to the kind that is named like them.
struct PlanStep {
  StepKind kind = StepKind::kKernel;
  std::string name;
  const ops::OpDef* op = nullptr;  // the operator of the node; null: a copy or a fused region
  ops::Attributes attributes;
  // Operands and results. An absent optional operand has a shape of rank -1.
  std::vector<Location> in;
  std::vector<Location> out;
  int64_t scratch_offset = 0;  // bytes from the start of the arena
  int64_t scratch_bytes = 0;
  // The number that a random node draws with, relative to the first ordinal of the call; -1: none.
  int32_t ordinal = -1;
  // The source line that created the operation, for error messages; may be empty.
  std::string line;
  // What the kernel's slot derives once from types and attributes (ops/slots/slot.h); null:
  // nothing.
  std::shared_ptr<const void> problem;
  std::shared_ptr<const TileCode> code;
  std::shared_ptr<const ControlPlan> control;
  std::shared_ptr<const RowTilePlan> row_tiles;
  uint32_t child = 0;  // kControl: its number among the plan's steps of control flow
  // The step runs on the thread that runs the plan, because it may have an effect or call the host.
  // Steps with this flag keep their order among each other.
  bool runs_on_caller = false;
};

// One entry of the list that a run walks. It is small, so that a long list of short steps stays in
// the first-level cache.
struct Action {
  StepKind kind;
  uint32_t step;   // index into Plan::steps
  uint32_t bound;  // byte offset of what is bound for it in the bound block
};

// A group of branches that run at the same time. Seen from outside, a group is one step of the
// order. Steps of one branch keep their order; steps of different branches have none.
struct ParallelGroup {
  std::vector<uint32_t> starts;  // the first action of each branch, and one past the last branch
  int share = 1;                 // threads that each branch may use
  double seconds = 0;            // time that the group saves, by the cost model

  int branches() const { return static_cast<int>(starts.size()) - 1; }
};

// A pointer in the bound block that equals `base of a root + offset`. It is written again when the
// base changes.
struct Patch {
  uint32_t slot;  // byte offset in the block
  int64_t offset;
};

// One use of a part of the arena, for people and pictures: nothing runs by it. Values that share
// memory by in-place reuse count as one. The part is alive from step `first` to step `last`, both
// included.
struct ArenaUse {
  int64_t offset = 0;
  int64_t bytes = 0;
  int32_t first = 0, last = 0;
  bool is_scratch = false;
};

struct Plan {
  Device* device = nullptr;  // null: the CPU
  // `actions[i]` runs `steps[i]`; a group names a range of them.
  std::vector<PlanStep> steps;
  std::vector<Action> actions;
  std::vector<ParallelGroup> groups;  // in the order of their actions
  // Scratch is sized for this many threads; a run with more is refused.
  int threads = 1;
  ops::Cost cost;               // sum over all nodes
  bool runs_on_caller = false;  // some step has this flag
  // Bytes of the arena, and how good they are. The lower bound is the largest number of bytes that
  // are alive at one time; `proven` says that no other offsets in this order need a smaller arena.
  int64_t arena_bytes = 0;
  int64_t lower_bound = 0;
  bool proven = false;
  int64_t added_bytes = 0;  // bytes by which the groups of branches enlarge the arena
  int64_t residual_bytes = 0;
  // Offsets of the residuals, by output from PlanOptions::first_residual_output on.
  std::vector<int64_t> residual_offsets;
  std::vector<ArenaUse> uses;
  // Offsets in the arena of inputs and outputs, for a Target that keeps them there; else empty.
  std::vector<int64_t> input_offsets, output_offsets;

  size_t inputs = 0, outputs = 0;
  // The constants: the storages that keep their content unchanged, and the pointers that are the
  // bases of MemoryRoot::kConstant. Scalars are constants of one element that lie in `scalars`.
  std::vector<HeldValue> held;
  std::vector<const void*> constants;
  std::shared_ptr<const std::vector<uint64_t>> scalars;

  // The bound block, which each frame copies, and the pointers in it, by root: inputs, outputs,
  // arena, residual (in the order of input_root … residual_root below).
  std::vector<uint64_t> block;
  std::vector<std::vector<Patch>> patches;
  // By root: how many bytes from its start the steps touch (reach.h).
  std::vector<int64_t> reach;
};

// Positions of the roots in Plan::patches and Plan::reach.
inline size_t input_root(const Plan&, size_t i) { return i; }
inline size_t output_root(const Plan& plan, size_t i) { return plan.inputs + i; }
inline size_t arena_root(const Plan& plan) { return plan.inputs + plan.outputs; }
inline size_t residual_root(const Plan& plan) { return arena_root(plan) + 1; }
// Not for constants: their pointers are known when the plan is made.
inline size_t root_of(const Plan& plan, const Location& location) {
  switch (location.root) {
    case MemoryRoot::kInput: return input_root(plan, static_cast<size_t>(location.index));
    case MemoryRoot::kOutput: return output_root(plan, static_cast<size_t>(location.index));
    case MemoryRoot::kResidual: return residual_root(plan);
    default: return arena_root(plan);
  }
}

}  // namespace weft::executor
