// Loops over row tiles as C. A table says which step makes rows next and how many: the schedule
// that the planner found (graph/partition/row_tiles.h). The rows that the line buffer of an image
// holds lie at the start of its memory; where new rows have no room, rows that no step reads any
// more are dropped and the rest moves up.
#include <algorithm>

#include "base/errors.h"
#include "c99/program/emitter.h"
#include "executor/lowering/row_tiles.h"

namespace weft::c99 {

using executor::Location;
using executor::RowTilePlan;
using executor::RowTileStep;
using executor::RowTileUse;
using executor::RowTileValue;

namespace {

// The types and helpers of such loops. struct weft_rows: which rows of an image exist. struct
// weft_band: what one call of a step makes and reads.
constexpr std::string_view kRows =
    R"(/* Of the rows of an image those from `first` up to `made` are held. */
struct weft_rows {
  int16_t first, made;
};
/* What a step makes: `rows` rows, the first window of which begins `above` rows before those that
 * are held of x, `height` of them. */
struct weft_band {
  int16_t above, height, rows;
};

/* Where `count` new rows go: behind those held. Without room for them those before `needed` go. */
static void *weft_room(
    struct weft_rows *held, int32_t count, int32_t room, int32_t needed, void *rows, int32_t bytes)
{
  char *const start = rows;
  if (held->made - held->first + count > room) {
    const int32_t first = needed < held->made ? needed : held->made;
    memmove(start, start + (first - held->first) * bytes, (size_t)((held->made - first) * bytes));
    held->first = (int16_t)first;
  }
  return start + (held->made - held->first) * bytes;
}

/* The first row that a step with `all` rows to make has yet to read. */
static int32_t weft_next_read(const struct weft_rows *y, int32_t all, int32_t stride, int32_t pad)
{
  const int32_t first = y->made * stride - pad;
  return y->made >= all ? INT16_MAX : first < 0 ? 0 : first;
}
)";

// Where the first window of a call lies relative to the rows that are held.
constexpr std::string_view kWindows =
    R"(static void weft_set_windows(
    struct weft_band *band, const struct weft_rows *x, const struct weft_rows *y, int32_t stride,
    int32_t pad)
{
  band->above = (int16_t)(pad - y->made * stride + x->first);
  band->height = (int16_t)(x->made - x->first);
}
)";

constexpr std::string_view kMin = R"(static int32_t weft_least(int32_t a, int32_t b)
{
  return a < b ? a : b;
}
)";

std::string number(int64_t n) { return std::to_string(n); }

}  // namespace

// Writes one loop. A step is numbered by its place in the plan; `made[k]` has the rows of step k.
class RowTileWriter {
 public:
  RowTileWriter(Call& call, size_t index, bool is_fed)
      : call_(call),
        source_(call.source()),
        outer_(call.step_),
        plan_(*outer_.row_tiles),
        index_(index),
        is_fed_(is_fed),
        all_(plan_.steps.size(), 0) {
    for (const graph::RowTileCall& c : plan_.calls)
      all_[static_cast<size_t>(c.node)] = std::max(all_[static_cast<size_t>(c.node)], c.rows.end);
  }

  Status run() {
    source_.define("weft_rows", kRows);
    add_order();
    add_rings();
    open_loop();
    for (size_t k = 0; k < plan_.steps.size(); ++k) WEFT_TRY(add_case(k));
    close_loop();
    return {};
  }

 private:
  const RowTileValue& value(int32_t v) const { return plan_.values[static_cast<size_t>(v)]; }
  // The step that makes a value; -1: the value comes from outside of the loop.
  int64_t maker(int32_t v) const {
    if (value(v).external >= 0) return -1;
    for (size_t k = 0; k < plan_.steps.size(); ++k)
      if (plan_.steps[k].out == v) return static_cast<int64_t>(k);
    return -1;
  }
  // Rows of the loop's result are not held in a ring: they go to their final place.
  bool is_result(size_t k) const { return value(plan_.steps[k].out).external >= 0; }
  int64_t row_elements(int32_t v, DType dtype) const { return value(v).row_bytes / size_of(dtype); }

  // ---- the loop

  // Writes the table. Fed rows come one at a time, so their calls are single rows.
  void add_order() {
    std::string text;
    const auto add = [&](int32_t node, int64_t rows) {
      const std::string entry = "{" + number(node) + ", " + number(rows) + "},";
      if (text.size() + entry.size() > 90) {
        lines_.push_back(text);
        text.clear();
      }
      text += (text.empty() ? "" : " ") + entry;
      ++calls_;
    };
    for (const graph::RowTileCall& c : plan_.calls) {
      const bool is_given = is_fed_ && c.node == 0;  // one after the other
      const int64_t rows = c.rows.end - c.rows.begin;
      for (int64_t row = 0; is_given && row < rows; ++row) add(c.node, 1);
      if (!is_given) add(c.node, rows);
    }
    lines_.push_back(text);
    call_.line("/* Which step makes rows next, and how many. */");
    call_.line("static const uint8_t order[" + number(calls_) + "][2] = {");
    for (const std::string& line : lines_) call_.line("  " + line);
    call_.line("};");
  }

  std::string ring(size_t k) const { return "rows" + number(static_cast<int64_t>(k)); }

  // Declares the line buffers, which lie in the step's scratch.
  void add_rings() {
    for (size_t k = 0; k < plan_.steps.size(); ++k) {
      if (is_result(k)) continue;
      const RowTileValue& buffer = value(plan_.steps[k].out);
      const TensorView& view = plan_.steps[k].views.back();
      const std::string type(type_name(view.dtype));
      Shape shape;
      for (int axis = 0; axis < view.rank; ++axis) shape.push_back(view.shape[axis]);
      call_.line(type + " *const " + ring(k) + " = (" + type + " *)(void *)(" + call_.scratch() +
                 " + " + number(buffer.offset) + "); /* " + number(buffer.ring_rows) + " rows of " +
                 shape_text(shape) + " */");
    }
  }

  // For fed rows the position in the table is kept in the arena, so that a call can end where rows
  // run out and the next call goes on there.
  void open_loop() {
    const std::string count = number(static_cast<int64_t>(plan_.steps.size()));
    if (is_fed_) {
      call_.returns_ = "int32_t";
      call_.parameters_.push_back({"int32_t given", "count"});
      call_.parameters_.push_back(
          {"struct weft_rows *made", "(struct weft_rows *)(void *)(memory + BUFFER_ROWS)"});
      source_.uses_arena_ = true;
      call_.line("/* The last one counts what of the order is done. */");
      call_.line("int16_t *const next = &made[" + count + "].made;");
      call_.line("if (*next == " + number(calls_) + ") return -1;");
      call_.line("for (; *next < " + number(calls_) + "; ++*next) {");
      call_.line("const uint8_t *const now = order[*next];");
    } else {
      call_.line("struct weft_rows made[" + count + "] = {{0, 0}};");
      call_.line("for (int32_t i = 0; i < " + number(calls_) + "; ++i) {");
      call_.line("const uint8_t *const now = order[i];");
    }
    call_.line("struct weft_band band = {0, now[1], now[1]};");
    call_.line("switch (now[0]) {");
  }

  void close_loop() {
    call_.line("}");
    call_.line("made[now[0]].made = (int16_t)(made[now[0]].made + now[1]);");
    call_.line("}");
    if (is_fed_) call_.line("return 0;");
  }

  // ---- a step of it

  // C expression of the first row of step k's result that a later call still reads; rows before it
  // may be dropped.
  std::string next_read(size_t k) {
    std::string text;
    for (size_t reader = 0; reader < plan_.steps.size(); ++reader) {
      const RowTileStep& step = plan_.steps[reader];
      for (size_t i = 0; i < step.in.size(); ++i) {
        if (step.in[i].value != plan_.steps[k].out || !step.in[i].by_rows) continue;
        const bool same = step.window->is_same(i);
        const std::string one = "weft_next_read(&made[" + number(static_cast<int64_t>(reader)) +
                                "], " + number(all_[reader]) + ", " +
                                number(same ? 1 : step.window->stride) + ", " +
                                number(same ? 0 : step.window->pad) + ")";
        if (!text.empty()) source_.define("weft_least", kMin);
        text = text.empty() ? one : "weft_least(" + text + ", " + one + ")";
      }
    }
    return text;
  }

  // C expression of an operand: the row that is made (for operands read row by row), or the first
  // row that is held.
  std::string argument(size_t k, size_t i) {
    const RowTileStep& step = plan_.steps[k];
    const RowTileUse& use = step.in[i];
    const int64_t made_by = maker(use.value);
    const auto external = static_cast<size_t>(std::max(value(use.value).external, 0));
    const std::string start =
        made_by >= 0 ? ring(static_cast<size_t>(made_by)) : call_.read(external);
    if (is_fed_ && k == 0) return start;
    if (!step.window->is_same(i)) return start;
    const std::string row = "made[" + number(static_cast<int64_t>(k)) + "].made";
    const std::string from =
        made_by >= 0 ? "(" + row + " - made[" + number(made_by) + "].first)" : row;
    return start + " + " + from + " * " + number(row_elements(use.value, step.views[i].dtype));
  }

  // Writes the case of a step: make room, set the band, call the function.
  Status add_case(size_t k) {
    const RowTileStep& step = plan_.steps[k];
    const std::string own = number(static_cast<int64_t>(k));
    const DType dtype = step.views.back().dtype;
    call_.line("case " + own + ": {");
    if (is_fed_ && k == 0)
      call_.line("if (given-- <= 0) return " + number(all_[0]) + " - made[0].made;");
    std::string to;
    if (is_result(k)) {
      to = call_.write() + " + made[" + own + "].made * " + number(row_elements(step.out, dtype));
    } else {
      const RowTileValue& buffer = value(step.out);
      call_.line(std::string(type_name(dtype)) + " *const to = weft_room(");
      call_.line("    &made[" + own + "], now[1], " + number(buffer.ring_rows) + ", " +
                 next_read(k) + ", " + ring(k) + ", " + number(buffer.row_bytes) + ");");
      to = "to";
    }
    if (!step.window->is_same(0)) add_windows(k);
    WEFT_ASSIGN(const std::string text, add_function(k, to));
    call_.line(text + ";");
    if (is_fed_ && k == 0)
      call_.line(call_.read(0) + " += " + number(row_elements(step.in[0].value, dtype)) + ";");
    call_.line("break;");
    call_.line("}");
    return {};
  }

  // Fills in `band` from the rows that exist of the input.
  void add_windows(size_t k) {
    const RowTileStep& step = plan_.steps[k];
    const int64_t made_by = maker(step.in[0].value);
    std::string x = "&made[" + number(made_by) + "]";
    if (made_by < 0) {
      call_.line("static const struct weft_rows all = {0, " +
                 number(value(step.in[0].value).ring_rows) + "};");
      x = "&all";
    }
    source_.define("weft_set_windows", kWindows);
    call_.line("weft_set_windows(&band, " + x + ", &made[" + number(static_cast<int64_t>(k)) +
               "], " + number(step.window->stride) + ", " + number(step.window->pad) + ");");
  }

  // Writes the function of a step and gives the text that calls it. Its scratch lies behind the
  // line buffers.
  Result<std::string> add_function(size_t k, const std::string& to) {
    const RowTileStep& step = plan_.steps[k];
    executor::PlanStep inner;
    inner.name = step.op->name;
    inner.op = step.op;
    inner.attributes = step.attributes;
    inner.scratch_bytes = plan_.lane_bytes - plan_.ring_bytes;
    std::vector<Operand> in;
    for (size_t i = 0; i < step.in.size(); ++i) {
      inner.in.push_back(place_of(step.in[i].value, step.views[i]));
      in.push_back(source_.operand_of(inner.in[i], operand_name(inner, i)));
      if (in[i].given() && !in[i].content) in[i].argument = argument(k, i);
    }
    inner.out.push_back(place_of(step.out, step.views.back()));
    std::vector<Operand> out{source_.operand_of(inner.out[0], "y")};
    out[0].argument = to;
    Call call(source_, inner, std::move(in), std::move(out));
    call.tile_height_ = is_fed_ && k == 0 ? 1 : plan_.rows;
    call.scratch_argument_ = call_.scratch() + " + " + number(plan_.ring_bytes);
    WEFT_TRY(emit_operator(call));
    if (call.body_.find("band->") != std::string::npos)
      call.parameters_.push_back({"const struct weft_band *band", "&band"});
    const std::string numbers =
        number(static_cast<int64_t>(index_)) + "_" + number(static_cast<int64_t>(k));
    return source_.add_function(call, step_name(numbers, inner.name), {});
  }

  // The location of a value: that of the outer step's operand, or a dense array of its own.
  Location place_of(int32_t v, const TensorView& view) const {
    Location location;
    location.dtype = view.dtype;
    location.shape = Shape::absent();
    if (v < 0) return location;
    const int32_t external = value(v).external;
    if (external >= 0)
      return static_cast<size_t>(external) < outer_.in.size()
                 ? outer_.in[static_cast<size_t>(external)]
                 : outer_.out[0];
    location.shape = Shape();
    for (int axis = 0; axis < view.rank; ++axis) location.shape.push_back(view.shape[axis]);
    location.strides = dense_strides(location.shape);
    return location;
  }

  Call& call_;
  Source& source_;
  const executor::PlanStep& outer_;
  const RowTilePlan& plan_;
  const size_t index_;
  const bool is_fed_;
  std::vector<int64_t> all_;  // by step: the number of rows that it makes in all
  std::vector<std::string> lines_;
  int64_t calls_ = 0;
};

Status emit_row_tiles(Call& call, size_t step, bool is_fed) {
  return RowTileWriter(call, step, is_fed).run();
}

}  // namespace weft::c99
