final: prev:
let
  version = "2.0.0";
  sources = {
    x86_64-linux = {
      arch = "amd64";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
    aarch64-linux = {
      arch = "arm64";
      hash = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE=";
    };
  };
  source = sources.${prev.stdenv.system};
in
{
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    inherit version;
    src = prev.fetchurl {
      url = "https://github.com/owner/tool/releases/download/v${version}/tool-${source.arch}.tar.gz";
      inherit (source) hash;
    };
  };
}
