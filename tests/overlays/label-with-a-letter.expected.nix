final: prev: {
  tool = prev.mkDerivation rec {
    pname = "tool";
    version = "r2.0.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      rev = "refs/tags/${version}";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
  other = prev.mkDerivation {
    pname = "other";
    version = "r1.2.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "other";
      rev = "r1.2.0";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  };
}
