// For functions that few models call.
#pragma once

// Keeps a function out of its callers, so that a module of WebAssembly can leave it to its second
// file (bindings/wasm/split.py), which pages of most models never load.
#define WEFT_APART [[gnu::noinline]]
