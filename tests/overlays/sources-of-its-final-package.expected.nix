{ stdenv, fetchurl }:
stdenv.mkDerivation (finalAttrs: let
  self = finalAttrs.finalPackage;
in {
  pname = "tool";
  version = "2.0.0";
  main = fetchurl {
    url = "https://github.com/owner/tool/releases/download/v${self.version}/tool-${self.version}.tar.gz";
    sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
  table = fetchurl {
    url = "https://example.org/table.csv";
    sha256 = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
  };
  srcs = [ self.main ];
})
