// A tile program bound to its arrays and scratch: made once for a call by each thread, run for many
// windows of its loop.
#pragma once

#include <optional>

#include "kernels/tiles/bound_chain.h"
#include "kernels/tiles/tile_program.h"

namespace weft::kernels {

// Where the current tile of an operand lies.
struct TilePlace {
  char* data;
  int64_t row_bytes;  // bytes from one row to the next
  bool scalar;        // one element for each whole row
};

// Belongs to one thread. The program and the loop must outlive it.
class TileRunner {
 public:
  // `data[i]` is external i's first element; `scratch` has tile_scratch bytes.
  TileRunner(const TileProgram& program, const TileLoop& loop, std::span<void* const> data,
             void* scratch, const RandomStream& stream);
  ~TileRunner();
  TileRunner(const TileRunner&) = delete;
  TileRunner& operator=(const TileRunner&) = delete;

  // `data` as above. The address of an external may have changed since, unless it is copied or
  // streamed. If the program is no chain and has temporaries, a window has at most kTileElements
  // elements.
  void run(const TileWindow& window, std::span<void* const> data);
  // The same for the elements [first, first + count) of the shape.
  void run(int64_t first, int64_t count, std::span<void* const> data);

 private:
  void run_chain(const TileWindow& window, std::span<void* const> data);
  void run_steps(const TileWindow& window, std::span<void* const> data);
  void draw(const TileStep& step, const TileWindow& window) const;
  TilePlace outside(int external, const TileWindow& window, void* data) const;
  void copy(const TilePlace& to, int64_t to_col, const TilePlace& from, int64_t from_col,
            int64_t size, const TileWindow& window) const;

  const TileProgram& program_;
  const TileLoop& loop_;
  const RandomStream stream_;
  const uint32_t streaming_;         // externals whose stores bypass the caches
  std::optional<BoundChain> chain_;  // if the program is a chain; otherwise steps run
  TilePlace places_[TileLoop::kMaxOperands];
  uint64_t copied_ = 0, read_ = 0, written_ = 0;  // bits of externals
};

}  // namespace weft::kernels
