// Reverse-mode differentiation of one function of operators: record them, then go back over them in
// reverse order, and sum the cotangents of each value.

#include "ops/vjp.h"

#include "base/errors.h"
#include "ops/forms.h"
#include "ops/gradient.h"
#include "ops/registry.h"

namespace weft::ops {
namespace {

// Passes every operator on to another builder and records it. Its values are indices into a list of
// the other builder's values, so that operators on them come back to this builder.
class RecordingBuilder final : public Builder {
 public:
  explicit RecordingBuilder(Builder& inner) : inner_(inner) {}

  // `depends`: its cotangent is wanted. Integers have none, but for inputs that are integers
  // themselves (an integer leaf, tape.h), and what is computed of them.
  Value add(const Value& value, bool depends, bool of_integers = false) {
    if (!value) return {};
    const DType dtype = value.dtype();
    known_.push_back(
        {value, depends && (is_inexact(dtype) || (of_integers && is_integer(dtype))), {}});
    return {this, static_cast<int32_t>(known_.size() - 1)};
  }

  TensorType type(const Value& value) override { return inner_.type(real(value)); }

  Values emit(const OpDef& op, std::span<const Value> inputs,
              std::span<const Argument> attributes) override {
    Result<Values> results = run(op, inputs, attributes);
    if (results.ok()) return results.take();
    fail(results.status());
    Values harmless;
    while (harmless.size() < harmless_outputs(op, attributes))
      harmless.push_back(add(Value(&inner_, Argument::of_int(0)), false));
    return harmless;
  }

  void seed(const Value& output, const Value& cotangent) { add_to(output, cotangent); }

  // Backwards over the nodes: when one is reached, all uses of its outputs have added their
  // cotangents.
  void sweep() {
    for (size_t n = nodes_.size(); n-- > 0 && inner_.status().ok();) back(nodes_[n]);
  }
  Value cotangent(const Value& value) const {
    return value ? known_[static_cast<size_t>(value.id())].cotangent : Value();
  }

 private:
  struct Known {
    Value value;
    bool depends;
    Value cotangent;
  };
  struct Node {
    const OpDef* op;
    Attributes attributes;
    Values inputs, outputs;  // the recorder's own values
  };

  Value real(const Value& value) const {
    if (!value) return {};
    if (value.is_scalar()) return {&inner_, value.scalar()};
    if (value.is_tensor()) return {&inner_, value.tensor()};
    return known_[static_cast<size_t>(value.id())].value;
  }
  bool depends(const Value& value) const {
    return value && !value.is_scalar() && !value.is_tensor() &&
           known_[static_cast<size_t>(value.id())].depends;
  }
  Values real(const Values& values) const {
    Values result;
    for (const Value& value : values) result.push_back(real(value));
    return result;
  }

  // Casts the inputs as promotion says; the casts are recorded, too.
  Status promote(const OpDef& op, Values& inputs) {
    PoolVector<TensorType> types;
    PoolVector<char> weak;
    for (const Value& input : inputs) {
      types.push_back(input ? type(input) : TensorType{{}, Shape::absent()});
      weak.push_back(input.is_scalar());
    }
    PoolVector<DType> dtypes(inputs.size());
    const auto* is_weak = reinterpret_cast<const bool*>(weak.data());
    WEFT_TRY(promote_inputs(op, types, {is_weak, weak.size()}, dtypes));
    for (size_t i = 0; i < inputs.size(); ++i)
      if (inputs[i] && !inputs[i].is_scalar()) inputs[i] = cast(inputs[i], dtypes[i]);
    return {};
  }

  Result<Values> run(const OpDef& op, std::span<const Value> given,
                     std::span<const Argument> attributes) {
    WEFT_TRY(status());
    WEFT_TRY(check_input_count(op, given.size()));
    if (std::optional<Values> results = by_form(op, given, attributes, *this)) {
      WEFT_TRY(status());
      return std::move(*results);
    }
    PoolVector<Argument> complete(op.attributes.size());
    WEFT_TRY(complete_attributes(op, attributes, complete));
    Values inputs(given.begin(), given.end());
    while (inputs.size() < op.inputs.size() && !op.takes_list()) inputs.emplace_back();
    WEFT_TRY(promote(op, inputs));
    if (op.composition) {
      Values results = expand(op, complete, *this, inputs);
      WEFT_TRY(status());
      return results;
    }
    bool any = false;
    bool any_integer = false;
    for (const Value& input : inputs) {
      if (!depends(input)) continue;
      any = true;
      any_integer |= !is_inexact(type(input).dtype);
    }
    Values outputs;
    for (const Value& output : inner_.emit(op, real(inputs), complete))
      outputs.push_back(add(output, any, any_integer && op.grad_rule));
    WEFT_TRY(inner_.status());
    if (any) nodes_.push_back({&op, Attributes(complete), inputs, outputs});
    return outputs;
  }

  void add_to(const Value& value, const Value& cotangent) {
    if (!cotangent || !depends(value)) return;
    Value& sum = known_[static_cast<size_t>(value.id())].cotangent;
    sum = sum ? sum + cotangent : cotangent;
  }

  void back(const Node& node) {
    Values cotangents;
    bool any = false;
    for (const Value& output : node.outputs) {
      cotangents.push_back(cotangent(output));
      any |= static_cast<bool>(cotangents.back());
    }
    if (!any) return;
    uint32_t needed = 0;
    for (size_t i = 0; i < node.inputs.size(); ++i)
      if (depends(node.inputs[i])) needed |= set_bit(i);
    const Values partials =
        apply_gradient(*node.op, node.attributes.view(), inner_, real(node.inputs),
                       real(node.outputs), cotangents, needed);
    for (size_t i = 0; i < node.inputs.size(); ++i) add_to(node.inputs[i], partials[i]);
  }

  Builder& inner_;
  PoolVector<Known> known_;
  PoolVector<Node> nodes_;
};

}  // namespace

Values vjp(const GradContext& g, Composition function) {
  RecordingBuilder recorder(g.builder());
  Values inputs;
  for (size_t i = 0; i < g.inputs(); ++i) inputs.push_back(recorder.add(g.in(i), g.needs(i), true));
  const Values outputs = function(ComposeContext(g.op(), g.all(), recorder, inputs));
  Values cotangents(g.inputs());
  if (recorder.status().ok()) {
    for (size_t i = 0; i < g.outputs(); ++i) recorder.seed(outputs[i], g.dout(i));
    recorder.sweep();
    for (size_t i = 0; i < g.inputs(); ++i) cotangents[i] = recorder.cotangent(inputs[i]);
  }
  g.builder().fail(recorder.status());
  return cotangents;
}

}  // namespace weft::ops
