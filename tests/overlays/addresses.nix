final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchurl {
      urls = [
        "https://example.org/tool-${version}.tar.gz"
        "https://mirror.example.org/tool-1.2.0.tar.gz"
      ];
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
}
