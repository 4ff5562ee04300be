final: prev: {
  other = prev.stdenv.mkDerivation {
    pname = "other";
    version = "1.2.0";
    src = prev.fetchurl {
      url = "https://github.com/owner/other/releases/download/v1.2.0/tool-1.2.0-linux.tar.gz";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchzip {
      urls = [ "https://github.com/owner/tool/releases/download/v2.0.0/Tool_2.0.0_linux.tgz" ];
      sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
}
