// Storage dtypes: bytes in arrays, numbers by a table. Moves are those of bytes (emit_copy.cpp,
// emit_indices.cpp).
#include <string>
#include <vector>

#include "base/errors.h"
#include "c99/program/emitter.h"
#include "kernels/elementwise/narrow.h"

namespace weft::c99 {
namespace {

Result<executor::TargetKernel> dense(const ops::SlotTypes&) {
  return executor::TargetKernel{ops::Strides::kDense, ops::kNoInput, 0};
}

std::string loop(const Call& call) {
  return "for (int32_t i = 0; i < " + std::to_string(call.out().shape.elements()) + "; ++i) ";
}

// The numbers of all codes, shared by all steps of the program.
std::string table_of(Call& call, DType dtype) {
  std::vector<float> numbers;
  for (int code = 0; code < 256; ++code)
    numbers.push_back(kernels::widen_float8(static_cast<uint8_t>(code), kernels::float8_of(dtype)));
  const std::string name = "weft_" + std::string(name_of(dtype));
  std::string text = "static const float " + name + "[256] = {\n";
  append_elements(text, DType::kFloat32, numbers.data(), 256);
  call.source().define(name, text + "};\n");
  return name;
}

Status emit_widen(Call& call) {
  const DType dtype = call.in(0).dtype;
  const std::string x = call.read(0), y = call.write();
  if (dtype == DType::kInt4)
    call.line(loop(call) + y + "[i] = (int8_t)(((" + x + "[i] & 15) ^ 8) - 8);");
  else if (dtype == DType::kUInt4)
    call.line(loop(call) + y + "[i] = " + x + "[i] & 15;");
  else
    call.line(loop(call) + y + "[i] = " + table_of(call, dtype) + "[" + x + "[i]];");
  return {};
}

// narrow_float8 of kernels/elementwise/narrow.cpp as C.
constexpr std::string_view kNarrow =
    R"(/* The 8-bit code of a number: the nearest one, ties to even. */
static inline uint8_t weft_narrow(float x, int fraction, int bias, uint32_t largest,
                                  uint32_t beyond, uint32_t nan, int has_minus_zero) {
  uint32_t bits, sign, code, unit_bits = (uint32_t)(151 - fraction - bias) << 23;
  const int dropped = 23 - fraction;
  memcpy(&bits, &x, 4);
  sign = bits >> 24 & 0x80u;
  bits &= 0x7fffffffu;
  if (bits > 0x7f800000u) return (uint8_t)(sign | nan);
  if (bits < (uint32_t)(128 - bias) << 23) {
    float small, unit;
    memcpy(&small, &bits, 4);
    memcpy(&unit, &unit_bits, 4);
    small += unit;
    memcpy(&code, &small, 4);
    code -= unit_bits;
  } else {
    bits += (1u << (dropped - 1)) - 1u + (bits >> dropped & 1u);
    code = (bits >> dropped) - ((uint32_t)(127 - bias) << fraction);
  }
  if (code > largest) code = beyond;
  if (code == 0 && !has_minus_zero) return 0;
  return (uint8_t)(sign | code);
}
)";

Result<executor::TargetKernel> narrow_kernel(const ops::SlotTypes& types) {
  if (types.in[0].dtype == DType::kFloat64)
    return errors::unsupported("compile", "a cast of float64 to ", types.out[0].dtype,
                               " has no C form; cast to float32 first");
  return dense(types);
}

Status emit_narrow(Call& call) {
  const DType dtype = call.out().dtype;
  const std::string x = call.read(0), y = call.write();
  if (wide_of(dtype) != DType::kFloat32) {
    call.line(loop(call) + y + "[i] = (uint8_t)(" + x + "[i] & 15);");
    return {};
  }
  const kernels::Float8 f = kernels::float8_of(dtype);
  call.source().define("weft_narrow", kNarrow);
  std::string numbers;
  for (const int number :
       {f.fraction_bits, f.bias, int{f.largest}, int{f.beyond}, int{f.nan}, int{f.has_minus_zero}})
    numbers += ", " + std::to_string(number);
  call.line(loop(call) + y + "[i] = weft_narrow(" + x + "[i]" + numbers + ");");
  return {};
}

Status emit_reinterpret(Call& call) {
  const std::string x = call.read(0), y = call.write();
  call.line("memcpy(" + y + ", " + x + ", " + std::to_string(call.out().shape.elements()) +
            " * sizeof *" + y + ");");
  return {};
}

}  // namespace

WEFT_EMITTER(widen, dense, emit_widen);
WEFT_EMITTER(narrow, narrow_kernel, emit_narrow);
WEFT_EMITTER(reinterpret, dense, emit_reinterpret);

}  // namespace weft::c99
