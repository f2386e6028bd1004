# Files written into the build folder: the version, the list of operators, the list of formulas.
# The collectors are CMake scripts, so the C build needs no Python; each rewrites its output only
# when the content changed, so editing an operator's arithmetic recompiles that operator alone.

set(WEFT_GENERATED_DIR "${CMAKE_CURRENT_BINARY_DIR}/generated")

configure_file(core/cmake/weft_version.h.in "${WEFT_GENERATED_DIR}/weft_version.h" @ONLY)

file(GLOB_RECURSE weft_operator_sources CONFIGURE_DEPENDS core/ops/*.cpp)
file(GLOB_RECURSE weft_formula_headers CONFIGURE_DEPENDS core/kernels/formulas/*.h)
# Operators from a folder outside core/ops, as if they lay in it.
set(weft_extra_operator_sources "")
if(WEFT_EXTRA_OPERATORS)
  file(GLOB weft_extra_operator_sources CONFIGURE_DEPENDS "${WEFT_EXTRA_OPERATORS}/*.cpp")
  list(APPEND weft_operator_sources ${weft_extra_operator_sources})
endif()
if(WEFT_RUNTIME_ONLY)
  list(FILTER weft_operator_sources EXCLUDE REGEX "\\.training\\.cpp$")
endif()
list(SORT weft_operator_sources)
list(SORT weft_formula_headers)

# weft_collect(SCRIPT <script> INPUTS <files...> OUTPUTS <files...>)
# Runs core/cmake/<script> over INPUTS. The list of inputs is itself a file that the command
# depends on, so that removing a source is noticed as well.
function(weft_collect)
  cmake_parse_arguments(arg "" "SCRIPT" "INPUTS;OUTPUTS" ${ARGN})
  set(script "${CMAKE_CURRENT_SOURCE_DIR}/core/cmake/${arg_SCRIPT}")
  get_filename_component(name "${arg_SCRIPT}" NAME_WE)
  set(listing "${WEFT_GENERATED_DIR}/${name}.inputs")
  string(REPLACE ";" "\n" lines "${arg_INPUTS}")
  file(CONFIGURE OUTPUT "${listing}" CONTENT "${lines}\n" @ONLY)
  add_custom_command(
    OUTPUT ${arg_OUTPUTS}
    COMMAND "${CMAKE_COMMAND}" "-DINPUTS=${listing}" "-DROOT=${CMAKE_CURRENT_SOURCE_DIR}/core"
            "-DOUTPUT_DIR=${WEFT_GENERATED_DIR}" -P "${script}"
    DEPENDS ${arg_INPUTS} "${listing}" "${script}"
            "${CMAKE_CURRENT_SOURCE_DIR}/core/cmake/write_if_changed.cmake"
    COMMENT "Running ${arg_SCRIPT}"
    VERBATIM)
endfunction()

set(weft_generated_operators "${WEFT_GENERATED_DIR}/weft_operators.inc")
weft_collect(SCRIPT collect_operators.cmake
  INPUTS ${weft_operator_sources}
  OUTPUTS ${weft_generated_operators})

set(weft_generated_formulas
  "${WEFT_GENERATED_DIR}/weft_formulas.inc"
  "${WEFT_GENERATED_DIR}/weft_formula_headers.inc")
weft_collect(SCRIPT collect_formulas.cmake
  INPUTS ${weft_formula_headers}
  OUTPUTS ${weft_generated_formulas})

add_custom_target(weft_generated
  DEPENDS ${weft_generated_operators} ${weft_generated_formulas})
