{ lib, python3Packages, rustPlatform, fetchFromGitHub, fetchNpmDeps }:
python3Packages.buildPythonPackage rec {
  pname = "tool";
  version = "1.2.0";
  src = fetchFromGitHub {
    owner = "owner";
    repo = "tool";
    tag = "v${version}";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
  cargoDeps = rustPlatform.fetchCargoVendor {
    inherit pname version src;
    hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
  };
  vendorHash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
}
