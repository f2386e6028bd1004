# Debian's cross compiler g++-riscv64-linux-gnu. Tests run under qemu-user where that is installed:
#
#   cmake -B build/riscv64 -DWEFT_RUNTIME_ONLY=ON -DCMAKE_TOOLCHAIN_FILE=core/cmake/toolchains/riscv64.cmake
set(CMAKE_SYSTEM_PROCESSOR riscv64)
set(weft_triplet riscv64-linux-gnu)
set(weft_emulator qemu-riscv64)
include("${CMAKE_CURRENT_LIST_DIR}/debian.cmake")
