// Loops and branches as C. Each body becomes a function; its steps are functions of their own, and
// its arena is scratch of the step. The C does what run_control does
// (executor/lowering/control.cpp).
#include <algorithm>

#include "base/errors.h"
#include "c99/program/emitter.h"
#include "executor/lowering/control.h"

namespace weft::c99 {

using executor::ControlPlan;

namespace {

std::string number(int64_t n) { return std::to_string(n); }

// A slice of an operand along axis 0.
Shape row_of(const Shape& shape) {
  Shape row;
  for (int axis = 1; axis < shape.rank(); ++axis) row.push_back(shape[axis]);
  return row;
}

// The address of row `row` of an array with such rows.
std::string at_row(const std::string& array, const Shape& row) {
  return array + " + row * " + number(row.elements());
}

}  // namespace

// Writes one control step. Operands of a loop in order: the number of iterations or the predicate
// (decider), arrays that it takes row by row (sliced), carried values, then what all iterations
// read. Results: carried values, the number of iterations of a while loop, stacked outputs.
class ControlWriter {
 public:
  ControlWriter(Call& call, size_t index)
      : call_(call),
        source_(call.source()),
        plan_(*call.step_.control),
        index_(index),
        decider_(plan_.has_decider() ? 1 : 0),
        sliced_(static_cast<size_t>(plan_.loop.sliced)),
        carried_(static_cast<size_t>(plan_.loop.carried)) {}

  Status run() {
    if (plan_.kind == graph::RegionKind::kLoop) return add_loop();
    WEFT_ASSIGN(const std::string then, add_body(plan_.body, "then"));
    WEFT_ASSIGN(const std::string otherwise, add_body(plan_.otherwise, "else"));
    call_.line("if (*" + call_.read(0) + ") {");
    call_.line(then);
    call_.line("} else {");
    call_.line(otherwise);
    call_.line("}");
    return {};
  }

 private:
  Status add_loop() {
    const graph::Loop& loop = plan_.loop;
    WEFT_ASSIGN(const std::string body, add_body(plan_.body, "body"));
    // The carried values live in the results: copy their first contents there.
    for (size_t k = 0; k < carried_; ++k) {
      const std::string first = call_.read(decider_ + sliced_ + k), y = call_.write(k);
      if (call_.out(k).shape.elements() > 0)
        call_.line("if (" + y + " != " + first + ") memcpy(" + y + ", " + first + ", " +
                   number(call_.out(k).shape.elements()) + " * sizeof *" + y + ");");
    }
    std::string count = number(loop.maximum);
    if (loop.counted) {
      call_.line("const int64_t wanted = *" + call_.read(0) + ";");
      call_.line("const int32_t count = wanted < 0 ? 0 : wanted > " + count + " ? " + count +
                 " : (int32_t)wanted;");
      count = "count";
    }
    call_.line("int32_t done = 0;");
    call_.line("for (; done < " + count + "; ++done) {");
    if (loop.while_true) call_.line("if (!*" + call_.write(0) + ") break;");
    if (sliced_ > 0 || call_.outputs() > first_stacked())
      call_.line("const int32_t row = " + (loop.backwards ? count + " - 1 - done" : "done") + ";");
    call_.line(body);
    call_.line("}");
    if (loop.while_true) call_.line("*" + call_.write(carried_) + " = done;");
    // Rows of iterations that did not run are zero.
    for (size_t k = first_stacked(); k < call_.outputs(); ++k) {
      const std::string y = call_.write(k), row = number(row_of(call_.out(k).shape).elements());
      if (loop.while_true || loop.counted)
        call_.line("memset(" + y + " + done * " + row + ", 0, (size_t)(" + number(loop.maximum) +
                   " - done) * " + row + " * sizeof *" + y + ");");
    }
    return {};
  }

  // The first stacked result.
  size_t first_stacked() const { return carried_ + (plan_.loop.while_true ? 1 : 0); }

  // The port for input i of a body: a row, a carried value, or an array that all iterations read. A
  // weight keeps its name and content, so that the body uses the program's array.
  Port input(size_t i) const {
    const Operand& operand = call_.in(decider_ + i);
    const executor::Location& location = call_.step_.in[decider_ + i];
    Port port{"in" + number(static_cast<int64_t>(i)), operand.dtype, operand.shape, nullptr};
    if (i < sliced_) port.shape = row_of(operand.shape);
    if (i < sliced_ + carried_ || !operand.content || !operand.dense()) return port;
    const bool is_input = location.root == executor::MemoryRoot::kInput;
    port.name =
        is_input ? source_.ports_.inputs[static_cast<size_t>(location.index)].name : "w_constant";
    port.content = operand.content;
    return port;
  }

  // What the step passes for input i of a body. Carried values are read and written in place, in
  // the results.
  std::string argument(size_t i) {
    if (i >= sliced_ && i < sliced_ + carried_) return call_.write(i - sliced_);
    const std::string whole = call_.read(decider_ + i);
    return i < sliced_ ? at_row(whole, row_of(call_.in(decider_ + i).shape)) : whole;
  }

  // The step's result that output o of a body belongs to.
  size_t result(size_t o) const {
    const auto k = static_cast<size_t>(plan_.outputs[o]);
    const bool is_loop = plan_.kind == graph::RegionKind::kLoop;
    return is_loop && k >= carried_ ? first_stacked() + k - carried_ : k;
  }
  bool is_stacked(size_t o) const {
    return plan_.kind == graph::RegionKind::kLoop &&
           static_cast<size_t>(plan_.outputs[o]) >= carried_;
  }

  // Writes the function of a body and gives the statement that calls it.
  Result<std::string> add_body(const executor::Plan& body, const std::string& what) {
    const std::string name = source_.prefix_ + what + number(static_cast<int64_t>(index_));
    Ports ports;
    for (size_t i = 0; i < body.inputs; ++i) ports.inputs.push_back(input(i));
    for (size_t o = 0; o < body.outputs; ++o) {
      const Operand& whole = call_.out(result(o));
      ports.outputs.push_back({"out" + number(static_cast<int64_t>(o)), whole.dtype,
                               is_stacked(o) ? row_of(whole.shape) : whole.shape, nullptr});
    }
    Source inner(
        body, ports, source_.top_,
        {.prefix = name + "_", .cmsis_nn = source_.cmsis_nn(), .may_refuse = source_.may_refuse()});
    WEFT_TRY(inner.add_steps());
    // The header counts the most iterations there can be.
    source_.add_multiply_adds(static_cast<int64_t>(inner.multiply_adds()) *
                              std::max<int64_t>(1, plan_.loop.maximum));
    std::string parameters = "char *memory", unused = inner.uses_arena() ? "" : "  (void)memory;\n";
    std::string arguments = inner.uses_arena() ? "(char *)" + call_.scratch() : "NULL";
    for (size_t i = 0; i < body.inputs; ++i) {
      const Port& port = ports.inputs[i];
      // A weight is an array of the program: no parameter.
      if (port.content) continue;
      parameters += ", const " + std::string(type_name(port.dtype)) + " *" + port.name;
      arguments += ", " + argument(i);
      if (!inner.reads_input(i)) unused += "  (void)" + port.name + ";\n";
    }
    for (size_t o = 0; o < body.outputs; ++o) {
      const Port& port = ports.outputs[o];
      parameters += ", " + std::string(type_name(port.dtype)) + " *" + port.name;
      if (port.shape.elements() == 0) unused += "  (void)" + port.name + ";\n";
      const std::string whole = call_.write(result(o));
      arguments += ", " + (is_stacked(o) ? at_row(whole, port.shape) : whole);
    }
    source_.bodies_ += inner.buffers();
    const std::string text = name + "(" + arguments + ");";
    const std::string returns = inner.refuses() ? "int32_t " : "void ";
    source_.functions_ += inner.functions() + "static " + returns + name + "(" + parameters +
                          ")\n{\n" + unused + inner.calls() +
                          (inner.refuses() ? "  return 0;\n}\n\n" : "}\n\n");
    if (!inner.refuses()) return text;
    call_.returns_ = "int32_t";
    call_.refuses_ = true;
    return "{ const int32_t weft_refused = " + text +
           " if (weft_refused != 0) return weft_refused; }";
  }

  Call& call_;
  Source& source_;
  const ControlPlan& plan_;
  const size_t index_, decider_, sliced_, carried_;
};

Status emit_control(Call& call, size_t index) { return ControlWriter(call, index).run(); }

}  // namespace weft::c99
