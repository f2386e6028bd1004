// A chain with its addresses and slots: made once, run for many rows.
#pragma once

#include <span>

#include "kernels/tiles/tile_program.h"

namespace weft::kernels {

struct ChainKernels;

// Rows of arrays.
struct ChainRows {
  std::span<char*> arrays;             // the first row, by external; moved from row to row
  std::span<const int64_t> row_bytes;  // from one to the next
  int64_t rows, cols;
  int64_t first;     // number of the first element, for draws
  int64_t row_step;  // of that, from one to the next
};
// A chain with its slots, made once for many windows.
class BoundChain {
 public:
  // `streaming` are the externals whose stores go round the caches.
  BoundChain(const TileProgram& program, uint32_t streaming, const RandomStream& stream,
             void* scratch);
  void run(const ChainRows& rows);

 private:
  struct Patch {
    int16_t instruction, operand, external;
  };
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
  ChainOp ops_[kMaxChain + 1];
  Patch patches_[2 * kMaxChain];
  int patch_count_ = 0;
  int16_t scalars_[32];
  int scalar_count_ = 0;
  const char* scalar_at_[32];  // of those
  ChainDraw draws_[kMaxChainDraws];
  size_t draw_count_;
};

}  // namespace weft::kernels
