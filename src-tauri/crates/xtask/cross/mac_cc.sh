#!/bin/bash
# Apple's compiler and linker, by zig: rustc and the cc crate speak clang's dialect.
target=aarch64-macos args=()
while [ $# -gt 0 ]; do
  case $1 in
    --target=x86_64*) target=x86_64-macos;;
    -arch) shift; [ "$1" != x86_64 ] || target=x86_64-macos;;
    -isysroot) shift;;
    --target=*|-mmacosx-version-min=*|-mmacos-version-min=*|-fobjc-arc|-fmodules) ;;
    *.m|*.mm) args+=(/x/mac/empty.c);; # Objective-C wants Apple's headers; a check does not want its objects.
    *) args+=("$1");;
  esac
  shift
done
case " ${args[*]} " in *" -c "*) ;; *) args+=(-F/x/mac/stubs/Frameworks -L/x/mac/stubs/lib);; esac
PYTHONPATH=/x/zig exec python3 -m ziglang "$(basename "$0" | sed 's/^cxx$/c++/')" -target "$target.11.0" "${args[@]}"
