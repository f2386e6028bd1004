// A kernel slot: how an operator is run on a device, and the pure functions of shapes that
// describe that run to the planner, the fuser and the C generator.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "base/status.h"
#include "base/view.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/reduce/reduce.h"
#include "ops/argument.h"
#include "ops/type.h"

namespace weft::ops {

class OpDef;

// Some rows, axis 2, of images: those that a call makes of its output, and how many rows of each
// array are held. Row r lies at place r modulo that number
// (kernels/convolution/blocked/convolution_blocked.h); shapes are those of whole images.
struct RowTile {
  static constexpr size_t kMaxInputs = 4;
  int64_t begin = 0, end = 0;
  int64_t in_ring_rows[kMaxInputs] = {};
  int64_t out_ring_rows = 0;
};

// What a kernel is given. Outputs are dense (but for those of `copy` and of what `updates`, which
// also write into arrays) and of the inferred types; scalars have become arrays of one element;
// absent optional inputs have rank -1 and a null `data`.
struct KernelCall {
  const OpDef& op;
  std::span<const TensorView> in;
  std::span<const TensorView> out;
  std::span<const Argument> attributes;  // complete: defaults are filled in
  void* scratch = nullptr;               // as many bytes as `scratch_bytes` said
  uint64_t seed = 0;                     // of random operators: one ordinal a call
  uint64_t ordinal = 0;
  uint32_t host_inputs = 0;  // on a device: single elements in the program's memory (op.h: in_set)
  const RowTile* row_tile = nullptr;  // null: all rows
  const void* problem = nullptr;      // what the slot's `problem` gives; null: `run_kernel` asks
};
using KernelFunction = Status (*)(const KernelCall& call);

struct SlotTypes {
  const OpDef& op;
  std::span<const TensorType> in;
  std::span<const TensorType> out;
  std::span<const Argument> attributes;
  int64_t rows = 0;  // that a call makes, of a row tile; 0: all
};

// Sets of inputs, as bits: of those that have one.
inline constexpr uint32_t kNoInput = 0, kEveryInput = ~0u;
inline bool has_input(uint32_t inputs, size_t i) { return i < 32 && (inputs >> i & 1) != 0; }

// Which input geometries the kernel reads; the executor makes a dense copy of any other.
enum class Strides : uint8_t { kAny, kDense };

// Are two builds of the kernel (instruction sets, fused or not) equal in every bit?
enum class Exactness : uint8_t { kExact, kTolerance };

// A box of elements: the part of an array that a part of an output needs.
struct ElementBox {
  Shape begin;
  Shape end;
};

struct Cost {
  double flops = 0;
  double bytes = 0;
};

struct Slot {
  KernelFunction run = nullptr;
  // What `run` works out of types and attributes, for all rows; null: nothing. A plan asks once for
  // all of its calls, which find it in KernelCall::problem.
  std::shared_ptr<const void> (*problem)(const SlotTypes& types) = nullptr;
  Strides strides = Strides::kAny;
  // Which inputs outputs of their extents may lie over: calls of these types write element i after
  // they last read element i of these. Null: none.
  uint32_t (*overwrites)(const SlotTypes& types) = nullptr;
  Exactness exactness = Exactness::kTolerance;
  // Replaces elements of its first input, and is then given that array as output 0, too: it checks
  // everything before it writes.
  bool updates = false;
  bool fails_midway = false;     // may refuse elements of an input when some results are there
  bool elementwise = false;      // one formula: may become a step of a tile program
  kernels::FormulaId formula{};  // valid if `elementwise`
  // Of its only input over `axis`: may be where a tile program ends.
  std::optional<kernels::Reduction> reduction = std::nullopt;
  int64_t (*scratch_bytes)(const SlotTypes& types, int threads) = nullptr;  // null: none
  Cost (*cost)(const SlotTypes& types) = nullptr;  // null: one operation an output element
  // Is a call of these types, in float32, worth casting for in this half dtype: faster, or about as
  // fast on half the bytes? Of the kernel, not of the processor, so that a plan is the same
  // everywhere. Null: there is no such kernel.
  bool (*gains_in)(const SlotTypes& types, DType half) = nullptr;
  // Pieces that threads can share its work by; null: one for each 16384 elements.
  int64_t (*pieces)(const SlotTypes& types) = nullptr;
  // Of a kernel that can make a row tile (KernelCall::row tile), else null: the box of input
  // `operand` that the output box reads; one of rank -1 is all of it. Of operand -1, the box of the
  // output that is made with that one, in tiles.
  ElementBox (*needs)(const SlotTypes& types, const ElementBox& out, int operand) = nullptr;
};

// Has a call of these types no element to compute and none to refuse? Then its other extents are
// numbers that nothing stands behind, up to 2^56, and no loop, table or scratch is made of them:
// run_kernel does nothing, and the functions below say 0.
bool makes_nothing(const SlotTypes& types);

// Runs the operator's kernel, with its problem if it asks for one.
Status run_kernel(const KernelCall& call);
// What the slot's `problem` gives; null: it has none, or is not asked.
std::shared_ptr<const void> problem_of(const Slot& slot, const SlotTypes& types);

Cost cost_of(const Slot& slot, const SlotTypes& types);
int64_t scratch_of(const Slot& slot, const SlotTypes& types, int threads);
int64_t pieces_of(const Slot& slot, const SlotTypes& types);
uint32_t every_input(const SlotTypes& types);  // as Slot::overwrites
uint32_t overwritten_by(const Slot& slot, const SlotTypes& types);

}  // namespace weft::ops
