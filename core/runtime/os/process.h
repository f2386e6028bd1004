// What the operating system says of this process, and the shared libraries that it loads.
#pragma once

namespace weft::os {

// How many processors the process may use, of which there is at least one.
int processors();

// The number of the process; a fork has another.
int process_number();

// A shared library that stays private to who opened it; null where it cannot be loaded, and
// `why_no_library` says why.
void* open_library(const char* path);
void* find_symbol(void* library, const char* name);
void close_library(void* library);
const char* why_no_library();

// Lets libraries that are opened later find the symbols of the one that has `address`.
void show_symbols_of(const void* address);

}  // namespace weft::os
