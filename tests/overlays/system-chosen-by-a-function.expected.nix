{ stdenv, fetchurl }:
let
  selectSystem =
    attrs:
    attrs.${stdenv.system} or (throw "Unsupported system: ${stdenv.system}");
  platform = selectSystem {
    x86_64-linux = "linux-x64";
    aarch64-linux = "linux-arm64";
  };
in
stdenv.mkDerivation (finalAttrs: {
  pname = "tool";
  version = "2.0.0";
  src = fetchurl {
    url = "https://github.com/owner/tool/releases/download/v${finalAttrs.version}/tool-${platform}.tgz";
    hash = selectSystem {
      x86_64-linux = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
      aarch64-linux = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE=";
    };
  };
})
