# Debian's cross compiler g++-aarch64-linux-gnu. Tests run under qemu-user where that is installed:
#
#   cmake -B build/aarch64 -DWEFT_RUNTIME_ONLY=ON -DCMAKE_TOOLCHAIN_FILE=core/cmake/toolchains/aarch64.cmake
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(weft_triplet aarch64-linux-gnu)
set(weft_emulator qemu-aarch64)
include("${CMAKE_CURRENT_LIST_DIR}/debian.cmake")
