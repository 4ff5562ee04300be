self: super: {
  tool = super.callPackage (import ./functions/generic.nix {
    version = "1.2.0";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  }) { };
  tool_1 = super.callPackage (import ./functions/generic.nix {
    version = "1.1.0";
    rev = "v1.1";
    hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
  }) { };
}
