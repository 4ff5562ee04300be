final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchurl {
      url = "mirror://pypi/t/tool/tool-${version}.tar.gz";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
}
