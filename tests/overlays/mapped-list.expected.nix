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
        version = "2.0.0";
        hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
      }
      # stays
      {
        pname = "other";
        version = "1.2.0";
        hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
      }
    ]
)
