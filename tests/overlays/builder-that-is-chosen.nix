final: prev:
let
  build = if prev.stdenv.isx86_64 then prev.buildPythonPackage else prev.buildPythonApplication;
in
{
  tool = build (self: {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      rev = "v${self.version}";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  });
  chosen = (if prev.stdenv.isx86_64 then build else prev.mkDerivation) {
    pname = "chosen";
    version = "1.2.0";
    src = prev.fetchPypi {
      pname = "chosen";
      version = "1.2.0";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  };
}
