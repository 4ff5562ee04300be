final: prev: {
  tool = prev.mkDerivation (finalAttrs: {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      tag = "v${finalAttrs.version}";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
    cargoLock = {
      lockFile = ./Cargo.lock;
      outputHashes = { "crate-0.1.0" = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="; };
    };
  });
  other = prev.mkDerivation {
    pname = "other";
    version = "1.2.0";
    src = prev.fetchPypi {
      pname = "other";
      version = "1.2.0";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  };
}
