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
    version = "1.2.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      tag = "v${finalAttrs.version}";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  });
}
