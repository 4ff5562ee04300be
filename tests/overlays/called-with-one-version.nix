final: prev:
let
  version = "1.2.0";
  package = final.callPackage ./functions/tool.nix;
in
{
  tool = package {
    inherit version;
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
  again = package {
    pname = "again";
    version = "1.2.0";
    hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
  };
}
