// The modes of a thread, gradients, and traces, for weft.autograd and hybridized blocks.
#include "contexts.h"
#include "module.h"
#include "operator_object.h"

namespace py = pybind11;

namespace weft::python {
namespace {

// The cotangents of heads; None is null, which means ones.
std::vector<weft_tensor> head_gradients(const py::object& head_grads, size_t count,
                                        const char* where) {
  if (head_grads.is_none()) return std::vector<weft_tensor>(count, nullptr);
  std::vector<weft_tensor> tensors = tensors_of(head_grads, where, true);
  if (tensors.size() != count) {
    raise_error(WEFT_INVALID_VALUE, "%s: `head_grads` must have one entry per head, %zu; got %zu",
                where, count, tensors.size());
    throw py::error_already_set();
  }
  return tensors;
}

void backward(const py::sequence& heads, const py::object& head_grads, bool retain_graph) {
  const std::vector<weft_tensor> tensors = tensors_of(heads, "backward");
  const std::vector<weft_tensor> grads = head_gradients(head_grads, tensors.size(), "backward");
  weft_status status;
  follow_task();
  note_backward(tensors.size() == 1 ? heads[0].ptr() : nullptr);
  {
    const WithoutGil release;
    status = weft_backward(tensors.data(), grads.data(), tensors.size(), retain_graph);
  }
  check(status);
}

py::list grad(const py::sequence& heads, const py::sequence& variables,
              const py::object& head_grads, bool retain_graph, bool create_graph) {
  const std::vector<weft_tensor> tensors = tensors_of(heads, "grad");
  const std::vector<weft_tensor> grads = head_gradients(head_grads, tensors.size(), "grad");
  const std::vector<weft_tensor> leaves = tensors_of(variables, "grad");
  follow_task();
  std::vector<weft_tensor> out(leaves.size(), nullptr);
  weft_status status;
  {
    const WithoutGil release;
    status = weft_grad(tensors.data(), grads.data(), tensors.size(), leaves.data(), leaves.size(),
                       retain_graph, create_graph, out.data());
  }
  check(status);
  py::list list;
  for (size_t i = 0; i < out.size(); ++i) {
    const ResultClass result(py::object(variables[i]).ptr());
    list.append(owned(wrap(out[i], result)));
  }
  return list;
}

// Makes an array a leaf whose gradient goes into an array that the caller has.
void attach_given_grad(const py::object& array, const py::object& gradient, bool adds) {
  const std::vector<weft_tensor> given = tensors_of(py::make_tuple(array, gradient), "attach_grad");
  check(weft_tensor_attach_given_grad(given[0], adds ? WEFT_GRAD_ADD : WEFT_GRAD_WRITE, given[1]));
}

py::object place_object(const weft_history_place& place) {
  if (place.node < 0) return py::none();
  return py::make_tuple(place.node, place.output);
}

// A node as (name, attributes, inputs): an input is a place, a number, None where it was left out,
// or () for an array that is a constant.
weft_status note_node(void* context, const weft_history_node* node) {
  const py::gil_scoped_acquire held;
  py::list attributes, inputs;
  for (size_t i = 0; i < node->attribute_count; ++i)
    attributes.append(owned(value_object(node->attributes[i])));
  for (size_t i = 0; i < node->input_count; ++i) {
    const weft_history_input& input = node->inputs[i];
    if (input.place.node >= 0)
      inputs.append(place_object(input.place));
    else if (input.given.tag == WEFT_TAG_TENSOR)
      inputs.append(py::tuple());
    else
      inputs.append(owned(value_object(input.given)));
  }
  static_cast<py::list*>(context)->append(py::make_tuple(node->name, attributes, inputs));
  return WEFT_OK;
}

// What arrays were computed from: the nodes, and for each array its place, (node, output) or None.
py::tuple history(const py::sequence& arrays) {
  const std::vector<weft_tensor> tensors = tensors_of(arrays, "history");
  std::vector<weft_history_place> places(tensors.size() + 1);
  py::list nodes, found;
  check(weft_tensor_history(tensors.data(), tensors.size(), note_node, &nodes, places.data()));
  for (size_t i = 0; i < tensors.size(); ++i) found.append(place_object(places[i]));
  return py::make_tuple(nodes, found);
}

std::vector<weft_function> functions_of(const py::list& list) {
  std::vector<weft_function> functions;
  for (const py::handle& function : list)
    functions.push_back(reinterpret_cast<FunctionObject*>(function.ptr())->function);
  return functions;
}

// Begins one example of a trace. The examples that were traced before tell which extents only a run
// knows.
py::list trace_begin(const ArrayTypes& inputs, const py::list& earlier) {
  const std::vector<weft_type> types = types_of(inputs);
  std::vector<weft_tensor> placeholders(types.size(), nullptr);
  check(weft_trace_begin_types(types.data(), types.size(), placeholders.data()));
  const std::vector<weft_function> examples = functions_of(earlier);
  check(weft_trace_set_example(examples.size(), examples.data(), examples.size()));
  return wrap_list(placeholders);
}

// `axes`: pairs of a placeholder's number and an axis.
void trace_add_dimension(const std::string& name, int64_t minimum, int64_t maximum,
                         const std::vector<std::pair<size_t, int32_t>>& axes) {
  std::vector<size_t> inputs;
  std::vector<int32_t> of_inputs;
  for (const auto& [input, axis] : axes) {
    inputs.push_back(input);
    of_inputs.push_back(axis);
  }
  check(weft_trace_add_dimension(c_text(name), minimum, maximum, inputs.data(), of_inputs.data(),
                                 inputs.size()));
}

// An extent that the graph computes: what this example has for it. The caller makes it an Extent.
int64_t trace_size(const py::object& number, int64_t bound) {
  int64_t size = -1;
  check(weft_trace_size(tensors_of(py::make_tuple(number), "trace_size")[0], bound, &size));
  return size;
}

py::object join_functions(const py::list& examples) {
  const std::vector<weft_function> functions = functions_of(examples);
  weft_function joined = nullptr;
  check(weft_function_join(functions.data(), functions.size(), &joined));
  return owned(wrap_function(joined));
}

py::object trace_end(const py::sequence& outputs) {
  const std::vector<weft_tensor> tensors = tensors_of(outputs, "trace");
  weft_function function = nullptr;
  check(weft_trace_end(tensors.data(), tensors.size(), &function));
  return owned(wrap_function(function));
}

py::list lent(const weft_tensor* tensors, size_t count) {
  py::list list;
  for (size_t i = 0; i < count; ++i) {
    weft_tensor_retain(tensors[i]);
    list.append(owned(wrap(tensors[i])));
  }
  return list;
}

// The weft_backward_function of recorded calls. It calls a Python function: (saved, cotangents) ->
// gradients, None for zero.
weft_status call_backward(void* context, const weft_tensor* saved, size_t nsaved,
                          const weft_tensor* cotangents, size_t noutputs, weft_tensor* gradients,
                          size_t ninputs) {
  const WithGil gil;
  try {
    const py::handle function(static_cast<PyObject*>(context));
    const py::object result = function(lent(saved, nsaved), lent(cotangents, noutputs));
    const std::vector<weft_tensor> found = tensors_of(result, "backward", true);
    if (found.size() != ninputs) {
      raise_error(WEFT_INVALID_VALUE,
                  "Function: backward must give one gradient per input, %zu; got %zu", ninputs,
                  found.size());
      return WEFT_INVALID_VALUE;
    }
    for (size_t i = 0; i < ninputs; ++i) {
      if (found[i]) weft_tensor_retain(found[i]);
      gradients[i] = found[i];
    }
    return WEFT_OK;
  } catch (py::error_already_set& error) {
    error.restore();  // the caller of backward gets the exception
    return WEFT_INVALID_STATE;
  }
}

void release_callable(void* context) {
  const WithGil gil;
  const py::error_scope keep_error;
  Py_DECREF(static_cast<PyObject*>(context));
}

void record_function(const char* name, const py::sequence& inputs, const py::sequence& outputs,
                     const py::sequence& saved, const py::function& backward) {
  const std::vector<weft_tensor> in = tensors_of(inputs, name);
  const std::vector<weft_tensor> out = tensors_of(outputs, name);
  const std::vector<weft_tensor> kept = tensors_of(saved, name);
  Py_INCREF(backward.ptr());
  check(weft_record_function(name, in.data(), in.size(), out.data(), out.size(), kept.data(),
                             kept.size(), call_backward, backward.ptr(), release_callable));
}

void checkpoint_begin(const py::sequence& inputs) {
  const std::vector<weft_tensor> in = tensors_of(inputs, "checkpoint");
  check(weft_checkpoint_begin(in.data(), in.size()));
}

// The weft_segment_function of checkpoints. It calls the Python function again: inputs -> outputs.
weft_status call_segment(void* context, const weft_tensor* inputs, size_t ninputs,
                         weft_tensor* outputs, size_t noutputs) {
  const WithGil gil;
  try {
    const py::object result = py::handle(static_cast<PyObject*>(context))(lent(inputs, ninputs));
    const std::vector<weft_tensor> found = tensors_of(result, "checkpoint");
    if (found.size() != noutputs) {
      raise_error(WEFT_INVALID_STATE,
                  "checkpoint: the function must give the same when it runs again; it gave %zu "
                  "arrays and now %zu",
                  noutputs, found.size());
      return WEFT_INVALID_STATE;
    }
    for (size_t i = 0; i < noutputs; ++i) {
      weft_tensor_retain(found[i]);
      outputs[i] = found[i];
    }
    return WEFT_OK;
  } catch (py::error_already_set& error) {
    error.restore();  // the caller of backward gets the exception
    return WEFT_INVALID_STATE;
  }
}

py::object checkpoint_end(const py::sequence& outputs, const py::function& again) {
  const std::vector<weft_tensor> out = tensors_of(outputs, "checkpoint");
  std::vector<weft_tensor> results(out.size());
  Py_INCREF(again.ptr());
  check(weft_checkpoint_end(out.data(), out.size(), call_segment, again.ptr(), release_callable,
                            results.data()));
  return wrap_list(results);
}

}  // namespace

void define_autograd(py::module_& module) {
  module.attr("RECORDING") = static_cast<uint32_t>(WEFT_MODE_RECORDING);
  module.attr("TRACING") = static_cast<uint32_t>(WEFT_MODE_TRACING);
  module.attr("TRAINING") = static_cast<uint32_t>(WEFT_MODE_TRAINING);
  module.attr("MIXED_FLOAT16") = static_cast<uint32_t>(WEFT_MODE_MIXED_FLOAT16);
  module.attr("MIXED_BFLOAT16") = static_cast<uint32_t>(WEFT_MODE_MIXED_BFLOAT16);
  module.attr("DEFERRING") = static_cast<uint32_t>(WEFT_MODE_DEFERRING);
  module.attr("FORGETTING") = static_cast<uint32_t>(WEFT_MODE_FORGETTING);
  module.attr("RECORDING_ALL") = static_cast<uint32_t>(WEFT_MODE_RECORDING_ALL);
  module.def("record_function", record_function);
  module.def("checkpoint_begin", checkpoint_begin);
  module.def("checkpoint_end", checkpoint_end);
  module.def("checkpoint_abort", weft_checkpoint_abort);
  module.def("set_integer_gradients", set_integer_gradients, py::arg("allowed"));
  module.def("history", history, py::arg("arrays"));
  module.def("mean_of_backward", mean_of_backward);
  module.def("attach_given_grad", attach_given_grad, py::arg("array"), py::arg("gradient"),
             py::arg("adds"));
  module.def("backward", backward, py::arg("heads"), py::arg("head_grads") = py::none(),
             py::arg("retain_graph") = false);
  module.def("grad", grad, py::arg("heads"), py::arg("variables"),
             py::arg("head_grads") = py::none(), py::arg("retain_graph") = false,
             py::arg("create_graph") = false);
  module.attr("TRACE_EXAMPLES") = WEFT_TRACE_EXAMPLES;
  module.def("trace_begin", trace_begin, py::arg("inputs"), py::arg("earlier") = py::list());
  module.def("set_extent_type", [](const py::object& type) { extent_type = type.inc_ref().ptr(); });
  module.def("trace_add_dimension", trace_add_dimension, py::arg("name"), py::arg("minimum"),
             py::arg("maximum"), py::arg("axes"));
  module.def("trace_size", trace_size, py::arg("number"), py::arg("bound"));
  module.def("join_functions", join_functions);
  module.def("trace_suspend", [] { return reinterpret_cast<uintptr_t>(weft_trace_suspend()); });
  module.def("trace_resume", [](uintptr_t trace) {
    check(weft_trace_resume(reinterpret_cast<weft_trace>(trace)));
  });
  module.def("trace_end", trace_end);
  module.def("trace_abort", weft_trace_abort);
}

}  // namespace weft::python
