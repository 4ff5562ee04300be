{ stdenv }:
stdenv.mkDerivation {
  pname = "tool";
  version = "1.2.0";
  src = builtins.fetchTree {
    type = "github";
    owner = "owner";
    repo = "tool";
    rev = "c00dbbc9dadfbe1e232e93a729dd4752fade0abf";
    narHash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
}
