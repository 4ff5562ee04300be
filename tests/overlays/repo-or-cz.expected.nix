final: prev: {
  tool = prev.stdenv.mkDerivation (finalAttrs: {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchFromRepoOrCz {
      repo = "tool";
      rev = "v${finalAttrs.version}";
      sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  });
}
