// Operators: found by name, called with values of JavaScript by their schema.
#include <atomic>
#include <cmath>
#include <deque>

#include "support.h"

namespace weftjs {
namespace {

struct Operator {
  weft_op op;
  weft_op_info info;
};
// Found operators by number, for all workers of the process. Entries never change; more than there
// is room for are an error.
constexpr uint32_t kMost = 8192;
std::atomic<Operator*> found[kMost];
std::atomic<uint32_t> found_count{0};

napi_value find(napi_env env, napi_callback_info info) {
  const Call call(env, info, "operator");
  auto out = std::make_unique<Operator>();
  check(env, weft_op_find(call.text(0, "name").c_str(), &out->op));
  out->info = {};
  out->info.struct_size = sizeof out->info;
  check(env, weft_op_get_info(out->op, &out->info));
  const uint32_t index = found_count.fetch_add(1);
  if (index >= kMost) fail(env, WEFT_OUT_OF_MEMORY, "operator: too many were looked up");
  found[index].store(out.release(), std::memory_order_release);
  return make_number(env, index);
}
// The operator that the first argument means; errors of the call have its name.
const Operator& operator_of(Call& call) {
  uint32_t index = kMost;
  napi_get_value_uint32(call.env(), call[0], &index);
  const Operator* op = index < kMost ? found[index].load(std::memory_order_acquire) : nullptr;
  if (!op) call.wrong("operator", "one that was found");
  call.rename(op->info.name);
  return *op;
}
// argumentsOf(operator): {names, inputs}: how many of the names are inputs.
napi_value arguments(napi_env env, napi_callback_info info) {
  Call call(env, info, "arguments");
  const weft_op_info& what = operator_of(call).info;
  napi_value out = make_object(env), names = make_numbers(env, nullptr, 0);
  for (int32_t i = 0; i < what.inputs + what.attributes; ++i)
    check_js(env, napi_set_element(env, names, static_cast<uint32_t>(i),
                                   make_text(env, what.arguments[i].name)));
  set(env, out, "names", names);
  set(env, out, "inputs", make_number(env, what.inputs));
  return out;
}

// The arguments of one call; what values point at lives as long as this.
class Values {
 public:
  // Bit i of argument 2 says that value i of argument 1 is the place of an array, or a list of
  // them.
  Values(const Call& call, const Operator& op) : call_(call), env_(call.env()) {
    const auto bits = call.number<uint32_t>(2, "arrays");
    const std::vector<napi_value> given = call.elements(call[1], "arguments");
    const auto most = static_cast<size_t>(op.info.inputs + op.info.attributes);
    if (given.size() > most)
      fail_type(env_, std::string(op.info.name) + ": there are at most " + std::to_string(most) +
                          " arguments; got " + std::to_string(given.size()));
    values_.resize(given.size(), weft_value{WEFT_TAG_DEFAULT, 0, {nullptr}});
    for (size_t i = 0; i < given.size(); ++i) {
      if (i < 32 && (bits >> i & 1) != 0)
        add_arrays(values_[i], op.info.arguments[i], given[i]);
      else
        add(values_[i], op.info.arguments[i], given[i]);
    }
    while (!values_.empty() && values_.back().tag == WEFT_TAG_DEFAULT) values_.pop_back();
  }
  const weft_value* data() const { return values_.data(); }
  size_t size() const { return values_.size(); }

 private:
  void add_arrays(weft_value& out, const weft_argument_info& argument, napi_value value) {
    if (!is_array(value)) {
      out.tag = WEFT_TAG_TENSOR;
      out.as.tensor = call_.tensor_of(value);
      return;
    }
    if (argument.kind != WEFT_TAG_TENSORS)
      call_.wrong(argument.name, "one value and no list of arrays");
    const auto& list = lists_.emplace_back(call_.tensors_of(value));
    out.tag = WEFT_TAG_TENSORS;
    out.count = static_cast<uint32_t>(list.size());
    out.as.tensors = list.data();
  }
  void add(weft_value& out, const weft_argument_info& argument, napi_value value) {
    const napi_valuetype type = Call::type(env_, value);
    const bool is_list = argument.kind == WEFT_TAG_TENSORS;
    const bool is_input = argument.kind == WEFT_TAG_TENSOR || is_list;
    switch (type) {
      case napi_undefined: return;
      case napi_null:
        if (!is_input) out.tag = WEFT_TAG_NONE;
        return;
      case napi_number:
      case napi_bigint: return add_number(out, argument, value, type);
      case napi_boolean:
        out.tag = WEFT_TAG_BOOL;
        out.as.integer = call_.integer_of(value, argument.name);
        return;
      case napi_string: return add_text(out, argument, value);
      default: break;
    }
    uint32_t length = 1;
    napi_get_array_length(env_, value, &length);
    if (is_list && length == 0) return add_arrays(out, argument, value);
    if (is_list || !is_array(value))
      call_.wrong(argument.name, is_list    ? "an array of Tensors"
                                 : is_input ? "a Tensor or a number"
                                            : "a value");
    auto& numbers = numbers_.emplace_back();
    for (napi_value one : call_.elements(value, argument.name))
      numbers.push_back(call_.integer_of(one, argument.name));
    out.tag = WEFT_TAG_INTS;
    out.count = static_cast<uint32_t>(numbers.size());
    out.as.ints = numbers.data();
  }
  // JavaScript has one kind of number: a whole one is an integer unless the attribute is a float.
  void add_number(weft_value& out, const weft_argument_info& argument, napi_value value,
                  napi_valuetype type) {
    double number = 0;
    if (type == napi_number)
      napi_get_value_double(env_, value, &number);
    else
      number = static_cast<double>(call_.integer_of(value, argument.name));
    const bool whole =
        type == napi_bigint || (number == static_cast<double>(static_cast<int64_t>(number)) &&
                                std::abs(number) < 9007199254740992.0);
    if (argument.kind == WEFT_TAG_FLOAT || !whole) {
      out.tag = WEFT_TAG_FLOAT;
      out.as.real = number;
    } else {
      out.tag = argument.kind == WEFT_TAG_DTYPE ? WEFT_TAG_DTYPE : WEFT_TAG_INT;
      out.as.integer = call_.integer_of(value, argument.name);
    }
  }
  // A text, or the name of a dtype.
  void add_text(weft_value& out, const weft_argument_info& argument, napi_value value) {
    const std::string& text = texts_.emplace_back(call_.text_of(value, argument.name));
    if (argument.kind == WEFT_TAG_DTYPE) {
      weft_dtype dtype = 0;
      check(env_, weft_dtype_find(text.c_str(), &dtype));
      out.tag = WEFT_TAG_DTYPE;
      out.as.integer = dtype;
      return;
    }
    out.tag = WEFT_TAG_STRING;
    out.count = static_cast<uint32_t>(text.size());
    out.as.text = text.data();
  }
  bool is_array(napi_value value) const {
    bool out = false;
    napi_is_array(env_, value, &out);
    return out;
  }

  const Call& call_;
  napi_env env_;
  std::vector<weft_value> values_;
  std::deque<std::vector<int64_t>> numbers_;
  std::deque<std::vector<weft_tensor>> lists_;
  std::deque<std::string> texts_;
};

// invokeArrays(operator, place[, place]): the place of the result.
napi_value invoke_arrays(napi_env env, napi_callback_info info) {
  Call call(env, info, "invoke");
  const Operator& op = operator_of(call);
  weft_value values[2];
  const size_t count = call.count() == 2 ? 1 : 2;
  for (size_t i = 0; i < count; ++i) {
    values[i] = {WEFT_TAG_TENSOR, 0, {nullptr}};
    values[i].as.tensor = call.tensor(1 + i);
  }
  weft_tensor out = nullptr;
  check(env, weft_invoke(op.op, values, count, &out, 1));
  return wrap_tensor(env, out);
}
// invoke(operator, values, arrays[, places]): the place of the one result, or an array of places;
// with places, it writes the results into these arrays.
napi_value invoke(napi_env env, napi_callback_info info) {
  Call call(env, info, "invoke");
  const Operator& op = operator_of(call);
  const Values values(call, op);
  if (call.count() > 3) {
    std::vector<weft_tensor> outs = call.tensors(3);
    check(env, weft_invoke(op.op, values.data(), values.size(), outs.data(), outs.size()));
    return call.undefined();
  }
  if (op.info.outputs == 1) {
    weft_tensor out = nullptr;
    check(env, weft_invoke(op.op, values.data(), values.size(), &out, 1));
    return wrap_tensor(env, out);
  }
  size_t count = 0;
  check(env, weft_op_count_outputs(op.op, values.data(), values.size(), &count));
  std::vector<weft_tensor> outs(count);
  check(env, weft_invoke(op.op, values.data(), values.size(), outs.data(), count));
  return wrap_tensors(env, outs);
}

}  // namespace

void add_operators(napi_env env, napi_value exports) {
  add_function(env, exports, "findOperator", entry<find>);
  add_function(env, exports, "argumentsOf", entry<arguments>);
  add_function(env, exports, "invoke", entry<invoke>);
  add_function(env, exports, "invokeArrays", entry<invoke_arrays>);
}

}  // namespace weftjs
