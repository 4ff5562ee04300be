final: prev: {
  tool = prev.stdenv.mkDerivation (finalAttrs: {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchzip {
      url = "mirror://npm/${finalAttrs.pname}/-/${finalAttrs.pname}-${finalAttrs.version}.tgz";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  });
}
