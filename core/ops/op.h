// The one definition of an operator: schema, inference, gradient rule or composition, kernel slot,
// documentation, oracle and sampling domain. Python functions, stubs, docs and tests are derived
// from it.
//
//   WEFT_OP(logaddexp) {
//     op.doc("…").input("x1", "any real dtype: …").input("x2", "…").promote(Promotion::kFloat)
//         .infer(rules::broadcast).gradient(rule).kernel(kernels::FormulaId::kLogAddExp)
//         .like("numpy.logaddexp").domain(-4, 4).sample(R"({"shapes": [[2, 3], [3]]})");
//   }
//
// A formula is named after its struct. WEFT_OP only declares a function that defines the operator;
// the build lists all of them in a generated file. So there are no static constructors. An
// incomplete definition is refused when the registry is built.
#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ops/builder.h"
#include "ops/slots/slot.h"

namespace weft::ops {

// How the dtypes of the inputs are made equal before the kernel runs.
enum class Promotion : uint8_t {
  kCommon,  // promoted as in NumPy
  kFloat,   // as kCommon, then bool and integers become the default float
  kExact,   // the dtypes must be equal already (layers): other dtypes are the caller's mistake
  kKeep,    // every input keeps its own dtype
};

// What mixed precision may do with the operator's float32 arithmetic (precision.h).
enum class Precision : uint8_t {
  kWide,     // stays in float32: losses, statistics, sums, exponentials and logarithms
  kNarrow,   // products of arrays: in the narrow dtype, if the kernel gains from it
  kFollows,  // narrow if its large operands are: moving or choosing elements, adding two arrays
};

// Where Python has the function: weft.np, weft.npx, or nowhere (used by the core only).
enum class Namespace : uint8_t { kNp, kNpx, kInternal };

// One array argument of the schema.
struct InputDef {
  std::string name;
  std::string doc;
  bool optional = false;
  bool keeps_dtype = false;  // takes no part in promotion: masks and indices
  // One array or more (if optional also none); only the last input can be a list.
  bool list = false;
};

// The largest number of arrays in a list: far above any use, and small enough for counts and masks.
inline constexpr size_t kMaxListed = 65536;

// Limits of a definition: inputs, inputs and attributes together, and outputs of a fixed number.
inline constexpr size_t kMaxInputs = 16;
inline constexpr size_t kMaxArguments = 32;
inline constexpr int kMaxOutputs = 8;

// Sets of a call's inputs or outputs, in 32 bits. The last bit stands for number 31 and all that
// follow, so a set may hold more of these than was asked for, but never fewer.
constexpr uint32_t set_bit(size_t i) { return uint32_t{1} << (i < 31 ? i : 31); }
constexpr bool in_set(uint32_t set, size_t i) { return set & set_bit(i); }

enum class AttributeKind : uint8_t {
  kInt,
  kFloat,
  kBool,
  kString,
  kInts,  // one integer is a list of one; at most as many as an array has axes
  kDType,
  kIntOrInts,  // one integer means something other than a list of one; lists of any length
  kFunction,   // a function of the host; it lives in this process only
};

struct AttributeDef {
  std::string name;
  std::string doc;
  AttributeKind kind = AttributeKind::kInt;
  bool required = false;
  bool takes_none = false;  // absence has a meaning of its own
  Attributes fallback;      // one argument: the default, which may be kNone
};

// Reads the attributes of a call by name: inference, kernels and gradient rules use it. An unknown
// name is our defect and ends the process.
class AttributeReader {
 public:
  AttributeReader(const OpDef& op, std::span<const Argument> attributes)
      : op_(op), attributes_(attributes) {}
  const Argument& get(std::string_view name) const;
  bool has(std::string_view name) const { return !get(name).is_absent(); }
  int64_t integer(std::string_view name) const { return get(name).integer; }
  double real(std::string_view name) const { return get(name).as_double(); }
  bool flag(std::string_view name) const { return get(name).integer != 0; }
  std::string_view text(std::string_view name) const { return get(name).as_text(); }
  std::span<const int64_t> ints(std::string_view name) const { return get(name).as_ints(); }
  DType dtype(std::string_view name) const { return static_cast<DType>(integer(name)); }
  std::span<const Argument> all() const { return attributes_; }
  const OpDef& op() const { return op_; }

 private:
  const OpDef& op_;
  std::span<const Argument> attributes_;
};

// What an inference rule gets.
struct InferContext : AttributeReader {
  InferContext(const OpDef& definition, std::span<const TensorType> types,
               std::span<const Argument> attributes)
      : AttributeReader(definition, attributes), in(types) {}
  std::span<const TensorType> in;  // dtypes are promoted already; an absent input has rank -1
  bool given(size_t i) const { return i < in.size() && in[i].shape.rank() >= 0; }
};
using Types = PoolVector<TensorType>;
using InferRule = Result<Types> (*)(const InferContext& context);

// What a gradient rule gets: the inputs and outputs of the forward pass, and the cotangents of the
// outputs.
class GradContext : public AttributeReader {
 public:
  GradContext(const OpDef& op, std::span<const Argument> attributes, Builder& builder,
              const Values& inputs, const Values& outputs, const Values& cotangents,
              uint32_t needed)
      : AttributeReader(op, attributes),
        builder_(builder),
        inputs_(inputs),
        outputs_(outputs),
        cotangents_(cotangents),
        needed_(needed) {}

  const Value& in(size_t i) const { return inputs_[i]; }
  size_t inputs() const { return inputs_.size(); }
  const Value& out(size_t i = 0) const { return outputs_[i]; }
  const Value& dout(size_t i = 0) const { return cotangents_[i]; }  // absent means zero
  size_t outputs() const { return cotangents_.size(); }
  const Values& douts() const { return cotangents_; }
  // Is the cotangent of input i wanted? A rule asks before a costly partial.
  bool needs(size_t i) const { return in_set(needed_, i); }
  Builder& builder() const { return builder_; }

 private:
  Builder& builder_;
  const Values& inputs_;
  const Values& outputs_;
  const Values& cotangents_;
  uint32_t needed_;
};
// Returns one cotangent for each input, absent where there is none. A rule is only calculus: the
// sweep sums over uses and undoes broadcasts and casts.
using GradRule = Values (*)(const GradContext& context);

// What a composite gets: it computes its results by calling primitives on the builder.
struct ComposeContext : AttributeReader {
  ComposeContext(const OpDef& op, std::span<const Argument> attributes, Builder& b,
                 const Values& in)
      : AttributeReader(op, attributes), builder(b), inputs(in) {}
  Builder& builder;
  const Values& inputs;
  const Value& in(size_t i) const { return inputs[i]; }
};
using Composition = Values (*)(const ComposeContext& context);

// Makes a composition from a function with one result that may refuse its arguments.
template <Result<Value> (*Function)(const ComposeContext&)>
Values checked(const ComposeContext& context) {
  Result<Value> result = Function(context);
  if (result.ok()) return {result.take()};
  context.builder.fail(result.status());
  return {context.in(0)};
}

// The number of outputs, if it depends on attributes.
using OutputRule = Result<size_t> (*)(const AttributeReader& attributes);

// The geometry of a result that shares its input's memory (reshape, transpose, slice).
struct Geometry {
  Shape shape;
  Shape strides;
  int64_t offset = 0;
};
// The geometry of output `index`. None if this input's strides do not allow a view: then the kernel
// makes a copy.
using ViewRule = std::optional<Geometry> (*)(const InferContext& context, const Geometry& input,
                                             const TensorType& output, size_t index);

// One set of arguments for the registry's tests, as Python text that the test suite evaluates: one
// shape for each input (further shapes are those of the list), and keyword attributes. Example:
// {"shapes": [[2,3],[3]], "axis": 1}.
struct Sample {
  std::string text;
};

// What only reflection, tests and training read of a definition: texts and gradient rules. In the
// runtime-only library these types are empty, so that no definition refers to them, and neither
// texts nor rules are in what is linked.
#if defined(WEFT_RUNTIME_ONLY)
inline constexpr bool kKeepsAll = false;
struct DocText {
  template <std::convertible_to<std::string_view> Text>
  constexpr DocText(const Text&) {}  // NOLINT: implicit on purpose
  static constexpr std::string_view kept() { return {}; }
};
struct KeptGradient {
  template <std::convertible_to<GradRule> Rule>
  constexpr KeptGradient(const Rule&) {}  // NOLINT: implicit on purpose
  static constexpr GradRule kept() { return nullptr; }
};
#else
inline constexpr bool kKeepsAll = true;
struct DocText {
  template <std::convertible_to<std::string_view> Text>
  constexpr DocText(const Text& text) : text_(text) {}  // NOLINT: implicit on purpose
  constexpr std::string_view kept() const { return text_; }

 private:
  std::string_view text_;
};
struct KeptGradient {
  template <std::convertible_to<GradRule> Rule>
  constexpr KeptGradient(const Rule& rule) : rule_(rule) {}  // NOLINT: implicit on purpose
  constexpr GradRule kept() const { return rule_; }

 private:
  GradRule rule_;
};
#endif

// The definition itself. The methods return the definition, so that WEFT_OP can chain them; the
// members below are what they fill. Read-only once it is registered, and never destroyed.
class OpDef {
 public:
  explicit OpDef(std::string_view op_name) : name(op_name) {}

  OpDef& doc(DocText text);
  OpDef& in(Namespace place);
  OpDef& input(std::string_view name, DocText doc);
  OpDef& optional_input(std::string_view name, DocText doc);
  OpDef& index_input(std::string_view name, DocText doc);  // keeps its dtype
  OpDef& input_list(std::string_view name, DocText doc);   // the last input
  OpDef& optional_input_list(std::string_view name, DocText doc);
  OpDef& integer(std::string_view name, int64_t fallback, DocText doc);
  OpDef& integer_or_none(std::string_view name, int64_t fallback, DocText doc);
  OpDef& real(std::string_view name, double fallback, DocText doc);
  OpDef& boolean(std::string_view name, bool fallback, DocText doc);
  OpDef& text(std::string_view name, std::string_view fallback, DocText doc);
  OpDef& ints(std::string_view name, std::initializer_list<int64_t> fallback, DocText doc);
  OpDef& required(AttributeKind kind, std::string_view name, DocText doc);
  OpDef& optional(AttributeKind kind, std::string_view name, DocText doc);
  OpDef& promote(Promotion kind);
  OpDef& computes(Precision kind);  // by default views follow and all other operators are wide
  OpDef& outputs(int count);
  OpDef& outputs(OutputRule rule);
  OpDef& infer(InferRule rule);  // for a composite, it only checks the arguments
  OpDef& gradient(KeptGradient rule);
  OpDef& no_gradient(DocText reason);
  // The rule handles absent cotangents itself: no zeros are made for it.
  OpDef& absent_cotangents();
  OpDef& compose(Composition function);
  OpDef& rounds_once();  // a composite that computes halves in float32 and rounds the results
  OpDef& kernel(kernels::FormulaId formula);  // makes it an elementwise operator
  OpDef& kernel(const Slot& slot);
  OpDef& view(ViewRule rule);
  // Image i (along axis 0) of every result reads only image i of these inputs; of other inputs it
  // may read everything, since they have no images.
  OpDef& images(std::initializer_list<size_t> of_inputs);
  OpDef& random();
  OpDef& effect();     // does something beside its results; runs on the calling thread
  OpDef& on_caller();  // its kernel runs only on the thread that called the library
  OpDef& like(DocText oracle);
  OpDef& domain(double low, double high);
  OpDef& sample(DocText text);

  Status check_complete() const;
  AttributeReader reader(std::span<const Argument> attributes) const { return {*this, attributes}; }
  bool takes_list() const { return !inputs.empty() && inputs.back().list; }
  // The definition of a call's i-th input: all arrays of a list have the same one.
  const InputDef& input_at(size_t i) const { return inputs[std::min(i, inputs.size() - 1)]; }
  std::string input_name(size_t i) const;  // x, or arrays[3]

  std::string name;
  std::string summary;
  Namespace place = Namespace::kNp;
  std::vector<InputDef> inputs;
  std::vector<AttributeDef> attributes;
  int output_count = 1;  // 0: output_rule tells
  OutputRule output_rule = nullptr;
  Promotion promotion = Promotion::kKeep;
  Precision precision = Precision::kWide;
  InferRule infer_rule = nullptr;
  GradRule grad_rule = nullptr;
  std::string why_no_gradient;
  bool takes_absent_cotangents = false;
  Composition composition = nullptr;
  bool is_rounded_once = false;
  Slot slot;
  ViewRule view_rule = nullptr;
  uint32_t image_inputs = 0;  // the set given to images()
  bool is_random = false;
  bool has_effect = false;
  bool runs_on_caller = false;
  std::string reference;
  double domain_low = -2;
  double domain_high = 2;
  std::vector<Sample> samples;
  int id = -1;  // position in the registry

  // Only for an operator registered at run time, else null: the callbacks that its rules and kernel
  // use, and the library that files name.
  std::shared_ptr<const void> outside;
  std::string library;

  // For the eager fast path. `fast_arity` is 1 or 2 for an elementwise operator with so many
  // inputs, else 0; `steps` has the step for dense inputs of one dtype and one shape.
  uint8_t fast_arity = 0;
  kernels::StepKernel steps[kNumDTypes] = {};
  DType step_results[kNumDTypes] = {};
  // For the tape, by the mask of needed inputs (two inputs at most): 0 if not yet known, else 1 |
  // saved inputs << 1 | saved output << 3.
  mutable std::atomic<uint32_t> saved_by_mask[4] = {};
};

using Definer = void (*)(OpDef& op);

}  // namespace weft::ops

#define WEFT_OP(name)                         \
  void define_##name(::weft::ops::OpDef& op); \
  void define_##name(::weft::ops::OpDef& op)
