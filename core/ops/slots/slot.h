// A kernel slot: the function that runs an operator's kernel, and pure functions of types that
// describe the run to the planner, the fuser and the C generator.
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

// Some rows (axis 2) of images: the output rows that one call makes, and how many rows of each
// array are in memory. Row r lies in ring row r modulo that number
// (kernels/convolution/blocked/convolution_blocked.h); shapes are those of whole images.
struct RowTile {
  static constexpr size_t kMaxInputs = 4;
  int64_t begin = 0, end = 0;
  int64_t in_ring_rows[kMaxInputs] = {};
  int64_t out_ring_rows = 0;
};

// What a kernel gets. Outputs are dense and have the inferred types; only `copy` and operators with
// `updates` also write to strided arrays. Weak scalars are arrays of one element here; an absent
// optional input has rank -1 and null `data`.
struct KernelCall {
  const OpDef& op;
  std::span<const TensorView> in;
  std::span<const TensorView> out;
  std::span<const Argument> attributes;  // complete: defaults are filled in
  void* scratch = nullptr;               // `scratch_bytes` bytes
  uint64_t seed = 0;                     // for random operators, with one ordinal for each call
  uint64_t ordinal = 0;
  // On a device: the set of inputs that are single elements in the program's memory.
  uint32_t host_inputs = 0;
  const RowTile* row_tile = nullptr;  // null: all rows
  const void* problem = nullptr;  // result of the slot's `problem`; null: run_kernel asks for it
};
using KernelFunction = Status (*)(const KernelCall& call);

// A call without memory: what a plan knows before it runs.
struct SlotTypes {
  const OpDef& op;
  std::span<const TensorType> in;
  std::span<const TensorType> out;
  std::span<const Argument> attributes;  // complete: defaults are filled in
  int64_t rows = 0;                      // rows of a row tile; 0: all rows
};

// Sets of the first 32 inputs, as bits.
inline constexpr uint32_t kNoInput = 0, kEveryInput = ~0u;
inline bool has_input(uint32_t inputs, size_t i) { return i < 32 && (inputs >> i & 1) != 0; }

// Which strides the kernel can read in its inputs; the executor makes a dense copy otherwise.
enum class Strides : uint8_t { kAny, kDense };

// Do all builds of the kernel (instruction sets, fused or not) give the same bits?
enum class Exactness : uint8_t { kExact, kTolerance };

// A range of elements along every axis, [begin, end): the part of an array that a part of an output
// needs.
struct ElementBox {
  Shape begin;
  Shape end;
};

// An estimate: arithmetic operations, and bytes read and written.
struct Cost {
  double flops = 0;
  double bytes = 0;
};

// All members but `run` may stay empty. The functions depend on types only, never on values.
struct Slot {
  KernelFunction run = nullptr;
  // What `run` computes from types and attributes, for all rows; null: nothing. A plan asks once,
  // and all its calls get the answer in KernelCall::problem.
  std::shared_ptr<const void> (*problem)(const SlotTypes& types) = nullptr;
  Strides strides = Strides::kAny;
  // Which inputs an output of the same extents may share memory with: the kernel writes element i
  // after its last read of element i of these inputs. Null: none.
  uint32_t (*overwrites)(const SlotTypes& types) = nullptr;
  Exactness exactness = Exactness::kTolerance;
  // The operator replaces elements of its first input, and gets that array as output 0, too. It
  // checks everything before it writes.
  bool updates = false;
  bool fails_midway = false;     // may refuse an input's element after it has written some results
  bool elementwise = false;      // one formula: may become a step of a tile program
  kernels::FormulaId formula{};  // valid if `elementwise`
  // The reduction of the only input over `axis`: a tile program may end with it.
  std::optional<kernels::Reduction> reduction = std::nullopt;
  int64_t (*scratch_bytes)(const SlotTypes& types, int threads) = nullptr;  // null: none
  Cost (*cost)(const SlotTypes& types) = nullptr;  // null: one operation for each output element
  // Is a float32 call of these types worth casting to this half dtype: is the kernel faster, or
  // about as fast with half the bytes? It depends on the kernel and not on the processor, so that a
  // plan is the same everywhere. Null: there is no such kernel.
  bool (*gains_in)(const SlotTypes& types, DType half) = nullptr;
  // How many pieces threads can share the work in; null: one for each 16384 elements.
  int64_t (*pieces)(const SlotTypes& types) = nullptr;
  // Only for a kernel that can make a row tile (KernelCall::row_tile), else null: the box of input
  // `operand` that the output box `out` reads; a box of rank -1 is the whole input. For operand -1:
  // the box of the output that is made together with `out`, in tiles.
  ElementBox (*needs)(const SlotTypes& types, const ElementBox& out, int operand) = nullptr;
};

// Does a call of these types compute no element and have none to refuse? Its other extents may be
// numbers up to 2^56 without any memory behind them, so no loop, table or scratch may be derived
// from them: run_kernel does nothing, and the functions below return 0.
bool makes_nothing(const SlotTypes& types);

// Runs the operator's kernel; computes its problem first if the call has none.
Status run_kernel(const KernelCall& call);
// The result of the slot's `problem`; null if it has none, or there is nothing to compute.
std::shared_ptr<const void> problem_of(const Slot& slot, const SlotTypes& types);

// The slot's answers, with defaults, and 0 or 1 for a call that makes nothing. `scratch_of` is
// kTooMany if the size overflows.
Cost cost_of(const Slot& slot, const SlotTypes& types);
int64_t scratch_of(const Slot& slot, const SlotTypes& types, int threads);
int64_t pieces_of(const Slot& slot, const SlotTypes& types);
uint32_t every_input(const SlotTypes& types);  // a value for Slot::overwrites
uint32_t overwritten_by(const Slot& slot, const SlotTypes& types);

}  // namespace weft::ops
