final: prev: {
  tool =
    let
      version = "2.0.0";
      source = prev.fetchHex {
        inherit version;
        pkg = "tool";
        sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
      };
    in
    prev.stdenv.mkDerivation {
      pname = "tool";
      inherit version;
      src = source;
    };
}
