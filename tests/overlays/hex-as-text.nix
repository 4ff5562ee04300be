final: prev: {
  other = prev.stdenv.mkDerivation { pname = "other"; version = "1.2.0"; src = null; };
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchHex { pkg = "tool"; version = "1.2.0"; sha256 = "cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4"; };
  };
}
