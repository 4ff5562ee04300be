final: prev:
let
  ofSystem = x: (x.${prev.stdenv.system} or (throw "none"));
in
{
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "2.0.0";
    src = ofSystem {
      x86_64-linux = prev.fetchurl {
        url = "https://github.com/owner/tool/releases/download/v${version}/tool-x64.tgz";
        hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
      };
      aarch64-linux = prev.fetchurl {
        url = "https://github.com/owner/tool/releases/download/v${version}/tool-arm64.tgz";
        hash = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE=";
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
