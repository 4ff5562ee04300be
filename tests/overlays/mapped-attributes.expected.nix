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
    version = "2.0.0"; # the newest that we can use
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
  other = {
    version = "1.2.0";
    hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
  };
}
