// A main that calls the compiled functions on generated inputs and compares the results with those
// of libweft, which are in its text. It returns 0 if they agree.
#pragma once

#include <string>
#include <vector>

#include "c99/program/program.h"
#include "model/file.h"

namespace weft::c99 {

// One call of the main.
struct TestCall {
  const model::Entry* entry;
  const Program* program;
  std::string function;
  // The result is a loss, a small difference of numbers near 1: the tolerance is absolute.
  bool gives_loss = false;
};

// Writes the main for calls that happen one after another, each on the states that the ones before
// left. variables: tensors of the model that the C changes. The library's step trains everything;
// what it changes beyond `variables` is set back before the next call, because the C has it as
// constants.
Result<std::string> test_main(const model::Model& model, const std::vector<TestCall>& calls,
                              const std::string& name, const std::vector<int32_t>& variables = {});

}  // namespace weft::c99
