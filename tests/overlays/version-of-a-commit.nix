self: super: {
  tool = super.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.2.0-unstable-2024-05-01";
    src = super.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      rev = "c00dbbc9dadfbe1e232e93a729dd4752fade0abf";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
}
