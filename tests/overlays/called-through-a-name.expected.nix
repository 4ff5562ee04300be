final: prev:
let
  make = prev.callPackage ./functions/make.nix { };
in
{
  other = make { pname = "other"; version = "1.2.0"; sha256 = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM="; };
  tool = make rec {
    pname = "tool";
    version = "2.0.0";
    sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    passthru.tests = "${pname}-${version}";
  };
}
