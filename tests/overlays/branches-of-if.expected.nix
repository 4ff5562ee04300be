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
        version = "2.0.0";
        src = prev.fetchPypi { inherit pname version; hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="; };
      };
}
