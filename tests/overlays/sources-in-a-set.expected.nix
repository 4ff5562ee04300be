final: prev:
let
  version = "2.0.0";
  sources = {
    x86_64-linux = prev.fetchurl {
      url = "https://example.org/tool-${version}-x86_64.tar.gz";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
    aarch64-linux = prev.fetchurl {
      url = "https://example.org/tool-${version}-aarch64.tar.gz";
      hash = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE=";
    };
  };
in
{
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    inherit version;
    src = sources.${prev.stdenv.system};
  };
}
