{ stdenv, fetchurl }:
stdenv.mkDerivation (finalAttrs: {
  pname = "tool";
  version = "2.0.0";
  main_src = fetchurl {
    url = "https://github.com/owner/tool/releases/download/v${finalAttrs.version}/tool-${finalAttrs.version}.tar.xz";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
  srcs = [ finalAttrs.main_src ];
})
