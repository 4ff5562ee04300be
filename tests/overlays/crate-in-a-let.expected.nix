final: prev:
let
  version = "2.0.0";
  crate = prev.fetchCrate { pname = "tool"; inherit version; stripRoot = true; hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="; };
in
{
  tool = prev.buildPythonPackage {
    inherit version;
    pname = "tool-py";
    src = crate;
  };
}
