self: super: {
  python3Packages = super.python3Packages // {
    guide = super.python3Packages.buildPythonPackage rec {
      pname = "guide";
      version = "2.0";
      format = "pyproject";

      src = super.fetchPypi {
        inherit pname version;
        hash = "HASH";
      };

      nativeBuildInputs = [ super.python3Packages.setuptools super.python3Packages.hatchling ];

      propagatedBuildInputs = with super.python3Packages; [
        # Torch
        super.python3Packages."torch-bin"

        # Standard
        numpy # arrays
        scipy
        tqdm
        (accelerate.override { torch = super.python3Packages."torch-bin"; })
        self.python3Packages.base
        h2
        httpx
        packaging
        einops
      ] ++ super.lib.optionals super.stdenv.hostPlatform.isLinux [ nvidia-ml-py ];
      pythonRelaxDeps = [ "numpy" ];

      # Bounds that are too tight
      postPatch = ''
        substituteInPlace pyproject.toml \
          --replace-fail "scipy<=1.12" "scipy"
      '';

      meta.license = super.lib.licenses.mit;
    };
  };
}
