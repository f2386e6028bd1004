// Scalar operands and attributes as JSON.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/json/json.h"
#include "ops/op.h"

namespace weft::model {

// What arguments point at until Attributes has copied them.
struct AttributeMemory {
  std::vector<std::unique_ptr<std::vector<int64_t>>> lists;
  std::vector<std::unique_ptr<std::string>> texts;
};

Json encode_attribute(const ops::Argument& a);
// False if it is malformed.
bool decode_attribute(ops::AttributeKind kind, const Json& json, AttributeMemory& memory,
                      ops::Argument& a);
Json encode_scalar(const ops::Argument& a);  // {"int": 3}
bool decode_scalar(const Json& json, ops::Argument& a);

}  // namespace weft::model
