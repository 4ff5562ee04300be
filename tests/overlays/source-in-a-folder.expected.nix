final: prev:
let
  version = "2.0.0";
  root = prev.fetchFromGitHub {
    name = "root";
    owner = "owner";
    repo = "tool";
    rev = "v${version}";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
in
{
  tool = prev.buildPythonPackage {
    pname = "tool";
    inherit version;
    src = "${root}/libs/tool";
  };
}
