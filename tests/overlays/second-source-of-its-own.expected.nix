final: prev: {
  tool = prev.stdenv.mkDerivation (finalAttrs: {
    pname = "tool";
    version = "2.0.0";
    srcs = [
      (prev.fetchFromGitHub {
        name = "library";
        owner = "owner";
        repo = "library";
        rev = "0123456789abcdef0123456789abcdef01234567";
        hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
      })
      (prev.fetchFromGitHub {
        name = "tool";
        owner = "owner";
        repo = "tool";
        tag = "v${finalAttrs.version}";
        hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
      })
    ];
  });
}
