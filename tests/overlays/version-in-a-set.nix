final: prev:
let
  pin = {
    version = "1.2.0";
    rev = "c00dbbc9dadfbe1e232e93a729dd4752fade0abf";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
in
{
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    inherit (pin) version;
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      inherit (pin) rev hash;
    };
  };
  other = prev.stdenv.mkDerivation {
    pname = "other";
    version = "1.2.0";
    src = prev.fetchPypi {
      pname = "other";
      version = "1.2.0";
      hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
    };
  };
}
