final: prev:
let
  version = "1.2.0";
  base = "https://github.com/owner/tool/releases/download";
in
{
  tool = prev.stdenv.mkDerivation (finalAttrs: {
    pname = "tool";
    inherit version;
    src = prev.fetchurl {
      url = "${base}/v${finalAttrs.version}/tool-linux-${version}.tar.gz";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  });
}
