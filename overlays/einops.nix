self: super: {
  python3Packages = super.python3Packages // {
    einops = super.python3Packages.einops.overridePythonAttrs (old: {
      # Version constraint fixes
      # updater: allow deprecated-replace which einops it is, nixpkgs decides
      postPatch = (old.postPatch or "") + ''
        substituteInPlace pyproject.toml \
          --replace "hatchling>=1.10.0" "hatchling"
      '';

      doCheck = false; # asks for every framework that einops works with
    });
  };
}
