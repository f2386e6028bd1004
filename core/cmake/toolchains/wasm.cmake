# WebAssembly with vectors of 128 bits, by Emscripten (Debian's package emscripten, or emsdk):
#
#   cmake -B build/wasm -DCMAKE_TOOLCHAIN_FILE=core/cmake/toolchains/wasm.cmake -DWEFT_RUNTIME_ONLY=ON
#
# With -DWEFT_WASM_THREADS=ON for memory that several workers share.
#
# Sources are compiled by Emscripten's clang with the flags that em++ would pass, which saves em++'s own
# start for each of them, and lets ccache see the compiler. WeftWasm.cmake links by em++.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)  # clang alone cannot link

find_program(WEFT_EMXX em++)
if(NOT WEFT_EMXX)
  message(FATAL_ERROR "em++ is not here: install Emscripten (on Debian: apt-get install emscripten)")
endif()
function(weft_ask_emscripten variable program)
  execute_process(COMMAND ${program} ${ARGN} OUTPUT_VARIABLE text
    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()
weft_ask_emscripten(weft_llvm em-config LLVM_ROOT)
weft_ask_emscripten(weft_emscripten_flags "${WEFT_EMXX}" --cflags)

# Debian names the programs by the release; emsdk does not.
find_program(WEFT_WASM_CLANGXX NAMES clang++ clang++-14 clang++-15 HINTS "${weft_llvm}" NO_DEFAULT_PATH)
find_program(WEFT_WASM_CLANG NAMES clang clang-14 clang-15 HINTS "${weft_llvm}" NO_DEFAULT_PATH)
find_program(WEFT_WASM_AR NAMES llvm-ar llvm-ar-14 llvm-ar-15 HINTS "${weft_llvm}" NO_DEFAULT_PATH)
set(CMAKE_CXX_COMPILER "${WEFT_WASM_CLANGXX}")
set(CMAKE_C_COMPILER "${WEFT_WASM_CLANG}")
set(CMAKE_AR "${WEFT_WASM_AR}" CACHE FILEPATH "" FORCE)
set(CMAKE_RANLIB "" CACHE FILEPATH "" FORCE)

# What every browser has that runs vectors: saturating conversions, copies and fills of memory.
set(CMAKE_CXX_FLAGS_INIT
  "${weft_emscripten_flags} -msimd128 -mnontrapping-fptoint -mbulk-memory -msign-ext")
option(WEFT_WASM_THREADS "A module whose memory several workers of JavaScript share" OFF)
if(WEFT_WASM_THREADS)
  string(APPEND CMAKE_CXX_FLAGS_INIT " -matomics -ftls-model=local-exec -fthreadsafe-statics")
endif()
set(CMAKE_C_FLAGS_INIT "${CMAKE_CXX_FLAGS_INIT}")

# Small structs (texts and spans: an address and a number) go as their fields. By the usual
# convention each goes as the address of a copy, and the calls by name of which operators are made
# would be twice as long. Nothing of the C library takes a struct, and nothing of the C++ library's
# archives that is called here takes a small one.
string(APPEND CMAKE_CXX_FLAGS_INIT " -Xclang -target-abi -Xclang experimental-mv")
# What the library is here unless the command line says otherwise: nothing is loaded at run time.
set(BUILD_SHARED_LIBS OFF CACHE BOOL "")
set(WEFT_THREADS OFF CACHE BOOL "")
set(WEFT_ISAS generic CACHE STRING "")
