final: prev:
let
  sources.tool = rec {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchFromGitHub { owner = "example"; repo = "tool"; rev = "v${version}"; sha256 = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM="; };
  };
in
{
  tool = prev.buildRustPackage (sources.tool // { cargoHash = "sha256-N6ETKrSIM9Cs0xSZnSdCMLmhEtAM5fNHe8eYhNfDnEo="; });
  # its own, whole
  other-tool = prev.mkDerivation { pname = "other-tool"; version = "1.2.0"; src = prev.fetchurl { url = "https://example.org/1.2.0.zip"; hash = "sha256-IRoq5NsY5iNTQTCfcBp9u+FIIDCZmTSrj7UtpN3GbDg="; }; };
}
