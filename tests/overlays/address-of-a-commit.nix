final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.2.0";
    src = builtins.fetchTarball {
      url = "https://github.com/owner/tool/archive/c00dbbc9dadfbe1e232e93a729dd4752fade0abf.tar.gz";
      sha256 = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
}
