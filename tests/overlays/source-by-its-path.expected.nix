final: prev: {
  tool =
    let
      root = prev.fetchFromGitHub {
        name = "root";
        owner = "owner";
        repo = "tool";
        rev = "v${version}";
        hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
      };
      version = "2.0.0";
    in
    prev.stdenv.mkDerivation {
      pname = "tool";
      inherit version;
      src = root.outPath;
    };
}
