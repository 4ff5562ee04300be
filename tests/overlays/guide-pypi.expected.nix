self: super: {
  python3Packages = super.python3Packages // {
    example-package = super.python3Packages.buildPythonPackage rec {
      pname = "example-package";
      version = "2.0.0";
      format = "setuptools";

      # PyPI when available
      src = super.fetchPypi {
        inherit pname version;
        hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
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
