final: prev: {
  tool =
    let
      root = prev.fetchFromGitHub {
        name = "root";
        owner = "owner";
        repo = "tool";
        rev = "v${version}";
        hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
      };
      version = "1.2.0";
    in
    prev.stdenv.mkDerivation {
      pname = "tool";
      inherit version;
      src = root.outPath;
    };
}
