{ stdenv, fetchFromGitLab }:
stdenv.mkDerivation (finalAttrs: {
  pname = "tool";
  version = "1.2.0";
  date = "2024.01.01"; # when it was written
  src = fetchFromGitLab {
    owner = "owner";
    repo = "tool";
    rev = "c00dbbc9dadfbe1e232e93a729dd4752fade0abf";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
  meta.date = "2024.01.01";
})
