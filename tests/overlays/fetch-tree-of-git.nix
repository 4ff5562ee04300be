final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.2.0";
    src = fetchTree {
      type = "git";
      url = "https://git.example.org/owner/tool";
      ref = "refs/tags/v${version}";
      rev = "c00dbbc9dadfbe1e232e93a729dd4752fade0abf";
    };
  };
}
