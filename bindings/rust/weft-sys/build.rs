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
            "libweft was not found: install Weft (`pip install .` in its tree), or set WEFT_PREFIX to \
             the folder that has lib/libweft.so"
        );
    };
    println!("cargo:rustc-link-search=native={}", link_to(&folder));
    println!("cargo:rustc-link-lib=dylib=weft");
    // The package `weft` gives its own programs the path of the library.
    println!("cargo:libdir={folder}");
}

/// A folder of links to the library. `cargo run` and `cargo test` find libraries for the programs of
/// others only where builds write, so that such a program needs no variable.
fn link_to(folder: &str) -> String {
    let links = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    for name in ["libweft.so", "libweft.so.0"] {
        let link = Path::new(&links).join(name);
        let _ = std::fs::remove_file(&link); // of an earlier build
        std::os::unix::fs::symlink(Path::new(folder).join(name), &link)
            .unwrap_or_else(|error| panic!("cannot write {}: {error}", link.display()));
    }
    links
}
