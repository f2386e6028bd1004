// The first half of placement: from nodes to steps with views on allocations, and the liveness of
// each allocation. View operators make no step; copies are added where a kernel needs dense
// operands.
#include "executor/memory/placement_impl.h"

#include <algorithm>
#include <cstring>

#include "base/errors.h"
#include "graph/ir/control.h"
#include "graph/ir/fused.h"
#include "ops/registry.h"
#include "ops/slots/kernel_call.h"
#include "runtime/engine/transfer.h"
#include "weft_parts.h"

namespace weft::executor {

using graph::Graph;
using graph::Node;
using graph::Operand;
using graph::RegionKind;
using graph::TensorType;
using graph::ValueId;

namespace {

// The view broadcast to `shape`: stride 0 on axes that are missing or have one element.
AllocationView stretched(const AllocationView& from, const Shape& shape) {
  AllocationView to = from;
  to.shape = shape;
  to.strides.resize(shape.rank(), 0);
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const int own = axis - (shape.rank() - from.shape.rank());
    const bool repeats = own < 0 || from.shape[own] == 1;
    to.strides[axis] = repeats ? 0 : from.strides[own];
  }
  return to;
}

// The cost of a tile program over these arrays.
ops::Cost cost_of(const TileCode& code, std::span<const TensorView> externals) {
  ops::Cost cost;
  cost.flops = static_cast<double>(additions_of(code) * code.shape.elements());
  for (const TensorView& view : externals)
    cost.bytes += static_cast<double>(ops::type_of(view).bytes());
  return cost;
}

}  // namespace

// Reserves room for all scalars first: they must not move once a step has their address. Residuals
// get their offsets one behind the other.
Placement::Placement(const Graph& graph, const PlanOptions& options,
                     std::span<const BranchGroup> groups)
    : graph_(graph), options_(options), groups_(groups), alloc_views_(graph.values.size()) {
  size_t count = graph.constants.size();
  for (const Node& node : graph.nodes) {
    count += node.operands.size();
    if (node.region < 0) continue;
    for (const Node& inner : graph.regions[static_cast<size_t>(node.region)].body->nodes)
      count += inner.operands.size();
  }
  scalars = std::make_shared<std::vector<uint64_t>>();
  scalars->reserve(count);
  state_of_.resize(graph.outputs.size(), -1);
  for (const graph::StatePair& pair : graph.states)
    if (static_cast<size_t>(pair.output) < state_of_.size())
      state_of_[static_cast<size_t>(pair.output)] = pair.input;
  outputs_of_.resize(graph.values.size());
  for (size_t k = 0; k < graph.outputs.size(); ++k) {
    const ValueId id = graph.outputs[k];
    if (state_of_[k] < 0 && graph.producer(id))
      outputs_of_[static_cast<size_t>(id)].push_back(static_cast<int32_t>(k));
    if (!kHasResiduals || k < options.first_residual_output) continue;
    residual_offsets.push_back(residual_bytes);
    residual_bytes += aligned(graph.type(id).bytes());
  }
}

Status Placement::place_all() {
  WEFT_TRY(define_sources());
  // An operator that gives a new array when called eagerly becomes a view here only where no kernel
  // that reads it sums by strides. Else the order of the sum, and so the bits, would differ from
  // the eager call.
  sensitive_ = graph::stride_sensitive(graph_);
  for (const Node& node : graph_.nodes) WEFT_TRY(add_node(node));
  WEFT_TRY(move_scalars());
  WEFT_TRY(check_total());
  computing_ = steps.size();
  if constexpr (WEFT_KEEPS_branches) gather_branches();
  place_outputs();
  note_uses();
  reuse_in_place();
  return {};
}

// Offsets are sums of sizes. A graph whose values together have more than 2^61 bytes is refused
// here, so that nothing after it overflows.
Status Placement::check_total() const {
  int64_t total = 0;
  for (const Allocation& allocation : allocations_)
    if (__builtin_add_overflow(total, allocation.bytes, &total) || total > INT64_MAX / 4)
      return errors::out_of_memory("plan", INT64_MAX);
  return {};
}

int32_t Placement::new_allocation(int64_t bytes) {
  Allocation allocation;
  allocation.bytes = bytes;
  allocations_.push_back(allocation);
  return static_cast<int32_t>(allocations_.size()) - 1;
}

int32_t Placement::constant_allocation(const void* data) {
  const int32_t id = new_allocation(0);
  Allocation& allocation = allocations_.back();
  allocation.root = MemoryRoot::kConstant;
  allocation.index = static_cast<int32_t>(constants.size());
  allocation.given = true;
  constants.push_back(data);
  return id;
}

// The whole allocation as a dense array of this type.
AllocationView Placement::whole(int32_t allocation, const TensorType& type) const {
  return {allocation, 0, type.dtype, type.shape, dense_strides(type.shape)};
}

// Allocations for inputs and constants. A device gets copies of the constants.
Status Placement::define_sources() {
  for (size_t i = 0; i < graph_.inputs.size(); ++i) {
    const TensorType& type = graph_.type(graph_.inputs[i]);
    const int32_t id = new_allocation(type.bytes());
    Allocation& allocation = allocations_.back();
    allocation.given = true;
    const bool residual =
        kHasResiduals && i < options_.residual_inputs.size() && options_.residual_inputs[i] >= 0;
    allocation.root = residual ? MemoryRoot::kResidual : MemoryRoot::kInput;
    allocation.index = residual ? 0 : static_cast<int32_t>(i);
    allocation.offset = residual ? options_.residual_inputs[i] : 0;
    input_allocations_.push_back(id);
    alloc_views_[static_cast<size_t>(graph_.inputs[i])] = whole(id, type);
    if (!target() || i >= target()->inputs_in_arena) continue;
    allocation.given = false;
    allocation.root = MemoryRoot::kArena;
    input_places.push_back(whole(id, type));
  }
  for (const graph::Constant& constant : graph_.constants) {
    Ref<Tensor> content = constant.content;
    if (WEFT_KEEPS_devices && options_.device) {
      WEFT_ASSIGN(content, transfer(*content, options_.device));
    }
    held.emplace_back(content->box().storage());
    alloc_views_[static_cast<size_t>(constant.value)] = {constant_allocation(content->data()), 0,
                                                         content->dtype(), content->shape(),
                                                         content->strides()};
  }
  return {};
}

// On a device the scalars lie in one array; the pointers to them are replaced.
Status Placement::move_scalars() {
  if (!WEFT_KEEPS_devices || !options_.device || scalars->empty()) return {};
  WEFT_ASSIGN(const Ref<Tensor> here,
              Tensor::create(DType::kUInt64, Shape{static_cast<int64_t>(scalars->size())}));
  std::memcpy(here->data(), scalars->data(), static_cast<size_t>(here->bytes()));
  WEFT_ASSIGN(const Ref<Tensor> there, transfer(*here, options_.device));
  held.emplace_back(there->box().storage());
  for (size_t i = 0; i < scalars->size(); ++i)
    std::ranges::replace(constants, static_cast<const void*>(&(*scalars)[i]),
                         static_cast<const void*>(there->data() + i * sizeof(uint64_t)));
  return {};
}

// The node's steps, and right behind them what puts its results into outputs.
Status Placement::add_node(const Node& node) {
  const size_t before = steps.size();
  WEFT_TRY(add_steps(node));
  for (const ValueId id : node.outputs)
    for (const int32_t k : outputs_of_[static_cast<size_t>(id)])
      place_output(static_cast<size_t>(k));
  for (size_t s = before; s < steps.size(); ++s) steps[s].made_for = &node;
  return {};
}

// Dispatch by the kind of node. A device has neither tile programs nor control flow.
Status Placement::add_steps(const Node& node) {
  if constexpr (WEFT_KEEPS_control)
    if (graph::control_of(graph_, node)) return add_control(node);
  if constexpr (WEFT_KEEPS_rows)
    if (!node.op && graph_.regions[static_cast<size_t>(node.region)].kind == RegionKind::kRowTiles)
      return add_row_tiles(node);
  if (!options_.device && (!node.op || graph::is_elementwise(node))) return add_tiles(node);
  if (!node.op) return errors::internal("plan", "a fused region is planned for a device");
  WEFT_ASSIGN(const std::vector<TensorType> types, graph::operand_types(graph_, node));
  if (add_view(node, types) || add_joined(node)) return {};
  return add_kernel(node, types);
}

// A view makes no step: its results are other geometries on the same allocation. False where the
// node is no view, or where the strides of its operand do not allow one.
bool Placement::add_view(const Node& node, const std::vector<TensorType>& types) {
  if (node.operands.empty() || !node.operands[0].is_value()) return false;
  const AllocationView from = alloc_views_[static_cast<size_t>(node.operands[0].value)];
  if (graph::keeps_elements(node) && !node.op->view_rule) {
    const ValueId id = node.outputs[0];
    if (sensitive_[static_cast<size_t>(id)]) return false;
    const bool repeats = node.op->name == "broadcast_to";
    alloc_views_[static_cast<size_t>(id)] = repeats ? stretched(from, graph_.type(id).shape) : from;
    return true;
  }
  if (!node.op->view_rule) return false;
  const ops::InferContext context(*node.op, types, node.attributes.view());
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    const TensorType& type = graph_.type(node.outputs[i]);
    const std::optional<ops::Geometry> view =
        node.op->view_rule(context, {from.shape, from.strides, 0}, type, i);
    if (!view) return false;
    AllocationView& to = alloc_views_[static_cast<size_t>(node.outputs[i])];
    to = from;
    to.offset += view->offset * size_of(type.dtype);
    to.shape = view->shape;
    to.strides = view->strides;
  }
  return true;
}

// An elementwise node or a fused region as a tile program. Its operands may have any strides; those
// of an operator on rows at its end have to be dense.
Status Placement::add_tiles(const Node& node) {
  if constexpr (!WEFT_KEEPS_tiles) return lower(graph_).status();
  PendingStep step;
  step.kind = StepKind::kTileProgram;
  step.node = &node;
  std::vector<ValueId> operands;
  if (node.op) {
    const Graph region = region_of(graph_, node, operands);
    WEFT_ASSIGN(TileCode code, lower(region));
    step.code = std::make_shared<TileCode>(std::move(code));
    step.name = node.op->name;
  } else {
    const Graph& body = *graph_.regions[static_cast<size_t>(node.region)].body;
    for (const Operand& operand : node.operands) operands.push_back(operand.value);
    WEFT_ASSIGN(TileCode code, lower(body));
    step.code = std::make_shared<TileCode>(std::move(code));
    step.name = "fused";
    for (const Node& inner : body.nodes) step.name += "+" + inner.op->name;
  }
  const auto alloc_view_of = [&](size_t i) {
    return alloc_views_[static_cast<size_t>(operands[i])];
  };
  const size_t inputs = step.code->inputs;
  for (size_t i = 0; i < inputs; ++i) step.in.push_back(alloc_view_of(i));
  for (const ScalarExternal& s : step.code->scalars) step.in.push_back(scalar(s.scalar, s.dtype));
  const size_t arrays = step.in.size();
  for (size_t i = inputs; i < operands.size(); ++i)
    step.in.push_back(alloc_view_of(i).dense() ? alloc_view_of(i) : dense_copy(alloc_view_of(i)));
  for (const ValueId id : node.outputs) {
    const TensorType& type = graph_.type(id);
    step.out.push_back(whole(new_allocation(type.bytes()), type));
    alloc_views_[static_cast<size_t>(id)] = step.out.back();
  }
  // A target runs tile programs element by element and needs no loop and no scratch.
  if (target()) {
    steps.push_back(std::move(step));
    return {};
  }
  std::vector<TensorView> views;
  for (const std::span<const AllocationView> side :
       {std::span<const AllocationView>(step.in).first(arrays),
        std::span<const AllocationView>(step.out)})
    for (const AllocationView& alloc_view : side) {
      TensorView view{};
      view.dtype = alloc_view.dtype;
      view.rank = alloc_view.shape.rank();
      std::copy(alloc_view.shape.begin(), alloc_view.shape.end(), view.shape);
      std::copy(alloc_view.strides.begin(), alloc_view.strides.end(), view.strides);
      if (views.size() < static_cast<size_t>(step.code->first_buffer()))
        views.push_back(ops::broadcast_view(view, step.code->shape));
    }
  set_loop(*step.code, views, threads_of_next_step());
  step.pieces = (step.code->units + step.code->grain - 1) / step.code->grain;
  step.seconds = seconds_of(cost_of(*step.code, views));
  const int threads = step.pieces > 1 ? threads_of_next_step() : 1;
  step.code->scratch_a_thread = aligned(step.code->scratch_a_thread);
  step.code->shared_scratch = aligned(step.code->shared_scratch);
  add_scratch(step, step.code->shared_scratch + step.code->scratch_a_thread * threads);
  steps.push_back(std::move(step));
  return {};
}

// What the planner has to know about the kernel that runs the node: the library's or the target's.
Result<TargetKernel> Placement::kernel_of(const Node& node, const ops::SlotTypes& call) const {
  if (!target()) {
    const ops::Slot& slot = node.op->slot;
    return TargetKernel{slot.strides, ops::overwritten_by(slot, call)};
  }
  Result<TargetKernel> kernel = target()->kernel(call);
  if (kernel.ok() || node.line < 0) return kernel;
  return Status(kernel.status().code(),
                errors::join(kernel.status().message(), " (", line_of(node), ")"));
}

// A call of the operator's kernel. Scalars become arrays of one element.
Status Placement::add_kernel(const Node& node, const std::vector<TensorType>& types) {
  const ops::Slot& slot = node.op->slot;
  if (!slot.run) return errors::unsupported(node.op->name, "the device has no kernel for it");
  std::vector<TensorType> out;
  for (const ValueId id : node.outputs) out.push_back(graph_.type(id));
  const ops::SlotTypes call{*node.op, types, out, node.attributes.view()};
  WEFT_ASSIGN(const TargetKernel kernel, kernel_of(node, call));
  PendingStep step;
  step.node = &node;
  step.name = node.op->name;
  step.overwrites = kernel.overwrites;
  std::ranges::copy(kernel.over, step.over);
  for (size_t i = 0; i < node.operands.size(); ++i) {
    const Operand& operand = node.operands[i];
    AllocationView alloc_view;
    if (operand.is_value()) alloc_view = alloc_views_[static_cast<size_t>(operand.value)];
    if (operand.is_scalar()) alloc_view = scalar(operand.scalar, types[i].dtype);
    if (operand.is_value() && kernel.strides == ops::Strides::kDense && !alloc_view.dense())
      alloc_view = dense_copy(alloc_view);
    step.in.push_back(alloc_view);
  }
  for (const ValueId id : node.outputs) {
    const TensorType& type = graph_.type(id);
    step.out.push_back(whole(new_allocation(type.bytes()), type));
    alloc_views_[static_cast<size_t>(id)] = step.out.back();
  }
  weigh(step, slot, call);
  // For as many threads as the kernel's own step has; the copies of its operands have come before
  // it.
  add_scratch(step,
              target() ? kernel.scratch_bytes : scratch_of(slot, call, threads_of_next_step()));
  steps.push_back(std::move(step));
  return {};
}

// The scalar as an array of one element of this dtype.
AllocationView Placement::scalar(const ops::Argument& value, DType dtype) {
  scalars->push_back(scalar_bits(value, dtype));
  return whole(constant_allocation(&scalars->back()), {dtype, Shape()});
}

// Adds a step that copies the view into new, dense memory.
AllocationView Placement::dense_copy(const AllocationView& from) {
  const TensorType type{from.dtype, from.shape};
  const AllocationView to = whole(new_allocation(type.bytes()), type);
  add_copy(from, to);
  return to;
}

void Placement::add_copy(const AllocationView& from, const AllocationView& to) {
  PendingStep step;
  step.kind = StepKind::kCopy;
  step.name = "copy";
  step.in = {from};
  step.out = {to};
  const TensorType type{to.dtype, to.shape};
  if constexpr (WEFT_KEEPS_branches)
    weigh(step, ops::Slot(), {ops::op_named("copy"), {&type, 1}, {&type, 1}, {}});
  steps.push_back(std::move(step));
}

// Time and pieces of the step, from which the search for branches decides what runs at the same
// time.
void Placement::weigh(PendingStep& step, const ops::Slot& slot, const ops::SlotTypes& call) {
  if constexpr (!WEFT_KEEPS_branches) return;
  step.seconds = seconds_of(ops::cost_of(slot, call));
  step.pieces = ops::pieces_of(slot, call);
}

void Placement::add_scratch(PendingStep& step, int64_t bytes) {
  if (bytes > 0) step.scratch = new_allocation(bytes);
}

// The allocation is used at `step`: it is alive at least until then. If another branch of the same
// group used it before, it belongs to several branches.
void Placement::touch(int32_t id, int32_t step) {
  Allocation& allocation = allocations_[static_cast<size_t>(id)];
  const BranchId& branch_id = steps[static_cast<size_t>(step)].branch_id;
  if (allocation.last_branch.is_concurrent_with(branch_id))
    allocation.last_branch.branch = BranchId::kSeveral;
  else
    allocation.last_branch = branch_id;
  allocation.last = step;
}

// Computes the liveness of all allocations from the steps.
void Placement::note_uses() {
  for (Allocation& allocation : allocations_) {
    allocation.first = allocation.last = -1;
    allocation.first_branch = allocation.last_branch = BranchId();
  }
  for (size_t s = 0; s < steps.size(); ++s) {
    const auto at = static_cast<int32_t>(s);
    const PendingStep& step = steps[s];
    const auto write = [&](int32_t id) {
      Allocation& allocation = allocations_[static_cast<size_t>(id)];
      if (allocation.first < 0) {
        allocation.first = at;
        allocation.first_branch = step.branch_id;
      }
      touch(id, at);
    };
    for (const AllocationView& alloc_view : step.in)
      if (alloc_view.allocation >= 0) touch(alloc_view.allocation, at);
    for (const AllocationView& alloc_view : step.out) write(alloc_view.allocation);
    if (step.scratch >= 0) write(step.scratch);
  }
  note_parts();
  note_ports();
}

}  // namespace weft::executor
