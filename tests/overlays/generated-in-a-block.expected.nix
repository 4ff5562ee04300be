/*
  Automatically generated using tools/pins.
*/
final: prev:
let
  version = "2.0.0";
in
{
  tool = prev.mkDerivation {
    pname = "tool";
    inherit version;
    src = prev.fetchgit {
      url = "https://example.org/tool.git";
      rev = "v${version}";
      sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
  other = prev.mkDerivation {
    pname = "other";
    version = "1.2.0";
    src = prev.fetchPypi {
      pname = "other";
      version = "1.2.0";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  };
}
