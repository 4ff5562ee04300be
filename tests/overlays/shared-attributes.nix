final: prev:
let
  common = {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      rev = "v1.2.0";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
in
{
  tool = prev.stdenv.mkDerivation (common // { doCheck = false; });
}
