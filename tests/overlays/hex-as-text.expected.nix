final: prev: {
  other = prev.stdenv.mkDerivation { pname = "other"; version = "1.2.0"; src = null; };
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchHex { pkg = "tool"; version = "2.0.0"; sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="; };
  };
}
