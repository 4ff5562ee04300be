{ stdenv, fetchurl }:
stdenv.mkDerivation (finalAttrs: let
  self = finalAttrs.finalPackage;
in {
  pname = "tool";
  version = "1.2.0";
  main = fetchurl {
    url = "https://github.com/owner/tool/releases/download/v${self.version}/tool-${self.version}.tar.gz";
    sha256 = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
  table = fetchurl {
    url = "https://example.org/table.csv";
    sha256 = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
  };
  srcs = [ self.main ];
})
