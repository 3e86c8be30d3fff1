#!/usr/bin/env python3
"""Runs check_abi.py with each compiler, and on the headers for other targets, and sees to it that allow.tsv only shrinks.

  check.py --lib LIB [--compilers gcc:g++,clang:clang++] [--targets arm-linux-gnueabihf,...]
                                fails on any failure, and on an entry that is not needed
  check.py --lib LIB --prune    takes the entries that are not needed out of allow.tsv

A target is checked with clang on the headers alone; its C library's headers are those of Debian's libc6-dev-*-cross.

An entry is the name of a missing symbol, and stands for its declaration and its export, or category:name for one row
of check_abi.py. Exit status: 0 when all is well, 1 when not, 2 when the check could not be made.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ALLOW = os.path.join(HERE, "allow.tsv")
CROSS_HEADERS = "/usr/%s/include"
INCLUDE = os.path.normpath(os.path.join(HERE, "..", "..", "include"))


def entry_of(line):
    return line.split("\t")[0].strip()


def expand(entry):
    """The rows that an entry allows to fail, and those whose failure it needs in order to stay."""
    if ":" in entry:
        return [entry], [entry]
    own = ["functions:" + entry, "exports:" + entry, "thirdparty:" + entry]
    return own + ["visibility:*->" + entry], own


def run(args, compilers, entries, options):
    """Runs check_abi.py; the rows that it allowed to fail, or None when it could not work, and whether all others passed."""
    with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as allow:
        for entry in entries:
            allow.write("".join(row + "\n" for row in expand(entry)[0]))
        allow.flush()
        command = [sys.executable, os.path.join(HERE, "check_abi.py"), "--include", INCLUDE,
                   "--allow", allow.name, "--verbose", "--cc", compilers[0], "--cxx", compilers[1]]
        p = subprocess.run(command + options, stdout=subprocess.PIPE, text=True)
    failing = set()
    for line in p.stdout.splitlines():
        m = re.match(r"allowed: (\w+) (.*?): ", line)
        if m:
            # names of uses may hold a colon, so the rest of the line is kept as well
            failing.add("%s:%s" % (m.group(1), line.split(" ", 2)[2]))
        elif line.startswith(("FAIL", "abi:")):
            print("%s: %s" % (compilers[0].split(" -isystem")[0], line))
    return (None if p.returncode == 2 else failing), p.returncode == 0


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--lib", required=True)
    ap.add_argument("--compilers", default="gcc:g++,clang:clang++")
    ap.add_argument("--targets", default="")
    ap.add_argument("--prune", action="store_true")
    args = ap.parse_args()
    with open(ALLOW, encoding="utf-8") as f:
        lines = f.readlines()
    entries = [entry_of(l) for l in lines if l.strip() and not l.startswith("#")]

    failing, passed = set(), True
    options = ["--lib", args.lib, "--leaks", "--visibility"]
    runs = []
    for pair in args.compilers.split(","):
        runs.append((pair.split(":"), options))
        options = ["--lib", args.lib]  # the rest is no matter of the compiler
    for target in filter(None, args.targets.split(",")):
        headers = CROSS_HEADERS % target
        if not os.path.exists(os.path.join(headers, "stdint.h")):
            print("FAIL %s: no C library headers in %s: apt-get install the libc6-dev-*-cross package of this target"
                  % (target, headers))
            return 2
        flags = " --target=%s -isystem %s" % (target, headers)
        runs.append((["clang" + flags, "clang++" + flags], []))
    for compilers, options in runs:
        found, good = run(args, compilers, entries, options)
        if found is None:
            return 2
        failing |= found
        passed = passed and good

    # A compiler may report what is missing once and pass the rows after it: what one compiler needs is needed.
    unneeded = [e for e in entries
                if not any(f.startswith(row + ": ") for row in expand(e)[1] for f in failing)]
    if args.prune:
        with open(ALLOW, "w", encoding="utf-8") as f:
            f.writelines(l for l in lines if l.startswith("#") or entry_of(l) not in unneeded)
        print("%d entries taken out of allow.tsv" % len(unneeded))
        return 0
    for entry in unneeded:
        print("FAIL allow.tsv allows %s, which is there: tests/abi/check.py --prune" % entry)
    return 0 if passed and not unneeded else 1


if __name__ == "__main__":
    sys.exit(main())
