// Numbers that a user sets by variables of the environment.
#pragma once

namespace weft {

// The whole number that the variable has, from 1 to `most`: more counts as `most`. 0 where it is
// not set, empty, or no such number. What does not count as it stands is a warning, because a
// typing mistake in the environment must not stop a program, nor be silent.
int number_of_environment(const char* name, int most);

}  // namespace weft
