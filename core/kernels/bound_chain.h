// A chain with its addresses and slots: made once, run for many rows.
#pragma once

#include <span>

#include "kernels/tile_program.h"

namespace weft::kernels {

// One row of arrays.
struct ChainRow {
  std::span<char* const> arrays;  // by external
  int64_t cols;
  int64_t first;  // number of its first element, for draws
};
// A chain with its slots, made once for many rows.
class BoundChain {
 public:
  // `streaming` are the externals whose stores go round the caches.
  BoundChain(const TileProgram& program, uint32_t streaming, const RandomStream& stream,
             void* scratch);
  void run(const ChainRow& row);

 private:
  struct Patch {
    int16_t instruction, operand, external;
  };
  void point_at(std::span<char* const> arrays);
  void set_scalars(std::span<char* const> arrays);
  bool may_repeat(std::span<char* const> arrays) const;
  void run_last_block(const ChainRow& row);
  void run_part(const ChainRow& row, int64_t first, int64_t count);
  void draw_from(int64_t first);
  char* slot(int operand) const;

  const ChainProgram& program_;
  std::span<const DType> dtypes_;
  char* slots_;
  ChainOp ops_[kMaxChain + 1];
  Patch patches_[2 * kMaxChain];
  int patch_count_ = 0;
  const char* scalar_at_[32];
  ChainDraw draws_[kMaxChainDraws];
  size_t draw_count_;
};

}  // namespace weft::kernels
