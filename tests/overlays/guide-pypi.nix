self: super: {
  python3Packages = super.python3Packages // {
    example-package = super.python3Packages.buildPythonPackage rec {
      pname = "example-package";
      version = "1.2.0";
      format = "setuptools";

      # PyPI when available
      src = super.fetchPypi {
        inherit pname version;
        hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
      };

      propagatedBuildInputs = with super.python3Packages; [
        super.python3Packages."torch-bin"
        (accelerate.override { torch = super.python3Packages."torch-bin"; })
      ] ++ super.lib.optionals (!super.stdenv.isAarch64) [
        bitsandbytes # x86_64 only
      ];

      doCheck = false;
    };
  };
}
