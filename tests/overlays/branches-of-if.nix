final: prev: {
  tool =
    if prev.stdenv.isAarch64 then
      prev.stdenv.mkDerivation rec {
        pname = "tool";
        version = "1.1.0";
        src = prev.fetchPypi { inherit pname version; hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY="; };
      }
    else
      prev.stdenv.mkDerivation rec {
        pname = "tool";
        version = "1.2.0";
        src = prev.fetchPypi { inherit pname version; hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q="; };
      };
}
