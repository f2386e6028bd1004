// Weft for C++17: operators of your own, made of functions and lambdas.
#ifndef WEFT_WEFT_REGISTER_HPP_
#define WEFT_WEFT_REGISTER_HPP_

#include <functional>

#include "weft_operators.hpp"

namespace weft {
inline namespace cpp {

// A value in a gradient rule or a composition; lent until the rule returns. It has a type and no
// content, because the same rule computes at once, records or builds graphs.
class Operand {
 public:
  Operand(weft_builder builder, weft_operand id) : builder_(builder), id_(id) {}
  weft_operand id() const { return id_; }
  bool is_absent() const { return id_ == WEFT_ABSENT; }
  weft_type type() const {
    weft_type type = {};
    check(weft_builder_get_type(builder_, id_, &type, nullptr));
    return type;
  }
  // A number as an operand of the same rule; it takes the dtype of the arrays that it is used with.
  Operand number(double x) const {
    return {builder_, weft_builder_scalar(builder_, Value(x).get())};
  }
  // Calls an operator on operands and gives its first output.
  static Operand apply(const char* name, std::initializer_list<Operand> operands,
                       Op::Attributes attributes = {}) {
    const Op op(name);
    const weft_builder builder = operands.begin()->builder_;
    std::vector<weft_operand> in;
    for (const Operand& operand : operands) in.push_back(operand.id_);
    // Only the attributes: weft_builder_emit has the inputs apart from them, and Arguments puts
    // defaults in their place.
    const Op::Arguments named(op, {}, attributes);
    const auto inputs = static_cast<size_t>(op.info().inputs);
    const bool has_any = named.size() > inputs;
    return {builder, weft_builder_emit(builder, op.handle(), in.data(), in.size(),
                                       has_any ? named.data() + inputs : nullptr,
                                       has_any ? named.size() - inputs : 0, nullptr, 0)};
  }

  friend Operand operator+(Operand a, Operand b) { return apply("add", {a, b}); }
  friend Operand operator-(Operand a, Operand b) { return apply("subtract", {a, b}); }
  friend Operand operator*(Operand a, Operand b) { return apply("multiply", {a, b}); }
  friend Operand operator/(Operand a, Operand b) { return apply("divide", {a, b}); }
  friend Operand operator+(double a, Operand b) { return b.number(a) + b; }
  friend Operand operator-(double a, Operand b) { return b.number(a) - b; }
  friend Operand operator*(double a, Operand b) { return b.number(a) * b; }
  friend Operand operator/(double a, Operand b) { return b.number(a) / b; }
  friend Operand operator-(Operand a) { return apply("negative", {a}); }

 private:
  weft_builder builder_;
  weft_operand id_;
};

// The description of one call of a rule.
class Rule {
 public:
  explicit Rule(const weft_rule_call& call) : call_(call) {}
  Operand in(size_t index) const { return {call_.builder, call_.in[index]}; }
  const weft_value& attribute(size_t index) const { return call_.attributes[index]; }
  // In gradients only: an output, its cotangent, and whether an input needs a gradient.
  Operand out(size_t index = 0) const { return {call_.builder, call_.out[index]}; }
  Operand cotangent(size_t index = 0) const { return {call_.builder, call_.cotangent[index]}; }
  bool needs(size_t index) const { return call_.needed[index] != 0; }
  Operand absent() const { return {call_.builder, WEFT_ABSENT}; }

 private:
  const weft_rule_call& call_;
};

// An operator of your own: either kernel, infer and gradient, or a composition. An exception that
// they throw becomes the operator's error. Several threads may call them at once; they live as long
// as the process.
//
//   weft::Definition("cube", "factor * x ** 3, element by element.")
//       .input("x", "any floats")
//       .attribute("factor", "of the cube", 1.0)
//       .compose([](const weft::Rule& rule) {
//         const weft::Operand x = rule.in(0);
//         return std::vector{rule.attribute(0).as.real * (x * x * x)};
//       })
//       .add();
class Definition {
 public:
  using Infer = std::function<void(const weft_types_call&)>;
  using Kernel = std::function<void(const weft_kernel_call&)>;
  using RuleFunction = std::function<std::vector<Operand>(const Rule&)>;

  Definition(const char* name, const char* doc) {
    definition_.name = name;
    definition_.doc = doc;
    definition_.promotion = "float";
  }
  // Texts must live until add(). Add inputs before attributes.
  Definition& input(const char* name, const char* doc, bool required = true) {
    ++definition_.inputs;
    return argument({name, doc, WEFT_TAG_TENSOR, required, 0, 0, Value().get()});
  }
  // The kind of the attribute is that of its default.
  Definition& attribute(const char* name, const char* doc, const Value& fallback) {
    ++definition_.attributes;
    return argument({name, doc, static_cast<int32_t>(fallback.get().tag), 0, 0, 0, fallback.get()});
  }
  Definition& required_attribute(const char* name, const char* doc, int32_t kind) {
    ++definition_.attributes;
    return argument({name, doc, kind, 1, 0, 0, Value().get()});
  }
  Definition& promotion(const char* rule) {
    definition_.promotion = rule;
    return *this;
  }
  Definition& outputs(int32_t count) {
    definition_.outputs = count;
    return *this;
  }
  Definition& flags(uint32_t flags) {
    definition_.flags = flags;
    return *this;
  }
  Definition& no_gradient(const char* reason) {
    definition_.no_gradient = reason;
    return *this;
  }
  Definition& infer(Infer infer) {
    callbacks_->infer = std::move(infer);
    definition_.infer = [](void* context, const weft_types_call* call) {
      return guarded([&] { of(context).infer(*call); });
    };
    return *this;
  }
  Definition& kernel(Kernel kernel) {
    callbacks_->kernel = std::move(kernel);
    definition_.kernel = [](void* context, const weft_kernel_call* call) {
      return guarded([&] { of(context).kernel(*call); });
    };
    return *this;
  }
  // Returns one operand for each input, which may still have the shape that the input was broadcast
  // to; absent: zeros.
  Definition& gradient(RuleFunction gradient) {
    callbacks_->gradient = std::move(gradient);
    definition_.gradient = [](void* context, const weft_rule_call* call) {
      return guarded([&] { fill(*call, of(context).gradient(Rule(*call))); });
    };
    return *this;
  }
  // Returns one operand for each output.
  Definition& compose(RuleFunction compose) {
    callbacks_->compose = std::move(compose);
    definition_.compose = [](void* context, const weft_rule_call* call) {
      return guarded([&] { fill(*call, of(context).compose(Rule(*call))); });
    };
    return *this;
  }
  // Adds the operator to the library; the definition cannot be used afterwards.
  void add() {
    definition_.arguments = arguments_.data();
    definition_.context = callbacks_.get();
    check(weft_op_register(&definition_, nullptr));
    // From here on the library owns the functions.
    (void)callbacks_.release();
  }

 private:
  struct Callbacks {
    Infer infer;
    Kernel kernel;
    RuleFunction gradient;
    RuleFunction compose;
  };
  static const Callbacks& of(void* context) { return *static_cast<const Callbacks*>(context); }
  // Runs a callback and turns an exception into a status.
  template <class Body>
  static weft_status guarded(const Body& body) {
    try {
      body();
      return WEFT_OK;
    } catch (...) {
      return report_exception();
    }
  }
  // Puts the operands that a rule returned where the library expects them.
  static void fill(const weft_rule_call& call, const std::vector<Operand>& result) {
    if (result.size() != call.nresult)
      throw Error(WEFT_INVALID_VALUE, "its rule must give " + std::to_string(call.nresult) +
                                          " operands; got " + std::to_string(result.size()));
    for (size_t i = 0; i < call.nresult; ++i) call.result[i] = result[i].id();
  }
  Definition& argument(const weft_argument_info& info) {
    arguments_.push_back(info);
    return *this;
  }

  weft_op_definition definition_ = WEFT_OP_DEFINITION_INIT;
  std::vector<weft_argument_info> arguments_;
  std::unique_ptr<Callbacks> callbacks_ = std::make_unique<Callbacks>();
};

}  // namespace cpp
}  // namespace weft

#endif  // WEFT_WEFT_REGISTER_HPP_
