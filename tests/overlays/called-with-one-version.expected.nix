final: prev:
let
  version = "2.0.0";
  package = final.callPackage ./functions/tool.nix;
in
{
  tool = package {
    inherit version;
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
  again = package {
    pname = "again";
    version = "1.2.0";
    hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
  };
}
