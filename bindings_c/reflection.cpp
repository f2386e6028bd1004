// weft.h: which operators there are, and their schema, as C structs. Bindings and tests derive
// their functions from this.
#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <vector>

#include "guard.h"
#include "ops/registry.h"
#include "ops/slots/provided_slot.h"

using namespace weft;

namespace {

const char* place_name(ops::Namespace place) {
  switch (place) {
    case ops::Namespace::kNp: return "np";
    case ops::Namespace::kNpx: return "npx";
    case ops::Namespace::kInternal: return "internal";
  }
  return "";
}

const char* promotion_name(ops::Promotion promotion) {
  switch (promotion) {
    case ops::Promotion::kCommon: return "common";
    case ops::Promotion::kFloat: return "float";
    case ops::Promotion::kExact: return "exact";
    case ops::Promotion::kKeep: return "keep";
  }
  return "";
}

int32_t kind_tag(ops::AttributeKind kind) {
  switch (kind) {
    case ops::AttributeKind::kInt: return WEFT_TAG_INT;
    case ops::AttributeKind::kFloat: return WEFT_TAG_FLOAT;
    case ops::AttributeKind::kBool: return WEFT_TAG_BOOL;
    case ops::AttributeKind::kString: return WEFT_TAG_STRING;
    case ops::AttributeKind::kInts:
    case ops::AttributeKind::kIntOrInts: return WEFT_TAG_INTS;
    case ops::AttributeKind::kDType: return WEFT_TAG_DTYPE;
    case ops::AttributeKind::kFunction: return WEFT_TAG_FUNCTION;
  }
  return 0;
}

// The arrays that reflection lends. They are made once for each operator and never freed.
struct Reflected {
  std::vector<weft_argument_info> arguments;
  std::vector<const char*> samples;
};

// A default in the form of weft.h, byte by byte.
weft_value as_value(const ops::Argument& argument) {
  weft_value value;
  static_assert(sizeof value == sizeof argument);
  std::memcpy(&value, &argument, sizeof value);
  return value;
}

// Makes the arrays of an operator when they are first asked for. std::map keeps their addresses.
const Reflected& reflect(const ops::OpDef& op) {
  static std::mutex mutex;
  static auto* const known = new std::map<const ops::OpDef*, Reflected>;
  const std::lock_guard lock(mutex);
  const auto [entry, is_new] = known->try_emplace(&op);
  if (!is_new) return entry->second;
  for (const ops::InputDef& input : op.inputs)
    entry->second.arguments.push_back({input.name.c_str(),
                                       input.doc.c_str(),
                                       input.list ? WEFT_TAG_TENSORS : WEFT_TAG_TENSOR,
                                       !input.optional,
                                       input.keeps_dtype,
                                       0,
                                       {}});
  for (const ops::AttributeDef& attribute : op.attributes) {
    const auto fallback = attribute.fallback.view();
    entry->second.arguments.push_back({attribute.name.c_str(), attribute.doc.c_str(),
                                       kind_tag(attribute.kind), attribute.required, 0,
                                       attribute.takes_none,
                                       fallback.empty() ? weft_value{} : as_value(fallback[0])});
  }
  for (const ops::Sample& sample : op.samples) entry->second.samples.push_back(sample.text.c_str());
  return entry->second;
}

}  // namespace

extern "C" {

size_t weft_op_count(void) { return ops::registry_status().ok() ? ops::all_ops().size() : 0; }

weft_op weft_op_at(size_t index) {
  return index < weft_op_count() ? c::handle(ops::all_ops()[index]) : nullptr;
}

weft_status weft_op_find(const char* name, weft_op* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_op_find", {{"name", name}, {"op", out}}));
    WEFT_TRY(ops::registry_status());
    const ops::OpDef* found = ops::find_op(name);
    if (!found) return errors::not_found("weft_op_find", "there is no operator `", name, "`");
    *out = c::handle(found);
    return {};
  });
}

weft_status weft_op_get_info(weft_op handle, weft_op_info* info) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_op_get_info", {{"op", handle}, {"info", info}}));
    const ops::OpDef& op = *c::op(handle);
    const Reflected& reflected = reflect(op);
    weft_op_info full{};
    full.struct_size = info->struct_size;
    full.name = op.name.c_str();
    full.doc = op.summary.c_str();
    full.place = place_name(op.place);
    full.promotion = promotion_name(op.promotion);
    full.like = op.reference.c_str();
    full.no_gradient = op.why_no_gradient.c_str();
    full.composite = op.composition != nullptr;
    full.elementwise = op.slot.elementwise;
    full.random = op.is_random;
    full.outputs = op.output_count;
    full.inputs = static_cast<int32_t>(op.inputs.size());
    full.attributes = static_cast<int32_t>(op.attributes.size());
    full.arguments = reflected.arguments.data();
    full.domain_low = op.domain_low;
    full.domain_high = op.domain_high;
    full.samples = static_cast<int32_t>(reflected.samples.size());
    full.sample = reflected.samples.data();
    full.library = ops::is_foreign(op) ? op.library.c_str() : nullptr;
    full.effect = op.has_effect;
    full.runs_on_caller = op.runs_on_caller;
    // The caller's struct may be shorter or longer than this library's.
    std::memcpy(info, &full, std::min(info->struct_size, sizeof full));
    return {};
  });
}

weft_status weft_op_count_outputs(weft_op handle, const weft_value* args, size_t nargs,
                                  size_t* count) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_op_count_outputs", {{"op", handle}, {"count", count}}));
    if (nargs) WEFT_TRY(c::require("weft_op_count_outputs", {{"args", args}}));
    const ops::OpDef& op = *c::op(handle);
    const auto given = c::arguments(args, nargs);
    const size_t inputs = std::min(nargs, op.inputs.size());
    WEFT_ASSIGN(*count, ops::count_outputs(op, given.subspan(inputs)));
    return {};
  });
}

}  // extern "C"
