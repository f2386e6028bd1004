// weft.h: operators that programs and libraries add at run time. A definition in C becomes an
// OpDef, and each of its fields is checked: the definition comes from another compiler and perhaps
// from another version of the header.
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>

#include "library_scope.h"
#include "op_callbacks.h"
#include "ops/registry.h"
#include "ops/slots/provided_slot.h"
#include "runtime/engine/threads.h"

using namespace weft;

namespace {

constexpr const char* kSelf = "weft_op_register";

// A definition that is refused; the text begins with the operator's name.
template <class... Parts>
Status refuse(const char* name, const Parts&... parts) {
  return errors::invalid_value("register", "operator `", name, "` ", parts...);
}

std::string version_text(uint32_t major, uint32_t minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

// The first ABI minor whose definition has today's layout.
constexpr uint32_t kDefinitionSince = 3;

// Checks size and version before any other field is read. A definition of a version must have
// exactly the size that it has in that version.
Status check_version(const weft_op_definition& d) {
  if (d.struct_size < offsetof(weft_op_definition, doc))
    return errors::invalid_value(kSelf, "`definition->struct_size` must be ",
                                 sizeof(weft_op_definition), "; got ", d.struct_size);
  const char* name = d.name ? d.name : "?";
  const std::string theirs = version_text(d.abi_major, d.abi_minor);
  const std::string ours = version_text(WEFT_ABI_MAJOR, WEFT_ABI_MINOR);
  if (d.abi_major != WEFT_ABI_MAJOR || d.abi_minor > WEFT_ABI_MINOR)
    return errors::unsupported("register", "operator `", name, "` was compiled for interface ",
                               theirs, " of Weft; this library has ", ours,
                               "; compile it with this version's weft.h");
  if (d.abi_minor < kDefinitionSince || d.struct_size != sizeof d)
    return errors::unsupported("register", "operator `", name, "` gives interface ", theirs,
                               " and a definition of ", d.struct_size,
                               " bytes, which do not match; the definition of interface ", ours,
                               " has ", sizeof d);
  return {};
}

// Names of operators and arguments become Python names: letters, digits and underscores, at most
// 128 characters, no digit first.
bool is_word(const char* text) {
  if (!text || !*text || std::strlen(text) > 128 || (*text >= '0' && *text <= '9')) return false;
  return std::all_of(text, text + std::strlen(text), [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

std::string text_or(const char* text, const char* otherwise) { return text ? text : otherwise; }

// The rule by which the inputs' dtypes are promoted.
std::optional<ops::Promotion> promotion_named(const std::string& name) {
  if (name == "common") return ops::Promotion::kCommon;
  if (name == "float") return ops::Promotion::kFloat;
  if (name == "exact") return ops::Promotion::kExact;
  if (name == "keep") return ops::Promotion::kKeep;
  return std::nullopt;
}

// Attributes of a registered operator; functions and lists of arrays are no attributes here.
std::optional<ops::AttributeKind> attribute_kind(int32_t tag) {
  switch (tag) {
    case WEFT_TAG_INT: return ops::AttributeKind::kInt;
    case WEFT_TAG_FLOAT: return ops::AttributeKind::kFloat;
    case WEFT_TAG_BOOL: return ops::AttributeKind::kBool;
    case WEFT_TAG_STRING: return ops::AttributeKind::kString;
    case WEFT_TAG_INTS: return ops::AttributeKind::kInts;
    case WEFT_TAG_DTYPE: return ops::AttributeKind::kDType;
    default: return std::nullopt;
  }
}

// Adds an input to the schema.
Status add_input(ops::OpDef& op, const weft_argument_info& input) {
  if (input.kind != WEFT_TAG_TENSOR && input.kind != WEFT_TAG_TENSORS)
    return refuse(op.name.c_str(), "must have inputs of kind TENSOR or TENSORS; got kind ",
                  int64_t{input.kind}, " for `", input.name, "`");
  op.inputs.push_back({input.name, text_or(input.doc, ""), !input.required, input.keeps_dtype != 0,
                       input.kind == WEFT_TAG_TENSORS});
  return {};
}

// Adds an attribute to the schema, with its default in the form that the core stores.
Status add_attribute(ops::OpDef& op, const weft_argument_info& given) {
  const auto kind = attribute_kind(given.kind);
  if (!kind)
    return refuse(op.name.c_str(), "must have attributes of a known kind; got kind ",
                  int64_t{given.kind}, " for `", given.name, "`");
  ops::AttributeDef attribute{given.name,          text_or(given.doc, ""), *kind,
                              given.required != 0, given.takes_none != 0,  {}};
  if (!attribute.required) {
    ops::Argument fallback = c::arguments(&given.fallback, 1)[0];
    // No default, where none has a meaning: the default is none.
    if (fallback.tag == ops::Tag::kDefault && attribute.takes_none) fallback.tag = ops::Tag::kNone;
    ops::Argument fitted;
    const Status fits = ops::fit_attribute(op, attribute, fallback, fitted);
    if (!fits.ok())
      return errors::invalid_type(
          "register", "an attribute must have a default of its own kind: ", fits.message());
    attribute.fallback = ops::Attributes({&fitted, 1});
  }
  op.attributes.push_back(std::move(attribute));
  return {};
}

// Adds all arguments, whose names must be words and differ. `out` is taken by the Python function.
Status add_arguments(ops::OpDef& op, const weft_op_definition& d) {
  const char* const name = op.name.c_str();
  if (d.inputs < 0 || d.attributes < 0)
    return refuse(name, "must have at least 0 inputs and attributes; got ", d.inputs, " and ",
                  d.attributes);
  const auto count = static_cast<size_t>(d.inputs) + static_cast<size_t>(d.attributes);
  if (count > ops::kMaxArguments)
    return refuse(name, "must have at most ", ops::kMaxArguments, " arguments; got ", count);
  if (count > 0 && !d.arguments)
    return refuse(name, "has ", count, " arguments, so `arguments` must not be NULL");
  for (size_t i = 0; i < count; ++i) {
    const weft_argument_info& argument = d.arguments[i];
    if (!is_word(argument.name) || std::strcmp(argument.name, "out") == 0)
      return refuse(
          name,
          "must have words other than `out` as names of arguments; got another name for argument ",
          i);
    for (size_t k = 0; k < i; ++k)
      if (std::strcmp(d.arguments[k].name, argument.name) == 0)
        return refuse(name, "must have arguments with distinct names; got `", argument.name,
                      "` twice");
    const bool is_input = i < static_cast<size_t>(d.inputs);
    WEFT_TRY(is_input ? add_input(op, argument) : add_attribute(op, argument));
  }
  return {};
}

// Checks which callbacks are given: a kernel with its rules, or a composition.
Status check_callbacks(const weft_op_definition& d) {
  if (d.compose && (d.kernel || d.infer || d.gradient))
    return refuse(d.name,
                  "must have either a composition or a kernel, inference and gradient of its own; "
                  "got both; a composition gets them from the operators that it calls");
  if ((d.outputs == 0) != (d.count_outputs != nullptr))
    return refuse(d.name, "must have either a number of outputs or `count_outputs`; got ",
                  int64_t{d.outputs}, d.count_outputs ? " and a function" : " and none");
  if (d.gradient && d.no_gradient && *d.no_gradient)
    return refuse(d.name, "must have either a gradient or a reason for having none; got both");
  return {};
}

// Builds the operator; set_callbacks gives it the rules.
Result<std::unique_ptr<ops::OpDef>> definition_from(const weft_op_definition& d) {
  if (!is_word(d.name))
    return errors::invalid_value(kSelf,
                                 "`definition->name` must be a word of at most 128 letters, digits "
                                 "and underscores; got ",
                                 text_or(d.name, "NULL"));
  WEFT_TRY(check_callbacks(d));
  auto op = std::make_unique<ops::OpDef>(d.name);
  op->doc(text_or(d.doc, ""));
  const std::string place = text_or(d.place, "npx");
  if (place != "npx" && place != "internal")
    return refuse(d.name, "must have place npx or internal; got ", place);
  op->in(place == "npx" ? ops::Namespace::kNpx : ops::Namespace::kInternal);
  const auto promotion = promotion_named(text_or(d.promotion, "common"));
  if (!promotion)
    return refuse(d.name, "must have promotion common, float, exact or keep; got ", d.promotion);
  op->promote(*promotion);
  WEFT_TRY(add_arguments(*op, d));
  op->output_count = d.outputs;
  op->no_gradient(text_or(d.no_gradient, "")).like(text_or(d.like, ""));
  if (d.domain_low < d.domain_high) op->domain(d.domain_low, d.domain_high);
  if (d.samples > 0 && !d.sample)
    return refuse(d.name, "has ", d.samples, " samples, so `sample` must not be NULL");
  for (int32_t i = 0; i < d.samples; ++i) op->sample(text_or(d.sample[i], ""));
  if (d.flags & WEFT_OP_RANDOM) op->random();
  if (d.flags & WEFT_OP_RUNS_ON_CALLER) op->on_caller();
  op->library = d.library ? d.library : c::library_being_loaded();
  c::set_callbacks(*op, d);
  return op;
}

// The kernel of an operator that waits for one. All else of the definition is Weft's own.
Status provide(const ops::OpDef& waiting, const weft_op_definition& d) {
  if (!d.kernel || d.scratch_bytes)
    return refuse(d.name, "must have a kernel without scratch: all else of it is built in");
  auto provider = std::make_unique<ops::OpDef>(d.name);
  weft_op_definition kernel_alone = WEFT_OP_DEFINITION_INIT;
  kernel_alone.context = d.context;
  kernel_alone.kernel = d.kernel;
  c::set_callbacks(*provider, kernel_alone);
  return ops::provide_kernel(waiting, std::move(provider));
}

}  // namespace

extern "C" {

weft_status weft_fail(weft_status status, const char* message) {
  if (status == WEFT_OK) return status;
  return c::report(Status(status_code_of(status), message ? message : ""));
}

weft_status weft_op_register(const weft_op_definition* definition, weft_op* op) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require(kSelf, {{"definition", definition}}));
    WEFT_TRY(check_version(*definition));
    const ops::OpDef* const waiting = definition->name ? ops::find_op(definition->name) : nullptr;
    if (waiting && ops::waits_for_kernel(*waiting)) {
      WEFT_TRY(provide(*waiting, *definition));
      if (op) *op = c::handle(waiting);
      return {};
    }
    WEFT_ASSIGN(auto made, definition_from(*definition));
    WEFT_ASSIGN(const ops::OpDef* added, ops::register_op(std::move(made)));
    if (op) *op = c::handle(added);
    return {};
  });
}

void weft_parallel_for(int64_t units, int64_t grain, void* context,
                       void (*body)(void* context, int64_t begin, int64_t end, int32_t thread)) {
  if (body && units > 0) parallel_for(units, std::max<int64_t>(1, grain), context, body);
}

}  // extern "C"
