{ fetchgit, mkDerivation, flag ? true }:
mkDerivation {
  pname = "tool";
  version = "v1.2.0";
  src = fetchgit {
    url = "https://git.example/tool";
    rev = "v1.2.0";
    fetchSubmodules = false;
    deepClone = false;
    leaveDotGit = false;
    sparseCheckout = [ ];
    sha256 = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
}
