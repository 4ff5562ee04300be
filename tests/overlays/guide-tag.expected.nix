self: super: {
  python3Packages = super.python3Packages // {
    example-package = super.python3Packages.buildPythonPackage rec {
      pname = "example-package";
      version = "2.0.0";
      format = "pyproject";

      src = super.fetchFromGitHub {
        owner = "owner";
        repo = "example-package";
        rev = "v${version}";
        sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
      };

      nativeBuildInputs = with super.python3Packages; [ setuptools wheel ];
      propagatedBuildInputs = with super.python3Packages; [ numpy scipy ];
      doCheck = false;

      # 1.2.0 was the last release with setup.py
      postPatch = ''
        substituteInPlace pyproject.toml \
          --replace "numpy<=1.2.0" "numpy"
      '';

      meta = with super.lib; {
        description = "Package description, since 1.2.0";
        homepage = "https://github.com/owner/example-package";
        changelog = "https://github.com/owner/example-package/releases/tag/v1.2.0";
        license = licenses.mit;
      };
    };
  };
}
