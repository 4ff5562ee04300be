final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchurl {
      url = "https://github.com/owner1.2.0/tool/releases/download/v2.0.0/tool-2.0.0-11.2.0.tar.gz";
      sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
}
