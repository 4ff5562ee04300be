self: super: {
  python3Packages = super.python3Packages // {
    pi-zero-pytorch = super.python3Packages.buildPythonPackage rec {
      pname = "pi-zero-pytorch";
      version = "1.2.0";

      src = super.fetchFromGitHub {
        owner = "lucidrains";
        repo = "pi-zero-pytorch";
        rev = "c00dbbc9dadfbe1e232e93a729dd4752fade0abf";
        sha256 = "1m7vriii57inah592zbsa567fpirjjp1wmkvn1a7xxps6rbnp86b";
      };

      nativeBuildInputs = [ super.python3Packages.hatchling ];
    };
  };
}
