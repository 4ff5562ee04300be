final: prev: {
  python3Packages = prev.python3Packages // {
    tool = final.callPackage ./functions/tool.nix {
      version = "2.0.0"; # the newest that we can use
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
    other = final.callPackage ./functions/tool.nix {
      pname = "other";
      version = "1.2.0";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  };
}
