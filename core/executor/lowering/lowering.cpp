// From a region to a TileCode. Operands get numbers, nodes an order that keeps results in
// registers, and temporaries are shared as soon as they are dead. What the end of the region reads
// goes to a buffer.
#include "executor/lowering/lowering.h"

#include <algorithm>
#include <cstring>

#include "base/errors.h"
#include "executor/lowering/chain.h"
#include "executor/lowering/rows.h"
#include "graph/ir/fused.h"
#include "kernels/elementwise/cast_element.h"
#include "kernels/elementwise/formula_ids.h"
#include "ops/slots/reduce_slot.h"
#include "ops/use.h"
#include "weft_parts.h"

namespace weft::executor {

using graph::Graph;
using graph::Node;
using graph::Operand;
using graph::ValueId;

namespace {

// There is at most one temporary for each node.
static_assert(graph::kMaxFusedArrays <= kernels::TileLoop::kMaxExternals);
static_assert(graph::kMaxFusedArrays + graph::kMaxFusedNodes <= kernels::TileLoop::kMaxOperands);
static_assert(graph::kMaxFusedOperands == kernels::kMaxStepInputs);

// Work, in additions, below which a second thread costs more than it gains.
constexpr int64_t kAdditionsAThread = 65536;
// The rough cost of a random number, and of an operator on rows, for one element.
constexpr int64_t kAdditionsOfADraw = 8;
constexpr int64_t kAdditionsOfRows = 8;

// Outputs of at least so many bytes may be written past the caches, so a reduction does not read
// them again from memory but from a buffer of its own.
constexpr int64_t kReadAgainBytes = int64_t{8} << 20;

// The kernel of a node; null for a draw, which has none.
Result<kernels::StepKernel> step_of(const Node& node, const std::vector<graph::TensorType>& in,
                                    const graph::TensorType& out) {
  if (graph::draws_floats(node, out)) return kernels::StepKernel(nullptr);
  const graph::TensorType& last_in = in.back();
  const bool cast = node.op->name == "cast";
  const kernels::StepKernel step = cast ? kernels::cast_step(last_in.dtype, out.dtype)
                                        : kernels::step_of(node.op->slot.formula, last_in.dtype);
  if (!step) return errors::unsupported(node.op->name, "there is no kernel for ", last_in.dtype);
  return step;
}

// Lowers one region.
class Lowering {
 public:
  explicit Lowering(const Graph& region) : region_(region) {}

  Result<TileCode> run() {
    WEFT_TRY(collect_scalars());
    number_externals();
    find_order();
    find_last_reads();
    for (const ValueId id : region_.inputs) fill_buffers_from(id);
    for (const size_t n : order_) WEFT_TRY(lower_node(n));
    add_reductions();
    add_row_end();
    if (code_.externals() > kernels::TileLoop::kMaxExternals ||
        code_.dtypes.size() > kernels::TileLoop::kMaxOperands)
      return errors::internal("plan", "a fused region has ", code_.dtypes.size(), " arrays");
    find_in_place();
    code_.shape = graph::shape_of_fused(region_);
    return std::move(code_);
  }

 private:
  // Each scalar once for each dtype that it is read in.
  Status collect_scalars() {
    for (const Node& node : region_.nodes) {
      WEFT_ASSIGN(auto types, graph::operand_types(region_, node));
      for (size_t i = 0; i < node.operands.size(); ++i)
        if (node.operands[i].is_scalar() &&
            scalar_number(node.operands[i].scalar, types[i].dtype) < 0)
          code_.scalars.push_back({node.operands[i].scalar, types[i].dtype});
      types_.push_back(std::move(types));
    }
    return {};
  }

  // The operand number of a scalar; -1: it is not there.
  int scalar_number(const ops::Argument& scalar, DType dtype) const {
    for (size_t i = 0; i < code_.scalars.size(); ++i)
      if (code_.scalars[i].dtype == dtype && same_argument(code_.scalars[i].scalar, scalar))
        return static_cast<int>(code_.inputs + i);
    return -1;
  }

  // Numbers the external arrays in the order that TileCode describes.
  void number_externals() {
    number_.resize(region_.values.size(), -1);
    row_operator_ = graph::row_operator(region_);
    code_.row_inputs = graph::row_inputs(region_);
    code_.inputs = region_.inputs.size() - code_.row_inputs;
    const auto number = [&](ValueId id) {
      number_[static_cast<size_t>(id)] = static_cast<int16_t>(code_.dtypes.size());
      code_.dtypes.push_back(region_.type(id).dtype);
    };
    for (size_t i = 0; i < code_.inputs; ++i) number(region_.inputs[i]);
    for (const ScalarExternal& scalar : code_.scalars) code_.dtypes.push_back(scalar.dtype);
    for (const ValueId id : region_.outputs) {
      const Node& node = *region_.producer(id);
      if (graph::is_reduction(node)) {
        reduced_.push_back(&node);
      } else if (&node != row_operator_) {
        number(id);
        ++code_.outputs;
      }
    }
    number_buffers();
  }

  bool is_input(ValueId id) const {
    return region_.values[static_cast<size_t>(id)].origin == graph::Origin::kInput;
  }

  // Finds or adds the buffer that each reduction, or the operator on rows, reads.
  void number_buffers() {
    for (const Node* node : reduced_) {
      const ValueId id = node->operands[0].value;
      source_.push_back(
          source_of(id, ops::dtype_reduced_in(*node->op->slot.reduction, region_.type(id).dtype,
                                              region_.type(node->outputs[0]).dtype)));
    }
    if (!row_operator_) return;
    const ValueId rows = row_operator_->operands[0].value;
    row_source_ = source_of(rows, region_.type(rows).dtype);
  }

  // The operand that an end of the region reads for this value. It is the output itself if that has
  // the right dtype and stays in the caches; else a buffer, which the value is computed in, or
  // copied (and cast) to. One buffer serves several ends.
  int16_t source_of(ValueId id, DType dtype) {
    int16_t& own = number_[static_cast<size_t>(id)];
    const bool is_cast = dtype != region_.type(id).dtype;
    if (own >= 0 && own < code_.first_buffer() && !is_cast && !is_input(id) &&
        region_.type(id).bytes() < kReadAgainBytes)
      return own;
    const auto known = std::ranges::find_if(
        buffers_, [&](const BufferOf& b) { return b.value == id && b.dtype == dtype; });
    const auto source = static_cast<int16_t>(code_.first_buffer() + (known - buffers_.begin()));
    if (known != buffers_.end()) return source;
    code_.dtypes.push_back(dtype);
    ++code_.buffers;
    const bool is_copy = own >= 0 || is_cast;
    buffers_.push_back({id, dtype, is_copy});
    if (!is_copy) own = source;
    return source;
  }

  // Adds the steps that copy a value into its buffers, right after it is computed.
  void fill_buffers_from(ValueId id) {
    for (size_t b = 0; b < buffers_.size(); ++b) {
      if (!buffers_[b].is_copy || buffers_[b].value != id) continue;
      kernels::TileStep step{};
      step.kernel = kernels::cast_step(region_.type(id).dtype, buffers_[b].dtype);
      std::ranges::fill(step.in, int16_t{-1});
      step.in[0] = number_[static_cast<size_t>(id)];
      step.out = static_cast<int16_t>(code_.first_buffer() + static_cast<int>(b));
      code_.steps.push_back(step);
      code_.formulas.push_back(kernels::FormulaId::kCount);
    }
  }

  void add_reductions() {
    for (size_t r = 0; r < reduced_.size(); ++r) {
      code_.reductions.push_back({*reduced_[r]->op->slot.reduction, source_[r],
                                  code_.dtypes[static_cast<size_t>(source_[r])]});
      code_.axes = graph::reduced_axes(region_, *reduced_[r]);
    }
  }

  // The operator on rows. Its operands behind the first one are inputs of the region.
  void add_row_end() {
    if (!row_operator_) return;
    const Shape& shape = graph::shape_of_fused(region_);
    RowEnd end;
    end.op = row_operator_->op;
    end.attributes = row_operator_->attributes;
    end.source = row_source_;
    end.cols = shape[shape.rank() - 1];
    end.rows = end.cols > 0 ? shape.elements() / end.cols : 0;
    for (size_t i = 1; i < row_operator_->operands.size(); ++i) {
      const Operand& operand = row_operator_->operands[i];
      const auto input = operand.is_value() ? std::ranges::find(region_.inputs, operand.value)
                                            : region_.inputs.end();
      const bool is_there = input != region_.inputs.end();
      end.operands.push_back(is_there ? static_cast<int>(input - region_.inputs.begin()) -
                                            static_cast<int>(code_.inputs)
                                      : -1);
    }
    code_.row_end = std::move(end);
  }

  // Puts each result right before the step that reads it, where that is possible: a chain can then
  // keep it in registers.
  void find_order() {
    position_.resize(region_.nodes.size(), -1);
    for (const ValueId id : region_.outputs)
      place_after_operands(static_cast<size_t>(region_.values[static_cast<size_t>(id)].index));
    for (size_t n = 0; n < region_.nodes.size(); ++n) place_after_operands(n);
    std::erase_if(order_, [&](size_t n) {
      return graph::is_reduction(region_.nodes[n]) || &region_.nodes[n] == row_operator_;
    });
  }
  // Depth first. Regions have at most kMaxFusedNodes nodes, so the recursion is shallow.
  void place_after_operands(size_t n) {
    if (position_[n] >= 0) return;
    for (const Operand& operand : region_.nodes[n].operands) {
      if (!operand.is_value()) continue;
      const graph::Value& value = region_.values[static_cast<size_t>(operand.value)];
      if (value.origin == graph::Origin::kNode)
        place_after_operands(static_cast<size_t>(value.index));
    }
    position_[n] = static_cast<int32_t>(order_.size());
    order_.push_back(n);
  }

  // By value: the position of the last step that reads it.
  void find_last_reads() {
    last_read_.resize(region_.values.size(), -1);
    for (const size_t n : order_)
      for (const Operand& operand : region_.nodes[n].operands)
        if (operand.is_value()) last_read_[static_cast<size_t>(operand.value)] = position_[n];
  }

  // Adds the step of a node. A draw's first operand is its number among the draws.
  Status lower_node(size_t n) {
    const Node& node = region_.nodes[n];
    const ValueId out = node.outputs[0];
    kernels::TileStep step{};
    WEFT_ASSIGN(step.kernel, step_of(node, types_[n], region_.type(out)));
    std::ranges::fill(step.in, int16_t{-1});
    for (size_t i = 0; i < node.operands.size(); ++i) {
      const Operand& operand = node.operands[i];
      step.in[i] = operand.is_value()
                       ? number_[static_cast<size_t>(operand.value)]
                       : static_cast<int16_t>(scalar_number(operand.scalar, types_[n][i].dtype));
    }
    if (!step.kernel) {
      const auto draw = node.op->reader(node.attributes.view());
      step.in[0] = static_cast<int16_t>(code_.draws.size());
      code_.draws.push_back({node.ordinal, static_cast<float>(draw.real("low")),
                             static_cast<float>(draw.real("high"))});
    }
    // A temporary that is read here for the last time may be overwritten: a step reads before it
    // writes.
    for (const Operand& operand : node.operands) free_if_dead(operand, position_[n]);
    if (number_[static_cast<size_t>(out)] < 0)
      number_[static_cast<size_t>(out)] = temporary(region_.type(out).dtype);
    step.out = number_[static_cast<size_t>(out)];
    code_.steps.push_back(step);
    code_.formulas.push_back(!step.kernel || node.op->name == "cast" ? kernels::FormulaId::kCount
                                                                     : node.op->slot.formula);
    fill_buffers_from(out);
    return {};
  }

  void free_if_dead(const Operand& operand, int32_t n) {
    if (!operand.is_value() || last_read_[static_cast<size_t>(operand.value)] != n) return;
    const int16_t number = number_[static_cast<size_t>(operand.value)];
    if (number >= code_.externals() && std::ranges::find(free_, number) == free_.end())
      free_.push_back(number);
  }

  // A dead temporary of the same dtype, or a new one.
  int16_t temporary(DType dtype) {
    const auto found = std::ranges::find_if(
        free_, [&](int16_t number) { return code_.dtypes[static_cast<size_t>(number)] == dtype; });
    if (found != free_.end()) {
      const int16_t number = *found;
      free_.erase(found);
      return number;
    }
    code_.dtypes.push_back(dtype);
    return static_cast<int16_t>(code_.dtypes.size() - 1);
  }

  // An output may lie in an input's memory if they have the same shape and element size and no step
  // reads the input after the output is written.
  void find_in_place() {
    for (const ValueId out : region_.outputs) {
      const auto index = static_cast<size_t>(region_.values[static_cast<size_t>(out)].index);
      const int32_t written = position_[index];
      std::vector<bool> may;
      for (const ValueId in : region_.inputs) {
        const graph::TensorType& a = region_.type(in);
        const graph::TensorType& b = region_.type(out);
        may.push_back(!graph::is_reduction(region_.nodes[index]) &&
                      last_read_[static_cast<size_t>(in)] <= written && a.shape == b.shape &&
                      size_of(a.dtype) == size_of(b.dtype));
      }
      code_.in_place.push_back(std::move(may));
    }
  }

  // A buffer for `value` in `dtype`. `is_copy`: the value is computed elsewhere and copied here.
  struct BufferOf {
    ValueId value;
    DType dtype;
    bool is_copy;
  };

  const Graph& region_;
  TileCode code_;
  std::vector<const Node*> reduced_;
  const Node* row_operator_ = nullptr;
  int16_t row_source_ = -1;  // what the operator on rows reads
  std::vector<BufferOf> buffers_;
  std::vector<int16_t> source_;                        // by reduction: the operand it reads
  std::vector<std::vector<graph::TensorType>> types_;  // of operands, by node
  std::vector<int16_t> number_;                        // by value: its operand number, or -1
  std::vector<size_t> order_;                          // nodes in the order in which they run
  std::vector<int32_t> position_;                      // by node: its position in that order
  std::vector<int32_t> last_read_;                     // by value: a position
  std::vector<int16_t> free_;                          // temporaries that are dead
};

}  // namespace

// An operand that occurs twice becomes one input.
Graph region_of(const Graph& graph, const Node& node, std::vector<ValueId>& operands) {
  Graph region;
  Node copy = node;
  copy.line = copy.clone_of = -1;
  for (Operand& operand : copy.operands) {
    if (!operand.is_value()) continue;
    const auto known = std::ranges::find(operands, operand.value);
    if (known == operands.end()) {
      operands.push_back(operand.value);
      operand.value = region.add_input(graph.type(operand.value));
    } else {
      operand.value = region.inputs[static_cast<size_t>(known - operands.begin())];
    }
  }
  const graph::TensorType type = graph.type(node.outputs[0]);
  region.add_node(std::move(copy), {&type, 1});
  region.outputs = region.nodes[0].outputs;
  return region;
}

Result<TileCode> lower(const Graph& region) {
  if constexpr (!WEFT_KEEPS_tiles)
    return errors::unsupported(
        "plan", "this build of Weft was made without elementwise arithmetic (WEFT_OPS)");
  ops::note_use("tiles");
  return Lowering(region).run();
}

// Buffers are dense over the program's shape.
void set_loop(TileCode& code, std::span<const TensorView> externals, int threads) {
  std::vector<TensorView> all(externals.begin(), externals.begin() + code.first_buffer());
  for (size_t b = 0; b < code.buffers; ++b) {
    TensorView dense = {};
    dense.dtype = code.dtypes[all.size()];
    dense.rank = code.shape.rank();
    const Shape strides = dense_strides(code.shape);
    std::ranges::copy(code.shape, dense.shape);
    std::ranges::copy(strides, dense.strides);
    all.push_back(dense);
  }
  code.loop = kernels::make_tile_loop(code.shape, all);
  // Reductions, operators on rows and draws depend on the order of elements; other loops may swap
  // axes.
  if (code.reductions.empty() && !code.row_end && code.draws.empty())
    kernels::transpose_rows(code.loop);
  code.reduce = code.reductions.empty()
                    ? kernels::TileReduceLoop()
                    : kernels::make_tile_reduce(code.shape, code.axes,
                                                static_cast<int>(code.buffers), threads);
  set_chain(code, all);
  const kernels::TileProgram program = code.program();
  if (code.row_end) {
    set_pieces(code);
  } else if (code.reductions.empty()) {
    code.units = kernels::tile_units(code.loop);
    code.scratch_a_thread = kernels::tile_scratch(program, code.loop);
  } else {
    const kernels::TileReduceProgram reducing = code.reducing(program);
    code.units = kernels::tile_reduce_tasks(code.reduce);
    code.scratch_a_thread = kernels::tile_reduce_scratch(reducing);
    code.shared_scratch = kernels::tile_reduce_totals(reducing);
  }
  // A few pieces more than threads would leave threads waiting for them: round down to a multiple.
  int64_t pieces =
      std::max<int64_t>(1, code.shape.elements() * additions_of(code) / kAdditionsAThread);
  if (pieces > threads) pieces -= pieces % threads;
  code.grain = std::max<int64_t>(1, (code.units + pieces - 1) / pieces);
}

// Steps that are no chain load and store every value: that costs about kCostOfAPass additions each.
int64_t additions_of(const TileCode& code) {
  auto additions = static_cast<int64_t>(code.reductions.size());
  if (code.row_end) additions += kAdditionsOfRows;
  const auto passes = additions + static_cast<int64_t>(code.steps.size());
  if (code.chain.empty()) additions += passes * kernels::kCostOfAPass;
  for (size_t s = 0; s < code.steps.size(); ++s) {
    const bool is_cast = code.formulas[s] == kernels::FormulaId::kCount;
    additions += !code.steps[s].kernel ? kAdditionsOfADraw
                 : is_cast             ? 1
                                       : kernels::cost_of(code.formulas[s]);
  }
  return additions;
}

uint64_t scalar_bits(const ops::Argument& scalar, DType dtype) {
  // The kernels' own conversion, so that a scalar equals an array that was cast to the dtype.
  uint64_t bits = 0;
  if (scalar.tag == ops::Tag::kFloat)
    kernels::cast_element(DType::kFloat64, &scalar.real, dtype, &bits);
  else
    kernels::cast_element(DType::kInt64, &scalar.integer, dtype, &bits);
  return bits;
}

}  // namespace weft::executor
