final: prev: {
  tool = prev.mkDerivation (finalAttrs: {
    pname = "tool";
    version = "@owner/tool@2.0.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tools";
      tag = finalAttrs.version;
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  });
}
