final: prev: {
  other = prev.stdenv.mkDerivation { pname = "other"; version = "1.2.0"; src = null; };
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchhg {
      url = "https://hg.example/a/tool/";
      rev = "c00dbbc9dadfbe1e232e93a729dd4752fade0abf";
      fetchSubrepos = false;
      sha256 = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
}
