final: prev:
let
  version = "1.2.0";
  src = prev.fetchFromGitHub {
    owner = "owner";
    repo = "tool";
    rev = "v${version}";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
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
