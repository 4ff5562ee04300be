final: prev: {
  other = prev.stdenv.mkDerivation {
    pname = "other";
    version = "1.2.0";
    src = null;
  };
  tool = prev.stdenv.mkDerivation (finalAttrs: {
    pname = "tool";
    version = "2.0.0"; # other is 1.2.0, too
    src = prev.fetchCrate {
      crateName = "tool";
      inherit (finalAttrs) version;
      registryDl = "https://index.example";
      unpack = false;
      sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  });
}
