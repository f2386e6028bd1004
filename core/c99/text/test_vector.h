// A main that runs a compiled network on one input and compares with what libweft gives.
#pragma once

#include <string>
#include <vector>

#include "c99/program/program.h"
#include "model/file.h"

namespace weft::c99 {

struct TestCall {
  const model::Entry* entry;
  const Program* program;
  std::string function;
  bool gives_loss = false;  // which may be a small difference of numbers round 1
};

// Calls one after another, which see what the ones before have trained.
// variables: tensors of the model that the C changes. What the library's step changes beside them,
// as it trains everything, is taken back before the next call.
Result<std::string> test_main(const model::Model& model, const std::vector<TestCall>& calls,
                              const std::string& name, const std::vector<int32_t>& variables = {});

}  // namespace weft::c99
