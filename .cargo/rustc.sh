#!/bin/sh
# Compiles the crates of this workspace (`build.rustc-workspace-wrapper` in config.toml): the first argument is rustc, the others are what cargo gives it.
#
# Code that goes into executables is compiled for fixed addresses: jump tables hold addresses instead of distances, and addresses of types and tables are numbers in the
# instructions, not loads. That is worth about a tenth of the interpreter's time. Procedural macros are shared objects and cannot have it, and cargo has no setting for one
# kind of crate only, hence this script.
rustc="$1"
shift
case " $* " in
    *" proc-macro "*) exec "$rustc" "$@" ;;
    # The loop of the interpreter: dispatch is copied to the ends of all handlers also after registers have been allocated. And it is always compiled as if incrementally, in every
    # profile: rustc's own inliner, which that turns off, makes LLVM keep the loop's registers in memory. Of a profile of runs (`cargo xtask pgo`) it gets the part without
    # the loop, whose registers would change places at every dispatch.
    *" --crate-name taipan_interp "*)
        case " $* " in *" incremental="*) ;; *) set -- "$@" -Cincremental="$CARGO_MANIFEST_DIR/../../target/interp-loop" ;; esac
        for arg; do
            shift
            case "$arg" in -Cprofile-use=*) set -- "$@" "${arg%/*}/loop.profdata" ;; *) set -- "$@" "$arg" ;; esac
        done
        exec "$rustc" "$@" -Crelocation-model=static -Cllvm-args=-tail-dup-size=14
        ;;
esac
exec "$rustc" "$@" -Crelocation-model=static
