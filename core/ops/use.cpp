// Collects the lines; entries are sorted, so that equal graphs give equal text.

#include "ops/use.h"

#include "ops/slots/copy_slot.h"
#include "weft_keep.h"

namespace weft::ops {
namespace {

constexpr bool kHasSteps[kNumDTypes] = {
    WEFT_KEEPS_STEPS_bool,    WEFT_KEEPS_STEPS_uint8,    WEFT_KEEPS_STEPS_uint16,
    WEFT_KEEPS_STEPS_uint32,  WEFT_KEEPS_STEPS_uint64,   WEFT_KEEPS_STEPS_int8,
    WEFT_KEEPS_STEPS_int16,   WEFT_KEEPS_STEPS_int32,    WEFT_KEEPS_STEPS_int64,
    WEFT_KEEPS_STEPS_float16, WEFT_KEEPS_STEPS_bfloat16, WEFT_KEEPS_STEPS_float32,
    WEFT_KEEPS_STEPS_float64};
constexpr bool kHasAll[kNumDTypes] = {WEFT_KEEPS_bool,    WEFT_KEEPS_uint8,    WEFT_KEEPS_uint16,
                                      WEFT_KEEPS_uint32,  WEFT_KEEPS_uint64,   WEFT_KEEPS_int8,
                                      WEFT_KEEPS_int16,   WEFT_KEEPS_int32,    WEFT_KEEPS_int64,
                                      WEFT_KEEPS_float16, WEFT_KEEPS_bfloat16, WEFT_KEEPS_float32,
                                      WEFT_KEEPS_float64};

// Computes each element of its results from the element at the same place, or moves elements.
bool is_elementwise(const OpDef& op) {
  return op.slot.elementwise || op.view_rule || op.slot.run == copy_slot().run ||
         op.name == "cast" || op.name == "full" || op.name == "broadcast_to";
}

}  // namespace

bool is_kept(DType dtype) { return kHasSteps[static_cast<int>(part_of(wide_of(dtype)))]; }

bool is_kept(DType dtype, const OpDef& op) {
  const int part = static_cast<int>(part_of(wide_of(dtype)));
  return kHasAll[part] || (kHasSteps[part] && is_elementwise(op));
}

#if !defined(WEFT_RUNTIME_ONLY)
namespace {

thread_local Use* present = nullptr;

}  // namespace

Use* present_use() { return present; }

Use::Use() : outer_(present) {
  lines_.insert("operator copy");  // the planner inserts it
  present = this;  // last, after everything that may throw: otherwise nobody would reset it
}
Use::~Use() { present = outer_; }

void Use::note(const OpDef& op, std::span<const Argument> attributes) {
  if (outer_) outer_->note(op, attributes);
  if (op.outside) return;  // registered at run time: no build contains it
  lines_.insert("operator " + op.name);
  if (op.slot.elementwise)
    lines_.insert(std::string("formula ") + kernels::name_of(op.slot.formula));
  for (size_t i = 0; i < attributes.size(); ++i) {
    const std::string_view name = op.attributes[i].name;
    if (name == "winograd" && attributes[i].integer != 0) lines_.insert("part winograd");
    if (name == "pool_type" && attributes[i].as_text() == "avg") lines_.insert("part average_pool");
    if (name == "pool_type" && attributes[i].as_text() == "max") lines_.insert("part max_pool");
  }
}

void Use::note(DType dtype) {
  if (outer_) outer_->note(dtype);
  lines_.insert("dtype " + std::string(name_of(dtype)));
}

void Use::note(std::string_view part) {
  if (outer_) outer_->note(part);
  lines_.insert("part " + std::string(part));
}

std::string Use::text() const {
  std::string text;
  for (const std::string& line : lines_) text += line + "\n";
  return text;
}
#endif

}  // namespace weft::ops
