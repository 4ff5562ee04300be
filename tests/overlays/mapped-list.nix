final: prev:
let
  make =
    { pname, version, hash }:
    prev.stdenv.mkDerivation {
      inherit pname version;
      src = prev.fetchFromGitHub {
        owner = "owner";
        repo = pname;
        rev = "v${version}";
        inherit hash;
      };
    };
in
{
  mine = true;
}
// builtins.listToAttrs (
  map
    (pin: {
      name = pin.pname;
      value = make pin;
    })
    [
      {
        pname = "tool";
        version = "1.2.0";
        hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
      }
      # stays
      {
        pname = "other";
        version = "1.2.0";
        hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
      }
    ]
)
