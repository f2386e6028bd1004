# The extension module weft._native (python/native/*.cpp) over libweft.so.
#
# In a wheel it is installed beside the Python sources, with libweft.so in lib/. In a developer's
# build the same tree is staged in <build>/python/weft, the Python sources as symbolic links, so
# that an edit to them needs no build and `import weft` never starts one.
#
# WEFT_PYTHONS names further interpreters, for each of which the extension is built beside: the
# library is the same for all of them. The extension has no stable ABI, because arrays are raw
# CPython types and pybind11 has none.
if(WEFT_RUNTIME_ONLY)
  message(FATAL_ERROR "WEFT_BUILD_PYTHON needs the full library: set WEFT_RUNTIME_ONLY=OFF")
endif()
if(NOT BUILD_SHARED_LIBS)
  message(FATAL_ERROR "WEFT_BUILD_PYTHON needs libweft.so: set BUILD_SHARED_LIBS=ON")
endif()

set(PYBIND11_FINDPYTHON ON)
find_package(Python 3.11 REQUIRED COMPONENTS Interpreter Development.Module)
if(NOT pybind11_DIR)
  execute_process(COMMAND "${Python_EXECUTABLE}" -m pybind11 --cmakedir
    OUTPUT_VARIABLE pybind11_DIR OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
find_package(pybind11 CONFIG REQUIRED)

# weft_add_native_for(<interpreter>): the extension for another Python than the build's own.
function(weft_add_native_for interpreter)
  execute_process(
    COMMAND "${interpreter}" -c "import sysconfig as s, sys; print(s.get_paths()['include'], \
s.get_config_var('EXT_SUFFIX'), '%d%d' % sys.version_info[:2], sep=';')"
    OUTPUT_VARIABLE facts OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  list(GET facts 0 include)
  list(GET facts 1 suffix)
  list(GET facts 2 version)
  add_library(weft_native_${version} MODULE ${weft_native_sources})
  target_include_directories(weft_native_${version} PRIVATE python/native "${WEFT_GENERATED_DIR}")
  target_include_directories(weft_native_${version} SYSTEM PRIVATE
    "${include}" "${pybind11_INCLUDE_DIR}")
  target_link_libraries(weft_native_${version} PRIVATE weft)
  set_target_properties(weft_native_${version} PROPERTIES
    PREFIX ""
    OUTPUT_NAME _native
    SUFFIX "${suffix}"
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/native"
    BUILD_WITH_INSTALL_RPATH ON
    INSTALL_RPATH "$ORIGIN/lib")
  install(TARGETS weft_native_${version} LIBRARY DESTINATION .)
endfunction()

set(weft_stage "${CMAKE_CURRENT_BINARY_DIR}/python/weft")
configure_file(core/cmake/_version.py.in "${weft_stage}/_version.py" @ONLY)
install(FILES "${weft_stage}/_version.py" DESTINATION .)

file(GLOB_RECURSE weft_native_sources CONFIGURE_DEPENDS python/native/*.cpp)
if(weft_native_sources AND TARGET weft)
  pybind11_add_module(weft_native MODULE NO_EXTRAS ${weft_native_sources})
  target_include_directories(weft_native PRIVATE python/native "${WEFT_GENERATED_DIR}")
  target_link_libraries(weft_native PRIVATE weft)
  set_target_properties(weft_native PROPERTIES
    OUTPUT_NAME _native
    LIBRARY_OUTPUT_DIRECTORY "${weft_stage}"
    BUILD_WITH_INSTALL_RPATH ON
    INSTALL_RPATH "$ORIGIN/lib")
  install(TARGETS weft_native LIBRARY DESTINATION .)
  foreach(interpreter IN LISTS WEFT_PYTHONS)
    weft_add_native_for("${interpreter}")
  endforeach()
endif()

if(NOT DEFINED SKBUILD)
  add_custom_target(weft_stage ALL
    COMMAND "${CMAKE_COMMAND}" "-DSOURCE_DIR=${CMAKE_CURRENT_SOURCE_DIR}"
            "-DBUILD_DIR=${CMAKE_CURRENT_BINARY_DIR}"
            -P "${CMAKE_CURRENT_SOURCE_DIR}/core/cmake/stage_python.cmake"
    COMMENT "Staging the Python package"
    VERBATIM)
endif()
