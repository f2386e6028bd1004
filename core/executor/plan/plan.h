// A plan: everything about a run that can be decided before it, from a graph with types. Plain
// data, shared by who makes plans (make_plan.h), runs them (executor/run/run_plan.h) and describes
// them (describe.h).
//
// A run walks a flat list of actions whose pointers were bound before; only those whose root moved
// since the last run are bound again.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "graph/ir/ir.h"
#include "kernels/tiles/tile_program.h"

namespace weft::executor {

// Whose memory a value lies in. Outputs belong to the caller and are never in the arena.
enum class MemoryRoot : uint8_t { kInput, kOutput, kArena, kResidual, kConstant };

struct Location {
  MemoryRoot root = MemoryRoot::kArena;
  int32_t index = 0;   // of the input, output or constant; 0 for arena and residual
  int64_t offset = 0;  // bytes
  DType dtype = DType::kFloat32;
  Shape shape;
  Shape strides;  // elements

  bool dense() const { return is_dense(shape, strides); }
};

enum class StepKind : uint8_t {
  kTile,         // one dense row through one step kernel, on the caller
  kTileProgram,  // tiles split over threads
  kKernel,       // the slot's function
  kCopy,         // to dense memory
  kControl,      // a loop or a cond, whose bodies have plans of their own
  kRowTiles,     // a loop over row tiles
};

struct TileCode;     // a tile program with its loop; lowering.h
struct ControlPlan;  // of a loop or a cond; control.h
struct RowTilePlan;  // of a loop over row tiles; row_tiles.h

struct PlanStep {
  StepKind kind = StepKind::kKernel;
  std::string name;
  const ops::OpDef* op = nullptr;  // kKernel
  ops::Attributes attributes;
  std::vector<Location> in;  // an absent operand has rank -1
  std::vector<Location> out;
  int64_t scratch_offset = 0;  // in the arena
  int64_t scratch_bytes = 0;
  int32_t ordinal = -1;
  std::string line;  // the source line that made it, for the text of a failure; may be empty
  std::shared_ptr<const void> problem;  // of a kernel whose slot has one (ops/slots/slot.h)
  std::shared_ptr<const TileCode> code;
  std::shared_ptr<const ControlPlan> control;
  std::shared_ptr<const RowTilePlan> row_tiles;
  uint32_t child = 0;  // kControl: its number among these in the plan
  // Runs on the thread that runs the plan, in the order of the plan among its like: it may have an
  // effect or call the host.
  bool runs_on_caller = false;
};

// What a run walks: 16 bytes a step.
struct Action {
  StepKind kind;
  uint32_t step;
  uint32_t bound;  // byte offset in the bound block
};

// A group of branches: one step of the order, whose parts have none between them.
struct ParallelGroup {
  std::vector<uint32_t> starts;  // the first action of each branch, and one past the last branch
  int share = 1;                 // threads of a branch
  double seconds = 0;            // saved, by the model

  int branches() const { return static_cast<int>(starts.size()) - 1; }
};

// A pointer of the bound block that is `base of a root + offset`.
struct Patch {
  uint32_t slot;  // byte offset in the block
  int64_t offset;
};

// What a part of the arena is used for, for people: values that share memory by in-place reuse are
// one. It is alive from one step to another, both included.
struct ArenaUse {
  int64_t offset = 0;
  int64_t bytes = 0;
  int32_t first = 0, last = 0;
  bool is_scratch = false;
};

struct Plan {
  Device* device = nullptr;
  std::vector<PlanStep> steps;
  std::vector<Action> actions;
  std::vector<ParallelGroup> groups;  // by rising actions
  int threads = 1;                    // that scratch is for
  ops::Cost cost;                     // of all nodes
  bool runs_on_caller = false;        // a step does
  int64_t arena_bytes = 0;
  int64_t lower_bound = 0;  // most bytes that are live at one time
  bool proven = false;      // no placement in this order has a smaller arena
  int64_t added_bytes = 0;  // to the arena, by the groups
  int64_t residual_bytes = 0;
  std::vector<int64_t> residual_offsets;               // by output from first_residual_output on
  std::vector<ArenaUse> uses;                          // of the arena
  std::vector<int64_t> input_offsets, output_offsets;  // in the arena, of a Target that has them so

  size_t inputs = 0, outputs = 0;
  std::vector<HeldValue> held;         // storages of the constants
  std::vector<const void*> constants;  // roots of kConstant: contents and scalars
  std::shared_ptr<const std::vector<uint64_t>> scalars;

  // The block that a frame copies, and by root the pointers in it: inputs, outputs, arena,
  // residual.
  std::vector<uint64_t> block;
  std::vector<std::vector<Patch>> patches;
  std::vector<int64_t> reach;  // bytes from the start of each root that steps touch; reach.h
};

// Positions in Plan::patches.
inline size_t input_root(const Plan&, size_t i) { return i; }
inline size_t output_root(const Plan& plan, size_t i) { return plan.inputs + i; }
inline size_t arena_root(const Plan& plan) { return plan.inputs + plan.outputs; }
inline size_t residual_root(const Plan& plan) { return arena_root(plan) + 1; }
inline size_t root_of(const Plan& plan, const Location& location) {  // of no constant
  switch (location.root) {
    case MemoryRoot::kInput: return input_root(plan, static_cast<size_t>(location.index));
    case MemoryRoot::kOutput: return output_root(plan, static_cast<size_t>(location.index));
    case MemoryRoot::kResidual: return residual_root(plan);
    default: return arena_root(plan);
  }
}

}  // namespace weft::executor
