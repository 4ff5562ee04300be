final: prev: {
  other = prev.mkDerivation {
    pname = "other";
    version = "1.2.0";
    src = prev.fetchFromGitiles {
      url = "https://chromium.googlesource.com/other";
      rev = "v1.2.0";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  };
  tool = prev.mkDerivation {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchFromGitiles {
      url = "https://chromium.googlesource.com/chromiumos/tool";
      rev = "v2.0.0"; # a tag
      sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
}
