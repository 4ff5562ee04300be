self: super:
let
  pin = rec {
    version = "2.0.0";
    tag = "v${version}";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
in
{
  tool = super.mkDerivation rec {
    pname = "tool";
    inherit (pin) version;
    src = super.fetchFromRepoOrCz {
      repo = pname;
      rev = "v${version}";
      inherit (pin) hash;
    };
  };
  other = super.mkDerivation {
    pname = "other";
    version = "1.2.0";
    src = super.fetchFromRepoOrCz {
      repo = "other";
      rev = "v1.2.0";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  };
}
