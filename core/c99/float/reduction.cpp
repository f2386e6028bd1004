// The pieces of a reduction: the accumulators sum0, most0, at0 (by the number of the reduction),
// and part0 for the part of a floating sum.
#include "c99/float/reduction.h"

#include "c99/float/arithmetic.h"

namespace weft::c99 {

using kernels::Reduction;

namespace {

// A floating sum that is longer than this is added up in blocks of this length. Shorter blocks
// would make the sum more exact and add loop overhead.
constexpr int64_t kBlock = 128;

// Is the result the position of the extreme?
bool is_index(const Reducing& r) {
  return r.reduction == Reduction::kArgMax || r.reduction == Reduction::kArgMin;
}
bool is_min(const Reducing& r) {
  return r.reduction == Reduction::kMin || r.reduction == Reduction::kArgMin;
}
// Only floating sums lose digits.
bool has_parts(const Reducing& r) { return r.reduction == Reduction::kSum && is_floating(r.dtype); }
bool adds_up(const Reducing& r) {
  return r.reduction == Reduction::kSum || r.reduction == Reduction::kProd;
}
std::string name(const char* prefix, size_t number) { return prefix + std::to_string(number); }

// The first value of an extreme: every element replaces it or equals it.
std::string start_of(const Reducing& r) {
  const bool minimum = is_min(r);
  switch (r.dtype) {
    case DType::kFloat32:
    case DType::kFloat64: return minimum ? "INFINITY" : "-INFINITY";
    case DType::kInt64: return minimum ? "INT64_MAX" : "INT64_MIN";
    case DType::kUInt64: return minimum ? "UINT64_MAX" : "0";
    case DType::kInt8:
    case DType::kInt16:
    case DType::kInt32: return minimum ? "INT32_MAX" : "INT32_MIN";
    default: return minimum ? "UINT32_MAX" : "0";
  }
}

}  // namespace

void begin_reduction(Call& call, const Reducing& r, size_t number) {
  if (is_floating(r.dtype)) call.source().use_arithmetic();
  if (adds_up(r)) {
    call.line(std::string(compute_type(r.result)) + " " + name("sum", number) + " = " +
              (r.reduction == Reduction::kProd ? "1;" : "0;"));
    return;
  }
  // Extremes have the compute type of the elements.
  call.line(std::string(compute_type(r.dtype)) + " most" + std::to_string(number) + " = " +
            start_of(r) + ";");
  if (is_index(r)) call.line("int64_t at" + std::to_string(number) + " = 0;");
}

void begin_parts(Call& call, const std::vector<Reducing>& all) {
  for (size_t r = 0; r < all.size(); ++r)
    if (has_parts(all[r]))
      call.line(std::string(compute_type(all[r].result)) + " " + name("part", r) + " = 0;");
}

bool open_innermost(Call& call, const LoopNest& nest, const std::vector<Reducing>& all) {
  const size_t level = nest.depth() - 1;
  const std::string i = nest.variable(level), n = std::to_string(nest.extent(level));
  bool sums = false;
  for (const Reducing& r : all) sums = sums || has_parts(r);
  // A loop that is short enough is one part.
  if (!sums || nest.extent(level) <= kBlock) {
    begin_parts(call, all);
    nest.open(call, level);
    return false;
  }
  const std::string block = std::to_string(kBlock);
  call.line("for (int32_t begin = 0; begin < " + n + "; begin += " + block + ") {");
  call.line("const int32_t end = begin + " + block + " < " + n + " ? begin + " + block + " : " + n +
            ";");
  begin_parts(call, all);
  call.line("for (int32_t " + i + " = begin; " + i + " < end; ++" + i + ") {");
  return true;
}

void add_to_reduction(Call& call, const Reducing& r, size_t number, const std::string& value,
                      const LoopNest& nest) {
  const std::string sum = name("sum", number), maximum = name("most", number);
  if (has_parts(r)) {
    call.line(name("part", number) + " += " + value + ";");
    return;
  }
  if (adds_up(r)) {  // in unsigned arithmetic, which may wrap; signed overflow is undefined in C
    const std::string type(compute_type(r.result)),
        symbol = r.reduction == Reduction::kSum ? "+" : "*";
    const std::string wraps = type == "int64_t" ? "uint64_t" : type;
    call.line(sum + " = (" + type + ")((" + wraps + ")" + sum + " " + symbol + " (" + wraps + ")" +
              value + ");");
    return;
  }
  // A NaN replaces a number, and nothing replaces a NaN: so the first NaN stays.
  std::string better = value + (is_min(r) ? " < " : " > ") + maximum;
  if (is_floating(r.dtype))
    better = "(" + better + " || " + value + " != " + value + ") && " + maximum + " == " + maximum;
  if (!is_index(r)) {
    call.line("if (" + better + ") " + maximum + " = " + value + ";");
    return;
  }
  // `at` starts at 0, so the first element counts even if it only equals the start value.
  call.line("if (" + better + ") {");
  call.line(maximum + " = " + value + ";");
  call.line(name("at", number) + " = " + nest.number() + ";");
  call.line("}");
}

void end_parts(Call& call, const std::vector<Reducing>& all) {
  for (size_t r = 0; r < all.size(); ++r)
    if (has_parts(all[r])) call.line(name("sum", r) + " += " + name("part", r) + ";");
}

void end_reduction(Call& call, const Reducing& r, size_t number) {
  const std::string value = name(is_index(r) ? "at" : adds_up(r) ? "sum" : "most", number);
  call.line(r.target + " = " + stored(r.result, value) + ";");
}

}  // namespace weft::c99
