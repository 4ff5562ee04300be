{ stdenv, fetchurl }:
stdenv.mkDerivation (finalAttrs: {
  pname = "tool";
  version = "2.0.0";
  src = fetchurl {
    url = "https://github.com/owner/tool/archive/v${finalAttrs.finalPackage.version}.tar.gz";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
})
