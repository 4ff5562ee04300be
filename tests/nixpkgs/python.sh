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
            "$pythonInterpreter" -m build --no-isolation --outdir dist/ --wheel
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
        "$hostPython" -I "$checkWheel" requirements "$inputPath" "$wheel"
    done
}

installPhase() {
    local wheel
    runHook preInstall
    mkdir -p "$out"
    if [ "$pythonFormat" != other ]; then
        for wheel in dist/*.whl; do
            "$pythonInterpreter" -m installer --no-compile-bytecode --prefix "$out" "$wheel"
        done
        if [ -n "$wrapPrograms" ]; then wrapPythonPrograms; fi
    fi
    runHook postInstall
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
    "$hostPython" -I "$checkWheel" conflicts "$out/$sitePackages${runtimePath:+:$runtimePath}"
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
    "$hostPython" -I "$checkWheel" metadata "$out/$sitePackages" "$pname" "$version"
}
