final: prev:
let
  rev = "v1.2.0";
in
{
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchFromGitHub { owner = "owner"; repo = "tool"; inherit rev; hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q="; };
  };
  tool-data = prev.stdenv.mkDerivation {
    pname = "tool-data";
    version = "1.2.0";
    src = prev.fetchFromGitHub { owner = "owner"; repo = "data"; inherit rev; hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM="; };
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
