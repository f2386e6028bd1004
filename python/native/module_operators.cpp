// Operators whose rules and kernels are written in Python. They are registered with callbacks that
// take the GIL and call methods of an object of weft/library.py. Also loads libraries of operators.
#include <pybind11/numpy.h>

#include <deque>
#include <string>

#include "module.h"
#include "operator_object.h"

namespace py = pybind11;

namespace weft::python {
namespace {

// ---- what callbacks are given, as Python objects ------------------------------------------------

py::object dtype_of(weft_dtype dtype) {
  return py::reinterpret_borrow<py::object>(dtype_object(dtype));
}

py::list attribute_list(const weft_value* attributes, size_t count) {
  py::list list;
  for (size_t i = 0; i < count; ++i) {
    const weft_value& value = attributes[i];
    list.append(value.tag == WEFT_TAG_DTYPE ? dtype_of(static_cast<weft_dtype>(value.as.integer))
                                            : owned(value_object(value)));
  }
  return list;
}

// (dtype, shape), or None for an absent input.
py::object type_object(const weft_type& type) {
  if (type.rank < 0) return py::none();
  return py::make_tuple(dtype_of(type.dtype), owned(shape_tuple(type.shape, type.rank)));
}

// A NumPy array on the memory of a view. It must not live longer than the kernel: check_not_kept
// checks that.
py::object numpy_view(py::handle rules, const weft_view& view, bool writable) {
  if (view.rank < 0) return py::none();
  if (view.dtype == WEFT_BFLOAT16 || is_storage(view.dtype)) {
    raise_error(WEFT_UNSUPPORTED, "%S: a kernel in Python takes no %s; cast to float32",
                py::object(rules.attr("name")).ptr(), weft_dtype_name(view.dtype));
    throw py::error_already_set();
  }
  const auto size = static_cast<int64_t>(weft_dtype_size(view.dtype));
  std::vector<py::ssize_t> shape, strides;
  for (int axis = 0; axis < view.rank; ++axis) {
    shape.push_back(view.shape[axis]);
    strides.push_back(view.strides[axis] * size);
  }
  const py::dtype dtype = py::dtype::from_args(dtype_of(view.dtype));
  py::array array(dtype, shape, strides, view.data, py::none());
  if (!writable) array.attr("setflags")(py::arg("write") = false);
  return array;
}

py::list numpy_views(py::handle rules, const weft_view* views, size_t count, bool writable) {
  py::list list;
  for (size_t i = 0; i < count; ++i) list.append(numpy_view(rules, views[i], writable));
  return list;
}

// Fails if the kernel keeps one of its arrays. The memory belongs to the library again when the
// kernel returns: a kept array would read what others write.
void check_not_kept(py::handle rules, const py::list& views) {
  const auto is_kept = [](py::handle view) { return !view.is_none() && Py_REFCNT(view.ptr()) > 1; };
  for (size_t attempt = 0; attempt < 2; ++attempt) {
    if (std::none_of(views.begin(), views.end(), is_kept)) return;
    // An array in a garbage cycle is not kept.
    if (attempt == 0) py::module_::import("gc").attr("collect")();
  }
  raise_error(WEFT_INVALID_STATE,
              "%S: the kernel keeps one of its arrays after it has returned; take a copy of it",
              py::object(rules.attr("name")).ptr());
  throw py::error_already_set();
}

// ---- the callbacks ------------------------------------------------------------------------------

// Runs `body` with the GIL; a Python error becomes the callback's failure.
template <class Body>
weft_status with_python(const Body& body) {
  const WithGil gil;
  try {
    body();
    return WEFT_OK;
  } catch (py::error_already_set& error) {
    error.restore();
    return keep_error();
  } catch (const py::cast_error& error) {
    return weft_fail(WEFT_INVALID_TYPE, error.what());
  }
}

// The object of weft/library.py.
py::handle rules_of(void* context) { return static_cast<PyObject*>(context); }

weft_status infer(void* context, const weft_types_call* call) {
  return with_python([&] {
    py::list types;
    for (size_t i = 0; i < call->nin; ++i) types.append(type_object(call->in[i]));
    const py::sequence found =
        rules_of(context).attr("infer")(types, attribute_list(call->attributes, call->nattributes));
    for (size_t i = 0; i < call->nout; ++i) {
      const py::tuple type = found[i];
      const py::tuple shape = type[1];
      if (!parse_dtype(py::object(type[0]).ptr(), &call->out[i].dtype))
        throw py::error_already_set();
      call->out[i].rank = static_cast<int32_t>(shape.size());
      for (size_t axis = 0; axis < shape.size() && axis < WEFT_MAX_RANK; ++axis)
        call->out[i].shape[axis] = shape[axis].cast<int64_t>();
    }
  });
}

weft_status run_kernel(void* context, const weft_kernel_call* call) {
  return with_python([&] {
    const py::list in = numpy_views(rules_of(context), call->in, call->nin, false);
    const py::list out = numpy_views(rules_of(context), call->out, call->nout, true);
    rules_of(context).attr("kernel")(py::tuple(in), py::tuple(out),
                                     attribute_list(call->attributes, call->nattributes));
    check_not_kept(rules_of(context), in);
    check_not_kept(rules_of(context), out);
  });
}

// How operands are described to a rule: arrays by their types, numbers, None. `arrays` has the
// arrays in their order; the rule's function is traced for them.
struct Operands {
  weft_builder builder;
  std::vector<weft_operand> arrays;

  py::list describe(const weft_operand* operands, size_t count) {
    py::list list;
    for (size_t i = 0; i < count; ++i) {
      weft_type type{};
      weft_value number{};
      check(weft_builder_get_type(builder, operands[i], &type, &number));
      if (number.tag != WEFT_TAG_DEFAULT) {
        list.append(owned(value_object(number)));
        continue;
      }
      if (type.rank >= 0) arrays.push_back(operands[i]);
      list.append(type_object(type));
    }
    return list;
  }

  // Applies the function that the rule has traced to the arrays.
  void apply(const py::object& function, weft_operand* outs, size_t count) const {
    weft_function traced = reinterpret_cast<FunctionObject*>(function.ptr())->function;
    check(weft_builder_apply(builder, traced, arrays.data(), arrays.size(), outs, count));
  }
};

weft_status compose(void* context, const weft_rule_call* call) {
  return with_python([&] {
    Operands operands{call->builder, {}};
    const py::list in = operands.describe(call->in, call->nin);
    const py::object function =
        rules_of(context).attr("composed")(in, attribute_list(call->attributes, call->nattributes));
    operands.apply(function, call->result, call->nresult);
  });
}

weft_status gradient(void* context, const weft_rule_call* call) {
  return with_python([&] {
    Operands operands{call->builder, {}};
    const py::list in = operands.describe(call->in, call->nin);
    const py::list out = operands.describe(call->out, call->nout);
    const py::list cotangents = operands.describe(call->cotangent, call->nout);
    py::list needed;
    for (size_t i = 0; i < call->nin; ++i) needed.append(call->needed[i] != 0);
    // The function gives only the gradients that are not zero; found[1] says for which inputs.
    const py::tuple found = rules_of(context).attr("differentiated")(
        in, out, cotangents, needed, attribute_list(call->attributes, call->nattributes));
    const auto places = found[1].cast<std::vector<size_t>>();
    std::vector<weft_operand> gradients(places.size(), WEFT_ABSENT);
    if (!places.empty()) operands.apply(found[0], gradients.data(), gradients.size());
    for (size_t i = 0; i < places.size(); ++i) call->result[places[i]] = gradients[i];
  });
}

// ---- registering --------------------------------------------------------------------------------

// A definition, with the texts and lists that it points at until it is registered.
class Definition {
 public:
  Definition(const py::dict& given, const py::object& rules);
  weft_op_definition value = WEFT_OP_DEFINITION_INIT;

 private:
  const char* keep(const py::handle& text) {
    return texts_.emplace_back(text.cast<std::string>()).c_str();
  }
  void add_argument(const py::dict& given);
  weft_value fallback(const py::dict& given, int32_t kind);

  std::deque<std::string> texts_;  // deques: elements never move
  std::deque<std::vector<int64_t>> lists_;
  std::vector<weft_argument_info> arguments_;
  std::vector<const char*> samples_;
};

weft_value Definition::fallback(const py::dict& given, int32_t kind) {
  const py::object object = given["default"];
  weft_value value{};
  if (object.is_none()) {
    value.tag = given["takes_none"].cast<bool>() ? WEFT_TAG_NONE : WEFT_TAG_DEFAULT;
  } else if (kind == WEFT_TAG_STRING) {
    value.as.text = keep(object);
    value.tag = WEFT_TAG_STRING;
    value.count = static_cast<uint32_t>(texts_.back().size());
  } else if (kind == WEFT_TAG_INTS) {
    lists_.push_back(object.cast<std::vector<int64_t>>());
    value = ints_value(lists_.back().data(), static_cast<int>(lists_.back().size()));
  } else if (kind == WEFT_TAG_DTYPE) {
    weft_dtype dtype;
    if (!parse_dtype(object.ptr(), &dtype)) throw py::error_already_set();
    value = dtype_value(dtype);
  } else if (scalar_value(object.ptr(), &value) != Found::kYes) {
    PyErr_Clear();  // the library refuses the default with the attribute's name
  }
  return value;
}

void Definition::add_argument(const py::dict& given) {
  weft_argument_info argument{};
  argument.name = keep(given["name"]);
  argument.doc = keep(given["doc"]);
  argument.kind = argument_kind(given["kind"].cast<std::string>().c_str());
  argument.required = given["required"].cast<bool>();
  argument.keeps_dtype = given["keeps_dtype"].cast<bool>();
  argument.takes_none = given["takes_none"].cast<bool>();
  const bool is_input = argument.kind == WEFT_TAG_TENSOR || argument.kind == WEFT_TAG_TENSORS;
  if (!is_input && !argument.required) argument.fallback = fallback(given, argument.kind);
  arguments_.push_back(argument);
}

Definition::Definition(const py::dict& given, const py::object& rules) {
  for (const auto& argument : given["arguments"]) add_argument(py::cast<py::dict>(argument));
  for (const auto& sample : given["samples"]) samples_.push_back(keep(sample));
  value.name = keep(given["name"]);
  value.doc = keep(given["doc"]);
  value.library = keep(given["library"]);
  value.promotion = keep(given["promotion"]);
  value.no_gradient = keep(given["no_gradient"]);
  value.like = keep(given["like"]);
  value.inputs = given["inputs"].cast<int32_t>();
  value.attributes = static_cast<int32_t>(arguments_.size()) - value.inputs;
  value.arguments = arguments_.data();
  value.outputs = given["outputs"].cast<int32_t>();
  // NumPy handles all strides. Kernels in Python run on the calling thread: engine threads must not
  // wait for the GIL.
  value.flags = WEFT_OP_READS_STRIDES | WEFT_OP_RUNS_ON_CALLER;
  std::tie(value.domain_low, value.domain_high) = given["domain"].cast<std::pair<double, double>>();
  value.samples = static_cast<int32_t>(samples_.size());
  value.sample = samples_.data();
  value.context = rules.ptr();
  const auto has = [&](const char* rule) { return given["rules"].contains(rule); };
  if (has("infer")) value.infer = infer;
  if (has("kernel")) value.kernel = run_kernel;
  if (has("gradient")) value.gradient = gradient;
  if (has("compose")) value.compose = compose;
}

py::object register_op(const py::dict& given, const py::object& rules) {
  const Definition definition(given, rules);
  check(weft_op_register(&definition.value, nullptr));
  rules.inc_ref();  // an operator lives as long as the library
  PyObject* function = find_function(definition.value.name);
  if (!function) throw py::error_already_set();
  return py::reinterpret_borrow<py::object>(function);
}

py::object find(const char* name) {
  PyObject* function = find_function(name);
  if (!function && PyErr_Occurred()) throw py::error_already_set();
  return function ? py::reinterpret_borrow<py::object>(function) : py::none();
}

}  // namespace

std::vector<weft_type> types_of(const ArrayTypes& types) {
  std::vector<weft_type> given;
  for (const auto& [dtype, shape] : types) {
    weft_type type{};
    if (!parse_dtype(dtype.ptr(), &type.dtype)) throw py::error_already_set();
    type.rank = static_cast<int32_t>(shape.size());
    std::copy(shape.begin(), shape.end(), type.shape);
    given.push_back(type);
  }
  return given;
}

namespace {

py::list trace_begin_rule(const ArrayTypes& types) {
  const std::vector<weft_type> given = types_of(types);
  std::vector<weft_tensor> placeholders(given.size(), nullptr);
  check(weft_trace_begin_rule(given.data(), given.size(), placeholders.data()));
  return wrap_list(placeholders);
}

void load_library(const FilePath& path) {
  const char* const file = c_text(path);
  weft_status status;
  {
    const WithoutGil release;
    status = weft_library_load(file);
  }
  if (status == WEFT_OK) return;
  raise_file_status(status);
  throw py::error_already_set();
}

}  // namespace

void define_operators(py::module_& module) {
  module.def("operators", [] { return owned(operator_list()); });
  module.def("operator", find);
  module.def("register_op", register_op);
  module.def("trace_begin_rule", trace_begin_rule);
  module.def("load_library", load_library);
}

}  // namespace weft::python
