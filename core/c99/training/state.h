// What a program in C changes: arrays of the file that become a struct of the caller's. The caller
// may save the struct and load it again.
#pragma once

#include <string>
#include <vector>

#include "c99/program/program.h"
#include "c99/text/source.h"
#include "model/file.h"

namespace weft::c99 {

// An array of the file that is a member of the struct.
struct Variable {
  int32_t tensor;      // of the model
  std::string member;  // of the struct
};

// All of them, and the struct's name.
struct State {
  std::string name;                 // of the file
  std::vector<Variable> variables;  // in the order of the struct: no padding between them
  int64_t bytes = 0;

  std::string type() const { return "struct " + name + "_state"; }
  std::vector<int32_t> tensors() const;
};

// Makes the struct: members in order of falling element size, with distinct names.
State state_of(const model::Model& model, std::vector<int32_t> tensors, const std::string& name);
// The C expression of each member.
Variables places_of(const model::Model& model, const State& state);

// The text of the struct and the declaration of its reset function. `changer`: the function that
// changes it, for the comment.
std::string state_types(const model::Model& model, const State& state, const std::string& changer);
// The text of the reset function, which sets the file's contents; arrays that it copies go to
// `source`.
std::string reset_function(const model::Model& model, const State& state, Source& source);

}  // namespace weft::c99
