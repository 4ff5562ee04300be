final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchurl {
      urls = [
        "https://example.org/tool-${version}.tar.gz"
        "https://mirror.example.org/tool-2.0.0.tar.gz"
      ];
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
}
