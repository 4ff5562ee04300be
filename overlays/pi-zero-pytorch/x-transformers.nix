self: super: {
  python3Packages = super.python3Packages // {
    x-transformers = super.python3Packages.buildPythonPackage rec {
      pname = "x-transformers";
      version = "2.4.1";
      format = "pyproject";

      src = super.fetchPypi {
        pname = "x_transformers";
        inherit version;
        hash = "sha256-HBOArmAT66rHePrZ/a0d+uzumtZsN3RyVgLTMd5RclA=";
      };

      nativeBuildInputs = [ super.python3Packages.hatchling ];

      propagatedBuildInputs = with super.python3Packages; [
        super.python3Packages."torch-bin"

        # Custom overlay
        einx

        # Use patched einops from self
        (self.python3Packages.einops)

        loguru
        packaging
      ];

      doCheck = false; # as for all that needs torch: the build machine has no GPU

      meta = with super.lib; {
        description = "Transformer with experimental features from various papers";
        homepage = "https://github.com/lucidrains/x-transformers";
        license = licenses.mit;
        platforms = platforms.unix;
      };
    };
  };
}
