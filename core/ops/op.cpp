// The methods that fill an operator's definition, and the check that it is complete.

#include "ops/op.h"

#include "base/errors.h"
#include "ops/registry.h"
#include "ops/slots/elementwise_slot.h"
#include "weft_parts.h"

namespace weft::ops {
namespace {

Attributes one(const Argument& argument) { return Attributes({&argument, 1}); }

}  // namespace

const Argument& AttributeReader::get(std::string_view name) const {
  for (size_t i = 0; i < op_.attributes.size(); ++i)
    if (op_.attributes[i].name == name) return attributes_[i];
  std::fprintf(stderr, "weft: %s has no attribute %.*s\n", op_.name.c_str(),
               static_cast<int>(name.size()), name.data());
  WEFT_ASSERT(!"attribute exists");
  std::abort();
}

OpDef& OpDef::doc(DocText text) {
  summary = text.kept();
  return *this;
}
OpDef& OpDef::in(Namespace where) {
  place = where;
  return *this;
}
OpDef& OpDef::input(std::string_view input_name, DocText text) {
  inputs.push_back({std::string(input_name), std::string(text.kept()), false, false});
  return *this;
}
OpDef& OpDef::optional_input(std::string_view input_name, DocText text) {
  inputs.push_back({std::string(input_name), std::string(text.kept()), true, false});
  return *this;
}
OpDef& OpDef::index_input(std::string_view input_name, DocText text) {
  inputs.push_back({std::string(input_name), std::string(text.kept()), false, true});
  return *this;
}
OpDef& OpDef::input_list(std::string_view input_name, DocText text) {
  inputs.push_back({std::string(input_name), std::string(text.kept()), false, false, true});
  return *this;
}
OpDef& OpDef::optional_input_list(std::string_view input_name, DocText text) {
  inputs.push_back({std::string(input_name), std::string(text.kept()), true, false, true});
  return *this;
}
OpDef& OpDef::integer(std::string_view attribute, int64_t fallback, DocText text) {
  attributes.push_back({std::string(attribute), std::string(text.kept()), AttributeKind::kInt,
                        false, false, one(Argument::of_int(fallback))});
  return *this;
}
OpDef& OpDef::integer_or_none(std::string_view attribute, int64_t fallback, DocText text) {
  integer(attribute, fallback, text);
  attributes.back().takes_none = true;
  return *this;
}
OpDef& OpDef::real(std::string_view attribute, double fallback, DocText text) {
  attributes.push_back({std::string(attribute), std::string(text.kept()), AttributeKind::kFloat,
                        false, false, one(Argument::of_float(fallback))});
  return *this;
}
OpDef& OpDef::boolean(std::string_view attribute, bool fallback, DocText text) {
  attributes.push_back({std::string(attribute), std::string(text.kept()), AttributeKind::kBool,
                        false, false, one(Argument::of_bool(fallback))});
  return *this;
}
OpDef& OpDef::text(std::string_view attribute, std::string_view fallback, DocText text) {
  attributes.push_back({std::string(attribute), std::string(text.kept()), AttributeKind::kString,
                        false, false, one(Argument::of_string(fallback))});
  return *this;
}
OpDef& OpDef::ints(std::string_view attribute, std::initializer_list<int64_t> fallback,
                   DocText text) {
  attributes.push_back(
      {std::string(attribute), std::string(text.kept()), AttributeKind::kInts, false, false,
       one(Argument::of_ints(std::span<const int64_t>(fallback.begin(), fallback.size())))});
  return *this;
}
OpDef& OpDef::required(AttributeKind kind, std::string_view attribute, DocText text) {
  attributes.push_back({std::string(attribute), std::string(text.kept()), kind, true, false, {}});
  return *this;
}
OpDef& OpDef::optional(AttributeKind kind, std::string_view attribute, DocText text) {
  attributes.push_back(
      {std::string(attribute), std::string(text.kept()), kind, false, true, one(Argument::none())});
  return *this;
}
OpDef& OpDef::promote(Promotion kind) {
  promotion = kind;
  return *this;
}
OpDef& OpDef::computes(Precision kind) {
  precision = kind;
  return *this;
}
OpDef& OpDef::outputs(int count) {
  output_count = count;
  return *this;
}
OpDef& OpDef::outputs(OutputRule rule) {
  output_count = 0;
  output_rule = rule;
  return *this;
}
OpDef& OpDef::infer(InferRule rule) {
  infer_rule = rule;
  return *this;
}
OpDef& OpDef::gradient(KeptGradient rule) {
  grad_rule = rule.kept();
  return *this;
}
OpDef& OpDef::no_gradient(DocText reason) {
  why_no_gradient = reason.kept();
  return *this;
}
OpDef& OpDef::absent_cotangents() {
  takes_absent_cotangents = true;
  return *this;
}
OpDef& OpDef::compose(Composition function) {
  // Graphs in a build without passes have no composites.
  if (WEFT_KEEPS_passes) composition = function;
  return *this;
}
OpDef& OpDef::rounds_once() {
  is_rounded_once = true;
  return *this;
}
// The eager fast path calls a formula's step without looking at the slot: it is looked up here,
// once for each dtype.
OpDef& OpDef::kernel(kernels::FormulaId formula) {
  slot = elementwise_slot(formula);
  const int arity = kernels::arity_of(formula);
  if (arity <= 2 && !kernels::takes_mask(formula)) fast_arity = static_cast<uint8_t>(arity);
  for (int i = 0; i < kNumDTypes; ++i) {
    steps[i] = kernels::step_of(formula, static_cast<DType>(i));
    if (steps[i]) step_results[i] = kernels::result_dtype(formula, static_cast<DType>(i));
  }
  return *this;
}
OpDef& OpDef::kernel(const Slot& kernel_slot) {
  slot = kernel_slot;
  return *this;
}
OpDef& OpDef::view(ViewRule rule) {
  view_rule = rule;
  precision = Precision::kFollows;
  return *this;
}
OpDef& OpDef::random() {
  is_random = true;
  return *this;
}
OpDef& OpDef::images(std::initializer_list<size_t> of_inputs) {
  for (const size_t i : of_inputs) image_inputs |= set_bit(i);
  return *this;
}
OpDef& OpDef::effect() {
  has_effect = true;
  return on_caller();
}
OpDef& OpDef::on_caller() {
  runs_on_caller = true;
  return *this;
}
OpDef& OpDef::like(DocText oracle) {
  reference = oracle.kept();
  return *this;
}
OpDef& OpDef::domain(double low, double high) {
  domain_low = low;
  domain_high = high;
  return *this;
}
OpDef& OpDef::sample(DocText text) {
  if (kKeepsAll) samples.push_back({std::string(text.kept())});
  return *this;
}

std::string OpDef::input_name(size_t i) const {
  if (!takes_list() || i + 1 < inputs.size()) return inputs[i].name;
  return inputs.back().name + '[' + std::to_string(i + 1 - inputs.size()) + ']';
}

// The definition says the gradient or why there is none, so that no gradient is missing by
// accident.
Status OpDef::check_complete() const {
#if WEFT_HAS_SOME_OPERATORS
  return {};  // the full library has checked them
#else
  using errors::join;
  const auto refuse = [&](std::string_view what) {
    return errors::invalid_value("register", "operator `", name, "` ", what);
  };
  if (kKeepsAll && summary.empty()) return refuse("must have documentation; got none");
  if (kKeepsAll && samples.empty() && !outside)
    return refuse("must have a sample for its tests; got none");
  if (inputs.size() > kMaxInputs)
    return refuse(join("must have at most ", kMaxInputs, " inputs; got ", inputs.size()));
  if (const size_t count = inputs.size() + attributes.size(); count > kMaxArguments)
    return refuse(join("must have at most ", kMaxArguments, " arguments; got ", count));
  for (size_t i = 0; i + 1 < inputs.size(); ++i)
    if (inputs[i].list) return refuse("must have a list as its last input only");
  if (!output_rule && (output_count < 1 || output_count > kMaxOutputs))
    return refuse(join("must have 1 to ", kMaxOutputs, " outputs; got ", output_count));
  if (has_effect && composition)
    return refuse("must have a kernel, because it has an effect; got a composition");
  if (composition) return {};
  if (!infer_rule) return refuse("must have an inference rule; got none");
  if (!slot.run) return refuse("must have a kernel or a composition; got neither");
  if (kKeepsAll && !grad_rule && why_no_gradient.empty())
    return refuse("must have a gradient rule or a reason for having none; got neither");
  return {};
#endif
}

}  // namespace weft::ops
