{ stdenv, fetchurl }:
stdenv.mkDerivation (finalAttrs: {
  pname = "tool";
  version = "2.0.0";
  src = fetchurl {
    url = "https://github.com/owner/tool/releases/download/v${finalAttrs.version}/tool-${
      { x86_64-linux = "x64"; aarch64-linux = "arm64"; }.${stdenv.system}
    }.tar.gz";
    hash =
      {
        x86_64-linux = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
        aarch64-linux = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE=";
      }
      .${stdenv.system} or (throw "unsupported");
  };
})
