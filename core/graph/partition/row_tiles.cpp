// Which rows nodes need, the schedule of a loop over row tiles, and the verifier's rule. The
// schedule is a depth-first simulation: it makes each row of the result and, before it, the rows
// that it needs.
#include "graph/partition/row_tiles.h"

#include <algorithm>

#include "base/errors.h"
#include "graph/ir/fused.h"
#include "graph/ir/verifier.h"
#include "ops/problems/channel_blocks.h"

namespace weft::graph {
namespace {

// The work of one elementwise step on one element, counted in operations of a product: it weighs
// arithmetic against products in the estimate of a schedule's work.
constexpr double kWorkOfStep = 16;

// Does an operand of elementwise arithmetic have the rows of the result? Else one row serves all.
bool has_rows(const Shape& operand, const Shape& out) {
  const int from_the_end = out.rank() - kRowAxis;
  if (operand.rank() < from_the_end) return false;
  const int64_t rows = operand[operand.rank() - from_the_end];
  return rows == out[kRowAxis] && (rows > 1 || operand.rank() == out.rank());
}

// Is it elementwise arithmetic on images, where other operands have the result's extents or are
// repeated?
bool is_by_index(const Graph& graph, const Node& node, const Shape& out) {
  if (node.op && !is_elementwise(node)) return false;
  if (!node.op) {
    const Region& region = graph.regions[static_cast<size_t>(node.region)];
    if (region.kind != RegionKind::kFused || has_reductions(*region.body) ||
        row_operator(*region.body))
      return false;
  }
  bool reads_rows = false;
  for (const Operand& operand : node.operands) {
    if (!operand.is_value()) continue;
    const Shape& shape = graph.type(operand.value).shape;
    reads_rows |= shape == out;
    if (has_rows(shape, out) && shape.rank() != out.rank()) return false;
  }
  return reads_rows;
}

// Does the kernel make each image from the image of the same number? A loop runs image by image,
// but a window over a volume makes an image from several slices of it.
bool keeps_images(const Graph& graph, const Node& node, const Shape& out) {
  for (size_t i = 0; i < node.operands.size(); ++i)
    if (reads_rows(graph, node, i) && graph.type(node.operands[i].value).shape[0] != out[0])
      return false;
  return true;
}

}  // namespace

bool has_row_kernel(const Node& node) {
  return node.op && node.op->slot.needs && !node.op->slot.elementwise &&
         node.operands.size() <= ops::RowTile::kMaxInputs;
}

bool is_concatenation(const Node& node) {
  if (!node.op || node.op->name != "concatenate") return false;
  const ops::AttributeReader a = node.op->reader(node.attributes.view());
  return a.has("axis") && a.integer("axis") == 1 &&
         std::ranges::all_of(node.operands, &Operand::is_value);
}

// A clone, an effect or a draw must run once as a whole.
bool can_make_rows(const Graph& graph, const Node& node, RowWindows windows) {
  if (node.outputs.size() != 1 || node.clone_of != kNoValue || node.effect >= 0 ||
      node.ordinal >= 0)
    return false;
  if (windows) return windows(graph, node).has_value();
  const Shape& out = graph.type(node.outputs[0]).shape;
  if (!ops::is_blocked(out) || out.elements() == 0) return false;
  if (has_row_kernel(node)) return keeps_images(graph, node, out);
  return is_concatenation(node) || is_by_index(graph, node, out);
}

int64_t height_of(const Graph& graph, const Node& node, RowWindows windows) {
  const std::optional<RowWindow> window = windows ? windows(graph, node) : std::nullopt;
  return graph.type(node.outputs[0]).shape[window ? window->axis : kRowAxis];
}

// A kernel's slot says which part of an operand it reads; a box of rank -1 means all of it.
bool reads_rows(const Graph& graph, const Node& node, size_t operand, RowWindows windows) {
  if (!node.operands[operand].is_value()) return false;
  if (windows) {
    const std::optional<RowWindow> window = windows(graph, node);
    return window && window->reads_rows(operand);
  }
  const TensorType& out = graph.type(node.outputs[0]);
  if (!has_row_kernel(node))
    return has_rows(graph.type(node.operands[operand].value).shape, out.shape);
  const std::vector<TensorType> in = operand_types(graph, node).value();
  ops::ElementBox box{Shape(), out.shape};
  box.begin.resize(out.shape.rank(), 0);
  return node.op->slot
             .needs({*node.op, in, {&out, 1}, node.attributes.view()}, box,
                    static_cast<int>(operand))
             .begin.rank() > kRowAxis;
}

// For a target's kernel: a formula gives what slots give for the library's kernels.
void RowRule::read_windows(const RowWindow& window, const Graph& graph, const Node& node) {
  work_ = static_cast<double>(graph.type(node.outputs[0]).shape.elements() / height_);
  if (node.op) {
    const std::vector<TensorType> in = operand_types(graph, node).value();
    const TensorType& out = graph.type(node.outputs[0]);
    work_ = ops::cost_of(node.op->slot, {*node.op, in, {&out, 1}, node.attributes.view()}).flops /
            static_cast<double>(height_);
  }
  for (size_t i = 0; i < operands_.size(); ++i)
    operands_[i].by_rows = node.operands[i].is_value() && window.reads_rows(i);
  if (window.is_same(0) || !node.operands[0].is_value()) return;
  const int64_t height = graph.type(node.operands[0].value).shape[window.axis];
  for (int64_t row = 0; row < height_; ++row) {
    const int64_t first = row * window.stride - window.pad;
    const int64_t begin = std::clamp<int64_t>(first, 0, height);
    operands_[0].of_row.push_back({begin, std::clamp(first + window.extent, begin, height)});
  }
}

// Asks the slot for the rows of every single row of the result. Step: the rows that the kernel
// makes with the first one.
RowRule::RowRule(const Graph& graph, const Node& node, RowWindows windows)
    : operands_(node.operands.size()) {
  const TensorType& out = graph.type(node.outputs[0]);
  const std::optional<RowWindow> window = windows ? windows(graph, node) : std::nullopt;
  height_ = out.shape[window ? window->axis : kRowAxis];
  row_bytes_ = out.bytes() / (out.shape[0] * height_);
  if (window) {
    read_windows(*window, graph, node);
    return;
  }
  for (size_t i = 0; i < operands_.size(); ++i)
    operands_[i].by_rows = graph::reads_rows(graph, node, i);
  if (!has_row_kernel(node)) {
    const double steps =
        node.op ? 1
                : static_cast<double>(
                      graph.regions[static_cast<size_t>(node.region)].body->nodes.size());
    work_ = kWorkOfStep * steps * static_cast<double>(out.shape.elements() / height_);
    return;
  }
  const std::vector<TensorType> in = operand_types(graph, node).value();
  const ops::SlotTypes types{*node.op, in, {&out, 1}, node.attributes.view()};
  const ops::Slot& slot = node.op->slot;
  work_ = ops::cost_of(slot, types).flops / static_cast<double>(height_);
  ops::ElementBox box{Shape(), out.shape};
  box.begin.resize(out.shape.rank(), 0);
  box.end[kRowAxis] = 1;
  step_ = slot.needs(types, box, -1).end[kRowAxis];
  for (size_t i = 0; i < operands_.size(); ++i) {
    for (int64_t row = 0; operands_[i].by_rows && row < height_; ++row) {
      box.begin[kRowAxis] = row;
      box.end[kRowAxis] = row + 1;
      const ops::ElementBox from = slot.needs(types, box, static_cast<int>(i));
      operands_[i].of_row.push_back({from.begin[kRowAxis], from.end[kRowAxis]});
    }
  }
}

RowRange RowRule::needed(size_t operand, RowRange out) const {
  const std::vector<RowRange>& of_row = operands_[operand].of_row;
  if (of_row.empty()) return out;
  return {of_row[static_cast<size_t>(out.begin)].begin,
          of_row[static_cast<size_t>(out.end) - 1].end};
}

// ---- the order of rows
//
// A row of a value is made when a node asks for it, so what is alive of it are the rows from the
// first that some reader still needs to the last that is made.

namespace {

// Schedules one loop. A row of a value is made when a reader asks for it. Its line buffer holds the
// rows from the first that a reader still needs to the last that was made.
class Scheduler {
 public:
  Scheduler(const Graph& graph, std::span<const int32_t> nodes,
            std::span<const RowRule* const> rules, int64_t rows)
      : graph_(graph), nodes_(nodes), rules_(rules), rows_(rows), from_(nodes.size()) {
    schedule_.ring_rows.assign(nodes.size(), 0);
    schedule_.whole_of.assign(nodes.size(), -1);
    link();
    find_parts();
  }

  // Cuts the result's rows into sections, whole steps each, and makes them one after the other.
  RowTileSchedule run(int64_t sections) {
    const size_t last = nodes_.size() - 1;
    const int64_t height = rules_[last]->height(), step = rules_[last]->step();
    const int64_t steps = (height + step - 1) / step;
    sections = std::clamp<int64_t>(sections, 1, steps);
    double longest = 0;
    for (int64_t s = 0; s < sections; ++s) {
      schedule_.sections.push_back(schedule_.calls.size());
      const double before = work_;
      begin_section(
          {steps * s / sections * step, std::min(height, steps * (s + 1) / sections * step)});
      make(last, ends_[last]);
      longest = std::max(longest, work_ - before);
    }
    schedule_.sections.push_back(schedule_.calls.size());
    for (size_t n = nodes_.size(); n-- > 0;) {
      const int32_t whole = schedule_.whole_of[n];
      int64_t& ring_rows = schedule_.ring_rows[n];
      ring_rows = whole >= 0  ? schedule_.ring_rows[static_cast<size_t>(whole)]
                  : n == last ? height
                              : std::min(ring_rows, rules_[n]->height());
    }
    schedule_.work = all_work_ > 0 ? work_ / all_work_ : 1;
    schedule_.longest = all_work_ > 0 ? longest / all_work_ : 1;
    return std::move(schedule_);
  }

 private:
  // A node that reads a value, by this operand.
  struct Reader {
    size_t node, operand;
  };

  const Node& node(size_t n) const { return graph_.nodes[static_cast<size_t>(nodes_[n])]; }

  // Finds which node makes each operand that is read by rows, and who reads each node's result.
  void link() {
    std::vector<int32_t> position(graph_.nodes.size(), -1);
    readers_.resize(nodes_.size());
    for (size_t n = 0; n < nodes_.size(); ++n) {
      position[static_cast<size_t>(nodes_[n])] = static_cast<int32_t>(n);
      from_[n].assign(node(n).operands.size(), -1);
      for (size_t i = 0; i < from_[n].size(); ++i) {
        if (!rules_[n]->reads_rows(i)) continue;
        const Value& value = graph_.values[static_cast<size_t>(node(n).operands[i].value)];
        if (value.origin == Origin::kNode) from_[n][i] = position[static_cast<size_t>(value.index)];
        if (from_[n][i] >= 0) readers_[static_cast<size_t>(from_[n][i])].push_back({n, i});
      }
      all_work_ += rules_[n]->work() * static_cast<double>(rules_[n]->height());
    }
  }

  // A value that a concatenation has once as a part is made inside the concatenation's line buffer.
  void find_parts() {
    for (size_t n = 0; n < nodes_.size(); ++n) {
      if (!is_concatenation(node(n))) continue;
      for (const int32_t part : from_[n])
        if (part >= 0 && schedule_.whole_of[static_cast<size_t>(part)] < 0 &&
            std::ranges::count(from_[n], part) == 1)
          schedule_.whole_of[static_cast<size_t>(part)] = static_cast<int32_t>(n);
    }
  }

  // From the result back to the operands: which rows of each value the section needs. Line buffers
  // start empty.
  void begin_section(RowRange result) {
    std::vector<RowRange> wanted(nodes_.size(), RowRange{INT64_MAX, 0});
    wanted.back() = result;
    for (size_t n = nodes_.size(); n-- > 0;) {
      const int64_t step = rules_[n]->step();
      RowRange& rows = wanted[n];
      if (rows.begin > rows.end) rows = {0, 0};
      rows.begin = rows.begin / step * step;
      rows.end = std::min(rules_[n]->height(), (rows.end + step - 1) / step * step);
      for (size_t i = 0; i < from_[n].size() && rows.begin < rows.end; ++i) {
        if (from_[n][i] < 0) continue;
        const RowRange needed = rules_[n]->needed(i, rows);
        RowRange& of = wanted[static_cast<size_t>(from_[n][i])];
        of = {std::min(of.begin, needed.begin), std::max(of.end, needed.end)};
      }
    }
    done_.resize(nodes_.size());
    ends_.resize(nodes_.size());
    top_.assign(nodes_.size(), 0);
    for (size_t n = 0; n < nodes_.size(); ++n) {
      done_[n] = wanted[n].begin;
      ends_[n] = wanted[n].end;
    }
  }

  // Makes the rows of node n up to `end`, a few at a time, and first the rows of other nodes that
  // they need.
  void make(size_t n, int64_t end) {
    const int64_t step = rules_[n]->step();
    const int64_t maximum = std::max<int64_t>(1, rows_ / step) * step;
    end = std::min(rules_[n]->height(), (end + step - 1) / step * step);
    while (done_[n] < end) {
      const RowRange rows{done_[n], std::min(end, done_[n] + maximum)};
      for (size_t i = 0; i < from_[n].size(); ++i)
        if (from_[n][i] >= 0)
          make(static_cast<size_t>(from_[n][i]), rules_[n]->needed(i, rows).end);
      hold(n, rows.end);
      work_ += rules_[n]->work() * static_cast<double>(rows.end - rows.begin);
      if (!is_made_of_parts(n)) schedule_.calls.push_back({static_cast<int32_t>(n), rows});
      done_[n] = rows.end;
    }
  }

  // Are all parts made inside the concatenation? Then it needs no call.
  bool is_made_of_parts(size_t n) const {
    return is_concatenation(node(n)) && std::ranges::all_of(from_[n], [&](int32_t part) {
             return part >= 0 &&
                    schedule_.whole_of[static_cast<size_t>(part)] == static_cast<int32_t>(n);
           });
  }

  // The node whose line buffer holds the value.
  size_t root(size_t n) const {
    while (schedule_.whole_of[n] >= 0) n = static_cast<size_t>(schedule_.whole_of[n]);
    return n;
  }

  // Rows up to `end` are now in the line buffer: it may have to hold more rows than before.
  void hold(size_t n, int64_t end) {
    const size_t ring = root(n);
    top_[ring] = std::max(top_[ring], end);
    int64_t& ring_rows = schedule_.ring_rows[ring];
    ring_rows = std::max(ring_rows, top_[ring] - first_needed(ring));
  }

  // The first row of a line buffer that is still to be read, from the value or from its parts.
  int64_t first_needed(size_t n) const {
    int64_t first = done_[n];
    for (const Reader& reader : readers_[n]) {
      if (done_[reader.node] >= ends_[reader.node]) continue;
      const int64_t next = done_[reader.node];
      first = std::min(first, rules_[reader.node]->needed(reader.operand, {next, next + 1}).begin);
    }
    for (const int32_t part : from_[n])
      if (part >= 0 && schedule_.whole_of[static_cast<size_t>(part)] == static_cast<int32_t>(n))
        first = std::min(first, first_needed(static_cast<size_t>(part)));
    return first;
  }

  const Graph& graph_;
  const std::span<const int32_t> nodes_;
  const std::span<const RowRule* const> rules_;
  const int64_t rows_;
  std::vector<std::vector<int32_t>> from_;    // by node and operand: the node that makes it, or -1
  std::vector<std::vector<Reader>> readers_;  // by node
  // By node: rows made so far, rows of the section, last row in the buffer.
  std::vector<int64_t> done_, ends_, top_;
  double work_ = 0, all_work_ = 0;  // of the schedule; of making every row once
  RowTileSchedule schedule_;
};

}  // namespace

RowTileSchedule schedule_row_tiles(const Graph& graph, std::span<const int32_t> nodes,
                                   std::span<const RowRule* const> rules, int64_t rows,
                                   int64_t sections) {
  return Scheduler(graph, nodes, rules, rows).run(sections);
}

int64_t RowTileSchedule::ring_bytes(std::span<const RowRule* const> rules) const {
  int64_t bytes = 0;
  for (size_t n = 0; n + 1 < rules.size(); ++n)
    if (whole_of[n] < 0) bytes += rules[n]->row_bytes() * ring_rows[n];
  return bytes;
}

// ---- the verifier's rule

Status row_tiles_are_sound(const Graph& graph, const Node& node) {
  const Region& region = graph.regions[static_cast<size_t>(node.region)];
  const auto broken = [&](const auto&... parts) {
    return errors::invalid_value("graph", "the row tiles at %",
                                 node.outputs.empty() ? -1 : node.outputs[0], parts...);
  };
  if (!region.body || region.loop.maximum < 1)
    return broken(" must have a body and at least one row");
  const Graph& body = *region.body;
  WEFT_TRY(verify_body(body));
  if (!body.states.empty() || body.effects > 0 || !body.sizes.empty() || !body.constants.empty() ||
      body.ordinals > 0)
    return broken(" must have a body without constants, states, effects, sizes and random numbers");
  if (body.nodes.empty() || body.outputs.size() != 1 || node.outputs.size() != 1 ||
      body.nodes.back().outputs.size() != 1 || body.outputs[0] != body.nodes.back().outputs[0])
    return broken(" must have one result, the output of the last node of their body");
  if (node.operands.size() != body.inputs.size())
    return broken(" must have as many operands as their body has inputs, ", body.inputs.size(),
                  "; got ", node.operands.size());
  for (size_t i = 0; i < node.operands.size(); ++i)
    if (!node.operands[i].is_value() ||
        !(body.type(body.inputs[i]) == graph.type(node.operands[i].value)))
      return broken(" must have the type of the body's input for operand ", i);
  if (!(body.type(body.outputs[0]) == graph.type(node.outputs[0])))
    return broken(" must have the type of the body's result, ",
                  ops::to_string(body.type(body.outputs[0])), "; got ",
                  ops::to_string(graph.type(node.outputs[0])));
  const int64_t images = body.type(body.outputs[0]).shape[0];
  Checked rows = 0;
  for (const Node& inner : body.nodes) {
    const std::string name = inner.op ? inner.op->name : "a region";
    if (!can_make_rows(body, inner, region.windows) ||
        body.type(inner.outputs[0]).shape[0] != images)
      return broken(" contain ", name, ", which cannot be computed row by row");
    rows = rows + height_of(body, inner, region.windows);
    for (size_t i = 0; i < inner.operands.size(); ++i)
      if (inner.operands[i].is_value() && body.producer(inner.operands[i].value) &&
          !reads_rows(body, inner, i, region.windows))
        return broken(" contain ", name, ", which reads all rows of a result of the body at once");
  }
  if (rows.value() > kMaxRows)
    return broken(" must have at most ", kMaxRows, " rows; got ", rows.value());
  return {};
}

}  // namespace weft::graph
