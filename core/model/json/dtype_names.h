// The names of dtypes in safetensors files, such as F32 for float32. The format has no names for
// C128, I4 and U4: files with these are Weft's own. 4-bit integers have a byte each, as in memory,
// because weights are mapped and not copied.
#pragma once

#include <optional>
#include <string_view>

#include "base/dtype.h"

namespace weft::model {

struct DTypeName {
  DType dtype;
  std::string_view name;
};
inline constexpr DTypeName kDTypeNames[] = {
    {DType::kBool, "BOOL"},
    {DType::kUInt8, "U8"},
    {DType::kUInt16, "U16"},
    {DType::kUInt32, "U32"},
    {DType::kUInt64, "U64"},
    {DType::kInt8, "I8"},
    {DType::kInt16, "I16"},
    {DType::kInt32, "I32"},
    {DType::kInt64, "I64"},
    {DType::kFloat16, "F16"},
    {DType::kBFloat16, "BF16"},
    {DType::kFloat32, "F32"},
    {DType::kFloat64, "F64"},
    {DType::kComplex64, "C64"},
    {DType::kComplex128, "C128"},
    {DType::kInt4, "I4"},
    {DType::kUInt4, "U4"},
    {DType::kFloat8E4M3FN, "F8_E4M3"},
    {DType::kFloat8E5M2, "F8_E5M2"},
    {DType::kFloat8E4M3FNUZ, "F8_E4M3FNUZ"},
    {DType::kFloat8E5M2FNUZ, "F8_E5M2FNUZ"},
};

inline std::optional<DType> dtype_of_safetensors(std::string_view name) {
  for (const DTypeName& entry : kDTypeNames)
    if (entry.name == name) return entry.dtype;
  return std::nullopt;
}

inline std::string_view safetensors_name(DType dtype) {
  for (const DTypeName& entry : kDTypeNames)
    if (entry.dtype == dtype) return entry.name;
  return "";
}

}  // namespace weft::model
