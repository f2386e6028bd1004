// Runs gradient rules: for real, and on a probe that finds out which values a rule reads.

#include "ops/gradient.h"

#include <map>
#include <mutex>
#include <tuple>

#include "base/errors.h"
#include "ops/forms.h"
#include "ops/registry.h"
#include "ops/row_sum.h"

namespace weft::ops {
namespace {

// A builder that computes types only, and notes which of its values are read by operators.
class Probe final : public Builder {
 public:
  Value add(const TensorType& type) {
    types_.push_back(type);
    return {this, static_cast<int32_t>(types_.size() - 1)};
  }
  bool was_read(size_t id) const { return id < read_.size() && read_[id]; }
  void note_read(const Value& value) {
    if (!value || value.is_scalar() || value.is_tensor()) return;
    const auto id = static_cast<size_t>(value.id());
    if (read_.size() <= id) read_.resize(id + 1);
    read_[id] = true;
  }

  TensorType type(const Value& value) override {
    if (value.is_scalar()) return {kind_dtype(value.scalar()), Shape()};
    if (value.is_tensor()) return {value.tensor()->dtype(), value.tensor()->shape()};
    return types_[static_cast<size_t>(value.id())];
  }

  Values emit(const OpDef& op, std::span<const Value> inputs,
              std::span<const Argument> attributes) override {
    std::vector<Argument> complete(op.attributes.size());
    Status checked = complete_attributes(op, attributes, complete);
    if (!checked.ok()) return give_up(op, attributes, std::move(checked));
    if (std::optional<Values> results = by_form(op, inputs, attributes, *this))
      return status().ok() ? std::move(*results) : give_up(op, attributes, {});
    if (op.composition) {
      const Values given(inputs.begin(), inputs.end());
      return expand(op, complete, *this, given);
    }
    Types types;
    std::vector<char> weak_bytes;
    for (const Value& input : inputs) {
      note_read(input);
      types.push_back(input ? type(input) : absent_type());
      weak_bytes.push_back(input.is_scalar());
    }
    std::vector<DType> dtypes(inputs.size());
    const auto* weak = reinterpret_cast<const bool*>(weak_bytes.data());
    checked = promote_inputs(op, types, {weak, weak_bytes.size()}, dtypes);
    if (!checked.ok()) return give_up(op, attributes, std::move(checked));
    for (size_t i = 0; i < types.size(); ++i) types[i].dtype = dtypes[i];
    Result<Types> inferred = infer(op, types, complete);
    if (!inferred.ok()) return give_up(op, attributes, inferred.status());
    Values out;
    for (const TensorType& output : inferred.value()) out.push_back(add(output));
    return out;
  }

 private:
  static TensorType absent_type() {
    TensorType type;
    type.shape = Shape::absent();
    return type;
  }
  Values give_up(const OpDef& op, std::span<const Argument> attributes, Status status) {
    fail(std::move(status));
    const size_t count = harmless_outputs(op, attributes);
    Values out;
    while (out.size() < count) out.push_back(add({}));
    return out;
  }

  Types types_;
  std::vector<bool> read_;
};

Result<Saved> run_probe(const OpDef& op, std::span<const Argument> attributes,
                        std::span<const TensorType> inputs, std::span<const TensorType> outputs,
                        uint32_t needed) {
  Probe probe;
  Values in;
  Values out;
  Values cotangents;
  for (const TensorType& type : inputs)
    in.push_back(type.shape.rank() < 0 ? Value() : probe.add(type));
  for (const TensorType& type : outputs) out.push_back(probe.add(type));
  for (const TensorType& type : outputs) cotangents.push_back(probe.add(type));
  const Values partials =
      op.grad_rule(GradContext(op, attributes, probe, in, out, cotangents, needed));
  // A gradient that is an input or an output itself is read, too. Sums of rows are made dense
  // later; that reads their parts.
  for (const Value& partial : partials) {
    if (!partial.is_rows()) {
      probe.note_read(partial);
      continue;
    }
    for (const RowPart& part : row_sum_of(partial).parts) {
      probe.note_read(part.indices);
      probe.note_read(part.rows);
    }
  }
  if (!probe.status().ok()) return probe.status();
  Saved saved;
  for (size_t i = 0; i < in.size(); ++i)
    if (in[i] && probe.was_read(static_cast<size_t>(in[i].id()))) saved.inputs |= set_bit(i);
  for (size_t i = 0; i < out.size(); ++i)
    if (probe.was_read(static_cast<size_t>(out[i].id()))) saved.outputs |= set_bit(i);
  return saved;
}

// A rule may branch on attributes and on everything that types say: the gradient of one step of a
// recurrent network, for example, reads no earlier output. So all of these are part of the key.
std::string probe_key(const OpDef& op, std::span<const Argument> attributes,
                      std::span<const TensorType> inputs, uint32_t needed) {
  std::string key = std::to_string(op.id) + ':' + std::to_string(needed);
  for (const TensorType& type : inputs) {
    key += ',';
    key += static_cast<char>(type.dtype);
    key += static_cast<char>(type.shape.rank());
    const std::span<const int64_t> extents = type.shape.span();
    key.append(reinterpret_cast<const char*>(extents.data()), extents.size_bytes());
  }
  for (const Argument& a : attributes) {
    key += ';' + std::to_string(static_cast<int>(a.tag));
    if (a.tag == Tag::kString)
      key += a.as_text();
    else if (a.tag == Tag::kInts)
      for (int64_t number : a.as_ints()) key += ' ' + std::to_string(number);
    else
      key += ' ' + std::to_string(a.integer);
  }
  return key;
}

}  // namespace

Result<Saved> saved_by_gradient(const OpDef& op, std::span<const Argument> attributes,
                                std::span<const TensorType> inputs,
                                std::span<const TensorType> outputs, uint32_t needed) {
  if (!op.grad_rule) return Saved{};
  static std::mutex mutex;
  static auto* const known = new std::map<std::string, Saved>;
  const std::string key = probe_key(op, attributes, inputs, needed);
  {
    const std::lock_guard lock(mutex);
    const auto found = known->find(key);
    if (found != known->end()) return found->second;
  }
  WEFT_ASSIGN(const Saved saved, run_probe(op, attributes, inputs, outputs, needed));
  const std::lock_guard lock(mutex);
  // Attributes that change at every call would grow it for ever.
  if (known->size() > 4096) known->clear();
  known->emplace(key, saved);
  return saved;
}

Values apply_gradient(const OpDef& op, std::span<const Argument> attributes, Builder& builder,
                      const Values& inputs, const Values& outputs, const Values& cotangents,
                      uint32_t needed) {
  Values result(inputs.size());
  if (!op.grad_rule) {
    builder.fail(errors::invalid_value("backward", "`", op.name, "` has no gradient: ",
                                       op.why_no_gradient, "; detach it with `npx.stop_gradient`"));
    return result;
  }
  Values complete = cotangents;
  bool any = false;
  for (const Value& cotangent : cotangents) any |= static_cast<bool>(cotangent);
  if (!any) return result;
  for (size_t i = 0; i < complete.size(); ++i)
    // Most rules expect an array for every output; a missing cotangent is zero.
    if (!complete[i] && !op.takes_absent_cotangents)
      complete[i] = zeros(Value(&builder, Argument::of_int(0)), outputs[i].type());
  Values partials =
      op.grad_rule(GradContext(op, attributes, builder, inputs, outputs, complete, needed));
  if (!builder.status().ok()) return result;
  for (size_t i = 0; i < inputs.size() && i < partials.size(); ++i) {
    if (!in_set(needed, i) || !partials[i] || !inputs[i] || inputs[i].is_scalar()) continue;
    const TensorType type = inputs[i].type();
    Value partial = partials[i];
    if (partial.is_rows()) {
      result[i] = partial;
      continue;
    }
    if (partial.is_scalar()) partial = broadcast_to(cast(partial, type.dtype), type.shape);
    result[i] = cast(sum_to(partial, type.shape), type.dtype);
  }
  return result;
}

}  // namespace weft::ops
