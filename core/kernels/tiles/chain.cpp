// Looking up the instructions of the active instruction set, and running a chain over rows. Hard is
// the end of a row that is no whole block: run_last_block() and run_part() are its two ways.

#include "kernels/tiles/chain.h"

#include <algorithm>
#include <cstring>

#include "base/dtype.h"
#include "kernels/elementwise/copy.h"
#include "kernels/isa/active.h"
#include "kernels/tiles/bound_chain.h"
#include "kernels/tiles/chain_kernels_impl.h"

namespace weft::kernels {
namespace {

int64_t slot_bytes() { return WEFT_ACTIVE(kChainKernels).block * 4; }

// Elements as the lanes of an accumulator have them: halves as float32, bool as a mask. The fourth
// kind, integers of 8 and 16 bits, is never a scalar (chain_takes_scalar).
void to_lanes(DType dtype, const char* from, int64_t count, uint32_t* lanes) {
  if (is_half(dtype)) {
    Tile tile = {};
    tile.out = lanes;
    tile.in[0] = from;
    tile.rows = 1;
    tile.cols = count;
    cast_step(dtype, DType::kFloat32)(tile);
  } else if (dtype == DType::kBool) {
    for (int64_t i = 0; i < count; ++i) lanes[i] = from[i] ? ~uint32_t(0) : 0;
  } else {
    std::memcpy(lanes, from, static_cast<size_t>(count) * sizeof *lanes);
  }
}

}  // namespace

// The table has one function for each verb.
ChainFunction chain_function(const ChainAction& action) {
  const ChainKernels& kernels = WEFT_ACTIVE(kChainKernels);
  switch (action.verb) {
    case ChainVerb::kFormula: return kernels.formula(action.formula, action.dtype, action.form);
    case ChainVerb::kCast: return kernels.cast(action.dtype, action.to);
    case ChainVerb::kLoad: return kernels.load(action.dtype, action.place);
    case ChainVerb::kStore: return kernels.store(action.dtype, action.place);
    case ChainVerb::kRound: return kernels.round(action.dtype);
    case ChainVerb::kFetch: return kernels.fetch(element_size(action.dtype));
    case ChainVerb::kDraw: return kernels.draw();
  }
  return nullptr;
}
ChainFunction chain_streaming_store(DType dtype) {
  return WEFT_ACTIVE(kChainKernels).streaming_store(dtype);
}
bool chain_takes_scalar(DType dtype) {
  // the types that to_lanes() knows
  return dtype == DType::kBool || is_half(dtype) || element_size(dtype) == 4;
}
int64_t chain_block() { return WEFT_ACTIVE(kChainKernels).block; }
int64_t chain_scratch(int operands) { return operands * slot_bytes(); }

// Slots are numbered like operands: first those of externals, for scalars and for ends of rows.
BoundChain::BoundChain(const TileProgram& program, uint32_t streaming, const RandomStream& stream,
                       void* scratch)
    : kernels_(WEFT_ACTIVE(kChainKernels)),
      program_(program.chain),
      dtypes_(program.dtypes),
      slots_(static_cast<char*>(scratch)),
      draw_count_(program.draws.size()) {
  for (int e = 0; e < program.externals; ++e) {
    if (!(program_.scalars >> e & 1)) continue;
    scalars_[scalar_count_] = static_cast<int16_t>(e);
    scalar_at_[scalar_count_++] = nullptr;
  }
  for (size_t i = 0; i < draw_count_; ++i) {
    const TileDraw& draw = program.draws[i];
    const uint64_t ordinal = stream.ordinal + static_cast<uint64_t>(draw.ordinal);
    draws_[i] = {{stream.seed, ordinal}, draw.low, draw.high, 0};
  }
  int16_t number = 0;
  for (const ChainInstruction& instruction : program.chain.instructions) {
    ChainOp& op = ops_[number];
    op.function = instruction.function;
    for (int i = 0; i < 2; ++i) {
      const int16_t operand = instruction.operand[i];
      op.moves[i] = instruction.is_array[i] ? -1 : 0;
      op.operand[i] = operand < 0 ? nullptr : slot(operand);
      if (!instruction.is_array[i]) continue;
      patches_[patch_count_++] = {number, static_cast<int16_t>(i), operand};
      if (instruction.streaming && (streaming >> operand & 1)) op.function = instruction.streaming;
    }
    if (instruction.draw >= 0)
      op.operand[0] = reinterpret_cast<char*>(&draws_[static_cast<size_t>(instruction.draw)]);
    ++number;
  }
  ops_[number].function = kernels_.end();
}

void BoundChain::draw_from(int64_t first) {
  for (size_t i = 0; i < draw_count_; ++i) draws_[i].first = first;
}

char* BoundChain::slot(int operand) const { return slots_ + operand * kernels_.block * 4; }

void BoundChain::point_at(std::span<char* const> arrays) {
  for (int i = 0; i < patch_count_; ++i) {
    const Patch& patch = patches_[i];
    ops_[patch.instruction].operand[patch.operand] = arrays[static_cast<size_t>(patch.external)];
  }
}

// Fills the slots of scalars. One that a formula reads as a whole block is repeated over its block,
// and so is a pattern, whose period divides the block. A slot is filled again only if its address
// has changed: in a broadcast row it stays.
void BoundChain::set_scalars(std::span<char* const> arrays) {
  for (int i = 0; i < scalar_count_; ++i) {
    const auto e = static_cast<size_t>(scalars_[i]);
    if (scalar_at_[i] == arrays[e]) continue;
    scalar_at_[i] = arrays[e];
    auto* const to = reinterpret_cast<uint32_t*>(slot(scalars_[i]));
    const int64_t period = program_.patterns >> e & 1 ? program_.period : 1;
    to_lanes(dtypes_[e], arrays[e], period, to);
    if (!(program_.blocks >> e & 1)) continue;
    for (int64_t have = period; have < kernels_.block; have *= 2)
      std::memcpy(to + have, to, static_cast<size_t>(have) * sizeof *to);
  }
}

void BoundChain::run(const ChainRows& rows) {
  const bool repeats = rows.cols % kernels_.block != 0 && may_repeat(rows.arrays);
  for (int64_t row = 0; row < rows.rows; ++row) {
    run_row({rows.arrays, rows.cols, rows.first + row * rows.row_step}, repeats);
    for (size_t e = 0; e < rows.arrays.size(); ++e) rows.arrays[e] += rows.row_bytes[e];
  }
}

void BoundChain::run_row(const Row& row, bool may_repeat) {
  set_scalars(row.arrays);
  const int64_t whole = row.cols - row.cols % kernels_.block;
  if (whole > 0) {
    point_at(row.arrays);
    draw_from(row.first);
    kernels_.run(ops_, whole);
  }
  if (whole == row.cols) return;
  if (whole > 0 && may_repeat)
    run_last_block(row);
  else
    run_part(row, whole, row.cols - whole);
}

// May elements be computed twice? Only if no output lies where an input does (it would be read
// after it was written) and the chain draws no numbers.
bool BoundChain::may_repeat(std::span<char* const> arrays) const {
  for (size_t out = 0; out < arrays.size(); ++out)
    for (size_t in = 0; in < arrays.size() && (program_.writes >> out & 1); ++in)
      if (in != out && (program_.reads >> in & 1) && arrays[in] == arrays[out]) return false;
  return draw_count_ == 0;
}

// Ends a row with a whole block that overlaps the one before: its first elements are computed
// again.
void BoundChain::run_last_block(const Row& row) {
  const int64_t first = row.cols - kernels_.block;
  char* arrays[32];
  for (size_t e = 0; e < row.arrays.size(); ++e)
    arrays[e] = row.arrays[e] + first * element_size(dtypes_[e]);
  point_at({arrays, row.arrays.size()});
  kernels_.run(ops_, kernels_.block);
}

// Ends a row with a block in slots, so that no byte beyond the row is read or written.
void BoundChain::run_part(const Row& row, int64_t first, int64_t count) {
  char* slots[32];
  for (size_t e = 0; e < row.arrays.size(); ++e) {
    slots[e] = slot(static_cast<int>(e));
    if (!(program_.reads >> e & 1)) continue;
    const auto size = static_cast<size_t>(element_size(dtypes_[e]));
    // Elements behind the end are zero; their results are not copied back.
    std::memset(slots[e], 0, static_cast<size_t>(kernels_.block * 4));
    std::memcpy(slots[e], row.arrays[e] + static_cast<size_t>(first) * size,
                static_cast<size_t>(count) * size);
  }
  point_at({slots, row.arrays.size()});
  draw_from(row.first + first);
  kernels_.run(ops_, kernels_.block);
  for (size_t e = 0; e < row.arrays.size(); ++e) {
    if (!(program_.writes >> e & 1)) continue;
    const auto size = static_cast<size_t>(element_size(dtypes_[e]));
    std::memcpy(row.arrays[e] + static_cast<size_t>(first) * size, slots[e],
                static_cast<size_t>(count) * size);
  }
}

}  // namespace weft::kernels
