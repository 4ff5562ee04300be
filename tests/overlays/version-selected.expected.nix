final: prev:
let
  pin = {
    version = "2.0.0";
    rev = "v" + pin.version;
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
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
