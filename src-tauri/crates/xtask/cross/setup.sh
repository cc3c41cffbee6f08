# Sourced by cross.sh: installs what the other tasks need, once for each machine.

packages=(cargo rustc rust-src rust-clippy gcc libc6-dev g++-mingw-w64-x86-64 nasm cmake make pkg-config
  nsis wine wine64 python3-pip ca-certificates)

setup() {
  [ -e "$area/ready" ] && return
  mkdir -p "$x/run" "$x/cargo"
  chmod 700 "$x/run"
  step "programs of this machine" host_programs
  [ -e "$area/bootstrapped" ] || step "debootstrap" bootstrap
  step "packages" install
  for target in "$windows" "${macs[@]}"; do
    [ -e "$x/std-$target" ] || step "std for $target" inside "$std" "$target"
    touch "$x/std-$target"
  done
  [ -d "$x/zig/ziglang" ] || step "zig" inside 'python3 -m pip install --quiet --root-user-action=ignore --target /x/zig ziglang'
  step "helpers" helpers
  touch "$area/ready"
}

host_programs() {
  local missing=()
  for program in debootstrap ffmpeg mediainfo; do command -v "$program" > /dev/null || missing+=("$program"); done
  [ ${#missing[@]} = 0 ] || { apt-get -qq update && apt-get -qq --yes install --no-install-recommends "${missing[@]}"; }
  command -v npm > /dev/null || { echo "npm is missing: the window cannot be built" >&2; exit 1; }
}

bootstrap() {
  local mirror
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' "Codename: $(. /etc/os-release && echo "$VERSION_CODENAME")" | head -1)
  rm -rf "$sid"
  debootstrap --variant=minbase --include=ca-certificates sid "$sid" "$mirror" > "$area/debootstrap.log"
  touch "$area/bootstrapped"
}

install() {
  cp -L /etc/resolv.conf /etc/hosts "$sid/etc/"
  cp /etc/ssl/certs/ca-certificates.crt "$sid/etc/ssl/certs/host.crt"
  # How this machine reaches its package mirror, and nothing else of its configuration.
  grep -lE '^ *Acquire::(http|https|Check)' /etc/apt/apt.conf.d/* 2> /dev/null | xargs -r cp -t "$sid/etc/apt/apt.conf.d/"
  printf 'Acquire::Languages "none";\nAPT::Install-Recommends "false";\n' > "$sid/etc/apt/apt.conf.d/98cross"
  for config in ~/.cargo/config.toml ~/.cargo/config; do [ ! -e "$config" ] || cp "$config" "$x/cargo/"; done
  inside 'apt-get -qq update && apt-get -qq --yes install "$@" > /x/packages.log' "${packages[@]}"
}

# Debian packages the standard library for its own targets only. Its source package holds everything that
# the library is built from, so no network is needed.
std='
  source=/usr/src/rustc-$(rustc -V | cut -d" " -f2)/library
  lib=/usr/lib/rustlib/$1/lib
  export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=/x/std __CARGO_DEFAULT_LIB_METADATA=stablestd
  export RUSTFLAGS=-Zforce-unstable-if-unmarked
  case $1 in *apple*)
    # The dylib of the standard library is not used, and nothing here can link it.
    printf "#!/bin/bash\nwhile [ \$# -gt 0 ]; do [ \"\$1\" = -o ] && : > \"\$2\"; shift; done\n" > /x/nolink
    chmod +x /x/nolink
    RUSTFLAGS="$RUSTFLAGS -Clinker=/x/nolink";;
  esac
  rm -rf "/x/std/$1" "$lib"
  cd "$source"
  cargo build --quiet --locked --offline --profile dist -p sysroot --target "$1" --features backtrace,panic-unwind 2> "/x/std-$1.log" || { tail -30 "/x/std-$1.log"; exit 1; }
  mkdir -p "$lib"
  cp "/x/std/$1/dist/deps/"*.rlib "$lib"
  case $1 in *windows-gnu)
    for object in rsbegin rsend; do rustc --target "$1" --emit=obj -Cpanic=abort -o "$lib/$object.o" "rtstartup/$object.rs"; done;;
  esac
  rm -rf "/x/std/$1"
'

helpers() {
  mkdir -p "$x/bridge" "$x/mac"
  cp "$here/bridge_server.py" "$x/bridge/server.py"
  cp "$here/bridge_stub.rs" "$x/bridge/stub.rs"
  cp "$here/mac_stubs.py" "$x/mac/stubs.py"
  cp "$here/mac_cc.sh" "$x/mac/cc"
  cp "$here/mac_cc.sh" "$x/mac/cxx"
  printf '#!/bin/bash\nPYTHONPATH=/x/zig exec python3 -m ziglang ar "$@"\n' > "$x/mac/ar"
  : > "$x/mac/empty.c"
  chmod +x "$x"/mac/{cc,cxx,ar}
  inside '
    cd /x/bridge
    rustc --edition 2024 -O --target '"$windows"' -C linker=x86_64-w64-mingw32-gcc stub.rs -o ffmpeg.exe
    cp ffmpeg.exe ffprobe.exe && cp ffmpeg.exe mediainfo.exe
    wineboot --init > /dev/null 2>&1'
}
