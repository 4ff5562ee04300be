final: prev: {
  python3Packages.tool = prev.python3Packages.buildPythonPackage rec {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchPypi {
      inherit pname version;
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
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
