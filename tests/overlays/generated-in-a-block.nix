/*
  Automatically generated using tools/pins.
*/
final: prev:
let
  version = "1.2.0";
in
{
  tool = prev.mkDerivation {
    pname = "tool";
    inherit version;
    src = prev.fetchgit {
      url = "https://example.org/tool.git";
      rev = "v${version}";
      sha256 = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
  other = prev.mkDerivation {
    pname = "other";
    version = "1.2.0";
    src = prev.fetchPypi {
      pname = "other";
      version = "1.2.0";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  };
}
