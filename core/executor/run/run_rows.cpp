// Runs fused regions that end in an operator on rows (lowering/rows.h), piece by piece: a tile
// program makes some rows in a buffer, and the operator's kernel reads them while they are in the
// cache.
#include <algorithm>

#include "executor/lowering/rows.h"
#include "kernels/tiles/tile_runner.h"
#include "ops/slots/slot.h"
#include "runtime/engine/threads.h"

namespace weft::executor {
namespace {

// Bytes of a cache line, to which a thread's row buffer is aligned.
constexpr int64_t kLine = 64;
// Elements of a piece: few enough for the first-level cache, enough to pay for the call of a
// kernel.
constexpr int64_t kPieceElements = 4096;

// Scratch of the tile program, rounded up to lines. The row buffer lies behind it.
int64_t program_scratch(const TileCode& code) {
  return (kernels::tile_scratch(code.program(), code.loop) + kLine - 1) / kLine * kLine;
}

// Bytes of an element of the rows that the operator reads.
int64_t source_size(const TileCode& code) {
  return size_of(code.dtypes[static_cast<size_t>(code.row_end->source)]);
}

// What one thread needs for its pieces: views for the kernel, and pointers for the tile program.
class RowRunner {
 public:
  RowRunner(const PlanStep& step, void* const* data, char* scratch,
            const kernels::RandomStream& stream)
      : step_(step),
        code_(*step.code),
        end_(*code_.row_end),
        program_(code_.program()),
        outputs_(data + code_.inputs + code_.scalars.size() + code_.row_inputs),
        buffer_(scratch + program_scratch(code_)),
        runner_(program_, code_.loop, externals(data), scratch, stream) {
    const Location& rows = step.out.back();
    views_[0].dtype = rows.dtype;
    views_[0].rank = 2;
    views_[0].shape[1] = views_[0].strides[0] = end_.cols;
    views_[0].strides[1] = 1;
    for (size_t i = 0; i < end_.operands.size(); ++i) views_[i + 1] = operand(i, data);
    views_[inputs()] = views_[0];
  }

  // Makes the rows of one piece and calls the kernel on them. The tile program addresses elements
  // from the start of the whole array, so the pointer to the buffer is moved back by what lies
  // before the piece.
  void run(int64_t piece) {
    const int64_t first = piece * end_.piece;
    const int64_t rows = std::min(end_.piece, end_.rows - first);
    const int64_t before = first * end_.cols * source_size(code_);
    if (code_.buffers > 0) arrays_[end_.source] = buffer_ - before;
    runner_.run(first * end_.cols, rows * end_.cols, arrays());
    views_[0].data = static_cast<char*>(arrays_[end_.source]) + before;
    views_[inputs()].data = static_cast<char*>(outputs_[code_.outputs]) + before;
    views_[0].shape[0] = views_[inputs()].shape[0] = rows;
    // Kernels refuse nothing that inference has accepted, so there is no failure to carry back.
    (void)ops::run_kernel(
        {*end_.op, {views_, inputs()}, {&views_[inputs()], 1}, end_.attributes.view()});
  }

 private:
  size_t inputs() const { return end_.operands.size() + 1; }
  std::span<void* const> arrays() const {
    return {arrays_, static_cast<size_t>(code_.externals())};
  }
  // The arrays of the tile program in its order: inputs, scalars, outputs, and then the row buffer.
  std::span<void* const> externals(void* const* data) {
    const size_t read = code_.inputs + code_.scalars.size();
    std::copy_n(data, read, arrays_);
    std::copy_n(outputs_, code_.outputs, arrays_ + read);
    return arrays();
  }

  // Another operand of the operator, whole, as weight and bias of a norm; rank -1 if absent.
  TensorView operand(size_t i, void* const* data) const {
    TensorView view{};
    view.rank = -1;
    if (end_.operands[i] < 0) return view;
    const size_t at = code_.inputs + code_.scalars.size() + static_cast<size_t>(end_.operands[i]);
    const Location& place = step_.in[at];
    view.data = data[at];
    view.dtype = place.dtype;
    view.rank = place.shape.rank();
    std::ranges::copy(place.shape, view.shape);
    std::ranges::copy(place.strides, view.strides);
    return view;
  }

  const PlanStep& step_;
  const TileCode& code_;
  const RowEnd& end_;
  const kernels::TileProgram program_;
  void* const* const outputs_;
  char* const buffer_;
  void* arrays_[kernels::TileLoop::kMaxExternals] = {};
  kernels::TileRunner runner_;
  TensorView views_[graph::kMaxFusedArrays] = {};  // of the kernel: rows, other operands, result
};

}  // namespace

void set_pieces(TileCode& code) {
  RowEnd& end = *code.row_end;
  end.piece = std::clamp<int64_t>(kPieceElements / std::max<int64_t>(1, end.cols), 1,
                                  std::max<int64_t>(1, end.rows));
  code.units = (end.rows + end.piece - 1) / end.piece;
  const bool has_buffer = code.buffers > 0;
  code.scratch_a_thread =
      program_scratch(code) + (has_buffer ? end.piece * end.cols * source_size(code) : 0);
}

void run_by_rows(const PlanStep& step, void* const* data, const kernels::RandomStream& stream) {
  const TileCode& code = *step.code;
  auto* const scratch = static_cast<char*>(data[code.arrays()]);
  const auto run = [&](int64_t begin, int64_t end, int thread) {
    RowRunner runner(step, data, scratch + thread * code.scratch_a_thread, stream);
    for (int64_t piece = begin; piece < end; ++piece) runner.run(piece);
  };
  if (code.units <= code.grain)
    run(0, code.units, 0);
  else
    parallel_for(code.units, code.grain, run);
}

}  // namespace weft::executor
