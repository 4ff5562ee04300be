final: prev: {
  other = prev.stdenv.mkDerivation {
    pname = "other";
    version = "1.2.0";
    src = null;
  };
  tool = prev.stdenv.mkDerivation (finalAttrs: {
    pname = "tool";
    version = "1.2.0"; # other is 1.2.0, too
    src = prev.fetchCrate {
      crateName = "tool";
      inherit (finalAttrs) version;
      registryDl = "https://index.example";
      unpack = false;
      sha256 = "13dmz0gq3cvm5cr2tq4p5vd3f6ypdf2nwqwxc8imxz5svwxwp2lm";
    };
  });
}
