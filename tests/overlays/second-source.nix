final: prev:
let
  version = "1.2.0";
  data = prev.fetchurl {
    url = "https://example.org/data-${version}.tar.gz";
    hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
  };
  model = prev.fetchurl {
    url = "https://example.org/raw/main/model.bin";
    hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
  };
in
{
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    inherit version;
    src = prev.fetchPypi {
      pname = "tool";
      inherit version;
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
    postPatch = "cp ${data} ${model} .";
  };
}
