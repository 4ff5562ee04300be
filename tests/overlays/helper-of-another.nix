final: prev:
let
  fetchWheel =
    { name, version, hash }:
    prev.fetchurl {
      url = "https://example.org/${name}-${version}-py3-none-any.whl";
      inherit hash;
    };
  version = "1.2.0";
  assets = prev.fetchzip {
    url = "https://example.org/assets-${version}.zip";
    hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
  };
in
{
  other = prev.buildPythonPackage {
    pname = "other";
    inherit version;
    src = fetchWheel {
      name = "other";
      inherit version;
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
    inherit assets;
  };
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
}
