final: prev: {
  lib' = rec {
    version = "1.2.0";
    fetchAsset =
      name:
      prev.fetchurl {
        url = "https://example.org/${name}-${version}.zip";
        hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
      };
  };
  tool = prev.mkDerivation (finalAttrs: {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      tag = "v${finalAttrs.version}";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  });
}
