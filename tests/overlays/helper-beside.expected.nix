final: prev:
let
  # a helper that no package below uses
  fetchAsset =
    version: hash:
    prev.fetchurl {
      url = "https://example.org/assets-${version}.zip";
      inherit hash;
    };
  wheel =
    let
      version = "1.2.0";
    in
    {
      inherit version;
      src = prev.fetchPypi {
        inherit version;
        pname = "other";
        hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
      };
    };
in
{
  tool = prev.buildPythonPackage rec {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      rev = "v${version}";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
  other = prev.buildPythonPackage {
    pname = "other";
    inherit (wheel) version src;
  };
}
