self: super: {
  python3Packages = super.python3Packages // {
    ema-pytorch = super.python3Packages.buildPythonPackage rec {
      pname = "ema-pytorch";
      version = "0.7.7";
      format = "pyproject";

      src = super.fetchPypi {
        pname = "ema_pytorch"; # the sdist's name
        inherit version;
        hash = "sha256-7M4ONDngPAD5WiU9bxWtpBX8qwnCwL0V8wNJ03XGmtc=";
      };

      # Upstream moved from setuptools to hatchling in 0.8
      nativeBuildInputs = with super.python3Packages; [ hatchling setuptools wheel ];

      propagatedBuildInputs = with super.python3Packages; [
        super.python3Packages."torch-bin"
        numpy # imported, although upstream does not ask for it
      ];

      pythonImportsCheck = [ "ema_pytorch" ];
      doCheck = false; # as for all that needs torch: the build machine has no GPU

      meta = with super.lib; {
        description = "Exponential moving average of a PyTorch module";
        homepage = "https://github.com/lucidrains/ema-pytorch";
        license = licenses.mit;
        platforms = platforms.unix;
      };
    };
  };
}
