{ stdenv, fetchurl }:
let
  # the same file for both
  jar = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  hashes = {
    x86_64-linux = jar;
    aarch64-linux = jar;
  };
in
stdenv.mkDerivation (finalAttrs: {
  pname = "tool";
  version = "2.0.0";
  src = fetchurl {
    url = "https://github.com/owner/tool/releases/download/v${finalAttrs.version}/tool.jar";
    hash = hashes.${stdenv.system};
  };
})
