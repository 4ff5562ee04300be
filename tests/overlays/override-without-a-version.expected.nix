final: prev: {
  tool = prev.tool.overrideAttrs (_: {
    src = prev.fetchurl {
      url = "https://github.com/owner/tool/releases/download/v2.0.0/tool-2.0.0.tar.gz";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  });
  other = prev.other.overrideAttrs (old: {
    src = prev.fetchurl {
      url = "https://github.com/owner/other/raw/main/other.tar.gz";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  });
}
