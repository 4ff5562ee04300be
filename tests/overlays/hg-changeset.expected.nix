final: prev: {
  other = prev.stdenv.mkDerivation { pname = "other"; version = "1.2.0"; src = null; };
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchhg {
      url = "https://hg.example/a/tool/";
      rev = "c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc";
      fetchSubrepos = false;
      sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
}
