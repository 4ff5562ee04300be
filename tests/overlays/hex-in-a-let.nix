final: prev: {
  tool =
    let
      version = "1.2.0";
      source = prev.fetchHex {
        inherit version;
        pkg = "tool";
        sha256 = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
      };
    in
    prev.stdenv.mkDerivation {
      pname = "tool";
      inherit version;
      src = source;
    };
}
