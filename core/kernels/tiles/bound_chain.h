// A chain bound to memory: the instructions with their addresses and slots. It is made once for a
// call and run for many rows.
#pragma once

#include <span>

#include "kernels/tiles/tile_program.h"

namespace weft::kernels {

struct ChainKernels;

// Some rows of every array of the program.
struct ChainRows {
  // pointers to the first row, by external; run() moves them from row to row
  std::span<char*> arrays;
  std::span<const int64_t> row_bytes;  // from one row to the next, by external
  int64_t rows, cols;
  int64_t first;     // number of the first element in the shape; draws count from it
  int64_t row_step;  // by how much that number grows from one row to the next
};
// The instructions of one program. It writes addresses into its own copy of them, so it belongs to
// one thread. The program must outlive it.
class BoundChain {
 public:
  // `streaming` has a bit for each external whose stores bypass the caches; `scratch` has
  // chain_scratch() bytes.
  BoundChain(const TileProgram& program, uint32_t streaming, const RandomStream& stream,
             void* scratch);
  void run(const ChainRows& rows);

 private:
  // An operand whose address changes from row to row.
  struct Patch {
    int16_t instruction, operand, external;
  };
  // One row, or a part of it.
  struct Row {
    std::span<char* const> arrays;
    int64_t cols, first;
  };
  void run_row(const Row& row, bool may_repeat);
  void point_at(std::span<char* const> arrays);
  void set_scalars(std::span<char* const> arrays);
  bool may_repeat(std::span<char* const> arrays) const;
  void run_last_block(const Row& row);
  void run_part(const Row& row, int64_t first, int64_t count);
  void draw_from(int64_t first);
  char* slot(int operand) const;

  const ChainKernels& kernels_;
  const ChainProgram& program_;
  std::span<const DType> dtypes_;
  char* slots_;
  ChainOp ops_[kMaxChain + 1];  // one more for the end, which returns
  Patch patches_[2 * kMaxChain];
  int patch_count_ = 0;
  int16_t scalars_[32];
  int scalar_count_ = 0;
  const char* scalar_at_[32];  // the address that the slot of each scalar was filled from
  ChainDraw draws_[kMaxChainDraws];
  size_t draw_count_;
};

}  // namespace weft::kernels
