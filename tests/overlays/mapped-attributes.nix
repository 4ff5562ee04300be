final: prev:
# one function makes all of our tools
prev.lib.mapAttrs (
  name: pin:
  prev.stdenv.mkDerivation {
    pname = name;
    inherit (pin) version;
    src = prev.fetchFromGitHub {
      inherit (pin) hash;
      owner = "owner";
      repo = name;
      tag = "v${pin.version}";
    };
  }
) {
  tool = {
    version = "1.2.0"; # the newest that we can use
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
  other = {
    version = "1.2.0";
    hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
  };
}
