final: prev: {
  tool = prev.tool.overrideAttrs (_: {
    src = prev.fetchurl {
      url = "https://github.com/owner/tool/releases/download/v1.2.0/tool-1.2.0.tar.gz";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  });
  other = prev.other.overrideAttrs (old: {
    src = prev.fetchurl {
      url = "https://github.com/owner/other/raw/main/other.tar.gz";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  });
}
