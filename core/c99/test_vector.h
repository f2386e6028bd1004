// A main that runs a compiled network on one input and compares with what libweft gives.
#pragma once

#include <span>
#include <string>

#include "model/file.h"

namespace weft::c99 {

// `arena_inputs`: names of the inputs that are written into the arena; else they are arguments.
Result<std::string> test_main(const model::Model& model, const model::Entry& entry,
                              const std::string& name, std::span<const std::string> arena_inputs);

}  // namespace weft::c99
