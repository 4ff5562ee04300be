final: prev: {
  tool = prev.stdenv.mkDerivation (finalAttrs: {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchFromRepoOrCz {
      repo = "tool";
      rev = "v${finalAttrs.version}";
      sha256 = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  });
}
