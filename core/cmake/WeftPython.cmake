# The extension module weft._native (python/native/*.cpp) over libweft.so.
#
# In a wheel it is installed beside the Python sources, with libweft.so in lib/. In a developer's
# build the same tree is staged in <build>/python/weft, the Python sources as symbolic links, so
# that an edit to them needs no build and `import weft` never starts one.
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
endif()

if(NOT DEFINED SKBUILD)
  add_custom_target(weft_stage ALL
    COMMAND "${CMAKE_COMMAND}" "-DSOURCE_DIR=${CMAKE_CURRENT_SOURCE_DIR}"
            "-DBUILD_DIR=${CMAKE_CURRENT_BINARY_DIR}"
            -P "${CMAKE_CURRENT_SOURCE_DIR}/core/cmake/stage_python.cmake"
    COMMENT "Staging the Python package"
    VERBATIM)
endif()
