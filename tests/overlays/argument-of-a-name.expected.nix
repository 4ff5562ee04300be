final: prev:
let
  sources = {
    # not to be touched
    other = { pname = "other"; version = "1.2.0"; };
    tool = {
      pname = "tool";
      version = "2.0.0";
      src = prev.fetchurl {
        url = "https://github.com/example/tool/archive/refs/tags/v2.0.0.tar.gz";
        hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
      };
    };
  };
in
{
  tool = prev.mkDerivation sources.tool;
}
