#!/bin/sh
# Compiles the crates of this workspace (`build.rustc-workspace-wrapper` in config.toml): the first argument is rustc, the others are what cargo gives it.
#
# Code that goes into executables is compiled for fixed addresses: jump tables hold addresses instead of distances, and addresses of types and tables are numbers in the
# instructions, not loads. That is worth about a tenth of the interpreter's time. Procedural macros are shared objects and cannot have it, and cargo has no setting for one
# kind of crate only, hence this script.
rustc="$1"
shift
# Cargo's metadata holds the workspace's path. With a constant in its place functions have the same names everywhere, so that `startup.order` and the profile of runs
# (`crates/taipan/profile`) fit every checkout.
out=
previous=
for arg; do
    shift
    case "$previous" in --out-dir) out="$arg" ;; esac
    previous="$arg"
    case "$arg" in metadata=*) arg="metadata=taipan" ;; esac
    set -- "$@" "$arg"
done
# The release is laid out by a profile of runs (`cargo xtask pgo` makes it): what is hot is inlined and lies together. It knows nothing of the interpreter's loop, whose registers
# would change places at every dispatch. Functions that have changed since are compiled without it. What runs at build time (procedural macros, build scripts and what these use,
# which is not optimised) has no part in it.
case " $* " in
    *" proc-macro "*) kind=macro ;;
    *" opt-level=3 "*) kind=optimised ;;
    *) kind=other ;;
esac
if [ $kind != optimised ]; then
    for arg; do
        shift
        case "$arg" in -Cprofile-*) ;; *) set -- "$@" "$arg" ;; esac
    done
fi
[ $kind != macro ] || exec "$rustc" "$@"
case " $* " in
    *" -Cprofile-"*) ;;
    *"/release/deps "*) [ $kind != optimised ] || set -- "$@" -Cprofile-use="$(dirname "$0")/../crates/taipan/profile/release.profdata" ;;
esac
case " $* " in
    # The loop of the interpreter: dispatch is copied to the ends of all handlers also after registers have been allocated. And it is always compiled as if incrementally, in every
    # profile: rustc's own inliner, which that turns off, makes LLVM keep the loop's registers in memory. Blocks that are only jumped to (handlers, and their parts that were laid apart) begin
    # on lines of 32 bytes: what the processor fetches at a time; else chance decides how many such lines a handler touches, a cycle each. Registers are split where that takes the least
    # code: by the frequencies that the compiler guesses, which mean nothing in a loop of 250 handlers, it kept the address of the frame's registers in memory (a fifth of all moves).
    *" --crate-name taipan_interp "*)
        case " $* " in *" incremental="*) ;; *) set -- "$@" -Cincremental="$out/../interp-loop" ;; esac
        set -- "$@" "-Cllvm-args=-tail-dup-size=14 -align-all-nofallthru-blocks=5 -split-spill-mode=size"
        ;;
esac
exec "$rustc" "$@" -Crelocation-model=static
