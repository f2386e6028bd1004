// For large plain structs that functions return: WEFT_IN_MEMORY(Name); among the members keeps them
// in memory in WebAssembly, where the build passes structs by their fields (toolchains/wasm.cmake).
// Of a struct with a destructor of its own the compiler passes an address; without one, it would
// read and write each field at each call. Elsewhere the word means nothing.
#pragma once

#if defined(__wasm__)
#define WEFT_IN_MEMORY(name) \
  constexpr ~name() {}
#else
#define WEFT_IN_MEMORY(name) static_assert(true)
#endif
