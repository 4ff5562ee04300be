self: super:
let
  pin = rec {
    version = "1.2.0";
    tag = "v${version}";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
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
