final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.2.0";
    src = builtins.fetchGit {
      url = "https://git.example.org/owner/tool.git";
      ref = "refs/tags/v1.2.0";
      rev = "c00dbbc9dadfbe1e232e93a729dd4752fade0abf";
    };
  };
}
