import filecmp, os, shutil, sys
there, here, names = sys.argv[1:]
wanted = {name for name in open(names).read().split("\0") if os.path.isfile(f"{there}/{name}")}
for folder, folders, files in os.walk(here):
    # What is built here stays.
    folders[:] = [name for name in folders if name not in ("node_modules", "dist", "gen")]
    for name in files:
        if os.path.relpath(f"{folder}/{name}", here) not in wanted:
            os.remove(f"{folder}/{name}")
for name in wanted:
    old, new = f"{here}/{name}", f"{there}/{name}"
    if not os.path.isfile(old) or not filecmp.cmp(old, new, shallow=False):
        os.makedirs(os.path.dirname(old), exist_ok=True)
        shutil.copyfile(new, old)
        shutil.copymode(new, old)
