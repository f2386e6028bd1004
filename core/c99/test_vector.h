// A main that runs a compiled network on one input and compares with what libweft gives.
#pragma once

#include <string>
#include <vector>

#include "c99/program.h"
#include "model/file.h"

namespace weft::c99 {

struct TestCall {
  const model::Entry* entry;
  const Program* program;
  std::string function;
};

// Calls one after another, which see what the ones before have trained.
Result<std::string> test_main(const model::Model& model, const std::vector<TestCall>& calls,
                              const std::string& name);

}  // namespace weft::c99
