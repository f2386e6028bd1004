// The walk over a strided array that all reductions and dtypes share: which block comes next, where
// it lies, and where its total belongs. What happens to a block is compiled for each instruction
// set (kernels/reduce/reduce.isa.cpp, kernels/reduce/arg_reduce.isa.cpp).
#include <algorithm>
#include <cstring>

#include "kernels/elementwise/copy.h"
#include "kernels/elementwise/copy_kernels_impl.h"
#include "kernels/isa/active.h"
#include "kernels/reduce/few_elements_impl.h"
#include "kernels/reduce/pairwise_totals_impl.h"
#include "kernels/reduce/reduce_kernels_impl.h"
#include "kernels/reduce/run_reduce_impl.h"

namespace weft::kernels {
namespace {

constexpr int64_t kLine = 64;          // bytes of a total
constexpr int64_t kSomeColumns = 256;  // bytes of totals: columns are taken in multiples of this
constexpr int64_t kMaxColumns = 1024;  // maximum of columns at a time
constexpr int64_t kTreeBytes = PairwiseTotals::memory(int64_t{1} << 48, kSomeColumns);
constexpr int64_t kMaxBlocks = 8;   // blocks of a line in one call
constexpr int64_t kMaxPlaces = 64;  // maximum of results of a search at a time
constexpr int64_t kFewRuns = 8;     // fewer runs are not worth transposing

// Steps through all positions of some axes in row-major order; `offset` counts elements.
struct Walk {
  int rank;
  const int64_t* extent;
  const int64_t* stride;
  int64_t index[kMaxRank];  // as many entries as the rank
  int64_t offset = 0;

  Walk(int rank, const int64_t* extent, const int64_t* stride)
      : rank(rank), extent(extent), stride(stride) {
    std::fill_n(index, rank, 0);
  }
  // False behind the last position.
  bool advance() {
    for (int axis = rank - 1; axis >= 0; --axis) {
      offset += stride[axis];
      if (++index[axis] < extent[axis]) return true;
      offset -= stride[axis] * extent[axis];
      index[axis] = 0;
    }
    return false;
  }
};

// Copies the elements of a strided line, so that they are dense.
void gather(const char* line, int64_t stride, int64_t count, int64_t size, char* dense) {
  const auto move = [&](auto element) {
    for (int64_t i = 0; i < count; ++i) {
      std::memcpy(&element, line + i * stride * size, sizeof element);
      std::memcpy(dense + i * size, &element, sizeof element);
    }
  };
  switch (size) {
    case 1: return move(uint8_t{});
    case 2: return move(uint16_t{});
    case 4: return move(uint32_t{});
    default: return move(uint64_t{});
  }
}

// One call's reduction. It chooses a way by the strides of the innermost axes: dense lines, columns
// that lie side by side, or gathered elements.
class Reducer {
 public:
  Reducer(const Reduce& reduce, const void* in, void* out)
      : reduce_(reduce),
        in_(static_cast<const char*>(in)),
        out_(static_cast<char*>(out)),
        size_(element_size(reduce.dtype)),
        result_size_(element_size(result_dtype(reduce.reduction, reduce.dtype))) {
    // Sorts the axes: line (innermost reduced axis), columns (innermost kept one), runs of few
    // elements.
    const int inner = reduce.reduced_rank - 1;
    outer_rank_ = std::max(0, inner);
    length_ = inner < 0 ? 1 : reduce.reduced[inner];
    stride_ = inner < 0 ? 1 : reduce.reduced_stride[inner];
    const int last = reduce.kept_rank - 1;
    if (last >= 0) extent_ = reduce.kept[last], line_stride_ = reduce.kept_stride[last];
    if (last >= 0 && line_stride_ == 1 && (inner < 0 || stride_ != 1)) columns_ = extent_;
    const int run = columns_ == 1 ? last : last - 1;
    if (run >= 0) runs_ = reduce.kept[run], run_stride_ = reduce.kept_stride[run];
  }

  // In the order of preference: many runs of few elements, short lines side by side, lines,
  // columns.
  void run(const ReduceParts& parts, Range units) {
    if (is_empty()) return fill_identity(parts, units);
    const int64_t columns_at_once = columns_ == 1 ? 1 : bytes_of_columns() / parts.lane;
    for (int64_t unit = units.begin; unit < units.end;) {
      const char* const first = in_ + unit_offset(unit) * size_;
      char* const to = out_ + unit * result_size_;
      int64_t count = few_runs({unit, units.end}) * columns_;
      if (count > 0) {
        reduce_few_elements(parts, {length_, columns_}, size_, first, run_stride_ * size_,
                            count / columns_, to, result_size_);
      } else if (count = short_lines(parts, {unit, units.end}); count > 0) {
        parts.short_lines(first, count, line_stride_, length_, to);
      } else if (columns_ == 1) {
        count = 1;
        reduce_lines(parts, first, to);
      } else {
        count = std::min({columns_ - unit % columns_, units.end - unit, columns_at_once});
        reduce_columns(parts, first, count, to);
      }
      unit += count;
    }
  }

  // Searches for positions. Short lines are transposed; other lines and columns are searched as
  // they lie.
  void run(const ArgReduceParts& parts, Range units) {
    for (int64_t unit = units.begin; unit < units.end;) {
      const char* const first = in_ + unit_offset(unit) * size_;
      int64_t* const places = reinterpret_cast<int64_t*>(out_) + unit;
      int64_t count = std::min(extent_ - unit % extent_, units.end - unit);
      if (are_short_lines()) {
        count = std::min(count, kMaxPlaces);
        find_places_transposed(parts, first, count, places);
      } else if (outer_rank_ == 0 && stride_ == 1) {
        parts.lines(first, count, line_stride_, length_, places);
      } else {
        count = std::min({columns_ - unit % columns_, count, kMaxPlaces});
        find_places(parts, first, count, places);
      }
      unit += count;
    }
  }

 private:
  bool is_empty() const {
    return std::find(reduce_.reduced, reduce_.reduced + reduce_.reduced_rank, 0) !=
           reduce_.reduced + reduce_.reduced_rank;
  }
  // Reductions of no elements give the identity of the operation.
  void fill_identity(const ReduceParts& parts, Range units) {
    parts.begin(tree_, kLine);
    for (int64_t unit = units.begin; unit < units.end; ++unit)
      parts.store(tree_, 1, out_ + unit * result_size_);
  }

  // The offset of a result's first element, from its number.
  int64_t unit_offset(int64_t unit) const {
    int64_t offset = 0;
    for (int axis = reduce_.kept_rank - 1; axis >= 0; --axis) {
      offset += unit % reduce_.kept[axis] * reduce_.kept_stride[axis];
      unit /= reduce_.kept[axis];
    }
    return offset;
  }

  // How many units from the first on are whole dense lines of at most a block, evenly spaced. 0:
  // others.
  int64_t short_lines(const ReduceParts& parts, Range units) const {
    if (parts.side_by_side == 0 || reduce_.kept_rank == 0 || reduce_.reduced_rank != 1 ||
        stride_ != 1 || length_ > kReduceBlock)
      return 0;
    const int64_t count = std::min(extent_ - units.begin % extent_, units.end - units.begin);
    return count / parts.side_by_side * parts.side_by_side;
  }

  // As many columns as the tree has room for, with all its levels.
  int64_t bytes_of_columns() const {
    int64_t blocks = (length_ + kReduceRows - 1) / kReduceRows;
    for (int axis = 0; axis < outer_rank_; ++axis) blocks *= reduce_.reduced[axis];
    const int64_t maximum = kTreeBytes / PairwiseTotals::memory(blocks, 1);
    return std::min(kMaxColumns, maximum / kSomeColumns * kSomeColumns);
  }

  // How many blocks of a line one call may take (at most `maximum`) such that they are a subtree of
  // the order wherever they start.
  int64_t blocks_at_once(int64_t block, int64_t maximum) const {
    if (outer_rank_ == 0) return maximum;
    const int64_t blocks = (length_ + block - 1) / block;
    return std::min(maximum, blocks & -blocks);
  }

  // One result, from all its lines.
  void reduce_lines(const ReduceParts& parts, const char* first, char* to) {
    PairwiseTotals tree(parts, tree_, kLine);
    const int64_t step =
        (stride_ == 1 ? blocks_at_once(kReduceBlock, kMaxBlocks) : 1) * kReduceBlock;
    Walk walk(outer_rank_, reduce_.reduced, reduce_.reduced_stride);
    do {
      for (int64_t i = 0; i < length_; i += step) {
        const int64_t count = std::min(step, length_ - i);
        const char* block = first + (walk.offset + i * stride_) * size_;
        if (stride_ != 1) {
          gather(block, stride_, count, size_, dense_);
          block = dense_;
        }
        parts.block(block, count, tree.next());
        tree.push();
      }
    } while (walk.advance());
    parts.fold(tree.total(), to);
  }

  // Neighbouring results, whose elements lie side by side in each row.
  void reduce_columns(const ReduceParts& parts, const char* first, int64_t columns, char* to) {
    const int64_t bytes = (columns * parts.lane + kLine - 1) / kLine * kLine;
    const bool is_narrow = parts.few_columns && columns * parts.lane < kLine;
    const int64_t step =
        (is_narrow ? blocks_at_once(kReduceRows, kReduceRowBlocks) : 1) * kReduceRows;
    PairwiseTotals tree(parts, tree_, bytes);
    Walk walk(outer_rank_, reduce_.reduced, reduce_.reduced_stride);
    do {
      for (int64_t row = 0; row < length_; row += step) {
        const char* const block = first + (walk.offset + row * stride_) * size_;
        const int64_t rows = std::min(step, length_ - row);
        if (is_narrow) {
          parts.few_columns(block, rows, stride_, columns, tree.next());
        } else {
          parts.begin(tree.next(), bytes);
          parts.rows(block, rows, stride_, columns, tree.next());
        }
        tree.push();
      }
    } while (walk.advance());
    parts.store(tree.total(), columns, to);
  }

  // Are lines so short that most of a vector would be empty? Then they are transposed, as many as
  // `dense_` has room for.
  bool are_short_lines() const {
    return kTurnsRuns && outer_rank_ == 0 && stride_ == 1 && length_ > 0 && extent_ >= kFewRuns &&
           length_ * kMaxPlaces * size_ <= int64_t{sizeof dense_};
  }
  // How many runs of few elements begin at the first unit, evenly spaced.
  int64_t few_runs(Range units) const {
    const bool is_dense = stride_ == columns_ && run_stride_ != 0;
    if (outer_rank_ != 0 || !is_dense || runs_ < kFewRuns || units.begin % columns_ != 0 ||
        !FewElements{length_, columns_}.are_few())
      return 0;
    return std::min(runs_ - units.begin / columns_ % runs_, (units.end - units.begin) / columns_);
  }

  // Positions in lines: transposed, each line is a column.
  void find_places_transposed(const ArgReduceParts& parts, const char* first, int64_t count,
                              int64_t* places) {
    WEFT_ACTIVE(move)
    ({dense_, first, kMaxPlaces * size_, size_, size_, line_stride_ * size_, length_, count,
      size_});
    alignas(kLine) int64_t best[kMaxPlaces];
    parts.begin(dense_, count, best);
    std::fill_n(places, count, 0);
    parts.rows(dense_, length_, kMaxPlaces, count, 0, best, places);
  }

  // The position counts on from line to line.
  void find_places(const ArgReduceParts& parts, const char* first, int64_t count,
                   int64_t* places) const {
    alignas(kLine) int64_t best[kMaxPlaces];
    parts.begin(first, count, best);
    std::fill_n(places, count, 0);
    Walk walk(outer_rank_, reduce_.reduced, reduce_.reduced_stride);
    int64_t position = 0;
    do {
      const char* const line = first + walk.offset * size_;
      if (columns_ == 1 && stride_ == 1)
        parts.line(line, length_, position, best, places);
      else
        parts.rows(line, length_, stride_, count, position, best, places);
      position += length_;
    } while (walk.advance());
  }

  const Reduce& reduce_;
  const char* const in_;
  char* const out_;
  const int64_t size_, result_size_;  // bytes of an element
  int outer_rank_;                    // number of reduced axes outside the lines
  int64_t length_, stride_;
  int64_t extent_ = 1, line_stride_ = 0;  // extent and stride of the innermost kept axis
  int64_t columns_ = 1;                // number of neighbouring units that lie densely side by side
  int64_t runs_ = 1, run_stride_ = 0;  // the kept axis along which such runs repeat
  alignas(kLine) char tree_[kTreeBytes];
  alignas(kLine) char dense_[kReduceBlock * sizeof(uint64_t)];
};

}  // namespace

void run_reduce(const ReduceParts& parts, const Reduce& reduce, const void* in, void* out,
                Range units) {
  Reducer(reduce, in, out).run(parts, units);
}
void run_reduce(const ArgReduceParts& parts, const Reduce& reduce, const void* in, void* out,
                Range units) {
  Reducer(reduce, in, out).run(parts, units);
}

void run_reduce(const Reduce& reduce, const void* in, void* out, Range units) {
  const bool smallest = reduce.reduction == Reduction::kArgMin;
  if (smallest || reduce.reduction == Reduction::kArgMax)
    return run_reduce(WEFT_ACTIVE_OF(reduce.dtype, kArgReduces[smallest]), reduce, in, out, units);
  const auto which = static_cast<size_t>(reduce.reduction);
  run_reduce(WEFT_ACTIVE_OF(reduce.dtype, kReduces[which]), reduce, in, out, units);
}

}  // namespace weft::kernels
