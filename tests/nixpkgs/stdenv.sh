# The phases of nixpkgs' stdenv with the words that it logs, for what the tests build.
# Source: Nixpkgs manual, "The Standard Environment", Phases and Shell functions.
set -u
shopt -s nullglob

: "${HOME:=$TMPDIR}" "${out:=}"
export HOME="$TMPDIR" NIX_BUILD_CORES="${NIX_BUILD_CORES:-1}"

# --- substitution -------------------------------------------------------------------------------

# substitute FILE REPLACEMENT...: rewrites FILE in place.
substituteOne() {
    local file="$1" content before mode pattern replacement variable
    shift
    if [ ! -f "$file" ]; then
        echo "substitute(): ERROR: file '$file' does not exist" >&2
        return 1
    fi
    IFS= read -r -d '' content <"$file" || true
    while (($#)); do
        mode="$1"
        case "$mode" in
            --replace | --replace-fail | --replace-warn | --replace-quiet)
                pattern="$2" replacement="$3"
                shift 3
                ;;
            --subst-var)
                variable="$2" pattern="@$2@" replacement="${!variable}"
                shift 2
                ;;
            --subst-var-by)
                pattern="@$2@" replacement="$3"
                shift 3
                ;;
            *)
                echo "substituteStream() in derivation $name: ERROR: Invalid command line argument: $mode" >&2
                return 1
                ;;
        esac
        if [ "$mode" = --replace ]; then
            echo "substituteStream() in derivation $name: WARNING: '--replace' is deprecated, use --replace-{fail,warn,quiet}. ($file)" >&2
            mode=--replace-warn
        fi
        before="$content"
        content="${content//"$pattern"/"$replacement"}"
        [ "$content" = "$before" ] || continue
        case "$mode" in
            --replace-warn)
                printf "substituteStream() in derivation %s: WARNING: pattern %q doesn't match anything in file '%s'\n" "$name" "$pattern" "$file" >&2
                ;;
            --replace-fail)
                printf "substituteStream() in derivation %s: ERROR: pattern %q doesn't match anything in file '%s'\n" "$name" "$pattern" "$file" >&2
                return 1
                ;;
        esac
    done
    printf '%s' "$content" >"$file"
}

# substituteInPlace FILE... REPLACEMENT...
substituteInPlace() {
    local -a files=()
    local file
    while (($#)) && [[ "$1" != --* || "$1" == -- ]]; do
        [ "$1" = -- ] || files+=("$1")
        shift
    done
    if ((${#files[@]} == 0)); then
        echo "substituteInPlace(): ERROR: no files given" >&2
        return 1
    fi
    for file in "${files[@]}"; do
        substituteOne "$file" "$@" || return 1
    done
}

# --- phases -------------------------------------------------------------------------------------

runHook() {
    local code="${!1:-}"
    [ -z "$code" ] || eval "$code"
}

# STORE/HASH-NAME -> NAME
stripHash() {
    local base="${1##*/}"
    echo "${base:33}"
}

unpackFile() {
    local file="$1" base
    base="$(stripHash "$file")"
    echo "unpacking source archive $file"
    if [ -d "$file" ]; then
        cp -R --no-preserve=ownership "$file" "$base"
    else
        case "$base" in
            *.tar* | *.tgz) tar --no-same-owner -xf "$file" ;;
            *.zip | *.whl) unzip -q "$file" ;;
            *)
                echo "do not know how to unpack source archive $file" >&2
                return 1
                ;;
        esac
    fi
}

unpackPhase() {
    local -a before=(*/) after fresh=()
    local folder
    unpackFile "$src"
    after=(*/)
    for folder in "${after[@]}"; do
        [[ " ${before[*]} " == *" $folder "* ]] || fresh+=("${folder%/}")
    done
    if [ -z "${sourceRoot:-}" ]; then
        case ${#fresh[@]} in
            0) echo "unpacker appears to have produced no directories" >&2; return 1 ;;
            1) sourceRoot="${fresh[0]}" ;;
            *) echo "unpacker produced multiple directories" >&2; return 1 ;;
        esac
    fi
    chmod -R u+w -- "${fresh[@]}"
    echo "source root is $sourceRoot"
    runHook postUnpack
}

patchPhase() {
    local file
    runHook prePatch
    for file in ${patches:-}; do
        echo "applying patch $file"
        patch ${patchFlags:--p1} <"$file"
    done
    runHook postPatch
}

configurePhase() { runHook preConfigure; runHook postConfigure; }
buildPhase() { runHook preBuild; runHook postBuild; }
checkPhase() { runHook preCheck; runHook postCheck; }
installPhase() { runHook preInstall; mkdir -p "$out"; runHook postInstall; }
fixupPhase() {
    runHook preFixup
    if [ -n "${propagatedBuildInputs:-}" ]; then
        mkdir -p "$out/nix-support"
        echo "$propagatedBuildInputs" >"$out/nix-support/propagated-build-inputs"
    fi
    runHook postFixup
}

runPhase() {
    local phase="$1"
    echo "@nix { \"action\": \"setPhase\", \"phase\": \"$phase\" }" >&2
    echo "Running phase: $phase"
    # The attribute of the derivation wins over the function of the same name
    if [ -n "${!phase:-}" ]; then eval "${!phase}"; else "$phase"; fi
    if [ "$phase" = unpackPhase ]; then cd -- "${sourceRoot:-.}"; fi
}

genericBuild() {
    local phase
    if [ -n "${buildCommand:-}" ]; then
        eval "$buildCommand"
        return
    fi
    for phase in ${phases:-unpackPhase patchPhase configurePhase buildPhase checkPhase ${preInstallPhases:-} installPhase fixupPhase ${preDistPhases:-}}; do
        case "$phase" in
            unpackPhase) [ -z "${dontUnpack:-}" ] || continue ;;
            buildPhase) [ -z "${dontBuild:-}" ] || continue ;;
            checkPhase) [ -n "${doCheck:-}" ] || continue ;;
        esac
        runPhase "$phase"
    done
}

if [ -n "${setup:-}" ]; then source "$setup"; fi
genericBuild

# Nix 2.8 kills the builder when its log ends. Where an external program came last, builds have been
# seen to fail with "signal 9" for that; a builtin comes last instead.
true
