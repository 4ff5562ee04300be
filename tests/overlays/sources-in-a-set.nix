final: prev:
let
  version = "1.2.0";
  sources = {
    x86_64-linux = prev.fetchurl {
      url = "https://example.org/tool-${version}-x86_64.tar.gz";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
    aarch64-linux = prev.fetchurl {
      url = "https://example.org/tool-${version}-aarch64.tar.gz";
      hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
    };
  };
in
{
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    inherit version;
    src = sources.${prev.stdenv.system};
  };
}
