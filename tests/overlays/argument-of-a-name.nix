final: prev:
let
  sources = {
    # not to be touched
    other = { pname = "other"; version = "1.2.0"; };
    tool = {
      pname = "tool";
      version = "1.2.0";
      src = prev.fetchurl {
        url = "https://github.com/example/tool/archive/refs/tags/v1.2.0.tar.gz";
        hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
      };
    };
  };
in
{
  tool = prev.mkDerivation sources.tool;
}
