{ stdenv, fetchurl }:
stdenv.mkDerivation (finalAttrs: {
  pname = "tool";
  version = "1.2.0";
  src = fetchurl {
    url = "https://github.com/owner/tool/archive/v${finalAttrs.finalPackage.version}.tar.gz";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
})
