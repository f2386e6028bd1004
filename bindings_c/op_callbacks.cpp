// The rules and the kernel of registered operators. Each translates the core's call into the struct
// of weft.h, runs the callback, and checks what it returns: inferred types, the number of outputs,
// the shapes of gradients, bools. A callback may also have changed the thread's state (last error,
// open trace), and `run` restores that.
#include "op_callbacks.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/bools.h"
#include "ops/registry.h"
#include "rule_builder.h"

namespace weft::c {
namespace {

// A kernel gets the core's own views: weft_view must have the same layout.
static_assert(sizeof(weft_view) == sizeof(TensorView) && WEFT_MAX_RANK == kMaxRank);
static_assert(offsetof(weft_view, data) == offsetof(TensorView, data));
static_assert(offsetof(weft_view, shape) == offsetof(TensorView, shape));
static_assert(offsetof(weft_view, strides) == offsetof(TensorView, strides));
static_assert(offsetof(weft_view, rank) == offsetof(TensorView, rank));
static_assert(offsetof(weft_view, dtype) == offsetof(TensorView, dtype));

const weft_op_definition& definition_of(const ops::OpDef& op) {
  return static_cast<const Outside*>(op.outside.get())->definition;
}

const weft_value* values_of(std::span<const ops::Argument> attributes) {
  return reinterpret_cast<const weft_value*>(attributes.data());
}
const weft_view* views_of(std::span<const TensorView> views) {
  return reinterpret_cast<const weft_view*>(views.data());
}

// Runs a callback. Its failure becomes an error that begins with the operator's name. The thread's
// last error is put back, so that only this call's failure is reported; traces that the callback
// left open are ended.
template <class Call>
Status run(const ops::OpDef& op, const char* what, const Call& call) {
  ThreadState& state = thread_state();
  Status before = std::exchange(state.last_error, Status());
  const eager::Tracer* const trace = state.trace;
  const weft_status code = call();
  const Status said = std::exchange(state.last_error, std::move(before));
  if (state.trace != trace) {
#if !defined(WEFT_RUNTIME_ONLY)
    while (state.trace && state.trace != trace) weft_trace_abort();
#endif
    return errors::invalid_state(op.name, "its ", what, " began a trace and did not end it");
  }
  if (code == WEFT_OK) return {};
  if (status_code_of(code) == StatusCode::kInternal && code != WEFT_INTERNAL)
    return errors::internal(op.name, "its ", what, " returned ", int64_t{code},
                            ", which is not a status");
  // An error of a nested call of the same operator has the name already.
  if (said.message().starts_with(op.name + ": ")) return said;
  const std::string text = said.message().empty()
                               ? "its " + std::string(what) + " failed and gave no message"
                               : said.message();
  return Status(status_code_of(code), op.name + ": " + text);
}

std::vector<weft_type> types_of(std::span<const ops::TensorType> types) {
  std::vector<weft_type> result;
  for (const ops::TensorType& type : types) result.push_back(type_of(type));
  return result;
}

// ---- inference ----------------------------------------------------------------------------------

// A type that an inference gave, checked field by field.
Result<ops::TensorType> checked_type(const ops::OpDef& op, const weft_type& type, size_t output) {
  const std::string name = "output " + std::to_string(output);
  if (type.rank < 0 || type.rank > kMaxRank)
    return errors::invalid_value(op.name, "its inference must give ", name, " a rank in [0, ",
                                 kMaxRank, "]; got ", type.rank);
  if (type.dtype < 0 || type.dtype >= 256 || !is_known(static_cast<DType>(type.dtype)))
    return errors::invalid_type(op.name, "its inference must give ", name, " a dtype; got number ",
                                int64_t{type.dtype});
  const std::span<const int64_t> extents(type.shape, static_cast<size_t>(type.rank));
  WEFT_TRY(checked_elements(extents, op.name, name).status());
  return ops::TensorType{static_cast<DType>(type.dtype), Shape(extents)};
}

Result<ops::Types> infer(const ops::InferContext& c) {
  const ops::OpDef& op = c.op();
  const weft_op_definition& d = definition_of(op);
  WEFT_ASSIGN(const size_t outputs, ops::count_outputs(op, c.all()));
  const std::vector<weft_type> in = types_of(c.in);
  std::vector<weft_type> out(outputs);
  for (weft_type& type : out) type.rank = -1;  // a rank that the callback must replace
  const weft_types_call call{sizeof call,    in.data(),  in.size(), values_of(c.all()),
                             c.all().size(), out.data(), outputs};
  WEFT_TRY(run(op, "inference", [&] { return d.infer(d.context, &call); }));
  ops::Types types;
  for (size_t i = 0; i < outputs; ++i) {
    WEFT_ASSIGN(const ops::TensorType type, checked_type(op, out[i], i));
    types.push_back(type);
  }
  return types;
}

Result<size_t> count_outputs(const ops::AttributeReader& attributes) {
  const ops::OpDef& op = attributes.op();
  const weft_op_definition& d = definition_of(op);
  size_t count = 0;
  WEFT_TRY(run(op, "count of outputs", [&] {
    return d.count_outputs(d.context, values_of(attributes.all()), attributes.all().size(), &count);
  }));
  // 0 outputs, or more than the core can list, would be misread later.
  if (count >= 1 && count <= ops::kMaxListed) return count;
  return errors::invalid_value(op.name, "must have 1 to ", ops::kMaxListed, " outputs; got ",
                               count);
}

// ---- kernels ------------------------------------------------------------------------------------

Status run_kernel(const ops::KernelCall& call) {
  const weft_op_definition& d = definition_of(call.op);
  const weft_kernel_call passed{sizeof passed,
                                views_of(call.in),
                                call.in.size(),
                                views_of(call.out),
                                call.out.size(),
                                values_of(call.attributes),
                                call.attributes.size(),
                                call.scratch,
                                call.seed,
                                call.ordinal};
  WEFT_TRY(run(call.op, "kernel", [&] { return d.kernel(d.context, &passed); }));
  // A kernel of another compiler may write any byte as true; ours rely on 0 and 1.
  for (const TensorView& out : call.out) make_bools(out);
  return {};
}

int64_t scratch_bytes(const ops::SlotTypes& types, int threads) {
  const weft_op_definition& d = definition_of(types.op);
  const std::vector<weft_type> in = types_of(types.in);
  std::vector<weft_type> out = types_of(types.out);
  const weft_types_call call{
      sizeof call, in.data(), in.size(), values_of(types.attributes), types.attributes.size(),
      out.data(),  out.size()};
  return std::max<int64_t>(0, d.scratch_bytes(d.context, &call, threads));
}

// ---- rules --------------------------------------------------------------------------------------

// A gradient rule or a composition.
using Rule = weft_status (*)(void* context, const weft_rule_call* call);

// Runs a rule whose call is complete except for the results. If it fails, the builder gets the
// error and the results are harmless values, with which the caller goes on.
ops::Values run_rule(RuleBuilder& rule, const char* what, Rule callback, weft_rule_call& call,
                     size_t nresult) {
  std::vector<weft_operand> result(nresult, WEFT_ABSENT);
  call.struct_size = sizeof call;
  call.builder = rule.handle();
  call.result = result.data();
  call.nresult = nresult;
  void* const context = definition_of(rule.op()).context;
  rule.builder().fail(run(rule.op(), what, [&] { return callback(context, &call); }));
  Result<ops::Values> values = rule.values(result.data(), nresult);
  if (!values.ok()) rule.builder().fail(values.status());
  if (rule.builder().status().ok()) return values.take();
  return ops::Values(nresult, rule.harmless());
}

// Checks the shape of a gradient. The engine sums it over the axes along which the input was
// broadcast; a shape that does not come from broadcasting the input would give nonsense.
Status check_gradient(const ops::GradContext& g, size_t input, const ops::Value& gradient) {
  if (!gradient || gradient.is_scalar() || !g.needs(input)) return {};
  const Shape from = gradient.shape();
  const Shape to = g.in(input).shape();
  const int added = from.rank() - to.rank();
  bool fits = added >= 0;
  for (int axis = 0; fits && axis < to.rank(); ++axis)
    fits = to[axis] == 1 || to[axis] == from[axis + added];
  if (fits) return {};
  return errors::invalid_value(g.op().name, "its gradient for `", g.op().input_name(input),
                               "` must have shape ", to, ", or one that it broadcasts to; got ",
                               from);
}

// The gradient rule of the core. The rule sees inputs, outputs and cotangents as numbers.
ops::Values gradient(const ops::GradContext& g) {
  RuleBuilder rule(g.op(), g.builder());
  std::vector<weft_operand> in, out, cotangent;
  std::vector<uint8_t> needed;
  for (size_t i = 0; i < g.inputs(); ++i) {
    in.push_back(rule.add(g.in(i)));
    needed.push_back(g.needs(i));
  }
  for (size_t i = 0; i < g.outputs(); ++i) {
    out.push_back(rule.add(g.out(i)));
    cotangent.push_back(rule.add(g.dout(i)));
  }
  weft_rule_call call{};
  call.in = in.data();
  call.nin = in.size();
  call.attributes = values_of(g.all());
  call.nattributes = g.all().size();
  call.out = out.data();
  call.cotangent = cotangent.data();
  call.nout = out.size();
  call.needed = needed.data();
  ops::Values gradients =
      run_rule(rule, "gradient", definition_of(g.op()).gradient, call, g.inputs());
  for (size_t i = 0; i < gradients.size() && g.builder().status().ok(); ++i)
    g.builder().fail(check_gradient(g, i, gradients[i]));
  return gradients;
}

// The composition of the core; each output must be an array.
ops::Values compose(const ops::ComposeContext& c) {
  const ops::OpDef& op = c.op();
  RuleBuilder rule(op, c.builder);
  const size_t outputs = ops::harmless_outputs(op, c.all());
  const std::vector<weft_operand> in = rule.add_all(c.inputs);
  weft_rule_call call{};
  call.in = in.data();
  call.nin = in.size();
  call.attributes = values_of(c.all());
  call.nattributes = c.all().size();
  ops::Values values = run_rule(rule, "composition", definition_of(op).compose, call, outputs);
  for (size_t i = 0; i < outputs; ++i) {
    if (values[i] && !values[i].is_scalar()) continue;
    c.builder.fail(errors::invalid_value(op.name, "its composition must give output ", i,
                                         " an array; got ", values[i] ? "a number" : "nothing"));
    values[i] = rule.harmless();
  }
  return values;
}

}  // namespace

void set_callbacks(ops::OpDef& op, const weft_op_definition& d) {
  op.outside = std::make_shared<const Outside>(Outside{d});
  if (d.outputs == 0 && d.count_outputs) op.outputs(count_outputs);
  if (d.compose) op.compose(compose);
  if (d.infer) op.infer(infer);
  if (d.gradient) op.gradient(gradient);
  if (!d.kernel) return;
  ops::Slot slot;
  slot.run = run_kernel;
  slot.strides = d.flags & WEFT_OP_READS_STRIDES ? ops::Strides::kAny : ops::Strides::kDense;
  if (d.flags & WEFT_OP_IN_PLACE) slot.overwrites = ops::every_input;
  if (d.scratch_bytes) slot.scratch_bytes = scratch_bytes;
  op.kernel(slot);
}

}  // namespace weft::c
