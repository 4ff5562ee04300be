final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchzip {
      url = "https://github.com/owner/tool/archive/refs/heads/main.tar.gz";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
}
