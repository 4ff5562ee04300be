{ rustPlatform, fetchCrate }:
rustPlatform.buildRustPackage rec {
  pname = "tool";
  version = "2.0.0";
  cargoVendorDir = "vendor";
  src = fetchCrate {
    inherit pname version;
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
}
