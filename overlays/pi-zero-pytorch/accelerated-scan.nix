self: super: {
  python3Packages = super.python3Packages // {
    accelerated-scan = super.python3Packages.buildPythonPackage rec {
      pname = "accelerated-scan";
      version = "0.2.0";
      format = "pyproject";

      src = super.fetchFromGitHub {
        owner = "proger"; repo = "accelerated-scan";
        tag = "v${version}";
        hash = "sha256-bTIRzKAMrZ2nzUMVwWDJ80tCrfXuKg7SDtXDv4nqPPo=";
      };

      nativeBuildInputs = [ super.python3Packages.hatchling ];
      propagatedBuildInputs = [ super.python3Packages."torch-bin" ];

      doCheck = false; # its kernels need a GPU

      meta = with super.lib; {
        description = "Accelerated first-order parallel associative scan";
        homepage = "https://github.com/proger/accelerated-scan";
        license = licenses.mit;
        platforms = platforms.linux;
      };
    };
  };
}
