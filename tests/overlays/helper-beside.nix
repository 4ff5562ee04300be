final: prev:
let
  # a helper that no package below uses
  fetchAsset =
    version: hash:
    prev.fetchurl {
      url = "https://example.org/assets-${version}.zip";
      inherit hash;
    };
  wheel =
    let
      version = "1.2.0";
    in
    {
      inherit version;
      src = prev.fetchPypi {
        inherit version;
        pname = "other";
        hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
      };
    };
in
{
  tool = prev.buildPythonPackage rec {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      rev = "v${version}";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
  other = prev.buildPythonPackage {
    pname = "other";
    inherit (wheel) version src;
  };
}
