#!/usr/bin/env bash
# Compiles ustream-dl for Windows and macOS on a Debian machine, and runs the Windows program under Wine.
#
#   cross.sh setup                    Debian sid in a chroot, the standard library for the targets, zig
#   cross.sh windows-check CHECKOUT   the lints of all crates for Windows
#   cross.sh windows-build CHECKOUT   the command line (release) and the window (debug)
#   cross.sh windows-installer CHECKOUT  builds the installer, installs and removes the app under Wine
#   cross.sh windows-test CHECKOUT    every test but the window's, under Wine; [FILTER…] for some
#   cross.sh windows-demo CHECKOUT    saves the practice recording under Wine and here, and compares them;
#                                     stops by Ctrl-C and goes on
#   cross.sh macos-check CHECKOUT     the lints of all crates for both kinds of Mac, links the command line
#
# Everything is kept in $CROSS. A checkout is copied, never written to. Needs root, apt, git, and node with
# npm; uses the package mirror and the certificates of this machine. docs/platforms.md says what it proves.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
area=${CROSS:?a folder to work in}
sid=$area/sid   # the chroot
x=$area/share   # /x in the chroot
port=${BRIDGE_PORT:-47113}
windows=x86_64-pc-windows-gnu
macs=(aarch64-apple-darwin x86_64-apple-darwin)

# Tests that cannot pass under Wine, whatever the program does.
not_under_wine=(
  # They start cargo, which is a Linux program here.
  layers::
  # Wine does not delete a folder with open files in it, Windows does.
  faults::a_folder_that_vanishes_during_a_run_is_reported queue::a_folder_that_is_deleted_ends_the_download_at_once
  # They save sixteen recordings at once, and Wine verifies certificates too slowly for that.
  control::a_fault_at_any_step control::a_fault_while_addresses_expire
)

step() { # NAME COMMAND…
  local name=$1 begun=$SECONDS
  shift
  echo "── $name" >&2
  "$@"
  echo "── $name: $((SECONDS - begun)) s" >&2
}

# Runs a script in the chroot, with mounts that no other process sees.
inside() {
  unshare --mount bash -euc '
    mkdir -p "$1/proc" "$1/dev" "$1/x"
    mount --rbind /dev "$1/dev"
    mount -t proc proc "$1/proc"
    mount --bind "$2" "$1/x"
    exec chroot "$1" env -i HOME=/root PATH=/usr/bin:/bin:/usr/sbin:/sbin LC_ALL=C.UTF-8 TERM=dumb \
      DEBIAN_FRONTEND=noninteractive CARGO_HOME=/x/cargo CARGO_TARGET_DIR=/x/target CARGO_TERM_COLOR=never \
      SSL_CERT_FILE=/etc/ssl/certs/host.crt CARGO_HTTP_CAINFO=/etc/ssl/certs/host.crt PIP_CERT=/etc/ssl/certs/host.crt \
      WINEPREFIX=/x/wine WINEDEBUG=-all XDG_RUNTIME_DIR=/x/run RUST_BACKTRACE=0 \
      WINEPATH="$WINEPATH" BRIDGE_PORT="$BRIDGE_PORT" \
      nice -n 15 bash -euo pipefail -c "$3" inside "${@:4}"
  ' inside "$sid" "$x" "$@"
}

# Copies the checkout. Only files that differ are written, because cargo compares modification times.
copy() {
  local checkout
  checkout=$(cd "$1" && git rev-parse --show-toplevel)
  git -C "$checkout" ls-files -z --cached --others --exclude-standard > "$area/files"
  python3 "$here/copy.py" "$checkout" "$x/src" "$area/files"
}

page() {
  local ui=$x/src/ui
  cmp -s "$ui/package-lock.json" "$ui/node_modules/of-lock" || {
    nice -n 15 npm --prefix "$ui" ci --no-audit --no-fund --loglevel error
    cp "$ui/package-lock.json" "$ui/node_modules/of-lock"
  }
  nice -n 15 npm --prefix "$ui" run build > "$x/page.log"
}

for_windows='
  export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc
  cd /x/src
'

# Wine 10 lacks a field that Windows 8 added to chain engines, asks for revocation lists that do not exist here, and
# accepts chains without a root. The verifier's source is patched where cargo has unpacked it, in this area only.
fetch_for_wine() {
  inside 'cd /x/src && cargo fetch --quiet --locked --target '"$windows"
  python3 "$here/patch_verifier.py" "$x"/cargo/registry/src/*/rustls-platform-verifier-*/src/verification/windows.rs
}

windows_build() {
  step "the page" page
  step "the command line, release" inside "$for_windows"'cargo build --locked --release -p cli --target '"$windows"
  step "the window, debug" inside "$for_windows"'cargo build --locked -p app --features tauri/custom-protocol --target '"$windows"
  ls -l "$x/target/$windows"/release/ustream-dl.exe "$x/target/$windows"/debug/ustream-downloader.exe
}

# Installs the app silently, starts it, removes it, and looks for what is left.
windows_installer() {
  step "the page" page
  step "the command line and the window, release" inside "$for_windows"'cargo build --locked --release -p cli -p app --features tauri/custom-protocol --target '"$windows"
  step "the installer" inside '
    cd /x
    version=$(sed -n "s/^version = \"\(.*\)\"/\1/p" src/Cargo.toml | head -1)
    programs=/x/target/'"$windows"'/release setup=/x/Ustream-Downloader_${version}_x64-setup.exe
    makensis -V2 -WX "-DVERSION=$version" "-DNUMERIC_VERSION=${version%%-*}" "-DPROGRAMS=$programs" "-DOUTPUT=$setup" src/src-tauri/bundle/windows/installer.nsi
    ls -l "$setup" "$programs"/ustream-d*.exe
    home=/x/wine/drive_c/users/root/AppData folder="Local/Programs/Ustream Downloader"
    wine "$setup" /S
    for file in "$folder"/{ustream-downloader,ustream-dl,uninstall}.exe "Roaming/Microsoft/Windows/Start Menu/Programs/Ustream Downloader.lnk"; do
      [ -e "$home/$file" ] || { echo "$file was not installed"; exit 1; }
    done
    wine reg query "HKCU\\Software\\Classes\\ustream-dl\\shell\\open\\command" | grep -q ustream-downloader.exe
    wine "$home/$folder/ustream-dl.exe" --version
    wine "$home/$folder/uninstall.exe" /S
    /usr/lib/*/wine/wineserver -w
    left=$(find "$home" -iname "*ustream*"; wine reg query "HKCU\\Software" /s /f ustream-d | grep -i "^HKEY" || true)
    [ -z "$left" ] || { echo "left behind: $left"; exit 1; }
    echo "installed, started, removed, nothing left"'
}

windows_test() { # FILTER…
  step "the tests" inside "$for_windows"'cargo test --locked --no-run --target '"$windows"' 2>&1 | tee /x/tests.log | grep -vE "^ +(Compiling|Fresh|Executable)" || true'
  grep -q 'Executable.*suite' "$x/tests.log" || { tail -20 "$x/tests.log"; return 1; }
  bridge
  step "the tests, under Wine" inside '
    failed=0 skip=()
    for name in '"${not_under_wine[*]}"'; do skip+=(--skip "$name"); done
    [ $# = 0 ] || skip=()
    while read -r exe; do
      # The tests were built on Linux, so their paths have no drive: the current one must be Z:, the root of Linux.
      name=$(basename "$exe") name=${name%-*}
      cd /x/src/tests
      timeout --kill-after=10 5400 wine "$exe" "$@" "${skip[@]}" < /dev/null > "/x/result-$name.txt" 2>&1 || { failed=1; awk "/^failures:/{f=1} f" "/x/result-$name.txt" | head -80; }
      echo "$name: $(grep -a "^test result" "/x/result-$name.txt" || tail -1 "/x/result-$name.txt")"
    done < <(grep -o "/x/target/[^)]*" /x/tests.log)
    exit $failed' "$@"
}

windows_demo() {
  step "the command line for Windows" inside "$for_windows"'cargo build --locked --release -p cli --target '"$windows"
  step "the practice service and the command line, here" inside 'cd /x/src && cargo build --locked -p tests --bin fake-ustream --bin ustream-dl-tested'
  bridge
  rm -rf "$x/demo"
  mkdir -p "$x/demo/windows" "$x/demo/linux"
  step "the demo" inside '
    cd /x/demo
    /x/target/debug/fake-ustream --ca ca.pem --ready ready.json > /dev/null &
    service=$!
    trap "kill $service" EXIT
    until [ -s ready.json ]; do sleep 0.1; done
    practice=(--practice "$(grep -oE "127[^\"]*" ready.json)" --practice-ca ca.pem)
    for asked in "--format mp4" "--format original" "--audio all --captions -o all.mp4"; do
      link=https://video.ibm.com/recorded/112470631
      case $asked in *-o*) where=();; *) where=(-o ./);; esac
      (cd windows && cp ../ca.pem . && wine /x/target/'"$windows"'/release/ustream-dl.exe "${practice[@]}" $asked "${where[@]}" "$link" && rm ca.pem) || { echo "under Wine: exit code $?"; exit 1; }
      (cd linux && cp ../ca.pem . && /x/target/debug/ustream-dl-tested "${practice[@]}" $asked "${where[@]}" "$link" && rm ca.pem)
    done
    cp "linux/The practice film.mp4" linux/stopped.mp4'
  step "Ctrl-C" inside "$stop_and_go_on"
  local same=0 film
  for film in "$x"/demo/linux/*.mp4 "$x"/demo/linux/*.flv; do
    for side in linux windows; do
      ffmpeg -v error -i "$x/demo/$side/${film##*/}" -map 0 -c copy -f framemd5 - > "$x/demo/$side.md5"
    done
    if cmp "$x/demo/linux.md5" "$x/demo/windows.md5"; then echo "the same packets: ${film##*/}"; else same=1; fi
  done
  return $same
}

# Wine turns SIGINT into the Ctrl-C event of a console. The line is so slow that it comes during the
# download.
stop_and_go_on='
  cd /x/demo/windows
  /x/target/debug/fake-ustream --ca ca.pem --ready ready.json --line 300,1 > /dev/null &
  service=$!
  trap "kill $service" EXIT
  until [ -s ready.json ]; do kill -0 $service; sleep 0.1; done
  save=(wine /x/target/'"$windows"'/release/ustream-dl.exe --practice "$(grep -oE "127[^\"]*" ready.json)"
    --practice-ca ca.pem --format mp4 -o stopped.mp4 https://video.ibm.com/recorded/112470631)
  "${save[@]}" 2> stopped.txt &
  run=$!
  until ls -d stopped*.part > /dev/null 2>&1; do kill -0 $run || { cat stopped.txt; exit 1; }; sleep 0.1; done
  sleep 2
  kill -INT $run
  code=0
  wait $run || code=$?
  [ $code = 130 ] && grep -q "Run the same command again" stopped.txt && [ ! -e stopped.mp4 ] ||
    { echo "Ctrl-C: exit code $code"; cat stopped.txt; exit 1; }
  "${save[@]}"
'

# Lets Windows programs run the ffmpeg of this machine.
bridge() {
  python3 "$x/bridge/server.py" "$port" "$x" > "$x/bridge/log" 2>&1 &
  bridge=$!
  trap 'kill $bridge 2> /dev/null || true' EXIT
}

for_mac='
  for target in aarch64_apple_darwin x86_64_apple_darwin; do
    export CC_$target=/x/mac/cc CXX_$target=/x/mac/cxx AR_$target=/x/mac/ar CARGO_TARGET_${target^^}_LINKER=/x/mac/cc
  done
  cd /x/src
'

link_for_mac='
  for round in first second; do
    python3 /x/mac/stubs.py < <(cat /x/mac/symbols 2> /dev/null)
    if cargo build --locked -p cli --target "$1" > /x/mac/link.log 2>&1; then
      ls -l "/x/target/$1/debug/ustream-dl"
      exit
    fi
    { grep -oE "undefined symbol: [^ ]+" /x/mac/link.log || true; } | cut -d" " -f3 | sort -u > /x/mac/symbols
  done
  tail -20 /x/mac/link.log
  exit 1
'

# Warnings are errors; the lints are those of Debian's toolchain. Tests compare whole movies with `assert!`,
# which does not print them.
lints='cargo clippy --locked --workspace --all-targets --features tauri/custom-protocol --target "$1" -- -D warnings -A clippy::manual-assert-eq
'

windows_check() {
  step "the page" page
  step "all crates for $windows" inside "$for_windows$lints" "$windows"
}

macos_check() {
  step "the page" page
  for target in "${macs[@]}"; do
    step "all crates for $target" inside "$for_mac$lints" "$target"
    step "the command line for $target, linked" inside "$for_mac$link_for_mac" "$target"
  done
}

. "$here/setup.sh"
[ "$(id -u)" = 0 ] || { echo "cross.sh must run as root: it makes a chroot" >&2; exit 1; }
export BRIDGE_PORT=$port WINEPATH='Z:\x\bridge'
command=${1:-}
case $command in
  setup) setup;;
  windows-check|windows-build|windows-installer|windows-test|windows-demo|macos-check)
    checkout=${2:?the path of a checkout}
    setup
    copy "$checkout"
    fetch_for_wine
    shift 2
    "${command//-/_}" "$@";;
  *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 2;;
esac
