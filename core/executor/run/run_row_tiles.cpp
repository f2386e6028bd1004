// Runs a loop over row tiles (lowering/row_tiles.h): the calls of the schedule, one after the
// other, on rows of line buffers. Either each thread has line buffers of its own and takes whole
// sections, or one set of line buffers serves all and the kernels share their work among the
// threads.
#include <algorithm>
#include <array>
#include <cstring>

#include "executor/lowering/row_tiles.h"
#include "runtime/engine/threads.h"
#include "runtime/thread_state.h"
#include "weft_parts.h"

namespace weft::executor {
namespace {

// One image with the memory of one lane (a set of line buffers and scratch).
class Lane {
 public:
  Lane(const RowTilePlan& plan, void* const* externals, char* memory, int64_t image)
      : plan_(plan), externals_(externals), memory_(memory), image_(image) {}

  // The calls of one section, in the order of the schedule.
  Status run_section(size_t section) const {
    for (size_t c = plan_.sections[section]; c < plan_.sections[section + 1]; ++c) {
      const graph::RowTileCall& call = plan_.calls[c];
      const RowTileStep& step = plan_.steps[static_cast<size_t>(call.node)];
      if (step.op)
        WEFT_TRY(run_kernel(step, call.rows));
      else if (!step.codes.empty())
        run_arithmetic(step, call.rows);
      else
        run_copies(step, call.rows);
    }
    return {};
  }

 private:
  // The first byte of an array for this image: in the lane's memory, or in an external array.
  char* start(const RowTileValue& value, bool by_image) const {
    if (value.external < 0) return memory_ + value.offset;
    char* const first = static_cast<char*>(externals_[value.external]) + value.offset;
    return by_image ? first + image_ * value.image_bytes : first;
  }
  const RowTileValue& value(int32_t number) const {
    return plan_.values[static_cast<size_t>(number)];
  }
  char* start(const RowTileUse& use) const {
    return use.value < 0 ? nullptr : start(value(use.value), use.by_image);
  }
  // The first byte of `row` in the first plane. Row r of a line buffer lies at r modulo its rows.
  char* row_of(const RowTileUse& use, int64_t row) const {
    const RowTileValue& of = value(use.value);
    return start(of, use.by_image) + (use.by_rows ? row % of.ring_rows * of.row_bytes : 0);
  }

  // The kernel makes the rows [begin, end) of its output and finds its input rows in the line
  // buffers.
  Status run_kernel(const RowTileStep& step, graph::RowRange rows) const {
    std::array<TensorView, ops::RowTile::kMaxInputs + 1> views;
    const size_t inputs = step.in.size();
    std::copy(step.views.begin(), step.views.end(), views.begin());
    for (size_t i = 0; i < inputs; ++i) views[i].data = start(step.in[i]);
    views[inputs].data = start(value(step.out), true);
    ops::RowTile row_tile = step.row_tile;
    row_tile.begin = rows.begin;
    row_tile.end = rows.end;
    ops::KernelCall call{
        *step.op, {views.data(), inputs}, {&views[inputs], 1}, step.attributes.view()};
    call.scratch = memory_ + plan_.ring_bytes;
    call.row_tile = &row_tile;
    call.problem = step.problem.get();
    return ops::run_kernel(call);
  }

  // Elementwise arithmetic on rows. There is a tile program for each number of rows that a call
  // has.
  void run_arithmetic(const RowTileStep& step, graph::RowRange rows) const {
    if constexpr (!WEFT_KEEPS_tiles) return;
    const int64_t count = rows.end - rows.begin;
    const TileCode& code = *std::ranges::find(step.codes, count, &RowTileCode::rows)->code;
    const RowTileUse out{step.out, true, true};
    std::array<void*, kernels::TileLoop::kMaxExternals> data;
    size_t at = 0;
    for (const RowTileUse& use : step.in) data[at++] = row_of(use, rows.begin);
    for (const uint64_t& scalar : step.scalars) data[at++] = const_cast<uint64_t*>(&scalar);
    data[at++] = row_of(out, rows.begin);
    const kernels::TileProgram program = code.program();
    char* const scratch = memory_ + plan_.ring_bytes;
    if (code.units <= code.grain) {
      kernels::run_tiles(program, code.loop, {data.data(), at}, {0, code.units}, scratch);
      return;
    }
    parallel_for(code.units, code.grain, [&](int64_t begin, int64_t end, int thread) {
      kernels::run_tiles(program, code.loop, {data.data(), at}, {begin, end},
                         scratch + thread * code.scratch_a_thread);
    });
  }

  // A concatenation: copies the rows of each part into the planes that belong to it.
  void run_copies(const RowTileStep& step, graph::RowRange rows) const {
    const RowTileUse out{step.out, true, true};
    const RowTileValue& to = value(step.out);
    for (const RowTileCopy& copy : step.copies) {
      const RowTileValue& from = value(copy.from.value);
      for (int64_t row = rows.begin; row < rows.end; ++row)
        for (int64_t plane = 0; plane < copy.planes; ++plane)
          std::memcpy(row_of(out, row) + (copy.first_plane + plane) * to.ring_rows * to.row_bytes,
                      row_of(copy.from, row) + plane * from.ring_rows * from.row_bytes,
                      static_cast<size_t>(to.row_bytes));
    }
  }

  const RowTilePlan& plan_;
  void* const* const externals_;
  char* const memory_;  // line buffers, then scratch of the kernels
  const int64_t image_;
};

}  // namespace

// A piece is a section of an image. With as many lanes as pieces each piece has a lane; else each
// thread has one, and takes pieces one after the other.
Status run_row_tiles(const RowTilePlan& plan, void* const* externals, void* scratch) {
  const auto sections = static_cast<int64_t>(plan.sections.size()) - 1;
  const auto run_piece = [&](int64_t piece, int64_t lane) {
    return Lane(plan, externals, static_cast<char*>(scratch) + lane * plan.lane_bytes,
                piece / sections)
        .run_section(static_cast<size_t>(piece % sections));
  };
  if (plan.lanes == 1) {
    for (int64_t piece = 0; piece < plan.pieces() && !thread_state().interrupted; ++piece)
      WEFT_TRY(run_piece(piece, 0));
    return {};
  }
  // Kernels refuse nothing that inference has accepted, so there is no failure to carry back.
  const bool has_own = plan.pieces() <= plan.lanes;
  // Kernels refuse nothing that inference has accepted, so there is no error to carry back.
  parallel_for(plan.pieces(), 1, [&](int64_t begin, int64_t end, int thread) {
    for (int64_t piece = begin; piece < end; ++piece) {
      const Status status = run_piece(piece, has_own ? piece : thread);
      WEFT_ASSERT(status.ok());
    }
  });
  return {};
}

}  // namespace weft::executor
