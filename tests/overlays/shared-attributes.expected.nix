final: prev:
let
  common = {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      rev = "v2.0.0";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
in
{
  tool = prev.stdenv.mkDerivation (common // { doCheck = false; });
}
