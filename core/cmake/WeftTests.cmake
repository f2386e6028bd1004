# tests/core/**/*.cpp make one doctest program over the object files of the core.
# tests/abi/*.c and *.cpp make one program of C99 or C++17 each, linked with libweft as any user's
# program is.
enable_language(C)
set(CMAKE_C_STANDARD 99)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)

# A request for more memory than there is gives null under a sanitizer too, as it does without.
set(weft_test_environment "WEFT_SOURCE_DIR=${CMAKE_CURRENT_SOURCE_DIR}"
  "ASAN_OPTIONS=allocator_may_return_null=1" "TSAN_OPTIONS=allocator_may_return_null=1")

set(WEFT_TEST_FOLDERS "" CACHE STRING "Of tests/core only these folders; empty: all")
file(GLOB_RECURSE weft_core_test_sources CONFIGURE_DEPENDS tests/core/*.cpp)
if(WEFT_TEST_FOLDERS)
  list(JOIN WEFT_TEST_FOLDERS "|" folders)
  list(FILTER weft_core_test_sources INCLUDE REGEX "/tests/core/((${folders})/|main\\.cpp$)")
endif()
if(WEFT_RUNTIME_ONLY)
  list(FILTER weft_core_test_sources EXCLUDE REGEX "/tests/core/(eager|autograd|trace|c99)/|\\.training\\.cpp$")
endif()
if(WEFT_ENCODER)
  set_property(SOURCE tests/core/executor/chain_test.cpp
               PROPERTY COMPILE_DEFINITIONS WEFT_ENCODER=1)
else()
  list(FILTER weft_core_test_sources EXCLUDE REGEX "/tests/core/encoder/")
endif()
if(weft_core_test_sources AND weft_objects)
  add_executable(weft_core_tests ${weft_core_test_sources} ${weft_objects})
  # GCC 12 sees overlapping copies in `text + "literal"` (its bug 105651).
  target_compile_options(weft_core_tests PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
  weft_core_target(weft_core_tests)
  if(WEFT_SANITIZE)  # compiling takes longer than running
    target_compile_options(weft_core_tests PRIVATE -O0)
  endif()
  target_include_directories(weft_core_tests PRIVATE
    "${CMAKE_CURRENT_SOURCE_DIR}/tests" "${CMAKE_CURRENT_SOURCE_DIR}/tests/third_party")
  if(WEFT_RUNTIME_ONLY)
    target_compile_definitions(weft_core_tests PRIVATE
      DOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS)
  endif()
  target_link_libraries(weft_core_tests PRIVATE Threads::Threads ${CMAKE_DL_LIBS})
  add_test(NAME core COMMAND weft_core_tests)
  # Products the other way, too: as processors make them that lack some instructions, and by all
  # instructions that this one has but for tiles, which `core` takes.
  foreach(extras "-vnni,-bf16" "-amx,+bf16")
    add_test(NAME core.products${extras} COMMAND weft_core_tests
             "-sf=*quantized*,*panels*,*matmul*,*convolution*,*recurrent*,*isa*")
    set_tests_properties(core.products${extras} PROPERTIES ENVIRONMENT "WEFT_ISA=${extras}")
  endforeach()
  set_tests_properties(core PROPERTIES ENVIRONMENT "${weft_test_environment}")
endif()

# tests/library/*.c make one shared library each, linked with nothing: libraries of operators, and
# what is none.
set(weft_test_libraries "${CMAKE_CURRENT_BINARY_DIR}/tests/library")
file(GLOB weft_library_sources CONFIGURE_DEPENDS tests/library/*.c)
if(TARGET weft AND BUILD_SHARED_LIBS)
  foreach(source IN LISTS weft_library_sources)
    get_filename_component(name "${source}" NAME_WE)
    add_library(weft_library_${name} MODULE "${source}")
    target_compile_options(weft_library_${name} PRIVATE -pedantic -Werror)
    target_include_directories(weft_library_${name} PRIVATE bindings_c/include)
    set_target_properties(weft_library_${name} PROPERTIES OUTPUT_NAME ${name}
      LIBRARY_OUTPUT_DIRECTORY "${weft_test_libraries}")
  endforeach()
endif()

# One program on libweft and the headers in `include`.
function(weft_abi_test name source include)
  set(target weft_abi_${name})
  add_executable(${target} "${source}")
  target_compile_options(${target} PRIVATE -pedantic -Werror)
  if(source MATCHES "\\.cpp$")  # weft.hpp is for C++17
    set_target_properties(${target} PROPERTIES CXX_STANDARD 17 CXX_EXTENSIONS OFF)
    target_compile_options(${target} PRIVATE -Wall -Wextra)
  endif()
  target_include_directories(${target} BEFORE PRIVATE "${include}")
  target_link_libraries(${target} PRIVATE weft Threads::Threads m ${CMAKE_DL_LIBS})
  target_compile_definitions(${target} PRIVATE WEFT_TEST_LIBRARIES="${weft_test_libraries}")
  if(NOT BUILD_SHARED_LIBS)
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  endif()
  if(WEFT_RUNTIME_ONLY)
    target_compile_definitions(${target} PRIVATE WEFT_RUNTIME_ONLY=1)
  endif()
  add_test(NAME abi.${name} COMMAND ${target})
  set_tests_properties(abi.${name} PROPERTIES ENVIRONMENT "${weft_test_environment}"
    WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/tests/abi/${name}")
  file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/tests/abi/${name}")
endfunction()

file(GLOB weft_abi_test_sources CONFIGURE_DEPENDS tests/abi/*.c tests/abi/*.cpp)
if(WEFT_RUNTIME_ONLY)
  list(FILTER weft_abi_test_sources EXCLUDE REGEX "\\.training\\.(c|cpp)$")
endif()
if(NOT BUILD_SHARED_LIBS)
  list(FILTER weft_abi_test_sources EXCLUDE REGEX "/op_library\\.c$")
endif()
if(TARGET weft)
  foreach(source IN LISTS weft_abi_test_sources)
    get_filename_component(name "${source}" NAME_WE)
    weft_abi_test(${name} "${source}" bindings_c/include)
  endforeach()
endif()

# A program for an earlier weft.h, which is kept beside it, runs with the present library.
if(TARGET weft AND NOT WEFT_RUNTIME_ONLY)
  weft_abi_test(kept tests/abi/snapshot/program.c tests/abi/snapshot)
endif()

# A program of C, or of C++17, for the library, shared or static.
function(weft_c_program target)
  add_executable(${target} ${ARGN})
  set_target_properties(${target} PROPERTIES CXX_STANDARD 17 CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE -pedantic -Werror)
  target_include_directories(${target} PRIVATE bindings_c/include)
  target_link_libraries(${target} PRIVATE weft Threads::Threads)
  if(NOT BUILD_SHARED_LIBS)
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  endif()
endfunction()

# What files give, on whatever processor (tests/cross).
if(TARGET weft)
  weft_c_program(weft_outputs tests/cross/outputs.c)
endif()

# Mutated files. As long as there is time for is `make test-full SLICE=fuzz`.
if(TARGET weft AND NOT WEFT_OPS)
  weft_c_program(weft_fuzz tests/fuzz/fuzz.c)
  add_test(NAME fuzz COMMAND weft_fuzz "${CMAKE_CURRENT_SOURCE_DIR}/tests/fuzz/corpus"
    "${CMAKE_CURRENT_SOURCE_DIR}/tests/models" --rounds 300)
  file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/tests/fuzz")
  set_tests_properties(fuzz PROPERTIES ENVIRONMENT "${weft_test_environment}"
    WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/tests/fuzz")
endif()
# And graphs that were changed as graphs, which are packed and written as C, too.
if(TARGET weft AND NOT WEFT_RUNTIME_ONLY AND BUILD_SHARED_LIBS)
  weft_c_program(weft_fuzz_structure tests/fuzz/structure.cpp tests/fuzz/graph_mutation.cpp
    tests/fuzz/failing_memory.cpp)
  add_test(NAME fuzz.structure COMMAND weft_fuzz_structure
    "${CMAKE_CURRENT_SOURCE_DIR}/tests/fuzz/corpus" "${CMAKE_CURRENT_SOURCE_DIR}/tests/models"
    --rounds 300)
  file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/tests/fuzz/structure")
  set_tests_properties(fuzz.structure PROPERTIES ENVIRONMENT "${weft_test_environment}"
    WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/tests/fuzz/structure")
endif()

# Device plug-ins, as a stranger would build one: they know weft.h and nothing else.
if(TARGET weft AND NOT WEFT_RUNTIME_ONLY AND BUILD_SHARED_LIBS)
  foreach(plugin fake liar)
    add_library(weft_${plugin}_device MODULE tests/devices/${plugin}.cpp)
    set_target_properties(weft_${plugin}_device PROPERTIES PREFIX "")
    target_link_libraries(weft_${plugin}_device PRIVATE weft Threads::Threads)
  endforeach()
endif()
