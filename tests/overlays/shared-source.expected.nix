final: prev:
let
  version = "2.0.0";
  src = prev.fetchFromGitHub {
    owner = "owner";
    repo = "tool";
    rev = "v${version}";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
in
{
  tool-core = prev.buildPythonPackage {
    pname = "tool-core";
    inherit version src;
    sourceRoot = "source/core";
  };
  tool-extra = prev.buildPythonPackage {
    pname = "tool-extra";
    inherit version src;
    sourceRoot = "source/extra";
  };
}
