final: prev:
let
  fetch = prev.fetchFromGitHub;
  f = fetch;
  own = args: prev.fetchFromGitHub (args // { owner = "owner"; });
in
{
  tool = prev.buildPythonApplication rec {
    pname = "tool";
    version = "1.2.0";
    src = fetch {
      owner = "owner";
      repo = "tool";
      tag = "v${version}";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
  sibling = prev.buildPythonApplication {
    pname = "sibling";
    version = "1.2.0";
    src = own {
      repo = "tool";
      tag = "v1.2.0";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
}
