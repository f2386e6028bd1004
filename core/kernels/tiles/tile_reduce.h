// Tile programs whose results are reduced where they are made.
//
// Some externals of the program are *buffers*: a task has memory for a piece of them that stays in
// caches, and reduces a piece as soon as it is there. Blocks are those of run_reduce on a dense
// array and combine in its order, so the bits are the same, and the array does not exist.
//
// A *task* makes neighbouring results from a run of their blocks. Runs are as long as a power of
// two: subtrees of the pairwise order, so their number does not change a bit either. Where results
// have several tasks, these leave totals, and finish_tile_reduce makes results of them.
#pragma once

#include "kernels/reduce/reduce.h"
#include "kernels/tiles/tile_program.h"

namespace weft::kernels {

// One result; those of one program reduce the same axes.
struct TileReduction {
  Reduction reduction;
  int16_t source;  // the external that is reduced: a buffer or a dense array of the shape
  DType dtype;     // of the source
};

// How the elements of a shape are walked: derived once per plan.
struct TileReduceLoop {
  Reduce walk;            // of a dense array
  bool by_columns;        // results lie side by side in rows of the array; else each has lines
  FewElements few;        // a run of elements, if it
  bool has_few;           // has few: all results are a run of them then
  int64_t line;           // elements, or rows
  int64_t line_blocks;    // of a line
  int64_t blocks;         // of a result
  int64_t run;            // results that lie side by side
  int64_t group;          // of them, in a task
  int64_t run_groups;     // tasks that make a run of results
  int64_t groups;         // of all results
  int64_t piece;          // elements of a buffer
  int64_t chunk, chunks;  // blocks of a task, tasks of a group
  bool is_aligned;        // whole blocks of chains only: pieces may stream past the caches
};
TileReduceLoop make_tile_reduce(const Shape& shape, uint32_t axes, int buffers, int threads);
inline int64_t tile_reduce_tasks(const TileReduceLoop& loop) { return loop.groups * loop.chunks; }

struct TileReduceProgram {
  const TileProgram& program;
  const TileLoop& loop;
  const TileReduceLoop& reduce;
  std::span<const TileReduction> reductions;
  int first_buffer;  // externals from this one on are buffers
};

// Bytes per thread, and of the totals that all tasks share.
int64_t tile_reduce_scratch(const TileReduceProgram& reducing);
int64_t tile_reduce_totals(const TileReduceProgram& reducing);

// Where its arrays lie: the externals before the buffers, the dense results, and the totals.
struct TileReduceArrays {
  std::span<void* const> data;
  std::span<void* const> results;
  void* totals;
};
void run_tile_reduce(const TileReduceProgram& reducing, const TileReduceArrays& arrays, Range tasks,
                     void* scratch, const RandomStream& stream);
// After all tasks, if groups have several.
void finish_tile_reduce(const TileReduceProgram& reducing, const TileReduceArrays& arrays,
                        void* scratch);

}  // namespace weft::kernels
