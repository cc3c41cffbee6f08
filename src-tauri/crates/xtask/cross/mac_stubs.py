"""Makes text stubs of Apple's libraries that hold exactly the symbols on stdin."""
import os, re, sys
OWNERS = {"Security": "_k?(Sec|SSL)", "SystemConfiguration": "_k?SC", "CoreFoundation": "_(_CF|CF|kCF)",
          "CFNetwork": "_k?CF(Network|Proxy)", "libiconv": "_(lib)?iconv"}
wanted = sys.stdin.read().split()
for name, pattern in OWNERS.items():
    is_library = name.startswith("lib")
    folder = f"/x/mac/stubs/{'lib' if is_library else f'Frameworks/{name}.framework'}"
    place = f"/usr/lib/{name}.2.dylib" if is_library else f"/System/Library/Frameworks/{name}.framework/Versions/A/{name}"
    symbols = ["_stub"] + [symbol for symbol in wanted if re.match(pattern, symbol)]
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/{name}.tbd", "w") as stub:
        stub.write("--- !tapi-tbd\ntbd-version: 4\ntargets: [ x86_64-macos, arm64-macos ]\n"
                   f"install-name: '{place}'\nexports:\n  - targets: [ x86_64-macos, arm64-macos ]\n"
                   f"    symbols: [ {', '.join(symbols)} ]\n...\n")
