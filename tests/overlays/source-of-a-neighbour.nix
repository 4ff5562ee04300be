# The packages of one repository: each builds a part of it, and has a hash of its own.
final: prev: {
  tool = prev.buildGoModule (finalAttrs: {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchFromGitHub {
      owner = "example";
      repo = "tool";
      tag = "v${finalAttrs.version}";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
    vendorHash = "sha256-IRoq5NsY5iNTQTCfcBp9u+FIIDCZmTSrj7UtpN3GbDg=";
  });

  tool-ui = prev.buildNpmPackage {
    pname = "tool-ui";
    inherit (final.tool) version src;
    npmDepsHash = "sha256-N6ETKrSIM9Cs0xSZnSdCMLmhEtAM5fNHe8eYhNfDnEo=";
  };

  # untouched
  other-tool = prev.mkDerivation rec {
    pname = "other-tool";
    version = "1.2.0";
    src = prev.fetchurl {
      url = "https://example.org/other-${version}.tar.gz";
      hash = "sha256-tNUYKDbBfD39sHnt05BQBYJ9/bmQLdPYdl2c1XYx5YM=";
    };
  };
}
