// Puts the text together: definitions at the top, names of buffers, and one function for each step.
// The hard part is names: a weight gets its name when a body first mentions it and is written
// later, when the function is complete, and equal contents share one array.
#include "c99/text/source.h"

#include <algorithm>
#include <cstring>

#include "base/errors.h"
#include "c99/program/emitter.h"
#include "kernels/recorder/record.h"

namespace weft::c99 {

using executor::Location;
using executor::MemoryRoot;

namespace {

// A view of a known array as C has it: dense, and a repeated element (stride 0) is stored once.
Shape shape_in_file(const Location& location) {
  Shape shape = location.shape;
  for (int axis = 0; axis < shape.rank(); ++axis)
    if (location.strides[axis] == 0) shape[axis] = 1;
  return shape;
}

// Strides over that stored form; a repeated axis keeps stride 0.
Shape strides_in_file(const Location& location) {
  Shape strides = dense_strides(shape_in_file(location));
  for (int axis = 0; axis < strides.rank(); ++axis)
    if (location.strides[axis] == 0) strides[axis] = 0;
  return strides;
}

// The elements in that form.
std::vector<char> content_in_file(const Location& location, const void* content) {
  const int64_t size = size_of(location.dtype);
  const Shape shape = shape_in_file(location);
  std::vector<char> dense(static_cast<size_t>(shape.elements() * size));
  Shape at;
  at.resize(shape.rank(), 0);
  for (size_t i = 0; i < dense.size(); i += static_cast<size_t>(size)) {
    int64_t offset = 0;
    for (int axis = 0; axis < at.rank(); ++axis) offset += at[axis] * location.strides[axis];
    std::memcpy(&dense[i], static_cast<const char*>(content) + offset * size,
                static_cast<size_t>(size));
    for (int axis = at.rank() - 1; axis >= 0 && ++at[axis] == shape[axis]; --axis) at[axis] = 0;
  }
  return dense;
}

// Adds the definition of a const array.
void append_array(std::string& text, const std::string& name, DType dtype, const void* elements,
                  int64_t count) {
  text += "static const " + std::string(type_name(dtype)) + " " + name + "[" +
          std::to_string(std::max<int64_t>(count, 1)) + "] = {\n";
  append_elements(text, dtype, elements, count);
  text += "};\n";
}

// The head of the prelude, and those of its functions that the text calls, directly or through
// others.
std::string prelude_for(const std::string& text) {
  // A function comes behind those that it calls, so going backwards finds all.
  const std::span<const kernels::CFunction> functions = kernels::c99_functions();
  std::string calls = text, needed;
  for (size_t n = functions.size(); n-- > 0;) {  // callers come behind what they call
    if (calls.find(std::string(functions[n].name) + "(") == std::string::npos) continue;
    calls += functions[n].text();
    needed.insert(0, functions[n].text());
  }
  return std::string(kernels::c99_head()) + needed;
}

}  // namespace

std::string step_name(const std::string& number, const std::string& name) {
  constexpr size_t kLongest = 40;
  // Names of operators may be long; the number alone makes the name unique.
  return "step" + number + "_" + identifier(name).substr(0, kLongest);
}

// ---- definitions -------------------------------------------------------------------------------

void Source::define(const std::string& name, std::string_view text) {
  if (!top_.defined.insert(name).second) return;
  top_.helpers += text;
  top_.helpers += "\n";
}

namespace {

// Helpers come in groups, and a program may need only some. Clang warns of unused inline functions,
// GCC does not.
constexpr const char* kHelpersMayBeUnused =
    "#if defined(__clang__)\n#pragma clang diagnostic ignored \"-Wunused-function\"\n#endif\n";

// Bytes of an element of a table with this C type; 4 for members of structs.
int64_t bytes_of(std::string_view type) {
  if (type.starts_with("int8") || type.starts_with("uint8")) return 1;
  if (type.starts_with("int16") || type.starts_with("uint16")) return 2;
  return type.starts_with("int64") || type.starts_with("uint64") || type == "double" ? 8 : 4;
}

}  // namespace

std::string Source::formula(kernels::FormulaId id, DType dtype) {
  use_arithmetic();
  const std::string text = kernels::c99_function(id, dtype, top_.printed_formulas);
  if (!text.empty()) top_.helpers += text + "\n";
  return kernels::c99_name(id, dtype);
}

// Adds a number where the name is taken.
std::string Source::new_identifier(std::string_view hint) {
  std::string name = identifier(hint);
  for (int number = 1; !top_.array_identifiers.insert(name).second; ++number)
    name = identifier(hint) + "_" + std::to_string(number);
  return name;
}

std::string Source::array_name(std::string_view hint, const void* from, const Shape& shape,
                               bool& is_new) {
  // Part of an array may begin at the address of the whole: hint and shape tell them apart.
  const std::pair<const void*, std::string> key{from, std::string(hint) + shape_text(shape)};
  const auto known = from ? top_.array_names.find(key) : top_.array_names.end();
  if (known != top_.array_names.end()) {
    is_new = top_.named_only.erase(known->second) > 0;
    return known->second;
  }
  is_new = true;
  std::string name = new_identifier(hint);
  if (from) top_.array_names.emplace(key, name);
  return name;
}

std::string Source::array(std::string_view hint, const void* from, DType dtype, const Shape& shape,
                          const void* elements) {
  bool is_new = true;
  const std::string name = array_name(hint, from, shape, is_new);
  if (!is_new) return name;
  top_.constant_bytes += shape.elements() * size_of(dtype);
  top_.arrays += "/* " + std::string(name_of(dtype)) + " " + shape_text(shape) + " */\n";
  append_array(top_.arrays, name, dtype, elements, shape.elements());
  top_.arrays += "\n";
  // INFINITY and NAN are in math.h, which the prelude includes.
  if (is_floating(dtype)) use_arithmetic();
  return name;
}

std::string Source::array(std::string_view hint, DType dtype, const std::string& macro,
                          Content with, Content without) {
  std::string name = new_identifier(hint);
  top_.constant_bytes += std::max(with.count, without.count) * size_of(dtype);
  top_.arrays += "#if " + macro + "\n";
  append_array(top_.arrays, name, dtype, with.elements, with.count);
  top_.arrays += "#else\n";
  append_array(top_.arrays, name, dtype, without.elements, without.count);
  top_.arrays += "#endif\n\n";
  return name;
}

std::string Definitions::before_arrays(const std::string& functions) const {
  const std::string head = uses_arithmetic ? prelude_for(helpers + functions)
                                           : "#include <stdint.h>\n#include <string.h>\n";
  return head + "\n" + kHelpersMayBeUnused + helpers;
}

std::string Definitions::text(const std::string& functions) const {
  return before_arrays(functions) + arrays;
}

int64_t Definitions::bytes(const std::string& functions) const {
  return constant_bytes + constants_in(before_arrays(functions)) + constants_in(functions);
}

// Counts commas between braces: this knows the text that the emitters write, and no other C.
int64_t constants_in(std::string_view text) {
  constexpr std::string_view kWord = "static const ";
  int64_t total = 0;
  for (size_t at = 0; (at = text.find(kWord, at)) != std::string_view::npos;) {
    at += kWord.size();
    const size_t open = text.find_first_of("{;(", at), close = text.find("};", at);
    if (open == std::string_view::npos || text[open] != '{' || close == std::string_view::npos)
      continue;
    const std::string_view type = text.substr(at, text.find(' ', at) - at);
    const std::string_view elements = text.substr(open, close - open);
    const size_t last = elements.find_last_not_of(" \n");
    const int64_t count = std::ranges::count(elements, ',') + (elements[last] != ',');
    total += count * bytes_of(type);
    at = close;
  }
  return total;
}

// ---- places ------------------------------------------------------------------------------------

// The first element of a constant or of an array of the file.
const void* Source::content_of(const Location& location) const {
  const void* base = nullptr;
  if (location.root == MemoryRoot::kConstant)
    base = plan_.constants[static_cast<size_t>(location.index)];
  if (location.root == MemoryRoot::kInput)
    base = ports_.inputs[static_cast<size_t>(location.index)].content;
  return base ? static_cast<const char*>(base) + location.offset : nullptr;
}

Operand Source::operand_of(const Location& location, std::string name) const {
  Operand operand{std::move(name), location.dtype, location.shape, location.strides, nullptr, {}};
  if (!operand.given()) return operand;
  operand.content = content_of(location);
  if (operand.content && !location.dense()) operand.strides = strides_in_file(location);
  return operand;
}

// The hint for the name of a weight. Views of one array get shape and strides as a suffix, which
// also makes their keys differ.
std::string Source::weight_hint(const Location& location) const {
  std::string hint = "w_constant";
  if (location.root == MemoryRoot::kInput)
    hint = ports_.inputs[static_cast<size_t>(location.index)].name;
  if (location.dense()) return hint;
  // Shape and strides tell what was made of it, here and in the keys of arrays.
  for (int axis = 0; axis < location.shape.rank(); ++axis)
    hint += (axis ? "x" : "_as_") + std::to_string(location.shape[axis]);
  for (const int64_t stride : location.strides) hint += "_" + std::to_string(stride);
  return hint;
}

// Only names the array: the body may mention it before it is known where it is written.
std::string Source::weight(const Location& location) {
  bool is_new = true;
  std::string name =
      array_name(weight_hint(location), content_of(location), shape_in_file(location), is_new);
  if (is_new) top_.named_only.insert(name);
  return name;
}

void Source::define_weight(const Location& location) {
  const void* const content = content_of(location);
  const std::vector<char> dense =
      location.dense() ? std::vector<char>() : content_in_file(location, content);
  array(weight_hint(location), content, location.dtype, shape_in_file(location),
        location.dense() ? content : dense.data());
}

// Names all buffers of the arena, for the enumeration and for expressions.
void Source::name_buffers() {
  std::vector<BufferName>& inputs = buffers_.emplace_back();
  for (size_t i = 0; i < plan_.input_offsets.size(); ++i) {
    const Port& port = ports_.inputs[i];
    inputs.push_back({plan_.input_offsets[i], port.shape.elements() * size_of(port.dtype),
                      prefix_ + "BUFFER_" + port.name,
                      std::string(name_of(port.dtype)) + " " + shape_text(port.shape) + ", input"});
  }
  if (feeds_rows_)
    inputs.push_back({plan_.arena_bytes, 0, "BUFFER_ROWS", "what is there of rows, between calls"});
  for (size_t i = 0; i < plan_.steps.size(); ++i) {
    const executor::PlanStep& step = plan_.steps[i];
    std::vector<BufferName>& names = buffers_.emplace_back();
    const std::string base = prefix_ + "BUFFER_" + std::to_string(i);
    for (size_t k = 0; k < step.out.size(); ++k) {
      const Location& location = step.out[k];
      if (location.root != MemoryRoot::kArena || location.shape.rank() < 0) continue;
      names.push_back({location.offset, location.shape.elements() * size_of(location.dtype),
                       base + (k ? "_" + std::to_string(k) : ""),
                       std::string(name_of(location.dtype)) + " " + shape_text(location.shape) +
                           ", result of step " + std::to_string(i)});
    }
    if (step.scratch_bytes > 0)
      names.push_back(
          {step.scratch_offset, step.scratch_bytes, base + "_SCRATCH",
           std::to_string(step.scratch_bytes) + " bytes for step " + std::to_string(i)});
  }
}

std::string Source::buffers() const {
  std::string text;
  for (const std::vector<BufferName>& names : buffers_)
    for (const BufferName& buffer : names)
      text += "  " + buffer.name + " = " + std::to_string(buffer.offset) + ", /* " +
              buffer.comment + " */\n";
  if (text.empty()) return bodies_;
  // C89 and C++98 allow no comma behind the last entry of an enumeration.
  text.erase(text.rfind(", /*"), 1);
  return bodies_ +
         "/* Offsets in the arena, in bytes. Buffers that are not alive at one time share bytes. "
         "*/\n"
         "enum {\n" +
         text + "};\n\n";
}

// The newest buffer up to the present step that contains the address; inputs are the oldest. Later
// steps reuse the bytes, so the newest one is what the step means.
std::string Source::address_of(const Location& location) const {
  for (size_t i = std::min(step_ + 2, buffers_.size()); i-- > 0;)
    for (const BufferName& buffer : buffers_[i]) {
      const int64_t inside = location.offset - buffer.offset;
      if (inside < 0 || (inside >= buffer.bytes && inside > 0)) continue;
      return "memory + " + buffer.name + (inside ? " + " + std::to_string(inside) : "");
    }
  return "memory + " + std::to_string(location.offset);
}

// ---- steps -------------------------------------------------------------------------------------

Call::Call(Source& source, const executor::PlanStep& step, std::vector<Operand> in,
           std::vector<Operand> out)
    : source_(source), step_(step), in_(std::move(in)), out_(std::move(out)) {}

const ops::OpDef& Call::op() const { return *step_.op; }
ops::AttributeReader Call::attributes() const { return step_.op->reader(step_.attributes.view()); }

bool Call::may_refuse() const { return source_.may_refuse(); }

std::string Call::refuse(const std::string& what) {
  returns_ = "int32_t";
  refuses_ = true;
  std::vector<std::string>& all = source_.top_.refusals;
  const auto known = std::ranges::find(all, what);
  const auto number = known - all.begin() + 1;
  if (known == all.end()) all.push_back(what);
  return "return -" + std::to_string(number) + ";";
}

void Call::line(std::string_view text) {
  if (text.starts_with('}')) --depth_;
  body_.append(static_cast<size_t>(2 * depth_), ' ');
  body_ += text;
  body_ += "\n";
  if (text.ends_with('{')) ++depth_;
}

// Adds the parameter of an operand, once, and the argument that the run passes.
std::string Call::parameter(const Operand& operand, const Location& location, bool is_const,
                            size_t order) {
  const auto known = std::ranges::find_if(
      parameters_, [&](const Parameter& p) { return p.declaration.ends_with("*" + operand.name); });
  if (known != parameters_.end()) return operand.name;
  const std::string type = (is_const ? "const " : "") + std::string(type_name(operand.dtype));
  std::string argument = operand.argument;
  if (!argument.empty()) {
    // The function that calls this one gave the expression.
  } else if (location.root == MemoryRoot::kArena) {
    source_.uses_arena_ = true;
    argument = "(" + type + " *)(" + (is_const ? "const " : "") + "void *)(" +
               source_.address_of(location) + ")";
  } else {
    const bool is_input = location.root == MemoryRoot::kInput;
    const auto index = static_cast<size_t>(location.index);
    if (is_input) source_.read_inputs_.insert(index);
    const Port& port = (is_input ? source_.ports_.inputs : source_.ports_.outputs)[index];
    argument = port.name;
    if (port.dtype != operand.dtype)  // a sum may become the output in place, under another type
      argument = "(" + type + " *)(" + (is_const ? "const " : "") + "void *)" + argument;
    if (location.offset)
      argument += " + " + std::to_string(location.offset / size_of(operand.dtype));
  }
  parameters_.push_back({type + " *" + operand.name, argument, order});
  return operand.name;
}

std::string Call::read(size_t i) {
  if (!given(i)) return "NULL";
  if (!in_[i].content) return parameter(in_[i], step_.in[i], true, i);
  // The first call names all weights of the step in the order of the operands.
  for (size_t k = 0; read_weights_.empty() && k < in_.size(); ++k)
    if (given(k) && in_[k].content) source_.weight(step_.in[k]);
  read_weights_.insert(i);
  return source_.weight(step_.in[i]);
}

std::string Call::write(size_t i) {
  return parameter(out_[i], step_.out[i], false, in_.size() + i);
}

std::string Call::count() const {
  const Shape& y = out_[0].shape;
  // Rows of an image (1, H, W, C): elements of a row times the rows that this call makes.
  if (tile_height_ == 0) return std::to_string(y.elements());
  return "band->rows * " + std::to_string(y.elements() / (y[0] * y[1]));
}

std::string Call::scratch() {
  Location location;
  location.offset = step_.scratch_offset;
  location.dtype = DType::kUInt8;
  return parameter(
      {"scratch", DType::kUInt8, Shape{step_.scratch_bytes}, {}, nullptr, scratch_argument_},
      location, false, in_.size() + out_.size());
}

std::string operand_name(const executor::PlanStep& step, size_t i) {
  if (step.op && !step.code && i < step.op->inputs.size() && !step.op->input_at(i).list)
    return identifier(step.op->input_name(i));
  return "x" + std::to_string(i);
}

namespace {

// The comment above a function: operands and results with their shapes.
std::string operands_text(const Call& call) {
  std::string text;
  for (size_t i = 0; i < call.inputs(); ++i) {
    if (!call.given(i) || (call.in(i).content && call.in(i).shape.rank() == 0)) continue;
    text += (text.empty() ? "" : " ") + call.in(i).name + shape_text(call.in(i).shape);
  }
  text += " ->";
  for (size_t i = 0; i < call.outputs(); ++i) text += " " + shape_text(call.out(i).shape);
  return text;
}

}  // namespace

Status Source::add_step(size_t index) {
  const executor::PlanStep& step = plan_.steps[index];
  step_ = index;
  std::vector<Operand> in, out;
  for (size_t i = 0; i < step.in.size(); ++i)
    in.push_back(operand_of(step.in[i], operand_name(step, i)));
  for (size_t i = 0; i < step.out.size(); ++i)
    out.push_back(operand_of(step.out[i], i ? "y" + std::to_string(i) : "y"));
  Call call(*this, step, std::move(in), std::move(out));
  // A step without elements does nothing.
  if (std::ranges::all_of(step.out, [](const Location& p) { return p.shape.elements() == 0; }))
    return {};
  WEFT_TRY(emit_body(call, step, index));
  const std::string name = prefix_ + step_name(std::to_string(index), step.name);
  const std::string text = add_function(call, name, step.line);
  if (call.refuses_) {
    refuses_ = true;
    calls_ += "  {\n    const int32_t weft_refused = " + text +
              ";\n    if (weft_refused != 0) return weft_refused;\n  }\n";
  } else if (call.returns_ == "void") {
    calls_ += "  " + text + ";\n";
  } else {
    // Only a loop that is fed rows returns a number: the rows that are still missing.
    calls_ += "  const " + call.returns_ + " left = " + text +
              ";\n  if (left != 0) return left > 0 ? left : 0;\n";
  }
  return {};
}

// The kinds of steps, each with its writer.
Status Source::emit_body(Call& call, const executor::PlanStep& step, size_t index) {
  if (step.row_tiles) return emit_row_tiles(call, index, feeds_rows_ && index == 0);
  if (step.control) return emit_control(call, index);
  if (step.code) return emit_tiles(call);
  if (step.kind == executor::StepKind::kCopy) return emit_copy(call);
  if (step.op && find_emitter(step.op->name)) return emit_operator(call);
  return errors::unsupported("compile", "step ", index, ", `", step.name, "`, has no C form");
}

std::string Source::add_function(Call& call, const std::string& name, const std::string& line) {
  for (const size_t i : call.read_weights_) define_weight(call.step_.in[i]);
  // First what is read (const), then what is written.
  std::ranges::stable_sort(call.parameters_, {}, &Call::Parameter::order);
  std::stable_partition(
      call.parameters_.begin(), call.parameters_.end(),
      [](const Call::Parameter& p) { return p.declaration.starts_with("const "); });
  std::string parameters, arguments;
  for (const Call::Parameter& p : call.parameters_) {
    parameters += (parameters.empty() ? "" : ", ") + p.declaration;
    arguments += (arguments.empty() ? "" : ", ") + p.argument;
  }
  functions_ += "/* " + comment_text(call.step_.name) + ": " + operands_text(call) +
                (line.empty() ? "" : "\n   " + comment_text(line)) + " */\n";
  functions_ += "static " + call.returns_ + " " + name + "(" +
                (parameters.empty() ? "void" : parameters) + ")\n{\n" + call.body_ +
                (call.refuses_ ? "  return 0;\n}\n\n" : "}\n\n");
  return name + "(" + arguments + ")";
}

Status Source::add_steps() {
  name_buffers();
  for (size_t i = 0; i < plan_.steps.size(); ++i) {
    const Status status = add_step(i);
    if (status.ok()) continue;
    const std::string& line = plan_.steps[i].line;
    return line.empty() ? status
                        : Status(status.code(), errors::join(status.message(), " (", line, ")"));
  }
  return {};
}

}  // namespace weft::c99
