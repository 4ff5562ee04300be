self: super: {
  python3Packages = super.python3Packages // {
    einops = super.python3Packages.einops.overridePythonAttrs (old: {
      # Version constraint fixes
      postPatch = (old.postPatch or "") + ''
        substituteInPlace pyproject.toml \
          --replace "hatchling>=1.10.0" "hatchling"
      '';

      doCheck = false; # asks for every framework that einops works with
    });
  };
}
