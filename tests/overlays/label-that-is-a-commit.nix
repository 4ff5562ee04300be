final: prev: {
  tool = prev.mkDerivation rec {
    pname = "tool";
    version = "c00dbbc9dadfbe1e232e93a729dd4752fade0abf";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      rev = version;
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
}
