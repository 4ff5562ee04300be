final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.2.0";
    src =
      if prev.stdenv.isx86_64 then
        prev.fetchurl {
          url = "https://github.com/owner/tool/releases/download/v${version}/tool-x86_64.tar.gz";
          hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
        }
      else
        prev.fetchurl {
          url = "https://github.com/owner/tool/releases/download/v${version}/tool-aarch64.tar.gz";
          hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
        };
  };
}
