// A tile program with its addresses: made once, run for many windows of its loop.
#pragma once

#include <optional>

#include "kernels/tiles/bound_chain.h"
#include "kernels/tiles/tile_program.h"

namespace weft::kernels {

// Where an operand's tile lies.
struct TilePlace {
  char* data;
  int64_t row_bytes;
  bool scalar;
};

class TileRunner {
 public:
  // `data[i]` is external i's first element; `scratch` has tile_scratch bytes.
  TileRunner(const TileProgram& program, const TileLoop& loop, std::span<void* const> data,
             void* scratch, const RandomStream& stream);
  ~TileRunner();
  TileRunner(const TileRunner&) = delete;
  TileRunner& operator=(const TileRunner&) = delete;

  // `data` as above; what is neither copied nor streamed may have moved. A window of a program
  // with temporaries that is no chain has at most kTileElements.
  void run(const TileWindow& window, std::span<void* const> data);
  // The elements [first, first + count), as they are numbered in the shape.
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
  const uint32_t streaming_;
  std::optional<BoundChain> chain_;
  TilePlace places_[TileLoop::kMaxOperands];
  uint64_t copied_ = 0, read_ = 0, written_ = 0;  // externals
};

}  // namespace weft::kernels
