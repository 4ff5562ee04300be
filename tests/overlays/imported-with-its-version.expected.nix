final: prev: {
  tool = import ./functions/make.nix { inherit (prev) mkDerivation fetchurl; } {
    pname = "tool";
    version = "2.0.0";
    sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
}
