final: prev: {
  tool = prev.stdenv.mkDerivation (finalAttrs: {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchzip {
      url = "mirror://npm/${finalAttrs.pname}/-/${finalAttrs.pname}-${finalAttrs.version}.tgz";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  });
}
