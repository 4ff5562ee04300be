final: prev:
let
  pin = {
    version = "1.2.0";
    rev = "v" + pin.version;
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
in
{
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    version = pin.version;
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      rev = pin.rev;
      hash = pin.hash;
    };
  };
}
