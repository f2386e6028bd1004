// Loops over row tiles: which nodes one may have, which rows they read, and the order in which
// rows are made.
//
//   row tiles  operands      of the body
//          body          nodes that make rows of images (N, C / B, H, W, B) from rows, in any
//          number node outputs  the body's one result
//
// Of a value inside only the rows that are still to be read are held, in a ring: that is the line
// buffer which iterations carry. Rows are made when they are asked for, depth first from the
// result's first row to its last, so a ring is as small as windows and shortcuts allow. What is
// outside, operands and result, is held whole. A body is run image by image.
//
// The parts of a concatenation are made where they lie in it.
#pragma once

#include <vector>

#include "graph/ir/ir.h"

namespace weft::graph {

inline constexpr int kRowAxis = 2;  // of the library's kernels; of plain images, too

// The rows that a kernel of others reads (RowWindows in ir.h) to make row r of its result: of
// operand 0 those inside the image of `extent` rows from r * stride - pad on, of others row r.
struct RowWindow {
  int axis = kRowAxis;  // of rows, in the result and in what is read by rows
  int64_t stride = 1, pad = 0, extent = 1;
  uint32_t same = 0;        // bits: the operands of which row r itself is read
  bool overwrites = false;  // the result may lie over operand 0 where all rows are made at once

  bool is_same(size_t operand) const { return ops::has_input(same, operand); }
  bool reads_rows(size_t operand) const { return operand == 0 || is_same(operand); }
};

struct RowRange {
  int64_t begin = 0;
  int64_t end = 0;
};

bool is_concatenation(const Node& node);  // of blocks of channels
// Does its kernel make any rows from rows that are held? What is elementwise does so by itself.
bool has_row_kernel(const Node& node);
bool can_make_rows(const Graph& graph, const Node& node, RowWindows windows = nullptr);

// Rows of the result of a node that can make rows.
int64_t height_of(const Graph& graph, const Node& node, RowWindows windows = nullptr);
// Loops are planned row by row. So many rows, over all nodes of a graph, are worth that: a hundred
// images of 2,000. What has more has padding to thank for it, or makes whole images.
inline constexpr int64_t kMaxRows = int64_t{1} << 18;

// Is the operand an image of which the node reads rows? Else it reads all.
bool reads_rows(const Graph& graph, const Node& node, size_t operand, RowWindows windows = nullptr);

// Which rows a node reads to make rows of its result.
class RowRule {
 public:
  RowRule(const Graph& graph, const Node& node, RowWindows windows = nullptr);  // can make rows
  int64_t step() const { return step_; }            // rows that are made together
  int64_t height() const { return height_; }        // of the result
  double work() const { return work_; }             // of a row, in operations
  int64_t row_bytes() const { return row_bytes_; }  // of a row of the result of one image
  bool reads_rows(size_t operand) const { return operands_[operand].by_rows; }
  RowRange needed(size_t operand, RowRange out) const;

 private:
  struct Reads {
    bool by_rows = false;
    std::vector<RowRange> of_row;  // by row of the result; empty: the same
  };
  void read_windows(const RowWindow& window, const Graph& graph, const Node& node);

  int64_t step_ = 1, height_ = 1, row_bytes_ = 0;
  double work_ = 0;
  std::vector<Reads> operands_;
};

struct RowTileCall {
  int32_t node = 0;  // of those that the schedule is for
  RowRange rows;
};

struct RowTileSchedule {
  std::vector<RowTileCall> calls;
  std::vector<size_t> sections;   // the first call of each, and one past the last
  std::vector<int64_t> held;      // by node: rows of its result
  std::vector<int32_t> whole_of;  // by node: the concatenation that its result is a part of, or -1
  double work = 0;                // arithmetic relative to making every row once
  double longest = 0;             // that of the section that has most of it

  // Of the rings for one image; the result has none.
  int64_t ring_bytes(std::span<const RowRule* const> rules) const;
};

// For nodes of a graph in topological order; the last one's result is what leaves them. `rules`: by
// node. A section is a part of the result's rows whose rings are its own.
RowTileSchedule schedule_row_tiles(const Graph& graph, std::span<const int32_t> nodes,
                                   std::span<const RowRule* const> rules, int64_t rows,
                                   int64_t sections);

Status row_tiles_are_sound(const Graph& graph, const Node& node);  // the verifier's rule

}  // namespace weft::graph
