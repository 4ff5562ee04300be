final: prev:
let
  ofSystem = x: (x.${prev.stdenv.system} or (throw "none"));
in
{
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.2.0";
    src = ofSystem {
      x86_64-linux = prev.fetchurl {
        url = "https://github.com/owner/tool/releases/download/v${version}/tool-x64.tgz";
        hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
      };
      aarch64-linux = prev.fetchurl {
        url = "https://github.com/owner/tool/releases/download/v${version}/tool-arm64.tgz";
        hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
      };
    };
  };
  other = prev.stdenv.mkDerivation {
    pname = "other";
    version = "1.2.0";
    src = prev.fetchurl {
      url = "https://example.org/other-1.2.0.zip";
      hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
    };
  };
}
