final: prev: {
  python3Packages.tool = prev.python3Packages.buildPythonPackage rec {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchPypi {
      inherit pname version;
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
  "quoted-tool" = prev.stdenv.mkDerivation rec {
    pname = "quoted-tool";
    version = "1.2.0";
    src = prev.fetchPypi {
      inherit pname version;
      hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
    };
  };
}
