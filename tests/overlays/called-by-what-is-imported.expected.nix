self: super: {
  tool = super.callPackage (import ./functions/generic.nix {
    version = "2.0.0";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  }) { };
  tool_1 = super.callPackage (import ./functions/generic.nix {
    version = "1.1.0";
    rev = "v1.1";
    hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
  }) { };
}
