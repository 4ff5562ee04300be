# The interpreter and its package set. The interpreter is the host's, without any of the packages that
# the host has installed: a virtual environment in the store, and so are the environments made of it.
# Source: Nixpkgs manual, "Python", Interpreters.
{ pkgs, lib, site }:
lib.makeOverridable
  ({ packageOverrides ? (_: _: { }) }:
  let
    libPrefix = "python${site.pythonVersion}";
    sitePackages = "lib/${libPrefix}/site-packages";

    packages = lib.fix (lib.extends
      (lib.composeManyExtensions (pkgs.pythonPackagesExtensions ++ [ packageOverrides ]))
      (import ./python-packages.nix { inherit pkgs lib site python; }));

    # Everything that these packages need at run time, each once
    closure = drvs:
      map (entry: entry.drv) (builtins.genericClosure {
        startSet = map (drv: { key = drv.outPath; inherit drv; }) (lib.filter (drv: drv ? pythonModule) drvs);
        operator = { drv, ... }:
          map (needed: { key = needed.outPath; drv = needed; }) drv.requiredPythonModules;
      });

    environment = drvs: pkgs.stdenv.mkDerivation {
      name = "${python.name}-env";
      trees = closure drvs;
      buildCommand = ''
        cp -R --no-preserve=mode ${python} "$out"
        for tree in $trees; do
          while IFS= read -r file; do
            if [ -e "$out/$file" ]; then
              echo "pkgs.buildEnv error: two given paths contain a conflicting subpath:" >&2
              echo "  \`$tree/$file' and" >&2
              echo "  \`$(readlink -f "$out/$file")'" >&2
              exit 1
            fi
          done < <(cd "$tree" && find bin lib -not -type d 2>/dev/null)
          for part in bin lib; do
            if [ -d "$tree/$part" ]; then cp -rs --no-preserve=mode "$tree/$part/." "$out/$part/"; fi
          done
        done
      '';
      passthru = { inherit python; interpreter = "${environment drvs}/bin/python3"; };
    };

    python = pkgs.stdenv.mkDerivation {
      pname = "python3";
      version = site.pythonVersion;
      buildCommand = ''
        ${site.python} -I -m venv --without-pip --symlinks "$out"
        rm -f "$out"/bin/[Aa]ctivate*
      '';
      meta = { mainProgram = "python3"; license = lib.licenses.mit; };
      passthru = {
        inherit libPrefix sitePackages closure;
        pythonVersion = site.pythonVersion;
        executable = "python3";
        interpreter = "${python}/bin/python3";
        pkgs = packages;
        # The function gets the set itself: what an overlay adds to `python3Packages` with `//` is not
        # in it, as in nixpkgs
        withPackages = select: environment (select packages);
        buildEnv.override = { extraLibs ? [ ], ... }: environment extraLibs;
      };
    };
  in
  python)
{ }
