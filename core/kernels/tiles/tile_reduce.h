// Tile programs whose results are reduced as soon as they are computed, for example a sum of
// exponentials. The array that is reduced never exists as a whole.
//
// Some externals of the program are *buffers*: each thread has memory for a piece of them that
// stays in the caches. A task computes a piece and reduces it at once. Blocks are those that
// run_reduce would take of a dense array, and combine in its order, so the bits are the same.
//
// A *task* makes neighbouring results from a run of their blocks. The length of runs is a power of
// two of blocks, a subtree of the pairwise order; so the number of tasks changes no bit either.
// Where results need several tasks, these leave totals, which finish_tile_reduce turns into
// results.
#pragma once

#include "base/in_memory.h"
#include "kernels/reduce/reduce.h"
#include "kernels/tiles/tile_program.h"

namespace weft::kernels {

// One reduction of the program. All reductions of a program reduce the same axes.
struct TileReduction {
  Reduction reduction;
  int16_t source;  // the external that is reduced: a buffer or a dense array of the shape
  DType dtype;     // of the source
};

// How the elements of a shape are walked and divided into tasks: derived once for each plan.
struct TileReduceLoop {
  Reduce walk;      // the order of run_reduce on a dense array of the shape
  bool by_columns;  // results lie side by side in rows; otherwise each result has lines of its own
  FewElements few;  // the run of elements that makes a result, if has_few
  bool has_few;     // all results are made of few elements each (few_elements_impl.h)
  int64_t line;     // elements of a line, or rows of columns
  int64_t line_blocks;    // blocks of a line
  int64_t blocks;         // blocks of a result
  int64_t run;            // neighbouring results
  int64_t group;          // how many of them a task makes
  int64_t run_groups;     // groups in a run of results
  int64_t groups;         // groups of all results
  int64_t piece;          // elements of a buffer
  int64_t chunk, chunks;  // blocks of a task; tasks of a group
  // pieces are whole blocks of chains, so other outputs may be streamed past the caches
  bool is_aligned;
  WEFT_IN_MEMORY(TileReduceLoop);
};
TileReduceLoop make_tile_reduce(const Shape& shape, uint32_t axes, int buffers, int threads);
inline int64_t tile_reduce_tasks(const TileReduceLoop& loop) { return loop.groups * loop.chunks; }

// A plan for such a program; all parts belong to the caller.
struct TileReduceProgram {
  const TileProgram& program;
  const TileLoop& loop;
  const TileReduceLoop& reduce;
  std::span<const TileReduction> reductions;
  int first_buffer;  // externals from this one on are buffers
};

// Bytes of scratch for each thread, and bytes of the totals that all tasks share.
int64_t tile_reduce_scratch(const TileReduceProgram& reducing);
int64_t tile_reduce_totals(const TileReduceProgram& reducing);

// The arrays of a run: the externals before the buffers, the dense results, and the totals.
struct TileReduceArrays {
  std::span<void* const> data;
  std::span<void* const> results;
  void* totals;
};
// Runs some tasks; any thread may run any task.
void run_tile_reduce(const TileReduceProgram& reducing, const TileReduceArrays& arrays, Range tasks,
                     void* scratch, const RandomStream& stream);
// Call it once, after all tasks. It does nothing if each group has one task.
void finish_tile_reduce(const TileReduceProgram& reducing, const TileReduceArrays& arrays,
                        void* scratch);

}  // namespace weft::kernels
