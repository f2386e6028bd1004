// Loops over row tiles (graph/partition/row_tiles.h) as one step of a plan.
//
// The schedule says which rows are made when. Decided here are the location of each line buffer (a
// ring of rows) in the step's scratch, and which kernel calls run on which rows. Either threads
// take sections of the result, each with line buffers of its own (a lane), or all threads share the
// work of each kernel.
#pragma once

#include <memory>
#include <vector>

#include "executor/lowering/lowering.h"
#include "executor/plan/target.h"
#include "graph/partition/row_tiles.h"
#include "ops/slots/slot.h"

namespace weft::executor {

// An array of the loop: an operand or the result, whole; or a line buffer.
struct RowTileValue {
  int32_t external = -1;    // number among operands and result; -1: a line buffer
  int64_t offset = 0;       // bytes from its start, or from the start of the line buffers
  int64_t ring_rows = 0;    // rows; row r lies at r modulo this number
  int64_t row_bytes = 0;    // of one plane (a channel block)
  int64_t image_bytes = 0;  // from image to image; 0 in a line buffer
};

// How a step reads or writes an array.
struct RowTileUse {
  int32_t value = -1;     // index into RowTilePlan::values; -1: an absent operand
  bool by_rows = false;   // some rows of it, else all of it
  bool by_image = false;  // it has images, so each image finds its own part
};

// Planes of a concatenation that are computed elsewhere and copied row by row.
struct RowTileCopy {
  RowTileUse from;
  int64_t planes = 0;
  int64_t first_plane = 0;  // in the concatenation
};

// Arithmetic on this many rows, which follow one another in each plane of all arrays that it reads
// and writes.
struct RowTileCode {
  int64_t rows = 1;
  std::unique_ptr<TileCode> code;
};

// One node of the loop's body: a kernel, arithmetic, or copies.
struct RowTileStep {
  const ops::OpDef* op = nullptr;  // null: arithmetic or copies
  ops::Attributes attributes;
  std::vector<RowTileUse> in;
  int32_t out = 0;                         // index of the array that it writes
  std::optional<graph::RowWindow> window;  // for a target's kernel
  std::vector<TensorView> views;        // of `in` and `out`, for one image, without data pointers
  std::shared_ptr<const void> problem;  // as PlanStep::problem
  ops::RowTile row_tile;                // rows of each line buffer; the call's rows are filled in
  std::vector<RowTileCode> codes;       // arithmetic: one for each number of rows that a call has
  std::vector<uint64_t> scalars;        // that the codes read
  std::vector<RowTileCopy> copies;
};

// The plan of one loop over row tiles.
struct RowTilePlan {
  std::vector<RowTileValue> values;
  std::vector<RowTileStep> steps;
  std::vector<graph::RowTileCall> calls;  // in the order in which they run
  std::vector<size_t> sections;           // the first call of each section, and one past the last
  int64_t images = 1;
  int64_t lanes = 1;       // sets of line buffers; a thread uses one at a time
  int64_t ring_bytes = 0;  // line buffers of a lane
  int64_t lane_bytes = 0;  // line buffers and kernels' scratch of a lane
  int64_t rows = 0;        // of the result that are made at a time
  int64_t all_rows = 0;    // rows over all nodes; calls in sections may make some twice
  ops::Cost cost;
  Over over;  // for a target: the operand that the result may overwrite

  int64_t scratch_bytes() const { return lanes * lane_bytes; }
  int64_t pieces() const { return images * (static_cast<int64_t>(sections.size()) - 1); }
};

// `in_sections`: threads take sections of the result, and compute again the rows that two sections
// read; else they share the work of each kernel. `target`: who has the kernels that the region's
// windows describe, or null.
Result<std::shared_ptr<const RowTilePlan>> plan_row_tiles(const graph::Region& region, int threads,
                                                          bool in_sections, const Target* target);

// `externals`: first elements of the operands, then of the result. `scratch`: scratch_bytes()
// bytes.
Status run_row_tiles(const RowTilePlan& plan, void* const* externals, void* scratch);

// One line for people: rows, sections, line buffers.
std::string describe(const RowTilePlan& plan);

}  // namespace weft::executor
