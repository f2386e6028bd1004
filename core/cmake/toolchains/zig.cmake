# zig's C++ compiler, which has the libraries of other systems inside: `pip install ziglang`, or a
# `zig` on the path, or its path in WEFT_ZIG. WEFT_ZIG_TARGET is one of zig's targets:
#
#   cmake -B build/windows -DCMAKE_TOOLCHAIN_FILE=core/cmake/toolchains/zig.cmake
#     -DWEFT_ZIG_TARGET=x86_64-windows-gnu -DWEFT_RUNTIME_ONLY=ON
#
# tests/cross/systems.py builds for Windows and macOS so.
set(WEFT_ZIG_TARGET "" CACHE STRING "What zig compiles for, such as aarch64-macos")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES WEFT_ZIG_TARGET WEFT_ZIG)
if(NOT WEFT_ZIG_TARGET MATCHES "^([a-z0-9_]+)-([a-z]+)")
  message(FATAL_ERROR "WEFT_ZIG_TARGET must be a target of zig, such as aarch64-macos; got `${WEFT_ZIG_TARGET}`")
endif()
set(CMAKE_SYSTEM_PROCESSOR ${CMAKE_MATCH_1})
set(weft_systems_macos Darwin)
set(weft_systems_ios iOS)
set(weft_systems_windows Windows)
set(weft_systems_linux Linux)
set(CMAKE_SYSTEM_NAME ${weft_systems_${CMAKE_MATCH_2}})

if(NOT WEFT_ZIG)
  find_program(WEFT_ZIG zig)
endif()
if(NOT WEFT_ZIG)
  execute_process(COMMAND python3 -c "import pathlib, ziglang; print(pathlib.Path(ziglang.__file__).parent / 'zig')"
    OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT found)
    message(FATAL_ERROR "There is no zig: pip install ziglang, or give its path as -DWEFT_ZIG=")
  endif()
  set(WEFT_ZIG "${found}" CACHE FILEPATH "zig" FORCE)
endif()

# Questions to the compiler are answered without a link, before which zig would build its C++ library.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

# CMake wants compilers of one word.
set(weft_wrappers "${CMAKE_CURRENT_LIST_DIR}/../../../build/zig/${WEFT_ZIG_TARGET}")
get_filename_component(weft_wrappers "${weft_wrappers}" ABSOLUTE)
foreach(tool cc c++ ar ranlib)
  set(target "")
  if(tool MATCHES "^c")
    set(target "-target ${WEFT_ZIG_TARGET}")
  endif()
  set(wrapper "${weft_wrappers}/zig-${tool}")
  if(NOT EXISTS "${wrapper}")
    file(WRITE "${wrapper}" "#!/bin/sh\nexec '${WEFT_ZIG}' ${tool} ${target} \"$@\"\n")
    execute_process(COMMAND chmod +x "${wrapper}")
  endif()
endforeach()
set(CMAKE_C_COMPILER "${weft_wrappers}/zig-cc")
set(CMAKE_CXX_COMPILER "${weft_wrappers}/zig-c++")
set(CMAKE_AR "${weft_wrappers}/zig-ar" CACHE FILEPATH "" FORCE)
set(CMAKE_RANLIB "${weft_wrappers}/zig-ranlib" CACHE FILEPATH "" FORCE)
# For macOS CMake wants this program before it builds; only an installation runs it.
find_program(CMAKE_INSTALL_NAME_TOOL NAMES install_name_tool llvm-install-name-tool)
if(NOT CMAKE_INSTALL_NAME_TOOL)
  set(wrapper "${weft_wrappers}/install_name_tool")
  file(WRITE "${wrapper}" "#!/bin/sh\necho 'install_name_tool is not here (LLVM has one)' >&2\nexit 1\n")
  execute_process(COMMAND chmod +x "${wrapper}")
  set(CMAKE_INSTALL_NAME_TOOL "${wrapper}" CACHE FILEPATH "" FORCE)
endif()
set(CMAKE_OSX_SYSROOT "" CACHE STRING "zig has its own" FORCE)
set(CMAKE_OSX_DEPLOYMENT_TARGET "" CACHE STRING "the target has it" FORCE)
set(WEFT_CCACHE OFF CACHE FILEPATH "zig keeps what it compiled itself" FORCE)
