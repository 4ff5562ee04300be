final: prev:
let
  date = "20250602";
in
{
  tool = prev.mkDerivation rec {
    inherit date;
    pname = "tool";
    version = "0-unstable-2025-06-02";
    src = prev.fetchgit {
      url = "https://git.example/tool.git";
      rev = "c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
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
