final: prev:
let
  # one repository
  src = prev.fetchFromGitHub {
    owner = "owner";
    repo = "tool";
    rev = "v2.0.0";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
in
{
  of-a-folder = prev.buildPythonPackage {
    pname = "of-a-folder";
    version = "0.3"; # its own
    inherit src;
    sourceRoot = "source/folder";
  };
  tool = prev.buildPythonPackage {
    pname = "tool";
    version = "2.0.0";
    inherit src;
  };
  tool-extra = prev.buildPythonPackage {
    pname = "tool-extra";
    version = "2.0.0";
    inherit src;
    sourceRoot = "source/extra";
  };
  other = prev.mkDerivation {
    pname = "other";
    version = "1.2.0";
    src = prev.fetchPypi {
      pname = "other";
      version = "1.2.0";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  };
}
