self: super: {
  python3Packages = super.python3Packages // {
    pi-zero-pytorch = super.python3Packages.buildPythonPackage rec {
      pname = "pi-zero-pytorch";
      version = "2.0.0";

      src = super.fetchFromGitHub {
        owner = "lucidrains";
        repo = "pi-zero-pytorch";
        rev = "c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc";
        sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
      };

      nativeBuildInputs = [ super.python3Packages.hatchling ];
    };
  };
}
