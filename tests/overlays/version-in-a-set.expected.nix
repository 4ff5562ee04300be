final: prev:
let
  pin = {
    version = "2.0.0";
    rev = "c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
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
