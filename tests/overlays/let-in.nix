final: prev:
let
  version = "1.2.0";
  src = prev.fetchFromGitHub {
    owner = "owner";
    repo = "tool";
    tag = "v${version}";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
in
{
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    inherit version src;
  };
}
