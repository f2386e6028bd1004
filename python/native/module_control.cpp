// Control flow in traces: bodies as capsules, and the nodes that run them.
#include "module.h"

namespace py = pybind11;

namespace weft::python {
namespace {

// The name of a body's capsule.
constexpr const char* kBody = "weft_body";

py::list body_begin(const ArrayTypes& inputs) {
  const std::vector<weft_type> types = types_of(inputs);
  std::vector<weft_tensor> placeholders(types.size(), nullptr);
  check(weft_body_begin(types.data(), types.size(), placeholders.data()));
  return wrap_list(placeholders);
}

py::capsule body_end(const py::sequence& outputs) {
  const std::vector<weft_tensor> tensors = tensors_of(outputs, "body");
  weft_body body = nullptr;
  check(weft_body_end(tensors.data(), tensors.size(), &body));
  return py::capsule(body, kBody,
                     [](void* held) { weft_body_release(static_cast<weft_body>(held)); });
}

weft_body body_of(const py::capsule& capsule) { return capsule.get_pointer<weft_body_>(); }

py::list foreach (const py::capsule& body, const py::sequence& data, const py::sequence& states,
                  size_t outputs) {
  const std::vector<weft_tensor> rows = tensors_of(data, "foreach");
  const std::vector<weft_tensor> carried = tensors_of(states, "foreach");
  std::vector<weft_tensor> outs(outputs, nullptr);
  check(weft_foreach(body_of(body), rows.data(), rows.size(), carried.data(), carried.size(),
                     outs.data(), outs.size()));
  return wrap_list(outs);
}

py::list while_loop(const py::capsule& body, const py::sequence& variables, int64_t maximum,
                    size_t outputs) {
  const std::vector<weft_tensor> carried = tensors_of(variables, "while_loop");
  std::vector<weft_tensor> outs(outputs, nullptr);
  check(weft_while_loop(body_of(body), carried.data(), carried.size(), maximum, outs.data(),
                        outs.size()));
  return wrap_list(outs);
}

py::list cond(const py::object& predicate, const py::capsule& body, const py::capsule& otherwise,
              size_t outputs) {
  std::vector<weft_tensor> outs(outputs, nullptr);
  check(weft_cond(tensor_of(predicate.ptr()), body_of(body), body_of(otherwise), outs.data(),
                  outs.size()));
  return wrap_list(outs);
}

}  // namespace

void define_control(py::module_& module) {
  module.def("body_begin", body_begin);
  module.def("body_end", body_end);
  module.def("foreach", foreach);
  module.def("while_loop", while_loop);
  module.def("cond", cond);
}

}  // namespace weft::python
