// Loops over row tiles (graph/partition/row_tiles.h) as one step of a plan.
//
// What the schedule says is decided here: where each ring lies in the step's scratch, and which
// kernels run on which rows. Either the threads take sections of the result, each with rings of its
// own, or they share every kernel's work.
#pragma once

#include <memory>
#include <vector>

#include "executor/lowering/lowering.h"
#include "executor/plan/target.h"
#include "graph/partition/row_tiles.h"
#include "ops/slots/slot.h"

namespace weft::executor {

// An array of the loop: outside, or a ring.
struct RowTileValue {
  int32_t external = -1;    // among operands and result; -1: in a ring
  int64_t offset = 0;       // bytes from the start of that, or of the rings
  int64_t held = 0;         // rows
  int64_t row_bytes = 0;    // of a plane
  int64_t image_bytes = 0;  // from image to image
};

// What a step reads or writes.
struct RowTileUse {
  int32_t value = -1;  // -1: absent
  bool by_rows = false;
  bool by_image = false;
};

// Rows of a concatenation that are made elsewhere.
struct RowTileCopy {
  RowTileUse from;
  int64_t planes = 0;
  int64_t first_plane = 0;  // of the whole
};

// Arithmetic on so many rows that lie one behind the other in all that it reads and writes.
struct RowTileCode {
  int64_t rows = 1;
  std::unique_ptr<TileCode> code;
};

struct RowTileStep {
  const ops::OpDef* op = nullptr;  // null: arithmetic or copies
  ops::Attributes attributes;
  std::vector<RowTileUse> in;
  int32_t out = 0;
  std::optional<graph::RowWindow> window;  // of a target's kernel
  std::vector<TensorView> views;           // of `in` and `out`, without data
  std::shared_ptr<const void> problem;     // of a kernel whose slot has one (ops/slots/slot.h)
  ops::RowTile row_tile;                   // rows that are held
  std::vector<RowTileCode> codes;          // for each number of rows that a call has
  std::vector<uint64_t> scalars;           // that they read
  std::vector<RowTileCopy> copies;
};

struct RowTilePlan {
  std::vector<RowTileValue> values;
  std::vector<RowTileStep> steps;
  std::vector<graph::RowTileCall> calls;
  std::vector<size_t> sections;  // as in the schedule
  int64_t images = 1;
  int64_t lanes = 1;       // threads that have rings of their own
  int64_t ring_bytes = 0;  // of a lane
  int64_t lane_bytes = 0;  // with what kernels need
  int64_t rows = 0;        // at a time
  int64_t all_rows = 0;    // that there are to make
  ops::Cost cost;
  Over over;  // of a target: the operand that the result may be written over

  int64_t scratch_bytes() const { return lanes * lane_bytes; }
  int64_t pieces() const { return images * (static_cast<int64_t>(sections.size()) - 1); }
};

// `in_sections`: threads take parts of the result and make again what two of these read; else they
// share every kernel. `target`: who has the kernels that the region's windows are of, or null.
Result<std::shared_ptr<const RowTilePlan>> plan_row_tiles(const graph::Region& region, int threads,
                                                          bool in_sections, const Target* target);

// `externals`: first elements of the operands, then of the result.
Status run_row_tiles(const RowTilePlan& plan, void* const* externals, void* scratch);

std::string describe(const RowTilePlan& plan);

}  // namespace weft::executor
