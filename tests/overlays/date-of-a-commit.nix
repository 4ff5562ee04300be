final: prev:
let
  date = "20240101";
in
{
  tool = prev.mkDerivation rec {
    inherit date;
    pname = "tool";
    version = "0-unstable-2024-01-01";
    src = prev.fetchgit {
      url = "https://git.example/tool.git";
      rev = "c00dbbc9dadfbe1e232e93a729dd4752fade0abf";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
  other = prev.mkDerivation {
    pname = "other";
    version = "0-unstable-2024-01-01";
    date = "20240101";
    src = prev.fetchgit {
      url = "https://git.example/other.git";
      rev = "c00dbbc9dadfbe1e232e93a729dd4752fade0abf";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  };
}
