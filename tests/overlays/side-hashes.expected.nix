{ lib, python3Packages, rustPlatform, fetchFromGitHub, fetchNpmDeps }:
python3Packages.buildPythonPackage rec {
  pname = "tool";
  version = "2.0.0";
  src = fetchFromGitHub {
    owner = "owner";
    repo = "tool";
    tag = "v${version}";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
  cargoDeps = rustPlatform.fetchCargoVendor {
    inherit pname version src;
    hash = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE=";
  };
  vendorHash = "sha256-GHHZU1MN0yKtAGSz31h40ECvZ4527o8Wk7h4EqlYIJY=";
}
