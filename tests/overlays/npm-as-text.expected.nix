final: prev: {
  other = prev.stdenv.mkDerivation {
    pname = "other";
    version = "1.2.0";
    src = prev.fetchurl { url = "https://f.example/other.tar.gz"; hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q="; };
  };
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchzip {
      url = "https://npm.example/path/tool/-/tool-2.0.0.tgz";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
}
