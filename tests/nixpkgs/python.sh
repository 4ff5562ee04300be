# What buildPythonPackage adds to the phases. Source: Nixpkgs manual, "Python", Hooks.

preInstallPhases="${preInstallPhases:-}"
preDistPhases="${preDistPhases:-} pythonCatchConflictsPhase pythonImportsCheckPhase"

if [ -n "${pythonRelaxDeps:-}${pythonRemoveDeps:-}" ] && [ "$pythonFormat" != other ]; then
    preInstallPhases="$preInstallPhases pythonRelaxDepsPhase"
fi
if [ "$pythonFormat" = pyproject ]; then
    preInstallPhases="$preInstallPhases pythonRuntimeDepsCheckHook"
    # Only of what others import, and not between two releases
    if [ -z "$wrapPrograms" ] && [[ "$version" != *unstable-* ]]; then
        preDistPhases="$preDistPhases pythonMetadataCheckPhase"
    fi
fi
if [ "$pythonFormat" = wheel ]; then dontUnpack=1; fi

buildPhase() {
    runHook preBuild
    case "$pythonFormat" in
        pyproject)
            echo "Creating a wheel..."
            "$pythonInterpreter" -P "$makeWheel" --no-isolation --outdir dist/ --wheel
            echo "Finished creating a wheel..."
            ;;
        setuptools) "$pythonInterpreter" setup.py bdist_wheel --dist-dir dist ;;
        wheel)
            mkdir -p dist
            cp "$src" "dist/$(stripHash "$src")"
            ;;
    esac
    runHook postBuild
}

pythonRelaxDepsPhase() {
    local wheel
    for wheel in dist/*.whl; do
        "$hostPython" -I "$checkWheel" relax "$wheel" "${pythonRelaxDeps:-}" "${pythonRemoveDeps:-}"
    done
}

# What builds the package is on the path of this check, too
pythonRuntimeDepsCheckHook() {
    local wheel
    [ -z "${dontCheckRuntimeDeps:-}" ] || return 0
    for wheel in dist/*.whl; do
        echo "Checking runtime dependencies for ${wheel##*/}"
        unzip -p "$wheel" '*.dist-info/METADATA' | grep -qi '^requires-dist:' || continue
        "$hostPython" -I "$checkWheel" requirements "$inputPath" "$wheel"
    done
}

installPhase() {
    local wheel
    runHook preInstall
    mkdir -p "$out"
    if [ "$pythonFormat" != other ]; then
        for wheel in dist/*.whl; do
            installWheel "$wheel"
        done
        if [ -n "$wrapPrograms" ]; then wrapPythonPrograms; fi
    fi
    runHook postInstall
}

# What has modules alone is unpacked: an interpreter costs more
installWheel() {
    if unzip -Z1 "$1" | grep -q 'entry_points\.txt$\|\.data/'; then
        "$pythonInterpreter" -m installer --no-compile-bytecode --prefix "$out" "$1"
    else
        mkdir -p "$out/$sitePackages"
        unzip -q "$1" -d "$out/$sitePackages"
    fi
}

wrapPythonPrograms() {
    local program hidden
    for program in "$out"/bin/*; do
        hidden="${program%/*}/.${program##*/}-wrapped"
        mv "$program" "$hidden"
        printf '#!%s\nexport PYTHONPATH=%q\nexec %q %q "$@"\n' \
            "$BASH" "$out/$sitePackages${runtimePath:+:$runtimePath}" "$pythonInterpreter" "$hidden" >"$program"
        chmod +x "$program"
    done
}

pythonCatchConflictsPhase() {
    [ -z "${dontUsePythonCatchConflicts:-}" ] || return 0
    local path="$out/$sitePackages${runtimePath:+:$runtimePath}" folder entry name names=" "
    # The folders' names tell where there are surely no two
    for folder in ${path//:/ }; do
        for entry in "$folder"/*.dist-info "$folder"/*.egg-info; do
            name="${entry##*/}" name="${name%%-*}" name="${name,,}" name="${name//[-.]/_}"
            if [[ "$names" == *" $name "* ]]; then
                "$hostPython" -I "$checkWheel" conflicts "$path"
                return
            fi
            names+="$name "
        done
    done
}

pythonImportsCheckPhase() {
    [ -n "${importsCheck:-}" ] && [ -z "${dontUsePythonImportsCheck:-}" ] || return 0
    echo "Check whether the following modules can be imported: $importsCheck"
    (
        cd "$out"
        PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$out/$sitePackages${runtimePath:+:$runtimePath}" \
            "$pythonInterpreter" -c 'import importlib, sys
for name in sys.argv[1:]: importlib.import_module(name)' $importsCheck
    )
}

pythonMetadataCheckPhase() {
    [ -z "${dontCheckPythonMetadata:-}" ] || return 0
    [ ! -d "$out/$sitePackages/${pname//-/_}-$version.dist-info" ] || return 0
    "$hostPython" -I "$checkWheel" metadata "$out/$sitePackages" "$pname" "$version"
}
