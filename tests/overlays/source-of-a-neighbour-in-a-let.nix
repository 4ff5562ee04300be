final: prev:
let
  inherit (prev) buildGoModule buildRustPackage;

  tool = buildGoModule rec {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchFromGitHub {
      owner = "example"; repo = "tool"; rev = "v" + version;
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
    vendorHash = null;
  };
in
{
  inherit tool;
  tool-core = buildRustPackage {
    pname = "tool-core";
    inherit (tool) src version;
    cargoHash = "sha256-N6ETKrSIM9Cs0xSZnSdCMLmhEtAM5fNHe8eYhNfDnEo=";
  };
  tool-data = prev.mkDerivation {
    pname = "tool-data";
    inherit (tool) version;
    src = prev.fetchurl {
      url = "https://example.org/data-${tool.version}.tar.gz";
      hash = "sha256-IRoq5NsY5iNTQTCfcBp9u+FIIDCZmTSrj7UtpN3GbDg=";
    };
  };
}
