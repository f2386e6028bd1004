// Loops over row tiles: which nodes may be in one, which rows a node reads, and in which order rows
// are made.
//
//   row tiles  operands      of the body
//              body          nodes that make rows of images (N, C / B, H, W, B) from rows; as many
//                            nodes as wanted
//              node outputs  the one result of the body
//
// A value inside the loop keeps only the rows that are still to be read, in a ring of rows: the
// line buffer. Rows are made when they are asked for, depth first, from the result's first row to
// its last, so a line buffer is as small as windows and shortcuts allow. Operands and the result
// are outside and whole. A body runs image by image. The parts of a concatenation are made directly
// inside it.
#pragma once

#include <vector>

#include "graph/ir/ir.h"

namespace weft::graph {

// The axis of rows, for the library's kernels and for plain images (N, C, H, W).
inline constexpr int kRowAxis = 2;

// The rows that somebody else's kernel (RowWindows in ir.h) reads to make row r of its result. From
// operand 0 it reads `extent` rows from row r * stride - pad on, as far as they are inside the
// image; from the operands in `same` it reads row r itself; other operands it reads whole.
struct RowWindow {
  int axis = kRowAxis;  // the axis of rows, in the result and in operands that are read by rows
  int64_t stride = 1, pad = 0, extent = 1;
  uint32_t same = 0;        // bits: operands of which row r is read
  bool overwrites = false;  // the result may lie over operand 0 if all rows are made at once

  bool is_same(size_t operand) const { return ops::has_input(same, operand); }
  bool reads_rows(size_t operand) const { return operand == 0 || is_same(operand); }
};

// The rows [begin, end).
struct RowRange {
  int64_t begin = 0;
  int64_t end = 0;
};

// Does the node join channel blocks?
bool is_concatenation(const Node& node);
// Can the node's kernel make some rows from some rows? Elementwise nodes can anyway.
bool has_row_kernel(const Node& node);
// May the node be in a loop over row tiles?
bool can_make_rows(const Graph& graph, const Node& node, RowWindows windows = nullptr);

// The rows of the node's result; the node can make rows.
int64_t height_of(const Graph& graph, const Node& node, RowWindows windows = nullptr);
// A loop is planned row by row, which is worth it for so many rows over all nodes: a hundred images
// of 2,000. A graph with more has huge padding, or makes whole images.
inline constexpr int64_t kMaxRows = int64_t{1} << 18;

// Is the operand an image that the node reads row by row? Else it reads all of it.
bool reads_rows(const Graph& graph, const Node& node, size_t operand, RowWindows windows = nullptr);

// The rows that one node reads to make rows of its result.
class RowRule {
 public:
  // For a node that can make rows.
  RowRule(const Graph& graph, const Node& node, RowWindows windows = nullptr);
  int64_t step() const { return step_; }            // rows that the kernel makes together
  int64_t height() const { return height_; }        // of the result
  double work() const { return work_; }             // operations for a row
  int64_t row_bytes() const { return row_bytes_; }  // of the result, all planes of one image
  bool reads_rows(size_t operand) const { return operands_[operand].by_rows; }
  // The rows of the operand that the rows `out` of the result need.
  RowRange needed(size_t operand, RowRange out) const;

 private:
  // How the node reads one operand.
  struct Reads {
    bool by_rows = false;
    std::vector<RowRange> of_row;  // by row of the result: rows needed; empty: the same row
  };
  void read_windows(const RowWindow& window, const Graph& graph, const Node& node);

  int64_t step_ = 1, height_ = 1, row_bytes_ = 0;
  double work_ = 0;
  std::vector<Reads> operands_;
};

// Make these rows of the result of a node.
struct RowTileCall {
  int32_t node = 0;  // position in the list of nodes that the schedule is for
  RowRange rows;
};

// The order in which rows are made, and how large the line buffers have to be.
struct RowTileSchedule {
  std::vector<RowTileCall> calls;
  std::vector<size_t> sections;    // the first call of each section, and one past the last
  std::vector<int64_t> ring_rows;  // by node: rows of its line buffer
  std::vector<int32_t> whole_of;   // by node: the concatenation it is made inside of, or -1
  double work = 0;                 // arithmetic, relative to making every row once
  double longest = 0;              // arithmetic of the section with most, on the same scale

  // Bytes of all line buffers for one image. The result needs none.
  int64_t ring_bytes(std::span<const RowRule* const> rules) const;
};

// Schedules nodes of a graph, in topological order; the last one's result leaves the loop. `rules`:
// by node. `rows`: of a value that are made at a time. A section is a range of the result's rows
// with line buffers of its own; rows that two sections need are made twice.
RowTileSchedule schedule_row_tiles(const Graph& graph, std::span<const int32_t> nodes,
                                   std::span<const RowRule* const> rules, int64_t rows,
                                   int64_t sections);

// The verifier's rule.
Status row_tiles_are_sound(const Graph& graph, const Node& node);

}  // namespace weft::graph
