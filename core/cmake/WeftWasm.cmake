# The modules for browsers and Node (toolchains/wasm.cmake): the archive linked by Emscripten, with the
# functions of weft.h that load and run models as exports and nothing but a log's lines as imports, then
# made small and split in two files (bindings/wasm/finish.py), by what the networks of WEFT_WASM_NETWORKS
# run (bindings/wasm/networks.py). `cmake --build build/wasm --target weft_modules`. With
# WEFT_WASM_THREADS the memory is imported, too: workers share it (pool_threads_workers.cpp).
if(NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "wasm32" OR NOT TARGET weft)
  return()
endif()

# Of weft.h what a library of some operators has (weft_ops.map), without files and threads.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS core/cmake/weft_ops.map)
file(STRINGS core/cmake/weft_ops.map weft_exported REGEX "^ *weft_")
string(REGEX MATCHALL "weft_[a-z_]+" weft_exported "${weft_exported}")
list(REMOVE_ITEM weft_exported weft_model_load)
if(NOT WEFT_WASM_THREADS)
  list(REMOVE_ITEM weft_exported weft_set_num_threads weft_num_threads)
endif()
list(APPEND weft_exported malloc free memalign)
# To export a function does not take it out of the archive.
list(TRANSFORM weft_exported PREPEND "-Wl,-u," OUTPUT_VARIABLE weft_wanted)
list(TRANSFORM weft_exported PREPEND "_")
list(JOIN weft_exported "," weft_exported)

# What the C library has for one thread serves several, but for its allocator and the functions of
# worker_locks.cpp. Its archives of the same for threads need Emscripten's own JavaScript.
set(weft_memory -sMALLOC=emmalloc)
set(weft_name weft)
if(WEFT_WASM_THREADS)
  set(weft_wrapped pthread_mutex_lock pthread_mutex_trylock pthread_mutex_unlock pthread_cond_wait
      sched_yield)
  list(TRANSFORM weft_wrapped PREPEND "-Wl,--wrap=")
  set(weft_memory -sMALLOC=none -lemmalloc-mt -lc++-mt-noexcept -lc++abi-mt-noexcept
      -Wl,--shared-memory,--import-memory,--no-check-features
      -Wl,--export=__wasm_init_tls,--export=__tls_size,--export=__tls_align ${weft_wrapped})
  set(weft_name weft-threads)
endif()

# Debian's Emscripten asks node for a library that lies where only Debian's own node looks.
set(weft_linked "${CMAKE_CURRENT_BINARY_DIR}/linked.wasm")
add_custom_command(OUTPUT "${weft_linked}"
  COMMAND "${CMAKE_COMMAND}" -E env NODE_PATH=/usr/share/nodejs "${WEFT_EMXX}"
    ${weft_wanted} "$<TARGET_FILE:weft>"
    -o "${weft_linked}" --no-entry -O1 -g2 -msimd128 -sSTANDALONE_WASM -sWASM_BIGINT -sASSERTIONS=0
    -sGLOBAL_BASE=16384 # room for marks: split.py
    ${weft_memory} -sALLOW_MEMORY_GROWTH -sMAXIMUM_MEMORY=4GB -sTOTAL_STACK=1MB
    "-sEXPORTED_FUNCTIONS=${weft_exported}"
  DEPENDS weft VERBATIM COMMENT "Linking the module")

set(WEFT_WASM_NETWORKS "${CMAKE_CURRENT_BINARY_DIR}/networks" CACHE PATH
  "Networks whose functions pages load first")
find_package(Python COMPONENTS Interpreter REQUIRED)
set(weft_modules "${CMAKE_CURRENT_SOURCE_DIR}/bindings/wasm/lib" CACHE PATH "Where the modules go")
add_custom_target(weft_modules
  COMMAND "${Python_EXECUTABLE}" "${CMAKE_CURRENT_SOURCE_DIR}/bindings/wasm/finish.py"
    "${weft_linked}" --networks "${WEFT_WASM_NETWORKS}"
    --output "${weft_modules}" --name "${weft_name}"
  DEPENDS "${weft_linked}" VERBATIM COMMENT "Making the modules small")
