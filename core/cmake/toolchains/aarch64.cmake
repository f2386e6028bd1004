# Debian's cross compiler g++-aarch64-linux-gnu. Tests run under qemu-user where that is installed:
#
#   cmake -B build/aarch64 -DWEFT_RUNTIME_ONLY=ON -DCMAKE_TOOLCHAIN_FILE=core/cmake/toolchains/aarch64.cmake
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)

set(CMAKE_FIND_ROOT_PATH /usr/aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)

find_program(WEFT_QEMU NAMES qemu-aarch64 qemu-aarch64-static)
mark_as_advanced(WEFT_QEMU)
if(WEFT_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR "${WEFT_QEMU};-L;/usr/aarch64-linux-gnu")
endif()
