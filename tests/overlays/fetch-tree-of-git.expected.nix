final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "2.0.0";
    src = fetchTree {
      type = "git";
      url = "https://git.example.org/owner/tool";
      ref = "refs/tags/v${version}";
      rev = "c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc";
    };
  };
}
