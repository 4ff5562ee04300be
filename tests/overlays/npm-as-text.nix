final: prev: {
  other = prev.stdenv.mkDerivation {
    pname = "other";
    version = "1.2.0";
    src = prev.fetchurl { url = "https://f.example/other.tar.gz"; hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q="; };
  };
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchzip {
      url = "https://npm.example/path/tool/-/tool-1.2.0.tgz";
      sha512 = "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";
    };
  };
}
