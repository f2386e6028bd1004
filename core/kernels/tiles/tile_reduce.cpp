// The walk of a program whose results are reduced at once: which piece to compute next, and where
// its block's total belongs. The order of combination must be that of run_reduce.cpp to the bit;
// sizes of pieces and chunks may not change it.

#include "kernels/tiles/tile_reduce.h"

#include <algorithm>
#include <bit>

#include "kernels/elementwise/copy.h"
#include "kernels/elementwise/formula_ids.h"
#include "kernels/isa/active.h"
#include "kernels/reduce/few_elements_impl.h"
#include "kernels/reduce/pairwise_totals_impl.h"
#include "kernels/reduce/reduce_kernels_impl.h"
#include "kernels/tiles/chain.h"
#include "kernels/tiles/tile_runner.h"

namespace weft::kernels {
namespace {

constexpr int64_t kLine = 64;      // bytes of a total
constexpr int64_t kPieces = 4096;  // elements of all buffers of a thread together
// elements of a line at a time if arrays are reduced as they are
constexpr int64_t kReadTogether = 65536;
constexpr int64_t kTreeBytes = 16 << 10;  // maximum of bytes of the totals of one thread's lines
// Elements that a task should have at least, so that starting it costs little beside them, and the
// number of tasks for each thread, so that fast threads take more.
constexpr int64_t kChunkElements = 16384;
constexpr int64_t kTasksAThread = 8;

int64_t round_up(int64_t n, int64_t step) { return (n + step - 1) / step * step; }

const ReduceParts& parts_of(const TileReduction& r) {
  return entry_of(WEFT_ACTIVE_TABLE(r.dtype, kReduces)[static_cast<int>(r.reduction)], r.dtype);
}

// Bytes of a reduction's totals for one group of results.
int64_t total_bytes(const TileReduceLoop& loop, const TileReduction& r) {
  if (loop.has_few) return 0;
  return loop.by_columns ? round_up(loop.group * parts_of(r).lane, kLine) : loop.group * kLine;
}

// Neighbouring results that one task makes.
struct Group {
  int64_t first;  // result
  int64_t count;
  int64_t element;  // number of the first element that they are made of
};
Group group_at(const TileReduceLoop& loop, int64_t number) {
  Group group;
  const int64_t at = number % loop.run_groups * loop.group;
  group.count = std::min(loop.group, loop.run - at);
  group.first = number / loop.run_groups * loop.run + at;
  group.element = 0;
  int64_t rest = group.first;
  for (int axis = loop.walk.kept_rank - 1; axis >= 0; --axis) {
    group.element += rest % loop.walk.kept[axis] * loop.walk.kept_stride[axis];
    rest /= loop.walk.kept[axis];
  }
  return group;
}

// Is the program a sum, along dense lines, of products or squares of arrays? It then needs no
// buffer: a block of products is added up while it is multiplied (ReduceParts::products).
bool sums_products([[maybe_unused]] const TileReduceProgram& reducing) {
#if WEFT_HAS_SOME_OPERATORS
  return false;
#else
  const TileProgram& program = reducing.program;
  const TileLoop& loop = reducing.loop;
  if (reducing.reduce.by_columns || reducing.reductions.size() != 1) return false;
  if (program.steps.size() != 1 || !program.draws.empty()) return false;
  const TileReduction& r = reducing.reductions[0];
  const TileStep& step = program.steps[0];
  if (step.out != r.source || r.source < reducing.first_buffer || !parts_of(r).products)
    return false;
  const bool squares = step.kernel == step_of(FormulaId::kSquare, r.dtype);
  if (!squares && step.kernel != step_of(FormulaId::kMultiply, r.dtype)) return false;
  const bool is_line = loop.outer_rank == 0 && loop.rows == 1;
  return is_line && loop.col_stride[step.in[0]] == 1 &&
         (squares || loop.col_stride[step.in[1]] == 1);
#endif
}

// The number of elements between a result's first element and its line number `line`.
int64_t line_offset(const TileReduceLoop& loop, int64_t line) {
  int64_t offset = 0;
  for (int axis = loop.walk.reduced_rank - 2; axis >= 0; --axis) {
    offset += line % loop.walk.reduced[axis] * loop.walk.reduced_stride[axis];
    line /= loop.walk.reduced[axis];
  }
  return offset;
}

// Makes results of the totals of a group.
void put_results(const TileReduceLoop& loop, const TileReduction& r, const Group& group,
                 const char* total, void* results) {
  const ReduceParts& parts = parts_of(r);
  const int64_t size = element_size(result_dtype(r.reduction, r.dtype));
  char* const to = static_cast<char*>(results) + group.first * size;
  if (loop.by_columns) {
    parts.store(total, group.count, to);
    return;
  }
  for (int64_t i = 0; i < group.count; ++i) parts.fold(total + i * kLine, to + i * size);
}

// A thread's state for its tasks: the bound program, buffers and a tree of totals per reduction.
class TaskRunner {
 public:
  TaskRunner(const TileReduceProgram& reducing, const TileReduceArrays& arrays, char* scratch,
             const RandomStream& stream)
      : reducing_(reducing),
        loop_(reducing.reduce),
        arrays_(arrays),
        data_(arrays.data),
        sums_products_(!loop_.has_few && sums_products(reducing)),
        makes_nothing_(sums_products_ ||
                       (reducing.program.steps.empty() && reducing.program.draws.empty() &&
                        reducing.program.chain.instructions.empty())),
        runner_(reducing.program, reducing.loop, data(), scratch, stream) {
    scratch += round_up(tile_scratch(reducing.program, reducing.loop), kLine);
    for (int e = reducing.first_buffer; e < reducing.program.externals; ++e) {
      buffers_[e] = scratch;
      scratch += round_up(loop_.piece * size_of_external(e), kLine);
    }
    trees_ = scratch;
  }

  // Task numbers count chunks fastest: task = group * chunks + chunk.
  void run(int64_t task) {
    const int64_t number = task / loop_.chunks;
    const Group group = group_at(loop_, number);
    if (kTurnsRuns && loop_.has_few) return run_few(group);
    const int64_t first = task % loop_.chunks * loop_.chunk;
    const int64_t end = std::min(loop_.blocks, first + loop_.chunk);
    begin_trees(end - first);
    if (loop_.by_columns)
      add_columns(group, first, end);
    else
      add_lines(group, first, end);
    end_task(group, number, task % loop_.chunks);
  }

 private:
  static constexpr size_t kMax = TileLoop::kMaxExternals;
  struct Pointers {
    void* of[kMax] = {};  // null: a buffer before its elements are computed
    explicit Pointers(std::span<void* const> given) { std::ranges::copy(given, of); }
  };
  std::span<void* const> data() const {
    return {data_.of, static_cast<size_t>(reducing_.program.externals)};
  }
  size_t count() const { return reducing_.reductions.size(); }
  int64_t size_of_external(int e) const {
    return element_size(reducing_.program.dtypes[static_cast<size_t>(e)]);
  }

  void begin_trees(int64_t blocks) {
    char* memory = trees_;
    for (size_t r = 0; r < count(); ++r) {
      const TileReduction& reduction = reducing_.reductions[r];
      const int64_t bytes = total_bytes(loop_, reduction);
      tree_[r].emplace(parts_of(reduction), memory, bytes);
      memory += PairwiseTotals::memory(blocks, bytes);
    }
  }

  // Computes the elements [first, first + count) of the shape into the buffers. A buffer's pointer
  // is moved back so that element `first` lies at its start.
  void make(int64_t first, int64_t count) {
    for (int e = reducing_.first_buffer; e < reducing_.program.externals; ++e)
      data_.of[e] = buffers_[e] - first * size_of_external(e);
    made_ = first;
    if (!makes_nothing_) runner_.run(first, count, data());
  }

  // An element of the last piece, of a buffer or of an array.
  const char* made(int external, int64_t element) const {
    return static_cast<const char*>(data_.of[external]) +
           (made_ + element) * size_of_external(external);
  }

  // Groups of results of a few elements each.
  void run_few(const Group& group) {
    make(group.element, group.count * loop_.line);
    for (size_t r = 0; r < count(); ++r) {
      const TileReduction& reduction = reducing_.reductions[r];
      const int64_t size = element_size(reduction.dtype);
      const int64_t result_size = element_size(result_dtype(reduction.reduction, reduction.dtype));
      reduce_few_elements(parts_of(reduction), loop_.few, size, made(reduction.source, 0),
                          loop_.line * loop_.few.columns * size, group.count / loop_.few.columns,
                          static_cast<char*>(arrays_.results[r]) + group.first * result_size,
                          result_size);
    }
  }

  // Results that are made of lines: pieces of one long line, or several short lines side by side.
  void add_lines(const Group& group, int64_t first, int64_t end) {
    const int64_t maximum = makes_nothing_ ? kReadTogether : loop_.piece;
    for (int64_t block = first; block < end;) {
      const int64_t line = block / loop_.line_blocks;
      const int64_t begin = block % loop_.line_blocks * kReduceBlock;
      int64_t count = group.count * loop_.line;  // whole lines side by side
      if (loop_.line_blocks > 1)
        count = std::min({maximum, loop_.line - begin, (end - block) * kReduceBlock});
      make(group.element + line_offset(loop_, line) + begin, count);
      const int64_t step = std::min(kReduceBlock, loop_.line);
      const bool is_one_line = loop_.line_blocks > 1;
      for (size_t r = 0; r < this->count(); ++r)
        push_blocks(r, count, step, is_one_line ? 1 : group.count);
      block += is_one_line ? (count + kReduceBlock - 1) / kReduceBlock : 1;
    }
  }

  // Pushes the blocks of a piece, `step` elements each: of one result, or of `results` neighbours
  // in turn. Several blocks of one result may be pushed as a subtree.
  void push_blocks(size_t r, int64_t count, int64_t step, int64_t results) {
    const TileReduction& reduction = reducing_.reductions[r];
    const ReduceParts& parts = parts_of(reduction);
    int64_t result = 0;
    const bool has_subtrees = results == 1 && step == kReduceBlock && !sums_products_;
    for (int64_t at = 0; at < count;) {
      const int level =
          has_subtrees ? tree_[r]->level(std::max<int64_t>(1, (count - at) / step)) : 0;
      const int64_t elements = std::min(step << level, count - at);
      char* const total = tree_[r]->next() + result * kLine;
      if (sums_products_) {
        const int16_t* const in = reducing_.program.steps[0].in;
        parts.products(made(in[0], at), made(in[1] < 0 ? in[0] : in[1], at), elements, total);
      } else {
        parts.block(made(reduction.source, at), elements, total);
      }
      at += elements;
      if (++result < results) continue;
      tree_[r]->push(level);
      result = 0;
    }
  }

  // Results that lie side by side in rows: each block is kReduceRows rows, of which `maximum` fit a
  // piece.
  void add_columns(const Group& group, int64_t first, int64_t end) {
    const int64_t stride = row_stride();
    const int64_t maximum = group.count == stride ? loop_.piece / stride : 1;  // rows at a time
    const int64_t together = blocks_of_columns(first, maximum);
    for (int64_t block = first; block < end; block += together) {
      const int64_t begin = block % loop_.line_blocks * kReduceRows;
      const int64_t blocks = std::min(together, end - block);
      const int64_t rows = std::min(blocks * kReduceRows, loop_.line - begin);
      const int64_t element =
          group.element + line_offset(loop_, block / loop_.line_blocks) + begin * stride;
      if (together > 1) {
        make(element, rows * group.count);
        for (size_t r = 0; r < count(); ++r) {
          const TileReduction& reduction = reducing_.reductions[r];
          parts_of(reduction).few_columns(made(reduction.source, 0), rows, group.count, group.count,
                                          tree_[r]->next());
          tree_[r]->push();
        }
        continue;
      }
      for (size_t r = 0; r < count(); ++r)
        parts_of(reducing_.reductions[r])
            .begin(tree_[r]->next(), total_bytes(loop_, reducing_.reductions[r]));
      for (int64_t row = 0; row < rows; row += maximum) {
        const int64_t few = std::min(maximum, rows - row);
        make(element + row * stride, few * group.count);
        for (size_t r = 0; r < count(); ++r)
          parts_of(reducing_.reductions[r])
              .rows(made(reducing_.reductions[r].source, 0), few, group.count, group.count,
                    tree_[r]->next());
      }
      for (size_t r = 0; r < count(); ++r) tree_[r]->push();
    }
  }
  // How many blocks of a few columns one call may take: they are a subtree wherever they start, and
  // all their rows fit a piece. 1: each block by itself.
  int64_t blocks_of_columns(int64_t first, int64_t max_rows) const {
    for (const TileReduction& r : reducing_.reductions)
      if (!parts_of(r).few_columns || total_bytes(loop_, r) != kLine) return 1;
    const int64_t rows = std::max<int64_t>(1, max_rows / kReduceRows);
    const auto blocks = static_cast<int64_t>(
        std::bit_floor(static_cast<uint64_t>(std::min(kReduceRowBlocks, rows))));
    const bool is_one_line = loop_.blocks == loop_.line_blocks;
    const bool is_even = first % blocks == 0 && (is_one_line || loop_.line_blocks % blocks == 0);
    return is_even ? blocks : 1;
  }
  int64_t row_stride() const {
    const int inner = loop_.walk.reduced_rank - 1;
    return inner < 0 ? loop_.group : loop_.walk.reduced_stride[inner];
  }

  // With one task for the group the results are ready; otherwise its totals are kept for
  // finish_tile_reduce().
  void end_task(const Group& group, int64_t number, int64_t chunk) {
    char* totals = static_cast<char*>(arrays_.totals);
    for (size_t r = 0; r < count(); ++r) {
      const TileReduction& reduction = reducing_.reductions[r];
      const int64_t bytes = total_bytes(loop_, reduction);
      const char* const total = tree_[r]->total();
      if (loop_.chunks == 1)
        put_results(loop_, reduction, group, total, arrays_.results[r]);
      else
        std::copy_n(total, bytes, totals + (number * loop_.chunks + chunk) * bytes);
      totals += tile_reduce_tasks(loop_) * bytes;
    }
  }

  const TileReduceProgram& reducing_;
  const TileReduceLoop& loop_;
  const TileReduceArrays& arrays_;
  Pointers data_;
  const bool sums_products_;
  const bool makes_nothing_;  // only arrays are reduced; there is nothing to compute
  TileRunner runner_;
  char* buffers_[kMax] = {};
  int64_t made_ = 0;  // number of the first element of the last piece
  char* trees_;
  std::optional<PairwiseTotals> tree_[kMax];
};

}  // namespace

// Decides group, piece and chunk sizes from the shape. `threads` only changes how many blocks a
// task takes, a power of two, and so not the order in which totals combine.
TileReduceLoop make_tile_reduce(const Shape& shape, uint32_t axes, int buffers, int threads) {
  TensorView dense = {};
  dense.dtype = DType::kFloat32;  // any: the walk is the same
  dense.rank = shape.rank();
  const Shape strides = dense_strides(shape);
  std::ranges::copy(shape, dense.shape);
  std::ranges::copy(strides, dense.strides);
  TileReduceLoop loop = {};
  loop.walk = make_reduce(Reduction::kSum, dense, axes);
  const Reduce& walk = loop.walk;
  const int64_t results = reduce_units(walk);
  if (shape.elements() == 0) return loop;
  const int inner = walk.reduced_rank - 1;
  const int64_t length = inner < 0 ? 1 : walk.reduced[inner];
  const bool has_dense_lines = inner >= 0 && walk.reduced_stride[inner] == 1;
  int64_t lines = 1;
  for (int i = 0; i < inner; ++i) lines *= walk.reduced[i];
  loop.by_columns = !has_dense_lines && walk.kept_rank > 0;
  loop.run = walk.kept_rank > 0 ? walk.kept[walk.kept_rank - 1] : 1;
  loop.line = length;
  loop.piece = std::max(kReduceBlock, kPieces / std::max(1, buffers) / kReduceBlock * kReduceBlock);
  const int64_t block = loop.by_columns ? kReduceRows : kReduceBlock;
  loop.line_blocks = (length + block - 1) / block;
  loop.blocks = lines * loop.line_blocks;
  loop.few = {length, loop.by_columns ? loop.run : 1};
  loop.has_few = loop.blocks == 1 && loop.few.are_few();
  // Few elements: every result is one of a single run; a group is as many as fit a piece.
  if (loop.has_few) {
    loop.run = results;
    loop.group = std::min(results, loop.piece / (length * loop.few.columns) * loop.few.columns);
  } else if (loop.by_columns) {
    const int64_t parts = (loop.run + kReduceBlock - 1) / kReduceBlock;
    loop.group = std::min(loop.run, round_up((loop.run + parts - 1) / parts, chain_block()));
  } else if (loop.line_blocks == 1) {
    const int64_t maximum = kTreeBytes / PairwiseTotals::memory(loop.blocks, kLine);
    loop.group = std::clamp<int64_t>(loop.piece / length, 1, std::min(loop.run, maximum));
  } else {
    loop.group = 1;
  }
  loop.run_groups = (loop.run + loop.group - 1) / loop.group;
  loop.groups = results / loop.run * loop.run_groups;
  // Chunks are a power of two of blocks: complete subtrees, except for the last.
  const int64_t block_elements = loop.group * std::min(length, block);
  loop.chunk = static_cast<int64_t>(
      std::bit_ceil(static_cast<uint64_t>(std::max<int64_t>(1, kChunkElements / block_elements))));
  const int64_t tasks = kTasksAThread * threads;
  while (loop.groups * ((loop.blocks + loop.chunk - 1) / loop.chunk) > tasks &&
         loop.chunk < loop.blocks)
    loop.chunk *= 2;
  loop.chunks = (loop.blocks + loop.chunk - 1) / loop.chunk;
  const int64_t width = loop.by_columns ? loop.run : length;
  loop.is_aligned = !loop.has_few && width % chain_block() == 0;
  return loop;
}

int64_t tile_reduce_scratch(const TileReduceProgram& reducing) {
  const TileReduceLoop& loop = reducing.reduce;
  int64_t bytes = round_up(tile_scratch(reducing.program, reducing.loop), kLine);
  for (int e = reducing.first_buffer; e < reducing.program.externals; ++e)
    bytes +=
        round_up(loop.piece * element_size(reducing.program.dtypes[static_cast<size_t>(e)]), kLine);
  const int64_t maximum = std::max(loop.chunk, loop.chunks);
  for (const TileReduction& r : reducing.reductions)
    bytes += PairwiseTotals::memory(std::min(maximum, std::max<int64_t>(1, loop.blocks)),
                                    total_bytes(loop, r));
  return bytes;
}

int64_t tile_reduce_totals(const TileReduceProgram& reducing) {
  int64_t bytes = 0;
  if (reducing.reduce.chunks > 1)
    for (const TileReduction& r : reducing.reductions)
      bytes += tile_reduce_tasks(reducing.reduce) * total_bytes(reducing.reduce, r);
  return bytes;
}

// The tasks of one thread; `scratch` has tile_reduce_scratch() bytes.
void run_tile_reduce(const TileReduceProgram& reducing, const TileReduceArrays& arrays, Range tasks,
                     void* scratch, const RandomStream& stream) {
  if (tasks.begin >= tasks.end) return;
  TaskRunner runner(reducing, arrays, static_cast<char*>(scratch), stream);
  for (int64_t task = tasks.begin; task < tasks.end; ++task) runner.run(task);
}

// Combines the totals of a group's chunks in their order, in which the pairwise tree is as if there
// had been one task.
void finish_tile_reduce(const TileReduceProgram& reducing, const TileReduceArrays& arrays,
                        void* scratch) {
  const TileReduceLoop& loop = reducing.reduce;
  const char* totals = static_cast<const char*>(arrays.totals);
  for (size_t r = 0; r < reducing.reductions.size() && loop.chunks > 1; ++r) {
    const TileReduction& reduction = reducing.reductions[r];
    const int64_t bytes = total_bytes(loop, reduction);
    PairwiseTotals tree(parts_of(reduction), static_cast<char*>(scratch), bytes);
    for (int64_t number = 0; number < loop.groups; ++number) {
      for (int64_t chunk = 0; chunk < loop.chunks; ++chunk, totals += bytes) {
        std::copy_n(totals, bytes, tree.next());
        tree.push();
      }
      put_results(loop, reduction, group_at(loop, number), tree.total(), arrays.results[r]);
    }
  }
}

}  // namespace weft::kernels
