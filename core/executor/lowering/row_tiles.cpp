// The planning of loops over row tiles: the number of sections, the line buffers, a step for each
// node, and the scratch of a lane. Running is in run/run_row_tiles.cpp.
#include "executor/lowering/row_tiles.h"

#include <algorithm>
#include <numeric>

#include "base/errors.h"
#include "executor/memory/arena_packing.h"
#include "executor/memory/placement_impl.h"
#include "ops/slots/kernel_call.h"
#include "ops/use.h"
#include "weft_parts.h"

namespace weft::executor {
namespace {

using graph::Graph;
using graph::kRowAxis;
using graph::Node;
using graph::Operand;
using graph::RowRule;
using graph::RowTileSchedule;
using graph::TensorType;
using graph::ValueId;

// Limits for sections. A section's work may be this much larger than an equal share of the whole.
constexpr double kMaxTime = 1.25;
// Twice as many sections balance threads better, if they add no more than this to the work (rows
// that two sections need are computed twice) and each still has enough rows.
constexpr double kMaxWork = 1.04;
constexpr int64_t kMinRows = 8;  // rows of a section

// Plans one loop.
class Planner {
 public:
  Planner(const graph::Region& region, int threads, bool in_sections, const Target* target)
      : body_(*region.body),
        windows_(region.windows),
        target_(target),
        rows_(region.loop.maximum),
        threads_(threads),
        in_sections_(in_sections),
        nodes_(body_.nodes.size()) {
    std::iota(nodes_.begin(), nodes_.end(), 0);
    plan_->images = body_.type(body_.outputs[0]).shape[0];
    plan_->rows = rows_;
    if (windows_) axis_ = windows_(body_, body_.nodes.back())->axis;
    for (const Node& node : body_.nodes) rules_.emplace_back(body_, node, windows_);
    choose_schedule();
  }

  Result<std::shared_ptr<const RowTilePlan>> run() {
    place();
    part_arithmetic();
    const int64_t sections = static_cast<int64_t>(schedule_.sections.size()) - 1;
    if (in_sections_) plan_->lanes = std::min<int64_t>(threads_, plan_->images * sections);
    int64_t kernels = 0;
    for (size_t n = 0; n < body_.nodes.size(); ++n) {
      WEFT_TRY(add_step(n));
      WEFT_ASSIGN(const int64_t bytes, scratch_of_step(n));
      kernels = std::max(kernels, bytes);
    }
    const Checked scratch = (Checked(plan_->ring_bytes) + kernels) * plan_->lanes;
    if (scratch.value() > kTooMany / 4) return errors::out_of_memory("plan", scratch.value());
    plan_->lane_bytes = plan_->ring_bytes + padded(kernels);
    if (target()) plan_->over = overlap();
    plan_->calls = std::move(schedule_.calls);
    plan_->sections = std::move(schedule_.sections);
    count_cost();
    return std::shared_ptr<const RowTilePlan>(std::move(plan_));
  }

 private:
  const Target* target() const { return kHasTargets ? target_ : nullptr; }
  // Bytes rounded up to the alignment of buffers.
  int64_t padded(int64_t bytes) const {
    const int64_t to = target() ? target()->alignment : static_cast<int64_t>(kAlignment);
    return (bytes + to - 1) / to * to;
  }
  // Is the node run by a kernel that makes rows? A target has no other nodes.
  bool is_kernel(const Node& node) const { return windows_ || graph::has_row_kernel(node); }

  // As many sections as keep all threads busy with little work done twice. Where there are too few
  // rows for so many threads, the threads share each kernel instead.
  void choose_schedule() {
    std::vector<const RowRule*> rules;
    for (const RowRule& rule : rules_) rules.push_back(&rule);
    const auto schedule = [&](int64_t sections) {
      return graph::schedule_row_tiles(body_, nodes_, rules, rows_, sections);
    };
    const int64_t minimum =
        in_sections_ && threads_ > 1 ? (threads_ + plan_->images - 1) / plan_->images : 1;
    schedule_ = schedule(minimum);
    if (minimum == 1) return;
    if (schedule_.longest * static_cast<double>(minimum) > kMaxTime) {
      in_sections_ = false;
      schedule_ = schedule(1);
    } else if (rules_.back().height() >= 2 * minimum * kMinRows) {
      RowTileSchedule more = schedule(2 * minimum);
      if (more.work <= kMaxWork) schedule_ = std::move(more);
    }
  }

  // ---- arrays

  // Gives each array its location: externals as they are, line buffers one behind the other. The
  // parts of a concatenation lie in the concatenation's line buffer.
  void place() {
    values_.resize(body_.values.size(), -1);
    for (size_t i = 0; i < body_.inputs.size(); ++i)
      add_external(body_.inputs[i], static_cast<int32_t>(i));
    add_external(body_.outputs[0], static_cast<int32_t>(body_.inputs.size()));
    for (size_t n = body_.nodes.size() - 1; n-- > 0;) {  // a concatenation before its parts
      const ValueId id = body_.nodes[n].outputs[0];
      const TensorType& type = body_.type(id);
      const int32_t whole = schedule_.whole_of[n];
      RowTileValue value;
      if (whole >= 0) {
        const Node& node = body_.nodes[static_cast<size_t>(whole)];
        value = plan_->values[static_cast<size_t>(value_of(node.outputs[0]))];
        value.offset += first_plane(node, id) * value.ring_rows * value.row_bytes;
      } else {
        value = {-1, plan_->ring_bytes, schedule_.ring_rows[n], row_bytes(type), 0};
        plan_->ring_bytes += padded(rules_[n].row_bytes() * value.ring_rows);
      }
      add(id, value);
    }
  }
  void add(ValueId id, const RowTileValue& value) {
    values_[static_cast<size_t>(id)] = static_cast<int32_t>(plan_->values.size());
    plan_->values.push_back(value);
  }
  // An operand or the result is a "line buffer" with all rows.
  void add_external(ValueId id, int32_t number) {
    const TensorType& type = body_.type(id);
    RowTileValue value{number, 0, 0, 0, 0};
    if (type.shape.rank() > axis_) {
      value.ring_rows = type.shape[axis_];
      value.row_bytes = row_bytes(type);
    }
    if (type.shape.rank() > 0 && type.shape[0] == plan_->images)
      value.image_bytes = type.bytes() / std::max<int64_t>(1, plan_->images);
    add(id, value);
  }
  // Bytes of one row in one plane: all axes behind the axis of rows.
  int64_t row_bytes(const TensorType& type) const {
    int64_t bytes = size_of(type.dtype);
    for (int axis = axis_ + 1; axis < type.shape.rank(); ++axis) bytes *= type.shape[axis];
    return bytes;
  }
  int32_t value_of(ValueId id) const { return values_[static_cast<size_t>(id)]; }

  // The first plane of `part` in the concatenation `whole`.
  int64_t first_plane(const Node& whole, ValueId part) const {
    int64_t plane = 0;
    for (const Operand& operand : whole.operands) {
      if (operand.value == part) break;
      plane += body_.type(operand.value).shape[1];
    }
    return plane;
  }

  // ---- steps

  // The step of a node, by its kind.
  Status add_step(size_t n) {
    const Node& node = body_.nodes[n];
    RowTileStep step;
    step.out = value_of(node.outputs[0]);
    step.row_tile.out_ring_rows = plan_->values[static_cast<size_t>(step.out)].ring_rows;
    if (is_kernel(node)) {
      WEFT_TRY(add_kernel(n, step));
    } else if (graph::is_concatenation(node)) {
      add_copies(n, step);
    } else {
      WEFT_TRY(add_arithmetic(n, step));
    }
    plan_->steps.push_back(std::move(step));
    return {};
  }

  // How the node reads an operand. Operands of rank 5 (channel blocks: N, C / B, H, W, B) are
  // images.
  RowTileUse use_of(size_t n, size_t operand) const {
    const Operand& own = body_.nodes[n].operands[operand];
    if (!own.is_value()) return {};
    const bool by_rows = rules_[n].reads_rows(operand);
    const bool is_image = !is_kernel(body_.nodes[n]) && body_.type(own.value).shape.rank() == 5;
    return {value_of(own.value), by_rows, by_rows || is_image};
  }

  // A dense view of the type, or of one image of it (N = 1).
  static TensorView view_of(TensorType type, bool is_image) {
    TensorView view{};
    view.dtype = type.dtype;
    view.rank = type.shape.rank();
    if (view.rank < 0) return view;
    if (is_image && view.rank > 0) type.shape[0] = 1;
    const Shape strides = dense_strides(type.shape);
    std::copy(type.shape.begin(), type.shape.end(), view.shape);
    std::copy(strides.begin(), strides.end(), view.strides);
    return view;
  }

  // The kernel sees one image at a time; its problem is derived once, for all rows.
  Status add_kernel(size_t n, RowTileStep& step) {
    const Node& node = body_.nodes[n];
    step.op = node.op;
    step.attributes = node.attributes;
    if (windows_) step.window = windows_(body_, node);
    WEFT_ASSIGN(const std::vector<TensorType> types, graph::operand_types(body_, node));
    for (size_t i = 0; i < types.size(); ++i) {
      step.in.push_back(use_of(n, i));
      step.views.push_back(view_of(types[i], step.in[i].by_rows));
      if (step.in[i].value >= 0 && i < ops::RowTile::kMaxInputs)
        step.row_tile.in_ring_rows[i] =
            plan_->values[static_cast<size_t>(step.in[i].value)].ring_rows;
    }
    step.views.push_back(view_of(body_.type(node.outputs[0]), true));
    if (node.op->slot.problem) {
      const std::vector<TensorType> in = types_of_one_image(step);
      const TensorType out = ops::type_of(step.views.back());
      step.problem = node.op->slot.problem({*node.op, in, {&out, 1}, node.attributes.view()});
    }
    return {};
  }

  // Copies for the operands that are not built in the concatenation's own line buffer.
  void add_copies(size_t n, RowTileStep& step) {
    const Node& node = body_.nodes[n];
    int64_t plane = 0;
    for (size_t i = 0; i < node.operands.size(); ++i) {
      const ValueId id = node.operands[i].value;
      const graph::Value& from = body_.values[static_cast<size_t>(id)];
      const bool is_part =
          from.origin == graph::Origin::kNode &&
          schedule_.whole_of[static_cast<size_t>(from.index)] == static_cast<int32_t>(n);
      if (!is_part) step.copies.push_back({use_of(n, i), from.type.shape[1], plane});
      plane += from.type.shape[1];
    }
  }

  // ---- arithmetic

  bool is_arithmetic(size_t n) const {
    return !is_kernel(body_.nodes[n]) && !graph::is_concatenation(body_.nodes[n]);
  }

  // Arithmetic needs contiguous rows, so a call that runs past the end of a line buffer is split in
  // two.
  void part_arithmetic() {
    std::vector<graph::RowTileCall> calls;
    size_t c = 0;
    for (size_t& section : schedule_.sections) {
      for (; c < section; ++c) add_parts(schedule_.calls[c], calls);
      section = calls.size();
    }
    schedule_.calls = std::move(calls);
  }
  // Splits one call where any array that it touches by rows wraps around.
  void add_parts(const graph::RowTileCall& call, std::vector<graph::RowTileCall>& calls) const {
    const auto n = static_cast<size_t>(call.node);
    graph::RowRange rows = call.rows;
    while (is_arithmetic(n) && rows.begin < rows.end) {
      int64_t count = rows.end - rows.begin;
      const auto bound_by = [&](ValueId id) {
        const int64_t ring_rows = plan_->values[static_cast<size_t>(value_of(id))].ring_rows;
        count = std::min(count, ring_rows - rows.begin % ring_rows);
      };
      for (size_t i = 0; i < body_.nodes[n].operands.size(); ++i)
        if (rules_[n].reads_rows(i)) bound_by(body_.nodes[n].operands[i].value);
      bound_by(body_.nodes[n].outputs[0]);
      calls.push_back({call.node, {rows.begin, rows.begin + count}});
      rows.begin += count;
    }
    if (rows.begin < rows.end) calls.push_back({call.node, rows});
  }

  // A tile program for each number of rows that occurs in the calls of the node.
  Status add_arithmetic(size_t n, RowTileStep& step) {
    if constexpr (!WEFT_KEEPS_tiles) return lower(body_).status();
    const Node& node = body_.nodes[n];
    std::vector<ValueId> operands;
    Graph region;
    if (node.op) {
      region = region_of(body_, node, operands);
    } else {
      region = *body_.regions[static_cast<size_t>(node.region)].body;
      for (const Operand& operand : node.operands) operands.push_back(operand.value);
    }
    for (const ValueId id : operands) {
      const auto at = std::ranges::find(node.operands, Operand::of_value(id));
      step.in.push_back(use_of(n, static_cast<size_t>(at - node.operands.begin())));
    }
    for (const graph::RowTileCall& call : schedule_.calls) {
      const int64_t rows = call.rows.end - call.rows.begin;
      if (static_cast<size_t>(call.node) != n ||
          std::ranges::find(step.codes, rows, &RowTileCode::rows) != step.codes.end())
        continue;
      WEFT_ASSIGN(TileCode code, code_of_rows(region, operands, node.outputs[0], rows, step));
      if (step.codes.empty())
        for (const ScalarExternal& s : code.scalars)
          step.scalars.push_back(scalar_bits(s.scalar, s.dtype));
      step.codes.push_back({rows, std::make_unique<TileCode>(std::move(code))});
    }
    return {};
  }

  // The tile program on `rows` rows of all planes. Planes of a line buffer are `ring_rows` rows
  // apart.
  Result<TileCode> code_of_rows(const Graph& region, std::span<const ValueId> operands,
                                ValueId result, int64_t rows, const RowTileStep& step) {
    std::vector<TensorType> types;
    std::vector<TensorView> views;
    const auto add_array = [&](ValueId id, const RowTileUse& use) {
      TensorType type = body_.type(id);
      if (use.by_image && type.shape.rank() == 5) type.shape[0] = 1;
      if (use.by_rows) type.shape[kRowAxis] = rows;
      TensorView view = view_of(type, false);
      if (use.by_rows)
        view.strides[1] = plan_->values[static_cast<size_t>(use.value)].ring_rows * view.strides[2];
      views.push_back(view);
      return type;
    };
    for (size_t i = 0; i < operands.size(); ++i)
      types.push_back(add_array(operands[i], step.in[i]));
    WEFT_ASSIGN(const Graph typed, with_input_types(region, types));
    WEFT_ASSIGN(TileCode code, lower(typed));
    for (const ScalarExternal& s : code.scalars)
      views.push_back(view_of({s.dtype, Shape()}, false));
    add_array(result, {step.out, true, true});
    for (TensorView& view : views) view = ops::broadcast_view(view, code.shape);
    set_loop(code, views, threads_of_step());
    code.scratch_a_thread = aligned(code.scratch_a_thread);
    return code;
  }

  // For a target: the first operand that is read by rows and lies in one piece, and how far before
  // it the result must begin, so that a row of the result never overwrites a row that will still be
  // read. It walks over the calls backwards and keeps the first row that is read later.
  Over overlap() const {
    for (size_t i = 0; i < body_.inputs.size(); ++i) {
      const TensorType& type = body_.type(body_.inputs[i]);
      const int32_t own = value_of(body_.inputs[i]);
      int64_t planes = 1;
      for (int axis = 1; axis < std::min(axis_, type.shape.rank()); ++axis)
        planes *= type.shape[axis];
      const RowTileValue& from = plan_->values[static_cast<size_t>(own)];
      if (planes != 1 || plan_->images != 1 || !is_read_by_rows(own)) continue;
      int64_t next = INT64_MAX / from.row_bytes, ahead = 0;  // `next`: the first row read later
      for (size_t c = schedule_.calls.size(); c-- > 0;) {
        const graph::RowTileCall& call = schedule_.calls[c];
        const auto n = static_cast<size_t>(call.node);
        for (size_t k = 0; k < plan_->steps[n].in.size(); ++k)
          if (plan_->steps[n].in[k].value == own && plan_->steps[n].in[k].by_rows)
            next = std::min(next, rules_[n].needed(k, call.rows).begin);
        if (n + 1 == rules_.size())
          ahead = std::max(ahead, call.rows.end * rules_[n].row_bytes() - next * from.row_bytes);
      }
      return {static_cast<int32_t>(i), ahead};
    }
    return {};
  }
  bool is_read_by_rows(int32_t value) const {
    return std::ranges::any_of(plan_->steps, [&](const RowTileStep& step) {
      return std::ranges::any_of(
          step.in, [&](const RowTileUse& use) { return use.value == value && use.by_rows; });
    });
  }

  // ---- scratch and cost

  // With several lanes, each lane belongs to one thread.
  int threads_of_step() const { return plan_->lanes > 1 ? 1 : threads_; }

  // The most scratch that any call of the node takes.
  Result<int64_t> scratch_of_step(size_t n) const {
    const RowTileStep& step = plan_->steps[n];
    int64_t bytes = 0;
    for (const RowTileCode& code : step.codes)
      bytes = std::max(bytes, threads_of_step() * code.code->scratch_a_thread);
    if (!step.op) return bytes;
    const Node& node = body_.nodes[n];
    const std::vector<TensorType> in = types_of_one_image(step);
    const TensorType out = ops::type_of(step.views.back());
    ops::SlotTypes types{*node.op, in, {&out, 1}, node.attributes.view(), 0};
    std::vector<bool> seen(static_cast<size_t>(rules_[n].height()) + 1, false);
    for (const graph::RowTileCall& call : schedule_.calls) {
      types.rows = call.rows.end - call.rows.begin;
      if (static_cast<size_t>(call.node) != n || seen[static_cast<size_t>(types.rows)]) continue;
      seen[static_cast<size_t>(types.rows)] = true;
      if (target()) {
        WEFT_ASSIGN(const TargetKernel kernel, target()->kernel(types));
        bytes = std::max(bytes, kernel.scratch_bytes);
        continue;
      }
      bytes = std::max(bytes, scratch_of(node.op->slot, types, threads_of_step()));
    }
    return bytes;
  }
  static std::vector<TensorType> types_of_one_image(const RowTileStep& step) {
    std::vector<TensorType> types;
    for (size_t i = 0; i + 1 < step.views.size(); ++i) {
      const TensorView& view = step.views[i];
      types.push_back(view.rank < 0 ? TensorType{view.dtype, Shape::absent()} : ops::type_of(view));
    }
    return types;
  }

  // Work of the schedule (rows computed twice included), and bytes of operands and result.
  void count_cost() {
    std::vector<bool> is_made(rules_.size(), false);  // false: its parts make it
    for (const graph::RowTileCall& call : plan_->calls)
      is_made[static_cast<size_t>(call.node)] = true;
    for (size_t n = 0; n < rules_.size(); ++n)
      plan_->all_rows += is_made[n] ? rules_[n].height() : 0;
    for (const RowRule& rule : rules_)
      plan_->cost.flops += rule.work() * static_cast<double>(rule.height());
    plan_->cost.flops *= schedule_.work;
    for (const ValueId id : body_.inputs)
      plan_->cost.bytes += static_cast<double>(body_.type(id).bytes());
    plan_->cost.bytes += static_cast<double>(body_.type(body_.outputs[0]).bytes());
  }

  const Graph& body_;
  const graph::RowWindows windows_;
  const Target* const target_;
  int axis_ = kRowAxis;  // the axis of rows
  const int64_t rows_;   // of the result, made at a time
  const int threads_;
  bool in_sections_;
  std::vector<int32_t> nodes_;  // all nodes of the body
  std::vector<RowRule> rules_;  // by node: which rows it reads
  RowTileSchedule schedule_;
  std::vector<int32_t> values_;  // by value of the body
  std::unique_ptr<RowTilePlan> plan_ = std::make_unique<RowTilePlan>();
};

}  // namespace

Result<std::shared_ptr<const RowTilePlan>> plan_row_tiles(const graph::Region& region, int threads,
                                                          bool in_sections, const Target* target) {
  ops::note_use("rows");
  return Planner(region, threads, in_sections, target).run();
}

std::string describe(const RowTilePlan& plan) {
  int64_t made = 0;
  for (const graph::RowTileCall& call : plan.calls) made += call.rows.end - call.rows.begin;
  std::string text = std::to_string(plan.rows) + " rows at a time, " + std::to_string(made) +
                     " rows made of " + std::to_string(plan.all_rows) + ", " +
                     std::to_string(plan.sections.size() - 1) + " sections, " +
                     std::to_string(plan.lanes) + " times " + std::to_string(plan.ring_bytes) +
                     " bytes of line buffers:";
  for (const RowTileStep& step : plan.steps) {
    const RowTileValue& out = plan.values[static_cast<size_t>(step.out)];
    const std::string name = step.op               ? step.op->name
                             : !step.codes.empty() ? "arithmetic"
                                                   : "concatenate";
    text += " " + name + " holds " + std::to_string(out.ring_rows);
  }
  return text + "\n";
}

}  // namespace weft::executor
