//! Gives tests and examples the path of the library that weft-sys found.

fn main() {
    if let Ok(folder) = std::env::var("DEP_WEFT_LIBDIR") {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{folder}");
    }
}
