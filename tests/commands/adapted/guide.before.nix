self: super: {
  python3Packages = super.python3Packages // {
    guide = super.python3Packages.buildPythonPackage rec {
      pname = "guide";
      version = "1.0";
      format = "pyproject";

      src = super.fetchPypi {
        inherit pname version;
        hash = "HASH";
      };

      nativeBuildInputs = [ super.python3Packages.setuptools ];

      propagatedBuildInputs = with super.python3Packages; [
        # Torch
        super.python3Packages."torch-bin"

        # Standard
        loguru
        numpy # arrays
        scipy
        tqdm
      ];

      # Bounds that are too tight
      postPatch = ''
        substituteInPlace pyproject.toml \
          --replace-fail "scipy<=1.10" "scipy" \
          --replace-fail "tqdm<5" "tqdm"
      '';

      meta.license = super.lib.licenses.mit;
    };
  };
}
