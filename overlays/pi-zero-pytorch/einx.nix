self: super: {
  python3Packages = super.python3Packages // {
    einx = super.python3Packages.buildPythonPackage rec {
      pname = "einx";
      version = "0.3.0";
      format = "pyproject";

      # updater: allow source-form the index's file has no tests
      src = super.fetchFromGitHub {
        owner = "fferflo";
        repo = "einx";
        tag = "v${version}";
        hash = "sha256-lbcf47h1tW1fj94NLG4iJPEs6ziGPkcX1Q+wn59PvS8=";
      };

      nativeBuildInputs = with super.python3Packages; [ setuptools wheel ];
      propagatedBuildInputs = with super.python3Packages; [ numpy sympy frozendict ];

      pythonImportsCheck = [ "einx" ];
      doCheck = false; # asks for every framework that einx works with

      meta = with super.lib; {
        description = "Tensor operations in Einstein-inspired notation";
        homepage = "https://github.com/fferflo/einx";
        license = licenses.mit;
        platforms = platforms.unix;
      };
    };
  };
}
