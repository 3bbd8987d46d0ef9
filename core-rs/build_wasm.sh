#!/bin/sh
# Builds everything that is WebAssembly, from source: the engine (core-rs/wasm, by wasm-bindgen, to ts/engine/wasm) and
# the HDF5 filter (core-rs/h5-filter, an Emscripten side module, embedded in ts/io/hdf5/filter_bitshuffle.generated.ts),
# then writes the hash of the sources beside them (ts/engine/stamp_test.ts fails when it is stale).
#
#   core-rs/build_wasm.sh            both, and the stamp
#   core-rs/build_wasm.sh engine     one of them, no stamp
#   core-rs/build_wasm.sh filter
#   core-rs/build_wasm.sh --version  the wasm-bindgen version that it needs
#
# Needs one of
#   Debian:  apt-get install --no-install-recommends rustc-web cargo-web rust-web-src lld
#   rustup:  rustup target add wasm32-unknown-unknown && rustup component add rust-src
# The standard library is compiled too: the filter needs it position-independent, and it makes both builds alike.
set -eu

BINDGEN=0.2.130
what=${1:-all}
case $what in
all | engine | filter) ;;
--version) echo "$BINDGEN" && exit ;;
*) echo "usage: $0 [engine | filter | --version]" >&2 && exit 2 ;;
esac

cd "$(dirname "$0")"
root=$(cd .. && pwd)
target=${CARGO_TARGET_DIR:-$root/core-rs/target}
cargo_home=${CARGO_HOME:-$HOME/.cargo}

# --- toolchain
debian_src=/usr/lib/rustlib/src/rust
if [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] && [ -d $debian_src/library ] && command -v wasm-ld >/dev/null; then
  RUSTC=/usr/bin/rustc
  cargo=/usr/bin/cargo
  linker=$(command -v wasm-ld)
  src=$debian_src
else
  sysroot=$(rustc --print sysroot 2>/dev/null || true)
  src=$sysroot/lib/rustlib/src/rust
  if [ -z "$sysroot" ] || [ ! -d "$src/library" ] || [ ! -d "$sysroot/lib/rustlib/wasm32-unknown-unknown" ]; then
    echo "$0: no Rust toolchain for WebAssembly; do one of these:" >&2
    sed -n 's/^#   \(Debian\|rustup\): */  /p' build_wasm.sh >&2
    exit 1
  fi
  RUSTC=$sysroot/bin/rustc
  cargo=cargo
  linker=$(find "$sysroot" -path '*/gcc-ld/wasm-ld' | head -n 1)
fi
export RUSTC RUSTC_BOOTSTRAP=1

# No path of this machine may end up in the output.
flags="-C target-feature=+simd128 -C linker=$linker -C strip=debuginfo \
  --remap-path-prefix=$root=braggsieve --remap-path-prefix=$cargo_home=cargo \
  --remap-path-prefix=$src=rust --remap-path-prefix=$target=target"

# $1: package; $2: further flags. Each package has its own folder: with other flags the whole library is built anew.
build() {
  RUSTFLAGS="$flags $2" "$cargo" build --quiet --locked --release --target wasm32-unknown-unknown \
    -Z build-std=std,panic_abort --target-dir "$target/wasm-build/$1" -p "$1"
  built=$target/wasm-build/$1/wasm32-unknown-unknown/release
}

size() {
  printf '%s: %s bytes, %s gzipped\n' "$2" "$(wc -c <"$1")" "$(gzip -9c "$1" | wc -c)"
}

# --- the engine
if [ "$what" != filter ]; then
  if [ "$(wasm-bindgen --version 2>/dev/null)" != "wasm-bindgen $BINDGEN" ]; then
    PATH=$cargo_home/bin:$PATH
  fi
  if [ "$(wasm-bindgen --version 2>/dev/null)" != "wasm-bindgen $BINDGEN" ]; then
    # Its lock file may name packages that a mirror does not have yet: then cargo chooses among those it has.
    env -u RUSTC -u RUSTC_BOOTSTRAP cargo install --quiet --locked wasm-bindgen-cli --version $BINDGEN ||
      env -u RUSTC -u RUSTC_BOOTSTRAP cargo install --quiet wasm-bindgen-cli --version $BINDGEN
  fi
  build braggsieve-wasm ""
  wasm-bindgen --target bundler --remove-name-section --remove-producers-section --out-dir "$root/ts/engine/wasm" --out-name braggsieve "$built/braggsieve_wasm.wasm"
  size "$root/ts/engine/wasm/braggsieve_bg.wasm" "engine"
fi

# --- the HDF5 filter
if [ "$what" != engine ]; then
  build braggsieve-h5-filter "-C relocation-model=pic"
  module=$built/filter.wasm
  "$linker" --shared --experimental-pic --no-entry --allow-undefined --gc-sections --strip-all \
    --undefined=H5PLget_plugin_type --undefined=H5PLget_plugin_info \
    --export=H5PLget_plugin_type --export=H5PLget_plugin_info --export-if-defined=__wasm_apply_data_relocs \
    "$built/libbraggsieve_h5_filter.a" -o "$module"
  {
    echo '// Made by core-rs/build_wasm.sh from core-rs/h5-filter; not to be edited.'
    echo
    echo '/** The HDF5 filter plugin 32008 (bitshuffle-LZ4) as an Emscripten side module, in base64 with line breaks. */'
    echo 'export const FILTER_BITSHUFFLE = `'
    base64 -w 116 "$module"
    echo '`;'
  } >"$root/ts/io/hdf5/filter_bitshuffle.generated.ts"
  size "$module" "HDF5 filter"
fi

# --- the stamp: one line per source file, hashed again
if [ "$what" = all ]; then
  find Cargo.toml Cargo.lock build_wasm.sh core/Cargo.toml core/src wasm/Cargo.toml wasm/src \
    h5-filter/Cargo.toml h5-filter/src -type f | LC_ALL=C sort | xargs sha256sum | sha256sum |
    cut -d ' ' -f 1 >"$root/ts/engine/wasm/sources.sha256"
fi
