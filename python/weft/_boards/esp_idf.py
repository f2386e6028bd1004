"""A component of ESP-IDF: `idf_component.yml`, its CMake file, and an example."""

from weft._boards.layout import Layout

_MANIFEST = """\
version: "@version"
description: The network @name as C, made by Weft
url: @url
dependencies:
  idf: ">=5.0"
"""

_CMAKE = """\
idf_component_register(SRCS "src/@name.c" INCLUDE_DIRS "include")
# A fused product is one only where the C says so: bits are then the library's.
target_compile_options(${COMPONENT_LIB} PRIVATE -ffp-contract=off)
"""

_EXAMPLE_CMAKE = """\
cmake_minimum_required(VERSION 3.16)
include($ENV{IDF_PATH}/tools/cmake/project.cmake)
project(@{name}_check)
"""

_MAIN_CMAKE = """\
idf_component_register(SRCS "main.c" "@{name}_check.c" INCLUDE_DIRS ".")
"""

_MAIN_MANIFEST = """\
dependencies:
  @name:
    version: "*"
    override_path: "../../.."
"""

_MAIN = """\
/* Runs @name on one input and compares with the results that libweft gave for it. */
#include <stdio.h>

#include "@{name}_check.h"

void app_main(void)
{
  printf("@name: %s\\n", @{name}_check() == 0 ? "as libweft" : "DIFFERS from libweft");
}
"""

_README = """\
# @name

A network as an ESP-IDF component: put this folder into `components` of a project, include
`@name.h`, which says what the functions take. @flash bytes of weights, @arena bytes of arena. Its
test:

    cd examples/check && idf.py set-target esp32 && idf.py flash monitor
"""

ESP_IDF = Layout(
    folder="@name",
    code="src",
    header="include",
    check="examples/check/main",
    files={
        "idf_component.yml": _MANIFEST,
        "CMakeLists.txt": _CMAKE,
        "examples/check/CMakeLists.txt": _EXAMPLE_CMAKE,
        "examples/check/main/CMakeLists.txt": _MAIN_CMAKE,
        "examples/check/main/idf_component.yml": _MAIN_MANIFEST,
        "examples/check/main/main.c": _MAIN,
        "README.md": _README,
    },
)
