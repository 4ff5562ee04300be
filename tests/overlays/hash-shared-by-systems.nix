{ stdenv, fetchurl }:
let
  # the same file for both
  jar = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  hashes = {
    x86_64-linux = jar;
    aarch64-linux = jar;
  };
in
stdenv.mkDerivation (finalAttrs: {
  pname = "tool";
  version = "1.2.0";
  src = fetchurl {
    url = "https://github.com/owner/tool/releases/download/v${finalAttrs.version}/tool.jar";
    hash = hashes.${stdenv.system};
  };
})
