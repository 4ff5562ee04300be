final: prev: {
  tool = import ./functions/make.nix { inherit (prev) mkDerivation fetchurl; } {
    pname = "tool";
    version = "1.2.0";
    sha256 = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
}
