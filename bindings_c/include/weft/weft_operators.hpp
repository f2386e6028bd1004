// Weft for C++17: operators, by name and as a + b.
#ifndef WEFT_WEFT_OPERATORS_HPP_
#define WEFT_WEFT_OPERATORS_HPP_

#include <cstring>

#include "weft_tensor.hpp"

namespace weft {
inline namespace cpp {

// An operator, looked up once; attributes are given by name.
//
//   const weft::Op convolution("convolution");
//   Tensor y = convolution({x, weight, bias}, {{"kernel", {3, 3}}, {"pad", {1, 1}}});
//
// Further values behind the inputs are attributes in the order of the schema.
class Op {
 public:
  using Inputs = Span<const Value>;
  using Attributes = Span<const Attribute>;

  explicit Op(const char* name) {
    info_.struct_size = sizeof info_;
    check(weft_op_find(name, &op_));
    check(weft_op_get_info(op_, &info_));
  }
  weft_op handle() const { return op_; }
  const weft_op_info& info() const { return info_; }

  // Calls the operator and gives its one result.
  Tensor operator()(Inputs inputs, Attributes attributes = {}) const {
    weft_tensor out = nullptr;
    run(inputs, attributes, &out, 1);
    return Tensor(out);
  }
  // Calls an operator with several results.
  std::vector<Tensor> all(Inputs inputs, Attributes attributes = {}) const {
    const Arguments arguments(*this, inputs, attributes);
    size_t count = 0;
    check(weft_op_count_outputs(op_, arguments.data(), arguments.size(), &count));
    std::vector<Tensor> outs(count);
    invoke(arguments, handles(Span<Tensor>(outs)), count);
    return outs;
  }
  // Writes the results into these arrays instead of making new ones.
  void into(Span<const Tensor> outs, Inputs inputs, Attributes attributes = {}) const {
    for (const Tensor& out : outs)
      if (!out)
        throw Error(WEFT_INVALID_VALUE,
                    std::string(info_.name) + ": `outs` must be arrays; got an empty one");
    // weft_invoke reads handles that are set and only fills in NULL ones.
    run(inputs, attributes, const_cast<weft_tensor*>(handles(outs)), outs.size());
  }

  // The arguments of one call in the order of the schema, in memory of the call itself.
  class Arguments {
   public:
    Arguments(const Op& op, Inputs inputs, Attributes attributes) : size_(inputs.size()) {
      if (size_ > kMost)
        throw Error(WEFT_INVALID_TYPE, std::string(op.info_.name) + ": there are at most " +
                                           std::to_string(kMost) + " arguments; got " +
                                           std::to_string(size_));
      for (size_t i = 0; i < size_; ++i) values_[i] = inputs[i].get();
      for (const Attribute& attribute : attributes) {
        const size_t place = op.place_of(attribute.name);
        for (; size_ <= place; ++size_) values_[size_] = Value().get();
        values_[place] = attribute.value.get();
      }
    }
    Arguments(const Arguments&) = delete;
    Arguments& operator=(const Arguments&) = delete;
    const weft_value* data() const { return values_; }
    size_t size() const { return size_; }

   private:
    static constexpr size_t kMost = 32;  // of any operator
    weft_value values_[kMost];
    size_t size_;
  };

 private:
  // The position of an attribute among the arguments.
  size_t place_of(const char* name) const {
    const int32_t end = info_.inputs + info_.attributes;
    for (int32_t i = info_.inputs; i < end; ++i)
      if (std::strcmp(info_.arguments[i].name, name) == 0) return static_cast<size_t>(i);
    std::string known;
    for (int32_t i = info_.inputs; i < end; ++i)
      known += std::string(known.empty() ? "" : ", ") + info_.arguments[i].name;
    throw Error(WEFT_INVALID_TYPE, std::string(info_.name) + ": there is no attribute `" + name +
                                       "`; there are: " + (known.empty() ? "none" : known));
  }
  void run(Inputs inputs, Attributes attributes, weft_tensor* outs, size_t count) const {
    invoke(Arguments(*this, inputs, attributes), outs, count);
  }
  void invoke(const Arguments& arguments, weft_tensor* outs, size_t count) const {
    check(weft_invoke(op_, arguments.data(), arguments.size(), outs, count));
  }

  weft_op op_ = nullptr;
  weft_op_info info_ = {};
};

// Calls an operator by name and looks it up each time: call("relu", {x}).
inline Tensor call(const char* op, Op::Inputs inputs, Op::Attributes attributes = {}) {
  return Op(op)(inputs, attributes);
}

namespace detail {
inline Tensor binary(const char* name, const Value& a, const Value& b) {
  const weft_value args[2] = {a.get(), b.get()};
  weft_op op = nullptr;
  weft_tensor out = nullptr;
  check(weft_op_find(name, &op));
  check(weft_invoke(op, args, 2, &out, 1));
  return Tensor(out);
}
}  // namespace detail

// Lets the operators below take numbers on their left side.
template <class T>
using IfNumber = std::enable_if_t<std::is_arithmetic_v<T>>;

inline Tensor operator+(const Tensor& a, const Value& b) { return detail::binary("add", a, b); }
inline Tensor operator-(const Tensor& a, const Value& b) {
  return detail::binary("subtract", a, b);
}
inline Tensor operator*(const Tensor& a, const Value& b) {
  return detail::binary("multiply", a, b);
}
inline Tensor operator/(const Tensor& a, const Value& b) { return detail::binary("divide", a, b); }
template <class T, class = IfNumber<T>>
Tensor operator+(T a, const Tensor& b) {
  return detail::binary("add", a, b);
}
template <class T, class = IfNumber<T>>
Tensor operator-(T a, const Tensor& b) {
  return detail::binary("subtract", a, b);
}
template <class T, class = IfNumber<T>>
Tensor operator*(T a, const Tensor& b) {
  return detail::binary("multiply", a, b);
}
template <class T, class = IfNumber<T>>
Tensor operator/(T a, const Tensor& b) {
  return detail::binary("divide", a, b);
}
inline Tensor operator-(const Tensor& a) { return call("negative", {a}); }

}  // namespace cpp
}  // namespace weft

#endif  // WEFT_WEFT_OPERATORS_HPP_
