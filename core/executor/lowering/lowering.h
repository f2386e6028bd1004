// Elementwise nodes and fused regions as tile programs.
//
// A region is IR; its tile program is derived here, so that another lowering (an encoder, C99,
// CUDA) can stand beside it.
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

// The operator on rows that a region ends in.
struct RowEnd {
  const ops::OpDef* op = nullptr;
  ops::Attributes attributes;
  int16_t source = -1;         // the external that has its rows: a buffer or an output
  std::vector<int> operands;   // the others: numbers among the region's row inputs; -1: absent
  int64_t rows = 0, cols = 0;  // of all
  int64_t piece = 1;           // rows that a unit makes and hands on
};

// External arrays are, in this order: inputs of the region, scalars, outputs of the region; and
// buffers of what is reduced or read by rows, in whose place a step is given the results. It is
// given what only an operator on rows reads behind the scalars.
struct TileCode {
  std::vector<kernels::TileStep> steps;
  std::vector<kernels::FormulaId> formulas;  // of the steps; kCount: a cast or a draw
  std::vector<kernels::TileDraw> draws;
  std::vector<DType> dtypes;  // of all operands, externals first
  size_t inputs = 0, outputs = 0, buffers = 0;
  std::vector<ScalarExternal> scalars;
  std::vector<kernels::TileReduction> reductions;
  uint32_t axes = 0;  // that they reduce
  std::optional<RowEnd> row_end;
  size_t row_inputs = 0;
  Shape shape;
  // in_place[o][i]: output o may lie where input i lies, because no step reads i after o's.
  std::vector<std::vector<bool>> in_place;

  // Set when the externals have places.
  kernels::TileLoop loop;
  kernels::TileReduceLoop reduce;
  int64_t units = 0;  // tasks, if there are reductions; pieces of rows
  int64_t grain = 1;  // units that are worth a thread
  int64_t scratch_a_thread = 0;
  int64_t shared_scratch = 0;  // before that of threads

  // What runs in place of the steps (chain.h), if anything.
  std::vector<kernels::ChainInstruction> chain;
  uint32_t chain_scalars = 0, chain_patterns = 0, chain_blocks = 0;
  uint32_t chain_reads = 0, chain_writes = 0;
  int chain_operands = 0;
  int64_t chain_period = 0;
  std::shared_ptr<const void> encoded;  // machine code of the chain
  bool streams = false;

  int first_buffer() const { return static_cast<int>(inputs + scalars.size() + outputs); }
  int externals() const { return first_buffer() + static_cast<int>(buffers); }
  bool has_end() const { return !reductions.empty() || row_end; }
  // What a step is given.
  size_t arrays() const {
    return static_cast<size_t>(first_buffer()) + row_inputs + reductions.size() + (row_end ? 1 : 0);
  }
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

// The region that consists of one elementwise node. `operands` receives the value operand of each
// input of the region.
graph::Graph region_of(const graph::Graph& graph, const graph::Node& node,
                       std::vector<graph::ValueId>& operands);

Result<TileCode> lower(const graph::Graph& region);

// Derives the loop over these externals (without buffers), broadcast to the program's shape.
void set_loop(TileCode& code, std::span<const TensorView> externals, int threads);

// What an element takes, in additions.
int64_t additions_of(const TileCode& code);

// A scalar as one element of a dtype, in the low bytes.
uint64_t scalar_bits(const ops::Argument& scalar, DType dtype);

}  // namespace weft::executor
