// Lowering: elementwise nodes and fused regions become tile programs.
//
// A region is IR; its tile program is derived here, so that another lowering (an encoder, C99,
// CUDA) can stand beside this one. Lowering has two stages: `lower` needs the types only;
// `set_loop` needs the strides of the arrays and decides the loop, the chain, the pieces and the
// scratch.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "graph/ir/ir.h"
#include "kernels/tiles/tile_reduce.h"

namespace weft::executor {

// A weak scalar as the program reads it: an array of one element.
struct ScalarExternal {
  ops::Argument scalar;
  DType dtype;
};

// The operator on rows that a region ends in (a norm, a softmax).
struct RowEnd {
  const ops::OpDef* op = nullptr;
  ops::Attributes attributes;
  int16_t source = -1;         // the external that holds its rows: a buffer or an output
  std::vector<int> operands;   // its other operands: numbers among the row inputs; -1: absent
  int64_t rows = 0, cols = 0;  // of the whole array
  int64_t piece = 1;           // rows that a unit computes and hands to the operator
};

// A tile program with its loop. Operands are numbers: first the external arrays, then temporaries
// of one tile. The external arrays are, in this order: inputs of the region, scalars, outputs of
// the region, and buffers for what is reduced or read by rows. A step of the plan gets no buffers;
// in their place it gets the results of the reductions or of the operator on rows. What only the
// operator on rows reads (row inputs) comes behind the scalars.
struct TileCode {
  std::vector<kernels::TileStep> steps;
  std::vector<kernels::FormulaId> formulas;  // of the steps; kCount: a cast or a draw
  std::vector<kernels::TileDraw> draws;      // random numbers drawn inside the program
  std::vector<DType> dtypes;                 // of all operands, externals first
  size_t inputs = 0, outputs = 0, buffers = 0;
  std::vector<ScalarExternal> scalars;
  std::vector<kernels::TileReduction> reductions;
  uint32_t axes = 0;  // bits: the axes that they reduce
  std::optional<RowEnd> row_end;
  size_t row_inputs = 0;
  Shape shape;  // that the steps run over
  // in_place[o][i]: output o may lie where input i lies, because no step reads i after o is
  // written.
  std::vector<std::vector<bool>> in_place;

  // Set by set_loop, when the strides of the externals are known. A unit is what one thread takes
  // at a time: tiles, tasks of reductions, or pieces of rows.
  kernels::TileLoop loop;
  kernels::TileReduceLoop reduce;
  int64_t units = 0;
  int64_t grain = 1;             // units that are worth a thread
  int64_t scratch_a_thread = 0;  // bytes
  int64_t shared_scratch = 0;    // bytes, before the scratch of the threads

  // The chain (chain.h) that runs in place of the steps; empty: the steps run. The sets of
  // externals are bits: chain_scalars repeat one element or row, chain_patterns repeat a row,
  // chain_blocks are read from a block of scratch, chain_reads and chain_writes are arrays.
  std::vector<kernels::ChainInstruction> chain;
  uint32_t chain_scalars = 0, chain_patterns = 0, chain_blocks = 0;
  uint32_t chain_reads = 0, chain_writes = 0;
  int chain_operands = 0;
  int64_t chain_period = 0;  // elements after which patterns repeat; 0: rows are not joined
  std::shared_ptr<const void> encoded;  // machine code of the chain, if there is some
  bool streams = false;                 // stores bypass the caches

  int first_buffer() const { return static_cast<int>(inputs + scalars.size() + outputs); }
  int externals() const { return first_buffer() + static_cast<int>(buffers); }
  bool has_end() const { return !reductions.empty() || row_end; }
  // The number of arrays that a step is given.
  size_t arrays() const {
    return static_cast<size_t>(first_buffer()) + row_inputs + reductions.size() + (row_end ? 1 : 0);
  }
  // The program as kernels take it. It points into this object.
  kernels::TileProgram program() const {
    return {steps,
            dtypes,
            externals(),
            {chain, chain_scalars, chain_patterns, chain_blocks, chain_reads, chain_writes,
             chain_operands, streams, chain_period},
            draws};
  }
  kernels::TileReduceProgram reducing(const kernels::TileProgram& program) const {
    return {program, loop, reduce, reductions, first_buffer()};
  }
};

// The region that consists of one elementwise node. `operands` receives, for each input of the
// region, the value that it stands for.
graph::Graph region_of(const graph::Graph& graph, const graph::Node& node,
                       std::vector<graph::ValueId>& operands);

// Derives steps, operands and reductions from a region. Fails where a formula has no kernel.
Result<TileCode> lower(const graph::Graph& region);

// Derives the loop over these externals (without buffers), which are broadcast to the program's
// shape.
void set_loop(TileCode& code, std::span<const TensorView> externals, int threads);

// The cost of one element, measured in additions.
int64_t additions_of(const TileCode& code);

// A scalar as one element of a dtype, in the low bytes.
uint64_t scalar_bits(const ops::Argument& scalar, DType dtype);

}  // namespace weft::executor
