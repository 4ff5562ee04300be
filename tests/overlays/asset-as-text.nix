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
    version = "1.2.0";
    src = prev.fetchzip {
      urls = [ "https://github.com/owner/tool/releases/download/v1.2.0/tool-1.2.0-linux.tar.gz" ];
      sha256 = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
}
