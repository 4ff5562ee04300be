final: prev:
let
  version = "2.0.0";
  common = {
    url = "https://github.com/owner/tool/releases/download/v${version}/tool.jar";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
  sources = {
    x86_64-linux = common;
    aarch64-linux = common;
    aarch64-darwin = {
      url = "https://github.com/owner/tool/releases/download/v${version}/tool-mac.jar";
      hash = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE=";
    };
  };
in
{
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    inherit version;
    src = prev.fetchurl sources.${prev.stdenv.system};
  };
}
