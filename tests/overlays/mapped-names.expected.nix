final: prev:
let
  inherit (prev.lib) mapAttrs' nameValuePair;
  plugin =
    name:
    {
      owner,
      version,
      hash,
    }:
    nameValuePair "plugin-${name}" (
      prev.stdenv.mkDerivation (finalAttrs: {
        pname = name;
        inherit version;
        src = prev.fetchFromGitHub {
          inherit owner hash;
          repo = finalAttrs.pname;
          tag = "v" + finalAttrs.version;
        };
      })
    );
in
mapAttrs' plugin {
  other = { owner = "somebody"; version = "1.2.0"; hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM="; };
  tool = { owner = "owner"; version = "2.0.0"; hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="; };
}
