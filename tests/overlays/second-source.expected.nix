final: prev:
let
  version = "2.0.0";
  data = prev.fetchurl {
    url = "https://example.org/data-${version}.tar.gz";
    hash = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE=";
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
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
    postPatch = "cp ${data} ${model} .";
  };
}
