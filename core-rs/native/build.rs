//! Hashes the sources as `build_wasm.sh` does, so that the library can tell which core it was built from:
//! `ts/engine/native.ts` compares with the stamp of the WebAssembly.

use sha2::{Digest, Sha256};
use std::path::Path;

/// As `build_wasm.sh` lists them.
const SOURCES: [&str; 9] = [
    "Cargo.toml",
    "Cargo.lock",
    "build_wasm.sh",
    "core/Cargo.toml",
    "core/src",
    "wasm/Cargo.toml",
    "wasm/src",
    "h5-filter/Cargo.toml",
    "h5-filter/src",
];

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for source in SOURCES {
        println!("cargo:rerun-if-changed={}", root.join(source).display());
        collect(&root, source, &mut files);
    }
    // An edit of this crate alone rebuilds it too: naming any file switches cargo's own rule off.
    println!("cargo:rerun-if-changed=src");
    files.sort();
    let mut lines = String::new();
    for file in files {
        let bytes = std::fs::read(root.join(&file)).expect("a source file that was just listed");
        lines += &format!("{}  {file}\n", hex(&bytes));
    }
    println!("cargo:rustc-env=BRAGGSIEVE_SOURCES={}", hex(lines.as_bytes()));
}

/// All files of `path`, relative to `root`, with forward slashes.
fn collect(root: &Path, path: &str, files: &mut Vec<String>) {
    let full = root.join(path);
    if full.is_file() {
        files.push(path.to_string());
        return;
    }
    for entry in std::fs::read_dir(full).expect("a folder of sources") {
        let name = entry.expect("an entry of it").file_name();
        collect(root, &format!("{path}/{}", name.to_string_lossy()), files);
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
