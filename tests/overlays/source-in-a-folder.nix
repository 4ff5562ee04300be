final: prev:
let
  version = "1.2.0";
  root = prev.fetchFromGitHub {
    name = "root";
    owner = "owner";
    repo = "tool";
    rev = "v${version}";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
in
{
  tool = prev.buildPythonPackage {
    pname = "tool";
    inherit version;
    src = "${root}/libs/tool";
  };
}
