{ rustPlatform, fetchCrate }:
rustPlatform.buildRustPackage rec {
  pname = "tool";
  version = "1.2.0";
  cargoVendorDir = "vendor";
  src = fetchCrate {
    inherit pname version;
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
}
