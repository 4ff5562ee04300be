final: prev:
let
  make = prev.callPackage ./functions/make.nix { };
in
{
  other = make { pname = "other"; version = "1.2.0"; sha256 = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM="; };
  tool = make rec {
    pname = "tool";
    version = "1.2.0";
    sha256 = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    passthru.tests = "${pname}-${version}";
  };
}
