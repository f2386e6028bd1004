// Short ways to make arrays and call operators eagerly.
#pragma once

#include <initializer_list>
#include <vector>

#include "autograd/tape.h"
#include "autograd/tape_recorder.h"
#include "base/errors.h"
#include "doctest.h"
#include "eager/call.h"
#include "ops/registry.h"
#include "runtime/engine/transfer.h"
#include "runtime/thread_state.h"

namespace weft::autograd::testing {

using Array = Ref<Tensor>;

inline Array array(const Shape& shape, std::initializer_list<double> values = {}) {
  Array result = Tensor::create(DType::kFloat64, shape).take();
  auto* data = reinterpret_cast<double*>(result->data());
  for (int64_t i = 0; i < shape.elements(); ++i) data[i] = 0;
  for (double value : values) *data++ = value;
  return result;
}

inline Array leaf(const Shape& shape, std::initializer_list<double> values) {
  Array result = array(shape, values);
  REQUIRE(attach_grad(*result, GradRequest::kWrite).ok());
  return result;
}

inline Status try_call(std::string_view op, std::initializer_list<ops::Argument> arguments,
                       Array* result) {
  Tensor* out = nullptr;
  WEFT_TRY(eager::invoke(ops::op_named(op), {arguments.begin(), arguments.size()}, {&out, 1}));
  *result = Array::adopt(out);
  return {};
}

inline Array call(std::string_view op, std::initializer_list<ops::Argument> arguments) {
  Array result;
  const Status status = try_call(op, arguments, &result);
  REQUIRE_MESSAGE(status.ok(), status.message());
  return result;
}

inline ops::Argument arg(const Array& tensor) { return ops::Argument::of_tensor(tensor.get()); }
inline ops::Argument arg(double x) { return ops::Argument::of_float(x); }

inline Array operator*(const Array& a, const Array& b) {
  return call("multiply", {arg(a), arg(b)});
}
inline Array operator*(const Array& a, double b) { return call("multiply", {arg(a), arg(b)}); }
inline Array operator+(const Array& a, const Array& b) { return call("add", {arg(a), arg(b)}); }

// `count` elements of a vector from `first` on, on its box.
inline Array part(const Array& base, int64_t first, int64_t count) {
  const int64_t shape[] = {count}, strides[] = {1};
  return call("strided_view", {arg(base), ops::Argument::of_int(first),
                               ops::Argument::of_ints(shape), ops::Argument::of_ints(strides)});
}

inline Status put(const Array& target, const Array& value) {
  return eager::write(*target, arg(value));
}
inline Status put(const Array& target, double value) { return eager::write(*target, arg(value)); }

inline Status run_backward(const Array& head, bool retain = false) {
  Tensor* heads[] = {head.get()};
  return backward(heads, {}, retain);
}

inline Array grad_of(const Array& head, const Array& variable, bool create_graph = false) {
  Tensor* heads[] = {head.get()};
  Tensor* variables[] = {variable.get()};
  auto result = grad(heads, {}, variables, create_graph, create_graph);
  REQUIRE_MESSAGE(result.ok(), result.status().message());
  return result.value()[0];
}

inline std::vector<double> values(const Array& tensor) {
  const Array plain = eager::dense(tensor).take();
  REQUIRE(readable(*plain, "test").ok());
  const auto* data = reinterpret_cast<const double*>(plain->data());
  return {data, data + plain->elements()};
}
inline std::vector<double> gradient(const Array& tensor) {
  REQUIRE(leaf_of(*tensor) != nullptr);
  return values(leaf_of(*tensor)->gradient().take());
}

using Numbers = std::vector<double>;

using Recording = RecordingScope;

}  // namespace weft::autograd::testing
