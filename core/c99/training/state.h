// What a program in C changes: arrays of the file that are a struct of the caller's, who may save
// it and bring it back.
#pragma once

#include <string>
#include <vector>

#include "c99/program/program.h"
#include "c99/text/source.h"
#include "model/file.h"

namespace weft::c99 {

struct Variable {
  int32_t tensor;      // of the model
  std::string member;  // of the struct
};

struct State {
  std::string name;                 // of the file
  std::vector<Variable> variables;  // in the order of the struct: no padding between them
  int64_t bytes = 0;

  std::string type() const { return "struct " + name + "_state"; }
  std::vector<int32_t> tensors() const;
};

// Members by falling size of their elements, each under a name of its own.
State state_of(const model::Model& model, std::vector<int32_t> tensors, const std::string& name);
// Where the programs have them.
Variables places_of(const model::Model& model, const State& state);

// The struct, and the declaration of what gives it the file's contents. `changer`: what changes it.
std::string state_types(const model::Model& model, const State& state, const std::string& changer);
// That function; its arrays go to `source`.
std::string reset_function(const model::Model& model, const State& state, Source& source);

}  // namespace weft::c99
