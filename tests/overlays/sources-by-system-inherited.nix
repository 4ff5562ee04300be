final: prev:
let
  version = "1.2.0";
  sources = {
    x86_64-linux = {
      arch = "amd64";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
    aarch64-linux = {
      arch = "arm64";
      hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
    };
  };
  source = sources.${prev.stdenv.system};
in
{
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    inherit version;
    src = prev.fetchurl {
      url = "https://github.com/owner/tool/releases/download/v${version}/tool-${source.arch}.tar.gz";
      inherit (source) hash;
    };
  };
}
