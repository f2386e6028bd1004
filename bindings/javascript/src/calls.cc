// Operators: found by name, called with values of JavaScript by their schema.
#include <atomic>
#include <cmath>
#include <memory>

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
  if (index >= kMost) fail(env, "OUT_OF_MEMORY", "operator: too many were looked up");
  found[index].store(out.release(), std::memory_order_release);
  return make_number(env, index);
}
const Operator& operator_at(const Call& call) {
  uint32_t index = kMost;
  napi_get_value_uint32(call.env(), call[0], &index);
  const Operator* op = index < kMost ? found[index].load(std::memory_order_acquire) : nullptr;
  if (!op) call.wrong("operator", "one that was found");
  return *op;
}
// arguments(operator): [name, …], and how many of them are inputs.
napi_value arguments(napi_env env, napi_callback_info info) {
  const Call call(env, info, "arguments");
  const weft_op_info& what = operator_at(call).info;
  napi_value out = nullptr, names = nullptr;
  check_js(env, napi_create_object(env, &out));
  check_js(env, napi_create_array(env, &names));
  for (int32_t i = 0; i < what.inputs + what.attributes; ++i)
    check_js(env, napi_set_element(env, names, static_cast<uint32_t>(i),
                                   make_text(env, what.arguments[i].name)));
  check_js(env, napi_set_named_property(env, out, "names", names));
  check_js(env, napi_set_named_property(env, out, "inputs", make_number(env, what.inputs)));
  return out;
}

// The arguments of one call; what values point at lives as long as this.
class Values {
 public:
  // Bit i of `arrays` says that value i is the place of an array, or a list of places.
  Values(napi_env env, const Operator& op, napi_value list, napi_value arrays)
      : env_(env), op_(op) {
    int32_t bits = 0;
    napi_get_value_int32(env, arrays, &bits);
    uint32_t length = 0;
    check_js(env, napi_get_array_length(env, list, &length));
    const auto most = static_cast<uint32_t>(op.info.inputs + op.info.attributes);
    if (length > most)
      fail_type(env, std::string(op.info.name) + ": there are at most " + std::to_string(most) +
                         " arguments; got " + std::to_string(length));
    values_.resize(length, weft_value{WEFT_TAG_DEFAULT, 0, {nullptr}});
    for (uint32_t i = 0; i < length; ++i) {
      napi_value value = nullptr;
      check_js(env, napi_get_element(env, list, i, &value));
      if (i < 32 && (static_cast<uint32_t>(bits) >> i & 1) != 0)
        add_arrays(values_[i], op.info.arguments[i], value);
      else
        add(values_[i], op.info.arguments[i], value);
    }
    while (!values_.empty() && values_.back().tag == WEFT_TAG_DEFAULT) values_.pop_back();
  }
  const weft_value* data() const { return values_.data(); }
  size_t size() const { return values_.size(); }

 private:
  [[noreturn]] void wrong(const weft_argument_info& argument, const char* wanted) const {
    fail_type(env_, std::string(op_.info.name) + ": `" + argument.name + "` must be " + wanted);
  }
  void add_arrays(weft_value& out, const weft_argument_info& argument, napi_value value) {
    bool is_list = false;
    napi_is_array(env_, value, &is_list);
    if (!is_list) {
      out.tag = WEFT_TAG_TENSOR;
      out.as.tensor = tensor_of(env_, value, op_.info.name);
      return;
    }
    if (argument.kind != WEFT_TAG_TENSORS) wrong(argument, "one value and no list of arrays");
    lists_.push_back(
        std::make_unique<std::vector<weft_tensor>>(tensors_of(env_, value, op_.info.name)));
    out.tag = WEFT_TAG_TENSORS;
    out.count = static_cast<uint32_t>(lists_.back()->size());
    out.as.tensors = lists_.back()->data();
  }
  void add(weft_value& out, const weft_argument_info& argument, napi_value value) {
    const napi_valuetype type = Call::type(env_, value);
    if (type == napi_undefined) return;
    const bool is_input = argument.kind == WEFT_TAG_TENSOR || argument.kind == WEFT_TAG_TENSORS;
    if (type == napi_null) {
      if (!is_input) out.tag = WEFT_TAG_NONE;
      return;
    }
    if (type == napi_number || type == napi_bigint) return add_number(out, argument, value, type);
    if (type == napi_boolean) {
      bool choice = false;
      napi_get_value_bool(env_, value, &choice);
      out.tag = WEFT_TAG_BOOL;
      out.as.integer = choice;
      return;
    }
    if (type == napi_string) return add_text(out, argument, value);
    bool is_array = false;
    napi_is_array(env_, value, &is_array);
    uint32_t length = 0;
    if (is_array) napi_get_array_length(env_, value, &length);
    if (is_array && length == 0 && argument.kind == WEFT_TAG_TENSORS)
      return add_arrays(out, argument, value);
    if (!is_array || argument.kind == WEFT_TAG_TENSORS)
      wrong(argument, argument.kind == WEFT_TAG_TENSORS ? "an array of Tensors"
                      : is_input                        ? "a Tensor or a number"
                                                        : "a value");
    numbers_.push_back(std::make_unique<std::vector<int64_t>>(
        Call::integers_of(env_, value, op_.info.name, argument.name)));
    out.tag = WEFT_TAG_INTS;
    out.count = static_cast<uint32_t>(numbers_.back()->size());
    out.as.ints = numbers_.back()->data();
  }
  // JavaScript has one kind of number: a whole one is an integer unless the attribute is a float.
  void add_number(weft_value& out, const weft_argument_info& argument, napi_value value,
                  napi_valuetype type) {
    double number = 0;
    if (type == napi_number) napi_get_value_double(env_, value, &number);
    const bool whole =
        type == napi_bigint || (number == static_cast<double>(static_cast<int64_t>(number)) &&
                                std::abs(number) < 9007199254740992.0);
    if (argument.kind == WEFT_TAG_FLOAT || !whole) {
      out.tag = WEFT_TAG_FLOAT;
      out.as.real =
          type == napi_bigint
              ? static_cast<double>(Call::integer_of(env_, value, op_.info.name, argument.name))
              : number;
    } else {
      out.tag = argument.kind == WEFT_TAG_DTYPE ? WEFT_TAG_DTYPE : WEFT_TAG_INT;
      out.as.integer = Call::integer_of(env_, value, op_.info.name, argument.name);
    }
  }
  // A text, or the name of a dtype.
  void add_text(weft_value& out, const weft_argument_info& argument, napi_value value) {
    texts_.push_back(std::make_unique<std::string>(Call::text_of(env_, value)));
    const std::string& text = *texts_.back();
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

  napi_env env_;
  const Operator& op_;
  std::vector<weft_value> values_;
  std::vector<std::unique_ptr<std::vector<int64_t>>> numbers_;
  std::vector<std::unique_ptr<std::vector<weft_tensor>>> lists_;
  std::vector<std::unique_ptr<std::string>> texts_;
};

// invokeArrays(operator, place[, place]): the place of the result.
napi_value invoke_arrays(napi_env env, napi_callback_info info) {
  const Call call(env, info, "invoke");
  const Operator& op = operator_at(call);
  weft_value values[2];
  const size_t count = call.count() == 2 ? 1 : 2;
  for (size_t i = 0; i < count; ++i) {
    values[i] = {WEFT_TAG_TENSOR, 0, {nullptr}};
    values[i].as.tensor = tensor_of(env, call[1 + i], op.info.name);
  }
  weft_tensor out = nullptr;
  check(env, weft_invoke(op.op, values, count, &out, 1));
  return wrap_tensor(env, out);
}
// invoke(operator, values, arrays): the place of the one result, or an array of places.
napi_value invoke(napi_env env, napi_callback_info info) {
  const Call call(env, info, "invoke");
  const Operator& op = operator_at(call);
  const Values values(env, op, call[1], call[2]);
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
// invokeInto(operator, values, arrays, places): writes the results into these arrays.
napi_value invoke_into(napi_env env, napi_callback_info info) {
  const Call call(env, info, "invokeInto");
  const Operator& op = operator_at(call);
  const Values values(env, op, call[1], call[2]);
  std::vector<weft_tensor> outs = tensors_of(env, call[3], op.info.name);
  check(env, weft_invoke(op.op, values.data(), values.size(), outs.data(), outs.size()));
  return call.undefined();
}
napi_value dtype_names(napi_env env, napi_callback_info) {
  napi_value out = nullptr;
  check_js(env, napi_create_array(env, &out));
  for (weft_dtype i = 0; weft_dtype_name(i); ++i)
    check_js(env, napi_set_element(env, out, static_cast<uint32_t>(i),
                                   make_text(env, weft_dtype_name(i))));
  return out;
}
napi_value version(napi_env env, napi_callback_info) { return make_text(env, weft_version()); }
napi_value seed(napi_env env, napi_callback_info info) {
  const Call call(env, info, "seed");
  check(env, weft_random_seed(static_cast<uint64_t>(call.integer(0, "seed"))));
  return call.undefined();
}
napi_value set_threads(napi_env env, napi_callback_info info) {
  const Call call(env, info, "setNumThreads");
  check(env, weft_set_num_threads(static_cast<int32_t>(call.integer(0, "count"))));
  return call.undefined();
}
napi_value live_bytes(napi_env env, napi_callback_info) {
  weft_memory figures = WEFT_MEMORY_INIT;
  check(env, weft_memory_stats(&figures, 0));
  return make_number(env, static_cast<double>(figures.live));
}

}  // namespace

void add_calls(napi_env env, napi_value exports) {
  add_function(env, exports, "findOperator", entry<find>);
  add_function(env, exports, "argumentsOf", entry<arguments>);
  add_function(env, exports, "invoke", entry<invoke>);
  add_function(env, exports, "invokeArrays", entry<invoke_arrays>);
  add_function(env, exports, "invokeInto", entry<invoke_into>);
  add_function(env, exports, "dtypeNames", entry<dtype_names>);
  add_function(env, exports, "version", entry<version>);
  add_function(env, exports, "seed", entry<seed>);
  add_function(env, exports, "setNumThreads", entry<set_threads>);
  add_function(env, exports, "liveBytes", entry<live_bytes>);
}

}  // namespace weftjs
