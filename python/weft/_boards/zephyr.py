"""A module of Zephyr: `zephyr/module.yml`, its CMake and Kconfig files, and a sample."""

from weft._boards.layout import Layout

_MODULE = """\
name: @name
build:
  cmake: zephyr
  kconfig: zephyr/Kconfig
samples:
  - samples
"""

_CMAKE = """\
if(CONFIG_WEFT_@NAME)
  zephyr_library_named(@name)
  zephyr_library_sources(${CMAKE_CURRENT_LIST_DIR}/../src/@name.c)
  # A fused product is one only where the C says so: bits are then the library's.
  zephyr_library_compile_options(-ffp-contract=off)
  zephyr_include_directories(${CMAKE_CURRENT_LIST_DIR}/../include)
  if(CONFIG_WEFT_@{NAME}_NO_STATIC_ARENA)
    zephyr_library_compile_definitions(@{NAME}_NO_STATIC_ARENA)
  endif()
endif()
"""

_KCONFIG = """\
config WEFT_@NAME
    bool "The network @name, compiled by Weft"
    depends on @cmsis_nn
    imply FPU
    help
      @flash bytes of weights, @arena bytes of arena, @work multiply-adds
      a run; no heap.

config WEFT_@{NAME}_NO_STATIC_ARENA
    bool "Without an arena of its own"
    depends on WEFT_@NAME
    help
      Only the functions that take the caller's arena.
"""

_SAMPLE_CMAKE = """\
cmake_minimum_required(VERSION 3.20.0)
list(APPEND ZEPHYR_EXTRA_MODULES ${CMAKE_CURRENT_SOURCE_DIR}/../..)
find_package(Zephyr REQUIRED HINTS $ENV{ZEPHYR_BASE})
project(@{name}_check)
target_sources(app PRIVATE src/main.c src/@{name}_check.c)
"""

_CONFIGURATION = """\
CONFIG_CMSIS_NN=@cmsis_nn_yes
CONFIG_WEFT_@NAME=y
CONFIG_MAIN_STACK_SIZE=4096
"""

_SAMPLE = """\
sample:
  name: @name on one input
tests:
  sample.weft.@name:
    tags: weft
    harness: console
    harness_config:
      type: one_line
      regex:
        - "@name: as libweft"
"""

_MAIN = """\
/* Runs @name on one input and compares with the results that libweft gave for it. */
#include <zephyr/kernel.h>
#include <zephyr/sys/printk.h>

#include "@{name}_check.h"

int main(void)
{
	const int status = @{name}_check();

	printk("@name: %s\\n", status == 0 ? "as libweft" : "DIFFERS from libweft");
	return status;
}
"""

_README = """\
# @name

A network as a Zephyr module. In an application: name this folder in `ZEPHYR_EXTRA_MODULES` or in
the manifest, set `CONFIG_WEFT_@NAME=y`, include `<@name.h>`, which says what the functions take.
Its test:

    west build -b qemu_cortex_m3 samples/check -t run
"""

ZEPHYR = Layout(
    folder="@name",
    code="src",
    header="include",
    check="samples/check/src",
    files={
        "zephyr/module.yml": _MODULE,
        "zephyr/CMakeLists.txt": _CMAKE,
        "zephyr/Kconfig": _KCONFIG,
        "samples/check/CMakeLists.txt": _SAMPLE_CMAKE,
        "samples/check/prj.conf": _CONFIGURATION,
        "samples/check/sample.yaml": _SAMPLE,
        "samples/check/src/main.c": _MAIN,
        "README.md": _README,
    },
    has_cmsis_nn=True,
)
