final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchurl {
      url = "https://github.com/owner1.2.0/tool/releases/download/v1.2.0/tool-1.2.0-11.2.0.tar.gz";
      sha256 = "cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4";
    };
  };
}
