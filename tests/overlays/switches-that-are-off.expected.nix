{ fetchgit, mkDerivation, flag ? true }:
mkDerivation {
  pname = "tool";
  version = "v2.0.0";
  src = fetchgit {
    url = "https://git.example/tool";
    rev = "v2.0.0";
    fetchSubmodules = false;
    deepClone = false;
    leaveDotGit = false;
    sparseCheckout = [ ];
    sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
}
