// Scalar operands and attributes as JSON.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/json/json.h"
#include "ops/op.h"

namespace weft::model {

// The memory that decoded arguments point at until ops::Attributes has copied them.
struct AttributeMemory {
  std::vector<std::unique_ptr<std::vector<int64_t>>> lists;
  std::vector<std::unique_ptr<std::string>> texts;
};

Json encode_attribute(const ops::Argument& a);
// The decoders give false for malformed JSON.
bool decode_attribute(ops::AttributeKind kind, const Json& json, AttributeMemory& memory,
                      ops::Argument& a);
Json encode_scalar(const ops::Argument& a);  // such as {"int": 3}
bool decode_scalar(const Json& json, ops::Argument& a);

}  // namespace weft::model
