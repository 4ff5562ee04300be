{ stdenv, fetchurl }:
let
  selectSystem =
    attrs:
    attrs.${stdenv.system} or (throw "Unsupported system: ${stdenv.system}");
  platform = selectSystem {
    x86_64-linux = "linux-x64";
    aarch64-linux = "linux-arm64";
  };
in
stdenv.mkDerivation (finalAttrs: {
  pname = "tool";
  version = "1.2.0";
  src = fetchurl {
    url = "https://github.com/owner/tool/releases/download/v${finalAttrs.version}/tool-${platform}.tgz";
    hash = selectSystem {
      x86_64-linux = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
      aarch64-linux = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  };
})
