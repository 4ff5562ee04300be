final: prev:
let
  version = "1.2.0";
  common = {
    url = "https://github.com/owner/tool/releases/download/v${version}/tool.jar";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
  sources = {
    x86_64-linux = common;
    aarch64-linux = common;
    aarch64-darwin = {
      url = "https://github.com/owner/tool/releases/download/v${version}/tool-mac.jar";
      hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
    };
  };
in
{
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    inherit version;
    src = prev.fetchurl sources.${prev.stdenv.system};
  };
}
