// A main that runs a compiled network on one input and compares with what libweft gives.
#pragma once

#include <span>
#include <string>

#include "c99/program.h"
#include "model/file.h"

namespace weft::c99 {

Result<std::string> test_main(const model::Model& model, const model::Entry& entry,
                              const Program& program, const std::string& name);

}  // namespace weft::c99
