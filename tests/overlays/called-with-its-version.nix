final: prev: {
  python3Packages = prev.python3Packages // {
    tool = final.callPackage ./functions/tool.nix {
      version = "1.2.0"; # the newest that we can use
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
    other = final.callPackage ./functions/tool.nix {
      pname = "other";
      version = "1.2.0";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  };
}
