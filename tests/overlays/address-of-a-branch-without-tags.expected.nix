final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "2.0.0";
    src = builtins.fetchTarball {
      url = "https://github.com/owner/tool/archive/c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc.tar.gz";
      sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
}
