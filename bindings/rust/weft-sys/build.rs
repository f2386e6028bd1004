//! Finds libweft: the environment variable WEFT_PREFIX names an installation; else the command
//! `weft --prefix` of the Python package; else pkg-config.

use std::env;
use std::path::Path;
use std::process::Command;

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let done = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(done.stdout).ok()?;
    done.status.success().then(|| text.trim().to_string())
}

fn main() {
    println!("cargo:rerun-if-env-changed=WEFT_PREFIX");
    let folder = env::var("WEFT_PREFIX")
        .ok()
        .or_else(|| output("weft", &["--prefix"]))
        .map(|prefix| format!("{prefix}/lib"))
        .or_else(|| output("pkg-config", &["--variable=libdir", "weft"]));
    let Some(folder) = folder.filter(|folder| Path::new(folder).join("libweft.so").exists()) else {
        panic!(
            "libweft was not found: install Weft (`pip install weft`), or set WEFT_PREFIX to the \
             folder that has lib/libweft.so"
        );
    };
    println!("cargo:rustc-link-search=native={folder}");
    println!("cargo:rustc-link-lib=dylib=weft");
    // The package `weft` gives its programs the same path, so that they run without a variable.
    println!("cargo:libdir={folder}");
}
